//! Why a part of a report cannot be made.

use ringback_features::{
    HourOfWeekError, IntervalError, InvalidIntervalLength, NotObservable, SeriesError,
};

/// Why a part of a report cannot be made. The report says it in the part's place.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The source does not say what the part needs.
    #[error("{0}")]
    NotObservable(NotObservable),
    /// Calls cannot be counted by interval.
    #[error(transparent)]
    Interval(#[from] IntervalError),
    /// The interval has no valid length.
    #[error(transparent)]
    IntervalLength(#[from] InvalidIntervalLength),
    /// The intervals do not tell hours apart.
    #[error(transparent)]
    HourOfWeek(#[from] HourOfWeekError),
    /// Counts make no series.
    #[error(transparent)]
    Series(#[from] SeriesError),
    /// Nothing can be forecast.
    #[error(transparent)]
    Forecast(#[from] ringback_forecast::Error),
    /// The part builds on calls by interval, which there are not.
    #[error("no calls by interval: {why}")]
    NeedsVolume {
        /// Why not.
        why: String,
    },
}

impl From<NotObservable> for Error {
    fn from(what: NotObservable) -> Self {
        Self::NotObservable(what)
    }
}
