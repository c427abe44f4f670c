//! Places ranked by the time that they cost in all, with an interval and a count; never by a mean.

mod draws;

use std::collections::BTreeMap;

use ringback_eventlog::EventLog;
use serde::Serialize;

use crate::detect::Seen;
use crate::false_discovery::normal_quantile;
use crate::quantile::quantile;
use crate::{Detectors, Error, Interval};

pub(crate) use draws::Draws;

/// How often cases are drawn anew.
const DRAWS: usize = 1000;
/// Above so many cases the total is as good as normal.
const MANY: usize = 1000;

/// What a transition could take: time beyond it is excess.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reference {
    /// What half of the transition's own occurrences take at most.
    Median,
    /// What a quarter of them take at most.
    BestQuartile,
    /// A target for all. Unit: seconds.
    TargetSecs(f64),
}

/// A transition and what it costs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RankedTransition {
    /// The state before.
    pub from: String,
    /// The state after.
    pub to: String,
    /// How often.
    pub count: usize,
    /// In how many cases.
    pub cases: usize,
    /// All its time. Unit: hours.
    pub hours: f64,
    /// The time beyond the reference, summed over all its occurrences: what the rank is by. Unit: hours.
    pub excess_hours: f64,
    /// The interval of `excess_hours`, from drawing cases anew, the reference kept. Unit: hours.
    pub excess_interval: Interval,
    /// The reference. Unit: hours.
    pub reference_hours: f64,
    /// The median. Unit: hours.
    pub median_hours: f64,
    /// The mean. Unit: hours. A few occurrences can make it as large as you like.
    pub mean_hours: f64,
    /// The place that a ranking by the mean would give, 1 the first.
    pub rank_by_mean: usize,
}

/// Transitions between states, those that cost the most time beyond the reference first.
///
/// In a log of states the time is the stay before the change; in a log of activities with start and end it is the time
/// from the end of one to the start of the next. Transitions in fewer cases than `min_cases` of the settings are ranked
/// too, where their total puts them; their interval says how little is known.
///
/// # Errors
///
/// As [`crate::detect`].
pub fn rank_transitions(
    log: &EventLog,
    settings: &Detectors,
    reference: Reference,
) -> Result<Vec<RankedTransition>, Error> {
    settings.check()?;
    let seen = Seen::of(log, settings)?;
    let mut pairs: BTreeMap<(u32, u32), Vec<(usize, i64)>> = BTreeMap::new();
    for case in 0..log.cases() {
        for next in log.case_events(case).skip(1) {
            let left = log.at_micros().get(next - 1).copied().unwrap_or_default();
            let pair = (seen.state.at(next - 1), seen.state.at(next));
            pairs.entry(pair).or_default().push((case, seen.between(left, seen.start(next))));
        }
    }
    let one = |((from, to), times): (&(u32, u32), &Vec<(usize, i64)>)| {
        ranked(&seen, (*from, *to), times, reference)
    };
    let mut found: Vec<RankedTransition> = pairs.iter().filter_map(one).collect();
    found.sort_by(|a, b| {
        b.mean_hours.total_cmp(&a.mean_hours).then_with(|| names(a).cmp(&names(b)))
    });
    for (place, it) in found.iter_mut().enumerate() {
        it.rank_by_mean = place + 1;
    }
    found.sort_by(|a, b| {
        b.excess_hours.total_cmp(&a.excess_hours).then_with(|| names(a).cmp(&names(b)))
    });
    Ok(found)
}

fn names(it: &RankedTransition) -> (&str, &str) {
    (&it.from, &it.to)
}

fn ranked(
    seen: &Seen<'_>,
    (from, to): (u32, u32),
    times: &[(usize, i64)],
    reference: Reference,
) -> Option<RankedTransition> {
    let hours = |micros: f64| micros / 3.6e9;
    let mut micros: Vec<i64> = times.iter().map(|it| it.1).collect();
    let median = quantile(&mut micros, 0.5)?;
    let usual = match reference {
        Reference::Median => median,
        Reference::BestQuartile => quantile(&mut micros, 0.25)?,
        Reference::TargetSecs(secs) => secs * 1e6,
    };
    let of_case =
        |it: &[(usize, i64)]| it.iter().map(|it| (it.1 as f64 - usual).max(0.0)).sum::<f64>();
    let excess: Vec<f64> = times.chunk_by(|a, b| a.0 == b.0).map(|it| hours(of_case(it))).collect();
    let total = micros.iter().map(|it| *it as f64).sum::<f64>();
    Some(RankedTransition {
        from: seen.state.show(from),
        to: seen.state.show(to),
        count: times.len(),
        cases: excess.len(),
        hours: hours(total),
        excess_hours: excess.iter().sum(),
        excess_interval: total_interval(
            &excess,
            seen.settings.level_of_intervals,
            seen.settings.seed,
        ),
        reference_hours: hours(usual),
        median_hours: hours(median),
        mean_hours: hours(total / times.len() as f64),
        rank_by_mean: 0,
    })
}

/// The interval of a total over cases.
pub(crate) fn total_interval(values: &[f64], level: f64, seed: u64) -> Interval {
    let pairs: Vec<(f64, f64)> = values.iter().map(|it| (*it, 0.0)).collect();
    total_intervals(&pairs, level, seed).0
}

/// The intervals of two totals over cases, from drawing cases anew: each counts as often as it is drawn, Poisson with
/// mean 1.
///
/// Cases with nothing need not be given: they add nothing however often they are drawn. With many cases the interval is
/// normal with the variance of that drawing, which is the sum of squares.
pub(crate) fn total_intervals(
    values: &[(f64, f64)],
    level: f64,
    seed: u64,
) -> (Interval, Interval) {
    let sum = |of: &dyn Fn(&(f64, f64)) -> f64| values.iter().map(of).sum::<f64>();
    if values.len() > MANY {
        let z = normal_quantile(0.5 + level / 2.0);
        let around = |total: f64, squares: f64| {
            let spread = z * squares.sqrt();
            Interval { level, lower: total - spread, upper: total + spread }
        };
        let first = around(sum(&|it| it.0), sum(&|it| it.0 * it.0));
        return (first, around(sum(&|it| it.1), sum(&|it| it.1 * it.1)));
    }
    let mut draws = Draws::new(seed);
    let (mut firsts, mut seconds) = (Vec::with_capacity(DRAWS), Vec::with_capacity(DRAWS));
    for _ in 0..DRAWS {
        let (mut first, mut second) = (0.0, 0.0);
        for (a, b) in values {
            let times = draws.times_drawn() as f64;
            first += a * times;
            second += b * times;
        }
        firsts.push(first);
        seconds.push(second);
    }
    (percentiles(&mut firsts, level), percentiles(&mut seconds, level))
}

/// The middle of drawn values that holds `level` of them.
pub(crate) fn percentiles(values: &mut [f64], level: f64) -> Interval {
    values.sort_by(f64::total_cmp);
    let at = |q: f64| quantile_of_sorted(values, q);
    Interval { level, lower: at(0.5 - level / 2.0), upper: at(0.5 + level / 2.0) }
}

/// Type 7; not a number for no values.
pub(crate) fn quantile_of_sorted(sorted: &[f64], q: f64) -> f64 {
    let place = q * sorted.len().saturating_sub(1) as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in the list"
    )]
    let low = place.floor().max(0.0) as usize;
    let (Some(a), b) = (sorted.get(low), sorted.get(low + 1)) else { return f64::NAN };
    a + (place - low as f64) * (b.unwrap_or(a) - a)
}
