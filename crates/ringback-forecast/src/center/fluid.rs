//! The wait that theory gives when rates change while the caller waits, and how the last waits compared with it.

use serde::{Deserialize, Serialize};

use super::features::{Busy, LONGEST_SECS, Line};
use super::recent::blend;
use super::{Asker, Center};
use crate::center::agents::Active;

/// The step of the calculation, in seconds.
const STEP_SECS: f64 = 10.0;

/// What is added to waits before they are compared: short ones are not told apart by ratios.
const SOFT_SECS: f64 = 20.0;

/// Priorities above the caller's that are counted by themselves.
const ABOVE: usize = 4;

/// Waits over what theory had said at entry.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Ratios {
    pub(super) quick: Option<f64>,
    pub(super) slow: Option<f64>,
    by_class: Vec<Option<f64>>,
}

impl Ratios {
    pub(super) fn answered(&mut self, class: u32, wait_secs: f64, fluid_secs: f64) {
        let ratio = (wait_secs + SOFT_SECS) / (fluid_secs + SOFT_SECS);
        blend(&mut self.quick, ratio, 0.15);
        blend(&mut self.slow, ratio, 0.01);
        let place = class as usize;
        if place >= self.by_class.len() {
            self.by_class.resize(place + 1, None);
        }
        blend(&mut self.by_class[place], ratio, 0.1);
    }

    pub(super) fn class(&self, class: u32) -> Option<f64> {
        self.by_class.get(class as usize).copied().flatten()
    }
}

impl Center {
    /// The wait of one who enters, in seconds.
    pub(super) fn fluid_secs(&self, at: i64, asker: Asker) -> f64 {
        let line = self.line(at, asker);
        let (busy, active) = (self.busy(at, asker), self.agents.active(at, asker.class));
        self.fluid(at, asker, (&line, &busy, &active))
    }

    /// The time in which those ahead leave and the caller is next: services in progress end at the rates of their ages, agents
    /// on a break come back, and both fade to the pace of the agents at work; callers ahead hang up at a constant rate; and
    /// those with a higher credit come in between at the rate of the last 15 minutes, for as long as it puts them first.
    ///
    /// # Source
    ///
    /// The fluid limit of a queue whose rates change, as in \[`IbrahimWhitt2009`\], with overtaking added.
    fn fluid(&self, at: i64, asker: Asker, (line, busy, active): (&Line, &Busy, &Active)) -> f64 {
        let talk = self.talk.slow.unwrap_or(180.0).max(1.0);
        let by_agents = self.agents.are_known().then_some(active.skilled_busy_rate);
        let long_run = by_agents.unwrap_or(busy.in_pool / talk).max(1e-3);
        let theta = self.abandon_rate(asker.class);
        let mut above = [(0.0, 0.0); ABOVE];
        let credit = self.credits.secs(asker.priority);
        for (slot, it) in above.iter_mut().zip(self.flow.above(at, credit, &self.credits)) {
            *slot = it;
        }
        let fade = (-STEP_SECS / (0.5 * talk).max(5.0)).exp();
        let mut beyond = busy.rate_in_pool + active.skilled_back_rate - long_run;
        let mut left = line.ahead_of_pool + 1.0;
        let mut wait = 0.0;
        while wait < LONGEST_SECS {
            let rate = (long_run + beyond + theta * (left - 1.0).max(0.0)).max(1e-4);
            let come: f64 = above.iter().map(|it| if wait < it.1 { it.0 } else { 0.0 }).sum();
            let fewer = (rate - come) * STEP_SECS;
            if fewer >= left {
                return wait + STEP_SECS * left / fewer;
            }
            left -= fewer;
            beyond *= fade;
            wait += STEP_SECS;
        }
        LONGEST_SECS
    }

    pub(super) fn put_fluid(
        &self,
        at: i64,
        asker: Asker,
        (line, busy, active): (&Line, &Busy, &Active),
        put: &mut impl FnMut(&[f64]),
    ) {
        let known = |it: Option<f64>| it.unwrap_or(f64::NAN);
        let secs = self.fluid(at, asker, (line, busy, active));
        let scaled = |it: Option<f64>| known(it.map(|it| (secs + SOFT_SECS) * it - SOFT_SECS));
        put(&[
            secs,
            scaled(self.ratios.quick),
            scaled(self.ratios.slow),
            known(self.ratios.quick),
            known(self.ratios.slow),
            known(self.ratios.class(asker.class)),
        ]);
    }
}
