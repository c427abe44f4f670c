//! Records that were delivered twice.

use std::hash::{Hash, Hasher};

use chrono::{DateTime, Utc};
use rustc_hash::{FxHashMap, FxHasher};

use super::record::CmRecord;

/// Tells records that were delivered twice from those that say the same of two calls.
///
/// On one circuit there is one call at a time: a second record with the same minute and words is the first again if the
/// call took a minute or more. Shorter calls may be several of the same words in one file; another file, from a second
/// link of the switch, has each of them again.
#[derive(Debug, Default)]
pub(super) struct Copies {
    file: u32,
    seen: FxHashMap<(u64, DateTime<Utc>), Seen>,
}

/// How often the same words came.
#[derive(Clone, Copy, Debug)]
struct Seen {
    file: u32,
    in_file: u32,
    most: u32,
}

impl Copies {
    /// A file begins.
    pub(super) fn begin_file(&mut self) {
        self.file = self.file.wrapping_add(1);
    }

    /// Whether a record of these words was there already.
    pub(super) fn is_copy(&mut self, text: &str, record: &CmRecord) -> bool {
        let mut hasher = FxHasher::default();
        text.hash(&mut hasher);
        let fresh = Seen { file: self.file, in_file: 0, most: 0 };
        let seen = self.seen.entry((hasher.finish(), record.ended_at)).or_insert(fresh);
        if seen.file != self.file {
            (seen.file, seen.in_file) = (self.file, 0);
        }
        seen.in_file = seen.in_file.saturating_add(1);
        let is_long = record.secs.is_none_or(|it| it >= 60);
        let is_new = seen.in_file > seen.most && (seen.most == 0 || !is_long);
        seen.most = seen.most.max(seen.in_file);
        !is_new
    }

    /// Forgets records from before a moment, or all.
    pub(super) fn forget(&mut self, until: Option<DateTime<Utc>>) {
        match until {
            Some(until) => self.seen.retain(|(_, ended_at), _| *ended_at > until),
            None => self.seen = FxHashMap::default(),
        }
    }
}
