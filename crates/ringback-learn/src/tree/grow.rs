//! Growing a tree leaf by leaf, the one that gains most first.
//!
//! # Source
//!
//! Best-first growth on histograms of binned features with the larger side found by subtraction: \[`Ke2017`\].

use super::branches::{Branches, Child, Leaf, Split};
use super::histogram::{Block, Derivatives, Entry, Histogram, taken};
use super::limits::{Limits, Range};
use super::split::{Candidate, Node, Search};
use crate::bins::{BinnedColumn, BinnedMatrix, WIDTH};

/// A tree's shape, with the rows that each part of it was found from.
#[derive(Debug)]
pub(crate) struct Grown {
    splits: Vec<GrownSplit>,
    leaves: Vec<Place>,
    sample: Vec<u32>,
    others: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
struct GrownSplit {
    split: Split,
    place: Place,
}

/// A node's part of the sample's rows, and of the others.
#[derive(Clone, Copy, Debug)]
struct Place {
    sample: (usize, usize),
    others: (usize, usize),
}

/// The rows that a tree is grown from, and those that only need to know their leaf.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rows {
    pub(crate) sample: Vec<u32>,
    pub(crate) others: Vec<u32>,
}

/// A leaf while the tree grows.
struct Open<const LANES: usize> {
    place: Place,
    depth: usize,
    total: Entry<LANES>,
    range: Range,
    /// The side of the split that leads here.
    parent: Option<(usize, usize)>,
    /// The place of its histogram.
    histogram: Option<usize>,
    best: Option<Candidate<LANES>>,
}

/// The histograms that are kept for the larger of two children, in bytes; beyond this both children's are summed.
const MOST_HELD_BYTES: usize = 128 << 20;

/// Histograms that are used again from node to node and tree to tree.
#[derive(Debug, Default)]
pub(crate) struct Pool<const LANES: usize> {
    histograms: Vec<Histogram<LANES>>,
    free: Vec<usize>,
    gathered: Vec<Entry<LANES>>,
}

impl<const LANES: usize> Pool<LANES> {
    fn lend(&mut self, binned: &BinnedMatrix) -> usize {
        self.free.pop().unwrap_or_else(|| {
            self.histograms.push(Histogram::new(binned));
            self.histograms.len() - 1
        })
    }

    fn fill(&mut self, at: usize, binned: &BinnedMatrix, of: &Derivatives<LANES>, rows: &[u32]) {
        self.histograms[at].fill(binned, of, rows, &mut self.gathered);
    }

    /// Takes one histogram away from another.
    fn take_away(&mut self, from: usize, part: usize) {
        if let Ok([from, part]) = self.histograms.get_disjoint_mut([from, part]) {
            from.take(part);
        }
    }

    /// Whether so many histograms are lent that nodes had better do without theirs than keep it for their children.
    fn is_strained(&self, binned: &BinnedMatrix) -> bool {
        let size = binned.blocks().len() * size_of::<Block<LANES>>();
        (self.histograms.len() - self.free.len()) * size > MOST_HELD_BYTES
    }

    /// Readies the pool for another tree on the same number of columns.
    fn free_all(&mut self) {
        self.free = (0..self.histograms.len()).rev().collect();
    }
}

/// Grows one tree.
struct Grower<'a, const LANES: usize> {
    search: Search<'a>,
    derivatives: &'a Derivatives<LANES>,
    pool: &'a mut Pool<LANES>,
    rows: Rows,
    aside: Vec<u32>,
    open: Vec<Open<LANES>>,
    splits: Vec<GrownSplit>,
}

/// Grows a tree on the sample's rows, which may stand several times.
pub(crate) fn grow<const LANES: usize>(
    binned: &BinnedMatrix,
    limits: &Limits,
    derivatives: &Derivatives<LANES>,
    rows: Rows,
    pool: &mut Pool<LANES>,
) -> Grown {
    pool.free_all();
    let search = Search { binned, limits, scale: derivatives.scale() };
    let (open, splits) = (Vec::with_capacity(limits.leaves), Vec::with_capacity(limits.leaves));
    let aside = vec![0; rows.sample.len().max(rows.others.len())];
    let mut grower = Grower { search, derivatives, pool, rows, aside, open, splits };
    grower.begin();
    while grower.open.len() < limits.leaves && grower.split_best() {}
    let leaves = grower.open.iter().map(|it| it.place).collect();
    let Rows { sample, others } = grower.rows;
    Grown { splits: grower.splits, leaves, sample, others }
}

impl<const LANES: usize> Grower<'_, LANES> {
    fn begin(&mut self) {
        let place =
            Place { sample: (0, self.rows.sample.len()), others: (0, self.rows.others.len()) };
        let binned = self.search.binned;
        let mut root = Open {
            place,
            depth: 0,
            total: [0; LANES],
            range: Range::ALL,
            parent: None,
            histogram: None,
            best: None,
        };
        let at = self.pool.lend(binned);
        self.pool.fill(at, binned, self.derivatives, &self.rows.sample);
        root.total = self.pool.histograms[at].total();
        if self.may_split(&root) {
            root.histogram = Some(at);
            self.find_best(&mut root);
        }
        self.open.push(root);
    }

    fn may_split(&self, node: &Open<LANES>) -> bool {
        let rows = self.search.scale.sums(node.total).rows;
        let limits = self.search.limits;
        node.depth < limits.max_depth && rows >= limits.min_leaf_rows.saturating_mul(2).max(2)
    }

    /// Finds the best split of a node with a histogram; without one worth making, the histogram is free again.
    fn find_best(&mut self, node: &mut Open<LANES>) {
        let Some(at) = node.histogram else { return };
        let histogram = &self.pool.histograms[at];
        node.best = self.search.best(Node { histogram, total: node.total, range: node.range });
        if node.best.is_none() || self.pool.is_strained(self.search.binned) {
            self.pool.free.push(at);
            node.histogram = None;
        }
    }

    /// Splits the leaf that gains most, ties to the first; false if none gains.
    fn split_best(&mut self) -> bool {
        let mut chosen: Option<(usize, Candidate<LANES>)> = None;
        for (at, node) in self.open.iter().enumerate() {
            if let Some(best) = node.best
                && chosen.is_none_or(|it| best.gain > it.1.gain)
            {
                chosen = Some((at, best));
            }
        }
        let Some((at, candidate)) = chosen else { return false };
        let column = &self.search.binned.columns()[candidate.column];
        let node = &self.open[at];
        let (place, depth, range, parent) = (node.place, node.depth, node.range, node.parent);
        let (total, histogram) = (node.total, node.histogram);
        let places = self.divide(place, &candidate, column);
        let split_at = self.splits.len();
        if let Some((parent, side)) = parent {
            self.splits[parent].split.children[side] = Child::Split(narrow(split_at));
        }
        let new_leaf = self.open.len();
        let split = Split {
            feature: column.place,
            // The bin of the last values has no upper edge: what is not missing goes left.
            threshold: column.edges.get(candidate.bin).copied().unwrap_or(f64::MAX),
            nan_left: candidate.nan_left,
            children: [Child::Leaf(narrow(at)), Child::Leaf(narrow(new_leaf))],
        };
        self.splits.push(GrownSplit { split, place });
        let totals = [candidate.left, taken(total, candidate.left)];
        let values = totals.map(|it| self.value(it));
        let direction = self.search.limits.direction(column.place);
        let ranges = range.split(direction, values[0], values[1]);
        let [mut left, mut right] = [0, 1].map(|side| Open {
            place: places[side],
            depth: depth + 1,
            total: totals[side],
            range: ranges[side],
            parent: Some((split_at, side)),
            histogram: None,
            best: None,
        });
        if new_leaf + 1 < self.search.limits.leaves {
            self.find_children(&mut left, &mut right, histogram);
        }
        self.open[at] = left;
        self.open.push(right);
        true
    }

    /// A node's value before it is held in a range.
    fn value(&self, total: Entry<LANES>) -> f64 {
        let sums = self.search.scale.sums(total);
        -sums.first / (sums.second + self.search.limits.l2)
    }

    /// Finds both children's best splits: the smaller one's histogram is summed, the other's is what is left of the parent's.
    fn find_children(
        &mut self,
        left: &mut Open<LANES>,
        right: &mut Open<LANES>,
        parent: Option<usize>,
    ) {
        let Some(parent) = parent else {
            self.find_alone(left);
            self.find_alone(right);
            return;
        };
        let size = |it: &Open<LANES>| it.place.sample.1 - it.place.sample.0;
        let (small, large) = if size(left) <= size(right) { (left, right) } else { (right, left) };
        let (small_may, large_may) = (self.may_split(small), self.may_split(large));
        if !small_may && !large_may {
            self.pool.free.push(parent);
            return;
        }
        let binned = self.search.binned;
        let at = self.pool.lend(binned);
        let rows = &self.rows.sample[small.place.sample.0..small.place.sample.1];
        self.pool.fill(at, binned, self.derivatives, rows);
        self.pool.take_away(parent, at);
        for (node, may, histogram) in [(small, small_may, at), (large, large_may, parent)] {
            if may {
                node.histogram = Some(histogram);
                self.find_best(node);
            } else {
                self.pool.free.push(histogram);
            }
        }
    }

    /// Finds a node's best split from its rows alone.
    fn find_alone(&mut self, node: &mut Open<LANES>) {
        if self.may_split(node) {
            let at = self.pool.lend(self.search.binned);
            let rows = &self.rows.sample[node.place.sample.0..node.place.sample.1];
            self.pool.fill(at, self.search.binned, self.derivatives, rows);
            node.histogram = Some(at);
            self.find_best(node);
        }
    }

    /// Brings the rows that go left before those that go right, each in the order they were in.
    fn divide(
        &mut self,
        place: Place,
        candidate: &Candidate<LANES>,
        column: &BinnedColumn,
    ) -> [Place; 2] {
        let mut left = [false; 256];
        left[..=candidate.bin].fill(true);
        left[column.nan_bin()] = candidate.nan_left;
        let bins = &self.search.binned.blocks()[candidate.column / WIDTH];
        let slot = candidate.column % WIDTH;
        let mut divide = |rows: &mut [u32], (from, to): (usize, usize)| {
            let middle = from
                + divide(&mut rows[from..to], &mut self.aside, |row| {
                    left[usize::from(bins[row as usize][slot])]
                });
            [(from, middle), (middle, to)]
        };
        let sample = divide(&mut self.rows.sample, place.sample);
        let others = divide(&mut self.rows.others, place.others);
        [0, 1].map(|side| Place { sample: sample[side], others: others[side] })
    }
}

/// Brings the rows that go left to the front and gives their number, without a jump that depends on them.
fn divide(rows: &mut [u32], aside: &mut [u32], goes_left: impl Fn(u32) -> bool) -> usize {
    let (mut left, mut right) = (0, 0);
    for at in 0..rows.len() {
        let row = rows[at];
        let goes_left = usize::from(goes_left(row));
        rows[left] = row;
        aside[right] = row;
        left += goes_left;
        right += 1 - goes_left;
    }
    rows[left..].copy_from_slice(&aside[..right]);
    left
}

fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl Grown {
    /// Whether there is a split at all.
    pub(crate) fn is_split(&self) -> bool {
        !self.splits.is_empty()
    }

    /// The rows of a leaf: those of the sample, and the others.
    pub(crate) fn leaf_rows(&self, leaf: usize) -> (&[u32], &[u32]) {
        let place = self.leaves[leaf];
        (&self.sample[place.sample.0..place.sample.1], &self.others[place.others.0..place.others.1])
    }

    /// The tree, with each leaf's value and weight from its rows. Values keep to the limits' directions.
    pub(crate) fn finish(
        &self,
        limits: &Limits,
        value: &mut dyn FnMut(&[u32]) -> f64,
        weight: &dyn Fn(&[u32]) -> f64,
    ) -> Branches {
        let ranges = self.ranges(limits, value);
        let leaf = |(at, range): (usize, &Range)| {
            let (rows, _) = self.leaf_rows(at);
            Leaf { value: range.clamp(value(rows)), weight: weight(rows) }
        };
        let leaves: Vec<Leaf> = ranges.iter().enumerate().map(leaf).collect();
        let splits = self.splits.iter().map(|it| it.split).collect();
        let grown = Branches::new(splits, leaves);
        debug_assert!(grown.is_ok(), "{grown:?}");
        grown.unwrap_or_else(|_| Branches::constant(0.0, 1.0))
    }

    /// Where each leaf's value must lie: above a monotone split both sides' own values meet halfway.
    fn ranges(&self, limits: &Limits, value: &mut dyn FnMut(&[u32]) -> f64) -> Vec<Range> {
        let mut of_leaves = vec![Range::ALL; self.leaves.len()];
        if !limits.has_directions() {
            return of_leaves;
        }
        let mut of_splits = vec![Range::ALL; self.splits.len()];
        for (at, GrownSplit { split, .. }) in self.splits.iter().enumerate() {
            let direction = limits.direction(split.feature);
            let values = split.children.map(|child| match (direction, child) {
                (None, _) => 0.0,
                (_, Child::Split(to)) => value(self.rows_of(self.splits[to as usize].place)),
                (_, Child::Leaf(to)) => value(self.rows_of(self.leaves[to as usize])),
            });
            let ranges = of_splits[at].split(direction, values[0], values[1]);
            for (child, range) in split.children.into_iter().zip(ranges) {
                match child {
                    Child::Split(to) => of_splits[to as usize] = range,
                    Child::Leaf(to) => of_leaves[to as usize] = range,
                }
            }
        }
        of_leaves
    }

    fn rows_of(&self, place: Place) -> &[u32] {
        &self.sample[place.sample.0..place.sample.1]
    }
}
