//! Cases and their events, in columns.

use std::ops::Range;

use chrono::{DateTime, Utc};

use crate::{Column, Texts};

/// How the events of a log stood in its source.
///
/// Events of a case are sorted by their stamps, and equal stamps stay as the source has them: where many are equal, as
/// in exports that round to the minute, what follows what is the source's word and not the clock's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SourceOrder {
    /// Pairs of neighboring events of a case: events less cases that have any.
    pub pairs: usize,
    /// Pairs of neighboring events of a case with the same stamp: their order is the source's, not the clock's.
    pub ties: usize,
    /// Pairs of neighboring events of a case of which the later stood first; they were sorted.
    pub out_of_order: usize,
}

impl SourceOrder {
    /// The share of pairs of neighboring events of a case that have the same stamp; `None` without a pair.
    ///
    /// Range: `0.0..=1.0`.
    ///
    /// # Example
    ///
    /// ```
    /// use ringback_eventlog::EventLogBuilder;
    ///
    /// let mut log = EventLogBuilder::default();
    /// let ticket = log.case("T-1");
    /// for at_micros in [10, 20, 20] {
    ///     log.event(ticket, "update", at_micros);
    /// }
    /// assert_eq!(log.build().order().tie_share(), Some(0.5));
    /// ```
    pub fn tie_share(&self) -> Option<f64> {
        (self.pairs > 0).then(|| self.ties as f64 / self.pairs as f64)
    }
}

/// Cases and their events, in columns: those of a case stand together, earliest first, and equal stamps in the order of
/// the source.
#[derive(Clone, Debug, PartialEq)]
pub struct EventLog {
    pub(crate) cases: Texts,
    pub(crate) case_starts: Vec<usize>,
    pub(crate) activities: Texts,
    pub(crate) activity: Vec<u32>,
    pub(crate) at_micros: Vec<i64>,
    pub(crate) start_micros: Option<Vec<i64>>,
    pub(crate) columns: Vec<Column>,
    pub(crate) case_columns: Vec<Column>,
    pub(crate) order: SourceOrder,
}

impl EventLog {
    /// How many cases there are.
    pub fn cases(&self) -> usize {
        self.case_starts.len().saturating_sub(1)
    }

    /// How many events there are.
    pub fn events(&self) -> usize {
        self.activity.len()
    }

    /// The name of a case.
    pub fn case_name(&self, case: usize) -> Option<&str> {
        self.cases.get(u32::try_from(case).ok()?)
    }

    /// The events of a case; none for a case that there is not.
    pub fn case_events(&self, case: usize) -> Range<usize> {
        match (self.case_starts.get(case), self.case_starts.get(case + 1)) {
            (Some(start), Some(end)) => *start..*end,
            _ => 0..0,
        }
    }

    /// Where the events of each case begin, and the number of events as the last: one longer than there are cases.
    pub fn case_starts(&self) -> &[usize] {
        &self.case_starts
    }

    /// The activities, in the order of first appearance.
    pub fn activities(&self) -> &Texts {
        &self.activities
    }

    /// The activity of each event, as a number of [`EventLog::activities`].
    pub fn activity(&self) -> &[u32] {
        &self.activity
    }

    /// When each event was, or, in a log of activities with a start and an end, when it ended. Unit: microseconds since
    /// 1970, UTC.
    pub fn at_micros(&self) -> &[i64] {
        &self.at_micros
    }

    /// When each activity started, in a log that says so. Unit: microseconds since 1970, UTC.
    pub fn start_micros(&self) -> Option<&[i64]> {
        self.start_micros.as_deref()
    }

    /// When an event was.
    pub fn at(&self, event: usize) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_micros(*self.at_micros.get(event)?)
    }

    /// The attributes of events, in the order of first appearance.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// An attribute of events by its name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|it| it.name() == name)
    }

    /// The attributes of cases, in the order of first appearance.
    pub fn case_columns(&self) -> &[Column] {
        &self.case_columns
    }

    /// An attribute of cases by its name.
    pub fn case_column(&self, name: &str) -> Option<&Column> {
        self.case_columns.iter().find(|it| it.name() == name)
    }

    /// How the events stood in the source.
    pub fn order(&self) -> SourceOrder {
        self.order
    }
}
