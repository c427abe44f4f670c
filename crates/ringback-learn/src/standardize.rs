//! Columns brought to mean 0 and variance 1, with missing values in the middle.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::loss::{Loss, check_weights};
use crate::{Error, Matrix};

/// Below this share of the largest value, a column's deviation is rounding: the column is constant.
const ROUNDING: f64 = 1e-14;

/// Rows that a model can be fitted to: checked, and without those of weight 0.
#[derive(Debug)]
pub(crate) struct Rows<'a> {
    pub(crate) matrix: Cow<'a, Matrix>,
    pub(crate) targets: Cow<'a, [f64]>,
    /// Above 0, with a mean of 1; `None` if all are the same.
    pub(crate) weights: Option<Vec<f64>>,
}

impl<'a> Rows<'a> {
    /// Checks that there are rows, and for each a target that the loss is defined for and a weight.
    pub(crate) fn new(
        matrix: &'a Matrix,
        targets: &'a [f64],
        weights: Option<&[f64]>,
        loss: Loss,
    ) -> Result<Self, Error> {
        let rows = matrix.rows();
        if targets.len() != rows {
            let (got, expected) = (targets.len(), rows);
            return Err(Error::LengthMismatch { what: "targets", got, expected });
        }
        if rows == 0 {
            return Err(Error::TooFewRows { got: 0, needed: 1 });
        }
        loss.check_targets(targets)?;
        let weights = match weights {
            Some(weights) => check_weights(weights, rows)?,
            None => None,
        };
        let (matrix, targets) = (Cow::Borrowed(matrix), Cow::Borrowed(targets));
        let Some(all) = weights else { return Ok(Self { matrix, targets, weights: None }) };
        let used: Vec<usize> = (0..rows).filter(|row| all[*row] > 0.0).collect();
        if used.len() == rows {
            return Ok(Self { matrix, targets, weights: Some(all) });
        }
        Ok(Self {
            matrix: Cow::Owned(matrix.select(&used)),
            targets: used.iter().map(|row| targets[*row]).collect(),
            weights: Some(used.iter().map(|row| all[*row]).collect()),
        })
    }

    /// The mean of the targets.
    pub(crate) fn target_mean(&self) -> f64 {
        weighted_mean(&self.targets, self.weights.as_deref())
    }

    /// The columns at mean 0 and variance 1, a missing value at 0.
    pub(crate) fn standardized(&self, scaling: &Scaling) -> Vec<Vec<f64>> {
        let columns = (0..self.matrix.columns()).map(|place| {
            let values = self.matrix.column(place).unwrap_or_default();
            values.iter().map(|it| scaling.value(place, *it)).collect()
        });
        columns.collect()
    }
}

/// The mean and the inverse deviation of each column.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedScaling")]
pub(crate) struct Scaling {
    means: Vec<f64>,
    /// 1 / standard deviation; 0 for a constant column, which then adds nothing.
    inverses: Vec<f64>,
}

impl Scaling {
    /// The scaling of a matrix's columns over the values that are there; the variance is the one by n, not by n − 1.
    pub(crate) fn of_matrix(matrix: &Matrix, weights: Option<&[f64]>) -> Self {
        let mut scaling = Self::default();
        for place in 0..matrix.columns() {
            scaling.push(matrix.column(place).unwrap_or_default(), weights);
        }
        scaling
    }

    /// Adds a column.
    pub(crate) fn push(&mut self, column: &[f64], weights: Option<&[f64]>) {
        // By the largest value first, so that no square leaves the range of numbers.
        let largest = column.iter().map(|it| it.abs()).fold(0.0, f64::max);
        let there = |row: &usize| !column[*row].is_nan();
        let weight = |row: usize| weights.map_or(1.0, |it| it[row]);
        let mean_of = |value: &dyn Fn(usize) -> f64| {
            let (mut sum, mut total) = (0.0, 0.0);
            for row in (0..column.len()).filter(there) {
                sum += weight(row) * value(row);
                total += weight(row);
            }
            sum / total
        };
        if largest == 0.0 {
            self.means.push(0.0);
            self.inverses.push(0.0);
            return;
        }
        let mean = mean_of(&|row| column[row] / largest);
        let deviation = mean_of(&|row| (column[row] / largest - mean).powi(2)).sqrt();
        let inverse = 1.0 / (deviation * largest);
        let varies = deviation > ROUNDING && inverse.is_finite();
        self.means.push(mean * largest);
        self.inverses.push(if varies { inverse } else { 0.0 });
    }

    /// The number of columns.
    pub(crate) fn columns(&self) -> usize {
        self.means.len()
    }

    pub(crate) fn mean(&self, place: usize) -> f64 {
        self.means.get(place).copied().unwrap_or(0.0)
    }

    /// 1 / standard deviation, 0 for a constant column.
    pub(crate) fn inverse(&self, place: usize) -> f64 {
        self.inverses.get(place).copied().unwrap_or(0.0)
    }

    /// A value in deviations from its column's mean; 0 if it is missing.
    pub(crate) fn value(&self, place: usize, value: f64) -> f64 {
        if !value.is_finite() {
            return 0.0;
        }
        // Half of each, as the difference of two large numbers may leave the range of numbers.
        (value / 2.0 - self.mean(place) / 2.0) * self.inverse(place) * 2.0
    }
}

/// A mean by weights.
pub(crate) fn weighted_mean(values: &[f64], weights: Option<&[f64]>) -> f64 {
    match weights {
        None => values.iter().sum::<f64>() / values.len() as f64,
        Some(weights) => {
            let sum: f64 = values.iter().zip(weights).map(|(value, weight)| value * weight).sum();
            sum / weights.iter().sum::<f64>()
        }
    }
}

/// Says that a setting is outside its range.
pub(crate) fn check_setting(
    fits: bool,
    name: &'static str,
    value: f64,
    expected: &'static str,
) -> Result<(), Error> {
    if fits { Ok(()) } else { Err(Error::Setting { name, value, expected }) }
}

/// A scaling as saved, before it is checked.
#[derive(Deserialize)]
struct SavedScaling {
    means: Vec<f64>,
    inverses: Vec<f64>,
}

impl TryFrom<SavedScaling> for Scaling {
    type Error = Error;

    fn try_from(saved: SavedScaling) -> Result<Self, Error> {
        let SavedScaling { means, inverses } = saved;
        let finite = means.iter().chain(&inverses).all(|it| it.is_finite());
        if means.len() != inverses.len() || !finite || inverses.iter().any(|it| *it < 0.0) {
            return Err(Error::Saved("a column's mean or deviation is damaged".into()));
        }
        Ok(Self { means, inverses })
    }
}
