//! Dynamics 365: cases, their activities and their audit.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::journal::{Field, Journal, Meanings, TicketNumber, Version, Was, When};
use crate::read::{Fault, Outcome, Tally};
use crate::settings::CustomerNames;
use crate::source::json::{list_at, text_at};
use crate::source::row::{Row, for_each};
use crate::source::{files, stamp::Stamps};
use crate::{Error, ReadTickets, StateKind, TicketSettings};

/// Reads exports of Dynamics 365 (Dataverse): what its web interface answers, or the same columns as CSV.
///
/// *Supported*: `incidents`; the activities that regard them (`emails`, `phonecalls`, `tasks`, `incidentresolutions`; and
/// `activitypointers`, which do not say which way a mail or a call went: `public comment` and `call`); `audits` with
/// `changedata`, which tell of status reason, owner and priority. An owner that is a team is the group, a user the person.
///
/// *Unsupported*: queues' work items; activities that are open or were canceled, and activities and audits of other tables,
/// which are passed over; the reopening of a case without its audit, for a case itself knows only its latest state;
/// `RetrieveRecordChangeHistory`.
///
/// *Layout*: stamps end with `Z`. Names of fields are the logical ones, lookups `_name_value`; labels stand beside codes as
/// `…@OData.Community.Display.V1.FormattedValue` and are preferred. `@odata.nextLink` on every page gives a warning. Without
/// an audit a case is made, and resolved when its resolution is done.
///
/// # Source
///
/// Microsoft Learn, *Dataverse table reference*: *Case (`incident`)*, *Activity (`activitypointer`)*, *Auditing (`audit`)*;
/// *Default status and status reason values*.
#[derive(Clone, Debug, Default)]
pub struct Dynamics {
    settings: TicketSettings,
}

fn state_kind(state: &str) -> Option<StateKind> {
    Some(match state {
        "In Progress" | "Researching" => StateKind::Working,
        "On Hold" => StateKind::OnHold,
        "Waiting for Details" => StateKind::WaitingForCustomer,
        "Problem Solved" | "Information Provided" | "Resolved" => StateKind::Resolved,
        "Canceled" | "Cancelled" | "Merged" => StateKind::Canceled,
        _ => return None,
    })
}

/// The labels of status reasons as they are at first.
const STATES: [(&str, &str); 8] = [
    ("1", "In Progress"),
    ("2", "On Hold"),
    ("3", "Waiting for Details"),
    ("4", "Researching"),
    ("5", "Problem Solved"),
    ("6", "Canceled"),
    ("1000", "Information Provided"),
    ("2000", "Merged"),
];

impl Dynamics {
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
            journal: Journal::new("dynamics"),
            stamps: Stamps::new(&self.settings),
            entry: 0,
        };
        let mut tally = Tally::new(paths);
        for (code, label) in STATES {
            reading.journal.call(Field::State, code, label);
        }
        for path in files(paths)? {
            self.file(&path, &mut reading, &mut tally)?;
        }
        let meanings = Meanings { settings: &self.settings, known: state_kind };
        reading.journal.finish(&meanings, tally)
    }

    fn file(&self, path: &Path, reading: &mut Reading, tally: &mut Tally) -> Result<(), Error> {
        tally.begin(path);
        let check = |header: &Row<'_>| {
            let has = |name| header.has(name);
            let is_of = if has("auditid") {
                &["changedata", "createdon"][..]
            } else if has("activityid") {
                &["activitytypecode", "createdon"]
            } else {
                &["incidentid", "createdon"]
            };
            is_of.iter().find(|it| !has(it)).map_or(Ok(()), |it| Err((*it).to_owned()))
        };
        let mut table = "cases";
        let beside = for_each(path, &self.settings, &["value"], &check, &mut |row, line| {
            let outcome = row.and_then(|row| {
                reading.entry += 1;
                if row.has("auditid") {
                    table = "audits";
                    reading.audit(row, tally)
                } else if row.has("activityid") {
                    table = "activities";
                    reading.activity(row, tally)
                } else {
                    table = "cases";
                    reading.case(row)
                }
            });
            tally.count(line, outcome);
        })?;
        if let Some(beside) = beside {
            tally.page(table, beside.contains_key("@odata.nextLink"));
        }
        Ok(())
    }
}

struct Reading {
    journal: Journal,
    stamps: Stamps,
    entry: u64,
}

impl Reading {
    fn when(&mut self, row: &Row<'_>, field: &str) -> Result<When, Fault> {
        let at_micros = self.stamps.read(field, &row.needed(field)?)?;
        Ok(When { at_micros, entry: self.entry, place: 0 })
    }

    fn case(&mut self, row: &Row<'_>) -> Result<Outcome, Fault> {
        let id = row.needed("incidentid")?;
        let when = When { entry: 0, ..self.when(row, "createdon")? };
        let changed = row.get("modifiedon").is_some().then(|| self.when(row, "modifiedon"));
        let changed = changed.transpose()?.map(|it| it.at_micros);
        let ticket = self.journal.ticket(&id);
        let version = self.journal.known(ticket, changed);
        if version == Version::Earlier {
            return Ok(Outcome::Duplicate);
        }
        if let Some(number) = row.get("ticketnumber") {
            self.journal.name(ticket, &number);
        }
        self.journal.created(ticket, when);
        let state = row.get("statuscode");
        if let (Some(code), Some(label)) = (&state, row.label("statuscode"))
            && *code != label
        {
            self.journal.call(Field::State, code, &label);
        }
        self.journal.now(ticket, Field::State, state.as_deref());
        self.case_owner(ticket, row);
        for (column, field) in [
            ("priority", "prioritycode"),
            ("contact_type", "caseorigincode"),
            ("category", "casetypecode"),
            ("subject", "_subjectid_value"),
        ] {
            self.journal.text_value(ticket, column, row.label(field).as_deref());
        }
        let text = |names: &[&str]| row.first(names).map(std::borrow::Cow::into_owned);
        let names = CustomerNames {
            id: text(&["_customerid_value", "customerid"]),
            mail: text(&["emailaddress"]),
            // A case has no number of its own: a query must bring the contact's.
            phone: text(&["customerid_contact.telephone1", "primarycontactid.telephone1"]),
        };
        self.journal.customer(ticket, names);
        Ok(version.outcome())
    }

    fn case_owner(&mut self, ticket: TicketNumber, row: &Row<'_>) {
        let Some(owner) = row.get("_ownerid_value") else { return };
        let is_team = table_of(row, "_ownerid_value").is_some_and(|it| it == "team");
        let field = if is_team { Field::Group } else { Field::Resource };
        self.journal.now(ticket, field, Some(&owner));
        if let Some(label) = row.label("_ownerid_value").filter(|it| is_team && *it != owner) {
            self.journal.call(field, &owner, &label);
        }
    }

    fn activity(&mut self, row: &Row<'_>, tally: &mut Tally) -> Result<Outcome, Fault> {
        let id = row.needed("activityid")?;
        let kind = row.needed("activitytypecode")?.to_lowercase();
        let case =
            row.first(&["_regardingobjectid_value", "regardingobjectid", "_incidentid_value"]);
        // 1 is completed; without a state the end tells.
        let is_done = row.get("statecode").map_or(row.get("actualend").is_some(), |it| {
            it == "1" || it.eq_ignore_ascii_case("completed")
        });
        // Activities regard accounts, contacts and more as well.
        let regards = table_of(row, "_regardingobjectid_value")
            .or_else(|| row.get("regardingobjecttypecode"));
        let is_of_case = regards.is_none_or(|it| matches!(&*it, "incident" | "112"));
        let (Some(case), true) = (case, is_done && is_of_case) else {
            self.when(row, "createdon")?;
            return Ok(Outcome::PassedOver);
        };
        let field = ["actualend", "senton"].into_iter().find(|it| row.get(it).is_some());
        let when = self.when(row, field.unwrap_or("createdon"))?;
        let is_contact = matches!(kind.as_str(), "email" | "4202" | "phonecall" | "4210");
        let is_ours = if is_contact { is_outgoing(row)? } else { None };
        let activity = match kind.as_str() {
            "email" | "4202" => match is_ours {
                Some(true) => "we reply",
                Some(false) => "customer writes",
                None => "public comment",
            },
            "phonecall" | "4210" => match is_ours {
                Some(true) => "we call",
                Some(false) => "customer calls",
                None => "call",
            },
            "incidentresolution" | "4206" => "",
            "task" | "4212" => "task done",
            "appointment" | "4201" => "appointment held",
            other => other,
        };
        if !tally.is_new(&format!("activity {id}")) {
            return Ok(Outcome::Duplicate);
        }
        let ticket = self.journal.ticket(&case);
        if activity.is_empty() {
            self.journal.reached(ticket, when, "Resolved");
        } else {
            self.journal.did(ticket, when, activity);
        }
        Ok(Outcome::Used)
    }

    /// An audit, of which all changed fields are one entry.
    fn audit(&mut self, row: &Row<'_>, tally: &mut Tally) -> Result<Outcome, Fault> {
        let (id, case) = (row.needed("auditid")?, row.first(&["_objectid_value", "objectid"]));
        let case = case.ok_or_else(|| Fault::missing("objectid"))?;
        let when = self.when(row, "createdon")?;
        // Audits are of all tables.
        let of = table_of(row, "_objectid_value").or_else(|| row.get("objecttypecode"));
        if of.is_some_and(|it| !matches!(&*it, "incident" | "112" | "Case")) {
            return Ok(Outcome::PassedOver);
        }
        let action = row.get("action");
        let is_creation = action.as_deref() == Some("1");
        // What a deletion emptied did not change before it.
        if action.as_deref() == Some("3") {
            return Ok(Outcome::PassedOver);
        }
        let Some(data) = row.get("changedata") else { return Ok(Outcome::PassedOver) };
        let data: Value = serde_json::from_str(&data)
            .map_err(|it| Fault { field: "changedata".to_owned(), reason: it.to_string() })?;
        if !tally.is_new(&format!("audit {id}")) {
            return Ok(Outcome::Duplicate);
        }
        let ticket = self.journal.ticket(&case);
        self.journal.has_history(ticket);
        let mut is_used = false;
        for (place, change) in list_at(&data, &["changedAttributes"]).iter().enumerate() {
            // Each may take two places.
            let place = u32::try_from(place).unwrap_or(u32::MAX).saturating_mul(2);
            let when = When { place, ..when };
            let name = text_at(change, &["logicalName"])
                .ok_or_else(|| Fault::missing("changedata.logicalName"))?;
            let [old, new] = ["oldValue", "newValue"].map(|it| text_at(change, &[it]));
            match name.as_str() {
                "statuscode" if is_creation => {
                    self.journal.first(ticket, Field::State, new.as_deref());
                    is_used = true;
                }
                "ownerid" if is_creation => {
                    let held = owner(new.as_deref());
                    for field in [Field::Group, Field::Resource] {
                        let value = held.filter(|it| it.0 == field).map(|it| it.1);
                        self.journal.first(ticket, field, value);
                    }
                    is_used = true;
                }
                "prioritycode" if is_creation => {}
                "statuscode" => {
                    let values = (Was::Known(old.as_deref()), new.as_deref());
                    is_used |= self.journal.set(ticket, when, Field::State, values);
                }
                "ownerid" => {
                    let (old, new) = (owner(old.as_deref()), owner(new.as_deref()));
                    is_used |= self.journal.owner(ticket, when, old, new);
                }
                "prioritycode" => {
                    self.journal.did(ticket, when, "priority changed");
                    is_used = true;
                }
                _ => {}
            }
        }
        Ok(if is_used { Outcome::Used } else { Outcome::PassedOver })
    }
}

/// The table of what a lookup names, where the export says it.
fn table_of<'a>(row: &'a Row<'_>, field: &str) -> Option<Cow<'a, str>> {
    row.get(&format!("{field}@Microsoft.Dynamics.CRM.lookuplogicalname"))
        .or_else(|| row.get(&format!("{field}@microsoft.dynamics.crm.lookuplogicalname")))
}

/// Whether a mail or a call went out; none where it is not said, as activities of all kinds in one table do not.
fn is_outgoing(row: &Row<'_>) -> Result<Option<bool>, Fault> {
    let Some(direction) = row.get("directioncode") else { return Ok(None) };
    match direction.to_lowercase().as_str() {
        "true" | "1" | "outgoing" => Ok(Some(true)),
        "false" | "0" | "incoming" => Ok(Some(false)),
        other => Err(Fault::bad("directioncode", other, "true for outgoing or false")),
    }
}

/// The field and the id of a lookup, which is the name of a table and an id.
fn owner(lookup: Option<&str>) -> Option<(Field, &str)> {
    let (table, id) = lookup?.split_once(',').unwrap_or(("systemuser", lookup?));
    let field = if table == "team" { Field::Group } else { Field::Resource };
    Some((field, id))
}
