//! Known influences that a volume model may use: weather, prices, the number of customers, anything with a value for every
//! interval.

use chrono::{DateTime, Utc};
use ringback_features::{IntervalLength, Series};

use crate::error::Error;

/// Named columns on a series' grid, over its history and over whatever is to be forecast.
///
/// A forecast needs the values of its own intervals too: give what a weather service forecasts, or what is planned.
/// In a backtest those are the values that came, so that its scores do not count the error of the weather forecast.
///
/// # Example
///
/// ```
/// use ringback_features::IntervalLength;
/// use ringback_forecast::Regressors;
///
/// let start = "2026-03-02T00:00:00Z".parse()?;
/// let rain = vec![0.0; 31 * 24];
/// let regressors = Regressors::new(start, IntervalLength::HOUR).column("rain_mm", rain)?;
/// assert_eq!(regressors.names().collect::<Vec<_>>(), ["rain_mm"]);
/// assert!(regressors.column("rain_mm", vec![f64::NAN]).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Regressors {
    start: DateTime<Utc>,
    interval: IntervalLength,
    columns: Vec<(String, Vec<f64>)>,
}

impl Regressors {
    /// No columns yet, on a grid of `interval` from `start` on.
    pub fn new(start: DateTime<Utc>, interval: IntervalLength) -> Self {
        Self { start, interval, columns: Vec::new() }
    }

    /// Adds a column: one value an interval from the grid's start on.
    ///
    /// # Errors
    ///
    /// [`Error::DuplicateRegressor`] for a name that is taken, [`Error::NotFinite`] for a value that is infinite or not a
    /// number.
    pub fn column(mut self, name: impl Into<String>, values: Vec<f64>) -> Result<Self, Error> {
        let name = name.into();
        if self.columns.iter().any(|(taken, _)| *taken == name) {
            return Err(Error::DuplicateRegressor { name });
        }
        if let Some(index) = values.iter().position(|value| !value.is_finite()) {
            return Err(Error::NotFinite { index, value: values[index] });
        }
        self.columns.push((name, values));
        Ok(self)
    }

    /// The names of the columns, in the order that they were added.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(name, _)| name.as_str())
    }

    /// The row of the first interval of a series, negative where the series starts earlier.
    pub(super) fn offset(&self, series: &Series) -> Result<i64, Error> {
        let off = Error::RegressorGrid {
            start: self.start,
            interval: self.interval,
            series_start: series.start(),
            series_interval: series.interval(),
        };
        if self.interval != series.interval() {
            return Err(off);
        }
        let ahead = series.start().signed_duration_since(self.start).num_seconds();
        let step = i64::from(self.interval.secs());
        if ahead % step == 0 { Ok(ahead / step) } else { Err(off) }
    }

    /// The values of a row; `None` where one of them is missing.
    pub(super) fn row(&self, row: i64) -> Option<Vec<f64>> {
        let row = usize::try_from(row).ok()?;
        self.columns.iter().map(|(_, values)| values.get(row).copied()).collect()
    }

    /// The first column that lacks a row.
    pub(super) fn lacking(&self, row: i64) -> Option<&str> {
        let row = usize::try_from(row).ok();
        let lacks = |values: &Vec<f64>| row.is_none_or(|row| row >= values.len());
        self.columns.iter().find(|(_, values)| lacks(values)).map(|(name, _)| name.as_str())
    }

    pub(super) fn len(&self) -> usize {
        self.columns.len()
    }
}
