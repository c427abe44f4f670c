//! Reading a folder of several formats into one log: each file to the format that knows it, each call once.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;

use rustc_hash::FxHashSet;

use crate::audit::{Audit, FileAudit, FileStatus};
use crate::feeds::{Feed, FeedCall, unite_feeds};
use crate::reader::{CallLog, LogReader, Progress, ReadObserver};
use crate::rows::{Reading, Tally};
use crate::source::{Copies, SourceFile, Unpacker, find_files};
use crate::start::Peeked;
use crate::{Call, CallId, CdrFormat, DetailRow, Error, FileStart, RejectedRow};

/// Which format reads each file that was found; none for a file that nobody knows.
type Choice = Vec<Option<usize>>;

impl LogReader {
    /// Reads files and folders of several formats into one log. Each file is read by the format that
    /// [recognizes](CdrFormat::recognizes) it; one that none does is named in the audit and passed over.
    ///
    /// A call that several feeds of one [system](CdrFormat::system) tell of counts once, as the feed tells it that can
    /// say most. Two calls of different formats are one if they go the same way, begin within the precision of their
    /// stamps and three seconds, and have the same customer. Where a customer is unknown they must also end together,
    /// not be answered in one feed and abandoned in the other, and name the same agent; or, with stamps of whole seconds
    /// or finer, no other agent. Calls that end together are put together first, each with one only. Feeds whose stamps
    /// are coarser than two minutes together are not compared; the audit says so.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read), and [`Error::AmbiguousFormat`] for a file that several formats recognize.
    pub fn read_mixed(
        &self,
        paths: &[PathBuf],
        formats: &mut [Box<dyn CdrFormat>],
        observer: &mut dyn ReadObserver,
    ) -> Result<(CallLog, Audit), Error> {
        let files = find_files(paths)?;
        let mut unpacker = Unpacker::default();
        let copies = Copies::find(&files, &mut unpacker);
        let choice = choose(&files, &copies, formats, &mut unpacker)?;
        let mut whole = Whole::new(observer, &files, &choice);
        let (mut feeds, mut audits) = (Vec::new(), Vec::new());
        let mut first_obstacle = None;
        for (at, format) in formats.iter_mut().enumerate() {
            let which: Vec<usize> = (0..files.len()).filter(|&it| choice[it] == Some(at)).collect();
            if which.is_empty() {
                continue;
            }
            let format = &mut **format;
            let mut tally = Tally::new(self, &mut *format, false);
            let mut reading = Reading { tally: &mut tally, format, observer: &mut whole };
            reading.files(&files, &which, &copies, &mut unpacker)?;
            let calls = reading.settle_all()?;
            whole.end_format(tally.progress);
            let (audit, obstacle) = tally.conclude(format);
            first_obstacle = first_obstacle.or(obstacle);
            let (system, tells_persons) = (format.system(), format.tells_persons());
            feeds.push(Feed { system, tells_persons, observed: audit.observed, calls });
            audits.push(audit);
        }
        let united = unite_feeds(&mut feeds);
        for (at, (audit, feed)) in audits.iter_mut().zip(&feeds).enumerate() {
            let is_coarse = united.too_coarse.contains(&at);
            audit.note_other_feeds(feed.calls.len(), united.doubles[at], is_coarse);
        }
        let (calls, renamed) = one_log(feeds);
        whole.give_details(|id| {
            let id = united.stands_for.get(&id).unwrap_or(&id);
            renamed.get(id).unwrap_or(&id.1).clone()
        });
        let unread = unread(&files, &choice);
        let first_unread = unread.first().map(|it| match &it.status {
            FileStatus::Unreadable(problem) => problem.clone(),
            _ => format!("{}: of no known format", it.file),
        });
        let rows = audits.iter().map(|it| it.rows_read).sum();
        match Audit::of_sources(audits, unread, &calls) {
            Some(audit) if audit.rows_used > 0 => {
                Ok((CallLog { observed: audit.observed, calls }, audit))
            }
            _ => {
                let first = first_obstacle.or(first_unread).unwrap_or_default();
                Err(Error::NothingUsable { files: files.len(), rows, first })
            }
        }
    }
}

/// Which format reads each file. A copy goes with its original.
fn choose(
    files: &[SourceFile],
    copies: &Copies,
    formats: &[Box<dyn CdrFormat>],
    unpacker: &mut Unpacker,
) -> Result<Choice, Error> {
    let mut choice: Choice = Vec::with_capacity(files.len());
    for (index, file) in files.iter().enumerate() {
        if let Some(original) = copies.original_of(index) {
            choice.push(choice.get(original).copied().flatten());
            continue;
        }
        let label = file.label();
        let candidates = match &file.problem {
            Some(_) => Ok(Vec::new()),
            None => unpacker.read(file, |source| Ok(recognize(&label, source, formats))),
        };
        // What cannot be opened is read by the first format: its audit says why it could not.
        let candidates = candidates.unwrap_or_else(|_| vec![0]);
        if candidates.len() > 1 {
            let candidates = candidates.iter().map(|&it| formats[it].name()).collect();
            return Err(Error::AmbiguousFormat { file: label, candidates });
        }
        choice.push(candidates.first().copied());
    }
    Ok(choice)
}

fn recognize(name: &str, source: &mut dyn Read, formats: &[Box<dyn CdrFormat>]) -> Vec<usize> {
    let start = Peeked::new(source);
    let start = FileStart { name, bytes: &start.text() };
    (0..formats.len()).filter(|&it| formats[it].recognizes(&start)).collect()
}

/// The files that no format knows.
fn unread(files: &[SourceFile], choice: &Choice) -> Vec<FileAudit> {
    let unread = files.iter().zip(choice).filter(|(_, choice)| choice.is_none());
    unread
        .map(|(file, _)| {
            let status = match &file.problem {
                Some(problem) => FileStatus::Unreadable(problem.clone()),
                None => FileStatus::NotRecognized,
            };
            FileAudit::new(file.label(), status)
        })
        .collect()
}

/// The calls of all feeds in the order of a log, and the new ids of calls whose id another feed uses too: one of each
/// id keeps it.
fn one_log(feeds: Vec<Feed>) -> (Vec<Call>, BTreeMap<FeedCall, CallId>) {
    let of_feeds = feeds.into_iter().enumerate();
    let mut calls: Vec<(usize, Call)> =
        of_feeds.flat_map(|(at, feed)| feed.calls.into_iter().map(move |it| (at, it))).collect();
    let mut used: FxHashSet<CallId> = calls.iter().map(|it| it.1.call_id.clone()).collect();
    let mut given = FxHashSet::default();
    let mut renamed = BTreeMap::new();
    for (feed, call) in &mut calls {
        if given.insert(call.call_id.clone()) {
            continue;
        }
        let mut again = 2;
        let own = loop {
            let own = CallId::new(format!("{}~{}~{again}", call.call_id, call.source));
            if used.insert(own.clone()) {
                break own;
            }
            again += 1;
        };
        renamed.insert((*feed, std::mem::replace(&mut call.call_id, own.clone())), own);
    }
    let mut calls: Vec<Call> = calls.into_iter().map(|it| it.1).collect();
    calls.sort_by(|a, b| a.arrived_at.cmp(&b.arrived_at).then_with(|| a.call_id.cmp(&b.call_id)));
    (calls, renamed)
}

/// Tells an observer of the progress over all formats, and keeps details until it is known which calls are left.
struct Whole<'a> {
    observer: &'a mut dyn ReadObserver,
    before: Progress,
    files: usize,
    bytes: u64,
    /// Formats that were read.
    formats: usize,
    details: Vec<(usize, DetailRow)>,
}

impl<'a> Whole<'a> {
    fn new(observer: &'a mut dyn ReadObserver, files: &[SourceFile], choice: &Choice) -> Self {
        let chosen = files.iter().zip(choice).filter(|it| it.1.is_some());
        let bytes = chosen.map(|it| it.0.packed_len).sum();
        let files = choice.iter().flatten().count();
        let before = Progress { files_done: 0, files: 0, bytes_done: 0, bytes: 0, rows: 0 };
        Self { observer, before, files, bytes, formats: 0, details: Vec::new() }
    }

    /// The files of one format are read.
    fn end_format(&mut self, progress: Progress) {
        self.formats += 1;
        self.before.files_done += progress.files_done;
        self.before.bytes_done += progress.bytes_done;
        self.before.rows += progress.rows;
    }

    /// Gives out the details, each with the id that its call has now.
    fn give_details(&mut self, id_of: impl Fn(FeedCall) -> CallId) {
        for (format, mut row) in self.details.drain(..) {
            row.call_id = row.call_id.map(|it| id_of((format, it)));
            self.observer.detail(row);
        }
    }
}

impl ReadObserver for Whole<'_> {
    fn rejected(&mut self, row: RejectedRow) {
        self.observer.rejected(row);
    }

    fn detail(&mut self, row: DetailRow) {
        self.details.push((self.formats, row));
    }

    fn progress(&mut self, progress: Progress) {
        self.observer.progress(Progress {
            files_done: self.before.files_done + progress.files_done,
            files: self.files,
            bytes_done: self.before.bytes_done + progress.bytes_done,
            bytes: self.bytes,
            rows: self.before.rows + progress.rows,
        });
    }
}
