//! The wait that callers who met a like queue have had: the plainest learned estimate, a baseline for the others.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ringback_calllog::{Call, QueueId};

use super::service_times::ServiceTimes;
use super::{LEVELS, WaitForecast, WaitMethod, known_wait};
use crate::announce::{AnnounceInputs, Announcement};
use crate::replay::Arrival;
use crate::{Error, StateSeen};

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

fn queue_length(seen: &StateSeen, service_secs_mean: f64) -> f64 {
    let inputs = AnnounceInputs::of(*seen, Some(service_secs_mean));
    Announcement::QueueLength.wait_secs(&inputs).unwrap_or(0.0)
}

impl QueueProfile {
    /// Groups of the callers of one queue, of whom there are [`GROUP_SIZE`] at least.
    fn of(known: &[(StateSeen, f64)], service_secs_mean: f64) -> Self {
        let estimate = |seen: &StateSeen| queue_length(seen, service_secs_mean);
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
        let met = queue_length(seen, self.service_secs_mean);
        let next = self.groups.partition_point(|it| it.estimate_secs < met);
        match (next.checked_sub(1).and_then(|it| self.groups.get(it)), self.groups.get(next)) {
            (Some(low), Some(high)) => {
                let share = (met - low.estimate_secs) / (high.estimate_secs - low.estimate_secs);
                low.forecast.toward(&high.forecast, share)
            }
            (Some(one), None) | (None, Some(one)) => one.forecast,
            (None, None) => WaitForecast::new(WaitMethod::Profile, 0.0, [0.0; LEVELS.len()]),
        }
    }
}

impl Group {
    fn of(part: &[(f64, f64)]) -> Self {
        let n = part.len() as f64;
        let mut waits: Vec<f64> = part.iter().map(|it| it.1.max(0.0)).collect();
        waits.sort_by(f64::total_cmp);
        let quantiles = LEVELS.map(|it| quantile(&waits, it));
        let mean_secs = waits.iter().sum::<f64>() / n;
        let forecast = WaitForecast::new(WaitMethod::Profile, mean_secs, quantiles);
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
