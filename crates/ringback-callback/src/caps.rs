//! How often a customer may be called, and how long they are left alone between two calls.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::Error;

/// At most so many calls to a customer in any so many hours in a row.
///
/// The hours roll: a day is any 24 hours, a week any 168, a month any 720, not the civil day, week or month. That is as
/// strict as a count by civil days wherever calls keep to daytime. A call counts for `hours` hours from its start,
/// whoever or whatever answered.
///
/// # Example
///
/// ```
/// use ringback_callback::Cap;
///
/// assert_eq!(Cap::per_month(4).to_string(), "4 calls in 720 hours");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cap {
    /// Calls that are allowed. Range: 1 to 512; the rules refuse others.
    pub allowed: u32,
    /// In how many hours. Range: 1 to those that the history keeps.
    pub hours: u32,
}

impl Cap {
    /// At most so many calls in any 24 hours.
    pub const fn per_day(allowed: u32) -> Self {
        Self { allowed, hours: 24 }
    }

    /// At most so many calls in any 7 days.
    pub const fn per_week(allowed: u32) -> Self {
        Self { allowed, hours: 7 * 24 }
    }

    /// At most so many calls in any 30 days.
    pub const fn per_month(allowed: u32) -> Self {
        Self { allowed, hours: 30 * 24 }
    }

    pub(crate) fn period(self) -> TimeDelta {
        TimeDelta::hours(self.hours.into())
    }
}

impl std::fmt::Display for Cap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} calls in {} hours", self.allowed, self.hours)
    }
}

/// How long a customer is left alone after a call, by what came of it.
///
/// # Source
///
/// Defaults: vendors document spacings from 30 seconds to an hour; a line that was busy did not ring at the customer's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Spacing {
    /// After a call that rang, or of which the outcome is not known. Unit: minutes. Default: 30.
    pub minutes: u32,
    /// After a call to a busy line. Unit: minutes; at most `minutes`. Default: 10.
    pub busy_minutes: u32,
}

impl Default for Spacing {
    fn default() -> Self {
        Self { minutes: 30, busy_minutes: 10 }
    }
}

impl Spacing {
    pub(crate) fn after(self, was_busy: bool) -> TimeDelta {
        TimeDelta::minutes(i64::from(if was_busy { self.busy_minutes } else { self.minutes }))
    }

    pub(crate) fn check(self) -> Result<(), Error> {
        if self.busy_minutes > self.minutes {
            return Err(Error::Contradiction(format!(
                "{} minutes after a busy line, {} minutes after a call that rang, expected no more after a busy line",
                self.busy_minutes, self.minutes
            )));
        }
        Ok(())
    }
}

/// Why a customer is left alone for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    /// A cap is used up.
    Cap(Cap),
    /// The last call is too recent.
    Spacing,
    /// The customer refused.
    Refusal,
}

/// A time in which no call may begin: from `from` until before `until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Blocked {
    pub(crate) from: DateTime<Utc>,
    pub(crate) until: DateTime<Utc>,
    pub(crate) rest: Rest,
}

impl Blocked {
    pub(crate) fn contains(&self, at: DateTime<Utc>) -> bool {
        self.from <= at && at < self.until
    }
}

/// The times that a cap blocks, given all other calls in order: those at which a call would be one too many in some
/// stretch of its hours, before or after it.
pub(crate) fn blocked_by(cap: Cap, calls: &[DateTime<Utc>], found: &mut Vec<Blocked>) {
    let Some(allowed) = usize::try_from(cap.allowed).ok().filter(|it| *it > 0) else { return };
    let period = cap.period();
    for run in calls.windows(allowed) {
        let [first, .., last] = run else {
            if let [only] = run {
                push(*only, *only, cap, period, found);
            }
            continue;
        };
        if *last - *first < period {
            push(*first, *last, cap, period, found);
        }
    }
}

fn push(
    first: DateTime<Utc>,
    last: DateTime<Utc>,
    cap: Cap,
    period: TimeDelta,
    found: &mut Vec<Blocked>,
) {
    let from = last.checked_sub_signed(period).unwrap_or(DateTime::<Utc>::MIN_UTC);
    let until = first.checked_add_signed(period).unwrap_or(DateTime::<Utc>::MAX_UTC);
    found.push(Blocked { from, until, rest: Rest::Cap(cap) });
}

/// The first instant from `at` on that is not blocked.
pub(crate) fn skip(blocked: &[Blocked], mut at: DateTime<Utc>) -> DateTime<Utc> {
    // Each pass ends one block at least, and none begins again.
    while let Some(block) = blocked.iter().find(|it| it.contains(at)) {
        at = block.until;
    }
    at
}

/// The first instant after `at` at which a block begins.
pub(crate) fn next_block(blocked: &[Blocked], at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    blocked.iter().map(|it| it.from).filter(|it| *it > at).min()
}
