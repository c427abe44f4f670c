//! Batches.

use ringback_eventlog::{EventLogBuilder, ValueKind};
use ringback_mining::{ActivityInstances, BatchKind, Batches, InstanceOptions};

/// A step for each case, enabled by a first step that ends at the first number; then start and end.
fn instances(steps: &[(i64, i64, i64)]) -> ActivityInstances {
    let mut log = EventLogBuilder::default();
    let by = log.column("org:resource", ValueKind::Text);
    for (number, (enabled, start, end)) in steps.iter().copied().enumerate() {
        let case = log.case(&number.to_string());
        log.event(case, "first", enabled);
        log.started_at(enabled);
        log.event(case, "step", end);
        log.started_at(start);
        log.set(by, "kim");
    }
    ActivityInstances::of(&log.build(), &InstanceOptions::default())
}

/// Sizes, enablements and kinds.
#[track_caller]
fn check(steps: &[(i64, i64, i64)], gap: i64, expected: &[(usize, i64, BatchKind)]) {
    let batches = Batches::of(&instances(steps), gap);
    let found: Vec<_> =
        batches.batches().iter().map(|it| (it.members.len(), it.enabled_micros, it.kind)).collect();
    assert_eq!(found, expected, "{steps:?}");
}

#[test]
fn a_batch_follows_on_itself_and_could_begin_when_its_first_member_did() {
    use BatchKind::{Concurrent, Parallel, Sequential};
    check(&[(0, 10, 20), (5, 20, 30)], 0, &[(2, 5, Sequential)]);
    check(&[(0, 10, 20), (5, 10, 20)], 0, &[(2, 5, Parallel)]);
    check(&[(0, 10, 20), (5, 15, 30), (9, 30, 31)], 0, &[(3, 9, Concurrent)]);
    check(&[(0, 10, 20), (11, 20, 30)], 0, &[]);
    check(&[(0, 10, 20), (10, 20, 30)], 0, &[(2, 10, Sequential)]);
    check(&[(0, 10, 20), (5, 21, 30)], 0, &[]);
    check(&[(0, 10, 20), (5, 21, 30)], 1, &[(2, 5, Sequential)]);
    check(
        &[(0, 10, 20), (5, 20, 30), (25, 30, 40), (26, 40, 50)],
        0,
        &[(2, 5, Sequential), (2, 26, Sequential)],
    );
}

#[test]
fn a_long_member_keeps_a_batch_together() {
    check(&[(0, 10, 50), (1, 12, 14), (2, 45, 60)], 0, &[(3, 2, BatchKind::Concurrent)]);
}
