//! The ledger: every case's throughput time, split into parts that add up to the microsecond.

mod causes;

use std::borrow::Cow;

use ringback_eventlog::{EventLog, Texts};

use crate::{ActivityInstances, Error, WaitingCauses};

/// The part of time in which nothing goes on, in a log with starts.
pub const IDLE: &str = "(idle)";

/// The part of events that lack the value by which time is split.
pub const NO_VALUE: &str = "(none)";

/// The part of work, in [`Ledger::of_causes`].
pub const PROCESSING: &str = "processing";

/// The part of time after the last work of a case in a state that names no reason, in [`Ledger::of_causes`].
pub const AFTER_WORK: &str = "after_last_work";

/// A part of the throughput time of all cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerPart {
    /// Its name: a state, a queue, a group, a cause.
    pub name: String,
    /// Its time. Unit: microseconds, at least 0.
    pub micros: i64,
    /// How many stretches it has: visits of a state, also of no length.
    pub intervals: u64,
    /// In how many cases it has time or a stretch.
    pub cases: u64,
}

/// Every case's throughput time, from its first start until its last end, split into parts.
///
/// The parts of a case add up to its throughput to the microsecond, and none is negative; so do those of the log.
///
/// # Example
///
/// ```
/// use ringback_eventlog::EventLogBuilder;
/// use ringback_mining::Ledger;
///
/// let mut log = EventLogBuilder::default();
/// let ticket = log.case("T-1");
/// for (state, secs) in [("Queued", 0), ("In Progress", 90), ("Queued", 100), ("Closed", 130)] {
///     log.event(ticket, state, secs * 1_000_000);
/// }
/// let ledger = Ledger::of_activities(&log.build());
/// let parts: Vec<_> = ledger.parts().iter().map(|it| (it.name.as_str(), it.micros, it.intervals)).collect();
/// assert_eq!(parts, [("Queued", 120_000_000, 2), ("In Progress", 10_000_000, 1)]);
/// assert_eq!(ledger.throughput_micros(), 130_000_000);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Ledger {
    parts: Vec<LedgerPart>,
    /// Part and time of each case, by case, in the order of the parts.
    rows: Vec<(u32, i64)>,
    row_starts: Vec<usize>,
    /// How often neighboring events of a case differ in the value.
    changes: u64,
}

impl Ledger {
    /// Time by activity. In a status log it is the state that the case is in: from its event until the next.
    ///
    /// The last event of a case has no time: how long its state holds is not known.
    ///
    /// In a log with starts activities may overlap: time in which several run belongs to the one that started first,
    /// and of those that started together to the one that stands first in the log; time in which none runs is
    /// [`IDLE`].
    pub fn of_activities(log: &EventLog) -> Self {
        Self::of_labels(log, |event| {
            let activity = *log.activity().get(event)?;
            log.activities().get(activity).map(Cow::Borrowed)
        })
    }

    /// Time by an attribute of events, such as a group or a queue, by the rules of [`Ledger::of_activities`]; events
    /// without a value go to [`NO_VALUE`].
    ///
    /// # Errors
    ///
    /// [`Error::Lacking`] if the log has no such attribute.
    pub fn of_column(log: &EventLog, name: &str) -> Result<Self, Error> {
        let lacking =
            || Error::Lacking { question: "the ledger", lacks: format!("attribute {name:?}") };
        let column = log.column(name).ok_or_else(lacking)?;
        Ok(Self::of_labels(log, |event| column.text(event).map(Cow::Borrowed)))
    }

    /// Time by whatever is made of each event, such as the level of its group, by the rules of
    /// [`Ledger::of_activities`]; events without a label go to [`NO_VALUE`].
    pub fn of_labels<'a>(log: &EventLog, label: impl Fn(usize) -> Option<Cow<'a, str>>) -> Self {
        let mut ledger = Builder::default();
        let starts = log.start_micros();
        let mut spans: Vec<(i64, usize, i64, u32)> = Vec::new();
        for case in 0..log.cases() {
            let events = log.case_events(case);
            let mut last_label = None;
            spans.clear();
            for event in events.clone() {
                let label = label(event).unwrap_or(Cow::Borrowed(NO_VALUE));
                let part = ledger.part(&label);
                ledger.changes += u64::from(last_label.is_some_and(|it| it != part));
                last_label = Some(part);
                let Some(at) = log.at_micros().get(event).copied() else { continue };
                let (start, end) = match starts {
                    Some(starts) => (starts.get(event).map_or(at, |it| (*it).min(at)), at),
                    // The last state of a case is open.
                    None if event + 1 >= events.end => continue,
                    None => (at, log.at_micros().get(event + 1).copied().unwrap_or(at)),
                };
                spans.push((start, event, end, part));
            }
            ledger.add_case(&mut spans);
        }
        ledger.build()
    }

    /// Time by cause: [`PROCESSING`] where work goes on, and waiting between by [`crate::WaitCause`].
    ///
    /// Work that overlaps counts once. Time in which nothing goes on waits for the work that starts next, and is
    /// split as that work's wait is; after the last work it is what the states declare, or else [`AFTER_WORK`].
    pub fn of_causes(instances: &ActivityInstances, causes: &WaitingCauses) -> Self {
        causes::ledger(instances, causes)
    }

    /// The parts that have a stretch or time, those with the most time first; ties by name.
    pub fn parts(&self) -> &[LedgerPart] {
        &self.parts
    }

    /// A part by its name.
    pub fn part(&self, name: &str) -> Option<&LedgerPart> {
        self.parts.iter().find(|it| it.name == name)
    }

    /// The time of all parts together: the throughput of all cases. Unit: microseconds.
    pub fn throughput_micros(&self) -> i64 {
        self.parts.iter().map(|it| it.micros).sum()
    }

    /// The share of a part, by its place in [`Ledger::parts`]; `None` if there is no time at all. Range: `0.0..=1.0`.
    pub fn share(&self, part: usize) -> Option<f64> {
        let total = self.throughput_micros();
        let part = self.parts.get(part)?;
        (total > 0).then(|| part.micros as f64 / total as f64)
    }

    /// How many cases there are.
    pub fn cases(&self) -> usize {
        self.row_starts.len().saturating_sub(1)
    }

    /// The parts of a case that have time, as places in [`Ledger::parts`], and their time in microseconds.
    pub fn case(&self, case: usize) -> impl Iterator<Item = (usize, i64)> {
        let rows = match (self.row_starts.get(case), self.row_starts.get(case + 1)) {
            (Some(start), Some(end)) => self.rows.get(*start..*end),
            _ => None,
        };
        rows.unwrap_or_default().iter().map(|(part, micros)| (*part as usize, *micros))
    }

    /// The throughput of a case: the sum of its parts. Unit: microseconds.
    pub fn case_throughput_micros(&self, case: usize) -> i64 {
        self.case(case).map(|it| it.1).sum()
    }

    /// Hand-overs: how often neighboring events of a case differ in the value, a lacking value being one of its own;
    /// the last event counts too. 0 in [`Ledger::of_causes`].
    pub fn changes(&self) -> u64 {
        self.changes
    }
}

/// A ledger that is being made.
#[derive(Default)]
struct Builder {
    names: Texts,
    parts: Vec<LedgerPart>,
    rows: Vec<(u32, i64)>,
    row_starts: Vec<usize>,
    changes: u64,
    /// The time of the open case, by part.
    open: Vec<i64>,
    /// Parts of the open case.
    touched: Vec<u32>,
}

impl Builder {
    fn part(&mut self, name: &str) -> u32 {
        let part = self.names.number(name);
        if part as usize == self.parts.len() {
            let name = name.to_owned();
            self.parts.push(LedgerPart { name, micros: 0, intervals: 0, cases: 0 });
            self.open.push(-1);
        }
        part
    }

    /// Adds time to a part of the open case.
    fn add(&mut self, part: u32, micros: i64, intervals: u64) {
        let place = part as usize;
        let (Some(total), Some(open)) = (self.parts.get_mut(place), self.open.get_mut(place))
        else {
            return;
        };
        total.micros += micros;
        total.intervals += intervals;
        if *open < 0 {
            *open = 0;
            total.cases += 1;
            self.touched.push(part);
        }
        *open += micros;
    }

    /// Closes the open case.
    fn end_case(&mut self) {
        if self.row_starts.is_empty() {
            self.row_starts.push(0);
        }
        for part in self.touched.drain(..) {
            let Some(open) = self.open.get_mut(part as usize) else { continue };
            let micros = std::mem::replace(open, -1);
            if micros > 0 {
                self.rows.push((part, micros));
            }
        }
        self.row_starts.push(self.rows.len());
    }

    /// Adds a case of stretches: start, place in the log, end and part.
    fn add_case(&mut self, spans: &mut [(i64, usize, i64, u32)]) {
        spans.sort_unstable();
        let mut done = spans.first().map_or(0, |it| it.0);
        for (start, _, end, part) in spans.iter().copied() {
            if done < start {
                let idle = self.part(IDLE);
                self.add(idle, start - done, 1);
                done = start;
            }
            self.add(part, (end - done).max(0), 1);
            done = done.max(end);
        }
        self.end_case();
    }

    fn build(self) -> Ledger {
        let mut order: Vec<usize> = (0..self.parts.len()).collect();
        order.retain(|it| self.parts.get(*it).is_some_and(|it| it.cases > 0));
        order.sort_by_key(|it| {
            self.parts.get(*it).map(|it| (std::cmp::Reverse(it.micros), it.name.clone()))
        });
        let mut place = vec![u32::MAX; self.parts.len()];
        for (new, old) in (0..).zip(&order) {
            if let Some(place) = place.get_mut(*old) {
                *place = new;
            }
        }
        let mut rows = self.rows;
        for (part, _) in &mut rows {
            *part = place.get(*part as usize).copied().unwrap_or(u32::MAX);
        }
        let row_starts = if self.row_starts.is_empty() { vec![0] } else { self.row_starts };
        for ends in row_starts.windows(2) {
            if let [start, end] = *ends
                && let Some(of_case) = rows.get_mut(start..end)
            {
                of_case.sort_unstable();
            }
        }
        let parts = order.iter().filter_map(|it| self.parts.get(*it).cloned()).collect();
        Ledger { parts, rows, row_starts, changes: self.changes }
    }
}
