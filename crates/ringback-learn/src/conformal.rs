//! Conformal prediction: intervals that hold a stated share of outcomes, whatever the model.

mod adaptive;
mod margins;
mod ranked;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use adaptive::AdaptiveConformal;
pub use margins::{Cqr, GroupMargins, Margins, SplitConformal};

use crate::Error;
use crate::loss::check_values;
use crate::standardize::check_setting;

/// An interval with both bounds in it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The lower bound.
    pub lower: f64,
    /// The upper bound; of the intervals that this crate gives not below the lower one.
    pub upper: f64,
}

impl Interval {
    /// An interval; bounds that have crossed both become the middle between them.
    fn new(lower: f64, upper: f64) -> Self {
        if lower <= upper {
            return Self { lower, upper };
        }
        let middle = lower / 2.0 + upper / 2.0;
        Self { lower: middle, upper: middle }
    }

    /// Whether a value lies in it, bounds included.
    pub fn contains(&self, value: f64) -> bool {
        self.lower <= value && value <= self.upper
    }

    /// The distance of its bounds, at least 0.
    pub fn width(&self) -> f64 {
        self.upper - self.lower
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.lower, self.upper)
    }
}

/// What an interval's level is promised for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tails {
    /// Both bounds together: they move by the same margin, and misses may all fall on one side. The narrower choice.
    Together,
    /// Each bound by itself, for half of the misses: each has a margin of its own. For outcomes whose errors lean to one side.
    Each,
}

/// The place (from 1) in a rising order of `scores` of the one that a new score does not exceed with probability `level`:
/// ⌈(scores + 1) · level⌉. `None` if there is none: with so few scores, only an interval without bounds keeps the level.
///
/// A level of 0 or less gives place 0: below all.
///
/// # Source
///
/// Section 2 of \[`Lei2018`\].
///
/// # Example
///
/// ```
/// use ringback_learn::conformal_rank;
///
/// assert_eq!(conformal_rank(8, 0.9), None); // the ninth of eight
/// assert_eq!(conformal_rank(9, 0.9), Some(9));
/// assert_eq!(conformal_rank(99, 0.9), Some(90));
/// ```
pub fn conformal_rank(scores: usize, level: f64) -> Option<usize> {
    // A product that is a whole number but for rounding counts as that number.
    let rank = ((scores as f64 + 1.0) * level - 1e-9).ceil().max(0.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "from 0 to the number of scores"
    )]
    (rank <= scores as f64).then_some(rank as usize)
}

/// Checks that a level lies between 0 and 1.
fn check_level(level: f64) -> Result<(), Error> {
    let expected = "a number between 0 and 1, both excluded";
    check_setting(0.0 < level && level < 1.0, "level", level, expected)
}

/// Checks that all values are finite, and as many as expected.
fn check_finite(what: &'static str, values: &[f64], rows: usize) -> Result<(), Error> {
    if values.len() != rows {
        return Err(Error::LengthMismatch { what, got: values.len(), expected: rows });
    }
    check_values(what, values, f64::is_finite, "a finite number")
}
