//! Local stamps, zones and the fold rule: how a wall-clock reading becomes an instant.

use std::cell::Cell;
use std::fmt;
use std::str::FromStr;

use chrono::{
    DateTime, Datelike, FixedOffset, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset,
    TimeDelta, TimeZone, Timelike, Utc, Weekday,
};
use serde::{Deserialize, Serialize};

/// The instant of seconds since 1970; `None` beyond what can be represented. Stamps of a log are near each other: the date
/// of the last one is kept, and finding it is most of the work.
///
/// # Example
///
/// ```
/// use chrono::DateTime;
/// use ringback_calllog::instant_of_secs;
///
/// assert_eq!(instant_of_secs(1_777_852_800), DateTime::from_timestamp(1_777_852_800, 0));
/// assert_eq!(instant_of_secs(i64::MAX), None);
/// ```
#[inline]
pub fn instant_of_secs(secs: i64) -> Option<DateTime<Utc>> {
    thread_local! {
        static LAST: Cell<(i64, NaiveDate)> = const { Cell::new((i64::MAX, NaiveDate::MIN)) };
    }
    const DAY: i64 = 86_400;
    let day = secs.div_euclid(DAY);
    let (last, date) = LAST.get();
    let date = if day == last {
        date
    } else {
        let date = DateTime::from_timestamp(secs, 0)?.date_naive();
        LAST.set((day, date));
        date
    };
    let of_day = u32::try_from(secs.rem_euclid(DAY)).ok()?;
    NaiveTime::from_num_seconds_from_midnight_opt(of_day, 0).map(|it| date.and_time(it).and_utc())
}

/// From one instant to another, as by subtraction; of one day it takes half the time.
#[inline]
pub(crate) fn between(from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
    let (from, to) = (from.naive_utc(), to.naive_utc());
    if from.date() != to.date() {
        return to.signed_duration_since(from);
    }
    let nanos = |it: NaiveTime| {
        i64::from(it.num_seconds_from_midnight()) * 1_000_000_000 + i64::from(it.nanosecond())
    };
    TimeDelta::nanoseconds(nanos(to.time()) - nanos(from.time()))
}

/// An IANA time zone, such as `Europe/Copenhagen`.
///
/// # Example
///
/// ```
/// use ringback_calllog::Zone;
///
/// let zone: Zone = "Asia/Jerusalem".parse()?;
/// assert_eq!(zone.name(), "Asia/Jerusalem");
/// assert!("Jerusalem".parse::<Zone>().is_err());
/// # Ok::<(), ringback_calllog::InvalidZone>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Zone(chrono_tz::Tz);

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(chrono_tz::UTC);

    /// The IANA name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The wall-clock reading at an instant.
    ///
    /// At the ends of what can be represented, hundreds of thousands of years away, it is the last reading there is.
    pub fn local(self, at: DateTime<Utc>) -> NaiveDateTime {
        let (at, offset) = (at.naive_utc(), self.offset(at.naive_utc()));
        let end = || {
            let is_east = offset.local_minus_utc() > 0;
            if is_east { NaiveDateTime::MAX } else { NaiveDateTime::MIN }
        };
        at.checked_add_offset(offset).unwrap_or_else(end)
    }

    /// The civil date at an instant.
    pub fn date(self, at: DateTime<Utc>) -> NaiveDate {
        self.local(at).date()
    }

    /// The civil day of the week at an instant.
    pub fn weekday(self, at: DateTime<Utc>) -> Weekday {
        self.date(at).weekday()
    }

    /// The first instant of a civil day: midnight, or the first moment after it where the clock jumps over midnight.
    pub fn start_of_day(self, date: NaiveDate) -> DateTime<Utc> {
        self.at_or_after(date.and_time(chrono::NaiveTime::MIN))
    }

    /// The instant of a wall-clock reading.
    ///
    /// A repeated reading gives the earlier instant. A skipped one gives the instant that the clock would have shown
    /// without the jump, which is right for building a grid of intervals; to read a log's stamps, where a skipped
    /// reading is an error, use [`LocalClock::to_utc`].
    pub fn at_or_after(self, local: NaiveDateTime) -> DateTime<Utc> {
        match self.0.from_local_datetime(&local) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at.to_utc(),
            LocalResult::None => {
                let before = self.0.offset_from_utc_datetime(&(local - TimeDelta::days(1))).fix();
                local.and_utc() - TimeDelta::seconds(before.local_minus_utc().into())
            }
        }
    }

    /// How far the wall clock is from universal time at an instant.
    pub(crate) fn offset(self, at: NaiveDateTime) -> FixedOffset {
        self.0.offset_from_utc_datetime(&at).fix()
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Zone {
    type Err = InvalidZone;

    fn from_str(name: &str) -> Result<Self, InvalidZone> {
        name.parse().map(Self).map_err(|_| InvalidZone(name.to_owned()))
    }
}

impl Serialize for Zone {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        name.parse().map_err(serde::de::Error::custom)
    }
}

/// A name that is no IANA time zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no IANA time zone, expected a name such as Europe/Copenhagen")]
pub struct InvalidZone(String);

/// Which instant a repeated wall-clock reading means: the hour that the clock shows twice in autumn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fold {
    /// The first of the two instants.
    #[default]
    Earlier,
    /// The second of the two instants.
    Later,
    /// Neither: the row is rejected.
    Reject,
}

impl FromStr for Fold {
    type Err = InvalidFold;

    fn from_str(text: &str) -> Result<Self, InvalidFold> {
        match text {
            "earlier" => Ok(Self::Earlier),
            "later" => Ok(Self::Later),
            "reject" => Ok(Self::Reject),
            _ => Err(InvalidFold(text.to_owned())),
        }
    }
}

/// A text that is no fold rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no fold rule, expected earlier, later or reject")]
pub struct InvalidFold(String);

/// A wall-clock reading that names no single instant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LocalTimeError {
    /// The clock jumped over this reading in spring.
    #[error("{local} does not exist in {zone}: the clock jumped over it")]
    Skipped {
        /// The reading.
        local: NaiveDateTime,
        /// Where it was read.
        zone: &'static str,
    },
    /// The clock showed this reading twice in autumn, and the fold rule is [`Fold::Reject`].
    #[error("{local} happened twice in {zone}, and the fold rule is reject")]
    Repeated {
        /// The reading.
        local: NaiveDateTime,
        /// Where it was read.
        zone: &'static str,
    },
}

/// Turns the local stamps of one source into instants.
///
/// Stamps of one day mostly follow each other in a log, so the clock remembers the offset of the last day that had
/// only one; the answer never depends on what was asked before.
///
/// # Example
///
/// ```
/// use chrono::NaiveDate;
/// use ringback_calllog::{Fold, LocalClock};
///
/// let mut clock = LocalClock::new("Europe/Copenhagen".parse()?, Fold::Later);
/// let day = NaiveDate::from_ymd_opt(2026, 10, 25).unwrap();
/// let twice = day.and_hms_opt(2, 30, 0).unwrap();
/// assert_eq!(clock.to_utc(twice)?.to_rfc3339(), "2026-10-25T01:30:00+00:00");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct LocalClock {
    zone: Zone,
    fold: Fold,
    /// A day without a change of offset, and its offset.
    plain_day: Option<(NaiveDate, FixedOffset)>,
}

impl LocalClock {
    /// A clock in a zone, with the rule for readings that happen twice.
    pub fn new(zone: Zone, fold: Fold) -> Self {
        Self { zone, fold, plain_day: None }
    }

    /// The zone.
    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// The rule for readings that happen twice.
    pub fn fold(&self) -> Fold {
        self.fold
    }

    /// The instant of a wall-clock reading.
    ///
    /// # Errors
    ///
    /// [`LocalTimeError::Skipped`] for a reading in the hour that spring skips, whatever the fold rule;
    /// [`LocalTimeError::Repeated`] for one in the hour that autumn repeats under [`Fold::Reject`].
    #[inline]
    pub fn to_utc(&mut self, local: NaiveDateTime) -> Result<DateTime<Utc>, LocalTimeError> {
        let day = local.date();
        let plain = match self.plain_day {
            Some((plain, offset)) if plain == day => Some(offset),
            _ => self.single_offset(day),
        };
        let Some(offset) = plain else { return self.to_utc_on_a_day_of_change(local) };
        self.plain_day = Some((day, offset));
        let zone = self.zone.name();
        let at = local.checked_sub_offset(offset).map(|it| it.and_utc());
        at.ok_or(LocalTimeError::Skipped { local, zone })
    }

    /// The offset of a day, where it is the same from a day before its start to a day after its end. A change of
    /// offset that is undone within these three days would be missed; from 1970 to 2037 the shortest that is undone,
    /// in Brazil in 2000, lasts six days and 23 hours.
    fn single_offset(&self, day: NaiveDate) -> Option<FixedOffset> {
        let midnight = day.and_time(chrono::NaiveTime::MIN);
        let before = self.zone.offset(midnight.checked_sub_signed(TimeDelta::days(1))?);
        let after = self.zone.offset(midnight.checked_add_signed(TimeDelta::days(2))?);
        (before == after).then_some(before)
    }

    fn to_utc_on_a_day_of_change(
        &self,
        local: NaiveDateTime,
    ) -> Result<DateTime<Utc>, LocalTimeError> {
        let zone = self.zone.name();
        match self.zone.0.from_local_datetime(&local) {
            LocalResult::Single(at) => Ok(at.to_utc()),
            LocalResult::Ambiguous(earlier, later) => match self.fold {
                Fold::Earlier => Ok(earlier.to_utc()),
                Fold::Later => Ok(later.to_utc()),
                Fold::Reject => Err(LocalTimeError::Repeated { local, zone }),
            },
            LocalResult::None => Err(LocalTimeError::Skipped { local, zone }),
        }
    }
}
