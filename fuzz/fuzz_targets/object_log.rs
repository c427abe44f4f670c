//! Any bytes, read as OCEL 2.0: nothing panics, every event is accounted for, and what is written reads the same.
#![no_main]

use std::path::Path;

use ringback::eventlog::ObjectReader;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(read) = ObjectReader::default().read_from(bytes, Path::new("fuzz")) else { return };
    assert_eq!(read.events_read(), read.log.events.len() + read.rejected.len());
    for kind in read.log.kinds().keys() {
        let flat = read.log.flatten(kind);
        assert!(flat.without_object <= read.log.events.len());
    }
    let mut written = Vec::new();
    read.log.write_json(&mut written).expect("stamps of four-digit years");
    let again = ObjectReader::default()
        .read_from(&written[..], Path::new("again"))
        .expect("what was written");
    assert_eq!(again.log, read.log);
});
