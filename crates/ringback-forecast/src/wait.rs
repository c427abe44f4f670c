//! Per-caller wait prediction: what callers who met a like queue have waited.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ringback_calllog::{Call, Outcome, QueueId, Stage, StageKind};

use crate::announce::Announcement;
use crate::replay::Arrival;
use crate::{Error, Quantile, StateSeen};

/// A wait prediction at arrival. Unit: seconds, at least 0; `p10 <= p50 <= p90`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WaitForecast {
    /// The mean.
    pub mean_secs: f64,
    /// One caller in ten waits less.
    pub p10_secs: f64,
    /// The median.
    pub p50_secs: f64,
    /// One caller in ten waits more.
    pub p90_secs: f64,
}

/// Predicts the wait of a caller from those who met a like queue before: callers of the past are put in order of the
/// [`QueueLength`](Announcement::QueueLength) estimate that they met, cut into groups of equal size, and a new caller
/// gets the mean and the quantiles of the waits in the groups next to them, in proportion.
///
/// It knows nothing of the hour, the caller's priority or the trend, and learns from answered callers only, whose
/// waits are shorter than those of all: callers who gave up are not in them.
///
/// # Example
///
/// ```
/// use ringback_forecast::{WaitProfile, replay};
/// # use chrono::DateTime;
/// # use ringback_calllog::*;
/// # let mut calls = Vec::new();
/// # let mut stitcher = Stitcher::new();
/// # for n in 0..100_i64 {
/// #     let at = |secs| DateTime::from_timestamp(n * 60 + secs, 0).unwrap();
/// #     let stage = |kind, from, to, end| Stage {
/// #         kind, queue: None, agent: None, entered_at: at(from), left_at: Some(at(to)), end,
/// #     };
/// #     let stages = vec![
/// #         stage(StageKind::Queue, 0, 10 + n % 7, StageEnd::Answered),
/// #         stage(StageKind::Talk, 10 + n % 7, 50, StageEnd::Completed),
/// #     ];
/// #     let id = LegId::new(format!("{n:03}"));
/// #     stitcher.push(Leg { stages, ..Leg::whole(id, at(0), Outcome::Answered) });
/// # }
/// # calls.extend(stitcher.finish());
/// let arrivals = replay(&calls)?;
/// let train_until = calls[80].arrived_at;
/// let model = WaitProfile::fit(&calls, &arrivals, train_until)?;
/// let forecast = model.predict(None, &arrivals[90].seen);
/// assert!(forecast.p10_secs <= forecast.p50_secs && forecast.p50_secs <= forecast.p90_secs);
/// # Ok::<(), ringback_forecast::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct WaitProfile {
    queues: BTreeMap<Option<QueueId>, QueueProfile>,
    all: QueueProfile,
}

/// The profile of one queue.
#[derive(Clone, Debug, PartialEq)]
struct QueueProfile {
    service_secs_mean: f64,
    groups: Vec<Group>,
}

/// Callers who met a like queue.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Group {
    estimate_secs: f64,
    forecast: WaitForecast,
}

/// Callers in a group, at least; a queue with fewer answered ones in all is predicted from all queues.
const GROUP_SIZE: usize = 30;

/// Groups, at most.
const GROUPS: usize = 60;

impl WaitProfile {
    /// Learns from what was known before `until`: callers who had been answered from a queue, and services that had
    /// ended. A call that queues more than once is learned when it first does.
    ///
    /// # Errors
    ///
    /// [`Error::TooFewAnswers`] if fewer than 30 callers had been answered from a queue, [`Error::NoServices`] if
    /// nobody's service had ended.
    pub fn fit(calls: &[Call], arrivals: &[Arrival], until: DateTime<Utc>) -> Result<Self, Error> {
        let service = ServiceTimes::of(calls, until);
        let mut known: BTreeMap<Option<&QueueId>, Vec<(StateSeen, f64)>> = BTreeMap::new();
        let mut all = Vec::new();
        for arrival in arrivals {
            if let Some(wait_secs) = known_wait(calls, arrival, until) {
                known.entry(arrival.queue(calls)).or_default().push((arrival.seen, wait_secs));
                all.push((arrival.seen, wait_secs));
            }
        }
        if all.len() < GROUP_SIZE {
            return Err(Error::TooFewAnswers { got: all.len(), needed: GROUP_SIZE });
        }
        let service_secs_mean = service.mean_of_all().ok_or(Error::NoServices { until })?;
        let mut queues = BTreeMap::new();
        for (queue, known) in known {
            if known.len() >= GROUP_SIZE {
                let mean = service.mean(queue).unwrap_or(service_secs_mean);
                queues.insert(queue.cloned(), QueueProfile::of(&known, mean));
            }
        }
        Ok(Self { queues, all: QueueProfile::of(&all, service_secs_mean) })
    }

    /// Predicts the wait of a caller who enters a queue and meets a state.
    pub fn predict(&self, queue: Option<&QueueId>, seen: &StateSeen) -> WaitForecast {
        self.profile(queue).predict(seen)
    }

    /// The mean service time behind a queue (of all queues, for one that was not learned), in seconds.
    pub fn service_secs_mean(&self, queue: Option<&QueueId>) -> f64 {
        self.profile(queue).service_secs_mean
    }

    fn profile(&self, queue: Option<&QueueId>) -> &QueueProfile {
        self.queues.get(&queue.cloned()).unwrap_or(&self.all)
    }
}

impl Arrival {
    /// The queue that the caller entered, in the calls that were replayed; absent where the source names none.
    pub fn queue<'a>(&self, calls: &'a [Call]) -> Option<&'a QueueId> {
        let call = calls.get(self.call)?;
        call.stages.get(self.stage).and_then(|it| it.queue.as_ref()).or(call.queue.as_ref())
    }

    /// Whether the call had not queued before: by its stages, since it may enter two queues at one stamp.
    pub(crate) fn is_first(&self, calls: &[Call]) -> bool {
        let is_queue = |it: &Stage| it.kind == StageKind::Queue;
        let first = calls.get(self.call).and_then(|it| it.stages.iter().position(is_queue));
        first == Some(self.stage)
    }
}

/// The wait of an answered arrival, in seconds, if it had ended before `until`.
fn known_wait(calls: &[Call], arrival: &Arrival, until: DateTime<Utc>) -> Option<f64> {
    let call = calls.get(arrival.call)?;
    if call.outcome != Outcome::Answered || !arrival.is_first(calls) {
        return None;
    }
    let wait = call.wait()?;
    // The prediction's own caller must not be learned from, not even one who was answered at once.
    let is_known = arrival.queued_at < until && arrival.queued_at + wait < until;
    is_known.then(|| wait.as_seconds_f64())
}

/// Service times that had ended before a moment.
#[derive(Debug, Default)]
struct ServiceTimes<'a> {
    sums: BTreeMap<Option<&'a QueueId>, (f64, u64)>,
}

impl<'a> ServiceTimes<'a> {
    fn of(calls: &'a [Call], until: DateTime<Utc>) -> Self {
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
    fn mean(&self, queue: Option<&QueueId>) -> Option<f64> {
        self.sums.get(&queue).map(|&(sum, count)| sum / count as f64)
    }

    /// The mean behind all queues together.
    fn mean_of_all(&self) -> Option<f64> {
        let (sum, count) =
            self.sums.values().fold((0.0, 0), |all, one| (all.0 + one.0, all.1 + one.1));
        (count > 0).then(|| sum / count as f64)
    }
}

impl QueueProfile {
    /// Groups of the callers of one queue, of whom there are [`GROUP_SIZE`] at least.
    fn of(known: &[(StateSeen, f64)], service_secs_mean: f64) -> Self {
        let estimate = |seen: &StateSeen| {
            Announcement::QueueLength.wait_secs(seen, Some(service_secs_mean)).unwrap_or(0.0)
        };
        let mut met: Vec<(f64, f64)> =
            known.iter().map(|(seen, wait)| (estimate(seen), *wait)).collect();
        met.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let size = (met.len() / GROUPS).max(GROUP_SIZE);
        let mut groups = Vec::new();
        let mut rest = met.as_slice();
        while !rest.is_empty() {
            // Callers with the same estimate stay together, and too small a rest goes with the last group.
            let mut end = size.min(rest.len());
            end += rest[end..].iter().take_while(|it| it.0 <= rest[end - 1].0).count();
            if rest.len() - end < size {
                end = rest.len();
            }
            let (part, others) = rest.split_at(end);
            groups.push(Group::of(part));
            rest = others;
        }
        Self { service_secs_mean, groups }
    }

    /// Between the two groups next to the caller's estimate, in proportion; beyond the outermost, that one.
    fn predict(&self, seen: &StateSeen) -> WaitForecast {
        let met =
            Announcement::QueueLength.wait_secs(seen, Some(self.service_secs_mean)).unwrap_or(0.0);
        let next = self.groups.partition_point(|it| it.estimate_secs < met);
        match (next.checked_sub(1).and_then(|it| self.groups.get(it)), self.groups.get(next)) {
            (Some(low), Some(high)) => {
                let share = (met - low.estimate_secs) / (high.estimate_secs - low.estimate_secs);
                low.forecast.toward(&high.forecast, share)
            }
            (Some(one), None) | (None, Some(one)) => one.forecast,
            (None, None) => {
                WaitForecast { mean_secs: 0.0, p10_secs: 0.0, p50_secs: 0.0, p90_secs: 0.0 }
            }
        }
    }
}

impl Group {
    fn of(part: &[(f64, f64)]) -> Self {
        let n = part.len() as f64;
        let mut waits: Vec<f64> = part.iter().map(|it| it.1.max(0.0)).collect();
        waits.sort_by(f64::total_cmp);
        let forecast = WaitForecast {
            mean_secs: waits.iter().sum::<f64>() / n,
            p10_secs: quantile(&waits, 0.1),
            p50_secs: quantile(&waits, 0.5),
            p90_secs: quantile(&waits, 0.9),
        };
        Self { estimate_secs: part.iter().map(|it| it.0).sum::<f64>() / n, forecast }
    }
}

/// A quantile of sorted values, of which there is one at least, between the two next to it in proportion.
///
/// # Source
///
/// Definition 7 of \[`HyndmanFan1996`\].
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let low = place.floor();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in the slice"
    )]
    let at = low as usize;
    let next = sorted.get(at + 1).copied().unwrap_or(sorted[at]);
    sorted[at] + (next - sorted[at]) * (place - low)
}

impl WaitForecast {
    fn toward(&self, other: &Self, share: f64) -> Self {
        let mix = |one: f64, two: f64| one + (two - one) * share;
        Self {
            mean_secs: mix(self.mean_secs, other.mean_secs),
            p10_secs: mix(self.p10_secs, other.p10_secs),
            p50_secs: mix(self.p50_secs, other.p50_secs),
            p90_secs: mix(self.p90_secs, other.p90_secs),
        }
    }

    /// The forecast's value at a quantile of 10, 50 or 90 %; `None` for any other.
    pub fn at(&self, quantile: Quantile) -> Option<f64> {
        let near = |it: f64| (quantile.get() - it).abs() < 1e-9;
        if near(0.1) {
            return Some(self.p10_secs);
        }
        if near(0.5) {
            return Some(self.p50_secs);
        }
        near(0.9).then_some(self.p90_secs)
    }
}
