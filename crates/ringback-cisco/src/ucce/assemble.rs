//! A contact's rows become one call.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{
    AgentId, CallId, DetailRow, Leg, Names, Outcome, QueueId, Site, Stage, StageEnd, StageKind,
};

use crate::ucce::code::UcceDisposition;
use crate::ucce::contact::{Contact, QueueNumber};
use crate::ucce::layout::Layout;
use crate::ucce::row::LegRow;

/// Remarks by their text, counted.
pub(super) type Remarks = BTreeMap<&'static str, u64>;

/// Names of queues and agents.
pub(super) struct Naming {
    queues: Names<QueueId>,
    agents: Names<AgentId>,
}

impl Naming {
    pub(super) fn new(site: &Site) -> Self {
        Self { queues: site.names(), agents: site.names() }
    }

    fn queue(&mut self, number: QueueNumber, layout: &Layout) -> Option<QueueId> {
        let name = match number {
            QueueNumber::CallType(id) => format!("call_type/{id}"),
            QueueNumber::PrecisionQueue(id) => format!("precision_queue/{id}"),
            QueueNumber::SkillGroup(id) => format!("skill_group/{id}"),
        };
        self.queues.get(layout.queues.get(&name).unwrap_or(&name))
    }

    fn agent(&mut self, id: i64, layout: &Layout) -> Option<AgentId> {
        let name = id.to_string();
        self.agents.get(layout.agents.get(&name).unwrap_or(&name))
    }
}

/// Makes calls of contacts.
pub(super) struct Assembler<'a> {
    pub naming: &'a mut Naming,
    pub layout: &'a Layout,
    pub remarks: &'a mut Remarks,
}

impl Assembler<'_> {
    pub(super) fn call(&mut self, contact: &Contact<'_>, details: &mut Vec<DetailRow>) -> Leg {
        let answered = contact.answered(|it| self.is_person(it));
        let outcome = match (&contact.callback, answered) {
            (Some(_), _) => Outcome::Callback,
            (None, Some(_)) => Outcome::Answered,
            (None, None) => contact.unanswered_outcome(),
        };
        let is_short = contact.is_short();
        let queue = contact.queue(answered, self.layout.queues_by).filter(|_| !is_short);
        let queue = queue.and_then(|it| self.naming.queue(it, self.layout));
        let mut stages = Vec::new();
        if !is_short {
            self.queue_stages(contact, answered, outcome, (queue.as_ref(), &mut stages));
        }
        for leg in contact.own().filter(|it| it.agent.is_some()) {
            self.agent_stages(leg, queue.as_ref(), &mut stages);
        }
        menu_stage(contact, outcome, &mut stages);
        self.consult_stages(contact, &mut stages);
        stages.sort_by_key(|it: &Stage| (it.entered_at, it.left_at, it.kind));
        let leg_id = contact.leg_id();
        if let Some(callback) = &contact.callback {
            details.push(callback.detail(CallId::from(leg_id.clone())));
        }
        if contact.own().any(|it| matches!(it.disposition, UcceDisposition::Other(_))) {
            self.remark("calls with a disposition that the schema does not have");
        }
        Leg {
            direction: contact.direction(),
            customer: contact.customer(),
            queue,
            ended_at: contact.ended_at(),
            stages,
            ..Leg::whole(leg_id, contact.started_at(), outcome)
        }
    }

    fn remark(&mut self, text: &'static str) {
        *self.remarks.entry(text).or_default() += 1;
    }

    fn is_person(&self, leg: &LegRow) -> bool {
        let name = leg.agent.map(|it| it.to_string()).unwrap_or_default();
        let shown = self.layout.agents.get(&name);
        !self.layout.not_people.contains(&name)
            && !shown.is_some_and(|it| self.layout.not_people.contains(it))
    }

    /// The wait in the queue, which ends where an agent answers or the caller is gone, and with it the ringing.
    fn queue_stages(
        &mut self,
        contact: &Contact<'_>,
        answered: Option<&LegRow>,
        outcome: Outcome,
        (queue, stages): (Option<&QueueId>, &mut Vec<Stage>),
    ) {
        let (queue_time, agree) = contact.queue_time();
        if !agree {
            self.remark("calls whose queue times differ between rows");
        }
        let Some((entered_at, left_at)) = self.queue_span(contact, answered, queue_time) else {
            return;
        };
        if let Some(callback) = &contact.callback {
            let until = if callback.is_connected() { answered.map(|_| left_at) } else { None };
            callback.stages(queue, entered_at, until, stages);
            return;
        }
        let end = match outcome {
            Outcome::Answered => StageEnd::Answered,
            Outcome::Abandoned => StageEnd::Abandoned,
            Outcome::Overflowed => StageEnd::Overflowed,
            Outcome::Busy | Outcome::Failed => StageEnd::Failed,
            _ => StageEnd::Unknown,
        };
        stages.push(Stage {
            kind: StageKind::Queue,
            queue: queue.cloned(),
            agent: None,
            entered_at,
            left_at: Some(left_at),
            end,
        });
    }

    /// From the entry into the queue to the answer or to the end; `None` for a call that was in none.
    fn queue_span(
        &mut self,
        contact: &Contact<'_>,
        answered: Option<&LegRow>,
        queue_time: Option<TimeDelta>,
    ) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        use UcceDisposition as It;
        let zero = TimeDelta::zero();
        let is_routed = contact.legs.iter().any(|it| it.route.is_routed());
        let rang = contact.own().rfind(|it| it.disposition == It::AbandonedRinging);
        let last = answered.or(rang).or_else(|| contact.own().next_back())?;
        let left_at = if answered.is_some() { last.answered_at() } else { last.hung_up_at() };
        let is_agents = answered.is_some() || rang.is_some();
        let waited = match queue_time {
            Some(it) if it > zero => it,
            // Routed to an agent who was free: the wait is the ringing.
            _ if is_agents && is_routed => zero,
            _ if last.disposition == It::AbandonedInLocalQueue => last.to_abandon,
            _ => return None,
        };
        let rang_for: TimeDelta = contact
            .own()
            .filter(|it| it.agent.is_some() && it.started_at <= last.started_at)
            .map(|it| if std::ptr::eq(it, last) { left_at - last.rang_at() } else { it.parts.ring })
            .sum();
        let entered_at = left_at - waited - rang_for.max(zero);
        if entered_at < contact.started_at() - TimeDelta::seconds(2) {
            self.remark("calls whose queue times are longer than they");
        }
        Some((entered_at.max(contact.started_at()).min(left_at), left_at))
    }

    fn agent_stages(&mut self, leg: &LegRow, queue: Option<&QueueId>, stages: &mut Vec<Stage>) {
        use UcceDisposition as It;
        let agent = leg.agent.and_then(|it| self.naming.agent(it, self.layout));
        let is_person = self.is_person(leg);
        let queue = queue.filter(|_| leg.route.is_routed()).cloned();
        let mut stage = |kind, from: DateTime<Utc>, to: DateTime<Utc>, end| {
            if to > from {
                let (queue, agent) = (queue.clone(), agent.clone());
                stages.push(Stage { kind, queue, agent, entered_at: from, left_at: Some(to), end });
            }
        };
        if !leg.is_answered() {
            let (left_at, end) = match leg.disposition {
                It::AbandonedRinging => (leg.hung_up_at(), StageEnd::Abandoned),
                _ => (leg.answered_at(), StageEnd::Unanswered),
            };
            stage(StageKind::Ring, leg.rang_at(), left_at, end);
            return;
        }
        let is_handed_on = leg.disposition.is_transfer() && is_person;
        let end = if is_handed_on { StageEnd::Transferred } else { StageEnd::Completed };
        let (answered_at, talked_until) = (leg.answered_at(), leg.answered_at() + leg.parts.talk);
        let talk = if is_person { StageKind::Talk } else { StageKind::Ivr };
        let hung_up_at = leg.hung_up_at();
        stage(StageKind::Ring, leg.rang_at(), answered_at, StageEnd::Answered);
        // Only totals are written: one talk, one hold after it, and the work after the call.
        stage(talk, answered_at, talked_until, end);
        stage(StageKind::Hold, talked_until, hung_up_at, StageEnd::Completed);
        stage(StageKind::WrapUp, hung_up_at, hung_up_at + leg.parts.work, StageEnd::Completed);
    }

    fn consult_stages(&mut self, contact: &Contact<'_>, stages: &mut Vec<Stage>) {
        for leg in contact.consults() {
            let asks = leg.source_agent.or(leg.agent);
            stages.push(Stage {
                kind: StageKind::Consult,
                queue: None,
                agent: asks.and_then(|it| self.naming.agent(it, self.layout)),
                entered_at: leg.started_at,
                left_at: Some(leg.hung_up_at()),
                end: if leg.is_answered() { StageEnd::Completed } else { StageEnd::Unanswered },
            });
        }
    }
}

/// The menu: from the start to the queue, to the first agent, or to the end.
fn menu_stage(contact: &Contact<'_>, outcome: Outcome, stages: &mut Vec<Stage>) {
    let Some(last) = contact.menus().next_back() else { return };
    let from = contact.started_at();
    let next = stages.iter().map(|it| it.entered_at).min();
    let to = next.unwrap_or(last.hung_up_at());
    let end = match outcome {
        _ if next.is_some() => StageEnd::Completed,
        Outcome::Abandoned => StageEnd::Abandoned,
        Outcome::Overflowed => StageEnd::Overflowed,
        Outcome::Busy | Outcome::Failed => StageEnd::Failed,
        _ => StageEnd::Unknown,
    };
    if to > from {
        let (kind, left_at) = (StageKind::Ivr, Some(to));
        stages.push(Stage { kind, queue: None, agent: None, entered_at: from, left_at, end });
    }
}
