//! A call as a case: its stages are the activities.

use ringback_calllog::{Call, Stage};

use crate::{EventLog, EventLogBuilder, ValueKind};

/// An event log of calls.
#[derive(Clone, Debug)]
pub struct CallJourneys {
    /// One case a call, one activity a stage.
    pub log: EventLog,
    /// Calls without a stage: they are no cases.
    pub without_stages: usize,
    /// Stages without a known end, which count as instants.
    pub open_stages: usize,
}

impl CallJourneys {
    /// The calls of a log as cases: each stage is an activity from when it was entered until it was left, its agent the
    /// resource.
    ///
    /// Attributes of an event are `queue` and `end`; of a case `source`, `direction`, `outcome`, `queue`, `intent`,
    /// `priority` and `customer` (the pseudonym). A call is told from others by its source and id.
    pub fn of(calls: &[Call]) -> Self {
        let mut builder = EventLogBuilder::default();
        let text = ValueKind::Text;
        let names = ["source", "direction", "outcome", "queue", "intent", "customer"];
        let of_case = names.map(|it| builder.case_column(it, text));
        let priority = builder.case_column("priority", ValueKind::Int);
        let resource = builder.column("org:resource", text);
        let of_event = ["queue", "end"].map(|it| builder.column(it, text));
        let (mut without_stages, mut open_stages) = (0, 0);
        for call in calls {
            if call.stages.is_empty() {
                without_stages += 1;
                continue;
            }
            let case = builder.case(&format!("{}:{}", call.source, call.call_id));
            let values = [
                Some(call.source.to_string()),
                Some(call.direction.to_string()),
                Some(call.outcome.to_string()),
                call.queue.as_ref().map(ToString::to_string),
                call.intent.as_ref().map(ToString::to_string),
                call.customer.as_ref().map(ToString::to_string),
            ];
            for (column, value) in of_case.into_iter().zip(values) {
                if let Some(value) = value {
                    builder.set_case(case, column, &value);
                }
            }
            if let Some(value) = call.priority {
                builder.set_case(case, priority, &value.to_string());
            }
            for stage in &call.stages {
                let Stage { kind, queue, agent, entered_at, left_at, end } = stage;
                open_stages += usize::from(left_at.is_none());
                let left_at = left_at.unwrap_or(*entered_at).max(*entered_at);
                builder.event(case, kind.as_str(), left_at.timestamp_micros());
                builder.started_at(entered_at.timestamp_micros());
                builder.set(of_event[1], end.as_str());
                if let Some(queue) = queue {
                    builder.set(of_event[0], queue.as_str());
                }
                if let Some(agent) = agent {
                    builder.set(resource, agent.as_str());
                }
            }
        }
        Self { log: builder.build(), without_stages, open_stages }
    }
}
