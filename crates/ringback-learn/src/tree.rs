//! One small tree that can be read, and what all trees are made of.

pub(crate) mod average;
pub(crate) mod branches;
pub(crate) mod grow;
pub(crate) mod histogram;
pub(crate) mod limits;
pub(crate) mod packed;
mod rule;
mod split;

use serde::{Deserialize, Serialize};

use crate::explain::explain;
use crate::{BinnedMatrix, Error, Explanation, Matrix, Model};
use average::{Averaged, Mean};
use branches::Branches;
use limits::Limits;

pub use limits::Direction;
pub use rule::{Condition, Rule};

/// Settings of a single tree, small enough to be read: [`FittedTree::rules`] lists what it says.
///
/// It is grown leaf by leaf, the split first that takes most off the squared error; for probabilities that is the split that
/// takes most off the Gini impurity. The same rows give the same tree to the last bit.
///
/// # Source
///
/// \[`Breiman1984`\].
///
/// # Example
///
/// ```
/// use ringback_learn::{Matrix, Model, Tree};
///
/// let hour: Vec<f64> = (0..240).map(|it| f64::from(it % 24)).collect();
/// let answered: Vec<f64> = hour.iter().map(|it| f64::from(*it > 16.5)).collect();
/// let matrix = Matrix::new(vec![("hour".into(), hour)])?;
///
/// let tree = Tree::probability().fit(&matrix, &answered)?;
/// assert!(tree.predict_row(&[18.0]) > 0.999);
/// let texts: Vec<String> = tree.rules().iter().map(ToString::to_string).collect();
/// let expected = ["hour <= 16.5 (or missing): 0 (71 % of rows)", "hour > 16.5: 1 (29 % of rows)"];
/// assert_eq!(texts, expected);
/// # Ok::<(), ringback_learn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    mean: Mean,
    leaves: usize,
    max_depth: usize,
    min_leaf_rows: usize,
}

impl Tree {
    /// A tree that predicts the mean of any numbers: at most 16 leaves, with at least 20 rows each, at most 5 questions deep.
    pub fn mean() -> Self {
        Self { mean: Mean::Value, leaves: 16, max_depth: 5, min_leaf_rows: 20 }
    }

    /// The same for the probability of an event: targets are 0 or 1, or a share between.
    pub fn probability() -> Self {
        Self { mean: Mean::Probability, ..Self::mean() }
    }

    /// The most leaves, from 2 to 65,536.
    #[must_use]
    pub fn leaves(mut self, leaves: usize) -> Self {
        self.leaves = leaves;
        self
    }

    /// The most questions on the way to a leaf, at least 1.
    #[must_use]
    pub fn max_depth(mut self, max_depth: usize) -> Self {
        self.max_depth = max_depth;
        self
    }

    /// The fewest rows of a leaf, at least 1.
    #[must_use]
    pub fn min_leaf_rows(mut self, min_leaf_rows: usize) -> Self {
        self.min_leaf_rows = min_leaf_rows;
        self
    }

    /// Fits to one target for each row of a matrix.
    ///
    /// If no column tells rows apart the tree is a single leaf.
    ///
    /// # Errors
    ///
    /// As [`Tree::fit_binned`].
    pub fn fit(&self, matrix: &Matrix, targets: &[f64]) -> Result<FittedTree, Error> {
        self.fit_binned(&BinnedMatrix::new(matrix)?, targets, None)
    }

    /// Fits to one target for each row of a matrix that has been binned, with a weight for each row or none; a row of weight
    /// 0 is left out.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a setting outside its range, [`Error::LengthMismatch`] for another number of targets or weights
    /// than rows, [`Error::Value`] for a target that is not a number (of 0 to 1 for a probability) or a weight below 0,
    /// [`Error::TooFewRows`] if no weight is above 0.
    pub fn fit_binned(
        &self,
        binned: &BinnedMatrix,
        targets: &[f64],
        weights: Option<&[f64]>,
    ) -> Result<FittedTree, Error> {
        let limits = Limits::new(self.leaves, self.max_depth, self.min_leaf_rows)?;
        let averaged = Averaged::new(self.mean, binned, targets, weights)?;
        let tree = averaged.grow(binned, &limits, averaged.rows(), 1.0);
        Ok(FittedTree { features: binned.names().to_vec(), tree })
    }
}

/// A tree: the mean target of the rows that answered its questions alike.
///
/// A missing value goes the way that suited the rows that missed it, or with the greater part of the rows where none did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parts")]
pub struct FittedTree {
    features: Vec<String>,
    tree: Branches,
}

/// A tree as read, not checked yet.
#[derive(Deserialize)]
struct Parts {
    features: Vec<String>,
    tree: Branches,
}

impl TryFrom<Parts> for FittedTree {
    type Error = Error;

    fn try_from(parts: Parts) -> Result<Self, Error> {
        parts.tree.expect_features(parts.features.len())?;
        Ok(Self { features: parts.features, tree: parts.tree })
    }
}

impl FittedTree {
    /// What the tree says, one rule for each leaf, from left to right.
    pub fn rules(&self) -> Vec<Rule> {
        rule::rules(&self.tree, &self.features)
    }
}

impl Model for FittedTree {
    fn features(&self) -> &[String] {
        &self.features
    }

    fn predict_row(&self, row: &[f64]) -> f64 {
        self.tree.leaf(row).value
    }

    fn explain_row(&self, row: &[f64]) -> Explanation {
        explain(std::slice::from_ref(&self.tree), 0.0, row, self.features.len())
    }
}
