//! The legs of one flow as one call.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ringback_calllog::{Completeness, Direction, Leg, LegId, Outcome};

use crate::cdroutput::id::uuid_text;
use crate::cdroutput::row::{Row, Side};
use crate::cdroutput::stages::stages;
use crate::{CreationMethod, EndReason, ForwardReason, PartyType};

/// The rows of one flow, each id once, ordered by start, then by id.
pub(super) struct Contact<'a> {
    pub(super) rows: &'a [Row],
    by_id: BTreeMap<u128, usize>,
    pub(super) direction: Direction,
    pub(super) callback: Option<Callback>,
}

/// A promise to call back, and what came of it.
#[derive(Clone, Copy)]
pub(super) struct Callback {
    /// When the promise was made; absent where the row that made it has no end.
    pub(super) promised_at: Option<DateTime<Utc>>,
    /// When the caller was called back.
    pub(super) tried_at: Option<DateTime<Utc>>,
}

impl<'a> Contact<'a> {
    /// The contact of rows that are in order.
    pub(super) fn new(rows: &'a [Row]) -> Self {
        let by_id = rows.iter().enumerate().map(|(at, row)| (row.id, at)).collect();
        Self { rows, by_id, direction: direction(rows), callback: callback(rows) }
    }

    /// The row of an id.
    pub(super) fn row(&self, id: Option<u128>) -> Option<&'a Row> {
        self.by_id.get(&id?).and_then(|at| self.rows.get(*at))
    }

    /// The row in which another goes on.
    pub(super) fn next(&self, row: &Row) -> Option<&'a Row> {
        self.row(row.continued_in)
    }

    /// Whether a row is a talk of colleagues while the party outside waits, or a supervisor's breaking in.
    pub(super) fn is_aside(&self, row: &Row) -> bool {
        let has_outside = matches!(self.direction, Direction::Inbound | Direction::Outbound);
        let is_among_us = |side: &Side| side.kind == Some(PartyType::Extension);
        let is_consult = has_outside
            && row.method == Some(CreationMethod::CallInit)
            && is_among_us(&row.source)
            && is_among_us(&row.destination);
        is_consult || is_barge_in(row)
    }

    /// Whether an agent answered the customer in a row.
    pub(super) fn is_answer(&self, row: &Row) -> bool {
        row.is_to_extension() && row.answered_at.is_some() && !self.is_aside(row)
    }

    /// Whether a row is of the attempt to call back.
    fn is_after_promise(&self, row: &Row) -> bool {
        let tried_at = self.callback.and_then(|it| it.tried_at);
        tried_at.is_some_and(|it| row.started_at >= it)
    }

    /// The call; `None` for no rows.
    pub(super) fn leg(&self) -> Option<Leg> {
        let first = self.rows.first()?;
        let is_open = self.rows.iter().any(|it| it.ended_at.is_none());
        let ended_at = self.rows.iter().filter_map(|it| it.ended_at).max();
        let id = LegId::new(uuid_text(first.main));
        Some(Leg {
            completeness: if is_open { Completeness::Open } else { Completeness::Whole },
            direction: self.direction,
            customer: self.customer(),
            queue: self.rows.iter().find_map(|it| it.destination.queue.clone()),
            ended_at: ended_at.filter(|_| !is_open),
            stages: stages(self),
            ..Leg::whole(id, first.started_at, self.outcome())
        })
    }

    fn customer(&self) -> Option<ringback_calllog::Customer> {
        let sides = || self.rows.iter().flat_map(|it| [&it.source, &it.destination]);
        let is_caller = |it: &&Side| it.is_incoming == Some(true);
        let caller = sides().filter(is_caller).find_map(|it| it.customer);
        caller.or_else(|| sides().find_map(|it| it.customer))
    }

    fn outcome(&self) -> Outcome {
        if self.direction == Direction::Outbound {
            let is_line = |it: &Row| it.is_to(|it| *it == PartyType::Line);
            let is_reached = |it: &Row| is_line(it) && it.answered_at.is_some();
            if self.rows.iter().any(is_reached) {
                return Outcome::Answered;
            }
            return self.last().map_or(Outcome::Unknown, not_reached);
        }
        let mut answers = self.rows.iter().filter(|it| self.is_answer(it));
        if answers.any(|it| !self.is_after_promise(it)) {
            Outcome::Answered
        } else if self.callback.is_some() {
            Outcome::Callback
        } else {
            self.last().map_or(Outcome::Unknown, unanswered)
        }
    }

    /// The row that says how the call ended: the last that a party ended, or else the last.
    fn last(&self) -> Option<&'a Row> {
        let is_end = |it: &&&Row| {
            matches!(it.reason, Some(EndReason::SrcTerminated | EndReason::DstTerminated))
        };
        let order = |it: &&Row| (it.ended_at.unwrap_or(DateTime::<Utc>::MAX_UTC), it.id);
        let of_call = || self.rows.iter().filter(|it| !self.is_aside(it));
        of_call().filter(|it| is_end(&it)).max_by_key(order).or_else(|| of_call().max_by_key(order))
    }
}

/// Whether a supervisor breaks into a talk.
fn is_barge_in(row: &Row) -> bool {
    row.method == Some(CreationMethod::BargeIn)
}

fn direction(rows: &[Row]) -> Direction {
    let is_outside = |side: &Side| side.kind.as_ref().is_some_and(PartyType::is_outside);
    let is_caller = |side: &Side| is_outside(side) && side.is_incoming == Some(true);
    let sides = || rows.iter().flat_map(|it| [&it.source, &it.destination]);
    let may_be_caller = |side: &Side| is_outside(side) && side.is_incoming.is_none();
    if sides().any(is_caller) || rows.first().is_some_and(|it| may_be_caller(&it.source)) {
        Direction::Inbound
    } else if sides().any(is_outside) {
        Direction::Outbound
    } else if rows.first().is_some_and(|it| it.source.kind.is_some()) {
        Direction::Internal
    } else {
        Direction::Unknown
    }
}

fn callback(rows: &[Row]) -> Option<Callback> {
    let is_try = |it: &&Row| it.forward == Some(ForwardReason::Callback);
    let is_promise = |it: &&Row| {
        it.forward == Some(ForwardReason::CallbackRequested)
            || it.details == Some(EndReason::CallbackRequested)
            || (it.destination.is_callback_menu && !is_try(it))
    };
    let promise = rows.iter().filter(is_promise).max_by_key(|it| (it.ended_at, it.id));
    let tried = rows.iter().find(is_try);
    if promise.is_none() && tried.is_none() {
        return None;
    }
    let promised_at = promise.and_then(|it| it.ended_at);
    Some(Callback { promised_at, tried_at: tried.map(|it| it.started_at) })
}

/// The outcome of a call that no agent answered.
fn unanswered(last: &Row) -> Outcome {
    let is_answered = last.answered_at.is_some();
    let is_caller = last.reason == Some(EndReason::SrcTerminated);
    match &last.destination.kind {
        Some(PartyType::Voicemail) if is_answered => return Outcome::Voicemail,
        Some(kind) if kind.is_outside() && is_answered => return Outcome::Overflowed,
        _ => {}
    }
    if last.details.as_ref().is_some_and(EndReason::is_failure) {
        return Outcome::Failed;
    }
    if is_caller {
        return match &last.destination.kind {
            Some(PartyType::EndCall) => Outcome::Overflowed,
            _ => Outcome::Abandoned,
        };
    }
    match &last.destination.kind {
        Some(PartyType::EndCall) => Outcome::Overflowed,
        Some(kind) if kind.is_queue() && is_sent_on(last) => Outcome::Overflowed,
        Some(kind) if kind.is_outside() && is_sent_on(last) => Outcome::Overflowed,
        Some(kind) if kind.is_queue() && last.reason == Some(EndReason::DstTerminated) => {
            Outcome::Overflowed
        }
        _ => not_reached(last),
    }
}

fn is_sent_on(row: &Row) -> bool {
    matches!(row.reason, Some(EndReason::Redirected | EndReason::ContinuedIn))
}

/// The outcome of a call that nobody answered, whoever called.
fn not_reached(last: &Row) -> Outcome {
    let of_word = |word: &EndReason| match word {
        it if it.is_failure() => Some(Outcome::Failed),
        it if it.is_busy() => Some(Outcome::Busy),
        EndReason::NoAnswer
        | EndReason::NoAnswerTimeout
        | EndReason::Rejected
        | EndReason::Cancelled
        | EndReason::SrcTerminated
        | EndReason::DstTerminated => Some(Outcome::Other),
        _ => None,
    };
    let mut words = [&last.details, &last.reason].into_iter().flatten();
    words.find_map(of_word).unwrap_or(Outcome::Unknown)
}
