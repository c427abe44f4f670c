//! Whatever a file holds, reading it as SMDR does not panic, and every row is accounted for.

use proptest::prelude::*;
use ringback_avaya::IpOffice;
use ringback_calllog::{Call, Error, LogReader};

use crate::ip_office::{line, site};

/// Calls of one, two and three records, with Call IDs that come again.
fn rows() -> Vec<String> {
    let record = |start: &str, talk: u32, ring: u32, id: u32, more: u32, party: &str| {
        line(
            &format!(
                "2024/03/05 {start},00:00:{talk:02},{ring},0207946{id:04},I,200,200,,0,100{id},{more},{party},T9001,Line 1.1"
            ),
            ",,",
        )
    };
    vec![
        record("09:00:00", 30, 5, 1, 1, "E201,Agent 1"),
        record("09:00:00", 20, 0, 1, 1, "E202,Agent 2"),
        record("09:00:00", 10, 0, 1, 0, "V9501,VM Channel 1"),
        record("09:00:20", 0, 8, 2, 0, "E203,Agent 3"),
        record("09:01:00", 40, 3, 3, 1, "V9502,VM Channel 2"),
        record("09:01:43", 50, 9, 3, 0, "E204,Agent 4"),
        record("09:30:00", 15, 2, 3, 0, "E205,Agent 5"),
        record("09:40:00", 15, 2, 4, 1, "E206,Agent 6"),
    ]
}

fn read(bytes: &[u8]) -> Option<Vec<Call>> {
    let mut format = IpOffice::new(site("Europe/London"));
    match LogReader::new().read_bytes("smdr", bytes, &mut format) {
        Ok(read) => {
            let audit = &read.audit;
            assert_eq!(audit.rows_read, audit.rows_used + audit.rows_skipped + audit.rows_rejected);
            assert_eq!(audit.rows_rejected, read.rejected.len() as u64);
            let text: Vec<u8> = bytes.iter().copied().filter(|it| *it != 0).collect();
            let lines = text.split(|it| *it == b'\n').filter(|it| !it.trim_ascii().is_empty());
            assert!(audit.rows_read <= lines.count() as u64);
            Some(read.log.calls)
        }
        Err(Error::NothingUsable { .. }) => None,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn the_rows_are_five_calls() {
    let calls = read(rows().concat().as_bytes()).expect("calls");
    assert_eq!(calls.len(), 5);
    assert_eq!(calls.iter().filter(|it| !it.is_complete).count(), 1);
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(prop_oneof![
        4 => prop::sample::select(&b",,,\n\r\0 -:/IOEVT"[..]),
        3 => b'0'..=b'9',
        1 => any::<u8>(),
    ], 0..600)) {
        read(&bytes);
    }

    #[test]
    fn damaged_records_are_read_without_a_panic(
        damages in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..20),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = rows().concat().into_bytes();
        for (place, byte) in damages {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        bytes.truncate(cut.index(bytes.len()));
        read(&bytes);
    }

    #[test]
    fn digits_of_any_size_are_read_without_a_panic(
        digits in "[0-9]{1,19}", place in 0_usize..17,
    ) {
        let row = rows()[0].clone();
        let mut fields: Vec<&str> = row.trim_end().split(',').collect();
        fields[place] = &digits;
        read(fields.join(",").as_bytes());
    }

    #[test]
    fn the_order_of_the_rows_does_not_matter(rows in Just(rows()).prop_shuffle()) {
        let sorted = read(self::rows().concat().as_bytes());
        prop_assert_eq!(read(rows.concat().as_bytes()), sorted);
    }
}
