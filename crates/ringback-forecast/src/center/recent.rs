//! The waits of the callers who entered service last.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::{SECOND, Tick, secs};
use crate::Error;

/// The last values, `N` at most, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Last<const N: usize> {
    // serde knows arrays of a given length only up to 32, and none of a generic one.
    values: [f64; 32],
    count: u32,
}

impl<const N: usize> Default for Last<N> {
    fn default() -> Self {
        Self { values: [0.0; 32], count: 0 }
    }
}

impl<const N: usize> Last<N> {
    pub(crate) fn push(&mut self, value: f64) {
        self.values[self.count as usize % N] = value;
        // Beyond twice the length only the place matters.
        self.count += 1;
        if self.count as usize >= 2 * N {
            self.count -= u32::try_from(N).unwrap_or(0);
        }
    }

    /// Checks values that were saved: no more are counted than are ever before the count goes back.
    pub(super) fn check(&self) -> Result<(), Error> {
        if (self.count as usize) < 2 * N {
            return Ok(());
        }
        Err(Error::Saved(format!(
            "a count of {} last values, expected below {}",
            self.count,
            2 * N
        )))
    }

    pub(crate) fn mean(&self) -> Option<f64> {
        let known = (self.count as usize).min(N);
        (known > 0).then(|| self.values[..known].iter().sum::<f64>() / known as f64)
    }
}

/// An exponentially weighted mean.
pub(crate) fn blend(mean: &mut Option<f64>, value: f64, weight: f64) {
    *mean = Some(mean.map_or(value, |it| it + weight * (value - it)));
}

/// Values of the last hour and their sum, in microseconds, so that nothing is lost in adding and taking away.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct HourOf {
    values: VecDeque<(i64, i64)>,
    sum: i64,
}

impl HourOf {
    pub(super) fn push(&mut self, at: i64, value: i64) {
        while let Some(&(then, old)) = self.values.front()
            && at - then > 3600 * SECOND
        {
            self.sum -= old;
            self.values.pop_front();
        }
        self.values.push_back((at, value));
        self.sum += value;
    }

    /// The mean in seconds of those in the hour before the last.
    pub(super) fn mean(&self) -> Option<f64> {
        (!self.values.is_empty()).then(|| secs(self.sum) / self.values.len() as f64)
    }
}

/// The waits of a group of callers, in seconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Waits {
    pub(super) last: Option<f64>,
    pub(super) ten: Last<10>,
    pub(super) quick: Option<f64>,
    pub(super) slow: Option<f64>,
    pub(super) hour: HourOf,
}

impl Waits {
    fn push(&mut self, tick: &Tick) {
        let wait = secs(tick.at - tick.since);
        self.last = Some(wait);
        self.ten.push(wait);
        blend(&mut self.quick, wait, 0.25);
        blend(&mut self.slow, wait, 0.05);
        self.hour.push(tick.at, tick.at - tick.since);
    }
}

/// All, by type and by priority.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Recent {
    pub(super) all: Waits,
    by_class: Vec<Waits>,
    by_priority: Vec<(i32, Waits)>,
    /// Seconds of waiting for each place in the line, of the last ten answered.
    pub(super) pace: Last<10>,
}

impl Recent {
    /// Checks waits that were saved.
    pub(super) fn check(&self) -> Result<(), Error> {
        let waits = self.by_class.iter().chain(self.by_priority.iter().map(|it| &it.1));
        waits.chain([&self.all]).try_for_each(|it| it.ten.check())?;
        self.pace.check()
    }

    pub(super) fn answered(&mut self, tick: &Tick, ahead: Option<u32>) {
        self.all.push(tick);
        let class = tick.class as usize;
        if class >= self.by_class.len() {
            self.by_class.resize_with(class + 1, Waits::default);
        }
        self.by_class[class].push(tick);
        let place = self.by_priority.iter().position(|it| it.0 == tick.priority);
        let place = place.unwrap_or_else(|| {
            self.by_priority.push((tick.priority, Waits::default()));
            self.by_priority.len() - 1
        });
        self.by_priority[place].1.push(tick);
        if let Some(ahead) = ahead {
            self.pace.push(secs(tick.at - tick.since) / (f64::from(ahead) + 1.0));
        }
    }

    pub(super) fn class(&self, class: u32) -> Option<&Waits> {
        self.by_class.get(class as usize)
    }

    pub(super) fn priority(&self, priority: i32) -> Option<&Waits> {
        self.by_priority.iter().find(|it| it.0 == priority).map(|it| &it.1)
    }
}
