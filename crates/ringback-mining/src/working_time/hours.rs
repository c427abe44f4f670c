//! The hours that someone works: shifts of the week, and the days that differ.

use std::collections::BTreeMap;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};
use ringback_calllog::{Fold, LocalClock, LocalTimeError, Zone};

use super::WorkingTime;
use crate::Error;

/// 1900-01-01 and 2200-01-01, midnight UTC. Unit: microseconds since 1970.
pub(super) const FIRST_MICROS: i64 = -2_208_988_800_000_000;
pub(super) const LAST_MICROS: i64 = 7_258_118_400_000_000;

const DAY_SECS: u32 = 86_400;

/// A time of work on the clock, from a time of day until another; past midnight if that is not later.
///
/// Written `09:00-17:30`, `22:00-06:00` (until the next morning), `00:00-24:00` (the whole day), with seconds where
/// they are needed.
///
/// # Example
///
/// ```
/// use ringback_mining::Shift;
///
/// let night: Shift = "22:00-06:00".parse()?;
/// assert_eq!((night.from_secs(), night.to_secs()), (79_200, 108_000));
/// let error = "9-5".parse::<Shift>().unwrap_err();
/// assert_eq!(error.to_string(), "\"9-5\" is no shift, expected a form such as 09:00-17:30 or 22:00-06:00");
/// # Ok::<(), ringback_mining::InvalidShift>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shift {
    from_secs: u32,
    to_secs: u32,
}

impl Shift {
    /// The whole day.
    pub const DAY: Self = Self { from_secs: 0, to_secs: DAY_SECS };

    /// When it begins. Unit: seconds after midnight on the clock. Range: `0..86400`.
    pub fn from_secs(self) -> u32 {
        self.from_secs
    }

    /// When it ends. Unit: seconds after midnight of the day on which it begins, on the clock; above 86,400 if it
    /// ends on the next day. Range: above [`Shift::from_secs`], by at most 86,400.
    pub fn to_secs(self) -> u32 {
        self.to_secs
    }

    /// From one time of day to another, in seconds after midnight of the day on which it begins.
    ///
    /// # Errors
    ///
    /// [`InvalidShift`] unless `from < 86400`, `from < to` and `to − from ≤ 86400`.
    pub fn new(from_secs: u32, to_secs: u32) -> Result<Self, InvalidShift> {
        let is_shift =
            from_secs < DAY_SECS && from_secs < to_secs && to_secs - from_secs <= DAY_SECS;
        let shift = Self { from_secs, to_secs };
        if is_shift { Ok(shift) } else { Err(InvalidShift(format!("{from_secs}-{to_secs} s"))) }
    }
}

/// Seconds after midnight of a time such as `17:30`, `17:30:15` or `24:00`.
fn of_day(text: &str) -> Option<u32> {
    let mut parts = text.split(':');
    let mut part = |most: u32| {
        let digits = parts.next()?;
        let is_number =
            matches!(digits.len(), 1 | 2) && digits.bytes().all(|it| it.is_ascii_digit());
        digits.parse().ok().filter(|it| is_number && *it <= most)
    };
    let (hour, minute) = (part(24)?, part(59)?);
    let second = if text.matches(':').count() == 2 { part(59)? } else { 0 };
    let secs = hour * 3600 + minute * 60 + second;
    (parts.next().is_none() && secs <= DAY_SECS).then_some(secs)
}

impl FromStr for Shift {
    type Err = InvalidShift;

    fn from_str(text: &str) -> Result<Self, InvalidShift> {
        let invalid = || InvalidShift(text.to_owned());
        let (from, to) = text.split_once('-').ok_or_else(invalid)?;
        let (from, to) = (of_day(from.trim()), of_day(to.trim()));
        let (from, to) = from.zip(to).ok_or_else(invalid)?;
        let to = if to <= from { to + DAY_SECS } else { to };
        Self::new(from, to).map_err(|_| invalid())
    }
}

/// A text or a pair of times that is no shift.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no shift, expected a form such as 09:00-17:30 or 22:00-06:00")]
pub struct InvalidShift(String);

/// The hours that someone works: a zone, the shifts of each weekday, and the dates that have their own.
///
/// A shift belongs to the day on which it begins: a holiday takes away the shifts that begin on it, and the night shift
/// of the evening before still runs into it. Shifts may overlap; time in several counts once.
///
/// Times are civil times of the zone. Where the clock jumps forward, a time that it skips means the moment of the
/// jump. Where it goes back, a time that it shows twice means the first of the two; with [`WorkingHours::fold`] the
/// second. So the order of times is the order of instants, shifts that follow on each other on paper do so on that
/// day, and a shift across the change is an hour longer or shorter. Years 1900 to 2199 are known; outside there is no
/// work.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkingHours {
    zone: Zone,
    fold: Fold,
    week: [Vec<Shift>; 7],
    dates: BTreeMap<NaiveDate, Vec<Shift>>,
}

impl WorkingHours {
    /// No hours at all, in a zone: add them with [`WorkingHours::shift`].
    pub fn new(zone: Zone) -> Self {
        Self { zone, fold: Fold::Earlier, week: Default::default(), dates: BTreeMap::new() }
    }

    /// Every hour of every day.
    pub fn around_the_clock() -> Self {
        let mut hours = Self::new(Zone::UTC);
        hours.week = std::array::from_fn(|_| vec![Shift::DAY]);
        hours
    }

    /// Adds a shift that begins on a day of the week.
    #[must_use]
    pub fn shift(mut self, day: Weekday, shift: Shift) -> Self {
        if let Some(shifts) = self.week.get_mut(day.num_days_from_monday() as usize) {
            shifts.push(shift);
        }
        self
    }

    /// Takes away the shifts that begin on a date.
    #[must_use]
    pub fn holiday(self, date: NaiveDate) -> Self {
        self.exception(date, Vec::new())
    }

    /// Gives a date shifts of its own, in place of those of its weekday.
    #[must_use]
    pub fn exception(mut self, date: NaiveDate, shifts: Vec<Shift>) -> Self {
        self.dates.insert(date, shifts);
        self
    }

    /// Which of the two instants a time means that the clock shows twice; by default [`Fold::Earlier`].
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for [`Fold::Reject`]: a calendar has no row to reject.
    pub fn fold(mut self, fold: Fold) -> Result<Self, Error> {
        if fold == Fold::Reject {
            let (setting, expected) = ("fold", "earlier or later");
            return Err(Error::Setting { setting, found: "reject".to_owned(), expected });
        }
        self.fold = fold;
        Ok(self)
    }

    /// The zone of the times.
    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// The shifts that begin on a date.
    pub fn shifts_on(&self, date: NaiveDate) -> &[Shift] {
        let usual = || self.week.get(date.weekday().num_days_from_monday() as usize);
        self.dates.get(&date).or_else(usual).map_or(&[], Vec::as_slice)
    }

    /// The shifts of a day of the week that has none of its own.
    pub fn shifts_of(&self, day: Weekday) -> &[Shift] {
        self.week.get(day.num_days_from_monday() as usize).map_or(&[], Vec::as_slice)
    }

    /// Made ready to be asked many times about instants from one to another, in microseconds since 1970, UTC. Instants
    /// outside may be asked for too.
    pub fn compiled(&self, from_micros: i64, to_micros: i64) -> WorkingTime {
        WorkingTime::new(self.clone(), from_micros, to_micros)
    }

    /// Whether every instant is one of work.
    pub(super) fn is_around_the_clock(&self) -> bool {
        self.dates.is_empty() && self.week.iter().all(|it| it.as_slice() == [Shift::DAY])
    }

    /// The stretches of work between two instants: in order, apart from each other.
    pub(super) fn stretches(&self, from: i64, to: i64) -> Vec<(i64, i64)> {
        let (from, to) = (from.max(FIRST_MICROS), to.min(LAST_MICROS));
        let (Some(first), Some(last)) =
            (DateTime::from_timestamp_micros(from), DateTime::from_timestamp_micros(to))
        else {
            return Vec::new();
        };
        // Three days before: a shift may last a day, and no clock is a whole day off, save where one skips a date.
        let mut date = first.date_naive() - TimeDelta::days(3);
        let end = last.date_naive() + TimeDelta::days(2);
        let mut clock = LocalClock::new(self.zone, self.fold);
        let mut found: Vec<(i64, i64)> = Vec::new();
        while from < to && date <= end {
            for shift in self.shifts_on(date) {
                let start = self.instant(&mut clock, date, shift.from_secs);
                let stop = self.instant(&mut clock, date, shift.to_secs);
                let (start, stop) = (start.max(from), stop.min(to));
                if start < stop {
                    found.push((start, stop));
                }
            }
            date += TimeDelta::days(1);
        }
        found.sort_unstable();
        merged(&found)
    }

    /// The instant of a time on the clock, in seconds after the midnight with which a date begins.
    fn instant(&self, clock: &mut LocalClock, date: NaiveDate, secs: u32) -> i64 {
        let local = date.and_time(NaiveTime::MIN) + TimeDelta::seconds(secs.into());
        match clock.to_utc(local) {
            Ok(at) => at.timestamp_micros(),
            Err(LocalTimeError::Repeated { .. }) => self.zone.at_or_after(local).timestamp_micros(),
            Err(_) => jump(self.zone, local.and_utc()),
        }
    }
}

/// The moment at which the clock of a zone jumps over a reading, which is given as if it were universal time.
fn jump(zone: Zone, reading: DateTime<Utc>) -> i64 {
    // No clock is more than 16 hours off; where one skipped a whole date, the reading is within a day of the jump.
    let (mut before, mut after) = (reading.timestamp() - 57_600, reading.timestamp() + 57_600);
    let is_before = |secs: i64| {
        let at = DateTime::from_timestamp(secs, 0).unwrap_or(reading);
        zone.local(at) < reading.naive_utc()
    };
    while after - before > 1 {
        let middle = before + (after - before) / 2;
        if is_before(middle) { before = middle } else { after = middle }
    }
    after * 1_000_000
}

/// Stretches in order of their starts, as stretches apart from each other.
fn merged(stretches: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let mut found: Vec<(i64, i64)> = Vec::with_capacity(stretches.len());
    for (start, end) in stretches {
        match found.last_mut() {
            Some(last) if *start <= last.1 => last.1 = last.1.max(*end),
            _ => found.push((*start, *end)),
        }
    }
    found
}
