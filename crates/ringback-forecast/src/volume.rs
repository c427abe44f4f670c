//! Call volume forecasts: how many calls will come in each interval, with intervals that say how sure that is.

mod auto;
mod calendar;
mod day_kinds;
mod days;
mod level;
mod mstl;
mod naive;
mod profile;
mod regressors;
mod smoothing;
mod special;
mod spread;

use std::fmt;

use chrono::{DateTime, Utc};
use ringback_features::{IntervalLength, Series};
use serde::Serialize;

use crate::error::Error;
use crate::score::Level;

use self::spread::Spread;
pub(crate) use self::spread::normal_quantile;

pub use auto::{AutoReport, AutoVolume, Candidate, FittedAutoVolume, Tried};
pub use calendar::{
    Burst, CalendarReport, CalendarVolume, EventEffect, FittedCalendarVolume, OddDay,
};
pub use day_kinds::{DayGroup, DayKinds, WeekendOnly};
pub use mstl::Mstl;
pub use naive::{FittedPastWeeks, PastWeeks};
pub use profile::{DayRule, FitReport, FittedWeekdayProfile, WeekdayProfile};
pub use regressors::Regressors;
pub use smoothing::ExponentialSmoothing;

/// A way to forecast volumes, before it has seen any.
pub trait VolumeModel: fmt::Debug {
    /// What the model is called in a table of scores.
    fn name(&self) -> String;

    /// Learns from a history of volumes, all of it known at its end.
    ///
    /// # Errors
    ///
    /// [`Error::SeriesTooShort`] or [`Error::TooFewDays`] for too little history, [`Error::NegativeVolume`] for a value
    /// below zero.
    fn fit(&self, history: &Series) -> Result<Box<dyn FittedVolume>, Error>;

    /// As [`VolumeModel::fit`], for forecasts of which only the mean is read: a model whose intervals take long to learn
    /// may leave them out. By default, the same.
    ///
    /// # Errors
    ///
    /// As [`VolumeModel::fit`].
    fn fit_means(&self, history: &Series) -> Result<Box<dyn FittedVolume>, Error> {
        self.fit(history)
    }
}

/// A model that has learnt from a history.
pub trait FittedVolume: fmt::Debug {
    /// Forecasts the `horizon` intervals that follow the end of the history, with one prediction interval a level.
    ///
    /// # Errors
    ///
    /// [`Error::Zero`] for a horizon of 0, [`Error::Setting`] for one of more than 1,000,000 intervals.
    fn forecast(&self, horizon: usize, levels: &[Level]) -> Result<VolumeForecast, Error>;
}

/// Forecast volumes on the grid that continues a history.
///
/// Nothing is negative; in every interval `lower <= median <= upper`, and a wider level contains a narrower one. The
/// mean may lie outside a narrow interval where the distribution is skewed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VolumeForecast {
    /// The start of the first interval.
    pub start: DateTime<Utc>,
    /// The length of each interval.
    pub interval: IntervalLength,
    /// The expected volume of each interval.
    pub mean: Vec<f64>,
    /// The volume that is as likely exceeded as not.
    pub median: Vec<f64>,
    /// The prediction intervals, by rising level.
    pub intervals: Vec<PredictionInterval>,
}

/// The prediction intervals of one level.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PredictionInterval {
    /// The share of outcomes that should lie inside.
    pub level: Level,
    /// The lower bound of each interval.
    pub lower: Vec<f64>,
    /// The upper bound of each interval.
    pub upper: Vec<f64>,
}

/// The longest horizon in intervals: nine years of five minutes.
const LONGEST_HORIZON: usize = 1_000_000;

/// Refuses a horizon that is none, or for whose forecast there is no room.
pub(crate) fn check_horizon(horizon: usize) -> Result<(), Error> {
    match horizon {
        0 => Err(Error::Zero { what: "horizon" }),
        1..=LONGEST_HORIZON => Ok(()),
        _ => {
            let (value, expected) = (horizon as f64, "at most 1,000,000 intervals");
            Err(Error::Setting { what: "horizon", value, expected })
        }
    }
}

/// Refuses a volume below zero.
fn check_volumes(history: &Series) -> Result<(), Error> {
    for (at, value) in history.iter() {
        if let Some(value) = value
            && value < 0.0
        {
            return Err(Error::NegativeVolume { at, value });
        }
    }
    Ok(())
}

/// What a model expects in one interval, and how far outcomes may lie from it.
struct Outlook<'a> {
    expected: f64,
    spread: &'a Spread,
    /// What the spread's errors are measured in.
    unit: f64,
    /// The standard deviation of what the spread does not know, as a share of `expected`; 0 on ordinary days.
    extra_sd: f64,
    /// How tails are cut, where the model follows its coverage.
    reach: Option<&'a calendar::Reach>,
}

/// Turns expectations into a forecast.
fn assemble(
    start: DateTime<Utc>,
    interval: IntervalLength,
    outlooks: &[Outlook<'_>],
    levels: &[Level],
) -> VolumeForecast {
    let median: Vec<f64> = outlooks
        .iter()
        .map(|outlook| outlook.spread.median(outlook.expected, outlook.unit))
        .collect();
    let bounds = |level: Level| {
        let reach = normal_quantile(1.0 - level.tail());
        let bounds = outlooks.iter().zip(&median).map(|(outlook, &median)| {
            let tail = outlook.reach.map_or(level.tail(), |reach| reach.tail(level));
            let (lower, upper) = outlook.spread.bounds(outlook.expected, outlook.unit, tail);
            let extra = reach * outlook.extra_sd * outlook.expected;
            let below = (median - lower).hypot(extra);
            let above = (upper - median).hypot(extra);
            ((median - below).max(0.0), median + above)
        });
        let (lower, upper) = bounds.unzip();
        PredictionInterval { level, lower, upper }
    };
    VolumeForecast {
        start,
        interval,
        mean: outlooks.iter().map(|outlook| outlook.expected).collect(),
        intervals: ordered(levels).into_iter().map(bounds).collect(),
        median,
    }
}

/// The levels in rising order, each once.
fn ordered(levels: &[Level]) -> Vec<Level> {
    let mut levels = levels.to_vec();
    levels.sort_by(|a, b| a.get().total_cmp(&b.get()));
    levels.dedup();
    levels
}

impl VolumeForecast {
    /// How many intervals are forecast.
    pub fn len(&self) -> usize {
        self.mean.len()
    }

    /// Whether no interval is forecast.
    pub fn is_empty(&self) -> bool {
        self.mean.is_empty()
    }

    /// Refuses a forecast whose lists differ in length, which only one made by hand can.
    pub(crate) fn check_lengths(&self) -> Result<(), Error> {
        let medians = [("medians", self.median.len())];
        let bounds = self.intervals.iter();
        let bounds = bounds
            .flat_map(|it| [("lower bounds", it.lower.len()), ("upper bounds", it.upper.len())]);
        for (what, got) in medians.into_iter().chain(bounds) {
            if got != self.len() {
                return Err(Error::IntervalsDiffer { what, got, expected: self.len() });
            }
        }
        Ok(())
    }

    /// The start of the interval with this index; past the last instant that chrono knows, that instant.
    pub fn at(&self, index: usize) -> DateTime<Utc> {
        grid_at(self.start, self.interval, index)
    }
}

/// The start of the interval `index` after `start`.
fn grid_at(start: DateTime<Utc>, interval: IntervalLength, index: usize) -> DateTime<Utc> {
    i32::try_from(index)
        .ok()
        .and_then(|index| interval.delta().checked_mul(index))
        .and_then(|ahead| start.checked_add_signed(ahead))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}
