//! How far an update during the day may be trusted, by the hour at which it is made: seen on past days.

use serde::{Deserialize, Serialize};

use crate::score::Level;

/// Hours of a day.
const HOURS: usize = 24;

/// What is learnt of an hour is learnt from it and so many hours before and after it.
const NEIGHBORS: usize = 1;

/// Past outcomes that a width is learnt from at the least.
const ENOUGH: usize = 100;

/// How far updates may be trusted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Trust {
    /// By hour of the update: the share of the posterior's change that is made, `0..=1`. Empty: all of it.
    gains: Vec<f64>,
    /// By rising level: the factor on the width of the updated interval, by hour of the update.
    widths: Vec<(Level, Vec<f64>)>,
}

impl Trust {
    pub(super) fn gain(&self, hour: usize) -> f64 {
        self.gains.get(hour).copied().unwrap_or(1.0)
    }

    /// The factor on the width, of the learnt level that is nearest.
    pub(super) fn width(&self, hour: usize, level: Level) -> f64 {
        let distance = |it: &&(Level, Vec<f64>)| (it.0.get() - level.get()).abs();
        let nearest = self.widths.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)));
        nearest.and_then(|it| it.1.get(hour).copied()).unwrap_or(1.0)
    }

    pub(super) fn learn_gains(&mut self, evidence: &[GainEvidence]) {
        let gain = |hour: usize| {
            let near = around(hour).filter_map(|it| evidence.get(it));
            near.fold(GainEvidence::default(), GainEvidence::add).gain()
        };
        self.gains = (0..HOURS).map(gain).collect();
    }

    /// Learns the widths of a level from past outcomes, by hour: their distance from the median as a share of the
    /// updated interval's reach on that side.
    pub(super) fn learn_width(&mut self, level: Level, distances: &[Vec<f64>]) {
        let width = |hour: usize| {
            let near = around(hour).filter_map(|it| distances.get(it));
            let mut near: Vec<f64> = near.flatten().copied().collect();
            near.sort_by(f64::total_cmp);
            let rank = ((near.len() + 1) as f64 * level.get()).ceil() - 1.0;
            let found = if near.len() < ENOUGH { None } else { near.get(index(rank)) };
            found.copied().filter(|it| it.is_finite()).unwrap_or(1.0)
        };
        self.widths.push((level, (0..HOURS).map(width).collect()));
        self.widths.sort_by(|a, b| a.0.get().total_cmp(&b.0.get()));
    }
}

/// An hour and its neighbors.
fn around(hour: usize) -> std::ops::RangeInclusive<usize> {
    hour.saturating_sub(NEIGHBORS)..=(hour + NEIGHBORS).min(HOURS - 1)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rank of at least -1 and at most the number of outcomes; -1 saturates to 0"
)]
fn index(rank: f64) -> usize {
    rank as usize
}

/// The regression, through the origin, of what came beyond the forecast on the change that the posterior makes; a day
/// is a cluster, since its intervals err together.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct GainEvidence {
    xy: f64,
    xx: f64,
    /// The sums of squares of the days' scores `xy` and of cross products with `xx`, for the clustered error.
    xy_xy: f64,
    xy_xx: f64,
    xx_xx: f64,
}

impl GainEvidence {
    /// Adds a day's sums.
    pub(super) fn push_day(&mut self, xy: f64, xx: f64) {
        let one = Self { xy, xx, xy_xy: xy * xy, xy_xx: xy * xx, xx_xx: xx * xx };
        *self = self.add(&one);
    }

    fn add(self, other: &Self) -> Self {
        Self {
            xy: self.xy + other.xy,
            xx: self.xx + other.xx,
            xy_xy: self.xy_xy + other.xy_xy,
            xy_xx: self.xy_xx + other.xy_xx,
            xx_xx: self.xx_xx + other.xx_xx,
        }
    }

    /// The slope, drawn to 0 by its own uncertainty, in `0..=1`.
    fn gain(self) -> f64 {
        if self.xx <= 0.0 {
            return 0.0;
        }
        let slope = self.xy / self.xx;
        // Σ over days of (xy − slope · xx)², over xx²: the variance of the slope, days drawn at random. Neighboring
        // hours repeat the same days, which the sum counts as if they were others.
        let repeats = (2 * NEIGHBORS + 1) as f64;
        let scores = self.xy_xy - 2.0 * slope * self.xy_xx + slope * slope * self.xx_xx;
        let variance = repeats * scores.max(0.0) / (self.xx * self.xx);
        if slope <= 0.0 {
            return 0.0;
        }
        (slope * (1.0 - variance / (slope * slope)).max(0.0)).min(1.0)
    }
}
