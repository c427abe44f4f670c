//! What is said of reachability without data, and when data is too old to be asked.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Datelike, TimeDelta, Utc, Weekday};
use ringback_calllog::Zone;
use ringback_reach::{
    Ask, AttemptKind, Evidence, Method, ReachModel, ReachPart, ReachReason, Reachability,
};
use serde::{Deserialize, Serialize};

use crate::{DayPart, Error};

/// How widely customers differ, as the standard deviation of their logits: the interval without data. A choice of ours:
/// it makes a customer of 0.5 one of 0.22 to 0.78.
const SPREAD: f64 = 1.0;

/// The standard normal quantile of 0.9, for an interval of 80 %.
const NORMAL_90: f64 = 1.281_551_565_544_600_4;

/// Reachability by convention, without data: a probability for each kind of call, moved a little by the time of the week.
///
/// # Source
///
/// | kind | probability | from |
/// |---|---|---|
/// | requested callback | 0.93 | of accepted callbacks of a US bank 7 % were not answered \[`HathawayEtAl2021`\] |
/// | return of an abandoned call | 0.53 | as a known contact: the customer has just called the number |
/// | known contact | 0.53 | calls of a business that is recognized \[`Hiya2019`\] |
/// | unknown number, unknown | 0.24 | calls of a number that is not \[`Hiya2019`\] |
///
/// Weekday evenings and weekends are better than weekdays \[`WeeksEtAl1987`\]: evenings (from 18) and weekends have 1.2 times
/// the odds, except for requested callbacks, which are awaited. The size is ours and small, since the effect of the
/// hour had flattened by 2020 \[`CallTime2020`\]. The interval is how widely customers differ, not the error of a fit:
/// one standard deviation of their logits is taken as 1.
///
/// # Example
///
/// ```
/// use ringback_callback::ConventionalReach;
/// use ringback_calllog::{PseudonymKey, Pseudonymizer, Zone};
/// use ringback_reach::{Ask, AttemptKind, Method, ReachModel};
///
/// let customer = Pseudonymizer::new(&PseudonymKey::from_bytes([7; 32]), "acme").customer("4711");
/// let ask = Ask::new(customer, "2026-05-04T12:00:00Z".parse()?);
/// let ask = Ask { kind: AttemptKind::RequestedCallback, ..ask };
/// let answer = ConventionalReach::new(Zone::UTC).reachability(&ask);
/// assert_eq!(answer.probability, 0.93);
/// assert_eq!(answer.evidence.method, Method::Rules);
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConventionalReach {
    zone: Zone,
}

impl ConventionalReach {
    /// The conventions; `zone` is that of customers without one of their own.
    pub fn new(zone: Zone) -> Self {
        Self { zone }
    }

    /// The probability of a kind of call, whenever it is made.
    pub fn of_kind(kind: AttemptKind) -> f64 {
        match kind {
            AttemptKind::RequestedCallback => 0.93,
            AttemptKind::AbandonedReturn | AttemptKind::KnownContact => 0.53,
            AttemptKind::UnknownNumber | AttemptKind::Unknown => 0.24,
        }
    }

    /// How the odds change at a time.
    fn odds_ratio(self, ask: &Ask<'_>) -> f64 {
        let local = ask.zone.unwrap_or(self.zone).local(ask.at);
        let is_weekend = matches!(local.weekday(), Weekday::Sat | Weekday::Sun);
        let is_evening = DayPart::of(local.time()) == DayPart::Evening;
        let is_awaited = ask.kind == AttemptKind::RequestedCallback;
        if !is_awaited && (is_weekend || is_evening) { 1.2 } else { 1.0 }
    }
}

impl ReachModel for ConventionalReach {
    fn name(&self) -> &'static str {
        "conventional rules"
    }

    fn known_until(&self) -> Option<DateTime<Utc>> {
        None
    }

    fn reachability(&self, ask: &Ask<'_>) -> Reachability {
        let base = Self::of_kind(ask.kind);
        let ratio = self.odds_ratio(ask);
        let with_odds = |times: f64| {
            let odds = base / (1.0 - base) * times;
            odds / (1.0 + odds)
        };
        // Kept to the digit where nothing moves it.
        let probability = if ratio > 1.0 { with_odds(ratio) } else { base };
        let spread = (NORMAL_90 * SPREAD).exp();
        let method = Method::Rules;
        Reachability {
            probability,
            lower: with_odds(ratio / spread),
            upper: with_odds(ratio * spread),
            evidence: Evidence { method, attempts: 0, reached: 0, inbound: 0 },
        }
    }

    fn explain(&self, ask: &Ask<'_>) -> ReachReason {
        let baseline = Self::of_kind(ask.kind);
        let effect = self.reachability(ask).probability - baseline;
        let moved = effect > 0.0;
        let reason = "evenings and weekends by convention".to_owned();
        let parts = moved.then_some(ReachPart { reason, effect });
        ReachReason { baseline, parts: parts.into_iter().collect() }
    }
}

/// How old the data of a model may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Freshness {
    /// How long after the last attempt or call that a model knows of it is still asked. Unit: hours; range: 1 to 87,600.
    /// Default: 168, a week.
    pub max_age_hours: u32,
}

impl Default for Freshness {
    fn default() -> Self {
        Self { max_age_hours: 168 }
    }
}

impl Freshness {
    /// Checks that the age lies in its range.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] if not.
    pub fn check(self) -> Result<(), Error> {
        if (1..=87_600).contains(&self.max_age_hours) {
            return Ok(());
        }
        let (name, expected) = ("age of a model's data", "1 to 87600 hours");
        Err(Error::Setting { name, value: self.max_age_hours.into(), expected })
    }

    /// Why a model must not be asked at an instant; absent where it may be.
    pub fn stale(self, model: &dyn ReachModel, as_of: DateTime<Utc>) -> Option<FallbackReason> {
        let Some(known_until) = model.known_until() else { return Some(FallbackReason::NoData) };
        if known_until > as_of {
            return Some(FallbackReason::FromTheFuture { known_until, as_of });
        }
        let max_age_hours = self.max_age_hours;
        let is_old = as_of - known_until > TimeDelta::hours(max_age_hours.into());
        is_old.then_some(FallbackReason::TooOld { known_until, max_age_hours })
    }
}

/// Why the conventional rules took over from a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FallbackReason {
    /// There is no model.
    NoModel,
    /// The model knows of no attempt or call.
    NoData,
    /// The model's data ends too long ago.
    TooOld {
        /// The last attempt or call that it knows of.
        known_until: DateTime<Utc>,
        /// The age allowed. Unit: hours.
        max_age_hours: u32,
    },
    /// The model has seen what is still to come: its clock or ours is wrong.
    FromTheFuture {
        /// The last attempt or call that it knows of.
        known_until: DateTime<Utc>,
        /// The time of asking.
        as_of: DateTime<Utc>,
    },
    /// The model answered what is no probability.
    BadAnswers {
        /// How many such answers.
        count: u64,
    },
}

impl fmt::Display for FallbackReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoModel => f.write_str("there is no model"),
            Self::NoData => f.write_str("the model knows of no attempt or call"),
            Self::TooOld { known_until, max_age_hours } => {
                write!(
                    f,
                    "the model's data ends at {known_until}, expected at most {max_age_hours} hours ago"
                )
            }
            Self::FromTheFuture { known_until, as_of } => {
                write!(f, "the model's data ends at {known_until}, expected no later than {as_of}")
            }
            Self::BadAnswers { count } => {
                write!(f, "{count} answers of the model were no probability, expected 0 to 1")
            }
        }
    }
}

/// A model under guard: the conventional rules answer where it is missing, stale, or answers what is no probability.
///
/// Staleness is decided once, at `as_of`; a bad answer replaces only itself. [`Guarded::fallback_reason`] says what a
/// plan must tell of it.
///
/// # Example
///
/// ```
/// use ringback_callback::{ConventionalReach, FallbackReason, Freshness, Guarded};
/// use ringback_calllog::Zone;
///
/// let rules = ConventionalReach::new(Zone::UTC);
/// let as_of = "2026-05-04T12:00:00Z".parse()?;
/// let guarded = Guarded::new(None, rules, Freshness::default(), as_of);
/// assert_eq!(guarded.fallback_reason(), Some(FallbackReason::NoModel));
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Debug)]
pub struct Guarded<'a> {
    model: Option<&'a dyn ReachModel>,
    rules: ConventionalReach,
    stale: Option<FallbackReason>,
    bad_answers: AtomicU64,
}

impl<'a> Guarded<'a> {
    /// Guards a model, or takes the conventional rules where there is none.
    pub fn new(
        model: Option<&'a dyn ReachModel>,
        rules: ConventionalReach,
        freshness: Freshness,
        as_of: DateTime<Utc>,
    ) -> Self {
        let stale = match model {
            Some(model) => freshness.stale(model, as_of),
            None => Some(FallbackReason::NoModel),
        };
        Self { model, rules, stale, bad_answers: AtomicU64::new(0) }
    }

    /// Why the conventional rules answered, all along or, for bad answers, up to now; absent where they did not.
    pub fn fallback_reason(&self) -> Option<FallbackReason> {
        let count = self.bad_answers.load(Ordering::Relaxed);
        self.stale.or((count > 0).then_some(FallbackReason::BadAnswers { count }))
    }

    /// The model, if it is to be asked.
    fn fresh(&self) -> Option<&'a dyn ReachModel> {
        self.model.filter(|_| self.stale.is_none())
    }
}

/// Whether an answer is a probability within its interval.
fn is_sound(answer: &Reachability) -> bool {
    let Reachability { probability, lower, upper, .. } = *answer;
    // Not a number fails every comparison.
    0.0 <= lower && lower <= probability && probability <= upper && upper <= 1.0
}

impl ReachModel for Guarded<'_> {
    fn name(&self) -> &str {
        self.fresh().map_or(self.rules.name(), ReachModel::name)
    }

    fn known_until(&self) -> Option<DateTime<Utc>> {
        self.model.and_then(ReachModel::known_until)
    }

    fn reachability(&self, ask: &Ask<'_>) -> Reachability {
        let Some(model) = self.fresh() else { return self.rules.reachability(ask) };
        let answer = model.reachability(ask);
        if is_sound(&answer) {
            return answer;
        }
        self.bad_answers.fetch_add(1, Ordering::Relaxed);
        self.rules.reachability(ask)
    }

    fn explain(&self, ask: &Ask<'_>) -> ReachReason {
        match self.fresh() {
            Some(model) if is_sound(&model.reachability(ask)) => model.explain(ask),
            _ => self.rules.explain(ask),
        }
    }
}
