use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::Zone;
use ringback_features::{Event, Events};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn copenhagen() -> Zone {
    "Europe/Copenhagen".parse().unwrap()
}

fn names<'a>(events: impl Iterator<Item = &'a Event>) -> Vec<&'a str> {
    events.map(Event::name).collect()
}

#[test]
fn an_event_goes_on_from_its_start_to_just_before_its_end() {
    let event =
        Event::new("mailing", at("2026-05-04T10:00:00Z"), at("2026-05-04T12:00:00Z")).unwrap();
    assert!(!event.is_active_at(at("2026-05-04T09:59:59Z")));
    assert!(event.is_active_at(at("2026-05-04T10:00:00Z")));
    assert!(event.is_active_at(at("2026-05-04T11:59:59Z")));
    assert!(!event.is_active_at(at("2026-05-04T12:00:00Z")));
}

#[test]
fn an_event_must_end_after_it_starts() {
    let error =
        Event::new("mailing", at("2026-05-04T10:00:00Z"), at("2026-05-04T10:00:00Z")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "event \"mailing\" ends at 2026-05-04 10:00:00 UTC, expected an end after its start at 2026-05-04 10:00:00 UTC",
    );
}

#[test]
fn an_event_is_known_from_its_instant_on_or_always() {
    let event =
        Event::new("outage", at("2026-05-04T10:00:00Z"), at("2026-05-04T12:00:00Z")).unwrap();
    assert!(event.is_known_as_of(DateTime::<Utc>::MIN_UTC));
    let event = event.known_at(at("2026-05-04T10:20:00Z"));
    assert!(!event.is_known_as_of(at("2026-05-04T10:19:59Z")));
    assert!(event.is_known_as_of(at("2026-05-04T10:20:00Z")));
}

#[test]
fn what_is_active_and_known_equals_a_scan_of_all_events() {
    const SEED: u64 = 7;
    let mut state = SEED;
    let mut draw = |below: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((state >> 33) % below).unwrap()
    };
    let start = at("2026-01-01T00:00:00Z");
    let all: Vec<Event> = (0..200)
        .map(|number| {
            let starts_at = start + TimeDelta::minutes(draw(20_000));
            let ends_at = starts_at + TimeDelta::minutes(1 + draw(500));
            let event = Event::new(format!("event {number:03}"), starts_at, ends_at).unwrap();
            event.known_at(starts_at + TimeDelta::minutes(draw(1_000) - 500))
        })
        .collect();
    let events: Events = all.iter().cloned().collect();
    let mut seen = 0;
    let grid = (-100..21_000).step_by(37).map(|minute| start + TimeDelta::minutes(minute));
    let second = TimeDelta::seconds(1);
    let edges = all.iter().flat_map(|it| [it.starts_at(), it.ends_at() - second, it.ends_at()]);
    for at in grid.chain(edges) {
        let as_of = at - TimeDelta::minutes(60);
        let mut active: Vec<&Event> = all.iter().filter(|it| it.is_active_at(at)).collect();
        active.sort();
        assert_eq!(events.active_at(at).collect::<Vec<_>>(), active, "{at}");
        active.retain(|it| it.is_known_as_of(as_of));
        assert_eq!(events.active_as_of(at, as_of).collect::<Vec<_>>(), active, "{at}");
        let known = all.iter().filter(|it| it.is_known_as_of(as_of)).count();
        assert_eq!(events.known_as_of(as_of).count(), known, "{at}");
        seen += active.len();
    }
    assert!(seen > 100, "{seen} known events seen");
}

#[test]
fn the_order_of_the_input_does_not_matter() {
    let first = Event::new("a", at("2026-05-04T10:00:00Z"), at("2026-05-04T12:00:00Z")).unwrap();
    let second = Event::new("b", at("2026-05-04T10:00:00Z"), at("2026-05-04T12:00:00Z")).unwrap();
    let forth: Events = [first.clone(), second.clone()].into_iter().collect();
    let back: Events = [second, first].into_iter().collect();
    assert_eq!(forth, back);
    assert_eq!(names(forth.iter()), ["a", "b"]);
    assert_eq!(forth.len(), 2);
    assert!(!forth.is_empty() && Events::default().is_empty());
}

#[track_caller]
fn check_row(row: &str, expected: [&str; 2]) {
    let table = format!("name,start,end\n{row}\n");
    let events = Events::from_csv(&table, copenhagen()).unwrap();
    let event = events.iter().next().unwrap();
    assert_eq!([event.starts_at(), event.ends_at()], expected.map(at), "{row}");
}

#[test]
fn stamps_are_rfc_3339_or_local_times_or_local_days() {
    check_row(
        "a,2026-05-04T10:00:00+02:00,2026-05-04T12:00:00Z",
        ["2026-05-04T08:00:00Z", "2026-05-04T12:00:00Z"],
    );
    check_row(
        "a,2026-05-04 10:00,2026-05-04 12:00:30",
        ["2026-05-04T08:00:00Z", "2026-05-04T10:00:30Z"],
    );
    check_row(
        "a,2026-01-04T10:00,2026-01-04T12:00:00",
        ["2026-01-04T09:00:00Z", "2026-01-04T11:00:00Z"],
    );
    // The whole of both days, the second with the change of clocks.
    check_row("a,2026-10-24,2026-10-25", ["2026-10-23T22:00:00Z", "2026-10-25T23:00:00Z"]);
    // From the first 02:30 to the second.
    check_row(
        "a,2026-10-25 02:30,2026-10-25 02:30",
        ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"],
    );
}

#[test]
fn a_day_on_which_it_became_known_counts_when_it_is_over() {
    let table = "known_at,label,name,start,end\n2026-05-04,outage,a,2026-05-04,2026-05-05\n,,b,2026-05-04,2026-05-05\n";
    let events = Events::from_csv(table, copenhagen()).unwrap();
    let found: Vec<_> = events.iter().map(|it| (it.name(), it.kind(), it.known_since())).collect();
    let known_at = at("2026-05-04T22:00:00Z");
    assert_eq!(found, [("a", Some("outage"), Some(known_at)), ("b", None, None)]);
}

#[test]
fn quotes_blanks_and_a_byte_order_mark_are_read() {
    let table = "\u{feff}name, start, end\r\n\"Mailing, part 1\", 2026-05-04, 2026-05-05\r\n";
    let events = Events::from_csv(table, copenhagen()).unwrap();
    assert_eq!(names(events.iter()), ["Mailing, part 1"]);
}

#[track_caller]
fn check_refused(table: &str, expected: &str) {
    let error = Events::from_csv(table, copenhagen()).unwrap_err();
    assert_eq!(error.to_string(), expected);
}

#[test]
fn an_error_names_line_field_value_and_what_was_expected() {
    check_refused(
        "name,start,end\na,2026-05-04,2026-05-05\nb,4.5.2026,2026-05-05\n",
        "line 3: start is \"4.5.2026\", expected an RFC 3339 stamp, a local YYYY-MM-DD HH:MM[:SS] that the clock showed, \
         or YYYY-MM-DD (zone Europe/Copenhagen)",
    );
    check_refused(
        "name,start,end\na,2026-03-29 02:30,2026-05-05\n",
        "line 2: start is \"2026-03-29 02:30\", expected an RFC 3339 stamp, a local YYYY-MM-DD HH:MM[:SS] that the clock showed, \
         or YYYY-MM-DD (zone Europe/Copenhagen)",
    );
    check_refused(
        "name,start,end\na,2026-05-05,2026-05-04\n",
        "line 2: end is \"2026-05-04\", expected an end after the start at 2026-05-04 22:00:00 UTC",
    );
    check_refused(
        "name,start,end\n,2026-05-05,2026-05-04\n",
        "line 2: name is \"\", expected a name",
    );
    check_refused("name,start,end\na,2026-05-05\n", "line 2 has 2 fields, expected 3");
    check_refused(
        "name,start\na,2026-05-05\n",
        "column \"end\" is missing, expected name, start, end and optionally known_at, label",
    );
    check_refused(
        "name,start,end,knownat\na,2026-05-05,2026-05-05,\n",
        "column \"knownat\" is unknown or there twice, expected name, start, end and optionally known_at, label",
    );
    check_refused(
        "name,start,end,end\na,2026-05-05,2026-05-05,2026-05-05\n",
        "column \"end\" is unknown or there twice, expected name, start, end and optionally known_at, label",
    );
}

#[test]
fn events_survive_json_and_json_is_checked() {
    let event = Event::new("mailing", at("2026-05-04T10:00:00Z"), at("2026-05-04T12:00:00Z"))
        .unwrap()
        .label("letter")
        .known_at(at("2026-05-01T00:00:00Z"));
    let json = serde_json::to_string(&event).unwrap();
    assert_eq!(serde_json::from_str::<Event>(&json).unwrap(), event);
    let turned =
        r#"{"name":"a","starts_at":"2026-05-04T12:00:00Z","ends_at":"2026-05-04T10:00:00Z"}"#;
    let error = serde_json::from_str::<Event>(turned).unwrap_err();
    assert!(error.to_string().contains("expected an end after its start"), "{error}");
}
