//! `forecast`: from a CSV file and from a call log.

use std::fmt::Write;

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use serde_json::Value;

use super::place::{Place, Ran, shipped};

const HEADER: &str = "time,mean,median,lower_80,upper_80,lower_95,upper_95";

/// Hours of six weeks from a Monday on; the function gives each hour's field, `None` leaves the row out.
fn hours(field: impl Fn(DateTime<Utc>) -> Option<String>) -> String {
    let start: DateTime<Utc> = "2026-03-02T00:00:00Z".parse().unwrap();
    let mut text = "ts,calls\n".to_owned();
    for hour in 0..6 * 7 * 24 {
        let at = start + TimeDelta::hours(hour);
        if let Some(field) = field(at) {
            writeln!(text, "{},{field}", at.format("%Y-%m-%dT%H:%M:%SZ")).unwrap();
        }
    }
    text
}

fn forecast(place: &Place, flags: &[&str]) -> Ran {
    let given = [
        "--series",
        "s.csv",
        "--time",
        "ts",
        "--value",
        "calls",
        "--horizon",
        "24",
        "--out",
        "f/f.csv",
    ];
    place.run("forecast", &[&given, flags].concat())
}

/// The rows of a forecast: time, and the six figures.
#[track_caller]
fn rows(table: &str) -> Vec<(DateTime<Utc>, [f64; 6])> {
    let mut lines = table.lines();
    assert_eq!(lines.next(), Some(HEADER));
    let rows: Vec<(DateTime<Utc>, [f64; 6])> = lines
        .map(|line| {
            let (time, figures) = line.split_once(',').unwrap();
            let figures: Vec<f64> = figures.split(',').map(|it| it.parse().unwrap()).collect();
            (time.parse().unwrap(), figures.try_into().unwrap())
        })
        .collect();
    for (time, [mean, median, lower_80, upper_80, lower_95, upper_95]) in &rows {
        let is_ordered = 0.0 <= *lower_95
            && lower_95 <= lower_80
            && lower_80 <= median
            && median <= upper_80
            && upper_80 <= upper_95;
        assert!(is_ordered && mean.is_finite() && upper_95.is_finite(), "{time}");
    }
    rows
}

#[test]
fn a_series_is_continued_after_its_end() {
    let place = Place::new();
    place.write("s.csv", hours(|at| Some((at.hour() * 3).to_string())));
    forecast(&place, &[]).succeeds();
    let rows = rows(&place.read("f/f.csv"));
    assert_eq!(rows.len(), 24);
    for (hour, (time, figures)) in rows.iter().enumerate() {
        assert_eq!(time.to_rfc3339(), format!("2026-04-13T{hour:02}:00:00+00:00"));
        // A day's shape is smoothed a little, which bends the ends of a slope.
        let is_end = matches!(hour, 0..=1 | 22..);
        // Half a call is added to a day's total: a thousandth is left of it.
        let right = hour as f64 * 3.0;
        assert!(is_end || (figures[0] / right - 1.0).abs() < 1e-3, "{time}: {figures:?}");
    }
}

#[test]
fn absent_rows_and_empty_fields_are_missing_and_not_zero() {
    let place = Place::new();
    let is_lost = |at: DateTime<Utc>| at.timestamp() / 3600 % 5 == 0;
    let is_empty = |at: DateTime<Utc>| at.timestamp() / 3600 % 7 == 0;
    let field = |at, lost: Option<&str>| match (is_lost(at), is_empty(at)) {
        (true, _) => lost.map(str::to_owned),
        (_, true) => Some(lost.unwrap_or_default().to_owned()),
        _ => Some("10".to_owned()),
    };
    place.write("s.csv", hours(|at| field(at, None)));
    forecast(&place, &["--interval", "1h"]).succeeds();
    for (time, figures) in rows(&place.read("f/f.csv")) {
        assert!((figures[0] - 10.0).abs() < 0.05, "{time}: {figures:?}");
    }
    place.write("s.csv", hours(|at| field(at, Some("0"))));
    forecast(&place, &["--interval", "1h"]).succeeds();
    let with_zeros: f64 = rows(&place.read("f/f.csv")).iter().map(|it| it.1[0]).sum();
    assert!(with_zeros < 200.0, "zeros count: {with_zeros}");
}

#[track_caller]
fn check_scores(report: &Value, days: usize) {
    let models = report["models"].as_array().unwrap();
    assert!(models.len() >= 3, "a model and baselines: {report}");
    for model in models {
        let by_day = model["by_day"].as_array().unwrap();
        assert_eq!(by_day.len(), days, "{}", model["name"]);
        for scores in by_day.iter().chain([&model["overall"]]) {
            for name in ["mae", "rmse", "wape", "mase", "median_pinball"] {
                assert!(scores[name].is_f64(), "{} {name}: {scores}", model["name"]);
            }
            let intervals = scores["intervals"].as_array().unwrap();
            assert_eq!(intervals.len(), 2);
            for interval in intervals {
                let coverage = interval["coverage"].as_f64().unwrap();
                assert!(
                    (0.0..=1.0).contains(&coverage) && interval["pinball"].is_f64(),
                    "{interval}"
                );
            }
        }
    }
}

#[test]
fn a_backtest_scores_the_model_and_each_baseline_by_days_ahead() {
    let place = shipped();
    let flags = [
        "--calls",
        "log",
        "--interval",
        "30m",
        "--horizon",
        "336",
        "--country",
        "IL",
        "--backtest",
        "4",
        "--step",
        "336",
        "--out",
        "f/f.csv",
    ];
    place.run("forecast", &flags).succeeds();
    assert_eq!(rows(&place.read("f/f.csv")).len(), 336);
    check_scores(&place.json("f/scores.json"), 7);
}

#[test]
fn a_backtest_of_a_series_is_scored_too() {
    let place = Place::new();
    place.write("s.csv", hours(|at| Some((at.timestamp() / 3600 * 7 % 31).to_string())));
    forecast(&place, &["--backtest", "3", "--step", "24"]).succeeds();
    check_scores(&place.json("f/scores.json"), 1);
}

#[test]
fn json_is_one_object_with_the_forecast() {
    let place = Place::new();
    place.write("s.csv", hours(|at| Some(at.hour().to_string())));
    let ran = forecast(&place, &["--json", "--quiet"]).succeeds();
    assert_eq!(ran.stdout.lines().count(), 1);
    let printed: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(printed["forecast"]["mean"].as_array().map(Vec::len), Some(24));
}

#[test]
fn other_levels_give_other_columns() {
    let place = Place::new();
    place.write("s.csv", hours(|at| Some(at.hour().to_string())));
    forecast(&place, &["--level", "0.5,0.999"]).succeeds();
    let table = place.read("f/f.csv");
    assert_eq!(
        table.lines().next(),
        Some("time,mean,median,lower_50,upper_50,lower_99.9,upper_99.9")
    );
}

#[test]
fn a_campaign_is_forecast_by_what_those_of_its_name_did() {
    let place = Place::new();
    let is_sale =
        |at: DateTime<Utc>| ["03-11", "03-18", "03-26"].contains(&&*at.format("%m-%d").to_string());
    let calls = |at: DateTime<Utc>| (at.hour() + 10) * if is_sale(at) { 2 } else { 1 };
    place.write("s.csv", hours(|at| Some(calls(at).to_string())));
    let days = ["03-11,2026-03-12", "03-18,2026-03-19", "03-26,2026-03-27", "04-13,2026-04-14"];
    let rows_of: String = days.map(|it| format!("sale,2026-{it}\n")).concat();
    place.write("events.csv", format!("name,start,end\n{rows_of}"));
    let sum =
        |place: &Place| -> f64 { rows(&place.read("f/f.csv")).iter().map(|it| it.1[0]).sum() };
    forecast(&place, &[]).succeeds();
    let without = sum(&place);
    forecast(&place, &["--events", "events.csv"]).succeeds();
    let with = sum(&place);
    assert!(with > 1.3 * without && with < 2.1 * without, "{with} with, {without} without");

    let ran = forecast(&place, &["--events", "events.csv", "--model", "profile"]).succeeds();
    let said = "4 event(s) read; of the models, only calendar uses them";
    assert!(ran.stdout.contains(said), "{}", ran.stdout);
}

#[test]
fn a_bad_event_is_named_by_file_line_field_and_value() {
    let place = Place::new();
    place.write("s.csv", hours(|at| Some(at.hour().to_string())));
    place.write(
        "events.csv",
        "name,start,end\nsale,2026-03-09,2026-03-10\nfair,next week,2026-03-20\n",
    );
    forecast(&place, &["--events", "events.csv"]).fails(&[
        "events.csv",
        "line 3",
        "start",
        "next week",
        "expected",
    ]);
}

#[track_caller]
fn check_bad_series(text: &str, flags: &[&str], texts: &[&str]) {
    let place = Place::new();
    place.write("s.csv", text);
    forecast(&place, flags).fails(texts);
    assert!(!place.path("f").exists(), "a failed forecast writes nothing");
}

#[test]
fn a_series_that_cannot_be_read_is_named_by_file_line_column_and_value() {
    check_bad_series("", &[], &["s.csv", "ts"]);
    check_bad_series("ts,calls\n", &[], &["s.csv"]);
    check_bad_series("at,calls\n2026-03-02T00:00:00Z,1\n", &[], &["s.csv:1", "\"ts\"", "at,calls"]);
    let all_bad = "ts,calls\n2026-03-02T00:00:00Z,many\nnoon,2\n";
    check_bad_series(all_bad, &[], &["s.csv:2: calls: \"many\", expected a number"]);
    check_bad_series("ts,calls\nnoon,2\n", &[], &["s.csv:2: ts: \"noon\", expected a stamp"]);
    let short = "ts,calls\n2026-03-02T00:00:00Z,1\n2026-03-02T01:00:00Z\n";
    check_bad_series(short, &[], &["s.csv", "line: 3"]);
    let two = "ts,calls\n2026-03-02T00:00:00Z,1\n2026-03-02T01:00:00Z,2\n";
    check_bad_series(two, &[], &["need at least", "got 2"]);
}

#[test]
fn a_bad_row_of_a_series_is_missing_and_said() {
    let place = Place::new();
    let bad = ["many", "+1 202 555 0123"];
    place.write(
        "s.csv",
        hours(|at| {
            Some(
                bad.get(usize::try_from(at.timestamp() / 3600 % 999).unwrap())
                    .map_or("10", |it| it)
                    .to_owned(),
            )
        }),
    );
    let ran = forecast(&place, &[]).succeeds();
    assert!(
        ran.stdout.contains("row(s) rejected, their intervals are missing; first: s.csv:"),
        "{}",
        ran.stdout
    );
    for (time, figures) in rows(&place.read("f/f.csv")) {
        assert!((figures[0] - 10.0).abs() < 1e-3, "{time}: {figures:?}");
    }
    let json = forecast(&place, &["--json"]).succeeds().stdout;
    assert!(json.contains("\"many\\\", expected a number") && !json.contains("0123"), "{json}");
}

#[test]
fn an_unknown_queue_is_named() {
    shipped()
        .run(
            "forecast",
            &[
                "--calls",
                "log",
                "--queue",
                "sales",
                "--interval",
                "30m",
                "--horizon",
                "48",
                "--out",
                "q/f.csv",
            ],
        )
        .fails(&["sales"]);
}

#[test]
fn levels_that_are_close_have_columns_of_their_own() {
    let place = Place::new();
    place.write("s.csv", hours(|_| Some("3".to_owned())));
    forecast(&place, &["--level", "0.9991,0.9992"]).succeeds();
    let table = place.read("f/f.csv");
    let header = "time,mean,median,lower_99.91,upper_99.91,lower_99.92,upper_99.92";
    assert_eq!(table.lines().next(), Some(header));
}
