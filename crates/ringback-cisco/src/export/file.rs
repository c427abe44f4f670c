//! A file of one table, or of several put together: which columns its rows have.

use ringback_calllog::{FileStart, Masked, Place, RejectReason, Separated, Verdict};

use crate::export::{Fields, Header};

/// Lines before a header that may be titles.
const TITLE_LINES: usize = 20;

/// The columns of a table that a format knows.
pub(crate) trait Table: Sized {
    /// The table that a header is of, or the column that it lacks; `None` for a line that is no header.
    fn find(header: &Header) -> Option<Result<Self, &'static str>>;
}

/// The first header within a file's first lines.
pub(crate) fn find_header<T: Table>(file: &FileStart<'_>) -> Option<Result<T, &'static str>> {
    file.lines().take(TITLE_LINES).find_map(|line| T::find(&Header::of(&line)?))
}

/// What a line of a file is.
pub(crate) enum Line<'a, T> {
    /// A row, with its table.
    Row(&'a T, Fields<'a>),
    /// No row, or one that cannot be cut.
    Verdict(Verdict),
}

/// A header without a column that rows cannot do without.
#[derive(Clone, Debug)]
struct MissingColumn {
    column: &'static str,
    header: Masked,
}

/// Cuts the rows of a file by the header before them.
#[derive(Clone, Debug)]
pub(crate) struct TableFile<T> {
    table: Option<Result<T, MissingColumn>>,
    /// The header line, to know it again.
    line: String,
    columns: usize,
    cutter: Separated,
    /// Whether a header is to come: what is before it are titles.
    has_header: bool,
}

impl<T> Default for TableFile<T> {
    fn default() -> Self {
        let cutter = Separated::new(b',');
        Self { table: None, line: String::new(), columns: 0, cutter, has_header: false }
    }
}

impl<T: Table> TableFile<T> {
    /// A new file begins.
    pub(crate) fn begin(&mut self, file: &FileStart<'_>) {
        let has_header = find_header::<T>(file).is_some();
        *self = Self { has_header, ..Self::default() };
    }

    /// Takes a line.
    pub(crate) fn line<'a>(&'a mut self, text: &'a str, place: Place) -> Line<'a, T> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text == self.line || self.begins_table(text) {
            return Line::Verdict(Verdict::NotARow);
        }
        let Self { table, columns, cutter, has_header, .. } = self;
        let table = match table {
            Some(Ok(table)) => table,
            Some(Err(MissingColumn { column, header })) => {
                let reason = RejectReason::NoSuchColumn { header: header.clone() };
                return Line::Verdict(Verdict::rejected(*column, reason));
            }
            None if *has_header => return Line::Verdict(Verdict::NotARow),
            None => {
                let what = "no header of a known table before this row".into();
                return Line::Verdict(Verdict::rejected("", RejectReason::Other { what }));
            }
        };
        let row = match cutter.cut(text) {
            Ok(row) => row,
            Err(reason) => return Line::Verdict(Verdict::rejected("", reason)),
        };
        if row.len() != *columns {
            let reason = RejectReason::FieldCount { got: row.len(), expected: *columns };
            return Line::Verdict(Verdict::rejected("", reason));
        }
        Line::Row(table, Fields { row, place })
    }

    /// Takes a header line, at the start or where files were put together.
    fn begins_table(&mut self, text: &str) -> bool {
        // Rows begin with a number nearly always, and names never do.
        let first = text.bytes().find(|it| !matches!(it, b'"' | b'\'' | b' '));
        if !first.is_some_and(|it| it.is_ascii_alphabetic()) {
            return false;
        }
        let Some(header) = Header::of(text) else { return false };
        let Some(found) = T::find(&header) else { return false };
        let missing = |column| MissingColumn { column, header: Masked::new(text) };
        self.table = Some(found.map_err(missing));
        text.clone_into(&mut self.line);
        self.columns = header.len();
        self.cutter = Separated::new(header.separator);
        true
    }
}
