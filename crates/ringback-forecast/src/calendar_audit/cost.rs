//! What it costs to forecast by the number of a day instead of its date.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use serde::Serialize;

/// Past days of a weekday that a forecast is the mean of.
const WEEKS: usize = 4;

/// The errors of the mean of the last four days of the same weekday, with weekdays by number and by date: on the second
/// half of the series, each day from the days before it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CalendarCost {
    /// Days that both forecast.
    pub days: usize,
    /// Mean absolute error of an interval where day `n`'s weekday is taken to be that of day `n − week`, in calls.
    pub mae_by_number: f64,
    /// Mean absolute error of an interval with the weekdays found, in calls.
    pub mae_by_date: f64,
    /// The standard deviation of the logarithm of day totals about such a forecast, by number.
    pub total_sd_by_number: f64,
    /// The same by date.
    pub total_sd_by_date: f64,
}

pub(super) fn measure(
    counts: &[Option<f64>],
    slots: usize,
    dates: &[NaiveDate],
    week: usize,
) -> Option<CalendarCost> {
    let days: Vec<&[Option<f64>]> = counts.chunks_exact(slots).collect();
    let mut by_weekday: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    let (mut number, mut date) = (Errors::default(), Errors::default());
    for (day, actual) in days.iter().enumerate() {
        let past = by_weekday.entry(dates.get(day)?.weekday().num_days_from_monday()).or_default();
        let dated: Vec<usize> = past.iter().rev().take(WEEKS).copied().collect();
        past.push(day);
        let numbered: Vec<usize> =
            (1..=WEEKS).map_while(|back| day.checked_sub(back * week)).collect();
        if day >= days.len() / 2 && dated.len() == WEEKS && numbered.len() == WEEKS {
            number.push(actual, &numbered, &days);
            date.push(actual, &dated, &days);
        }
    }
    Some(CalendarCost {
        days: number.days,
        mae_by_number: number.mae()?,
        mae_by_date: date.mae()?,
        total_sd_by_number: number.total_sd()?,
        total_sd_by_date: date.total_sd()?,
    })
}

#[derive(Default)]
struct Errors {
    days: usize,
    absolute: f64,
    intervals: f64,
    logs: Vec<f64>,
}

impl Errors {
    fn push(&mut self, actual: &[Option<f64>], past: &[usize], days: &[&[Option<f64>]]) {
        self.days += 1;
        let (mut total, mut forecast) = (0.0, 0.0);
        for (slot, value) in actual.iter().enumerate() {
            let known: Vec<f64> = past.iter().filter_map(|&day| days[day][slot]).collect();
            if let Some(value) = value.filter(|_| !known.is_empty()) {
                let mean = known.iter().sum::<f64>() / known.len() as f64;
                self.absolute += (value - mean).abs();
                self.intervals += 1.0;
                total += value;
                forecast += mean;
            }
        }
        if total > 0.0 && forecast > 0.0 {
            self.logs.push((total / forecast).ln());
        }
    }

    fn mae(&self) -> Option<f64> {
        (self.intervals > 0.0).then(|| self.absolute / self.intervals)
    }

    fn total_sd(&self) -> Option<f64> {
        let n = self.logs.len() as f64;
        let mean = self.logs.iter().sum::<f64>() / n;
        let squares: f64 = self.logs.iter().map(|it| (it - mean).powi(2)).sum();
        (n > 1.0).then(|| (squares / (n - 1.0)).sqrt())
    }
}
