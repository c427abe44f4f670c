//! The coefficients of greatest likelihood by Newton's method.

use crate::Error;
use crate::linear::solve;
use crate::loss::{Loss, sigmoid};

/// More steps than a convex loss needs, from wherever they begin.
const MOST_STEPS: usize = 100;

/// How often a step that makes the loss larger is halved.
const MOST_HALVINGS: usize = 40;

/// The loss that the last step may still win, as a share of the loss: the step after it would win the square of that.
const SETTLED: f64 = 1e-16;

/// What rounding may add to a sum of losses, as a share of it.
const ROUNDING: f64 = 1e-12;

/// A pivot below this share of its diagonal is rounding.
const SINGULAR: f64 = 1e-14;

/// The logarithmic loss of outcomes whose log-odds are linear in columns, with a penalty on the columns' coefficients.
#[derive(Debug)]
pub(crate) struct Likelihood<'a> {
    pub(crate) columns: &'a [Vec<f64>],
    /// Outcomes from 0 to 1, shares included.
    pub(crate) targets: &'a [f64],
    pub(crate) weights: Option<&'a [f64]>,
    /// Times half the squared distance of the coefficients from `pull_to`.
    pub(crate) penalty: f64,
    pub(crate) pull_to: &'a [f64],
}

/// The loss at some coefficients, and its derivatives there.
struct Slope {
    gradient: Vec<f64>,
    /// The lower triangle of a square.
    hessian: Vec<f64>,
}

impl Likelihood<'_> {
    /// A start at a constant score, from which Newton's steps do not go astray: the curvature is the largest there.
    pub(crate) fn constant_start(&self, score: f64) -> Vec<f64> {
        let mut start = vec![0.0; self.columns.len() + 1];
        start[0] = score;
        start
    }

    /// The intercept and the coefficients with the smallest loss, from a start that has as many.
    ///
    /// # Source
    ///
    /// Newton's method with halved steps, section 9.5 of \[`Boyd2004`\]; it ends by the Newton decrement.
    pub(crate) fn fit(&self, model: &'static str, start: Vec<f64>) -> Result<Vec<f64>, Error> {
        let failed = |problem: &str| Error::NoConvergence { model, problem: problem.to_owned() };
        let mut at = start;
        let mut loss = self.loss(&at);
        for _ in 0..MOST_STEPS {
            let Slope { gradient, mut hessian } = self.slope(&at);
            let mut step = gradient.clone();
            solve(&mut hessian, &mut step, SINGULAR)
                .map_err(|_| failed("the columns do not determine the coefficients"))?;
            let wins = gradient.iter().zip(&step).map(|(g, s)| g * s).sum::<f64>() / 2.0;
            let mut share = 1.0;
            let mut halvings = 0;
            loop {
                let next: Vec<f64> = at.iter().zip(&step).map(|(it, s)| it - share * s).collect();
                let next_loss = self.loss(&next);
                if next_loss <= loss + ROUNDING * (1.0 + loss.abs()) {
                    (at, loss) = (next, next_loss);
                    break;
                }
                if halvings == MOST_HALVINGS {
                    return Err(failed("no step makes the loss smaller"));
                }
                halvings += 1;
                share /= 2.0;
            }
            if halvings == 0 && wins <= SETTLED * (1.0 + loss.abs()) {
                return Ok(at);
            }
        }
        Err(failed("the coefficients keep moving after 100 steps"))
    }

    /// The loss with its penalty.
    pub(crate) fn loss(&self, at: &[f64]) -> f64 {
        let rows = (0..self.targets.len())
            .map(|row| self.weight(row) * Loss::Log.value(self.targets[row], self.score(at, row)));
        let away = at[1..].iter().zip(self.pull_to).map(|(it, to)| (it - to) * (it - to));
        rows.sum::<f64>() + self.penalty / 2.0 * away.sum::<f64>()
    }

    fn weight(&self, row: usize) -> f64 {
        self.weights.map_or(1.0, |it| it[row])
    }

    fn score(&self, at: &[f64], row: usize) -> f64 {
        at[0] + self.columns.iter().zip(&at[1..]).map(|(it, by)| it[row] * by).sum::<f64>()
    }

    fn slope(&self, at: &[f64]) -> Slope {
        let size = at.len();
        let (mut gradient, mut hessian) = (vec![0.0; size], vec![0.0; size * size]);
        let mut values = vec![1.0; size];
        for row in 0..self.targets.len() {
            for (value, column) in values[1..].iter_mut().zip(self.columns) {
                *value = column[row];
            }
            let probability = sigmoid(self.score(at, row));
            let error = self.weight(row) * (probability - self.targets[row]);
            let curvature = self.weight(row) * probability * (1.0 - probability);
            for place in 0..size {
                gradient[place] += error * values[place];
                let bend = curvature * values[place];
                let line = &mut hessian[place * size..=place * size + place];
                line.iter_mut().zip(&values).for_each(|(sum, value)| *sum += bend * value);
            }
        }
        for (place, to) in self.pull_to.iter().enumerate() {
            gradient[place + 1] += self.penalty * (at[place + 1] - to);
            hessian[(place + 1) * size + place + 1] += self.penalty;
        }
        Slope { gradient, hessian }
    }
}
