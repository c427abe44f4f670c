//! Reads an event log of XES a number of times and prints how many events there were: one side of a side-by-side timing.

use std::path::PathBuf;
use std::process::ExitCode;

use ringback::eventlog::XesReader;

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for a script")]
fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().map(PathBuf::from);
    let times = arguments.next().map_or(Ok(1), |it| it.parse::<usize>());
    let (Some(path), Ok(times)) = (path, times) else {
        eprintln!("usage: read_xes LOG.xes[.gz] [TIMES]");
        return ExitCode::FAILURE;
    };
    let mut events = 0;
    for _ in 0..times {
        match XesReader::default().read(&path) {
            Ok(read) => events += read.events_read,
            Err(error) => {
                eprintln!("error: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    println!("{events} events");
    ExitCode::SUCCESS
}
