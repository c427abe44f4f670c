//! The account of a read: every row, the span, gaps in the feed, and what the amount of data allows.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::gap::feed_gaps;
use crate::{Call, FeedGap, Observed, Outcome, RejectedRow, SkipReason, StageKind, Zone};

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileStatus {
    /// Read to its end.
    Read,
    /// Not a text, although the format is one: a picture, a program.
    NotText,
    /// Holds the same bytes as an earlier file, and was not read again.
    DuplicateOf(String),
    /// Read until it broke off: a packed file cut in half. What came before is used.
    BrokenOff(String),
    /// Could not be opened.
    Unreadable(String),
}

/// The account of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileAudit {
    /// The file, as it was named to the reader.
    pub file: String,
    /// What became of it.
    pub status: FileStatus,
    /// Rows that became part of a call.
    pub rows_used: u64,
    /// Rows passed over by a rule.
    pub rows_skipped: u64,
    /// Rows that could not be understood.
    pub rows_rejected: u64,
    /// Lines that held NUL bytes, which were taken out.
    pub nul_lines: u64,
    /// Whether the last line had no line end: the file may still be written to.
    pub is_unterminated: bool,
}

impl FileAudit {
    pub(crate) fn new(file: String, status: FileStatus) -> Self {
        Self {
            file,
            status,
            rows_used: 0,
            rows_skipped: 0,
            rows_rejected: 0,
            nul_lines: 0,
            is_unterminated: false,
        }
    }

    /// Rows used, skipped and rejected.
    pub(crate) fn rows(&self) -> u64 {
        self.rows_used + self.rows_skipped + self.rows_rejected
    }
}

/// Whether there is enough data, and for what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sufficiency {
    /// Weeks from the first to the last call, gaps included.
    pub weeks: f64,
    /// Calls a week, on average.
    pub calls_per_week: f64,
    /// Whether there are three months (13 weeks) and 200 calls a week.
    pub is_sufficient: bool,
    /// What the data still allows, in words.
    pub allows: String,
}

/// The account of a read. The rows used, skipped and rejected add up to the rows read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Audit {
    /// Rows in the files; headers and blank lines are no rows.
    pub rows_read: u64,
    /// Rows that became part of a call.
    pub rows_used: u64,
    /// Rows passed over by a rule, duplicates among them.
    pub rows_skipped: u64,
    /// Rows that could not be understood.
    pub rows_rejected: u64,
    /// How many rows each rule passed over.
    pub skipped: BTreeMap<String, u64>,
    /// How many rows were rejected for each reason, with the field.
    pub rejected: BTreeMap<String, u64>,
    /// Calls.
    pub calls: u64,
    /// Calls that the log leaves open.
    pub calls_incomplete: u64,
    /// The first arrival.
    pub first: Option<DateTime<Utc>>,
    /// The last arrival.
    pub last: Option<DateTime<Utc>>,
    /// What the source can and cannot say.
    pub observed: Observed,
    /// Stretches in which the feed seems to have stopped.
    pub gaps: Vec<FeedGap>,
    /// Whether the data suffices, and for what.
    pub sufficiency: Sufficiency,
    /// What a reader of figures from this log should know, in words.
    pub warnings: Vec<String>,
    /// The account of each file, in the order of reading.
    pub files: Vec<FileAudit>,
}

/// Adds up an audit while rows are read.
#[derive(Debug)]
pub(crate) struct AuditBuilder {
    observed: Observed,
    skipped: BTreeMap<SkipReason, u64>,
    rejected: BTreeMap<String, u64>,
    remarks: Vec<String>,
    files: Vec<FileAudit>,
}

impl AuditBuilder {
    pub(crate) fn new(observed: Observed) -> Self {
        let (skipped, rejected) = (BTreeMap::new(), BTreeMap::new());
        Self { observed, skipped, rejected, remarks: Vec::new(), files: Vec::new() }
    }

    pub(crate) fn add_skipped(&mut self, reason: SkipReason) {
        *self.skipped.entry(reason).or_default() += 1;
    }

    pub(crate) fn add_rejected(&mut self, row: &RejectedRow) {
        let reason = match row.field.as_ref() {
            "" => row.reason.kind().to_owned(),
            field => format!("{field}: {}", row.reason.kind()),
        };
        *self.rejected.entry(reason).or_default() += 1;
    }

    pub(crate) fn add_remark(&mut self, remark: &str, count: u64) {
        if count > 0 {
            self.remarks.push(format!("{remark}: {count}"));
        }
    }

    pub(crate) fn add_file(&mut self, file: FileAudit) {
        self.files.push(file);
    }

    /// The audit of the calls, which are ordered by `arrived_at`.
    pub(crate) fn finish(self, calls: &[Call]) -> Audit {
        let rows_used = self.files.iter().map(|it| it.rows_used).sum();
        let rows_skipped = self.files.iter().map(|it| it.rows_skipped).sum();
        let rows_rejected = self.files.iter().map(|it| it.rows_rejected).sum();
        let gaps = feed_gaps(calls, self.observed.zone);
        let sufficiency = Sufficiency::of(calls);
        let incomplete = calls.iter().filter(|it| !it.is_complete).count();
        let mut audit = Audit {
            rows_read: rows_used + rows_skipped + rows_rejected,
            rows_used,
            rows_skipped,
            rows_rejected,
            skipped: self.skipped.into_iter().map(|(it, n)| (it.as_str().to_owned(), n)).collect(),
            rejected: self.rejected,
            calls: calls.len() as u64,
            calls_incomplete: incomplete as u64,
            first: calls.first().map(|it| it.arrived_at),
            last: calls.last().map(|it| it.arrived_at),
            observed: self.observed,
            gaps,
            sufficiency,
            warnings: self.remarks,
            files: self.files,
        };
        audit.warn(calls);
        audit
    }
}

impl Audit {
    fn warn(&mut self, calls: &[Call]) {
        let mut say = |warning: String| self.warnings.push(warning);
        for file in &self.files {
            match &file.status {
                FileStatus::Read if file.is_unterminated && file.rows() > 0 => {
                    say(format!(
                        "{}: no line end after the last line; the file may be unfinished",
                        file.file
                    ));
                }
                FileStatus::Read if file.rows() == 0 => {
                    say(format!("{}: no rows in the file", file.file));
                }
                FileStatus::Read => {}
                FileStatus::NotText => say(format!("{}: not a text file, passed over", file.file)),
                FileStatus::DuplicateOf(other) => {
                    say(format!("{}: holds the same bytes as {other}, not read again", file.file));
                }
                FileStatus::BrokenOff(why) => {
                    say(format!("{}: breaks off ({why}); the rows before are used", file.file));
                }
                FileStatus::Unreadable(why) => say(format!("not read: {why}")),
            }
            if file.nul_lines > 0 {
                say(format!("{}: NUL bytes taken out of {} line(s)", file.file, file.nul_lines));
            }
        }
        if let Some(warning) = gap_warning(&self.gaps, self.observed.zone) {
            say(warning);
        }
        let counts = Counts::of(calls);
        if counts.long_queues > 0 {
            say(format!("{} call(s) with more than 1 h in queue stages", counts.long_queues));
        }
        if counts.long_talks > 0 {
            say(format!("{} call(s) with more than 2 h in talk stages", counts.long_talks));
        }
        if self.observed.agents && counts.without_agent > 0 {
            say(format!("{} answered call(s) without a named agent", counts.without_agent));
        }
        if self.calls_incomplete > 0 {
            say(format!("{} call(s) have no end in the log", self.calls_incomplete));
        }
        if !self.observed.abandons {
            say("abandoned calls are not observable in this source".to_owned());
        }
        if !self.observed.waits {
            say("waits are not observable in this source".to_owned());
        }
        if self.observed.precision.secs() >= 60.0 {
            say(format!("stamps are exact to {} only", self.observed.precision));
        }
        if !self.sufficiency.is_sufficient {
            say(self.sufficiency.allows.clone());
        }
    }
}

/// Calls that a reader of figures should know of.
#[derive(Default)]
struct Counts {
    long_queues: u64,
    long_talks: u64,
    without_agent: u64,
}

impl Counts {
    fn of(calls: &[Call]) -> Self {
        let is_over = |call: &Call, kind, limit| {
            call.time_in(kind).is_some_and(|it| it > TimeDelta::hours(limit))
        };
        let mut counts = Self::default();
        for call in calls {
            counts.long_queues += u64::from(is_over(call, StageKind::Queue, 1));
            counts.long_talks += u64::from(is_over(call, StageKind::Talk, 2));
            let is_answered = call.outcome == Outcome::Answered;
            counts.without_agent += u64::from(is_answered && call.agent().is_none());
        }
        counts
    }
}

/// One sentence on all gaps: how many, the longest few, and the calls expected in all of them.
fn gap_warning(gaps: &[FeedGap], zone: Zone) -> Option<String> {
    const NAMED: usize = 5;
    if gaps.is_empty() {
        return None;
    }
    let mut longest: Vec<&FeedGap> = gaps.iter().collect();
    longest.sort_by_key(|it| (Reverse(it.to - it.from), it.from));
    longest.truncate(NAMED);
    longest.sort_by_key(|it| it.from);
    let named: Vec<String> = longest
        .iter()
        .map(|it| format!("{} to {}", minutes(zone, it.from), minutes(zone, it.to)))
        .collect();
    let which = if gaps.len() > NAMED { "the longest: " } else { "" };
    let expected: f64 = gaps.iter().map(|it| it.calls_expected).sum();
    Some(format!(
        "{} stretch(es) with hardly a call where the median week has {expected:.0} in all: closed, or a gap in the feed; \
         {which}{} ({zone})",
        gaps.len(),
        named.join(", ")
    ))
}

fn minutes(zone: Zone, at: DateTime<Utc>) -> String {
    zone.local(at).format("%Y-%m-%d %H:%M").to_string()
}

impl Sufficiency {
    /// Weeks of data from which on weekly patterns can be told from chance.
    const WEEKS: f64 = 13.0;
    /// Calls a week from which on hourly figures mean something.
    const CALLS_PER_WEEK: f64 = 200.0;

    fn of(calls: &[Call]) -> Self {
        let span = match (calls.first(), calls.last()) {
            (Some(first), Some(last)) => last.arrived_at - first.arrived_at,
            _ => TimeDelta::zero(),
        };
        let weeks = span.as_seconds_f64() / TimeDelta::weeks(1).as_seconds_f64();
        // A log of an afternoon is counted as one of a day: a rate over less says nothing.
        let calls_per_week = calls.len() as f64 / weeks.max(1.0 / 7.0);
        let is_sufficient = weeks >= Self::WEEKS && calls_per_week >= Self::CALLS_PER_WEEK;
        Self { weeks, calls_per_week, is_sufficient, allows: Self::allows(weeks, calls_per_week) }
    }

    fn allows(weeks: f64, calls_per_week: f64) -> String {
        let short = weeks < Self::WEEKS;
        let thin = calls_per_week < Self::CALLS_PER_WEEK;
        let had = format!("{weeks:.1} weeks with {calls_per_week:.0} calls a week");
        match (short, thin) {
            (false, false) => format!(
                "{had}: enough for forecasts by interval, wait predictions and comparisons of weeks"
            ),
            (true, false) if weeks >= 3.0 => format!(
                "{had}, less than 3 months: enough for service measures, a weekly profile and wait predictions; \
                 holidays and seasons cannot be told"
            ),
            (true, false) => format!(
                "{had}, less than 3 months: enough for service measures of the days at hand; forecasts and wait \
                 predictions need 3 weeks at least"
            ),
            (false, true) => format!(
                "{had}, less than 200 a week: enough for service measures by month and forecasts by day; hourly \
                 figures are mostly chance"
            ),
            (true, true) => format!(
                "{had}, less than 3 months and less than 200 a week: enough to look at single calls and overall \
                 service measures; no forecasts"
            ),
        }
    }
}
