//! What each value adds, for several attributes at once.

use crate::detect::{CaseValues, midranks};
use crate::false_discovery::normal_quantile;

/// So many rounds at most; with a handful of attributes ten are enough.
const ROUNDS: usize = 100;
/// Figures count at most as this share's quantile.
const CAP: f64 = 0.99;

/// What a value adds to a case.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Effect {
    pub(super) cases: usize,
    /// Drawn to 0.
    pub(super) shrunk: f64,
    /// Its standard deviation, given the log.
    pub(super) spread: f64,
    /// What was seen over its standard error, before it is drawn to 0.
    pub(super) score: f64,
}

/// The figures, none above the 99 % point.
pub(super) fn capped(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let cap = crate::rank::quantile_of_sorted(&sorted, CAP);
    values.iter().map(|it| it.min(cap)).collect()
}

/// The figures by rank, as a normal variable would have them: they have no long tail.
///
/// # Source
///
/// \[`Blom1958`\]: the quantile of (rank - 3/8) / (n + 1/4).
pub(super) fn normal_scores(values: &[f64]) -> Vec<f64> {
    let n = values.len() as f64;
    let (ranks, _) = midranks(values);
    ranks.into_iter().map(|it| normal_quantile((it - 0.375) / (n + 0.25))).collect()
}

/// The effects of each attribute's values.
///
/// A case's figure is a mean, an effect for each of its values, and a rest. Each attribute in turn is fitted to what the
/// others leave: the mean of its cases' rests, times n / (n + rest variance / effect variance). The variances are those
/// of the round before, by moments.
pub(super) fn fit(values: &[f64], columns: &[CaseValues]) -> Vec<Vec<Effect>> {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n.max(1.0);
    let centered: Vec<f64> = values.iter().map(|it| it - mean).collect();
    let mut rest = centered.clone();
    let mut found: Vec<Vec<Effect>> =
        columns.iter().map(|it| vec![Effect::default(); it.names.len()]).collect();
    for _ in 0..ROUNDS {
        let mut moved = 0.0_f64;
        let variance = rest_variance(&centered, &rest);
        for (levels, effects) in columns.iter().zip(&mut found) {
            moved = moved.max(fit_one(&mut rest, levels, effects, variance));
        }
        if moved * moved < 1e-12 * variance {
            break;
        }
    }
    found
}

/// The variance of what no attribute explains, by the figures times their rests: the squares of the rests alone are too few
/// where an attribute has about as many values as there are cases, and then every attribute would seem to explain a lot.
///
/// # Source
///
/// Henderson's equation for the variance of the rest, as in \[`Robinson1991`\].
fn rest_variance(centered: &[f64], rest: &[f64]) -> f64 {
    let product = centered.iter().zip(rest).map(|(a, b)| a * b).sum::<f64>();
    let squares = rest.iter().map(|it| it * it).sum::<f64>();
    product.max(squares) / (rest.len() as f64 - 1.0).max(1.0)
}

/// Fits one attribute and says how far an effect moved at most.
fn fit_one(rest: &mut [f64], levels: &CaseValues, effects: &mut [Effect], variance: f64) -> f64 {
    // The attribute's own effects are put back first.
    let mut sums = vec![(0.0, 0_usize); effects.len()];
    for (rest, level) in rest.iter().zip(&levels.of_case) {
        if let Some((sum, cases)) = level.and_then(|it| sums.get_mut(it)) {
            *sum += rest;
            *cases += 1;
        }
    }
    for ((sum, cases), effect) in sums.iter_mut().zip(effects.iter()) {
        *sum += *cases as f64 * effect.shrunk;
    }
    let between = effect_variance(&sums, variance);
    let mut shifts = Vec::with_capacity(effects.len());
    for ((sum, cases), effect) in sums.iter().zip(effects.iter_mut()) {
        let n = *cases as f64;
        let shrunk = if between > 0.0 { sum / (n + variance / between) } else { 0.0 };
        shifts.push(shrunk - effect.shrunk);
        *effect = Effect {
            cases: *cases,
            shrunk,
            spread: if between > 0.0 { (variance / (n + variance / between)).sqrt() } else { 0.0 },
            score: sum / (n * variance).sqrt().max(f64::MIN_POSITIVE),
        };
    }
    for (rest, level) in rest.iter_mut().zip(&levels.of_case) {
        *rest -= level.and_then(|it| shifts.get(it)).copied().unwrap_or(0.0);
    }
    shifts.iter().fold(0.0, |most, it| it.abs().max(most))
}

/// How much the values of an attribute differ beyond what the rest makes of them, by moments; 0 if not more.
fn effect_variance(sums: &[(f64, usize)], variance: f64) -> f64 {
    let filled = || sums.iter().filter(|it| it.1 > 0).map(|it| (it.0, it.1 as f64));
    let cases: f64 = filled().map(|it| it.1).sum();
    let squares: f64 = filled().map(|it| it.1 * it.1).sum();
    let mean = filled().map(|it| it.0).sum::<f64>() / cases;
    let spread: f64 = filled().map(|(sum, n)| n * (sum / n - mean).powi(2)).sum();
    let values = filled().count() as f64;
    let between = (spread - (values - 1.0) * variance) / (cases - squares / cases);
    if between.is_finite() { between.max(0.0) } else { 0.0 }
}
