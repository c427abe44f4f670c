//! The layers of a net, forward and backward.

use serde::{Deserialize, Serialize};

use super::{Activation, MOST_UNITS};
use crate::random::Random;

/// Below this difference of a unit's input, its slope stands for the ratio of differences.
const SAME: f64 = 1e-9;

/// One layer: a sum of inputs for each unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Layer {
    /// Input by input, in each the weights of all units.
    pub(crate) weights: Vec<f64>,
    /// One for each unit.
    pub(crate) biases: Vec<f64>,
}

impl Layer {
    fn new(inputs: usize, units: usize, random: &mut Random) -> Self {
        let reach = (6.0 / (inputs + units) as f64).sqrt();
        let weights = (0..inputs * units).map(|_| reach * (2.0 * random.unit() - 1.0)).collect();
        Self { weights, biases: vec![0.0; units] }
    }

    pub(crate) fn units(&self) -> usize {
        self.biases.len()
    }

    /// Writes the units' sums into `sums`, which has a place for each.
    fn forward(&self, inputs: impl Iterator<Item = f64>, sums: &mut [f64]) {
        sums.copy_from_slice(&self.biases);
        for (input, weights) in inputs.zip(self.weights.chunks_exact(self.units())) {
            if input != 0.0 {
                sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += input * weight);
            }
        }
    }

    /// What a change of each input does, from what a change of each unit's sum does.
    fn backward<'a>(&'a self, of_sums: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
        let inputs = self.weights.chunks_exact(self.units());
        inputs.map(move |weights| weights.iter().zip(of_sums).map(|(a, b)| a * b).sum())
    }
}

/// One or two hidden layers, and the last one of a single unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Layers {
    pub(crate) activation: Activation,
    pub(crate) layers: Vec<Layer>,
}

/// What the layers held while a row went through, and the derivatives of its loss.
#[derive(Debug)]
pub(crate) struct Pass {
    /// For each layer its units' sums.
    sums: Vec<Vec<f64>>,
    /// For each layer its units' outputs.
    outputs: Vec<Vec<f64>>,
    /// For each layer the derivatives by its units' sums.
    slopes: Vec<Vec<f64>>,
}

impl Layers {
    /// Layers of random weights.
    pub(crate) fn new(
        inputs: usize,
        hidden: &[usize],
        activation: Activation,
        random: &mut Random,
    ) -> Self {
        let mut layers = Vec::with_capacity(hidden.len() + 1);
        let mut inputs = inputs;
        for units in hidden.iter().chain(&[1]) {
            layers.push(Layer::new(inputs, *units, random));
            inputs = *units;
        }
        Self { activation, layers }
    }

    /// Whether each layer takes as many inputs as there are, and all weights are numbers.
    pub(crate) fn fit_together(&self, inputs: usize) -> bool {
        let mut inputs = inputs;
        for layer in &self.layers {
            let numbers = layer.weights.iter().chain(&layer.biases).all(|it| it.is_finite());
            let fits = layer.weights.len() == inputs * layer.units();
            if !numbers || !fits || !(1..=MOST_UNITS).contains(&layer.units()) {
                return false;
            }
            inputs = layer.units();
        }
        inputs == 1 && (2..=3).contains(&self.layers.len())
    }

    /// The last layer's sum, without allocating.
    pub(crate) fn sum(&self, inputs: impl Iterator<Item = f64>) -> f64 {
        let (mut now, mut next) = ([0.0; MOST_UNITS], [0.0; MOST_UNITS]);
        let Some((first, others)) = self.layers.split_first() else { return 0.0 };
        let mut units = first.units();
        first.forward(inputs, &mut now[..units]);
        for layer in others {
            now[..units].iter_mut().for_each(|it| *it = self.activation.output(*it));
            let wider = layer.units();
            layer.forward(now[..units].iter().copied(), &mut next[..wider]);
            (now, next, units) = (next, now, wider);
        }
        now[0]
    }

    pub(crate) fn pass(&self) -> Pass {
        let empty = || self.layers.iter().map(|it| vec![0.0; it.units()]).collect();
        Pass { sums: empty(), outputs: empty(), slopes: empty() }
    }

    /// Sends a row's inputs through all layers and gives the last sum.
    pub(crate) fn forward(&self, inputs: &[f64], pass: &mut Pass) -> f64 {
        for (at, layer) in self.layers.iter().enumerate() {
            let (before, here) = pass.outputs.split_at_mut(at);
            let inputs = before.last().map_or(inputs, Vec::as_slice);
            layer.forward(inputs.iter().copied(), &mut pass.sums[at]);
            for (output, sum) in here[0].iter_mut().zip(&pass.sums[at]) {
                *output = self.activation.output(*sum);
            }
        }
        pass.sums.last().map_or(0.0, |it| it[0])
    }

    /// Adds to `gradient` the derivatives of a row's loss, from that by the last sum and the row's [`Layers::forward`].
    pub(crate) fn backward(
        &self,
        inputs: &[f64],
        slope: f64,
        pass: &mut Pass,
        gradient: &mut [Layer],
    ) {
        if let Some(last) = pass.slopes.last_mut() {
            last[0] = slope;
        }
        for at in (0..self.layers.len()).rev() {
            let (before, here) = pass.slopes.split_at_mut(at);
            let slopes = &here[0];
            let inputs = if at == 0 { inputs } else { &pass.outputs[at - 1] };
            let units = slopes.len();
            for (input, sums) in inputs.iter().zip(gradient[at].weights.chunks_exact_mut(units)) {
                sums.iter_mut().zip(slopes).for_each(|(sum, it)| *sum += input * it);
            }
            gradient[at].biases.iter_mut().zip(slopes).for_each(|(sum, it)| *sum += it);
            if let Some(below) = before.last_mut() {
                let outer = self.layers[at].backward(slopes);
                let held = pass.sums[at - 1].iter().zip(&pass.outputs[at - 1]);
                for ((slope, outer), (sum, output)) in below.iter_mut().zip(outer).zip(held) {
                    *slope = outer * self.activation.slope(*sum, *output);
                }
            }
        }
    }

    /// The last sum at inputs of 0, and what each input adds to it: the rescale rule.
    pub(crate) fn shares(&self, inputs: &[f64]) -> (f64, Vec<f64>) {
        let (mut base, mut row) = (self.pass(), self.pass());
        let base_sum = self.forward(&vec![0.0; inputs.len()], &mut base);
        self.forward(inputs, &mut row);
        let mut per_sum = vec![1.0];
        for at in (1..self.layers.len()).rev() {
            let per_output = self.layers[at].backward(&per_sum);
            let ratio = |unit: usize| {
                let sums = (base.sums[at - 1][unit], row.sums[at - 1][unit]);
                let outputs = (base.outputs[at - 1][unit], row.outputs[at - 1][unit]);
                let difference = sums.1 - sums.0;
                if difference.abs() < SAME {
                    self.activation.slope(sums.0, outputs.0)
                } else {
                    (outputs.1 - outputs.0) / difference
                }
            };
            per_sum = per_output.enumerate().map(|(unit, it)| it * ratio(unit)).collect();
        }
        let shares = match self.layers.first() {
            Some(first) => first.backward(&per_sum).zip(inputs).map(|(per, it)| per * it).collect(),
            None => Vec::new(),
        };
        (base_sum, shares)
    }
}

impl Activation {
    fn output(self, sum: f64) -> f64 {
        match self {
            Self::Tanh => sum.tanh(),
            Self::Relu => sum.max(0.0),
        }
    }

    /// The derivative, from a unit's sum and its output.
    fn slope(self, sum: f64, output: f64) -> f64 {
        match self {
            Self::Tanh => 1.0 - output * output,
            Self::Relu => f64::from(u8::from(sum > 0.0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Central differences with step 1e-6 are right to about 1e-9 where the loss is smooth; the seed keeps every unit of the
    /// second case away from its corner.
    #[test]
    fn the_gradient_is_that_of_finite_differences() {
        for (activation, hidden) in [
            (Activation::Tanh, vec![5]),
            (Activation::Tanh, vec![4, 3]),
            (Activation::Relu, vec![6, 4]),
        ] {
            let mut random = Random::new(17);
            let mut net = Layers::new(3, &hidden, activation, &mut random);
            for layer in &mut net.layers {
                layer.biases.iter_mut().for_each(|it| *it = random.normal() / 4.0);
            }
            let inputs = [0.3, -1.2, 0.8];
            let mut gradient = net.layers.clone();
            for layer in &mut gradient {
                layer.weights.fill(0.0);
                layer.biases.fill(0.0);
            }
            let mut pass = net.pass();
            let sum = net.forward(&inputs, &mut pass);
            net.backward(&inputs, sum - 2.0, &mut pass, &mut gradient);
            let loss = |net: &Layers| (net.sum(inputs.into_iter()) - 2.0).powi(2) / 2.0;
            for (at, exact) in gradient.iter().enumerate() {
                let weights = net.layers[at].weights.len();
                for place in 0..weights + net.layers[at].units() {
                    let moved = |by: f64| {
                        let mut net = net.clone();
                        match place.checked_sub(weights) {
                            None => net.layers[at].weights[place] += by,
                            Some(unit) => net.layers[at].biases[unit] += by,
                        }
                        loss(&net)
                    };
                    let numeric = (moved(1e-6) - moved(-1e-6)) / 2e-6;
                    let exact = match place.checked_sub(weights) {
                        None => exact.weights[place],
                        Some(unit) => exact.biases[unit],
                    };
                    assert!((numeric - exact).abs() < 1e-7, "{activation:?} layer {at} {place}");
                }
            }
        }
    }
}
