//! Writing XES.

use std::io::{self, Write};

use chrono::{DateTime, SecondsFormat};

use crate::{Column, EventLog, LIFECYCLE, ValueKind};

/// The extensions whose attributes are written, with their addresses.
const EXTENSIONS: [(&str, &str, &str); 4] = [
    ("Concept", "concept", "http://www.xes-standard.org/concept.xesext"),
    ("Time", "time", "http://www.xes-standard.org/time.xesext"),
    ("Organizational", "org", "http://www.xes-standard.org/org.xesext"),
    ("Lifecycle", "lifecycle", "http://www.xes-standard.org/lifecycle.xesext"),
];

const INSTANCE: &str = "concept:instance";

impl EventLog {
    /// Writes the log as XES: cases that have an event, in their order, events in the order of time.
    ///
    /// In a log with starts each activity is two events, `start` and `complete`, with its attributes on both. They share
    /// a `concept:instance`, so that they can be paired again; steps and instances of the log's own are not written then.
    /// Another attribute that is named as activities or stamps are is written with ` (2)` behind its name. A value that is
    /// not of its column's kind makes the column a text. Stamps are UTC. Signs that XML cannot carry
    /// are written as U+FFFD.
    ///
    /// # Errors
    ///
    /// Those of the output; [`io::ErrorKind::InvalidData`] for a stamp outside the years that can be written.
    ///
    /// # Example
    ///
    /// ```
    /// use ringback_eventlog::EventLogBuilder;
    ///
    /// let mut log = EventLogBuilder::default();
    /// let ticket = log.case("T-1");
    /// log.event(ticket, "open", 1_000_000);
    /// let mut written = Vec::new();
    /// log.build().write_xes(&mut written)?;
    /// assert!(String::from_utf8_lossy(&written).contains("1970-01-01T00:00:01+00:00"));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn write_xes(&self, output: &mut impl Write) -> io::Result<()> {
        writeln!(output, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
        writeln!(output, r#"<log xes.version="1.0" xmlns="http://www.xes-standard.org/">"#)?;
        for (name, prefix, uri) in EXTENSIONS {
            writeln!(output, r#"  <extension name="{name}" prefix="{prefix}" uri="{uri}"/>"#)?;
        }
        let of_event = self.columns().iter();
        let has_starts = self.start_micros().is_some();
        let is_written = |it: &&Column| !has_starts || ![LIFECYCLE, INSTANCE].contains(&it.name());
        let of_event = Columns::new(of_event.filter(is_written));
        let of_case = Columns::new(self.case_columns().iter());
        writeln!(output, r#"  <classifier name="Activity" keys="concept:name"/>"#)?;
        for case in 0..self.cases() {
            if self.case_events(case).is_empty() {
                continue;
            }
            writeln!(output, "  <trace>")?;
            let name = self.case_name(case).unwrap_or_default();
            attribute(output, ValueKind::Text, "concept:name", name)?;
            of_case.write(output, case)?;
            self.write_events(output, case, &of_event)?;
            writeln!(output, "  </trace>")?;
        }
        writeln!(output, "</log>")
    }

    fn write_events(
        &self,
        output: &mut impl Write,
        case: usize,
        columns: &Columns<'_>,
    ) -> io::Result<()> {
        let events = self.case_events(case);
        let end = |event: usize| self.at_micros().get(event).copied().unwrap_or_default();
        let Some(starts) = self.start_micros() else {
            return events.into_iter().try_for_each(|event| {
                self.write_event(output, Step { event, at_micros: end(event), name: None }, columns)
            });
        };
        let mut steps: Vec<Step> = Vec::with_capacity(events.len() * 2);
        for event in events {
            let start = starts.get(event).copied().unwrap_or_default();
            steps.push(Step { event, at_micros: start, name: Some("start") });
            steps.push(Step { event, at_micros: end(event), name: Some("complete") });
        }
        // The sort is stable: an activity that took no time starts before it is complete.
        steps.sort_by_key(|it| it.at_micros);
        steps.into_iter().try_for_each(|step| self.write_event(output, step, columns))
    }

    fn write_event(
        &self,
        output: &mut impl Write,
        step: Step,
        columns: &Columns<'_>,
    ) -> io::Result<()> {
        writeln!(output, "    <event>")?;
        let activity = self.activity().get(step.event).and_then(|it| self.activities().get(*it));
        attribute(output, ValueKind::Text, "concept:name", activity.unwrap_or_default())?;
        attribute(output, ValueKind::Date, "time:timestamp", &stamp(step.at_micros, false)?)?;
        if let Some(name) = step.name {
            attribute(output, ValueKind::Text, LIFECYCLE, name)?;
            attribute(output, ValueKind::Text, INSTANCE, &step.event.to_string())?;
        }
        columns.write(output, step.event)?;
        writeln!(output, "    </event>")
    }
}

/// One event to be written.
#[derive(Clone, Copy)]
struct Step {
    event: usize,
    at_micros: i64,
    name: Option<&'static str>,
}

/// Columns with the keys that they are written with and the kinds that their values have.
struct Columns<'a>(Vec<(&'a Column, String, ValueKind)>);

impl<'a> Columns<'a> {
    fn new(columns: impl Iterator<Item = &'a Column>) -> Self {
        let of_kind = |it: &Column| it.texts().iter().all(|text| is_of(it.kind(), text));
        let kind = |it: &Column| if of_kind(it) { it.kind() } else { ValueKind::Text };
        // Those that activities and stamps are written with are theirs.
        let key = |it: &Column| match it.name() {
            name @ ("concept:name" | "time:timestamp") => format!("{name} (2)"),
            name => name.to_owned(),
        };
        Self(columns.map(|it| (it, key(it), kind(it))).collect())
    }

    fn write(&self, output: &mut impl Write, at: usize) -> io::Result<()> {
        self.0.iter().try_for_each(|(column, key, kind)| match column.text(at) {
            Some(value) => attribute(output, *kind, key, value),
            None => Ok(()),
        })
    }
}

fn is_of(kind: ValueKind, text: &str) -> bool {
    match kind {
        ValueKind::Text | ValueKind::Id => true,
        ValueKind::Date => DateTime::parse_from_rfc3339(text).is_ok(),
        ValueKind::Int => text.parse::<i64>().is_ok(),
        ValueKind::Float => text.parse::<f64>().is_ok(),
        ValueKind::Boolean => ["true", "false"].iter().any(|it| text.eq_ignore_ascii_case(it)),
    }
}

/// A stamp as XES and OCEL have it, UTC.
pub(crate) fn stamp(at_micros: i64, use_z: bool) -> io::Result<String> {
    let at = DateTime::from_timestamp_micros(at_micros).ok_or_else(|| {
        let problem =
            format!("a stamp of {at_micros} microseconds since 1970, expected years of ±262,000");
        io::Error::new(io::ErrorKind::InvalidData, problem)
    })?;
    Ok(at.to_rfc3339_opts(SecondsFormat::AutoSi, use_z))
}

fn attribute(output: &mut impl Write, kind: ValueKind, key: &str, value: &str) -> io::Result<()> {
    let tag = match kind {
        ValueKind::Text => "string",
        ValueKind::Date => "date",
        ValueKind::Int => "int",
        ValueKind::Float => "float",
        ValueKind::Boolean => "boolean",
        ValueKind::Id => "id",
    };
    write!(output, "      <{tag} key=\"")?;
    escaped(output, key)?;
    write!(output, "\" value=\"")?;
    escaped(output, value)?;
    writeln!(output, "\"/>")
}

/// A value between double quotes, or between tags; signs that XML 1.0 cannot carry are replaced.
pub(crate) fn escaped(output: &mut impl Write, value: &str) -> io::Result<()> {
    for sign in value.chars() {
        match sign {
            '&' => write!(output, "&amp;")?,
            '<' => write!(output, "&lt;")?,
            '>' => write!(output, "&gt;")?,
            '"' => write!(output, "&quot;")?,
            '\n' | '\r' | '\t' => write!(output, "&#{};", u32::from(sign))?,
            ..' ' | '\u{fffe}' | '\u{ffff}' => write!(output, "\u{fffd}")?,
            it => write!(output, "{it}")?,
        }
    }
    Ok(())
}
