//! How a holiday's date follows from the year.

use chrono::{Datelike, NaiveDate, TimeDelta, Weekday};

use super::computus::easter_sunday;
use super::hebrew::rosh_hashanah;

/// One holiday of one country, and the years in which it holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    pub(super) name: &'static str,
    when: When,
    first: i32,
    last: i32,
    except: &'static [i32],
    /// Holds in years that this divides.
    every: i32,
    shift: Shift,
    lapses_on: Option<Weekday>,
}

/// The day of a rule before any shift.
#[derive(Clone, Copy, Debug)]
pub(super) enum When {
    /// Month and day.
    On(u32, u32),
    /// The first such weekday on or after a month and day.
    From(Weekday, u32, u32),
    /// The last such weekday on or before a month and day.
    Until(Weekday, u32, u32),
    /// Days after Easter Sunday.
    Easter(i64),
    /// Days after Rosh Hashanah.
    RoshHashanah(i64),
}

/// What happens when the day falls badly: days to go, by the weekday it falls on.
#[derive(Clone, Copy, Debug)]
enum Shift {
    /// It stays.
    Stays,
    /// It moves.
    Moves(fn(Weekday) -> i64),
    /// It stays, and another day is given for it.
    Gives(fn(Weekday) -> i64),
}

/// A day that a rule yields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Yield {
    pub(super) date: NaiveDate,
    /// Whether it stands for the holiday on another day.
    pub(super) is_substitute: bool,
}

impl Rule {
    pub(super) const fn new(name: &'static str, when: When) -> Self {
        Self {
            name,
            when,
            first: i32::MIN,
            last: i32::MAX,
            except: &[],
            every: 1,
            shift: Shift::Stays,
            lapses_on: None,
        }
    }

    /// Holds from this year on.
    pub(super) const fn since(self, first: i32) -> Self {
        Self { first, ..self }
    }

    /// Holds up to and including this year.
    pub(super) const fn until(self, last: i32) -> Self {
        Self { last, ..self }
    }

    /// Holds in this year only.
    pub(super) const fn only(self, year: i32) -> Self {
        self.since(year).until(year)
    }

    /// Does not hold in these years.
    pub(super) const fn except(self, except: &'static [i32]) -> Self {
        Self { except, ..self }
    }

    /// Holds in the years that `years` divides only.
    pub(super) const fn every(self, years: i32) -> Self {
        Self { every: years, ..self }
    }

    /// Moves by so many days, by the weekday it falls on.
    pub(super) const fn moves(self, days: fn(Weekday) -> i64) -> Self {
        Self { shift: Shift::Moves(days), ..self }
    }

    /// Stays, and gives a day so many days away, by the weekday it falls on; 0 gives none.
    pub(super) const fn gives(self, days: fn(Weekday) -> i64) -> Self {
        Self { shift: Shift::Gives(days), ..self }
    }

    /// Is no holiday in years in which it falls on this weekday.
    pub(super) const fn lapses_on(self, weekday: Weekday) -> Self {
        Self { lapses_on: Some(weekday), ..self }
    }

    /// The days of the holiday of a year: the holiday, and the day given for it. A day given for New Year's Day may
    /// fall in the year before.
    pub(super) fn days(&self, year: i32) -> impl Iterator<Item = Yield> + use<> {
        let date = if self.holds_in(year) { self.when.date(year) } else { None };
        let date = date.filter(|it| self.lapses_on != Some(it.weekday()));
        let [kept, given] = match (date, self.shift) {
            (None, _) => [None, None],
            (Some(date), Shift::Stays) => [Some(date), None],
            (Some(date), Shift::Moves(days)) => [days_later(date, days(date.weekday())), None],
            (Some(date), Shift::Gives(days)) => match days(date.weekday()) {
                0 => [Some(date), None],
                days => [Some(date), days_later(date, days)],
            },
        };
        let kept = kept.map(|date| Yield { date, is_substitute: false });
        let given = given.map(|date| Yield { date, is_substitute: true });
        kept.into_iter().chain(given)
    }

    fn holds_in(&self, year: i32) -> bool {
        (self.first..=self.last).contains(&year)
            && year % self.every == 0
            && !self.except.contains(&year)
    }
}

impl When {
    fn date(self, year: i32) -> Option<NaiveDate> {
        match self {
            Self::On(month, day) => NaiveDate::from_ymd_opt(year, month, day),
            Self::From(weekday, month, day) => {
                let date = NaiveDate::from_ymd_opt(year, month, day)?;
                days_later(date, days_between(date.weekday(), weekday))
            }
            Self::Until(weekday, month, day) => {
                let date = NaiveDate::from_ymd_opt(year, month, day)?;
                days_later(date, -days_between(weekday, date.weekday()))
            }
            Self::Easter(days) => days_later(easter_sunday(year)?, days),
            Self::RoshHashanah(days) => days_later(rosh_hashanah(year)?, days),
        }
    }
}

/// Days from a weekday to the next such weekday, 0 to 6.
fn days_between(from: Weekday, to: Weekday) -> i64 {
    to.days_since(from).into()
}

fn days_later(date: NaiveDate, days: i64) -> Option<NaiveDate> {
    date.checked_add_signed(TimeDelta::days(days))
}
