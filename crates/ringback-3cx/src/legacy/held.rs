//! Lines that wait for the rest of their call: nearly every call is one line.

use std::collections::hash_map::Entry;
use std::hash::Hasher;

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{
    AgentId, CallId, DetailRow, Direction, Leg, LegId, Outcome, Settled, StageEnd, StageKind,
};
use rustc_hash::{FxHashMap, FxHasher};

use crate::layout::{POLL_COLUMNS, POLLS};
use crate::legacy::leg::Extra;
use crate::legacy::row::Row;

/// Lines with one history id that are further apart are of two calls: the system began to count anew.
const WINDOW: TimeDelta = TimeDelta::hours(1);

/// No line comes after this one.
const NONE: u32 = u32::MAX;

/// What lines of one call have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// A history id that is a number.
    Number(u64),
    /// An id such as `89d3af2d8f010000_3456`.
    Pair(u64, u64),
    /// Any other id.
    Text(Box<str>),
    /// No id: only the same line again has it.
    Line(u64),
}

impl Key {
    pub(super) fn new(row: &Row<'_>, fingerprint: u64) -> Self {
        let id = if row.history_id.is_empty() { row.call_id } else { row.history_id };
        if id.is_empty() {
            return Self::Line(fingerprint);
        }
        let pair = || {
            let (high, low) = id.split_once('_')?;
            let is_plain = high.len() == 16 && !high.starts_with('+');
            let high = u64::from_str_radix(high, 16).ok().filter(|_| is_plain)?;
            Some(Self::Pair(high, plain_number(low)?))
        };
        plain_number(id).map(Self::Number).or_else(pair).unwrap_or_else(|| Self::Text(id.into()))
    }
}

/// A number of which there is one spelling only.
fn plain_number(text: &str) -> Option<u64> {
    let is_plain = text.len() <= 19
        && text.bytes().all(|it| it.is_ascii_digit())
        && (text.len() == 1 || !text.starts_with('0'));
    if is_plain { text.parse().ok() } else { None }
}

/// A hash of a line.
pub(super) fn fingerprint(line: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(line);
    hasher.finish()
}

/// A line that waits.
pub(super) struct Line {
    key: Key,
    fingerprint: u64,
    leg: Leg,
    extra: Option<Box<Extra>>,
    /// An earlier line with the same key.
    earlier: u32,
}

impl Line {
    pub(super) fn new(key: Key, fingerprint: u64, leg: Leg, extra: Option<Box<Extra>>) -> Self {
        Self { key, fingerprint, leg, extra, earlier: NONE }
    }

    /// The last thing that it knows of.
    pub(super) fn last_at(&self) -> DateTime<Utc> {
        self.leg.ended_at.unwrap_or(self.leg.started_at)
    }

    fn order(&self) -> (DateTime<Utc>, DateTime<Utc>, &str, u64) {
        (self.leg.started_at, self.last_at(), self.leg.leg_id.as_str(), self.fingerprint)
    }
}

/// The lines that wait.
#[derive(Default)]
pub(super) struct HeldLines {
    /// A line that is taken with another of its key is `None`.
    lines: Vec<Option<Line>>,
    /// The last line of a key.
    last: FxHashMap<Key, u32>,
}

impl HeldLines {
    /// Takes a line, unless this very line waits already: whether it was taken.
    pub(super) fn push(&mut self, mut line: Line) -> bool {
        let at = u32::try_from(self.lines.len()).unwrap_or(NONE);
        match self.last.entry(line.key.clone()) {
            Entry::Vacant(place) => {
                line.earlier = NONE;
                place.insert(at);
            }
            Entry::Occupied(mut place) => {
                let mut known = *place.get();
                line.earlier = known;
                while let Some(Some(other)) = self.lines.get(known as usize) {
                    if other.fingerprint == line.fingerprint {
                        return false;
                    }
                    known = other.earlier;
                }
                place.insert(at);
            }
        }
        self.lines.push(Some(line));
        true
    }

    /// Gives out the calls of which nothing has happened after `until`, or all of them.
    pub(super) fn settle(&mut self, until: Option<DateTime<Utc>>, settled: &mut Settled) {
        let mut lines = std::mem::take(&mut self.lines);
        self.last = FxHashMap::default();
        settled.legs.reserve(if until.is_none() { lines.len() } else { 0 });
        let is_due = |last: DateTime<Utc>| until.is_none_or(|until| last <= until);
        // From the last line to the first: the last of a key leads to the others.
        for at in (0..lines.len()).rev() {
            let Some(line) = lines.get_mut(at).and_then(Option::take) else { continue };
            if line.earlier == NONE {
                if is_due(line.last_at()) {
                    give_out(line, settled);
                } else {
                    self.push(line);
                }
                continue;
            }
            for call in calls(line, &mut lines) {
                if call.iter().all(|it| is_due(it.last_at())) {
                    give_out_joined(call, settled);
                } else {
                    for line in call {
                        self.push(line);
                    }
                }
            }
        }
    }
}

/// The lines of a key, cut into calls.
fn calls(last: Line, lines: &mut [Option<Line>]) -> Vec<Vec<Line>> {
    let mut earlier = last.earlier;
    let mut together = vec![last];
    while let Some(line) = lines.get_mut(earlier as usize).and_then(Option::take) {
        earlier = line.earlier;
        together.push(line);
    }
    together.sort_by(|a, b| a.order().cmp(&b.order()));
    let mut calls: Vec<Vec<Line>> = Vec::new();
    let mut ended_at = DateTime::<Utc>::MIN_UTC;
    for mut line in together {
        let is_near = line.leg.started_at.signed_duration_since(ended_at) <= WINDOW;
        ended_at = ended_at.max(line.last_at());
        match calls.last_mut() {
            Some(call) if is_near => call.push(line),
            None => calls.push(vec![line]),
            Some(_) => {
                let started = line.leg.started_at.timestamp();
                line.leg.leg_id = LegId::new(format!("{}~{started}", line.leg.leg_id));
                calls.push(vec![line]);
            }
        }
    }
    calls
}

fn give_out(line: Line, settled: &mut Settled) {
    if let Some(extra) = line.extra {
        details(&line.leg, &extra, settled);
    }
    settled.legs.push(line.leg);
}

/// Gives out several lines as one call.
fn give_out_joined(lines: Vec<Line>, settled: &mut Settled) {
    let mut lines = lines.into_iter();
    let Some(first) = lines.next() else { return };
    let (mut call, mut extras) = (first.leg, Vec::from_iter(first.extra));
    for line in lines {
        add(&mut call, line.leg);
        extras.extend(line.extra);
    }
    for extra in extras {
        details(&call, &extra, settled);
    }
    settled.legs.push(call);
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
