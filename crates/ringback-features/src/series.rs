//! Equally spaced interval series: how many calls came in each quarter of an hour, and where the feed has a gap.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, TimeDelta, Timelike, Utc};
use ringback_calllog::Zone;
use serde::{Deserialize, Serialize};

const MINUTES_A_DAY: u32 = 1_440;

/// The most intervals a series may have: some 31 years of minutes. A single wrong stamp must not fill the memory.
const MAX_INTERVALS: usize = 1 << 24;

/// The length of an interval: whole minutes, `1..=1440`, of which a day is a multiple.
///
/// # Example
///
/// ```
/// use ringback_features::IntervalLength;
///
/// let half_hour: IntervalLength = "30m".parse()?;
/// assert_eq!(half_hour.slots_a_day(), 48);
/// assert_eq!("60m".parse::<IntervalLength>()?.to_string(), "1h");
/// assert!("7m".parse::<IntervalLength>().is_err());
/// # Ok::<(), ringback_features::InvalidIntervalLength>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IntervalLength(u32);

impl IntervalLength {
    /// A quarter of an hour, the usual planning interval of a call center.
    pub const QUARTER_HOUR: Self = Self(15);
    /// Half an hour.
    pub const HALF_HOUR: Self = Self(30);
    /// An hour.
    pub const HOUR: Self = Self(60);
    /// A day of 24 hours.
    pub const DAY: Self = Self(MINUTES_A_DAY);

    /// A length in minutes.
    ///
    /// # Errors
    ///
    /// [`InvalidIntervalLength`] unless `minutes` is in `1..=1440` and divides 1440.
    pub fn from_minutes(minutes: u32) -> Result<Self, InvalidIntervalLength> {
        if minutes > 0 && MINUTES_A_DAY.is_multiple_of(minutes) {
            Ok(Self(minutes))
        } else {
            Err(InvalidIntervalLength(format!("{minutes}m")))
        }
    }

    /// The length in minutes.
    pub fn minutes(self) -> u32 {
        self.0
    }

    /// The length in seconds.
    pub fn secs(self) -> u32 {
        self.0 * 60
    }

    /// How many intervals a day of 24 hours has.
    pub fn slots_a_day(self) -> usize {
        (MINUTES_A_DAY / self.0) as usize
    }

    /// The length as a time difference.
    pub fn delta(self) -> TimeDelta {
        TimeDelta::minutes(self.0.into())
    }

    /// Where on the civil day an interval lies that starts at `starts_at`.
    ///
    /// Read at the interval's middle, so that a long interval that starts at 23:00 because the clock was put back
    /// still counts to the day and the slot that it mostly covers.
    pub fn civil_slot(self, starts_at: DateTime<Utc>, zone: Zone) -> CivilSlot {
        let middle = starts_at
            .checked_add_signed(TimeDelta::seconds((self.secs() / 2).into()))
            .unwrap_or(starts_at);
        let local = zone.local(middle);
        let minute = local.hour() * 60 + local.minute();
        CivilSlot { date: local.date(), slot: (minute / self.0) as usize }
    }
}

impl fmt::Display for IntervalLength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            MINUTES_A_DAY => f.write_str("1d"),
            minutes if minutes.is_multiple_of(60) => write!(f, "{}h", minutes / 60),
            minutes => write!(f, "{minutes}m"),
        }
    }
}

impl FromStr for IntervalLength {
    type Err = InvalidIntervalLength;

    fn from_str(text: &str) -> Result<Self, InvalidIntervalLength> {
        let invalid = || InvalidIntervalLength(text.to_owned());
        let unit_at = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(invalid)?;
        let (count, unit) = text.split_at(unit_at);
        let minutes_a_unit = match unit {
            "m" | "min" => 1,
            "h" => 60,
            "d" => MINUTES_A_DAY,
            _ => return Err(invalid()),
        };
        let count: u32 = count.parse().map_err(|_| invalid())?;
        let minutes = count.checked_mul(minutes_a_unit).ok_or_else(invalid)?;
        Self::from_minutes(minutes).map_err(|_| invalid())
    }
}

impl Serialize for IntervalLength {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for IntervalLength {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A text or number that is no interval length.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no interval length, expected whole minutes that divide a day, such as 5m, 15m, 1h or 1d"
)]
pub struct InvalidIntervalLength(String);

/// An interval's place on the wall clock: the civil date, and the slot of that day counted from midnight.
///
/// On the 25-hour day in autumn two intervals share a slot; on the 23-hour day in spring some slots have none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CivilSlot {
    /// The civil date.
    pub date: NaiveDate,
    /// The slot, `0..slots_a_day`.
    pub slot: usize,
}

/// Why rows make no series.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SeriesError {
    /// No row at all, so there is no start.
    #[error("no rows, expected at least one to start the series")]
    NoRows,
    /// A stamp lies between two grid points.
    #[error("{at} is off the grid, expected {first} plus a multiple of {interval}")]
    OffGrid {
        /// The stamp.
        at: DateTime<Utc>,
        /// A stamp on the grid.
        first: DateTime<Utc>,
        /// The grid's spacing.
        interval: IntervalLength,
    },
    /// Two rows have the same stamp.
    #[error("{at} stands twice, expected one row an interval")]
    Duplicate {
        /// The stamp.
        at: DateTime<Utc>,
    },
    /// A value is infinite or not a number.
    #[error("the value at {at} is {value}, expected a finite number, or none where it is missing")]
    NotFinite {
        /// The start of the interval.
        at: DateTime<Utc>,
        /// The value.
        value: f64,
    },
    /// The first and the last stamp are too far apart.
    #[error("{first} to {last} is more than {limit} intervals of {interval}")]
    TooLong {
        /// The first stamp.
        first: DateTime<Utc>,
        /// The last stamp.
        last: DateTime<Utc>,
        /// The most intervals a series may have.
        limit: usize,
        /// The grid's spacing.
        interval: IntervalLength,
    },
    /// A finer interval was asked for, or one that is no multiple.
    #[error("cannot add up intervals of {from} to {to}, expected a multiple of {from}")]
    NotCoarser {
        /// The series' interval.
        from: IntervalLength,
        /// What was asked for.
        to: IntervalLength,
    },
}

/// Values of an additive quantity (calls, seconds of work) on a grid that is equally spaced in UTC.
///
/// A value is `None` where it is missing: the feed had a gap and nobody knows how many calls came. That is never the
/// same as `Some(0.0)`, an interval in which the feed worked and no call came.
///
/// # Example
///
/// ```
/// use chrono::{DateTime, Utc};
/// use ringback_features::{IntervalLength, Series};
///
/// let nine: DateTime<Utc> = "2026-03-02T09:00:00Z".parse()?;
/// let rows = [("2026-03-02T09:00:00Z", 12.0), ("2026-03-02T10:00:00Z", 9.0)]
///     .map(|(at, calls)| (at.parse().unwrap(), Some(calls)));
/// let series = Series::from_rows(IntervalLength::HALF_HOUR, rows)?;
/// assert_eq!(series.start(), nine);
/// assert_eq!(series.values(), [Some(12.0), None, Some(9.0)]); // 09:30 is missing, not zero
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    start: DateTime<Utc>,
    interval: IntervalLength,
    values: Vec<Option<f64>>,
}

impl Series {
    /// A series whose first interval starts at `start`; `values` one an interval, without a hole between them.
    ///
    /// # Errors
    ///
    /// [`SeriesError::NotFinite`] for a value that is infinite or not a number; [`SeriesError::TooLong`] for more than
    /// 2²⁴ values, or an end after the last instant that chrono knows.
    pub fn new(
        start: DateTime<Utc>,
        interval: IntervalLength,
        values: Vec<Option<f64>>,
    ) -> Result<Self, SeriesError> {
        let series = Self { start, interval, values };
        let fits = series.checked_at(series.values.len()).is_some();
        if series.values.len() > MAX_INTERVALS || !fits {
            let last = series.at(series.values.len());
            return Err(SeriesError::TooLong {
                first: start,
                last,
                limit: MAX_INTERVALS,
                interval,
            });
        }
        for (at, value) in series.iter() {
            if let Some(value) = value
                && !value.is_finite()
            {
                return Err(SeriesError::NotFinite { at, value });
            }
        }
        Ok(series)
    }

    /// Puts rows (start of the interval, value) on the grid; the earliest row is the start.
    ///
    /// Rows may come in any order. An interval without a row is missing, and so is one whose row says `None`.
    ///
    /// # Errors
    ///
    /// [`SeriesError::NoRows`], [`SeriesError::Duplicate`], [`SeriesError::OffGrid`], [`SeriesError::NotFinite`] and
    /// [`SeriesError::TooLong`], each naming the first stamp in question.
    pub fn from_rows(
        interval: IntervalLength,
        rows: impl IntoIterator<Item = (DateTime<Utc>, Option<f64>)>,
    ) -> Result<Self, SeriesError> {
        let mut rows: Vec<(DateTime<Utc>, Option<f64>)> = rows.into_iter().collect();
        // By stamp alone: equal stamps are an error, so their order does not matter.
        rows.sort_by_key(|&(at, _)| at);
        let (Some(&(first, _)), Some(&(last, _))) = (rows.first(), rows.last()) else {
            return Err(SeriesError::NoRows);
        };
        let grid = Self { start: first, interval, values: Vec::new() };
        let intervals = grid.steps_to(last).filter(|&steps| steps < MAX_INTERVALS);
        let Some(last_index) = intervals else {
            return Err(SeriesError::TooLong { first, last, limit: MAX_INTERVALS, interval });
        };
        let mut values = vec![None; last_index + 1];
        let mut previous = None;
        for (at, value) in rows {
            if previous == Some(at) {
                return Err(SeriesError::Duplicate { at });
            }
            previous = Some(at);
            let Some(index) = grid.steps_to(at).filter(|&index| grid.at(index) == at) else {
                return Err(SeriesError::OffGrid { at, first, interval });
            };
            values[index] = value;
        }
        Self::new(first, interval, values)
    }

    /// The start of the first interval.
    pub fn start(&self) -> DateTime<Utc> {
        self.start
    }

    /// The end of the last interval, which is where a forecast starts.
    pub fn end(&self) -> DateTime<Utc> {
        self.at(self.len())
    }

    /// The length of each interval.
    pub fn interval(&self) -> IntervalLength {
        self.interval
    }

    /// The values, one an interval.
    pub fn values(&self) -> &[Option<f64>] {
        &self.values
    }

    /// How many intervals there are, missing ones included.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is no interval.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// How many intervals are missing.
    pub fn missing(&self) -> usize {
        self.values.iter().filter(|value| value.is_none()).count()
    }

    /// The start of the interval with this index. It may lie after the end of the series: that is the grid that
    /// forecasts use. Past the last instant that chrono knows, that instant.
    pub fn at(&self, index: usize) -> DateTime<Utc> {
        self.checked_at(index).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    fn checked_at(&self, index: usize) -> Option<DateTime<Utc>> {
        let secs = i64::try_from(index).ok()?.checked_mul(self.interval.secs().into())?;
        self.start.checked_add_signed(TimeDelta::try_seconds(secs)?)
    }

    /// The value of an interval; `None` where it is missing or outside the series.
    pub fn value(&self, index: usize) -> Option<f64> {
        self.values.get(index).copied().flatten()
    }

    /// The index of the interval that `at` falls into, its start included and its end not; `None` outside the series.
    pub fn index_of(&self, at: DateTime<Utc>) -> Option<usize> {
        self.steps_to(at).filter(|&index| index < self.len())
    }

    /// Whole intervals from the start to `at`; `None` before the start.
    fn steps_to(&self, at: DateTime<Utc>) -> Option<usize> {
        let elapsed = at.signed_duration_since(self.start);
        if elapsed < TimeDelta::zero() {
            return None;
        }
        usize::try_from(elapsed.num_seconds() / i64::from(self.interval.secs())).ok()
    }

    /// Every interval: its start and its value.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (DateTime<Utc>, Option<f64>)> + '_ {
        self.values.iter().enumerate().map(|(index, &value)| (self.at(index), value))
    }

    /// Every interval's place on the wall clock of `zone`.
    pub fn civil(&self, zone: Zone) -> impl ExactSizeIterator<Item = CivilSlot> + '_ {
        (0..self.len()).map(move |index| self.interval.civil_slot(self.at(index), zone))
    }

    /// What was known at `as_of`: the intervals that had ended by then. Nothing later is left in it.
    #[must_use]
    pub fn until(&self, as_of: DateTime<Utc>) -> Self {
        let ended = self.steps_to(as_of).unwrap_or(0).min(self.len());
        Self { values: self.values[..ended].to_vec(), ..*self }
    }

    /// The intervals that start at `from` or later.
    #[must_use]
    pub fn since(&self, from: DateTime<Utc>) -> Self {
        let skipped = match self.steps_to(from) {
            None => 0,
            Some(steps) if self.at(steps) == from => steps,
            Some(steps) => steps + 1,
        };
        let skipped = skipped.min(self.len());
        Self { start: self.at(skipped), values: self.values[skipped..].to_vec(), ..*self }
    }

    /// Adds intervals up to coarser ones, such as 6 minutes to half an hour.
    ///
    /// A coarse interval starts at `anchor` and at every multiple of its length before and after: give the midnight
    /// of any civil day to get intervals on the clock. One of which any part is missing is missing; one that sticks out
    /// at the beginning or end of the series is left off.
    ///
    /// # Errors
    ///
    /// [`SeriesError::NotCoarser`] where `to` is no multiple of the series' interval; [`SeriesError::OffGrid`] where
    /// `anchor` is not on the series' grid.
    pub fn aggregate(
        &self,
        to: IntervalLength,
        anchor: DateTime<Utc>,
    ) -> Result<Self, SeriesError> {
        let from = self.interval;
        if !to.0.is_multiple_of(from.0) {
            return Err(SeriesError::NotCoarser { from, to });
        }
        let to_anchor = anchor.signed_duration_since(self.start);
        let off_grid = to_anchor.num_seconds() % i64::from(from.secs()) != 0;
        if off_grid || to_anchor.subsec_nanos() != 0 {
            let first = self.start;
            return Err(SeriesError::OffGrid { at: anchor, first, interval: from });
        }
        let lead_secs = to_anchor.num_seconds().rem_euclid(to.secs().into());
        let skipped = usize::try_from(lead_secs / i64::from(from.secs())).unwrap_or(usize::MAX);
        let parts = (to.0 / from.0) as usize;
        let values = self.values.get(skipped..).unwrap_or_default();
        // Summing options gives none as soon as one part is none.
        let values = values.chunks_exact(parts).map(|part| part.iter().copied().sum()).collect();
        Self::new(self.at(skipped), to, values)
    }
}
