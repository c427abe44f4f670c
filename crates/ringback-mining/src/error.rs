//! Why something cannot be mined.

/// Why something cannot be mined.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A setting that is out of its range.
    #[error("{setting}: found {found}, expected {expected}")]
    Setting {
        /// Its name.
        setting: &'static str,
        /// The value.
        found: String,
        /// What was expected.
        expected: &'static str,
    },
    /// A log that lacks what the question needs.
    #[error("{question}: the log has no {lacks}")]
    Lacking {
        /// What was asked.
        question: &'static str,
        /// What is not there, such as an attribute.
        lacks: String,
    },
    /// A file of working hours that cannot be used.
    #[error("{file}{}: {problem}", .line.map_or(String::new(), |it| format!(", line {it}")))]
    Calendar {
        /// Its name.
        file: String,
        /// The line, from 1, where it is known.
        line: Option<usize>,
        /// What is wrong, with the field, the value and what was expected.
        problem: String,
    },
}
