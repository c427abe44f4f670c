//! Which times a customer likes to be called at: learned from windows that they chose, passed over, kept and missed.

mod cell;

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Utc, Weekday};
use ringback_calllog::{Customer, Zone};
use ringback_reach::{Segment, Window};
use serde::{Deserialize, Serialize};

use self::cell::Cells;
pub use self::cell::{DayPart, InvalidDayPart};
use crate::Error;

/// What became of a window that was read out to a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowOutcome {
    /// The customer chose it: one for it.
    Chosen,
    /// The customer chose another one: half against it, since it may have been the next best.
    PassedOver,
    /// The customer answered in it: one for it.
    Kept,
    /// The customer was called in it and did not answer: one against it.
    Missed,
}

/// One thing seen of a customer and a window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WindowSeen {
    /// When it was seen.
    pub at: DateTime<Utc>,
    /// The customer.
    pub customer: Customer,
    /// Their segment, where known.
    pub segment: Option<Segment>,
    /// The zone in which they live by the clock.
    pub zone: Zone,
    /// The window.
    pub window: Window,
    /// What became of it.
    pub outcome: WindowOutcome,
}

/// How preferences are learned.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PreferenceSettings {
    /// After so many days a thing seen counts half. Above 0. Default: 180.
    pub half_life_days: f64,
    /// How many things seen of a customer weigh as much as what their segment says, and of a segment as what everyone
    /// says. Above 0. Default: 8.
    pub strength: f64,
    /// The most that a preference multiplies a window's score by; its inverse is the least. At least 1. Default: 3.
    pub weight_most: f64,
}

impl Default for PreferenceSettings {
    fn default() -> Self {
        Self { half_life_days: 180.0, strength: 8.0, weight_most: 3.0 }
    }
}

/// The preferences of all customers, by part of the day and working days against weekends.
///
/// What speaks for and against a time is a Beta posterior: a customer's own counts, shrunk to those of their segment,
/// these to everyone's, these to the mean of all times. The **weight** of a window is its posterior mean over the mean of
/// all ten cells, so that one who likes every time alike has weight 1 everywhere: preferences order windows, they never
/// say whether to call.
///
/// # Example
///
/// ```
/// use ringback_callback::{PreferenceSettings, Preferences, WindowOutcome, WindowSeen};
/// use ringback_calllog::{PseudonymKey, Pseudonymizer, Zone};
/// use ringback_reach::Window;
///
/// let customer =
///     Pseudonymizer::new(&PseudonymKey::from_bytes([7; 32]), "acme").customer("+4520123456");
/// let hours = |from: &str, to: &str| -> Result<Window, Box<dyn std::error::Error>> {
///     Ok(Window::new(from.parse()?, to.parse()?)?)
/// };
/// let morning = hours("2026-05-04T09:00:00Z", "2026-05-04T11:00:00Z")?;
/// let evening = hours("2026-05-04T18:00:00Z", "2026-05-04T20:00:00Z")?;
/// let at = morning.ends_at();
///
/// let mut preferences = Preferences::new(PreferenceSettings::default())?;
/// let seen = |window, outcome| WindowSeen {
///     at, customer, segment: None, zone: Zone::UTC, window, outcome,
/// };
/// preferences.see(&seen(evening, WindowOutcome::Chosen));
/// preferences.see(&seen(morning, WindowOutcome::PassedOver));
/// let weight = |it| preferences.weight(customer, None, Zone::UTC, it);
/// assert!(weight(evening) > 1.0 && weight(morning) < 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Preferences {
    settings: PreferenceSettings,
    weekend: Vec<Weekday>,
    customers: BTreeMap<Customer, Vec<Row>>,
    segments: BTreeMap<Segment, Cells>,
    all: Cells,
}

/// A customer's counts while they were in a segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Row {
    segment: Option<Segment>,
    cells: Cells,
}

impl Preferences {
    /// Nothing learned yet; Saturday and Sunday are the weekend.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a setting outside its range.
    pub fn new(settings: PreferenceSettings) -> Result<Self, Error> {
        settings.check()?;
        Ok(Self {
            settings,
            weekend: vec![Weekday::Sat, Weekday::Sun],
            customers: BTreeMap::new(),
            segments: BTreeMap::new(),
            all: Cells::default(),
        })
    }

    /// Sets the days of the weekend. Set it before anything is seen: what was counted stays where it is.
    #[must_use]
    pub fn weekend(mut self, weekend: &[Weekday]) -> Self {
        self.weekend = weekend.to_vec();
        self
    }

    /// Counts one thing seen, for the customer, their segment and everyone. Things seen may come in any order.
    pub fn see(&mut self, seen: &WindowSeen) {
        let cell = self.place(seen.zone, seen.window);
        let (likes, dislikes) = match seen.outcome {
            WindowOutcome::Chosen | WindowOutcome::Kept => (1.0, 0.0),
            WindowOutcome::PassedOver => (0.0, 0.5),
            WindowOutcome::Missed => (0.0, 1.0),
        };
        let half_life_days = self.settings.half_life_days;
        let count = |cells: &mut Cells| {
            cells.add(cell, [likes, dislikes], seen.at, half_life_days);
        };
        let rows = self.customers.entry(seen.customer).or_default();
        let found = rows.iter().position(|it| it.segment == seen.segment);
        if found.is_none() {
            rows.push(Row { segment: seen.segment.clone(), cells: Cells::default() });
        }
        let place = found.unwrap_or(rows.len() - 1);
        if let Some(row) = rows.get_mut(place) {
            count(&mut row.cells);
        }
        if let Some(segment) = &seen.segment {
            count(self.segments.entry(segment.clone()).or_default());
        }
        count(&mut self.all);
    }

    /// By how much a customer's preference multiplies the score of a window. Range: the inverse of
    /// [`PreferenceSettings::weight_most`] to that; 1 where nothing is known.
    ///
    /// All counts decay alike, so that the weight of a time changes with what is seen and not with the passing of days.
    pub fn weight(
        &self,
        customer: Customer,
        segment: Option<&Segment>,
        zone: Zone,
        window: Window,
    ) -> f64 {
        let rates = self.rates(customer, segment);
        let place = self.place(zone, window);
        let mean = rates.iter().sum::<f64>() / rates.len() as f64;
        let most = self.settings.weight_most;
        let rate = rates.get(place).copied().unwrap_or(mean);
        if mean > 0.0 { (rate / mean).clamp(1.0 / most, most) } else { 1.0 }
    }

    /// What is known of a customer's own wishes in the cell of a window: what speaks for it and what against it, decayed
    /// to the last thing seen of them.
    pub fn own_counts(&self, customer: Customer, zone: Zone, window: Window) -> [f64; 2] {
        let cells = self.own(customer);
        cells.get(self.place(zone, window))
    }

    /// Erases a customer: their rows, and their part of the counts of segments and of everyone.
    ///
    /// Returns whether anything was known of them.
    pub fn forget(&mut self, customer: Customer) -> bool {
        let Some(rows) = self.customers.remove(&customer) else { return false };
        let half_life_days = self.settings.half_life_days;
        for row in &rows {
            self.all.subtract(&row.cells, half_life_days);
            let Some(segment) = &row.segment else { continue };
            if let Some(cells) = self.segments.get_mut(segment) {
                cells.subtract(&row.cells, half_life_days);
            }
        }
        true
    }

    /// How many customers something is known of.
    pub fn customers(&self) -> usize {
        self.customers.len()
    }

    /// The part of the day of a window in a zone: that of the instant half-way.
    pub fn day_part(zone: Zone, window: Window) -> DayPart {
        DayPart::of(zone.local(window.middle()).time())
    }

    fn place(&self, zone: Zone, window: Window) -> usize {
        let local = zone.local(window.middle());
        let is_weekend = self.weekend.contains(&local.weekday());
        Cells::place(DayPart::of(local.time()), is_weekend)
    }

    /// A customer's own counts over all segments that they were in.
    fn own(&self, customer: Customer) -> Cells {
        let mut own = Cells::default();
        for row in self.customers.get(&customer).into_iter().flatten() {
            own.merge(&row.cells, self.settings.half_life_days);
        }
        own
    }

    /// The posterior mean of every cell.
    fn rates(&self, customer: Customer, segment: Option<&Segment>) -> [f64; cell::CELLS] {
        let strength = self.settings.strength;
        let own = self.own(customer);
        // All decay to one instant: old customers are not judged by fresher counts than their segment's.
        let latest = self.all.as_of();
        let at = |cells: &Cells| cells.at(latest, self.settings.half_life_days);
        let (own, all) = (at(&own), at(&self.all));
        let group = segment.and_then(|it| self.segments.get(it)).map(at);
        let total = all.total();
        // Laplace's prior keeps the overall rate away from 0 and 1 while little is known.
        let overall = (total[0] + 1.0) / (total[0] + total[1] + 2.0);
        let shrunk = |[likes, dislikes]: [f64; 2], prior: f64| {
            (likes + strength * prior) / (likes + dislikes + strength)
        };
        std::array::from_fn(|place| {
            let mut rate = shrunk(all.get(place), overall);
            if let Some(group) = &group {
                rate = shrunk(group.get(place), rate);
            }
            shrunk(own.get(place), rate)
        })
    }
}

impl PreferenceSettings {
    /// # Errors
    ///
    /// [`Error::Setting`] for a setting outside its range.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let above_0 = |value: f64| value.is_finite() && value > 0.0;
        let check = |name, value, holds, expected| {
            if holds { Ok(()) } else { Err(Error::Setting { name, value, expected }) }
        };
        let expected = "a finite number above 0";
        check("half_life_days", self.half_life_days, above_0(self.half_life_days), expected)?;
        check("strength", self.strength, above_0(self.strength), expected)?;
        let most = self.weight_most;
        let holds = most.is_finite() && most >= 1.0;
        check("weight_most", most, holds, "a finite number of at least 1")
    }
}
