//! How the rate table is fitted: types' weights and effects of greatest likelihood.
//!
//! The weights are found by expectation and maximization over the customers; within a segment, the preferred hour is taken to
//! say nothing of level and height, so that few customers are enough. The effects move by Newton's method between, with each
//! customer's types as uncertain as they are.

use rayon::prelude::*;

use super::effects::{Effects, Slopes};
use super::prior::Prior;
use super::sample::Sequence;
use super::types::Types;
use super::{RateLearning, lanes, single};
use crate::history::{HOURS, What};

/// Parts of the customers that are counted apart, and added up in order.
const PARTS: usize = 16;
/// Rounds before the effects are first moved.
const STILL_ROUNDS: usize = 2;
/// Rounds after which types of no weight are dropped.
const FULL_ROUNDS: usize = 6;
/// The weight in every segment below which a type is dropped.
const DROPPED: f64 = 5e-5;
/// The weight of all segments' types in each of them. Unit: customers.
const POOLED_CUSTOMERS: f64 = 30.0;

/// The weights of types being found.
#[derive(Clone, Debug)]
struct Mixture {
    types: Types,
    segments: usize,
    /// By segment and then by type.
    weights: Vec<f64>,
    effects: Effects,
}

/// What a round over the customers adds up to.
struct Round {
    mass: Vec<f64>,
    slopes: Slopes,
    log_likelihood: f64,
    attempts: usize,
}

/// The types to begin with: with preferred hours of one width.
pub(super) fn all_types(people: &[&Sequence], rate: f64, width: f64) -> Types {
    Types::grid(log_odds(rate), &used_hours(people), width)
}

/// The types to begin with if no customer prefers an hour.
pub(super) fn types_without_hours(rate: f64, width: f64) -> Types {
    Types::without_hours(log_odds(rate), width)
}

fn log_odds(rate: f64) -> f64 {
    (rate / (1.0 - rate)).ln()
}

/// Fits the weights of types, and says the mean log-likelihood of an attempt.
pub(super) fn fit(
    people: &[&Sequence],
    segments: usize,
    types: Types,
    rounds: usize,
) -> (Types, Vec<f32>, Effects, f64) {
    let n = types.len();
    let mut mixture = Mixture {
        types,
        segments,
        weights: vec![1.0 / n as f64; segments * n],
        effects: Effects::none(segments),
    };
    let mut fitted = f64::NEG_INFINITY;
    for at in 0..rounds {
        let round = mixture.round(people);
        mixture.reweigh(&round.mass);
        if at >= STILL_ROUNDS {
            // A longer stride than Newton's: the types follow the effects only half-way in a round.
            let stride = if at > FULL_ROUNDS { 1.7 } else { 1.0 };
            mixture.effects.step(&round.slopes, stride);
        }
        if at == FULL_ROUNDS {
            mixture.drop_light();
        }
        let log_likelihood = round.log_likelihood / round.attempts.max(1) as f64;
        if at > 2 * FULL_ROUNDS && log_likelihood - fitted < 2e-6 {
            break;
        }
        fitted = log_likelihood;
    }
    mixture.drop_light();
    let weights = mixture.weights.iter().copied().map(single).collect();
    (mixture.types, weights, mixture.effects, fitted)
}

/// The hours that at least one attempt in five hundred falls in.
fn used_hours(people: &[&Sequence]) -> [bool; HOURS] {
    let mut counts = [0_usize; HOURS];
    for event in people.iter().flat_map(|it| &it.events) {
        counts[usize::from(event.moment.hour) % HOURS] += 1;
    }
    let all: usize = counts.iter().sum();
    counts.map(|it| it * 500 >= all && it > 0)
}

impl Mixture {
    fn round(&self, people: &[&Sequence]) -> Round {
        let size = people.len().div_ceil(PARTS).max(1);
        let parts: Vec<Round> = people.par_chunks(size).map(|it| self.part(it)).collect();
        let mut sum = self.empty();
        for part in &parts {
            for (mass, added) in sum.mass.iter_mut().zip(&part.mass) {
                *mass += added;
            }
            sum.slopes.merge(&part.slopes);
            sum.log_likelihood += part.log_likelihood;
            sum.attempts += part.attempts;
        }
        sum
    }

    fn empty(&self) -> Round {
        let mass = vec![0.0; self.weights.len()];
        Round { mass, slopes: self.effects.slopes(), log_likelihood: 0.0, attempts: 0 }
    }

    fn part(&self, people: &[&Sequence]) -> Round {
        let n = self.types.len();
        let mut sum = self.empty();
        let mut weights = vec![0.0_f32; n];
        let prior: Vec<f32> = self.weights.iter().copied().map(single).collect();
        for person in people {
            let from = usize::from(person.segment) * n;
            weights.copy_from_slice(&prior[from..from + n]);
            let attempts = || person.events.iter().filter(|it| it.what != What::Inbound);
            let meets = |it: &crate::history::Event| {
                let columns = self.effects.columns(person.segment, it.moment, it.context);
                let factor = single((-self.effects.sum(&columns)).exp());
                (columns, factor, self.types.at_moment(it.moment))
            };
            for event in attempts() {
                let (_, factor, odds) = meets(event);
                let reached = event.what == What::Reached;
                let likelihood = lanes::learn(&mut weights, odds, factor, reached);
                lanes::scale(&mut weights, 1.0 / likelihood.max(f32::MIN_POSITIVE));
                sum.log_likelihood += f64::from(likelihood.max(f32::MIN_POSITIVE)).ln();
                sum.attempts += 1;
            }
            for (mass, weight) in sum.mass[from..from + n].iter_mut().zip(&weights) {
                *mass += f64::from(*weight);
            }
            for event in attempts() {
                let (columns, factor, odds) = meets(event);
                let (mean, curvature) = lanes::moments(&weights, odds, factor);
                let reached = f64::from(u8::from(event.what == What::Reached));
                sum.slopes.add(&columns, reached - f64::from(mean), f64::from(curvature));
            }
        }
        sum
    }

    /// New weights from how many customers are of each type.
    fn reweigh(&mut self, mass: &[f64]) {
        let n = self.types.len();
        let mut pooled = vec![0.0; n];
        for of_segment in mass.chunks_exact(n) {
            for (sum, mass) in pooled.iter_mut().zip(of_segment) {
                *sum += mass;
            }
        }
        let all: f64 = pooled.iter().sum();
        let pooled = self.without_dependence(&pooled);
        for segment in 0..self.segments {
            let of = segment * n..(segment + 1) * n;
            let own: f64 = mass[of.clone()].iter().sum();
            // A segment that is all there is needs no help.
            let help = if own < 0.999 * all { POOLED_CUSTOMERS } else { 0.0 };
            let mixed: Vec<f64> = mass[of.clone()]
                .iter()
                .zip(&pooled)
                .map(|(mass, pooled)| mass + help * pooled)
                .collect();
            let shares = self.without_dependence(&mixed);
            self.weights[of].copy_from_slice(&shares);
        }
    }

    /// Shares of the types in which the preferred hour is independent of level and height, from how many are of each.
    fn without_dependence(&self, mass: &[f64]) -> Vec<f64> {
        let mut peaks = std::collections::BTreeMap::new();
        let mut rests = std::collections::BTreeMap::new();
        let (mut with_peak, mut all) = (0.0, 0.0);
        let rest_of = |it: &super::types::Shape| (it.level.to_bits(), it.height.to_bits());
        for (shape, mass) in self.types.shapes().iter().zip(mass) {
            if let Some(peak) = shape.peak {
                *peaks.entry(peak.to_bits()).or_insert(0.0) += mass;
                with_peak += mass;
            }
            *rests.entry(rest_of(shape)).or_insert(0.0) += mass;
            all += mass;
        }
        let shares = self.types.shapes().iter().map(|shape| {
            let rest = rests.get(&rest_of(shape)).copied().unwrap_or(0.0) / f64::max(all, 1e-300);
            let peak = shape.peak.map_or(1.0, |it| {
                peaks.get(&it.to_bits()).copied().unwrap_or(0.0) / f64::max(with_peak, 1e-300)
            });
            rest * peak
        });
        let shares: Vec<f64> = shares.collect();
        let sum: f64 = shares.iter().sum::<f64>().max(1e-300);
        shares.into_iter().map(|it| it / sum).collect()
    }

    /// Drops types that no segment has.
    fn drop_light(&mut self) {
        let n = self.types.len();
        let heaviest = |place: usize| {
            (0..self.segments).map(|it| self.weights[it * n + place]).fold(0.0, f64::max)
        };
        let kept: Vec<usize> = (0..n).filter(|it| heaviest(*it) > DROPPED).collect();
        if kept.is_empty() {
            return;
        }
        let mut weights = Vec::with_capacity(self.segments * kept.len());
        for of_segment in self.weights.chunks_exact(n) {
            let sum: f64 = kept.iter().map(|it| of_segment[*it]).sum();
            weights.extend(kept.iter().map(|it| of_segment[*it] / sum.max(1e-300)));
        }
        self.types = self.types.select(&kept);
        self.weights = weights;
    }
}

/// The mean logarithmic loss of saying each attempt before it happened, with what was believed then. `None` without one.
pub(super) fn loss_ahead(people: &[&Sequence], prior: &Prior) -> Option<f64> {
    let size = people.len().div_ceil(PARTS).max(1);
    let parts: Vec<(f64, usize)> = people
        .par_chunks(size)
        .map(|people| {
            let (mut loss, mut attempts) = (0.0, 0);
            for person in people {
                let mut posterior = super::Posterior::start(prior, person.segment);
                for event in &person.events {
                    if event.what != What::Inbound {
                        let now = posterior.clone().drifted(prior, event.moment.secs);
                        let said = now.probability(prior, event.moment, event.context);
                        let said = said.clamp(1e-6, 1.0 - 1e-6);
                        let is_reached = event.what == What::Reached;
                        loss -= if is_reached { said.ln() } else { (1.0 - said).ln() };
                        attempts += 1;
                    }
                    posterior.add(prior, event);
                }
            }
            (loss, attempts)
        })
        .collect();
    let (loss, attempts) = parts.iter().fold((0.0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
    (attempts > 0).then(|| loss / attempts as f64)
}

/// Every so many-th customer, so that no more attempts than this are gone through.
pub(super) fn thin(people: &[Sequence], most_attempts: usize) -> Vec<&Sequence> {
    let attempts: usize = people.iter().map(|it| it.events.len()).sum();
    let every = attempts.div_ceil(most_attempts.max(1)).max(1);
    people.iter().step_by(every).collect()
}

/// The width of a preference of greatest likelihood, among a few.
pub(super) fn width(
    people: &[Sequence],
    segments: usize,
    rate: f64,
    settings: &RateLearning,
) -> f64 {
    let few = thin(people, settings.width_attempts);
    let mut best = (f64::NEG_INFINITY, super::WIDTHS[0]);
    for width in super::WIDTHS {
        let types = all_types(&few, rate, width);
        let (_, _, _, log_likelihood) = fit(&few, segments, types, settings.width_rounds);
        if log_likelihood > best.0 {
            best = (log_likelihood, width);
        }
    }
    best.1
}
