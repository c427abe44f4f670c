//! What every reader gives back, and how it opens a file.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

use flate2::bufread::MultiGzDecoder;

use crate::{Error, EventLog, EventLogBuilder};

/// What is longer is refused: a tag, a row. Unit: bytes.
pub(crate) const LONGEST: usize = 16 << 20;

/// More different attributes are refused: then names are made of values, and a log is no table any more.
pub(crate) const MOST_ATTRIBUTES: usize = 1 << 14;

/// An event that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectedEvent {
    /// The line in which it ends, from 1; the event's place, from 1, in a source without lines.
    pub line: u64,
    /// The field that lacks or cannot be read; empty where it is the event as a whole.
    pub field: String,
    /// What is wrong with it; a value in it is masked where it could be a phone number.
    pub reason: String,
}

/// An event log, and the events of its source that could not be used.
#[derive(Clone, Debug)]
pub struct ReadEvents {
    /// The log.
    pub log: EventLog,
    /// Events in the source: those of the log and those rejected.
    pub events_read: usize,
    /// The others.
    pub rejected: Vec<RejectedEvent>,
}

impl ReadEvents {
    /// What was read from a file.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`] if nothing could be used; it tells of the first rejected event.
    pub(crate) fn of(
        builder: EventLogBuilder,
        rejected: Vec<RejectedEvent>,
        path: &Path,
    ) -> Result<Self, Error> {
        let events_read = builder.events() + rejected.len();
        if builder.events() == 0 {
            return Err(nothing_usable(path, "line", &rejected));
        }
        Ok(Self { log: builder.build(), events_read, rejected })
    }
}

/// The error of a source of which every event was rejected; it tells of the first.
pub(crate) fn nothing_usable(path: &Path, place: &str, rejected: &[RejectedEvent]) -> Error {
    let why = rejected.first().map(|it| {
        let (all, line) = (rejected.len(), it.line);
        let field = if it.field.is_empty() { "" } else { ", " };
        format!("; the first of {all}: {place} {line}{field}{}: {}", it.field, it.reason)
    });
    Error::Empty { path: path.to_owned(), why: why.unwrap_or_default() }
}

/// Opens a file and unpacks it if it is packed with gzip, whatever its name.
pub(crate) fn open(path: &Path) -> Result<Box<dyn Read>, Error> {
    let failed = |source| Error::Io { path: path.to_owned(), source: Arc::new(source) };
    let mut file = BufReader::with_capacity(1 << 16, File::open(path).map_err(failed)?);
    let is_packed = file.fill_buf().map_err(failed)?.starts_with(&[0x1f, 0x8b]);
    Ok(if is_packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) })
}

/// Reads until the buffer is full or the input is over, and cuts the buffer to what was read.
pub(crate) fn fill(input: &mut impl Read, buffer: &mut Vec<u8>) -> std::io::Result<()> {
    let mut held = 0;
    while let Some(rest) = buffer.get_mut(held..).filter(|it| !it.is_empty()) {
        match input.read(rest) {
            Ok(0) => break,
            Ok(len) => held += len,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    buffer.truncate(held);
    Ok(())
}

/// Whether a text begins as UTF-16 does.
pub(crate) fn is_utf16(head: &[u8]) -> bool {
    head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff")
}
