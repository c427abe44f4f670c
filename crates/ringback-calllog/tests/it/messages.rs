//! The text of every error and reason, each once.

use std::io;
use std::path::PathBuf;

use chrono::NaiveDate;
use ringback_calllog::*;

#[track_caller]
fn check(error: &dyn std::error::Error, expected: &str) {
    assert_eq!(error.to_string(), expected);
}

#[test]
fn errors_say_what_was_found_and_what_was_expected() {
    let missing = || io::Error::new(io::ErrorKind::NotFound, "no such file");
    check(&Error::Io { path: PathBuf::from("a.csv"), source: missing() }, "a.csv: no such file");
    check(
        &Error::NoFiles { paths: "a, b".into() },
        "no file to read in a, b, expected files, folders, .gz or .zip",
    );
    check(
        &Error::NothingUsable { files: 2, rows: 3, first: "a.csv:2: x".into() },
        "no row of 2 file(s) could be used (3 rows read); first: a.csv:2: x",
    );
    let row = RejectedRow {
        file: "a.csv".into(),
        line: 4,
        field: "in".into(),
        reason: RejectReason::CutOff,
    };
    check(&Error::Rejected(row), "a.csv:4: in: the file ends within this row");
    let mapping = |line| Error::Mapping { file: "m.toml".into(), line, problem: "no zone".into() };
    check(&mapping(Some(3)), "m.toml:3: no zone");
    check(&mapping(None), "m.toml: no zone");
    let schema = Error::Schema {
        table: "calls",
        column: "queue".into(),
        got: "absent".into(),
        expected: "str".into(),
    };
    check(&schema, "calls: column queue is absent, expected str");
    let value = Error::FrameValue {
        table: "stages",
        row: 5,
        column: "kind",
        value: "\"x\"".into(),
        expected: "a stage kind".into(),
    };
    check(&value, "stages row 5: kind is \"x\", expected a stage kind");
    check(&Error::Frame { doing: "reading".into(), source: Box::new(missing()) }, "reading failed");
}

#[test]
fn reasons_say_what_was_found_and_are_counted_by_kind() {
    let day = NaiveDate::from_ymd_opt(2026, 3, 29).expect("a date");
    let local = day.and_hms_opt(2, 30, 0).expect("a time");
    let zone = "Europe/Copenhagen";
    let header = Masked::new("a,b");
    for (reason, text, kind) in [
        (
            RejectReason::FieldCount { got: 2, expected: 3 },
            "2 fields, expected 3",
            "wrong number of fields",
        ),
        (RejectReason::Missing { expected: "a stamp" }, "no value, expected a stamp", "no value"),
        (
            RejectReason::BadValue { value: Masked::new("x"), expected: "seconds".into() },
            "\"x\", expected seconds",
            "not a value of this field",
        ),
        (
            LocalTimeError::Skipped { local, zone }.into(),
            "2026-03-29 02:30:00 does not exist in Europe/Copenhagen: the clock jumped over it",
            "a stamp in the hour that the clock skipped",
        ),
        (
            LocalTimeError::Repeated { local, zone }.into(),
            "2026-03-29 02:30:00 happened twice in Europe/Copenhagen, and the fold rule is reject",
            "a stamp in the hour that came twice",
        ),
        (
            RejectReason::Contradiction { stage: "queue", entered: local, left: local },
            "queue from 2026-03-29 02:30:00 to 2026-03-29 02:30:00 contradicts the row's other stamps",
            "contradicts the row's other stamps",
        ),
        (
            RejectReason::OpenQuote { limit: 64 },
            "a quote is opened and not closed within 64 lines",
            "a quote is not closed",
        ),
        (RejectReason::LineTooLong { limit: 9 }, "a line of more than 9 bytes", "line too long"),
        (RejectReason::CutOff, "the file ends within this row", "the file ends within the row"),
        (
            RejectReason::NoSuchColumn { header },
            "no such column, the header is \"a,b\"",
            "no such column in the file's header",
        ),
        (
            RejectReason::Other { what: "a date line is missing".into() },
            "a date line is missing",
            "a date line is missing",
        ),
    ] {
        check(&reason, text);
        assert_eq!(reason.kind(), kind);
        let row = RejectedRow { file: "f".into(), line: 1, field: "".into(), reason };
        check(&row, &format!("f:1: {text}"));
    }
}

#[test]
fn invalid_values_say_what_was_expected() {
    check(
        &"x".parse::<Zone>().unwrap_err(),
        "\"x\" is no IANA time zone, expected a name such as Europe/Copenhagen",
    );
    check(
        &"x".parse::<Fold>().unwrap_err(),
        "\"x\" is no fold rule, expected earlier, later or reject",
    );
    check(
        &"x".parse::<Direction>().unwrap_err(),
        "\"x\" is no direction, expected one of inbound, outbound, internal, unknown",
    );
    check(
        &"x".parse::<Outcome>().unwrap_err(),
        "\"x\" is no outcome, expected one of answered, abandoned, voicemail, overflowed, busy, failed, callback, other, unknown",
    );
    check(
        &"x".parse::<StageKind>().unwrap_err(),
        "\"x\" is no stage kind, expected one of ivr, queue, ring, talk, hold, consult, wrap_up, voicemail, callback_wait",
    );
    check(
        &"x".parse::<StageEnd>().unwrap_err(),
        "\"x\" is no stage end, expected one of answered, abandoned, transferred, overflowed, completed, unanswered, failed, open, unknown",
    );
    check(
        &"+12025550123".parse::<Customer>().unwrap_err(),
        "a text of 12 bytes is no pseudonym, expected a key id, a colon and 32 hexadecimal digits",
    );
    check(
        &Precision::new(f64::NAN).unwrap_err(),
        "a precision of NaN s, expected more than 0 and at most 86400 s",
    );
    check(
        &Precision::new(86_401.0).unwrap_err(),
        "a precision of 86401 s, expected more than 0 and at most 86400 s",
    );
    check(
        &"Denmark".parse::<PhoneRegion>().unwrap_err(),
        "\"Denmark\" is no country with a numbering plan, expected two letters such as DK",
    );
    for (text, expected) in [
        ("", "0 lines with a key, expected one line of 64 hexadecimal digits"),
        ("# only a note\n", "0 lines with a key, expected one line of 64 hexadecimal digits"),
        ("aa\nbb\n\ncc", "3 lines with a key, expected one line of 64 hexadecimal digits"),
        ("xyz", "a line of 3 bytes is no key, expected 64 hexadecimal digits"),
    ] {
        check(&PseudonymKey::from_key_file(text).unwrap_err(), expected);
    }
}
