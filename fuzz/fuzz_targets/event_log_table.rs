//! Any bytes, read as a table of events: nothing panics, every row is accounted for, and what is written is read.
#![no_main]

use std::path::Path;

use ringback::eventlog::{TableReader, XesReader};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let read = TableReader::default().read_from(bytes, Path::new("fuzz"));
    let Ok(read) = read else { return };
    assert_eq!(read.events_read, read.log.events() + read.rejected.len());
    assert_eq!(read.log.case_starts().last(), Some(&read.log.events()));
    for case in 0..read.log.cases() {
        assert!(read.log.at_micros()[read.log.case_events(case)].is_sorted());
    }
    let mut written = Vec::new();
    read.log.write_xes(&mut written).expect("stamps of four-digit years");
    let again =
        XesReader::default().read_from(&written[..], Path::new("again")).expect("what was written");
    let steps = if read.log.start_micros().is_some() { 2 } else { 1 };
    assert_eq!(again.events_read, read.log.events() * steps);
});
