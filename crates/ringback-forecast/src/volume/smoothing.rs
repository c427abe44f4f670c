//! Double seasonal exponential smoothing.

use chrono::{DateTime, Utc};
use ringback_features::{IntervalLength, Series};

use super::spread::{Errors, Spread, poisson_unit, spreads};
use super::{FittedVolume, Outlook, VolumeForecast, VolumeModel, assemble, check_horizon};
use crate::error::Error;
use crate::score::Level;

/// Days that a fit needs: two weeks to start from, one to learn from.
const NEEDED_DAYS: usize = 21;

/// Errors are measured from each of this many last days.
const ERROR_ORIGINS: usize = 56;

/// Errors are told apart for so many days ahead.
const ERROR_DAYS: usize = 7;

/// Additive exponential smoothing with a daily and a weekly season and a first-order correction of the last error.
///
/// Level, slot of the day and slot of the week are smoothed; the error of the last interval is carried forward, fading.
/// The four constants are chosen from a grid, one after the other, by the squared error one interval ahead. Missing
/// intervals are passed over. It lies on the grid of UTC and knows neither holidays nor changes of the clock; its
/// forecasts are cut at 0. Intervals come from its own errors over the last 8 weeks, by days ahead and expected volume.
///
/// # Source
///
/// Taylor, "Short-term electricity demand forecasting using double seasonal exponential smoothing", *Journal of the
/// Operational Research Society* 54 (2003), 799–805.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExponentialSmoothing {
    _private: (),
}

/// Constants of the smoothing.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Constants {
    level: f64,
    day: f64,
    week: f64,
    carry: f64,
}

impl Constants {
    const START: Self = Self { level: 0.01, day: 0.05, week: 0.15, carry: 0.3 };
}

/// Finds a constant in its place.
type Place = fn(&mut Constants) -> &mut f64;

/// The constants in the order that they are chosen, with their grids.
const GRIDS: [(Place, &[f64]); 4] = [
    (|it| &mut it.week, &[0.0, 0.05, 0.1, 0.2, 0.35]),
    (|it| &mut it.day, &[0.0, 0.02, 0.05, 0.1, 0.2]),
    (|it| &mut it.carry, &[0.0, 0.15, 0.3, 0.5, 0.7, 0.9]),
    (|it| &mut it.level, &[0.0, 0.002, 0.005, 0.01, 0.03, 0.1]),
];

/// The smoothed state after some intervals.
#[derive(Clone, Debug)]
struct State {
    constants: Constants,
    level: f64,
    day: Vec<f64>,
    week: Vec<f64>,
    error: f64,
    /// Intervals seen.
    seen: usize,
}

impl State {
    /// Starts from the first two weeks.
    fn start(values: &[Option<f64>], slots: usize, constants: Constants) -> Self {
        let first = &values[..(14 * slots).min(values.len())];
        let mean = |belongs: &dyn Fn(usize) -> bool| {
            let known = first.iter().enumerate().filter(|(at, _)| belongs(*at));
            let (sum, count) = known
                .filter_map(|(_, value)| *value)
                .fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
            if count > 0.0 { Some(sum / count) } else { None }
        };
        let level = mean(&|_| true).unwrap_or(0.0);
        let by_slot = |period: usize| {
            let mut sums = vec![(0.0, 0.0); period];
            for (at, value) in first.iter().enumerate() {
                if let Some(value) = value {
                    sums[at % period].0 += value;
                    sums[at % period].1 += 1.0;
                }
            }
            sums.into_iter().map(|(sum, count)| (count > 0.0).then(|| sum / count))
        };
        let day: Vec<f64> = by_slot(slots).map(|it| it.map_or(0.0, |it| it - level)).collect();
        let week = by_slot(7 * slots).enumerate();
        let week = week.map(|(at, it)| it.map_or(0.0, |it| it - level - day[at % slots]));
        Self { week: week.collect(), constants, level, day, error: 0.0, seen: 0 }
    }

    /// The forecast `ahead` intervals after the last one seen, from 1.
    fn ahead(&self, ahead: usize) -> f64 {
        let at = self.seen + ahead - 1;
        let left = self.constants.carry.powi(i32::try_from(ahead).unwrap_or(i32::MAX));
        self.level
            + self.day[at % self.day.len()]
            + self.week[at % self.week.len()]
            + left * self.error
    }

    /// Sees an interval; the error of its forecast.
    fn see(&mut self, value: Option<f64>) -> Option<f64> {
        let (day, week) = (self.seen % self.day.len(), self.seen % self.week.len());
        let without = self.level + self.day[day] + self.week[week];
        let forecast = without + self.constants.carry * self.error;
        self.seen += 1;
        let Some(value) = value else {
            self.error *= self.constants.carry;
            return None;
        };
        let error = value - forecast;
        self.level += self.constants.level * error;
        self.day[day] += self.constants.day * error;
        self.week[week] += self.constants.week * error;
        self.error = value - without;
        Some(error)
    }
}

/// The squared error one interval ahead, after the two weeks that the state starts from.
fn loss(values: &[Option<f64>], slots: usize, constants: Constants) -> f64 {
    let mut state = State::start(values, slots, constants);
    let mut loss = 0.0;
    for (at, &value) in values.iter().enumerate() {
        let error = state.see(value);
        if at >= 14 * slots {
            loss += error.map_or(0.0, |it| it * it);
        }
    }
    loss
}

impl VolumeModel for ExponentialSmoothing {
    fn name(&self) -> String {
        "exponential smoothing".to_owned()
    }

    fn fit(&self, history: &Series) -> Result<Box<dyn FittedVolume>, Error> {
        let slots = history.interval().slots_a_day();
        let needed = NEEDED_DAYS * slots;
        if history.len() < needed {
            return Err(Error::SeriesTooShort { got: history.len(), needed });
        }
        super::check_volumes(history)?;
        let values = history.values();
        let mut best = (Constants::START, loss(values, slots, Constants::START));
        for (place, grid) in GRIDS {
            let from = best.0;
            for &value in grid {
                let mut constants = from;
                *place(&mut constants) = value;
                let found = loss(values, slots, constants);
                if found < best.1 {
                    best = (constants, found);
                }
            }
        }
        let (state, errors) = run(values, slots, best.0);
        Ok(Box::new(FittedSmoothing {
            start: history.end(),
            interval: history.interval(),
            state,
            spreads: spreads(&errors),
        }))
    }
}

/// Sees all values, and collects the errors of forecasts from the last days by days ahead.
fn run(values: &[Option<f64>], slots: usize, constants: Constants) -> (State, Vec<Errors>) {
    let mut state = State::start(values, slots, constants);
    let mut errors = vec![Errors::default(); ERROR_DAYS];
    let first = values.len().saturating_sub(ERROR_ORIGINS * slots).max(14 * slots);
    for (at, &value) in values.iter().enumerate() {
        if at >= first && (values.len() - at).is_multiple_of(slots) {
            let later = values[at..].iter().take(ERROR_DAYS * slots).enumerate();
            for (ahead, came) in later {
                if let Some(came) = came {
                    errors[ahead / slots].push(state.ahead(ahead + 1).max(0.0), *came);
                }
            }
        }
        state.see(value);
    }
    (state, errors)
}

/// [`ExponentialSmoothing`] with a history.
#[derive(Clone, Debug)]
struct FittedSmoothing {
    start: DateTime<Utc>,
    interval: IntervalLength,
    state: State,
    spreads: Vec<Spread>,
}

impl FittedVolume for FittedSmoothing {
    fn forecast(&self, horizon: usize, levels: &[Level]) -> Result<VolumeForecast, Error> {
        check_horizon(horizon)?;
        let slots = self.interval.slots_a_day();
        let outlook = |ahead: usize| {
            let expected = self.state.ahead(ahead + 1).max(0.0);
            let spread = &self.spreads[(ahead / slots).min(ERROR_DAYS - 1)];
            Outlook { expected, spread, unit: poisson_unit(expected), extra_sd: 0.0, reach: None }
        };
        let outlooks: Vec<Outlook<'_>> = (0..horizon).map(outlook).collect();
        Ok(assemble(self.start, self.interval, &outlooks, levels))
    }
}
