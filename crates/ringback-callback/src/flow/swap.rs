//! Which request would gain most by moving from one place to another.

use std::collections::BinaryHeap;

/// A request that could move, and what that would add to the total; the greatest gain first, of
/// equals the higher row: who came first stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Swap {
    gain: i64,
    row: u32,
}

/// The requests of one place by what they would gain in another.
///
/// Requests that have left are dropped when they come to the top, and in one go when they outnumber those that stay.
#[derive(Clone, Debug, Default)]
pub(super) struct Swaps(BinaryHeap<Swap>);

impl Swaps {
    /// Takes all of them at once: linear in their number.
    pub(super) fn of(entries: Vec<(i64, u32)>) -> Self {
        let entries: Vec<Swap> =
            entries.into_iter().map(|(gain, row)| Swap { gain, row }).collect();
        Self(entries.into())
    }

    /// The greatest gain and whose it is.
    pub(super) fn best(&self) -> Option<(i64, u32)> {
        self.0.peek().map(|it| (it.gain, it.row))
    }

    /// Adds a request.
    pub(super) fn push(&mut self, gain: i64, row: u32) {
        self.0.push(Swap { gain, row });
    }

    /// Drops what is at the top until it still holds.
    pub(super) fn drop_while_gone(&mut self, holds: impl Fn(i64, u32) -> bool) {
        while let Some((gain, row)) = self.best() {
            if holds(gain, row) {
                break;
            }
            self.0.pop();
        }
    }

    /// Drops whatever no longer holds, and repeats, if there are more than so many entries.
    pub(super) fn compact(&mut self, entries_most: usize, holds: impl Fn(i64, u32) -> bool) {
        if self.0.len() <= entries_most {
            return;
        }
        let mut entries = std::mem::take(&mut self.0).into_vec();
        entries.retain(|it| holds(it.gain, it.row));
        entries.sort_unstable();
        entries.dedup();
        self.0 = BinaryHeap::from(entries);
    }
}
