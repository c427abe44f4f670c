//! Courtesy callback: the caller hangs up, the system keeps their place and calls back.

use chrono::{DateTime, Utc};
use ringback_calllog::{AgentId, CallId, Customer, DetailRow, QueueId, Stage, StageEnd, StageKind};

use crate::ucce::code::CvpCallbackCause;
use crate::ucce::row::{Body, CallbackEventRow, CallbackRow, HeldRow};

/// What the callback database says of a contact.
#[derive(Clone, Debug)]
pub(super) struct Callback {
    pub customer: Option<Customer>,
    pub attempts: Option<i64>,
    pub cause: Option<CvpCallbackCause>,
    /// When the caller was promised to be called back: the first event.
    pub promised_at: Option<DateTime<Utc>>,
    /// When the callback came to its end: the last event with a cause.
    pub decided_at: Option<DateTime<Utc>>,
}

impl Callback {
    /// The callback among a contact's rows.
    pub(super) fn of(rows: &[HeldRow]) -> Option<Self> {
        let callbacks: Vec<&CallbackRow> = rows
            .iter()
            .filter_map(|row| match &row.body {
                Body::Callback(it) => Some(it),
                _ => None,
            })
            .collect();
        let mut events: Vec<&CallbackEventRow> = rows
            .iter()
            .filter_map(|row| match &row.body {
                Body::CallbackEvent(it) => Some(it),
                _ => None,
            })
            .collect();
        events.sort();
        let last = callbacks.last()?;
        let cause = last.cause.or_else(|| events.iter().rev().find_map(|it| it.cause));
        let decided = events.iter().rev().find(|it| cause.is_some() && it.cause == cause);
        let decided_at = decided.map(|it| it.at);
        let first = events.first().map(|it| it.at);
        Some(Self {
            customer: callbacks.iter().find_map(|it| it.customer),
            attempts: callbacks.iter().filter_map(|it| it.attempts).max(),
            cause,
            promised_at: first.filter(|it| decided_at.is_none_or(|at| *it < at)),
            decided_at,
        })
    }

    pub(super) fn is_connected(&self) -> bool {
        self.cause == Some(CvpCallbackCause::Connected)
    }

    /// How the wait for the callback ended.
    fn end(&self) -> StageEnd {
        match self.cause {
            Some(CvpCallbackCause::Connected) => StageEnd::Answered,
            Some(CvpCallbackCause::CallerCanceled) => StageEnd::Abandoned,
            Some(CvpCallbackCause::Other(_)) | None => StageEnd::Unknown,
            Some(_) => StageEnd::Failed,
        }
    }

    /// The stay in the queue until the caller hung up, and the wait for the callback. `queued_at` and `until` are what
    /// the calls' own tables say of both.
    pub(super) fn stages(
        &self,
        queue: Option<&QueueId>,
        queued_at: DateTime<Utc>,
        until: Option<DateTime<Utc>>,
        stages: &mut Vec<Stage>,
    ) {
        let promised_at = self.promised_at.filter(|it| *it >= queued_at);
        let waits_from = promised_at.unwrap_or(queued_at);
        let left_at = self.decided_at.or(until).filter(|it| *it >= waits_from);
        let mut push = |kind, entered_at, left_at, end| {
            let agent: Option<AgentId> = None;
            stages.push(Stage { kind, queue: queue.cloned(), agent, entered_at, left_at, end });
        };
        push(StageKind::Queue, queued_at, promised_at, StageEnd::Completed);
        push(StageKind::CallbackWait, waits_from, left_at, self.end());
    }

    /// What the call model has no place for.
    pub(super) fn detail(&self, call_id: CallId) -> DetailRow {
        let state = match self.end() {
            StageEnd::Answered => "connected",
            StageEnd::Abandoned => "canceled",
            StageEnd::Failed => "failed",
            _ => "unknown",
        };
        let stamp = |at: Option<DateTime<Utc>>| {
            at.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)).unwrap_or_default()
        };
        DetailRow {
            table: "callback",
            columns: &["state", "cause", "attempts", "promised_at", "decided_at"],
            call_id: Some(call_id),
            values: vec![
                state.to_owned(),
                self.cause.map(|it| it.to_string()).unwrap_or_default(),
                self.attempts.map(|it| it.to_string()).unwrap_or_default(),
                stamp(self.promised_at),
                stamp(self.decided_at),
            ],
        }
    }
}
