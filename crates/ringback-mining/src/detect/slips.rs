//! Labels that are slips: one event in a route that is common otherwise.

use ringback_eventlog::EventLog;
use rustc_hash::{FxHashMap, FxHashSet};

use super::noise::{ShareOfSlips, share_of_group_slips, share_of_slips};
use super::seen::Key;

/// A route must be taken by so many cases to be what a slip is mended to.
const COMMON: usize = 10;

/// Labels that were mended.
#[derive(Clone, Debug, Default)]
pub(crate) struct Slips {
    /// How many.
    pub(crate) mended: usize,
    /// For each column the share of events whose label is a slip, as it was said or learned.
    pub(crate) shares: Vec<(String, f64)>,
    /// Whether a column may have slips that do not show.
    pub(crate) are_doubted: bool,
}

impl Slips {
    /// Mends the slips of a column; without a share of slips it is learned.
    pub(super) fn mend(&mut self, log: &EventLog, key: &mut Key, share: Option<f64>) {
        let found = share.map_or_else(|| share_of_slips(log, key), ShareOfSlips::said);
        self.note(key, found);
        self.mended += mend(log, key, found.share);
    }

    /// The same for the column of the group.
    pub(super) fn mend_groups(
        &mut self,
        log: &EventLog,
        state: &Key,
        group: &mut Key,
        share: Option<f64>,
    ) {
        let learned = || share_of_group_slips(log, state, group);
        let found = share.map_or_else(learned, ShareOfSlips::said);
        self.note(group, found);
        self.mended += mend_groups(log, state, group, found.share);
    }

    fn note(&mut self, key: &Key, found: ShareOfSlips) {
        self.shares.push((key.name.clone(), found.share));
        self.are_doubted |= found.is_doubted;
    }
}

/// The routes of a log by a key, each once, with the number of its cases; in the order in which they first appear.
pub(super) fn routes_of<'a>(log: &EventLog, key: &'a Key) -> Vec<(&'a [u32], usize)> {
    let mut places: FxHashMap<&[u32], usize> = FxHashMap::default();
    let mut routes: Vec<(&[u32], usize)> = Vec::new();
    for case in 0..log.cases() {
        let route = key.of_event.get(log.case_events(case)).unwrap_or_default();
        let place = *places.entry(route).or_insert_with(|| {
            routes.push((route, 0));
            routes.len() - 1
        });
        if let Some((_, count)) = routes.get_mut(place) {
            *count += 1;
        }
    }
    routes
}

/// Mends slips and says how many.
///
/// A route that differs from a common one of the same length in one label is read as the common one, if it is not more
/// frequent than slips make it: with `noise` the share of events with a wrong label, `n` cases of the common route and
/// `k` different labels, it is expected `m = n noise / (k - 1)` times, and is a slip up to `m + 4 sqrt(m) + 1` times.
fn mend(log: &EventLog, key: &mut Key, noise: f64) -> usize {
    if noise <= 0.0 {
        return 0;
    }
    let others = key.labels().saturating_sub(1) as f64;
    if others < 1.0 {
        return 0;
    }
    let routes = routes_of(log, key);
    let mut common: Vec<(usize, &[u32])> =
        routes.iter().filter(|it| it.1 >= COMMON).map(|it| (it.1, it.0)).collect();
    common.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    let mut mended: FxHashMap<Vec<u32>, (usize, u32)> = FxHashMap::default();
    let neighbors = Neighbors::of(common.iter().map(|it| it.1));
    for (route, count) in routes {
        let mut best: Option<(usize, usize)> = None;
        neighbors.each(route, |number, place| {
            let n = common.get(number).map_or(0, |it| it.0);
            let mean = n as f64 * noise / others;
            let is_slip = count as f64 <= mean + 4.0 * mean.sqrt() + 1.0;
            if is_slip && best.is_none_or(|it| number < it.0) {
                best = Some((number, place));
            }
        });
        let right =
            best.and_then(|(number, place)| Some((place, *common.get(number)?.1.get(place)?)));
        if let Some(found) = right {
            mended.insert(route.to_vec(), found);
        }
    }
    apply(log, key, &mended)
}

fn apply(log: &EventLog, key: &mut Key, mended: &FxHashMap<Vec<u32>, (usize, u32)>) -> usize {
    let mut slips = 0;
    for case in 0..log.cases() {
        let route = key.of_event.get_mut(log.case_events(case)).unwrap_or_default();
        if let Some((place, value)) = mended.get(&*route)
            && let Some(label) = route.get_mut(*place)
        {
            *label = *value;
            slips += 1;
        }
    }
    slips
}

/// Finds the routes that differ from a route in one label, in time that grows with its length only.
pub(super) struct Neighbors<'a> {
    routes: Vec<&'a [u32]>,
    numbers: FxHashMap<&'a [u32], usize>,
    lengths: FxHashSet<usize>,
    /// The numbers of the routes that may be this one, but for the label at the place.
    but_for: FxHashMap<ButFor, Vec<usize>>,
}

/// The length of a route, a place in it, and hashes of what stands before and after.
type ButFor = (usize, usize, u64, u64);

impl<'a> Neighbors<'a> {
    pub(super) fn of(routes: impl Iterator<Item = &'a [u32]>) -> Self {
        let routes: Vec<&[u32]> = routes.collect();
        let mut but_for: FxHashMap<ButFor, Vec<usize>> = FxHashMap::default();
        for (number, route) in routes.iter().enumerate() {
            for key in but_for_one(route) {
                but_for.entry(key).or_default().push(number);
            }
        }
        let numbers = routes.iter().enumerate().map(|(number, route)| (*route, number)).collect();
        let lengths = routes.iter().map(|it| it.len()).collect();
        Self { routes, numbers, lengths, but_for }
    }

    /// Calls with the number of each of the routes that differs from this one in one label, and with the place.
    pub(super) fn each(&self, route: &[u32], mut found: impl FnMut(usize, usize)) {
        if !self.lengths.contains(&route.len()) {
            return;
        }
        let own = self.numbers.get(route);
        for (place, key) in but_for_one(route).into_iter().enumerate() {
            let numbers = self.but_for.get(&key);
            for number in numbers.into_iter().flatten().filter(|it| Some(*it) != own) {
                let other = self.routes.get(*number).copied().unwrap_or_default();
                let is_same = other.get(..place) == route.get(..place)
                    && other.get(place + 1..) == route.get(place + 1..);
                if is_same {
                    found(*number, place);
                }
            }
        }
    }
}

/// For each place of a route what it is but for the label there.
fn but_for_one(route: &[u32]) -> Vec<ButFor> {
    let add = |hash: u64, label: u32| {
        (hash ^ (u64::from(label) + 1)).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(23)
    };
    let mut after = vec![0_u64; route.len()];
    let mut hash = 0;
    for (place, label) in after.iter_mut().zip(route).rev() {
        *place = hash;
        hash = add(hash, *label);
    }
    let mut before = 0;
    let key = |(place, (after, label)): (usize, (u64, &u32))| {
        let key = (route.len(), place, before, after);
        before = add(before, *label);
        key
    };
    after.into_iter().zip(route).enumerate().map(key).collect()
}

/// A route as far as slips of the group matter: the states, and the groups numbered by first appearance.
pub(super) type GroupRoute = Vec<(u32, u32)>;

/// Mends slips of the group and says how many.
///
/// Groups are many, so a route is the states and the groups by first appearance: A, A, B is 0, 0, 1 whoever A and B are.
/// An event is a slip if the route becomes a common one when the event takes the group of its neighbor, and if the route
/// as it stands is not more frequent than slips make it: `m = n noise`, up to `m + 4 sqrt(m) + 1` times.
fn mend_groups(log: &EventLog, state: &Key, group: &mut Key, noise: f64) -> usize {
    if noise <= 0.0 {
        return 0;
    }
    let routes = group_routes(log, state, group);
    let mut counts: FxHashMap<&GroupRoute, usize> = FxHashMap::default();
    for route in &routes {
        *counts.entry(route).or_insert(0) += 1;
    }
    let count = |route: &GroupRoute| counts.get(route).copied().unwrap_or(0);
    // Only a route of the same states can be what a slip is mended to.
    let is_common = |it: &&GroupRoute| count(it) >= COMMON;
    let states_of = |it: &GroupRoute| it.iter().map(|it| it.0).collect::<Vec<u32>>();
    let common: FxHashSet<Vec<u32>> = routes.iter().filter(is_common).map(states_of).collect();
    let mut judged: FxHashMap<&GroupRoute, Option<(usize, usize)>> = FxHashMap::default();
    let mut slips = 0;
    for (case, route) in routes.iter().enumerate() {
        let found = judged.entry(route).or_insert_with(|| {
            let may_be = common.contains(&states_of(route));
            may_be.then(|| slip_of_group(route, noise, count)).flatten()
        });
        let Some((place, neighbor)) = *found else { continue };
        let labels = group.of_event.get_mut(log.case_events(case)).unwrap_or_default();
        let right = labels.get(neighbor).copied();
        if let (Some(right), Some(label)) = (right, labels.get_mut(place)) {
            *label = right;
            slips += 1;
        }
    }
    slips
}

/// The route of each case.
pub(super) fn group_routes(log: &EventLog, state: &Key, group: &Key) -> Vec<GroupRoute> {
    let of = |case| {
        let events = log.case_events(case);
        let states = state.of_event.get(events.clone()).unwrap_or_default();
        numbered(states, group.of_event.get(events).unwrap_or_default())
    };
    (0..log.cases()).map(of).collect()
}

pub(super) fn numbered(states: &[u32], groups: &[u32]) -> GroupRoute {
    let mut met: FxHashMap<u32, u32> = FxHashMap::default();
    let number = |group: &u32| {
        let next = u32::try_from(met.len()).unwrap_or(u32::MAX);
        *met.entry(*group).or_insert(next)
    };
    states.iter().copied().zip(groups.iter().map(number)).collect()
}

/// The place of a slip, and the neighbor whose group belongs there.
fn slip_of_group(
    route: &GroupRoute,
    noise: f64,
    count: impl Fn(&GroupRoute) -> usize,
) -> Option<(usize, usize)> {
    let states: Vec<u32> = route.iter().map(|it| it.0).collect();
    let groups: Vec<u32> = route.iter().map(|it| it.1).collect();
    let own = count(route) as f64;
    (0..route.len()).find_map(|place| {
        let neighbors = [place.checked_sub(1), Some(place + 1)];
        neighbors
            .into_iter()
            .flatten()
            .find(|neighbor| {
                let mut mended = groups.clone();
                let (Some(right), Some(label)) = (groups.get(*neighbor), mended.get_mut(place))
                else {
                    return false;
                };
                *label = *right;
                let n = count(&numbered(&states, &mended));
                let mean = n as f64 * noise;
                groups.get(place) != Some(right)
                    && n >= COMMON
                    && own <= mean + 4.0 * mean.sqrt() + 1.0
            })
            .map(|neighbor| (place, neighbor))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbors_are_the_routes_that_differ_in_one_label() {
        // All routes of three labels out of three, and one that is longer.
        let mut routes: Vec<Vec<u32>> =
            (0..27).map(|it| vec![it / 9, it / 3 % 3, it % 3]).collect();
        routes.push(vec![0, 1, 2, 0]);
        let neighbors = Neighbors::of(routes.iter().map(Vec::as_slice));
        for route in &routes {
            let mut found = Vec::new();
            neighbors.each(route, |number, place| found.push((number, place)));
            found.sort_unstable();
            let differ = |other: &Vec<u32>| {
                let places = route.iter().zip(other).enumerate().filter(|(_, (a, b))| a != b);
                places.map(|it| it.0).collect::<Vec<_>>()
            };
            let expected: Vec<(usize, usize)> = routes
                .iter()
                .enumerate()
                .filter(|it| it.1.len() == route.len() && differ(it.1).len() == 1)
                .flat_map(|(number, other)| differ(other).into_iter().map(move |it| (number, it)))
                .collect();
            assert_eq!(found, expected, "{route:?}");
        }
    }
}
