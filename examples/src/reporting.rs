//! How a program tells what it does and what it found.

use clap::Args;

/// The flags on reporting that every program has.
#[derive(Clone, Copy, Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "switches of a command line, apart in meaning")]
pub struct Reporting {
    /// Print one JSON object instead of a summary.
    #[arg(long)]
    pub json: bool,
    /// No progress on standard error.
    #[arg(long)]
    pub quiet: bool,
}
