//! Rows that were read, to know one that comes again: a cluster sends files to several places and sends lost ones anew.

use std::hash::{Hash, Hasher};

use chrono::{DateTime, Utc};
use ringback_calllog::SkipReason;
use rustc_hash::{FxHashMap, FxHasher};

/// Ids of rows, with what each said: 24 bytes a row, for there may be a hundred million of them.
///
/// A row's id has 128 bits. Folded to 64 they find it again; 32 more tell it from a row with the same fold.
#[derive(Debug, Default)]
pub(crate) struct SeenRows(FxHashMap<u64, Seen>);

#[derive(Debug)]
struct Seen {
    rest_of_id: u32,
    fingerprint: u32,
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
        let (high, low) = row_id(pkid, fingerprint);
        let (rest_of_id, fingerprint) = (low_half(low), low_half(fingerprint));
        let old =
            self.0.insert(high ^ low.rotate_left(32), Seen { rest_of_id, fingerprint, last_secs });
        match old.filter(|it| it.rest_of_id == rest_of_id) {
            None => None,
            Some(it) if it.fingerprint == fingerprint => Some(SkipReason::DUPLICATE),
            Some(_) => Some(SkipReason::CONFLICT),
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

/// The low 32 bits.
pub(crate) fn low_half(of: u64) -> u32 {
    u32::try_from(of & u64::from(u32::MAX)).unwrap_or(0)
}

/// Both halves of the number of a `pkid`; one that is no UUID, and a row without, is hashed.
fn row_id(pkid: &str, of_row: u64) -> (u64, u64) {
    uuid(pkid).unwrap_or_else(|| {
        if pkid.is_empty() { (of_row, fingerprint("no id")) } else { (0, fingerprint(pkid)) }
    })
}

/// Both halves of the number of a UUID: 32 hexadecimal digits with hyphens between groups of them.
fn uuid(text: &str) -> Option<(u64, u64)> {
    const HYPHENS: [usize; 4] = [8, 13, 18, 23];
    let bytes: &[u8; 36] = text.as_bytes().try_into().ok()?;
    let (mut high, mut low) = (0_u64, 0_u64);
    for (at, byte) in bytes.iter().enumerate() {
        if HYPHENS.contains(&at) {
            if *byte != b'-' {
                return None;
            }
            continue;
        }
        let digit = u64::from(char::from(*byte).to_digit(16)?);
        let half = if at < 18 { &mut high } else { &mut low };
        *half = *half << 4 | digit;
    }
    Some((high, low))
}
