//! What a tree may grow to.

use serde::{Deserialize, Serialize};

use crate::Error;

/// Which way a prediction may go as a feature grows and all others stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    /// Up or not at all.
    Increasing,
    /// Down or not at all.
    Decreasing,
}

/// What a tree may grow to.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    /// The most leaves.
    pub(crate) leaves: usize,
    /// The most splits on a way down.
    pub(crate) max_depth: usize,
    /// The fewest rows of a leaf.
    pub(crate) min_leaf_rows: i64,
    /// What is added to the sum of second derivatives.
    pub(crate) l2: f64,
    /// Which way predictions go with each column of the matrix; empty if any way will do.
    pub(crate) directions: Vec<Option<Direction>>,
}

impl Limits {
    /// Checked limits, without a penalty or directions.
    pub(crate) fn new(
        leaves: usize,
        max_depth: usize,
        min_leaf_rows: usize,
    ) -> Result<Self, Error> {
        let setting = |fits: bool, name, value: usize, expected| {
            if fits { Ok(()) } else { Err(Error::Setting { name, value: value as f64, expected }) }
        };
        let few = (2..=65_536).contains(&leaves);
        setting(few, "leaves", leaves, "a number from 2 to 65,536")?;
        setting(max_depth >= 1, "max_depth", max_depth, "at least 1")?;
        setting(min_leaf_rows >= 1, "min_leaf_rows", min_leaf_rows, "at least 1")?;
        let min_leaf_rows = i64::try_from(min_leaf_rows).unwrap_or(i64::MAX);
        Ok(Self { leaves, max_depth, min_leaf_rows, l2: 0.0, directions: Vec::new() })
    }

    pub(crate) fn has_directions(&self) -> bool {
        !self.directions.is_empty()
    }

    pub(crate) fn direction(&self, place: u32) -> Option<Direction> {
        self.directions.get(place as usize).copied().flatten()
    }
}

/// Where a node's value must lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Range {
    low: f64,
    high: f64,
}

impl Range {
    pub(crate) const ALL: Self = Self { low: f64::NEG_INFINITY, high: f64::INFINITY };

    pub(crate) fn clamp(self, value: f64) -> f64 {
        value.max(self.low).min(self.high)
    }

    /// The ranges of both sides of a split whose sides would say `left` and `right`: with a direction they meet halfway.
    pub(crate) fn split(self, direction: Option<Direction>, left: f64, right: f64) -> [Self; 2] {
        let middle = self.clamp(left) / 2.0 + self.clamp(right) / 2.0;
        let (below, above) = (Self { high: middle, ..self }, Self { low: middle, ..self });
        match direction {
            None => [self, self],
            Some(Direction::Increasing) => [below, above],
            Some(Direction::Decreasing) => [above, below],
        }
    }
}
