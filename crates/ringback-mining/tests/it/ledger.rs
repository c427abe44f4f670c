//! Ledgers: a public log against its reference, and sums that close.

use std::borrow::Cow;
use std::path::PathBuf;

use ringback_eventlog::{EventLog, EventLogBuilder, XesReader};
use ringback_mining::{
    AFTER_WORK, ActivityInstance, ActivityInstances, IDLE, InstanceOptions, Ledger, PROCESSING,
    Roles, Stamps, WaitingCauses, WaitingOptions,
};

fn incidents() -> Option<EventLog> {
    let shared = std::env::var_os("RINGBACK_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let path = shared.join("data/event_logs/bpi_challenge_2013_incidents.xes.gz");
    if path.is_file() {
        return Some(XesReader::default().read(&path).unwrap().log);
    }
    println!("skipped: {} is not here", path.display());
    None
}

/// State, seconds and intervals: computed with pm4py, checked with a second program.
const STATES: [(&str, i64, u64); 12] = [
    ("Resolved", 2_475_968_735, 6025),
    ("Wait - User", 1_668_284_959, 4214),
    ("In Progress", 1_157_408_187, 30_237),
    ("Awaiting Assignment", 1_087_161_673, 11_544),
    ("Wait", 540_771_226, 1533),
    ("Assigned", 420_887_233, 3220),
    ("Wait - Implementation", 230_173_643, 491),
    ("Wait - Vendor", 148_316_742, 313),
    ("Closed", 73_777_827, 143),
    ("Wait - Customer", 41_977_002, 101),
    ("In Call", 39_041_933, 153),
    ("Unmatched", 3352, 5),
];

#[test]
fn incidents_have_the_state_times_and_counts_of_the_reference() {
    let Some(log) = incidents() else { return };
    let ledger = Ledger::of_column(&log, "lifecycle:transition").unwrap();
    let parts: Vec<_> = ledger
        .parts()
        .iter()
        .map(|it| (it.name.as_str(), it.micros.div_euclid(1_000_000), it.intervals))
        .collect();
    assert_eq!(parts, STATES);
    assert_eq!(ledger.throughput_micros(), 7_883_772_512_000_000);
    let share = |name: &str| {
        let at = ledger.parts().iter().position(|it| it.name == name).unwrap();
        (ledger.share(at).unwrap() * 1e4).round() / 1e2
    };
    assert_eq!((share("Resolved"), share("Awaiting Assignment")), (31.41, 13.79));
}

#[test]
fn incidents_have_the_hand_overs_and_level_times_of_the_reference() {
    let Some(log) = incidents() else { return };
    let changes = |name: &str| Ledger::of_column(&log, name).unwrap().changes();
    assert_eq!((changes("org:group"), changes("org:resource")), (9454, 20_649));
    let group = log.column("org:group").unwrap();
    let level = |event: usize| match group.text(event) {
        Some(name) if name.ends_with("2nd") => 2,
        Some(name) if name.ends_with("3rd") => 3,
        _ => 1,
    };
    let levels = Ledger::of_labels(&log, |event| Some(Cow::Owned(level(event).to_string())));
    assert_eq!(levels.changes(), 5000);
    let mut sets = std::collections::BTreeMap::<Vec<u32>, u32>::new();
    for case in 0..log.cases() {
        let mut set: Vec<u32> = log.case_events(case).map(level).collect();
        set.sort_unstable();
        set.dedup();
        *sets.entry(set).or_default() += 1;
    }
    let expected = [
        (vec![1], 4546),
        (vec![1, 2], 1908),
        (vec![1, 2, 3], 193),
        (vec![1, 3], 135),
        (vec![2], 556),
        (vec![2, 3], 109),
        (vec![3], 107),
    ];
    assert_eq!(sets.into_iter().collect::<Vec<_>>(), expected);
    assert_eq!(levels.throughput_micros(), 7_883_772_512_000_000);
}

#[test]
fn declared_causes_of_incidents_are_their_states() {
    let Some(log) = incidents() else { return };
    let log = log.classified(&["lifecycle:transition"]).unwrap();
    let options = InstanceOptions::default().roles(Roles::tickets());
    let instances = ActivityInstances::of(&log, &options);
    let causes = WaitingCauses::of(&instances, &WaitingOptions::default());
    let ledger = Ledger::of_causes(&instances, &causes);
    let secs = |name: &str| ledger.part(name).map_or(0, |it| it.micros / 1_000_000);
    let state = |name: &str| STATES.iter().find(|it| it.0 == name).unwrap().1;
    assert_eq!(secs("automatic_close"), state("Resolved") + state("Closed"));
    assert_eq!(secs("waiting_for_user"), state("Wait - User") + state("Wait - Customer"));
    assert_eq!(secs("waiting_for_vendor"), state("Wait - Vendor"));
    assert_eq!(secs("planned"), state("Wait - Implementation"));
    assert_eq!(secs(PROCESSING), state("In Progress") + state("In Call"));
    let queued =
        ["Awaiting Assignment", "Assigned", "Wait", "Unmatched"].map(state).iter().sum::<i64>();
    let split =
        ["batching", "contention", "prioritization", "unavailability", "extraneous", AFTER_WORK];
    assert_eq!(split.map(secs).iter().sum::<i64>(), queued);
    assert_eq!(ledger.throughput_micros(), 7_883_772_512_000_000);
}

fn three(spans: &[(&str, i64, i64)]) -> EventLog {
    let mut log = EventLogBuilder::default();
    let case = log.case("1");
    for (activity, start, end) in spans {
        log.event(case, activity, *end);
        log.started_at(*start);
    }
    log.build()
}

#[track_caller]
fn check(spans: &[(&str, i64, i64)], expected: &[(&str, i64)]) {
    let ledger = Ledger::of_activities(&three(spans));
    let found: Vec<_> = ledger.parts().iter().map(|it| (it.name.as_str(), it.micros)).collect();
    assert_eq!(found, expected, "{spans:?}");
}

#[test]
fn time_in_which_several_run_belongs_to_the_one_that_started_first() {
    check(&[("a", 0, 10), ("b", 4, 20)], &[("a", 10), ("b", 10)]);
    check(&[("a", 0, 10), ("b", 4, 8)], &[("a", 10), ("b", 0)]);
    check(&[("a", 0, 10), ("b", 25, 30)], &[(IDLE, 15), ("a", 10), ("b", 5)]);
}

#[test]
fn a_log_of_completions_is_all_waiting() {
    let mut log = EventLogBuilder::default();
    let case = log.case("1");
    for (activity, at) in [("a", 0), ("b", 10), ("c", 35)] {
        log.event(case, activity, at);
    }
    let options = InstanceOptions::default().stamps(Stamps::Completed);
    let all = ActivityInstances::of(&log.build(), &options);
    let waits: Vec<i64> = all.instances().iter().map(ActivityInstance::wait_micros).collect();
    assert_eq!(waits, [0, 10, 25]);
    let ledger = Ledger::of_causes(&all, &WaitingCauses::of(&all, &WaitingOptions::default()));
    assert_eq!(ledger.part("extraneous").unwrap().micros, 35);
}

#[test]
fn an_attribute_that_the_log_lacks_is_an_error() {
    let error = Ledger::of_column(&three(&[("a", 0, 1)]), "org:group").unwrap_err();
    assert_eq!(error.to_string(), "the ledger: the log has no attribute \"org:group\"");
}

#[test]
fn an_empty_log_has_an_empty_ledger() {
    let ledger = Ledger::of_activities(&EventLogBuilder::default().build());
    assert_eq!((ledger.parts().len(), ledger.cases(), ledger.share(0)), (0, 0, None));
}
