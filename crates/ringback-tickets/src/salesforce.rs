//! Salesforce: cases with their history.

use std::path::PathBuf;

use rustc_hash::FxHashSet;

use crate::journal::{Field, Journal, Meanings, TicketNumber, Version, Was, When};
use crate::read::{Fault, Outcome, Tally};
use crate::settings::CustomerNames;
use crate::source::row::{Row, for_each};
use crate::source::{files, stamp::Stamps};
use crate::{Error, ReadTickets, StateKind, TicketSettings};

/// Reads exports of Salesforce: CSV of the data loader or the data export, or the `records` of a query.
///
/// *Supported*: `Case`; `CaseHistory` (status, owner, priority, escalation); `CaseComment` (public or not; a customer may have
/// written it in a portal, which it does not say) and `EmailMessage` (incoming or not; drafts and mails of other objects than
/// cases are passed over), of which only that there was one is kept. An owner whose id begins with `00G` is a queue, and so the
/// group; one that begins with `005` is a person.
///
/// *Unsupported*: entitlements and milestones; history of fields beyond these; Bulk API results in parts without a header.
///
/// *Layout*: a change of owner is two rows, one with names and one with ids: the ids count, and names only where there are no ids.
/// Stamps are ISO 8601 with an offset or `Z`; the weekly data export writes them without, in universal time, so the zone must
/// be given. Without a history a case is made and closed (`ClosedDate`), no more.
///
/// # Source
///
/// Salesforce, *Object Reference for the Salesforce Platform*: `Case`, `CaseHistory`, `CaseComment`, `EmailMessage`.
#[derive(Clone, Debug, Default)]
pub struct Salesforce {
    settings: TicketSettings,
}

fn state_kind(state: &str) -> Option<StateKind> {
    Some(match state {
        "New" => StateKind::New,
        "Working" | "Escalated" | "In Progress" => StateKind::Working,
        "On Hold" => StateKind::OnHold,
        "Waiting on Customer" | "Waiting for Customer" => StateKind::WaitingForCustomer,
        "Closed" => StateKind::Closed,
        _ => return None,
    })
}

impl Salesforce {
    /// A reader with these settings.
    pub fn new(settings: TicketSettings) -> Self {
        Self { settings }
    }

    /// Reads files, or the files in folders.
    ///
    /// # Errors
    ///
    /// [`Error::Io`], [`Error::Format`], [`Error::MissingColumn`]; [`Error::Empty`] for an empty file, or if nothing could
    /// be used.
    pub fn read(&self, paths: &[PathBuf]) -> Result<ReadTickets, Error> {
        let mut reading = Reading {
            journal: Journal::new("salesforce"),
            stamps: Stamps::new(&self.settings),
            entry: 0,
            owners_by_id: FxHashSet::default(),
            owners_by_name: Vec::new(),
        };
        let mut tally = Tally::new(paths);
        let check = |header: &Row<'_>| {
            let needed = match kind(header) {
                Kind::History => &["caseid", "field", "createddate", "oldvalue", "newvalue"][..],
                Kind::Comment => &["parentid", "createddate", "ispublished"],
                Kind::Mail => &["parentid", "messagedate", "incoming"],
                Kind::Case => &["id", "createddate", "status"],
            };
            needed.iter().find(|it| !header.has(it)).map_or(Ok(()), |it| Err((*it).to_owned()))
        };
        for path in files(paths)? {
            tally.begin(&path);
            let mut list = "cases";
            let beside =
                for_each(&path, &self.settings, &["records"], &check, &mut |row, line| {
                    let outcome = row.and_then(|row| {
                        reading.entry += 1;
                        match kind(row) {
                            Kind::History => {
                                list = "case history";
                                reading.history(row, &mut tally)
                            }
                            Kind::Comment => reading.comment(row, &mut tally),
                            Kind::Mail => reading.mail(row, &mut tally),
                            Kind::Case => reading.case(row),
                        }
                    });
                    tally.count(line, outcome);
                })?;
            if let Some(done) =
                beside.and_then(|it| it.get("done").and_then(serde_json::Value::as_bool))
            {
                tally.page(list, !done);
            }
        }
        reading.owners();
        let meanings = Meanings { settings: &self.settings, known: state_kind };
        reading.journal.finish(&meanings, tally)
    }
}

enum Kind {
    Case,
    History,
    Comment,
    Mail,
}

fn kind(row: &Row<'_>) -> Kind {
    if row.has("caseid") && row.has("field") {
        Kind::History
    } else if row.has("ispublished") {
        Kind::Comment
    } else if row.has("incoming") {
        Kind::Mail
    } else {
        Kind::Case
    }
}

/// A change of owner that is told by names.
struct NamedOwner {
    ticket: TicketNumber,
    when: When,
    name: Option<String>,
}

struct Reading {
    journal: Journal,
    stamps: Stamps,
    entry: u64,
    /// The instants at which a ticket's owner changed, as told by ids.
    owners_by_id: FxHashSet<(TicketNumber, i64)>,
    owners_by_name: Vec<NamedOwner>,
}

impl Reading {
    fn when(&mut self, row: &Row<'_>, field: &str) -> Result<When, Fault> {
        let at_micros = self.stamps.read(field, &row.needed(field)?)?;
        Ok(When { at_micros, entry: self.entry, place: 0 })
    }

    fn case(&mut self, row: &Row<'_>) -> Result<Outcome, Fault> {
        let id = row.needed("id")?;
        let when = When { entry: 0, ..self.when(row, "createddate")? };
        let closed =
            row.get("closeddate").is_some().then(|| self.when(row, "closeddate")).transpose()?;
        let changed =
            ["systemmodstamp", "lastmodifieddate"].into_iter().find(|it| row.get(it).is_some());
        let changed = changed.map(|it| self.when(row, it)).transpose()?.map(|it| it.at_micros);
        let ticket = self.journal.ticket(short(&id));
        let version = self.journal.known(ticket, changed);
        if version == Version::Earlier {
            return Ok(Outcome::Duplicate);
        }
        if let Some(number) = row.get("casenumber") {
            self.journal.name(ticket, &number);
        }
        self.journal.created(ticket, when);
        let status = row.get("status");
        self.journal.now(ticket, Field::State, status.as_deref());
        if let (Some(status), Some("true" | "1")) = (&status, row.get("isclosed").as_deref()) {
            self.journal.kind(status, StateKind::Closed);
        }
        if let Some(when) = closed {
            self.journal.milestone(ticket, when, status.as_deref().unwrap_or("Closed"));
        }
        for (column, field) in [
            ("priority", "priority"),
            ("contact_type", "origin"),
            ("category", "type"),
            ("subcategory", "reason"),
        ] {
            self.journal.text_value(ticket, column, row.get(field).as_deref());
        }
        let text = |names: &[&str]| row.first(names).map(std::borrow::Cow::into_owned);
        let names = CustomerNames {
            id: text(&["contactid", "accountid"]),
            mail: text(&["contactemail", "suppliedemail"]),
            phone: text(&["contactphone", "suppliedphone"]),
        };
        self.journal.customer(ticket, names);
        Ok(version.outcome())
    }

    fn history(&mut self, row: &Row<'_>, tally: &mut Tally) -> Result<Outcome, Fault> {
        let (case, name) = (row.needed("caseid")?, row.needed("field")?);
        let when = self.when(row, "createddate")?;
        if let Some(id) = row.get("id")
            && !tally.is_new(&format!("history {}", short(&id)))
        {
            return Ok(Outcome::Duplicate);
        }
        let ticket = self.journal.ticket(short(&case));
        self.journal.has_history(ticket);
        let (old, new) = (row.get("oldvalue"), row.get("newvalue"));
        match &*name {
            "created" => self.journal.created(ticket, When { entry: 0, ..when }),
            "Status" => {
                let change = (Was::Known(old.as_deref()), new.as_deref());
                if !self.journal.set(ticket, when, Field::State, change) {
                    return Ok(Outcome::PassedOver);
                }
            }
            "Owner" => self.owner(ticket, when, old.as_deref(), new.as_deref()),
            "Priority" => self.journal.did(ticket, when, "priority changed"),
            "ownerEscalated" => self.journal.did(ticket, when, "escalated"),
            _ => return Ok(Outcome::PassedOver),
        }
        Ok(Outcome::Used)
    }

    fn owner(&mut self, ticket: TicketNumber, when: When, old: Option<&str>, new: Option<&str>) {
        if !new.or(old).is_some_and(is_owner_id) {
            let name = new.map(str::to_owned);
            self.owners_by_name.push(NamedOwner { ticket, when, name });
            return;
        }
        self.owners_by_id.insert((ticket, when.at_micros));
        let part = |id| {
            let field = if str::starts_with(id, "00G") { Field::Group } else { Field::Resource };
            (field, short(id))
        };
        self.journal.owner(ticket, when, old.map(part), new.map(part));
    }

    /// Changes of owner that are told by names only.
    fn owners(&mut self) {
        for NamedOwner { ticket, when, name } in std::mem::take(&mut self.owners_by_name) {
            if !self.owners_by_id.contains(&(ticket, when.at_micros)) {
                self.journal.set(ticket, when, Field::Resource, (Was::Unknown, name.as_deref()));
            }
        }
    }

    fn comment(&mut self, row: &Row<'_>, tally: &mut Tally) -> Result<Outcome, Fault> {
        let case = row.needed("parentid")?;
        let when = self.when(row, "createddate")?;
        let activity =
            if is_true(row, "ispublished")? { "public comment" } else { "internal note" };
        Ok(self.contact(row, &case, (when, activity), tally))
    }

    fn mail(&mut self, row: &Row<'_>, tally: &mut Tally) -> Result<Outcome, Fault> {
        let when = self.when(row, "messagedate")?;
        // A mail of another object than a case, and a draft, which is status 5.
        let Some(case) = row.get("parentid").filter(|it| it.starts_with("500")) else {
            return Ok(Outcome::PassedOver);
        };
        if row.get("status").is_some_and(|it| matches!(&*it, "5" | "Draft")) {
            return Ok(Outcome::PassedOver);
        }
        let activity = if is_true(row, "incoming")? { "customer writes" } else { "we reply" };
        Ok(self.contact(row, &case, (when, activity), tally))
    }

    fn contact(
        &mut self,
        row: &Row<'_>,
        case: &str,
        (when, activity): (When, &str),
        tally: &mut Tally,
    ) -> Outcome {
        if let Some(id) = row.get("id")
            && !tally.is_new(&format!("contact {}", short(&id)))
        {
            return Outcome::Duplicate;
        }
        let ticket = self.journal.ticket(short(case));
        self.journal.did(ticket, when, activity);
        Outcome::Used
    }
}

fn is_true(row: &Row<'_>, field: &str) -> Result<bool, Fault> {
    match &*row.needed(field)? {
        "true" | "1" | "TRUE" => Ok(true),
        "false" | "0" | "FALSE" => Ok(false),
        other => Err(Fault::bad(field, other, "true or false")),
    }
}

/// An id's first fifteen signs, which tell as much as all eighteen: the last three are a checksum.
fn short(id: &str) -> &str {
    if id.len() == 18 && id.is_ascii() { id.get(..15).unwrap_or(id) } else { id }
}

fn is_owner_id(text: &str) -> bool {
    matches!(text.len(), 15 | 18)
        && text.bytes().all(|it| it.is_ascii_alphanumeric())
        && (text.starts_with("005") || text.starts_with("00G"))
}
