//! XES: the XML that process mining exchanges event logs in (IEEE 1849).

pub(crate) mod write;

use std::io::Read;
use std::path::Path;

use ringback_calllog::{Fold, Zone};
use rustc_hash::FxHashMap;

use crate::builder::{CaseNumber, ColumnNumber};
use crate::markup::{Markup, Problem, Tag, TagKind, not_utf8};
use crate::read::{MOST_ATTRIBUTES, RejectedEvent, open};
use crate::stamp::Stamps;
use crate::{Error, EventLogBuilder, ReadEvents, ValueKind};

/// Reads XES, from a file or as it comes, and keeps nothing of it but the log.
///
/// What is read: the attributes of traces and events; their nested attributes, lists and containers are passed over, as
/// are extensions, globals and classifiers. An event without an activity or a stamp is rejected and told of, and so is
/// one outside a trace. A trace is the case that its `concept:name` says, and `trace 7` if it says none; traces of one
/// name are one case, and a trace without an event is none.
///
/// # Example
///
/// ```
/// use std::path::Path;
///
/// use ringback_eventlog::XesReader;
///
/// let text = r#"<log><trace><string key="concept:name" value="T-1"/>
///   <event><string key="concept:name" value="open"/>
///     <date key="time:timestamp" value="2026-05-04T09:00:00+02:00"/></event>
///   <event><string key="concept:name" value="close"/></event></trace></log>"#;
/// let read = XesReader::default().read_from(text.as_bytes(), Path::new("shop.xes"))?;
/// assert_eq!((read.log.events(), read.rejected.len()), (1, 1));
/// assert_eq!((read.rejected[0].line, read.rejected[0].field.as_str()), (4, "time:timestamp"));
/// # Ok::<(), ringback_eventlog::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct XesReader {
    activity: String,
    zone: Option<Zone>,
    fold: Fold,
}

impl Default for XesReader {
    fn default() -> Self {
        Self { activity: "concept:name".to_owned(), zone: None, fold: Fold::Earlier }
    }
}

impl XesReader {
    /// The attribute that names the activity; `concept:name` if not said otherwise.
    #[must_use]
    pub fn activity(mut self, key: impl Into<String>) -> Self {
        self.activity = key.into();
        self
    }

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
    /// [`Error::Io`]; [`Error::Format`] for a file that is cut off, no XES, not UTF-8, or that has an entity of its own, a
    /// tag of more than 16 MiB or more than 16,384 different attributes; [`Error::Empty`] without an event that can be
    /// used.
    pub fn read(&self, path: &Path) -> Result<ReadEvents, Error> {
        self.read_from(open(path)?, path)
    }

    /// Reads XES as it comes; `path` names it in errors.
    ///
    /// # Errors
    ///
    /// As for [`XesReader::read`].
    pub fn read_from(&self, input: impl Read, path: &Path) -> Result<ReadEvents, Error> {
        let mut reading = Reading {
            markup: Markup::new(input),
            builder: EventLogBuilder::default(),
            stamps: Stamps::new(self.zone, self.fold),
            activity_key: &self.activity,
            traces: 0,
            shapes: Shapes::default(),
            rejected: Vec::new(),
        };
        match reading.run() {
            Ok(()) => ReadEvents::of(reading.builder, reading.rejected, path),
            Err(problem) => Err(problem.at(path, reading.markup.line())),
        }
    }
}

/// What an attribute of an event is to the log.
#[derive(Clone, Copy, Debug)]
enum Role {
    Activity,
    Time,
    Column(ColumnNumber),
    /// A list or container.
    Nothing,
}

/// An attribute of events as the source writes it, up to the quote before its value.
///
/// A program writes the attributes of all events alike, so that what comes is mostly what came after the same last time:
/// one comparison of bytes, and no tag to take apart.
#[derive(Debug)]
struct Shape {
    opening: Vec<u8>,
    role: Role,
    /// The shape that came after it last time.
    next: usize,
}

#[derive(Default)]
struct Shapes {
    shapes: Vec<Shape>,
    places: FxHashMap<Vec<u8>, usize>,
}

/// How many shapes are tried one after another where some events lack an attribute.
const TRIED: usize = 4;

/// No more shapes are learned, and no longer ones: then attributes are taken apart one by one. Unit of the second: bytes.
const MOST_SHAPES: usize = 1 << 12;
const LONGEST_SHAPE: usize = 1 << 10;

struct Reading<'a, R> {
    markup: Markup<R>,
    builder: EventLogBuilder,
    stamps: Stamps,
    activity_key: &'a str,
    traces: usize,
    shapes: Shapes,
    rejected: Vec<RejectedEvent>,
}

/// What is known of the event that is being read.
#[derive(Default)]
struct Known {
    has_activity: bool,
    at_micros: Option<i64>,
    /// What is wrong with a stamp that cannot be read.
    bad_stamp: Option<String>,
}

impl<R: Read> Reading<'_, R> {
    fn run(&mut self) -> Result<(), Problem> {
        let mut is_log = false;
        while let Some(tag) = self.markup.tag()? {
            match tag.kind {
                TagKind::Open if tag.name() == b"trace" => self.trace()?,
                kind @ (TagKind::Open | TagKind::Empty) if tag.name() == b"event" => {
                    if kind == TagKind::Open {
                        self.markup.pass_over_content()?;
                    }
                    self.reject("trace", "an event outside a trace, expected it in its case");
                }
                TagKind::Open | TagKind::Empty => is_log |= tag.name() == b"log",
                TagKind::Close if tag.name() == b"log" => return Ok(()),
                TagKind::Close => {}
            }
        }
        let problem = if is_log { "the file ends before </log>" } else { "no <log>, expected XES" };
        Err(Problem::Markup(problem.to_owned()))
    }

    fn trace(&mut self) -> Result<(), Problem> {
        self.traces += 1;
        let mut name = None;
        let mut attributes = Vec::new();
        let first = self.builder.begun();
        loop {
            let Some(tag) = self.markup.tag()? else { return Err(cut_off("a trace")) };
            match tag.kind {
                TagKind::Close => break,
                TagKind::Open if tag.name() == b"event" => self.event()?,
                TagKind::Empty if tag.name() == b"event" => {
                    self.reject(self.activity_key, "missing");
                }
                kind => {
                    if let Some((kind, key, value)) = attribute(tag)? {
                        if key == "concept:name" {
                            name = Some(value);
                        } else {
                            attributes.push((kind, key, value));
                        }
                    }
                    if kind == TagKind::Open {
                        self.markup.pass_over_content()?;
                    }
                }
            }
        }
        if self.builder.begun() == first {
            return Ok(());
        }
        let case = self.builder.case(&name.unwrap_or_else(|| format!("trace {}", self.traces)));
        self.builder.assign_from(first, case);
        for (kind, key, value) in attributes {
            let column = self.builder.case_column(&key, kind);
            self.builder.set_case(case, column, &value);
        }
        self.check_attributes()
    }

    /// Reads an event, which gets its case at the end of its trace: only then all that names it has been read.
    fn event(&mut self) -> Result<(), Problem> {
        self.builder.begin(CaseNumber::UNKNOWN);
        let mut known = Known::default();
        let mut last = None;
        loop {
            if let Some(shape) = self.next_by_shape(last, &mut known)? {
                last = Some(shape);
                continue;
            }
            let Some(tag) = self.markup.tag()? else { return Err(cut_off("an event")) };
            if tag.kind == TagKind::Close {
                break;
            }
            let is_open = tag.kind == TagKind::Open;
            let role = role(&mut self.builder, self.activity_key, tag)?;
            let value = tag.attribute(b"value")?;
            if let Some(value) = &value {
                put(&mut self.builder, &mut self.stamps, &mut known, role, value.as_bytes())?;
            }
            last = self.shapes.learn(tag, role, last);
            if is_open {
                self.markup.pass_over_content()?;
            }
            self.check_attributes()?;
        }
        self.end(known);
        Ok(())
    }

    fn check_attributes(&self) -> Result<(), Problem> {
        if self.builder.attributes() <= MOST_ATTRIBUTES {
            return Ok(());
        }
        let problem = format!(
            "more than {MOST_ATTRIBUTES} different attributes, expected keys that come again"
        );
        Err(Problem::Markup(problem))
    }

    /// The next attribute, where it is written as one before: then there is no need to take it apart.
    #[inline]
    fn next_by_shape(
        &mut self,
        last: Option<usize>,
        known: &mut Known,
    ) -> Result<Option<usize>, Problem> {
        let shapes = &self.shapes.shapes;
        let next = |at: usize| shapes.get(at).map_or(0, |it| it.next);
        let mut at = last.map_or(0, next);
        for _ in 0..TRIED {
            let Some(shape) = shapes.get(at) else { return Ok(None) };
            if let Some(value) = self.markup.value_after(&shape.opening)? {
                put(&mut self.builder, &mut self.stamps, known, shape.role, value)?;
                return Ok(Some(at));
            }
            at = shape.next;
        }
        Ok(None)
    }

    fn end(&mut self, known: Known) {
        match known {
            Known { has_activity: true, at_micros: Some(at), .. } => self.builder.end_at(at),
            Known { has_activity: false, .. } => {
                self.builder.take_back();
                self.reject(self.activity_key, "missing");
            }
            Known { bad_stamp, .. } => {
                self.builder.take_back();
                self.reject("time:timestamp", bad_stamp.as_deref().unwrap_or("missing"));
            }
        }
    }

    fn reject(&mut self, field: &str, reason: &str) {
        let (field, reason) = (field.to_owned(), reason.to_owned());
        self.rejected.push(RejectedEvent { line: self.markup.line(), field, reason });
    }
}

impl Shapes {
    /// Remembers how an attribute is written, and that it came after another; `None` if it is not worth it.
    fn learn(&mut self, tag: Tag<'_>, role: Role, last: Option<usize>) -> Option<usize> {
        let (value_at, _) = tag.raw(b"value")?;
        let head = tag.text.get(..value_at).filter(|it| it.ends_with(b"\""))?;
        let mut opening = vec![b'<'];
        opening.extend_from_slice(head);
        let shape = match self.places.get(&opening) {
            Some(found) => *found,
            None if self.shapes.len() < MOST_SHAPES && opening.len() <= LONGEST_SHAPE => {
                let next = self.shapes.len() + 1;
                self.places.insert(opening.clone(), next - 1);
                self.shapes.push(Shape { opening, role, next });
                next - 1
            }
            None => return None,
        };
        if let Some(last) = last.and_then(|it| self.shapes.get_mut(it)) {
            last.next = shape;
        }
        Some(shape)
    }
}

fn cut_off(inside: &str) -> Problem {
    Problem::Markup(format!("the file ends inside {inside}"))
}

/// The kind, key and value of an attribute of XES; `None` for a list, a container and what is no attribute.
fn attribute(tag: Tag<'_>) -> Result<Option<(ValueKind, String, String)>, Problem> {
    let Some(kind) = kind(tag.name()) else { return Ok(None) };
    let (Some(key), Some(value)) = (tag.attribute(b"key")?, tag.attribute(b"value")?) else {
        return Ok(None);
    };
    Ok(Some((kind, key.into_owned(), value.into_owned())))
}

fn kind(tag: &[u8]) -> Option<ValueKind> {
    match tag {
        b"string" => Some(ValueKind::Text),
        b"date" => Some(ValueKind::Date),
        b"int" => Some(ValueKind::Int),
        b"float" => Some(ValueKind::Float),
        b"boolean" => Some(ValueKind::Boolean),
        b"id" => Some(ValueKind::Id),
        _ => None,
    }
}

/// What the attribute of a tag is to the log.
fn role(builder: &mut EventLogBuilder, activity_key: &str, tag: Tag<'_>) -> Result<Role, Problem> {
    let (Some(kind), Some(key)) = (kind(tag.name()), tag.attribute(b"key")?) else {
        return Ok(Role::Nothing);
    };
    Ok(match &*key {
        "time:timestamp" => Role::Time,
        key if key == activity_key => Role::Activity,
        key => Role::Column(builder.column(key, kind)),
    })
}

#[inline]
fn put(
    builder: &mut EventLogBuilder,
    stamps: &mut Stamps,
    known: &mut Known,
    role: Role,
    value: &[u8],
) -> Result<(), Problem> {
    match role {
        Role::Time => match stamps.read(value) {
            Ok(at) => known.at_micros = Some(at),
            Err(why) => {
                let text = String::from_utf8_lossy(value);
                known.bad_stamp = Some(stamps.told(&text, why));
            }
        },
        Role::Activity if value.is_empty() => {}
        Role::Activity => {
            known.has_activity = true;
            if !builder.set_activity_bytes(value) {
                return Err(not_utf8());
            }
        }
        Role::Column(column) => {
            if !builder.set_bytes(column, value) {
                return Err(not_utf8());
            }
        }
        Role::Nothing => {}
    }
    Ok(())
}
