//! `HubSpot`: tickets with the history of their properties.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Map, Value};

use crate::journal::{Field, Journal, Meanings, TicketNumber, Version, Was, When};
use crate::read::{Fault, Outcome, Tally};
use crate::settings::CustomerNames;
use crate::source::json::{Piece, list_at, stream, text_at};
use crate::source::{files, stamp::Stamps};
use crate::{Error, ReadTickets, StateKind, TicketSettings};

/// Reads what `HubSpot`'s interface answers, in any number of files: pages of tickets, and the pipelines that say what stages
/// are called.
///
/// *Supported*: `propertiesWithHistory` of `hs_pipeline_stage`, `hubspot_owner_id`, `hubspot_team_id` and
/// `hs_ticket_priority`; pipelines with `stages`, whose `ticketState` says which are closed.
///
/// *Unsupported*: conversations and engagements; the CSV of the screen, which has no history.
///
/// *Layout*: stamps end with `Z`. A property's history has its latest value first; its oldest value held from the start, unless
/// it is later than the ticket. Without histories a ticket is made and closed (`closed_date`), no more. A last page that
/// names a further one (`paging.next`) gives a warning.
///
/// # Source
///
/// `HubSpot`, *CRM API: Tickets*, *Pipelines*, version 3.
#[derive(Clone, Debug, Default)]
pub struct HubSpot {
    settings: TicketSettings,
}

/// The stages of the pipeline that every account begins with, by id and by name.
fn state_kind(state: &str) -> Option<StateKind> {
    Some(match state {
        "New" => StateKind::New,
        "Waiting on contact" => StateKind::WaitingForCustomer,
        "Waiting on us" => StateKind::Working,
        "Closed" => StateKind::Closed,
        _ => return None,
    })
}

const STAGES: [(&str, &str); 4] =
    [("1", "New"), ("2", "Waiting on contact"), ("3", "Waiting on us"), ("4", "Closed")];

/// The properties that are followed; priority is told as what happened.
const TRACKED: [(&str, Option<Field>); 4] = [
    ("hs_pipeline_stage", Some(Field::State)),
    ("hubspot_team_id", Some(Field::Group)),
    ("hubspot_owner_id", Some(Field::Resource)),
    ("hs_ticket_priority", None),
];

impl HubSpot {
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
            journal: Journal::new("hubspot"),
            stamps: Stamps::new(&self.settings),
            created: BTreeMap::new(),
            histories: BTreeMap::new(),
        };
        let mut tally = Tally::new(paths);
        for (id, name) in STAGES {
            reading.journal.call(Field::State, id, name);
        }
        for path in files(paths)? {
            tally.begin(&path);
            let mut list = "tickets";
            stream(&path, &["results"], &mut |piece| match piece {
                Piece::Item { value, line, .. } if value.get("stages").is_some() => {
                    list = "pipelines";
                    let outcome = reading.pipeline(&value, &mut tally);
                    tally.count(line, outcome);
                }
                Piece::Item { value, line, .. } => reading.ticket(&value, line, &mut tally),
                Piece::Page { beside, .. } => tally.page(list, names_more(&beside)),
            })?;
        }
        reading.histories(&mut tally);
        let meanings = Meanings { settings: &self.settings, known: state_kind };
        reading.journal.finish(&meanings, tally)
    }
}

fn names_more(beside: &Map<String, Value>) -> bool {
    beside.get("paging").and_then(|it| it.get("next")).is_some_and(Value::is_object)
}

/// Values of a property, and when each began.
type Values = Vec<(i64, Option<String>)>;

struct Reading {
    journal: Journal,
    stamps: Stamps,
    /// When tickets were made.
    created: BTreeMap<TicketNumber, i64>,
    /// Histories by ticket and place among the tracked properties: a ticket that is read again brings what is new.
    histories: BTreeMap<(TicketNumber, usize), Values>,
}

impl Reading {
    fn pipeline(&mut self, item: &Value, tally: &mut Tally) -> Result<Outcome, Fault> {
        let id = text_at(item, &["id"]).unwrap_or_default();
        if !tally.is_new(&format!("pipeline {id}")) {
            return Ok(Outcome::Duplicate);
        }
        for stage in list_at(item, &["stages"]) {
            let (Some(id), Some(label)) = (text_at(stage, &["id"]), text_at(stage, &["label"]))
            else {
                return Err(Fault::missing("stages.label"));
            };
            self.journal.call(Field::State, &id, &label);
            match text_at(stage, &["metadata", "ticketState"]).as_deref() {
                Some("CLOSED") => self.journal.kind(&label, StateKind::Closed),
                // The names that are known say more.
                Some("OPEN") if state_kind(&label).is_none() => {
                    self.journal.kind(&label, StateKind::Working);
                }
                _ => {}
            }
        }
        Ok(Outcome::Used)
    }

    fn ticket(&mut self, item: &Value, line: u64, tally: &mut Tally) {
        match self.itself(item) {
            Ok((version, ticket)) => {
                tally.count(line, Ok(version.outcome()));
                for (place, (name, _)) in TRACKED.into_iter().enumerate() {
                    self.history(item, (ticket, place), name, &mut |outcome| {
                        tally.count(line, outcome);
                    });
                }
            }
            Err(fault) => tally.count(line, Err(fault)),
        }
    }

    fn itself(&mut self, item: &Value) -> Result<(Version, TicketNumber), Fault> {
        let id = text_at(item, &["id"]).ok_or_else(|| Fault::missing("id"))?;
        let property = |name: &str| text_at(item, &["properties", name]);
        let created = property("createdate").or_else(|| text_at(item, &["createdAt"]));
        let created = created.ok_or_else(|| Fault::missing("properties.createdate"))?;
        let at_micros = self.stamps.read("createdate", &created)?;
        let closed =
            property("closed_date").map(|it| self.stamps.read("closed_date", &it)).transpose()?;
        let changed = property("hs_lastmodifieddate").or_else(|| text_at(item, &["updatedAt"]));
        let changed = changed.map(|it| self.stamps.read("hs_lastmodifieddate", &it)).transpose()?;
        let ticket = self.journal.ticket(&id);
        self.created.insert(ticket, at_micros);
        let version = self.journal.known(ticket, changed);
        if version == Version::Earlier {
            return Ok((version, ticket));
        }
        self.journal.created(ticket, When { at_micros, entry: 0, place: 0 });
        for (name, field) in TRACKED {
            if let Some(field) = field {
                self.journal.now(ticket, field, property(name).as_deref());
            }
        }
        if let Some(at_micros) = closed {
            self.journal.milestone(ticket, When { at_micros, entry: 1, place: 0 }, "Closed");
        }
        for (column, name) in [
            ("priority", "hs_ticket_priority"),
            ("category", "hs_ticket_category"),
            ("contact_type", "source_type"),
            ("pipeline", "hs_pipeline"),
        ] {
            self.journal.text_value(ticket, column, property(name).as_deref());
        }
        let contact = list_at(item, &["associations", "contacts", "results"]).first();
        let names = CustomerNames {
            id: contact.and_then(|it| text_at(it, &["id"])),
            mail: property("hs_all_associated_contact_emails")
                .and_then(|it| it.split(';').next().map(str::to_owned)),
            phone: property("hs_all_associated_contact_phones")
                .and_then(|it| it.split(';').next().map(str::to_owned)),
        };
        self.journal.customer(ticket, names);
        Ok((version, ticket))
    }

    /// The history of one property, of which each value is an entry: those at fault, and those that were there before, are
    /// counted here.
    fn history(
        &mut self,
        item: &Value,
        of: (TicketNumber, usize),
        name: &str,
        count: &mut dyn FnMut(Result<Outcome, Fault>),
    ) {
        let Some(list) = item.get("propertiesWithHistory").and_then(|it| it.get(name)) else {
            return;
        };
        self.journal.has_history(of.0);
        let values = self.histories.entry(of).or_default();
        let before = values.len();
        // Written with the latest first: reversed, values of one instant are in the order in which they came.
        for value in list.as_array().map_or(&[][..], Vec::as_slice).iter().rev() {
            let stamp = text_at(value, &["timestamp"]).ok_or_else(|| Fault::missing("timestamp"));
            match stamp.and_then(|it| self.stamps.read(&format!("{name}.timestamp"), &it)) {
                Ok(at_micros) => {
                    let value = (at_micros, text_at(value, &["value"]));
                    let known = values.get(..before).unwrap_or_default();
                    if known.contains(&value) {
                        count(Ok(Outcome::Duplicate));
                    } else {
                        values.push(value);
                    }
                }
                Err(fault) => count(Err(fault)),
            }
        }
    }

    /// What histories tell, once all of them are there.
    fn histories(&mut self, tally: &mut Tally) {
        for ((ticket, tracked), mut values) in std::mem::take(&mut self.histories) {
            values.sort_by_key(|it| it.0);
            let created = self.created.get(&ticket).copied().unwrap_or(i64::MIN);
            let field = TRACKED.get(tracked).and_then(|it| it.1);
            let mut before: Option<String> = None;
            for (place, (at_micros, value)) in values.into_iter().enumerate() {
                let is_first = place == 0 && at_micros <= created;
                let place = u32::try_from(place).unwrap_or(u32::MAX);
                let when = When { at_micros, entry: 1, place };
                let outcome = match field {
                    Some(field) if is_first => {
                        self.journal.first(ticket, field, value.as_deref());
                        Outcome::Used
                    }
                    Some(field) => {
                        let change = (Was::Known(before.as_deref()), value.as_deref());
                        let is_change = self.journal.set(ticket, when, field, change);
                        if is_change { Outcome::Used } else { Outcome::PassedOver }
                    }
                    None if place == 0 => Outcome::PassedOver,
                    None => {
                        self.journal.did(ticket, when, "priority changed");
                        Outcome::Used
                    }
                };
                tally.count(0, Ok(outcome));
                before = value;
            }
        }
    }
}
