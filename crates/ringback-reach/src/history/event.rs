//! What is kept of one attempt or call: when in the customer's week, in what circumstances, and what came of it.

use chrono::{DateTime, Datelike, Timelike, Utc};
use ringback_calllog::Zone;
use serde::{Deserialize, Serialize};

use crate::AttemptKind;

/// Hours of a day.
pub(crate) const HOURS: usize = 24;
/// Days of a week.
pub(crate) const DAYS: usize = 7;
/// Misses in a row that are told apart: none to seven, and more.
pub(crate) const STREAKS: usize = 9;
/// The ends of the stretches since the last attempt that are told apart. Unit: seconds.
const GAP_ENDS_SECS: [i64; 8] = [1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 259_200];
/// Stretches since the last attempt: no attempt before, eight up to their ends, and longer.
pub(crate) const GAPS: usize = GAP_ENDS_SECS.len() + 2;
/// Kinds of attempts.
pub(crate) const KINDS: usize = 5;

/// A moment on a customer's own clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Moment {
    /// Since 1970. Unit: seconds.
    pub(crate) secs: i64,
    /// The hour on the clock, from 0 to 23.
    pub(crate) hour: u8,
    /// The day of the week, 0 being Monday.
    pub(crate) day: u8,
}

impl Moment {
    pub(crate) fn of(at: DateTime<Utc>, zone: Zone) -> Self {
        let local = zone.local(at);
        let small = |it: u32| u8::try_from(it).unwrap_or(0);
        let day = small(local.weekday().num_days_from_monday());
        Self { secs: at.timestamp(), hour: small(local.hour()), day }
    }

    /// Saturday or Sunday.
    pub(crate) fn is_weekend(self) -> bool {
        self.day >= 5
    }

    /// How far two hours of the day lie apart, at most 12.
    pub(crate) fn hours_from(self, hour: u8) -> u8 {
        let apart = self.hour.abs_diff(hour);
        apart.min(24 - apart.min(24))
    }
}

/// The circumstances in which an attempt meets a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Context {
    /// Misses since the customer was last reached, below [`STREAKS`].
    pub(crate) streak: u8,
    /// The stretch since the last attempt, below [`GAPS`].
    pub(crate) gap: u8,
    /// The kind of attempt, below [`KINDS`].
    pub(crate) kind: u8,
}

impl Context {
    /// The circumstances of a first attempt.
    pub(crate) fn first(kind: AttemptKind) -> Self {
        Self { streak: 0, gap: 0, kind: kind_index(kind) }
    }

    pub(crate) fn new(streak: u32, last_attempt_secs: Option<i64>, at: i64, kind: u8) -> Self {
        let gap = last_attempt_secs.map_or(0, |last| {
            let since = at.saturating_sub(last);
            1 + GAP_ENDS_SECS.partition_point(|end| *end <= since)
        });
        let most = u32::try_from(STREAKS - 1).unwrap_or(0);
        let small = |it: usize| u8::try_from(it).unwrap_or(0);
        Self { streak: u8::try_from(streak.min(most)).unwrap_or(0), gap: small(gap), kind }
    }
}

pub(crate) fn kind_index(kind: AttemptKind) -> u8 {
    match kind {
        AttemptKind::Unknown => 0,
        AttemptKind::RequestedCallback => 1,
        AttemptKind::AbandonedReturn => 2,
        AttemptKind::KnownContact => 3,
        AttemptKind::UnknownNumber => 4,
    }
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum What {
    /// An attempt that a person answered.
    Reached,
    /// An attempt that no person answered.
    Missed,
    /// The customer called.
    Inbound,
}

/// One thing that is known of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Event {
    pub(crate) moment: Moment,
    pub(crate) context: Context,
    pub(crate) what: What,
}
