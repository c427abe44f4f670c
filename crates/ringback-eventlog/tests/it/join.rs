//! Calls and tickets of one customer as one journey.

use chrono::TimeDelta;
use ringback_eventlog::{Error, EventLog, EventLogBuilder, JoinJourneys, ValueKind};

const HOUR: i64 = 3_600_000_000;

/// An activity, its start and its end in hours.
type Event<'a> = (&'a str, i64, i64);

/// Cases with their customers and their events.
fn log(cases: &[(&str, Option<&str>, &[Event<'_>])]) -> EventLog {
    let mut builder = EventLogBuilder::default();
    let customer = builder.case_column("customer", ValueKind::Text);
    let outcome = builder.case_column("outcome", ValueKind::Text);
    for (name, of, events) in cases {
        let case = builder.case(name);
        builder.set_case(case, outcome, "solved");
        if let Some(of) = of {
            builder.set_case(case, customer, of);
        }
        for (activity, start, end) in *events {
            builder.event(case, activity, end * HOUR);
            builder.started_at(start * HOUR);
        }
    }
    builder.build()
}

fn activities(log: &EventLog, case: usize) -> Vec<&str> {
    log.case_events(case).map(|it| log.activities().get(log.activity()[it]).unwrap()).collect()
}

#[test]
fn a_call_within_the_window_of_a_ticket_is_in_its_episode_and_a_later_one_is_not() {
    let calls = log(&[
        ("call 1", Some("c-1"), &[("talk", 0, 1)]),
        ("call 2", Some("c-1"), &[("queue", 29, 30), ("talk", 30, 31)]),
        ("call 3", Some("c-1"), &[("talk", 80, 81)]),
        ("call 4", Some("c-2"), &[("talk", 2, 3)]),
        ("call 5", None, &[("talk", 2, 3)]),
    ]);
    let tickets = log(&[("T-1", Some("c-1"), &[("open", 1, 1), ("close", 28, 28)])]);
    let joined = JoinJourneys::new(TimeDelta::hours(1))
        .log("phone", &calls, "customer")
        .log("desk", &tickets, "customer")
        .join()
        .unwrap();
    let log = &joined.log;
    let names: Vec<_> = (0..log.cases()).map(|it| log.case_name(it).unwrap()).collect();
    assert_eq!(names, ["c-1/1", "c-1/2", "c-2/1"]);
    assert_eq!(activities(log, 0), ["talk", "open", "close", "queue", "talk"]);
    assert_eq!(activities(log, 1), ["talk"]);
    assert_eq!((joined.customers, joined.across_logs, joined.without_customer), (2, 1, 1));
    assert_eq!(log.case_column("sources").unwrap().text(0), Some("phone+desk"));
    assert_eq!(log.case_column("cases").unwrap().text(0), Some("3"));
    assert_eq!(log.case_column("customer").unwrap().text(2), Some("c-2"));
    let at = |column: &str, event: usize| log.column(column).unwrap().text(event);
    assert_eq!((at("journey:source", 1), at("journey:case", 1)), (Some("desk"), Some("T-1")));
    assert_eq!((at("desk:outcome", 1), at("desk:outcome", 0)), (Some("solved"), None));
    assert_eq!(log.start_micros().unwrap()[3], 29 * HOUR);
    assert_eq!(log.start_micros().unwrap()[1], HOUR);
    let by_source = log.classified(&["journey:source", "concept:name"]).unwrap();
    assert_eq!(activities(&by_source, 0)[1], "desk+open");
}

#[test]
fn a_window_of_nothing_joins_what_touches_and_a_short_one_inside_a_long_case_changes_no_end() {
    let calls = log(&[
        ("1", Some("c"), &[("talk", 0, 10)]),
        ("2", Some("c"), &[("talk", 1, 2)]),
        ("3", Some("c"), &[("talk", 10, 11)]),
        ("4", Some("c"), &[("talk", 12, 13)]),
    ]);
    let joined =
        JoinJourneys::new(TimeDelta::zero()).log("phone", &calls, "customer").join().unwrap();
    let sizes: Vec<usize> = (0..2).map(|it| joined.log.case_events(it).len()).collect();
    assert_eq!((joined.log.cases(), sizes, joined.across_logs), (2, vec![3, 1], 0));
}

#[test]
fn the_customer_may_stand_at_the_events() {
    let mut builder = EventLogBuilder::default();
    let caller = builder.column("caller", ValueKind::Text);
    let case = builder.case("mail");
    builder.event(case, "received", 0);
    builder.event(case, "read", HOUR);
    builder.set(caller, "c-1");
    let mails = builder.build();
    let calls = log(&[("1", Some("c-1"), &[("talk", 2, 2)])]);
    let joined = JoinJourneys::new(TimeDelta::hours(1))
        .log("mail", &mails, "caller")
        .log("phone", &calls, "customer")
        .join()
        .unwrap();
    assert_eq!(activities(&joined.log, 0), ["received", "read", "talk"]);
    assert!(joined.log.column("caller").is_none());
}

#[test]
fn a_log_without_the_attribute_and_a_negative_window_are_errors() {
    let calls = log(&[("1", Some("c"), &[("talk", 0, 10)])]);
    let join = |window, column| JoinJourneys::new(window).log("phone", &calls, column).join();
    let error = join(TimeDelta::zero(), "caller").unwrap_err();
    assert_eq!(error.to_string(), "log \"phone\" has no attribute \"caller\"");
    let error = join(TimeDelta::seconds(-1), "customer").unwrap_err();
    assert!(matches!(error, Error::Window { .. }));
    assert_eq!(
        error.to_string(),
        "a window of -1 s, expected at least 0 s and less than 292,000 years"
    );
}
