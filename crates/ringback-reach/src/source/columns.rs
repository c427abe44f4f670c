//! The columns of a table of attempts.

use std::collections::BTreeSet;
use std::fmt;

use csv::StringRecord;

/// Columns that mean something of their own.
const KNOWN: [&str; 9] = [
    "customer",
    "attempted_at",
    "reached",
    "outcome",
    "time_zone",
    "segment",
    "kind",
    "ring_secs",
    "propensity",
];

/// Columns whose names begin so hold what a simulation planted.
const PLANTED: &str = "true_";

/// Why a table of attempts was not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AttemptTableError {
    /// The header lacks a column.
    #[error("{file}: no column {column}, expected customer, attempted_at and reached or outcome")]
    MissingColumn {
        /// The file.
        file: String,
        /// The column; of two that can stand for each other, both.
        column: &'static str,
    },
    /// Two columns have one name.
    #[error("{file}: column {column:?} is there twice, expected it once")]
    RepeatedColumn {
        /// The file.
        file: String,
        /// The name.
        column: String,
    },
    /// The file cannot be read on.
    #[error("{file}: reading broke off")]
    Unreadable {
        /// The file.
        file: String,
        /// Why.
        source: std::io::Error,
    },
    /// A row that no log can hold, although it was checked.
    #[error("{file}: rows do not make a log of attempts")]
    Log {
        /// The file.
        file: String,
        /// Why.
        source: crate::Error,
    },
}

/// Why a column of a table is not among the signals.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignalNote {
    /// It was named in [`AttemptTable::ignore`](crate::AttemptTable::ignore).
    Ignored(String),
    /// Its name begins with `true_`: it holds what a simulation planted, which no model may see.
    Planted(String),
    /// Fewer than half of its filled fields are numbers.
    NotNumbers(String),
    /// It tells by itself whether a person answered, as what is written after a call does: its numbers, or whether there is
    /// one, part the reached from the others in at least 999 of 1,000 pairs.
    TellsOutcome(String),
}

impl fmt::Display for SignalNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (column, why) = match self {
            Self::Ignored(it) => (it, "it was set to be ignored"),
            Self::Planted(it) => (it, "its name begins with true_: planted by a simulation"),
            Self::NotNumbers(it) => (it, "fewer than half of its fields are numbers"),
            Self::TellsOutcome(it) => (it, "it tells by itself whether a person answered"),
        };
        write!(f, "column {column:?} is no signal: {why}")
    }
}

/// Where each column stands.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) customer: usize,
    pub(super) attempted_at: usize,
    pub(super) reached: Option<usize>,
    pub(super) outcome: Option<usize>,
    pub(super) time_zone: Option<usize>,
    pub(super) segment: Option<usize>,
    pub(super) kind: Option<usize>,
    pub(super) ring_secs: Option<usize>,
    pub(super) propensity: Option<usize>,
    /// Columns that may be signals: place and name.
    pub(super) further: Vec<(usize, String)>,
    pub(super) notes: Vec<SignalNote>,
    pub(super) count: usize,
}

impl Columns {
    pub(super) fn find(
        file: &str,
        header: &StringRecord,
        ignored: &BTreeSet<String>,
    ) -> Result<Self, AttemptTableError> {
        let file = || file.to_owned();
        let names: Vec<&str> = header.iter().map(name_of).collect();
        let mut seen = BTreeSet::new();
        if let Some(column) = names.iter().find(|it| !seen.insert(**it)) {
            return Err(AttemptTableError::RepeatedColumn {
                file: file(),
                column: (*column).to_owned(),
            });
        }
        let find = |name: &str| names.iter().position(|it| *it == name);
        let need =
            |column| find(column).ok_or(AttemptTableError::MissingColumn { file: file(), column });
        let (reached, outcome) = (find("reached"), find("outcome"));
        if reached.is_none() && outcome.is_none() {
            return Err(AttemptTableError::MissingColumn {
                file: file(),
                column: "reached or outcome",
            });
        }
        let (mut further, mut notes) = (Vec::new(), Vec::new());
        for (place, name) in names.iter().enumerate().filter(|(_, it)| !KNOWN.contains(it)) {
            match (*name).to_owned() {
                name if ignored.contains(&name) => notes.push(SignalNote::Ignored(name)),
                name if name.starts_with(PLANTED) => notes.push(SignalNote::Planted(name)),
                name => further.push((place, name)),
            }
        }
        Ok(Self {
            customer: need("customer")?,
            attempted_at: need("attempted_at")?,
            reached,
            outcome,
            time_zone: find("time_zone"),
            segment: find("segment"),
            kind: find("kind"),
            ring_secs: find("ring_secs"),
            propensity: find("propensity"),
            further,
            notes,
            count: names.len(),
        })
    }
}

fn name_of(field: &str) -> &str {
    field.trim_start_matches('\u{feff}').trim()
}
