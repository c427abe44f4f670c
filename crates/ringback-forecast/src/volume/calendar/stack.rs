//! Mixes forecasts of the same slots by how well each did lately: weights that are not negative and sum to 1.

/// A day's errors weigh half after so many days.
const HALF_LIFE_DAYS: f64 = 28.0;

/// The prior counts like this many days of errors, pulling the weights to the prior's.
const PRIOR_DAYS: f64 = 20.0;

/// Sums of weighted products of the forecasts and what came, from which the best weights follow.
#[derive(Clone, Debug)]
pub(super) struct Stack {
    prior: Vec<f64>,
    /// Products of the errors of each two forecasts.
    products: Vec<f64>,
    days: f64,
}

impl Stack {
    /// A mix that starts from these weights, which sum to 1.
    pub(super) fn new(prior: Vec<f64>) -> Self {
        let products = vec![0.0; prior.len() * prior.len()];
        Self { prior, products, days: 0.0 }
    }

    /// Learns from a day, which counts as `trust` days: what each forecast said of each slot, and what came (not a number
    /// where missing). Slots count by the inverse of their expected volume, which is about their variance.
    pub(super) fn learn(&mut self, said: &[Vec<f64>], mixed: &[f64], came: &[f64], trust: f64) {
        let size = self.prior.len();
        let left = (-1.0 / HALF_LIFE_DAYS).exp2();
        for product in &mut self.products {
            *product *= left;
        }
        self.days = left * self.days + trust;
        let mut errors = vec![0.0; size];
        for (slot, (&came, &mixed)) in came.iter().zip(mixed).enumerate() {
            if came.is_nan() {
                continue;
            }
            for (error, said) in errors.iter_mut().zip(said) {
                *error = said[slot] - came;
            }
            let weight = trust / mixed.max(1.0);
            for (at, error) in errors.iter().enumerate() {
                let line = &mut self.products[at * size..(at + 1) * size];
                for (product, other) in line.iter_mut().zip(&errors) {
                    *product += weight * error * other;
                }
            }
        }
    }

    /// The weights under which the mix would have erred least, drawn to the prior while days are few.
    ///
    /// As the weights sum to 1, the mix's error is the mix of the errors, and its weighted sum of squares a quadratic
    /// form of them. The best weights on each subset of forecasts solve a linear system; the best subset whose
    /// weights are all positive wins.
    pub(super) fn weights(&self) -> Vec<f64> {
        let size = self.prior.len();
        let trace: f64 = (0..size).map(|at| self.products[at * size + at]).sum();
        if trace <= 0.0 {
            return self.prior.clone();
        }
        let pull = PRIOR_DAYS / self.days.max(1.0) * trace / size as f64 * PULL_SCALE;
        let mut best: Option<(f64, Vec<f64>)> = None;
        for subset in 1_u32..1 << size {
            let members: Vec<usize> = (0..size).filter(|at| subset >> at & 1 == 1).collect();
            let Some(weights) = self.solve(&members, pull) else { continue };
            let loss = self.loss(&weights, pull);
            if best.as_ref().is_none_or(|best| loss < best.0) {
                best = Some((loss, weights));
            }
        }
        best.map_or_else(|| self.prior.clone(), |best| best.1)
    }

    fn loss(&self, weights: &[f64], pull: f64) -> f64 {
        let size = weights.len();
        let mut loss = 0.0;
        for (at, weight) in weights.iter().enumerate() {
            for (other, factor) in weights.iter().enumerate() {
                loss += weight * factor * self.products[at * size + other];
            }
            loss += pull * (weight - self.prior[at]).powi(2);
        }
        loss
    }

    /// The best weights that are zero outside `members`; `None` where one is negative.
    fn solve(&self, members: &[usize], pull: f64) -> Option<Vec<f64>> {
        let (size, count) = (self.prior.len(), members.len());
        // The last row and column hold the sum to 1.
        let width = count + 2;
        let mut system = vec![0.0; (count + 1) * width];
        for (row, &at) in members.iter().enumerate() {
            for (column, &other) in members.iter().enumerate() {
                system[row * width + column] = self.products[at * size + other];
            }
            system[row * width + row] += pull;
            system[row * width + count] = 1.0;
            system[row * width + count + 1] = pull * self.prior[at];
            system[count * width + row] = 1.0;
        }
        system[count * width + count + 1] = 1.0;
        let found = eliminate(&mut system, count + 1)?;
        let mut weights = vec![0.0; size];
        for (&at, &weight) in members.iter().zip(&found) {
            if weight < 0.0 {
                return None;
            }
            weights[at] = weight;
        }
        Some(weights)
    }
}

/// How strongly the prior pulls, in units of the forecasts' mean squared error: forecasts differ from each other by
/// far less than each errs.
const PULL_SCALE: f64 = 0.02;

/// Solves a linear system of `count` rows, each followed by its right-hand side, by elimination with the largest pivot
/// of each column; `None` where it is singular.
pub(super) fn eliminate(system: &mut [f64], count: usize) -> Option<Vec<f64>> {
    let width = count + 1;
    for column in 0..count {
        let size = |row: usize| system[row * width + column].abs();
        let pivot = (column..count).max_by(|&a, &b| size(a).total_cmp(&size(b)))?;
        if size(pivot) <= 0.0 {
            return None;
        }
        for at in 0..width {
            system.swap(column * width + at, pivot * width + at);
        }
        for row in (0..count).filter(|&row| row != column) {
            let factor = system[row * width + column] / system[column * width + column];
            if factor != 0.0 {
                for at in column..width {
                    system[row * width + at] -= factor * system[column * width + at];
                }
            }
        }
    }
    Some((0..count).map(|row| system[row * width + count] / system[row * width + row]).collect())
}
