//! What a format is shown of how a file begins.

use std::borrow::Cow;
use std::fmt::Write as _;

use ringback_calllog::*;

/// Keeps what it was shown.
#[derive(Default)]
struct Shown {
    lines: Vec<String>,
    len: usize,
}

impl CdrFormat for Shown {
    fn source(&self) -> SourceId {
        "shown".into()
    }

    fn begin_file(&mut self, file: &FileStart<'_>) -> Result<(), SkipReason> {
        self.lines = file.lines().map(Cow::into_owned).collect();
        self.len = file.bytes.len();
        Ok(())
    }

    fn framing(&self) -> Framing {
        Framing::Lines
    }

    fn observed(&self) -> Observed {
        let (zone, precision) = (Zone::UTC, Precision::SECOND);
        Observed { abandons: true, waits: true, agents: true, customers: true, zone, precision }
    }

    fn read(&mut self, record: Record<'_>) -> Verdict {
        Verdict::Used(Leg::whole(
            LegId::new(record.place.line.to_string()),
            chrono::DateTime::UNIX_EPOCH,
            Outcome::Answered,
        ))
    }
}

fn shown(bytes: &[u8]) -> Shown {
    let mut shown = Shown::default();
    LogReader::new().read_bytes("calls.log", bytes, &mut shown).expect("a log");
    assert!(shown.len <= FileStart::MOST_BYTES, "{} bytes", shown.len);
    shown
}

#[track_caller]
fn check(bytes: &[u8], expected: &[&str]) {
    assert_eq!(shown(bytes).lines, expected);
}

/// UTF-16 with its mark.
fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    units.flat_map(bytes).collect()
}

/// A log of more than is looked at, with a whole line's length that divides neither that nor half of it.
fn long(line: &str) -> String {
    let mut text = String::new();
    for number in 0..FileStart::MOST_BYTES / line.len() * 2 {
        writeln!(text, "{number:06},{line}").expect("room");
    }
    text
}

#[test]
fn a_last_line_that_is_cut_off_is_not_shown_whatever_the_encoding() {
    for line in ["calls and more calls", "opkald på kø", "電話の記録です"] {
        let text = long(line);
        let of_all = [
            text.clone().into_bytes(),
            ["\u{feff}", &text].concat().into_bytes(),
            utf16(&text, u16::to_le_bytes),
            utf16(&text, u16::to_be_bytes),
        ];
        for bytes in of_all {
            let lines = shown(&bytes).lines;
            assert!(lines.len() > 500, "{}", lines.len());
            assert!(text.starts_with(&(lines.join("\n") + "\n")), "{:?}", lines.last());
        }
    }
}

#[test]
fn a_last_line_without_an_end_is_shown_where_the_file_ends_there() {
    check(b"one\ntwo", &["one", "two"]);
    check(b"\xef\xbb\xbfone\ntwo", &["one", "two"]);
    check(&utf16("one\ntwo", u16::to_le_bytes), &["one", "two"]);
}

#[test]
fn a_line_longer_than_what_is_looked_at_is_shown_to_a_whole_letter() {
    // Wherever the cut is within a letter of three bytes.
    for before in ["", "x", "xx"] {
        let text = before.to_owned() + &"電".repeat(FileStart::MOST_BYTES);
        let of_all = [
            text.clone().into_bytes(),
            ["\u{feff}", &text].concat().into_bytes(),
            utf16(&text, u16::to_le_bytes),
        ];
        for bytes in of_all {
            let lines = shown(&bytes).lines;
            assert_eq!(lines.len(), 1);
            assert!(lines[0].len() > FileStart::MOST_BYTES - 6 && text.starts_with(&lines[0]));
        }
    }
}

#[test]
fn lines_keep_the_blanks_and_tabs_at_their_end() {
    check(b"a\tb\t\t\r\nc  \n \t\r\n\r\nd\r\r\n", &["a\tb\t\t", "c  ", "d\r"]);
}

#[test]
fn nul_bytes_are_taken_out_of_lines_as_they_are_of_records() {
    check(b"a\0b\0\r\0\nc\0\n\0\0\nd", &["ab", "c", "d"]);
}

#[test]
fn what_is_no_utf_8_is_read_as_windows_1252() {
    check(b"caf\xe9\n", &["caf\u{e9}"]);
}
