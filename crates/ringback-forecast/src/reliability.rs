//! Whether a predicted quantile is one: the share of waits that turned out at or below it.

use ringback_calllog::{Call, Outcome};
use serde::Serialize;

use crate::wait::LEVELS;
use crate::{Quantile, WaitReport};

/// How often waits turned out at or below one predicted quantile.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct QuantileShare {
    /// The quantile that was predicted.
    pub quantile: Quantile,
    /// The share of answered callers who waited no longer than it said; the quantile itself is right.
    pub share: f64,
    /// Answered callers with a known wait.
    pub callers: usize,
}

/// The share of answered callers at or below each predicted quantile, by rising quantile; empty if nobody was answered
/// after a known wait. `calls` are those that were replayed.
///
/// Waits of whole seconds lie on a quantile of whole seconds now and then: those count as below it.
///
/// # Source
///
/// \[`Gneiting2007`\], calibration of quantiles.
pub fn quantile_shares(report: &WaitReport, calls: &[Call]) -> Vec<QuantileShare> {
    let mut below = [0_usize; LEVELS.len()];
    let mut callers = 0;
    for prediction in &report.predictions {
        let outcome = calls.get(prediction.arrival.call).map(|it| it.outcome);
        let (Some(wait_secs), Some(Outcome::Answered)) = (prediction.wait_secs, outcome) else {
            continue;
        };
        callers += 1;
        for (count, quantile_secs) in below.iter_mut().zip(prediction.forecast.quantiles()) {
            *count += usize::from(wait_secs <= quantile_secs);
        }
    }
    if callers == 0 {
        return Vec::new();
    }
    let share = |(level, count): (f64, usize)| {
        let quantile = Quantile::new(level).ok()?;
        Some(QuantileShare { quantile, share: count as f64 / callers as f64, callers })
    };
    LEVELS.into_iter().zip(below).filter_map(share).collect()
}
