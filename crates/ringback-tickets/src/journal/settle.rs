//! What was read, brought together before it becomes events.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::{Change, Field, Journal, NOTHING, Number, Ticket, TicketNumber, What};
use crate::TicketSettings;

/// More changes of a field than these in one instant stay as they are.
const CHAINED_AT_MOST: usize = 16;

impl Journal {
    /// What was read, made ready: one ticket of one name, every change in its order, nobody by name.
    pub(super) fn settle(&mut self, settings: &TicketSettings) -> Vec<Change> {
        self.merge();
        self.add_breaches();
        self.add_milestones();
        let mut changes = std::mem::take(&mut self.changes);
        changes.sort_by_key(|it| (it.ticket, it.when));
        for of_ticket in changes.chunk_by_mut(|a, b| a.ticket == b.ticket) {
            for field in Field::ALL {
                chain(of_ticket, field);
            }
        }
        self.hide_persons(settings, &changes);
        changes
    }

    /// Tickets of one name become one.
    fn merge(&mut self) {
        let mut of_name: FxHashMap<Number, u32> = FxHashMap::default();
        let mut moved: FxHashMap<u32, u32> = FxHashMap::default();
        for number in 0..u32::try_from(self.tickets.len()).unwrap_or(u32::MAX) {
            let Some(ticket) = self.tickets.get_mut(number as usize) else { break };
            let kept = *of_name.entry(ticket.name).or_insert(number);
            if kept == number {
                continue;
            }
            moved.insert(number, kept);
            let other = std::mem::take(ticket);
            if let Some(ticket) = self.tickets.get_mut(kept as usize) {
                ticket.join(other);
            }
        }
        if !moved.is_empty() {
            for change in &mut self.changes {
                change.ticket = moved.get(&change.ticket).copied().unwrap_or(change.ticket);
            }
        }
    }

    /// Breaches count, whatever the tickets' own rows say of them.
    fn add_breaches(&mut self) {
        for number in 0..self.tickets.len() {
            let ticket = TicketNumber(u32::try_from(number).unwrap_or(u32::MAX));
            if self.tickets.get(number).is_some_and(|it| it.breaches > 0) {
                self.text_value(ticket, "made_sla", Some("false"));
            }
        }
    }

    /// The states that rows of tickets tell of are changes like others.
    fn add_milestones(&mut self) {
        for (ticket, found) in (0..).zip(&mut self.tickets) {
            let reached = std::mem::take(&mut found.milestones).into_iter();
            self.changes.extend(reached.map(|(when, state)| Change {
                ticket,
                when,
                what: What::Milestone(state),
            }));
        }
    }

    /// Whoever a ticket was with becomes a pseudonym: an export may know colleagues by their names. So does a group that goes
    /// by a mail address.
    fn hide_persons(&mut self, settings: &TicketSettings, changes: &[Change]) {
        let mut persons = self.values_of(Field::Resource, changes);
        let mut groups = self.values_of(Field::Group, changes);
        groups.retain(|it| self.text(*it).is_some_and(|it| it.contains('@')));
        persons.extend(&groups);
        let persons = persons.into_iter().filter_map(|it| Some((self.text(it)?.to_owned(), it)));
        // In the order of their ids, so that numbers do not depend on the order of files.
        let persons: BTreeMap<String, Number> = persons.collect();
        for (place, (id, number)) in persons.into_iter().enumerate() {
            let hidden = settings.agent(&id).unwrap_or_else(|| format!("person {}", place + 1));
            let hidden = self.number(&hidden);
            self.names.insert((Field::Resource as u8, number), hidden);
            if groups.contains(&number) {
                self.names.entry((Field::Group as u8, number)).or_insert(hidden);
            }
        }
    }

    /// All values that a field ever had.
    fn values_of(&self, field: Field, changes: &[Change]) -> BTreeSet<Number> {
        let at = field as usize;
        let of_tickets = self.tickets.iter().flat_map(|it| [it.first[at], it.now[at]]).flatten();
        let of_changes = changes.iter().flat_map(|it| match it.what {
            What::Set { field: of, from, to } if of == field => [from, to],
            What::Was(of, value) if of == field => [value, NOTHING],
            What::Row(row) => [row[at], NOTHING],
            _ => [NOTHING; 2],
        });
        of_tickets.chain(of_changes).collect()
    }
}

/// Changes of one instant are put in the order in which each begins where the one before it ended: exports list them by their
/// stamps, the latest first or the earliest, and do not say more.
fn chain(changes: &mut [Change], field: Field) {
    let mut held = None;
    for at_once in changes.chunk_by_mut(|a, b| a.when.at_micros == b.when.at_micros) {
        let is_told = |it: &Change| matches!(it.what, What::Set { field: of, .. } if of == field);
        let places: Vec<usize> =
            (0..at_once.len()).filter(|it| at_once.get(*it).is_some_and(is_told)).collect();
        let mut left: Vec<(Number, Number)> = places
            .iter()
            .filter_map(|it| match at_once.get(*it)?.what {
                What::Set { from, to, .. } => Some((from, to)),
                _ => None,
            })
            .collect();
        if left.len() > CHAINED_AT_MOST {
            held = left.last().map(|it| it.1);
            continue;
        }
        for place in places {
            let ends = |value: Number| left.iter().any(|it| it.1 == value);
            let next = left.iter().position(|it| held == Some(it.0));
            let next = next.or_else(|| left.iter().position(|it| held.is_none() && !ends(it.0)));
            let (from, to) = left.remove(next.unwrap_or(0));
            held = Some(to);
            if let Some(change) = at_once.get_mut(place) {
                change.what = What::Set { field, from, to };
            }
        }
    }
}

impl Change {
    /// Whether it is of the history of a field.
    pub(super) fn tells_of(&self, field: Field) -> bool {
        match self.what {
            What::Set { field: of, .. } | What::Was(of, _) => of == field,
            What::Row(_) => true,
            What::Created | What::Did(_) | What::Milestone(_) => false,
        }
    }
}

impl Ticket {
    fn join(&mut self, mut other: Self) {
        if other.is_known && (!self.is_known || other.changed_micros > self.changed_micros) {
            std::mem::swap(self, &mut other);
        }
        for field in Field::ALL {
            let at = field as usize;
            self.first[at] = self.first[at].or(other.first[at]);
            self.now[at] = self.now[at].or(other.now[at]);
        }
        self.is_known |= other.is_known;
        self.breaches += other.breaches;
        self.history = self.history.max(other.history);
        for (column, value) in other.values {
            if !self.values.iter().any(|it| it.0 == column) {
                self.values.push((column, value));
            }
        }
        self.customer = self.customer.take().or(other.customer);
    }
}
