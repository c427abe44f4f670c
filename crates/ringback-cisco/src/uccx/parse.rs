//! Rows of the tables, from text to what a contact needs of them.

use chrono::{DateTime, Utc};
use ringback_calllog::{Customer, CustomerNumbers, Intent, Names, RejectReason};

use crate::export::{Fields, Rejection, bad_value};
use crate::uccx::code::{UccxContactDisposition, UccxContactType, UccxQueueDisposition};
use crate::uccx::layout::Layout;
use crate::uccx::row::{AgentRow, Body, CallRow, HeldRow, LegKey, QueueRow, RoutingRow};
use crate::uccx::table::{AgentColumns, CallColumns, LegColumns, QueueColumns, RoutingColumns};

/// The outside world, in `originatorType` and `destinationType`: `1` is an agent, `2` a device.
const OUTSIDE: i64 = 3;
const AGENT: i64 = 1;

/// First and last stamp.
type Span = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// Reads fields of rows.
pub(super) struct RowParser<'a> {
    pub layout: &'a Layout,
    pub numbers: &'a mut CustomerNumbers,
    pub intents: &'a mut Names<Intent>,
}

impl RowParser<'_> {
    pub(super) fn call(
        &mut self,
        columns: &CallColumns,
        row: Fields<'_>,
    ) -> Result<HeldRow, Rejection> {
        let (started_at, ended_at) = self.span(row, columns.start, columns.end)?;
        let name = "startDateTime";
        let started_at = started_at.ok_or((name, RejectReason::Missing { expected: "a stamp" }))?;
        let name = "endDateTime";
        let ended_at = ended_at.ok_or((name, RejectReason::Missing { expected: "a stamp" }))?;
        let from_type: Option<i64> = row.number(columns.originator_type, "originatorType")?;
        let to_type: Option<i64> = row.number(columns.destination_type, "destinationType")?;
        let caller: Option<i32> = row.number(columns.originator_id, "originatorID")?;
        let application = row.text(columns.application_name);
        let connected = row.secs(columns.connect_time, "connectTime")?;
        let is_set = |column| row.flag(column) == Some(true);
        let body = CallRow {
            started_at,
            ended_at,
            kind: UccxContactType::from_code(row.need(columns.kind, "contactType")?),
            disposition: UccxContactDisposition::from_code(
                row.need(columns.disposition, "contactDisposition")?,
            ),
            from: self.outside(from_type, row.text(columns.originator_dn)),
            to: self.outside(to_type, row.text(columns.destination_dn)),
            caller: caller.filter(|_| from_type == Some(AGENT)),
            has_script: !application.is_empty() || !row.text(columns.application_task).is_empty(),
            application: self.intents.get(application),
            is_connected: connected.is_some_and(|it| it.num_seconds() > 0),
            is_transferred: is_set(columns.transfer),
            is_sent_on: is_set(columns.redirect) || is_set(columns.flowout),
        };
        held(&columns.leg, row, Body::Call(body))
    }

    pub(super) fn queue(
        &self,
        columns: &QueueColumns,
        row: Fields<'_>,
    ) -> Result<HeldRow, Rejection> {
        let (entered_at, left_at) = self.span(row, columns.start, columns.end)?;
        let target_type: i64 = row.need(columns.target_type, "targetType")?;
        if !(0..=1).contains(&target_type) {
            let text = row.text(columns.target_type);
            return Err(("targetType", bad_value(text, "0 for a queue or 1 for an agent")));
        }
        let disposition = row.need(columns.disposition, "disposition")?;
        let body = QueueRow {
            entered_at,
            order: row.number(columns.order, "queueOrder")?.unwrap_or(0),
            q_index: row.number(columns.q_index, "qIndex")?.unwrap_or(0),
            target: row.need(columns.target, "targetID")?,
            is_for_agent: target_type == 1,
            disposition: UccxQueueDisposition::from_code(disposition),
            stay: row.secs(columns.queue_time, "queueTime")?,
            left_at,
        };
        held(&columns.leg, row, Body::Queue(body))
    }

    pub(super) fn routing(
        &self,
        columns: &RoutingColumns,
        row: Fields<'_>,
    ) -> Result<HeldRow, Rejection> {
        let start = row.text(columns.start);
        let body = RoutingRow {
            queued_at: self.layout.table_stamps.utc(start, "startDateTime")?,
            stay: row.secs(columns.queue_time, "queueTime")?,
            first_priority: row.number(columns.first_priority, "origPriority")?,
            last_priority: row.number(columns.last_priority, "finalPriority")?,
        };
        held(&columns.leg, row, Body::Routing(body))
    }

    pub(super) fn agent(
        &self,
        columns: &AgentColumns,
        row: Fields<'_>,
    ) -> Result<HeldRow, Rejection> {
        let (started_at, ended_at) = self.span(row, columns.start, columns.end)?;
        let name = "startDateTime";
        let started_at = started_at.ok_or((name, RejectReason::Missing { expected: "a stamp" }))?;
        let secs = |column, name| {
            let missing = (name, RejectReason::Missing { expected: "seconds" });
            row.secs(column, name)?.ok_or(missing)
        };
        let queue_record: Option<i32> = row.number(columns.queue_record, "csqRecordID")?;
        let consult: Option<i64> = row.number(columns.consult_session, "consultSessionID")?;
        let body = AgentRow {
            started_at,
            ended_at,
            resource: row.need(columns.resource, "resourceID")?,
            // A file without the column does not say that the call came without a queue.
            q_index: row.number(columns.q_index, "qIndex")?.unwrap_or(-1),
            ring: secs(columns.ring, "ringTime")?,
            talk: secs(columns.talk, "talkTime")?,
            hold: row.secs(columns.hold, "holdTime")?.unwrap_or_default(),
            work: row.secs(columns.work, "workTime")?.unwrap_or_default(),
            is_unanswered: row.flag(columns.rna),
            queue_record: queue_record.filter(|it| *it > 0),
            consult_session: consult.filter(|it| *it > 0),
        };
        held(&columns.leg, row, Body::Agent(body))
    }

    /// The customer at an end of the call, if that end is outside.
    fn outside(&mut self, kind: Option<i64>, number: &str) -> Option<Customer> {
        if kind == Some(OUTSIDE) { self.numbers.get(number) } else { None }
    }

    /// First and last stamp, where the row has them.
    fn span(&self, row: Fields<'_>, start: usize, end: usize) -> Result<Span, Rejection> {
        let stamps = &self.layout.table_stamps;
        let from = stamps.utc(row.text(start), "startDateTime")?;
        let to = stamps.utc(row.text(end), "endDateTime")?;
        match (from, to) {
            (Some(from), Some(to)) if to < from => Err(("endDateTime", backwards(from, to))),
            _ => Ok((from, to)),
        }
    }
}

/// The rejection of a row that ends before it begins.
pub(super) fn backwards(from: DateTime<Utc>, to: DateTime<Utc>) -> RejectReason {
    let (entered, left) = (from.naive_utc(), to.naive_utc());
    RejectReason::Contradiction { stage: "row", entered, left }
}

fn held(columns: &LegColumns, row: Fields<'_>, body: Body) -> Result<HeldRow, Rejection> {
    let key = LegKey {
        profile: row.need(columns.profile, "profileID")?,
        node: row.need(columns.node, "nodeID")?,
        session: row.need(columns.session, "sessionID")?,
        seq: row.need(columns.seq, "sessionSeqNum")?,
    };
    let contact = Some(row.text(columns.contact)).filter(|it| !matches!(*it, "" | "0" | "-1"));
    Ok(HeldRow { key, body, contact: contact.map(Into::into), place: row.place })
}
