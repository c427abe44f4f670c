//! Why a forecast or a score cannot be made.

use chrono::{DateTime, Utc};

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
}
