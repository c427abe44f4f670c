//! Lines that wait for the rest of their call: nearly every call is one line.

use std::hash::Hasher;

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{
    AgentId, CallId, DetailRow, Direction, Leg, LegId, Outcome, Place, Settled, SkipReason,
    StageEnd, StageKind, Verdict,
};
use rustc_hash::FxHasher;

use crate::layout::{POLL_COLUMNS, POLLS};
use crate::legacy::leg::Extra;

/// Lines with one history id that are further apart are of two calls: the system began to count anew.
const WINDOW: TimeDelta = TimeDelta::hours(1);

/// A hash of a line, or of the id of its call.
pub(super) fn hash(line: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(line);
    hasher.finish()
}

/// A line that waits.
pub(super) struct Line {
    /// The hash of the id of its call; of the line itself, if it has none.
    key: u64,
    /// The hash of the line.
    fingerprint: u64,
    place: Place,
    /// Its id begins with the id of its call.
    leg: Leg,
    extra: Option<Box<Extra>>,
}

impl Line {
    #[inline]
    pub(super) fn new(
        [key, fingerprint]: [u64; 2],
        place: Place,
        leg: Leg,
        extra: Option<Box<Extra>>,
    ) -> Self {
        Self { key, fingerprint, place, leg, extra }
    }

    /// The last thing that it knows of.
    pub(super) fn last_at(&self) -> DateTime<Utc> {
        self.leg.ended_at.unwrap_or(self.leg.started_at)
    }

    /// The id of its call.
    fn id(&self) -> &str {
        self.leg.leg_id.as_str().split('~').next().unwrap_or("")
    }

    /// A total order of the lines of a key: by call, by time, and the same line again after itself.
    fn order(&self) -> (&str, DateTime<Utc>, DateTime<Utc>, &str, u64, Place) {
        let leg = &self.leg;
        let (started_at, last_at) = (leg.started_at, self.last_at());
        (self.id(), started_at, last_at, leg.leg_id.as_str(), self.fingerprint, self.place)
    }
}

/// The lines that wait. Which of them are of one call is found when they are given out: sorting a number for each costs less
/// than a look-up for each.
#[derive(Default)]
pub(super) struct HeldLines {
    lines: Vec<Line>,
}

impl HeldLines {
    /// Takes a line.
    #[inline]
    pub(super) fn push(&mut self, line: Line) {
        self.lines.push(line);
    }

    /// Gives out the calls of which nothing has happened after `until`, or all of them. A line that came twice is skipped.
    pub(super) fn settle(&mut self, until: Option<DateTime<Utc>>, settled: &mut Settled) {
        let lines = std::mem::take(&mut self.lines);
        let mut keys: Vec<(u64, usize)> =
            lines.iter().enumerate().map(|(at, line)| (line.key, at)).collect();
        keys.sort_unstable();
        let is_alone = |pair: &[(u64, usize)]| pair[0].0 != pair[1].0;
        if until.is_none() && keys.windows(2).all(is_alone) {
            give_out_all(lines, settled);
            return;
        }
        let is_due = |last: DateTime<Utc>| until.is_none_or(|until| last <= until);
        let mut lines: Vec<Option<Line>> = lines.into_iter().map(Some).collect();
        for together in keys.chunk_by(|a, b| a.0 == b.0).filter(|it| it.len() > 1) {
            let take = |&(_, at): &(u64, usize)| lines.get_mut(at).and_then(Option::take);
            let together = each_once(together.iter().filter_map(take).collect(), settled);
            let mut given: Option<String> = None;
            for call in calls(together) {
                if call.iter().all(|it| is_due(it.last_at())) {
                    given = Some(give_out_joined(call, given.as_deref(), settled));
                } else {
                    self.lines.extend(call);
                }
            }
        }
        for line in lines.into_iter().flatten() {
            if is_due(line.last_at()) {
                give_out(line, settled);
            } else {
                self.lines.push(line);
            }
        }
    }
}

/// The lines of a key in order, each once.
fn each_once(mut lines: Vec<Line>, settled: &mut Settled) -> Vec<Line> {
    lines.sort_by(|a, b| a.order().cmp(&b.order()));
    let mut once: Vec<Line> = Vec::with_capacity(lines.len());
    for line in lines {
        if once.last().is_some_and(|it| it.fingerprint == line.fingerprint) {
            settled.rows.push((line.place, Verdict::Skipped(SkipReason::DUPLICATE)));
        } else {
            once.push(line);
        }
    }
    once
}

/// The lines of a key, which are in order, cut into calls.
fn calls(lines: Vec<Line>) -> Vec<Vec<Line>> {
    let mut calls: Vec<Vec<Line>> = Vec::new();
    let mut ended_at = DateTime::<Utc>::MIN_UTC;
    for line in lines {
        let is_same_id = |call: &Vec<Line>| call.first().is_some_and(|it| it.id() == line.id());
        let is_near = line.leg.started_at.signed_duration_since(ended_at) <= WINDOW;
        match calls.last_mut() {
            Some(call) if is_near && is_same_id(call) => {
                ended_at = ended_at.max(line.last_at());
                call.push(line);
            }
            _ => {
                ended_at = line.last_at();
                calls.push(vec![line]);
            }
        }
    }
    calls
}

/// Gives out lines of which each is a call.
fn give_out_all(lines: Vec<Line>, settled: &mut Settled) {
    for line in &lines {
        if let Some(extra) = &line.extra {
            details(&line.leg, extra, settled);
        }
    }
    // In the memory of the lines.
    settled.legs = lines.into_iter().map(|it| it.leg).collect();
}

fn give_out(line: Line, settled: &mut Settled) {
    if let Some(extra) = line.extra {
        details(&line.leg, &extra, settled);
    }
    settled.legs.push(line.leg);
}

/// Gives out several lines as one call, and gives back its id. Where the call given out before it had the same id, the
/// system has begun to count anew: the start tells them apart.
fn give_out_joined(lines: Vec<Line>, before: Option<&str>, settled: &mut Settled) -> String {
    let mut lines = lines.into_iter();
    let Some(first) = lines.next() else { return String::new() };
    let id = first.id().to_owned();
    let (mut call, mut extras) = (first.leg, Vec::from_iter(first.extra));
    if before == Some(&*id) {
        let started = call.started_at.timestamp();
        call.leg_id = LegId::new(format!("{}~{started}", call.leg_id));
    }
    for line in lines {
        add(&mut call, line.leg);
        extras.extend(line.extra);
    }
    for extra in extras {
        details(&call, &extra, settled);
    }
    settled.legs.push(call);
    id
}

/// Adds a later line to its call: an answer beats every other outcome, otherwise the later line knows better.
fn add(call: &mut Leg, leg: Leg) {
    let next_talk = leg.stages.iter().find(|it| it.kind == StageKind::Talk);
    if let Some(next) = next_talk.map(|it| it.entered_at) {
        let talks = call.stages.iter_mut().filter(|it| it.kind == StageKind::Talk);
        for talk in talks.filter(|it| it.entered_at <= next) {
            talk.end = StageEnd::Transferred;
        }
    }
    if call.direction == Direction::Unknown {
        call.direction = leg.direction;
    }
    if call.outcome != Outcome::Answered && leg.outcome != Outcome::Unknown {
        call.outcome = leg.outcome;
    }
    call.customer = call.customer.or(leg.customer);
    call.queue = call.queue.take().or(leg.queue);
    call.ended_at = call.ended_at.max(leg.ended_at);
    call.stages.extend(leg.stages);
}

fn details(call: &Leg, extra: &Extra, settled: &mut Settled) {
    let id = || Some(CallId::from(call.leg_id.clone()));
    let queue = call.queue.as_ref().map_or_else(String::new, ToString::to_string);
    for agent in &extra.missed {
        settled.details.push(DetailRow {
            table: POLLS,
            columns: POLL_COLUMNS,
            call_id: id(),
            values: vec![agent.to_string(), queue.clone(), String::new(), String::new()],
        });
    }
    for (at, hop) in extra.hops.iter().enumerate() {
        let party = hop.as_ref().map_or_else(|| "outside".to_owned(), AgentId::to_string);
        settled.details.push(DetailRow {
            table: "hops",
            columns: &["seq", "party"],
            call_id: id(),
            values: vec![at.to_string(), party],
        });
    }
}
