//! Which windows are drawn, and with which probability.

use std::collections::BTreeMap;

use chrono::{NaiveDate, Timelike};
use ringback_calllog::Zone;
use ringback_reach::Window;
use serde::{Deserialize, Serialize};

use super::draw::Draw;
use super::score::Outlook;
use crate::Error;

/// How often another window than the best is read out, so that what windows are worth goes on being learned.
///
/// For each place in turn one of the windows that are left is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case", deny_unknown_fields)]
pub enum Exploration {
    /// Never: the best of those left, always. What other windows are worth can then not be told from the decisions.
    Never,
    /// The best with probability `1 - share`, any of those left (the best among them) with `share`.
    Epsilon {
        /// The share. Range: 0 to 1. Default: 0.08.
        share: f64,
    },
    /// Each with a probability in proportion to its score to the power of `1 / temperature`: Plackett and Luce's model.
    Softmax {
        /// How far from the best: near 0 always the best, 1 in proportion to the score. Range: 0.01 to 100.
        temperature: f64,
    },
}

impl Default for Exploration {
    fn default() -> Self {
        Self::Epsilon { share: 0.08 }
    }
}

impl Exploration {
    /// # Errors
    ///
    /// [`Error::Setting`] for a number outside its range.
    pub(crate) fn check(self) -> Result<(), Error> {
        let (name, value, range, expected) = match self {
            Self::Never => return Ok(()),
            Self::Epsilon { share } => ("share", share, 0.0..=1.0, "0 to 1"),
            Self::Softmax { temperature } => {
                ("temperature", temperature, 0.01..=100.0, "0.01 to 100")
            }
        };
        let holds = range.contains(&value);
        if holds { Ok(()) } else { Err(Error::Setting { name, value, expected }) }
    }

    /// The probability that each of the windows that are left is drawn, the best of them first.
    fn probabilities(self, scores: &[f64]) -> Vec<f64> {
        let n = scores.len() as f64;
        let best = scores.first().copied().unwrap_or_default();
        let share = match self {
            Self::Never => 0.0,
            Self::Epsilon { share } => share,
            // Where even the best scores 0 there is no proportion.
            Self::Softmax { .. } if best <= 0.0 => 1.0,
            Self::Softmax { temperature } => {
                let weight = |score: &f64| (score / best).powf(1.0 / temperature);
                let weights: Vec<f64> = scores.iter().map(weight).collect();
                let total: f64 = weights.iter().sum();
                return weights.into_iter().map(|it| it / total).collect();
            }
        };
        let mut probabilities = vec![share / n; scores.len()];
        if let Some(first) = probabilities.first_mut() {
            *first += 1.0 - share;
        }
        probabilities
    }
}

/// The half of a day in which a window begins, by the customer's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HalfDay {
    date: NaiveDate,
    is_after_noon: bool,
}

impl HalfDay {
    pub(super) fn of(window: Window, zone: Zone) -> Self {
        let local = zone.local(window.starts_at());
        Self { date: local.date(), is_after_noon: local.hour() >= 12 }
    }
}

/// The windows that can be drawn, best first, at most 32; sets of them are the bits of a word.
pub(super) struct Slate {
    scores: Vec<f64>,
    /// For each window those that overlap it, itself among them.
    clashes: Vec<u32>,
    /// For each window those in its half of a day.
    same_half: Vec<u32>,
    exploration: Exploration,
    places: u32,
}

/// One window that was drawn.
pub(super) struct Pick {
    /// Its place among the windows that could be.
    pub(super) place: usize,
    /// Whether a better one was left.
    pub(super) is_explored: bool,
}

/// The windows that were drawn, in order.
pub(super) struct Picks {
    pub(super) places: Vec<Pick>,
    /// With which probability just these were drawn in this order.
    pub(super) propensity: f64,
}

impl Slate {
    pub(super) fn new(
        outlooks: &[Outlook],
        zone: Zone,
        exploration: Exploration,
        places: u32,
    ) -> Self {
        let halves: Vec<HalfDay> = outlooks.iter().map(|it| HalfDay::of(it.window, zone)).collect();
        let set = |holds: &dyn Fn(usize) -> bool| {
            (0..outlooks.len()).filter(|&it| holds(it)).fold(0_u32, |set, it| set | 1 << it)
        };
        let windows: Vec<Window> = outlooks.iter().map(|it| it.window).collect();
        let overlap = |one: Window| set(&|it| windows.get(it).is_some_and(|it| it.overlaps(one)));
        let half = |one: HalfDay| set(&|it| halves.get(it) == Some(&one));
        Self {
            scores: outlooks.iter().map(|it| it.score).collect(),
            clashes: windows.iter().map(|&it| overlap(it)).collect(),
            same_half: halves.iter().map(|&it| half(it)).collect(),
            exploration,
            places,
        }
    }

    /// What can be drawn after a set of windows, with the probability of each: those in another half of a day than all of
    /// the set, or where there are none those that overlap none of it.
    fn next(&self, drawn: u32) -> Vec<(usize, f64)> {
        let near =
            |sets: &[u32]| members(drawn).filter_map(|it| sets.get(it)).fold(0, |all, it| all | it);
        let all = (0..self.scores.len()).fold(0_u32, |set, it| set | 1 << it);
        let free = all & !near(&self.clashes);
        let spread = free & !near(&self.same_half);
        let left = if spread == 0 { free } else { spread };
        let scores: Vec<f64> =
            members(left).filter_map(|it| self.scores.get(it)).copied().collect();
        members(left).zip(self.exploration.probabilities(&scores)).collect()
    }

    /// Draws the windows.
    pub(super) fn draw(&self, mut draw: Draw) -> Picks {
        let mut picks = Picks { places: Vec::new(), propensity: 1.0 };
        let mut drawn = 0_u32;
        for _ in 0..self.places {
            let next = self.next(drawn);
            // One draw for each place, whether or not there is something to draw from.
            let mut left = draw.unit();
            let mut found = next.iter().position(|(_, probability)| {
                left -= probability;
                left < 0.0
            });
            if found.is_none() {
                // The probabilities add up to 1 but for rounding: the last one that can be drawn takes the rest.
                found = next.iter().rposition(|(_, probability)| *probability > 0.0);
            }
            let Some((place, (window, probability))) =
                found.and_then(|it| Some((it, next.get(it)?)))
            else {
                break;
            };
            picks.places.push(Pick { place: *window, is_explored: place > 0 });
            picks.propensity *= probability;
            drawn |= 1 << window;
        }
        picks
    }

    /// The probability of each window to be drawn first.
    pub(super) fn first_places(&self) -> Vec<f64> {
        let mut first = vec![0.0; self.scores.len()];
        for (place, probability) in self.next(0) {
            if let Some(it) = first.get_mut(place) {
                *it = probability;
            }
        }
        first
    }

    /// The probability of each window to be drawn at all: over all sets that can come about, place by place. What can be
    /// drawn next depends on the set alone, so that sets stand for all their orders.
    pub(super) fn within(&self) -> Vec<f64> {
        let mut within = vec![0.0; self.scores.len()];
        let mut sets = BTreeMap::from([(0_u32, 1.0)]);
        for _ in 0..self.places {
            let mut grown: BTreeMap<u32, f64> = BTreeMap::new();
            for (&set, &reached) in &sets {
                for (place, probability) in self.next(set) {
                    if probability <= 0.0 {
                        continue;
                    }
                    let probability = reached * probability;
                    *grown.entry(set | 1 << place).or_default() += probability;
                    if let Some(it) = within.get_mut(place) {
                        *it += probability;
                    }
                }
            }
            sets = grown;
        }
        within
    }
}

/// The windows of a set, best first.
fn members(set: u32) -> impl Iterator<Item = usize> {
    (0..32).filter(move |it| set >> it & 1 == 1)
}
