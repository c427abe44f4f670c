//! Trees laid out for asking them fast: values become ranks among the thresholds once, nodes of 8 bytes compare ranks, and
//! several trees are asked in step.

use std::collections::VecDeque;

use super::branches::{Branches, Child, Split};

/// The trees that are asked in step: while one waits for memory, the others go on.
const TOGETHER: usize = 12;

/// The rank of a missing value that goes right, and of a leaf's question, which nothing is above.
const ABOVE_ALL: u16 = u16::MAX;

/// Trees whose values add up.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Packed {
    features: Vec<Feature>,
    /// The thresholds of all features, each feature's ascending.
    thresholds: Vec<f64>,
    nodes: Vec<Node>,
    /// The value of each node that is a leaf, 0 elsewhere.
    values: Vec<f64>,
    groups: Vec<Group>,
}

/// A feature that is asked about.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Feature {
    place: usize,
    /// Where its thresholds stand.
    from: usize,
    to: usize,
}

/// A question; a leaf's leads back to the leaf.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Node {
    /// The threshold's rank.
    rank: u16,
    /// Where the value's rank stands: twice the feature's place among those asked about, one more if missing goes left.
    slot: u16,
    /// The node for values up to the threshold; the one after it is for values above.
    low: u32,
}

/// Trees of about the same depth.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Group {
    roots: [u32; TOGETHER],
    depth: usize,
}

impl Packed {
    /// Packs trees; `None` if they ask about more features or thresholds than there is room for, which no fitted trees do.
    pub(crate) fn new(trees: &[Branches]) -> Option<Self> {
        let mut packed = Self::default();
        packed.rank(trees)?;
        let mut roots: Vec<(usize, u32)> = Vec::with_capacity(trees.len());
        for tree in trees {
            roots.push((tree.depth(), packed.push(tree)?));
        }
        // A stable sort by depth: few steps are then spent in leaves.
        roots.sort_by_key(|it| it.0);
        let nothing = packed.push_leaf()?;
        for trees in roots.chunks(TOGETHER) {
            let mut group = Group { roots: [nothing; TOGETHER], depth: 0 };
            for (root, tree) in group.roots.iter_mut().zip(trees) {
                *root = tree.1;
                group.depth = group.depth.max(tree.0);
            }
            packed.groups.push(group);
        }
        Some(packed)
    }

    /// Collects the features and their thresholds.
    fn rank(&mut self, trees: &[Branches]) -> Option<()> {
        let splits = trees.iter().flat_map(Branches::splits);
        let mut asked: Vec<(u32, f64)> = splits.map(|it| (it.feature, it.threshold)).collect();
        asked.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        asked.dedup_by(|a, b| a.0 == b.0 && a.1 <= b.1);
        for of_feature in asked.chunk_by(|a, b| a.0 == b.0) {
            let place = usize::try_from(of_feature.first()?.0).ok()?;
            let from = self.thresholds.len();
            self.thresholds.extend(of_feature.iter().map(|it| it.1));
            self.features.push(Feature { place, from, to: self.thresholds.len() });
            u16::try_from(of_feature.len()).ok().filter(|it| *it < ABOVE_ALL)?;
        }
        u16::try_from(2 * self.features.len()).ok().map(|_| ())
    }

    fn push_leaf(&mut self) -> Option<u32> {
        let low = u32::try_from(self.nodes.len()).ok()?;
        self.nodes.push(Node { rank: ABOVE_ALL, slot: 0, low });
        self.values.push(0.0);
        Some(low)
    }

    /// Lays a tree out level by level, both sides of a split next to each other, and gives its root.
    fn push(&mut self, tree: &Branches) -> Option<u32> {
        let root = self.push_leaf()?;
        let mut waiting = VecDeque::from([(root, tree.root())]);
        while let Some((at, child)) = waiting.pop_front() {
            let Some(split) = tree.split(child) else {
                self.values[at as usize] = tree.leaf_behind(child).value;
                continue;
            };
            let (low, high) = (self.push_leaf()?, self.push_leaf()?);
            self.nodes[at as usize] = self.node(split, low)?;
            let [left, right]: [Child; 2] = split.children;
            waiting.extend([(low, left), (high, right)]);
        }
        Some(root)
    }

    fn node(&self, split: &Split, low: u32) -> Option<Node> {
        let place = usize::try_from(split.feature).ok()?;
        let at = self.features.binary_search_by_key(&place, |it| it.place).ok()?;
        let rank = self.features[at].rank(&self.thresholds, split.threshold);
        let slot = u16::try_from(2 * at + usize::from(split.nan_left)).ok()?;
        Some(Node { rank, slot, low })
    }

    /// The sum of the trees' values for a row; absent trailing values count as NaN.
    pub(crate) fn sum(&self, row: &[f64]) -> f64 {
        match self.features.len() {
            0..=16 => self.sum_of::<32>(row),
            17..=64 => self.sum_of::<128>(row),
            65..=256 => self.sum_of::<512>(row),
            _ => self.sum_of_many(row),
        }
    }

    fn sum_of<const SLOTS: usize>(&self, row: &[f64]) -> f64 {
        let mut ranks = [0; SLOTS];
        for (ranks, feature) in ranks.as_chunks_mut::<2>().0.iter_mut().zip(&self.features) {
            *ranks = feature.ranks(&self.thresholds, row);
        }
        self.sum_with(|slot| ranks[usize::from(slot) % SLOTS])
    }

    fn sum_of_many(&self, row: &[f64]) -> f64 {
        self.sum_with(|slot| {
            let feature = self.features.get(usize::from(slot) / 2);
            feature.map_or(0, |it| it.ranks(&self.thresholds, row)[usize::from(slot) % 2])
        })
    }

    fn sum_with(&self, rank: impl Fn(u16) -> u16) -> f64 {
        let mut sum = 0.0;
        for group in &self.groups {
            let mut at = group.roots;
            for _ in 0..group.depth {
                for at in &mut at {
                    let node = &self.nodes[*at as usize];
                    *at = node.low + u32::from(rank(node.slot) > node.rank);
                }
            }
            sum += at.map(|it| self.values[it as usize]).iter().sum::<f64>();
        }
        sum
    }
}

impl Feature {
    /// The number of thresholds below a value, which is at most threshold `k` if at most `k` are below it.
    fn rank(self, thresholds: &[f64], value: f64) -> u16 {
        let own = thresholds.get(self.from..self.to).unwrap_or(&[]);
        u16::try_from(own.partition_point(|it| *it < value)).unwrap_or(ABOVE_ALL)
    }

    /// The ranks of a row's value for both slots: a missing one is above all for the first and below all for the second, so
    /// that a node compares and asks nothing else.
    fn ranks(self, thresholds: &[f64], row: &[f64]) -> [u16; 2] {
        match row.get(self.place) {
            Some(value) if !value.is_nan() => [self.rank(thresholds, *value); 2],
            _ => [ABOVE_ALL, 0],
        }
    }
}
