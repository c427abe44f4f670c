//! Which files each format claims.

use ringback_3cx::{CdrOutput, ConsoleReport, LegacyCdr};
use ringback_calllog::{CdrFormat, FileStart, LogReader};

use crate::reading::{copenhagen, site};

/// The formats that claim a file.
fn claimed(text: &str) -> Vec<String> {
    let file = FileStart { name: "cdr.log", bytes: text.as_bytes() };
    let formats: [&dyn CdrFormat; 3] =
        [&LegacyCdr::new(site()), &CdrOutput::new(site()), &ConsoleReport::new(copenhagen())];
    formats.iter().filter(|it| it.recognizes(&file)).map(|it| it.name()).collect()
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(claimed(text), expected, "{text}");
}

#[test]
fn each_file_is_claimed_by_its_format_alone() {
    check("Call 7,x,00:00:01,2026/05/04 07:00:00,,,,\n", &["3cx-legacy"]);
    check("GET / HTTP/1.0\nCall 2026.05.04 07:00:00,00:00:01\n", &["3cx-legacy"]);
    check(
        "\"cdr_id\",\"call_history_id\",\"main_call_history_id\",\"cdr_started_at\"\n",
        &["3cx-cdroutput"],
    );
    check("cdr_started_at;main_call_history_id;call_history_id;cdr_id\n", &["3cx-cdroutput"]);
    check("Call Time,Caller ID,Destination,Trunk,Status,Ringing,Talking\n", &["3cx-report"]);
    check("StartTime,SourceDn,DestinationDn,RingingDuration,CallHistoryId\n", &["3cx-report"]);
    check("CallTime,CallHistoryId,CallerId,QueueDn,ExtensionDn,WaitTime\n", &["3cx-report"]);
}

#[test]
fn files_of_other_systems_are_not_claimed() {
    check(
        "cdrRecordType,globalCallID_callManagerId,globalCallID_callId,origLegCallIdentifier\n1,1,7,8\n",
        &[],
    );
    check("011416 1512 01033 9 2025550101 4750\n", &[]);
    check("2026/05/04 07:00:00,00:00:11,9,2025550101,O,4750,4750,,0,1000102,0,E4750,Agent\n", &[]);
    check(
        "sessionID,sessionSeqNum,contactDisposition,startDateTime\n7,0,2,2026-05-04 07:00:00\n",
        &[],
    );
    check("Call the queue,then wait\n", &[]);
    check("Call Time,Caller ID,Something else\n", &[]);
    check("", &[]);
}

#[test]
fn local_stamps_need_a_zone() {
    let text = "Call Time,Caller ID,Destination,Status,Ringing,Talking,Total Duration\n\
        2026-05-04T09:00:14,+442079460123,Support (804),Unanswered,0:00:00,0:00:35,0:00:35\n";
    let error = LogReader::new().read_bytes("x", text.as_bytes(), &mut ConsoleReport::new(site()));
    let message = error.expect_err("no zone").to_string();
    assert!(
        message.contains("its stamps are local: give the zone of the system's clock"),
        "{message}"
    );
}
