//! Why a forecast or a score cannot be made.

use chrono::{DateTime, Utc};
use ringback_features::IntervalLength;

/// Why a forecast or a score cannot be made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The history is too short for the model or the backtest.
    #[error("need at least {needed} intervals, got {got}")]
    SeriesTooShort {
        /// Intervals in the series.
        got: usize,
        /// Intervals that are needed.
        needed: usize,
    },
    /// The history is long enough but has too few days with data.
    #[error("need at least {needed} days with data, got {got}")]
    TooFewDays {
        /// Days of which at least one interval is known.
        got: usize,
        /// Days that are needed.
        needed: usize,
    },
    /// Values that are compared one by one differ in number.
    #[error("{actual} actual values stand against {predicted} predictions")]
    LengthMismatch {
        /// How many actual values.
        actual: usize,
        /// How many predictions.
        predicted: usize,
    },
    /// An actual value or a prediction is infinite or not a number.
    #[error("value {index} is {value}, expected a finite number")]
    NotFinite {
        /// Its place, from 0.
        index: usize,
        /// Its value.
        value: f64,
    },
    /// A prediction interval stands on its head.
    #[error("interval {index} goes from {lower} to {upper}, expected lower <= upper")]
    InvertedInterval {
        /// Its place, from 0.
        index: usize,
        /// Its lower bound.
        lower: f64,
        /// Its upper bound.
        upper: f64,
    },
    /// A count of origins, weeks or intervals that must not be zero.
    #[error("{what} is 0, expected at least 1")]
    Zero {
        /// What is zero.
        what: &'static str,
    },
    /// A volume is negative; counts and amounts of work never are.
    #[error("the volume at {at} is {value}, expected none or at least 0")]
    NegativeVolume {
        /// The start of the interval.
        at: DateTime<Utc>,
        /// The value.
        value: f64,
    },
    /// A regressor's name is taken.
    #[error("the regressor {name:?} stands twice, expected one column a name")]
    DuplicateRegressor {
        /// The name.
        name: String,
    },
    /// Regressors do not lie on the series' grid.
    #[error(
        "regressors from {start} every {interval}, expected the series' grid: from {series_start} every {series_interval}"
    )]
    RegressorGrid {
        /// Their start.
        start: DateTime<Utc>,
        /// Their spacing.
        interval: IntervalLength,
        /// The series' start.
        series_start: DateTime<Utc>,
        /// The series' spacing.
        series_interval: IntervalLength,
    },
    /// A regressor has no value for an interval that is to be forecast.
    #[error(
        "the regressor {name:?} has no value at {at}, expected one for every interval of the horizon"
    )]
    RegressorMissing {
        /// The regressor.
        name: String,
        /// The start of the interval.
        at: DateTime<Utc>,
    },
    /// The history looks too odd for a model of another library.
    #[error("{model} cannot be fitted: {why}")]
    NotFitted {
        /// The model.
        model: &'static str,
        /// What the other library says.
        why: String,
    },
    /// No candidate could be fitted.
    #[error("no candidate could be fitted, expected at least one")]
    NoCandidate,
    /// A log is larger than a replay can number.
    #[error(
        "{calls} calls with up to {stages} stages, expected less than 2^32 calls of at most 255 stages"
    )]
    TooManyCalls {
        /// Calls in the log.
        calls: usize,
        /// Stages of the call at fault.
        stages: usize,
    },
    /// Too few callers were answered from a queue to learn their waits.
    #[error("need at least {needed} callers answered from a queue, got {got}")]
    TooFewAnswers {
        /// Answered callers whose wait was known.
        got: usize,
        /// Answered callers that are needed.
        needed: usize,
    },
    /// No talk with a known end to learn the service time from.
    #[error("no talk had ended before {until}, expected at least one: the log may not write talk")]
    NoServices {
        /// The end of what may be learned from.
        until: DateTime<Utc>,
    },
    /// A setting is out of its range.
    #[error("{what} is {value}, expected {expected}")]
    Setting {
        /// The setting.
        what: &'static str,
        /// Its value.
        value: f64,
        /// Its range.
        expected: &'static str,
    },
    /// An interval is not later than the one before it.
    #[error(
        "the interval at {at} follows the one at {before}, expected each to start after the last has ended"
    )]
    OutOfOrder {
        /// The start of the interval.
        at: DateTime<Utc>,
        /// The start of the interval before it.
        before: DateTime<Utc>,
    },
    /// What was expected of an interval, or came, is no volume.
    #[error("the {what} volume at {at} is {value}, expected a finite number of at least 0")]
    NotAVolume {
        /// Expected or actual.
        what: &'static str,
        /// The start of the interval.
        at: DateTime<Utc>,
        /// The value.
        value: f64,
    },
    /// More work than agents can do, and nobody hangs up: the line grows without end.
    #[error("{load_erlangs} erlangs stand against {agents} agents, expected less: nobody hangs up")]
    Overload {
        /// The load in erlangs.
        load_erlangs: f64,
        /// The agents.
        agents: u32,
    },
    /// Lists of one entry an interval differ in length.
    #[error("{got} {what} stand against {expected} intervals, expected one each")]
    IntervalsDiffer {
        /// What is listed.
        what: &'static str,
        /// Entries in the list.
        got: usize,
        /// Intervals.
        expected: usize,
    },
    /// A forecast does not have the level that is asked for.
    #[error("the forecast has no interval of level {level}")]
    NoSuchLevel {
        /// The level.
        level: f64,
    },
    /// Nothing was observed to learn from.
    #[error("no {what}, expected at least {needed}")]
    TooFewObservations {
        /// What is missing.
        what: &'static str,
        /// How many are needed.
        needed: usize,
    },
    /// A series starts on a weekday that it is said not to have.
    #[error("the series starts on {start}, a {}, expected one of the weekdays that it has", start.format("%A"))]
    NoSuchWeek {
        /// Its first day.
        start: chrono::NaiveDate,
    },
    /// A model inside could not be learned.
    #[error(transparent)]
    Learn(#[from] ringback_learn::Error),
    /// A saved state or model is damaged.
    #[error("saved state: {0}")]
    Saved(String),
    /// Histories that are pooled have different intervals.
    #[error("a history has intervals of {other}, expected {first} as in the first one")]
    MixedIntervals {
        /// The first history's.
        first: ringback_features::IntervalLength,
        /// The one's at fault.
        other: ringback_features::IntervalLength,
    },
    /// An event came after a later one.
    #[error("event at {at} comes after one at {last}, expected events in the order of time")]
    EventBefore {
        /// When it happened.
        at: DateTime<Utc>,
        /// The last event before it in the feed.
        last: DateTime<Utc>,
    },
}
