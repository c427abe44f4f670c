//! Intervals that keep their level while things drift.

use serde::{Deserialize, Serialize};

use super::ranked::{MOST_SCORES, RankedScores};
use super::{Interval, Tails, check_level};
use crate::Error;
use crate::standardize::check_setting;

/// Adaptive conformal intervals: margins from the last outcomes, at a level that every miss raises and every hit lowers.
///
/// After each outcome, `α ← α + γ · (target − miss)`, where miss is 1 for an outcome outside its interval, target is one less
/// the level, and the next interval is that of level 1 − α. Whatever comes, the share of misses of n intervals stays within
/// (max(α, 1 − α) + γ) / (γ n) of the target, α being the first one, if each outcome is known before the next interval is
/// given; where outcomes come late the level still follows, without that bound. A larger γ follows faster and makes widths
/// restless. α is kept from −γ to 1 + γ. Below 0 the interval has no bounds; at 1 and above it is a point.
///
/// Once it is set up nothing allocates.
///
/// # Source
///
/// \[`Gibbs2021`\]: Gibbs and Candès, "Adaptive Conformal Inference Under Distribution Shift"; the bound is proposition 4.1.
///
/// # Example
///
/// ```
/// use ringback_learn::AdaptiveConformal;
///
/// let mut intervals = AdaptiveConformal::new(0.8)?.gamma(0.01)?;
/// for wait in [12.0, 31.0, 48.0, 75.0, 20.0] {
///     let given = intervals.interval(30.0, 30.0);
///     intervals.observe(30.0, 30.0, given, wait)?; // once the caller is through
/// }
/// // Four outcomes lay in intervals without bounds, the fifth in 30 ± 45: a level a bit below 0.8.
/// assert_eq!(intervals.interval(30.0, 30.0).map(|it| it.upper), Some(75.0));
/// # Ok::<(), ringback_learn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedAdaptive")]
pub struct AdaptiveConformal {
    level: f64,
    gamma: f64,
    tails: Tails,
    /// One side for [`Tails::Together`]; the lower, then the upper one for [`Tails::Each`].
    sides: Vec<Side>,
}

/// What moves one bound, or both.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Side {
    alpha: f64,
    scores: RankedScores,
}

impl Side {
    fn margin(&self) -> f64 {
        if self.alpha < 0.0 { f64::INFINITY } else { self.scores.at_level(1.0 - self.alpha) }
    }

    fn learn(&mut self, gamma: f64, target: f64, miss: bool) {
        let miss = if miss { 1.0 } else { 0.0 };
        self.alpha = (self.alpha + gamma * (target - miss)).clamp(-gamma, 1.0 + gamma);
    }
}

impl AdaptiveConformal {
    /// Intervals of a level, between 0 and 1, whose bounds move together; γ is 0.005, the window 3,000 outcomes.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a level outside this range.
    pub fn new(level: f64) -> Result<Self, Error> {
        check_level(level)?;
        let mut it = Self { level, gamma: 0.005, tails: Tails::Together, sides: Vec::new() };
        it.reset(3_000);
        Ok(it)
    }

    /// What one miss changes the level by, from 0, at which only the window adapts, to below 1.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a number outside this range.
    pub fn gamma(mut self, gamma: f64) -> Result<Self, Error> {
        let fits = (0.0..1.0).contains(&gamma);
        check_setting(fits, "gamma", gamma, "a number from 0 to below 1")?;
        self.gamma = gamma;
        Ok(self)
    }

    /// How many of the last outcomes margins are taken from, from 1 to 1,000,000. Those observed so far are forgotten.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a number outside this range.
    pub fn window(mut self, outcomes: usize) -> Result<Self, Error> {
        let fits = (1..=MOST_SCORES).contains(&outcomes);
        check_setting(fits, "window", outcomes as f64, "a number from 1 to 1,000,000")?;
        self.reset(outcomes);
        Ok(self)
    }

    /// What the level is promised for. Outcomes observed so far are forgotten.
    #[must_use]
    pub fn tails(mut self, tails: Tails) -> Self {
        self.tails = tails;
        let window = self.sides.first().map_or(1, |it| it.scores.capacity());
        self.reset(window);
        self
    }

    fn reset(&mut self, window: usize) {
        // Made one by one: a clone would not keep the room for a whole window.
        let side = || Side { alpha: self.target(), scores: RankedScores::new(window) };
        self.sides = match self.tails {
            Tails::Together => vec![side()],
            Tails::Each => vec![side(), side()],
        };
    }

    /// The share of misses that each side is steered to.
    fn target(&self) -> f64 {
        match self.tails {
            Tails::Together => 1.0 - self.level,
            Tails::Each => (1.0 - self.level) / 2.0,
        }
    }

    /// The outcomes that margins are taken from now, at most the window.
    pub fn observed(&self) -> usize {
        self.sides.first().map_or(0, |it| it.scores.len())
    }

    /// The level that the next interval is made for, which drifts about the one asked for; for [`Tails::Each`] it is one less
    /// both sides' α.
    pub fn current_level(&self) -> f64 {
        1.0 - self.sides.iter().map(|it| it.alpha).sum::<f64>()
    }

    /// The interval from a model's lower and upper bound (the same number twice for a point prediction). `None` if it has no
    /// bounds: the first outcomes are too few for the level, or so many of the last ones missed. With [`Tails::Each`] one
    /// bound can be infinite.
    pub fn interval(&self, lower: f64, upper: f64) -> Option<Interval> {
        let (below, above) = (self.sides.first()?.margin(), self.sides.last()?.margin());
        if below == f64::INFINITY && above == f64::INFINITY {
            return None;
        }
        // At level 0 a side holds nothing: its bound is the middle.
        let middle = lower / 2.0 + upper / 2.0;
        let lower = if below == f64::NEG_INFINITY { middle } else { lower - below };
        let upper = if above == f64::NEG_INFINITY { middle } else { upper + above };
        Some(Interval::new(lower, upper))
    }

    /// The interval with the largest margins of the last outcomes: what can be said where [`AdaptiveConformal::interval`] has no
    /// bounds. `None` before the first outcome.
    pub fn widest(&self, lower: f64, upper: f64) -> Option<Interval> {
        let (below, above) =
            (self.sides.first()?.scores.last()?, self.sides.last()?.scores.last()?);
        Some(Interval::new(lower - below, upper + above))
    }

    /// Learns from an outcome: the model's bounds, the interval that was given for them (`None` for one without bounds), and
    /// what came. Outcomes may come late and in another order than their intervals.
    ///
    /// # Errors
    ///
    /// [`Error::Value`] for a bound or an outcome that is not finite; nothing is learned then.
    pub fn observe(
        &mut self,
        lower: f64,
        upper: f64,
        given: Option<Interval>,
        outcome: f64,
    ) -> Result<(), Error> {
        self.warm_up(lower, upper, outcome)?;
        let (below, above) =
            given.map_or((false, false), |it| (outcome < it.lower, outcome > it.upper));
        let (gamma, target) = (self.gamma, self.target());
        match self.sides.as_mut_slice() {
            [both] => both.learn(gamma, target, below || above),
            [low, high] => {
                low.learn(gamma, target, below);
                high.learn(gamma, target, above);
            }
            _ => {}
        }
        Ok(())
    }

    /// Takes an outcome into the window for which no interval was given, as those of a calibration set: the level stays.
    ///
    /// # Errors
    ///
    /// As [`AdaptiveConformal::observe`].
    pub fn warm_up(&mut self, lower: f64, upper: f64, outcome: f64) -> Result<(), Error> {
        let (below, above) = (lower - outcome, outcome - upper);
        let values = [("lower bound", lower), ("upper bound", upper), ("outcome", outcome)];
        let errors = [("error below", below), ("error above", above)];
        for (what, value) in values.into_iter().chain(errors) {
            if !value.is_finite() {
                let (what, row) = (what.to_owned(), self.observed());
                return Err(Error::Value { what, row, value, expected: "a finite number" });
            }
        }
        match self.sides.as_mut_slice() {
            [both] => both.scores.push(below.max(above)),
            [low, high] => {
                low.scores.push(below);
                high.scores.push(above);
            }
            _ => {}
        }
        Ok(())
    }
}

/// Adaptive intervals as saved, before they are checked.
#[derive(Deserialize)]
struct SavedAdaptive {
    level: f64,
    gamma: f64,
    tails: Tails,
    sides: Vec<Side>,
}

impl TryFrom<SavedAdaptive> for AdaptiveConformal {
    type Error = Error;

    fn try_from(saved: SavedAdaptive) -> Result<Self, Error> {
        let SavedAdaptive { level, gamma, tails, sides } = saved;
        let it = Self { gamma: 0.0, tails, sides, ..Self::new(level)? }.gamma(gamma)?;
        let count = if tails == Tails::Together { 1 } else { 2 };
        let alphas = it.sides.iter().all(|side| (-gamma..=1.0 + gamma).contains(&side.alpha));
        let alike = it.sides.iter().all(|side| side.scores.len() == it.observed());
        if it.sides.len() != count || !alphas || !alike {
            return Err(Error::Saved("an adaptive interval is damaged".into()));
        }
        Ok(it)
    }
}
