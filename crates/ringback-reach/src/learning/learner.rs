//! The learners that a model of reachability can be made with.

use ringback_learn::{
    Boosting, EarlyStopping, FittedBoosting, FittedForest, FittedLogistic, FittedNet, FittedTree,
    Forest, Logistic, Loss, Matrix, Model, Net, Tree,
};
use serde::{Deserialize, Serialize};

use super::ModelChoice;
use crate::Error;

/// A fitted learner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Learner {
    Logistic(FittedLogistic),
    Tree(FittedTree),
    Forest(FittedForest),
    Boosting(FittedBoosting),
    Net(FittedNet),
}

impl Learner {
    /// Fits a learner to rows in the order of time. `None` for a choice that is no learner.
    pub(crate) fn fit(
        choice: ModelChoice,
        matrix: &Matrix,
        outcomes: &[f64],
        seed: u64,
    ) -> Result<Option<Self>, Error> {
        Ok(Some(match choice {
            ModelChoice::Auto | ModelChoice::Rate => return Ok(None),
            ModelChoice::Logistic => {
                Self::Logistic(Logistic::new().alpha(10.0).fit(matrix, outcomes)?)
            }
            ModelChoice::Tree => {
                let tree = Tree::probability().leaves(24).min_leaf_rows(100);
                Self::Tree(tree.fit(matrix, outcomes)?)
            }
            ModelChoice::Forest => {
                let forest = Forest::probability().trees(100).leaves(128).min_leaf_rows(40);
                Self::Forest(forest.feature_share(0.4).seed(seed).fit(matrix, outcomes)?)
            }
            ModelChoice::Boosting => {
                let stopping = EarlyStopping::new().tail_share(0.2).refit(true);
                let boosting = Boosting::new(Loss::Log).trees(400).learning_rate(0.05).leaves(8);
                let boosting = boosting.min_leaf_rows(60).l2(5.0).seed(seed);
                Self::Boosting(boosting.early_stopping(stopping).fit(matrix, outcomes)?)
            }
            ModelChoice::Net => {
                let net = Net::new(Loss::Log).hidden(&[16]).epochs(30).l2(1e-3).seed(seed);
                Self::Net(net.fit(matrix, outcomes)?)
            }
        }))
    }

    pub(crate) fn choice(&self) -> ModelChoice {
        match self {
            Self::Logistic(_) => ModelChoice::Logistic,
            Self::Tree(_) => ModelChoice::Tree,
            Self::Forest(_) => ModelChoice::Forest,
            Self::Boosting(_) => ModelChoice::Boosting,
            Self::Net(_) => ModelChoice::Net,
        }
    }

    fn model(&self) -> &dyn Model {
        match self {
            Self::Logistic(it) => it,
            Self::Tree(it) => it,
            Self::Forest(it) => it,
            Self::Boosting(it) => it,
            Self::Net(it) => it,
        }
    }

    pub(crate) fn predict_row(&self, row: &[f64]) -> f64 {
        self.model().predict_row(row)
    }

    pub(crate) fn predict(&self, matrix: &Matrix) -> Result<Vec<f64>, Error> {
        Ok(self.model().predict(matrix)?)
    }
}
