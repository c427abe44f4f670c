//! Lines that wait for the rest of their call: nearly every call is one line.

use std::hash::Hasher;

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{
    AgentId, CallId, DetailRow, Direction, Leg, LegId, Outcome, Place, Settled, SkipReason,
    StageEnd, StageKind, Verdict, Waiting,
};
use rustc_hash::FxHasher;

use crate::layout::{POLL_COLUMNS, POLLS};
use crate::legacy::brief::BriefLeg;
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
    leg: BriefLeg,
    extra: Option<Box<Extra>>,
}

impl Line {
    #[inline]
    pub(super) fn new(
        [key, fingerprint]: [u64; 2],
        place: Place,
        leg: BriefLeg,
        extra: Option<Box<Extra>>,
    ) -> Self {
        Self { key, fingerprint, place, leg, extra }
    }

    /// The last thing that it knows of.
    pub(super) fn last_at(&self) -> DateTime<Utc> {
        self.leg.last_at()
    }

    /// The id of its call.
    fn id(&self) -> &str {
        self.leg.id.as_str().split('~').next().unwrap_or("")
    }

    /// A total order of the lines of a key: by call, by time, and the same line again after itself.
    fn order(&self) -> (&str, DateTime<Utc>, DateTime<Utc>, &str, u64, Place) {
        let (started_at, last_at) = (self.leg.times.started_at, self.last_at());
        (self.id(), started_at, last_at, self.leg.id.as_str(), self.fingerprint, self.place)
    }
}

/// The lines that wait. Which of them are of one call is found when they are given out: a look at a few bits of each costs
/// less than a look-up for each.
#[derive(Default)]
pub(super) struct HeldLines(Waiting<Head, Line>);

/// The key of a line, and the last thing that it knows of.
#[derive(Clone, Copy)]
struct Head {
    key: u64,
    last_at: DateTime<Utc>,
}

impl HeldLines {
    /// Takes a line.
    #[inline]
    pub(super) fn push(&mut self, line: Line) {
        self.0.push(Head { key: line.key, last_at: line.last_at() }, line);
    }

    /// Gives out the calls of which nothing has happened after `until`, or all of them. A line that came twice is skipped.
    pub(super) fn settle(&mut self, until: Option<DateTime<Utc>>, settled: &mut Settled) {
        let is_due = |last: DateTime<Utc>| until.is_none_or(|until| last <= until);
        // Lines of calls that are not over, some of which may be due by themselves.
        let mut kept = Vec::new();
        for together in self.of_one_key().chunk_by(|a, b| a.0 == b.0).filter(|it| it.len() > 1) {
            let together = together.iter().filter_map(|&(_, at)| self.0.take(at)).collect();
            let mut given: Option<String> = None;
            for call in calls(each_once(together, settled)) {
                if call.iter().all(|it| is_due(it.last_at())) {
                    given = Some(give_out_joined(call, given.as_deref(), settled));
                } else {
                    kept.extend(call);
                }
            }
        }
        if until.is_none() {
            let lines = self.0.take_all();
            settled.legs.reserve(lines.len());
            lines.into_iter().flatten().for_each(|mut it| give_out(&mut it, settled));
            return;
        }
        let due: Vec<usize> =
            self.0.heads().filter(|(_, head)| is_due(head.last_at)).map(|it| it.0).collect();
        for at in due {
            self.0.take_with(at, |it| give_out(it, settled));
        }
        for line in kept {
            self.push(line);
        }
    }

    /// The key and the place of every line that may have its key in common with another, by key.
    fn of_one_key(&self) -> Vec<(u64, usize)> {
        /// So many bits a line leave few that are set by two keys.
        const BITS_A_LINE: usize = 32;
        let bits = (self.0.len() * BITS_A_LINE).next_power_of_two().max(64);
        let mask = bits as u64 - 1;
        let place = |key: u64| {
            let bit = key.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(20) & mask;
            (usize::try_from(bit / 64).unwrap_or(0), 1_u64 << (bit % 64))
        };
        let (mut once, mut again) = (vec![0; bits / 64], vec![0; bits / 64]);
        for (_, head) in self.0.heads() {
            let (word, bit) = place(head.key);
            again[word] |= once[word] & bit;
            once[word] |= bit;
        }
        let may_be_common = |(_, head): &(usize, Head)| {
            let (word, bit) = place(head.key);
            again[word] & bit != 0
        };
        let common = self.0.heads().filter(may_be_common);
        let mut keys: Vec<(u64, usize)> = common.map(|(at, head)| (head.key, at)).collect();
        keys.sort_unstable();
        keys
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
        let is_near = line.leg.times.started_at.signed_duration_since(ended_at) <= WINDOW;
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

#[inline]
fn give_out(line: &mut Line, settled: &mut Settled) {
    let leg = line.leg.take();
    if let Some(extra) = &line.extra {
        details(&leg, extra, settled);
    }
    settled.legs.push(leg);
}

/// Gives out several lines as one call, and gives back its id. Where the call given out before it had the same id, the
/// system has begun to count anew: the start tells them apart.
fn give_out_joined(lines: Vec<Line>, before: Option<&str>, settled: &mut Settled) -> String {
    let mut lines = lines.into_iter();
    let Some(mut first) = lines.next() else { return String::new() };
    let id = first.id().to_owned();
    let (mut call, mut extras) = (first.leg.take(), Vec::from_iter(first.extra));
    if before == Some(&*id) {
        let started = call.started_at.timestamp();
        call.leg_id = LegId::new(format!("{}~{started}", call.leg_id));
    }
    for mut line in lines {
        add(&mut call, line.leg.take());
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
