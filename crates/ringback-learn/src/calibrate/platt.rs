//! Platt's calibration.

use serde::{Deserialize, Serialize};

use super::{Pairs, check_saved, probability, within};
use crate::Error;

/// Platt's calibration on log-odds: `logit p' = slope · logit p + shift`.
///
/// The slope is at least 0: probabilities that rank the wrong way round all become the same. Outcomes are moved off 0 and 1
/// as Platt does it, by (n₁ + 1) / (n₁ + 2) and 1 / (n₀ + 2), so a fit to outcomes that are all the same, or that the
/// probabilities separate, is finite. Probabilities that are all the same keep slope 1. It gives at least 1e-9 and at most
/// 1 − 1e-9.
///
/// # Source
///
/// \[`Platt1999`\]: Platt, "Probabilistic Outputs for Support Vector Machines and Comparisons to Regularized Likelihood
/// Methods", with the log-odds in place of a margin.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedPlatt")]
pub struct Platt {
    slope: f64,
    shift: f64,
}

impl Platt {
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
        let column: Vec<f64> = pairs.probabilities.iter().map(|it| logit(*it)).collect();
        let (found, _) = pairs.fit_log_odds(&[column])?;
        if found[1] >= 0.0 {
            return Ok(Self { slope: found[1], shift: found[0] });
        }
        let (found, _) = pairs.fit_log_odds(&[])?;
        Ok(Self { slope: 0.0, shift: found[0] })
    }

    /// What the log-odds are multiplied by, at least 0: below 1 for a model that was too sure.
    pub fn slope(&self) -> f64 {
        self.slope
    }

    /// What is added to the log-odds.
    pub fn shift(&self) -> f64 {
        self.shift
    }

    /// The calibrated probability; NaN for NaN.
    pub fn calibrate(&self, of: f64) -> f64 {
        probability(self.slope * logit(of) + self.shift)
    }
}

fn logit(probability: f64) -> f64 {
    let probability = within(probability);
    probability.ln() - (-probability).ln_1p()
}

/// A Platt calibration as saved, before it is checked.
#[derive(Deserialize)]
struct SavedPlatt {
    slope: f64,
    shift: f64,
}

impl TryFrom<SavedPlatt> for Platt {
    type Error = Error;

    fn try_from(SavedPlatt { slope, shift }: SavedPlatt) -> Result<Self, Error> {
        check_saved(slope >= 0.0 && slope.is_finite() && shift.is_finite())?;
        Ok(Self { slope, shift })
    }
}
