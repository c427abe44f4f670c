use std::io::{self, Read};

use flate2::Compression;
use flate2::write::GzEncoder;
use ringback_calllog::{
    CdrFormat, Framing, LogReader, Observed, Precision, Record, SourceId, Verdict, Zone,
};

use crate::shop::{HEADER, MAPPING, ROW, read, read_rows, rejected, try_read};

/// Keeps every record as it comes.
struct Keeper {
    framing: Framing,
    records: Vec<(u64, String)>,
}

impl CdrFormat for Keeper {
    fn source(&self) -> SourceId {
        "keeper".into()
    }

    fn framing(&self) -> Framing {
        self.framing
    }

    fn observed(&self) -> Observed {
        Observed {
            abandons: false,
            waits: false,
            agents: false,
            customers: false,
            zone: Zone::UTC,
            precision: Precision::SECOND,
        }
    }

    fn read(&mut self, record: Record<'_>) -> Verdict {
        self.records.push((record.place.line, record.text().into_owned()));
        Verdict::NotARow
    }
}

fn records(framing: Framing, bytes: &[u8]) -> Vec<(u64, String)> {
    let mut keeper = Keeper { framing, records: Vec::new() };
    // Nothing is used, which is an error of its own.
    let _ = LogReader::new().read_bytes("x", bytes, &mut keeper);
    keeper.records
}

#[track_caller]
fn check(framing: Framing, bytes: &[u8], expected: &[(u64, &str)]) {
    let expected: Vec<(u64, String)> =
        expected.iter().map(|(line, text)| (*line, (*text).to_owned())).collect();
    assert_eq!(records(framing, bytes), expected);
}

#[test]
fn a_record_is_a_line_whatever_ends_it() {
    check(Framing::Lines, b"one\ntwo\n", &[(1, "one"), (2, "two")]);
    check(Framing::Lines, b"one\r\ntwo\r\n", &[(1, "one"), (2, "two")]);
    check(Framing::Lines, b"one\n\n  \ntwo", &[(1, "one"), (4, "two")]);
    check(Framing::Lines, b"one\r\ntwo\r", &[(1, "one"), (2, "two")]);
    check(Framing::Lines, b"", &[]);
}

#[test]
fn marks_and_null_bytes_are_taken_out() {
    check(Framing::Lines, b"\xef\xbb\xbfone\ntwo", &[(1, "one"), (2, "two")]);
    check(Framing::Lines, b"o\0ne\0\r\0\nt\0wo\n", &[(1, "one"), (2, "two")]);
}

#[test]
fn utf_16_is_read_by_its_mark() {
    let text = "søs,1\r\nåse,2\n";
    let little: Vec<u8> =
        [0xfeff_u16].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> =
        [0xfeff_u16].into_iter().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
    check(Framing::Lines, &little, &[(1, "søs,1"), (2, "åse,2")]);
    check(Framing::Lines, &big, &[(1, "søs,1"), (2, "åse,2")]);
}

#[test]
fn utf_16_cut_at_an_odd_byte_keeps_what_came_before() {
    let little: Vec<u8> = "\u{feff}one\ntwo\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cut = &little[..little.len() - 3];
    check(Framing::Lines, cut, &[(1, "one"), (2, "tw\u{fffd}")]);
}

#[test]
fn text_that_is_not_utf_8_stays_readable() {
    check(Framing::Lines, b"K\xf8benhavn\n\x80 5\n", &[(1, "København"), (2, "€ 5")]);
}

#[test]
fn a_line_end_between_quotes_belongs_to_the_record() {
    let quoted = Framing::QuotedLines;
    check(quoted, b"a,\"b\nc\"\nd\n", &[(1, "a,\"b\nc\""), (3, "d")]);
    check(quoted, b"a,\"b\r\n\r\nc\"\r\nd", &[(1, "a,\"b\r\n\r\nc\""), (4, "d")]);
    check(quoted, b"a,\"\"\"\n\"\nb\n", &[(1, "a,\"\"\"\n\""), (3, "b")]);
}

#[test]
fn records_of_a_fixed_length_are_counted_from_one() {
    let fixed = Framing::Fixed { header_len: 0, record_len: 3 };
    check(fixed, b"abc\n\0f", &[(1, "abc"), (2, "\n\0f")]);
    check(fixed, b"abcde", &[(1, "abc")]);
    check(Framing::Fixed { header_len: 0, record_len: 0 }, b"ab", &[(1, "a"), (2, "b")]);
}

#[test]
fn a_missing_last_line_end_loses_nothing_and_is_said() {
    let read = read_rows(ROW.trim_end());
    assert_eq!(read.log.calls.len(), 1);
    assert!(read.audit.files[0].is_unterminated);
    let warning = "calls.csv: no line end after the last line; the file may be unfinished";
    assert!(read.audit.warnings.iter().any(|it| it == warning), "{:?}", read.audit.warnings);
}

#[test]
fn null_bytes_are_said() {
    let read = read_rows(ROW.replace("ok", "o\0k"));
    assert_eq!((read.audit.rows_used, read.audit.files[0].nul_lines), (1, 1));
    assert!(
        read.audit.warnings.iter().any(|it| it == "calls.csv: NUL bytes taken out of 1 line(s)")
    );
}

#[test]
fn an_unclosed_quote_loses_only_its_line() {
    let rows = format!(
        "7,\"oops,2026-05-04 08:00:00,2026-05-04 08:00:30,ok\n{ROW}{}",
        ROW.replacen('1', "2", 1)
    );
    let read = read_rows(rows);
    assert_eq!(read.audit.rows_used, 2);
    assert_eq!(rejected(&read), ["calls.csv:2: a quote is opened and not closed within 64 lines"]);
}

#[test]
fn a_stray_quote_that_another_closes_loses_only_the_two_lines() {
    let good = |id: u32| ROW.replacen('1', &id.to_string(), 1);
    let stray = |id: u32| good(id).replace(",,", ",5\",");
    let rows: String = [stray(1), good(2), good(3), stray(4), good(5)].concat();
    let read = read_rows(rows);
    assert_eq!((read.audit.rows_read, read.audit.rows_used), (5, 3));
    let lines: Vec<u64> = read.rejected.iter().map(|it| it.line).collect();
    assert_eq!(lines, [2, 5]);
}

#[test]
fn a_quoted_field_may_hold_delimiters_quotes_and_line_ends() {
    let mapping = MAPPING.replace("[time]", "queue = \"queue\"\n[time]");
    let log = "id,caller,in,out,result,queue\n\
        1,,2026-05-04 09:00:00,2026-05-04 09:00:30,ok,\"a, \"\"b\"\"\nc\"\n\
        2,,2026-05-04 09:00:00,2026-05-04 09:00:30,ok,d\n";
    let read = read(&mapping, log);
    let queues: Vec<&str> =
        read.log.calls.iter().map(|it| it.queue.as_ref().expect("a queue").as_str()).collect();
    assert_eq!(queues, ["a, \"b\"\nc", "d"]);
}

#[test]
fn a_lone_carriage_return_hides_no_row() {
    let read = read_rows(format!("{ROW}{}", "2,,a\rb,\"c\",ok\n"));
    assert_eq!((read.audit.rows_used, read.audit.rows_rejected), (1, 1));
}

/// Gives a header, then a line of one gigabyte, then a row, without holding any of it.
struct LongLine {
    left: u64,
    after: &'static [u8],
}

impl Read for LongLine {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return self.after.read(buffer);
        }
        let len = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        buffer[..len].fill(b'x');
        self.left -= len as u64;
        Ok(len)
    }
}

#[test]
fn a_line_of_a_gigabyte_is_one_rejected_row() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("calls.csv.gz");
    let mut packed =
        GzEncoder::new(std::fs::File::create(&path).expect("a file"), Compression::fast());
    io::copy(&mut HEADER.as_bytes(), &mut packed).expect("written");
    let mut line = LongLine { left: 1 << 30, after: b"\n" };
    io::copy(&mut line, &mut packed).expect("written");
    io::copy(&mut ROW.as_bytes(), &mut packed).expect("written");
    packed.finish().expect("written");
    let mut format = crate::shop::format(MAPPING).expect("a mapping");
    let read = LogReader::new().read(&[path], &mut format).expect("read");
    assert_eq!(read.audit.rows_used, 1);
    assert_eq!(read.rejected[0].line, 2);
    assert!(rejected(&read)[0].ends_with(":2: a line of more than 1048576 bytes"));
}

#[test]
fn a_long_line_at_the_end_and_lines_at_the_limit() {
    let limit = 1 << 20;
    let long = format!("{HEADER}{ROW}{}", "x".repeat(3 * limit));
    let read = read(MAPPING, long);
    assert_eq!((read.audit.rows_used, read.audit.rows_rejected), (1, 1));
    let just = "y".repeat(limit);
    let over = "y".repeat(limit + 1);
    let read = read_rows(format!("{ROW}{just}\n{over}\n"));
    let texts = rejected(&read);
    assert_eq!(texts[0], "calls.csv:3: 1 fields, expected 5");
    assert_eq!(texts[1], "calls.csv:4: a line of more than 1048576 bytes");
}

#[test]
fn a_log_without_rows_is_an_error_that_says_so() {
    for log in ["", "\n\n", HEADER, "\u{feff}"] {
        let error = try_read(MAPPING, log).expect_err("no rows");
        let expected = "no row of 1 file(s) could be used (0 rows read); first: calls.csv: no rows in the file";
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn nul_bytes_after_the_last_line_end_are_no_unfinished_line() {
    let read = read_rows(format!("{ROW}\0\0\0"));
    assert!(!read.audit.files[0].is_unterminated);
    let read = read_rows(ROW.trim_end());
    assert!(read.audit.files[0].is_unterminated);
}
