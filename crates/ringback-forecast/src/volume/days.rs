//! A series laid out by civil day and slot of the day, as the weekday models read it.

use chrono::{Datelike, Days, NaiveDate};
use ringback_calllog::Zone;
use ringback_features::Series;

use crate::error::Error;

/// A history as a table: one row a civil day, one column a slot of the wall clock, `None` where nothing is known.
///
/// The hour that the clock shows twice in autumn is the mean of its two readings, so that it compares with the same
/// hour of other days; the hour that spring skips is `None`.
#[derive(Clone, Debug)]
pub(super) struct DayTable {
    first: NaiveDate,
    slots: usize,
    rows: Vec<Vec<Option<f64>>>,
}

impl DayTable {
    /// Lays a series out.
    pub(super) fn new(series: &Series, zone: Zone) -> Result<Self, Error> {
        let slots = series.interval().slots_a_day();
        let mut table = Self { first: zone.date(series.start()), slots, rows: Vec::new() };
        let mut readings: Vec<Vec<u32>> = Vec::new();
        for (place, (at, value)) in series.civil(zone).zip(series.iter()) {
            if table.rows.is_empty() {
                table.first = place.date;
            }
            let row = table.index(place.date).unwrap_or(0);
            while table.rows.len() <= row {
                table.rows.push(vec![None; slots]);
                readings.push(vec![0; slots]);
            }
            let Some(value) = value else { continue };
            if value < 0.0 {
                return Err(Error::NegativeVolume { at, value });
            }
            let cell = &mut table.rows[row][place.slot];
            let seen = &mut readings[row][place.slot];
            let total = cell.unwrap_or(0.0) * f64::from(*seen) + value;
            *seen += 1;
            *cell = Some(total / f64::from(*seen));
        }
        Ok(table)
    }

    /// The number of days.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The number of slots a day.
    pub(super) fn slots(&self) -> usize {
        self.slots
    }

    /// The slots of a day.
    pub(super) fn row(&self, day: usize) -> &[Option<f64>] {
        &self.rows[day]
    }

    /// The value of a slot; `None` where it is missing or the day is after the table.
    pub(super) fn value(&self, day: usize, slot: usize) -> Option<f64> {
        self.rows.get(day).and_then(|row| row.get(slot).copied().flatten())
    }

    /// Whether anything is known of a day.
    pub(super) fn has_data(&self, day: usize) -> bool {
        self.rows[day].iter().any(Option::is_some)
    }

    /// The civil date of a day, which may lie after the table.
    pub(super) fn date(&self, day: usize) -> NaiveDate {
        let ahead = u64::try_from(day).unwrap_or(u64::MAX);
        self.first.checked_add_days(Days::new(ahead)).unwrap_or(NaiveDate::MAX)
    }

    /// The day's number of a civil date; `None` before the table.
    pub(super) fn index(&self, date: NaiveDate) -> Option<usize> {
        usize::try_from(date.signed_duration_since(self.first).num_days()).ok()
    }

    /// The weekday of a day, Monday 0.
    pub(super) fn weekday(&self, day: usize) -> usize {
        self.date(day).weekday().num_days_from_monday() as usize
    }

    /// The first `days` days alone.
    pub(super) fn before(&self, days: usize) -> Self {
        Self {
            first: self.first,
            slots: self.slots,
            rows: self.rows[..days.min(self.len())].to_vec(),
        }
    }
}
