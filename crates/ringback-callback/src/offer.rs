//! Whether a waiting caller is offered to be called back.

mod estimate;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use self::estimate::{WaitEstimate, WaitQuantile};
use crate::{Error, Forbidden, RequestId, Urgency};

/// From which wait on callers are offered a callback, and until which one they go on being offered it.
///
/// The wait that counts is a quantile of what lies before the caller, by default the wait that nine of ten stay within:
/// a mean hides that some wait three times as long. Where the distribution is that of one exponential stage, a
/// 90 % quantile of three minutes is a mean of 78 s; who wants the rule to read the middle sets `quantile` to 0.5.
///
/// **Economic reading.** With a cost `h` of a minute that a caller waits and a cost `p` of a call that is put off, the
/// offer is worth making where the wait ahead is longer than `p / h` minutes. That one number is all the tuning there
/// is: [`OfferRule::of_costs`].
///
/// # Source
///
/// \[`AtaPeng2020`\] for the look-ahead of `p / h`; the two thresholds keep a queue near the line from offering to every
/// second caller.
///
/// # Example
///
/// ```
/// use ringback_callback::{OfferCase, OfferGate, OfferRule, OfferVerdict, WaitEstimate};
///
/// let rule = OfferRule::default();
/// let (wait, short) = (WaitEstimate::announced(200.0)?, WaitEstimate::announced(150.0)?);
/// let (verdict, gate) = rule.decide(&OfferCase::new(&wait), OfferGate::CLOSED);
/// assert_eq!(verdict, OfferVerdict::Offer);
/// // Between two minutes and three what held before goes on to hold.
/// assert_eq!(rule.decide(&OfferCase::new(&short), gate).0, OfferVerdict::Offer);
/// assert_ne!(rule.decide(&OfferCase::new(&short), OfferGate::CLOSED).0, OfferVerdict::Offer);
/// # Ok::<(), ringback_callback::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OfferRule {
    /// Offers begin above this wait. Unit: seconds, at least `stop_below_secs`. Default: 180.
    pub offer_above_secs: f64,
    /// Offers end below this wait. Unit: seconds, at least 0. Default: 120.
    pub stop_below_secs: f64,
    /// The quantile of the wait that is held against the two. Range: above 0, below 1. Default: 0.9.
    pub quantile: f64,
    /// Nothing is offered in the last seconds before the queue closes, when it empties anyway. Default: 120; 0 for never.
    pub quiet_before_close_secs: f64,
}

impl Default for OfferRule {
    fn default() -> Self {
        Self {
            offer_above_secs: 180.0,
            stop_below_secs: 120.0,
            quantile: 0.9,
            quiet_before_close_secs: 120.0,
        }
    }
}

/// What waiting and calling back cost, in any one currency.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallbackCost {
    /// What it costs that a call is put off: the attempts that nobody answers, and the customer's trouble. Above 0.
    pub per_callback: f64,
    /// What a minute costs that a caller waits. Above 0.
    pub per_waiting_minute: f64,
}

/// What stands against calling a customer back, whatever the wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Obstacle {
    /// The customer does not want to be called back: they keep the ordinary queue.
    OptedOut,
    /// There is no number to call: withheld, damaged, or one that cannot be dialed.
    NotCallable,
    /// The customer is to be called back already.
    OpenRequest(RequestId),
    /// A rule of calling, such as a cap that is used up.
    Rule(Forbidden),
}

/// One caller, as the rule sees them.
#[derive(Clone, Debug, PartialEq)]
pub struct OfferCase<'a> {
    /// The wait that lies before them.
    pub wait: &'a WaitEstimate,
    /// How much the intent presses.
    pub urgency: Urgency,
    /// Seconds until the queue closes, where known.
    pub secs_to_close: Option<f64>,
    /// What stands against it.
    pub obstacles: Vec<Obstacle>,
}

impl<'a> OfferCase<'a> {
    /// A caller of whom only the wait is known; the rest is set by field.
    pub fn new(wait: &'a WaitEstimate) -> Self {
        Self { wait, urgency: Urgency::Normal, secs_to_close: None, obstacles: Vec::new() }
    }
}

/// Whether a queue's callers are being offered callbacks: the memory of the two thresholds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferGate {
    /// Whether they are.
    pub is_open: bool,
}

impl OfferGate {
    /// Nothing is offered until the wait is above the upper threshold.
    pub const CLOSED: Self = Self { is_open: false };
    /// Offers go on until the wait is below the lower one.
    pub const OPEN: Self = Self { is_open: true };
}

/// Whether a caller is offered to be called back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferVerdict {
    /// They are.
    Offer,
    /// They go on to wait as they would have.
    KeepWaiting(KeepReason),
}

/// Why a caller is not offered to be called back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum KeepReason {
    /// The intent is urgent: the caller goes through and is never put off.
    Urgent,
    /// Something stands against it.
    Obstacle(Obstacle),
    /// The wait is below the threshold that holds.
    ShortWait {
        /// The quantile of the wait, in seconds.
        wait_secs: f64,
        /// The threshold, in seconds.
        threshold_secs: f64,
    },
    /// The queue is about to close.
    NearClose {
        /// Seconds until it does.
        secs_to_close: f64,
    },
    /// There is no window in which agents are free and the customer may be called.
    NoWindow,
}

impl OfferRule {
    /// The rule that two costs ask for: offers above a wait of `per_callback / per_waiting_minute` minutes, and until it
    /// falls below two thirds of that.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] unless both costs are finite and above 0.
    ///
    /// # Source
    ///
    /// \[`AtaPeng2020`\]
    pub fn of_costs(cost: CallbackCost) -> Result<Self, Error> {
        let above_0 = |name, value: f64| {
            let expected = "a finite number above 0";
            let holds = value.is_finite() && value > 0.0;
            if holds { Ok(()) } else { Err(Error::Setting { name, value, expected }) }
        };
        above_0("per_callback", cost.per_callback)?;
        above_0("per_waiting_minute", cost.per_waiting_minute)?;
        let offer_above_secs = 60.0 * cost.per_callback / cost.per_waiting_minute;
        above_0("per_callback / per_waiting_minute", offer_above_secs)?;
        let stop_below_secs = offer_above_secs * 2.0 / 3.0;
        Ok(Self { offer_above_secs, stop_below_secs, ..Self::default() })
    }

    /// The rule itself, if its numbers can hold together.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a number outside its range, [`Error::Contradiction`] where offers would end above the wait
    /// at which they begin.
    pub fn checked(self) -> Result<Self, Error> {
        let secs = |name, value: f64| {
            let expected = "a finite number of at least 0";
            let holds = value.is_finite() && value >= 0.0;
            if holds { Ok(()) } else { Err(Error::Setting { name, value, expected }) }
        };
        secs("offer_above_secs", self.offer_above_secs)?;
        secs("stop_below_secs", self.stop_below_secs)?;
        secs("quiet_before_close_secs", self.quiet_before_close_secs)?;
        if !(self.quantile > 0.0 && self.quantile < 1.0) {
            let expected = "above 0 and below 1";
            return Err(Error::Setting { name: "quantile", value: self.quantile, expected });
        }
        if self.stop_below_secs > self.offer_above_secs {
            let (stop, offer) = (self.stop_below_secs, self.offer_above_secs);
            return Err(Error::Contradiction(format!(
                "stop_below_secs is {stop} and offer_above_secs {offer}, expected the first to be no more"
            )));
        }
        Ok(self)
    }

    /// Whether a caller is offered to be called back, and the state of their queue's gate from now on.
    ///
    /// The gate follows the wait alone: an urgent caller or one who opted out moves it as any other does. What is said of
    /// the caller goes by the first that holds of: urgent, an obstacle in the order given, the queue about to close, the
    /// wait.
    pub fn decide(&self, case: &OfferCase<'_>, gate: OfferGate) -> (OfferVerdict, OfferGate) {
        let wait_secs = case.wait.at(self.quantile);
        let threshold_secs =
            if gate.is_open { self.stop_below_secs } else { self.offer_above_secs };
        // On the threshold the state stays: open at exactly the lower one, closed at exactly the upper one.
        let is_open = wait_secs > threshold_secs || (gate.is_open && wait_secs >= threshold_secs);
        let keep = |reason| (OfferVerdict::KeepWaiting(reason), OfferGate { is_open });
        if case.urgency == Urgency::Urgent {
            return keep(KeepReason::Urgent);
        }
        if let Some(obstacle) = case.obstacles.first() {
            return keep(KeepReason::Obstacle(obstacle.clone()));
        }
        if let Some(secs_to_close) =
            case.secs_to_close.filter(|it| *it < self.quiet_before_close_secs)
        {
            return keep(KeepReason::NearClose { secs_to_close });
        }
        if !is_open {
            return keep(KeepReason::ShortWait { wait_secs, threshold_secs });
        }
        (OfferVerdict::Offer, OfferGate { is_open })
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OptedOut => f.write_str("the customer does not want to be called back"),
            Self::NotCallable => f.write_str("there is no number to call"),
            Self::OpenRequest(id) => write!(f, "the customer is to be called back already ({id})"),
            Self::Rule(forbidden) => forbidden.fmt(f),
        }
    }
}

impl fmt::Display for KeepReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Urgent => f.write_str("the intent is urgent and goes through"),
            Self::Obstacle(obstacle) => obstacle.fmt(f),
            Self::ShortWait { wait_secs, threshold_secs } => {
                write!(f, "a wait of {wait_secs:.0} s is not above {threshold_secs:.0} s")
            }
            Self::NearClose { secs_to_close } => {
                write!(f, "the queue closes in {secs_to_close:.0} s")
            }
            Self::NoWindow => {
                f.write_str("in no window are agents free and the customer may be called")
            }
        }
    }
}
