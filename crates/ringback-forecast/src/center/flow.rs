//! What came and went in the last minutes.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::{PriorityCredits, SECOND, Tick};

/// Stamps of the last half hour.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Window(VecDeque<i64>);

/// How far a window looks back.
const SPAN: i64 = 1800 * SECOND;

impl Window {
    fn push(&mut self, at: i64) {
        while self.0.front().is_some_and(|it| at - it > SPAN) {
            self.0.pop_front();
        }
        self.0.push_back(at);
    }

    /// How many in the last `secs` seconds, which are 1,800 at most.
    pub(super) fn count(&self, at: i64, secs: i64) -> f64 {
        let from = at - secs * SECOND;
        (self.0.len() - self.0.partition_point(|it| *it < from)) as f64
    }
}

/// Entries, exits and beginnings of service.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Flow {
    pub(super) entries: Window,
    pub(super) answers: Window,
    pub(super) abandons: Window,
    pub(super) begins: Window,
    pub(super) last_begin_at: Option<i64>,
    by_class: Vec<ClassFlow>,
    /// Entries by priority, in the order of their first.
    by_priority: Vec<(i32, Window)>,
    pub(super) patience: Patience,
}

/// The same for one type.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct ClassFlow {
    pub(super) entries: Window,
    pub(super) answers: Window,
    pub(super) last_answer_at: Option<i64>,
    pub(super) patience: Patience,
}

/// Hang-ups and the time waited: the rate at which callers give up is the one over the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Patience {
    hang_ups: f64,
    waited_secs: f64,
}

/// Hang-ups after which the older half weighs half.
const PATIENCE_MEMORY: f64 = 2000.0;

impl Patience {
    fn left(&mut self, waited: i64, answered: bool) {
        self.waited_secs += super::secs(waited);
        self.hang_ups += if answered { 0.0 } else { 1.0 };
        if self.hang_ups > PATIENCE_MEMORY {
            *self = Self { hang_ups: self.hang_ups / 2.0, waited_secs: self.waited_secs / 2.0 };
        }
    }

    /// Hang-ups per second of waiting, drawn to `usual` as by ten hang-ups.
    pub(super) fn rate(&self, usual: f64) -> f64 {
        if usual <= 0.0 {
            return if self.waited_secs > 0.0 { self.hang_ups / self.waited_secs } else { 0.0 };
        }
        (self.hang_ups + 10.0) / (self.waited_secs + 10.0 / usual)
    }
}

impl Flow {
    pub(super) fn enters(&mut self, tick: &Tick) {
        self.entries.push(tick.at);
        self.class_mut(tick.class).entries.push(tick.at);
        let place = self.by_priority.iter().position(|it| it.0 == tick.priority);
        let place = place.unwrap_or_else(|| {
            self.by_priority.push((tick.priority, Window::default()));
            self.by_priority.len() - 1
        });
        self.by_priority[place].1.push(tick.at);
    }

    pub(super) fn leaves(&mut self, tick: &Tick, answered: bool) {
        let waited = tick.at - tick.since;
        self.patience.left(waited, answered);
        let class = self.class_mut(tick.class);
        class.patience.left(waited, answered);
        if answered {
            class.answers.push(tick.at);
            class.last_answer_at = Some(tick.at);
            self.answers.push(tick.at);
        } else {
            self.abandons.push(tick.at);
        }
    }

    pub(super) fn begins(&mut self, at: i64) {
        self.begins.push(at);
        self.last_begin_at = Some(at);
    }

    pub(super) fn class(&self, class: u32) -> Option<&ClassFlow> {
        self.by_class.get(class as usize)
    }

    /// Entries in the last 15 minutes of callers with a higher credit.
    pub(super) fn entries_above(&self, at: i64, credit: i32, credits: &PriorityCredits) -> f64 {
        let above = self.by_priority.iter().filter(|it| credits.secs(it.0) > credit);
        above.map(|it| it.1.count(at, 900)).sum()
    }

    /// Entries per second in the last 15 minutes of each priority with a higher credit, and how many seconds higher.
    pub(super) fn above<'a>(
        &'a self,
        at: i64,
        credit: i32,
        credits: &'a PriorityCredits,
    ) -> impl Iterator<Item = (f64, f64)> + 'a {
        let above = self.by_priority.iter().filter(move |it| credits.secs(it.0) > credit);
        let of = move |it: &(i32, Window)| {
            (it.1.count(at, 900) / 900.0, f64::from(credits.secs(it.0) - credit))
        };
        above.map(of)
    }

    fn class_mut(&mut self, class: u32) -> &mut ClassFlow {
        let place = class as usize;
        if place >= self.by_class.len() {
            self.by_class.resize_with(place + 1, ClassFlow::default);
        }
        &mut self.by_class[place]
    }
}
