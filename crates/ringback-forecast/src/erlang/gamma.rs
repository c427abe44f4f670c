//! The gamma function and its kin, as exact as the queues need them at ten thousand agents.

use std::f64::consts::PI;

/// From here on Stirling's series has all digits of a double.
const STIRLING_FROM: f64 = 16.0;

/// ½ ln 2π.
const HALF_LN_2PI: f64 = 0.918_938_533_204_672_7;

/// What ln Γ(y + 1) has beyond (y + ½) ln y − y + ½ ln 2π, for `y >= 16`: Stirling's series.
///
/// # Source
///
/// \[`AbramowitzStegun1964`\], formula 6.1.41.
fn stirling_error(y: f64) -> f64 {
    let r = 1.0 / (y * y);
    let terms = [691.0 / 360_360.0, 1.0 / 1_188.0, 1.0 / 1_680.0, 1.0 / 1_260.0, 1.0 / 360.0];
    (1.0 / 12.0 - r * terms.iter().fold(0.0, |sum, term| term - r * sum)) / y
}

/// y ln(y/z) + z − y, which is small where y and z are close: then by its series.
///
/// # Source
///
/// \[Loader2000\].
fn deviance(y: f64, z: f64) -> f64 {
    let difference = y - z;
    if difference.abs() >= 0.1 * (y + z) {
        return y * (y / z).ln() - difference;
    }
    let v = difference / (y + z);
    let mut sum = difference * v;
    let mut power = 2.0 * y * v;
    let mut odd = 1.0;
    loop {
        power *= v * v;
        odd += 2.0;
        let term = power / odd;
        sum += term;
        if term.abs() <= 1e-17 * sum {
            return sum;
        }
    }
}

/// z^y e^−z / Γ(y + 1), for `y >= 0` and `z >= 0`: a Poisson probability if y is whole.
///
/// # Source
///
/// \[Loader2000\].
pub(crate) fn poisson_term(y: f64, z: f64) -> f64 {
    if z <= 0.0 {
        return if y > 0.0 { 0.0 } else { 1.0 };
    }
    if y < STIRLING_FROM {
        return (y * z.ln() - z - ln_gamma(y + 1.0)).exp();
    }
    (-stirling_error(y) - deviance(y, z)).exp() / (2.0 * PI * y).sqrt()
}

/// ln Γ(y), for `y > 0`.
pub(crate) fn ln_gamma(y: f64) -> f64 {
    let mut product = 1.0;
    let mut y = y;
    while y < STIRLING_FROM {
        product *= y;
        y += 1.0;
    }
    (y - 0.5) * y.ln() - y + HALF_LN_2PI + stirling_error(y) - product.ln()
}

/// ψ(y), the derivative of ln Γ, for `y > 0`.
///
/// # Source
///
/// \[`AbramowitzStegun1964`\], formulas 6.3.5 and 6.3.18.
pub(crate) fn digamma(y: f64) -> f64 {
    let mut below = 0.0;
    let mut y = y;
    while y < STIRLING_FROM {
        below += 1.0 / y;
        y += 1.0;
    }
    y.ln() + digamma_beyond_ln(y) - below
}

/// ψ(y) − ln y, for `y >= 16`.
fn digamma_beyond_ln(y: f64) -> f64 {
    let r = 1.0 / (y * y);
    let terms = [1.0 / 132.0, 1.0 / 240.0, 1.0 / 252.0, 1.0 / 120.0, 1.0 / 12.0];
    -0.5 / y - r * terms.iter().fold(0.0, |sum, term| term - r * sum)
}

/// ψ′(y), for `y > 0`.
///
/// # Source
///
/// \[`AbramowitzStegun1964`\], formulas 6.4.6 and 6.4.12.
pub(crate) fn trigamma(y: f64) -> f64 {
    let mut below = 0.0;
    let mut y = y;
    while y < STIRLING_FROM {
        below += 1.0 / (y * y);
        y += 1.0;
    }
    let r = 1.0 / (y * y);
    let terms = [5.0 / 66.0, 1.0 / 30.0, 1.0 / 42.0, 1.0 / 30.0, 1.0 / 6.0];
    let series = terms.iter().fold(0.0, |sum, term| term - r * sum);
    below + (1.0 + 0.5 / y + r * series) / y
}

/// 1/(y+1) + … + 1/(y+n), for `y >= 0`.
pub(crate) fn harmonic_between(y: f64, n: f64) -> f64 {
    let mut sum = 0.0;
    let mut done = 0.0;
    while done < n && y + done + 1.0 < STIRLING_FROM {
        done += 1.0;
        sum += 1.0 / (y + done);
    }
    if done >= n {
        return sum;
    }
    let (low, high) = (y + done + 1.0, y + n + 1.0);
    let logs = ((high - low) / low).ln_1p();
    sum + logs + digamma_beyond_ln(high) - digamma_beyond_ln(low)
}

/// A gamma distribution wider than this is taken from the normal one.
const LONGEST_SUM: f64 = 1e6;

/// The share of a gamma distribution of shape `y` and scale 1 that lies below `z`: the regularized lower incomplete
/// gamma function.
///
/// # Source
///
/// The sum of Poisson terms; for shapes above 10¹² the cube root of \[`Wilson1931`\].
pub(crate) fn lower_gamma(y: f64, z: f64) -> f64 {
    if z.is_nan() || z <= 0.0 || z.is_infinite() {
        return if z.is_nan() { z } else { f64::from(u8::from(z > 0.0)) };
    }
    let spread = z.max(y).sqrt();
    // Forty standard deviations away a share is 0 or 1 to the last bit; the sum would take as many terms as the spread.
    if (z - y).abs() > 40.0 * spread + 100.0 {
        return f64::from(u8::from(z > y));
    }
    if spread > LONGEST_SUM {
        // The cube root of such a variable is normal to within one part of its shape.
        let ninth = 1.0 / (9.0 * y);
        return normal_cdf(((z / y).cbrt() - (1.0 - ninth)) / ninth.sqrt());
    }
    let first = super::queue_sum::first_state(z, y);
    let total = super::queue_sum::total_from(z, y, first).total;
    (poisson_term(y + first, z) * total).min(1.0)
}

/// The standard normal distribution function.
pub(crate) fn normal_cdf(x: f64) -> f64 {
    let half = 0.5 * upper_gamma_half(0.5 * x * x);
    if x < 0.0 { half } else { 1.0 - half }
}

/// 1 − [`lower_gamma`] at shape ½, small values included: erfc(√z), by a continued fraction in the tail.
fn upper_gamma_half(z: f64) -> f64 {
    if z < 2.0 {
        return 1.0 - lower_gamma(0.5, z);
    }
    if z > 800.0 {
        return 0.0; // below the smallest number
    }
    // erfc(x) √π e^(x²) = x / (z + ½ / (1 + 1 / (z + 3/2 / (1 + 2 / (z + …))))), from the far end.
    let fraction = (1..=120_u32).rev().fold(z, |below, n| {
        let k = f64::from(n);
        z + (k - 0.5) / (1.0 + k / below)
    });
    z.sqrt() * (-z).exp() / (PI.sqrt() * fraction)
}

/// The point below which a share of the standard normal distribution lies, for a share above 0 and below 1.
pub(crate) fn normal_quantile(share: f64) -> f64 {
    let (mut low, mut high) = (-40.0, 40.0);
    while high - low > 1e-14 {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        *(if normal_cdf(middle) < share { &mut low } else { &mut high }) = middle;
    }
    0.5 * (low + high)
}
