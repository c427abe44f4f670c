//! A log as it is written: bytes pushed in pieces of any size, calls given out when they are complete.

use std::io::Read;

use chrono::{DateTime, Utc};

use crate::framing::{Cutter, MAX_QUOTED_LINES, MAX_RECORD_LEN};
use crate::rows::{Reading, Tally};
use crate::{Audit, CdrFormat, Error, FileStart, Framing, LogReader, ReadObserver};

/// Reads a log that comes in pieces, such as from a socket: a piece may end anywhere, also within a record.
///
/// Calls come to the observer when nothing of them has happened for the stitcher's time-out, by the stamps of the log or
/// by [`settle`](LogStream::settle).
///
/// # Example
///
/// ```
/// use ringback_calllog::*;
///
/// #[derive(Default)]
/// struct Answered(Vec<Call>);
///
/// impl ReadObserver for Answered {
///     fn call(&mut self, call: Call) {
///         self.0.push(call);
///     }
/// }
///
/// let mapping = r#"
///     source = "shop"
///     key = ["id"]
///     time = { format = "rfc3339" }
///     outcome = { column = "result", values = { ok = "answered" } }
///     started = "in"
/// "#;
/// let key = PseudonymKey::from_bytes([7; 32]);
/// let format = Delimited::new(mapping, "shop.toml", Pseudonymizer::new(&key, "shop"))?;
/// let mut stream = LogStream::new(&LogReader::new(), "feed", format)?;
/// let mut calls = Answered::default();
/// for piece in ["id,in,resu", "lt\n1,2026-05-04T09:00:00Z,ok\n2,2026-05-", "04T09:01:00Z,ok"] {
///     stream.push(piece.as_bytes(), &mut calls)?;
/// }
/// let audit = stream.finish(&mut calls)?;
/// assert_eq!((calls.0.len(), audit.rows_used), (2, 2));
/// # Ok::<(), ringback_calllog::Error>(())
/// ```
pub struct LogStream<F> {
    format: F,
    tally: Tally,
    file: u32,
    /// What of the bytes pushed is no whole record yet.
    rest: Vec<u8>,
    /// How much of the rest was looked through for a record's end.
    searched: usize,
    next_line: u64,
    /// Bytes of a header that are still to be passed over.
    header_left: usize,
}

impl<F: CdrFormat> LogStream<F> {
    /// A stream of a format, which messages call `name`. The format sees no first bytes: one that needs them to read on
    /// cannot be streamed. Text must be UTF-8 or Windows-1252.
    ///
    /// # Errors
    ///
    /// [`Error::NothingUsable`] if the format refuses to begin.
    pub fn new(reader: &LogReader, name: &str, mut format: F) -> Result<Self, Error> {
        let mut tally = Tally::new(reader, &format, true);
        tally.progress.files = 1;
        if let Err(reason) = format.begin_file(&FileStart { name, bytes: &[] }) {
            let first = format!("{name}: passed over, {reason}");
            return Err(Error::NothingUsable { files: 1, rows: 0, first });
        }
        let header_left = match format.framing() {
            Framing::Fixed { header_len, .. } => header_len,
            _ => 0,
        };
        let file = tally.begin(name);
        let rest = Vec::new();
        Ok(Self { format, tally, file, rest, searched: 0, next_line: 1, header_left })
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    ///
    /// [`Error::Rejected`] for the first bad row under [`BadRows::Stop`](crate::BadRows::Stop).
    pub fn push(&mut self, bytes: &[u8], observer: &mut dyn ReadObserver) -> Result<(), Error> {
        let passed = self.header_left.min(bytes.len());
        self.header_left -= passed;
        self.rest.extend_from_slice(&bytes[passed..]);
        let end = match self.format.framing() {
            Framing::Lines => {
                memchr::memrchr(b'\n', &self.rest[self.searched..]).map(|at| self.searched + at + 1)
            }
            Framing::QuotedLines => self.last_closed_line(),
            Framing::Fixed { record_len, .. } => {
                Some(self.rest.len() - self.rest.len() % record_len.max(1))
            }
        };
        // A line that is longer than any record is cut off where it is; the reader rejects it.
        let is_too_long = self.rest.len() > 2 * MAX_RECORD_LEN;
        match end.filter(|it| *it > 0) {
            Some(end) => self.take(end, observer),
            None if is_too_long => self.take(self.rest.len(), observer),
            None => {
                self.searched = self.rest.len();
                Ok(())
            }
        }
    }

    /// The end of the last line that no open quote goes past; the last line at all where a quote stays open for longer
    /// than a record may.
    fn last_closed_line(&self) -> Option<usize> {
        let (mut is_open, mut lines, mut last) = (false, 0, None);
        let mut last_line = None;
        for at in memchr::memchr2_iter(b'\n', b'"', &self.rest) {
            if self.rest[at] == b'"' {
                is_open = !is_open;
                continue;
            }
            last_line = Some(at + 1);
            lines += 1;
            if !is_open {
                (lines, last) = (0, last_line);
            }
        }
        if lines > MAX_QUOTED_LINES { last_line } else { last }
    }

    /// Reads the records of the first bytes of the rest.
    fn take(&mut self, end: usize, observer: &mut dyn ReadObserver) -> Result<(), Error> {
        let mut bytes = &self.rest[..end];
        let is_text = !matches!(self.format.framing(), Framing::Fixed { .. });
        let source: &mut dyn Read = &mut bytes;
        let mut cutter = Cutter::new(source, is_text).at_line(self.next_line);
        let mut reading = Reading { tally: &mut self.tally, format: &mut self.format, observer };
        let read = reading.records(&mut cutter, self.file);
        self.next_line = cutter.next_place();
        let nul_lines = cutter.nul_lines;
        if let Some(file) = self.tally.file(self.file) {
            file.nul_lines += nul_lines;
        }
        self.rest.drain(..end);
        self.searched = 0;
        read
    }

    /// Gives out the calls of which nothing has happened for the stitcher's time-out before `as_of`: for a feed that
    /// has fallen silent.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push).
    pub fn settle(
        &mut self,
        as_of: DateTime<Utc>,
        observer: &mut dyn ReadObserver,
    ) -> Result<(), Error> {
        Reading { tally: &mut self.tally, format: &mut self.format, observer }.settle_as_of(as_of)
    }

    /// The end of the stream: gives out every call that is left.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push), and [`Error::NothingUsable`] if not one row of the stream could be used.
    pub fn finish(mut self, observer: &mut dyn ReadObserver) -> Result<Audit, Error> {
        if !self.rest.is_empty() {
            self.take(self.rest.len(), observer)?;
            if let Some(file) = self.tally.file(self.file) {
                file.is_unterminated = true;
            }
        }
        let mut reading = Reading { tally: &mut self.tally, format: &mut self.format, observer };
        for call in reading.settle_all()? {
            reading.observer.call(call);
        }
        self.tally.finish(&self.format)
    }
}

impl<F> std::fmt::Debug for LogStream<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LogStream(line {})", self.next_line)
    }
}
