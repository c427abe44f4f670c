//! The rate table: rates of segments by time of the week, moved by each customer's own history as far as it carries.

mod effects;
mod lanes;
mod learn;
mod posterior;
mod prior;
mod sample;
mod types;

use chrono::{DateTime, Utc};
use ringback_calllog::{Customer, Zone};
use serde::{Deserialize, Serialize};

pub(crate) use lanes::answered;
pub(crate) use posterior::{Compact, Posterior};
pub(crate) use prior::Prior;
pub(crate) use sample::{Sequence, note, sequences, told};

use crate::explain::{Stage, stages};
use crate::history::{Context, EVENTS_FOLDED, EVENTS_KEPT, Moment, People, Person, kind_index};
use crate::{
    Ask, Attempt, AttemptLog, ContactOutcome, Error, Evidence, InboundContact, Method, ReachModel,
    ReachReason, Reachability,
};

/// Attempts with a known outcome that are needed.
pub(crate) const ATTEMPTS_NEEDED: usize = 50;
/// Widths of a preference that are tried. Unit: hours.
const WIDTHS: [f64; 5] = [1.0, 1.3, 1.7, 2.2, 2.8];
/// Half-lives that are tried beside none. Unit: days.
const HALF_LIVES_DAYS: [f64; 4] = [1_460.0, 730.0, 365.0, 120.0];
/// Weights of a customer's call beside an attempt that are tried.
const INBOUND_WEIGHTS: [f64; 4] = [0.0, 0.25, 0.5, 0.75];
/// How much smaller the loss must be before customers are taken to change, or calls to tell. Unit: nats.
const CLEAR_GAIN: f64 = 2e-4;

/// How much of a log the rate table is fitted to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct RateLearning {
    /// An unanswered attempt that rang for less says nothing. Unit: seconds.
    pub(crate) least_ring_secs: f64,
    /// Attempts that types and effects are fitted to, at most.
    pub(crate) most_attempts: usize,
    pub(crate) rounds: usize,
    pub(crate) width_attempts: usize,
    pub(crate) width_rounds: usize,
    /// The width of a preference, where it is known. Unit: hours.
    pub(crate) width: Option<f64>,
}

impl Default for RateLearning {
    fn default() -> Self {
        Self {
            least_ring_secs: 15.0,
            most_attempts: 50_000,
            rounds: 40,
            width_attempts: 12_000,
            width_rounds: 10,
            width: None,
        }
    }
}

/// How likely customers are to answer, by segment and time of the week, moved by each one's own history.
///
/// Customers are taken to be of types: how often one answers, and about which hour more often. How frequent each type is in
/// each segment is what makes the recorded attempts most likely; so are the effects that all customers share: of the
/// segment's hours on working days and weekends, of its weekdays, of misses in a row, of the stretch since the last attempt,
/// of the kind of attempt. What is believed of one customer are the types' frequencies times how likely each makes what
/// happened. So nothing known gives the rate of the segment at that hour, and each attempt moves it as far as it should:
/// the strength of the shrinkage is part of the frequencies, and nobody sets it. Where customers do not differ, the types
/// shrink to one, and everybody has the segment's curve; where none of them prefers an hour, only levels are left.
///
/// If the log shows that customers change, what is believed of one fades with a half-life towards the segment's; and if it
/// holds calls of customers, each counts as a sign of the hours at which they are free, for as much as proves useful.
///
/// # Source
///
/// Nonparametric maximum likelihood of a mixing distribution \[`Laird1978`\] by expectation and maximization \[`Dempster1977`\].
///
/// # Example
///
/// ```
/// use chrono::{DateTime, TimeDelta, Utc};
/// use ringback_calllog::{PseudonymKey, Pseudonymizer, Zone};
/// use ringback_reach::{Ask, Attempt, AttemptLog, ContactOutcome, RateTable, ReachModel};
///
/// let pseudonyms = Pseudonymizer::new(&PseudonymKey::from_bytes([7; 32]), "shop");
/// let start: DateTime<Utc> = "2026-05-04T09:00:00Z".parse()?;
/// let attempt = |number: i64| {
///     let customer = pseudonyms.customer(&format!("+120255501{:02}", number % 20));
///     // Even customers answer in the afternoon, odd ones in the morning.
///     let hour = number / 20 % 2 * 6;
///     let outcome =
///         if (number % 2 == 0) == (hour == 6) { ContactOutcome::Reached } else { ContactOutcome::NoAnswer };
///     Attempt::new(customer, start + TimeDelta::days(number / 40) + TimeDelta::hours(hour), outcome)
/// };
/// let table = RateTable::fit(&AttemptLog::new((0..400).map(attempt).collect(), Zone::UTC)?)?;
/// let ask = |it: &str, hours| Ask::new(pseudonyms.customer(it), start + TimeDelta::days(14) + TimeDelta::hours(hours));
/// let even = table.reachability(&ask("+12025550100", 6));
/// let odd = table.reachability(&ask("+12025550101", 6));
/// assert!(even.probability > 0.5 && odd.probability < 0.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RateTable {
    pub(crate) prior: Prior,
    pub(crate) people: People,
    pub(crate) zone: Zone,
    known_until: Option<DateTime<Utc>>,
    least_ring_secs: f64,
}

impl RateTable {
    /// A rate table of a log, that knows everything in it.
    ///
    /// # Errors
    ///
    /// [`Error::TooFewAttempts`] with fewer than 50 attempts whose outcome tells.
    pub fn fit(log: &AttemptLog) -> Result<Self, Error> {
        Self::fit_with(log, &RateLearning::default())
    }

    pub(crate) fn fit_with(log: &AttemptLog, settings: &RateLearning) -> Result<Self, Error> {
        let prior = fit_prior(log, settings)?;
        Ok(Self::with_prior(prior, log, settings.least_ring_secs))
    }

    /// A table of what is known of everybody in a log.
    pub(crate) fn with_prior(prior: Prior, log: &AttemptLog, least_ring_secs: f64) -> Self {
        let people = People::default();
        let mut table =
            Self { prior, people, zone: log.zone(), known_until: None, least_ring_secs };
        let mut inbound = log.inbound_contacts().iter().peekable();
        for attempt in log.attempts() {
            while let Some(contact) = inbound.next_if(|it| it.at < attempt.attempted_at) {
                table.observe_inbound(*contact);
            }
            table.observe(attempt);
        }
        for contact in inbound {
            table.observe_inbound(*contact);
        }
        table
    }

    /// Takes in an attempt, which is later than all before. Its segment and zone count from then on.
    pub fn observe(&mut self, attempt: &Attempt) {
        let told = told(attempt, self.least_ring_secs);
        let zone = self.zone;
        let person = self.people.entry(attempt.customer);
        note(person, attempt, &self.prior.segments);
        if attempt.outcome != ContactOutcome::Failed {
            let moment = Moment::of(attempt.attempted_at, person.zone.unwrap_or(zone));
            person.add_attempt(moment, kind_index(attempt.kind), told);
            fold(&self.prior, person);
        }
        self.known_until = self.known_until.max(Some(attempt.attempted_at));
    }

    /// Takes in a call of a customer, which is later than all before.
    pub fn observe_inbound(&mut self, contact: InboundContact) {
        let zone = self.zone;
        let person = self.people.entry(contact.customer);
        person.add_inbound(Moment::of(contact.at, person.zone.unwrap_or(zone)));
        fold(&self.prior, person);
        self.known_until = self.known_until.max(Some(contact.at));
    }

    /// Erases all that is known of a customer, and says whether there was anything. What segments have in common stays: it is
    /// made of all customers, and holds none.
    pub fn forget(&mut self, customer: &Customer) -> bool {
        self.people.forget(customer)
    }

    /// The customers of whom something is known.
    pub fn customers(&self) -> usize {
        self.people.len()
    }

    /// After how many days half of what is believed of a customer has faded, as the log shows it; `None` if nothing fades.
    pub fn half_life_days(&self) -> Option<f64> {
        self.prior.half_life_days
    }

    /// How much a call of a customer counts beside an attempt, as far as the log tells. Range: 0 to 1.
    pub fn inbound_weight(&self) -> f64 {
        self.prior.inbound_weight
    }

    /// The number of types of customers that the log tells apart.
    pub fn types(&self) -> usize {
        self.prior.types.len()
    }

    /// What an ask is about.
    pub(crate) fn case(&self, ask: &Ask<'_>) -> Case<'_> {
        let person = self.people.get(&ask.customer);
        let zone = ask.zone.or(person.and_then(|it| it.zone)).unwrap_or(self.zone);
        let segment = match ask.segment {
            Some(segment) => self.prior.segment(Some(segment)),
            None => person.map_or(0, |it| it.segment),
        };
        let moment = Moment::of(ask.at, zone);
        let kind = kind_index(ask.kind);
        let context =
            person.map_or_else(|| Context::first(ask.kind), |it| it.context(moment.secs, kind));
        Case { person, segment, moment, context, zone }
    }

    pub(crate) fn believed(&self, case: &Case<'_>) -> Posterior {
        let posterior = match case.person {
            Some(person) => Posterior::of(&self.prior, person, case.segment),
            None => Posterior::start(&self.prior, case.segment),
        };
        posterior.drifted(&self.prior, case.moment.secs)
    }
}

/// Who is asked about, when, and in what circumstances.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case<'a> {
    pub(crate) person: Option<&'a Person>,
    pub(crate) segment: u16,
    pub(crate) moment: Moment,
    pub(crate) context: Context,
    pub(crate) zone: Zone,
}

impl Case<'_> {
    pub(crate) fn evidence(&self, method: Method) -> Evidence {
        let of = |it: fn(&Person) -> u32| self.person.map_or(0, it);
        Evidence {
            method,
            attempts: of(|it| it.attempts),
            reached: of(|it| it.reached),
            inbound: of(|it| it.inbound),
        }
    }
}

impl ReachModel for RateTable {
    fn name(&self) -> &'static str {
        "rate table"
    }

    fn known_until(&self) -> Option<DateTime<Utc>> {
        self.known_until
    }

    fn reachability(&self, ask: &Ask<'_>) -> Reachability {
        let case = self.case(ask);
        let posterior = self.believed(&case);
        let probability = posterior.probability(&self.prior, case.moment, case.context);
        let [lower, upper] =
            posterior.quantiles(&self.prior, case.moment, case.context, [0.1, 0.9]);
        let evidence = case.evidence(Method::RateTable);
        Reachability {
            probability,
            lower: lower.min(probability),
            upper: upper.max(probability),
            evidence,
        }
    }

    fn explain(&self, ask: &Ask<'_>) -> ReachReason {
        stages(self, ask, |stage: &Stage<'_>| {
            stage.posterior.probability(&self.prior, stage.case.moment, stage.case.context)
        })
    }
}

/// Folds the oldest events of a customer with many.
fn fold(prior: &Prior, person: &mut Person) {
    if person.events.len() < EVENTS_KEPT {
        return;
    }
    let oldest: Vec<_> = person.events.drain(..EVENTS_FOLDED).collect();
    let posterior = Posterior::of_events(prior, person.folded.as_ref(), &oldest, person.segment);
    person.folded = posterior.into_folded();
}

/// Fits what is believed before anything is known of a customer.
pub(crate) fn fit_prior(log: &AttemptLog, settings: &RateLearning) -> Result<Prior, Error> {
    let segments = sample::segments(log);
    let people = sequences(log, &segments, settings.least_ring_secs);
    let of = |what: fn(&crate::history::What) -> bool| {
        people.iter().flat_map(|it| &it.events).filter(|it| what(&it.what)).count()
    };
    let reached = of(|it| *it == crate::history::What::Reached);
    let attempts = reached + of(|it| *it == crate::history::What::Missed);
    if attempts < ATTEMPTS_NEEDED {
        return Err(Error::TooFewAttempts { got: attempts, needed: ATTEMPTS_NEEDED });
    }
    let rate = (reached as f64 + 0.5) / (attempts as f64 + 1.0);
    let n = segments.len() + 1;
    let width = settings.width.unwrap_or_else(|| learn::width(&people, n, rate, settings));
    let few = learn::thin(&people, settings.most_attempts);
    let preferring = learn::fit(&few, n, learn::all_types(&few, rate, width), settings.rounds);
    let flat = learn::fit(&few, n, learn::types_without_hours(rate, width), settings.rounds);
    // Where nobody prefers an hour, rounds would go on for long until types that do have lost all weight.
    let (types, weights, effects, _) = if preferring.3 > flat.3 { preferring } else { flat };
    let mut prior = Prior::new(segments, types, weights, effects, rate);
    let some = learn::thin(&people, 2 * settings.width_attempts);
    if !log.inbound_contacts().is_empty() {
        choose(&mut prior, &some, &INBOUND_WEIGHTS, |it, weight| it.set_inbound_weight(*weight));
    }
    let half_lives: Vec<Option<f64>> =
        std::iter::once(None).chain(HALF_LIVES_DAYS.map(Some)).collect();
    choose(&mut prior, &some, &half_lives, |it, half_life| it.half_life_days = *half_life);
    Ok(prior)
}

/// Sets what gives the least loss ahead: the first of the values, unless a later one is clearly better.
fn choose<T>(prior: &mut Prior, people: &[&Sequence], values: &[T], set: impl Fn(&mut Prior, &T)) {
    let mut best: Option<(f64, &T)> = None;
    for value in values {
        set(prior, value);
        let Some(loss) = learn::loss_ahead(people, prior) else { continue };
        if best.is_none_or(|it| loss < it.0 - CLEAR_GAIN) {
            best = Some((loss, value));
        }
    }
    if let Some((_, value)) = best.or(values.first().map(|it| (0.0, it))) {
        set(prior, value);
    }
}

/// A number in half the digits: weights of types need no more.
#[expect(clippy::cast_possible_truncation, reason = "digits are dropped on purpose")]
pub(crate) fn single(number: f64) -> f32 {
    number as f32
}
