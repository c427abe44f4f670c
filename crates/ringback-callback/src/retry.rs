//! Whether and when a customer who was not reached is called again.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use ringback_calllog::{Zone, terms};
use ringback_features::Calendar;
use ringback_reach::ContactOutcome;
use serde::{Deserialize, Serialize};

use crate::{CallbackRequest, DayPart, Error, MissedBy, Urgency};

terms! {
    /// What came of a promised call.
    TryResult, InvalidTryResult, "result of a promised call" {
        /// A person answered.
        Reached = "reached",
        /// A recorder answered: nobody was reached.
        Voicemail = "voicemail",
        /// It rang until the caller gave up.
        NoAnswer = "no_answer",
        /// The line was busy.
        Busy = "busy",
        /// The call could not be set up.
        Failed = "failed",
        /// There is no such number.
        InvalidNumber = "invalid_number",
        /// The customer does not want the call.
        Refused = "refused",
        /// Nobody called: no agent was free in the window.
        NotCalled = "not_called",
        /// The source does not say.
        Unknown = "unknown",
    }
}

impl From<ContactOutcome> for TryResult {
    fn from(outcome: ContactOutcome) -> Self {
        match outcome {
            ContactOutcome::Reached => Self::Reached,
            ContactOutcome::Voicemail => Self::Voicemail,
            ContactOutcome::NoAnswer => Self::NoAnswer,
            ContactOutcome::Busy => Self::Busy,
            ContactOutcome::Failed => Self::Failed,
            ContactOutcome::Unknown => Self::Unknown,
        }
    }
}

impl TryResult {
    /// Who missed the call; absent where it was made and answered, and where it does not tell.
    pub fn missed_by(self) -> Option<MissedBy> {
        match self {
            Self::NotCalled | Self::Failed => Some(MissedBy::Us),
            Self::Voicemail | Self::NoAnswer | Self::Busy => Some(MissedBy::Customer),
            Self::Reached | Self::InvalidNumber | Self::Refused | Self::Unknown => None,
        }
    }
}

/// Why a customer is not called again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum GiveUpReason {
    /// The policy's attempts are used up.
    #[error("{made} attempts, {allowed} allowed")]
    Attempts {
        /// Attempts for this request, the last included.
        made: u32,
        /// Attempts that the policy allows.
        allowed: u32,
    },
    /// The request expires before another call may begin.
    #[error("not again before {not_before}, due by {due_by}")]
    Expired {
        /// The first instant at which the next call might have begun.
        not_before: DateTime<Utc>,
        /// The request's deadline.
        due_by: DateTime<Utc>,
    },
    /// There is no such number.
    #[error("the number does not exist")]
    InvalidNumber,
    /// The customer does not want the call.
    #[error("the customer refused the call")]
    Refused,
}

/// What follows a promised call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Next {
    /// The request is done.
    Done,
    /// The customer is called again.
    Again {
        /// The first instant at which the next call may begin.
        not_before: DateTime<Utc>,
        /// The last instant at which it may begin.
        due_by: DateTime<Utc>,
        /// The part of the day in which the customer was not reached, to be left for another; absent where it tells
        /// nothing. [`RetryPolicy::may_use`] says when a model overrules it.
        avoid: Option<DayPart>,
        /// The urgency from now on: a step up where we missed the call.
        urgency: Urgency,
        /// Attempts for this request so far.
        attempts: u32,
        /// Whether windows beyond those that the customer chose come into question, since they did not answer in one of
        /// them.
        widen: bool,
    },
    /// The customer is not called again for this request.
    GiveUp {
        /// Why.
        reason: GiveUpReason,
    },
}

/// How often and when a customer who was not reached is called again.
///
/// A voicemail is no answer. A busy line is tried again soon and in the same part of the day: somebody is there. A call
/// that we missed costs the customer no attempt and raises the urgency; one that the customer missed widens the choice
/// of windows.
///
/// # Source
///
/// Vendors allow 1 to 5 attempts, 3 in the median, 30 seconds to an hour apart. The second attempt goes to another part
/// of the day, because repeating a slot has diminishing returns \[`KulkaWeeks1988`\].
///
/// # Example
///
/// ```
/// use ringback_callback::{CallbackRequest, DayPart, Next, RequestId, RetryPolicy, TryResult};
/// use ringback_calllog::{PseudonymKey, Pseudonymizer};
/// use ringback_features::{Calendar, Country};
///
/// let customer = Pseudonymizer::new(&PseudonymKey::from_bytes([7; 32]), "acme").customer("4711");
/// let asked = "2026-05-04T08:00:00Z".parse()?;
/// let request = CallbackRequest::new(RequestId::new("a"), customer, asked);
/// let calendar = Calendar::new(Country::Denmark, "Europe/Copenhagen".parse()?);
///
/// let policy = RetryPolicy::default();
/// let called = "2026-05-04T09:00:00Z".parse()?;
/// let next = policy.next(&request, TryResult::Voicemail, called, &calendar);
/// let Next::Again { not_before, avoid, attempts, .. } = next else { unreachable!() };
/// assert_eq!(not_before.to_string(), "2026-05-04 09:30:00 UTC");
/// assert_eq!((avoid, attempts), (Some(DayPart::Morning), 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RetryPolicy {
    /// Attempts for a request in all. Range: 1 to 20. Default: 3.
    pub attempts: u32,
    /// How long after a call that was not answered the next may begin. Unit: minutes; range: 1 to 10,080. Default: 30.
    pub spacing_minutes: u32,
    /// How long after a busy line. Unit: minutes; range: 1 to `spacing_minutes`. Default: 10.
    pub busy_minutes: u32,
    /// Working days after the one of the request at whose end a request without a deadline expires. Range: 0 to 60.
    /// Default: 2.
    pub working_days: u32,
    /// By how much more likely the customer must be to answer in the part of the day in which they just did not, than in
    /// the best other one, to be called in it again. Unit: probability; range: 0 to 1. Default: 0.1.
    pub same_part_gain: f64,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 3,
            spacing_minutes: 30,
            busy_minutes: 10,
            working_days: 2,
            same_part_gain: 0.1,
        }
    }
}

impl RetryPolicy {
    /// Checks that every setting lies in its range and that they can hold together.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for one outside its range; [`Error::Contradiction`] for a busy line that is left alone longer
    /// than a ringing one, and for attempts that do not fit into the days of a request.
    pub fn check(&self) -> Result<(), Error> {
        let within = |name, value: u32, range: std::ops::RangeInclusive<u32>, expected| {
            if range.contains(&value) {
                return Ok(());
            }
            Err(Error::Setting { name, value: value.into(), expected })
        };
        within("attempts", self.attempts, 1..=20, "1 to 20")?;
        within("spacing of retries", self.spacing_minutes, 1..=10_080, "1 to 10080 minutes")?;
        within("spacing after a busy line", self.busy_minutes, 1..=10_080, "1 to 10080 minutes")?;
        within("working days", self.working_days, 0..=60, "0 to 60")?;
        if !(0.0..=1.0).contains(&self.same_part_gain) {
            let (name, expected) = ("gain of the same part of the day", "0 to 1");
            return Err(Error::Setting { name, value: self.same_part_gain, expected });
        }
        if self.busy_minutes > self.spacing_minutes {
            return Err(Error::Contradiction(format!(
                "{} minutes after a busy line and {} minutes after no answer, expected no more after a busy line",
                self.busy_minutes, self.spacing_minutes
            )));
        }
        let needed = (self.attempts - 1).saturating_mul(self.spacing_minutes);
        let available = (self.working_days + 1).saturating_mul(24 * 60);
        if needed >= available {
            return Err(Error::Contradiction(format!(
                "{} attempts {} minutes apart and an expiry after {} working days: the last would come too late",
                self.attempts, self.spacing_minutes, self.working_days
            )));
        }
        Ok(())
    }

    /// The last instant at which a call for a request may begin: its deadline, else the last second of the last of the
    /// policy's working days after the day of the request, by the request's own clock or else the calendar's.
    ///
    /// After the last instant that can be represented, that instant.
    pub fn due_by(&self, request: &CallbackRequest, calendar: &Calendar) -> DateTime<Utc> {
        if let Some(due_by) = request.due_by {
            return due_by;
        }
        let zone = request.zone.unwrap_or_else(|| calendar.zone());
        let mut date = zone.date(request.requested_at);
        let mut left = self.working_days;
        while left > 0 {
            let Some(next) = date.succ_opt() else { return DateTime::<Utc>::MAX_UTC };
            date = next;
            left -= u32::from(calendar.is_working_day(date));
        }
        end_of_day(zone, date).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// What follows a promised call at an instant; the request is as it was before the call, and the calendar that of the
    /// customer's country.
    pub fn next(
        &self,
        request: &CallbackRequest,
        result: TryResult,
        at: DateTime<Utc>,
        calendar: &Calendar,
    ) -> Next {
        let give_up = |reason| Next::GiveUp { reason };
        let by_us = result.missed_by() == Some(MissedBy::Us);
        let spacing = match result {
            TryResult::Reached => return Next::Done,
            TryResult::InvalidNumber => return give_up(GiveUpReason::InvalidNumber),
            TryResult::Refused => return give_up(GiveUpReason::Refused),
            TryResult::NotCalled => 0,
            TryResult::Busy => self.busy_minutes,
            TryResult::Voicemail | TryResult::NoAnswer | TryResult::Failed | TryResult::Unknown => {
                self.spacing_minutes
            }
        };
        // A call that was never made is no attempt; one that could not be set up is, or a dead line would be tried forever.
        let attempts = request.attempts.saturating_add(u32::from(result != TryResult::NotCalled));
        if attempts >= self.attempts {
            return give_up(GiveUpReason::Attempts { made: attempts, allowed: self.attempts });
        }
        let due_by = self.due_by(request, calendar);
        let not_before = at.checked_add_signed(TimeDelta::minutes(spacing.into()));
        let not_before = not_before.unwrap_or(DateTime::<Utc>::MAX_UTC);
        if not_before > due_by {
            return give_up(GiveUpReason::Expired { not_before, due_by });
        }
        let zone = request.zone.unwrap_or_else(|| calendar.zone());
        let says_when = matches!(result, TryResult::Voicemail | TryResult::NoAnswer);
        Next::Again {
            not_before,
            due_by,
            avoid: says_when.then(|| DayPart::of(zone.local(at).time())),
            urgency: if by_us { request.urgency.raised() } else { request.urgency },
            attempts,
            widen: result.missed_by() == Some(MissedBy::Customer),
        }
    }

    /// Whether the next call may go to a part of the day, given the one to avoid and the probabilities of an answer in it
    /// and in the best other one: always in another part, in the same one only if it is better by
    /// [`RetryPolicy::same_part_gain`].
    pub fn may_use(
        &self,
        part: DayPart,
        avoid: Option<DayPart>,
        probability: f64,
        best_elsewhere: f64,
    ) -> bool {
        avoid != Some(part) || probability >= best_elsewhere + self.same_part_gain
    }
}

/// The last second of a civil day.
fn end_of_day(zone: Zone, date: NaiveDate) -> Option<DateTime<Utc>> {
    let next = date.succ_opt()?.and_time(NaiveTime::MIN).date();
    zone.start_of_day(next).checked_sub_signed(TimeDelta::seconds(1))
}
