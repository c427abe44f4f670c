//! The best question to ask at a node.

use rayon::prelude::*;

use super::histogram::{Entry, Histogram, Scale, Sums, added, taken};
use super::limits::{Direction, Limits, Range};
use crate::bins::{BinnedColumn, BinnedMatrix};

/// The least sum of second derivatives on either side: keeps leaves of certain rows from growing without bound.
const LEAST_SECOND: f64 = 1e-3;

/// The share of a node's own score that a split must gain, so that rounding is no gain.
const LEAST_GAIN: f64 = 1e-12;

/// The columns below which it is not worth spreading the search over threads.
const FEW_COLUMNS: usize = 16;

/// The best split of a node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate<const LANES: usize> {
    /// What the loss falls by, twice.
    pub(crate) gain: f64,
    /// The column's place among the binned ones.
    pub(crate) column: usize,
    /// The last bin of values that goes left.
    pub(crate) bin: usize,
    /// Whether missing values go left.
    pub(crate) nan_left: bool,
    /// The sums of what goes left.
    pub(crate) left: Entry<LANES>,
}

/// A node whose rows may be split.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<'a, const LANES: usize> {
    pub(crate) histogram: &'a Histogram<LANES>,
    pub(crate) total: Entry<LANES>,
    /// Where the node's value must lie, for monotone columns.
    pub(crate) range: Range,
}

/// Finds splits of one tree's nodes.
#[derive(Debug)]
pub(crate) struct Search<'a> {
    pub(crate) binned: &'a BinnedMatrix,
    pub(crate) limits: &'a Limits,
    pub(crate) scale: Scale,
}

impl Search<'_> {
    /// The split of greatest gain; ties go to the column, then the bin, that comes first.
    pub(crate) fn best<const LANES: usize>(
        &self,
        node: Node<'_, LANES>,
    ) -> Option<Candidate<LANES>> {
        let columns = self.binned.columns();
        let best = |(at, column): (usize, &BinnedColumn)| self.best_of_column(node, at, column);
        let better = |a: Option<Candidate<LANES>>, b: Option<Candidate<LANES>>| match (a, b) {
            (Some(a), Some(b)) if b.gain > a.gain => Some(b),
            (a, b) => a.or(b),
        };
        if columns.len() < FEW_COLUMNS || rayon::current_num_threads() == 1 {
            columns.iter().enumerate().map(best).fold(None, better)
        } else {
            let found: Vec<_> = columns.par_iter().enumerate().map(best).collect();
            found.into_iter().fold(None, better)
        }
    }

    fn best_of_column<const LANES: usize>(
        &self,
        node: Node<'_, LANES>,
        at: usize,
        column: &BinnedColumn,
    ) -> Option<Candidate<LANES>> {
        let entries = node.histogram.column(at);
        let missing = entries[column.nan_bin()];
        let direction = self.limits.direction(column.place);
        let mut scan = Scan {
            node,
            limits: self.limits,
            scale: self.scale,
            direction,
            free: !self.limits.has_directions(),
            total: self.scale.sums(node.total),
            best: None,
            best_score: 0.0,
        };
        scan.begin();
        let values = &entries[..column.nan_bin()];
        if missing == [0; LANES] {
            let values = &values[..values.len() - 1];
            scan.run(values, [0; LANES], None);
        } else {
            scan.run(values, [0; LANES], Some(false));
            scan.run(&values[..values.len() - 1], missing, Some(true));
        }
        let (bin, nan_left, left) = scan.best?;
        let rows_left = self.scale.sums(left).rows;
        // Without missing values to learn from, they follow the greater part.
        let nan_left = nan_left.unwrap_or(2 * rows_left > scan.total.rows);
        let gain = scan.best_score - scan.own_score();
        Some(Candidate { gain, column: at, bin, nan_left, left })
    }
}

/// One way over the bins of a column.
struct Scan<'a, const LANES: usize> {
    node: Node<'a, LANES>,
    limits: &'a Limits,
    scale: Scale,
    direction: Option<Direction>,
    /// Whether no column is monotone.
    free: bool,
    total: Sums,
    best: Option<(usize, Option<bool>, Entry<LANES>)>,
    /// The sum of both sides' scores that must be beaten.
    best_score: f64,
}

impl<const LANES: usize> Scan<'_, LANES> {
    fn own_score(&self) -> f64 {
        if self.free { self.free_score(self.total) } else { self.score_within(self.total) }
    }

    fn begin(&mut self) {
        let own = self.own_score();
        self.best_score = own + LEAST_GAIN * own.abs() + f64::MIN_POSITIVE;
    }

    /// Tries the end of each bin as the threshold, with `left` already left of the first.
    fn run(&mut self, bins: &[Entry<LANES>], left: Entry<LANES>, nan_left: Option<bool>) {
        if self.free {
            self.run_free(bins, left, nan_left);
        } else {
            self.run_within(bins, left, nan_left);
        }
    }

    /// Without monotone columns: sums first, then all scores side by side.
    fn run_free(&mut self, bins: &[Entry<LANES>], left: Entry<LANES>, nan_left: Option<bool>) {
        let (least_rows, most_rows) = self.rows_of_left();
        let most_second = self.total.second - LEAST_SECOND;
        let mut firsts = [0.0; 256];
        let mut seconds = [0.0; 256];
        let (mut from, mut to) = (0, 0);
        let mut sum = left;
        for ((entry, first), second) in bins.iter().zip(&mut firsts).zip(&mut seconds) {
            sum = added(sum, *entry);
            let sums = self.scale.sums(sum);
            if sums.rows > most_rows || sums.second > most_second {
                break;
            }
            (*first, *second) = (sums.first, sums.second);
            to += 1;
            // Sums only grow, so that what is too small stands in front.
            from += usize::from(sums.rows < least_rows || sums.second < LEAST_SECOND);
        }
        if from >= to {
            return;
        }
        let mut scores = [0.0; 256];
        let sums = firsts[from..to].iter().zip(&seconds[from..to]);
        for (score, (first, second)) in scores.iter_mut().zip(sums) {
            let (b, a) = (second + self.limits.l2, self.total.second - second + self.limits.l2);
            let above = self.total.first - first;
            *score = (first * first * a + above * above * b) / (a * b);
        }
        let scores = &scores[..to - from];
        let best = greatest(scores);
        if best > self.best_score
            && let Some(at) = scores.iter().position(|it| *it >= best)
        {
            let bin = from + at;
            let left = bins[..=bin].iter().fold(left, |sum, it| added(sum, *it));
            self.best_score = best;
            self.best = Some((bin, nan_left, left));
        }
    }

    /// The fewest and the most rows that may go left.
    fn rows_of_left(&self) -> (i64, i64) {
        let least = self.limits.min_leaf_rows;
        (least, self.total.rows.saturating_sub(least))
    }

    fn run_within(&mut self, bins: &[Entry<LANES>], left: Entry<LANES>, nan_left: Option<bool>) {
        let (least_rows, most_rows) = self.rows_of_left();
        let mut sum = left;
        for (bin, entry) in bins.iter().enumerate() {
            if *entry == [0; LANES] {
                continue;
            }
            sum = added(sum, *entry);
            let below = self.scale.sums(sum);
            if below.rows > most_rows {
                break;
            }
            let above = self.scale.sums(taken(self.node.total, sum));
            let second = below.second.min(above.second);
            if below.rows < least_rows || second < LEAST_SECOND {
                continue;
            }
            let score = self.pair_within(below, above);
            if score > self.best_score {
                self.best_score = score;
                self.best = Some((bin, nan_left, sum));
            }
        }
    }

    /// What a node's best value takes off the loss, twice.
    fn free_score(&self, sums: Sums) -> f64 {
        sums.first * sums.first / (sums.second + self.limits.l2)
    }

    /// The same where values must keep to the node's range.
    fn score_within(&self, sums: Sums) -> f64 {
        self.score_of(sums, self.value_within(sums))
    }

    fn value_within(&self, sums: Sums) -> f64 {
        self.node.range.clamp(-sums.first / (sums.second + self.limits.l2))
    }

    fn score_of(&self, sums: Sums, value: f64) -> f64 {
        -(2.0 * sums.first + (sums.second + self.limits.l2) * value) * value
    }

    /// The same for both sides, where they must be in order; no gain if they are not.
    fn pair_within(&self, below: Sums, above: Sums) -> f64 {
        let (low, high) = (self.value_within(below), self.value_within(above));
        let in_order = match self.direction {
            None => true,
            Some(Direction::Increasing) => low <= high,
            Some(Direction::Decreasing) => low >= high,
        };
        if !in_order {
            return f64::NEG_INFINITY;
        }
        self.score_of(below, low) + self.score_of(above, high)
    }
}

/// The greatest of numbers, four at a time.
fn greatest(values: &[f64]) -> f64 {
    let greater = |a: f64, b: f64| if b > a { b } else { a };
    let (fours, rest) = values.as_chunks::<4>();
    let mut best = [f64::NEG_INFINITY; 4];
    for four in fours {
        for (best, value) in best.iter_mut().zip(four) {
            *best = greater(*best, *value);
        }
    }
    best.iter().chain(rest).copied().fold(f64::NEG_INFINITY, greater)
}
