//! Which records are of one call, where no UCID says so: the same trunk circuit, the same caller, and times that touch.

use std::cmp::Ordering;

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{AgentId, Customer, Direction, Piece};

use super::condition::Condition;
use super::record::{CmRecord, Inside, Trunk, Ucid};

/// Stamps are cut to the minute: two that are of one moment may be less than this apart.
pub(super) const MINUTE: TimeDelta = TimeDelta::seconds(60);
/// How far a ten-hour record may be from the one that goes on from it: the cut of the stamps, and up to 54 s by which such
/// a record is short of ten hours.
const INTERIM_GAP: TimeDelta = TimeDelta::seconds(120);
/// How far apart records of a circuit may be and still be looked at together.
pub(super) const CIRCUIT_WINDOW: TimeDelta = INTERIM_GAP;
/// When the next record of a call of ten hours and more is due at the latest.
const NEXT_INTERIM: TimeDelta = TimeDelta::minutes(610);

/// What records of one call have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Ucid(Ucid),
    Trunk(Direction, Trunk, Option<Customer>),
    Inside(AgentId),
}

impl Piece for CmRecord {
    type Key = Key;

    fn keys(&self, keys: &mut Vec<Key>) {
        keys.extend(match (&self.inside, self.ucid) {
            (_, Some(ucid)) => Some(Key::Ucid(ucid)),
            (Inside::Person(agent), None) if self.direction == Direction::Internal => {
                Some(Key::Inside(agent.clone()))
            }
            _ if self.trunk.circuit.is_some() || self.customer.is_some() => {
                Some(Key::Trunk(self.direction, self.trunk, self.customer))
            }
            _ => None,
        });
    }

    fn span(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        let goes_on = self.condition == Condition::Interim;
        let last = if goes_on { self.ended_at + NEXT_INTERIM } else { self.ended_at };
        (self.started_at(), last)
    }
}

/// A total order of records: by their end, then by all that they say.
pub(super) fn order(a: &CmRecord, b: &CmRecord) -> Ordering {
    (a.ended_at, a.started_at(), a.condition, a.trunk, a.customer, &a.inside, a.place).cmp(&(
        b.ended_at,
        b.started_at(),
        b.condition,
        b.trunk,
        b.customer,
        &b.inside,
        b.place,
    ))
}

/// Puts the records of one key together to calls, each a list in the total order.
pub(super) fn calls_of(mut records: Vec<CmRecord>, splits: bool) -> Vec<Vec<CmRecord>> {
    records.sort_by(order);
    let mut chains = chains(records);
    if splits {
        chains = joined_parts(chains);
    }
    for chain in &mut chains {
        chain.sort_by(order);
    }
    chains
}

/// Puts each ring record before the answered record that it belongs to, and each ten-hour record before the one that goes
/// on from it: the nearest in time that no other has taken.
fn chains(records: Vec<CmRecord>) -> Vec<Vec<CmRecord>> {
    let mut by_start: Vec<(DateTime<Utc>, usize)> = Vec::with_capacity(records.len());
    for (at, record) in records.iter().enumerate().filter(|(_, it)| it.condition.is_connection()) {
        by_start.push((record.started_at(), at));
    }
    by_start.sort_unstable();
    let mut next: Vec<Option<usize>> = vec![None; records.len()];
    let mut is_taken = vec![false; records.len()];
    for (at, record) in records.iter().enumerate() {
        let tolerance = match record.condition {
            Condition::Ring => MINUTE - TimeDelta::seconds(1),
            Condition::Interim => INTERIM_GAP,
            _ => continue,
        };
        let first = by_start.partition_point(|it| it.0 < record.ended_at - tolerance);
        let near = by_start[first..].iter().take_while(|it| it.0 <= record.ended_at + tolerance);
        let fits = |&&(_, to): &&(DateTime<Utc>, usize)| {
            to != at && !is_taken[to] && goes_on(record, &records[to])
        };
        let found = near.filter(fits).min_by_key(|it| ((it.0 - record.ended_at).abs(), it.1));
        if let Some(&(_, to)) = found {
            next[at] = Some(to);
            is_taken[to] = true;
        }
    }
    let mut records: Vec<Option<CmRecord>> = records.into_iter().map(Some).collect();
    let mut chains = Vec::new();
    for head in (0..records.len()).filter(|it| !is_taken[*it]) {
        let mut chain = Vec::new();
        let mut at = Some(head);
        while let Some(place) = at {
            chain.extend(records[place].take());
            at = next[place];
        }
        chains.push(chain);
    }
    chains
}

/// Whether a later record can be of the call of an earlier one, as far as times do not say.
fn goes_on(record: &CmRecord, later: &CmRecord) -> bool {
    let same_service = match (&record.intent, &later.intent) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    let is_later = record.ended_at < later.ended_at
        || record.condition == Condition::Ring && record.ended_at == later.ended_at;
    same_service && is_later
}

/// Puts the parts of an incoming call together that its splitting has made: on one circuit there is one call at a time, so
/// parts that overlap are a conference, and parts that touch and name two parties a transfer. A part that rang by itself
/// is a call by itself.
fn joined_parts(mut chains: Vec<Vec<CmRecord>>) -> Vec<Vec<CmRecord>> {
    let start = |it: &Vec<CmRecord>| it.iter().map(CmRecord::started_at).min();
    let end = |it: &Vec<CmRecord>| it.iter().map(|it| it.ended_at).max();
    chains.sort_by(|a, b| {
        let (one, other) = ((start(a), end(a)), (start(b), end(b)));
        one.cmp(&other).then_with(|| a.iter().cmp_by_order(b))
    });
    let mut calls: Vec<Vec<CmRecord>> = Vec::new();
    for chain in chains {
        match calls.last_mut() {
            Some(call) if is_part(call, &chain) => call.extend(chain),
            _ => calls.push(chain),
        }
    }
    calls
}

/// Whether a chain is a later part of a call.
fn is_part(call: &[CmRecord], part: &[CmRecord]) -> bool {
    let (Some(first), Some(last)) = (part.first(), call.last()) else { return false };
    let is_split = |it: &CmRecord| {
        it.direction == Direction::Inbound && it.condition.is_connection() && it.secs.is_some()
    };
    let Some(ended_at) = call.iter().map(|it| it.ended_at).max() else { return false };
    if first.trunk.circuit.is_none() || !is_split(first) || !is_split(last) {
        return false;
    }
    let gap = first.started_at() - ended_at;
    gap <= -MINUTE || gap < MINUTE && first.inside != last.inside
}

/// Compares lists of records by the total order.
trait CompareRecords {
    fn cmp_by_order(self, other: &[CmRecord]) -> Ordering;
}

impl CompareRecords for std::slice::Iter<'_, CmRecord> {
    fn cmp_by_order(self, other: &[CmRecord]) -> Ordering {
        for (one, other) in self.clone().zip(other) {
            let ordering = order(one, other);
            if ordering.is_ne() {
                return ordering;
            }
        }
        self.len().cmp(&other.len())
    }
}
