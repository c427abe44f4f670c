//! The rest of the day, updated by how the day has gone so far.

mod day_level;
mod report;
mod trust;

use chrono::{DateTime, Datelike, Timelike, Utc};
use ringback_calllog::Zone;
use serde::{Deserialize, Serialize};

use self::trust::{GainEvidence, Trust};

use crate::error::Error;
use crate::score::Level;
use crate::surge::{DayAhead, plain};
use crate::volume::VolumeForecast;

pub use day_level::DayLevel;
pub(crate) use day_level::{LevelFilter, Slot};
pub use report::{IntradayLevel, IntradayReport, IntradayRow};

/// Days with at least one open interval that the day's level is learnt from at the least.
const NEEDED_DAYS: usize = 10;

/// Updates a day-ahead forecast during the day.
///
/// What came so far, over what was expected of it, says how busy the day is, and the last intervals say how it drifts:
/// the posterior of [`DayLevel`] given the day so far, shrunk by how much past days differed from their forecasts.
/// On top, of the change that the posterior makes to the rest of the day, only the share is made that such changes
/// deserved at this hour on past days, less its uncertainty: where updates did not help, at opening time most often,
/// nothing changes. Prediction intervals are scaled with the posterior's variance, and then so that those of past days
/// held.
///
/// # Source
///
/// Updating by a penalty: Shen & Huang, *M&SOM* 10 (2008), 391–410; correlated intervals within a day: Ibrahim & L'Ecuyer,
/// *M&SOM* 15 (2013), 72–85. The estimators are this crate's own.
///
/// # Example
///
/// ```
/// use ringback_features::{IntervalLength, Series};
/// use ringback_forecast::{Intraday, PastWeeks, day_ahead};
///
/// // Busy and calm days in turn, which the mean of past weeks cannot tell apart.
/// let level = |day: u32| if (day / 7 + day) % 2 == 0 { 1.2 } else { 0.8 };
/// let calls = |day: u32, hour: u32| f64::from((day * 7 + hour * 5) % 11) - 5.0 + 50.0 * level(day);
/// let hours = (0..84).flat_map(|day| (0..24).map(move |hour| Some(calls(day, hour).round())));
/// let series = Series::new("2026-03-02T00:00:00Z".parse()?, IntervalLength::HOUR, hours.collect())?;
///
/// let zone = "UTC".parse()?;
/// let days = day_ahead(&PastWeeks::mean(zone, 4)?, &series, zone, "2026-03-31".parse()?, &[])?;
/// let (today, past) = days.split_last().unwrap();
/// let intraday = Intraday::learn(zone, past)?;
/// let rest = intraday.update(&today.forecast, &today.actual[..12])?;
/// assert_eq!(rest.len(), 12);
/// assert!((rest.mean[6] / (50.0 * level(83)) - 1.0).abs() < 0.1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Intraday {
    zone: Zone,
    level: DayLevel,
    trust: Trust,
}

impl Intraday {
    /// Learns how days differ from their forecasts, and how far updates of them could be trusted. The levels of the
    /// forecasts' prediction intervals are those whose widths are learnt; other levels take the nearest one's.
    ///
    /// # Errors
    ///
    /// [`Error::TooFewDays`] for fewer than 10 days with an open interval whose count is known;
    /// [`Error::NotAVolume`].
    pub fn learn(zone: Zone, past: &[DayAhead]) -> Result<Self, Error> {
        let slots: Vec<Slot> =
            past.iter().flat_map(DayAhead::slots).map(|slot| plain(&slot, zone)).collect();
        let is_open = |slot: &&Slot| slot.expected > 0.0 && slot.actual.is_some();
        let mut days: Vec<i32> = slots.iter().filter(is_open).map(|slot| slot.day).collect();
        days.dedup();
        if days.len() < NEEDED_DAYS {
            return Err(Error::TooFewDays { got: days.len(), needed: NEEDED_DAYS });
        }
        let level = DayLevel::fit(&slots);
        let mut intraday = Self { zone, level, trust: Trust::default() };
        intraday.learn_gains(past)?;
        intraday.learn_widths(past)?;
        Ok(intraday)
    }

    fn learn_gains(&mut self, past: &[DayAhead]) -> Result<(), Error> {
        let mut evidence = vec![GainEvidence::default(); 24];
        for day in past {
            for (hour, first) in self.hours(day) {
                let updated = self.update(&day.forecast, &day.actual[..first])?;
                let (mut xy, mut xx) = (0.0, 0.0);
                for (ahead, mean) in updated.mean.iter().enumerate() {
                    let expected = day.forecast.mean[first + ahead];
                    if let Some(Some(actual)) = day.actual.get(first + ahead) {
                        let weight = 1.0 / self.level.noise(expected);
                        xy += weight * (mean - expected) * (actual - expected);
                        xx += weight * (mean - expected).powi(2);
                    }
                }
                if let Some(evidence) = evidence.get_mut(hour) {
                    evidence.push_day(xy, xx);
                }
            }
        }
        self.trust.learn_gains(&evidence);
        Ok(())
    }

    fn learn_widths(&mut self, past: &[DayAhead]) -> Result<(), Error> {
        let levels = past.iter().flat_map(|day| day.forecast.intervals.iter().map(|it| it.level));
        let mut levels: Vec<Level> = levels.collect();
        levels.sort_by(|a, b| a.get().total_cmp(&b.get()));
        levels.dedup();
        for level in levels {
            let mut distances = vec![Vec::new(); 24];
            for day in past {
                for (hour, first) in self.hours(day) {
                    let updated = self.update(&day.forecast, &day.actual[..first])?;
                    if let Some(distances) = distances.get_mut(hour) {
                        push_distances(distances, &updated, &day.actual[first..], level);
                    }
                }
            }
            self.trust.learn_width(level, &distances);
        }
        Ok(())
    }

    /// The hours of a day in which an update may be made after the first interval, and the first interval of each.
    fn hours(&self, day: &DayAhead) -> Vec<(usize, usize)> {
        let mut hours: Vec<(usize, usize)> = Vec::new();
        for first in 0..day.actual.len().min(day.forecast.len()) {
            let hour = self.hour(day.forecast.at(first));
            if hours.last().is_none_or(|&(before, _)| before != hour) {
                hours.push((hour, first));
            }
        }
        hours
    }

    fn hour(&self, at: DateTime<Utc>) -> usize {
        self.zone.local(at).hour() as usize
    }

    /// An updater with a known way in which days differ from their forecasts, that trusts the posterior in full.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a parameter of the level that is out of its range.
    pub fn new(zone: Zone, level: DayLevel) -> Result<Self, Error> {
        Ok(Self { zone, level: level.checked()?, trust: Trust::default() })
    }

    /// How days differ from their forecasts.
    pub fn level(&self) -> DayLevel {
        self.level
    }

    /// The forecast of the intervals after those that have come: `so_far` are the first actual volumes of the
    /// forecast's intervals, `None` where one is missing. Intervals of later civil days are changed by what is left of
    /// the drift alone.
    ///
    /// # Errors
    ///
    /// [`Error::LengthMismatch`] where more has come than is forecast; [`Error::NotAVolume`] for an actual volume that
    /// is negative, infinite or not a number; [`Error::IntervalsDiffer`] for a forecast made by hand whose lists differ
    /// in length.
    pub fn update(
        &self,
        forecast: &VolumeForecast,
        so_far: &[Option<f64>],
    ) -> Result<VolumeForecast, Error> {
        forecast.check_lengths()?;
        if so_far.len() > forecast.len() {
            return Err(Error::LengthMismatch { actual: so_far.len(), predicted: forecast.len() });
        }
        let mut filter = LevelFilter::new(self.level);
        for (index, actual) in so_far.iter().enumerate() {
            let at = forecast.at(index);
            let Some(actual) = *actual else { continue };
            if !actual.is_finite() || actual < 0.0 {
                return Err(Error::NotAVolume { what: "actual", at, value: actual });
            }
            let (day, minute) = self.place(at);
            filter.advance(day, minute);
            filter.update(forecast.mean[index], actual);
        }
        let mut rest = from_index(forecast, so_far.len());
        let hour = self.hour(rest.start);
        let gain = self.trust.gain(hour);
        let widths: Vec<f64> =
            rest.intervals.iter().map(|it| self.trust.width(hour, it.level)).collect();
        for index in 0..rest.len() {
            let (day, minute) = self.place(rest.at(index));
            let posterior = filter.outlook(day, minute);
            let expected = rest.mean[index];
            let prior = self.level.day_sd.powi(2) + self.level.drift_sd.powi(2);
            let before = self.level.noise(expected) + expected.powi(2) * prior;
            let factor = 1.0 + gain * (posterior.level - 1.0);
            let after = self.level.noise(expected * factor) + expected.powi(2) * posterior.variance;
            let spread = (gain * after / before + (1.0 - gain)).sqrt();
            rescale(&mut rest, index, factor, |which| spread * widths[which]);
        }
        Ok(rest)
    }

    fn place(&self, at: DateTime<Utc>) -> (i32, i64) {
        (self.zone.date(at).num_days_from_ce(), at.timestamp().div_euclid(60))
    }
}

/// The forecast from an interval on.
fn from_index(forecast: &VolumeForecast, index: usize) -> VolumeForecast {
    let mut rest = forecast.clone();
    rest.start = forecast.at(index);
    rest.mean.drain(..index);
    rest.median.drain(..index);
    for interval in &mut rest.intervals {
        interval.lower.drain(..index);
        interval.upper.drain(..index);
    }
    rest
}

/// Moves an interval's forecast by a factor, and scales its spread, by level.
fn rescale(
    forecast: &mut VolumeForecast,
    index: usize,
    factor: f64,
    spread: impl Fn(usize) -> f64,
) {
    let old_median = forecast.median[index];
    let median = old_median * factor;
    forecast.mean[index] *= factor;
    forecast.median[index] = median;
    for (which, interval) in forecast.intervals.iter_mut().enumerate() {
        let below = (old_median - interval.lower[index]) * spread(which);
        let above = (interval.upper[index] - old_median) * spread(which);
        interval.lower[index] = (median - below).max(0.0);
        interval.upper[index] = median + above;
    }
}

/// How far outcomes lie from the median, as a share of the interval's reach on their side.
fn push_distances(
    distances: &mut Vec<f64>,
    forecast: &VolumeForecast,
    actual: &[Option<f64>],
    level: Level,
) {
    let Some(interval) = forecast.intervals.iter().find(|it| it.level == level) else { return };
    for (index, actual) in actual.iter().enumerate() {
        let Some(actual) = actual.filter(|_| forecast.mean[index] > 0.0) else { continue };
        let median = forecast.median[index];
        let reach = if actual < median {
            median - interval.lower[index]
        } else {
            interval.upper[index] - median
        };
        let distance = (actual - median).abs();
        distances.push(if distance > 0.0 { distance / reach } else { 0.0 });
    }
}
