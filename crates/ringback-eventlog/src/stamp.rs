//! Stamps of event logs: ISO 8601, mostly with an offset.

use chrono::format::{Item, StrftimeItems};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};
use ringback_calllog::{Fold, LocalClock, LocalTimeError, Masked, Zone};

use crate::Error;

/// Reads stamps.
pub(crate) struct Stamps {
    /// The clock of stamps without an offset.
    clock: Option<LocalClock>,
    /// How stamps are written, where not by ISO 8601.
    pattern: Option<Pattern>,
    /// The date that was read last, as it is written.
    last: ([u8; 10], NaiveDate),
}

struct Pattern {
    text: String,
    says: Says,
}

/// What stamps of a pattern say.
#[derive(Clone, Copy)]
enum Says {
    /// An instant: they have an offset.
    Instant,
    /// A wall-clock reading.
    Reading,
    /// A day, which counts as its midnight.
    Day,
}

/// Why a text is no instant.
pub(crate) enum NoInstant {
    /// It is no stamp.
    Unreadable,
    /// It has no offset, and no zone is told.
    NoZone,
    /// It is no instant of the zone, or two.
    Local(LocalTimeError),
    /// It is of a year that no log is of: times between such stamps do not fit into 64 bits.
    FarOff,
}

/// The first and the last instant that is read: years 0 to 9999, and a day for the offset. Unit: microseconds since 1970.
const FIRST_AND_LAST: [i64; 2] = [-62_167_305_600_000_000, 253_402_387_200_000_000];

/// An instant of a year from 0 to 9999.
pub(crate) fn of_four_digits(at_micros: i64) -> Result<i64, NoInstant> {
    let [first, last] = FIRST_AND_LAST;
    if (first..last).contains(&at_micros) { Ok(at_micros) } else { Err(NoInstant::FarOff) }
}

const DAY_SECS: i64 = 86_400;

impl Stamps {
    pub(crate) fn new(zone: Option<Zone>, fold: Fold) -> Self {
        let clock = zone.map(|it| LocalClock::new(it, fold));
        Self { clock, pattern: None, last: (*b"1970-01-01", NaiveDate::default()) }
    }

    /// Stamps that are written in a way of their own, in chrono's letters.
    pub(crate) fn pattern(mut self, text: &str) -> Result<Self, Error> {
        let items: Vec<Item<'_>> = StrftimeItems::new(text).collect();
        if items.contains(&Item::Error) {
            return Err(Error::StampPattern { pattern: text.to_owned() });
        }
        let has = |letters: &[&str]| letters.iter().any(|it| text.contains(it));
        let says = if has(&["%z", "%:z", "%#z", "%+"]) {
            Says::Instant
        } else if has(&["%H", "%k", "%I", "%l", "%T", "%R", "%X", "%r", "%c"]) {
            Says::Reading
        } else {
            Says::Day
        };
        self.pattern = Some(Pattern { text: text.to_owned(), says });
        Ok(self)
    }

    /// An instant in microseconds since 1970, UTC; what is finer is cut off.
    #[inline]
    pub(crate) fn read(&mut self, text: &[u8]) -> Result<i64, NoInstant> {
        let iso = if self.pattern.is_none() { self.iso(text) } else { None };
        iso.unwrap_or_else(|| self.any(text).and_then(of_four_digits))
    }

    /// What is wrong with a stamp, for a rejected event; a value that could be a phone number is masked.
    pub(crate) fn told(&self, text: &str, why: NoInstant) -> String {
        let shown = Masked::new(text).to_string();
        match (why, &self.pattern) {
            (NoInstant::Local(error), _) => error.to_string(),
            (NoInstant::FarOff, _) => format!("{shown:?}, expected a year from 0 to 9999"),
            (NoInstant::NoZone, _) => {
                format!("{shown:?}, expected an offset, or the zone to be told")
            }
            (NoInstant::Unreadable, Some(pattern)) => {
                format!("{shown:?}, expected a stamp written as {}", pattern.text)
            }
            (NoInstant::Unreadable, None) => {
                format!("{shown:?}, expected a stamp such as 2026-05-04T14:30:00+02:00")
            }
        }
    }

    /// `2010-03-31T16:59:42.250+02:00`: slashes, a blank for the `T`, a comma for the point do as well; fraction and
    /// offset may lack. `None` if it is none of these.
    #[inline]
    fn iso(&mut self, text: &[u8]) -> Option<Result<i64, NoInstant>> {
        let (date, rest) = text.split_first_chunk::<10>()?;
        let (time, rest) = rest.split_first_chunk::<9>()?;
        let [b'T' | b' ', h1, h2, b':', m1, m2, b':', s1, s2] = *time else { return None };
        let (hour, minute, second) = (two(h1, h2)?, two(m1, m2)?, two(s1, s2)?);
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let (micros, rest) = fraction(rest)?;
        let day = self.day(date)?;
        let day_secs = hour * 3600 + minute * 60 + second;
        if rest.is_empty() {
            return Some(self.local(day, day_secs, micros));
        }
        let days = day.signed_duration_since(NaiveDate::default()).num_days();
        let secs = days * DAY_SECS + day_secs - offset_secs(rest)?;
        Some(Ok(secs * 1_000_000 + micros))
    }

    fn local(&mut self, day: NaiveDate, day_secs: i64, micros: i64) -> Result<i64, NoInstant> {
        let secs = u32::try_from(day_secs).map_err(|_| NoInstant::Unreadable)?;
        let nanos = u32::try_from(micros * 1000).map_err(|_| NoInstant::Unreadable)?;
        let time = NaiveTime::from_num_seconds_from_midnight_opt(secs, nanos);
        self.instant(day.and_time(time.ok_or(NoInstant::Unreadable)?))
    }

    /// The instant of a wall-clock reading.
    pub(crate) fn instant(&mut self, local: NaiveDateTime) -> Result<i64, NoInstant> {
        let clock = self.clock.as_mut().ok_or(NoInstant::NoZone)?;
        Ok(clock.to_utc(local).map_err(NoInstant::Local)?.timestamp_micros())
    }

    #[inline]
    fn day(&mut self, date: &[u8; 10]) -> Option<NaiveDate> {
        if self.last.0 == *date {
            return Some(self.last.1);
        }
        let [y1, y2, y3, y4, b'-' | b'/', m1, m2, b'-' | b'/', d1, d2] = *date else { return None };
        let year = two(y1, y2)? * 100 + two(y3, y4)?;
        let (month, day) = (u32::try_from(two(m1, m2)?).ok()?, u32::try_from(two(d1, d2)?).ok()?);
        let read = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
        self.last = (*date, read);
        Some(read)
    }

    /// Anything else that RFC 3339 allows, a stamp without seconds, or what the pattern says.
    fn any(&mut self, text: &[u8]) -> Result<i64, NoInstant> {
        let text = std::str::from_utf8(text).map_err(|_| NoInstant::Unreadable)?.trim();
        let Some(Pattern { text: pattern, says }) = &self.pattern else {
            if let Ok(at) = DateTime::parse_from_rfc3339(text) {
                return Ok(at.timestamp_micros());
            }
            let usual = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M"];
            let local = usual.iter().find_map(|it| NaiveDateTime::parse_from_str(text, it).ok());
            return self.instant(local.ok_or(NoInstant::Unreadable)?);
        };
        let local = match says {
            Says::Instant => {
                let at = DateTime::parse_from_str(text, pattern);
                return at.map(|it| it.timestamp_micros()).map_err(|_| NoInstant::Unreadable);
            }
            Says::Reading => NaiveDateTime::parse_from_str(text, pattern),
            Says::Day => {
                NaiveDate::parse_from_str(text, pattern).map(|it| it.and_time(NaiveTime::MIN))
            }
        };
        let local = local.map_err(|_| NoInstant::Unreadable)?;
        self.instant(local)
    }
}

/// The microseconds of a fraction, and what comes after it; finer digits are cut off.
#[inline]
fn fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    let Some((b'.' | b',', digits)) = text.split_first() else { return Some((0, text)) };
    let count = digits.iter().take_while(|it| it.is_ascii_digit()).count();
    let (digits, rest) = digits.split_at_checked(count).filter(|_| count > 0)?;
    let padded = digits.iter().map(|it| i64::from(it - b'0')).chain(std::iter::repeat(0));
    Some((padded.take(6).fold(0, |micros, digit| micros * 10 + digit), rest))
}

/// `Z`, `+02:00`, `+0200`, `+02` or `UTC`, after a blank or not. Unit: seconds east of UTC.
#[inline]
fn offset_secs(text: &[u8]) -> Option<i64> {
    let (sign, [h1, h2], [m1, m2]) = match *text.strip_prefix(b" ").unwrap_or(text) {
        [b'Z' | b'z'] | [b'U', b'T', b'C'] | [b'G', b'M', b'T'] => return Some(0),
        [sign, h1, h2, b':', m1, m2] | [sign, h1, h2, m1, m2] => (sign, [h1, h2], [m1, m2]),
        [sign, h1, h2] => (sign, [h1, h2], [b'0', b'0']),
        _ => return None,
    };
    let (hours, minutes) = (two(h1, h2)?, two(m1, m2)?);
    let secs = hours * 3600 + minutes * 60;
    match sign {
        _ if hours > 23 || minutes > 59 => None,
        b'+' => Some(secs),
        b'-' => Some(-secs),
        _ => None,
    }
}

#[inline]
fn two(tens: u8, ones: u8) -> Option<i64> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| i64::from(tens * 10 + ones))
}
