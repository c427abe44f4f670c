//! What the field reports of contact attempts: first contact, attempts per contact, time to contact.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::Customer;
use serde::{Deserialize, Serialize};

use crate::AttemptLog;

/// Attempt numbers that a table tells one by one.
const NUMBERS: usize = 10;

/// What it took to reach customers.
///
/// Attempts at a customer are parted into **episodes**: an episode starts with an attempt and ends with the one that a person
/// answers, or with the last before a pause of more than the given length. Attempts whose outcome says nothing of the customer
/// are left out. All is computed from the log; where it has nothing to compute from, the value is absent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContactKpis {
    /// Episodes.
    pub episodes: usize,
    /// Episodes that ended with a person's answer.
    pub reached: usize,
    /// Attempts in them.
    pub attempts: usize,
    /// Attempts left out, as they do not tell.
    pub untold: usize,
    /// Of all episodes, the share whose first attempt was answered.
    pub first_attempt_reached: Option<f64>,
    /// Of all attempts, the share that was answered.
    pub attempt_reached: Option<f64>,
    /// Attempts until a person answered, the mean over episodes that were reached. It leaves out those that were given up,
    /// and with them the hard cases.
    pub attempts_until_reached: Option<f64>,
    /// All attempts, those in vain too, for each episode that was reached.
    pub attempts_per_reached: Option<f64>,
    /// From the first attempt to the answer, the mean over episodes that were reached. Unit: hours.
    pub hours_to_contact_mean: Option<f64>,
    /// From the first attempt to the answer, the median over episodes that were reached. Unit: hours.
    pub hours_to_contact_median: Option<f64>,
    /// Episodes that were reached and follow a call of the customer, by no more than the pause that ends an episode.
    pub reached_after_call: usize,
    /// From the customer's last call before the first attempt to the answer, the mean over these. Unit: hours.
    pub hours_from_call_mean: Option<f64>,
    /// The same, the median. Unit: hours.
    pub hours_from_call_median: Option<f64>,
    /// The time by which half of all episodes are reached, those that were given up counted as open from then on (Kaplan and
    /// Meier); absent if fewer than half are ever reached. Unit: hours.
    pub hours_until_half_reached: Option<f64>,
    /// Attempts by their number in the episode, from 1; the last line holds all later ones.
    pub by_number: Vec<AttemptNumber>,
}

/// The attempts with one number.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttemptNumber {
    /// The number, from 1.
    pub number: usize,
    /// Attempts with this number; in the last line, this number or a higher one.
    pub attempts: usize,
    /// Of them, those that a person answered.
    pub reached: usize,
    /// The share of episodes still open after it, if none had been given up: the product of `1 − reached / attempts`.
    pub still_open: f64,
}

/// Attempts at one customer until they were reached or given up.
struct Episode {
    first_at: DateTime<Utc>,
    last_at: DateTime<Utc>,
    attempts: usize,
    is_reached: bool,
    /// The customer's last call before the first attempt.
    called_at: Option<DateTime<Utc>>,
}

impl ContactKpis {
    /// The measures of a log, with episodes that a pause of more than `pause` ends.
    ///
    /// # Example
    ///
    /// ```
    /// use chrono::{DateTime, TimeDelta};
    /// use ringback_calllog::{PseudonymKey, Pseudonymizer, Zone};
    /// use ringback_reach::{Attempt, AttemptLog, ContactKpis, ContactOutcome};
    ///
    /// let customer = Pseudonymizer::new(&PseudonymKey::from_bytes([7; 32]), "shop").customer("c1");
    /// let at = |hour: i64| DateTime::from_timestamp(hour * 3600, 0).unwrap();
    /// let log = AttemptLog::new(
    ///     vec![
    ///         Attempt::new(customer, at(0), ContactOutcome::NoAnswer),
    ///         Attempt::new(customer, at(3), ContactOutcome::Reached),
    ///     ],
    ///     Zone::UTC,
    /// )?;
    /// let kpis = ContactKpis::of(&log, TimeDelta::days(14));
    /// assert_eq!(kpis.attempts_until_reached, Some(2.0));
    /// assert_eq!(kpis.hours_to_contact_mean, Some(3.0));
    /// # Ok::<(), ringback_reach::Error>(())
    /// ```
    pub fn of(log: &AttemptLog, pause: TimeDelta) -> Self {
        let (episodes, untold) = episodes(log, pause);
        let attempts = episodes.iter().map(|it| it.attempts).sum::<usize>();
        let reached: Vec<&Episode> = episodes.iter().filter(|it| it.is_reached).collect();
        let share = |count: usize, of: usize| (of > 0).then(|| count as f64 / of as f64);
        let first = episodes.iter().filter(|it| it.is_reached && it.attempts == 1).count();
        let until: usize = reached.iter().map(|it| it.attempts).sum();
        let hours = sorted(reached.iter().map(|it| it.hours()));
        let from_call = sorted(reached.iter().filter_map(|it| it.hours_from_call(pause)));
        Self {
            episodes: episodes.len(),
            reached: reached.len(),
            attempts,
            untold,
            first_attempt_reached: share(first, episodes.len()),
            attempt_reached: share(reached.len(), attempts),
            attempts_until_reached: share(until, reached.len()),
            attempts_per_reached: share(attempts, reached.len()),
            hours_to_contact_mean: mean(&hours),
            hours_to_contact_median: median(&hours),
            reached_after_call: from_call.len(),
            hours_from_call_mean: mean(&from_call),
            hours_from_call_median: median(&from_call),
            hours_until_half_reached: half_reached(&episodes),
            by_number: by_number(&episodes),
        }
    }
}

impl Episode {
    fn hours(&self) -> f64 {
        hours(self.first_at, self.last_at)
    }

    fn hours_from_call(&self, pause: TimeDelta) -> Option<f64> {
        let called_at = self.called_at.filter(|it| self.first_at - *it <= pause)?;
        Some(hours(called_at, self.last_at))
    }
}

fn hours(from: DateTime<Utc>, to: DateTime<Utc>) -> f64 {
    (to - from).as_seconds_f64() / 3600.0
}

/// The episodes of each customer, in the order of customers, and the attempts that do not tell.
fn episodes(log: &AttemptLog, pause: TimeDelta) -> (Vec<Episode>, usize) {
    let mut by_customer: BTreeMap<Customer, Vec<Episode>> = BTreeMap::new();
    let mut calls = log.inbound_contacts().iter().peekable();
    let mut called: BTreeMap<Customer, DateTime<Utc>> = BTreeMap::new();
    let mut untold = 0;
    for attempt in log.attempts() {
        let Some(is_reached) = attempt.outcome.is_reached() else {
            untold += 1;
            continue;
        };
        let at = attempt.attempted_at;
        while let Some(call) = calls.next_if(|it| it.at < at) {
            called.insert(call.customer, call.at);
        }
        let episodes = by_customer.entry(attempt.customer).or_default();
        if let Some(open) =
            episodes.last_mut().filter(|it| !it.is_reached && at - it.last_at <= pause)
        {
            open.last_at = at;
            open.attempts += 1;
            open.is_reached = is_reached;
        } else {
            let called_at = called.get(&attempt.customer).copied();
            episodes.push(Episode {
                first_at: at,
                last_at: at,
                attempts: 1,
                is_reached,
                called_at,
            });
        }
    }
    (by_customer.into_values().flatten().collect(), untold)
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

fn median(sorted: &[f64]) -> Option<f64> {
    let upper = *sorted.get(sorted.len() / 2)?;
    let lower = sorted.get((sorted.len() - 1) / 2).copied().unwrap_or(upper);
    Some(f64::midpoint(lower, upper))
}

/// The first time at which at most half of the episodes are open, by the product-limit estimate.
///
/// # Source
///
/// \[`KaplanMeier1958`\]; of episodes that end at one time, those reached come first.
fn half_reached(episodes: &[Episode]) -> Option<f64> {
    let mut ends: Vec<(f64, bool)> =
        episodes.iter().map(|it| (it.hours(), it.is_reached)).collect();
    ends.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
    let (mut open, mut at_risk) = (1.0, ends.len());
    for tie in ends.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
        let reached = tie.iter().filter(|it| it.1).count();
        open *= 1.0 - reached as f64 / at_risk as f64;
        at_risk -= tie.len();
        if let (true, Some((hours, _))) = (open <= 0.5, tie.first()) {
            return Some(*hours);
        }
    }
    None
}

fn by_number(episodes: &[Episode]) -> Vec<AttemptNumber> {
    let mut lines: Vec<AttemptNumber> = Vec::new();
    for number in 1..=NUMBERS {
        // The last line counts every attempt from its number on.
        let at = |it: &Episode| match it.attempts {
            attempts if attempts < number => 0,
            attempts if number == NUMBERS => attempts - number + 1,
            _ => 1,
        };
        let attempts = episodes.iter().map(at).sum();
        if attempts == 0 {
            break;
        }
        let ends_here = |it: &&Episode| {
            it.is_reached && (it.attempts == number || number == NUMBERS && it.attempts > number)
        };
        let reached = episodes.iter().filter(ends_here).count();
        let before = lines.last().map_or(1.0, |it| it.still_open);
        let still_open = before * (1.0 - reached as f64 / attempts as f64);
        lines.push(AttemptNumber { number, attempts, reached, still_open });
    }
    lines
}
