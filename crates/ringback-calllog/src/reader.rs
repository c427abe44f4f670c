//! Reading: files in, a call log with its audit out.

use std::borrow::Cow;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use crate::audit::{Audit, AuditBuilder, FileAudit, FileStatus};
use crate::framing::{Cut, Cutter, MAX_QUOTED_LINES, MAX_RECORD_LEN, is_text_start};
use crate::source::{Copies, SourceFile, Unpacker, find_files};
use crate::stitch::{Pushed, Stitcher};
use crate::{
    Call, CdrFormat, Error, Framing, Observed, Record, RejectReason, RejectedRow, SkipReason,
    Verdict,
};

/// The calls of one source, and what the source can say.
#[derive(Clone, Debug, PartialEq)]
pub struct CallLog {
    /// What the source can and cannot say.
    pub observed: Observed,
    /// The calls, ordered by `arrived_at`, then by `call_id`.
    pub calls: Vec<Call>,
}

/// What a read gives: the log, every rejected row, and the audit that adds them up.
#[derive(Clone, Debug)]
pub struct ReadLog {
    /// The calls.
    pub log: CallLog,
    /// The rows that could not be understood, in the order of the files.
    pub rejected: Vec<RejectedRow>,
    /// The account of every row.
    pub audit: Audit,
}

/// What to do with a row that cannot be understood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BadRows {
    /// Keep it, with place and reason, and read on.
    #[default]
    Collect,
    /// Stop there with an error.
    Stop,
}

/// How far a read is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Files done.
    pub files_done: usize,
    /// Files found.
    pub files: usize,
    /// Bytes on disk of the files done.
    pub bytes_done: u64,
    /// Bytes on disk of all files.
    pub bytes: u64,
    /// Rows read.
    pub rows: u64,
}

/// Is told of what happens while a read goes on.
pub trait ReadObserver {
    /// A row was rejected.
    fn rejected(&mut self, _row: RejectedRow) {}
    /// Some rows later, and after each file.
    fn progress(&mut self, _progress: Progress) {}
}

/// Collects rejected rows.
#[derive(Debug, Default)]
struct Collector(Vec<RejectedRow>);

impl ReadObserver for Collector {
    fn rejected(&mut self, row: RejectedRow) {
        self.0.push(row);
    }
}

/// Reads files of one format to a call log.
///
/// # Example
///
/// ```
/// use ringback_calllog::{Delimited, LogReader, PseudonymKey, Pseudonymizer};
///
/// let mapping = r#"
///     source = "shop"
///     delimiter = ","
///     zone = "Europe/Copenhagen"
///     key = ["id"]
///     [time]
///     format = "%Y-%m-%d %H:%M:%S"
///     [outcome]
///     column = "result"
///     values = { answered = "answered", gone = "abandoned" }
///     [[stage]]
///     kind = "queue"
///     start = "in"
///     end = "out"
/// "#;
/// let log = "id,in,out,result\n\
///     1,2026-05-04 09:00:00,2026-05-04 09:00:30,answered\n\
///     2,2026-05-04 09:01:00,2026-05-04 09:01:45,gone\n\
///     3,soon,,\n";
/// let key = PseudonymKey::from_bytes([7; 32]);
/// let mut format = Delimited::new(mapping, "shop.toml", Pseudonymizer::new(&key, "shop"))?;
/// let read = LogReader::new().read_bytes("calls.csv", log.as_bytes(), &mut format)?;
///
/// assert_eq!(read.log.calls.len(), 2);
/// assert_eq!(read.log.calls[1].wait().map(|it| it.num_seconds()), Some(45));
/// assert_eq!((read.audit.rows_used, read.audit.rows_rejected), (2, 1));
/// assert_eq!(read.rejected[0].line, 4);
/// # Ok::<(), ringback_calllog::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct LogReader {
    bad_rows: BadRows,
    stitcher: Stitcher,
}

impl LogReader {
    /// A reader that collects bad rows and stitches with the default windows.
    pub fn new() -> Self {
        Self::default()
    }

    /// What to do with a row that cannot be understood. Default: [`BadRows::Collect`].
    #[must_use]
    pub fn bad_rows(mut self, bad_rows: BadRows) -> Self {
        self.bad_rows = bad_rows;
        self
    }

    /// How legs become calls. Default: [`Stitcher::new`].
    #[must_use]
    pub fn stitcher(mut self, stitcher: Stitcher) -> Self {
        self.stitcher = stitcher;
        self
    }

    /// Reads files and folders; `.gz` and `.zip` are read as they are.
    ///
    /// A file that is no text, one that cannot be unpacked to its end, and one that holds the same bytes as an
    /// earlier one are named in the audit; the read goes on.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] for a path that cannot be opened, [`Error::NoFiles`] if there is nothing to read,
    /// [`Error::NothingUsable`] if there is, and not one row of it could be used, and [`Error::Rejected`] for the
    /// first bad row under [`BadRows::Stop`].
    pub fn read(&self, paths: &[PathBuf], format: &mut dyn CdrFormat) -> Result<ReadLog, Error> {
        let mut collector = Collector::default();
        let (log, audit) = self.read_with(paths, format, &mut collector)?;
        Ok(ReadLog { log, rejected: collector.0, audit })
    }

    /// As [`read`](Self::read), and tells an observer of each rejected row and of the progress, so that neither has
    /// to be kept.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub fn read_with(
        &self,
        paths: &[PathBuf],
        format: &mut dyn CdrFormat,
        observer: &mut dyn ReadObserver,
    ) -> Result<(CallLog, Audit), Error> {
        let files = find_files(paths)?;
        let mut reading = Reading::new(self, format, observer);
        reading.progress.files = files.len();
        reading.progress.bytes = files.iter().map(|it| it.packed_len).sum();
        let mut unpacker = Unpacker::default();
        let copies = Copies::find(&files, &mut unpacker);
        for (index, file) in files.iter().enumerate() {
            match copies.original_of(index) {
                Some(original) => {
                    let status = FileStatus::DuplicateOf(files[original].label());
                    reading.audit.add_file(FileAudit::new(file.label(), status));
                }
                None => reading.file(file, &mut unpacker)?,
            }
            reading.progress.files_done += 1;
            reading.progress.bytes_done += file.packed_len;
            reading.observer.progress(reading.progress);
        }
        reading.finish()
    }

    /// Reads one file's bytes, which messages call `name`. Packed bytes are not unpacked.
    ///
    /// # Errors
    ///
    /// [`Error::NothingUsable`] and [`Error::Rejected`], as [`read`](Self::read).
    pub fn read_bytes(
        &self,
        name: &str,
        mut bytes: &[u8],
        format: &mut dyn CdrFormat,
    ) -> Result<ReadLog, Error> {
        let mut collector = Collector::default();
        let mut reading = Reading::new(self, format, &mut collector);
        reading.progress.files = 1;
        reading.stream(name, &mut bytes)?;
        let (log, audit) = reading.finish()?;
        Ok(ReadLog { log, rejected: collector.0, audit })
    }
}

/// One read in progress.
struct Reading<'a> {
    format: &'a mut dyn CdrFormat,
    observer: &'a mut dyn ReadObserver,
    bad_rows: BadRows,
    stitcher: Stitcher,
    audit: AuditBuilder,
    progress: Progress,
    /// The first thing that kept a row from being used, for the error if none is.
    first_obstacle: Option<String>,
    /// The first file that held no row at all.
    first_empty: Option<String>,
}

impl<'a> Reading<'a> {
    fn new(
        reader: &LogReader,
        format: &'a mut dyn CdrFormat,
        observer: &'a mut dyn ReadObserver,
    ) -> Self {
        let mut stitcher = reader.stitcher.clone();
        stitcher.begin(format.source(), format.observed().precision);
        let progress = Progress { files_done: 0, files: 0, bytes_done: 0, bytes: 0, rows: 0 };
        let audit = AuditBuilder::new(format.observed());
        let bad_rows = reader.bad_rows;
        Self {
            format,
            observer,
            bad_rows,
            stitcher,
            audit,
            progress,
            first_obstacle: None,
            first_empty: None,
        }
    }

    fn file(&mut self, file: &SourceFile, unpacker: &mut Unpacker) -> Result<(), Error> {
        let label = file.label();
        let why = match &file.problem {
            Some(problem) => problem.clone(),
            None => match unpacker.read(file, |source| self.stream(&label, source)) {
                Err(error @ Error::Io { .. }) => error.to_string(),
                other => return other,
            },
        };
        // What is wrong with one file of many is said of that file; the others are read.
        self.first_obstacle.get_or_insert_with(|| why.clone());
        self.audit.add_file(FileAudit::new(label, FileStatus::Unreadable(why)));
        Ok(())
    }

    fn stream(&mut self, name: &str, source: &mut dyn Read) -> Result<(), Error> {
        let framing = self.format.framing();
        let is_text = !matches!(framing, Framing::Fixed { .. });
        let mut cutter = Cutter::new(source, is_text);
        let mut file = FileAudit::new(name.to_owned(), FileStatus::Read);
        if is_text && !is_text_start(cutter.peek()) {
            file.status = FileStatus::NotText;
            self.first_obstacle.get_or_insert_with(|| format!("{name}: not a text file"));
            self.audit.add_file(file);
            return Ok(());
        }
        let name: Arc<str> = name.into();
        self.format.begin_file(&name);
        loop {
            let cut = match framing {
                Framing::Lines => cutter.next_line(),
                Framing::QuotedLines => cutter.next_quoted(b'"'),
                Framing::Fixed { record_len } => cutter.next_fixed(record_len),
            };
            let Some(cut) = cut else { break };
            self.record(&name, &mut cutter, cut, &mut file)?;
        }
        if file.rows() == 0 {
            self.first_empty.get_or_insert_with(|| format!("{name}: no rows in the file"));
        }
        file.nul_lines = cutter.nul_lines;
        file.is_unterminated = cutter.is_unterminated;
        if let Some(error) = cutter.take_broken() {
            let why = error.to_string();
            self.first_obstacle.get_or_insert_with(|| format!("{name}: {why}"));
            file.status = FileStatus::BrokenOff(why);
        }
        self.audit.add_file(file);
        Ok(())
    }

    fn record(
        &mut self,
        name: &Arc<str>,
        cutter: &mut Cutter<'_>,
        cut: Cut,
        file: &mut FileAudit,
    ) -> Result<(), Error> {
        let mut verdict = self.verdict(cutter, cut);
        if cutter.has_several_lines() && is_of_another_shape(&verdict) {
            // A stray quote has put rows together that are none: only its own line may be lost.
            cutter.first_line_only();
            verdict = self.verdict(cutter, Cut::OpenQuote);
        }
        let line = cutter.line();
        match verdict {
            Verdict::NotARow => return Ok(()),
            Verdict::Used(leg) => match self.stitcher.push(leg) {
                Pushed::New | Pushed::Completed => file.rows_used += 1,
                Pushed::Duplicate => self.skip(SkipReason::DUPLICATE, file),
                Pushed::Conflict => self.skip(SkipReason::CONFLICT, file),
            },
            Verdict::Skipped(reason) => self.skip(reason, file),
            Verdict::Rejected { field, reason } => {
                self.reject(name, line, (field, reason), file)?;
            }
        }
        self.progress.rows += 1;
        if self.progress.rows.is_multiple_of(1 << 14) {
            self.observer.progress(self.progress);
        }
        Ok(())
    }

    fn verdict(&mut self, cutter: &Cutter<'_>, cut: Cut) -> Verdict {
        let reason = match cut {
            Cut::Record => {
                let record = Record { bytes: cutter.record(), line: cutter.line() };
                let is_blank = record.bytes.trim_ascii_start().is_empty();
                return if is_blank { Verdict::NotARow } else { self.format.read(record) };
            }
            Cut::TooLong => RejectReason::LineTooLong { limit: MAX_RECORD_LEN },
            Cut::BrokenOff => RejectReason::CutOff,
            Cut::OpenQuote => RejectReason::OpenQuote { limit: MAX_QUOTED_LINES },
        };
        Verdict::rejected("", reason)
    }

    fn skip(&mut self, reason: SkipReason, file: &mut FileAudit) {
        file.rows_skipped += 1;
        self.first_obstacle.get_or_insert_with(|| format!("{}: skipped, {reason}", file.file));
        self.audit.add_skipped(reason);
    }

    fn reject(
        &mut self,
        name: &Arc<str>,
        line: u64,
        (field, reason): (Cow<'static, str>, RejectReason),
        file: &mut FileAudit,
    ) -> Result<(), Error> {
        let row = RejectedRow { file: Arc::clone(name), line, field, reason };
        if self.bad_rows == BadRows::Stop {
            return Err(row.into());
        }
        file.rows_rejected += 1;
        self.first_obstacle.get_or_insert_with(|| row.to_string());
        self.audit.add_rejected(&row);
        self.observer.rejected(row);
        Ok(())
    }

    fn finish(mut self) -> Result<(CallLog, Audit), Error> {
        let stitched = self.stitcher.finish();
        let observed = self.format.observed();
        for (remark, count) in self.format.remarks() {
            self.audit.add_remark(&remark, count);
        }
        let audit = self.audit.finish(&stitched);
        if audit.rows_used == 0
            && let Some(first) = self.first_obstacle.or(self.first_empty)
        {
            let files = self.progress.files;
            return Err(Error::NothingUsable { files, rows: audit.rows_read, first });
        }
        Ok((CallLog { observed, calls: stitched }, audit))
    }
}

/// Whether a record came apart into another number of fields than its neighbors have.
fn is_of_another_shape(verdict: &Verdict) -> bool {
    let Verdict::Rejected { reason, .. } = verdict else { return false };
    matches!(reason, RejectReason::FieldCount { .. } | RejectReason::OpenQuote { .. })
}
