//! The seven months of the Anonymous Bank, against the counts of a script that shares no code with ours
//! (`fixtures/reference/waits`).

use std::path::PathBuf;

use chrono::TimeDelta;
use ringback_calllog::{
    Call, Delimited, Direction, Intent, LogReader, Outcome, PseudonymKey, Pseudonymizer, ReadLog,
    StageEnd, StageKind,
};

use crate::shop::{assert_adds_up, at};

fn fixture(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "../../fixtures/anonymous_bank", name].iter().collect()
}

fn read(paths: &[PathBuf]) -> ReadLog {
    let mapping = std::fs::read_to_string(fixture("mapping.toml")).expect("the mapping");
    let key = PseudonymKey::from_bytes([7; 32]);
    let mut format = Delimited::new(&mapping, "mapping.toml", Pseudonymizer::new(&key, "bank"))
        .expect("the mapping");
    let read = LogReader::new().read(paths, &mut format).expect("the bank's log");
    assert_adds_up(&read);
    read
}

fn call<'a>(read: &'a ReadLog, id: &str) -> &'a Call {
    read.log.calls.iter().find(|it| it.call_id.as_str() == id).expect("a call")
}

const MONTHS: [(&str, u64); 7] = [
    ("january", 31_599),
    ("february", 33_344),
    ("march", 38_801),
    ("april", 32_036),
    ("may", 39_553),
    ("june", 37_935),
    ("july", 39_022),
];

#[test]
fn the_seven_months_give_the_published_counts() {
    let reference: serde_json::Value = serde_json::from_str(
        &std::fs::read_to_string(fixture("../reference/waits/expected.json")).expect("the file"),
    )
    .expect("json");
    let paths = MONTHS.map(|it| fixture(&format!("{}.txt.gz", it.0)));
    let read = read(&paths);
    let audit = &read.audit;
    assert_eq!((audit.rows_read, audit.rows_skipped, audit.rows_rejected), (252_290, 2_348, 0));
    assert_eq!(audit.skipped.get("outcome is PHANTOM"), Some(&2_348));
    for (file, (month, rows)) in audit.files.iter().zip(MONTHS) {
        assert_eq!(file.rows_used + file.rows_skipped + file.rows_rejected, rows, "{month}");
        let of_month = &reference["months"][month];
        assert_eq!(of_month["rows"].as_u64(), Some(rows));
        assert_eq!(of_month["phantom"].as_u64(), Some(file.rows_skipped), "{month}");
    }
    let count = |is: &dyn Fn(&Call) -> bool| read.log.calls.iter().filter(|it| is(it)).count();
    assert_eq!(count(&|it| it.outcome == Outcome::Answered), 196_364);
    assert_eq!(count(&|it| it.outcome == Outcome::Abandoned), 53_578);
    let is_queued = |it: &Call| it.wait().is_some_and(|it| it > TimeDelta::zero());
    assert_eq!(count(&is_queued), 157_936);
    assert_eq!(count(&|it| is_queued(it) && it.is_abandoned_in_queue()), 39_747);
    assert_eq!(count(&|it| !it.is_complete), 0);
    the_missing_days_are_found(&read);
    the_warnings_name_what_is_odd(&read);
}

#[track_caller]
fn the_missing_days_are_found(read: &ReadLog) {
    let audit = &read.audit;
    let (from, to) = (at("1999-01-11T00:00:00+02:00"), at("1999-01-12T23:59:59+02:00"));
    let gap = audit.gaps.iter().find(|it| it.from < from && to < it.to).expect("the missing days");
    assert!(gap.calls_expected > 1_000.0, "{gap:?}");
    assert!(audit.gaps.len() < 30, "{} gaps", audit.gaps.len());
    let of_gaps: Vec<&String> =
        audit.warnings.iter().filter(|it| it.contains("with hardly a call")).collect();
    assert_eq!(of_gaps.len(), 1);
    assert!(of_gaps[0].contains("1999-01-10 23:41 to 1999-01-13 03:08"), "{}", of_gaps[0]);
}

#[track_caller]
fn the_warnings_name_what_is_odd(read: &ReadLog) {
    let unnamed = read
        .log
        .calls
        .iter()
        .filter(|it| it.outcome == Outcome::Answered && it.agent().is_none())
        .count();
    let expected = format!("{unnamed} answered call(s) without a named agent");
    assert!(unnamed > 3_000 && read.audit.warnings.contains(&expected));
    assert!(read.audit.sufficiency.is_sufficient);
}

#[test]
fn february_has_a_call_that_enters_the_queue_at_midnight() {
    let read = read(&[fixture("february.txt.gz")]);
    let midnight = call(&read, "990215-AA0102-31056");
    assert_eq!(midnight.queued_at(), Some(at("1999-02-16T00:00:00+02:00")));
    assert_eq!(midnight.direction, Direction::Inbound);
    // Nothing past midnight goes back in time.
    for call in &read.log.calls {
        assert!(call.wait().is_none_or(|it| it >= TimeDelta::zero()), "{}", call.call_id);
        let is_long = |it: TimeDelta| it > TimeDelta::hours(6);
        assert!(!call.ended_at.is_some_and(|it| is_long(it - call.arrived_at)), "{}", call.call_id);
    }
}

#[test]
fn the_first_call_of_the_year_is_read_field_by_field() {
    let read = read(&[fixture("january.txt.gz")]);
    let call = call(&read, "990101-AA0101-33116");
    assert_eq!(call.arrived_at, at("1999-01-01T00:00:31+02:00"));
    assert_eq!(call.ended_at, Some(at("1999-01-01T00:03:09+02:00")));
    assert_eq!(call.wait().map(|it| it.num_seconds()), Some(153));
    assert_eq!(call.time_in(StageKind::Ivr).map(|it| it.num_seconds()), Some(5));
    assert_eq!((call.outcome, call.priority), (Outcome::Abandoned, Some(2)));
    assert_eq!(call.intent.as_ref().map(Intent::as_str), Some("PS"));
    let ends: Vec<StageEnd> = call.stages.iter().map(|it| it.end).collect();
    assert_eq!(ends, [StageEnd::Completed, StageEnd::Abandoned]);
    assert!(call.customer.is_some() && call.is_abandoned_in_queue());
    assert_eq!(call.legs, 1);
}
