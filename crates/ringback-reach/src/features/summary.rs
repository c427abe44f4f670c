//! What a customer's attempts add up to, kept so that one more attempt is quick to add.

use crate::history::{Event, HOURS, Person, What};

/// The width of the kernel over the hours of the day. Unit: hours.
const NEAR_HOURS: f64 = 1.5;
/// The half-life of what counts as lately. Unit: days.
const LATELY_DAYS: f64 = 30.0;
/// Misses within this time count as tried lately. Unit: seconds.
const TRIED_SECS: i64 = 7 * 86_400;

/// Sums over a customer's events.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Summary {
    near_reached: [f64; HOURS],
    near_all: [f64; HOURS],
    near_inbound: [f64; HOURS],
    lately_reached: f64,
    lately_all: f64,
    lately_at_secs: i64,
    /// Misses of late, with the hour of the day.
    misses: Vec<(i64, u8)>,
}

impl Summary {
    pub(crate) fn of(person: &Person) -> Self {
        let mut summary = Self::default();
        for event in &person.events {
            summary.add(event);
        }
        summary
    }

    pub(crate) fn add(&mut self, event: &Event) {
        let reached = f64::from(u8::from(event.what == What::Reached));
        for hour in 0..24_u8 {
            let apart = f64::from(event.moment.hours_from(hour));
            if apart > 3.0 * NEAR_HOURS {
                continue;
            }
            let weight = (-apart * apart / (2.0 * NEAR_HOURS * NEAR_HOURS)).exp();
            let at = usize::from(hour);
            if event.what == What::Inbound {
                self.near_inbound[at] += weight;
            } else {
                self.near_reached[at] += weight * reached;
                self.near_all[at] += weight;
            }
        }
        if event.what == What::Inbound {
            return;
        }
        let kept = self.fading(event.moment.secs);
        self.lately_reached = self.lately_reached * kept + reached;
        self.lately_all = self.lately_all * kept + 1.0;
        self.lately_at_secs = event.moment.secs;
        self.misses.retain(|it| event.moment.secs - it.0 <= TRIED_SECS);
        if event.what == What::Missed {
            self.misses.push((event.moment.secs, event.moment.hour));
        }
    }

    fn fading(&self, secs: i64) -> f64 {
        let days = secs.saturating_sub(self.lately_at_secs).max(0) as f64 / 86_400.0;
        (-days / LATELY_DAYS).exp2()
    }

    /// By how much the rate near an hour exceeds an expected one, shrunk by three attempts' worth.
    pub(crate) fn near(&self, hour: u8, expected: f64) -> f64 {
        let at = usize::from(hour) % HOURS;
        (self.near_reached[at] - self.near_all[at] * expected) / (self.near_all[at] + 3.0)
    }

    /// By how much the rate of late exceeds an expected one, shrunk by two attempts' worth.
    pub(crate) fn lately(&self, secs: i64, expected: f64) -> f64 {
        let kept = self.fading(secs);
        (self.lately_reached - self.lately_all * expected) * kept / (self.lately_all * kept + 2.0)
    }

    /// Own calls near an hour, as a share that rises to 1.
    pub(crate) fn inbound(&self, hour: u8) -> f64 {
        let calls = self.near_inbound[usize::from(hour) % HOURS];
        calls / (calls + 1.0)
    }

    /// Misses in the last week within an hour of this time of the day.
    pub(crate) fn tried(&self, secs: i64, hour: u8) -> usize {
        let is_close = |other: u8| {
            let apart = hour.abs_diff(other);
            apart.min(24 - apart.min(24)) <= 1
        };
        let is_late = |it: i64| secs.saturating_sub(it) <= TRIED_SECS;
        self.misses.iter().filter(|it| is_late(it.0) && is_close(it.1)).count()
    }
}
