//! One row as an event.

use std::borrow::Cow;

use super::header::{Header, Kept};
use crate::EventLogBuilder;
use crate::stamp::{NoInstant, Stamps};

/// A row of a table, whatever the table is kept in.
pub(crate) trait Row {
    /// The value of a column as it is written; empty where there is none, `None` where it is no text.
    fn text(&self, column: usize) -> Option<Cow<'_, str>>;

    /// The instant of a column that is kept as one and not as a text; `None` where it is a text.
    fn instant(&self, column: usize, stamps: &mut Stamps) -> Option<Result<i64, NoInstant>>;
}

/// The field that is wrong, and what is wrong with it.
type Wrong = (String, String);

impl Header {
    /// Adds a row's event.
    pub(crate) fn add(
        &self,
        row: &impl Row,
        builder: &mut EventLogBuilder,
        stamps: &mut Stamps,
    ) -> Result<(), Wrong> {
        let (case, activity) = (self.filled(row, self.case)?, self.filled(row, self.activity)?);
        let at_micros = self.instant(row, self.time, stamps)?;
        let start = self.start.map(|it| self.instant(row, it, stamps)).transpose()?;
        if let Some(start) = start.filter(|it| *it > at_micros) {
            let secs = start.abs_diff(at_micros) as f64 / 1e6;
            return Err((self.name(self.time), format!("ends {secs} s before it starts")));
        }
        let values = self.kept.iter().map(|(at, to)| Ok((*to, self.text(row, *at)?)));
        let values = values.collect::<Result<Vec<_>, Wrong>>()?;
        let case = builder.case(&case);
        builder.event(case, &activity, at_micros);
        if let Some(start) = start {
            builder.started_at(start);
        }
        for (to, value) in values.iter().filter(|it| !it.1.trim().is_empty()) {
            match to {
                Kept::Event(column) => builder.set(*column, value),
                Kept::Case(column) => builder.set_case(case, *column, value),
            }
        }
        Ok(())
    }

    fn text<'a>(&self, row: &'a impl Row, at: usize) -> Result<Cow<'a, str>, Wrong> {
        row.text(at).ok_or_else(|| (self.name(at), "not UTF-8".to_owned()))
    }

    fn filled<'a>(&self, row: &'a impl Row, at: usize) -> Result<Cow<'a, str>, Wrong> {
        let value = self.text(row, at)?;
        let is_blank = value.trim().is_empty();
        if is_blank { Err((self.name(at), "missing".to_owned())) } else { Ok(value) }
    }

    fn instant(&self, row: &impl Row, at: usize, stamps: &mut Stamps) -> Result<i64, Wrong> {
        let value = self.filled(row, at)?;
        let text = value.trim();
        let read = row.instant(at, stamps).unwrap_or_else(|| stamps.read(text.as_bytes()));
        read.map_err(|why| (self.name(at), stamps.told(text, why)))
    }
}
