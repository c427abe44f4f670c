//! Free time of agents by stretch and skill, and what is left of it in a window.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ringback_reach::Window;

use super::secs;
use crate::{Capacity, Skill};

/// Free time of agents, by stretch and skill; promises take from it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FreeTime {
    /// By skill, then by start: agents without a skill take every request.
    stretches: BTreeMap<Option<Skill>, Vec<Stretch>>,
}

/// Free and staffed seconds of agents in one stretch.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stretch {
    window: Window,
    free_secs: f64,
    staffed_secs: f64,
}

/// What agents have free in a window.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Slack {
    /// Free seconds of all agents together, at least 0.
    pub free_secs: f64,
    /// Seconds of agents who are there, at least `free_secs` but for rounding.
    pub staffed_secs: f64,
}

impl Slack {
    /// The free share of the agents' time. Range: 0 to 1; 0 where nobody is there.
    pub fn share(self) -> f64 {
        if self.staffed_secs > 0.0 {
            (self.free_secs / self.staffed_secs).clamp(0.0, 1.0)
        } else {
            0.0
        }
    }

    /// How many calls of so many seconds fit: whole ones, without the last bits of a division making one less.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the cast of a float saturates, and the value is not negative"
    )]
    pub fn slots(self, handle_secs: f64) -> u32 {
        let calls = if handle_secs > 0.0 { self.free_secs / handle_secs } else { 0.0 };
        (calls * (1.0 + 1e-9)).floor() as u32
    }
}

impl FreeTime {
    /// The free time of slots that somebody else has counted, each of so many seconds. Agents are taken to be there as
    /// they are in the row with most slots an hour, so that this row's slack is 1.
    pub fn of_capacity(capacity: &[Capacity], slot_secs: f64) -> Self {
        let slot_secs = slot_secs.max(0.0);
        let per_sec = |it: &Capacity| f64::from(it.slots) / secs(it.window);
        let most = capacity.iter().map(per_sec).fold(0.0, f64::max);
        let mut free = Self::default();
        for row in capacity {
            let free_secs = f64::from(row.slots) * slot_secs;
            let staffed_secs = most * secs(row.window) * slot_secs;
            free.add(row.window, row.skill.clone(), [free_secs, staffed_secs]);
        }
        free
    }

    /// Adds a stretch: its free and its staffed seconds.
    pub(super) fn add(&mut self, window: Window, skill: Option<Skill>, secs: [f64; 2]) {
        let stretches = self.stretches.entry(skill).or_default();
        let place = stretches.partition_point(|it| it.window <= window);
        let [free_secs, staffed_secs] = secs;
        stretches.insert(place, Stretch { window, free_secs, staffed_secs });
    }

    /// What agents who take a request that needs `skill`, or none, have free in a window: of a stretch that reaches
    /// beyond it the part inside, in proportion. Time that no stretch covers is not free.
    pub fn within(&self, window: Window, skill: Option<&Skill>) -> Slack {
        let mut slack = Slack::default();
        for (has, stretches) in &self.stretches {
            if has.is_some() && has.as_ref() != skill {
                continue;
            }
            for (stretch, share) in inside(stretches, window) {
                slack.free_secs += stretch.free_secs * share;
                slack.staffed_secs += stretch.staffed_secs * share;
            }
        }
        slack
    }

    /// The same of agents who have the skill alone; of those without one if none is needed.
    pub fn own(&self, window: Window, skill: Option<&Skill>) -> Slack {
        let mut slack = Slack::default();
        let stretches = self.stretches.get(&skill.cloned()).map_or(&[][..], Vec::as_slice);
        for (stretch, share) in inside(stretches, window) {
            slack.free_secs += stretch.free_secs * share;
            slack.staffed_secs += stretch.staffed_secs * share;
        }
        slack
    }

    /// Takes the time of a call from a window: from agents who have the skill first, then from those who take every
    /// request; from each stretch in proportion to what it has free. Returns the seconds that were not there to take.
    pub fn promise(&mut self, window: Window, skill: Option<&Skill>, handle_secs: f64) -> f64 {
        let mut left = handle_secs.max(0.0);
        let own = skill.cloned().map(Some);
        for key in own.into_iter().chain([None]) {
            let Some(stretches) = self.stretches.get_mut(&key) else { continue };
            let free: f64 = inside(stretches, window).map(|(it, share)| it.free_secs * share).sum();
            if free <= 0.0 {
                continue;
            }
            let taken = left.min(free);
            for stretch in stretches.iter_mut() {
                let share = overlap_share(stretch.window, window);
                stretch.free_secs -= stretch.free_secs * share * (taken / free);
            }
            left -= taken;
        }
        left
    }

    /// The slots of each window for calls of so many seconds, by skill; what the planner takes.
    pub fn capacity(&self, windows: &[Window], handle_secs: f64) -> Vec<Capacity> {
        let mut capacity = Vec::new();
        for (skill, stretches) in &self.stretches {
            for &window in windows {
                let free_secs = inside(stretches, window).map(|(it, share)| it.free_secs * share);
                let slack = Slack { free_secs: free_secs.sum(), staffed_secs: 0.0 };
                let slots = slack.slots(handle_secs);
                capacity.push(Capacity { window, slots, skill: skill.clone() });
            }
        }
        capacity
    }

    /// The first instant that no stretch covers any more; absent without stretches.
    pub fn known_until(&self) -> Option<DateTime<Utc>> {
        self.stretches.values().flatten().map(|it| it.window.ends_at()).max()
    }
}

/// The stretches that overlap a window, each with the share of it that lies inside.
fn inside(stretches: &[Stretch], window: Window) -> impl Iterator<Item = (&Stretch, f64)> {
    let overlaps = stretches.iter().map(move |it| (it, overlap_share(it.window, window)));
    overlaps.filter(|(_, share)| *share > 0.0)
}

/// The share of a stretch that lies inside a window.
fn overlap_share(stretch: Window, window: Window) -> f64 {
    let from = stretch.starts_at().max(window.starts_at());
    let to = stretch.ends_at().min(window.ends_at());
    ((to - from).as_seconds_f64() / secs(stretch)).clamp(0.0, 1.0)
}
