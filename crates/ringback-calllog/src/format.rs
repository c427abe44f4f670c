//! The one trait that an adapter implements.

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, Utc};

use crate::{CallId, Leg, Observed, RejectReason, SkipReason, SourceId};

/// How a file is cut into records before an adapter sees them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Text, a record a line. LF and CR LF; a byte-order mark and NUL bytes are taken out.
    Lines,
    /// Text, as [`Framing::Lines`], but a line end between double quotes belongs to the record.
    QuotedLines,
    /// Bytes, in records of a fixed length after a header.
    Fixed {
        /// Bytes before the first record; the format has seen them in [`FileStart`].
        header_len: usize,
        /// Bytes a record, at least 1.
        record_len: usize,
    },
}

/// What can be known of a file before its first record: its name and how it begins.
#[derive(Clone, Copy)]
pub struct FileStart<'a> {
    /// The file, as it was named to the reader; a file in an archive is `archive.zip!name`.
    pub name: &'a str,
    /// Its first bytes, unpacked, at most [`FileStart::MOST_BYTES`]: without a byte-order mark, and as UTF-8 if they
    /// were UTF-16. NUL bytes are among them. The last line of them may be cut off if there are
    /// [`FileStart::MOST_BYTES`] of them; a file with a byte-order mark is cut after a line.
    pub bytes: &'a [u8],
}

impl<'a> FileStart<'a> {
    /// How much of a file is looked at.
    pub const MOST_BYTES: usize = 1 << 16;

    /// The name without folders and archives, and without `.gz`.
    pub fn file_name(&self) -> &'a str {
        let name = self.name.rsplit(['/', '\\', '!']).next().unwrap_or(self.name);
        name.strip_suffix(".gz").unwrap_or(name)
    }

    /// The lines, without line ends and NUL bytes, blank ones left out. A last line that is cut off is among them only
    /// if it is the only one.
    pub fn lines(&self) -> impl Iterator<Item = Cow<'a, str>> + use<'a> {
        let is_cut = self.bytes.len() >= Self::MOST_BYTES;
        let bytes = if is_cut { whole_lines(self.bytes) } else { self.bytes };
        let lines = bytes.split(|it| *it == b'\n').map(line_text);
        lines.filter(|it| !it.trim_ascii().is_empty())
    }
}

/// The lines that have an end; where there is none, what there is of the first one, to a whole letter.
pub(crate) fn whole_lines(bytes: &[u8]) -> &[u8] {
    if let Some(end) = memchr::memrchr(b'\n', bytes) {
        return &bytes[..=end];
    }
    match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => &bytes[..error.valid_up_to()],
        _ => bytes,
    }
}

/// The text of a line as a record has it: without NUL bytes, then without the CR of its end.
fn line_text(line: &[u8]) -> Cow<'_, str> {
    if memchr::memchr(0, line).is_some() {
        let line: Vec<u8> = line.iter().copied().filter(|it| *it != 0).collect();
        return Cow::Owned(as_text(without_cr(&line)).into_owned());
    }
    as_text(without_cr(line))
}

fn without_cr(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

impl fmt::Debug for FileStart<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileStart({} bytes)", self.bytes.len())
    }
}

/// Where a record stands among all that were read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file, by how many files were begun before it.
    pub file: u32,
    /// The line that it begins on, from 1; in [`Framing::Fixed`] the record, from 1.
    pub line: u64,
}

/// One record of a file. `Debug` shows where it stands, not what it says: it is the raw row.
#[derive(Clone, Copy)]
pub struct Record<'a> {
    /// Its bytes, without the line end.
    pub bytes: &'a [u8],
    /// Where it stands.
    pub place: Place,
}

impl<'a> Record<'a> {
    /// Its text: as UTF-8 where it is, otherwise read as Windows-1252, which gives every byte a letter.
    pub fn text(&self) -> Cow<'a, str> {
        as_text(self.bytes)
    }
}

fn as_text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}

impl fmt::Debug for Record<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Record(line {}, {} bytes)", self.place.line, self.bytes.len())
    }
}

/// What a format makes of one record. Every verdict but [`Verdict::NotARow`] is one row of the audit.
#[derive(Debug)]
pub enum Verdict {
    /// A row that was used.
    Used(Leg),
    /// A row that was understood and is kept until its call is complete: [`CdrFormat::settle`] gives the call. It counts
    /// as used unless that says otherwise.
    Held {
        /// The last stamp of the row: how far the log has come.
        at: DateTime<Utc>,
    },
    /// A legitimate row that is no part of any call.
    Skipped(SkipReason),
    /// A row that could not be understood.
    Rejected {
        /// The field at fault; empty where it is the whole row.
        field: Cow<'static, str>,
        /// Why.
        reason: RejectReason,
    },
    /// A header, a comment, a page break.
    NotARow,
}

impl Verdict {
    /// A rejection of a field.
    pub fn rejected(field: impl Into<Cow<'static, str>>, reason: RejectReason) -> Self {
        Self::Rejected { field: field.into(), reason }
    }

    /// A row that is passed over by a rule, in words that say what was found.
    pub fn skipped(rule: impl Into<Cow<'static, str>>) -> Self {
        Self::Skipped(SkipReason::new(rule))
    }
}

/// What became of rows that were held.
#[derive(Debug, Default)]
pub struct Settled {
    /// The calls that they make: a leg each, [`Completeness::Whole`](crate::Completeness::Whole) as a rule. Two whole
    /// ones with one id are one call told twice if they begin together; otherwise the later one's id gets a number.
    pub legs: Vec<Leg>,
    /// Held rows that turned out to be part of no call, and why: [`Verdict::Skipped`] or [`Verdict::Rejected`]; any other
    /// verdict changes nothing.
    pub rows: Vec<(Place, Verdict)>,
    /// What the rows say beyond the call model.
    pub details: Vec<DetailRow>,
}

impl Settled {
    /// Adds what became of further rows.
    pub fn append(&mut self, mut other: Self) {
        self.legs.append(&mut other.legs);
        self.rows.append(&mut other.rows);
        self.details.append(&mut other.details);
    }
}

/// A row of a table beside the calls: what a vendor writes of a call that the call model has no place for, such as the
/// quality of its sound. No number or name of a customer stands in it.
#[derive(Clone, Debug, PartialEq)]
pub struct DetailRow {
    /// The table's name, a field term: `quality`.
    pub table: &'static str,
    /// Its columns after `call_id`, units in the names.
    pub columns: &'static [&'static str],
    /// The call, where one is known.
    pub call_id: Option<CallId>,
    /// A value for each column; empty where the log does not say.
    pub values: Vec<String>,
}

/// A source's file format: the one trait that an adapter implements.
///
/// A reader calls [`begin_file`](CdrFormat::begin_file) once a file and [`read`](CdrFormat::read) once a record, in
/// file order. A verdict comes back for every record, so no row can be lost; anything that an adapter must know of
/// earlier records (a header, a date line) it keeps itself, and forgets at `begin_file`.
///
/// A row that is a call, or that needs nothing but a key to be put with the others of its call, is
/// [`Used`](Verdict::Used). Where it takes the vendor's own words to see what several rows say together, they are
/// [`Held`](Verdict::Held), in a [`Gatherer`](crate::Gatherer) as a rule, and [`settle`](CdrFormat::settle) gives the
/// calls.
///
/// # Example
///
/// ```
/// use chrono::DateTime;
/// use ringback_calllog::*;
///
/// /// Lines such as `2026-05-04T09:15:00Z 42`: an answered call of so many seconds.
/// struct Plain;
///
/// impl CdrFormat for Plain {
///     fn source(&self) -> SourceId {
///         "plain".into()
///     }
///     fn framing(&self) -> Framing {
///         Framing::Lines
///     }
///     fn observed(&self) -> Observed {
///         let precision = Precision::SECOND;
///         Observed { abandons: false, waits: false, agents: false, customers: false, zone: Zone::UTC, precision }
///     }
///     fn read(&mut self, record: Record<'_>) -> Verdict {
///         let text = record.text();
///         let Some((start, secs)) = text.split_once(' ') else {
///             return Verdict::rejected("", RejectReason::FieldCount { got: 1, expected: 2 });
///         };
///         let Ok(started_at) = DateTime::parse_from_rfc3339(start).map(|it| it.to_utc()) else {
///             let reason = RejectReason::BadValue { value: Masked::new(start), expected: "a stamp".into() };
///             return Verdict::rejected("start", reason);
///         };
///         # let _ = secs;
///         Verdict::Used(Leg::whole(LegId::new(start), started_at, Outcome::Answered))
///     }
/// }
///
/// let read = LogReader::new().read_bytes("calls.log", b"2026-05-04T09:15:00Z 42\nrubbish\n", &mut Plain)?;
/// assert_eq!(read.log.calls.len(), 1);
/// assert_eq!(read.rejected[0].to_string(), "calls.log:2: 1 fields, expected 2");
/// # Ok::<(), ringback_calllog::Error>(())
/// ```
pub trait CdrFormat {
    /// The name of the system that wrote the log.
    fn source(&self) -> SourceId;

    /// What the format is called where one of several is chosen; the source's name unless said otherwise.
    fn name(&self) -> String {
        self.source().to_string()
    }

    /// The system of which this is one of several feeds; the source itself where there is only one. A call that two
    /// feeds of a system tell of counts once (see [`LogReader::read_mixed`](crate::LogReader::read_mixed)).
    fn system(&self) -> SourceId {
        self.source()
    }

    /// Whether the source tells persons from the ports of a contact center behind it. A switch does not: to it, the port
    /// that takes a call for a queue has answered. Of two feeds of a system, one that does is believed.
    fn tells_persons(&self) -> bool {
        true
    }

    /// Whether a file is of this format, by how it begins. Where several formats could claim a file, each should
    /// claim it only if its content is told from the others'.
    fn recognizes(&self, _file: &FileStart<'_>) -> bool {
        false
    }

    /// A new file begins; what was remembered of the last one's lines is forgotten. Rows held are not.
    ///
    /// # Errors
    ///
    /// Why the file is no file of this format that is to be read, such as one that is still being written.
    fn begin_file(&mut self, _file: &FileStart<'_>) -> Result<(), SkipReason> {
        Ok(())
    }

    /// How the file that was begun is cut into records.
    fn framing(&self) -> Framing;

    /// What the source can and cannot say, as far as it is known by now: what was read may tell.
    fn observed(&self) -> Observed;

    /// What a record says. Blank lines do not come here.
    fn read(&mut self, record: Record<'_>) -> Verdict;

    /// Adds the calls of held rows of which nothing has happened after `until`, or all of them at the end of the log.
    /// `settled` is empty when it comes; its memory is used again for the next calls.
    fn settle(&mut self, _until: Option<DateTime<Utc>>, _settled: &mut Settled) {}

    /// Remarks on what was read that no row shows: stages dropped, numbers that could not be normalized. A text and
    /// how often, in a fixed order.
    fn remarks(&self) -> Vec<(String, u64)> {
        Vec::new()
    }
}

impl<F: CdrFormat + ?Sized> CdrFormat for Box<F> {
    fn source(&self) -> SourceId {
        (**self).source()
    }

    fn name(&self) -> String {
        (**self).name()
    }

    fn system(&self) -> SourceId {
        (**self).system()
    }

    fn tells_persons(&self) -> bool {
        (**self).tells_persons()
    }

    fn recognizes(&self, file: &FileStart<'_>) -> bool {
        (**self).recognizes(file)
    }

    fn begin_file(&mut self, file: &FileStart<'_>) -> Result<(), SkipReason> {
        (**self).begin_file(file)
    }

    fn framing(&self) -> Framing {
        (**self).framing()
    }

    fn observed(&self) -> Observed {
        (**self).observed()
    }

    fn read(&mut self, record: Record<'_>) -> Verdict {
        (**self).read(record)
    }

    fn settle(&mut self, until: Option<DateTime<Utc>>, settled: &mut Settled) {
        (**self).settle(until, settled);
    }

    fn remarks(&self) -> Vec<(String, u64)> {
        (**self).remarks()
    }
}
