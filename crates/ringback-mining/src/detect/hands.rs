//! Patterns of hands: to and fro, back, on, and around.

use rustc_hash::FxHashMap;

use super::report::{Candidate, Hit};
use super::seen::{Key, NONE, Run};
use super::{Pattern, Seen};

const MICROS_PER_SEC: i64 = 1_000_000;

/// A, B, A, B between groups, levels, states and, where persons are wanted, persons.
pub(super) fn ping_pong(seen: &Seen<'_>) -> Vec<Candidate> {
    let person = seen.person.as_ref().filter(|_| seen.settings.per_person);
    let keys = [seen.group.as_ref(), seen.level.as_ref(), Some(&seen.state), person];
    keys.into_iter().flatten().map(|key| ping_pong_on(seen, key)).collect()
}

fn ping_pong_on(seen: &Seen<'_>, key: &Key) -> Candidate {
    let mut candidate = Candidate::new(Pattern::PingPong, &key.name, Vec::new());
    let mut runs = Vec::new();
    for case in 0..seen.log.cases() {
        seen.runs(key, case, &mut runs);
        candidate.of_cases += 1;
        let mut first = 0;
        while first + 3 < runs.len() {
            // The run of alternation from `first` on.
            let same = runs.iter().zip(runs.iter().skip(2)).skip(first);
            let length =
                2 + same.take_while(|(a, b)| a.value == b.value && a.value != NONE).count();
            if length < 4 {
                first += 1;
                continue;
            }
            let bounce = runs.get(first..first + length).unwrap_or_default();
            let part = candidate.parts.number(pair(key, bounce));
            let micros = bounce.iter().skip(1).take(length - 2).map(|it| seen.length(it)).sum();
            let at_micros = bounce.get(1).map_or(0, |it| it.start_micros);
            candidate.hits.push(Hit {
                case,
                at_micros,
                micros,
                excess_micros: micros,
                part,
                is_ongoing: false,
            });
            // Its last may be the first of the next.
            first += length - 1;
        }
    }
    candidate
}

/// The two ends of a change, in the order of their names.
fn pair(key: &Key, runs: &[Run]) -> Vec<String> {
    let mut names: Vec<String> = runs.iter().take(2).map(|it| key.show(it.value)).collect();
    names.sort();
    names
}

/// What three neighbors are: before, between and after.
type IsPattern = fn(&Run, &Run, &Run, &[Run]) -> bool;

/// A short stay at B on the way from A to C.
fn short_stays(seen: &Seen<'_>, pattern: Pattern, is_pattern: IsPattern) -> Vec<Candidate> {
    let Some(key) = &seen.group else { return Vec::new() };
    let limit = i64::from(seen.settings.hand_back_limit_secs) * MICROS_PER_SEC;
    let mut candidate = Candidate::new(pattern, &key.name, Vec::new());
    let mut runs = Vec::new();
    for case in 0..seen.log.cases() {
        seen.runs(key, case, &mut runs);
        candidate.of_cases += 1;
        for (place, three) in runs.windows(3).enumerate() {
            let [before, between, after] = three else { continue };
            let micros = seen.length(between);
            let rest = runs.get(place + 2..).unwrap_or_default();
            if micros < limit && is_pattern(before, between, after, rest) {
                let names = vec![key.show(before.value), key.show(between.value)];
                let part = candidate.parts.number(names);
                candidate.hits.push(Hit {
                    case,
                    at_micros: between.start_micros,
                    micros,
                    excess_micros: micros,
                    part,
                    is_ongoing: false,
                });
            }
        }
    }
    vec![candidate]
}

pub(super) fn hand_back(seen: &Seen<'_>) -> Vec<Candidate> {
    short_stays(seen, Pattern::HandBack, |before, _, after, _| before.value == after.value)
}

pub(super) fn misrouting(seen: &Seen<'_>) -> Vec<Candidate> {
    short_stays(seen, Pattern::Misrouting, |before, between, after, rest| {
        before.value != after.value && rest.iter().all(|it| it.value != between.value)
    })
}

/// Back at a group after two or more others.
pub(super) fn transfer_loop(seen: &Seen<'_>) -> Vec<Candidate> {
    let Some(key) = &seen.group else { return Vec::new() };
    let mut candidate = Candidate::new(Pattern::TransferLoop, &key.name, Vec::new());
    let mut runs = Vec::new();
    for case in 0..seen.log.cases() {
        seen.runs(key, case, &mut runs);
        candidate.of_cases += 1;
        // A way around ends where the next one may begin, so that no time counts twice.
        let mut free_from = 0;
        // Where each value was last, three places before or earlier.
        let mut last: FxHashMap<u32, usize> = FxHashMap::default();
        for (place, back) in runs.iter().enumerate().skip(3) {
            if let Some(before) = runs.get(place - 3) {
                last.insert(before.value, place - 3);
            }
            let left = last.get(&back.value).copied().filter(|it| *it >= free_from);
            let Some(left) = left else { continue };
            let is_direct = runs.get(place - 2).is_some_and(|it| it.value == back.value);
            if is_direct {
                continue;
            }
            let around = runs.get(left + 1..place).unwrap_or_default();
            let micros = around.iter().map(|it| seen.length(it)).sum();
            let part = candidate.parts.number(vec![key.show(back.value)]);
            let at_micros = around.first().map_or(0, |it| it.start_micros);
            candidate.hits.push(Hit {
                case,
                at_micros,
                micros,
                excess_micros: micros,
                part,
                is_ongoing: false,
            });
            free_from = place;
        }
    }
    vec![candidate]
}
