//! What enables what.

use ringback_eventlog::Texts;

use super::{ActivityInstance, ActivityInstances, range};
use crate::Concurrency;

impl ActivityInstances {
    /// Puts each case in order and finds what runs side by side.
    pub(super) fn concurrency(&mut self, threshold: f64) -> Concurrency {
        self.order();
        let sequence: Vec<u32> = self.instances.iter().map(|it| it.activity).collect();
        let cases = (0..self.cases()).map(|it| range(&self.case_starts, it));
        let sequences = cases.map(|it| sequence.get(it).unwrap_or_default());
        Concurrency::heuristic(sequences, threshold)
    }

    /// Puts each case in order and finds the enabler of each instance.
    pub(super) fn enable(&mut self, concurrency: &Concurrency) {
        self.order();
        for case in 0..self.cases() {
            let range = range(&self.case_starts, case);
            let (first, span) = (range.start, self.span(case));
            let Some(instances) = self.instances.get_mut(range) else { continue };
            let Some((case_start, _)) = span else { continue };
            let runs = run_starts(instances);
            for at in 0..instances.len() {
                let enabler = enabler(instances, &runs, at, concurrency);
                let ended = enabler.and_then(|it| instances.get(it)).map(|it| it.end_micros);
                if let Some(instance) = instances.get_mut(at) {
                    instance.enabler = enabler.map(|it| first + it);
                    instance.enabled_micros = ended.unwrap_or(case_start);
                }
            }
        }
    }

    fn order(&mut self) {
        let ranks = ranks(&self.activities);
        let rank = |activity: u32| ranks.get(activity as usize).copied();
        for case in 0..self.cases() {
            if let Some(instances) = self.instances.get_mut(range(&self.case_starts, case)) {
                instances.sort_by_key(|it| (it.end_micros, it.start_micros, rank(it.activity)));
            }
        }
    }
}

/// For each of a case's instances the first of the neighbors before it that have its activity.
fn run_starts(instances: &[ActivityInstance]) -> Vec<usize> {
    let mut starts: Vec<usize> = Vec::with_capacity(instances.len());
    for same in instances.chunk_by(|a, b| a.activity == b.activity) {
        starts.extend(std::iter::repeat_n(starts.len(), same.len()));
    }
    starts
}

/// The enabler of one of a case's instances, which are in order of their ends.
fn enabler(
    instances: &[ActivityInstance],
    runs: &[usize],
    at: usize,
    concurrency: &Concurrency,
) -> Option<usize> {
    let it = instances.get(at)?;
    let may = |other: &ActivityInstance| {
        other.end_micros <= it.start_micros && other.end_micros < it.end_micros
    };
    let mut ended = instances.partition_point(may);
    while let Some(last) = ended.checked_sub(1) {
        let other = instances.get(last)?;
        if !concurrency.is_concurrent(other.activity, it.activity) {
            return Some(last);
        }
        // Its neighbors of the same activity run beside it too.
        ended = *runs.get(last)?;
    }
    None
}

/// The place of each activity among all names in order.
fn ranks(activities: &Texts) -> Vec<usize> {
    let names: Vec<&str> = activities.iter().collect();
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by_key(|it| names.get(*it));
    let mut ranks = vec![0; names.len()];
    for (rank, activity) in order.into_iter().enumerate() {
        if let Some(place) = ranks.get_mut(activity) {
            *place = rank;
        }
    }
    ranks
}
