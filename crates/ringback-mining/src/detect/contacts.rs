//! Patterns of the caller: twice at once, again soon, and solved at the first contact.

use std::collections::BTreeMap;

use ringback_eventlog::EventLog;
use serde::Serialize;

use super::report::{Candidate, Hit};
use super::seen::{NONE, Run};
use super::{Detectors, Pattern, Seen};
use crate::{Error, Interval, wilson};

const MICROS_PER_SEC: i64 = 1_000_000;

/// The same step by another person of the group within the limit.
pub(super) fn duplicate_work(seen: &Seen<'_>) -> Vec<Candidate> {
    let Some(person) = &seen.person else { return Vec::new() };
    let limit = i64::from(seen.settings.duplicate_limit_secs) * MICROS_PER_SEC;
    let group = |event: usize| seen.group.as_ref().map_or(NONE, |it| it.at(event));
    let mut candidate = Candidate::new(Pattern::DuplicateWork, &seen.step.name, Vec::new());
    let mut stays: Vec<Run> = Vec::new();
    for case in 0..seen.log.cases() {
        seen.stays(case, &mut stays);
        candidate.of_cases += 1;
        for two in stays.windows(2) {
            let [a, b] = two else { continue };
            let who = (person.at(a.first), person.at(b.first));
            let is_same_step = seen.step.at(a.first) == seen.step.at(b.first) && a.value == b.value;
            let is_other_person = who.0 != who.1 && who.0 != NONE && who.1 != NONE;
            let is_soon = seen.between(a.start_micros, b.start_micros) <= limit;
            if is_same_step && is_other_person && is_soon && group(a.first) == group(b.first) {
                let part = candidate.parts.number(vec![seen.state.show(b.value)]);
                let micros = seen.length(b);
                let (at_micros, is_ongoing) = (b.start_micros, b.is_ongoing());
                candidate.hits.push(Hit {
                    case,
                    at_micros,
                    micros,
                    excess_micros: micros,
                    part,
                    is_ongoing,
                });
            }
        }
    }
    vec![candidate]
}

/// A case of a caller.
#[derive(Clone, Copy, Debug)]
struct Contact {
    start_micros: i64,
    end_micros: i64,
    is_open: bool,
    case: usize,
}

/// The cases of each caller and category, earliest first.
fn by_caller(seen: &Seen<'_>) -> BTreeMap<(u32, u32), Vec<Contact>> {
    let mut found: BTreeMap<(u32, u32), Vec<Contact>> = BTreeMap::new();
    let Some(caller) = seen.roles.caller.as_deref() else { return found };
    for case in 0..seen.log.cases() {
        let (Some(who), Some((start_micros, end_micros, is_open))) =
            (seen.of_case(caller, case), seen.span(case))
        else {
            continue;
        };
        let category = seen.roles.category.as_deref().and_then(|it| seen.of_case(it, case));
        let contact = Contact { start_micros, end_micros, is_open, case };
        found.entry((who, category.unwrap_or(NONE))).or_default().push(contact);
    }
    for contacts in found.values_mut() {
        contacts.sort_by_key(|it| (it.start_micros, it.case));
    }
    found
}

/// The cases of one caller and category that came while another was open, or soon after it ended.
fn later_contacts(seen: &Seen<'_>, pattern: Pattern) -> Vec<Contact> {
    let limit = i64::from(seen.settings.repeat_limit_secs) * MICROS_PER_SEC;
    let mut found = Vec::new();
    for contacts in by_caller(seen).values() {
        let mut latest: Option<Contact> = None;
        for contact in contacts {
            if let Some(before) = latest {
                let is_open = before.is_open || contact.start_micros < before.end_micros;
                // The limit is one of the calendar: callers do not count working hours.
                let is_soon = contact.start_micros - before.end_micros <= limit;
                let is_found = match pattern {
                    Pattern::DuplicateCase => is_open,
                    _ => !is_open && is_soon,
                };
                if is_found {
                    found.push(*contact);
                }
            }
            // A case that is still open ends after all others.
            let end = |it: Contact| (it.is_open, it.end_micros);
            if latest.is_none_or(|it| end(it) <= end(*contact)) {
                latest = Some(*contact);
            }
        }
    }
    found.sort_by_key(|it| it.case);
    found
}

fn of_callers(seen: &Seen<'_>, pattern: Pattern) -> Vec<Candidate> {
    let mut candidate =
        Candidate::new(pattern, seen.roles.category.as_deref().unwrap_or("case"), Vec::new());
    candidate.of_cases = by_caller(seen).values().map(Vec::len).sum();
    for contact in later_contacts(seen, pattern) {
        let category = seen.roles.category.as_deref();
        let category = category.and_then(|it| seen.shown_of_case(it, contact.case));
        let part = candidate.parts.number(category.into_iter().collect());
        let micros = seen.between(contact.start_micros, contact.end_micros);
        candidate.hits.push(Hit {
            case: contact.case,
            at_micros: contact.start_micros,
            micros,
            excess_micros: micros,
            part,
            is_ongoing: contact.is_open,
        });
    }
    vec![candidate]
}

pub(super) fn duplicate_case(seen: &Seen<'_>) -> Vec<Candidate> {
    of_callers(seen, Pattern::DuplicateCase)
}

pub(super) fn repeat_contact(seen: &Seen<'_>) -> Vec<Candidate> {
    of_callers(seen, Pattern::RepeatContact)
}

/// How many cases were solved at the first contact.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct FirstContact {
    /// Cases that have ended, and of which it can be known: those that ended longer before the end of the log than the
    /// repeat limit, where callers are known.
    pub cases: usize,
    /// Those whose last state is a terminal one, that had one group and one person, were not reopened, and were not followed by another case of the same
    /// caller and category within the repeat limit.
    pub resolved: usize,
    /// The share. Range: 0 to 1; absent without cases.
    pub share: Option<f64>,
    /// Wilson's interval of the share.
    pub interval: Interval,
    /// Whether callers are known; if not, repeats do not count and the share is an upper bound.
    pub knows_callers: bool,
}

/// The share of cases that were solved at the first contact.
///
/// # Errors
///
/// As [`crate::detect`]; [`Error::Lacking`] if the log has no terminal state.
pub fn first_contact(log: &EventLog, settings: &Detectors) -> Result<FirstContact, Error> {
    settings.check()?;
    let seen = Seen::of(log, settings)?;
    if let Some(lacks) = seen.lacks(Pattern::Reopening) {
        return Err(Error::Lacking { question: "first contact", lacks: lacks.to_owned() });
    }
    let knows_callers = seen.roles.caller.is_some();
    let limit = i64::from(settings.repeat_limit_secs) * MICROS_PER_SEC;
    let log_end = log.at_micros().iter().max().copied().unwrap_or_default();
    let as_of = settings.as_of.map_or(log_end, |it| it.timestamp_micros());
    let mut is_followed = vec![false; log.cases()];
    for contacts in by_caller(&seen).values() {
        for two in contacts.windows(2) {
            let [a, b] = two else { continue };
            if let Some(it) = is_followed.get_mut(a.case) {
                *it = b.start_micros - a.end_micros <= limit;
            }
        }
    }
    let (mut cases, mut resolved) = (0, 0);
    for case in 0..log.cases() {
        let Some((_, end_micros, false)) = seen.span(case) else { continue };
        if knows_callers && end_micros + limit > as_of {
            continue;
        }
        cases += 1;
        let is_again = is_followed.get(case).copied().unwrap_or(false);
        resolved += usize::from(!is_again && is_one_touch(&seen, case));
    }
    Ok(FirstContact {
        cases,
        resolved,
        share: (cases > 0).then(|| resolved as f64 / cases as f64),
        interval: wilson(resolved, cases, settings.level_of_intervals),
        knows_callers,
    })
}

/// Whether one group and one person had the case, it was solved and not reopened.
fn is_one_touch(seen: &Seen<'_>, case: usize) -> bool {
    let one = |key: Option<&super::seen::Key>| {
        let mut values = seen
            .log
            .case_events(case)
            .filter_map(|it| key.map(|key| key.at(it)))
            .filter(|it| *it != NONE);
        values.next().is_none_or(|first| values.all(|it| it == first))
    };
    let events: Vec<usize> = seen.log.case_events(case).collect();
    let over = |event: &usize| seen.is_terminal(seen.state.at(*event));
    // A call that ended in the queue was not solved, though it has ended.
    let is_solved = events.last().is_some_and(over);
    let is_reopened = events.windows(2).any(|it| matches!(it, [a, b] if over(a) && !over(b)));
    is_solved && !is_reopened && one(seen.group.as_ref()) && one(seen.person.as_ref())
}
