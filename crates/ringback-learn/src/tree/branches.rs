//! The form of a fitted tree: where it splits and what its leaves say.

use serde::{Deserialize, Serialize};

use crate::Error;

/// A binary tree: one leaf more than splits. The root is split 0, or leaf 0 if nothing is split.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parts")]
pub(crate) struct Branches {
    splits: Vec<Split>,
    leaves: Vec<Leaf>,
}

/// A question: is the feature at most the threshold?
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Split {
    /// The feature's place.
    pub(crate) feature: u32,
    /// Values up to here go left; finite.
    pub(crate) threshold: f64,
    /// Whether a missing value goes left.
    pub(crate) nan_left: bool,
    /// Where left and right lead.
    pub(crate) children: [Child; 2],
}

/// Where a side of a split leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Child {
    /// To a split further on.
    Split(u32),
    /// To a leaf.
    Leaf(u32),
}

/// What is said of the rows that end here.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Leaf {
    /// The value, finite.
    pub(crate) value: f64,
    /// The sum of the weights of the rows that it was found from, above 0.
    pub(crate) weight: f64,
}

/// A tree as read, not checked yet.
#[derive(Deserialize)]
struct Parts {
    splits: Vec<Split>,
    leaves: Vec<Leaf>,
}

impl TryFrom<Parts> for Branches {
    type Error = String;

    fn try_from(parts: Parts) -> Result<Self, String> {
        Self::new(parts.splits, parts.leaves)
    }
}

impl Branches {
    /// A tree of parts that fit together: every split but the root and every leaf hangs on one side of one split before it.
    pub(crate) fn new(splits: Vec<Split>, leaves: Vec<Leaf>) -> Result<Self, String> {
        if splits.len() + 1 != leaves.len() || u32::try_from(splits.len()).is_err() {
            return Err(format!("{} leaves of a tree with {} splits", leaves.len(), splits.len()));
        }
        if let Some(leaf) = leaves
            .iter()
            .find(|it| !it.value.is_finite() || !it.weight.is_finite() || it.weight <= 0.0)
        {
            return Err(format!("leaf with value {} and weight {}", leaf.value, leaf.weight));
        }
        let mut split_seen = vec![false; splits.len()];
        let mut leaf_seen = vec![false; leaves.len()];
        for (at, split) in splits.iter().enumerate() {
            if !split.threshold.is_finite() {
                return Err(format!("split {at} at {}", split.threshold));
            }
            for child in split.children {
                let seen = match child {
                    Child::Split(to) if to as usize <= at => None,
                    Child::Split(to) => split_seen.get_mut(to as usize),
                    Child::Leaf(to) => leaf_seen.get_mut(to as usize),
                };
                match seen {
                    Some(seen) if !*seen => *seen = true,
                    _ => return Err(format!("split {at} leads to {child:?}")),
                }
            }
        }
        Ok(Self { splits, leaves })
    }

    /// A tree that says the same of every row.
    pub(crate) fn constant(value: f64, weight: f64) -> Self {
        Self { splits: Vec::new(), leaves: vec![Leaf { value, weight }] }
    }

    pub(crate) fn splits(&self) -> &[Split] {
        &self.splits
    }

    pub(crate) fn leaves(&self) -> &[Leaf] {
        &self.leaves
    }

    /// Where the tree begins.
    pub(crate) fn root(&self) -> Child {
        if self.splits.is_empty() { Child::Leaf(0) } else { Child::Split(0) }
    }

    /// The split behind a child.
    pub(crate) fn split(&self, child: Child) -> Option<&Split> {
        match child {
            Child::Split(at) => self.splits.get(at as usize),
            Child::Leaf(_) => None,
        }
    }

    /// The leaf that a row ends in; absent trailing values count as NaN.
    pub(crate) fn leaf(&self, row: &[f64]) -> Leaf {
        let mut at = self.root();
        while let Some(split) = self.split(at) {
            at = split.children[usize::from(!split.goes_left(row))];
        }
        self.leaf_behind(at)
    }

    /// The leaf of a child, which is one.
    pub(crate) fn leaf_behind(&self, child: Child) -> Leaf {
        let leaf = match child {
            Child::Leaf(at) => self.leaves.get(at as usize),
            Child::Split(_) => None,
        };
        debug_assert!(leaf.is_some(), "checked when made");
        leaf.copied().unwrap_or(Leaf { value: 0.0, weight: 1.0 })
    }

    /// Checks that every feature that is asked about is among this many.
    pub(crate) fn expect_features(&self, features: usize) -> Result<(), Error> {
        match self.splits.iter().find(|it| it.feature as usize >= features) {
            None => Ok(()),
            Some(split) => {
                Err(Error::Saved(format!("split on feature {} of {features}", split.feature)))
            }
        }
    }

    /// The sum of the leaves' weights behind every split.
    pub(crate) fn weights(&self) -> Vec<f64> {
        let mut weights = vec![0.0; self.splits.len()];
        for (at, split) in self.splits.iter().enumerate().rev() {
            weights[at] = split.children.iter().map(|it| self.weight(*it, &weights)).sum();
        }
        weights
    }

    /// The weight of a child, from [`Branches::weights`] for splits.
    pub(crate) fn weight(&self, child: Child, of_splits: &[f64]) -> f64 {
        match child {
            Child::Split(at) => of_splits.get(at as usize).copied().unwrap_or(0.0),
            Child::Leaf(_) => self.leaf_behind(child).weight,
        }
    }

    /// The mean of the leaves' values by their weights.
    pub(crate) fn mean(&self) -> f64 {
        let total: f64 = self.leaves.iter().map(|it| it.weight).sum();
        self.leaves.iter().map(|it| it.value * (it.weight / total)).sum()
    }

    /// The number of splits on the longest way down from every split's own place: 1 for the root.
    pub(crate) fn depth(&self) -> usize {
        let mut depths = vec![1; self.splits.len()];
        for (at, split) in self.splits.iter().enumerate() {
            for child in split.children {
                if let Child::Split(to) = child {
                    depths[to as usize] = depths[at] + 1;
                }
            }
        }
        depths.into_iter().max().unwrap_or(0)
    }
}

impl Split {
    /// Whether a row goes left.
    pub(crate) fn goes_left(&self, row: &[f64]) -> bool {
        let value = row.get(self.feature as usize).copied().unwrap_or(f64::NAN);
        if value.is_nan() { self.nan_left } else { value <= self.threshold }
    }
}
