//! The account of a read: every row, the span, gaps in the feed, and what the amount of data allows.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::gap::{Arrivals, feed_gaps};
use crate::{
    Call, CdrFormat, FeedGap, Observed, Outcome, RejectedRow, SkipReason, StageKind, Zone,
};

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
    /// Not to be read, by a rule of its format: a file that is still being written.
    PassedOver(SkipReason),
    /// Of no format that was asked for.
    NotRecognized,
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
    /// What the source can and cannot say; of several, what all of them can.
    pub observed: Observed,
    /// Each source.
    #[serde(default)]
    pub sources: Vec<SourceAudit>,
    /// Stretches in which the feed seems to have stopped.
    pub gaps: Vec<FeedGap>,
    /// Whether the data suffices, and for what.
    pub sufficiency: Sufficiency,
    /// What a reader of figures from this log should know, in words.
    pub warnings: Vec<String>,
    /// The account of each file, in the order of reading.
    pub files: Vec<FileAudit>,
    /// How many of the warnings are what a format remarked on its rows; they come first.
    #[serde(default)]
    pub remarks: usize,
}

/// What one source of a log can say, and how much of the log it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SourceAudit {
    /// The system that wrote it.
    pub source: String,
    /// The format that it was read by.
    pub format: String,
    /// Calls that the log has of it.
    pub calls: u64,
    /// Calls of it that another feed of the same system tells of too, and better: they count there.
    #[serde(default)]
    pub calls_in_other_feeds: u64,
    /// Whether its stamps are too coarse to know a call of another feed of the same system again: a call may count twice.
    #[serde(default)]
    pub may_count_twice: bool,
    /// What it can and cannot say.
    pub observed: Observed,
}

/// Adds up an audit while rows are read.
#[derive(Debug, Default)]
pub(crate) struct AuditBuilder {
    skipped: BTreeMap<SkipReason, u64>,
    rejected: BTreeMap<String, u64>,
    remarks: Vec<(String, u64)>,
    files: Vec<FileAudit>,
    calls: CallCounts,
}

impl AuditBuilder {
    pub(crate) fn new() -> Self {
        Self::default()
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
        if count == 0 {
            return;
        }
        match self.remarks.iter_mut().find(|it| it.0 == remark) {
            Some(known) => known.1 += count,
            None => self.remarks.push((remark.to_owned(), count)),
        }
    }

    /// Adds a file; its place.
    pub(crate) fn add_file(&mut self, file: FileAudit) -> usize {
        self.files.push(file);
        self.files.len() - 1
    }

    pub(crate) fn file(&mut self, place: usize) -> Option<&mut FileAudit> {
        self.files.get_mut(place)
    }

    pub(crate) fn add_call(&mut self, call: &Call) {
        self.calls.add(call);
    }

    /// The audit of what was added, read by a format.
    pub(crate) fn finish(self, format: &dyn CdrFormat) -> Audit {
        let source = SourceAudit {
            source: format.source().to_string(),
            format: format.name(),
            calls: self.calls.calls,
            calls_in_other_feeds: 0,
            may_count_twice: false,
            observed: format.observed(),
        };
        let mut audit = Audit {
            rows_read: 0,
            rows_used: 0,
            rows_skipped: 0,
            rows_rejected: 0,
            skipped: self.skipped.into_iter().map(|(it, n)| (it.as_str().to_owned(), n)).collect(),
            rejected: self.rejected,
            calls: 0,
            calls_incomplete: 0,
            first: None,
            last: None,
            observed: source.observed,
            sources: vec![source],
            gaps: Vec::new(),
            sufficiency: Sufficiency::of(None, 0),
            warnings: Vec::new(),
            files: self.files,
            remarks: 0,
        };
        let remarks = self.remarks.iter().map(|(remark, count)| format!("{remark}: {count}"));
        audit.conclude(remarks.collect(), &self.calls);
        audit
    }
}

impl Audit {
    /// Adds up the files, counts the calls, and says what a reader should know; remarks come first.
    fn conclude(&mut self, remarks: Vec<String>, calls: &CallCounts) {
        self.rows_used = self.files.iter().map(|it| it.rows_used).sum();
        self.rows_skipped = self.files.iter().map(|it| it.rows_skipped).sum();
        self.rows_rejected = self.files.iter().map(|it| it.rows_rejected).sum();
        self.rows_read = self.rows_used + self.rows_skipped + self.rows_rejected;
        self.calls = calls.calls;
        self.calls_incomplete = calls.incomplete;
        (self.first, self.last) = (calls.arrivals.first(), calls.arrivals.last());
        self.gaps = feed_gaps(&calls.arrivals, self.observed.zone);
        self.sufficiency = Sufficiency::of(self.first.zip(self.last), calls.calls);
        self.remarks = remarks.len();
        self.warnings = remarks;
        self.warn(calls);
    }

    /// Notes the calls of a source that count, and those that another feed of its system tells of.
    pub(crate) fn note_other_feeds(&mut self, calls: usize, doubles: u64, is_coarse: bool) {
        for source in &mut self.sources {
            source.calls = calls as u64;
            source.calls_in_other_feeds = doubles;
            source.may_count_twice = is_coarse;
        }
    }

    /// The audit of several sources that were read one after the other into the calls of one log. `None` for none.
    pub(crate) fn of_sources(
        parts: Vec<Self>,
        unread: Vec<FileAudit>,
        calls: &[Call],
    ) -> Option<Self> {
        let several = parts.len() > 1;
        let mut remarks = Vec::new();
        let mut whole: Option<Self> = None;
        for mut part in parts {
            let format = part.sources.first().map(|it| it.format.clone()).unwrap_or_default();
            let said = part.warnings.drain(..part.remarks.min(part.warnings.len()));
            remarks.extend(said.map(|it| if several { format!("{format}: {it}") } else { it }));
            let Some(whole) = &mut whole else {
                whole = Some(part);
                continue;
            };
            whole.observed = whole.observed.and(part.observed);
            whole.sources.extend(part.sources);
            whole.files.extend(part.files);
            for (rule, count) in part.skipped {
                *whole.skipped.entry(rule).or_default() += count;
            }
            for (reason, count) in part.rejected {
                *whole.rejected.entry(reason).or_default() += count;
            }
        }
        let mut whole = whole?;
        whole.files.extend(unread);
        let mut counts = CallCounts::default();
        for call in calls {
            counts.add(call);
        }
        whole.conclude(remarks, &counts);
        Some(whole)
    }
}

impl Audit {
    fn warn(&mut self, counts: &CallCounts) {
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
                FileStatus::PassedOver(rule) => {
                    say(format!("{}: passed over, {rule}", file.file));
                }
                FileStatus::NotRecognized => {
                    say(format!("{}: of no known format, passed over", file.file));
                }
            }
            if file.nul_lines > 0 {
                say(format!("{}: NUL bytes taken out of {} line(s)", file.file, file.nul_lines));
            }
        }
        if let Some(warning) = gap_warning(&self.gaps, self.observed.zone) {
            say(warning);
        }
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
        self.sources.iter().for_each(|it| it.warn(self.sources.len() > 1, &mut say));
        if !self.sufficiency.is_sufficient {
            say(self.sufficiency.allows.clone());
        }
    }
}

impl SourceAudit {
    /// What the source cannot say, by its format's name where it is one of several.
    fn warn(&self, several: bool, say: &mut dyn FnMut(String)) {
        let what = if several { self.format.as_str() } else { "this source" };
        if !self.observed.abandons {
            say(format!("abandoned calls are not observable in {what}"));
        }
        if !self.observed.waits {
            say(format!("waits are not observable in {what}"));
        }
        if self.observed.precision.secs() >= 60.0 {
            let of = if several { format!(" of {what}") } else { String::new() };
            say(format!("stamps{of} are exact to {} only", self.observed.precision));
        }
        if self.calls_in_other_feeds > 0 {
            let doubles = self.calls_in_other_feeds;
            say(format!(
                "{doubles} call(s) of {what} are told of by a better feed of the same system: counted once"
            ));
        }
        if self.may_count_twice {
            say(format!(
                "stamps of {what} are too coarse to know a call of another feed of the same system again: it may count twice"
            ));
        }
    }
}

/// Calls, counted one by one.
#[derive(Debug, Default)]
pub(crate) struct CallCounts {
    calls: u64,
    incomplete: u64,
    long_queues: u64,
    long_talks: u64,
    without_agent: u64,
    arrivals: Arrivals,
}

impl CallCounts {
    fn add(&mut self, call: &Call) {
        let is_over =
            |kind, limit| call.time_in(kind).is_some_and(|it| it > TimeDelta::hours(limit));
        self.calls += 1;
        self.incomplete += u64::from(!call.is_complete);
        self.long_queues += u64::from(is_over(StageKind::Queue, 1));
        self.long_talks += u64::from(is_over(StageKind::Talk, 2));
        let is_answered = call.outcome == Outcome::Answered;
        self.without_agent += u64::from(is_answered && call.agent().is_none());
        self.arrivals.add(call.arrived_at);
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

    /// The first and the last arrival, and how many calls.
    fn of(span: Option<(DateTime<Utc>, DateTime<Utc>)>, calls: u64) -> Self {
        let span = span.map_or(TimeDelta::zero(), |(first, last)| last - first);
        let weeks = span.as_seconds_f64() / TimeDelta::weeks(1).as_seconds_f64();
        // A log of an afternoon is counted as one of a day: a rate over less says nothing.
        let calls_per_week = calls as f64 / weeks.max(1.0 / 7.0);
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
