//! What moves the log-odds of every customer alike: the segment's hours and days, misses in a row, the stretch since the last
//! attempt, the kind of attempt.

use serde::{Deserialize, Serialize};

use crate::history::{Context, DAYS, GAPS, HOURS, KINDS, Moment, STREAKS};

/// Columns of a segment: the hours of working days and of weekends, and the days of the week.
const OF_SEGMENT: usize = 2 * HOURS + DAYS;
/// Columns that all segments share.
const SHARED: usize = STREAKS + GAPS + KINDS;
/// How hard an effect is pulled to 0: that of a normal prior with a standard deviation of ½.
const PULL: f64 = 4.0;

/// The effects that one attempt has, by column.
pub(crate) type Columns = [usize; 5];

/// Additive effects on log-odds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Effects {
    segments: usize,
    values: Vec<f64>,
}

/// Gradient and curvature of the log-likelihood in the effects.
#[derive(Clone, Debug)]
pub(crate) struct Slopes {
    gradient: Vec<f64>,
    /// The upper triangle by rows of a square matrix.
    curvature: Vec<f64>,
}

impl Effects {
    pub(crate) fn none(segments: usize) -> Self {
        Self { segments, values: vec![0.0; segments * OF_SEGMENT + SHARED] }
    }

    pub(crate) fn columns(&self, segment: u16, moment: Moment, context: Context) -> Columns {
        let segment = usize::from(segment);
        let of_segment = if segment < self.segments { segment * OF_SEGMENT } else { 0 };
        let shared = self.segments * OF_SEGMENT;
        let hour = usize::from(moment.is_weekend()) * HOURS + usize::from(moment.hour) % HOURS;
        let within = |it: u8, most: usize| usize::from(it).min(most - 1);
        [
            of_segment + hour,
            of_segment + 2 * HOURS + usize::from(moment.day) % DAYS,
            shared + within(context.streak, STREAKS),
            shared + STREAKS + within(context.gap, GAPS),
            shared + STREAKS + GAPS + within(context.kind, KINDS),
        ]
    }

    /// What the effects add to the log-odds.
    pub(crate) fn sum(&self, columns: &Columns) -> f64 {
        columns.iter().map(|it| self.values[*it]).sum()
    }

    pub(crate) fn slopes(&self) -> Slopes {
        let n = self.values.len();
        Slopes { gradient: vec![0.0; n], curvature: vec![0.0; n * n] }
    }

    /// One step of Newton's method on the penalized likelihood, `stride` times as long.
    pub(crate) fn step(&mut self, slopes: &Slopes, stride: f64) {
        let n = self.values.len();
        let mut curvature = slopes.curvature.clone();
        let mut right: Vec<f64> = slopes.gradient.clone();
        for at in 0..n {
            curvature[at * n + at] += PULL;
            right[at] -= PULL * self.values[at];
        }
        for (value, step) in self.values.iter_mut().zip(solve(&mut curvature, right)) {
            *value += (stride * step).clamp(-1.0, 1.0);
        }
    }
}

impl Slopes {
    pub(crate) fn add(&mut self, columns: &Columns, residual: f64, curvature: f64) {
        let n = self.gradient.len();
        for (place, &row) in columns.iter().enumerate() {
            self.gradient[row] += residual;
            // Columns rise, so this stays in the upper triangle.
            for &column in &columns[place..] {
                self.curvature[row * n + column] += curvature;
            }
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (value, added) in self.gradient.iter_mut().zip(&other.gradient) {
            *value += added;
        }
        for (value, added) in self.curvature.iter_mut().zip(&other.curvature) {
            *value += added;
        }
    }
}

/// Solves a positive definite system, given the upper triangle, by Cholesky's method.
fn solve(upper: &mut [f64], mut right: Vec<f64>) -> Vec<f64> {
    let n = right.len();
    for pivot in 0..n {
        let root = upper[pivot * n + pivot].max(1e-12).sqrt();
        for column in pivot..n {
            upper[pivot * n + column] /= root;
        }
        for row in pivot + 1..n {
            let factor = upper[pivot * n + row];
            if factor != 0.0 {
                for column in row..n {
                    upper[row * n + column] -= factor * upper[pivot * n + column];
                }
            }
        }
    }
    for row in 0..n {
        right[row] /= upper[row * n + row];
        for below in row + 1..n {
            right[below] -= upper[row * n + below] * right[row];
        }
    }
    for row in (0..n).rev() {
        for column in row + 1..n {
            right[row] -= upper[row * n + column] * right[column];
        }
        right[row] /= upper[row * n + row];
    }
    right
}
