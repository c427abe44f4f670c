//! When whom: the hours of the week at which the customers of a segment pick up.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate, NaiveTime, Timelike};
use ringback_calllog::{Customer, Zone};
use ringback_reach::{
    Ask, Attempt, AttemptKind, AttemptLog, FittedReach, ReachModel as _, Segment,
};
use serde::Serialize;

/// Customers that a segment must have to be shown.
pub(super) const LEAST_CUSTOMERS: usize = 5;
/// Attempts that an hour of the week must have to be shown.
const LEAST_ATTEMPTS: u32 = 5;

/// When the customers of a segment pick up.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SegmentHours {
    /// The segment; absent for customers without one.
    pub segment: Option<Segment>,
    /// The zone in which most of its attempts were made: that of the hours.
    pub zone: Zone,
    /// The most frequent kind of attempt: the one that is told.
    pub kind: AttemptKind,
    /// Customers.
    pub customers: usize,
    /// Attempts whose outcome tells.
    pub attempts: usize,
    /// The share of these that was reached.
    pub reached: f64,
    /// The probability that a customer of whom nothing else is known answers, by day of the week (Monday first) and hour, in the
    /// week after the log; absent for hours with fewer than five attempts.
    pub probability: [[Option<f64>; 24]; 7],
}

/// The attempts of one segment.
#[derive(Default)]
struct Tally {
    customers: BTreeSet<Customer>,
    attempts: usize,
    reached: usize,
    /// By the name of the zone, as zones have no order.
    zones: BTreeMap<&'static str, usize>,
    kinds: BTreeMap<AttemptKind, usize>,
    hours: [[u32; 24]; 7],
}

/// The segments that may be shown, most attempts first; of equal ones the first by name.
pub(super) fn by_segment(log: &AttemptLog, model: &FittedReach) -> Vec<SegmentHours> {
    let mut tallies: BTreeMap<Option<&Segment>, Tally> = BTreeMap::new();
    for attempt in log.attempts() {
        if let Some(is_reached) = attempt.outcome.is_reached() {
            let tally = tallies.entry(attempt.segment.as_ref()).or_default();
            tally.add(attempt, is_reached, log.zone());
        }
    }
    let stranger = model.without_customers();
    let mut segments: Vec<SegmentHours> = tallies
        .into_iter()
        .filter(|(_, tally)| tally.customers.len() >= LEAST_CUSTOMERS)
        .filter_map(|(segment, tally)| tally.hours(segment, log, &stranger))
        .collect();
    segments.sort_by_key(|it| std::cmp::Reverse(it.attempts));
    segments
}

impl Tally {
    fn add(&mut self, attempt: &Attempt, is_reached: bool, log_zone: Zone) {
        let zone = attempt.zone.unwrap_or(log_zone);
        self.customers.insert(attempt.customer);
        self.attempts += 1;
        self.reached += usize::from(is_reached);
        *self.zones.entry(zone.name()).or_default() += 1;
        *self.kinds.entry(attempt.kind).or_default() += 1;
        let local = zone.local(attempt.attempted_at);
        let day = self.hours.get_mut(local.weekday().num_days_from_monday() as usize);
        if let Some(count) = day.and_then(|it| it.get_mut(local.hour() as usize)) {
            *count += 1;
        }
    }

    /// `stranger` knows no customer, so that any may be asked for.
    fn hours(
        &self,
        segment: Option<&Segment>,
        log: &AttemptLog,
        stranger: &FittedReach,
    ) -> Option<SegmentHours> {
        let last = log.attempts().last()?;
        let zone: Zone = most(&self.zones)?.parse().ok()?;
        let kind = most(&self.kinds)?;
        let signals = vec![f64::NAN; log.signal_names().len()];
        let ask = Ask {
            kind,
            segment,
            zone: Some(zone),
            signals: &signals,
            ..Ask::new(last.customer, last.attempted_at)
        };
        let mut probability = [[None; 24]; 7];
        let days = zone.date(last.attempted_at).iter_days().skip(1).take(7);
        for date in days {
            let day = date.weekday().num_days_from_monday() as usize;
            let (Some(row), Some(counts)) = (probability.get_mut(day), self.hours.get(day)) else {
                continue;
            };
            for ((hour, cell), count) in (0..).zip(row).zip(counts) {
                if *count >= LEAST_ATTEMPTS {
                    let at = half_past(date, hour).map(|it| zone.at_or_after(it));
                    *cell = at.map(|at| stranger.reachability(&Ask { at, ..ask }).probability);
                }
            }
        }
        Some(SegmentHours {
            segment: segment.cloned(),
            zone,
            kind,
            customers: self.customers.len(),
            attempts: self.attempts,
            reached: self.reached as f64 / self.attempts as f64,
            probability,
        })
    }
}

fn half_past(date: NaiveDate, hour: u32) -> Option<chrono::NaiveDateTime> {
    NaiveTime::from_hms_opt(hour, 30, 0).map(|it| date.and_time(it))
}

/// The most frequent; of equal ones the first.
fn most<K: Ord + Copy>(counts: &BTreeMap<K, usize>) -> Option<K> {
    let mut best: Option<(K, usize)> = None;
    for (key, count) in counts {
        if best.is_none_or(|it| *count > it.1) {
            best = Some((*key, *count));
        }
    }
    best.map(|it| it.0)
}

impl SegmentHours {
    /// The segment's name; "all customers" without one.
    pub fn name(&self) -> &str {
        self.segment.as_ref().map_or("all customers", Segment::as_str)
    }

    /// The day of the week (Monday is 0), the hour and the probability of the cells that are shown.
    pub fn cells(&self) -> impl Iterator<Item = (usize, usize, f64)> + '_ {
        let rows = self.probability.iter().enumerate();
        rows.flat_map(|(day, row)| {
            let cells = row.iter().enumerate();
            cells.filter_map(move |(hour, it)| it.map(|it| (day, hour, it)))
        })
    }
}
