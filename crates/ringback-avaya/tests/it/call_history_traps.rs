//! The trap of External Call History, and others that its records set.

use std::collections::BTreeMap;

use ringback_avaya::{CallHistory, EchRecord};
use ringback_calllog::{LogReader, Outcome, StageEnd, StageKind};

use crate::call_history::{
    NINE, abandoned, answered, only, read, read_bytes, rejected, secs, shared, site, stages,
};

#[test]
fn trap_16_abandon_kinds() {
    let queued = read(&[abandoned(7, NINE, Some(75))]);
    let expected = [
        (StageKind::Queue, "", StageEnd::Completed, 4),
        (StageKind::Queue, "414", StageEnd::Abandoned, 75),
    ];
    assert_eq!(stages(only(&queued)), expected);
    assert_eq!(secs(only(&queued).wait()), Some(79));

    let ringing = abandoned(7, NINE, Some(70)).but(|it| it.longs[12] = 5);
    let expected = [
        (StageKind::Queue, "", StageEnd::Completed, 4),
        (StageKind::Queue, "414", StageEnd::Completed, 70),
        (StageKind::Queue, "", StageEnd::Abandoned, 5),
    ];
    let ringing = read(&[ringing]);
    assert_eq!(stages(only(&ringing)), expected);
    assert_eq!(secs(only(&ringing).wait()), Some(79));

    let before = read(&[abandoned(7, NINE, None)]);
    let call = only(&before);
    assert_eq!((call.outcome, call.queue.as_ref()), (Outcome::Abandoned, None));
    assert_eq!(stages(call), [(StageKind::Queue, "", StageEnd::Abandoned, 79)]);
    assert_eq!(secs(call.wait()), Some(79));

    let port = answered(7, NINE).but(|it| it.calling = "006B13014");
    assert_eq!(only(&read(&[port])).customer, None);
}

#[test]
fn trap_16_a_wait_is_disptime_not_queuetime_and_ringtime() {
    let record = answered(7, NINE).but(|it| it.longs[11] = 0);
    assert_eq!(secs(only(&read(&[record])).wait()), Some(78));
}

#[test]
fn trap_16_no_ucid_joins_nothing() {
    let none = |call_id, start| abandoned(call_id, start, None).but(|it| it.ucid = "0".repeat(20));
    assert_eq!(read(&[none(7, NINE), none(8, NINE + 60)]).log.calls.len(), 2);
}

/// The segments of the real file by disposition.
fn real_segments(bytes: &[u8]) -> BTreeMap<Option<i64>, Vec<EchRecord<'_>>> {
    let mut segments: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for bytes in bytes[8..].chunks(493) {
        let record = EchRecord::decode(12, bytes).unwrap();
        segments.entry(record.number("DISPOSITION")).or_default().push(record);
    }
    segments
}

#[test]
fn trap_16_the_segments_of_the_real_file() {
    let Some(bytes) = shared("echi_v12_extended.bin") else { return };
    let segments = real_segments(&bytes);
    let counts: Vec<_> = segments.iter().map(|(code, it)| (*code, it.len())).collect();
    assert_eq!(counts, [(Some(2), 59), (Some(3), 48), (Some(7), 78)]);
    let before = segments[&Some(3)].iter().filter(|it| it.number("DISPSPLIT") == Some(-1));
    assert_eq!(before.count(), 27);
}

#[test]
fn trap_16_the_calls_of_the_real_file() {
    let Some(bytes) = shared("echi_v12_extended.bin") else { return };
    let read = read_bytes(CallHistory::new(site()), &bytes);
    assert_eq!((read.audit.rows_used, read.audit.rows_read), (185, 185));
    // 176 UCIDs, one of them of zeros, which two calls share.
    assert_eq!(read.log.calls.len(), 177);
    let of = |outcome| read.log.calls.iter().filter(move |it| it.outcome == outcome);
    // 48 abandons, three of which had asked a port before.
    assert_eq!(of(Outcome::Abandoned).count(), 48);
    let (queued, before): (Vec<_>, Vec<_>) =
        of(Outcome::Abandoned).partition(|it| it.queue.is_some());
    assert_eq!((queued.len(), before.len()), (21, 27));
    let segments = real_segments(&bytes);
    let sum = |field: &str, is_queued: bool| -> i64 {
        let of_kind = segments[&Some(3)]
            .iter()
            .filter(|it| (it.number("DISPSPLIT") != Some(-1)) == is_queued);
        of_kind.map(|it| it.number(field).unwrap()).sum()
    };
    let waits = |calls: &[&ringback_calllog::Call]| -> i64 {
        calls.iter().map(|it| secs(it.wait()).unwrap()).sum()
    };
    let in_queue = |call: &&ringback_calllog::Call| -> i64 {
        let named =
            call.stages.iter().filter(|it| it.kind == StageKind::Queue && it.queue.is_some());
        named.map(|it| secs(it.duration()).unwrap()).sum()
    };
    assert_eq!(queued.iter().map(in_queue).sum::<i64>(), sum("QUEUETIME", true));
    assert_eq!(waits(&queued), sum("DISPTIME", true));
    assert_eq!(waits(&before), sum("DISPTIME", false));
    // Of 59 answered segments eight are ports that a vector asked: seven in the call of a caller, one alone.
    assert_eq!(of(Outcome::Answered).count(), 51);
    assert_eq!(of(Outcome::Unknown).count(), 1);
    // 78 other segments, two of which are one call; none was offered to a queue.
    assert_eq!(of(Outcome::Other).count(), 77);
    assert!(of(Outcome::Other).all(|it| it.queue.is_none() && it.stages.is_empty()));
    let first = read.log.calls.iter().find(|it| it.call_id.as_str().ends_with("-9557402")).unwrap();
    assert_eq!(secs(first.wait()), Some(78));
}

#[test]
fn trap_port_scanner() {
    let log = "CALLID,SEGSTART,SEGSTOP,DISPTIME,DURATION,DISPOSITION\n\
        7,1777885200,1777885279,79,79,3\nGET /index.htm HTTP/1.1\n";
    let read = read_bytes(CallHistory::new(site()), log.as_bytes());
    assert_eq!(rejected(&read), ["chr0001:3: 1 fields, expected 6"]);
    let mut format = CallHistory::new(site());
    let scan = b"GET /index.htm HTTP/1.1\r\n\r\n";
    let error = LogReader::new().read_bytes("tcp", scan, &mut format).unwrap_err();
    assert!(error.to_string().starts_with("no row of 1 file(s) could be used"), "{error}");
}
