//! What else a resource does: its work by start, and the latest end below each branch of a tree over it.

use crate::{ActivityInstances, Batches};

/// How much work stands in a leaf of the tree: it is read in one go.
const LEAF: usize = 16;

/// The work of each resource.
#[derive(Clone, Debug)]
pub(super) struct Others {
    /// By resource.
    of: Vec<Work>,
}

/// One instance of a resource's work. Unit of instants: microseconds since 1970, UTC.
#[derive(Clone, Copy, Debug)]
pub(super) struct Other {
    pub(super) start: i64,
    pub(super) end: i64,
    pub(super) enabled: i64,
    /// Its place among all instances.
    pub(super) place: usize,
    pub(super) batch: Option<usize>,
}

/// The work of one resource.
#[derive(Clone, Debug, Default)]
struct Work {
    /// In order of their starts.
    order: Vec<Other>,
    /// A binary tree over the leaves of `order`, root at 1: the latest end below.
    latest: Vec<i64>,
    /// How many leaves the tree has: a power of two.
    leaves: usize,
}

impl Others {
    pub(super) fn of(instances: &ActivityInstances, batches: &Batches) -> Self {
        let mut of: Vec<Work> = Vec::new();
        of.resize_with(instances.resources().len(), Work::default);
        for (place, it) in instances.instances().iter().enumerate() {
            let work = it.resource.and_then(|by| of.get_mut(by as usize));
            if let Some(work) = work {
                let (start, end, enabled) = (it.start_micros, it.end_micros, it.enabled_micros);
                let batch = batches.batch_of(place);
                work.order.push(Other { start, end, enabled, place, batch });
            }
        }
        for work in &mut of {
            work.order.sort_unstable_by_key(|it| (it.start, it.place));
            work.grow();
        }
        Self { of }
    }

    /// Calls with the work of a resource that starts before one instant and ends after another, in order of the starts.
    pub(super) fn each(
        &self,
        resource: Option<u32>,
        starts_before: i64,
        ends_after: i64,
        mut call: impl FnMut(&Other),
    ) {
        let Some(work) = resource.and_then(|by| self.of.get(by as usize)) else { return };
        let started = work.order.partition_point(|it| it.start < starts_before);
        let Some(started) = work.order.get(..started) else { return };
        work.each(1, (0, work.leaves), (started.len().div_ceil(LEAF), ends_after), &mut |leaf| {
            let from = started.get(leaf * LEAF..).unwrap_or_default();
            for other in from.iter().take(LEAF).filter(|it| it.end > ends_after) {
                call(other);
            }
        });
    }
}

impl Work {
    fn grow(&mut self) {
        self.leaves = self.order.len().div_ceil(LEAF).next_power_of_two();
        self.latest = vec![i64::MIN; self.leaves * 2];
        for (leaf, work) in self.order.chunks(LEAF).enumerate() {
            if let Some(place) = self.latest.get_mut(self.leaves + leaf) {
                *place = work.iter().map(|it| it.end).max().unwrap_or(i64::MIN);
            }
        }
        for branch in (1..self.leaves).rev() {
            let below = |it: usize| self.latest.get(it).copied().unwrap_or(i64::MIN);
            let latest = below(branch * 2).max(below(branch * 2 + 1));
            if let Some(it) = self.latest.get_mut(branch) {
                *it = latest;
            }
        }
    }

    /// Calls with the leaves under a branch that come before a leaf and in which something ends after an instant.
    fn each(
        &self,
        branch: usize,
        (first, end): (usize, usize),
        sought: (usize, i64),
        call: &mut impl FnMut(usize),
    ) {
        let latest = self.latest.get(branch).copied().unwrap_or(i64::MIN);
        if first >= sought.0 || latest <= sought.1 {
            return;
        }
        if branch >= self.leaves {
            call(first);
            return;
        }
        let middle = first.midpoint(end);
        self.each(branch * 2, (first, middle), sought, call);
        self.each(branch * 2 + 1, (middle, end), sought, call);
    }
}
