//! Tables of a contact center's database, exported as text: a header of column names, then a row a line.
//!
//! Whoever exports chooses separator, quotes and the order of columns, so a table is told by its names and its fields
//! are found by them.

mod file;

use std::borrow::Cow;

pub(crate) use crate::export::file::{Line, Table, TableFile, find_header};

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use ringback_calllog::{
    HeaderNames, Masked, Place, RejectReason, Separated, SeparatedRow, SkipReason, StampPattern,
    Verdict,
};

/// The place of a column that a file does not have: no row has so many fields.
pub(crate) const ABSENT: usize = usize::MAX;

/// A longer stretch is no part of a call: about three years. With stamps from 1970 to 2999 no sum of a few leaves what
/// an instant can hold.
const MOST_SECS: i64 = 100_000_000;

/// A field at fault and why.
pub(crate) type Rejection = (&'static str, RejectReason);

/// A header line.
#[derive(Clone, Debug)]
pub(crate) struct Header {
    pub separator: u8,
    names: HeaderNames,
}

impl Header {
    /// The names of a line, only their letters and digits: `Call Start Time` is `callstarttime`.
    pub(crate) fn of(line: &str) -> Option<Self> {
        let separator =
            *b",;\t".iter().max_by_key(|it| memchr::memchr_iter(**it, line.as_bytes()).count())?;
        let mut cutter = Separated::new(separator);
        let fields = cutter.cut(line).ok()?;
        let names: Vec<String> = fields.iter().map(letters).collect();
        Some(Self { separator, names: HeaderNames::new(names.iter().map(String::as_str)) })
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.find(name) != ABSENT
    }

    pub(crate) fn has_all(&self, names: &[&str]) -> bool {
        names.iter().all(|it| self.has(it))
    }

    /// The place of a column that rows can do without.
    pub(crate) fn find(&self, name: &str) -> usize {
        self.names.find(&letters(name)).unwrap_or(ABSENT)
    }

    /// The place of a column that rows cannot do without; its name where it is missing.
    pub(crate) fn need(&self, name: &'static str) -> Result<usize, &'static str> {
        self.names.find(&letters(name)).ok_or(name)
    }

    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }
}

fn letters(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// A field's text without blanks and left-over quotes; empty where the database had no value.
#[inline]
pub(crate) fn clean(text: &str) -> &str {
    let is_plain = |it: Option<&u8>| it.is_some_and(u8::is_ascii_alphanumeric);
    // Most fields have nothing to trim, and looking costs as much as reading them.
    let text = if is_plain(text.as_bytes().first()) && is_plain(text.as_bytes().last()) {
        text
    } else {
        text.trim_matches([' ', '"', '\'', '\u{a0}'])
    };
    match text.len() {
        4 if text.eq_ignore_ascii_case("null") => "",
        2 if text == "\\N" => "",
        _ => text,
    }
}

/// A whole number; databases that keep it as a decimal export `12.0`.
#[inline]
pub(crate) fn whole(text: &str) -> Option<i64> {
    let digits = text.as_bytes();
    if !digits.is_empty() && digits.len() <= 18 && digits.iter().all(u8::is_ascii_digit) {
        return Some(digits.iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0')));
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_whole = !fraction.is_empty() && fraction.bytes().all(|it| it == b'0');
    whole.parse().ok().filter(|_| is_whole)
}

pub(crate) fn bad_value(text: &str, expected: impl Into<Cow<'static, str>>) -> RejectReason {
    RejectReason::BadValue { value: Masked::new(text), expected: expected.into() }
}

/// A row of a table while it is read.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'a> {
    pub row: SeparatedRow<'a>,
    pub place: Place,
}

impl<'a> Fields<'a> {
    #[inline]
    pub(crate) fn text(self, column: usize) -> &'a str {
        clean(self.row.get(column))
    }

    /// A whole number of the size wanted; `None` where the field is empty.
    #[inline]
    pub(crate) fn number<T: TryFrom<i64>>(
        self,
        column: usize,
        name: &'static str,
    ) -> Result<Option<T>, Rejection> {
        let text = self.text(column);
        if text.is_empty() {
            return Ok(None);
        }
        match whole(text).and_then(|it| T::try_from(it).ok()) {
            Some(number) => Ok(Some(number)),
            None => Err((name, bad_value(text, "a whole number"))),
        }
    }

    /// A whole number that must be there.
    #[inline]
    pub(crate) fn need<T: TryFrom<i64>>(
        self,
        column: usize,
        name: &'static str,
    ) -> Result<T, Rejection> {
        let missing = (name, RejectReason::Missing { expected: "a whole number" });
        self.number(column, name)?.ok_or(missing)
    }

    /// Seconds; `None` where the field is empty.
    #[inline]
    pub(crate) fn secs(
        self,
        column: usize,
        name: &'static str,
    ) -> Result<Option<TimeDelta>, Rejection> {
        let text = self.text(column);
        if text.is_empty() {
            return Ok(None);
        }
        match whole(text).filter(|it| (0..=MOST_SECS).contains(it)) {
            Some(secs) => Ok(Some(TimeDelta::seconds(secs))),
            None => Err((name, bad_value(text, "seconds from 0 to 100000000"))),
        }
    }

    /// Whether a flag is set; `None` where the field is empty.
    pub(crate) fn flag(self, column: usize) -> Option<bool> {
        match self.text(column).bytes().next()? {
            b't' | b'T' | b'y' | b'Y' | b'1' => Some(true),
            _ => Some(false),
        }
    }
}

/// Reads `HH:MM:SS`, also where a spreadsheet made `1899-12-31 00:02:30` of it, and whole seconds.
pub(crate) fn clock_secs(text: &str) -> Option<TimeDelta> {
    let text = ["1899-12-30", "1899-12-31"]
        .iter()
        .find_map(|day| text.strip_prefix(day))
        .map_or(text, |it| it.trim_start_matches([' ', 'T']));
    let Some((hours, rest)) = text.split_once(':') else {
        let secs = whole(text).filter(|it| (0..=MOST_SECS).contains(it))?;
        return TimeDelta::try_seconds(secs);
    };
    let (minutes, secs) = rest.split_once(':')?;
    let (hours, minutes, secs) = (whole(hours)?, whole(minutes)?, whole(secs)?);
    let is_time =
        (0..=9_999).contains(&hours) && (0..60).contains(&minutes) && (0..60).contains(&secs);
    is_time.then(|| TimeDelta::seconds(hours * 3_600 + minutes * 60 + secs))
}

/// The wall-clock reading of `2026-05-04 09:15:00`, with a fraction or without, with a blank or a `T` between.
#[inline]
pub(crate) fn iso_stamp(text: &str) -> Option<NaiveDateTime> {
    let bytes = text.as_bytes();
    if bytes.len() < 19 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    if !matches!(bytes[10], b' ' | b'T') || bytes[13] != b':' || bytes[16] != b':' {
        return None;
    }
    let number = |from: usize, to: usize| {
        let mut value = 0;
        for digit in &bytes[from..to] {
            if !digit.is_ascii_digit() {
                return None;
            }
            value = value * 10 + u32::from(digit - b'0');
        }
        Some(value)
    };
    let year = i32::try_from(number(0, 4)?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, number(5, 7)?, number(8, 10)?)?;
    let nanos = fraction(&bytes[19..])?;
    date.and_hms_nano_opt(number(11, 13)?, number(14, 16)?, number(17, 19)?, nanos)
}

/// Nanoseconds of `.123`, cut to microseconds; zero for nothing.
fn fraction(bytes: &[u8]) -> Option<u32> {
    let Some((b'.', digits)) = bytes.split_first() else {
        return bytes.is_empty().then_some(0);
    };
    if digits.is_empty() || digits.len() > 9 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let micros = (0..6)
        .fold(0, |value, at| value * 10 + digits.get(at).map_or(0, |it| u32::from(it - b'0')));
    Some(micros * 1_000)
}

/// Patterns of stamps that no other order of day and month fits.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stamps {
    patterns: Vec<StampPattern>,
}

impl Stamps {
    /// The pattern of a layout first, then others.
    pub(crate) fn new(told: Option<&str>, others: &[&str]) -> Result<Self, String> {
        let patterns = told.into_iter().chain(others.iter().copied()).map(StampPattern::new);
        let patterns: Result<_, _> = patterns.collect();
        Ok(Self { patterns: patterns.map_err(|it| format!("time_format: {it}"))? })
    }

    /// The wall-clock reading of a stamp from 1970 to 2999.
    #[inline]
    pub(crate) fn local(&self, text: &str) -> Option<NaiveDateTime> {
        let local = iso_stamp(text)
            .or_else(|| self.patterns.iter().find_map(|pattern| pattern.local(text)))?;
        (1970..3000).contains(&local.year()).then_some(local)
    }

    /// The instant of a UTC stamp; `None` where the field is empty.
    #[inline]
    pub(crate) fn utc(
        &self,
        text: &str,
        name: &'static str,
    ) -> Result<Option<DateTime<Utc>>, Rejection> {
        if text.is_empty() {
            return Ok(None);
        }
        match self.local(text.strip_suffix('Z').unwrap_or(text)) {
            Some(local) => Ok(Some(local.and_utc())),
            None => Err((name, bad_stamp(text))),
        }
    }
}

/// The rejection of a stamp.
pub(crate) fn bad_stamp(text: &str) -> RejectReason {
    bad_value(text, "a stamp such as 2026-05-04 09:15:00, or one of the layout's time_format")
}

/// A verdict of a rejection.
pub(crate) fn rejected((field, reason): Rejection) -> Verdict {
    Verdict::rejected(field, reason)
}

/// No contact has more rows; a key that so many share names none, and to compare them all would take hours.
const MOST_ROWS: usize = 1_000;

/// A row of a table that waits for the others of its contact.
pub(crate) trait Entry: Ord {
    fn place(&self) -> Place;

    /// Whether two rows say the same.
    fn is_copy(&self, other: &Self) -> bool;

    /// Whether two rows are of one entry of a table: their key is the same.
    fn is_same_entry(&self, other: &Self) -> bool;
}

/// Sorts the rows of a contact and takes out those that came twice: the same words make a duplicate, the same key with
/// other words a conflict. The first stays. More rows than a contact can have are all taken out.
pub(crate) fn sort_out<T: Entry>(rows: &mut Vec<T>, out: &mut Vec<(Place, Verdict)>) {
    if rows.len() > MOST_ROWS {
        let what = "more than 1000 rows share its key, and no contact has so many";
        let reason = || RejectReason::Other { what: what.into() };
        out.extend(rows.drain(..).map(|it| (it.place(), Verdict::rejected("", reason()))));
        return;
    }
    rows.sort_unstable();
    let mut drop = |later: &T, is_dropped: bool, reason: SkipReason| {
        if is_dropped {
            out.push((later.place(), Verdict::Skipped(reason)));
        }
        is_dropped
    };
    rows.dedup_by(|later, first| drop(later, first.is_copy(later), SkipReason::DUPLICATE));
    rows.dedup_by(|later, first| drop(later, first.is_same_entry(later), SkipReason::CONFLICT));
}
