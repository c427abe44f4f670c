//! When a person may be called, by their own clock.

mod offset;
mod open;

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike, Weekday};
use ringback_calllog::Zone;
use ringback_features::{Calendar, HolidayHours, OpenRange, OpeningHours};
use serde::{Deserialize, Serialize};

pub(crate) use self::open::{HoursOf, OpenTimes, Place, Stretch, stretches};
use crate::{Error, Forbidden};

/// The days of a week, Monday first.
const WEEK: [Weekday; 7] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
    Weekday::Sat,
    Weekday::Sun,
];

/// When a person may be called: a weekly pattern by their own clock, with breaks, what holds on holidays, and on their
/// eves.
///
/// Its text is that of [`OpeningHours`], with `eves 10:00-19:00` for the days before holidays, where they differ. No
/// stretch passes midnight: `21:00-08:00` is an error, not a night of calls. `24:00` ends a day.
///
/// # Example
///
/// ```
/// use ringback_callback::CallingHours;
///
/// let hours: CallingHours = "Mon-Fri 10:00-13:00,14:00-20:00; holidays closed".parse()?;
/// assert_eq!(hours.to_string(), "Mon-Fri 10:00-13:00, 14:00-20:00; holidays closed");
/// let error = "Mon-Fri 21:00-08:00".parse::<CallingHours>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "contradictory rules: calls on Monday open at 21:00 and close at 08:00, expected an end after the start",
/// );
/// # Ok::<(), ringback_callback::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CallingHours {
    week: OpeningHours,
    /// What takes the place of a weekday's hours on the day before a holiday.
    eves: Option<Vec<OpenRange>>,
}

impl CallingHours {
    /// Never.
    pub fn never() -> Self {
        Self { week: OpeningHours::closed(), eves: None }
    }

    /// The hours of a weekly pattern.
    ///
    /// # Errors
    ///
    /// [`Error::Contradiction`] for a stretch that closes before it opens.
    pub fn new(week: OpeningHours) -> Result<Self, Error> {
        for day in WEEK {
            check(day_name(day), week.on_weekday(day))?;
        }
        if let HolidayHours::Open(ranges) = week.on_holidays() {
            check("holidays", ranges)?;
        }
        Ok(Self { week, eves: None })
    }

    /// Sets the hours of days before holidays, which take the place of those of their weekday, unless it has none.
    /// Default: as on their weekday.
    ///
    /// # Errors
    ///
    /// As for [`CallingHours::new`].
    pub fn eves(self, mut ranges: Vec<OpenRange>) -> Result<Self, Error> {
        ranges.sort_unstable();
        check("eves of holidays", &ranges)?;
        Ok(Self { eves: Some(ranges), ..self })
    }

    /// The weekly pattern.
    pub fn week(&self) -> &OpeningHours {
        &self.week
    }

    /// The hours of a date, in order.
    pub fn on_date(&self, date: NaiveDate, calendar: &Calendar) -> &[OpenRange] {
        let usual = self.week.on_date(date, calendar);
        match &self.eves {
            Some(eves) if !usual.is_empty() && is_eve(date, calendar) => eves,
            _ => usual,
        }
    }

    /// Whether a call may begin at a local time.
    pub fn allows(&self, local: NaiveDateTime, calendar: &Calendar) -> bool {
        let second = local.time().num_seconds_from_midnight();
        let of = |minute: u16| u32::from(minute) * 60;
        let is_in = |it: &OpenRange| of(it.from_minute()) <= second && second < of(it.to_minute());
        self.on_date(local.date(), calendar).iter().any(is_in)
    }

    /// Whether it matters which days are holidays.
    pub(crate) fn ask_for_holidays(&self) -> bool {
        self.eves.is_some() || *self.week.on_holidays() != HolidayHours::AsUsual
    }

    /// Why no call may begin at a local time.
    pub(crate) fn reason(
        &self,
        local: NaiveDateTime,
        zone: Zone,
        calendar: &Calendar,
    ) -> Forbidden {
        let date = local.date();
        let outside = || Forbidden::OutsideHours {
            local: format!("{:02}:{:02} in {zone}", local.hour(), local.minute()),
        };
        if self.ask_for_holidays() && !calendar.covers(date) {
            let country = calendar.country().map_or_else(String::new, |it| it.to_string());
            return Forbidden::HolidaysUnknown { country, year: date.year() };
        }
        if !self.on_date(date, calendar).is_empty() {
            return outside();
        }
        if *self.week.on_holidays() != HolidayHours::AsUsual
            && let Some(name) = calendar.holiday(date)
        {
            return Forbidden::Holiday { name: name.to_owned() };
        }
        if self.week.on_weekday(date.weekday()).is_empty() {
            return Forbidden::Weekday { weekday: day_name(date.weekday()).to_owned() };
        }
        outside()
    }
}

fn is_eve(date: NaiveDate, calendar: &Calendar) -> bool {
    calendar.holiday(date).is_none()
        && date.succ_opt().is_some_and(|next| calendar.holiday(next).is_some())
}

fn check(day: &str, ranges: &[OpenRange]) -> Result<(), Error> {
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    for range in ranges {
        let (from, to) = (range.from_minute(), range.to_minute());
        if to > 1440 {
            return Err(Error::Contradiction(format!(
                "calls on {day} open at {} and close at {}, expected an end after the start",
                clock(from),
                clock(to - 1440)
            )));
        }
    }
    for pair in ranges.windows(2) {
        if let &[earlier, later] = pair
            && later.from_minute() < earlier.to_minute()
        {
            return Err(Error::Contradiction(format!(
                "calls on {day} are allowed {earlier} and {later}, expected each minute once"
            )));
        }
    }
    Ok(())
}

/// A day's name in English.
pub(crate) fn day_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}

impl FromStr for CallingHours {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let read =
            |text: &str| text.parse::<OpeningHours>().map_err(|it| Error::Hours(it.to_string()));
        let parts = text.split(';').map(str::trim);
        let (eves, week): (Vec<&str>, Vec<&str>) = parts.partition(|it| it.starts_with("eves "));
        let hours = Self::new(read(&week.join("; "))?)?;
        match eves.as_slice() {
            [] => Ok(hours),
            [eves] => {
                // Read as the hours of any one day.
                let day = eves.replacen("eves", "Mon", 1);
                hours.eves(read(&day)?.on_weekday(Weekday::Mon).to_vec())
            }
            _ => Err(Error::Hours(format!("{} parts for eves, expected one", eves.len()))),
        }
    }
}

impl fmt::Display for CallingHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let week = self.week.to_string();
        let Some(eves) = &self.eves else { return f.write_str(&week) };
        let eves: Vec<String> = eves.iter().map(ToString::to_string).collect();
        let eves = if eves.is_empty() { "closed".to_owned() } else { eves.join(", ") };
        // Holidays come last, as in the text of opening hours.
        match week.rsplit_once("; ") {
            Some((days, holidays)) if holidays.starts_with("holidays") => {
                write!(f, "{days}; eves {eves}; {holidays}")
            }
            _ => write!(f, "{week}; eves {eves}"),
        }
    }
}

impl TryFrom<String> for CallingHours {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<CallingHours> for String {
    fn from(hours: CallingHours) -> Self {
        hours.to_string()
    }
}
