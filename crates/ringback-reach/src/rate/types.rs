//! The types of customers that the rate table tells apart: how often they answer, and at which hour they like to.

use serde::{Deserialize, Serialize};

use super::single;
use crate::history::{HOURS, Moment};

/// Log-odds at a preferred hour above those at other hours.
const HEIGHTS: [f64; 4] = [1.0, 2.2, 3.6, 5.2];
/// Levels below and above the rate of all. Unit: log-odds.
const LEVELS: (f64, f64) = (-4.2, 3.5);
/// The step between two levels. Unit: log-odds.
const LEVEL_STEP: f64 = 0.7;

/// One type of customer: log-odds of `level`, and at an hour `h` from the peak `height · exp(−h² / 2 width²)` more.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Shape {
    pub(crate) level: f64,
    /// The preferred hour of the day, from 0 to 24; absent for a customer without.
    pub(crate) peak: Option<f64>,
    /// Log-odds; 0 for a customer without a preferred hour.
    pub(crate) height: f64,
}

/// Types with the log-odds that each has at every hour.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Saved", into = "Saved")]
pub(crate) struct Types {
    shapes: Vec<Shape>,
    /// The width of a preference. Unit: hours.
    width: f64,
    /// By hour and then by type.
    log_odds: Vec<f32>,
    /// e to the minus log-odds.
    inverse_odds: Vec<f32>,
}

/// Types as they are saved.
#[derive(Serialize, Deserialize)]
struct Saved {
    shapes: Vec<Shape>,
    width: f64,
}

impl From<Saved> for Types {
    fn from(saved: Saved) -> Self {
        Self::of(saved.shapes, saved.width)
    }
}

impl From<Types> for Saved {
    fn from(types: Types) -> Self {
        Self { shapes: types.shapes, width: types.width }
    }
}

impl Types {
    /// Levels about the log-odds of all, none of which prefers an hour.
    pub(crate) fn without_hours(log_odds: f64, width: f64) -> Self {
        let level = |level| Shape { level, peak: None, height: 0.0 };
        Self::of(levels(log_odds).into_iter().map(level).collect(), width)
    }

    /// Levels about the log-odds of all, with every preferred hour and without; the hours are those that matter.
    pub(crate) fn grid(log_odds: f64, hours: &[bool; HOURS], width: f64) -> Self {
        let levels = levels(log_odds);
        let is_used = |hour: usize| hours[hour % HOURS];
        // A peak at a whole hour lies between two hours' middles, one at half past in the middle of one.
        let mut peaks = Vec::new();
        for hour in 0..HOURS {
            if is_used(hour) || is_used(hour + HOURS - 1) {
                peaks.push(hour as f64);
            }
            if is_used(hour) {
                peaks.push(hour as f64 + 0.5);
            }
        }
        let mut shapes = Vec::new();
        for &level in &levels {
            shapes.push(Shape { level, peak: None, height: 0.0 });
            for &peak in &peaks {
                shapes.extend(HEIGHTS.map(|height| Shape { level, peak: Some(peak), height }));
            }
        }
        Self::of(shapes, width)
    }

    pub(crate) fn of(shapes: Vec<Shape>, width: f64) -> Self {
        let mut log_odds = Vec::with_capacity(HOURS * shapes.len());
        for hour in 0..HOURS {
            log_odds.extend(shapes.iter().map(|it| single(it.log_odds(hour, width))));
        }
        let inverse_odds = log_odds.iter().map(|it: &f32| (-it).exp()).collect();
        Self { shapes, width, log_odds, inverse_odds }
    }

    pub(crate) fn len(&self) -> usize {
        self.shapes.len()
    }

    pub(crate) fn width(&self) -> f64 {
        self.width
    }

    pub(crate) fn shapes(&self) -> &[Shape] {
        &self.shapes
    }

    /// The inverse odds of every type at an hour.
    pub(crate) fn at(&self, hour: u8) -> &[f32] {
        let from = usize::from(hour) % HOURS * self.len();
        &self.inverse_odds[from..from + self.len()]
    }

    pub(crate) fn at_moment(&self, moment: Moment) -> &[f32] {
        self.at(moment.hour)
    }

    /// The log-odds of every type at an hour.
    pub(crate) fn log_odds_at(&self, hour: u8) -> &[f32] {
        let from = usize::from(hour) % HOURS * self.len();
        &self.log_odds[from..from + self.len()]
    }

    /// The types with these places.
    pub(crate) fn select(&self, places: &[usize]) -> Self {
        Self::of(places.iter().map(|it| self.shapes[*it]).collect(), self.width)
    }
}

/// Levels about a rate's log-odds.
fn levels(log_odds: f64) -> Vec<f64> {
    let mut levels = Vec::new();
    let mut level = LEVELS.0;
    while level < LEVELS.1 + 1e-9 {
        levels.push(log_odds + level);
        level += LEVEL_STEP;
    }
    levels
}

impl Shape {
    fn log_odds(&self, hour: usize, width: f64) -> f64 {
        let Some(peak) = self.peak else { return self.level };
        let apart = (hour as f64 + 0.5 - peak).abs();
        let apart = apart.min(HOURS as f64 - apart);
        self.level + self.height * (-apart * apart / (2.0 * width * width)).exp()
    }
}
