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
    // Each caller's estimate is made in a copy of the center that they meet: memory is cold, as in a feed.
    let callers = events.iter().filter(|it| it.at >= until && it.kind == QueueEventKind::Enters);
    let asked: Vec<_> = callers.take(64).map(|it| (it.caller_type(), it.priority, it.at)).collect();
    let mut centers = Vec::new();
    let mut next = asked.iter();
    for event in events.iter().filter(|it| it.at >= until) {
        if event.kind == QueueEventKind::Enters {
            match next.next() {
                Some(who) => centers.push((live.clone(), who)),
                None => break,
            }
        }
        live.apply(event).expect("in order");
    }
    group.throughput(Throughput::Elements(centers.len() as u64));
    group.bench_function("estimates of 64 callers", |b| {
        b.iter(|| {
            for (live, (class, priority, at)) in &centers {
                black_box(live.estimate(class, *priority, *at));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, waits);
criterion_main!(benches);
