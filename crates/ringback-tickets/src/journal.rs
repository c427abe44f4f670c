//! The changes of tickets, put together: what was read in any order becomes events with what held at each of them.

mod emit;
mod settle;

use std::sync::Arc;

use ringback_eventlog::{Texts, ValueKind};
use rustc_hash::FxHashMap;

use crate::read::Outcome;
use crate::settings::CustomerNames;
use crate::{StateKind, TicketSettings};

/// What a ticket has one of at any time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    State,
    Group,
    Resource,
}

impl Field {
    pub(crate) const ALL: [Self; 3] = [Self::State, Self::Group, Self::Resource];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Group => "group",
            Self::Resource => "assignee",
        }
    }
}

/// What a value was before it changed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Was<'a> {
    /// The export does not say.
    Unknown,
    /// This, or nothing.
    Known(Option<&'a str>),
}

/// When something was, and its place among what was at the same time: the entry's number and the place within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct When {
    pub(crate) at_micros: i64,
    pub(crate) entry: u64,
    pub(crate) place: u32,
}

/// A ticket of a [`Journal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TicketNumber(u32);

/// A text's number and one more; nothing is 0.
type Number = u32;
const NOTHING: Number = 0;
/// What a value was is not said.
const NOT_SAID: Number = u32::MAX;

#[derive(Clone, Copy, Debug)]
enum What {
    /// The ticket was made.
    Created,
    /// A field has another value.
    Set { field: Field, from: Number, to: Number },
    /// A field has a value that was not told of before.
    Was(Field, Number),
    /// Something else happened.
    Did(Number),
    /// A whole row: what state, group and resource were after an update.
    Row([Number; 3]),
    /// A state that the ticket's own row tells of, which counts only where no history does.
    Milestone(Number),
}

#[derive(Clone, Copy, Debug)]
struct Change {
    ticket: u32,
    when: When,
    what: What,
}

/// Whether the export has a ticket's history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum History {
    #[default]
    Absent,
    Present,
}

#[derive(Clone, Debug, Default)]
struct Ticket {
    name: Number,
    /// What held when the ticket was made, where that is said.
    first: [Option<Number>; 3],
    /// What holds in the ticket itself.
    now: [Option<Number>; 3],
    /// Whether a ticket was read, and not only its history.
    is_known: bool,
    /// Its history is there, even if nothing changed.
    history: History,
    values: Vec<(u32, Number)>,
    customer: Option<Box<CustomerNames>>,
    /// States that the ticket's own row tells of.
    milestones: Vec<(When, Number)>,
    /// When the ticket was last changed, as the row says that is held to be its latest.
    changed_micros: Option<i64>,
    /// How many agreements about it were breached.
    breaches: usize,
}

/// How a ticket's own row stands to one that was read before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    /// No other was read.
    First,
    /// It takes the place of the other.
    Later,
    /// The other is as late, or later.
    Earlier,
}

impl Version {
    /// What becomes of the row as an entry: a ticket's rows together are one that is used.
    pub(crate) fn outcome(self) -> Outcome {
        if self == Self::First { Outcome::Used } else { Outcome::Duplicate }
    }
}

/// What was read of tickets.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    source: Arc<str>,
    tickets: Vec<Ticket>,
    keys: FxHashMap<Box<str>, u32>,
    texts: Texts,
    columns: Vec<(&'static str, ValueKind)>,
    changes: Vec<Change>,
    /// What codes of fields are called.
    names: FxHashMap<(u8, Number), Number>,
    /// What states mean, besides the settings.
    kinds: FxHashMap<Number, StateKind>,
}

impl Journal {
    /// A journal of a system, of which the name stands before each case's.
    pub(crate) fn new(source: &'static str) -> Self {
        Self { source: source.into(), ..Self::default() }
    }

    /// The system's name.
    pub(crate) fn system(&mut self, source: &Arc<str>) {
        self.source = Arc::clone(source);
    }

    /// The ticket of a key, which is made if it is new.
    pub(crate) fn ticket(&mut self, key: &str) -> TicketNumber {
        if let Some(found) = self.keys.get(key) {
            return TicketNumber(*found);
        }
        let number = u32::try_from(self.tickets.len()).unwrap_or(u32::MAX);
        let name = self.number(key);
        self.tickets.push(Ticket { name, ..Ticket::default() });
        self.keys.insert(key.into(), number);
        TicketNumber(number)
    }

    /// What a ticket is called. Tickets of one name become one case.
    pub(crate) fn name(&mut self, ticket: TicketNumber, name: &str) {
        let name = self.number(name);
        self.with(ticket, |it| it.name = name);
    }

    /// Says that the ticket was read, of which each row is an update.
    pub(crate) fn known_by_updates(&mut self, ticket: TicketNumber) {
        self.with(ticket, |it| it.is_known = true);
    }

    /// What a ticket is called so far.
    pub(crate) fn name_of(&self, ticket: TicketNumber) -> &str {
        self.tickets.get(ticket.0 as usize).map_or("", |it| self.text(it.name).unwrap_or_default())
    }

    /// Says that the ticket itself was read, as it was when it was last changed. Of several rows the latest holds; where
    /// none says when it was changed, the one that is read last. What an earlier row said of the ticket is forgotten.
    pub(crate) fn known(&mut self, ticket: TicketNumber, changed_micros: Option<i64>) -> Version {
        let Some(found) = self.tickets.get_mut(ticket.0 as usize) else { return Version::Earlier };
        let version = match (found.is_known, found.changed_micros, changed_micros) {
            (false, ..) => Version::First,
            (true, Some(before), Some(now)) if now <= before => Version::Earlier,
            (true, Some(_), None) => Version::Earlier,
            (true, ..) => Version::Later,
        };
        if version != Version::Earlier {
            found.is_known = true;
            found.changed_micros = changed_micros;
        }
        if version == Version::Later {
            found.now = [None; 3];
            found.customer = None;
            found.milestones.clear();
        }
        version
    }

    /// Says that the ticket's history is there.
    pub(crate) fn has_history(&mut self, ticket: TicketNumber) {
        self.with(ticket, |it| it.history = History::Present);
    }

    pub(crate) fn created(&mut self, ticket: TicketNumber, when: When) {
        self.push(ticket, when, What::Created);
    }

    /// A value that a ticket had from the start.
    pub(crate) fn first(&mut self, ticket: TicketNumber, field: Field, value: Option<&str>) {
        let value = self.optional(value);
        self.with(ticket, |it| it.first[field as usize] = Some(value));
    }

    /// A value that the ticket itself has.
    pub(crate) fn now(&mut self, ticket: TicketNumber, field: Field, value: Option<&str>) {
        let value = self.optional(value);
        self.with(ticket, |it| it.now[field as usize] = Some(value));
    }

    /// Another value; whether it is one.
    pub(crate) fn set(
        &mut self,
        ticket: TicketNumber,
        when: When,
        field: Field,
        change: (Was<'_>, Option<&str>),
    ) -> bool {
        let to = self.optional(change.1);
        let from = match change.0 {
            Was::Unknown => NOT_SAID,
            Was::Known(value) => self.optional(value),
        };
        self.has_history(ticket);
        if from != to {
            self.push(ticket, when, What::Set { field, from, to });
        }
        from != to
    }

    /// Another owner, who is a group or a person: with a group, a ticket is nobody's.
    pub(crate) fn owner(
        &mut self,
        ticket: TicketNumber,
        when: When,
        old: Option<(Field, &str)>,
        new: Option<(Field, &str)>,
    ) -> bool {
        let after = When { place: when.place.saturating_add(1), ..when };
        match (old, new) {
            (Some((was, old)), Some((is, new))) if was == is => {
                self.set(ticket, when, is, (Was::Known(Some(old)), Some(new)))
            }
            (Some((Field::Resource, old)), Some((field, new))) => {
                self.set(ticket, when, field, (Was::Unknown, Some(new)));
                self.set(ticket, after, Field::Resource, (Was::Known(Some(old)), None))
            }
            (Some((field, old)), Some((Field::Resource, new))) => {
                let was = self.optional(Some(old));
                self.push(ticket, when, What::Was(field, was));
                self.set(ticket, after, Field::Resource, (Was::Known(None), Some(new)))
            }
            (old, Some((field, new))) => {
                let was = if old.is_none() { Was::Known(None) } else { Was::Unknown };
                self.set(ticket, when, field, (was, Some(new)))
            }
            (Some((field, old)), None) => {
                self.set(ticket, when, field, (Was::Known(Some(old)), None))
            }
            (None, None) => false,
        }
    }

    /// Something that happened by this name.
    pub(crate) fn did(&mut self, ticket: TicketNumber, when: When, activity: &str) {
        let activity = self.number(activity);
        self.push(ticket, when, What::Did(activity));
    }

    /// What state, group and resource were after an update.
    pub(crate) fn row(&mut self, ticket: TicketNumber, when: When, values: [Option<&str>; 3]) {
        let numbers = Field::ALL.map(|field| self.optional(values[field as usize]));
        self.has_history(ticket);
        self.push(ticket, when, What::Row(numbers));
    }

    /// A state that the ticket's own row tells of.
    pub(crate) fn milestone(&mut self, ticket: TicketNumber, when: When, state: &str) {
        let state = self.number(state);
        self.with(ticket, |it| it.milestones.push((when, state)));
    }

    /// A state that another row than the ticket's own tells of, such as a resolution's; likewise.
    pub(crate) fn reached(&mut self, ticket: TicketNumber, when: When, state: &str) {
        let state = self.number(state);
        self.push(ticket, when, What::Milestone(state));
    }

    /// Says that an agreement about the ticket was breached.
    pub(crate) fn breached(&mut self, ticket: TicketNumber) {
        self.with(ticket, |it| it.breaches += 1);
    }

    /// An attribute of the case; the last value holds.
    pub(crate) fn value(
        &mut self,
        ticket: TicketNumber,
        column: &'static str,
        kind: ValueKind,
        value: Option<&str>,
    ) {
        let Some(value) = value else { return };
        let value = self.number(value);
        let place = self.columns.iter().position(|it| it.0 == column).unwrap_or_else(|| {
            self.columns.push((column, kind));
            self.columns.len() - 1
        });
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        self.with(ticket, |it| match it.values.iter_mut().find(|it| it.0 == place) {
            Some(found) => found.1 = value,
            None => it.values.push((place, value)),
        });
    }

    /// A text attribute of the case.
    pub(crate) fn text_value(
        &mut self,
        ticket: TicketNumber,
        column: &'static str,
        value: Option<&str>,
    ) {
        self.value(ticket, column, ValueKind::Text, value);
    }

    /// Who the customer is.
    pub(crate) fn customer(&mut self, ticket: TicketNumber, names: CustomerNames) {
        self.with(ticket, |it| it.customer = Some(Box::new(names)));
    }

    /// What a code of a field is called.
    pub(crate) fn call(&mut self, field: Field, code: &str, name: &str) {
        let (code, name) = (self.number(code), self.number(name));
        self.names.insert((field as u8, code), name);
    }

    /// What a state means where the settings do not say.
    pub(crate) fn kind(&mut self, state: &str, kind: StateKind) {
        let state = self.number(state);
        self.kinds.entry(state).or_insert(kind);
    }

    fn push(&mut self, ticket: TicketNumber, when: When, what: What) {
        self.changes.push(Change { ticket: ticket.0, when, what });
    }

    fn with(&mut self, ticket: TicketNumber, change: impl FnOnce(&mut Ticket)) {
        if let Some(found) = self.tickets.get_mut(ticket.0 as usize) {
            change(found);
        }
    }

    fn number(&mut self, text: &str) -> Number {
        self.texts.number(text).saturating_add(1)
    }

    fn text(&self, number: Number) -> Option<&str> {
        self.texts.get(number.checked_sub(1)?)
    }

    fn optional(&mut self, value: Option<&str>) -> Number {
        match value.map(str::trim).filter(|it| !it.is_empty()) {
            Some(value) => self.number(value),
            None => NOTHING,
        }
    }
}

/// What is called what, for the settings to be asked.
pub(crate) struct Meanings<'a> {
    pub(crate) settings: &'a TicketSettings,
    /// What the system's own states mean.
    pub(crate) known: fn(&str) -> Option<StateKind>,
}

impl Meanings<'_> {
    fn of(&self, state: &str) -> Option<StateKind> {
        self.settings.states.get(state).copied().or_else(|| (self.known)(state))
    }
}
