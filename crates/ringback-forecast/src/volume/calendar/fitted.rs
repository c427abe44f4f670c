//! The fitted calendar model: forecasts, and what the fit found.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use ringback_calllog::Zone;
use ringback_features::IntervalLength;

use super::Weather;
use super::burst::Burst;
use super::design::DayClass;
use super::effects::{Effects, EventEffect};
use super::engine::{DayOutlook, Engine};
use crate::error::Error;
use crate::score::Level;
use crate::volume::day_kinds::DayKinds;
use crate::volume::{FittedVolume, Outlook, VolumeForecast, assemble, check_horizon, grid_at};

/// A day is odd if its total surprised by more than this many standard deviations.
const ODD_SD: f64 = 4.0;

/// [`CalendarVolume`](crate::CalendarVolume) with a history.
#[derive(Clone, Debug)]
pub struct FittedCalendarVolume {
    pub(super) start: DateTime<Utc>,
    pub(super) interval: IntervalLength,
    pub(super) zone: Zone,
    pub(super) calendar: Arc<dyn DayKinds>,
    pub(super) engine: Engine,
    pub(super) effects: Effects,
    pub(super) influence: Option<Weather>,
    pub(super) bursts: Vec<Burst>,
}

/// What a fit of the calendar model found in its history.
#[derive(Clone, Debug, PartialEq)]
pub struct CalendarReport {
    /// Days with data that are like their weekday.
    pub ordinary_days: usize,
    /// Days with data that are holidays, bridge days, or beside a holiday.
    pub special_days: usize,
    /// Days of which nothing is known.
    pub missing_days: usize,
    /// Slots that were far busier than their day explains, cut down to what it does, by time.
    pub bursts: Vec<Burst>,
    /// Days whose total was far from what the model expected the day before, by time.
    pub odd_days: Vec<OddDay>,
    /// What events did, by kind.
    pub events: BTreeMap<String, EventEffect>,
    /// What one standard deviation of a regressor does to the log volume, by name.
    pub regressors: BTreeMap<String, f64>,
    /// The weights of the mix: the shapes with half-lives of 4, 21, 56 and 250 days, and the mean of four weeks.
    pub weights: Vec<f64>,
    /// The standard deviation of a day's own noise, as a share of its total.
    pub day_sd: f64,
    /// The share of the lasting deviation of a day that is left a day later.
    pub fade: f64,
    /// The standard deviation of a day's step of the level, as a share of it.
    pub drift_sd: f64,
    /// The variance of a slot's volume over its mean, the day's total given: 1 for Poisson counts.
    pub dispersion: f64,
}

/// A day whose total was far from what was expected the day before: an unknown holiday, an outage, a run on the lines.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OddDay {
    /// The civil date.
    pub date: NaiveDate,
    /// How far the log total lay from its expectation, in standard deviations; below zero where it was quieter.
    pub surprise_sd: f64,
}

impl FittedCalendarVolume {
    /// What the fit found.
    pub fn report(&self) -> CalendarReport {
        let engine = &self.engine;
        let motion = engine.motion();
        let (mut ordinary_days, mut special_days, mut missing_days) = (0, 0, 0);
        for (day, class) in engine.classes().iter().enumerate() {
            if engine.grid().row(day).iter().all(|value| value.is_nan()) {
                missing_days += 1;
            } else if *class == DayClass::Ordinary {
                ordinary_days += 1;
            } else {
                special_days += 1;
            }
        }
        let odd_days = engine.surprises(ODD_SD);
        let regressors = self.influence.iter().flat_map(|it| {
            let names = it.regressors.names().map(str::to_owned);
            names.zip(it.influence.effects())
        });
        CalendarReport {
            ordinary_days,
            special_days,
            missing_days,
            bursts: self.bursts.clone(),
            odd_days: odd_days.map(|(date, surprise_sd)| OddDay { date, surprise_sd }).collect(),
            events: self.effects.by_kind().clone(),
            regressors: regressors.collect(),
            weights: engine.weights().to_vec(),
            day_sd: motion.day_sd,
            fade: motion.fade,
            drift_sd: motion.drift_sd,
            dispersion: engine.dispersion(),
        }
    }

    /// The factor of regressors for the interval so many after the history's end.
    fn regressor_factor(&self, ahead: usize) -> Result<f64, Error> {
        let Some(weather) = &self.influence else { return Ok(1.0) };
        let row = i64::try_from(ahead).map_or(i64::MAX, |ahead| weather.first_row + ahead);
        if let Some(name) = weather.regressors.lacking(row) {
            let at = grid_at(self.start, self.interval, ahead);
            return Err(Error::RegressorMissing { name: name.to_owned(), at });
        }
        Ok(weather.regressors.row(row).map_or(1.0, |values| weather.influence.factor(&values)))
    }
}

impl FittedVolume for FittedCalendarVolume {
    fn forecast(&self, horizon: usize, levels: &[Level]) -> Result<VolumeForecast, Error> {
        check_horizon(horizon)?;
        let half = TimeDelta::seconds(i64::from(self.interval.secs()) / 2);
        let mut today: Option<(usize, DayOutlook)> = None;
        let mut outlooks = Vec::with_capacity(horizon);
        for ahead in 0..horizon {
            let at = grid_at(self.start, self.interval, ahead);
            let place = self.interval.civil_slot(at, self.zone);
            let day = self.engine.day(place.date);
            let (_, outlook) = match today.take() {
                Some(known) if known.0 == day => today.insert(known),
                _ => today.insert((day, self.engine.outlook(day, &*self.calendar))),
            };
            let middle = at.checked_add_signed(half).unwrap_or(at);
            let (factor, extra_sd) = self.effects.at(middle);
            let expected = outlook.expected[place.slot] * factor * self.regressor_factor(ahead)?;
            outlooks.push(Outlook {
                expected,
                spread: self.engine.spread(),
                unit: self.engine.growth(day) * self.engine.unit(expected, outlook.variance),
                reach: Some(self.engine.reach()),
                extra_sd,
            });
        }
        Ok(assemble(self.start, self.interval, &outlooks, levels))
    }
}
