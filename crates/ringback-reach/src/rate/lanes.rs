//! Sums over the types of customers, eight at a time: in a fixed order, and fast.

const LANES: usize = 8;

fn sum(lanes: [f32; LANES]) -> f32 {
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + e) + (b + f)) + ((c + g) + (d + h))
}

/// Σ w.
pub(crate) fn total(weights: &[f32]) -> f32 {
    let mut lanes = [0.0; LANES];
    let chunks = weights.chunks_exact(LANES);
    let rest: f32 = chunks.remainder().iter().sum();
    for chunk in chunks {
        for (lane, weight) in lanes.iter_mut().zip(chunk) {
            *lane += weight;
        }
    }
    sum(lanes) + rest
}

/// Σ w / (1 + c e): the probability of an answer, times the sum of the weights, where `e` are inverse odds by type and `c`
/// what multiplies them.
pub(crate) fn answered(weights: &[f32], inverse_odds: &[f32], factor: f32) -> f32 {
    let mut lanes = [0.0; LANES];
    let (left, right) = (weights.chunks_exact(2 * LANES), inverse_odds.chunks_exact(2 * LANES));
    let rest = left.remainder().iter().zip(right.remainder());
    let rest: f32 = rest.map(|(weight, odds)| weight / (1.0 + factor * odds)).sum();
    for (weights, odds) in left.zip(right) {
        for lane in 0..LANES {
            // Two fractions with one division, which is what takes the time.
            let (a, b) = (1.0 + factor * odds[lane], 1.0 + factor * odds[lane + LANES]);
            lanes[lane] += (weights[lane] * b + weights[lane + LANES] * a) / (a * b);
        }
    }
    sum(lanes) + rest
}

/// Σ w p and Σ w p (1 − p), p being as in [`answered`].
pub(crate) fn moments(weights: &[f32], inverse_odds: &[f32], factor: f32) -> (f32, f32) {
    let (mut means, mut variances) = ([0.0; LANES], [0.0; LANES]);
    let (left, right) = (weights.chunks_exact(LANES), inverse_odds.chunks_exact(LANES));
    let (mut mean, mut variance) = (0.0, 0.0);
    for (weight, odds) in left.remainder().iter().zip(right.remainder()) {
        let p = 1.0 / (1.0 + factor * odds);
        mean += weight * p;
        variance += weight * p * (1.0 - p);
    }
    for (weights, odds) in left.zip(right) {
        for lane in 0..LANES {
            let p = 1.0 / (1.0 + factor * odds[lane]);
            means[lane] += weights[lane] * p;
            variances[lane] += weights[lane] * p * (1.0 - p);
        }
    }
    (sum(means) + mean, sum(variances) + variance)
}

/// Multiplies each weight by the probability of what happened, and says what the weights then sum to.
pub(crate) fn learn(weights: &mut [f32], inverse_odds: &[f32], factor: f32, reached: bool) -> f32 {
    let mut left = weights.chunks_exact_mut(2 * LANES);
    let mut right = inverse_odds.chunks_exact(2 * LANES);
    for (weights, odds) in (&mut left).zip(&mut right) {
        for lane in 0..LANES {
            let (odds_a, odds_b) = (factor * odds[lane], factor * odds[lane + LANES]);
            let (a, b) = (1.0 + odds_a, 1.0 + odds_b);
            // Two fractions with one division, which is what takes the time.
            let both = 1.0 / (a * b);
            let (miss_a, miss_b) = if reached { (1.0, 1.0) } else { (odds_a, odds_b) };
            weights[lane] *= miss_a * b * both;
            weights[lane + LANES] *= miss_b * a * both;
        }
    }
    for (weight, odds) in left.into_remainder().iter_mut().zip(right.remainder()) {
        let inverse = factor * odds;
        *weight *= if reached { 1.0 } else { inverse } / (1.0 + inverse);
    }
    total(weights)
}

/// Multiplies every weight by a number.
pub(crate) fn scale(weights: &mut [f32], by: f32) {
    for weight in weights {
        *weight *= by;
    }
}
