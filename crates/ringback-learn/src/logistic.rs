//! Logistic regression: a probability whose log-odds are linear in the features.

mod matrix;
mod newton;

use serde::{Deserialize, Serialize};

pub(crate) use newton::Likelihood;

use crate::linear::Line;
use crate::loss::{Loss, check_values, sigmoid};
use crate::standardize::{Rows, Scaling, check_setting};
use crate::{Error, Explanation, Matrix, Model};
use matrix::linfa_coefficients;

/// Logistic regression with a penalty on large coefficients; it gives probabilities, never labels.
///
/// It makes `Σ w · loss + alpha / 2 · Σ bⱼ²` small, where loss is the logarithmic one, `bⱼ` belongs to column j at mean 0 and
/// variance 1, and `w` are the weights, scaled to a mean of 1. The intercept is not penalized. As the penalty is above 0,
/// outcomes that the features separate give finite coefficients, and columns that are a mix of others share theirs. A missing
/// value counts as its column's mean. If all outcomes are the same the model is a constant: the probability of an outcome
/// that half a row more says otherwise, (n + ½) / (n + 1).
///
/// linfa finds the coefficients of rows without weights. Its answer is about the more frequent outcome and does not say
/// whether it has converged, so the sign is set by the class that it names, and Newton steps take the coefficients from there
/// to where the gradient is 0 up to rounding, or say that they cannot. linfa knows no weights: with them Newton's steps begin
/// at the constant.
///
/// # Source
///
/// \[`LeCessie1992`\]: le Cessie and van Houwelingen, "Ridge Estimators in Logistic Regression".
///
/// # Example
///
/// ```
/// use ringback_learn::{Logistic, Matrix, Model};
///
/// let hour = vec![9.0, 10.0, 11.0, 12.0, 17.0, 18.0, 19.0, 20.0];
/// let answered = [0.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 1.0];
/// let matrix = Matrix::new(vec![("hour".into(), hour)])?;
/// let model = Logistic::new().fit(&matrix, &answered)?;
/// let probability = model.predict_row(&[19.0]);
/// assert!(0.5 < probability && probability < 1.0);
/// let log_odds = model.explain_row(&[19.0]).score();
/// assert!((probability - 1.0 / (1.0 + (-log_odds).exp())).abs() < 1e-12);
/// # Ok::<(), ringback_learn::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Logistic {
    alpha: f64,
}

impl Default for Logistic {
    fn default() -> Self {
        Self::new()
    }
}

impl Logistic {
    /// A penalty of 1.
    pub fn new() -> Self {
        Self { alpha: 1.0 }
    }

    /// The penalty, above 0. scikit-learn's `C` is its inverse.
    #[must_use]
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }

    /// Fits to one outcome for each row of a matrix, 0 or 1.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a penalty that is not above 0, [`Error::LengthMismatch`] for another number of outcomes than
    /// rows, [`Error::TooFewRows`] without a row, [`Error::Value`] for an outcome that is neither 0 nor 1,
    /// [`Error::NoConvergence`] if a penalty next to 0 lets the coefficients run away.
    pub fn fit(&self, matrix: &Matrix, outcomes: &[f64]) -> Result<FittedLogistic, Error> {
        self.fit_rows(&Rows::new(matrix, outcomes, None, Loss::Log)?)
    }

    /// Fits with a weight for each row. Only the weights' ratios count; a row of weight 0 is left out altogether.
    ///
    /// # Errors
    ///
    /// As [`Logistic::fit`], and [`Error::LengthMismatch`] or [`Error::Value`] for weights that are too few, too many or below
    /// 0, [`Error::TooFewRows`] if none is above 0.
    pub fn fit_weighted(
        &self,
        matrix: &Matrix,
        outcomes: &[f64],
        weights: &[f64],
    ) -> Result<FittedLogistic, Error> {
        self.fit_rows(&Rows::new(matrix, outcomes, Some(weights), Loss::Log)?)
    }

    fn fit_rows(self, rows: &Rows<'_>) -> Result<FittedLogistic, Error> {
        let fits = self.alpha > 0.0 && self.alpha.is_finite();
        check_setting(fits, "alpha", self.alpha, "a finite number above 0")?;
        check_outcomes(&rows.targets)?;
        let weights = rows.weights.as_deref();
        let scaling = Scaling::of_matrix(&rows.matrix, weights);
        let names = rows.matrix.names().to_vec();
        let constant = Loss::Log.constant(&rows.targets, weights);
        let share = rows.target_mean();
        if share <= 0.0 || share >= 1.0 {
            let slopes = vec![0.0; names.len()];
            return Ok(FittedLogistic { line: Line::new(names, scaling, constant, slopes)? });
        }
        let columns = rows.standardized(&scaling);
        let pull_to = vec![0.0; columns.len()];
        let likelihood = Likelihood {
            columns: &columns,
            targets: &rows.targets,
            weights,
            penalty: self.alpha,
            pull_to: &pull_to,
        };
        let start = match weights {
            None => linfa_coefficients(&columns, &rows.targets, self.alpha),
            Some(_) => None,
        };
        let start = start.unwrap_or_else(|| likelihood.constant_start(constant));
        let mut found = likelihood.fit("logistic regression", start)?;
        let baseline = found.remove(0);
        Ok(FittedLogistic { line: Line::new(names, scaling, baseline, found)? })
    }
}

/// Checks that every outcome is 0 or 1.
pub(crate) fn check_outcomes(outcomes: &[f64]) -> Result<(), Error> {
    check_values("outcome", outcomes, |it| matches!(it, 0.0 | 1.0), "0 or 1")
}

/// A fitted [`Logistic`]: predicts the probability of outcome 1. Parts are on the scale of log-odds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FittedLogistic {
    line: Line,
}

impl FittedLogistic {
    /// The log-odds where every feature is 0.
    pub fn intercept(&self) -> f64 {
        self.line.intercept()
    }

    /// What one unit more of each feature adds to the log-odds, in the order of [`Model::features`].
    pub fn coefficients(&self) -> Vec<f64> {
        self.line.coefficients()
    }
}

impl Model for FittedLogistic {
    fn features(&self) -> &[String] {
        self.line.features()
    }

    fn predict_row(&self, row: &[f64]) -> f64 {
        sigmoid(self.line.score(row))
    }

    fn explain_row(&self, row: &[f64]) -> Explanation {
        self.line.explain(row)
    }
}
