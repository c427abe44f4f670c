//! The head start of a priority, as the log itself shows it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ringback_calllog::{Call, Stage, StageEnd, StageKind};
use serde::{Deserialize, Serialize};

/// How many seconds of waiting each priority is worth: callers are served in the order of the moment that they entered
/// the queue less the credit of their priority.
///
/// Learned from a log as the credit that leaves the fewest overtakings: pairs of callers, one of the most usual
/// priority and one of another, of whom the one who was served first came later by the order with credit. A priority
/// that was never seen has none.
///
/// # Example
///
/// ```
/// use ringback_forecast::PriorityCredits;
///
/// let credits = PriorityCredits::none().with(2, 90);
/// assert_eq!((credits.secs(2), credits.secs(0)), (90, 0));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriorityCredits(Vec<(i32, i32)>);

/// The largest credit that is looked for, in seconds. Beyond it one priority goes strictly first.
const LARGEST_SECS: i32 = 3600;

/// Credits are told to so many seconds.
const STEP_SECS: i32 = 5;

/// The credits that are tried: 720 steps either way, and none.
const STEPS: usize = 1_441;

/// Of the callers who wait already, how many of the latest a caller who enters is compared with.
const COMPARED: usize = 200;

/// Pairs that are needed to learn a credit.
const PAIRS: usize = 50;

impl PriorityCredits {
    /// First come, first served, whatever the priority.
    pub fn none() -> Self {
        Self::default()
    }

    /// Sets the credit of a priority, in seconds; negative for callers who have to let others pass.
    #[must_use]
    pub fn with(mut self, priority: i32, secs: i32) -> Self {
        self.0.retain(|it| it.0 != priority);
        if secs != 0 {
            self.0.push((priority, secs.clamp(-LARGEST_SECS, LARGEST_SECS)));
            self.0.sort_unstable();
        }
        self
    }

    /// The credit of a priority, in seconds.
    pub fn secs(&self, priority: i32) -> i32 {
        self.0.iter().find(|it| it.0 == priority).map_or(0, |it| it.1)
    }

    pub(crate) fn micros(&self, priority: i32) -> i64 {
        i64::from(self.secs(priority)) * super::SECOND
    }

    /// The credits that a log shows by `until`. Priorities of fewer than fifty pairs get none. A caller is compared with the
    /// two hundred who entered last before them and still wait, so that time and memory grow with the log only.
    pub fn learn(calls: &[Call], until: DateTime<Utc>) -> Self {
        let stays = stays(calls, until);
        let Some(usual) = usual_priority(&stays) else { return Self::none() };
        let mut credits = Self::none();
        for (priority, pairs) in pairs(&stays, usual) {
            if pairs.count >= PAIRS {
                credits = credits.with(priority, pairs.best_credit());
            }
        }
        credits
    }
}

/// A stay in a queue that had begun by the end of what may be learned from.
struct Stay {
    entered_at: i64,
    left_at: i64,
    priority: i32,
    answered: bool,
}

/// Stays by entry; one that had not ended by then counts as one of no length, which makes no pair.
fn stays(calls: &[Call], until: DateTime<Utc>) -> Vec<Stay> {
    let is_stay = |it: &&Stage| it.kind == StageKind::Queue && it.entered_at < until;
    let mut stays = Vec::new();
    for call in calls {
        for stage in call.stages.iter().filter(is_stay) {
            let left_at = stage.left_at.filter(|it| *it < until && *it >= stage.entered_at);
            stays.push(Stay {
                entered_at: stage.entered_at.timestamp_micros(),
                left_at: left_at.unwrap_or(stage.entered_at).timestamp_micros(),
                priority: call.priority.unwrap_or(0),
                answered: left_at.is_some() && stage.end == StageEnd::Answered,
            });
        }
    }
    stays.sort_by_key(|it| (it.entered_at, it.left_at, it.priority, it.answered));
    stays
}

fn usual_priority(stays: &[Stay]) -> Option<i32> {
    let mut counts: BTreeMap<i32, usize> = BTreeMap::new();
    for stay in stays {
        *counts.entry(stay.priority).or_default() += 1;
    }
    // Of priorities that are as frequent, the lowest.
    counts.into_iter().max_by_key(|it| (it.1, std::cmp::Reverse(it.0))).map(|it| it.0)
}

/// By how many seconds the caller of the other priority entered after the one of the usual priority, for pairs who
/// waited at the same time: how often, for each number that a credit may be.
struct Pairs {
    /// The other was served first: an overtaking for every credit below. By the smallest credit that is none.
    first: Vec<usize>,
    /// The usual one was served first: an overtaking for every credit above. By the largest credit that is none.
    second: Vec<usize>,
    count: usize,
}

impl Default for Pairs {
    fn default() -> Self {
        Self { first: vec![0; STEPS + 1], second: vec![0; STEPS + 1], count: 0 }
    }
}

fn pairs(stays: &[Stay], usual: i32) -> BTreeMap<i32, Pairs> {
    let mut pairs: BTreeMap<i32, Pairs> = BTreeMap::new();
    let mut present: Vec<&Stay> = Vec::new();
    for later in stays {
        present.retain(|it| it.left_at > later.entered_at);
        let latest = present.len().saturating_sub(COMPARED);
        present.drain(..latest);
        for earlier in &present {
            if (earlier.priority == usual) == (later.priority == usual) {
                continue;
            }
            let earlier_first = earlier.left_at < later.left_at && earlier.answered;
            let later_first = later.left_at < earlier.left_at && later.answered;
            if !earlier_first && !later_first {
                continue;
            }
            let gap = (later.entered_at - earlier.entered_at) / super::SECOND;
            let (other, gap) =
                if later.priority == usual { (*earlier, -gap) } else { (later, gap) };
            let pairs = pairs.entry(other.priority).or_default();
            let other_first = if later.priority == usual { earlier_first } else { later_first };
            pairs.push(gap, other_first);
        }
        present.push(later);
    }
    pairs
}

impl Pairs {
    fn push(&mut self, gap_secs: i64, other_first: bool) {
        self.count += 1;
        let steps = i64::from(LARGEST_SECS / STEP_SECS);
        let step = i64::from(STEP_SECS);
        // The first credit at or above the gap, or the last one at or below it.
        let (counts, credit) = if other_first {
            (&mut self.first, -(-gap_secs).div_euclid(step))
        } else {
            (&mut self.second, gap_secs.div_euclid(step))
        };
        // One place before the smallest credit for `second`, one after the largest for `first`.
        let place = if other_first {
            credit.clamp(-steps, steps + 1) + steps
        } else {
            credit.clamp(-steps - 1, steps) + steps + 1
        };
        if let Some(count) = usize::try_from(place).ok().and_then(|it| counts.get_mut(it)) {
            *count += 1;
        }
    }

    /// The credit, to five seconds, with the fewest overtakings; of those that are as good, the smallest in amount.
    fn best_credit(&self) -> i32 {
        let mut above: usize = self.first.iter().sum();
        let mut below = 0;
        let mut best = (usize::MAX, 0, 0);
        for (place, credit) in (-LARGEST_SECS..=LARGEST_SECS).step_by(5).enumerate() {
            above -= self.first[place];
            below += self.second[place];
            best = best.min((above + below, credit.abs(), credit));
        }
        best.2
    }
}
