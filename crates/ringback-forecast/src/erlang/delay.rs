//! Erlang C: callers wait as long as it takes.

use serde::Serialize;

use super::blocking::inverse_blocking;
use super::{Load, check, check_agents, check_wait};
use crate::error::Error;

/// A center whose callers wait in one line, first come first served, and never hang up.
///
/// The classic of staffing tables. It has no answer where the load reaches the agents, and overstates waits near there:
/// real callers hang up and make the line shorter ([`ErlangA`](super::ErlangA)). Service times are exponential.
///
/// # Source
///
/// \[Erlang1917\], \[`GansKooleMandelbaum2003`\].
///
/// # Example
///
/// ```
/// use ringback_forecast::{ErlangC, Load};
///
/// let center = ErlangC::new(Load::new(60.0, 60.0)?, 2)?; // 1 erlang
/// assert!((center.wait_probability() - 1.0 / 3.0).abs() < 1e-15);
/// assert!((center.wait_secs_mean() - 20.0).abs() < 1e-12);
/// // Two agents cannot do two erlangs:
/// assert!(ErlangC::new(Load::new(120.0, 60.0)?, 2).is_err());
/// # Ok::<(), ringback_forecast::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ErlangC {
    load: Load,
    agents: u32,
    wait_probability: f64,
    /// (agents − load) ÷ mean service: how fast the line empties, per second.
    drain_per_sec: f64,
}

impl ErlangC {
    /// A center with a load and agents.
    ///
    /// # Errors
    ///
    /// [`Error::Zero`] for no agents, [`Error::Overload`] unless the load in erlangs is below the agents.
    pub fn new(load: Load, agents: u32) -> Result<Self, Error> {
        check_agents(agents)?;
        let (erlangs, c) = (load.erlangs(), f64::from(agents));
        if erlangs >= c {
            return Err(Error::Overload { load_erlangs: erlangs, agents });
        }
        let idle = (c - erlangs) / c;
        let wait_probability = 1.0 / (1.0 + idle * (inverse_blocking(erlangs, agents) - 1.0));
        let drain_per_sec = (c - erlangs) / load.service_secs_mean();
        Ok(Self { load, agents, wait_probability, drain_per_sec })
    }

    /// The share of callers who wait at all.
    pub fn wait_probability(&self) -> f64 {
        self.wait_probability
    }

    /// The mean wait of all callers in seconds, those who do not wait included. Since all are answered it is the average
    /// speed of answer as well.
    pub fn wait_secs_mean(&self) -> f64 {
        self.wait_probability / self.drain_per_sec
    }

    /// The mean number of callers who wait.
    pub fn queue_length_mean(&self) -> f64 {
        self.wait_secs_mean() * (self.load.calls_per_hour() / 3_600.0)
    }

    /// The share of time that an agent is busy.
    pub fn occupancy(&self) -> f64 {
        self.load.erlangs() / f64::from(self.agents)
    }

    /// The share of callers who wait longer than `wait_secs`.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] unless `wait_secs` is at least 0; infinity is fine.
    pub fn wait_exceeds(&self, wait_secs: f64) -> Result<f64, Error> {
        check_wait("wait_secs", wait_secs)?;
        Ok(self.wait_probability * (-self.drain_per_sec * wait_secs).exp())
    }

    /// The share of callers who are answered within `wait_secs`: the service level.
    ///
    /// # Errors
    ///
    /// As [`ErlangC::wait_exceeds`].
    pub fn answered_within(&self, wait_secs: f64) -> Result<f64, Error> {
        Ok(1.0 - self.wait_exceeds(wait_secs)?)
    }

    /// The wait that a share of callers stays below: 0 where so many do not wait at all. Unit: seconds.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] unless `0 <= share < 1`.
    pub fn wait_secs_quantile(&self, share: f64) -> Result<f64, Error> {
        check("share", share, (0.0..1.0).contains(&share), "at least 0 and below 1")?;
        Ok(((self.wait_probability / (1.0 - share)).ln() / self.drain_per_sec).max(0.0))
    }
}
