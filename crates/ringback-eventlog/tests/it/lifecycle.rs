//! Steps in an activity's life, as logs have them.

use ringback_eventlog::{EventLog, EventLogBuilder, LIFECYCLE, LifecycleUse, ValueKind};

/// One case; an activity, its step, its instance and when it was.
fn log(events: &[(&str, &str, &str, i64)]) -> EventLog {
    let mut builder = EventLogBuilder::default();
    let step = builder.column(LIFECYCLE, ValueKind::Text);
    let case = builder.case("a");
    for (activity, of, instance, at) in events {
        builder.event(case, activity, *at);
        builder.set(step, of);
        if !instance.is_empty() {
            let column = builder.column("concept:instance", ValueKind::Text);
            builder.set(column, instance);
        }
    }
    builder.build()
}

fn names(log: &EventLog) -> Vec<&str> {
    log.activity().iter().map(|it| log.activities().get(*it).unwrap()).collect()
}

#[test]
fn starts_and_completions_pair_first_in_first_out_in_any_case() {
    let log = log(&[
        ("check", "START", "", 1),
        ("check", "start", "", 2),
        ("check", "complete", "", 5),
        ("pay", "COMPLETE", "", 6),
        ("check", "Complete", "", 9),
        ("call", "schedule", "", 10),
        ("call", "start", "", 11),
    ]);
    let steps = log.lifecycle_steps();
    assert_eq!((steps.starts, steps.completions, steps.others), (3, 3, 1));
    assert_eq!(steps.usable_as(), LifecycleUse::Activities);
    let instances = log.activity_instances().unwrap();
    assert_eq!(instances.log.start_micros(), Some(&[1, 6, 2][..]));
    assert_eq!(instances.log.at_micros(), [5, 6, 9]);
    assert_eq!((instances.instants, instances.unfinished, instances.others), (1, 1, 1));
    assert_eq!(names(&instances.log), ["check", "pay", "check"]);
}

#[test]
fn instances_pair_by_name_where_they_have_one() {
    let log = log(&[
        ("check", "start", "i1", 0),
        ("check", "start", "i2", 2),
        ("check", "complete", "i2", 5),
        ("check", "complete", "i1", 10),
    ]);
    let instances = log.activity_instances().unwrap();
    assert_eq!(instances.log.start_micros(), Some(&[2, 0][..]));
}

#[test]
fn statuses_are_no_steps_and_nothing_is_made_of_them() {
    let log = log(&[
        ("Queued", "Awaiting Assignment", "", 1),
        ("Accepted", "In Progress", "", 2),
        ("Completed", "Resolved", "", 3),
    ]);
    let steps = log.lifecycle_steps();
    assert_eq!((steps.statuses, steps.starts + steps.completions), (3, 0));
    assert_eq!(steps.usable_as(), LifecycleUse::Statuses);
    let instances = log.activity_instances().unwrap();
    assert_eq!((instances.log.events(), instances.others), (0, 3));
    let by_status = log.classified(&["concept:name", LIFECYCLE]).unwrap();
    assert_eq!(names(&by_status)[1], "Accepted+In Progress");
}

#[test]
fn an_empty_step_and_one_that_is_said_to_be_unknown_make_no_log_of_statuses() {
    let log = log(&[
        ("work", "start", "", 10),
        ("note", "", "", 15),
        ("note", "Unknown", "", 16),
        ("work", "complete", "", 20),
    ]);
    let steps = log.lifecycle_steps();
    assert_eq!((steps.statuses, steps.missing, steps.others), (0, 1, 1));
    assert_eq!(steps.usable_as(), LifecycleUse::Activities);
    let instances = log.activity_instances().unwrap();
    assert_eq!((instances.log.events(), instances.others), (1, 2));
}

#[test]
fn completions_alone_are_instants_and_are_counted_as_such() {
    let log = log(&[("check", "complete", "", 1), ("pay", "complete", "", 4)]);
    assert_eq!(log.lifecycle_steps().usable_as(), LifecycleUse::Instants);
    assert_eq!(log.activity_instances().unwrap().instants, 2);
}

#[test]
fn a_log_without_steps_has_no_instances_and_one_with_starts_is_its_own() {
    let mut builder = EventLogBuilder::default();
    let case = builder.case("a");
    builder.event(case, "x", 5);
    let log = builder.clone().build();
    assert!(log.activity_instances().is_none());
    assert_eq!(log.lifecycle_steps().missing, 1);
    assert_eq!(log.lifecycle_steps().usable_as(), LifecycleUse::Instants);
    builder.started_at(2);
    let log = builder.build();
    assert_eq!(log.activity_instances().unwrap().log, log);
}
