//! Requests and capacity as tables.

use std::collections::BTreeMap;
use std::io;

use chrono::{DateTime, Utc};
use csv::StringRecord;
use ringback_calllog::{Intent, Masked, Pseudonymizer, QueueId, Zone};
use ringback_reach::{CustomerText, Segment, Window};

use crate::{CallbackRequest, Capacity, RequestId, Skill, Urgency};

/// Reads requests from comma-separated values.
///
/// The header names the columns, in any order: `request_id`, `customer` and `requested_at` (RFC 3339), and perhaps `due_by`,
/// `intent`, `time_zone` (IANA), `queue`, `segment`, `skill`, `urgency` ([`Urgency`]'s terms). Other columns are ignored.
///
/// # Example
///
/// ```
/// use ringback_callback::RequestTable;
/// use ringback_calllog::{PseudonymKey, Pseudonymizer};
///
/// let text = "request_id,customer,requested_at,time_zone\n\
///     R1,c1,2026-05-04T09:00:00Z,Europe/Oslo\n\
///     R2,c2,2026-05-04T09:00:00Z,Europe/Osslo\n";
/// let pseudonymizer = Pseudonymizer::new(&PseudonymKey::from_bytes([7; 32]), "shop");
/// let read = RequestTable::default().read("requests.csv", text.as_bytes(), &pseudonymizer)?;
/// assert_eq!(read.requests.len(), 1);
/// assert_eq!(
///     read.refused[0].to_string(),
///     "requests.csv:3: time_zone: \"Europe/Osslo\", expected an IANA zone such as Europe/Oslo"
/// );
/// # Ok::<(), ringback_callback::TableError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct RequestTable {
    customers: CustomerText,
}

/// Requests that were read, and rows that are none: together they are all rows.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadRequests {
    /// The requests, in the order of the rows.
    pub requests: Vec<CallbackRequest>,
    /// The others.
    pub refused: Vec<RefusedRow>,
}

/// A row that is no request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedRow {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
    /// The name of the request, where the row has one.
    pub id: Option<RequestId>,
    /// The field at fault.
    pub field: String,
    /// What is wrong with it; the value in it is masked where it could be a phone number.
    pub reason: String,
}

impl std::fmt::Display for RefusedRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}: {}", self.file, self.line, self.field, self.reason)
    }
}

/// Why a table was not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// The header lacks a column.
    #[error("{file}: no column {column}, expected {expected}")]
    MissingColumn {
        /// The file.
        file: String,
        /// The column.
        column: &'static str,
        /// All that are needed.
        expected: &'static str,
    },
    /// A row of a table in which every row counts.
    #[error("{file}:{line}: {field}: {reason}")]
    Row {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// The field at fault.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The file cannot be read on.
    #[error("{file}: reading broke off")]
    Unreadable {
        /// The file.
        file: String,
        /// Why.
        source: csv::Error,
    },
}

/// A field at fault, and what is wrong with it.
type Fault = (&'static str, String);

impl RequestTable {
    /// What the column `customer` holds. Default: pseudonyms, ids, or numbers with their country code.
    #[must_use]
    pub fn customers(mut self, customers: CustomerText) -> Self {
        self.customers = customers;
        self
    }

    /// Reads a table; `file` is its name in messages.
    ///
    /// # Errors
    ///
    /// [`TableError`] if the header lacks a column or the reader fails. A bad row is no error: it is among the refused.
    pub fn read(
        self,
        file: &str,
        reader: impl io::Read,
        pseudonymizer: &Pseudonymizer,
    ) -> Result<ReadRequests, TableError> {
        let table = Table::open(file, reader, &["request_id", "customer", "requested_at"])?;
        let mut read = ReadRequests { requests: Vec::new(), refused: Vec::new() };
        table.rows(|line, row| {
            match self.request(row, pseudonymizer) {
                Ok(request) => read.requests.push(request),
                Err((field, reason)) => {
                    let id = row.get("request_id");
                    let id = (!id.is_empty()).then(|| RequestId::new(id));
                    let (file, field) = (file.to_owned(), field.to_owned());
                    read.refused.push(RefusedRow { file, line, id, field, reason });
                }
            }
            Ok(())
        })?;
        Ok(read)
    }

    fn request(
        self,
        row: &Row<'_>,
        pseudonymizer: &Pseudonymizer,
    ) -> Result<CallbackRequest, Fault> {
        let id = RequestId::new(row.needed("request_id")?);
        let text = row.needed("customer")?;
        let customer = self.customers.read(text, pseudonymizer);
        let customer = customer.map_err(|expected| bad("customer", text, expected))?;
        let requested_at = instant("requested_at", row.needed("requested_at")?)?;
        let due_by = row.optional("due_by").map(|it| instant("due_by", it)).transpose()?;
        let zone = |text: &str| {
            text.parse::<Zone>()
                .map_err(|_| bad("time_zone", text, "an IANA zone such as Europe/Oslo"))
        };
        let urgency = |text: &str| {
            text.parse::<Urgency>()
                .map_err(|_| bad("urgency", text, "one of low, normal, high, urgent"))
        };
        Ok(CallbackRequest {
            due_by,
            intent: row.optional("intent").map(Intent::from),
            queue: row.optional("queue").map(QueueId::from),
            zone: row.optional("time_zone").map(zone).transpose()?,
            segment: row.optional("segment").map(Segment::from),
            skill: row.optional("skill").map(Skill::from),
            urgency: row.optional("urgency").map(urgency).transpose()?.unwrap_or_default(),
            ..CallbackRequest::new(id, customer, requested_at)
        })
    }
}

impl Capacity {
    /// Reads what agents have time for from comma-separated values: `start`, `end` (RFC 3339), `slots` (a whole number from
    /// 0) and perhaps `skill`.
    ///
    /// # Errors
    ///
    /// [`TableError`], also for a bad row: a plan on half the capacity would be wrong without a word.
    ///
    /// # Example
    ///
    /// ```
    /// use ringback_callback::Capacity;
    ///
    /// let text = "start,end,slots\n2026-05-04T12:00:00Z,2026-05-04T14:00:00Z,3\n";
    /// assert_eq!(Capacity::read_table("capacity.csv", text.as_bytes())?[0].slots, 3);
    /// let text = "start,end,slots\n2026-05-04T14:00:00Z,2026-05-04T12:00:00Z,3\n";
    /// let error = Capacity::read_table("capacity.csv", text.as_bytes()).unwrap_err();
    /// assert!(error.to_string().starts_with("capacity.csv:2: end: "));
    /// # Ok::<(), ringback_callback::TableError>(())
    /// ```
    pub fn read_table(file: &str, reader: impl io::Read) -> Result<Vec<Self>, TableError> {
        let table = Table::open(file, reader, &["start", "end", "slots"])?;
        let mut capacity = Vec::new();
        table.rows(|line, row| {
            let read = capacity_of(row).map_err(|(field, reason)| {
                let (file, field) = (file.to_owned(), field.to_owned());
                TableError::Row { file, line, field, reason }
            })?;
            capacity.push(read);
            Ok(())
        })?;
        Ok(capacity)
    }
}

fn capacity_of(row: &Row<'_>) -> Result<Capacity, Fault> {
    let starts_at = instant("start", row.needed("start")?)?;
    let ends_at = instant("end", row.needed("end")?)?;
    let window = Window::new(starts_at, ends_at).map_err(|it| ("end", it.to_string()))?;
    let text = row.needed("slots")?;
    let slots = text.parse().map_err(|_| bad("slots", text, "a whole number from 0"))?;
    Ok(Capacity { window, slots, skill: row.optional("skill").map(Skill::from) })
}

/// A table whose header is read.
struct Table<R> {
    file: String,
    reader: csv::Reader<R>,
    columns: BTreeMap<String, usize>,
}

/// A row of a table.
struct Row<'a> {
    columns: &'a BTreeMap<String, usize>,
    record: &'a StringRecord,
}

impl<R: io::Read> Table<R> {
    fn open(file: &str, reader: R, needed: &[&'static str]) -> Result<Self, TableError> {
        let mut reader =
            csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(reader);
        let file = file.to_owned();
        let header = match reader.headers() {
            Ok(header) => header,
            Err(source) => return Err(TableError::Unreadable { file, source }),
        };
        // A spreadsheet begins its files with a byte-order mark.
        let name = |it: &str| it.trim_start_matches('\u{feff}').to_owned();
        let columns: BTreeMap<String, usize> =
            header.iter().enumerate().map(|(at, it)| (name(it), at)).collect();
        if let Some(column) = needed.iter().find(|it| !columns.contains_key(**it)) {
            let expected = match needed.first() {
                Some(&"start") => "start, end and slots",
                _ => "request_id, customer and requested_at",
            };
            return Err(TableError::MissingColumn { file, column, expected });
        }
        Ok(Self { file, reader, columns })
    }

    fn rows(
        mut self,
        mut take: impl FnMut(u64, &Row<'_>) -> Result<(), TableError>,
    ) -> Result<(), TableError> {
        let mut record = StringRecord::new();
        loop {
            match self.reader.read_record(&mut record) {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(source) => return Err(TableError::Unreadable { file: self.file, source }),
            }
            let line = record.position().map_or(0, csv::Position::line);
            take(line, &Row { columns: &self.columns, record: &record })?;
        }
    }
}

impl Row<'_> {
    /// The value of a column; empty if there is none.
    fn get(&self, column: &str) -> &str {
        let at = self.columns.get(column);
        at.and_then(|at| self.record.get(*at)).unwrap_or_default()
    }

    fn optional(&self, column: &str) -> Option<&str> {
        Some(self.get(column)).filter(|it| !it.is_empty())
    }

    fn needed(&self, column: &'static str) -> Result<&str, Fault> {
        self.optional(column).ok_or_else(|| (column, "missing".to_owned()))
    }
}

fn instant(field: &'static str, text: &str) -> Result<DateTime<Utc>, Fault> {
    let expected = "an RFC 3339 stamp such as 2026-05-04T14:30:00+02:00";
    DateTime::parse_from_rfc3339(text).map(|it| it.to_utc()).map_err(|_| bad(field, text, expected))
}

fn bad(field: &'static str, value: &str, expected: &str) -> Fault {
    (field, format!("{:?}, expected {expected}", Masked::new(value).to_string()))
}
