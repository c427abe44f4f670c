//! Agents who are usually there, as far as a call log tells.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};
use ringback_calllog::{AgentId, CallLog, Direction, StageKind};
use ringback_features::{Calendar, IntervalTable};

/// The longest idle time of an agent who counts as present: as in the occupancy.
const IDLE_MAX: TimeDelta = TimeDelta::minutes(30);

/// Weeks that are looked back on.
const WEEKS: usize = 8;

/// A day of the week (Monday is 0) and the first minute of an interval.
type Place = (u32, u32);

/// When something began and ended.
type Stretch = (DateTime<Utc>, DateTime<Utc>);

/// How many agents are usually there, by weekday and interval: the median over the last eight weeks, holidays left out.
///
/// An agent counts as present from the first to the last contact of a run in which contacts are at most 30 minutes apart.
/// Idle time before and after is not seen, so there are rather more agents than these.
#[derive(Debug)]
pub(super) struct Staff {
    usual: BTreeMap<Place, u32>,
}

impl Staff {
    pub(super) fn of(log: &CallLog, table: &IntervalTable, calendar: &Calendar) -> Self {
        let zone = table.zone;
        let back = WEEKS * 7 * table.interval.slots_a_day();
        let first = table.rows.len().saturating_sub(back);
        let present = present(log, table, first);
        let mut seen: BTreeMap<Place, Vec<f64>> = BTreeMap::new();
        for (step, agents) in present.iter().enumerate() {
            let at = table.at(first + step);
            let is_known = table.rows.get(first + step).is_some_and(Option::is_some);
            if is_known && calendar.holiday(zone.date(at)).is_none() {
                seen.entry(place(table, at)).or_default().push(*agents);
            }
        }
        Self {
            usual: seen.into_iter().map(|(place, counts)| (place, whole_median(counts))).collect(),
        }
    }

    /// Agents who are usually there at an instant; 0 where the log never tells.
    pub(super) fn at(&self, table: &IntervalTable, at: DateTime<Utc>) -> u32 {
        self.usual.get(&place(table, at)).copied().unwrap_or(0)
    }

    /// The most agents of any interval.
    pub(super) fn most(&self) -> u32 {
        self.usual.values().copied().max().unwrap_or(0)
    }
}

fn place(table: &IntervalTable, at: DateTime<Utc>) -> Place {
    let local = table.zone.local(at);
    (local.weekday().num_days_from_monday(), local.hour() * 60 + local.minute())
}

/// Whole agents of whom at least so many were there in half of the weeks.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast of a float saturates, and the value is not negative"
)]
fn whole_median(mut counts: Vec<f64>) -> u32 {
    counts.sort_by(f64::total_cmp);
    let upper = counts.get(counts.len() / 2).copied().unwrap_or(0.0);
    let lower = counts.get(counts.len().saturating_sub(1) / 2).copied().unwrap_or(upper);
    // Shares of an interval add up to whole agents but for the last bits.
    (f64::midpoint(lower, upper) + 1e-9).floor() as u32
}

/// Agents present in each interval from the first on; one who is there for half of it counts half.
fn present(log: &CallLog, table: &IntervalTable, first: usize) -> Vec<f64> {
    let from = table.at(first);
    let mut talks: BTreeMap<&AgentId, Vec<Stretch>> = BTreeMap::new();
    for call in log.calls.iter().filter(|it| it.direction != Direction::Internal) {
        for stage in &call.stages {
            let is_work = matches!(
                stage.kind,
                StageKind::Talk | StageKind::Hold | StageKind::Consult | StageKind::WrapUp
            );
            let agent = stage.agent.as_ref().or_else(|| call.agent());
            if let (true, Some(agent), Some(to)) = (is_work, agent, stage.left_at)
                && to > from
                && to >= stage.entered_at
            {
                talks.entry(agent).or_default().push((stage.entered_at, to));
            }
        }
    }
    let mut present = vec![0.0; table.rows.len().saturating_sub(first)];
    for talks in talks.values_mut() {
        talks.sort_unstable();
        for (start, end) in runs(talks) {
            add(&mut present, table, first, (start, end));
        }
    }
    present
}

/// Joins contacts that are at most the longest idle time apart; they must be in order.
fn runs(talks: &[Stretch]) -> Vec<Stretch> {
    let mut runs: Vec<Stretch> = Vec::new();
    for (start, end) in talks {
        match runs.last_mut() {
            Some(last) if *start - last.1 <= IDLE_MAX => last.1 = last.1.max(*end),
            _ => runs.push((*start, *end)),
        }
    }
    runs
}

/// Adds the share of each interval that a run covers.
fn add(present: &mut [f64], table: &IntervalTable, first: usize, (start, end): Stretch) {
    let length = table.interval.delta();
    let origin = table.at(first);
    let from = (start.max(origin) - origin).num_microseconds().unwrap_or(0);
    let skip = from / length.num_microseconds().unwrap_or(i64::MAX);
    for place in usize::try_from(skip).unwrap_or(usize::MAX).. {
        let Some(agents) = present.get_mut(place) else { break };
        let opens = table.at(first + place);
        let covered = end.min(opens + length) - start.max(opens);
        if covered <= TimeDelta::zero() {
            break;
        }
        *agents += covered.as_seconds_f64() / length.as_seconds_f64();
    }
}
