//! Reads files to stitched calls with their audit and prints how many there are: one side of a side-by-side timing.

use std::path::PathBuf;
use std::process::ExitCode;

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for a script")]
fn main() -> ExitCode {
    let mut paths: Vec<PathBuf> = std::env::args().skip(1).map(PathBuf::from).collect();
    if paths.is_empty() {
        paths = ringback_benches::months();
    }
    match ringback_benches::read(&paths) {
        Ok(read) => {
            println!("{} rows, {} calls", read.audit.rows_read, read.audit.calls);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
