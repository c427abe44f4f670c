//! What moves a day's total: weekday, time of the month and of the year, holidays and the days around them.

use std::f64::consts::TAU;

use chrono::{Datelike, NaiveDate};

use crate::volume::day_kinds::{DayGroup, DayKinds};

/// The prior standard deviation of a weekday's effect on the log total: weak, so that two weeks of data decide.
const WEEKDAY_SD: f64 = 1.0;

/// The prior standard deviation of a working-day holiday's effect around its guess: a holiday may be anything from
/// closed to half busy.
const HOLIDAY_SD: f64 = 1.0;

/// That of a holiday on a weekend, which changes less.
const WEEKEND_HOLIDAY_SD: f64 = 0.5;

/// That of the days around a holiday: a fifth more or less is ordinary.
const BESIDE_HOLIDAY_SD: f64 = 0.2;

/// That of the first harmonic of the year; the second has half.
const YEAR_SD: f64 = 0.1;

/// Waves a month: 1, 2 and 3 a month, so that a busy week at the month's edge can be told from a busy half.
const MONTH_WAVES: usize = 3;

/// Days of a month's edge, at its beginning and at its end.
const EDGE_DAYS: u32 = 3;

/// Waves a year.
const YEAR_WAVES: usize = 2;

/// A season of the year is learnt from histories longer than this many days; shorter ones cannot tell it from a trend.
const DAYS_FOR_YEAR: usize = 548;

/// How far ahead a holiday may lie, over a weekend, for the day before it to be its eve.
const EVE_REACH: u64 = 4;

/// What a column of the design stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Term {
    Level,
    Weekday(usize),
    MonthStart,
    MonthEnd,
    Month { waves: usize, is_sine: bool },
    Year { waves: usize, is_sine: bool },
    Holiday,
    WeekendHoliday,
    Bridge,
    AfterHoliday,
    Eve,
}

/// The columns that explain a day's log total, with their priors. The first is the level.
#[derive(Clone, Debug)]
pub(super) struct Design {
    terms: Vec<Term>,
}

/// How strong a prior holds the season of the month.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct MonthSd(pub(super) f64);

impl Design {
    /// The columns for a history of so many days.
    pub(super) fn new(n_days: usize) -> Self {
        let mut terms = vec![Term::Level];
        terms.extend((0..7).map(Term::Weekday));
        terms.extend([
            Term::Holiday,
            Term::WeekendHoliday,
            Term::Bridge,
            Term::AfterHoliday,
            Term::Eve,
            Term::MonthStart,
            Term::MonthEnd,
        ]);
        for waves in 1..=MONTH_WAVES {
            terms.extend([true, false].map(|is_sine| Term::Month { waves, is_sine }));
        }
        if n_days > DAYS_FOR_YEAR {
            for waves in 1..=YEAR_WAVES {
                terms.extend([true, false].map(|is_sine| Term::Year { waves, is_sine }));
            }
        }
        Self { terms }
    }

    /// The number of columns.
    pub(super) fn len(&self) -> usize {
        self.terms.len()
    }

    /// The prior mean and standard deviation of each column's effect; that of the level is left to the caller.
    pub(super) fn prior(&self, month: MonthSd, holiday_guess: f64) -> Vec<(f64, f64)> {
        let one = |term: &Term| match *term {
            Term::Level => (0.0, 1.0),
            Term::Weekday(_) => (0.0, WEEKDAY_SD),
            Term::MonthStart | Term::MonthEnd => (0.0, month.0),
            Term::Month { waves, .. } => (0.0, month.0 / waves as f64),
            Term::Year { waves, .. } => (0.0, YEAR_SD / waves as f64),
            Term::Holiday => (holiday_guess, HOLIDAY_SD),
            Term::WeekendHoliday => (0.0, WEEKEND_HOLIDAY_SD),
            Term::Bridge | Term::AfterHoliday | Term::Eve => (0.0, BESIDE_HOLIDAY_SD),
        };
        self.terms.iter().map(one).collect()
    }

    /// The columns of a day that are not zero, by number.
    pub(super) fn row(&self, date: NaiveDate, kind: DayClass) -> Vec<(usize, f64)> {
        let month = TAU * f64::from(date.day0()) / f64::from(date.num_days_in_month());
        let year = TAU * f64::from(date.ordinal0()) / 365.25;
        let weekday = date.weekday().num_days_from_monday() as usize;
        let wave = |phase: f64, waves: usize, is_sine: bool| {
            let angle = phase * waves as f64;
            if is_sine { angle.sin() } else { angle.cos() }
        };
        let value = |term: &Term| match *term {
            Term::Level => 1.0,
            Term::Weekday(day) => flag(day == weekday),
            Term::MonthStart => flag(date.day0() < EDGE_DAYS),
            Term::MonthEnd => flag(date.day0() + EDGE_DAYS >= u32::from(date.num_days_in_month())),
            Term::Month { waves, is_sine } => wave(month, waves, is_sine),
            Term::Year { waves, is_sine } => wave(year, waves, is_sine),
            Term::Holiday => flag(kind == DayClass::Holiday),
            Term::WeekendHoliday => flag(kind == DayClass::WeekendHoliday),
            Term::Bridge => flag(kind == DayClass::Bridge),
            Term::AfterHoliday => flag(kind == DayClass::AfterHoliday),
            Term::Eve => flag(kind == DayClass::Eve),
        };
        let values = self.terms.iter().map(value).enumerate();
        values.filter(|&(_, value)| value != 0.0).collect()
    }
}

fn flag(is_set: bool) -> f64 {
    f64::from(u8::from(is_set))
}

/// What a day is to the design.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum DayClass {
    Ordinary,
    Holiday,
    WeekendHoliday,
    Bridge,
    AfterHoliday,
    /// The last ordinary day before a holiday, weekends between them aside.
    Eve,
}

impl DayClass {
    /// Reads a day off a calendar; `weekend` says which weekdays the calendar calls so.
    pub(super) fn of(date: NaiveDate, calendar: &dyn DayKinds, weekend: [bool; 7]) -> Self {
        match calendar.group(date) {
            DayGroup::Holiday if weekend[date.weekday().num_days_from_monday() as usize] => {
                Self::WeekendHoliday
            }
            DayGroup::Holiday => Self::Holiday,
            DayGroup::Bridge => Self::Bridge,
            DayGroup::AfterHoliday => Self::AfterHoliday,
            DayGroup::Working if is_eve(date, calendar) => Self::Eve,
            DayGroup::Working | DayGroup::Weekend => Self::Ordinary,
        }
    }

    /// Whether a day's profile is its weekday's, so that it may teach that profile.
    pub(super) fn has_weekday_profile(self) -> bool {
        matches!(self, Self::Ordinary)
    }
}

fn is_eve(date: NaiveDate, calendar: &dyn DayKinds) -> bool {
    for ahead in 1..=EVE_REACH {
        let Some(next) = date.checked_add_days(chrono::Days::new(ahead)) else { return false };
        match calendar.group(next) {
            DayGroup::Holiday => return true,
            DayGroup::Weekend => {}
            DayGroup::Working | DayGroup::Bridge | DayGroup::AfterHoliday => return false,
        }
    }
    false
}
