//! The lines of one call as one call.

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{
    CallId, DetailRow, Direction, Leg, LegId, Outcome, Place, Stage, StageEnd, StageKind,
};

use crate::console::columns::Export;
use crate::console::segment::{Key, Poll, Segment, Status};
use crate::layout::{POLL_COLUMNS, POLLS};
use crate::{EndReason, PartyType};

/// Lengths are cut to seconds: what touches may lie so far apart.
pub(super) const ROUNDING: TimeDelta = TimeDelta::seconds(2);

/// A party that is rung for another begins with it, within so much.
const TOGETHER: TimeDelta = TimeDelta::seconds(1);

/// A call, and the lines that it was made of.
pub(super) struct Contact {
    pub(super) leg: Leg,
    /// The export that tells most of it.
    pub(super) export: Export,
    pub(super) places: Vec<Place>,
    polls: Vec<(Poll, String)>,
}

/// What a party is: by its type, or by the shape of its line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Menu,
    Queue,
    Person,
    Mailbox,
    Outside,
    Unknown,
}

impl Contact {
    /// The call of some lines; `None` for no lines.
    pub(super) fn new(mut segments: Vec<Segment>) -> Option<Self> {
        segments.sort_by(|a, b| order(a).cmp(&order(b)));
        let export = segments.iter().map(|it| it.export).min()?;
        let (lost, told): (Vec<Segment>, Vec<Segment>) =
            segments.iter().cloned().partition(|it| it.export == Export::Abandoned);
        let first = told.first().or(lost.first())?;
        let mut leg = Leg::whole(leg_id(first), first.started_at, Outcome::Abandoned);
        leg.direction = direction(&segments);
        leg.customer = segments.iter().find_map(|it| it.customer);
        leg.ended_at = segments.iter().map(|it| it.ended_at).max();
        leg.started_at = segments.iter().map(|it| it.started_at).min()?;
        if leg.direction == Direction::Outbound {
            leg.outcome = outcome_of_placed(&told);
            leg.stages = told.iter().flat_map(placed).collect();
        } else if !told.is_empty() {
            leg.outcome = outcome(&told);
            leg.stages = stages(&told);
        }
        if !leg.stages.iter().any(|it| it.kind == StageKind::Queue) {
            leg.stages.extend(abandoned(&lost));
        }
        leg.stages.sort_by_key(|it| (it.entered_at, it.kind));
        leg.queue = leg.stages.iter().filter(|it| it.kind == StageKind::Queue).find_map(queue_of);
        let polls =
            lost.iter().filter_map(|it| Some((it.poll.clone()?, it.queue_text().to_owned())));
        let places = segments.iter().map(|it| it.place).collect();
        Some(Self { leg, export, places, polls: polls.collect() })
    }

    /// Whether another call is this one, told by a lesser export.
    pub(super) fn is_told_by(&self, lesser: &Self) -> bool {
        if self.leg.customer.is_none() || self.leg.customer != lesser.leg.customer {
            return false;
        }
        let (one, two) = (span(&self.leg), span(&lesser.leg));
        if lesser.export == Export::Abandoned {
            return one.0 - TOGETHER <= two.0 && two.1 - ROUNDING <= one.1;
        }
        (one.0 - two.0).abs() <= TOGETHER && (one.1 - two.1).abs() <= ROUNDING
    }

    /// Takes over what a lesser export alone says of the same call.
    pub(super) fn take_over(&mut self, lesser: Self) {
        self.polls.extend(lesser.polls);
        self.leg.queue = self.leg.queue.take().or(lesser.leg.queue);
    }

    /// The agents that were rung.
    pub(super) fn details(&mut self) -> Vec<DetailRow> {
        self.polls.sort();
        self.polls.dedup();
        let id = CallId::from(self.leg.leg_id.clone());
        let row = |(poll, queue): &(Poll, String)| DetailRow {
            table: POLLS,
            columns: POLL_COLUMNS,
            call_id: Some(id.clone()),
            values: vec![
                poll.agent.clone(),
                queue.clone(),
                poll.attempts.clone(),
                poll.is_logged_in.clone(),
            ],
        };
        self.polls.iter().map(row).collect()
    }
}

fn queue_of(stage: &Stage) -> Option<ringback_calllog::QueueId> {
    stage.queue.clone()
}

fn span(leg: &Leg) -> (DateTime<Utc>, DateTime<Utc>) {
    (leg.started_at, leg.ended_at.unwrap_or(leg.started_at))
}

type Order<'a> = (DateTime<Utc>, u32, DateTime<Utc>, Status, &'a str, Export, Option<&'a Poll>);

/// A total order of the lines of a call: who is rung for another comes after it.
fn order(it: &Segment) -> Order<'_> {
    let is_answer = if it.status == Status::Redirected { 0 } else { it.indent.saturating_add(1) };
    (it.started_at, is_answer, it.ended_at, it.status, &it.dn, it.export, it.poll.as_ref())
}

/// The id of a call by its first line: its own, or else all that tells calls of one second apart.
fn leg_id(first: &Segment) -> LegId {
    let started = first.started_at.timestamp();
    match first.keys.last() {
        Some(Key::History(id)) => LegId::from(&**id),
        Some(Key::Call(id)) => LegId::new(format!("{id}~{started}")),
        _ => {
            let secs = (first.ended_at - first.started_at).num_seconds();
            let caller = first.customer.map(|it| it.to_string()).unwrap_or_default();
            let caller = caller.rsplit(':').next().and_then(|it| it.get(..12)).unwrap_or("");
            LegId::new(format!("{started}~{}~{secs}~{caller}", first.queue_text()))
        }
    }
}

impl Segment {
    /// The dn, in the form in which it may be shown.
    fn queue_text(&self) -> &str {
        self.queue.as_ref().map_or("", |it| it.as_str())
    }

    fn role(&self, all: &[Self]) -> Role {
        match &self.kind {
            Some(PartyType::Extension) => return Role::Person,
            Some(PartyType::Voicemail) => return Role::Mailbox,
            Some(kind) if kind.is_queue() => return Role::Queue,
            Some(kind) if kind.is_menu() => return Role::Menu,
            Some(kind) if kind.is_outside() => return Role::Outside,
            Some(_) => return Role::Unknown,
            None => {}
        }
        let (rang, talked) = (self.ring > TimeDelta::zero(), self.talk > TimeDelta::zero());
        let begins_with = |it: &Self| {
            it.place != self.place && (it.started_at - self.started_at).abs() <= TOGETHER
        };
        match self.status {
            Status::Answered if rang => Role::Person,
            Status::Answered => Role::Menu,
            Status::Unanswered if talked && !rang => Role::Queue,
            Status::Redirected if all.iter().any(begins_with) => Role::Queue,
            _ => Role::Unknown,
        }
    }

    fn answered_at(&self) -> DateTime<Utc> {
        self.started_at.checked_add_signed(self.ring).unwrap_or(self.ended_at)
    }
}

fn direction(segments: &[Segment]) -> Direction {
    let known = segments.iter().map(|it| it.direction).filter(|it| *it != Direction::Unknown);
    // A call that came in stays one, whomever its lines connect later.
    known.min().unwrap_or(Direction::Unknown)
}

fn stage(kind: StageKind, entered_at: DateTime<Utc>, left_at: DateTime<Utc>) -> Stage {
    let end = StageEnd::Completed;
    Stage { kind, queue: None, agent: None, entered_at, left_at: Some(left_at), end }
}

/// The stages of a call that came in, or that stayed inside.
fn stages(told: &[Segment]) -> Vec<Stage> {
    let mut stages = Vec::with_capacity(told.len());
    for (at, segment) in told.iter().enumerate() {
        let after = told.get(at + 1);
        match segment.role(told) {
            Role::Menu => {
                let stay = stage(StageKind::Ivr, segment.started_at, segment.ended_at);
                let left_at = after.map_or(segment.ended_at, |it| it.started_at);
                let left_at = left_at.clamp(segment.started_at, segment.ended_at);
                let end = if after.is_some() { StageEnd::Completed } else { StageEnd::Unknown };
                stages.push(Stage { left_at: Some(left_at), end, ..stay });
            }
            Role::Queue => in_queue(segment, told, &mut stages),
            Role::Person => at_telephone(segment, told, &mut stages),
            Role::Mailbox => {
                stages.push(stage(StageKind::Voicemail, segment.answered_at(), segment.ended_at));
            }
            Role::Unknown if segment.ring > TimeDelta::zero() => {
                let ring = stage(StageKind::Ring, segment.started_at, segment.answered_at());
                stages.push(Stage { end: StageEnd::Unanswered, ..ring });
            }
            Role::Outside | Role::Unknown => {}
        }
    }
    stages
}

fn in_queue(segment: &Segment, told: &[Segment], stages: &mut Vec<Stage>) {
    let queue = segment.queue.clone();
    let is_answer = |it: &&Segment| {
        it.role(told) == Role::Person
            && it.status == Status::Answered
            && it.started_at + TOGETHER >= segment.started_at
            && it.answered_at() <= segment.ended_at + ROUNDING
    };
    let answer = told.iter().find(is_answer);
    let is_last = told.iter().all(|it| it.ended_at <= segment.ended_at);
    let (left_at, end) = match (segment.status, answer) {
        (_, Some(answer)) => (answer.answered_at(), StageEnd::Answered),
        (Status::Answered, None) => (segment.answered_at(), StageEnd::Answered),
        (Status::Unanswered, None) if is_last => (segment.ended_at, StageEnd::Abandoned),
        (Status::Unknown, None) => (segment.ended_at, StageEnd::Unknown),
        _ => (segment.ended_at, StageEnd::Overflowed),
    };
    let stay = stage(StageKind::Queue, segment.started_at, left_at.max(segment.started_at));
    stages.push(Stage { queue: queue.clone(), end, ..stay });
    if segment.status == Status::Answered && answer.is_none() {
        stages.push(Stage { queue, ..stage(StageKind::Talk, left_at, segment.ended_at) });
    }
}

fn at_telephone(segment: &Segment, told: &[Segment], stages: &mut Vec<Stage>) {
    let agent = &segment.agent;
    let answered_at = segment.answered_at();
    let is_answered = segment.status == Status::Answered;
    let end = if is_answered { StageEnd::Answered } else { StageEnd::Unanswered };
    let ring = stage(StageKind::Ring, segment.started_at, answered_at);
    stages.push(Stage { agent: agent.clone(), end, ..ring });
    if is_answered {
        let is_next = |it: &Segment| {
            it.role(told) == Role::Person
                && it.status == Status::Answered
                && it.answered_at() > answered_at
        };
        let is_handed_on = told.iter().any(is_next);
        let end = if is_handed_on { StageEnd::Transferred } else { StageEnd::Completed };
        let talk = stage(StageKind::Talk, answered_at, segment.ended_at);
        stages.push(Stage { agent: agent.clone(), end, ..talk });
    }
}

/// The stages of a call that an agent placed.
fn placed(segment: &Segment) -> Vec<Stage> {
    let is_answered = segment.status == Status::Answered;
    let end = if is_answered { StageEnd::Answered } else { StageEnd::Unanswered };
    let ring = stage(StageKind::Ring, segment.started_at, segment.answered_at());
    let mut stages = vec![Stage { end, ..ring }];
    if is_answered {
        let talk = stage(StageKind::Talk, segment.answered_at(), segment.ended_at);
        stages.push(Stage { agent: segment.caller.clone(), ..talk });
    }
    stages
}

/// The stays in a queue of which only the list of abandoned calls tells: a line for each agent, so each stay once.
fn abandoned(lost: &[Segment]) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::new();
    for segment in lost {
        let stay = stage(StageKind::Queue, segment.started_at, segment.ended_at);
        let stay = Stage { queue: segment.queue.clone(), end: StageEnd::Abandoned, ..stay };
        if !stages.contains(&stay) {
            stages.push(stay);
        }
    }
    stages
}

fn outcome(told: &[Segment]) -> Outcome {
    let is_answer = |it: &Segment| {
        it.status == Status::Answered && matches!(it.role(told), Role::Person | Role::Queue)
    };
    if told.iter().any(is_answer) {
        return Outcome::Answered;
    }
    let Some(last) = told.iter().max_by(|a, b| {
        (a.ended_at, a.started_at, order(a)).cmp(&(b.ended_at, b.started_at, order(b)))
    }) else {
        return Outcome::Unknown;
    };
    let is_answered = last.status == Status::Answered;
    match (last.role(told), &last.reason) {
        (Role::Mailbox, _) if is_answered => Outcome::Voicemail,
        (Role::Outside, _) if is_answered => Outcome::Overflowed,
        (_, Some(EndReason::SrcTerminated)) => Outcome::Abandoned,
        (_, Some(reason)) if reason.is_failure() => Outcome::Failed,
        (_, Some(reason)) if reason.is_busy() => Outcome::Busy,
        (_, Some(EndReason::NoAnswer | EndReason::NoAnswerTimeout | EndReason::Rejected)) => {
            Outcome::Other
        }
        (Role::Queue, _) if last.status == Status::Unanswered => Outcome::Abandoned,
        _ => Outcome::Unknown,
    }
}

fn outcome_of_placed(told: &[Segment]) -> Outcome {
    if told.iter().any(|it| it.status == Status::Answered) {
        return Outcome::Answered;
    }
    match told.last().map(|it| (&it.reason, it.status)) {
        Some((Some(reason), _)) if reason.is_failure() => Outcome::Failed,
        Some((Some(reason), _)) if reason.is_busy() => Outcome::Busy,
        Some((_, Status::Unanswered)) => Outcome::Other,
        _ => Outcome::Unknown,
    }
}
