//! Moments on the command line.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use ringback::calllog::Zone;

/// A moment: RFC 3339 with an offset, or `2026-05-04` or `2026-05-04 14:30` in a zone that is known later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// An instant.
    Instant(DateTime<Utc>),
    /// The start of a civil day.
    Day(NaiveDate),
    /// A wall-clock time.
    Local(NaiveDateTime),
}

impl Moment {
    /// The instant in a zone.
    pub fn in_zone(self, zone: Zone) -> DateTime<Utc> {
        match self {
            Self::Instant(at) => at,
            Self::Day(date) => zone.start_of_day(date),
            Self::Local(local) => zone.at_or_after(local),
        }
    }
}

impl FromStr for Moment {
    type Err = InvalidMoment;

    fn from_str(text: &str) -> Result<Self, InvalidMoment> {
        if let Ok(at) = DateTime::parse_from_rfc3339(text) {
            return Ok(Self::Instant(at.to_utc()));
        }
        if let Ok(date) = text.parse() {
            return Ok(Self::Day(date));
        }
        ["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
            .iter()
            .find_map(|pattern| NaiveDateTime::parse_from_str(text, pattern).ok())
            .map(Self::Local)
            .ok_or_else(|| InvalidMoment(text.to_owned()))
    }
}

/// A text that is no moment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no time, expected one such as 2026-05-04T14:30:00+02:00 or 2026-05-04")]
pub struct InvalidMoment(String);
