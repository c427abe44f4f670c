//! Who goes where: requests to cells with room for a few each, so that the sum of values is greatest. Plain numbers,
//! no time and no rules.

mod network;
mod start;
mod swap;

use serde::{Deserialize, Serialize};

use crate::Error;

pub(crate) use network::Move;
use network::Network;

/// The value of a cell that a request may not go to.
pub(crate) const FORBIDDEN: i64 = i64::MIN;

/// How many whole units a value of 1 is: values are rounded to a millionth.
pub(crate) const UNITS: f64 = 1e6;

/// Values of requests in cells, as they are handed to [`Assignment::solve`].
///
/// Values are rounded to a millionth, halves away from 0, and everything after that is whole numbers: what is the
/// greatest sum is then a fact and no matter of tolerance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssignmentTable {
    slots: Vec<u32>,
    /// `slots.len() + 1` whole units a request: one a cell, and that of being left out.
    units: Vec<i64>,
}

impl AssignmentTable {
    /// Cells with room for so many requests each, and no request yet.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for more than 4,096 cells: what is kept grows with their square.
    pub fn new(slots: &[u32]) -> Result<Self, Error> {
        if slots.len() > 4_096 {
            return Err(Error::Setting {
                name: "cells",
                value: slots.len() as f64,
                expected: "at most 4,096",
            });
        }
        Ok(Self { slots: slots.to_vec(), units: Vec::new() })
    }

    /// Adds a request; its number, from 0.
    ///
    /// `values`: one a cell, NaN where it may not go. `left_out`: what it is worth to leave it out, 0 or, where that
    /// does harm, less.
    ///
    /// # Errors
    ///
    /// [`Error::AssignmentValue`] unless there is one value a cell, each of them NaN or finite and no larger than what
    /// whole numbers of 64 bits have room for: 10⁹ for up to 1,000 cells.
    pub fn push(&mut self, values: &[f64], left_out: f64) -> Result<usize, Error> {
        let row = self.n_requests();
        push_units(&mut self.units, values, left_out, (self.slots.len(), row))?;
        Ok(row)
    }

    /// Adds a request in whole units, the last of them that of being left out.
    pub(crate) fn push_units(&mut self, units: &[i64]) {
        debug_assert_eq!(units.len(), self.slots.len() + 1);
        self.units.extend_from_slice(units);
    }

    /// Takes slots from a cell.
    pub(crate) fn take_slots(&mut self, cell: usize, n_slots: u32) {
        if let Some(slots) = self.slots.get_mut(cell) {
            *slots = slots.saturating_sub(n_slots);
        }
    }

    /// Requests so far.
    pub fn n_requests(&self) -> usize {
        self.units.len() / (self.slots.len() + 1)
    }
}

/// The largest value that whole numbers of 64 bits have room for: chains of moves add up values of all cells, twice.
pub(crate) fn units_most(n_cells: usize) -> i64 {
    i64::MAX / (8 * (i64::try_from(n_cells).unwrap_or(i64::MAX / 16) + 2))
}

/// Rounds a request's values to whole units and appends them.
fn push_units(
    units: &mut Vec<i64>,
    values: &[f64],
    left_out: f64,
    (n_cells, row): (usize, usize),
) -> Result<(), Error> {
    let most = units_most(n_cells) as f64 / UNITS;
    let fault = |cell, value| Error::AssignmentValue { request: row, cell, value, most };
    if values.len() != n_cells || u32::try_from(row).map_or(true, |it| it == u32::MAX) {
        return Err(fault(values.len(), f64::NAN));
    }
    if left_out.is_nan() || left_out.abs() > most {
        return Err(fault(n_cells, left_out));
    }
    if let Some((cell, value)) =
        values.iter().enumerate().find(|it| !it.1.is_nan() && it.1.abs() > most)
    {
        return Err(fault(cell, *value));
    }
    units.extend(values.iter().map(|&it| to_units(it)));
    units.push(to_units(left_out));
    Ok(())
}

/// A value in whole units; [`FORBIDDEN`] for NaN.
pub(crate) fn to_units(value: f64) -> i64 {
    if value.is_nan() {
        return FORBIDDEN;
    }
    #[expect(clippy::cast_possible_truncation, reason = "callers have checked the range")]
    let units = (value * UNITS).round() as i64;
    units
}

/// Whether an assignment is the best there is: nothing beats the bound, and the value reaches it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Certificate {
    /// The sum of the values as they were assigned.
    pub value: f64,
    /// What no assignment can exceed: the price of every slot, and for every request its best value less the price.
    pub bound: f64,
    /// The bound less the value, computed in whole numbers: 0 if and only if the assignment is the best.
    pub gap: f64,
}

/// Requests assigned to cells: the greatest sum of values that the room in the cells allows, and the prices that prove
/// it. It stays so while requests come and go and room changes; one change costs a small part of solving anew.
///
/// Each request goes to one cell or is left out. Where several assignments are equally good, which one is chosen depends
/// on the order of the calls and on nothing else.
///
/// # Method
///
/// Successive shortest paths on the graph of cells, whose arcs are the best request to move from one to the other, kept
/// in heaps; the transportation problem is a minimum-cost flow, so that whole requests are optimal. To solve many
/// requests at once, prices of smaller parts come first and only what is then too much or too little is corrected.
///
/// # Source
///
/// \[`AhujaMagnantiOrlin1993`\], sections 9.7 (successive shortest paths) and 12.4 (assignment); the heaps and the
/// start are ours.
///
/// # Example
///
/// ```
/// use ringback_callback::{Assignment, AssignmentTable};
///
/// // Two cells with one slot each, three requests; the second request may only go to the first cell.
/// let mut table = AssignmentTable::new(&[1, 1])?;
/// table.push(&[0.6, 0.5], 0.0)?;
/// table.push(&[0.4, f64::NAN], 0.0)?;
/// table.push(&[0.3, 0.25], 0.0)?;
/// let mut assignment = Assignment::solve(table);
/// assert_eq!([0, 1, 2].map(|it| assignment.cell(it)), [Some(1), Some(0), None]);
/// assert_eq!(assignment.certificate().gap, 0.0);
///
/// assignment.set_slots(0, 2)?;
/// assert_eq!([0, 1, 2].map(|it| assignment.cell(it)), [Some(0), Some(0), Some(1)]);
/// # Ok::<(), ringback_callback::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Assignment {
    network: Network,
}

impl Assignment {
    /// The best assignment of a table of requests.
    pub fn solve(table: AssignmentTable) -> Self {
        let prices = start::prices(&table.slots, &table.units);
        Self { network: Network::new(&table.slots, table.units, &prices) }
    }

    /// Adds a request and moves others where that is better; its number. The number of a request that was removed is
    /// given again.
    ///
    /// # Errors
    ///
    /// As [`AssignmentTable::push`].
    pub fn add(&mut self, values: &[f64], left_out: f64) -> Result<usize, Error> {
        let mut units = Vec::with_capacity(values.len() + 1);
        let place = (self.network.n_cells(), self.network.n_rows());
        push_units(&mut units, values, left_out, place)?;
        Ok(self.network.add(&units))
    }

    /// Takes a request away and moves others where that is better; `false` if there is none of that number.
    pub fn remove(&mut self, request: usize) -> bool {
        self.network.remove(request)
    }

    /// Changes how many requests a cell has room for and moves requests where that is better.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] if there is no such cell.
    pub fn set_slots(&mut self, cell: usize, slots: u32) -> Result<(), Error> {
        if cell >= self.network.n_cells() {
            let expected = "the number of a cell";
            return Err(Error::Setting { name: "cell", value: cell as f64, expected });
        }
        self.network.set_slots(cell, slots);
        Ok(())
    }

    /// The cell of a request; `None` if it is left out or there is none of that number.
    pub fn cell(&self, request: usize) -> Option<usize> {
        self.network.node(request).filter(|it| *it < self.network.n_cells())
    }

    /// The price of a slot in a cell: at these prices no request wants to move. One more slot adds so much to the sum
    /// at most. 0 where there is room; absent if there is no such cell.
    pub fn price(&self, cell: usize) -> Option<f64> {
        self.price_units(cell).map(|it| it as f64 / UNITS)
    }

    /// How many requests are in a cell; absent if there is no such cell.
    pub fn n_assigned(&self, cell: usize) -> Option<usize> {
        let is_cell = cell < self.network.n_cells();
        is_cell.then(|| usize::try_from(self.network.load(cell)).unwrap_or(0))
    }

    /// How many requests a cell has room for; absent if there is no such cell.
    pub fn slots(&self, cell: usize) -> Option<usize> {
        let is_cell = cell < self.network.n_cells();
        is_cell.then(|| usize::try_from(self.network.slots(cell)).unwrap_or(0))
    }

    /// Adds up the value and the bound afresh, from the values and the prices alone.
    pub fn certificate(&self) -> Certificate {
        let (value, bound) = self.sums();
        Certificate {
            value: value as f64 / UNITS,
            bound: bound as f64 / UNITS,
            gap: (bound - value) as f64 / UNITS,
        }
    }

    /// The bound less the value, in whole units.
    pub(crate) fn gap_units(&self) -> i128 {
        let (value, bound) = self.sums();
        bound - value
    }

    /// The value and the bound, in whole units.
    fn sums(&self) -> (i128, i128) {
        let network = &self.network;
        let prices = network.prices();
        let mut value = 0_i128;
        let mut bound = 0_i128;
        for (cell, &price) in prices.iter().enumerate().take(network.n_cells()) {
            bound += i128::from(price) * i128::from(network.slots(cell));
        }
        for row in 0..network.n_rows() {
            let Some(node) = network.node(row) else { continue };
            let values = network.values(row);
            let allowed = values.iter().zip(prices).filter(|it| *it.0 != FORBIDDEN);
            let best = allowed.map(|(value, price)| value - price).max();
            bound += i128::from(best.unwrap_or(0));
            value += i128::from(values[node]);
        }
        (value, bound)
    }

    /// Adds a request in whole units.
    pub(crate) fn add_units(&mut self, units: &[i64]) -> usize {
        self.network.add(units)
    }

    /// Gives a request other values, in whole units, and moves whatever is then better elsewhere.
    pub(crate) fn replace_units(&mut self, request: usize, units: &[i64]) {
        self.network.replace(request, units);
    }

    /// Takes a request away together with its slot; nobody else moves.
    pub(crate) fn retire(&mut self, request: usize) {
        self.network.retire(request);
    }

    /// The values of a request in whole units; empty if there is none of that number.
    pub(crate) fn units(&self, request: usize) -> &[i64] {
        self.network.values(request)
    }

    /// The price of a slot in whole units.
    pub(crate) fn price_units(&self, cell: usize) -> Option<i64> {
        self.network.prices().get(cell).copied().filter(|_| cell < self.network.n_cells())
    }

    /// What moved in the last change.
    pub(crate) fn moves(&self) -> &[Move] {
        self.network.moves()
    }
}
