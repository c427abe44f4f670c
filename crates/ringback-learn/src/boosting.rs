//! Gradient boosting on binned features.

mod predict;
mod rounds;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::loss::check_weights;
use crate::tree::branches::Branches;
use crate::tree::limits::Limits;
use crate::tree::packed::Packed;
use crate::{BinnedMatrix, Direction, Error, Loss, Matrix};

/// Settings of gradient boosting: trees that each correct the sum of those before, grown leaf by leaf on binned features.
///
/// Rows are in the order of time where [`Boosting::early_stopping`] is used; otherwise their order says nothing. The same
/// rows, settings and seed give the same model to the last bit, whatever the number of threads.
///
/// # Source
///
/// \[`Friedman2001`\] for boosting, \[`Friedman2002`\] for samples of rows, \[`Chen2016`\] for second derivatives,
/// \[`Ke2017`\] for growth by leaf on histograms. A quantile's leaves say the quantile of their rows' residuals.
///
/// # Example
///
/// ```
/// use ringback_learn::{Boosting, Direction, Loss, Matrix, Model};
///
/// let ahead: Vec<f64> = (0..500).map(|it| f64::from(it % 20)).collect();
/// let hour: Vec<f64> = (0..500).map(|it| f64::from(it / 20 % 12)).collect();
/// let answered: Vec<f64> = ahead.iter().map(|it| f64::from(*it < 9.5)).collect();
/// let matrix = Matrix::new(vec![("callers_ahead".into(), ahead), ("hour".into(), hour)])?;
///
/// let model = Boosting::new(Loss::Log)
///     .trees(50)
///     .monotone("callers_ahead", Direction::Decreasing)
///     .fit(&matrix, &answered)?;
/// assert!(model.predict_row(&[3.0, 9.0]) > 0.95);
/// assert!(model.predict_row(&[15.0, 9.0]) < 0.05);
/// # Ok::<(), ringback_learn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Boosting {
    loss: Loss,
    trees: usize,
    learning_rate: f64,
    leaves: usize,
    min_leaf_rows: usize,
    max_depth: usize,
    l2: f64,
    feature_share: f64,
    row_share: f64,
    seed: u64,
    directions: BTreeMap<String, Direction>,
    early_stopping: Option<EarlyStopping>,
}

/// When to stop adding trees: when the loss on the last rows has not fallen for some rounds.
///
/// # Example
///
/// ```
/// use ringback_learn::{Boosting, EarlyStopping, Loss};
///
/// let settings = Boosting::new(Loss::Squared)
///     .trees(2_000)
///     .early_stopping(EarlyStopping::new().tail_share(0.2).patience(30).refit(true));
/// # drop(settings);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EarlyStopping {
    tail_share: f64,
    patience: usize,
    refit: bool,
}

impl Default for EarlyStopping {
    fn default() -> Self {
        Self::new()
    }
}

impl EarlyStopping {
    /// Stops after 20 rounds without a better loss on the last tenth of the rows; the trees are those found without them.
    pub fn new() -> Self {
        Self { tail_share: 0.1, patience: 20, refit: false }
    }

    /// The share of the rows, the last ones, that the loss is taken on: between 0 and 1, both excluded.
    #[must_use]
    pub fn tail_share(mut self, tail_share: f64) -> Self {
        self.tail_share = tail_share;
        self
    }

    /// The rounds without a better loss after which it stops, at least 1.
    #[must_use]
    pub fn patience(mut self, patience: usize) -> Self {
        self.patience = patience;
        self
    }

    /// `true`: once the number of trees is found, as many are fitted anew on all rows. `false`: the trees are kept as they
    /// are, and have not seen the last rows.
    #[must_use]
    pub fn refit(mut self, refit: bool) -> Self {
        self.refit = refit;
        self
    }
}

impl Boosting {
    /// 100 trees of at most 31 leaves with at least 20 rows each, learning rate 0.1, no penalty, all rows and features for
    /// every tree.
    pub fn new(loss: Loss) -> Self {
        Self {
            loss,
            trees: 100,
            learning_rate: 0.1,
            leaves: 31,
            min_leaf_rows: 20,
            max_depth: usize::MAX,
            l2: 0.0,
            feature_share: 1.0,
            row_share: 1.0,
            seed: 0,
            directions: BTreeMap::new(),
            early_stopping: None,
        }
    }

    /// The number of trees, the most with [`Boosting::early_stopping`]; from 1 to 100,000.
    #[must_use]
    pub fn trees(mut self, trees: usize) -> Self {
        self.trees = trees;
        self
    }

    /// What each tree's values are multiplied by: above 0, at most 1.
    #[must_use]
    pub fn learning_rate(mut self, learning_rate: f64) -> Self {
        self.learning_rate = learning_rate;
        self
    }

    /// The most leaves of a tree, from 2 to 65,536.
    #[must_use]
    pub fn leaves(mut self, leaves: usize) -> Self {
        self.leaves = leaves;
        self
    }

    /// The fewest rows of a leaf, at least 1.
    #[must_use]
    pub fn min_leaf_rows(mut self, min_leaf_rows: usize) -> Self {
        self.min_leaf_rows = min_leaf_rows;
        self
    }

    /// The most questions on the way to a leaf, at least 1; without this any number.
    #[must_use]
    pub fn max_depth(mut self, max_depth: usize) -> Self {
        self.max_depth = max_depth;
        self
    }

    /// What is added to every sum of second derivatives, which shrinks leaves of few rows: at least 0. For losses other than
    /// [`Loss::Log`] and [`Loss::Poisson`] it counts as that many rows that pull to 0; the leaves of quantiles are only
    /// chosen by it, not shrunk.
    #[must_use]
    pub fn l2(mut self, l2: f64) -> Self {
        self.l2 = l2;
        self
    }

    /// The share of the features, drawn anew for every tree, that it may ask about: above 0, at most 1.
    #[must_use]
    pub fn feature_share(mut self, feature_share: f64) -> Self {
        self.feature_share = feature_share;
        self
    }

    /// The share of the rows, drawn anew for every tree, that it is grown on: above 0, at most 1.
    #[must_use]
    pub fn row_share(mut self, row_share: f64) -> Self {
        self.row_share = row_share;
        self
    }

    /// The seed that rows and features are drawn with.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Holds predictions to one direction as the column with this name grows and all others stay. Missing values are not
    /// held to it.
    #[must_use]
    pub fn monotone(mut self, column: &str, direction: Direction) -> Self {
        self.directions.insert(column.to_owned(), direction);
        self
    }

    /// Stops adding trees early; without this all are made.
    #[must_use]
    pub fn early_stopping(mut self, early_stopping: EarlyStopping) -> Self {
        self.early_stopping = Some(early_stopping);
        self
    }

    /// Fits to one target for each row of a matrix.
    ///
    /// If no column tells rows apart the model is a constant.
    ///
    /// # Errors
    ///
    /// As [`Boosting::fit_binned`].
    pub fn fit(&self, matrix: &Matrix, targets: &[f64]) -> Result<FittedBoosting, Error> {
        self.fit_binned(&BinnedMatrix::new(matrix)?, targets, None)
    }

    /// Fits to one target for each row of a matrix that has been binned, with a weight for each row or none.
    ///
    /// Only the weights' ratios count; a row of weight 0 is left out altogether, so that one matrix serves for fits on parts
    /// of its rows.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a setting outside its range, [`Error::UnknownColumn`] for a monotone column that is not there,
    /// [`Error::LengthMismatch`] for another number of targets or weights than rows, [`Error::Value`] for a target that the
    /// loss is not defined for or a weight below 0, [`Error::TooFewRows`] if no weight is above 0, or if there are not two rows
    /// to stop early with.
    pub fn fit_binned(
        &self,
        binned: &BinnedMatrix,
        targets: &[f64],
        weights: Option<&[f64]>,
    ) -> Result<FittedBoosting, Error> {
        self.check()?;
        if targets.len() != binned.rows() {
            let (got, expected) = (targets.len(), binned.rows());
            return Err(Error::LengthMismatch { what: "targets", got, expected });
        }
        self.loss.check_targets(targets)?;
        let weights = match weights {
            Some(weights) => check_weights(weights, binned.rows())?,
            None => None,
        };
        let limits = self.limits(binned)?;
        let data = rounds::Data { binned, targets, weights: weights.as_deref() };
        let (baseline, trees) = rounds::fit(self, &limits, data)?;
        let features = binned.names().to_vec();
        FittedBoosting::of(Parts { loss: self.loss, features, baseline, trees })
    }

    fn check(&self) -> Result<(), Error> {
        self.loss.check()?;
        let setting = |fits: bool, name, value, expected| {
            if fits { Ok(()) } else { Err(Error::Setting { name, value, expected }) }
        };
        let share = "a number above 0 and at most 1";
        let is_share = |it: f64| 0.0 < it && it <= 1.0;
        let count = |it: usize| it as f64;
        let trees = (1..=100_000).contains(&self.trees);
        setting(trees, "trees", count(self.trees), "a number from 1 to 100,000")?;
        let rate = self.learning_rate;
        setting(is_share(rate), "learning_rate", rate, share)?;
        setting(is_share(self.feature_share), "feature_share", self.feature_share, share)?;
        setting(is_share(self.row_share), "row_share", self.row_share, share)?;
        let l2 = self.l2 >= 0.0 && self.l2.is_finite();
        setting(l2, "l2", self.l2, "a finite number of at least 0")?;
        let Some(EarlyStopping { tail_share, patience, .. }) = self.early_stopping else {
            return Ok(());
        };
        let within = 0.0 < tail_share && tail_share < 1.0;
        let expected = "a number between 0 and 1, both excluded";
        setting(within, "tail_share", tail_share, expected)?;
        setting(patience >= 1, "patience", count(patience), "at least 1")
    }

    fn limits(&self, binned: &BinnedMatrix) -> Result<Limits, Error> {
        let mut directions = Vec::new();
        if !self.directions.is_empty() {
            directions = vec![None; binned.names().len()];
        }
        for (name, direction) in &self.directions {
            let place = binned.names().iter().position(|it| it == name);
            let place = place.ok_or_else(|| Error::UnknownColumn { name: name.clone() })?;
            directions[place] = Some(*direction);
        }
        let limits = Limits::new(self.leaves, self.max_depth, self.min_leaf_rows)?;
        Ok(Limits { l2: self.l2, directions, ..limits })
    }
}

/// A boosted model: the sum of a baseline and its trees.
///
/// [`Model::predict_row`](crate::Model::predict_row) gives what the [`Loss`] asks for; a missing value goes the way that
/// suited the rows that missed it, or with the greater part of the rows where none did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct FittedBoosting {
    parts: Parts,
    packed: Packed,
}

/// What is saved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Parts {
    loss: Loss,
    features: Vec<String>,
    baseline: f64,
    trees: Vec<Branches>,
}

impl TryFrom<Parts> for FittedBoosting {
    type Error = Error;

    fn try_from(parts: Parts) -> Result<Self, Error> {
        parts.loss.check()?;
        if !parts.baseline.is_finite() {
            return Err(Error::Saved(format!("baseline is {}", parts.baseline)));
        }
        for tree in &parts.trees {
            tree.expect_features(parts.features.len())?;
        }
        Self::of(parts)
    }
}

impl From<FittedBoosting> for Parts {
    fn from(fitted: FittedBoosting) -> Self {
        fitted.parts
    }
}

impl FittedBoosting {
    fn of(parts: Parts) -> Result<Self, Error> {
        let packed = Packed::new(&parts.trees)
            .ok_or_else(|| Error::Saved("more than 65,534 thresholds of a feature".into()))?;
        Ok(Self { parts, packed })
    }

    /// The loss that it was fitted to.
    pub fn loss(&self) -> Loss {
        self.parts.loss
    }

    /// The number of trees.
    pub fn trees(&self) -> usize {
        self.parts.trees.len()
    }
}
