//! The quantile of the standard normal distribution.

use std::f64::consts::{PI, SQRT_2};

/// The value that a standard normal variable stays below with this probability, between 0 and 1.
///
/// Bisection of the distribution function, which is summed by its series about 0; to 1e-9 for probabilities from 1e-6 to 1
/// − 1e-6.
///
/// # Source
///
/// \[`AbramowitzStegun1964`\], formula 26.2.11.
pub(super) fn quantile(probability: f64) -> f64 {
    let (mut low, mut high) = (-10.0 * SQRT_2, 10.0 * SQRT_2);
    // Each step halves the range: after 60 it is narrower than a value's own precision.
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if below(middle) < probability { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// The probability of staying below a value.
fn below(value: f64) -> f64 {
    let (mut term, mut sum, mut odd) = (value, value, 1.0);
    while f64::abs(term) > 1e-18 * f64::abs(sum) && odd < 1_000.0 {
        odd += 2.0;
        term *= value * value / odd;
        sum += term;
    }
    0.5 + sum * (-value * value / 2.0).exp() / (2.0 * PI).sqrt()
}

#[cfg(test)]
mod tests {
    use super::quantile;

    /// Published to ten digits in tables of the normal distribution.
    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (probability, expected) in [
            (0.5, 0.0),
            (0.8, 0.841_621_233_572_914_3),
            (0.975, 1.959_963_984_540_054),
            (0.995, 2.575_829_303_548_900_4),
            (0.001, -3.090_232_306_167_813_5),
        ] {
            let got = quantile(probability);
            assert!((got - expected).abs() < 1e-11, "{probability}: {got} {expected}");
        }
    }
}
