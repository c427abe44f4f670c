//! Who is called when: requests to windows, so that most are reached, soon, and agents have time.

mod board;
mod outcome;
mod reason;
mod refusal;
mod row;
mod settings;
mod solve;

pub use outcome::{CellPrice, Plan, PlannedCallback, Unplanned, UnplannedReason};
pub use settings::{ChosenWindows, PlanWeights, Planner};

use chrono::{DateTime, Utc};
use ringback_reach::ReachModel;

use crate::{CallRules, CallbackRequest, Capacity};

pub(crate) use board::Board;
pub(crate) use row::RowKind;
pub(crate) use solve::comes_before;

/// What a plan is made of.
#[derive(Clone, Copy, Debug)]
pub struct PlanInputs<'a> {
    /// Who is to be called.
    pub requests: &'a [CallbackRequest],
    /// What agents have time for. A window and skill may be named once.
    pub capacities: &'a [Capacity],
    /// When customers answer.
    pub reach: &'a dyn ReachModel,
    /// When they may be called.
    pub rules: &'a dyn CallRules,
    /// The instant of planning; nothing is planned before it.
    pub as_of: DateTime<Utc>,
}

impl<'a> PlanInputs<'a> {
    /// What holds for every request at the instant of planning.
    pub fn moment(&self) -> PlanMoment<'a> {
        PlanMoment { reach: self.reach, rules: self.rules, as_of: self.as_of }
    }
}

/// What is known at an instant of planning, for a change of a plan.
#[derive(Clone, Copy, Debug)]
pub struct PlanMoment<'a> {
    /// When customers answer.
    pub reach: &'a dyn ReachModel,
    /// When they may be called.
    pub rules: &'a dyn CallRules,
    /// The instant; nothing is planned before it.
    pub as_of: DateTime<Utc>,
}
