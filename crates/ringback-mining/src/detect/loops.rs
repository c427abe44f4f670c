//! Patterns of coming again: waiting, reopening, rework, hold.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::report::{Candidate, Hit};
use super::roles::has_word;
use super::seen::{NONE, Run};
use super::{Pattern, Seen};

const MICROS_PER_SEC: i64 = 1_000_000;

/// Stays in queue states beyond the limit; one finding a state.
pub(super) fn waiting_loop(seen: &Seen<'_>) -> Vec<Candidate> {
    let limit = i64::from(seen.settings.waiting_limit_secs) * MICROS_PER_SEC;
    let mut states: BTreeMap<u32, Candidate> = BTreeMap::new();
    let mut stays = Vec::new();
    for case in 0..seen.log.cases() {
        seen.stays(case, &mut stays);
        let mut counted: FxHashSet<u32> = FxHashSet::default();
        for stay in stays.iter().filter(|it| it.has_length() && seen.is_queue(it.value)) {
            let candidate = states.entry(stay.value).or_insert_with(|| {
                let name = seen.state.show(stay.value);
                Candidate::new(Pattern::WaitingLoop, &seen.state.name, vec![name])
            });
            candidate.of_cases += usize::from(counted.insert(stay.value));
            let micros = seen.length(stay);
            if micros > limit {
                let group = seen.group.as_ref().map(|it| it.show(it.at(stay.first)));
                let part = candidate.parts.number(group.into_iter().collect());
                candidate.hits.push(Hit {
                    case,
                    at_micros: stay.start_micros,
                    micros,
                    excess_micros: micros - limit,
                    part,
                    is_ongoing: stay.is_ongoing(),
                });
            }
        }
    }
    states.into_values().collect()
}

/// A terminal state followed by another.
pub(super) fn reopening(seen: &Seen<'_>) -> Vec<Candidate> {
    let mut candidate = Candidate::new(Pattern::Reopening, &seen.state.name, Vec::new());
    let mut stays: Vec<Run> = Vec::new();
    for case in 0..seen.log.cases() {
        seen.stays(case, &mut stays);
        let is_over = |it: &Run| seen.is_terminal(it.value);
        candidate.of_cases += usize::from(stays.iter().any(is_over));
        for (place, two) in stays.windows(2).enumerate() {
            let [over, on] = two else { continue };
            if !is_over(over) || is_over(on) {
                continue;
            }
            let rest = stays.get(place + 1..).unwrap_or_default();
            let again = rest.iter().find(|it| is_over(it));
            let last = rest.last().map_or(on.end_micros, |it| it.end_micros);
            let micros = seen.between(on.start_micros, again.map_or(last, |it| it.start_micros));
            let names = vec![seen.state.show(over.value), seen.state.show(on.value)];
            let part = candidate.parts.number(names);
            let is_ongoing = again.is_none();
            candidate.hits.push(Hit {
                case,
                at_micros: on.start_micros,
                micros,
                excess_micros: micros,
                part,
                is_ongoing,
            });
        }
    }
    vec![candidate]
}

/// A step that comes again after another; one finding a step.
pub(super) fn rework(seen: &Seen<'_>) -> Vec<Candidate> {
    let mut steps: BTreeMap<u32, Candidate> = BTreeMap::new();
    let mut runs: Vec<Run> = Vec::new();
    for case in 0..seen.log.cases() {
        seen.runs(&seen.step, case, &mut runs);
        let mut met: FxHashSet<u32> = FxHashSet::default();
        for (place, run) in runs.iter().enumerate().filter(|(_, it)| it.value != NONE) {
            let candidate = steps.entry(run.value).or_insert_with(|| {
                let name = seen.step.show(run.value);
                Candidate::new(Pattern::Rework, &seen.step.name, vec![name])
            });
            if met.insert(run.value) {
                candidate.of_cases += 1;
                continue;
            }
            let before = place.checked_sub(1).and_then(|it| runs.get(it));
            let names = before.map(|it| seen.step.show(it.value));
            let part = candidate.parts.number(names.into_iter().collect());
            let micros = seen.length(run);
            let (at_micros, is_ongoing) = (run.start_micros, run.is_ongoing());
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
    steps.into_values().collect()
}

/// On hold again and again.
pub(super) fn hold_loop(seen: &Seen<'_>) -> Vec<Candidate> {
    let is_hold: Vec<bool> = seen.state.shown.iter().map(|it| has_word(it, &["hold"])).collect();
    if !is_hold.contains(&true) {
        return Vec::new();
    }
    let on_hold =
        |it: &Run| usize::try_from(it.value).ok().and_then(|it| is_hold.get(it)) == Some(&true);
    let mut candidate = Candidate::new(Pattern::HoldLoop, &seen.state.name, Vec::new());
    let mut stays = Vec::new();
    for case in 0..seen.log.cases() {
        seen.stays(case, &mut stays);
        candidate.of_cases += 1;
        let holds: Vec<&Run> = stays.iter().filter(|it| on_hold(it)).collect();
        if holds.len() < seen.settings.hold_limit.max(1) {
            continue;
        }
        for (place, hold) in holds.into_iter().enumerate() {
            let micros = seen.length(hold);
            let part = candidate.parts.number(vec![seen.state.show(hold.value)]);
            let excess_micros = if place == 0 { 0 } else { micros };
            let (at_micros, is_ongoing) = (hold.start_micros, hold.is_ongoing());
            candidate.hits.push(Hit { case, at_micros, micros, excess_micros, part, is_ongoing });
        }
    }
    vec![candidate]
}
