//! Tails of distributions.

use std::f64::consts::{PI, SQRT_2};

/// The logarithm of the gamma function, for positive numbers.
///
/// # Source
///
/// \[`Lanczos1964`\], with g = 7 and nine terms; relative error below 1e-14.
pub(crate) fn ln_gamma(x: f64) -> f64 {
    const TERMS: [f64; 8] = [
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    let x = x - 1.0;
    let mut sum = 0.999_999_999_999_809_9;
    let mut place = 1.0;
    for term in TERMS {
        sum += term / (x + place);
        place += 1.0;
    }
    let t = x + 7.5;
    0.5 * (2.0 * PI).ln() + (x + 0.5) * t.ln() - t + sum.ln()
}

/// The probability of `count` or more of `n`.
pub(super) fn binomial_above(count: usize, n: usize, share: f64) -> f64 {
    if count == 0 {
        return 1.0;
    }
    if count > n || share <= 0.0 {
        return 0.0;
    }
    if share >= 1.0 {
        return 1.0;
    }
    // The tail with fewer, falling terms is summed.
    if (count as f64) < share * n as f64 {
        let below = falling_terms(n - count + 1, n, 1.0 - share);
        return (1.0 - below).clamp(0.0, 1.0);
    }
    falling_terms(count, n, share).clamp(0.0, 1.0)
}

/// The terms from `count` to `n`, which fall from the first on.
fn falling_terms(count: usize, n: usize, share: f64) -> f64 {
    let (k, all) = (count as f64, n as f64);
    let ways = ln_gamma(all + 1.0) - ln_gamma(k + 1.0) - ln_gamma(all - k + 1.0);
    let first = (ways + k * share.ln() + (all - k) * (-share).ln_1p()).exp();
    let odds = share / (1.0 - share);
    let (mut term, mut sum) = (1.0, 0.0);
    for at in count..=n {
        sum += term;
        term *= odds * (n - at) as f64 / (at + 1) as f64;
        if term < sum * 1e-17 {
            break;
        }
    }
    first * sum
}

/// The probability that a normal variable with mean 0 and variance 1 is above `z`.
///
/// # Source
///
/// Half the complementary error function: its series for small arguments, its continued fraction for large ones
/// (\[`AbramowitzStegun1964`\], 7.1.6 and 7.1.14).
pub(crate) fn normal_above(z: f64) -> f64 {
    if z.is_nan() {
        return f64::NAN;
    }
    let x = (z / SQRT_2).abs();
    let upper = if x < 2.5 { 1.0 - erf_series(x) } else { erfc_fraction(x) } / 2.0;
    if z >= 0.0 { upper } else { 1.0 - upper }
}

fn erf_series(x: f64) -> f64 {
    let (mut term, mut sum, mut n) = (x, x, 0.0);
    while term > sum * 1e-17 {
        n += 1.0;
        term *= 2.0 * x * x / (2.0 * n + 1.0);
        sum += term;
    }
    2.0 / PI.sqrt() * (-x * x).exp() * sum
}

fn erfc_fraction(x: f64) -> f64 {
    let mut below = x;
    for n in (1..=60).rev() {
        below = x + f64::from(n) / 2.0 / below;
    }
    (-x * x).exp() / PI.sqrt() / below
}

/// The value that a normal variable with mean 0 and variance 1 is below with this probability.
///
/// Found by halving: 60 steps, exact to rounding. Infinite for 0 and 1.
pub(crate) fn normal_quantile(probability: f64) -> f64 {
    if probability <= 0.0 {
        return f64::NEG_INFINITY;
    }
    if probability >= 1.0 {
        return f64::INFINITY;
    }
    let (mut low, mut high) = (-40.0, 40.0);
    for _ in 0..80 {
        let middle = f64::midpoint(low, high);
        if normal_above(middle) > 1.0 - probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// The probability that a variable of Student's distribution is above `t`.
///
/// # Source
///
/// Half the regularized incomplete beta function (\[`AbramowitzStegun1964`\], 26.7.1), by its continued fraction (26.5.8).
pub(crate) fn students_above(t: f64, degrees: f64) -> f64 {
    if t.is_nan() || degrees.is_nan() || degrees <= 0.0 {
        return 1.0;
    }
    let two_sided = beta_share(degrees / (degrees + t * t), degrees / 2.0, 0.5);
    if t >= 0.0 { two_sided / 2.0 } else { 1.0 - two_sided / 2.0 }
}

/// The regularized incomplete beta function.
fn beta_share(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front = ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (-x).ln_1p();
    if x < (a + 1.0) / (a + b + 2.0) {
        front.exp() * beta_fraction(x, a, b) / a
    } else {
        1.0 - front.exp() * beta_fraction(1.0 - x, b, a) / b
    }
}

/// Lentz's way through the continued fraction.
fn beta_fraction(x: f64, a: f64, b: f64) -> f64 {
    let far = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / far(1.0 - (a + b) * x / (a + 1.0));
    let mut product = d;
    for m in 1..=300 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for part in [even, odd] {
            d = 1.0 / far(1.0 + part * d);
            c = far(1.0 + part / c);
            change = c * d;
            product *= change;
        }
        if (change - 1.0).abs() < 1e-15 {
            break;
        }
    }
    product
}
