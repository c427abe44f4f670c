//! Customers with what happened to them, in the order of time: what the rate table learns from.

use std::collections::BTreeMap;

use ringback_calllog::Zone;
use rustc_hash::FxHashMap;

use crate::history::{Event, Moment, Person, kind_index};
use crate::{Attempt, AttemptLog, ContactOutcome, Segment};

/// A segment with fewer attempts than this is not told apart.
const SEGMENT_ATTEMPTS: usize = 200;
/// The most segments that are told apart.
const SEGMENTS: usize = 32;

/// One customer's events, each with the row of the log that it stands in.
#[derive(Clone, Debug)]
pub(crate) struct Sequence {
    pub(crate) segment: u16,
    pub(crate) events: Vec<Event>,
    /// The log's row of each event; absent for calls of the customer.
    pub(crate) rows: Vec<Option<u32>>,
}

/// What an attempt came to, or nothing if it does not tell: it rang too short a time to be answered.
pub(crate) fn told(attempt: &Attempt, least_ring_secs: f64) -> Option<bool> {
    let is_reached = attempt.outcome.is_reached();
    let is_short = attempt.ring_secs.is_some_and(|it| it < least_ring_secs);
    if attempt.outcome == ContactOutcome::NoAnswer && is_short { None } else { is_reached }
}

/// The segments that are frequent enough, numbered from 1 by name.
pub(crate) fn segments(log: &AttemptLog) -> BTreeMap<Segment, u16> {
    let mut counts: BTreeMap<&Segment, usize> = BTreeMap::new();
    for segment in log.attempts().iter().filter_map(|it| it.segment.as_ref()) {
        *counts.entry(segment).or_default() += 1;
    }
    let mut frequent: Vec<(&Segment, usize)> =
        counts.into_iter().filter(|it| it.1 >= SEGMENT_ATTEMPTS).collect();
    frequent.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    frequent.truncate(SEGMENTS);
    frequent.sort_by(|a, b| a.0.cmp(b.0));
    let numbered = frequent.into_iter().zip(1_u16..);
    numbered.map(|((segment, _), number)| (segment.clone(), number)).collect()
}

/// The log by customer, in the order in which they first appear.
pub(crate) fn sequences(
    log: &AttemptLog,
    segments: &BTreeMap<Segment, u16>,
    least_ring_secs: f64,
) -> Vec<Sequence> {
    let mut places = FxHashMap::default();
    let mut people: Vec<(Person, Vec<Option<u32>>)> = Vec::new();
    let mut inbound = log.inbound_contacts().iter().peekable();
    let zone_of = |zone: Option<Zone>| zone.unwrap_or(log.zone());
    for (row, attempt) in log.attempts().iter().enumerate() {
        while let Some(contact) = inbound.next_if(|it| it.at < attempt.attempted_at) {
            let place = *places.entry(contact.customer).or_insert_with(|| {
                people.push((Person::default(), Vec::new()));
                people.len() - 1
            });
            let (person, rows) = &mut people[place];
            person.add_inbound(Moment::of(contact.at, zone_of(person.zone)));
            rows.push(None);
        }
        let place = *places.entry(attempt.customer).or_insert_with(|| {
            people.push((Person::default(), Vec::new()));
            people.len() - 1
        });
        let (person, rows) = &mut people[place];
        note(person, attempt, segments);
        let moment = Moment::of(attempt.attempted_at, zone_of(person.zone));
        let told = told(attempt, least_ring_secs);
        if attempt.outcome != ContactOutcome::Failed {
            person.add_attempt(moment, kind_index(attempt.kind), told);
        }
        if person.events.len() > rows.len() {
            rows.push(u32::try_from(row).ok());
        }
    }
    people
        .into_iter()
        .map(|(person, rows)| Sequence { segment: person.segment, events: person.events, rows })
        .collect()
}

/// Takes over what an attempt says of the customer.
pub(crate) fn note(person: &mut Person, attempt: &Attempt, segments: &BTreeMap<Segment, u16>) {
    if let Some(segment) = &attempt.segment {
        person.segment = segments.get(segment).copied().unwrap_or(0);
    }
    if attempt.zone.is_some() {
        person.zone = attempt.zone;
    }
}
