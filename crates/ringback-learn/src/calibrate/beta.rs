//! Beta calibration.

use serde::{Deserialize, Serialize};

use super::{Pairs, check_saved, probability, within};
use crate::Error;

/// Beta calibration: `logit p' = a · ln p − b · ln(1 − p) + c`.
///
/// `a` bends the curve near 0, `b` near 1; at `a = b = 1`, `c = 0` it changes nothing. Both are at least 0, so that the
/// order of probabilities stays: where the best `a` or `b` is below 0, the better one of the two fits with one of them at 0 is
/// taken. Outcomes are moved off 0 and 1 as in [`Platt`](super::Platt) (the paper leaves them as they are), so it is finite
/// whatever the outcomes. What the probabilities do not tell, for instance if they take two values only, stays at `a = b = 1`.
/// It gives at least 1e-9 and at most 1 − 1e-9.
///
/// # Source
///
/// \[`Kull2017`\]: Kull, Silva Filho and Flach, "Beta calibration: a well-founded and easily implemented improvement on
/// logistic calibration for binary classifiers".
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedBeta")]
pub struct Beta {
    a: f64,
    b: f64,
    c: f64,
}

impl Beta {
    /// Fits to probabilities and what came of them.
    ///
    /// # Errors
    ///
    /// As [`Calibrator::fit`](super::Calibrator::fit).
    pub fn fit(
        probabilities: &[f64],
        outcomes: &[f64],
        weights: Option<&[f64]>,
    ) -> Result<Self, Error> {
        let pairs = Pairs::new(probabilities, outcomes, weights)?;
        let low: Vec<f64> = pairs.probabilities.iter().map(|it| within(*it).ln()).collect();
        let high: Vec<f64> = pairs.probabilities.iter().map(|it| -(-within(*it)).ln_1p()).collect();
        let columns = [low, high];
        let (both, _) = pairs.fit_log_odds(&columns)?;
        if both[1] >= 0.0 && both[2] >= 0.0 {
            return Ok(Self { a: both[1], b: both[2], c: both[0] });
        }
        // The loss is convex, so the best pair of numbers that are not below 0 has one at 0.
        let (only_a, loss_a) = pairs.fit_log_odds(&columns[..1])?;
        let (only_b, loss_b) = pairs.fit_log_odds(&columns[1..])?;
        let with_a = (only_a[1] >= 0.0).then_some((loss_a, (only_a[1], 0.0, only_a[0])));
        let with_b = (only_b[1] >= 0.0).then_some((loss_b, (0.0, only_b[1], only_b[0])));
        let better = match (with_a, with_b) {
            (Some(of_a), Some(of_b)) => Some(if of_a.0 <= of_b.0 { of_a } else { of_b }),
            (of_a, of_b) => of_a.or(of_b),
        };
        let (a, b, c) = match better {
            Some((_, numbers)) => numbers,
            None => (0.0, 0.0, pairs.fit_log_odds(&[])?.0[0]),
        };
        Ok(Self { a, b, c })
    }

    /// The numbers a, b (both at least 0) and c.
    pub fn parameters(&self) -> (f64, f64, f64) {
        (self.a, self.b, self.c)
    }

    /// The calibrated probability; NaN for NaN.
    pub fn calibrate(&self, of: f64) -> f64 {
        let of = within(of);
        probability(self.a * of.ln() - self.b * (-of).ln_1p() + self.c)
    }
}

/// A beta calibration as saved, before it is checked.
#[derive(Deserialize)]
struct SavedBeta {
    a: f64,
    b: f64,
    c: f64,
}

impl TryFrom<SavedBeta> for Beta {
    type Error = Error;

    fn try_from(SavedBeta { a, b, c }: SavedBeta) -> Result<Self, Error> {
        check_saved(a >= 0.0 && b >= 0.0 && [a, b, c].iter().all(|it| it.is_finite()))?;
        Ok(Self { a, b, c })
    }
}
