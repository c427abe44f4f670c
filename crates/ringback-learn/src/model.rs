//! What every fitted model can do.

use std::fmt;

use crate::{Error, Matrix};

/// A fitted model: a number for every row of features.
///
/// What the number is says the model: a mean, a quantile, a rate, or the probability of an event. A NaN feature is a
/// missing one; each model says what it makes of it.
pub trait Model: fmt::Debug + Send + Sync {
    /// The names of the features that it was fitted on, in order.
    fn features(&self) -> &[String];

    /// The prediction for a row with one value for each of [`Model::features`], without allocating. Missing trailing
    /// values count as NaN, further ones are ignored.
    fn predict_row(&self, row: &[f64]) -> f64;

    /// The parts that a row's score is the sum of.
    fn explain_row(&self, row: &[f64]) -> Explanation;

    /// The prediction for every row of a matrix.
    ///
    /// # Errors
    ///
    /// [`Error::LengthMismatch`] or [`Error::OtherColumn`] if the columns are not those of [`Model::features`].
    fn predict(&self, matrix: &Matrix) -> Result<Vec<f64>, Error> {
        matrix.expect_columns(self.features())?;
        let mut row = vec![f64::NAN; matrix.columns()];
        let predict = |at| {
            matrix.copy_row(at, &mut row);
            self.predict_row(&row)
        };
        Ok((0..matrix.rows()).map(predict).collect())
    }
}

/// The parts of a score, which add up to it: what is said of an average row, and what each feature's value adds.
///
/// The score is what the model is linear or additive in: the prediction itself for squared and quantile losses and for
/// the mean of trees, the log-odds for a probability by logistic loss, the logarithm for a rate by Poisson loss.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The score of the average row that the model was fitted on.
    pub baseline: f64,
    /// What each feature adds, in the order of [`Model::features`].
    pub parts: Vec<f64>,
}

impl Explanation {
    /// The score: the baseline and all parts.
    pub fn score(&self) -> f64 {
        self.baseline + self.parts.iter().sum::<f64>()
    }
}
