//! Graphs against the figures of public logs and a naive count.

use std::collections::BTreeMap;
use std::path::PathBuf;

use proptest::prelude::*;
use ringback_eventlog::{EventLog, EventLogBuilder, TableReader, XesReader};
use ringback_mining::{DirectlyFollows, GraphDetail, Variants, throughput_micros};

/// A public log, where the folder with them is at hand.
pub(crate) fn public_log(name: &str) -> Option<EventLog> {
    let shared = std::env::var_os("RINGBACK_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let path = shared.join("data/event_logs").join(name);
    if !path.exists() {
        println!("{name} is not at hand, skipped");
        return None;
    }
    Some(if path.extension().is_some_and(|it| it == "csv") {
        TableReader::default().read(&path).unwrap().log
    } else {
        XesReader::default().read(&path).unwrap().log
    })
}

/// Cases of small activities at whole seconds.
pub(crate) fn log_of(cases: &[Vec<(u32, i64)>]) -> EventLog {
    let mut log = EventLogBuilder::default();
    for (number, events) in cases.iter().enumerate() {
        let case = log.case(&format!("case {number}"));
        for (activity, secs) in events {
            log.event(case, &format!("a{activity}"), secs * 1_000_000);
        }
    }
    log.build()
}

/// Between the two sorted values around the place, each by how near it is.
fn quantile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = share * (values.len() - 1) as f64;
    let weight = |place: usize| (1.0 - (place as f64 - at).abs()).max(0.0);
    values.iter().enumerate().map(|(place, value)| weight(place) * value).sum()
}

#[track_caller]
fn check_close(what: &str, found: f64, expected: f64) {
    assert!(
        (found - expected).abs() <= 1e-9 * expected.abs(),
        "{what}: {found}, expected {expected}"
    );
}

/// The integers of a log: cases, events, activities, variants, arcs, starts, ends, ties, top variant, singletons, variants for
/// 80 %.
fn counts(log: &EventLog) -> [usize; 11] {
    let graph = DirectlyFollows::of(log, GraphDetail::Means);
    let variants = Variants::of(log);
    [
        log.cases(),
        log.events(),
        log.activities().len(),
        variants.all().len(),
        graph.arcs().len(),
        graph.starts().len(),
        graph.ends().len(),
        log.order().ties,
        usize::try_from(variants.all()[0].count).unwrap(),
        variants.singletons(),
        variants.covering(0.8),
    ]
}

#[test]
fn public_logs_have_the_counts_and_times_that_pm4py_gives() {
    let expected: [(&str, [usize; 11], f64, f64); 5] = [
        ("running-example.xes", [6, 42, 8, 6, 16, 1, 2, 0, 1, 6, 5], 966_890.0, 815_940.0),
        (
            "receipt.csv",
            [1434, 8577, 27, 116, 99, 1, 14, 0, 713, 86, 6],
            467_263.915_257,
            2_868.583_5,
        ),
        (
            "helpdesk.xes.gz",
            [4580, 21348, 14, 226, 55, 6, 6, 130, 2366, 135, 7],
            3_530_103.538_865,
            3_443_836.5,
        ),
        (
            "bpi_challenge_2013_incidents.xes.gz",
            [7554, 65533, 4, 1511, 11, 3, 2, 0, 1754, 1215, 166],
            1_043_655.349_748,
            652_244.5,
        ),
        (
            "BPI_Challenge_2013_open_problems.xes.gz",
            [819, 2351, 3, 108, 6, 3, 3, 0, 178, 66, 13],
            5_071_719.109_89,
            149_538.0,
        ),
    ];
    for (name, integers, mean, median) in expected {
        let Some(log) = public_log(name) else { continue };
        assert_eq!(counts(&log), integers, "{name}");
        let times: Vec<f64> = throughput_micros(&log).iter().map(|it| *it as f64 / 1e6).collect();
        // The published means have six decimals.
        let found = times.iter().sum::<f64>() / times.len() as f64;
        assert!((found - mean).abs() < 1e-5, "{name}: {found}");
        check_close(name, quantile(times, 0.5), median);
    }
}

#[test]
fn arcs_of_public_logs_have_the_times_that_pm4py_gives() {
    for (name, from, to, count, mean, median) in [
        (
            "receipt.csv",
            "T04 Determine confirmation of receipt",
            "T05 Print and send confirmation of receipt",
            1177,
            55_643.557_290,
            31.055,
        ),
        ("helpdesk.xes.gz", "Resolve ticket", "Closed", 4558, 2_538_050.830_408, 2_592_062.5),
        (
            "bpi_challenge_2013_incidents.xes.gz",
            "Accepted",
            "Accepted",
            22_527,
            105_936.385_138,
            178.0,
        ),
    ] {
        let Some(log) = public_log(name) else { continue };
        let graph = DirectlyFollows::of(&log, GraphDetail::Quantiles);
        let number = |it| log.activities().find(it).unwrap();
        let arc = graph.arc(number(from), number(to)).unwrap();
        assert_eq!(arc.count, count, "{name}");
        assert!((arc.mean_secs() - mean).abs() < 1e-5, "{name}: {}", arc.mean_secs());
        check_close(name, arc.quantiles.unwrap().median_secs, median);
    }
}

#[test]
fn incidents_by_name_and_status_have_the_arcs_of_the_oracle() {
    let Some(log) = public_log("bpi_challenge_2013_incidents.xes.gz") else { return };
    let log = log.classified(&["concept:name", "lifecycle:transition"]).unwrap();
    let found = counts(&log);
    assert_eq!((found[2], found[3], found[4], found[8], found[10]), (13, 2278, 81, 1749, 768));
    let graph = DirectlyFollows::of(&log, GraphDetail::Means);
    let (queued, active) = ("Queued+Awaiting Assignment", "Accepted+In Progress");
    let (resolved, closed) = ("Completed+Resolved", "Completed+Closed");
    for (from, to, count) in [
        (queued, active, 10_700),
        (active, queued, 8_458),
        (active, active, 7_293),
        (resolved, closed, 5_704),
        (active, resolved, 4_038),
    ] {
        let number = |it| log.activities().find(it).unwrap();
        assert_eq!(graph.arc(number(from), number(to)).unwrap().count, count, "{from} to {to}");
    }
}

#[test]
fn an_activity_that_begins_before_the_last_has_ended_comes_after_no_time() {
    let mut log = EventLogBuilder::default();
    let case = log.case("one");
    log.event(case, "a", 10_000_000);
    log.started_at(0);
    log.event(case, "b", 20_000_000);
    log.started_at(4_000_000);
    log.event(case, "c", 40_000_000);
    log.started_at(25_000_000);
    let log = log.build();
    let graph = DirectlyFollows::of(&log, GraphDetail::Quantiles);
    assert_eq!((graph.overlaps(), graph.arc(0, 1).unwrap().sum_micros), (1, 0));
    assert_eq!(graph.arc(1, 2).unwrap().sum_micros, 5_000_000);
    assert_eq!(throughput_micros(&log), [40_000_000]);
}

proptest! {
    #[test]
    fn graphs_equal_a_naive_count(
        cases in prop::collection::vec(prop::collection::vec((0_u32..6, 0_i64..50), 0..12), 0..12),
        is_wide in any::<bool>(),
    ) {
        // With many names the graph takes its other path.
        let spread = if is_wide { 700 } else { 1 };
        let mut cases: Vec<Vec<(u32, i64)>> = cases;
        for events in &mut cases {
            events.sort_by_key(|it| it.1);
        }
        if is_wide {
            cases.push((0..600).map(|it| (it * 7 + 10_000, it.into())).collect());
        }
        for event in cases.iter_mut().flatten() {
            event.0 *= spread;
        }
        let log = log_of(&cases);
        let graph = DirectlyFollows::of(&log, GraphDetail::Quantiles);
        let mut naive: BTreeMap<(String, String), Vec<f64>> = BTreeMap::new();
        for events in &cases {
            for pair in events.windows(2) {
                let name = |it: u32| format!("a{it}");
                naive.entry((name(pair[0].0), name(pair[1].0))).or_default().push((pair[1].1 - pair[0].1) as f64);
            }
        }
        prop_assert_eq!(graph.arcs().len(), naive.len());
        for ((from, to), times) in naive {
            let number = |it: &str| log.activities().find(it).unwrap();
            let arc = graph.arc(number(&from), number(&to)).unwrap();
            prop_assert_eq!(arc.count, times.len() as u64);
            prop_assert!((arc.sum_secs() - times.iter().sum::<f64>()).abs() < 1e-9);
            let found = arc.quantiles.unwrap();
            for (found, share) in [(found.median_secs, 0.5), (found.p90_secs, 0.9), (found.p95_secs, 0.95)] {
                prop_assert!((found - quantile(times.clone(), share)).abs() < 1e-9);
            }
        }
        let all: u64 = graph.counts().iter().sum();
        prop_assert_eq!(all, log.events() as u64);
        let filled = cases.iter().filter(|it| !it.is_empty()).count() as u64;
        prop_assert_eq!(graph.starts().iter().map(|it| it.1).sum::<u64>(), filled);
        prop_assert_eq!(graph.ends().iter().map(|it| it.1).sum::<u64>(), filled);
    }
}
