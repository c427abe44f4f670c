//! Working time: how much of a stretch of time falls into the hours that someone works.

mod calendars;
mod hours;

pub use calendars::WorkingCalendars;
pub use hours::{InvalidShift, Shift, WorkingHours};

/// Microseconds of a day of 24 hours.
const DAY_MICROS: i64 = 86_400_000_000;

/// A stretch in which someone works.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stretch {
    start: i64,
    end: i64,
    /// The working time of all stretches before it.
    before: i64,
}

/// The working time up to an instant, as a function that is looked up.
///
/// `F(t)` is the working time from a fixed origin until `t`; the working time from `a` to `b` is `F(b) − F(a)`. So it
/// is exact to the microsecond, adds up over neighboring stretches, and takes the same few steps however far `a` and
/// `b` lie apart: a place in a table of days, then the stretches of that day. Outside the span that it was compiled
/// for the answer is as exact, and takes time with the distance to the span.
///
/// # Example
///
/// ```
/// use chrono::Weekday::{Fri, Mon, Thu, Tue, Wed};
/// use ringback_mining::{Shift, WorkingHours};
///
/// let mut hours = WorkingHours::new("Europe/Berlin".parse()?);
/// for day in [Mon, Tue, Wed, Thu, Fri] {
///     hours = hours.shift(day, "09:00-17:00".parse::<Shift>()?);
/// }
/// let at = |text: &str| text.parse::<chrono::DateTime<chrono::Utc>>().map(|it| it.timestamp_micros());
/// let (friday, monday) = (at("2024-03-01T15:00:00Z")?, at("2024-03-04T09:00:00Z")?);
/// let time = hours.compiled(friday, monday);
/// assert_eq!(time.between_micros(friday, monday), 2 * 3_600_000_000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct WorkingTime {
    hours: WorkingHours,
    is_around_the_clock: bool,
    /// The first day of the table, in days since 1970, UTC.
    first_day: i64,
    /// For each day the first stretch that ends after the day's start.
    days: Vec<u32>,
    /// In order, apart from each other, and one more that never comes.
    stretches: Vec<Stretch>,
}

impl WorkingTime {
    /// Of someone who works all the time: working time is elapsed time.
    pub fn around_the_clock() -> Self {
        WorkingHours::around_the_clock().compiled(0, 0)
    }

    /// The hours that it was made of.
    pub fn hours(&self) -> &WorkingHours {
        &self.hours
    }

    /// The working time from one instant to another; negative if the other is earlier. Unit of instants: microseconds
    /// since 1970, UTC; of the answer: microseconds.
    #[inline]
    pub fn between_micros(&self, from_micros: i64, to_micros: i64) -> i64 {
        if self.is_around_the_clock {
            return to_micros.saturating_sub(from_micros);
        }
        self.until(to_micros) - self.until(from_micros)
    }

    /// The working time from one instant to another. Unit: seconds.
    pub fn between_secs(&self, from_micros: i64, to_micros: i64) -> f64 {
        self.between_micros(from_micros, to_micros) as f64 / 1e6
    }

    /// Whether someone works at an instant. The start of a shift is part of it, its end is not.
    pub fn is_working(&self, at_micros: i64) -> bool {
        self.between_micros(at_micros, at_micros.saturating_add(1)) > 0
    }

    /// The first instant at which this much working time has passed: when a promise of so many working hours is due.
    /// Unit: microseconds. `None` if that is after the year 2199, or if the working time is negative.
    pub fn after_micros(&self, from_micros: i64, working_micros: i64) -> Option<i64> {
        if working_micros < 0 {
            return None;
        }
        if self.is_around_the_clock {
            return from_micros.checked_add(working_micros).filter(|it| *it < hours::LAST_MICROS);
        }
        let is_due = |at: i64| self.between_micros(from_micros, at) >= working_micros;
        let mut step = working_micros.max(1);
        let (mut early, mut late) = (from_micros, from_micros);
        while !is_due(late) {
            if late >= hours::LAST_MICROS {
                return None;
            }
            early = late;
            late = late.saturating_add(step).min(hours::LAST_MICROS);
            step = step.saturating_mul(2);
        }
        while late - early > 1 {
            let middle = early + (late - early) / 2;
            if is_due(middle) { late = middle } else { early = middle }
        }
        Some(if is_due(early) { early } else { late })
    }

    pub(super) fn new(hours: WorkingHours, from_micros: i64, to_micros: i64) -> Self {
        let known = |it: i64| it.clamp(hours::FIRST_MICROS, hours::LAST_MICROS - 1);
        let (from, to) = (known(from_micros.min(to_micros)), known(from_micros.max(to_micros)));
        let (first_day, end_day) = (from.div_euclid(DAY_MICROS), to.div_euclid(DAY_MICROS) + 1);
        let mut before = 0;
        let mut stretches: Vec<Stretch> = Vec::new();
        let is_around_the_clock = hours.is_around_the_clock();
        if !is_around_the_clock {
            for (start, end) in hours.stretches(first_day * DAY_MICROS, end_day * DAY_MICROS) {
                stretches.push(Stretch { start, end, before });
                before += end - start;
            }
        }
        stretches.push(Stretch { start: i64::MAX, end: i64::MAX, before });
        let mut next = 0;
        let mut days = Vec::new();
        for day in first_day..end_day {
            while stretches.get(next).is_some_and(|it| it.end <= day * DAY_MICROS) {
                next += 1;
            }
            // At most a few stretches for each of the 110,000 days that are known.
            days.push(u32::try_from(next).unwrap_or(u32::MAX));
        }
        Self { hours, is_around_the_clock, first_day, days, stretches }
    }

    /// The working time from the start of the table until an instant; negative before.
    #[inline]
    fn until(&self, at: i64) -> i64 {
        let day = at.div_euclid(DAY_MICROS) - self.first_day;
        let first = usize::try_from(day).ok().and_then(|it| self.days.get(it));
        let Some(first) = first else { return self.until_outside(at) };
        let from = self.stretches.get(*first as usize..).unwrap_or_default();
        for stretch in from {
            if at < stretch.end {
                return stretch.before + at.saturating_sub(stretch.start).max(0);
            }
        }
        self.total()
    }

    fn total(&self) -> i64 {
        self.stretches.last().map_or(0, |it| it.before)
    }

    #[cold]
    fn until_outside(&self, at: i64) -> i64 {
        let worked = |from: i64, to: i64| -> i64 {
            self.hours.stretches(from, to).iter().map(|(start, end)| end - start).sum()
        };
        let start = self.first_day * DAY_MICROS;
        let length = i64::try_from(self.days.len()).unwrap_or(i64::MAX);
        let end = start + length.saturating_mul(DAY_MICROS);
        if at < start { -worked(at, start) } else { self.total() + worked(end, at) }
    }
}
