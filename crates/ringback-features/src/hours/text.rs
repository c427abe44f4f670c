//! Opening hours as text.

use std::fmt;
use std::str::FromStr;

use chrono::Weekday;
use serde::{Deserialize, Serialize};

use super::{HolidayHours, MINUTES_PER_DAY, OpenRange, OpeningHours, index};

/// The days of the week, Monday first.
pub(super) const WEEK: [Weekday; 7] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
    Weekday::Sat,
    Weekday::Sun,
];

/// A text that is no opening hours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("opening hours hold {part:?}, expected {expected}")]
pub struct InvalidHours {
    part: String,
    expected: String,
}

fn invalid(part: &str, expected: impl Into<String>) -> InvalidHours {
    InvalidHours { part: part.to_owned(), expected: expected.into() }
}

/// The days of one part of the text.
enum Days {
    Holidays,
    Weekdays(Vec<Weekday>),
}

impl FromStr for OpeningHours {
    type Err = InvalidHours;

    fn from_str(text: &str) -> Result<Self, InvalidHours> {
        let mut hours = Self::closed();
        let mut named: Vec<Weekday> = Vec::new();
        let mut holidays_named = false;
        let mut parts = text.split(';').map(str::trim).filter(|part| !part.is_empty()).peekable();
        if parts.peek().is_none() {
            return Err(invalid(text, "days and hours such as Mon-Fri 08:00-18:00"));
        }
        for part in parts {
            let Some((days, ranges)) = part.split_once(char::is_whitespace) else {
                return Err(invalid(part, "days and hours such as Mon-Fri 08:00-18:00"));
            };
            match read_days(days)? {
                Days::Holidays => {
                    if std::mem::replace(&mut holidays_named, true) {
                        return Err(invalid(part, "each day once"));
                    }
                    let read = read_holiday_hours(ranges.trim())?;
                    hours = hours.holidays(read).map_err(|it| invalid(part, it.to_string()))?;
                }
                Days::Weekdays(days) => {
                    let ranges = read_ranges(ranges.trim())?;
                    for day in days {
                        if named.contains(&day) {
                            return Err(invalid(part, "each day once"));
                        }
                        named.push(day);
                        hours = hours
                            .weekday(day, ranges.clone())
                            .map_err(|it| invalid(part, it.to_string()))?;
                    }
                }
            }
        }
        Ok(hours)
    }
}

fn read_days(text: &str) -> Result<Days, InvalidHours> {
    if text.eq_ignore_ascii_case("holidays") {
        return Ok(Days::Holidays);
    }
    let read = |day: &str| {
        let expected = "holidays or a day such as Mon, Mon-Fri or Mon,Wed";
        day.parse::<Weekday>().map_err(|_| invalid(text, expected))
    };
    let mut days = Vec::new();
    for item in text.split(',') {
        let (first, last) = item.split_once('-').unwrap_or((item, item));
        let (mut day, last) = (read(first)?, read(last)?);
        days.push(day);
        while day != last {
            day = day.succ();
            days.push(day);
        }
    }
    Ok(Days::Weekdays(days))
}

fn read_holiday_hours(text: &str) -> Result<HolidayHours, InvalidHours> {
    if text.eq_ignore_ascii_case("as usual") {
        return Ok(HolidayHours::AsUsual);
    }
    Ok(HolidayHours::Open(read_ranges(text)?))
}

fn read_ranges(text: &str) -> Result<Vec<OpenRange>, InvalidHours> {
    if text.eq_ignore_ascii_case("closed") {
        return Ok(Vec::new());
    }
    text.split(',').map(|range| read_range(range.trim())).collect()
}

fn read_range(text: &str) -> Result<OpenRange, InvalidHours> {
    let read = || {
        let (from, to) = text.split_once('-')?;
        let (from, mut to) = (read_minute(from)?, read_minute(to)?);
        if from == to {
            return None;
        }
        if to < from {
            to += MINUTES_PER_DAY;
        }
        OpenRange::new(from, to).ok()
    };
    read().ok_or_else(|| invalid(text, "closed or hours such as 08:00-18:00, from 00:00 to 24:00"))
}

fn read_minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.trim().split_once(':')?;
    let digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(hours) || !digits(minutes) {
        return None;
    }
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    (minutes < 60 && hours * 60 + minutes <= MINUTES_PER_DAY).then_some(hours * 60 + minutes)
}

/// A text that reads back as the same hours: equal days in a row together, from the first day of the run that holds
/// Monday, and always what holds on holidays.
impl fmt::Display for OpeningHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ranges = |offset: usize| self.weekdays.get(offset % 7).map_or(&[][..], Vec::as_slice);
        if (0..7).all(|offset| ranges(offset).is_empty()) {
            f.write_str("Mon-Sun closed; ")?;
        }
        // Seven is Monday: the days before it that are equal come first, unless all are.
        let first = (1..=7).rev().find(|&offset| ranges(offset - 1) != ranges(7)).unwrap_or(7);
        let mut offset = first;
        while offset < first + 7 {
            let equal = (offset..first + 7).take_while(|&it| ranges(it) == ranges(offset)).count();
            if !ranges(offset).is_empty() {
                write!(f, "{}", day(offset))?;
                if equal > 1 {
                    write!(f, "-{}", day(offset + equal - 1))?;
                }
                write_ranges(f, ranges(offset))?;
                f.write_str("; ")?;
            }
            offset += equal;
        }
        f.write_str("holidays")?;
        match &self.holidays {
            HolidayHours::Closed => f.write_str(" closed"),
            HolidayHours::AsUsual => f.write_str(" as usual"),
            HolidayHours::Open(ranges) => write_ranges(f, ranges),
        }
    }
}

fn day(offset: usize) -> Weekday {
    WEEK.into_iter().find(|&day| index(day) == offset % 7).unwrap_or(Weekday::Mon)
}

fn write_ranges(f: &mut fmt::Formatter<'_>, ranges: &[OpenRange]) -> fmt::Result {
    for (position, range) in ranges.iter().enumerate() {
        let separator = if position == 0 { " " } else { ", " };
        write!(f, "{separator}{range}")?;
    }
    Ok(())
}

impl Serialize for OpeningHours {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for OpeningHours {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
