//! The policy of calling at the hour that a model thinks best.

use chrono::{TimeDelta, Timelike};
use ringback_calllog::Zone;

use super::LoggedChoice;
use crate::{Ask, Attempt, Error, ReachModel};

/// Calls each customer on the day on which they were called, at the hour that a model thinks best for them.
///
/// The choice is among the full hours of the customer's day from a first to a last, the minute as it was. With a small
/// chance it is any of them, so that what is called at keeps being told apart from what is not.
///
/// The log's propensities must be of the same choice: with which chance that hour was taken among the hours of that day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HourPolicy {
    from_hour: u32,
    until_hour: u32,
    explored: f64,
}

impl HourPolicy {
    /// Calls from an hour on until another, which is not included. Range: 0 to 24, the second above the first. One call in
    /// ten is at any of these hours.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for hours outside this range.
    pub fn new(from_hour: u32, until_hour: u32) -> Result<Self, Error> {
        if from_hour < until_hour && until_hour <= 24 {
            return Ok(Self { from_hour, until_hour, explored: 0.1 });
        }
        let value = f64::from(until_hour);
        Err(Error::Setting { name: "until hour", value, expected: "above the first hour, to 24" })
    }

    /// The share of calls that are at any of the hours, each as likely. Range: 0 to 1; default: 0.1. With 0 all calls are
    /// at the best hour, and the log tells the least about it.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a share outside this range.
    pub fn explored(self, explored: f64) -> Result<Self, Error> {
        if (0.0..=1.0).contains(&explored) {
            return Ok(Self { explored, ..self });
        }
        Err(Error::Setting { name: "explored", value: explored, expected: "from 0 to 1" })
    }

    /// What an attempt tells of this policy, with a model that has not seen its outcome; `zone` is that of customers
    /// without one of their own. Absent for one that does not tell, or lies outside the policy's hours: nobody would call
    /// then.
    pub fn choice(
        &self,
        attempt: &Attempt,
        zone: Zone,
        model: &(impl ReachModel + ?Sized),
    ) -> Option<LoggedChoice> {
        let is_reached = attempt.outcome.is_reached()?;
        let own = attempt.zone.unwrap_or(zone).local(attempt.attempted_at).hour();
        if !(self.from_hour..self.until_hour).contains(&own) {
            return None;
        }
        let expected = |hour: u32| {
            let at = attempt.attempted_at + TimeDelta::hours(i64::from(hour) - i64::from(own));
            let ask = Ask {
                kind: attempt.kind,
                segment: attempt.segment.as_ref(),
                zone: attempt.zone,
                signals: &attempt.signals,
                ..Ask::new(attempt.customer, at)
            };
            model.reachability(&ask).probability
        };
        let hours: Vec<(u32, f64)> =
            (self.from_hour..self.until_hour).map(|it| (it, expected(it))).collect();
        // Of equal hours the earliest.
        let best =
            hours.iter().copied().reduce(|best, it| if it.1 > best.1 { it } else { best })?;
        let any = self.explored / hours.len() as f64;
        let mean = hours.iter().map(|it| it.1).sum::<f64>() / hours.len() as f64;
        Some(LoggedChoice {
            customer: attempt.customer,
            reward: f64::from(u8::from(is_reached)),
            propensity: attempt.propensity,
            target: any + if own == best.0 { 1.0 - self.explored } else { 0.0 },
            expected: expected(own),
            expected_of_target: (self.explored * mean + (1.0 - self.explored) * best.1)
                .clamp(0.0, 1.0),
        })
    }
}
