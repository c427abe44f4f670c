//! How sure a finding is among many that were looked for.

mod tail;

use serde::Serialize;

pub(crate) use tail::{ln_gamma, normal_above, normal_quantile, students_above};

/// Where a figure lies, with a given probability.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// With which probability. Range: 0 to 1.
    pub level: f64,
    /// The lower end, in the unit of the figure.
    pub lower: f64,
    /// The upper end, in the unit of the figure.
    pub upper: f64,
}

/// The q-value of each p-value: the least false discovery rate at which it is among the findings.
///
/// A p-value that is not a number counts as 1.
///
/// # Source
///
/// \[`BenjaminiHochberg1995`\]: the step-up procedure; it holds for independent tests and for tests that rise and fall
/// together.
///
/// # Example
///
/// ```
/// use ringback_mining::benjamini_hochberg;
///
/// assert_eq!(benjamini_hochberg(&[0.01, 0.5, 0.03]), [0.03, 0.5, 0.045]);
/// ```
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let sound = |p: f64| if p.is_nan() { 1.0 } else { p.clamp(0.0, 1.0) };
    let mut order: Vec<(f64, usize)> =
        p_values.iter().enumerate().map(|(at, p)| (sound(*p), at)).collect();
    order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let n = order.len();
    let mut q_values = vec![1.0; n];
    let mut least = 1.0_f64;
    for (place, (p, at)) in order.into_iter().enumerate() {
        least = least.min(p * n as f64 / (n - place) as f64);
        if let Some(q) = q_values.get_mut(at) {
            *q = least;
        }
    }
    q_values
}

/// The probability of `count` or more of `n` where each has the probability `share`.
///
/// # Source
///
/// The binomial distribution, summed from its largest term on; exact to rounding.
pub fn binomial_above(count: usize, n: usize, share: f64) -> f64 {
    tail::binomial_above(count, n, share)
}

/// Wilson's interval of a share of `count` among `n`; from 0 to 1 for `n` of 0.
///
/// # Source
///
/// \[`Wilson1927`\].
pub fn wilson(count: usize, n: usize, level: f64) -> Interval {
    if n == 0 {
        return Interval { level, lower: 0.0, upper: 1.0 };
    }
    let n = n as f64;
    let share = count as f64 / n;
    let z = normal_quantile(0.5 + level / 2.0);
    let spread = z * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    let center = share + z * z / (2.0 * n);
    let scale = 1.0 + z * z / n;
    let lower = ((center - spread) / scale).max(0.0);
    Interval { level, lower, upper: ((center + spread) / scale).min(1.0) }
}
