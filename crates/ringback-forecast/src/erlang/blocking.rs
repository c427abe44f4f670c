//! Erlang B: callers who find every agent busy go away at once.

use serde::Serialize;

use super::Load;

/// A center without a queue: a caller who finds all agents (or lines) busy is turned away and does not come back.
///
/// The formula holds for service times of any distribution with this mean.
///
/// # Source
///
/// \[Erlang1917\]; the sum is the reciprocal of the usual one, largest terms first, so that nothing underflows before
/// the answer does.
///
/// # Example
///
/// ```
/// use ringback_forecast::{ErlangB, Load};
///
/// let center = ErlangB::new(Load::new(60.0, 60.0)?, 2); // 1 erlang
/// assert!((center.blocking_probability() - 0.2).abs() < 1e-15);
/// assert_eq!(ErlangB::new(Load::new(60.0, 60.0)?, 0).blocking_probability(), 1.0);
/// # Ok::<(), ringback_forecast::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ErlangB {
    agents: u32,
    erlangs: f64,
    blocking_probability: f64,
}

impl ErlangB {
    /// A center with a load and agents. With no agents everybody is turned away; without load nobody is.
    pub fn new(load: Load, agents: u32) -> Self {
        let erlangs = load.erlangs();
        Self { agents, erlangs, blocking_probability: 1.0 / inverse_blocking(erlangs, agents) }
    }

    /// The share of callers who are turned away. Range: 0 to 1.
    pub fn blocking_probability(&self) -> f64 {
        self.blocking_probability
    }

    /// The share of time that an agent is busy; 0 with no agents. Range: 0 to 1.
    pub fn occupancy(&self) -> f64 {
        if self.agents == 0 {
            return 0.0;
        }
        (self.erlangs * (1.0 - self.blocking_probability) / f64::from(self.agents)).min(1.0)
    }
}

/// One over the share that is turned away: 1 + c/a + c(c−1)/a² + …, infinite where that is too large for a number.
pub(super) fn inverse_blocking(erlangs: f64, agents: u32) -> f64 {
    if erlangs <= 0.0 {
        return if agents == 0 { 1.0 } else { f64::INFINITY };
    }
    let inverse = 1.0 / erlangs;
    let mut left = f64::from(agents);
    let (mut term, mut sum) = (1.0, 1.0);
    while left > 0.0 {
        let ratio = left * inverse;
        term *= ratio;
        sum += term;
        left -= 1.0;
        if (ratio < 1.0 && term <= 1e-20 * sum) || sum == f64::INFINITY {
            break;
        }
    }
    sum
}
