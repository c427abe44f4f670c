//! What a volume model asks of a calendar: which days are not like their weekday.

use std::fmt;

use chrono::{Datelike, NaiveDate, Weekday};
use ringback_features::{Calendar, DayKind};

/// How a day counts in a volume model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DayGroup {
    /// An ordinary working day.
    Working,
    /// An ordinary weekend day.
    Weekend,
    /// A public holiday, on whatever weekday.
    Holiday,
    /// A working day between a holiday and a weekend, which many take off.
    Bridge,
    /// The first working day after a holiday, which carries what was left undone.
    AfterHoliday,
}

impl DayGroup {
    /// Whether a day is like any other of its weekday.
    pub fn is_ordinary(self) -> bool {
        matches!(self, Self::Working | Self::Weekend)
    }
}

/// A calendar as a volume model sees it.
pub trait DayKinds: fmt::Debug + Send + Sync {
    /// How a civil day counts.
    fn group(&self, date: NaiveDate) -> DayGroup;
}

impl DayKinds for Calendar {
    fn group(&self, date: NaiveDate) -> DayGroup {
        match self.day(date).kind() {
            DayKind::Working => DayGroup::Working,
            DayKind::Weekend => DayGroup::Weekend,
            DayKind::Holiday => DayGroup::Holiday,
            DayKind::Bridge => DayGroup::Bridge,
            DayKind::AfterHoliday => DayGroup::AfterHoliday,
        }
    }
}

/// A calendar that knows no holidays, only which weekdays are the weekend.
///
/// # Example
///
/// ```
/// use chrono::{NaiveDate, Weekday};
/// use ringback_forecast::{DayGroup, DayKinds, WeekendOnly};
///
/// let israel = WeekendOnly::new([Weekday::Fri, Weekday::Sat]);
/// let sunday = NaiveDate::from_ymd_opt(1999, 1, 3).unwrap();
/// assert_eq!(israel.group(sunday), DayGroup::Working);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeekendOnly(Vec<Weekday>);

impl WeekendOnly {
    /// A week with these days as its weekend; none is a week of working days.
    pub fn new(weekend: impl IntoIterator<Item = Weekday>) -> Self {
        Self(weekend.into_iter().collect())
    }
}

impl Default for WeekendOnly {
    /// Saturday and Sunday.
    fn default() -> Self {
        Self::new([Weekday::Sat, Weekday::Sun])
    }
}

impl DayKinds for WeekendOnly {
    fn group(&self, date: NaiveDate) -> DayGroup {
        if self.0.contains(&date.weekday()) { DayGroup::Weekend } else { DayGroup::Working }
    }
}
