//! Service measures, each with its numerator and denominator: service level, speed of answer, abandonment, occupancy,
//! handle time.

mod group;
mod measure;

use std::fmt;

use chrono::TimeDelta;
use ringback_calllog::{Call, Observed};
use serde::Serialize;

use crate::busy::{Who, busy, handle_time, is_handling, joined};
use crate::offered::{Fate, answer_wait, micros, secs};

pub use group::{
    HourOfWeekError, HourOfWeekLoad, HourWaits, WeekSummary, load_by_hour_of_week, service_by_week,
    waits_by_hour,
};
pub use measure::{Measure, NotObservable, Ratio};

/// The acceptable waiting time (AWT) of a service level: a call answered after exactly this wait is answered in time.
/// Unit: seconds; range: 1 to 86,400.
///
/// # Example
///
/// ```
/// use ringback_features::AcceptableWait;
///
/// assert_eq!(AcceptableWait::from_secs(20)?.to_string(), "20 s");
/// assert!(AcceptableWait::from_secs(0).is_err());
/// # Ok::<(), ringback_features::InvalidAcceptableWait>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AcceptableWait(u32);

impl AcceptableWait {
    /// Twenty seconds, the usual goal of a call center.
    pub const TWENTY_SECS: Self = Self(20);

    /// A wait of so many seconds.
    ///
    /// # Errors
    ///
    /// [`InvalidAcceptableWait`] unless `1 <= secs <= 86400`.
    pub fn from_secs(secs: u32) -> Result<Self, InvalidAcceptableWait> {
        if (1..=86_400).contains(&secs) { Ok(Self(secs)) } else { Err(InvalidAcceptableWait(secs)) }
    }

    /// Seconds.
    pub fn secs(self) -> u32 {
        self.0
    }

    fn delta(self) -> TimeDelta {
        TimeDelta::seconds(self.0.into())
    }
}

impl fmt::Display for AcceptableWait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s", self.0)
    }
}

/// A number of seconds that is no acceptable wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an acceptable wait of {0} s, expected 1 to 86400 s")]
pub struct InvalidAcceptableWait(u32);

/// How to measure the service of some calls.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ServiceMeasures {
    acceptable_wait: AcceptableWait,
    short_abandon: TimeDelta,
    idle_max: TimeDelta,
    staffed: Option<TimeDelta>,
}

impl ServiceMeasures {
    /// Measures with an acceptable wait, and the defaults of the setters.
    pub fn new(acceptable_wait: AcceptableWait) -> Self {
        Self {
            acceptable_wait,
            short_abandon: TimeDelta::seconds(5),
            idle_max: TimeDelta::minutes(30),
            staffed: None,
        }
    }

    /// Sets the wait up to which an abandoned call counts as a short abandon: the caller had dialed by mistake or did
    /// not mean to wait. Default: 5 s, that long included.
    #[must_use]
    pub fn short_abandon(self, short_abandon: TimeDelta) -> Self {
        Self { short_abandon, ..self }
    }

    /// Sets the longest idle time between two contacts of an agent who counts as present between them. Default: 30
    /// minutes, that long included.
    #[must_use]
    pub fn idle_max(self, idle_max: TimeDelta) -> Self {
        Self { idle_max, ..self }
    }

    /// Sets the time that agents were staffed, all agents added up, in place of the inference. Default: inferred.
    #[must_use]
    pub fn staffed(self, staffed: TimeDelta) -> Self {
        Self { staffed: Some(staffed), ..self }
    }

    /// Counts the calls once and gives all measures.
    ///
    /// The order of the calls does not matter. Internal calls count nowhere; a call that the center placed counts
    /// only if it entered the queue, and its talk counts as busy time anyway.
    pub fn summary<'a>(
        &self,
        calls: impl IntoIterator<Item = &'a Call>,
        observed: &Observed,
    ) -> ServiceSummary {
        let calls: Vec<&Call> = calls.into_iter().collect();
        let mut tally = Tally::default();
        for call in &calls {
            if let Some(fate) = Fate::of(call) {
                tally.add(call, fate, self);
            }
        }
        ServiceSummary {
            acceptable_wait_secs: self.acceptable_wait.0,
            short_abandon_secs: secs(micros(self.short_abandon)),
            calls_arrived: tally.arrived,
            calls_offered: tally.offered,
            calls_answered: tally.answered,
            calls_abandoned: observed.abandons.then_some(tally.abandoned),
            calls_abandoned_in_menu: observed.abandons.then_some(tally.abandoned_in_menu),
            service_level: tally.service_level(self, observed),
            service_level_of_offered: tally.service_level_of_offered(self, observed),
            service_level_of_answered: tally.service_level_of_answered(self, observed),
            speed_of_answer_secs: tally.speed_of_answer(observed),
            wait_secs_mean: tally.mean_wait(observed),
            abandonment: tally.abandonment(observed),
            abandonment_without_short: tally.abandonment_without_short(self, observed),
            handle_secs_mean: tally.handle_time(),
            occupancy: self.occupancy(&calls, observed),
        }
    }

    fn occupancy(&self, calls: &[&Call], observed: &Observed) -> Measure {
        let stretches = busy(calls, is_handling);
        if let Some(staffed) = self.staffed {
            let busy_micros: i128 = stretches.iter().map(|it| micros(it.length())).sum();
            return Measure::ratio(secs(busy_micros), secs(micros(staffed)), 0);
        }
        if !observed.agents {
            return Measure::NotObservable(NotObservable::Agents);
        }
        let (named, unnamed): (Vec<_>, Vec<_>) =
            stretches.into_iter().partition(|it| matches!(it.who, Who::Agent(_)));
        let busy_micros: i128 = named.iter().map(|it| micros(it.length())).sum();
        let present = joined(named, self.idle_max);
        let present_micros: i128 = present.iter().map(|it| micros(it.length())).sum();
        Measure::ratio(secs(busy_micros), secs(present_micros), unnamed.len() as u64)
    }
}

/// What service some calls had. Every measure says what it was divided by, and whether the source can say it at all.
///
/// *Offered* calls entered the queue or were answered by a person without queueing; *answered* means by a person;
/// *abandoned* calls are offered calls whose caller hung up. A call that was answered without queueing waited 0 s.
/// A call of which the log does not say what a measure needs (how it ended, how long it waited) is left out of both
/// numerator and denominator, and is counted in [`Ratio::left_out`].
///
/// # Source
///
/// The three service levels are the field's: [`service_level`](Self::service_level) is `SERVICELEVEL` in
/// ContactCenters (Université de Montréal); in Cisco's Unified ICM it has the type "ignore abandoned calls", and
/// [`service_level_of_offered`](Self::service_level_of_offered) "abandoned calls negatively impact" (`WebView`
/// Template Reference Guide for Unified CC Enterprise & Hosted, release 7.5(1), chapter 2). Not given here: Cisco's
/// "abandoned calls positively impact", (answered + abandoned within the AWT) ÷ offered, which rises when callers
/// hang up early, and the share answered within the AWT among calls offered less all abandoned, which is
/// [`service_level_of_answered`](Self::service_level_of_answered) where no call leaves in another way.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ServiceSummary {
    /// The acceptable waiting time (AWT). Unit: seconds.
    pub acceptable_wait_secs: u32,
    /// The wait up to which an abandoned call counts as a short abandon. Unit: seconds.
    pub short_abandon_secs: f64,
    /// Calls that reached the center.
    pub calls_arrived: u64,
    /// Calls offered; without the abandoned ones where the source does not write these.
    pub calls_offered: u64,
    /// Calls answered.
    pub calls_answered: u64,
    /// Calls abandoned in the queue; `None` where the source does not write them.
    pub calls_abandoned: Option<u64>,
    /// Calls abandoned before any queue; `None` where the source does not write them.
    pub calls_abandoned_in_menu: Option<u64>,
    /// Answered within the AWT ÷ (offered − abandoned within the AWT). Range: `0.0..=1.0`.
    ///
    /// Not observable without abandons, without waits, or with stamps coarser than the AWT.
    pub service_level: Measure,
    /// Answered within the AWT ÷ offered. Range: `0.0..=1.0`.
    ///
    /// Not observable without abandons, without waits, or with stamps coarser than the AWT.
    pub service_level_of_offered: Measure,
    /// Answered within the AWT ÷ answered: what a source without abandons can still say, and never lower than the
    /// other two. Range: `0.0..=1.0`.
    ///
    /// Not observable without waits, or with stamps coarser than the AWT.
    pub service_level_of_answered: Measure,
    /// Average speed of answer: the waits of answered calls ÷ answered calls, those that were answered without
    /// queueing included with 0 s. Unit: seconds. Not observable without waits.
    pub speed_of_answer_secs: Measure,
    /// Mean wait of all who queued: the waits of queued calls, answered or abandoned ÷ these calls. Callers who hung
    /// up would have waited longer. Unit: seconds. Not observable without waits or without abandons.
    pub wait_secs_mean: Measure,
    /// Abandoned ÷ offered. Range: `0.0..=1.0`. Not observable without abandons.
    pub abandonment: Measure,
    /// (Abandoned − short abandons) ÷ (offered − short abandons). Range: `0.0..=1.0`.
    ///
    /// Not observable without abandons, without waits, or with stamps coarser than a short abandon.
    pub abandonment_without_short: Measure,
    /// Average handle time: talk, hold, consult and wrap-up ÷ answered calls, over the answered calls of which the
    /// log says how long the talk was. What the log does not write (wrap-up, often) is not in it. Unit: seconds.
    pub handle_secs_mean: Measure,
    /// Occupancy: the agents' busy time (talk, hold, consult, wrap-up) ÷ their staffed time. Unit of both: seconds.
    /// Range: over 0.0; above 1.0 only where the staffed time was given and is too short.
    ///
    /// Unless given, the staffed time is an inference: an agent counts as present from the first to the last contact
    /// of a run in which contacts are at most [`ServiceMeasures::idle_max`] apart. Idle time before the first and after
    /// the last contact of a run is not seen, so that occupancy comes out too high, most so when calls are few. Not
    /// observable without agents. `left_out` counts stretches of work whose agent is not named.
    pub occupancy: Measure,
}

impl ServiceSummary {
    /// The summary with the defaults of [`ServiceMeasures`].
    ///
    /// # Example
    ///
    /// ```
    /// use ringback_calllog::{Delimited, LogReader, PseudonymKey, Pseudonymizer};
    /// use ringback_features::{AcceptableWait, ServiceSummary};
    ///
    /// let mapping = r#"
    ///     source = "shop"
    ///     zone = "Europe/Copenhagen"
    ///     key = ["id"]
    ///     time = { format = "%Y-%m-%d %H:%M:%S" }
    ///     outcome = { column = "result", values = { ok = "answered", gone = "abandoned" } }
    ///     stage = [{ kind = "queue", start = "in", end = "out" }]
    /// "#;
    /// let pseudonyms = Pseudonymizer::new(&PseudonymKey::from_bytes([7; 32]), "shop");
    /// let mut format = Delimited::new(mapping, "shop.toml", pseudonyms)?;
    /// let log = b"id,in,out,result\n\
    ///     1,2026-05-04 09:00:00,2026-05-04 09:00:10,ok\n\
    ///     2,2026-05-04 09:01:00,2026-05-04 09:01:05,gone\n\
    ///     3,2026-05-04 09:02:00,2026-05-04 09:02:40,ok\n";
    /// let read = LogReader::new().read_bytes("calls.csv", log, &mut format)?;
    ///
    /// let awt = AcceptableWait::from_secs(20)?;
    /// let service = ServiceSummary::of(&read.log.calls, &read.audit.observed, awt);
    /// assert_eq!(service.service_level.value(), Some(1.0 / 2.0)); // the caller who left after 5 s is left out
    /// assert_eq!(service.service_level_of_offered.value(), Some(1.0 / 3.0));
    /// assert_eq!(service.speed_of_answer_secs.value(), Some(25.0));
    /// assert_eq!(service.occupancy.value(), None); // this log names no agents
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of<'a>(
        calls: impl IntoIterator<Item = &'a Call>,
        observed: &Observed,
        acceptable_wait: AcceptableWait,
    ) -> Self {
        ServiceMeasures::new(acceptable_wait).summary(calls, observed)
    }
}

/// Counts and sums of calls, from which all measures but occupancy follow.
#[derive(Default)]
struct Tally {
    arrived: u64,
    offered: u64,
    answered: u64,
    abandoned: u64,
    abandoned_in_menu: u64,
    undecided: u64,
    left_otherwise: u64,
    answered_in_time: u64,
    answer_waits: u64,
    answer_wait_micros: i128,
    abandon_waits: u64,
    abandoned_within_awt: u64,
    abandoned_short: u64,
    queued: u64,
    queue_waits: u64,
    queue_wait_micros: i128,
    handled: u64,
    handle_micros: i128,
}

impl Tally {
    fn add(&mut self, call: &Call, fate: Fate, options: &ServiceMeasures) {
        self.arrived += 1;
        self.offered += u64::from(fate.is_offered());
        match fate {
            Fate::Answered => self.add_answered(call, options),
            Fate::AbandonedInQueue => self.add_abandoned(call, options),
            Fate::AbandonedInMenu => self.abandoned_in_menu += 1,
            Fate::LeftOtherwise => self.left_otherwise += 1,
            Fate::Undecided => self.undecided += 1,
            Fate::NotOffered => {}
        }
        if call.queued_at().is_some() {
            self.queued += 1;
            if let Some(wait) = call.wait() {
                self.queue_waits += 1;
                self.queue_wait_micros += micros(wait);
            }
        }
    }

    fn add_answered(&mut self, call: &Call, options: &ServiceMeasures) {
        self.answered += 1;
        if let Some(wait) = answer_wait(call) {
            self.answer_waits += 1;
            self.answer_wait_micros += micros(wait);
            self.answered_in_time += u64::from(wait <= options.acceptable_wait.delta());
        }
        if let Some(handled) = handle_time(call) {
            self.handled += 1;
            self.handle_micros += micros(handled);
        }
    }

    fn add_abandoned(&mut self, call: &Call, options: &ServiceMeasures) {
        self.abandoned += 1;
        if let Some(wait) = call.wait() {
            self.abandon_waits += 1;
            self.abandoned_within_awt += u64::from(wait <= options.acceptable_wait.delta());
            self.abandoned_short += u64::from(wait <= options.short_abandon);
        }
    }

    fn service_level(&self, options: &ServiceMeasures, observed: &Observed) -> Measure {
        let late = self.abandon_waits - self.abandoned_within_awt;
        let denominator = self.answer_waits + late + self.left_otherwise;
        let counted = denominator + self.abandoned_within_awt;
        in_time(observed, options.acceptable_wait.delta()).and(abandons(observed)).measure(
            self.answered_in_time,
            denominator,
            self.offered - counted,
        )
    }

    fn service_level_of_offered(&self, options: &ServiceMeasures, observed: &Observed) -> Measure {
        let denominator = self.answer_waits + self.abandoned + self.left_otherwise;
        in_time(observed, options.acceptable_wait.delta()).and(abandons(observed)).measure(
            self.answered_in_time,
            denominator,
            self.offered - denominator,
        )
    }

    fn service_level_of_answered(&self, options: &ServiceMeasures, observed: &Observed) -> Measure {
        let left_out = self.answered - self.answer_waits;
        in_time(observed, options.acceptable_wait.delta()).measure(
            self.answered_in_time,
            self.answer_waits,
            left_out,
        )
    }

    fn speed_of_answer(&self, observed: &Observed) -> Measure {
        let left_out = self.answered - self.answer_waits;
        waits(observed).measure_secs(self.answer_wait_micros, self.answer_waits, left_out)
    }

    fn mean_wait(&self, observed: &Observed) -> Measure {
        let left_out = self.queued - self.queue_waits;
        waits(observed).and(abandons(observed)).measure_secs(
            self.queue_wait_micros,
            self.queue_waits,
            left_out,
        )
    }

    fn abandonment(&self, observed: &Observed) -> Measure {
        let denominator = self.offered - self.undecided;
        abandons(observed).measure(self.abandoned, denominator, self.undecided)
    }

    fn abandonment_without_short(&self, options: &ServiceMeasures, observed: &Observed) -> Measure {
        let long = self.abandon_waits - self.abandoned_short;
        let denominator = self.answered + self.left_otherwise + long;
        let left_out = self.offered - denominator - self.abandoned_short;
        in_time(observed, options.short_abandon).and(abandons(observed)).measure(
            long,
            denominator,
            left_out,
        )
    }

    fn handle_time(&self) -> Measure {
        let left_out = self.answered - self.handled;
        Needs(None).measure_secs(self.handle_micros, self.handled, left_out)
    }
}

/// What a measure needs and the source lacks.
#[derive(Clone, Copy)]
struct Needs(Option<NotObservable>);

fn abandons(observed: &Observed) -> Needs {
    Needs((!observed.abandons).then_some(NotObservable::Abandons))
}

fn waits(observed: &Observed) -> Needs {
    Needs((!observed.waits).then_some(NotObservable::Waits))
}

/// Waits that can be compared with a limit.
fn in_time(observed: &Observed, limit: TimeDelta) -> Needs {
    let is_coarse = !observed.precision.can_tell_from_zero(limit);
    waits(observed).and(Needs(is_coarse.then_some(NotObservable::FineStamps)))
}

impl Needs {
    fn and(self, other: Self) -> Self {
        Self(self.0.or(other.0))
    }

    fn measure(self, numerator: u64, denominator: u64, left_out: u64) -> Measure {
        match self.0 {
            Some(missing) => Measure::NotObservable(missing),
            None => Measure::ratio(numerator as f64, denominator as f64, left_out),
        }
    }

    fn measure_secs(self, sum_micros: i128, calls: u64, left_out: u64) -> Measure {
        match self.0 {
            Some(missing) => Measure::NotObservable(missing),
            None => Measure::ratio(secs(sum_micros), calls as f64, left_out),
        }
    }
}
