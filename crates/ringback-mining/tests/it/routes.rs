//! Patterns of routes against second implementations that look at everything.

use std::collections::BTreeMap;

use proptest::prelude::*;
use ringback_eventlog::{EventLog, EventLogBuilder, ValueKind};
use ringback_mining::{
    Detectors, Finding, Missing, Pattern, Returns, Variants, count_returns, detect, lifetimes,
};

const HOUR: i64 = 3_600_000_000;
const NAMES: [&str; 5] = ["A", "B", "C", "D", "E"];

/// A log of which each case goes through these activities and groups, an hour each.
fn log(cases: &[Vec<usize>]) -> EventLog {
    let mut log = EventLogBuilder::default();
    let group = log.column("org:group", ValueKind::Text);
    for (number, path) in cases.iter().enumerate() {
        let case = log.case(&number.to_string());
        for (at, name) in (0..).zip(path) {
            log.event(case, NAMES[*name], at * HOUR);
            log.set(group, NAMES[*name]);
        }
    }
    log.build()
}

fn found(log: &EventLog, pattern: Pattern) -> Vec<Finding> {
    let settings = Detectors::default().only(&[pattern]).min_cases(1).false_discovery_rate(1.0);
    // The definitions, of the log at its word.
    detect(log, &settings.label_noise(0.0)).unwrap().findings
}

fn collapsed(path: &[usize]) -> Vec<usize> {
    let mut path = path.to_vec();
    path.dedup();
    path
}

/// Cases, occurrences and hours of ways around.
fn ways_around(cases: &[Vec<usize>]) -> (usize, usize, i64) {
    let mut all = (0, 0, 0);
    for path in cases {
        // When each stay began.
        let starts: Vec<usize> =
            (0..path.len()).filter(|it| *it == 0 || path[*it] != path[*it - 1]).collect();
        let stays = collapsed(path);
        let (mut free, mut here) = (0, 0);
        for place in 0..stays.len() {
            let is_back = |it: &usize| stays[*it] == stays[place] && place - it > 2;
            let left = (free..place).rev().find(is_back);
            let is_direct = place >= 2 && stays[place - 2] == stays[place];
            if let (Some(left), false) = (left, is_direct) {
                here += 1;
                all.2 += i64::try_from(starts[place] - starts[left + 1]).unwrap();
                free = place;
            }
        }
        all.0 += usize::from(here > 0);
        all.1 += here;
    }
    all
}

/// Cases by the step that they have beyond a common route, with the cases that were looked at.
fn extra_steps(cases: &[Vec<usize>]) -> BTreeMap<&'static str, (usize, usize)> {
    let routes: Vec<Vec<usize>> = cases.iter().map(|it| collapsed(it)).collect();
    let count = |route: &[usize]| routes.iter().filter(|it| it.as_slice() == route).count();
    let least = (0.05 * cases.len() as f64).max(1.0);
    let mut sorted = routes.clone();
    sorted.sort();
    sorted.dedup();
    let (mut found, mut bases) = (BTreeMap::new(), Vec::new());
    for route in &sorted {
        let fit = (0..route.len()).find_map(|place| {
            let mut base = route.clone();
            let step = base.remove(place);
            let n = count(&base) as f64;
            let fits = n >= least && count(route) as f64 <= 0.1 * n;
            (fits && !base.contains(&step)).then_some((step, base))
        });
        let Some((step, base)) = fit else { continue };
        let entry: &mut (usize, usize) = found.entry(NAMES[step]).or_default();
        entry.0 += count(route);
        entry.1 += count(route);
        if !bases.contains(&(step, base.clone())) {
            entry.1 += count(&base);
            bases.push((step, base));
        }
    }
    found
}

fn returns(cases: &[Vec<usize>]) -> Returns {
    let mut all = Returns::default();
    for path in cases.iter().map(|it| collapsed(it)) {
        let at = |it: usize| path.get(it).copied();
        let direct = (2..path.len()).filter(|it| path[*it] == path[*it - 2]).count();
        let is_indirect = |it: &usize| {
            path[..*it].contains(&path[*it]) && (*it < 2 || path[*it] != path[*it - 2])
        };
        let indirect = (0..path.len()).filter(is_indirect).count();
        let is_bounce = |it: &usize| {
            at(*it) == at(*it + 2) && at(*it + 1) == at(*it + 3) && at(*it + 3).is_some()
        };
        let bounces = (0..path.len()).filter(is_bounce).count();
        all.handovers += path.len().saturating_sub(1);
        all.direct += direct;
        all.direct_cases += usize::from(direct > 0);
        all.indirect += indirect;
        all.indirect_cases += usize::from(indirect > 0);
        all.bounces += bounces;
        all.bounce_cases += usize::from(bounces > 0);
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ways_around_and_returns_are_those_of_the_definitions(
        cases in prop::collection::vec(prop::collection::vec(0..5_usize, 1..14), 1..6),
    ) {
        let log = log(&cases);
        let sum = found(&log, Pattern::TransferLoop).iter().fold((0, 0, 0.0), |sum, it| {
            (sum.0 + it.cases, sum.1 + it.occurrences, sum.2 + it.hours)
        });
        let expected = ways_around(&cases);
        prop_assert_eq!((sum.0, sum.1), (expected.0, expected.1));
        prop_assert!((sum.2 - expected.2 as f64).abs() < 1e-9);
        for attribute in ["org:group", "concept:name"] {
            let found = count_returns(&log, attribute, Missing::OwnValue).unwrap();
            prop_assert_eq!(found, returns(&cases));
        }
    }

    #[test]
    fn extra_steps_are_those_of_the_definition(
        route in prop::collection::vec(0..5_usize, 1..5),
        others in prop::collection::vec(prop::collection::vec(0..5_usize, 1..6), 1..12),
        times in 1..60_usize,
    ) {
        let mut cases = vec![route; times];
        cases.extend(others);
        let found: BTreeMap<String, (usize, usize)> = found(&log(&cases), Pattern::ExtraStep)
            .iter()
            .map(|it| (it.place.values[0].clone(), (it.cases, it.of_cases)))
            .collect();
        let expected: BTreeMap<String, (usize, usize)> =
            extra_steps(&cases).into_iter().map(|(step, it)| (step.to_owned(), it)).collect();
        prop_assert_eq!(found, expected);
    }
}

#[test]
fn a_case_of_a_hundred_thousand_different_steps_is_looked_at_in_a_moment() {
    let mut log = EventLogBuilder::default();
    let group = log.column("org:group", ValueKind::Text);
    for number in 0..2 {
        let case = log.case(&number.to_string());
        for at in 0..100_000 {
            log.event(case, &format!("step {at}"), at * HOUR);
            log.set(group, &format!("group {at}"));
        }
    }
    let log = log.build();
    for pattern in [Pattern::Rework, Pattern::TransferLoop, Pattern::ExtraStep] {
        assert!(found(&log, pattern).is_empty(), "{pattern}");
    }
    // What is learned of slips of the pen is learned without comparing each step with each.
    assert!(lifetimes(&log, &Detectors::default().terminal(&["step 99999"])).is_ok());
    let returns = count_returns(&log, "org:group", Missing::OwnValue).unwrap();
    assert_eq!((returns.handovers, returns.indirect), (2 * 99_999, 0));
}

#[test]
fn seven_of_a_hundred_cases_cover_seven_percent() {
    let mut log = EventLogBuilder::default();
    for number in 0..100 {
        let case = log.case(&number.to_string());
        log.event(case, &format!("step {number}"), 0);
    }
    let variants = Variants::of(&log.build());
    for percent in 0..=100_usize {
        assert_eq!(variants.covering(percent as f64 / 100.0), percent, "{percent}");
    }
}
