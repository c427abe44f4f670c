//! How a day's calls spread over its slots: the weekday's shape, learnt with several memories side by side.

use super::grid::Grid;

/// A way to learn shapes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Memory {
    /// A day's weight halves after so many days.
    half_life_days: f64,
    /// The standard deviation of the window that shapes are smoothed by, in minutes.
    window_minutes: f64,
}

/// The memories whose shapes are mixed: one that follows a rhythm which shifts from week to week, one that remembers
/// months, and two between.
pub(super) const MEMORIES: [Memory; 4] = [
    Memory { half_life_days: 4.0, window_minutes: 40.0 },
    Memory { half_life_days: 21.0, window_minutes: 20.0 },
    Memory { half_life_days: 56.0, window_minutes: 20.0 },
    Memory { half_life_days: 250.0, window_minutes: 20.0 },
];

/// A day that surprised by more than this many standard deviations teaches less: its shape is as odd as its total.
const ODD_DAY: f64 = 2.5;

/// How many times a distance between two weekdays counts that sampling noise does not explain: it is the same error
/// every week, and sums over slots hide a few in which two weekdays are far apart. On the tuning windows (a bank's and a county's spring, a
/// city's first half year) 4 to 16 were alike, and 1 up to 4 % worse.
const DISTANCE_WEIGHT: f64 = 8.0;

/// The shapes of all weekdays under one memory.
#[derive(Clone, Debug)]
pub(super) struct Shapes {
    memory: Memory,
    passes: f64,
    dispersion: f64,
    /// By weekday, slot after slot: calls, and the day totals that they came from.
    calls: Vec<f64>,
    totals: Vec<f64>,
    /// By weekday, slot after slot: the share of the day's total.
    shares: Vec<f64>,
    /// By weekday: the day totals with their weights, and with the squares of their weights.
    weight: [f64; 7],
    squares: [f64; 7],
    /// The day that the sums of each weekday were last aged to.
    aged_to: [usize; 7],
    slots: usize,
}

/// What a day teaches.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lesson {
    pub(super) day: usize,
    /// The total of a whole day that the calls belong to.
    pub(super) total: f64,
    /// How far the total surprised, in standard deviations.
    pub(super) surprise: f64,
}

impl Shapes {
    pub(super) fn new(memory: Memory, grid: &Grid, dispersion: f64) -> Self {
        let slots = grid.slots();
        let width = memory.window_minutes * slots as f64 / MINUTES_A_DAY;
        Self {
            memory,
            passes: 2.0 * width * width,
            dispersion,
            calls: vec![0.0; 7 * slots],
            totals: vec![0.0; 7 * slots],
            shares: vec![0.0; 7 * slots],
            weight: [0.0; 7],
            squares: [0.0; 7],
            aged_to: [0; 7],
            slots,
        }
    }

    fn slots_of(&self, weekday: usize) -> std::ops::Range<usize> {
        weekday * self.slots..(weekday + 1) * self.slots
    }

    fn left(&self, days: usize) -> f64 {
        (-(days as f64) / self.memory.half_life_days).exp2()
    }

    /// Learns from a day.
    pub(super) fn learn(&mut self, grid: &Grid, lesson: Lesson) {
        let weekday = grid.weekday(lesson.day);
        let left = self.left(lesson.day - self.aged_to[weekday]);
        self.aged_to[weekday] = lesson.day;
        let trust = (ODD_DAY / lesson.surprise.abs().max(ODD_DAY)).powi(2);
        let place = self.slots_of(weekday);
        let sums = self.calls[place.clone()].iter_mut().zip(&mut self.totals[place.clone()]);
        let shares = &mut self.shares[place];
        for (((calls, totals), share), value) in sums.zip(shares).zip(grid.row(lesson.day)) {
            *calls *= left;
            *totals *= left;
            if !value.is_nan() {
                *calls += trust * value;
                *totals += trust * lesson.total;
            }
            *share = if *totals > 0.0 { *calls / *totals } else { 0.0 };
        }
        self.weight[weekday] = left * self.weight[weekday] + trust * lesson.total;
        self.squares[weekday] = left * left * self.squares[weekday] + trust * trust * lesson.total;
    }

    /// The shape of a weekday on a day: each slot's share of the day's total, summing to about 1. Weekdays that look
    /// alike lend each other what they know, as far as chance explains the difference. `None` where nothing is known.
    pub(super) fn shape(&self, weekday: usize, day: usize) -> Option<Vec<f64>> {
        let noise: [f64; 7] = std::array::from_fn(|it| self.noise(it, day));
        let mut calls = vec![0.0; self.slots];
        let mut totals = vec![0.0; self.slots];
        for other in 0..7 {
            let aged = self.left(day.saturating_sub(self.aged_to[other]));
            let lent = aged * self.kinship(weekday, other, &noise);
            let place = self.slots_of(other);
            for (sum, its) in calls.iter_mut().zip(&self.calls[place.clone()]) {
                *sum += lent * its;
            }
            for (sum, its) in totals.iter_mut().zip(&self.totals[place]) {
                *sum += lent * its;
            }
        }
        let share = |(calls, totals)| if totals > 0.0 { calls / totals } else { 0.0 };
        let shape: Vec<f64> = calls.into_iter().zip(totals).map(share).collect();
        (shape.iter().sum::<f64>() > 0.0).then(|| smoothed(&shape, self.passes))
    }

    /// The summed sampling variance of a weekday's shares on a day; infinite where nothing is known.
    fn noise(&self, weekday: usize, day: usize) -> f64 {
        let aged = self.left(day.saturating_sub(self.aged_to[weekday]));
        let weight = aged * self.weight[weekday];
        if weight <= 0.0 {
            return f64::INFINITY;
        }
        let total: f64 = self.shares[self.slots_of(weekday)].iter().sum();
        self.dispersion * total * aged * aged * self.squares[weekday] / (weight * weight)
    }

    /// How much of another weekday's knowledge one may use: all of its own, and of another's the share of the
    /// distance between them that sampling noise explains.
    fn kinship(&self, weekday: usize, other: usize, noise: &[f64; 7]) -> f64 {
        if weekday == other || noise[weekday].is_infinite() {
            return 1.0;
        }
        if noise[other].is_infinite() {
            return 0.0;
        }
        let own = &self.shares[self.slots_of(weekday)];
        let pairs = own.iter().zip(&self.shares[self.slots_of(other)]);
        let distance: f64 = pairs.map(|(own, its)| (own - its).powi(2)).sum();
        let apart = (distance - noise[weekday] - noise[other]).max(0.0);
        let left = noise[weekday] + DISTANCE_WEIGHT * apart;
        if left > 0.0 { noise[weekday] / left } else { 1.0 }
    }
}

const MINUTES_A_DAY: f64 = 1440.0;

/// Up to so many passes of (1, 2, 1) are made one by one; beyond, three passes of a mean do the same.
const SINGLE_PASSES: f64 = 8.0;

/// Averages each slot with its neighbors: `passes` times with the weights (1, 2, 1), the last time in part, or three running means of the same
/// variance, half a squared slot a pass. Closed slots stay closed and are no neighbors; the sum stays what it was.
pub(super) fn smoothed(shape: &[f64], passes: f64) -> Vec<f64> {
    let mut smooth = shape.to_vec();
    if passes <= SINGLE_PASSES {
        let mut left = passes;
        while left >= 1.0 {
            smooth = averaged(&smooth, 1, 2.0);
            left -= 1.0;
        }
        if left > 0.0 {
            let next = averaged(&smooth, 1, 2.0);
            for (value, next) in smooth.iter_mut().zip(next) {
                *value += left * (next - *value);
            }
        }
    } else {
        // A mean over 2r + 1 slots has the variance r(r + 1)/3; three of them, r(r + 1).
        let variance = 0.5 * passes;
        let mut reach = 1_usize;
        while ((reach + 1) * (reach + 2)) as f64 <= variance {
            reach += 1;
        }
        for _ in 0..3 {
            smooth = averaged(&smooth, reach, 1.0);
        }
    }
    let (before, after): (f64, f64) = (shape.iter().sum(), smooth.iter().sum());
    if after > 0.0 {
        for value in &mut smooth {
            *value *= before / after;
        }
    }
    smooth
}

/// The mean of the open slots up to `reach` away, with the slot itself counting `center` times.
fn averaged(values: &[f64], reach: usize, center: f64) -> Vec<f64> {
    let mut sums = Vec::with_capacity(values.len() + 1);
    let (mut sum, mut open) = (0.0, 0.0);
    sums.push((0.0, 0.0));
    for &value in values {
        if value > 0.0 {
            sum += value;
            open += 1.0;
        }
        sums.push((sum, open));
    }
    let mean = |(at, &value): (usize, &f64)| {
        if value <= 0.0 {
            return 0.0;
        }
        let (from, to) = (sums[at.saturating_sub(reach)], sums[(at + reach + 1).min(values.len())]);
        let extra = center - 1.0;
        (to.0 - from.0 + extra * value) / (to.1 - from.1 + extra)
    };
    values.iter().enumerate().map(mean).collect()
}
