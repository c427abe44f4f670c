//! Reachability: fitting to made-up attempts, one score, its reasons, and many customers in many windows.

#![expect(clippy::expect_used, reason = "a bench that cannot begin says why")]

use std::hint::black_box;

use chrono::{DateTime, TimeDelta, Utc};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ringback::calllog::{Customer, PseudonymKey, Pseudonymizer, Zone};
use ringback::reach::{
    Ask, Attempt, AttemptLog, ContactOutcome, ModelChoice, ReachLearning, ReachModel as _, Segment,
    Window,
};

/// Customers with a preferred hour each, ten attempts at every one.
fn made_up(attempts: u32) -> (Vec<Customer>, AttemptLog) {
    let pseudonyms = Pseudonymizer::new(&PseudonymKey::from_bytes([7; 32]), "bench");
    let customers: Vec<Customer> =
        (0..attempts / 10).map(|it| pseudonyms.customer(&it.to_string())).collect();
    let start: DateTime<Utc> = "2026-01-05T08:00:00Z".parse().expect("a moment");
    let segment = Segment::from("consumer");
    let mut state = 42_u32;
    let mut draw = |bound: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) % bound
    };
    let made = (0..attempts).map(|number| {
        let who = draw(attempts / 10);
        let hour = draw(12);
        let likes = (who % 4) * 3;
        let chance = if hour.abs_diff(likes) <= 1 { 60 } else { 15 };
        let is_reached = draw(100) < chance;
        let outcome = if is_reached { ContactOutcome::Reached } else { ContactOutcome::NoAnswer };
        let day = i64::from(number) * 180 / i64::from(attempts);
        let at = start + TimeDelta::days(day) + TimeDelta::hours(hour.into());
        let at = at + TimeDelta::seconds(draw(3_600).into());
        Attempt {
            segment: Some(segment.clone()),
            ..Attempt::new(customers[who as usize], at, outcome)
        }
    });
    let log = AttemptLog::new(made.collect(), Zone::UTC).expect("attempts in range");
    (customers, log)
}

fn reach(c: &mut Criterion) {
    let mut group = c.benchmark_group("reach");
    group.sample_size(10);
    let (customers, log) = made_up(50_000);
    for choice in [ModelChoice::Rate, ModelChoice::Auto] {
        let id = BenchmarkId::new("fit to 50,000 attempts", choice.as_str());
        group.bench_function(id, |b| {
            b.iter(|| ReachLearning::new().model(choice).fit(black_box(&log)));
        });
    }
    let monday: DateTime<Utc> = "2026-07-13T08:00:00Z".parse().expect("a moment");
    let window = |it: i64| {
        let from = monday + TimeDelta::days(it / 9) + TimeDelta::hours(it % 9);
        Window::new(from, from + TimeDelta::hours(1)).expect("an hour")
    };
    let windows: Vec<Window> = (0..45).map(window).collect();
    let asks: Vec<Ask<'_>> = customers.iter().map(|it| Ask::new(*it, monday)).collect();
    for choice in [ModelChoice::Rate, ModelChoice::Logistic] {
        let name = choice.as_str();
        let model = ReachLearning::new().model(choice).fit(&log).expect("attempts enough");
        group.throughput(Throughput::Elements(1));
        group.bench_function(BenchmarkId::new("score", name), |b| {
            b.iter(|| model.reachability(black_box(&asks[17])));
        });
        group.bench_function(BenchmarkId::new("explain", name), |b| {
            b.iter(|| model.explain(black_box(&asks[17])));
        });
        group.throughput(Throughput::Elements((asks.len() * windows.len()) as u64));
        group.bench_function(BenchmarkId::new("5,000 customers in 45 windows", name), |b| {
            b.iter(|| model.window_probabilities(black_box(&asks), &windows));
        });
    }
    group.finish();
}

criterion_group!(benches, reach);
criterion_main!(benches);
