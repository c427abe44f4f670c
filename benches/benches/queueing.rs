//! Erlang formulas, staffing and the equations of a day. Throughput is in centers, and in days.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ringback::forecast::{
    ErlangA, Error, Load, QueueSlot, ServiceTarget, Staffing, TimeVaryingQueue,
};

/// Every measure that a staffing table shows, for loads of 0.5 to 1.5 times the agents.
fn erlang_a(agents: u32, centers: u32) -> Result<f64, Error> {
    let mut sum = 0.0;
    for n in 0..centers {
        let ratio = 0.5 + f64::from(n) / f64::from(centers);
        let load = Load::new(f64::from(agents) * ratio * 20.0, 180.0)?;
        let center = ErlangA::new(load, 240.0, agents)?;
        sum += center.wait_probability() + center.abandon_probability();
        sum += center.speed_of_answer_secs() + center.virtual_wait_exceeds(20.0)?;
        sum += center.answered_within(20.0)?;
    }
    Ok(sum)
}

fn formulas(c: &mut Criterion) {
    let mut group = c.benchmark_group("erlang a");
    for agents in [10, 100, 1_000, 10_000] {
        assert!(erlang_a(agents, 1_000).is_ok());
        group.throughput(Throughput::Elements(1_000));
        group.bench_with_input(BenchmarkId::new("1000 centers", agents), &agents, |b, &agents| {
            b.iter(|| erlang_a(black_box(agents), 1_000));
        });
    }
    group.finish();
}

fn staffing(c: &mut Criterion) {
    let target = ServiceTarget::AnsweredWithin { share: 0.8, wait_secs: 20.0 };
    let fewest = |erlangs: f64| {
        let staffing = Staffing::new(Load::new(erlangs * 20.0, 180.0)?);
        staffing.patience_secs_mean(240.0)?.agents_for(&[target])
    };
    assert!(fewest(100.0).is_ok());
    c.bench_function("staffing/100 erlangs", |b| b.iter(|| fewest(black_box(100.0))));
}

/// Half hours of a day: two peaks, agents who follow with a lag, about as many at most as asked for.
fn half_hours(agents_most: f64) -> Vec<QueueSlot> {
    let shape = |hour: f64| {
        let bell = |at: f64, width: f64| (-((hour - at) / width).powi(2)).exp();
        0.08 + bell(10.5, 2.5) + 0.8 * bell(15.5, 2.5)
    };
    let slot = |n: u32| {
        let hour = f64::from(n) / 2.0;
        let agents = (agents_most * shape(hour - 0.5) / 1.1).ceil().clamp(1.0, 65_535.0);
        QueueSlot {
            length_secs: 1_800.0,
            calls: agents_most * shape(hour) / 1.1 * 6.0,
            agents: (0..65_535_u16).find(|it| f64::from(*it) >= agents).map_or(0, u32::from),
        }
    };
    (0..48).map(slot).collect()
}

fn days(c: &mut Criterion) {
    let mut group = c.benchmark_group("time varying");
    group.sample_size(20);
    for agents in [10, 100, 1_000] {
        let day = half_hours(f64::from(agents));
        let queue = TimeVaryingQueue::new(300.0, 240.0);
        assert!(queue.as_ref().is_ok_and(|it| it.run(&day).is_ok()));
        group.throughput(Throughput::Elements(1));
        group.bench_with_input(BenchmarkId::new("48 half hours", agents), &day, |b, day| {
            b.iter(|| queue.as_ref().map(|it| it.run(black_box(day))));
        });
    }
    group.finish();
}

criterion_group!(benches, formulas, staffing, days);
criterion_main!(benches);
