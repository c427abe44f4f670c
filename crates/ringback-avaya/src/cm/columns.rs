//! The columns of a record as values: times, numbers, trunks.

use std::borrow::Cow;

use chrono::NaiveTime;
use ringback_calllog::Direction;

use super::layout::{Item, Layout};
use super::record::{Fault, LEAST_PUBLIC_DIGITS, Trunk};
use super::settings::CircuitIds;

/// A calling number of so few columns holds a trunk code where a call came in, or the end of a number.
pub(super) const CALLER_WIDTH: usize = 7;

/// The columns of a record that tell who and where.
pub(super) struct Columns<'a> {
    pub(super) dialed: &'a str,
    pub(super) calling: Cow<'a, str>,
    pub(super) in_trunk: &'a str,
    pub(super) code_used: &'a str,
    pub(super) vdn: &'a str,
    pub(super) in_circuit: Option<u16>,
    pub(super) out_circuit: Option<u16>,
    /// The calling number is wide enough for a caller's.
    pub(super) has_callers: bool,
}

impl<'a> Columns<'a> {
    /// Cuts them out of a record's text.
    pub(super) fn read(layout: &Layout, text: &'a str, ids: CircuitIds) -> Result<Self, Fault> {
        Ok(Self {
            dialed: without_blanks(layout, text, Item::Dialed)?.trim_end_matches('#'),
            calling: calling(layout, text)?,
            in_trunk: without_blanks(layout, text, Item::InTrunk)?,
            code_used: without_blanks(layout, text, Item::CodeUsed)?,
            vdn: without_blanks(layout, text, Item::Vdn)?,
            in_circuit: Circuit::INCOMING.read(layout, text, ids)?,
            out_circuit: Circuit::OUTGOING.read(layout, text, ids)?,
            has_callers: layout.width(Item::Calling) >= CALLER_WIDTH,
        })
    }

    /// The trunk that the call is on.
    pub(super) fn trunk(&self, direction: Direction) -> Trunk {
        match direction {
            Direction::Inbound => {
                // Without a column of its own the trunk's code stands for the calling number.
                let is_code = !self.has_callers || self.calling.len() < LEAST_PUBLIC_DIGITS;
                let code = match self.in_trunk {
                    "" if is_code => &*self.calling,
                    code => code,
                };
                Trunk { code: packed(code), circuit: self.in_circuit }
            }
            Direction::Outbound => {
                Trunk { code: packed(self.code_used), circuit: self.out_circuit }
            }
            _ => Trunk::default(),
        }
    }
}

/// The signs of a short text in one number.
fn packed(text: &str) -> u64 {
    text.bytes().fold(0, |sum, it| (sum << 8) | u64::from(it))
}

/// Where a circuit's number stands.
struct Circuit {
    field: &'static str,
    plain: Item,
    tens: Item,
    hundreds: Item,
    rotated: Option<Item>,
}

impl Circuit {
    const INCOMING: Self = Self {
        field: "in-crt-id",
        plain: Item::InCircuit,
        tens: Item::InCircuitTens,
        hundreds: Item::InCircuitHundreds,
        rotated: None,
    };
    const OUTGOING: Self = Self {
        field: "out-crt-id",
        plain: Item::OutCircuit,
        tens: Item::OutCircuitTens,
        hundreds: Item::OutCircuitHundreds,
        rotated: Some(Item::OutCircuitRotated),
    };

    fn read(&self, layout: &Layout, text: &str, ids: CircuitIds) -> Result<Option<u16>, Fault> {
        let number = |item: Item| -> Result<Option<u16>, Fault> {
            let digits = layout.get(text, item);
            if digits.is_empty() {
                return Ok(None);
            }
            let is_number = digits.bytes().all(|it| it.is_ascii_digit());
            let number = digits.parse().ok().filter(|_| is_number);
            number.map(Some).ok_or_else(|| Fault::bad(self.field, digits, "a circuit's number"))
        };
        // Tens, units, hundreds: 123 is printed as 231.
        let turned = |it: u16| it % 10 * 100 + it / 10;
        if layout.has(self.plain) {
            let is_inverted = ids == CircuitIds::Inverted && layout.width(self.plain) == 3;
            return Ok(number(self.plain)?.map(|it| if is_inverted { turned(it) } else { it }));
        }
        if let Some(rotated) = self.rotated.filter(|it| layout.has(*it)) {
            return Ok(number(rotated)?.map(turned));
        }
        let (hundreds, tens) = (number(self.hundreds)?, number(self.tens)?);
        Ok(match (hundreds, tens) {
            (None, None) => None,
            (hundreds, tens) => Some(hundreds.unwrap_or(0) * 100 + tens.unwrap_or(0)),
        })
    }
}

/// A value that has no blanks within: blanks there mean that the columns are others.
fn without_blanks<'a>(layout: &Layout, text: &'a str, item: Item) -> Result<&'a str, Fault> {
    let value = layout.get(text, item);
    if value.bytes().any(|it| it == b' ') {
        let field = match item {
            Item::Dialed => "dialed-num",
            Item::InTrunk => "in-trk-code",
            Item::CodeUsed => "code-used",
            Item::Vdn => "vdn",
            _ => "calling-num",
        };
        return Err(Fault::bad(field, value, "no blanks within"));
    }
    Ok(value)
}

fn calling<'a>(layout: &Layout, text: &'a str) -> Result<Cow<'a, str>, Fault> {
    let last = without_blanks(layout, text, Item::Calling)?;
    match layout.get(text, Item::CallingFirst) {
        "" => Ok(Cow::Borrowed(last)),
        first => Ok(Cow::Owned(format!("{first}{last}"))),
    }
}

/// A time of day of four digits.
pub(super) fn time_of_day(text: &str) -> Result<NaiveTime, Fault> {
    let bad = || Fault::bad("time", text, "four digits, 0000 to 2359");
    let &[a, b, c, d] = text.as_bytes() else { return Err(bad()) };
    if ![a, b, c, d].iter().all(u8::is_ascii_digit) {
        return Err(bad());
    }
    let number = |tens: u8, units: u8| u32::from(tens - b'0') * 10 + u32::from(units - b'0');
    NaiveTime::from_hms_opt(number(a, b), number(c, d), 0).ok_or_else(bad)
}

/// How long a call took; `None` for the mark of a changed clock. Unit: seconds.
pub(super) fn duration(layout: &Layout, text: &str) -> Result<Option<u32>, Fault> {
    if layout.has(Item::SecDur) {
        let secs = layout.get(text, Item::SecDur);
        let is_number = !secs.is_empty() && secs.bytes().all(|it| it.is_ascii_digit());
        // Ten hours make a record of their own: a week is more than any.
        let read = secs.parse().ok().filter(|it| is_number && *it < 604_800);
        return read.map(Some).ok_or_else(|| Fault::bad("sec-dur", secs, "whole seconds"));
    }
    let tenths = layout.get(text, Item::Duration);
    if tenths == "9999" {
        return Ok(None);
    }
    let bad = || Fault::bad("duration", tenths, "an hour, two digits of minutes, a tenth of one");
    let &[h, m, n, t] = tenths.as_bytes() else { return Err(bad()) };
    if ![h, m, n, t].iter().all(u8::is_ascii_digit) || m > b'5' {
        return Err(bad());
    }
    let digit = |it: u8| u32::from(it - b'0');
    Ok(Some(digit(h) * 3_600 + (digit(m) * 10 + digit(n)) * 60 + digit(t) * 6))
}
