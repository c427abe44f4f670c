//! Patterns of levels.

use std::collections::{BTreeMap, BTreeSet};

use super::report::{Candidate, Hit};
use super::seen::{Key, NONE, Run};
use super::{Pattern, Seen};
use crate::quantile::quantile;

/// A kind of case needs so many cases before its usual number of levels is known.
const KIND_CASES: usize = 30;

/// Through every level where half or more of its kind need fewer.
pub(super) fn over_engineered(seen: &Seen<'_>) -> Vec<Candidate> {
    let Some(level) = &seen.level else { return Vec::new() };
    let mut all: BTreeSet<u32> = level.of_event.iter().copied().collect();
    all.remove(&NONE);
    // With two levels, going through both is an escalation and no more.
    if all.len() < 3 {
        return Vec::new();
    }
    let mut kinds: BTreeMap<(u32, u32), Vec<(usize, usize)>> = BTreeMap::new();
    for case in 0..seen.log.cases() {
        let events = seen.log.case_events(case);
        let Some((_, _, false)) = seen.span(case) else { continue };
        let met: BTreeSet<u32> =
            events.clone().map(|it| level.at(it)).filter(|it| *it != NONE).collect();
        let category = seen.roles.category.as_deref().and_then(|it| seen.of_case(it, case));
        let end = events.last().map_or(NONE, |it| seen.state.at(it));
        kinds.entry((category.unwrap_or(NONE), end)).or_default().push((met.len(), case));
    }
    let mut candidate = Candidate::new(Pattern::OverEngineered, &level.name, Vec::new());
    for ((category, _), cases) in &kinds {
        let simple: Vec<usize> =
            cases.iter().filter(|it| it.0 < all.len()).map(|it| it.1).collect();
        if cases.len() < KIND_CASES || 2 * simple.len() < cases.len() {
            continue;
        }
        candidate.of_cases += cases.len();
        let time =
            |case: usize| seen.span(case).map_or(0, |(start, end, _)| seen.between(start, end));
        let mut times: Vec<i64> = simple.iter().map(|it| time(*it)).collect();
        let usual = rounded(quantile(&mut times, 0.5));
        let name = seen.roles.category.as_deref().map(|it| category_name(seen, it, *category));
        let part = candidate.parts.number(name.into_iter().collect());
        for (_, case) in cases.iter().filter(|it| it.0 == all.len()) {
            let Some((at_micros, _, _)) = seen.span(*case) else { continue };
            let micros = time(*case);
            let excess_micros = (micros - usual).max(0);
            candidate.hits.push(Hit {
                case: *case,
                at_micros,
                micros,
                excess_micros,
                part,
                is_ongoing: false,
            });
        }
    }
    candidate.hits.sort_by_key(|it| it.case);
    vec![candidate]
}

fn category_name(seen: &Seen<'_>, column: &str, value: u32) -> String {
    if let Some(group) = seen.group.as_ref().filter(|it| it.name == column) {
        return group.show(value);
    }
    let found = seen.log.case_column(column).or_else(|| seen.log.column(column));
    found.and_then(|it| it.texts().get(value)).unwrap_or("(none)").to_owned()
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the median of durations that are i64 themselves"
)]
pub(super) fn rounded(micros: Option<f64>) -> i64 {
    micros.unwrap_or(0.0).round() as i64
}

/// The place of each level among all: levels are numbers, or else ordered by name.
fn ranks(seen: &Seen<'_>, level: &Key) -> Vec<usize> {
    // What may be written for a level need not be its name.
    let names: Vec<&str> = match seen.log.column(&level.name) {
        Some(column) => column.texts().iter().collect(),
        None => return (0..level.shown.len()).collect(),
    };
    let number =
        |name: &str| name.chars().filter(char::is_ascii_digit).collect::<String>().parse::<u32>();
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by_key(|it| names.get(*it).map(|it| (number(it).unwrap_or(0), *it)));
    let mut ranks = vec![0; names.len()];
    for (rank, value) in order.into_iter().enumerate() {
        if let Some(it) = ranks.get_mut(value) {
            *it = rank;
        }
    }
    ranks
}

/// Up a level.
pub(super) fn escalation(seen: &Seen<'_>) -> Vec<Candidate> {
    let Some(level) = &seen.level else { return Vec::new() };
    let rank = ranks(seen, level);
    let mut candidate = Candidate::new(Pattern::Escalation, &level.name, Vec::new());
    let mut runs: Vec<Run> = Vec::new();
    for case in 0..seen.log.cases() {
        seen.runs(level, case, &mut runs);
        candidate.of_cases += 1;
        for two in runs.windows(2) {
            let [low, high] = two else { continue };
            let of = |it: &Run| rank.get(usize::try_from(it.value).ok()?);
            let is_up = of(low).zip(of(high)).is_some_and(|(a, b)| a < b);
            if is_up {
                let part =
                    candidate.parts.number(vec![level.show(low.value), level.show(high.value)]);
                let micros = seen.length(high);
                let (at_micros, is_ongoing) = (high.start_micros, high.is_ongoing());
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
