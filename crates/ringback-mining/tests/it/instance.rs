//! Activity instances, their enablers, and roles.

use ringback_eventlog::EventLogBuilder;
use ringback_mining::{ActivityInstances, DeclaredCause, InstanceOptions, Role, Roles};

fn instances(spans: &[(&str, &str, i64, i64)]) -> ActivityInstances {
    let mut log = EventLogBuilder::default();
    for (case, activity, start, end) in spans {
        let case = log.case(case);
        log.event(case, activity, *end);
        log.started_at(*start);
    }
    ActivityInstances::of(&log.build(), &InstanceOptions::default())
}

/// Enabler and enablement of the instances, in order of their ends.
fn enabled(all: &ActivityInstances) -> Vec<(Option<usize>, i64)> {
    all.instances().iter().map(|it| (it.enabler, it.enabled_micros)).collect()
}

#[test]
fn the_last_to_end_before_the_start_enables() {
    let all =
        instances(&[("1", "a", 0, 10), ("1", "b", 2, 30), ("1", "c", 15, 20), ("1", "d", 40, 50)]);
    // In order of ends: a, c, b, d. b began before anything ended: it could begin with the case.
    assert_eq!(enabled(&all), [(None, 0), (Some(0), 10), (None, 0), (Some(2), 30)]);
}

#[test]
fn of_two_that_end_together_the_one_that_started_last_enables() {
    let all = instances(&[("1", "a", 0, 10), ("1", "b", 10, 10), ("1", "c", 12, 20)]);
    assert_eq!(enabled(&all), [(None, 0), (None, 0), (Some(1), 10)]);
}

#[test]
fn what_runs_side_by_side_does_not_enable() {
    let all = instances(&[
        ("1", "a", 0, 10),
        ("1", "b", 11, 20),
        ("1", "c", 21, 30),
        ("2", "a", 0, 10),
        ("2", "c", 11, 20),
        ("2", "b", 21, 30),
    ]);
    assert_eq!(enabled(&all)[..3], [(None, 0), (Some(0), 10), (Some(0), 10)]);
}

#[test]
fn a_status_log_has_intervals_until_the_next_event_and_an_open_end() {
    let mut log = EventLogBuilder::default();
    let case = log.case("1");
    for (state, at) in [("Queued", 0), ("In Progress", 5), ("Resolved", 9), ("In Progress", 30)] {
        log.event(case, state, at);
    }
    let options = InstanceOptions::default().roles(Roles::tickets());
    let all = ActivityInstances::of(&log.build(), &options);
    let spans: Vec<_> = all.instances().iter().map(|it| (it.start_micros, it.end_micros)).collect();
    assert_eq!(spans, [(5, 9), (30, 30)]);
    assert_eq!(enabled(&all), [(None, 0), (Some(0), 9)]);
    let declared = all.declared(0);
    assert_eq!(declared.len(), 1);
    assert_eq!(
        (declared[0].cause, declared[0].start_micros, declared[0].end_micros),
        (DeclaredCause::AutoClose, 9, 30)
    );
    assert_eq!((all.span(0), all.span(1), all.log_span()), (Some((0, 30)), None, Some((0, 30))));
}

#[test]
fn stages_of_calls_have_the_roles_of_their_kinds() {
    use ringback_calllog::StageKind;
    let roles = Roles::calls();
    let role = |kind: StageKind| roles.role(kind.as_str());
    assert_eq!(role(StageKind::Queue), Role::Queue);
    let work = [StageKind::Talk, StageKind::WrapUp, StageKind::Voicemail];
    assert!(work.into_iter().all(|it| role(it) == Role::Work));
    let declared = StageKind::ALL.iter().filter(|it| matches!(role(**it), Role::Declared(_)));
    assert_eq!(declared.count(), 5, "menu, ring, hold, consult and callback");
}

const MANY: i64 = 40_000;

#[test]
fn much_work_side_by_side_is_looked_at_in_a_moment() {
    let mut log = EventLogBuilder::default();
    let mut add = |case: usize, activity: &str, start: i64, end: i64| {
        let case = log.case(&case.to_string());
        log.event(case, activity, end);
        log.started_at(start);
    };
    for case in 0..20 {
        let order = if case % 2 == 0 { ["a", "b"] } else { ["b", "a"] };
        add(case, order[0], 0, 1);
        add(case, order[1], 2, 3);
    }
    for at in 0..MANY {
        add(20, "a", at, at + 1);
        add(20, "b", MANY + at, 3 * MANY + at);
    }
    let all = ActivityInstances::of(&log.build(), &InstanceOptions::default());
    // Nothing but a ends before a b begins, and a runs beside b.
    let b = all.activities().find("b").unwrap();
    let of_case = all.instances().iter().filter(|it| it.case == 20 && it.activity == b);
    let enablers: Vec<Option<usize>> = of_case.map(|it| it.enabler).collect();
    assert!(enablers.len() == 40_000 && enablers.iter().all(Option::is_none));
}
