//! IP Office SMDR: the shapes of its records, and the calls of its scenarios.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use ringback_avaya::IpOffice;
use ringback_calllog::{
    Call, CdrFormat, Direction, FileStart, LogReader, Outcome, PseudonymKey, Pseudonymizer,
    ReadLog, Site, StageEnd, StageKind, Zone,
};

pub(crate) fn site(zone: &str) -> Site {
    let key = PseudonymKey::from_bytes([7; 32]);
    let zone: Zone = zone.parse().expect("a zone");
    Site::new(Pseudonymizer::new(&key, "acme")).zone(zone).region("GB".parse().expect("a region"))
}

pub(crate) fn format(layout: &str) -> IpOffice {
    IpOffice::new(site("Europe/London")).layout(layout, "layout.toml").expect("a layout")
}

#[track_caller]
pub(crate) fn read_by(mut format: IpOffice, log: &str) -> ReadLog {
    let read = LogReader::new().read_bytes("smdr.csv", log.as_bytes(), &mut format);
    let read = read.expect("a log that can be read");
    let audit = &read.audit;
    assert_eq!(audit.rows_read, audit.rows_used + audit.rows_skipped + audit.rows_rejected);
    read
}

/// Reads a log at a site in London without a layout.
#[track_caller]
pub(crate) fn read(log: &str) -> ReadLog {
    read_by(IpOffice::new(site("Europe/London")), log)
}

/// A record with the tail of 30 fields: what comes before the authorization code, and the fields from the cause on.
pub(crate) fn line(head: &str, causes: &str) -> String {
    format!("{head},0,0,,n/a,,,,,,,,,{causes}\r\n")
}

/// The only call of a log.
#[track_caller]
pub(crate) fn only(read: &ReadLog) -> &Call {
    let [call] = &read.log.calls[..] else { panic!("{:?}", read.log.calls) };
    call
}

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).expect("a stamp").to_utc()
}

pub(crate) fn secs(duration: Option<chrono::TimeDelta>) -> Option<i64> {
    duration.map(|it| it.num_seconds())
}

pub(crate) fn agent(call: &Call) -> Option<&str> {
    call.agent().map(ringback_calllog::AgentId::as_str)
}

/// The rejected rows, as a reader of the log sees them.
pub(crate) fn rejected(read: &ReadLog) -> Vec<String> {
    read.rejected.iter().map(ToString::to_string).collect()
}

/// Kind, end and length of the stages.
pub(crate) fn stages(call: &Call) -> Vec<(StageKind, StageEnd, i64)> {
    let length = |it: &ringback_calllog::Stage| secs(it.duration()).expect("a closed stage");
    call.stages.iter().map(|it| (it.kind, it.end, length(it))).collect()
}

const ANSWERED: &str = "2024/03/05 09:00:10,00:01:30,9,02079460101,I,4324,4324,,0,1000101,0,E4324,Agent 4,T9161,LINE 5.1";

#[test]
fn a_call_is_answered_by_the_extension_after_its_ring_time() {
    let read = read(&line(ANSWERED, ",,"));
    let call = only(&read);
    assert_eq!((call.outcome, call.direction), (Outcome::Answered, Direction::Inbound));
    assert_eq!(call.arrived_at, at("2024-03-05T09:00:10Z"));
    assert_eq!(call.ended_at, Some(at("2024-03-05T09:01:49Z")));
    assert_eq!((secs(call.wait()), agent(call)), (Some(9), Some("4324")));
    assert_eq!(secs(call.time_in(StageKind::Talk)), Some(90));
    assert!(call.customer.is_some() && call.is_complete);
}

#[track_caller]
fn check_columns(tail: &str) {
    let read = read(&format!("{ANSWERED},0,0{tail}\r\n"));
    assert_eq!(rejected(&read), [""; 0], "{tail}");
    assert_eq!(only(&read).outcome, Outcome::Answered, "{tail}");
}

#[test]
fn the_tail_may_be_short_or_long() {
    check_columns(""); // 17 fields, the Delta Server's
    for commas in [10, 11, 12, 13, 14, 15, 17, 18, 20, 30] {
        check_columns(&",".repeat(commas));
    }
    check_columns(",,n/a,,,,,,,,,U,,,10.0.0.1,1000101,10.0.0.1,1000102,2024/03/05 09:01:49");
    check_columns(
        ",,n/a,,,,,,,,,U,,,10.0.0.1,1000101,10.0.0.1,1000102,2024/03/05 09:01:49,0,N/A,,,",
    );
}

#[test]
fn what_stands_behind_the_last_known_field_is_rejected() {
    let row = format!("{ANSWERED},0,0{}new\r\n{}", ",".repeat(21), line(ANSWERED, ",,"));
    assert_eq!(rejected(&read(&row)), ["smdr.csv:1: 38 fields, expected 37"]);
}

#[test]
fn a_header_line_is_no_row() {
    let log = format!("Call Start,Connected Time,Ring Time\r\n{}", line(ANSWERED, ",,"));
    assert_eq!(read(&log).audit.rows_read, 1);
}

#[track_caller]
fn check_bad(from: &str, to: &str, expected: &str) {
    let other = ANSWERED.replace("1000101", "1000102");
    let log = format!("{}{}", line(&ANSWERED.replacen(from, to, 1), ",,"), line(&other, ",,"));
    assert_eq!(rejected(&read(&log)), [format!("smdr.csv:1: {expected}")]);
}

#[test]
fn a_bad_field_is_named() {
    check_bad(
        "2024/03/05",
        "2024/02/30",
        "Call Start: \"2024/02/30 09:00:10\", expected a stamp such as 2026/05/04 09:15:00",
    );
    check_bad("00:01:30", "00:61:30", "Connected Time: \"00:61:30\", expected a time HH:MM:SS");
    check_bad(",9,", ",,", "Ring Time: no value, expected whole seconds of at most eight digits");
    check_bad(
        ",9,",
        ",123456789,",
        "Ring Time: \"•••••••89\", expected whole seconds of at most eight digits",
    );
    check_bad(",I,", ",X,", "Direction: \"X\", expected I or O");
    check_bad("1000101", "?", "Call ID: \"?\", expected a number");
    check_bad(",1000101,0", ",1000101,2", "Continuation: \"2\", expected 0 or 1");
}

#[test]
fn a_file_is_passed_over_while_the_zone_is_not_known() {
    let key = PseudonymKey::from_bytes([7; 32]);
    let mut format = IpOffice::new(Site::new(Pseudonymizer::new(&key, "acme")));
    let row = line(ANSWERED, ",,");
    let error = LogReader::new().read_bytes("smdr.csv", row.as_bytes(), &mut format).unwrap_err();
    let why = "its stamps are local: give the zone of the system's clock";
    assert!(error.to_string().ends_with(why), "{error}");
}

#[track_caller]
fn check_layout(layout: &str, expected: &str) {
    let format = IpOffice::new(site("Europe/London"));
    let error = format.layout(layout, "layout.toml").unwrap_err().to_string();
    assert!(error.starts_with("layout.toml") && error.contains(expected), "{error}");
}

#[test]
fn a_bad_layout_is_refused() {
    check_layout("group = []", "unknown field `group`");
    check_layout("\ndirect = \"phone\"", "layout.toml:2: unknown variant `phone`");
    check_layout("outside_prefix = \"9x\"", "outside_prefix is \"9x\", expected digits");
}

#[test]
fn the_format_is_recognized_by_its_records_only() {
    let format = IpOffice::new(site("Europe/London"));
    let claims =
        |text: &str| format.recognizes(&FileStart { name: "any.log", bytes: text.as_bytes() });
    assert!(claims(&line(ANSWERED, ",,")));
    assert!(claims(&format!("Call Start,Connected Time\r\n{}", line(ANSWERED, ",,"))));
    assert!(!claims(""));
    assert!(!claims("Call Start,Connected Time\r\n"));
    assert!(!claims("GET /index.htm HTTP/1.1\r\n\r\n"));
    assert!(!claims("Call 265500,2026/06/05 07:37:06,,,,,,,,,,,,,,,,,\r\n"));
    assert!(!claims("011416 1512 01033 9      6100               2025550123\r\n"));
    assert!(!claims("cdrRecordType,globalCallID_callManagerId\nINTEGER,INTEGER\n"));
}

#[test]
fn a_hunt_group_names_the_queue() {
    let row = "2024/03/05 09:00:10,00:01:30,25,02079460101,I,200,4400,,0,1000101,0,E4324,Agent 4,T9161,LINE 5.1";
    let named = |layout: &str, causes: &str| {
        let read = read_by(format(layout), &line(row, causes));
        let call = only(&read);
        assert_eq!(secs(call.wait()), Some(25), "{layout} {causes}");
        call.queue.as_ref().map(ToString::to_string)
    };
    assert_eq!(named("groups = [\"200\"]", ",,"), Some("200".to_owned()));
    assert_eq!(named("", "HG fb,,"), Some("200".to_owned()));
    assert_eq!(named("", "HG:fb,,"), Some("200".to_owned()));
    assert_eq!(named("", "U,,"), None);
    assert_eq!(named("groups = [\"201\"]", ",,"), None);
}

#[test]
fn ring_time_of_one_telephone_is_a_ring_where_the_layout_says_so() {
    let read = read_by(format("direct = \"ring\""), &line(ANSWERED, ",,"));
    let ring = (StageKind::Ring, StageEnd::Answered, 9);
    assert_eq!(stages(only(&read)), [ring, (StageKind::Talk, StageEnd::Completed, 90)]);
    assert_eq!(only(&read).wait(), None);
}

#[test]
fn an_attendant_before_a_person_is_a_menu() {
    let head = |start: &str, talk: &str, id: &str, party: &str| {
        format!("{start},{talk},02079460101,I,706,02079460500,,0,{id},{party},T9100,Line 100.1")
    };
    let log = [
        line(&head("2024/03/06 02:00:00", "00:00:32,0", "1000000,1", "V9510,VM Channel 10"), ",,"),
        line(&head("2024/03/06 02:00:32", "00:13:46,1", "1000000,0", "E627,Agent 7"), ",,"),
    ];
    let read = read(&log.concat());
    let call = only(&read);
    let expected = [
        (StageKind::Ivr, StageEnd::Completed, 32),
        (StageKind::Queue, StageEnd::Answered, 1),
        (StageKind::Talk, StageEnd::Completed, 826),
    ];
    assert_eq!(stages(call), expected);
    assert_eq!((call.outcome, agent(call), call.transfers()), (Outcome::Answered, Some("627"), 0));
}

#[test]
fn who_hangs_up_in_a_known_attendant_leaves_no_message() {
    let row = "2024/03/05 09:00:10,00:00:20,0,02079460101,I,706,4400,,0,1000101,0,V9510,VM Channel 10,T9161,LINE 5.1";
    let outcome =
        |layout: &str, causes: &str| only(&read_by(format(layout), &line(row, causes))).outcome;
    assert_eq!(outcome("", ",,"), Outcome::Voicemail);
    assert_eq!(outcome("", "AA,,"), Outcome::Abandoned);
    assert_eq!(outcome("auto_attendants = [\"706\"]", ",,"), Outcome::Abandoned);
}

#[test]
fn a_supervised_transfer_outside_is_one_call_and_the_inner_call_another() {
    let log = [
        line("2024/03/05 09:10:19,00:00:05,3,203,O,9416,9416,,0,1000106,1,E203,Agent 3,T9005,Line 5.1", "U XfP,Agent 7,"),
        "2024/03/05 09:10:09,00:00:02,2,207,O,203,203,,1,1000105,0,E207,Agent 7,E203,Agent 3,11,0,,n/a,,,,,,,,,,,\r\n".to_owned(),
        line("2024/03/05 09:10:19,00:00:04,0,207,O,9416,9416,,0,1000106,0,E207,Agent 7,T9005,Line 5.1", "U Xfd,Agent 3,"),
    ];
    let read = read(&log.concat());
    let [inner, outer] = &read.log.calls[..] else { panic!("{:?}", read.log.calls) };
    assert_eq!((inner.direction, inner.outcome), (Direction::Internal, Outcome::Answered));
    assert_eq!((agent(inner), secs(inner.time_in(StageKind::Hold))), (Some("203"), Some(11)));
    assert_eq!((outer.direction, outer.transfers()), (Direction::Outbound, 1));
    let expected = [
        (StageKind::Ring, StageEnd::Answered, 3),
        (StageKind::Talk, StageEnd::Transferred, 5),
        (StageKind::Talk, StageEnd::Completed, 4),
    ];
    assert_eq!(stages(outer), expected);
    assert_eq!(outer.ended_at, Some(at("2024-03-05T09:10:31Z")));
}

#[test]
fn a_parked_call_that_is_picked_up_is_one_call() {
    let log = [
        "2024/03/05 09:20:00,00:00:00,2,207,O,203,203,,1,1000107,1,E207,Agent 7,E203,Agent 3,0,4,,n/a,,,,,,,,,,,\r\n",
        "2024/03/05 09:20:00,00:00:02,0,207,O,203,203,,1,1000107,0,E207,Agent 7,E201,Agent 1,0,0,,n/a,,,,,,,,,,,\r\n",
    ];
    let read = read(&log.concat());
    let call = only(&read);
    assert_eq!((call.outcome, agent(call)), (Outcome::Answered, Some("201")));
    let expected = [
        (StageKind::Ring, StageEnd::Unanswered, 2),
        (StageKind::Hold, StageEnd::Completed, 4),
        (StageKind::Talk, StageEnd::Completed, 2),
    ];
    assert_eq!(stages(call), expected);
}

#[test]
fn a_conference_overlaps_and_lasts_as_long_as_its_longest_party() {
    let party = |talk: &str, device: &str| {
        line(
            &format!(
                "2024/03/05 09:30:00,{talk},0,,O,,,,1,1000110,0,{device},V11001,CO Channel 100.1"
            ),
            ",,",
        )
    };
    let log = [party("00:05:00", "E201,Agent 1"), party("00:04:00", "E202,Agent 2")];
    let read = read(&log.concat());
    let call = only(&read);
    assert_eq!(call.ended_at, Some(at("2024-03-05T09:35:00Z")));
    assert_eq!((call.outcome, call.transfers()), (Outcome::Answered, 0));
    assert_eq!(secs(call.time_in(StageKind::Talk)), Some(540));
}

#[test]
fn a_mobile_twin_that_did_not_take_the_call_is_skipped() {
    let twin = "2024/03/05 09:00:10,00:00:00,0,4324,O,907700900123,907700900123,,0,1000102,0,E4324,Agent 4,T9161,LINE 5.2";
    let log = line(ANSWERED, ",,") + &line(twin, "U MT,,");
    let skipped = read(&log);
    assert_eq!(only(&skipped).direction, Direction::Inbound);
    assert_eq!(skipped.audit.skipped["mobile twin that did not take the call"], 1);
    let read = read(&line(&twin.replace("00:00:00", "00:00:40"), "U MT,,"));
    assert_eq!((only(&read).direction, only(&read).customer), (Direction::Outbound, None));
}

#[test]
fn an_outbound_call_knows_its_customer_without_the_outside_line() {
    let inbound = read(&line(ANSWERED, ",,"));
    let row = "2024/03/05 09:06:00,00:03:05,0,208,O,902079460101,902079460101,,0,1000104,0,E208,Agent 8,T9005,Line 5.1";
    let outbound = read_by(format("outside_prefix = \"9\""), &line(row, "U,Agent 8,"));
    assert_eq!(only(&outbound).customer, only(&inbound).customer);
    let unanswered = read(&line(&row.replace("00:03:05", "00:00:00"), ",,"));
    assert_eq!(only(&unanswered).outcome, Outcome::Other);
}

#[test]
fn a_call_that_was_sent_outside_is_not_answered_here() {
    let row = "2024/03/05 09:00:10,00:01:30,9,02079460101,I,4324,4324,,0,1000101,0,T9001,Line 1.1,T9161,LINE 5.1";
    let read = read(&line(row, "U fu,Agent 4,902079460199"));
    assert_eq!(only(&read).outcome, Outcome::Overflowed);
    let wait = [(StageKind::Queue, StageEnd::Overflowed, 9)];
    assert_eq!(stages(only(&read)), wait);
}

#[test]
fn account_codes_and_names_are_not_kept() {
    let row = ANSWERED.replace(",4324,,0", ",4324,Account7,0");
    let read = read(&line(&row, ",,").replace("n/a", "Secret9"));
    let shown = format!("{:?} {:?}", read.log.calls, read.audit);
    for text in ["Account7", "Secret9", "Agent 4", "946010"] {
        assert!(!shown.contains(text), "{text} in {shown}");
    }
}

fn shared(name: &str) -> Option<Vec<u8>> {
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared"));
    let root = std::env::var_os("RINGBACK_SHARED").map_or(beside, PathBuf::from);
    std::fs::read(root.join("data/cdr/avaya").join(name)).ok()
}

#[test]
fn the_scenarios_of_the_shared_sample_are_nine_calls() {
    let Some(bytes) = shared("ipoffice_smdr_scenarios_synthetic.csv") else {
        println!("no shared sample here");
        return;
    };
    let read = read(std::str::from_utf8(&bytes).expect("UTF-8"));
    assert_eq!((read.audit.rows_used, read.audit.rows_read), (13, 13));
    let calls: Vec<_> =
        read.log.calls.iter().map(|it| (it.outcome, agent(it), secs(it.wait()))).collect();
    let expected = [
        (Outcome::Abandoned, None, Some(9)),
        (Outcome::Answered, Some("4750"), Some(7)),
        (Outcome::Answered, Some("4207"), None),
        (Outcome::Answered, Some("208"), None),
        (Outcome::Answered, Some("203"), None),
        (Outcome::Answered, Some("203"), None),
        (Outcome::Answered, Some("201"), None),
        (Outcome::Answered, Some("4500"), Some(5)),
        (Outcome::Answered, Some("627"), Some(1)),
    ];
    assert_eq!(calls, expected);
}

#[test]
fn the_sample_office_is_read_to_the_last_record() {
    let path =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/vendors/avaya/smdr_20260504.csv");
    let log = std::fs::read_to_string(path).expect("the sample");
    let office = IpOffice::new(site("Europe/Copenhagen"));
    let format = office.layout("groups = [\"200\", \"210\"]", "layout.toml").expect("a layout");
    let read = read_by(format, &log);
    assert_eq!(read.audit.rows_used, read.audit.rows_read);
    assert_eq!((read.log.calls.len(), read.audit.calls_incomplete), (45, 0));
    let of = |outcome| read.log.calls.iter().filter(|it| it.outcome == outcome).count();
    let counts =
        [Outcome::Answered, Outcome::Abandoned, Outcome::Voicemail, Outcome::Other].map(of);
    assert_eq!((counts.iter().sum::<usize>(), counts.iter().min()), (45, Some(&1)), "{counts:?}");
}
