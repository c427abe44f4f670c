//! The last weeks once more: each day forecast before it is learnt from.

use std::collections::VecDeque;

use super::design::DayClass;
use super::engine::{Engine, PRIOR_WEIGHTS};
use super::filter::{Expected, WEEK};
use super::shape::Lesson;
use super::stack::Stack;

/// Days that are learnt from before the first replayed one.
const LEARNING_DAYS: usize = 7;

/// A day that surprised by more than this many standard deviations counts less for the mix.
const ODD_DAY: f64 = 2.0;

/// Every so many days one is forecast a week ahead too.
const EVERY: usize = 2;

/// Slots of which fewer calls are expected do not tell how errors grow with the days ahead.
const LEAST_EXPECTED: f64 = 0.5;

/// A week ahead errors are not taken for more than so many times those of a day ahead, beyond what the total's
/// variance says.
const MOST_FAR: f64 = 1.5;

/// A replayed slot: what was expected, the variance of the day's log total, and what came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Replayed {
    pub(super) day: usize,
    pub(super) slot: usize,
    pub(super) expected: f64,
    pub(super) variance: f64,
    pub(super) came: f64,
}

/// What a replay found.
#[derive(Debug)]
pub(super) struct Replay {
    /// Slot after slot, by day.
    pub(super) slots: Vec<Replayed>,
    /// The weights of the mix at its end.
    pub(super) weights: Vec<f64>,
    /// Errors a week ahead over those a day ahead, each in its own unit; at least 1.
    pub(super) far: f64,
}

/// A day as it was forecast a week before.
struct Far {
    day: usize,
    expected: Vec<f64>,
    variance: f64,
}

/// Sums of errors of the same slots, a day and a week ahead.
#[derive(Default)]
struct Growth {
    near: f64,
    far: f64,
}

impl Growth {
    fn ratio(&self) -> f64 {
        if self.near > 0.0 { (self.far / self.near).clamp(1.0, MOST_FAR) } else { 1.0 }
    }
}

impl Engine {
    /// Learns the shapes day by day; over the last days, forecasts each before it is learnt from.
    pub(super) fn replay(&mut self, days: usize) -> Replay {
        let mut stack = Stack::new(PRIOR_WEIGHTS.to_vec());
        let mut slots: Vec<Replayed> = Vec::new();
        let (mut far, mut growth) = (VecDeque::new(), Growth::default());
        let from = self.grid.len().saturating_sub(days).max(LEARNING_DAYS);
        for day in 0..self.grid.len() {
            if day >= from {
                let first = slots.len();
                self.replay_day(day, &mut stack, &mut slots);
                if day % EVERY == 0 {
                    far.extend(self.look_far(day + WEEK - 1));
                }
                if far.front().is_some_and(|it: &Far| it.day == day)
                    && let Some(said) = far.pop_front()
                {
                    self.compare(&slots[first..], &said, &mut growth);
                }
            }
            self.learn_shapes(day);
        }
        Replay { slots, weights: stack.weights(), far: growth.ratio() }
    }

    /// Forecasts a day; only one with its weekday's profile teaches the mix.
    fn replay_day(&mut self, day: usize, stack: &mut Stack, slots: &mut Vec<Replayed>) {
        let Expected { log, variance, surprise: Some(surprise), .. } = self.expected[day] else {
            return;
        };
        let class = self.classes[day];
        let said = self.said(day, log.exp());
        self.weights = stack.weights();
        let mixed = match (&self.holiday, class) {
            (Some(shape), DayClass::Holiday) => {
                shape.iter().map(|share| share * log.exp()).collect()
            }
            _ => self.mix(&said),
        };
        let came = self.grid.row(day);
        let variance = variance + self.filter.day_variance();
        for (slot, (&expected, &came)) in mixed.iter().zip(came).enumerate() {
            if !came.is_nan() {
                slots.push(Replayed { day, slot, expected, variance, came });
            }
        }
        if class.has_weekday_profile() {
            let trust = (ODD_DAY / surprise.abs().max(ODD_DAY)).powi(4);
            stack.learn(&said, &mixed, came, trust);
        }
    }

    /// What is said of an ordinary day a week ahead; `None` of one after the history.
    fn look_far(&self, day: usize) -> Option<Far> {
        let (log, variance) = self.expected.get(day)?.week_before?;
        let is_ordinary = self.classes[day].has_weekday_profile();
        is_ordinary.then(|| Far {
            day,
            expected: self.mix(&self.said(day, log.exp())),
            variance: variance + self.filter.day_variance(),
        })
    }

    /// Sums up the errors of a day's slots as forecast the day and the week before.
    fn compare(&self, near: &[Replayed], far: &Far, growth: &mut Growth) {
        for it in near.iter().filter(|it| it.expected >= LEAST_EXPECTED) {
            let expected = far.expected[it.slot];
            growth.near += (it.came - it.expected).abs() / self.unit(it.expected, it.variance);
            growth.far += (it.came - expected).abs() / self.unit(expected, far.variance);
        }
    }

    fn learn_shapes(&mut self, day: usize) {
        let (Some(surprise), Some((known, share))) =
            (self.expected[day].surprise, self.grid.total(day))
        else {
            return;
        };
        if known > 0.0 && self.classes[day].has_weekday_profile() {
            let lesson = Lesson { day, total: known / share, surprise };
            for shapes in &mut self.shapes {
                shapes.learn(&self.grid, lesson);
            }
        }
    }
}
