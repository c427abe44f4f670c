//! Several queues at once: each has its own level, and borrows the shape of week and day from the others as far as its
//! own calls do not show it.

mod shares;
mod week;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use ringback_calllog::Zone;
use ringback_features::{IntervalLength, Series};
use serde::Serialize;

use crate::error::Error;
use crate::score::Level;
use crate::volume::{
    DayGroup, DayKinds, FittedVolume, PredictionInterval, VolumeForecast, VolumeModel, WeekendOnly,
    check_horizon,
};

use self::shares::Shares;
use self::week::{Day, days};

/// Days with data that a queue needs to have a level.
const NEEDED_DAYS: usize = 7;

/// Profiles are learnt from so many last days.
const PROFILE_DAYS: i64 = 84;

/// How fast a day's weight in the level falls with its age, in days. Half after ten days.
const LEVEL_DAYS: f64 = 14.0;

/// A day's ratio counts as no more than so much, or one over it, in the level.
const RATIO_LIMIT: f64 = 2.0;

/// The ratio of special days to their weekday is drawn to 1 as if this many days had shown 1.
const PRIOR_DAYS: f64 = 2.0;

/// Buckets of expected volume in which errors are alike, and the errors that one needs.
const BUCKETS: usize = 8;
const ENOUGH: usize = 200;

/// Errors are measured on so many last days, by a level so many days old: the middle of a week ahead.
const ERROR_DAYS: usize = 56;
const LEAD_DAYS: u64 = 3;

/// Forecasts several queues with shared profiles, and a new queue with a week or more of data.
///
/// A queue's volume is its level × the share of the week that its weekday has × the share of the day that the slot has.
/// The level is its own: recent days over what their weekdays say, half the weight after ten days. Both shares are
/// drawn from its own to the pool's: a queue with `n` calls (over their dispersion) keeps `n / (n + κ)` of its own,
/// where `κ` says how alike the queues are, measured on them. The pool is the mean of the queues' shares by the same
/// weights, without the queue itself. Days that the calendar calls special are left out of shares and levels; their mean ratio to an
/// ordinary day is shared by all queues.
///
/// Prediction intervals come from the errors that queues made on past days with the level of the day before, on the
/// scale of the root of the volume, by volume.
///
/// # When not to use
///
/// For a queue with months of data of its own; and where queues have nothing in common (then `κ` is small, and little
/// is borrowed). A new queue's own trend is not seen.
///
/// # Source
///
/// Shrinkage of shares: a Dirichlet prior whose concentration is estimated by moments, after Good, *The Estimation of
/// Probabilities* (1965). The levels and intervals are this crate's own.
///
/// # Example
///
/// ```
/// use ringback_features::{IntervalLength, Series};
/// use ringback_forecast::{FittedVolume, Pooled};
///
/// let calls = |scale: f64, hour: u32| if (8..18).contains(&hour) { scale * f64::from(hour) } else { 0.0 };
/// let hours = |scale, days: u32| {
///     (0..days).flat_map(move |_| (0..24).map(move |hour| Some(calls(scale, hour)))).collect()
/// };
/// let old = Series::new("2026-01-05T00:00:00Z".parse()?, IntervalLength::HOUR, hours(3.0, 84))?;
/// let new = Series::new("2026-03-23T00:00:00Z".parse()?, IntervalLength::HOUR, hours(0.5, 7))?;
/// let fitted = Pooled::new("UTC".parse()?).fit_all(&[old, new])?;
/// let monday = fitted.queue(1).unwrap().forecast(24, &[])?;
/// assert!((monday.mean[10] - 5.0).abs() < 1e-6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Pooled {
    zone: Zone,
    calendar: Arc<dyn DayKinds>,
}

impl Pooled {
    /// A model that knows no holidays and whose weekend is Saturday and Sunday, on the wall clock of `zone`.
    pub fn new(zone: Zone) -> Self {
        Self { zone, calendar: Arc::new(WeekendOnly::default()) }
    }

    /// Takes special days from a calendar. The default knows none.
    #[must_use]
    pub fn calendar(self, calendar: Arc<dyn DayKinds>) -> Self {
        Self { calendar, ..self }
    }

    /// Learns from one history a queue; they may begin and end at different times.
    ///
    /// # Errors
    ///
    /// [`Error::Zero`] for no history; [`Error::MixedIntervals`] where their intervals differ; [`Error::TooFewDays`] for one with
    /// fewer than seven ordinary days with data; [`Error::NegativeVolume`].
    pub fn fit_all(&self, histories: &[Series]) -> Result<FittedPooled, Error> {
        let Some(first) = histories.first() else { return Err(Error::Zero { what: "histories" }) };
        let interval = first.interval();
        let mut tables = Vec::new();
        for series in histories {
            if series.interval() != interval {
                return Err(Error::MixedIntervals { first: interval, other: series.interval() });
            }
            let days = days(series, self.zone, &*self.calendar)?;
            let ordinary = days.iter().filter(|day| day.is_ordinary()).count();
            if ordinary < NEEDED_DAYS {
                return Err(Error::TooFewDays { got: ordinary, needed: NEEDED_DAYS });
            }
            tables.push(days);
        }
        let shares = shares::learn(&tables, interval.slots_a_day());
        let special = special_ratios(&tables, &shares);
        let queues = histories.iter().zip(&tables).zip(shares).map(|((series, days), shares)| {
            let level = level_before(days, &shares, NaiveDate::MAX).unwrap_or(0.0);
            (series.end(), shares, level)
        });
        let queues: Vec<(DateTime<Utc>, Shares, f64)> = queues.collect();
        let errors = Errors::new(&tables, &queues);
        let zone = self.zone;
        let calendar = Arc::clone(&self.calendar);
        Ok(FittedPooled { zone, calendar, interval, queues, special, errors: Arc::new(errors) })
    }
}

impl VolumeModel for Pooled {
    fn name(&self) -> String {
        "pooled profile".to_owned()
    }

    fn fit(&self, history: &Series) -> Result<Box<dyn FittedVolume>, Error> {
        let fitted = self.fit_all(std::slice::from_ref(history))?;
        fitted.queue(0).map(|queue| Box::new(queue) as _).ok_or(Error::Zero { what: "histories" })
    }
}

/// [`Pooled`] with histories.
#[derive(Clone, Debug)]
pub struct FittedPooled {
    zone: Zone,
    calendar: Arc<dyn DayKinds>,
    interval: IntervalLength,
    /// The end of its history, its shares and its level, by queue.
    queues: Vec<(DateTime<Utc>, Shares, f64)>,
    /// The ratio of special days to ordinary ones.
    special: BTreeMap<DayGroup, f64>,
    errors: Arc<Errors>,
}

/// What a queue has of its own.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PooledShare {
    /// Calls a day, at the end of its history.
    pub calls_a_day: f64,
    /// How much of the queue's share of each weekday is its own, `0..=1`.
    pub own_weekdays: f64,
    /// How much of the queue's profile within a day is its own, `0..=1`.
    pub own_profile: f64,
}

impl FittedPooled {
    /// The queue of the history with this index.
    pub fn queue(&self, index: usize) -> Option<FittedPooledQueue> {
        let (end, shares, level) = self.queues.get(index)?.clone();
        Some(FittedPooledQueue { pooled: self.clone(), end, shares, level })
    }

    /// What each queue has of its own.
    pub fn shares(&self) -> Vec<PooledShare> {
        let of = |(_, shares, level): &(DateTime<Utc>, Shares, f64)| PooledShare {
            calls_a_day: *level,
            own_weekdays: shares.own_weekdays,
            own_profile: shares.own_profile,
        };
        self.queues.iter().map(of).collect()
    }
}

/// One queue of a [`FittedPooled`].
#[derive(Clone, Debug)]
pub struct FittedPooledQueue {
    pooled: FittedPooled,
    end: DateTime<Utc>,
    shares: Shares,
    level: f64,
}

impl FittedVolume for FittedPooledQueue {
    fn forecast(&self, horizon: usize, levels: &[Level]) -> Result<VolumeForecast, Error> {
        check_horizon(horizon)?;
        let mut forecast = VolumeForecast {
            start: self.end,
            interval: self.pooled.interval,
            mean: vec![0.0; horizon],
            median: Vec::with_capacity(horizon),
            intervals: Vec::new(),
        };
        for index in 0..horizon {
            let place = self.pooled.interval.civil_slot(forecast.at(index), self.pooled.zone);
            let group = self.pooled.calendar.group(place.date);
            let ratio = self.pooled.special.get(&group).copied().unwrap_or(1.0);
            let weekday = place.date.weekday().num_days_from_monday() as usize;
            forecast.mean[index] = self.level * ratio * self.shares.of(weekday, place.slot);
        }
        let errors = &self.pooled.errors;
        forecast.median = forecast.mean.iter().map(|&mean| errors.at(mean, 0.5)).collect();
        let mut levels = levels.to_vec();
        levels.sort_by(|a, b| a.get().total_cmp(&b.get()));
        levels.dedup();
        let interval = |level: Level| PredictionInterval {
            level,
            lower: forecast.mean.iter().map(|&mean| errors.at(mean, level.tail())).collect(),
            upper: forecast.mean.iter().map(|&mean| errors.at(mean, 1.0 - level.tail())).collect(),
        };
        forecast.intervals = levels.into_iter().map(interval).collect();
        Ok(forecast)
    }
}

/// Calls a day at level 1 before a date: recent days over what their weekdays say.
fn level_before(days: &[Day], shares: &Shares, before: NaiveDate) -> Option<f64> {
    let known = days.iter().rev().filter(|day| day.date < before && day.is_ordinary());
    let mut recent: Option<(NaiveDate, f64)> = None;
    let (mut actual, mut expected) = (0.0, 0.0);
    let known: Vec<&Day> = known
        .take_while(|day| {
            let (last, _) = *recent.get_or_insert((day.date, 0.0));
            last.signed_duration_since(day.date).num_days() <= PROFILE_DAYS
        })
        .collect();
    let last = known.first()?.date;
    // The middle day decides what is out of line.
    let mut ratios: Vec<f64> = known.iter().filter_map(|day| shares.ratio(day)).collect();
    ratios.sort_by(f64::total_cmp);
    let middle = *ratios.get(ratios.len() / 2)?;
    for day in known {
        let age = last.signed_duration_since(day.date).num_days() as f64;
        let weight = (-age / LEVEL_DAYS).exp();
        let share = shares.known_share(day);
        let ratio = shares.ratio(day).unwrap_or(middle);
        let limit = (middle / RATIO_LIMIT, middle * RATIO_LIMIT);
        actual += weight * share * ratio.clamp(limit.0, limit.1);
        expected += weight * share;
    }
    (expected > 0.0).then(|| actual / expected)
}

/// The mean ratio of special days to what the level around them says, drawn to 1.
fn special_ratios(tables: &[Vec<Day>], shares: &[Shares]) -> BTreeMap<DayGroup, f64> {
    let mut sums: BTreeMap<DayGroup, (f64, f64)> = BTreeMap::new();
    for (days, shares) in tables.iter().zip(shares) {
        for day in days.iter().filter(|day| !day.group.is_ordinary()) {
            let level = level_before(days, shares, day.date);
            if let (Some(level), Some(ratio)) = (level.filter(|it| *it > 0.0), shares.ratio(day)) {
                let sum = sums.entry(day.group).or_insert((PRIOR_DAYS, PRIOR_DAYS));
                // A queue's days share what they say with those of the others.
                sum.0 += ratio / level / tables.len() as f64;
                sum.1 += 1.0 / tables.len() as f64;
            }
        }
    }
    sums.into_iter().map(|(group, (sum, n))| (group, sum / n)).collect()
}

/// The errors of all queues on past days, on the scale of the root of the volume, by volume.
#[derive(Clone, Debug)]
struct Errors {
    /// The most that is expected in the bucket, and its errors, sorted.
    buckets: Vec<(f64, Vec<f64>)>,
}

impl Errors {
    fn new(tables: &[Vec<Day>], queues: &[(DateTime<Utc>, Shares, f64)]) -> Self {
        let mut errors: Vec<(f64, f64)> = Vec::new();
        for (days, (_, shares, _)) in tables.iter().zip(queues) {
            for day in days.iter().rev().take(ERROR_DAYS).filter(|day| day.is_ordinary()) {
                let known = day.date.checked_sub_days(Days::new(LEAD_DAYS));
                let level = known.and_then(|known| level_before(days, shares, known));
                let Some(level) = level else { continue };
                let widening = shares.widening(day.weekday());
                for (slot, value) in day.values.iter().enumerate() {
                    let expected = level * shares.of(day.weekday(), slot);
                    if let Some(value) = value.filter(|_| expected > 0.0) {
                        errors.push((expected, widening * (value - expected) / scale(expected)));
                    }
                }
            }
        }
        errors.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let count = (errors.len() / ENOUGH).clamp(1, BUCKETS);
        let bucket = |which: usize| {
            let (from, to) = (errors.len() * which / count, errors.len() * (which + 1) / count);
            let most = errors.get(to).map_or(f64::INFINITY, |it| it.0);
            let mut scaled: Vec<f64> = errors[from..to].iter().map(|it| it.1).collect();
            scaled.sort_by(f64::total_cmp);
            (most, scaled)
        };
        Self { buckets: (0..count).map(bucket).collect() }
    }

    /// The quantile of what comes where so much is expected.
    fn at(&self, expected: f64, share: f64) -> f64 {
        if expected <= 0.0 {
            return 0.0;
        }
        let bucket = self.buckets.iter().find(|it| expected <= it.0).or(self.buckets.last());
        let Some((_, errors)) = bucket.filter(|it| !it.1.is_empty()) else { return expected };
        // The order statistics of split conformal prediction: outwards where they lie between two.
        let rank = (errors.len() + 1) as f64 * share;
        let rank = if share < 0.5 { rank.floor() } else { rank.ceil() };
        let error = errors[(whole(rank).max(1) - 1).min(errors.len() - 1)];
        (expected + error * scale(expected)).max(0.0)
    }
}

fn scale(expected: f64) -> f64 {
    expected.max(1.0).sqrt()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rank between 0 and one more than the number of errors"
)]
fn whole(rank: f64) -> usize {
    rank as usize
}
