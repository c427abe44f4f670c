//! Reading: files in, a call log with its audit out.

use std::io::Read;
use std::path::PathBuf;

use crate::audit::{Audit, FileAudit, FileStatus};
use crate::framing::{Cutter, is_text_start};
use crate::rows::{Reading, Tally};
use crate::source::{Copies, SourceFile, Unpacker, find_files};
use crate::start::Peeked;
use crate::stitch::Stitcher;
use crate::{Call, CdrFormat, DetailRow, Error, FileStart, Framing, Observed, RejectedRow};

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
    /// The rows that could not be understood, in the order of the files; held rows that turned out so come last.
    pub rejected: Vec<RejectedRow>,
    /// The rows of tables beside the calls.
    pub details: Vec<DetailRow>,
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
    /// A row of a table beside the calls.
    fn detail(&mut self, _row: DetailRow) {}
    /// A call is complete, where calls are given out one by one.
    fn call(&mut self, _call: Call) {}
    /// Some rows later, and after each file.
    fn progress(&mut self, _progress: Progress) {}
}

/// Collects what is told of.
#[derive(Debug, Default)]
struct Collector {
    rejected: Vec<RejectedRow>,
    details: Vec<DetailRow>,
}

impl ReadObserver for Collector {
    fn rejected(&mut self, row: RejectedRow) {
        self.rejected.push(row);
    }

    fn detail(&mut self, row: DetailRow) {
        self.details.push(row);
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
    pub(crate) bad_rows: BadRows,
    pub(crate) stitcher: Stitcher,
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
        Ok(ReadLog { log, rejected: collector.rejected, details: collector.details, audit })
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
        let mut tally = Tally::new(self, &mut *format, false);
        let mut reading = Reading { tally: &mut tally, format, observer };
        reading.paths(paths)?;
        let calls = reading.settle_all()?;
        let audit = tally.finish(format)?;
        Ok((CallLog { observed: audit.observed, calls }, audit))
    }

    /// Reads files and folders and gives each call to the observer as soon as nothing of it has happened for the
    /// stitcher's time-out, by the stamps of the log: memory does not grow with the files.
    ///
    /// Calls come nearly in the order of their arrival. Files should come in the order of their rows' stamps: a leg that
    /// comes later than the time-out makes a call of its own.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub fn read_calls(
        &self,
        paths: &[PathBuf],
        format: &mut dyn CdrFormat,
        observer: &mut dyn ReadObserver,
    ) -> Result<Audit, Error> {
        let mut tally = Tally::new(self, &mut *format, true);
        let mut reading = Reading { tally: &mut tally, format, observer };
        reading.paths(paths)?;
        for call in reading.settle_all()? {
            reading.observer.call(call);
        }
        tally.finish(format)
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
        let mut tally = Tally::new(self, &mut *format, false);
        tally.progress.files = 1;
        let mut reading = Reading { tally: &mut tally, format, observer: &mut collector };
        reading.stream(name, &mut bytes)?;
        let calls = reading.settle_all()?;
        let audit = tally.finish(format)?;
        let log = CallLog { observed: audit.observed, calls };
        Ok(ReadLog { log, rejected: collector.rejected, details: collector.details, audit })
    }
}

impl Reading<'_> {
    /// Reads every file of some paths.
    fn paths(&mut self, paths: &[PathBuf]) -> Result<(), Error> {
        let files = find_files(paths)?;
        let mut unpacker = Unpacker::default();
        let copies = Copies::find(&files, &mut unpacker);
        let all: Vec<usize> = (0..files.len()).collect();
        self.files(&files, &all, &copies, &mut unpacker)
    }

    /// Reads some of the files that were found.
    pub(crate) fn files(
        &mut self,
        files: &[SourceFile],
        which: &[usize],
        copies: &Copies,
        unpacker: &mut Unpacker,
    ) -> Result<(), Error> {
        self.tally.progress.files = which.len();
        self.tally.progress.bytes = which.iter().map(|&it| files[it].packed_len).sum();
        for &index in which {
            let file = &files[index];
            match copies.original_of(index) {
                Some(original) => {
                    let status = FileStatus::DuplicateOf(files[original].label());
                    self.tally.audit.add_file(FileAudit::new(file.label(), status));
                }
                None => self.file(file, unpacker)?,
            }
            self.tally.progress.files_done += 1;
            self.tally.progress.bytes_done += file.packed_len;
            self.observer.progress(self.tally.progress);
        }
        Ok(())
    }

    /// Reads one file of many: what is wrong with it is said of it, and the others are read.
    fn file(&mut self, file: &SourceFile, unpacker: &mut Unpacker) -> Result<(), Error> {
        let label = file.label();
        let why = match &file.problem {
            Some(problem) => problem.clone(),
            None => match unpacker.read(file, |source| self.stream(&label, source)) {
                Err(error @ Error::Io { .. }) => error.to_string(),
                other => return other,
            },
        };
        self.tally.first_obstacle.get_or_insert_with(|| why.clone());
        self.tally.audit.add_file(FileAudit::new(label, FileStatus::Unreadable(why)));
        Ok(())
    }

    /// Reads a file's stream, which messages call `name`.
    fn stream(&mut self, name: &str, source: &mut dyn Read) -> Result<(), Error> {
        let mut source = Peeked::new(source);
        let begun = self.format.begin_file(&FileStart { name, bytes: &source.text() });
        let framing = self.format.framing();
        let is_text = !matches!(framing, Framing::Fixed { .. });
        let refused = match begun {
            Err(reason) => Some((format!("passed over, {reason}"), FileStatus::PassedOver(reason))),
            Ok(()) if is_text && !is_text_start(&source.text()) => {
                Some(("not a text file".to_owned(), FileStatus::NotText))
            }
            Ok(()) => None,
        };
        if let Some((why, status)) = refused {
            self.tally.first_obstacle.get_or_insert_with(|| format!("{name}: {why}"));
            self.tally.audit.add_file(FileAudit::new(name.to_owned(), status));
            return Ok(());
        }
        let number = self.tally.begin(name);
        let mut cutter = Cutter::new(&mut source, is_text);
        if let Framing::Fixed { header_len, .. } = framing {
            cutter.pass(header_len);
        }
        self.records(&mut cutter, number)?;
        self.tally.end_file(number, &mut cutter);
        Ok(())
    }
}
