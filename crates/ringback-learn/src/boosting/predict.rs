//! What a boosted model says of a row, and why.

use super::FittedBoosting;
use crate::{Error, Explanation, Matrix, Model};

/// The rows that are copied out of a matrix at a time.
const ROWS_AT_A_TIME: usize = 64;

impl FittedBoosting {
    /// The score of a row: the prediction before [`Loss::prediction`](crate::Loss::prediction). Does not allocate.
    pub fn score_row(&self, row: &[f64]) -> f64 {
        self.parts.baseline + self.packed.sum(row)
    }
}

impl Model for FittedBoosting {
    fn features(&self) -> &[String] {
        &self.parts.features
    }

    fn predict_row(&self, row: &[f64]) -> f64 {
        self.parts.loss.prediction(self.score_row(row))
    }

    fn explain_row(&self, row: &[f64]) -> Explanation {
        crate::explain::explain(
            &self.parts.trees,
            self.parts.baseline,
            row,
            self.parts.features.len(),
        )
    }

    fn predict(&self, matrix: &Matrix) -> Result<Vec<f64>, Error> {
        matrix.expect_columns(self.features())?;
        let width = matrix.columns();
        let mut rows = vec![0.0; width * ROWS_AT_A_TIME];
        let mut predictions = Vec::with_capacity(matrix.rows());
        for from in (0..matrix.rows()).step_by(ROWS_AT_A_TIME) {
            let to = matrix.rows().min(from + ROWS_AT_A_TIME);
            for place in 0..width {
                let values = matrix.column(place).map_or(&[][..], |it| &it[from..to]);
                for (at, value) in values.iter().enumerate() {
                    rows[at * width + place] = *value;
                }
            }
            let predict = |at: usize| self.predict_row(&rows[at * width..(at + 1) * width]);
            predictions.extend((0..to - from).map(predict));
        }
        Ok(predictions)
    }
}
