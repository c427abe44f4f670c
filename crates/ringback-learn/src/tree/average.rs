//! Trees whose leaves say the mean target of their rows.

use super::branches::Branches;
use super::grow::{Pool, Rows, grow};
use super::histogram::{Derivatives, MOST_ROWS_OF_ONE_LANE};
use super::limits::Limits;
use crate::loss::{check_values, check_weights};
use crate::{BinnedMatrix, Error};

/// Targets and weights that have been checked.
#[derive(Clone, Debug)]
pub(crate) struct Averaged<'a> {
    targets: &'a [f64],
    weights: Option<Vec<f64>>,
}

/// What the mean of the targets is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum Mean {
    /// Of any numbers.
    Value,
    /// Of 0 where an event did not happen and 1 where it did.
    Probability,
}

impl<'a> Averaged<'a> {
    pub(crate) fn new(
        mean: Mean,
        binned: &BinnedMatrix,
        targets: &'a [f64],
        weights: Option<&[f64]>,
    ) -> Result<Self, Error> {
        if targets.len() != binned.rows() {
            let (got, expected) = (targets.len(), binned.rows());
            return Err(Error::LengthMismatch { what: "targets", got, expected });
        }
        let (least, most, expected) = match mean {
            Mean::Value => (-1e100, 1e100, "a number from -1e100 to 1e100"),
            Mean::Probability => (0.0, 1.0, "a number from 0 to 1"),
        };
        check_values("target", targets, |it| (least..=most).contains(&it), expected)?;
        let weights = match weights {
            Some(weights) => check_weights(weights, binned.rows())?,
            None => None,
        };
        Ok(Self { targets, weights })
    }

    fn weight(&self, row: u32) -> f64 {
        self.weights.as_ref().map_or(1.0, |it| it[row as usize])
    }

    /// The rows with a weight above 0, ascending.
    pub(crate) fn rows(&self) -> Vec<u32> {
        let all = 0..u32::try_from(self.targets.len()).unwrap_or(u32::MAX);
        all.filter(|it| self.weight(*it) > 0.0).collect()
    }

    /// Grows one tree on rows that may stand several times, asking about the columns of `binned`. Leaf values are multiplied
    /// by `share`.
    pub(crate) fn grow(
        &self,
        binned: &BinnedMatrix,
        limits: &Limits,
        rows: Vec<u32>,
        share: f64,
    ) -> Branches {
        if self.weights.is_some() || rows.len() > MOST_ROWS_OF_ONE_LANE {
            self.grow_with::<2>(binned, limits, rows, share)
        } else {
            self.grow_with::<1>(binned, limits, rows, share)
        }
    }

    fn grow_with<const LANES: usize>(
        &self,
        binned: &BinnedMatrix,
        limits: &Limits,
        rows: Vec<u32>,
        share: f64,
    ) -> Branches {
        let total = self.total(&rows);
        let mean = self.mean(&rows);
        let row_weight = |row: usize| self.weights.as_ref().map_or(1.0, |it| it[row]);
        let first = |(row, target): (usize, &f64)| row_weight(row) * (mean - target);
        let first: Vec<f64> = self.targets.iter().enumerate().map(first).collect();
        let second: Vec<f64> = (0..self.targets.len()).map(row_weight).collect();
        let derivatives = Derivatives::<LANES>::new(&first, &second, rows.len());
        let rows = Rows { sample: rows, others: Vec::new() };
        let grown = grow(binned, limits, &derivatives, rows, &mut Pool::default());
        if !grown.is_split() {
            return Branches::constant(share * mean, total);
        }
        let mut value = |rows: &[u32]| share * self.mean(rows);
        grown.finish(limits, &mut value, &|rows| self.total(rows))
    }

    fn total(&self, rows: &[u32]) -> f64 {
        rows.iter().map(|it| self.weight(*it)).sum()
    }

    fn mean(&self, rows: &[u32]) -> f64 {
        let sum: f64 = rows.iter().map(|it| self.weight(*it) * self.targets[*it as usize]).sum();
        sum / self.total(rows)
    }
}
