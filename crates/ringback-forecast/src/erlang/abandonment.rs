//! Erlang A: callers wait, and hang up when their patience ends.

use serde::Serialize;

use super::blocking::inverse_blocking;
use super::gamma::poisson_term;
use super::queue_sum::{QueueSums, Totals, first_state, total_from};
use super::{Load, check, check_agents, check_patience, check_wait};
use crate::error::Error;

/// A center whose callers wait in one line, first come first served, and hang up after a patience of their own:
/// Palm's M/M/c+M.
///
/// Service and patience are exponential. Stable under any load: who does not fit in hangs up. Real patience is not
/// exponential; [`GeneralPatienceQueue`](super::GeneralPatienceQueue) takes a measured curve.
///
/// **Three means of a wait.** [`wait_secs_mean`](Self::wait_secs_mean) is over *all* callers: those answered at once with
/// 0, those who hung up with the time until then. [`speed_of_answer_secs`](Self::speed_of_answer_secs) is over the
/// *answered* alone, which is what reports call average speed of answer.
/// [`hung_up_wait_secs_mean`](Self::hung_up_wait_secs_mean) is over those who hung up. Some calculators print the first
/// under the name of the second.
///
/// The **virtual wait** is how long a caller of endless patience would wait: what an announcement should tell.
///
/// # Source
///
/// \[Palm1957\], \[Garnett2002\], \[`MandelbaumZeltyn2007`\]; the means of answered and hung-up callers follow from first
/// steps of a tagged caller (`docs/methods/queueing.md`).
///
/// # Example
///
/// ```
/// use ringback_forecast::{ErlangA, Load};
///
/// // 48 calls a minute of one minute each, callers who wait two minutes in the mean, 50 agents.
/// let center = ErlangA::new(Load::new(2_880.0, 60.0)?, 120.0, 50)?;
/// assert!((center.abandon_probability() - 0.0309).abs() < 5e-5);
/// assert!((center.occupancy() - 0.930).abs() < 5e-4);
/// assert!((center.virtual_wait_exceeds(12.5)? - 0.110).abs() < 5e-4);
/// # Ok::<(), ringback_forecast::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ErlangA {
    load: Load,
    patience_secs_mean: f64,
    agents: u32,
    /// Arrival rate × mean patience.
    #[serde(skip)]
    x: f64,
    /// Agents × mean patience ÷ mean service.
    #[serde(skip)]
    y: f64,
    #[serde(skip)]
    sums: QueueSums,
    wait_probability: f64,
    #[serde(skip)]
    no_wait_probability: f64,
    #[serde(skip)]
    inverse_total: f64,
}

/// Tails of the wait, as shares of callers who wait at all.
struct Tails {
    /// The virtual wait is longer.
    virtual_wait: f64,
    /// Answered after longer.
    answered: f64,
}

impl ErlangA {
    /// A center with a load, callers of a mean patience, and agents.
    ///
    /// # Errors
    ///
    /// [`Error::Zero`] for no agents, [`Error::Setting`] unless the patience is a millionth to a million times the mean
    /// service time.
    pub fn new(load: Load, patience_secs_mean: f64, agents: u32) -> Result<Self, Error> {
        check_agents(agents)?;
        check_patience(load, patience_secs_mean)?;
        let erlangs = load.erlangs();
        let patience = patience_secs_mean / load.service_secs_mean();
        let (x, y) = (erlangs * patience, f64::from(agents) * patience);
        let sums = QueueSums::new(x, y);
        let inverse_total = sums.inverse_total(x, y);
        let below = (inverse_blocking(erlangs, agents) - 1.0) * inverse_total;
        Ok(Self {
            load,
            patience_secs_mean,
            agents,
            x,
            y,
            sums,
            wait_probability: 1.0 / (1.0 + below),
            no_wait_probability: 1.0 / (1.0 + 1.0 / below),
            inverse_total,
        })
    }

    /// The load.
    pub fn load(&self) -> Load {
        self.load
    }

    /// The agents.
    pub fn agents(&self) -> u32 {
        self.agents
    }

    /// The share of callers who wait at all.
    pub fn wait_probability(&self) -> f64 {
        self.wait_probability
    }

    /// The share of callers who are answered at once.
    pub fn no_wait_probability(&self) -> f64 {
        self.no_wait_probability
    }

    /// The share of callers who hang up.
    pub fn abandon_probability(&self) -> f64 {
        let among_waiting = self.per_arrival(self.sums.waiting / self.sums.total);
        (self.wait_probability * among_waiting).min(1.0)
    }

    /// The share of callers who are answered: one less [`abandon_probability`](Self::abandon_probability), exact where
    /// that is near 1.
    pub fn answer_probability(&self) -> f64 {
        let among_waiting = self.answered_of_waiting();
        (self.no_wait_probability + self.wait_probability * among_waiting).min(1.0)
    }

    /// The mean wait of all callers in seconds: answered at once, answered late, and hung up.
    pub fn wait_secs_mean(&self) -> f64 {
        self.abandon_probability() * self.patience_secs_mean
    }

    /// The mean wait of answered callers in seconds, those answered at once included: the average speed of answer (ASA).
    pub fn speed_of_answer_secs(&self) -> f64 {
        let waited = self.y * self.per_arrival(self.sums.answered / self.sums.total);
        self.wait_probability * waited * self.patience_secs_mean / self.answer_probability()
    }

    /// The mean time in seconds after which those hang up who do; without load, its limit.
    pub fn hung_up_wait_secs_mean(&self) -> f64 {
        if self.sums.waiting > 0.0 {
            self.sums.hung_up / self.sums.waiting * self.patience_secs_mean
        } else {
            self.patience_secs_mean / (self.y + 1.0)
        }
    }

    /// The mean number of callers who wait.
    pub fn queue_length_mean(&self) -> f64 {
        self.wait_probability * self.sums.waiting / self.sums.total
    }

    /// The share of time that an agent is busy.
    pub fn occupancy(&self) -> f64 {
        (self.load.erlangs() * self.answer_probability() / f64::from(self.agents)).min(1.0)
    }

    /// The share of callers whose virtual wait is longer than `wait_secs`: they would wait longer if they did not hang up.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] unless `wait_secs` is at least 0; infinity is fine.
    pub fn virtual_wait_exceeds(&self, wait_secs: f64) -> Result<f64, Error> {
        check_wait("wait_secs", wait_secs)?;
        Ok(self.wait_probability * self.tails(wait_secs).virtual_wait)
    }

    /// The share of callers who still wait after `wait_secs`: neither answered nor hung up.
    ///
    /// # Errors
    ///
    /// As [`ErlangA::virtual_wait_exceeds`].
    pub fn wait_exceeds(&self, wait_secs: f64) -> Result<f64, Error> {
        let patient = (-wait_secs / self.patience_secs_mean).exp();
        Ok(self.virtual_wait_exceeds(wait_secs)? * patient)
    }

    /// The share of all callers who are answered within `wait_secs`: a service level that counts every caller who hung up
    /// as missed.
    ///
    /// # Errors
    ///
    /// As [`ErlangA::virtual_wait_exceeds`].
    pub fn answered_within(&self, wait_secs: f64) -> Result<f64, Error> {
        check_wait("wait_secs", wait_secs)?;
        let later = self.wait_probability * self.tails(wait_secs).answered;
        Ok((self.answer_probability() - later).max(0.0))
    }

    /// The share of all callers who hang up within `wait_secs`.
    ///
    /// # Errors
    ///
    /// As [`ErlangA::virtual_wait_exceeds`].
    pub fn hung_up_within(&self, wait_secs: f64) -> Result<f64, Error> {
        let answered_later = self.answer_probability() - self.answered_within(wait_secs)?;
        let hung_up_later = self.wait_exceeds(wait_secs)? - answered_later;
        Ok((self.abandon_probability() - hung_up_later).max(0.0))
    }

    /// The virtual wait that a share of callers stays below, in seconds: 0 where so many do not wait at all. To 1e-9 of its
    /// value.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] unless `0 <= share < 1`.
    pub fn virtual_wait_secs_quantile(&self, share: f64) -> Result<f64, Error> {
        check("share", share, (0.0..1.0).contains(&share), "at least 0 and below 1")?;
        let exceeds = |secs| self.wait_probability * self.tails(secs).virtual_wait > 1.0 - share;
        if !exceeds(0.0) {
            return Ok(0.0);
        }
        let (mut low, mut high) = (0.0, self.load.service_secs_mean());
        while exceeds(high) {
            (low, high) = (high, 2.0 * high);
        }
        while high - low > 1e-10 * high {
            let middle = 0.5 * (low + high);
            *(if exceeds(middle) { &mut low } else { &mut high }) = middle;
        }
        Ok(0.5 * (low + high))
    }

    /// A sum over waiting callers for each caller who comes within a mean patience; without load, its limit 0.
    fn per_arrival(&self, sum: f64) -> f64 {
        if self.x > 0.0 { sum / self.x } else { 0.0 }
    }

    /// With z = x e^−t (t in mean patience), a caller who waits does so longer than t with probability e^(x−z−yt) M(z)/M(x),
    /// where M(z) = Σ z^k/((y+1)…(y+k)); among them, y/x (M(z)−1)/M(z) are answered in the end. Where the queue is
    /// never empty M is too large a number: then both come from incomplete gamma functions.
    fn tails(&self, wait_secs: f64) -> Tails {
        let t = wait_secs / self.patience_secs_mean;
        let z = self.x * (-t).exp();
        if wait_secs <= 0.0 || self.x <= 0.0 {
            return Tails { virtual_wait: 1.0, answered: self.answered_of_waiting() };
        }
        if t == f64::INFINITY {
            return Tails { virtual_wait: 0.0, answered: 0.0 };
        }
        let first = first_state(z, self.y);
        let Totals { total, beyond_first } = total_from(z, self.y, first);
        let (all, answered) = if self.sums.first <= 0.0 && first <= 0.0 {
            let scale = (-self.x * (-t).exp_m1() - self.y * t).exp() / self.sums.total;
            (scale * total, scale * beyond_first)
        } else {
            let whole = poisson_term(self.y + self.sums.first, self.x) * self.sums.total;
            let scale = poisson_term(self.y + first, z) / whole;
            let none = if first > 0.0 { poisson_term(self.y, z) / whole } else { scale };
            (scale * total, (scale * total - none).max(0.0))
        };
        Tails { virtual_wait: all.min(1.0), answered: self.y / self.x * answered }
    }

    /// The share of callers who wait at all that is answered in the end; without load, its limit.
    fn answered_of_waiting(&self) -> f64 {
        if self.x > 0.0 {
            self.y / self.x * self.sums.queued_share(self.inverse_total)
        } else {
            self.y / (self.y + 1.0)
        }
    }
}
