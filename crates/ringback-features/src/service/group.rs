//! Service measures by civil week, load by weekday and hour, waits by hour of the day.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, TimeDelta, Timelike, Weekday};
use ringback_calllog::{Call, Observed};
use serde::Serialize;

use super::{NotObservable, ServiceMeasures, ServiceSummary};
use crate::offered::{Fate, answer_wait, came_at, micros, secs};
use crate::{IntervalLength, IntervalRow, IntervalTable};

/// What service the calls of a civil week had.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct WeekSummary {
    /// The first day of the week.
    pub starts_on: NaiveDate,
    /// The measures of the calls that came in the week. Agents' work counts to the week in which its call came.
    pub service: ServiceSummary,
}

/// The measures of each civil week, oldest first, by when calls came to their queue or else to the center.
///
/// A week without any call is left out: whether nobody called or the feed was down, these calls cannot say. The first
/// and the last week may be cut short by the log. Occupancy is always inferred, since a staffed time holds for all
/// weeks together.
pub fn service_by_week<'a>(
    calls: impl IntoIterator<Item = &'a Call>,
    observed: &Observed,
    measures: ServiceMeasures,
    week_starts_on: Weekday,
) -> Vec<WeekSummary> {
    let measures = ServiceMeasures { staffed: None, ..measures };
    let mut weeks: BTreeMap<NaiveDate, Vec<&Call>> = BTreeMap::new();
    for call in calls {
        let date = observed.zone.date(came_at(call));
        weeks.entry(date.week(week_starts_on).first_day()).or_default().push(call);
    }
    let summary = |(starts_on, calls): (NaiveDate, Vec<&Call>)| WeekSummary {
        starts_on,
        service: measures.summary(calls, observed),
    };
    weeks.into_iter().map(summary).collect()
}

/// The load of each hour of the week. Shape of both: 7 weekdays, Monday first, by 24 hours from local midnight.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct HourOfWeekLoad {
    /// Calls offered per hour, on average over the hours observed; `None` for an hour that was never observed.
    pub calls_offered_mean: [[Option<f64>; 24]; 7],
    /// How many such hours were observed from their beginning to their end.
    pub hours_observed: [[u32; 24]; 7],
}

/// An interval is too long to tell hours apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("intervals of {0} do not divide an hour, expected 1m to 1h such as 15m")]
pub struct HourOfWeekError(IntervalLength);

/// The mean number of calls offered in each hour of the week: offered calls ÷ such hours observed. An hour of which
/// any interval is missing, or lies after the end of the table, is in neither; hours without calls and closed ones
/// are in the denominator. The hour that autumn repeats counts as two.
///
/// # Errors
///
/// [`HourOfWeekError`] unless the table's interval divides an hour.
pub fn load_by_hour_of_week(table: &IntervalTable) -> Result<HourOfWeekLoad, HourOfWeekError> {
    let minutes = table.interval.minutes();
    if !60_u32.is_multiple_of(minutes) {
        return Err(HourOfWeekError(table.interval));
    }
    let slots_an_hour = 60 / minutes;
    let mut hours: BTreeMap<(NaiveDate, usize), HourCounts> = BTreeMap::new();
    for (civil, row) in table.civil().zip(&table.rows) {
        let hour = civil.slot / slots_an_hour as usize;
        hours.entry((civil.date, hour)).or_default().add(row.as_ref());
    }
    let mut calls = [[0_u64; 24]; 7];
    let mut hours_observed = [[0_u32; 24]; 7];
    for ((date, hour), counts) in hours {
        if counts.is_whole(slots_an_hour) {
            let weekday = date.weekday().num_days_from_monday() as usize;
            calls[weekday][hour] += counts.calls;
            hours_observed[weekday][hour] += counts.slots / slots_an_hour;
        }
    }
    let mut calls_offered_mean = [[None; 24]; 7];
    for weekday in 0..7 {
        for hour in 0..24 {
            let hours = hours_observed[weekday][hour];
            calls_offered_mean[weekday][hour] =
                (hours > 0).then(|| calls[weekday][hour] as f64 / f64::from(hours));
        }
    }
    Ok(HourOfWeekLoad { calls_offered_mean, hours_observed })
}

/// The intervals of one hour of one date.
#[derive(Default)]
struct HourCounts {
    calls: u64,
    slots: u32,
    has_missing: bool,
}

impl HourCounts {
    fn add(&mut self, row: Option<&IntervalRow>) {
        self.slots += 1;
        self.has_missing |= row.is_none();
        self.calls += row.map_or(0, |row| u64::from(row.calls_offered));
    }

    fn is_whole(&self, slots_an_hour: u32) -> bool {
        !self.has_missing && self.slots.is_multiple_of(slots_an_hour)
    }
}

/// The waits of the answered calls that came in one hour of the day. Unit of the waits: seconds; they are `None` where
/// there is no such call.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct HourWaits {
    /// The hour after local midnight, `0..24`.
    pub hour: u32,
    /// Answered calls whose wait is known; those answered without queueing waited 0 s.
    pub calls: u64,
    /// The mean wait.
    pub wait_secs_mean: Option<f64>,
    /// The median wait.
    pub wait_secs_p50: Option<f64>,
    /// The wait that nine of ten calls did not exceed.
    pub wait_secs_p90: Option<f64>,
}

/// The waits of answered calls by the local hour in which they came to their queue, or else to the center: 24 rows.
///
/// The quantile of a share `p` of `n` waits lies at `p (n − 1)` in their order, counted from 0, and between two of them
/// on the straight line.
///
/// # Errors
///
/// [`NotObservable::Waits`] where the source does not write waits.
///
/// # Source
///
/// Definition 7 of R. J. Hyndman and Y. Fan, "Sample Quantiles in Statistical Packages", The American Statistician
/// 50 (1996), 361–365.
pub fn waits_by_hour<'a>(
    calls: impl IntoIterator<Item = &'a Call>,
    observed: &Observed,
) -> Result<Vec<HourWaits>, NotObservable> {
    if !observed.waits {
        return Err(NotObservable::Waits);
    }
    let mut hours: Vec<Vec<TimeDelta>> = vec![Vec::new(); 24];
    for call in calls.into_iter().filter(|call| Fate::of(call) == Some(Fate::Answered)) {
        let hour = observed.zone.local(came_at(call)).hour() as usize;
        if let (Some(waits), Some(wait)) = (hours.get_mut(hour), answer_wait(call)) {
            waits.push(wait);
        }
    }
    Ok((0..).zip(hours).map(|(hour, waits)| hour_waits(hour, waits)).collect())
}

fn hour_waits(hour: u32, mut waits: Vec<TimeDelta>) -> HourWaits {
    waits.sort_unstable();
    let sum: i128 = waits.iter().copied().map(micros).sum();
    HourWaits {
        hour,
        calls: waits.len() as u64,
        wait_secs_mean: (!waits.is_empty()).then(|| secs(sum) / waits.len() as f64),
        wait_secs_p50: quantile_secs(&waits, 50),
        wait_secs_p90: quantile_secs(&waits, 90),
    }
}

/// The quantile of a share in percent; the waits are in order.
fn quantile_secs(sorted: &[TimeDelta], percent: usize) -> Option<f64> {
    // In hundredths of a place, so that no place is lost to rounding.
    let place = sorted.len().checked_sub(1)? * percent;
    let below = secs(micros(*sorted.get(place / 100)?));
    let above = sorted.get(place / 100 + 1).map_or(below, |&wait| secs(micros(wait)));
    Some(below + (above - below) * ((place % 100) as f64 / 100.0))
}
