//! Stamps in every spelling, through a table of one event.

use std::path::Path;

use ringback_calllog::Fold;
use ringback_eventlog::{Error, TableReader};

/// The instant of a stamp, or what is wrong with it.
fn read(reader: &TableReader, stamp: &str) -> Result<String, String> {
    let table = format!("case;activity;time\n1;x;{stamp}\n");
    match reader.read_from(table.as_bytes(), Path::new("log.csv")) {
        Ok(read) => Ok(read.log.at(0).unwrap().to_rfc3339()),
        Err(error) => {
            let text = error.to_string();
            let head = "log.csv: no events that can be used; the first of 1: line 2, time: ";
            Err(text.strip_prefix(head).map_or_else(|| text.clone(), str::to_owned))
        }
    }
}

#[track_caller]
fn check(stamp: &str, expected: &str) {
    assert_eq!(read(&TableReader::default(), stamp).as_deref(), Ok(expected), "{stamp}");
}

fn copenhagen() -> TableReader {
    TableReader::default().zone("Europe/Copenhagen".parse().unwrap())
}

#[test]
fn offsets_are_read_in_every_spelling() {
    check("2016-02-29T01:16:05+02:00", "2016-02-28T23:16:05+00:00");
    check("2016-02-29 01:16:05+0200", "2016-02-28T23:16:05+00:00");
    check("2016-02-29 01:16:05+02", "2016-02-28T23:16:05+00:00");
    check("2016-02-29 01:16:05 -0530", "2016-02-29T06:46:05+00:00");
    check("2016/02/29 01:16:05Z", "2016-02-29T01:16:05+00:00");
    check("2016-02-29 01:16:05 UTC", "2016-02-29T01:16:05+00:00");
    check("2016-02-29T01:16:05.25Z", "2016-02-29T01:16:05.250+00:00");
    check("2016-02-29T01:16:05,25Z", "2016-02-29T01:16:05.250+00:00");
    check("2016-02-29T01:16:05.1234569Z", "2016-02-29T01:16:05.123456+00:00");
    check("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.500+00:00");
}

#[test]
fn what_is_no_stamp_is_told_with_what_was_expected() {
    let unreadable = [
        "soon",
        "2016-02-30T00:00:00Z",
        "2016-02-29T24:00:00Z",
        "2016-02-29T00:60:00Z",
        "2016-02-29",
        "2016-02-29T00:00:00.Z",
        "2016-02-29T00:00:00+25:00",
        "2016-02-29T00:00:00 Mars",
        "+016-02-29T00:00:00Z",
        "29/02/2016 01:16",
        "1456704965",
    ];
    for stamp in unreadable {
        let reason = read(&copenhagen(), stamp).unwrap_err();
        assert!(
            reason.ends_with(", expected a stamp such as 2026-05-04T14:30:00+02:00"),
            "{reason}"
        );
    }
    assert!(read(&copenhagen(), "2016-02-29T00:00:60+01:00").is_ok());
}

#[test]
fn a_stamp_without_an_offset_wants_a_zone() {
    for stamp in ["2016-02-29T01:16:05.5", "2016-02-29 01:16", "2016/02/29 01:16:05"] {
        let reason = read(&TableReader::default(), stamp).unwrap_err();
        assert_eq!(reason, format!("{stamp:?}, expected an offset, or the zone to be told"));
    }
    let at = |stamp: &str| read(&copenhagen(), stamp).unwrap();
    assert_eq!(at("2016-02-29T01:16:05.5"), "2016-02-29T00:16:05.500+00:00");
    assert_eq!(at("2016-07-29 01:16"), "2016-07-28T23:16:00+00:00");
    assert_eq!(at("2016/07/29 01:16:05,001"), "2016-07-28T23:16:05.001+00:00");
    // An offset holds whatever the zone is.
    assert_eq!(at("2016-07-29T01:16:05Z"), "2016-07-29T01:16:05+00:00");
}

#[test]
fn the_fold_rule_decides_the_hour_that_comes_twice_and_a_skipped_one_is_rejected() {
    let twice = "2026-10-25 02:30:00";
    let of = |fold: Fold| read(&copenhagen().fold(fold), twice);
    assert_eq!(of(Fold::Earlier).as_deref(), Ok("2026-10-25T00:30:00+00:00"));
    assert_eq!(of(Fold::Later).as_deref(), Ok("2026-10-25T01:30:00+00:00"));
    let expected =
        "2026-10-25 02:30:00 happened twice in Europe/Copenhagen, and the fold rule is reject";
    assert_eq!(of(Fold::Reject).unwrap_err(), expected);
    let skipped = read(&copenhagen(), "2026-03-29 02:30:00").unwrap_err();
    assert_eq!(
        skipped,
        "2026-03-29 02:30:00 does not exist in Europe/Copenhagen: the clock jumped over it"
    );
}

#[test]
fn a_year_that_no_log_is_of_is_rejected_before_times_between_overflow() {
    let reader = copenhagen().stamp_pattern("%Y-%m-%d %H:%M %z");
    for stamp in ["+262142-01-01 00:00 +0000", "-262142-01-01 00:00 +0000"] {
        let reason = read(&reader, stamp).unwrap_err();
        assert!(reason.ends_with(", expected a year from 0 to 9999"), "{reason}");
    }
    let last = read(&reader, "9999-12-31 23:59 +0000");
    assert_eq!(last.as_deref(), Ok("9999-12-31T23:59:00+00:00"));
    assert!(read(&reader, "0000-01-01 00:00 +1400").is_ok());
}

#[test]
fn a_pattern_says_how_stamps_are_written() {
    let of = |pattern: &str, stamp: &str| read(&copenhagen().stamp_pattern(pattern), stamp);
    assert_eq!(
        of("%d-%m-%Y %H:%M", "29-02-2016 01:16").as_deref(),
        Ok("2016-02-29T00:16:00+00:00")
    );
    assert_eq!(
        of("%m/%d/%Y %I:%M %p", "02/29/2016 01:16 PM").as_deref(),
        Ok("2016-02-29T12:16:00+00:00")
    );
    assert_eq!(of("%d.%m.%Y", "01.03.2016").as_deref(), Ok("2016-02-29T23:00:00+00:00"));
    // The offset of the stamp, not that of the zone.
    let with_offset = of("%d.%m.%Y %H:%M %z", "01.03.2016 12:00 +0500");
    assert_eq!(with_offset.as_deref(), Ok("2016-03-01T07:00:00+00:00"));
    let reason = of("%d-%m-%Y %H:%M", "2016-02-29T01:16:00Z").unwrap_err();
    assert_eq!(reason, "\"2016-02-29T01:16:00Z\", expected a stamp written as %d-%m-%Y %H:%M");
    let error = of("%Q", "1").unwrap_err();
    assert_eq!(error, "stamp pattern \"%Q\", expected chrono's letters such as %d-%m-%Y %H:%M");
    assert!(matches!(
        copenhagen()
            .stamp_pattern("%")
            .read_from(&b"case;activity;time\n1;x;1\n"[..], Path::new("log.csv")),
        Err(Error::StampPattern { .. })
    ));
}
