//! The `delimited` format: any CSV or TSV by a mapping file, so that a system without an adapter needs no code.
//!
//! `mapping` is the mapping file, `stamp` reads times, `row` turns a row into a leg.

mod mapping;
mod row;
mod stamp;

use std::borrow::Cow;

use crate::delimited::mapping::{Delimiter, Mapping};
use crate::delimited::row::{Columns, RowReader};
use crate::{
    CdrFormat, Error, Fold, Framing, Masked, Observed, Pseudonymizer, Record, RejectReason,
    SourceId, Verdict, Zone,
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
/// not happen.
#[derive(Debug)]
pub struct Delimited {
    mapping: Mapping,
    row: RowReader,
    /// What the file's header said; none before the header is read.
    columns: Option<Result<Columns, MissingColumn>>,
    /// The header line, to know it again.
    header: String,
    fields: Fields,
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
            fields: Fields::default(),
            delimiter,
        })
    }

    fn read_header(&mut self, text: &str) {
        self.delimiter = self.mapping.delimiter.unwrap_or_else(|| Delimiter::find(text));
        let names: Vec<String> = match self.fields.split(text, self.delimiter, self.mapping.quote) {
            Ok(()) => self.fields.iter().map(str::to_owned).collect(),
            Err(_) => vec![text.to_owned()],
        };
        self.header = text.to_owned();
        self.columns = Some(self.resolve(&names, text));
    }

    fn resolve(&self, names: &[String], header: &str) -> Result<Columns, MissingColumn> {
        Columns::resolve(&self.mapping, names)
            .map_err(|column| MissingColumn { column, header: Masked::new(header) })
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

    fn begin_file(&mut self, _file: &str) {
        self.header.clear();
        self.columns =
            self.mapping.columns.as_ref().map(|names| self.resolve(names, "the mapping's columns"));
    }

    fn read(&mut self, record: Record<'_>) -> Verdict {
        let text = record.text();
        match &self.columns {
            None => {
                self.read_header(&text);
                Verdict::NotARow
            }
            Some(_) if text == self.header => Verdict::NotARow,
            Some(Err(missing)) => {
                let reason = RejectReason::NoSuchColumn { header: missing.header.clone() };
                Verdict::rejected(missing.column.clone(), reason)
            }
            Some(Ok(columns)) => {
                if let Err(reason) = self.fields.split(&text, self.delimiter, self.mapping.quote) {
                    return Verdict::rejected("", reason);
                }
                if self.fields.len() != columns.count() {
                    let (got, expected) = (self.fields.len(), columns.count());
                    return Verdict::rejected("", RejectReason::FieldCount { got, expected });
                }
                self.row.read(&self.mapping, columns, &self.fields)
            }
        }
    }

    fn remarks(&self) -> Vec<(String, u64)> {
        self.row.remarks()
    }
}

/// The fields of one row; the memory is used again for the next.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    text: String,
    /// Where each field ends in the text; it begins where the last one ended.
    ends: Vec<(usize, usize)>,
    unquoted: Vec<u8>,
    unquoted_ends: Vec<usize>,
}

impl Fields {
    fn len(&self) -> usize {
        self.ends.len()
    }

    /// A field, without blanks around it; empty if there is no such field.
    fn get(&self, index: usize) -> &str {
        self.ends.get(index).map_or("", |&(start, end)| self.text[start..end].trim_ascii())
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.get(index))
    }

    fn split(&mut self, text: &str, delimiter: Delimiter, quote: bool) -> Result<(), RejectReason> {
        self.ends.clear();
        self.text.clear();
        match delimiter {
            Delimiter::Sign(sign) if quote && memchr::memchr(b'"', text.as_bytes()).is_some() => {
                self.split_quoted(text, sign)
            }
            Delimiter::Sign(sign) => {
                self.text.push_str(text);
                let mut start = 0;
                for end in memchr::memchr_iter(sign, text.as_bytes()) {
                    self.ends.push((start, end));
                    start = end + 1;
                }
                self.ends.push((start, text.len()));
                Ok(())
            }
            Delimiter::Blanks => {
                self.text.push_str(text);
                let base = text.as_ptr() as usize;
                for word in text.split_ascii_whitespace() {
                    let start = word.as_ptr() as usize - base;
                    self.ends.push((start, start + word.len()));
                }
                Ok(())
            }
        }
    }

    fn split_quoted(&mut self, text: &str, sign: u8) -> Result<(), RejectReason> {
        self.unquoted.resize(text.len() + 1, 0);
        self.unquoted_ends.resize(text.len() + 2, 0);
        let mut csv = csv_core::ReaderBuilder::new().delimiter(sign).build();
        let (_, _, written, n_ends) =
            csv.read_record(text.as_bytes(), &mut self.unquoted, &mut self.unquoted_ends);
        let (_, _, more, n_more) =
            csv.read_record(&[], &mut self.unquoted[written..], &mut self.unquoted_ends[n_ends..]);
        let bytes = &self.unquoted[..written + more];
        let Ok(unquoted) = std::str::from_utf8(bytes) else {
            return Err(RejectReason::Other { what: Cow::Borrowed("quotes cut a letter in two") });
        };
        self.text.push_str(unquoted);
        let mut start = 0;
        for &end in &self.unquoted_ends[..n_ends + n_more] {
            self.ends.push((start, end));
            start = end;
        }
        Ok(())
    }
}
