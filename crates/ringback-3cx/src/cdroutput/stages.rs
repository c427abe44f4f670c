//! The stages of a contact, leg by leg.

use chrono::{DateTime, Utc};
use ringback_calllog::{Direction, QueueId, Stage, StageEnd, StageKind};

use crate::cdroutput::contact::Contact;
use crate::cdroutput::row::Row;
use crate::{CreationMethod, EndReason, PartyType};

/// The stages of a contact, ordered by start.
pub(super) fn stages(contact: &Contact<'_>) -> Vec<Stage> {
    let mut stages = Vec::with_capacity(contact.rows.len());
    for row in contact.rows {
        let Some(kind) = &row.destination.kind else { continue };
        match kind {
            _ if contact.is_aside(row) => stages.extend(consult(row)),
            PartyType::Extension => to_extension(contact, row, &mut stages),
            kind if kind.is_queue() => stages.push(passage(contact, row, kind)),
            kind if kind.is_menu() => stages.push(menu(row)),
            PartyType::Voicemail => stages.push(voicemail(row)),
            PartyType::Line if contact.direction == Direction::Outbound => {
                to_customer(contact, row, &mut stages);
            }
            _ => {}
        }
    }
    stages.extend(callback_wait(contact));
    stages.sort_by_key(|it| it.entered_at);
    stages
}

fn stage(kind: StageKind, entered_at: DateTime<Utc>, left_at: Option<DateTime<Utc>>) -> Stage {
    let end = if left_at.is_some() { StageEnd::Completed } else { StageEnd::Open };
    Stage { kind, queue: None, agent: None, entered_at, left_at, end }
}

/// One passage of a queue, or of a group whose telephones ring. Its own `cdr_answered_at` is the queue's, not an agent's.
fn passage(contact: &Contact<'_>, row: &Row, kind: &PartyType) -> Stage {
    let stay = stage(StageKind::Queue, row.started_at, row.ended_at);
    let end = if row.ended_at.is_none() { StageEnd::Open } else { left_queue(contact, row, kind) };
    Stage { queue: row.destination.queue.clone(), end, ..stay }
}

fn left_queue(contact: &Contact<'_>, row: &Row, kind: &PartyType) -> StageEnd {
    // A queue tells its polling apart from its other ways out; of groups no such rows were seen.
    let is_polled = row.details == Some(EndReason::Polling) || *kind == PartyType::RingGroup;
    match &row.reason {
        Some(EndReason::SrcTerminated) => StageEnd::Abandoned,
        Some(EndReason::ContinuedIn) => match contact.next(row) {
            Some(next) if next.destination.is_callback_menu => StageEnd::Completed,
            Some(next) if is_polled && contact.is_answer(next) => StageEnd::Answered,
            Some(_) => StageEnd::Overflowed,
            None => StageEnd::Unknown,
        },
        Some(EndReason::Redirected) => match contact.next(row) {
            Some(next) if next.destination.is_callback_menu => StageEnd::Completed,
            _ if row.details == Some(EndReason::CallbackRequested) => StageEnd::Completed,
            _ => StageEnd::Overflowed,
        },
        Some(EndReason::DstTerminated) => StageEnd::Overflowed,
        _ if row.details.as_ref().is_some_and(EndReason::is_failure) => StageEnd::Failed,
        _ => StageEnd::Unknown,
    }
}

fn menu(row: &Row) -> Stage {
    let stay = stage(StageKind::Ivr, row.started_at, row.ended_at);
    let is_callback = row.destination.is_callback_menu;
    match row.reason {
        // Who has asked for a callback hangs up then.
        Some(EndReason::SrcTerminated) if !is_callback && row.ended_at.is_some() => {
            Stage { end: StageEnd::Abandoned, ..stay }
        }
        _ => stay,
    }
}

fn voicemail(row: &Row) -> Stage {
    stage(StageKind::Voicemail, row.answered_at.unwrap_or(row.started_at), row.ended_at)
}

/// An agent asks a colleague; a supervisor's breaking in is no stage of the customer's.
fn consult(row: &Row) -> Option<Stage> {
    if row.method == Some(CreationMethod::BargeIn) {
        return None;
    }
    let stay = stage(StageKind::Consult, row.started_at, row.ended_at);
    let is_unanswered = row.answered_at.is_none() && row.ended_at.is_some();
    let end = if is_unanswered { StageEnd::Unanswered } else { stay.end };
    Some(Stage { agent: row.source.agent.clone(), end, ..stay })
}

/// A telephone of an agent rings, and the agent talks if it is answered.
fn to_extension(contact: &Contact<'_>, row: &Row, stages: &mut Vec<Stage>) {
    let agent = &row.destination.agent;
    let queue = queue_of(contact, row);
    let answered = row.answered_at;
    let ring = stage(StageKind::Ring, row.started_at, answered.or(row.ended_at));
    let end = match answered {
        Some(_) => StageEnd::Answered,
        None if row.ended_at.is_none() => StageEnd::Open,
        None => ring_end(contact, row),
    };
    // Who joins a talk has not been rung for it.
    if row.method != Some(CreationMethod::Join) {
        stages.push(Stage { agent: agent.clone(), queue: queue.clone(), end, ..ring });
    }
    if let Some(answered_at) = answered {
        let talk = stage(StageKind::Talk, answered_at, row.ended_at);
        let end = if row.ended_at.is_none() { StageEnd::Open } else { talk_end(contact, row) };
        stages.push(Stage { agent: agent.clone(), queue, end, ..talk });
    }
}

/// The telephone of the customer rings, and an agent talks if it is answered.
fn to_customer(contact: &Contact<'_>, row: &Row, stages: &mut Vec<Stage>) {
    let ring = stage(StageKind::Ring, row.started_at, row.answered_at.or(row.ended_at));
    let end = match (row.answered_at, row.ended_at) {
        (Some(_), _) => StageEnd::Answered,
        (None, None) => StageEnd::Open,
        (None, Some(_)) => StageEnd::Unanswered,
    };
    stages.push(Stage { end, ..ring });
    if let Some(answered_at) = row.answered_at {
        let talk = stage(StageKind::Talk, answered_at, row.ended_at);
        let end = if row.ended_at.is_none() { StageEnd::Open } else { talk_end(contact, row) };
        stages.push(Stage { agent: row.source.agent.clone(), end, ..talk });
    }
}

/// The queue that rang an agent.
fn queue_of(contact: &Contact<'_>, row: &Row) -> Option<QueueId> {
    contact.row(row.base).and_then(|it| it.destination.queue.clone())
}

/// How a telephone that nobody answered stopped to ring.
fn ring_end(contact: &Contact<'_>, row: &Row) -> StageEnd {
    match (&row.reason, &row.details) {
        // Another of the telephones that rang at once was answered: not a missed call.
        (_, Some(EndReason::CompletedElsewhere)) => StageEnd::Completed,
        (Some(EndReason::SrcTerminated), _) => StageEnd::Abandoned,
        (Some(EndReason::Cancelled), _) if is_given_up(contact, row) => StageEnd::Abandoned,
        (_, Some(it)) if it.is_failure() => StageEnd::Failed,
        _ => StageEnd::Unanswered,
    }
}

/// Whether the queue that rang the telephone was left by its caller at that moment.
fn is_given_up(contact: &Contact<'_>, row: &Row) -> bool {
    let Some(queue) = contact.row(row.base) else { return false };
    let apart = queue.ended_at.zip(row.ended_at).map(|it| (it.0 - it.1).abs());
    queue.reason == Some(EndReason::SrcTerminated)
        && apart.is_some_and(|it| it <= chrono::TimeDelta::seconds(1))
}

/// How a talk ended: handed on if it goes on with another party.
fn talk_end(contact: &Contact<'_>, row: &Row) -> StageEnd {
    let is_cut = matches!(row.reason, Some(EndReason::ContinuedIn | EndReason::Redirected));
    if !is_cut {
        return StageEnd::Completed;
    }
    let Some(next) = contact.next(row) else { return StageEnd::Unknown };
    let is_conference = matches!(
        next.method,
        Some(CreationMethod::Join | CreationMethod::BargeIn | CreationMethod::Fork)
    );
    let agent = row.destination.agent.as_ref().or(row.source.agent.as_ref());
    let stays = agent.is_some()
        && (next.destination.agent.as_ref() == agent || next.source.agent.as_ref() == agent);
    if is_conference || stays { StageEnd::Completed } else { StageEnd::Transferred }
}

/// The wait for the call back, from the promise on.
fn callback_wait(contact: &Contact<'_>) -> Option<Stage> {
    let callback = contact.callback?;
    let promised_at = callback.promised_at?;
    let tried_at = callback.tried_at.filter(|it| *it >= promised_at);
    let wait = stage(StageKind::CallbackWait, promised_at, tried_at);
    let is_reached = |it: &Row| it.started_at >= promised_at && contact.is_answer(it);
    let end = match tried_at {
        None => StageEnd::Open,
        Some(_) if contact.rows.iter().any(is_reached) => StageEnd::Answered,
        Some(_) => StageEnd::Unanswered,
    };
    Some(Stage { end, ..wait })
}
