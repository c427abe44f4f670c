//! How an event log is made, event by event.

use rustc_hash::FxHashMap;

use crate::column::{mark, place};
use crate::{Column, EventLog, SourceOrder, Texts, ValueKind};

/// Makes an [`EventLog`] of events in any order.
///
/// # Example
///
/// ```
/// use ringback_eventlog::EventLogBuilder;
///
/// let mut log = EventLogBuilder::default();
/// let group = log.column("org:group", ringback_eventlog::ValueKind::Text);
/// let ticket = log.case("T-1");
/// log.event(ticket, "closed", 20);
/// log.event(ticket, "opened", 10);
/// log.set(group, "desk");
/// let log = log.build();
/// assert_eq!(log.at_micros(), [10, 20]);
/// assert_eq!(log.activities().get(log.activity()[0]), Some("opened"));
/// assert_eq!(log.column("org:group").unwrap().text(0), Some("desk"));
/// assert_eq!(log.order().out_of_order, 1);
/// ```
#[derive(Clone, Debug, Default)]
pub struct EventLogBuilder {
    cases: Texts,
    case_of: Vec<u32>,
    activities: Texts,
    activity: Vec<u32>,
    at_micros: Vec<i64>,
    /// Filled up to the last event that has one.
    start_micros: Vec<Option<i64>>,
    /// Whether any event has one.
    started: bool,
    columns: Named,
    case_columns: Named,
    last_activity: Option<u32>,
    /// Events that were begun and taken back.
    dropped: Vec<usize>,
}

/// Columns and their places by name.
#[derive(Clone, Debug, Default)]
struct Named {
    columns: Vec<Column>,
    places: FxHashMap<String, usize>,
}

/// A case of an [`EventLogBuilder`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseNumber(u32);

impl CaseNumber {
    /// Of events that are read before their case is known; [`EventLogBuilder::assign_from`] says which it is.
    pub(crate) const UNKNOWN: Self = Self(u32::MAX);
}

/// An attribute of an [`EventLogBuilder`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ColumnNumber(usize);

impl EventLogBuilder {
    /// The case of a name, which is made if it is new.
    pub fn case(&mut self, name: &str) -> CaseNumber {
        CaseNumber(self.cases.number(name))
    }

    /// The case of a name that is known.
    pub fn find_case(&self, name: &str) -> Option<CaseNumber> {
        self.cases.find(name).map(CaseNumber)
    }

    /// Adds an event at an instant, in microseconds since 1970, UTC.
    pub fn event(&mut self, case: CaseNumber, activity: &str, at_micros: i64) {
        self.begin(case);
        self.set_activity(activity);
        self.end_at(at_micros);
    }

    /// Adds an event of which the rest is told after its attributes: what stands first in a file comes first.
    pub(crate) fn begin(&mut self, case: CaseNumber) {
        self.case_of.push(case.0);
        self.activity.push(u32::MAX);
        self.at_micros.push(i64::MAX);
    }

    /// How many events have been begun, with those that were taken back.
    pub(crate) fn begun(&self) -> usize {
        self.case_of.len()
    }

    /// Says of which case the events are that have been begun since there were so many.
    pub(crate) fn assign_from(&mut self, first: usize, case: CaseNumber) {
        self.case_of.get_mut(first..).unwrap_or_default().fill(case.0);
    }

    /// Names the activity of the last event.
    #[inline]
    fn set_activity(&mut self, activity: &str) {
        // A text is UTF-8.
        self.set_activity_bytes(activity.as_bytes());
    }

    /// Names the activity of the last event, or not and says `false`, if it is not UTF-8.
    #[inline]
    pub(crate) fn set_activity_bytes(&mut self, activity: &[u8]) -> bool {
        let last = self.last_activity;
        let is_last = |it: &u32| self.activities.get(*it).map(str::as_bytes) == Some(activity);
        let number = match last.filter(is_last) {
            Some(last) => last,
            None => match std::str::from_utf8(activity) {
                Ok(activity) => self.activities.number(activity),
                Err(_) => return false,
            },
        };
        self.last_activity = Some(number);
        if let Some(last) = self.activity.last_mut() {
            *last = number;
        }
        true
    }

    /// Sets an attribute of the last event, or not and says `false`, if it is not UTF-8.
    #[inline]
    pub(crate) fn set_bytes(&mut self, column: ColumnNumber, value: &[u8]) -> bool {
        let event = self.activity.len().checked_sub(1);
        match (event, self.columns.columns.get_mut(column.0)) {
            (Some(event), Some(column)) => column.put_bytes(event, value),
            _ => true,
        }
    }

    /// Says when the last event was.
    pub(crate) fn end_at(&mut self, at_micros: i64) {
        if let Some(last) = self.at_micros.last_mut() {
            *last = at_micros;
        }
    }

    /// Takes the last event back: the log is as if it had not been begun.
    pub(crate) fn take_back(&mut self) {
        self.dropped.extend(self.activity.len().checked_sub(1));
    }

    /// Says when the activity of the last event started. Unit: microseconds since 1970, UTC.
    pub fn started_at(&mut self, start_micros: i64) {
        if let Some(last) = self.activity.len().checked_sub(1) {
            self.start_micros.resize(last, None);
            self.start_micros.push(Some(start_micros));
            self.started = true;
        }
    }

    /// The attribute of events with a name, which is made if it is new.
    ///
    /// A name of which several kinds are told has the one that holds for all: [`ValueKind::Float`] for whole numbers and
    /// others, else [`ValueKind::Text`].
    pub fn column(&mut self, name: &str, kind: ValueKind) -> ColumnNumber {
        ColumnNumber(self.columns.place(name, kind))
    }

    /// The attribute of cases with a name, which is made if it is new; its kind is as for [`EventLogBuilder::column`].
    pub fn case_column(&mut self, name: &str, kind: ValueKind) -> ColumnNumber {
        ColumnNumber(self.case_columns.place(name, kind))
    }

    /// All attributes, of events and of cases.
    pub(crate) fn all_columns(&mut self) -> impl Iterator<Item = &mut Column> {
        self.columns.columns.iter_mut().chain(&mut self.case_columns.columns)
    }

    /// How many different attributes there are.
    pub(crate) fn attributes(&self) -> usize {
        self.columns.columns.len() + self.case_columns.columns.len()
    }

    /// Sets an attribute of the last event.
    #[inline]
    pub fn set(&mut self, column: ColumnNumber, text: &str) {
        let event = self.activity.len().checked_sub(1);
        if let (Some(event), Some(column)) = (event, self.columns.columns.get_mut(column.0)) {
            column.put(event, text);
        }
    }

    /// Sets an attribute of a case; the last value holds.
    pub fn set_case(&mut self, case: CaseNumber, column: ColumnNumber, text: &str) {
        if let (Ok(case), Some(column)) =
            (usize::try_from(case.0), self.case_columns.columns.get_mut(column.0))
        {
            column.put(case, text);
        }
    }

    /// How many events there are so far.
    pub fn events(&self) -> usize {
        self.activity.len() - self.dropped.len()
    }

    /// The log.
    pub fn build(mut self) -> EventLog {
        if !self.dropped.is_empty() {
            self.forget_dropped();
        }
        let events = self.activity.len();
        let (case_starts, mut order) = by_case(&self.case_of, self.cases.len());
        let mut found = SourceOrder::default();
        for pair in case_starts.windows(2) {
            let [start, end] = *pair else { continue };
            if let Some(of_case) = order.get_mut(start..end) {
                sort_case(of_case, &self.at_micros, &mut found);
            }
        }
        let mut starts = self.started.then(|| {
            self.start_micros.resize(events, None);
            // An activity without a start of its own took no time.
            let ends = &self.at_micros;
            self.start_micros.iter().zip(ends).map(|(start, end)| start.unwrap_or(*end)).collect()
        });
        let is_in_order = order.iter().enumerate().all(|(place, event)| place == *event);
        if !is_in_order {
            gather(&mut self.activity, &order);
            gather(&mut self.at_micros, &order);
            if let Some(starts) = &mut starts {
                gather(starts, &order);
            }
        }
        for column in &mut self.columns.columns {
            if is_in_order { column.finish(events) } else { column.select(&order) }
        }
        for column in &mut self.case_columns.columns {
            column.finish(self.cases.len());
        }
        EventLog {
            cases: self.cases,
            case_starts,
            activities: self.activities,
            activity: self.activity,
            at_micros: self.at_micros,
            start_micros: starts,
            columns: self.columns.columns,
            case_columns: self.case_columns.columns,
            order: found,
        }
    }

    /// Forgets events that were taken back, and the cases, activities and values that only they had.
    fn forget_dropped(&mut self) {
        let mut dropped = std::mem::take(&mut self.dropped).into_iter().peekable();
        let mut kept = Vec::with_capacity(self.activity.len());
        let mut is_used = vec![true; self.cases.len()];
        for (event, case) in self.case_of.iter().enumerate() {
            if dropped.next_if_eq(&event).is_none() {
                kept.push(event);
            } else if let Some(it) = is_used.get_mut(place(*case)) {
                *it = false;
            }
        }
        self.start_micros.resize(self.activity.len(), None);
        gather(&mut self.start_micros, &kept);
        gather(&mut self.case_of, &kept);
        gather(&mut self.activity, &kept);
        gather(&mut self.at_micros, &kept);
        for column in &mut self.columns.columns {
            column.select(&kept);
            column.forget_unused();
        }
        self.case_of.iter().for_each(|it| mark(&mut is_used, *it));
        if let Some(renumbered) = self.cases.keep(&is_used) {
            renumber(&mut self.case_of, &renumbered);
            let used = is_used.iter().enumerate().filter(|it| *it.1);
            let used: Vec<usize> = used.map(|it| it.0).collect();
            for column in &mut self.case_columns.columns {
                column.select(&used);
                column.forget_unused();
            }
        }
        let mut is_used = vec![false; self.activities.len()];
        self.activity.iter().for_each(|it| mark(&mut is_used, *it));
        if let Some(renumbered) = self.activities.keep(&is_used) {
            renumber(&mut self.activity, &renumbered);
        }
    }
}

impl Named {
    fn place(&mut self, name: &str, kind: ValueKind) -> usize {
        if let Some(found) = self.places.get(name) {
            if let Some(column) = self.columns.get_mut(*found) {
                column.widen(kind);
            }
            return *found;
        }
        self.places.insert(name.to_owned(), self.columns.len());
        self.columns.push(Column::new(name, kind));
        self.columns.len() - 1
    }
}

/// Where the events of each case begin, and the events by case, each case's in the order of the source.
fn by_case(case_of: &[u32], cases: usize) -> (Vec<usize>, Vec<usize>) {
    let mut starts = vec![0; cases + 1];
    for case in case_of {
        if let Some(count) = starts.get_mut(place(*case) + 1) {
            *count += 1;
        }
    }
    let mut total = 0;
    for start in &mut starts {
        total += *start;
        *start = total;
    }
    let mut next = starts.clone();
    let mut order = vec![0; case_of.len()];
    for (event, case) in case_of.iter().enumerate() {
        let Some(at) = next.get_mut(place(*case)) else { continue };
        if let Some(it) = order.get_mut(*at) {
            *it = event;
        }
        *at += 1;
    }
    (starts, order)
}

/// Sorts the events of a case by time, equal stamps as they stand, and counts what was found.
fn sort_case(order: &mut [usize], at_micros: &[i64], found: &mut SourceOrder) {
    let at = |event: usize| at_micros.get(event).copied().unwrap_or_default();
    let late = order.windows(2).filter(|it| at(it[1]) < at(it[0])).count();
    if late > 0 {
        found.out_of_order += late;
        order.sort_by_key(|it| at(*it));
    }
    found.pairs += order.len().saturating_sub(1);
    found.ties += order.windows(2).filter(|it| at(it[0]) == at(it[1])).count();
}

/// Puts the values into an order.
fn gather<T: Copy>(values: &mut Vec<T>, order: &[usize]) {
    *values = order.iter().filter_map(|it| values.get(*it).copied()).collect();
}

fn renumber(numbers: &mut [u32], renumbered: &[u32]) {
    for number in numbers {
        *number = renumbered.get(place(*number)).copied().unwrap_or_default();
    }
}
