//! The sum over the states of a full center, from which every measure of Erlang A comes.
//!
//! With x = arrival rate × mean patience and y = agents × mean patience ÷ mean service, the probability that k callers
//! wait is that of none times `t_k` = x^k / ((y+1) … (y+k)). Terms rise to a mode near k = x − y and fall from there; they
//! are added from below the mode, scaled so that the first is 1: nothing overflows, nothing cancels.

use super::gamma::{harmonic_between, poisson_term};

/// A term this small beside the sum ends it.
const NEGLIGIBLE: f64 = 1e-20;

/// Sums over the callers who wait, of terms `t_k` scaled by the first that is added.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct QueueSums {
    /// The number of waiting callers at which the sums begin: what is below weighs nothing.
    pub(crate) first: f64,
    /// Σ `t_k`.
    pub(crate) total: f64,
    /// Σ `t_k` without the first.
    pub(crate) beyond_first: f64,
    /// Σ k `t_k`.
    pub(crate) waiting: f64,
    /// Σ `h_k` `t_k`, with `h_k` = 1/(y+1) + … + 1/(y+k): the time that the answered have waited.
    pub(crate) answered: f64,
    /// Σ `g_k` `t_k`, with `g_k` = 1/(y+1) + … + k/(y+k): the time that those who hung up have waited.
    pub(crate) hung_up: f64,
}

/// Σ `t_k`, with and without the state in which nobody waits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Totals {
    /// From the first state on.
    pub(crate) total: f64,
    /// Without the first state.
    pub(crate) beyond_first: f64,
}

/// The number of waiting callers at which sums begin: nine standard deviations below the mode, or 0.
pub(crate) fn first_state(x: f64, y: f64) -> f64 {
    (x - y - 9.0 * x.sqrt()).floor().max(0.0)
}

/// Sums the terms only.
pub(crate) fn total_from(x: f64, y: f64, first: f64) -> Totals {
    let mode = x - y;
    let (mut k, mut term, mut beyond_first) = (first, 1.0, 0.0);
    loop {
        k += 1.0;
        term *= x / (y + k);
        beyond_first += term;
        if k > mode && term <= NEGLIGIBLE * (1.0 + beyond_first) {
            return Totals { total: 1.0 + beyond_first, beyond_first };
        }
    }
}

impl QueueSums {
    /// The sums for `x > 0` and `y > 0`.
    pub(crate) fn new(x: f64, y: f64) -> Self {
        let mode = x - y;
        let first = first_state(x, y);
        let (mut k, mut term) = (first, 1.0);
        let mut h = harmonic_between(y, first);
        let mut g = first - y * h;
        let mut sums =
            Self { first, total: 1.0, beyond_first: 0.0, waiting: first, answered: h, hung_up: g };
        loop {
            k += 1.0;
            let inverse = 1.0 / (y + k);
            term *= x * inverse;
            h += inverse;
            g += k * inverse;
            sums.beyond_first += term;
            sums.waiting += k * term;
            sums.answered += h * term;
            sums.hung_up += g * term;
            if k > mode && term <= NEGLIGIBLE * (1.0 + sums.beyond_first) {
                sums.total = 1.0 + sums.beyond_first;
                return sums;
            }
        }
    }

    /// The share of the sum that is not `t_0`: of the states with a full center, those in which somebody waits.
    pub(crate) fn queued_share(&self, inverse_total: f64) -> f64 {
        if self.first > 0.0 { 1.0 - inverse_total } else { self.beyond_first / self.total }
    }

    /// One over the sum of terms scaled so that `t_0` is 1; 0 where that is too large for a number.
    pub(crate) fn inverse_total(&self, x: f64, y: f64) -> f64 {
        if self.first <= 0.0 {
            return 1.0 / self.total;
        }
        poisson_term(y, x) / (poisson_term(y + self.first, x) * self.total)
    }
}
