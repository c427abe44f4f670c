//! What the steps in an activity's life say: starts and completions that make intervals, or statuses of a ticket.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use crate::column::place;
use crate::{Column, EventLog};

/// The attribute of the step in an activity's life.
pub const LIFECYCLE: &str = "lifecycle:transition";

/// The steps of the XES standard's model, without `start` and `complete`.
const OTHER_STEPS: [&str; 13] = [
    "schedule",
    "assign",
    "reassign",
    "suspend",
    "resume",
    "withdraw",
    "manualskip",
    "autoskip",
    "ate_abort",
    "pi_abort",
    "abort_activity",
    "abort_case",
    "unknown",
];

/// What is written in [`LIFECYCLE`], event by event.
///
/// # Source
///
/// The standard transactional model of the lifecycle extension of XES (IEEE 1849), in any case: some logs have
/// `START`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LifecycleSteps {
    /// Events with `start`.
    pub starts: usize,
    /// Events with `complete`.
    pub completions: usize,
    /// Events with another step of the standard's model, such as `schedule` or `suspend`.
    pub others: usize,
    /// Events with anything else, such as `Awaiting Assignment`: a status.
    pub statuses: usize,
    /// Events without a value, or with an empty one.
    pub missing: usize,
}

/// What can be made of [`LIFECYCLE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LifecycleUse {
    /// Nothing: no event has a value, or all have the same step. Events are instants, and how long a step took is not
    /// known; it is not nothing.
    Instants,
    /// Starts and completions: [`EventLog::activity_instances`] pairs them to activities that take time.
    Activities,
    /// Statuses, as tickets have them: a status lasts until the next event, and [`EventLog::classified`] names activities
    /// by it. There are no starts to pair.
    Statuses,
}

impl LifecycleSteps {
    /// What can be made of them: [`LifecycleUse::Statuses`] if any event has one, [`LifecycleUse::Activities`] if there are
    /// starts and completions.
    pub fn usable_as(&self) -> LifecycleUse {
        match self {
            Self { statuses: 1.., .. } => LifecycleUse::Statuses,
            Self { starts: 1.., completions: 1.., .. } => LifecycleUse::Activities,
            _ => LifecycleUse::Instants,
        }
    }
}

#[derive(Clone, Copy)]
enum Step {
    Start,
    Complete,
    Other,
    Status,
}

impl Step {
    /// `None` of an empty text.
    fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        let is = |step: &&str| text.eq_ignore_ascii_case(step);
        if text.is_empty() {
            None
        } else if is(&"start") {
            Some(Self::Start)
        } else if is(&"complete") {
            Some(Self::Complete)
        } else if OTHER_STEPS.iter().any(is) {
            Some(Self::Other)
        } else {
            Some(Self::Status)
        }
    }
}

/// The step of each event.
struct Steps<'a> {
    column: &'a Column,
    /// By the value's number; `None` for one that is empty.
    steps: Vec<Option<Step>>,
}

impl<'a> Steps<'a> {
    fn new(column: &'a Column) -> Self {
        Self { column, steps: column.texts().iter().map(Step::of).collect() }
    }

    fn get(&self, event: usize) -> Option<Step> {
        self.steps.get(place(self.column.number(event)?)).copied()?
    }
}

/// Activities with their starts and ends, and what could not be paired.
#[derive(Clone, Debug)]
pub struct Instances {
    /// One event an activity.
    pub log: EventLog,
    /// Completions without a start: they count as activities that took no time, which they did not.
    pub instants: usize,
    /// Starts without a completion.
    pub unfinished: usize,
    /// Events that are neither.
    pub others: usize,
}

impl EventLog {
    /// What the steps of the log are.
    ///
    /// # Example
    ///
    /// ```
    /// use ringback_eventlog::{EventLogBuilder, LIFECYCLE, LifecycleUse, ValueKind};
    ///
    /// let mut log = EventLogBuilder::default();
    /// let step = log.column(LIFECYCLE, ValueKind::Text);
    /// let ticket = log.case("T-1");
    /// for (at_micros, status) in [(10, "Awaiting Assignment"), (20, "In Progress")] {
    ///     log.event(ticket, "Accepted", at_micros);
    ///     log.set(step, status);
    /// }
    /// let steps = log.build().lifecycle_steps();
    /// assert_eq!((steps.statuses, steps.starts), (2, 0));
    /// assert_eq!(steps.usable_as(), LifecycleUse::Statuses);
    /// ```
    pub fn lifecycle_steps(&self) -> LifecycleSteps {
        let steps = self.column(LIFECYCLE).map(Steps::new);
        let mut counts = LifecycleSteps::default();
        for event in 0..self.events() {
            let count = match steps.as_ref().and_then(|it| it.get(event)) {
                Some(Step::Start) => &mut counts.starts,
                Some(Step::Complete) => &mut counts.completions,
                Some(Step::Other) => &mut counts.others,
                Some(Step::Status) => &mut counts.statuses,
                None => &mut counts.missing,
            };
            *count += 1;
        }
        counts
    }

    /// One event an activity, with its start and its end, of a log that writes `start` and `complete` (in any case) as
    /// events of their own.
    ///
    /// Within a case the first start of an activity belongs to its first completion, and of activities with a
    /// `concept:instance` to that of the same instance. A completion without a start took no time, as far as the log
    /// tells, and is counted; a start without a completion is left out, and counted, as are events of other steps:
    /// of a log of statuses nothing is left. Attributes are those of the completion; activities and cases keep their
    /// numbers.
    ///
    /// A log that has starts already is given back as it is. `None` of a log that has neither these nor steps.
    ///
    /// # Source
    ///
    /// First in, first out by case, activity and instance, as pm4py's `to_interval` pairs them.
    #[must_use]
    pub fn activity_instances(&self) -> Option<Instances> {
        if self.start_micros.is_some() {
            return Some(Instances { log: self.clone(), instants: 0, unfinished: 0, others: 0 });
        }
        let mut pairing = Pairing::new(Steps::new(self.column(LIFECYCLE)?), self);
        let mut case_starts = vec![0];
        for case in 0..self.cases() {
            pairing.add_case(self, case);
            case_starts.push(pairing.kept.len());
        }
        let Pairing { kept, starts, instants, unfinished, others, .. } = pairing;
        let at = |values: &[u32]| kept.iter().filter_map(|it| values.get(*it).copied()).collect();
        let at_micros = kept.iter().filter_map(|it| self.at_micros.get(*it).copied()).collect();
        let mut log = Self {
            activity: at(&self.activity),
            at_micros,
            start_micros: Some(starts),
            case_starts,
            ..self.clone()
        };
        for column in &mut log.columns {
            column.select(&kept);
        }
        Some(Instances { log, instants, unfinished, others })
    }
}

/// An activity, and its instance where there is one.
type Key = (u32, Option<u32>);

struct Pairing<'a> {
    steps: Steps<'a>,
    instance: Option<&'a Column>,
    /// The starts of the case that are not completed yet.
    open: FxHashMap<Key, VecDeque<i64>>,
    /// Completions, and when each started.
    kept: Vec<usize>,
    starts: Vec<i64>,
    instants: usize,
    unfinished: usize,
    others: usize,
}

impl<'a> Pairing<'a> {
    fn new(steps: Steps<'a>, log: &'a EventLog) -> Self {
        Self {
            steps,
            instance: log.column("concept:instance"),
            open: FxHashMap::default(),
            kept: Vec::new(),
            starts: Vec::new(),
            instants: 0,
            unfinished: 0,
            others: 0,
        }
    }

    fn add_case(&mut self, log: &EventLog, case: usize) {
        self.open.clear();
        for event in log.case_events(case) {
            let (Some(activity), Some(at)) = (log.activity.get(event), log.at_micros.get(event))
            else {
                continue;
            };
            let key = (*activity, self.instance.and_then(|it| it.number(event)));
            match self.steps.get(event) {
                Some(Step::Start) => {
                    self.open.entry(key).or_default().push_back(*at);
                    self.unfinished += 1;
                }
                Some(Step::Complete) => {
                    let start = self.open.get_mut(&key).and_then(VecDeque::pop_front);
                    let is_paired = start.is_some();
                    self.unfinished -= usize::from(is_paired);
                    self.instants += usize::from(!is_paired);
                    self.kept.push(event);
                    self.starts.push(start.unwrap_or(*at));
                }
                _ => self.others += 1,
            }
        }
    }
}
