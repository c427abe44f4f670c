//! The one trait that an adapter implements.

use std::borrow::Cow;
use std::fmt;

use crate::{Leg, Observed, RejectReason, SkipReason, SourceId};

/// How a file is cut into records before an adapter sees them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Text, a record a line. LF and CR LF; a byte-order mark and NUL bytes are taken out.
    Lines,
    /// Text, as [`Framing::Lines`], but a line end between double quotes belongs to the record.
    QuotedLines,
    /// Bytes, in records of a fixed length.
    Fixed {
        /// Bytes a record, at least 1.
        record_len: usize,
    },
}

/// One record of a file. `Debug` shows where it stands, not what it says: it is the raw row.
#[derive(Clone, Copy)]
pub struct Record<'a> {
    /// Its bytes, without the line end.
    pub bytes: &'a [u8],
    /// The line that it begins on, from 1; in [`Framing::Fixed`] the record, from 1.
    pub line: u64,
}

impl<'a> Record<'a> {
    /// Its text: as UTF-8 where it is, otherwise read as Windows-1252, which gives every byte a letter.
    pub fn text(&self) -> Cow<'a, str> {
        match std::str::from_utf8(self.bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(self.bytes).0,
        }
    }
}

impl fmt::Debug for Record<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Record(line {}, {} bytes)", self.line, self.bytes.len())
    }
}

/// What a format makes of one record. Every verdict but [`Verdict::NotARow`] is one row of the audit.
#[derive(Debug)]
pub enum Verdict {
    /// A row that was used.
    Used(Leg),
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
}

/// A source's file format: the one trait that an adapter implements.
///
/// A reader calls [`begin_file`](CdrFormat::begin_file) once a file and [`read`](CdrFormat::read) once a record, in
/// file order. A verdict comes back for every record, so no row can be lost; anything that an adapter must know of
/// earlier records (a header, a date line) it keeps itself, and forgets at `begin_file`.
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

    /// How its files are cut into records.
    fn framing(&self) -> Framing;

    /// What it can and cannot say.
    fn observed(&self) -> Observed;

    /// A new file begins; what was remembered of the last one is forgotten.
    fn begin_file(&mut self, _file: &str) {}

    /// What a record says. Blank lines do not come here.
    fn read(&mut self, record: Record<'_>) -> Verdict;

    /// Remarks on what was read that no row shows: stages dropped, numbers that could not be normalized. A text and
    /// how often, in a fixed order.
    fn remarks(&self) -> Vec<(String, u64)> {
        Vec::new()
    }
}
