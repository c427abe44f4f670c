//! Per-caller wait prediction: a distribution at the moment of joining the queue.

mod baseline;
mod calibration;
mod engine;
mod learning;
mod model;
mod no_wait;
mod offered;
mod profile;
mod rows;
mod service_times;
mod theory;

use chrono::{DateTime, Utc};
use ringback_calllog::{Call, Outcome, QueueId, Stage, StageKind};
use serde::{Deserialize, Serialize};

use crate::Quantile;
use crate::replay::Arrival;

pub(crate) use self::engine::Engine;
pub use self::learning::WaitLearning;
pub(crate) use self::learning::{ENOUGH, Learned};
pub use self::model::WaitModel;
pub use self::offered::OfferedWait;
pub use self::profile::WaitProfile;
pub(crate) use self::rows::Rows;
pub(crate) use self::service_times::ServiceTimes;

/// The levels of the quantiles that a prediction holds.
pub const LEVELS: [f64; 7] = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95];

/// How a prediction was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitMethod {
    /// By a [`WaitModel`], with intervals that adapt to what came of earlier ones.
    Learned,
    /// By queueing theory, while too few callers have been answered to learn from: the mean time until all ahead have been
    /// served or have hung up, and then the caller, at the rates seen so far; the spread is that of so many exponential
    /// stages. Its intervals are not calibrated.
    QueueingTheory,
    /// By a [`WaitProfile`].
    Profile,
}

impl WaitMethod {
    /// The name in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Learned => "learned",
            Self::QueueingTheory => "queueing_theory",
            Self::Profile => "profile",
        }
    }
}

/// A wait prediction at arrival: the distribution of the wait of a caller who is answered. Unit: seconds, at least 0; the
/// quantiles rise. What the same caller would wait if they never hung up tells [`WaitModel::offered`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct WaitForecast {
    /// How it was made.
    pub method: WaitMethod,
    /// The mean.
    pub mean_secs: f64,
    /// The lower bound of an interval that holds nine waits of ten. It is the shorter one, with fewer waits below than above:
    /// waits are skewed, and the interval from `p05_secs` to `p95_secs` is wider.
    pub lower_90_secs: f64,
    /// The upper bound of that interval.
    pub upper_90_secs: f64,
    /// One caller in twenty waits less.
    pub p05_secs: f64,
    /// One caller in ten waits less.
    pub p10_secs: f64,
    /// One caller in four waits less.
    pub p25_secs: f64,
    /// The median.
    pub p50_secs: f64,
    /// One caller in four waits more.
    pub p75_secs: f64,
    /// One caller in ten waits more.
    pub p90_secs: f64,
    /// One caller in twenty waits more.
    pub p95_secs: f64,
}

impl WaitForecast {
    /// From the mean and the quantiles at [`LEVELS`], which are put in order; nothing is below 0, and what is not a number is 0.
    pub(crate) fn new(method: WaitMethod, mean_secs: f64, quantiles: [f64; 7]) -> Self {
        let mut sorted = quantiles.map(|it| it.max(0.0));
        sorted.sort_by(f64::total_cmp);
        let [p05_secs, p10_secs, p25_secs, p50_secs, p75_secs, p90_secs, p95_secs] = sorted;
        Self {
            method,
            mean_secs: mean_secs.max(0.0),
            lower_90_secs: p05_secs,
            upper_90_secs: p95_secs,
            p05_secs,
            p10_secs,
            p25_secs,
            p50_secs,
            p75_secs,
            p90_secs,
            p95_secs,
        }
    }

    /// The same with another 90 % interval.
    pub(crate) fn with_interval(self, lower_secs: f64, upper_secs: f64) -> Self {
        let lower_90_secs = lower_secs.max(0.0);
        Self { lower_90_secs, upper_90_secs: upper_secs.max(lower_90_secs), ..self }
    }

    /// The quantiles at [`LEVELS`].
    pub fn quantiles(&self) -> [f64; 7] {
        [
            self.p05_secs,
            self.p10_secs,
            self.p25_secs,
            self.p50_secs,
            self.p75_secs,
            self.p90_secs,
            self.p95_secs,
        ]
    }

    /// The wait that is not exceeded with this probability, in seconds: between the quantiles of [`LEVELS`] in proportion;
    /// below the first one the distribution is uniform from its distance to the second one below it, and at least from 0; above
    /// the last one it is exponential, as the last two show.
    pub fn at(&self, quantile: Quantile) -> f64 {
        let level = quantile.get();
        let known = self.quantiles();
        let next = LEVELS.partition_point(|it| *it < level);
        if next == 0 {
            let from = (2.0 * known[0] - known[1]).max(0.0);
            return from + (known[0] - from) * level / LEVELS[0];
        }
        if next == LEVELS.len() {
            return self.p95_secs + self.tail_secs() * (0.05 / (1.0 - level)).ln();
        }
        let share = (level - LEVELS[next - 1]) / (LEVELS[next] - LEVELS[next - 1]);
        known[next - 1] + (known[next] - known[next - 1]) * share
    }

    fn at_level(&self, level: f64) -> f64 {
        Quantile::new(level).map_or(self.p50_secs, |it| self.at(it))
    }

    /// The probability of waiting longer than this many seconds: the inverse of [`WaitForecast::at`].
    ///
    /// # Example
    ///
    /// ```
    /// # use ringback_forecast::{WaitForecast, WaitMethod};
    /// let forecast = WaitForecast {
    ///     method: WaitMethod::Learned,
    ///     mean_secs: 70.0,
    ///     lower_90_secs: 5.0,
    ///     upper_90_secs: 140.0,
    ///     p05_secs: 10.0,
    ///     p10_secs: 20.0,
    ///     p25_secs: 30.0,
    ///     p50_secs: 60.0,
    ///     p75_secs: 90.0,
    ///     p90_secs: 120.0,
    ///     p95_secs: 150.0,
    /// };
    /// assert_eq!(forecast.exceeds(60.0), 0.5);
    /// assert_eq!(forecast.exceeds(75.0), 0.375);
    /// assert_eq!(forecast.exceeds(180.0), 0.025); // half of the last twentieth every 30 s
    /// ```
    pub fn exceeds(&self, wait_secs: f64) -> f64 {
        let known = self.quantiles();
        let next = known.partition_point(|it| *it <= wait_secs);
        if next == 0 {
            let from = (2.0 * known[0] - known[1]).max(0.0);
            let share = (wait_secs - from) / (known[0] - from);
            return 1.0 - LEVELS[0] * if share.is_finite() { share.max(0.0) } else { 0.0 };
        }
        if next == LEVELS.len() {
            let tail = self.tail_secs();
            return if tail > 0.0 {
                0.05 * (-(wait_secs - self.p95_secs) / tail).exp()
            } else {
                0.0
            };
        }
        let share = (wait_secs - known[next - 1]) / (known[next] - known[next - 1]);
        1.0 - (LEVELS[next - 1] + (LEVELS[next] - LEVELS[next - 1]) * share)
    }

    /// The mean of the exponential tail, in seconds.
    fn tail_secs(&self) -> f64 {
        (self.p95_secs - self.p90_secs) / std::f64::consts::LN_2
    }

    /// The forecast of a caller who is answered at once with a probability, and waits as this one says otherwise.
    pub(crate) fn or_no_wait(&self, probability: f64) -> Self {
        if probability <= 0.0 {
            return *self;
        }
        let waits = 1.0 - probability;
        let at = |level: f64| match Quantile::new((level - probability) / waits) {
            Ok(quantile) => self.at(quantile),
            Err(_) => 0.0,
        };
        let forecast = Self::new(self.method, self.mean_secs * waits, LEVELS.map(at));
        // With so many answered at once the shortest interval begins at 0.
        if probability > 0.03 {
            forecast.with_interval(0.0, forecast.at_level(0.9))
        } else {
            forecast
        }
    }

    pub(crate) fn toward(&self, other: &Self, share: f64) -> Self {
        let mix = |one: f64, two: f64| one + (two - one) * share;
        let (mut quantiles, others) = (self.quantiles(), other.quantiles());
        for (one, two) in quantiles.iter_mut().zip(others) {
            *one = mix(*one, two);
        }
        Self::new(self.method, mix(self.mean_secs, other.mean_secs), quantiles).with_interval(
            mix(self.lower_90_secs, other.lower_90_secs),
            mix(self.upper_90_secs, other.upper_90_secs),
        )
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
pub(crate) fn known_wait(calls: &[Call], arrival: &Arrival, until: DateTime<Utc>) -> Option<f64> {
    let call = calls.get(arrival.call)?;
    if call.outcome != Outcome::Answered || !arrival.is_first(calls) {
        return None;
    }
    let wait = call.wait()?;
    // The prediction's own caller must not be learned from, not even one who was answered at once.
    let is_known = arrival.queued_at < until && arrival.queued_at + wait < until;
    is_known.then(|| wait.as_seconds_f64())
}
