//! Progress on standard error: bars on a terminal, nothing otherwise or with `--quiet`.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use ringback::calllog::{CallId, DetailRow, Progress, ReadObserver, RejectedRow};

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

/// Shows how far a read is, and writes rejected rows and details to files as they come.
#[derive(Debug)]
pub struct ReadProgress {
    bar: ProgressBar,
    out: PathBuf,
    rejected: CsvFile,
    details: BTreeMap<&'static str, CsvFile>,
    failed: Option<Failure>,
}

impl ReadProgress {
    /// Shows a bar over the files' bytes. Rejected rows go to `rejected.csv` in a folder, what rows say beyond the call
    /// model to a file for each of its tables.
    ///
    /// # Errors
    ///
    /// If the folder or the file cannot be made.
    pub fn new(quiet: bool, out: &Path) -> Result<Self, Failure> {
        let header = ["file", "line", "field", "reason"];
        let rejected = CsvFile::create(&out.join("rejected.csv"), header)?;
        let bar = bar(quiet, || ProgressBar::new(0));
        if let Ok(style) =
            ProgressStyle::with_template("{bar:30} {bytes}/{total_bytes} {msg} {elapsed}")
        {
            bar.set_style(style);
        }
        let details = BTreeMap::new();
        Ok(Self { bar, out: out.to_owned(), rejected, details, failed: None })
    }

    /// Ends the bar and the files; the tables of details that were written.
    ///
    /// # Errors
    ///
    /// If a row could not be written.
    pub fn finish(self) -> Result<Vec<&'static str>, Failure> {
        self.bar.finish_and_clear();
        if let Some(failed) = self.failed {
            return Err(failed);
        }
        let mut written = Vec::new();
        for (table, file) in self.details {
            file.finish()?;
            written.push(table);
        }
        self.rejected.finish()?;
        Ok(written)
    }

    fn write_detail(&mut self, row: &DetailRow) -> Result<(), Failure> {
        let file = match self.details.entry(row.table) {
            Entry::Occupied(file) => file.into_mut(),
            Entry::Vacant(place) => {
                let path = self.out.join(format!("{}.csv", row.table));
                let header = std::iter::once("call_id").chain(row.columns.iter().copied());
                place.insert(CsvFile::create(&path, header)?)
            }
        };
        let call_id = row.call_id.as_ref().map_or("", CallId::as_str);
        file.row(std::iter::once(call_id).chain(row.values.iter().map(String::as_str)))
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

    fn detail(&mut self, row: DetailRow) {
        if let Err(error) = self.write_detail(&row) {
            self.failed.get_or_insert(error);
        }
    }

    fn progress(&mut self, progress: Progress) {
        self.bar.set_length(progress.bytes);
        self.bar.set_position(progress.bytes_done);
        self.bar.set_message(format!("{} rows", progress.rows));
    }
}
