//! `ServiceNow`: incidents, their audit trail and their agreements.

mod hold;

use std::path::{Path, PathBuf};

use ringback_eventlog::ValueKind;

use crate::journal::{Field, Journal, Meanings, TicketNumber, Version, Was, When};
use crate::read::{Fault, Outcome, Tally};
use crate::settings::CustomerNames;
use crate::source::row::{Row, for_each};
use crate::source::{files, stamp::Stamps};
use crate::{Error, ReadTickets, StateKind, TicketSettings};
use hold::Holds;

/// Reads exports of `ServiceNow`: tables as CSV or JSON, in any number of files.
///
/// *Supported*: `incident` (one row a ticket); `sys_audit` (one row a change, by `documentkey`); `task_sla` (the breaches);
/// why a ticket is on hold (`hold_reason`), which takes the place of the state: `Awaiting Caller` and so on;
/// tables of names (`sys_id`, `name`), which say what groups are called; and histories as one row an update, with
/// `sys_mod_count` and `sys_updated_at`, as public copies have them: each row is one event, named by what it did
/// (the state that it entered, `reopened`, `group changed`, `reassigned`, `updated`, the first of these that holds).
/// Two updates of a ticket may have the same number, as in the public incidents: only what is alike in stamp, state, group and
/// person too is a duplicate. JSON is what the table interface answers (`result`), with ids, with labels (`display_value`), or both, or an
/// export's `records`.
///
/// *Unsupported*: XML; `metric_instance` and `sys_history_line`, which tell the same again; texts of comments, of which only
/// that there was one is kept.
///
/// *Layout*: stamps are `2026-05-04 14:30:00` without an offset: UTC from the interface and in `sys_audit`, the zone of the
/// exporting user in lists, so the zone must be given. Empty fields are blanks or `?`. Groups and persons are ids in
/// `sys_audit`. A ticket without an audit trail is made, resolved (`resolved_at`) and closed (`closed_at`), no more.
///
/// # Source
///
/// `ServiceNow` product documentation, *Incident Management state model*, and *Tables: `sys_audit`, `task_sla`* (Washington DC).
#[derive(Clone, Debug, Default)]
pub struct ServiceNow {
    settings: TicketSettings,
    rows_are_updates: Option<bool>,
}

/// A state, or why a ticket is on hold where that is said and known.
pub(super) fn with_reason<'a>(state: &'a str, reason: Option<&'a str>) -> &'a str {
    if !matches!(state, "3" | "On Hold" | "On hold") {
        return state;
    }
    match reason.unwrap_or_default() {
        "1" => "Awaiting Caller",
        "3" => "Awaiting Problem",
        "4" => "Awaiting Vendor",
        "5" => "Awaiting Change",
        label
            if state_kind(label).is_some_and(|it| {
                !label.is_empty() && !is_code(label) && it != StateKind::OnHold
            }) =>
        {
            label
        }
        _ => state,
    }
}

fn is_code(text: &str) -> bool {
    text.bytes().all(|it| it.is_ascii_digit())
}

/// States by code and label; the old model's labels too.
fn state_kind(state: &str) -> Option<StateKind> {
    use StateKind::{
        Canceled, Closed, New, OnHold, Resolved, WaitingForCustomer, WaitingForOthers, Working,
    };
    Some(match state {
        "1" | "New" => New,
        "2" | "In Progress" | "Active" => Working,
        "3" | "On Hold" | "On hold" => OnHold,
        "Awaiting User Info" | "Awaiting Caller" => WaitingForCustomer,
        "Awaiting Problem" | "Awaiting Vendor" | "Awaiting Evidence" | "Awaiting Change" => {
            WaitingForOthers
        }
        "6" | "Resolved" => Resolved,
        "7" | "Closed" => Closed,
        "8" | "Canceled" | "Cancelled" => Canceled,
        _ => return None,
    })
}

/// The labels of the codes of states.
const STATES: [(&str, &str); 6] = [
    ("1", "New"),
    ("2", "In Progress"),
    ("3", "On Hold"),
    ("6", "Resolved"),
    ("7", "Closed"),
    ("8", "Canceled"),
];

/// Attributes of cases, by field.
const VALUES: [(&str, &str); 9] = [
    ("category", "category"),
    ("subcategory", "subcategory"),
    ("priority", "priority"),
    ("impact", "impact"),
    ("urgency", "urgency"),
    ("contact_type", "contact_type"),
    ("made_sla", "made_sla"),
    ("cmdb_ci", "cmdb_ci"),
    ("closed_code", "close_code"),
];

/// The lists in JSON.
const LISTS: [&str; 2] = ["result", "records"];

/// What a row is of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Audit,
    Agreement,
    Update,
    Incident,
    Name,
}

impl ServiceNow {
    /// A reader with these settings.
    pub fn new(settings: TicketSettings) -> Self {
        Self { settings, rows_are_updates: None }
    }

    /// Whether each row of incidents is one update of a ticket, not the ticket as it is. Default: it is in a table with
    /// `sys_mod_count` and `sys_updated_at` and without `sys_id`.
    #[must_use]
    pub fn rows_are_updates(mut self, are: bool) -> Self {
        self.rows_are_updates = Some(are);
        self
    }

    /// Reads files, or the files in folders.
    ///
    /// # Errors
    ///
    /// [`Error::Io`], [`Error::Format`], [`Error::MissingColumn`]; [`Error::Empty`] for an empty file, or if nothing could
    /// be used.
    pub fn read(&self, paths: &[PathBuf]) -> Result<ReadTickets, Error> {
        let mut reading = Reading {
            journal: Journal::new("servicenow"),
            stamps: Stamps::new(&self.settings),
            entry: 0,
            holds: Holds::default(),
        };
        let mut tally = Tally::new(paths);
        for (code, label) in STATES {
            reading.journal.call(Field::State, code, label);
        }
        for path in files(paths)? {
            self.file(&path, &mut reading, &mut tally)?;
        }
        reading.holds.tell(&mut reading.journal);
        let meanings = Meanings { settings: &self.settings, known: state_kind };
        reading.journal.finish(&meanings, tally)
    }

    fn file(&self, path: &Path, reading: &mut Reading, tally: &mut Tally) -> Result<(), Error> {
        tally.begin(path);
        let check = |header: &Row<'_>| {
            let kind = self
                .kind(header)
                .ok_or("number, or documentkey with fieldname, or task with has_breached")?;
            let lacks = |it: &&&str| !header.has(it);
            needed(kind).iter().find(lacks).map_or(Ok(()), |it| Err((*it).to_owned()))
        };
        for_each(path, &self.settings, &LISTS, &check, &mut |row, line| {
            let outcome = row.and_then(|row| {
                let kind = self.kind(row).ok_or_else(|| Fault::missing("number"))?;
                reading.row(kind, row, tally)
            });
            tally.count(line, outcome);
        })?;
        Ok(())
    }

    fn kind(&self, row: &Row<'_>) -> Option<Kind> {
        let has = |name| row.has(name);
        if has("documentkey") && has("fieldname") {
            return Some(Kind::Audit);
        }
        if has("task") && has("has_breached") {
            return Some(Kind::Agreement);
        }
        if has("number") {
            let looks_so = has("sys_mod_count") && has("sys_updated_at") && !has("sys_id");
            let is_update = self.rows_are_updates.unwrap_or(looks_so);
            return Some(if is_update { Kind::Update } else { Kind::Incident });
        }
        (has("sys_id") && has("name")).then_some(Kind::Name)
    }
}

/// What a table of a kind must have.
fn needed(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Audit => &["documentkey", "fieldname", "oldvalue", "newvalue", "sys_created_on"],
        Kind::Agreement => &["task", "has_breached"],
        Kind::Update => &["number", "sys_mod_count", "sys_updated_at"],
        Kind::Incident => &["number", "opened_at"],
        Kind::Name => &["sys_id", "name"],
    }
}

/// What was read so far.
struct Reading {
    journal: Journal,
    stamps: Stamps,
    entry: u64,
    /// Changes of states, and of why tickets are on hold.
    holds: Holds,
}

impl Reading {
    fn row(&mut self, kind: Kind, row: &Row<'_>, tally: &mut Tally) -> Result<Outcome, Fault> {
        self.entry += 1;
        match kind {
            Kind::Audit => self.audit(row, tally),
            Kind::Agreement => self.agreement(row, tally),
            Kind::Update => self.update(row, tally),
            Kind::Incident => self.incident(row),
            Kind::Name => {
                let (id, name) = (row.needed("sys_id")?, row.needed("name")?);
                self.journal.call(Field::Group, &id, &name);
                Ok(Outcome::Used)
            }
        }
    }

    fn when(&mut self, row: &Row<'_>, field: &str) -> Result<When, Fault> {
        let at_micros = self.stamps.read(field, &row.needed(field)?)?;
        Ok(When { at_micros, entry: self.entry, place: 0 })
    }

    /// A stamp that may lack.
    fn maybe(&mut self, row: &Row<'_>, field: &str) -> Result<Option<When>, Fault> {
        if row.get(field).is_none() { Ok(None) } else { self.when(row, field).map(Some) }
    }

    fn incident(&mut self, row: &Row<'_>) -> Result<Outcome, Fault> {
        let number = row.needed("number")?;
        let opened = self.when(row, "opened_at")?;
        let resolved = self.maybe(row, "resolved_at")?;
        let closed = self.maybe(row, "closed_at")?;
        let first = When { entry: 0, ..opened };
        let changed = self.maybe(row, "sys_updated_on")?.map(|it| it.at_micros);
        let key = row.get("sys_id").unwrap_or_else(|| number.clone());
        let ticket = self.journal.ticket(&key);
        let version = self.journal.known(ticket, changed);
        if version == Version::Earlier {
            return Ok(Outcome::Duplicate);
        }
        self.journal.name(ticket, &number);
        self.journal.created(ticket, first);
        let state = row.first(&["state", "incident_state"]);
        let state =
            state.map(|it| with_reason(&it, row.label("hold_reason").as_deref()).to_owned());
        self.journal.now(ticket, Field::State, state.as_deref());
        self.journal.now(ticket, Field::Group, row.get("assignment_group").as_deref());
        self.journal.now(ticket, Field::Resource, row.get("assigned_to").as_deref());
        if let Some(when) = resolved {
            self.journal.milestone(ticket, when, "Resolved");
        }
        if let Some(when) = closed {
            self.journal.milestone(ticket, when, "Closed");
        }
        self.values(ticket, row);
        Ok(version.outcome())
    }

    fn values(&mut self, ticket: TicketNumber, row: &Row<'_>) {
        for (field, column) in VALUES {
            // What a device is called often says whose it is.
            let value = if field == "cmdb_ci" { row.get(field) } else { row.label(field) };
            self.journal.text_value(ticket, column, value.as_deref());
        }
        for count in ["reassignment_count", "reopen_count"] {
            self.journal.value(ticket, count, ValueKind::Int, row.get(count).as_deref());
        }
        let text = |names: &[&str]| row.first(names).map(std::borrow::Cow::into_owned);
        let names = CustomerNames {
            id: text(&["caller_id"]),
            mail: text(&["caller_id.email", "email"]),
            phone: text(&["caller_id.phone", "caller_id.mobile_phone", "phone"]),
        };
        self.journal.customer(ticket, names);
    }

    fn update(&mut self, row: &Row<'_>, tally: &mut Tally) -> Result<Outcome, Fault> {
        let number = row.needed("number")?;
        let count = row.needed("sys_mod_count")?;
        let entry: u64 =
            count.parse().map_err(|_| Fault::bad("sys_mod_count", &count, "a whole number"))?;
        let when = When { entry, ..self.when(row, "sys_updated_at")? };
        let state = row.first(&["incident_state", "state"]);
        let state =
            state.map(|it| with_reason(&it, row.label("hold_reason").as_deref()).to_owned());
        let (group, person) = (row.get("assignment_group"), row.get("assigned_to"));
        let (group, person) = (group.as_deref(), person.as_deref());
        // Two updates may have one number: only what is alike in all that is followed is the same.
        let held = [state.as_deref(), group, person].map(|it| it.unwrap_or("?"));
        let held = held.join("\u{1f}");
        if !tally.is_new(&format!("update {number} {entry} {} {held}", when.at_micros)) {
            return Ok(Outcome::Duplicate);
        }
        let ticket = self.journal.ticket(&number);
        self.journal.known_by_updates(ticket);
        self.journal.row(ticket, when, [state.as_deref(), group, person]);
        self.values(ticket, row);
        Ok(Outcome::Used)
    }

    fn audit(&mut self, row: &Row<'_>, tally: &mut Tally) -> Result<Outcome, Fault> {
        let of = row.get("tablename");
        if of.is_some_and(|it| it != "incident" && it != "task") {
            return Ok(Outcome::PassedOver);
        }
        // A list shows the ticket in place of its id, as `Incident: INC0010001`.
        let key = row.needed("documentkey")?;
        let key = key.rsplit(": ").next().unwrap_or(&key).to_owned();
        let field = row.needed("fieldname")?;
        let when = self.when(row, "sys_created_on")?;
        let (old, new) = (row.get("oldvalue"), row.get("newvalue"));
        let id = row.get("sys_id").unwrap_or_default();
        if !id.is_empty() && !tally.is_new(&format!("audit {id}")) {
            return Ok(Outcome::Duplicate);
        }
        let ticket = self.journal.ticket(&key);
        self.journal.has_history(ticket);
        let field = match &*field {
            // A ticket has both fields, and they change together.
            "state" | "incident_state" => Field::State,
            "assignment_group" => Field::Group,
            "assigned_to" => Field::Resource,
            "comments" | "work_notes" => {
                let activity = if field == "comments" { "public comment" } else { "internal note" };
                self.journal.did(ticket, when, activity);
                return Ok(Outcome::Used);
            }
            "hold_reason" => {
                self.holds.reason(ticket, when, [old.as_deref(), new.as_deref()]);
                return Ok(Outcome::Used);
            }
            "priority" => {
                self.journal.did(ticket, when, "priority changed");
                return Ok(Outcome::Used);
            }
            _ => return Ok(Outcome::PassedOver),
        };
        if field == Field::State {
            let both =
                format!("state {key} {} {}", when.at_micros, new.as_deref().unwrap_or_default());
            if !tally.is_new(&both) {
                return Ok(Outcome::Duplicate);
            }
            self.holds.state(ticket, when, [old.as_deref(), new.as_deref()]);
            return Ok(if old == new { Outcome::PassedOver } else { Outcome::Used });
        }
        let change = (Was::Known(old.as_deref()), new.as_deref());
        let is_change = self.journal.set(ticket, when, field, change);
        Ok(if is_change { Outcome::Used } else { Outcome::PassedOver })
    }

    /// A breach, at the time by which it should have been done.
    fn agreement(&mut self, row: &Row<'_>, tally: &mut Tally) -> Result<Outcome, Fault> {
        let task = row.needed("task")?;
        let breached = row.needed("has_breached")?;
        let is_breached = match &*breached {
            "true" | "1" => true,
            "false" | "0" => false,
            other => return Err(Fault::bad("has_breached", other, "true or false")),
        };
        let id = row.get("sys_id").unwrap_or_default();
        if !id.is_empty() && !tally.is_new(&format!("sla {id}")) {
            return Ok(Outcome::Duplicate);
        }
        if !is_breached {
            return Ok(Outcome::PassedOver);
        }
        let when = self.maybe(row, "planned_end_time")?;
        let ticket = self.journal.ticket(&task);
        self.journal.breached(ticket);
        if let Some(when) = when {
            self.journal.did(ticket, when, "agreement breached");
        }
        Ok(Outcome::Used)
    }
}
