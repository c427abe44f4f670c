//! What is said of people: of five or more together, of one only where that is asked for.

use ringback_eventlog::{EventLog, EventLogBuilder, ValueKind};
use ringback_mining::{Detectors, Pattern, contributions, detect, root_causes};

const HOUR: i64 = 3_600_000_000;

/// Tickets of two groups of six people, each with a desk of its own; cases of one desk of one person take ten times as
/// long. A column names the desk, and more name the person.
fn log(person_column: &str) -> EventLog {
    let mut log = EventLogBuilder::default();
    let text = ValueKind::Text;
    let (group, person) = (log.column("org:group", text), log.column("org:resource", text));
    let (team, other) = (log.column("team", text), log.column(person_column, text));
    for number in 0..1200_i64 {
        let case = log.case(&format!("T-{number}"));
        let who = number % 12;
        let hours = if who == 7 { 100 + number % 9 } else { 10 + number % 9 };
        for (state, at) in [("Work", 0), ("Closed", hours)] {
            log.event(case, state, (number + at) * HOUR);
            log.set(group, if who < 6 { "north" } else { "south" });
            log.set(person, &format!("person {who}"));
            log.set(
                team,
                &if who == 7 { "lone desk".to_owned() } else { format!("desk {}", who % 2) },
            );
            log.set(other, &format!("alias {who}"));
        }
    }
    log.build()
}

/// All that is said of the log, and all hours for the values of its columns.
fn said(log: &EventLog, settings: &Detectors) -> String {
    let figures: Vec<f64> =
        (0..log.cases()).map(|it| if it % 12 == 7 { 100.0 } else { 10.0 }).collect();
    let is_long: Vec<bool> = figures.iter().map(|it| *it > 50.0).collect();
    let found = detect(log, settings).unwrap();
    let causes = root_causes(log, settings, &figures).unwrap();
    let shares = contributions(log, settings, &is_long).unwrap();
    serde_json::to_string(&(found, causes, shares)).unwrap()
}

#[test]
fn a_column_that_names_persons_is_not_compared() {
    for column in ["assignee", "Owner", "author", "technician", "handled by", "operator", "login"] {
        let log = log(column);
        let said = said(&log, &Detectors::default());
        assert!(said.contains("slow_stay"), "{said}");
        assert!(!said.contains("alias"), "{column}: {said}");
        assert!(!said.contains("person 7"), "{said}");
    }
}

#[test]
fn a_second_column_of_groups_names_none_of_fewer_than_five_people() {
    let log = log("assignee");
    let said = said(&log, &Detectors::default().compare(&["team", "org:group"]));
    assert!(said.contains("desk 0") && said.contains("(fewer than 5 people)"), "{said}");
    assert!(!said.contains("lone desk"), "{said}");
    let settings = Detectors::default().only(&[Pattern::SlowStay]).per_person(true);
    let all = serde_json::to_string(&detect(&log, &settings).unwrap()).unwrap();
    assert!(all.contains("lone desk"), "{all}");
}

#[test]
fn a_category_that_is_the_group_names_none_of_fewer_than_five_people() {
    let mut log = EventLogBuilder::default();
    let text = ValueKind::Text;
    let (group, person) = (log.column("org:group", text), log.column("org:resource", text));
    let caller = log.case_column("caller", text);
    for number in 0..20_i64 {
        let case = log.case(&format!("T-{number}"));
        log.set_case(case, caller, "one");
        for (state, at) in [("Work", 0), ("Closed", 3)] {
            log.event(case, state, (number + at) * HOUR);
            log.set(group, "lone desk");
            log.set(person, "one");
        }
    }
    let settings = Detectors::default().category("org:group").only(&[Pattern::DuplicateCase]);
    let said = serde_json::to_string(&detect(&log.build(), &settings).unwrap()).unwrap();
    assert!(said.contains("(fewer than 5 people)") && !said.contains("lone desk"), "{said}");
}

#[test]
fn a_level_of_fewer_than_five_people_is_not_named_and_keeps_its_place() {
    let mut log = EventLogBuilder::default();
    let text = ValueKind::Text;
    let (level, person) = (log.column("level", text), log.column("org:resource", text));
    for number in 0..60_i64 {
        let case = log.case(&format!("T-{number}"));
        let steps = [("level 2", format!("b{}", number % 6)), ("level 9", "lone".to_owned())];
        for ((name, who), at) in steps.into_iter().zip(0..) {
            log.event(case, "Work", (number + at) * HOUR);
            log.set(level, name);
            log.set(person, &who);
        }
        log.event(case, "Closed", (number + 3) * HOUR);
    }
    let settings = Detectors::default().only(&[Pattern::Escalation]);
    let found = detect(&log.build(), &settings).unwrap();
    assert_eq!(found.findings[0].cases, 60);
    assert_eq!(found.findings[0].parts[0].values, ["level 2", "(fewer than 5 people)"]);
}
