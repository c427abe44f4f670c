//! Segments of a call to its leg.

use ringback_calllog::{Completeness, Direction, Leg, LegId, Outcome, Stage, StageEnd, StageKind};

use crate::ip_office::segment::{Answer, Continuation, Ringing, Segment, Together, instant};

/// The calls of segments that share a Call ID and are near in time: as a rule one, but a Call ID comes round again
/// after a restart.
pub(super) fn calls(segments: &mut [Segment], legs: &mut Vec<Leg>) {
    segments.sort_by_cached_key(Segment::order);
    let mut rest = &*segments;
    while !rest.is_empty() {
        let (call, others) = rest.split_at(first_call(rest));
        legs.push(leg(call));
        rest = others;
    }
}

/// How many segments are of the first call: a call is over when its last record and all others have ended.
fn first_call(segments: &[Segment]) -> usize {
    let mut end = i64::MIN;
    let mut is_over = false;
    for (count, segment) in segments.iter().enumerate() {
        if is_over && segment.start >= end {
            return count.max(1);
        }
        end = end.max(segment.end());
        is_over |= segment.continuation == Continuation::Last;
    }
    segments.len()
}

/// The leg of a call's segments, in order.
pub(super) fn leg(segments: &[Segment]) -> Leg {
    let mut call = CallSoFar::new(segments);
    for (place, segment) in segments.iter().enumerate() {
        call.add(segment, segments.get(place + 1));
    }
    call.into_leg(segments)
}

/// A call while its segments are put one after the other.
struct CallSoFar {
    direction: Direction,
    /// Whether the record that says to be the last one is there.
    continuation: Continuation,
    /// The first start. Where the segments share it, each begins when the one before has ended.
    start: i64,
    end: i64,
    has_person: bool,
    stages: Vec<Stage>,
}

impl CallSoFar {
    fn new(segments: &[Segment]) -> Self {
        let has = |direction| segments.iter().any(|it| it.direction == direction);
        let direction = [Direction::Inbound, Direction::Outbound].into_iter().find(|it| has(*it));
        let start = segments.first().map_or(0, |it| it.start);
        Self {
            direction: direction.unwrap_or(Direction::Internal),
            continuation: segments
                .iter()
                .map(|it| it.continuation)
                .max()
                .unwrap_or(Continuation::MoreFollow),
            start,
            end: start,
            has_person: false,
            stages: Vec::with_capacity(segments.len() + 1),
        }
    }

    fn is_complete(&self) -> bool {
        self.continuation == Continuation::Last
    }

    fn add(&mut self, segment: &Segment, next: Option<&Segment>) {
        let begins = match segment.together {
            Together::InTurn if segment.start == self.start => self.end,
            _ => segment.start,
        };
        let answered = begins.saturating_add(segment.ring_secs.into());
        let talked = answered.saturating_add(segment.talk_secs.into());
        let left = talked.saturating_add(segment.hold_secs.into());
        let goes_on = next.is_some() || !self.is_complete();
        self.add_ring(segment, goes_on, (begins, answered));
        self.add_talk(segment, next, (answered, talked));
        if segment.hold_secs > 0 {
            let mut stage = stage(segment, StageKind::Hold, (talked, left), StageEnd::Completed);
            if segment.answer != Answer::Person {
                stage.agent = None;
            }
            self.stages.push(stage);
        }
        self.has_person |= segment.answer == Answer::Person;
        self.end = self.end.max(left);
    }

    /// The time until an answer. Nobody has answered an inbound call before: then the caller waits for a person.
    fn add_ring(&mut self, segment: &Segment, goes_on: bool, (from, to): (i64, i64)) {
        let is_inbound = self.direction == Direction::Inbound;
        let is_wait = is_inbound
            && !self.has_person
            && segment.ringing == Ringing::Wait
            && segment.answer != Answer::Attendant;
        // A wait of no time is a fact; a ring of no time is nothing, or an analog line that does not say.
        if from == to && !(is_wait && segment.answer == Answer::Person) {
            return;
        }
        let end = match segment.answer {
            Answer::Person => StageEnd::Answered,
            Answer::Attendant => StageEnd::Completed,
            Answer::Nobody if is_inbound && !goes_on => StageEnd::Abandoned,
            Answer::Nobody | Answer::Voicemail if !is_wait => StageEnd::Unanswered,
            Answer::Nobody | Answer::Voicemail | Answer::Elsewhere => StageEnd::Overflowed,
            Answer::Unclear => StageEnd::Unknown,
        };
        let kind = if is_wait { StageKind::Queue } else { StageKind::Ring };
        let mut stage = stage(segment, kind, (from, to), end);
        if is_wait {
            stage.agent = None;
        }
        self.stages.push(stage);
    }

    /// The time that somebody or something had answered.
    fn add_talk(&mut self, segment: &Segment, next: Option<&Segment>, times: (i64, i64)) {
        let goes_on = next.is_some() || !self.is_complete();
        let (kind, end) = match segment.answer {
            Answer::Person => (StageKind::Talk, self.talk_end(segment, next)),
            Answer::Voicemail if !goes_on => (StageKind::Voicemail, StageEnd::Completed),
            Answer::Attendant if !goes_on && !self.has_person => {
                (StageKind::Ivr, StageEnd::Abandoned)
            }
            Answer::Voicemail | Answer::Attendant => (StageKind::Ivr, StageEnd::Completed),
            Answer::Nobody | Answer::Elsewhere | Answer::Unclear => return,
        };
        let mut stage = stage(segment, kind, times, end);
        if kind != StageKind::Talk {
            stage.agent = None;
        }
        self.stages.push(stage);
    }

    fn talk_end(&self, segment: &Segment, next: Option<&Segment>) -> StageEnd {
        match next {
            None if self.is_complete() => StageEnd::Completed,
            None => StageEnd::Unknown,
            // The other parties of a conference, and an agent who takes the call out of park again.
            Some(next) if next.together == Together::Conference => StageEnd::Completed,
            Some(_) if segment.together == Together::Conference => StageEnd::Completed,
            Some(next) if next.agent.is_some() && next.agent == segment.agent => {
                StageEnd::Completed
            }
            Some(_) => StageEnd::Transferred,
        }
    }

    fn into_leg(self, segments: &[Segment]) -> Leg {
        let outcome = self.outcome(segments);
        let customer = segments.iter().find_map(|it| it.customer);
        let queue = segments.iter().find_map(|it| it.queue.clone());
        let id = segments.first().map_or_else(|| LegId::new(""), leg_id);
        Leg {
            direction: self.direction,
            completeness: if self.is_complete() { Completeness::Whole } else { Completeness::Open },
            customer,
            queue,
            ended_at: self.is_complete().then(|| instant(self.end)),
            stages: self.stages,
            ..Leg::whole(id, instant(self.start), outcome)
        }
    }

    fn outcome(&self, segments: &[Segment]) -> Outcome {
        if self.has_person {
            return Outcome::Answered;
        }
        if !self.is_complete() {
            return Outcome::Unknown;
        }
        let is_inbound = self.direction == Direction::Inbound;
        match segments.last().map(|it| it.answer) {
            Some(Answer::Voicemail) => Outcome::Voicemail,
            Some(Answer::Attendant) if is_inbound => Outcome::Abandoned,
            Some(Answer::Elsewhere) if is_inbound => Outcome::Overflowed,
            Some(Answer::Nobody) if is_inbound => {
                // Lost without a ring: it may have failed as well.
                let has_time = segments.iter().any(|it| it.ring_secs > 0 || it.talk_secs > 0);
                if has_time { Outcome::Abandoned } else { Outcome::Unknown }
            }
            Some(Answer::Nobody) => Outcome::Other,
            _ => Outcome::Unknown,
        }
    }
}

fn stage(segment: &Segment, kind: StageKind, (from, to): (i64, i64), end: StageEnd) -> Stage {
    Stage {
        kind,
        queue: segment.queue.clone(),
        agent: segment.agent.clone(),
        entered_at: instant(from),
        left_at: Some(instant(to)),
        end,
    }
}

/// The Call ID and the second of the start, and the server where there are several: a Call ID comes again after a
/// restart.
fn leg_id(first: &Segment) -> LegId {
    let (call_id, server) = first.key;
    // Three numbers of 20 digits at most, and their signs; from the end, as the digits come.
    let mut text = [0; 64];
    let mut at = text.len();
    if server != 0 {
        at = write_before(&mut text, at, server.into(), 16);
        at = put_before(&mut text, at, b'-');
    }
    at = write_before(&mut text, at, first.start.unsigned_abs(), 10);
    if first.start < 0 {
        at = put_before(&mut text, at, b'-');
    }
    at = put_before(&mut text, at, b'-');
    at = write_before(&mut text, at, call_id, 10);
    LegId::new(text.get(at..).and_then(|it| std::str::from_utf8(it).ok()).unwrap_or_default())
}

/// Writes a number so that it ends before a place; where it begins. Every call has an id: `format!` would take a tenth
/// of the time that a record takes.
fn write_before(text: &mut [u8; 64], end: usize, mut number: u64, base: u64) -> usize {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut at = end;
    loop {
        let digit = usize::try_from(number % base).unwrap_or_default();
        at = put_before(text, at, DIGITS.get(digit).copied().unwrap_or(b'0'));
        number /= base;
        if number == 0 {
            return at;
        }
    }
}

fn put_before(text: &mut [u8; 64], end: usize, sign: u8) -> usize {
    let at = end.saturating_sub(1);
    if let Some(place) = text.get_mut(at) {
        *place = sign;
    }
    at
}
