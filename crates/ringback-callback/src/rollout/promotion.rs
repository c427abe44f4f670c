//! When a queue has earned the next phase: criteria as data, judged on request.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Rollout;
use crate::Error;

/// What a phase must have shown before the next one is worth proposing. Nothing is promoted by itself.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Promotion {
    /// Days in the phase. Default: 14.
    pub days: u32,
    /// Decisions in shadow, callbacks after it: fewer say nothing of the shares. Default: 100.
    pub cases: u64,
    /// The least share of callbacks that a person answered. Range: 0 to 1. Default: 0.8; nine of ten callbacks that
    /// customers have asked for are answered where the promise is kept \[`HathawayEtAl2021`\].
    pub answered_share: f64,
    /// The largest share of callbacks that were not made in their window. Range: 0 to 1. Default: 0.05.
    pub missed_share: f64,
}

impl Default for Promotion {
    fn default() -> Self {
        Self { days: 14, cases: 100, answered_share: 0.8, missed_share: 0.05 }
    }
}

/// What a queue has shown in its phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseRecord {
    /// When the phase began.
    pub since: DateTime<Utc>,
    /// Decisions written down.
    pub decisions: u64,
    /// Callbacks promised whose window is over.
    pub due: u64,
    /// Of these, those that a person answered.
    pub answered: u64,
    /// Of these, those that were not made in their window: the center's own fault.
    pub missed_by_us: u64,
}

/// One thing that a phase has not shown.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shortfall {
    /// The phase is young.
    Days {
        /// Whole days so far.
        got: u32,
        /// Days that are asked for.
        needed: u32,
    },
    /// There are few cases.
    Cases {
        /// Cases so far.
        got: u64,
        /// Cases that are asked for.
        needed: u64,
    },
    /// Too few callbacks were answered.
    Answered {
        /// The share.
        share: f64,
        /// The least that is asked for.
        needed: f64,
    },
    /// Too many callbacks were not made in their window.
    Missed {
        /// The share.
        share: f64,
        /// The most that is allowed.
        allowed: f64,
    },
}

/// What the criteria say of a phase.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PromotionVerdict {
    /// The next phase is worth a try.
    Ready(Rollout),
    /// Not yet.
    Stay(Vec<Shortfall>),
    /// There is no phase after it.
    Last,
}

impl Promotion {
    /// # Errors
    ///
    /// [`Error::Setting`] for a share outside 0 to 1.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let shares = [("answered_share", self.answered_share), ("missed_share", self.missed_share)];
        match shares.into_iter().find(|(_, share)| !(0.0..=1.0).contains(share)) {
            Some((name, value)) => Err(Error::Setting { name, value, expected: "0 to 1" }),
            None => Ok(()),
        }
    }

    /// Whether a phase has shown enough. In shadow nothing is called, and only days and decisions count.
    pub fn judge(
        &self,
        phase: Rollout,
        record: &PhaseRecord,
        as_of: DateTime<Utc>,
    ) -> PromotionVerdict {
        let Some(next) = phase.next() else { return PromotionVerdict::Last };
        let days = (as_of - record.since).num_days();
        let days = u32::try_from(days.max(0)).unwrap_or(u32::MAX);
        let cases = if phase.speaks() { record.due } else { record.decisions };
        let mut short = Vec::new();
        if days < self.days {
            short.push(Shortfall::Days { got: days, needed: self.days });
        }
        if cases < self.cases {
            short.push(Shortfall::Cases { got: cases, needed: self.cases });
        }
        if phase.speaks() && record.due > 0 {
            let share = |part: u64| part as f64 / record.due as f64;
            let (answered, missed) = (share(record.answered), share(record.missed_by_us));
            if answered < self.answered_share {
                short.push(Shortfall::Answered { share: answered, needed: self.answered_share });
            }
            if missed > self.missed_share {
                short.push(Shortfall::Missed { share: missed, allowed: self.missed_share });
            }
        }
        if short.is_empty() { PromotionVerdict::Ready(next) } else { PromotionVerdict::Stay(short) }
    }
}

impl fmt::Display for Shortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: f64| 100.0 * share;
        match *self {
            Self::Days { got, needed } => write!(f, "{got} days, {needed} asked for"),
            Self::Cases { got, needed } => write!(f, "{got} cases, {needed} asked for"),
            Self::Answered { share, needed } => {
                let (share, needed) = (percent(share), percent(needed));
                write!(f, "{share:.1} % of callbacks answered, {needed:.1} % asked for")
            }
            Self::Missed { share, allowed } => {
                let (share, allowed) = (percent(share), percent(allowed));
                write!(f, "{share:.1} % of callbacks not made in time, {allowed:.1} % allowed")
            }
        }
    }
}
