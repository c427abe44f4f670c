//! `bottlenecks`: the files that it writes, and that they agree with each other.

use serde_json::Value;

use super::place::Place;

/// Three tickets: two go straight, the third is asked about and comes back.
const TICKETS: &str = "\
ticket,step,at,team
T-1,opened,2026-05-04T09:00:00Z,desk
T-1,solved,2026-05-04T09:10:00Z,desk
T-1,closed,2026-05-04T10:10:00Z,desk
T-2,opened,2026-05-04T09:30:00Z,desk
T-2,solved,2026-05-04T09:50:00Z,desk
T-2,closed,2026-05-04T10:50:00Z,desk
T-3,opened,2026-05-04T10:00:00Z,desk
T-3,asked,2026-05-04T10:30:00Z,desk
T-3,opened,2026-05-04T12:30:00Z,desk
T-3,solved,2026-05-04T13:00:00Z,desk
T-3,closed,2026-05-04T14:00:00Z,desk
";

const FLAGS: [&str; 10] = [
    "--log",
    "tickets.csv",
    "--case",
    "ticket",
    "--activity",
    "step",
    "--time",
    "at",
    "--out",
    "out",
];

fn place() -> Place {
    let place = Place::new();
    place.write("tickets.csv", TICKETS);
    place
}

#[track_caller]
fn lines(place: &Place, name: &str) -> Vec<String> {
    place.read(name).lines().map(str::to_owned).collect()
}

#[test]
fn a_table_of_events_gives_the_graph_the_ways_and_the_ledger() {
    let place = place();
    place.run("bottlenecks", &FLAGS).succeeds();
    let summary = place.json("out/summary.json");
    for (key, expected) in [
        ("cases", 3.0),
        ("events", 11.0),
        ("activities", 4.0),
        ("variants", 2.0),
        ("arcs", 4.0),
        ("starts", 1.0),
        ("ends", 1.0),
        ("ties", 0.0),
        // 70, 80 and 240 minutes.
        ("throughput_mean_secs", 7800.0),
        ("throughput_median_secs", 4800.0),
    ] {
        assert_eq!(summary[key].as_f64(), Some(expected), "{key}");
    }
    let arcs = lines(&place, "out/dfg.csv");
    assert_eq!(arcs[0], "from,to,count,sum_secs,mean_secs,median_secs,p90_secs,excess_secs");
    // 10, 20 and 30 minutes: nine in ten take at most 28, and one takes 10 more than the median.
    assert_eq!(arcs[1], "opened,solved,3,3600,1200,1200,1680,600");
    assert_eq!(arcs.len(), 5);
    let ways = lines(&place, "out/variants.csv");
    assert_eq!(ways[0], "count,share,activities");
    assert_eq!(ways[1], "2,0.6666666666666666,opened > solved > closed");
    assert_eq!(ways[2], "1,0.3333333333333333,opened > asked > opened > solved > closed");
    for file in ["out/ledger.csv", "out/ledger_causes.csv"] {
        let rows = lines(&place, file);
        assert_eq!(rows[0], "part,secs,share");
        let secs = rows[1..].iter().map(|it| it.split(',').nth(1).unwrap().parse::<f64>().unwrap());
        assert!((secs.sum::<f64>() - 3.0 * 7800.0).abs() < 1e-6, "{file}");
    }
    assert!(lines(&place, "out/rejected.csv").len() == 1);
}

#[test]
fn waits_are_the_sum_of_their_causes() {
    let place = place();
    place.run("bottlenecks", &FLAGS).succeeds();
    let rows = lines(&place, "out/waiting_causes.csv");
    assert_eq!(
        rows[0],
        "from,to,count,wait_secs,batching_secs,contention_secs,prioritization_secs,unavailability_secs,extraneous_secs,\
         declared_secs"
    );
    assert!(rows.len() > 1);
    for row in &rows[1..] {
        let secs: Vec<f64> = row.split(',').skip(3).map(|it| it.parse().unwrap()).collect();
        assert!((secs[0] - secs[1..].iter().sum::<f64>()).abs() < 1e-6, "{row}");
    }
}

#[test]
fn the_map_and_the_report_are_files_of_their_own() {
    let place = place();
    place.run("bottlenecks", &FLAGS).succeeds();
    let map = place.read("out/map.svg");
    assert!(map.starts_with("<svg") && map.contains(">opened<") && map.contains("<style"));
    let report = place.read("out/report.html");
    assert!(report.starts_with("<!doctype html>"));
    for section in ["glance", "map", "findings", "ledger", "spectrum", "variants", "terms"] {
        assert!(report.contains(&format!("<section id=\"{section}\"")), "{section}");
    }
    let elsewhere = report.replace("http://www.w3.org/2000/svg", "");
    assert!(!elsewhere.contains("http:") && !elsewhere.contains("https:"), "it loads nothing");
    assert!(place.json("out/findings.json").is_array());
    let improvements = place.json("out/improvements.json");
    for part in ["quick_wins", "root_causes", "automation", "lacking"] {
        assert!(improvements[part].is_array(), "{part}");
    }
}

#[test]
fn json_is_the_summary() {
    let place = place();
    let ran = place.run("bottlenecks", &[&FLAGS[..], &["--json", "--quiet"]].concat()).succeeds();
    let printed: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(printed, place.json("out/summary.json"));
}

#[test]
fn a_log_that_is_written_back_gives_the_same_figures() {
    let place = place();
    place.run("bottlenecks", &[&FLAGS[..], &["--export", "xes"]].concat()).succeeds();
    place.run("bottlenecks", &["--log", "out/log.xes", "--out", "xes"]).succeeds();
    place.run("bottlenecks", &[&FLAGS[..], &["--export", "ocel"]].concat()).succeeds();
    place
        .run(
            "bottlenecks",
            &["--log", "out/log.ocel.json", "--object-type", "case", "--out", "ocel"],
        )
        .succeeds();
    let arcs = place.read("out/dfg.csv");
    assert_eq!(
        (arcs.as_str(), arcs.as_str()),
        (&*place.read("xes/dfg.csv"), &*place.read("ocel/dfg.csv"))
    );
}

#[test]
fn the_same_log_gives_the_same_bytes() {
    let place = place();
    place.run("bottlenecks", &FLAGS).succeeds();
    let first = place.files("out");
    place.run("bottlenecks", &FLAGS).succeeds();
    assert!(first == place.files("out"));
}

#[test]
fn hours_of_work_are_counted_as_the_file_says() {
    let place = place();
    place.write("hours.toml", "zone = \"UTC\"\n[week]\nmon = [\"09:00-10:00\"]\n");
    place.run("bottlenecks", &[&FLAGS[..], &["--working-time", "hours.toml"]].concat()).succeeds();
    let rows = lines(&place, "out/waiting_causes.csv");
    let unavailable = |it: &String| it.split(',').nth(7).unwrap().parse::<f64>().unwrap();
    assert!(rows[1..].iter().map(unavailable).sum::<f64>() > 0.0, "{rows:?}");
    place.write("hours.toml", "zone = \"UTC\"\n[week]\nmon = [\"nine\"]\n");
    place
        .run("bottlenecks", &[&FLAGS[..], &["--working-time", "hours.toml"]].concat())
        .fails(&["hours.toml", "nine"]);
}

#[test]
fn what_cannot_be_read_is_one_line() {
    let place = place();
    place.run("bottlenecks", &["--log", "none.xes", "--out", "o"]).fails(&["none.xes"]);
    place.write("notes.docx", "");
    place.run("bottlenecks", &["--log", "notes.docx", "--out", "o"]).fails(&["docx", ".xes"]);
    let classified = [&FLAGS[..], &["--classifier", "concept:name,org:desk"]].concat();
    place.run("bottlenecks", &classified).fails(&["org:desk", "team"]);
    place.run("bottlenecks", &["--calls", "none", "--out", "o"]).fails(&["none", "ingest"]);
}

#[test]
fn calls_are_cases_and_their_stages_activities() {
    let place = Place::with_shop();
    place.ingest_shop(&["shop.csv"]).succeeds();
    place.run("bottlenecks", &["--calls", "out", "--out", "mined"]).succeeds();
    let calls = place.json("out/audit.json")["calls"].as_u64().unwrap();
    let summary = place.json("mined/summary.json");
    let without = summary["source"]["calls_without_stages"].as_u64().unwrap();
    assert_eq!(summary["cases"].as_u64().unwrap() + without, calls);
}

#[test]
fn a_change_compares_the_cases_before_and_after() {
    let place = place();
    let flags: Vec<&str> = FLAGS.into_iter().chain(["--change", "2026-05-04T09:45:00Z"]).collect();
    place.run("bottlenecks", &flags).succeeds();
    let compared = &place.json("out/before_after.json")["compared"];
    // Two straight ones before, of which one was still open at the change; the one that came back after.
    assert_eq!(compared["cases_before"], serde_json::json!([2, 1]));
    assert_eq!(compared["cases_after"], serde_json::json!([1, 0]));
    assert!(place.read("out/report.html").contains("Before and after"));
    for (when, told) in [
        ("May", "--change May: expected a day such as 2026-05-04"),
        ("2027-01-01", "--change 2027-01-01: no case started from then on"),
        ("2025-01-01", "--change 2025-01-01: no case started before then"),
    ] {
        let flags: Vec<&str> = FLAGS.into_iter().chain(["--change", when]).collect();
        place.run("bottlenecks", &flags).fails(&[told]);
    }
}

/// A ticket of the first caller of the shop, an hour after the call; and one of nobody who calls.
const SHOP_TICKETS: [(&str, &str); 2] = [
    (
        "tickets.json",
        r#"{"tickets":[
 {"id":1,"created_at":"2026-05-04T14:00:00Z","status":"new","requester_id":901},
 {"id":2,"created_at":"2026-05-04T15:00:00Z","status":"new","requester_id":902}],"next_page":null,"count":2}"#,
    ),
    (
        "people.jsonl",
        "{\"id\":901,\"role\":\"end-user\",\"email\":\"a@example.com\",\"phone\":\"(202) 555-0101\"}\n\
         {\"id\":902,\"role\":\"end-user\",\"email\":\"b@example.com\",\"phone\":\"+1 202 555 0199\"}\n",
    ),
];

fn shop_and_tickets(customer_by: &str) -> Place {
    let place = Place::with_shop();
    place.ingest_shop(&["shop.csv"]).succeeds();
    for (name, text) in SHOP_TICKETS {
        place.write(name, text);
    }
    let flags =
        ["--format", "ticket-zendesk", "--key-file", "key", "--region", "US", "--out", "desk"];
    let what = ["--customer-by", customer_by, "tickets.json", "people.jsonl"];
    place.run("ingest", &[&flags[..], &what].concat()).succeeds();
    place
}

const JOURNEYS: [&str; 6] = ["--calls", "out", "--tickets", "desk/events.xes", "--out", "mined"];

#[test]
fn calls_and_tickets_of_one_customer_are_one_journey() {
    let place = shop_and_tickets("phone");
    place.run("bottlenecks", &JOURNEYS).succeeds();
    let source = &place.json("mined/summary.json")["source"];
    assert_eq!(source["with_calls_and_tickets"].as_u64(), Some(1), "{source}");
    let ways = place.read("mined/variants.csv");
    // Two calls that overlap, then the ticket.
    assert!(ways.contains("queue > queue > talk > talk > created"), "{ways}");
    // The shop's customers are known by their phone numbers, these tickets by the desk's own ids.
    let place = shop_and_tickets("id");
    place.run("bottlenecks", &JOURNEYS).fails(&["no customer has a call and a ticket"]);
}

#[test]
fn a_flag_for_a_column_that_a_log_cannot_have_is_refused() {
    let place = place();
    place.run("bottlenecks", &[&FLAGS[..], &["--export", "xes"]].concat()).succeeds();
    for (flags, told) in [
        (
            ["--start", "begun"],
            "--start begun: out/log.xes is no table, expected nothing: it is for tables",
        ),
        (["--case", "ticket"], "expected concept:name or case:concept:name"),
        (["--resource", "who"], "--resource who: no event has it"),
    ] {
        let all = [&["--log", "out/log.xes", "--out", "again"][..], &flags].concat();
        place.run("bottlenecks", &all).fails(&[told]);
    }
    let standard = ["--case", "concept:name", "--time", "time:timestamp", "--resource", "team"];
    let all = [&["--log", "out/log.xes", "--out", "again"][..], &standard].concat();
    place.run("bottlenecks", &all).succeeds();
    assert_eq!(place.json("again/summary.json")["findings"]["roles"]["resource"], "team");
}
