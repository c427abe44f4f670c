//! Segments of a call to its leg.

use ringback_calllog::{
    AgentId, Direction, Leg, LegId, Outcome, QueueId, Stage, StageEnd, StageKind,
};

use crate::call_history::disposition::Disposition;
use crate::call_history::segment::{Segment, Side, instant};

/// What a segment is to its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// The caller's own, and what became of it counts.
    Caller,
    /// A machine that the caller listened to.
    Machine,
    /// Nobody is named who called, and no other segment tells.
    Unclear,
}

/// The leg of a call's segments.
pub(super) fn leg(segments: &mut [Segment]) -> Option<Leg> {
    segments.sort_by_cached_key(Segment::order);
    let segments = &*segments;
    let first = segments.first()?;
    let roles = roles(segments);
    let of =
        |role: Role| segments.iter().zip(&roles).filter(move |it| *it.1 == role).map(|it| it.0);
    // What a machine or a port says of the caller counts only where nobody else says anything.
    let told = [Role::Caller, Role::Machine, Role::Unclear];
    let told = told.into_iter().find(|it| of(*it).next().is_some()).unwrap_or(Role::Unclear);
    let start = of(told).map(|it| it.times.start).min().unwrap_or(first.times.start);
    let end = of(told).map(|it| it.times.end()).max().unwrap_or(first.times.end());
    let mut stages = Vec::new();
    for (segment, role) in segments.iter().zip(&roles) {
        Laid { segment, stages: &mut stages }.lay(*role);
    }
    let directions = [Direction::Inbound, Direction::Outbound, Direction::Internal];
    let has = |direction: &Direction| of(told).any(|it| it.direction == *direction);
    let direction = directions.into_iter().find(|it| told != Role::Unclear && has(it));
    Some(Leg {
        direction: direction.unwrap_or(Direction::Unknown),
        customer: segments.iter().find_map(|it| it.customer),
        queue: of(Role::Caller).find_map(|it| it.queue.clone()),
        ended_at: Some(instant(end)),
        stages,
        ..Leg::whole(leg_id(first), instant(start), outcome(segments, &roles))
    })
}

/// The roles of a call's segments, which are in order.
fn roles(segments: &[Segment]) -> Vec<Role> {
    // Until when the caller is known to be there, by the segments up to each.
    let mut until = i64::MIN;
    let callers_until: Vec<i64> = segments
        .iter()
        .map(|it| {
            until = if it.side == Side::Caller { until.max(it.times.stop) } else { until };
            until
        })
        .collect();
    let role = |segment: &Segment| match segment.side {
        Side::Caller => Role::Caller,
        Side::Machine => Role::Machine,
        Side::Nameless => {
            // A second for the rounding of each stamp.
            let begun = segments.partition_point(|it| it.times.start <= segment.times.start + 1);
            let caller_until = callers_until[..begun].last();
            let lies_within =
                caller_until.is_some_and(|it| segment.times.stop <= it.saturating_add(1));
            if lies_within { Role::Machine } else { Role::Unclear }
        }
    };
    segments.iter().map(role).collect()
}

/// An answer by a person counts, wherever it stands; otherwise what became of the caller last.
fn outcome(segments: &[Segment], roles: &[Role]) -> Outcome {
    let of_caller = || segments.iter().zip(roles).filter(|it| *it.1 == Role::Caller).map(|it| it.0);
    if of_caller().any(is_answered) {
        return Outcome::Answered;
    }
    let told = of_caller().filter(|it| it.disposition != Disposition::Other);
    let last = told.max_by_key(|it| (it.times.stop, it.call_id, it.number));
    let last = last.or_else(|| of_caller().next());
    last.map_or(Outcome::Unknown, |it| it.disposition.outcome())
}

/// Whether a person answered. A connection without an agent or talk may have been anything.
fn is_answered(segment: &Segment) -> bool {
    match segment.disposition {
        Disposition::Answered => true,
        Disposition::Connected => segment.agent.is_some() || segment.times.talk > 0,
        _ => false,
    }
}

/// The UCID, or where there is none the start, and the CALLID.
fn leg_id(first: &Segment) -> LegId {
    let Segment { acd, call_id, ucid, times, .. } = first;
    if *ucid == 0 {
        LegId::new(format!("{}-{acd}-{call_id}", times.start))
    } else {
        LegId::new(format!("{ucid:020}-{call_id}"))
    }
}

/// A segment laid out in stages.
struct Laid<'a> {
    segment: &'a Segment,
    stages: &'a mut Vec<Stage>,
}

impl Laid<'_> {
    fn lay(&mut self, role: Role) {
        let segment = self.segment;
        let times = segment.times;
        let answered = times.start + times.disposed;
        if role == Role::Machine {
            if segment.disposition == Disposition::Answered {
                self.add(StageKind::Ivr, (answered, times.end()), StageEnd::Completed, Of::Call);
            }
            return;
        }
        match segment.disposition {
            _ if role == Role::Unclear => {}
            Disposition::Answered => {
                self.lay_wait(StageEnd::Answered);
                self.lay_service(answered);
            }
            Disposition::Connected => {
                if times.disposed > 0 {
                    let end =
                        if is_answered(segment) { StageEnd::Answered } else { StageEnd::Unknown };
                    self.add(StageKind::Ring, (times.start, answered), end, Of::Agent);
                }
                if times.talk > 0 {
                    self.lay_service(answered);
                }
            }
            Disposition::Abandoned => self.lay_wait(StageEnd::Abandoned),
            Disposition::Interflowed | Disposition::ForcedBusy | Disposition::ForcedDisconnect => {
                self.lay_wait(StageEnd::Overflowed);
            }
            Disposition::Other | Disposition::Unknown(_) => {}
        }
    }

    /// The time until the disposition: in a vector before any queue, then in the split's queue and while a telephone
    /// rang. A caller who hung up while it rang had left the queue: that time stands alone.
    fn lay_wait(&mut self, end: StageEnd) {
        let segment = self.segment;
        let times = segment.times;
        let left = times.start + times.disposed;
        if end == StageEnd::Overflowed && times.disposed == 0 {
            return;
        }
        let rang = left - times.rang.min(times.disposed);
        let queued = match (&segment.queue, times.queued) {
            (None, _) => left,
            (Some(_), None) => times.start,
            (Some(_), Some(queued)) => times.start.max(rang - queued),
        };
        if queued > times.start || segment.queue.is_none() {
            let end = if segment.queue.is_some() { StageEnd::Completed } else { end };
            self.add(StageKind::Queue, (times.start, queued), end, Of::Nobody);
        }
        if segment.queue.is_some() && end == StageEnd::Abandoned && rang < left {
            self.add(StageKind::Queue, (queued, rang), StageEnd::Completed, Of::Call);
            self.add(StageKind::Queue, (rang, left), end, Of::Nobody);
        } else if segment.queue.is_some() {
            self.add(StageKind::Queue, (queued, left), end, Of::Call);
        }
        if rang < left && segment.agent.is_some() {
            self.add(StageKind::Ring, (rang, left), end, Of::Agent);
        }
    }

    /// Talk, then hold, then after-call work; a consultation began with the hold.
    fn lay_service(&mut self, answered: i64) {
        let segment = self.segment;
        let times = segment.times;
        let talked = answered + times.talk;
        let held = talked + times.hold;
        self.add(StageKind::Talk, (answered, talked), segment.talk_end, Of::Agent);
        if times.hold > 0 {
            self.add(StageKind::Hold, (talked, held), segment.hold_end, Of::Agent);
        }
        if times.consult > 0 && times.consult <= times.hold {
            let consult = (talked, talked + times.consult);
            self.add(StageKind::Consult, consult, StageEnd::Completed, Of::Agent);
        }
        if times.acw > 0 {
            let after = (times.end(), times.end() + times.acw);
            self.add(StageKind::WrapUp, after, StageEnd::Completed, Of::Agent);
        }
    }

    fn add(&mut self, kind: StageKind, (from, to): (i64, i64), end: StageEnd, of: Of) {
        let (queue, agent): (Option<QueueId>, Option<AgentId>) = match of {
            Of::Nobody => (None, None),
            Of::Call => (self.segment.queue.clone(), None),
            Of::Agent => (self.segment.queue.clone(), self.segment.agent.clone()),
        };
        let (entered_at, left_at) = (instant(from), Some(instant(to)));
        self.stages.push(Stage { kind, queue, agent, entered_at, left_at, end });
    }
}

/// Whom a stage names.
#[derive(Clone, Copy)]
enum Of {
    Nobody,
    /// The queue.
    Call,
    /// The queue and the agent.
    Agent,
}
