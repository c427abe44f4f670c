//! What stops a read as a whole. A bad row does not: see [`RejectedRow`].

use std::path::PathBuf;

use crate::RejectedRow;

/// Why work on a call log failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder could not be opened or read.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said; part of the message.
        source: std::io::Error,
    },
    /// Nothing to read: no path, or folders without files.
    #[error("no file to read in {paths}, expected files, folders, .gz or .zip")]
    NoFiles {
        /// The paths that were given.
        paths: String,
    },
    /// Files were read, and not one row could be used; the first obstacle is named.
    #[error("no row of {files} file(s) could be used ({rows} rows read); first: {first}")]
    NothingUsable {
        /// Files found.
        files: usize,
        /// Rows read.
        rows: u64,
        /// The first rejected row, unreadable file or skipping rule.
        first: String,
    },
    /// A file that several formats take for theirs.
    #[error("{file}: could be {}, expected one: say which", candidates.join(" or "))]
    AmbiguousFormat {
        /// The file.
        file: String,
        /// The formats, by name.
        candidates: Vec<String>,
    },
    /// A row was rejected, and the reader was told to stop there.
    #[error(transparent)]
    Rejected(#[from] RejectedRow),
    /// A mapping file that cannot be used.
    #[error("{file}{line}: {problem}", line = line.map(|it| format!(":{it}")).unwrap_or_default())]
    Mapping {
        /// The mapping file.
        file: String,
        /// The line, where known.
        line: Option<usize>,
        /// What was found and what was expected.
        problem: String,
    },
    /// A frame or a Parquet file without the columns of a call log.
    #[error("{table}: column {column} is {got}, expected {expected}")]
    Schema {
        /// `calls` or `stages`.
        table: &'static str,
        /// The column.
        column: String,
        /// Its type, or `absent`.
        got: String,
        /// The type that it must have.
        expected: String,
    },
    /// A value in a frame that no call can have.
    #[error("{table} row {row}: {column} is {value}, expected {expected}")]
    FrameValue {
        /// `calls` or `stages`.
        table: &'static str,
        /// The row, from 0.
        row: usize,
        /// The column.
        column: &'static str,
        /// The value.
        value: String,
        /// What was expected.
        expected: String,
    },
    /// A failure inside the frame library.
    #[error("{doing} failed")]
    Frame {
        /// What was being done.
        doing: String,
        /// The library's error.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Error {
    pub(crate) fn io(path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self::Io { path: path.into(), source }
    }
}
