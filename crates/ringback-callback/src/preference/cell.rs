//! Decayed counts by part of the day, and working days against weekends.

use chrono::{DateTime, NaiveTime, Timelike, Utc};
use ringback_calllog::terms;
use serde::{Deserialize, Serialize};

terms! {
    /// A part of the day, by the customer's clock.
    DayPart, InvalidDayPart, "part of the day" {
        /// Before 9.
        Early = "early",
        /// From 9 until 12.
        Morning = "morning",
        /// From 12 until 15.
        Midday = "midday",
        /// From 15 until 18.
        Afternoon = "afternoon",
        /// From 18.
        Evening = "evening",
    }
}

impl DayPart {
    /// The part of a time of day.
    pub fn of(time: NaiveTime) -> Self {
        match time.hour() {
            0..9 => Self::Early,
            9..12 => Self::Morning,
            12..15 => Self::Midday,
            15..18 => Self::Afternoon,
            _ => Self::Evening,
        }
    }
}

/// Parts of the day, on working days and on weekends.
pub(super) const CELLS: usize = 10;

/// What speaks for and against each cell, decayed to one instant.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Cells {
    as_of: Option<DateTime<Utc>>,
    counts: [[f64; 2]; CELLS],
}

impl Cells {
    /// The cell of a part of the day.
    pub(super) fn place(part: DayPart, is_weekend: bool) -> usize {
        let part = match part {
            DayPart::Early => 0,
            DayPart::Morning => 1,
            DayPart::Midday => 2,
            DayPart::Afternoon => 3,
            DayPart::Evening => 4,
        };
        if is_weekend { part + CELLS / 2 } else { part }
    }

    /// The instant that the counts are decayed to; none while nothing was counted.
    pub(super) fn as_of(&self) -> Option<DateTime<Utc>> {
        self.as_of
    }

    /// What speaks for a cell, and what against it.
    pub(super) fn get(&self, place: usize) -> [f64; 2] {
        self.counts.get(place).copied().unwrap_or_default()
    }

    /// Over all cells.
    pub(super) fn total(&self) -> [f64; 2] {
        self.counts.iter().fold([0.0; 2], |sum, it| [sum[0] + it[0], sum[1] + it[1]])
    }

    /// The same counts decayed to another instant.
    pub(super) fn at(&self, as_of: Option<DateTime<Utc>>, half_life_days: f64) -> Self {
        let (Some(from), Some(to)) = (self.as_of, as_of) else { return self.clone() };
        let days = (to - from).as_seconds_f64() / 86_400.0;
        let share = (-days / half_life_days).exp2();
        let counts = self.counts.map(|it| it.map(|count| count * share));
        Self { as_of: Some(to), counts }
    }

    /// Counts what was seen at an instant, before or after what is counted already.
    pub(super) fn add(
        &mut self,
        place: usize,
        seen: [f64; 2],
        at: DateTime<Utc>,
        half_life_days: f64,
    ) {
        let mut one = Self { as_of: Some(at), ..Self::default() };
        if let Some(count) = one.counts.get_mut(place) {
            *count = seen;
        }
        self.merge(&one, half_life_days);
    }

    /// Adds other counts; both are decayed to the later instant.
    pub(super) fn merge(&mut self, other: &Self, half_life_days: f64) {
        self.combine(other, half_life_days, |own, other| own + other);
    }

    /// Takes away counts that were added before.
    pub(super) fn subtract(&mut self, other: &Self, half_life_days: f64) {
        // What rounding leaves below 0 is nothing.
        self.combine(other, half_life_days, |own, other| (own - other).max(0.0));
    }

    fn combine(&mut self, other: &Self, half_life_days: f64, with: fn(f64, f64) -> f64) {
        let latest = self.as_of.max(other.as_of);
        let (own, other) = (self.at(latest, half_life_days), other.at(latest, half_life_days));
        *self = Self { as_of: latest, ..own };
        for (own, other) in self.counts.iter_mut().zip(other.counts) {
            *own = [with(own[0], other[0]), with(own[1], other[1])];
        }
    }
}
