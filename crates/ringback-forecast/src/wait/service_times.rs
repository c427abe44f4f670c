//! Service times by queue.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ringback_calllog::{Call, QueueId, StageKind};

/// Service times that had ended before a moment.
#[derive(Debug, Default)]
pub(crate) struct ServiceTimes<'a> {
    sums: BTreeMap<Option<&'a QueueId>, (f64, u64)>,
}

impl<'a> ServiceTimes<'a> {
    pub(crate) fn of(calls: &'a [Call], until: DateTime<Utc>) -> Self {
        let mut times = Self::default();
        for call in calls {
            for stage in call.stages.iter().filter(|it| it.kind == StageKind::Talk) {
                if let (Some(left_at), Some(took)) = (stage.left_at, stage.duration())
                    && left_at < until
                    && left_at >= stage.entered_at
                {
                    let queue = stage.queue.as_ref().or(call.queue.as_ref());
                    let sum = times.sums.entry(queue).or_default();
                    *sum = (sum.0 + took.as_seconds_f64(), sum.1 + 1);
                }
            }
        }
        times
    }

    /// The mean behind a queue, or behind those without a name.
    pub(crate) fn mean(&self, queue: Option<&QueueId>) -> Option<f64> {
        self.sums.get(&queue).map(|&(sum, count)| sum / count as f64)
    }

    /// The mean behind all queues together.
    pub(crate) fn mean_of_all(&self) -> Option<f64> {
        let (sum, count) =
            self.sums.values().fold((0.0, 0), |all, one| (all.0 + one.0, all.1 + one.1));
        (count > 0).then(|| sum / count as f64)
    }

    /// The mean behind a queue, or behind all where none had ended behind it.
    pub(crate) fn mean_or_of_all(&self, queue: Option<&QueueId>) -> Option<f64> {
        self.mean(queue).or_else(|| self.mean_of_all())
    }
}
