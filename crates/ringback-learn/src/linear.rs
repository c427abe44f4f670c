//! Ridge regression: a mean that is linear in the features.

mod cholesky;
mod line;

use serde::{Deserialize, Serialize};

pub(crate) use cholesky::solve;
pub(crate) use line::Line;

use crate::loss::Loss;
use crate::standardize::{Rows, Scaling, check_setting, weighted_mean};
use crate::{Error, Explanation, Matrix, Model};

/// A pivot below this share of its column's sum of squares: a column that the ones before it tell to ten digits.
const COLLINEAR: f64 = 1e-10;

/// Rows whose products are summed before the next ones are read, so that they stay in the processor's cache.
const ROWS_AT_ONCE: usize = 512;

/// Ridge regression: least squares with a penalty on large coefficients.
///
/// It makes `Σ w (y − b₀ − Σ bⱼ zⱼ)² + alpha · Σ bⱼ²` small, where `zⱼ` is column j at mean 0 and variance 1 and `w` are the
/// weights, scaled to a mean of 1. The intercept is not penalized. A missing value counts as its column's mean, and nothing
/// else is made of it: a column that is missing for a reason needs a column of its own that says so. A constant column gets
/// coefficient 0. A column that is a linear mix of others is shared between them if `alpha` is above 0; at 0 it is an
/// [`Error::Collinear`].
///
/// The normal equations are solved by Cholesky's method. linfa's elastic net without its L1 part solves the same problem by
/// coordinate descent, but on a stopping rule that is never met then (its duality gap stays at the loss): columns correlated
/// at 0.999 come out wrong by half of the largest coefficient, without a word. The crate's tests compare the two.
///
/// # Source
///
/// \[`Hoerl1970`\]: Hoerl and Kennard, "Ridge Regression: Biased Estimation for Nonorthogonal Problems".
///
/// # Example
///
/// ```
/// use ringback_learn::{Matrix, Model, Ridge};
///
/// let ahead = vec![0.0, 1.0, 2.0, 3.0];
/// let matrix = Matrix::new(vec![("callers_ahead".into(), ahead)])?;
/// let model = Ridge::new().alpha(0.0).fit(&matrix, &[10.0, 40.0, 70.0, 100.0])?;
/// assert!((model.predict_row(&[4.0]) - 130.0).abs() < 1e-9); // 10 s, and 30 s a caller ahead
/// assert!((model.explain_row(&[4.0]).baseline - 55.0).abs() < 1e-9); // the mean wait
/// # Ok::<(), ringback_learn::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ridge {
    alpha: f64,
}

impl Default for Ridge {
    fn default() -> Self {
        Self::new()
    }
}

impl Ridge {
    /// A penalty of 1: as much as one more row that says "0" of every standardized column.
    pub fn new() -> Self {
        Self { alpha: 1.0 }
    }

    /// The penalty, at least 0.
    #[must_use]
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }

    /// Fits to one target for each row of a matrix.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a penalty below 0, [`Error::LengthMismatch`] for another number of targets than rows,
    /// [`Error::TooFewRows`] without a row, [`Error::Value`] for a target that is not from −1e100 to 1e100,
    /// [`Error::Collinear`] for a column that is a linear mix of others (or as many columns as rows) under a penalty of, or
    /// next to, 0.
    pub fn fit(&self, matrix: &Matrix, targets: &[f64]) -> Result<FittedRidge, Error> {
        self.fit_rows(&Rows::new(matrix, targets, None, Loss::Squared)?)
    }

    /// Fits with a weight for each row. Only the weights' ratios count; a row of weight 0 is left out altogether.
    ///
    /// # Errors
    ///
    /// As [`Ridge::fit`], and [`Error::LengthMismatch`] or [`Error::Value`] for weights that are too few, too many or below 0,
    /// [`Error::TooFewRows`] if none is above 0.
    pub fn fit_weighted(
        &self,
        matrix: &Matrix,
        targets: &[f64],
        weights: &[f64],
    ) -> Result<FittedRidge, Error> {
        self.fit_rows(&Rows::new(matrix, targets, Some(weights), Loss::Squared)?)
    }

    fn fit_rows(self, rows: &Rows<'_>) -> Result<FittedRidge, Error> {
        let fits = self.alpha >= 0.0 && self.alpha.is_finite();
        check_setting(fits, "alpha", self.alpha, "a finite number of at least 0")?;
        let scaling = Scaling::of_matrix(&rows.matrix, rows.weights.as_deref());
        let baseline = rows.target_mean();
        let mut targets: Vec<f64> = rows.targets.iter().map(|it| it - baseline).collect();
        let mut columns = rows.standardized(&scaling);
        let centers = center(&mut columns, rows.weights.as_deref());
        if let Some(weights) = &rows.weights {
            for column in columns.iter_mut().chain([&mut targets]) {
                column.iter_mut().zip(weights).for_each(|(value, weight)| *value *= weight.sqrt());
            }
        }
        let names = rows.matrix.names();
        let slopes = self.slopes(&columns, &targets, &scaling, names)?;
        let off: f64 = slopes.iter().zip(&centers).map(|(slope, center)| slope * center).sum();
        Ok(FittedRidge { line: Line::new(names.to_vec(), scaling, baseline - off, slopes)? })
    }

    /// The coefficients of standardized columns, 0 for those that are constant.
    fn slopes(
        self,
        columns: &[Vec<f64>],
        targets: &[f64],
        scaling: &Scaling,
        names: &[String],
    ) -> Result<Vec<f64>, Error> {
        let used: Vec<usize> = (0..columns.len()).filter(|it| scaling.inverse(*it) > 0.0).collect();
        let mut with_target: Vec<&[f64]> = used.iter().map(|it| columns[*it].as_slice()).collect();
        with_target.push(targets);
        let products = gram(&with_target);
        let size = used.len();
        let mut normal = vec![0.0; size * size];
        for row in 0..size {
            for column in 0..=row {
                normal[row * size + column] = products[row * (size + 1) + column];
            }
            normal[row * size + row] += self.alpha;
        }
        let mut solution = products[size * (size + 1)..][..size].to_vec();
        solve(&mut normal, &mut solution, COLLINEAR)
            .map_err(|at| Error::Collinear { column: names[used[at]].clone() })?;
        let mut slopes = vec![0.0; columns.len()];
        for (place, slope) in used.iter().zip(solution) {
            slopes[*place] = slope;
        }
        Ok(slopes)
    }
}

/// Takes from each column what rounding left of its mean, much where a column varies little about a large one.
fn center(columns: &mut [Vec<f64>], weights: Option<&[f64]>) -> Vec<f64> {
    let centers = columns.iter_mut().map(|column| {
        let mean = weighted_mean(column, weights);
        for value in column {
            *value -= mean;
        }
        mean
    });
    centers.collect()
}

/// The products of every two columns, row by row of a lower triangle in a square.
fn gram(columns: &[&[f64]]) -> Vec<f64> {
    let size = columns.len();
    let rows = columns.first().map_or(0, |it| it.len());
    let mut products = vec![0.0; size * size];
    for from in (0..rows).step_by(ROWS_AT_ONCE) {
        let part = from..rows.min(from + ROWS_AT_ONCE);
        for row in 0..size {
            for column in 0..=row {
                let pairs = columns[row][part.clone()].iter().zip(&columns[column][part.clone()]);
                products[row * size + column] += pairs.map(|(a, b)| a * b).sum::<f64>();
            }
        }
    }
    products
}

/// A fitted [`Ridge`]: predicts a mean. Parts are on the target's own scale.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FittedRidge {
    line: Line,
}

impl FittedRidge {
    /// What is predicted where every feature is 0, in the target's unit.
    pub fn intercept(&self) -> f64 {
        self.line.intercept()
    }

    /// What one unit more of each feature adds, in the target's unit, in the order of [`Model::features`].
    pub fn coefficients(&self) -> Vec<f64> {
        self.line.coefficients()
    }
}

impl Model for FittedRidge {
    fn features(&self) -> &[String] {
        self.line.features()
    }

    fn predict_row(&self, row: &[f64]) -> f64 {
        self.line.score(row)
    }

    fn explain_row(&self, row: &[f64]) -> Explanation {
        self.line.explain(row)
    }
}
