//! Which table a file holds, and where its columns stand.

use crate::export::{Header, Table};

/// The tables of the database, and the report that puts them together.
#[derive(Clone, Debug)]
pub(super) enum UccxTable {
    Call(CallColumns),
    Queue(QueueColumns),
    Routing(RoutingColumns),
    Agent(AgentColumns),
    Queues(QueuesColumns),
    Agents(AgentsColumns),
    Report(ReportColumns),
}

impl Table for UccxTable {
    fn find(header: &Header) -> Option<Result<Self, &'static str>> {
        let has = |names: &[&str]| header.has_all(names);
        Some(if has(&["nodeidsessionidsequenceno"]) {
            ReportColumns::find(header).map(Self::Report)
        } else if has(&["contactservicequeueid", "csqname"]) {
            QueuesColumns::find(header).map(Self::Queues)
        } else if has(&["resourceid", "resourceloginid"]) || has(&["resourceid", "resourcename"]) {
            AgentsColumns::find(header).map(Self::Agents)
        } else if !has(&["sessionid", "sessionseqnum"]) {
            return None;
        } else if has(&["contacttype"]) || has(&["contactdisposition"]) {
            CallColumns::find(header).map(Self::Call)
        } else if has(&["resourceid", "talktime"]) || has(&["resourceid", "ringtime"]) {
            AgentColumns::find(header).map(Self::Agent)
        } else if has(&["targetid"]) {
            QueueColumns::find(header).map(Self::Queue)
        } else if has(&["finalpriority"]) || has(&["origpriority"]) {
            RoutingColumns::find(header).map(Self::Routing)
        } else {
            return None;
        })
    }
}

/// Columns of the four tables that name a leg.
#[derive(Clone, Debug)]
pub(super) struct LegColumns {
    pub session: usize,
    pub seq: usize,
    pub node: usize,
    pub profile: usize,
    pub contact: usize,
}

impl LegColumns {
    fn find(header: &Header) -> Result<Self, &'static str> {
        Ok(Self {
            session: header.need("sessionID")?,
            seq: header.need("sessionSeqNum")?,
            node: header.need("nodeID")?,
            profile: header.need("profileID")?,
            contact: header.find("contactID"),
        })
    }
}

/// `ContactCallDetail`.
#[derive(Clone, Debug)]
pub(super) struct CallColumns {
    pub leg: LegColumns,
    pub kind: usize,
    pub disposition: usize,
    pub originator_type: usize,
    pub originator_id: usize,
    pub originator_dn: usize,
    pub destination_type: usize,
    pub destination_dn: usize,
    pub start: usize,
    pub end: usize,
    pub application_task: usize,
    pub application_name: usize,
    pub connect_time: usize,
    pub transfer: usize,
    pub redirect: usize,
    pub flowout: usize,
}

impl CallColumns {
    fn find(header: &Header) -> Result<Self, &'static str> {
        Ok(Self {
            leg: LegColumns::find(header)?,
            kind: header.need("contactType")?,
            disposition: header.need("contactDisposition")?,
            originator_type: header.find("originatorType"),
            originator_id: header.find("originatorID"),
            originator_dn: header.find("originatorDN"),
            destination_type: header.find("destinationType"),
            destination_dn: header.find("destinationDN"),
            start: header.need("startDateTime")?,
            end: header.need("endDateTime")?,
            application_task: header.find("applicationTaskID"),
            application_name: header.find("applicationName"),
            connect_time: header.find("connectTime"),
            transfer: header.find("transfer"),
            redirect: header.find("redirect"),
            flowout: header.find("flowout"),
        })
    }
}

/// `ContactQueueDetail`.
#[derive(Clone, Debug)]
pub(super) struct QueueColumns {
    pub leg: LegColumns,
    pub target: usize,
    pub target_type: usize,
    pub q_index: usize,
    pub order: usize,
    pub disposition: usize,
    pub queue_time: usize,
    pub start: usize,
    pub end: usize,
}

impl QueueColumns {
    fn find(header: &Header) -> Result<Self, &'static str> {
        Ok(Self {
            leg: LegColumns::find(header)?,
            target: header.need("targetID")?,
            target_type: header.need("targetType")?,
            q_index: header.find("qIndex"),
            order: header.find("queueOrder"),
            disposition: header.need("disposition")?,
            queue_time: header.need("queueTime")?,
            start: header.find("startDateTime"),
            end: header.find("endDateTime"),
        })
    }
}

/// `ContactRoutingDetail`.
#[derive(Clone, Debug)]
pub(super) struct RoutingColumns {
    pub leg: LegColumns,
    pub queue_time: usize,
    pub first_priority: usize,
    pub last_priority: usize,
    pub start: usize,
}

impl RoutingColumns {
    fn find(header: &Header) -> Result<Self, &'static str> {
        Ok(Self {
            leg: LegColumns::find(header)?,
            queue_time: header.need("queueTime")?,
            first_priority: header.find("origPriority"),
            last_priority: header.find("finalPriority"),
            start: header.find("startDateTime"),
        })
    }
}

/// `AgentConnectionDetail`.
#[derive(Clone, Debug)]
pub(super) struct AgentColumns {
    pub leg: LegColumns,
    pub resource: usize,
    pub start: usize,
    pub end: usize,
    pub q_index: usize,
    pub ring: usize,
    pub talk: usize,
    pub hold: usize,
    pub work: usize,
    pub rna: usize,
    pub queue_record: usize,
    pub consult_session: usize,
}

impl AgentColumns {
    fn find(header: &Header) -> Result<Self, &'static str> {
        Ok(Self {
            leg: LegColumns::find(header)?,
            resource: header.need("resourceID")?,
            start: header.need("startDateTime")?,
            end: header.find("endDateTime"),
            q_index: header.find("qIndex"),
            ring: header.need("ringTime")?,
            talk: header.need("talkTime")?,
            hold: header.find("holdTime"),
            work: header.find("workTime"),
            rna: header.find("rna"),
            queue_record: header.find("csqRecordID"),
            consult_session: header.find("consultSessionID"),
        })
    }
}

/// `ContactServiceQueue`.
#[derive(Clone, Debug)]
pub(super) struct QueuesColumns {
    pub id: usize,
    pub record: usize,
    pub profile: usize,
    pub name: usize,
}

impl QueuesColumns {
    fn find(header: &Header) -> Result<Self, &'static str> {
        Ok(Self {
            id: header.need("contactServiceQueueID")?,
            record: header.need("recordID")?,
            profile: header.need("profileID")?,
            name: header.need("csqName")?,
        })
    }
}

/// Resource.
#[derive(Clone, Debug)]
pub(super) struct AgentsColumns {
    pub resource: usize,
    pub profile: usize,
    pub login: usize,
    pub name: usize,
    pub extension: usize,
}

impl AgentsColumns {
    fn find(header: &Header) -> Result<Self, &'static str> {
        Ok(Self {
            resource: header.need("resourceID")?,
            profile: header.need("profileID")?,
            login: header.find("resourceLoginID"),
            name: header.find("resourceName"),
            extension: header.find("extension"),
        })
    }
}

/// The Detailed Call, CSQ, Agent report.
#[derive(Clone, Debug)]
pub(super) struct ReportColumns {
    pub leg: usize,
    pub start: usize,
    pub end: usize,
    pub disposition: usize,
    pub originator: usize,
    pub application: usize,
    pub queues: usize,
    pub queue_time: usize,
    pub agent: usize,
    pub ring: usize,
    pub talk: usize,
    pub hold: usize,
    pub work: usize,
}

impl ReportColumns {
    fn find(header: &Header) -> Result<Self, &'static str> {
        let originator = if header.has("Originator DN") {
            header.find("Originator DN")
        } else {
            header.need("Originator DN (Calling Number)")?
        };
        Ok(Self {
            leg: header.need("Node ID - Session ID - Sequence No")?,
            start: header.need("Call Start Time")?,
            end: header.need("Call End Time")?,
            disposition: header.need("Contact Disposition")?,
            originator,
            application: header.find("Application Name"),
            queues: header.need("CSQ Names")?,
            queue_time: header.need("Queue Time")?,
            agent: header.need("Agent Name")?,
            ring: header.need("Ring Time")?,
            talk: header.need("Talk Time")?,
            hold: header.find("Hold Time"),
            work: header.find("Work Time"),
        })
    }
}
