//! What a boosted model is fitted to make small.

use serde::{Deserialize, Serialize};

use crate::Error;

/// The loss that a boosted model makes small, and with it what the model predicts.
///
/// # Source
///
/// Gradients and leaf values follow \[`Friedman2001`\] and \[`Chen2016`\].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Loss {
    /// Half the squared error: predicts the mean.
    Squared,
    /// The absolute error: predicts the median. The same as `Quantile(0.5)`, with twice its value.
    Absolute,
    /// The pinball loss: predicts the quantile of this level, which lies strictly between 0 and 1.
    Quantile(f64),
    /// Half the squared error up to this distance, linear beyond it: predicts a mean that far targets pull less at. The
    /// distance is in the target's unit and above 0.
    Huber(f64),
    /// The logarithmic loss of an event: targets are 0 or 1 (or a share between), predictions probabilities.
    Log,
    /// The Poisson loss of counts: targets are at least 0, predictions rates above 0.
    Poisson,
}

/// How far a Poisson score may go from 0, so that its exponential stays finite.
const FARTHEST_LOG_RATE: f64 = 700.0;

impl Loss {
    /// The prediction that a score stands for: a probability for [`Loss::Log`], a rate for [`Loss::Poisson`], else the score
    /// itself.
    pub fn prediction(self, score: f64) -> f64 {
        match self {
            Self::Log => sigmoid(score),
            Self::Poisson => log_rate(score).exp(),
            _ => score,
        }
    }

    /// The loss of a score where `target` came out.
    ///
    /// For [`Loss::Poisson`] without the term of the target alone.
    pub fn value(self, target: f64, score: f64) -> f64 {
        let error = target - score;
        match self {
            Self::Absolute => error.abs(),
            Self::Quantile(level) => (level * error).max((level - 1.0) * error),
            Self::Huber(reach) if error.abs() > reach => reach * (error.abs() - reach / 2.0),
            Self::Squared | Self::Huber(_) => error * error / 2.0,
            Self::Log => score.max(0.0) - target * score + (-score.abs()).exp().ln_1p(),
            Self::Poisson => log_rate(score).exp() - target * log_rate(score),
        }
    }

    /// The level of the quantile that the loss asks for.
    pub(crate) fn level(self) -> Option<f64> {
        match self {
            Self::Absolute => Some(0.5),
            Self::Quantile(level) => Some(level),
            _ => None,
        }
    }

    /// Whether the second derivative differs from row to row.
    pub(crate) fn has_curvature(self) -> bool {
        matches!(self, Self::Log | Self::Poisson)
    }

    /// First and second derivative of the loss at a score. For quantiles the second one is set to 1.
    pub(crate) fn derivatives(self, target: f64, score: f64) -> (f64, f64) {
        let error = score - target;
        match self {
            Self::Squared => (error, 1.0),
            Self::Absolute | Self::Quantile(_) => {
                let level = self.level().unwrap_or(0.5);
                (if error >= 0.0 { 1.0 - level } else { -level }, 1.0)
            }
            Self::Huber(reach) => (error.clamp(-reach, reach), 1.0),
            Self::Log => {
                let probability = sigmoid(score);
                (probability - target, probability * (1.0 - probability))
            }
            Self::Poisson => {
                let rate = log_rate(score).exp();
                (rate - target, rate)
            }
        }
    }

    /// A leaf's value for the sums of both derivatives.
    ///
    /// A Newton step. Where a Poisson rate grows, the step is the best one (the logarithm of what was counted by what was
    /// expected) instead of Newton's, which would overshoot.
    pub(crate) fn step(self, gradient: f64, hessian: f64) -> f64 {
        let step = if hessian > 0.0 { -gradient / hessian } else { 0.0 };
        match self {
            Self::Poisson if step > 0.0 => step.ln_1p(),
            _ => step,
        }
    }

    /// The best score for all rows together, from weights that are positive.
    pub(crate) fn constant(self, targets: &[f64], weights: Option<&[f64]>) -> f64 {
        let level = self.level().or(matches!(self, Self::Huber(_)).then_some(0.5));
        if let Some(level) = level {
            return match weights {
                None => quantile(&mut targets.to_vec(), level),
                Some(weights) => {
                    let mut pairs: Vec<(f64, f64)> =
                        targets.iter().copied().zip(weights.iter().copied()).collect();
                    weighted_quantile(&mut pairs, level)
                }
            };
        }
        let weight = |row: usize| weights.and_then(|it| it.get(row)).copied().unwrap_or(1.0);
        let total: f64 = (0..targets.len()).map(weight).sum();
        let mean = targets.iter().enumerate().map(|it| weight(it.0) * it.1).sum::<f64>() / total;
        // Where nothing or everything happened, half an event more or less keeps the score finite.
        let least = 0.5 / (targets.len() as f64 + 1.0);
        match self {
            Self::Log => {
                let mean = mean.clamp(least, 1.0 - least);
                (mean / (1.0 - mean)).ln()
            }
            Self::Poisson if mean > 0.0 => mean.ln(),
            Self::Poisson => least.ln(),
            _ => mean,
        }
    }

    /// Checks the setting of the loss.
    pub(crate) fn check(self) -> Result<(), Error> {
        match self {
            Self::Quantile(value) if !(0.0 < value && value < 1.0) => {
                let expected = "a number between 0 and 1, both excluded";
                Err(Error::Setting { name: "quantile", value, expected })
            }
            Self::Huber(value) if !(0.0 < value && value.is_finite()) => {
                let expected = "a finite number above 0";
                Err(Error::Setting { name: "huber", value, expected })
            }
            _ => Ok(()),
        }
    }

    /// Checks that every target is one the loss is defined for.
    pub(crate) fn check_targets(self, targets: &[f64]) -> Result<(), Error> {
        let (fits, expected): (fn(f64) -> bool, _) = match self {
            Self::Log => (|it| (0.0..=1.0).contains(&it), "a number from 0 to 1"),
            Self::Poisson => (|it| (0.0..=1e100).contains(&it), "a number from 0 to 1e100"),
            _ => (|it| it.abs() <= 1e100, "a number from -1e100 to 1e100"),
        };
        check_values("target", targets, fits, expected)
    }
}

/// Checks weights, and gives them with a mean of 1 over those above 0; `None` if they are all the same.
pub(crate) fn check_weights(weights: &[f64], rows: usize) -> Result<Option<Vec<f64>>, Error> {
    if weights.len() != rows {
        let (got, expected) = (weights.len(), rows);
        return Err(Error::LengthMismatch { what: "weights", got, expected });
    }
    let fits = |it: f64| it >= 0.0 && it.is_finite();
    check_values("weight", weights, fits, "a finite number of at least 0")?;
    let largest = weights.iter().copied().fold(0.0, f64::max);
    let used = weights.iter().filter(|it| **it > 0.0).count();
    if used == 0 {
        return Err(Error::TooFewRows { got: 0, needed: 1 });
    }
    if weights.iter().all(|it| it.total_cmp(&largest).is_eq()) {
        return Ok(None);
    }
    let mean = weights.iter().map(|it| it / largest).sum::<f64>() / used as f64;
    Ok(Some(weights.iter().map(|it| it / largest / mean).collect()))
}

/// Checks values by row.
pub(crate) fn check_values(
    what: &str,
    values: &[f64],
    fits: impl Fn(f64) -> bool,
    expected: &'static str,
) -> Result<(), Error> {
    match values.iter().position(|it| !fits(*it)) {
        None => Ok(()),
        Some(row) => Err(Error::Value { what: what.to_owned(), row, value: values[row], expected }),
    }
}

/// The probability of a score in log-odds.
pub(crate) fn sigmoid(score: f64) -> f64 {
    1.0 / (1.0 + (-score).exp())
}

fn log_rate(score: f64) -> f64 {
    score.clamp(-FARTHEST_LOG_RATE, FARTHEST_LOG_RATE)
}

/// The quantile of values, which change places: the smallest one with a share of at least `level` at or below it, and
/// halfway to the next one if the share is `level` exactly; 0 of no values.
pub(crate) fn quantile(values: &mut [f64], level: f64) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    let wanted = level * values.len() as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "from 1 to the length"
    )]
    let needed = (wanted.ceil().max(1.0) as usize).min(values.len());
    let (_, found, above) = values.select_nth_unstable_by(needed - 1, f64::total_cmp);
    let found = *found;
    if needed as f64 > wanted {
        return found;
    }
    above.iter().copied().min_by(f64::total_cmp).map_or(found, |next| found / 2.0 + next / 2.0)
}

/// The same of values with weights above 0.
pub(crate) fn weighted_quantile(pairs: &mut [(f64, f64)], level: f64) -> f64 {
    pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let wanted = level * pairs.iter().map(|it| it.1).sum::<f64>();
    let mut reached = 0.0;
    for (at, (value, weight)) in pairs.iter().enumerate() {
        reached += weight;
        if reached > wanted {
            return *value;
        }
        if reached >= wanted {
            return pairs.get(at + 1).map_or(*value, |next| value / 2.0 + next.0 / 2.0);
        }
    }
    pairs.last().map_or(0.0, |it| it.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_a_value_or_halfway_between_two() {
        for (level, expected) in [(0.1, 1.0), (0.25, 1.5), (0.5, 2.5), (0.6, 3.0), (0.99, 4.0)] {
            let mut pairs = [(4.0, 1.0), (1.0, 1.0), (3.0, 1.0), (2.0, 1.0)];
            let mut values = pairs.map(|it| it.0);
            assert!((quantile(&mut values, level) - expected).abs() < 1e-12, "{level}");
            assert!((weighted_quantile(&mut pairs, level) - expected).abs() < 1e-12, "{level}");
        }
        let mut pairs = [(1.0, 3.0), (9.0, 0.5), (5.0, 0.5)];
        assert!((weighted_quantile(&mut pairs, 0.8) - 5.0).abs() < 1e-12);
    }

    #[test]
    fn derivatives_are_those_of_the_loss() {
        let losses =
            [Loss::Squared, Loss::Huber(0.7), Loss::Quantile(0.2), Loss::Log, Loss::Poisson];
        for loss in losses {
            for (target, score) in [(0.0, 0.3), (1.0, -0.8), (0.4, 2.0)] {
                let h = 1e-4;
                let at = |it| loss.value(target, it);
                let (first, second) = loss.derivatives(target, score);
                let slope = (at(score + h) - at(score - h)) / (2.0 * h);
                assert!((first - slope).abs() < 1e-6, "{loss:?} {target} {score}");
                let bend = (at(score + h) - 2.0 * at(score) + at(score - h)) / (h * h);
                assert!(!loss.has_curvature() || (second - bend).abs() < 1e-5, "{loss:?} {bend}");
            }
        }
    }
}
