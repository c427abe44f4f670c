//! Writes a made-up log of a vendor's system: `make_log FORMAT MEGABYTES FILE`.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::process::ExitCode;

use ringback_benches::logs::{Kind, write_log};

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for a script")]
fn main() -> ExitCode {
    match make() {
        Ok(rows) => {
            println!("{rows} rows");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn make() -> Result<u64, Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [format, megabytes, file] = &args[..] else {
        return Err("expected FORMAT MEGABYTES FILE".into());
    };
    let kind: Kind = format.parse()?;
    let mut out = BufWriter::with_capacity(1 << 20, File::create(file)?);
    let rows = write_log(kind, megabytes.parse::<u64>()? * 1_000_000, &mut out)?;
    out.flush()?;
    Ok(rows)
}
