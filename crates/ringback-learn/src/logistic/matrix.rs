//! Columns as linfa wants them.

use linfa::Dataset;
use linfa::traits::Fit;
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2, ShapeBuilder};

/// linfa's intercept and coefficients of outcome 1, for columns at mean 0 and variance 1; `None` if its solver gives up.
///
/// They are where Newton's steps begin, which decides how many there are, not where they end.
pub(super) fn linfa_coefficients(
    columns: &[Vec<f64>],
    outcomes: &[f64],
    alpha: f64,
) -> Option<Vec<f64>> {
    let shape = (outcomes.len(), columns.len()).f();
    let records = Array2::from_shape_vec(shape, columns.concat()).ok()?;
    let events: Array1<bool> = outcomes.iter().map(|it| *it > 0.5).collect();
    let settings = LogisticRegression::default().alpha(alpha).max_iterations(200);
    let fitted = settings.fit(&Dataset::new(records, events)).ok()?;
    // linfa's first class is the more frequent one.
    let sign = if fitted.labels().pos.class { 1.0 } else { -1.0 };
    let all = [fitted.intercept()].into_iter().chain(fitted.params().iter().copied());
    let all: Vec<f64> = all.map(|it| sign * it).collect();
    all.iter().all(|it| it.is_finite()).then_some(all)
}
