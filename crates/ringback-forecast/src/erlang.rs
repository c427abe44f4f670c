//! Stationary queues: Erlang B (no queue), C (nobody hangs up), A (callers hang up), and callers of any patience.
//!
//! A stationary formula tells what a queue settles to if load and agents stay as they are for many service times. Where
//! they change within the hour, [`TimeVaryingQueue`](crate::TimeVaryingQueue) is the right tool. Formulas, assumptions and
//! when not to use which: `docs/methods/queueing.md`.
//!
//! # Accuracy
//!
//! Against tables of 40 digits over 1 to 10,000 agents, loads of 0.01 to 2 times the agents and patience of 0.01 to 100
//! times the service, every measure is within 1e-10 of its value. A probability below 1e-290 may come out as 0.

mod abandonment;
mod blocking;
mod delay;
pub(crate) mod gamma;
mod general_patience;
pub(crate) mod quadrature;
mod queue_sum;
mod square_root;

use serde::Serialize;

use crate::error::Error;

pub use abandonment::ErlangA;
pub use blocking::ErlangB;
pub use delay::ErlangC;
pub use general_patience::{GeneralPatienceQueue, PatienceCurve};
pub use square_root::{
    garnett_wait_probability, halfin_whitt_wait_probability, square_root_agents,
};

/// The most work that a queue may be offered, in erlangs.
const MAX_ERLANGS: f64 = 1e6;

/// The work that callers bring: how many call, and how long an agent is busy with one of them.
///
/// Rates are per hour, durations in seconds. Calls come by a Poisson process: independently of each other.
///
/// # Example
///
/// ```
/// use ringback_forecast::Load;
///
/// let load = Load::new(200.0, 180.0)?; // 200 calls an hour of 3 minutes each
/// assert_eq!(load.erlangs(), 10.0);
/// assert_eq!(Load::per_interval(100.0, 1_800.0, 180.0)?, load); // 100 in half an hour
/// assert!(Load::new(-1.0, 180.0).is_err());
/// # Ok::<(), ringback_forecast::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Load {
    calls_per_hour: f64,
    service_secs_mean: f64,
}

impl Load {
    /// So many calls an hour, whose service (talk, hold and wrap-up) takes so many seconds in the mean.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] unless `calls_per_hour` is finite and at least 0, `service_secs_mean` 1e-6 to 1e12 and
    /// the load at most 1,000,000 erlangs.
    pub fn new(calls_per_hour: f64, service_secs_mean: f64) -> Result<Self, Error> {
        check(
            "calls_per_hour",
            calls_per_hour,
            calls_per_hour.is_finite() && calls_per_hour >= 0.0,
            "a finite number of at least 0",
        )?;
        check_duration("service_secs_mean", service_secs_mean)?;
        let load = Self { calls_per_hour, service_secs_mean };
        let erlangs = load.erlangs();
        check("the load in erlangs", erlangs, erlangs <= MAX_ERLANGS, "at most 1000000")?;
        Ok(load)
    }

    /// So many calls in an interval of so many seconds.
    ///
    /// # Errors
    ///
    /// As [`Load::new`], and [`Error::Setting`] unless `interval_secs` is 1e-6 to 1e12.
    pub fn per_interval(
        calls: f64,
        interval_secs: f64,
        service_secs_mean: f64,
    ) -> Result<Self, Error> {
        check_duration("interval_secs", interval_secs)?;
        Self::new(calls * (3_600.0 / interval_secs), service_secs_mean)
    }

    /// Calls an hour, at least 0.
    pub fn calls_per_hour(self) -> f64 {
        self.calls_per_hour
    }

    /// The mean service time in seconds, above 0.
    pub fn service_secs_mean(self) -> f64 {
        self.service_secs_mean
    }

    /// The load: the agents who would be busy in the mean if there were enough. Unit: erlangs.
    pub fn erlangs(self) -> f64 {
        self.calls_per_hour * self.service_secs_mean / 3_600.0
    }
}

/// Checks a number that a caller has set.
pub(crate) fn check(
    what: &'static str,
    value: f64,
    is_right: bool,
    expected: &'static str,
) -> Result<(), Error> {
    if is_right { Ok(()) } else { Err(Error::Setting { what, value, expected }) }
}

/// Checks a duration in seconds that must not be 0: from a microsecond, so that rates are numbers, to 30,000 years.
pub(crate) fn check_duration(what: &'static str, secs: f64) -> Result<(), Error> {
    check(what, secs, (1e-6..=1e12).contains(&secs), "a number of seconds from 1e-6 to 1e12")
}

/// Checks a moment of a wait.
pub(crate) fn check_wait(what: &'static str, secs: f64) -> Result<(), Error> {
    check(what, secs, secs >= 0.0, "at least 0 s")
}

/// Checks that somebody is there to answer.
pub(crate) fn check_agents(agents: u32) -> Result<(), Error> {
    if agents == 0 { Err(Error::Zero { what: "agents" }) } else { Ok(()) }
}

/// Checks the patience beside the service time.
pub(crate) fn check_patience(load: Load, patience_secs_mean: f64) -> Result<(), Error> {
    let ratio = patience_secs_mean / load.service_secs_mean;
    check(
        "patience_secs_mean",
        patience_secs_mean,
        (1e-6..=1e6).contains(&ratio),
        "0.000001 to 1000000 times the mean service time",
    )
}
