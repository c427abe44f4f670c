//! Whatever bytes come as Communication Manager's records, they are accounted for.

use proptest::prelude::*;
use ringback_calllog::{Call, Error, LogReader, ReadLog};

use super::cm::{CAPTURE, WITH_UCID, fixture, format, printer};

/// A layout of each kind.
const LAYOUTS: [&str; 6] = [
    CAPTURE,
    WITH_UCID,
    "layout = \"printer\"\nyear = 2026\nsplit = true",
    "layout = \"int-isdn\"\nyear = 2026",
    "layout = \"enhanced-lsu\"\nyear = 2026",
    "layout = \"59-char\"\nyear = 2026",
];

fn read(layout: &str, bytes: &[u8]) -> Option<ReadLog> {
    match LogReader::new().read_bytes("cdr.log", bytes, &mut format(layout)) {
        Ok(read) => Some(read),
        Err(Error::NothingUsable { .. }) => None,
        Err(other) => panic!("{other}"),
    }
}

fn adds_up(read: &ReadLog) -> bool {
    let audit = &read.audit;
    audit.rows_read == audit.rows_used + audit.rows_skipped + audit.rows_rejected
        && audit.rows_rejected == read.rejected.len() as u64
        && audit.calls == read.log.calls.len() as u64
        && audit.calls <= audit.rows_used
}

/// Records of the printer layout on few circuits within some hours: ring records, ten-hour records and all.
fn records() -> impl Strategy<Value = Vec<String>> {
    let record = (0..3_u32, 0..60_u32, 0..100_u32, "[01469ACEGHIJQ]", 0..4_u32, 1..3_u32);
    let record = record.prop_map(|(hour, minute, tenths, condition, agent, circuit)| {
        let ends = format!("{:02}{minute:02} 00{tenths:02} {condition}", hour + 9);
        let ends = if condition == "4" { ends.replace(" 00", " 95") } else { ends };
        let (dialed, circuit) = (format!("618{agent}"), format!("00{circuit}"));
        printer(&ends, (&dialed, "102"), ("", &circuit, ""))
    });
    prop::collection::vec(record, 1..40)
}

fn ordered(read: &ReadLog) -> Vec<Call> {
    read.log.calls.clone()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_bytes_are_accounted_for(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        layout in 0..LAYOUTS.len(),
    ) {
        if let Some(read) = read(LAYOUTS[layout], &bytes) {
            prop_assert!(adds_up(&read));
        }
    }

    #[test]
    fn a_capture_with_bytes_changed_or_cut_is_accounted_for(
        changes in prop::collection::vec((0..1_766_usize, any::<u8>()), 0..12),
        cut in 0..1_766_usize,
        layout in 0..LAYOUTS.len(),
    ) {
        let mut bytes = fixture("golden/logs/avaya-cm/capture/in/capture.raw");
        for (at, byte) in changes {
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
        }
        bytes.truncate(cut);
        if let Some(read) = read(LAYOUTS[layout], &bytes) {
            prop_assert!(adds_up(&read));
        }
    }

    #[test]
    fn lines_of_digits_and_blanks_are_accounted_for(
        lines in prop::collection::vec("[0-9A-I ]{0,2}[0-9 ]{0,130}", 0..20),
        layout in 0..LAYOUTS.len(),
    ) {
        let text = lines.join("\n");
        let rows = lines.iter().filter(|it| !it.trim().is_empty()).count() as u64;
        if let Some(read) = read(LAYOUTS[layout], text.as_bytes()) {
            prop_assert!(adds_up(&read));
            prop_assert!(read.audit.rows_read <= rows);
        }
    }

    #[test]
    fn records_of_a_day_in_any_order_are_the_same_calls(
        (records, shuffled) in records().prop_flat_map(|it| (Just(it.clone()), Just(it).prop_shuffle())),
    ) {
        let layout = LAYOUTS[2];
        let one = read(layout, format!("05 04\n{}", records.concat()).as_bytes());
        let other = read(layout, format!("05 04\n{}", shuffled.concat()).as_bytes());
        match (one, other) {
            (Some(one), Some(other)) => {
                prop_assert!(adds_up(&one));
                prop_assert_eq!(one.audit.rows_read, records.len() as u64);
                prop_assert_eq!(ordered(&one), ordered(&other));
            }
            (one, other) => prop_assert_eq!(one.is_some(), other.is_some()),
        }
    }
}
