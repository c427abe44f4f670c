//! When agents are busy: talk, hold, consult and wrap-up, counted once where they overlap.

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{AgentId, Call, Direction, Stage, StageKind};

/// A stretch in which an agent is busy, its end not included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Busy<'a> {
    /// The agent, or where the source names none, the call: each such call has an agent of its own.
    pub(crate) who: Who<'a>,
    pub(crate) from: DateTime<Utc>,
    pub(crate) to: DateTime<Utc>,
}

/// Who is busy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Who<'a> {
    Agent(&'a AgentId),
    /// The agent who is not named, of the call with this number.
    SomeoneOn(usize),
}

impl Busy<'_> {
    pub(crate) fn length(&self) -> TimeDelta {
        self.to - self.from
    }
}

/// Whether an agent is busy in a stage of this kind.
pub(crate) fn is_handling(kind: StageKind) -> bool {
    matches!(kind, StageKind::Talk | StageKind::Hold | StageKind::Consult | StageKind::WrapUp)
}

/// The stretches of the stages of the kinds that `is_wanted` names, in order of agent and start, those of an agent
/// that overlap or touch joined. Internal calls and stages without a known end are left out.
pub(crate) fn busy<'a>(calls: &[&'a Call], is_wanted: impl Fn(StageKind) -> bool) -> Vec<Busy<'a>> {
    let mut stretches = Vec::new();
    for (number, call) in calls.iter().enumerate() {
        if call.direction == Direction::Internal {
            continue;
        }
        let wanted = call.stages.iter().filter(|stage| is_wanted(stage.kind));
        stretches.extend(wanted.filter_map(|stage| stretch(call, number, stage)));
    }
    // By agent, start and end, which is all that there is.
    stretches.sort_unstable();
    joined(stretches, TimeDelta::zero())
}

/// Joins stretches of one agent that are at most `gap` apart; they must be in order.
pub(crate) fn joined(stretches: Vec<Busy<'_>>, gap: TimeDelta) -> Vec<Busy<'_>> {
    let mut joined: Vec<Busy<'_>> = Vec::new();
    for next in stretches {
        match joined.last_mut() {
            Some(last) if last.who == next.who && next.from - last.to <= gap => {
                last.to = last.to.max(next.to);
            }
            _ => joined.push(next),
        }
    }
    joined
}

/// The time that agents spent on a call; `None` where the log does not say how long they talked.
pub(crate) fn handle_time(call: &Call) -> Option<TimeDelta> {
    call.time_in(StageKind::Talk).filter(|&talk| talk >= TimeDelta::zero())?;
    Some(busy(&[call], is_handling).iter().map(Busy::length).sum())
}

fn stretch<'a>(call: &'a Call, number: usize, stage: &'a Stage) -> Option<Busy<'a>> {
    let to = stage.left_at.filter(|&left_at| left_at >= stage.entered_at)?;
    let agent = stage.agent.as_ref().or_else(|| call.agent());
    Some(Busy { who: agent.map_or(Who::SomeoneOn(number), Who::Agent), from: stage.entered_at, to })
}
