//! One record: its columns as facts of a call.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc};
use ringback_calllog::{
    AgentId, Customer, CustomerNumbers, Direction, Fold, Intent, LocalClock, Masked, Names, Place,
    QueueId, RejectReason, Site, Verdict,
};

use super::columns::{Columns, duration, time_of_day};
use super::condition::Condition;
use super::date::{Calendar, DateMark, DateOrder};
use super::layout::Item;
use super::settings::Settings;

/// Digits from which on a number is one of the public network. Shorter ones are extensions, trunk codes, and the like.
pub(super) const LEAST_PUBLIC_DIGITS: usize = 5;
/// Digits that an extension has at most.
const MOST_INSIDE_DIGITS: usize = 7;

/// Why a record cannot be understood.
#[derive(Debug)]
pub(super) struct Fault {
    field: &'static str,
    reason: RejectReason,
}

impl Fault {
    pub(super) fn other(field: &'static str, what: &'static str) -> Self {
        Self { field, reason: RejectReason::Other { what: what.into() } }
    }

    pub(super) fn bad(field: &'static str, value: &str, expected: &'static str) -> Self {
        let (value, expected) = (Masked::new(value), Cow::Borrowed(expected));
        Self { field, reason: RejectReason::BadValue { value, expected } }
    }

    /// The verdict on the row.
    pub(super) fn verdict(self) -> Verdict {
        Verdict::rejected(self.field, self.reason)
    }
}

/// The name of a call across switches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Ucid {
    node_and_sequence: u64,
    /// When it was given. Unit: seconds since 1970, UTC.
    given_secs: i64,
}

impl Ucid {
    /// A UCID of twenty digits; `None` for a blank one or one of zeros.
    fn read(text: &str) -> Result<Option<Self>, Fault> {
        let is_blank = text.bytes().all(|it| it == b'0');
        if is_blank {
            return Ok(None);
        }
        let bad = || Fault::bad("ucid", text, "20 digits");
        if text.len() != 20 || !text.bytes().all(|it| it.is_ascii_digit()) {
            return Err(bad());
        }
        let node_and_sequence = text.get(..10).and_then(|it| it.parse().ok()).ok_or_else(bad)?;
        let given_secs = text.get(10..).and_then(|it| it.parse().ok()).ok_or_else(bad)?;
        Ok(Some(Self { node_and_sequence, given_secs }))
    }
}

impl std::fmt::Display for Ucid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (node, sequence) = (self.node_and_sequence / 100_000, self.node_and_sequence % 100_000);
        write!(f, "{node:05}-{sequence:05}-{:010}", self.given_secs)
    }
}

/// The trunk that a call is on: on one circuit there is one call at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Trunk {
    /// The trunk group's access code, its signs in one number.
    pub(super) code: u64,
    pub(super) circuit: Option<u16>,
}

/// Who was at the switch's end of the call.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Inside {
    /// An extension.
    Person(AgentId),
    /// The attendants: a person, and not said who.
    Attendant,
    /// A voicemail's extension.
    Voicemail,
    /// A vector, a hunt group, an announcement: somebody or nobody.
    NotAPerson,
    /// The record does not say.
    Unknown,
}

/// What one record says.
#[derive(Clone, Debug)]
pub(super) struct CmRecord {
    pub(super) place: Place,
    /// When it ended, to the minute.
    pub(super) ended_at: DateTime<Utc>,
    /// How long it took; `None` where the switch's clock was changed during the call. Unit: seconds.
    pub(super) secs: Option<u32>,
    pub(super) condition: Condition,
    pub(super) direction: Direction,
    pub(super) trunk: Trunk,
    pub(super) customer: Option<Customer>,
    pub(super) inside: Inside,
    pub(super) queue: Option<QueueId>,
    pub(super) intent: Option<Intent>,
    pub(super) ucid: Option<Ucid>,
    /// It names neither end.
    pub(super) has_no_parties: bool,
}

impl CmRecord {
    /// When it began, as far as its stamp is exact; its end where its duration is not known.
    pub(super) fn started_at(&self) -> DateTime<Utc> {
        self.ended_at - TimeDelta::seconds(self.secs.unwrap_or(0).into())
    }
}

/// Reads records of one switch.
#[derive(Debug)]
pub(super) struct RecordReader {
    pub(super) settings: Settings,
    pub(super) calendar: Calendar,
    clock: Option<LocalClock>,
    /// The clocks of the first and of the second hour where one comes twice: a UCID tells which.
    folds: Option<[LocalClock; 2]>,
    pub(super) numbers: CustomerNumbers,
    agents: Names<AgentId>,
    queues: Names<QueueId>,
    intents: Names<Intent>,
    /// The local time of the last record of the day in force.
    last_time: Option<NaiveTime>,
    /// Records after midnight that came before the date record of their day.
    pub(super) before_their_day: u64,
}

impl RecordReader {
    pub(super) fn new(site: &Site, settings: Settings) -> Self {
        let folds = site
            .clock()
            .map(|it| [Fold::Earlier, Fold::Later].map(|fold| LocalClock::new(it.zone(), fold)));
        Self {
            calendar: Calendar::new(settings.date_order, settings.year),
            settings,
            clock: site.clock(),
            folds,
            numbers: site.numbers(),
            agents: site.names(),
            queues: site.names(),
            intents: site.names(),
            last_time: None,
            before_their_day: 0,
        }
    }

    /// Takes a date record. After one that names no day, the day is not known until the next.
    pub(super) fn begin_day(&mut self, mark: Result<DateMark, ()>) -> Result<(), Fault> {
        self.last_time = None;
        let is_taken = if let Ok(mark) = mark {
            self.calendar.take(mark)
        } else {
            self.calendar.lose_day();
            false
        };
        let what = "no day of the year in the date order given";
        if is_taken { Ok(()) } else { Err(Fault::other("date record", what)) }
    }

    /// Whether a line, blanks at its end taken off, has the shape of a date record or of a record of the layout.
    pub(super) fn knows(&self, line: &str) -> bool {
        let mark = DateMark::read(line.trim_ascii_start(), self.settings.date_order);
        if mark.is_some_and(|it| it.is_ok()) {
            return true;
        }
        let layout = &self.settings.layout;
        let is_torn = layout.torn_at.is_some_and(|it| line.len() <= it);
        if let Some(torn_at) = layout.torn_at.filter(|_| line.starts_with(' ')) {
            return layout.is_second_half(line, torn_at);
        }
        let shape = if is_torn { layout.check_first_half(line) } else { layout.check_shape(line) };
        let time = layout.get(line, Item::Time);
        let has_time = !layout.has(Item::Time) || time_of_day(time).is_ok();
        let condition = layout.get(line, Item::Condition);
        shape.is_ok()
            && has_time
            && condition.bytes().all(|it| it.is_ascii_alphanumeric())
            && duration(layout, line).is_ok()
            && Columns::read(layout, line, self.settings.circuit_ids).is_ok()
    }

    /// Reads a record: printable ASCII, blanks at its end taken off.
    pub(super) fn read(&mut self, text: &str, place: Place) -> Result<CmRecord, Fault> {
        self.settings.layout.check_shape(text)?;
        let ucid = Ucid::read(self.settings.layout.get(text, Item::Ucid))?;
        let (ended_at, secs) = self.stamps(text, ucid)?;
        self.note_time(text);
        let layout = &self.settings.layout;
        let sign = layout.get(text, Item::Condition).chars().next().unwrap_or(' ');
        let condition = Condition::read(sign, self.settings.conditions);
        let columns = Columns::read(layout, text, self.settings.circuit_ids)?;
        let direction = self.direction(condition, &columns);
        Ok(CmRecord {
            place,
            ended_at,
            secs,
            condition,
            direction,
            trunk: columns.trunk(direction),
            customer: self.customer(direction, &columns),
            inside: self.inside(direction, condition, &columns),
            queue: self.queue(&columns),
            intent: self.intents.get(columns.vdn),
            ucid,
            has_no_parties: columns.dialed.is_empty() && columns.calling.is_empty(),
        })
    }

    /// When the record of a text ended, and how long it took.
    pub(super) fn stamps(
        &mut self,
        text: &str,
        ucid: Option<Ucid>,
    ) -> Result<(DateTime<Utc>, Option<u32>), Fault> {
        let layout = &self.settings.layout;
        let secs = duration(layout, text)?;
        if !layout.has(Item::Time) {
            // Only the day is known: the call is put at its beginning.
            let day = self.day(text)?;
            let begun = self.instant(day.and_time(NaiveTime::MIN), secs, None)?;
            return Ok((begun + TimeDelta::seconds(secs.unwrap_or(0).into()), secs));
        }
        let time = time_of_day(layout.get(text, Item::Time))?;
        let local = self.day(text)?.and_time(time);
        let ended_at = self.instant(local, secs, ucid)?;
        Ok((ended_at, secs))
    }

    /// Counts records that come just after midnight while the day before is in force.
    fn note_time(&mut self, text: &str) {
        let layout = &self.settings.layout;
        let Ok(time) = time_of_day(layout.get(text, Item::Time)) else { return };
        if layout.has(Item::Date) || layout.has(Item::DateOfDay) {
            return;
        }
        let was_late = self.last_time.is_some_and(|it| it.hour() == 23);
        if was_late && time.hour() == 0 {
            self.before_their_day += 1;
            return;
        }
        self.last_time = Some(time);
    }

    fn day(&self, text: &str) -> Result<chrono::NaiveDate, Fault> {
        let layout = &self.settings.layout;
        let (item, order) = if layout.has(Item::DateOfDay) {
            (Item::DateOfDay, DateOrder::DayMonth)
        } else if layout.has(Item::Date) {
            (Item::Date, self.settings.date_order)
        } else {
            let no_day =
                || Fault::other("", "no date record that names a day has come before this one");
            return self.calendar.day().ok_or_else(no_day);
        };
        let date = layout.get(text, item);
        let expected = match order {
            DateOrder::MonthDay => "month, day and year in six digits",
            DateOrder::DayMonth => "day, month and year in six digits",
        };
        Calendar::six_digits(date, order).ok_or_else(|| Fault::bad("date", date, expected))
    }

    /// The instant of a local stamp. Where it comes twice and the record has a UCID, it is the one at which the call
    /// began nearest to the UCID.
    fn instant(
        &mut self,
        local: NaiveDateTime,
        secs: Option<u32>,
        ucid: Option<Ucid>,
    ) -> Result<DateTime<Utc>, Fault> {
        let Some(clock) = &mut self.clock else {
            return Err(Fault::other(
                "time",
                "local stamps, and no zone of the system's clock given",
            ));
        };
        let fault = |it| Fault { field: "time", reason: RejectReason::LocalTime(it) };
        if let (Some(ucid), Some([earlier, later])) = (ucid, &mut self.folds) {
            let earlier = earlier.to_utc(local).map_err(fault)?;
            let later = later.to_utc(local).map_err(fault)?;
            let distance = |at: &DateTime<Utc>| {
                at.timestamp().abs_diff(ucid.given_secs.saturating_add(secs.unwrap_or(0).into()))
            };
            if earlier != later {
                return Ok([earlier, later].into_iter().min_by_key(distance).unwrap_or(earlier));
            }
        }
        clock.to_utc(local).map_err(fault)
    }

    /// The direction by the condition code, or else by the trunks.
    fn direction(&self, condition: Condition, columns: &Columns<'_>) -> Direction {
        let by_trunk = || {
            let is_failed = matches!(condition, Condition::NoFacilities | Condition::NoPrivilege);
            if columns.in_circuit.is_some() || !columns.in_trunk.is_empty() {
                Direction::Inbound
            } else if columns.out_circuit.is_some() || !columns.code_used.is_empty() || is_failed {
                Direction::Outbound
            } else if let Some(inside) = &self.settings.inside
                && inside.has(columns.dialed)
                && inside.has(&columns.calling)
            {
                Direction::Internal
            } else {
                Direction::Unknown
            }
        };
        condition.direction().unwrap_or_else(by_trunk)
    }

    /// The party outside.
    fn customer(&mut self, direction: Direction, columns: &Columns<'_>) -> Option<Customer> {
        let number = match direction {
            Direction::Inbound if columns.has_callers => &*columns.calling,
            Direction::Outbound => columns.dialed,
            _ => return None,
        };
        let is_inside = self.settings.inside.as_ref().is_some_and(|it| it.has(number));
        let is_public = number.len() >= LEAST_PUBLIC_DIGITS && number != columns.in_trunk;
        if is_public && !is_inside { self.numbers.get(number) } else { None }
    }

    /// The party inside: whom an incoming call was connected to, or who placed an outgoing one.
    fn inside(
        &mut self,
        direction: Direction,
        condition: Condition,
        columns: &Columns<'_>,
    ) -> Inside {
        let number = match direction {
            Direction::Outbound => &*columns.calling,
            _ => columns.dialed,
        };
        let settings = &self.settings;
        if number.is_empty() {
            let is_attendant = condition == Condition::Attendant;
            return if is_attendant { Inside::Attendant } else { Inside::Unknown };
        }
        if settings.voicemail.has(number) {
            return Inside::Voicemail;
        }
        let is_service = number == columns.vdn && direction != Direction::Outbound;
        if is_service || settings.not_people.has(number) || settings.queues.has(number) {
            return Inside::NotAPerson;
        }
        if number == "0" {
            return Inside::Attendant;
        }
        let is_extension = match &settings.inside {
            Some(inside) => inside.has(number),
            None => {
                number.len() <= MOST_INSIDE_DIGITS && number.bytes().all(|it| it.is_ascii_digit())
            }
        };
        // An incoming call that goes out again was connected to nobody here.
        let goes_on = direction == Direction::Inbound && columns.out_circuit.is_some();
        match self.agents.get(number) {
            Some(agent) if is_extension && !goes_on => Inside::Person(agent),
            _ => Inside::Unknown,
        }
    }

    /// The queue that the call was for.
    fn queue(&mut self, columns: &Columns<'_>) -> Option<QueueId> {
        let numbers = [columns.dialed, columns.vdn];
        let queue = numbers.into_iter().find(|it| self.settings.queues.has(it))?;
        self.queues.get(queue)
    }
}
