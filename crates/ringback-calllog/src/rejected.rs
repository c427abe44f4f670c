//! Rows that were not used: rejected ones with the place and the reason, skipped ones with the rule.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use crate::clock::LocalTimeError;
use crate::pseudonym::mask;

/// A value from a log as it may be shown: what could be a whole phone number keeps its last two digits.
///
/// # Example
///
/// ```
/// use ringback_calllog::Masked;
///
/// assert_eq!(Masked::new("+1 202 555 0123").to_string(), "+• ••• ••• ••23");
/// assert_eq!(Masked::new("25:61:00").to_string(), "25:61:00");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Masked(String);

impl Masked {
    /// Masks a value.
    pub fn new(value: &str) -> Self {
        Self(mask(value))
    }
}

impl fmt::Display for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a row was rejected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RejectReason {
    /// The row has another number of fields than its header.
    #[error("{got} fields, expected {expected}")]
    FieldCount {
        /// Fields in the row.
        got: usize,
        /// Fields in the header.
        expected: usize,
    },
    /// A field that must have a value has none.
    #[error("no value, expected {expected}")]
    Missing {
        /// What the field holds.
        expected: &'static str,
    },
    /// A value that is not of the field's kind.
    #[error("{value:?}, expected {expected}", value = value.to_string())]
    BadValue {
        /// The value.
        value: Masked,
        /// What the field holds.
        expected: Cow<'static, str>,
    },
    /// A wall-clock reading that names no single instant.
    #[error(transparent)]
    LocalTime(#[from] LocalTimeError),
    /// A stage or a call that ends before it begins, or a stage that begins before its call.
    #[error("{stage} from {entered} to {left} contradicts the row's other stamps")]
    Contradiction {
        /// The stage's kind, or `call`.
        stage: &'static str,
        /// Its first stamp, local.
        entered: NaiveDateTime,
        /// Its last stamp, local.
        left: NaiveDateTime,
    },
    /// A quote that is opened and never closed.
    #[error("a quote is opened and not closed within {limit} lines")]
    OpenQuote {
        /// Lines that one row may take.
        limit: usize,
    },
    /// A line longer than any log writes.
    #[error("a line of more than {limit} bytes")]
    LineTooLong {
        /// The limit in bytes.
        limit: usize,
    },
    /// The file ends within the row.
    #[error("the file ends within this row")]
    CutOff,
    /// The file's header lacks a column that the mapping names.
    #[error("no such column, the header is {header:?}", header = header.to_string())]
    NoSuchColumn {
        /// The header as far as it may be shown: it may be a row of data.
        header: Masked,
    },
    /// Anything else, in words.
    #[error("{what}")]
    Other {
        /// What was found and what was expected; no value from the log.
        what: Cow<'static, str>,
    },
}

impl RejectReason {
    /// The reason without the value: what an audit counts by.
    pub fn kind(&self) -> &str {
        match self {
            Self::FieldCount { .. } => "wrong number of fields",
            Self::Missing { .. } => "no value",
            Self::BadValue { .. } => "not a value of this field",
            Self::LocalTime(LocalTimeError::Skipped { .. }) => {
                "a stamp in the hour that the clock skipped"
            }
            Self::LocalTime(LocalTimeError::Repeated { .. }) => {
                "a stamp in the hour that came twice"
            }
            Self::Contradiction { .. } => "contradicts the row's other stamps",
            Self::OpenQuote { .. } => "a quote is not closed",
            Self::LineTooLong { .. } => "line too long",
            Self::CutOff => "the file ends within the row",
            Self::NoSuchColumn { .. } => "no such column in the file's header",
            Self::Other { what } => what,
        }
    }
}

/// A row that was rejected, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {field}{colon}{reason}", colon = if field.is_empty() { "" } else { ": " })]
pub struct RejectedRow {
    /// The file, as it was named to the reader; a file in an archive is `archive.zip!name`.
    pub file: Arc<str>,
    /// The line, from 1; in a binary format the record, from 1.
    pub line: u64,
    /// The field at fault; empty where it is the whole row.
    pub field: Cow<'static, str>,
    /// Why. Not given as a source too: the message says it.
    pub reason: RejectReason,
}

/// The rule by which a row was skipped: a legitimate row that is no part of any call.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SkipReason(Cow<'static, str>);

impl SkipReason {
    /// A row that was delivered twice.
    pub const DUPLICATE: Self = Self(Cow::Borrowed("duplicate of an earlier row"));
    /// A row with a known key and other content.
    pub const CONFLICT: Self = Self(Cow::Borrowed("key of an earlier row with other content"));

    /// A rule in words that say what was found, such as `outcome is PHANTOM`.
    pub fn new(rule: impl Into<Cow<'static, str>>) -> Self {
        Self(rule.into())
    }

    /// The rule.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
