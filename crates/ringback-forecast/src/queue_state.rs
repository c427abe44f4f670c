//! Queue state, fed by events: what is known of a queue at a moment, and nothing later.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{AgentId, Call, CallId, Intent, QueueId, Stage, StageEnd, StageKind};
use serde::{Deserialize, Serialize};

/// How many answered callers the mean of recent waits looks back on.
pub(crate) const RECENT: usize = 10;

/// A caller or a service that is open for longer has lost its end record and is no longer counted.
pub(crate) const LOST_AFTER: TimeDelta = TimeDelta::hours(24);

/// What happens in and behind a queue.
///
/// Events at one stamp are ordered as the variants stand: what frees an agent or a place comes before what takes
/// one, a stay of no length ends after it begins, and whoever is answered at once meets a queue that does not show
/// it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QueueEventKind {
    /// An agent ends a service that began at an earlier stamp.
    ServiceEnds,
    /// A caller who entered at an earlier stamp leaves the queue.
    Leaves {
        /// Whether by a person's answer; otherwise by hanging up, overflow or transfer.
        answered: bool,
    },
    /// An agent begins a service, of a caller who entered the queue at an earlier stamp or never.
    ServiceBegins,
    /// A caller enters the queue.
    Enters,
    /// A caller leaves the queue at the stamp at which they entered.
    LeavesAtOnce {
        /// Whether by a person's answer.
        answered: bool,
    },
    /// An agent begins a service of a caller who entered the queue at the same stamp.
    ServiceBeginsAtOnce,
    /// An agent ends a service at the stamp at which it began.
    ServiceEndsAtOnce,
}

/// One event of a queue.
///
/// `queue`, `intent` and `priority` are those that the system knew when the stay or service began. A finished call tells what it
/// ended with: where a menu, an agent or a transfer changes them later, an adapter has to give the ones at entry (the queue by
/// its stage), or predictions made from its calls know more than a live feed would.
///
/// Events are ordered by `at`, then by `kind`, then by `since`, `call_id` and `stage`: a total order, so that replays
/// are the same whatever order a log was written in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueEvent {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub kind: QueueEventKind,
    /// When the stay or the service that it belongs to began; the same as `at` for a beginning.
    pub since: DateTime<Utc>,
    /// Whose.
    pub call_id: CallId,
    /// Which of the call's stages, from 0: a call may queue twice.
    pub stage: u32,
    /// Where; absent where the source does not name queues.
    pub queue: Option<QueueId>,
    /// What the caller wants, where known.
    pub intent: Option<Intent>,
    /// The caller's priority, higher first, where known.
    pub priority: Option<i32>,
    /// Who serves, for the events of a service, where known.
    pub agent: Option<AgentId>,
}

/// A caller's type: what decides which agents serve them.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CallerType {
    /// The queue that they enter; absent where the source does not name queues.
    pub queue: Option<QueueId>,
    /// What they want, where known.
    pub intent: Option<Intent>,
}

impl QueueEvent {
    /// The type of its caller.
    pub fn caller_type(&self) -> CallerType {
        CallerType { queue: self.queue.clone(), intent: self.intent.clone() }
    }

    fn order(&self) -> impl Ord + '_ {
        (self.at, rank(self.kind), self.since, &self.call_id, self.stage)
    }
}

/// The order of kinds at one stamp.
pub(crate) const fn rank(kind: QueueEventKind) -> u8 {
    match kind {
        QueueEventKind::ServiceEnds => 0,
        QueueEventKind::Leaves { .. } => 1,
        QueueEventKind::ServiceBegins => 2,
        QueueEventKind::Enters => 3,
        QueueEventKind::LeavesAtOnce { .. } => 4,
        QueueEventKind::ServiceBeginsAtOnce => 5,
        QueueEventKind::ServiceEndsAtOnce => 6,
    }
}

/// The events of calls, in order: each queue stage enters and leaves, each talk begins and ends.
///
/// A stage without an end gives its beginning only, and one whose end is stamped before its beginning ends as it
/// begins. A talk counts for the queue of its own stage, or else of its call.
pub fn queue_events(calls: &[Call]) -> Vec<QueueEvent> {
    let mut events = Vec::new();
    for call in calls {
        for (at, stage) in call.stages.iter().enumerate() {
            if !matters(stage.kind) {
                continue;
            }
            let event = |at_time, kind| QueueEvent {
                at: at_time,
                kind,
                since: stage.entered_at,
                call_id: call.call_id.clone(),
                stage: u32::try_from(at).unwrap_or(u32::MAX),
                queue: stage.queue.clone().or_else(|| call.queue.clone()),
                intent: call.intent.clone(),
                priority: call.priority,
                agent: stage.agent.clone(),
            };
            events.push(event(stage.entered_at, beginning(call, stage)));
            if let Some((left_at, kind)) = ending(stage) {
                events.push(event(left_at, kind));
            }
        }
    }
    events.sort_by(|a, b| a.order().cmp(&b.order()));
    events
}

/// Whether stages of a kind change the state of a queue.
pub(crate) fn matters(kind: StageKind) -> bool {
    matches!(kind, StageKind::Queue | StageKind::Talk)
}

/// The event of a queue or talk stage's beginning.
pub(crate) fn beginning(call: &Call, stage: &Stage) -> QueueEventKind {
    if stage.kind == StageKind::Queue {
        return QueueEventKind::Enters;
    }
    let entered = |it: &Stage| it.kind == StageKind::Queue && it.entered_at == stage.entered_at;
    if call.stages.iter().any(entered) {
        QueueEventKind::ServiceBeginsAtOnce
    } else {
        QueueEventKind::ServiceBegins
    }
}

/// The event of a queue or talk stage's end, and when; `None` for a stage without an end.
///
/// An end before the beginning would leave the caller in the line for good, so it never is earlier.
pub(crate) fn ending(stage: &Stage) -> Option<(DateTime<Utc>, QueueEventKind)> {
    let left_at = stage.left_at?.max(stage.entered_at);
    let answered = stage.end == StageEnd::Answered;
    let kind = match (stage.kind, left_at > stage.entered_at) {
        (StageKind::Queue, true) => QueueEventKind::Leaves { answered },
        (StageKind::Queue, false) => QueueEventKind::LeavesAtOnce { answered },
        (_, true) => QueueEventKind::ServiceEnds,
        (_, false) => QueueEventKind::ServiceEndsAtOnce,
    };
    Some((left_at, kind))
}

/// What is known of a queue at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StateSeen {
    /// Callers who wait.
    pub queue_length: u32,
    /// How long the caller at the head of the line has waited, in seconds; 0 if nobody waits.
    pub head_of_line_secs: f64,
    /// The wait of the last caller who entered service from the queue, in seconds; absent if nobody has yet.
    pub last_wait_secs: Option<f64>,
    /// The mean wait of the last ten callers who entered service from the queue (of fewer, if there were fewer), in
    /// seconds; absent if nobody has yet.
    pub recent_wait_secs: Option<f64>,
    /// Services in progress: agents who are busy with this queue's callers.
    pub agents_busy: u32,
}

/// A queue, as far as the events so far tell.
///
/// # Example
///
/// ```
/// use chrono::DateTime;
/// use ringback_forecast::{QueueEvent, QueueEventKind, QueueState};
///
/// let at = |secs: i64| DateTime::from_timestamp(1_000_000 + secs, 0).unwrap();
/// let event = |secs, kind, since, call: &str| QueueEvent {
///     at: at(secs),
///     kind,
///     since: at(since),
///     call_id: call.into(),
///     stage: 0,
///     queue: None,
///     intent: None,
///     priority: None,
///     agent: None,
/// };
/// let mut queue = QueueState::new();
/// queue.apply(&event(0, QueueEventKind::Enters, 0, "a"));
/// queue.apply(&event(5, QueueEventKind::Enters, 5, "b"));
/// queue.apply(&event(20, QueueEventKind::Leaves { answered: true }, 0, "a"));
///
/// let seen = queue.seen(at(30));
/// assert_eq!((seen.queue_length, seen.head_of_line_secs), (1, 25.0));
/// assert_eq!(seen.last_wait_secs, Some(20.0));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QueueState {
    waiting: BTreeSet<(DateTime<Utc>, CallId, u32)>,
    services: BTreeSet<(DateTime<Utc>, CallId, u32)>,
    recent: RecentWaits,
}

impl QueueState {
    /// An empty queue of which nothing is known.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes an event. Events come in order; the end of something that never began here changes nothing but, where a
    /// caller was answered, the recent waits.
    pub fn apply(&mut self, event: &QueueEvent) {
        let key = (event.since, event.call_id.clone(), event.stage);
        match event.kind {
            QueueEventKind::Enters => {
                self.waiting.insert(key);
            }
            QueueEventKind::Leaves { answered } | QueueEventKind::LeavesAtOnce { answered } => {
                self.waiting.remove(&key);
                if answered {
                    self.recent.push((event.at - event.since).as_seconds_f64());
                }
            }
            QueueEventKind::ServiceBegins | QueueEventKind::ServiceBeginsAtOnce => {
                self.services.insert(key);
            }
            QueueEventKind::ServiceEnds | QueueEventKind::ServiceEndsAtOnce => {
                self.services.remove(&key);
            }
        }
    }

    /// What is known at a moment, which must not be before the last event.
    ///
    /// Callers and services that have been open for longer than a day are forgotten: their end was lost.
    pub fn seen(&mut self, at: DateTime<Utc>) -> StateSeen {
        for open in [&mut self.waiting, &mut self.services] {
            while open.first().is_some_and(|it| at - it.0 > LOST_AFTER) {
                open.pop_first();
            }
        }
        let head = self.waiting.first().map_or(0.0, |it| (at - it.0).as_seconds_f64());
        self.recent.seen(self.waiting.len(), head, self.services.len())
    }
}

/// The waits of the callers who entered service last.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RecentWaits(VecDeque<f64>);

impl RecentWaits {
    pub(crate) fn push(&mut self, wait_secs: f64) {
        if self.0.len() == RECENT {
            self.0.pop_front();
        }
        self.0.push_back(wait_secs);
    }

    pub(crate) fn seen(
        &self,
        waiting: usize,
        head_of_line_secs: f64,
        services: usize,
    ) -> StateSeen {
        let mean = self.0.iter().sum::<f64>() / self.0.len() as f64;
        StateSeen {
            queue_length: u32::try_from(waiting).unwrap_or(u32::MAX),
            head_of_line_secs,
            last_wait_secs: self.0.back().copied(),
            recent_wait_secs: (!self.0.is_empty()).then_some(mean),
            agents_busy: u32::try_from(services).unwrap_or(u32::MAX),
        }
    }
}

/// The state of every queue of a center, fed by one stream of events.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QueueBoard(BTreeMap<Option<QueueId>, QueueState>);

impl QueueBoard {
    /// No queue is known yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes an event; for a caller who enters, gives the state that they meet: without themselves, and with nothing
    /// later.
    pub fn apply(&mut self, event: &QueueEvent) -> Option<StateSeen> {
        if !self.0.contains_key(&event.queue) {
            self.0.insert(event.queue.clone(), QueueState::new());
        }
        let queue = self.0.get_mut(&event.queue)?;
        let seen = (event.kind == QueueEventKind::Enters).then(|| queue.seen(event.at));
        queue.apply(event);
        seen
    }

    /// The state of a queue; `None` for one without any event so far.
    pub fn queue(&mut self, queue: Option<&QueueId>) -> Option<&mut QueueState> {
        self.0.get_mut(&queue.cloned())
    }
}
