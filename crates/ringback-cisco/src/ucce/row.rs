//! A row of a table, as far as a call needs it, until the rest of the call is there.

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{Customer, Piece, Place};

use crate::export::Entry;
use crate::ucce::code::{CvpCallbackCause, LegKind, UcceDisposition};

/// What rows of one contact have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum CallKey {
    /// A routed call: the day and a number that begins anew each day.
    Route(RouteKey),
    /// A leg that was never routed, by itself.
    Leg(LegKey),
    /// What the customer's call is to every part of the system.
    Guid(Guid),
    /// A callback.
    Surrogate(i64),
}

/// A GUID: its digits, however they are written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Guid {
    Hex(u128),
    /// One that is no hexadecimal number.
    Text(Box<str>),
}

impl Guid {
    /// The GUID of a text; none where all its digits are 0.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut value = 0_u128;
        for (len, sign) in text.bytes().filter(u8::is_ascii_alphanumeric).enumerate() {
            let Some(digit) = char::from(sign).to_digit(16).filter(|_| len < 32) else {
                return Some(Self::Text(text.to_ascii_uppercase().into()));
            };
            value = value << 4 | u128::from(digit);
        }
        (value != 0).then_some(Self::Hex(value))
    }
}

/// `RouterCallKeyDay` and `RouterCallKey`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct RouteKey {
    pub day: i64,
    pub key: i64,
}

impl RouteKey {
    /// Whether the router had the call: a leg that it never saw has the key 0.
    pub(super) fn is_routed(self) -> bool {
        self.key != 0
    }
}

/// What tells a leg from every other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum LegKey {
    /// The table's key.
    Recovery(i64),
    /// Without it: the call's key at its peripheral, which comes round again, and when.
    Peripheral { peripheral: i64, call_key: i64, started_at: DateTime<Utc> },
}

/// A row that waits. Ordered by what it says, so that the order of arrival decides nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct HeldRow {
    pub body: Body,
    pub place: Place,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Body {
    Leg(Box<LegRow>),
    Route(RouteRow),
    Callback(CallbackRow),
    CallbackEvent(CallbackEventRow),
}

/// What a leg's duration is the sum of, in their order in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Parts {
    pub delay: TimeDelta,
    pub local_queue: TimeDelta,
    pub ring: TimeDelta,
    pub talk: TimeDelta,
    pub hold: TimeDelta,
    pub work: TimeDelta,
}

impl Parts {
    pub(super) fn sum(self) -> TimeDelta {
        self.delay + self.local_queue + self.ring + self.talk + self.hold + self.work
    }
}

/// A leg that ended: `Termination_Call_Detail`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LegRow {
    pub leg: LegKey,
    pub started_at: DateTime<Utc>,
    pub seq: i64,
    pub route: RouteKey,
    pub kind: LegKind,
    pub disposition: UcceDisposition,
    pub answered_at: Option<DateTime<Utc>>,
    pub ended_at: DateTime<Utc>,
    pub parts: Parts,
    pub net_queue: TimeDelta,
    pub to_abandon: TimeDelta,
    pub agent: Option<i64>,
    pub source_agent: Option<i64>,
    pub skill_group: Option<i64>,
    pub precision_queue: Option<i64>,
    pub call_type: Option<i64>,
    pub customer: Option<Customer>,
    pub guid: Option<Guid>,
}

impl LegRow {
    /// Whether the agent of the leg answered.
    pub(super) fn is_answered(&self) -> bool {
        let zero = TimeDelta::zero();
        let has_talk =
            self.parts.talk > zero || self.parts.hold > zero || self.disposition.is_handled();
        self.agent.is_some() && has_talk
    }

    /// When the agent's telephone began to ring.
    pub(super) fn rang_at(&self) -> DateTime<Utc> {
        match self.answered_at {
            Some(answered_at) if self.is_answered() => answered_at - self.parts.ring,
            _ => self.started_at + self.parts.delay + self.parts.local_queue,
        }
    }

    /// When the agent answered, or when it stopped ringing.
    pub(super) fn answered_at(&self) -> DateTime<Utc> {
        self.rang_at() + self.parts.ring
    }

    /// When the customer was gone from this leg.
    pub(super) fn hung_up_at(&self) -> DateTime<Utc> {
        if self.is_answered() {
            return self.answered_at() + self.parts.talk + self.parts.hold;
        }
        let abandoned_at = self.started_at + self.to_abandon;
        let is_known = self.disposition.is_abandoned() && self.to_abandon > TimeDelta::zero();
        if is_known { abandoned_at } else { self.ended_at }
    }
}

/// How a call was routed: `Route_Call_Detail`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RouteRow {
    pub route: RouteKey,
    pub at: DateTime<Utc>,
    pub queue: Option<TimeDelta>,
    pub call_type: Option<i64>,
    pub customer: Option<Customer>,
    pub error: Option<i64>,
}

/// A callback: `CallBack` of the callback database.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CallbackRow {
    pub surrogate: i64,
    pub guid: Guid,
    /// The day of the call, from its first to its last moment in UTC.
    pub day: (DateTime<Utc>, DateTime<Utc>),
    pub customer: Option<Customer>,
    pub attempts: Option<i64>,
    pub cause: Option<CvpCallbackCause>,
}

/// Something that happened in a callback: `CallBackEvent`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CallbackEventRow {
    pub surrogate: i64,
    pub at: DateTime<Utc>,
    pub cause: Option<CvpCallbackCause>,
}

impl Entry for HeldRow {
    fn place(&self) -> Place {
        self.place
    }

    fn is_copy(&self, other: &Self) -> bool {
        self.body == other.body
    }

    fn is_same_entry(&self, other: &Self) -> bool {
        match (&self.body, &other.body) {
            (Body::Leg(a), Body::Leg(b)) => {
                a.leg == b.leg && matches!(a.leg, LegKey::Recovery(_)) && a.route == b.route
            }
            (Body::Callback(a), Body::Callback(b)) => {
                (a.surrogate, &a.guid) == (b.surrogate, &b.guid)
            }
            _ => false,
        }
    }
}

impl Piece for HeldRow {
    type Key = CallKey;

    fn keys(&self, keys: &mut Vec<CallKey>) {
        match &self.body {
            Body::Leg(it) => {
                let own = CallKey::Leg(it.leg);
                keys.push(if it.route.is_routed() { CallKey::Route(it.route) } else { own });
                keys.extend(it.guid.clone().map(CallKey::Guid));
            }
            Body::Route(it) => keys.push(CallKey::Route(it.route)),
            Body::Callback(it) => {
                keys.push(CallKey::Surrogate(it.surrogate));
                keys.push(CallKey::Guid(it.guid.clone()));
            }
            Body::CallbackEvent(it) => keys.push(CallKey::Surrogate(it.surrogate)),
        }
    }

    fn span(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        match &self.body {
            Body::Leg(it) => (it.started_at, it.ended_at.max(it.hung_up_at() + it.parts.work)),
            Body::Route(it) => (it.at, it.at),
            Body::Callback(it) => it.day,
            Body::CallbackEvent(it) => (it.at, it.at),
        }
    }
}
