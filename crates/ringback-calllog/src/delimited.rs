//! The `delimited` format: any CSV or TSV by a mapping file, so that a system without an adapter needs no code.
//!
//! `mapping_file` is the mapping as it is written, `mapping` as it is used; `columns` finds its columns in a file;
//! `fields` cuts a record into fields, `stamp` and `times` read times, `value` reads everything else, and `row` turns
//! a row into a leg.

mod columns;
mod fields;
mod mapping;
mod mapping_file;
mod row;
mod stamp;
mod times;
mod value;

use std::fmt;

pub use crate::delimited::stamp::{InvalidStampPattern, StampPattern};

use crate::delimited::columns::{Columns, Row};
use crate::delimited::fields::Splitter;
use crate::delimited::mapping::{Delimiter, Mapping};
use crate::delimited::row::RowReader;
use crate::{
    CdrFormat, Error, FileStart, Fold, Framing, Masked, Observed, Pseudonymizer, Record,
    RejectReason, SkipReason, SourceId, Verdict, Zone,
};

/// Any delimited text, read by a mapping file.
///
/// # Supported
///
/// One row a call, or one row a leg with a key that the legs of a call share; comma, semicolon, tab, bar or blanks
/// between fields (found from the header unless given); double quotes, with line ends inside; a header line, or
/// column names in the mapping; a header that comes again in the middle (files put together) is passed over. Stamps
/// by any `strftime` pattern, RFC 3339, or epoch seconds and milliseconds; times of day with the date in a column of
/// its own, past midnight too.
///
/// # Unsupported
///
/// Rows of differing shapes in one file: they are rejected, row by row.
///
/// # Layout
///
/// The mapping is TOML; `docs/formats/delimited.md` explains every key, and `fixtures/anonymous_bank/mapping.toml`
/// is a complete one. Local stamps need a zone; a stamp that is empty, or one of the mapping's `absent` values, did
/// not happen. `Debug` shows the source's name: the rest is the mapping and what was read last.
pub struct Delimited {
    mapping: Mapping,
    row: RowReader,
    /// What the file's header said; none before the header is read.
    columns: Option<Result<Columns, MissingColumn>>,
    /// The header line, to know it again.
    header: String,
    splitter: Splitter,
    delimiter: Delimiter,
}

/// A column that the mapping names and the header does not.
#[derive(Clone, Debug)]
struct MissingColumn {
    column: String,
    header: Masked,
}

impl Delimited {
    /// The format of a mapping file's text; `file` is its name in messages.
    ///
    /// # Errors
    ///
    /// [`Error::Mapping`], naming the file, the line where known, and what was expected.
    pub fn new(mapping: &str, file: &str, pseudonymizer: Pseudonymizer) -> Result<Self, Error> {
        Self::in_zone(mapping, file, pseudonymizer, None, None)
    }

    /// As [`new`](Self::new), with a zone and a fold rule that take the place of the mapping's.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn in_zone(
        mapping: &str,
        file: &str,
        pseudonymizer: Pseudonymizer,
        zone: Option<Zone>,
        fold: Option<Fold>,
    ) -> Result<Self, Error> {
        let mapping = Mapping::parse(mapping, file, zone, fold)?;
        let row = RowReader::new(&mapping, pseudonymizer);
        let delimiter = mapping.delimiter.unwrap_or(Delimiter::Sign(b','));
        Ok(Self {
            mapping,
            row,
            columns: None,
            header: String::new(),
            splitter: Splitter::default(),
            delimiter,
        })
    }

    fn read_header(&mut self, text: &str) {
        self.delimiter = self.mapping.delimiter.unwrap_or_else(|| Delimiter::find(text));
        let fields = self.splitter.split(text, self.delimiter, self.mapping.quote);
        let names: Vec<String> = match fields {
            Ok(fields) => fields.iter().map(str::to_owned).collect(),
            Err(_) => vec![text.to_owned()],
        };
        text.clone_into(&mut self.header);
        self.columns = Some(self.resolve(&names, text));
    }

    fn resolve(&self, names: &[String], header: &str) -> Result<Columns, MissingColumn> {
        Columns::resolve(&self.mapping, names)
            .map_err(|column| MissingColumn { column, header: Masked::new(header) })
    }
}

impl fmt::Debug for Delimited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Delimited({})", self.mapping.source)
    }
}

impl CdrFormat for Delimited {
    fn source(&self) -> SourceId {
        self.mapping.source.clone()
    }

    fn framing(&self) -> Framing {
        if self.mapping.quote { Framing::QuotedLines } else { Framing::Lines }
    }

    fn observed(&self) -> Observed {
        self.mapping.observed
    }

    fn begin_file(&mut self, _file: &FileStart<'_>) -> Result<(), SkipReason> {
        self.header.clear();
        self.columns =
            self.mapping.columns.as_ref().map(|names| self.resolve(names, "the mapping's columns"));
        Ok(())
    }

    fn read(&mut self, record: Record<'_>) -> Verdict {
        let text = record.text();
        // Files that were put together have marks and headers in the middle.
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let columns = match &self.columns {
            None => {
                self.read_header(text);
                return Verdict::NotARow;
            }
            Some(_) if text == self.header => return Verdict::NotARow,
            Some(Err(missing)) => {
                let reason = RejectReason::NoSuchColumn { header: missing.header.clone() };
                return Verdict::rejected(missing.column.clone(), reason);
            }
            Some(Ok(columns)) => columns,
        };
        let fields = match self.splitter.split(text, self.delimiter, self.mapping.quote) {
            Ok(fields) => fields,
            Err(reason) => return Verdict::rejected("", reason),
        };
        if fields.len() != columns.count {
            let reason = RejectReason::FieldCount { got: fields.len(), expected: columns.count };
            return Verdict::rejected("", reason);
        }
        self.row.read(Row { mapping: &self.mapping, columns, fields })
    }

    fn remarks(&self) -> Vec<(String, u64)> {
        self.row.remarks()
    }
}
