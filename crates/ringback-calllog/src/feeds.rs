//! Several feeds of one system: the same call, told twice, counts once.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use rustc_hash::FxHashMap;

use crate::{Call, CallId, Customer, Direction, Observed, Outcome, SourceId};

/// How far apart the clocks of two feeds of one system may be, beyond the precision of their stamps: a switch stamps a
/// call when it comes, the contact center behind it when its port picks up.
const CLOCK_SLACK: TimeDelta = TimeDelta::seconds(3);

/// Stamps that are coarser together than this cannot tell one call of a customer from the next: nothing is united.
/// Unit: seconds.
const COARSEST_SECS: f64 = 120.0;

/// Calls of the better feed that one call is compared with where its customer is unknown. More at one moment cannot be
/// told apart without a customer.
const MOST_COMPARED: usize = 200;

/// What one format has read of one system.
pub(crate) struct Feed {
    /// The system that it is a feed of.
    pub(crate) system: SourceId,
    /// Whether it tells persons from ports.
    pub(crate) tells_persons: bool,
    /// What it can say.
    pub(crate) observed: Observed,
    /// Its calls, ordered by `arrived_at`.
    pub(crate) calls: Vec<Call>,
}

/// A call of a feed, by the feed's place.
pub(crate) type FeedCall = (usize, CallId);

/// What became of several feeds.
#[derive(Debug, Default)]
pub(crate) struct United {
    /// The calls of each feed that a better one tells of.
    pub(crate) doubles: Vec<u64>,
    /// Which call stands for each call that was taken out.
    pub(crate) stands_for: BTreeMap<FeedCall, FeedCall>,
    /// Feeds whose stamps are too coarse to know a call of a better one again.
    pub(crate) too_coarse: Vec<usize>,
}

impl Feed {
    /// How much it can say: who answers, what is observed, and how exactly.
    fn said(&self) -> (u32, f64) {
        let it = &self.observed;
        let persons = [self.tells_persons; 5];
        let what = [it.abandons, it.waits, it.agents, it.customers];
        let what = persons.into_iter().chain(what);
        (what.map(u32::from).sum(), -it.precision.secs())
    }

    fn says_more_than(&self, other: &Self) -> bool {
        let ((what, precision), (others, others_precision)) = (self.said(), other.said());
        what.cmp(&others).then(precision.total_cmp(&others_precision)).is_gt()
    }
}

/// Takes each call out of a feed that a better feed of the same system tells too. What only the lesser one knows
/// (customer, queue, intent) is kept.
pub(crate) fn unite_feeds(feeds: &mut [Feed]) -> United {
    let mut order: Vec<usize> = (0..feeds.len()).collect();
    // The feed that can say most first; a stable sort keeps the order of the formats where they say the same.
    order.sort_by(|&a, &b| {
        feeds[b].says_more_than(&feeds[a]).cmp(&feeds[a].says_more_than(&feeds[b]))
    });
    let mut united = United { doubles: vec![0; feeds.len()], ..United::default() };
    for (rank, &lesser) in order.iter().enumerate() {
        for &better in &order[..rank] {
            if feeds[better].system != feeds[lesser].system {
                continue;
            }
            let Some(pairs) = pairs(&feeds[lesser], &feeds[better]) else {
                united.too_coarse.push(lesser);
                continue;
            };
            let mut calls: Vec<Option<Call>> =
                std::mem::take(&mut feeds[lesser].calls).into_iter().map(Some).collect();
            for (double, stands) in pairs {
                let (Some(call), kept) = (calls[double].take(), &mut feeds[better].calls[stands])
                else {
                    continue;
                };
                kept.customer = kept.customer.or(call.customer);
                kept.queue = kept.queue.take().or(call.queue);
                kept.intent = kept.intent.take().or(call.intent);
                united.doubles[lesser] += 1;
                united.stands_for.insert((lesser, call.call_id), (better, kept.call_id.clone()));
            }
            feeds[lesser].calls = calls.into_iter().flatten().collect();
        }
    }
    united
}

/// How well two calls fit: those that also end together first, then those whose stamps are nearest.
type Fit = (bool, TimeDelta);

/// Which call of the lesser feed is which of the better one, by their places: the best fit first, one for one. `None`
/// if the stamps are too coarse.
fn pairs(lesser: &Feed, better: &Feed) -> Option<Vec<(usize, usize)>> {
    let secs = lesser.observed.precision.secs() + better.observed.precision.secs();
    if secs > COARSEST_SECS {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "at most COARSEST_SECS")]
    let tolerance = CLOCK_SLACK + TimeDelta::milliseconds((secs * 1e3).ceil() as i64);
    let index = Index::of(&better.calls);
    let rule = Rule { tolerance, is_exact: secs <= 2.0 };
    let mut fits: Vec<(Fit, usize, usize)> = Vec::new();
    for (at, call) in lesser.calls.iter().enumerate() {
        for candidate in index.near(call, tolerance, &better.calls) {
            if let Some(fit) = rule.fit(call, &better.calls[candidate]) {
                fits.push((fit, at, candidate));
            }
        }
    }
    fits.sort_unstable();
    let mut is_double = vec![false; lesser.calls.len()];
    let mut stands = vec![false; better.calls.len()];
    fits.retain(|&(_, double, of)| {
        let is_new = !is_double[double] && !stands[of];
        is_double[double] |= is_new;
        stands[of] |= is_new;
        is_new
    });
    Some(fits.into_iter().map(|(_, double, of)| (double, of)).collect())
}

/// The calls of a feed by their customer, each in the order of arrival.
struct Index {
    of_customer: FxHashMap<Customer, Vec<usize>>,
    unknown: Vec<usize>,
    all: Vec<usize>,
}

impl Index {
    fn of(calls: &[Call]) -> Self {
        let all = (0..calls.len()).collect();
        let mut index = Self { of_customer: FxHashMap::default(), unknown: Vec::new(), all };
        for (at, call) in calls.iter().enumerate() {
            match call.customer {
                Some(customer) => index.of_customer.entry(customer).or_default().push(at),
                None => index.unknown.push(at),
            }
        }
        index
    }

    /// The calls that arrived near a call and may have its customer.
    fn near(&self, call: &Call, tolerance: TimeDelta, calls: &[Call]) -> Vec<usize> {
        let first = call.arrived_at.checked_sub_signed(tolerance);
        let last = call.arrived_at.checked_add_signed(tolerance);
        let first = first.unwrap_or(DateTime::<Utc>::MIN_UTC);
        let last = last.unwrap_or(DateTime::<Utc>::MAX_UTC);
        let within = |list: &[usize]| {
            let from = list.partition_point(|&it| calls[it].arrived_at < first);
            let len = list[from..].partition_point(|&it| calls[it].arrived_at <= last);
            list[from..from + len.min(MOST_COMPARED)].to_vec()
        };
        let Some(customer) = call.customer else { return within(&self.all) };
        let mut near = self.of_customer.get(&customer).map(|it| within(it)).unwrap_or_default();
        near.extend(within(&self.unknown));
        near
    }
}

/// When two calls are one.
struct Rule {
    tolerance: TimeDelta,
    /// Both feeds stamp whole seconds or finer.
    is_exact: bool,
}

impl Rule {
    /// How well two calls fit, if they can be one.
    fn fit(&self, one: &Call, other: &Call) -> Option<Fit> {
        let apart = |a: DateTime<Utc>, b: DateTime<Utc>| a.signed_duration_since(b).abs();
        let starts = apart(one.arrived_at, other.arrived_at);
        let ends = one.ended_at.zip(other.ended_at).map(|(a, b)| apart(a, b));
        let ends = ends.filter(|it| *it <= self.tolerance);
        let goes_the_same_way = one.direction == other.direction
            || one.direction == Direction::Unknown
            || other.direction == Direction::Unknown;
        if !goes_the_same_way || starts > self.tolerance {
            return None;
        }
        let fit = (ends.is_none(), starts + ends.unwrap_or(TimeDelta::zero()));
        if let (Some(one), Some(other)) = (one.customer, other.customer) {
            return (one == other).then_some(fit);
        }
        // Without a customer, time alone has to tell: both ends of it, and nothing that speaks against it.
        let agents = one.agent().zip(other.agent()).map(|(a, b)| a == b);
        let is_told = ends.is_some() && agents.unwrap_or(self.is_exact);
        let answers = [one, other].map(|it| it.outcome == Outcome::Answered);
        let abandons = [one, other].map(|it| it.outcome == Outcome::Abandoned);
        let contradicts = answers[0] && abandons[1] || answers[1] && abandons[0];
        (is_told && !contradicts).then_some(fit)
    }
}
