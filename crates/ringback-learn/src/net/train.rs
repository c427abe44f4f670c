//! Adam over batches of rows, until the loss on the last rows stops falling.

use super::layers::{Layer, Layers};
use super::{Inputs, Net, Output};
use crate::Error;
use crate::random::Random;
use crate::standardize::Rows;

/// Adam's memory of gradients and of their squares, and what keeps its division from 0.
const MOMENTUM: f64 = 0.9;
const SQUARE_MOMENTUM: f64 = 0.999;
const FLOOR: f64 = 1e-8;

/// The rows, ready to go through a net.
struct Table<'a> {
    width: usize,
    /// Row by row.
    inputs: Vec<f64>,
    targets: &'a [f64],
    weights: Option<&'a [f64]>,
}

impl Table<'_> {
    fn row(&self, row: usize) -> &[f64] {
        &self.inputs[row * self.width..][..self.width]
    }

    fn weight(&self, row: usize) -> f64 {
        self.weights.map_or(1.0, |it| it[row])
    }
}

/// Trains the layers of a net.
pub(super) fn train(
    net: &Net,
    inputs: &Inputs,
    output: &Output,
    rows: &Rows<'_>,
) -> Result<Layers, Error> {
    let table = Table {
        width: inputs.len(),
        inputs: flatten(inputs, rows),
        targets: &rows.targets,
        weights: rows.weights.as_deref(),
    };
    let all = rows.targets.len();
    let learned = net.learned_rows(all)?;
    let mut random = Random::of_part(net.seed, 0);
    let mut layers = Layers::new(inputs.len(), &net.hidden, net.activation, &mut random);
    let mut best = (mean_loss(&layers, output, &table, learned..all), layers.clone());
    let mut since = 0;
    let mut adam = Adam::new(&layers, net);
    let mut order: Vec<usize> = (0..learned).collect();
    for epoch in 1..=net.epochs {
        shuffle(&mut order, &mut Random::of_part(net.seed, epoch as u64));
        for batch in order.chunks(net.batch_rows) {
            adam.learn(&mut layers, output, &table, batch);
        }
        if learned == all {
            continue;
        }
        let loss = mean_loss(&layers, output, &table, learned..all);
        if loss < best.0 {
            best = (loss, layers.clone());
            since = 0;
        } else {
            since += 1;
            if since == net.patience {
                break;
            }
        }
    }
    let layers = if learned == all { layers } else { best.1 };
    if layers.fit_together(inputs.len()) {
        return Ok(layers);
    }
    let problem = "the weights left the range of numbers".to_owned();
    Err(Error::NoConvergence { model: "neural net", problem })
}

fn flatten(inputs: &Inputs, rows: &Rows<'_>) -> Vec<f64> {
    let mut flat = Vec::with_capacity(inputs.len() * rows.targets.len());
    let mut values = vec![f64::NAN; rows.matrix.columns()];
    for row in 0..rows.targets.len() {
        rows.matrix.copy_row(row, &mut values);
        flat.extend(inputs.of_row(&values));
    }
    flat
}

/// Brings rows into a random order, by Fisher and Yates' method.
fn shuffle(order: &mut [usize], random: &mut Random) {
    for last in (1..order.len()).rev() {
        order.swap(last, random.below(last + 1));
    }
}

/// The mean loss over rows, infinite if it is no number; 0 of no rows.
fn mean_loss(
    layers: &Layers,
    output: &Output,
    table: &Table<'_>,
    rows: std::ops::Range<usize>,
) -> f64 {
    let (mut sum, mut total) = (0.0, f64::MIN_POSITIVE);
    for row in rows {
        let last = layers.sum(table.row(row).iter().copied());
        sum += table.weight(row) * output.loss_and_slope(table.targets[row], last).0;
        total += table.weight(row);
    }
    let mean = sum / total;
    if mean.is_nan() { f64::INFINITY } else { mean }
}

/// Adam: steps along a running mean of gradients, each divided by the root of a running mean of its squares.
///
/// # Source
///
/// \[`Kingma2015`\]: Kingma and Ba, "Adam: A Method for Stochastic Optimization", algorithm 1.
struct Adam {
    learning_rate: f64,
    l2: f64,
    steps: i32,
    gradient: Vec<Layer>,
    means: Vec<Layer>,
    squares: Vec<Layer>,
    pass: super::layers::Pass,
}

impl Adam {
    fn new(layers: &Layers, net: &Net) -> Self {
        let zero = |it: &Layer| Layer {
            weights: vec![0.0; it.weights.len()],
            biases: vec![0.0; it.biases.len()],
        };
        let zeros = || layers.layers.iter().map(zero).collect();
        Self {
            learning_rate: net.learning_rate,
            l2: net.l2,
            steps: 0,
            gradient: zeros(),
            means: zeros(),
            squares: zeros(),
            pass: layers.pass(),
        }
    }

    /// One step, along the gradient of a batch's mean loss and of the penalty.
    fn learn(&mut self, layers: &mut Layers, output: &Output, table: &Table<'_>, batch: &[usize]) {
        for layer in &mut self.gradient {
            layer.weights.fill(0.0);
            layer.biases.fill(0.0);
        }
        let total: f64 = batch.iter().map(|row| table.weight(*row)).sum();
        for row in batch {
            let inputs = table.row(*row);
            let sum = layers.forward(inputs, &mut self.pass);
            let slope = output.loss_and_slope(table.targets[*row], sum).1;
            let slope = slope * table.weight(*row) / total;
            layers.backward(inputs, slope, &mut self.pass, &mut self.gradient);
        }
        self.steps = self.steps.saturating_add(1);
        let memories = self.means.iter_mut().zip(&mut self.squares);
        let rate = self.learning_rate * (1.0 - SQUARE_MOMENTUM.powi(self.steps)).sqrt()
            / (1.0 - MOMENTUM.powi(self.steps));
        for ((layer, gradient), (mean, square)) in
            layers.layers.iter_mut().zip(&mut self.gradient).zip(memories)
        {
            for (slope, weight) in gradient.weights.iter_mut().zip(&layer.weights) {
                *slope += self.l2 * weight;
            }
            step(
                &mut layer.weights,
                &gradient.weights,
                rate,
                (&mut mean.weights, &mut square.weights),
            );
            step(&mut layer.biases, &gradient.biases, rate, (&mut mean.biases, &mut square.biases));
        }
    }
}

/// Moves parameters, with the running means of their gradients and of the squares.
fn step(of: &mut [f64], gradient: &[f64], rate: f64, (means, squares): (&mut [f64], &mut [f64])) {
    let memories = means.iter_mut().zip(squares);
    for ((parameter, slope), (mean, square)) in of.iter_mut().zip(gradient).zip(memories) {
        *mean = MOMENTUM * *mean + (1.0 - MOMENTUM) * slope;
        *square = SQUARE_MOMENTUM * *square + (1.0 - SQUARE_MOMENTUM) * slope * slope;
        *parameter -= rate * *mean / (square.sqrt() + FLOOR);
    }
}
