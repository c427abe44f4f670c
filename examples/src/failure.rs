//! How a program ends: 0 done, 1 the work failed, with one line on standard error; 2 (by clap) wrong flags.

use std::error::Error;
use std::fmt;
use std::process::ExitCode;

/// Why a program's work failed, as one line.
#[derive(Debug)]
pub struct Failure(String);

impl Failure {
    /// A failure in words: what was found, and what was expected.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    /// A failure while doing something to a file.
    pub fn at(path: &std::path::Path, error: &dyn Error) -> Self {
        Self(format!("{}: {}", path.display(), chain(error)))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<E: Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(chain(&error))
    }
}

/// An error and its causes on one line; a cause that the message already tells is not said twice.
fn chain(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !line.contains(&text) {
            line = format!("{line}: {text}");
        }
        cause = error.source();
    }
    line.replace(['\n', '\r'], " ")
}

/// Runs a program's work and ends as its users expect.
pub fn run(work: impl FnOnce() -> Result<(), Failure>) -> ExitCode {
    match work() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            #[expect(clippy::print_stderr, reason = "a program tells its user why it failed")]
            {
                eprintln!("error: {failure}");
            }
            ExitCode::FAILURE
        }
    }
}
