//! What a record says in the words of the call model.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use ringback_calllog::{
    AgentId, Customer, CustomerNumbers, Direction, Leg, LegId, LocalClock, Names, Outcome, QueueId,
    RejectReason, Site, Stage, StageEnd, StageKind,
};

use crate::legacy::answer::{
    Answer, Times, answer, is_by_caller, is_late, left_queue, left_ring, not_reached, outcome,
};
use crate::legacy::layout::{Field, Layout};
use crate::legacy::record::Rejection;
use crate::legacy::row::{Hop, Party, Row};
use crate::remark::Remarks;
use crate::stamp::Stamp;
use crate::{ChangeReason, EndReason, PartyType};

/// Talk time is rounded by itself: it may differ from that of the stamps by so much.
const ROUNDING: TimeDelta = TimeDelta::seconds(2);

/// Turns rows into legs.
pub(super) struct Legs {
    agents: Names<AgentId>,
    queues: Names<QueueId>,
    pub(super) numbers: CustomerNumbers,
    /// The clock of the stamps, where they are not UTC.
    pub(super) clock: Option<LocalClock>,
    pub(super) odd: Remarks,
    id: String,
}

/// What a record says in the words of the call model, while it waits: a record has two stages at most, which lie beside it.
/// Thousands wait at a time, and what lies elsewhere has left the processor's memory by then.
pub(super) struct HeldLeg {
    pub(super) leg_id: LegId,
    pub(super) started_at: DateTime<Utc>,
    pub(super) ended_at: Option<DateTime<Utc>>,
    direction: Direction,
    outcome: Outcome,
    customer: Option<Customer>,
    queue: Option<QueueId>,
    stages: [Option<Stage>; 2],
}

impl HeldLeg {
    fn push(&mut self, stage: Stage) {
        if let Some(place) = self.stages.iter_mut().find(|it| it.is_none()) {
            *place = Some(stage);
        }
    }

    /// The leg.
    pub(super) fn into_leg(self) -> Leg {
        let mut stages = Vec::with_capacity(self.stages.iter().flatten().count());
        stages.extend(self.stages.into_iter().flatten());
        Leg {
            ended_at: self.ended_at,
            direction: self.direction,
            customer: self.customer,
            queue: self.queue,
            stages,
            ..Leg::whole(self.leg_id, self.started_at, self.outcome)
        }
    }
}

/// What a record says beyond its leg.
pub(super) struct Extra {
    pub(super) missed: Vec<AgentId>,
    pub(super) hops: Vec<Option<AgentId>>,
}

impl Legs {
    pub(super) fn new(site: &Site) -> Self {
        Self {
            agents: site.names(),
            queues: site.names(),
            numbers: site.numbers(),
            clock: None,
            odd: Remarks::default(),
            id: String::new(),
        }
    }

    /// The leg of a row.
    #[inline]
    pub(super) fn leg(&mut self, row: &Row<'_>, layout: &Layout) -> Result<HeldLeg, Rejection> {
        let times = self.times(row)?;
        self.note_odd(row, &times);
        let answer = answer(row, layout, &times);
        let direction = direction(row);
        let mut leg = HeldLeg {
            leg_id: self.leg_id(row, &times),
            started_at: times.started_at,
            ended_at: times.ended_at,
            direction,
            outcome: Outcome::Unknown,
            customer: match direction {
                Direction::Inbound => self.numbers.get(row.from.outside_number()),
                Direction::Outbound => self.numbers.get(called(row)),
                _ => None,
            },
            queue: None,
            stages: [None, None],
        };
        if leg.direction == Direction::Outbound {
            leg.outcome = match answer {
                Answer::Nobody => not_reached(row.reason.as_ref()),
                Answer::Unsure => Outcome::Unknown,
                _ => Outcome::Answered,
            };
            self.placed(row, &times, &mut leg);
        } else {
            leg.outcome = outcome(row, layout, answer);
            self.arrived(row, &times, answer, &mut leg);
        }
        Ok(leg)
    }

    fn times(&mut self, row: &Row<'_>) -> Result<Times, Rejection> {
        let started_at = self.instant(row.started, Field::TimeStart)?;
        let answered = row.answered.map(|it| self.instant(it, Field::TimeAnswered)).transpose()?;
        let ended = row.ended.map(|it| self.instant(it, Field::TimeEnd)).transpose()?;
        let started = row.started.local;
        if answered.is_some_and(|it| it < started_at) {
            return Err(against(Field::TimeAnswered, started, row.answered));
        }
        if ended.is_some_and(|it| it < answered.unwrap_or(started_at)) {
            return Err(against(Field::TimeEnd, started, row.ended));
        }
        Ok(Times { started_at, answered_at: answered, ended_at: ended })
    }

    #[inline]
    fn instant(&mut self, stamp: Stamp, field: Field) -> Result<DateTime<Utc>, Rejection> {
        match (&mut self.clock, stamp.offset_secs) {
            (None, None) => Ok(stamp.local.and_utc()),
            (Some(clock), None) => {
                clock.to_utc(stamp.local).map_err(|it| (field.name().into(), it.into()))
            }
            (_, Some(offset_secs)) => stamp.at_offset(offset_secs).ok_or_else(|| {
                let reason = RejectReason::Missing { expected: "a stamp within the calendar" };
                (field.name().into(), reason)
            }),
        }
    }

    /// The id of a leg: history id and call id; the start in the place of one that is not written. Without either, all that
    /// tells calls of one second apart.
    fn leg_id(&mut self, row: &Row<'_>, times: &Times) -> LegId {
        use std::fmt::Write as _;
        self.id.clear();
        let started = times.started_at.timestamp();
        let _ = match (row.history_id, row.call_id) {
            ("", "") => {
                let first = self.queues.get(row.to.dn);
                let last = row.last.as_ref().and_then(|it| self.queues.get(it.dn));
                let name =
                    |it: &Option<QueueId>| it.as_ref().map_or(String::new(), QueueId::to_string);
                let (first, last) = (name(&first), name(&last));
                let secs = times.ended_at.map_or(0, |it| (it - times.started_at).num_seconds());
                let caller = self.numbers.get(row.from.outside_number()).map(|it| it.to_string());
                let caller = caller.as_deref().and_then(|it| it.rsplit(':').next()).unwrap_or("");
                let caller = caller.get(..12).unwrap_or(caller);
                write!(self.id, "{started}~{first}~{last}~{secs}~{caller}")
            }
            (id, "") | ("", id) => write!(self.id, "{id}~{started}"),
            (history, call) => {
                self.id.push_str(history);
                self.id.push('~');
                self.id.push_str(call);
                Ok(())
            }
        };
        LegId::from(self.id.as_str())
    }

    fn note_odd(&mut self, row: &Row<'_>, times: &Times) {
        if let (Some(talk), Some(answered_at), Some(ended_at)) =
            (row.talk, times.answered_at, times.ended_at)
            // Nearly always they agree to the second, which takes no calendar to see.
            && ended_at.timestamp() - answered_at.timestamp() != talk.num_seconds()
            && (ended_at - answered_at - talk).abs() > ROUNDING
        {
            self.odd
                .note("durations that differ from time-end less time-answered by more than 2 s");
        }
        if let Some(EndReason::Other(word)) = &row.reason {
            self.odd.note(&format!("reason-terminated {word}, which is not known"));
        }
        if let Some(ChangeReason::Other(word)) = &row.change {
            self.odd.note(&format!("reason-changed {word}, which is not known"));
        }
    }

    /// The stages of a call that an agent placed.
    fn placed(&mut self, row: &Row<'_>, times: &Times, leg: &mut HeldLeg) {
        let agent = self.agent(&row.from);
        let is_answered = times.answered_at.is_some();
        let end = if is_answered { StageEnd::Answered } else { StageEnd::Unanswered };
        let ring = stage(StageKind::Ring, times.started_at, times.answered_at.or(times.ended_at));
        leg.push(Stage { end, ..ring });
        let Some(answered_at) = times.answered_at else { return };
        let is_handed_on = row.change == Some(ChangeReason::ReplacedSrc);
        let (left_at, end) = if is_handed_on {
            (None, StageEnd::Transferred)
        } else {
            (times.ended_at, StageEnd::Completed)
        };
        leg.push(Stage { agent, end, ..stage(StageKind::Talk, answered_at, left_at) });
    }

    /// The stages of a call that came in, or that stayed inside.
    fn arrived(&mut self, row: &Row<'_>, times: &Times, answer: Answer, leg: &mut HeldLeg) {
        let kind = row.to.kind.as_ref();
        // Who the call was sent to, where it is an extension: looked up once.
        let mut first = None;
        let is_queue = |it: &Party<'_>| it.kind.as_ref().is_some_and(PartyType::is_queue);
        if is_queue(&row.to) {
            leg.queue = self.queues.get(row.to.dn);
        } else if let Some(last) = row.last.as_ref().filter(|it| is_queue(it)) {
            leg.queue = self.queues.get(last.dn);
        }
        match kind {
            Some(kind) if kind.is_queue() => {
                let (left_at, end) = left_queue(row, times, answer);
                let queue = leg.queue.clone();
                let stay = stage(StageKind::Queue, times.started_at, left_at);
                leg.push(Stage { queue, end, ..stay });
            }
            Some(kind) if kind.is_menu() => {
                let left_at = if row.last.is_none() { times.ended_at } else { None };
                let is_given_up = row.last.is_none() && is_by_caller(row);
                let end = if is_given_up { StageEnd::Abandoned } else { StageEnd::Completed };
                leg.push(Stage { end, ..stage(StageKind::Ivr, times.started_at, left_at) });
            }
            Some(PartyType::Extension) => {
                let (left_at, end) = left_ring(row, times, answer);
                let agent = self.agent(&row.to);
                let ring = stage(StageKind::Ring, times.started_at, left_at);
                first = Some(agent.clone());
                leg.push(Stage { agent, end, ..ring });
            }
            _ => {}
        }
        let first = |legs: &mut Self| first.unwrap_or_else(|| legs.agent(&row.to));
        self.answered(row, times, (answer, first), leg);
    }

    /// The stage that began when someone answered.
    fn answered(
        &mut self,
        row: &Row<'_>,
        times: &Times,
        (answer, first): (Answer, impl FnOnce(&mut Self) -> Option<AgentId>),
        leg: &mut HeldLeg,
    ) {
        let Some(answered_at) = times.answered_at else { return };
        let talk = stage(StageKind::Talk, answered_at, times.ended_at);
        match answer {
            Answer::First if row.last.is_some() => {
                // When the next one took over is not written.
                let (agent, end) = (first(self), StageEnd::Transferred);
                leg.push(Stage { agent, end, left_at: None, ..talk });
            }
            Answer::First => leg.push(Stage { agent: first(self), ..talk }),
            Answer::Last => {
                let agent = row.last.as_ref().and_then(|it| self.agent(it));
                let agent = if self.has_hops_between(row) { None } else { agent };
                let is_from_queue = row.to.kind.as_ref().is_some_and(PartyType::is_queue);
                let queue = leg.queue.clone().filter(|_| is_from_queue);
                leg.push(Stage { agent, queue, ..talk });
            }
            // The pick-up of the queue before it says nothing of when the mailbox did.
            Answer::Voicemail if row.last.is_none() || is_late(times) || is_telephone(&row.to) => {
                leg.push(stage(StageKind::Voicemail, answered_at, times.ended_at));
            }
            _ => {}
        }
    }

    /// Whether the chain names parties between the first and the last: then it is not known who of them answered.
    fn has_hops_between(&mut self, row: &Row<'_>) -> bool {
        if !row.has_more_hops() {
            return false;
        }
        let last = row.last.as_ref().map_or("", |it| it.dn);
        let mut hops = row.hops().skip_while(|it| *it != Hop::Inside(row.to.dn)).skip(1);
        let between = hops.next().is_some_and(|it| it != Hop::Inside(last));
        if between {
            self.odd.note(
                "calls whose chain has hops before the last: who answered first is not known",
            );
        }
        between
    }

    fn agent(&mut self, party: &Party<'_>) -> Option<AgentId> {
        let can_be_one = matches!(party.kind, Some(PartyType::Extension) | None);
        if can_be_one && !party.is_outside() { self.agents.get(party.dn) } else { None }
    }

    /// What a row says beyond its leg; `None` for nearly every row.
    pub(super) fn extra(&mut self, row: &Row<'_>) -> Option<Box<Extra>> {
        let has_more_hops = row.has_more_hops();
        if !row.has_missed() && !has_more_hops {
            return None;
        }
        let mut missed = Vec::new();
        for dn in row.missed() {
            if dn.bytes().all(|it| it.is_ascii_digit()) && dn.len() <= 8 {
                missed.extend(self.agents.get(dn));
            } else {
                self.odd.note("missed-queue-calls that name no extension");
            }
        }
        let party = |hop| match hop {
            Hop::Inside(dn) => self.agents.get(dn),
            Hop::Outside => None,
        };
        let hops = if has_more_hops { row.hops().map(party).collect() } else { Vec::new() };
        Some(Box::new(Extra { missed, hops }))
    }
}

fn stage(kind: StageKind, entered_at: DateTime<Utc>, left_at: Option<DateTime<Utc>>) -> Stage {
    let end = StageEnd::Completed;
    Stage { kind, queue: None, agent: None, entered_at, left_at, end }
}

fn against(field: Field, started: NaiveDateTime, stamp: Option<Stamp>) -> Rejection {
    let left = stamp.map_or(started, |it| it.local);
    let reason = RejectReason::Contradiction { stage: "call", entered: started, left };
    (field.name().into(), reason)
}

fn direction(row: &Row<'_>) -> Direction {
    if row.from.is_blank() && row.to.is_blank() {
        Direction::Unknown
    } else if row.from.is_outside() {
        Direction::Inbound
    } else if row.to.is_outside() || row.last.as_ref().is_some_and(Party::is_outside) {
        Direction::Outbound
    } else if row.from.is_blank() {
        Direction::Unknown
    } else {
        Direction::Internal
    }
}

/// The number outside that was called.
fn called<'a>(row: &Row<'a>) -> &'a str {
    let last = row.last.as_ref().filter(|it| it.is_outside()).map(Party::outside_number);
    if row.to.is_outside() { row.to.outside_number() } else { last.unwrap_or("") }
}

fn is_telephone(party: &Party<'_>) -> bool {
    party.kind == Some(PartyType::Extension)
}
