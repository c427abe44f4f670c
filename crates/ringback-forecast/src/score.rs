//! Scores of forecasts against what came: point errors, quantile losses and interval coverage.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// The level of a prediction interval, strictly between 0 and 1: the share of outcomes that it should contain.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Level(f64);

impl Level {
    /// A level such as 0.8.
    ///
    /// # Errors
    ///
    /// [`InvalidLevel`] unless `0 < level < 1`.
    pub fn new(level: f64) -> Result<Self, InvalidLevel> {
        if 0.0 < level && level < 1.0 { Ok(Self(level)) } else { Err(InvalidLevel(level)) }
    }

    /// The level.
    pub fn get(self) -> f64 {
        self.0
    }

    /// The share of outcomes that should lie below the interval, and as large a share above: `(1 - level) / 2`.
    pub fn tail(self) -> f64 {
        (1.0 - self.0) / 2.0
    }

    /// The quantile that the lower bound stands for: [`Level::tail`].
    pub fn lower_quantile(self) -> Quantile {
        Quantile(self.tail())
    }

    /// The quantile that the upper bound stands for: one less [`Level::tail`].
    pub fn upper_quantile(self) -> Quantile {
        Quantile(1.0 - self.tail())
    }
}

impl TryFrom<f64> for Level {
    type Error = InvalidLevel;

    fn try_from(level: f64) -> Result<Self, InvalidLevel> {
        Self::new(level)
    }
}

impl From<Level> for f64 {
    fn from(level: Level) -> Self {
        level.0
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A number that is no interval level.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{0} is no interval level, expected a number strictly between 0 and 1")]
pub struct InvalidLevel(f64);

/// A quantile, strictly between 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Quantile(f64);

impl Quantile {
    /// The median.
    pub const MEDIAN: Self = Self(0.5);

    /// A quantile such as 0.9.
    ///
    /// # Errors
    ///
    /// [`InvalidQuantile`] unless `0 < quantile < 1`.
    pub fn new(quantile: f64) -> Result<Self, InvalidQuantile> {
        if 0.0 < quantile && quantile < 1.0 {
            Ok(Self(quantile))
        } else {
            Err(InvalidQuantile(quantile))
        }
    }

    /// The quantile.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Quantile {
    type Error = InvalidQuantile;

    fn try_from(quantile: f64) -> Result<Self, InvalidQuantile> {
        Self::new(quantile)
    }
}

impl From<Quantile> for f64 {
    fn from(quantile: Quantile) -> Self {
        quantile.0
    }
}

impl fmt::Display for Quantile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A number that is no quantile.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{0} is no quantile, expected a number strictly between 0 and 1")]
pub struct InvalidQuantile(f64);

/// Actual values beside point predictions. Pairs whose actual value is missing are left out of every score and
/// counted.
///
/// # Example
///
/// ```
/// use ringback_forecast::PointScores;
///
/// let actual = [Some(10.0), None, Some(20.0)];
/// let scores = PointScores::new(&actual, &[12.0, 7.0, 16.0])?;
/// assert_eq!((scores.scored(), scores.missing()), (2, 1));
/// assert_eq!(scores.mae(), Some(3.0)); // (2 + 4) / 2
/// assert_eq!(scores.wape(), Some(0.2)); // (2 + 4) / (10 + 20)
/// # Ok::<(), ringback_forecast::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct PointScores {
    pairs: Vec<(f64, f64)>,
    missing: usize,
}

impl PointScores {
    /// Pairs the actual values with the predictions, one by one.
    ///
    /// # Errors
    ///
    /// [`Error::LengthMismatch`], and [`Error::NotFinite`] for a value that is no finite number.
    pub fn new(actual: &[Option<f64>], predicted: &[f64]) -> Result<Self, Error> {
        check_lengths(actual.len(), predicted.len())?;
        check_finite(predicted.iter().copied().map(Some))?;
        check_finite(actual.iter().copied())?;
        let pairs: Vec<(f64, f64)> =
            actual.iter().zip(predicted).filter_map(|(y, &p)| y.map(|y| (y, p))).collect();
        let missing = actual.len() - pairs.len();
        Ok(Self { pairs, missing })
    }

    /// How many pairs are scored.
    pub fn scored(&self) -> usize {
        self.pairs.len()
    }

    /// How many pairs are left out because the actual value is missing.
    pub fn missing(&self) -> usize {
        self.missing
    }

    /// Mean absolute error: Σ|predicted − actual| over the number of pairs. In the unit of the values; `None` where
    /// nothing is scored.
    ///
    /// # Source
    ///
    /// Hyndman & Athanasopoulos, *Forecasting: Principles and Practice*, 3rd ed., section 5.8.
    pub fn mae(&self) -> Option<f64> {
        self.mean(|actual, predicted| (predicted - actual).abs())
    }

    /// Root mean squared error: the square root of Σ(predicted − actual)² over the number of pairs. In the unit of the
    /// values; `None` where nothing is scored.
    ///
    /// # Source
    ///
    /// As [`PointScores::mae`].
    pub fn rmse(&self) -> Option<f64> {
        self.mean(|actual, predicted| (predicted - actual).powi(2)).map(f64::sqrt)
    }

    /// Bias: Σ(predicted − actual) over the number of pairs; above zero where the forecast is too high. In the unit of
    /// the values; `None` where nothing is scored.
    pub fn bias(&self) -> Option<f64> {
        self.mean(|actual, predicted| predicted - actual)
    }

    /// Weighted absolute percentage error: Σ|predicted − actual| over Σ|actual|, as a share. `None` where nothing is
    /// scored or every actual value is zero.
    ///
    /// Unlike the mean of percentage errors it stands intervals without calls.
    ///
    /// # Source
    ///
    /// Kolassa & Schütz, "Advantages of the MAD/MEAN ratio over the MAPE", *Foresight* 6 (2007), 40–43.
    pub fn wape(&self) -> Option<f64> {
        let errors: f64 = self.pairs.iter().map(|&(y, p)| (p - y).abs()).sum();
        ratio(errors, self.pairs.iter().map(|&(y, _)| y.abs()).sum())
    }

    /// Mean absolute scaled error: [`PointScores::mae`] over the scale, which is the mean absolute error of a seasonal
    /// naive forecast on the history (see [`seasonal_naive_scale`]). Below 1 where the forecast beats it. `None` where
    /// nothing is scored or the scale is zero.
    ///
    /// # Source
    ///
    /// Hyndman & Koehler, "Another look at measures of forecast accuracy", *International Journal of Forecasting* 22
    /// (2006), 679–688.
    pub fn mase(&self, scale: f64) -> Option<f64> {
        ratio(self.mae()?, scale)
    }

    /// Mean pinball loss of the predictions taken as the quantile `q`: `q·(actual − predicted)` where the actual value
    /// is above, `(1 − q)·(predicted − actual)` where it is below; the sum over the number of pairs. In the unit of
    /// the values; at the median it is half the mean absolute error. `None` where nothing is scored.
    ///
    /// # Source
    ///
    /// Koenker & Bassett, "Regression quantiles", *Econometrica* 46 (1978), 33–50.
    pub fn pinball(&self, quantile: Quantile) -> Option<f64> {
        let q = quantile.get();
        self.mean(|actual, predicted| {
            let above = actual - predicted;
            if above >= 0.0 { q * above } else { (q - 1.0) * above }
        })
    }

    fn mean(&self, loss: impl Fn(f64, f64) -> f64) -> Option<f64> {
        let total: f64 =
            self.pairs.iter().map(|&(actual, predicted)| loss(actual, predicted)).sum();
        ratio(total, self.pairs.len() as f64)
    }
}

/// Actual values beside prediction intervals. Those whose actual value is missing are left out and counted.
#[derive(Clone, Debug, Default)]
pub struct IntervalScores {
    /// Actual value, lower bound, upper bound.
    rows: Vec<(f64, f64, f64)>,
    missing: usize,
}

impl IntervalScores {
    /// Pairs the actual values with the intervals' bounds, one by one.
    ///
    /// # Errors
    ///
    /// [`Error::LengthMismatch`], [`Error::NotFinite`] for a bound that is no finite number, and
    /// [`Error::InvertedInterval`].
    pub fn new(actual: &[Option<f64>], lower: &[f64], upper: &[f64]) -> Result<Self, Error> {
        check_lengths(actual.len(), lower.len())?;
        check_lengths(actual.len(), upper.len())?;
        check_finite(lower.iter().copied().map(Some))?;
        check_finite(upper.iter().copied().map(Some))?;
        check_finite(actual.iter().copied())?;
        let mut scores = Self::default();
        for (index, ((&actual, &lower), &upper)) in actual.iter().zip(lower).zip(upper).enumerate()
        {
            if upper < lower {
                return Err(Error::InvertedInterval { index, lower, upper });
            }
            match actual {
                Some(actual) => scores.rows.push((actual, lower, upper)),
                None => scores.missing += 1,
            }
        }
        Ok(scores)
    }

    /// How many intervals are scored.
    pub fn scored(&self) -> usize {
        self.rows.len()
    }

    /// How many intervals are left out because the actual value is missing.
    pub fn missing(&self) -> usize {
        self.missing
    }

    /// Coverage: the number of actual values inside their interval, bounds included, over the number scored. `None`
    /// where nothing is scored.
    pub fn coverage(&self) -> Option<f64> {
        let inside =
            self.rows.iter().filter(|&&(y, lower, upper)| lower <= y && y <= upper).count();
        ratio(inside as f64, self.rows.len() as f64)
    }

    /// Mean width: Σ(upper − lower) over the number scored, in the unit of the values. `None` where nothing is scored.
    pub fn mean_width(&self) -> Option<f64> {
        let widths: f64 = self.rows.iter().map(|&(_, lower, upper)| upper - lower).sum();
        ratio(widths, self.rows.len() as f64)
    }
}

/// The scale of the MASE: the mean absolute difference of each value of the history from the one `season` intervals
/// before it. Pairs of which one is missing are left out. `None` where no pair is left, or `season` is 0.
///
/// Σ|yₜ − yₜ₋ₛ| over the number of pairs; in the unit of the values. For call volumes the season is a week of intervals.
///
/// # Source
///
/// As [`PointScores::mase`].
pub fn seasonal_naive_scale(history: &[Option<f64>], season: usize) -> Option<f64> {
    if season == 0 {
        return None;
    }
    let earlier = history.iter();
    let later = history.iter().skip(season);
    let (mut total, mut pairs) = (0.0, 0_usize);
    for (earlier, later) in earlier.zip(later) {
        if let (Some(earlier), Some(later)) = (earlier, later) {
            total += (later - earlier).abs();
            pairs += 1;
        }
    }
    ratio(total, pairs as f64)
}

fn ratio(numerator: f64, denominator: f64) -> Option<f64> {
    (denominator > 0.0).then(|| numerator / denominator)
}

fn check_lengths(actual: usize, predicted: usize) -> Result<(), Error> {
    if actual == predicted { Ok(()) } else { Err(Error::LengthMismatch { actual, predicted }) }
}

fn check_finite(values: impl Iterator<Item = Option<f64>>) -> Result<(), Error> {
    for (index, value) in values.enumerate() {
        if let Some(value) = value
            && !value.is_finite()
        {
            return Err(Error::NotFinite { index, value });
        }
    }
    Ok(())
}
