//! The ledger of work and causes of waiting.

use super::{AFTER_WORK, Builder, Ledger, PROCESSING};
use crate::{ActivityInstances, DeclaredCause, WaitCause, WaitParts, WaitingCauses};

pub(super) fn ledger(instances: &ActivityInstances, causes: &WaitingCauses) -> Ledger {
    let mut ledger = Builder::default();
    let mut order: Vec<usize> = Vec::new();
    for case in 0..instances.cases() {
        let Some((mut done, end)) = instances.span(case) else {
            ledger.end_case();
            continue;
        };
        order.clear();
        order.extend(instances.case_instances(case));
        let all = instances.instances();
        order.sort_unstable_by_key(|at| {
            all.get(*at).map(|it| (it.start_micros, it.end_micros, *at))
        });
        for at in &order {
            let Some(it) = all.get(*at) else { continue };
            if done < it.start_micros {
                let parts = causes.parts_between(*at, done, it.start_micros);
                ledger.add_waits(&parts);
                done = it.start_micros;
            }
            let processing = ledger.part(PROCESSING);
            ledger.add(processing, (it.end_micros - done).max(0), 1);
            done = done.max(it.end_micros);
        }
        ledger.add_rest(instances, case, (done, end));
        ledger.end_case();
    }
    ledger.build()
}

impl Builder {
    fn add_waits(&mut self, parts: &WaitParts) {
        let declared = DeclaredCause::ALL.into_iter().map(WaitCause::Declared);
        for cause in declared.chain(WaitCause::FIVE) {
            let micros = parts.micros(cause);
            if micros > 0 {
                let part = self.part(cause.as_str());
                self.add(part, micros, 1);
            }
        }
    }

    /// Adds the time after the last work of a case.
    fn add_rest(&mut self, instances: &ActivityInstances, case: usize, (from, to): (i64, i64)) {
        let mut done = from;
        for stretch in instances.declared(case) {
            let (start, end) = (stretch.start_micros.max(done), stretch.end_micros.min(to));
            if start >= end {
                continue;
            }
            self.add_after_work(start - done);
            let part = self.part(stretch.cause.as_str());
            self.add(part, end - start, 1);
            done = end;
        }
        self.add_after_work(to - done);
    }

    fn add_after_work(&mut self, micros: i64) {
        if micros > 0 {
            let part = self.part(AFTER_WORK);
            self.add(part, micros, 1);
        }
    }
}
