//! Patterns of durations: extreme ones, and slow values.

use std::collections::BTreeMap;

use super::fence::Fence;
use super::levels::rounded;
use super::report::{Candidate, Hit, Test};
use super::seen::{NONE, Run};
use super::values::compare;
use super::{Pattern, Seen};

/// A duration in a case.
#[derive(Clone, Copy, Debug)]
struct Lasted {
    case: usize,
    at_micros: i64,
    micros: i64,
    is_ongoing: bool,
}

/// Durations by state, or by pair of states.
type ByPlace = BTreeMap<(u32, u32), Vec<Lasted>>;

/// The visits to each state.
fn visits(seen: &Seen<'_>) -> ByPlace {
    let mut found = ByPlace::new();
    let mut runs: Vec<Run> = Vec::new();
    for case in 0..seen.log.cases() {
        seen.runs(&seen.state, case, &mut runs);
        for run in runs.iter().filter(|it| it.has_length() && it.value != NONE) {
            found.entry((run.value, NONE)).or_default().push(Lasted {
                case,
                at_micros: run.start_micros,
                micros: seen.between(run.start_micros, end_of_work(seen, run)),
                is_ongoing: run.is_ongoing(),
            });
        }
    }
    found
}

/// When a run ended: in a log of activities with start and end, the time until the next one is no stay.
pub(super) fn end_of_work(seen: &Seen<'_>, run: &Run) -> i64 {
    if seen.log.start_micros().is_none() {
        return run.end_micros;
    }
    let ends = seen.log.at_micros().get(run.first..run.first + run.events);
    ends.unwrap_or_default().iter().max().copied().unwrap_or(run.end_micros)
}

/// The times from a state to the next: in a log of states the stay before the change, in a log of activities with start
/// and end the time from the end of one to the start of the next.
fn transitions(seen: &Seen<'_>) -> ByPlace {
    let mut found = ByPlace::new();
    let at = seen.log.at_micros();
    for case in 0..seen.log.cases() {
        let events = seen.log.case_events(case);
        for next in events.clone().skip(1) {
            let from = next - 1;
            let pair = (seen.state.at(from), seen.state.at(next));
            // For events without a start both are the event's instant.
            let left = at.get(from).copied().unwrap_or_default();
            let micros = seen.between(left, seen.start(next));
            found.entry(pair).or_default().push(Lasted {
                case,
                at_micros: left,
                micros,
                is_ongoing: false,
            });
        }
    }
    found
}

fn names(seen: &Seen<'_>, (from, to): (u32, u32)) -> Vec<String> {
    let mut names = vec![seen.state.show(from)];
    if to != NONE {
        names.push(seen.state.show(to));
    }
    names
}

fn extreme(seen: &Seen<'_>, pattern: Pattern, places: ByPlace) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (place, lasted) in places {
        let micros: Vec<i64> = lasted.iter().map(|it| it.micros).collect();
        let Some(fence) = Fence::of(&micros) else { continue };
        let mut candidate = Candidate::new(pattern, &seen.state.name, names(seen, place));
        let usual = rounded(Some(fence.median));
        candidate.of_cases = lasted.chunk_by(|a, b| a.case == b.case).count();
        for it in lasted.into_iter().filter(|it| fence.is_beyond(it.micros)) {
            let Lasted { case, at_micros, micros, is_ongoing } = it;
            let part = candidate.parts.number(Vec::new());
            candidate.hits.push(Hit {
                case,
                at_micros,
                micros,
                excess_micros: micros - usual,
                part,
                is_ongoing,
            });
        }
        found.push(candidate);
    }
    found
}

pub(super) fn extreme_stay(seen: &Seen<'_>) -> Vec<Candidate> {
    extreme(seen, Pattern::ExtremeStay, visits(seen))
}

pub(super) fn extreme_transition(seen: &Seen<'_>) -> Vec<Candidate> {
    extreme(seen, Pattern::ExtremeTransition, transitions(seen))
}

fn slow(seen: &Seen<'_>, pattern: Pattern, places: ByPlace) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (place, lasted) in places {
        // One figure a case: the visits of one case are not independent.
        let cases: Vec<&[Lasted]> = lasted.chunk_by(|a, b| a.case == b.case).collect();
        let total = |it: &[Lasted]| it.iter().map(|it| it.micros).sum::<i64>();
        let figures: Vec<(usize, f64)> =
            cases.iter().filter_map(|it| Some((it.first()?.case, total(it) as f64))).collect();
        for compared in compare(seen, &figures) {
            let mut values = names(seen, place);
            values.extend([compared.column, compared.value]);
            let mut candidate = Candidate::new(pattern, &seen.state.name, values);
            candidate.of_cases = cases.len();
            candidate.test = Test::Given(compared.p_value);
            let usual = rounded(Some(compared.others_mean));
            let part = candidate.parts.number(Vec::new());
            for visits in compared.members.iter().filter_map(|it| cases.get(*it)) {
                let Some(Lasted { case, at_micros, .. }) = visits.first().copied() else {
                    continue;
                };
                let micros = total(visits);
                let is_ongoing = visits.iter().any(|it| it.is_ongoing);
                candidate.hits.push(Hit {
                    case,
                    at_micros,
                    micros,
                    excess_micros: micros - usual,
                    part,
                    is_ongoing,
                });
            }
            found.push(candidate);
        }
    }
    found
}

pub(super) fn slow_stay(seen: &Seen<'_>) -> Vec<Candidate> {
    slow(seen, Pattern::SlowStay, visits(seen))
}

pub(super) fn slow_transition(seen: &Seen<'_>) -> Vec<Candidate> {
    slow(seen, Pattern::SlowTransition, transitions(seen))
}
