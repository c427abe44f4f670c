//! How long an estimate of a wait takes in a feed: every caller of the shipped June and July is asked for between the events
//! around them, by a model of January to May. Prints median, 99th percentile and longest time in microseconds.

use std::error::Error;
use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use chrono::{DateTime, Utc};
use ringback::forecast::{LiveWaits, QueueEventKind, WaitLearning, queue_events};

#[expect(clippy::print_stderr, reason = "a program for a script")]
fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "a program for a script")]
fn run() -> Result<(), Box<dyn Error>> {
    let log = ringback_benches::bank()?;
    let until: DateTime<Utc> = "1999-06-01T00:00:00+03:00".parse()?;
    let events = queue_events(&log.calls);
    let begun = Instant::now();
    let model = WaitLearning::new(log.observed.zone).fit(&log.calls, until)?;
    println!("fitted in {:.1} s", begun.elapsed().as_secs_f64());
    let mut live = LiveWaits::with_model(model);
    let mut micros = Vec::new();
    for event in &events {
        if event.at < until {
            live.warm_up(event)?;
            continue;
        }
        if event.kind == QueueEventKind::Enters {
            let class = event.caller_type();
            let begun = Instant::now();
            black_box(live.estimate(&class, event.priority, event.at));
            micros.push(begun.elapsed().as_secs_f64() * 1e6);
        }
        live.apply(event)?;
    }
    micros.sort_by(f64::total_cmp);
    let at = |percent: usize| micros.get(micros.len() * percent / 100).copied().unwrap_or(f64::NAN);
    let longest = micros.last().copied().unwrap_or(f64::NAN);
    let callers = micros.len();
    println!(
        "{callers} estimates: median {:.1}, p99 {:.1}, longest {longest:.0} us",
        at(50),
        at(99)
    );
    Ok(())
}
