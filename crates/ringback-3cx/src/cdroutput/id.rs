//! Ids of `cdroutput`: UUIDs, and the time that they are made of.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};

/// 100-nanosecond steps from 1601, where a `FILETIME` begins, to 1970.
const STEPS_TO_1970: u64 = 116_444_736_000_000_000;

/// An id of a row of `cdroutput`: the instant at which it was made, and a counter.
///
/// The first four bytes are zero; eight bytes are a Windows `FILETIME`, in UTC whatever zone an export shows; the last four
/// count, from 1 after each start of the service.
///
/// # Source
///
/// Worked out on rows of V20, where the instant is `cdr_started_at` to the microsecond; 3CX says of it that it is a time
/// stamp in UTC.
///
/// # Example
///
/// ```
/// use ringback_3cx::CdrId;
///
/// let id: CdrId = "00000000-01dc-9a69-1dbe-96110000301f".parse()?;
/// assert_eq!(id.instant().map(|it| it.to_rfc3339()).as_deref(), Some("2026-02-10T08:41:57.554536100+00:00"));
/// assert_eq!(id.counter(), 0x301f);
/// assert_eq!(id.to_string(), "00000000-01dc-9a69-1dbe-96110000301f");
/// assert!("5b1c9a69-1dbe-4611-8000-301f00000000".parse::<CdrId>().is_err());
/// # Ok::<(), ringback_3cx::InvalidCdrId>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CdrId(u128);

/// A text that is no id made of a time: 32 hexadecimal digits in groups of 8, 4, 4, 4 and 12, the first eight of them
/// zeros.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidCdrId {
    len: usize,
}

impl fmt::Display for InvalidCdrId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let expected = "expected 32 hexadecimal digits in groups of 8-4-4-4-12, eight zeros first";
        write!(f, "a text of {} bytes is no id of a row, {expected}", self.len)
    }
}

impl std::error::Error for InvalidCdrId {}

impl CdrId {
    /// The id of a UUID's bits; `None` if it is not made of a time.
    pub(super) fn of_uuid(uuid: u128) -> Option<Self> {
        let is_timed = uuid >> 96 == 0 && Self(uuid).filetime() >= STEPS_TO_1970;
        is_timed.then_some(Self(uuid))
    }

    /// 100-nanosecond steps since 1601, UTC.
    pub fn filetime(self) -> u64 {
        // The upper bits are zero, so that no more than 64 are left.
        u64::try_from(self.0 >> 32).unwrap_or(u64::MAX)
    }

    /// The instant at which the row was begun; `None` outside of the calendar.
    pub fn instant(self) -> Option<DateTime<Utc>> {
        let steps = i64::try_from(self.filetime().checked_sub(STEPS_TO_1970)?).ok()?;
        let nanos = u32::try_from(steps % 10_000_000 * 100).ok()?;
        DateTime::from_timestamp(steps / 10_000_000, nanos)
    }

    /// The counter.
    pub fn counter(self) -> u32 {
        u32::try_from(self.0 & u128::from(u32::MAX)).unwrap_or(u32::MAX)
    }
}

impl FromStr for CdrId {
    type Err = InvalidCdrId;

    fn from_str(text: &str) -> Result<Self, InvalidCdrId> {
        uuid(text).and_then(Self::of_uuid).ok_or(InvalidCdrId { len: text.len() })
    }
}

impl fmt::Display for CdrId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&uuid_text(self.0))
    }
}

/// The bits of a UUID.
pub(super) fn uuid(text: &str) -> Option<u128> {
    let bytes = text.as_bytes();
    if bytes.len() != 36 {
        return None;
    }
    let mut value: u128 = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        if matches!(at, 8 | 13 | 18 | 23) {
            if byte != b'-' {
                return None;
            }
            continue;
        }
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            b'A'..=b'F' => byte - b'A' + 10,
            _ => return None,
        };
        value = value << 4 | u128::from(digit);
    }
    Some(value)
}

/// A UUID's text.
pub(super) fn uuid_text(uuid: u128) -> String {
    let group = |shift: u32, digits: u32| uuid >> shift & ((1 << (4 * digits)) - 1);
    let (a, b, c) = (group(96, 8), group(80, 4), group(64, 4));
    format!("{a:08x}-{b:04x}-{c:04x}-{:04x}-{:012x}", group(48, 4), group(0, 12))
}
