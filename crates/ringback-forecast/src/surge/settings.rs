//! What a surge detector looks for, and how often it may be wrong.

use chrono::TimeDelta;
use ringback_calllog::Zone;
use ringback_features::IntervalLength;
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// What a surge detector looks for, and how often it may be wrong.
///
/// # Example
///
/// ```
/// use ringback_features::IntervalLength;
/// use ringback_forecast::SurgeSettings;
///
/// let interval = IntervalLength::from_minutes(5)?;
/// let settings = SurgeSettings::new("America/New_York".parse()?, interval).open_days_per_false_surge(10.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SurgeSettings {
    pub(super) zone: Zone,
    pub(super) interval: IntervalLength,
    pub(super) surge_ratio: f64,
    pub(super) drop_ratio: f64,
    pub(super) open_days_per_false_surge: f64,
    pub(super) open_days_per_false_drop: f64,
    pub(super) lag_mins: u32,
    pub(super) half_life_mins: f64,
    pub(super) largest_step: f64,
}

impl SurgeSettings {
    /// The defaults, for intervals of a length, whose days are those of `zone`.
    pub fn new(zone: Zone, interval: IntervalLength) -> Self {
        Self {
            zone,
            interval,
            surge_ratio: 1.5,
            drop_ratio: 0.5,
            open_days_per_false_surge: 5.0,
            open_days_per_false_drop: 10.0,
            lag_mins: 30,
            half_life_mins: 60.0,
            largest_step: 1.0,
        }
    }

    /// The surge to find soonest, as a ratio to what is expected, more than 1. Default: 1.5. Larger ones are found
    /// sooner still, smaller ones later; below about its square root none is.
    #[must_use]
    pub fn surge_ratio(self, surge_ratio: f64) -> Self {
        Self { surge_ratio, ..self }
    }

    /// The drop to find soonest, as a ratio to what is expected, more than 0 and less than 1. Default: 0.5.
    #[must_use]
    pub fn drop_ratio(self, drop_ratio: f64) -> Self {
        Self { drop_ratio, ..self }
    }

    /// At most one false alarm for a surge in so many open days, more than 0. Default: 5.
    #[must_use]
    pub fn open_days_per_false_surge(self, open_days: f64) -> Self {
        Self { open_days_per_false_surge: open_days, ..self }
    }

    /// At most one false alarm for a drop in so many open days, more than 0. Default: 10.
    #[must_use]
    pub fn open_days_per_false_drop(self, open_days: f64) -> Self {
        Self { open_days_per_false_drop: open_days, ..self }
    }

    /// The day's level is read from intervals that began so long ago or earlier, in minutes, at most a day. Default: 30. A
    /// surge of an hour does not eat its own baseline: by then its intervals are known or suspected, and barred.
    #[must_use]
    pub fn lag_mins(self, lag_mins: u32) -> Self {
        Self { lag_mins: lag_mins.min(24 * 60), ..self }
    }

    /// After so many minutes half of all surges are over, more than 0: how the re-levelled forecast fades, until
    /// surges have been seen to end. Default: 60.
    #[must_use]
    pub fn half_life_mins(self, half_life_mins: f64) -> Self {
        Self { half_life_mins, ..self }
    }

    /// The most that one interval may add to the evidence, as a share of the threshold, more than 0. Default: 1, an
    /// interval may raise an alarm alone; with 0.6 it takes two, and a single mistaken interval raises none.
    #[must_use]
    pub fn largest_step(self, largest_step: f64) -> Self {
        Self { largest_step, ..self }
    }

    pub(super) fn checked(self) -> Result<Self, Error> {
        let positive = "a finite number above 0";
        let range = |what, value: f64, ok: bool, expected| {
            if ok && value.is_finite() {
                Ok(())
            } else {
                Err(Error::Setting { what, value, expected })
            }
        };
        let surge = self.surge_ratio;
        range("surge ratio", surge, surge > 1.0, "a finite number above 1")?;
        let drop = self.drop_ratio;
        range("drop ratio", drop, 0.0 < drop && drop < 1.0, "a number between 0 and 1")?;
        for (what, value) in [
            ("open days per false surge", self.open_days_per_false_surge),
            ("open days per false drop", self.open_days_per_false_drop),
            ("half-life of a surge in minutes", self.half_life_mins),
            ("largest step", self.largest_step),
        ] {
            range(what, value, value > 0.0, positive)?;
        }
        Ok(self)
    }

    pub(super) fn lag(&self) -> TimeDelta {
        TimeDelta::minutes(self.lag_mins.into())
    }
}
