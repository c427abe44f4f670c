//! A small shop's log and its mapping, for the tests of other files.

use chrono::{DateTime, Utc};
use ringback_calllog::{Delimited, Error, LogReader, PseudonymKey, Pseudonymizer, ReadLog};

pub(crate) const MAPPING: &str = r#"
    source = "shop"
    delimiter = ","
    zone = "Europe/Copenhagen"
    region = "DK"
    key = ["id"]
    customer = { column = "caller", kind = "phone" }
    outcome = { column = "result", values = { ok = "answered", gone = "abandoned" } }
    [time]
    format = "%Y-%m-%d %H:%M:%S"
    [[stage]]
    kind = "queue"
    start = "in"
    end = "out"
"#;

pub(crate) const HEADER: &str = "id,caller,in,out,result\n";

pub(crate) const ROW: &str = "1,,2026-05-04 09:00:00,2026-05-04 09:00:30,ok\n";

pub(crate) fn pseudonymizer() -> Pseudonymizer {
    Pseudonymizer::new(&PseudonymKey::from_bytes([7; 32]), "shop")
}

pub(crate) fn format(mapping: &str) -> Result<Delimited, Error> {
    Delimited::new(mapping, "shop.toml", pseudonymizer())
}

pub(crate) fn try_read(mapping: &str, log: impl AsRef<[u8]>) -> Result<ReadLog, Error> {
    LogReader::new().read_bytes("calls.csv", log.as_ref(), &mut format(mapping)?)
}

/// Reads a log that can be read.
#[track_caller]
pub(crate) fn read(mapping: &str, log: impl AsRef<[u8]>) -> ReadLog {
    let read = try_read(mapping, log).expect("a log that can be read");
    assert_adds_up(&read);
    read
}

/// Reads rows of the shop's own format, of which at least one is good.
#[track_caller]
pub(crate) fn read_rows(rows: impl AsRef<[u8]>) -> ReadLog {
    read(MAPPING, [HEADER.as_bytes(), rows.as_ref()].concat())
}

#[track_caller]
pub(crate) fn assert_adds_up(read: &ReadLog) {
    let audit = &read.audit;
    assert_eq!(audit.rows_read, audit.rows_used + audit.rows_skipped + audit.rows_rejected);
    assert_eq!(audit.rows_rejected, read.rejected.len() as u64);
    assert_eq!(audit.rejected.values().sum::<u64>(), audit.rows_rejected);
    assert_eq!(audit.skipped.values().sum::<u64>(), audit.rows_skipped);
    assert_eq!(audit.calls, read.log.calls.len() as u64);
}

/// The rejected rows, as a reader of the log sees them.
pub(crate) fn rejected(read: &ReadLog) -> Vec<String> {
    read.rejected.iter().map(ToString::to_string).collect()
}

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).expect("a stamp").to_utc()
}
