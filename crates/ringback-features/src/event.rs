//! Events and campaigns that callers hear of: mailings, price changes, outages.

mod table;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

pub use table::EventTableError;

/// Something that makes customers call more or less than usual, from `starts_at` to just before `ends_at`.
///
/// # Example
///
/// ```
/// use chrono::{DateTime, Utc};
/// use ringback_features::Event;
///
/// let at = |text: &str| text.parse::<DateTime<Utc>>();
/// let outage = Event::new("web shop down", at("2026-05-04T09:10:00Z")?, at("2026-05-04T11:00:00Z")?)?
///     .label("outage")
///     .known_at(at("2026-05-04T09:25:00Z")?);
/// assert!(outage.is_active_at(at("2026-05-04T09:15:00Z")?));
/// assert!(!outage.is_known_as_of(at("2026-05-04T09:15:00Z")?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "EventFields", into = "EventFields")]
pub struct Event {
    // The order of the fields is the order of events.
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    name: String,
    label: Option<String>,
    known_at: Option<DateTime<Utc>>,
}

impl Event {
    /// An event that was always known, without a label.
    ///
    /// # Errors
    ///
    /// [`InvalidEvent`] where it does not end after it starts.
    pub fn new(
        name: impl Into<String>,
        starts_at: DateTime<Utc>,
        ends_at: DateTime<Utc>,
    ) -> Result<Self, InvalidEvent> {
        let name = name.into();
        if starts_at < ends_at {
            Ok(Self { starts_at, ends_at, name, label: None, known_at: None })
        } else {
            Err(InvalidEvent { name, starts_at, ends_at })
        }
    }

    /// Sets what kind of event it is, such as `mailing`; models may learn one effect per label. Default: none.
    #[must_use]
    pub fn label(self, label: impl Into<String>) -> Self {
        Self { label: Some(label.into()), ..self }
    }

    /// Sets the instant from which it was known: no feature of an earlier instant sees it. Default: always known, as
    /// a campaign planned before the log begins.
    #[must_use]
    pub fn known_at(self, known_at: DateTime<Utc>) -> Self {
        Self { known_at: Some(known_at), ..self }
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its first instant.
    pub fn starts_at(&self) -> DateTime<Utc> {
        self.starts_at
    }

    /// The first instant after it.
    pub fn ends_at(&self) -> DateTime<Utc> {
        self.ends_at
    }

    /// What kind of event it is; `None` where nobody said.
    pub fn kind(&self) -> Option<&str> {
        self.label.as_deref()
    }

    /// The instant from which it was known; `None` where it always was.
    pub fn known_since(&self) -> Option<DateTime<Utc>> {
        self.known_at
    }

    /// Whether it goes on at an instant.
    pub fn is_active_at(&self, at: DateTime<Utc>) -> bool {
        self.starts_at <= at && at < self.ends_at
    }

    /// Whether it was known at an instant.
    pub fn is_known_as_of(&self, as_of: DateTime<Utc>) -> bool {
        self.known_at.is_none_or(|known_at| known_at <= as_of)
    }
}

/// An event that does not end after it starts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("event {name:?} ends at {ends_at}, expected an end after its start at {starts_at}")]
pub struct InvalidEvent {
    name: String,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
}

/// The fields as they are written, before the check.
#[derive(Serialize, Deserialize)]
struct EventFields {
    name: String,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    known_at: Option<DateTime<Utc>>,
}

impl TryFrom<EventFields> for Event {
    type Error = InvalidEvent;

    fn try_from(fields: EventFields) -> Result<Self, InvalidEvent> {
        let EventFields { name, starts_at, ends_at, label, known_at } = fields;
        Ok(Self { label, known_at, ..Self::new(name, starts_at, ends_at)? })
    }
}

impl From<Event> for EventFields {
    fn from(event: Event) -> Self {
        let Event { starts_at, ends_at, name, label, known_at } = event;
        Self { name, starts_at, ends_at, label, known_at }
    }
}

/// Events in order of start, then end, name, label and `known_at`.
///
/// # Example
///
/// ```
/// use chrono::{DateTime, Utc};
/// use ringback_calllog::Zone;
/// use ringback_features::Events;
///
/// let zone: Zone = "Europe/Copenhagen".parse()?;
/// let table = "\
/// name,start,end,known_at
/// Spring mailing,2026-05-04,2026-05-06,
/// Web shop down,2026-05-05 09:10,2026-05-05 11:00,2026-05-05 09:25
/// ";
/// let events = Events::from_csv(table, zone)?;
/// let at: DateTime<Utc> = "2026-05-05T07:15:00Z".parse()?;
/// assert_eq!(events.active_at(at).count(), 2);
/// assert_eq!(events.known_as_of(at).count(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Events {
    sorted: Vec<Event>,
    /// The length of the longest event: none that starts longer ago than this goes on.
    longest: TimeDelta,
}

impl Events {
    /// The events, in order of start.
    pub fn iter(&self) -> std::slice::Iter<'_, Event> {
        self.sorted.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.sorted.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    /// The events that go on at an instant, whether known then or not: for a look back.
    pub fn active_at(&self, at: DateTime<Utc>) -> impl Iterator<Item = &Event> {
        let first = match at.checked_sub_signed(self.longest) {
            Some(earliest) => self.sorted.partition_point(|event| event.starts_at <= earliest),
            None => 0,
        };
        let after = self.sorted.partition_point(|event| event.starts_at <= at);
        let started = self.sorted.get(first..after).unwrap_or_default();
        started.iter().filter(move |event| event.is_active_at(at))
    }

    /// The events that were known at an instant, past and to come.
    pub fn known_as_of(&self, as_of: DateTime<Utc>) -> impl Iterator<Item = &Event> {
        self.sorted.iter().filter(move |event| event.is_known_as_of(as_of))
    }

    /// The events that go on at an instant, of those that were known at another: what a feature may use. A forecast
    /// asks for a later `at` than `as_of`.
    pub fn active_as_of(
        &self,
        at: DateTime<Utc>,
        as_of: DateTime<Utc>,
    ) -> impl Iterator<Item = &Event> {
        self.active_at(at).filter(move |event| event.is_known_as_of(as_of))
    }
}

impl FromIterator<Event> for Events {
    fn from_iter<I: IntoIterator<Item = Event>>(events: I) -> Self {
        let mut sorted: Vec<Event> = events.into_iter().collect();
        sorted.sort();
        let lengths = sorted.iter().map(|event| event.ends_at - event.starts_at);
        let longest = lengths.max().unwrap_or_default();
        Self { sorted, longest }
    }
}

impl<'a> IntoIterator for &'a Events {
    type Item = &'a Event;
    type IntoIter = std::slice::Iter<'a, Event>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
