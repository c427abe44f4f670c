//! Plans: the best assignment of requests to windows, from scratch and after one change.

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ringback::callback::{Assignment, AssignmentTable, Error};

/// Five days of nine hours.
const CELLS: u32 = 45;

/// Uniform numbers from 0 to 1, by `SplitMix64`.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut it = self.0;
        it = (it ^ (it >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((it ^ (it >> 31)) >> 11) as f64 / 2_f64.powi(53)
    }
}

/// Values of a request in every cell: the hour's rate, the customer's own, an urgency, what a later hour costs; a fifth
/// is forbidden, and what comes after the deadline.
fn values(draws: &mut Draws, hour_rates: &[f64]) -> Vec<f64> {
    let own = 0.4 * draws.next() - 0.2;
    let weight = [0.5, 1.0, 1.0, 2.0][(0..3).filter(|_| draws.next() < 0.5).count()];
    let is_due = draws.next() < 0.3;
    let due = if is_due { f64::from(CELLS) * draws.next() } else { f64::from(CELLS) };
    let value = |(cell, rate): (u32, &f64)| {
        let is_forbidden = draws.next() < 0.2 || f64::from(cell) > due;
        let rate = (rate + own + 0.2 * (draws.next() - 0.5)).clamp(0.01, 0.95);
        if is_forbidden { f64::NAN } else { weight * rate - 0.002 * f64::from(cell) }
    };
    (0..).zip(hour_rates).map(value).collect()
}

/// A table of so many requests for each slot.
fn table(n_requests: u32, load: f64) -> Result<AssignmentTable, Error> {
    let mut draws = Draws(7);
    let hour_rates: Vec<f64> = (0..CELLS).map(|_| 0.15 + 0.35 * draws.next()).collect();
    let fair = f64::from(n_requests) / load / f64::from(CELLS);
    let slots = (0_u32..=u32::MAX).find(|it| f64::from(*it) >= fair).unwrap_or(0);
    let mut table = AssignmentTable::new(&[slots; CELLS as usize])?;
    for _ in 0..n_requests {
        table.push(&values(&mut draws, &hour_rates), 0.0)?;
    }
    Ok(table)
}

fn from_scratch(c: &mut Criterion) {
    let mut group = c.benchmark_group("plan/from scratch");
    group.sample_size(10);
    for n_requests in [1_000, 10_000, 100_000] {
        for load in [0.8, 1.3] {
            let Ok(table) = table(n_requests, load) else { continue };
            group.throughput(Throughput::Elements(n_requests.into()));
            let id = BenchmarkId::new(format!("load {load}"), n_requests);
            group.bench_with_input(id, &table, |b, table| {
                b.iter_batched(|| table.clone(), Assignment::solve, BatchSize::LargeInput);
            });
        }
    }
    group.finish();
}

fn one_change(c: &mut Criterion) {
    let mut group = c.benchmark_group("plan/one request in, one out");
    for n_requests in [1_000, 10_000, 100_000] {
        let Ok(table) = table(n_requests, 1.3) else { continue };
        let mut assignment = Assignment::solve(table);
        let mut draws = Draws(11);
        let hour_rates: Vec<f64> = (0..CELLS).map(|_| 0.15 + 0.35 * draws.next()).collect();
        group.bench_function(BenchmarkId::from_parameter(n_requests), |b| {
            b.iter(|| {
                let request = assignment.add(black_box(&values(&mut draws, &hour_rates)), 0.0)?;
                assignment.remove(request);
                Ok::<usize, Error>(request)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, from_scratch, one_change);
criterion_main!(benches);
