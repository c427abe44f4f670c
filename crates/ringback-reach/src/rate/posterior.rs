//! What is believed of one customer: a weight for each type.

use super::{Prior, lanes, single};
use crate::history::{Context, Event, Folded, Moment, Person, What};

/// Weights below this share of all are dropped when many moments are asked.
const DROPPED: f32 = 2e-5;
/// Cells of log-odds in which a customer's probability is sorted for its interval, from −8 to 8.
const CELLS: usize = 128;
/// Cells up to half the way from one level to the next.
const SPREAD: f32 = 3.0;
/// The range of log-odds that the cells divide.
const CELL_RANGE: (f32, f32) = (-8.0, 8.0);

/// A sum of weights below which they are brought back to 1.
const LEAST_SUM: f32 = 1e-12;

/// Weights of the types for one customer.
#[derive(Clone, Debug)]
pub(crate) struct Posterior {
    weights: Vec<f32>,
    /// What the weights add up to.
    sum: f32,
    segment: u16,
    until_secs: Option<i64>,
}

impl Posterior {
    /// What is believed of a customer of a segment of whom nothing is known.
    pub(crate) fn start(prior: &Prior, segment: u16) -> Self {
        let weights = prior.weights_of(segment).to_vec();
        let sum = lanes::total(&weights);
        Self { weights, sum, segment: prior.known_segment(segment), until_secs: None }
    }

    /// What is believed after everything that is kept of a customer.
    pub(crate) fn of(prior: &Prior, person: &Person, segment: u16) -> Self {
        Self::of_events(prior, person.folded.as_ref(), &person.events, segment)
    }

    /// What is believed after these events.
    pub(crate) fn of_events(
        prior: &Prior,
        folded: Option<&Folded>,
        events: &[Event],
        segment: u16,
    ) -> Self {
        let mut posterior = Self::start(prior, segment);
        if let Some(folded) = folded.filter(|it| it.weights.len() == posterior.weights.len()) {
            posterior.weights.copy_from_slice(&folded.weights);
            posterior.sum = lanes::total(&folded.weights);
            posterior.until_secs = Some(folded.until_secs);
        }
        for event in events {
            posterior.add(prior, event);
        }
        posterior
    }

    /// Takes in one more event.
    pub(crate) fn add(&mut self, prior: &Prior, event: &Event) {
        self.drift(prior, event.moment.secs);
        let odds = prior.types.at_moment(event.moment);
        let sum = match event.what {
            What::Inbound => self.add_inbound(prior, event.moment),
            What::Reached | What::Missed => {
                let factor = prior.factor(self.segment, event.moment, event.context);
                let reached = event.what == What::Reached;
                lanes::learn(&mut self.weights, odds, factor, reached)
            }
        };
        self.sum = sum;
        if !(sum > f32::MIN_POSITIVE && sum.is_finite()) {
            self.weights.copy_from_slice(prior.weights_of(self.segment));
            self.sum = lanes::total(&self.weights);
        } else if sum < LEAST_SUM {
            self.normalize();
        }
    }

    fn normalize(&mut self) {
        lanes::scale(&mut self.weights, 1.0 / self.sum);
        self.sum = lanes::total(&self.weights);
    }

    /// A call of the customer says at which hours they are free, not how often they answer.
    fn add_inbound(&mut self, prior: &Prior, moment: Moment) -> f32 {
        let shares = prior.inbound_shares(moment.hour);
        for (weight, share) in self.weights.iter_mut().zip(shares) {
            *weight *= share;
        }
        lanes::total(&self.weights)
    }

    /// With time, the customer may have become another.
    fn drift(&mut self, prior: &Prior, secs: i64) {
        if let (Some(half_life), Some(until)) = (prior.half_life_days, self.until_secs) {
            let days = secs.saturating_sub(until).max(0) as f64 / 86_400.0;
            let kept = single((-days / half_life).exp2());
            self.normalize();
            for (weight, fresh) in self.weights.iter_mut().zip(prior.weights_of(self.segment)) {
                *weight = kept * *weight + (1.0 - kept) * fresh;
            }
            self.sum = lanes::total(&self.weights);
        }
        self.until_secs = Some(self.until_secs.map_or(secs, |it| it.max(secs)));
    }

    /// What is believed at a moment at which nothing happened.
    pub(crate) fn drifted(mut self, prior: &Prior, secs: i64) -> Self {
        if prior.half_life_days.is_some() && self.until_secs.is_some_and(|it| it < secs) {
            self.drift(prior, secs);
        }
        self
    }

    pub(crate) fn into_folded(mut self) -> Option<Folded> {
        self.normalize();
        Some(Folded { until_secs: self.until_secs?, weights: self.weights })
    }

    /// The probability that a person answers.
    pub(crate) fn probability(&self, prior: &Prior, moment: Moment, context: Context) -> f64 {
        let factor = prior.factor(self.segment, moment, context);
        let sum = lanes::answered(&self.weights, prior.types.at_moment(moment), factor);
        f64::from(sum / self.sum).clamp(0.0, 1.0)
    }

    /// The quantiles of the customer's own probability. Levels: rising.
    pub(crate) fn quantiles(
        &self,
        prior: &Prior,
        moment: Moment,
        context: Context,
        levels: [f64; 2],
    ) -> [f64; 2] {
        let factor = prior.factor(self.segment, moment, context);
        let mut cells = [0.0_f32; CELLS];
        let scale = CELLS as f32 / (CELL_RANGE.1 - CELL_RANGE.0);
        let shift = -factor.ln();
        for (weight, log_odds) in self.weights.iter().zip(prior.types.log_odds_at(moment.hour)) {
            let place = (log_odds + shift - CELL_RANGE.0) * scale;
            // A type stands for all levels up to the next ones.
            cells[cell(place - SPREAD)] += weight;
            cells[cell(place + SPREAD)] -= weight;
        }
        let mut running = 0.0_f32;
        for it in &mut cells {
            running = (running + *it).max(0.0);
            *it = running;
        }
        levels.map(|level| {
            let place = place_of(&cells, level);
            let log_odds = f64::from(CELL_RANGE.0) + place / f64::from(scale);
            1.0 / (1.0 + (-log_odds).exp())
        })
    }

    /// The types that carry weight, for asking many moments.
    pub(crate) fn compact(&self, into: &mut Compact) {
        let least = DROPPED * self.sum;
        into.places.resize(self.weights.len(), 0);
        into.weights.resize(self.weights.len(), 0.0);
        let mut kept = 0;
        // Each is written, and written over unless it is kept: which ones are kept cannot be foreseen.
        for (number, weight) in (0_u32..).zip(&self.weights) {
            if let (Some(place), Some(into)) =
                (into.places.get_mut(kept), into.weights.get_mut(kept))
            {
                (*place, *into) = (number, *weight);
            }
            kept += usize::from(*weight > least);
        }
        into.places.truncate(kept);
        into.weights.truncate(kept);
        let sum = lanes::total(&into.weights);
        lanes::scale(&mut into.weights, 1.0 / sum.max(f32::MIN_POSITIVE));
    }
}

/// Types that carry weight.
#[derive(Clone, Debug, Default)]
pub(crate) struct Compact {
    pub(crate) places: Vec<u32>,
    pub(crate) weights: Vec<f32>,
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the place is brought into the range of the cells first"
)]
fn cell(place: f32) -> usize {
    place.clamp(0.0, CELLS as f32 - 1.0) as usize
}

/// The place on the row of cells below which this share of the weight lies.
fn place_of(cells: &[f32; CELLS], level: f64) -> f64 {
    let total: f64 = cells.iter().copied().map(f64::from).sum();
    let wanted = level * total;
    let mut below = 0.0;
    for (place, weight) in cells.iter().copied().map(f64::from).enumerate() {
        if weight > 0.0 && below + weight >= wanted {
            return place as f64 + (wanted - below).max(0.0) / weight;
        }
        below += weight;
    }
    CELLS as f64
}
