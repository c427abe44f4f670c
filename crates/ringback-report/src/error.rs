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
    /// The part builds on a forecast of the volume, which there is not.
    #[error("no forecast: {why}")]
    NeedsForecast {
        /// Why not.
        why: String,
    },
    /// Nobody was tried: when customers pick up cannot be seen.
    #[error("not observable in this source: it has no outbound calls to customers whom it names")]
    NoAttempts,
    /// The log does not tell how long agents talk.
    #[error("not observable in this source: it does not write how long agents talk")]
    NoTalk,
    /// No opening hours can be found in the log.
    #[error("the log is too short to find opening hours")]
    NoOpeningHours,
    /// Attempts cannot be learned from.
    #[error(transparent)]
    Reach(#[from] ringback_reach::Error),
    /// Callbacks cannot be planned.
    #[error(transparent)]
    Callback(#[from] ringback_callback::Error),
}

impl From<NotObservable> for Error {
    fn from(what: NotObservable) -> Self {
        Self::NotObservable(what)
    }
}
