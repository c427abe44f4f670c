//! Labels that are slips: one event in a route that is common otherwise.

use ringback_eventlog::EventLog;
use rustc_hash::FxHashMap;

use super::noise::{share_of_group_slips, share_of_slips};
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
}

impl Slips {
    /// Mends the slips of a column; without a share of slips it is learned.
    pub(super) fn mend(&mut self, log: &EventLog, key: &mut Key, share: Option<f64>) {
        let share = share.unwrap_or_else(|| share_of_slips(log, key));
        self.shares.push((key.name.clone(), share));
        self.mended += mend(log, key, share);
    }

    /// The same for the column of the group.
    pub(super) fn mend_groups(
        &mut self,
        log: &EventLog,
        state: &Key,
        group: &mut Key,
        share: Option<f64>,
    ) {
        let share = share.unwrap_or_else(|| share_of_group_slips(log, state, group));
        self.shares.push((group.name.clone(), share));
        self.mended += mend_groups(log, state, group, share);
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
    if noise <= 0.0 || key.shown.len() < 2 {
        return 0;
    }
    let routes = routes_of(log, key);
    let mut common: Vec<(usize, &[u32])> =
        routes.iter().filter(|it| it.1 >= COMMON).map(|it| (it.1, it.0)).collect();
    common.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    let others = (key.shown.len() - 1) as f64;
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
    /// The numbers of the routes that are this one, but for the label at the place.
    but_for: FxHashMap<(usize, Vec<u32>), Vec<usize>>,
}

impl<'a> Neighbors<'a> {
    pub(super) fn of(routes: impl Iterator<Item = &'a [u32]>) -> Self {
        let routes: Vec<&[u32]> = routes.collect();
        let mut but_for: FxHashMap<(usize, Vec<u32>), Vec<usize>> = FxHashMap::default();
        for (number, route) in routes.iter().enumerate() {
            for place in 0..route.len() {
                but_for.entry((place, without(route, place))).or_default().push(number);
            }
        }
        Self { routes, but_for }
    }

    /// Calls with the number of each of the routes that differs from this one in one label, and with the place.
    pub(super) fn each(&self, route: &[u32], mut found: impl FnMut(usize, usize)) {
        for place in 0..route.len() {
            let numbers = self.but_for.get(&(place, without(route, place)));
            for number in numbers.into_iter().flatten() {
                if self.routes.get(*number).is_some_and(|it| *it != route) {
                    found(*number, place);
                }
            }
        }
    }
}

/// A route but for the label at a place.
fn without(route: &[u32], place: usize) -> Vec<u32> {
    let mut rest = route.to_vec();
    if place < rest.len() {
        rest.remove(place);
    }
    rest
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
    let mut judged: FxHashMap<&GroupRoute, Option<(usize, usize)>> = FxHashMap::default();
    let mut slips = 0;
    for (case, route) in routes.iter().enumerate() {
        let found = judged.entry(route).or_insert_with(|| slip_of_group(route, noise, count));
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
    let mut met: Vec<u32> = Vec::new();
    let number = |group: &u32| {
        let place = met.iter().position(|it| it == group).unwrap_or_else(|| {
            met.push(*group);
            met.len() - 1
        });
        u32::try_from(place).unwrap_or(u32::MAX)
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
