//! Interval series, service measures, calendars and as-of feature matrices from a call log.

mod calendar;
mod event;
mod holiday;
mod hours;
mod series;

pub use calendar::{Calendar, Day, DayKind};
pub use event::{Event, EventTableError, Events, InvalidEvent};
pub use holiday::{
    Country, Holiday, UnknownCountry, YearOutOfRange, easter_sunday, holidays, rosh_hashanah,
};
pub use hours::{
    BlockEvidence, FindHoursError, FoundHours, HolidayHours, InvalidHours, InvalidOpenRange,
    OpenRange, OpeningHours, OverlappingHours,
};
pub use series::{CivilSlot, IntervalLength, InvalidIntervalLength, Series, SeriesError};
