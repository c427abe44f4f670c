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
//! Files in reading order: `score`; `volume` and its models, `backtest`; `queue_state` (fed by events), `center` (all
//! queues and agents together), `replay` (a whole log at once), `announce` (one-line estimates), `wait` (a learned one),
//! `live_wait` (from a feed), `concordance`, `wait_backtest`.

mod announce;
mod backtest;
mod calendar_audit;
mod center;
mod concordance;
mod erlang;
mod error;
mod intraday;
mod live_wait;
mod patience;
mod pooled;
mod queue_state;
mod reliability;
mod replay;
mod score;
mod service_time;
mod staffing;
mod surge;
mod time_varying;
mod volume;
mod wait;
mod wait_backtest;
mod wait_outlook;

pub use announce::{AnnounceInputs, Announcement};
pub use backtest::{Backtest, BacktestReport, LevelScores, ModelResult, VolumeScores};
pub use calendar_audit::{
    CalendarAudit, CalendarCost, CalendarFindings, MissingDays, NamedDay, UnusualDay,
};
pub use center::{FEATURES, Features, PriorityCredits};
pub use concordance::{WaitSeen, concordance};
pub use erlang::{
    ErlangA, ErlangB, ErlangC, GeneralPatienceQueue, Load, PatienceCurve, garnett_wait_probability,
    halfin_whitt_wait_probability, square_root_agents,
};
pub use error::Error;
pub use intraday::{DayLevel, Intraday, IntradayLevel, IntradayReport, IntradayRow};
pub use live_wait::LiveWaits;
pub use patience::{
    ExponentialPatience, HazardInterval, SurvivalCurve, SurvivalStep, WaitEnd, WaitObservation,
    exponential_patience, hazard_by_wait, wait_observations,
};
pub use pooled::{FittedPooled, FittedPooledQueue, Pooled, PooledShare};
pub use queue_state::{
    CallerType, QueueBoard, QueueEvent, QueueEventKind, QueueState, StateSeen, queue_events,
};
pub use reliability::{QuantileShare, quantile_shares};
pub use replay::{Arrival, replay, replay_features};
pub use score::{
    IntervalScores, InvalidLevel, InvalidQuantile, Level, PointScores, Quantile,
    seasonal_naive_scale,
};
pub use service_time::{ServiceDistribution, ServiceFit, ServiceTimes, service_secs};
pub use staffing::{ServiceTarget, Staffing, StaffingNeed};
pub use surge::{
    Calibration, DayAhead, LiveSlot, Outage, SurgeAlarm, SurgeDetector, SurgeKind, SurgeSettings,
    SurgeState, day_ahead, find_outages,
};
pub use time_varying::{QueueSlot, SlotApproximation, SlotOutlook, TimeVaryingQueue};
pub use volume::{
    AutoReport, AutoVolume, Burst, CalendarReport, CalendarVolume, Candidate, DayGroup, DayKinds,
    DayRule, EventEffect, ExponentialSmoothing, FitReport, FittedAutoVolume, FittedCalendarVolume,
    FittedPastWeeks, FittedVolume, FittedWeekdayProfile, Mstl, OddDay, PastWeeks,
    PredictionInterval, Regressors, Tried, VolumeForecast, VolumeModel, WeekdayProfile,
    WeekendOnly,
};
pub use wait::{
    LEVELS, OfferedWait, WaitForecast, WaitLearning, WaitMethod, WaitModel, WaitProfile,
};
pub use wait_backtest::{Update, WaitBacktest, WaitPrediction, WaitReport, WaitScores};
pub use wait_outlook::{IntervalWaits, Span, WaitOutlook};
