//! The rows of one call, told as one call.

use ringback_calllog::{
    AgentId, CallId, Customer, DetailRow, Direction, Leg, LegId, Outcome, Stage, StageEnd,
    StageKind,
};

use chrono::SecondsFormat;

use crate::cucm::clusters::{Clusters, push_decimal};
use crate::cucm::party::Party;
use crate::cucm::row::CdrRow;
use crate::on_behalf_of::OnBehalfOf;

/// The rows of one call, at least one, in order; those that a machine made for itself are left out.
pub(super) struct Story<'a> {
    rows: &'a [CdrRow],
    direction: Direction,
    customer: Option<Customer>,
    /// Whether somebody outside takes part.
    has_outside: bool,
    /// The leg of the first party from outside, 0 where none is known.
    customer_leg: u32,
}

impl<'a> Story<'a> {
    /// The story of rows, or none of no rows.
    pub(super) fn new(rows: &'a [CdrRow]) -> Option<Self> {
        let first = rows.first()?;
        let outside = rows.iter().find(|it| it.orig.is_outside() || it.dest.is_outside());
        let Some(row) = outside else {
            let is_inside =
                matches!(first.orig, Party::Inside(_) | Party::Machine | Party::Voicemail);
            let direction = if is_inside { Direction::Internal } else { Direction::Unknown };
            let (customer, customer_leg) = (None, 0);
            return Some(Self { rows, direction, customer, has_outside: false, customer_leg });
        };
        let (direction, party, leg) = match (&row.orig, &row.dest) {
            (Party::Outside(_), _) => (Direction::Inbound, &row.orig, row.orig_leg),
            // A parked caller stands on the called side of the row that fetches them.
            (_, party) if row.is_park_retrieval() => (Direction::Inbound, party, row.dest_leg),
            (_, party) => (Direction::Outbound, party, row.dest_leg),
        };
        let customer = match party {
            Party::Outside(customer) => *customer,
            _ => None,
        };
        // The customer's number may be known from a later row only.
        let known = || rows.iter().filter(|it| it.has_leg(leg)).find_map(CdrRow::customer);
        let customer = customer.or_else(known);
        Some(Self { rows, direction, customer, has_outside: true, customer_leg: leg })
    }

    /// Whether the customer takes part in a row; without one, whether the row is more than a talk between colleagues
    /// on the way to a transfer or a conference.
    fn involves_customer(&self, row: &CdrRow) -> bool {
        if self.rows.len() == 1 || row.is_at_bridge() {
            return true;
        }
        if self.has_outside {
            let is_outside = row.orig.is_outside() || row.dest.is_outside();
            return row.has_leg(self.customer_leg)
                || self.customer_leg == 0 && is_outside
                || self.customer.is_some() && row.customer() == self.customer;
        }
        let is_of_first_call = self.rows.first().is_some_and(|it| it.number == row.number);
        is_of_first_call || !row.is_split()
    }

    /// Whether an agent asks a colleague, on the way to a transfer or a conference.
    fn is_consultation(&self, row: &CdrRow) -> bool {
        let is_handing_on =
            row.is_ended_by(OnBehalfOf::Transfer) || row.is_ended_by(OnBehalfOf::Conference);
        (row.is_split() || is_handing_on) && !self.involves_customer(row)
    }

    /// The call.
    pub(super) fn leg(&self, clusters: &Clusters, spare: &mut String) -> Leg {
        let mut stages =
            Vec::with_capacity(if self.rows.len() == 1 { 2 } else { 2 * self.rows.len() });
        let mut last: Option<&CdrRow> = None;
        for row in self.rows {
            if self.is_consultation(row) {
                stages.extend(consult_stage(row));
                continue;
            }
            if !self.involves_customer(row) {
                continue;
            }
            if let Some(before) = last {
                stages.extend(hold_stage(before, row));
            }
            row.add_stages(last.is_none(), &mut stages);
            last = Some(row);
        }
        let last = last.or(self.rows.last());
        let has_talked = stages.iter().any(|it| it.kind == StageKind::Talk);
        let mut leg =
            Leg::whole(self.id(clusters, spare), self.started_at(), self.outcome(last, has_talked));
        leg.direction = self.direction;
        leg.customer = self.customer;
        leg.queue = self.rows.iter().find_map(|it| it.pilot.clone());
        let taking_part = self.rows.iter().filter(|it| self.involves_customer(it));
        leg.ended_at = taking_part.map(CdrRow::ended_at).max();
        if self.rows.len() > 1 {
            drop_repeated_queues(&mut stages);
        }
        leg.stages = stages;
        leg
    }

    fn started_at(&self) -> chrono::DateTime<chrono::Utc> {
        self.rows.iter().map(CdrRow::started_at).min().unwrap_or_default()
    }

    fn outcome(&self, last: Option<&CdrRow>, has_talked: bool) -> Outcome {
        if has_talked {
            return Outcome::Answered;
        }
        let of_rows = self.rows.iter().filter(|it| self.involves_customer(it));
        let by_voicemail = |it: &CdrRow| it.outcome(self.direction) == Outcome::Voicemail;
        if of_rows.into_iter().any(by_voicemail) {
            return Outcome::Voicemail;
        }
        match last.map(|it| it.outcome(self.direction)) {
            // Somebody was connected and split off at once: who talked is not in these rows.
            Some(Outcome::Answered) if last.is_some_and(CdrRow::is_split) => Outcome::Unknown,
            Some(outcome) => outcome,
            None => Outcome::Unknown,
        }
    }

    /// Cluster, node, call counter and origination of the first row: the counter comes round again.
    fn id(&self, clusters: &Clusters, spare: &mut String) -> LegId {
        spare.clear();
        if let Some(first) = self.rows.first() {
            clusters.push_key(spare, first.number);
            spare.push('-');
            push_decimal(spare, first.origination_secs);
        }
        LegId::new(spare.as_str())
    }

    /// Rows of the table `transfers`: who handed the call on, and whether they asked first.
    pub(super) fn transfers(&self, id: &LegId, rows: &mut Vec<DetailRow>) {
        let joined =
            || self.rows.iter().filter(|it| it.features.joined_by() == OnBehalfOf::Transfer);
        for asking in self.rows.iter().filter(|it| self.is_consultation(it)) {
            // A port of a contact center asks for an agent in the same way: that is no transfer.
            let is_of_person = matches!(asking.orig, Party::Inside(_)) && asking.dest_leg != 0;
            let is_of_transfer = is_of_person && asking.is_ended_by(OnBehalfOf::Transfer);
            let Some(joined) = joined().find(|it| is_of_transfer && it.has_leg(asking.dest_leg))
            else {
                continue;
            };
            let was_blind = asking.connect_secs().is_none_or(|it| it == asking.disconnect_secs);
            let name = |it: Option<&AgentId>| it.map(ToString::to_string).unwrap_or_default();
            let at = joined.connected_at().unwrap_or_else(|| asking.ended_at());
            rows.push(DetailRow {
                table: "transfers",
                columns: TRANSFERS,
                call_id: Some(CallId::from(id.clone())),
                values: vec![
                    if was_blind { "blind" } else { "consult" }.to_owned(),
                    name(asking.orig.agent()),
                    name(asking.dest.agent().or(joined.dest.agent())),
                    at.to_rfc3339_opts(SecondsFormat::Secs, true),
                ],
            });
        }
    }
}

/// The columns of the table `transfers`.
const TRANSFERS: &[&str] = &["kind", "transferred_by", "transferred_to", "transferred_at"];

impl CdrRow {
    fn has_leg(&self, leg: u32) -> bool {
        leg != 0 && (self.orig_leg == leg || self.dest_leg == leg)
    }

    fn customer(&self) -> Option<Customer> {
        [&self.orig, &self.dest].into_iter().find_map(|it| match it {
            Party::Outside(customer) => *customer,
            _ => None,
        })
    }
}

impl Party {
    fn agent(&self) -> Option<&AgentId> {
        match self {
            Self::Inside(agent) => agent.as_ref(),
            _ => None,
        }
    }
}

/// The time that an agent asks a colleague; none where nobody answered the question.
fn consult_stage(row: &CdrRow) -> Option<Stage> {
    let Party::Inside(agent) = &row.orig else { return None };
    let entered_at = row.connected_at().filter(|it| *it < row.ended_at())?;
    Some(Stage {
        kind: StageKind::Consult,
        queue: None,
        agent: agent.clone(),
        entered_at,
        left_at: Some(row.ended_at()),
        end: StageEnd::Completed,
    })
}

/// The time in park: from the row that parked the call to the one in which somebody has it again.
fn hold_stage(parked: &CdrRow, fetched: &CdrRow) -> Option<Stage> {
    let is_parked = parked.is_split()
        && (parked.is_ended_by(OnBehalfOf::CallPark)
            || parked.is_ended_by(OnBehalfOf::DirectedCallPark));
    let (entered_at, left_at) = (parked.ended_at(), fetched.connected_at()?);
    (is_parked && entered_at <= left_at).then_some(Stage {
        kind: StageKind::Hold,
        queue: None,
        agent: None,
        entered_at,
        left_at: Some(left_at),
        end: StageEnd::Completed,
    })
}

/// Drops a stay in a queue that a later row of the call repeats: a transfer's rows carry it on.
fn drop_repeated_queues(stages: &mut Vec<Stage>) {
    let mut known: Vec<(Option<ringback_calllog::QueueId>, Option<chrono::TimeDelta>)> = Vec::new();
    stages.retain(|it| {
        let said = (it.queue.clone(), it.duration());
        if it.kind != StageKind::Queue {
            return true;
        }
        let is_new = !known.contains(&said);
        known.push(said);
        is_new
    });
}
