//! CMS External Call History: its records, binary and as text, and the calls of its segments.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use ringback_avaya::{CallHistory, Disposition, EchRecord, EchValue, InvalidEchRecord};
use ringback_calllog::{
    Call, CdrFormat, Direction, FileStart, LogReader, Outcome, PseudonymKey, Pseudonymizer,
    ReadLog, Site, StageEnd, StageKind,
};

/// 4 May 2026, 09:00:00 UTC.
pub(crate) const NINE: u32 = 1_777_885_200;

pub(crate) fn site() -> Site {
    let key = PseudonymKey::from_bytes([7; 32]);
    Site::new(Pseudonymizer::new(&key, "acme")).region("GB".parse().expect("a region"))
}

pub(crate) fn format(layout: &str) -> CallHistory {
    CallHistory::new(site()).layout(layout, "layout.toml").expect("a layout")
}

/// A record of version 12, put together by the vendor's widths.
#[derive(Clone, Debug)]
pub(crate) struct Record12 {
    pub longs: [u32; 13],
    pub shorts: [i16; 12],
    pub flags: [u8; 2],
    pub codes: [u8; 17],
    pub ucid: String,
    pub disp_vdn: &'static str,
    pub eq_loc: &'static str,
    pub first_vdn: &'static str,
    pub orig_login: &'static str,
    pub ans_login: &'static str,
    pub dialed: &'static str,
    pub calling: &'static str,
}

impl Record12 {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.longs.iter().for_each(|it| bytes.extend(it.to_le_bytes()));
        self.shorts.iter().for_each(|it| bytes.extend(it.to_le_bytes()));
        bytes.extend(self.flags);
        bytes.extend(self.codes);
        let texts: [(&str, usize); 9] = [
            (&self.ucid, 21),
            (self.disp_vdn, 8),
            (self.eq_loc, 10),
            (self.first_vdn, 8),
            (self.orig_login, 10),
            (self.ans_login, 10),
            ("", 10),
            (self.dialed, 25),
            (self.calling, 13),
        ];
        for (text, width) in texts {
            bytes.extend(text.bytes().chain(std::iter::repeat(0)).take(width));
        }
        bytes.resize(493, 0);
        bytes
    }

    pub(crate) fn but(mut self, change: impl Fn(&mut Self)) -> Self {
        change(&mut self);
        self
    }
}

/// A call that an agent answered: 78 s until then, of which 20 s in the queue and 11 s ringing, 160 s talk, 23 s hold,
/// 31 s of work after it.
pub(crate) fn answered(call_id: u32, start: u32) -> Record12 {
    Record12 {
        longs: [call_id, 31, 23, 0, 78, 261, start, start + 292, 160, 0, 0, 20, 11],
        shorts: [421, 414, 400, 414, -1, -1, 41, 3, 0, 3, 0, 0],
        flags: [0, 1],
        codes: [1, 2, 4, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        ucid: format!("0000{:06}{start:010}", call_id % 1_000_000),
        disp_vdn: "41021",
        eq_loc: "004A12012",
        first_vdn: "42000",
        orig_login: "",
        ans_login: "43031",
        dialed: "42000",
        calling: "02079460101",
    }
}

/// A caller who hung up after 79 s, of which the last `queued` in the queue; in the vector if it is none.
pub(crate) fn abandoned(call_id: u32, start: u32, queued: Option<u32>) -> Record12 {
    answered(call_id, start).but(|it| {
        it.longs = [call_id, 0, 0, 0, 79, 79, start, start + 79, 0, 0, 0, queued.unwrap_or(0), 0];
        it.shorts[1] = if queued.is_some() { 414 } else { -1 };
        it.shorts[3] = it.shorts[1];
        it.codes[1] = 3;
        it.ans_login = "";
    })
}

pub(crate) fn file(records: &[Record12]) -> Vec<u8> {
    let mut bytes: Vec<u8> = [12_u32.to_le_bytes(), 7_u32.to_le_bytes()].concat();
    for record in records {
        bytes.extend(record.bytes());
    }
    bytes
}

#[track_caller]
pub(crate) fn read_bytes(mut format: CallHistory, bytes: &[u8]) -> ReadLog {
    let read = LogReader::new().read_bytes("chr0001", bytes, &mut format);
    let read = read.expect("a file that can be read");
    let audit = &read.audit;
    assert_eq!(audit.rows_read, audit.rows_used + audit.rows_skipped + audit.rows_rejected);
    read
}

#[track_caller]
pub(crate) fn read(records: &[Record12]) -> ReadLog {
    read_bytes(CallHistory::new(site()), &file(records))
}

#[track_caller]
pub(crate) fn only(read: &ReadLog) -> &Call {
    let [call] = &read.log.calls[..] else { panic!("{:?}", read.log.calls) };
    call
}

pub(crate) fn at(secs: u32) -> DateTime<Utc> {
    DateTime::from_timestamp(secs.into(), 0).expect("an instant")
}

pub(crate) fn secs(duration: Option<chrono::TimeDelta>) -> Option<i64> {
    duration.map(|it| it.num_seconds())
}

pub(crate) fn rejected(read: &ReadLog) -> Vec<String> {
    read.rejected.iter().map(ToString::to_string).collect()
}

/// Kind, queue, end and length of the stages.
pub(crate) fn stages(call: &Call) -> Vec<(StageKind, &str, StageEnd, i64)> {
    let queue = |it: &'static str| it;
    let of = |it: &ringback_calllog::Stage| secs(it.duration()).expect("a closed stage");
    call.stages
        .iter()
        .map(|it| {
            let name = it.queue.as_ref().map_or(queue(""), |it| it.as_str());
            (it.kind, name, it.end, of(it))
        })
        .collect()
}

pub(crate) fn shared(name: &str) -> Option<Vec<u8>> {
    let beside = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared"));
    let root = std::env::var_os("RINGBACK_SHARED").map_or(beside, PathBuf::from);
    let bytes = std::fs::read(root.join("data/cdr/avaya").join(name)).ok();
    if bytes.is_none() {
        println!("{name}: not there, nothing checked");
    }
    bytes
}

#[test]
fn an_answered_segment_is_laid_out_in_stages() {
    let read = read(&[answered(7, NINE)]);
    let call = only(&read);
    let expected = [
        (StageKind::Queue, "", StageEnd::Completed, 47),
        (StageKind::Queue, "414", StageEnd::Answered, 31),
        (StageKind::Ring, "414", StageEnd::Answered, 11),
        (StageKind::Talk, "414", StageEnd::Completed, 160),
        (StageKind::Hold, "414", StageEnd::Completed, 23),
        (StageKind::WrapUp, "414", StageEnd::Completed, 31),
    ];
    assert_eq!(stages(call), expected);
    assert_eq!((call.outcome, call.direction), (Outcome::Answered, Direction::Inbound));
    assert_eq!(secs(call.wait()), Some(78));
    assert_eq!(call.agent().map(ToString::to_string).as_deref(), Some("43031"));
    assert_eq!(call.queue.as_ref().map(ToString::to_string).as_deref(), Some("414"));
    assert_eq!((call.arrived_at, call.ended_at), (at(NINE), Some(at(NINE + 261))));
    assert_eq!(call.call_id.to_string(), "00000000071777885200-7");
    assert!(call.customer.is_some());
}

#[track_caller]
fn check(code: u8, outcome: Outcome, end: Option<StageEnd>) {
    let record = abandoned(7, NINE, Some(75)).but(|it| it.codes[1] = code);
    let read = read(&[record]);
    let call = only(&read);
    assert_eq!(call.outcome, outcome, "disposition {code}");
    let ended = call.stages.iter().rfind(|it| it.kind == StageKind::Queue).map(|it| it.end);
    assert_eq!(ended, end, "disposition {code}");
}

#[test]
fn each_disposition_has_its_outcome() {
    check(1, Outcome::Unknown, None);
    check(2, Outcome::Answered, Some(StageEnd::Answered));
    check(3, Outcome::Abandoned, Some(StageEnd::Abandoned));
    check(4, Outcome::Overflowed, Some(StageEnd::Overflowed));
    check(5, Outcome::Busy, Some(StageEnd::Overflowed));
    check(6, Outcome::Overflowed, Some(StageEnd::Overflowed));
    check(7, Outcome::Other, None);
    check(9, Outcome::Unknown, None);
    assert_eq!(Disposition::from_code(9), Disposition::Unknown(9));
}

#[test]
fn a_call_that_is_not_of_the_acd_is_answered_by_its_agent() {
    let record = answered(7, NINE).but(|it| {
        it.codes[1] = 1;
        it.orig_login = "43001";
        it.dialed = "02079460177";
    });
    let read = read(&[record]);
    let call = only(&read);
    assert_eq!((call.outcome, call.direction), (Outcome::Answered, Direction::Outbound));
    assert_eq!(secs(call.time_in(StageKind::Talk)), Some(160));
    assert_eq!(call.wait(), None);
}

#[test]
fn a_transferred_call_is_joined_by_its_callid() {
    let first = answered(7, NINE).but(|it| it.flags = [1 << 7, 0]);
    let second = answered(7, NINE + 261).but(|it| {
        it.codes[4] = 2;
        it.ucid = "00000000000000000000".to_owned();
        it.ans_login = "43032";
        it.shorts[1] = 415;
    });
    for records in [[first.clone(), second.clone()], [second, first]] {
        let read = read(&records);
        let call = only(&read);
        assert_eq!((call.transfers(), call.outcome), (1, Outcome::Answered));
        assert_eq!(call.agent().map(ToString::to_string).as_deref(), Some("43031"));
        assert_eq!(call.ended_at, Some(at(NINE + 522)));
        assert_eq!(secs(call.wait()), Some(78));
    }
}

#[test]
fn a_callid_that_comes_again_the_next_day_is_another_call() {
    let calls = read(&[answered(7, NINE), answered(7, NINE + 86_400)]).log.calls;
    assert_eq!(calls.len(), 2);
    // Two ACDs number their calls on their own.
    let other = answered(7, NINE + 5).but(|it| it.codes[0] = 2);
    let two = read(&[answered(7, NINE), other]);
    assert_eq!(two.log.calls.len(), 2);
    let queue = two.log.calls[1].queue.as_ref().map(ToString::to_string);
    assert_eq!(queue.as_deref(), Some("2:414"));
}

#[test]
fn a_segment_that_comes_again_is_a_duplicate_and_another_of_its_name_a_conflict() {
    let changed = answered(7, NINE).but(|it| it.calling = "02079460102");
    let read = read(&[answered(7, NINE), answered(7, NINE), changed]);
    assert_eq!(read.log.calls.len(), 1);
    assert_eq!(read.audit.skipped["duplicate of an earlier row"], 1);
    assert_eq!(read.audit.skipped["key of an earlier row with other content"], 1);
}

/// A port that a vector asked: nobody is named who called.
fn port(call_id: u32, start: u32, ucid: &str) -> Record12 {
    answered(call_id, start).but(|it| {
        it.longs = [call_id, 0, 0, 0, 1, 12, start, start + 12, 11, 0, 0, 0, 1];
        it.shorts = [0, 97, 0, 97, -1, -1, 0, 0, 0, 0, 0, 0];
        ucid.clone_into(&mut it.ucid);
        (it.disp_vdn, it.eq_loc, it.first_vdn) = ("", "", "");
        (it.dialed, it.calling, it.ans_login) = ("", "", "16873");
    })
}

#[test]
fn a_port_within_the_callers_segment_is_a_menu() {
    let caller = abandoned(7, NINE, None);
    let ucid = caller.ucid.clone();
    let abandoned = read(&[port(8, NINE + 20, &ucid), caller]);
    let call = only(&abandoned);
    assert_eq!((call.outcome, call.agent(), call.queue.as_ref()), (Outcome::Abandoned, None, None));
    let menu = (StageKind::Ivr, "97", StageEnd::Completed, 11);
    assert_eq!(stages(call), [(StageKind::Queue, "", StageEnd::Abandoned, 79), menu]);

    let alone = read(&[port(8, NINE, &ucid)]);
    let call = only(&alone);
    assert_eq!((call.outcome, call.direction), (Outcome::Unknown, Direction::Unknown));
    assert!(call.stages.is_empty() && call.queue.is_none(), "{call:?}");
}

#[test]
fn a_split_of_machines_answers_nobody() {
    let bytes = file(&[answered(7, NINE)]);
    let read = read_bytes(format("machine_splits = [414]"), &bytes);
    let call = only(&read);
    assert_eq!((call.outcome, call.direction), (Outcome::Unknown, Direction::Inbound));
    assert_eq!((call.agent(), call.queue.as_ref()), (None, None));
}

#[test]
fn consultation_begins_with_the_hold() {
    let read = read(&[answered(7, NINE).but(|it| it.longs[3] = 10)]);
    let call = only(&read);
    let consult = call.stages.iter().find(|it| it.kind == StageKind::Consult).expect("a consult");
    assert_eq!(consult.entered_at, at(NINE + 78 + 160));
    assert_eq!(secs(consult.duration()), Some(10));
}

#[test]
fn a_negative_duration_is_mended() {
    let read = read(&[abandoned(7, NINE, Some(75)).but(|it| {
        it.longs[5] = 79_u32.wrapping_neg();
        it.longs[6] = 12;
    })]);
    let call = only(&read);
    assert_eq!((call.arrived_at, call.ended_at), (at(NINE), Some(at(NINE + 79))));
    let remark = "negative DURATION mended, SEGSTART taken from SEGSTOP: 1";
    assert!(read.audit.warnings.iter().any(|it| it == remark), "{:?}", read.audit.warnings);
}

#[test]
fn times_that_do_not_add_up_are_remarked_on() {
    let read = read(&[answered(7, NINE).but(|it| it.longs[8] += 5)]);
    let remark = "segments whose DURATION or SEGSTOP is not the sum of their parts: 1";
    assert_eq!(read.audit.warnings[0], remark);
}

#[test]
fn a_bad_field_is_named() {
    let backwards = answered(8, NINE).but(|it| it.longs[7] = NINE - 1);
    let blank = answered(9, NINE).but(|it| it.longs[6] = 0);
    let letters = answered(10, NINE).but(|it| it.ucid = "0000000007177788520X".to_owned());
    let negative = answered(11, NINE).but(|it| it.longs[8] = u32::MAX);
    let read = read(&[answered(7, NINE), backwards, blank, letters, negative]);
    let expected = [
        "chr0001:2: SEGSTOP: call from 2026-05-04 09:00:00 to 2026-05-04 08:59:59 contradicts the row's other stamps",
        "chr0001:3: SEGSTART: no value, expected a stamp: seconds since 1970, or 2026-05-04 09:15:00",
        "chr0001:4: UCID: \"•••••••••••••••••20X\", expected 20 digits",
        "chr0001:5: TALKTIME: \"••••••••95\", expected seconds, at least 0 and below 2^31",
    ];
    assert_eq!(rejected(&read), expected);
}

#[test]
fn a_record_that_the_file_ends_within_is_rejected_as_cut_off() {
    let mut bytes = file(&[answered(7, NINE), answered(8, NINE + 5)]);
    bytes.truncate(bytes.len() - 100);
    let read = read_bytes(CallHistory::new(site()), &bytes);
    assert_eq!(rejected(&read), ["chr0001:2: the file ends within this row"]);
    assert_eq!(read.log.calls.len(), 1);
}

#[test]
fn version_12_comes_without_the_last_nul_too() {
    let records: Vec<_> = (0..3).map(|it| answered(7 + it, NINE + it)).collect();
    let mut bytes = file(&[]);
    for record in &records {
        bytes.extend(&record.bytes()[..492]);
    }
    let read = read_bytes(CallHistory::new(site()), &bytes);
    assert_eq!((read.log.calls.len(), read.audit.rows_rejected), (3, 0));
    let one = read_bytes(CallHistory::new(site()), &bytes[..8 + 492]);
    assert_eq!((one.log.calls.len(), one.audit.rows_rejected), (1, 0));
}

#[test]
fn a_version_that_is_not_known_is_named() {
    let mut bytes = file(&[answered(7, NINE)]);
    bytes[0] = 13;
    let mut format = CallHistory::new(site());
    let error = LogReader::new().read_bytes("chr0001", &bytes, &mut format).unwrap_err();
    let why = "call history of version 13, expected 2, 3, 4, 5, 11, 12, 16, 163, 170, 180";
    assert!(error.to_string().ends_with(why), "{error}");
    let error = EchRecord::decode(13, &[]).unwrap_err();
    assert_eq!((error, error.to_string()), (InvalidEchRecord::Version(13), why.to_owned()));
    let error = EchRecord::decode(12, &[0; 7]).unwrap_err();
    assert_eq!(error.to_string(), "a record of 7 bytes, expected 493");
}

#[track_caller]
fn check_version(version: u32, length: usize, fields: usize) {
    let bytes = vec![0; length];
    let record = EchRecord::decode(version, &bytes).expect("a known length");
    assert_eq!(record.fields().count(), fields, "version {version}");
    assert_eq!(record.number("CALLID"), Some(0), "version {version}");
    assert!(record.text("ANSLOGIN").is_some(), "version {version}");
    assert!(EchRecord::decode(version, &bytes[1..]).is_err() || version == 12);
}

#[test]
fn every_known_version_has_its_length() {
    check_version(2, 189, 48);
    check_version(3, 210, 53);
    check_version(4, 225, 56);
    check_version(5, 233, 60);
    check_version(11, 322, 65);
    check_version(12, 493, 77);
    check_version(16, 615, 83);
    check_version(163, 617, 85);
    check_version(170, 629, 88);
    check_version(180, 697, 89);
}

/// A record of version 16: two more instants, wider texts.
fn version_16() -> Vec<u8> {
    let old = answered(7, NINE).bytes();
    let field = |at: usize, len: usize, wide: usize| {
        let mut bytes = old[at..at + len].to_vec();
        bytes.resize(wide, 0);
        bytes
    };
    // The clock of the system runs two hours ahead of UTC.
    let local = |secs: u32| (secs + 7200).to_le_bytes();
    let mut bytes = old[..24].to_vec();
    bytes.extend([local(NINE), NINE.to_le_bytes()].concat());
    bytes.extend([local(NINE + 292), (NINE + 292).to_le_bytes()].concat());
    bytes.extend(&old[32..95]);
    let texts = [(95, 21, 21), (116, 8, 16), (124, 10, 10), (134, 8, 16), (142, 10, 16)];
    let more = [(152, 10, 16), (162, 10, 16), (172, 25, 25), (197, 13, 25)];
    for (at, len, wide) in texts.into_iter().chain(more) {
        bytes.extend(field(at, len, wide));
    }
    bytes.resize(615, 0);
    bytes
}

#[test]
fn from_version_16_the_instants_that_say_utc_are_read() {
    let mut bytes = [16_u32.to_le_bytes(), 1_u32.to_le_bytes()].concat();
    bytes.extend(version_16());
    let new = read_bytes(CallHistory::new(site()), &bytes);
    let old = read(&[answered(7, NINE)]);
    assert_eq!(new.log.calls, old.log.calls);
}

#[test]
fn local_stamps_are_read_by_the_zone() {
    let bytes = file(&[answered(7, NINE)]);
    let site = site().zone("Europe/Copenhagen".parse().unwrap());
    let local = CallHistory::new(site).layout("stamps = \"local\"", "layout.toml").unwrap();
    let read = read_bytes(local, &bytes);
    assert_eq!(only(&read).arrived_at, at(NINE - 7200));
    let remark = "segments that start 15 minutes or more from the time in their UCID: 1";
    assert_eq!(read.audit.warnings[0], remark);
    let mut without = format("stamps = \"local\"");
    let error = LogReader::new().read_bytes("chr0001", &bytes, &mut without).unwrap_err();
    assert!(error.to_string().contains("give the zone of the system's clock"), "{error}");
}

/// The record of `answered(7, NINE)` as text without a header.
fn as_text(start: &str, stop: &str) -> String {
    let uncounted = ",0".repeat(8);
    format!(
        "7,31,23,0,78,261,{start},{stop},160,0,0,20,11,421,414,400,414,-1,-1,41,3,0,3,0,0{uncounted},1,1,2,4,1,1,0,0,1{uncounted},0,00000000071777885200,41021,004A12012,42000,,43031,,42000,02079460101,,,{}\r\n",
        ",".repeat(14)
    )
}

#[test]
fn text_without_a_header_has_the_order_of_version_12() {
    let binary = read(&[answered(7, NINE)]);
    for (start, stop) in [
        ("2026-05-04 09:00:00", "2026-05-04 09:04:52"),
        ("1777885200", "1777885492"),
        ("04.05.2026 09:00:00", "\"04.05.2026 09:04:52\""),
    ] {
        let text = read_bytes(CallHistory::new(site()), as_text(start, stop).as_bytes());
        assert_eq!(text.log.calls, binary.log.calls, "{start}");
    }
    // CMS ends its lines with a comma more.
    let row = as_text("1777885200", "1777885492");
    let text = read_bytes(CallHistory::new(site()), row.replace("\r\n", ",\r\n").as_bytes());
    assert_eq!(text.log.calls, binary.log.calls);
    let more =
        read_bytes(CallHistory::new(site()), (row.replace("\r\n", ",new\r\n") + &row).as_bytes());
    assert_eq!(more.audit.rows_rejected, 1);
}

#[test]
fn text_with_a_header_is_read_by_its_names() {
    let log = "ANSLOGIN,CALL_DISP,CALLID,SEGSTART,SEGSTOP,DISPTIME,DURATION,TALKTIME,DIALED_NUM\n\
        43031,2,7,1777885200,1777885461,78,261,183,42000\n\
        43031,2,8,soon,1777885461,78,261,183,42000\n\
        43031,2,9\n";
    let read = read_bytes(CallHistory::new(site()), log.as_bytes());
    assert_eq!(secs(only(&read).wait()), Some(78));
    let expected = [
        "chr0001:3: SEGSTART: \"soon\", expected a stamp: seconds since 1970, or 2026-05-04 09:15:00",
        "chr0001:4: 3 fields, expected 9",
    ];
    assert_eq!(rejected(&read), expected);
}

#[test]
fn text_in_another_order_is_read_by_the_layout() {
    let columns = "columns = [\"CALLID\", \"DISPOSITION\", \"SEGSTART\", \"SEGSTOP\", \"DISPTIME\", \"DURATION\"]";
    let read = read_bytes(format(columns), b"7,3,1777885200,1777885279,79,79\n");
    assert_eq!(only(&read).outcome, Outcome::Abandoned);
    let mut without = CallHistory::new(site());
    let log = b"7,3,1777885200,1777885279,79,79\n";
    let error = LogReader::new().read_bytes("chr", log, &mut without).unwrap_err();
    assert!(error.to_string().contains("CALLID: no such column"), "{error}");
}

#[track_caller]
fn check_layout(layout: &str, expected: &str) {
    let error = CallHistory::new(site()).layout(layout, "layout.toml").unwrap_err().to_string();
    assert!(error.starts_with("layout.toml") && error.contains(expected), "{error}");
}

#[test]
fn a_bad_layout_is_refused() {
    check_layout("ports = []", "unknown field `ports`");
    check_layout("\nstamps = \"gmt\"", "layout.toml:2: unknown variant `gmt`");
    check_layout("columns = [\"CALLID\"]", "columns name no SEGSTART, expected it among them");
}

#[test]
fn the_format_is_recognized_by_its_records_only() {
    let format = CallHistory::new(site());
    let claims = |bytes: &[u8]| format.recognizes(&FileStart { name: "chr0001", bytes });
    assert!(claims(&file(&[answered(7, NINE)])));
    assert!(claims(as_text("2026-05-04 09:00:00", "2026-05-04 09:04:52").as_bytes()));
    assert!(claims(b"CALLID,ACWTIME,DISPTIME,SEGSTART,SEGSTOP\n"));
    assert!(!claims(b""));
    assert!(!claims(&file(&[])));
    assert!(!claims(&[0; 1000]));
    assert!(!claims(b"GET /index.htm HTTP/1.1\r\n\r\n"));
    assert!(!claims(
        b"2024/03/05 09:00:10,00:01:30,9,02079460101,I,4324,4324,,0,1,0,E4324,A,T1,L\n"
    ));
}

#[test]
fn a_record_does_not_show_its_numbers() {
    let bytes = answered(7, NINE).bytes();
    let record = EchRecord::decode(12, &bytes).unwrap();
    assert_eq!(format!("{record:?}"), "EchRecord(version 12, 493 bytes)");
    assert_eq!(record.text("CALLING_PTY").as_deref(), Some("02079460101"));
    let (_, value) = record.fields().find(|it| it.0 == "CALLING_PTY").unwrap();
    assert_eq!(format!("{value:?}"), "Text(\"•••••••••01\")");
    let shown = format!("{:?}", read(&[answered(7, NINE)]).log.calls);
    assert!(!shown.contains("946010"), "{shown}");
}

/// What the vendor's dump calls a field.
fn dumped(name: &str) -> String {
    match name {
        "ANSHOLDTIME" => "onholdtime".to_owned(),
        "TKGRP" => "trunkgroup".to_owned(),
        "EQ_LOCID" => "tk_locid".to_owned(),
        "ANS_LOCID" => "answer_locid".to_owned(),
        "AUDIO" => "audio_difficulty".to_owned(),
        "HOLDABN" => "hold_abn".to_owned(),
        "OBSERVINGCALL" => "observing_call".to_owned(),
        "ACD" => "acdnum".to_owned(),
        "DISPOSITION" => "call_disp".to_owned(),
        "HELD" => "holds".to_owned(),
        "ORIGLOGIN" => "orig_logid".to_owned(),
        "ANSLOGIN" => "ans_logid".to_owned(),
        "LASTOBSERVER" => "last_observer".to_owned(),
        "DIALED_NUM" => "dialed_number".to_owned(),
        "CALLING_PTY" => "calling_party".to_owned(),
        "LASTDIGITS" => "collect_digits".to_owned(),
        "LASTCWC" => "cwc_digits".to_owned(),
        "CALLING_II" => "calling_II".to_owned(),
        _ => match (name.strip_prefix("EVENT"), name.strip_prefix("CWC")) {
            (Some(place), _) => format!("events[{}]", place.parse::<u32>().unwrap() - 1),
            (_, Some(place)) => format!("first_cwcs[{}]", place.parse::<u32>().unwrap() - 1),
            _ => name.to_ascii_lowercase(),
        },
    }
}

#[test]
fn the_shared_file_decodes_as_the_vendor_dumps_it() {
    let Some(bytes) = shared("echi_v12_extended.bin") else { return };
    let Some(dump) = shared("echi_v12_extended.expected.txt") else { return };
    let dump = String::from_utf8(dump).unwrap();
    let records: Vec<&str> = dump.split("CALL RECORD: #").skip(1).collect();
    assert_eq!(records.len(), 185);
    let mut compared = 0;
    for (bytes, dump) in bytes[8..].chunks(493).zip(records) {
        let record = EchRecord::decode(12, bytes).unwrap();
        for (name, value) in record.fields() {
            let value = match value {
                EchValue::Number(number) => number.to_string(),
                EchValue::Text(text) => text.into_owned(),
                EchValue::Bytes(_) => continue,
            };
            let called = dumped(name);
            let line = dump.lines().find_map(|it| {
                let (field, value) = it.split_once(" :")?;
                (field.trim() == called).then_some(value.trim())
            });
            assert_eq!(line, Some(value.as_str()), "{name}");
            compared += 1;
        }
    }
    assert_eq!(compared, 185 * 76);
}

#[test]
fn the_sample_center_is_read_to_the_last_record() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/vendors/avaya/chr0001");
    let bytes = std::fs::read(path).expect("the sample");
    let read = read_bytes(CallHistory::new(site()), &bytes);
    assert_eq!(read.audit.rows_used, read.audit.rows_read);
    assert_eq!(read.log.calls.len(), 48);
    let of = |outcome| read.log.calls.iter().filter(|it| it.outcome == outcome).count();
    assert_eq!(of(Outcome::Answered) + of(Outcome::Abandoned), 48);
    assert!(read.log.calls.iter().any(|it| it.transfers() == 1));
}
