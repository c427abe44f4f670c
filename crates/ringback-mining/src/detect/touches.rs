//! Patterns of how often: touches on a visit, and repetitions of a pair.

use std::collections::BTreeMap;

use super::fence::Fence;
use super::levels::rounded;
use super::report::{Candidate, Hit, Test};
use super::seen::{NONE, Run};
use super::values::compare;
use super::{Pattern, Seen};

/// How often something was done in a case, and how long it took in all.
#[derive(Clone, Copy, Debug)]
struct Times {
    case: usize,
    at_micros: i64,
    micros: i64,
    count: i64,
    is_ongoing: bool,
}

impl Times {
    /// The part of the time that lies beyond a usual count.
    fn beyond(&self, usual: f64) -> i64 {
        let share = 1.0 - usual / (self.count.max(1) as f64);
        rounded(Some(self.micros as f64 * share))
    }

    fn hit(&self, usual: f64, part: usize) -> Hit {
        let Self { case, at_micros, micros, is_ongoing, .. } = *self;
        Hit { case, at_micros, micros, excess_micros: self.beyond(usual), part, is_ongoing }
    }
}

/// The visits to each state, with their events.
fn touches(seen: &Seen<'_>) -> BTreeMap<u32, Vec<Times>> {
    let mut found: BTreeMap<u32, Vec<Times>> = BTreeMap::new();
    let mut runs: Vec<Run> = Vec::new();
    for case in 0..seen.log.cases() {
        seen.runs(&seen.state, case, &mut runs);
        for run in runs.iter().filter(|it| it.value != NONE) {
            found.entry(run.value).or_default().push(Times {
                case,
                at_micros: run.start_micros,
                micros: seen.length(run),
                count: i64::try_from(run.events).unwrap_or(i64::MAX),
                is_ongoing: run.is_ongoing(),
            });
        }
    }
    found
}

fn extreme(
    seen: &Seen<'_>,
    pattern: Pattern,
    values: Vec<String>,
    times: &[Times],
) -> Option<Candidate> {
    let counts: Vec<i64> = times.iter().map(|it| it.count).collect();
    let fence = Fence::of(&counts)?;
    let mut candidate = Candidate::new(pattern, &seen.state.name, values);
    candidate.of_cases = times.chunk_by(|a, b| a.case == b.case).count();
    let part = candidate.parts.number(Vec::new());
    let beyond = times.iter().filter(|it| fence.is_beyond(it.count));
    candidate.hits = beyond.map(|it| it.hit(fence.median, part)).collect();
    Some(candidate)
}

pub(super) fn extreme_touches(seen: &Seen<'_>) -> Vec<Candidate> {
    let places = touches(seen);
    let of_state = |(state, times): (&u32, &Vec<Times>)| {
        extreme(seen, Pattern::ExtremeTouches, vec![seen.state.show(*state)], times)
    };
    places.iter().filter_map(of_state).collect()
}

/// How often a state leads to the next, within the cases in which it does.
pub(super) fn extreme_repetition(seen: &Seen<'_>) -> Vec<Candidate> {
    let mut pairs: BTreeMap<(u32, u32), Vec<Times>> = BTreeMap::new();
    for case in 0..seen.log.cases() {
        let mut of_case: BTreeMap<(u32, u32), Times> = BTreeMap::new();
        for next in seen.log.case_events(case).skip(1) {
            let pair = (seen.state.at(next - 1), seen.state.at(next));
            let start = seen.start(next - 1);
            let fresh = Times { case, at_micros: start, micros: 0, count: 0, is_ongoing: false };
            let times = of_case.entry(pair).or_insert(fresh);
            times.count += 1;
            times.micros += seen.between(start, seen.start(next));
        }
        for (pair, times) in of_case {
            pairs.entry(pair).or_default().push(times);
        }
    }
    let of_pair = |((from, to), times): (&(u32, u32), &Vec<Times>)| {
        let names = vec![seen.state.show(*from), seen.state.show(*to)];
        extreme(seen, Pattern::ExtremeRepetition, names, times)
    };
    pairs.iter().filter_map(of_pair).collect()
}

/// Values whose cases are touched more often on a visit.
pub(super) fn high_touches(seen: &Seen<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (state, times) in touches(seen) {
        let cases: Vec<Times> =
            times.chunk_by(|a, b| a.case == b.case).filter_map(busiest).collect();
        let figures: Vec<(usize, f64)> =
            cases.iter().map(|it| (it.case, it.count as f64)).collect();
        for compared in compare(seen, &figures) {
            let values = vec![seen.state.show(state), compared.column, compared.value];
            let mut candidate = Candidate::new(Pattern::HighTouches, &seen.state.name, values);
            candidate.of_cases = cases.len();
            candidate.test = Test::Given(compared.p_value);
            let part = candidate.parts.number(Vec::new());
            let members = compared.members.iter().filter_map(|it| cases.get(*it));
            candidate.hits = members.map(|it| it.hit(compared.others_mean, part)).collect();
            found.push(candidate);
        }
    }
    found
}

/// The visit of a case with the most touches.
fn busiest(visits: &[Times]) -> Option<Times> {
    visits.iter().copied().reduce(|most, it| if it.count > most.count { it } else { most })
}
