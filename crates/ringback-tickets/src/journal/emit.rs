//! Changes as events.

use std::collections::BTreeMap;

use ringback_eventlog::{CaseNumber, ColumnNumber, EventLogBuilder, ValueKind};
use rustc_hash::FxHashMap;

use super::{
    Change, Field, History, Journal, Meanings, NOT_SAID, NOTHING, Number, Ticket, What, When,
};
use crate::read::{ReadTickets, Tally};
use crate::{Error, StateKind};

/// Warnings of one kind are listed up to this number, and the rest counted.
const LISTED: usize = 100;

impl Journal {
    /// The events, and the warnings about them.
    pub(crate) fn finish(
        mut self,
        meanings: &Meanings<'_>,
        mut tally: Tally,
    ) -> Result<ReadTickets, Error> {
        let changes = self.settle(meanings.settings);
        let tracked = Field::ALL.map(|field| changes.iter().any(|it| it.tells_of(field)));
        let mut writer = Writer::new(&self, meanings, tracked);
        for chunk in changes.chunk_by(|a, b| a.ticket == b.ticket) {
            let first = chunk.first().map_or(0, |it| it.ticket);
            if let Some(ticket) = self.tickets.get(first as usize) {
                writer.ticket(ticket, chunk);
            }
        }
        let log = writer.finish(&mut tally);
        tally.finish(log)
    }
}

/// Where the columns of events are.
struct Columns {
    status: ColumnNumber,
    state_kind: ColumnNumber,
    group: ColumnNumber,
    resource: ColumnNumber,
    level: ColumnNumber,
}

struct Writer<'a> {
    journal: &'a Journal,
    meanings: &'a Meanings<'a>,
    log: EventLogBuilder,
    columns: Columns,
    kinds: FxHashMap<Number, Option<StateKind>>,
    /// States without a meaning, with how often they were entered.
    unknown: BTreeMap<String, usize>,
    gaps: Vec<(String, String)>,
    gaps_more: usize,
    orphans: usize,
    nameless: usize,
    /// The fields that any history tells of. A field that is in none may have changed all the same.
    tracked: [bool; 3],
}

impl<'a> Writer<'a> {
    fn new(journal: &'a Journal, meanings: &'a Meanings<'a>, tracked: [bool; 3]) -> Self {
        let mut log = EventLogBuilder::default();
        let mut column = |name| log.column(name, ValueKind::Text);
        let columns = Columns {
            status: column("status"),
            state_kind: column("state_kind"),
            group: column("org:group"),
            resource: column("org:resource"),
            level: column("level"),
        };
        // The order of attributes does not depend on that of files.
        let mut attributes = journal.columns.clone();
        attributes.sort_by_key(|it| it.0);
        for (name, kind) in [("source", ValueKind::Text)].into_iter().chain(attributes) {
            log.case_column(name, kind);
        }
        Self {
            journal,
            meanings,
            log,
            columns,
            kinds: FxHashMap::default(),
            unknown: BTreeMap::new(),
            gaps: Vec::new(),
            gaps_more: 0,
            orphans: 0,
            nameless: 0,
            tracked,
        }
    }

    /// The events of a ticket, from its changes in order.
    fn ticket(&mut self, ticket: &Ticket, changes: &[Change]) {
        let name = self.journal.text(ticket.name).unwrap_or_default();
        let case = self.log.case(&format!("{}:{name}", self.journal.source));
        self.of_case(ticket, case);
        self.orphans += usize::from(!ticket.is_known);
        let has_states = changes
            .iter()
            .any(|it| matches!(it.what, What::Set { field: Field::State, .. } | What::Row(_)));
        let mut values = Field::ALL.map(|field| {
            let is_tracked = self.tracked[field as usize];
            first_value(ticket, changes, field).unwrap_or(match ticket.now[field as usize] {
                Some(now) if is_tracked && ticket.history == History::Present => now,
                _ => NOTHING,
            })
        });
        let mut is_created = false;
        let mut has_row = false;
        for change in changes {
            match change.what {
                What::Created if is_created => {}
                What::Created => {
                    is_created = true;
                    let state = self.journal.text(self.called(Field::State, values[0]));
                    let activity = state.unwrap_or("created").to_owned();
                    self.entered(values[0]);
                    self.event(case, &activity, change.when, values);
                }
                What::Was(field, value) => values[field as usize] = value,
                What::Did(activity) => {
                    let activity = self.journal.text(activity).unwrap_or_default().to_owned();
                    self.event(case, &activity, change.when, values);
                }
                What::Set { field, from, to } => {
                    let before = values[field as usize];
                    if from == NOT_SAID && before == to {
                        continue;
                    }
                    if from != NOT_SAID && self.called(field, from) != self.called(field, before) {
                        self.gap(name, field, [from, before]);
                    }
                    values[field as usize] = to;
                    let from = if from == NOT_SAID { before } else { from };
                    self.change(case, change.when, field, (from, values));
                }
                What::Milestone(state) if has_states || state == values[0] => {}
                What::Milestone(state) => {
                    let from = std::mem::replace(&mut values[0], state);
                    self.change(case, change.when, Field::State, (from, values));
                }
                What::Row(row) => {
                    let before = std::mem::replace(&mut values, row);
                    let activity = self.row_activity(has_row.then_some(before), row);
                    has_row = true;
                    self.event(case, &activity, change.when, values);
                }
            }
        }
        self.end(name, ticket, values, has_states);
    }

    /// Compares where a history ends with where its ticket is.
    fn end(&mut self, name: &str, ticket: &Ticket, values: [Number; 3], has_states: bool) {
        for field in Field::ALL {
            let (now, last) = (ticket.now[field as usize], values[field as usize]);
            let is_told = has_states || field != Field::State;
            let is_tracked = is_told && self.tracked[field as usize];
            let has_history = ticket.history == History::Present && is_tracked;
            if let Some(now) = now.filter(|it| {
                let is_same = self.called(field, *it) == self.called(field, last);
                has_history && !is_same && *it != NOTHING
            }) {
                self.gap(name, field, [now, last]);
            }
        }
    }

    /// The event of a field that changed; leaving what is done is an event of its own.
    fn change(
        &mut self,
        case: CaseNumber,
        when: When,
        field: Field,
        (from, values): (Number, [Number; 3]),
    ) {
        let to = values[field as usize];
        if field != Field::State {
            let activity = hand_over(field, from, to);
            self.event(case, activity, when, values);
            return;
        }
        if self.is_reopened(from, to) {
            self.event(case, "reopened", when, values);
        }
        self.entered(to);
        let state = self.journal.text(self.called(field, to)).unwrap_or("no state").to_owned();
        self.event(case, &state, when, values);
    }

    /// What an update that was one row did: what is most telling of it.
    fn row_activity(&mut self, before: Option<[Number; 3]>, row: [Number; 3]) -> String {
        let Some(before) = before else {
            self.entered(row[0]);
            return self
                .journal
                .text(self.called(Field::State, row[0]))
                .unwrap_or("created")
                .to_owned();
        };
        if before[0] != row[0] {
            self.entered(row[0]);
            if self.is_reopened(before[0], row[0]) {
                return "reopened".to_owned();
            }
            return self
                .journal
                .text(self.called(Field::State, row[0]))
                .unwrap_or("no state")
                .to_owned();
        }
        let moved = [Field::Group, Field::Resource]
            .into_iter()
            .find(|it| before[*it as usize] != row[*it as usize]);
        match moved {
            Some(field) => hand_over(field, before[field as usize], row[field as usize]).to_owned(),
            None => "updated".to_owned(),
        }
    }

    fn event(&mut self, case: CaseNumber, activity: &str, when: When, values: [Number; 3]) {
        self.log.event(case, activity, when.at_micros);
        let [state, group, resource] = [0, 1, 2].map(|at| self.called(Field::ALL[at], values[at]));
        let kind = self.kind(state);
        let text = |number| self.journal.text(number);
        let level = text(group).and_then(|it| self.meanings.settings.levels.get(it));
        let cells = [
            (self.columns.status, text(state)),
            (self.columns.state_kind, kind.map(StateKind::as_str)),
            (self.columns.group, text(group)),
            (self.columns.resource, text(resource)),
            (self.columns.level, level.map(String::as_str)),
        ];
        for (column, value) in cells {
            if let Some(value) = value {
                self.log.set(column, value);
            }
        }
    }

    fn of_case(&mut self, ticket: &Ticket, case: CaseNumber) {
        let source = self.log.case_column("source", ValueKind::Text);
        self.log.set_case(case, source, &self.journal.source);
        for (place, value) in &ticket.values {
            let column = self.journal.columns.get(*place as usize);
            if let (Some((name, kind)), Some(text)) = (column, self.journal.text(*value)) {
                let column = self.log.case_column(name, *kind);
                self.log.set_case(case, column, text);
            }
        }
        if !self.meanings.settings.has_pseudonyms() {
            return;
        }
        match ticket.customer.as_deref().and_then(|it| self.meanings.settings.customer(it)) {
            Some(pseudonym) => {
                let column = self.log.case_column("customer", ValueKind::Text);
                self.log.set_case(case, column, &pseudonym);
            }
            None => self.nameless += 1,
        }
    }

    /// What a value is called: its name where it is a code.
    fn called(&self, field: Field, value: Number) -> Number {
        self.journal.names.get(&(field as u8, value)).copied().unwrap_or(value)
    }

    fn kind(&mut self, state: Number) -> Option<StateKind> {
        if let Some(kind) = self.kinds.get(&state) {
            return *kind;
        }
        let text = self.journal.text(state);
        let settled = text.and_then(|it| self.meanings.settings.states.get(it).copied());
        let kind = settled
            .or_else(|| self.journal.kinds.get(&state).copied())
            .or_else(|| text.and_then(|it| self.meanings.of(it)));
        self.kinds.insert(state, kind);
        kind
    }

    fn is_reopened(&mut self, from: Number, to: Number) -> bool {
        let [from, to] = [from, to].map(|it| self.called(Field::State, it));
        let was_done = self.kind(from).is_some_and(StateKind::is_done);
        was_done && self.kind(to).is_some_and(|it| !it.is_done())
    }

    /// Notes that a state was entered, if nobody knows what it means.
    fn entered(&mut self, state: Number) {
        let state = self.called(Field::State, state);
        if self.kind(state).is_none()
            && let Some(text) = self.journal.text(state)
        {
            *self.unknown.entry(text.to_owned()).or_default() += 1;
        }
    }

    /// Notes that a history does not fit together: what it should be, and what it was.
    fn gap(&mut self, ticket: &str, field: Field, [should, was]: [Number; 2]) {
        if self.gaps.len() == LISTED {
            self.gaps_more += 1;
            return;
        }
        let text = |number| self.journal.text(self.called(field, number)).unwrap_or("nothing");
        let problem = format!(
            "its history lacks an entry: the {} is {:?} where {:?} is said to have been",
            field.name(),
            text(was),
            text(should)
        );
        self.gaps.push((ticket.to_owned(), problem));
    }

    fn finish(self, tally: &mut Tally) -> EventLogBuilder {
        for (ticket, problem) in &self.gaps {
            tally.warn(Some(ticket), problem.clone());
        }
        if self.gaps_more > 0 {
            tally.warn(
                None,
                format!("{} more places where a history lacks an entry", self.gaps_more),
            );
        }
        for (state, times) in self.unknown {
            let problem = format!(
                "state {state:?} has no meaning (times entered: {times}): give it one in the settings"
            );
            tally.warn(None, problem);
        }
        if self.orphans > 0 {
            tally.warn(None, format!("{} tickets are known by their history only", self.orphans));
        }
        if self.nameless > 0 {
            tally.warn(None, format!("{} tickets do not say who their customer is", self.nameless));
        }
        self.log
    }
}

/// What it is called when a ticket goes to another group or person.
fn hand_over(field: Field, from: Number, to: Number) -> &'static str {
    match (field, from, to) {
        (Field::Group, NOTHING, _) => "group assigned",
        (Field::Group, _, NOTHING) => "group removed",
        (Field::Group, ..) => "group changed",
        (_, NOTHING, _) => "assigned",
        (_, _, NOTHING) => "unassigned",
        _ => "reassigned",
    }
}

/// What a field was when the ticket was made: as it is said, or as its first change has it. None where neither is there, so
/// that it may be as it still is.
fn first_value(ticket: &Ticket, changes: &[Change], field: Field) -> Option<Number> {
    if let Some(first) = ticket.first[field as usize] {
        return Some(first);
    }
    let mut told = changes.iter().filter_map(|it| match it.what {
        What::Set { field: of, from, .. } if of == field => Some(from),
        What::Was(of, value) if of == field => Some(value),
        _ => None,
    });
    let reaches = |it: &Change| field == Field::State && matches!(it.what, What::Milestone(_));
    match told.next() {
        Some(NOT_SAID) => Some(NOTHING),
        Some(from) => Some(from),
        // It was reached later, and from where is not said.
        None => changes.iter().any(reaches).then_some(NOTHING),
    }
}
