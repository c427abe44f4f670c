//! What each feature adds to what trees say of a row.
//!
//! The parts are Shapley values: a feature's part is what knowing its value changes, on average over all orders in which
//! the features could become known. While a feature is unknown, a row goes both ways at its splits, in the proportion in
//! which the rows that the tree was grown on went (the path-dependent values of `TreeSHAP`).
//!
//! For one leaf with value v, let z be a feature's share of rows that stay on the way to the leaf at its splits, and o be 1 if
//! the row explained stays on the way at all of them, else 0. What the leaf adds once each feature is known with probability t
//! is v ∏ (o t + z (1 − t)), and the feature's part is v (o − z) ∫ ∏' (o t + z (1 − t)) dt from 0 to 1, ∏' being over the other
//! features. The integral over a polynomial is exact by Gauss and Legendre's rule with enough points; all factors are
//! positive, so nothing cancels.
//!
//! # Source
//!
//! \[`Lundberg2020`\] for the values; \[`Owen1972`\] for the integral.

use crate::Explanation;
use crate::tree::branches::{Branches, Child};

/// Explains the sum of a baseline and trees.
pub(crate) fn explain(
    trees: &[Branches],
    baseline: f64,
    row: &[f64],
    features: usize,
) -> Explanation {
    let mut rules = Rules::default();
    let mut parts = vec![0.0; features];
    let mut means = 0.0;
    for tree in trees {
        means += tree.mean();
        add_tree(tree, row, &mut rules, &mut parts);
    }
    Explanation { baseline: baseline + means, parts }
}

/// The features on the way to a leaf.
#[derive(Clone, Copy, Debug)]
struct Step {
    feature: usize,
    /// The share of rows that stay on the way at this feature's splits.
    share: f64,
    /// Whether the row explained does.
    stays: bool,
}

impl Step {
    fn factor(&self, known: f64) -> f64 {
        (if self.stays { known } else { 0.0 }) + self.share * (1.0 - known)
    }
}

fn add_tree(tree: &Branches, row: &[f64], rules: &mut Rules, parts: &mut [f64]) {
    let weights = tree.weights();
    let (of_splits, of_leaves) = parents(tree);
    let mut way: Vec<Step> = Vec::new();
    for (leaf, parent) in tree.leaves().iter().zip(of_leaves) {
        way.clear();
        let (mut above, mut weight) = (parent, leaf.weight);
        while let Some((at, side)) = above {
            let split = tree.splits()[at];
            let share = weight / weights[at];
            let stays = split.goes_left(row) == (side == 0);
            let feature = split.feature as usize;
            match way.iter_mut().find(|it| it.feature == feature) {
                Some(step) => {
                    step.share *= share;
                    step.stays &= stays;
                }
                None => way.push(Step { feature, share, stays }),
            }
            (above, weight) = (of_splits[at], weights[at]);
        }
        add_leaf(leaf.value, &way, rules.with(way.len().div_ceil(2)), parts);
    }
}

fn add_leaf(value: f64, way: &[Step], rule: &[(f64, f64)], parts: &mut [f64]) {
    for (known, weight) in rule {
        let all: f64 = way.iter().map(|it| it.factor(*known)).product();
        for step in way {
            let difference = f64::from(step.stays) - step.share;
            let others = all / step.factor(*known);
            if let Some(part) = parts.get_mut(step.feature) {
                *part += value * difference * weight * others;
            }
        }
    }
}

/// A split, and the side of it that leads on.
type Parent = Option<(usize, usize)>;

/// Where every split and every leaf hangs.
fn parents(tree: &Branches) -> (Vec<Parent>, Vec<Parent>) {
    let mut of_splits = vec![None; tree.splits().len()];
    let mut of_leaves = vec![None; tree.leaves().len()];
    for (at, split) in tree.splits().iter().enumerate() {
        for (side, child) in split.children.into_iter().enumerate() {
            match child {
                Child::Split(to) => of_splits[to as usize] = Some((at, side)),
                Child::Leaf(to) => of_leaves[to as usize] = Some((at, side)),
            }
        }
    }
    (of_splits, of_leaves)
}

/// Points and weights of Gauss and Legendre's rules from 0 to 1, by their number of points.
#[derive(Debug, Default)]
struct Rules(Vec<Vec<(f64, f64)>>);

impl Rules {
    /// The rule that is exact for polynomials of degree below twice `points`.
    fn with(&mut self, points: usize) -> &[(f64, f64)] {
        while self.0.len() <= points {
            self.0.push(rule(self.0.len()));
        }
        &self.0[points]
    }
}

fn rule(points: usize) -> Vec<(f64, f64)> {
    let n = points as f64;
    let point = |at: usize| {
        let mut x = (std::f64::consts::PI * (at as f64 + 0.75) / (n + 0.5)).cos();
        let mut slope = 1.0;
        // Newton's method from a good first guess doubles the digits each time.
        for _ in 0..8 {
            let (value, before) = legendre(points, x);
            slope = n * (x * value - before) / (x * x - 1.0);
            x -= value / slope;
        }
        (0.5 - x / 2.0, 1.0 / ((1.0 - x * x) * slope * slope))
    };
    (0..points).map(point).collect()
}

/// The Legendre polynomial of this degree, and the one of the degree below.
fn legendre(degree: usize, x: f64) -> (f64, f64) {
    let (mut value, mut before) = (1.0, 0.0);
    for k in 1..=degree {
        let k = k as f64;
        (value, before) = (((2.0 * k - 1.0) * x * value - (k - 1.0) * before) / k, value);
    }
    (value, before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_exact_up_to_its_degree() {
        for points in 1..20 {
            for degree in 0..2 * points {
                let power = i32::try_from(degree).unwrap();
                let sum: f64 = rule(points).iter().map(|it| it.1 * it.0.powi(power)).sum();
                let expected = 1.0 / (degree as f64 + 1.0);
                assert!((sum - expected).abs() < 1e-13, "{points} points, degree {degree}: {sum}");
            }
        }
    }
}
