use std::path::PathBuf;

use polars::prelude::*;
use ringback_calllog::{
    Call, Delimited, Error, LogReader, PseudonymKey, Pseudonymizer, calls_from_frames,
    calls_to_frame, read_parquet, stages_to_frame, write_parquet,
};

use crate::shop::read_rows;

fn calls() -> Vec<Call> {
    let rows = "1,+1 202 555 0123,2026-05-04 09:00:00,2026-05-04 09:00:30,ok\n\
        2,,2026-05-04 09:01:00,,gone\n3,,2026-05-04 09:02:00,2026-05-04 09:02:10,gone\n";
    read_rows(rows).log.calls
}

fn bank() -> Vec<Call> {
    let fixture = |name: &str| -> PathBuf {
        [env!("CARGO_MANIFEST_DIR"), "../../fixtures/anonymous_bank", name].iter().collect()
    };
    let mapping = std::fs::read_to_string(fixture("mapping.toml")).expect("the mapping");
    let key = PseudonymKey::from_bytes([7; 32]);
    let mut format =
        Delimited::new(&mapping, "mapping.toml", Pseudonymizer::new(&key, "bank")).expect("ok");
    let paths = [fixture("january.txt.gz")];
    LogReader::new().read(&paths, &mut format).expect("the bank's log").log.calls
}

#[test]
fn frame_rows_come_back_as_they_went_in() {
    for calls in [calls(), bank(), Vec::new()] {
        let frames =
            (calls_to_frame(&calls).expect("calls"), stages_to_frame(&calls).expect("stages"));
        assert_eq!(calls_from_frames(&frames.0, &frames.1).expect("rows"), calls);
    }
}

#[test]
fn frame_rows_come_back_from_parquet_and_the_bytes_are_the_same_twice() {
    let calls = bank();
    let folders = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
    for folder in &folders {
        write_parquet(&calls, folder.path()).expect("written");
    }
    assert_eq!(read_parquet(folders[0].path()).expect("read"), calls);
    for name in ["calls.parquet", "stages.parquet"] {
        let bytes = folders.each_ref().map(|it| std::fs::read(it.path().join(name)).expect("read"));
        assert!(bytes[0] == bytes[1], "{name} differs");
    }
}

#[test]
fn frame_columns_are_those_of_the_contract() {
    let frame = calls_to_frame(&calls()).expect("a frame");
    let names: Vec<&str> = frame.columns().iter().map(|it| it.name().as_str()).collect();
    let contract = [
        "call_id",
        "source",
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
        "ivr_secs",
        "talk_secs",
        "hold_secs",
        "wrap_secs",
        "agent",
        "transfers",
        "stages",
        "precision_secs",
    ];
    assert_eq!(names[..contract.len()], contract);
    let waits = frame.column("wait_secs").expect("waits").f64().expect("seconds");
    assert_eq!(waits.iter().collect::<Vec<_>>(), [Some(30.0), None, Some(10.0)]);
    let stages = stages_to_frame(&calls()).expect("a frame");
    let names: Vec<&str> = stages.columns().iter().map(|it| it.name().as_str()).collect();
    let contract = ["call_id", "seq", "kind", "queue", "agent", "entered_at", "left_at", "end"];
    assert_eq!(names, contract);
}

/// The message of reading the shop's calls with one column replaced, or gone.
#[track_caller]
fn check(table: &str, column: &str, values: Option<Column>, expected: &str) {
    let mut calls_frame = calls_to_frame(&calls()).expect("calls");
    let mut stages_frame = stages_to_frame(&calls()).expect("stages");
    let frame = if table == "calls" { &mut calls_frame } else { &mut stages_frame };
    match values {
        Some(values) => drop(frame.with_column(values.with_name(column.into())).expect("as long")),
        None => drop(frame.drop_in_place(column).expect("there")),
    }
    let error = calls_from_frames(&calls_frame, &stages_frame).expect_err("a bad frame");
    assert_eq!(error.to_string(), expected);
}

fn texts(values: [Option<&str>; 3]) -> Column {
    Column::new("x".into(), values)
}

#[test]
fn frame_columns_that_are_absent_or_of_another_type_are_named() {
    check("calls", "queue", None, "calls: column queue is absent, expected str");
    check("stages", "seq", None, "stages: column seq is absent, expected u32");
    let numbers = Some(Column::new("x".into(), [1_i64, 2, 3]));
    check("calls", "outcome", numbers, "calls: column outcome is i64, expected str");
}

#[test]
fn frame_values_that_no_call_has_are_named() {
    let ok = Some("abandoned");
    check(
        "calls",
        "outcome",
        Some(texts([ok, Some("lost"), ok])),
        "calls row 1: outcome is \"lost\", expected one of answered, abandoned, \
         voicemail, overflowed, busy, failed, callback, other, unknown",
    );
    check(
        "calls",
        "outcome",
        Some(texts([ok, ok, None])),
        "calls row 2: outcome is null, expected a value",
    );
    check(
        "calls",
        "customer",
        Some(texts([Some("+12025550123"), None, None])),
        "calls row 0: customer is \"+•••••••••23\", expected a key id, a \
         colon and 32 hexadecimal digits",
    );
    check(
        "stages",
        "call_id",
        Some(texts([Some("1"), Some("9"), Some("3")])),
        "stages row 1: call_id is \"9\", expected the id of a call in the calls' table",
    );
    check(
        "stages",
        "call_id",
        Some(texts([Some("1"), Some("1"), Some("3")])),
        "calls row 0: stages is 1, expected as many as the stages' table has: 2",
    );
    let precision = Some(Column::new("x".into(), [1.0, 0.0, 1.0]));
    check(
        "calls",
        "precision_secs",
        precision,
        "calls row 1: precision_secs is \"0\", expected more than 0 and at most 86400 s",
    );
}

#[test]
fn frame_files_that_are_absent_or_no_parquet_are_errors() {
    let folder = tempfile::tempdir().expect("a folder");
    let error = read_parquet(folder.path()).expect_err("nothing there");
    assert!(matches!(error, Error::Io { .. }), "{error}");
    std::fs::write(folder.path().join("calls.parquet"), "text").expect("written");
    let error = read_parquet(folder.path()).expect_err("no parquet");
    assert!(matches!(error, Error::Frame { .. }), "{error}");
    let error = write_parquet(&calls(), &folder.path().join("nowhere")).expect_err("no folder");
    assert!(matches!(error, Error::Io { .. }), "{error}");
}
