//! `reach`: a probability an attempt, and scores against the plain rates.

use std::fmt::Write as _;

use super::place::{Place, fixture};

const TRAIN_UNTIL: &str = "2024-05-15T00:00:00Z";

fn attempts() -> String {
    fixture("contact_attempts/simulated_1.csv.gz").to_string_lossy().into_owned()
}

#[test]
fn every_attempt_after_the_training_has_a_probability_better_than_the_plain_rates() {
    let place = Place::new();
    let attempts = attempts();
    let flags = ["--attempts", &attempts, "--train-until", TRAIN_UNTIL, "--model", "rate"];
    let flags = [&flags[..], &["--key-file", "key", "--out", "out/reach.csv"]].concat();
    let said = place.run("reach", &flags).succeeds().stdout;
    assert!(said.contains("segment") && said.contains("written to"), "{said}");
    let table = place.read("out/reach.csv");
    let mut lines = table.lines();
    assert_eq!(lines.next(), Some("row,probability"));
    let mut rows = 0_u64;
    let mut last = None;
    for line in lines {
        let (row, probability) = line.split_once(',').unwrap();
        let row: u64 = row.parse().unwrap();
        assert!(last < Some(row), "rows come once and in order: {line}");
        last = Some(row);
        assert!((0.0..=1.0).contains(&probability.parse::<f64>().unwrap()), "{line}");
        rows += 1;
    }
    let scores = place.json("out/scores.json");
    assert_eq!(scores["tested"].as_u64(), Some(rows));
    assert_eq!(scores["attempts"].as_u64(), Some(45_903));
    let score = |of: &serde_json::Value, name: &str| of[name].as_f64().unwrap();
    let model = &scores["model"];
    for (name, baseline) in scores["baselines"].as_object().unwrap() {
        assert!(score(model, "log_loss") < score(baseline, "log_loss"), "{name}");
        assert!(score(model, "brier") < score(baseline, "brier"), "{name}");
    }
    assert!(score(model, "auc") > 0.70, "{model}");
    assert!(score(model, "ece") < score(model, "ece_noise_floor") + 0.02, "{model}");
    assert_eq!(scores["time_effect_shown"], true);
}

#[test]
fn the_planted_truth_is_no_feature_whatever_learns() {
    // The truth itself scores an AUC of 0.81; who read it would come near.
    let place = Place::new();
    let attempts = attempts();
    let flags = ["--attempts", &attempts, "--train-until", TRAIN_UNTIL, "--model", "logistic"];
    let flags = [&flags[..], &["--key-file", "key", "--out", "out/reach.csv"]].concat();
    place.run("reach", &flags).succeeds();
    let auc = place.json("out/scores.json")["model"]["auc"].as_f64().unwrap();
    assert!((0.68..0.78).contains(&auc), "{auc}");
}

#[test]
fn stamps_may_be_seconds_since_1970_and_bad_rows_are_told_of() {
    let place = Place::new();
    let mut text = "customer,attempted_at,reached\n".to_owned();
    for attempt in 0..400_i64 {
        let at = 1_767_600_000 + attempt * 7_000;
        let reached = u8::from(attempt * 7 % 10 < 4);
        writeln!(text, "c{},{at},{reached}", attempt % 40).unwrap();
    }
    text += "c1,yesterday,1\nc1,1770400000,maybe\n";
    place.write("attempts.csv", text);
    let flags = ["--attempts", "attempts.csv", "--train-until", "2026-02-01", "--key-file", "key"];
    let said =
        place.run("reach", &[&flags[..], &["--out", "reach.csv"]].concat()).succeeds().stdout;
    for text in ["2 rejected", "attempts.csv", "402", "403", "attempted_at", "maybe"] {
        assert!(said.contains(text), "{said}lacks {text:?}");
    }
}

#[test]
fn what_cannot_be_learned_from_is_refused_with_the_numbers() {
    let place = Place::new();
    let flags = ["--train-until", "2026-01-06", "--key-file", "key", "--out", "reach.csv"];
    let check = |text: &str, texts: &[&str]| {
        place.write("attempts.csv", text);
        place.run("reach", &[&["--attempts", "attempts.csv"], &flags[..]].concat()).fails(texts);
    };
    check("", &["attempts.csv"]);
    check("customer,reached\nc1,1\n", &["attempts.csv", "attempted_at"]);
    check(
        "customer,attempted_at,reached\nc1,2026-01-05T10:00:00Z,1\n",
        &["1", "expected at least"],
    );
}

#[test]
fn a_log_without_outbound_calls_is_refused_with_what_it_has() {
    let place = Place::with_shop();
    place.ingest_shop(&["shop.csv"]).succeeds();
    let flags = ["--calls", "out", "--train-until", "2026-05-05", "--out", "reach.csv"];
    place.run("reach", &flags).fails(&["out", "no outbound calls", "5 calls"]);
}
