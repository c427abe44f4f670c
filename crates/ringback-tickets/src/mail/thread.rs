//! Messages that name each other as threads.

use ringback_eventlog::Texts;
use rustc_hash::FxHashMap;

/// Whom a thread waits for: the status and what it means.
type Waits = (&'static str, &'static str);

/// Sets of message ids that are joined.
#[derive(Debug, Default)]
pub(super) struct Threads {
    ids: Texts,
    parent: Vec<u32>,
    ordinals: FxHashMap<u32, usize>,
    waits: Vec<Option<Waits>>,
}

impl Threads {
    /// How many ids are known.
    pub(super) fn len(&self) -> usize {
        self.parent.len()
    }

    /// The number of an id.
    pub(super) fn number(&mut self, id: &str) -> u32 {
        let number = self.ids.number(id);
        if self.parent.len() < self.ids.len() {
            self.parent.push(number);
        }
        number
    }

    /// Joins the threads of two ids.
    pub(super) fn join(&mut self, one: u32, other: &str) {
        let other = self.number(other);
        let (one, other) = (self.root(one), self.root(other));
        if let Some(parent) = self.parent.get_mut(one.max(other) as usize) {
            *parent = one.min(other);
        }
    }

    /// The id that stands for a thread.
    fn root(&mut self, mut of: u32) -> u32 {
        loop {
            let parent = self.parent.get(of as usize).copied().unwrap_or(of);
            if parent == of {
                return of;
            }
            // Halves the path for those who come after.
            let above = self.parent.get(parent as usize).copied().unwrap_or(parent);
            if let Some(it) = self.parent.get_mut(of as usize) {
                *it = above;
            }
            of = above;
        }
    }

    /// The number of a message's thread, from 1, in the order in which threads are asked for.
    pub(super) fn ordinal(&mut self, id: u32) -> usize {
        let root = self.root(id);
        let next = self.ordinals.len() + 1;
        *self.ordinals.entry(root).or_insert(next)
    }

    /// Whom a thread waits for.
    pub(super) fn waits(&self, ordinal: usize) -> Option<Waits> {
        self.waits.get(ordinal).copied().flatten()
    }

    /// Says whom a thread waits for.
    pub(super) fn wait(&mut self, ordinal: usize, waits: Option<Waits>) {
        if self.waits.len() <= ordinal {
            self.waits.resize(ordinal + 1, None);
        }
        if let Some(it) = self.waits.get_mut(ordinal) {
            *it = waits;
        }
    }
}
