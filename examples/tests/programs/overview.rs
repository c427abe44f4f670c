//! `overview`: the main job.

use std::fmt::Write as _;
use std::fs;

use serde_json::Value;

use super::place::{Place, fixture};

const FILES: [&str; 6] = [
    "audit.json",
    "calls.parquet",
    "rejected.csv",
    "report.html",
    "stages.parquet",
    "summary.json",
];

const PARTS: [&str; 10] = [
    "audit",
    "service",
    "weeks",
    "load_by_hour_of_week",
    "waits_by_hour",
    "forecast",
    "forecast_backtest",
    "wait_predictions",
    "reachability",
    "callback_windows",
];

#[test]
fn without_arguments_it_reports_on_the_shipped_months_from_any_folder() {
    let place = Place::new();
    let ran = place.run("overview", &[]).succeeds();
    assert!(
        ran.stdout.starts_with("252290 rows read: 249942 used, 2348 skipped, 0 rejected"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.ends_with("open ringback-out/report.html\n"), "{}", ran.stdout);
    assert_eq!(place.files("ringback-out").keys().collect::<Vec<_>>(), FILES);
    let summary = place.json("ringback-out/summary.json");
    for part in PARTS {
        assert!(summary.get(part).is_some_and(|it| it.get("error").is_none()), "{part}");
    }
    assert_eq!(summary["audit"], place.json("ringback-out/audit.json"));
    let page = place.read("ringback-out/report.html");
    assert!(page.starts_with("<!doctype html>") && page.contains("252\u{202f}290"));
    // The bank wrote down only the outbound calls that were answered: what is shown is made up, is said to be, and moves no
    // window.
    let reach = &summary["reachability"];
    assert_eq!(reach["attempts_from"]["source"], "made_up");
    assert!(page.contains("Everything in this section stands on made-up attempts"));
    assert!(page.contains("those that nobody answered are not written, it seems"));
    assert!(reach["time_effect_shown"].as_bool().unwrap());
    let all = &reach["scores"]["evaluation"]["all"];
    assert!(all["auc"].as_f64().unwrap() > 0.7, "{all}");
    assert_eq!(summary["callback_windows"]["by_load_alone"], true);
    assert_eq!(summary["callback_windows"]["days"].as_array().unwrap().len(), 7);

    let again = place.run("overview", &["--json", "--quiet", "--out", "again"]).succeeds();
    assert_eq!(again.stdout.lines().count(), 1);
    assert_eq!(serde_json::from_str::<Value>(&again.stdout).unwrap(), summary);
    assert!(place.files("again") == place.files("ringback-out"), "two runs write the same bytes");
}

/// A month is too short for a backtest of eight weeks: the part says so, the others are there.
#[test]
fn a_folder_is_reported_on_by_its_mapping() {
    let place = Place::new();
    fs::create_dir(place.path("logs")).unwrap();
    for (from, to) in [("january.txt.gz", "logs/january.txt.gz"), ("mapping.toml", "bank.toml")] {
        fs::copy(fixture("anonymous_bank").join(from), place.path(to)).unwrap();
    }
    let flags =
        ["--mapping", "bank.toml", "--country", "IL", "--key-file", "key", "--out", "out", "logs"];
    place.run("overview", &flags).succeeds();
    assert_eq!(place.files("out").keys().collect::<Vec<_>>(), FILES);
    let summary = place.json("out/summary.json");
    assert_eq!(summary["audit"]["rows_read"], 31_599);
    let why = summary["forecast_backtest"]["error"].as_str().unwrap();
    assert!(place.read("out/report.html").contains(&format!("No backtest: {why}.")), "{why}");
    assert!(summary["waits_by_hour"].is_array());
}

#[test]
fn an_afternoon_of_calls_gives_a_report_that_says_what_it_cannot_say() {
    let place = Place::with_shop();
    let flags = ["--mapping", "shop.toml", "--key-file", "key", "--out", "out", "shop.csv"];
    let ran = place.run("overview", &flags).succeeds();
    assert!(ran.stdout.starts_with("5 rows read: 5 used"), "{}", ran.stdout);
    let summary = place.json("out/summary.json");
    assert_eq!(summary["service"]["calls_offered"], 5);
    for part in ["forecast", "forecast_backtest"] {
        assert!(summary[part]["error"].is_string(), "{part}: {}", summary[part]);
    }
    let page = place.read("out/report.html");
    assert!(page.contains("No forecast: ") && page.contains("No backtest: "));
    assert!(!page.contains("NaN") && !page.contains("inf "), "no figure is made up");
}

/// The vendors' outbound calls are attempts; a table of one's own takes their place.
#[test]
fn attempts_come_from_the_logs_or_from_a_table() {
    let place = Place::new();
    let vendors = fixture("vendors");
    let vendors = vendors.to_str().unwrap();
    place.run("overview", &["--key-file", "key", "--out", "out", vendors]).succeeds();
    let reach = &place.json("out/summary.json")["reachability"];
    assert_eq!(reach["attempts_from"]["source"], "outbound_calls");
    // Three days are too few to learn from, and the page says so.
    assert!(reach["scores"]["error"].as_str().unwrap().contains("expected at least 50"), "{reach}");
    let page = place.read("out/report.html");
    assert!(page.contains("How well an answer can be told is not observable in this source"));

    let mut text = "customer,attempted_at,reached\n".to_owned();
    for number in 0..200 {
        let (day, hour) = (1 + number % 28, 8 + number % 9);
        let reached = u8::from(number % 3 == 0);
        writeln!(text, "c{},2026-04-{day:02}T{hour:02}:00:00Z,{reached}", number % 40).unwrap();
    }
    place.write("dialer.csv", format!("{text}c1,never,1\n"));
    let flags =
        ["--key-file", "key", "--out", "own", "--attempts", "dialer.csv", "--json", vendors];
    let ran = place.run("overview", &flags).succeeds();
    let summary: Value = serde_json::from_str(&ran.stdout).unwrap();
    let reach = &summary["reachability"];
    assert_eq!(reach["attempts_from"]["name"], "dialer.csv");
    assert_eq!((&reach["attempts"], &reach["attempts_rejected"]), (&200.into(), &1.into()));
    assert!(reach["contact"]["first_attempt_reached"].is_number());
    assert!(place.read("own/report.html").contains("Attempts from dialer.csv."));

    place.write("none.csv", "customer,attempted_at,reached\nc1,never,1\n");
    let flags = ["--key-file", "key", "--out", "none", "--attempts", "none.csv", vendors];
    place.run("overview", &flags).fails(&["no attempt can be used", "none.csv:2: attempted_at"]);
}
