//! Which records were there already, and which Call IDs have more than one.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::ip_office::segment::{Continuation, Key, Segment};

/// The lines seen of each Call ID. Nearly every one has a single line, which takes no set of its own.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    first: FxHashMap<Key, Line>,
    /// Call IDs that have, or say that they have, more than one line; the lines after the first.
    several: FxHashMap<Key, Lines>,
}

#[derive(Clone, Copy, Debug)]
struct Line {
    hash: u64,
    /// Seconds since 1970.
    end: i64,
}

#[derive(Clone, Debug, Default)]
struct Lines {
    hashes: FxHashSet<u64>,
    end: i64,
}

impl Seen {
    /// Notes a record; whether it is there for the first time.
    pub(super) fn is_new(&mut self, segment: &Segment) -> bool {
        let line = Line { hash: segment.line, end: segment.end() };
        let mut is_first = false;
        let first = self.first.entry(segment.key).or_insert_with(|| {
            is_first = true;
            line
        });
        if !is_first && first.hash == line.hash {
            return false;
        }
        if is_first && segment.continuation == Continuation::Last {
            return true;
        }
        let lines = self.several.entry(segment.key).or_default();
        lines.end = lines.end.max(line.end);
        is_first || lines.hashes.insert(line.hash)
    }

    /// Whether a Call ID has, or says that it has, more than one record.
    pub(super) fn has_several(&self, key: Key) -> bool {
        !self.several.is_empty() && self.several.contains_key(&key)
    }

    /// Forgets what ended at a second or before; everything if there is none.
    pub(super) fn forget(&mut self, until: Option<i64>) {
        let Some(until) = until else {
            *self = Self::default();
            return;
        };
        self.first.retain(|_, it| it.end > until);
        self.several.retain(|_, it| it.end > until);
    }
}
