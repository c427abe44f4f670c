//! An estimate of a wait with its interval, from a live center in the middle of the shipped months; and the features of a whole log.

#![expect(clippy::expect_used, reason = "a bench that cannot begin says why")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ringback::forecast::{
    LiveWaits, PriorityCredits, QueueEventKind, WaitLearning, queue_events, replay_features,
};
use ringback_benches::bank;

fn waits(c: &mut Criterion) {
    let log = bank().expect("the shipped months");
    let until = "1999-06-01T00:00:00+03:00".parse().expect("a moment");
    let events = queue_events(&log.calls);
    let credits = PriorityCredits::learn(&log.calls, until);
    let mut group = c.benchmark_group("wait");
    group.sample_size(20);
    group.throughput(Throughput::Elements(events.len() as u64));
    group.bench_function("features of the bank, by event", |b| {
        b.iter(|| replay_features(black_box(&log.calls), log.observed.zone, &credits));
    });
    let model =
        WaitLearning::new(log.observed.zone).fit(&log.calls, until).expect("callers enough");
    let mut live = LiveWaits::with_model(model);
    for event in events.iter().filter(|it| it.at < until) {
        live.warm_up(event).expect("in order");
    }
    // The center of one moment, asked again and again; `wait_latency` asks at every caller of a feed.
    let asked = events.iter().find(|it| it.at >= until && it.kind == QueueEventKind::Enters);
    let asked = asked.expect("a caller after the training");
    let class = asked.caller_type();
    group.throughput(Throughput::Elements(1));
    group.bench_function("estimate", |b| {
        b.iter(|| live.estimate(black_box(&class), asked.priority, asked.at));
    });
    group.finish();
}

criterion_group!(benches, waits);
criterion_main!(benches);
