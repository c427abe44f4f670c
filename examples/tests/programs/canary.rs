//! Telephone numbers in every column of a log: none of them comes out of any program, in any form.

use std::collections::BTreeSet;

use ringback::calllog::read_parquet;

use super::place::{Place, Ran};

/// Numbers from ranges reserved for fiction, in the spellings that logs have.
const NUMBERS: [&str; 14] = [
    "+1 202 555 0123",
    "+12025550147",
    "(202) 555-0164",
    "1-202-555-0188",
    "202.555.0111",
    "0012025550172",
    "555-0136",
    "+44 20 7946 0123",
    "020 7946 0456",
    "00442079460789",
    "+44(0)20 7946 0321",
    "tel:+1-202-555-0135",
    "sip:+12025550176@example.org",
    "２０２５５５０１９９",
];

const MAPPING: &str = r#"
source = "canary"
delimiter = ";"
zone = "America/New_York"
region = "US"
key = ["id", "ref"]
call = ["ref"]
customer = { column = "caller", kind = "phone" }
queue = "queue"
intent = "intent"
priority = "priority"
direction = { column = "direction", values = { in = "inbound" } }
outcome = { column = "result", values = { answered = "answered", left = "abandoned" } }
started = "queued"

[time]
format = "%Y-%m-%d %H:%M:%S"

[[skip]]
column = "note"
values = ["test"]

[[stage]]
kind = "queue"
start = "queued"
end = "left"

[[stage]]
kind = "talk"
start = "left"
seconds = "talk"
agent = "agent"
when = { column = "result", values = ["answered"] }
"#;

const HEADER: [&str; 12] = [
    "id",
    "ref",
    "caller",
    "queue",
    "intent",
    "priority",
    "direction",
    "result",
    "queued",
    "left",
    "talk",
    "agent",
];

/// Five weeks of calls, every quarter of an hour by day, with numbers in all columns that take any text.
fn good_rows() -> Vec<Vec<String>> {
    let start: chrono::NaiveDateTime = "2026-03-02T09:00:00".parse().unwrap();
    let mut rows = Vec::new();
    for day in 0..35 {
        for slot in 0..36 {
            let at = start + chrono::TimeDelta::days(day) + chrono::TimeDelta::minutes(15 * slot);
            let wait = 10 + (day * 7 + slot * 13) % 90;
            let left = at + chrono::TimeDelta::seconds(wait);
            let n = rows.len();
            let number = |shift: usize| NUMBERS[(n + shift) % NUMBERS.len()].to_owned();
            let result = if n % 5 == 0 { "left" } else { "answered" };
            rows.push(vec![
                n.to_string(),
                format!("{}/{n}", number(0)),
                number(1),
                number(2),
                number(3),
                "1".to_owned(),
                "in".to_owned(),
                result.to_owned(),
                at.to_string(),
                left.to_string(),
                "180".to_owned(),
                number(4),
                number(5),
            ]);
        }
    }
    rows
}

/// Rows with a number in each column in turn, those that take no text among them, and rows of wrong shapes.
fn bad_rows() -> Vec<Vec<String>> {
    let good = good_rows().swap_remove(0);
    let mut rows = Vec::new();
    for number in NUMBERS {
        for column in 0..good.len() {
            let mut row = good.clone();
            row[0] = format!("{number}x{column}");
            row[column] = number.to_owned();
            rows.push(row.clone());
            row[column] = format!("call {number} or {number}, ext 7");
            rows.push(row);
        }
        rows.push(vec![number.to_owned(); 3]);
        rows.push(vec![number.to_owned()]);
        rows.push(vec![format!("\"{number}")]);
    }
    rows
}

fn table(rows: &[Vec<String>]) -> String {
    let mut text = HEADER.join(";") + ";note\n";
    for row in rows {
        text += &(row.join(";") + "\n");
    }
    text
}

/// What must not be found: each number as it is spelled, its digits, and its last seven digits.
fn secrets() -> BTreeSet<String> {
    let mut secrets = BTreeSet::new();
    for number in NUMBERS {
        let digits: Vec<char> = number
            .chars()
            .filter_map(|it| if it.is_numeric() { Some(plain_digit(it)) } else { None })
            .collect();
        secrets.insert(digits[digits.len() - 7..].iter().collect());
        secrets.insert(number.to_owned());
        let spelled =
            number.trim_start_matches("tel:").trim_start_matches("sip:").split('@').next();
        secrets.insert(spelled.unwrap().to_owned());
    }
    secrets
}

fn plain_digit(sign: char) -> char {
    match u32::from(sign) {
        it @ 0xff10..=0xff19 => char::from_u32(it - 0xff10 + 0x30).unwrap(),
        _ => sign,
    }
}

/// The secrets that a text holds, each with what follows it there.
fn leaks(text: &str) -> Vec<String> {
    let plain: String = text.chars().map(plain_digit).collect();
    let mut leaks = Vec::new();
    for secret in secrets() {
        for text in [text, plain.as_str()] {
            if let Some(at) = text.find(&secret) {
                leaks.push(text[at..].chars().take(60).collect());
            }
        }
    }
    leaks
}

#[track_caller]
fn check(text: &[u8], place: &str) {
    let leaks = leaks(&String::from_utf8_lossy(text));
    assert!(leaks.is_empty(), "{place}: {leaks:?}");
}

#[track_caller]
fn check_run(ran: &Ran, what: &str) {
    check(ran.stdout.as_bytes(), &format!("{what}: standard output"));
    check(ran.stderr.as_bytes(), &format!("{what}: standard error"));
}

/// All that a run has written; Parquet is also unpacked and printed.
#[track_caller]
fn check_files(place: &Place, folder: &str) {
    let files = place.files(folder);
    for (name, bytes) in &files {
        check(bytes, &format!("{folder}/{name}"));
    }
    if files.contains_key("calls.parquet") {
        let calls = read_parquet(&place.path(folder)).unwrap();
        assert!(!calls.is_empty());
        check(format!("{calls:#?}").as_bytes(), &format!("calls of {folder}"));
    }
}

fn place() -> Place {
    let place = Place::new();
    place.write("canary.toml", MAPPING);
    place.write("calls.csv", table(&[good_rows(), bad_rows()].concat()));
    // A file whose first row is taken for its header.
    let bad = table(&bad_rows());
    place.write("headless.csv", bad.split_once('\n').unwrap().1);
    place
}

#[test]
fn a_number_that_came_out_would_be_found() {
    for number in NUMBERS {
        assert!(!leaks(&format!("call,{number},x")).is_empty(), "{number}");
        let digits: String = number.chars().filter(|it| it.is_numeric()).collect();
        assert!(!leaks(&format!("call,{digits},x")).is_empty(), "{digits}");
    }
    assert_eq!(leaks("+• ••• ••• ••23"), Vec::<String>::new());
}

#[test]
fn no_number_comes_out_of_ingest_and_what_follows() {
    let place = place();
    let given = ["--format", "delimited", "--mapping", "canary.toml", "--key-file", "key", "--out"];
    for (out, json) in [("plain", None), ("json", Some("--json"))] {
        let run = |program: &str, flags: &[&str]| {
            let flags: Vec<&str> = flags.iter().copied().chain(json).collect();
            let ran = place.run(program, &flags);
            check_run(&ran, program);
            ran.succeeds();
        };
        run("ingest", &[&given[..], &[out, "calls.csv", "headless.csv"]].concat());
        let audit = place.json(&format!("{out}/audit.json"));
        assert!(audit["rows_rejected"].as_u64() > Some(200), "{audit}");
        assert!(audit["rows_used"].as_u64() >= Some(1_260), "{audit}");
        check_files(&place, out);
        let (waits, forecast) = (format!("{out}-w/w.csv"), format!("{out}-f/f.csv"));
        run("waits", &["--calls", out, "--train-until", "2026-03-20", "--out", &waits]);
        check_files(&place, &format!("{out}-w"));
        let volume = [
            "--calls",
            out,
            "--interval",
            "1h",
            "--horizon",
            "48",
            "--backtest",
            "2",
            "--out",
            &forecast,
        ];
        run("forecast", &volume);
        check_files(&place, &format!("{out}-f"));
        let report = format!("{out}-o");
        let flags = [
            "--mapping",
            "canary.toml",
            "--key-file",
            "key",
            "--out",
            &report,
            "calls.csv",
            "headless.csv",
        ];
        run("overview", &flags);
        check_files(&place, &report);
    }
}

#[test]
fn no_number_comes_out_of_a_read_that_stops() {
    let place = place();
    let given =
        ["--format", "delimited", "--mapping", "canary.toml", "--key-file", "key", "--out", "out"];
    let ran = place.run("ingest", &[&given[..], &["--strict", "headless.csv"]].concat());
    check_run(&ran, "headless");
    ran.fails(&["headless.csv:2: ", "no such column"]);
    for (at, row) in bad_rows().into_iter().enumerate() {
        if at % 9 != 0 {
            continue;
        }
        place.write("one.csv", table(&[row]));
        let ran = place.run("ingest", &[&given[..], &["--strict", "one.csv"]].concat());
        check_run(&ran, &format!("row {at}"));
        assert!(matches!(ran.status, Some(0 | 1)), "row {at}: {}", ran.stderr);
    }
}
