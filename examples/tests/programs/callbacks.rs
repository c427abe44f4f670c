//! `callbacks`: every request is planned or has its reason, and nothing breaks a rule.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use super::place::{Place, Ran, fixture};

const AS_OF: &str = "2026-05-06T08:00:00Z";

/// A place with the call log of the shipped vendors' folder in `log`, requests and capacity.
fn place() -> &'static Place {
    static PLACE: OnceLock<Place> = OnceLock::new();
    PLACE.get_or_init(|| {
        let place = Place::new();
        let vendors = fixture("vendors").to_string_lossy().into_owned();
        let flags = ["--quiet", "--key-file", "key", "--out", "log", &vendors];
        place.run("overview", &flags).succeeds();
        for name in ["requests.csv", "capacity.csv"] {
            place.write(name, std::fs::read(fixture("programs").join(name)).unwrap());
        }
        place
    })
}

fn run(requests: &str, capacity: &str, out: &str, more: &[&str]) -> Ran {
    let flags = ["--calls", "log", "--key-file", "key", "--as-of", AS_OF, "--requests", requests];
    let flags = [&flags[..], &["--capacity", capacity, "--out", out], more].concat();
    place().run("callbacks", &flags)
}

/// The rows of a table, by the names of its columns.
fn rows(name: &str) -> Vec<BTreeMap<String, String>> {
    let text = place().read(name);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

fn ids(rows: &[BTreeMap<String, String>]) -> BTreeSet<&str> {
    rows.iter().map(|it| it["request_id"].as_str()).collect()
}

#[test]
fn no_request_disappears_and_each_that_is_not_planned_says_why() {
    let said = run("requests.csv", "capacity.csv", "whole", &[]).succeeds().stdout;
    assert!(said.contains("4 planned, 6 not planned"), "{said}");
    assert!(said.contains("conventional rules in place of a model"), "{said}");
    let (planned, unplanned) = (rows("whole/plan.csv"), rows("whole/unplanned.csv"));
    assert_eq!(ids(&planned), ["r1", "r2", "r3", "r9"].into());
    for (id, reason) in [
        ("r4", "the deadline was 2026-05-06 07:45:00 UTC"),
        ("r5", "Europe/Nowhere"),
        ("r6", "duplicate of r3"),
        ("r7", "05:00 in America/New_York"),
        ("r8", "not asked for before 2026-05-06T09:50:00Z"),
        ("r10", "the customer was reached at 2026-05-06T07:22:30"),
    ] {
        let row = unplanned.iter().find(|it| it["request_id"] == id);
        let row = row.unwrap_or_else(|| panic!("{id} has disappeared"));
        assert!(row["reason"].contains(reason), "{row:?}");
    }
    assert_eq!(unplanned.len(), 6);
}

#[test]
fn plans_stay_within_capacity_and_offers_are_what_the_rules_allow() {
    run("requests.csv", "capacity.csv", "within", &[]).succeeds();
    let mut used: BTreeMap<(String, String), u32> = BTreeMap::new();
    for row in rows("within/plan.csv") {
        *used.entry((row["window_start"].clone(), row["skill"].clone())).or_default() += 1;
        let probability: f64 = row["probability"].parse().unwrap();
        assert!((0.0..=1.0).contains(&probability), "{row:?}");
        assert!(row["reason"].contains("by convention, not from data"), "{row:?}");
        assert_eq!(row["evidence"], "rules");
    }
    for row in rows("capacity.csv") {
        let key = (row["start"].clone(), row["skill"].clone());
        assert!(used.remove(&key).unwrap_or(0) <= row["slots"].parse().unwrap(), "{key:?}");
    }
    assert!(used.is_empty(), "windows without capacity: {used:?}");
    let offers = rows("within/offers.csv");
    assert_eq!(ids(&offers), ["r1", "r2", "r3", "r9"].into());
    for row in &offers {
        // 10 May is a Sunday, and at 10:00 on the 6th no agent is free.
        assert!(!row["window_start"].starts_with("2026-05-10"), "{row:?}");
        assert_ne!(row["window_start"], "2026-05-06T10:00:00Z");
        assert!(row["text"].starts_with("today") || row["text"].starts_with("tomorrow"), "{row:?}");
    }
}

#[test]
fn without_any_capacity_every_request_is_unplanned_and_says_so() {
    place().write("none.csv", "start,end,slots\n2026-05-06T09:00:00Z,2026-05-06T10:00:00Z,0\n");
    run("requests.csv", "none.csv", "none", &[]).succeeds();
    assert!(rows("none/plan.csv").is_empty());
    let unplanned = rows("none/unplanned.csv");
    assert_eq!(unplanned.len(), 10);
    assert!(unplanned.iter().all(|it| !it["reason"].is_empty()));
}

#[test]
fn a_policy_that_contradicts_itself_is_refused_by_its_line() {
    let policy = place().run("callbacks", &["--example-policy"]).succeeds().stdout;
    place().write("policy.toml", &policy);
    run("requests.csv", "capacity.csv", "same", &["--policy", "policy.toml"]).succeeds();
    let (from, to) = ("spacing_minutes", "spacing_minuts");
    assert!(policy.contains(from), "{policy}");
    place().write("typo.toml", policy.replacen(from, to, 1));
    run("requests.csv", "capacity.csv", "typo", &["--policy", "typo.toml"])
        .fails(&["typo.toml", to]);
}

#[test]
fn tables_that_cannot_be_read_are_named_with_place_and_value() {
    for (name, text, texts) in [
        ("empty.csv", "", &["empty.csv"][..]),
        ("short.csv", "request_id,customer\nr1,c1\n", &["short.csv", "requested_at"]),
    ] {
        place().write(name, text);
        run(name, "capacity.csv", "bad", &[]).fails(texts);
    }
    let window = "2026-05-06T10:00:00Z,2026-05-06T09:00:00Z";
    place().write("backward.csv", format!("start,end,slots\n{window},2\n"));
    run("requests.csv", "backward.csv", "bad", &[]).fails(&["backward.csv", "2"]);
    place().write("many.csv", "start,end,slots\n2026-05-06T09:00:00Z,2026-05-06T10:00:00Z,-3\n");
    run("requests.csv", "many.csv", "bad", &[]).fails(&["many.csv", "slots", "-3"]);
}

#[test]
fn a_number_without_a_country_is_refused_unless_one_is_given() {
    let row = "request_id,customer,requested_at,time_zone\n\
               r1,(202) 555-0101,2026-05-06T07:10:00Z,Europe/Copenhagen\n";
    place().write("local.csv", row);
    run("local.csv", "capacity.csv", "plain", &[]).succeeds();
    run("local.csv", "capacity.csv", "dialed", &["--region", "US"]).succeeds();
    let all = [rows("plain/unplanned.csv"), rows("dialed/plan.csv")].map(|it| it.len());
    assert_eq!(all, [1, 1], "{}", place().read("plain/unplanned.csv"));
    let text = place().read("plain/unplanned.csv");
    assert!(!text.contains("555-0101") && text.contains("customer"), "{text}");
}
