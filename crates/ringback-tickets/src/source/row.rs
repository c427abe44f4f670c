//! Rows of fields: a table's, or flat JSON objects'.

use std::borrow::Cow;
use std::io::{BufRead, Read};
use std::path::Path;

use rustc_hash::FxHashMap;
use serde_json::{Map, Value};

use super::json::{Piece, kind_of, stream, text_of};
use super::{empty, first_byte, io_error, open};
use crate::read::{Fault, shown};
use crate::{Error, TicketSettings};

/// One row.
pub(crate) enum Row<'a> {
    /// Of a table, with the places of its columns by their names in lower case.
    Table { fields: &'a csv::StringRecord, places: &'a FxHashMap<String, usize> },
    /// An object.
    Object(&'a Map<String, Value>),
}

/// The endings of keys under which Dataverse and others put a value's label.
const LABEL: &str = "@OData.Community.Display.V1.FormattedValue";

impl Row<'_> {
    /// The value of a field; none where it is empty, or a `?`.
    pub(crate) fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        match self {
            Self::Table { fields, places } => {
                let text = fields.get(*places.get(name)?)?.trim();
                (!text.is_empty() && text != "?").then_some(Cow::Borrowed(text))
            }
            Self::Object(object) => {
                let value = object.get(name)?;
                if !value.is_object() {
                    return text_of(value).map(Cow::Owned);
                }
                if let Some(inner) = value.get("value") {
                    return text_of(inner).map(Cow::Owned);
                }
                // A reference of which only the label is given has its id at the end of its address.
                let link = value.get("link").and_then(text_of);
                let id = link.as_deref().and_then(|it| it.rsplit('/').next()).map(str::to_owned);
                let id = id.filter(|it| !it.is_empty());
                id.or_else(|| value.get("display_value").and_then(text_of)).map(Cow::Owned)
            }
        }
    }

    /// The label of a field's value, or the value where it has none.
    pub(crate) fn label(&self, name: &str) -> Option<Cow<'_, str>> {
        if let Self::Object(object) = self {
            let given = object.get(name).and_then(|it| it.get("display_value"));
            let beside = || object.get(&format!("{name}{LABEL}"));
            if let Some(label) = given.or_else(beside).and_then(text_of) {
                return Some(Cow::Owned(label));
            }
        }
        self.get(name)
    }

    /// The value of the first of these fields that has one.
    pub(crate) fn first(&self, names: &[&str]) -> Option<Cow<'_, str>> {
        names.iter().find_map(|it| self.get(it))
    }

    /// The value of a field that must have one.
    pub(crate) fn needed(&self, name: &str) -> Result<Cow<'_, str>, Fault> {
        self.get(name).ok_or_else(|| Fault::missing(name))
    }

    /// Whether there is such a field, with a value or without.
    pub(crate) fn has(&self, name: &str) -> bool {
        match self {
            Self::Table { places, .. } => places.contains_key(name),
            Self::Object(object) => object.contains_key(name),
        }
    }
}

/// Where a row stands: its line, and the names of its file's columns if it is a table.
pub(crate) type Each<'a> = dyn FnMut(Result<&Row<'_>, Fault>, u64) + 'a;

/// Reads a table, or objects in lists by these names, and hands on the rows.
///
/// `check` is asked about the header of a table with the names of its columns in lower case.
///
/// # Errors
///
/// [`Error::Io`], [`Error::Empty`], [`Error::Format`], and what `check` says.
pub(crate) fn for_each(
    path: &Path,
    settings: &TicketSettings,
    lists: &[&'static str],
    check: &dyn Fn(&Row<'_>) -> Result<(), String>,
    each: &mut Each<'_>,
) -> Result<Option<Map<String, Value>>, Error> {
    match first_byte(path)? {
        None => Err(empty(path)),
        Some(b'{' | b'[') => objects(path, lists, each),
        Some(_) => table(path, settings, check, each).map(|()| None),
    }
}

/// Gives back what stands beside the last page's list.
fn objects(
    path: &Path,
    lists: &[&'static str],
    each: &mut Each<'_>,
) -> Result<Option<Map<String, Value>>, Error> {
    let mut last = None;
    stream(path, lists, &mut |piece| match piece {
        Piece::Item { value: Value::Object(mut object), line, .. } => {
            // Names in tables are found without regard to case; so are those of objects.
            let keys: Vec<String> = object
                .keys()
                .filter(|it| !it.contains('@') && it.chars().any(char::is_uppercase))
                .cloned()
                .collect();
            for key in keys {
                if let Some(value) = object.remove(&key) {
                    object.entry(key.to_lowercase()).or_insert(value);
                }
            }
            each(Ok(&Row::Object(&object)), line);
        }
        Piece::Item { value, line, .. } => {
            let reason = format!("{}, expected an object", kind_of(&value));
            each(Err(Fault { field: "item".to_owned(), reason }), line);
        }
        Piece::Page { beside, .. } => last = Some(beside),
    })?;
    Ok(last)
}

fn table(
    path: &Path,
    settings: &TicketSettings,
    check: &dyn Fn(&Row<'_>) -> Result<(), String>,
    each: &mut Each<'_>,
) -> Result<(), Error> {
    let mut input = open(path)?;
    let head = input.fill_buf().map_err(|it| io_error(path, it))?.to_vec();
    let mut rows = csv::ReaderBuilder::new()
        .delimiter(separator(&head))
        .flexible(true)
        .from_reader(Box::new(input) as Box<dyn Read>);
    let failed = |error: &csv::Error| Error::Format {
        path: path.to_owned(),
        line: error.position().map_or(1, csv::Position::line),
        problem: error.to_string(),
    };
    let header = rows.byte_headers().map_err(|it| failed(&it))?.clone();
    let names: Vec<String> = header
        .iter()
        .map(|it| {
            let name = readable(it).trim().to_owned();
            settings.columns.get(&name).cloned().unwrap_or(name).to_lowercase()
        })
        .collect();
    let mut places = FxHashMap::default();
    for (place, name) in names.iter().enumerate() {
        places.entry(name.clone()).or_insert(place);
    }
    let none = csv::StringRecord::new();
    check(&Row::Table { fields: &none, places: &places }).map_err(|column| {
        // Without a header the first row stands in its place, and may hold anything.
        let is_data = names.iter().any(|it| it.contains('@') || it.starts_with(char::is_numeric));
        let shown = |it: &String| if is_data { shown(it) } else { it.clone() };
        let header = names.iter().map(shown).collect::<Vec<_>>().join(", ");
        Error::MissingColumn { path: path.to_owned(), column, header }
    })?;
    let mut row = csv::ByteRecord::new();
    while rows.read_byte_record(&mut row).map_err(|it| failed(&it))? {
        let line = row.position().map_or(0, csv::Position::line);
        if row.len() != names.len() {
            let reason = format!("{} fields, expected {}", row.len(), names.len());
            each(Err(Fault { field: String::new(), reason }), line);
            continue;
        }
        let fields: csv::StringRecord = row.iter().map(readable).collect();
        each(Ok(&Row::Table { fields: &fields, places: &places }), line);
    }
    Ok(())
}

/// The text of a field: UTF-8, else Windows-1252, in which several systems write their tables by default.
fn readable(field: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(field) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(field).0,
    }
}

/// What separates the fields of a table: what its first line has most of; a comma where none is more frequent.
fn separator(head: &[u8]) -> u8 {
    let line = head.split(|it| *it == b'\n').next().unwrap_or_default();
    let count = |sign: &u8| line.split(|it| it == sign).count();
    [b'|', b'\t', b';', b','].into_iter().max_by_key(count).unwrap_or(b',')
}
