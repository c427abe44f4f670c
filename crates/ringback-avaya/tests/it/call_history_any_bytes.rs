//! Whatever a file holds, reading it as call history does not panic, and every record is accounted for.

use proptest::prelude::*;
use ringback_avaya::{CallHistory, EchRecord};
use ringback_calllog::{Call, Error, LogReader};

use crate::call_history::{NINE, Record12, abandoned, answered, file, site};

fn records() -> Vec<Record12> {
    let second = answered(7, NINE + 261).but(|it| {
        it.codes[4] = 2;
        it.ucid = String::new();
    });
    let shared = answered(9, NINE).ucid;
    let port = answered(8, NINE + 20).but(|it| {
        shared.clone_into(&mut it.ucid);
        it.longs[5] = 30;
        it.longs[7] = NINE + 50;
    });
    vec![
        answered(7, NINE),
        second,
        answered(9, NINE),
        port,
        abandoned(10, NINE, Some(20)),
        abandoned(11, NINE, None),
    ]
}

/// The calls of a file, and how many records it was found to have.
fn read(bytes: &[u8]) -> (Option<Vec<Call>>, u64) {
    let mut format = CallHistory::new(site());
    match LogReader::new().read_bytes("chr0001", bytes, &mut format) {
        Ok(read) => {
            let audit = &read.audit;
            assert_eq!(audit.rows_read, audit.rows_used + audit.rows_skipped + audit.rows_rejected);
            assert_eq!(audit.rows_rejected, read.rejected.len() as u64);
            (Some(read.log.calls), audit.rows_read)
        }
        Err(Error::NothingUsable { rows, .. }) => (None, rows),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn the_records_are_four_calls() {
    let (calls, rows) = read(&file(&records()));
    assert_eq!((calls.map(|it| it.len()), rows), (Some(4), 6));
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(
        version in prop::sample::select(&[2_u32, 3, 4, 5, 11, 12, 16, 163, 170, 180][..]),
        bytes in prop::collection::vec(any::<u8>(), 0..3000),
    ) {
        let bytes = [&version.to_le_bytes()[..], &[0; 4], &bytes].concat();
        let (_, rows) = read(&bytes);
        prop_assert!(rows <= (bytes.len() as u64 - 8).div_ceil(189));
        for len in [189, 210, 225, 233, 322, 492, 493, 615, 617, 629, 697] {
            if let Some(bytes) = bytes.get(..len)
                && let Ok(record) = EchRecord::decode(version, bytes)
            {
                prop_assert!(record.fields().count() > 40);
            }
        }
    }

    #[test]
    fn damaged_records_are_read_without_a_panic(
        damages in prop::collection::vec((0_usize..6 * 493, any::<u8>()), 0..40),
        cut in 8_usize..6 * 493,
    ) {
        let mut bytes = file(&records());
        for (place, byte) in damages {
            bytes[8 + place] = byte;
        }
        bytes.truncate(cut);
        let (_, rows) = read(&bytes);
        prop_assert!((cut as u64 - 8) / 493 <= rows && rows <= (cut as u64 - 8).div_ceil(492));
    }

    #[test]
    fn any_text_is_read_without_a_panic(text in "[0-9,;\":. A-Z\n-]{0,400}") {
        let header = "CALLID,SEGSTART,SEGSTOP,DISPTIME,DURATION,DISPOSITION\n";
        read(text.as_bytes());
        read((header.to_owned() + &text).as_bytes());
    }

    #[test]
    fn the_order_of_the_records_does_not_matter(records in Just(records()).prop_shuffle()) {
        prop_assert_eq!(read(&file(&records)), read(&file(&self::records())));
    }
}
