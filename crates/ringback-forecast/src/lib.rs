//! Call volume forecasts, queue state and wait predictions, scored by backtest.

mod announce;
mod backtest;
mod concordance;
mod error;
mod queue_state;
mod replay;
mod score;
mod volume;
mod wait;
mod wait_backtest;

pub use announce::Announcement;
pub use backtest::{Backtest, BacktestReport, LevelScores, ModelResult, VolumeScores};
pub use concordance::{WaitSeen, concordance};
pub use error::Error;
pub use queue_state::{QueueBoard, QueueEvent, QueueEventKind, QueueState, StateSeen, queue_events};
pub use replay::{Arrival, replay};
pub use score::{
    IntervalScores, InvalidLevel, InvalidQuantile, Level, PointScores, Quantile,
    seasonal_naive_scale,
};
pub use volume::{
    DayGroup, DayKinds, DayRule, FitReport, FittedPastWeeks, FittedVolume, FittedWeekdayProfile,
    PastWeeks, PredictionInterval, VolumeForecast, VolumeModel, WeekdayProfile, WeekendOnly,
};
pub use wait::{WaitForecast, WaitProfile};
pub use wait_backtest::{Update, WaitBacktest, WaitPrediction, WaitReport, WaitScores};
