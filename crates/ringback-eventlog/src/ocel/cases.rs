//! Cases as objects.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use super::{Object, ObjectEvent, ObjectLog, Relation};
use crate::xes::write::stamp;
use crate::{Column, EventLog};

impl EventLog {
    /// The log with its cases as objects of a kind, and the values of some columns as objects of their own: a call is of
    /// its customer and its agent.
    ///
    /// `columns` are names of event columns with the kind that their values are of. A case keeps its name; a value is
    /// named `kind:value`, with another `kind:` before it if that is a case's name. Columns that are no objects
    /// are attributes of events, case columns those of the cases. The start of an activity is its attribute
    /// `start_timestamp`. Cases without an event are no objects.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::InvalidData`] for a start outside the years that can be written.
    ///
    /// # Example
    ///
    /// ```
    /// use ringback_eventlog::{EventLogBuilder, ValueKind};
    ///
    /// let mut log = EventLogBuilder::default();
    /// let agent = log.column("org:resource", ValueKind::Text);
    /// let call = log.case("call 1");
    /// log.event(call, "talk", 1_000_000);
    /// log.set(agent, "7");
    /// let objects = log.build().to_objects("call", &[("org:resource", "agent")])?;
    /// let names: Vec<&str> = objects.objects.iter().map(|it| it.id.as_str()).collect();
    /// assert_eq!(names, ["call 1", "agent:7"]);
    /// assert_eq!(objects.flatten("agent").log.events(), 1);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn to_objects(&self, kind: &str, columns: &[(&str, &str)]) -> io::Result<ObjectLog> {
        let mut log = ObjectLog::default();
        for case in (0..self.cases()).filter(|it| !self.case_events(*it).is_empty()) {
            log.objects.push(Object {
                id: self.case_name(case).unwrap_or_default().to_owned(),
                kind: kind.to_owned(),
                attributes: values(self.case_columns().iter(), case),
                objects: Vec::new(),
            });
        }
        let mut names: BTreeSet<String> = log.objects.iter().map(|it| it.id.clone()).collect();
        let mut related = Vec::new();
        for (column, kind) in columns {
            let Some(column) = self.column(column) else { continue };
            let ids = add_values(&mut log, &mut names, column, kind);
            related.push((column, ids));
        }
        let is_object = |it: &&Column| related.iter().any(|(column, _)| column.name() == it.name());
        let attributes: Vec<&Column> = self.columns().iter().filter(|it| !is_object(it)).collect();
        for case in 0..self.cases() {
            let name = self.case_name(case).unwrap_or_default();
            for event in self.case_events(case) {
                let mut objects =
                    vec![Relation { object: name.to_owned(), qualifier: "case".to_owned() }];
                for (column, ids) in &related {
                    let id = column.number(event).and_then(|it| ids.get(usize::try_from(it).ok()?));
                    objects.extend(id.map(|it| Relation {
                        object: it.clone(),
                        qualifier: column.name().to_owned(),
                    }));
                }
                let mut attributes = values(attributes.iter().copied(), event);
                if let Some(start) = self.start_micros().and_then(|it| it.get(event)) {
                    attributes.insert("start_timestamp".to_owned(), stamp(*start, true)?);
                }
                let number = self.activity().get(event).copied().unwrap_or_default();
                log.events.push(ObjectEvent {
                    id: format!("e{}", event + 1),
                    activity: self.activities().get(number).unwrap_or_default().to_owned(),
                    at_micros: self.at_micros().get(event).copied().unwrap_or_default(),
                    attributes,
                    objects,
                });
            }
        }
        Ok(log)
    }
}

/// Adds an object for each value of a column; their names by the values' numbers.
fn add_values(
    log: &mut ObjectLog,
    names: &mut BTreeSet<String>,
    column: &Column,
    kind: &str,
) -> Vec<String> {
    let mut ids = Vec::with_capacity(column.texts().len());
    // Two columns of one kind share its objects: a ticket is opened and solved by agents.
    let known: BTreeSet<String> =
        log.objects.iter().filter(|it| it.kind == kind).map(|it| it.id.clone()).collect();
    for text in column.texts().iter() {
        let mut id = format!("{kind}:{text}");
        while names.contains(&id) && !known.contains(&id) {
            id = format!("{kind}:{id}");
        }
        if names.insert(id.clone()) {
            let (kind, attributes) = (kind.to_owned(), BTreeMap::new());
            log.objects.push(Object { id: id.clone(), kind, attributes, objects: Vec::new() });
        }
        ids.push(id);
    }
    ids
}

fn values<'a>(columns: impl Iterator<Item = &'a Column>, at: usize) -> BTreeMap<String, String> {
    columns.filter_map(|it| Some((it.name().to_owned(), it.text(at)?.to_owned()))).collect()
}
