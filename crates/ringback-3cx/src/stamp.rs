//! Stamps and durations as 3CX writes them, read without copying.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};

/// A stamp: the reading of a clock, and its offset from UTC where the stamp says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) local: NaiveDateTime,
    pub(crate) offset_secs: Option<i32>,
}

/// No zone is further from UTC than this.
const MOST_OFFSET_SECS: i32 = 18 * 3600;

impl Stamp {
    /// A stamp has so many bytes at least.
    pub(crate) const LEN: usize = 19;

    /// Reads `2026/05/04 07:15:00` with `/`, `.` or `-` in the date, a blank or `T` before the time, a fraction of a
    /// second or none, and an offset (`+00`, `+0100`, `+01:00`, `Z`) or none.
    #[inline]
    pub(crate) fn read(text: &str) -> Option<Self> {
        Self::read_after(text, &mut LastDate::default())
    }

    /// As [`read`](Self::read); the date that was read last is known without a look at the calendar.
    #[inline]
    pub(crate) fn read_after(text: &str, last: &mut LastDate) -> Option<Self> {
        let (head, tail) = text.as_bytes().split_first_chunk::<{ Self::LEN }>()?;
        let (day, _) = head.split_first_chunk::<10>()?;
        let is_shaped = matches!(head[10], b' ' | b'T') && head[13] == b':' && head[16] == b':';
        if !is_shaped {
            return None;
        }
        let date = match last.0 {
            Some((text, date)) if text == *day => date,
            _ => {
                let date = read_date(*day)?;
                last.0 = Some((*day, date));
                date
            }
        };
        let two = |at: usize| two_digits(head[at], head[at + 1]);
        let (micros, tail) = fraction(tail)?;
        let local = date.and_hms_micro_opt(two(11)?, two(14)?, two(17)?, micros)?;
        Some(Self { local, offset_secs: offset(tail)? })
    }

    /// The instant, where the stamp says its offset.
    pub(crate) fn instant(self) -> Option<DateTime<Utc>> {
        self.at_offset(self.offset_secs?)
    }

    /// The instant under an offset.
    pub(crate) fn at_offset(self, offset_secs: i32) -> Option<DateTime<Utc>> {
        let offset = TimeDelta::try_seconds(offset_secs.into())?;
        self.local.checked_sub_signed(offset).map(|it| it.and_utc())
    }
}

/// The date that was read last, and its text.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LastDate(Option<([u8; 10], NaiveDate)>);

/// The date of `2026/05/04`, with `/`, `.` or `-`.
fn read_date(text: [u8; 10]) -> Option<NaiveDate> {
    let [y1, y2, y3, y4, sign, m1, m2, other, d1, d2] = text;
    if !matches!(sign, b'/' | b'.' | b'-') || other != sign {
        return None;
    }
    let year = two_digits(y1, y2)? * 100 + two_digits(y3, y4)?;
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, two_digits(m1, m2)?, two_digits(d1, d2)?)
}

#[inline]
fn two_digits(tens: u8, ones: u8) -> Option<u32> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| u32::from(tens) * 10 + u32::from(ones))
}

/// Microseconds of a fraction, and what comes after it; digits beyond the sixth are cut off.
fn fraction(text: &[u8]) -> Option<(u32, &[u8])> {
    let Some((b'.', digits)) = text.split_first() else { return Some((0, text)) };
    let len = digits.iter().take_while(|it| it.is_ascii_digit()).count();
    if !(1..=9).contains(&len) {
        return None;
    }
    let (digits, rest) = digits.split_at(len);
    let padded = digits.iter().copied().chain(std::iter::repeat(b'0')).take(6);
    Some((padded.fold(0, |value, digit| value * 10 + u32::from(digit - b'0')), rest))
}

/// Seconds of an offset; `Some(None)` where there is none.
#[expect(clippy::option_option, reason = "no offset is another thing than a wrong one")]
fn offset(text: &[u8]) -> Option<Option<i32>> {
    let (sign, digits) = match text {
        [] => return Some(None),
        b"Z" => return Some(Some(0)),
        [b'+', digits @ ..] => (1, digits),
        [b'-', digits @ ..] => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match *digits {
        [a, b] => (two_digits(a, b)?, 0),
        [a, b, c, d] | [a, b, b':', c, d] => (two_digits(a, b)?, two_digits(c, d)?),
        _ => return None,
    };
    let secs = sign * i32::try_from(hours * 3600 + minutes * 60).ok()?;
    (minutes < 60 && secs.abs() <= MOST_OFFSET_SECS).then_some(Some(secs))
}

/// A duration as `H:MM:SS`, with any number of hours up to six digits.
#[inline]
pub(crate) fn duration(text: &str) -> Option<TimeDelta> {
    let bytes = text.as_bytes();
    let at = bytes.len().checked_sub(6)?;
    let (hours, rest) = bytes.split_at(at);
    let &[b':', a, b, b':', c, d] = rest else { return None };
    if hours.is_empty() || hours.len() > 6 || !hours.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let hours = hours.iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0'));
    let (minutes, secs) = (two_digits(a, b)?, two_digits(c, d)?);
    if minutes > 59 || secs > 59 {
        return None;
    }
    TimeDelta::try_seconds(hours * 3600 + i64::from(minutes * 60 + secs))
}
