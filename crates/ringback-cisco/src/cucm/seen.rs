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
    let bytes: &[u8; 36] = text.as_bytes().try_into().ok()?;
    let [a, rest @ ..] = bytes.as_chunks::<4>().0 else { return None };
    let [b, c, d, e, f, g, h, i] = rest else { return None };
    // 8-4-4-4-12 digits: of nine groups of four signs, the third to the sixth begin or end with a hyphen.
    if (c[0], d[1], e[2], f[3]) != (b'-', b'-', b'-', b'-') {
        return None;
    }
    let high = hex(u64::from_be_bytes([a[0], a[1], a[2], a[3], b[0], b[1], b[2], b[3]]))? << 32
        | hex(u64::from_be_bytes([c[1], c[2], c[3], d[0], d[2], d[3], e[0], e[1]]))?;
    let low = hex(u64::from_be_bytes([e[3], f[0], f[1], f[2], g[0], g[1], g[2], g[3]]))? << 32
        | hex(u64::from_be_bytes([h[0], h[1], h[2], h[3], i[0], i[1], i[2], i[3]]))?;
    Some((high, low))
}

/// Eight hexadecimal digits in a word, the first one highest, as the number that they write.
fn hex(word: u64) -> Option<u64> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    if word.to_be_bytes().iter().any(|it| !it.is_ascii_hexdigit()) {
        return None;
    }
    // A letter has bit 6, and its low half is 9 less than its value.
    let letters = word >> 6 & ONES;
    let digits = (word & (ONES * 0x0f)) + letters * 9;
    let pairs = (digits | digits >> 4) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs | pairs >> 8) & 0x0000_ffff_0000_ffff;
    Some((fours | fours >> 16) & 0xffff_ffff)
}

#[cfg(test)]
mod tests {
    use super::uuid;

    #[test]
    fn the_number_of_a_uuid_is_that_of_its_digits() {
        for text in [
            "01234567-89ab-cdef-fedc-ba9876543210",
            "FFFFFFFF-0000-4000-8000-00000000000A",
            "00000008-0000-4000-8000-000000000008",
        ] {
            let number = u128::from_str_radix(&text.replace('-', ""), 16).unwrap();
            let halves = uuid(text).map(|(high, low)| u128::from(high) << 64 | u128::from(low));
            assert_eq!(halves, Some(number), "{text}");
        }
        for at in 0..36 {
            let mut text = "01234567-89ab-cdef-fedc-ba9876543210".to_owned();
            text.replace_range(at..=at, "g");
            assert_eq!(uuid(&text), None, "{text}");
        }
    }
}
