//! Waits of the intervals to come: the volume forecast, times the service, over the agents, by the callers' patience.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::error::Error;
use crate::time_varying::{QueueSlot, SlotOutlook, TimeVaryingQueue};
use crate::{Level, VolumeForecast};

/// A measure with its range.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Span {
    /// With as few calls as the level's lower bounds.
    pub lower: f64,
    /// Expected over what the forecast knows of the volume.
    pub expected: f64,
    /// With as many calls as the level's upper bounds.
    pub upper: f64,
}

/// What callers of an interval are to expect.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct IntervalWaits {
    /// The start of the interval.
    pub at: DateTime<Utc>,
    /// Agents who are there.
    pub agents: u32,
    /// Calls.
    pub calls: Span,
    /// The share of callers who wait at all.
    pub wait_probability: Span,
    /// The share whose virtual wait is longer than the acceptable one.
    pub late_probability: Span,
    /// The share answered within the acceptable wait, hang-ups counted as missed. `lower` is the service at the lower volume,
    /// and so the better one.
    pub service_level: Span,
    /// The share of callers who hang up; `None` where no call is expected, and 0 on a day without calls.
    pub abandon_probability: Option<Span>,
    /// The mean wait of all callers in seconds; `None` and 0 as above.
    pub wait_secs_mean: Option<Span>,
}

/// Turns a volume forecast into waits by the equations of the whole day ([`TimeVaryingQueue`]), so that the line left
/// over from a peak is met by those who call after it.
///
/// **The range.** The forecast's bounds are taken as days: one on which every interval has its lower bound, one with every
/// upper bound, and so for each level. The expected measure is the mean over these days and the median's, each weighing
/// as much as the share of outcomes it stands for; since waits grow faster than volume it lies above what the mean
/// volume gives. Deviations of a day go together mostly (a busy day is busy all along), which is what this takes to the
/// full, so that the range is rather too wide than too narrow. Wider, too, since the forecast's bounds are of counts and so hold
/// the chance of single calls, which the queue's own equations count once more: for planning take `expected`, and `lower` and
/// `upper` as outer limits. It is a range of the expected measure on such a day,
/// not of single waits. A forecast without intervals gives no range: all days are the median's.
///
/// # Example
///
/// ```
/// use ringback_forecast::{Level, PredictionInterval, TimeVaryingQueue, VolumeForecast, WaitOutlook};
/// use ringback_features::IntervalLength;
///
/// let level = Level::new(0.8)?;
/// let bounds = PredictionInterval { level, lower: vec![80.0, 90.0], upper: vec![120.0, 140.0] };
/// let forecast = VolumeForecast {
///     start: "2026-05-04T07:00:00Z".parse()?,
///     interval: IntervalLength::HOUR,
///     mean: vec![100.0, 115.0],
///     median: vec![100.0, 114.0],
///     intervals: vec![bounds],
/// };
/// let queue = TimeVaryingQueue::new(300.0, 240.0)?;
/// let hours = WaitOutlook::new(queue).run(&forecast, &[9, 10], level)?;
/// let wait = hours[1].wait_secs_mean.unwrap();
/// assert!(wait.lower < wait.expected && wait.expected < wait.upper);
/// // Two hours, three numbers of agents:
/// assert!(WaitOutlook::new(queue).run(&forecast, &[9, 10, 9], level).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct WaitOutlook {
    queue: TimeVaryingQueue,
}

/// A day that stands for a share of all outcomes.
struct Scenario {
    share: f64,
    /// Calls of each interval.
    calls: Vec<f64>,
    slots: Vec<SlotOutlook>,
}

impl WaitOutlook {
    /// An outlook on a queue: its service time, patience and acceptable wait.
    pub fn new(queue: TimeVaryingQueue) -> Self {
        Self { queue }
    }

    /// Waits of each interval of the forecast, with the agents of each and the range of one of the forecast's levels.
    ///
    /// # Errors
    ///
    /// [`Error::IntervalsDiffer`] unless agents and every list of the forecast have one entry an interval,
    /// [`Error::Zero`] for a forecast of none, [`Error::NoSuchLevel`] if the forecast has intervals but none of the level,
    /// [`Error::Setting`] for a volume that is not finite and at least 0.
    pub fn run(
        &self,
        forecast: &VolumeForecast,
        agents: &[u32],
        level: Level,
    ) -> Result<Vec<IntervalWaits>, Error> {
        check_lengths(forecast, agents)?;
        let (days, lower, upper) = self.scenarios(forecast, agents, level)?;
        let interval = |index: usize| {
            let span = |of: &dyn Fn(&Scenario) -> f64| {
                let expected = days.iter().map(|day| day.share * of(day)).sum();
                Span { lower: of(&days[lower]), expected, upper: of(&days[upper]) }
            };
            let measure = |of: fn(&SlotOutlook) -> f64| {
                // Each caller counts once: a busy day's callers are more.
                let calls: f64 = days.iter().map(|day| day.share * day.calls[index]).sum();
                let weighted = |day: &Scenario| {
                    let weight = if calls > 0.0 { day.calls[index] / calls } else { 1.0 };
                    day.share * weight * of(&day.slots[index])
                };
                Span {
                    lower: of(&days[lower].slots[index]),
                    expected: days.iter().map(weighted).sum(),
                    upper: of(&days[upper].slots[index]),
                }
            };
            let calls = span(&|day| day.calls[index]);
            let per_call =
                |of: fn(&SlotOutlook) -> f64| (calls.expected > 0.0).then(|| measure(of));
            IntervalWaits {
                at: forecast.at(index),
                agents: agents[index],
                calls,
                wait_probability: measure(|it| it.wait_probability),
                late_probability: measure(|it| it.late_probability),
                service_level: measure(|it| it.service_level),
                abandon_probability: per_call(|it| it.abandon_probability.unwrap_or(0.0)),
                wait_secs_mean: per_call(|it| it.wait_secs_mean.unwrap_or(0.0)),
            }
        };
        Ok((0..forecast.len()).map(interval).collect())
    }

    /// The days by rising volume, and which of them are the bounds of the level.
    fn scenarios(
        &self,
        forecast: &VolumeForecast,
        agents: &[u32],
        level: Level,
    ) -> Result<(Vec<Scenario>, usize, usize), Error> {
        let mut quantiles: Vec<(f64, &Vec<f64>)> = vec![(0.5, &forecast.median)];
        for bounds in &forecast.intervals {
            quantiles.push((bounds.level.tail(), &bounds.lower));
            quantiles.push((1.0 - bounds.level.tail(), &bounds.upper));
        }
        quantiles.sort_by(|a, b| a.0.total_cmp(&b.0));
        let position = |share: f64| quantiles.iter().position(|it| it.0.total_cmp(&share).is_eq());
        let (lower, upper) = if forecast.intervals.is_empty() {
            (0, 0)
        } else {
            position(level.tail())
                .zip(position(1.0 - level.tail()))
                .ok_or(Error::NoSuchLevel { level: level.get() })?
        };
        let mut days = Vec::with_capacity(quantiles.len());
        for (index, (at, calls)) in quantiles.iter().enumerate() {
            let neighbor = |other: Option<&(f64, &Vec<f64>)>, end: f64| {
                other.map_or(end, |it| f64::midpoint(it.0, *at))
            };
            let from = neighbor(index.checked_sub(1).and_then(|it| quantiles.get(it)), 0.0);
            let to = neighbor(quantiles.get(index + 1), 1.0);
            let slots = self.queue.run(&slots(forecast, calls, agents))?;
            days.push(Scenario { share: to - from, calls: (*calls).clone(), slots });
        }
        Ok((days, lower, upper))
    }
}

fn slots(forecast: &VolumeForecast, calls: &[f64], agents: &[u32]) -> Vec<QueueSlot> {
    let length_secs = forecast.interval.delta().as_seconds_f64();
    let slot = |(&calls, &agents): (&f64, &u32)| QueueSlot { length_secs, calls, agents };
    calls.iter().zip(agents).map(slot).collect()
}

fn check_lengths(forecast: &VolumeForecast, agents: &[u32]) -> Result<(), Error> {
    let expected = forecast.len();
    let lists = [("numbers of agents", agents.len()), ("medians", forecast.median.len())];
    let bounds = forecast
        .intervals
        .iter()
        .flat_map(|it| [("lower bounds", it.lower.len()), ("upper bounds", it.upper.len())]);
    for (what, got) in lists.into_iter().chain(bounds) {
        if got != expected {
            return Err(Error::IntervalsDiffer { what, got, expected });
        }
    }
    Ok(())
}
