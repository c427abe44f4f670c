//! A line cut at its commas: the format has no quotes.

use ringback_calllog::RejectReason;

/// Fields that a record has at least, up to the name of party 2.
const FEWEST: usize = 15;
/// Fields that a record of the newest release has.
const MOST: usize = 37;

/// The places of the fields, from 0.
pub(super) mod place {
    pub(in crate::ip_office) const CALL_START: usize = 0;
    pub(in crate::ip_office) const CONNECTED: usize = 1;
    pub(in crate::ip_office) const RING: usize = 2;
    pub(in crate::ip_office) const CALLER: usize = 3;
    pub(in crate::ip_office) const DIRECTION: usize = 4;
    pub(in crate::ip_office) const CALLED: usize = 5;
    pub(in crate::ip_office) const DIALED: usize = 6;
    pub(in crate::ip_office) const IS_INTERNAL: usize = 8;
    pub(in crate::ip_office) const CALL_ID: usize = 9;
    pub(in crate::ip_office) const CONTINUATION: usize = 10;
    pub(in crate::ip_office) const PARTY1_DEVICE: usize = 11;
    pub(in crate::ip_office) const PARTY1_NAME: usize = 12;
    pub(in crate::ip_office) const PARTY2_DEVICE: usize = 13;
    pub(in crate::ip_office) const PARTY2_NAME: usize = 14;
    pub(in crate::ip_office) const HOLD: usize = 15;
    pub(in crate::ip_office) const PARK: usize = 16;
    pub(in crate::ip_office) const CAUSE: usize = 27;
    pub(in crate::ip_office) const SERVER: usize = 30;
    pub(in crate::ip_office) const RECORD_TIME: usize = 34;
}

/// The fields of one line.
pub(super) struct Fields<'a> {
    text: &'a str,
    /// Where each field ends.
    ends: [u32; MOST],
    pub count: usize,
}

impl<'a> Fields<'a> {
    /// Cuts a line. Blank fields after the last one that is known do not count, and those at the end may be missing.
    pub(super) fn cut(text: &'a str) -> Result<Self, RejectReason> {
        let mut ends = [0; MOST];
        let mut count = 0;
        let Ok(len) = u32::try_from(text.len()) else {
            return Err(RejectReason::LineTooLong { limit: u32::MAX as usize });
        };
        // Fields are a few bytes long: looking at each byte is faster than a search that starts anew.
        for (at, sign) in (0..len).zip(text.bytes()) {
            if sign == b',' {
                if let Some(end) = ends.get_mut(count) {
                    *end = at;
                }
                count += 1;
            }
        }
        if let Some(end) = ends.get_mut(count) {
            *end = len;
        }
        count += 1;
        if count < FEWEST {
            return Err(RejectReason::FieldCount { got: count, expected: 17 });
        }
        let tail = if count > MOST { text.get(ends[MOST - 1] as usize..) } else { None };
        if tail.is_some_and(|it| it.bytes().any(|sign| !matches!(sign, b',' | b' '))) {
            return Err(RejectReason::FieldCount { got: count, expected: MOST });
        }
        Ok(Self { text, ends, count: count.min(MOST) })
    }

    /// A field without the blanks around it; empty if the line does not have it.
    #[inline]
    pub(super) fn get(&self, place: usize) -> &'a str {
        if place >= self.count {
            return "";
        }
        let start = if place == 0 { 0 } else { self.ends[place - 1] as usize + 1 };
        let field = self.text.get(start..self.ends[place] as usize).unwrap_or_default();
        // Blanks around a field are rare, and cutting them off letter by letter is not free.
        match field.as_bytes() {
            [] | [b'!'..=b'~'] | [b'!'..=b'~', .., b'!'..=b'~'] => field,
            _ => field.trim(),
        }
    }
}

/// A whole number of at most eighteen digits.
#[inline]
pub(super) fn number(text: &str) -> Option<u64> {
    if text.is_empty() || text.len() > 18 {
        return None;
    }
    let mut value = 0;
    for digit in text.bytes() {
        if !digit.is_ascii_digit() {
            return None;
        }
        value = value * 10 + u64::from(digit - b'0');
    }
    Some(value)
}

/// Seconds: at most eight digits.
#[inline]
pub(super) fn seconds(text: &str) -> Option<u32> {
    number(text).filter(|it| *it < 100_000_000).and_then(|it| u32::try_from(it).ok())
}

/// `HH:MM:SS` in seconds; the hours may have more digits or fewer.
#[inline]
pub(super) fn clock_time(text: &str) -> Option<u32> {
    let (hours, rest) = text.split_once(':')?;
    let &[m0, m1, b':', s0, s1] = rest.as_bytes() else { return None };
    let digit = |it: u8| it.is_ascii_digit().then(|| u32::from(it - b'0'));
    let minutes = digit(m0)? * 10 + digit(m1)?;
    let secs = digit(s0)? * 10 + digit(s1)?;
    let hours = seconds(hours).filter(|it| *it < 10_000)?;
    (minutes < 60 && secs < 60).then_some(hours * 3600 + minutes * 60 + secs)
}
