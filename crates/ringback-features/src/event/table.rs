//! Reading events from a table.

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, Utc};
use ringback_calllog::{Fold, LocalClock, Zone};

use super::{Event, Events};

const STAMP: &str =
    "an RFC 3339 stamp, a local YYYY-MM-DD HH:MM[:SS] that the clock showed, or YYYY-MM-DD";

const LOCAL_FORMATS: [&str; 4] =
    ["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"];

/// Why a table of events was not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EventTableError {
    /// The first line lacks a column.
    #[error("column {0:?} is missing, expected name, start, end and optionally known_at, label")]
    MissingColumn(&'static str),
    /// The first line has a column that means nothing here. It is not passed over: a misspelt `known_at` would let
    /// features see the future.
    #[error(
        "column {0:?} is unknown or there twice, expected name, start, end and optionally known_at, label"
    )]
    UnknownColumn(String),
    /// A line has more or fewer fields than the first.
    #[error("line {line} has {got} fields, expected {expected}")]
    FieldCount {
        /// The line, from 1.
        line: u64,
        /// Fields of the line.
        got: usize,
        /// Fields of the first line.
        expected: usize,
    },
    /// A field cannot be read.
    #[error("line {line}: {field} is {value:?}, expected {expected}")]
    Field {
        /// The line, from 1.
        line: u64,
        /// The column.
        field: &'static str,
        /// What it holds.
        value: String,
        /// What it should hold.
        expected: String,
    },
    /// The text is no table.
    #[error("no table of comma-separated values: {0}")]
    Csv(String),
}

/// How a stamp that is not sharp is read.
#[derive(Clone, Copy)]
enum Edge {
    /// At its first instant.
    First,
    /// After its last instant.
    Last,
}

impl Events {
    /// Reads a table with the columns `name`, `start`, `end`, and optionally `known_at` and `label`, in any order.
    ///
    /// A stamp is RFC 3339, or a local time in `zone`, or a local date. A date stands for the whole day: an event
    /// ends at the end of the `end` day, and what became known on a day was known when it was over, because no feature
    /// may see it too early. In the hour that autumn repeats, an event starts in the first and ends, or becomes
    /// known, in the second. An empty `known_at` means always known, an empty `label` none.
    ///
    /// # Errors
    ///
    /// [`EventTableError`] with line and field for the first thing that cannot be read.
    pub fn from_csv(text: &str, zone: Zone) -> Result<Self, EventTableError> {
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let header = reader.headers().map_err(unreadable)?.clone();
        let columns = Columns::find(&header)?;
        let mut events = Vec::new();
        for record in reader.records() {
            let record = record.map_err(unreadable)?;
            let line = record.position().map_or(0, csv::Position::line);
            if record.len() != header.len() {
                let (got, expected) = (record.len(), header.len());
                return Err(EventTableError::FieldCount { line, got, expected });
            }
            events.push(Row { record: &record, line, zone }.read(columns)?);
        }
        Ok(events.into_iter().collect())
    }
}

#[expect(clippy::needless_pass_by_value, reason = "map_err hands the error over")]
fn unreadable(error: csv::Error) -> EventTableError {
    EventTableError::Csv(error.to_string())
}

/// Where each column stands.
#[derive(Clone, Copy)]
struct Columns {
    name: usize,
    start: usize,
    end: usize,
    known_at: Option<usize>,
    label: Option<usize>,
}

impl Columns {
    fn find(header: &csv::StringRecord) -> Result<Self, EventTableError> {
        const NAMES: [&str; 5] = ["name", "start", "end", "known_at", "label"];
        for (at, field) in header.iter().enumerate() {
            if !NAMES.contains(&field) || header.iter().take(at).any(|before| before == field) {
                return Err(EventTableError::UnknownColumn(field.to_owned()));
            }
        }
        let find = |name| header.iter().position(|field| field == name);
        let need = |name| find(name).ok_or(EventTableError::MissingColumn(name));
        Ok(Self {
            name: need("name")?,
            start: need("start")?,
            end: need("end")?,
            known_at: find("known_at"),
            label: find("label"),
        })
    }
}

struct Row<'a> {
    record: &'a csv::StringRecord,
    line: u64,
    zone: Zone,
}

impl Row<'_> {
    fn read(&self, columns: Columns) -> Result<Event, EventTableError> {
        let name = self.text(columns.name);
        if name.is_empty() {
            return Err(self.bad("name", name, "a name"));
        }
        let starts_at = self.stamp("start", columns.start, Edge::First)?;
        let ends_at = self.stamp("end", columns.end, Edge::Last)?;
        let mut event = Event::new(name, starts_at, ends_at).map_err(|_| {
            let expected = format!("an end after the start at {starts_at}");
            self.bad("end", self.text(columns.end), &expected)
        })?;
        if let Some(column) = columns.label.filter(|&column| !self.text(column).is_empty()) {
            event = event.label(self.text(column));
        }
        if let Some(column) = columns.known_at.filter(|&column| !self.text(column).is_empty()) {
            event = event.known_at(self.stamp("known_at", column, Edge::Last)?);
        }
        Ok(event)
    }

    fn text(&self, column: usize) -> &str {
        self.record.get(column).unwrap_or_default()
    }

    fn stamp(
        &self,
        field: &'static str,
        column: usize,
        edge: Edge,
    ) -> Result<DateTime<Utc>, EventTableError> {
        let text = self.text(column);
        read_stamp(text, self.zone, edge).ok_or_else(|| {
            let expected = format!("{STAMP} (zone {})", self.zone);
            self.bad(field, text, &expected)
        })
    }

    fn bad(&self, field: &'static str, value: &str, expected: &str) -> EventTableError {
        let (value, expected) = (value.to_owned(), expected.to_owned());
        EventTableError::Field { line: self.line, field, value, expected }
    }
}

fn read_stamp(text: &str, zone: Zone, edge: Edge) -> Option<DateTime<Utc>> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.to_utc());
    }
    if let Ok(date) = text.parse::<NaiveDate>() {
        return Some(match edge {
            Edge::First => zone.start_of_day(date),
            Edge::Last => zone.start_of_day(date.checked_add_days(Days::new(1))?),
        });
    }
    let mut readings =
        LOCAL_FORMATS.iter().map(|format| NaiveDateTime::parse_from_str(text, format));
    let local = readings.find_map(Result::ok)?;
    let fold = match edge {
        Edge::First => Fold::Earlier,
        Edge::Last => Fold::Later,
    };
    LocalClock::new(zone, fold).to_utc(local).ok()
}
