//! The chance of being answered at once.

use serde::{Deserialize, Serialize};

use crate::center::{Features, place};

const IDLE: usize = place("idle_in_pool");
const WAITING: usize = place("waiting");

/// How often callers were answered without a wait, by whether anybody waited and how many agents were idle.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct NoWaits {
    /// Answered callers, and those of them without a wait: nobody waits and 0, 1, 2 or more, or an unknown number of agents
    /// idle; then the same where somebody waits.
    counts: [(f64, f64); 8],
    all: (f64, f64),
}

impl NoWaits {
    pub(super) fn learn(&mut self, features: &Features, wait_secs: f64) {
        let at_once = if wait_secs > 0.0 { 0.0 } else { 1.0 };
        for count in [&mut self.counts[cell(features)], &mut self.all] {
            count.0 += 1.0;
            count.1 += at_once;
        }
    }

    /// The probability, drawn to that of all callers as by twenty of them.
    pub(super) fn probability(&self, features: &Features) -> f64 {
        if self.all.1 <= 0.0 {
            return 0.0;
        }
        let usual = self.all.1 / self.all.0;
        let (callers, at_once) = self.counts[cell(features)];
        (at_once + 20.0 * usual) / (callers + 20.0)
    }
}

fn cell(features: &Features) -> usize {
    let of_idle = match features[IDLE] {
        it if it.is_nan() => 3,
        it if it < 0.5 => 0,
        it if it < 1.5 => 1,
        _ => 2,
    };
    if features[WAITING] < 0.5 { of_idle } else { of_idle + 4 }
}
