//! Callbacks: when to offer one to a waiting caller, which windows to read out, and who is called when, so that agents
//! have time and nobody is called twice or at a forbidden hour.
//!
//! Files in reading order: `request` (what customers ask for, what agents have time for); `rules` (who may be called), with
//! `country`, `calling_hours`, `caps` and `contacts` beneath it; `retry` (when again), `fallback` (without a model).
//! Plans: `flow` (the best assignment, in plain numbers), `plan` (who is called when), `replan` (kept while things change).
//! Offers: `offer` and `rollout` (whether), `load`, `preference` and `choose` (which windows), `announce` (in words),
//! `decision` (all of it, written down), `book` (what was promised), `policy` (the settings, as a file).

mod announce;
mod book;
mod calling_hours;
mod caps;
mod choose;
mod contacts;
mod country;
mod decision;
mod error;
mod fallback;
mod flow;
mod load;
mod offer;
mod plan;
mod policy;
mod preference;
mod replan;
mod request;
mod retry;
mod rollout;
mod rules;
mod table;

pub use announce::{
    Announcer, ClockStyle, InvalidClockStyle, InvalidLanguage, Language, PartOfDay, Phrases,
};
pub use book::{
    BookChange, BookEvent, BookTally, CallbackBook, CloseReason, InvalidCloseReason,
    InvalidMissedBy, MissedBy, Opened,
};
pub use calling_hours::CallingHours;
pub use caps::{Cap, Spacing};
pub use choose::{
    Choice, ChooseCase, ChooseContext, Chooser, DropReason, DroppedWindow, Exploration, IntentRule,
    OfferedWindow, WindowGrid,
};
pub use contacts::{ContactHistory, OptOuts};
pub use country::{
    BasisRules, CallBasis, CountryRules, InvalidCallBasis, InvalidRuleStatus, RuleStatus,
};
pub use decision::{Decision, Done, Known, OfferDesk, OfferGates, OfferMoment, SpokenWindow};
pub use error::Error;
pub use fallback::{ConventionalReach, FallbackReason, Freshness, Guarded};
pub use flow::{Assignment, AssignmentTable, Certificate};
pub use load::{FreeTime, FreeTimeSettings, LoadRow, Slack};
pub use offer::{
    CallbackCost, KeepReason, Obstacle, OfferCase, OfferGate, OfferRule, OfferVerdict,
    WaitEstimate, WaitQuantile,
};
pub use plan::{
    CellPrice, ChosenWindows, Plan, PlanInputs, PlanMoment, PlanWeights, PlannedCallback, Planner,
    Unplanned, UnplannedReason,
};
pub use policy::{AnnouncementPolicy, CallingPolicy, LoadPolicy, OfferPolicy, Policy};
pub use preference::{
    DayPart, InvalidDayPart, PreferenceSettings, Preferences, WindowOutcome, WindowSeen,
};
pub use replan::{LivePlan, PlanChange, Promises};
pub use request::{CallbackRequest, Capacity, InvalidUrgency, RequestId, Skill, Urgency};
pub use retry::{GiveUpReason, InvalidTryResult, Next, RetryPolicy, TryResult};
pub use rollout::{PhaseRecord, Promotion, PromotionVerdict, Rollout, Rollouts, Shortfall};
pub use rules::{CallRules, CallingRules, CallingRulesBuilder, CustomerRules, Forbidden};
pub use table::{ReadRequests, RefusedRow, RequestTable, TableError};
