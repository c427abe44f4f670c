//! Days beside what was forecast for them the evening before: what detectors and updates learn from.

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use ringback_calllog::Zone;
use ringback_features::Series;

use crate::error::Error;
use crate::intraday::Slot;
use crate::score::Level;
use crate::volume::{VolumeForecast, VolumeModel};

/// A civil day, what was forecast for it when it began, and what came.
#[derive(Clone, Debug, PartialEq)]
pub struct DayAhead {
    /// The civil day.
    pub date: NaiveDate,
    /// The forecast, of the day's intervals from midnight to midnight, knowing nothing of the day.
    pub forecast: VolumeForecast,
    /// What came, one an interval of the forecast; `None` where it is missing.
    pub actual: Vec<Option<f64>>,
}

/// An interval as a detector meets it: what was expected, and what came.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LiveSlot {
    /// The start of the interval.
    pub at: DateTime<Utc>,
    /// The volume expected, in calls; 0 where the site is closed.
    pub expected: f64,
    /// The volume that came; `None` where it is missing.
    pub actual: Option<f64>,
}

impl DayAhead {
    /// The intervals of the day, in order.
    pub fn slots(&self) -> impl Iterator<Item = LiveSlot> + '_ {
        let pairs = self.forecast.mean.iter().zip(&self.actual);
        pairs.enumerate().map(|(index, (&expected, &actual))| LiveSlot {
            at: self.forecast.at(index),
            expected,
            actual,
        })
    }
}

/// Forecasts each civil day of a series from `from` on as it would have been forecast at its midnight: the model is
/// fitted anew each day and sees nothing later.
///
/// The last day may be cut short by the end of the series.
///
/// # Errors
///
/// Whatever the model's fit returns, at the first day that has too little history.
///
/// # Example
///
/// ```
/// use ringback_features::{IntervalLength, Series};
/// use ringback_forecast::{PastWeeks, day_ahead};
///
/// let values = (0..35 * 24).map(|hour| Some(f64::from(hour % 24))).collect();
/// let series = Series::new("2026-03-02T00:00:00Z".parse()?, IntervalLength::HOUR, values)?;
/// let zone = "UTC".parse()?;
/// let from = "2026-03-30".parse()?;
/// let days = day_ahead(&PastWeeks::naive(zone), &series, zone, from, &[])?;
/// assert_eq!(days.len(), 7);
/// assert_eq!(days[0].forecast.mean[9], 9.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn day_ahead(
    model: &dyn VolumeModel,
    series: &Series,
    zone: Zone,
    from: NaiveDate,
    levels: &[Level],
) -> Result<Vec<DayAhead>, Error> {
    let mut days = Vec::new();
    let mut date = from;
    loop {
        let next = date.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX);
        let (begin, end) = (zone.start_of_day(date), zone.start_of_day(next));
        if begin >= series.end() || next == date {
            return Ok(days);
        }
        let known = series.until(begin);
        let first = known.len();
        let last = (first..series.len()).find(|&index| series.at(index) >= end);
        let last = last.unwrap_or(series.len());
        if last > first {
            let forecast = model.fit(&known)?.forecast(last - first, levels)?;
            let actual = (first..last).map(|index| series.value(index)).collect();
            days.push(DayAhead { date, forecast, actual });
        }
        date = next;
    }
}

/// An interval with its times as plain numbers.
pub(crate) fn plain(slot: &LiveSlot, zone: Zone) -> Slot {
    Slot {
        day: zone.date(slot.at).num_days_from_ce(),
        minute: slot.at.timestamp().div_euclid(60),
        expected: slot.expected,
        actual: slot.actual,
    }
}
