//! From some day on, stays are longer.

use std::collections::BTreeMap;

use super::durations::end_of_work;
use super::levels::rounded;
use super::report::{Candidate, Hit, Test};
use super::seen::{NONE, Run};
use super::values::midranks;
use super::{Pattern, Seen};
use crate::quantile::quantile;

const MICROS_PER_DAY: i64 = 86_400_000_000;
/// A day needs so many stays to have a median.
const DAY_STAYS: usize = 3;
/// So many days are needed.
const LEAST_DAYS: usize = 20;

/// One candidate a state.
pub(super) fn drift(seen: &Seen<'_>) -> Vec<Candidate> {
    let mut places: BTreeMap<u32, Vec<(i64, i64, usize)>> = BTreeMap::new();
    let mut runs: Vec<Run> = Vec::new();
    for case in 0..seen.log.cases() {
        seen.runs(&seen.state, case, &mut runs);
        for run in runs.iter().filter(|it| it.has_length() && !it.is_ongoing() && it.value != NONE)
        {
            let micros = seen.between(run.start_micros, end_of_work(seen, run));
            let stay = (run.start_micros, micros, case);
            places.entry(run.value).or_default().push(stay);
        }
    }
    places.into_iter().filter_map(|(state, stays)| of_state(seen, state, stays)).collect()
}

fn of_state(seen: &Seen<'_>, state: u32, mut stays: Vec<(i64, i64, usize)>) -> Option<Candidate> {
    stays.sort_unstable();
    let day = |at_micros: i64| at_micros.div_euclid(MICROS_PER_DAY);
    let mut days: Vec<(i64, f64)> = Vec::new();
    for of_day in stays.chunk_by(|a, b| day(a.0) == day(b.0)) {
        let mut lengths: Vec<i64> = of_day.iter().map(|it| it.1).collect();
        if let (true, Some(first)) = (lengths.len() >= DAY_STAYS, of_day.first()) {
            days.push((day(first.0), quantile(&mut lengths, 0.5)?));
        }
    }
    if days.len() < LEAST_DAYS {
        return None;
    }
    let (change, p_value) = pettitt_up(&days.iter().map(|it| it.1).collect::<Vec<_>>())?;
    let since = days.get(change)?.0 * MICROS_PER_DAY;
    let (before, after): (Vec<_>, Vec<_>) = stays.into_iter().partition(|it| it.0 < since);
    let sum: f64 = before.iter().map(|it| it.1 as f64).sum();
    let usual = rounded(Some(sum / before.len().max(1) as f64));
    let mut candidate =
        Candidate::new(Pattern::Drift, &seen.state.name, vec![seen.state.show(state)]);
    candidate.of_cases = before.len() + after.len();
    candidate.test = Test::Given(p_value);
    candidate.since_micros = Some(since);
    let part = candidate.parts.number(Vec::new());
    let hit = |(at_micros, micros, case): (i64, i64, usize)| Hit {
        case,
        at_micros,
        micros,
        excess_micros: micros - usual,
        part,
        is_ongoing: false,
    };
    candidate.hits = after.into_iter().map(hit).collect();
    candidate.hits.sort_by_key(|it| (it.case, it.at_micros));
    Some(candidate)
}

/// Where the values rise, as the first place after the change, and how likely so large a rise is without one.
///
/// # Source
///
/// \[`Pettitt1979`\], one-sided: p = exp(-6 K² / (n³ + n²)).
fn pettitt_up(values: &[f64]) -> Option<(usize, f64)> {
    let n = values.len() as f64;
    let (ranks, _) = midranks(values);
    let (mut sum, mut lowest) = (0.0, (0.0, None));
    for (place, rank) in ranks.iter().enumerate() {
        // Values that come first and are low make this negative.
        sum += 2.0 * rank - (n + 1.0);
        if sum < lowest.0 {
            lowest = (sum, Some(place + 1));
        }
    }
    let (least, place) = lowest;
    Some((place?, (-6.0 * least * least / (n * n * n + n * n)).exp().min(1.0)))
}
