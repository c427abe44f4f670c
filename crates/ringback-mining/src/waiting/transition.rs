//! Waits from one activity to the next, and what a cause costs in all.

use std::collections::BTreeMap;

use super::{WaitCause, WaitParts, WaitingCauses};
use crate::ActivityInstances;

/// The waits from one activity to another that it enables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransitionWait {
    /// What had to end, as a number of [`ActivityInstances::activities`]; absent for waits from the start of the case.
    pub from: Option<u32>,
    /// What waited, as a number of [`ActivityInstances::activities`].
    pub to: u32,
    /// How often, without wait too.
    pub count: u64,
    /// In how many cases.
    pub cases: u64,
    /// The waits together.
    pub parts: WaitParts,
}

/// The waits from one activity and resource to another. They are personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResourceWait {
    /// Activity and resource of what had to end.
    pub from: (u32, Option<u32>),
    /// Activity and resource of what waited.
    pub to: (u32, Option<u32>),
    /// How often, without wait too.
    pub count: u64,
    /// The waits together.
    pub parts: WaitParts,
}

/// Work and waits of all cases: how much of a cycle is work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CycleTime {
    /// The work, added up over instances. Unit: microseconds.
    pub processing_micros: i64,
    /// The waits, added up over instances.
    pub waits: WaitParts,
}

impl CycleTime {
    /// Cycle time efficiency: work over work and waits. Range: `0.0..=1.0`, or `None` if there is neither.
    pub fn efficiency(&self) -> Option<f64> {
        self.share(self.waits.total_micros())
    }

    /// Cycle time efficiency if all waits of a cause went away.
    ///
    /// # Source
    ///
    /// \[`Lashkevich2023`\].
    pub fn efficiency_without(&self, cause: WaitCause) -> Option<f64> {
        self.share(self.waits.total_micros() - self.waits.micros(cause))
    }

    fn share(&self, wait_micros: i64) -> Option<f64> {
        let all = self.processing_micros + wait_micros;
        (all > 0).then(|| self.processing_micros as f64 / all as f64)
    }
}

impl WaitingCauses {
    /// The waits by the activities they are between, those with the longest waits first; ties in the order of the
    /// activities. Waits from the start of a case stand under `from: None`, where there are any.
    pub fn transitions(&self, instances: &ActivityInstances) -> Vec<TransitionWait> {
        let mut found: BTreeMap<(Option<u32>, u32), (TransitionWait, usize)> = BTreeMap::new();
        let all = instances.instances();
        for (it, parts) in all.iter().zip(&self.parts) {
            let from = it.enabler.and_then(|at| all.get(at)).map(|it| it.activity);
            if from.is_none() && it.wait_micros() == 0 {
                continue;
            }
            let to = it.activity;
            let none = TransitionWait { from, to, count: 0, cases: 0, parts: WaitParts::default() };
            let (wait, last_case) = found.entry((from, to)).or_insert((none, usize::MAX));
            wait.count += 1;
            wait.parts += *parts;
            if *last_case != it.case {
                wait.cases += 1;
                *last_case = it.case;
            }
        }
        let mut found: Vec<TransitionWait> = found.into_values().map(|it| it.0).collect();
        found.sort_by_key(|it| std::cmp::Reverse(it.parts.total_micros()));
        found
    }

    /// The waits by the activities and resources they are between, in the order of their numbers; without those from
    /// the start of a case.
    pub fn by_resource(&self, instances: &ActivityInstances) -> Vec<ResourceWait> {
        let mut found: BTreeMap<_, ResourceWait> = BTreeMap::new();
        let all = instances.instances();
        for (it, parts) in all.iter().zip(&self.parts) {
            let Some(before) = it.enabler.and_then(|at| all.get(at)) else { continue };
            let (from, to) = ((before.activity, before.resource), (it.activity, it.resource));
            let none = ResourceWait { from, to, count: 0, parts: WaitParts::default() };
            let wait = found.entry((from, to)).or_insert(none);
            wait.count += 1;
            wait.parts += *parts;
        }
        found.into_values().collect()
    }

    /// Work and waits of all cases.
    pub fn cycle_time(&self, instances: &ActivityInstances) -> CycleTime {
        let work = instances.instances().iter().map(|it| it.end_micros - it.start_micros);
        CycleTime { processing_micros: work.sum(), waits: self.total() }
    }
}
