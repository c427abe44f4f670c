//! What regressors do to the volume: a ridge regression of what the calendar leaves unexplained.

use super::replay::Replayed;
use crate::volume::regressors::Regressors;

/// The prior standard deviation of the effect of one standard deviation of a regressor on the log volume.
const EFFECT_SD: f64 = 0.2;

/// A slot's log volume is moved by no more than this.
const MOST_EFFECT: f64 = 1.0;

/// Slots below this expected volume say nothing of ratios.
const LEAST_EXPECTED: f64 = 0.5;

/// The learnt effects, and the scales of the regressors.
#[derive(Clone, Debug)]
pub(super) struct Influence {
    /// Mean, standard deviation and effect of each regressor.
    terms: Vec<(f64, f64, f64)>,
}

impl Influence {
    /// Learns from replayed slots; `row` finds the regressors of one.
    ///
    /// The relative error of a slot has the counting variance `dispersion / expected` and, shared by all slots of its
    /// day, the variance of the day's total. The latter counts `slots` times, so that a regressor that is the same
    /// all day is not taken for `slots` independent observations.
    pub(super) fn learn(
        replayed: &[Replayed],
        regressors: &Regressors,
        row: impl Fn(&Replayed) -> i64,
        noise: SlotNoise,
    ) -> Self {
        let size = regressors.len();
        let used: Vec<(Vec<f64>, &Replayed)> = replayed
            .iter()
            .filter(|it| it.expected >= LEAST_EXPECTED)
            .filter_map(|it| Some((regressors.row(row(it))?, it)))
            .collect();
        let scales: Vec<(f64, f64)> = (0..size).map(|at| scale(&used, at)).collect();
        let mut system = vec![0.0; size * (size + 1)];
        let width = size + 1;
        for (values, it) in &used {
            let standard = standardized(values, &scales);
            let error = it.came / it.expected - 1.0;
            let variance = noise.dispersion / it.expected + noise.slots * it.variance;
            for at in 0..size {
                for other in 0..size {
                    system[at * width + other] += standard[at] * standard[other] / variance;
                }
                system[at * width + size] += standard[at] * error / variance;
            }
        }
        for at in 0..size {
            system[at * width + at] += 1.0 / (EFFECT_SD * EFFECT_SD);
        }
        let effects = super::stack::eliminate(&mut system, size).unwrap_or_else(|| vec![0.0; size]);
        let terms = scales.into_iter().zip(effects).map(|((mean, sd), it)| (mean, sd, it));
        Self { terms: terms.collect() }
    }

    /// What a slot's volume is multiplied by.
    pub(super) fn factor(&self, values: &[f64]) -> f64 {
        let effect = values.iter().zip(&self.terms).map(|(value, (mean, sd, effect))| {
            if *sd > 0.0 { effect * (value - mean) / sd } else { 0.0 }
        });
        effect.sum::<f64>().clamp(-MOST_EFFECT, MOST_EFFECT).exp()
    }

    /// The effect of one standard deviation of each regressor on the log volume.
    pub(super) fn effects(&self) -> impl Iterator<Item = f64> + '_ {
        self.terms.iter().map(|&(_, _, effect)| effect)
    }
}

/// The noise of a slot.
#[derive(Clone, Copy, Debug)]
pub(super) struct SlotNoise {
    /// The counting variance of one call.
    pub(super) dispersion: f64,
    /// Slots a day.
    pub(super) slots: f64,
}

fn scale(used: &[(Vec<f64>, &Replayed)], at: usize) -> (f64, f64) {
    let count = used.len().max(1) as f64;
    let mean = used.iter().map(|(values, _)| values[at]).sum::<f64>() / count;
    let squares: f64 = used.iter().map(|(values, _)| (values[at] - mean).powi(2)).sum();
    (mean, (squares / count).sqrt())
}

fn standardized(values: &[f64], scales: &[(f64, f64)]) -> Vec<f64> {
    let one = |(value, (mean, sd)): (&f64, &(f64, f64))| {
        if *sd > 0.0 { (value - mean) / sd } else { 0.0 }
    };
    values.iter().zip(scales).map(one).collect()
}
