//! Golden logs: every case in `fixtures/golden/logs/FORMAT/CASE` is read and held against the calls, stages, rejections and
//! details that stand beside it.
//!
//! `UPDATE_GOLDEN=1` rewrites the expectations, to be reviewed as a diff; `GOLDEN_FORMAT=cucm-cdr` looks at one format only.
//! One vendor's crate is enough to run its cases:
//! `cargo test -p ringback --no-default-features --features cisco --test it golden`, in a target folder of its own.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use chrono::{DateTime, SecondsFormat, Utc};
use ringback::calllog::{Call, LogReader, PseudonymKey, Pseudonymizer, ReadLog, StageKind};
use ringback::formats::{FormatName, Formats, Layout};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What the case shows, in one line.
    shows: String,
    zone: Option<String>,
    region: Option<String>,
    fold: Option<String>,
    layout: Option<toml::Table>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/golden/logs")
}

/// Folders in a folder, by name.
fn folders(of: &Path) -> Vec<PathBuf> {
    let inside = std::fs::read_dir(of).into_iter().flatten().flatten().map(|it| it.path());
    let mut folders: Vec<PathBuf> = inside.filter(|it| it.is_dir()).collect();
    folders.sort();
    folders
}

fn is_compiled_in(format: FormatName) -> bool {
    match format.as_str().split('-').next() {
        Some("cucm" | "uccx" | "ucce") => cfg!(feature = "cisco"),
        Some("avaya") => cfg!(feature = "avaya"),
        Some("3cx") => cfg!(feature = "3cx"),
        _ => true,
    }
}

fn read(folder: &Path, format: FormatName) -> (Case, ReadLog) {
    let file = folder.join("case.toml").display().to_string();
    let text = std::fs::read_to_string(&file).unwrap_or_else(|it| panic!("{file}: {it}"));
    let case: Case = toml::from_str(&text).unwrap_or_else(|it| panic!("{file}: {it}"));
    let key = PseudonymKey::from_bytes([7; 32]);
    let mut place = Formats::new(Pseudonymizer::new(&key, "golden"));
    if let Some(zone) = &case.zone {
        place = place.zone(zone.parse().unwrap());
    }
    if let Some(region) = &case.region {
        place = place.region(region.parse().unwrap());
    }
    if let Some(fold) = &case.fold {
        place = place.fold(fold.parse().unwrap());
    }
    let layout = case.layout.as_ref().map(ToString::to_string);
    let layout = layout.as_deref().map(|text| Layout { text, file: &file });
    let mut opened = place.open(format, layout).unwrap_or_else(|it| panic!("{file}: {it}"));
    let read = LogReader::new().read(&[folder.join("in")], &mut *opened);
    (case, read.unwrap_or_else(|it| panic!("{file}: {it}")))
}

fn stamp(at: Option<DateTime<Utc>>) -> String {
    at.map(|it| it.to_rfc3339_opts(SecondsFormat::AutoSi, true)).unwrap_or_default()
}

fn text(value: Option<impl ToString>) -> String {
    value.map(|it| it.to_string()).unwrap_or_default()
}

fn table<const N: usize>(header: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header).unwrap();
    for row in rows {
        writer.write_record(row).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

fn calls(calls: &[Call]) -> String {
    let header = [
        "call_id",
        "direction",
        "customer",
        "queue",
        "intent",
        "priority",
        "arrived_at",
        "queued_at",
        "answered_at",
        "ended_at",
        "outcome",
        "wait_secs",
        "talk_secs",
        "agent",
        "transfers",
        "is_complete",
    ];
    let secs = |it: chrono::TimeDelta| it.as_seconds_f64();
    let rows = calls.iter().map(|it| {
        [
            it.call_id.to_string(),
            it.direction.to_string(),
            text(it.customer),
            text(it.queue.as_ref()),
            text(it.intent.as_ref()),
            text(it.priority),
            stamp(Some(it.arrived_at)),
            stamp(it.queued_at()),
            stamp(it.answered_at()),
            stamp(it.ended_at),
            it.outcome.to_string(),
            text(it.wait().map(secs)),
            text(it.time_in(StageKind::Talk).map(secs)),
            text(it.agent()),
            it.transfers().to_string(),
            it.is_complete.to_string(),
        ]
    });
    table(header, rows)
}

fn stages(calls: &[Call]) -> String {
    let header = ["call_id", "seq", "kind", "queue", "agent", "entered_at", "left_at", "end"];
    let rows = calls.iter().flat_map(|call| {
        call.stages.iter().enumerate().map(|(seq, it)| {
            [
                call.call_id.to_string(),
                seq.to_string(),
                it.kind.to_string(),
                text(it.queue.as_ref()),
                text(it.agent.as_ref()),
                stamp(Some(it.entered_at)),
                stamp(it.left_at),
                it.end.to_string(),
            ]
        })
    });
    table(header, rows)
}

/// What was rejected and skipped, and what else a reader should know.
fn rejected(read: &ReadLog, folder: &Path) -> String {
    let of_case = |file: &str| {
        Path::new(file)
            .strip_prefix(folder.join("in"))
            .map_or(file.to_owned(), |it| it.display().to_string())
    };
    let rows = read.rejected.iter().map(|it| {
        [of_case(&it.file), it.line.to_string(), it.field.to_string(), it.reason.to_string()]
    });
    let mut text = table(["file", "line", "field", "reason"], rows);
    for (rule, count) in &read.audit.skipped {
        let _ = writeln!(text, "# skipped: {rule}: {count}");
    }
    for warning in &read.audit.warnings {
        // How much data there is says nothing of a case.
        let said = warning.replace(&format!("{}/", folder.join("in").display()), "");
        if *warning != read.audit.sufficiency.allows {
            let _ = writeln!(text, "# {said}");
        }
    }
    text
}

fn details(read: &ReadLog) -> Option<String> {
    let mut tables: BTreeMap<&str, String> = BTreeMap::new();
    for row in &read.details {
        let text = tables
            .entry(row.table)
            .or_insert_with(|| format!("# {}\ncall_id,{}\n", row.table, row.columns.join(",")));
        let id = row.call_id.as_ref().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(text, "{id},{}", row.values.join(","));
    }
    (!tables.is_empty()).then(|| tables.into_values().collect::<Vec<_>>().join("\n"))
}

/// Holds a text against its file, or rewrites the file; whether they differ.
fn differs(file: &Path, text: Option<&str>, update: bool) -> bool {
    if update {
        match text {
            Some(text) => std::fs::write(file, text).unwrap(),
            None => drop(std::fs::remove_file(file)),
        }
        return false;
    }
    std::fs::read_to_string(file).ok().as_deref() != text
}

#[test]
fn golden_logs_are_read_as_they_are_expected_to_be() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let only = std::env::var("GOLDEN_FORMAT").ok();
    let (mut cases, mut wrong) = (0, Vec::new());
    for of_format in folders(&folder()) {
        let name = of_format.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let format: FormatName = name.parse().unwrap();
        if !is_compiled_in(format) || only.as_ref().is_some_and(|it| *it != name) {
            continue;
        }
        for folder in folders(&of_format) {
            cases += 1;
            let (case, read) = read(&folder, format);
            let audit = &read.audit;
            let added = audit.rows_used + audit.rows_skipped + audit.rows_rejected;
            assert_eq!(audit.rows_read, added, "{}", folder.display());
            assert!(!case.shows.contains('\n') && case.shows.len() > 10, "{}", folder.display());
            let texts = [
                ("calls.csv", Some(calls(&read.log.calls))),
                ("stages.csv", Some(stages(&read.log.calls))),
                ("rejected.csv", Some(rejected(&read, &folder))),
                ("details.csv", details(&read)),
            ];
            for (file, text) in texts {
                if differs(&folder.join(file), text.as_deref(), update) {
                    let got = text.unwrap_or_default();
                    wrong.push(format!("{}/{file} is now\n{got}", folder.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(
        cases > 0
            || only.is_some()
            || !cfg!(all(feature = "cisco", feature = "avaya", feature = "3cx"))
    );
}
