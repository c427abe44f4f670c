//! Small deterministic learners for tables of features: linear and logistic models, a tree, a forest, gradient
//! boosting, a neural net; probabilities that are calibrated, and intervals that hold.
//!
//! Files in reading order: `matrix`, `model`, `saved`; the learners; `calibrate`, `conformal`, `score`.

mod bins;
mod boosting;
mod calibrate;
mod conformal;
mod error;
mod explain;
mod forest;
mod linear;
mod logistic;
mod loss;
mod matrix;
mod model;
mod net;
mod random;
mod saved;
mod score;
mod standardize;
mod tree;

pub use bins::BinnedMatrix;
pub use boosting::{Boosting, EarlyStopping, FittedBoosting};
pub use calibrate::{Beta, Calibration, Calibrator, Isotonic, Platt};
pub use conformal::{
    AdaptiveConformal, Cqr, GroupMargins, Interval, Margins, SplitConformal, Tails, conformal_rank,
};
pub use error::Error;
pub use forest::{FittedForest, Forest};
pub use linear::{FittedRidge, Ridge};
pub use logistic::{FittedLogistic, Logistic};
pub use loss::Loss;
pub use matrix::Matrix;
pub use model::{Explanation, Model};
pub use net::{Activation, FittedNet, Net};
pub use saved::{SAVED_VERSION, Saved};
pub use score::{CalibrationError, EventScores, ReliabilityBin, ValueScores, crps};
pub use tree::{Condition, Direction, FittedTree, Rule, Tree};
