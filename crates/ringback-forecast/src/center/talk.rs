//! Service times, and the chance that a service of a given age ends soon.

use serde::{Deserialize, Serialize};

use super::recent::{Last, blend};
use super::{Tick, secs};
use crate::Error;

/// Ages in seconds at which the hazard changes.
const AGES: [f64; 20] = [
    5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 150.0, 180.0, 240.0, 300.0, 420.0, 600.0,
    900.0, 1200.0, 1800.0, 2700.0, 3600.0,
];

/// Ends after which the older half weighs half.
const MEMORY: f64 = 4000.0;

/// Service times.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Talk {
    pub(super) twenty: Last<20>,
    pub(super) slow: Option<f64>,
    by_class: Vec<ClassTalk>,
    ends: [f64; AGES.len() + 1],
    exposed_secs: [f64; AGES.len() + 1],
}

/// The service times of one type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct ClassTalk {
    pub(super) twenty: Last<20>,
    pub(super) slow: Option<f64>,
}

impl Talk {
    /// Checks service times that were saved.
    pub(super) fn check(&self) -> Result<(), Error> {
        self.by_class.iter().map(|it| &it.twenty).chain([&self.twenty]).try_for_each(Last::check)
    }

    pub(super) fn ended(&mut self, tick: &Tick) {
        let took = secs(tick.at - tick.since);
        self.twenty.push(took);
        blend(&mut self.slow, took, 0.005);
        let class = tick.class as usize;
        if class >= self.by_class.len() {
            self.by_class.resize_with(class + 1, ClassTalk::default);
        }
        self.by_class[class].twenty.push(took);
        blend(&mut self.by_class[class].slow, took, 0.01);
        self.expose(took);
    }

    pub(super) fn class(&self, class: u32) -> Option<&ClassTalk> {
        self.by_class.get(class as usize)
    }

    fn expose(&mut self, took: f64) {
        let mut from = 0.0;
        let mut bin = 0;
        while bin < AGES.len() && AGES[bin] <= took {
            self.exposed_secs[bin] += AGES[bin] - from;
            from = AGES[bin];
            bin += 1;
        }
        self.exposed_secs[bin] += took - from;
        self.ends[bin] += 1.0;
        if self.ends.iter().sum::<f64>() > MEMORY {
            for value in self.ends.iter_mut().chain(&mut self.exposed_secs) {
                *value /= 2.0;
            }
        }
    }

    /// The rate per second at which a service of an age ends, drawn to one over the mean as by two ends.
    pub(super) fn hazard(&self, age_secs: f64) -> f64 {
        let bin = AGES.partition_point(|it| *it <= age_secs);
        let usual = self.slow.unwrap_or(180.0).max(1.0);
        (self.ends[bin] + 2.0) / (self.exposed_secs[bin] + 2.0 * usual)
    }
}
