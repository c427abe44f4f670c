//! A history as numbers in one piece: days by slots, not a number where nothing is known.

use chrono::NaiveDate;

use crate::volume::days::DayTable;

/// Days by slots.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    table: DayTable,
    values: Vec<f64>,
    /// The weekday of each day, Monday 0.
    weekdays: Vec<usize>,
    /// The mean known volume of each slot by weekday; not a number where a slot was never known.
    usual: Vec<f64>,
}

impl Grid {
    pub(super) fn new(table: DayTable) -> Self {
        let rows = (0..table.len()).flat_map(|day| table.row(day));
        let values = rows.map(|value| value.unwrap_or(f64::NAN)).collect();
        let weekdays = (0..table.len()).map(|day| table.weekday(day)).collect();
        let mut grid = Self { table, values, weekdays, usual: Vec::new() };
        grid.learn_usual();
        grid
    }

    fn learn_usual(&mut self) {
        let slots = self.slots();
        let mut sums = vec![(0.0, 0.0); 7 * slots];
        for day in 0..self.len() {
            let from = self.weekday(day) * slots;
            for (sum, value) in sums[from..from + slots].iter_mut().zip(self.row(day)) {
                if !value.is_nan() {
                    sum.0 += value;
                    sum.1 += 1.0;
                }
            }
        }
        self.usual = sums.into_iter().map(|(sum, days)| sum / days).collect();
        self.fill_unseen();
    }

    /// A slot that no week of a weekday knows, of one that is known otherwise, is usually what the other weekdays know of it: a day's
    /// total is of all its slots.
    fn fill_unseen(&mut self) {
        let slots = self.slots();
        let of_slot: Vec<f64> = (0..slots)
            .map(|slot| {
                let seen = self.usual.iter().skip(slot).step_by(slots).filter(|it| !it.is_nan());
                let (sum, count) = seen.fold((0.0, 0.0), |all, it| (all.0 + it, all.1 + 1.0));
                sum / count
            })
            .collect();
        for weekday in self.usual.chunks_mut(slots) {
            let seen = weekday.iter().filter(|it| !it.is_nan()).count();
            if seen * 2 < slots {
                continue;
            }
            for (usual, of_slot) in weekday.iter_mut().zip(&of_slot) {
                if usual.is_nan() {
                    *usual = *of_slot;
                }
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        self.table.len()
    }

    pub(super) fn slots(&self) -> usize {
        self.table.slots()
    }

    pub(super) fn row(&self, day: usize) -> &[f64] {
        let slots = self.slots();
        &self.values[day * slots..(day + 1) * slots]
    }

    pub(super) fn row_mut(&mut self, day: usize) -> &mut [f64] {
        let slots = self.slots();
        &mut self.values[day * slots..(day + 1) * slots]
    }

    /// The weekday of a day, which may lie after the history; Monday 0.
    pub(super) fn weekday(&self, day: usize) -> usize {
        self.weekdays.get(day).copied().unwrap_or_else(|| self.table.weekday(day))
    }

    /// The civil date of a day, which may lie after the history.
    pub(super) fn date(&self, day: usize) -> NaiveDate {
        self.table.date(day)
    }

    /// The day's number of a civil date; `None` before the history.
    pub(super) fn index(&self, date: NaiveDate) -> Option<usize> {
        self.table.index(date)
    }

    /// The mean known volume of each slot of a weekday.
    pub(super) fn usual(&self, weekday: usize) -> &[f64] {
        let slots = self.slots();
        &self.usual[weekday * slots..(weekday + 1) * slots]
    }

    /// The known volume of a day, and the share of its weekday's usual volume that falls into slots that are known;
    /// `None` where the weekday has no usual volume or nothing is known.
    pub(super) fn total(&self, day: usize) -> Option<(f64, f64)> {
        let (mut known, mut usual_known, mut usual_total) = (0.0, 0.0, 0.0);
        for (value, usual) in self.row(day).iter().zip(self.usual(self.weekday(day))) {
            if usual.is_nan() {
                continue;
            }
            usual_total += usual;
            if !value.is_nan() {
                known += value;
                usual_known += usual;
            }
        }
        (usual_known > 0.0).then(|| (known, usual_known / usual_total))
    }
}
