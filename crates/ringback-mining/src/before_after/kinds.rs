//! The means of kinds of cases, as far as each kind was seen.

use std::collections::{BTreeMap, BTreeSet};

use super::{Decomposition, PeriodCase};
use crate::{Lifetime, SurvivalCurve};

/// The kinds that are taken together.
const OTHERS: &str = "(other kinds)";

/// The change of the mean up to an age, taken apart by kind.
///
/// A curve that ends with open cases below that age says nothing beyond: what the mean up to it is nobody saw. Such
/// kinds are taken together, with those that were seen longest until the whole was seen long enough. All kinds together were.
pub(super) fn decomposition(
    before: &[PeriodCase],
    after: &[PeriodCase],
    up_to: i64,
) -> Option<Decomposition> {
    let periods = [before, after].map(by_kind);
    let is_short = |of: &[Lifetime]| is_too_short(of, up_to);
    let mut others: BTreeSet<&str> = BTreeSet::new();
    for period in &periods {
        others.extend(period.iter().filter(|it| is_short(it.1)).map(|it| *it.0));
    }
    let mut rest: Vec<(i64, &str)> = Vec::new();
    for (kind, of) in periods.iter().flatten().filter(|it| !others.contains(it.0)) {
        rest.push((of.iter().map(|it| it.micros).max().unwrap_or(0), kind));
    }
    rest.sort_unstable();
    while periods.iter().any(|it| is_short(&of_kinds(it, &others))) {
        let Some((_, kind)) = rest.pop() else { break };
        others.insert(kind);
    }
    let [before, after] = periods.map(|it| means(&it, &others, up_to));
    Decomposition::of(&before, &after)
}

fn by_kind(cases: &[PeriodCase]) -> BTreeMap<&str, Vec<Lifetime>> {
    let mut kinds: BTreeMap<&str, Vec<Lifetime>> = BTreeMap::new();
    for case in cases {
        kinds.entry(&case.kind).or_default().push(case.lifetime);
    }
    kinds
}

/// Whether the oldest case is open and younger than `up_to`.
fn is_too_short(of: &[Lifetime], up_to: i64) -> bool {
    let oldest = of.iter().map(|it| (it.micros, !it.is_ended)).max();
    oldest.is_some_and(|(micros, is_open)| is_open && micros < up_to)
}

fn of_kinds(period: &BTreeMap<&str, Vec<Lifetime>>, kinds: &BTreeSet<&str>) -> Vec<Lifetime> {
    kinds.iter().filter_map(|it| period.get(it)).flatten().copied().collect()
}

/// How many cases of each kind, and their mean up to an age. Unit: seconds.
fn means(
    period: &BTreeMap<&str, Vec<Lifetime>>,
    others: &BTreeSet<&str>,
    up_to: i64,
) -> BTreeMap<String, (usize, f64)> {
    let mean = |of: &[Lifetime]| (of.len(), SurvivalCurve::of(of).mean_up_to_secs(up_to));
    let alone = period.iter().filter(|it| !others.contains(it.0));
    let mut means: BTreeMap<String, (usize, f64)> =
        alone.map(|(kind, of)| ((*kind).to_owned(), mean(of))).collect();
    let together = of_kinds(period, others);
    if !together.is_empty() {
        means.insert(OTHERS.to_owned(), mean(&together));
    }
    means
}
