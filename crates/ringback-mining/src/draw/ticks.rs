//! Round instants along an axis of time, in UTC.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, TimeDelta};

/// A round instant and its label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tick {
    pub(super) at_micros: i64,
    pub(super) label: String,
}

/// From one tick to the next.
#[derive(Clone, Copy)]
enum Step {
    Minutes(i64),
    Days(u64),
    Months(u32),
}

const STEPS: [Step; 20] = [
    Step::Minutes(1),
    Step::Minutes(5),
    Step::Minutes(15),
    Step::Minutes(60),
    Step::Minutes(180),
    Step::Minutes(360),
    Step::Minutes(720),
    Step::Days(1),
    Step::Days(2),
    Step::Days(7),
    Step::Days(14),
    Step::Months(1),
    Step::Months(2),
    Step::Months(3),
    Step::Months(6),
    Step::Months(12),
    Step::Months(24),
    Step::Months(60),
    Step::Months(120),
    Step::Months(1200),
];

/// At most so many round instants between two, as close together as that allows.
pub(super) fn ticks(first: i64, last: i64, most: usize) -> Vec<Tick> {
    let civil = |it: i64| DateTime::from_timestamp_micros(it).map(|it| it.naive_utc());
    let (Some(first), Some(last)) = (civil(first), civil(last)) else { return Vec::new() };
    STEPS.iter().find_map(|step| step.ticks(first, last, most)).unwrap_or_default()
}

impl Step {
    /// The ticks of this step, unless there are too many.
    fn ticks(self, first: NaiveDateTime, last: NaiveDateTime, most: usize) -> Option<Vec<Tick>> {
        let mut ticks = Vec::new();
        let mut at = self.at_or_before(first)?;
        while at <= last {
            if at >= first {
                if ticks.len() == most {
                    return None;
                }
                let label = at.format(self.pattern()).to_string();
                ticks.push(Tick { at_micros: at.and_utc().timestamp_micros(), label });
            }
            at = self.after(at)?;
        }
        Some(ticks)
    }

    fn at_or_before(self, at: NaiveDateTime) -> Option<NaiveDateTime> {
        let midnight = at.date().and_time(chrono::NaiveTime::MIN);
        match self {
            Self::Minutes(minutes) => {
                let since = (at - midnight).num_minutes();
                midnight.checked_add_signed(TimeDelta::minutes(since - since % minutes))
            }
            Self::Days(days) => {
                // Weeks begin on Mondays: the first day of the first year was one.
                let since = u64::try_from(at.date().num_days_from_ce() - 1).ok()?;
                midnight.checked_sub_days(Days::new(since % days))
            }
            Self::Months(months) => {
                let since = u32::try_from(at.year()).ok()? * 12 + at.month0();
                let start = since - since % months;
                let year = i32::try_from(start / 12).ok()?;
                NaiveDate::from_ymd_opt(year, start % 12 + 1, 1)?.and_hms_opt(0, 0, 0)
            }
        }
    }

    fn after(self, at: NaiveDateTime) -> Option<NaiveDateTime> {
        match self {
            Self::Minutes(minutes) => at.checked_add_signed(TimeDelta::minutes(minutes)),
            Self::Days(days) => at.checked_add_days(Days::new(days)),
            Self::Months(months) => at.checked_add_months(Months::new(months)),
        }
    }

    fn pattern(self) -> &'static str {
        match self {
            Self::Minutes(_) => "%m-%d %H:%M",
            Self::Days(_) => "%Y-%m-%d",
            Self::Months(12..) => "%Y",
            Self::Months(_) => "%Y-%m",
        }
    }
}
