//! The state of a whole center, fed by events: what a model may know of a caller's wait at the moment of asking.
//!
//! Agents are shared between queues and types, and callers of a high priority overtake others; so a wait depends on all
//! who wait and all who serve, not on one queue. Everything is numbers here; names are given numbers by
//! [`LiveWaits`](crate::LiveWaits) and by the replay.

mod agents;
mod credit;
mod features;
mod flow;
mod fluid;
mod recent;
mod talk;

use ringback_calllog::Zone;
use serde::{Deserialize, Serialize};

use self::agents::Agents;
pub use self::credit::PriorityCredits;
pub(crate) use self::features::place;
pub use self::features::{FEATURES, Features};
use self::flow::Flow;
use self::fluid::Ratios;
use self::recent::Recent;
pub(crate) use self::recent::{Last, blend};
use self::talk::Talk;
use crate::Error;
use crate::queue_state::{LOST_AFTER, QueueEventKind};

/// The number of an agent whom the source does not name.
pub(crate) const NO_AGENT: u32 = u32::MAX;

/// An event as numbers. Stamps are microseconds since 1970.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tick {
    pub(crate) at: i64,
    /// When the stay or service that it belongs to began.
    pub(crate) since: i64,
    /// The number of the stay or service.
    pub(crate) open: u32,
    pub(crate) queue: u32,
    /// The caller's type: queue and intent.
    pub(crate) class: u32,
    /// Who serves; [`NO_AGENT`] where unknown, and for the events of a queue.
    pub(crate) agent: u32,
    pub(crate) priority: i32,
    pub(crate) kind: QueueEventKind,
}

impl Tick {
    /// Its caller.
    pub(crate) fn asker(&self) -> Asker {
        Asker { class: self.class, priority: self.priority }
    }
}

/// Who asks: a caller's type and priority.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asker {
    pub(crate) class: u32,
    pub(crate) priority: i32,
}

/// A caller who waits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Waiting {
    /// When they would have entered without the credit of their priority; the line is in this order.
    virtual_at: i64,
    since: i64,
    open: u32,
    class: u32,
    priority: i32,
    /// Callers before them when they entered.
    ahead_at_first: u32,
    /// What theory said when they entered, in seconds.
    fluid_secs: f64,
}

/// A service in progress.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Service {
    since: i64,
    open: u32,
    class: u32,
    agent: u32,
}

/// The state of a center. See the [module](self).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Center {
    zone: Zone,
    credits: PriorityCredits,
    /// In virtual order; ties in the order of entry.
    waiting: Vec<Waiting>,
    /// In the order of their beginning.
    services: Vec<Service>,
    agents: Agents,
    recent: Recent,
    talk: Talk,
    flow: Flow,
    ratios: Ratios,
    /// When the first event came after a break of [`NIGHT`] or more.
    opened_at: i64,
    last_at: Option<i64>,
}

pub(crate) const SECOND: i64 = 1_000_000;

/// A center without events for so long had closed.
const NIGHT: i64 = 3 * 3600 * SECOND;

/// Microseconds as seconds.
pub(crate) fn secs(micros: i64) -> f64 {
    micros as f64 / 1e6
}

/// The place of the one that is meant, in a list by rising stamps: from a place on, among those of one stamp.
fn find<T>(of: &[T], from: usize, at: i64, is: impl Fn(&T) -> (i64, bool)) -> Option<usize> {
    let same = of.get(from..)?.iter().take_while(|it| is(it).0 == at);
    same.enumerate().find(|it| is(it.1).1).map(|it| from + it.0)
}

impl Center {
    /// Nothing has happened yet.
    pub(crate) fn new(zone: Zone, credits: PriorityCredits) -> Self {
        Self {
            zone,
            credits,
            waiting: Vec::new(),
            services: Vec::new(),
            agents: Agents::default(),
            recent: Recent::default(),
            talk: Talk::default(),
            flow: Flow::default(),
            ratios: Ratios::default(),
            opened_at: 0,
            last_at: None,
        }
    }

    /// Checks a center that was saved: what is said of types must be said of one of so many.
    pub(crate) fn check(&self, classes: usize) -> Result<(), Error> {
        self.agents.check()?;
        self.recent.check()?;
        self.talk.check()?;
        let named = self.waiting.iter().map(|it| it.class);
        let named = named.chain(self.services.iter().map(|it| it.class));
        match named.chain(self.agents.classes()).find(|it| *it as usize >= classes) {
            None => Ok(()),
            Some(class) => {
                Err(Error::Saved(format!("type {class} of a center, expected below {classes}")))
            }
        }
    }

    pub(crate) fn credits(&self) -> &PriorityCredits {
        &self.credits
    }

    /// Takes an event. Events come in order; the end of something that never began here changes nothing but what is
    /// known of recent waits and talk.
    pub(crate) fn apply(&mut self, tick: &Tick) {
        self.begin_day(tick.at);
        self.agents.relate(tick.at);
        match tick.kind {
            QueueEventKind::Enters => self.enter(tick),
            QueueEventKind::Leaves { answered } | QueueEventKind::LeavesAtOnce { answered } => {
                self.leave(tick, answered);
            }
            QueueEventKind::ServiceBegins | QueueEventKind::ServiceBeginsAtOnce => {
                let Tick { since, open, class, agent, .. } = *tick;
                self.services.push(Service { since, open, class, agent });
                self.agents.begin(tick);
                self.flow.begins(tick.at);
            }
            QueueEventKind::ServiceEnds | QueueEventKind::ServiceEndsAtOnce => {
                self.end_service(tick);
            }
        }
    }

    fn begin_day(&mut self, at: i64) {
        if self.last_at.is_none_or(|it| at - it >= NIGHT) {
            self.opened_at = at;
        }
        self.last_at = Some(at);
    }

    fn enter(&mut self, tick: &Tick) {
        self.forget_lost(tick.at);
        let virtual_at = tick.at - self.credits.micros(tick.priority);
        let place = self.waiting.partition_point(|it| it.virtual_at <= virtual_at);
        let waiting = Waiting {
            fluid_secs: self.fluid_secs(tick.at, tick.asker()),
            virtual_at,
            since: tick.since,
            open: tick.open,
            class: tick.class,
            priority: tick.priority,
            ahead_at_first: u32::try_from(place).unwrap_or(u32::MAX),
        };
        self.waiting.insert(place, waiting);
        self.flow.enters(tick);
    }

    fn leave(&mut self, tick: &Tick, answered: bool) {
        let place = self.place_in_line(tick);
        let left = place.map(|it| self.waiting.remove(it));
        self.flow.leaves(tick, answered);
        if answered {
            let ahead = left.map(|it| it.ahead_at_first);
            if let Some(left) = left
                && tick.at > tick.since
            {
                self.ratios.answered(tick.class, secs(tick.at - tick.since), left.fluid_secs);
            }
            self.recent.answered(tick, ahead);
        }
    }

    /// Where the caller of an event stands in the line.
    fn place_in_line(&self, tick: &Tick) -> Option<usize> {
        let virtual_at = tick.since - self.credits.micros(tick.priority);
        let from = self.waiting.partition_point(|it| it.virtual_at < virtual_at);
        find(&self.waiting, from, virtual_at, |it| (it.virtual_at, it.open == tick.open))
    }

    fn end_service(&mut self, tick: &Tick) {
        let from = self.services.partition_point(|it| it.since < tick.since);
        if let Some(place) =
            find(&self.services, from, tick.since, |it| (it.since, it.open == tick.open))
        {
            self.services.remove(place);
        }
        self.agents.end(tick, !self.waiting.is_empty());
        self.talk.ended(tick);
    }

    /// Callers and services that have been open for longer than a day have lost their end.
    fn forget_lost(&mut self, at: i64) {
        let lost_before = at - LOST_AFTER.num_seconds() * SECOND;
        if self.services.first().is_some_and(|it| it.since < lost_before) {
            let agents = &mut self.agents;
            self.services.retain(|it| {
                let is_kept = it.since >= lost_before;
                if !is_kept {
                    agents.lost(it.agent);
                }
                is_kept
            });
        }
        if self.waiting.first().is_some_and(|it| it.virtual_at < lost_before) {
            self.waiting.retain(|it| it.virtual_at >= lost_before);
        }
    }
}
