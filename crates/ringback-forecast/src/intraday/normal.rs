//! The standard normal distribution.

/// The quantile of the standard normal distribution for a share of `0.5..1`; 0 below that.
///
/// # Source
///
/// Abramowitz & Stegun, *Handbook of Mathematical Functions*, formula 26.2.23; absolute error below 4.5e-4.
pub(crate) fn normal_quantile(share: f64) -> f64 {
    let t = (-2.0 * (1.0 - share).max(f64::MIN_POSITIVE).ln()).sqrt();
    let numerator = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let denominator = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    (t - numerator / denominator).max(0.0)
}
