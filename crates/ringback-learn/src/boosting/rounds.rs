//! Tree after tree.

use super::{Boosting, EarlyStopping};
use crate::loss::{quantile, weighted_quantile};
use crate::random::Random;
use crate::tree::branches::{Branches, Leaf};
use crate::tree::grow::{Grown, Pool, Rows, grow};
use crate::tree::histogram::{Derivatives, MOST_ROWS_OF_ONE_LANE};
use crate::tree::limits::Limits;
use crate::{BinnedMatrix, Error};

/// What is fitted to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Data<'a> {
    pub(super) binned: &'a BinnedMatrix,
    pub(super) targets: &'a [f64],
    pub(super) weights: Option<&'a [f64]>,
}

impl Data<'_> {
    fn weight(&self, row: usize) -> f64 {
        self.weights.map_or(1.0, |it| it[row])
    }

    fn weight_of(&self, rows: &[u32]) -> f64 {
        match self.weights {
            None => rows.len() as f64,
            Some(weights) => rows.iter().map(|it| weights[*it as usize]).sum(),
        }
    }
}

/// Fits with checked settings to checked data: the baseline and the trees.
pub(super) fn fit(
    settings: &Boosting,
    limits: &Limits,
    data: Data<'_>,
) -> Result<(f64, Vec<Branches>), Error> {
    let all = 0..u32::try_from(data.binned.rows()).unwrap_or(u32::MAX);
    let rows: Vec<u32> = all.filter(|it| data.weight(*it as usize) > 0.0).collect();
    let Some(stopping) = settings.early_stopping else {
        let mut rounds = Rounds::new(settings, limits, data, rows, Vec::new());
        rounds.run(settings.trees, None);
        return Ok((rounds.baseline, rounds.trees));
    };
    if rows.len() < 2 {
        return Err(Error::TooFewRows { got: rows.len(), needed: 2 });
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of the rows"
    )]
    let tail = (stopping.tail_share * rows.len() as f64).round() as usize;
    let (head, tail) = rows.split_at(rows.len() - tail.clamp(1, rows.len() - 1));
    let mut rounds = Rounds::new(settings, limits, data, head.to_vec(), tail.to_vec());
    rounds.run(settings.trees, Some(stopping));
    let trees = rounds.trees.len();
    if stopping.refit && trees > 0 {
        rounds = Rounds::new(settings, limits, data, rows, Vec::new());
        rounds.run(trees, None);
    }
    Ok((rounds.baseline, rounds.trees))
}

struct Rounds<'a> {
    settings: &'a Boosting,
    limits: &'a Limits,
    data: Data<'a>,
    /// The rows that trees are grown on, ascending.
    head: Vec<u32>,
    /// The rows that only the loss is taken on.
    tail: Vec<u32>,
    scores: Vec<f64>,
    first: Vec<f64>,
    second: Vec<f64>,
    baseline: f64,
    trees: Vec<Branches>,
}

impl<'a> Rounds<'a> {
    fn new(
        settings: &'a Boosting,
        limits: &'a Limits,
        data: Data<'a>,
        head: Vec<u32>,
        tail: Vec<u32>,
    ) -> Self {
        let targets: Vec<f64> = head.iter().map(|it| data.targets[*it as usize]).collect();
        let weights: Option<Vec<f64>> =
            data.weights.map(|it| head.iter().map(|row| it[*row as usize]).collect());
        let baseline = settings.loss.constant(&targets, weights.as_deref());
        let rows = data.binned.rows();
        let scores = vec![baseline; rows];
        let (first, second) = (vec![0.0; rows], Vec::new());
        Self {
            settings,
            limits,
            data,
            head,
            tail,
            scores,
            first,
            second,
            baseline,
            trees: Vec::new(),
        }
    }

    fn run(&mut self, trees: usize, stopping: Option<EarlyStopping>) {
        let curved = self.settings.loss.has_curvature() || self.data.weights.is_some();
        if curved || self.head.len() > MOST_ROWS_OF_ONE_LANE {
            self.second = vec![0.0; self.scores.len()];
            self.run_with::<2>(trees, stopping);
        } else {
            self.run_with::<1>(trees, stopping);
        }
    }

    fn run_with<const LANES: usize>(&mut self, trees: usize, stopping: Option<EarlyStopping>) {
        let mut pool = Pool::<LANES>::default();
        let (mut best, mut best_trees) = (self.tail_loss(), 0);
        for round in 0..trees {
            if !self.add_tree(round, &mut pool) {
                break;
            }
            let Some(stopping) = stopping else { continue };
            let loss = self.tail_loss();
            if loss < best {
                (best, best_trees) = (loss, self.trees.len());
            } else if self.trees.len() - best_trees >= stopping.patience {
                break;
            }
        }
        if stopping.is_some() {
            self.trees.truncate(best_trees);
        }
    }

    fn tail_loss(&self) -> f64 {
        let loss = |row: &u32| {
            let row = *row as usize;
            let value = self.settings.loss.value(self.data.targets[row], self.scores[row]);
            self.data.weight(row) * value
        };
        self.tail.iter().map(loss).sum()
    }

    /// Adds a tree; false if there is nothing left to tell apart.
    fn add_tree<const LANES: usize>(&mut self, round: usize, pool: &mut Pool<LANES>) -> bool {
        self.differentiate();
        let derivatives = Derivatives::<LANES>::new(&self.first, &self.second, self.head.len());
        let mut random = Random::of_part(self.settings.seed, round as u64);
        let rows = self.draw_rows(&mut random);
        let sampled = self.data.binned.draw_columns(self.settings.feature_share, &mut random);
        let binned = sampled.as_ref().unwrap_or(self.data.binned);
        let grown = grow(binned, self.limits, &derivatives, rows, pool);
        if !grown.is_split() {
            let sampling = self.settings.row_share < 1.0 || self.settings.feature_share < 1.0;
            return sampling;
        }
        let tree = self.finish(&grown);
        for (leaf, Leaf { value, .. }) in tree.leaves().iter().enumerate() {
            let (sample, others) = grown.leaf_rows(leaf);
            for row in sample.iter().chain(others) {
                self.scores[*row as usize] += value;
            }
        }
        self.trees.push(tree);
        true
    }

    /// Takes the loss's derivatives at the present scores.
    fn differentiate(&mut self) {
        let (loss, targets) = (self.settings.loss, self.data.targets);
        let curved = !self.second.is_empty();
        for row in &self.head {
            let row = *row as usize;
            let (first, second) = loss.derivatives(targets[row], self.scores[row]);
            let weight = self.data.weight(row);
            self.first[row] = first * weight;
            if curved {
                self.second[row] = second * weight;
            }
        }
    }

    /// The rows that the next tree is grown on; the others only follow it down.
    fn draw_rows(&self, random: &mut Random) -> Rows {
        let share = self.settings.row_share;
        if share >= 1.0 {
            return Rows { sample: self.head.clone(), others: self.tail.clone() };
        }
        let (sample, mut others): (Vec<u32>, Vec<u32>) =
            self.head.iter().partition(|_| random.unit() < share);
        others.extend(&self.tail);
        Rows { sample, others }
    }

    fn finish(&self, grown: &Grown) -> Branches {
        let loss = self.settings.loss;
        let rate = self.settings.learning_rate;
        let weight = |rows: &[u32]| self.data.weight_of(rows);
        let Some(level) = loss.level() else {
            let mut value = |rows: &[u32]| {
                let first: f64 = rows.iter().map(|it| self.first[*it as usize]).sum();
                let second: f64 = if self.second.is_empty() {
                    rows.len() as f64
                } else {
                    rows.iter().map(|it| self.second[*it as usize]).sum()
                };
                rate * loss.step(first, second + self.settings.l2)
            };
            return grown.finish(self.limits, &mut value, &weight);
        };
        let residual = |row: &u32| self.data.targets[*row as usize] - self.scores[*row as usize];
        let mut residuals = Vec::new();
        let mut weighted = Vec::new();
        let mut value = |rows: &[u32]| {
            if self.data.weights.is_none() {
                residuals.clear();
                residuals.extend(rows.iter().map(residual));
                return rate * quantile(&mut residuals, level);
            }
            weighted.clear();
            weighted.extend(rows.iter().map(|it| (residual(it), self.data.weight(*it as usize))));
            rate * weighted_quantile(&mut weighted, level)
        };
        grown.finish(self.limits, &mut value, &weight)
    }
}
