//! OCEL 2.0 as XML.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Write};
use std::path::Path;

use super::json::ALWAYS;
use super::{Object, ObjectEvent, ObjectLog, ReadObjects, Relation, latest, types};
use crate::Error;
use crate::markup::{Markup, Problem, Tag, TagKind};
use crate::read::RejectedEvent;
use crate::stamp::Stamps;
use crate::xes::write::{escaped, stamp};

pub(super) fn read(input: impl Read, path: &Path, stamps: Stamps) -> Result<ReadObjects, Error> {
    let mut reading = Reading { markup: Markup::new(input), stamps, read: ReadObjects::default() };
    match reading.run() {
        Ok(()) => Ok(reading.read),
        Err(problem) => Err(problem.at(path, reading.markup.line())),
    }
}

struct Reading<R> {
    markup: Markup<R>,
    stamps: Stamps,
    read: ReadObjects,
}

/// The attributes of the tag that begins an event or an object; empty where they lack.
struct Head {
    id: String,
    kind: String,
    time: String,
    is_open: bool,
}

/// What stands inside.
#[derive(Default)]
struct Inside {
    /// With the instant from which on it holds.
    attributes: Vec<(i64, String, String)>,
    relations: Vec<Relation>,
}

impl<R: Read> Reading<R> {
    fn run(&mut self) -> Result<(), Problem> {
        let mut is_log = false;
        while let Some(tag) = self.markup.tag()? {
            match (tag.name(), tag.kind) {
                (b"log", TagKind::Open) => is_log = true,
                (b"log", TagKind::Close) if is_log => return Ok(()),
                // The types repeat what events and objects say; their attributes are called alike.
                (b"event-types" | b"object-types", TagKind::Open) => {
                    self.markup.pass_over_content()?;
                }
                (b"event", TagKind::Open | TagKind::Empty) => {
                    let head = head(tag)?;
                    self.event(head)?;
                }
                (b"object", TagKind::Open | TagKind::Empty) => {
                    let head = head(tag)?;
                    self.object(head)?;
                }
                _ => {}
            }
        }
        let problem =
            if is_log { "the file ends before </log>" } else { "no <log>, expected OCEL 2.0" };
        Err(Problem::Markup(problem.to_owned()))
    }

    fn event(&mut self, head: Head) -> Result<(), Problem> {
        let inside = self.inside(&head, b"event")?;
        let Head { id, kind: activity, time, .. } = head;
        let needed = [("id", &id), ("type", &activity), ("time", &time)];
        if let Some((field, _)) = needed.into_iter().find(|it| it.1.is_empty()) {
            self.reject(field, "missing".to_owned());
            return Ok(());
        }
        match self.stamps.read(time.as_bytes()) {
            Ok(at_micros) => {
                let (attributes, objects) = (latest(inside.attributes), inside.relations);
                let event = ObjectEvent { id, activity, at_micros, attributes, objects };
                self.read.log.events.push(event);
            }
            Err(why) => {
                let reason = self.stamps.told(&time, why);
                self.reject("time", reason);
            }
        }
        Ok(())
    }

    fn reject(&mut self, field: &str, reason: String) {
        let line = self.markup.line();
        self.read.rejected.push(RejectedEvent { line, field: field.to_owned(), reason });
    }

    fn object(&mut self, head: Head) -> Result<(), Problem> {
        let inside = self.inside(&head, b"object")?;
        let Head { id, kind, .. } = head;
        if id.is_empty() || kind.is_empty() {
            self.read.objects_left_out += 1;
            return Ok(());
        }
        let (attributes, objects) = (latest(inside.attributes), inside.relations);
        self.read.log.objects.push(Object { id, kind, attributes, objects });
        Ok(())
    }

    /// Reads to the end of an element.
    fn inside(&mut self, head: &Head, name: &[u8]) -> Result<Inside, Problem> {
        let mut inside = Inside::default();
        if !head.is_open {
            return Ok(inside);
        }
        loop {
            let Some(tag) = self.markup.tag()? else {
                let name = String::from_utf8_lossy(name);
                return Err(Problem::Markup(format!("the file ends inside <{name}>")));
            };
            match (tag.name(), tag.kind) {
                (found, TagKind::Close) if found == name => return Ok(inside),
                (_, TagKind::Close) => {}
                (b"relationship" | b"relobj", _) => {
                    let object = owned(tag, b"object-id")?;
                    let qualifier = match owned(tag, b"qualifier")? {
                        it if it.is_empty() => owned(tag, b"relationship")?,
                        it => it,
                    };
                    inside.relations.push(Relation { object, qualifier });
                }
                (b"attribute", kind) => {
                    let (name, time) = (owned(tag, b"name")?, owned(tag, b"time")?);
                    let at = self.stamps.read(time.as_bytes()).unwrap_or(i64::MIN);
                    let is_open = kind == TagKind::Open;
                    let value = if is_open { self.markup.content()? } else { String::new() };
                    inside.attributes.push((at, name, value));
                }
                _ => {}
            }
        }
    }
}

fn head(tag: Tag<'_>) -> Result<Head, Problem> {
    let (id, kind, time) = (owned(tag, b"id")?, owned(tag, b"type")?, owned(tag, b"time")?);
    Ok(Head { id, kind, time, is_open: tag.kind == TagKind::Open })
}

/// An attribute of a tag; empty if there is none.
fn owned(tag: Tag<'_>, name: &[u8]) -> Result<String, Problem> {
    Ok(tag.attribute(name)?.map(Cow::into_owned).unwrap_or_default())
}

impl ObjectLog {
    /// Writes the log as OCEL 2.0 XML; every attribute is a string, without the white space around it, and those of
    /// objects hold from 1970 on. Signs that XML cannot carry are written as U+FFFD.
    ///
    /// # Errors
    ///
    /// Those of the output; [`io::ErrorKind::InvalidData`] for a stamp outside the years that can be written.
    pub fn write_xml(&self, output: &mut impl Write) -> io::Result<()> {
        writeln!(output, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
        writeln!(output, "<log>")?;
        let of_objects = types(self.objects.iter().map(|it| (&it.kind, &it.attributes)));
        write_types(output, "object-type", &of_objects)?;
        let of_events = types(self.events.iter().map(|it| (&it.activity, &it.attributes)));
        write_types(output, "event-type", &of_events)?;
        writeln!(output, "  <objects>")?;
        for object in &self.objects {
            write_tag(output, "object", &[("id", &object.id), ("type", &object.kind)])?;
            write_attributes(output, &object.attributes, Some(ALWAYS))?;
            write_relations(output, &object.objects)?;
            writeln!(output, "</object>")?;
        }
        writeln!(output, "  </objects>\n  <events>")?;
        for event in &self.events {
            let time = stamp(event.at_micros, true)?;
            let head = [("id", event.id.as_str()), ("type", &event.activity), ("time", &time)];
            write_tag(output, "event", &head)?;
            write_attributes(output, &event.attributes, None)?;
            write_relations(output, &event.objects)?;
            writeln!(output, "</event>")?;
        }
        writeln!(output, "  </events>\n</log>")
    }
}

fn write_types(
    output: &mut impl Write,
    name: &str,
    types: &BTreeMap<&str, BTreeSet<&str>>,
) -> io::Result<()> {
    writeln!(output, "  <{name}s>")?;
    for (kind, attributes) in types {
        write_tag(output, name, &[("name", kind)])?;
        write!(output, "<attributes>")?;
        for attribute in attributes {
            write_tag(output, "attribute", &[("name", attribute), ("type", "string")])?;
            write!(output, "</attribute>")?;
        }
        writeln!(output, "</attributes></{name}>")?;
    }
    writeln!(output, "  </{name}s>")
}

fn write_attributes(
    output: &mut impl Write,
    attributes: &BTreeMap<String, String>,
    time: Option<&str>,
) -> io::Result<()> {
    write!(output, "<attributes>")?;
    for (name, value) in attributes {
        match time {
            Some(time) => write_tag(output, "attribute", &[("name", name), ("time", time)])?,
            None => write_tag(output, "attribute", &[("name", name)])?,
        }
        escaped(output, value)?;
        write!(output, "</attribute>")?;
    }
    write!(output, "</attributes>")
}

fn write_relations(output: &mut impl Write, relations: &[Relation]) -> io::Result<()> {
    write!(output, "<objects>")?;
    for Relation { object, qualifier } in relations {
        write_tag(output, "relationship", &[("object-id", object), ("qualifier", qualifier)])?;
        write!(output, "</relationship>")?;
    }
    write!(output, "</objects>")
}

fn write_tag(output: &mut impl Write, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
    write!(output, "<{name}")?;
    for (name, value) in attributes {
        write!(output, " {name}=\"")?;
        escaped(output, value)?;
        write!(output, "\"")?;
    }
    write!(output, ">")
}
