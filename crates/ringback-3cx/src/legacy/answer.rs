//! Who answered a call, how it ended, and how its first party was left.

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{Outcome, StageEnd};

use crate::legacy::brief::Left;
use crate::legacy::layout::{Field, Layout};
use crate::legacy::row::{Party, Row};
use crate::{ChangeReason, EndReason, PartyType};

/// A queue picks up within milliseconds, which may carry its stamp over the next second.
const AT_ONCE: TimeDelta = TimeDelta::seconds(1);

/// The instants of a row.
#[derive(Clone, Copy)]
#[expect(clippy::struct_field_names, reason = "an instant's name ends so everywhere")]
pub(super) struct Times {
    pub(super) started_at: DateTime<Utc>,
    pub(super) answered_at: Option<DateTime<Utc>>,
    pub(super) ended_at: Option<DateTime<Utc>>,
}

/// Who it was that answered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Nobody,
    /// A queue or a menu picked up, and nobody after it.
    System,
    /// The person that the call was sent to first.
    First,
    /// The person where the call ended up.
    Last,
    Voicemail,
    /// Someone outside that the call was sent on to.
    Outside,
    /// The record does not say whether it was a person.
    Unsure,
}

/// Who answered.
pub(super) fn answer(row: &Row<'_>, layout: &Layout, times: &Times) -> Answer {
    let talked = row.talk.is_some_and(|it| it > TimeDelta::zero());
    let is_written = layout.has(Field::TimeAnswered);
    let is_at_once = match times.answered_at {
        None if is_written => return Answer::Nobody,
        None if !layout.has(Field::Duration) => return Answer::Unsure,
        None if !talked => return Answer::Nobody,
        None => false,
        Some(at) => at - times.started_at <= AT_ONCE,
    };
    let Some(last) = &row.last else { return by_type(row.to.kind.as_ref(), Answer::First) };
    let was_sent_on = matches!(
        row.change,
        Some(
            ChangeReason::ForwardNoAnswer | ChangeReason::ForwardBusy | ChangeReason::QueueForward
        )
    );
    match &row.to.kind {
        Some(PartyType::Extension) if !was_sent_on && !is_mailbox(last) => Answer::First,
        kind => {
            let is_menu = kind.as_ref().is_some_and(PartyType::is_menu);
            let is_own = is_menu || row.change == Some(ChangeReason::QueueForward);
            match by_type(last.kind.as_ref(), Answer::Last) {
                Answer::Last if is_own && is_at_once => Answer::Unsure,
                other => other,
            }
        }
    }
}

/// Whether the answer came later than a queue or a menu picks up.
pub(super) fn is_late(times: &Times) -> bool {
    times.answered_at.is_some_and(|it| it - times.started_at > AT_ONCE)
}

fn is_mailbox(party: &Party<'_>) -> bool {
    party.kind == Some(PartyType::Voicemail)
}

/// What an answer by a party of a type is.
fn by_type(kind: Option<&PartyType>, person: Answer) -> Answer {
    match kind {
        Some(PartyType::Extension) => person,
        Some(PartyType::Voicemail) => Answer::Voicemail,
        Some(kind) if kind.is_outside() => Answer::Outside,
        None => Answer::Unsure,
        Some(_) => Answer::System,
    }
}

/// Whether the caller hung up.
pub(super) fn is_by_caller(row: &Row<'_>) -> bool {
    row.reason == Some(EndReason::SrcTerminated)
}

/// The outcome of a call that came in, or that stayed inside.
pub(super) fn outcome(row: &Row<'_>, layout: &Layout, answer: Answer) -> Outcome {
    match answer {
        Answer::First | Answer::Last => Outcome::Answered,
        Answer::Voicemail => Outcome::Voicemail,
        Answer::Outside => Outcome::Overflowed,
        Answer::Unsure => Outcome::Unknown,
        Answer::Nobody | Answer::System if !layout.has(Field::ReasonTerminated) => Outcome::Unknown,
        Answer::Nobody | Answer::System => match &row.reason {
            Some(EndReason::SrcTerminated) => Outcome::Abandoned,
            Some(EndReason::Redirected) => Outcome::Overflowed,
            reason => not_reached(reason.as_ref()),
        },
    }
}

/// The outcome of a call that nobody answered, by the reason, whoever called.
pub(super) fn not_reached(reason: Option<&EndReason>) -> Outcome {
    match reason {
        Some(it) if it.is_failure() => Outcome::Failed,
        Some(it) if it.is_busy() => Outcome::Busy,
        Some(
            EndReason::SrcTerminated
            | EndReason::DstTerminated
            | EndReason::NoAnswerTimeout
            | EndReason::NoAnswer
            | EndReason::Redirected
            | EndReason::Rejected
            | EndReason::Cancelled
            | EndReason::ByRule,
        ) => Outcome::Other,
        _ => Outcome::Unknown,
    }
}

/// When and how a queue that the call was sent to was left.
pub(super) fn left_queue(row: &Row<'_>, times: &Times, answer: Answer) -> (Left, StageEnd) {
    let sent_on = if is_late(times) { Left::Answered } else { Left::Unknown };
    match answer {
        Answer::First | Answer::Last => (Left::Answered, StageEnd::Answered),
        Answer::Voicemail | Answer::Outside => (sent_on, StageEnd::Overflowed),
        _ if row.last.is_some() => (Left::Unknown, StageEnd::Overflowed),
        Answer::Unsure => (Left::Unknown, StageEnd::Unknown),
        Answer::Nobody | Answer::System => (Left::Ended, not_answered(row)),
    }
}

/// When and how the telephone that the call was sent to stopped to ring.
pub(super) fn left_ring(row: &Row<'_>, answer: Answer) -> (Left, StageEnd) {
    match answer {
        Answer::First => (Left::Answered, StageEnd::Answered),
        Answer::Voicemail => (Left::Answered, StageEnd::Unanswered),
        _ if row.last.is_some() => (Left::Unknown, StageEnd::Unanswered),
        Answer::Nobody => match not_answered(row) {
            StageEnd::Overflowed => (Left::Ended, StageEnd::Unanswered),
            end => (Left::Ended, end),
        },
        _ => (Left::Unknown, StageEnd::Unknown),
    }
}

fn not_answered(row: &Row<'_>) -> StageEnd {
    match &row.reason {
        Some(EndReason::SrcTerminated) => StageEnd::Abandoned,
        Some(EndReason::Redirected | EndReason::ContinuedIn | EndReason::DstTerminated) => {
            StageEnd::Overflowed
        }
        Some(EndReason::NoAnswerTimeout | EndReason::NoAnswer) => StageEnd::Unanswered,
        Some(it) if it.is_failure() => StageEnd::Failed,
        Some(it) if it.is_busy() => StageEnd::Unanswered,
        _ => StageEnd::Unknown,
    }
}
