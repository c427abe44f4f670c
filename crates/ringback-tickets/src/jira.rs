//! Jira: issues with their change logs.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Map, Value};

use crate::journal::{Field, Journal, Meanings, TicketNumber, Version, Was, When};
use crate::read::{Fault, Outcome, Tally};
use crate::settings::CustomerNames;
use crate::source::json::{Piece, count_at, list_at, stream, text_at, text_of};
use crate::source::{files, stamp::Stamps};
use crate::{Error, ReadTickets, StateKind, TicketSettings};

/// Reads what Jira's interface answers, in any number of files: the pages of a search, single issues, the pages of an
/// issue's change log, and of many issues' change logs.
///
/// *Supported*: Cloud and Data Center; `issues` with `expand=changelog` and `fields.comment`; `values` of
/// `issue/KEY/changelog`, which are told by their `self`; `issueChangeLogs` of the bulk interface, whose stamps are
/// milliseconds since 1970. Changes of status, assignee, priority and, if it is named, of a field that holds the group.
///
/// *Unsupported*: worklogs; the texts of comments; requests' own agreements.
///
/// *Layout*: an issue holds only a part of a long change log, the latest entries, and says so by a `total` that is higher:
/// then a warning names the issue, unless the pages of its change log are there too. Stamps carry an offset without a colon.
/// A history of several items is one instant, in the document's order; histories of one instant are in the order of their
/// ids. A status that was renamed goes by its latest name throughout. What a status means comes from its category, where an issue is in it; the settings come first.
///
/// # Source
///
/// Atlassian, *The Jira Cloud platform REST API*, version 3: *Issue search*, *Get changelogs*, *Bulk fetch changelogs*.
#[derive(Clone, Debug, Default)]
pub struct Jira {
    settings: TicketSettings,
    group_field: Option<String>,
}

/// The names of lists in pages.
const LISTS: [&str; 3] = ["issues", "values", "issueChangeLogs"];

/// The status names that a new project has.
fn state_kind(state: &str) -> Option<StateKind> {
    Some(match state {
        "Open" | "To Do" | "Backlog" | "Selected for Development" => StateKind::New,
        "In Progress" | "Work in progress" | "Reopened" | "Escalated" | "Waiting for support" => {
            StateKind::Working
        }
        "Waiting for customer" => StateKind::WaitingForCustomer,
        "Pending" => StateKind::OnHold,
        "Done" | "Resolved" => StateKind::Resolved,
        "Closed" => StateKind::Closed,
        "Canceled" | "Declined" => StateKind::Canceled,
        _ => return None,
    })
}

impl Jira {
    /// A reader with these settings.
    pub fn new(settings: TicketSettings) -> Self {
        Self { settings, group_field: None }
    }

    /// The field whose changes are those of the group, by its name in the change log, such as `Team`. Default: none,
    /// for Jira has no groups of its own on an issue.
    #[must_use]
    pub fn group_field(mut self, field: impl Into<String>) -> Self {
        self.group_field = Some(field.into());
        self
    }

    /// Reads files, or the files in folders.
    ///
    /// # Errors
    ///
    /// [`Error::Io`]; [`Error::Format`] for JSON that is broken or ends too early; [`Error::Empty`] for an empty file, or if
    /// nothing could be used.
    pub fn read(&self, paths: &[PathBuf]) -> Result<ReadTickets, Error> {
        let mut reading = Reading {
            group_field: self.group_field.as_deref(),
            journal: Journal::new("jira"),
            stamps: Stamps::new(&self.settings),
            histories: BTreeMap::new(),
            statuses: BTreeMap::new(),
            issues: 0,
            issues_said: 0,
        };
        let mut tally = Tally::new(paths);
        for path in files(paths)? {
            tally.begin(&path);
            // Entries of a change log of which the page is not over.
            let mut waiting = Vec::new();
            stream(&path, &LISTS, &mut |piece| match piece {
                Piece::Item { list: "values", value, line } => waiting.push((value, line)),
                Piece::Item { list, value, line } => reading.item(list, &value, line, &mut tally),
                Piece::Page { beside, list, items } => {
                    reading.page(&beside, list, items, &mut tally);
                    let entries = std::mem::take(&mut waiting);
                    if list == "values" {
                        reading.log_page(&beside, &entries, &mut tally);
                    }
                }
            })?;
        }
        for (id, (_, name)) in std::mem::take(&mut reading.statuses) {
            reading.journal.call(Field::State, &id, &name);
        }
        reading.warn(&mut tally);
        let meanings = Meanings { settings: &self.settings, known: state_kind };
        reading.journal.finish(&meanings, tally)
    }
}

struct Reading<'a> {
    group_field: Option<&'a str>,
    journal: Journal,
    stamps: Stamps,
    /// For each issue that says it: entries of its change log that there should be, and those that were read.
    histories: BTreeMap<TicketNumber, (usize, usize)>,
    /// What statuses are called, by id, and since when: the latest name holds for all of a status's past.
    statuses: BTreeMap<String, (i64, String)>,
    issues: usize,
    issues_said: usize,
}

impl Reading<'_> {
    fn item(&mut self, list: &str, item: &Value, line: u64, tally: &mut Tally) {
        if list == "issueChangeLogs" {
            match text_at(item, &["issueId"]) {
                Some(id) => {
                    let ticket = self.journal.ticket(&id);
                    for history in list_at(item, &["changeHistories"]) {
                        self.history(ticket, history, line, tally);
                    }
                }
                None => tally.count(line, Err(Fault::missing("issueId"))),
            }
            return;
        }
        match self.issue(item) {
            Ok((outcome, ticket)) => {
                tally.count(line, Ok(outcome));
                self.embedded(ticket, item, line, tally);
            }
            Err(fault) => tally.count(line, Err(fault)),
        }
    }

    /// The issue itself.
    fn issue(&mut self, item: &Value) -> Result<(Outcome, TicketNumber), Fault> {
        let key = text_at(item, &["key"]).ok_or_else(|| Fault::missing("key"))?;
        let created = text_at(item, &["fields", "created"])
            .ok_or_else(|| Fault::missing("fields.created"))?;
        let at_micros = self.stamps.read("fields.created", &created)?;
        let ticket = self.journal.ticket(&text_at(item, &["id"]).unwrap_or_else(|| key.clone()));
        let updated = text_at(item, &["fields", "updated"]);
        let updated = updated.map(|it| self.stamps.read("fields.updated", &it)).transpose()?;
        let version = self.journal.known(ticket, updated);
        self.issues += usize::from(version == Version::First);
        if version == Version::Earlier {
            return Ok((Outcome::Duplicate, ticket));
        }
        self.journal.name(ticket, &key);
        self.journal.created(ticket, When { at_micros, entry: 0, place: 0 });
        let field = |keys: &[&str]| {
            let path: Vec<&str> = std::iter::once("fields").chain(keys.iter().copied()).collect();
            text_at(item, &path)
        };
        let state = field(&["status", "name"]);
        let category = field(&["status", "statusCategory", "key"]);
        if let (Some(state), Some(category)) = (&state, category) {
            let kind = match category.as_str() {
                "new" => Some(StateKind::New),
                "indeterminate" => Some(StateKind::Working),
                "done" => Some(StateKind::Resolved),
                _ => None,
            };
            // The names that are known say more than the category.
            if let Some(kind) = kind.filter(|_| state_kind(state).is_none()) {
                self.journal.kind(state, kind);
            }
        }
        let as_of = updated.unwrap_or(i64::MAX);
        let state = self.status(field(&["status", "id"]), state, as_of);
        self.journal.now(ticket, Field::State, state.as_deref());
        let person = person(item.pointer("/fields/assignee"));
        self.journal.now(ticket, Field::Resource, person.as_deref());
        for (column, keys) in [
            ("priority", &["priority", "name"][..]),
            ("category", &["issuetype", "name"]),
            ("project", &["project", "key"]),
            ("resolution", &["resolution", "name"]),
        ] {
            self.journal.text_value(ticket, column, field(keys).as_deref());
        }
        let names = CustomerNames {
            id: crate::jira::person(item.pointer("/fields/reporter")),
            mail: field(&["reporter", "emailAddress"]),
            phone: None,
        };
        self.journal.customer(ticket, names);
        Ok((version.outcome(), ticket))
    }

    /// The change log and the comments within an issue.
    fn embedded(&mut self, ticket: TicketNumber, item: &Value, line: u64, tally: &mut Tally) {
        let log = ["changelog", "histories"];
        if item.pointer("/changelog/histories").is_some() {
            self.journal.has_history(ticket);
            self.said(ticket, count_at(item, &["changelog", "total"]));
        }
        for history in list_at(item, &log) {
            self.history(ticket, history, line, tally);
        }
        let comments = ["fields", "comment", "comments"];
        let reporter = person(item.pointer("/fields/reporter"));
        let listed = list_at(item, &comments);
        for comment in listed {
            let outcome = self.comment(ticket, comment, reporter.as_deref(), tally);
            tally.count(line, outcome);
        }
        if let Some(total) =
            count_at(item, &["fields", "comment", "total"]).filter(|it| *it > listed.len())
        {
            let problem = format!("{total} comments, of which the issue holds {}", listed.len());
            tally.warn(Some(self.journal.name_of(ticket)), problem);
        }
    }

    fn said(&mut self, ticket: TicketNumber, total: Option<usize>) {
        if let Some(total) = total {
            let found = self.histories.entry(ticket).or_default();
            found.0 = found.0.max(total);
        }
    }

    /// What a status is known by: its id, so that one that was renamed or translated stays the same; else its name.
    fn status(&mut self, id: Option<String>, name: Option<String>, at: i64) -> Option<String> {
        let (Some(id), Some(name)) = (&id, &name) else { return name.or(id) };
        let known = self.statuses.entry(id.clone()).or_insert_with(|| (at, name.clone()));
        if (known.0, &known.1) < (at, name) {
            *known = (at, name.clone());
        }
        Some(id.clone())
    }

    /// One entry of a change log: what changed at one instant.
    fn history(&mut self, ticket: TicketNumber, history: &Value, line: u64, tally: &mut Tally) {
        let items = list_at(history, &["items"]);
        let id = text_at(history, &["id"]);
        let created = text_at(history, &["created"]).ok_or_else(|| Fault::missing("created"));
        let at_micros = created.and_then(|it| self.stamps.read("created", &it));
        let at_micros = match at_micros {
            Ok(at_micros) => at_micros,
            Err(fault) => return tally.count(line, Err(fault)),
        };
        if let Some(id) = &id
            && !tally.is_new(&format!("history {id}"))
        {
            return tally.count_alike(line, Outcome::Duplicate, items.len());
        }
        self.histories.entry(ticket).or_default().1 += 1;
        let entry = id.and_then(|it| it.parse().ok()).unwrap_or(u64::MAX);
        for (place, item) in items.iter().enumerate() {
            let place = u32::try_from(place).unwrap_or(u32::MAX);
            let outcome = self.changed(ticket, When { at_micros, entry, place }, item);
            tally.count(line, outcome);
        }
    }

    fn changed(
        &mut self,
        ticket: TicketNumber,
        when: When,
        item: &Value,
    ) -> Result<Outcome, Fault> {
        let name = text_at(item, &["field"]).ok_or_else(|| Fault::missing("items.field"))?;
        let text = |key: &str| item.get(key).and_then(text_of);
        let (field, from, to) = match name.as_str() {
            "status" => {
                let from = self.status(text("from"), text("fromString"), when.at_micros);
                (Field::State, from, self.status(text("to"), text("toString"), when.at_micros))
            }
            "assignee" => (Field::Resource, text("from"), text("to")),
            "priority" => {
                self.journal.did(ticket, when, "priority changed");
                return Ok(Outcome::Used);
            }
            other if self.group_field == Some(other) => {
                (Field::Group, text("fromString"), text("toString"))
            }
            _ => return Ok(Outcome::PassedOver),
        };
        let change = (Was::Known(from.as_deref()), to.as_deref());
        let is_change = self.journal.set(ticket, when, field, change);
        Ok(if is_change { Outcome::Used } else { Outcome::PassedOver })
    }

    fn comment(
        &mut self,
        ticket: TicketNumber,
        comment: &Value,
        reporter: Option<&str>,
        tally: &mut Tally,
    ) -> Result<Outcome, Fault> {
        let created =
            text_at(comment, &["created"]).ok_or_else(|| Fault::missing("comment.created"))?;
        let at_micros = self.stamps.read("comment.created", &created)?;
        let id = text_at(comment, &["id"]);
        if let Some(id) = &id
            && !tally.is_new(&format!("comment {id}"))
        {
            return Ok(Outcome::Duplicate);
        }
        let is_internal = comment.get("jsdPublic").and_then(Value::as_bool) == Some(false)
            || comment.get("visibility").is_some_and(Value::is_object);
        let author = person(comment.get("author"));
        let activity = match author.as_deref() {
            author if author.is_some() && author == reporter => "customer writes",
            _ if is_internal => "internal note",
            _ => "we reply",
        };
        self.journal.did(ticket, When { at_micros, entry: u64::MAX, place: 0 }, activity);
        Ok(Outcome::Used)
    }

    /// What a page says of all pages.
    fn page(&mut self, beside: &Map<String, Value>, list: &str, items: usize, tally: &mut Tally) {
        let said = |key: &str| {
            beside.get(key).and_then(Value::as_u64).and_then(|it| usize::try_from(it).ok())
        };
        if list == "issues" {
            self.issues_said = self.issues_said.max(said("total").unwrap_or(0));
        }
        // The pages of each issue's change log are counted by their entries.
        if list == "values" {
            return;
        }
        let is_last = beside.get("isLast").and_then(Value::as_bool);
        let has_token = beside.get("nextPageToken").and_then(Value::as_str).is_some();
        if is_last.is_some() || has_token || (list == "issueChangeLogs" && items > 0) {
            tally.page(list, is_last.map_or(has_token, |it| !it));
        }
    }

    /// A page of one issue's change log, which only its address tells.
    fn log_page(
        &mut self,
        beside: &Map<String, Value>,
        entries: &[(Value, u64)],
        tally: &mut Tally,
    ) {
        let address = beside.get("self").and_then(Value::as_str).unwrap_or_default();
        let issue = address.split_once("/issue/").and_then(|it| it.1.split('/').next());
        let Some(issue) = issue.filter(|it| !it.is_empty()) else {
            for (_, line) in entries {
                tally.count(
                    *line,
                    Err(Fault::bad("self", address, "an address with /issue/KEY/changelog")),
                );
            }
            return;
        };
        let ticket = self.journal.ticket(issue);
        let total =
            beside.get("total").and_then(Value::as_u64).and_then(|it| usize::try_from(it).ok());
        self.said(ticket, total);
        for (history, line) in entries {
            self.history(ticket, history, *line, tally);
        }
    }

    /// Warns of issues whose change log is not all here, and of issues that the search found and that were not read.
    fn warn(&self, tally: &mut Tally) {
        // The log of an issue may be known by its id and by its key.
        let mut of_name: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for (ticket, (said, read)) in &self.histories {
            let found = of_name.entry(self.journal.name_of(*ticket)).or_default();
            *found = (found.0.max(*said), found.1 + read);
        }
        for (issue, (said, read)) in of_name {
            if read < said {
                let problem = format!(
                    "its change log has {said} entries, of which {read} were read: the pages of its change log lack"
                );
                tally.warn(Some(issue), problem);
            }
        }
        if self.issues < self.issues_said {
            let problem = format!(
                "the search found {} issues, of which {} were read",
                self.issues_said, self.issues
            );
            tally.warn(None, problem);
        }
    }
}

/// The id of a person.
fn person(value: Option<&Value>) -> Option<String> {
    ["accountId", "key", "name"].iter().find_map(|it| value?.get(it).and_then(text_of))
}
