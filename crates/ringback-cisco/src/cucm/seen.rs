//! Rows that were read, to know one that comes again: a cluster sends files to several places and sends lost ones anew.

use std::hash::{Hash, Hasher};

use chrono::{DateTime, Utc};
use ringback_calllog::SkipReason;
use rustc_hash::{FxHashMap, FxHasher};

/// Ids of rows, with what each said.
#[derive(Debug, Default)]
pub(crate) struct SeenRows(FxHashMap<u128, Seen>);

#[derive(Debug)]
struct Seen {
    fingerprint: u64,
    last_secs: u32,
}

impl SeenRows {
    /// Notes a row by its `pkid`; a row without one by all that it says. `last_secs` is its last stamp in seconds since
    /// 1970.
    pub(crate) fn note(
        &mut self,
        pkid: &str,
        fingerprint: u64,
        last_secs: u32,
    ) -> Option<SkipReason> {
        let seen = Seen { fingerprint, last_secs };
        match self.0.insert(row_id(pkid, fingerprint), seen)?.fingerprint {
            it if it == fingerprint => Some(SkipReason::DUPLICATE),
            _ => Some(SkipReason::CONFLICT),
        }
    }

    /// Forgets rows from before a moment, or all of them.
    pub(crate) fn forget(&mut self, until: Option<DateTime<Utc>>) {
        match until {
            Some(until) => self.0.retain(|_, it| i64::from(it.last_secs) > until.timestamp()),
            None => self.0 = FxHashMap::default(),
        }
    }
}

/// A hash of what a row says.
pub(crate) fn fingerprint(said: impl Hash) -> u64 {
    let mut hasher = FxHasher::default();
    said.hash(&mut hasher);
    hasher.finish()
}

/// The number of a `pkid`; one that is no UUID, and a row without, is hashed.
fn row_id(pkid: &str, of_row: u64) -> u128 {
    uuid(pkid).unwrap_or_else(|| {
        let said =
            if pkid.is_empty() { (of_row, fingerprint("no id")) } else { (0, fingerprint(pkid)) };
        u128::from(said.0) << 64 | u128::from(said.1)
    })
}

/// The number of a UUID: 32 hexadecimal digits with hyphens between groups of them.
fn uuid(text: &str) -> Option<u128> {
    const HYPHENS: [usize; 4] = [8, 13, 18, 23];
    let bytes: &[u8; 36] = text.as_bytes().try_into().ok()?;
    let mut value = 0_u128;
    for (at, byte) in bytes.iter().enumerate() {
        if HYPHENS.contains(&at) {
            if *byte != b'-' {
                return None;
            }
            continue;
        }
        value = value << 4 | u128::from(char::from(*byte).to_digit(16)?);
    }
    Some(value)
}
