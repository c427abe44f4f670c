//! A call log in a folder: `calls.parquet`, `stages.parquet` and `audit.json`, as `ingest` writes them.

use std::fs;
use std::path::Path;

use ringback::calllog::{Audit, CallLog, read_parquet, write_parquet};

use crate::{Failure, write_json};

/// A call log and its audit, read back.
#[derive(Clone, Debug)]
pub struct LogFolder {
    /// The calls, and what their source can say.
    pub log: CallLog,
    /// The account of the read that made it.
    pub audit: Audit,
}

impl LogFolder {
    /// Reads a folder that `ingest` has written.
    ///
    /// # Errors
    ///
    /// If one of its files is absent or cannot be read.
    pub fn read(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join("audit.json");
        let text = fs::read_to_string(&path).map_err(|it| {
            Failure::new(format!(
                "{}: {it}, expected a folder that ingest has written",
                path.display()
            ))
        })?;
        let audit: Audit = serde_json::from_str(&text).map_err(|it| Failure::at(&path, &it))?;
        let calls = read_parquet(folder)?;
        Ok(Self { log: CallLog { observed: audit.observed, calls }, audit })
    }
}

/// Writes a call log and its audit into a folder, which is made if need be.
///
/// # Errors
///
/// If one of its files cannot be written.
pub fn write_log(log: &CallLog, audit: &Audit, folder: &Path) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|it| Failure::at(folder, &it))?;
    write_parquet(&log.calls, folder)?;
    write_json(&folder.join("audit.json"), audit)
}
