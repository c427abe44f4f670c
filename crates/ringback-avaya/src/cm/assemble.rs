//! A call of its records.

use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};
use ringback_calllog::{
    AgentId, CallId, DetailRow, Direction, Leg, LegId, Outcome, Stage, StageEnd, StageKind,
};

use super::condition::Condition;
use super::join::MINUTE;
use super::record::{CmRecord, Inside};

/// How it is known that records are of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    Ucid,
    Heuristic,
}

/// A call, without its place among others of the same name.
#[derive(Debug)]
pub(super) struct CmCall {
    pub(super) leg: Leg,
    pub(super) how: How,
    kind: &'static str,
    pub(super) records: usize,
    circuit: Option<u16>,
    conditions: Vec<Condition>,
    /// A ring record without the record of its call.
    pub(super) is_ring_alone: bool,
}

/// A connection where its time has its place: one that is handed on ends where the next begins, although its stamp is
/// cut to the minute.
struct Placed<'a> {
    record: &'a CmRecord,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

impl CmCall {
    /// The call of some records, at least one, in their total order.
    pub(super) fn of(records: &[CmRecord], how: How) -> Option<Self> {
        let last = records.last()?;
        let direction = direction(records);
        let placed = placed(records, direction);
        let mut stages = talk_stages(&placed);
        let is_conference = mark_transfers(&mut stages);
        stages.extend(ring_stages(records, &placed));
        stages.sort_by(|a, b| {
            (a.entered_at, a.left_at, a.kind, &a.agent).cmp(&(
                b.entered_at,
                b.left_at,
                b.kind,
                &b.agent,
            ))
        });
        let (started_at, ended_at) = span(records, &placed, &stages);
        let has = |condition| records.iter().any(|it| it.condition == condition);
        let kind = match () {
            () if is_conference => "conference",
            () if stages.iter().any(|it| it.end == StageEnd::Transferred) => "transfer",
            () if has(Condition::Interim) => "ten-hour record",
            () if has(Condition::Ring) => "ring record",
            () => "same call",
        };
        let of_call = || records.iter().filter(|it| it.direction == direction);
        let mut conditions: Vec<Condition> = records.iter().map(|it| it.condition).collect();
        conditions.sort_unstable();
        conditions.dedup();
        let leg = Leg {
            direction,
            customer: of_call().find_map(|it| it.customer),
            queue: records.iter().find_map(|it| it.queue.clone()),
            intent: of_call().find_map(|it| it.intent.clone()),
            ended_at,
            stages,
            ..Leg::whole(LegId::new(name(last)), started_at, outcome(records))
        };
        Some(Self {
            leg,
            how,
            kind,
            records: records.len(),
            circuit: records.iter().find_map(|it| it.trunk.circuit),
            conditions,
            is_ring_alone: records.iter().all(|it| it.condition == Condition::Ring),
        })
    }

    /// What the records say beyond the call model.
    pub(super) fn details(&self, details: &mut Vec<DetailRow>) {
        let call_id = || Some(CallId::from(self.leg.leg_id.clone()));
        if self.records > 1 {
            let how = match self.how {
                How::Ucid => "ucid",
                How::Heuristic => "heuristic",
            };
            let circuit = self.circuit.map(|it| format!("{it:03}")).unwrap_or_default();
            details.push(DetailRow {
                table: "joins",
                columns: &["how", "kind", "records", "circuit"],
                call_id: call_id(),
                values: vec![how.into(), self.kind.into(), self.records.to_string(), circuit],
            });
        }
        for condition in &self.conditions {
            let Some(meaning) = condition.remarkable() else { continue };
            details.push(DetailRow {
                table: "conditions",
                columns: &["condition", "meaning"],
                call_id: call_id(),
                values: vec![condition.to_string(), meaning.into()],
            });
        }
    }
}

/// A name of the call that tells it from nearly all others and holds no number of a customer: its UCID, or else what its
/// last record says.
fn name(last: &CmRecord) -> String {
    if let Some(ucid) = last.ucid {
        return ucid.to_string();
    }
    let (day, time) = (last.ended_at.date_naive(), last.ended_at.time());
    let circuit = last.trunk.circuit.map_or_else(|| "-".to_owned(), |it| format!("{it:03}"));
    let inside = match &last.inside {
        Inside::Person(agent) => agent.as_str(),
        Inside::Attendant => "0",
        _ => "-",
    };
    let secs = last.secs.map_or_else(|| "-".to_owned(), |it| it.to_string());
    let (year, month, day) = (day.year(), day.month(), day.day());
    let (hour, minute) = (time.hour(), time.minute());
    format!(
        "{year:04}{month:02}{day:02}T{hour:02}{minute:02}Z~{}~{circuit}~{inside}~{secs}",
        last.condition
    )
}

/// The way of the call: what came in stays an incoming call, wherever it went.
fn direction(records: &[CmRecord]) -> Direction {
    let ways = [Direction::Inbound, Direction::Outbound, Direction::Internal];
    let has = |way: &Direction| records.iter().any(|it| it.direction == *way);
    ways.into_iter().find(has).unwrap_or(Direction::Unknown)
}

/// The connections of a call, ordered by their end.
fn placed(records: &[CmRecord], direction: Direction) -> Vec<Placed<'_>> {
    let connections = records.iter().filter(|it| {
        it.direction == direction && it.condition.is_connection() && it.secs.is_some()
    });
    let mut placed: Vec<Placed<'_>> = Vec::new();
    let mut next_from: Option<DateTime<Utc>> = None;
    for record in connections.rev() {
        let tolerance = match record.condition {
            Condition::Interim => MINUTE * 2,
            _ => MINUTE - TimeDelta::seconds(1),
        };
        let is_near = |from: &DateTime<Utc>| (*from - record.ended_at).abs() <= tolerance;
        let to = next_from.filter(is_near).unwrap_or(record.ended_at);
        let from = to - TimeDelta::seconds(record.secs.unwrap_or(0).into());
        placed.push(Placed { record, from, to });
        next_from = Some(from);
    }
    placed.reverse();
    placed
}

/// The talks of a call, by their beginning; what ten-hour records have cut is put together.
fn talk_stages(placed: &[Placed<'_>]) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::new();
    let mut is_cut = false;
    for connection in placed {
        let record = connection.record;
        let (kind, agent) = match (outcome_of(record), &record.inside) {
            (Outcome::Voicemail, _) => (StageKind::Voicemail, None),
            (Outcome::Answered, Inside::Person(agent)) => (StageKind::Talk, Some(agent.clone())),
            (Outcome::Answered, _) => (StageKind::Talk, None),
            _ => continue,
        };
        let goes_on = |it: &&mut Stage| {
            is_cut && it.agent == agent && it.kind == kind && it.left_at == Some(connection.from)
        };
        match stages.last_mut().filter(goes_on) {
            Some(stage) => stage.left_at = Some(connection.to),
            None => stages.push(stage(kind, agent, (connection.from, connection.to))),
        }
        is_cut = record.condition == Condition::Interim;
    }
    stages.sort_by_key(|it| (it.entered_at, it.left_at));
    stages
}

fn stage(
    kind: StageKind,
    agent: Option<AgentId>,
    (entered_at, left_at): (DateTime<Utc>, DateTime<Utc>),
) -> Stage {
    let end = StageEnd::Completed;
    Stage { kind, queue: None, agent, entered_at, left_at: Some(left_at), end }
}

/// Marks each talk after which another party comes; whether two talks overlap by more than the stamps are cut.
fn mark_transfers(stages: &mut [Stage]) -> bool {
    let mut is_conference = false;
    for at in 0..stages.len() {
        let (until, after) = stages.split_at_mut(at + 1);
        let Some(stage) = until.last_mut() else { continue };
        let left_at = stage.left_at.unwrap_or(stage.entered_at);
        is_conference |= after.iter().any(|it| it.entered_at <= left_at - MINUTE);
        let is_next = |it: &&Stage| it.entered_at > left_at - MINUTE;
        let Some(next) = after.iter().find(is_next) else { continue };
        if stage.kind == StageKind::Talk && next.agent != stage.agent {
            stage.end = StageEnd::Transferred;
        }
    }
    is_conference
}

/// What rang before an answer, or in vain.
fn ring_stages(records: &[CmRecord], placed: &[Placed<'_>]) -> Vec<Stage> {
    let mut stages = Vec::new();
    for record in records {
        let Some(secs) = record.secs else { continue };
        let ring = TimeDelta::seconds(secs.into());
        let distance = |it: &&Placed<'_>| (it.from - record.ended_at).abs();
        let answer = placed.iter().min_by_key(distance).filter(|it| distance(it) < MINUTE);
        let (end, left_at) = match (record.condition, answer) {
            (Condition::RingAbandoned, _) => (StageEnd::Abandoned, record.ended_at),
            (Condition::Ring, Some(answer)) => {
                let is_person = outcome_of(answer.record) == Outcome::Answered;
                let end = if is_person { StageEnd::Answered } else { StageEnd::Completed };
                (end, answer.from)
            }
            (Condition::Ring, None) if outcome_of(record) == Outcome::Answered => {
                (StageEnd::Answered, record.ended_at)
            }
            (Condition::Ring, None) => (StageEnd::Completed, record.ended_at),
            _ => continue,
        };
        let agent = match &record.inside {
            Inside::Person(agent) => Some(agent.clone()),
            _ => None,
        };
        let times = (left_at - ring, left_at);
        stages.push(Stage { end, ..stage(StageKind::Ring, agent, times) });
    }
    stages
}

/// From the first to the last moment known of the call. A call of whose records none says how long it took has no end:
/// its only stamp stands for its beginning.
fn span(
    records: &[CmRecord],
    placed: &[Placed<'_>],
    stages: &[Stage],
) -> (DateTime<Utc>, Option<DateTime<Utc>>) {
    let is_placed = |it: &CmRecord| placed.iter().any(|placed| placed.record.place == it.place);
    let others = records.iter().filter(|it| it.condition != Condition::Ring && !is_placed(it));
    let times = others
        .map(|it| (it.started_at(), it.ended_at))
        .chain(placed.iter().map(|it| (it.from, it.to)))
        .chain(stages.iter().map(|it| (it.entered_at, it.left_at.unwrap_or(it.entered_at))));
    let times = times.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)));
    let bare = records.first().map_or(DateTime::UNIX_EPOCH, |it| it.ended_at);
    let is_known = records.iter().any(|it| it.secs.is_some());
    (times.map_or(bare, |it| it.0), times.map(|it| it.1).filter(|_| is_known))
}

/// How the call ended: an answer by a person beats all else.
fn outcome(records: &[CmRecord]) -> Outcome {
    let ranked =
        [Outcome::Answered, Outcome::Voicemail, Outcome::Abandoned, Outcome::Busy, Outcome::Failed];
    let has = |outcome: &Outcome| records.iter().any(|it| outcome_of(it) == *outcome);
    ranked.into_iter().find(has).unwrap_or(Outcome::Unknown)
}

/// What a record says by itself.
fn outcome_of(record: &CmRecord) -> Outcome {
    match record.condition {
        Condition::RingAbandoned => return Outcome::Abandoned,
        Condition::RingBusy => return Outcome::Busy,
        Condition::NoFacilities | Condition::NoPrivilege | Condition::NotRecorded => {
            return Outcome::Failed;
        }
        condition if !condition.is_known() => return Outcome::Unknown,
        _ => {}
    }
    // Below one step of its duration, nobody may have answered at the far end.
    let is_brief = record.secs == Some(0);
    match (record.direction, &record.inside) {
        (Direction::Outbound | Direction::Internal, _) if is_brief => Outcome::Unknown,
        (Direction::Outbound, _) | (_, Inside::Person(_) | Inside::Attendant) => Outcome::Answered,
        (_, Inside::Voicemail) => Outcome::Voicemail,
        (_, Inside::NotAPerson | Inside::Unknown) => Outcome::Unknown,
    }
}
