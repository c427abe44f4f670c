//! Labels that are slips: one event in a route that is common otherwise.

use ringback_eventlog::EventLog;
use rustc_hash::FxHashMap;

use super::seen::Key;

/// A route must be taken by so many cases to be what a slip is mended to.
const COMMON: usize = 10;

/// Mends slips and says how many.
///
/// A route that differs from a common one of the same length in one label is read as the common one, if it is not more
/// frequent than slips make it: with `noise` the share of events with a wrong label, `n` cases of the common route and
/// `k` different labels, it is expected `m = n noise / (k - 1)` times, and is a slip up to `m + 4 sqrt(m) + 1` times.
pub(super) fn mend(log: &EventLog, key: &mut Key, noise: f64) -> usize {
    if noise <= 0.0 || key.shown.len() < 2 {
        return 0;
    }
    let mut counts: FxHashMap<&[u32], usize> = FxHashMap::default();
    let mut routes: Vec<&[u32]> = Vec::new();
    for case in 0..log.cases() {
        let route = key.of_event.get(log.case_events(case)).unwrap_or_default();
        let count = counts.entry(route).or_insert(0);
        if *count == 0 {
            routes.push(route);
        }
        *count += 1;
    }
    let count = |route: &[u32]| counts.get(route).copied().unwrap_or(0);
    let mut common: Vec<(usize, &[u32])> =
        routes.iter().map(|it| (count(it), *it)).filter(|it| it.0 >= COMMON).collect();
    common.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    let others = (key.shown.len() - 1) as f64;
    let mut mended: FxHashMap<Vec<u32>, (usize, u32)> = FxHashMap::default();
    for route in routes {
        let found = common.iter().find_map(|(n, usual)| {
            let place = only_difference(route, usual)?;
            let mean = *n as f64 * noise / others;
            let is_slip = count(route) as f64 <= mean + 4.0 * mean.sqrt() + 1.0;
            is_slip.then(|| Some((place, *usual.get(place)?)))?
        });
        if let Some(found) = found {
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

/// The one place where two routes of the same length differ.
fn only_difference(a: &[u32], b: &[u32]) -> Option<usize> {
    if a.len() != b.len() {
        return None;
    }
    let mut places = a.iter().zip(b).enumerate().filter(|(_, (a, b))| a != b).map(|it| it.0);
    let place = places.next()?;
    places.next().is_none().then_some(place)
}

/// A route as far as slips of the group matter: the states, and the groups numbered by first appearance.
type GroupRoute = Vec<(u32, u32)>;

/// Mends slips of the group and says how many.
///
/// Groups are many, so a route is the states and the groups by first appearance: A, A, B is 0, 0, 1 whoever A and B are.
/// An event is a slip if the route becomes a common one when the event takes the group of its neighbor, and if the route
/// as it stands is not more frequent than slips make it: `m = n noise`, up to `m + 4 sqrt(m) + 1` times.
pub(super) fn mend_groups(log: &EventLog, state: &Key, group: &mut Key, noise: f64) -> usize {
    if noise <= 0.0 {
        return 0;
    }
    let routes: Vec<GroupRoute> = (0..log.cases())
        .map(|case| {
            let events = log.case_events(case);
            let states = state.of_event.get(events.clone()).unwrap_or_default();
            numbered(states, group.of_event.get(events).unwrap_or_default())
        })
        .collect();
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

fn numbered(states: &[u32], groups: &[u32]) -> GroupRoute {
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
