//! A contact's rows become one call.

use std::collections::BTreeMap;

use ringback_calllog::{
    AgentId, CallId, DetailRow, Direction, Leg, LegId, Outcome, QueueId, Stage, StageEnd, StageKind,
};

use crate::uccx::code::{UccxContactDisposition, UccxContactType};
use crate::uccx::contact::Contact;
use crate::uccx::layout::Layout;
use crate::uccx::name::Naming;
use crate::uccx::row::{AgentRow, CallRow, HeldRow, LegKey};
use crate::uccx::visit::{self, Visit, is_near};

/// Remarks by their text, counted.
pub(super) type Remarks = BTreeMap<&'static str, u64>;

/// Makes calls of contacts.
pub(super) struct Assembler<'a> {
    pub naming: &'a mut Naming,
    pub layout: &'a Layout,
    pub remarks: &'a mut Remarks,
    /// Whether the log has rows of agents: only then does their absence say something.
    pub has_agents: bool,
}

/// A call presented to an agent, with its names.
struct Presented<'a> {
    key: LegKey,
    row: &'a AgentRow,
    agent: Option<AgentId>,
    is_person: bool,
    queue: Option<QueueId>,
}

impl Assembler<'_> {
    /// The call of a contact; `None` where no row says that there was a leg.
    pub(super) fn call(&mut self, rows: &[HeldRow], details: &mut Vec<DetailRow>) -> Option<Leg> {
        let contact = Contact::of(rows)?;
        let visits = self.visits(&contact);
        let presented = self.presented(&contact, &visits);
        let (key, first) = contact.first();
        let outcome = self.outcome(&contact, &visits, &presented);
        let mut stages = Vec::new();
        scripts(&contact, &visits, &mut stages);
        self.queue_stages(&visits, &mut stages);
        for it in &presented {
            self.agent_stages(&contact, it, &mut stages);
        }
        self.consult_stages(&contact, &mut stages);
        stages.sort_by_key(|it: &Stage| (it.entered_at, it.left_at, it.kind));
        let leg_id = leg_id(key);
        add_details(&contact, &visits, &CallId::from(leg_id.clone()), details);
        let priority = contact.routings.first().map(|it| it.1);
        Some(Leg {
            direction: contact.direction(),
            customer: contact.customer(),
            queue: queue_of(&visits),
            intent: contact.legs.iter().find_map(|it| it.1.application.clone()),
            priority: priority.and_then(|it| it.last_priority.or(it.first_priority)),
            ended_at: Some(contact.ended_at()),
            stages,
            ..Leg::whole(leg_id, first.started_at, outcome)
        })
    }

    fn remark(&mut self, text: &'static str) {
        *self.remarks.entry(text).or_default() += 1;
    }

    fn visits<'a>(&mut self, contact: &Contact<'a>) -> Vec<Visit<'a>> {
        let mut visits = Vec::with_capacity(contact.queues.len());
        for &(key, row) in &contact.queues {
            let is_queue = !row.is_for_agent;
            let queue =
                is_queue.then(|| self.naming.queue(key.profile, row.target, self.layout)).flatten();
            let visit = Visit::new(contact, key, row, queue);
            if visit.entered_at.is_none() {
                self.remark("stays in a queue that the log gives no time of");
            }
            visits.push(visit);
        }
        visit::sort(&mut visits);
        visits
    }

    fn presented<'a>(&mut self, contact: &Contact<'a>, visits: &[Visit<'_>]) -> Vec<Presented<'a>> {
        let mut presented = Vec::with_capacity(contact.agents.len());
        for &(key, row) in &contact.agents {
            let (agent, is_person) = self.naming.agent(key.profile, row.resource, self.layout);
            let queue = match row.queue_record {
                Some(record) => self.naming.queue(key.profile, record, self.layout),
                // Index 0 is a call to the agent's own number.
                None if row.q_index == 0 => None,
                None => {
                    let of_leg = |it: &&Visit<'_>| it.key == key && it.is_handled();
                    visits.iter().find(of_leg).and_then(|it| it.queue.clone())
                }
            };
            presented.push(Presented { key, row, agent, is_person, queue });
        }
        presented
    }

    fn outcome(
        &mut self,
        contact: &Contact<'_>,
        visits: &[Visit<'_>],
        presented: &[Presented<'_>],
    ) -> Outcome {
        let by_agent = presented.iter().any(|it| it.is_person && it.row.is_answered());
        let by_queue =
            |it: &Visit<'_>| it.is_handled() && contact.agents_of(it.key).next().is_none();
        if by_agent || visits.iter().any(by_queue) {
            return Outcome::Answered;
        }
        let (last, direction) = (contact.last(), contact.direction());
        if matches!(direction, Direction::Outbound | Direction::Internal) {
            return placed_outcome(last);
        }
        match last.disposition {
            UccxContactDisposition::Abandoned => Outcome::Abandoned,
            _ if last.is_sent_on => Outcome::Overflowed,
            // Handled, and by no agent: the script did what the caller wanted.
            UccxContactDisposition::Handled if self.has_agents => Outcome::Other,
            UccxContactDisposition::Aborted | UccxContactDisposition::Rejected(_) => {
                Outcome::Failed
            }
            UccxContactDisposition::Other(_) => {
                self.remark("contact dispositions that the schema does not have");
                Outcome::Unknown
            }
            _ => Outcome::Unknown,
        }
    }

    fn queue_stages(&mut self, visits: &[Visit<'_>], stages: &mut Vec<Stage>) {
        let handled = visits.iter().find(|it| it.is_handled());
        for it in visits {
            if handled.is_some_and(|handled| it.is_overtaken_by(handled)) {
                continue;
            }
            let agent = it
                .row
                .is_for_agent
                .then(|| self.naming.agent(it.key.profile, it.row.target, self.layout).0)
                .flatten();
            stages.extend(it.stage(agent));
        }
    }

    fn agent_stages(
        &mut self,
        contact: &Contact<'_>,
        presented: &Presented<'_>,
        stages: &mut Vec<Stage>,
    ) {
        let Presented { key, row, agent, queue, .. } = presented;
        let answered_at = row.answered_at();
        let mut stage = |kind, from, len, end| {
            if len > chrono::TimeDelta::zero() {
                stages.push(Stage {
                    kind,
                    queue: queue.clone(),
                    agent: agent.clone(),
                    entered_at: from,
                    left_at: Some(from + len),
                    end,
                });
            }
        };
        if !row.is_answered() {
            stage(StageKind::Ring, row.started_at, row.ring, unanswered(contact, *key, row));
            return;
        }
        stage(StageKind::Ring, row.started_at, row.ring, StageEnd::Answered);
        let talk = if presented.is_person { StageKind::Talk } else { StageKind::Ivr };
        let is_handed_on = presented.is_person && contact.is_handed_on(*key, row);
        let end = if is_handed_on { StageEnd::Transferred } else { StageEnd::Completed };
        // Only totals are written: one talk, one hold after it, and the work after the call.
        stage(talk, answered_at, row.talk, end);
        stage(StageKind::Hold, answered_at + row.talk, row.hold, StageEnd::Completed);
        stage(StageKind::WrapUp, row.hung_up_at(), row.work, StageEnd::Completed);
        let fits = |ended_at| {
            is_near(ended_at, row.hung_up_at()) || is_near(ended_at, row.hung_up_at() + row.work)
        };
        if !row.ended_at.is_none_or(fits) {
            self.remark("agents' times that do not add up to their end");
        }
    }

    fn consult_stages(&mut self, contact: &Contact<'_>, stages: &mut Vec<Stage>) {
        for &(key, leg) in &contact.consults {
            let of_leg = |it: &&(LegKey, &AgentRow)| it.0 == key && it.1.is_answered();
            let is_answered = leg.is_connected
                || leg.disposition == UccxContactDisposition::Handled
                || contact.consulted.iter().any(|it| of_leg(&it));
            let caller = leg.caller.map(|it| self.naming.agent(key.profile, it, self.layout).0);
            stages.push(Stage {
                kind: StageKind::Consult,
                queue: None,
                agent: caller.flatten(),
                entered_at: leg.started_at,
                left_at: Some(leg.ended_at),
                end: if is_answered { StageEnd::Completed } else { StageEnd::Unanswered },
            });
        }
    }
}

/// The name of a contact's first leg, as reports write it, with the profile where it is not the first.
fn leg_id(key: LegKey) -> LegId {
    let LegKey { profile, node, session, seq } = key;
    let other = if profile == 1 { String::new() } else { format!("@{profile}") };
    LegId::new(format!("{node}-{session}-{seq}{other}"))
}

/// The queue that a call counts for: the one that handled it, else the first that it entered.
fn queue_of(visits: &[Visit<'_>]) -> Option<QueueId> {
    let handled = visits.iter().filter(|it| it.is_handled()).find_map(|it| it.queue.clone());
    handled.or_else(|| visits.iter().find_map(|it| it.queue.clone()))
}

/// How a call ended that the center placed, or that stayed within it, and that no agent's row shows answered.
fn placed_outcome(last: &CallRow) -> Outcome {
    let is_dialed = matches!(last.kind, UccxContactType::Outgoing | UccxContactType::Internal);
    match last.disposition {
        _ if is_dialed && last.is_connected => Outcome::Answered,
        UccxContactDisposition::Handled if is_dialed => Outcome::Answered,
        UccxContactDisposition::Aborted | UccxContactDisposition::Rejected(_) => Outcome::Failed,
        // Nobody answered until the caller, who is no customer, hung up.
        UccxContactDisposition::Abandoned => Outcome::Other,
        _ => Outcome::Unknown,
    }
}

/// Why a telephone stopped ringing without an answer.
fn unanswered(contact: &Contact<'_>, key: LegKey, row: &AgentRow) -> StageEnd {
    let Some(leg) = contact.leg(key) else { return StageEnd::Unanswered };
    let is_gone = leg.disposition == UccxContactDisposition::Abandoned
        && is_near(leg.ended_at, row.answered_at());
    match row.is_unanswered {
        Some(true) => StageEnd::Unanswered,
        _ if is_gone => StageEnd::Abandoned,
        _ => StageEnd::Unanswered,
    }
}

/// The scripts of a contact's legs: from the leg's start to its first queue or agent, or to its end.
fn scripts(contact: &Contact<'_>, visits: &[Visit<'_>], stages: &mut Vec<Stage>) {
    for &(key, leg) in &contact.legs {
        let queued_at =
            visits.iter().filter(|it| it.key == key).filter_map(|it| it.entered_at).min();
        let rang_at = contact.agents_of(key).map(|it| it.started_at).min();
        let is_given_up = leg.disposition == UccxContactDisposition::Abandoned
            && rang_at.is_none()
            && !leg.kind.is_outbound()
            && leg.kind != UccxContactType::Internal;
        if !(leg.has_script || queued_at.is_some() || is_given_up) {
            continue;
        }
        let reached = queued_at.into_iter().chain(rang_at).min();
        let left_at = reached.unwrap_or(leg.ended_at);
        let end = match leg.disposition {
            _ if reached.is_some() => StageEnd::Completed,
            UccxContactDisposition::Abandoned => StageEnd::Abandoned,
            _ if leg.is_sent_on => StageEnd::Overflowed,
            UccxContactDisposition::Aborted | UccxContactDisposition::Rejected(_) => {
                StageEnd::Failed
            }
            UccxContactDisposition::Handled => StageEnd::Completed,
            _ => StageEnd::Unknown,
        };
        if left_at > leg.started_at {
            stages.push(Stage {
                kind: StageKind::Ivr,
                queue: None,
                agent: None,
                entered_at: leg.started_at,
                left_at: Some(left_at),
                end,
            });
        }
    }
}

/// What the call model has no place for: the total over all queues, and each stay where there were several.
fn add_details(
    contact: &Contact<'_>,
    visits: &[Visit<'_>],
    call_id: &CallId,
    details: &mut Vec<DetailRow>,
) {
    let number = |it: Option<i32>| it.map(|it| it.to_string()).unwrap_or_default();
    for (_, row) in &contact.routings {
        details.push(DetailRow {
            table: "routing",
            columns: &["queue_secs", "first_priority", "last_priority"],
            call_id: Some(call_id.clone()),
            values: vec![
                row.stay.map(|it| it.num_seconds().to_string()).unwrap_or_default(),
                number(row.first_priority),
                number(row.last_priority),
            ],
        });
    }
    for it in visits.iter().filter(|_| visits.len() > 1) {
        let stamp = |at: Option<chrono::DateTime<chrono::Utc>>| {
            at.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)).unwrap_or_default()
        };
        details.push(DetailRow {
            table: "queue_visit",
            columns: &["queue", "entered_at", "left_at", "queue_secs", "disposition"],
            call_id: Some(call_id.clone()),
            values: vec![
                it.queue.as_ref().map(ToString::to_string).unwrap_or_default(),
                stamp(it.entered_at),
                stamp(it.left_at),
                it.row.stay.map(|it| it.num_seconds().to_string()).unwrap_or_default(),
                it.row.disposition.code().to_string(),
            ],
        });
    }
}
