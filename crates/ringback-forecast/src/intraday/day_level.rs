//! How a day's calls move together around what was expected of them: the day's level, a drift within it, and noise.

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// Innovations count as no more than so many standard deviations, so that one burst does not carry the level off.
const CLIP_SDS: f64 = 3.0;

/// Where the loss of an innovation turns from a square to a line, in standard deviations.
const HUBER_SDS: f64 = 2.5;

/// One in so many days, those that fit worst, is left out of the fit.
const TRIMMED: usize = 6;

/// The least mean that a variance is computed from, in calls: counts with a smaller mean are hardly normal.
const LEAST_MEAN: f64 = 0.25;

/// The least level: no day is forecast below a twentieth of what was expected.
const LEAST_LEVEL: f64 = 0.05;

/// Fewer expected calls in an interval are none.
const LEAST_EXPECTED: f64 = 1e-9;

/// How actual volumes scatter around the day-ahead forecast within a day.
///
/// A slot's volume is `expected × (1 + day + drift) + noise`. The **day** effect is constant over a civil day, drawn anew
/// each day with standard deviation `day_sd`. The **drift** is a stationary autoregression with standard deviation
/// `drift_sd` whose memory halves every `drift_half_life_mins`. The **noise** of a slot has variance
/// `dispersion × mean + (slot_sd × mean)²`: 1 and 0 for Poisson counts.
///
/// # Source
///
/// A day effect with autocorrelated slots: [Ibrahim & L'Ecuyer 2013], *M&SOM* 15, 72–85; the filter is Kalman's. That
/// innovations are clipped, and the search, are this crate's own.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct DayLevel {
    /// The standard deviation of the day's level, as a share of what was expected. At least 0.
    pub day_sd: f64,
    /// The standard deviation of the drift within a day, as a share of what was expected. At least 0.
    pub drift_sd: f64,
    /// After this many minutes half of a drift is left. More than 0.
    pub drift_half_life_mins: f64,
    /// The standard deviation of what scatters a slot in proportion to its volume, as a share. At least 0.
    pub slot_sd: f64,
    /// The variance of a slot's count over its mean, as volume goes to 0. More than 0; 1 for Poisson counts.
    pub dispersion: f64,
}

/// A slot as the filter takes it: times as plain numbers, so that a replay costs no calendar.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Slot {
    /// The number of the civil day.
    pub(crate) day: i32,
    /// Minutes since 1970.
    pub(crate) minute: i64,
    pub(crate) expected: f64,
    pub(crate) actual: Option<f64>,
}

impl DayLevel {
    /// Refuses parameters out of their range.
    pub(crate) fn checked(self) -> Result<Self, Error> {
        let least_0 = "a finite number of at least 0";
        let above_0 = "a finite number above 0";
        for (what, value, expected, is_in) in [
            ("standard deviation of days", self.day_sd, least_0, self.day_sd >= 0.0),
            ("standard deviation of the drift", self.drift_sd, least_0, self.drift_sd >= 0.0),
            (
                "half-life of the drift in minutes",
                self.drift_half_life_mins,
                above_0,
                self.drift_half_life_mins > 0.0,
            ),
            ("standard deviation of slots", self.slot_sd, least_0, self.slot_sd >= 0.0),
            ("dispersion", self.dispersion, above_0, self.dispersion > 0.0),
        ] {
            if !(is_in && value.is_finite()) {
                return Err(Error::Setting { what, value, expected });
            }
        }
        Ok(self)
    }

    /// The variance of a slot's count around a mean that is known.
    pub(crate) fn noise(&self, mean: f64) -> f64 {
        self.dispersion * mean.max(LEAST_MEAN) + (self.slot_sd * mean).powi(2)
    }

    /// The share of a drift that is left after some minutes.
    fn left(&self, minutes: i64) -> f64 {
        (-std::f64::consts::LN_2 * minutes.max(0) as f64 / self.drift_half_life_mins).exp()
    }

    /// The parameters under which the slots, in order, are likeliest: a coordinate search over the one-step-ahead
    /// errors of the filter, with a loss that outliers move little. Deterministic.
    pub(crate) fn fit(slots: &[Slot]) -> Self {
        let mut best = Self {
            day_sd: 0.07,
            drift_sd: 0.05,
            drift_half_life_mins: 120.0,
            slot_sd: 0.0,
            dispersion: 1.5,
        };
        let mut least = best.loss(slots);
        for round in 0..5_i32 {
            // The first rounds take large steps, the last ones small steps.
            let step = 1.0 + 0.8 * 0.55_f64.powi(round);
            let before = least;
            for which in 0..5 {
                for candidate in best.neighbors(which, step) {
                    let loss = candidate.loss(slots);
                    if loss < least {
                        (best, least) = (candidate, loss);
                    }
                }
            }
            if round > 2 && before - least < 1e-3 {
                break;
            }
        }
        best
    }

    /// The parameters with one of them changed, up and down, by one and by two steps.
    fn neighbors(&self, which: usize, step: f64) -> impl Iterator<Item = Self> + use<> {
        let center = *self;
        [step.powi(-2), step.recip(), step, step.powi(2), 0.0].into_iter().map(move |factor| {
            let mut it = center;
            let share =
                |sd: f64| if factor > 0.0 { (sd.max(0.005) * factor).min(1.0) } else { 0.0 };
            let positive = |value: f64| if factor > 0.0 { value * factor } else { value };
            match which {
                0 => it.dispersion = positive(it.dispersion).clamp(0.3, 50.0),
                1 => it.day_sd = share(it.day_sd),
                2 => it.drift_sd = share(it.drift_sd),
                3 => {
                    it.drift_half_life_mins = positive(it.drift_half_life_mins).clamp(15.0, 480.0);
                }
                _ => it.slot_sd = share(it.slot_sd),
            }
            it
        })
    }

    /// The robust negative log likelihood of the slots, without the days that the model explains worst: holidays and
    /// days with other hours should not teach how ordinary days move.
    fn loss(&self, slots: &[Slot]) -> f64 {
        let mut filter = LevelFilter::new(*self);
        let mut days: Vec<DayLoss> = Vec::new();
        let mut today = None;
        for slot in slots {
            let Some(actual) = slot.actual.filter(|_| slot.expected > 0.0) else { continue };
            filter.advance(slot.day, slot.minute);
            let outlook = filter.outlook_now();
            let mean = slot.expected * outlook.level;
            let variance = self.noise(mean) + slot.expected.powi(2) * outlook.variance;
            let z = ((actual - mean) / variance.sqrt()).abs();
            let square = if z <= HUBER_SDS { z * z } else { HUBER_SDS * (2.0 * z - HUBER_SDS) };
            if today != Some(slot.day) {
                today = Some(slot.day);
                days.push(DayLoss::default());
            }
            if let Some(day) = days.last_mut() {
                day.loss += 0.5 * (variance.ln() + square);
                day.squares += square;
                day.slots += 1.0;
            }
            filter.update(slot.expected, actual);
        }
        days.sort_by(|a, b| (a.squares / a.slots).total_cmp(&(b.squares / b.slots)));
        let kept = days.len() - days.len() / TRIMMED;
        let (loss, n) =
            days[..kept].iter().fold((0.0, 0.0), |(loss, n), day| (loss + day.loss, n + day.slots));
        // Days differ in their intervals; which are left out must not decide by how many they have.
        let all: f64 = days.iter().map(|day| day.slots).sum();
        if n > 0.0 { loss / n * all } else { 0.0 }
    }
}

/// What a day adds to the loss.
#[derive(Clone, Copy, Debug, Default)]
struct DayLoss {
    loss: f64,
    squares: f64,
    slots: f64,
}

/// What the filter says of a slot: the level to multiply its expectation by, and the variance of that.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Outlook {
    pub(crate) level: f64,
    pub(crate) variance: f64,
}

/// The posterior of the day's level and drift, given the slots so far.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct LevelFilter {
    model: DayLevel,
    now: Option<(i32, i64)>,
    day: f64,
    drift: f64,
    day_variance: f64,
    covariance: f64,
    drift_variance: f64,
}

impl LevelFilter {
    pub(crate) fn new(model: DayLevel) -> Self {
        Self {
            model,
            now: None,
            day: 0.0,
            drift: 0.0,
            day_variance: model.day_sd.powi(2),
            covariance: 0.0,
            drift_variance: model.drift_sd.powi(2),
        }
    }

    /// Moves on to a slot: a new civil day has a new level, and the drift fades with time.
    pub(crate) fn advance(&mut self, day: i32, minute: i64) {
        if let Some((today, before)) = self.now {
            if day != today {
                (self.day, self.covariance) = (0.0, 0.0);
                self.day_variance = self.model.day_sd.powi(2);
            }
            let left = self.model.left(minute - before);
            self.drift *= left;
            self.covariance *= left;
            self.drift_variance = left.powi(2) * self.drift_variance
                + (1.0 - left.powi(2)) * self.model.drift_sd.powi(2);
        }
        self.now = Some((day, minute));
    }

    /// What to expect at the slot that the filter stands at.
    pub(crate) fn outlook_now(&self) -> Outlook {
        let variance = self.day_variance + 2.0 * self.covariance + self.drift_variance;
        Outlook {
            level: (1.0 + self.day + self.drift).max(LEAST_LEVEL),
            variance: variance.max(0.0),
        }
    }

    /// What to expect at a later slot.
    pub(crate) fn outlook(&self, day: i32, minute: i64) -> Outlook {
        let mut ahead = *self;
        ahead.advance(day, minute);
        ahead.outlook_now()
    }

    /// Takes in the volume of the slot that the filter stands at.
    pub(crate) fn update(&mut self, expected: f64, actual: f64) {
        // So little tells nothing of the level, and its square would be no number to divide by.
        if expected < LEAST_EXPECTED {
            return;
        }
        let outlook = self.outlook_now();
        let mean = expected * outlook.level;
        // Both in units of the level.
        let noise = self.model.noise(mean) / expected.powi(2);
        let total = noise + outlook.variance;
        let limit = CLIP_SDS * (total + expected.powi(-2)).sqrt();
        let innovation = ((actual - mean) / expected).clamp(-limit, limit);
        let day_gain = (self.day_variance + self.covariance) / total;
        let drift_gain = (self.covariance + self.drift_variance) / total;
        self.day += day_gain * innovation;
        self.drift += drift_gain * innovation;
        self.day_variance -= day_gain.powi(2) * total;
        self.covariance -= day_gain * drift_gain * total;
        self.drift_variance -= drift_gain.powi(2) * total;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_in_which_almost_nothing_is_expected_tells_nothing() {
        let (day_sd, drift_sd, slot_sd) = (0.1, 0.1, 0.0);
        let level =
            DayLevel { day_sd, drift_sd, drift_half_life_mins: 60.0, slot_sd, dispersion: 1.0 };
        let mut filter = LevelFilter::new(level);
        filter.advance(1, 0);
        let before = filter;
        filter.update(1e-200, 3.0);
        assert_eq!(filter, before);
    }
}
