//! When a site takes calls: a weekly pattern in local time, and what holds on holidays.

mod find;
mod text;

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Timelike, Utc, Weekday};

use crate::calendar::Calendar;

pub use find::{BlockEvidence, FindHoursError, FoundHours};
pub use text::InvalidHours;

/// Minutes of a day, the day of a change of clocks aside.
const MINUTES_PER_DAY: u16 = 1440;

/// A stretch of a day in which a site is open, in minutes after local midnight, the end not included.
///
/// Range: `from_minute` is less than 1440; `to_minute` is after it, and where it is beyond 1440, on the next day, by
/// less than a day after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpenRange {
    from_minute: u16,
    to_minute: u16,
}

impl OpenRange {
    /// A stretch between two minutes after midnight; `to_minute` beyond 1440 is on the next day.
    ///
    /// # Errors
    ///
    /// [`InvalidOpenRange`] outside the documented range.
    ///
    /// # Example
    ///
    /// ```
    /// use ringback_features::OpenRange;
    ///
    /// assert_eq!(OpenRange::new(7 * 60, 24 * 60)?.to_string(), "07:00-24:00");
    /// assert_eq!(OpenRange::new(22 * 60, 26 * 60)?.to_string(), "22:00-02:00");
    /// assert!(OpenRange::new(8 * 60, 8 * 60).is_err());
    /// # Ok::<(), ringback_features::InvalidOpenRange>(())
    /// ```
    pub fn new(from_minute: u16, to_minute: u16) -> Result<Self, InvalidOpenRange> {
        let ends_in_time =
            to_minute <= MINUTES_PER_DAY || to_minute - MINUTES_PER_DAY < from_minute;
        if from_minute < MINUTES_PER_DAY && from_minute < to_minute && ends_in_time {
            Ok(Self { from_minute, to_minute })
        } else {
            Err(InvalidOpenRange { from_minute, to_minute })
        }
    }

    /// The first minute, after local midnight.
    pub fn from_minute(self) -> u16 {
        self.from_minute
    }

    /// The minute after the last, after local midnight; beyond 1440 on the next day.
    pub fn to_minute(self) -> u16 {
        self.to_minute
    }

    fn contains(self, minute: u16) -> bool {
        self.from_minute <= minute && minute < self.to_minute
    }
}

/// Hours and minutes, such as `07:00-24:00`; an end that is not after the start is on the next day.
impl fmt::Display for OpenRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from_minute: from, mut to_minute } = *self;
        if to_minute > MINUTES_PER_DAY {
            to_minute -= MINUTES_PER_DAY;
        }
        write!(f, "{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to_minute / 60, to_minute % 60)
    }
}

/// Two minutes that are no stretch of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "open from minute {from_minute} to minute {to_minute}, expected a start below 1440 and an end after it by at most a day"
)]
pub struct InvalidOpenRange {
    from_minute: u16,
    to_minute: u16,
}

/// What holds on a holiday.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum HolidayHours {
    /// Closed all day.
    #[default]
    Closed,
    /// Open as on any such weekday.
    AsUsual,
    /// Open at these hours whatever the weekday, in order.
    Open(Vec<OpenRange>),
}

/// A weekly pattern of opening hours in local time, and what holds on holidays.
///
/// Its text is `Sun-Thu 07:00-24:00; Fri 07:00-14:00; Sat 20:00-24:00; holidays closed`: parts between semicolons,
/// each with days and hours. Days are `Mon`, `Mon-Fri`, `Mon,Wed` or `holidays`; hours are one or more of
/// `08:00-12:00` between commas, `closed`, or for holidays `as usual`. An end that is not after the start is on the
/// next day (`22:00-02:00`). Days that are not named are closed, holidays too.
///
/// # Example
///
/// ```
/// use chrono::NaiveDate;
/// use ringback_features::{Calendar, Country, OpeningHours};
///
/// let hours: OpeningHours = "Mon-Fri 08:00-18:00; Sat 22:00-02:00; holidays 09:00-12:00".parse()?;
/// let calendar = Calendar::new(Country::Denmark, "Europe/Copenhagen".parse()?);
/// let may = |day| NaiveDate::from_ymd_opt(2026, 5, day).unwrap();
/// let at = |day, hour| may(day).and_hms_opt(hour, 0, 0).unwrap();
///
/// assert!(hours.is_open(at(13, 17), &calendar));
/// assert!(!hours.is_open(at(13, 18), &calendar));
/// assert!(!hours.is_open(at(14, 17), &calendar)); // Ascension Day
/// assert!(hours.is_open(at(17, 1), &calendar)); // Saturday's late hours
/// assert_eq!(hours.to_string(), "Mon-Fri 08:00-18:00; Sat 22:00-02:00; holidays 09:00-12:00");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OpeningHours {
    /// Monday first; each day's ranges in order, without overlap.
    weekdays: [Vec<OpenRange>; 7],
    holidays: HolidayHours,
}

impl OpeningHours {
    /// Never open.
    pub fn closed() -> Self {
        Self { weekdays: Default::default(), holidays: HolidayHours::Closed }
    }

    /// Sets the hours that begin on a weekday, in any order. Default: none.
    ///
    /// # Errors
    ///
    /// [`OverlappingHours`] where two of them overlap.
    pub fn weekday(
        mut self,
        weekday: Weekday,
        ranges: Vec<OpenRange>,
    ) -> Result<Self, OverlappingHours> {
        let ranges = in_order(ranges)?;
        if let Some(day) = self.weekdays.get_mut(index(weekday)) {
            *day = ranges;
        }
        Ok(self)
    }

    /// Sets what holds on holidays. Default: closed.
    ///
    /// # Errors
    ///
    /// [`OverlappingHours`] where two ranges overlap.
    pub fn holidays(mut self, hours: HolidayHours) -> Result<Self, OverlappingHours> {
        self.holidays = match hours {
            HolidayHours::Open(ranges) if ranges.is_empty() => HolidayHours::Closed,
            HolidayHours::Open(ranges) => HolidayHours::Open(in_order(ranges)?),
            other => other,
        };
        Ok(self)
    }

    /// The hours that begin on a weekday which is no holiday, in order.
    pub fn on_weekday(&self, weekday: Weekday) -> &[OpenRange] {
        self.weekdays.get(index(weekday)).map_or(&[], Vec::as_slice)
    }

    /// What holds on holidays.
    pub fn on_holidays(&self) -> &HolidayHours {
        &self.holidays
    }

    /// The hours that begin on a date, in order.
    pub fn on_date(&self, date: NaiveDate, calendar: &Calendar) -> &[OpenRange] {
        match &self.holidays {
            HolidayHours::AsUsual => self.on_weekday(date.weekday()),
            _ if calendar.holiday(date).is_none() => self.on_weekday(date.weekday()),
            HolidayHours::Closed => &[],
            HolidayHours::Open(ranges) => ranges,
        }
    }

    /// Whether the site is open at a local time. Hours that pass midnight belong to the day on which they begin: they
    /// hold into a holiday, and not out of one.
    pub fn is_open(&self, local: NaiveDateTime, calendar: &Calendar) -> bool {
        // Below 1440, so that the fallback is never taken.
        let minute = u16::try_from(local.hour() * 60 + local.minute()).unwrap_or_default();
        let today = self.on_date(local.date(), calendar);
        let yesterday = local.date().pred_opt().map_or(&[][..], |day| self.on_date(day, calendar));
        today.iter().any(|range| range.contains(minute))
            || yesterday.iter().any(|range| range.contains(minute + MINUTES_PER_DAY))
    }

    /// Whether the site is open at an instant, in the calendar's zone.
    pub fn is_open_at(&self, at: DateTime<Utc>, calendar: &Calendar) -> bool {
        self.is_open(calendar.zone().local(at), calendar)
    }
}

/// Two stretches of a day that overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("opening hours {0} and {1} of one day overlap, expected each minute once")]
pub struct OverlappingHours(OpenRange, OpenRange);

fn in_order(mut ranges: Vec<OpenRange>) -> Result<Vec<OpenRange>, OverlappingHours> {
    ranges.sort_unstable();
    for pair in ranges.windows(2) {
        if let &[earlier, later] = pair
            && later.from_minute < earlier.to_minute
        {
            return Err(OverlappingHours(earlier, later));
        }
    }
    Ok(ranges)
}

/// Monday is 0.
fn index(weekday: Weekday) -> usize {
    usize::from(weekday.num_days_from_monday().to_le_bytes()[0])
}
