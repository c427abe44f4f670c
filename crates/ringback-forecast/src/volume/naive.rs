//! The baselines: what came at the same weekday and time last week, or on average over the last weeks.

use chrono::{DateTime, Utc};
use ringback_calllog::Zone;
use ringback_features::{IntervalLength, Series};

use super::days::DayTable;
use super::spread::{Errors, Spread, poisson_unit, spreads};
use super::{FittedVolume, Outlook, VolumeForecast, VolumeModel, assemble, check_horizon, grid_at};
use crate::error::Error;
use crate::score::Level;

/// Errors are measured over this many of the last days, half a year.
const ERROR_DAYS: usize = 182;

/// A forecast by the same civil weekday and slot of past weeks: last week's value (seasonal naive), or the mean of the
/// last weeks.
///
/// A missing value is replaced by that of the week before, and so on back; a slot that was never seen on its weekday
/// is forecast as 0, closed. Intervals come from the model's own past errors over the last half year, counted by how
/// many weeks ahead they looked and by expected volume. It knows no holidays.
///
/// # Example
///
/// ```
/// use ringback_features::{IntervalLength, Series};
/// use ringback_forecast::{Level, PastWeeks, VolumeModel};
///
/// let weeks = [10.0, 12.0, 20.0].map(|level| [Some(level); 7 * 24]).concat();
/// let series = Series::new("2026-03-02T00:00:00Z".parse()?, IntervalLength::HOUR, weeks)?;
/// let zone = "UTC".parse()?;
/// let naive = PastWeeks::naive(zone).fit(&series)?.forecast(24, &[Level::new(0.8)?])?;
/// let mean = PastWeeks::mean(zone, 2)?.fit(&series)?.forecast(24, &[])?;
/// assert_eq!((naive.mean[0], mean.mean[0]), (20.0, 16.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct PastWeeks {
    zone: Zone,
    weeks: usize,
}

impl PastWeeks {
    /// Last week's value: the seasonal naive forecast, which every model must beat.
    pub fn naive(zone: Zone) -> Self {
        Self { zone, weeks: 1 }
    }

    /// The mean of the last `weeks` weeks' known values.
    ///
    /// # Errors
    ///
    /// [`Error::Zero`] for no week.
    pub fn mean(zone: Zone, weeks: usize) -> Result<Self, Error> {
        if weeks == 0 { Err(Error::Zero { what: "weeks" }) } else { Ok(Self { zone, weeks }) }
    }
}

impl VolumeModel for PastWeeks {
    fn name(&self) -> String {
        match self.weeks {
            1 => "seasonal naive".to_owned(),
            weeks => format!("{weeks}-week mean"),
        }
    }

    fn fit(&self, history: &Series) -> Result<Box<dyn FittedVolume>, Error> {
        let needed = 14 * history.interval().slots_a_day();
        if history.len() < needed {
            return Err(Error::SeriesTooShort { got: history.len(), needed });
        }
        let fitted = FittedPastWeeks {
            zone: self.zone,
            weeks: self.weeks,
            start: history.end(),
            interval: history.interval(),
            days: DayTable::new(history, self.zone)?,
        };
        if fitted.errors(1).len() == 0 {
            let got = (0..fitted.days.len()).filter(|&day| fitted.days.has_data(day)).count();
            return Err(Error::TooFewDays { got, needed: 14 });
        }
        Ok(Box::new(fitted))
    }
}

/// [`PastWeeks`] with a history.
#[derive(Clone, Debug)]
pub struct FittedPastWeeks {
    zone: Zone,
    weeks: usize,
    start: DateTime<Utc>,
    interval: IntervalLength,
    days: DayTable,
}

impl FittedPastWeeks {
    /// What the model says of a slot, knowing nothing of the last `lead` weeks before it.
    fn expected(&self, day: usize, slot: usize, lead: usize) -> Option<f64> {
        let earlier = |week: usize| day.checked_sub(7 * week);
        let mut known = (lead..).map_while(earlier).map(|day| self.days.value(day, slot));
        let recent: Vec<f64> = known.by_ref().take(self.weeks).flatten().collect();
        if recent.is_empty() {
            return known.flatten().next();
        }
        Some(recent.iter().sum::<f64>() / recent.len() as f64)
    }

    /// The errors that the model made looking `lead` weeks ahead.
    fn errors(&self, lead: usize) -> Errors {
        let mut errors = Errors::default();
        for day in self.days.len().saturating_sub(ERROR_DAYS)..self.days.len() {
            for slot in 0..self.days.slots() {
                let actual = self.days.value(day, slot);
                if let (Some(actual), Some(expected)) = (actual, self.expected(day, slot, lead)) {
                    errors.push(expected, actual);
                }
            }
        }
        errors
    }
}

impl FittedVolume for FittedPastWeeks {
    fn forecast(&self, horizon: usize, levels: &[Level]) -> Result<VolumeForecast, Error> {
        check_horizon(horizon)?;
        let last_day = self.days.len().saturating_sub(1);
        let slots: Vec<(usize, usize, usize)> = (0..horizon)
            .map(|ahead| {
                let at = grid_at(self.start, self.interval, ahead);
                let place = self.interval.civil_slot(at, self.zone);
                let day = self.days.index(place.date).unwrap_or(0);
                (day, place.slot, day.saturating_sub(last_day).div_ceil(7).max(1))
            })
            .collect();
        let leads = slots.last().map_or(1, |&(_, _, lead)| lead);
        let classes: Vec<Errors> = (1..=leads).map(|lead| self.errors(lead)).collect();
        let spreads: Vec<Spread> = spreads(&classes);
        let outlooks: Vec<Outlook<'_>> = slots
            .into_iter()
            .map(|(day, slot, lead)| {
                let expected = self.expected(day, slot, lead).unwrap_or(0.0);
                let unit = poisson_unit(expected);
                Outlook { expected, spread: &spreads[lead - 1], unit, extra_sd: 0.0, reach: None }
            })
            .collect();
        Ok(assemble(self.start, self.interval, &outlooks, levels))
    }
}
