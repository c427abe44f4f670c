//! Why tickets are on hold: a field of its own, which changes with the state or on its own.

use super::with_reason;
use crate::journal::{Field, Journal, TicketNumber, Was, When};

/// Changes of states and of reasons, until all are there: which came first of those of one second is not said.
#[derive(Debug, Default)]
pub(super) struct Holds {
    changes: Vec<Change>,
}

#[derive(Debug)]
struct Change {
    ticket: TicketNumber,
    when: When,
    is_reason: bool,
    old: Option<String>,
    new: Option<String>,
}

/// Where a ticket is while its changes are gone through.
#[derive(Default)]
struct Place {
    /// The state as it is written, and what it is told as.
    state: Option<(String, String)>,
    reason: Option<String>,
}

impl Holds {
    pub(super) fn state(&mut self, ticket: TicketNumber, when: When, change: [Option<&str>; 2]) {
        self.push(ticket, when, false, change);
    }

    pub(super) fn reason(&mut self, ticket: TicketNumber, when: When, change: [Option<&str>; 2]) {
        self.push(ticket, when, true, change);
    }

    fn push(
        &mut self,
        ticket: TicketNumber,
        when: When,
        is_reason: bool,
        change: [Option<&str>; 2],
    ) {
        let [old, new] = change.map(|it| it.map(str::to_owned));
        self.changes.push(Change { ticket, when, is_reason, old, new });
    }

    /// Tells the journal of all changes.
    pub(super) fn tell(&mut self, journal: &mut Journal) {
        let mut changes = std::mem::take(&mut self.changes);
        changes.sort_by_key(|it| (it.ticket, it.when));
        for of_ticket in changes.chunk_by(|a, b| a.ticket == b.ticket) {
            let first = of_ticket.iter().find(|it| !it.is_reason);
            let mut place = Place::default();
            if let Some(state) = first.and_then(|it| it.old.clone()) {
                place.state = Some((state.clone(), state));
            }
            for at_once in of_ticket.chunk_by(|a, b| a.when.at_micros == b.when.at_micros) {
                place.go(at_once, journal);
            }
        }
    }
}

impl Place {
    /// What changed in one second: the reason before it is that of states that were left, the one after it of those entered.
    fn go(&mut self, at_once: &[Change], journal: &mut Journal) {
        let reasons = || at_once.iter().filter(|it| it.is_reason);
        let mut before = self.reason.take();
        if let Some(first) = reasons().next() {
            before.clone_from(&first.old);
        }
        self.reason = reasons().next_back().map_or_else(|| before.clone(), |it| it.new.clone());
        let states = || at_once.iter().filter(|it| !it.is_reason);
        for it in states() {
            let from = it.old.as_deref().map(|old| match &self.state {
                Some((state, told)) if state == old && state != told => told.clone(),
                _ => with_reason(old, before.as_deref()).to_owned(),
            });
            let to = it.new.as_deref().map(|it| with_reason(it, self.reason.as_deref()));
            journal.set(it.ticket, it.when, Field::State, (Was::Known(from.as_deref()), to));
            self.state = it.new.clone().zip(to.map(str::to_owned));
        }
        let (None, Some(last)) = (states().next(), reasons().next_back()) else { return };
        // The reason changed, and the state did not.
        let Some((state, told)) = &mut self.state else { return };
        let from =
            if state == told { with_reason(state, before.as_deref()) } else { told.as_str() };
        let to = with_reason(state, self.reason.as_deref()).to_owned();
        let change = (Was::Known(Some(from)), Some(to.as_str()));
        journal.set(last.ticket, last.when, Field::State, change);
        *told = to;
    }
}
