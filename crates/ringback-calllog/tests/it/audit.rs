use std::fmt::Write;

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{Audit, ReadLog, Sufficiency};

use crate::shop::{MAPPING, at, read};

const PLAIN: &str = r#"
    source = "test"
    zone = "Europe/Copenhagen"
    key = ["id"]
    started = "at"
    outcome = { value = "answered" }
    time = { format = "rfc3339" }
"#;

/// A log of calls at these instants.
fn log_of(arrivals: &[DateTime<Utc>]) -> ReadLog {
    let mut log = String::from("id,at\n");
    for (id, at) in arrivals.iter().enumerate() {
        writeln!(log, "{id},{}", at.to_rfc3339()).expect("a string takes it");
    }
    read(PLAIN, log)
}

/// Calls every some minutes for some weeks, but for those between two instants.
fn steady(weeks: i64, minutes: i64, without: &[(&str, &str)]) -> Vec<DateTime<Utc>> {
    let start = at("2026-01-05T00:00:00+01:00");
    let steps = weeks * 7 * 24 * 60 / minutes;
    let without: Vec<_> = without.iter().map(|(from, to)| (at(from), at(to))).collect();
    (0..steps)
        .map(|step| start + TimeDelta::minutes(step * minutes))
        .filter(|it| !without.iter().any(|(from, to)| from < it && it < to))
        .collect()
}

#[track_caller]
fn check(weeks: i64, minutes: i64, is_sufficient: bool, allows: &str) -> Sufficiency {
    let audit = log_of(&steady(weeks, minutes, &[])).audit;
    assert_eq!(audit.sufficiency.is_sufficient, is_sufficient);
    assert!(audit.sufficiency.allows.ends_with(allows), "{}", audit.sufficiency.allows);
    assert_eq!(audit.warnings.contains(&audit.sufficiency.allows), !is_sufficient);
    audit.sufficiency
}

#[test]
fn what_the_amount_of_data_allows_is_said() {
    check(
        14,
        30,
        true,
        "14.0 weeks with 336 calls a week: enough for forecasts by interval, wait predictions and comparisons of weeks",
    );
    check(
        5,
        30,
        false,
        "less than 3 months: enough for service measures, a weekly profile and wait predictions; holidays and seasons cannot be told",
    );
    check(
        2,
        30,
        false,
        "less than 3 months: enough for service measures of the days at hand; forecasts and wait predictions need 3 weeks at least",
    );
    let thin = check(
        20,
        120,
        false,
        "less than 200 a week: enough for service measures by month and forecasts by day; hourly figures are mostly chance",
    );
    assert!((thin.calls_per_week - 84.0).abs() < 0.1 && (thin.weeks - 20.0).abs() < 0.02);
    check(
        2,
        120,
        false,
        "less than 3 months and less than 200 a week: enough to look at single calls and overall service measures; no forecasts",
    );
}

#[test]
fn a_single_call_is_a_log_of_a_day() {
    let audit = log_of(&[at("2026-05-04T09:00:00Z")]).audit;
    assert_eq!((audit.sufficiency.weeks, audit.sufficiency.calls_per_week), (0.0, 7.0));
    assert_eq!((audit.first, audit.last), (audit.last, Some(at("2026-05-04T09:00:00Z"))));
}

fn gaps(audit: &Audit) -> Vec<(String, String, String, u64)> {
    let gaps = audit.gaps.iter();
    gaps.map(|it| {
        let calls = format!("{:.3}", it.calls_expected);
        (it.from.to_rfc3339(), it.to.to_rfc3339(), calls, it.stray_calls)
    })
    .collect()
}

#[test]
fn a_stretch_without_calls_is_a_gap_where_other_weeks_have_many() {
    let arrivals = steady(6, 10, &[("2026-01-20T10:00:00Z", "2026-01-20T16:00:00Z")]);
    let audit = log_of(&arrivals).audit;
    let expected = [(
        "2026-01-20T10:00:00+00:00".into(),
        "2026-01-20T16:00:00+00:00".into(),
        "36.000".into(),
        0,
    )];
    assert_eq!(gaps(&audit), expected);
    let warning = "1 stretch(es) with hardly a call where the median week has 36 in all: closed, or a gap in the feed; \
                   2026-01-20 11:00 to 2026-01-20 17:00 (Europe/Copenhagen)";
    assert!(audit.warnings.iter().any(|it| it == warning), "{:?}", audit.warnings);
}

#[test]
fn short_stretches_short_logs_and_closed_hours_are_no_gaps() {
    // 18 calls are missing: fewer than chance explains.
    let short = steady(6, 10, &[("2026-01-20T10:00:00Z", "2026-01-20T13:00:00Z")]);
    assert_eq!(log_of(&short).audit.gaps, []);
    let young = steady(3, 10, &[("2026-01-20T10:00:00Z", "2026-01-21T13:00:00Z")]);
    assert_eq!(log_of(&young).audit.gaps, []);
    let nights_closed: Vec<_> = steady(6, 10, &[])
        .into_iter()
        .filter(|it| (7..19).contains(&(it.timestamp() / 3600 % 24)))
        .collect();
    assert_eq!(log_of(&nights_closed).audit.gaps, []);
}

#[test]
fn stray_calls_do_not_make_two_gaps_of_one() {
    let hole = [
        ("2026-01-20T00:00:00Z", "2026-01-20T12:00:00Z"),
        ("2026-01-20T12:10:00Z", "2026-01-21T00:00:00Z"),
    ];
    let audit = log_of(&steady(6, 10, &hole)).audit;
    let expected = [(
        "2026-01-20T00:00:00+00:00".into(),
        "2026-01-21T00:00:00+00:00".into(),
        "144.000".into(),
        2,
    )];
    assert_eq!(gaps(&audit), expected);
    let two = [
        ("2026-01-20T00:00:00Z", "2026-01-20T12:00:00Z"),
        ("2026-01-20T14:00:00Z", "2026-01-21T00:00:00Z"),
    ];
    assert_eq!(log_of(&steady(6, 10, &two)).audit.gaps.len(), 2);
}

#[test]
fn the_warning_names_the_longest_gaps_and_all_are_kept() {
    let days = ["06", "08", "10", "12", "14", "16", "18"];
    let holes: Vec<(String, String)> = days
        .iter()
        .enumerate()
        .map(|(at, day)| {
            (format!("2026-01-{day}T00:00:00Z"), format!("2026-01-{day}T{:02}:00:00Z", 5 + at))
        })
        .collect();
    let holes: Vec<(&str, &str)> =
        holes.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
    let audit = log_of(&steady(8, 10, &holes)).audit;
    assert_eq!(audit.gaps.len(), 7);
    let warning = audit.warnings.iter().find(|it| it.contains("hardly a call")).expect("a warning");
    assert!(
        warning.starts_with("7 stretch(es)")
            && warning.contains("the longest: 2026-01-10 01:00 to 2026-01-10 08:00, ")
    );
    assert_eq!(warning.matches(" to 2026-").count(), 5);
}

#[test]
fn a_stray_stamp_of_another_century_does_not_take_forever() {
    let mut arrivals = steady(6, 30, &[]);
    arrivals.push(at("1970-01-01T00:00:00Z"));
    arrivals.push(at("9999-12-31T00:00:00Z"));
    let audit = log_of(&arrivals).audit;
    assert_eq!(audit.gaps.len(), 2);
    let weeks = (audit.gaps[0].to - audit.gaps[0].from).as_seconds_f64() / 604_800.0;
    assert!((audit.gaps[0].calls_expected / weeks / 336.0 - 1.0).abs() < 1e-3);
}

#[test]
fn long_stages_open_calls_and_missing_agents_are_said() {
    let mapping = MAPPING.replace(
        "    [[stage]]\n    kind = \"queue\"",
        "    [[stage]]\n    kind = \"queue\"\n    agent = \"caller\"",
    );
    let row = |id: u32, to: &str| format!("{id},,2026-05-04 09:00:00,2026-05-04 {to},ok\n");
    let log = format!("{}{}{}", crate::shop::HEADER, row(1, "10:00:01"), row(2, "09:00:00"));
    let warnings = read(&mapping, log).audit.warnings;
    for expected in
        ["1 call(s) with more than 1 h in queue stages", "2 answered call(s) without a named agent"]
    {
        assert!(warnings.iter().any(|it| it == expected), "{warnings:?}");
    }
    let coarse = PLAIN.replace("source", "precision_secs = 60\nsource");
    let warnings = read(&coarse, "id,at\n1,2026-05-04T09:00:00Z\n").audit.warnings;
    for expected in [
        "abandoned calls are not observable in this source",
        "waits are not observable in this source",
        "stamps are exact to 60 s only",
    ] {
        assert!(warnings.iter().any(|it| it == expected), "{warnings:?}");
    }
    assert!(!warnings.iter().any(|it| it.contains("without a named agent")));
}

#[test]
fn an_audit_is_the_same_after_a_trip_through_json() {
    let audit = log_of(&steady(6, 10, &[("2026-01-20T10:00:00Z", "2026-01-20T16:00:00Z")])).audit;
    let json = serde_json::to_string(&audit).expect("json");
    assert_eq!(serde_json::from_str::<Audit>(&json).expect("an audit"), audit);
    for key in ["rows_read", "rows_used", "rows_skipped", "rows_rejected", "precision_secs"] {
        assert!(json.contains(&format!("\"{key}\":")), "{key}");
    }
}

#[test]
fn a_file_without_rows_beside_others_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a.csv"), "id,at\n1,2026-05-04T09:00:00Z\n").expect("a file");
    std::fs::write(folder.path().join("b.csv"), "id,at\n").expect("a file");
    let mut format = crate::shop::format(PLAIN).expect("a mapping");
    let read = ringback_calllog::LogReader::new()
        .read(&[folder.path().to_owned()], &mut format)
        .expect("read");
    assert!(
        read.audit.warnings.iter().any(|it| it.ends_with("b.csv: no rows in the file")),
        "{:?}",
        read.audit.warnings
    );
}
