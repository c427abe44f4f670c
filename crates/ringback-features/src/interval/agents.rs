//! Agents seen and busy time per interval.

use chrono::{DateTime, Utc};
use ringback_calllog::{Call, Direction, StageKind};

use super::Grid;
use crate::busy::{Busy, Who, busy, is_handling};
use crate::offered::{micros, secs};

/// Agents seen and busy time per interval.
pub(super) struct AgentTime {
    has_talk: bool,
    seen: Vec<i64>,
    busy_micros: Vec<i128>,
}

impl AgentTime {
    pub(super) fn of(calls: &[&Call], grid: &Grid) -> Self {
        let of_talk = |call: &&&Call| call.direction != Direction::Internal;
        let mut stages = calls.iter().filter(of_talk).flat_map(|call| &call.stages);
        Self {
            has_talk: stages.any(|it| it.kind == StageKind::Talk && it.left_at.is_some()),
            seen: seen(&busy(calls, |kind| kind == StageKind::Talk), grid),
            busy_micros: busy_micros(&busy(calls, is_handling), grid),
        }
    }

    /// How many named agents talked in an interval.
    pub(super) fn seen(&self, at: usize) -> Option<u32> {
        u32::try_from(*self.seen.get(at)?).ok()
    }

    /// How long agents were busy in an interval; `None` where the log has no talk at all.
    pub(super) fn busy_secs(&self, at: usize) -> Option<f64> {
        self.busy_micros.get(at).filter(|_| self.has_talk).map(|&micros| secs(micros))
    }
}

/// Counts each agent once an interval: +1 where a run of intervals begins, -1 after it, then added up.
fn seen(talks: &[Busy<'_>], grid: &Grid) -> Vec<i64> {
    let mut steps = vec![0_i64; grid.len + 1];
    let mut previous: Option<(Who<'_>, usize)> = None;
    for talk in talks.iter().filter(|talk| matches!(talk.who, Who::Agent(_))) {
        let Some(mut range) = grid.overlap(talk.from, talk.to) else { continue };
        if let Some((who, end)) = previous
            && who == talk.who
        {
            range.start = range.start.max(end);
        }
        previous = Some((talk.who, range.end));
        if range.is_empty() {
            continue;
        }
        steps[range.start] += 1;
        steps[range.end] -= 1;
    }
    added_up(&steps)
}

/// The part of each stretch that lies in each interval, added up: the parts at both ends one by one, the whole
/// intervals between them as +1 and -1.
fn busy_micros(stretches: &[Busy<'_>], grid: &Grid) -> Vec<i128> {
    let mut whole = vec![0_i64; grid.len + 1];
    let mut parts = vec![0_i128; grid.len];
    for stretch in stretches {
        let Some(range) = grid.overlap(stretch.from, stretch.to) else { continue };
        let (first, last) = (range.start, range.end - 1);
        parts[first] += part_micros(stretch, grid, first);
        if last > first {
            parts[last] += part_micros(stretch, grid, last);
            whole[first + 1] += 1;
            whole[last] -= 1;
        }
    }
    let length_micros = i128::from(grid.length_secs) * 1_000_000;
    let whole = added_up(&whole);
    parts.iter().zip(whole).map(|(part, whole)| part + i128::from(whole) * length_micros).collect()
}

fn part_micros(stretch: &Busy<'_>, grid: &Grid, at: usize) -> i128 {
    let from: DateTime<Utc> = stretch.from.max(grid.at(at));
    let to = stretch.to.min(grid.at(at + 1));
    micros(to - from).max(0)
}

fn added_up(steps: &[i64]) -> Vec<i64> {
    let mut sum = 0;
    steps
        .iter()
        .map(|step| {
            sum += step;
            sum
        })
        .collect()
}
