//! One row of `cdroutput`: one leg of a call.

use std::borrow::Cow;

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{
    AgentId, Customer, CustomerNumbers, Masked, Names, Piece, Place, QueueId, RejectReason,
    SeparatedRow, Site,
};

use crate::cdroutput::columns::{Columns, SideColumns};
use crate::cdroutput::id::{CdrId, uuid};
use crate::remark::Remarks;
use crate::stamp::Stamp;
use crate::{CreationMethod, EndReason, ForwardReason, PartyType};

/// A rejection: the field at fault and why.
pub(super) type Rejection = (Cow<'static, str>, RejectReason);

/// How far a row's start may be from the time of its id.
const ID_SLACK: TimeDelta = TimeDelta::seconds(2);

/// How far stamps of one row may contradict each other and still be put right.
const STAMP_SLACK: TimeDelta = TimeDelta::seconds(1);

/// Offsets from UTC are multiples of a quarter of an hour.
const QUARTER_SECS: i64 = 900;

/// No clock is further from UTC.
const MOST_OFFSET_SECS: i64 = 14 * 3600;

/// The dn of the menu that takes down callbacks.
const CALLBACK_DN: &str = "QCB";

/// One leg of a call.
#[derive(Clone, PartialEq)]
pub(super) struct Row {
    pub(super) id: u128,
    pub(super) flow: u128,
    pub(super) main: u128,
    pub(super) base: Option<u128>,
    pub(super) continued_in: Option<u128>,
    pub(super) source: Side,
    pub(super) destination: Side,
    pub(super) method: Option<CreationMethod>,
    pub(super) forward: Option<ForwardReason>,
    pub(super) reason: Option<EndReason>,
    pub(super) details: Option<EndReason>,
    pub(super) started_at: DateTime<Utc>,
    pub(super) answered_at: Option<DateTime<Utc>>,
    pub(super) ended_at: Option<DateTime<Utc>>,
}

/// One side of a leg.
#[derive(Clone, PartialEq, Default)]
pub(super) struct Side {
    pub(super) kind: Option<PartyType>,
    pub(super) agent: Option<AgentId>,
    pub(super) queue: Option<QueueId>,
    pub(super) customer: Option<Customer>,
    pub(super) is_incoming: Option<bool>,
    pub(super) is_callback_menu: bool,
}

/// A row that waits, and where it stands.
#[derive(Clone)]
pub(super) struct HeldRow {
    pub(super) place: Place,
    /// A hash of the row as it is written.
    pub(super) fingerprint: u64,
    pub(super) row: Row,
}

impl Piece for HeldRow {
    type Key = u128;

    fn keys(&self, keys: &mut Vec<u128>) {
        keys.push(self.row.flow);
        if self.row.main != self.row.flow {
            keys.push(self.row.main);
        }
    }

    fn span(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        (self.row.started_at, self.row.last_at())
    }
}

impl Row {
    /// The last thing that it knows of.
    pub(super) fn last_at(&self) -> DateTime<Utc> {
        self.ended_at.or(self.answered_at).unwrap_or(self.started_at)
    }

    /// Whether the called side is of a type.
    pub(super) fn is_to(&self, is: impl Fn(&PartyType) -> bool) -> bool {
        self.destination.kind.as_ref().is_some_and(is)
    }

    /// Whether a telephone of a user was called.
    pub(super) fn is_to_extension(&self) -> bool {
        self.destination.kind == Some(PartyType::Extension)
    }
}

/// Reads rows.
pub(super) struct Rows {
    agents: Names<AgentId>,
    queues: Names<QueueId>,
    pub(super) numbers: CustomerNumbers,
    pub(super) odd: Remarks,
}

impl Rows {
    pub(super) fn new(site: &Site) -> Self {
        Self {
            agents: site.names(),
            queues: site.names(),
            numbers: site.numbers(),
            odd: Remarks::default(),
        }
    }

    /// What a row says.
    pub(super) fn read(
        &mut self,
        fields: SeparatedRow<'_>,
        columns: &Columns,
    ) -> Result<Row, Rejection> {
        let must_id = |at, field| match id(fields.get(at), field)? {
            Some(id) => Ok(id),
            None => Err((field.into(), RejectReason::Missing { expected: "an id" })),
        };
        let id_of_row = must_id(columns.cdr_id, "cdr_id")?;
        let flow = must_id(columns.call_history_id, "call_history_id")?;
        let main = id(fields.get(columns.main_call_history_id), "main_call_history_id")?;
        let [started_at, answered_at, ended_at] = self.times(fields, columns, id_of_row)?;
        let missing = RejectReason::Missing { expected: "a stamp" };
        let started_at = started_at.ok_or((Cow::Borrowed("cdr_started_at"), missing))?;
        let row = Row {
            id: id_of_row,
            flow,
            main: main.unwrap_or(flow),
            base: id(fields.get(columns.base_cdr_id), "base_cdr_id")?,
            continued_in: id(fields.get(columns.continued_in_cdr_id), "continued_in_cdr_id")?,
            source: self.side(fields, columns.source),
            destination: self.side(fields, columns.destination),
            method: CreationMethod::new(text(fields, columns.creation_method)),
            forward: ForwardReason::new(text(fields, columns.creation_forward_reason)),
            reason: EndReason::new(text(fields, columns.termination_reason)),
            details: EndReason::new(text(fields, columns.termination_reason_details)),
            started_at,
            answered_at,
            ended_at,
        };
        self.note_unknown(&row);
        Ok(row)
    }

    fn side(&mut self, fields: SeparatedRow<'_>, columns: SideColumns) -> Side {
        let entity = PartyType::new(text(fields, columns.entity_type));
        let entity = entity.filter(|it| *it != PartyType::Unknown);
        let kind = entity.or_else(|| PartyType::new(text(fields, columns.dn_type)));
        let dn = text(fields, columns.dn_number);
        let is = |wanted: fn(&PartyType) -> bool| kind.as_ref().is_some_and(wanted);
        Side {
            agent: if is(|it| *it == PartyType::Extension) { self.agents.get(dn) } else { None },
            queue: if is(PartyType::is_queue) { self.queues.get(dn) } else { None },
            customer: if is(PartyType::is_outside) {
                self.numbers.get(text(fields, columns.phone_number))
            } else {
                None
            },
            is_incoming: truth(fields.get(columns.is_incoming)),
            is_callback_menu: dn == CALLBACK_DN,
            kind,
        }
    }

    /// The start, answer and end of a row.
    fn times(
        &mut self,
        fields: SeparatedRow<'_>,
        columns: &Columns,
        id: u128,
    ) -> Result<[Option<DateTime<Utc>>; 3], Rejection> {
        let started = stamp(fields.get(columns.cdr_started_at), "cdr_started_at")?;
        let answered = stamp(fields.get(columns.cdr_answered_at), "cdr_answered_at")?;
        let ended = stamp(fields.get(columns.cdr_ended_at), "cdr_ended_at")?;
        let Some(start) = started else { return Ok([None; 3]) };
        let made_at = CdrId::of_uuid(id).and_then(CdrId::instant);
        let derived = match start.offset_secs {
            Some(offset_secs) => offset_secs,
            None => offset_by_id(start, made_at)?,
        };
        let instant = |stamp: Option<Stamp>, field: &'static str| match stamp {
            None => Ok(None),
            Some(it) => match it.at_offset(it.offset_secs.unwrap_or(derived)) {
                Some(at) => Ok(Some(at)),
                None => Err((Cow::Borrowed(field), out_of_calendar())),
            },
        };
        let started_at = instant(started, "cdr_started_at")?;
        let apart = started_at.zip(made_at).map(|(started, made)| (started - made).abs());
        if apart.is_some_and(|it| it > ID_SLACK) {
            let what =
                "rows whose cdr_id tells another start by more than 2 s: the export's zone is off";
            self.odd.note(what);
        }
        let from = started_at.unwrap_or_default();
        let answered_at = after(from, instant(answered, "cdr_answered_at")?, "cdr_answered_at")?;
        let ended_at =
            after(answered_at.unwrap_or(from), instant(ended, "cdr_ended_at")?, "cdr_ended_at")?;
        Ok([started_at, answered_at, ended_at])
    }

    /// Notes words that are not known. Of `termination_reason_details` many are documented that change nothing here.
    fn note_unknown(&mut self, row: &Row) {
        let party = |kind: &Option<PartyType>| match kind {
            Some(PartyType::Other(word)) => Some(format!("entity type {word}")),
            _ => None,
        };
        let reason = |reason: &Option<EndReason>| match reason {
            Some(EndReason::Other(word)) => Some(format!("termination reason {word}")),
            _ => None,
        };
        let method = match &row.method {
            Some(CreationMethod::Other(word)) => Some(format!("creation method {word}")),
            _ => None,
        };
        let (from, to) = (party(&row.source.kind), party(&row.destination.kind));
        let all = [from, to, reason(&row.reason), method];
        for what in all.into_iter().flatten() {
            self.odd.note(&format!("{}, which is not known", Masked::new(&what)));
        }
    }
}

/// The offset of stamps that do not say it: their distance from the time of the row's id.
fn offset_by_id(start: Stamp, made_at: Option<DateTime<Utc>>) -> Result<i32, Rejection> {
    let reason = |what: &'static str| {
        (Cow::Borrowed("cdr_started_at"), RejectReason::Other { what: what.into() })
    };
    let Some(made_at) = made_at else {
        return Err(reason("a stamp without an offset, and cdr_id holds no time that tells it"));
    };
    let apart = start.local.and_utc() - made_at;
    let quarters = (apart.num_seconds() + QUARTER_SECS / 2).div_euclid(QUARTER_SECS);
    let offset_secs = quarters * QUARTER_SECS;
    let rest = TimeDelta::try_seconds(offset_secs).map(|it| (apart - it).abs());
    if offset_secs.abs() > MOST_OFFSET_SECS || rest.is_none_or(|it| it > ID_SLACK) {
        return Err(reason("a stamp without an offset that cdr_id's time does not confirm"));
    }
    i32::try_from(offset_secs).map_err(|_| reason("a stamp without an offset"))
}

/// A stamp that does not come before another; one that does by less than its slack is put right.
fn after(
    from: DateTime<Utc>,
    at: Option<DateTime<Utc>>,
    field: &'static str,
) -> Result<Option<DateTime<Utc>>, Rejection> {
    let Some(at) = at else { return Ok(None) };
    if from.signed_duration_since(at) > STAMP_SLACK {
        let (entered, left) = (from.naive_utc(), at.naive_utc());
        return Err((field.into(), RejectReason::Contradiction { stage: "call", entered, left }));
    }
    Ok(Some(at.max(from)))
}

fn out_of_calendar() -> RejectReason {
    RejectReason::Missing { expected: "a stamp within the calendar" }
}

fn stamp(text: &str, field: &'static str) -> Result<Option<Stamp>, Rejection> {
    let text = text.trim_ascii();
    if is_null(text) {
        return Ok(None);
    }
    let bad = || bad_value(text, field, "a stamp such as 2026-05-04 07:15:00.000000+00");
    Stamp::read(text).map(Some).ok_or_else(bad)
}

fn id(text: &str, field: &'static str) -> Result<Option<u128>, Rejection> {
    let text = text.trim_ascii();
    if is_null(text) {
        return Ok(None);
    }
    let bad = || bad_value(text, field, "an id such as 00000000-01dc-9a69-1dbe-96110000301f");
    let id = uuid(text).ok_or_else(bad)?;
    Ok(Some(id).filter(|it| *it != 0))
}

fn bad_value(text: &str, field: &'static str, expected: &'static str) -> Rejection {
    let value = Masked::new(text);
    (field.into(), RejectReason::BadValue { value, expected: expected.into() })
}

/// The text of a field; empty where a database client shows no value.
fn text(fields: SeparatedRow<'_>, column: usize) -> &str {
    let text = fields.get(column).trim_ascii();
    if is_null(text) { "" } else { text }
}

/// Whether a database client shows no value.
fn is_null(text: &str) -> bool {
    text.is_empty() || text.eq_ignore_ascii_case("null") || text == "\\N"
}

fn truth(text: &str) -> Option<bool> {
    let is = |words: &[&str]| words.iter().any(|it| text.trim_ascii().eq_ignore_ascii_case(it));
    if is(&["t", "true", "1"]) {
        Some(true)
    } else if is(&["f", "false", "0"]) {
        Some(false)
    } else {
        None
    }
}
