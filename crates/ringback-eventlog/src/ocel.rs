//! OCEL 2.0: events that belong to several objects at once, and the log of one kind of object.

mod cases;
mod flatten;
mod json;
mod xml;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use ringback_calllog::{Fold, Zone};

pub use self::flatten::Flattened;
use crate::Error;
use crate::read::{RejectedEvent, fill, is_utf16, nothing_usable, open};
use crate::stamp::Stamps;

/// An event log in which an event belongs to any number of objects: a call to a customer, an agent and a ticket.
///
/// # Source
///
/// OCEL 2.0 (ocel-standard.org).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ObjectLog {
    /// The events, in the order of the source.
    pub events: Vec<ObjectEvent>,
    /// The objects, in the order of the source.
    pub objects: Vec<Object>,
}

/// An event of an [`ObjectLog`].
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectEvent {
    /// Its name.
    pub id: String,
    /// What happened.
    pub activity: String,
    /// When. Unit: microseconds since 1970, UTC.
    pub at_micros: i64,
    /// Its attributes.
    pub attributes: BTreeMap<String, String>,
    /// The objects that it belongs to.
    pub objects: Vec<Relation>,
}

/// An object of an [`ObjectLog`].
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// Its name, which no other object has, of whatever kind.
    pub id: String,
    /// What it is, such as `ticket`.
    pub kind: String,
    /// Its attributes; of one that changes, the last value.
    pub attributes: BTreeMap<String, String>,
    /// The objects that it has to do with.
    pub objects: Vec<Relation>,
}

/// That something has to do with an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// The object's name.
    pub object: String,
    /// How.
    pub qualifier: String,
}

/// An [`ObjectLog`], and what of its source could not be used.
#[derive(Clone, Debug, Default)]
pub struct ReadObjects {
    /// The log.
    pub log: ObjectLog,
    /// Events without a name, an activity or a stamp that can be read. [`RejectedEvent::line`] is the line in XML, and the
    /// event's place, from 1, in JSON.
    pub rejected: Vec<RejectedEvent>,
    /// Objects without a name or a kind: they are left out.
    pub objects_left_out: usize,
}

impl ReadObjects {
    /// Events in the source: those of the log and those rejected.
    pub fn events_read(&self) -> usize {
        self.log.events.len() + self.rejected.len()
    }
}

/// Reads OCEL 2.0, JSON or XML; which one is found by its first sign.
///
/// # Example
///
/// ```
/// use std::path::Path;
///
/// use ringback_eventlog::ObjectReader;
///
/// let text = r#"{"eventTypes": [], "objectTypes": [], "events": [{"id": "e1", "type": "call",
///     "time": "2026-05-04T09:00:00Z", "relationships": [{"objectId": "T-1", "qualifier": "about"}]}],
///     "objects": [{"id": "T-1", "type": "ticket"}]}"#;
/// let read = ObjectReader::default().read_from(text.as_bytes(), Path::new("shop.json"))?;
/// assert_eq!(read.log.kinds()["ticket"], 1);
/// assert_eq!(read.log.flatten("ticket").log.events(), 1);
/// # Ok::<(), ringback_eventlog::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ObjectReader {
    zone: Option<Zone>,
    fold: Fold,
}

impl ObjectReader {
    /// The zone of stamps without an offset; without it an event with such a stamp is rejected.
    #[must_use]
    pub fn zone(mut self, zone: Zone) -> Self {
        self.zone = Some(zone);
        self
    }

    /// Which instant a stamp means that the clock of the zone shows twice; the earlier if not said otherwise. One that
    /// the clock jumps over is rejected in any case.
    #[must_use]
    pub fn fold(mut self, fold: Fold) -> Self {
        self.fold = fold;
        self
    }

    /// Reads a file, packed with gzip or not.
    ///
    /// # Errors
    ///
    /// [`Error::Io`]; [`Error::Format`] for a file that is cut off, no OCEL 2.0, not UTF-8, nested more than 127 deep
    /// (JSON), or that has an entity of its own or a tag of more than 16 MiB (XML); [`Error::Empty`] without an
    /// event that can be used.
    pub fn read(&self, path: &Path) -> Result<ReadObjects, Error> {
        self.read_from(open(path)?, path)
    }

    /// Reads a log as it comes; `path` names it in errors.
    ///
    /// # Errors
    ///
    /// As for [`ObjectReader::read`].
    pub fn read_from(&self, mut input: impl Read, path: &Path) -> Result<ReadObjects, Error> {
        let mut head = vec![0; 1 << 12];
        fill(&mut input, &mut head)
            .map_err(|source| Error::Io { path: path.to_owned(), source: Arc::new(source) })?;
        if is_utf16(&head) {
            let problem = "UTF-16, expected UTF-8".to_owned();
            return Err(Error::Format { path: path.to_owned(), line: 1, problem });
        }
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head);
        let is_xml = text.trim_ascii_start().starts_with(b"<");
        let stamps = Stamps::new(self.zone, self.fold);
        let input = text.chain(input);
        let read =
            if is_xml { xml::read(input, path, stamps) } else { json::read(input, path, stamps) }?;
        if read.log.events.is_empty() {
            return Err(nothing_usable(
                path,
                if is_xml { "line" } else { "event" },
                &read.rejected,
            ));
        }
        Ok(read)
    }
}

impl ObjectLog {
    /// Reads a file with [`ObjectReader`], with a zone of stamps without an offset or none.
    ///
    /// # Errors
    ///
    /// As for [`ObjectReader::read`].
    pub fn read(path: &Path, zone: Option<Zone>) -> Result<ReadObjects, Error> {
        ObjectReader { zone, fold: Fold::Earlier }.read(path)
    }

    /// The kinds of objects, with how many there are of each.
    pub fn kinds(&self) -> BTreeMap<&str, usize> {
        let mut kinds = BTreeMap::new();
        for object in &self.objects {
            *kinds.entry(object.kind.as_str()).or_default() += 1;
        }
        kinds
    }
}

/// Attributes by name; of one with several values, the latest, and of equal instants the last that stands there.
fn latest(mut values: Vec<(i64, String, String)>) -> BTreeMap<String, String> {
    values.sort_by_key(|(at, ..)| *at);
    values.into_iter().map(|(_, name, value)| (name, value)).collect()
}

/// What the events or the objects of each name have for attributes.
fn types<'a>(
    of: impl Iterator<Item = (&'a String, &'a BTreeMap<String, String>)>,
) -> BTreeMap<&'a str, std::collections::BTreeSet<&'a str>> {
    let mut types: BTreeMap<&str, std::collections::BTreeSet<&str>> = BTreeMap::new();
    for (name, attributes) in of {
        types.entry(name).or_default().extend(attributes.keys().map(String::as_str));
    }
    types
}
