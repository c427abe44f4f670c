//! Isotonic calibration.

use serde::{Deserialize, Serialize};

use super::{Pairs, check_saved};
use crate::Error;

/// Isotonic calibration: the rising curve that is nearest to the outcomes.
///
/// Equal probabilities count as one point with their mean outcome. Neighboring points out of order are pooled into their mean
/// until all rise. Between the last probability of a pool and the first of the next, the curve is a straight line; below the
/// first and above the last it stays level.
///
/// What it gives keeps a margin of 1 / (n + 2) from 0 and 1, n being the number of rows: more than that none of n outcomes can
/// show. [`Isotonic::margin`] sets another.
///
/// # Source
///
/// \[`Zadrozny2002`\]: Zadrozny and Elkan, "Transforming Classifier Scores into Accurate Multiclass Probability Estimates";
/// pooling after \[`Ayer1955`\].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedIsotonic")]
pub struct Isotonic {
    /// Probabilities at which the curve bends, rising.
    from: Vec<f64>,
    /// The curve there, not falling.
    to: Vec<f64>,
    margin: f64,
}

/// Neighboring points pooled into one.
#[derive(Clone, Copy)]
struct Pool {
    first: f64,
    last: f64,
    outcomes: f64,
    weight: f64,
}

impl Pool {
    fn mean(&self) -> f64 {
        self.outcomes / self.weight
    }

    fn join(&mut self, next: &Self) {
        self.last = next.last;
        self.outcomes += next.outcomes;
        self.weight += next.weight;
    }
}

impl Isotonic {
    /// Fits to probabilities and what came of them.
    ///
    /// # Errors
    ///
    /// As [`Calibrator::fit`](super::Calibrator::fit).
    pub fn fit(
        probabilities: &[f64],
        outcomes: &[f64],
        weights: Option<&[f64]>,
    ) -> Result<Self, Error> {
        let pairs = Pairs::new(probabilities, outcomes, weights)?;
        let pools = pools(&pairs);
        let (mut from, mut to) = (Vec::new(), Vec::new());
        for pool in &pools {
            from.push(pool.first);
            to.push(pool.mean());
            if pool.last > pool.first {
                from.push(pool.last);
                to.push(pool.mean());
            }
        }
        Ok(Self { from, to, margin: 1.0 / (pairs.outcomes.len() as f64 + 2.0) })
    }

    /// Sets how far from 0 and 1 it stays: from 0, at which it can give 0 and 1 themselves, to below ½.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a margin outside this range.
    pub fn margin(self, margin: f64) -> Result<Self, Error> {
        if (0.0..0.5).contains(&margin) {
            return Ok(Self { margin, ..self });
        }
        let expected = "a number from 0 to below 0.5";
        Err(Error::Setting { name: "margin", value: margin, expected })
    }

    /// The points at which the curve bends: a model's probability and the calibrated one, before the margin.
    pub fn points(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.from.iter().copied().zip(self.to.iter().copied())
    }

    /// The calibrated probability; NaN for NaN.
    pub fn calibrate(&self, of: f64) -> f64 {
        if of.is_nan() {
            return of;
        }
        let above = self.from.partition_point(|it| *it < of);
        let (lower, upper) = (above.saturating_sub(1), above.min(self.from.len() - 1));
        let (start, end) = (self.from[lower], self.from[upper]);
        let curve = if end > start && of < end {
            let share = (of - start) / (end - start);
            self.to[lower] + share.max(0.0) * (self.to[upper] - self.to[lower])
        } else {
            self.to[upper]
        };
        curve.clamp(self.margin, 1.0 - self.margin)
    }
}

/// Pools neighbors until their means rise.
fn pools(pairs: &Pairs) -> Vec<Pool> {
    let mut order: Vec<usize> = (0..pairs.probabilities.len()).collect();
    order
        .sort_by(|a, b| pairs.probabilities[*a].total_cmp(&pairs.probabilities[*b]).then(a.cmp(b)));
    let mut pools: Vec<Pool> = Vec::new();
    for row in order {
        let (at, weight) = (pairs.probabilities[row], pairs.weights[row]);
        let point = Pool { first: at, last: at, outcomes: pairs.outcomes[row] * weight, weight };
        match pools.last_mut() {
            // Equal, as they are sorted; this also takes −0 and 0 for one.
            Some(last) if at <= last.last => last.join(&point),
            _ => pools.push(point),
        }
    }
    let mut rising: Vec<Pool> = Vec::with_capacity(pools.len());
    for mut pool in pools {
        while let Some(before) = rising.last().filter(|it| it.mean() >= pool.mean()) {
            let mut joined = *before;
            joined.join(&pool);
            pool = joined;
            rising.pop();
        }
        rising.push(pool);
    }
    rising
}

/// An isotonic calibration as saved, before it is checked.
#[derive(Deserialize)]
struct SavedIsotonic {
    from: Vec<f64>,
    to: Vec<f64>,
    margin: f64,
}

impl TryFrom<SavedIsotonic> for Isotonic {
    type Error = Error;

    fn try_from(SavedIsotonic { from, to, margin }: SavedIsotonic) -> Result<Self, Error> {
        let is_probability = |it: &f64| (0.0..=1.0).contains(it);
        check_saved(!from.is_empty() && from.len() == to.len())?;
        check_saved(from.iter().chain(&to).all(is_probability) && (0.0..0.5).contains(&margin))?;
        check_saved(from.is_sorted_by(|a, b| a < b) && to.is_sorted())?;
        Ok(Self { from, to, margin })
    }
}
