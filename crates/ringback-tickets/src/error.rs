//! Why an export cannot be read.

use std::path::PathBuf;
use std::sync::Arc;

/// Why an export cannot be read.
///
/// A single entry that cannot be used is no error: it is among the rejected of
/// [`ReadTickets`](crate::ReadTickets).
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file cannot be read.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: Arc<std::io::Error>,
    },
    /// A file that does not keep to its format, such as JSON that ends too early.
    #[error("{path}, line {line}: {problem}", path = path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong, with the value and what was expected.
        problem: String,
    },
    /// A table without a column that its rows cannot be read without.
    #[error("{path}: no column {column}; the header has {header}", path = path.display())]
    MissingColumn {
        /// The file.
        path: PathBuf,
        /// What is lacking.
        column: String,
        /// The names in the header.
        header: String,
    },
    /// Nothing in the files could be used.
    #[error("{path}: nothing that can be used{why}", path = path.display())]
    Empty {
        /// The file, or the first of several.
        path: PathBuf,
        /// What is wrong with the first entry, or nothing.
        why: String,
    },
    /// A mapping file that cannot be used.
    #[error("{path}: {problem}", path = path.display())]
    Mapping {
        /// The mapping file.
        path: PathBuf,
        /// What is wrong, with the place.
        problem: String,
    },
    /// A setting that a reader cannot do without.
    #[error("no {setting}, expected {expected}")]
    Setting {
        /// The setting.
        setting: &'static str,
        /// What it should be.
        expected: &'static str,
    },
}
