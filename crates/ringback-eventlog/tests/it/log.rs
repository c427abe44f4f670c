//! Cases, events and their order.

use proptest::prelude::*;
use ringback_eventlog::{EventLog, EventLogBuilder, ValueKind};

fn log(events: &[(&str, &str, i64)]) -> EventLog {
    let mut builder = EventLogBuilder::default();
    for (case, activity, at) in events {
        let case = builder.case(case);
        builder.event(case, activity, *at);
    }
    builder.build()
}

fn names(log: &EventLog, case: usize) -> Vec<&str> {
    let name = |it: usize| log.activities().get(log.activity()[it]).unwrap();
    log.case_events(case).map(name).collect()
}

#[test]
fn events_of_a_case_stand_together_in_the_order_of_time_and_equal_stamps_in_that_of_the_source() {
    let log = log(&[("a", "x", 5), ("b", "q", 1), ("a", "y", 3), ("a", "z", 3), ("b", "r", 2)]);
    assert_eq!(names(&log, 0), ["y", "z", "x"]);
    assert_eq!(names(&log, 1), ["q", "r"]);
    assert_eq!((log.order().ties, log.order().out_of_order), (1, 1));
    assert_eq!(log.case_starts(), [0, 3, 5]);
    assert_eq!(log.case_events(2), 0..0);
}

#[test]
fn attributes_move_with_their_events() {
    let mut builder = EventLogBuilder::default();
    let group = builder.column("org:group", ValueKind::Text);
    let case = builder.case("a");
    for (activity, at, of) in
        [("late", 9, Some("2nd")), ("early", 1, None), ("mid", 5, Some("1st"))]
    {
        builder.event(case, activity, at);
        if let Some(of) = of {
            builder.set(group, of);
        }
    }
    let log = builder.build();
    let column = log.column("org:group").unwrap();
    let texts: Vec<_> = (0..3).map(|it| column.text(it)).collect();
    assert_eq!(texts, [None, Some("1st"), Some("2nd")]);
}

#[test]
fn the_share_of_ties_is_of_neighbors_within_cases() {
    let order =
        log(&[("a", "x", 5), ("a", "y", 5), ("a", "z", 6), ("b", "q", 5), ("b", "r", 5)]).order();
    assert_eq!((order.pairs, order.ties, order.tie_share()), (3, 2, Some(2.0 / 3.0)));
    assert_eq!(log(&[("a", "x", 5)]).order().tie_share(), None);
}

#[test]
fn a_start_that_comes_late_and_starts_that_lack_stay_with_their_events() {
    let mut builder = EventLogBuilder::default();
    let case = builder.case("a");
    builder.event(case, "first", 10);
    builder.event(case, "second", 5);
    builder.started_at(3);
    builder.event(case, "third", 20);
    assert_eq!(builder.build().start_micros(), Some(&[3, 10, 20][..]));
}

proptest! {
    #[test]
    fn no_event_is_lost_and_every_case_is_in_order(
        events in prop::collection::vec((0..6_u8, 0..5_u8, -20..20_i64), 0..80)
    ) {
        let mut builder = EventLogBuilder::default();
        for (case, activity, at) in &events {
            let case = builder.case(&case.to_string());
            builder.event(case, &activity.to_string(), *at);
        }
        let log = builder.build();
        prop_assert_eq!(log.events(), events.len());
        for case in 0..log.cases() {
            // A stable sort of the source is the plain second implementation.
            let name = log.case_name(case).unwrap();
            let mut expected: Vec<_> =
                events.iter().filter(|it| it.0.to_string() == name).collect();
            expected.sort_by_key(|it| it.2);
            let expected: Vec<_> = expected.iter().map(|it| (it.1.to_string(), it.2)).collect();
            let found: Vec<_> = names(&log, case)
                .into_iter()
                .map(str::to_owned)
                .zip(log.at_micros()[log.case_events(case)].iter().copied())
                .collect();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_column_answers_as_a_map_does_however_few_events_have_it(
        values in prop::collection::vec((0..3000_usize, 0..4_u8), 0..60),
        events in 1..3000_usize,
    ) {
        let mut builder = EventLogBuilder::default();
        let column = builder.column("rare", ValueKind::Text);
        let case_column = builder.case_column("rare", ValueKind::Text);
        let mut expected = std::collections::BTreeMap::new();
        for event in 0..events {
            let case = builder.case(&event.to_string());
            builder.event(case, "x", 0);
            for (_, value) in values.iter().filter(|it| it.0 == event) {
                builder.set(column, &value.to_string());
                builder.set_case(case, case_column, &value.to_string());
                expected.insert(event, value.to_string());
            }
        }
        let log = builder.build();
        for column in [log.column("rare").unwrap(), log.case_column("rare").unwrap()] {
            prop_assert_eq!(column.filled(), expected.len());
            for event in 0..events {
                prop_assert_eq!(column.text(event), expected.get(&event).map(String::as_str));
            }
        }
    }
}
