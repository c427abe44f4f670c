//! What is believed of customers before anything is known of them, and what moves all alike.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::effects::Effects;
use super::single;
use super::types::Types;
use crate::Segment;
use crate::history::{Context, HOURS, Moment};

/// The fitted part of a rate table: nothing in it belongs to one customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Prior {
    /// The number of each known segment, from 1; 0 stands for all others.
    pub(crate) segments: BTreeMap<Segment, u16>,
    pub(crate) types: Types,
    /// By segment and then by type; each segment's sum to 1.
    pub(crate) weights: Vec<f32>,
    pub(crate) effects: Effects,
    /// The time after which half of the customers have become others; absent if they stay as they are. Unit: days.
    pub(crate) half_life_days: Option<f64>,
    /// How much a call of a customer counts beside an attempt. Range: 0 to 1.
    pub(crate) inbound_weight: f64,
    /// What a call at each hour multiplies the weights of types by: by hour and then by type.
    inbound_shares: Vec<f32>,
    /// The rate of all attempts that it was fitted to.
    pub(crate) rate: f64,
}

impl Prior {
    pub(crate) fn new(
        segments: BTreeMap<Segment, u16>,
        types: Types,
        weights: Vec<f32>,
        effects: Effects,
        rate: f64,
    ) -> Self {
        let mut prior = Self {
            segments,
            types,
            weights,
            effects,
            half_life_days: None,
            inbound_weight: 0.0,
            inbound_shares: Vec::new(),
            rate,
        };
        prior.set_inbound_weight(0.0);
        prior
    }

    /// The number of a segment; 0 for one that is not known.
    pub(crate) fn segment(&self, segment: Option<&Segment>) -> u16 {
        segment.and_then(|it| self.segments.get(it)).copied().unwrap_or(0)
    }

    /// A segment's number if it is one of these, else that of all others.
    pub(crate) fn known_segment(&self, segment: u16) -> u16 {
        if usize::from(segment) <= self.segments.len() { segment } else { 0 }
    }

    pub(crate) fn weights_of(&self, segment: u16) -> &[f32] {
        let from = usize::from(self.known_segment(segment)) * self.types.len();
        &self.weights[from..from + self.types.len()]
    }

    /// What multiplies the inverse odds of every type: e to the minus effects.
    pub(crate) fn factor(&self, segment: u16, moment: Moment, context: Context) -> f32 {
        single((-self.effect(segment, moment, context)).exp())
    }

    /// What is added to the log-odds of every type.
    pub(crate) fn effect(&self, segment: u16, moment: Moment, context: Context) -> f64 {
        self.effects.sum(&self.effects.columns(segment, moment, context))
    }

    pub(crate) fn inbound_shares(&self, hour: u8) -> &[f32] {
        let from = usize::from(hour) % HOURS * self.types.len();
        &self.inbound_shares[from..from + self.types.len()]
    }

    /// A customer of a type who calls does so at an hour as likely as they answer at it, beside other hours: that share, to
    /// the power of the weight.
    pub(crate) fn set_inbound_weight(&mut self, weight: f64) {
        let (n, types) = (self.types.len(), &self.types);
        let chance = |hour: u8, place: usize| 1.0 / (1.0 + f64::from(types.at(hour)[place]));
        let hours = || (0_u8..24).take(HOURS);
        let sums: Vec<f64> =
            (0..n).map(|place| hours().map(|hour| chance(hour, place)).sum()).collect();
        let mut shares = Vec::with_capacity(HOURS * n);
        for hour in hours() {
            let share = |place: usize| HOURS as f64 * chance(hour, place) / sums[place];
            shares.extend((0..n).map(|place| single(share(place).powf(weight))));
        }
        self.inbound_shares = shares;
        self.inbound_weight = weight;
    }
}
