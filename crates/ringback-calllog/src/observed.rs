//! What a source can and cannot say.

use std::fmt;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::Zone;

/// What a source can and cannot say about a call.
///
/// Nothing downstream may report 0 % abandonment where abandonment is not observable: it reports
/// "not observable in this source".
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a source may have any of them without the others"
)]
pub struct Observed {
    /// Whether callers who hung up before an answer are written at all.
    pub abandons: bool,
    /// Whether the time in a queue is written.
    pub waits: bool,
    /// Whether the agent who answered is named.
    pub agents: bool,
    /// Whether the customer is named, by number or by id.
    pub customers: bool,
    /// The zone that the source's wall clock was read in.
    pub zone: Zone,
    /// The coarsest stamp of the source, in seconds.
    #[serde(rename = "precision_secs")]
    pub precision: Precision,
}

impl Observed {
    /// What two sources read together can say: only what both can.
    ///
    /// The zone is the first one's: a log of several feeds is told in the zone of the feed that comes first.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            abandons: self.abandons && other.abandons,
            waits: self.waits && other.waits,
            agents: self.agents && other.agents,
            customers: self.customers && other.customers,
            zone: self.zone,
            precision: self.precision.max(other.precision),
        }
    }
}

/// The precision of a stamp: how far from the true instant it may be. Unit: seconds; range: over 0 to 86,400.
///
/// # Example
///
/// ```
/// use ringback_calllog::Precision;
///
/// assert_eq!(Precision::MINUTE.secs(), 60.0);
/// assert!(Precision::new(0.0).is_err());
/// # Ok::<(), ringback_calllog::InvalidPrecision>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Precision(f64);

impl Precision {
    /// Stamps to the millisecond.
    pub const MILLISECOND: Self = Self(0.001);
    /// Stamps to the second.
    pub const SECOND: Self = Self(1.0);
    /// Stamps to the minute.
    pub const MINUTE: Self = Self(60.0);

    /// A precision of so many seconds.
    ///
    /// # Errors
    ///
    /// [`InvalidPrecision`] unless `0 < secs <= 86400`.
    pub fn new(secs: f64) -> Result<Self, InvalidPrecision> {
        if 0.0 < secs && secs <= 86_400.0 { Ok(Self(secs)) } else { Err(InvalidPrecision(secs)) }
    }

    /// Seconds.
    pub fn secs(self) -> f64 {
        self.0
    }

    /// The coarser of two.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Self(self.0.max(other.0))
    }

    /// Whether a duration is long enough to be told from zero at this precision.
    pub fn can_tell_from_zero(self, duration: TimeDelta) -> bool {
        duration.abs().as_seconds_f64() >= self.0
    }
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s", self.0)
    }
}

impl Serialize for Precision {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0)
    }
}

impl<'de> Deserialize<'de> for Precision {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(f64::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// A number of seconds that is no precision.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("a precision of {0} s, expected more than 0 and at most 86400 s")]
pub struct InvalidPrecision(f64);
