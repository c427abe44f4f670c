//! `cargo xtask ci`: every check, in the order in which it is cheapest to fail.

use std::fmt;
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::tidy;

/// One call of cargo.
struct Step {
    name: &'static str,
    args: &'static [&'static str],
    /// A variable that only this step sees.
    env: Option<(&'static str, &'static str)>,
}

const FORMAT: Step = step("format", &["fmt", "--all", "--check"]);

/// What needs a build, after the format and the house rules.
///
/// `--all-targets` runs the unit tests, the `it` tests and the tests of the examples, and each bench once, as criterion
/// does where cargo tests it; `--benches` beside plain `cargo test` would run the unit tests twice, since a library
/// counts as a bench too. Only the doc tests are not among all targets. Every step but the last speaks of the whole
/// workspace: with `-p`, cargo resolves features anew and builds polars a second time.
const BUILDS: &[Step] = &[
    step("clippy", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    step("tests, and benches once each", &["test", "--workspace", "--all-targets"]),
    step("doc tests", &["test", "--workspace", "--doc"]),
    Step {
        name: "documents",
        args: &["doc", "--workspace", "--no-deps"],
        env: Some(("RUSTDOCFLAGS", "-D warnings")),
    },
    step(
        "adapters without frames",
        &["check", "-p", "ringback", "--no-default-features", "--features", "cisco,avaya,3cx"],
    ),
];

const fn step(name: &'static str, args: &'static [&'static str]) -> Step {
    Step { name, args, env: None }
}

/// Why a run of the checks stopped.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A command ended with another status than 0.
    Step { name: &'static str, command: String },
    /// A command could not be started.
    Start { command: String, source: io::Error },
    /// The house rules found something.
    Tidy(tidy::Failure),
    /// The progress could not be written.
    Write(io::Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Step { name, command } => write!(f, "{name} failed: {command}"),
            Self::Start { command, .. } => write!(f, "cannot start {command}"),
            Self::Tidy(failure) => write!(f, "tidy failed: {failure}"),
            Self::Write(_) => f.write_str("cannot write the progress"),
        }
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Start { source, .. } | Self::Write(source) => Some(source),
            Self::Step { .. } | Self::Tidy(_) => None,
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Write(error)
    }
}

/// Runs every check in the workspace at `root`, says each with its time, and stops at the first that fails.
///
/// # Errors
///
/// [`Failure`] names the check.
pub(crate) fn run(root: &Path, out: &mut impl Write) -> Result<(), Failure> {
    let begun = Instant::now();
    timed(out, FORMAT.name, |_| cargo(root, &FORMAT))?;
    timed(out, "tidy", |out| tidy::run(root, out).map_err(Failure::Tidy))?;
    for step in BUILDS {
        timed(out, step.name, |_| cargo(root, step))?;
    }
    writeln!(out, "all checks passed in {:.0} s", begun.elapsed().as_secs_f64())?;
    Ok(())
}

/// Says what is run, runs it, and says how long it took, whether it worked or not.
fn timed<W: Write>(
    out: &mut W,
    name: &str,
    run: impl FnOnce(&mut W) -> Result<(), Failure>,
) -> Result<(), Failure> {
    writeln!(out, "==> {name}")?;
    let begun = Instant::now();
    let done = run(out);
    let verdict = if done.is_ok() { "ok" } else { "failed" };
    writeln!(out, "<== {name}: {verdict} after {:.1} s", begun.elapsed().as_secs_f64())?;
    done
}

fn cargo(root: &Path, step: &Step) -> Result<(), Failure> {
    // The cargo that runs this program, or the one on the path.
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(program)
        .args(step.args)
        .envs(step.env)
        .current_dir(root)
        .status()
        .map_err(|source| Failure::Start { command: describe(step), source })?;
    judge(step, status.success())
}

fn judge(step: &Step, is_success: bool) -> Result<(), Failure> {
    if is_success {
        Ok(())
    } else {
        Err(Failure::Step { name: step.name, command: describe(step) })
    }
}

/// The step as one would type it.
fn describe(step: &Step) -> String {
    let env = step.env.map_or_else(String::new, |(name, value)| format!("{name}={value:?} "));
    format!("{env}cargo {}", step.args.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_reads_as_one_would_type_it() {
        assert_eq!(describe(&FORMAT), "cargo fmt --all --check");
        let documents = BUILDS.iter().find(|it| it.name == "documents").map(describe);
        let expected = "RUSTDOCFLAGS=\"-D warnings\" cargo doc --workspace --no-deps";
        assert_eq!(documents.as_deref(), Some(expected));
    }

    #[test]
    fn a_step_that_fails_is_an_error_that_names_its_command() {
        let failure = judge(&FORMAT, false).unwrap_err();
        assert_eq!(failure.to_string(), "format failed: cargo fmt --all --check");
        assert!(judge(&FORMAT, true).is_ok());
    }

    #[test]
    fn a_step_is_said_with_its_time_even_when_it_fails() {
        let mut said = Vec::new();
        let failure = Failure::Step { name: "lint", command: "cargo lint".to_owned() };
        timed(&mut said, "lint", |_| Err(failure)).unwrap_err();
        let said = String::from_utf8(said).unwrap();
        assert!(said.starts_with("==> lint\n<== lint: failed after "), "{said}");
    }
}
