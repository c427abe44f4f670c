//! Remarks on what was read, counted.

use std::collections::BTreeMap;

/// Different remarks that are kept; a log with more of them says nothing with any.
const KEPT: usize = 64;

/// What stands for remarks beyond those that are kept.
const MORE: &str = "more remarks of other kinds";

/// Remarks, and how often each was made.
#[derive(Debug, Default)]
pub(crate) struct Remarks(BTreeMap<String, u64>);

impl Remarks {
    /// Makes a remark.
    pub(crate) fn note(&mut self, what: &str) {
        let what = if self.0.len() < KEPT || self.0.contains_key(what) { what } else { MORE };
        match self.0.get_mut(what) {
            Some(count) => *count += 1,
            None => {
                self.0.insert(what.to_owned(), 1);
            }
        }
    }

    /// The remarks in order.
    pub(crate) fn all(&self) -> impl Iterator<Item = (String, u64)> {
        self.0.iter().map(|(what, count)| (what.clone(), *count))
    }
}
