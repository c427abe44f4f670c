//! Callers who come twice: at once, or soon after.

use proptest::prelude::*;
use ringback_eventlog::{EventLog, EventLogBuilder, ValueKind};
use ringback_mining::{Detectors, Pattern, detect};

const DAY: i64 = 86_400_000_000;

/// A case of one caller: when it was opened, and when it was closed, in days.
type Contact = (i64, Option<i64>);

fn log(contacts: &[Contact]) -> EventLog {
    let mut log = EventLogBuilder::default();
    let caller = log.case_column("caller", ValueKind::Text);
    for (number, (start, end)) in contacts.iter().enumerate() {
        let case = log.case(&number.to_string());
        log.set_case(case, caller, "one");
        log.event(case, "Work", start * DAY);
        if let Some(end) = end {
            log.event(case, "Closed", end * DAY);
        }
    }
    // Without a single closed case nobody would know which state ends one.
    let other = log.case("other");
    log.set_case(other, caller, "two");
    log.event(other, "Closed", 0);
    log.build()
}

/// The cases in which a pattern is.
fn found(contacts: &[Contact], pattern: Pattern) -> Vec<usize> {
    let settings = Detectors::default().only(&[pattern]).terminal(&["Closed"]);
    let settings = settings.min_cases(1).false_discovery_rate(1.0);
    let found = detect(&log(contacts), &settings).unwrap();
    let evidence = found.findings.iter().flat_map(|it| &it.evidence);
    let mut cases: Vec<usize> = evidence.map(|it| it.case.parse().unwrap()).collect();
    cases.sort_unstable();
    cases
}

#[test]
fn a_case_is_a_duplicate_as_long_as_any_earlier_one_is_open() {
    // The first is never closed; the second is, long before the third is opened.
    let contacts = [(0, None), (2, Some(3)), (8, Some(9))];
    assert_eq!(found(&contacts, Pattern::DuplicateCase), [1, 2]);
    assert!(found(&contacts, Pattern::RepeatContact).is_empty());
}

/// Straight from the definitions: every earlier case is looked at.
fn by_definition(contacts: &[Contact], pattern: Pattern) -> Vec<usize> {
    let is_hit = |at: usize| {
        let start = contacts[at].0;
        let before = || {
            let is_earlier = |it: &usize| (contacts[*it].0, *it) < (start, at);
            (0..contacts.len()).filter(is_earlier).map(|it| contacts[it])
        };
        let is_duplicate = before().any(|it| it.1.is_none_or(|end| start < end));
        let is_soon = before().any(|it| it.1.is_some_and(|end| end <= start && start - end <= 7));
        if pattern == Pattern::DuplicateCase { is_duplicate } else { !is_duplicate && is_soon }
    };
    (0..contacts.len()).filter(|it| is_hit(*it)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cases_that_come_twice_are_those_of_the_definitions(
        drawn in prop::collection::vec((0..30_i64, prop::option::of(0..12_i64)), 1..8),
    ) {
        let contacts: Vec<Contact> =
            drawn.into_iter().map(|(start, length)| (start, length.map(|it| start + it))).collect();
        for pattern in [Pattern::DuplicateCase, Pattern::RepeatContact] {
            prop_assert_eq!(found(&contacts, pattern), by_definition(&contacts, pattern), "{}", pattern);
        }
    }
}
