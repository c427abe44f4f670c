//! Tables as Parquet.

use std::borrow::Cow;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, SecondsFormat};
use polars::prelude::*;

use crate::read::RejectedEvent;
use crate::stamp::{NoInstant, Stamps, of_four_digits};
use crate::table::header::Header;
use crate::table::numbers::tell_kinds;
use crate::table::row::Row;
use crate::{Error, EventLogBuilder, ReadEvents, TableReader};

impl TableReader {
    /// Reads a table that is kept as Parquet; columns go by the same names and settings as those of a text.
    ///
    /// Stamps are texts, or instants of any unit, of which what is finer than a microsecond is cut off: in a zone, or
    /// without one, and then they are wall-clock readings of the zone that is told. Texts, truth values and numbers of 32
    /// and 64 bits become attributes, a number that is none an empty field; columns of other types, such as lists
    /// and dictionaries, are passed over. A rejected event's line is its row, from 1.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] for a file that cannot be opened; [`Error::Frame`] for one that is no Parquet; [`Error::Format`] with
    /// a column lacking; [`Error::StampPattern`]; [`Error::Empty`] without a row that can be used.
    pub fn read_parquet(&self, path: &Path) -> Result<ReadEvents, Error> {
        let file = File::open(path)
            .map_err(|source| Error::Io { path: path.to_owned(), source: Arc::new(source) })?;
        let columns = read_columns(file)
            .map_err(|source| Error::Frame { path: path.to_owned(), source: Arc::new(source) })?;
        let names = columns.iter().map(|it| it.0.clone()).collect();
        let mut builder = EventLogBuilder::default();
        let header = Header::new(self, names, &mut builder, path)?;
        let mut stamps = self.stamps()?;
        let mut rejected = Vec::new();
        let rows = columns.first().map_or(0, |it| it.1.len());
        for (line, row) in (1..).zip(0..rows) {
            let row = FrameRow { columns: &columns, row };
            if let Err((field, reason)) = header.add(&row, &mut builder, &mut stamps) {
                rejected.push(RejectedEvent { line, field, reason });
            }
        }
        tell_kinds(&mut builder, self.decimal);
        ReadEvents::of(builder, rejected, path)
    }
}

/// A column as it is kept.
enum Cells {
    Text(StringChunked),
    Stamps { values: Int64Chunked, unit: TimeUnit, has_zone: bool },
    Other(Column),
}

/// The columns of the types that are read, with their names.
fn read_columns(file: File) -> PolarsResult<Vec<(String, Cells)>> {
    let mut reader = ParquetReader::new(file).set_rechunk(true);
    let schema = reader.schema()?;
    let fields = schema.iter_values().filter(|it| is_read(it.dtype()));
    let names: Vec<String> = fields.map(|it| it.name.to_string()).collect();
    let frame = reader.with_columns(Some(names.clone())).finish()?;
    let cells = |name: String| {
        let column = frame.column(&name)?;
        let cells = match column.dtype() {
            DataType::String => Cells::Text(column.str()?.clone()),
            DataType::Datetime(unit, zone) => {
                let (unit, has_zone) = (*unit, zone.is_some());
                Cells::Stamps { values: column.datetime()?.physical().clone(), unit, has_zone }
            }
            _ => Cells::Other(column.clone()),
        };
        Ok((name, cells))
    };
    names.into_iter().map(cells).collect()
}

fn is_read(of: &ArrowDataType) -> bool {
    use ArrowDataType::{
        Boolean, Float32, Float64, Int32, Int64, LargeUtf8, Timestamp, UInt32, UInt64, Utf8,
        Utf8View,
    };
    matches!(
        of,
        Boolean
            | Float32
            | Float64
            | Int32
            | Int64
            | UInt32
            | UInt64
            | Utf8
            | LargeUtf8
            | Utf8View
            | Timestamp(..)
    )
}

impl Cells {
    fn len(&self) -> usize {
        match self {
            Self::Text(values) => values.len(),
            Self::Stamps { values, .. } => values.len(),
            Self::Other(values) => values.len(),
        }
    }
}

/// A row of the columns.
struct FrameRow<'a> {
    columns: &'a [(String, Cells)],
    row: usize,
}

impl FrameRow<'_> {
    /// The microseconds since 1970 of a stamp, of the wall clock where it has no zone, and whether it has one.
    fn micros(&self, column: usize) -> Option<(Option<i64>, bool)> {
        let (_, Cells::Stamps { values, unit, has_zone }) = self.columns.get(column)? else {
            return None;
        };
        let micros = match (values.get(self.row)?, unit) {
            (value, TimeUnit::Nanoseconds) => Some(value.div_euclid(1000)),
            (value, TimeUnit::Microseconds) => Some(value),
            (value, TimeUnit::Milliseconds) => value.checked_mul(1000),
        };
        Some((micros, *has_zone))
    }
}

impl Row for FrameRow<'_> {
    fn text(&self, column: usize) -> Option<Cow<'_, str>> {
        if let Some((micros, has_zone)) = self.micros(column) {
            let text = match micros.and_then(DateTime::from_timestamp_micros) {
                Some(at) if has_zone => at.to_rfc3339_opts(SecondsFormat::AutoSi, false),
                Some(at) => at.naive_utc().format("%Y-%m-%dT%H:%M:%S%.f").to_string(),
                None => "a stamp out of range".to_owned(),
            };
            return Some(Cow::Owned(text));
        }
        Some(match self.columns.get(column).map(|it| &it.1) {
            Some(Cells::Text(values)) => Cow::Borrowed(values.get(self.row).unwrap_or_default()),
            Some(Cells::Other(values)) => Cow::Owned(told(&values.get(self.row).ok()?)),
            _ => Cow::Borrowed(""),
        })
    }

    fn instant(&self, column: usize, stamps: &mut Stamps) -> Option<Result<i64, NoInstant>> {
        let (micros, has_zone) = self.micros(column)?;
        Some(match (micros, has_zone) {
            (Some(at), true) => of_four_digits(at),
            (Some(at), false) => match DateTime::from_timestamp_micros(at) {
                Some(local) => stamps.instant(local.naive_utc()).and_then(of_four_digits),
                None => Err(NoInstant::FarOff),
            },
            (None, _) => Err(NoInstant::FarOff),
        })
    }
}

/// A value as a text; empty where there is none, or a number that is none.
fn told(value: &AnyValue<'_>) -> String {
    match value {
        AnyValue::Boolean(it) => it.to_string(),
        AnyValue::Int32(it) => it.to_string(),
        AnyValue::Int64(it) => it.to_string(),
        AnyValue::UInt32(it) => it.to_string(),
        AnyValue::UInt64(it) => it.to_string(),
        AnyValue::Float32(it) if it.is_finite() => it.to_string(),
        AnyValue::Float64(it) if it.is_finite() => it.to_string(),
        _ => String::new(),
    }
}
