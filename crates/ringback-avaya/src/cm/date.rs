//! Days: date records, which carry no year, and the day that is in force.

use chrono::{Datelike, NaiveDate};

/// Which of two numbers of a date comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum DateOrder {
    /// As the switch is set when nobody changes it.
    #[default]
    MonthDay,
    DayMonth,
}

impl DateOrder {
    /// Month and day of two numbers.
    fn month_and_day(self, first: u32, second: u32) -> (u32, u32) {
        match self {
            Self::MonthDay => (first, second),
            Self::DayMonth => (second, first),
        }
    }
}

/// What a date record says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DateMark {
    month: u32,
    day: u32,
}

impl DateMark {
    /// The mark of a line without blanks around it, in one of the three forms (`MM DD`, `MMDD`, `HH:MM MM/DD`). `None` if
    /// it is no date record; an error if it has the form of one and names no day.
    pub(super) fn read(line: &str, order: DateOrder) -> Option<Result<Self, ()>> {
        let bytes = line.as_bytes();
        let (first, second) = match bytes.len() {
            4 => (number(bytes.get(..2)?)?, number(bytes.get(2..)?)?),
            5 if matches!(bytes.get(2)?, b' ' | b'/') => {
                (number(bytes.get(..2)?)?, number(bytes.get(3..)?)?)
            }
            11 if bytes.get(2) == Some(&b':') && bytes.get(5) == Some(&b' ') => {
                let (hour, minute) = (number(bytes.get(..2)?)?, number(bytes.get(3..5)?)?);
                if hour > 23 || minute > 59 || bytes.get(8) != Some(&b'/') {
                    return None;
                }
                (number(bytes.get(6..8)?)?, number(bytes.get(9..)?)?)
            }
            _ => return None,
        };
        let (month, day) = order.month_and_day(first, second);
        // A leap year has every day that a year can have.
        let is_day = NaiveDate::from_ymd_opt(2000, month, day).is_some();
        Some(if is_day { Ok(Self { month, day }) } else { Err(()) })
    }

    fn in_year(self, year: i32) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(year, self.month, self.day)
    }

    /// The mark's day in the year in which it is next to another day.
    fn nearest(self, to: NaiveDate) -> Option<NaiveDate> {
        let years = [to.year() - 1, to.year(), to.year() + 1];
        let days = years.into_iter().filter_map(|it| self.in_year(it));
        days.min_by_key(|it| (*it - to).num_days().abs())
    }
}

/// The day in force, and the year that goes on from mark to mark.
#[derive(Clone, Debug)]
pub(super) struct Calendar {
    order: DateOrder,
    /// The year that the layout gives for the first mark.
    year: Option<i32>,
    /// What the file's name says of its day.
    named: Option<Named>,
    /// The day of the last mark, in whatever file, and in this one.
    last: Option<NaiveDate>,
    last_in_file: Option<NaiveDate>,
    in_force: Option<NaiveDate>,
}

/// A day or a year in a file's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named {
    Day(NaiveDate),
    Year(i32),
}

impl Calendar {
    pub(super) fn new(order: DateOrder, year: Option<i32>) -> Self {
        Self { order, year, named: None, last: None, last_in_file: None, in_force: None }
    }

    pub(super) fn order(&self) -> DateOrder {
        self.order
    }

    /// A file begins: no day is in force until its first mark.
    pub(super) fn begin_file(&mut self, file_name: &str) {
        self.named = named(file_name);
        (self.in_force, self.last_in_file) = (None, None);
    }

    /// No day is in force until the next mark.
    pub(super) fn lose_day(&mut self) {
        self.in_force = None;
    }

    /// Whether the year of a mark can be known.
    pub(super) fn knows_year(&self) -> bool {
        self.named.is_some() || self.last.is_some() || self.year.is_some()
    }

    /// Takes a mark: its day is in force from now on. Whether it is a day of its year.
    ///
    /// The first mark of a file is of the year in the file's name, or else of the year that goes on from the marks
    /// before, or else of the layout's. Any other is of the year in which it is next to the mark before: after 31
    /// December comes 1 January of the next.
    pub(super) fn take(&mut self, mark: DateMark) -> bool {
        let (near, year) = match self.named {
            _ if self.last_in_file.is_some() => (self.last_in_file, None),
            Some(Named::Day(day)) => (Some(day), None),
            Some(Named::Year(year)) => (None, Some(year)),
            None => (self.last, self.year),
        };
        let day = match (near, year) {
            (Some(day), _) => mark.nearest(day),
            (None, Some(year)) => mark.in_year(year),
            (None, None) => return true,
        };
        self.in_force = day;
        self.last_in_file = day.or(self.last_in_file);
        self.last = day.or(self.last);
        day.is_some()
    }

    /// The day in force.
    pub(super) fn day(&self) -> Option<NaiveDate> {
        self.in_force
    }

    /// The day of six digits, the year last, in this order.
    pub(super) fn six_digits(text: &str, order: DateOrder) -> Option<NaiveDate> {
        let bytes = text.as_bytes();
        if bytes.len() != 6 {
            return None;
        }
        let (month, day) = order.month_and_day(number(&bytes[..2])?, number(&bytes[2..4])?);
        let year = 2000 + i32::try_from(number(&bytes[4..])?).ok()?;
        NaiveDate::from_ymd_opt(year, month, day)
    }
}

/// Two digits as a number.
fn number(digits: &[u8]) -> Option<u32> {
    match digits {
        [tens @ b'0'..=b'9', units @ b'0'..=b'9'] => {
            Some(u32::from(tens - b'0') * 10 + u32::from(units - b'0'))
        }
        _ => None,
    }
}

/// The day or the year in a file's name: `cdr-2026-05-04.log`, `cdr20260504.log`, `cdr_2026.log`.
fn named(file_name: &str) -> Option<Named> {
    let joined: String = file_name.chars().filter(|it| !matches!(it, '-' | '_' | '.')).collect();
    let day_in = |name: &str| {
        name.split(|it: char| !it.is_ascii_digit()).find_map(|run| {
            let day = NaiveDate::parse_from_str(run.get(..8)?, "%Y%m%d").ok()?;
            (2000..2100).contains(&day.year()).then_some(Named::Day(day))
        })
    };
    let year_in = |name: &str| {
        name.split(|it: char| !it.is_ascii_digit()).find_map(|run| {
            let is_year = run.len() == 4 && run.starts_with("20");
            is_year.then(|| run.parse().ok().map(Named::Year)).flatten()
        })
    };
    day_in(file_name).or_else(|| day_in(&joined)).or_else(|| year_in(file_name))
}
