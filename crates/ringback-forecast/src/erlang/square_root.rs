//! Rules of thumb for large centers.
//!
//! They show how staffing scales, and are starting points; [`Staffing`](crate::Staffing) gives exact numbers at no cost
//! that matters.

use std::f64::consts::PI;

use super::gamma::normal_cdf;
use super::{Load, check, check_patience};
use crate::error::Error;

/// Square-root staffing: load + beta √(peakedness × load), rounded up. `beta` around 0 is balanced, 1 and more is good
/// service; below 0 relies on hang-ups. `peakedness` is the variance over the mean of arrivals (1 for Poisson ones, more
/// where calls come in bursts).
///
/// # Errors
///
/// [`Error::Setting`] unless `beta` is finite, and `peakedness` finite and at least 0.
///
/// # Source
///
/// \[`HalfinWhitt1981`\]; peakedness: \[`HeLiuWhitt2016`\].
///
/// # Example
///
/// ```
/// use ringback_forecast::{Load, square_root_agents};
///
/// assert_eq!(square_root_agents(Load::new(6_000.0, 60.0)?, 0.5, 1.0)?, 105);
/// # Ok::<(), ringback_forecast::Error>(())
/// ```
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast of a float saturates, and the value is a whole number of at least 0"
)]
pub fn square_root_agents(load: Load, beta: f64, peakedness: f64) -> Result<u32, Error> {
    check("beta", beta, beta.is_finite(), "a finite number")?;
    let is_right = peakedness.is_finite() && peakedness >= 0.0;
    check("peakedness", peakedness, is_right, "a finite number of at least 0")?;
    let erlangs = load.erlangs();
    Ok((erlangs + beta * (peakedness * erlangs).sqrt()).ceil().max(0.0) as u32)
}

/// The share of callers who wait in a large center that is staffed by the square-root rule and whose callers never hang up:
/// 1 / (1 + beta Φ(beta) / φ(beta)).
///
/// # Errors
///
/// [`Error::Setting`] unless `beta` is finite and above 0.
///
/// # Source
///
/// \[`HalfinWhitt1981`\].
pub fn halfin_whitt_wait_probability(beta: f64) -> Result<f64, Error> {
    check("beta", beta, beta.is_finite() && beta > 0.0, "a finite number above 0")?;
    Ok(1.0 / (1.0 + beta / hazard(-beta)))
}

/// The same where callers hang up: with r = √(service ÷ patience), 1 / (1 + r h(beta ÷ r) / h(−beta)), `h` being the
/// hazard of the normal distribution.
///
/// # Errors
///
/// [`Error::Setting`] unless `beta` is between −30 and 30 and the patience as in [`ErlangA::new`](super::ErlangA::new).
///
/// # Source
///
/// \[Garnett2002\].
///
/// # Example
///
/// ```
/// use ringback_forecast::{ErlangA, Load, garnett_wait_probability};
///
/// let load = Load::new(60_000.0, 60.0)?; // 1000 erlangs
/// let exact = ErlangA::new(load, 120.0, 1_000)?.wait_probability();
/// assert!((garnett_wait_probability(load, 120.0, 0.0)? - exact).abs() < 0.01);
/// # Ok::<(), ringback_forecast::Error>(())
/// ```
pub fn garnett_wait_probability(
    load: Load,
    patience_secs_mean: f64,
    beta: f64,
) -> Result<f64, Error> {
    check_patience(load, patience_secs_mean)?;
    check("beta", beta, beta.abs() <= 30.0, "-30 to 30")?;
    let r = (load.service_secs_mean() / patience_secs_mean).sqrt();
    Ok(1.0 / (1.0 + r * hazard(beta / r) / hazard(-beta)))
}

/// φ(x) / (1 − Φ(x)); beyond 30 its first terms at infinity, below −38 less than any number.
fn hazard(x: f64) -> f64 {
    if x < -38.0 {
        return 0.0;
    }
    if x > 30.0 {
        return x + 1.0 / x - 2.0 / (x * x * x);
    }
    (-0.5 * x * x).exp() / ((2.0 * PI).sqrt() * normal_cdf(-x))
}
