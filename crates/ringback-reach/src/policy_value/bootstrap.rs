//! Studentized bootstrap intervals over customers.

use super::sums::{ClusterSums, Estimator, Part};
use super::{Draws, Estimate};

/// The estimates of all estimators, each with its error and its interval.
///
/// Customers are drawn with replacement, each with all of its attempts, once for all estimators. Of each draw, the distance
/// of its estimate from the log's own is taken in its own standard errors; the quantiles of these distances, in the log's
/// standard errors, are the interval. Against plain quantiles of the estimates it keeps its level with few customers, and
/// where a few weights are large.
///
/// # Source
///
/// \[`EfronTibshirani1993`\], section 12.5; over clusters \[`Cameron2008`\].
pub(super) fn intervals<const N: usize>(
    clusters: &[ClusterSums],
    estimators: [Estimator; N],
    level: f64,
    (replicates, mut draws): (usize, Draws),
) -> [Estimate; N] {
    let all = ClusterSums::total(clusters);
    let centered = estimators.map(|it| Centered::new(it, clusters, &all));
    let once = vec![1.0; clusters.len()];
    let own = centered.each_ref().map(|it| it.shift(&once).1);
    let mut distances = [(); N].map(|()| Vec::with_capacity(replicates));
    let mut counts = vec![0.0; clusters.len()];
    for _ in 0..replicates {
        counts.fill(0.0);
        for _ in 0..clusters.len() {
            if let Some(count) = counts.get_mut(draws.below(clusters.len())) {
                *count += 1.0;
            }
        }
        for (it, distances) in centered.iter().zip(&mut distances) {
            let (shift, error) = it.shift(&counts);
            // A draw of equal customers has no scale of its own.
            if error > 0.0 {
                distances.push(shift / error);
            }
        }
    }
    let tail = (1.0 - level) / 2.0;
    let mut estimates = estimators.iter().zip(own).zip(distances);
    [(); N].map(|()| {
        // As many as estimators: there is always a next.
        let Some(((estimator, standard_error), mut distances)) = estimates.next() else {
            return Estimate { value: 0.0, standard_error: 0.0, lower: 0.0, upper: 0.0 };
        };
        distances.sort_by(f64::total_cmp);
        let [low, high] = [tail, 1.0 - tail].map(|it| quantile(&distances, it) * standard_error);
        let value = estimator.value(&all);
        Estimate { value, standard_error, lower: value - high, upper: value - low }
    })
}

/// An estimator's ratios at each customer, counted from the log's own ratios, which keeps small differences exact.
struct Centered {
    /// For each ratio, each customer's `above − ratio · below`, and `below`.
    ratios: Vec<Vec<Part>>,
}

impl Centered {
    fn new(estimator: Estimator, clusters: &[ClusterSums], all: &ClusterSums) -> Self {
        let wholes = estimator.parts(all);
        let used = wholes.iter().enumerate().filter(|(_, it)| it.below > 0.0);
        let center = |(place, whole): (usize, &Part)| {
            let own = clusters.iter().filter_map(|it| estimator.parts(it).get(place).copied());
            own.map(|it| Part { above: it.above - whole.ratio() * it.below, below: it.below })
                .collect()
        };
        Self { ratios: used.map(center).collect() }
    }

    /// How far the estimate of a draw, in which each customer counts so often, lies from the log's own, and its standard error:
    /// `√(G/(G−1) Σ u²)` with `u` the sum over the ratios of `(above − ratio · below) / Σ below`.
    ///
    /// # Source
    ///
    /// \[`Cochran1977`\], section 6.3 (ratios) and 9A.2 (clusters).
    fn shift(&self, counts: &[f64]) -> (f64, f64) {
        let mut moved = 0.0;
        let mut own = vec![0.0; counts.len()];
        for parts in &self.ratios {
            let (mut above, mut below) = (0.0, 0.0);
            for (part, count) in parts.iter().zip(counts) {
                above += count * part.above;
                below += count * part.below;
            }
            if below <= 0.0 {
                continue;
            }
            let (shift, inverse) = (above / below, 1.0 / below);
            moved += shift;
            for (own, part) in own.iter_mut().zip(parts) {
                *own += (part.above - shift * part.below) * inverse;
            }
        }
        let squares: f64 = own.iter().zip(counts).map(|(own, count)| count * own * own).sum();
        let size = counts.len() as f64;
        (moved, (squares * size / (size - 1.0)).sqrt())
    }
}

/// The quantile of sorted values by linear interpolation between order statistics (definition 7 of \[`HyndmanFan1996`\]); 0
/// of none.
fn quantile(sorted: &[f64], level: f64) -> f64 {
    let place = level * (sorted.len().saturating_sub(1)) as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "within the values"
    )]
    let below = place.floor() as usize;
    let at = |place: usize| sorted.get(place).or(sorted.last()).copied().unwrap_or(0.0);
    let rest = place - below as f64;
    at(below) + rest * (at(below + 1) - at(below))
}
