//! Cutting a stream of bytes into records, whatever the stream holds.

use std::io::{self, Read};

use encoding_rs::{Decoder, UTF_16BE, UTF_16LE};

/// Bytes that one record may have. A longer line is rejected and passed over without being kept.
pub(crate) const MAX_RECORD_LEN: usize = 1 << 20;

/// Lines that one quoted record may take.
pub(crate) const MAX_QUOTED_LINES: usize = 64;

const CHUNK: usize = 1 << 17;

/// The byte-order mark of UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// A record's extent and how it was cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// The record is in `record()`.
    Record,
    /// The record went past [`MAX_RECORD_LEN`] and was dropped.
    TooLong,
    /// The stream ended within a record of fixed length, or broke off: what there is, is in `record()`.
    BrokenOff,
    /// A quote was opened and not closed within [`MAX_QUOTED_LINES`]; its first line is in `record()`.
    OpenQuote,
}

/// Cuts lines (or records of a fixed length) out of a reader.
#[expect(clippy::struct_excessive_bools, reason = "facts that do not hang together")]
pub(crate) struct Cutter<'a> {
    bytes: Utf8Bytes<'a>,
    buffer: Vec<u8>,
    /// What of the buffer is not cut yet.
    start: usize,
    /// Where the search for the next line end goes on.
    searched: usize,
    record: std::ops::Range<usize>,
    /// The record without its NUL bytes, where it had any.
    cleaned: Vec<u8>,
    /// Where the first NUL byte of the buffer is, or its end: few logs have any, and looking for them in each record would
    /// take longer.
    nul: usize,
    is_cleaned: bool,
    /// Lines of the last record.
    lines: usize,
    line: u64,
    next_line: u64,
    has_ended: bool,
    /// Why the stream broke off, if it did.
    broken: Option<io::Error>,
    is_text: bool,
    /// What was seen of a quoted record of several lines that has no end yet.
    open: Option<OpenRecord>,
    /// The rest of a line that was too long is to be passed over.
    skips_line: bool,
    /// Lines that held NUL bytes.
    pub nul_lines: u64,
    /// The last line had no line end.
    pub is_unterminated: bool,
}

/// How far a search for the end of a quoted record has come.
#[derive(Clone, Copy, Default)]
struct OpenRecord {
    len: usize,
    quotes: usize,
    lines: usize,
}

impl Cutter<'static> {
    /// A cutter that is fed piece by piece: it gives no record that may go on, until it is told of the end.
    pub(crate) fn fed(is_text: bool) -> Self {
        Self::over(None, is_text)
    }

    /// Takes the next bytes. Text must be UTF-8 or Windows-1252.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        if self.start > CHUNK || self.start == self.buffer.len() {
            self.drop_cut();
        }
        let from = self.buffer.len();
        self.buffer.extend_from_slice(bytes);
        self.look_for_nul(from);
    }

    /// No more bytes will come.
    pub(crate) fn end(&mut self) {
        self.has_ended = true;
    }
}

impl<'a> Cutter<'a> {
    pub(crate) fn new(source: &'a mut dyn Read, is_text: bool) -> Self {
        Self::over(Some(source), is_text)
    }

    fn over(source: Option<&'a mut dyn Read>, is_text: bool) -> Self {
        let bytes = Utf8Bytes {
            source,
            decoder: None,
            is_first: is_text,
            packed: Vec::new(),
            failed: None,
        };
        Self {
            bytes,
            buffer: Vec::new(),
            start: 0,
            searched: 0,
            record: 0..0,
            cleaned: Vec::new(),
            nul: 0,
            is_cleaned: false,
            lines: 1,
            line: 0,
            next_line: 1,
            has_ended: false,
            broken: None,
            is_text,
            open: None,
            skips_line: false,
            nul_lines: 0,
            is_unterminated: false,
        }
    }

    /// The bytes of the last record, without its line end.
    pub(crate) fn record(&self) -> &[u8] {
        if self.is_cleaned { &self.cleaned } else { &self.buffer[self.record.clone()] }
    }

    /// The line (or record) on which the last record begins, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// Why the stream broke off, if it did.
    pub(crate) fn take_broken(&mut self) -> Option<io::Error> {
        self.broken.take()
    }

    /// Whether the records are lines of text.
    pub(crate) fn is_text(&self) -> bool {
        self.is_text
    }

    /// Whether more bytes may come that are not there yet.
    fn waits(&self) -> bool {
        self.bytes.source.is_none() && !self.has_ended
    }

    /// Forgets the bytes that were cut.
    fn drop_cut(&mut self) {
        self.buffer.drain(..self.start);
        self.searched -= self.start;
        if self.nul < self.start {
            self.nul = self.find_nul(0);
        } else {
            self.nul -= self.start;
        }
        self.start = 0;
        self.record = 0..0;
    }

    fn find_nul(&self, from: usize) -> usize {
        memchr::memchr(0, &self.buffer[from..]).map_or(self.buffer.len(), |at| from + at)
    }

    /// Looks for a NUL byte in what has come, where there is none before it.
    fn look_for_nul(&mut self, from: usize) {
        if self.nul >= from {
            self.nul = self.find_nul(from);
        }
    }

    /// Passes over bytes before the first record.
    pub(crate) fn pass(&mut self, len: usize) {
        while self.buffer.len() - self.start < len && self.fill() {}
        self.start = (self.start + len).min(self.buffer.len());
        self.searched = self.start;
    }

    /// Reads more; says whether anything came.
    fn fill(&mut self) -> bool {
        if self.has_ended || self.waits() {
            return false;
        }
        self.drop_cut();
        let from = self.buffer.len();
        let read = self.bytes.read_into(&mut self.buffer);
        self.look_for_nul(from);
        match read {
            Ok(0) => self.has_ended = true,
            Ok(_) => return true,
            Err(error) => {
                self.has_ended = true;
                self.broken = Some(error);
            }
        }
        false
    }

    /// The end of the line that begins at `start`: the place of its line feed, or `None` at the stream's end.
    fn find_line_end(&mut self) -> Option<usize> {
        loop {
            if let Some(at) = memchr::memchr(b'\n', &self.buffer[self.searched..]) {
                return Some(self.searched + at);
            }
            self.searched = self.buffer.len();
            if self.searched - self.start > MAX_RECORD_LEN || !self.fill() {
                return None;
            }
        }
    }

    /// Cuts the next line; `None` at the end.
    pub(crate) fn next_line(&mut self) -> Option<Cut> {
        if self.skips_line && !self.skip_to_line_end() {
            return None;
        }
        self.line = self.next_line;
        self.lines = 1;
        let cut = if let Some(end) = self.find_line_end() {
            self.record = self.start..end;
            self.start = end + 1;
            if self.record.len() > MAX_RECORD_LEN { Cut::TooLong } else { Cut::Record }
        } else if self.searched - self.start > MAX_RECORD_LEN {
            self.skip_long_line();
            Cut::TooLong
        } else {
            if self.start == self.buffer.len() || self.waits() {
                return None;
            }
            self.record = self.start..self.buffer.len();
            self.start = self.buffer.len();
            // NUL bytes alone are the end of the line before, not the start of another.
            self.is_unterminated = self.buffer[self.record.clone()].iter().any(|it| *it != 0);
            if self.broken.is_some() { Cut::BrokenOff } else { Cut::Record }
        };
        self.searched = self.start;
        self.next_line += 1;
        self.tidy_record();
        Some(cut)
    }

    /// Passes over the rest of a line without keeping it.
    fn skip_long_line(&mut self) {
        self.skips_line = true;
        self.start = self.buffer.len();
        self.skip_to_line_end();
        self.record = self.start..self.start;
    }

    /// Passes over what is left of a line that was too long; whether its end was there.
    fn skip_to_line_end(&mut self) -> bool {
        loop {
            let end = memchr::memchr(b'\n', &self.buffer[self.start..]);
            self.start = end.map_or(self.buffer.len(), |at| self.start + at + 1);
            self.searched = self.start;
            if end.is_some() {
                self.skips_line = false;
                return true;
            }
            if !self.fill() {
                return false;
            }
        }
    }

    /// Takes out a carriage return at the end and NUL bytes anywhere; the buffer stays as it is, for
    /// [`first_line_only`](Self::first_line_only).
    fn tidy_record(&mut self) {
        if self.line == 1 && self.is_text && self.buffer[self.record.clone()].starts_with(BOM) {
            self.record.start += BOM.len();
        }
        if self.nul < self.record.start {
            self.nul = self.find_nul(self.record.start);
        }
        let bytes = &self.buffer[self.record.clone()];
        self.is_cleaned = self.nul < self.record.end;
        if self.is_cleaned {
            self.nul_lines += 1;
            self.cleaned.clear();
            self.cleaned.extend(bytes.iter().filter(|byte| **byte != 0));
            if self.cleaned.last() == Some(&b'\r') {
                self.cleaned.pop();
            }
        } else if bytes.last() == Some(&b'\r') {
            self.record.end -= 1;
        }
    }

    /// Whether the last record has several lines.
    pub(crate) fn has_several_lines(&self) -> bool {
        self.lines > 1
    }

    /// Goes back to the end of the first line of the last record: its quotes turned out to hold nothing together.
    pub(crate) fn first_line_only(&mut self) -> Option<Cut> {
        self.nul_lines -= u64::from(self.is_cleaned);
        self.start = self.record.start;
        self.searched = self.start;
        self.next_line = self.line;
        self.next_line().map(|_| Cut::OpenQuote)
    }

    /// Cuts the next record of a text in which a quoted field may hold line ends; `None` at the end.
    ///
    /// A quote that is not closed within the limits is a stray one: only its own line is lost.
    pub(crate) fn next_quoted(&mut self, quote: u8) -> Option<Cut> {
        if self.skips_line && !self.skip_to_line_end() {
            return None;
        }
        let mut open = self.open.take().unwrap_or_default();
        while open.lines < MAX_QUOTED_LINES {
            self.searched = self.searched.max(self.start + open.len);
            let line_end = self.find_line_end();
            if line_end.is_none() && self.waits() && self.searched - self.start <= MAX_RECORD_LEN {
                self.open = Some(open);
                return None;
            }
            let end = line_end.unwrap_or(self.buffer.len());
            let from = (self.start + open.len).min(end);
            open.quotes += memchr::memchr_iter(quote, &self.buffer[from..end]).count();
            open.len = end + 1 - self.start;
            open.lines += 1;
            let is_closed = open.quotes.is_multiple_of(2);
            let is_long = open.len > MAX_RECORD_LEN;
            if is_closed && (open.lines == 1 || is_long) || self.broken.is_some() {
                break;
            }
            if is_closed {
                return Some(self.take_lines(end, open.lines, line_end.is_none()));
            }
            if line_end.is_none() || is_long {
                break;
            }
            self.searched = end + 1;
        }
        self.searched = self.start;
        match self.next_line()? {
            Cut::Record if !is_closed(self.record(), quote) => Some(Cut::OpenQuote),
            cut => Some(cut),
        }
    }

    /// Takes a record of several lines that ends at `end` in the buffer.
    fn take_lines(&mut self, end: usize, lines: usize, is_last: bool) -> Cut {
        self.record = self.start..end;
        self.start = if is_last { end } else { end + 1 };
        self.searched = self.start;
        self.is_unterminated |= is_last;
        self.line = self.next_line;
        self.lines = lines;
        self.next_line += u64::try_from(lines).unwrap_or(u64::MAX);
        self.tidy_record();
        Cut::Record
    }

    /// Cuts the next record of a fixed length; `None` at the end.
    pub(crate) fn next_fixed(&mut self, record_len: usize) -> Option<Cut> {
        let record_len = record_len.max(1);
        self.line = self.next_line;
        self.lines = 1;
        self.is_cleaned = false;
        while self.buffer.len() - self.start < record_len && self.fill() {}
        self.searched = self.start;
        let got = (self.buffer.len() - self.start).min(record_len);
        if got == 0 || got < record_len && self.waits() {
            return None;
        }
        self.record = self.start..self.start + got;
        self.start += got;
        self.searched = self.start;
        self.next_line += 1;
        Some(if got == record_len { Cut::Record } else { Cut::BrokenOff })
    }
}

fn is_closed(record: &[u8], quote: u8) -> bool {
    memchr::memchr_iter(quote, record).count().is_multiple_of(2)
}

/// Bytes of a text as UTF-8: takes out a byte-order mark, and turns UTF-16 with one into UTF-8. Anything else passes
/// as it is.
struct Utf8Bytes<'a> {
    /// None where bytes are fed.
    source: Option<&'a mut dyn Read>,
    decoder: Option<Decoder>,
    is_first: bool,
    packed: Vec<u8>,
    /// Why the source broke off, after bytes that came before it did.
    failed: Option<io::Error>,
}

impl Utf8Bytes<'_> {
    /// Appends a chunk to the buffer; the number of bytes that came from the source, 0 at its end.
    fn read_into(&mut self, buffer: &mut Vec<u8>) -> io::Result<usize> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let Some(source) = &mut self.source else { return Ok(0) };
        let old_len = buffer.len();
        let result = fill_chunk(*source, buffer, &mut self.failed);
        if self.is_first {
            self.is_first = false;
            match buffer.get(old_len..) {
                Some(start) if start.starts_with(BOM) => {
                    buffer.drain(old_len..old_len + BOM.len());
                }
                Some([0xff, 0xfe, ..]) => self.decoder = Some(UTF_16LE.new_decoder()),
                Some([0xfe, 0xff, ..]) => self.decoder = Some(UTF_16BE.new_decoder()),
                _ => {}
            }
        }
        if let Some(decoder) = &mut self.decoder {
            self.packed.clear();
            self.packed.extend(buffer.drain(old_len..));
            let most = decoder.max_utf8_buffer_length(self.packed.len());
            let mut text = String::with_capacity(most.unwrap_or(self.packed.len() * 3 + 16));
            let is_last = !matches!(result, Ok(got) if got > 0);
            let (_, read, _) = decoder.decode_to_string(&self.packed, &mut text, is_last);
            debug_assert_eq!(read, self.packed.len(), "the text buffer holds the longest text");
            buffer.extend_from_slice(text.as_bytes());
        }
        result
    }
}

/// Reads until a chunk is full or the source has no more. What was read before an error is kept; the error, which a
/// source may give only once, waits until then.
fn fill_chunk(
    source: &mut dyn Read,
    buffer: &mut Vec<u8>,
    failed: &mut Option<io::Error>,
) -> io::Result<usize> {
    let old_len = buffer.len();
    buffer.resize(old_len + CHUNK, 0);
    let mut filled = old_len;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(got) => filled += got,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                *failed = Some(error);
                break;
            }
        }
    }
    buffer.truncate(filled);
    match failed.take_if(|_| filled == old_len) {
        Some(error) => Err(error),
        None => Ok(filled - old_len),
    }
}

/// First bytes of files that people keep beside their logs, and that may be too short to tell by their bytes.
const SIGNATURES: &[&[u8]] = &[
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    b"GIF8",
    b"%PDF-",
    b"\x7fELF",
    b"PAR1",
    b"SQLite format 3\0",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
];

/// Whether a file begins like a text: no known signature of another kind, and few control bytes but for tabs, line
/// ends, page breaks, the sign for an end of file, escapes and NULs.
pub(crate) fn is_text_start(start: &[u8]) -> bool {
    if SIGNATURES.iter().any(|it| start.starts_with(it)) {
        return false;
    }
    let start = &start[..start.len().min(8192)];
    let is_odd = |byte: &&u8| matches!(byte, 1..=8 | 14..=25 | 28..=31 | 127);
    let odd = start.iter().filter(is_odd).count();
    odd < 8 || odd * 20 <= start.len()
}
