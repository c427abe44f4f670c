//! Stays in queues: when each began and ended, and what ended it.

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{QueueId, Stage, StageEnd, StageKind};

use crate::uccx::code::{UccxContactDisposition, UccxQueueDisposition};
use crate::uccx::contact::Contact;
use crate::uccx::row::{AgentRow, LegKey, QueueRow};

/// A stay of a leg in a queue.
pub(super) struct Visit<'a> {
    pub key: LegKey,
    pub row: &'a QueueRow,
    pub queue: Option<QueueId>,
    pub entered_at: Option<DateTime<Utc>>,
    pub left_at: Option<DateTime<Utc>>,
    pub end: StageEnd,
}

impl<'a> Visit<'a> {
    pub(super) fn new(
        contact: &Contact<'_>,
        key: LegKey,
        row: &'a QueueRow,
        queue: Option<QueueId>,
    ) -> Self {
        let entered_at = row
            .entered_at
            .or_else(|| contact.queued_at(key))
            .or_else(|| Some(left_by_others(contact, key, row)? - row.stay?));
        // The seconds are what the system itself counts as the wait; the stamps' milliseconds would blur them.
        let left_at = match (entered_at, row.stay) {
            (Some(entered_at), Some(stay)) => Some(entered_at + stay),
            _ => row.left_at,
        };
        Self { key, row, queue, entered_at, left_at, end: end(contact, key, row) }
    }

    pub(super) fn is_handled(&self) -> bool {
        self.end == StageEnd::Answered
    }

    /// Whether the leg was in this queue already when it entered the one that handled it. The call's wait is that of
    /// the queue that handled it, so this stay is told in the details and makes no stage.
    pub(super) fn is_overtaken_by(&self, handled: &Visit<'_>) -> bool {
        let Some((mine, theirs)) = self.entered_at.zip(handled.entered_at) else { return false };
        self.key == handled.key
            && !self.is_handled()
            && mine < theirs
            && self.left_at.is_none_or(|left| left > theirs)
    }

    pub(super) fn stage(&self, agent: Option<ringback_calllog::AgentId>) -> Option<Stage> {
        Some(Stage {
            kind: StageKind::Queue,
            queue: self.queue.clone(),
            agent,
            entered_at: self.entered_at?,
            left_at: self.left_at,
            end: self.end,
        })
    }
}

/// When a stay ended, as other rows have it: by the agent's answer, or with the leg.
fn left_by_others(contact: &Contact<'_>, key: LegKey, row: &QueueRow) -> Option<DateTime<Utc>> {
    match row.disposition {
        UccxQueueDisposition::Handled | UccxQueueDisposition::HandledElsewhere => {
            contact.agents_of(key).find(|it| it.is_answered()).map(AgentRow::answered_at)
        }
        UccxQueueDisposition::Abandoned => contact.leg(key).map(|it| it.ended_at),
        _ => None,
    }
}

fn end(contact: &Contact<'_>, key: LegKey, row: &QueueRow) -> StageEnd {
    match row.disposition {
        UccxQueueDisposition::Abandoned => match contact.leg(key).map(|it| it.disposition) {
            Some(UccxContactDisposition::Abandoned) => StageEnd::Abandoned,
            // The same code with an aborted contact: the script broke off, the caller did not hang up.
            Some(UccxContactDisposition::Aborted) => StageEnd::Failed,
            _ => StageEnd::Unknown,
        },
        UccxQueueDisposition::Handled => {
            let mut agents = contact.agents_of(key).peekable();
            let is_answered = agents.peek().is_none() || agents.any(AgentRow::is_answered);
            if is_answered { StageEnd::Answered } else { StageEnd::Unknown }
        }
        UccxQueueDisposition::Dequeued | UccxQueueDisposition::HandledElsewhere => {
            StageEnd::Overflowed
        }
        UccxQueueDisposition::HandledByScript => StageEnd::Completed,
        UccxQueueDisposition::Other(_) => StageEnd::Unknown,
    }
}

/// Orders stays as the leg made them.
pub(super) fn sort(visits: &mut [Visit<'_>]) {
    visits.sort_by_key(|it| (it.entered_at, it.key, it.row.order, it.row.q_index, it.row.target));
}

/// A stay no longer than the system's own rounding.
pub(super) fn is_near(a: DateTime<Utc>, b: DateTime<Utc>) -> bool {
    (a - b).abs() <= TimeDelta::seconds(2)
}
