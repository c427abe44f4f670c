//! The report that puts the tables together: a line for each agent of a leg.
//!
//! It says when a leg began and ended, and how long everything took, but not when: what can be placed from the leg's
//! end backwards becomes a stage, the rest is told in the details.

mod assemble;

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{
    AgentId, Customer, CustomerNumbers, Intent, LocalClock, Names, QueueId, RejectReason,
};

pub(super) use crate::uccx::report::assemble::report_call;

use crate::export::{Fields, Rejection, bad_stamp, bad_value, clean, clock_secs};
use crate::uccx::code::UccxContactDisposition;
use crate::uccx::layout::Layout;
use crate::uccx::name::Naming;
use crate::uccx::row::{Body, HeldRow, LegKey};
use crate::uccx::table::ReportColumns;

const LEG: &str = "Node ID - Session ID - Sequence No";

/// A line of the report: a leg, and one of its agents.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ReportRow {
    pub started_at: DateTime<Utc>,
    pub ended_at: DateTime<Utc>,
    pub disposition: UccxContactDisposition,
    pub customer: Option<Customer>,
    pub application: Option<Intent>,
    /// The queue that handled the leg, where one is marked or there is only one.
    pub handling: Option<QueueId>,
    pub queues: Vec<QueueId>,
    pub queue: Option<TimeDelta>,
    pub agent: Option<AgentId>,
    pub is_person: bool,
    pub ring: Option<TimeDelta>,
    pub talk: Option<TimeDelta>,
    pub hold: Option<TimeDelta>,
    pub work: Option<TimeDelta>,
}

impl ReportRow {
    pub(super) fn is_answered(&self) -> bool {
        let has = |it: Option<TimeDelta>| it.is_some_and(|it| it > TimeDelta::zero());
        self.agent.is_some() && self.is_person && (has(self.talk) || has(self.hold))
    }
}

/// Reads lines of the report.
pub(super) struct ReportParser<'a> {
    pub layout: &'a Layout,
    pub naming: &'a mut Naming,
    pub numbers: &'a mut CustomerNumbers,
    pub intents: &'a mut Names<Intent>,
    pub clock: &'a mut LocalClock,
}

impl ReportParser<'_> {
    pub(super) fn row(
        &mut self,
        columns: &ReportColumns,
        row: Fields<'_>,
    ) -> Result<HeldRow, Rejection> {
        let key = leg_key(row.text(columns.leg))?;
        let started_at = self.stamp(row.text(columns.start), "Call Start Time")?;
        let ended_at = self.stamp(row.text(columns.end), "Call End Time")?;
        if ended_at < started_at {
            let zone = self.clock.zone();
            let (entered, left) = (zone.local(started_at), zone.local(ended_at));
            let reason = RejectReason::Contradiction { stage: "call", entered, left };
            return Err(("Call End Time", reason));
        }
        let disposition = row.text(columns.disposition);
        let expected = "a contact disposition such as 1 or Abandoned";
        let disposition = UccxContactDisposition::from_text(disposition)
            .ok_or_else(|| ("Contact Disposition", bad_value(disposition, expected)))?;
        let (handling, queues) = self.queues(row.text(columns.queues));
        let (agent, is_person) = self.naming.agent_named(row.text(columns.agent), self.layout);
        let body = ReportRow {
            started_at,
            ended_at,
            disposition,
            customer: self.numbers.get(row.text(columns.originator)),
            application: self.intents.get(row.text(columns.application)),
            handling,
            queues,
            queue: secs(row.text(columns.queue_time), "Queue Time")?,
            agent,
            is_person,
            ring: secs(row.text(columns.ring), "Ring Time")?,
            talk: secs(row.text(columns.talk), "Talk Time")?,
            hold: secs(row.text(columns.hold), "Hold Time")?,
            work: secs(row.text(columns.work), "Work Time")?,
        };
        Ok(HeldRow { key, body: Body::Report(body), contact: None, place: row.place })
    }

    fn stamp(&mut self, text: &str, name: &'static str) -> Result<DateTime<Utc>, Rejection> {
        if text.is_empty() {
            return Err((name, RejectReason::Missing { expected: "a stamp" }));
        }
        let local = self.layout.report_stamps.local(text).ok_or_else(|| (name, bad_stamp(text)))?;
        self.clock.to_utc(local).map_err(|error| (name, error.into()))
    }

    /// The queues of a leg; a star marks the one that handled it.
    fn queues(&mut self, text: &str) -> (Option<QueueId>, Vec<QueueId>) {
        let (mut marked, mut queues) = (None, Vec::new());
        for name in text.split([',', ';']) {
            let name = clean(name);
            let bare = name.trim_matches(['*', ' ']);
            let Some(queue) = self.naming.queue_named(bare, self.layout) else { continue };
            if bare.len() < name.len() {
                marked.get_or_insert_with(|| queue.clone());
            }
            queues.push(queue);
        }
        let only = if queues.len() == 1 { queues.first().cloned() } else { None };
        (marked.or(only), queues)
    }
}

/// Reads `1-4300012345-0`.
fn leg_key(text: &str) -> Result<LegKey, Rejection> {
    let bad = || (LEG, bad_value(text, "a key such as 1-12345-0"));
    let mut parts = text.split('-').map(str::trim);
    let mut next = || parts.next()?.parse::<i64>().ok();
    let (node, session, seq) = (next(), next(), next());
    if parts.next().is_some() {
        return Err(bad());
    }
    let small = |it: Option<i64>| it.and_then(|it| i32::try_from(it).ok());
    match (small(node), session, small(seq)) {
        (Some(node), Some(session), Some(seq)) => Ok(LegKey { profile: 1, node, session, seq }),
        _ => Err(bad()),
    }
}

fn secs(text: &str, name: &'static str) -> Result<Option<TimeDelta>, Rejection> {
    if text.is_empty() {
        return Ok(None);
    }
    let secs = clock_secs(text).ok_or_else(|| (name, bad_value(text, "a duration HH:MM:SS")))?;
    Ok(Some(secs))
}
