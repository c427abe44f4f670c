//! What a reader gives back, and the count of every entry on the way there.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ringback_eventlog::{EventLogBuilder, Masked, ReadEvents, RejectedEvent};
use rustc_hash::FxHashSet;

use crate::Error;

/// Tickets as an event log, with the account of what was read.
#[derive(Clone, Debug)]
pub struct ReadTickets {
    /// The log, and the entries that could not be used; a rejected entry's reason ends with its file.
    pub events: ReadEvents,
    /// What became of every entry.
    pub entries: Entries,
    /// What is right as it stands and yet should be known: states without a meaning, pages that lack.
    pub warnings: Vec<Warning>,
}

/// What became of the entries of an export: rows, tickets, changes of one field, comments, messages.
///
/// `read` is the sum of the other three and of the rejected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Entries {
    /// All of them.
    pub read: usize,
    /// Those that an event or an attribute of the log tells of.
    pub used: usize,
    /// Those that tell nothing of a ticket's way, such as a change of its title.
    pub passed_over: usize,
    /// Those that were there before, as when two pages overlap.
    pub duplicates: usize,
}

/// Something that should be known of what was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The file; absent where it is about all of them.
    pub path: Option<PathBuf>,
    /// The ticket; absent where it is about several.
    pub ticket: Option<String>,
    /// What it is.
    pub problem: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.path {
            write!(f, "{}: ", path.display())?;
        }
        if let Some(ticket) = &self.ticket {
            write!(f, "{ticket}: ")?;
        }
        f.write_str(&self.problem)
    }
}

/// What became of one entry that was not rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Used,
    PassedOver,
    Duplicate,
}

/// The field that is at fault, and how.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) field: String,
    pub(crate) reason: String,
}

impl Fault {
    /// A field that has no value.
    pub(crate) fn missing(field: &str) -> Self {
        Self { field: field.to_owned(), reason: "missing".to_owned() }
    }

    /// A field with a value that is of another kind.
    pub(crate) fn bad(field: &str, value: &str, expected: &str) -> Self {
        let reason = format!("{:?}, expected {expected}", shown(value));
        Self { field: field.to_owned(), reason }
    }
}

/// A value as it may be shown: phone numbers and mail addresses are masked, and so are words, for a column that was taken for
/// another may hold names. Only what stands in dates stays: up to three letters, beside a digit.
pub(crate) fn shown(value: &str) -> String {
    let masked = Masked::new(value).to_string();
    let has_digit = masked.contains(|it: char| it.is_ascii_digit());
    let hide = |word: &str| match word.split_once('@') {
        Some((_, domain)) if !domain.is_empty() => format!("•@{domain}"),
        _ => without_words(word, if has_digit { 3 } else { 0 }),
    };
    masked.split(' ').map(hide).collect::<Vec<_>>().join(" ")
}

/// A text in which letters stand that are more than a number of them in a row is masked there.
fn without_words(text: &str, kept: usize) -> String {
    let mut shown = String::new();
    for run in text.split_inclusive(|it: char| !it.is_alphabetic()) {
        let letters = run.chars().filter(|it| it.is_alphabetic()).count();
        let hide = |it: char| if it.is_alphabetic() && letters > kept { '•' } else { it };
        shown.extend(run.chars().map(hide));
    }
    shown
}

/// The count of entries, and what is to be said of them.
pub(crate) struct Tally {
    entries: Entries,
    rejected: Vec<RejectedEvent>,
    warnings: Vec<Warning>,
    seen: FxHashSet<Box<str>>,
    path: Arc<Path>,
    first: PathBuf,
    /// For each list in pages: whether a last page was there, and the last page that named a further one.
    pages: BTreeMap<String, (bool, Option<PathBuf>)>,
}

impl Tally {
    pub(crate) fn new(paths: &[PathBuf]) -> Self {
        let first = paths.first().cloned().unwrap_or_default();
        Self {
            entries: Entries::default(),
            rejected: Vec::new(),
            warnings: Vec::new(),
            seen: FxHashSet::default(),
            path: Arc::from(first.as_path()),
            first,
            pages: BTreeMap::new(),
        }
    }

    /// From now on entries are of this file.
    pub(crate) fn begin(&mut self, path: &Path) {
        self.path = Arc::from(path);
    }

    /// Counts an entry that ends in a line.
    pub(crate) fn count(&mut self, line: u64, outcome: Result<Outcome, Fault>) {
        self.entries.read += 1;
        match outcome {
            Ok(Outcome::Used) => self.entries.used += 1,
            Ok(Outcome::PassedOver) => self.entries.passed_over += 1,
            Ok(Outcome::Duplicate) => self.entries.duplicates += 1,
            Err(Fault { field, reason }) => {
                let reason = format!("{reason}; in {}", self.path.display());
                self.rejected.push(RejectedEvent { line, field, reason });
            }
        }
    }

    /// Counts several entries with the same fate.
    pub(crate) fn count_alike(&mut self, line: u64, outcome: Outcome, entries: usize) {
        for _ in 0..entries {
            self.count(line, Ok(outcome));
        }
    }

    /// Whether a key is there for the first time.
    pub(crate) fn is_new(&mut self, key: &str) -> bool {
        !self.seen.contains(key) && self.seen.insert(key.into())
    }

    /// Notes a page of a list: whether it names a further one.
    pub(crate) fn page(&mut self, list: &str, has_more: bool) {
        let (has_end, last) = self.pages.entry(list.to_owned()).or_default();
        if has_more {
            *last = Some(self.path.to_path_buf());
        } else {
            *has_end = true;
        }
    }

    pub(crate) fn warn(&mut self, ticket: Option<&str>, problem: String) {
        self.warnings.push(Warning { path: None, ticket: ticket.map(str::to_owned), problem });
    }

    /// What was read.
    pub(crate) fn finish(mut self, log: EventLogBuilder) -> Result<ReadTickets, Error> {
        if log.events() == 0 {
            let why = self.rejected.first().map(|it| {
                format!(
                    "; the first of {}: line {}, {}: {}",
                    self.rejected.len(),
                    it.line,
                    it.field,
                    it.reason
                )
            });
            return Err(Error::Empty { path: self.first, why: why.unwrap_or_default() });
        }
        for (list, (has_end, last)) in self.pages {
            if let Some(path) = last.filter(|_| !has_end) {
                let problem =
                    format!("every page of {list} names a further one: the last is not here");
                self.warnings.push(Warning { path: Some(path), ticket: None, problem });
            }
        }
        let log = log.build();
        let events_read = log.events() + self.rejected.len();
        let events = ReadEvents { log, events_read, rejected: self.rejected };
        Ok(ReadTickets { events, entries: self.entries, warnings: self.warnings })
    }
}
