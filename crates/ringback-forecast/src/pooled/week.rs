//! A history as civil days.

use chrono::{Datelike, NaiveDate};
use ringback_calllog::Zone;
use ringback_features::Series;

use crate::error::Error;
use crate::volume::{DayGroup, DayKinds};

/// A civil day of a history.
#[derive(Clone, Debug)]
pub(super) struct Day {
    pub(super) date: NaiveDate,
    pub(super) group: DayGroup,
    /// The volume of each slot of the wall clock; the sum of both readings of an hour that the clock shows twice would
    /// be no ordinary slot, so the later reading stands.
    pub(super) values: Vec<Option<f64>>,
}

impl Day {
    pub(super) fn weekday(&self) -> usize {
        self.date.weekday().num_days_from_monday() as usize
    }

    /// Whether it is like its weekday, and most of it is known.
    pub(super) fn is_ordinary(&self) -> bool {
        let known = self.values.iter().filter(|value| value.is_some()).count();
        self.group.is_ordinary() && 2 * known > self.values.len()
    }
}

/// The civil days of a history, in order.
pub(super) fn days(
    series: &Series,
    zone: Zone,
    calendar: &dyn DayKinds,
) -> Result<Vec<Day>, Error> {
    let slots = series.interval().slots_a_day();
    let mut days: Vec<Day> = Vec::new();
    for (place, (at, value)) in series.civil(zone).zip(series.iter()) {
        if let Some(value) = value.filter(|value| *value < 0.0) {
            return Err(Error::NegativeVolume { at, value });
        }
        if days.last().is_none_or(|day| day.date != place.date) {
            let group = calendar.group(place.date);
            days.push(Day { date: place.date, group, values: vec![None; slots] });
        }
        if let Some(cell) = days.last_mut().and_then(|day| day.values.get_mut(place.slot)) {
            *cell = value;
        }
    }
    Ok(days)
}
