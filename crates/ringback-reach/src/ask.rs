//! What a model of reachability is asked, and what it answers.

use std::fmt;

use chrono::{DateTime, Utc};
use ringback_calllog::{Customer, Zone};
use serde::{Deserialize, Serialize};

use crate::{AttemptKind, Segment};

/// One question: would a person answer, were this customer called at that moment?
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ask<'a> {
    /// The customer.
    pub customer: Customer,
    /// When they would be called.
    pub at: DateTime<Utc>,
    /// Why.
    pub kind: AttemptKind,
    /// Their segment, where known; without it the one that they were last seen with.
    pub segment: Option<&'a Segment>,
    /// Their zone, where known; without it the one that they were last seen with, else the log's.
    pub zone: Option<Zone>,
    /// The signals of the moment of asking, as those of the attempts; missing ones are NaN.
    pub signals: &'a [f64],
}

impl Ask<'_> {
    /// A question of which only the customer and the time are known; the rest is set by field.
    pub fn new(customer: Customer, at: DateTime<Utc>) -> Self {
        let kind = AttemptKind::Unknown;
        Self { customer, at, kind, segment: None, zone: None, signals: &[] }
    }
}

/// Whose experience an answer rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// A learned model over the rate table and the customer's own history.
    Model,
    /// The rate table: segment and time of the week, moved by the customer's own history.
    RateTable,
    /// The conventional rules of calling hours; no data.
    Rules,
}

impl Method {
    /// Its name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::RateTable => "rate_table",
            Self::Rules => "rules",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What an answer rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Evidence {
    /// Whose experience.
    pub method: Method,
    /// Attempts to reach this customer that are known, with an outcome that tells.
    pub attempts: u32,
    /// How many of them a person answered.
    pub reached: u32,
    /// Calls of this customer that are known.
    pub inbound: u32,
}

/// The probability that a person answers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reachability {
    /// The probability. Range: 0 to 1.
    pub probability: f64,
    /// The lower end of its 80 % credible interval: how low the customer's own rate may well be.
    pub lower: f64,
    /// The upper end.
    pub upper: f64,
    /// What it rests on.
    pub evidence: Evidence,
}

/// One part of the reason for a score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReachPart {
    /// What it is, such as "answered 3 of 4 calls between 15:00 and 17:00".
    pub reason: String,
    /// What it adds to the probability. Unit: probability, so that 0.05 is five percentage points.
    pub effect: f64,
}

/// Why a score is what it is: the baseline and the parts add up to the probability, to 1e-9.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReachReason {
    /// The rate of all attempts that the model has learned from.
    pub baseline: f64,
    /// What moves it, in the order in which it is told.
    pub parts: Vec<ReachPart>,
}

impl ReachReason {
    /// The probability: the baseline and all parts.
    pub fn probability(&self) -> f64 {
        self.baseline + self.parts.iter().map(|it| it.effect).sum::<f64>()
    }
}

/// A model of when customers are reached.
pub trait ReachModel: fmt::Debug + Send + Sync {
    /// Its name in tables.
    fn name(&self) -> &str;

    /// The last attempt or call that it knows of; asking much later is asking stale data. Absent for one without data.
    fn known_until(&self) -> Option<DateTime<Utc>>;

    /// The probability that a person answers.
    fn reachability(&self, ask: &Ask<'_>) -> Reachability;

    /// Why [`ReachModel::reachability`] says what it says.
    fn explain(&self, ask: &Ask<'_>) -> ReachReason;
}
