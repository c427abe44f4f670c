//! A CUSUM chart: the evidence, so far, that the last intervals run at another ratio.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The quasi-Poisson log likelihood ratio of "`ratio` times what is expected" against "as expected", summed up from
/// the interval where it was last 0.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Chart {
    ratio: f64,
    pub(super) threshold: f64,
    /// The most that one interval adds.
    largest: f64,
    pub(super) evidence: f64,
    pub(super) run: Run,
}

/// The intervals since the evidence was last 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Run {
    pub(super) since: Option<DateTime<Utc>>,
    pub(super) actual: f64,
    pub(super) expected: f64,
    /// The variance of `actual` if things are as expected.
    pub(super) variance: f64,
}

impl Run {
    pub(super) fn push(&mut self, sample: &Sample) {
        self.since = self.since.or(Some(sample.at));
        self.actual += sample.actual;
        self.expected += sample.expected;
        self.variance += sample.dispersion * sample.expected;
    }
}

/// An interval that has a volume, beside what the day's level makes of its expectation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    pub(super) at: DateTime<Utc>,
    pub(super) actual: f64,
    pub(super) expected: f64,
    /// The variance of `actual` over `expected`, the level's uncertainty included.
    pub(super) dispersion: f64,
}

impl Chart {
    pub(super) fn new(ratio: f64, threshold: f64, largest_step: f64) -> Self {
        let largest = largest_step * threshold;
        Self { ratio, threshold, largest, evidence: 0.0, run: Run::default() }
    }

    pub(super) fn reset(&mut self) {
        (self.evidence, self.run) = (0.0, Run::default());
    }

    /// Takes in an interval; whether the threshold is passed.
    pub(super) fn observe(&mut self, sample: &Sample) -> bool {
        self.evidence += log_ratio(self.ratio, sample).min(self.largest);
        if self.evidence <= 0.0 {
            self.reset();
            return false;
        }
        self.run.push(sample);
        self.evidence >= self.threshold
    }

    /// Whether an interval belongs to a run that is half way to an alarm.
    pub(super) fn suspects(&self, at: DateTime<Utc>) -> bool {
        self.evidence >= 0.5 * self.threshold && self.run.since.is_some_and(|since| at >= since)
    }
}

/// The quasi-Poisson log likelihood ratio of one interval.
///
/// # Source
///
/// The Poisson one as in Hawkins & Olwell, *Cumulative Sum Charts and Charting for Quality Improvement* (1998), ch. 5,
/// over the dispersion.
pub(super) fn log_ratio(ratio: f64, sample: &Sample) -> f64 {
    (sample.actual * ratio.ln() - (ratio - 1.0) * sample.expected) / sample.dispersion
}
