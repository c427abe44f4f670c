//! Call volume forecasts, queue state and wait predictions, scored by backtest.

mod backtest;
mod error;
mod score;
mod volume;

pub use backtest::{Backtest, BacktestReport, LevelScores, ModelResult, VolumeScores};
pub use error::Error;
pub use score::{
    IntervalScores, InvalidLevel, InvalidQuantile, Level, PointScores, Quantile,
    seasonal_naive_scale,
};
pub use volume::{
    DayGroup, DayKinds, DayRule, FitReport, FittedPastWeeks, FittedVolume, FittedWeekdayProfile,
    PastWeeks, PredictionInterval, VolumeForecast, VolumeModel, WeekdayProfile, WeekendOnly,
};
