//! Reading attempts from a table.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;

use csv::{ByteRecord, StringRecord};
use ringback_calllog::{Pseudonymizer, RejectReason, RejectedRow, Zone};
use ringback_learn::EventScores;

use super::columns::{AttemptTableError, Columns, SignalNote};
use super::row::{Cell, CustomerText, Fault, RowReader, cells};
use crate::{Attempt, AttemptLog};

/// Of the pairs of a reached and another attempt, the share that a signal may tell apart by itself.
const MOST_TELLING: f64 = 0.999;

/// Reads attempts from comma-separated values.
///
/// The header names the columns, in any order: `customer`, `attempted_at` (RFC 3339, or seconds since 1970), and `reached`
/// (0 or 1), `outcome` (the terms of [`ContactOutcome`](crate::ContactOutcome)), or both. It may also name `time_zone`
/// (IANA), `segment`, `kind` (the terms of [`AttemptKind`](crate::AttemptKind)), `ring_secs` and `propensity`. Every
/// further column of numbers is a signal, where an empty field is unknown; [`ReadAttempts::notes`] says which further
/// columns are none, and why. A row that was not reached and does not say how came out as
/// [`NoAnswer`](crate::ContactOutcome::NoAnswer).
///
/// # Example
///
/// ```
/// use ringback_calllog::{PseudonymKey, Pseudonymizer, Zone};
/// use ringback_reach::AttemptTable;
///
/// let text = "customer,attempted_at,reached\n\
///             c1,2026-05-04T09:00:00Z,0\n\
///             c1,1777888800,2\n";
/// let pseudonymizer = Pseudonymizer::new(&PseudonymKey::from_bytes([7; 32]), "shop");
/// let read = AttemptTable::new(Zone::UTC).read("attempts.csv", text.as_bytes(), &pseudonymizer)?;
/// assert_eq!(read.log.attempts().len(), 1);
/// assert_eq!(read.rejected[0].to_string(), "attempts.csv:3: reached: \"2\", expected 0 or 1");
/// # Ok::<(), ringback_reach::AttemptTableError>(())
/// ```
#[derive(Clone, Debug)]
pub struct AttemptTable {
    zone: Zone,
    customers: CustomerText,
    ignored: BTreeSet<String>,
}

/// Attempts that were read, and those that were not.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadAttempts {
    /// The attempts.
    pub log: AttemptLog,
    /// The row of each attempt of the log, in its order. Range: from 1, the header not counted, rejected rows counted.
    pub rows: Vec<u64>,
    /// Rows that could not be understood.
    pub rejected: Vec<RejectedRow>,
    /// Rows below the header: the attempts and the rejected ones.
    pub rows_read: u64,
    /// Further columns that are no signals, and why.
    pub notes: Vec<SignalNote>,
}

impl AttemptTable {
    /// A table whose customers without a zone of their own live in `zone`.
    pub fn new(zone: Zone) -> Self {
        Self { zone, customers: CustomerText::default(), ignored: BTreeSet::new() }
    }

    /// What the column `customer` holds. Default: ids, or numbers with their country code.
    #[must_use]
    pub fn customers(self, customers: CustomerText) -> Self {
        Self { customers, ..self }
    }

    /// A further column that is no signal, such as one that was not known when the customer was called. Columns whose names
    /// begin with `true_` never are.
    #[must_use]
    pub fn ignore(mut self, column: impl Into<String>) -> Self {
        self.ignored.insert(column.into());
        self
    }

    /// Reads a table; `file` is what its rejected rows name it.
    ///
    /// # Errors
    ///
    /// [`AttemptTableError`] if the header lacks a column or names one twice, or the reader fails. A bad row is no error.
    pub fn read(
        &self,
        file: &str,
        reader: impl io::Read,
        pseudonymizer: &Pseudonymizer,
    ) -> Result<ReadAttempts, AttemptTableError> {
        let mut reader =
            csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(reader);
        let mut record = ByteRecord::new();
        let unreadable = |it| unreadable(file, it);
        reader.read_byte_record(&mut record).map_err(unreadable)?;
        let header = StringRecord::from_byte_record_lossy(record.clone());
        let columns = Columns::find(file, &header, &self.ignored)?;
        let mut rows = RowReader {
            columns: &columns,
            customers: self.customers,
            pseudonymizer,
            segments: BTreeMap::new(),
            zones: BTreeMap::new(),
        };
        let mut read = Rows { file: file.into(), used: Vec::new(), rejected: Vec::new(), count: 0 };
        while reader.read_byte_record(&mut record).map_err(unreadable)? {
            let line = record.position().map_or(0, csv::Position::line);
            read.take(line, &record, &mut rows);
        }
        read.finish(self.zone, &columns)
    }
}

fn unreadable(file: &str, error: csv::Error) -> AttemptTableError {
    let text = error.to_string();
    let source = match error.into_kind() {
        csv::ErrorKind::Io(source) => source,
        _ => io::Error::other(text),
    };
    AttemptTableError::Unreadable { file: file.to_owned(), source }
}

/// A row that may be used.
struct Candidate {
    row: u64,
    line: u64,
    attempt: Attempt,
    cells: Vec<Cell>,
}

/// The rows so far.
struct Rows {
    file: Arc<str>,
    used: Vec<Candidate>,
    rejected: Vec<RejectedRow>,
    count: u64,
}

impl Rows {
    fn take(&mut self, line: u64, record: &ByteRecord, reader: &mut RowReader<'_>) {
        self.count += 1;
        let read = if let Ok(row) = StringRecord::from_byte_record(record.clone()) {
            reader.attempt(&row).map(|it| (it, cells(&row, reader.columns)))
        } else {
            let what = Cow::Borrowed("bytes that are no text, expected UTF-8");
            Err((Cow::Borrowed(""), RejectReason::Other { what }))
        };
        match read {
            Ok((attempt, cells)) => {
                self.used.push(Candidate { row: self.count, line, attempt, cells });
            }
            Err(fault) => self.reject(line, fault),
        }
    }

    fn reject(&mut self, line: u64, (field, reason): Fault) {
        self.rejected.push(RejectedRow { file: Arc::clone(&self.file), line, field, reason });
    }

    /// Parts the signals from the other columns, and makes the log.
    fn finish(mut self, zone: Zone, columns: &Columns) -> Result<ReadAttempts, AttemptTableError> {
        let mut notes = columns.notes.clone();
        let mut signals = Vec::new();
        for (place, (_, name)) in columns.further.iter().enumerate() {
            if !self.is_of_numbers(place) {
                notes.push(SignalNote::NotNumbers(name.clone()));
            } else if self.tells_outcome(place) {
                notes.push(SignalNote::TellsOutcome(name.clone()));
            } else {
                signals.push((place, name.clone()));
            }
        }
        let mut kept = Vec::new();
        for mut it in std::mem::take(&mut self.used) {
            match values(&it.cells, &signals) {
                Ok(values) => {
                    it.attempt.signals = values;
                    kept.push((it.row, it.attempt));
                }
                Err(fault) => self.reject(it.line, fault),
            }
        }
        self.rejected.sort_by_key(|it| it.line);
        // The order of the log, which sorts stably too.
        kept.sort_by_key(|(_, it)| it.attempted_at);
        let (rows, attempts): (Vec<u64>, Vec<Attempt>) = kept.into_iter().unzip();
        let names = signals.into_iter().map(|(_, name)| name).collect();
        let log = AttemptLog::with_signals(attempts, names, zone)
            .map_err(|source| AttemptTableError::Log { file: self.file.to_string(), source })?;
        Ok(ReadAttempts { log, rows, rejected: self.rejected, rows_read: self.count, notes })
    }

    /// Whether at least half of a column's filled fields are numbers. A column with no field filled is none.
    fn is_of_numbers(&self, place: usize) -> bool {
        let (mut numbers, mut others) = (0_usize, 0_usize);
        for cell in self.used.iter().filter_map(|it| it.cells.get(place)) {
            match cell {
                Cell::Number(_) => numbers += 1,
                Cell::Other(_) => others += 1,
                Cell::Empty => {}
            }
        }
        numbers > 0 && numbers >= others
    }

    /// Whether a column parts the reached from the others nearly always, by its numbers or by whether there is one.
    fn tells_outcome(&self, place: usize) -> bool {
        let told = |of: &dyn Fn(&Cell) -> Option<f64>| {
            let pair = |it: &Candidate| {
                let reached = it.attempt.outcome.is_reached()?;
                Some((of(it.cells.get(place)?)?, f64::from(u8::from(reached))))
            };
            let pairs: Vec<(f64, f64)> = self.used.iter().filter_map(pair).collect();
            // Ranks in place of the values, as only their order counts.
            let (values, outcomes): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
            let auc = EventScores::new(&ranks(&values), &outcomes).ok().and_then(|it| it.auc());
            outcomes.len() >= 20 && auc.is_some_and(|it| it.max(1.0 - it) >= MOST_TELLING)
        };
        let number = |it: &Cell| if let Cell::Number(it) = it { Some(*it) } else { None };
        let filled = |it: &Cell| Some(f64::from(u8::from(!matches!(it, Cell::Empty))));
        told(&number) || told(&filled)
    }
}

/// The share of values below each.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let below = |it: &f64| sorted.partition_point(|other| other < it);
    values.iter().map(|it| below(it) as f64 / values.len() as f64).collect()
}

/// The values of the signals of a row.
fn values(cells: &[Cell], signals: &[(usize, String)]) -> Result<Vec<f64>, Fault> {
    let value = |(place, name): &(usize, String)| match cells.get(*place) {
        Some(Cell::Number(it)) => Ok(*it),
        Some(Cell::Empty) | None => Ok(f64::NAN),
        Some(Cell::Other(value)) => {
            let expected = Cow::Borrowed("a finite number, or nothing where it is not known");
            let reason = RejectReason::BadValue { value: value.clone(), expected };
            Err((Cow::Owned(name.clone()), reason))
        }
    };
    signals.iter().map(value).collect()
}
