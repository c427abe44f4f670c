//! What a reader of the log should know beside its calls.

use crate::cause::CauseClass;
use crate::cucm::row::{CdrRow, RowNotes};
use crate::redirect::RedirectReason;

/// Counts of what no row of the call log shows.
#[derive(Debug, Default)]
pub(super) struct Notes {
    odd_durations: u64,
    unknown_causes: u64,
    too_long_waits: u64,
    nobody_logged_in: u64,
    queue_full: u64,
    waited_too_long: u64,
    /// Rows that are there only if calls of no duration are logged.
    given_up: u64,
    /// Rows of calls that failed, which are always logged.
    failed: u64,
    queued: u64,
}

impl Notes {
    /// Notes what a row says, whatever becomes of it.
    pub(super) fn note_row(&mut self, row: &CdrRow, notes: RowNotes) {
        self.odd_durations += notes.odd_durations;
        self.unknown_causes += notes.unknown_causes;
        self.queued += u64::from(row.queued_secs.is_some());
        if row.is_listening() || row.is_connected() {
            return;
        }
        if row.is_given_up() {
            self.given_up += 1;
        } else if row.dest_cause.class() != CauseClass::Split {
            self.failed += 1;
        }
    }

    /// Notes what the rows of a call say together.
    pub(super) fn note_call(&mut self, rows: &[CdrRow]) {
        let has = |reason| {
            let is_one = |it: &CdrRow| {
                [it.features.first_reason(), it.features.last_reason()].contains(&reason)
            };
            rows.iter().any(is_one)
        };
        if rows.iter().any(|it| it.features.is_native_queue()) {
            self.nobody_logged_in += u64::from(has(RedirectReason::QueueNobodyLoggedIn));
            self.queue_full += u64::from(has(RedirectReason::QueueFull));
            self.waited_too_long += u64::from(has(RedirectReason::QueueWaitedTooLong));
        }
        let is_too_long = |it: &&CdrRow| it.has_too_long_a_wait();
        self.too_long_waits += rows.iter().filter(is_too_long).count() as u64;
    }

    /// Whether a caller who hung up before an answer was seen: then such calls are written.
    pub(super) fn has_seen_given_up(&self) -> bool {
        self.given_up > 0
    }

    /// Whether a call was in a native queue.
    pub(super) fn has_seen_queued(&self) -> bool {
        self.queued > 0
    }

    /// The counts in words. `abandons_said` is what the layout says of calls without duration.
    pub(super) fn remarks(&self, abandons_said: Option<bool>) -> Vec<(String, u64)> {
        let is_silent = abandons_said.is_none() && self.given_up == 0 && self.failed > 0;
        let contradicts = abandons_said == Some(false) && self.given_up > 0;
        [
            ("rows whose duration is not from connect to disconnect", self.odd_durations),
            ("clearing causes that are not documented, classed by their low seven bits", self.unknown_causes),
            ("waits in a queue longer than their call, cut to it", self.too_long_waits),
            ("calls to a hunt group that nobody was logged in to", self.nobody_logged_in),
            ("calls that found their queue full", self.queue_full),
            ("calls that left their queue after the longest wait", self.waited_too_long),
            (
                "calls failed and none was given up: such calls are not logged unless the cluster is told to log calls with zero duration",
                if is_silent { self.failed } else { 0 },
            ),
            (
                "calls given up, while the layout says that calls without duration are not logged",
                if contradicts { self.given_up } else { 0 },
            ),
        ]
        .into_iter()
        .map(|(text, count)| (text.to_owned(), count))
        .collect()
    }
}
