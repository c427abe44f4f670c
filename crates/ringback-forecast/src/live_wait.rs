//! Wait estimates from a live feed: apply an event, ask for an estimate, save and restore.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ringback_calllog::{AgentId, CallId, QueueId, Zone};
use serde::{Deserialize, Serialize};

use crate::center::{Asker, Center, Features, NO_AGENT, Tick};
use crate::queue_state::{QueueEvent, QueueEventKind};
use crate::wait::{Engine, WaitForecast, WaitModel};
use crate::{CallerType, Error};

/// A center that is followed event by event, and its wait estimates.
///
/// An estimate is made from the state as the events so far tell it, and does not allocate. With a [`WaitModel`] it is a
/// learned one, whose intervals adapt to each wait that ends; without one it is that of queueing theory, and says so in
/// [`WaitForecast::method`]. Saved with serde inside [`Saved`](ringback_learn::Saved) and restored, it goes on to the last
/// bit; JSON needs `serde_json`'s `float_roundtrip` feature for that.
///
/// # Example
///
/// ```
/// use chrono::DateTime;
/// use ringback_forecast::{CallerType, LiveWaits, QueueEvent, QueueEventKind};
///
/// let at = |secs: i64| DateTime::from_timestamp(1_000_000 + secs, 0).unwrap();
/// let event = |secs, kind, since, call: &str| QueueEvent {
///     at: at(secs),
///     kind,
///     since: at(since),
///     call_id: call.into(),
///     stage: 0,
///     queue: Some("sales".into()),
///     intent: None,
///     priority: None,
///     agent: Some("ann".into()),
/// };
/// let mut waits = LiveWaits::new("UTC".parse()?);
/// let sales = CallerType { queue: Some("sales".into()), intent: None };
/// assert!(waits.estimate(&sales, None, at(0)).is_none()); // nobody has been served yet
///
/// waits.apply(&event(0, QueueEventKind::ServiceBegins, 0, "a"))?;
/// waits.apply(&event(100, QueueEventKind::ServiceEnds, 0, "a"))?;
/// waits.apply(&event(110, QueueEventKind::ServiceBegins, 110, "b"))?;
/// let estimate = waits.estimate(&sales, None, at(120)).unwrap();
/// assert_eq!(estimate.method.as_str(), "queueing_theory");
/// assert_eq!(estimate.mean_secs, 100.0); // Ann's service took 100 s
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedLive", into = "SavedLive")]
pub struct LiveWaits {
    engine: Engine,
    classes: BTreeMap<CallerType, u32>,
    queues: BTreeMap<Option<QueueId>, u32>,
    agents: BTreeMap<AgentId, u32>,
    /// The numbers of stays and services in progress.
    open: BTreeMap<Stay, u32>,
    next_open: u32,
    last_at: Option<DateTime<Utc>>,
}

/// What names a stay or service: its beginning, call and stage.
type Stay = (DateTime<Utc>, CallId, u32);

impl LiveWaits {
    /// A center of which nothing is known yet: estimates are those of queueing theory.
    pub fn new(zone: Zone) -> Self {
        Self::of(Engine::new(Center::new(zone, crate::PriorityCredits::none())))
    }

    /// A center of which nothing is known yet but a model. Events of the last hours, by [`LiveWaits::warm_up`], should come
    /// before the first estimate: a model that meets an empty center predicts as for one.
    pub fn with_model(model: WaitModel) -> Self {
        let mut engine = Engine::new(Center::new(model.zone(), model.credits().clone()));
        engine.set_model(model, &[]);
        Self::of(engine)
    }

    fn of(engine: Engine) -> Self {
        Self {
            engine,
            classes: BTreeMap::new(),
            queues: BTreeMap::new(),
            agents: BTreeMap::new(),
            open: BTreeMap::new(),
            next_open: 0,
            last_at: None,
        }
    }

    /// Takes a newer model and goes on with the state as it is, head starts of priorities included. If its types are those of
    /// the model before, the margins of the intervals go on, too.
    pub fn set_model(&mut self, model: WaitModel) {
        let mut classes = vec![CallerType::default(); self.classes.len()];
        for (class, number) in &self.classes {
            classes[*number as usize] = class.clone();
        }
        self.engine.set_model(model, &classes);
    }

    /// The model that estimates are made by; `None` where they are those of queueing theory.
    pub fn model(&self) -> Option<&WaitModel> {
        self.engine.model()
    }

    /// Takes an event (one that began after its own stamp counts as begun at it); for a caller who enters, gives the forecast of
    /// the state that they meet: without themselves, and with nothing later. Their wait, once they are answered, is learned
    /// from. `None` for all other events, and where nothing can be said yet.
    ///
    /// A feed may repeat itself: the beginning of a stay or service that is in progress already (the same `since`, `call_id` and
    /// `stage`) is ignored, with `None`. An end without a beginning counts as one whose beginning came before the feed.
    ///
    /// A caller who leaves unanswered for another queue teaches the intervals nothing about the first one; in the other one
    /// they are a caller like all, with a forecast and a wait from the moment that they entered it.
    ///
    /// # Errors
    ///
    /// [`Error::EventBefore`] for an event that is earlier than the last one; it is not taken.
    pub fn apply(&mut self, event: &QueueEvent) -> Result<Option<WaitForecast>, Error> {
        let Some(tick) = self.tick(event)? else { return Ok(None) };
        let forecast = match tick.kind {
            QueueEventKind::Enters => {
                let features = self.engine.center.features(tick.at, tick.asker());
                self.engine.enter(&tick, &features)
            }
            _ => None,
        };
        self.engine.apply(&tick);
        Ok(forecast)
    }

    /// Takes an event of the past without a forecast.
    ///
    /// # Errors
    ///
    /// As [`LiveWaits::apply`].
    pub fn warm_up(&mut self, event: &QueueEvent) -> Result<(), Error> {
        if let Some(tick) = self.tick(event)? {
            self.engine.apply(&tick);
        }
        Ok(())
    }

    /// The forecast of a caller who would enter at a moment; one before the last event counts as that event's. `None` where
    /// nothing can be said: without a model, before any service has ended. Does not allocate.
    pub fn estimate(
        &self,
        of: &CallerType,
        priority: Option<i32>,
        at: DateTime<Utc>,
    ) -> Option<WaitForecast> {
        let asker = self.asker(of, priority);
        self.engine.estimate(asker, &self.features_of(asker, at))
    }

    /// The features that the estimate is made from, as [`FEATURES`](crate::FEATURES) names them. Does not allocate.
    pub fn features(&self, of: &CallerType, priority: Option<i32>, at: DateTime<Utc>) -> Features {
        self.features_of(self.asker(of, priority), at)
    }

    fn features_of(&self, asker: Asker, at: DateTime<Utc>) -> Features {
        let at = self.last_at.map_or(at, |it| it.max(at));
        self.engine.center.features(at.timestamp_micros(), asker)
    }

    fn asker(&self, of: &CallerType, priority: Option<i32>) -> Asker {
        let class = self.classes.get(of).copied().unwrap_or(u32::MAX);
        Asker { class, priority: priority.unwrap_or(0) }
    }

    /// The event as numbers; `None` for the beginning of something that is in progress already.
    fn tick(&mut self, event: &QueueEvent) -> Result<Option<Tick>, Error> {
        if let Some(last) = self.last_at
            && event.at < last
        {
            return Err(Error::EventBefore { at: event.at, last });
        }
        self.last_at = Some(event.at);
        let Some(open) = self.open(event) else { return Ok(None) };
        let class = event.caller_type();
        if !self.classes.contains_key(&class) {
            self.engine.add_class(&class);
        }
        let class = number(&mut self.classes, class);
        Ok(Some(Tick {
            at: event.at.timestamp_micros(),
            // The clocks of two machines may differ; nobody waits less than no time.
            since: event.since.min(event.at).timestamp_micros(),
            open,
            queue: number(&mut self.queues, event.queue.clone()),
            class,
            agent: event.agent.clone().map_or(NO_AGENT, |it| number(&mut self.agents, it)),
            priority: event.priority.unwrap_or(0),
            kind: event.kind,
        }))
    }

    /// The number of the event's stay or service: a new one for a beginning and for an end without one. `None` for the
    /// beginning of one that is in progress.
    fn open(&mut self, event: &QueueEvent) -> Option<u32> {
        let stay = (event.since, event.call_id.clone(), event.stage);
        let begins = matches!(
            event.kind,
            QueueEventKind::Enters
                | QueueEventKind::ServiceBegins
                | QueueEventKind::ServiceBeginsAtOnce
        );
        if begins {
            self.forget_lost(event.at);
            if self.open.contains_key(&stay) {
                return None;
            }
        } else if let Some(open) = self.open.remove(&stay) {
            return Some(open);
        }
        let open = self.next_open;
        self.next_open = self.next_open.wrapping_add(1);
        if begins {
            self.open.insert(stay, open);
        }
        Some(open)
    }

    fn forget_lost(&mut self, at: DateTime<Utc>) {
        while let Some(oldest) = self.open.first_entry()
            && at - oldest.key().0 > crate::queue_state::LOST_AFTER * 2
        {
            self.engine.forget(oldest.remove());
        }
    }
}

fn number<K: Ord>(numbers: &mut BTreeMap<K, u32>, name: K) -> u32 {
    let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
    *numbers.entry(name).or_insert(next)
}

/// A center as saved: maps as lists, since not every format has keys that are more than text.
#[derive(Clone, Serialize, Deserialize)]
struct SavedLive {
    engine: Engine,
    classes: Vec<(CallerType, u32)>,
    queues: Vec<(Option<QueueId>, u32)>,
    agents: Vec<(AgentId, u32)>,
    open: Vec<(Stay, u32)>,
    next_open: u32,
    last_at: Option<DateTime<Utc>>,
}

impl From<LiveWaits> for SavedLive {
    fn from(of: LiveWaits) -> Self {
        Self {
            engine: of.engine,
            classes: of.classes.into_iter().collect(),
            queues: of.queues.into_iter().collect(),
            agents: of.agents.into_iter().collect(),
            open: of.open.into_iter().collect(),
            next_open: of.next_open,
            last_at: of.last_at,
        }
    }
}

impl TryFrom<SavedLive> for LiveWaits {
    type Error = Error;

    fn try_from(saved: SavedLive) -> Result<Self, Error> {
        let numbered = |mut it: Vec<u32>| {
            it.sort_unstable();
            it.iter().zip(0..).all(|(one, place)| *one == place)
        };
        let numbers = [
            saved.classes.iter().map(|it| it.1).collect(),
            saved.queues.iter().map(|it| it.1).collect(),
            saved.agents.iter().map(|it| it.1).collect::<Vec<u32>>(),
        ];
        if !numbers.into_iter().all(numbered) {
            return Err(Error::Saved("names of a center are not numbered in turn".into()));
        }
        saved.engine.check(saved.classes.len())?;
        let mut open: Vec<u32> = saved.open.iter().map(|it| it.1).collect();
        open.sort_unstable();
        if open.windows(2).any(|it| it[0] == it[1]) || open.binary_search(&saved.next_open).is_ok()
        {
            return Err(Error::Saved("stays in progress of a center share a number".into()));
        }
        Ok(Self {
            engine: saved.engine,
            classes: saved.classes.into_iter().collect(),
            queues: saved.queues.into_iter().collect(),
            agents: saved.agents.into_iter().collect(),
            open: saved.open.into_iter().collect(),
            next_open: saved.next_open,
            last_at: saved.last_at,
        })
    }
}
