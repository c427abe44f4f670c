//! What one record says, every field checked: a field list that does not fit is found here.

use std::borrow::Cow;

use chrono::TimeDelta;
use ringback_calllog::{Masked, RejectReason};

use crate::layout::is_plain_id;
use crate::legacy::layout::{Field, Layout};
use crate::legacy::record::{Fields, Rejection};
use crate::reason::is_word;
use crate::stamp::{LastDate, Stamp, duration};
use crate::{ChangeReason, EndReason, PartyType};

/// What one record says.
#[derive(Clone)]
pub(super) struct Row<'a> {
    pub(super) history_id: &'a str,
    pub(super) call_id: &'a str,
    pub(super) started: Stamp,
    pub(super) answered: Option<Stamp>,
    pub(super) ended: Option<Stamp>,
    pub(super) talk: Option<TimeDelta>,
    pub(super) reason: Option<EndReason>,
    pub(super) change: Option<ChangeReason>,
    pub(super) from: Party<'a>,
    pub(super) to: Party<'a>,
    /// Where the call ended up, if that is not where it was sent first.
    pub(super) last: Option<Party<'a>>,
    chain: &'a str,
    missed: &'a str,
    more_missed: Vec<&'a str>,
}

/// A side of a call.
#[derive(Clone)]
pub(super) struct Party<'a> {
    /// `Ext.101`, or a number outside.
    pub(super) number: &'a str,
    /// The dn: an extension, a queue, a trunk.
    pub(super) dn: &'a str,
    /// What it is, where the record or the layout says.
    pub(super) kind: Option<PartyType>,
}

/// What stands before the number of a party inside.
const INSIDE: &str = "Ext.";

impl<'a> Row<'a> {
    #[inline]
    pub(super) fn read(
        fields: &Fields<'a>,
        layout: &Layout,
        date: &mut LastDate,
    ) -> Result<Self, Rejection> {
        let get = |field| fields.get(layout, field);
        let party = |number, dn, kind| party(fields, layout, [number, dn, kind]);
        let started = stamp(get(Field::TimeStart), Field::TimeStart, date)?;
        no_stamp_elsewhere(fields, layout)?;
        let missing = RejectReason::Missing { expected: "a stamp" };
        let chain = get(Field::Chain);
        if !chain.is_empty() && !chain.starts_with("Chain:") {
            return Err(unfit(Field::Chain, chain, "hops after the word Chain"));
        }
        let missed = get(Field::MissedQueueCalls);
        let mut more = fields.more_missed.iter();
        if !more.all(|it| is_dn(it)) || (!fields.more_missed.is_empty() && !is_dn(missed)) {
            return Err(unfit(Field::MissedQueueCalls, missed, "extensions of agents"));
        }
        let last = party(Field::FinalNumber, Field::FinalDn, Field::FinalType)?;
        Ok(Self {
            history_id: id(get(Field::HistoryId), Field::HistoryId)?,
            call_id: id(get(Field::CallId), Field::CallId)?,
            started: started.ok_or((Field::TimeStart.name().into(), missing))?,
            answered: stamp(get(Field::TimeAnswered), Field::TimeAnswered, date)?,
            ended: stamp(get(Field::TimeEnd), Field::TimeEnd, date)?,
            talk: talk(get(Field::Duration))?,
            reason: reason(get(Field::ReasonTerminated))?,
            change: change(get(Field::ReasonChanged))?,
            from: party(Field::FromNo, Field::FromDn, Field::FromType)?,
            to: party(Field::ToNo, Field::ToDn, Field::ToType)?,
            // A blank one means that the call stayed where it was sent, whatever type is written beside it.
            last: Some(last).filter(|it| !it.number.is_empty() || !it.dn.is_empty()),
            chain,
            missed,
            more_missed: fields.more_missed.clone(),
        })
    }

    /// The hops of the chain, in order: numbers outside, and dns of parties inside.
    pub(super) fn hops(&self) -> impl Iterator<Item = Hop<'a>> + use<'a> {
        let chain = self.chain.strip_prefix("Chain:").unwrap_or("");
        // A stray apostrophe has been seen in the place of a semicolon.
        let hops = chain.split([';', '\'']).map(str::trim_ascii).filter(|it| !it.is_empty());
        hops.map(|it| it.strip_prefix(INSIDE).map_or(Hop::Outside, Hop::Inside))
    }

    /// Whether the chain has more hops than caller, first and last party.
    pub(super) fn has_more_hops(&self) -> bool {
        const ENDS: usize = 3;
        // Each hop ends with a sign; most chains are too short to be looked at.
        let ends = self.chain.bytes().filter(|it| matches!(it, b';' | b'\'')).count();
        ends > ENDS && self.hops().nth(ENDS).is_some()
    }

    /// The agents of a queue that were rung and did not answer. What stands between them is not documented; any sign that
    /// no dn has is taken.
    pub(super) fn missed(&self) -> impl Iterator<Item = &'a str> {
        let between = |it: char| !it.is_ascii_alphanumeric() && !matches!(it, '.' | '*' | '#');
        let all = std::iter::once(self.missed).chain(self.more_missed.iter().copied());
        let each = all.flat_map(move |it| it.split(between));
        each.map(|it| it.strip_prefix(INSIDE).unwrap_or(it)).filter(|it| !it.is_empty())
    }

    /// Whether the record names agents that did not answer.
    pub(super) fn has_missed(&self) -> bool {
        !self.missed.is_empty()
    }
}

/// A hop of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hop<'a> {
    /// A number outside.
    Outside,
    /// A dn.
    Inside(&'a str),
}

impl<'a> Party<'a> {
    /// The number of a party outside; blank for one inside.
    pub(super) fn outside_number(&self) -> &'a str {
        if self.number.starts_with(INSIDE) { "" } else { self.number }
    }

    /// Whether it is outside of the system; by its type, or else by its number.
    pub(super) fn is_outside(&self) -> bool {
        match &self.kind {
            Some(kind) => kind.is_outside(),
            None => !self.number.is_empty() && !self.number.starts_with(INSIDE),
        }
    }

    /// Whether nothing is known of it.
    pub(super) fn is_blank(&self) -> bool {
        self.kind.is_none() && self.number.is_empty()
    }
}

/// A stamp in a field that holds none, read or not, shows that the list does not fit.
fn no_stamp_elsewhere(fields: &Fields<'_>, layout: &Layout) -> Result<(), Rejection> {
    for (at, text) in fields.long_pieces() {
        let Some(field) = layout.fields.get(at) else { continue };
        let is_time = matches!(field, Field::TimeStart | Field::TimeAnswered | Field::TimeEnd);
        if !is_time && Stamp::read(text.trim_ascii()).is_some() {
            return Err(unfit(*field, text, "no stamp"));
        }
    }
    Ok(())
}

#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "handing a party on through memory takes longer than reading it"
)]
fn party<'a>(
    fields: &Fields<'a>,
    layout: &Layout,
    [number, dn, kind]: [Field; 3],
) -> Result<Party<'a>, Rejection> {
    let text = fields.get(layout, kind);
    let mut known = PartyType::new(text);
    if matches!(known, Some(PartyType::Other(_))) {
        return Err(unfit(kind, text, "a type of party such as Line, Extension or Queue"));
    }
    let number_text = fields.get(layout, number);
    // A look at one byte first: this is asked three times a record.
    if number_text.as_bytes().first() == Some(&b'C') && number_text.starts_with("Chain:") {
        return Err(unfit(number, number_text, "a number"));
    }
    let dn_text = fields.get(layout, dn);
    let inside = number_text.strip_prefix(INSIDE);
    let dn = if dn_text.is_empty() { inside.unwrap_or("") } else { dn_text };
    if !layout.dn_types.is_empty() && matches!(known, None | Some(PartyType::Unknown)) {
        known = layout.dn_types.get(dn).cloned().or(known);
    }
    let kind = known.filter(|it| *it != PartyType::Unknown);
    Ok(Party { number: number_text, dn, kind })
}

/// Whether a text is one dn: digits, with or without the word before an extension.
fn is_dn(text: &str) -> bool {
    let digits = text.strip_prefix(INSIDE).unwrap_or(text);
    !digits.is_empty() && digits.len() <= 8 && digits.bytes().all(|it| it.is_ascii_digit())
}

/// An id of a call, which stands in the output as it is.
fn id(text: &str, field: Field) -> Result<&str, Rejection> {
    if is_plain_id(text) {
        return Ok(text);
    }
    Err(unfit(field, text, "an id such as 265500 or 89d3af2d8f010000_3456"))
}

#[inline]
fn stamp(text: &str, field: Field, date: &mut LastDate) -> Result<Option<Stamp>, Rejection> {
    if text.is_empty() {
        return Ok(None);
    }
    match Stamp::read_after(text, date) {
        Some(stamp) => Ok(Some(stamp)),
        None => Err(unfit(field, text, "a stamp such as 2026/05/04 07:15:00")),
    }
}

fn talk(text: &str) -> Result<Option<TimeDelta>, Rejection> {
    if text.is_empty() {
        return Ok(None);
    }
    match duration(text) {
        Some(talk) => Ok(Some(talk)),
        None => Err(unfit(Field::Duration, text, "a duration such as 00:08:10")),
    }
}

fn reason(text: &str) -> Result<Option<EndReason>, Rejection> {
    let reason = EndReason::new(text);
    if matches!(reason, Some(EndReason::Other(_))) && !is_word(text) {
        return Err(unfit(Field::ReasonTerminated, text, "a reason such as TerminatedBySrc"));
    }
    Ok(reason)
}

fn change(text: &str) -> Result<Option<ChangeReason>, Rejection> {
    let change = ChangeReason::new(text);
    if matches!(change, Some(ChangeReason::Other(_))) && !is_word(text) {
        return Err(unfit(Field::ReasonChanged, text, "a reason such as ReplacedDst"));
    }
    Ok(change)
}

fn unfit(field: Field, text: &str, expected: &str) -> Rejection {
    let expected = format!("{expected}: the configured field list does not fit");
    let reason =
        RejectReason::BadValue { value: Masked::new(text), expected: Cow::Owned(expected) };
    (Cow::Borrowed(field.name()), reason)
}
