//! Callers of the past, and what was known when they entered.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ringback_calllog::{Call, Outcome};
use ringback_learn::Matrix;

use super::known_wait;
use super::model::OF_CALLER;
use crate::center::{Asker, FEATURES, Features};
use crate::replay::Arrival;
use crate::{CallerType, Error};

/// Callers with a type of their own, at least; others share one.
const OWN_TYPE: usize = 30;

/// Callers who entered a queue, in the order of entry.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    // Half the memory of the features: a wait is not known to one part in 16 million.
    features: Vec<[f32; FEATURES.len()]>,
    arrivals: Vec<(Arrival, Asker)>,
}

/// A caller whose wait was known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) row: usize,
    pub(super) wait_secs: f64,
}

impl Rows {
    #[expect(clippy::cast_possible_truncation, reason = "rounded, see the field")]
    pub(crate) fn push(&mut self, arrival: Arrival, asker: Asker, features: &Features) {
        self.features.push(features.map(|it| it as f32));
        self.arrivals.push((arrival, asker));
    }

    /// Callers who had been answered from a queue before `until`.
    pub(super) fn known(&self, calls: &[Call], until: DateTime<Utc>) -> Vec<Known> {
        let known = |(row, it): (usize, &(Arrival, Asker))| {
            known_wait(calls, &it.0, until).map(|wait_secs| Known { row, wait_secs })
        };
        self.arrivals.iter().enumerate().filter_map(known).collect()
    }

    pub(super) fn asker(&self, row: usize) -> Asker {
        self.arrivals[row].1
    }

    pub(super) fn queued_at(&self, row: usize) -> DateTime<Utc> {
        self.arrivals[row].0.queued_at
    }

    pub(super) fn features(&self, row: usize) -> Features {
        self.features[row].map(f64::from)
    }

    /// The types that callers are told apart by, from the shortest mean wait to the longest.
    pub(super) fn types(&self, known: &[Known], classes: &[CallerType]) -> Vec<CallerType> {
        let mut waits: BTreeMap<u32, (f64, usize)> = BTreeMap::new();
        for it in known {
            let sum = waits.entry(self.asker(it.row).class).or_default();
            *sum = (sum.0 + it.wait_secs, sum.1 + 1);
        }
        let mut order: Vec<(f64, &CallerType)> = waits
            .into_iter()
            .filter(|it| it.1.1 >= OWN_TYPE)
            .filter_map(|(class, (sum, n))| Some((sum / n as f64, classes.get(class as usize)?)))
            .collect();
        order.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(b.1)));
        order.into_iter().map(|it| it.1.clone()).collect()
    }

    /// What trees learn from: [`FEATURES`], the caller's type by its place and priority, and what the line says.
    pub(super) fn matrix(
        &self,
        known: &[Known],
        codes: &[Option<usize>],
        roots: &[f64],
    ) -> Result<Matrix, Error> {
        let mut columns: Vec<(String, Vec<f64>)> =
            Vec::with_capacity(FEATURES.len() + OF_CALLER.len());
        for (place, name) in FEATURES.iter().enumerate() {
            let values = known.iter().map(|it| f64::from(self.features[it.row][place]));
            columns.push(((*name).to_owned(), values.collect()));
        }
        let code = |it: &Known| codes.get(self.asker(it.row).class as usize).copied().flatten();
        let types = known.iter().map(|it| code(it).map_or(f64::NAN, |it| it as f64));
        columns.push((OF_CALLER[0].to_owned(), types.collect()));
        let priorities = known.iter().map(|it| f64::from(self.asker(it.row).priority));
        columns.push((OF_CALLER[1].to_owned(), priorities.collect()));
        columns.push((OF_CALLER[2].to_owned(), roots.iter().map(|it| it * it).collect()));
        Ok(Matrix::new(columns)?)
    }

    /// How long callers waited, in seconds, and whether they hung up, as far as was known at `until`: by type, and all.
    pub(super) fn patience(&self, calls: &[Call], until: DateTime<Utc>) -> Vec<(u32, f64, bool)> {
        let mut waits = Vec::new();
        for (arrival, asker) in &self.arrivals {
            let call = calls.get(arrival.call).filter(|_| arrival.is_first(calls));
            let Some(wait) = call.and_then(Call::wait).filter(|_| arrival.queued_at < until) else {
                continue;
            };
            let hung_up = call.is_some_and(|it| it.outcome == Outcome::Abandoned);
            let by_then = wait.min(until - arrival.queued_at);
            let has_ended = arrival.queued_at + wait < until;
            waits.push((asker.class, by_then.as_seconds_f64(), hung_up && has_ended));
        }
        waits
    }
}
