//! What a map keeps, and what it says of the rest.

use std::collections::BTreeSet;

use proptest::prelude::*;
use ringback_eventlog::{EventLog, EventLogBuilder};
use ringback_mining::{CasesShown, MapActivity, MapArc, MapOptions, ProcessMap, Stop};

fn activity(name: &str, count: u64) -> MapActivity {
    MapActivity { name: name.to_owned(), count, ..MapActivity::default() }
}

fn arc(from: Stop, to: Stop, count: u64, excess_secs: f64) -> MapArc {
    MapArc { from, to, count, mean_secs: None, excess_secs }
}

/// The process of a log, counted one case after another.
fn process(cases: &[Vec<usize>]) -> (Vec<MapActivity>, Vec<MapArc>) {
    let most = cases.iter().flatten().max().map_or(0, |it| it + 1);
    let activities = (0..most).map(|at| {
        let count = cases.iter().flatten().filter(|it| **it == at).count();
        activity(&format!("activity {at}"), count as u64)
    });
    let mut arcs: Vec<MapArc> = Vec::new();
    for case in cases {
        let stops = case.iter().map(|it| Stop::Activity(*it));
        let stops: Vec<Stop> = [Stop::Start].into_iter().chain(stops).chain([Stop::End]).collect();
        for pair in stops.windows(2) {
            match arcs.iter_mut().find(|it| (it.from, it.to) == (pair[0], pair[1])) {
                Some(arc) => arc.count += 1,
                None => arcs.push(arc(pair[0], pair[1], 1, 0.0)),
            }
        }
    }
    (activities.collect(), arcs)
}

fn log(cases: &[Vec<usize>]) -> EventLog {
    let mut log = EventLogBuilder::default();
    for (number, case) in cases.iter().enumerate() {
        let name = log.case(&format!("case {number}"));
        for (activity, at) in case.iter().zip(0..) {
            log.event(name, &format!("activity {activity}"), at);
        }
    }
    log.build()
}

/// The stops that can be reached along arcs of a map.
fn reached(map: &ProcessMap, backwards: bool) -> BTreeSet<Stop> {
    let mut reached = BTreeSet::from([if backwards { Stop::End } else { Stop::Start }]);
    loop {
        let ends =
            map.arcs().iter().map(|it| if backwards { (it.to, it.from) } else { (it.from, it.to) });
        let next = ends
            .filter(|it| reached.contains(&it.0))
            .map(|it| it.1)
            .find(|it| !reached.contains(it));
        match next {
            Some(next) => reached.insert(next),
            None => return reached,
        };
    }
}

fn cases() -> impl Strategy<Value = Vec<Vec<usize>>> {
    prop::collection::vec(prop::collection::vec(0_usize..9, 1..9), 1..40)
}

/// What an arc of the map is called in the process.
fn in_process(map: &ProcessMap, stop: Stop) -> Stop {
    match stop {
        Stop::Activity(at) => {
            let name = map.activities()[at].name.strip_prefix("activity ").unwrap();
            Stop::Activity(name.parse().unwrap())
        }
        other => other,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_activity_of_a_map_lies_on_a_way_from_the_start_to_the_end(
        cases in cases(), most in 1_usize..10, arcs in 1_usize..30,
    ) {
        let (activities, all) = process(&cases);
        let options = MapOptions::default().max_activities(most).max_arcs(arcs);
        let map = ProcessMap::of(&activities, &all, options);
        prop_assert!(map.activities().len() <= most && map.arcs().len() <= arcs);
        let (from_start, to_end) = (reached(&map, false), reached(&map, true));
        for at in 0..map.activities().len() {
            prop_assert!(from_start.contains(&Stop::Activity(at)), "{map:?}");
            prop_assert!(to_end.contains(&Stop::Activity(at)), "{map:?}");
        }
    }

    #[test]
    fn every_activity_keeps_its_strongest_arc_in_and_out(cases in cases(), most in 1_usize..10) {
        let (activities, all) = process(&cases);
        let map = ProcessMap::of(&activities, &all, MapOptions::default().max_activities(most));
        let stop = |it: usize| in_process(&map, Stop::Activity(it));
        let kept: BTreeSet<Stop> = (0..map.activities().len()).map(stop).chain([Stop::Start, Stop::End]).collect();
        let between = |it: &&MapArc| kept.contains(&it.from) && kept.contains(&it.to) && it.from != it.to;
        for at in (0..map.activities().len()).map(Stop::Activity) {
            let name = in_process(&map, at);
            let strongest_in = all.iter().filter(between).filter(|it| it.to == name).map(|it| it.count).max();
            let strongest_out = all.iter().filter(between).filter(|it| it.from == name).map(|it| it.count).max();
            let others = || map.arcs().iter().filter(|it| it.from != it.to);
            prop_assert_eq!(others().filter(|it| it.to == at).map(|it| it.count).max(), strongest_in);
            prop_assert_eq!(others().filter(|it| it.from == at).map(|it| it.count).max(), strongest_out);
        }
    }

    #[test]
    fn what_a_map_says_of_itself_is_what_a_count_over_the_cases_gives(cases in cases(), most in 1_usize..10) {
        let (activities, all) = process(&cases);
        let map = ProcessMap::of(&activities, &all, MapOptions::default().max_activities(most).max_arcs(12));
        let map = map.explaining(&log(&cases));
        let on_map = |from: Stop, to: Stop| {
            let arcs = map.arcs().iter();
            arcs.map(|it| (in_process(&map, it.from), in_process(&map, it.to))).any(|it| it == (from, to))
        };
        let (mut steps, mut shown, mut whole) = (0, 0, 0);
        for case in &cases {
            let stops = case.iter().map(|it| Stop::Activity(*it));
            let stops: Vec<Stop> = [Stop::Start].into_iter().chain(stops).chain([Stop::End]).collect();
            let of_case = stops.windows(2).filter(|it| on_map(it[0], it[1])).count();
            steps += stops.len() - 1;
            shown += of_case;
            whole += usize::from(of_case == stops.len() - 1);
        }
        let coverage = map.coverage();
        prop_assert_eq!((coverage.steps, coverage.steps_shown), (steps as u64, shown as u64));
        let expected = CasesShown { cases: cases.len() as u64, shown: whole as u64 };
        prop_assert_eq!(coverage.cases, Some(expected));
        prop_assert_eq!((coverage.activities, coverage.arcs), (activities.len(), all.len()));
    }

    #[test]
    fn the_order_in_which_arcs_are_given_changes_nothing(cases in cases()) {
        let (activities, mut all) = process(&cases);
        let map = ProcessMap::of(&activities, &all, MapOptions::default().max_arcs(10));
        all.reverse();
        prop_assert_eq!(map, ProcessMap::of(&activities, &all, MapOptions::default().max_arcs(10)));
    }
}

/// A chain of activities with one rare step that takes long.
fn with_a_costly_step() -> (Vec<MapActivity>, Vec<MapArc>) {
    let activities: Vec<MapActivity> = (0..6).map(|it| activity(&format!("{it}"), 1000)).collect();
    let stop = Stop::Activity;
    let mut arcs = vec![arc(Stop::Start, stop(0), 1000, 0.0), arc(stop(5), Stop::End, 1000, 0.0)];
    arcs.extend((0..5).map(|it| arc(stop(it), stop(it + 1), 980, 10.0)));
    arcs.extend((0..4).map(|it| arc(stop(it), stop(it + 2), 18, 1.0)));
    arcs.push(arc(stop(4), stop(1), 2, 9000.0));
    (activities, arcs)
}

#[test]
fn a_rare_step_that_costs_most_is_on_the_map() {
    let (activities, arcs) = with_a_costly_step();
    let map = ProcessMap::of(&activities, &arcs, MapOptions::default().max_arcs(8));
    assert_eq!(map.arcs().len(), 8);
    assert!(map.arcs().iter().any(|it| it.count == 2 && it.excess_secs > 8999.0), "{map:?}");
    assert_eq!(map.coverage().excess_share(), Some(9050.0 / 9054.0));
}

#[test]
fn a_map_holds_no_more_arcs_than_the_shares_need() {
    let (activities, arcs) = with_a_costly_step();
    // The seven arcs of the chain have 6900 of 6974 steps; the excess takes one more.
    assert_eq!(ProcessMap::of(&activities, &arcs, MapOptions::default()).arcs().len(), 8);
    let whole = ProcessMap::of(&activities, &arcs, MapOptions::default().share(1.0));
    assert_eq!((whole.arcs().len(), whole.coverage().steps_share()), (12, Some(1.0)));
}

#[test]
fn a_process_of_nothing_has_an_empty_map() {
    let map = ProcessMap::of(&[], &[], MapOptions::default()).explaining(&log(&[]));
    assert_eq!((map.activities().len(), map.arcs().len()), (0, 0));
    assert_eq!((map.coverage().steps_share(), map.coverage().cases_share()), (None, None));
    let none = ProcessMap::of(&[activity("a", 1)], &[], MapOptions::default().max_activities(0));
    assert!(none.activities().is_empty());
}

#[test]
fn arcs_of_unknown_activities_are_left_out() {
    let (activities, mut arcs) = process(&[vec![0, 1]]);
    arcs.push(arc(Stop::Activity(7), Stop::End, 5, 0.0));
    let map = ProcessMap::of(&activities, &arcs, MapOptions::default());
    assert_eq!((map.coverage().arcs, map.coverage().steps), (3, 3));
}
