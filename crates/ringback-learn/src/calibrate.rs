//! Calibration: probabilities turned into ones that mean what they say.

mod beta;
mod isotonic;
mod platt;

use serde::{Deserialize, Serialize};

pub use beta::Beta;
pub use isotonic::Isotonic;
pub use platt::Platt;

use crate::Error;
use crate::logistic::{Likelihood, check_outcomes};
use crate::loss::{Loss, check_values, check_weights, sigmoid};

/// Probabilities nearer to 0 or 1 than this are moved to it before their logarithm is taken.
const NEAREST: f64 = 1e-9;

/// How hard a coefficient is pulled to 1, for each row: too little to see where the rows say anything.
const PULL: f64 = 1e-10;

/// How a model's probabilities are calibrated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Calibration {
    /// [`Platt`]: two numbers; for a few hundred rows, or a model that is only too sure or too shy.
    Platt,
    /// [`Beta`]: three numbers; also where the two ends are off in different ways.
    Beta,
    /// [`Isotonic`]: any rising curve; from about a thousand rows.
    Isotonic,
}

/// A fitted calibration: it never turns the order of probabilities around.
///
/// Fit it on rows that the model was not fitted on. What it gives lies above 0 and below 1: each kind says by how much.
///
/// # Example
///
/// ```
/// use ringback_learn::{Calibration, Calibrator};
///
/// // A model that says 0.9 where seven of ten answer, and 0.1 where three of ten do.
/// let said = [[0.9; 10], [0.1; 10]].concat();
/// let answered: Vec<f64> = (0..20).map(|it| f64::from(u8::from(it % 10 < if it < 10 { 7 } else { 3 }))).collect();
/// let calibrator = Calibrator::fit(Calibration::Isotonic, &said, &answered, None)?;
/// assert_eq!((calibrator.calibrate(0.9), calibrator.calibrate(0.1)), (0.7, 0.3));
/// assert!((calibrator.calibrate(0.5) - 0.5).abs() < 1e-12); // on the line between
/// # Ok::<(), ringback_learn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Calibrator {
    /// A shift and a stretch of the log-odds.
    Platt(Platt),
    /// The beta family.
    Beta(Beta),
    /// A rising curve.
    Isotonic(Isotonic),
}

impl Calibrator {
    /// Fits a calibration to probabilities and what came of them, 0 or 1, with a weight for each or none.
    ///
    /// # Errors
    ///
    /// [`Error::LengthMismatch`] for different numbers of them, [`Error::TooFewRows`] of none (or none with a weight above 0),
    /// [`Error::Value`] for a probability outside 0 to 1, an outcome that is neither 0 nor 1, or a weight below 0.
    pub fn fit(
        calibration: Calibration,
        probabilities: &[f64],
        outcomes: &[f64],
        weights: Option<&[f64]>,
    ) -> Result<Self, Error> {
        Ok(match calibration {
            Calibration::Platt => Self::Platt(Platt::fit(probabilities, outcomes, weights)?),
            Calibration::Beta => Self::Beta(Beta::fit(probabilities, outcomes, weights)?),
            Calibration::Isotonic => {
                Self::Isotonic(Isotonic::fit(probabilities, outcomes, weights)?)
            }
        })
    }

    /// The probability that a model's probability stands for; NaN for NaN. A number outside 0 to 1 counts as the nearer end.
    pub fn calibrate(&self, probability: f64) -> f64 {
        match self {
            Self::Platt(it) => it.calibrate(probability),
            Self::Beta(it) => it.calibrate(probability),
            Self::Isotonic(it) => it.calibrate(probability),
        }
    }
}

/// Probabilities with their outcomes, checked, and without those of weight 0.
struct Pairs {
    probabilities: Vec<f64>,
    outcomes: Vec<f64>,
    /// Above 0, with a mean of 1.
    weights: Vec<f64>,
}

impl Pairs {
    fn new(
        probabilities: &[f64],
        outcomes: &[f64],
        weights: Option<&[f64]>,
    ) -> Result<Self, Error> {
        let rows = probabilities.len();
        if outcomes.len() != rows {
            let (got, expected) = (outcomes.len(), rows);
            return Err(Error::LengthMismatch { what: "outcomes", got, expected });
        }
        let is_probability = |it: f64| (0.0..=1.0).contains(&it);
        check_values("probability", probabilities, is_probability, "a number from 0 to 1")?;
        check_outcomes(outcomes)?;
        let weights = match weights {
            Some(weights) => check_weights(weights, rows)?,
            None => None,
        };
        if rows == 0 {
            return Err(Error::TooFewRows { got: 0, needed: 1 });
        }
        let weights = weights.unwrap_or_else(|| vec![1.0; rows]);
        let used = || (0..rows).filter(|row| weights[*row] > 0.0);
        Ok(Self {
            probabilities: used().map(|row| probabilities[row]).collect(),
            outcomes: used().map(|row| outcomes[row]).collect(),
            weights: used().map(|row| weights[row]).collect(),
        })
    }

    /// Outcomes moved off 0 and 1 as if there were one more of each, so that no fit runs to infinity.
    ///
    /// # Source
    ///
    /// Section 2.2 of \[`Platt1999`\].
    fn smoothed_outcomes(&self) -> Vec<f64> {
        let pairs = || self.outcomes.iter().zip(&self.weights);
        let events: f64 = pairs().map(|(outcome, weight)| outcome * weight).sum();
        let others: f64 = pairs().map(|(outcome, weight)| (1.0 - outcome) * weight).sum();
        let (event, other) = ((events + 1.0) / (events + 2.0), 1.0 / (others + 2.0));
        self.outcomes.iter().map(|it| if *it > 0.5 { event } else { other }).collect()
    }

    /// The coefficients of columns made from the probabilities: the intercept, then one for each, pulled a hair's breadth to 1,
    /// what leaves probabilities as they are, where the probabilities do not tell. And the loss.
    fn fit_log_odds(&self, columns: &[Vec<f64>]) -> Result<(Vec<f64>, f64), Error> {
        let targets = self.smoothed_outcomes();
        let pull_to = vec![1.0; columns.len()];
        let likelihood = Likelihood {
            columns,
            targets: &targets,
            weights: Some(&self.weights),
            penalty: PULL * self.weights.len() as f64,
            pull_to: &pull_to,
        };
        let constant = Loss::Log.constant(&targets, Some(&self.weights));
        let found = likelihood.fit("calibration", likelihood.constant_start(constant))?;
        let loss = likelihood.loss(&found);
        Ok((found, loss))
    }
}

fn within(probability: f64) -> f64 {
    probability.clamp(NEAREST, 1.0 - NEAREST)
}

/// A probability from log-odds, at least 1e-9 from 0 and 1.
fn probability(log_odds: f64) -> f64 {
    within(sigmoid(log_odds))
}

/// Says that a saved calibration is damaged unless it fits.
fn check_saved(fits: bool) -> Result<(), Error> {
    if fits { Ok(()) } else { Err(Error::Saved("a calibration is damaged".into())) }
}
