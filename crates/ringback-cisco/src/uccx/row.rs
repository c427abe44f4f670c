//! A row of a table, as far as a contact needs it, until the rest of the contact is there.

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{Customer, Intent, Piece, Place};

use crate::export::Entry;
use crate::uccx::code::{UccxContactDisposition, UccxContactType, UccxQueueDisposition};
use crate::uccx::report::ReportRow;

/// What names a leg: a transfer or a redirect makes the next `seq` of a session, a consultation another session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct LegKey {
    pub profile: i32,
    pub node: i32,
    pub session: i64,
    pub seq: i32,
}

impl LegKey {
    pub(super) fn session(self) -> Session {
        Session { profile: self.profile, node: self.node, number: self.session }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Session {
    pub profile: i32,
    pub node: i32,
    pub number: i64,
}

/// What rows of one contact have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum ContactKey {
    Session(Session),
    /// `contactid` joins sessions in newer releases.
    Contact(Box<str>),
    /// A session in the report, which does not say the profile.
    Report {
        node: i32,
        session: i64,
    },
}

/// A row that waits. Ordered by what it says, so that the order of arrival decides nothing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct HeldRow {
    pub key: LegKey,
    pub body: Body,
    pub contact: Option<Box<str>>,
    pub place: Place,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Body {
    Call(CallRow),
    Routing(RoutingRow),
    Queue(QueueRow),
    Agent(AgentRow),
    Report(ReportRow),
}

/// A leg: `ContactCallDetail`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::struct_excessive_bools, reason = "flags of the table, any of them with any other")]
pub(super) struct CallRow {
    pub started_at: DateTime<Utc>,
    pub ended_at: DateTime<Utc>,
    pub kind: UccxContactType,
    pub disposition: UccxContactDisposition,
    /// The outside party who called.
    pub from: Option<Customer>,
    /// The outside party who was called.
    pub to: Option<Customer>,
    /// The agent who called, by resource.
    pub caller: Option<i32>,
    pub application: Option<Intent>,
    pub has_script: bool,
    pub is_connected: bool,
    pub is_transferred: bool,
    pub is_sent_on: bool,
}

/// A stay in a queue: `ContactQueueDetail`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct QueueRow {
    pub entered_at: Option<DateTime<Utc>>,
    pub order: i32,
    pub q_index: i32,
    pub target: i32,
    /// Waits for one agent, whose resource the target is.
    pub is_for_agent: bool,
    pub disposition: UccxQueueDisposition,
    pub stay: Option<TimeDelta>,
    pub left_at: Option<DateTime<Utc>>,
}

/// The time that a leg spent in all its queues: `ContactRoutingDetail`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RoutingRow {
    pub queued_at: Option<DateTime<Utc>>,
    pub stay: Option<TimeDelta>,
    pub first_priority: Option<i32>,
    pub last_priority: Option<i32>,
}

/// A call presented to an agent: `AgentConnectionDetail`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct AgentRow {
    pub started_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    pub resource: i32,
    pub q_index: i32,
    pub ring: TimeDelta,
    pub talk: TimeDelta,
    pub hold: TimeDelta,
    pub work: TimeDelta,
    /// Whether the system says that nobody answered.
    pub is_unanswered: Option<bool>,
    /// The queue's record, where a queue sent the call.
    pub queue_record: Option<i32>,
    pub consult_session: Option<i64>,
}

impl AgentRow {
    /// Whether the agent answered: there was talk, or what only follows an answer.
    pub(super) fn is_answered(&self) -> bool {
        let zero = TimeDelta::zero();
        let after_answer = self.hold > zero || self.work > zero;
        self.talk > zero || (after_answer && self.is_unanswered != Some(true))
    }

    pub(super) fn answered_at(&self) -> DateTime<Utc> {
        self.started_at + self.ring
    }

    /// When the customer was gone from this agent.
    pub(super) fn hung_up_at(&self) -> DateTime<Utc> {
        self.answered_at() + self.talk + self.hold
    }
}

impl HeldRow {
    /// From the first to the last stamp; a row without any goes to its leg by the key alone.
    pub(super) fn stamps(&self) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        match &self.body {
            Body::Call(it) => Some((it.started_at, it.ended_at)),
            Body::Routing(it) => it.queued_at.map(|at| (at, at)),
            Body::Queue(it) => {
                let first = it.entered_at.or(it.left_at)?;
                Some((first, it.left_at.unwrap_or(first)))
            }
            Body::Agent(it) => {
                let last = it.hung_up_at() + it.work;
                Some((it.started_at, it.ended_at.unwrap_or(last).max(last)))
            }
            Body::Report(it) => Some((it.started_at, it.ended_at)),
        }
    }
}

impl Entry for HeldRow {
    fn place(&self) -> Place {
        self.place
    }

    fn is_copy(&self, other: &Self) -> bool {
        (self.key, &self.body) == (other.key, &other.body)
    }

    fn is_same_entry(&self, other: &Self) -> bool {
        self.key == other.key
            && match (&self.body, &other.body) {
                (Body::Call(_), Body::Call(_)) => true,
                (Body::Queue(a), Body::Queue(b)) => {
                    (a.target, a.is_for_agent, a.q_index, a.entered_at)
                        == (b.target, b.is_for_agent, b.q_index, b.entered_at)
                }
                (Body::Routing(a), Body::Routing(b)) => a.queued_at == b.queued_at,
                (Body::Agent(a), Body::Agent(b)) => {
                    (a.resource, a.started_at, a.q_index) == (b.resource, b.started_at, b.q_index)
                }
                (Body::Report(a), Body::Report(b)) => a == b,
                _ => false,
            }
    }
}

impl Piece for HeldRow {
    type Key = ContactKey;

    fn keys(&self, keys: &mut Vec<ContactKey>) {
        if matches!(self.body, Body::Report(_)) {
            let LegKey { node, session, .. } = self.key;
            keys.push(ContactKey::Report { node, session });
            return;
        }
        keys.push(ContactKey::Session(self.key.session()));
        if let Body::Agent(AgentRow { consult_session: Some(number), .. }) = &self.body {
            keys.push(ContactKey::Session(Session { number: *number, ..self.key.session() }));
        }
        if let Some(contact) = &self.contact {
            keys.push(ContactKey::Contact(contact.clone()));
        }
    }

    fn span(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        self.stamps().unwrap_or((DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH))
    }
}
