//! Scores of learners: of probabilities against events, and of numbers and quantiles against what came.

use std::borrow::Cow;

use crate::Error;
use crate::logistic::check_outcomes;
use crate::loss::{Loss, check_values, check_weights};
use crate::standardize::{check_setting, weighted_mean};

/// Probabilities nearer to 0 or 1 than this count as this near in [`EventScores::log_loss`].
const NEAREST: f64 = 1e-15;

/// Probabilities beside what came of them: scores for a model of events.
///
/// # Example
///
/// ```
/// use ringback_learn::EventScores;
///
/// let scores = EventScores::new(&[0.9, 0.6, 0.6, 0.1], &[1.0, 1.0, 0.0, 0.0])?;
/// assert_eq!(scores.auc(), Some(0.875)); // of four pairs one is a tie
/// assert!((scores.brier() - 0.135).abs() < 1e-12);
/// # Ok::<(), ringback_learn::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct EventScores<'a> {
    probabilities: Cow<'a, [f64]>,
    outcomes: Cow<'a, [f64]>,
    weights: Option<Vec<f64>>,
}

/// One line of a reliability table: rows whose probabilities are neighbors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReliabilityBin {
    /// The rows.
    pub rows: usize,
    /// Their lowest probability.
    pub lowest: f64,
    /// Their highest probability.
    pub highest: f64,
    /// Their mean probability, by weight.
    pub probability_mean: f64,
    /// The share of events among them, by weight.
    pub rate: f64,
    /// The distance of the rate from the mean probability to expect of probabilities that are right.
    pub noise: f64,
    /// The share of all weight that they have.
    pub share: f64,
}

/// The expected calibration error, and what of it is noise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CalibrationError {
    /// The mean distance of rates from probabilities over the bins, by weight; from 0 to 1.
    pub error: f64,
    /// The error to expect of probabilities that are right, as each rate is taken from finitely many rows. An error near it is
    /// no sign of bad calibration.
    pub noise_floor: f64,
}

impl<'a> EventScores<'a> {
    /// Pairs probabilities with outcomes, 0 or 1.
    ///
    /// # Errors
    ///
    /// [`Error::LengthMismatch`] for different numbers of them, [`Error::TooFewRows`] of none, [`Error::Value`] for a
    /// probability outside 0 to 1 or an outcome that is neither 0 nor 1.
    pub fn new(probabilities: &'a [f64], outcomes: &'a [f64]) -> Result<Self, Error> {
        check_pairs(probabilities, outcomes)?;
        let is_probability = |it: f64| (0.0..=1.0).contains(&it);
        check_values("probability", probabilities, is_probability, "a number from 0 to 1")?;
        check_outcomes(outcomes)?;
        let (probabilities, outcomes) = (Cow::Borrowed(probabilities), Cow::Borrowed(outcomes));
        Ok(Self { probabilities, outcomes, weights: None })
    }

    /// Weights for the rows, of which only the ratios count.
    ///
    /// # Errors
    ///
    /// [`Error::LengthMismatch`] for another number than rows, [`Error::Value`] for one below 0, [`Error::TooFewRows`] if none
    /// is above 0.
    pub fn weights(mut self, weights: &[f64]) -> Result<Self, Error> {
        self.weights = check_weights(weights, self.outcomes.len())?;
        let Some(all) = &self.weights else { return Ok(self) };
        let used: Vec<usize> = (0..all.len()).filter(|row| all[*row] > 0.0).collect();
        let of = |values: &[f64]| used.iter().map(|row| values[*row]).collect::<Vec<f64>>();
        let (probabilities, outcomes) = (of(&self.probabilities), of(&self.outcomes));
        let weights = Some(of(all));
        Ok(Self {
            probabilities: Cow::Owned(probabilities),
            outcomes: Cow::Owned(outcomes),
            weights,
        })
    }

    /// The probability that an event has a higher probability than a row without one (the area under the ROC curve); ties
    /// count half. `None` if all outcomes are the same.
    pub fn auc(&self) -> Option<f64> {
        let (mut others_below, mut events, mut pairs) = (0.0, 0.0, 0.0);
        for tie in self.ties() {
            let event: f64 = tie.iter().map(|row| self.weight(*row) * self.outcomes[*row]).sum();
            let all: f64 = tie.iter().map(|row| self.weight(*row)).sum();
            let other = if event == 0.0 { all } else { (all - event).max(0.0) };
            pairs += event * (others_below + other / 2.0);
            others_below += other;
            events += event;
        }
        let has = |outcome: f64| self.outcomes.contains(&outcome);
        (has(0.0) && has(1.0)).then(|| (pairs / (events * others_below)).clamp(0.0, 1.0))
    }

    /// The mean logarithmic loss, in nats, at least 0. A probability nearer than 1e-15 to 0 or 1 counts as that near, so one
    /// that was certain and wrong costs 34.5.
    pub fn log_loss(&self) -> f64 {
        self.mean(|probability, outcome| {
            let probability = probability.clamp(NEAREST, 1.0 - NEAREST);
            if outcome > 0.5 { -probability.ln() } else { -(-probability).ln_1p() }
        })
    }

    /// The mean squared distance of the probability from the outcome; from 0 to 1.
    pub fn brier(&self) -> f64 {
        self.mean(|probability, outcome| (probability - outcome).powi(2))
    }

    /// The rows by rising probability in bins of equal weight, as far as equal probabilities, which stay in one bin, allow. Bins
    /// without a row are left out.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for no bins.
    pub fn reliability(&self, bins: usize) -> Result<Vec<ReliabilityBin>, Error> {
        check_setting(bins >= 1, "bins", bins as f64, "at least 1")?;
        let total: f64 = (0..self.outcomes.len()).map(|row| self.weight(row)).sum();
        let mut rows: Vec<usize> = Vec::new();
        let (mut table, mut bin, mut below) = (Vec::new(), 0.0, 0.0);
        for tie in self.ties() {
            let weight: f64 = tie.iter().map(|row| self.weight(*row)).sum();
            let own = ((below + weight / 2.0) / total * bins as f64).floor();
            if own > bin && !rows.is_empty() {
                table.push(self.bin(&rows, total));
                rows.clear();
            }
            bin = own;
            below += weight;
            rows.extend(tie);
        }
        table.push(self.bin(&rows, total));
        Ok(table)
    }

    /// The expected calibration error over bins of equal weight, beside its noise floor.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for no bins.
    ///
    /// # Source
    ///
    /// Bins of equal mass after \[`Nixon2019`\]. The noise of a bin is the mean absolute deviation of a binomial share,
    /// `2 ν C(n, ν) pᵛ (1 − p)ⁿ⁻ᵛ⁺¹ / n` with `ν = ⌊n p⌋ + 1` (de Moivre's formula, \[`Diaconis1991`\]), for the bin's
    /// rows (with weights: as many as they are worth, by Kish) and its mean probability; it is a little too large where
    /// the bin's probabilities differ.
    pub fn calibration_error(&self, bins: usize) -> Result<CalibrationError, Error> {
        let table = self.reliability(bins)?;
        let gap = |it: &ReliabilityBin| it.share * (it.rate - it.probability_mean).abs();
        Ok(CalibrationError {
            error: table.iter().map(gap).sum(),
            noise_floor: table.iter().map(|it| it.share * it.noise).sum(),
        })
    }

    fn weight(&self, row: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |it| it[row])
    }

    fn mean(&self, of: impl Fn(f64, f64) -> f64) -> f64 {
        let pairs = self.probabilities.iter().zip(self.outcomes.iter());
        let values: Vec<f64> =
            pairs.map(|(probability, outcome)| of(*probability, *outcome)).collect();
        weighted_mean(&values, self.weights.as_deref())
    }

    /// The rows of each probability, by rising probability.
    fn ties(&self) -> Vec<Vec<usize>> {
        let mut order: Vec<usize> = (0..self.outcomes.len()).collect();
        order.sort_by(|a, b| {
            self.probabilities[*a].total_cmp(&self.probabilities[*b]).then(a.cmp(b))
        });
        // Equal, as they are sorted; this also takes −0 and 0 for one.
        let same = |a: &usize, b: &usize| self.probabilities[*b] <= self.probabilities[*a];
        order.chunk_by(same).map(<[usize]>::to_vec).collect()
    }

    fn bin(&self, rows: &[usize], total: f64) -> ReliabilityBin {
        let weight: f64 = rows.iter().map(|row| self.weight(*row)).sum();
        let squares: f64 = rows.iter().map(|row| self.weight(*row).powi(2)).sum();
        let mean = |values: &[f64]| {
            rows.iter().map(|row| self.weight(*row) * values[*row]).sum::<f64>() / weight
        };
        let probabilities = || rows.iter().map(|row| self.probabilities[*row]);
        let probability_mean = mean(&self.probabilities);
        ReliabilityBin {
            rows: rows.len(),
            lowest: probabilities().fold(1.0, f64::min),
            highest: probabilities().fold(0.0, f64::max),
            probability_mean,
            rate: mean(&self.outcomes),
            noise: share_deviation(weight * weight / squares, probability_mean),
            share: weight / total,
        }
    }
}

/// The mean absolute deviation of the share of `rows` trials that succeed with a probability.
fn share_deviation(rows: f64, probability: f64) -> f64 {
    let rows = rows.round().max(1.0);
    let above = (rows * probability).floor() + 1.0;
    if probability <= 0.0 || above > rows {
        return 0.0;
    }
    // The logarithm of the binomial coefficient, by the shorter product.
    let (mut choose, mut factor) = (0.0, 1.0);
    let shorter = above.min(rows - above);
    while factor <= shorter {
        choose += ((rows - shorter + factor) / factor).ln();
        factor += 1.0;
    }
    let power = above * probability.ln() + (rows - above + 1.0) * (-probability).ln_1p();
    2.0 * above * (choose + power).exp() / rows
}

/// Predicted numbers beside what came: scores for a model of means, medians or quantiles.
///
/// # Example
///
/// ```
/// use ringback_learn::ValueScores;
///
/// let scores = ValueScores::new(&[30.0, 60.0], &[40.0, 50.0])?;
/// assert_eq!((scores.rmse(), scores.mae()), (10.0, 10.0));
/// assert_eq!(scores.pinball(0.9)?, 5.0); // (0.9 · 10 + 0.1 · 10) / 2
/// # Ok::<(), ringback_learn::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ValueScores<'a> {
    predicted: &'a [f64],
    outcomes: &'a [f64],
}

impl<'a> ValueScores<'a> {
    /// Pairs predictions with outcomes.
    ///
    /// # Errors
    ///
    /// [`Error::LengthMismatch`] for different numbers of them, [`Error::TooFewRows`] of none, [`Error::Value`] for one that is
    /// not finite.
    pub fn new(predicted: &'a [f64], outcomes: &'a [f64]) -> Result<Self, Error> {
        check_pairs(predicted, outcomes)?;
        check_values("prediction", predicted, f64::is_finite, "a finite number")?;
        check_values("outcome", outcomes, f64::is_finite, "a finite number")?;
        Ok(Self { predicted, outcomes })
    }

    /// The root of the mean squared error, in the outcome's unit.
    pub fn rmse(&self) -> f64 {
        self.mean(|error| error * error).sqrt()
    }

    /// The mean absolute error, in the outcome's unit.
    pub fn mae(&self) -> f64 {
        self.mean(f64::abs)
    }

    /// The mean pinball loss of predictions as quantiles of a level between 0 and 1, in the outcome's unit.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a level outside this range.
    pub fn pinball(&self, level: f64) -> Result<f64, Error> {
        let loss = Loss::Quantile(level);
        loss.check()?;
        Ok(self.mean(|error| loss.value(error, 0.0)))
    }

    /// The mean over rows of something of the outcome less the prediction.
    fn mean(&self, of: impl Fn(f64) -> f64) -> f64 {
        let errors = self.outcomes.iter().zip(self.predicted).map(|(outcome, it)| outcome - it);
        errors.map(of).sum::<f64>() / self.outcomes.len() as f64
    }
}

/// The mean continuous ranked probability score of predicted quantiles, in the outcome's unit: twice the integral over levels of
/// the pinball loss.
///
/// `quantiles` has for each of `levels` its predictions of all rows. Levels rise, strictly between 0 and 1. Each stands for the
/// levels that are nearer to it than to its neighbors, down to 0 and up to 1; of levels (i − ½) / m that is the plain mean.
/// A few quantiles see little of the tails: compare only scores of the same levels.
///
/// # Errors
///
/// [`Error::TooFewRows`] without levels or rows, [`Error::Setting`] for levels that do not rise or lie outside their range,
/// [`Error::LengthMismatch`] and [`Error::Value`] as [`ValueScores::new`].
///
/// # Source
///
/// Section 4.2 and equation 26 of \[`Gneiting2007`\]: Gneiting and Raftery, "Strictly Proper Scoring Rules, Prediction, and
/// Estimation"; the integral over levels is that of \[`Laio2007`\].
///
/// # Example
///
/// ```
/// use ringback_learn::crps;
///
/// // One quantile alone, the median: the mean absolute error.
/// assert_eq!(crps(&[0.5], &[vec![30.0, 60.0]], &[40.0, 50.0])?, 10.0);
/// # Ok::<(), ringback_learn::Error>(())
/// ```
pub fn crps(levels: &[f64], quantiles: &[Vec<f64>], outcomes: &[f64]) -> Result<f64, Error> {
    if levels.is_empty() {
        return Err(Error::TooFewRows { got: 0, needed: 1 });
    }
    if quantiles.len() != levels.len() {
        let (got, expected) = (quantiles.len(), levels.len());
        return Err(Error::LengthMismatch { what: "quantiles", got, expected });
    }
    let mut sum = 0.0;
    for (place, (level, predicted)) in levels.iter().zip(quantiles).enumerate() {
        let before = place.checked_sub(1).map(|it| levels[it]);
        let rises = before.is_none_or(|it| it < *level);
        check_setting(rises, "level", *level, "a number above the level before")?;
        let from = before.map_or(0.0, |it| f64::midpoint(it, *level));
        let to = levels.get(place + 1).map_or(1.0, |it| f64::midpoint(*level, *it));
        sum += (to - from) * 2.0 * ValueScores::new(predicted, outcomes)?.pinball(*level)?;
    }
    Ok(sum)
}

fn check_pairs(predicted: &[f64], outcomes: &[f64]) -> Result<(), Error> {
    if predicted.len() != outcomes.len() {
        let (got, expected) = (outcomes.len(), predicted.len());
        return Err(Error::LengthMismatch { what: "outcomes", got, expected });
    }
    if outcomes.is_empty() {
        return Err(Error::TooFewRows { got: 0, needed: 1 });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::share_deviation;

    /// The sum over all outcomes of a binomial, by its recursion.
    #[test]
    fn a_shares_deviation_is_that_of_the_binomial() {
        for (rows, probability) in [(1, 0.5), (7, 0.3), (40, 0.02), (40, 0.98), (500, 0.5)] {
            let n = f64::from(rows);
            let mut of_count = (1.0_f64 - probability).powi(rows);
            let mut expected = 0.0;
            for count in 0..=rows {
                let successes = f64::from(count);
                expected += of_count * (successes / n - probability).abs();
                of_count *= (n - successes) / (successes + 1.0) * probability / (1.0 - probability);
            }
            let got = share_deviation(n, probability);
            assert!((got - expected).abs() < 1e-12, "{rows} {probability}: {got} {expected}");
        }
    }
}
