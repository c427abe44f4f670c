//! Whether the time of a call matters at all in a log.

mod strata;
mod test;

use std::fmt;

use serde::{Deserialize, Serialize};

use strata::Strata;

use crate::{AttemptLog, Error};

/// Attempts that can tell below which nothing is tested.
const LEAST_ATTEMPTS: usize = 50;

/// Tests whether the hour and the day of the week of a call make a difference.
///
/// Outcomes are dealt anew among the attempts at the same customer (for the same reason), which keeps what each customer's
/// rate is and at which times they were called, and breaks any bond between the two. Five statistics are compared with what
/// such deals give: by parts of the day, by two-hour stretches of it, by days of the week, by stretches of the day in each
/// segment, and by whether attempts at one customer at near hours agree with each other. The p-value is that of the largest
/// of the five, each in its standard deviations over the deals, by the same deals, so that to look five times does not make
/// more claims.
///
/// Customers with one attempt are compared with each other, within their segment. In a log in which calls stop once a
/// person has answered, the last attempt is always the one that was answered; there, attempts with the same number are
/// compared across customers instead.
///
/// Of attempts at one customer on one day, only the first in each stretch (part of the day, day) counts for a look: who is away
/// that day is so each time.
///
/// The test holds its level if outcomes at one customer would be exchangeable were the time without effect. A rate that
/// drifts over months together with the hours of calling breaks that; so does calling at other hours those who answer more.
///
/// # Source
///
/// Permutation within strata \[`Good2005`\]; the largest statistic by the same permutations \[`WestfallYoung1993`\].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeEffectTest {
    permutations: usize,
    significance: f64,
    seed: u64,
}

/// Whether the time of a call matters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimeEffect {
    /// How often chance alone would give a difference such as this; absent if too few attempts can tell. Range: above 0, to 1.
    pub p_value: Option<f64>,
    /// At or below this p-value an effect is shown.
    pub significance: f64,
    /// The p-value of each look alone, not corrected for the others.
    pub looks: Vec<(TimeLook, f64)>,
    /// What is compared with what.
    pub compared: Compared,
    /// Attempts that can tell: those at customers (or in groups) with both outcomes.
    pub attempts: usize,
    /// The stretches of the day.
    pub stretches: Vec<DayStretch>,
}

/// A way to look for an effect of the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeLook {
    /// Morning to 12, afternoon to 17 o'clock, and evening.
    DayParts,
    /// Two-hour stretches of the day.
    Hours,
    /// Days of the week.
    Weekdays,
    /// Two-hour stretches of the day in each segment.
    HoursBySegment,
    /// Attempts at one customer at near hours of different days, at least 12 hours apart.
    NearHours,
}

/// Whose outcomes are compared with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compared {
    /// Attempts at the same customer.
    SameCustomer,
    /// Attempts with the same number at different customers, as calls stop once a person has answered.
    SameAttemptNumber,
}

/// A stretch of the day.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DayStretch {
    /// Its first hour, local; it ends two hours later. Range: 0 to 22.
    pub from_hour: u32,
    /// Attempts in it that can tell.
    pub attempts: usize,
    /// Of them, those that a person answered.
    pub reached: usize,
    /// As many would have been, had the time made no difference.
    pub expected: f64,
}

impl Default for TimeEffectTest {
    fn default() -> Self {
        Self { permutations: 999, significance: 0.01, seed: 1 }
    }
}

impl TimeEffectTest {
    /// A test with the defaults that stand at each setting.
    pub fn new() -> Self {
        Self::default()
    }

    /// How often the outcomes are dealt anew. Range: 99 to 100,000; default: 999.
    #[must_use]
    pub fn permutations(self, permutations: usize) -> Self {
        Self { permutations, ..self }
    }

    /// The p-value at which an effect counts as shown: how often one is claimed where there is none. Range: 0.0001 to 0.5;
    /// default: 0.01.
    #[must_use]
    pub fn significance(self, significance: f64) -> Self {
        Self { significance, ..self }
    }

    /// The seed of the deals. Default: 1.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Tests a log.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a setting outside its range.
    pub fn run(&self, log: &AttemptLog) -> Result<TimeEffect, Error> {
        if !(99..=100_000).contains(&self.permutations) {
            let (name, value) = ("permutations", self.permutations as f64);
            return Err(Error::Setting { name, value, expected: "from 99 to 100,000" });
        }
        if !(0.0001..=0.5).contains(&self.significance) {
            let (name, value) = ("significance", self.significance);
            return Err(Error::Setting { name, value, expected: "from 0.0001 to 0.5" });
        }
        let strata = Strata::of(log);
        let attempts = strata.rows.len();
        let looks = if attempts < LEAST_ATTEMPTS { Vec::new() } else { test::looks(&strata) };
        let result = test::p_values(&looks, self.permutations, self.seed);
        Ok(TimeEffect {
            p_value: result.as_ref().map(|it| it.together),
            significance: self.significance,
            looks: result.map(|it| it.by_look).unwrap_or_default(),
            compared: strata.compared,
            attempts,
            stretches: strata.stretches(),
        })
    }
}

impl TimeEffect {
    /// Whether the log shows an effect of the time.
    pub fn is_shown(&self) -> bool {
        self.p_value.is_some_and(|it| it <= self.significance)
    }
}

impl fmt::Display for TimeEffect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let attempts = self.attempts;
        match self.p_value {
            Some(p) if self.is_shown() => {
                write!(f, "the time of a call matters (p = {p:.3}, {attempts} attempts)")
            }
            Some(p) => write!(
                f,
                "no effect of the time of a call is shown (p = {p:.3}, {attempts} attempts)"
            ),
            None => write!(
                f,
                "whether the time of a call matters cannot be told from {attempts} attempts, at least {LEAST_ATTEMPTS} are needed at customers with both outcomes"
            ),
        }
    }
}
