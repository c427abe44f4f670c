//! Event logs as tables: one row an event, or one row an activity with its start and end.

pub(crate) mod header;
pub(crate) mod numbers;
pub(crate) mod row;

use std::borrow::Cow;
use std::cell::Cell;
use std::io::{self, Read};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use ringback_calllog::{Fold, Zone};

use self::header::Header;
use self::numbers::{DecimalSign, tell_kinds};
use self::row::Row;
use crate::read::{LONGEST, RejectedEvent, fill, is_utf16, open};
use crate::stamp::{NoInstant, Stamps};
use crate::{Error, EventLogBuilder, ReadEvents};

/// Reads comma-, semicolon- or tab-separated tables of events.
///
/// Columns go by their usual names where they are not told: those of XES in pm4py's spelling (`case:concept:name`), of
/// Disco (`Case ID`, `Complete Timestamp`), of bupaR (`activity_instance_id`, `lifecycle_id`), of Simod and the tools
/// around it (`case_id`, `end_time`), in any case, and with or without blanks, dashes and underscores. Every other column
/// becomes an attribute of events, `case:…` one of cases. A name that comes twice is `note` and `note (2)`.
///
/// A field that is empty or blank is an attribute that the event lacks; without a case, an activity or a stamp the row is
/// rejected, and so is an activity that has not ended, or that ends before it starts. Values keep their spelling, with
/// blanks before and behind them: `call ` is not `call`. A column of which all values are numbers, or `true` and
/// `false`, is of that [`ValueKind`](crate::ValueKind), and blanks around these are cut off, as around stamps.
///
/// # Source
///
/// RFC 4180: blanks are part of a field.
///
/// # Example
///
/// ```
/// use std::path::Path;
///
/// use ringback_eventlog::TableReader;
///
/// let table = "case_id;Activity;start_time;end_time\n\
///     1;check;2026-05-04T09:00:00Z;2026-05-04T09:20:00Z\n\
///     1;pay;2026-05-04T10:00:00Z;soon\n";
/// let read = TableReader::default().read_from(table.as_bytes(), Path::new("shop.csv"))?;
/// assert_eq!((read.log.events(), read.events_read), (1, 2));
/// assert_eq!(read.rejected[0].line, 3);
/// assert_eq!(read.rejected[0].field, "end_time");
/// # Ok::<(), ringback_eventlog::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct TableReader {
    case: Option<String>,
    activity: Option<String>,
    time: Option<String>,
    start: Option<String>,
    resource: Option<String>,
    lifecycle: Option<String>,
    zone: Option<Zone>,
    fold: Fold,
    stamp_pattern: Option<String>,
    separator: Option<u8>,
    pub(crate) decimal: DecimalSign,
}

impl TableReader {
    /// The column of the case.
    #[must_use]
    pub fn case(mut self, column: impl Into<String>) -> Self {
        self.case = Some(column.into());
        self
    }

    /// The column of the activity.
    #[must_use]
    pub fn activity(mut self, column: impl Into<String>) -> Self {
        self.activity = Some(column.into());
        self
    }

    /// The column of the stamp, or of the end where there is a start.
    #[must_use]
    pub fn time(mut self, column: impl Into<String>) -> Self {
        self.time = Some(column.into());
        self
    }

    /// The column of the start.
    #[must_use]
    pub fn start(mut self, column: impl Into<String>) -> Self {
        self.start = Some(column.into());
        self
    }

    /// The column of who or what did it.
    #[must_use]
    pub fn resource(mut self, column: impl Into<String>) -> Self {
        self.resource = Some(column.into());
        self
    }

    /// The column of the step in an activity's life: `start`, `complete`.
    #[must_use]
    pub fn lifecycle(mut self, column: impl Into<String>) -> Self {
        self.lifecycle = Some(column.into());
        self
    }

    /// The zone of stamps without an offset; without it a row with such a stamp is rejected.
    #[must_use]
    pub fn zone(mut self, zone: Zone) -> Self {
        self.zone = Some(zone);
        self
    }

    /// Which instant a stamp means that the clock of the zone shows twice; the earlier if not said otherwise. One that
    /// the clock jumps over is rejected in any case.
    #[must_use]
    pub fn fold(mut self, fold: Fold) -> Self {
        self.fold = fold;
        self
    }

    /// What stands between fields: a comma, a semicolon, a tab or a bar, whichever the header has most of, if it is not
    /// told.
    #[must_use]
    pub fn separator(mut self, separator: u8) -> Self {
        self.separator = Some(separator);
        self
    }

    /// What stands before the fraction of a number; [`DecimalSign::Point`] if not said otherwise.
    #[must_use]
    pub fn decimal(mut self, decimal: DecimalSign) -> Self {
        self.decimal = decimal;
        self
    }

    /// How stamps are written where it is not ISO 8601, such as `%d-%m-%Y %H:%M`, in chrono's letters.
    ///
    /// With `%z` stamps have their offset; without any letter of time they are midnights.
    #[must_use]
    pub fn stamp_pattern(mut self, pattern: impl Into<String>) -> Self {
        self.stamp_pattern = Some(pattern.into());
        self
    }

    /// Reads a file, packed with gzip or not.
    ///
    /// # Errors
    ///
    /// [`Error::Io`]; [`Error::Format`] without a header, with a column lacking, or with a row of more than 16 MiB;
    /// [`Error::StampPattern`]; [`Error::Empty`] without a row that can be used.
    pub fn read(&self, path: &Path) -> Result<ReadEvents, Error> {
        self.read_from(open(path)?, path)
    }

    /// Reads a table as it comes; `path` names it in errors.
    ///
    /// # Errors
    ///
    /// As for [`TableReader::read`].
    pub fn read_from(&self, mut input: impl Read, path: &Path) -> Result<ReadEvents, Error> {
        let failed = |source| Error::Io { path: path.to_owned(), source: Arc::new(source) };
        let bad = |line, problem| Error::Format { path: path.to_owned(), line, problem };
        let mut head = vec![0; 1 << 14];
        fill(&mut input, &mut head).map_err(failed)?;
        if is_utf16(&head) {
            return Err(bad(1, "UTF-16, expected UTF-8".to_owned()));
        }
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head);
        let left = Rc::new(Cell::new(LONGEST));
        let mut rows = csv::ReaderBuilder::new()
            .delimiter(self.separator.unwrap_or_else(|| separator(text)))
            .flexible(true)
            .from_reader(Metered { input: text.chain(input), left: Rc::clone(&left) });
        let read_failed = |line: u64, error: csv::Error| match error.into_kind() {
            csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                bad(line, format!("a row of more than {LONGEST} bytes; is a quote not closed?"))
            }
            csv::ErrorKind::Io(error) => failed(error),
            other => bad(line, format!("{other:?}")),
        };
        let header = rows.byte_headers().map_err(|it| read_failed(1, it))?;
        let names = header.iter().map(|it| String::from_utf8_lossy(it).trim().to_owned()).collect();
        let mut builder = EventLogBuilder::default();
        let header = Header::new(self, names, &mut builder, path)?;
        let mut stamps = self.stamps()?;
        let mut rejected = Vec::new();
        let mut row = csv::ByteRecord::new();
        loop {
            left.set(LONGEST);
            let line = rows.position().line();
            if !rows.read_byte_record(&mut row).map_err(|it| read_failed(line, it))? {
                break;
            }
            let line = row.position().map_or(line, csv::Position::line);
            let is_whole = row.len() == header.len();
            let added = if is_whole {
                header.add(&row, &mut builder, &mut stamps)
            } else {
                let last = rows.position().line();
                Err((String::new(), told_count(row.len(), header.len(), line, last)))
            };
            if let Err((field, reason)) = added {
                rejected.push(RejectedEvent { line, field, reason });
            }
        }
        tell_kinds(&mut builder, self.decimal);
        ReadEvents::of(builder, rejected, path)
    }

    pub(crate) fn stamps(&self) -> Result<Stamps, Error> {
        let stamps = Stamps::new(self.zone, self.fold);
        match &self.stamp_pattern {
            Some(pattern) => stamps.pattern(pattern),
            None => Ok(stamps),
        }
    }
}

/// What is wrong with a row that has not as many fields as the header.
fn told_count(fields: usize, expected: usize, line: u64, next: u64) -> String {
    let told = format!("{fields} fields, expected {expected}");
    // A row of many lines is one with a quote that was meant for itself.
    if next > line + 1 {
        format!("{told}; it runs to line {}: is a quote not closed?", next - 1)
    } else {
        told
    }
}

impl Row for csv::ByteRecord {
    fn text(&self, column: usize) -> Option<Cow<'_, str>> {
        let value = self.get(column).unwrap_or_default();
        std::str::from_utf8(value).ok().map(Cow::Borrowed)
    }

    fn instant(&self, _column: usize, _stamps: &mut Stamps) -> Option<Result<i64, NoInstant>> {
        None
    }
}

/// An input of which no row may take more than is left: a quote that is not closed would take all memory.
struct Metered<R> {
    input: R,
    left: Rc<Cell<usize>>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(self.left.get());
        if most == 0 && !buffer.is_empty() {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let len = self.input.read(buffer.get_mut(..most).unwrap_or_default())?;
        self.left.set(self.left.get().saturating_sub(len));
        Ok(len)
    }
}

/// What separates the fields of a table: what its first line has most of, outside quotes.
fn separator(head: &[u8]) -> u8 {
    let line = head.split(|it| *it == b'\n').next().unwrap_or_default();
    let count = |sign: &u8| {
        let outside = line.split(|it| *it == b'"').step_by(2).flatten();
        outside.filter(|it| *it == sign).count()
    };
    // A comma where none is more frequent.
    [b'|', b'\t', b';', b','].into_iter().max_by_key(count).unwrap_or(b',')
}
