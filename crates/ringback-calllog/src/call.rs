//! The call model: a call, the stages that it passes, and the legs that a log writes of it.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::clock::between;
use crate::{
    AgentId, CallId, CallKey, Customer, Intent, LegId, Precision, QueueId, SourceId, terms,
};

terms! {
    /// Which way a call went, seen from the center.
    Direction, InvalidDirection, "direction" {
        /// A customer called.
        Inbound = "inbound",
        /// The center called.
        Outbound = "outbound",
        /// Nobody outside took part.
        Internal = "internal",
        /// The log does not say.
        Unknown = "unknown",
    }
}

terms! {
    /// How a call ended, seen from the customer.
    Outcome, InvalidOutcome, "outcome" {
        /// A person answered. A menu, a queue or a voicemail that "answers" does not count.
        Answered = "answered",
        /// The customer hung up before a person answered, in the menu or in the queue.
        Abandoned = "abandoned",
        /// The customer left a message.
        Voicemail = "voicemail",
        /// The system sent the call away: queue full, closed, another site.
        Overflowed = "overflowed",
        /// Nothing was free to take the call.
        Busy = "busy",
        /// The call could not be set up or was cut off.
        Failed = "failed",
        /// The customer was promised to be called back.
        Callback = "callback",
        /// The log says how, and it is none of these.
        Other = "other",
        /// The log does not say.
        Unknown = "unknown",
    }
}

terms! {
    /// What goes on in a stage.
    StageKind, InvalidStageKind, "stage kind" {
        /// A menu or a recording talks with the customer.
        Ivr = "ivr",
        /// The customer waits for a person.
        Queue = "queue",
        /// A telephone rings.
        Ring = "ring",
        /// The customer and an agent talk.
        Talk = "talk",
        /// The customer is put on hold.
        Hold = "hold",
        /// The agent asks a colleague while the customer waits.
        Consult = "consult",
        /// The agent finishes the contact after the customer has gone.
        WrapUp = "wrap_up",
        /// The customer talks to a recorder.
        Voicemail = "voicemail",
        /// The customer has hung up and waits to be called back.
        CallbackWait = "callback_wait",
    }
}

terms! {
    /// How a stage ended.
    StageEnd, InvalidStageEnd, "stage end" {
        /// A person answered.
        Answered = "answered",
        /// The customer hung up.
        Abandoned = "abandoned",
        /// The call was handed to another agent or queue.
        Transferred = "transferred",
        /// The system sent the call on: queue full, waited too long, closed.
        Overflowed = "overflowed",
        /// The stage did what it is for, and the call went on or ended.
        Completed = "completed",
        /// Nobody answered the telephone that rang.
        Unanswered = "unanswered",
        /// The stage was cut off.
        Failed = "failed",
        /// The log ends before the stage does.
        Open = "open",
        /// The log does not say.
        Unknown = "unknown",
    }
}

/// One stretch of a call.
///
/// Stages of a call are ordered by `entered_at` and may overlap: ring-all, conference, an agent whose clock runs a
/// second ahead.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Stage {
    /// What went on.
    pub kind: StageKind,
    /// Where, in a queue stage and in what follows from it.
    pub queue: Option<QueueId>,
    /// Who, where the source names agents.
    pub agent: Option<AgentId>,
    /// When it began.
    pub entered_at: DateTime<Utc>,
    /// When it ended; absent where the log does not say or the stage is still open.
    pub left_at: Option<DateTime<Utc>>,
    /// How it ended.
    pub end: StageEnd,
}

impl Stage {
    /// How long it took; absent where its end is. Unit: seconds to microseconds, as the source stamps them.
    pub fn duration(&self) -> Option<TimeDelta> {
        self.left_at.map(|left_at| between(self.entered_at, left_at))
    }
}

/// Whether more of a leg's call is to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Completeness {
    /// The leg is the whole call: nothing else belongs to it.
    Whole,
    /// The leg has ended; its call may have others.
    Part,
    /// The leg had not ended when it was written.
    Open,
}

/// What one row of a log says of a call, in the words of this model.
///
/// An adapter makes legs; a [`Stitcher`](crate::Stitcher) makes calls of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Leg {
    /// The row's own id. A later leg with the same id is a duplicate, unless it completes an open one.
    pub leg_id: LegId,
    /// What this leg shares with the others of its call; empty for a whole call.
    pub call_keys: Vec<CallKey>,
    /// Whether more is to come.
    pub completeness: Completeness,
    /// Which way it went.
    pub direction: Direction,
    /// The customer, where known.
    pub customer: Option<Customer>,
    /// The queue that the call was for, where known, whether or not it had to wait there.
    pub queue: Option<QueueId>,
    /// What the caller wants, where known.
    pub intent: Option<Intent>,
    /// The caller's priority, higher first, where known.
    pub priority: Option<i32>,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended; absent where the log does not say or it is open.
    pub ended_at: Option<DateTime<Utc>>,
    /// How it ended.
    pub outcome: Outcome,
    /// Its stages.
    pub stages: Vec<Stage>,
}

/// One customer contact.
///
/// Waits, talk and transfers are derived from the stages by the methods; they are never stored beside them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Its name in the log.
    pub call_id: CallId,
    /// The system that it comes from.
    pub source: SourceId,
    /// Which way it went.
    pub direction: Direction,
    /// The customer, where known.
    pub customer: Option<Customer>,
    /// The queue that it was for, where known, whether or not it had to wait there.
    pub queue: Option<QueueId>,
    /// What the caller wants, where known.
    pub intent: Option<Intent>,
    /// The caller's priority, higher first, where known.
    pub priority: Option<i32>,
    /// When it reached the center.
    pub arrived_at: DateTime<Utc>,
    /// When it ended; absent where the log does not say or the call is not complete.
    pub ended_at: Option<DateTime<Utc>>,
    /// How it ended.
    pub outcome: Outcome,
    /// Its stages, ordered by `entered_at`.
    pub stages: Vec<Stage>,
    /// How many legs it was stitched from.
    pub legs: u32,
    /// Whether every leg had ended; if not, the call was let go after the stitcher's time-out or the log's end.
    pub is_complete: bool,
    /// How exact its stamps are.
    pub precision: Precision,
}

impl Leg {
    /// A leg that is a whole call, with nothing known but its id, start and outcome; the rest is set by field.
    pub fn whole(leg_id: LegId, started_at: DateTime<Utc>, outcome: Outcome) -> Self {
        Self {
            leg_id,
            call_keys: Vec::new(),
            completeness: Completeness::Whole,
            direction: Direction::Unknown,
            customer: None,
            queue: None,
            intent: None,
            priority: None,
            started_at,
            ended_at: None,
            outcome,
            stages: Vec::new(),
        }
    }
}

impl Call {
    /// When it entered a queue for the first time; absent if it never did.
    pub fn queued_at(&self) -> Option<DateTime<Utc>> {
        self.first(StageKind::Queue).map(|stage| stage.entered_at)
    }

    /// When a person answered; absent if nobody did, or if the log does not say when.
    ///
    /// The start of the first talk; without one, the moment that the queue was left by an answer.
    pub fn answered_at(&self) -> Option<DateTime<Utc>> {
        let talk = self.first(StageKind::Talk).map(|stage| stage.entered_at);
        talk.or_else(|| self.answered_from_queue().and_then(|stage| stage.left_at))
    }

    /// The wait: from queue entry to the moment that the queue was left, by a person's answer or by the caller's
    /// hang-up. Never negative: an end before the entry by no more than the stamps' precision is a wait of zero, and
    /// one further before it is no wait (an agent had talked to the caller before they queued).
    ///
    /// Absent for a call that never queued, for one that left its queue in another way (overflow, voicemail,
    /// callback), and where the log does not say when. For an abandoned call it is a lower bound of the wait that
    /// the caller would have had.
    pub fn wait(&self) -> Option<TimeDelta> {
        let queued_at = self.queued_at()?;
        let left_at = match self.outcome {
            Outcome::Answered => match self.answered_from_queue() {
                Some(stage) => stage.left_at,
                None => self.answered_at(),
            },
            Outcome::Abandoned => self.last(StageKind::Queue).and_then(|stage| stage.left_at),
            _ => None,
        }?;
        let wait = left_at - queued_at;
        let is_rounding = wait.as_seconds_f64() >= -self.precision.secs();
        is_rounding.then_some(wait.max(TimeDelta::zero()))
    }

    /// The time in stages of a kind, added up; absent if there is none or if one has no known end.
    pub fn time_in(&self, kind: StageKind) -> Option<TimeDelta> {
        let mut sum = None;
        for stage in self.stages.iter().filter(|stage| stage.kind == kind) {
            sum = Some(sum.unwrap_or(TimeDelta::zero()) + stage.duration()?);
        }
        sum
    }

    /// The agent who answered first; absent where nobody did or the source does not name agents.
    pub fn agent(&self) -> Option<&AgentId> {
        self.stages
            .iter()
            .filter(|stage| stage.kind == StageKind::Talk)
            .find_map(|stage| stage.agent.as_ref())
    }

    /// How often it was handed on after a person had answered.
    pub fn transfers(&self) -> u32 {
        let handed_on = |stage: &&Stage| stage.end == StageEnd::Transferred;
        u32::try_from(self.stages.iter().filter(handed_on).count()).unwrap_or(u32::MAX)
    }

    /// Whether the caller hung up while waiting in a queue, not before.
    pub fn is_abandoned_in_queue(&self) -> bool {
        self.outcome == Outcome::Abandoned && self.queued_at().is_some()
    }

    fn first(&self, kind: StageKind) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.kind == kind)
    }

    fn last(&self, kind: StageKind) -> Option<&Stage> {
        self.stages.iter().rfind(|stage| stage.kind == kind)
    }

    /// The first queue stage that a person's answer ended.
    fn answered_from_queue(&self) -> Option<&Stage> {
        self.stages
            .iter()
            .find(|stage| stage.kind == StageKind::Queue && stage.end == StageEnd::Answered)
    }
}
