//! Checks of the workspace: `cargo xtask ci` runs them all, `cargo xtask tidy` the house rules alone.

mod ci;
mod tidy;

use std::env;
use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

const HELP: &str = "\
Checks of the workspace.

    cargo xtask ci      everything: format, tidy, lints, tests, benches once each, doc tests, documents
    cargo xtask tidy    the house rules that a program can check
    cargo xtask help    this text
";

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args.as_slice() {
        ["ci"] => root().and_then(|root| Ok(ci::run(&root, &mut io::stdout())?)),
        ["tidy"] => root().and_then(|root| Ok(tidy::run(&root, &mut io::stdout())?)),
        [] | ["help" | "--help" | "-h"] => {
            io::stdout().write_all(HELP.as_bytes()).map_err(Into::into)
        }
        _ => return told(&format!("unknown task {:?}\n\n{HELP}", args.join(" ")), 2),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => told(&format!("{error}\n"), 1),
    }
}

/// Says a text on standard error; a standard error that is closed cannot be told so.
fn told(text: &str, status: u8) -> ExitCode {
    let _ = io::stderr().write_all(text.as_bytes());
    ExitCode::from(status)
}

/// The folder of the workspace.
fn root() -> Result<PathBuf, Box<dyn Error>> {
    let mut root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    root.pop();
    Ok(root)
}
