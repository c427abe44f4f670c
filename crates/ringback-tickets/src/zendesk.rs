//! Zendesk: tickets with their audits.

use std::path::PathBuf;

use ringback_eventlog::ValueKind;
use rustc_hash::FxHashMap;
use serde_json::{Map, Value};

use crate::journal::{Field, Journal, Meanings, TicketNumber, Version, Was, When};
use crate::read::{Fault, Outcome, Tally};
use crate::settings::CustomerNames;
use crate::source::json::{Piece, list_at, stream, text_at, text_of};
use crate::source::{files, stamp::Stamps};
use crate::{Error, ReadTickets, StateKind, TicketSettings};

/// Reads what Zendesk's interface answers, in any number of files: pages of tickets, ticket audits, ticket metrics, users
/// and groups, or one object a line as the account export writes them.
///
/// *Supported*: audit events of the types `Create`, `Change`, `Comment` and `VoiceComment`, for status, group, assignee and
/// priority; users say who is a customer, groups what they are called; metrics become the attributes `group_stations`,
/// `assignee_stations`, `reopens` and `replies` of cases, which [`count_tickets`](crate::count_tickets) should give as well.
///
/// *Unsupported*: custom statuses, of which only the status category is kept; texts of comments; side conversations.
///
/// *Layout*: stamps end with `Z`. What an audit's `Create` events say held from the start, and its comment is the ticket
/// itself. Without users a comment is the customer's if its author is the requester. Pages that name a further page
/// (`next_page`, `meta.has_more`) while no last page is there give a warning.
///
/// # Source
///
/// Zendesk, *Ticketing API*: *Tickets*, *Ticket Audits*, *Ticket Metrics*, *Users*, *Groups*.
#[derive(Clone, Debug, Default)]
pub struct Zendesk {
    settings: TicketSettings,
}

const LISTS: [&str; 7] =
    ["tickets", "audits", "ticket_audits", "ticket_metrics", "users", "groups", "results"];

fn state_kind(state: &str) -> Option<StateKind> {
    Some(match state {
        "new" => StateKind::New,
        "open" => StateKind::Working,
        "pending" => StateKind::WaitingForCustomer,
        "hold" => StateKind::WaitingForOthers,
        "solved" => StateKind::Resolved,
        "closed" => StateKind::Closed,
        "deleted" => StateKind::Canceled,
        _ => return None,
    })
}

impl Zendesk {
    /// A reader with these settings.
    pub fn new(settings: TicketSettings) -> Self {
        Self { settings }
    }

    /// Reads files, or the files in folders.
    ///
    /// # Errors
    ///
    /// [`Error::Io`]; [`Error::Format`] for JSON that is broken or ends too early; [`Error::Empty`] for an empty file, or if
    /// nothing could be used.
    pub fn read(&self, paths: &[PathBuf]) -> Result<ReadTickets, Error> {
        let mut reading = Reading {
            journal: Journal::new("zendesk"),
            stamps: Stamps::new(&self.settings),
            users: FxHashMap::default(),
            requesters: Vec::new(),
            comments: Vec::new(),
        };
        let mut tally = Tally::new(paths);
        for path in files(paths)? {
            tally.begin(&path);
            stream(&path, &LISTS, &mut |piece| match piece {
                Piece::Item { value, line, .. } => reading.item(&value, line, &mut tally),
                Piece::Page { beside, list, .. } => page(&beside, list, &mut tally),
            })?;
        }
        reading.people();
        let meanings = Meanings { settings: &self.settings, known: state_kind };
        reading.journal.finish(&meanings, tally)
    }
}

/// Notes whether a page names a further one.
fn page(beside: &Map<String, Value>, list: &str, tally: &mut Tally) {
    let more = beside.get("meta").and_then(|it| it.get("has_more")).and_then(Value::as_bool);
    let end = beside.get("end_of_stream").and_then(Value::as_bool);
    let next = beside.get("next_page").map(Value::is_string);
    if let Some(has_more) = more.or(end.map(|it| !it)).or(next) {
        tally.page(list, has_more);
    }
}

#[derive(Default)]
struct User {
    is_customer: bool,
    mail: Option<String>,
    phone: Option<String>,
}

struct Comment {
    ticket: TicketNumber,
    when: When,
    author: Option<String>,
    is_public: bool,
}

struct Reading {
    journal: Journal,
    stamps: Stamps,
    users: FxHashMap<String, User>,
    requesters: Vec<(TicketNumber, String)>,
    comments: Vec<Comment>,
}

impl Reading {
    /// What an item is, its own keys say.
    fn item(&mut self, item: &Value, line: u64, tally: &mut Tally) {
        let has = |key| item.get(key).is_some();
        if has("events") {
            return self.audit(item, line, tally);
        }
        let outcome = if has("group_stations") {
            self.metric(item, tally)
        } else if has("requester_id") || has("status") && has("created_at") {
            self.ticket(item)
        } else if has("role") {
            self.user(item, tally)
        } else if has("name") {
            self.group(item, tally)
        } else {
            let expected = "requester_id, events, group_stations, role or name";
            Err(Fault { field: String::new(), reason: format!("an item without {expected}") })
        };
        tally.count(line, outcome);
    }

    fn ticket(&mut self, item: &Value) -> Result<Outcome, Fault> {
        let id = needed(item, "id")?;
        let at_micros = self.stamps.read("created_at", &needed(item, "created_at")?)?;
        let updated = text_at(item, &["updated_at"]);
        let updated = updated.map(|it| self.stamps.read("updated_at", &it)).transpose()?;
        let ticket = self.journal.ticket(&id);
        let version = self.journal.known(ticket, updated);
        if version == Version::Earlier {
            return Ok(Outcome::Duplicate);
        }
        self.journal.created(ticket, When { at_micros, entry: 0, place: 0 });
        for (field, key) in TRACKED {
            self.journal.now(ticket, field, text_at(item, &[key]).as_deref());
        }
        for (column, keys) in [
            ("priority", &["priority"][..]),
            ("category", &["type"]),
            ("contact_type", &["via", "channel"]),
        ] {
            self.journal.text_value(ticket, column, text_at(item, keys).as_deref());
        }
        if let Some(requester) = text_at(item, &["requester_id"]) {
            self.requesters.push((ticket, requester));
        }
        if let Some(metric) = item.get("metric_set") {
            self.metric_values(ticket, metric);
        }
        Ok(version.outcome())
    }

    fn metric(&mut self, item: &Value, tally: &mut Tally) -> Result<Outcome, Fault> {
        let id = needed(item, "ticket_id")?;
        if !tally.is_new(&format!("metric {id}")) {
            return Ok(Outcome::Duplicate);
        }
        let ticket = self.journal.ticket(&id);
        self.metric_values(ticket, item);
        Ok(Outcome::Used)
    }

    fn metric_values(&mut self, ticket: TicketNumber, metric: &Value) {
        for count in ["group_stations", "assignee_stations", "reopens", "replies"] {
            let value = metric.get(count).and_then(text_of);
            self.journal.value(ticket, count, ValueKind::Int, value.as_deref());
        }
    }

    fn user(&mut self, item: &Value, tally: &mut Tally) -> Result<Outcome, Fault> {
        let id = needed(item, "id")?;
        if !tally.is_new(&format!("user {id}")) {
            return Ok(Outcome::Duplicate);
        }
        let is_customer = needed(item, "role")? == "end-user";
        let user =
            User { is_customer, mail: text_at(item, &["email"]), phone: text_at(item, &["phone"]) };
        self.users.insert(id, user);
        Ok(Outcome::Used)
    }

    fn group(&mut self, item: &Value, tally: &mut Tally) -> Result<Outcome, Fault> {
        let (id, name) = (needed(item, "id")?, needed(item, "name")?);
        if !tally.is_new(&format!("group {id}")) {
            return Ok(Outcome::Duplicate);
        }
        self.journal.call(Field::Group, &id, &name);
        Ok(Outcome::Used)
    }

    /// An audit, of which each event is an entry.
    fn audit(&mut self, item: &Value, line: u64, tally: &mut Tally) {
        let events = list_at(item, &["events"]);
        let mut read = || {
            let (id, ticket) = (needed(item, "id")?, needed(item, "ticket_id")?);
            let at_micros = self.stamps.read("created_at", &needed(item, "created_at")?)?;
            Ok((id, ticket, at_micros))
        };
        let (id, ticket, at_micros) = match read() {
            Ok(read) => read,
            Err(fault) => return tally.count(line, Err(fault)),
        };
        if !tally.is_new(&format!("audit {id}")) {
            return tally.count_alike(line, Outcome::Duplicate, events.len());
        }
        let ticket = self.journal.ticket(&ticket);
        self.journal.has_history(ticket);
        let entry = id.parse().unwrap_or(u64::MAX);
        let is_creation =
            events.iter().any(|it| text_at(it, &["type"]).as_deref() == Some("Create"));
        if is_creation {
            self.journal.created(ticket, When { at_micros, entry: 0, place: 0 });
        }
        let author = text_at(item, &["author_id"]);
        for (place, event) in events.iter().enumerate() {
            let place = u32::try_from(place).unwrap_or(u32::MAX);
            let when = When { at_micros, entry, place };
            let outcome = self.event(ticket, when, event, (author.as_deref(), is_creation));
            tally.count(line, outcome);
        }
    }

    fn event(
        &mut self,
        ticket: TicketNumber,
        when: When,
        event: &Value,
        (author, is_creation): (Option<&str>, bool),
    ) -> Result<Outcome, Fault> {
        let kind = needed(event, "type")?;
        let text = |key: &str| event.get(key).and_then(text_of);
        match kind.as_str() {
            // The ticket itself is the first comment.
            "Comment" | "VoiceComment" if is_creation => Ok(Outcome::PassedOver),
            "Comment" | "VoiceComment" => {
                let author = text("author_id").or(author.map(str::to_owned));
                let is_public = event.get("public").and_then(Value::as_bool).unwrap_or(true);
                self.comments.push(Comment { ticket, when, author, is_public });
                Ok(Outcome::Used)
            }
            "Create" | "Change" => {
                let name = needed(event, "field_name")?;
                let value = text("value");
                if name == "priority" && kind == "Change" {
                    self.journal.did(ticket, when, "priority changed");
                    return Ok(Outcome::Used);
                }
                let Some((field, _)) = TRACKED.iter().find(|it| it.1 == name) else {
                    return Ok(Outcome::PassedOver);
                };
                if kind == "Create" {
                    self.journal.first(ticket, *field, value.as_deref());
                    return Ok(Outcome::Used);
                }
                let was = text("previous_value");
                let change = (Was::Known(was.as_deref()), value.as_deref());
                let is_change = self.journal.set(ticket, when, *field, change);
                Ok(if is_change { Outcome::Used } else { Outcome::PassedOver })
            }
            _ => Ok(Outcome::PassedOver),
        }
    }

    /// Who wrote the comments, and who the customers are, once all users are known.
    fn people(&mut self) {
        let mut requester_of: FxHashMap<TicketNumber, String> = FxHashMap::default();
        for (ticket, requester) in std::mem::take(&mut self.requesters) {
            let user = self.users.get(&requester);
            let names = CustomerNames {
                id: Some(requester.clone()),
                mail: user.and_then(|it| it.mail.clone()),
                phone: user.and_then(|it| it.phone.clone()),
            };
            self.journal.customer(ticket, names);
            requester_of.insert(ticket, requester);
        }
        for Comment { ticket, when, author, is_public } in std::mem::take(&mut self.comments) {
            let is_customer = author.is_some_and(|author| match self.users.get(&author) {
                Some(user) => user.is_customer,
                None => requester_of.get(&ticket) == Some(&author),
            });
            let activity = match (is_customer, is_public) {
                (true, _) => "customer writes",
                (false, true) => "we reply",
                (false, false) => "internal note",
            };
            self.journal.did(ticket, when, activity);
        }
    }
}

/// The fields that are followed, by their names.
const TRACKED: [(Field, &str); 3] =
    [(Field::State, "status"), (Field::Group, "group_id"), (Field::Resource, "assignee_id")];

fn needed(item: &Value, key: &str) -> Result<String, Fault> {
    text_at(item, &[key]).ok_or_else(|| Fault::missing(key))
}
