//! Another name for what happens: several attributes as one activity.

use rustc_hash::FxHashMap;

use crate::{Column, EventLog, Texts};

/// A part of an activity's new name.
enum Part<'a> {
    Activity,
    Column(&'a Column),
}

impl EventLog {
    /// The log with activities named by several attributes, joined by `+`; `concept:name` is the activity as it is.
    ///
    /// An attribute that an event lacks is left empty. `None` if no event has one of the attributes.
    ///
    /// # Example
    ///
    /// ```
    /// use ringback_eventlog::{EventLogBuilder, ValueKind};
    ///
    /// let mut log = EventLogBuilder::default();
    /// let step = log.column("lifecycle:transition", ValueKind::Text);
    /// let ticket = log.case("T-1");
    /// log.event(ticket, "Queued", 10);
    /// log.set(step, "Awaiting Assignment");
    /// let log = log.build().classified(&["concept:name", "lifecycle:transition"]).unwrap();
    /// assert_eq!(log.activities().get(0), Some("Queued+Awaiting Assignment"));
    /// ```
    #[must_use]
    pub fn classified(&self, attributes: &[&str]) -> Option<Self> {
        let part = |name: &&str| match *name {
            "concept:name" => Some(Part::Activity),
            name => self.column(name).map(Part::Column),
        };
        let parts: Vec<Part<'_>> = attributes.iter().map(part).collect::<Option<_>>()?;
        let mut known: FxHashMap<Vec<u32>, u32> = FxHashMap::default();
        let mut activities = Texts::default();
        let mut activity = Vec::with_capacity(self.events());
        let mut key = Vec::with_capacity(parts.len());
        for (event, number) in self.activity().iter().enumerate() {
            key.clear();
            key.extend(parts.iter().map(|it| match it {
                Part::Activity => *number,
                Part::Column(column) => column.number(event).unwrap_or(u32::MAX),
            }));
            if let Some(found) = known.get(&key) {
                activity.push(*found);
                continue;
            }
            let texts = parts.iter().map(|it| match it {
                Part::Activity => self.activities.get(*number).unwrap_or_default(),
                Part::Column(column) => column.text(event).unwrap_or_default(),
            });
            let found = activities.number(&texts.collect::<Vec<_>>().join("+"));
            known.insert(key.clone(), found);
            activity.push(found);
        }
        Some(Self { activities, activity, ..self.clone() })
    }
}
