//! Times what mining walks over a log for: graphs, variants and working time, on one thread.
//!
//! Usage: `mine_log EVENTS [OUT.csv]`. The log is made up: 20 activities, cases of 2 to 18 events, about 2,000 ways through,
//! sorted. With OUT.csv it is written for other tools as `case,activity,micros`, cases and activities as numbers. Prints CPU
//! seconds, the median of five.

use std::error::Error;
use std::fs::File;
use std::hint::black_box;
use std::io::{BufWriter, Write as _};
use std::process::ExitCode;
use std::time::Instant;

use ringback::eventlog::{EventLog, EventLogBuilder};
use ringback::mining::{DirectlyFollows, GraphDetail, Shift, Variants, WorkingHours};

const ACTIVITIES: u64 = 20;
/// Ways through the process.
const WAYS: u64 = 2_000;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "a program's complaint")]
            {
                eprintln!("error: {error}");
            }
            ExitCode::FAILURE
        }
    }
}

/// A seeded sequence of numbers.
struct Draws(u64);

impl Draws {
    fn next(&mut self, bound: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

fn made_up(events: usize) -> EventLog {
    let mut draws = Draws(7);
    // A way is drawn anew from its own number, so that frequent ways come again.
    let way = |number: u64| {
        let mut draws = Draws(number * 2 + 1);
        let length = 2 + draws.next(17);
        (0..length).map(|_| draws.next(ACTIVITIES)).collect::<Vec<_>>()
    };
    let ways: Vec<Vec<u64>> = (0..WAYS).map(way).collect();
    let names: Vec<String> = (0..ACTIVITIES).map(|it| format!("activity {it}")).collect();
    let mut log = EventLogBuilder::default();
    let mut number = 0_u64;
    while log.events() < events {
        let case = log.case(&number.to_string());
        let mut at = i64::try_from(number).unwrap_or(i64::MAX) * 1_000_000;
        // Low numbers are drawn more often.
        let most = draws.next(WAYS) + 1;
        let chosen = draws.next(most);
        for activity in ways.get(usize::try_from(chosen).unwrap_or(0)).into_iter().flatten() {
            if let Some(name) = usize::try_from(*activity).ok().and_then(|it| names.get(it)) {
                log.event(case, name, at);
            }
            at += i64::try_from(draws.next(100_000_000_000)).unwrap_or(0);
        }
        number += 1;
    }
    log.build()
}

/// CPU seconds of this process.
fn cpu_secs() -> Result<f64, Box<dyn Error>> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanos: f64 = stat.split_whitespace().next().unwrap_or_default().parse()?;
    Ok(nanos / 1e9)
}

#[expect(clippy::print_stdout, reason = "a program's result")]
fn timed<T>(what: &str, count: f64, mut work: impl FnMut() -> T) -> Result<(), Box<dyn Error>> {
    let mut secs = Vec::new();
    let begun = Instant::now();
    for _ in 0..5 {
        let before = cpu_secs()?;
        black_box(work());
        secs.push(cpu_secs()? - before);
    }
    secs.sort_by(f64::total_cmp);
    let median = secs[2];
    println!(
        "{what}: median {median:.4} CPU s ({:.4} to {:.4}, {:.1} s in all), {:.1} million/s",
        secs[0],
        secs[4],
        begun.elapsed().as_secs_f64(),
        count / median / 1e6
    );
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a program's result")]
fn run() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let events: usize = args.next().ok_or("expected EVENTS")?.parse()?;
    let log = made_up(events);
    if let Some(path) = args.next() {
        let mut out = BufWriter::new(File::create(path)?);
        writeln!(out, "case,activity,micros")?;
        for case in 0..log.cases() {
            for event in log.case_events(case) {
                writeln!(out, "{case},{},{}", log.activity()[event], log.at_micros()[event])?;
            }
        }
        out.flush()?;
    }
    let variants = Variants::of(&log);
    let graph = DirectlyFollows::of(&log, GraphDetail::Quantiles);
    println!(
        "{} events, {} cases, {} arcs, {} variants",
        log.events(),
        log.cases(),
        graph.arcs().len(),
        variants.all().len()
    );
    let count = log.events() as f64;
    timed("graph with mean", count, || DirectlyFollows::of(&log, GraphDetail::Means))?;
    timed("graph with median and p90", count, || {
        DirectlyFollows::of(&log, GraphDetail::Quantiles)
    })?;
    timed("variants", count, || Variants::of(&log))?;
    let mut hours = WorkingHours::new("Europe/Berlin".parse()?);
    for weekday in [
        chrono::Weekday::Mon,
        chrono::Weekday::Tue,
        chrono::Weekday::Wed,
        chrono::Weekday::Thu,
        chrono::Weekday::Fri,
    ] {
        hours = hours.shift(weekday, "09:00-17:00".parse::<Shift>()?);
    }
    let twenty_years = 20 * 365 * 86_400_000_000_i64;
    let calendar = hours.compiled(0, twenty_years);
    let mut draws = Draws(3);
    let mut moment = || i64::try_from(draws.next(20 * 365 * 86_400)).unwrap_or(0) * 1_000_000;
    let pairs: Vec<(i64, i64)> = (0..1_000_000).map(|_| (moment(), moment())).collect();
    timed("working time", 1e6, || -> i64 {
        pairs.iter().map(|(a, b)| calendar.between_micros(*a.min(b), *a.max(b))).sum()
    })
}
