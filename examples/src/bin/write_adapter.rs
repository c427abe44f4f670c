//! A new format in under a hundred lines: what it takes to read a phone system that has no adapter yet.

use std::path::PathBuf;
use std::process::ExitCode;

use chrono::TimeDelta;
use clap::Parser;
use ringback::calllog::{
    CdrFormat, CustomerNumbers, Direction, Fold, Framing, Leg, LegId, LocalClock, LogReader,
    Masked, Names, Observed, Outcome, Precision, PseudonymKey, Pseudonymizer, QueueId, Record,
    RejectReason, Separated, Site, SourceId, Stage, StageEnd, StageKind, StampPattern, Verdict,
};
use ringback_examples::{Failure, run};

/// A made-up exchange's log: `4711;2026-05-04 09:15:00;+1 202 555 0123;support;12;180` is a call, its stamp in local time, the
/// caller, the queue, the seconds waited there, and the seconds talked (0: the caller hung up).
struct Exchange {
    cutter: Separated,
    stamps: StampPattern,
    clock: LocalClock,
    numbers: CustomerNumbers,
    queues: Names<QueueId>,
}

impl CdrFormat for Exchange {
    fn source(&self) -> SourceId {
        "exchange".into()
    }

    fn framing(&self) -> Framing {
        Framing::Lines
    }

    fn observed(&self) -> Observed {
        let (zone, precision) = (self.clock.zone(), Precision::SECOND);
        Observed { abandons: true, waits: true, agents: false, customers: true, zone, precision }
    }

    fn read(&mut self, record: Record<'_>) -> Verdict {
        self.leg(&record.text()).map_or_else(
            |(field, reason)| Verdict::rejected(field, reason), // a row is never lost
            Verdict::Used,
        )
    }
}

impl Exchange {
    fn leg(&mut self, text: &str) -> Result<Leg, (&'static str, RejectReason)> {
        let row = self.cutter.cut(text).map_err(|it| ("", it))?;
        if row.len() != 6 {
            return Err(("", RejectReason::FieldCount { got: row.len(), expected: 6 }));
        }
        let bad = |field, value: &str, expected: &'static str| {
            (field, RejectReason::BadValue { value: Masked::new(value), expected: expected.into() })
        };
        let local =
            self.stamps.local(row.get(1)).ok_or_else(|| bad("time", row.get(1), "a stamp"))?;
        let came_at = self.clock.to_utc(local).map_err(|it| ("time", it.into()))?;
        let secs = |field, at: usize| {
            let secs = row.get(at).parse::<u16>();
            secs.map(|it| TimeDelta::seconds(it.into()))
                .map_err(|_| bad(field, row.get(at), "seconds"))
        };
        let (waited, talked) = (secs("waited", 4)?, secs("talked", 5)?);
        let queue = self.queues.get(row.get(3));
        let stage = |kind, entered_at, left_at, end| {
            let queue = queue.clone();
            Stage { kind, queue, agent: None, entered_at, left_at: Some(left_at), end }
        };
        let (left_at, is_answered) = (came_at + waited, talked > TimeDelta::zero());
        let (outcome, end) = if is_answered {
            (Outcome::Answered, StageEnd::Answered)
        } else {
            (Outcome::Abandoned, StageEnd::Abandoned)
        };
        let mut leg = Leg::whole(LegId::new(row.get(0)), came_at, outcome);
        leg.stages.push(stage(StageKind::Queue, came_at, left_at, end));
        if is_answered {
            leg.stages.push(stage(StageKind::Talk, left_at, left_at + talked, StageEnd::Completed));
        }
        leg.direction = Direction::Inbound;
        leg.customer = self.numbers.get(row.get(2)); // a pseudonym from here on
        (leg.queue, leg.ended_at) = (queue, Some(left_at + talked));
        Ok(leg)
    }
}

/// Reads a made-up exchange's log and prints its calls; see `examples/src/bin/write_adapter.rs`.
#[derive(Parser)]
#[command(version, after_long_help = "Example:\n\n  write_adapter fixtures/programs/exchange.log")]
struct Flags {
    /// Files of lines such as `4711;2026-05-04 09:15:00;+1 202 555 0123;support;12;180`.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

#[expect(clippy::print_stdout, reason = "the program's answer")]
fn read(flags: &Flags) -> Result<(), Failure> {
    let key = PseudonymKey::from_bytes([7; 32]); // a program for real logs reads a key file
    let site = Site::new(Pseudonymizer::new(&key, "example")).zone("Europe/Copenhagen".parse()?);
    let clock = LocalClock::new(site.zone_or_utc(), Fold::default());
    let (cutter, stamps) = (Separated::new(b';'), StampPattern::new("%Y-%m-%d %H:%M:%S")?);
    let (numbers, queues) = (site.numbers(), site.names());
    let mut format = Exchange { cutter, stamps, clock, numbers, queues };
    let read = LogReader::new().read(&flags.paths, &mut format)?;
    for call in &read.log.calls {
        let wait = call.wait().map_or(0, |it| it.num_seconds());
        println!("{} {} {} after {wait} s", call.call_id, call.arrived_at, call.outcome);
    }
    read.rejected.iter().for_each(|row| println!("{row}"));
    Ok(())
}

fn main() -> ExitCode {
    let flags = Flags::parse();
    run(|| read(&flags))
}
