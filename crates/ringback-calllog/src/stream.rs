//! A log as it is written: bytes pushed in pieces of any size, calls given out when they are complete.

use chrono::{DateTime, Utc};

use crate::framing::Cutter;
use crate::rows::{Reading, Tally};
use crate::{Audit, CdrFormat, Error, FileStart, Framing, LogReader, ReadObserver, RejectedRow};

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
    cutter: Cutter<'static>,
    /// Bytes of a header that are still to be passed over.
    header_left: usize,
    /// The row at which the stream was to stop.
    stopped_at: Option<RejectedRow>,
}

impl<F: CdrFormat> LogStream<F> {
    /// A stream of a format, which messages call `name`. The format sees no first bytes: one that needs them to read on
    /// cannot be streamed. Text must be UTF-8 or Windows-1252.
    ///
    /// # Errors
    ///
    /// [`Error::NothingUsable`] if the format refuses to begin.
    pub fn new(reader: &LogReader, name: &str, mut format: F) -> Result<Self, Error> {
        let mut tally = Tally::new(reader, &mut format, true);
        tally.progress.files = 1;
        if let Err(reason) = format.begin_file(&FileStart { name, bytes: &[] }) {
            let first = format!("{name}: passed over, {reason}");
            return Err(Error::NothingUsable { files: 1, rows: 0, first });
        }
        let (is_text, header_left) = match format.framing() {
            Framing::Fixed { header_len, .. } => (false, header_len),
            Framing::Lines | Framing::QuotedLines => (true, 0),
        };
        let file = tally.begin(name);
        let cutter = Cutter::fed(is_text);
        Ok(Self { format, tally, file, cutter, header_left, stopped_at: None })
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    ///
    /// [`Error::Rejected`] for the first bad row under [`BadRows::Stop`](crate::BadRows::Stop), and for that row again
    /// at every later call.
    pub fn push(&mut self, bytes: &[u8], observer: &mut dyn ReadObserver) -> Result<(), Error> {
        let passed = self.header_left.min(bytes.len());
        self.header_left -= passed;
        self.cutter.feed(&bytes[passed..]);
        self.records(observer)
    }

    /// Reads the records that are there.
    fn records(&mut self, observer: &mut dyn ReadObserver) -> Result<(), Error> {
        self.go_on()?;
        let mut reading = Reading { tally: &mut self.tally, format: &mut self.format, observer };
        let read = reading.records(&mut self.cutter, self.file);
        if let Err(Error::Rejected(row)) = &read {
            self.stopped_at = Some(row.clone());
        }
        read
    }

    fn go_on(&self) -> Result<(), Error> {
        self.stopped_at.clone().map_or(Ok(()), |row| Err(row.into()))
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
        self.go_on()?;
        Reading { tally: &mut self.tally, format: &mut self.format, observer }.settle_as_of(as_of)
    }

    /// The end of the stream: gives out every call that is left.
    ///
    /// # Errors
    ///
    /// As [`push`](Self::push), and [`Error::NothingUsable`] if not one row of the stream could be used.
    pub fn finish(mut self, observer: &mut dyn ReadObserver) -> Result<Audit, Error> {
        self.cutter.end();
        self.records(observer)?;
        self.tally.end_file(self.file, &mut self.cutter);
        let mut reading = Reading { tally: &mut self.tally, format: &mut self.format, observer };
        for call in reading.settle_all()? {
            reading.observer.call(call);
        }
        self.tally.finish(&self.format)
    }
}

impl<F> std::fmt::Debug for LogStream<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LogStream(line {})", self.cutter.line())
    }
}
