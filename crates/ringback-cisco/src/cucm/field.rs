//! Values of fields: text as it is written, integers without a sign.

use ringback_calllog::{Masked, RejectReason, SeparatedRow, Verdict};

/// A field that holds no value of its kind, and why. Boxed: nearly every field is good, and is handed on in registers.
pub(crate) struct BadField(Box<(&'static str, RejectReason)>);

impl BadField {
    #[cold]
    pub(crate) fn new(field: &'static str, reason: RejectReason) -> Self {
        Self(Box::new((field, reason)))
    }
}

impl From<BadField> for Verdict {
    fn from(bad: BadField) -> Self {
        let (field, reason) = *bad.0;
        Self::rejected(field, reason)
    }
}

/// A column: where it stands in a row, and what it is called.
#[derive(Clone, Copy)]
pub(crate) struct Column(pub(crate) usize, pub(crate) &'static str);

/// The text of a field without blanks around it. A database unloads an empty text as a backslash and a blank.
#[inline]
pub(crate) fn text(row: SeparatedRow<'_>, at: usize) -> &str {
    let text = row.get(at);
    match text.as_bytes() {
        [] | [b'\\'] | [b'\\', b' '] => "",
        [first, .., last] if first.is_ascii_whitespace() || last.is_ascii_whitespace() => {
            text.trim()
        }
        _ => text,
    }
}

/// An integer of 32 bits without a sign; `None` for an empty field.
#[inline]
pub(crate) fn integer(row: SeparatedRow<'_>, column: Column) -> Result<Option<u32>, BadField> {
    let text = text(row, column.0);
    if text.is_empty() {
        return Ok(None);
    }
    match digits(text.as_bytes()) {
        Some(value) => Ok(Some(value)),
        None => Err(bad_integer(column, text)),
    }
}

/// An integer that must be there.
#[inline]
pub(crate) fn needed(row: SeparatedRow<'_>, column: Column) -> Result<u32, BadField> {
    let missing = || BadField::new(column.1, RejectReason::Missing { expected: "an integer" });
    integer(row, column)?.ok_or_else(missing)
}

/// A code, 0 where the field is empty or missing: the vendor writes 0 for none.
#[inline]
pub(crate) fn code(row: SeparatedRow<'_>, column: Column) -> Result<u32, BadField> {
    Ok(integer(row, column)?.unwrap_or(0))
}

/// A clearing cause: 32 bits, which some tools write with a sign.
#[inline]
pub(crate) fn cause(row: SeparatedRow<'_>, column: Column) -> Result<u32, BadField> {
    let text = text(row, column.0);
    if text.as_bytes().first() == Some(&b'-') {
        let signed = text.get(1..).unwrap_or("");
        let signed: Option<i32> = signed.parse::<i64>().ok().and_then(|it| i32::try_from(-it).ok());
        return signed.map(i32::cast_unsigned).ok_or_else(|| bad_integer(column, text));
    }
    code(row, column)
}

/// A measured integer; `None` where it is empty or -1, which says that there is none.
pub(crate) fn measured(row: SeparatedRow<'_>, column: Column) -> Result<Option<u64>, BadField> {
    match text(row, column.0) {
        "" | "-1" => Ok(None),
        text => text.parse().map(Some).map_err(|_| bad_integer(column, text)),
    }
}

#[inline]
fn digits(text: &[u8]) -> Option<u32> {
    if text.len() > 10 {
        return None;
    }
    let mut value = 0_u64;
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + u64::from(digit);
    }
    u32::try_from(value).ok()
}

#[cold]
fn bad_integer(column: Column, text: &str) -> BadField {
    let expected = "an integer from 0 to 4294967295".into();
    BadField::new(column.1, RejectReason::BadValue { value: Masked::new(text), expected })
}

/// Checks what kind of record a row says it is.
#[inline]
pub(crate) fn record_type(row: SeparatedRow<'_>, at: usize, expected: u32) -> Result<(), BadField> {
    let column = Column(at, "cdrRecordType");
    let got = needed(row, column)?;
    if got == expected {
        return Ok(());
    }
    let value = Masked::new(text(row, at));
    let what = if expected == 1 { "1, for a call" } else { "2, for the sound of a leg" };
    Err(BadField::new(column.1, RejectReason::BadValue { value, expected: what.into() }))
}
