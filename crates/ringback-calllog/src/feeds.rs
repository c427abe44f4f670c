//! Several feeds of one system: the same call, told twice, counts once.

use chrono::TimeDelta;

use crate::{Call, Direction, Observed, SourceId};

/// How far apart the clocks of two feeds of one system may be, beyond the precision of their stamps: a switch stamps a
/// call when it comes, the contact center behind it when its port picks up.
const CLOCK_SLACK: TimeDelta = TimeDelta::seconds(3);

/// What one format has read of one system.
pub(crate) struct Feed {
    /// The system that it is a feed of.
    pub(crate) system: SourceId,
    /// What it can say.
    pub(crate) observed: Observed,
    /// Its calls, ordered by `arrived_at`.
    pub(crate) calls: Vec<Call>,
}

impl Feed {
    /// How much it can say: what is observed, and how exactly.
    fn said(&self) -> (u32, f64) {
        let it = &self.observed;
        let what = [it.abandons, it.waits, it.agents, it.customers];
        (what.iter().map(|it| u32::from(*it)).sum(), -it.precision.secs())
    }

    fn says_more_than(&self, other: &Self) -> bool {
        let ((what, precision), (others, others_precision)) = (self.said(), other.said());
        what.cmp(&others).then(precision.total_cmp(&others_precision)).is_gt()
    }
}

/// Takes each call out of a feed that a better feed of the same system tells too; how many of each feed. What only the
/// lesser one knows (customer, queue, intent) is kept.
pub(crate) fn unite_feeds(feeds: &mut [Feed]) -> Vec<u64> {
    let mut order: Vec<usize> = (0..feeds.len()).collect();
    // The feed that can say most first; a stable sort keeps the order of the formats where they say the same.
    order.sort_by(|&a, &b| {
        feeds[b].says_more_than(&feeds[a]).cmp(&feeds[a].says_more_than(&feeds[b]))
    });
    let mut doubles = vec![0; feeds.len()];
    for (rank, &lesser) in order.iter().enumerate() {
        for &better in &order[..rank] {
            if feeds[better].system == feeds[lesser].system {
                let calls = std::mem::take(&mut feeds[lesser].calls);
                let (left, n_doubles) = without_doubles(calls, &mut feeds[better].calls);
                feeds[lesser].calls = left;
                doubles[lesser] += n_doubles;
            }
        }
    }
    doubles
}

/// The calls that the better feed does not tell of, and how many it does. Each of its calls stands for one only.
fn without_doubles(calls: Vec<Call>, better: &mut [Call]) -> (Vec<Call>, u64) {
    let mut is_taken = vec![false; better.len()];
    let (mut left, mut doubles) = (Vec::new(), 0);
    for call in calls {
        let widest = better.first().map_or(CLOCK_SLACK, |it| tolerance(&call, it));
        let first = better.partition_point(|it| it.arrived_at < call.arrived_at - widest);
        let near =
            better[first..].iter().take_while(|it| it.arrived_at <= call.arrived_at + widest);
        let same = near
            .enumerate()
            .map(|(at, it)| (first + at, it))
            .filter(|&(at, it)| !is_taken[at] && is_same_call(&call, it))
            .min_by_key(|(at, it)| ((it.arrived_at - call.arrived_at).abs(), *at));
        let Some((at, _)) = same else {
            left.push(call);
            continue;
        };
        is_taken[at] = true;
        doubles += 1;
        let kept = &mut better[at];
        kept.customer = kept.customer.or(call.customer);
        kept.queue = kept.queue.take().or(call.queue);
        kept.intent = kept.intent.take().or(call.intent);
    }
    (left, doubles)
}

/// How far apart the stamps of one event may be in two feeds.
fn tolerance(one: &Call, other: &Call) -> TimeDelta {
    let secs = one.precision.secs() + other.precision.secs();
    let millis = (secs.min(172_800.0) * 1e3).ceil();
    #[expect(clippy::cast_possible_truncation, reason = "at most two days of milliseconds")]
    let millis = millis as i64;
    CLOCK_SLACK + TimeDelta::milliseconds(millis)
}

fn is_same_call(one: &Call, other: &Call) -> bool {
    let tolerance = tolerance(one, other);
    let is_near = |a: Option<_>, b: Option<_>| match (a, b) {
        (Some(a), Some(b)) => {
            chrono::DateTime::<chrono::Utc>::signed_duration_since(a, b).abs() <= tolerance
        }
        _ => false,
    };
    let goes_the_same_way = one.direction == other.direction
        || one.direction == Direction::Unknown
        || other.direction == Direction::Unknown;
    if !goes_the_same_way || !is_near(Some(one.arrived_at), Some(other.arrived_at)) {
        return false;
    }
    if let (Some(one), Some(other)) = (one.customer, other.customer) {
        return one == other;
    }
    let have_other_agents = one.agent().zip(other.agent()).is_some_and(|(a, b)| a != b);
    is_near(one.ended_at, other.ended_at) && !have_other_agents
}
