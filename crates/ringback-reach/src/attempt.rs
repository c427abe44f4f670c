//! Attempts to reach a customer, and what else tells when a customer is free to talk.

use chrono::{DateTime, Utc};
use ringback_calllog::{Customer, Zone, id, terms};
use serde::{Deserialize, Serialize};

use crate::Error;

terms! {
    /// Why a customer is called: they answer a call that they asked for far more often than one from nowhere.
    AttemptKind, InvalidAttemptKind, "kind of attempt" {
        /// The customer asked to be called back.
        RequestedCallback = "requested_callback",
        /// The customer hung up in a queue and is called without having asked.
        AbandonedReturn = "abandoned_return",
        /// A customer who knows the caller.
        KnownContact = "known_contact",
        /// Nobody of whom it is known that they know the caller.
        UnknownNumber = "unknown_number",
        /// The source does not say.
        Unknown = "unknown",
    }
}

terms! {
    /// What came of an attempt.
    ContactOutcome, InvalidContactOutcome, "outcome of an attempt" {
        /// A person answered.
        Reached = "reached",
        /// A recorder answered.
        Voicemail = "voicemail",
        /// The telephone rang until the caller gave up.
        NoAnswer = "no_answer",
        /// The line was busy.
        Busy = "busy",
        /// The call could not be set up, or rang too short a time to be answered: it says nothing of the customer.
        Failed = "failed",
        /// The source does not say.
        Unknown = "unknown",
    }
}

impl ContactOutcome {
    /// Whether a person answered; absent where the attempt does not tell.
    pub fn is_reached(self) -> Option<bool> {
        match self {
            Self::Reached => Some(true),
            Self::Voicemail | Self::NoAnswer | Self::Busy => Some(false),
            Self::Failed | Self::Unknown => None,
        }
    }
}

id! {
    /// A group of customers who are reached at like times, such as an industry or `consumer` and `business`.
    Segment
}

/// One attempt to reach a customer by telephone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// The customer.
    pub customer: Customer,
    /// When it began to ring.
    pub attempted_at: DateTime<Utc>,
    /// What came of it.
    pub outcome: ContactOutcome,
    /// Why the customer was called.
    pub kind: AttemptKind,
    /// The customer's segment, where known.
    pub segment: Option<Segment>,
    /// The customer's zone, where known; without it the log's own counts.
    pub zone: Option<Zone>,
    /// How long it rang, where known. Unit: seconds.
    pub ring_secs: Option<f64>,
    /// With which probability this time was chosen, where whoever chose it wrote that down. Range: above 0, to 1.
    pub propensity: Option<f64>,
    /// Values that the user passes, one for each of [`AttemptLog::signal_names`]; NaN where unknown. They must have been
    /// known at `attempted_at`.
    pub signals: Vec<f64>,
}

impl Attempt {
    /// An attempt of which only the customer, the time and the outcome are known; the rest is set by field.
    pub fn new(customer: Customer, attempted_at: DateTime<Utc>, outcome: ContactOutcome) -> Self {
        Self {
            customer,
            attempted_at,
            outcome,
            kind: AttemptKind::Unknown,
            segment: None,
            zone: None,
            ring_secs: None,
            propensity: None,
            signals: Vec::new(),
        }
    }
}

/// A moment at which a customer called: they were free to talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct InboundContact {
    /// When.
    pub at: DateTime<Utc>,
    /// The customer.
    pub customer: Customer,
}

/// All that is known of when customers were reached, in the order of time.
#[derive(Clone, Debug, PartialEq)]
pub struct AttemptLog {
    attempts: Vec<Attempt>,
    inbound: Vec<InboundContact>,
    signal_names: Vec<String>,
    zone: Zone,
}

impl AttemptLog {
    /// A log of attempts, in any order; `zone` is that of customers without one of their own.
    ///
    /// # Errors
    ///
    /// [`Error::Value`] for a propensity or a ring time outside its range.
    pub fn new(attempts: Vec<Attempt>, zone: Zone) -> Result<Self, Error> {
        Self::with_signals(attempts, Vec::new(), zone)
    }

    /// A log of attempts with signals of these names.
    ///
    /// # Errors
    ///
    /// As for [`AttemptLog::new`], and [`Error::Signals`] for an attempt with more or fewer signals.
    pub fn with_signals(
        mut attempts: Vec<Attempt>,
        signal_names: Vec<String>,
        zone: Zone,
    ) -> Result<Self, Error> {
        for (place, attempt) in attempts.iter().enumerate() {
            check(place, attempt, signal_names.len())?;
        }
        // A stable sort: what stands first in the source stays first.
        attempts.sort_by_key(|it| it.attempted_at);
        Ok(Self { attempts, inbound: Vec::new(), signal_names, zone })
    }

    /// Adds moments at which customers called.
    #[must_use]
    pub fn inbound(mut self, inbound: impl IntoIterator<Item = InboundContact>) -> Self {
        self.inbound.extend(inbound);
        self.inbound.sort_unstable();
        self
    }

    /// The attempts, earliest first.
    pub fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }

    /// The moments at which customers called, earliest first.
    pub fn inbound_contacts(&self) -> &[InboundContact] {
        &self.inbound
    }

    /// What the signals of an attempt are.
    pub fn signal_names(&self) -> &[String] {
        &self.signal_names
    }

    /// The zone of customers without one of their own.
    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// What was known before an instant.
    #[must_use]
    pub fn before(&self, instant: DateTime<Utc>) -> Self {
        let attempts = self.attempts.partition_point(|it| it.attempted_at < instant);
        let inbound = self.inbound.partition_point(|it| it.at < instant);
        Self {
            attempts: self.attempts.iter().take(attempts).cloned().collect(),
            inbound: self.inbound.iter().take(inbound).copied().collect(),
            signal_names: self.signal_names.clone(),
            zone: self.zone,
        }
    }
}

fn check(place: usize, attempt: &Attempt, signals: usize) -> Result<(), Error> {
    if attempt.signals.len() != signals {
        let got = attempt.signals.len();
        return Err(Error::Signals { attempt: place, got, expected: signals });
    }
    let value = |what, value, expected| Error::Value { what, attempt: place, value, expected };
    match (attempt.propensity, attempt.ring_secs) {
        (Some(it), _) if !(it > 0.0 && it <= 1.0) => {
            Err(value("propensity", it, "above 0 and at most 1"))
        }
        (_, Some(it)) if !(it >= 0.0 && it.is_finite()) => {
            Err(value("ring time", it, "seconds from 0"))
        }
        _ => Ok(()),
    }
}
