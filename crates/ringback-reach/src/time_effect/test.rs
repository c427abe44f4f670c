//! The statistics of an effect of the time, and what chance gives.

use std::ops::Range;

use chrono::TimeDelta;
use rayon::prelude::*;

use super::TimeLook;
use super::strata::{Row, STRETCH_HOURS, Strata};
use crate::policy_value::Draws;

/// Stretches of the day.
const STRETCHES: usize = (24 / STRETCH_HOURS) as usize;
/// Where the parts of a day meet. Unit: hours.
const NOON: f64 = 12.0;
const EVENING: f64 = 17.0;
/// How near hours must be to be compared: the bandwidth of a Gaussian kernel, and where it is cut. Unit: hours.
const BANDWIDTH: f64 = 1.5;
const FARTHEST: f64 = 4.5;
/// Attempts nearer to each other in time share the same evening, or the same absence.
const LEAST_GAP: TimeDelta = TimeDelta::hours(12);
/// How many later attempts each is compared with, and pairs in all: beyond them customers are left out of this look.
const PARTNERS: usize = 20;
const MOST_PAIRS: usize = 2_000_000;
/// Cells whose variance is smaller say nothing.
const LEAST_VARIANCE: f64 = 1.0;

/// A look, prepared so that each deal only adds.
pub(super) struct Look {
    name: TimeLook,
    /// The outcome of each row less its group's share.
    rests: Vec<f64>,
    /// The rows of each group.
    groups: Vec<Range<usize>>,
    how: How,
}

enum How {
    /// The cell of each row, and the inverse variance of each cell's sum.
    Cells { of_row: Vec<usize>, inverse_variances: Vec<f64> },
    /// Rows of one customer, and how near their hours are.
    Pairs(Vec<(u32, u32, f64)>),
}

/// P-values by permutation.
pub(super) struct PValues {
    pub(super) together: f64,
    pub(super) by_look: Vec<(TimeLook, f64)>,
}

/// The looks for which there is something to see.
pub(super) fn looks(strata: &Strata) -> Vec<Look> {
    let mut looks = Vec::new();
    let part = |it: &Row| usize::from(it.hour >= NOON) + usize::from(it.hour >= EVENING);
    looks.extend(cells(strata, TimeLook::DayParts, 3, part));
    looks.extend(cells(strata, TimeLook::Hours, STRETCHES, |it| it.stretch));
    looks.extend(cells(strata, TimeLook::Weekdays, 7, |it| it.weekday));
    if strata.segments > 1 {
        let cell = |it: &Row| it.segment * STRETCHES + it.stretch;
        let count = strata.segments * STRETCHES;
        looks.extend(cells(strata, TimeLook::HoursBySegment, count, cell));
    }
    let firsts = strata.firsts(|_| 0);
    let pairs = pairs(&firsts);
    if !pairs.is_empty() {
        looks.push(Look::new(TimeLook::NearHours, &firsts, How::Pairs(pairs)));
    }
    looks
}

/// The p-value of each look and of all together; none without a look.
pub(super) fn p_values(looks: &[Look], permutations: usize, seed: u64) -> Option<PValues> {
    if looks.is_empty() {
        return None;
    }
    let deal = |part: usize| {
        let mut draws = Draws::of_part(seed, part as u64);
        looks.iter().map(|it| it.statistic(&it.dealt(&mut draws))).collect::<Vec<f64>>()
    };
    let mut all: Vec<Vec<f64>> = vec![looks.iter().map(|it| it.statistic(&it.rests)).collect()];
    all.par_extend((0..permutations).into_par_iter().map(deal));
    // By look, its statistic in the observed log, which comes first, and in each deal.
    let by_look: Vec<Vec<f64>> = (0..looks.len())
        .map(|look| all.iter().filter_map(|it| it.get(look).copied()).collect())
        .collect();
    let standard: Vec<Vec<f64>> = by_look.iter().map(|it| standardized(it)).collect();
    let largest: Vec<f64> = (0..all.len())
        .map(|deal| {
            let own = standard.iter().filter_map(|it| it.get(deal).copied());
            own.fold(f64::NEG_INFINITY, f64::max)
        })
        .collect();
    let alone = looks.iter().zip(&by_look);
    Some(PValues {
        together: tail(&largest)?,
        by_look: alone.filter_map(|(it, all)| Some((it.name, tail(all)?))).collect(),
    })
}

/// Values as distances from their mean, in standard deviations; 0 where they do not vary.
fn standardized(values: &[f64]) -> Vec<f64> {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / count;
    let inverse = if variance > 0.0 { 1.0 / variance.sqrt() } else { 0.0 };
    values.iter().map(|it| (it - mean) * inverse).collect()
}

/// The share of values that are at least as large as the first, but for rounding.
fn tail(values: &[f64]) -> Option<f64> {
    let first = values.first()?;
    let rounding = 1e-9 * first.abs().max(1e-9);
    let as_large = values.iter().filter(|it| **it >= first - rounding).count();
    Some(as_large as f64 / values.len() as f64)
}

impl Look {
    fn new(name: TimeLook, strata: &Strata, how: How) -> Self {
        let rests = strata.rows.iter().map(|it| it.rest).collect();
        let groups = strata.groups.iter().map(|it| it.rows.clone()).collect();
        Self { name, rests, groups, how }
    }

    /// The outcomes, dealt anew within each group.
    fn dealt(&self, draws: &mut Draws) -> Vec<f64> {
        let mut dealt = self.rests.clone();
        for group in &self.groups {
            if let Some(own) = dealt.get_mut(group.clone()) {
                draws.shuffle(own);
            }
        }
        dealt
    }

    fn statistic(&self, rests: &[f64]) -> f64 {
        match &self.how {
            How::Cells { of_row, inverse_variances } => {
                let mut sums = vec![0.0; inverse_variances.len()];
                for (cell, rest) in of_row.iter().zip(rests) {
                    if let Some(sum) = sums.get_mut(*cell) {
                        *sum += rest;
                    }
                }
                sums.iter().zip(inverse_variances).map(|(sum, inverse)| sum * sum * inverse).sum()
            }
            How::Pairs(pairs) => {
                let rest = |place: u32| rests.get(place as usize).copied().unwrap_or(0.0);
                pairs.iter().map(|(one, other, near)| near * rest(*one) * rest(*other)).sum()
            }
        }
    }
}

/// A look by cells; none if fewer than two cells have a variance worth a look.
fn cells(
    strata: &Strata,
    name: TimeLook,
    count: usize,
    cell: impl Fn(&Row) -> usize,
) -> Option<Look> {
    let strata = strata.firsts(&cell);
    let mut variances = vec![0.0; count];
    let mut own = vec![0.0; count];
    for group in &strata.groups {
        let rows = strata.group_rows(group);
        for row in rows {
            if let Some(it) = own.get_mut(cell(row)) {
                *it += 1.0;
            }
        }
        // The hypergeometric variance of a cell's sum.
        let size = rows.len() as f64;
        let scale = group.share * (1.0 - group.share) * size / (size - 1.0);
        for row in rows {
            if let (Some(it), Some(variance)) =
                (own.get_mut(cell(row)), variances.get_mut(cell(row)))
            {
                *variance += scale * *it * (1.0 - *it / size);
                *it = 0.0;
            }
        }
    }
    let inverse = |it: &f64| if *it >= LEAST_VARIANCE { 1.0 / it } else { 0.0 };
    let inverse_variances: Vec<f64> = variances.iter().map(inverse).collect();
    let used = inverse_variances.iter().filter(|it| **it > 0.0).count();
    let of_row = strata.rows.iter().map(cell).collect();
    let how = How::Cells { of_row, inverse_variances };
    (used >= 2).then(|| Look::new(name, &strata, how))
}

/// Attempts at one customer at near hours of different days.
fn pairs(strata: &Strata) -> Vec<(u32, u32, f64)> {
    let mut pairs = Vec::new();
    for group in strata.groups.iter().filter(|it| it.is_customer) {
        if pairs.len() >= MOST_PAIRS {
            break;
        }
        let rows = strata.group_rows(group);
        for (place, one) in rows.iter().enumerate() {
            for (later, other) in rows.iter().enumerate().skip(place + 1).take(PARTNERS) {
                let apart = (one.hour - other.hour).abs();
                let apart = apart.min(24.0 - apart);
                if apart > FARTHEST || other.at - one.at < LEAST_GAP {
                    continue;
                }
                let near = (-0.5 * (apart / BANDWIDTH).powi(2)).exp();
                let places = [place, later].map(|it| u32::try_from(group.rows.start + it));
                if let [Ok(one), Ok(other)] = places {
                    pairs.push((one, other, near));
                }
            }
        }
    }
    pairs
}
