//! What kind of day a date is: working day, weekend, holiday, or beside one.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, Utc, Weekday};
use ringback_calllog::Zone;
use serde::{Deserialize, Serialize};

use crate::event::Events;
use crate::holiday::{Country, holidays};

/// The calendar of a site: its zone, weekend, holidays, own closing days, and the events that its callers hear of.
///
/// # Example
///
/// ```
/// use chrono::NaiveDate;
/// use ringback_features::{Calendar, Country, DayKind};
///
/// let date = |month, day| NaiveDate::from_ymd_opt(2026, month, day).unwrap();
/// let calendar = Calendar::new(Country::Denmark, "Europe/Copenhagen".parse()?)
///     .add_holiday(date(6, 5), "Constitution Day")
///     .closed_on(date(12, 24));
///
/// assert_eq!(calendar.day(date(5, 14)).holiday(), Some("Ascension Day"));
/// assert_eq!(calendar.day(date(5, 15)).kind(), DayKind::Bridge);
/// assert_eq!(calendar.day(date(5, 26)).kind(), DayKind::AfterHoliday);
/// assert_eq!(calendar.day(date(6, 5)).kind(), DayKind::Holiday);
/// # Ok::<(), ringback_calllog::InvalidZone>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Calendar {
    country: Option<Country>,
    zone: Zone,
    holidays: BTreeMap<NaiveDate, Cow<'static, str>>,
    events: Events,
}

impl Calendar {
    /// The calendar of a country, with all its public holidays of [`Country::years`].
    pub fn new(country: Country, zone: Zone) -> Self {
        let mut found = BTreeMap::new();
        for year in country.years() {
            // Within the years of the country there is no error.
            for holiday in holidays(country, year).unwrap_or_default() {
                found.entry(holiday.date).or_insert(holiday.name);
            }
        }
        Self { country: Some(country), zone, holidays: found, events: Events::default() }
    }

    /// A calendar of no country: Saturday and Sunday are the weekend, and there is no holiday.
    pub fn plain(zone: Zone) -> Self {
        let holidays = BTreeMap::new();
        Self { country: None, zone, holidays, events: Events::default() }
    }

    /// Adds a holiday; its name takes the place of another holiday's of that date.
    #[must_use]
    pub fn add_holiday(mut self, date: NaiveDate, name: impl Into<String>) -> Self {
        self.holidays.insert(date, Cow::Owned(name.into()));
        self
    }

    /// Adds a day on which the site is closed: a holiday with the name `closed`, unless it is one already.
    #[must_use]
    pub fn closed_on(mut self, date: NaiveDate) -> Self {
        self.holidays.entry(date).or_insert(Cow::Borrowed("closed"));
        self
    }

    /// Takes a holiday away: the site works on it as on any other day.
    #[must_use]
    pub fn open_on(mut self, date: NaiveDate) -> Self {
        self.holidays.remove(&date);
        self
    }

    /// Sets the events and campaigns. Default: none.
    #[must_use]
    pub fn events(self, events: Events) -> Self {
        Self { events, ..self }
    }

    /// The country; `None` for a plain calendar.
    pub fn country(&self) -> Option<Country> {
        self.country
    }

    /// The zone of its dates.
    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// The events and campaigns.
    pub fn all_events(&self) -> &Events {
        &self.events
    }

    /// The days of the weekend.
    pub fn weekend(&self) -> &'static [Weekday] {
        self.country.map_or(&[Weekday::Sat, Weekday::Sun], Country::weekend)
    }

    /// Whether the holidays of a date's year are known. Where they are not, [`day`](Self::day) sees only the weekend
    /// and what was added by hand. A plain calendar covers every date.
    pub fn covers(&self, date: NaiveDate) -> bool {
        self.country.is_none_or(|country| country.years().contains(&date.year()))
    }

    /// What kind of day a date is.
    pub fn day(&self, date: NaiveDate) -> Day<'_> {
        let holiday = self.holiday(date);
        let is_weekend = self.is_weekend(date);
        let mut day = Day {
            date,
            holiday,
            holiday_before: None,
            holiday_after: None,
            is_weekend,
            kind: DayKind::Holiday,
        };
        if holiday.is_some() {
            return day;
        }
        if is_weekend {
            day.kind = DayKind::Weekend;
            return day;
        }
        let before = self.days_off(date, NaiveDate::pred_opt);
        let after = self.days_off(date, NaiveDate::succ_opt);
        day.holiday_before = before.holiday;
        day.holiday_after = after.holiday;
        // The days of a weekend are neighbors, so one of the two days beside is a holiday.
        day.kind = if before.n_days > 0 && after.n_days > 0 {
            DayKind::Bridge
        } else if before.holiday.is_some() {
            DayKind::AfterHoliday
        } else {
            DayKind::Working
        };
        day
    }

    /// What kind of day it is at an instant, in the calendar's zone.
    pub fn day_at(&self, at: DateTime<Utc>) -> Day<'_> {
        self.day(self.zone.date(at))
    }

    /// The holiday of a date, public or added.
    pub fn holiday(&self, date: NaiveDate) -> Option<&str> {
        self.holidays.get(&date).map(AsRef::as_ref)
    }

    /// Whether a date is neither on a weekend nor a holiday.
    pub fn is_working_day(&self, date: NaiveDate) -> bool {
        !self.is_weekend(date) && self.holiday(date).is_none()
    }

    fn is_weekend(&self, date: NaiveDate) -> bool {
        self.weekend().contains(&date.weekday())
    }

    /// The days off between a date and the next working day in one direction.
    fn days_off(
        &self,
        date: NaiveDate,
        step: impl Fn(&NaiveDate) -> Option<NaiveDate>,
    ) -> DaysOff<'_> {
        let mut found = DaysOff { n_days: 0, holiday: None };
        let mut next = step(&date);
        while let Some(day) = next.filter(|&day| !self.is_working_day(day)) {
            let holiday = self.holiday(day);
            found.holiday = found.holiday.or(holiday);
            found.n_days += 1;
            next = step(&day);
        }
        found
    }
}

/// Days off in a row beside a working day.
struct DaysOff<'a> {
    n_days: usize,
    /// The holiday nearest to the working day.
    holiday: Option<&'a str>,
}

/// What kind of day it is. Where several hold, the first does: a holiday on a weekend is a holiday, and a bridge day
/// that follows a holiday is a bridge day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// A public holiday, or a day on which the site is closed.
    Holiday,
    /// A day of the weekend.
    Weekend,
    /// A single working day between a holiday and a weekend, or between two holidays.
    Bridge,
    /// The first working day after days off of which at least one was a holiday.
    AfterHoliday,
    /// Any other working day.
    Working,
}

impl DayKind {
    /// All kinds, in order of precedence.
    pub const ALL: [Self; 5] =
        [Self::Holiday, Self::Weekend, Self::Bridge, Self::AfterHoliday, Self::Working];

    /// A name for columns and reports, such as `after_holiday`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Holiday => "holiday",
            Self::Weekend => "weekend",
            Self::Bridge => "bridge",
            Self::AfterHoliday => "after_holiday",
            Self::Working => "working",
        }
    }
}

/// A date as a calendar sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day<'a> {
    date: NaiveDate,
    kind: DayKind,
    is_weekend: bool,
    holiday: Option<&'a str>,
    holiday_before: Option<&'a str>,
    holiday_after: Option<&'a str>,
}

impl<'a> Day<'a> {
    /// The date.
    pub fn date(&self) -> NaiveDate {
        self.date
    }

    /// The day of the week.
    pub fn weekday(&self) -> Weekday {
        self.date.weekday()
    }

    /// The kind of day, one of five that exclude each other.
    pub fn kind(&self) -> DayKind {
        self.kind
    }

    /// Whether it is on a weekend, holiday or not.
    pub fn is_weekend(&self) -> bool {
        self.is_weekend
    }

    /// The name of the holiday; `None` where it is none.
    pub fn holiday(&self) -> Option<&'a str> {
        self.holiday
    }

    /// Whether it is a holiday, on a weekend or not.
    pub fn is_holiday(&self) -> bool {
        self.holiday.is_some()
    }

    /// Whether it is neither on a weekend nor a holiday.
    pub fn is_working_day(&self) -> bool {
        !matches!(self.kind, DayKind::Holiday | DayKind::Weekend)
    }

    /// Whether it is a single working day between a holiday and a weekend, or between two holidays.
    pub fn is_bridge_day(&self) -> bool {
        self.kind == DayKind::Bridge
    }

    /// Whether it is the first working day after days off of which at least one was a holiday, be it on a weekend.
    pub fn is_day_after_holiday(&self) -> bool {
        self.holiday_before.is_some()
    }

    /// Whether it is the last working day before days off of which at least one is a holiday, be it on a weekend.
    pub fn is_day_before_holiday(&self) -> bool {
        self.holiday_after.is_some()
    }

    /// The nearest holiday of the days off before it; `None` unless it is a day after a holiday.
    pub fn holiday_before(&self) -> Option<&'a str> {
        self.holiday_before
    }

    /// The nearest holiday of the days off after it; `None` unless it is a day before a holiday.
    pub fn holiday_after(&self) -> Option<&'a str> {
        self.holiday_after
    }
}
