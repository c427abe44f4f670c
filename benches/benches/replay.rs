//! The state that every caller met on arrival, for a whole log. Throughput is in events.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ringback::forecast::{QueueBoard, queue_events, replay};
use ringback_benches::{bank, made_up};

fn whole_log(c: &mut Criterion) {
    let mut group = c.benchmark_group("replay");
    group.sample_size(20);
    let logs = [1_000, 10_000, 100_000].map(|it| (it.to_string(), made_up(it)));
    let bank = bank().map_or_else(|_| Vec::new(), |it| it.calls);
    assert!(!bank.is_empty(), "the shipped months are not there");
    for (name, calls) in logs.into_iter().chain([("bank".to_owned(), bank)]) {
        let events = queue_events(&calls);
        group.throughput(Throughput::Elements(events.len() as u64));
        group.bench_with_input(BenchmarkId::new("batch", &name), &calls, |b, calls| {
            b.iter(|| replay(black_box(calls)));
        });
        group.bench_with_input(BenchmarkId::new("stream", &name), &events, |b, events| {
            b.iter(|| {
                let mut board = QueueBoard::new();
                events.iter().filter_map(|it| board.apply(black_box(it))).count()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, whole_log);
criterion_main!(benches);
