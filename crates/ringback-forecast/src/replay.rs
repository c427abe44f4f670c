//! Replay: the state that each caller of a log met on arrival, for a whole log at once.
//!
//! The same answers as feeding [`queue_events`](crate::queue_events) to a [`QueueBoard`](crate::QueueBoard), bit for
//! bit, and faster: events are numbers in an array, and what is open is two lines that only move forward.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{Call, QueueId, StageEnd, StageKind};

use crate::queue_state::{
    LOST_AFTER, QueueEventKind, RecentWaits, beginning, ending, matters, rank,
};
use crate::{Error, StateSeen};

/// A caller who entered a queue, and what was known at that moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arrival {
    /// The call's place in the slice.
    pub call: usize,
    /// The stage's place in the call: 0 is its first.
    pub stage: usize,
    /// When they entered the queue.
    pub queued_at: DateTime<Utc>,
    /// The state that they met.
    pub seen: StateSeen,
}

/// The state that every caller met who entered a queue, ordered by `queued_at`, then by call.
///
/// A state holds nothing that happened later than the arrival. Events at one stamp are ordered as
/// [`QueueEventKind`](crate::QueueEventKind) says; a caller does not count themselves.
///
/// # Errors
///
/// [`Error::TooManyCalls`] for more than 2³² calls or 255 stages in one.
pub fn replay(calls: &[Call]) -> Result<Vec<Arrival>, Error> {
    let mut queues = Queues::new();
    let mut events = encode(calls, &mut queues)?;
    sort(&mut events, calls);
    let mut lines: Vec<Line> = queues.values().map(|_| Line::default()).collect();
    let mut is_open = vec![false; events.len()];
    let mut arrivals = Vec::with_capacity(events.len() / 4);
    for event in &events {
        let line = &mut lines[event.queue as usize];
        match event.rank {
            ENTERS => {
                let seen = line.seen(event.at, &mut is_open);
                let (call, stage) = (event.call as usize, usize::from(event.stage));
                let queued_at = DateTime::from_timestamp_micros(event.at).unwrap_or_default();
                arrivals.push(Arrival { call, stage, queued_at, seen });
                line.waiting.begin(event, &mut is_open);
            }
            SERVICE_BEGINS | SERVICE_BEGINS_AT_ONCE => line.services.begin(event, &mut is_open),
            SERVICE_ENDS | SERVICE_ENDS_AT_ONCE => line.services.end(event, &mut is_open),
            _ => {
                line.waiting.end(event, &mut is_open);
                if event.answered {
                    let wait = TimeDelta::microseconds(event.at - event.since);
                    line.recent.push(wait.as_seconds_f64());
                }
            }
        }
    }
    Ok(arrivals)
}

const SERVICE_ENDS: u8 = rank(QueueEventKind::ServiceEnds);
const SERVICE_BEGINS: u8 = rank(QueueEventKind::ServiceBegins);
const ENTERS: u8 = rank(QueueEventKind::Enters);
const SERVICE_BEGINS_AT_ONCE: u8 = rank(QueueEventKind::ServiceBeginsAtOnce);
const SERVICE_ENDS_AT_ONCE: u8 = rank(QueueEventKind::ServiceEndsAtOnce);

/// An event as numbers. Stamps are microseconds since 1970.
#[derive(Clone, Copy, Debug)]
struct Event {
    at: i64,
    since: i64,
    call: u32,
    queue: u32,
    /// The number of its stay or service among all of the log.
    open: u32,
    stage: u8,
    rank: u8,
    answered: bool,
}

fn encode<'a>(calls: &'a [Call], queues: &mut Queues<'a>) -> Result<Vec<Event>, Error> {
    let mut events: Vec<Event> = Vec::with_capacity(calls.len() * 4);
    let mut open = 0;
    for (at, call) in calls.iter().enumerate() {
        let too_many = || Error::TooManyCalls { calls: calls.len(), stages: call.stages.len() };
        let number = u32::try_from(at).map_err(|_| too_many())?;
        for (stage_at, stage) in call.stages.iter().enumerate() {
            if !matters(stage.kind) {
                continue;
            }
            let queue = stage.queue.as_ref().or(call.queue.as_ref());
            let since = stage.entered_at.timestamp_micros();
            let event = Event {
                at: since,
                since,
                call: number,
                queue: place(queues, queue),
                open,
                stage: u8::try_from(stage_at).map_err(|_| too_many())?,
                rank: rank(beginning(call, stage)),
                answered: false,
            };
            open += 1;
            events.push(event);
            if let Some((left_at, kind)) = ending(stage) {
                let answered = stage.kind == StageKind::Queue && stage.end == StageEnd::Answered;
                let (at, rank) = (left_at.timestamp_micros(), rank(kind));
                events.push(Event { at, rank, answered, ..event });
            }
        }
    }
    Ok(events)
}

/// The number of each queue, in the order of their first events.
type Queues<'a> = BTreeMap<Option<&'a QueueId>, u32>;

fn place<'a>(queues: &mut Queues<'a>, queue: Option<&'a QueueId>) -> u32 {
    let next = u32::try_from(queues.len()).unwrap_or(u32::MAX);
    *queues.entry(queue).or_insert(next)
}

fn sort(events: &mut [Event], calls: &[Call]) {
    events.sort_unstable_by(|a, b| {
        (a.at, a.rank, a.since).cmp(&(b.at, b.rank, b.since)).then_with(|| {
            let (a_id, b_id) = (&calls[a.call as usize].call_id, &calls[b.call as usize].call_id);
            // The call's number tells apart two calls that wrongly share an id.
            a_id.cmp(b_id).then(a.stage.cmp(&b.stage)).then(a.call.cmp(&b.call))
        })
    });
}

/// One queue during a replay.
#[derive(Default)]
struct Line {
    waiting: Open,
    services: Open,
    recent: RecentWaits,
}

impl Line {
    fn seen(&mut self, at: i64, is_open: &mut [bool]) -> StateSeen {
        self.services.forget_lost(at, is_open);
        self.waiting.forget_lost(at, is_open);
        let head = self.waiting.line.front().map_or(0, |it| at - it.0);
        let head_of_line_secs = TimeDelta::microseconds(head).as_seconds_f64();
        self.recent.seen(self.waiting.count, head_of_line_secs, self.services.count)
    }
}

/// What is open, oldest first; what has ended is taken out when it comes to the front.
#[derive(Default)]
struct Open {
    line: VecDeque<(i64, u32)>,
    count: usize,
}

impl Open {
    fn begin(&mut self, event: &Event, is_open: &mut [bool]) {
        self.line.push_back((event.since, event.open));
        is_open[event.open as usize] = true;
        self.count += 1;
    }

    fn end(&mut self, event: &Event, is_open: &mut [bool]) {
        let was_open = std::mem::take(&mut is_open[event.open as usize]);
        self.count -= usize::from(was_open);
        while self.line.front().is_some_and(|it| !is_open[it.1 as usize]) {
            self.line.pop_front();
        }
    }

    fn forget_lost(&mut self, at: i64, is_open: &mut [bool]) {
        let lost_before = at - LOST_AFTER.num_microseconds().unwrap_or(i64::MAX);
        while let Some(&(since, open)) = self.line.front() {
            let was_open = is_open[open as usize];
            if was_open && since >= lost_before {
                break;
            }
            is_open[open as usize] = false;
            self.count -= usize::from(was_open);
            self.line.pop_front();
        }
    }
}
