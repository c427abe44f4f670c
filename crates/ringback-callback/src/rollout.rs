//! How far callbacks are switched on, queue by queue.

mod promotion;

use std::collections::BTreeMap;
use std::fmt;

use ringback_calllog::QueueId;
use serde::{Deserialize, Serialize};

pub use self::promotion::{PhaseRecord, Promotion, PromotionVerdict, Shortfall};
use crate::{Error, OfferRule};

/// How far callbacks are switched on for a queue.
///
/// | phase | decides | says something to the caller | at which wait |
/// | --- | --- | --- | --- |
/// | shadow | yes, and writes it down | no | as if it were full |
/// | soft launch | yes | yes | above 8 to 10 minutes, where hardly anyone minds |
/// | step | yes | yes | above 10 minutes, then less and less down to 3 |
/// | full | yes | yes | as the rule says |
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case", deny_unknown_fields)]
pub enum Rollout {
    /// Decide, write it down, do nothing.
    #[default]
    Shadow,
    /// Offer where the wait is very long.
    SoftLaunch {
        /// The wait above which callbacks are offered. Unit: seconds. Range: 480 to 600.
        offer_above_secs: f64,
    },
    /// Offer where the wait is long, a little less so with each step.
    Step {
        /// The wait above which callbacks are offered. Unit: seconds. Range: 180 to 600.
        offer_above_secs: f64,
    },
    /// Offer as the rule says.
    Full,
}

impl Rollout {
    /// The usual way from the first phase to the last, minutes of wait in brackets: shadow, soft launch (10), soft launch
    /// (8), steps (6, 5, 4, 3), full.
    pub const LADDER: [Self; 8] = [
        Self::Shadow,
        Self::SoftLaunch { offer_above_secs: 600.0 },
        Self::SoftLaunch { offer_above_secs: 480.0 },
        Self::Step { offer_above_secs: 360.0 },
        Self::Step { offer_above_secs: 300.0 },
        Self::Step { offer_above_secs: 240.0 },
        Self::Step { offer_above_secs: 180.0 },
        Self::Full,
    ];

    /// The phase itself, if its threshold lies in its range.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] if it does not.
    pub fn checked(self) -> Result<Self, Error> {
        let (value, range, expected) = match self {
            Self::Shadow | Self::Full => return Ok(self),
            Self::SoftLaunch { offer_above_secs } => {
                (offer_above_secs, 480.0..=600.0, "480 to 600 in a soft launch")
            }
            Self::Step { offer_above_secs } => {
                (offer_above_secs, 180.0..=600.0, "180 to 600 in a step")
            }
        };
        if range.contains(&value) {
            Ok(self)
        } else {
            Err(Error::Setting { name: "offer_above_secs", value, expected })
        }
    }

    /// Whether callers are told of what is decided.
    pub fn speaks(self) -> bool {
        self != Self::Shadow
    }

    /// The rule that holds in this phase: offers begin above the phase's wait, or the rule's own where that is longer, and
    /// end at the same share of it as in the rule. In shadow and full it is the rule itself.
    #[must_use]
    pub fn rule(self, rule: OfferRule) -> OfferRule {
        match self {
            Self::Shadow | Self::Full => rule,
            Self::SoftLaunch { offer_above_secs } | Self::Step { offer_above_secs } => {
                if rule.offer_above_secs >= offer_above_secs {
                    return rule;
                }
                let share = if rule.offer_above_secs > 0.0 {
                    rule.stop_below_secs / rule.offer_above_secs
                } else {
                    1.0
                };
                OfferRule { offer_above_secs, stop_below_secs: offer_above_secs * share, ..rule }
            }
        }
    }

    /// The next rung of [`Rollout::LADDER`]; none after the last. A soft launch or a step between two rungs goes to the
    /// first one below it.
    pub fn next(self) -> Option<Self> {
        match self {
            Self::Full => None,
            Self::Shadow => Self::LADDER.get(1).copied(),
            Self::SoftLaunch { offer_above_secs } | Self::Step { offer_above_secs } => {
                let is_below = |it: &Self| match *it {
                    Self::Shadow => false,
                    Self::SoftLaunch { offer_above_secs: rung }
                    | Self::Step { offer_above_secs: rung } => rung < offer_above_secs,
                    Self::Full => true,
                };
                Self::LADDER.into_iter().find(is_below)
            }
        }
    }
}

impl fmt::Display for Rollout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shadow => f.write_str("shadow"),
            Self::SoftLaunch { offer_above_secs } => {
                write!(f, "soft launch above {offer_above_secs:.0} s")
            }
            Self::Step { offer_above_secs } => write!(f, "step above {offer_above_secs:.0} s"),
            Self::Full => f.write_str("full"),
        }
    }
}

/// The phase of every queue.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rollouts {
    /// The phase of a queue that is not named. Default: shadow.
    pub default: Rollout,
    /// The phases of named queues.
    pub queues: BTreeMap<QueueId, Rollout>,
}

impl Rollouts {
    /// The phase of a queue; that of unnamed queues where none is known.
    pub fn of(&self, queue: Option<&QueueId>) -> Rollout {
        queue.and_then(|it| self.queues.get(it)).copied().unwrap_or(self.default)
    }
}
