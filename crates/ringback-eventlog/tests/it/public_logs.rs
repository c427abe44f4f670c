//! Public logs against the figures that pm4py gives for them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ringback_eventlog::{EventLog, LifecycleUse, TableReader, XesReader};

/// The folder of the public logs; without it the tests are passed over, and say so.
fn folder() -> Option<PathBuf> {
    let shared = std::env::var_os("RINGBACK_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let folder = shared.join("data/event_logs");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: {} is not here", folder.display());
    None
}

fn read(folder: &Path, name: &str) -> EventLog {
    let path = folder.join(name);
    let read = if name.contains(".csv") {
        TableReader::default().read(&path)
    } else {
        XesReader::default().read(&path)
    };
    let read = read.unwrap();
    assert!(read.rejected.is_empty(), "{name}: {:?}", read.rejected.first());
    assert_eq!(read.events_read, read.log.events(), "{name}");
    read.log
}

/// What pm4py 2.7.23 counts, after a stable sort by stamp; with the mean and median of the cases' durations in seconds.
#[derive(Debug, PartialEq)]
struct Figures {
    cases: usize,
    events: usize,
    activities: usize,
    variants: usize,
    follows: usize,
    first_and_last: (usize, usize),
    top_variant: usize,
    single_variants: usize,
    variants_for_80_percent: usize,
    ties: usize,
}

/// Counted in the plainest way, from the columns of the log alone.
fn figures(log: &EventLog) -> Figures {
    let mut variants: BTreeMap<&[u32], usize> = BTreeMap::new();
    let mut follows = BTreeSet::new();
    let (mut first, mut last) = (BTreeSet::new(), BTreeSet::new());
    for case in 0..log.cases() {
        let trace = &log.activity()[log.case_events(case)];
        *variants.entry(trace).or_default() += 1;
        follows.extend(trace.windows(2).map(|it| (it[0], it[1])));
        first.insert(trace[0]);
        last.insert(trace[trace.len() - 1]);
    }
    let mut counts: Vec<usize> = variants.into_values().collect();
    counts.sort_unstable_by_key(|it| std::cmp::Reverse(*it));
    let mut covered = 0;
    let needed = counts.iter().take_while(|it| {
        let is_needed = covered * 5 < log.cases() * 4;
        covered += **it;
        is_needed
    });
    Figures {
        cases: log.cases(),
        events: log.events(),
        activities: log.activities().len(),
        variants: counts.len(),
        follows: follows.len(),
        first_and_last: (first.len(), last.len()),
        top_variant: counts[0],
        single_variants: counts.iter().filter(|it| **it == 1).count(),
        variants_for_80_percent: needed.count(),
        ties: log.order().ties,
    }
}

#[track_caller]
fn check(log: &EventLog, counts: [usize; 11]) {
    let [cases, events, activities, variants, follows, first, last, top, single, needed, ties] =
        counts;
    let expected = Figures {
        cases,
        events,
        activities,
        variants,
        follows,
        first_and_last: (first, last),
        top_variant: top,
        single_variants: single,
        variants_for_80_percent: needed,
        ties,
    };
    assert_eq!(figures(log), expected);
    assert_eq!(log.order().pairs, events - cases);
}

/// The mean and the median of the cases' durations. Unit: seconds.
#[track_caller]
fn check_durations(log: &EventLog, mean: f64, median: f64) {
    let secs = |case: usize| {
        let at = &log.at_micros()[log.case_events(case)];
        (at[at.len() - 1] - at[0]) as f64 / 1e6
    };
    let mut durations: Vec<f64> = (0..log.cases()).map(secs).collect();
    durations.sort_by(f64::total_cmp);
    let n = durations.len();
    let found = durations.iter().sum::<f64>() / n as f64;
    // The figures are given to six digits after the point, some to five.
    assert!((found - mean).abs() < 1e-5, "mean {found}, expected {mean}");
    let found = f64::midpoint(durations[(n - 1) / 2], durations[n / 2]);
    assert!((found - median).abs() < 1e-6, "median {found}, expected {median}");
}

#[test]
fn the_running_example_has_the_figures_of_pm4py() {
    let Some(folder) = folder() else { return };
    let log = read(&folder, "running-example.xes");
    check(&log, [6, 42, 8, 6, 16, 1, 2, 1, 6, 5, 0]);
    check_durations(&log, 966_890.0, 815_940.0);
}

#[test]
fn the_receipt_log_has_the_figures_of_pm4py() {
    let Some(folder) = folder() else { return };
    let log = read(&folder, "receipt.csv");
    check(&log, [1434, 8577, 27, 116, 99, 1, 14, 713, 86, 6, 0]);
    check_durations(&log, 467_263.915_257, 2_868.583_5);
}

#[test]
fn the_help_desk_log_has_the_figures_of_pm4py() {
    let Some(folder) = folder() else { return };
    let log = read(&folder, "helpdesk.xes.gz");
    check(&log, [4580, 21_348, 14, 226, 55, 6, 6, 2366, 135, 7, 130]);
    check_durations(&log, 3_530_103.538_865, 3_443_836.5);
}

#[test]
fn the_volvo_incidents_have_the_figures_of_pm4py() {
    let Some(folder) = folder() else { return };
    let log = read(&folder, "bpi_challenge_2013_incidents.xes.gz");
    check(&log, [7554, 65_533, 4, 1511, 11, 3, 2, 1754, 1215, 166, 0]);
    check_durations(&log, 1_043_655.349_748, 652_244.5);
    assert_eq!(log.lifecycle_steps().usable_as(), LifecycleUse::Statuses);
    let log = log.classified(&["concept:name", "lifecycle:transition"]).unwrap();
    let found = figures(&log);
    assert_eq!((found.activities, found.variants, found.follows), (13, 2278, 81));
    assert_eq!((found.top_variant, found.variants_for_80_percent), (1749, 768));
}

#[test]
fn the_volvo_problems_have_the_figures_of_pm4py() {
    let Some(folder) = folder() else { return };
    let log = read(&folder, "BPI_Challenge_2013_open_problems.xes.gz");
    check(&log, [819, 2351, 3, 108, 6, 3, 3, 178, 66, 13, 0]);
    check_durations(&log, 5_071_719.109_89, 149_538.0);
}

#[test]
fn a_written_public_log_reads_the_same() {
    let Some(folder) = folder() else { return };
    for name in ["helpdesk.xes.gz", "receipt.csv"] {
        let log = read(&folder, name);
        let mut written = Vec::new();
        log.write_xes(&mut written).unwrap();
        let again = XesReader::default().read_from(&written[..], Path::new(name)).unwrap().log;
        assert_eq!(figures(&again), figures(&log), "{name}");
        assert_eq!((again.at_micros(), again.activity()), (log.at_micros(), log.activity()));
        for column in log.columns() {
            let other = again.column(column.name()).unwrap();
            assert!(
                (0..log.events()).all(|it| other.text(it) == column.text(it)),
                "{}",
                column.name()
            );
        }
    }
}

#[test]
fn a_log_with_starts_and_ends_has_every_row() {
    let Some(folder) = folder() else { return };
    let log = read(&folder, "waiting_causes/PurchasingExample.csv");
    assert_eq!((log.cases(), log.events()), (608, 9119));
    let starts = log.start_micros().unwrap();
    assert!(starts.iter().zip(log.at_micros()).all(|(start, end)| start <= end));
}
