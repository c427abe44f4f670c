//! A log as the detectors see it: states, steps, groups, levels and persons by event, and the stays in them.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use ringback_eventlog::{Column, EventLog, Texts};
use rustc_hash::FxHashSet;

use super::roles::{ACTIVITY, LEVEL_OF_GROUP, is_of_people, level_at_end};
use super::slips::Slips;
use super::{CaseEnds, Detectors, LogRoles, Pattern};
use crate::Error;

/// No value.
pub(crate) const NONE: u32 = u32::MAX;

/// One value for each event.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    /// The column.
    pub(crate) name: String,
    /// The value of each event, [`NONE`] where it has none.
    pub(crate) of_event: Vec<u32>,
    /// What may be written for a value.
    pub(crate) shown: Vec<String>,
}

impl Key {
    fn of_texts(name: &str, of_event: Vec<u32>, texts: &Texts) -> Self {
        Self { name: name.to_owned(), of_event, shown: texts.iter().map(str::to_owned).collect() }
    }

    fn of_column(column: &Column, events: usize) -> Self {
        let of_event = (0..events).map(|it| column.number(it).unwrap_or(NONE)).collect();
        Self::of_texts(column.name(), of_event, column.texts())
    }

    /// What may be written for a value.
    pub(crate) fn show(&self, value: u32) -> String {
        let found = usize::try_from(value).ok().and_then(|it| self.shown.get(it));
        found.map_or_else(|| "(none)".to_owned(), Clone::clone)
    }

    /// How many different values events have; to have none is one of them.
    pub(crate) fn labels(&self) -> usize {
        self.of_event.iter().collect::<FxHashSet<_>>().len()
    }

    pub(crate) fn at(&self, event: usize) -> u32 {
        self.of_event.get(event).copied().unwrap_or(NONE)
    }
}

/// What is known of the end of a stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StayEnd {
    /// When it was.
    Known,
    /// It was still going on when the log ended: the end is a bound.
    Bound,
    /// It was still going on when the log ended, and when that was is not said.
    Open,
    /// It is the end of the case: the state lasts forever.
    Over,
}

/// Neighboring events of a case with one value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) value: u32,
    pub(crate) first: usize,
    /// How many events.
    pub(crate) events: usize,
    pub(crate) start_micros: i64,
    pub(crate) end_micros: i64,
    pub(crate) end: StayEnd,
}

impl Run {
    /// Whether the case was still there when the log ended.
    pub(crate) fn is_ongoing(&self) -> bool {
        matches!(self.end, StayEnd::Bound | StayEnd::Open)
    }

    /// Whether the length says something: the end is known, or a bound of it.
    pub(crate) fn has_length(&self) -> bool {
        matches!(self.end, StayEnd::Known | StayEnd::Bound)
    }
}

/// The value of a column for each case, by what may be written for it: groups of too few people are one value.
#[derive(Clone, Debug)]
pub(crate) struct CaseValues {
    pub(crate) column: String,
    /// The values.
    pub(crate) names: Vec<String>,
    /// The place of each case's value among the names.
    pub(crate) of_case: Vec<Option<usize>>,
}

/// A log as the detectors see it.
pub(crate) struct Seen<'a> {
    pub(crate) log: &'a EventLog,
    pub(crate) settings: &'a Detectors,
    pub(crate) roles: LogRoles,
    /// What is done.
    pub(crate) step: Key,
    /// What state the case is in.
    pub(crate) state: Key,
    pub(crate) group: Option<Key>,
    pub(crate) level: Option<Key>,
    pub(crate) person: Option<Key>,
    is_terminal: Vec<bool>,
    is_queue: Vec<bool>,
    pub(crate) slips: Slips,
    compared: OnceCell<Vec<CaseValues>>,
}

impl<'a> Seen<'a> {
    pub(crate) fn of(log: &'a EventLog, settings: &'a Detectors) -> Result<Self, Error> {
        let roles = LogRoles::of(log, settings)?;
        let mut step = Key::of_texts(ACTIVITY, log.activity().to_vec(), log.activities());
        let mut slips = Slips::default();
        slips.mend(log, &mut step, settings.label_noise);
        let state = match log.column(&roles.status) {
            Some(column) if roles.status != ACTIVITY => {
                let mut key = Key::of_column(column, log.events());
                slips.mend(log, &mut key, settings.label_noise);
                key
            }
            _ => step.clone(),
        };
        let column = |name: &Option<String>| name.as_deref().and_then(|it| log.column(it));
        let person = column(&roles.resource).map(|it| Key::of_column(it, log.events()));
        let mut group = column(&roles.group).map(|it| Key::of_column(it, log.events()));
        if let Some(group) = &mut group {
            carry(log, group);
            slips.mend_groups(log, &state, group, settings.label_noise);
        }
        let mut level = level_of(log, &roles, group.as_ref());
        if let Some(person) = person.as_ref().filter(|_| !settings.per_person) {
            for of_people in [&mut group, &mut level].into_iter().flatten() {
                hide_small(of_people, person, settings.min_people);
            }
        }
        let is_in = |names: &[String]| state.shown.iter().map(|it| names.contains(it)).collect();
        Ok(Self {
            is_terminal: is_in(&roles.terminal),
            is_queue: is_in(&roles.queue_states),
            log,
            settings,
            roles,
            step,
            state,
            group,
            level,
            person,
            slips,
            compared: OnceCell::new(),
        })
    }

    /// What the log lacks for a pattern.
    pub(crate) fn lacks(&self, pattern: Pattern) -> Option<&'static str> {
        let has_levels = self.level.is_some();
        match pattern {
            Pattern::HandBack | Pattern::Misrouting | Pattern::TransferLoop => {
                self.group.is_none().then_some("group")
            }
            Pattern::OverEngineered | Pattern::Escalation => (!has_levels).then_some("level"),
            Pattern::DuplicateWork => self.person.is_none().then_some("person"),
            Pattern::DuplicateCase | Pattern::RepeatContact => {
                self.roles.caller.is_none().then_some("caller")
            }
            Pattern::WaitingLoop => (!self.is_queue.contains(&true)).then_some("queue state"),
            Pattern::Reopening => (!self.is_terminal.contains(&true)).then_some("terminal state"),
            Pattern::SlowStay | Pattern::SlowTransition | Pattern::HighTouches => {
                self.roles.compare.is_empty().then_some("column to compare by")
            }
            _ => None,
        }
    }

    pub(crate) fn is_terminal(&self, state: u32) -> bool {
        flag(&self.is_terminal, state)
    }

    pub(crate) fn is_queue(&self, state: u32) -> bool {
        flag(&self.is_queue, state)
    }

    /// The microseconds that count between two instants, at least 0: all, or those of working time.
    pub(crate) fn between(&self, from: i64, to: i64) -> i64 {
        self.settings.between_micros(from, to)
    }

    /// When an event began.
    pub(crate) fn start(&self, event: usize) -> i64 {
        let at = self.log.start_micros().unwrap_or_else(|| self.log.at_micros());
        at.get(event).copied().unwrap_or_default()
    }

    /// The end of the stay that an event begins, and what is known of it.
    fn stay_end(&self, event: usize, next: Option<usize>) -> (i64, StayEnd) {
        let at = self.log.at_micros().get(event).copied().unwrap_or_default();
        if self.log.start_micros().is_some() {
            return (at, StayEnd::Known);
        }
        match (next, self.settings.as_of) {
            (Some(next), _) => (self.start(next), StayEnd::Known),
            (None, _) if self.is_terminal(self.state.at(event)) => (at, StayEnd::Over),
            (None, Some(as_of)) => (as_of.timestamp_micros().max(at), StayEnd::Bound),
            (None, None) => (at, StayEnd::Open),
        }
    }

    /// The runs of a key in a case, into a list that is used again.
    pub(crate) fn runs(&self, key: &Key, case: usize, runs: &mut Vec<Run>) {
        runs.clear();
        let events = self.log.case_events(case);
        for event in events.clone() {
            let value = key.at(event);
            if let Some(last) = runs.last_mut() {
                if last.value == value {
                    last.events += 1;
                } else {
                    // A run lasts until the next one begins.
                    last.end_micros = self.start(event);
                    last.end = StayEnd::Known;
                }
            }
            if runs.last().is_none_or(|it| it.value != value) {
                let start_micros = self.start(event);
                runs.push(Run {
                    value,
                    first: event,
                    events: 1,
                    start_micros,
                    end_micros: start_micros,
                    end: StayEnd::Open,
                });
            }
            if event + 1 == events.end
                && let Some(last) = runs.last_mut()
            {
                (last.end_micros, last.end) = self.stay_end(event, None);
            }
        }
    }

    /// The stays of a case, one for each event, into a list that is used again.
    pub(crate) fn stays(&self, case: usize, stays: &mut Vec<Run>) {
        stays.clear();
        let events = self.log.case_events(case);
        for event in events.clone() {
            let next = (event + 1 < events.end).then_some(event + 1);
            let (end_micros, end) = self.stay_end(event, next);
            let (value, start_micros) = (self.state.at(event), self.start(event));
            stays.push(Run { value, first: event, events: 1, start_micros, end_micros, end });
        }
    }

    /// How long a run lasted, by the clock.
    pub(crate) fn length(&self, run: &Run) -> i64 {
        self.between(run.start_micros, run.end_micros)
    }

    /// When a case began and ended, and whether it is still open.
    ///
    /// It ended with the first of its last terminal states: what is resolved and closed a week later ended when it was
    /// resolved.
    pub(crate) fn span(&self, case: usize) -> Option<(i64, i64, bool)> {
        let events = self.log.case_events(case);
        let start = events.clone().map(|it| self.start(it)).min()?;
        let last = events.end.checked_sub(1)?;
        let at = |event: usize| self.log.at_micros().get(event).copied().unwrap_or_default();
        let ends = self.settings.case_ends;
        if ends == CaseEnds::WithLastEvent || !self.is_terminal.contains(&true) {
            return Some((start, at(last), false));
        }
        if !self.is_terminal(self.state.at(last)) {
            let as_of = self.settings.as_of.map(|it| it.timestamp_micros());
            return Some((start, as_of.unwrap_or(at(last)).max(at(last)), true));
        }
        let first = events.rev().take_while(|it| self.is_terminal(self.state.at(*it))).last()?;
        Some((start, at(first), false))
    }

    /// What [`Seen::of_case`] is called.
    pub(crate) fn text_of_case(&self, name: &str, case: usize) -> Option<&'a str> {
        match self.log.case_column(name) {
            Some(column) => column.text(case),
            None => self.log.column(name)?.text(self.log.case_events(case).start),
        }
    }

    /// The values of the columns that are compared.
    pub(crate) fn compared(&self) -> &[CaseValues] {
        self.compared.get_or_init(|| {
            self.roles.compare.iter().map(|column| self.case_values(column)).collect()
        })
    }

    fn case_values(&self, column: &str) -> CaseValues {
        let shown = self.shown_groups(column);
        let mut known: BTreeMap<u32, usize> = BTreeMap::new();
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let mut names = Vec::new();
        let of_case = (0..self.log.cases()).map(|case| {
            let value = self.of_case(column, case)?;
            if let Some(found) = known.get(&value) {
                return Some(*found);
            }
            let name = match &shown {
                Some(key) => key.show(value),
                None => self.shown_of_case(column, case)?,
            };
            let place = *places.entry(name.clone()).or_insert_with(|| {
                names.push(name);
                names.len() - 1
            });
            known.insert(value, place);
            Some(place)
        });
        let of_case = of_case.collect();
        CaseValues { column: column.to_owned(), names, of_case }
    }

    /// What may be written for the values of a further column of groups of people; absent where the values may stand as they
    /// are.
    fn shown_groups(&self, column: &str) -> Option<Key> {
        let person = self.person.as_ref().filter(|_| !self.settings.per_person)?;
        if !is_of_people(column) || self.group.as_ref().is_some_and(|it| it.name == column) {
            return None;
        }
        let mut key = match self.log.case_column(column) {
            Some(of_cases) => {
                let mut of_event = Vec::with_capacity(self.log.events());
                for case in 0..self.log.cases() {
                    let value = of_cases.number(case).unwrap_or(NONE);
                    of_event.extend(self.log.case_events(case).map(|_| value));
                }
                Key::of_texts(column, of_event, of_cases.texts())
            }
            None => Key::of_column(self.log.column(column)?, self.log.events()),
        };
        hide_small(&mut key, person, self.settings.min_people);
        Some(key)
    }

    /// What may be written for the value of a column for a case.
    pub(crate) fn shown_of_case(&self, name: &str, case: usize) -> Option<String> {
        let value = self.of_case(name, case)?;
        match self.group.as_ref().filter(|it| it.name == name) {
            Some(group) => Some(group.show(value)),
            None => self.text_of_case(name, case).map(str::to_owned),
        }
    }

    /// The value of a column for a case: the case's own, else that of its first event.
    pub(crate) fn of_case(&self, name: &str, case: usize) -> Option<u32> {
        match self.log.case_column(name) {
            Some(column) => column.number(case),
            None => self.log.column(name)?.number(self.log.case_events(case).start),
        }
    }
}

fn flag(flags: &[bool], value: u32) -> bool {
    usize::try_from(value).ok().and_then(|it| flags.get(it)).copied().unwrap_or(false)
}

/// An event without a value leaves the case where it was.
fn carry(log: &EventLog, key: &mut Key) {
    for case in 0..log.cases() {
        let events = log.case_events(case);
        let mut last = events.clone().map(|it| key.at(it)).find(|it| *it != NONE).unwrap_or(NONE);
        for value in key.of_event.get_mut(events).unwrap_or_default() {
            if *value == NONE {
                *value = last;
            }
            last = *value;
        }
    }
}

fn level_of(log: &EventLog, roles: &LogRoles, group: Option<&Key>) -> Option<Key> {
    let name = roles.level.as_deref()?;
    if name != LEVEL_OF_GROUP {
        let mut key = Key::of_column(log.column(name)?, log.events());
        carry(log, &mut key);
        return Some(key);
    }
    let group = group?;
    let levels: Vec<u32> = group.shown.iter().map(|it| level_at_end(it) - 1).collect();
    let level = |value: &u32| usize::try_from(*value).ok().and_then(|it| levels.get(it));
    let of_event = group.of_event.iter().map(|it| level(it).copied().unwrap_or(NONE)).collect();
    Some(Key {
        name: LEVEL_OF_GROUP.to_owned(),
        of_event,
        shown: (1..=4).map(|it: u32| it.to_string()).collect(),
    })
}

/// Groups of too few people are not named.
fn hide_small(group: &mut Key, person: &Key, min_people: usize) {
    let mut people: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    for (value, who) in group.of_event.iter().zip(&person.of_event) {
        let known = people.entry(*value).or_default();
        if *who != NONE && known.len() < min_people {
            known.insert(*who);
        }
    }
    for (shown, value) in group.shown.iter_mut().zip(0_u32..) {
        if people.get(&value).is_none_or(|it| it.len() < min_people) {
            *shown = format!("(fewer than {min_people} people)");
        }
    }
}
