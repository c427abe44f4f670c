//! From packed files to stitched calls with their audit, and to frames. Throughput is in rows.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ringback::calllog::{calls_from_frames, calls_to_frame, stages_to_frame};
use ringback_benches::{made_up, months, read};

fn files(c: &mut Criterion) {
    let mut group = c.benchmark_group("read");
    group.sample_size(10);
    let months = months();
    for (name, files) in [("january", &months[..1]), ("seven months", &months[..])] {
        let rows = read(files).map_or(0, |it| it.audit.rows_read);
        assert!(rows > 0, "the shipped months are not there");
        group.throughput(Throughput::Elements(rows));
        group.bench_with_input(BenchmarkId::new("rows", name), files, |b, files| {
            b.iter(|| read(black_box(files)));
        });
    }
    group.finish();
}

fn frames(c: &mut Criterion) {
    let mut group = c.benchmark_group("frames");
    group.sample_size(10);
    for n_calls in [1_000, 10_000, 100_000] {
        let calls = made_up(n_calls);
        group.throughput(Throughput::Elements(u64::from(n_calls)));
        group.bench_with_input(BenchmarkId::new("there and back", n_calls), &calls, |b, calls| {
            b.iter(|| {
                let calls_and_stages =
                    calls_to_frame(calls).and_then(|it| Ok((it, stages_to_frame(calls)?)));
                calls_and_stages.and_then(|(calls, stages)| calls_from_frames(&calls, &stages))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, files, frames);
criterion_main!(benches);
