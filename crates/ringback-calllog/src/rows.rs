//! What becomes of records: verdicts counted, legs stitched, calls given out.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use crate::audit::{Audit, AuditBuilder, FileAudit, FileStatus};
use crate::framing::{Cut, Cutter, MAX_QUOTED_LINES, MAX_RECORD_LEN};
use crate::reader::{BadRows, LogReader, Progress, ReadObserver};
use crate::stitch::{Pushed, Stitcher};
use crate::{
    Call, CdrFormat, Completeness, Error, Framing, Place, Record, RejectReason, RejectedRow,
    Settled, SkipReason, Verdict,
};

/// Rows after which a stream looks how far its log has come.
const LOOK_EVERY: usize = 1 << 6;

/// The account of one source while it is read.
pub(crate) struct Tally {
    bad_rows: BadRows,
    stitcher: Stitcher,
    pub(crate) audit: AuditBuilder,
    pub(crate) progress: Progress,
    /// The place in the audit and the name of each file that was begun.
    begun: Vec<(usize, Arc<str>)>,
    /// The first thing that kept a row from being used, for the error if none is.
    pub(crate) first_obstacle: Option<String>,
    /// The first file that held no row at all.
    pub(crate) first_empty: Option<String>,
    /// How far the log has come, where calls are given out while it is read.
    clock: Option<LogTime>,
    /// Memory for what a format settles: getting it anew each time would cost more than filling it.
    settled: Settled,
}

/// How far a log has come, whatever single rows say: the middle stamp of the last rows, and never back.
#[derive(Default)]
struct LogTime {
    stamps: Vec<DateTime<Utc>>,
    now: Option<DateTime<Utc>>,
    settled: Option<DateTime<Utc>>,
}

impl LogTime {
    /// Notes a row's stamp; the log's time each time that it has moved on by a step.
    fn tick(&mut self, at: DateTime<Utc>, step: TimeDelta) -> Option<DateTime<Utc>> {
        self.stamps.push(at);
        if self.stamps.len() < LOOK_EVERY {
            return None;
        }
        let middle = *self.stamps.select_nth_unstable(LOOK_EVERY / 2).1;
        self.now = self.now.max(Some(middle));
        self.stamps.clear();
        let settled = *self.settled.get_or_insert(middle);
        let now = self.now.filter(|it| it.signed_duration_since(settled) >= step)?;
        self.settled = Some(now);
        Some(now)
    }
}

impl Tally {
    pub(crate) fn new(reader: &LogReader, format: &mut dyn CdrFormat, streams: bool) -> Self {
        // A read that stopped at a bad row may have left rows behind.
        format.settle(None, &mut Settled::default());
        let mut stitcher = reader.stitcher.clone();
        stitcher.begin(format.source(), format.observed().precision);
        Self {
            bad_rows: reader.bad_rows,
            stitcher,
            audit: AuditBuilder::new(),
            progress: Progress { files_done: 0, files: 0, bytes_done: 0, bytes: 0, rows: 0 },
            begun: Vec::new(),
            first_obstacle: None,
            first_empty: None,
            clock: streams.then(LogTime::default),
            settled: Settled::default(),
        }
    }

    /// A file begins; its number.
    pub(crate) fn begin(&mut self, name: &str) -> u32 {
        let file = FileAudit::new(name.to_owned(), FileStatus::Read);
        let place = self.audit.add_file(file);
        self.begun.push((place, name.into()));
        u32::try_from(self.begun.len() - 1).unwrap_or(u32::MAX)
    }

    /// The account of a file that was begun.
    pub(crate) fn file(&mut self, number: u32) -> Option<&mut FileAudit> {
        let (place, _) = *self.begun.get(number as usize)?;
        self.audit.file(place)
    }

    /// The end of a file: what its cutter has seen of it.
    pub(crate) fn end_file(&mut self, number: u32, cutter: &mut Cutter<'_>) {
        let broken = cutter.take_broken().map(|it| it.to_string());
        let Some(file) = self.file(number) else { return };
        file.nul_lines = cutter.nul_lines;
        file.is_unterminated = cutter.is_unterminated;
        let (name, is_empty) = (file.file.clone(), file.rows() == 0);
        if let Some(why) = broken {
            file.status = FileStatus::BrokenOff(why.clone());
            self.first_obstacle.get_or_insert_with(|| format!("{name}: {why}"));
        }
        if is_empty {
            self.first_empty.get_or_insert_with(|| format!("{name}: no rows in the file"));
        }
    }

    fn count_used(&mut self, place: Place) {
        if let Some(file) = self.file(place.file) {
            file.rows_used += 1;
        }
    }

    fn skip(&mut self, place: Place, reason: SkipReason) {
        if let Some(file) = self.file(place.file) {
            file.rows_skipped += 1;
            let name = file.file.clone();
            self.first_obstacle.get_or_insert_with(|| format!("{name}: skipped, {reason}"));
        }
        self.audit.add_skipped(reason);
    }

    /// The audit of what was read, and what kept rows from being used.
    pub(crate) fn conclude(mut self, format: &dyn CdrFormat) -> (Audit, Option<String>) {
        let told_twice = self.stitcher.told_twice();
        self.audit.add_remark("calls told twice under one id, counted once", told_twice);
        for (remark, count) in format.remarks() {
            self.audit.add_remark(&remark, count);
        }
        (self.audit.finish(format), self.first_obstacle.or(self.first_empty))
    }

    /// The audit of what was read, which must be something.
    pub(crate) fn finish(self, format: &dyn CdrFormat) -> Result<Audit, Error> {
        let files = self.progress.files;
        match self.conclude(format) {
            (audit, Some(first)) if audit.rows_used == 0 => {
                Err(Error::NothingUsable { files, rows: audit.rows_read, first })
            }
            (audit, _) => Ok(audit),
        }
    }
}

/// One source while it is read: its account, its format, and who is told.
pub(crate) struct Reading<'a> {
    pub(crate) tally: &'a mut Tally,
    pub(crate) format: &'a mut dyn CdrFormat,
    pub(crate) observer: &'a mut dyn ReadObserver,
}

impl Reading<'_> {
    /// Cuts every record out of a stream and takes it.
    pub(crate) fn records(&mut self, cutter: &mut Cutter<'_>, file: u32) -> Result<(), Error> {
        let framing = self.format.framing();
        loop {
            let cut = match framing {
                Framing::Lines => cutter.next_line(),
                Framing::QuotedLines => cutter.next_quoted(b'"'),
                Framing::Fixed { record_len, .. } => cutter.next_fixed(record_len),
            };
            let Some(cut) = cut else { return Ok(()) };
            self.record(cutter, cut, file)?;
        }
    }

    fn record(&mut self, cutter: &mut Cutter<'_>, cut: Cut, file: u32) -> Result<(), Error> {
        let mut verdict = self.verdict(cutter, cut, file);
        if cutter.has_several_lines() && is_of_another_shape(&verdict) {
            // A stray quote has put rows together that are none: only its own line may be lost.
            cutter.first_line_only();
            verdict = self.verdict(cutter, Cut::OpenQuote, file);
        }
        let place = Place { file, line: cutter.line() };
        let mut at = None;
        match verdict {
            Verdict::NotARow => return Ok(()),
            Verdict::Held { at: stamp } => {
                at = Some(stamp);
                self.tally.count_used(place);
            }
            Verdict::Used(leg) => {
                at = Some(leg.ended_at.unwrap_or(leg.started_at));
                match self.tally.stitcher.push(leg) {
                    Pushed::New | Pushed::Completed => self.tally.count_used(place),
                    Pushed::Duplicate => self.tally.skip(place, SkipReason::DUPLICATE),
                    Pushed::Conflict => self.tally.skip(place, SkipReason::CONFLICT),
                }
            }
            Verdict::Skipped(reason) => self.tally.skip(place, reason),
            Verdict::Rejected { field, reason } => self.reject(place, field, reason)?,
        }
        self.tally.progress.rows += 1;
        if self.tally.progress.rows.is_multiple_of(1 << 14) {
            self.observer.progress(self.tally.progress);
        }
        if let (Some(clock), Some(at)) = (&mut self.tally.clock, at)
            && let Some(now) = clock.tick(at, self.tally.stitcher.step())
        {
            self.settle_as_of(now)?;
        }
        Ok(())
    }

    fn verdict(&mut self, cutter: &Cutter<'_>, cut: Cut, file: u32) -> Verdict {
        let reason = match cut {
            Cut::Record => {
                let place = Place { file, line: cutter.line() };
                let record = Record { bytes: cutter.record(), place };
                let is_blank = cutter.is_text() && record.bytes.trim_ascii_start().is_empty();
                return if is_blank { Verdict::NotARow } else { self.format.read(record) };
            }
            Cut::TooLong => RejectReason::LineTooLong { limit: MAX_RECORD_LEN },
            Cut::BrokenOff => RejectReason::CutOff,
            Cut::OpenQuote => RejectReason::OpenQuote { limit: MAX_QUOTED_LINES },
        };
        Verdict::rejected("", reason)
    }

    fn reject(
        &mut self,
        place: Place,
        field: Cow<'static, str>,
        reason: RejectReason,
    ) -> Result<(), Error> {
        let name = self.tally.begun.get(place.file as usize).map(|it| Arc::clone(&it.1));
        let file = name.unwrap_or_else(|| "".into());
        let row = RejectedRow { file, line: place.line, field, reason };
        if self.tally.bad_rows == BadRows::Stop {
            return Err(row.into());
        }
        if let Some(file) = self.tally.file(place.file) {
            file.rows_rejected += 1;
        }
        self.tally.first_obstacle.get_or_insert_with(|| row.to_string());
        self.tally.audit.add_rejected(&row);
        self.observer.rejected(row);
        Ok(())
    }

    /// Gives out the calls of which nothing has happened for the stitcher's time-out.
    pub(crate) fn settle_as_of(&mut self, now: DateTime<Utc>) -> Result<(), Error> {
        // What was read may have told more of how exact the stamps are.
        self.tally.stitcher.begin(self.format.source(), self.format.observed().precision);
        self.take_settled(Some(self.tally.stitcher.until(now)))?;
        let Tally { stitcher, audit, .. } = &mut *self.tally;
        stitcher.flush_each(now, &mut |call| {
            audit.add_call(&call);
            self.observer.call(call);
        });
        Ok(())
    }

    /// Every call that is left.
    pub(crate) fn settle_all(&mut self) -> Result<Vec<Call>, Error> {
        let precision = self.format.observed().precision;
        self.tally.stitcher.begin(self.format.source(), precision);
        self.take_settled(None)?;
        let mut calls = self.tally.stitcher.finish();
        for call in &mut calls {
            call.precision = precision;
            self.tally.audit.add_call(call);
        }
        Ok(calls)
    }

    /// Takes what the format has settled until a moment, or all that it holds.
    fn take_settled(&mut self, until: Option<DateTime<Utc>>) -> Result<(), Error> {
        let mut settled = std::mem::take(&mut self.tally.settled);
        self.format.settle(until, &mut settled);
        for leg in settled.legs.drain(..) {
            if leg.completeness == Completeness::Whole {
                self.tally.stitcher.push_settled(leg);
            } else {
                self.tally.stitcher.push(leg);
            }
        }
        for (place, verdict) in settled.rows.drain(..) {
            if !matches!(verdict, Verdict::Skipped(_) | Verdict::Rejected { .. }) {
                continue;
            }
            if let Some(file) = self.tally.file(place.file) {
                file.rows_used = file.rows_used.saturating_sub(1);
            }
            match verdict {
                Verdict::Skipped(reason) => self.tally.skip(place, reason),
                Verdict::Rejected { field, reason } => {
                    self.reject(place, field, reason)?;
                }
                _ => {}
            }
        }
        for row in settled.details.drain(..) {
            self.observer.detail(row);
        }
        self.tally.settled = settled;
        Ok(())
    }
}

/// Whether a record came apart into another number of fields than its neighbors have.
fn is_of_another_shape(verdict: &Verdict) -> bool {
    let Verdict::Rejected { reason, .. } = verdict else { return false };
    matches!(reason, RejectReason::FieldCount { .. } | RejectReason::OpenQuote { .. })
}
