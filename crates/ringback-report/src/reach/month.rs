//! Contact by month.

use chrono::{Datelike, NaiveDate, TimeDelta};
use ringback_reach::{AttemptLog, ContactKpis};
use serde::Serialize;

/// Months, the latest ones, at most.
const MOST_MONTHS: usize = 24;

/// What it took to reach customers in a month.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ContactMonth {
    /// Its first day, in the log's zone.
    pub starts_on: NaiveDate,
    /// Efforts to reach a customer that began in it.
    pub efforts: usize,
    /// Of these, the share whose first attempt was answered.
    pub first_attempt_reached: Option<f64>,
    /// Attempts that were made in it.
    pub attempts: usize,
    /// Of these, those that a person answered.
    pub reached: usize,
    /// Attempts for each that a person answered.
    pub attempts_per_reached: Option<f64>,
    /// From the first attempt to the answer, the mean over the answers of the month. Unit: hours.
    pub hours_to_contact_mean: Option<f64>,
}

/// Sums over all that was known at an instant.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    efforts: usize,
    first_reached: usize,
    attempts: usize,
    reached: usize,
    hours: f64,
}

/// The months of a log, earliest first; without efforts across their ends being cut in two.
///
/// What happened in a month is what was known at its end less what was known at its start: efforts count where they
/// begin, attempts and answers where they are made.
pub(super) fn by_month(log: &AttemptLog, pause: TimeDelta) -> Vec<ContactMonth> {
    let zone = log.zone();
    let ends = (log.attempts().first(), log.attempts().last());
    let (Some(first), Some(last)) = ends else { return Vec::new() };
    let first = first_of_month(zone.date(first.attempted_at));
    let last = first_of_month(zone.date(last.attempted_at));
    let mut starts: Vec<NaiveDate> = Vec::new();
    let mut month = Some(last);
    while let Some(it) = month.filter(|it| *it >= first && starts.len() < MOST_MONTHS) {
        starts.push(it);
        month = it.pred_opt().map(first_of_month);
    }
    starts.reverse();
    let known = |date: NaiveDate| Sums::of(&log.before(zone.start_of_day(date)), pause);
    let mut before = starts.first().map_or_else(Sums::default, |it| known(*it));
    let mut months = Vec::with_capacity(starts.len());
    for (place, start) in starts.iter().enumerate() {
        let after = starts.get(place + 1).map_or_else(|| Sums::of(log, pause), |it| known(*it));
        months.push(after.since(before, *start));
        before = after;
    }
    months
}

fn first_of_month(date: NaiveDate) -> NaiveDate {
    date.with_day(1).unwrap_or(date)
}

impl Sums {
    fn of(log: &AttemptLog, pause: TimeDelta) -> Self {
        let it = ContactKpis::of(log, pause);
        Self {
            efforts: it.episodes,
            first_reached: it.by_number.first().map_or(0, |it| it.reached),
            attempts: it.attempts,
            reached: it.reached,
            hours: it.hours_to_contact_mean.unwrap_or(0.0) * it.reached as f64,
        }
    }

    fn since(self, before: Self, starts_on: NaiveDate) -> ContactMonth {
        let ratio = |of: f64, by: usize| (by > 0).then(|| of / by as f64);
        let efforts = self.efforts - before.efforts;
        let first_reached = self.first_reached - before.first_reached;
        let attempts = self.attempts - before.attempts;
        let reached = self.reached - before.reached;
        // Sums of times differ in the last bits.
        let hours = (self.hours - before.hours).max(0.0);
        ContactMonth {
            starts_on,
            efforts,
            first_attempt_reached: ratio(first_reached as f64, efforts),
            attempts,
            reached,
            attempts_per_reached: ratio(attempts as f64, reached),
            hours_to_contact_mean: ratio(hours, reached),
        }
    }
}
