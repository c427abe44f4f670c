//! The share of labels that are slips, learned from routes that differ from a common one in one label.

use std::collections::BTreeMap;

use ringback_eventlog::EventLog;

use super::seen::Key;
use super::slips::{GroupRoute, Neighbors, group_routes, numbered, routes_of};
use crate::false_discovery::ln_gamma;

/// A route must be taken by so many cases to tell how often slips are made in it.
const LEAST_CASES: usize = 50;
/// The commonest routes that are looked at.
const MOST_ROUTES: usize = 100;
/// The shares of slips that are tried: from the first, each this many times the one before.
const LEAST_SHARE: f64 = 0.002;
const STEP: f64 = 1.1;
const TRIED: i32 = 35;
/// How much more likely slips must make what was seen. Unit: natural logarithm.
const LEAST_EVIDENCE: f64 = 4.0;
/// The share of slips that a log may have without showing it, and how much less likely it must make what was seen to be
/// ruled out. Unit: natural logarithm.
pub(super) const DOUBTED_SHARE: f64 = 0.01;
const RULED_OUT: f64 = 3.0;
/// Rounds of the fit at most.
const ROUNDS: usize = 50;

/// What a log tells of its slips.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ShareOfSlips {
    /// The share of events whose label is a slip. Range: 0 to 0.5.
    pub(super) share: f64,
    /// Whether no slips were seen, and as many as [`DOUBTED_SHARE`] could have been made all the same.
    pub(super) is_doubted: bool,
}

impl ShareOfSlips {
    /// What somebody said.
    pub(super) fn said(share: f64) -> Self {
        Self { share, is_doubted: false }
    }
}

/// The share of events whose label is a slip: 0 unless slips explain what was seen much better than ways of working do.
///
/// A slip makes any label of any event another one, all as likely; so the routes that are one label away from a common
/// route of `n` cases are each taken about `n ε / (k - 1)` times, with `ε` the share of slips and `k` labels. Ways of working
/// make a few of these routes frequent and leave most of them out. What is counted, the routes that nobody took
/// too, is taken as a mixture of both, and `ε` is the share that makes the counts most likely. It counts as seen where
/// that is e⁴ times as likely as no slips at all.
pub(super) fn share_of_slips(log: &EventLog, key: &Key) -> ShareOfSlips {
    // One label cannot become another.
    let labels = key.labels();
    if labels < 2 {
        return ShareOfSlips::said(0.0);
    }
    most_likely_share(&changes_of_labels(log, key, labels))
}

/// The share of events whose group is a slip, as [`share_of_slips`].
///
/// Groups are many and stand for one another, so a slip is a group that is nowhere else in the route, at any place of it:
/// each of a route's places has about `n ε` of them.
pub(super) fn share_of_group_slips(log: &EventLog, state: &Key, group: &Key) -> ShareOfSlips {
    most_likely_share(&changes_of_groups(log, state, group))
}

fn most_likely_share(counts: &[Counts]) -> ShareOfSlips {
    if counts.is_empty() {
        return ShareOfSlips { share: 0.0, is_doubted: true };
    }
    let none = most_likely(counts, 0.0);
    let mut best = (none + LEAST_EVIDENCE, 0.0);
    for number in 0..TRIED {
        let share = LEAST_SHARE * STEP.powi(number);
        let likelihood = most_likely(counts, share);
        if likelihood > best.0 {
            best = (likelihood, share);
        }
    }
    let is_doubted = best.1 <= 0.0 && most_likely(counts, DOUBTED_SHARE) > none - RULED_OUT;
    ShareOfSlips { share: best.1, is_doubted }
}

/// How often one label of a common route is another one, for all places and labels.
#[derive(Clone, Debug, Default)]
struct Counts {
    /// How often a change is seen where every label is a slip: the cases over the labels that it may become.
    mean: f64,
    /// How often each change was seen, and how many were seen so often.
    seen: BTreeMap<usize, f64>,
}

/// What slips and habits make of the counts.
#[derive(Clone, Copy, Debug)]
struct Mixture {
    /// The share of events that are slips.
    slips: f64,
    /// The share of changes that are a way of working.
    habits: f64,
    /// The share of these that one case took.
    single: f64,
}

impl Mixture {
    /// How much of a count is habit, from 0 to 1, and how likely the count is, where `mean` slips would make it if all
    /// events were slips.
    fn likelihood(&self, mean: f64, count: usize) -> (f64, f64) {
        let mean = mean * self.slips;
        let slips = if mean > 0.0 {
            let count = count as f64;
            (count * mean.ln() - mean - ln_gamma(count + 1.0)).exp()
        } else {
            f64::from(u8::from(count == 0))
        };
        let times = count as f64;
        let habit = match count {
            0 => 0.0,
            1 => self.single,
            _ => (1.0 - self.single) * 2.0 / (times * (times + 1.0)),
        };
        let (slips, habit) = ((1.0 - self.habits) * slips, self.habits * habit);
        let all = slips + habit;
        (if all > 0.0 { habit / all } else { 0.0 }, all)
    }
}

/// The commonest routes, and the number of cases of each.
fn commonest<R: Ord + Copy>(routes: impl Iterator<Item = (R, usize)>) -> Vec<(R, usize)> {
    let mut common: Vec<(R, usize)> = routes.filter(|it| it.1 >= LEAST_CASES).collect();
    common.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    common.truncate(MOST_ROUTES);
    common
}

/// The changes of one label in the commonest routes.
fn changes_of_labels(log: &EventLog, key: &Key, labels: usize) -> Vec<Counts> {
    let routes = routes_of(log, key);
    // A case without an event has no label to change.
    let common = commonest(routes.iter().filter(|it| !it.0.is_empty()).copied());
    let others = labels.saturating_sub(1) as f64;
    let neighbors = Neighbors::of(common.iter().map(|it| it.0));
    let mut counts: Vec<Counts> = common
        .iter()
        .map(|(route, cases)| Counts {
            mean: *cases as f64 / others,
            seen: BTreeMap::from([(0, route.len() as f64 * others)]),
        })
        .collect();
    for (route, cases) in &routes {
        neighbors.each(route, |number, _| {
            if let Some(it) = counts.get_mut(number) {
                *it.seen.entry(*cases).or_insert(0.0) += 1.0;
                *it.seen.entry(0).or_insert(0.0) -= 1.0;
            }
        });
    }
    counts
}

/// The changes of one group in the commonest routes, at places whose group stands elsewhere in the route too.
fn changes_of_groups(log: &EventLog, state: &Key, group: &Key) -> Vec<Counts> {
    let routes = group_routes(log, state, group);
    let mut cases: BTreeMap<&GroupRoute, usize> = BTreeMap::new();
    for route in &routes {
        *cases.entry(route).or_insert(0) += 1;
    }
    let changes = |(route, n): (&GroupRoute, usize)| {
        let groups: Vec<u32> = route.iter().map(|it| it.1).collect();
        let states: Vec<u32> = route.iter().map(|it| it.0).collect();
        let mut seen = BTreeMap::new();
        for (place, own) in groups.iter().enumerate() {
            if groups.iter().filter(|it| *it == own).count() > 1 {
                let mut changed = groups.clone();
                changed.iter_mut().skip(place).take(1).for_each(|it| *it = u32::MAX);
                let count = cases.get(&numbered(&states, &changed)).copied().unwrap_or(0);
                *seen.entry(count).or_insert(0.0) += 1.0;
            }
        }
        Counts { mean: n as f64, seen }
    };
    let counts = commonest(cases.iter().map(|(route, n)| (*route, *n))).into_iter().map(changes);
    counts.filter(|it| !it.seen.is_empty()).collect()
}

/// The log-likelihood of the counts with this share of slips, and the habits that make it highest.
fn most_likely(counts: &[Counts], slips: f64) -> f64 {
    let mut mixture = Mixture { slips, habits: 0.1, single: 0.5 };
    let mut last = f64::NEG_INFINITY;
    for _ in 0..ROUNDS {
        let (mut all, mut habits, mut single, mut sum) = (0.0, 0.0, 0.0, 0.0);
        for it in counts {
            for (count, number) in &it.seen {
                let (habit, likelihood) = mixture.likelihood(it.mean, *count);
                all += number;
                habits += number * habit;
                single += if *count == 1 { number * habit } else { 0.0 };
                sum += number * likelihood.max(f64::MIN_POSITIVE).ln();
            }
        }
        mixture.habits = (habits / all).clamp(1e-9, 1.0 - 1e-9);
        mixture.single = if habits > 0.0 { (single / habits).clamp(1e-9, 1.0 - 1e-9) } else { 0.5 };
        if sum - last < 1e-3 {
            return sum;
        }
        last = sum;
    }
    last
}
