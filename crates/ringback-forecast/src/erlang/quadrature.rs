//! Gauss-Legendre quadrature.

use std::f64::consts::PI;

/// The points and weights of the rule with `n` points over 0 to 1, points rising.
///
/// # Source
///
/// \[`AbramowitzStegun1964`\], 25.4.30; the roots of Legendre's polynomial by Newton's method.
pub(crate) fn gauss_legendre(n: u32) -> Vec<(f64, f64)> {
    let count = f64::from(n);
    let point = |i: u32| {
        let mut x = -(PI * (f64::from(i) + 0.75) / (count + 0.5)).cos();
        let mut slope = 1.0;
        for _ in 0..8 {
            let (mut value, mut before) = (x, 1.0);
            for k in 2..=n {
                let k = f64::from(k);
                let next = ((2.0 * k - 1.0) * x * value - (k - 1.0) * before) / k;
                (before, value) = (value, next);
            }
            slope = count * (x * value - before) / (x * x - 1.0);
            x -= value / slope;
        }
        (0.5 * (1.0 + x), 1.0 / ((1.0 - x * x) * slope * slope))
    };
    (0..n).map(point).collect()
}
