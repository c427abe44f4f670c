//! The shipped sample: one week's calls as three feeds of one system tell them.

use std::path::{Path, PathBuf};

use ringback_3cx::{CdrOutput, ConsoleReport, LegacyCdr};
use ringback_calllog::{Call, CdrFormat, Direction, LogReader, Outcome, ReadLog};

use crate::reading::copenhagen;

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/vendors/3cx").join(name)
}

#[track_caller]
fn read(name: &str, format: &mut dyn CdrFormat) -> ReadLog {
    LogReader::new().read(&[sample(name)], format).expect("calls")
}

fn feeds() -> [ReadLog; 3] {
    [
        read("cdr.log", &mut LegacyCdr::new(copenhagen())),
        read("cdroutput.csv", &mut CdrOutput::new(copenhagen())),
        read("inbound_calls.csv", &mut ConsoleReport::new(copenhagen())),
    ]
}

/// The calls of two feeds that are one: the same start and end within a second, the same customer.
fn told_twice<'a>(one: &'a ReadLog, other: &'a ReadLog) -> Vec<(&'a Call, &'a Call)> {
    let mut pairs = Vec::new();
    for call in &one.log.calls {
        let is_same = |it: &&Call| {
            let ends = call.ended_at.zip(it.ended_at).map(|(a, b)| (a - b).abs());
            (it.arrived_at - call.arrived_at).abs().num_milliseconds() <= 1_000
                && ends.is_some_and(|it| it.num_milliseconds() <= 1_000)
                && it.customer == call.customer
        };
        pairs.extend(other.log.calls.iter().find(is_same).map(|it| (call, it)));
    }
    pairs
}

#[test]
fn trap_20_the_same_call_has_one_start_in_every_feed() {
    let [legacy, output, report] = feeds();
    let pairs = told_twice(&legacy, &output);
    assert_eq!(pairs.len(), 8, "calls that both the legacy CDR and cdroutput tell");
    for (one, other) in pairs {
        assert_eq!(
            (one.outcome, &one.queue),
            (other.outcome, &other.queue),
            "{} and {}",
            one.call_id,
            other.call_id
        );
        let waits = one.wait().zip(other.wait()).map(|(a, b)| (a - b).abs().num_milliseconds());
        assert!(
            one.wait().is_none() == other.wait().is_none() && waits.is_none_or(|it| it <= 1_000)
        );
    }
    assert_eq!(told_twice(&report, &output).len(), 4, "calls that the console's export tells too");
}

#[test]
fn the_sample_is_read_without_a_rejection() {
    for read in feeds() {
        assert_eq!(read.rejected, []);
        assert!(read.log.calls.len() >= 10, "{} calls", read.log.calls.len());
        let has = |outcome| read.log.calls.iter().any(|it| it.outcome == outcome);
        assert!(has(Outcome::Answered) && has(Outcome::Abandoned));
        let inbound = read.log.calls.iter().filter(|it| it.direction == Direction::Inbound);
        assert!(inbound.count() >= 8);
    }
}

#[test]
fn trap_20_a_call_of_several_feeds_counts_once() {
    struct Nothing;
    impl ringback_calllog::ReadObserver for Nothing {}
    let mut formats: Vec<Box<dyn CdrFormat>> = vec![
        Box::new(LegacyCdr::new(copenhagen())),
        Box::new(CdrOutput::new(copenhagen())),
        Box::new(ConsoleReport::new(copenhagen())),
    ];
    let folder = sample("");
    let (log, audit) =
        LogReader::new().read_mixed(&[folder], &mut formats, &mut Nothing).expect("calls");
    let alone: usize = feeds().iter().map(|it| it.log.calls.len()).sum();
    // Eight in both of the system's own feeds, four of these in the console's too.
    assert_eq!(log.calls.len(), alone - 12);
    let doubles: Vec<(&str, u64)> =
        audit.sources.iter().map(|it| (it.format.as_str(), it.calls_in_other_feeds)).collect();
    assert_eq!(doubles, [("3cx-legacy", 8), ("3cx-cdroutput", 0), ("3cx-report", 4)]);
}
