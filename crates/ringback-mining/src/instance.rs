//! Activity instances: who did what in a case, since when it could begin, when it began and when it ended.

mod enable;
mod role;

use std::ops::Range;

use ringback_eventlog::{Column, EventLog, Texts};

use crate::Concurrency;

pub use role::{DeclaredCause, Role, Roles};

/// What the stamp of an event means in a log without starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stamps {
    /// The case enters the state that the event names, and stays in it until its next event: a status log.
    #[default]
    Entered,
    /// The activity that the event names is complete; how long it took is not known. It counts as an instant, and all
    /// time between as waiting.
    Completed,
}

/// How activity instances are made of a log.
///
/// # Example
///
/// ```
/// use ringback_mining::{InstanceOptions, Roles};
///
/// // States of tickets, each from its event until the next.
/// let tickets = InstanceOptions::default().roles(Roles::tickets()).group("org:group");
/// // Activities with a start and an end, all of them work, in cases that do one thing at a time.
/// let plain = InstanceOptions::default().concurrency_threshold(0.0);
/// # let _ = (tickets, plain);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct InstanceOptions {
    resource: String,
    group: Option<String>,
    roles: Roles,
    stamps: Stamps,
    threshold: f64,
}

impl Default for InstanceOptions {
    fn default() -> Self {
        Self {
            resource: "org:resource".to_owned(),
            group: None,
            roles: Roles::default(),
            stamps: Stamps::Entered,
            threshold: 0.9,
        }
    }
}

impl InstanceOptions {
    /// The attribute of events that names who did it; by default `org:resource`.
    #[must_use]
    pub fn resource(mut self, column: impl Into<String>) -> Self {
        self.resource = column.into();
        self
    }

    /// The attribute of events that names the group, by which working hours are looked up; by default none.
    #[must_use]
    pub fn group(mut self, column: impl Into<String>) -> Self {
        self.group = Some(column.into());
        self
    }

    /// What activities or states are; by default all are work.
    #[must_use]
    pub fn roles(mut self, roles: Roles) -> Self {
        self.roles = roles;
        self
    }

    /// What stamps mean in a log without starts; by default [`Stamps::Entered`]. In a log with starts it says nothing.
    #[must_use]
    pub fn stamps(mut self, stamps: Stamps) -> Self {
        self.stamps = stamps;
        self
    }

    /// The threshold of [`Concurrency::heuristic`], by default 0.9; at 0 nothing runs side by side. It says something
    /// in a log with starts only: the states of a status log follow one another. Range: `0.0..=1.0`; others are cut
    /// to it.
    #[must_use]
    pub fn concurrency_threshold(mut self, threshold: f64) -> Self {
        self.threshold = threshold.clamp(0.0, 1.0);
        self
    }
}

/// An activity that somebody did in a case. Unit of instants: microseconds since 1970, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActivityInstance {
    /// The case, as a number of the log.
    pub case: usize,
    /// The event of the log that it is made of.
    pub event: usize,
    /// The activity, as a number of [`ActivityInstances::activities`].
    pub activity: u32,
    /// Who did it, as a number of [`ActivityInstances::resources`]; absent where the log does not say.
    pub resource: Option<u32>,
    /// The group, as a number of [`ActivityInstances::groups`]; absent where the log does not say or was not asked.
    pub group: Option<u32>,
    /// The instance that had to end before this could begin, as a place in [`ActivityInstances::instances`]; absent for
    /// those that could begin with the case.
    pub enabler: Option<usize>,
    /// When it could begin: when its enabler ended, or when the case began. At most the start.
    pub enabled_micros: i64,
    /// When it began.
    pub start_micros: i64,
    /// When it ended. At least the start.
    pub end_micros: i64,
}

impl ActivityInstance {
    /// The time from when it could begin until it began. Unit: microseconds, at least 0.
    pub fn wait_micros(&self) -> i64 {
        self.start_micros.saturating_sub(self.enabled_micros)
    }
}

/// A stretch of a case in a state that says why the case waits. Unit: microseconds since 1970, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeclaredStretch {
    /// Why.
    pub cause: DeclaredCause,
    /// When the state was entered.
    pub start_micros: i64,
    /// When it was left.
    pub end_micros: i64,
}

/// What a log has that instances cannot be made of as it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InstanceFaults {
    /// Work without a resource: nothing is known of what else the resource did, so that no wait for it is batching,
    /// contention or prioritization.
    pub without_resource: usize,
    /// Activities that end before they start: they count as instants at their end.
    pub reversed: usize,
}

/// The activity instances of a log.
///
/// In a log with starts every event is an interval from its start to its end. In a status log every event but the last
/// of a case is an interval until the next event; the last is an instant, since nobody knows how long the state holds.
/// Intervals of work become instances; those of a declared wait are kept as such; those of a queue are what is to be
/// explained. What could begin when is found among the work of the case: an instance is enabled by the one that ended
/// last, no later than it began and before it ended itself, and that does not run beside it by [`Concurrency`]; of
/// several that ended together by the one that started last. Where there is none, it could begin with the case.
///
/// # Source
///
/// Enablement as in \[`Lashkevich2023`\].
#[derive(Clone, Debug)]
pub struct ActivityInstances {
    activities: Texts,
    resources: Texts,
    groups: Texts,
    pub(crate) instances: Vec<ActivityInstance>,
    case_starts: Vec<usize>,
    /// By case, in order of their starts.
    declared: Vec<DeclaredStretch>,
    declared_starts: Vec<usize>,
    /// The first start and the last end of each case.
    spans: Vec<Option<(i64, i64)>>,
    faults: InstanceFaults,
}

impl ActivityInstances {
    /// The instances of a log.
    ///
    /// # Example
    ///
    /// ```
    /// use ringback_eventlog::EventLogBuilder;
    /// use ringback_mining::{ActivityInstances, InstanceOptions, Roles};
    ///
    /// let mut log = EventLogBuilder::default();
    /// let ticket = log.case("T-1");
    /// for (state, at) in [("In Progress", 0), ("Assigned", 60), ("In Progress", 100), ("Closed", 130)] {
    ///     log.event(ticket, state, at);
    /// }
    /// let options = InstanceOptions::default().roles(Roles::tickets());
    /// let instances = ActivityInstances::of(&log.build(), &options);
    /// let waits: Vec<i64> = instances.instances().iter().map(|it| it.wait_micros()).collect();
    /// assert_eq!(waits, [0, 40]);
    /// assert_eq!(instances.span(0), Some((0, 130)));
    /// ```
    pub fn of(log: &EventLog, options: &InstanceOptions) -> Self {
        let (resource, group) = (log.column(&options.resource), options.group.as_deref());
        let group = group.and_then(|it| log.column(it));
        let texts =
            |column: Option<&Column>| column.map_or_else(Texts::default, |it| it.texts().clone());
        let mut made = Self {
            activities: log.activities().clone(),
            resources: texts(resource),
            groups: texts(group),
            instances: Vec::new(),
            case_starts: vec![0],
            declared: Vec::new(),
            declared_starts: vec![0],
            spans: Vec::with_capacity(log.cases()),
            faults: InstanceFaults::default(),
        };
        let roles: Vec<Role> = log.activities().iter().map(|it| options.roles.role(it)).collect();
        let columns = Columns { resource, group, roles, stamps: options.stamps };
        for case in 0..log.cases() {
            made.add_case(log, case, &columns);
        }
        let is_interval_log = log.start_micros().is_some();
        let concurrency = if is_interval_log && options.threshold > 0.0 {
            made.concurrency(options.threshold)
        } else {
            Concurrency::none()
        };
        made.enable(&concurrency);
        made
    }

    /// The instances: by case, and in a case in the order of ends, then of starts, then of the activities' names.
    pub fn instances(&self) -> &[ActivityInstance] {
        &self.instances
    }

    /// How many cases the log has.
    pub fn cases(&self) -> usize {
        self.spans.len()
    }

    /// The places of a case's instances; none for a case that there is not.
    pub fn case_instances(&self, case: usize) -> Range<usize> {
        range(&self.case_starts, case)
    }

    /// The declared waits of a case, in order of their starts; they may overlap in a log with starts.
    pub fn declared(&self, case: usize) -> &[DeclaredStretch] {
        self.declared.get(range(&self.declared_starts, case)).unwrap_or_default()
    }

    /// The first start and the last end of a case; absent without events. Unit: microseconds since 1970, UTC.
    pub fn span(&self, case: usize) -> Option<(i64, i64)> {
        self.spans.get(case).copied().flatten()
    }

    /// The first start and the last end of the log; absent without events. Unit: microseconds since 1970, UTC.
    pub fn log_span(&self) -> Option<(i64, i64)> {
        let spans = || self.spans.iter().flatten();
        spans().map(|it| it.0).min().zip(spans().map(|it| it.1).max())
    }

    /// The names of activities.
    pub fn activities(&self) -> &Texts {
        &self.activities
    }

    /// The names of resources. They are personal data.
    pub fn resources(&self) -> &Texts {
        &self.resources
    }

    /// The names of groups.
    pub fn groups(&self) -> &Texts {
        &self.groups
    }

    /// What is not as it should be.
    pub fn faults(&self) -> InstanceFaults {
        self.faults
    }
}

/// What is read of each event.
struct Columns<'a> {
    resource: Option<&'a Column>,
    group: Option<&'a Column>,
    /// By activity.
    roles: Vec<Role>,
    stamps: Stamps,
}

impl ActivityInstances {
    fn add_case(&mut self, log: &EventLog, case: usize, columns: &Columns<'_>) {
        let mut span: Option<(i64, i64)> = None;
        let events = log.case_events(case);
        for event in events.clone() {
            let Some((start_micros, end_micros)) = self.interval(log, event, events.end, columns)
            else {
                continue;
            };
            let (first, last) = span.unwrap_or((start_micros, end_micros));
            span = Some((first.min(start_micros), last.max(end_micros)));
            let Some(activity) = log.activity().get(event).copied() else { continue };
            match columns.roles.get(activity as usize).copied().unwrap_or(Role::Work) {
                Role::Queue => {}
                Role::Declared(cause) => {
                    self.declared.push(DeclaredStretch { cause, start_micros, end_micros });
                }
                Role::Work => {
                    let resource = columns.resource.and_then(|it| it.number(event));
                    let group = columns.group.and_then(|it| it.number(event));
                    self.faults.without_resource += usize::from(resource.is_none());
                    self.instances.push(ActivityInstance {
                        case,
                        event,
                        activity,
                        resource,
                        group,
                        enabler: None,
                        enabled_micros: start_micros,
                        start_micros,
                        end_micros,
                    });
                }
            }
        }
        let from = self.declared_starts.last().copied().unwrap_or(0);
        if let Some(of_case) = self.declared.get_mut(from..) {
            of_case.sort_by_key(|it| (it.start_micros, it.end_micros, it.cause));
        }
        self.declared_starts.push(self.declared.len());
        self.case_starts.push(self.instances.len());
        self.spans.push(span);
    }

    fn interval(
        &mut self,
        log: &EventLog,
        event: usize,
        end_event: usize,
        columns: &Columns<'_>,
    ) -> Option<(i64, i64)> {
        let at = *log.at_micros().get(event)?;
        if let Some(starts) = log.start_micros() {
            let start = *starts.get(event)?;
            self.faults.reversed += usize::from(start > at);
            return Some((start.min(at), at));
        }
        let is_last = event + 1 >= end_event;
        match columns.stamps {
            Stamps::Entered if !is_last => Some((at, *log.at_micros().get(event + 1)?)),
            _ => Some((at, at)),
        }
    }
}

fn range(starts: &[usize], case: usize) -> Range<usize> {
    match (starts.get(case), starts.get(case + 1)) {
        (Some(start), Some(end)) => *start..*end,
        _ => 0..0,
    }
}
