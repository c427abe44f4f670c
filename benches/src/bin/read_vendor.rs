//! Reads a vendor's files to assembled calls and prints how many there are: `read_vendor [--stream] FORMAT FILE...`. With
//! `--stream` calls are given out as they are complete, and nothing is kept of them.

use std::path::PathBuf;
use std::process::ExitCode;

use ringback::calllog::{Call, LogReader, ReadObserver};

/// Counts calls.
#[derive(Default)]
struct Count(u64);

impl ReadObserver for Count {
    fn call(&mut self, _call: Call) {
        self.0 += 1;
    }
}

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for a script")]
fn main() -> ExitCode {
    match read() {
        Ok((rows, calls)) => {
            println!("{rows} rows, {calls} calls");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn read() -> Result<(u64, u64), Box<dyn std::error::Error>> {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let streams = args.first().is_some_and(|it| it == "--stream");
    args.drain(..usize::from(streams));
    let (name, files) = args.split_first().ok_or("expected FORMAT FILE...")?;
    let mut format = ringback_benches::vendor_format(name.parse()?)?;
    let files: Vec<PathBuf> = files.iter().map(PathBuf::from).collect();
    if !streams {
        let read = LogReader::new().read(&files, &mut *format)?;
        return Ok((read.audit.rows_read, read.audit.calls));
    }
    let mut count = Count::default();
    let audit = LogReader::new().read_calls(&files, &mut *format, &mut count)?;
    Ok((audit.rows_read, count.0))
}
