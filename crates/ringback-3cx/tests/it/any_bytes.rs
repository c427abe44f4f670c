//! Whatever a file holds, reading it does not panic, and every row is accounted for.

use proptest::prelude::*;
use ringback_3cx::{CdrOutput, ConsoleReport, LegacyCdr};
use ringback_calllog::{Call, CdrFormat, LogReader};

use crate::reading::copenhagen;

const LEGACY: &str = include_str!("../../../../fixtures/vendors/3cx/cdr.log");
const OUTPUT: &str = include_str!("../../../../fixtures/vendors/3cx/cdroutput.csv");
const REPORT: &str = include_str!("../../../../fixtures/vendors/3cx/inbound_calls.csv");
const FIXED: &str = "commas = false\nfields = [{ name = 'time-start', length = 19 }, { name = 'to-no', length = 9 }, \
    { name = 'to-type', length = 9 }]";

/// Rows that were read; they add up.
#[track_caller]
fn rows(format: &mut dyn CdrFormat, bytes: &[u8]) -> u64 {
    match LogReader::new().read_bytes("x", bytes, format) {
        Ok(read) => {
            let audit = &read.audit;
            assert_eq!(audit.rows_read, audit.rows_used + audit.rows_skipped + audit.rows_rejected);
            for call in &read.log.calls {
                let order = call.stages.windows(2).all(|it| it[0].entered_at <= it[1].entered_at);
                assert!(order, "stages in order");
            }
            audit.rows_read
        }
        Err(ringback_calllog::Error::NothingUsable { rows, .. }) => rows,
        Err(error) => panic!("{error}"),
    }
}

fn formats() -> Vec<Box<dyn CdrFormat>> {
    let fixed = LegacyCdr::new(copenhagen()).layout(FIXED, "l.toml").expect("a layout");
    vec![
        Box::new(LegacyCdr::new(copenhagen())),
        Box::new(fixed),
        Box::new(CdrOutput::new(copenhagen())),
        Box::new(ConsoleReport::new(copenhagen())),
    ]
}

/// A file with some bytes changed, and cut off somewhere.
fn damaged(text: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let signs = prop::sample::select(&b",;\"'\n\r\x00059:/-+TZ.\xff "[..]);
    let damage = prop::collection::vec((any::<prop::sample::Index>(), signs), 0..40);
    (damage, any::<prop::sample::Index>()).prop_map(move |(damage, end)| {
        let mut bytes = text.as_bytes().to_vec();
        for (place, sign) in damage {
            let place = place.index(bytes.len());
            bytes[place] = sign;
        }
        bytes.truncate(end.index(bytes.len() * 4).min(bytes.len()));
        bytes
    })
}

/// Lines that are not blank, once NUL bytes are gone.
fn lines(bytes: &[u8]) -> u64 {
    let text: Vec<u8> = bytes.iter().copied().filter(|it| *it != 0).collect();
    text.split(|it| *it == b'\n').filter(|it| !it.trim_ascii().is_empty()).count() as u64
}

fn calls(format: &mut dyn CdrFormat, text: &str) -> Vec<Call> {
    LogReader::new().read_bytes("x", text.as_bytes(), format).expect("calls").log.calls
}

/// The lines of a text in another order; the first stays where it is a header.
fn shuffled(text: &str, order: &[prop::sample::Index], has_header: bool) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let first = usize::from(has_header);
    for (at, other) in order.iter().enumerate() {
        let span = lines.len() - first;
        lines.swap(first + at % span, first + other.index(span));
    }
    lines.join("\n") + "\n"
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        for mut format in formats() {
            rows(&mut *format, &bytes);
            rows(&mut *format, &[b"Call ", &bytes[..]].concat());
        }
    }

    #[test]
    fn no_line_of_a_damaged_legacy_log_is_lost(bytes in damaged(LEGACY)) {
        prop_assert_eq!(rows(&mut LegacyCdr::new(copenhagen()), &bytes), lines(&bytes));
    }

    #[test]
    fn damaged_tables_add_up(output in damaged(OUTPUT), report in damaged(REPORT)) {
        rows(&mut CdrOutput::new(copenhagen()), &output);
        rows(&mut ConsoleReport::new(copenhagen()), &report);
    }

    #[test]
    fn rows_in_any_order_give_the_same_calls(order in prop::collection::vec(any::<prop::sample::Index>(), 40..200)) {
        let legacy = || LegacyCdr::new(copenhagen());
        prop_assert_eq!(calls(&mut legacy(), LEGACY), calls(&mut legacy(), &shuffled(LEGACY, &order, false)));
        let output = || CdrOutput::new(copenhagen());
        prop_assert_eq!(calls(&mut output(), OUTPUT), calls(&mut output(), &shuffled(OUTPUT, &order, true)));
        let report = || ConsoleReport::new(copenhagen());
        prop_assert_eq!(calls(&mut report(), REPORT), calls(&mut report(), &shuffled(REPORT, &order, true)));
    }

    #[test]
    fn extreme_stamps_and_lengths_do_not_overflow(year in 0_u32..10_000, hours in 0_u32..1_000_000, offset in -99_i32..99) {
        let stamp = format!("{year:04}-12-31 23:59:59");
        let line = format!("Call 1,,{hours}:00:00,{stamp},{stamp},{stamp},,,,,,,,,,,,,,,,,,,,,\n");
        rows(&mut LegacyCdr::new(copenhagen()), line.as_bytes());
        let header = "cdr_id,call_history_id,main_call_history_id,source_entity_type,destination_entity_type,\
            continued_in_cdr_id,termination_reason,termination_reason_details,cdr_started_at,cdr_answered_at,cdr_ended_at\n";
        let id = format!("00000000-{year:04}-ffff-ffff-ffff00000001");
        let row = format!("{id},{id},{id},queue,queue,,,,{stamp}{offset:+03},{stamp},{stamp}{offset:+03}\n");
        rows(&mut CdrOutput::new(copenhagen()), (header.to_owned() + &row).as_bytes());
        let header = "Call Time,Caller ID,Destination,Status,Ringing,Talking,Total Duration\n";
        let row = format!("{stamp},+442079460101,x (1),Answered,{hours}:00:00,PT{hours}H,{hours}:59:59\n");
        rows(&mut ConsoleReport::new(copenhagen()), (header.to_owned() + &row).as_bytes());
    }
}
