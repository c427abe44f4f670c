//! What a record says in the words of the call model.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use ringback_calllog::{
    AgentId, CustomerNumbers, Direction, LocalClock, Names, Outcome, QueueId, RejectReason, Site,
    StageEnd, StageKind,
};

use crate::legacy::answer::{
    Answer, Times, answer, is_by_caller, is_late, left_queue, left_ring, not_reached, outcome,
};
use crate::legacy::brief::{BriefLeg, BriefStage, BriefText, Left};
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
    pub(super) fn leg(&mut self, row: &Row<'_>, layout: &Layout) -> Result<BriefLeg, Rejection> {
        let times = self.times(row)?;
        self.note_odd(row, &times);
        let answer = answer(row, layout, &times);
        let direction = direction(row);
        let mut leg = BriefLeg {
            id: self.leg_id(row, &times),
            times,
            direction,
            outcome: Outcome::Unknown,
            customer: match direction {
                Direction::Inbound => self.numbers.get(row.from.outside_number()),
                Direction::Outbound => self.numbers.get(called(row)),
                _ => None,
            },
            queue: None,
            first: None,
            answered: None,
        };
        if leg.direction == Direction::Outbound {
            leg.outcome = match answer {
                Answer::Nobody => not_reached(row.reason.as_ref()),
                Answer::Unsure => Outcome::Unknown,
                _ => Outcome::Answered,
            };
            self.placed(row, &mut leg);
        } else {
            leg.outcome = outcome(row, layout, answer);
            self.arrived(row, answer, &mut leg);
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
    fn leg_id(&mut self, row: &Row<'_>, times: &Times) -> BriefText {
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
        BriefText::from(self.id.as_str())
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
    fn placed(&mut self, row: &Row<'_>, leg: &mut BriefLeg) {
        let agent = self.agent(&row.from);
        if leg.times.answered_at.is_none() {
            let end = StageEnd::Unanswered;
            leg.first = Some(BriefStage { end, ..BriefStage::new(StageKind::Ring, Left::Ended) });
            return;
        }
        let end = StageEnd::Answered;
        leg.first = Some(BriefStage { end, ..BriefStage::new(StageKind::Ring, Left::Answered) });
        let is_handed_on = row.change == Some(ChangeReason::ReplacedSrc);
        let (left, end) = if is_handed_on {
            (Left::Unknown, StageEnd::Transferred)
        } else {
            (Left::Ended, StageEnd::Completed)
        };
        leg.answered = Some(BriefStage { agent, end, ..BriefStage::new(StageKind::Talk, left) });
    }

    /// The stages of a call that came in, or that stayed inside.
    fn arrived(&mut self, row: &Row<'_>, answer: Answer, leg: &mut BriefLeg) {
        let kind = row.to.kind.as_ref();
        let is_queue = |it: &Party<'_>| it.kind.as_ref().is_some_and(PartyType::is_queue);
        if is_queue(&row.to) {
            leg.queue = self.queues.get(row.to.dn);
        } else if let Some(last) = row.last.as_ref().filter(|it| is_queue(it)) {
            leg.queue = self.queues.get(last.dn);
        }
        leg.first = match kind {
            Some(kind) if kind.is_queue() => {
                let (left, end) = left_queue(row, &leg.times, answer);
                let stay = BriefStage::new(StageKind::Queue, left);
                Some(BriefStage { is_of_queue: true, end, ..stay })
            }
            Some(kind) if kind.is_menu() => {
                let left = if row.last.is_none() { Left::Ended } else { Left::Unknown };
                let is_given_up = row.last.is_none() && is_by_caller(row);
                let end = if is_given_up { StageEnd::Abandoned } else { StageEnd::Completed };
                Some(BriefStage { end, ..BriefStage::new(StageKind::Ivr, left) })
            }
            Some(PartyType::Extension) => {
                let (left, end) = left_ring(row, answer);
                let agent = self.agent(&row.to);
                Some(BriefStage { agent, end, ..BriefStage::new(StageKind::Ring, left) })
            }
            _ => None,
        };
        leg.answered = leg.times.answered_at.and_then(|_| self.answered(row, answer, leg));
    }

    /// The stage that began when someone answered.
    fn answered(&mut self, row: &Row<'_>, answer: Answer, leg: &BriefLeg) -> Option<BriefStage> {
        let talk = BriefStage::new(StageKind::Talk, Left::Ended);
        // Who the call was sent to, where it is an extension, has been looked up.
        let first = |legs: &mut Self| match &leg.first {
            Some(ring) if ring.kind == StageKind::Ring => ring.agent.clone(),
            _ => legs.agent(&row.to),
        };
        match answer {
            Answer::First if row.last.is_some() => {
                // When the next one took over is not written.
                let (agent, end) = (first(self), StageEnd::Transferred);
                Some(BriefStage { agent, end, left: Left::Unknown, ..talk })
            }
            Answer::First => Some(BriefStage { agent: first(self), ..talk }),
            Answer::Last => {
                let agent = row.last.as_ref().and_then(|it| self.agent(it));
                let agent = if self.has_hops_between(row) { None } else { agent };
                let is_of_queue = row.to.kind.as_ref().is_some_and(PartyType::is_queue);
                Some(BriefStage { agent, is_of_queue, ..talk })
            }
            // The pick-up of the queue before it says nothing of when the mailbox did.
            Answer::Voicemail
                if row.last.is_none() || is_late(&leg.times) || is_telephone(&row.to) =>
            {
                Some(BriefStage::new(StageKind::Voicemail, Left::Ended))
            }
            _ => None,
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
