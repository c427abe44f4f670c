//! What one field says: a term of the call model, a name, a number.

use chrono::TimeDelta;

use crate::delimited::fields::Fields;
use crate::delimited::mapping::Field;
use crate::{Masked, Names, RejectReason};

/// A rejection: the field at fault and why.
pub(super) type Rejection = (String, RejectReason);

/// Terms that the message of an unknown value lists; the rest is counted.
const LISTED: usize = 12;

/// No priority is so high; what has more digits could be a phone number.
const TOO_HIGH: u32 = 1_000_000;

#[inline]
pub(super) fn name_of(column: Option<&String>) -> &str {
    column.map_or("", String::as_str)
}

pub(super) fn bad_value(text: &str, expected: impl Into<String>) -> RejectReason {
    RejectReason::BadValue { value: Masked::new(text), expected: expected.into().into() }
}

/// Seconds from a column of their own; `None` where it is empty or says that there is none.
pub(super) fn seconds(
    text: &str,
    absent: &[String],
    column: Option<&String>,
) -> Result<Option<TimeDelta>, Rejection> {
    if text.is_empty() {
        return Ok(None);
    }
    if text.len() <= 9 && text.bytes().all(|it| it.is_ascii_digit()) {
        let secs = text.bytes().fold(0, |secs, digit| secs * 10 + i64::from(digit - b'0'));
        return Ok(Some(TimeDelta::seconds(secs)));
    }
    match text.parse::<f64>() {
        Ok(secs) if secs.is_finite() && secs.abs() < 1e9 => Ok(Some(micros(secs))),
        _ if absent.iter().any(|it| it == text) => Ok(None),
        _ => Err((name_of(column).to_owned(), bad_value(text, "seconds"))),
    }
}

/// Microseconds of seconds below 10⁹.
#[expect(
    clippy::cast_possible_truncation,
    reason = "seconds are below 1e9, so microseconds fit an i64"
)]
fn micros(secs: f64) -> TimeDelta {
    TimeDelta::microseconds((secs * 1e6).round() as i64)
}

pub(super) fn priority(
    field: Option<&Field<String>>,
    column: usize,
    fields: Fields<'_>,
) -> Result<Option<i32>, Rejection> {
    let Some(field) = field else { return Ok(None) };
    let Some(text) = name(field, column, fields) else { return Ok(None) };
    match text.parse::<i32>() {
        Ok(priority) if priority.unsigned_abs() < TOO_HIGH => Ok(Some(priority)),
        _ => {
            let reason = bad_value(text, "a whole number below a million");
            Err((name_of(field.column.as_ref()).to_owned(), reason))
        }
    }
}

/// The text of a field that holds names; `None` where there is none.
fn name<'a>(field: &'a Field<String>, column: usize, fields: Fields<'a>) -> Option<&'a str> {
    let value = fields.get(column);
    if field.absent.iter().any(|it| it == value) {
        return None;
    }
    let mapped = if field.values.is_empty() { None } else { field.values.get(value) };
    let named = mapped.map(String::as_str).or((field.passes && !value.is_empty()).then_some(value));
    named.or(field.other.as_deref())
}

/// The term of a field that holds terms of the call model; `None` where there is none.
pub(super) fn term<T: Copy>(
    field: &Field<T>,
    column: usize,
    fields: Fields<'_>,
) -> Result<Option<T>, Rejection> {
    let value = fields.get(column);
    if field.column.is_some() && (value.is_empty() || field.absent.iter().any(|it| it == value)) {
        return Ok(None);
    }
    if let Some(term) = field.values.get(value).copied().or(field.other) {
        return Ok(Some(term));
    }
    let known: Vec<&str> = field.values.keys().take(LISTED).map(String::as_str).collect();
    let more = match field.values.len().saturating_sub(LISTED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let expected = format!("one of {}{more}", known.join(", "));
    Err((name_of(field.column.as_ref()).to_owned(), bad_value(value, expected)))
}

/// The id of a field that holds names.
pub(super) fn named<T: Clone + for<'a> From<&'a str>>(
    names: &mut Names<T>,
    field: Option<&Field<String>>,
    column: usize,
    fields: Fields<'_>,
) -> Option<T> {
    names.get(name(field?, column, fields)?)
}
