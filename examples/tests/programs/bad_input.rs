//! Bad input: a clear line or rejected rows, never a panic, nothing lost in silence.

use std::io::Write;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use super::place::{Place, Ran, SHOP, shipped};

/// A picture of one pixel.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9cc\
                     \xf8\xcf\xc0\xf0\x1f\0\x05\0\x01\xff\x89\x99=\x1d\0\0\0\0IEND\xaeB`\x82";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn has_warning(audit: &Value, texts: &[&str]) -> bool {
    let warnings = audit["warnings"].as_array().unwrap();
    warnings.iter().any(|it| texts.iter().all(|text| it.as_str().unwrap().contains(text)))
}

#[track_caller]
fn check_rows(place: &Place, rows: [u64; 4]) -> Value {
    let audit = place.json("out/audit.json");
    let names = ["rows_read", "rows_used", "rows_skipped", "rows_rejected"];
    assert_eq!(names.map(|it| audit[it].as_u64().unwrap()), rows, "{audit}");
    audit
}

/// Reads a file with the made-up log's mapping, which must fail.
#[track_caller]
fn check_file_fails(name: &str, bytes: &[u8], texts: &[&str]) {
    let place = Place::with_shop();
    place.write(name, bytes);
    place.ingest_shop(&[name]).fails(texts);
    let flags = ["--mapping", "shop.toml", "--key-file", "key", "--out", "out", name];
    place.run("overview", &flags).fails(texts);
}

#[test]
fn a_file_without_rows_is_named() {
    check_file_fails("empty.csv", b"", &["empty.csv", "no rows"]);
    check_file_fails("blank.csv", b"\r\n\n  \n", &["blank.csv", "no rows"]);
    let header = b"id,caller,queue,reason,queued,dequeued,answered,ended,agent,result\n";
    check_file_fails("header.csv", header, &["header.csv", "no rows"]);
    check_file_fails("picture.csv", PNG, &["picture.csv", "not a text file"]);
    check_file_fails("empty.csv.gz", &gzip(b""), &["empty.csv.gz", "no rows"]);
    check_file_fails("broken.zip", b"PK\x03\x04rest", &["broken.zip"]);
}

#[test]
fn paths_that_hold_nothing_are_named() {
    let place = Place::with_shop();
    place.ingest_shop(&["nowhere.csv"]).fails(&["nowhere.csv", "No such file"]);
    std::fs::create_dir(place.path("hollow")).unwrap();
    place.ingest_shop(&["hollow"]).fails(&["hollow", "no file to read"]);
}

#[test]
fn a_picture_beside_a_log_is_passed_over_and_named() {
    let place = Place::with_shop();
    place.write("logs/calls.csv", place.read("shop.csv"));
    place.write("logs/logo.png", PNG);
    let ran = place.ingest_shop(&["logs"]).succeeds();
    assert!(
        ran.stdout.contains("note: logs/logo.png: not a text file, passed over"),
        "{}",
        ran.stdout
    );
    let audit = check_rows(&place, [5, 5, 0, 0]);
    assert_eq!(audit["files"][1]["status"], "not_text");
    assert!(has_warning(&audit, &["logs/logo.png", "not a text file"]));
}

#[test]
fn a_gzip_file_cut_in_half_gives_the_rows_before_the_cut() {
    let place = Place::new();
    let month = std::fs::read(super::place::fixture("anonymous_bank/january.txt.gz")).unwrap();
    place.write("january.txt.gz", &month[..month.len() / 2]);
    let mapping = super::place::fixture("anonymous_bank/mapping.toml");
    let flags =
        ["--format", "delimited", "--mapping", mapping.to_str().unwrap(), "--key-file", "key"];
    place.run("ingest", &[&flags[..], &["--out", "out", "january.txt.gz"]].concat()).succeeds();
    let audit = place.json("out/audit.json");
    let read = audit["rows_read"].as_u64().unwrap();
    assert!((14_000..18_000).contains(&read), "{read} rows");
    let parts =
        ["rows_used", "rows_skipped", "rows_rejected"].map(|it| audit[it].as_u64().unwrap());
    assert_eq!(parts.iter().sum::<u64>(), read);
    assert_eq!(parts[2], 1, "the row that the cut goes through");
    assert!(place.read("out/rejected.csv").contains("the file ends within this row"));
    assert!(has_warning(&audit, &["january.txt.gz", "breaks off", "the rows before are used"]));
}

#[test]
fn two_formats_in_one_file_cost_the_rows_of_the_second() {
    let place = Place::with_shop();
    let mut log = place.read("shop.csv");
    log.push_str("date;from;to;secs\n2026-05-04;+1 202 555 0107;sales;30\n");
    place.write("mixed.csv", log);
    place.ingest_shop(&["mixed.csv"]).succeeds();
    check_rows(&place, [7, 5, 0, 2]);
    let rejected = place.read("out/rejected.csv");
    let lines: Vec<&str> = rejected.lines().skip(1).collect();
    assert_eq!(
        lines,
        ["mixed.csv,7,,\"1 fields, expected 10\"", "mixed.csv,8,,\"1 fields, expected 10\""]
    );
}

#[test]
fn two_formats_in_one_folder_cost_the_second_file() {
    let place = Place::with_shop();
    place.write("logs/a.csv", place.read("shop.csv"));
    place.write("logs/b.csv", "date;from;to;secs\n2026-05-04;+1 202 555 0107;sales;30\n");
    let ran = place.ingest_shop(&["logs"]).succeeds();
    assert!(ran.stdout.contains("no such column in the file's header: 1"), "{}", ran.stdout);
    let audit = check_rows(&place, [6, 5, 0, 1]);
    assert_eq!(audit["files"][1]["rows_rejected"], 1);
    let rejected = place.read("out/rejected.csv");
    assert!(rejected.contains("logs/b.csv,2,id,"), "{rejected}");
    assert!(
        rejected.contains("no such column, the header is \"\"date;from;to;secs\"\""),
        "{rejected}"
    );
}

/// Reads the made-up log with a changed mapping, which must fail.
#[track_caller]
fn check_mapping_fails(from: &str, to: &str, texts: &[&str]) {
    let place = Place::with_shop();
    let mapping = place.read("shop.toml");
    assert!(mapping.contains(from));
    place.write("shop.toml", mapping.replacen(from, to, 1));
    place.ingest_shop(&["shop.csv"]).fails(texts);
}

#[test]
fn a_wrong_mapping_is_named_by_line() {
    check_mapping_fails(
        "America/New_York",
        "Europe/Kopenhagen",
        &["shop.toml:5: ", "Europe/Kopenhagen", "expected"],
    );
    check_mapping_fails("source = \"shop\"", "source = shop", &["shop.toml:3: "]);
    check_mapping_fails(
        "region = \"US\"",
        "region = \"Atlantis\"",
        &["shop.toml", "Atlantis", "expected"],
    );
    check_mapping_fails("kind = \"talk\"", "kind = \"chat\"", &["shop.toml:", "chat", "expected"]);
    check_mapping_fails("key =", "keys =", &["shop.toml:", "keys", "expected"]);
    check_mapping_fails("%H:%M:%S", "%H:%Q", &["shop.toml", "time.format", "%H:%Q"]);
    check_mapping_fails("\"abandoned\"", "\"gone\"", &["shop.toml", "outcome", "gone", "expected"]);
}

#[test]
fn a_mapping_that_names_a_missing_column_names_it_with_the_header() {
    check_mapping_fails(
        "start = \"queued\"",
        "start = \"enqueued\"",
        &["shop.csv:2: enqueued: ", "no such column", "the header is \"id,caller,queue,"],
    );
}

#[test]
fn a_mapping_that_is_none_is_named() {
    let place = Place::with_shop();
    place.write("shop.toml", "id;caller;queue\n1;2;3\n");
    place.ingest_shop(&["shop.csv"]).fails(&["shop.toml:1: ", "expected"]);
    place.write("shop.toml", PNG);
    place.ingest_shop(&["shop.csv"]).fails(&["shop.toml: ", "UTF-8"]);
    std::fs::remove_file(place.path("shop.toml")).unwrap();
    place.ingest_shop(&["shop.csv"]).fails(&["shop.toml: ", "No such file"]);
}

#[test]
fn a_key_file_that_holds_no_key_is_named_without_its_text() {
    let place = Place::with_shop();
    place.write("key", "correct horse battery staple");
    let ran = place.ingest_shop(&["shop.csv"]);
    assert!(!ran.stderr.contains("horse"), "{}", ran.stderr);
    ran.fails(&["key: ", "28 bytes", "expected 64 hexadecimal digits"]);
}

#[test]
fn strict_stops_at_the_first_bad_row() {
    let place = Place::with_shop();
    let mut log = place.read("shop.csv");
    log.push_str("6,+1 202 555 0106,sales,order,+1 202 555 0199,,,,,left\n7,,,,soon,,,,,left\n");
    place.write("shop.csv", log);
    place.ingest_shop(&["shop.csv"]).succeeds();
    check_rows(&place, [7, 5, 0, 2]);
    let ran = Place::ingest_shop(&place, &["--strict", "shop.csv"]);
    assert!(!ran.stderr.contains("0199") && !ran.stderr.contains("soon"), "{}", ran.stderr);
    ran.fails(&["shop.csv:7: queued: ", "••99\"", "expected a time such as"]);
}

/// A gigabyte without a line end, packed to about a megabyte: the same member over and over.
fn giant_line(byte: u8) -> Vec<u8> {
    gzip(&vec![byte; 1 << 20]).repeat(1 << 10)
}

/// Runs `ingest` where the system lets it have less memory than the line takes.
fn ingest_in_little_memory(place: &Place, name: &str) -> Ran {
    let mut limited = std::process::Command::new("sh");
    let program = place.command("ingest");
    limited.args(["-c", "ulimit -v 900000 && exec \"$@\"", "sh"]).arg(program.get_program());
    limited.args(SHOP).arg(name).current_dir(place.path(""));
    Ran::of(&mut limited, format!("ingest of {name}"))
}

#[test]
#[cfg(target_os = "linux")]
fn a_line_of_a_gigabyte_costs_itself_only() {
    let place = Place::with_shop();
    let log = place.read("shop.csv");
    let (head, tail) = log.split_at(log.find("3,(202)").unwrap());
    let packed =
        [gzip(head.as_bytes()), giant_line(b'x'), gzip(b"\n"), gzip(tail.as_bytes())].concat();
    assert!(packed.len() < 2 << 20, "{} bytes", packed.len());
    place.write("giant.csv.gz", packed);
    let began = Instant::now();
    ingest_in_little_memory(&place, "giant.csv.gz").succeeds();
    assert!(began.elapsed() < Duration::from_mins(1), "{:?}", began.elapsed());
    check_rows(&place, [6, 5, 0, 1]);
    let rejected = place.read("out/rejected.csv");
    assert!(rejected.contains("giant.csv.gz,4,,a line of more than 1048576 bytes"), "{rejected}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_gigabyte_of_zeros_is_no_log() {
    let place = Place::with_shop();
    place.write("zeros.csv.gz", giant_line(0));
    ingest_in_little_memory(&place, "zeros.csv.gz")
        .fails(&["zeros.csv.gz:1: ", "more than 1048576 bytes"]);
}

#[test]
fn a_folder_without_a_log_is_named() {
    let place = Place::new();
    std::fs::create_dir(place.path("hollow")).unwrap();
    let waits = ["--calls", "hollow", "--train-until", "2026-05-04", "--out", "w.csv"];
    place
        .run("waits", &waits)
        .fails(&["hollow/audit.json", "expected a folder that ingest has written"]);
    let forecast = ["--calls", "hollow", "--interval", "1h", "--horizon", "2", "--out", "f.csv"];
    place
        .run("forecast", &forecast)
        .fails(&["hollow/audit.json", "expected a folder that ingest has written"]);
}

#[test]
fn a_log_folder_that_was_tampered_with_is_named() {
    let place = Place::with_shop();
    place.ingest_shop(&["shop.csv"]).succeeds();
    let waits = ["--calls", "out", "--train-until", "2026-05-04", "--out", "w.csv"];
    place.write("out/calls.parquet", PNG);
    place.run("waits", &waits).fails(&["out/calls.parquet"]);
    std::fs::remove_file(place.path("out/stages.parquet")).unwrap();
    place.run("waits", &waits).fails(&["out/"]);
    place.write("out/audit.json", "{}");
    place.run("waits", &waits).fails(&["out/audit.json", "missing field"]);
}

#[test]
fn a_training_without_calls_is_refused_with_the_numbers() {
    let waits = ["--calls", "log", "--train-until", "1998-01-01", "--out", "early.csv"];
    let place = shipped();
    place.run("waits", &waits).fails(&[
        "training until 1997-12-31T22:00:00Z",
        "got 0",
        "from 1998-12-31T22:00:02Z to 1999-07-31T20:56:34Z",
    ]);
    assert!(!place.path("early.csv").exists());
}
