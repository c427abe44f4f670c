//! The rows of one contact, sorted out: its own legs, and the consultations beside it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use ringback_calllog::{Customer, Direction};

use crate::uccx::code::UccxContactType;
use crate::uccx::row::{AgentRow, Body, CallRow, HeldRow, LegKey, QueueRow, RoutingRow, Session};

/// The rows of one contact. Never without a leg.
pub(super) struct Contact<'a> {
    pub legs: Vec<(LegKey, &'a CallRow)>,
    /// Legs between agents while the customer waits.
    pub consults: Vec<(LegKey, &'a CallRow)>,
    pub queues: Vec<(LegKey, &'a QueueRow)>,
    pub agents: Vec<(LegKey, &'a AgentRow)>,
    pub routings: Vec<(LegKey, &'a RoutingRow)>,
    /// Presentations of consultations.
    pub consulted: Vec<(LegKey, &'a AgentRow)>,
}

impl<'a> Contact<'a> {
    /// Sorts out rows; `None` where no leg is among them.
    pub(super) fn of(rows: &'a [HeldRow]) -> Option<Self> {
        let consulting = consulting_sessions(rows);
        let mut contact = Self {
            legs: Vec::new(),
            consults: Vec::new(),
            queues: Vec::new(),
            agents: Vec::new(),
            routings: Vec::new(),
            consulted: Vec::new(),
        };
        for row in rows {
            let is_own = !consulting.contains(&row.key.session());
            match &row.body {
                Body::Call(it) if is_own => contact.legs.push((row.key, it)),
                Body::Call(it) => contact.consults.push((row.key, it)),
                Body::Agent(it) if is_own => contact.agents.push((row.key, it)),
                Body::Agent(it) => contact.consulted.push((row.key, it)),
                Body::Queue(it) if is_own => contact.queues.push((row.key, it)),
                Body::Routing(it) if is_own => contact.routings.push((row.key, it)),
                Body::Queue(_) | Body::Routing(_) | Body::Report(_) => {}
            }
        }
        contact.legs.sort_by_key(|(key, it)| (it.started_at, *key));
        contact.agents.sort_by(|a, b| (a.1.started_at, a).cmp(&(b.1.started_at, b)));
        (!contact.legs.is_empty()).then_some(contact)
    }

    /// The first leg: the contact goes by its name.
    pub(super) fn first(&self) -> (LegKey, &'a CallRow) {
        self.legs[0]
    }

    /// The last leg, which says how an unanswered contact ended.
    pub(super) fn last(&self) -> &'a CallRow {
        self.legs[self.legs.len() - 1].1
    }

    pub(super) fn ended_at(&self) -> DateTime<Utc> {
        self.legs.iter().map(|(_, it)| it.ended_at).max().unwrap_or(self.last().ended_at)
    }

    pub(super) fn direction(&self) -> Direction {
        match self.first().1.kind {
            UccxContactType::Incoming => Direction::Inbound,
            UccxContactType::Internal => Direction::Internal,
            kind if kind.is_outbound() => Direction::Outbound,
            // The leg that was redirected or transferred is not in the log.
            _ if self.legs.iter().any(|(_, it)| it.from.is_some()) => Direction::Inbound,
            _ => Direction::Unknown,
        }
    }

    pub(super) fn customer(&self) -> Option<Customer> {
        let from = || self.legs.iter().find_map(|(_, it)| it.from);
        let to = || self.legs.iter().find_map(|(_, it)| it.to);
        match self.direction() {
            Direction::Outbound => to().or_else(from),
            Direction::Internal => None,
            Direction::Inbound | Direction::Unknown => from(),
        }
    }

    pub(super) fn leg(&self, key: LegKey) -> Option<&'a CallRow> {
        self.legs.iter().find(|it| it.0 == key).map(|it| it.1)
    }

    /// When a leg came to its first queue, as far as a row says it for all of them.
    pub(super) fn queued_at(&self, key: LegKey) -> Option<DateTime<Utc>> {
        self.routings.iter().filter(|it| it.0 == key).find_map(|it| it.1.queued_at)
    }

    /// The presentations of a leg, in order.
    pub(super) fn agents_of(&self, key: LegKey) -> impl Iterator<Item = &'a AgentRow> + '_ {
        self.agents.iter().filter(move |it| it.0 == key).map(|it| it.1)
    }

    /// Whether an agent's talk ended by handing the customer on.
    pub(super) fn is_handed_on(&self, key: LegKey, row: &AgentRow) -> bool {
        let tolerance = chrono::TimeDelta::seconds(2);
        let is_followed = |it: &AgentRow| {
            let follows = |next: &AgentRow| {
                next.started_at > it.started_at && next.started_at + tolerance >= it.hung_up_at()
            };
            self.agents_of(key).any(follows)
        };
        let answered = || self.agents_of(key).filter(|it| it.is_answered());
        let is_last = answered().last().is_some_and(|it| it == row);
        if self.leg(key).is_some_and(|it| it.is_transferred) {
            return is_followed(row) || (is_last && !answered().any(is_followed));
        }
        // Without the flag, a leg that came to be by a transfer says it of the one before.
        let next = self.legs.iter().skip_while(|it| it.0 != key).nth(1);
        is_last && next.is_some_and(|it| it.1.kind == UccxContactType::TransferIn)
    }
}

/// Sessions that are consultations: internal ones beside one that is not; where all are, those that another names.
fn consulting_sessions(rows: &[HeldRow]) -> BTreeSet<Session> {
    let legs = || {
        rows.iter().filter_map(|row| match &row.body {
            Body::Call(it) => Some((row.key.session(), it)),
            _ => None,
        })
    };
    let is_internal = |it: &CallRow| it.kind == UccxContactType::Internal;
    let internal = legs().filter(|it| is_internal(it.1)).map(|it| it.0);
    if legs().any(|it| !is_internal(it.1)) {
        return internal.collect();
    }
    let named: BTreeSet<Session> = rows
        .iter()
        .filter_map(|row| match &row.body {
            Body::Agent(it) => it
                .consult_session
                .filter(|number| *number != row.key.session)
                .map(|number| Session { number, ..row.key.session() }),
            _ => None,
        })
        .collect();
    let first = legs().min_by_key(|it| (it.1.started_at, it.0)).map(|it| it.0);
    internal.filter(|it| named.contains(it) && Some(*it) != first).collect()
}
