//! What an update during the day is worth, by the time of day at which it is made.

use chrono::{NaiveTime, Timelike};
use serde::Serialize;

use super::Intraday;
use crate::error::Error;
use crate::score::{IntervalScores, Level, PointScores};
use crate::surge::DayAhead;
use crate::volume::VolumeForecast;

/// What updates are worth, by the time of day at which they are made.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IntradayReport {
    /// One row a time of day, in the order given.
    pub rows: Vec<IntradayRow>,
}

/// The rest of the day, from one time of day on, as forecast the evening before and as updated.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct IntradayRow {
    /// The time of day at which the update is made: intervals that began earlier have come.
    pub at: NaiveTime,
    /// Open intervals scored, over all days.
    pub scored: usize,
    /// Mean absolute error of the day-ahead mean over the rest of the day, in calls.
    pub mae_day_ahead: Option<f64>,
    /// The same of the updated mean.
    pub mae_updated: Option<f64>,
    /// Mean absolute error of the day-ahead mean over the next four open intervals.
    pub mae_next_day_ahead: Option<f64>,
    /// The same of the updated mean.
    pub mae_next_updated: Option<f64>,
    /// The prediction intervals, by rising level.
    pub levels: Vec<IntradayLevel>,
}

/// The prediction intervals of one level, before and after the update.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct IntradayLevel {
    /// The share of outcomes that should lie inside.
    pub level: Level,
    /// The share that does, day-ahead.
    pub coverage_day_ahead: Option<f64>,
    /// The share that does, updated.
    pub coverage_updated: Option<f64>,
    /// The mean width day-ahead, in calls.
    pub width_day_ahead: Option<f64>,
    /// The mean width updated, in calls.
    pub width_updated: Option<f64>,
}

/// How many intervals are near.
const NEAR: usize = 4;

impl Intraday {
    /// Backtests the update on days that it did not learn from: at each time of day, the rest of the day as forecast
    /// the evening before and as updated. Closed intervals (0 expected) and missing ones are not scored.
    ///
    /// # Errors
    ///
    /// As [`Intraday::update`], and whatever the scores return.
    pub fn backtest(
        &self,
        days: &[DayAhead],
        times: &[NaiveTime],
    ) -> Result<IntradayReport, Error> {
        let rows = times.iter().map(|&at| self.row(days, at));
        Ok(IntradayReport { rows: rows.collect::<Result<Vec<IntradayRow>, Error>>()? })
    }

    fn row(&self, days: &[DayAhead], at: NaiveTime) -> Result<IntradayRow, Error> {
        let (mut before, mut after, mut near) = (Scored::default(), Scored::default(), Vec::new());
        for day in days {
            let has_come = |index: &usize| {
                let local = self.zone.local(day.forecast.at(*index));
                local.date() == day.date
                    && local.num_seconds_from_midnight() < at.num_seconds_from_midnight()
            };
            let first = (0..day.forecast.len()).take_while(has_come).count();
            let updated = self.update(&day.forecast, &day.actual[..first.min(day.actual.len())])?;
            let mut open = 0;
            for (ahead, &actual) in day.actual.iter().enumerate().skip(first) {
                if day.forecast.mean[ahead] > 0.0 && actual.is_some() {
                    open += 1;
                    near.push(open <= NEAR);
                    before.push(actual, &day.forecast, ahead);
                    after.push(actual, &updated, ahead - first);
                }
            }
        }
        Ok(IntradayRow {
            at,
            scored: near.len(),
            mae_day_ahead: before.mae(None)?,
            mae_updated: after.mae(None)?,
            mae_next_day_ahead: before.mae(Some(&near))?,
            mae_next_updated: after.mae(Some(&near))?,
            levels: levels(&before, &after)?,
        })
    }
}

/// A level with its lower and upper bounds.
type Bounds = (Level, Vec<f64>, Vec<f64>);

/// Forecasts beside what came.
#[derive(Default)]
struct Scored {
    actual: Vec<Option<f64>>,
    mean: Vec<f64>,
    bounds: Vec<Bounds>,
}

impl Scored {
    fn push(&mut self, actual: Option<f64>, forecast: &VolumeForecast, index: usize) {
        self.actual.push(actual);
        self.mean.push(forecast.mean[index]);
        if self.bounds.is_empty() {
            let empty = forecast.intervals.iter().map(|it| (it.level, Vec::new(), Vec::new()));
            self.bounds = empty.collect();
        }
        for (bounds, interval) in self.bounds.iter_mut().zip(&forecast.intervals) {
            bounds.1.push(interval.lower[index]);
            bounds.2.push(interval.upper[index]);
        }
    }

    /// The mean absolute error, of the intervals that are marked.
    fn mae(&self, marks: Option<&[bool]>) -> Result<Option<f64>, Error> {
        let counts = |index: usize| marks.is_none_or(|marks| marks.get(index) == Some(&true));
        let actual = self.actual.iter().enumerate();
        let actual: Vec<Option<f64>> =
            actual.map(|(index, it)| it.filter(|_| counts(index))).collect();
        Ok(PointScores::new(&actual, &self.mean)?.mae())
    }
}

fn levels(before: &Scored, after: &Scored) -> Result<Vec<IntradayLevel>, Error> {
    let pairs = before.bounds.iter().zip(&after.bounds);
    let score = |(old, new): (&Bounds, &Bounds)| {
        let day_ahead = IntervalScores::new(&before.actual, &old.1, &old.2)?;
        let updated = IntervalScores::new(&after.actual, &new.1, &new.2)?;
        Ok(IntradayLevel {
            level: old.0,
            coverage_day_ahead: day_ahead.coverage(),
            coverage_updated: updated.coverage(),
            width_day_ahead: day_ahead.mean_width(),
            width_updated: updated.mean_width(),
        })
    };
    pairs.map(score).collect()
}
