//! The interval table of a queue: calls offered, answered and abandoned, waits, talk and agents, one row an interval.

mod agents;

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{Call, FeedGap, Observed, QueueId, Zone};
use serde::Serialize;

use crate::busy::handle_time;
use crate::offered::{Fate, came_at, micros, queue_of, secs};
use crate::{
    Calendar, CivilSlot, FindHoursError, IntervalLength, OpeningHours, Series, SeriesError,
};

/// The most intervals a table may have: some 8 years of minutes. A single wrong stamp must not fill the memory.
const MAX_INTERVALS: usize = 1 << 22;

/// What happened in one interval in which the feed worked.
///
/// All counts and sums of calls belong to the interval in which the call came to its queue, or where it never did, to
/// the center, whenever it was answered or ended. Internal calls count nowhere, and a call that the center
/// placed counts only if it entered the queue. `calls_arrived` is the sum of `calls_answered`, `calls_abandoned`,
/// `calls_abandoned_in_menu` and `calls_other`, where abandons are observable.
///
/// Not all of a row is final when its interval ends: a call may still be in the menu, from where it may enter the
/// queue in a later interval, or it may still wait or talk.
/// [`AsOfFeatures::known_after`](crate::AsOfFeatures::known_after) says how long to wait for that.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct IntervalRow {
    /// Whether the center is open in any minute of the interval; true where no opening hours are known.
    pub is_open: bool,
    /// Calls that reached the center.
    pub calls_arrived: u32,
    /// Calls that entered the queue, or were answered by a person without queueing. Where the source does not write
    /// abandons, these are missing here.
    pub calls_offered: u32,
    /// Calls that a person answered.
    pub calls_answered: u32,
    /// Callers who hung up after entering the queue; `None` where the source does not write abandons.
    pub calls_abandoned: Option<u32>,
    /// Callers who hung up before any queue; `None` where the source does not write abandons.
    pub calls_abandoned_in_menu: Option<u32>,
    /// Calls that left in another way, or of which the log does not say.
    pub calls_other: u32,
    /// The waits of calls that queued and were answered or abandoned, added up. Unit: seconds.
    pub wait_secs_sum: f64,
    /// How many waits were added up; 0 where the source does not write waits.
    pub waits: u32,
    /// The talk of answered calls, added up. Unit: seconds.
    pub talk_secs_sum: f64,
    /// The talk, hold, consult and wrap-up of the same calls, counted once an agent where they overlap. Unit: seconds.
    pub handle_secs_sum: f64,
    /// How many answered calls were added up: those of which the log says how long the talk was.
    pub talks: u32,
    /// How many agents talked in the interval, in calls of this table; `None` where the source does not name agents.
    pub agents_seen: Option<u32>,
    /// The agents' talk, hold, consult and wrap-up within the interval, in calls of this table and in those that the
    /// center placed; `None` where the log has no talk at all. Unit: seconds.
    pub busy_secs: Option<f64>,
}

/// How to build an [`IntervalTable`].
///
/// # Example
///
/// ```
/// use ringback_calllog::{Delimited, LogReader, PseudonymKey, Pseudonymizer};
/// use ringback_features::{IntervalLength, Intervals};
///
/// let mapping = r#"
///     source = "shop"
///     zone = "Europe/Copenhagen"
///     key = ["id"]
///     time = { format = "%Y-%m-%d %H:%M:%S" }
///     outcome = { column = "result", values = { ok = "answered", gone = "abandoned" } }
///     stage = [{ kind = "queue", start = "in", end = "out" }]
/// "#;
/// let mut format =
///     Delimited::new(mapping, "shop.toml", Pseudonymizer::new(&PseudonymKey::from_bytes([7; 32]), "shop"))?;
/// let log = b"id,in,out,result\n\
///     1,2026-05-04 00:10:00,2026-05-04 00:10:30,ok\n\
///     2,2026-05-04 01:59:00,2026-05-04 02:01:00,gone\n";
/// let read = LogReader::new().read_bytes("calls.csv", log, &mut format)?;
///
/// let table = Intervals::new(IntervalLength::HOUR)
///     .gaps(&read.audit.gaps)
///     .build(&read.log.calls, &read.audit.observed)?;
/// let offered = table.series(|row| f64::from(row.calls_offered))?;
/// assert_eq!(offered.values(), [Some(1.0), Some(1.0)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Intervals<'a> {
    length: IntervalLength,
    queue: Option<QueueId>,
    gaps: &'a [FeedGap],
    hours: Hours<'a>,
    span: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

#[derive(Clone, Copy, Debug)]
enum Hours<'a> {
    Unknown,
    Given(&'a OpeningHours, &'a Calendar),
    Find(&'a Calendar),
}

impl<'a> Intervals<'a> {
    /// Intervals of a length, over all queues, without gaps or opening hours.
    pub fn new(length: IntervalLength) -> Self {
        Self { length, queue: None, gaps: &[], hours: Hours::Unknown, span: None }
    }

    /// Sets the queue: only its calls count. A call belongs to the queue that it was for, else to the first that it
    /// entered. Default: all calls.
    #[must_use]
    pub fn queue(self, queue: QueueId) -> Self {
        Self { queue: Some(queue), ..self }
    }

    /// Sets the gaps in the feed: intervals that overlap one are missing, stray calls and all.
    /// Default: none.
    #[must_use]
    pub fn gaps(self, gaps: &'a [FeedGap]) -> Self {
        Self { gaps, ..self }
    }

    /// Sets the opening hours: intervals outside them are rows that are not open. Default: none, all rows are open.
    #[must_use]
    pub fn opening_hours(self, hours: &'a OpeningHours, calendar: &'a Calendar) -> Self {
        Self { hours: Hours::Given(hours, calendar), ..self }
    }

    /// Finds the opening hours from the calls offered, by [`OpeningHours::find`]. Default: not.
    #[must_use]
    pub fn find_opening_hours(self, calendar: &'a Calendar) -> Self {
        Self { hours: Hours::Find(calendar), ..self }
    }

    /// Sets what the log covers, the end not included: the table begins with the civil day of `from` and ends with
    /// the last interval that begins before `to`; calls outside do not count. Default: from the civil day of the
    /// first arrival to the interval of the last, whichever queue these went to.
    #[must_use]
    pub fn span(self, from: DateTime<Utc>, to: DateTime<Utc>) -> Self {
        Self { span: Some((from, to)), ..self }
    }

    /// Counts the calls.
    ///
    /// The order of the calls does not matter. O(n log n) in calls plus intervals.
    ///
    /// # Errors
    ///
    /// [`IntervalError::NoCalls`] where no call counts, or none of the queue; [`IntervalError::TooLong`] for more than
    /// 2²² intervals; [`IntervalError::Hours`] where the opening hours cannot be found.
    pub fn build(
        &self,
        calls: &[Call],
        observed: &Observed,
    ) -> Result<IntervalTable, IntervalError> {
        let counted: Vec<(&Call, Fate)> =
            calls.iter().filter_map(|call| Some((call, Fate::of(call)?))).collect();
        let grid = self.grid(&counted, observed.zone)?;
        let is_ours = |call: &Call| self.queue.is_none() || queue_of(call) == self.queue.as_ref();
        let mut counts = vec![Counts::default(); grid.len];
        let mut n_calls = 0_usize;
        for (call, fate) in counted.iter().copied().filter(|&(call, _)| is_ours(call)) {
            n_calls += 1;
            if let Some(counts) = grid.index_of(came_at(call)).and_then(|at| counts.get_mut(at)) {
                counts.add(call, fate, observed);
            }
        }
        if n_calls == 0 {
            return Err(IntervalError::NoCalls { queue: self.queue.clone() });
        }
        let ours: Vec<&Call> = calls.iter().filter(|call| is_ours(call)).collect();
        let agents = agents::AgentTime::of(&ours, &grid);
        let rows = counts.iter().enumerate().map(|(at, counts)| {
            let busy_secs = agents.busy_secs(at);
            let agents_seen = agents.seen(at).filter(|_| observed.agents);
            counts.row(observed, agents_seen, busy_secs)
        });
        let mut rows: Vec<Option<IntervalRow>> = rows.map(Some).collect();
        self.blank_gaps(&grid, &mut rows);
        let mut table = IntervalTable {
            queue: self.queue.clone(),
            start: grid.start,
            interval: self.length,
            zone: observed.zone,
            hours: None,
            rows,
        };
        self.mark_open(&mut table)?;
        Ok(table)
    }

    fn grid(&self, counted: &[(&Call, Fate)], zone: Zone) -> Result<Grid, IntervalError> {
        let came = || counted.iter().map(|&(call, _)| came_at(call));
        let (first, last) = match self.span {
            // The last instant before the end, as far as stamps can tell.
            Some((from, to)) => (Some(from), to.checked_sub_signed(TimeDelta::nanoseconds(1))),
            None => (came().min(), came().max()),
        };
        let (Some(first), Some(last)) = (first, last) else {
            return Err(IntervalError::NoCalls { queue: self.queue.clone() });
        };
        let start = zone.start_of_day(zone.date(first));
        let mut grid = Grid { start, length_secs: self.length.secs().into(), len: 0 };
        let steps = grid.steps_to(last).unwrap_or(-1);
        grid.len = usize::try_from(steps + 1).unwrap_or(0);
        if grid.len > MAX_INTERVALS {
            let (limit, interval) = (MAX_INTERVALS, self.length);
            return Err(IntervalError::TooLong { first, last, limit, interval });
        }
        Ok(grid)
    }

    fn blank_gaps(&self, grid: &Grid, rows: &mut [Option<IntervalRow>]) {
        for gap in self.gaps {
            let Some(touched) = grid.overlap(gap.from, gap.to) else { continue };
            for row in rows.get_mut(touched).unwrap_or_default() {
                *row = None;
            }
        }
    }

    fn mark_open(&self, table: &mut IntervalTable) -> Result<(), IntervalError> {
        let (hours, calendar) = match self.hours {
            Hours::Unknown => return Ok(()),
            Hours::Given(hours, calendar) => (hours.clone(), calendar),
            Hours::Find(calendar) => (table.find_hours()?, calendar),
        };
        for at in 0..table.rows.len() {
            let starts_at = table.at(at);
            let mut minutes = (0..i64::from(self.length.minutes())).map(TimeDelta::minutes);
            let is_open = minutes.any(|minute| hours.is_open_at(starts_at + minute, calendar));
            if let Some(Some(row)) = table.rows.get_mut(at) {
                row.is_open = is_open;
            }
        }
        table.hours = Some(hours);
        Ok(())
    }
}

/// Rows of a queue on a grid that is equally spaced in UTC and begins at a local midnight.
///
/// A row is `None` where it is missing: the feed had a gap in or at the edge of the interval. That is never the same
/// as a row of zeros, an interval in which the feed worked and no call came.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct IntervalTable {
    /// The queue; `None` for all calls.
    pub queue: Option<QueueId>,
    /// The start of the first interval.
    pub start: DateTime<Utc>,
    /// The length of each interval.
    pub interval: IntervalLength,
    /// The zone of its civil days.
    pub zone: Zone,
    /// The opening hours, given or found; `None` where neither.
    pub hours: Option<OpeningHours>,
    /// One row an interval.
    pub rows: Vec<Option<IntervalRow>>,
}

impl IntervalTable {
    /// The start of the interval with this index.
    pub fn at(&self, index: usize) -> DateTime<Utc> {
        let length_secs = self.interval.secs().into();
        Grid { start: self.start, length_secs, len: self.rows.len() }.at(index)
    }

    /// How many intervals are missing.
    pub fn missing(&self) -> usize {
        self.rows.iter().filter(|row| row.is_none()).count()
    }

    /// Every interval: its start and its row.
    pub fn iter(
        &self,
    ) -> impl ExactSizeIterator<Item = (DateTime<Utc>, Option<&IntervalRow>)> + '_ {
        self.rows.iter().enumerate().map(|(at, row)| (self.at(at), row.as_ref()))
    }

    /// Every interval's place on the wall clock.
    pub fn civil(&self) -> impl ExactSizeIterator<Item = CivilSlot> + '_ {
        (0..self.rows.len()).map(|at| self.interval.civil_slot(self.at(at), self.zone))
    }

    /// One quantity of each row as a series; `None` of a missing row stays `None`.
    ///
    /// # Errors
    ///
    /// [`SeriesError::NotFinite`] where `of` gives an infinite value or none that is a number.
    pub fn series<T: Into<Option<f64>>>(
        &self,
        of: impl Fn(&IntervalRow) -> T,
    ) -> Result<Series, SeriesError> {
        let value = |row: &Option<IntervalRow>| row.as_ref().and_then(|row| of(row).into());
        Series::new(self.start, self.interval, self.rows.iter().map(value).collect())
    }

    fn find_hours(&self) -> Result<OpeningHours, FindHoursError> {
        let length = self.interval.delta();
        let counts = self.civil().zip(&self.rows).map(|(civil, row)| {
            let slot = i32::try_from(civil.slot).unwrap_or(0);
            let local = civil.date.and_time(chrono::NaiveTime::MIN) + length * slot;
            (local, row.as_ref().map(|row| row.calls_offered))
        });
        Ok(OpeningHours::find(counts, length)?.hours)
    }
}

/// Why no table was built.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum IntervalError {
    /// Nothing counts.
    #[error(
        "no inbound call{}, expected at least one",
        queue.as_ref().map_or_else(String::new, |queue| format!(" for queue {:?}", queue.as_str()))
    )]
    NoCalls {
        /// The queue asked for; `None` for all calls.
        queue: Option<QueueId>,
    },
    /// The first and the last arrival are too far apart.
    #[error("{first} to {last} is more than {limit} intervals of {interval}")]
    TooLong {
        /// The first arrival.
        first: DateTime<Utc>,
        /// The last arrival.
        last: DateTime<Utc>,
        /// The most intervals a table may have.
        limit: usize,
        /// The length of an interval.
        interval: IntervalLength,
    },
    /// The opening hours cannot be found.
    #[error(transparent)]
    Hours(#[from] FindHoursError),
}

/// Equally spaced intervals.
struct Grid {
    start: DateTime<Utc>,
    length_secs: i64,
    len: usize,
}

impl Grid {
    /// The start of the interval with this index.
    fn at(&self, index: usize) -> DateTime<Utc> {
        let steps = i64::try_from(index).unwrap_or(i64::MAX);
        let elapsed = TimeDelta::try_seconds(steps.saturating_mul(self.length_secs));
        elapsed
            .and_then(|elapsed| self.start.checked_add_signed(elapsed))
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// Whole intervals from the start to `at`; `None` before the start.
    fn steps_to(&self, at: DateTime<Utc>) -> Option<i64> {
        let elapsed = at.signed_duration_since(self.start);
        (elapsed >= TimeDelta::zero()).then(|| elapsed.num_seconds() / self.length_secs)
    }

    fn index_of(&self, at: DateTime<Utc>) -> Option<usize> {
        self.steps_to(at).and_then(|steps| usize::try_from(steps).ok()).filter(|&at| at < self.len)
    }

    /// The intervals that the stretch from `from` to just before `to` overlaps; an empty stretch, the one that it
    /// lies in.
    fn overlap(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Option<std::ops::Range<usize>> {
        let last_instant = to.checked_sub_signed(TimeDelta::nanoseconds(1)).unwrap_or(to).max(from);
        let last = usize::try_from(self.steps_to(last_instant)?).ok()?;
        let first = usize::try_from(self.steps_to(from).unwrap_or(0)).ok()?;
        let range = first..(last + 1).min(self.len);
        (!range.is_empty()).then_some(range)
    }
}

/// The counts of one interval while they are made.
#[derive(Clone, Default)]
struct Counts {
    arrived: u32,
    offered: u32,
    answered: u32,
    abandoned: u32,
    abandoned_in_menu: u32,
    wait_micros: i128,
    waits: u32,
    talk_micros: i128,
    handle_micros: i128,
    talks: u32,
}

impl Counts {
    fn add(&mut self, call: &Call, fate: Fate, observed: &Observed) {
        self.arrived += 1;
        self.offered += u32::from(fate.is_offered());
        match fate {
            Fate::Answered => self.answered += 1,
            Fate::AbandonedInQueue => self.abandoned += 1,
            Fate::AbandonedInMenu => self.abandoned_in_menu += 1,
            Fate::LeftOtherwise | Fate::Undecided | Fate::NotOffered => {}
        }
        if let Some(wait) = call.wait().filter(|_| observed.waits) {
            self.wait_micros += micros(wait);
            self.waits += 1;
        }
        if fate == Fate::Answered
            && let Some(handled) = handle_time(call)
            && let Some(talk) = call.time_in(ringback_calllog::StageKind::Talk)
        {
            self.talk_micros += micros(talk);
            self.handle_micros += micros(handled);
            self.talks += 1;
        }
    }

    fn row(
        &self,
        observed: &Observed,
        agents_seen: Option<u32>,
        busy_secs: Option<f64>,
    ) -> IntervalRow {
        let told = self.answered + self.abandoned + self.abandoned_in_menu;
        IntervalRow {
            is_open: true,
            calls_arrived: self.arrived,
            calls_offered: self.offered,
            calls_answered: self.answered,
            calls_abandoned: observed.abandons.then_some(self.abandoned),
            calls_abandoned_in_menu: observed.abandons.then_some(self.abandoned_in_menu),
            calls_other: self.arrived - told,
            wait_secs_sum: secs(self.wait_micros),
            waits: self.waits,
            talk_secs_sum: secs(self.talk_micros),
            handle_secs_sum: secs(self.handle_micros),
            talks: self.talks,
            agents_seen,
            busy_secs,
        }
    }
}
