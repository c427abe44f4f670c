//! One row of a table of attempts.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use csv::StringRecord;
use ringback_calllog::{Customer, Masked, PhoneRegion, Pseudonymizer, RejectReason, Zone};

use super::columns::Columns;
use crate::{Attempt, AttemptKind, ContactOutcome, Segment};

/// Digits from which on a text could be a whole phone number.
const NUMBER_DIGITS: usize = 7;
/// The last second of the year 9999.
const LAST_SECOND: f64 = 253_402_300_799.0;

/// What the column `customer` holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CustomerText {
    /// Ids, or numbers with their country code. A text that starts with `+` is a number, in any spelling; one of at least
    /// seven digits with spaces, dashes or brackets between them is a number without a country, and its row is rejected; any
    /// other is an id, taken as it is written.
    #[default]
    IdsOrFullNumbers,
    /// Ids, taken as they are written.
    Ids,
    /// Numbers in any spelling; those without a country code are dialed in this region.
    Numbers(PhoneRegion),
}

impl CustomerText {
    /// The customer of a text. A pseudonym, as our own files have it, is taken as it is.
    ///
    /// # Errors
    ///
    /// What was expected, for a text that is no customer.
    pub fn read(self, text: &str, pseudonymizer: &Pseudonymizer) -> Result<Customer, &'static str> {
        if let Ok(customer) = text.parse() {
            return Ok(customer);
        }
        let as_number = |region: PhoneRegion, expected| {
            let (customer, is_number) = pseudonymizer.phone(text, region);
            if is_number { Ok(customer) } else { Err(expected) }
        };
        match self {
            Self::Numbers(region) => as_number(region, "a possible telephone number"),
            // The region is not used for a number with its country code.
            Self::IdsOrFullNumbers if text.starts_with('+') => match "US".parse() {
                Ok(region) => {
                    as_number(region, "a possible telephone number after its country code")
                }
                Err(_) => Ok(pseudonymizer.customer(text)),
            },
            Self::IdsOrFullNumbers if is_spelt_number(text) => {
                Err("a number with + and its country code, or the region of numbers without one")
            }
            Self::Ids | Self::IdsOrFullNumbers => Ok(pseudonymizer.customer(text)),
        }
    }
}

/// A field at fault, and why.
pub(super) type Fault = (Cow<'static, str>, RejectReason);

/// A field of a column that may be a signal.
#[derive(Clone, Debug)]
pub(super) enum Cell {
    Empty,
    Number(f64),
    Other(Masked),
}

pub(super) struct RowReader<'a> {
    pub(super) columns: &'a Columns,
    pub(super) customers: CustomerText,
    pub(super) pseudonymizer: &'a Pseudonymizer,
    /// Names that have been seen, so that equal ones share their text.
    pub(super) segments: BTreeMap<String, Segment>,
    pub(super) zones: BTreeMap<String, Zone>,
}

impl RowReader<'_> {
    pub(super) fn attempt(&mut self, row: &StringRecord) -> Result<Attempt, Fault> {
        let columns = self.columns;
        if row.len() != columns.count {
            let reason = RejectReason::FieldCount { got: row.len(), expected: columns.count };
            return Err((Cow::Borrowed(""), reason));
        }
        let customer = self.customer(text(row, Some(columns.customer)))?;
        let at = instant(text(row, Some(columns.attempted_at)))?;
        let mut attempt = Attempt::new(customer, at, outcome(row, columns)?);
        attempt.zone = self.zone(text(row, columns.time_zone))?;
        attempt.segment = self.segment(text(row, columns.segment));
        let kind = text(row, columns.kind);
        if !kind.is_empty() {
            let term = |_| bad("kind", kind, format!("one of {}", terms(AttemptKind::ALL)));
            attempt.kind = kind.parse().map_err(term)?;
        }
        let ring = text(row, columns.ring_secs);
        attempt.ring_secs = number("ring_secs", ring, "seconds from 0", |it| it >= 0.0)?;
        let propensity = text(row, columns.propensity);
        let is_propensity = |it| it > 0.0 && it <= 1.0;
        attempt.propensity =
            number("propensity", propensity, "a probability above 0 and at most 1", is_propensity)?;
        Ok(attempt)
    }

    fn customer(&self, text: &str) -> Result<Customer, Fault> {
        if text.is_empty() {
            return Err(("customer".into(), RejectReason::Missing { expected: "a customer" }));
        }
        let read = self.customers.read(text, self.pseudonymizer);
        read.map_err(|expected| bad("customer", text, expected))
    }

    fn zone(&mut self, text: &str) -> Result<Option<Zone>, Fault> {
        if text.is_empty() {
            return Ok(None);
        }
        if let Some(zone) = self.zones.get(text) {
            return Ok(Some(*zone));
        }
        let expected = "an IANA time zone such as Europe/Copenhagen";
        let zone = text.parse().map_err(|_| bad("time_zone", text, expected))?;
        self.zones.insert(text.to_owned(), zone);
        Ok(Some(zone))
    }

    fn segment(&mut self, text: &str) -> Option<Segment> {
        if text.is_empty() {
            return None;
        }
        if let Some(segment) = self.segments.get(text) {
            return Some(segment.clone());
        }
        let segment = Segment::new(text);
        self.segments.insert(text.to_owned(), segment.clone());
        Some(segment)
    }
}

/// The fields of a row that may be signals.
pub(super) fn cells(row: &StringRecord, columns: &Columns) -> Vec<Cell> {
    let cell = |text: &str| match text.parse::<f64>() {
        _ if text.is_empty() => Cell::Empty,
        Ok(it) if it.is_finite() => Cell::Number(it),
        _ => Cell::Other(Masked::new(text)),
    };
    columns.further.iter().map(|(place, _)| cell(text(row, Some(*place)))).collect()
}

fn text(row: &StringRecord, place: Option<usize>) -> &str {
    place.and_then(|it| row.get(it)).unwrap_or_default().trim()
}

fn bad(field: &'static str, value: &str, expected: impl Into<Cow<'static, str>>) -> Fault {
    let reason = RejectReason::BadValue { value: Masked::new(value), expected: expected.into() };
    (Cow::Borrowed(field), reason)
}

fn terms<T: ToString>(all: &[T]) -> String {
    all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// The instant of an RFC 3339 stamp, or of seconds since 1970.
fn instant(text: &str) -> Result<DateTime<Utc>, Fault> {
    const FIELD: &str = "attempted_at";
    const EXPECTED: &str = "an RFC 3339 stamp with its offset, or seconds since 1970";
    if text.is_empty() {
        return Err((FIELD.into(), RejectReason::Missing { expected: EXPECTED }));
    }
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(at.to_utc());
    }
    let secs = text.parse::<f64>().ok().filter(|it| (0.0..=LAST_SECOND).contains(it));
    let micros = secs.map(|it| (it * 1e6).round());
    #[expect(clippy::cast_possible_truncation, reason = "at most 3e17, as checked above")]
    let at = micros.and_then(|it| DateTime::from_timestamp_micros(it as i64));
    at.ok_or_else(|| bad(FIELD, text, EXPECTED))
}

/// A finite number within its range; none for an empty field.
fn number(
    field: &'static str,
    text: &str,
    expected: &'static str,
    is_in_range: impl Fn(f64) -> bool,
) -> Result<Option<f64>, Fault> {
    if text.is_empty() {
        return Ok(None);
    }
    let value = text.parse::<f64>().ok().filter(|it| it.is_finite() && is_in_range(*it));
    value.map(Some).ok_or_else(|| bad(field, text, expected))
}

/// What came of an attempt, from `outcome` where it says something, and from `reached`.
fn outcome(row: &StringRecord, columns: &Columns) -> Result<ContactOutcome, Fault> {
    let (reached, outcome) = (text(row, columns.reached), text(row, columns.outcome));
    let is_reached = match reached {
        "0" => Some(false),
        "1" => Some(true),
        "" => None,
        _ => return Err(bad("reached", reached, "0 or 1")),
    };
    let term = |_| bad("outcome", outcome, format!("one of {}", terms(ContactOutcome::ALL)));
    let named: Option<ContactOutcome> =
        if outcome.is_empty() { None } else { Some(outcome.parse().map_err(term)?) };
    match (named, is_reached) {
        (None, None) => {
            let field = if columns.reached.is_some() { "reached" } else { "outcome" };
            Err((field.into(), RejectReason::Missing { expected: "what came of the attempt" }))
        }
        (None, Some(true)) => Ok(ContactOutcome::Reached),
        (None, Some(false)) => Ok(ContactOutcome::NoAnswer),
        (Some(it), Some(is_reached)) if (it == ContactOutcome::Reached) != is_reached => {
            Err(bad("outcome", outcome, format!("one that agrees with reached = {reached}")))
        }
        (Some(it), _) => Ok(it),
    }
}

/// Whether a text is spelt as a telephone number is: digits with other signs between them, and no letter.
fn is_spelt_number(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let is_sign = |it: char| it.is_ascii_digit() || " -()/.".contains(it);
    digits >= NUMBER_DIGITS && digits < text.chars().count() && text.chars().all(is_sign)
}
