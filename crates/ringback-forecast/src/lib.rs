//! Call volume forecasts, queue state and wait predictions, scored by backtest.
//!
//! How busy will each half hour be, and how long will this caller wait? Both answered from what was known at the
//! moment of asking, and scored on what came:
//!
//! ```
//! use ringback_features::{IntervalLength, Series};
//! use ringback_forecast::{Backtest, Level, PastWeeks, VolumeModel, WeekdayProfile};
//!
//! // Eight weeks of hours: 30 calls from 8 to 18 on working days, 6 on weekends.
//! let calls = |day: u32, hour: u32| match (8..18).contains(&hour) {
//!     true if day % 7 < 5 => 30.0,
//!     true => 6.0,
//!     false => 0.0,
//! };
//! let hours = (0..56).flat_map(|day| (0..24).map(move |hour| Some(calls(day, hour))));
//! let series = Series::new("2026-03-02T00:00:00Z".parse()?, IntervalLength::HOUR, hours.collect())?;
//!
//! let model = WeekdayProfile::new("UTC".parse()?);
//! let monday = model.fit(&series)?.forecast(24, &[Level::new(0.8)?])?;
//! assert!((monday.mean[12] - 30.0).abs() < 1e-9);
//!
//! let naive = PastWeeks::naive("UTC".parse()?);
//! let report = Backtest::new(7, 24, 24)?.run(&series, &[&model, &naive])?;
//! assert_eq!(report.models[1].overall.mae, Some(0.0)); // every week is the same
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Files in reading order: `score`; `volume` and its models, `backtest`; `queue_state` (fed by events), `replay` (a whole
//! log at once), `announce` (one-line estimates), `wait` (a learned one), `concordance`, `wait_backtest`.

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
pub use queue_state::{
    QueueBoard, QueueEvent, QueueEventKind, QueueState, StateSeen, queue_events,
};
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
