//! Replay: the state that each caller of a log met on arrival, for a whole log at once.
//!
//! The same answers as feeding [`queue_events`](crate::queue_events) to a [`QueueBoard`](crate::QueueBoard), bit for
//! bit, and faster: events are numbers in an array, and what is open is two lines that only move forward.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{AgentId, Call, Intent, QueueId, Zone};

use crate::center::{Center, Features, NO_AGENT, PriorityCredits, Tick};
use crate::queue_state::{
    LOST_AFTER, QueueEventKind, RecentWaits, beginning, ending, matters, rank,
};
use crate::{CallerType, Error, StateSeen};

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
    let mut log = Encoded::of(calls)?;
    let mut arrivals = Vec::with_capacity(log.events.len() / 4);
    for event in &log.events {
        arrivals.extend(log.lines.take(event));
    }
    Ok(arrivals)
}

/// The features that every caller met who entered a queue, in the order of [`replay`]: the state of the whole center in
/// numbers, as [`FEATURES`](crate::FEATURES) names them.
///
/// # Errors
///
/// As [`replay`].
pub fn replay_features(
    calls: &[Call],
    zone: Zone,
    credits: &PriorityCredits,
) -> Result<Vec<(Arrival, Features)>, Error> {
    let mut features = Vec::new();
    let mut center = Center::new(zone, credits.clone());
    for step in Replay::new(calls)? {
        if let Some(arrival) = step.arrival {
            features.push((arrival, center.features(step.tick.at, step.tick.asker())));
        }
        center.apply(&step.tick);
    }
    Ok(features)
}

/// An event of a replay, and the arrival that it is, if it is one.
pub(crate) struct Step {
    pub(crate) tick: Tick,
    pub(crate) arrival: Option<Arrival>,
}

/// The events of a log, one by one.
pub(crate) struct Replay<'a> {
    calls: &'a [Call],
    log: Encoded,
    next: usize,
}

impl<'a> Replay<'a> {
    pub(crate) fn new(calls: &'a [Call]) -> Result<Self, Error> {
        Ok(Self { calls, log: Encoded::of(calls)?, next: 0 })
    }

    /// The types of callers, by the number that they have in events.
    pub(crate) fn classes(&self) -> Vec<CallerType> {
        self.log.classes.clone()
    }
}

impl Iterator for Replay<'_> {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        let event = *self.log.events.get(self.next)?;
        self.next += 1;
        Some(Step { tick: event.tick(self.calls), arrival: self.log.lines.take(&event) })
    }
}

/// The events of a log in order, and the names that they have as numbers.
struct Encoded {
    events: Vec<Event>,
    classes: Vec<CallerType>,
    lines: Lines,
}

impl Encoded {
    fn of(calls: &[Call]) -> Result<Self, Error> {
        let mut names = Names::default();
        let mut events = encode(calls, &mut names)?;
        sort(&mut events, calls);
        let mut classes: Vec<_> = names.classes.into_iter().collect();
        classes.sort_unstable_by_key(|it| it.1);
        let classes = classes.into_iter().map(|((queue, intent), _)| CallerType {
            queue: queue.cloned(),
            intent: intent.cloned(),
        });
        let lines = names.queues.values().map(|_| Line::default()).collect();
        let is_open = vec![false; events.len()];
        Ok(Self { events, classes: classes.collect(), lines: Lines { lines, is_open } })
    }
}

/// The queues, each by itself.
struct Lines {
    lines: Vec<Line>,
    is_open: Vec<bool>,
}

impl Lines {
    /// Takes an event; gives the arrival that it is, if it is one.
    fn take(&mut self, event: &Event) -> Option<Arrival> {
        let line = &mut self.lines[event.queue as usize];
        let is_open = &mut self.is_open;
        match event.kind {
            QueueEventKind::Enters => {
                let seen = line.seen(event.at, is_open);
                let (call, stage) = (event.call as usize, usize::from(event.stage));
                let queued_at = DateTime::from_timestamp_micros(event.at).unwrap_or_default();
                line.waiting.begin(event, is_open);
                return Some(Arrival { call, stage, queued_at, seen });
            }
            QueueEventKind::ServiceBegins | QueueEventKind::ServiceBeginsAtOnce => {
                line.services.begin(event, is_open);
            }
            QueueEventKind::ServiceEnds | QueueEventKind::ServiceEndsAtOnce => {
                line.services.end(event, is_open);
            }
            QueueEventKind::Leaves { answered } | QueueEventKind::LeavesAtOnce { answered } => {
                line.waiting.end(event, is_open);
                if answered {
                    let wait = TimeDelta::microseconds(event.at - event.since);
                    line.recent.push(wait.as_seconds_f64());
                }
            }
        }
        None
    }
}

/// An event as numbers. Stamps are microseconds since 1970.
#[derive(Clone, Copy, Debug)]
struct Event {
    at: i64,
    since: i64,
    call: u32,
    queue: u32,
    /// The number of its stay or service among all of the log.
    open: u32,
    class: u32,
    agent: u32,
    stage: u8,
    kind: QueueEventKind,
}

impl Event {
    fn tick(&self, calls: &[Call]) -> Tick {
        let Self { at, since, open, queue, class, agent, kind, .. } = *self;
        let priority = calls[self.call as usize].priority.unwrap_or(0);
        Tick { at, since, open, queue, class, agent, priority, kind }
    }
}

fn encode<'a>(calls: &'a [Call], names: &mut Names<'a>) -> Result<Vec<Event>, Error> {
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
                queue: place(&mut names.queues, queue),
                open,
                class: place(&mut names.classes, (queue, call.intent.as_ref())),
                agent: stage.agent.as_ref().map_or(NO_AGENT, |it| place(&mut names.agents, it)),
                stage: u8::try_from(stage_at).map_err(|_| too_many())?,
                kind: beginning(call, stage),
            };
            open += 1;
            events.push(event);
            if let Some((left_at, kind)) = ending(stage) {
                events.push(Event { at: left_at.timestamp_micros(), kind, ..event });
            }
        }
    }
    Ok(events)
}

/// The numbers of names, in the order of the log's rows.
#[derive(Default)]
struct Names<'a> {
    queues: BTreeMap<Option<&'a QueueId>, u32>,
    classes: BTreeMap<(Option<&'a QueueId>, Option<&'a Intent>), u32>,
    agents: BTreeMap<&'a AgentId, u32>,
}

fn place<K: Ord>(names: &mut BTreeMap<K, u32>, name: K) -> u32 {
    let next = u32::try_from(names.len()).unwrap_or(u32::MAX);
    *names.entry(name).or_insert(next)
}

fn sort(events: &mut [Event], calls: &[Call]) {
    events.sort_unstable_by(|a, b| {
        let order = |it: &Event| (it.at, rank(it.kind), it.since);
        order(a).cmp(&order(b)).then_with(|| {
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
