//! OCEL 2.0 as JSON.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::path::Path;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Object, ObjectEvent, ObjectLog, ReadObjects, Relation, latest, types};
use crate::Error;
use crate::read::RejectedEvent;
use crate::stamp::Stamps;
use crate::xes::write::stamp;

#[derive(Deserialize)]
struct Whole {
    events: Option<Vec<ReadEvent>>,
    #[serde(default)]
    objects: Vec<ReadObject>,
    /// What OCEL 1.0 has in place of them.
    #[serde(rename = "ocel:events")]
    first_version: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct ReadEvent {
    id: Option<String>,
    #[serde(rename = "type")]
    activity: Option<String>,
    time: Option<String>,
    #[serde(default)]
    attributes: Vec<ReadAttribute>,
    #[serde(default)]
    relationships: Vec<ReadRelation>,
}

#[derive(Deserialize)]
struct ReadObject {
    id: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    attributes: Vec<ReadAttribute>,
    #[serde(default)]
    relationships: Vec<ReadRelation>,
}

#[derive(Deserialize)]
struct ReadAttribute {
    name: String,
    time: Option<String>,
    value: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReadRelation {
    object_id: String,
    #[serde(default)]
    qualifier: String,
}

pub(super) fn read(
    input: impl Read,
    path: &Path,
    mut stamps: Stamps,
) -> Result<ReadObjects, Error> {
    let bad = |line, problem| Error::Format { path: path.to_owned(), line, problem };
    let input = io::BufReader::with_capacity(1 << 16, input);
    let whole: Whole = serde_json::from_reader(input).map_err(|error| {
        let line = u64::try_from(error.line()).unwrap_or(u64::MAX);
        bad(line, error.to_string())
    })?;
    let Some(events) = whole.events else {
        let found = if whole.first_version.is_some() { "OCEL 1.0" } else { "no \"events\"" };
        return Err(bad(1, format!("{found}, expected OCEL 2.0")));
    };
    let mut read = ReadObjects::default();
    for (place, event) in (1..).zip(events) {
        match used(event, &mut stamps) {
            Ok(event) => read.log.events.push(event),
            Err((field, reason)) => {
                let field = field.to_owned();
                read.rejected.push(RejectedEvent { line: place, field, reason });
            }
        }
    }
    for object in whole.objects {
        let ReadObject { id: Some(id), kind: Some(kind), attributes, relationships } = object
        else {
            read.objects_left_out += 1;
            continue;
        };
        let attributes = values(attributes, &mut stamps);
        let objects = relations(relationships);
        read.log.objects.push(Object { id, kind, attributes, objects });
    }
    Ok(read)
}

fn used(event: ReadEvent, stamps: &mut Stamps) -> Result<ObjectEvent, (&'static str, String)> {
    let missing = || "missing".to_owned();
    let filled = |it: Option<String>| it.filter(|it| !it.is_empty());
    let id = filled(event.id).ok_or_else(|| ("id", missing()))?;
    let activity = filled(event.activity).ok_or_else(|| ("type", missing()))?;
    let time = filled(event.time).ok_or_else(|| ("time", missing()))?;
    let at_micros =
        stamps.read(time.as_bytes()).map_err(|why| ("time", stamps.told(&time, why)))?;
    let attributes = values(event.attributes, stamps);
    Ok(ObjectEvent { id, activity, at_micros, attributes, objects: relations(event.relationships) })
}

fn values(written: Vec<ReadAttribute>, stamps: &mut Stamps) -> BTreeMap<String, String> {
    let value = |it: ReadAttribute| {
        let at = it.time.and_then(|time| stamps.read(time.as_bytes()).ok());
        (at.unwrap_or(i64::MIN), it.name, text(it.value))
    };
    latest(written.into_iter().map(value).collect())
}

fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn relations(written: Vec<ReadRelation>) -> Vec<Relation> {
    let relation = |it: ReadRelation| Relation { object: it.object_id, qualifier: it.qualifier };
    written.into_iter().map(relation).collect()
}

#[derive(Serialize)]
struct Type<'a> {
    name: &'a str,
    attributes: Vec<TypeAttribute<'a>>,
}

#[derive(Serialize)]
struct TypeAttribute<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
struct WrittenEvent<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    activity: &'a str,
    time: String,
    attributes: Vec<WrittenAttribute<'a>>,
    relationships: Vec<WrittenRelation<'a>>,
}

#[derive(Serialize)]
struct WrittenObject<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    attributes: Vec<WrittenAttribute<'a>>,
    relationships: Vec<WrittenRelation<'a>>,
}

#[derive(Serialize)]
struct WrittenAttribute<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<&'a str>,
    value: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WrittenRelation<'a> {
    object_id: &'a str,
    qualifier: &'a str,
}

/// From when on the values of an object hold that say no time: the format wants one.
pub(super) const ALWAYS: &str = "1970-01-01T00:00:00Z";

impl ObjectLog {
    /// Writes the log as OCEL 2.0 JSON, an event or an object a line; every attribute is a string, and those of objects
    /// hold from 1970 on.
    ///
    /// # Errors
    ///
    /// Those of the output; [`io::ErrorKind::InvalidData`] for a stamp outside the years that can be written.
    pub fn write_json(&self, output: &mut impl Write) -> io::Result<()> {
        let of_events = types(self.events.iter().map(|it| (&it.activity, &it.attributes)));
        let of_objects = types(self.objects.iter().map(|it| (&it.kind, &it.attributes)));
        write!(output, "{{\"eventTypes\":")?;
        serde_json::to_writer(&mut *output, &written_types(of_events))?;
        write!(output, ",\n\"objectTypes\":")?;
        serde_json::to_writer(&mut *output, &written_types(of_objects))?;
        write!(output, ",\n\"events\":[")?;
        for (place, event) in self.events.iter().enumerate() {
            writeln!(output, "{}", if place == 0 { "" } else { "," })?;
            let written = WrittenEvent {
                id: &event.id,
                activity: &event.activity,
                time: stamp(event.at_micros, true)?,
                attributes: written_attributes(&event.attributes, None),
                relationships: written_relations(&event.objects),
            };
            serde_json::to_writer(&mut *output, &written)?;
        }
        write!(output, "],\n\"objects\":[")?;
        for (place, object) in self.objects.iter().enumerate() {
            writeln!(output, "{}", if place == 0 { "" } else { "," })?;
            let written = WrittenObject {
                id: &object.id,
                kind: &object.kind,
                attributes: written_attributes(&object.attributes, Some(ALWAYS)),
                relationships: written_relations(&object.objects),
            };
            serde_json::to_writer(&mut *output, &written)?;
        }
        writeln!(output, "]}}")
    }
}

fn written_types<'a>(
    types: BTreeMap<&'a str, std::collections::BTreeSet<&'a str>>,
) -> Vec<Type<'a>> {
    let attribute = |name: &'a str| TypeAttribute { name, kind: "string" };
    types
        .into_iter()
        .map(|(name, it)| Type { name, attributes: it.into_iter().map(attribute).collect() })
        .collect()
}

fn written_attributes<'a>(
    attributes: &'a BTreeMap<String, String>,
    time: Option<&'a str>,
) -> Vec<WrittenAttribute<'a>> {
    attributes.iter().map(|(name, value)| WrittenAttribute { name, time, value }).collect()
}

fn written_relations(relations: &[Relation]) -> Vec<WrittenRelation<'_>> {
    relations
        .iter()
        .map(|it| WrittenRelation { object_id: &it.object, qualifier: &it.qualifier })
        .collect()
}
