//! How a call counts: whether it was offered to a queue, when it came there, how it left and how long it waited.

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{Call, Direction, Outcome, QueueId, StageKind};

/// What became of a call, as the counts see it. Every call that counts has one fate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// A person answered, from the queue or at once.
    Answered,
    /// The caller hung up after entering the queue.
    AbandonedInQueue,
    /// The caller hung up before a queue was entered.
    AbandonedInMenu,
    /// It entered the queue and left it in another way: overflow, voicemail, callback, cut off.
    LeftOtherwise,
    /// It entered the queue, and the log does not say how it ended.
    Undecided,
    /// It never entered a queue, nobody answered and nobody is said to have hung up.
    NotOffered,
}

impl Fate {
    /// The fate of a call; `None` for one that does not count: an internal one, or one that the center placed and
    /// that never entered a queue.
    pub(crate) fn of(call: &Call) -> Option<Self> {
        let is_queued = call.queued_at().is_some();
        match call.direction {
            Direction::Internal => return None,
            Direction::Outbound if !is_queued => return None,
            Direction::Outbound | Direction::Inbound | Direction::Unknown => {}
        }
        Some(match call.outcome {
            Outcome::Answered => Self::Answered,
            Outcome::Abandoned if is_queued => Self::AbandonedInQueue,
            Outcome::Abandoned => Self::AbandonedInMenu,
            _ if !is_queued => Self::NotOffered,
            Outcome::Unknown => Self::Undecided,
            _ if !call.is_complete => Self::Undecided,
            _ => Self::LeftOtherwise,
        })
    }

    /// Whether it entered the queue or was answered by a person without queueing.
    pub(crate) fn is_offered(self) -> bool {
        !matches!(self, Self::AbandonedInMenu | Self::NotOffered)
    }
}

/// When a call came to its queue, or where it never did, to the center.
pub(crate) fn came_at(call: &Call) -> DateTime<Utc> {
    call.queued_at().unwrap_or(call.arrived_at)
}

/// The queue that a call belongs to: the one that it was for, else the first that it entered.
pub(crate) fn queue_of(call: &Call) -> Option<&QueueId> {
    let entered = || call.stages.iter().find(|stage| stage.kind == StageKind::Queue);
    call.queue.as_ref().or_else(|| entered().and_then(|stage| stage.queue.as_ref()))
}

/// The wait before a person answered; zero where the call never queued.
pub(crate) fn answer_wait(call: &Call) -> Option<TimeDelta> {
    match call.queued_at() {
        None => Some(TimeDelta::zero()),
        Some(_) => call.wait(),
    }
}

/// Whole microseconds, the finest that logs stamp: sums of them do not depend on the order of calls.
pub(crate) fn micros(delta: TimeDelta) -> i128 {
    i128::from(delta.num_seconds()) * 1_000_000 + i128::from(delta.subsec_nanos() / 1_000)
}

/// Seconds of a sum of microseconds.
pub(crate) fn secs(micros: i128) -> f64 {
    micros as f64 / 1e6
}
