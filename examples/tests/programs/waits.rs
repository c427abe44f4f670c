//! `waits`: a prediction a caller, and scores that agree with a second implementation.

use std::collections::BTreeMap;

use serde_json::Value;

use super::place::{MONTHS, fixture, shipped};

const HEADER: &str = "call_id,queued_at,queue,outcome,wait_secs,mean_secs,p10_secs,p50_secs,p90_secs,les_secs,\
                      queue_length_secs,lower_90_secs,upper_90_secs,p05_secs,p25_secs,p75_secs,p95_secs,intent,method";

/// The columns of a row that are predictions of the model.
const PREDICTIONS: std::ops::Range<usize> = 5..9;

#[track_caller]
fn check_rows(table: &str) {
    let mut lines = table.lines();
    assert_eq!(lines.next(), Some(HEADER));
    for line in lines {
        let fields: Vec<&str> = line.split(',').collect();
        assert_eq!(fields.len(), 19, "{line}");
        let secs: Vec<f64> = fields[PREDICTIONS].iter().map(|it| it.parse().unwrap()).collect();
        assert!(secs.iter().all(|it| it.is_finite() && *it >= 0.0), "{line}");
        assert!(secs[1] <= secs[2] && secs[2] <= secs[3], "{line}");
    }
}

#[test]
fn the_baselines_agree_with_the_second_implementation() {
    let place = shipped();
    let flags =
        ["--calls", "log", "--train-until", "1999-06-01T00:00:00+03:00", "--out", "w/waits.csv"];
    place.run("waits", &flags).succeeds();
    let table = place.read("w/waits.csv");
    check_rows(&table);
    let text = std::fs::read_to_string(fixture("reference/waits/expected.json")).unwrap();
    let expected: Value = serde_json::from_str(&text).unwrap();
    let rows = table.lines().count() - 1;
    assert_eq!(Some(rows as u64), expected["test_arrivals"]["n"].as_u64());
    let scores = place.json("w/scores.json");
    for (ours, theirs) in [
        ("last_to_enter_service", "les"),
        ("mean_of_last_ten", "avg10"),
        ("head_of_line", "hol"),
        ("queue_length", "ql"),
    ] {
        let (ours, theirs) = (&scores["baselines"][ours], &expected["scores"][theirs]);
        assert_eq!(ours["calls"], theirs["n"], "{theirs}");
        for (score, reference) in [
            ("mae_secs", "mae_secs"),
            ("rmse_secs", "rmse_secs"),
            ("rmse_over_mean", "rmse_over_mean_wait"),
        ] {
            let (ours, theirs) =
                (ours[score].as_f64().unwrap(), theirs[reference].as_f64().unwrap());
            assert!((ours / theirs - 1.0).abs() < 0.01, "{score}: {ours}, expected {theirs}");
        }
    }
    let model = &scores["model"];
    for score in ["mae_secs", "rmse_secs", "rmse_over_mean", "coverage_p10_p90", "concordance"] {
        assert!(model[score].as_f64().is_some_and(f64::is_finite), "{score}: {model}");
    }
}

/// The rows of callers who entered a queue before a moment, by call.
fn rows_before<'a>(table: &'a str, end: &str) -> BTreeMap<&'a str, &'a str> {
    let rows = table.lines().skip(1).map(|line| (line.split(',').next().unwrap(), line));
    rows.filter(|it| it.1.split(',').nth(1).unwrap() < end).collect()
}

#[track_caller]
fn check_no_future(update: &str, train_until: &str, callers: usize) {
    let place = shipped();
    let half = super::place::Place::new();
    half.ingest_months(&MONTHS.map(|it| it.0)[..6], "log");
    let flags =
        ["--calls", "log", "--train-until", train_until, "--update", update, "--out", update];
    for place in [&*place, &half] {
        place.run("waits", &flags).succeeds();
    }
    let (whole, half) = (place.read(update), half.read(update));
    check_rows(&whole);
    // July begins at 21:00 UTC.
    let end = "1999-06-30T21:00:00Z";
    let (with_july, without) = (rows_before(&whole, end), rows_before(&half, end));
    assert_eq!(without.len(), half.lines().count() - 1);
    assert!(without.len() > callers, "{} rows", without.len());
    assert!(with_july == without, "July changes what was told before");
}

#[test]
fn a_log_without_july_gives_the_same_rows_for_may_and_june() {
    check_no_future("none", "1999-05-01", 40_000);
}

#[test]
fn a_model_that_learns_daily_knows_nothing_of_july_either() {
    check_no_future("daily", "1999-06-26", 2_000);
}

#[test]
fn json_is_the_scores() {
    let place = shipped();
    let flags = [
        "--calls",
        "log",
        "--train-until",
        "1999-07-25",
        "--json",
        "--quiet",
        "--out",
        "j/waits.csv",
    ];
    let ran = place.run("waits", &flags).succeeds();
    assert_eq!(ran.stdout.lines().count(), 1);
    assert_eq!(serde_json::from_str::<Value>(&ran.stdout).unwrap(), place.json("j/scores.json"));
}

/// The log names the queue of a wait, and none for the call.
#[test]
fn a_row_names_the_queue_that_the_caller_entered() {
    let place = super::place::Place::new();
    let mapping = r#"
        source = "shop"
        zone = "UTC"
        key = ["id"]
        time = { format = "%Y-%m-%d %H:%M" }
        outcome = { value = "answered" }
        stage = [
            { kind = "queue", start = "in", end = "out", queue = "skill" },
            { kind = "talk", start = "out", end = "end" },
        ]
    "#;
    let row = |n: u32| {
        let hour = n / 4;
        format!(
            "{n},2026-05-0{} {:02}:00,2026-05-0{0} {1:02}:01,2026-05-0{0} {1:02}:09,gold\n",
            4 + hour / 24,
            hour % 24
        )
    };
    let rows: String = (0..200).map(row).collect();
    place.write("shop.toml", mapping);
    place.write("shop.csv", format!("id,in,out,end,skill\n{rows}"));
    place.ingest_shop(&["shop.csv"]).succeeds();
    let flags = ["--calls", "out", "--train-until", "2026-05-05", "--out", "waits.csv"];
    place.run("waits", &flags).succeeds();
    let table = place.read("waits.csv");
    check_rows(&table);
    let queues: Vec<&str> = table.lines().skip(1).map(|it| it.split(',').nth(2).unwrap()).collect();
    assert_eq!(queues, ["gold"; 200 - 96]);
}
