//! Progress on standard error: bars on a terminal, nothing otherwise or with `--quiet`.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use ringback::calllog::{Progress, ReadObserver, RejectedRow};

use crate::{CsvFile, Failure};

fn bar(quiet: bool, bar: impl FnOnce() -> ProgressBar) -> ProgressBar {
    if quiet || !std::io::stderr().is_terminal() { ProgressBar::hidden() } else { bar() }
}

/// A step of work of unknown length, shown until it is dropped.
#[derive(Debug)]
pub struct Step(ProgressBar);

impl Step {
    /// Shows what is being done.
    pub fn new(quiet: bool, doing: &'static str) -> Self {
        let spinner = bar(quiet, ProgressBar::new_spinner);
        spinner.set_message(doing);
        spinner.enable_steady_tick(Duration::from_millis(120));
        Self(spinner)
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// Shows how far a read is, and writes rejected rows to a file as they come.
#[derive(Debug)]
pub struct ReadProgress {
    bar: ProgressBar,
    rejected: CsvFile,
    failed: Option<Failure>,
}

impl ReadProgress {
    /// Shows a bar over the files' bytes.
    pub fn new(quiet: bool, rejected: CsvFile) -> Self {
        let bar = bar(quiet, || ProgressBar::new(0));
        if let Ok(style) =
            ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes} {msg} {elapsed}")
        {
            bar.set_style(style);
        }
        Self { bar, rejected, failed: None }
    }

    /// Ends the bar and the file.
    ///
    /// # Errors
    ///
    /// If the rejected rows could not be written.
    pub fn finish(self) -> Result<(), Failure> {
        self.bar.finish_and_clear();
        match self.failed {
            Some(failed) => Err(failed),
            None => self.rejected.finish(),
        }
    }
}

impl ReadObserver for ReadProgress {
    fn rejected(&mut self, row: RejectedRow) {
        let line = row.line.to_string();
        let written =
            self.rejected.row([&row.file, line.as_str(), &row.field, &row.reason.to_string()]);
        if let Err(error) = written {
            self.failed.get_or_insert(error);
        }
    }

    fn progress(&mut self, progress: Progress) {
        self.bar.set_length(progress.bytes);
        self.bar.set_position(progress.bytes_done);
        self.bar.set_message(format!("{} rows", progress.rows));
    }
}
