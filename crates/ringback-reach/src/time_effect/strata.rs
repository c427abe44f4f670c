//! Attempts that are compared with each other.

use std::collections::BTreeMap;
use std::ops::Range;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Timelike, Utc};
use ringback_calllog::Customer;

use super::{Compared, DayStretch};
use crate::{Attempt, AttemptKind, AttemptLog, Segment};

/// The length of a stretch of the day. Unit: hours.
pub(super) const STRETCH_HOURS: u32 = 2;
/// Of the customers with an answer and more than one attempt, the share whose only answer is the last from which on calls count
/// as stopping there.
const STOPPING_SHARE: f64 = 0.8;
/// A pause after which attempts are counted from one again.
const PAUSE: TimeDelta = TimeDelta::days(14);
/// The attempt number from which on all are alike.
const LAST_NUMBER: usize = 10;

/// Attempts in groups within which outcomes are dealt anew.
pub(super) struct Strata {
    /// The rows of a group follow each other, earliest first.
    pub(super) rows: Vec<Row>,
    pub(super) groups: Vec<Group>,
    pub(super) compared: Compared,
    pub(super) segments: usize,
}

#[derive(Clone, Copy)]
pub(super) struct Row {
    pub(super) at: DateTime<Utc>,
    /// The local date.
    date: NaiveDate,
    /// The local hour of the day with its fraction.
    pub(super) hour: f64,
    pub(super) stretch: usize,
    pub(super) weekday: usize,
    pub(super) segment: usize,
    pub(super) is_reached: bool,
    /// The outcome, 0 or 1, less its group's share.
    pub(super) rest: f64,
}

pub(super) struct Group {
    pub(super) rows: Range<usize>,
    pub(super) share: f64,
    /// Whether all of it is one customer.
    pub(super) is_customer: bool,
}

/// What the attempts of a group have in common.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key<'a> {
    Customer(Customer, AttemptKind),
    Single(Option<&'a Segment>, AttemptKind),
    Number(Option<&'a Segment>, AttemptKind, usize),
}

impl Strata {
    pub(super) fn of(log: &AttemptLog) -> Self {
        let mut by_customer: BTreeMap<Customer, Vec<&Attempt>> = BTreeMap::new();
        for attempt in log.attempts().iter().filter(|it| it.outcome.is_reached().is_some()) {
            by_customer.entry(attempt.customer).or_default().push(attempt);
        }
        let is_stopping = stops_once_reached(&by_customer);
        let compared =
            if is_stopping { Compared::SameAttemptNumber } else { Compared::SameCustomer };
        let mut groups: BTreeMap<Key<'_>, Vec<&Attempt>> = BTreeMap::new();
        for attempts in by_customer.values() {
            for (key, attempt) in keys(attempts, compared) {
                groups.entry(key).or_default().push(attempt);
            }
        }
        let names: BTreeMap<Option<&Segment>, usize> = {
            let mut all: Vec<_> = log.attempts().iter().map(|it| it.segment.as_ref()).collect();
            all.sort_unstable();
            all.dedup();
            all.into_iter().enumerate().map(|(place, it)| (it, place)).collect()
        };
        let mut strata =
            Self { rows: Vec::new(), groups: Vec::new(), compared, segments: names.len() };
        for (key, attempts) in groups {
            let segment = |it: &Attempt| names.get(&it.segment.as_ref()).copied().unwrap_or(0);
            strata.push(matches!(key, Key::Customer(..)), &attempts, log, segment);
        }
        strata
    }

    /// The attempts of a group.
    fn push(
        &mut self,
        is_customer: bool,
        attempts: &[&Attempt],
        log: &AttemptLog,
        segment: impl Fn(&Attempt) -> usize,
    ) {
        let row = |attempt: &&Attempt| {
            let local = attempt.zone.unwrap_or(log.zone()).local(attempt.attempted_at);
            Row {
                at: attempt.attempted_at,
                date: local.date(),
                hour: f64::from(local.num_seconds_from_midnight()) / 3600.0,
                stretch: (local.hour() / STRETCH_HOURS) as usize,
                weekday: local.weekday().num_days_from_monday() as usize,
                segment: segment(attempt),
                is_reached: attempt.outcome.is_reached() == Some(true),
                rest: 0.0,
            }
        };
        self.push_rows(is_customer, attempts.iter().map(row).collect());
    }

    /// Adds a group, if it has both outcomes: others tell nothing.
    fn push_rows(&mut self, is_customer: bool, mut rows: Vec<Row>) {
        let reached = rows.iter().filter(|it| it.is_reached).count();
        if reached == 0 || reached == rows.len() {
            return;
        }
        let share = reached as f64 / rows.len() as f64;
        for row in &mut rows {
            row.rest = f64::from(u8::from(row.is_reached)) - share;
        }
        let start = self.rows.len();
        self.rows.append(&mut rows);
        self.groups.push(Group { rows: start..self.rows.len(), share, is_customer });
    }

    /// At each customer, of the attempts on one day that fall into one cell only the first: who is away that day is so each
    /// time.
    pub(super) fn firsts(&self, cell: impl Fn(&Row) -> usize) -> Self {
        let (compared, segments) = (self.compared, self.segments);
        let mut firsts = Self { rows: Vec::new(), groups: Vec::new(), compared, segments };
        for group in &self.groups {
            let mut kept: Vec<Row> = Vec::new();
            for row in self.group_rows(group) {
                let same_day = kept.iter().rev().take_while(|it| it.date == row.date);
                let is_again =
                    group.is_customer && same_day.clone().any(|it| cell(it) == cell(row));
                if !is_again {
                    kept.push(*row);
                }
            }
            firsts.push_rows(group.is_customer, kept);
        }
        firsts
    }

    pub(super) fn group_rows(&self, group: &Group) -> &[Row] {
        self.rows.get(group.rows.clone()).unwrap_or_default()
    }

    pub(super) fn stretches(&self) -> Vec<DayStretch> {
        let stretch = |from_hour| DayStretch { from_hour, attempts: 0, reached: 0, expected: 0.0 };
        let mut all: Vec<DayStretch> =
            (0..24).step_by(STRETCH_HOURS as usize).map(stretch).collect();
        for group in &self.groups {
            for row in self.group_rows(group) {
                if let Some(it) = all.get_mut(row.stretch) {
                    it.attempts += 1;
                    it.reached += usize::from(row.is_reached);
                    it.expected += group.share;
                }
            }
        }
        all.retain(|it| it.attempts > 0);
        all
    }
}

/// Whether calls stop once a person has answered.
fn stops_once_reached(by_customer: &BTreeMap<Customer, Vec<&Attempt>>) -> bool {
    let (mut answered, mut stopped) = (0_usize, 0_usize);
    for attempts in by_customer.values().filter(|it| it.len() > 1) {
        let is_reached = |it: &&&Attempt| it.outcome.is_reached() == Some(true);
        let reached = attempts.iter().filter(is_reached).count();
        answered += usize::from(reached > 0);
        stopped += usize::from(reached == 1 && attempts.last().as_ref().is_some_and(is_reached));
    }
    answered > 0 && stopped as f64 >= STOPPING_SHARE * answered as f64
}

/// The group of each attempt at one customer.
fn keys<'a>(attempts: &[&'a Attempt], compared: Compared) -> Vec<(Key<'a>, &'a Attempt)> {
    let mut keys = Vec::with_capacity(attempts.len());
    let mut number = 0;
    let mut before: Option<&Attempt> = None;
    for attempt in attempts {
        let (segment, kind) = (attempt.segment.as_ref(), attempt.kind);
        let goes_on = before.is_some_and(|it| {
            it.outcome.is_reached() == Some(false)
                && attempt.attempted_at - it.attempted_at <= PAUSE
        });
        number = if goes_on { (number + 1).min(LAST_NUMBER) } else { 1 };
        before = Some(attempt);
        let key = match compared {
            Compared::SameAttemptNumber => Key::Number(segment, kind, number),
            Compared::SameCustomer if attempts.len() > 1 => Key::Customer(attempt.customer, kind),
            Compared::SameCustomer => Key::Single(segment, kind),
        };
        keys.push((key, *attempt));
    }
    keys
}
