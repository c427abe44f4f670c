//! Why an event log cannot be read or made.

use std::path::PathBuf;
use std::sync::Arc;

/// Why an event log cannot be read or made.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file cannot be read or written.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: Arc<std::io::Error>,
    },
    /// A file that does not keep to its format, or asks for more memory than a log does.
    #[error("{path}, line {line}: {problem}", path = path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// The line, from 1; of a Parquet file, which has none, 0.
        line: u64,
        /// What is wrong, with the value and what was expected.
        problem: String,
    },
    /// A pattern of stamps that says nothing.
    #[error("stamp pattern {pattern:?}, expected chrono's letters such as %d-%m-%Y %H:%M")]
    StampPattern {
        /// The pattern.
        pattern: String,
    },
    /// A failure inside the frame library.
    #[error("reading {path} as Parquet failed", path = path.display())]
    Frame {
        /// The file.
        path: PathBuf,
        /// The library's error.
        source: Arc<dyn std::error::Error + Send + Sync>,
    },
    /// A log without the attribute that it is to be joined by.
    #[error("log {log:?} has no attribute {column:?}")]
    NoColumn {
        /// The log's name.
        log: String,
        /// The attribute.
        column: String,
    },
    /// A window that is less than nothing, or too long for microseconds.
    #[error("a window of {secs} s, expected at least 0 s and less than 292,000 years", secs = window.num_seconds())]
    Window {
        /// The window.
        window: chrono::TimeDelta,
    },
    /// There is no event that can be used.
    #[error("{path}: no events that can be used{why}", path = path.display())]
    Empty {
        /// The file.
        path: PathBuf,
        /// What is wrong with the first, or nothing.
        why: String,
    },
}
