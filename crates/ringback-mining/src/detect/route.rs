//! Patterns of the route: a series again, a step more.

use std::collections::BTreeMap;

use super::report::{Candidate, Hit};
use super::seen::{NONE, Run};
use super::{Pattern, Seen};

/// A series of so many steps at most is looked for.
const LONGEST_SERIES: usize = 8;
/// A route that so large a share of cases takes is common.
const COMMON_SHARE: f64 = 0.05;
/// A route with a step more is an exception up to this share of the common one.
const EXCEPTION_SHARE: f64 = 0.1;

/// Three or more different steps, twice or more.
pub(super) fn repeating(seen: &Seen<'_>) -> Vec<Candidate> {
    let mut candidate = Candidate::new(Pattern::RepeatingPattern, &seen.step.name, Vec::new());
    let mut runs = Vec::new();
    for case in 0..seen.log.cases() {
        seen.runs(&seen.step, case, &mut runs);
        candidate.of_cases += 1;
        let mut first = 0;
        while first < runs.len() {
            let Some((length, passes)) = series(runs.get(first..).unwrap_or_default()) else {
                first += 1;
                continue;
            };
            let again = runs.get(first + length..first + length * passes).unwrap_or_default();
            let names = again.iter().take(length).map(|it| seen.step.show(it.value)).collect();
            let part = candidate.parts.number(names);
            let micros = again.iter().map(|it| seen.length(it)).sum();
            let at_micros = again.first().map_or(0, |it| it.start_micros);
            let is_ongoing = again.last().is_some_and(Run::is_ongoing);
            candidate.hits.push(Hit {
                case,
                at_micros,
                micros,
                excess_micros: micros,
                part,
                is_ongoing,
            });
            first += length * passes;
        }
    }
    vec![candidate]
}

/// The shortest series that the runs begin with and that comes again at once, and how often it is there.
fn series(runs: &[Run]) -> Option<(usize, usize)> {
    (3..=LONGEST_SERIES.min(runs.len() / 2)).find_map(|length| {
        let same = runs.iter().zip(runs.iter().skip(length));
        let equal = same.take_while(|(a, b)| a.value == b.value).count();
        let mut values: Vec<u32> = runs.iter().take(length).map(|it| it.value).collect();
        values.sort_unstable();
        values.dedup();
        (equal >= length && values.len() >= 3).then_some((length, 1 + equal / length))
    })
}

/// A common route with one step more; one finding a step.
pub(super) fn extra_step(seen: &Seen<'_>) -> Vec<Candidate> {
    let mut routes: BTreeMap<Vec<u32>, Vec<usize>> = BTreeMap::new();
    let mut runs = Vec::new();
    for case in 0..seen.log.cases() {
        seen.runs(&seen.step, case, &mut runs);
        routes.entry(runs.iter().map(|it| it.value).collect()).or_default().push(case);
    }
    let least = (COMMON_SHARE * seen.log.cases() as f64).max(1.0);
    // By length: at most one route in twenty is common.
    let mut common: BTreeMap<usize, Vec<(&[u32], f64)>> = BTreeMap::new();
    for (route, cases) in routes.iter().filter(|it| it.1.len() as f64 >= least) {
        common.entry(route.len()).or_default().push((route, cases.len() as f64));
    }
    let mut found: BTreeMap<u32, Candidate> = BTreeMap::new();
    let mut bases: BTreeMap<u32, Vec<&[u32]>> = BTreeMap::new();
    for (route, cases) in &routes {
        let shorter = route.len().checked_sub(1).and_then(|it| common.get(&it));
        let fitting = shorter.into_iter().flatten();
        let fitting = fitting.filter(|it| cases.len() as f64 <= EXCEPTION_SHARE * it.1);
        let found_places = fitting.filter_map(|it| Some((one_more(route, it.0)?, it.0)));
        // The first step without which the route fits.
        let Some((place, base)) = found_places.min_by_key(|it| it.0) else { continue };
        let Some(step) = route.get(place).copied() else { continue };
        let candidate = found.entry(step).or_insert_with(|| {
            Candidate::new(Pattern::ExtraStep, &seen.step.name, vec![seen.step.show(step)])
        });
        let known = bases.entry(step).or_default();
        if !known.contains(&base) {
            candidate.of_cases += routes.get(base).map_or(0, Vec::len);
            known.push(base);
        }
        candidate.of_cases += cases.len();
        let before = place.checked_sub(1).and_then(|it| route.get(it)).copied().unwrap_or(NONE);
        let part = candidate.parts.number(vec![seen.step.show(before), seen.step.show(step)]);
        for case in cases {
            seen.runs(&seen.step, *case, &mut runs);
            if let Some(run) = runs.get(place) {
                let micros = seen.length(run);
                let (at_micros, is_ongoing) = (run.start_micros, run.is_ongoing());
                candidate.hits.push(Hit {
                    case: *case,
                    at_micros,
                    micros,
                    excess_micros: micros,
                    part,
                    is_ongoing,
                });
            }
        }
    }
    found.into_values().collect()
}

/// Where a route has one step more than a base that is one shorter; the step is nowhere else in the route.
fn one_more(route: &[u32], base: &[u32]) -> Option<usize> {
    let place = route.iter().zip(base).take_while(|(a, b)| a == b).count();
    let is_one_more = route.get(place + 1..) == base.get(place..);
    let step = route.get(place)?;
    (is_one_more && !base.contains(step)).then_some(place)
}
