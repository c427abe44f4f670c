//! Gaps: stretches in which the feed seems to have stopped.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::Zone;

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
pub(crate) fn feed_gaps(arrivals: &Arrivals, zone: Zone) -> Vec<FeedGap> {
    let (Some(first), Some(last)) = (arrivals.first(), arrivals.last()) else { return Vec::new() };
    if last - first < TimeDelta::weeks(4) {
        return Vec::new();
    }
    let week = MedianWeek::of(arrivals, zone);
    let mut gaps: Vec<FeedGap> = Vec::new();
    // Calls since the end of the last gap.
    let mut strays = 0;
    for pair in arrivals.0.windows(2) {
        // Within a quarter of an hour there is no stretch of an hour.
        let (from, to) = (pair[0].last, pair[1].first);
        strays += u64::from(pair[0].calls);
        if to - from < TimeDelta::hours(1) {
            continue;
        }
        let calls_expected = week.expected(from, to);
        if calls_expected < GAP_CALLS {
            continue;
        }
        match gaps.last_mut() {
            Some(gap) if strays <= FeedGap::STRAY_CALLS => {
                gap.calls_expected += week.expected(gap.to, to);
                gap.to = to;
                gap.stray_calls += strays;
            }
            _ => gaps.push(FeedGap { from, to, calls_expected, stray_calls: 0 }),
        }
        strays = 0;
    }
    gaps
}

/// Arrivals by the quarter of an hour: all that a search for gaps needs, and no more of it the more calls there are.
///
/// In order; calls come nearly so, and the last quarter is nearly always the one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Arrivals(Vec<Quarter>);

/// The arrivals of a quarter of an hour. It lies within one hour of the wall clock wherever that differs from UTC by
/// whole quarters, as in every zone since late 1979; of any other, all arrivals count for the hour of the first.
#[derive(Clone, Copy, Debug)]
struct Quarter {
    /// Quarters since 1970.
    number: i64,
    first: DateTime<Utc>,
    last: DateTime<Utc>,
    calls: u32,
}

impl Arrivals {
    pub(crate) fn add(&mut self, at: DateTime<Utc>) {
        let number = at.timestamp().div_euclid(900);
        let place = match self.0.last() {
            Some(last) if last.number == number => self.0.len() - 1,
            Some(last) if last.number < number => self.0.len(),
            _ => self.0.partition_point(|it| it.number < number),
        };
        match self.0.get_mut(place) {
            Some(quarter) if quarter.number == number => {
                quarter.first = quarter.first.min(at);
                quarter.last = quarter.last.max(at);
                quarter.calls += 1;
            }
            _ => self.0.insert(place, Quarter { number, first: at, last: at, calls: 1 }),
        }
    }

    pub(crate) fn first(&self) -> Option<DateTime<Utc>> {
        self.0.first().map(|it| it.first)
    }

    pub(crate) fn last(&self) -> Option<DateTime<Utc>> {
        self.0.last().map(|it| it.last)
    }
}

/// The median number of calls in each hour of the week, Monday 0:00 first.
struct MedianWeek {
    hours: [f64; HOURS],
    zone: Zone,
}

impl MedianWeek {
    fn of(arrivals: &Arrivals, zone: Zone) -> Self {
        let mut weeks: BTreeMap<i64, [u32; HOURS]> = BTreeMap::new();
        for quarter in &arrivals.0 {
            let (week, hour) = week_and_hour(local_secs(zone, quarter.first).div_euclid(3600));
            weeks.entry(week).or_insert([0; HOURS])[hour] += quarter.calls;
        }
        let mut hours = [0.0; HOURS];
        for (hour, median) in hours.iter_mut().enumerate() {
            let mut counts: Vec<u32> = weeks.values().map(|week| week[hour]).collect();
            counts.sort_unstable();
            let (low, high) = (counts[(counts.len() - 1) / 2], counts[counts.len() / 2]);
            *median = f64::midpoint(low.into(), high.into());
        }
        Self { hours, zone }
    }

    /// Calls to be expected between two instants.
    fn expected(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> f64 {
        let weeks = (to - from).num_weeks();
        let mut at = from + TimeDelta::weeks(weeks);
        let mut sum = weeks as f64 * self.hours.iter().sum::<f64>();
        while at < to {
            let local = local_secs(self.zone, at);
            let left = TimeDelta::seconds(3600 - local.rem_euclid(3600));
            let next = at.checked_add_signed(left).map_or(to, |it| it.min(to));
            let (_, hour) = week_and_hour(local.div_euclid(3600));
            sum += self.hours[hour] * (next - at).as_seconds_f64() / 3600.0;
            at = next;
        }
        sum
    }
}

/// The wall-clock reading at an instant, in seconds since the same reading of 1970: near the ends of what an instant can
/// be, the reading itself cannot be written.
fn local_secs(zone: Zone, at: DateTime<Utc>) -> i64 {
    at.timestamp() + i64::from(zone.offset(at.naive_utc()).local_minus_utc())
}

/// The week and the hour of the week, from Monday 0:00, of an hour counted from the first of 1970, a Thursday.
fn week_and_hour(local_hour: i64) -> (i64, usize) {
    let from_monday = local_hour + 3 * 24;
    let hour = usize::try_from(from_monday.rem_euclid(7 * 24)).unwrap_or(0);
    (from_monday.div_euclid(7 * 24), hour)
}
