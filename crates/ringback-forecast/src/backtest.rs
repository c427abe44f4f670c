//! Rolling-origin backtests: every model forecasts from the same past moments, knowing nothing later, and is scored on
//! what came.

use chrono::{DateTime, Utc};
use ringback_features::Series;
use serde::Serialize;

use crate::error::Error;
use crate::score::{IntervalScores, Level, PointScores, Quantile, seasonal_naive_scale};
use crate::volume::{VolumeForecast, VolumeModel};

/// A rolling-origin backtest: `origins` moments, `step` intervals apart, from each of which the next `horizon` intervals
/// are forecast. The last horizon ends where the series ends.
///
/// # Source
///
/// Tashman, "Out-of-sample tests of forecasting accuracy", *International Journal of Forecasting* 16 (2000), 437–450.
///
/// # Example
///
/// ```
/// use ringback_features::{IntervalLength, Series};
/// use ringback_forecast::{Backtest, Level, PastWeeks};
///
/// let values = (0..35 * 24).map(|hour| Some(f64::from(hour % 24))).collect();
/// let series = Series::new("2026-03-02T00:00:00Z".parse()?, IntervalLength::HOUR, values)?;
/// let naive = PastWeeks::naive("UTC".parse()?);
/// let report = Backtest::new(7, 24, 24)?.levels([Level::new(0.8)?]).run(&series, &[&naive])?;
/// assert_eq!(report.models[0].overall.mae, Some(0.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Backtest {
    origins: usize,
    step: usize,
    horizon: usize,
    levels: Vec<Level>,
}

impl Backtest {
    /// A backtest from `origins` moments, `step` intervals apart, over `horizon` intervals each.
    ///
    /// # Errors
    ///
    /// [`Error::Zero`] where one of them is 0.
    pub fn new(origins: usize, step: usize, horizon: usize) -> Result<Self, Error> {
        for (what, count) in [("origins", origins), ("step", step), ("horizon", horizon)] {
            if count == 0 {
                return Err(Error::Zero { what });
            }
        }
        Ok(Self { origins, step, horizon, levels: Vec::new() })
    }

    /// The levels of the prediction intervals to score. None by default.
    #[must_use]
    pub fn levels(self, levels: impl IntoIterator<Item = Level>) -> Self {
        Self { levels: levels.into_iter().collect(), ..self }
    }

    /// Runs the models; every interval whose volume is known counts.
    ///
    /// # Errors
    ///
    /// [`Error::SeriesTooShort`] where the series does not hold all origins, and whatever a model's fit returns at the
    /// first origin that leaves it too little history.
    pub fn run(
        &self,
        series: &Series,
        models: &[&dyn VolumeModel],
    ) -> Result<BacktestReport, Error> {
        self.run_where(series, models, |_| true)
    }

    /// As [`Backtest::run`], scoring only the intervals whose start `counts`: the opening hours, say. The scale of the
    /// MASE is taken from such intervals too.
    ///
    /// # Errors
    ///
    /// As [`Backtest::run`].
    pub fn run_where(
        &self,
        series: &Series,
        models: &[&dyn VolumeModel],
        counts: impl Fn(DateTime<Utc>) -> bool,
    ) -> Result<BacktestReport, Error> {
        let origins = self.origin_indices(series)?;
        let first = origins.first().copied().unwrap_or(0);
        let week = 7 * series.interval().slots_a_day();
        let counted = |at: usize| series.value(at).filter(|_| counts(series.at(at)));
        let history: Vec<Option<f64>> = (0..first).map(counted).collect();
        let naive_scale = seasonal_naive_scale(&history, week);
        let yardstick = Yardstick { series, counts: &counts, naive_scale };
        let models = models
            .iter()
            .map(|model| {
                let mut forecasts = Vec::with_capacity(origins.len());
                for &origin in &origins {
                    let known = series.until(series.at(origin));
                    forecasts.push(model.fit(&known)?.forecast(self.horizon, &self.levels)?);
                }
                yardstick.score(model.name(), forecasts)
            })
            .collect::<Result<Vec<ModelResult>, Error>>()?;
        let origins = origins.into_iter().map(|origin| series.at(origin)).collect();
        Ok(BacktestReport { origins, naive_scale, models })
    }

    /// Where the origins lie: the index of the first interval that each forecasts.
    fn origin_indices(&self, series: &Series) -> Result<Vec<usize>, Error> {
        let needed = self
            .step
            .checked_mul(self.origins - 1)
            .and_then(|span| span.checked_add(self.horizon))
            .and_then(|span| span.checked_add(1))
            .unwrap_or(usize::MAX);
        if series.len() < needed {
            return Err(Error::SeriesTooShort { got: series.len(), needed });
        }
        let last = series.len() - self.horizon;
        Ok((0..self.origins).rev().map(|back| last - back * self.step).collect())
    }
}

/// What forecasts are scored against, the same for every model.
struct Yardstick<'a> {
    series: &'a Series,
    counts: &'a dyn Fn(DateTime<Utc>) -> bool,
    naive_scale: Option<f64>,
}

impl Yardstick<'_> {
    fn score(&self, name: String, forecasts: Vec<VolumeForecast>) -> Result<ModelResult, Error> {
        let day = self.series.interval().slots_a_day();
        let days = forecasts.iter().map(|it| it.len().div_ceil(day)).max().unwrap_or(0);
        let mut overall = Outcomes::default();
        let mut by_day = vec![Outcomes::default(); days];
        for forecast in &forecasts {
            for ahead in 0..forecast.len() {
                let at = forecast.at(ahead);
                if (self.counts)(at) {
                    let index = self.series.index_of(at);
                    let actual = index.and_then(|index| self.series.value(index));
                    overall.push(actual, forecast, ahead);
                    by_day[ahead / day].push(actual, forecast, ahead);
                }
            }
        }
        let overall = overall.scores(self.naive_scale)?;
        let by_day = by_day.iter().map(|outcomes| outcomes.scores(self.naive_scale));
        let by_day = by_day.collect::<Result<Vec<VolumeScores>, Error>>()?;
        Ok(ModelResult { name, overall, by_day, forecasts })
    }
}

/// What a backtest found: every model on the same origins.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BacktestReport {
    /// The moments that forecasts were made at, in order.
    pub origins: Vec<DateTime<Utc>>,
    /// The scale of the MASE: the mean absolute error of the seasonal naive forecast, one week back, on the history
    /// before the first origin. `None` where that history is shorter than a week or constant from week to week.
    pub naive_scale: Option<f64>,
    /// The models in the order given.
    pub models: Vec<ModelResult>,
}

/// One model's scores and forecasts.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ModelResult {
    /// The model's name.
    pub name: String,
    /// Over all origins and horizons.
    pub overall: VolumeScores,
    /// By days ahead: the first 24 hours, the next, and so on.
    pub by_day: Vec<VolumeScores>,
    /// The forecasts, one an origin.
    #[serde(skip)]
    pub forecasts: Vec<VolumeForecast>,
}

/// Scores of forecast volumes; definitions in [`PointScores`] and [`IntervalScores`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VolumeScores {
    /// How many intervals are scored.
    pub scored: usize,
    /// How many are not, because the actual volume is missing.
    pub missing: usize,
    /// Mean absolute error of the mean forecast, in calls.
    pub mae: Option<f64>,
    /// Root mean squared error of the mean forecast, in calls.
    pub rmse: Option<f64>,
    /// Weighted absolute percentage error of the mean forecast, as a share.
    pub wape: Option<f64>,
    /// Mean absolute scaled error of the mean forecast.
    pub mase: Option<f64>,
    /// Mean of forecast less actual, in calls.
    pub bias: Option<f64>,
    /// Pinball loss of the median, in calls.
    pub median_pinball: Option<f64>,
    /// The intervals of each level, by rising level.
    pub intervals: Vec<LevelScores>,
}

/// Scores of the prediction intervals of one level.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LevelScores {
    /// The level: the share that should lie inside.
    pub level: Level,
    /// The share that does.
    pub coverage: Option<f64>,
    /// The mean width, in calls.
    pub mean_width: Option<f64>,
    /// The mean pinball loss of the lower and the upper bound, in calls.
    pub pinball: Option<f64>,
}

/// Forecasts beside what came.
#[derive(Clone, Debug, Default)]
struct Outcomes {
    actual: Vec<Option<f64>>,
    mean: Vec<f64>,
    median: Vec<f64>,
    /// Level, lower and upper bounds.
    bounds: Vec<(Level, Vec<f64>, Vec<f64>)>,
}

impl Outcomes {
    fn push(&mut self, actual: Option<f64>, forecast: &VolumeForecast, ahead: usize) {
        self.actual.push(actual);
        self.mean.push(forecast.mean[ahead]);
        self.median.push(forecast.median[ahead]);
        if self.bounds.is_empty() {
            let empty = forecast.intervals.iter().map(|it| (it.level, Vec::new(), Vec::new()));
            self.bounds = empty.collect();
        }
        for (bounds, interval) in self.bounds.iter_mut().zip(&forecast.intervals) {
            bounds.1.push(interval.lower[ahead]);
            bounds.2.push(interval.upper[ahead]);
        }
    }

    fn scores(&self, naive_scale: Option<f64>) -> Result<VolumeScores, Error> {
        let mean = PointScores::new(&self.actual, &self.mean)?;
        let median = PointScores::new(&self.actual, &self.median)?;
        let intervals = self.bounds.iter().map(|it| self.level_scores(it));
        Ok(VolumeScores {
            scored: mean.scored(),
            missing: mean.missing(),
            mae: mean.mae(),
            rmse: mean.rmse(),
            wape: mean.wape(),
            mase: naive_scale.and_then(|scale| mean.mase(scale)),
            bias: mean.bias(),
            median_pinball: median.pinball(Quantile::MEDIAN),
            intervals: intervals.collect::<Result<Vec<LevelScores>, Error>>()?,
        })
    }

    fn level_scores(
        &self,
        (level, lower, upper): &(Level, Vec<f64>, Vec<f64>),
    ) -> Result<LevelScores, Error> {
        let scores = IntervalScores::new(&self.actual, lower, upper)?;
        let below = PointScores::new(&self.actual, lower)?.pinball(level.lower_quantile());
        let above = PointScores::new(&self.actual, upper)?.pinball(level.upper_quantile());
        Ok(LevelScores {
            level: *level,
            coverage: scores.coverage(),
            mean_width: scores.mean_width(),
            pinball: below.zip(above).map(|(below, above)| f64::midpoint(below, above)),
        })
    }
}
