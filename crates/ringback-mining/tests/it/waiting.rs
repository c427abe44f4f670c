//! Causes of waiting: published tables, a second implementation, and sums that close on random logs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::Weekday;
use proptest::prelude::*;
use ringback_calllog::Zone;
use ringback_eventlog::{EventLog, EventLogBuilder, TableReader, ValueKind};
use ringback_mining::{
    ActivityInstances, Concurrency, DeclaredCause, DiscoverOptions, InstanceOptions, Ledger, Role,
    Roles, Shift, WaitCause, WaitParts, WaitingCauses, WaitingOptions, WorkingCalendars,
    WorkingHours, discover_hours,
};

const SECOND: i64 = 1_000_000;

fn folder() -> Option<PathBuf> {
    let shared = std::env::var_os("RINGBACK_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let folder = shared.join("data/event_logs/waiting_causes");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: {} is not here", folder.display());
    None
}

fn read(path: &Path) -> ActivityInstances {
    let read = TableReader::default().zone(Zone::UTC).read(path).unwrap();
    assert!(read.rejected.is_empty(), "{:?}", read.rejected.first());
    ActivityInstances::of(&read.log, &InstanceOptions::default())
}

/// `0 days 02:30:00` in microseconds.
fn micros(text: &str) -> i64 {
    let (days, rest) = text.split_once(" days").unwrap();
    let parts = rest.trim().split(':').map(|it| it.parse::<i64>().unwrap_or(0));
    let secs = parts.fold(0, |sum, it| sum * 60 + it);
    (days.parse::<i64>().unwrap() * 86_400 + secs) * SECOND
}

type Row = (u64, [i64; 5]);
type Between = (String, String, String, String);

/// Count, then batching, contention, prioritization, unavailability and extraneous.
fn expected(path: &Path) -> BTreeMap<Between, Row> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let mut rows = BTreeMap::new();
    for row in reader.records() {
        let row = row.unwrap();
        let key = (row[0].to_owned(), row[1].to_owned(), row[2].to_owned(), row[3].to_owned());
        let parts = [7, 9, 8, 10, 11].map(|it| micros(&row[it]));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
        let count = row[4].parse::<f64>().unwrap() as u64;
        rows.insert(key, (count, parts));
    }
    rows
}

fn found(instances: &ActivityInstances, causes: &WaitingCauses) -> BTreeMap<Between, Row> {
    let name = |it: (u32, Option<u32>)| {
        let by = it.1.and_then(|it| instances.resources().get(it)).unwrap();
        (instances.activities().get(it.0).unwrap().to_owned(), by.to_owned())
    };
    let rows = causes.by_resource(instances).into_iter().map(|it| {
        let (from, to) = (name(it.from), name(it.to));
        let parts = WaitCause::FIVE.map(|cause| it.parts.micros(cause));
        ((from.0, from.1, to.0, to.1), (it.count, parts))
    });
    rows.collect()
}

fn week(days: &[Weekday], shifts: &[&str]) -> WorkingHours {
    let mut hours = WorkingHours::new(Zone::UTC);
    for day in days {
        for shift in shifts {
            hours = hours.shift(*day, shift.parse::<Shift>().unwrap());
        }
    }
    hours
}

#[test]
fn small_logs_with_rosters_have_the_published_tables() {
    use Weekday::{Fri, Mon, Thu, Tue, Wed};
    let Some(folder) = folder() else { return };
    let days = [Mon, Tue, Wed, Thu, Fri];
    let calendars = WorkingCalendars::new(week(&days, &["10:00-20:00"]))
        .resource("Marcus", week(&days, &["10:00-12:00", "12:30-20:00"]));
    for name in ["manual_log_1", "manual_log_2"] {
        let instances = read(&folder.join(format!("{name}.csv")));
        let options = WaitingOptions::default().calendars(calendars.clone());
        let causes = WaitingCauses::of(&instances, &options);
        let expected = expected(&folder.join(format!("{name}_expected.csv")));
        assert_eq!(found(&instances, &causes), expected, "{name}");
    }
}

#[test]
fn hand_overs_with_learned_hours_have_the_published_table() {
    let Some(folder) = folder() else { return };
    let instances = read(&folder.join("handoff-test.csv"));
    let hours = discover_hours(&instances, &DiscoverOptions::new(Zone::UTC));
    let options = WaitingOptions::default().calendars(hours.calendars);
    let causes = WaitingCauses::of(&instances, &options);
    assert_eq!(found(&instances, &causes), expected(&folder.join("handoff-test_expected.csv")));
}

#[test]
fn purchasing_has_the_batching_contention_and_prioritization_of_the_reference() {
    let Some(folder) = folder() else { return };
    let read = TableReader::default().read(&folder.join("PurchasingExample.csv")).unwrap();
    let instances = ActivityInstances::of(&read.log, &InstanceOptions::default());
    assert_eq!((instances.cases(), instances.instances().len()), (608, 9119));
    let causes = WaitingCauses::of(&instances, &WaitingOptions::default());
    let transitions = causes.transitions(&instances);
    assert_eq!(transitions.len(), 28);
    assert_eq!(transitions.iter().map(|it| it.count).sum::<u64>(), 8511);
    let parts = |it: &WaitParts| {
        let known = [it.contention_micros, it.batching_micros, it.prioritization_micros];
        (known.map(|it| it / SECOND), it.total_micros() / SECOND)
    };
    let expected = ([103_337_880, 100_314_000, 145_174_260], 1_091_811_300);
    assert_eq!(parts(&causes.total()), expected);
    let largest = transitions[0];
    let name = |it: u32| instances.activities().get(it).unwrap();
    let pair = (name(largest.from.unwrap()), name(largest.to));
    assert_eq!(pair, ("Amend Request for Quotation", "Analyze Request for Quotation"));
    assert_eq!(largest.count, 563);
    let expected = ([9_200_580, 40_761_300, 70_353_720], 422_923_140);
    assert_eq!(parts(&largest.parts), expected);
}

/// An activity of a random log: case, activity, resource (none for 3), start and length in seconds.
type Work = (usize, usize, usize, i64, i64);

const ACTIVITIES: [&str; 5] = ["a", "b", "c", "d", "hold"];
const RESOURCES: [&str; 3] = ["kim", "lee", "max"];

fn random_log(work: &[Work]) -> EventLog {
    let mut log = EventLogBuilder::default();
    let by = log.column("org:resource", ValueKind::Text);
    for (case, activity, resource, start, length) in work.iter().copied() {
        let case = log.case(["1", "2", "3"][case]);
        log.event(case, ACTIVITIES[activity], (start + length) * SECOND);
        log.started_at(start * SECOND);
        if let Some(name) = RESOURCES.get(resource) {
            log.set(by, name);
        }
    }
    log.build()
}

/// Rosters within the first minutes of 1970, a Thursday.
fn rosters() -> WorkingCalendars {
    let thursday = |shifts: &[&str]| week(&[Weekday::Thu], shifts);
    WorkingCalendars::new(thursday(&["00:00:05-00:00:20", "00:00:25-00:01:00"]))
        .resource("kim", thursday(&["00:00:00-00:00:09", "00:00:30-00:02:00"]))
}

fn is_working(resource: Option<&str>, second: i64) -> bool {
    match resource {
        Some("kim") => (0..9).contains(&second) || (30..120).contains(&second),
        _ => (5..20).contains(&second) || (25..60).contains(&second),
    }
}

/// The causes of a wait second by second, straight from their definition.
fn by_second(all: &ActivityInstances, causes: &WaitingCauses, at: usize) -> [i64; 6] {
    let list = all.instances();
    let it = list[at];
    let batch = causes.batches().batch_of(at);
    let batch_enabled = batch.map(|batch| causes.batches().batches()[batch].enabled_micros);
    let name = it.resource.and_then(|by| all.resources().get(by));
    let mut parts = [0; 6];
    for second in it.enabled_micros / SECOND..it.start_micros / SECOND {
        let now = second * SECOND;
        let is_on = |from: i64, to: i64| from <= now && now < to;
        let (mut contention, mut prioritization) = (false, false);
        for (place, other) in list.iter().enumerate() {
            let is_other = place != at && it.resource.is_some() && other.resource == it.resource;
            if !is_other || other.start_micros >= it.start_micros {
                continue;
            }
            let is_together = batch.is_some() && causes.batches().batch_of(place) == batch;
            let reference = match batch_enabled {
                Some(until) if !is_together => until.min(it.start_micros),
                _ => it.enabled_micros,
            };
            if reference <= now && is_on(other.start_micros, other.end_micros) {
                let first = other.enabled_micros <= reference;
                contention |= first;
                prioritization |= !first;
            }
        }
        let declared = all.declared(it.case).iter().any(|it| is_on(it.start_micros, it.end_micros));
        let cause = [
            declared,
            batch_enabled.is_some_and(|until| now < until),
            contention,
            prioritization,
            !is_working(name, second),
            true,
        ];
        parts[cause.iter().position(|it| *it).unwrap()] += SECOND;
    }
    parts
}

/// The end of the enabler: of what ended in time and does not run beside it the latest, else the start of the case.
fn enabled(all: &ActivityInstances, relation: &Concurrency, at: usize) -> i64 {
    let it = all.instances()[at];
    let mut latest = all.span(it.case).unwrap().0;
    for other in &all.instances()[all.case_instances(it.case)] {
        let in_time = other.end_micros <= it.start_micros && other.end_micros < it.end_micros;
        if in_time && !relation.is_concurrent(other.activity, it.activity) {
            latest = latest.max(other.end_micros);
        }
    }
    latest
}

fn relation(all: &ActivityInstances) -> Concurrency {
    let sequence = |case| {
        all.instances()[all.case_instances(case)].iter().map(|it| it.activity).collect::<Vec<_>>()
    };
    let sequences: Vec<Vec<u32>> = (0..all.cases()).map(sequence).collect();
    Concurrency::heuristic(sequences.iter().map(Vec::as_slice), 0.9)
}

fn check_ledger(ledger: &Ledger, all: &ActivityInstances) {
    assert!(ledger.parts().iter().all(|it| it.micros >= 0), "{ledger:?}");
    for case in 0..all.cases() {
        let (start, end) = all.span(case).unwrap();
        assert_eq!(ledger.case_throughput_micros(case), end - start, "case {case}: {ledger:?}");
    }
    let cases = (0..all.cases()).map(|it| ledger.case_throughput_micros(it));
    assert_eq!(ledger.throughput_micros(), cases.sum::<i64>());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn causes_equal_a_count_by_seconds_and_ledgers_close(
        work in prop::collection::vec((0..3_usize, 0..5_usize, 0..4_usize, 0..40_i64, 0..12_i64), 1..12),
    ) {
        let log = random_log(&work);
        let hold = Role::Declared(DeclaredCause::Hold);
        let options = InstanceOptions::default().roles(Roles::default().set("hold", hold));
        let all = ActivityInstances::of(&log, &options);
        let relation = relation(&all);
        let causes = WaitingCauses::of(&all, &WaitingOptions::default().calendars(rosters()));
        for (at, it) in all.instances().iter().enumerate() {
            prop_assert_eq!(it.enabled_micros, enabled(&all, &relation, at));
            let parts = causes.parts(at).unwrap();
            prop_assert_eq!(parts.total_micros(), it.wait_micros());
            let five = WaitCause::FIVE.map(|cause| parts.micros(cause));
            let found = [parts.declared_total_micros(), five[0], five[1], five[2], five[3], five[4]];
            prop_assert_eq!(found, by_second(&all, &causes, at), "{} of {:?}", at, all.instances());
        }
        check_ledger(&Ledger::of_causes(&all, &causes), &all);
        check_ledger(&Ledger::of_activities(&log), &all);
        check_ledger(&Ledger::of_column(&log, "org:resource").unwrap(), &all);
    }

    #[test]
    fn ledgers_of_status_logs_close(
        events in prop::collection::vec((0..3_usize, 0..6_usize, 0..4_usize, 0..60_i64), 1..14),
    ) {
        let states = ["In Progress", "Queued", "Wait - User", "Resolved", "Wait - Vendor", "Assigned"];
        let mut log = EventLogBuilder::default();
        let by = log.column("org:resource", ValueKind::Text);
        for (case, state, resource, at) in events {
            let case = log.case(["1", "2", "3"][case]);
            log.event(case, states[state], at * SECOND + 1);
            if let Some(name) = RESOURCES.get(resource) {
                log.set(by, name);
            }
        }
        let log = log.build();
        let options = InstanceOptions::default().roles(Roles::tickets());
        let all = ActivityInstances::of(&log, &options);
        let causes = WaitingCauses::of(&all, &WaitingOptions::default().calendars(rosters()));
        let by_state = Ledger::of_activities(&log);
        let by_cause = Ledger::of_causes(&all, &causes);
        check_ledger(&by_state, &all);
        check_ledger(&by_cause, &all);
        // What a state declares is its whole time, and work is the time in progress.
        let same = [
            ("In Progress", "processing"),
            ("Wait - User", "waiting_for_user"),
            ("Wait - Vendor", "waiting_for_vendor"),
            ("Resolved", "automatic_close"),
        ];
        for (state, cause) in same {
            let micros = |ledger: &Ledger, name: &str| ledger.part(name).map_or(0, |it| it.micros);
            prop_assert_eq!(micros(&by_state, state), micros(&by_cause, cause), "{}", state);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn causes_of_much_work_of_few_people_equal_a_count_by_seconds(
        work in prop::collection::vec((0..3_usize, 0..5_usize, 0..2_usize, 0..60_i64, 0..40_i64), 60..140),
    ) {
        let all = ActivityInstances::of(&random_log(&work), &InstanceOptions::default());
        let causes = WaitingCauses::of(&all, &WaitingOptions::default().calendars(rosters()));
        for at in 0..all.instances().len() {
            let parts = causes.parts(at).unwrap();
            let five = WaitCause::FIVE.map(|cause| parts.micros(cause));
            let found = [parts.declared_total_micros(), five[0], five[1], five[2], five[3], five[4]];
            prop_assert_eq!(found, by_second(&all, &causes, at), "{}", at);
        }
    }
}

#[test]
fn pools_and_work_without_a_resource_wait_for_nobody_known() {
    let work: [Work; 4] = [(0, 0, 0, 0, 1), (0, 1, 1, 30, 5), (1, 0, 0, 0, 2), (1, 1, 1, 10, 15)];
    let all = ActivityInstances::of(&random_log(&work), &InstanceOptions::default());
    let known = WaitingCauses::of(&all, &WaitingOptions::default()).total();
    assert_eq!((known.contention_micros, known.prioritization_micros), (0, 15 * SECOND));
    let pool = WaitingCauses::of(&all, &WaitingOptions::default().pool("lee")).total();
    assert_eq!((pool.prioritization_micros, pool.extraneous_micros), (0, (29 + 8) * SECOND));
    let missing = work.map(|it| (it.0, it.1, 3, it.3, it.4));
    let all = ActivityInstances::of(&random_log(&missing), &InstanceOptions::default());
    assert_eq!(all.faults().without_resource, 4);
    let parts = WaitingCauses::of(&all, &WaitingOptions::default()).total();
    assert_eq!((parts.total_micros(), parts.extraneous_micros), (37 * SECOND, 37 * SECOND));
}

#[test]
fn an_end_before_its_start_counts_as_an_instant_at_the_end() {
    let mut log = EventLogBuilder::default();
    let case = log.case("1");
    log.event(case, "a", 10);
    log.started_at(30);
    let all = ActivityInstances::of(&log.build(), &InstanceOptions::default());
    assert_eq!(all.faults().reversed, 1);
    assert_eq!((all.instances()[0].start_micros, all.instances()[0].end_micros), (10, 10));
}

#[test]
fn removing_a_cause_raises_the_efficiency_by_its_time() {
    let work: [Work; 4] = [(0, 0, 0, 0, 1), (0, 1, 1, 30, 5), (1, 0, 0, 0, 2), (1, 1, 1, 10, 15)];
    let all = ActivityInstances::of(&random_log(&work), &InstanceOptions::default());
    let cycle = WaitingCauses::of(&all, &WaitingOptions::default()).cycle_time(&all);
    assert_eq!(cycle.efficiency(), Some(23.0 / 60.0));
    assert_eq!(cycle.efficiency_without(WaitCause::Prioritization), Some(23.0 / 45.0));
}

#[test]
fn the_causes_are_the_same_on_one_two_and_eight_threads() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |most: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % most
    };
    let mut log = EventLogBuilder::default();
    let by = log.column("org:resource", ValueKind::Text);
    for _ in 0..8000 {
        let case = log.case(&random(2000).to_string());
        let start = i64::try_from(random(400_000)).unwrap();
        let end = start + i64::try_from(random(900)).unwrap();
        let activity = ACTIVITIES[usize::try_from(random(5)).unwrap()];
        log.event(case, activity, end * SECOND);
        log.started_at(start * SECOND);
        log.set(by, &random(30).to_string());
    }
    let log = log.build();
    let causes = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let all = ActivityInstances::of(&log, &InstanceOptions::default());
            let options = WaitingOptions::default().calendars(rosters());
            let causes = WaitingCauses::of(&all, &options);
            (causes.transitions(&all), Ledger::of_causes(&all, &causes))
        })
    };
    let one = causes(1);
    assert!(one.0.iter().all(|it| it.parts.contention_micros > 0), "{:?}", one.0);
    assert_eq!((&one, &one), (&causes(2), &causes(8)));
}
