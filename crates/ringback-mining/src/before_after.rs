//! Two periods compared: what changed, how sure it is, and how much of it is mix.

mod decomposition;
mod kinds;
mod ranks;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ringback_eventlog::EventLog;
use serde::Serialize;

use crate::detect::check_level;
use crate::rank::{Draws, percentiles};
use crate::survival::Spans;
use crate::{Detectors, Error, Interval, Lifetime, SurvivalCurve};

pub use decomposition::{Decomposition, KindChange, shapley};
pub use ranks::{brunner_munzel, log_rank};

/// How often cases are drawn anew.
const DRAWS: usize = 1000;

/// A case of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodCase {
    /// How long it took, or has taken.
    pub lifetime: Lifetime,
    /// What kind it is: cases of one kind are compared with each other.
    pub kind: String,
}

/// A figure before and after, and its difference.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Change {
    /// Before. Unit: seconds.
    pub before_secs: f64,
    /// After. Unit: seconds.
    pub after_secs: f64,
    /// After less before. Unit: seconds.
    pub difference_secs: f64,
    /// The interval of the difference. Unit: seconds; the ends are infinite where too many cases are open.
    pub interval: Interval,
}

/// The share of cases that are still open at an age, in each of two periods.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct OpenShares {
    /// The age. Unit: seconds.
    pub age_secs: f64,
    /// Of the cases before. Range: 0 to 1.
    pub before: f64,
    /// Of the cases after. Range: 0 to 1.
    pub after: f64,
}

/// Two periods compared.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// Cases before, and how many of them are open.
    pub cases_before: (usize, usize),
    /// Cases after, and how many of them are open.
    pub cases_after: (usize, usize),
    /// The median; absent where fewer than half of the cases of a period have ended.
    pub median: Option<Change>,
    /// The time within which nine of ten cases end; absent where fewer have.
    pub p90: Option<Change>,
    /// Which test `p_value` is from: `Brunner-Munzel` if all cases have ended, else `log-rank`.
    pub test: &'static str,
    /// How likely so large a difference is, in either direction, where nothing changed. Range: 0 to 1.
    pub p_value: f64,
    /// The change of the mean, taken apart by kind; absent where a period has no cases. It compares means up to the age
    /// `up_to_secs`. Kinds that have open cases and none so old are taken together as `(other kinds)`.
    pub decomposition: Option<Decomposition>,
    /// The shares of cases still open at ages from 0 to that by which 19 of 20 of the slower period's have ended, or to the
    /// last that both periods can show.
    pub open_shares: Vec<OpenShares>,
    /// The age up to which means are taken, older cases counting as that age: the greatest that both periods can show.
    /// Unit: seconds.
    pub up_to_secs: f64,
}

impl Comparison {
    /// Compares two periods. Open cases count as far as they are known.
    ///
    /// Intervals are from drawing the cases of each kind anew, 1,000 times.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a level that is not above 0 and below 1.
    pub fn of(
        before: &[PeriodCase],
        after: &[PeriodCase],
        level: f64,
        seed: u64,
    ) -> Result<Self, Error> {
        check_level(level)?;
        let open = |cases: &[PeriodCase]| cases.iter().filter(|it| !it.lifetime.is_ended).count();
        let lifetimes =
            |cases: &[PeriodCase]| cases.iter().map(|it| it.lifetime).collect::<Vec<_>>();
        let (open_before, open_after) = (open(before), open(after));
        let all = (lifetimes(before), lifetimes(after));
        let secs = |it: &[Lifetime]| it.iter().map(|it| it.micros as f64 / 1e6).collect::<Vec<_>>();
        let (test, p_value) = if open_before + open_after == 0 {
            ("Brunner-Munzel", brunner_munzel(&secs(&all.0), &secs(&all.1)))
        } else {
            ("log-rank", log_rank(&all.0, &all.1))
        };
        let mut draws = Draws::new(seed);
        let drawn = (draw(before, &mut draws), draw(after, &mut draws));
        let curves = (SurvivalCurve::of(&all.0), SurvivalCurve::of(&all.1));
        let up_to = curves.0.last_micros().min(curves.1.last_micros());
        Ok(Self {
            cases_before: (before.len(), open_before),
            cases_after: (after.len(), open_after),
            median: change(&curves, &drawn, 0, level),
            p90: change(&curves, &drawn, 1, level),
            test,
            p_value,
            open_shares: open_shares(&curves, up_to),
            decomposition: kinds::decomposition(before, after, up_to),
            up_to_secs: up_to as f64 / 1e6,
        })
    }
}

/// Stretches of age between the open shares that are told.
const AGES: i64 = 60;

fn open_shares((before, after): &(SurvivalCurve, SurvivalCurve), up_to: i64) -> Vec<OpenShares> {
    let nearly_all = |it: &SurvivalCurve| it.quantile_micros(0.95).unwrap_or(up_to);
    let last = nearly_all(before).max(nearly_all(after)).min(up_to);
    let at = |step: i64| {
        let age = last / AGES * step + last % AGES * step / AGES;
        OpenShares {
            age_secs: age as f64 / 1e6,
            before: before.open_share(age),
            after: after.open_share(age),
        }
    };
    if last > 0 { (0..=AGES).map(at).collect() } else { Vec::new() }
}

/// The shares that are looked at.
const SHARES: [f64; 2] = [0.5, 0.9];

/// Quantiles of cases drawn anew, within their kinds; infinite where the curve does not go down so far.
fn draw(cases: &[PeriodCase], draws: &mut Draws) -> Vec<[f64; 2]> {
    let mut kinds: BTreeMap<&str, Vec<Lifetime>> = BTreeMap::new();
    for case in cases {
        kinds.entry(&case.kind).or_default().push(case.lifetime);
    }
    // Sorted once, so that drawing anew is counting.
    let mut order: Vec<(i64, bool, usize)> = Vec::new();
    for (kind, lifetimes) in kinds.values().enumerate() {
        order.extend(lifetimes.iter().map(|it| (it.micros.max(0), !it.is_ended, kind)));
    }
    order.sort_unstable();
    let mut places: Vec<Vec<usize>> = vec![Vec::new(); kinds.len()];
    for (place, (_, _, kind)) in order.iter().enumerate() {
        if let Some(it) = places.get_mut(*kind) {
            it.push(place);
        }
    }
    let mut counts = vec![0_usize; order.len()];
    (0..DRAWS)
        .map(|_| {
            counts.fill(0);
            for of_kind in &places {
                for _ in 0..of_kind.len() {
                    let place = of_kind.get(draws.below(of_kind.len()));
                    if let Some(count) = place.and_then(|it| counts.get_mut(*it)) {
                        *count += 1;
                    }
                }
            }
            quantiles(&order, &counts)
        })
        .collect()
}

fn quantiles(order: &[(i64, bool, usize)], counts: &[usize]) -> [f64; 2] {
    let (mut at_risk, mut open) = (counts.iter().sum::<usize>(), 1.0);
    let mut found = [f64::INFINITY; 2];
    for ((micros, is_open, _), count) in order.iter().zip(counts).filter(|it| *it.1 > 0) {
        if !is_open {
            open *= 1.0 - *count as f64 / at_risk as f64;
            for (quantile, share) in found.iter_mut().zip(SHARES) {
                if quantile.is_infinite() && open <= 1.0 - share + 1e-12 {
                    *quantile = *micros as f64 / 1e6;
                }
            }
        }
        at_risk -= count;
    }
    found
}

fn change(
    curves: &(SurvivalCurve, SurvivalCurve),
    drawn: &(Vec<[f64; 2]>, Vec<[f64; 2]>),
    which: usize,
    level: f64,
) -> Option<Change> {
    let share = *SHARES.get(which)?;
    let before_secs = curves.0.quantile_micros(share)? as f64 / 1e6;
    let after_secs = curves.1.quantile_micros(share)? as f64 / 1e6;
    let at = |it: &[f64; 2]| it.get(which).copied().unwrap_or(f64::NAN);
    let pairs = drawn.0.iter().zip(&drawn.1);
    // Both may be infinite; then nothing is known of the difference.
    let mut differences: Vec<f64> =
        pairs.map(|(a, b)| at(b) - at(a)).filter(|it| !it.is_nan()).collect();
    let interval = percentiles(&mut differences, level);
    Some(Change { before_secs, after_secs, difference_secs: after_secs - before_secs, interval })
}

/// Compares the cases that started before an instant with those that started from then on; kinds are categories.
///
/// A case that was open at that instant counts among those before, as open and as old as it was then: what was done to it
/// later was done the new way.
///
/// # Errors
///
/// As [`lifetimes`](crate::lifetimes).
pub fn before_after(
    log: &EventLog,
    settings: &Detectors,
    change: DateTime<Utc>,
) -> Result<Comparison, Error> {
    let change = change.timestamp_micros();
    let spans = Spans::of(log, settings)?;
    let category = spans.seen.roles.category.as_deref();
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for case in 0..log.cases() {
        let Some((start, lifetime)) = spans.lifetime(case, Some(change)) else { continue };
        let kind = category.and_then(|it| spans.seen.shown_of_case(it, case));
        let kind = kind.unwrap_or_else(|| "(none)".to_owned());
        let period = if start < change { &mut before } else { &mut after };
        period.push(PeriodCase { lifetime, kind });
    }
    Comparison::of(&before, &after, settings.level_of_intervals, settings.seed)
}
