//! Vendors' formats: each by its name, and a folder of all of them as one log.

use std::fs;
use std::path::{Path, PathBuf};

use ringback::calllog::{Outcome, read_parquet};

use super::place::{Place, Ran, fixture};

/// Each format, the shipped files of it, and the flags that they need beside the site file.
const FORMATS: [(&str, &str, &[&str]); 10] = [
    ("cucm-cdr", "cisco", &["cdr_", "cmr_"]),
    ("cucm-cmr", "cisco", &["cmr_"]),
    ("uccx", "cisco", &["uccx_"]),
    ("ucce-tcd", "cisco", &["ucce_"]),
    ("avaya-cm", "avaya", &["cm_"]),
    ("avaya-ipoffice", "avaya", &["smdr_"]),
    ("avaya-echi", "avaya", &["chr"]),
    ("3cx-legacy", "3cx", &["cdr.log"]),
    ("3cx-cdroutput", "3cx", &["cdroutput"]),
    ("3cx-report", "3cx", &["inbound"]),
];

fn shipped(folder: &str, prefixes: &[&str]) -> Vec<PathBuf> {
    let entries = fs::read_dir(fixture("vendors").join(folder)).unwrap();
    let is_wanted = |path: &Path| {
        let name = path.file_name().unwrap().to_string_lossy();
        prefixes.iter().any(|it| name.starts_with(it))
    };
    let mut files: Vec<PathBuf> =
        entries.map(|it| it.unwrap().path()).filter(|it| is_wanted(it)).collect();
    files.sort();
    files
}

fn ingest(place: &Place, format: &str, files: &[PathBuf]) -> Ran {
    let mut command = place.command("ingest");
    command.args(["--format", format, "--key-file", "key", "--out", "out", "--site"]);
    command.arg(fixture("vendors/site.toml")).args(files);
    Ran::of(&mut command, format!("ingest --format {format}"))
}

#[test]
fn every_format_is_read_by_its_name() {
    for (format, folder, prefixes) in FORMATS {
        let place = Place::new();
        let files = shipped(folder, prefixes);
        assert!(!files.is_empty(), "{format}");
        ingest(&place, format, &files).succeeds();
        let audit = place.json("out/audit.json");
        let count = |name: &str| audit[name].as_u64().unwrap();
        let added = count("rows_used") + count("rows_skipped") + count("rows_rejected");
        assert_eq!(count("rows_read"), added, "{format}");
        assert_eq!(count("rows_rejected"), 0, "{format}: {}", audit["rejected"]);
        assert_eq!(audit["sources"][0]["format"], format);
        let calls = read_parquet(&place.path("out")).unwrap();
        assert_eq!(count("calls"), calls.len() as u64, "{format}");
        // Quality records alone are no calls.
        assert_eq!(calls.is_empty(), format == "cucm-cmr", "{format}");
    }
}

#[test]
fn quality_records_are_joined_to_their_calls() {
    let place = Place::new();
    ingest(&place, "cucm-cdr", &shipped("cisco", &["cdr_", "cmr_"])).succeeds();
    let calls = read_parquet(&place.path("out")).unwrap();
    let quality = place.read("out/quality.csv");
    let mut rows = quality.lines();
    assert!(rows.next().unwrap().starts_with("call_id,"), "{quality}");
    let mut joined = 0;
    for row in rows {
        let id = row.split(',').next().unwrap();
        assert!(calls.iter().any(|it| it.call_id.as_str() == id), "{id}");
        joined += 1;
    }
    assert!(joined > 5, "{quality}");
}

#[test]
fn a_folder_of_all_vendors_is_one_log_and_one_report() {
    let place = Place::new();
    let mut command = place.command("overview");
    command.args(["--key-file", "key", "--out", "out"]).arg(fixture("vendors"));
    Ran::of(&mut command, "overview fixtures/vendors".to_owned()).succeeds();
    let audit = place.json("out/audit.json");
    let sources = audit["sources"].as_array().unwrap();
    let formats: Vec<&str> = sources.iter().map(|it| it["format"].as_str().unwrap()).collect();
    let expected: Vec<&str> =
        FORMATS.iter().map(|it| it.0).filter(|it| *it != "cucm-cmr").collect();
    assert_eq!(formats, expected, "every format is found by its content");
    for file in audit["files"].as_array().unwrap() {
        assert_eq!(file["status"], "read", "{file}");
    }
    let calls = read_parquet(&place.path("out")).unwrap();
    let counted: u64 = sources.iter().map(|it| it["calls"].as_u64().unwrap()).sum();
    assert_eq!(calls.len() as u64, counted);
    let doubles = |format: &str| {
        let source = sources.iter().find(|it| it["format"] == format).unwrap();
        source["calls_in_other_feeds"].as_u64().unwrap()
    };
    assert!(doubles("3cx-legacy") > 0, "the same calls stand in cdroutput");
    assert!(calls.iter().any(|it| it.outcome == Outcome::Abandoned));
    let page = place.read("out/report.html");
    assert!(page.contains("By source") && !page.contains("NaN"));
    for source in ["cucm", "uccx", "ucce", "avaya-cm", "ip-office", "cms", "3cx"] {
        assert!(calls.iter().any(|it| it.source.as_str() == source), "{source}");
        assert!(page.contains(source), "{source}");
    }
}

#[test]
fn a_log_of_no_known_format_needs_a_mapping() {
    let place = Place::with_shop();
    let flags = ["--key-file", "key", "--out", "out", "shop.csv"];
    place.run("overview", &flags).fails(&["shop.csv", "no known format", "--mapping"]);
}

#[test]
fn local_stamps_without_a_zone_are_no_calls() {
    let place = Place::new();
    let mut command = place.command("ingest");
    command.args(["--format", "avaya-ipoffice", "--key-file", "key", "--out", "out"]);
    command.args(shipped("avaya", &["smdr_"]));
    let ran = Ran::of(&mut command, "ingest without a zone".to_owned());
    ran.fails(&["smdr_", "local", "zone"]);
}

#[test]
fn a_site_file_that_cannot_be_used_is_named_with_its_line() {
    let place = Place::with_shop();
    let flags =
        |site: &'static str| ["--site", site, "--key-file", "key", "--out", "out", "shop.csv"];
    place.write("a.toml", "time_zone = \"Europe/Copenhagen\"\nzone = \"UTC\"\n");
    place.run("overview", &flags("a.toml")).fails(&["a.toml:2", "zone"]);
    place.write("b.toml", "[layout.fax]\nlines = 3\n");
    place.run("overview", &flags("b.toml")).fails(&["b.toml", "fax", "avaya-cm"]);
    place.write("c.toml", "[layout.avaya-cm]\nlayout = \"fancy\"\n");
    place.run("overview", &flags("c.toml")).fails(&["c.toml", "avaya-cm", "fancy"]);
}

#[test]
fn a_new_format_takes_under_a_hundred_lines() {
    let source = include_str!("../../src/bin/write_adapter.rs");
    let lines = source.lines().skip_while(|it| !it.contains("A made-up exchange's log"));
    let lines = lines.take_while(|it| !it.contains("prints its calls")).count();
    assert!((40..100).contains(&lines), "{lines}");
    let place = Place::new();
    let log = fixture("programs/exchange.log");
    let ran = place.run("write_adapter", &[log.to_str().unwrap()]).succeeds();
    let said: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(said[0], "4711 2026-05-04 07:15:00 UTC answered after 12 s");
    assert_eq!(said[1], "4712 2026-05-04 07:16:10 UTC abandoned after 95 s");
    assert!(said[2].ends_with("exchange.log:3: time: \"2026-05-04 09:75:00\", expected a stamp"));
}
