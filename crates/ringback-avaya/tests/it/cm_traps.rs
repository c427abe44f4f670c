//! The traps of Communication Manager's records, each as a case.

use std::io::Write as _;

use ringback_avaya::CommunicationManager;
use ringback_calllog::{
    AgentId, Call, Direction, LogReader, LogStream, Outcome, Precision, ReadObserver, StageKind,
};

use super::cm::{CAPTURE, WITH_UCID, fixture, format, local, printer, read, secs, with_ucid};

const PRINTER: &str = "layout = \"printer\"\nyear = 2026\n";

#[derive(Default)]
struct Heard {
    calls: Vec<Call>,
    rejected: usize,
}

impl ReadObserver for Heard {
    fn rejected(&mut self, _row: ringback_calllog::RejectedRow) {
        self.rejected += 1;
    }
    fn call(&mut self, call: Call) {
        self.calls.push(call);
    }
}

#[test]
fn trap_01_nul_and_date_record() {
    let bytes = fixture("golden/logs/avaya-cm/capture/in/capture.raw");
    assert!(bytes.starts_with(b"15:04 01/14\r\n\0\0\0"), "the look-alike has what it is made for");
    let mut whole = format(CAPTURE);
    let expected = LogReader::new().read_bytes("capture.raw", &bytes, &mut whole).unwrap();
    assert_eq!(whole.date_marks(), 1);
    assert_eq!((expected.audit.rows_used, expected.rejected.len()), (14, 0));
    assert_eq!(expected.log.calls.len(), 12);
    for piece_len in [bytes.len(), 7, 1] {
        let mut stream = LogStream::new(&LogReader::new(), "feed", format(CAPTURE)).unwrap();
        let mut heard = Heard::default();
        for piece in bytes.chunks(piece_len) {
            stream.push(piece, &mut heard).unwrap();
        }
        let audit = stream.finish(&mut heard).unwrap();
        assert_eq!((audit.rows_read, audit.rows_used), (14, 14), "pieces of {piece_len}");
        assert_eq!(heard.rejected, 0);
        assert_eq!(heard.calls, expected.log.calls, "pieces of {piece_len}");
    }
}

#[test]
fn trap_02_end_time() {
    let bytes = fixture("golden/logs/avaya-cm/capture/in/capture.raw");
    let read = LogReader::new().read_bytes("capture.raw", &bytes, &mut format(CAPTURE)).unwrap();
    let call = read.log.calls.iter().find(|it| secs(it, StageKind::Talk) == Some(1_033)).unwrap();
    let times = ("2016-01-14 14:54:47".to_owned(), Some("2016-01-14 15:12:00".to_owned()));
    assert_eq!(local(call), times);
    assert_eq!(call.precision, Precision::MINUTE);
}

#[test]
fn trap_03_midnight_and_year() {
    let log = format!(
        "12 31\n{}{}01 01\n{}",
        printer("0002 0050 9", ("6181", "102"), ("", "001", "")),
        printer("2330 0050 9", ("6181", "102"), ("", "001", "")),
        printer("0003 0050 9", ("6182", "102"), ("", "002", "")),
    );
    let starts: Vec<_> = read(PRINTER, &log).log.calls.iter().map(|it| local(it).0).collect();
    assert_eq!(starts, ["2026-12-30 23:57:00", "2026-12-31 23:25:00", "2026-12-31 23:58:00"]);
    let last = &read(PRINTER, &log).log.calls[2];
    assert_eq!(local(last).1.as_deref(), Some("2027-01-01 00:03:00"));
    let april =
        format!("11:00 03/04\n{}", printer("1200 0050 9", ("6181", "102"), ("", "001", "")));
    let order = format!("{PRINTER}date_order = \"day/month\"");
    assert_eq!(local(&read(&order, &april).log.calls[0]).0, "2026-04-03 11:55:00");
    assert_eq!(local(&read(PRINTER, &april).log.calls[0]).0, "2026-03-04 11:55:00");
}

#[test]
fn trap_03_the_year_goes_on_over_files_and_a_late_date_record_is_told_of() {
    let folder = tempfile();
    let late = format!(
        "12 31\n{}{}",
        printer("2359 0050 9", ("6181", "102"), ("", "001", "")),
        printer("0001 0010 9", ("6182", "102"), ("", "002", "")),
    );
    let next = format!("01 01\n{}", printer("1200 0050 9", ("6181", "102"), ("", "001", "")));
    for (name, text) in [("a.log", late), ("b.log", next)] {
        let mut file = std::fs::File::create(folder.join(name)).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }
    let read = LogReader::new().read(std::slice::from_ref(&folder), &mut format(PRINTER)).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(local(read.log.calls.last().unwrap()).0, "2027-01-01 11:55:00");
    let told = "records from after midnight that came before the date record of their day: 1";
    assert!(read.audit.warnings.iter().any(|it| it == told), "{:?}", read.audit.warnings);
}

fn tempfile() -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("ringback-avaya-cm-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn trap_04_tenths() {
    let log = format!("05 04\n{}", printer("0915 0123 9", ("6181", "102"), ("", "001", "")));
    assert_eq!(secs(&read(PRINTER, &log).log.calls[0], StageKind::Talk), Some(738));
    let seconds = with_ucid("050426 0915 00083 9", "6181", "2025550123", "");
    assert_eq!(secs(&read(WITH_UCID, &seconds).log.calls[0], StageKind::Talk), Some(83));
}

#[test]
fn trap_05_9999() {
    let log = format!("05 04\n{}", printer("0915 9999 9", ("6181", "102"), ("", "001", "")));
    let read = read(PRINTER, &log);
    let call = &read.log.calls[0];
    assert_eq!((call.time_in(StageKind::Talk), call.ended_at), (None, None));
    assert_eq!(call.outcome, Outcome::Answered);
    let told = "durations not known, the clock was changed during the call: 1";
    assert!(read.audit.warnings.iter().any(|it| it == told), "{:?}", read.audit.warnings);
}

#[test]
fn trap_06_g_and_9() {
    let bytes = fixture("golden/logs/avaya-cm/capture/in/capture.raw");
    let read_log =
        LogReader::new().read_bytes("capture.raw", &bytes, &mut format(CAPTURE)).unwrap();
    let calls = &read_log.log.calls;
    assert_eq!(calls.len(), 12);
    let rung: Vec<_> = calls.iter().filter(|it| secs(it, StageKind::Ring).is_some()).collect();
    let told: Vec<_> =
        rung.iter().map(|it| (secs(it, StageKind::Ring), secs(it, StageKind::Talk))).collect();
    assert_eq!(told, [(Some(2), Some(41)), (Some(2), Some(40))]);
    assert!(rung.iter().all(|it| it.customer.is_some() && it.outcome == Outcome::Answered));
    assert!(rung.iter().all(|it| it.intent.as_ref().is_some_and(|it| it.as_str() == "6100")));

    let lost = format!(
        "05 04\n{}{}",
        printer("0915 0002 H", ("6181", "102"), ("", "001", "")),
        printer("0917 0000 I", ("6182", "102"), ("", "002", "")),
    );
    let read = read(PRINTER, &lost);
    let [lost, busy] = &read.log.calls[..] else { panic!("{:?}", read.log.calls) };
    assert_eq!((lost.direction, lost.outcome), (Direction::Inbound, Outcome::Abandoned));
    assert_eq!(secs(lost, StageKind::Ring), Some(12));
    assert_eq!((busy.direction, busy.outcome), (Direction::Inbound, Outcome::Busy));
    assert_eq!(busy.ended_at, Some(busy.arrived_at));
}

/// What a record with a letter is read as: direction, outcome, and the condition that the details keep.
#[track_caller]
fn check_letter(
    conditions: &str,
    letter: char,
    trunk: (&str, &str, &str),
    expected: (Direction, Outcome, &str),
) {
    let (dialed, calling) =
        if trunk.1.is_empty() { ("12025550199", "6181") } else { ("6181", "102") };
    let layout = format!("{PRINTER}conditions = \"{conditions}\"");
    let record = printer(&format!("0915 0010 {letter}"), (dialed, calling), trunk);
    let read = read(&layout, &format!("05 04\n{record}"));
    let call = &read.log.calls[0];
    let kept = read.details.first().map(|it| it.values.join(" ")).unwrap_or_default();
    assert_eq!((call.direction, call.outcome, kept.as_str()), expected, "{letter}");
}

#[test]
fn trap_07_code_by_format() {
    let (incoming, outgoing) = (("", "001", ""), ("102", "", "002"));
    check_letter("standard", 'A', outgoing, (Direction::Outbound, Outcome::Answered, ""));
    check_letter("59-char", 'A', incoming, (Direction::Inbound, Outcome::Answered, "1 attendant"));
    check_letter("59-char", 'G', outgoing, (Direction::Outbound, Outcome::Answered, ""));
    check_letter("standard", 'Q', incoming, (Direction::Inbound, Outcome::Unknown, "Q unknown"));
    let ring = format!("05 04\n{}", printer("0915 0001 G", ("6181", "102"), ("", "001", "")));
    let read = read(PRINTER, &ring);
    assert_eq!(read.log.calls[0].stages[0].kind, StageKind::Ring);
    let told = "ring records without the record of their call: 1";
    assert!(read.audit.warnings.iter().any(|it| it == told), "{:?}", read.audit.warnings);
}

#[test]
fn trap_08_ten_hour_call() {
    let record = |ends: &str| printer(ends, ("6181", "102"), ("", "001", ""));
    let log = ["05 04\n", &record("1000 9599 4"), &record("2000 9599 4"), &record("2200 2000 9")];
    let read = read(PRINTER, &log.concat());
    let [call] = &read.log.calls[..] else { panic!("{:?}", read.log.calls) };
    assert_eq!(secs(call, StageKind::Talk), Some(2 * 35_994 + 7_200));
    assert_eq!(call.transfers(), 0);
    assert_eq!(call.stages.len(), 1);
    assert_eq!(local(call).1.as_deref(), Some("2026-05-04 22:00:00"));
    assert_eq!(read.details[0].values, ["heuristic", "ten-hour record", "3", "100"]);
    // A call of the next day on the same circuit goes on from none of them.
    let log = ["05 04\n", &record("1000 9599 4"), "05 05\n", &record("2200 2000 9")];
    assert_eq!(self::read(PRINTER, &log.concat()).log.calls.len(), 2);
}

/// A record of int-isdn with its line feed.
fn int_isdn(ends: &str, dialed: &str, circuit: &str) -> String {
    let first = format!("{ends}           {dialed:>15} {:>10} {:>15} {:>7} ", "2025550123", "", "");
    let second = format!(" 0 {circuit}     0     102 ");
    assert_eq!(first.len(), 73);
    format!("{first}\n{second:<57}\r\n\0\0\0")
}

#[test]
fn trap_09_line_feed_inside_int_isdn() {
    let layout = "layout = \"int-isdn\"\nyear = 2026";
    let log = format!(
        "0504\r\n\0\0\0{}{}",
        int_isdn("0915 0123 9", "6181", "001"),
        int_isdn("0916 0010 9", "6182", "002"),
    );
    let whole = read(layout, &log);
    assert_eq!((whole.audit.rows_read, whole.log.calls.len()), (2, 2), "{:?}", whole.rejected);
    let call = &whole.log.calls[0];
    assert_eq!(call.call_id.as_str(), "20260504T0715Z~9~001~6181~738");
    assert!(call.customer.is_some());

    // The second half never comes: the place of the first is rejected.
    let first_only = log.lines().take(2).chain(log.lines().skip(3)).collect::<Vec<_>>().join("\n");
    let cut = read(layout, &first_only);
    assert_eq!((cut.audit.rows_read, cut.log.calls.len()), (2, 1));
    let why = "cdr.log:2: the first line of a record without its second";
    assert_eq!(cut.rejected[0].to_string(), why);
    // A second half of blanks is passed over as a blank line, and is one all the same.
    let blank = log.replace(" 0 001     0     102", &" ".repeat(20));
    let read = read(layout, &blank);
    assert_eq!((read.log.calls.len(), read.rejected.len()), (2, 0), "{:?}", read.rejected);
}

#[test]
fn trap_10_splitting_transfer() {
    let log = format!(
        "05 04\n{}{}",
        printer("0901 0010 9", ("6181", "102"), ("", "001", "")),
        printer("0903 0020 9", ("6182", "102"), ("", "001", "")),
    );
    let split = format!("{PRINTER}split = true");
    let read_log = read(&split, &log);
    let [call] = &read_log.log.calls[..] else { panic!("{:?}", read_log.log.calls) };
    assert_eq!((call.transfers(), secs(call, StageKind::Talk)), (1, Some(180)));
    assert_eq!((call.ended_at.unwrap() - call.arrived_at).num_seconds(), 180);
    assert_eq!(call.agent().map(AgentId::as_str), Some("6181"));
    assert_eq!(read_log.details[0].values, ["heuristic", "transfer", "2", "100"]);
    // Without splitting, two records of a circuit are two calls.
    assert_eq!(read(PRINTER, &log).log.calls.len(), 2);
    // The same party twice is a caller who calls again; another circuit is another call.
    let again = log.replace("6182", "6181");
    assert_eq!(read(&split, &again).log.calls.len(), 2);
}

#[test]
fn trap_10_splitting_conference() {
    let log = format!(
        "05 04\n{}{}",
        printer("0910 0100 9", ("6181", "102"), ("", "001", "")),
        printer("0912 0050 9", ("6182", "102"), ("", "001", "")),
    );
    let read = read(&format!("{PRINTER}split = true"), &log);
    let [call] = &read.log.calls[..] else { panic!("{:?}", read.log.calls) };
    assert_eq!(
        local(call),
        ("2026-05-04 09:00:00".to_owned(), Some("2026-05-04 09:12:00".to_owned()))
    );
    assert_eq!(call.transfers(), 0);
    assert_eq!(read.details[0].values, ["heuristic", "conference", "2", "100"]);
}

#[test]
fn trap_10_a_part_that_rang_by_itself_is_a_call_by_itself() {
    let log = format!(
        "05 04\n{}{}{}",
        printer("0901 0010 9", ("6181", "102"), ("", "001", "")),
        printer("0902 0001 G", ("6182", "102"), ("", "001", "")),
        printer("0904 0020 9", ("6182", "102"), ("", "001", "")),
    );
    let read = read(&format!("{PRINTER}split = true"), &log);
    assert_eq!(read.log.calls.len(), 2, "{:?}", read.log.calls);
}

#[test]
fn trap_port_scanner_text_is_rejected_and_not_stored() {
    let record = printer("0901 0010 9", ("6181", "102"), ("", "001", ""));
    let log = format!("05 04\nGET /index.htm HTTP/1.1\r\nHost: 192.0.2.1\r\n\r\n{record}");
    let read = read(PRINTER, &log);
    assert_eq!((read.rejected.len(), read.log.calls.len()), (2, 1));
    let shown = format!("{:?} {:?} {:?}", read.rejected, read.audit, read.log);
    assert!(!shown.contains("index") && !shown.contains("192.0"), "{shown}");
}

#[test]
fn a_format_can_be_shared_between_threads() {
    fn check<T: Send + Sync>() {}
    check::<CommunicationManager>();
}
