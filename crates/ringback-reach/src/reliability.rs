//! Told probabilities beside what came, in groups: the numbers of a reliability diagram.

use ringback_learn::EventScores;
use serde::{Deserialize, Serialize};

use crate::{Backtest, Error};

/// The value that a standard normal variable stays within, on both sides, in 95 of 100 cases.
const NORMAL_95: f64 = 1.959_963_984_540_054;

/// Told probabilities beside what came.
///
/// Attempts are put in the order of their probability and parted into bins of about as many attempts each; equal probabilities
/// stay in one bin. If the probabilities mean what they say, the share that was reached in a bin is near the mean of what was
/// told, within what chance allows.
///
/// # Example
///
/// ```
/// use ringback_reach::Reliability;
///
/// // Told 25 % eight times and 75 % eight times; two and four came true.
/// let told: Vec<(f64, bool)> =
///     (0..8).map(|it| (0.25, it < 2)).chain((0..8).map(|it| (0.75, it < 4))).collect();
/// let reliability = Reliability::of(&told, 2)?;
/// let [low, high] = &reliability.bins[..] else { unreachable!() };
/// assert_eq!((low.probability_mean, low.reached), (0.25, 0.25));
/// assert_eq!((high.probability_mean, high.reached), (0.75, 0.5));
/// assert!(high.lower < 0.5 && high.upper > 0.5);
/// # Ok::<(), ringback_reach::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reliability {
    /// The bins, lowest probability first. At least one.
    pub bins: Vec<ReliabilityBin>,
}

/// Attempts of like probability.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReliabilityBin {
    /// Attempts.
    pub rows: usize,
    /// The lowest probability that was told.
    pub lowest: f64,
    /// The highest.
    pub highest: f64,
    /// The mean of what was told. Range: 0 to 1.
    pub probability_mean: f64,
    /// The share that was reached. Range: 0 to 1.
    pub reached: f64,
    /// The lower end of the 95 % interval of that share.
    pub lower: f64,
    /// The upper end.
    pub upper: f64,
}

impl Reliability {
    /// Parts probabilities, each with whether a person answered, into at most so many bins.
    ///
    /// Intervals take attempts for independent; those at one customer are not quite, which makes the intervals a little too
    /// narrow.
    ///
    /// # Errors
    ///
    /// [`Error::Learn`] for no attempts, a probability outside 0 to 1, or no bins.
    ///
    /// # Source
    ///
    /// Score intervals of a share \[`Wilson1927`\].
    pub fn of(told: &[(f64, bool)], bins: usize) -> Result<Self, Error> {
        let (probabilities, outcomes): (Vec<f64>, Vec<f64>) =
            told.iter().map(|(told, reached)| (*told, f64::from(u8::from(*reached)))).unzip();
        let table = EventScores::new(&probabilities, &outcomes)?.reliability(bins)?;
        let bins = table.iter().map(|it| {
            let (lower, upper) = share_interval(it.rate, it.rows);
            ReliabilityBin {
                rows: it.rows,
                lowest: it.lowest,
                highest: it.highest,
                probability_mean: it.probability_mean,
                reached: it.rate,
                lower,
                upper,
            }
        });
        Ok(Self { bins: bins.collect() })
    }

    /// In how many bins the mean of what was told lies in the interval of what came: about 19 of 20 if the probabilities are
    /// right.
    pub fn bins_held(&self) -> usize {
        self.bins.iter().filter(|it| it.is_held()).count()
    }
}

impl ReliabilityBin {
    /// Whether the mean of what was told lies in the interval of what came.
    pub fn is_held(&self) -> bool {
        (self.lower..=self.upper).contains(&self.probability_mean)
    }
}

impl Backtest {
    /// The probabilities that the model told beside what came, of attempts whose outcome tells.
    ///
    /// # Errors
    ///
    /// As [`Reliability::of`].
    pub fn reliability(&self, bins: usize) -> Result<Reliability, Error> {
        let told = self.rows.iter().filter_map(|it| Some((it.probability, it.is_reached?)));
        Reliability::of(&told.collect::<Vec<_>>(), bins)
    }
}

/// The 95 % score interval of a share of so many.
fn share_interval(share: f64, rows: usize) -> (f64, f64) {
    let rows = rows as f64;
    let square = NORMAL_95 * NORMAL_95;
    let scale = 1.0 + square / rows;
    let middle = (share + square / (2.0 * rows)) / scale;
    let reach = share * (1.0 - share) / rows + square / (4.0 * rows * rows);
    let reach = NORMAL_95 * reach.sqrt() / scale;
    // The interval ends at 0 or 1 exactly where none or all were reached, but for rounding.
    ((middle - reach).clamp(0.0, share), (middle + reach).clamp(share, 1.0))
}
