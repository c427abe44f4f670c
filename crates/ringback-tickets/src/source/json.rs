//! JSON as it comes: pages, arrays, one value a line. Items of lists are handed on one at a time.

use std::cell::Cell;
use std::fmt;
use std::io::{BufRead, Read};
use std::path::Path;
use std::rc::Rc;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::{empty, open};
use crate::Error;

/// A piece of a file.
pub(crate) enum Piece {
    /// One item: of a list by this name, or on its own.
    Item { list: &'static str, value: Value, line: u64 },
    /// The end of a page: what stood beside its lists, and the list with its number of items.
    Page { beside: Map<String, Value>, list: &'static str, items: usize },
}

/// The name of items that are in no named list.
pub(crate) const BARE: &str = "";

/// Reads a file and hands on its pieces. `lists` are the names under which pages hold their items.
///
/// Only one item is in memory at a time.
///
/// # Errors
///
/// [`Error::Io`]; [`Error::Empty`] for a file of blanks; [`Error::Format`] where the JSON is broken or ends too early.
pub(crate) fn stream(
    path: &Path,
    lists: &[&'static str],
    sink: &mut dyn FnMut(Piece),
) -> Result<(), Error> {
    let line = Rc::new(Cell::new(1));
    let input = Lines::new(open(path)?, Rc::clone(&line));
    let mut json = serde_json::Deserializer::from_reader(input);
    let mut values = 0;
    loop {
        if json.end().is_ok() {
            return if values == 0 { Err(empty(path)) } else { Ok(()) };
        }
        let top = Top { lists, line: &line, sink: &mut *sink };
        top.deserialize(&mut json).map_err(|error| {
            let what = if error.is_eof() { "the file ends within a value: " } else { "" };
            let problem = format!("{what}{error}");
            Error::Format { path: path.to_owned(), line: line.get(), problem }
        })?;
        values += 1;
    }
}

/// Counts line ends as they are read. Bytes are asked for one at a time, so they are held here.
struct Lines<R> {
    input: R,
    held: Vec<u8>,
    taken: usize,
    line: Rc<Cell<u64>>,
}

impl<R: BufRead> Lines<R> {
    fn new(input: R, line: Rc<Cell<u64>>) -> Self {
        Self { input, held: Vec::new(), taken: 0, line }
    }

    /// Takes what the input has at hand.
    fn fill(&mut self) -> std::io::Result<()> {
        self.held.clear();
        self.taken = 0;
        self.held.extend_from_slice(self.input.fill_buf()?);
        self.input.consume(self.held.len());
        Ok(())
    }
}

impl<R: BufRead> Read for Lines<R> {
    #[inline]
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.taken == self.held.len() {
            self.fill()?;
        }
        let (Some(to), Some(byte)) = (buffer.first_mut(), self.held.get(self.taken)) else {
            return Ok(0);
        };
        *to = *byte;
        if *byte == b'\n' {
            self.line.set(self.line.get() + 1);
        }
        self.taken += 1;
        Ok(1)
    }
}

/// A value at the top: an array of items, a page, or an item.
struct Top<'a> {
    lists: &'a [&'static str],
    line: &'a Cell<u64>,
    sink: &'a mut dyn FnMut(Piece),
}

impl<'de> DeserializeSeed<'de> for Top<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Top<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or an array of objects")
    }

    // What stands there instead is not shown: it may name somebody.
    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<(), E> {
        Err(E::custom("a text, expected an object or an array of objects"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, input: A) -> Result<(), A::Error> {
        Items { list: BARE, line: self.line, sink: self.sink }.visit_seq(input).map(drop)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut input: A) -> Result<(), A::Error> {
        let mut beside = Map::new();
        let mut found = None;
        while let Some(key) = input.next_key::<String>()? {
            match self.lists.iter().find(|it| **it == key) {
                Some(list) => {
                    let items = Items { list, line: self.line, sink: &mut *self.sink };
                    let items = input.next_value_seed(items)?;
                    let (_, before) = found.unwrap_or((*list, 0));
                    found = Some((*list, before + items));
                }
                None => {
                    beside.insert(key, input.next_value()?);
                }
            }
        }
        let line = self.line.get();
        (self.sink)(match found {
            Some((list, items)) => Piece::Page { beside, list, items },
            None => Piece::Item { list: BARE, value: Value::Object(beside), line },
        });
        Ok(())
    }
}

/// The items of a list, of which the number is given back.
struct Items<'a> {
    list: &'static str,
    line: &'a Cell<u64>,
    sink: &'a mut dyn FnMut(Piece),
}

impl<'de> DeserializeSeed<'de> for Items<'_> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<usize, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Items<'_> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<usize, E> {
        Err(E::custom("a text, expected a list"))
    }

    fn visit_unit<E>(self) -> Result<usize, E> {
        Ok(0)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut input: A) -> Result<usize, A::Error> {
        let mut items = 0;
        while let Some(value) = input.next_element::<Value>()? {
            items += 1;
            (self.sink)(Piece::Item { list: self.list, value, line: self.line.get() });
        }
        Ok(items)
    }
}

/// The text of a value: a text, a number, or true and false; nothing for null, blanks and what has parts.
pub(crate) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|it| !it.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(is) => Some(is.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// What a value is, without what it says.
pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// The text at a path of keys.
pub(crate) fn text_at(value: &Value, keys: &[&str]) -> Option<String> {
    at(value, keys).and_then(text_of)
}

/// The value at a path of keys.
pub(crate) fn at<'a>(value: &'a Value, keys: &[&str]) -> Option<&'a Value> {
    keys.iter().try_fold(value, |it, key| it.get(key))
}

/// The list at a path of keys; empty where there is none.
pub(crate) fn list_at<'a>(value: &'a Value, keys: &[&str]) -> &'a [Value] {
    at(value, keys).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The whole number at a path of keys.
pub(crate) fn count_at(value: &Value, keys: &[&str]) -> Option<usize> {
    at(value, keys).and_then(Value::as_u64).and_then(|it| usize::try_from(it).ok())
}
