//! What the fuzz targets share: bytes in, and what must hold of any of them.

use std::path::Path;

use chrono::TimeDelta;
use ringback::calllog::{
    Call, CdrFormat, Error, LogReader, LogStream, PseudonymKey, Pseudonymizer, ReadObserver,
    RejectedRow,
};
use ringback::eventlog::{EventLog, ObjectReader, ReadEvents, TableReader, XesReader};
use ringback::formats::{FormatName, Formats, Layout};

/// Collects calls and counts rejected rows.
#[derive(Default)]
struct Told {
    calls: Vec<Call>,
    rejected: u64,
}

impl ReadObserver for Told {
    fn rejected(&mut self, _row: RejectedRow) {
        self.rejected += 1;
    }

    fn call(&mut self, call: Call) {
        self.calls.push(call);
    }
}

/// A format at a made-up place; the same each time.
///
/// # Panics
///
/// If the layout cannot be used.
fn open(name: FormatName, layout: Option<&str>) -> Box<dyn CdrFormat> {
    let key = PseudonymKey::from_bytes([7; 32]);
    let zone = "Europe/Copenhagen".parse().expect("a zone");
    let region = "DK".parse().expect("a region");
    let place = Formats::new(Pseudonymizer::new(&key, "fuzz")).zone(zone).region(region);
    let layout = layout.map(|text| Layout { text, file: "layout.toml" });
    place.open(name, layout).expect("a layout that can be used")
}

/// Reads any bytes as a file and as a stream: nothing panics, every row is accounted for, stages are in order, no wait is
/// negative, and the same bytes give the same calls.
///
/// # Panics
///
/// If any of that does not hold.
pub fn read(name: FormatName, layout: Option<&str>, bytes: &[u8]) {
    let mut format = open(name, layout);
    let read = LogReader::new().read_bytes("fuzz", bytes, &mut *format);
    let again = LogReader::new().read_bytes("fuzz", bytes, &mut *open(name, layout));
    match (&read, &again) {
        (Ok(read), Ok(again)) => assert_eq!(read.log, again.log),
        (Err(one), Err(other)) => assert_eq!(one.to_string(), other.to_string()),
        _ => panic!("the same bytes could be read once and not twice"),
    }
    if let Ok(read) = read {
        let audit = &read.audit;
        assert_eq!(audit.rows_read, audit.rows_used + audit.rows_skipped + audit.rows_rejected);
        assert_eq!(audit.rows_rejected, read.rejected.len() as u64);
        assert_eq!(audit.calls, read.log.calls.len() as u64);
        for call in &read.log.calls {
            let starts: Vec<_> = call.stages.iter().map(|it| it.entered_at).collect();
            assert!(starts.is_sorted());
            assert!(
                call.stages.iter().all(|it| it.left_at.is_none_or(|left| left >= it.entered_at))
            );
            assert!(call.ended_at.is_none_or(|it| it >= call.arrived_at));
            assert!(call.wait().is_none_or(|it| it >= TimeDelta::zero()));
        }
        let ids: std::collections::BTreeSet<_> =
            read.log.calls.iter().map(|it| &it.call_id).collect();
        assert_eq!(ids.len(), read.log.calls.len());
    }
    stream(name, layout, bytes);
}

/// The same bytes in pieces of seven.
fn stream(name: FormatName, layout: Option<&str>, bytes: &[u8]) {
    let mut told = Told::default();
    let stream = LogStream::new(&LogReader::new(), "fuzz", open(name, layout));
    let Ok(mut stream) = stream else { return };
    for piece in bytes.chunks(7) {
        stream.push(piece, &mut told).expect("bad rows are collected");
    }
    match stream.finish(&mut told) {
        Ok(audit) => assert_eq!(audit.calls, told.calls.len() as u64),
        Err(error) => assert!(matches!(error, Error::NothingUsable { .. })),
    }
}

/// Reads any bytes as XES: nothing panics, every event is accounted for, and what is written is read.
///
/// # Panics
///
/// If any of that does not hold.
pub fn read_xes(bytes: &[u8]) {
    if let Ok(read) = XesReader::default().read_from(bytes, Path::new("fuzz")) {
        accounted_for(&read);
    }
}

/// Reads any bytes as a table of events: the same must hold as for XES.
///
/// # Panics
///
/// If it does not.
pub fn read_event_table(bytes: &[u8]) {
    if let Ok(read) = TableReader::default().read_from(bytes, Path::new("fuzz")) {
        accounted_for(&read);
    }
}

/// Reads any bytes as OCEL 2.0: nothing panics, every event is accounted for, and what is written reads the same.
///
/// # Panics
///
/// If any of that does not hold.
pub fn read_object_log(bytes: &[u8]) {
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
}

fn accounted_for(read: &ReadEvents) {
    let log: &EventLog = &read.log;
    assert_eq!(read.events_read, log.events() + read.rejected.len());
    assert_eq!(log.case_starts().last(), Some(&log.events()));
    for case in 0..log.cases() {
        assert!(log.at_micros()[log.case_events(case)].is_sorted());
    }
    let mut written = Vec::new();
    log.write_xes(&mut written).expect("stamps of four-digit years");
    let again =
        XesReader::default().read_from(&written[..], Path::new("again")).expect("what was written");
    let steps = if log.start_micros().is_some() { 2 } else { 1 };
    assert_eq!(again.events_read, log.events() * steps);
}
