//! Made-up attempts with the probability of an answer that they were drawn by.
//!
//! Two segments; customers with a level of their own and, if the settings say so, a preferred hour; misses in a row and a call
//! soon after another make an answer less likely. Nothing here is shared with what the models assume but the clock: a
//! preference is a plateau with flanks, or two hours, and levels have a skewed spread.

use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};
use ringback_calllog::{Customer, PseudonymKey, Pseudonymizer, Zone};
use ringback_reach::{Attempt, AttemptLog, ContactOutcome, Segment};

/// What customers are like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Simulator {
    pub(crate) customers: usize,
    pub(crate) attempts: usize,
    pub(crate) days: f64,
    pub(crate) seed: u64,
    /// How far customers' levels spread. Unit: log-odds.
    pub(crate) level_spread: f64,
    /// The mean height of a preference; 0 for none. Unit: log-odds.
    pub(crate) preference: f64,
    /// How much the segments' hours differ; 0 for no effect of time on anybody. Unit: log-odds.
    pub(crate) time_effect: f64,
    /// What each miss in a row takes away, up to four. Unit: log-odds.
    pub(crate) fatigue: f64,
}

/// Simulated attempts, with the probability of each.
#[derive(Clone, Debug)]
pub(crate) struct Simulated {
    pub(crate) log: AttemptLog,
    truths: Vec<f64>,
    people: Vec<Nature>,
    settings: Simulator,
}

#[derive(Clone, Copy, Debug)]
struct Nature {
    is_business: bool,
    level: f64,
    height: f64,
    hours: [f64; 2],
    misses: i32,
    last: Option<DateTime<Utc>>,
}

/// Numbers that look random: a 64-bit linear congruential generator with its high bits mixed.
#[derive(Clone, Debug)]
pub(crate) struct Draws(u64);

impl Draws {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x1234_5678_9ABC_DEF1)
    }

    /// From 0 up to 1.
    pub(crate) fn unit(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let mixed = (self.0 ^ (self.0 >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        ((mixed ^ (mixed >> 32)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        whole(self.unit() * bound as f64).min(bound - 1)
    }

    pub(crate) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the numbers are small and not below 0"
)]
fn whole(number: f64) -> usize {
    number as usize
}

fn sigmoid(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

pub(crate) fn customer(number: usize) -> Customer {
    Pseudonymizer::new(&PseudonymKey::from_bytes([9; 32]), "simulated")
        .customer(&number.to_string())
}

impl Simulator {
    /// Customers with levels and preferred hours of their own.
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            customers: 1_500,
            attempts: 12_000,
            days: 150.0,
            seed,
            level_spread: 0.8,
            preference: 2.4,
            time_effect: 1.0,
            fatigue: 0.1,
        }
    }

    pub(crate) fn run(self) -> Simulated {
        let mut draws = Draws::new(self.seed);
        let mut people: Vec<Nature> =
            (0..self.customers).map(|_| self.nature(&mut draws)).collect();
        let start: DateTime<Utc> = "2026-01-05T00:00:00Z".parse().unwrap();
        let mut times: Vec<DateTime<Utc>> =
            (0..self.attempts).map(|_| self.time(start, &mut draws)).collect();
        times.sort_unstable();
        let (mut attempts, mut truths) = (Vec::new(), Vec::new());
        let customers: Vec<Customer> = (0..self.customers).map(customer).collect();
        for at in times {
            // Some are called ten times as often as others.
            let who = whole(draws.unit().powi(2) * self.customers as f64);
            let truth = self.truth(&people[who], at);
            let is_reached = draws.unit() < truth;
            let person = &mut people[who];
            person.misses = if is_reached { 0 } else { person.misses + 1 };
            person.last = Some(at);
            let outcome =
                if is_reached { ContactOutcome::Reached } else { ContactOutcome::NoAnswer };
            let segment = if person.is_business { "business" } else { "consumer" };
            attempts.push(Attempt {
                segment: Some(Segment::from(segment)),
                ..Attempt::new(customers[who], at, outcome)
            });
            truths.push(truth);
        }
        let log = AttemptLog::new(attempts, Zone::UTC).unwrap();
        Simulated { log, truths, people, settings: self }
    }

    fn nature(&self, draws: &mut Draws) -> Nature {
        let is_business = draws.unit() < 0.4;
        // A skewed spread with mean 0: few are reached far more often than most.
        let level = self.level_spread * (-(1.0 - draws.unit()).ln() - 1.0) * 0.7
            + self.level_spread * 0.7 * draws.normal();
        let height = self.preference * (0.2 + 1.6 * draws.unit());
        let favorites =
            if is_business { [9.0, 11.0, 14.0, 16.0] } else { [10.0, 13.0, 17.0, 19.0] };
        let first = favorites[draws.below(4)] + draws.unit();
        let second = if draws.unit() < 0.25 { favorites[draws.below(4)] } else { first };
        Nature { is_business, level, height, hours: [first, second], misses: 0, last: None }
    }

    fn time(&self, start: DateTime<Utc>, draws: &mut Draws) -> DateTime<Utc> {
        loop {
            let at = start
                + TimeDelta::seconds(
                    i64::try_from(whole(draws.unit() * self.days * 86_400.0)).unwrap(),
                );
            let is_weekend = at.weekday().num_days_from_monday() >= 5;
            let hour = f64::from(at.hour());
            let busy = (8.0..20.0).contains(&hour);
            if busy && draws.unit() < if is_weekend { 0.2 } else { 1.2 - hour / 25.0 } {
                return at;
            }
        }
    }

    fn truth(&self, person: &Nature, at: DateTime<Utc>) -> f64 {
        let hour = f64::from(at.hour()) + f64::from(at.minute()) / 60.0;
        let is_evening = hour >= 17.0;
        let of_segment = match (person.is_business, is_evening) {
            (true, true) | (false, false) => -0.6,
            (true, false) => 0.3,
            (false, true) => 0.7,
        };
        // A plateau of an hour to either side, with flanks of an hour.
        let near = |peak: f64| (2.0 - (hour - peak).abs()).clamp(0.0, 1.0);
        let preferred = near(person.hours[0]).max(near(person.hours[1])) * person.height;
        let tired = self.fatigue * f64::from(person.misses.min(4));
        let soon = person.last.is_some_and(|last| at - last < TimeDelta::hours(2));
        let log_odds = -1.5 + person.level + self.time_effect * of_segment + preferred
            - tired
            - if soon { 0.6 } else { 0.0 };
        sigmoid(log_odds)
    }
}

impl Simulated {
    /// What a customer's answer to a call at a moment would be drawn by, after all simulated attempts.
    pub(crate) fn truth(&self, number: usize, at: DateTime<Utc>) -> f64 {
        self.settings.truth(&self.people[number], at)
    }

    /// The mean probability that the attempts were drawn by.
    pub(crate) fn rate(&self) -> f64 {
        self.truths.iter().sum::<f64>() / self.truths.len() as f64
    }

    /// The instant before which this share of the attempts lies.
    pub(crate) fn split(&self, share: f64) -> DateTime<Utc> {
        let attempts = self.log.attempts();
        attempts[whole(attempts.len() as f64 * share)].attempted_at
    }
}
