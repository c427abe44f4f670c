//! Communication Manager records, through the public API.

use std::path::PathBuf;

use chrono::TimeDelta;
use ringback_avaya::CommunicationManager;
use ringback_calllog::{
    AgentId, Call, CdrFormat, Direction, FileStart, Fold, LogReader, Outcome, Precision,
    PseudonymKey, Pseudonymizer, QueueId, ReadLog, Site, StageEnd, StageKind,
};

/// The customized layout of the capture.
pub(crate) const CAPTURE: &str = r#"
fields = [
    { item = "date", width = 6 }, { item = "space", width = 1 },
    { item = "time", width = 4 }, { item = "space", width = 1 },
    { item = "sec-dur", width = 5 }, { item = "space", width = 1 },
    { item = "cond-code", width = 1 }, { item = "space", width = 1 },
    { item = "code-dial", width = 4 }, { item = "space", width = 1 },
    { item = "code-used", width = 4 }, { item = "space", width = 1 },
    { item = "dialed-num", width = 18 }, { item = "space", width = 1 },
    { item = "clg-num/in-tac", width = 10 }, { item = "space", width = 1 },
    { item = "auth-code", width = 7 }, { item = "space", width = 1 },
    { item = "in-crt-id", width = 3 }, { item = "space", width = 1 },
    { item = "out-crt-id", width = 3 }, { item = "space", width = 1 },
    { item = "isdn-cc", width = 11 }, { item = "space", width = 1 },
    { item = "ppm", width = 5 }, { item = "space", width = 1 },
    { item = "acct-code", width = 15 }, { item = "space", width = 1 },
    { item = "in-trk-code", width = 4 }, { item = "space", width = 1 },
    { item = "attd-console", width = 2 }, { item = "space", width = 1 },
    { item = "vdn", width = 5 }, { item = "return", width = 1 }, { item = "line-feed", width = 1 },
]
"#;

/// A layout with a UCID.
pub(crate) const WITH_UCID: &str = r#"
fields = [
    { item = "date", width = 6 }, { item = "space", width = 1 },
    { item = "time", width = 4 }, { item = "space", width = 1 },
    { item = "sec-dur", width = 5 }, { item = "space", width = 1 },
    { item = "cond-code", width = 1 }, { item = "space", width = 1 },
    { item = "dialed-num", width = 12 }, { item = "space", width = 1 },
    { item = "calling-num", width = 12 }, { item = "space", width = 1 },
    { item = "in-trk-code", width = 4 }, { item = "space", width = 1 },
    { item = "in-crt-id", width = 3 }, { item = "space", width = 1 },
    { item = "ucid", width = 20 },
]
"#;

pub(crate) fn site() -> Site {
    let key = PseudonymKey::from_bytes([7; 32]);
    Site::new(Pseudonymizer::new(&key, "acme"))
        .zone("Europe/Copenhagen".parse().unwrap())
        .region("US".parse().unwrap())
}

pub(crate) fn format(layout: &str) -> CommunicationManager {
    CommunicationManager::new(site()).layout(layout, "switch.toml").unwrap()
}

pub(crate) fn read(layout: &str, log: &str) -> ReadLog {
    let mut format = format(layout);
    let read = LogReader::new().read_bytes("cdr.log", log.as_bytes(), &mut format).unwrap();
    let audit = &read.audit;
    assert_eq!(audit.rows_read, audit.rows_used + audit.rows_skipped + audit.rows_rejected);
    read
}

/// A record of the printer layout: `ends` is time, duration and condition, `who` is dialed and calling, `trunk` is the code
/// used, the incoming and the outgoing circuit.
pub(crate) fn printer(ends: &str, who: (&str, &str), trunk: (&str, &str, &str)) -> String {
    let ((dialed, calling), (used, incoming, outgoing)) = (who, trunk);
    format!(
        "{ends}     {used:>3} {dialed:>15} {calling:>5} {:>15} {:>7}    0   {incoming:>3} {outgoing:>3} 0\r\n",
        "", ""
    )
}

/// A record of [`WITH_UCID`] that came in on a circuit of trunk 102.
pub(crate) fn with_ucid(ends: &str, dialed: &str, calling: &str, ucid: &str) -> String {
    format!("{ends} {dialed:>12} {calling:>12}  102 001 {ucid:>20}\r\n")
}

pub(crate) fn local(call: &Call) -> (String, Option<String>) {
    let zone: ringback_calllog::Zone = "Europe/Copenhagen".parse().unwrap();
    (zone.local(call.arrived_at).to_string(), call.ended_at.map(|it| zone.local(it).to_string()))
}

pub(crate) fn secs(call: &Call, kind: StageKind) -> Option<i64> {
    call.time_in(kind).map(|it| it.num_seconds())
}

pub(crate) fn fixture(path: &str) -> Vec<u8> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    std::fs::read(root.join(path)).unwrap_or_else(|it| panic!("{path}: {it}"))
}

/// A real capture, where the folder of them is at hand.
fn shared(path: &str) -> Option<Vec<u8>> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let root = std::env::var_os("RINGBACK_SHARED").map_or(beside, PathBuf::from);
    let file = root.join(path);
    let bytes = std::fs::read(&file).ok();
    if bytes.is_none() {
        println!("{}: not there, nothing checked", file.display());
    }
    bytes
}

#[test]
fn the_real_capture_is_twelve_calls_of_fourteen_records() {
    for (path, marks) in [("cm_customized_header.raw", 1), ("cm_customized.raw", 0)] {
        let Some(bytes) = shared(&format!("data/cdr/avaya/{path}")) else { continue };
        let mut format = format(CAPTURE);
        let read = LogReader::new().read_bytes(path, &bytes, &mut format).unwrap();
        assert_eq!(format.date_marks(), marks);
        assert_eq!((read.audit.rows_used, read.audit.rows_read), (14, 14));
        assert_eq!(read.log.calls.len(), 12);
        let rung: Vec<_> =
            read.log.calls.iter().filter(|it| secs(it, StageKind::Ring) == Some(2)).collect();
        let talks: Vec<_> = rung.iter().map(|it| secs(it, StageKind::Talk)).collect();
        assert_eq!(talks, [Some(41), Some(40)]);
        let long =
            read.log.calls.iter().find(|it| secs(it, StageKind::Talk) == Some(1033)).unwrap();
        let times = ("2016-01-14 14:54:47".to_owned(), Some("2016-01-14 15:12:00".to_owned()));
        assert_eq!(local(long), times);
        assert_eq!(long.agent().map(AgentId::as_str), Some("6181"));
    }
}

#[test]
fn a_layout_is_recognized_by_its_columns_and_not_without_a_layout() {
    let log = fixture("golden/logs/avaya-cm/capture/in/capture.raw");
    let recognizes = |format: &CommunicationManager, bytes: &[u8]| {
        format.recognizes(&FileStart { name: "capture.raw", bytes })
    };
    assert!(recognizes(&format(CAPTURE), &log));
    assert!(!recognizes(&CommunicationManager::new(site()), &log));
    let others = ["teleseer", "printer", "enhanced-printer", "lsu", "lsu-expand", "int-isdn"];
    for name in others.iter().chain(&["isdn-teleseer", "isdn-lsu", "enhanced-lsu", "expanded"]) {
        let other = format(&format!("layout = \"{name}\"\nyear = 2026"));
        assert!(!recognizes(&other, &log), "{name}");
    }
    let smdr = b"2026/05/04 09:00:00,00:01:00,5,12025550123,I,6181,6181,,0,1000001,0,E6181,A,T9001,L1,0,0\n";
    let cucm = b"\"cdrRecordType\",\"globalCallID_callManagerId\"\nINTEGER,INTEGER\n1,2\n";
    for bytes in [&smdr[..], cucm, b"GET /index.htm HTTP/1.1\r\n", b""] {
        assert!(!recognizes(&format(CAPTURE), bytes));
    }
    let printed = printer("0915 0123 9", ("6181", "102"), ("", "001", ""));
    let printed = format!("05 04\r\n\0\0\0{printed}");
    assert!(recognizes(&format("layout = \"printer\"\nyear = 2026"), printed.as_bytes()));
    assert!(!recognizes(&format(CAPTURE), printed.as_bytes()));
}

#[track_caller]
fn check_refused(layout: &str, line: Option<usize>, problem: &str) {
    let error = CommunicationManager::new(site()).layout(layout, "switch.toml").unwrap_err();
    let line = line.map(|it| format!(":{it}")).unwrap_or_default();
    let text = error.to_string();
    assert!(text.starts_with(&format!("switch.toml{line}: ")), "{text}");
    assert!(text.contains(problem), "{text}");
}

#[test]
fn a_layout_that_cannot_be_is_refused_with_key_value_and_expectation() {
    check_refused("", None, "neither `layout` nor `fields` is given");
    check_refused("layout = \"int-process\"", Some(1), "its columns are not known");
    check_refused(
        "layout = \"Printer\"",
        Some(1),
        "layout is \"Printer\", expected one of teleseer",
    );
    check_refused("layout = \"printer\"\nfields = []", Some(1), "both `layout` and `fields`");
    check_refused("fields = [\n{ item = \"tyme\", width = 4 }]", Some(2), "item is \"tyme\"");
    check_refused("fields = [{ item = \"time\", width = 5 }]", Some(1), "width of 5, expected 4");
    check_refused("fields = [{ item = \"vdn\", width = 0 }]", Some(1), "width of 0");
    check_refused(
        "fields = [{ item = \"time\", width = 4 }]",
        Some(1),
        "either sec-dur or duration",
    );
    check_refused(
        "layout = \"printer\"\ndate_order = \"dm\"",
        Some(2),
        "expected month/day or day/month",
    );
    check_refused("layout = \"printer\"\nyear = 26", Some(2), "year is 26, expected 1990 to 2099");
    check_refused("layout = \"printer\"\nwindow_secs = 5", Some(2), "expected 60 to 86400");
    check_refused("layout = \"printer\"\nyears = 2026", Some(2), "unknown field `years`");
    check_refused("layout = \"printer\"\ninside = [\"6-1\"]", Some(2), "inside has \"6-1\"");
    check_refused(
        "layout = \"printer\"\nqueues = [4]",
        Some(2),
        "queues has 4, expected a number in quotes",
    );
    check_refused("layout = \"printer\"\ncircuit_ids = \"x\"", Some(2), "inverted or modified");
}

#[track_caller]
fn check_passed_over(format: &mut CommunicationManager, why: &str) {
    let log = printer("0915 0123 9", ("6181", "102"), ("", "001", ""));
    let error = LogReader::new().read_bytes("cdr.log", log.as_bytes(), format).unwrap_err();
    assert!(error.to_string().contains(why), "{error}");
}

#[test]
fn a_file_is_passed_over_without_a_layout_a_zone_or_a_year() {
    check_passed_over(&mut CommunicationManager::new(site()), "no layout is given");
    check_passed_over(
        &mut format("layout = \"printer\""),
        "date records have no year: give `year`",
    );
    let key = PseudonymKey::from_bytes([7; 32]);
    let nowhere = Site::new(Pseudonymizer::new(&key, "acme"));
    let layout = "layout = \"printer\"\nyear = 2026";
    let mut format = CommunicationManager::new(nowhere).layout(layout, "switch.toml").unwrap();
    check_passed_over(&mut format, "give the zone of the system's clock");
}

#[test]
fn the_year_may_stand_in_the_name_of_the_file() {
    let log = format!("05 04\n{}", printer("0915 0123 9", ("6181", "102"), ("", "001", "")));
    for name in ["cdr_2025.log", "cdr-2025-05-04.log", "20250504.cdr", "switch1_20250504120000"] {
        let mut format = format("layout = \"printer\"\nyear = 2026");
        let read = LogReader::new().read_bytes(name, log.as_bytes(), &mut format).unwrap();
        assert_eq!(local(&read.log.calls[0]).0, "2025-05-04 09:02:42", "{name}");
    }
}

/// A line with signs in the columns that the vendor's table gives, counted from 1.
fn columns(places: &[(usize, &str)]) -> String {
    let mut line = [b' '; 140];
    for (from, text) in places {
        line[from - 1..from - 1 + text.len()].copy_from_slice(text.as_bytes());
    }
    String::from_utf8(line.to_vec()).unwrap().trim_end().to_owned()
}

/// An incoming and an outgoing call: agent, talk in seconds, and whether the outgoing one has a customer.
#[track_caller]
fn check_layout(name: &str, incoming: &[(usize, &str)], outgoing: &[(usize, &str)]) {
    let log = format!("05 04\n{}\n{}\n", columns(incoming), columns(outgoing));
    let read = read(&format!("layout = \"{name}\"\nyear = 2026"), &log);
    assert_eq!(read.rejected, [], "{name}");
    let calls = &read.log.calls;
    assert_eq!(calls.len(), 2, "{name}");
    let inbound = calls.iter().find(|it| it.direction == Direction::Inbound).unwrap();
    assert_eq!(inbound.agent().map(AgentId::as_str), Some("6181"), "{name}");
    assert_eq!(secs(inbound, StageKind::Talk), Some(738), "{name}");
    let outbound = calls.iter().find(|it| it.direction == Direction::Outbound).unwrap();
    assert_eq!(outbound.agent().map(AgentId::as_str), Some("26168"), "{name}");
    assert_eq!(secs(outbound, StageKind::Talk), Some(60), "{name}");
    assert!(outbound.customer.is_some(), "{name}");
    if read.log.observed.precision == Precision::MINUTE {
        assert_eq!(local(inbound).1.as_deref(), Some("2026-05-04 09:15:00"), "{name}");
    } else {
        assert_eq!(local(inbound).0, "2026-05-04 00:00:00", "{name}");
    }
    let stem = inbound.call_id.as_str().split('~').nth(2).unwrap().to_owned();
    assert_eq!(stem, "123", "{name}: the circuit");
}

/// A number in the columns of a dialed one.
const DIALED: &str = "    12025550199";

#[test]
fn each_layout_is_read_by_the_columns_of_the_vendors_table() {
    let dialed = DIALED;
    for name in ["teleseer", "isdn-teleseer"] {
        check_layout(
            name,
            &[(4, "0915"), (8, "0123"), (12, "9"), (30, "6181"), (35, " 102"), (56, "231")],
            &[
                (4, "0920"),
                (8, "0010"),
                (12, "7"),
                (16, "102"),
                (19, dialed),
                (34, "26168"),
                (59, "231"),
            ],
        );
    }
    check_layout(
        "printer",
        &[(1, "0915"), (6, "0123"), (11, "9"), (32, "6181"), (39, "102"), (74, "231")],
        &[(1, "0920"), (6, "0010"), (11, "7"), (17, "102"), (21, dialed), (37, "26168"), (70, "0")],
    );
    check_layout(
        "enhanced-printer",
        &[(1, "0915"), (6, "0123"), (11, "9"), (34, "6181"), (41, "102"), (75, "231")],
        &[
            (1, "0920"),
            (6, "0010"),
            (11, "7"),
            (18, "102"),
            (23, dialed),
            (39, "26168"),
            (79, "231"),
        ],
    );
    check_layout(
        "lsu-expand",
        &[(1, "0915"), (6, "0123"), (11, "9"), (31, "6181"), (36, " 102"), (62, "23"), (72, "1")],
        &[
            (1, "0920"),
            (6, "0010"),
            (11, "7"),
            (16, "102"),
            (20, dialed),
            (36, "6168"),
            (60, "2"),
            (67, "23"),
            (70, "1"),
        ],
    );
}

#[test]
fn each_layout_without_a_time_is_read_by_its_columns() {
    let dialed = DIALED;
    for name in ["lsu", "isdn-lsu", "enhanced-lsu"] {
        check_layout(
            name,
            &[(1, "0123"), (5, "9"), (23, "6181"), (27, " 102"), (47, "23"), (53, "1")],
            &[
                (1, "0010"),
                (5, "7"),
                (9, "102"),
                (12, dialed),
                (27, "6168"),
                (46, "2"),
                (50, "231"),
            ],
        );
    }
}

#[test]
fn each_layout_that_is_not_confirmed_is_read_by_its_columns() {
    let dialed = DIALED;
    check_layout(
        "expanded",
        &[
            (1, "0915"),
            (6, "0123"),
            (11, "9"),
            (34, "6181"),
            (39, "2025550123"),
            (79, "123"),
            (92, " 102"),
        ],
        &[
            (1, "0920"),
            (6, "0010"),
            (11, "7"),
            (18, " 102"),
            (23, dialed),
            (44, "26168"),
            (83, "123"),
        ],
    );
    check_layout(
        "59-char",
        &[(1, "0915"), (5, "0123"), (9, "I"), (27, "6181"), (32, "102"), (53, "231")],
        &[
            (1, "0920"),
            (5, "0010"),
            (9, "G"),
            (13, "102"),
            (16, dialed),
            (31, "26168"),
            (55, "231"),
        ],
    );
    check_layout(
        "unformatted",
        &[
            (1, "0915"),
            (5, "0123"),
            (9, "9"),
            (29, "6181"),
            (33, "2025550123"),
            (66, "123"),
            (75, " 102"),
        ],
        &[
            (1, "0920"),
            (5, "0010"),
            (9, "7"),
            (14, " 102"),
            (18, dialed),
            (38, "26168"),
            (69, "123"),
        ],
    );
}

#[test]
fn int_direct_has_its_own_date_and_two_columns_for_a_circuit() {
    let log =
        columns(&[(1, "040526"), (8, "0915"), (13, "0123"), (18, "9"), (41, "6181"), (74, "12")]);
    let read = read("layout = \"int-direct\"", &log);
    assert_eq!(local(&read.log.calls[0]).1.as_deref(), Some("2026-05-04 09:15:00"));
    let warned = |what: &str| read.audit.warnings.iter().any(|it| it.contains(what));
    assert!(warned("is not confirmed by the vendor's tables: 1"), "{:?}", read.audit.warnings);
}

#[track_caller]
fn check_outcome(
    ends: &str,
    who: (&str, &str),
    trunk: (&str, &str, &str),
    expected: (Direction, Outcome),
) {
    let layout = "layout = \"printer\"\nyear = 2026\ninside = [\"6xxx\", \"4999\"]\n\
        not_people = [\"6100\", \"62xx\"]\nvoicemail = [\"6900\"]\nqueues = [\"6250\"]";
    let read = read(layout, &format!("05 04\n{}", printer(ends, who, trunk)));
    let call = &read.log.calls[0];
    assert_eq!((call.direction, call.outcome), expected, "{ends} {who:?}");
}

#[test]
fn direction_and_outcome_follow_the_condition_and_the_trunks() {
    use Direction::{Inbound, Internal, Outbound, Unknown};
    let (incoming, outgoing, none) = (("", "001", ""), ("102", "", "002"), ("", "", ""));
    check_outcome("0915 0010 0", ("6181", "6182"), none, (Internal, Outcome::Answered));
    check_outcome("0915 0000 0", ("6181", "6182"), none, (Internal, Outcome::Unknown));
    check_outcome("0915 0010 1", ("", "102"), incoming, (Inbound, Outcome::Answered));
    check_outcome("0915 0010 1", ("12025550199", "4999"), outgoing, (Outbound, Outcome::Answered));
    check_outcome("0915 0010 6", ("12025550199", "4999"), outgoing, (Outbound, Outcome::Failed));
    check_outcome("0915 0010 7", ("12025550199", "6181"), outgoing, (Outbound, Outcome::Answered));
    check_outcome("0915 0000 7", ("12025550199", "6181"), outgoing, (Outbound, Outcome::Unknown));
    check_outcome("0915 0010 8", ("12025550199", "6181"), outgoing, (Outbound, Outcome::Answered));
    check_outcome("0915 0010 9", ("6181", "102"), incoming, (Inbound, Outcome::Answered));
    check_outcome("0915 0010 9", ("6100", "102"), incoming, (Inbound, Outcome::Unknown));
    check_outcome("0915 0010 9", ("6250", "102"), incoming, (Inbound, Outcome::Unknown));
    check_outcome("0915 0010 9", ("6900", "102"), incoming, (Inbound, Outcome::Voicemail));
    check_outcome("0915 0010 9", ("0", "102"), incoming, (Inbound, Outcome::Answered));
    check_outcome("0915 0010 9", ("7181", "102"), incoming, (Inbound, Outcome::Unknown));
    check_outcome(
        "0915 0010 9",
        ("6181", "102"),
        ("103", "001", "002"),
        (Inbound, Outcome::Unknown),
    );
    check_outcome("0915 0010 B", ("12025550199", "6181"), outgoing, (Outbound, Outcome::Answered));
    check_outcome("0915 0010 C", ("6181", "102"), incoming, (Inbound, Outcome::Answered));
    check_outcome("0915 0000 E", ("12025550199", "6181"), none, (Outbound, Outcome::Failed));
    check_outcome("0915 0000 F", ("12025550199", "6181"), none, (Outbound, Outcome::Failed));
    check_outcome("0915 0010 J", ("6181", "102"), incoming, (Inbound, Outcome::Unknown));
    check_outcome("0915 0010 T", ("6181", "6182"), none, (Internal, Outcome::Unknown));
    check_outcome("0915 0010 Z", ("6181", "77"), none, (Unknown, Outcome::Unknown));
}

#[test]
fn a_queue_of_the_layout_is_the_calls_queue() {
    let layout = "layout = \"printer\"\nyear = 2026\nqueues = [\"62xx\"]";
    let log = format!("05 04\n{}", printer("0915 0010 9", ("6250", "102"), ("", "001", "")));
    let read = read(layout, &log);
    assert_eq!(read.log.calls[0].queue.as_ref().map(QueueId::as_str), Some("6250"));
    assert!(!read.log.observed.waits);
}

#[test]
fn an_outage_is_skipped_and_no_call() {
    let log = format!(
        "05 04\n{}{}",
        printer("0915 0010 6", ("", ""), ("", "", "")),
        printer("0916 0010 9", ("6181", "102"), ("", "001", "")),
    );
    let read = read("layout = \"printer\"\nyear = 2026", &log);
    assert_eq!((read.log.calls.len(), read.audit.rows_skipped), (1, 1));
}

#[test]
fn bad_records_are_rejected_with_their_field() {
    let bad = |ends: &str| printer(ends, ("6181", "102"), ("", "001", ""));
    let long = format!("{:<83}1\n", bad("0915 0010 9").trim_end());
    let letters = printer("0915 0010 9", ("6181", "102"), ("", "0x1", ""));
    let lines = [
        bad("2460 0010 9"),
        bad("0915 00.0 9"),
        bad("0915 0660 9"),
        bad("0915x0010 9"),
        long,
        letters,
        "0915 0010\n".to_owned(),
        "0915 0010 9 \u{e9}\n".to_owned(),
        "13 45\n".to_owned(),
        bad("0917 0010 9"),
    ];
    let log = format!("05 04\n{}{}", bad("0915 0010 9"), lines.concat());
    let read = read("layout = \"printer\"\nyear = 2026", &log);
    let fields: Vec<_> = read.rejected.iter().map(|it| (it.line, it.field.as_ref())).collect();
    let expected = [
        (3, "time"),
        (4, "duration"),
        (5, "duration"),
        (6, ""),
        (7, ""),
        (8, "in-crt-id"),
        (9, ""),
        (10, ""),
        (11, "date record"),
        (12, ""),
    ];
    assert_eq!(fields, expected, "{:?}", read.rejected);
    let why = |at: usize| read.rejected[at].reason.to_string();
    assert_eq!(why(3), "a sign where the layout has a blank column");
    // After a date record that names no day nobody knows the day.
    assert_eq!(why(9), "no date record that names a day has come before this one");
}

#[test]
fn a_record_before_any_date_record_is_rejected() {
    let record = printer("0915 0010 9", ("6181", "102"), ("", "001", ""));
    let read = read("layout = \"printer\"\nyear = 2026", &format!("{record}05 04\n{record}"));
    assert_eq!(
        read.rejected[0].to_string(),
        "cdr.log:1: no date record that names a day has come before this one"
    );
    assert_eq!(read.log.calls.len(), 1);
}

#[test]
fn the_hour_that_comes_twice_is_told_by_the_ucid() {
    // 25 October 2026, 02:30 local: 00:30 UTC in summer time, 01:30 UTC in winter time.
    let of = |given_secs: i64| {
        let ucid = format!("0000100042{given_secs}");
        with_ucid("102526 0230 00300 9", "6181", "2025550123", &ucid)
    };
    let summer = chrono::DateTime::parse_from_rfc3339("2026-10-25T00:25:00Z").unwrap().timestamp();
    for (given_secs, start) in [(summer, "00:25:00"), (summer + 3_600, "01:25:00")] {
        let read = read(WITH_UCID, &of(given_secs));
        assert_eq!(read.log.calls[0].arrived_at.time().to_string(), start);
    }
    let without = with_ucid("102526 0230 00300 9", "6181", "2025550123", "");
    for (fold, start) in [(Fold::Earlier, "00:25:00"), (Fold::Later, "01:25:00")] {
        let site = site().fold(fold);
        let mut format = CommunicationManager::new(site).layout(WITH_UCID, "switch.toml").unwrap();
        let read = LogReader::new().read_bytes("a", without.as_bytes(), &mut format).unwrap();
        assert_eq!(read.log.calls[0].arrived_at.time().to_string(), start);
    }
}

#[test]
fn a_stamp_in_the_hour_that_spring_skips_is_rejected() {
    let gap = with_ucid("032926 0230 00300 9", "6181", "2025550123", "");
    let after = with_ucid("032926 0301 00300 9", "6181", "2025550123", "");
    let read = read(WITH_UCID, &format!("{gap}{after}"));
    assert_eq!(read.rejected[0].field, "time");
    assert!(read.rejected[0].reason.to_string().contains("does not exist in Europe/Copenhagen"));
    // One minute after the jump less five minutes is four minutes before it.
    assert_eq!(local(&read.log.calls[0]).0, "2026-03-29 01:56:00");
}

#[test]
fn records_of_one_ucid_are_one_call_and_say_so() {
    let ucid = "00001000421777878000"; // 2026-05-04T07:00:00Z
    let log = [
        with_ucid("050426 0900 00004 G", "6181", "2025550123", ucid),
        with_ucid("050426 0902 00120 9", "6181", "2025550123", ucid),
        with_ucid("050426 0905 00150 9", "6182", "2025550123", ucid),
        with_ucid("050426 0905 00030 9", "6183", "2025550124", "00001000431777878000"),
    ];
    let read = read(WITH_UCID, &log.concat());
    assert_eq!(read.log.calls.len(), 2);
    let call = &read.log.calls[0];
    assert_eq!(call.call_id.as_str(), "00001-00042-1777878000");
    assert_eq!((call.transfers(), secs(call, StageKind::Talk)), (1, Some(270)));
    assert_eq!(secs(call, StageKind::Ring), Some(4));
    let joins: Vec<_> = read.details.iter().filter(|it| it.table == "joins").collect();
    assert_eq!(joins.len(), 1);
    assert_eq!(joins[0].values, ["ucid", "transfer", "3", "001"]);
}

#[test]
fn circuits_are_turned_back_only_where_they_are_printed_so() {
    let log = format!("05 04\n{}", printer("0915 0010 9", ("6181", "102"), ("", "231", "")));
    for (ids, circuit) in [("inverted", "123"), ("modified", "231")] {
        let read =
            read(&format!("layout = \"printer\"\nyear = 2026\ncircuit_ids = \"{ids}\""), &log);
        assert_eq!(read.log.calls[0].call_id.as_str().split('~').nth(2), Some(circuit));
    }
}

#[test]
fn a_record_delivered_twice_counts_once_and_two_brief_calls_count_twice() {
    let minute = printer("0915 0010 9", ("6181", "102"), ("", "001", ""));
    let brief = printer("0915 0004 9", ("6182", "102"), ("", "002", ""));
    let log = format!("05 04\n{minute}{minute}{brief}{brief}");
    let read = read("layout = \"printer\"\nyear = 2026", &log);
    assert_eq!((read.log.calls.len(), read.audit.rows_skipped), (3, 1));
    assert_eq!(read.audit.skipped.keys().collect::<Vec<_>>(), ["duplicate of an earlier row"]);
}

#[test]
fn numbers_of_customers_show_nowhere() {
    let log = fixture("golden/logs/avaya-cm/capture/in/capture.raw");
    let text = String::from_utf8(log).unwrap();
    let mut format = format(CAPTURE);
    let bad = text.replace(" 9 ", " 9x");
    let log = format!("{text}{bad}");
    let read = LogReader::new().read_bytes("cdr.log", log.as_bytes(), &mut format).unwrap();
    assert!(!read.rejected.is_empty());
    let shown = format!("{read:?} {format:?}");
    for number in ["2025550101", "12025550177", "2025550123"] {
        assert!(!shown.contains(number), "{number}");
    }
}

#[test]
fn abandons_are_observable_only_where_ring_records_tell_of_them() {
    let answered = printer("0915 0010 9", ("6181", "102"), ("", "001", ""));
    let lost = printer("0916 0002 H", ("6181", "102"), ("", "001", ""));
    let layout = "layout = \"printer\"\nyear = 2026";
    let without = read(layout, &format!("05 04\n{answered}"));
    let with = read(layout, &format!("05 04\n{answered}{lost}"));
    assert!(!without.log.observed.abandons && with.log.observed.abandons);
    let observed = with.log.observed;
    assert_eq!((observed.waits, observed.agents, observed.customers), (false, true, false));
    assert_eq!(observed.precision, Precision::MINUTE);
    let call = &with.log.calls[1];
    assert_eq!(call.outcome, Outcome::Abandoned);
    assert_eq!(call.stages[0].end, StageEnd::Abandoned);
    assert_eq!(call.stages[0].duration(), Some(TimeDelta::seconds(12)));
}

#[test]
fn the_sample_switch_is_read_to_the_last_record() {
    let site = String::from_utf8(fixture("vendors/site.toml")).unwrap();
    let site: toml::Table = site.parse().unwrap();
    let layout = site["layout"]["avaya-cm"].as_table().unwrap().to_string();
    let log = fixture("vendors/avaya/cm_cdr.log");
    let mut format = format(&layout);
    assert!(format.recognizes(&FileStart { name: "cm_cdr.log", bytes: &log }));
    let read = LogReader::new().read_bytes("cm_cdr.log", &log, &mut format).unwrap();
    assert_eq!((format.date_marks(), read.audit.rows_used, read.audit.rows_read), (3, 61, 61));
    assert_eq!(read.log.calls.len(), 37);
    let on = |day: &str| read.log.calls.iter().filter(|it| local(it).0.starts_with(day)).count();
    assert_eq!(["2026-05-04", "2026-05-05", "2026-05-06"].map(on), [17, 13, 7]);
    let count = |outcome| read.log.calls.iter().filter(|it| it.outcome == outcome).count();
    assert!(count(Outcome::Answered) > 20 && count(Outcome::Abandoned) > 2);
    assert!(read.log.calls.iter().any(|it| it.transfers() == 1));
    assert!(read.log.calls.iter().any(|it| it.queue.is_some()));
}
