//! Tables as Parquet.

use std::fs::File;
use std::path::PathBuf;

use polars::prelude::*;
use ringback_eventlog::{Error, TableReader, ValueKind};

fn file(columns: Vec<Column>) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.parquet");
    let mut frame = DataFrame::new(columns[0].len(), columns).unwrap();
    ParquetWriter::new(File::create(&path).unwrap()).finish(&mut frame).unwrap();
    (folder, path)
}

fn texts(name: &str, values: [Option<&str>; 3]) -> Column {
    StringChunked::from_iter_options(name.into(), values.into_iter()).into_column()
}

fn stamps(name: &str, values: [Option<i64>; 3], unit: TimeUnit, zone: Option<TimeZone>) -> Column {
    let values = Int64Chunked::from_iter_options(name.into(), values.into_iter());
    values.into_datetime(unit, zone).into_column()
}

fn log(time: Column) -> Vec<Column> {
    vec![
        texts("case:concept:name", [Some("1"), Some("1"), Some("2")]),
        texts("Activity", [Some("open"), Some(" close "), Some("open")]),
        time,
        texts("org:resource", [Some("R1"), None, Some("R2")]),
        Int64Chunked::from_slice("tries".into(), &[1, 2, 3]).into_column(),
        Float64Chunked::from_slice("cost".into(), &[1.5, f64::NAN, 3.0]).into_column(),
    ]
}

#[test]
fn instants_of_every_unit_are_read() {
    let second = 1_462_352_400_i64; // 2016-05-04 09:00:00 UTC
    for (unit, factor) in [
        (TimeUnit::Milliseconds, 1_000),
        (TimeUnit::Microseconds, 1_000_000),
        (TimeUnit::Nanoseconds, 1_000_000_000),
    ] {
        let values = [Some(second * factor + 1), Some((second - 60) * factor), None];
        let (_folder, path) =
            file(log(stamps("time:timestamp", values, unit, Some(TimeZone::UTC))));
        let read = TableReader::default().read_parquet(&path).unwrap();
        assert_eq!((read.events_read, read.log.events()), (3, 2));
        assert_eq!((read.rejected[0].line, read.rejected[0].reason.as_str()), (3, "missing"));
        let log = read.log;
        assert_eq!(log.at_micros()[0], (second - 60) * 1_000_000);
        assert_eq!(log.at_micros()[1], second * 1_000_000 + 1_000_000 / factor);
        assert_eq!(log.activities().get(log.activity()[0]), Some(" close "));
        assert_eq!(log.column("org:resource").unwrap().text(0), None);
        assert_eq!(log.column("tries").unwrap().kind(), ValueKind::Int);
        assert_eq!(log.column("cost").unwrap().text(1), Some("1.5"));
        assert_eq!(log.column("cost").unwrap().text(0), None);
    }
}

#[test]
fn stamps_without_a_zone_want_one_and_texts_are_stamps_too() {
    let values = [Some(1_462_352_400_000), Some(1_462_352_400_000), Some(1_462_352_400_000)];
    let (_folder, path) = file(log(stamps("timestamp", values, TimeUnit::Milliseconds, None)));
    let error = TableReader::default().read_parquet(&path).unwrap_err().to_string();
    let expected =
        "row 1, timestamp: \"2016-05-04T09:00:00\", expected an offset, or the zone to be told";
    assert!(error.ends_with(&expected.replace("row", "line")), "{error}");
    let zone = "Europe/Copenhagen".parse().unwrap();
    let read = TableReader::default().zone(zone).read_parquet(&path).unwrap();
    assert_eq!(read.log.at(0).unwrap().to_rfc3339(), "2016-05-04T07:00:00+00:00");

    let time = texts(
        "time",
        [Some("2016-05-04T09:00:00Z"), Some("soon"), Some("2016-05-04 09:00:00+02:00")],
    );
    let (_folder, path) = file(log(time));
    let read = TableReader::default().read_parquet(&path).unwrap();
    assert_eq!((read.log.events(), read.rejected.len(), read.rejected[0].line), (2, 1, 2));
}

#[test]
fn what_is_no_parquet_and_what_lacks_a_column_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.parquet");
    assert!(matches!(TableReader::default().read_parquet(&path), Err(Error::Io { .. })));
    std::fs::write(&path, "case,activity,time\n").unwrap();
    assert!(matches!(TableReader::default().read_parquet(&path), Err(Error::Frame { .. })));
    let (_folder, path) = file(vec![texts("case", [Some("1"); 3])]);
    let error = TableReader::default().read_parquet(&path).unwrap_err();
    assert!(error.to_string().contains("no column of the activity"), "{error}");
}
