//! Which table a file holds, and where its columns stand.

use crate::export::{ABSENT, Header, Table};

/// The tables of the central database, and those of the callback database.
#[derive(Clone, Debug)]
pub(super) enum UcceTable {
    Termination(Box<TerminationColumns>),
    Route(RouteColumns),
    Callback(CallbackColumns),
    CallbackEvent(CallbackEventColumns),
}

impl UcceTable {
    /// Whether instants need the zone of the system's clock.
    pub(super) fn needs_zone(&self) -> bool {
        match self {
            Self::Termination(it) => it.start == ABSENT && it.time.zone == ABSENT,
            Self::Route(it) => it.start == ABSENT && it.time.zone == ABSENT,
            Self::Callback(_) | Self::CallbackEvent(_) => false,
        }
    }
}

impl Table for UcceTable {
    fn find(header: &Header) -> Option<Result<Self, &'static str>> {
        let is_call = header.has_all(&["RouterCallKeyDay", "RouterCallKey"]);
        let is_callback = header.has_all(&["SurrogateID", "CauseID"]);
        Some(if is_call && header.has("CallDisposition") {
            TerminationColumns::find(header).map(|it| Self::Termination(Box::new(it)))
        } else if is_call && (header.has("RouterQueueTime") || header.has("RouterErrorCode")) {
            RouteColumns::find(header).map(Self::Route)
        } else if is_callback && (header.has("CallGUID") || header.has("NbrAttempts")) {
            CallbackColumns::find(header).map(Self::Callback)
        } else if is_callback && header.has("EventDateTime") {
            CallbackEventColumns::find(header).map(Self::CallbackEvent)
        } else {
            return None;
        })
    }
}

/// A local stamp and the minutes to universal time.
#[derive(Clone, Debug)]
pub(super) struct TimeColumns {
    pub local: usize,
    pub zone: usize,
}

/// `Termination_Call_Detail`.
#[derive(Clone, Debug)]
pub(super) struct TerminationColumns {
    pub day: usize,
    pub key: usize,
    pub seq: usize,
    pub recovery: usize,
    pub peripheral: usize,
    pub call_key: usize,
    pub kind: usize,
    pub disposition: usize,
    pub time: TimeColumns,
    pub start: usize,
    pub answered: usize,
    pub ended: usize,
    pub duration: usize,
    pub ring: usize,
    pub delay: usize,
    pub to_abandon: usize,
    pub hold: usize,
    pub talk: usize,
    pub work: usize,
    pub local_queue: usize,
    pub net_queue: usize,
    pub agent: usize,
    pub source_agent: usize,
    pub skill_group: usize,
    pub precision_queue: usize,
    pub call_type: usize,
    pub ani: usize,
    pub dialed: usize,
    pub guid: usize,
}

impl TerminationColumns {
    fn find(header: &Header) -> Result<Self, &'static str> {
        // The start as it is, or from the end and the duration.
        let has_start = header.has("StartDateTimeUTC");
        let has_end = header.has_all(&["DateTime", "Duration"]);
        if !has_start && !has_end {
            return Err("StartDateTimeUTC");
        }
        let call_key = header.find("ICRCallKey");
        Ok(Self {
            day: header.need("RouterCallKeyDay")?,
            key: header.need("RouterCallKey")?,
            seq: header.find("RouterCallKeySequenceNumber"),
            recovery: header.find("RecoveryKey"),
            peripheral: header.find("PeripheralID"),
            call_key: if call_key == ABSENT { header.find("PeripheralCallKey") } else { call_key },
            kind: header.find("PeripheralCallType"),
            disposition: header.need("CallDisposition")?,
            time: TimeColumns { local: header.find("DateTime"), zone: header.find("TimeZone") },
            start: header.find("StartDateTimeUTC"),
            answered: header.find("AnsweredDateTimeUTC"),
            ended: header.find("CallTerminatedDateTimeUTC"),
            duration: header.find("Duration"),
            ring: header.need("RingTime")?,
            delay: header.find("DelayTime"),
            to_abandon: header.find("TimeToAband"),
            hold: header.find("HoldTime"),
            talk: header.need("TalkTime")?,
            work: header.find("WorkTime"),
            local_queue: header.find("LocalQTime"),
            net_queue: header.find("NetQTime"),
            agent: header.need("AgentSkillTargetID")?,
            source_agent: header.find("SourceAgentSkillTargetID"),
            skill_group: header.find("SkillGroupSkillTargetID"),
            precision_queue: header.find("PrecisionQueueID"),
            call_type: header.find("CallTypeID"),
            ani: header.find("ANI"),
            dialed: header.find("DigitsDialed"),
            guid: header.find("CallGUID"),
        })
    }
}

/// `Route_Call_Detail`.
#[derive(Clone, Debug)]
pub(super) struct RouteColumns {
    pub day: usize,
    pub key: usize,
    pub time: TimeColumns,
    pub start: usize,
    pub queue_time: usize,
    pub call_type: usize,
    pub ani: usize,
    pub error: usize,
}

impl RouteColumns {
    fn find(header: &Header) -> Result<Self, &'static str> {
        let local = ["BeganRoutingDateTime", "DateTime"].map(|it| header.find(it));
        let local = if local[0] == ABSENT { local[1] } else { local[0] };
        let start = header.find("CallStartDateTimeUTC");
        if start == ABSENT && local == ABSENT {
            return Err("CallStartDateTimeUTC");
        }
        Ok(Self {
            day: header.need("RouterCallKeyDay")?,
            key: header.need("RouterCallKey")?,
            time: TimeColumns { local, zone: header.find("TimeZone") },
            start,
            queue_time: header.need("RouterQueueTime")?,
            call_type: header.find("CallTypeID"),
            ani: header.find("ANI"),
            error: header.find("RouterErrorCode"),
        })
    }
}

/// `CallBack`, `Callback_Current`, `Callback_Historical`.
#[derive(Clone, Debug)]
pub(super) struct CallbackColumns {
    pub surrogate: usize,
    pub guid: usize,
    pub date: usize,
    pub ani: usize,
    pub attempts: usize,
    pub cause: usize,
}

impl CallbackColumns {
    fn find(header: &Header) -> Result<Self, &'static str> {
        Ok(Self {
            surrogate: header.need("SurrogateID")?,
            guid: header.need("CallGUID")?,
            date: header.need("CallStartDate")?,
            ani: header.find("ANI"),
            attempts: header.find("NbrAttempts"),
            cause: header.need("CauseID")?,
        })
    }
}

/// `CallBackEvent`.
#[derive(Clone, Debug)]
pub(super) struct CallbackEventColumns {
    pub surrogate: usize,
    pub at: usize,
    pub cause: usize,
}

impl CallbackEventColumns {
    fn find(header: &Header) -> Result<Self, &'static str> {
        Ok(Self {
            surrogate: header.need("SurrogateID")?,
            at: header.need("EventDateTime")?,
            cause: header.need("CauseID")?,
        })
    }
}
