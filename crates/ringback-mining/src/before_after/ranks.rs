//! Whether two periods differ at all.

use crate::Lifetime;
use crate::detect::midranks;
use crate::false_discovery::{normal_above, students_above};

/// How likely so large a difference of two samples is, in either direction, where neither tends to larger values; the
/// samples may spread differently, and have ties. 1 for fewer than two values in a sample.
///
/// # Source
///
/// \[`BrunnerMunzel2000`\], by Student's distribution.
///
/// # Example
///
/// ```
/// use ringback_mining::brunner_munzel;
///
/// let same = brunner_munzel(&[1.0, 2.0, 3.0, 4.0], &[1.0, 2.0, 3.0, 4.0]);
/// assert!((same - 1.0).abs() < 1e-12);
/// ```
pub fn brunner_munzel(before: &[f64], after: &[f64]) -> f64 {
    if before.len() < 2 || after.len() < 2 {
        return 1.0;
    }
    let (n, m) = (before.len() as f64, after.len() as f64);
    let all: Vec<f64> = before.iter().chain(after).copied().collect();
    let (ranks, _) = midranks(&all);
    let (of_before, of_after) = ranks.split_at(before.len());
    let mean = |it: &[f64]| it.iter().sum::<f64>() / it.len() as f64;
    let (mean_before, mean_after) = (mean(of_before), mean(of_after));
    let variance = |all: &[f64], own: &[f64], mean: f64| {
        let (own, _) = midranks(own);
        let middle = f64::midpoint(own.len() as f64, 1.0);
        let squares = all.iter().zip(&own).map(|(a, b)| (a - b - mean + middle).powi(2));
        squares.sum::<f64>() / (own.len() as f64 - 1.0)
    };
    let (a, b) =
        (n * variance(of_before, before, mean_before), m * variance(of_after, after, mean_after));
    if a + b <= 0.0 {
        // No rank varies: the samples are apart or are all the same.
        return if mean_before.total_cmp(&mean_after).is_eq() { 1.0 } else { 0.0 };
    }
    let statistic = n * m * (mean_after - mean_before) / ((n + m) * (a + b).sqrt());
    let degrees = (a + b).powi(2) / (a * a / (n - 1.0) + b * b / (m - 1.0));
    (2.0 * students_above(statistic.abs(), degrees)).min(1.0)
}

/// How likely so large a difference of two groups of cases is, in either direction, where both end at the same rate at
/// each age; open cases count as far as they are known. 1 where nothing can be said.
///
/// # Source
///
/// \[`Mantel1966`\], with the hypergeometric variance for ties.
pub fn log_rank(before: &[Lifetime], after: &[Lifetime]) -> f64 {
    let mut order: Vec<(i64, bool, bool)> =
        before.iter().map(|it| (it.micros, it.is_ended, false)).collect();
    order.extend(after.iter().map(|it| (it.micros, it.is_ended, true)));
    order.sort_unstable();
    let (mut at_risk, mut at_risk_after) = (order.len() as f64, after.len() as f64);
    let (mut difference, mut variance) = (0.0, 0.0);
    for same in order.chunk_by(|a, b| a.0 == b.0) {
        let count =
            |is: &dyn Fn(&&(i64, bool, bool)) -> bool| same.iter().filter(is).count() as f64;
        let ended = count(&|it| it.1);
        let share = at_risk_after / at_risk;
        if ended > 0.0 {
            difference += count(&|it| it.1 && it.2) - ended * share;
        }
        if at_risk > 1.0 {
            variance += ended * share * (1.0 - share) * (at_risk - ended) / (at_risk - 1.0);
        }
        at_risk_after -= count(&|it| it.2);
        at_risk -= same.len() as f64;
    }
    if variance <= 0.0 {
        return 1.0;
    }
    (2.0 * normal_above(difference.abs() / variance.sqrt())).min(1.0)
}
