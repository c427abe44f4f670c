//! The rows of capacity as cells, and values as whole numbers.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ringback_reach::Window;

use super::Planner;
use crate::flow::{self, UNITS};
use crate::{AssignmentTable, Capacity, Error, Skill, Urgency};

/// Steps in which urgent requests are planned before all others: a ten-thousandth of an answered call.
const URGENT_STEPS: f64 = 1e4;
const SECS_PER_DAY: f64 = 86_400.0;

/// A window and the cells that are in it.
#[derive(Clone, Debug)]
pub(crate) struct BoardWindow {
    pub(crate) window: Window,
    pub(crate) cells: Vec<usize>,
}

/// What requests are planned into.
#[derive(Clone, Debug)]
pub(crate) struct Board {
    pub(crate) planner: Planner,
    pub(crate) cells: Vec<Capacity>,
    /// Distinct windows, in order of time.
    pub(crate) windows: Vec<BoardWindow>,
    pub(super) ends_at: DateTime<Utc>,
    /// What one step of an urgent request's value outweighs: all that other requests can gain along a chain of moves.
    urgent_step: i64,
}

impl Board {
    /// The cells of rows of capacity.
    pub(crate) fn new(
        planner: &Planner,
        capacities: &[Capacity],
        as_of: DateTime<Utc>,
    ) -> Result<Self, Error> {
        planner.check()?;
        let mut windows: BTreeMap<Window, Vec<usize>> = BTreeMap::new();
        let mut named: BTreeMap<(Window, Option<&Skill>), u32> = BTreeMap::new();
        for (cell, row) in capacities.iter().enumerate() {
            if let Some(slots) = named.insert((row.window, row.skill.as_ref()), row.slots) {
                return Err(Error::Contradiction(format!(
                    "capacity of {} for {} is {slots} and {} slots, expected one row",
                    row.window,
                    row.skill.as_ref().map_or("every skill", Skill::as_str),
                    row.slots
                )));
            }
            windows.entry(row.window).or_default().push(cell);
        }
        let ends_at = windows.keys().map(|it| it.ends_at()).max().unwrap_or(as_of).max(as_of);
        let windows =
            windows.into_iter().map(|(window, cells)| BoardWindow { window, cells }).collect();
        let urgent_step = urgent_step(planner, capacities.len(), days(as_of, ends_at))?;
        Ok(Self {
            planner: planner.clone(),
            cells: capacities.to_vec(),
            windows,
            ends_at,
            urgent_step,
        })
    }

    /// An empty table with the slots of all cells.
    pub(crate) fn table(&self) -> Result<AssignmentTable, Error> {
        let slots: Vec<u32> = self.cells.iter().map(|it| it.slots).collect();
        AssignmentTable::new(&slots)
    }

    /// A value in whole units, in which those of urgent requests outweigh all others.
    pub(super) fn to_units(&self, value: f64, urgency: Urgency) -> i64 {
        if urgency == Urgency::Urgent {
            flow::to_units(value * URGENT_STEPS / UNITS) * self.urgent_step
        } else {
            flow::to_units(value)
        }
    }

    /// A sum or difference of values in whole units as a value.
    pub(crate) fn to_value(&self, units: i64) -> f64 {
        let half = self.urgent_step / 2;
        let steps = units.saturating_add(units.signum() * half) / self.urgent_step;
        let rest = units - steps * self.urgent_step;
        steps as f64 / URGENT_STEPS + rest as f64 / UNITS
    }

    /// Pairs of windows that overlap, each with the next.
    pub(super) fn n_overlaps(&self) -> usize {
        self.windows.windows(2).filter(|it| it[0].window.overlaps(it[1].window)).count()
    }
}

/// Days between two instants; 0 if the second is first.
pub(super) fn days(from: DateTime<Utc>, to: DateTime<Utc>) -> f64 {
    ((to - from).num_milliseconds().max(0)) as f64 / 1_000.0 / SECS_PER_DAY
}

/// More than others can gain or lose when a request goes elsewhere: the chain of moves touches every cell once at most.
fn urgent_step(planner: &Planner, n_cells: usize, n_days: f64) -> Result<i64, Error> {
    let weights = &planner.weights;
    let worth = planner.worth.values().copied().fold(1.0, f64::max);
    let most = weights.high * (worth + weights.wait_cost_per_day * n_days + weights.deadline_cost);
    let step = 2.0 * (n_cells as f64 + 2.0) * (most * UNITS + 2.0).ceil() + 1.0;
    if (most * URGENT_STEPS + 2.0) * step > flow::units_most(n_cells) as f64 {
        return Err(Error::Setting {
            name: "weight times worth and costs",
            value: most,
            expected: "less, or fewer rows of capacity, so that sums fit into 64 bits",
        });
    }
    #[expect(clippy::cast_possible_truncation, reason = "less than units_most")]
    let step = step as i64;
    Ok(step)
}
