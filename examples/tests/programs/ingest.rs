//! `ingest`: every row accounted for, the same bytes every time.

use ringback::calllog::{Call, Customer, Outcome, read_parquet};

use super::place::{MONTHS, Place, fixture, shipped};

fn figure(audit: &serde_json::Value, name: &str) -> u64 {
    audit[name].as_u64().unwrap_or_else(|| panic!("{name} is {}", audit[name]))
}

#[test]
fn the_shipped_months_have_the_figures_of_their_files() {
    let place = shipped();
    let audit = place.json("log/audit.json");
    let rows = ["rows_read", "rows_used", "rows_skipped", "rows_rejected", "calls"];
    assert_eq!(rows.map(|it| figure(&audit, it)), [252_290, 249_942, 2_348, 0, 249_942]);
    let skipped = serde_json::json!({ "outcome is PHANTOM": 2_348 });
    assert_eq!(audit["skipped"], skipped);
    let files = audit["files"].as_array().unwrap();
    assert_eq!(files.len(), MONTHS.len());
    for ((month, rows), file) in MONTHS.iter().zip(files) {
        let name = file["file"].as_str().unwrap();
        assert!(name.ends_with(&format!("{month}.txt.gz")), "{name}");
        let parts = ["rows_used", "rows_skipped", "rows_rejected"];
        let sum: u64 = parts.iter().map(|it| figure(file, it)).sum();
        assert_eq!(sum, *rows, "{month}");
    }
}

#[test]
fn the_shipped_calls_are_answered_abandoned_and_queued_as_published() {
    let calls = read_parquet(&shipped().path("log")).unwrap();
    let count = |is: &dyn Fn(&Call) -> bool| calls.iter().filter(|it| is(it)).count();
    assert_eq!(count(&|it| it.outcome == Outcome::Answered), 196_364);
    assert_eq!(count(&|it| it.outcome == Outcome::Abandoned), 53_578);
    let waited = |it: &Call| {
        it.queued_at().is_some() && it.wait().is_some_and(|wait| wait.num_milliseconds() > 0)
    };
    assert_eq!(count(&waited), 157_936);
    assert_eq!(count(&|it| waited(it) && it.outcome == Outcome::Abandoned), 39_747);
    let is_named = |it: &Call| it.customer.is_some();
    assert!(count(&is_named) > 0, "the log names customers");
}

#[test]
fn two_runs_write_the_same_bytes() {
    let place = shipped();
    let again = Place::new();
    again.ingest_months(&MONTHS.map(|it| it.0), "log");
    let (first, second) = (place.files("log"), again.files("log"));
    let names = ["audit.json", "calls.parquet", "rejected.csv", "stages.parquet"];
    assert_eq!(first.keys().collect::<Vec<_>>(), names);
    assert_eq!(second.keys().collect::<Vec<_>>(), names);
    for (name, bytes) in &first {
        assert!(*bytes == second[name], "{name} differs");
    }
}

#[test]
fn a_small_log_gives_its_calls_and_an_account() {
    let place = Place::with_shop();
    let ran = place.ingest_shop(&["shop.csv"]).succeeds();
    assert!(
        ran.stdout.starts_with("5 rows read: 5 used, 0 skipped, 0 rejected\n"),
        "{}",
        ran.stdout
    );
    assert_eq!(place.read("out/rejected.csv"), "file,line,field,reason\n");
    let calls = read_parquet(&place.path("out")).unwrap();
    let waits: Vec<Option<i64>> =
        calls.iter().map(|it| it.wait().map(|wait| wait.num_seconds())).collect();
    assert_eq!(waits, [Some(30), Some(45), Some(0), Some(90), Some(12)]);
    let customers: Vec<Customer> = calls.iter().filter_map(|it| it.customer).collect();
    assert_eq!(customers.len(), 5);
    assert_eq!(customers[0], customers[2], "two spellings of one number");
    let audit = place.json("out/audit.json");
    assert_eq!(audit["observed"]["zone"], "America/New_York");
    let keys = ["rows_read", "first", "last", "observed", "warnings", "sufficiency"];
    assert!(keys.iter().all(|it| audit.get(it).is_some()), "{audit}");
    let observed = ["abandons", "waits", "agents", "customers", "zone", "precision_secs"];
    assert!(observed.iter().all(|it| audit["observed"].get(it).is_some()), "{audit}");
}

#[test]
fn a_bad_row_is_listed_with_its_place_and_a_masked_value() {
    let place = Place::with_shop();
    let mut log = place.read("shop.csv");
    log.push_str("6,+1 202 555 0106,sales,order,+1 202 555 0199,,,,,left\n");
    place.write("shop.csv", log);
    place.ingest_shop(&["shop.csv"]).succeeds();
    let rejected = place.read("out/rejected.csv");
    let line = rejected.lines().nth(1).unwrap();
    assert!(line.starts_with("shop.csv,7,queued,"), "{line}");
    assert!(line.contains("••99") && line.contains("expected a time such as"), "{line}");
    let audit = place.json("out/audit.json");
    assert_eq!((figure(&audit, "rows_used"), figure(&audit, "rows_rejected")), (5, 1));
}

#[test]
fn json_is_one_object_on_one_line() {
    let place = Place::with_shop();
    let ran = place.ingest_shop(&["--json", "shop.csv"]).succeeds();
    assert_eq!(ran.stdout.lines().count(), 1);
    let printed: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(printed, place.json("out/audit.json"));
}

#[test]
fn quiet_leaves_the_summary() {
    let place = Place::with_shop();
    let loud = place.ingest_shop(&["shop.csv"]).succeeds();
    let quiet = place.ingest_shop(&["--quiet", "shop.csv"]).succeeds();
    assert_eq!(loud.stdout, quiet.stdout);
}

#[test]
fn a_first_run_makes_a_key_and_the_next_ones_use_it() {
    let place = Place::with_shop();
    let flags = ["--format", "delimited", "--mapping", "shop.toml", "--out"];
    for out in ["one", "two"] {
        place.run("ingest", &[&flags[..], &[out, "shop.csv"]].concat()).succeeds();
    }
    assert!(place.read(".config/ringback/pseudonym.key").lines().count() >= 1);
    assert_eq!(place.files("one"), place.files("two"));
    place.ingest_shop(&["shop.csv"]).succeeds();
    let of = |folder: &str| read_parquet(&place.path(folder)).unwrap()[0].customer;
    assert_ne!(of("one"), of("out"), "another key gives other pseudonyms");
}

#[test]
fn tickets_become_an_event_log_that_bottlenecks_reads() {
    let place = Place::new();
    let files = ["audits.json", "metrics.json", "people.jsonl", "tickets.json"]
        .map(|it| fixture("golden/tickets/zendesk").join(it).to_string_lossy().into_owned());
    let flags = ["--format", "ticket-zendesk", "--key-file", "key", "--out", "tickets"];
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let said = place.run("ingest", &[&flags[..], &files].concat()).succeeds().stdout;
    assert!(said.contains("2 tickets, 18 events"), "{said}");
    let audit = place.json("tickets/audit.json");
    let rows = ["rows_read", "rows_used", "rows_skipped", "rows_rejected"]
        .map(|it| audit[it].as_u64().unwrap());
    assert_eq!(rows, [33, 28, 4, 1]);
    let rejected = place.read("tickets/rejected.csv");
    assert!(rejected.starts_with("file,line,field,reason\n"), "{rejected}");
    assert!(
        rejected.contains("audits.json,36,created_at,") && !rejected.contains("noon"),
        "{rejected}"
    );
    let log = place.read("tickets/events.xes");
    assert!(!log.contains('@'), "no mail address is written");
    place.run("bottlenecks", &["--log", "tickets/events.xes", "--out", "mined"]).succeeds();
    assert_eq!(place.json("mined/summary.json")["events"].as_u64(), Some(18));
}

#[test]
fn a_ticket_export_with_stamps_of_another_form_is_read_by_their_pattern() {
    let place = Place::new();
    place.write(
        "updates.csv",
        "number,incident_state,sys_mod_count,sys_updated_at,opened_at\n\
         INC1,New,0,29/2/2026 10:00,28/2/2026 09:00\n\
         INC1,New,0,28/2/2026 10:00,28/2/2026 09:00\n\
         INC1,Closed,1,28/2/2026 11:30,28/2/2026 09:00\n",
    );
    let flags = ["--format", "ticket-servicenow", "--key-file", "key", "--out", "tickets"];
    let flags = [&flags[..], &["--time-zone", "UTC", "--stamp-pattern", "%d/%m/%Y %H:%M"]].concat();
    place.run("ingest", &[&flags[..], &["updates.csv"]].concat()).succeeds();
    let rejected = place.read("tickets/rejected.csv");
    assert!(rejected.contains("updates.csv,2,sys_updated_at,"), "{rejected}");
}
