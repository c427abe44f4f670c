//! SAP and other systems: tables by a mapping file.

mod mapping;
mod table;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::journal::{Field, Journal, Meanings, TicketNumber, Was, When};
use crate::read::{Fault, Outcome, Tally};
use crate::settings::CustomerNames;
use crate::source::row::{Row, for_each};
use crate::source::{files, stamp::Stamps};
use crate::{CustomerBy, Error, ReadTickets, TicketSettings};
pub use mapping::TicketMapping;
use table::{Changes, Follows, Rows, TableMapping, Time};

/// Reads tables of any system by a [`TicketMapping`]: SAP's change documents and notifications, ERP exports, and what else
/// is a table.
///
/// *Supported*: tables of tickets, of changes of fields and of events, in any number of files; which table a file is, its header
/// says. CSV with comma, semicolon, tab or bar, and flat JSON objects.
///
/// *Unsupported*: joins: SAP's headers and items of change documents (`CDHDR`, `CDPOS`) must be exported as one table.
///
/// *Layout*: what the mapping says; `docs/formats/tickets.md` lists its keys.
///
/// # Source
///
/// SAP Help Portal, *Change Documents* (`CDHDR`, `CDPOS`) for the example of a mapping.
#[derive(Clone, Debug)]
pub struct MappedTickets {
    mapping: TicketMapping,
    settings: TicketSettings,
}

impl MappedTickets {
    /// A reader by a mapping. Zone, fold rule and meanings of states of the settings come before those of the mapping.
    pub fn new(mapping: TicketMapping, settings: TicketSettings) -> Self {
        let mut settings = settings;
        if settings.zone.is_none() {
            settings.zone = mapping.zone;
            settings.fold = mapping.fold;
        }
        for (state, kind) in &mapping.states {
            settings.states.entry(state.clone()).or_insert(*kind);
        }
        Self { mapping, settings }
    }

    /// Reads files, or the files in folders.
    ///
    /// # Errors
    ///
    /// [`Error::Io`], [`Error::Format`]; [`Error::MissingColumn`] for a table that the mapping does not know;
    /// [`Error::Empty`] for an empty file, or if nothing could be used.
    pub fn read(&self, paths: &[PathBuf]) -> Result<ReadTickets, Error> {
        let mut reading =
            Reading { journal: Journal::new("mapped"), stamps: BTreeMap::new(), entry: 0 };
        let mut tally = Tally::new(paths);
        for path in files(paths)? {
            self.file(&path, &mut reading, &mut tally)?;
        }
        reading.journal.system(&self.mapping.source);
        let meanings = Meanings { settings: &self.settings, known: |_| None };
        reading.journal.finish(&meanings, tally)
    }

    fn file(&self, path: &Path, reading: &mut Reading, tally: &mut Tally) -> Result<(), Error> {
        tally.begin(path);
        let check = |header: &Row<'_>| match self.mapping.table(header) {
            Some(_) => Ok(()),
            None => Err(format!("for any table of the mapping: {}", self.mapping.needs())),
        };
        for_each(
            path,
            &self.settings,
            &["records", "rows", "value", "results"],
            &check,
            &mut |row, line| {
                let outcome = row.and_then(|row| {
                    reading.entry += 1;
                    let table = self.mapping.table(row).ok_or_else(|| Fault {
                        field: String::new(),
                        reason: format!("an object without {}", self.mapping.needs()),
                    })?;
                    reading.row(table, row, &self.settings, tally)
                });
                tally.count(line, outcome);
            },
        )?;
        Ok(())
    }
}

struct Reading {
    journal: Journal,
    /// Readers of stamps by their pattern.
    stamps: BTreeMap<String, Stamps>,
    entry: u64,
}

impl Reading {
    fn row(
        &mut self,
        table: &TableMapping,
        row: &Row<'_>,
        settings: &TicketSettings,
        tally: &mut Tally,
    ) -> Result<Outcome, Fault> {
        let parts = table.case.iter().map(|it| row.needed(it)).collect::<Result<Vec<_>, _>>()?;
        let case = parts.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join("-");
        let key = table.key.iter().map(|it| row.get(it).unwrap_or_default()).collect::<Vec<_>>();
        // Of several rows of a ticket the latest holds, which the journal sees to.
        let is_ticket = matches!(table.rows, Rows::Tickets { .. });
        if !is_ticket
            && !key.is_empty()
            && !tally.is_new(&format!("{} {}", table.number, key.join("-")))
        {
            return Ok(Outcome::Duplicate);
        }
        let table = (table, case.as_str());
        match &table.0.rows {
            Rows::Tickets { created, milestones } => {
                self.ticket_row(table, row, (created, milestones), settings)
            }
            Rows::Events { time, activity } => {
                self.event(table, row, (time, activity.as_deref()), settings)
            }
            Rows::Changes(changes) => self.change(table, row, changes, settings),
        }
    }

    /// A ticket, with the states that it reached at stamps of its own row.
    fn ticket_row(
        &mut self,
        (table, case): (&TableMapping, &str),
        row: &Row<'_>,
        (created, milestones): (&Time, &[(String, Time)]),
        settings: &TicketSettings,
    ) -> Result<Outcome, Fault> {
        let made = self.needed(row, created, settings)?;
        let mut reached = Vec::new();
        for (state, time) in milestones {
            if let Some(when) = self.when(row, time, settings)? {
                reached.push((state, when));
            }
        }
        let ticket = self.journal.ticket(case);
        let version = self.journal.known(ticket, None);
        let ticket = self.ticket(table, row, case);
        self.journal.created(ticket, When { entry: 0, ..made });
        for (state, when) in reached {
            self.journal.milestone(ticket, when, state);
        }
        for (field, column) in table.holds() {
            self.journal.now(ticket, field, row.get(column).as_deref());
        }
        Ok(version.outcome())
    }

    fn event(
        &mut self,
        (table, case): (&TableMapping, &str),
        row: &Row<'_>,
        (time, activity): (&Time, Option<&str>),
        settings: &TicketSettings,
    ) -> Result<Outcome, Fault> {
        let when = self.needed(row, time, settings)?;
        let activity = activity.map(|it| row.needed(it)).transpose()?;
        let ticket = self.ticket(table, row, case);
        self.journal.known_by_updates(ticket);
        let mut is_used = activity.is_some();
        for (field, column) in table.holds() {
            let change = (Was::Unknown, row.get(column));
            let change = (change.0, change.1.as_deref());
            is_used |= self.journal.set(ticket, when, field, change);
        }
        if let Some(activity) = activity {
            self.journal.did(ticket, When { place: 1, ..when }, &activity);
        }
        Ok(if is_used { Outcome::Used } else { Outcome::PassedOver })
    }

    fn change(
        &mut self,
        (table, case): (&TableMapping, &str),
        row: &Row<'_>,
        changes: &Changes,
        settings: &TicketSettings,
    ) -> Result<Outcome, Fault> {
        let when = self.needed(row, &changes.time, settings)?;
        let name = row.needed(&changes.field)?;
        let Some(follows) = changes.fields.get(&*name) else { return Ok(Outcome::PassedOver) };
        let (old, new) = (changes.from.as_ref().map(|it| row.get(it)), row.get(&changes.to));
        let ticket = self.ticket(table, row, case);
        let field = match follows {
            Follows::State => Field::State,
            Follows::Group => Field::Group,
            Follows::Resource => Field::Resource,
            Follows::Priority => {
                self.journal.did(ticket, when, "priority changed");
                return Ok(Outcome::Used);
            }
        };
        let was = old.as_ref().map_or(Was::Unknown, |it| Was::Known(it.as_deref()));
        let is_change = self.journal.set(ticket, when, field, (was, new.as_deref()));
        Ok(if is_change { Outcome::Used } else { Outcome::PassedOver })
    }

    /// When something was that must have a stamp.
    fn needed(
        &mut self,
        row: &Row<'_>,
        time: &Time,
        settings: &TicketSettings,
    ) -> Result<When, Fault> {
        let when = self.when(row, time, settings)?;
        when.ok_or_else(|| Fault::missing(&time.columns.join(" ")))
    }

    fn ticket(&mut self, table: &TableMapping, row: &Row<'_>, case: &str) -> TicketNumber {
        let ticket = self.journal.ticket(case);
        for (attribute, column) in table.attributes() {
            self.journal.text_value(ticket, attribute, row.get(column).as_deref());
        }
        if let Some((column, by)) = &table.customer {
            let text = row.get(column).map(std::borrow::Cow::into_owned);
            let mut names = CustomerNames::default();
            match by {
                CustomerBy::Id => names.id = text,
                CustomerBy::Mail => names.mail = text,
                CustomerBy::Phone => names.phone = text,
            }
            self.journal.customer(ticket, names);
        }
        ticket
    }

    /// When something was; nothing where the columns are empty or hold zeros only, as SAP writes a date that is none.
    fn when(
        &mut self,
        row: &Row<'_>,
        time: &Time,
        settings: &TicketSettings,
    ) -> Result<Option<When>, Fault> {
        let texts: Vec<_> = time.columns.iter().map(|it| row.get(it).unwrap_or_default()).collect();
        let is_none =
            |text: &str| text.bytes().all(|it| matches!(it, b'0' | b'-' | b'.' | b':' | b' '));
        if texts.first().is_none_or(|it| is_none(it)) {
            return Ok(None);
        }
        let stamps =
            self.stamps.entry(time.format.clone().unwrap_or_default()).or_insert_with(|| {
                let mut settings = settings.clone();
                settings.stamp_pattern = time.format.clone().or(settings.stamp_pattern);
                Stamps::new(&settings)
            });
        let at_micros = stamps.read(&time.columns.join(" "), texts.join(" ").trim())?;
        Ok(Some(When { at_micros, entry: self.entry, place: 0 }))
    }
}
