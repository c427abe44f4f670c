//! Rows of the tables, from text to what a call needs of them.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use ringback_calllog::{CustomerNumbers, LocalClock, RejectReason};

use crate::export::{ABSENT, Fields, Rejection, bad_stamp, bad_value};
use crate::ucce::code::{CvpCallbackCause, LegKind, UcceDisposition};
use crate::ucce::layout::Layout;
use crate::ucce::row::{
    Body, CallbackEventRow, CallbackRow, Guid, HeldRow, LegKey, LegRow, Parts, RouteKey, RouteRow,
};
use crate::ucce::table::{
    CallbackColumns, CallbackEventColumns, RouteColumns, TerminationColumns, TimeColumns,
};

/// Reads fields of rows.
pub(super) struct RowParser<'a> {
    pub layout: &'a Layout,
    pub numbers: &'a mut CustomerNumbers,
    pub clock: &'a mut Option<LocalClock>,
    /// Legs whose duration is not the sum of its parts.
    pub wrong_sums: &'a mut u64,
}

impl RowParser<'_> {
    pub(super) fn leg(
        &mut self,
        columns: &TerminationColumns,
        row: Fields<'_>,
    ) -> Result<HeldRow, Rejection> {
        let parts = Parts::read(columns, row)?;
        let duration = row.secs(columns.duration, "Duration")?;
        let (started_at, ended_at) =
            self.leg_times(columns, row, duration.unwrap_or(parts.sum()))?;
        let route = RouteKey {
            day: row.need(columns.day, "RouterCallKeyDay")?,
            key: row.need(columns.key, "RouterCallKey")?,
        };
        let kind = LegKind::from_code(row.number(columns.kind, "PeripheralCallType")?);
        let disposition =
            UcceDisposition::from_code(row.need(columns.disposition, "CallDisposition")?);
        let id = |column, name| Ok(row.number::<i64>(column, name)?.filter(|it| *it > 0));
        let leg = match recovery(row.text(columns.recovery)) {
            Some(key) => LegKey::Recovery(key),
            None => LegKey::Peripheral {
                peripheral: row.number(columns.peripheral, "PeripheralID")?.unwrap_or(0),
                call_key: row.number(columns.call_key, "ICRCallKey")?.unwrap_or(0),
                started_at,
            },
        };
        let answered_at =
            self.layout.stamps.utc(row.text(columns.answered), "AnsweredDateTimeUTC")?;
        let body = LegRow {
            leg,
            started_at,
            seq: row.number(columns.seq, "RouterCallKeySequenceNumber")?.unwrap_or(0),
            route,
            kind,
            disposition,
            answered_at,
            ended_at,
            parts,
            net_queue: row.secs(columns.net_queue, "NetQTime")?.unwrap_or_default(),
            to_abandon: row.secs(columns.to_abandon, "TimeToAband")?.unwrap_or_default(),
            agent: id(columns.agent, "AgentSkillTargetID")?,
            source_agent: id(columns.source_agent, "SourceAgentSkillTargetID")?,
            skill_group: id(columns.skill_group, "SkillGroupSkillTargetID")?,
            precision_queue: id(columns.precision_queue, "PrecisionQueueID")?,
            call_type: id(columns.call_type, "CallTypeID")?,
            customer: match kind {
                LegKind::Outbound | LegKind::Reservation => {
                    self.numbers.get(row.text(columns.dialed))
                }
                LegKind::Consult => None,
                LegKind::Customer | LegKind::Unknown => self.numbers.get(row.text(columns.ani)),
            },
            guid: Guid::parse(row.text(columns.guid)),
        };
        *self.wrong_sums += u64::from(duration.is_some_and(|it| it != parts.sum()));
        Ok(HeldRow { body: Body::Leg(Box::new(body)), place: row.place })
    }

    pub(super) fn route(
        &mut self,
        columns: &RouteColumns,
        row: Fields<'_>,
    ) -> Result<HeldRow, Rejection> {
        let start = row.text(columns.start);
        let at = match self.layout.stamps.utc(start, "CallStartDateTimeUTC")? {
            Some(at) => at,
            None => self.local(&columns.time, row, "BeganRoutingDateTime")?,
        };
        let call_type: Option<i64> = row.number(columns.call_type, "CallTypeID")?;
        let body = RouteRow {
            route: RouteKey {
                day: row.need(columns.day, "RouterCallKeyDay")?,
                key: row.need(columns.key, "RouterCallKey")?,
            },
            at,
            queue: row.secs(columns.queue_time, "RouterQueueTime")?,
            call_type: call_type.filter(|it| *it > 0),
            customer: self.numbers.get(row.text(columns.ani)),
            error: row.number(columns.error, "RouterErrorCode")?,
        };
        Ok(HeldRow { body: Body::Route(body), place: row.place })
    }

    pub(super) fn callback(
        &mut self,
        columns: &CallbackColumns,
        row: Fields<'_>,
    ) -> Result<HeldRow, Rejection> {
        let date = row.text(columns.date);
        let day = day(date).ok_or_else(|| {
            ("CallStartDate", bad_value(date, "a date such as 2026-05-04 or 05/04/2026"))
        })?;
        let missing = ("CallGUID", RejectReason::Missing { expected: "the call's GUID" });
        let cause: Option<u32> = row.number(columns.cause, "CauseID")?;
        let body = CallbackRow {
            surrogate: row.need(columns.surrogate, "SurrogateID")?,
            guid: Guid::parse(row.text(columns.guid)).ok_or(missing)?,
            day,
            customer: self.numbers.get(row.text(columns.ani)),
            attempts: row.number(columns.attempts, "NbrAttempts")?,
            cause: cause.map(CvpCallbackCause::from_code),
        };
        Ok(HeldRow { body: Body::Callback(body), place: row.place })
    }

    pub(super) fn callback_event(
        &mut self,
        columns: &CallbackEventColumns,
        row: Fields<'_>,
    ) -> Result<HeldRow, Rejection> {
        let missing = ("EventDateTime", RejectReason::Missing { expected: "a stamp" });
        let at = self.layout.stamps.utc(row.text(columns.at), "EventDateTime")?.ok_or(missing)?;
        let cause: Option<u32> = row.number(columns.cause, "CauseID")?;
        let body = CallbackEventRow {
            surrogate: row.need(columns.surrogate, "SurrogateID")?,
            at,
            cause: cause.map(CvpCallbackCause::from_code),
        };
        Ok(HeldRow { body: Body::CallbackEvent(body), place: row.place })
    }

    /// Start and end of a leg: as stamped in UTC, otherwise by the end's local stamp and the duration.
    fn leg_times(
        &mut self,
        columns: &TerminationColumns,
        row: Fields<'_>,
        duration: TimeDelta,
    ) -> Result<(DateTime<Utc>, DateTime<Utc>), Rejection> {
        let stamps = &self.layout.stamps;
        let started_at = stamps.utc(row.text(columns.start), "StartDateTimeUTC")?;
        let ended_at = stamps.utc(row.text(columns.ended), "CallTerminatedDateTimeUTC")?;
        let (from, to) = match (started_at, ended_at) {
            (Some(from), Some(to)) => (from, to),
            (Some(from), None) => (from, from + duration),
            (None, _) if columns.time.local == ABSENT => {
                return Err(("StartDateTimeUTC", RejectReason::Missing { expected: "a stamp" }));
            }
            (None, _) => {
                let to = self.local(&columns.time, row, "DateTime")?;
                (to - duration, to)
            }
        };
        if to < from {
            let (entered, left) = (from.naive_utc(), to.naive_utc());
            let reason = RejectReason::Contradiction { stage: "leg", entered, left };
            return Err(("CallTerminatedDateTimeUTC", reason));
        }
        Ok((from, to))
    }

    /// The instant of a local stamp: by the row's own minutes, otherwise by the site's zone.
    fn local(
        &mut self,
        columns: &TimeColumns,
        row: Fields<'_>,
        name: &'static str,
    ) -> Result<DateTime<Utc>, Rejection> {
        let text = row.text(columns.local);
        if text.is_empty() {
            return Err((name, RejectReason::Missing { expected: "a stamp" }));
        }
        let local = self.layout.stamps.local(text).ok_or_else(|| (name, bad_stamp(text)))?;
        let minutes: Option<i64> = row.number(columns.zone, "TimeZone")?;
        match (minutes, self.clock.as_mut()) {
            (Some(minutes), _) if minutes.abs() <= 24 * 60 => {
                Ok(local.and_utc() + TimeDelta::minutes(minutes))
            }
            (Some(_), _) => {
                let text = row.text(columns.zone);
                Err(("TimeZone", bad_value(text, "minutes from -1440 to 1440")))
            }
            (None, Some(clock)) => clock.to_utc(local).map_err(|error| (name, error.into())),
            (None, None) => {
                let what = "a local stamp without TimeZone, and the site has no zone".into();
                Err((name, RejectReason::Other { what }))
            }
        }
    }
}

impl Parts {
    fn read(columns: &TerminationColumns, row: Fields<'_>) -> Result<Self, Rejection> {
        let secs = |column, name| row.secs(column, name).map(Option::unwrap_or_default);
        let need = |column, name| {
            let missing = (name, RejectReason::Missing { expected: "seconds" });
            row.secs(column, name)?.ok_or(missing)
        };
        Ok(Self {
            delay: secs(columns.delay, "DelayTime")?,
            local_queue: secs(columns.local_queue, "LocalQTime")?,
            ring: need(columns.ring, "RingTime")?,
            talk: need(columns.talk, "TalkTime")?,
            hold: secs(columns.hold, "HoldTime")?,
            work: secs(columns.work, "WorkTime")?,
        })
    }
}

/// The table's key, which databases keep as a floating-point number.
fn recovery(text: &str) -> Option<i64> {
    crate::export::whole(text).filter(|it| *it > 0)
}

/// A day, as the callback database writes it, and as others do.
fn day(text: &str) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let text = text.split([' ', 'T']).next()?;
    let date = ["%Y-%m-%d", "%m/%d/%Y"]
        .iter()
        .find_map(|pattern| NaiveDate::parse_from_str(text, pattern).ok())?;
    let from = date.and_time(NaiveTime::MIN).and_utc();
    let is_usable = (1970..3000).contains(&chrono::Datelike::year(&date));
    is_usable.then(|| (from, from + TimeDelta::days(1)))
}
