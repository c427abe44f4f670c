//! Why work waits: five causes of every wait, exact, and what the states themselves declare.

mod calendar;
mod others;
mod paint;
mod transition;

use std::ops::AddAssign;

use rayon::prelude::*;

use crate::{ActivityInstances, Batches, DeclaredCause, WorkingCalendars};
use calendar::Calendars;
use others::Others;
use paint::{Paint, Span};

pub use transition::{CycleTime, ResourceWait, TransitionWait};

/// Fewer waits than this are not worth a thread of their own.
const MIN_TASK: usize = 512;

/// Why work waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WaitCause {
    /// The state of the case says so.
    Declared(DeclaredCause),
    /// The resource lets work pile up, to do it in one go: until the last of the batch could begin.
    Batching,
    /// The resource does work that could begin earlier: there is more than it can do.
    Contention,
    /// The resource does work that could only begin later: it was put first.
    Prioritization,
    /// The resource does not work at that time.
    Unavailability,
    /// None of these: the log does not say what the resource, who is there and has nothing else, waits for.
    Extraneous,
}

impl WaitCause {
    /// The five causes that no state declares, in the order in which they take time from each other.
    pub const FIVE: [Self; 5] = [
        Self::Batching,
        Self::Contention,
        Self::Prioritization,
        Self::Unavailability,
        Self::Extraneous,
    ];

    /// The name in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Declared(cause) => cause.as_str(),
            Self::Batching => "batching",
            Self::Contention => "contention",
            Self::Prioritization => "prioritization",
            Self::Unavailability => "unavailability",
            Self::Extraneous => "extraneous",
        }
    }
}

/// A wait, split by its causes. Unit: microseconds, each at least 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WaitParts {
    /// Declared by the states of the case, by [`DeclaredCause::ALL`].
    pub declared_micros: [i64; DeclaredCause::ALL.len()],
    /// By [`WaitCause::Batching`].
    pub batching_micros: i64,
    /// By [`WaitCause::Contention`].
    pub contention_micros: i64,
    /// By [`WaitCause::Prioritization`].
    pub prioritization_micros: i64,
    /// By [`WaitCause::Unavailability`].
    pub unavailability_micros: i64,
    /// By [`WaitCause::Extraneous`].
    pub extraneous_micros: i64,
}

impl WaitParts {
    /// The part of a cause. Unit: microseconds.
    pub fn micros(&self, cause: WaitCause) -> i64 {
        match cause {
            WaitCause::Declared(cause) => {
                self.declared_micros.get(cause as usize).copied().unwrap_or(0)
            }
            WaitCause::Batching => self.batching_micros,
            WaitCause::Contention => self.contention_micros,
            WaitCause::Prioritization => self.prioritization_micros,
            WaitCause::Unavailability => self.unavailability_micros,
            WaitCause::Extraneous => self.extraneous_micros,
        }
    }

    /// All that the states declare. Unit: microseconds.
    pub fn declared_total_micros(&self) -> i64 {
        self.declared_micros.iter().sum()
    }

    /// The whole wait: the sum of all parts, exactly. Unit: microseconds.
    pub fn total_micros(&self) -> i64 {
        let five = WaitCause::FIVE.iter().map(|it| self.micros(*it)).sum::<i64>();
        self.declared_total_micros() + five
    }

    pub(crate) fn add(&mut self, cause: WaitCause, micros: i64) {
        let part = match cause {
            WaitCause::Declared(cause) => match self.declared_micros.get_mut(cause as usize) {
                Some(part) => part,
                None => return,
            },
            WaitCause::Batching => &mut self.batching_micros,
            WaitCause::Contention => &mut self.contention_micros,
            WaitCause::Prioritization => &mut self.prioritization_micros,
            WaitCause::Unavailability => &mut self.unavailability_micros,
            WaitCause::Extraneous => &mut self.extraneous_micros,
        };
        *part += micros;
    }
}

impl AddAssign for WaitParts {
    fn add_assign(&mut self, other: Self) {
        for (own, more) in self.declared_micros.iter_mut().zip(other.declared_micros) {
            *own += more;
        }
        for cause in WaitCause::FIVE {
            self.add(cause, other.micros(cause));
        }
    }
}

/// How waits are split.
///
/// # Example
///
/// ```
/// use ringback_mining::{WaitingOptions, WorkingCalendars, WorkingHours};
///
/// let site = WorkingCalendars::new(WorkingHours::around_the_clock());
/// let options = WaitingOptions::default().calendars(site).pool("siebel").max_batch_gap_secs(60);
/// # let _ = options;
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WaitingOptions {
    calendars: Option<WorkingCalendars>,
    pools: Vec<String>,
    max_batch_gap_secs: u32,
}

impl WaitingOptions {
    /// When resources work; by default around the clock, so that no wait is [`WaitCause::Unavailability`].
    #[must_use]
    pub fn calendars(mut self, calendars: WorkingCalendars) -> Self {
        self.calendars = Some(calendars);
        self
    }

    /// A resource that is no single person, such as a robot or a shared account: it is treated as work without a
    /// resource, since it can do several things at a time. By default none.
    #[must_use]
    pub fn pool(mut self, resource: impl Into<String>) -> Self {
        self.pools.push(resource.into());
        self
    }

    /// How long after the end of a batch its next member may start; by default 0. Unit: seconds.
    #[must_use]
    pub fn max_batch_gap_secs(mut self, secs: u32) -> Self {
        self.max_batch_gap_secs = secs;
        self
    }
}

/// The causes of every wait of a log.
///
/// An instance waits from when it could begin (ε) until its resource begins it (s). The wait is split in this order;
/// what one cause has taken is no longer there for the next:
///
/// 1. *declared*: the case is in a state that says why it waits.
/// 2. *batching*: the instance is in a [`Batches`] batch, from ε until the last member could begin.
/// 3. *contention* and 4. *prioritization*: the same resource does other work, from a reference point ρ on. ρ is
///    ε against members of the same batch; against other work it is when the batch could begin, at the latest s, and ε
///    without a batch. Work that could begin no later than ρ is contention, work that could begin only later was put
///    first. Work that starts together with the instance is neither.
/// 5. *unavailability*: the resource does not work by its calendar.
/// 6. *extraneous*: all that is left.
///
/// Work without a resource waits for nobody that is known: its wait is declared, or by the calendar of its group or
/// of the site unavailability, or else extraneous. An instance of no wait has no parts.
///
/// Takes O(n log n) for n instances, and O(log n) more for each pair of a wait and another work of the resource in it.
///
/// # Source
///
/// \[`Lashkevich2023`\]; the declared causes are ours.
#[derive(Clone, Debug)]
pub struct WaitingCauses {
    parts: Vec<WaitParts>,
    /// The instances, pools without their resource.
    own: ActivityInstances,
    others: Others,
    calendars: Calendars,
    batches: Batches,
}

impl WaitingCauses {
    /// Splits the waits of the instances.
    ///
    /// # Example
    ///
    /// ```
    /// use ringback_eventlog::{EventLogBuilder, ValueKind};
    /// use ringback_mining::{ActivityInstances, InstanceOptions, WaitingCauses, WaitingOptions};
    ///
    /// let mut log = EventLogBuilder::default();
    /// let by = log.column("org:resource", ValueKind::Text);
    /// for (case, activity, start, end) in
    ///     [("1", "check", 0, 10), ("1", "pay", 40, 50), ("2", "check", 0, 5), ("2", "pay", 10, 25)]
    /// {
    ///     let case = log.case(case);
    ///     log.event(case, activity, end);
    ///     log.started_at(start);
    ///     log.set(by, if activity == "pay" { "desk" } else { "floor" });
    /// }
    /// let instances = ActivityInstances::of(&log.build(), &InstanceOptions::default());
    /// let causes = WaitingCauses::of(&instances, &WaitingOptions::default());
    /// let parts = causes.parts(1).unwrap();
    /// // From 10 to 40: the other payment, which could begin at 5, until 25; then the log does not say.
    /// assert_eq!((parts.contention_micros, parts.extraneous_micros), (15, 15));
    /// ```
    pub fn of(instances: &ActivityInstances, options: &WaitingOptions) -> Self {
        let is_pool = |name: &str| options.pools.iter().any(|it| it == name);
        let pools: Vec<bool> = instances.resources().iter().map(is_pool).collect();
        let mut own = instances.clone();
        for it in &mut own.instances {
            it.resource = it.resource.filter(|by| pools.get(*by as usize) != Some(&true));
        }
        let gap_micros = i64::from(options.max_batch_gap_secs) * 1_000_000;
        let batches = Batches::of(&own, gap_micros);
        let others = Others::of(&own, &batches);
        let calendars = Calendars::of(instances, options.calendars.as_ref());
        let mut causes = Self { parts: Vec::new(), own, others, calendars, batches };
        let waits = causes.own.instances.par_iter().enumerate().with_min_len(MIN_TASK);
        let parts = waits
            .map(|(at, it)| causes.parts_between(at, it.enabled_micros, it.start_micros))
            .collect();
        causes.parts = parts;
        causes
    }

    /// The parts of an instance's wait, by its place in [`ActivityInstances::instances`].
    pub fn parts(&self, instance: usize) -> Option<WaitParts> {
        self.parts.get(instance).copied()
    }

    /// All waits together.
    pub fn total(&self) -> WaitParts {
        let mut total = WaitParts::default();
        for parts in &self.parts {
            total += *parts;
        }
        total
    }

    /// The batches that were found.
    pub fn batches(&self) -> &Batches {
        &self.batches
    }

    /// The parts of a stretch within an instance's wait. Unit: microseconds since 1970, UTC.
    pub(crate) fn parts_between(&self, instance: usize, from: i64, to: i64) -> WaitParts {
        let whole = self.own.instances.get(instance).map(|it| (it.enabled_micros, it.start_micros));
        if let (true, Some(parts)) = (whole == Some((from, to)), self.parts.get(instance)) {
            return *parts;
        }
        let mut parts = WaitParts::default();
        let mut free = from;
        // Kept for no wait: where much work waits for one resource, each wait has as many stretches as there is work.
        for span in spans(&self.own, instance, &self.batches, &self.others) {
            let (start, end) = (span.start.max(from), span.end.min(to));
            if start < end {
                self.split_free(instance, free, start, &mut parts);
                parts.add(span.cause, end - start);
                free = end;
            }
        }
        self.split_free(instance, free, to, &mut parts);
        parts
    }

    /// Splits what is left of a wait by the calendar.
    fn split_free(&self, instance: usize, from: i64, to: i64, parts: &mut WaitParts) {
        if from < to {
            let worked = self.calendars.worked_micros(instance, from, to);
            parts.add(WaitCause::Extraneous, worked);
            parts.add(WaitCause::Unavailability, to - from - worked);
        }
    }
}

/// What the wait of an instance is for, by the log alone.
fn spans(all: &ActivityInstances, at: usize, batches: &Batches, others: &Others) -> Vec<Span> {
    let Some(it) = all.instances.get(at).filter(|it| it.enabled_micros < it.start_micros) else {
        return Vec::new();
    };
    let (enabled, start) = (it.enabled_micros, it.start_micros);
    let mut paint = Paint::new(enabled, start);
    let declared = all.declared(it.case);
    let past = declared.partition_point(|it| it.start_micros < start);
    for stretch in declared.get(..past).unwrap_or_default() {
        let cause = WaitCause::Declared(stretch.cause);
        paint.cover(&mut [(stretch.start_micros, stretch.end_micros)], cause);
    }
    let batch = batches.batch_of(at);
    let batch_enabled = batch.and_then(|it| batches.batches().get(it)).map(|it| it.enabled_micros);
    if let Some(until) = batch_enabled {
        paint.cover(&mut [(enabled, until)], WaitCause::Batching);
    }
    let (mut contention, mut prioritization) = (Vec::new(), Vec::new());
    others.each(it.resource, start, enabled, |other| {
        if other.place == at {
            return;
        }
        let is_together = batch.is_some() && other.batch == batch;
        let reference = batch_enabled.filter(|_| !is_together).map_or(enabled, |it| it.min(start));
        let stretch = (reference.max(other.start), start.min(other.end));
        if stretch.0 < stretch.1 {
            let first = other.enabled <= reference;
            if first { contention.push(stretch) } else { prioritization.push(stretch) }
        }
    });
    paint.cover(&mut contention, WaitCause::Contention);
    paint.cover(&mut prioritization, WaitCause::Prioritization);
    paint.spans()
}
