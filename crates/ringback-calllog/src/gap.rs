//! Gaps: stretches in which the feed seems to have stopped.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::{Call, Zone};

/// A stretch with hardly a call where the same hours of other weeks have many.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeedGap {
    /// The last arrival before it.
    pub from: DateTime<Utc>,
    /// The first arrival after it.
    pub to: DateTime<Utc>,
    /// Calls that the same hours of the median week have.
    pub calls_expected: f64,
    /// Stray calls within it: at most [`FeedGap::STRAY_CALLS`] between two stretches without any.
    pub stray_calls: u64,
}

impl FeedGap {
    /// Calls between two stretches without any that do not make two gaps of them.
    pub const STRAY_CALLS: u64 = 5;
}

/// Hours of a week.
const HOURS: usize = 7 * 24;

/// Calls that must be expected in a stretch without any before it is called a gap: a Poisson count with that
/// mean is 0 about twice in a thousand million times.
const GAP_CALLS: f64 = 20.0;

/// Stretches of an hour or more without a call in which at least [`GAP_CALLS`] calls were to be expected, by the
/// median of the same hour of the week over all weeks that have calls; those that only a few stray calls part are
/// one. Nothing is said of logs shorter than four weeks.
pub(crate) fn feed_gaps(calls: &[Call], zone: Zone) -> Vec<FeedGap> {
    let (Some(first), Some(last)) = (calls.first(), calls.last()) else { return Vec::new() };
    if last.arrived_at - first.arrived_at < TimeDelta::weeks(4) {
        return Vec::new();
    }
    let week = MedianWeek::of(calls, zone);
    let mut gaps: Vec<FeedGap> = Vec::new();
    // The call that ended the last gap.
    let mut last_end = 0;
    for (at, pair) in calls.windows(2).enumerate() {
        let (from, to) = (pair[0].arrived_at, pair[1].arrived_at);
        if to - from < TimeDelta::hours(1) {
            continue;
        }
        let calls_expected = week.expected(from, to);
        if calls_expected < GAP_CALLS {
            continue;
        }
        let strays = (at - last_end + 1) as u64;
        match gaps.last_mut() {
            Some(gap) if strays <= FeedGap::STRAY_CALLS => {
                gap.calls_expected += week.expected(gap.to, to);
                gap.to = to;
                gap.stray_calls += strays;
            }
            _ => gaps.push(FeedGap { from, to, calls_expected, stray_calls: 0 }),
        }
        last_end = at + 1;
    }
    gaps
}

/// The median number of calls in each hour of the week, Monday 0:00 first.
struct MedianWeek {
    hours: [f64; HOURS],
    zone: Zone,
}

impl MedianWeek {
    fn of(calls: &[Call], zone: Zone) -> Self {
        let mut weeks: BTreeMap<i64, [u32; HOURS]> = BTreeMap::new();
        let mut days = Days { zone, last: None };
        // Calls come in the order of their arrival: most are of the same hour as the one before.
        let mut same_hour: Option<(i64, u32)> = None;
        for call in calls {
            let hour = days.local_hour(call.arrived_at);
            match &mut same_hour {
                Some((last, count)) if *last == hour => *count += 1,
                _ => add(&mut weeks, same_hour.replace((hour, 1))),
            }
        }
        add(&mut weeks, same_hour);
        let mut hours = [0.0; HOURS];
        for (hour, median) in hours.iter_mut().enumerate() {
            let mut counts: Vec<u32> = weeks.values().map(|week| week[hour]).collect();
            counts.sort_unstable();
            let (low, high) = (counts[(counts.len() - 1) / 2], counts[counts.len() / 2]);
            *median = f64::from(low + high) / 2.0;
        }
        Self { hours, zone }
    }

    /// Calls to be expected between two instants.
    fn expected(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> f64 {
        let weeks = (to - from).num_weeks();
        let mut at = from + TimeDelta::weeks(weeks);
        let mut sum = weeks as f64 * self.hours.iter().sum::<f64>();
        while at < to {
            let local = self.zone.local(at).and_utc().timestamp();
            let next = (at + TimeDelta::seconds(3600 - local.rem_euclid(3600))).min(to);
            let (_, hour) = week_and_hour(local.div_euclid(3600));
            sum += self.hours[hour] * (next - at).as_seconds_f64() / 3600.0;
            at = next;
        }
        sum
    }
}

fn add(weeks: &mut BTreeMap<i64, [u32; HOURS]>, counted: Option<(i64, u32)>) {
    if let Some((local_hour, count)) = counted {
        let (week, hour) = week_and_hour(local_hour);
        weeks.entry(week).or_insert([0; HOURS])[hour] += count;
    }
}

/// The week and the hour of the week, from Monday 0:00, of an hour counted from the first of 1970, a Thursday.
fn week_and_hour(local_hour: i64) -> (i64, usize) {
    let from_monday = local_hour + 3 * 24;
    let hour = usize::try_from(from_monday.rem_euclid(7 * 24)).unwrap_or(0);
    (from_monday.div_euclid(7 * 24), hour)
}

/// Wall-clock hours of instants; looks the zone up once a day, except on days when its offset changes.
struct Days {
    zone: Zone,
    /// A day in universal time without a change, and its offset in seconds.
    last: Option<(NaiveDate, i64)>,
}

impl Days {
    /// The hour on the wall clock, counted from the first of 1970.
    fn local_hour(&mut self, at: DateTime<Utc>) -> i64 {
        let day = at.date_naive();
        let offset = match self.last {
            Some((last, offset)) if last == day => offset,
            _ => {
                let offset = |at| i64::from(self.zone.offset(at).local_minus_utc());
                let midnight = day.and_time(NaiveTime::MIN);
                let before = offset(midnight);
                let after = midnight.checked_add_signed(TimeDelta::days(1)).map(offset);
                self.last = (after == Some(before)).then_some((day, before));
                if self.last.is_some() { before } else { offset(at.naive_utc()) }
            }
        };
        (at.timestamp() + offset).div_euclid(3600)
    }
}
