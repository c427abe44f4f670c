//! Many trees on samples of rows and features, averaged.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::explain::explain;
use crate::random::Random;
use crate::tree::average::{Averaged, Mean};
use crate::tree::branches::Branches;
use crate::tree::limits::Limits;
use crate::tree::packed::Packed;
use crate::{BinnedMatrix, Error, Explanation, Matrix, Model};

/// Settings of a random forest: trees on rows drawn with replacement and on a share of the features, averaged.
///
/// A probability is the mean of the leaves' rates, never a vote. Each tree draws from a generator of its own, so that the
/// same rows, settings and seed give the same forest to the last bit, whatever the number of threads.
///
/// # Source
///
/// \[`Breiman2001`\]; features are drawn once for each tree, as in \[`Ho1998`\], not at each split.
///
/// # Example
///
/// ```
/// use ringback_learn::{Forest, Matrix, Model};
///
/// let hour: Vec<f64> = (0..960).map(|it| f64::from(it % 24)).collect();
/// let answered: Vec<f64> = (0..960).map(|it| f64::from(it % 24 > 16 && it % 5 > 0)).collect();
/// let matrix = Matrix::new(vec![("hour".into(), hour)])?;
///
/// let forest = Forest::probability().trees(50).seed(7).fit(&matrix, &answered)?;
/// assert!((forest.predict_row(&[20.0]) - 0.8).abs() < 0.1);
/// # Ok::<(), ringback_learn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Forest {
    mean: Mean,
    trees: usize,
    leaves: usize,
    max_depth: usize,
    min_leaf_rows: usize,
    feature_share: f64,
    seed: u64,
}

impl Forest {
    /// A forest that predicts the mean of any numbers: 200 trees of at most 256 leaves with at least 5 rows each, on half of
    /// the features.
    pub fn mean() -> Self {
        Self {
            mean: Mean::Value,
            trees: 200,
            leaves: 256,
            max_depth: usize::MAX,
            min_leaf_rows: 5,
            feature_share: 0.5,
            seed: 0,
        }
    }

    /// The same for the probability of an event: targets are 0 or 1, or a share between.
    pub fn probability() -> Self {
        Self { mean: Mean::Probability, ..Self::mean() }
    }

    /// The number of trees, from 1 to 100,000.
    #[must_use]
    pub fn trees(mut self, trees: usize) -> Self {
        self.trees = trees;
        self
    }

    /// The most leaves of a tree, from 2 to 65,536.
    #[must_use]
    pub fn leaves(mut self, leaves: usize) -> Self {
        self.leaves = leaves;
        self
    }

    /// The most questions on the way to a leaf, at least 1; without this any number.
    #[must_use]
    pub fn max_depth(mut self, max_depth: usize) -> Self {
        self.max_depth = max_depth;
        self
    }

    /// The fewest rows of a leaf, at least 1; a row drawn twice counts twice.
    #[must_use]
    pub fn min_leaf_rows(mut self, min_leaf_rows: usize) -> Self {
        self.min_leaf_rows = min_leaf_rows;
        self
    }

    /// The share of the features that each tree may ask about: above 0, at most 1.
    #[must_use]
    pub fn feature_share(mut self, feature_share: f64) -> Self {
        self.feature_share = feature_share;
        self
    }

    /// The seed that rows and features are drawn with.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Fits to one target for each row of a matrix.
    ///
    /// If no column tells rows apart every tree is a single leaf.
    ///
    /// # Errors
    ///
    /// As [`Forest::fit_binned`].
    pub fn fit(&self, matrix: &Matrix, targets: &[f64]) -> Result<FittedForest, Error> {
        self.fit_binned(&BinnedMatrix::new(matrix)?, targets, None)
    }

    /// Fits to one target for each row of a matrix that has been binned, with a weight for each row or none; a row of weight
    /// 0 is left out. Rows are drawn alike, and count by their weights.
    ///
    /// # Errors
    ///
    /// As [`Tree::fit_binned`](crate::Tree::fit_binned).
    pub fn fit_binned(
        &self,
        binned: &BinnedMatrix,
        targets: &[f64],
        weights: Option<&[f64]>,
    ) -> Result<FittedForest, Error> {
        let limits = self.check()?;
        let averaged = Averaged::new(self.mean, binned, targets, weights)?;
        let rows = averaged.rows();
        let grow = |tree: u64| {
            let mut random = Random::of_part(self.seed, tree);
            let mut drawn: Vec<u32> = rows.iter().map(|_| rows[random.below(rows.len())]).collect();
            // In order, rows that lie together are read together.
            drawn.sort_unstable();
            let columns = binned.draw_columns(self.feature_share, &mut random);
            let columns = columns.as_ref().unwrap_or(binned);
            averaged.grow(columns, &limits, drawn, 1.0 / self.trees as f64)
        };
        let trees: Vec<Branches> = (0..self.trees as u64).into_par_iter().map(grow).collect();
        FittedForest::of(Parts { mean: self.mean, features: binned.names().to_vec(), trees })
    }

    fn check(&self) -> Result<Limits, Error> {
        if !(1..=100_000).contains(&self.trees) {
            let (value, expected) = (self.trees as f64, "a number from 1 to 100,000");
            return Err(Error::Setting { name: "trees", value, expected });
        }
        let share = self.feature_share;
        if !(0.0 < share && share <= 1.0) {
            let (name, expected) = ("feature_share", "a number above 0 and at most 1");
            return Err(Error::Setting { name, value: share, expected });
        }
        Limits::new(self.leaves, self.max_depth, self.min_leaf_rows)
    }
}

/// A forest: the mean of what its trees say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct FittedForest {
    parts: Parts,
    packed: Packed,
}

/// What is saved. Leaf values are divided by the number of trees, so that their sum is the mean.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Parts {
    mean: Mean,
    features: Vec<String>,
    trees: Vec<Branches>,
}

impl TryFrom<Parts> for FittedForest {
    type Error = Error;

    fn try_from(parts: Parts) -> Result<Self, Error> {
        for tree in &parts.trees {
            tree.expect_features(parts.features.len())?;
        }
        Self::of(parts)
    }
}

impl From<FittedForest> for Parts {
    fn from(fitted: FittedForest) -> Self {
        fitted.parts
    }
}

impl FittedForest {
    fn of(parts: Parts) -> Result<Self, Error> {
        let packed = Packed::new(&parts.trees)
            .ok_or_else(|| Error::Saved("more than 65,534 thresholds of a feature".into()))?;
        Ok(Self { parts, packed })
    }

    /// The number of trees.
    pub fn trees(&self) -> usize {
        self.parts.trees.len()
    }
}

impl Model for FittedForest {
    fn features(&self) -> &[String] {
        &self.parts.features
    }

    fn predict_row(&self, row: &[f64]) -> f64 {
        let mean = self.packed.sum(row);
        match self.parts.mean {
            Mean::Value => mean,
            // The sum of a hundred hundredths may round to a little above 1.
            Mean::Probability => mean.clamp(0.0, 1.0),
        }
    }

    fn explain_row(&self, row: &[f64]) -> Explanation {
        explain(&self.parts.trees, 0.0, row, self.parts.features.len())
    }
}
