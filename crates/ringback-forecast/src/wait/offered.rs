//! Patience, and the wait that a caller would have who never hangs up.

use serde::{Deserialize, Serialize};

use super::WaitForecast;
use crate::Quantile;

/// The wait of a caller who does not hang up, and the chance that this caller stays so long.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct OfferedWait {
    /// The mean, in seconds.
    pub mean_secs: f64,
    /// One in ten waits less, in seconds.
    pub p10_secs: f64,
    /// The median, in seconds.
    pub p50_secs: f64,
    /// One in ten waits more, in seconds.
    pub p90_secs: f64,
    /// The probability that the caller is answered before they hang up.
    pub answered_probability: f64,
}

/// Seconds between two values of a patience curve.
const STEP_SECS: f64 = 5.0;

/// The longest wait that patience is learned for, in steps: an hour.
const STEPS: usize = 720;

/// No share of callers who still wait is taken for less, or single callers would weigh too much.
const LEAST: f64 = 0.05;

/// The share of callers who have not hung up, by the time waited: the product-limit estimate, in which a caller who is
/// answered is known to be at least so patient.
///
/// # Source
///
/// \[`KaplanMeier1958`\].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Patience(Vec<f64>);

impl Patience {
    /// From waits in seconds and whether they ended by hanging up.
    pub(super) fn learn(mut waits: Vec<(f64, bool)>) -> Self {
        // At one stamp hang-ups come first.
        waits.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        let mut curve = Vec::with_capacity(STEPS + 1);
        let (mut still, mut at) = (1.0, 0);
        for step in 0..=STEPS {
            let until = step as f64 * STEP_SECS;
            while let Some(&(wait, hung_up)) = waits.get(at)
                && wait <= until
            {
                if hung_up {
                    still *= 1.0 - 1.0 / (waits.len() - at) as f64;
                }
                at += 1;
            }
            curve.push(still);
        }
        Self(curve)
    }

    /// The share of callers who have not hung up after so many seconds.
    pub(super) fn still_waiting(&self, wait_secs: f64) -> f64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to the steps of the curve"
        )]
        let step = (wait_secs / STEP_SECS).clamp(0.0, STEPS as f64) as usize;
        self.0.get(step).copied().unwrap_or(1.0)
    }

    /// Callers with long waits are answered only if they are patient: where the wait of the answered has the density f, that of
    /// all callers has f / S, S being the share who still wait by then. Taken at twenty quantiles of the forecast.
    pub(super) fn offered(&self, forecast: &WaitForecast) -> OfferedWait {
        const PARTS: usize = 20;
        let mut waits = [0.0; PARTS];
        let mut weights = [0.0; PARTS];
        for (part, (wait, weight)) in waits.iter_mut().zip(&mut weights).enumerate() {
            let level = (part as f64 + 0.5) / PARTS as f64;
            *wait = Quantile::new(level).map_or(forecast.p50_secs, |it| forecast.at(it));
            *weight = 1.0 / self.still_waiting(*wait).max(LEAST);
        }
        let total: f64 = weights.iter().sum();
        let mean =
            waits.iter().zip(weights).map(|(wait, weight)| wait * weight).sum::<f64>() / total;
        let at = |level: f64| {
            let mut before = 0.0;
            for (wait, weight) in waits.iter().zip(weights) {
                before += weight;
                if before >= level * total {
                    return *wait;
                }
            }
            waits[PARTS - 1]
        };
        OfferedWait {
            mean_secs: mean,
            p10_secs: at(0.1),
            p50_secs: at(0.5),
            p90_secs: at(0.9),
            answered_probability: PARTS as f64 / total,
        }
    }
}
