//! What is far beyond the usual, whatever the tail.

use crate::quantile::quantile;

/// So many values are needed to say what is usual.
const LEAST: usize = 30;
/// How many spreads beyond the median the fence stands.
const SPREADS: f64 = 4.0;
/// The spread is at least this: what is always the same may vary by a factor of three.
const LEAST_SPREAD: f64 = 0.3;
/// The upper quartile of a normal variable with variance 1.
const UPPER_QUARTILE: f64 = 0.674_489_750_196_081_7;

/// The median and the fence beyond which a value is extreme.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fence {
    pub(super) median: f64,
    pub(super) limit: f64,
}

impl Fence {
    /// exp(m + 4 s), m the median of the logarithms and s the distance to their upper quartile over 0.6745.
    ///
    /// Only the upper half says how the tail goes, and only quantiles are used: the extreme values themselves do not
    /// move the fence. Values of 0 and below are left out. Absent for fewer than 30 values.
    pub(super) fn of(values: &[i64]) -> Option<Self> {
        let mut values: Vec<i64> = values.iter().copied().filter(|it| *it > 0).collect();
        if values.len() < LEAST {
            return None;
        }
        let median = quantile(&mut values, 0.5)?;
        let upper = quantile(&mut values, 0.75)?;
        let spread = ((upper / median).ln() / UPPER_QUARTILE).max(LEAST_SPREAD);
        Some(Self { median, limit: median * (SPREADS * spread).exp() })
    }

    pub(super) fn is_beyond(&self, value: i64) -> bool {
        value as f64 > self.limit
    }
}
