//! Batches: work that a resource lets pile up and then does in one go.

use crate::{ActivityInstance, ActivityInstances};

/// How the members of a batch were done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BatchKind {
    /// All from the same start to the same end.
    Parallel,
    /// Some at the same time.
    Concurrent,
    /// One after another.
    Sequential,
}

/// Instances of one activity that one resource did in one go, each of which could begin before the first began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The members as places in [`ActivityInstances::instances`], in order of their starts.
    pub members: Vec<usize>,
    /// When the last member could begin. Unit: microseconds since 1970, UTC.
    pub enabled_micros: i64,
    /// How it was done.
    pub kind: BatchKind,
}

/// The batches of a log.
///
/// The instances of a resource and an activity, in order of their starts, make a batch as long as the next could begin
/// before the batch began and follows on the end of the batch within the gap; a batch has two members at least. Work
/// without a resource is in no batch.
///
/// # Source
///
/// \[`Lashkevich2023`\], with a gap of 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batches {
    batches: Vec<Batch>,
    /// For each instance its batch and one more; 0 without.
    of: Vec<usize>,
}

impl Batches {
    /// The batches of the instances; `max_gap_micros` is how long after the end of a batch its next member may start,
    /// in microseconds. A negative one counts as 0.
    pub fn of(instances: &ActivityInstances, max_gap_micros: i64) -> Self {
        let all = instances.instances();
        let key = |it: &ActivityInstance| it.resource.map(|by| (by, it.activity));
        let sorted = |(at, it): (usize, &ActivityInstance)| {
            key(it).map(|key| (key, it.start_micros, it.end_micros, at))
        };
        let mut order: Vec<_> = all.iter().enumerate().filter_map(sorted).collect();
        order.sort_unstable();
        let mut found = Self { batches: Vec::new(), of: vec![0; all.len()] };
        let mut open: Option<(ActivityInstance, i64)> = None;
        let mut members: Vec<usize> = Vec::new();
        for (.., at) in order {
            let Some(it) = all.get(at) else { continue };
            let end = open.filter(|(first, end)| {
                key(first) == key(it)
                    && it.enabled_micros <= first.start_micros
                    && it.start_micros.saturating_sub(*end) <= max_gap_micros.max(0)
            });
            if let (Some((first, end)), false) = (end, members.is_empty()) {
                open = Some((first, end.max(it.end_micros)));
            } else {
                found.close(all, &mut members);
                open = Some((*it, it.end_micros));
            }
            members.push(at);
        }
        found.close(all, &mut members);
        found
    }

    /// The batches: by resource, then by activity, then in order of their starts.
    pub fn batches(&self) -> &[Batch] {
        &self.batches
    }

    /// The batch that an instance is in, as a place in [`Batches::batches`].
    pub fn batch_of(&self, instance: usize) -> Option<usize> {
        self.of.get(instance)?.checked_sub(1)
    }

    fn close(&mut self, all: &[ActivityInstance], members: &mut Vec<usize>) {
        let members = std::mem::take(members);
        if members.len() < 2 {
            return;
        }
        let of: Vec<&ActivityInstance> = members.iter().filter_map(|it| all.get(*it)).collect();
        let enabled_micros = of.iter().map(|it| it.enabled_micros).max().unwrap_or(i64::MIN);
        let kind = kind(&of);
        for member in &members {
            if let Some(place) = self.of.get_mut(*member) {
                *place = self.batches.len() + 1;
            }
        }
        self.batches.push(Batch { members, enabled_micros, kind });
    }
}

/// How members were done that are in order of their starts.
fn kind(members: &[&ActivityInstance]) -> BatchKind {
    let span = |it: &ActivityInstance| (it.start_micros, it.end_micros);
    let mut spans = members.iter().map(|it| span(it));
    let first = spans.next().unwrap_or_default();
    if spans.clone().all(|it| it == first) {
        return BatchKind::Parallel;
    }
    let mut end = first.1;
    for (start, stop) in spans {
        if start < end {
            return BatchKind::Concurrent;
        }
        end = end.max(stop);
    }
    BatchKind::Sequential
}
