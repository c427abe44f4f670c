//! When does this customer pick up? Contact attempts, reachability models with an interval and an explanation, and an
//! evaluation that does not flatter them.
//!
//! Files in reading order: `attempt`, `window`; `ask` (what a model is asked and answers).

mod ask;
mod attempt;
mod choose;
mod contact_kpis;
mod error;
mod evaluation;
mod explain;
mod features;
mod history;
mod learning;
mod model;
mod policy_value;
mod rate;
mod reliability;
mod source;
mod time_effect;
mod uplift;
mod window;

pub use ask::{Ask, Evidence, Method, ReachModel, ReachPart, ReachReason, Reachability};
pub use attempt::{
    Attempt, AttemptKind, AttemptLog, ContactOutcome, InboundContact, InvalidAttemptKind,
    InvalidContactOutcome, Segment,
};
pub use choose::WindowChance;
pub use contact_kpis::{AttemptNumber, ContactKpis};
pub use error::Error;
pub use evaluation::{
    AgainstBaseline, Backtest, BacktestRow, BaselineKind, Evaluation, FollowingModel,
    HistoryLength, RateBaseline, ReachBacktest, Scored, Stratum,
};
pub use learning::{ModelChoice, ReachLearning, TrialResult};
pub use model::FittedReach;
pub use policy_value::{Estimate, HourPolicy, LoggedChoice, PolicyEstimates, PolicyValue};
pub use rate::RateTable;
pub use reliability::{Reliability, ReliabilityBin};
pub use source::{
    AttemptTable, AttemptTableError, AttemptsOfCalls, CallAttempts, CallCounts, CustomerText,
    ReadAttempts, SignalNote,
};
pub use time_effect::{Compared, DayStretch, TimeEffect, TimeEffectTest, TimeLook};
pub use uplift::{Difference, PropensityOrigin, RefusedUplift, Uplift, UpliftTrial};
pub use window::{InvalidWindow, Window};
