//! Bursts: slots far busier than their day, cut down before they teach anything.

use chrono::NaiveDate;
use serde::Serialize;

use super::grid::Grid;

/// A slot is a burst above its expectation by this many standard deviations.
const LIMIT_SD: f64 = 6.0;

/// A burst is cut down to this many standard deviations above its expectation.
const CUT_SD: f64 = 3.0;

/// How often a day's ratio is taken anew without its bursts.
const ROUNDS: usize = 3;

/// The standard deviation of a slot beyond that of Poisson counts, as a share of its expectation.
const SLOT_SD: f64 = 0.35;

/// The least variance of a slot, in calls squared.
const LEAST_VARIANCE: f64 = 4.0;

/// A day's ratio to its weekday is kept within this factor of 1: a burst must not explain itself.
const RATIO_LIMIT: f64 = 3.0;

/// A slot that was far busier than the rest of its day explains: a run of hang-ups, a dialler gone wrong.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Burst {
    /// The civil date.
    pub date: NaiveDate,
    /// The slot of the day, counted from midnight.
    pub slot: usize,
    /// The volume that came.
    pub volume: f64,
    /// The volume that the fit used in its place.
    pub used: f64,
}

/// Cuts bursts (six standard deviations above what weekday and day explain) down to three, and lists them by time.
///
/// What weekday and day explain: the median of the slot over the weekday's days, times the day's ratio to such medians.
/// The ratio is taken three times, each time without the slots that were bursts before.
pub(super) fn winsorize(grid: &mut Grid) -> Vec<Burst> {
    let medians: Vec<Vec<f64>> = (0..7).map(|weekday| slot_medians(grid, weekday)).collect();
    let mut bursts = Vec::new();
    for day in 0..grid.len() {
        let usual = &medians[grid.weekday(day)];
        let mut ratio = 1.0;
        let mut is_burst = vec![false; grid.slots()];
        for _ in 0..ROUNDS {
            ratio = ratio_of(grid.row(day), usual, &is_burst);
            for (slot, &value) in grid.row(day).iter().enumerate() {
                is_burst[slot] = value > ceiling(ratio * usual[slot], LIMIT_SD);
            }
        }
        let date = grid.date(day);
        for (slot, value) in grid.row_mut(day).iter_mut().enumerate() {
            if is_burst[slot] {
                let used = ceiling(ratio * usual[slot], CUT_SD);
                bursts.push(Burst { date, slot, volume: *value, used });
                *value = used;
            }
        }
    }
    bursts
}

/// The volume of a day over the medians of its weekday, between 1 and a limit; bursts aside.
fn ratio_of(row: &[f64], usual: &[f64], is_burst: &[bool]) -> f64 {
    let (mut came, mut expected) = (0.0, 0.0);
    for ((value, usual), is_burst) in row.iter().zip(usual).zip(is_burst) {
        if !value.is_nan() && !is_burst {
            came += value;
            expected += usual;
        }
    }
    if expected > 0.0 { (came / expected).clamp(1.0, RATIO_LIMIT) } else { 1.0 }
}

/// So many standard deviations above an expectation.
fn ceiling(expected: f64, sds: f64) -> f64 {
    let variance = expected + (SLOT_SD * expected).powi(2) + LEAST_VARIANCE;
    expected + sds * variance.sqrt()
}

/// The median known volume of each slot of a weekday; 0 where nothing is known.
fn slot_medians(grid: &Grid, weekday: usize) -> Vec<f64> {
    let days: Vec<usize> = (0..grid.len()).filter(|&day| grid.weekday(day) == weekday).collect();
    let mut values = Vec::with_capacity(days.len());
    let mut medians = Vec::with_capacity(grid.slots());
    for slot in 0..grid.slots() {
        values.clear();
        values.extend(days.iter().map(|&day| grid.row(day)[slot]).filter(|value| !value.is_nan()));
        let middle = values.len() / 2;
        let median = if values.is_empty() {
            0.0
        } else {
            *values.select_nth_unstable_by(middle, f64::total_cmp).1
        };
        medians.push(median);
    }
    medians
}
