//! Cases of one value against all others, by ranks.

use super::Seen;
use crate::false_discovery::normal_above;

/// A value needs so many cases to be compared, and so do the others.
const LEAST: usize = 30;

/// One value against all others.
#[derive(Clone, Debug)]
pub(super) struct Compared {
    pub(super) column: String,
    pub(super) value: String,
    /// The places of its cases in what was compared.
    pub(super) members: Vec<usize>,
    /// The mean of all other cases.
    pub(super) others_mean: f64,
    /// How likely so high ranks are where the value makes no difference.
    pub(super) p_value: f64,
}

/// Each value of the columns that are compared against the other cases; `figures` holds cases with their figure.
///
/// # Source
///
/// \[`MannWhitney1947`\], one-sided, with midranks and the variance for ties, normal.
pub(super) fn compare(seen: &Seen<'_>, figures: &[(usize, f64)]) -> Vec<Compared> {
    if figures.len() < 2 * LEAST {
        return Vec::new();
    }
    let (ranks, ties) = midranks(&figures.iter().map(|it| it.1).collect::<Vec<_>>());
    let total: f64 = figures.iter().map(|it| it.1).sum();
    let mut found = Vec::new();
    for column in seen.compared() {
        let mut members: Vec<Vec<usize>> = vec![Vec::new(); column.names.len()];
        for (place, (case, _)) in figures.iter().enumerate() {
            let value = column.of_case.get(*case).copied().flatten();
            if let Some(it) = value.and_then(|it| members.get_mut(it)) {
                it.push(place);
            }
        }
        for (value, members) in column.names.iter().zip(members) {
            let others = figures.len() - members.len();
            if members.len() < LEAST || others < LEAST {
                continue;
            }
            let sum: f64 = members.iter().filter_map(|it| ranks.get(*it)).sum();
            let own: f64 = members.iter().filter_map(|it| figures.get(*it)).map(|it| it.1).sum();
            let edge = seen.settings.tolerated_edge;
            found.push(Compared {
                column: column.column.clone(),
                value: value.clone(),
                p_value: rank_sum_above(sum, members.len(), others, (ties, edge)),
                others_mean: (total - own) / others as f64,
                members,
            });
        }
    }
    found
}

/// The rank of each value, the mean of the ranks for equal ones, and the sum of t³ − t over groups of t equal ones.
pub(crate) fn midranks(values: &[f64]) -> (Vec<f64>, f64) {
    let mut order: Vec<usize> = (0..values.len()).collect();
    let value = |at: usize| values.get(at).copied().unwrap_or(f64::NAN);
    order.sort_by(|a, b| value(*a).total_cmp(&value(*b)).then(a.cmp(b)));
    let mut ranks = vec![0.0; values.len()];
    let (mut first, mut ties) = (0, 0.0);
    for same in order.chunk_by(|a, b| value(*a).total_cmp(&value(*b)).is_eq()) {
        let count = same.len() as f64;
        let rank = first as f64 + f64::midpoint(count, 1.0);
        for at in same {
            if let Some(it) = ranks.get_mut(*at) {
                *it = rank;
            }
        }
        ties += count * count * count - count;
        first += same.len();
    }
    (ranks, ties)
}

/// How likely so high a sum of ranks is where a member is above another in half of the pairs and the tolerated edge.
fn rank_sum_above(sum: f64, members: usize, others: usize, (ties, edge): (f64, f64)) -> f64 {
    let (a, b) = (members as f64, others as f64);
    let n = a + b;
    let wins = sum - a * (a + 1.0) / 2.0;
    let variance = a * b / 12.0 * (n + 1.0 - ties / (n * (n - 1.0)));
    if variance <= 0.0 {
        return 1.0;
    }
    normal_above((wins - a * b * (0.5 + edge) - 0.5) / variance.sqrt())
}
