//! A plan, and why it is as it is.

use std::fmt;

use chrono::{DateTime, Utc};
use ringback_calllog::Customer;
use ringback_reach::{Reachability, Window};
use serde::{Deserialize, Serialize};

use crate::{Forbidden, RequestId, Skill};

/// Who is called when, and who is not, and why. Every request is in it once.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Who is called, in the order of the requests.
    pub planned: Vec<PlannedCallback>,
    /// Who is not, in the order of the requests.
    pub unplanned: Vec<Unplanned>,
    /// The values of what is planned, together. Unit: answered calls, weighted (see [`crate::PlanWeights`]).
    pub value: f64,
    /// By how much another plan could be better at most: 0, unless something is wrong. In the unit of `value`; computed
    /// in whole numbers from the prices alone, so that it can be checked.
    pub gap: f64,
    /// What a slot is worth, one row a row of capacity, in its order.
    pub prices: Vec<CellPrice>,
    /// What whoever reads the plan should know: stale evidence, conventional rules in place of a model, windows that
    /// overlap.
    pub notes: Vec<String>,
}

/// A callback that is planned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedCallback {
    /// The request.
    pub request: RequestId,
    /// Whom to call.
    pub customer: Customer,
    /// When: the part of the capacity's window in which the rules allow it and the deadline is kept.
    pub window: Window,
    /// The number of the row of capacity, from 0.
    pub cell: usize,
    /// The skill of the agents who call; absent for those who take every request.
    pub skill: Option<Skill>,
    /// The probability that a person answers: the mean over the window.
    pub reach: Reachability,
    /// What it is worth. Unit: answered calls, weighted (see [`crate::PlanWeights`]).
    pub value: f64,
    /// Why then, in a sentence.
    pub reason: String,
}

/// A request that is not planned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unplanned {
    /// The request.
    pub request: RequestId,
    /// Who would have been called.
    pub customer: Customer,
    /// Why not.
    pub reason: UnplannedReason,
}

/// Why a request is not planned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UnplannedReason {
    /// Another request before it in the list has the same id.
    SameId,
    /// The same customer has another open request, and is called once.
    DuplicateOf {
        /// The request that stands for both.
        request: RequestId,
    },
    /// The customer asked not to be called.
    OptedOut,
    /// The deadline is over.
    DeadlinePassed {
        /// The deadline.
        due_by: DateTime<Utc>,
    },
    /// No window that is left begins before the deadline.
    NoWindowBeforeDeadline {
        /// The deadline; absent if no window is left at all.
        due_by: Option<DateTime<Utc>>,
    },
    /// No agents who could take it have any slot, in any window.
    NoAgents {
        /// The skill that it needs; absent where any agent will do.
        skill: Option<Skill>,
    },
    /// Calling is forbidden in every window that is left.
    Forbidden {
        /// The reason that holds for most of them.
        rule: Forbidden,
        /// For how many of them.
        n_windows: usize,
        /// How many windows there were.
        n_windows_left: usize,
    },
    /// None of the windows that the customer chose can be used, and no other was to be.
    ChosenForbidden {
        /// Why the first of them cannot; absent if no agents work then.
        rule: Option<Forbidden>,
    },
    /// Agents are taken by requests that gain more.
    Taken {
        /// In how many windows the customer could have been called.
        n_windows: usize,
        /// Whether these were only windows that the customer chose.
        is_chosen_only: bool,
        /// What a slot in the cheapest of these windows is worth, in the unit of [`Plan::value`].
        price: f64,
    },
}

impl fmt::Display for UnplannedReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SameId => f.write_str("another request has the same id"),
            Self::DuplicateOf { request } => {
                write!(f, "duplicate of {request}: the customer is called once")
            }
            Self::OptedOut => Forbidden::OptedOut.fmt(f),
            Self::DeadlinePassed { due_by } => write!(f, "the deadline was {due_by}"),
            Self::NoWindowBeforeDeadline { due_by: Some(due_by) } => {
                write!(f, "no window begins before the deadline, {due_by}")
            }
            Self::NoWindowBeforeDeadline { due_by: None } => f.write_str("no window is left"),
            Self::NoAgents { skill: Some(skill) } => {
                write!(f, "no agents with a free slot and the skill {skill}")
            }
            Self::NoAgents { skill: None } => f.write_str("no agents with a free slot"),
            Self::Forbidden { rule, n_windows, n_windows_left } => {
                write!(f, "forbidden in all {n_windows_left} windows; in {n_windows}: {rule}")
            }
            Self::ChosenForbidden { rule: Some(rule) } => {
                write!(f, "none of the chosen windows can be used: {rule}")
            }
            Self::ChosenForbidden { rule: None } => {
                f.write_str("no agents work in any of the chosen windows")
            }
            Self::Taken { n_windows, is_chosen_only, price } => {
                let which = if *is_chosen_only { "chosen " } else { "" };
                let s = if *n_windows == 1 { "" } else { "s" };
                write!(
                    f,
                    "{n_windows} {which}window{s} taken by requests that gain more; a slot is worth {price:.3}"
                )
            }
        }
    }
}

/// What one more slot is worth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CellPrice {
    /// When.
    pub window: Window,
    /// The agents' skill.
    pub skill: Option<Skill>,
    /// How many calls may be planned.
    pub slots: u32,
    /// How many are.
    pub planned: usize,
    /// What one more slot adds to the plan's value at most, and what one fewer takes at least; 0 where there is room.
    /// In the unit of [`Plan::value`].
    pub price: f64,
}
