//! What a planner weighs.

use std::collections::BTreeMap;

use ringback_calllog::Intent;
use ringback_reach::AttemptKind;
use serde::{Deserialize, Serialize};

use crate::{Error, Urgency};

/// What a planned callback is worth.
///
/// With the probability `P` that a person answers, the worth `w` of the intent, the days `d` from the instant of
/// planning (or of the request, if later) to the start of the call's window, and the part `u` of the time from request
/// to deadline that is used up then (0 without a deadline):
///
/// ```text
/// value = weight · (P · w − wait_cost_per_day · d − deadline_cost · u²)
/// ```
///
/// Leaving a request out counts as calling it in vain at the end of the last window, `u` being 1 if it is due by then:
/// any window is better than none, and of two requests the one whose deadline is nearer is kept.
///
/// Urgent requests are planned as if there were no others: first the greatest value of the urgent ones, in steps of a
/// ten-thousandth, then the greatest value of the rest in what room is left.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PlanWeights {
    /// Of [`Urgency::Low`]. Default: 0.5. Range: above 0, to 1,000, as the other two.
    pub low: f64,
    /// Of [`Urgency::Normal`], and of urgent ones among themselves. Default: 1.
    pub normal: f64,
    /// Of [`Urgency::High`]. Default: 2.
    pub high: f64,
    /// What a day of waiting costs. Unit: answered calls, so that 0.05 is as much as five percentage points of
    /// reachability. Default: 0.05. Range: 0 to 100.
    pub wait_cost_per_day: f64,
    /// What a call at the deadline costs, more than one at once. Unit: answered calls. Default: 0.1. Range: 0 to 100.
    pub deadline_cost: f64,
}

impl Default for PlanWeights {
    fn default() -> Self {
        Self { low: 0.5, normal: 1.0, high: 2.0, wait_cost_per_day: 0.05, deadline_cost: 0.1 }
    }
}

impl PlanWeights {
    /// The weight of an urgency.
    pub fn weight(&self, urgency: Urgency) -> f64 {
        match urgency {
            Urgency::Low => self.low,
            Urgency::Normal | Urgency::Urgent => self.normal,
            Urgency::High => self.high,
        }
    }

    fn check(&self) -> Result<(), Error> {
        for (name, value) in [("low", self.low), ("normal", self.normal), ("high", self.high)] {
            if !(value > 0.0 && value <= 1_000.0) {
                return Err(Error::Setting { name, value, expected: "above 0, to 1000" });
            }
        }
        let costs =
            [("wait_cost_per_day", self.wait_cost_per_day), ("deadline_cost", self.deadline_cost)];
        for (name, value) in costs {
            if !(0.0..=100.0).contains(&value) {
                return Err(Error::Setting { name, value, expected: "0 to 100" });
            }
        }
        if self.low > self.normal || self.normal > self.high {
            return Err(Error::Contradiction(format!(
                "weights of low, normal and high are {}, {} and {}, expected none below the one before",
                self.low, self.normal, self.high
            )));
        }
        Ok(())
    }
}

/// What becomes of a customer who has chosen windows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChosenWindows {
    /// Only the chosen windows, as long as one of them may still be used; then any, and the reason says so.
    #[default]
    First,
    /// Only the chosen windows, or none.
    Only,
    /// All windows alike.
    Ignored,
}

/// Makes plans.
///
/// # Example
///
/// ```
/// use ringback_callback::{PlanWeights, Planner};
///
/// // Reachability alone: as long as it is within the deadline, late is as good as early.
/// let weights = PlanWeights { wait_cost_per_day: 0.0, deadline_cost: 0.0, ..PlanWeights::default() };
/// let planner = Planner::new().weights(weights);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Planner {
    pub(super) weights: PlanWeights,
    pub(super) worth: BTreeMap<Intent, f64>,
    pub(super) chosen: ChosenWindows,
    pub(super) kind: AttemptKind,
    pub(super) ask_every_mins: u32,
    pub(super) stale_after_hours: u32,
}

impl Default for Planner {
    fn default() -> Self {
        Self {
            weights: PlanWeights::default(),
            worth: BTreeMap::new(),
            chosen: ChosenWindows::First,
            kind: AttemptKind::RequestedCallback,
            ask_every_mins: 60,
            stale_after_hours: 7 * 24,
        }
    }
}

impl Planner {
    /// A planner with the defaults that the setters name.
    pub fn new() -> Self {
        Self::default()
    }

    /// What a planned callback is worth. Default: [`PlanWeights::default`].
    #[must_use]
    pub fn weights(mut self, weights: PlanWeights) -> Self {
        self.weights = weights;
        self
    }

    /// What an answered call about an intent is worth. Default: 1 for every intent. Range: 0 to 1,000.
    #[must_use]
    pub fn worth(mut self, intent: Intent, worth: f64) -> Self {
        self.worth.insert(intent, worth);
        self
    }

    /// What becomes of customers who have chosen windows. Default: [`ChosenWindows::First`].
    #[must_use]
    pub fn chosen(mut self, chosen: ChosenWindows) -> Self {
        self.chosen = chosen;
        self
    }

    /// As what kind of attempt reachability is asked for. Default: [`AttemptKind::RequestedCallback`].
    #[must_use]
    pub fn kind(mut self, kind: AttemptKind) -> Self {
        self.kind = kind;
        self
    }

    /// A window's probability is the mean over pieces of at most this length, each asked at its middle. Unit: minutes.
    /// Default: 60. Range: 5 to 1,440.
    #[must_use]
    pub fn ask_every_mins(mut self, mins: u32) -> Self {
        self.ask_every_mins = mins;
        self
    }

    /// A plan notes that its model has seen nothing for more than so many hours. Default: 168. Range: at least 1.
    #[must_use]
    pub fn stale_after_hours(mut self, hours: u32) -> Self {
        self.stale_after_hours = hours;
        self
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        self.weights.check()?;
        if let Some(&value) = self.worth.values().find(|it| !(0.0..=1_000.0).contains(*it)) {
            return Err(Error::Setting { name: "worth", value, expected: "0 to 1000" });
        }
        if !(5..=1_440).contains(&self.ask_every_mins) {
            let value = f64::from(self.ask_every_mins);
            return Err(Error::Setting { name: "ask_every_mins", value, expected: "5 to 1440" });
        }
        if self.stale_after_hours == 0 {
            return Err(Error::Setting {
                name: "stale_after_hours",
                value: 0.0,
                expected: "at least 1",
            });
        }
        Ok(())
    }
}
