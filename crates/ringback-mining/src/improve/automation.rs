//! How much of a category a program could do.

use std::collections::{BTreeMap, BTreeSet};

use ringback_eventlog::EventLog;
use serde::Serialize;

use crate::detect::Seen;
use crate::rank::quantile_of_sorted;
use crate::{CaseEnds, Detectors, Error, Interval, wilson};

/// What must be true for a category to be done by a program.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Condition {
    /// What.
    pub what: &'static str,
    /// Whether the log shows it; absent where a log cannot.
    pub is_met: Option<bool>,
    /// The figure that it is judged by, with its limit.
    pub figure: Option<(f64, f64)>,
}

/// How much of a category could be done by a program.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Automation {
    /// The category.
    pub category: String,
    /// Its ended cases.
    pub cases: usize,
    /// Of these, cases that are the same: they take the category's most common route, in one group's hands, and were not
    /// reopened.
    pub alike: usize,
    /// Their share. Range: 0 to 1.
    pub share: f64,
    /// Wilson's interval of the share.
    pub interval: Interval,
    /// The most common route, self-loops drawn together.
    pub route: Vec<String>,
    /// The time outside of queues and terminal states, the median of cases that are the same. Unit: hours. It is an upper
    /// bound of the work: a state log does not tell work from waiting within a state.
    pub handling_hours_median: f64,
    /// What could go at most: the lower end of the interval, times cases, times the median. Unit: hours over the time of
    /// the log.
    pub hours: f64,
    /// What must be true.
    pub conditions: Vec<Condition>,
}

/// From this share of cases that are the same on, a program is worth a thought.
const LEAST_ALIKE: f64 = 0.5;
/// So many cases are needed to pay for one.
const LEAST_CASES: usize = 100;
/// The upper quartile of handling over its median may be this much.
const MOST_SPREAD: f64 = 3.0;

/// A case as far as a program would care.
struct Shape {
    route: Vec<u32>,
    groups: usize,
    reopenings: usize,
    handling_micros: i64,
}

/// The categories of a log by what a program could do of them, most hours first; those of fewer cases than `min_cases` of
/// the settings are left out.
///
/// # Errors
///
/// As [`crate::detect`]; [`Error::Lacking`] if the log has no category or no terminal state.
pub fn automation_potential(
    log: &EventLog,
    settings: &Detectors,
) -> Result<Vec<Automation>, Error> {
    settings.check()?;
    let seen = Seen::of(log, settings)?;
    let lacks =
        |it: &str| Error::Lacking { question: "automation potential", lacks: it.to_owned() };
    let column = seen.roles.category.clone().ok_or_else(|| lacks("category"))?;
    if seen.roles.terminal.is_empty() && settings.case_ends == CaseEnds::InTerminalState {
        return Err(lacks("terminal state"));
    }
    let mut categories: BTreeMap<String, Vec<Shape>> = BTreeMap::new();
    for case in 0..log.cases() {
        let Some((_, _, false)) = seen.span(case) else { continue };
        let category = seen.shown_of_case(&column, case).unwrap_or_else(|| "(none)".to_owned());
        categories.entry(category).or_default().push(shape(&seen, case));
    }
    let mut found: Vec<Automation> = categories
        .into_iter()
        .filter(|it| it.1.len() >= settings.min_cases)
        .filter_map(|(category, shapes)| of_category(&seen, category, &shapes))
        .collect();
    found.sort_by(|a, b| b.hours.total_cmp(&a.hours).then_with(|| a.category.cmp(&b.category)));
    Ok(found)
}

fn shape(seen: &Seen<'_>, case: usize) -> Shape {
    let mut stays = Vec::new();
    seen.stays(case, &mut stays);
    let mut route: Vec<u32> = stays.iter().map(|it| it.value).collect();
    let is_over = |value: u32| seen.is_terminal(value);
    let reopenings =
        route.windows(2).filter(|it| matches!(it, [a, b] if is_over(*a) && !is_over(*b))).count();
    route.dedup();
    let groups: BTreeSet<u32> =
        seen.group.iter().flat_map(|group| stays.iter().map(|it| group.at(it.first))).collect();
    let handled =
        stays.iter().filter(|it| it.has_length() && !is_over(it.value) && !seen.is_queue(it.value));
    let handling_micros = handled.map(|it| seen.length(it)).sum();
    Shape { route, groups: groups.len(), reopenings, handling_micros }
}

fn of_category(seen: &Seen<'_>, category: String, shapes: &[Shape]) -> Option<Automation> {
    let mut routes: BTreeMap<&[u32], usize> = BTreeMap::new();
    for shape in shapes {
        *routes.entry(&shape.route).or_default() += 1;
    }
    let most = routes.values().max()?;
    let route = *routes.iter().find(|it| it.1 == most)?.0;
    let alike: Vec<&Shape> = shapes
        .iter()
        .filter(|it| it.route == route && it.groups <= 1 && it.reopenings == 0)
        .collect();
    let mut hours: Vec<f64> = alike.iter().map(|it| it.handling_micros as f64 / 3.6e9).collect();
    hours.sort_by(f64::total_cmp);
    let at = |share: f64| if hours.is_empty() { 0.0 } else { quantile_of_sorted(&hours, share) };
    let median = at(0.5);
    let interval = wilson(alike.len(), shapes.len(), seen.settings.level_of_intervals);
    let reopened =
        shapes.iter().filter(|it| it.reopenings > 0).count() as f64 / shapes.len() as f64;
    let spread = if median > 0.0 { at(0.75) / median } else { 1.0 };
    Some(Automation {
        category,
        cases: shapes.len(),
        alike: alike.len(),
        share: alike.len() as f64 / shapes.len() as f64,
        interval,
        route: route.iter().map(|it| seen.state.show(*it)).collect(),
        handling_hours_median: median,
        hours: interval.lower * shapes.len() as f64 * median,
        conditions: conditions(interval.lower, shapes.len(), spread, reopened),
    })
}

fn conditions(alike: f64, cases: usize, spread: f64, reopened: f64) -> Vec<Condition> {
    let judged = |what, figure: f64, limit: f64, is_met: bool| Condition {
        what,
        is_met: Some(is_met),
        figure: Some((figure, limit)),
    };
    let unknown = |what| Condition { what, is_met: None, figure: None };
    vec![
        judged(
            "half or more of the cases are the same, surely",
            alike,
            LEAST_ALIKE,
            alike >= LEAST_ALIKE,
        ),
        judged(
            "there are cases enough to pay for it",
            cases as f64,
            LEAST_CASES as f64,
            cases >= LEAST_CASES,
        ),
        judged(
            "cases that are the same take about the same time",
            spread,
            MOST_SPREAD,
            spread <= MOST_SPREAD,
        ),
        judged("one in ten or fewer is reopened", reopened, 0.1, reopened <= 0.1),
        unknown("what is asked can be told from what is written when the case comes in"),
        unknown("the systems that are used can be reached by a program, and it may use them"),
        unknown("a person can take over where the program does not know on"),
    ]
}
