//! Whatever a file holds, reading it does not panic, and every row is accounted for.

use proptest::prelude::*;
use ringback_calllog::{CdrFormat, Error, FileStart, LogReader};
use ringback_cisco::{CucmCmr, CucmFileName, VqMetrics};

use crate::cucm::{Row, file, format, plain_call, read_rows, site};

/// Rows read of a file's bytes.
fn rows_of(format: &mut dyn CdrFormat, bytes: &[u8]) -> u64 {
    match LogReader::new().read_bytes("x", bytes, format) {
        Ok(read) => {
            let audit = &read.audit;
            assert_eq!(audit.rows_read, audit.rows_used + audit.rows_skipped + audit.rows_rejected);
            for call in &read.log.calls {
                for stage in &call.stages {
                    assert!(stage.left_at.is_none_or(|it| it >= stage.entered_at));
                }
            }
            audit.rows_read
        }
        Err(Error::NothingUsable { rows, .. }) => rows,
        Err(error) => panic!("{error}"),
    }
}

/// Bytes that such files are made of, more often than others.
fn log_bytes() -> impl Strategy<Value = Vec<u8>> {
    let sign = prop_oneof![
        4 => prop::sample::select(&b",\"\n\r\0 -"[..]),
        3 => b'0'..=b'9',
        1 => any::<u8>(),
    ];
    prop::collection::vec(sign, 0..400)
}

/// A value of a column: what a cluster writes, and what it should not.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => prop::sample::select(vec!["", "0", "1", "2", "16", "393216", "10", "3", "4", "98", "354", "850", "7"]).prop_map(str::to_owned),
        1 => any::<u32>().prop_map(|it| it.to_string()),
        1 => any::<i64>().prop_map(|it| it.to_string()),
        1 => (1_777_885_200_u32..1_777_890_000).prop_map(|it| it.to_string()),
        1 => prop::sample::select(vec!["2001", "SEPA", "b0029901001", "+12025550123", "9.1E+11", "\\ ", "a,b", "Trunk", "é"]).prop_map(str::to_owned),
    ]
}

fn column() -> impl Strategy<Value = &'static str> {
    prop::sample::select(crate::cucm::CDR.iter().map(|it| it.0).collect::<Vec<_>>())
}

/// Rows of a few calls with any values in any columns.
fn any_rows() -> impl Strategy<Value = Vec<Row>> {
    let changes = prop::collection::vec((column(), value()), 0..12);
    let row = (1_u32..4, 1_u32..6, 1_u32..6, changes).prop_map(|(call, orig, dest, changes)| {
        let row =
            plain_call(call).set("origLegCallIdentifier", orig).set("destLegIdentifier", dest);
        changes.into_iter().fold(row, |row, (column, value)| row.set(column, value))
    });
    prop::collection::vec(row, 1..8).prop_map(|rows| {
        let pkid = |at: usize| format!("{at:08x}-0000-4000-8000-000000000000");
        rows.into_iter().enumerate().map(|(at, row)| row.set("pkid", pkid(at))).collect()
    })
}

proptest! {
    #[test]
    fn any_bytes_are_accounted_for(bytes in prop::collection::vec(any::<u8>(), 0..600), more in log_bytes()) {
        let header = file(&[]);
        for bytes in [bytes, more] {
            rows_of(&mut format(), &bytes);
            rows_of(&mut CucmCmr::new(site()), &bytes);
            rows_of(&mut format(), &[header.as_bytes(), &bytes].concat());
            let start = FileStart { name: "x", bytes: &bytes };
            let _ = format().recognizes(&start);
            let _ = VqMetrics::parse(&String::from_utf8_lossy(&bytes));
            let _ = CucmFileName::parse(&String::from_utf8_lossy(&bytes));
        }
    }

    #[test]
    fn a_damaged_file_is_accounted_for(
        damage in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(&b",\"\n\r\x009:\xff"[..])), 0..12),
        end in any::<prop::sample::Index>(),
    ) {
        let sounds = file(&[Row::cmr(1, 10, 68), Row::cmr(2, 20, 68)]);
        let mut bytes = (file(&(1..6).map(plain_call).collect::<Vec<_>>()) + &sounds).into_bytes();
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        bytes.truncate(end.index(bytes.len() + 1));
        rows_of(&mut format(), &bytes);
        rows_of(&mut CucmCmr::new(site()), &bytes);
    }

    #[test]
    fn any_values_are_accounted_for_row_by_row(rows in any_rows()) {
        let got = rows_of(&mut format(), file(&rows).as_bytes());
        prop_assert_eq!(got, rows.len() as u64);
    }

    #[test]
    fn any_order_gives_the_same_calls(rows in any_rows(), seed in any::<prop::sample::Index>()) {
        // The first row is one that is always used.
        let mut rows: Vec<Row> = std::iter::once(plain_call(900)).chain(rows).collect();
        let forward = read_rows(&rows);
        let by = seed.index(rows.len());
        rows.rotate_left(by);
        rows.reverse();
        let shuffled = read_rows(&rows);
        prop_assert_eq!(forward.log, shuffled.log);
        prop_assert_eq!(forward.audit.rows_used, shuffled.audit.rows_used);
    }
}
