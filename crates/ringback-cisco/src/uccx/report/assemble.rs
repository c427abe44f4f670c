//! A contact's lines of the report become one call.

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{
    AgentId, CallId, DetailRow, Direction, Leg, LegId, Outcome, QueueId, Stage, StageEnd, StageKind,
};

use crate::uccx::assemble::Remarks;
use crate::uccx::code::UccxContactDisposition;
use crate::uccx::report::ReportRow;
use crate::uccx::row::{Body, HeldRow};

/// The lines of one leg.
struct ReportLeg<'a> {
    seq: i32,
    rows: Vec<&'a ReportRow>,
}

impl<'a> ReportLeg<'a> {
    fn started_at(&self) -> DateTime<Utc> {
        self.rows.iter().map(|it| it.started_at).min().unwrap_or_default()
    }

    fn ended_at(&self) -> DateTime<Utc> {
        self.rows.iter().map(|it| it.ended_at).max().unwrap_or_default()
    }

    fn answered(&self) -> Vec<&'a ReportRow> {
        self.rows.iter().copied().filter(|it| it.is_answered()).collect()
    }
}

/// The call of lines that are sorted by leg.
pub(in crate::uccx) fn report_call(
    rows: &[HeldRow],
    remarks: &mut Remarks,
    details: &mut Vec<DetailRow>,
) -> Option<Leg> {
    let mut legs: Vec<ReportLeg<'_>> = Vec::new();
    for row in rows {
        let Body::Report(line) = &row.body else { continue };
        match legs.last_mut() {
            Some(leg) if leg.seq == row.key.seq => leg.rows.push(line),
            _ => legs.push(ReportLeg { seq: row.key.seq, rows: vec![line] }),
        }
    }
    let (first, last) = (legs.first()?, legs.last()?);
    let key = rows.first()?.key;
    let leg_id = LegId::new(format!("{}-{}-{}", key.node, key.session, key.seq));
    let mut stages = Vec::new();
    for (at, leg) in legs.iter().enumerate() {
        let goes_on = at + 1 < legs.len();
        let is_placed = add_stages(leg, goes_on, &mut stages);
        if !is_placed {
            *remarks.entry("legs of the report whose times cannot be placed").or_default() += 1;
        }
        add_details(leg, &CallId::from(leg_id.clone()), details);
    }
    stages.sort_by_key(|it: &Stage| (it.entered_at, it.left_at, it.kind));
    let lines = || legs.iter().flat_map(|it| it.rows.iter());
    let has_queue = lines().any(|it| !it.queues.is_empty());
    let has_script = lines().any(|it| it.application.is_some());
    // The report does not say who called; a script and a queue only serve callers.
    let is_inbound = has_queue || has_script;
    Some(Leg {
        direction: if is_inbound { Direction::Inbound } else { Direction::Unknown },
        customer: lines().find_map(|it| it.customer).filter(|_| is_inbound),
        queue: queue_of(&legs),
        intent: lines().find_map(|it| it.application.clone()),
        ended_at: legs.iter().map(ReportLeg::ended_at).max(),
        stages,
        ..Leg::whole(leg_id, first.started_at(), outcome(&legs, last))
    })
}

fn outcome(legs: &[ReportLeg<'_>], last: &ReportLeg<'_>) -> Outcome {
    if legs.iter().any(|it| !it.answered().is_empty()) {
        return Outcome::Answered;
    }
    let agents = last.rows.iter().filter(|it| it.agent.is_some() && it.is_person).count();
    match last.rows.first().map(|it| it.disposition) {
        Some(UccxContactDisposition::Abandoned) => Outcome::Abandoned,
        // Handled, and by no agent: the script did what the caller wanted.
        Some(UccxContactDisposition::Handled) if agents == 0 => Outcome::Other,
        Some(UccxContactDisposition::Aborted | UccxContactDisposition::Rejected(_)) => {
            Outcome::Failed
        }
        _ => Outcome::Unknown,
    }
}

fn queue_of(legs: &[ReportLeg<'_>]) -> Option<QueueId> {
    let rows = || legs.iter().flat_map(|it| it.rows.iter());
    let answered = rows().filter(|it| it.is_answered()).find_map(|it| it.handling.clone());
    answered
        .or_else(|| rows().find_map(|it| it.handling.clone()))
        .or_else(|| rows().find_map(|it| it.queues.first().cloned()))
}

/// Adds a leg's stages; whether all its times could be placed.
fn add_stages(leg: &ReportLeg<'_>, goes_on: bool, stages: &mut Vec<Stage>) -> bool {
    let answered = leg.answered();
    match answered[..] {
        [] => add_unanswered(leg, stages),
        [row] => add_answered(leg, row, goes_on, stages),
        [row, ..] => {
            // Who talked first is not said, so neither is when the wait ended.
            if row.handling.is_some() || !row.queues.is_empty() {
                stages.push(queue_stage(row.handling.clone(), leg.started_at(), None));
            }
            false
        }
    }
}

fn queue_stage(queue: Option<QueueId>, from: DateTime<Utc>, to: Option<DateTime<Utc>>) -> Stage {
    let (kind, end) = (StageKind::Queue, StageEnd::Answered);
    Stage { kind, queue, agent: None, entered_at: from, left_at: to, end }
}

/// One agent answered: from the leg's end backwards they talked, it rang, the caller waited.
fn add_answered(
    leg: &ReportLeg<'_>,
    row: &ReportRow,
    goes_on: bool,
    stages: &mut Vec<Stage>,
) -> bool {
    let (start, end) = (leg.started_at(), leg.ended_at());
    let (talk, hold) = (row.talk.unwrap_or_default(), row.hold.unwrap_or_default());
    let answered_at = end - talk - hold;
    let queued_at = answered_at - row.queue.unwrap_or_default();
    let has_queue = !row.queues.is_empty();
    if queued_at < start - TimeDelta::seconds(2) {
        if has_queue {
            stages.push(queue_stage(row.handling.clone(), start, None));
        }
        return false;
    }
    let rang_at = answered_at - row.ring.unwrap_or_default();
    let reached = if has_queue { queued_at } else { rang_at };
    if row.application.is_some() || has_queue {
        push(stages, StageKind::Ivr, (start, reached), (None, None), StageEnd::Completed);
    }
    if has_queue && row.queue.is_some() {
        stages.push(queue_stage(row.handling.clone(), queued_at.max(start), Some(answered_at)));
    }
    let with = (row.handling.clone(), row.agent.clone());
    let talked_until = answered_at + talk;
    let end_of_talk = if goes_on { StageEnd::Transferred } else { StageEnd::Completed };
    push(stages, StageKind::Ring, (rang_at, answered_at), with.clone(), StageEnd::Answered);
    push(stages, StageKind::Talk, (answered_at, talked_until), with.clone(), end_of_talk);
    push(stages, StageKind::Hold, (talked_until, end), with.clone(), StageEnd::Completed);
    let worked_until = end + row.work.unwrap_or_default();
    push(stages, StageKind::WrapUp, (end, worked_until), with, StageEnd::Completed);
    true
}

/// Nobody answered: the leg ended in its queues, or before any.
fn add_unanswered(leg: &ReportLeg<'_>, stages: &mut Vec<Stage>) -> bool {
    let (start, end) = (leg.started_at(), leg.ended_at());
    let Some(row) = leg.rows.first() else { return true };
    let how = match row.disposition {
        UccxContactDisposition::Abandoned => StageEnd::Abandoned,
        UccxContactDisposition::Aborted | UccxContactDisposition::Rejected(_) => StageEnd::Failed,
        UccxContactDisposition::Handled => StageEnd::Completed,
        _ => StageEnd::Unknown,
    };
    let nobody = || (None, None);
    if row.queues.is_empty() {
        if leg.rows.iter().all(|it| it.agent.is_none()) {
            push(stages, StageKind::Ivr, (start, end), nobody(), how);
        }
        return true;
    }
    let Some(queued_at) = row.queue.map(|it| end - it) else { return false };
    if queued_at < start - TimeDelta::seconds(2) {
        return false;
    }
    push(stages, StageKind::Ivr, (start, queued_at), nobody(), StageEnd::Completed);
    for queue in &row.queues {
        let (queue, entered_at) = (Some(queue.clone()), queued_at.max(start));
        let kind = StageKind::Queue;
        stages.push(Stage { kind, queue, agent: None, entered_at, left_at: Some(end), end: how });
    }
    true
}

/// Adds a stage that took time.
fn push(
    stages: &mut Vec<Stage>,
    kind: StageKind,
    (entered_at, left_at): (DateTime<Utc>, DateTime<Utc>),
    (queue, agent): (Option<QueueId>, Option<AgentId>),
    end: StageEnd,
) {
    if left_at > entered_at {
        stages.push(Stage { kind, queue, agent, entered_at, left_at: Some(left_at), end });
    }
}

/// Agents whose times have no place in the leg: who let it ring, and who answered beside another.
fn add_details(leg: &ReportLeg<'_>, call_id: &CallId, details: &mut Vec<DetailRow>) {
    let several = leg.answered().len() > 1;
    for row in leg.rows.iter().filter(|it| it.agent.is_some()) {
        if row.is_answered() && !several {
            continue;
        }
        let secs = |it: Option<TimeDelta>| it.map(|it| it.num_seconds().to_string());
        let times = [row.ring, row.talk, row.hold, row.work];
        let mut values = vec![row.agent.as_ref().map(ToString::to_string).unwrap_or_default()];
        values.extend(times.map(|it| secs(it).unwrap_or_default()));
        details.push(DetailRow {
            table: "presented",
            columns: &["agent", "ring_secs", "talk_secs", "hold_secs", "wrap_up_secs"],
            call_id: Some(call_id.clone()),
            values,
        });
    }
}
