//! How long a caller is going to wait, as far as the rule of offering needs to know it.

use ringback_forecast::{LEVELS, WaitForecast};
use serde::{Deserialize, Serialize};

use crate::Error;

/// A quantile of a wait: with probability `level` the caller waits no longer than `wait_secs`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct WaitQuantile {
    /// The probability. Range: above 0, below 1.
    pub level: f64,
    /// The wait in seconds, at least 0.
    pub wait_secs: f64,
}

/// The wait that lies before a caller: a mean and quantiles, from whatever model there is.
///
/// # Example
///
/// ```
/// use ringback_callback::{WaitEstimate, WaitQuantile};
///
/// let quantile = |level, wait_secs| WaitQuantile { level, wait_secs };
/// let wait = WaitEstimate::new(130.0, vec![quantile(0.5, 100.0), quantile(0.9, 260.0)])?;
/// assert_eq!(wait.at(0.9), 260.0);
/// assert_eq!(wait.at(0.7), 180.0); // in proportion
/// // A number that a phone system announces says nothing of its spread.
/// assert_eq!(WaitEstimate::announced(200.0)?.at(0.9), 200.0);
/// # Ok::<(), ringback_callback::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Saved", into = "Saved")]
pub struct WaitEstimate {
    mean_secs: f64,
    quantiles: Vec<WaitQuantile>,
}

/// An estimate as it is saved.
#[derive(Serialize, Deserialize)]
struct Saved {
    mean_secs: f64,
    quantiles: Vec<WaitQuantile>,
}

impl WaitEstimate {
    /// A mean in seconds and quantiles, by rising level.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a mean or a wait that is not a number of at least 0, a level outside 0 to 1, or quantiles
    /// that do not rise; there must be one quantile.
    pub fn new(mean_secs: f64, quantiles: Vec<WaitQuantile>) -> Result<Self, Error> {
        let secs = "a finite number of at least 0";
        check("mean_secs", mean_secs, is_secs(mean_secs), secs)?;
        check("the number of quantiles", 0.0, !quantiles.is_empty(), "at least 1")?;
        let (mut level, mut wait_secs) = (0.0, 0.0);
        for it in &quantiles {
            let is_level = level < it.level && it.level < 1.0;
            check("level", it.level, is_level, "levels between 0 and 1, each above the last")?;
            check("wait_secs", it.wait_secs, is_secs(it.wait_secs), secs)?;
            let rises = wait_secs <= it.wait_secs;
            check("wait_secs", it.wait_secs, rises, "a wait of at least that of the level below")?;
            (level, wait_secs) = (it.level, it.wait_secs);
        }
        Ok(Self { mean_secs, quantiles })
    }

    /// A wait of which one number is known, such as the one that a phone system announces. No spread is made up: every
    /// quantile is that number.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] unless it is a finite number of at least 0.
    pub fn announced(wait_secs: f64) -> Result<Self, Error> {
        Self::new(wait_secs, vec![WaitQuantile { level: 0.5, wait_secs }])
    }

    /// The mean wait in seconds.
    pub fn mean_secs(&self) -> f64 {
        self.mean_secs
    }

    /// The quantiles, by rising level.
    pub fn quantiles(&self) -> &[WaitQuantile] {
        &self.quantiles
    }

    /// The wait in seconds that is not exceeded with probability `level`, which is held to 0 to 1.
    ///
    /// Between known quantiles in proportion; below the first that one, above the last that one, so that a caller who
    /// wants the upper tail passes quantiles that reach into it.
    pub fn at(&self, level: f64) -> f64 {
        let next = self.quantiles.partition_point(|it| it.level < level);
        let above = self.quantiles.get(next);
        let below = next.checked_sub(1).and_then(|it| self.quantiles.get(it));
        match (below, above) {
            (Some(below), Some(above)) => {
                let share = (level - below.level) / (above.level - below.level);
                below.wait_secs + (above.wait_secs - below.wait_secs) * share
            }
            (Some(it), None) | (None, Some(it)) => it.wait_secs,
            (None, None) => self.mean_secs,
        }
    }
}

/// The prediction of a caller's wait, with its seven quantiles.
impl From<&WaitForecast> for WaitEstimate {
    fn from(forecast: &WaitForecast) -> Self {
        let quantiles = LEVELS.into_iter().zip(forecast.quantiles());
        let quantiles = quantiles.map(|(level, wait_secs)| WaitQuantile { level, wait_secs });
        Self { mean_secs: forecast.mean_secs, quantiles: quantiles.collect() }
    }
}

impl TryFrom<Saved> for WaitEstimate {
    type Error = Error;

    fn try_from(saved: Saved) -> Result<Self, Error> {
        Self::new(saved.mean_secs, saved.quantiles)
    }
}

impl From<WaitEstimate> for Saved {
    fn from(it: WaitEstimate) -> Self {
        Self { mean_secs: it.mean_secs, quantiles: it.quantiles }
    }
}

fn is_secs(secs: f64) -> bool {
    secs.is_finite() && secs >= 0.0
}

fn check(name: &'static str, value: f64, holds: bool, expected: &'static str) -> Result<(), Error> {
    if holds { Ok(()) } else { Err(Error::Setting { name, value, expected }) }
}
