//! A record, binary or as text, to a segment.

use std::borrow::Cow;

use ringback_calllog::{
    AgentId, Customer, CustomerNumbers, Direction, HeaderNames, LocalClock, Masked, Names, QueueId,
    RejectReason, SeparatedRow, Site, StageEnd, StampPattern, Verdict,
};

use crate::call_history::disposition::Disposition;
use crate::call_history::record::{EchLayout, EchRecord};
use crate::call_history::segment::{Segment, Side, Times, instant};
use crate::call_history::settings::{Settings, Stamps};

/// The fields that a call is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    CallId,
    AcwTime,
    AnsHoldTime,
    ConsultTime,
    DispTime,
    Duration,
    SegStart,
    SegStop,
    TalkTime,
    QueueTime,
    RingTime,
    DispSplit,
    Split1,
    TkGrp,
    Acd,
    Disposition,
    Segment,
    HoldAbn,
    Transferred,
    Ucid,
    DispVdn,
    FirstVdn,
    EqLoc,
    OrigLogin,
    AnsLogin,
    DialedNum,
    CallingPty,
}

/// How CMS writes them. The instants in UTC stand first where a version has both.
const NAMES: &[(Name, &str)] = &[
    (Name::CallId, "CALLID"),
    (Name::AcwTime, "ACWTIME"),
    (Name::AnsHoldTime, "ANSHOLDTIME"),
    (Name::ConsultTime, "CONSULTTIME"),
    (Name::DispTime, "DISPTIME"),
    (Name::Duration, "DURATION"),
    (Name::SegStart, "SEGSTART_UTC"),
    (Name::SegStart, "SEGSTART"),
    (Name::SegStop, "SEGSTOP_UTC"),
    (Name::SegStop, "SEGSTOP"),
    (Name::TalkTime, "TALKTIME"),
    (Name::QueueTime, "QUEUETIME"),
    (Name::RingTime, "RINGTIME"),
    (Name::DispSplit, "DISPSPLIT"),
    (Name::Split1, "SPLIT1"),
    (Name::TkGrp, "TKGRP"),
    (Name::Acd, "ACD"),
    (Name::Disposition, "DISPOSITION"),
    (Name::Disposition, "CALL_DISP"),
    (Name::Segment, "SEGMENT"),
    (Name::HoldAbn, "HOLDABN"),
    (Name::Transferred, "TRANSFERRED"),
    (Name::Ucid, "UCID"),
    (Name::DispVdn, "DISPVDN"),
    (Name::FirstVdn, "FIRSTVDN"),
    (Name::EqLoc, "EQLOC"),
    (Name::OrigLogin, "ORIGLOGIN"),
    (Name::AnsLogin, "ANSLOGIN"),
    (Name::DialedNum, "DIALED_NUM"),
    (Name::CallingPty, "CALLING_PTY"),
];

/// Where each field stands in the records of a file.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    places: [Option<usize>; NAMES.len()],
    /// Whether the instants are those that CMS calls UTC.
    has_utc: bool,
}

impl Columns {
    /// The columns of a binary version.
    pub(super) fn of_layout(layout: &EchLayout) -> Self {
        Self::find(|name| layout.find(name))
    }

    /// The columns of a header.
    pub(super) fn of_header(header: &HeaderNames) -> Self {
        Self::find(|name| header.find(name))
    }

    fn find(find: impl Fn(&str) -> Option<usize>) -> Self {
        let mut columns = Self { has_utc: find("SEGSTART_UTC").is_some(), ..Self::default() };
        for (name, text) in NAMES {
            if let Some(place) = columns.places.get_mut(*name as usize)
                && place.is_none()
            {
                *place = find(text);
            }
        }
        columns
    }

    fn place(&self, name: Name) -> Option<usize> {
        self.places.get(name as usize).copied().flatten()
    }
}

/// A record of either kind.
#[derive(Clone, Copy)]
pub(super) enum Row<'a> {
    Binary(EchRecord<'a>),
    Text(SeparatedRow<'a>),
}

/// A record with the places of its fields.
struct Fields<'a> {
    row: Row<'a>,
    columns: &'a Columns,
}

impl<'a> Fields<'a> {
    fn text(&self, name: Name) -> Cow<'a, str> {
        let Some(place) = self.columns.place(name) else { return "".into() };
        match self.row {
            Row::Binary(record) => record.text_at(place).unwrap_or_default(),
            Row::Text(row) => row.get(place).trim().into(),
        }
    }

    /// A number; `None` if the record has no such field, or it is blank.
    fn number(&self, name: Name) -> Result<Option<i64>, Box<Verdict>> {
        let Some(place) = self.columns.place(name) else { return Ok(None) };
        match self.row {
            Row::Binary(record) => Ok(record.number_at(place)),
            Row::Text(row) => match row.get(place).trim() {
                "" => Ok(None),
                text => match text.parse() {
                    Ok(number) => Ok(Some(number)),
                    Err(_) => Err(bad(name, text, "a whole number")),
                },
            },
        }
    }

    /// Seconds: at least 0 and below 2^31.
    fn secs(&self, name: Name) -> Result<Option<i64>, Box<Verdict>> {
        match self.number(name)? {
            Some(secs) if !(0..1 << 31).contains(&secs) => {
                Err(bad(name, &secs.to_string(), "seconds, at least 0 and below 2^31"))
            }
            secs => Ok(secs),
        }
    }

    fn needed_secs(&self, name: Name) -> Result<i64, Box<Verdict>> {
        self.secs(name)?.ok_or_else(|| missing(name, "seconds"))
    }

    /// How a stage ended: so if the flag is set, or else as it should.
    fn end(&self, flag: Name, end: StageEnd) -> Result<StageEnd, Box<Verdict>> {
        let is_set = self.number(flag)?.is_some_and(|it| it != 0);
        Ok(if is_set { end } else { StageEnd::Completed })
    }
}

fn spelled(name: Name) -> &'static str {
    NAMES.iter().rev().find(|it| it.0 == name).map_or("", |it| it.1)
}

fn bad(name: Name, value: &str, expected: &'static str) -> Box<Verdict> {
    let reason = RejectReason::BadValue { value: Masked::new(value), expected: expected.into() };
    Box::new(Verdict::rejected(spelled(name), reason))
}

fn missing(name: Name, expected: &'static str) -> Box<Verdict> {
    Box::new(Verdict::rejected(spelled(name), RejectReason::Missing { expected }))
}

/// Reads records.
#[derive(Debug)]
pub(super) struct RowReader {
    settings: Settings,
    clock: Option<LocalClock>,
    patterns: Vec<StampPattern>,
    pub numbers: CustomerNumbers,
    agents: Names<AgentId>,
    queues: Names<QueueId>,
    /// Durations that were negative and are mended.
    mended: u64,
    /// Segments whose times do not add up.
    odd_sums: u64,
    /// Starts far from the time in the UCID.
    odd_starts: u64,
}

impl RowReader {
    pub(super) fn new(site: &Site, settings: Settings) -> Self {
        let patterns = ["%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M:%S"];
        Self {
            settings,
            clock: site.clock(),
            patterns: patterns.iter().filter_map(|it| StampPattern::new(it).ok()).collect(),
            numbers: site.numbers(),
            agents: site.names(),
            queues: site.names(),
            mended: 0,
            odd_sums: 0,
            odd_starts: 0,
        }
    }

    /// The segment of a record.
    pub(super) fn read(
        &mut self,
        row: Row<'_>,
        columns: &Columns,
    ) -> Result<Segment, Box<Verdict>> {
        let fields = Fields { row, columns };
        let call_id =
            fields.number(Name::CallId)?.ok_or_else(|| missing(Name::CallId, "a number"))?;
        let code = fields.number(Name::Disposition)?;
        let code = code.ok_or_else(|| missing(Name::Disposition, "a code"))?;
        let code = u8::try_from(code)
            .map_err(|_| bad(Name::Disposition, &code.to_string(), "a code of 0 to 255"))?;
        let disposition = Disposition::from_code(code);
        let ucid = ucid(&fields)?;
        let times = self.times(&fields, disposition)?;
        if ucid != 0 && (times.start - ucid_secs(ucid)).abs() >= 900 {
            self.odd_starts += 1;
        }
        let direction = direction(&fields, disposition)?;
        let login = fields.text(Name::AnsLogin);
        Ok(Segment {
            acd: fields.number(Name::Acd)?.unwrap_or_default(),
            call_id,
            ucid,
            number: fields.number(Name::Segment)?.unwrap_or_default(),
            times,
            disposition,
            side: self.side(&fields)?,
            direction,
            talk_end: fields.end(Name::Transferred, StageEnd::Transferred)?,
            hold_end: fields.end(Name::HoldAbn, StageEnd::Abandoned)?,
            customer: self.customer(&fields, direction)?,
            agent: self.agents.get(&login),
            queue: self.queue(&fields)?,
        })
    }

    fn times(
        &mut self,
        fields: &Fields<'_>,
        disposition: Disposition,
    ) -> Result<Times, Box<Verdict>> {
        let acw = fields.secs(Name::AcwTime)?.unwrap_or_default();
        let stop = self.stamp(fields, Name::SegStop)?;
        let duration = fields.number(Name::Duration)?;
        let duration = duration.ok_or_else(|| missing(Name::Duration, "seconds"))?;
        let (start, duration) = match duration {
            0..=0x7fff_ffff => (self.stamp(fields, Name::SegStart)?, duration),
            // CMS has written minus the duration, and a start to go with it.
            0x8000_0000..=0xffff_ffff => {
                self.mended += 1;
                let duration = (1 << 32) - duration;
                (stop - duration - acw, duration)
            }
            _ => return Err(bad(Name::Duration, &duration.to_string(), "seconds of 32 bits")),
        };
        if stop < start {
            let local = |secs| instant(secs).naive_utc();
            let (entered, left) = (local(start), local(stop));
            let reason = RejectReason::Contradiction { stage: "call", entered, left };
            return Err(Box::new(Verdict::rejected("SEGSTOP", reason)));
        }
        let times = Times {
            start,
            stop,
            duration,
            acw,
            disposed: fields.needed_secs(Name::DispTime)?,
            talk: fields.secs(Name::TalkTime)?.unwrap_or_default(),
            hold: fields.secs(Name::AnsHoldTime)?.unwrap_or_default(),
            consult: fields.secs(Name::ConsultTime)?.unwrap_or_default(),
            queued: fields.secs(Name::QueueTime)?,
            rang: fields.secs(Name::RingTime)?.unwrap_or_default(),
        };
        if !times.add_up(disposition) {
            self.odd_sums += 1;
        }
        Ok(times)
    }

    /// Seconds since 1970.
    fn stamp(&mut self, fields: &Fields<'_>, name: Name) -> Result<i64, Box<Verdict>> {
        const EXPECTED: &str = "a stamp: seconds since 1970, or 2026-05-04 09:15:00";
        let secs = match fields.row {
            Row::Binary(_) => fields.number(name)?,
            Row::Text(_) => {
                let text = fields.text(name);
                match self.patterns.iter().find_map(|it| it.local(&text)) {
                    Some(local) => Some(local.and_utc().timestamp()),
                    None if text.is_empty() => None,
                    None => Some(text.parse().map_err(|_| bad(name, &text, EXPECTED))?),
                }
            }
        };
        let secs = match secs {
            Some(secs @ 1..=0xffff_ffff) => secs,
            None | Some(0) => return Err(missing(name, EXPECTED)),
            Some(secs) => return Err(bad(name, &secs.to_string(), EXPECTED)),
        };
        match &mut self.clock {
            Some(clock) if self.settings.stamps == Stamps::Local && !fields.columns.has_utc => {
                let at = clock.to_utc(instant(secs).naive_utc());
                at.map(|it| it.timestamp())
                    .map_err(|it| Box::new(Verdict::rejected(spelled(name), it.into())))
            }
            _ => Ok(secs),
        }
    }

    fn side(&self, fields: &Fields<'_>) -> Result<Side, Box<Verdict>> {
        let split = fields.number(Name::DispSplit)?.and_then(|it| u16::try_from(it).ok());
        if split.is_some_and(|it| self.settings.machine_splits.contains(&it)) {
            return Ok(Side::Machine);
        }
        let callers = [Name::EqLoc, Name::CallingPty, Name::DialedNum];
        let others = [Name::DispVdn, Name::FirstVdn, Name::OrigLogin];
        // Text may lack the columns that name a caller: then nothing can be said.
        let is_bare = callers.iter().all(|it| fields.columns.place(*it).is_some())
            && callers.iter().chain(&others).all(|it| fields.text(*it).is_empty());
        Ok(if is_bare { Side::Nameless } else { Side::Caller })
    }

    /// The split that disposed of the segment; of one that left its queue without, the first split that it waited for.
    fn queue(&mut self, fields: &Fields<'_>) -> Result<Option<QueueId>, Box<Verdict>> {
        let split = |name| Ok::<_, Box<Verdict>>(fields.number(name)?.filter(|it| *it > 0));
        let has_queued = fields.secs(Name::QueueTime)?.is_some_and(|it| it > 0);
        let split = match split(Name::DispSplit)? {
            None if has_queued => split(Name::Split1)?,
            split => split,
        };
        let Some(split) = split else { return Ok(None) };
        // Splits are numbered within an ACD.
        Ok(match fields.number(Name::Acd)? {
            Some(acd) if acd > 1 => self.queues.get(&format!("{acd}:{split}")),
            _ => self.queues.get(&split.to_string()),
        })
    }

    fn customer(
        &mut self,
        fields: &Fields<'_>,
        direction: Direction,
    ) -> Result<Option<Customer>, Box<Verdict>> {
        let number = match direction {
            Direction::Internal => return Ok(None),
            Direction::Outbound => fields.text(Name::DialedNum),
            _ => fields.text(Name::CallingPty),
        };
        // The trunk's place stands in for the number where none came.
        let is_trunk = number.bytes().any(|it| it.is_ascii_alphabetic());
        let has_trunk = !fields.text(Name::EqLoc).is_empty()
            || fields.number(Name::TkGrp)?.is_some_and(|it| it > 0);
        let is_extension = !has_trunk && number.len() < 7;
        Ok(if is_trunk || is_extension { None } else { self.numbers.get(&number) })
    }

    /// Remarks on what was read, in a fixed order.
    pub(super) fn remarks(&self) -> Vec<(String, u64)> {
        let mut remarks = vec![
            ("negative DURATION mended, SEGSTART taken from SEGSTOP".to_owned(), self.mended),
            (
                "segments whose DURATION or SEGSTOP is not the sum of their parts".to_owned(),
                self.odd_sums,
            ),
            (
                "segments that start 15 minutes or more from the time in their UCID".to_owned(),
                self.odd_starts,
            ),
        ];
        remarks.extend(self.numbers.remarks());
        remarks
    }
}

/// The UCID as a number; 0 for none: CMS writes zeros where the switch has sent none.
fn ucid(fields: &Fields<'_>) -> Result<u128, Box<Verdict>> {
    let text = fields.text(Name::Ucid);
    if text.is_empty() {
        return Ok(0);
    }
    let is_ucid = text.len() <= 20 && text.bytes().all(|it| it.is_ascii_digit());
    let ucid = text.parse().ok().filter(|_| is_ucid);
    ucid.ok_or_else(|| bad(Name::Ucid, &text, "20 digits"))
}

/// The seconds since 1970 in a UCID: its last ten digits.
fn ucid_secs(ucid: u128) -> i64 {
    i64::try_from(ucid % 10_000_000_000).unwrap_or_default()
}

/// Which way a segment went. Calls of the ACD come in, from a trunk or from an agent's telephone; of other calls the
/// originating agent tells.
fn direction(fields: &Fields<'_>, disposition: Disposition) -> Result<Direction, Box<Verdict>> {
    let has_agent = !fields.text(Name::OrigLogin).is_empty();
    let has_trunk = !fields.text(Name::EqLoc).is_empty()
        || fields.number(Name::TkGrp)?.is_some_and(|it| it > 0);
    let is_of_acd = !matches!(
        disposition,
        Disposition::Connected | Disposition::Other | Disposition::Unknown(_)
    );
    Ok(match (has_agent, has_trunk) {
        (true, true) if !is_of_acd => Direction::Outbound,
        (true, false) => Direction::Internal,
        _ if is_of_acd => Direction::Inbound,
        _ => Direction::Unknown,
    })
}
