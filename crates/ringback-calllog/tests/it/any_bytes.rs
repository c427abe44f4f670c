//! Whatever a file holds, reading it does not panic, and every row is accounted for.

use proptest::prelude::*;
use ringback_calllog::{CdrFormat, Framing, LogReader, Observed, Record, SourceId, Verdict};

use crate::shop::{HEADER, MAPPING, ROW, assert_adds_up, format};

fn unquoted() -> String {
    MAPPING.replace("zone =", "quote = false\nzone =")
}

/// Bytes that logs are made of, more often than others.
fn log_bytes() -> impl Strategy<Value = Vec<u8>> {
    let sign = prop_oneof![
        4 => prop::sample::select(&b",;\t|\"'\n\r\0 -:."[..]),
        3 => b'0'..=b'9',
        1 => any::<u8>(),
    ];
    prop::collection::vec(sign, 0..400)
}

/// Rows of the shop with some bytes changed.
fn damaged_rows() -> impl Strategy<Value = Vec<u8>> {
    let damage = (any::<prop::sample::Index>(), prop::sample::select(&b",\"\n\r\x009:\xff"[..]));
    prop::collection::vec(damage, 0..12).prop_map(|damages| {
        let mut bytes: Vec<u8> =
            (0..6).flat_map(|id| ROW.replacen('1', &id.to_string(), 1).into_bytes()).collect();
        for (place, byte) in damages {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        bytes
    })
}

#[track_caller]
fn check(mapping: &str, bytes: &[u8]) -> u64 {
    let mut format = format(mapping).expect("a mapping");
    match LogReader::new().read_bytes("x", bytes, &mut format) {
        Ok(read) => {
            assert_adds_up(&read);
            read.audit.rows_read
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            let ringback_calllog::Error::NothingUsable { rows, .. } = error else {
                panic!("{error}");
            };
            rows
        }
    }
}

/// Lines that are not blank, once NUL bytes are gone.
fn lines(bytes: &[u8]) -> u64 {
    let text: Vec<u8> = bytes.iter().copied().filter(|it| *it != 0).collect();
    text.split(|it| *it == b'\n').filter(|it| !it.trim_ascii().is_empty()).count() as u64
}

/// Control bytes that no text has.
fn odd(bytes: &[u8]) -> usize {
    bytes.iter().filter(|it| matches!(it, 1..=8 | 14..=25 | 28..=31 | 127)).count()
}

/// Counts what comes; its framing is quoted.
#[derive(Default)]
struct Counter {
    bytes: usize,
    records: u64,
}

impl CdrFormat for Counter {
    fn source(&self) -> SourceId {
        "counter".into()
    }

    fn framing(&self) -> Framing {
        Framing::QuotedLines
    }

    fn observed(&self) -> Observed {
        format(MAPPING).expect("a mapping").observed()
    }

    fn read(&mut self, record: Record<'_>) -> Verdict {
        self.bytes += record.bytes.len();
        self.records += 1;
        Verdict::NotARow
    }
}

proptest! {
    #[test]
    fn any_bytes_are_accounted_for(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        check(MAPPING, &bytes);
        check(&unquoted(), &bytes);
        check(MAPPING, &[HEADER.as_bytes(), &bytes].concat());
    }

    #[test]
    fn no_line_of_an_unquoted_log_is_lost(bytes in log_bytes(), rows in damaged_rows()) {
        for bytes in [bytes, rows] {
            // A file with more of these is taken for no text.
            prop_assume!(odd(&bytes) < 8);
            let log = [HEADER.as_bytes(), &bytes].concat();
            // A header that comes again by chance is no row; these bytes cannot spell it.
            prop_assert_eq!(check(&unquoted(), &log), lines(&log) - 1);
        }
    }

    #[test]
    fn no_line_of_a_quoted_log_is_lost_unless_quotes_hold_it(rows in damaged_rows()) {
        let log = [HEADER.as_bytes(), &rows].concat();
        let rows_read = check(MAPPING, &log);
        prop_assert!(rows_read < lines(&log));
        if !rows.contains(&b'"') {
            prop_assert_eq!(rows_read, lines(&log) - 1);
        }
        let all_of_one_shape = rows.split(|it| *it == b'\n').filter(|it| !it.trim_ascii().is_empty())
            .all(|line| memchr::memchr_iter(b'"', line).count().is_multiple_of(2));
        if all_of_one_shape {
            prop_assert_eq!(rows_read, lines(&log) - 1);
        }
    }

    #[test]
    fn quoted_records_hold_every_byte_but_line_ends(bytes in log_bytes()) {
        let bytes: Vec<u8> = bytes.into_iter().filter(|it| !matches!(it, 0 | b'\r' | 128..)).collect();
        let mut counter = Counter::default();
        let rejected = match LogReader::new().read_bytes("x", &bytes, &mut counter) {
            Ok(read) => read.audit.rows_rejected,
            Err(ringback_calllog::Error::NothingUsable { rows, .. }) => rows,
            Err(error) => panic!("{error}"),
        };
        if rejected == 0 && counter.records > 0 {
            let signs = |bytes: &[u8]| bytes.iter().filter(|it| !it.is_ascii_whitespace()).count();
            prop_assert!(counter.bytes >= signs(&bytes));
        }
    }

    #[test]
    fn blanks_and_quotes_and_files_without_a_header_are_accounted_for(bytes in log_bytes()) {
        let blanks = MAPPING.replace("delimiter = \",\"", "delimiter = \"blanks\"");
        check(&blanks, &[HEADER.replace(',', " ").as_bytes(), &bytes].concat());
        let columns = format!("columns = [\"id\", \"caller\", \"in\", \"out\", \"result\"]\n{}", unquoted());
        let quirk = bytes.starts_with(&[0xef, 0xbb]) || bytes.starts_with(&[0xff]) || bytes.starts_with(&[0xfe]);
        let rows = check(&columns, &bytes);
        if !quirk && odd(&bytes) < 8 {
            prop_assert_eq!(rows, lines(&bytes));
        }
    }
}
