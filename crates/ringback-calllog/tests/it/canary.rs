//! Whole phone numbers go in at every place of a log; none may come out anywhere.

use proptest::prelude::*;
use ringback_calllog::{LogReader, Masked, ReadLog};

use crate::shop::{format, pseudonymizer};

/// Numbers of the ranges that are reserved for fiction, in the spellings of callers, switches and spreadsheets.
const NUMBERS: [&str; 22] = [
    "+12025550123",
    "+1 202 555 0123",
    "(202) 555-0123",
    "202.555.0123",
    "202-555-0123",
    "202 – 555 – 0123",
    "2025550123",
    "0012025550123",
    "tel:+1-202-555-0123",
    "sip:+12025550123@pbx.example",
    "2.025550123E9x",
    "2,025,550,123",
    "+1 202 555 0123:45",
    "٢٠٢٥٥٥٠١٢٣",
    "+44 20 7946 0123",
    "020 7946 0123",
    "(020) 7946-0123",
    "00442079460123",
    "442079460123",
    "+44(0)20/79460123",
    "Caller +442079460123 (mobile)",
    "20 79 46 01 23",
];

/// The digits that no output may have in a row, whatever stands between them.
const DIGITS: [&str; 2] = ["2025550123", "2079460123"];

const MAPPING: &str = r#"
    source = "canary"
    delimiter = "|"
    zone = "Europe/Copenhagen"
    region = "US"
    key = ["id"]
    call = ["call"]
    customer = { column = "caller", kind = "phone" }
    queue = "queue"
    intent = "intent"
    priority = "priority"
    direction = { column = "direction", values = { in = "inbound" } }
    outcome = { column = "result", values = { ok = "answered", gone = "abandoned" } }
    started = "start"
    ended = "end"
    time = { format = "%Y-%m-%d %H:%M:%S" }
    skip = [{ column = "kind", values = ["test", "+1 202 555 0123"] }]
    [[stage]]
    kind = "queue"
    start = "in"
    seconds = "secs"
    [[stage]]
    kind = "talk"
    start = "up"
    end = "down"
    agent = "agent"
    ended = { column = "how", values = { done = "completed" } }
    when = { column = "result", values = ["ok"] }
"#;

const COLUMNS: [(&str, &str); 18] = [
    ("id", "1"),
    ("call", "7"),
    ("caller", "+12025550123"),
    ("queue", "sales"),
    ("intent", "buy"),
    ("priority", "1"),
    ("direction", "in"),
    ("result", "ok"),
    ("start", "2026-05-04 09:00:00"),
    ("end", "2026-05-04 09:10:00"),
    ("kind", "live"),
    ("in", "2026-05-04 09:00:10"),
    ("secs", "50"),
    ("up", "2026-05-04 09:01:00"),
    ("down", "2026-05-04 09:10:00"),
    ("agent", "Kim"),
    ("how", "done"),
    ("note", ""),
];

fn header() -> String {
    COLUMNS.map(|(name, _)| name).join("|")
}

/// A good row with one field replaced.
fn row_with(place: usize, value: &str) -> String {
    let mut fields = COLUMNS.map(|(_, value)| value);
    fields[place] = value;
    fields.join("|")
}

#[track_caller]
fn assert_no_number(output: &str, of: &str) {
    // Digits that stand together, whatever other signs are between them; a letter, a quote or a line end parts them,
    // as they part one value from the next.
    for part in output.split(|it: char| it.is_alphabetic() || matches!(it, '"' | '\n' | '{' | '}'))
    {
        let digits: String = part
            .chars()
            .filter_map(|it| match it {
                '٠'..='٩' => char::from_digit(u32::from(it) - u32::from('٠'), 10),
                _ => it.is_ascii_digit().then_some(it),
            })
            .collect();
        for number in DIGITS {
            assert!(!digits.contains(number), "{number} comes out of {of}: {part:?}");
        }
    }
}

/// Looks through everything that a read gives.
#[track_caller]
fn assert_clean(read: &ReadLog, of: &str) {
    assert_no_number(&format!("{read:?}"), of);
    assert_no_number(&format!("{read:#?}"), of);
    for row in &read.rejected {
        assert_no_number(&row.to_string(), of);
        assert_no_number(row.reason.kind(), of);
    }
    assert_no_number(&serde_json::to_string_pretty(&read.audit).expect("json"), of);
    assert_no_number(&serde_json::to_string_pretty(&read.log.calls).expect("json"), of);
    for call in &read.log.calls {
        assert_no_number(call.call_id.as_str(), of);
    }
}

#[cfg(feature = "frame")]
mod frames {
    use ringback_calllog::{Call, calls_to_frame, read_parquet, stages_to_frame, write_parquet};

    use super::assert_no_number;

    #[track_caller]
    pub(super) fn assert_clean(calls: &[Call], of: &str) {
        for frame in [calls_to_frame(calls), stages_to_frame(calls)] {
            let frame = frame.expect("a frame");
            for column in frame.columns() {
                for row in 0..frame.height() {
                    assert_no_number(&format!("{:?}", column.get(row).expect("a value")), of);
                }
            }
        }
        let folder = tempfile::tempdir().expect("a folder");
        write_parquet(calls, folder.path()).expect("written");
        assert_no_number(&format!("{:?}", read_parquet(folder.path()).expect("read")), of);
    }
}

fn read(log: &str) -> ReadLog {
    let mut format = format(MAPPING).expect("a mapping");
    let read = LogReader::new().read_bytes("canary", log.as_bytes(), &mut format).expect("a log");
    assert_no_number(&format!("{format:?}"), "the format's Debug");
    read
}

#[test]
fn no_number_comes_out_wherever_it_went_in() {
    for number in NUMBERS {
        for (place, (column, _)) in COLUMNS.iter().enumerate() {
            for value in [number.to_owned(), format!("\"{number}\""), format!(" {number} ")] {
                let good = row_with(0, "good");
                let log = format!("{}\n{good}\n{}\n", header(), row_with(place, &value));
                assert_clean(&read(&log), &format!("{column} = {value}"));
            }
        }
    }
}

/// Each number in each column, all in one log: frames and Parquet take time.
#[cfg(feature = "frame")]
#[test]
fn no_number_comes_out_of_frames_and_parquet() {
    let mut log = header();
    for (at, number) in NUMBERS.iter().enumerate() {
        for place in 0..COLUMNS.len() {
            let id = format!("{at}_{place}");
            let row = row_with(place, number);
            let row = if place == 0 { row } else { row.replacen('1', &id, 1) };
            log.push('\n');
            log.push_str(&row);
        }
    }
    let read = read(&log);
    assert!(read.audit.rows_used > 100, "{} rows", read.audit.rows_used);
    frames::assert_clean(&read.log.calls, "a frame");
}

#[test]
fn no_number_comes_out_of_rows_of_another_shape() {
    let good = row_with(0, "good");
    for number in NUMBERS {
        let rows = [
            number.to_owned(),
            format!("{good}|{number}"),
            format!("\"{number}|{good}"),
            format!("{number}|{}", &good[good.find('|').unwrap_or(0) + 1..]),
            row_with(8, &format!("2026-03-29 02:30:00 {number}")),
            row_with(9, "2026-05-04 08:00:00").replace("|sales|", &format!("|{number}|")),
            row_with(8, "2026-03-29 02:30:00").replace("|sales|", &format!("|{number}|")),
            row_with(0, "").replace("|sales|", &format!("|{number}|")),
            format!("{number}{}", "x".repeat(2 << 20)),
        ];
        for row in rows {
            let log = format!("{}\n{good}\n{row}\n", header());
            assert_clean(&read(&log), &row[..row.len().min(300)]);
        }
    }
}

#[test]
fn no_number_comes_out_of_a_header_that_is_a_row() {
    for number in NUMBERS {
        let log = format!("{number}|x\n{number}|y\n");
        let mut format = format(MAPPING).expect("a mapping");
        let error = LogReader::new()
            .read_bytes("canary", log.as_bytes(), &mut format)
            .expect_err("no such columns");
        assert_no_number(&error.to_string(), number);
        assert_no_number(&format!("{error:?} {format:?}"), number);
    }
}

#[test]
fn a_number_in_a_key_is_a_pseudonym_unless_the_column_is_said_to_be_plain() {
    let log = format!("{}\n{}\n", header(), row_with(0, "20250604123"));
    let pseudonym = pseudonymizer().customer("20250604123").to_string();
    assert!(read(&log).log.calls[0].call_id.as_str().ends_with(&format!("~{pseudonym}")));
    let plain = MAPPING
        .replace("[[stage]]\n    kind = \"queue\"", "plain_goes_here")
        .replacen("plain_goes_here", "[[stage]]\n    kind = \"queue\"", 1)
        .replacen("    region", "    plain = [\"id\"]\n    region", 1);
    let read = crate::shop::read(&plain, &log);
    assert_eq!(read.log.calls[0].call_id.as_str(), "7~20250604123");
}

#[test]
fn a_customer_that_is_part_of_the_key_stands_there_as_the_pseudonym() {
    let mapping = MAPPING
        .replace("key = [\"id\"]", "key = [\"id\", \"caller\"]")
        .replace("call = [\"call\"]", "");
    let read = crate::shop::read(&mapping, format!("{}\n{}\n", header(), row_with(0, "1")));
    let customer = pseudonymizer().customer("+12025550123");
    assert_eq!(read.log.calls[0].customer, Some(customer));
    assert_eq!(read.log.calls[0].call_id.as_str(), format!("1-{customer}"));
}

#[track_caller]
fn check_masked(value: &str, expected: &str) {
    assert_eq!(Masked::new(value).to_string(), expected);
}

#[test]
fn what_could_be_a_number_keeps_its_last_two_digits() {
    check_masked("+1 202 555 0123", "+• ••• ••• ••23");
    check_masked("sip:2025550123@x", "sip:••••••••23@x");
    check_masked("123456", "123456");
    check_masked("1234567", "•••••67");
}

#[test]
fn stamps_stay_readable_when_they_are_wrong() {
    for stamp in [
        "25:61:00",
        "1999-02-30 0:00:31",
        "31.02.2026 09:15",
        "2026/13/01",
        "2026-05-04T09:15:00.123+02:00",
        "5/31/2026 9:15:00",
    ] {
        check_masked(stamp, stamp);
    }
}

#[test]
fn long_and_odd_values_are_cut_and_cleaned() {
    check_masked(&"x".repeat(61), &format!("{}…", "x".repeat(60)));
    check_masked("a\tb\u{1b}", "a\u{fffd}b\u{fffd}");
    let cut_through = format!("{}2025550123", "x".repeat(55));
    check_masked(&cut_through, &format!("{}•••••…", "x".repeat(55)));
}

proptest! {
    #[test]
    fn no_number_comes_out_between_any_other_signs(
        before in "[ -~]{0,12}", after in "[ -~]{0,12}", place in 0_usize..COLUMNS.len(),
        number in prop::sample::select(&NUMBERS[..]),
    ) {
        let value = format!("{before}{number}{after}").replace(['|', '"', '\n'], " ");
        let log = format!("{}\n{}\n{}\n", header(), row_with(0, "good"), row_with(place, &value));
        assert_clean(&read(&log), &value);
    }
}
