//! One line of an export: one party that a call passed.

use std::borrow::Cow;

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{
    AgentId, Customer, CustomerNumbers, Direction, LocalClock, Masked, Names, Piece, Place,
    QueueId, RejectReason, SeparatedRow, Site,
};

use crate::console::columns::{Columns, Export};
use crate::layout::{DnTypes, is_plain_id};
use crate::stamp::{Stamp, duration};
use crate::{EndReason, PartyType};

/// A rejection: the field at fault and why.
pub(super) type Rejection = (Cow<'static, str>, RejectReason);

/// What a line says of its party.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Status {
    Answered,
    Unanswered,
    /// The call went on to another.
    Redirected,
    Unknown,
}

/// One party that a call passed.
#[derive(Clone)]
pub(super) struct Segment {
    pub(super) place: Place,
    pub(super) export: Export,
    pub(super) keys: Vec<Key>,
    pub(super) started_at: DateTime<Utc>,
    pub(super) ring: TimeDelta,
    pub(super) talk: TimeDelta,
    pub(super) ended_at: DateTime<Utc>,
    pub(super) dn: Box<str>,
    pub(super) agent: Option<AgentId>,
    pub(super) queue: Option<QueueId>,
    pub(super) kind: Option<PartyType>,
    pub(super) status: Status,
    pub(super) reason: Option<EndReason>,
    pub(super) direction: Direction,
    pub(super) customer: Option<Customer>,
    /// The agent inside who called.
    pub(super) caller: Option<AgentId>,
    pub(super) indent: u32,
    /// What a line of abandoned calls says of one agent.
    pub(super) poll: Option<Poll>,
}

/// An agent that a queue rang for a call that was abandoned.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Poll {
    pub(super) agent: String,
    pub(super) attempts: String,
    pub(super) is_logged_in: String,
}

/// What lines of one call have in common.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// A call history id.
    History(Box<str>),
    /// A call id of old versions.
    Call(Box<str>),
    /// A caller and the number that was called.
    Caller(Customer, Box<str>),
}

impl Piece for Segment {
    type Key = Key;

    fn keys(&self, keys: &mut Vec<Key>) {
        keys.extend(self.keys.iter().cloned());
    }

    fn span(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        (self.started_at, self.ended_at)
    }
}

/// Reads segments.
pub(super) struct Segments {
    agents: Names<AgentId>,
    queues: Names<QueueId>,
    pub(super) numbers: CustomerNumbers,
    clock: Option<LocalClock>,
    pub(super) dn_types: DnTypes,
}

impl Segments {
    pub(super) fn new(site: &Site) -> Self {
        Self {
            agents: site.names(),
            queues: site.names(),
            numbers: site.numbers(),
            clock: site.clock(),
            dn_types: DnTypes::default(),
        }
    }

    /// What a line says.
    pub(super) fn read(
        &mut self,
        fields: SeparatedRow<'_>,
        columns: &Columns,
        place: Place,
    ) -> Result<Segment, Rejection> {
        let get = |column| fields.get(column).trim();
        let started_at = self.instant(get(columns.time), columns)?;
        let ring = length(get(columns.ringing), "ringing")?;
        let talk = length(get(columns.talking), "talking")?;
        let total = length(get(columns.total), "total duration")?;
        let (ring, talk) = (ring.unwrap_or_default(), talk.unwrap_or_default());
        let stay = ring.checked_add(&talk).map(|it| it.max(total.unwrap_or_default()));
        let ended_at = stay.and_then(|it| started_at.checked_add_signed(it));
        let too_long = RejectReason::Missing { expected: "durations within the calendar" };
        let ended_at = ended_at.ok_or((Cow::Borrowed("total duration"), too_long))?;
        let dn = dn(get(columns.destination));
        let kind = PartyType::new(get(columns.destination_type));
        let is_named = |it: &PartyType| !matches!(it, PartyType::Other(_) | PartyType::Unknown);
        let direction = direction(get(columns.direction), columns.export);
        let customer = match direction {
            Direction::Outbound => self.numbers.get(dn_or(get(columns.destination_number), dn)),
            Direction::Internal => None,
            _ => self.numbers.get(number(get(columns.caller))),
        };
        Ok(Segment {
            place,
            export: columns.export,
            keys: keys(fields, columns, customer)?,
            started_at,
            ring,
            talk,
            ended_at,
            agent: self.agents.get(dn),
            queue: self.queues.get(dn),
            kind: self.dn_types.get(dn).cloned().or(kind.filter(is_named)),
            status: status(get(columns.status), get(columns.answered)),
            reason: EndReason::new(get(columns.reason)),
            direction,
            customer,
            caller: self.agents.get(dn_of_source(get(columns.source_dn), direction)),
            indent: get(columns.indent).parse().unwrap_or(0),
            poll: self.poll(fields, columns),
            dn: dn.into(),
        })
    }

    fn poll(&mut self, fields: SeparatedRow<'_>, columns: &Columns) -> Option<Poll> {
        if columns.export != Export::Abandoned {
            return None;
        }
        let agent = self.agents.get(dn(fields.get(columns.agent)))?;
        let attempts = fields.get(columns.attempts).trim();
        let is_count = attempts.len() <= 6 && attempts.bytes().all(|it| it.is_ascii_digit());
        let is_logged_in = match fields.get(columns.is_logged_in).trim().to_ascii_lowercase() {
            it if matches!(it.as_str(), "true" | "1" | "yes") => "true",
            it if matches!(it.as_str(), "false" | "0" | "no") => "false",
            _ => "",
        };
        Some(Poll {
            agent: agent.to_string(),
            attempts: if is_count { attempts.to_owned() } else { String::new() },
            is_logged_in: is_logged_in.to_owned(),
        })
    }

    fn instant(&mut self, text: &str, columns: &Columns) -> Result<DateTime<Utc>, Rejection> {
        let field = match columns.export {
            Export::Inbound | Export::Abandoned => "call time",
            Export::CallLog | Export::OldCallLog => "start time",
        };
        let bad = || {
            let expected = "a stamp such as 2026-05-04T09:15:00";
            let value = Masked::new(text);
            (Cow::Borrowed(field), RejectReason::BadValue { value, expected: expected.into() })
        };
        let stamp = Stamp::read(text).ok_or_else(bad)?;
        if stamp.offset_secs.is_some() {
            return stamp.instant().ok_or_else(bad);
        }
        match &mut self.clock {
            Some(clock) => clock.to_utc(stamp.local).map_err(|it| (field.into(), it.into())),
            None => Err((field.into(), RejectReason::Other { what: NO_ZONE.into() })),
        }
    }
}

/// Why a local stamp cannot be read.
pub(super) const NO_ZONE: &str = "its stamps are local: give the zone of the system's clock";

fn keys(
    fields: SeparatedRow<'_>,
    columns: &Columns,
    customer: Option<Customer>,
) -> Result<Vec<Key>, Rejection> {
    let id = id(fields.get(columns.id), "call history id")?;
    let main = self::id(fields.get(columns.main_id), "main call history id")?;
    Ok(match columns.export {
        Export::Inbound => {
            let did = fields.get(columns.did).trim();
            customer.map(|it| Key::Caller(it, did.into())).into_iter().collect()
        }
        Export::OldCallLog => {
            if id.is_empty() {
                Vec::new()
            } else {
                vec![Key::Call(id.into())]
            }
        }
        Export::CallLog | Export::Abandoned => {
            let both = [id, main].into_iter().filter(|it| !it.is_empty());
            both.map(|it| Key::History(it.into())).collect()
        }
    })
}

/// An id of a call, which stands in the output as it is.
fn id<'a>(text: &'a str, field: &'static str) -> Result<&'a str, Rejection> {
    let text = text.trim();
    if is_plain_id(text) {
        return Ok(text);
    }
    let (value, expected) = (Masked::new(text), "an id of a call".into());
    Err((field.into(), RejectReason::BadValue { value, expected }))
}

/// The dn of `Name (dn)`; the whole text where there are no parentheses.
fn dn(text: &str) -> &str {
    let text = text.trim();
    let inner = text.strip_suffix(')').and_then(|it| it.rsplit_once('('));
    inner.map_or(text, |it| it.1.trim())
}

/// The number of a caller, with a name before it or not.
fn number(text: &str) -> &str {
    let inner = dn(text);
    let is_number = inner.bytes().any(|it| it.is_ascii_digit());
    if is_number { inner } else { text }
}

fn dn_or<'a>(number_text: &'a str, dn: &'a str) -> &'a str {
    if number_text.is_empty() { dn } else { number(number_text) }
}

/// The dn of an agent who called; blank for a caller from outside, whose dn is a trunk.
fn dn_of_source(text: &str, direction: Direction) -> &str {
    let is_inside = matches!(direction, Direction::Outbound | Direction::Internal);
    if is_inside { dn(text) } else { "" }
}

fn direction(text: &str, export: Export) -> Direction {
    if matches!(export, Export::Inbound | Export::Abandoned) {
        return Direction::Inbound;
    }
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    if is("inbound") || is("incoming") {
        Direction::Inbound
    } else if is("outbound") || is("outgoing") {
        Direction::Outbound
    } else if is("internal") {
        Direction::Internal
    } else {
        Direction::Unknown
    }
}

fn status(text: &str, answered: &str) -> Status {
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    let is_answered = |word: &str| answered.eq_ignore_ascii_case(word);
    if is("answered") {
        Status::Answered
    } else if is("redirected") {
        Status::Redirected
    } else if is("unanswered") {
        Status::Unanswered
    } else if is_answered("true") {
        Status::Answered
    } else if is_answered("false") {
        Status::Unanswered
    } else {
        Status::Unknown
    }
}

/// A length such as `0:01:23` or `PT1M23S`; `None` for a blank one.
fn length(text: &str, field: &'static str) -> Result<Option<TimeDelta>, Rejection> {
    if text.is_empty() {
        return Ok(None);
    }
    let whole = text.split_once('.').map_or(text, |it| it.0);
    let bad = || {
        let (value, expected) = (Masked::new(text), "a duration such as 0:01:23".into());
        (field.into(), RejectReason::BadValue { value, expected })
    };
    duration(whole).or_else(|| iso_duration(text)).map(Some).ok_or_else(bad)
}

/// A duration as ISO 8601 writes it, of days and smaller units; fractions of a second are cut off.
fn iso_duration(text: &str) -> Option<TimeDelta> {
    let (days, time) = match text.strip_prefix('P')?.split_once('T') {
        Some((days, time)) => (days, time),
        None => (text.strip_prefix('P')?, ""),
    };
    let mut secs: i64 = 0;
    let mut add = |part: &str, units: &[(char, i64)]| -> Option<()> {
        let mut rest = part;
        for &(unit, size) in units {
            let Some((number, after)) = rest.split_once(unit) else { continue };
            let whole = number.split_once('.').map_or(number, |it| it.0);
            if whole.is_empty() || whole.len() > 9 || !whole.bytes().all(|it| it.is_ascii_digit()) {
                return None;
            }
            secs = secs.checked_add(whole.parse::<i64>().ok()?.checked_mul(size)?)?;
            rest = after;
        }
        rest.is_empty().then_some(())
    };
    add(days, &[('D', 86_400)])?;
    add(time, &[('H', 3600), ('M', 60), ('S', 1)])?;
    TimeDelta::try_seconds(secs)
}
