//! Reading a log of any kind.

use std::path::Path;

use chrono::TimeDelta;
use ringback::eventlog::{
    CallJourneys, Column, EventLog, JoinJourneys, LIFECYCLE, LifecycleUse, ObjectReader,
    ReadEvents, RejectedEvent, TableReader, XesReader,
};
use ringback_examples::{Failure, LogFolder};
use serde_json::{Value, json};

use super::{Columns, Flags};

/// A log, and what of its source could not be used.
pub(crate) struct Read {
    pub(crate) log: EventLog,
    pub(crate) events_in_source: usize,
    pub(crate) rejected: Vec<RejectedEvent>,
    /// What else is to be told of the source.
    pub(crate) notes: Value,
}

impl From<ReadEvents> for Read {
    fn from(read: ReadEvents) -> Self {
        let ReadEvents { log, events_read, rejected, .. } = read;
        Self { log, events_in_source: events_read, rejected, notes: json!({}) }
    }
}

/// Reads what the flags name.
pub(crate) fn read(flags: &Flags) -> Result<Read, Failure> {
    match (&flags.source.calls, &flags.source.log) {
        (Some(folder), _) => match &flags.tickets {
            Some(tickets) => read_journeys(flags, folder, tickets),
            None => read_calls(folder),
        },
        (None, Some(file)) => read_file(flags, file),
        (None, None) => Err(Failure::new("neither --log nor --calls")),
    }
}

fn read_calls(folder: &Path) -> Result<Read, Failure> {
    let read = LogFolder::read(folder)?;
    let journeys = CallJourneys::of(&read.log.calls);
    if journeys.log.events() == 0 {
        let folder = folder.display();
        return Err(Failure::new(format!("{folder}: no call has a stage, expected some")));
    }
    let notes = json!({
        "calls_without_stages": journeys.without_stages,
        "open_stages": journeys.open_stages,
    });
    let events_in_source = journeys.log.events();
    Ok(Read { log: journeys.log, events_in_source, rejected: Vec::new(), notes })
}

/// The attribute of cases that names the customer, of calls and of tickets.
const CUSTOMER: &str = "customer";

/// Calls and tickets of one customer as one case.
fn read_journeys(flags: &Flags, folder: &Path, tickets: &Path) -> Result<Read, Failure> {
    let calls = read_calls(folder)?;
    let tickets_read = read_file(flags, tickets)?;
    let joined = JoinJourneys::new(TimeDelta::days(flags.within_days.into()))
        .log("calls", &calls.log, CUSTOMER)
        .log("tickets", &tickets_read.log, CUSTOMER)
        .join()?;
    if joined.across_logs == 0 {
        return Err(Failure::new(format!(
            "{} and {}: no customer has a call and a ticket; expected tickets that were ingested with the key of the calls \
             and --customer-by phone",
            folder.display(),
            tickets.display()
        )));
    }
    let notes = json!({
        "calls": calls.notes,
        "customers": joined.customers,
        "with_calls_and_tickets": joined.across_logs,
        "without_customer": joined.without_customer,
    });
    Ok(Read {
        log: joined.log,
        events_in_source: calls.events_in_source + tickets_read.events_in_source,
        rejected: tickets_read.rejected,
        notes,
    })
}

fn read_file(flags: &Flags, file: &Path) -> Result<Read, Failure> {
    let name = file.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    match name.rsplit('.').next().unwrap_or_default() {
        "xes" => read_xes(flags, file),
        "csv" | "tsv" | "txt" => Ok(table(flags).read(file)?.into()),
        "parquet" => Ok(table(flags).read_parquet(file)?.into()),
        "json" | "xml" | "jsonocel" | "xmlocel" => read_objects(flags, file),
        other => Err(Failure::new(format!(
            "{}: {other:?} is no kind of log, expected .xes, .csv, .tsv, .parquet, .json or .xml",
            file.display()
        ))),
    }
}

/// The names that XES has for what a table's columns may be called anything.
const XES_NAMES: [(&str, &[&str]); 5] = [
    ("--case", &["concept:name", "case:concept:name"]),
    ("--time", &["time:timestamp"]),
    ("--start", &[]),
    ("--lifecycle", &[LIFECYCLE]),
    ("--stamp-pattern", &[]),
];

/// Refuses flags that name a column where a log of this kind has none, rather than pass over them.
fn refuse_columns(flags: &Flags, file: &Path, names: [(&str, &[&str]); 5]) -> Result<(), Failure> {
    let Columns { case, time, start, lifecycle, stamp_pattern, .. } = &flags.columns;
    for (given, (flag, fixed)) in
        [case, time, start, lifecycle, stamp_pattern].into_iter().zip(names)
    {
        let Some(given) = given.as_deref().filter(|it| !fixed.contains(it)) else { continue };
        let expected = match fixed {
            [] => "nothing: it is for tables".to_owned(),
            _ => fixed.join(" or "),
        };
        let file = file.display();
        return Err(Failure::new(format!(
            "{flag} {given}: {file} is no table, expected {expected}"
        )));
    }
    Ok(())
}

/// Refuses a resource that no event has.
fn known_resource(flags: &Flags, read: Read) -> Result<Read, Failure> {
    match &flags.columns.resource {
        Some(name) if read.log.column(name).is_none() => {
            let there = read.log.columns().iter().map(Column::name).collect::<Vec<_>>().join(", ");
            Err(Failure::new(format!(
                "--resource {name}: no event has it, expected an attribute of events, one of {there}"
            )))
        }
        _ => Ok(read),
    }
}

fn read_xes(flags: &Flags, file: &Path) -> Result<Read, Failure> {
    refuse_columns(flags, file, XES_NAMES)?;
    let mut reader = XesReader::default();
    if let Some(key) = &flags.columns.activity {
        reader = reader.activity(key);
    }
    if let Some(zone) = flags.time_zone {
        reader = reader.zone(zone);
    }
    known_resource(flags, reader.read(file)?.into())
}

/// Sets a column of a table, or how it is written.
type Setter = fn(TableReader, String) -> TableReader;

fn table(flags: &Flags) -> TableReader {
    let Columns { case, activity, time, start, resource, lifecycle, stamp_pattern, .. } =
        &flags.columns;
    let mut reader = TableReader::default();
    let set: [(&Option<String>, Setter); 7] = [
        (case, |it, name| it.case(name)),
        (activity, |it, name| it.activity(name)),
        (time, |it, name| it.time(name)),
        (start, |it, name| it.start(name)),
        (resource, |it, name| it.resource(name)),
        (lifecycle, |it, name| it.lifecycle(name)),
        (stamp_pattern, |it, pattern| it.stamp_pattern(pattern)),
    ];
    for (name, set) in set {
        if let Some(name) = name {
            reader = set(reader, name.clone());
        }
    }
    match flags.time_zone {
        Some(zone) => reader.zone(zone),
        None => reader,
    }
}

/// A log of objects, flattened on one kind: the one that is asked for, or the only one.
fn read_objects(flags: &Flags, file: &Path) -> Result<Read, Failure> {
    refuse_columns(flags, file, XES_NAMES.map(|it| (it.0, &[][..])))?;
    if let Some(activity) = &flags.columns.activity {
        let file = file.display();
        return Err(Failure::new(format!(
            "--activity {activity}: {file} is a log of objects, whose activities are the types of events"
        )));
    }
    let reader = match flags.time_zone {
        Some(zone) => ObjectReader::default().zone(zone),
        None => ObjectReader::default(),
    };
    let read = reader.read(file)?;
    let events_in_source = read.events_read();
    let kinds = read.log.kinds();
    let named = kinds.iter().map(|(kind, count)| format!("{kind} ({count})"));
    let all = named.collect::<Vec<_>>().join(", ");
    let kind = match (&flags.columns.object_type, kinds.len()) {
        (Some(kind), _) if kinds.contains_key(kind.as_str()) => kind.clone(),
        (None, 1) => kinds.keys().next().map(|it| (*it).to_owned()).unwrap_or_default(),
        _ => {
            return Err(Failure::new(format!(
                "{}: which kind of object is a case? expected --object-type with one of {all}",
                file.display()
            )));
        }
    };
    let flat = read.log.flatten(&kind);
    let notes = json!({ "object_type": kind, "objects": all });
    known_resource(flags, Read { log: flat.log, events_in_source, rejected: read.rejected, notes })
}

/// The log with activities named by attributes.
pub(crate) fn classified(log: &EventLog, attributes: &[String]) -> Result<EventLog, Failure> {
    let names: Vec<&str> = attributes.iter().map(String::as_str).collect();
    log.classified(&names).ok_or_else(|| {
        let there = log.columns().iter().map(Column::name).collect::<Vec<_>>().join(", ");
        Failure::new(format!(
            "--classifier {}: not all are attributes of events, expected some of concept:name, {there}",
            names.join(",")
        ))
    })
}

/// The attribute of states, where `lifecycle:transition` holds them.
pub(crate) fn states(log: &EventLog) -> Option<&'static str> {
    (log.lifecycle_steps().usable_as() == LifecycleUse::Statuses).then_some(LIFECYCLE)
}
