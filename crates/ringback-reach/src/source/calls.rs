//! Attempts and inbound contacts of a call log.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{Call, Customer, Direction, Outcome, Stage, StageEnd, StageKind, Zone};
use serde::{Deserialize, Serialize};

use crate::{Attempt, AttemptKind, AttemptLog, ContactOutcome, Error, InboundContact};

/// Turns the calls of a log into attempts and inbound contacts.
///
/// - An outbound call is an attempt. A person who answered was reached; a recorder, a busy line and a call that nobody took
///   are failures to reach; a call that could not be set up, was sent away, or rang shorter than
///   [`AttemptsOfCalls::shortest_ring_secs`] without an answer says nothing of the customer. Where a phone system cannot
///   tell a recorder from a person, its answered calls hold both.
/// - An inbound call is an [`InboundContact`]. If it waited to be called back and was, the callback is an attempt at the
///   moment that the wait ended.
/// - Why a customer is called follows from what came before: after a promise to call back that nothing has kept yet it is a
///   requested callback; within [`AttemptsOfCalls::return_within`] of hanging up in a queue, with no contact since, an
///   abandoned call's return; otherwise a customer who has called, or was reached, is a known contact, and any other an
///   unknown number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AttemptsOfCalls {
    shortest_ring_secs: f64,
    return_within: TimeDelta,
}

/// The attempts of a call log, and the account of its calls.
#[derive(Clone, Debug, PartialEq)]
pub struct CallAttempts {
    /// The attempts and the inbound contacts.
    pub log: AttemptLog,
    /// What became of the calls.
    pub counts: CallCounts,
}

/// What became of the calls of a log: `calls` is the sum of `outbound`, `inbound`, `without_customer` and
/// `other_direction`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallCounts {
    /// Calls given.
    pub calls: usize,
    /// Outbound calls to a customer: each is an attempt.
    pub outbound: usize,
    /// Calls of customers: each is an inbound contact.
    pub inbound: usize,
    /// Calls from or to outside whose customer the log does not name: left out.
    pub without_customer: usize,
    /// Calls within the center, or of which the log does not tell the direction: left out.
    pub other_direction: usize,
    /// Of the inbound calls, those that were called back: each is one more attempt.
    pub called_back: usize,
    /// Of the inbound calls, those that wait for a callback, or that were called back at a time that the log does not tell.
    pub callbacks_open: usize,
    /// Of the attempts, those whose outcome says nothing of the customer.
    pub untold: usize,
}

impl Default for AttemptsOfCalls {
    fn default() -> Self {
        Self { shortest_ring_secs: 15.0, return_within: TimeDelta::hours(24) }
    }
}

impl AttemptsOfCalls {
    /// The rules as documented at each setting.
    pub fn new() -> Self {
        Self::default()
    }

    /// An unanswered call that rang less than this tells nothing. Unit: seconds; default: 15.
    ///
    /// # Source
    ///
    /// \[`UnicomDialer`\]: with 15 s of ringing more than half of a dialer's calls go unanswered, with 25 s a quarter to a
    /// third.
    #[must_use]
    pub fn shortest_ring_secs(self, secs: f64) -> Self {
        Self { shortest_ring_secs: secs, ..self }
    }

    /// How long after hanging up in a queue a customer still counts as called for that. Default: 24 hours.
    #[must_use]
    pub fn return_within(self, time: TimeDelta) -> Self {
        Self { return_within: time, ..self }
    }

    /// The attempts of calls in any order; `zone` is that of the customers.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a shortest ring that is no number of at least 0.
    pub fn of(&self, calls: &[Call], zone: Zone) -> Result<CallAttempts, Error> {
        if !(self.shortest_ring_secs >= 0.0 && self.shortest_ring_secs.is_finite()) {
            return Err(Error::Setting {
                name: "shortest ring",
                value: self.shortest_ring_secs,
                expected: "seconds from 0",
            });
        }
        let mut counts = CallCounts { calls: calls.len(), ..CallCounts::default() };
        let mut by_customer: BTreeMap<Customer, Vec<&Call>> = BTreeMap::new();
        for call in calls {
            match (call.direction, call.customer) {
                (Direction::Internal | Direction::Unknown, _) => counts.other_direction += 1,
                (_, None) => counts.without_customer += 1,
                (direction, Some(customer)) => {
                    let is_outbound = direction == Direction::Outbound;
                    counts.outbound += usize::from(is_outbound);
                    counts.inbound += usize::from(!is_outbound);
                    by_customer.entry(customer).or_default().push(call);
                }
            }
        }
        let (mut attempts, mut inbound) = (Vec::new(), Vec::new());
        for (customer, mut calls) in by_customer {
            calls.sort_by_key(|it| it.arrived_at);
            self.walk(customer, &calls, &mut attempts, &mut counts);
            let arrived = calls.iter().filter(|it| it.direction == Direction::Inbound);
            inbound.extend(arrived.map(|it| InboundContact { at: it.arrived_at, customer }));
        }
        counts.untold = attempts.iter().filter(|it| it.outcome.is_reached().is_none()).count();
        let log = AttemptLog::new(attempts, zone)?.inbound(inbound);
        Ok(CallAttempts { log, counts })
    }

    /// The attempts to reach one customer, by what was known of them at each.
    fn walk(
        &self,
        customer: Customer,
        calls: &[&Call],
        attempts: &mut Vec<Attempt>,
        counts: &mut CallCounts,
    ) {
        let mut events: Vec<Event> = Vec::new();
        for call in calls {
            if call.direction == Direction::Outbound {
                let (outcome, ring_secs) = self.outcome(call);
                let is_asked = call.stages.iter().any(|it| it.kind == StageKind::CallbackWait);
                let what = What::Attempt { outcome, ring_secs, is_asked };
                events.push(Event { at: rings_at(call), what });
            } else {
                inbound_events(call, &mut events, counts);
            }
        }
        // Stable: of events at one instant, those of the earlier call come first.
        events.sort_by_key(|it| it.at);
        let mut known = Known::default();
        for event in events {
            if let Some(attempt) = known.meet(customer, &event, self.return_within) {
                attempts.push(attempt);
            }
        }
    }

    /// What an outbound call tells of its customer, and how long it rang.
    fn outcome(&self, call: &Call) -> (ContactOutcome, Option<f64>) {
        let has = |kind| call.stages.iter().any(|it: &Stage| it.kind == kind);
        // The last telephone that rang is the customer's: where an agent's rang too, it rang first.
        let ring = call.stages.iter().rfind(|it| it.kind == StageKind::Ring);
        let ring_secs = ring.and_then(Stage::duration).map(|it| it.as_seconds_f64().max(0.0));
        let outcome = match call.outcome {
            Outcome::Answered => ContactOutcome::Reached,
            Outcome::Voicemail => ContactOutcome::Voicemail,
            Outcome::Busy => ContactOutcome::Busy,
            Outcome::Failed => ContactOutcome::Failed,
            Outcome::Abandoned | Outcome::Other if has(StageKind::Voicemail) => {
                ContactOutcome::Voicemail
            }
            // They answered, and hung up before an agent was free: whether a person did is not written.
            Outcome::Abandoned if has(StageKind::Queue) => ContactOutcome::Unknown,
            Outcome::Abandoned | Outcome::Other => ContactOutcome::NoAnswer,
            Outcome::Overflowed | Outcome::Callback | Outcome::Unknown => ContactOutcome::Unknown,
        };
        let is_short = ring_secs.is_some_and(|it| it < self.shortest_ring_secs);
        let outcome = match outcome {
            ContactOutcome::NoAnswer if is_short => ContactOutcome::Failed,
            it => it,
        };
        (outcome, ring_secs)
    }
}

impl AttemptLog {
    /// The attempts and inbound contacts of calls, by the default rules of [`AttemptsOfCalls`]; `zone` is that of the
    /// customers, such as the zone that the log was observed in.
    ///
    /// # Errors
    ///
    /// As [`AttemptsOfCalls::of`]; none by the default rules.
    pub fn from_calls(calls: &[Call], zone: Zone) -> Result<CallAttempts, Error> {
        AttemptsOfCalls::new().of(calls, zone)
    }
}

/// When the customer's telephone began to ring; the call's start where that is not written.
fn rings_at(call: &Call) -> DateTime<Utc> {
    let ring = call.stages.iter().rfind(|it| it.kind == StageKind::Ring);
    ring.map_or(call.arrived_at, |it| it.entered_at)
}

/// Something that happened between the center and a customer.
struct Event {
    at: DateTime<Utc>,
    what: What,
}

enum What {
    /// The customer called.
    Called,
    /// They hung up in a queue.
    Abandoned,
    /// They were served.
    Served,
    /// They were promised to be called back.
    Promised,
    /// The center called; `is_asked` if the call itself says that the customer had asked for it.
    Attempt { outcome: ContactOutcome, ring_secs: Option<f64>, is_asked: bool },
}

fn inbound_events(call: &Call, events: &mut Vec<Event>, counts: &mut CallCounts) {
    let mut push = |at, what| events.push(Event { at, what });
    push(call.arrived_at, What::Called);
    let ended_at = call.ended_at.unwrap_or(call.arrived_at).max(call.arrived_at);
    let wait = call.stages.iter().rfind(|it| it.kind == StageKind::CallbackWait);
    let Some(wait) = wait else {
        match call.outcome {
            Outcome::Answered => push(ended_at, What::Served),
            Outcome::Abandoned => push(ended_at, What::Abandoned),
            Outcome::Callback => {
                push(ended_at, What::Promised);
                counts.callbacks_open += 1;
            }
            _ => {}
        }
        return;
    };
    push(wait.entered_at, What::Promised);
    let outcome = match wait.end {
        StageEnd::Answered => Some(ContactOutcome::Reached),
        StageEnd::Completed if talks_after(call, wait) => Some(ContactOutcome::Reached),
        StageEnd::Unanswered => Some(ContactOutcome::NoAnswer),
        StageEnd::Failed => Some(ContactOutcome::Failed),
        StageEnd::Unknown | StageEnd::Completed => Some(ContactOutcome::Unknown),
        // Canceled, sent elsewhere, or still to come: nobody was called.
        _ => None,
    };
    match (wait.left_at, outcome) {
        (Some(at), Some(outcome)) => {
            counts.called_back += 1;
            push(at, What::Attempt { outcome, ring_secs: None, is_asked: true });
        }
        (Some(at), None) if wait.end != StageEnd::Open => push(at, What::Served),
        _ => counts.callbacks_open += 1,
    }
}

fn talks_after(call: &Call, wait: &Stage) -> bool {
    let from = wait.left_at.unwrap_or(wait.entered_at);
    call.stages.iter().any(|it| it.kind == StageKind::Talk && it.entered_at >= from)
}

/// What is known of a customer so far.
#[derive(Default)]
struct Known {
    standing: Standing,
    /// When they hung up in a queue, with no contact since.
    abandoned_at: Option<DateTime<Utc>>,
}

/// How a customer stands with the center.
#[derive(Default)]
enum Standing {
    #[default]
    NeverMet,
    Met,
    /// They were promised to be called back, and were not reached since.
    Promised,
}

impl Known {
    /// Takes in an event; the attempt that it is, if it is one.
    fn meet(&mut self, customer: Customer, event: &Event, within: TimeDelta) -> Option<Attempt> {
        let standing = |standing| Self { standing, abandoned_at: None };
        match event.what {
            What::Called if matches!(self.standing, Standing::NeverMet) => {
                self.standing = Standing::Met;
            }
            What::Called => {}
            What::Abandoned => self.abandoned_at = Some(event.at),
            What::Served => *self = standing(Standing::Met),
            What::Promised => *self = standing(Standing::Promised),
            What::Attempt { outcome, ring_secs, is_asked } => {
                let kind = self.kind(event.at, within);
                let kind = if is_asked { AttemptKind::RequestedCallback } else { kind };
                if outcome == ContactOutcome::Reached {
                    *self = standing(Standing::Met);
                }
                let attempt = Attempt::new(customer, event.at, outcome);
                return Some(Attempt { kind, ring_secs, ..attempt });
            }
        }
        None
    }

    fn kind(&self, at: DateTime<Utc>, within: TimeDelta) -> AttemptKind {
        let is_return = self.abandoned_at.is_some_and(|it| at - it <= within);
        match self.standing {
            Standing::Promised => AttemptKind::RequestedCallback,
            _ if is_return => AttemptKind::AbandonedReturn,
            Standing::Met => AttemptKind::KnownContact,
            Standing::NeverMet => AttemptKind::UnknownNumber,
        }
    }
}
