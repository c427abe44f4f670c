//! The traps of IP Office SMDR, each with the outcome that it must have.

use ringback_avaya::IpOffice;
use ringback_calllog::{Fold, LogReader, Outcome, StageEnd, StageKind};

use crate::ip_office::{
    agent, at, format, line, only, read, read_by, rejected, secs, site, stages,
};

const TO_AGENT: &str = "2024/03/05 09:01:00,00:00:13,7,02079460102,I,299999,299999,,0,1000102,1,E4750,Agent 5,T9002,LINE 1.2,11,0,,n/a,,,,,,,,,,,\r\n";
const TO_VOICEMAIL: &str = "2024/03/05 09:01:00,00:00:21,0,02079460102,I,299999,299999,,0,1000102,0,V9502,VM Channel 2,T9002,LINE 1.2,0,0,,n/a,,,,,,,,,,,\r\n";
const LOST: &str = "2024/03/05 09:00:10,00:00:00,9,02079460101,I,4324,4324,,0,1000101,0,E4324,Agent 4,T9161,LINE 5.1";

#[test]
fn trap_11_continuation() {
    for log in [[TO_AGENT, TO_VOICEMAIL], [TO_VOICEMAIL, TO_AGENT]] {
        let read = read(&log.concat());
        let call = only(&read);
        assert_eq!((call.outcome, agent(call)), (Outcome::Answered, Some("4750")));
        assert_eq!(secs(call.time_in(StageKind::Talk)), Some(13));
        assert_eq!((secs(call.wait()), call.transfers()), (Some(7), 1));
        assert!(call.is_complete);
        let expected = [
            (StageKind::Queue, StageEnd::Answered, 7),
            (StageKind::Talk, StageEnd::Transferred, 13),
            (StageKind::Hold, StageEnd::Completed, 11),
            (StageKind::Voicemail, StageEnd::Completed, 21),
        ];
        assert_eq!(stages(call), expected);
        assert_eq!(call.ended_at, Some(at("2024-03-05T09:01:52Z")));
    }
}

#[test]
fn trap_11_a_last_record_that_never_comes_leaves_the_call_incomplete() {
    let read = read(TO_AGENT);
    let call = only(&read);
    assert!(!call.is_complete);
    assert_eq!((call.ended_at, agent(call)), (None, Some("4750")));
    assert_eq!(read.audit.calls_incomplete, 1);
}

#[test]
fn trap_12_lost_call() {
    let lost = read(&line(LOST, ",,"));
    let call = only(&lost);
    assert_eq!(
        (call.outcome, call.agent(), secs(call.wait())),
        (Outcome::Abandoned, None, Some(9))
    );
    assert_eq!(call.answered_at(), None);

    let voicemail = TO_VOICEMAIL.replace(",0,02079460102", ",6,02079460102");
    let read = read(&voicemail);
    let call = only(&read);
    assert_eq!((call.outcome, call.agent(), call.answered_at()), (Outcome::Voicemail, None, None));
    let waited = (StageKind::Queue, StageEnd::Overflowed, 6);
    assert_eq!(stages(call), [waited, (StageKind::Voicemail, StageEnd::Completed, 21)]);
}

#[test]
fn trap_13_call_id_reuse() {
    let first = LOST.replace("1000101", "1000000");
    let next_day = first.replace("03/05", "03/06");
    let read_again = read(&[line(&first, ",,"), line(&next_day, ",,")].concat());
    assert_eq!(read_again.log.calls.len(), 2);

    // A restart within the hour.
    let soon = first.replace("09:00:10", "09:20:00");
    assert_eq!(read(&[line(&first, ",,"), line(&soon, ",,")].concat()).log.calls.len(), 2);

    // Two servers of a network.
    let from = |server: &str| {
        line(&first, ",,").replace("\r\n", &format!(",{server},1000000,{server},1000001\r\n"))
    };
    let servers = read(&[from("10.0.0.1"), from("10.0.0.2")].concat());
    assert_eq!((servers.log.calls.len(), servers.audit.rows_skipped), (2, 0));

    // A line that is delivered again.
    let twice = read(&[line(&first, ",,"), line(&next_day, ",,"), line(&first, ",,")].concat());
    assert_eq!(twice.log.calls.len(), 2);
    assert_eq!(twice.audit.skipped["duplicate of an earlier row"], 1);
    let continued = read(&[TO_AGENT, TO_VOICEMAIL, TO_AGENT, TO_VOICEMAIL].concat());
    assert_eq!((continued.log.calls.len(), continued.audit.rows_skipped), (1, 2));
}

#[test]
fn trap_14_tail_and_text() {
    let tail = |count: usize| ",".repeat(count - 17);
    let row = |id: u32, caller: &str, internal: &str, tail: &str| {
        format!(
            "2024/03/05 09:00:10,00:00:32,9,{caller},I,4324,4324,,{internal},{id},0,E4324,Агент Ж,T9161,LINE 5.1,0,0{tail}\r\n"
        )
    };
    let mut log = String::new();
    for (id, count) in (1..).zip([17, 27, 30, 35, 37, 44]) {
        log += &row(id, "02079460101", "0", &tail(count));
    }
    log += &row(7, "02079460101@172.16.2.10", "0", &tail(30));
    log += &row(8, "anonymous@anonymous.invalid", "0", &tail(30));
    log += &row(9, "02079460101", "I", &tail(30));
    log += &row(10, "02079460101", "0", &tail(30)).replace("09:00:10", "09:00");
    let read = read(&log);
    assert_eq!((read.audit.rows_used, read.audit.rows_rejected), (10, 0));
    let customer = |id: &str| {
        let call = read.log.calls.iter().find(|it| it.call_id.as_str().starts_with(id));
        call.expect("a call").customer
    };
    assert!(customer("1-").is_some());
    assert_eq!(customer("7-"), customer("1-"));
    assert_eq!(customer("8-"), None);
    assert_eq!(customer("9-"), customer("1-"));
    for warning in [
        "records whose Is Internal is neither 0 nor 1, read by their lines: 1",
        "call starts without seconds: 1",
    ] {
        assert!(read.audit.warnings.iter().any(|it| it == warning), "{:?}", read.audit.warnings);
    }
    assert_eq!(read.log.observed.precision, ringback_calllog::Precision::MINUTE);
}

const TWICE: &str = "2024/10/27 01:30:00,00:01:00,10,02079460101,I,4324,4324,,0,1000101,0,E4324,Agent 4,T9161,LINE 5.1,0,0,,n/a,,,,,,,,,,,,10.0.0.1,1,10.0.0.1,2,RECORD,0,N/A\r\n";

#[track_caller]
fn check_twice(layout: &str, record: &str, expected: &str) {
    let read = read_by(format(layout), &TWICE.replace("RECORD", record));
    assert_eq!(only(&read).arrived_at, at(expected), "{layout} {record}");
}

#[test]
fn trap_15_local_time() {
    check_twice("", "2024/10/27 01:31:10", "2024-10-27T00:30:00Z");
    check_twice("record_time = \"utc\"", "2024/10/27 00:31:10", "2024-10-27T00:30:00Z");
    check_twice("record_time = \"utc\"", "2024/10/27 01:31:10", "2024-10-27T01:30:00Z");
    // A local record time tells only where the call leaves the hour: an hour and ten minutes later, or at once.
    let long = TWICE.replace("00:01:00", "01:10:00");
    for (record, expected) in [
        ("2024/10/27 01:40:10", "2024-10-27T00:30:00Z"),
        ("2024/10/27 02:40:10", "2024-10-27T01:30:00Z"),
    ] {
        let log = long.replace("RECORD", record);
        let read = read_by(format("record_time = \"local\""), &log);
        assert_eq!(only(&read).arrived_at, at(expected), "{record}");
        assert_eq!(
            read.audit.warnings[0],
            "call starts in the hour that comes twice, told apart by the record time: 1"
        );
    }

    let flagged = read(&TWICE.replace("RECORD", ""));
    let remark = "call starts in the hour that comes twice, read by the fold rule: 1";
    assert_eq!(flagged.audit.warnings[0], remark);
    let later = IpOffice::new(site("Europe/London").fold(Fold::Later));
    assert_eq!(
        only(&read_by(later, &TWICE.replace("RECORD", ""))).arrived_at,
        at("2024-10-27T01:30:00Z")
    );
}

#[test]
fn trap_15_a_start_that_the_clock_skipped_is_rejected() {
    let good = line(LOST, ",,");
    let gap = line(&LOST.replace("2024/03/05 09:00:10", "2024/03/31 01:30:00"), ",,");
    let read = read(&(good + &gap));
    let why = "smdr.csv:2: Call Start: 2024-03-31 01:30:00 does not exist in Europe/London: the clock jumped over it";
    assert_eq!(rejected(&read), [why]);
}

#[test]
fn trap_port_scanner() {
    let log = format!("GET /index.htm HTTP/1.1\r\nHost: 192.0.2.9\r\n\r\n{}", line(LOST, ",,"));
    let read = read(&log);
    assert_eq!(
        rejected(&read),
        ["smdr.csv:1: 1 fields, expected 17", "smdr.csv:2: 1 fields, expected 17"]
    );
    assert_eq!(read.log.calls.len(), 1);
    let scan = b"GET /index.htm HTTP/1.1\r\n";
    let mut format = IpOffice::new(site("Europe/London"));
    let error = LogReader::new().read_bytes("tcp", scan, &mut format).unwrap_err();
    assert!(error.to_string().starts_with("no row of 1 file(s) could be used"), "{error}");
}
