//! The time axis: ticks at round readings of the civil clock and calendar, labels that say only what changes.

use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};

/// Round civil readings within `from..=to`: full minutes, hours, days, weeks (Mondays), months or years, as close
/// together as `at_most` of them allow.
///
/// A range with no round reading inside, or one that ends before it starts, has no ticks.
///
/// # Example
///
/// ```
/// use chrono::NaiveDate;
/// use ringback_report::time_ticks;
///
/// let from = NaiveDate::from_ymd_opt(2026, 5, 1).unwrap().and_hms_opt(0, 0, 0).unwrap();
/// let ticks = time_ticks(from, from + chrono::TimeDelta::days(31), 6);
/// let days: Vec<String> = ticks.iter().map(|it| it.format("%a %-d %b").to_string()).collect();
/// assert_eq!(days, ["Mon 4 May", "Mon 11 May", "Mon 18 May", "Mon 25 May", "Mon 1 Jun"]);
/// ```
pub fn time_ticks(from: NaiveDateTime, to: NaiveDateTime, at_most: usize) -> Vec<NaiveDateTime> {
    TimeTicks::new(from, to, |_| at_most).at
}

/// The distance between ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TimeStep {
    Minutes(u32),
    Hours(u32),
    Days(u32),
    Weeks(u32),
    Months(u32),
    Years(u32),
}

use TimeStep::{Days as D, Hours as H, Minutes as Min, Months as M, Weeks as W, Years as Y};

/// The steps a reader counts in, finest first.
const STEPS: [TimeStep; 25] = [
    Min(1),
    Min(5),
    Min(15),
    Min(30),
    H(1),
    H(2),
    H(3),
    H(6),
    H(12),
    D(1),
    D(2),
    W(1),
    W(2),
    M(1),
    M(2),
    M(3),
    M(6),
    Y(1),
    Y(2),
    Y(5),
    Y(10),
    Y(20),
    Y(50),
    Y(100),
    Y(1000),
];

impl TimeStep {
    /// About how long the step is.
    fn minutes(self) -> i64 {
        match self {
            Min(n) => n.into(),
            H(n) => i64::from(n) * 60,
            D(n) => i64::from(n) * 1_440,
            W(n) => i64::from(n) * 10_080,
            M(n) => i64::from(n) * 43_800,
            Y(n) => i64::from(n) * 525_960,
        }
    }

    /// The last tick at or before an instant.
    fn floor(self, at: NaiveDateTime) -> Option<NaiveDateTime> {
        let date = at.date();
        let day = match self {
            Min(n) => return clock(date, (at.hour() * 60 + at.minute()) / n * n),
            H(n) => return clock(date, at.hour() / n * n * 60),
            D(n) => back(date, date.num_days_from_ce(), n),
            // Day 1 of the common era was a Monday.
            W(n) => back(date, date.num_days_from_ce() - 1, n * 7),
            M(n) => date.with_day(1)?.with_month0(date.month0() / n * n),
            Y(n) => NaiveDate::from_ymd_opt(
                date.year() - date.year().rem_euclid(n.try_into().ok()?),
                1,
                1,
            ),
        };
        Some(day?.and_time(NaiveTime::MIN))
    }

    fn next(self, at: NaiveDateTime) -> Option<NaiveDateTime> {
        match self {
            Min(_) | H(_) => at.checked_add_signed(TimeDelta::minutes(self.minutes())),
            D(n) => at.checked_add_days(Days::new(n.into())),
            W(n) => at.checked_add_days(Days::new(u64::from(n) * 7)),
            M(n) => at.checked_add_months(Months::new(n)),
            Y(n) => at.checked_add_months(Months::new(n * 12)),
        }
    }

    /// What stands under each tick.
    pub(super) fn label(self, at: NaiveDateTime) -> String {
        let format = match self {
            Min(_) | H(_) => "%H:%M",
            D(_) => "%a %-d",
            W(_) => "%-d %b",
            M(_) => "%b",
            Y(_) => "%Y",
        };
        at.format(format).to_string()
    }

    /// What stands below that, where it changes.
    pub(super) fn context(self, at: NaiveDateTime) -> String {
        let format = match self {
            Min(_) | H(_) => "%a %-d %b %Y",
            D(_) => "%b %Y",
            W(_) | M(_) => "%Y",
            Y(_) => "",
        };
        at.format(format).to_string()
    }

    /// The room that a label of this step takes, in drawing units.
    pub(super) fn label_width(self) -> f64 {
        match self {
            M(_) => 34.0,
            Min(_) | H(_) | Y(_) => 44.0,
            D(_) | W(_) => 52.0,
        }
    }
}

fn clock(date: NaiveDate, minutes: u32) -> Option<NaiveDateTime> {
    date.and_hms_opt(minutes / 60, minutes % 60, 0)
}

/// The last date at or before this one whose number is a multiple of `n`.
fn back(date: NaiveDate, number: i32, n: u32) -> Option<NaiveDate> {
    let past = number.rem_euclid(n.try_into().ok()?);
    date.checked_sub_days(Days::new(past.try_into().ok()?))
}

/// Round civil readings, and the distance between them.
#[derive(Clone, Debug)]
pub(super) struct TimeTicks {
    /// In ascending order.
    pub(super) at: Vec<NaiveDateTime>,
    /// The distance.
    pub(super) step: TimeStep,
}

impl TimeTicks {
    /// Ticks of the finest step of which no more than `at_most` allows for that step fit.
    pub(super) fn new(
        from: NaiveDateTime,
        to: NaiveDateTime,
        at_most: impl Fn(TimeStep) -> usize,
    ) -> Self {
        let span = (to - from).num_minutes();
        let mut last = Self { at: Vec::new(), step: Y(1000) };
        for step in STEPS {
            // A step that is far too fine is not worth counting out.
            if span / step.minutes() > 1_000 {
                continue;
            }
            last = Self { at: within(from, to, step), step };
            if last.at.len() <= at_most(step) {
                break;
            }
        }
        last
    }
}

fn within(from: NaiveDateTime, to: NaiveDateTime, step: TimeStep) -> Vec<NaiveDateTime> {
    let mut at = Vec::new();
    let mut next = step.floor(from);
    while let Some(tick) = next
        && tick <= to
    {
        if tick >= from {
            at.push(tick);
        }
        next = step.next(tick);
    }
    at
}

/// An instant in a tooltip: the date, and the time of day unless every instant of the chart is a midnight.
pub(super) fn stamp(at: NaiveDateTime, dates_only: bool) -> String {
    let format = if dates_only { "%a %-d %b %Y" } else { "%a %-d %b %Y %H:%M" };
    at.format(format).to_string()
}
