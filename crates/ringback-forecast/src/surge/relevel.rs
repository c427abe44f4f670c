//! The forecast while a surge lasts.

use chrono::{DateTime, Utc};

use super::{SurgeDetector, minutes, ratio, ratio_se};
use crate::volume::VolumeForecast;
use crate::volume::normal_quantile;

impl SurgeDetector {
    /// The forecast with the surge or drop that lasts; unchanged where none does.
    ///
    /// A surge is taken to end at a random moment after which half of all surges are over every
    /// [`half-life`](SurgeDetector::half_life_mins). So `x` calls more for each one expected are, `t` minutes after the
    /// last observation, `x · s` more with `s = 2^(−t / half-life)`, and the variance of the ratio grows by
    /// `x² · s · (1 − s)` (over or not) and by `s` times the variance of `x`. Intervals are moved and scaled with the
    /// mean and widened by that. What lies before the last observation, and on other civil days than it, is left alone;
    /// so is a forecast made by hand whose lists differ in length.
    #[must_use]
    pub fn relevel(&self, forecast: &VolumeForecast) -> VolumeForecast {
        let mut new = forecast.clone();
        if forecast.check_lengths().is_err() {
            return new;
        }
        let (Some(lasting), Some(last)) = (self.lasting, self.last) else { return new };
        let excess = ratio(&lasting.run) - 1.0;
        let excess_variance = ratio_se(&lasting.run).powi(2);
        let half_life = self.half_life_mins();
        let today = self.settings.zone.date(last.at);
        let applies = |at: DateTime<Utc>| at > last.at && self.settings.zone.date(at) == today;
        for index in (0..forecast.len()).filter(|&index| applies(forecast.at(index))) {
            let ahead = minutes(forecast.at(index).signed_duration_since(last.at));
            let lasts = 0.5_f64.powf(ahead / half_life);
            let factor = (1.0 + excess * lasts).max(0.0);
            let variance = excess.powi(2) * lasts * (1.0 - lasts) + lasts * excess_variance;
            let spread = forecast.mean[index] * variance.sqrt();
            scale_slot(forecast, &mut new, index, Scaling { factor, spread });
        }
        new
    }
}

/// How one interval of a forecast is changed.
#[derive(Clone, Copy)]
struct Scaling {
    factor: f64,
    /// The standard deviation that comes on top, in calls.
    spread: f64,
}

fn scale_slot(old: &VolumeForecast, new: &mut VolumeForecast, index: usize, scaling: Scaling) {
    let (median, factor) = (old.median[index], scaling.factor);
    new.mean[index] = old.mean[index] * factor;
    new.median[index] = median * factor;
    for (before, after) in old.intervals.iter().zip(&mut new.intervals) {
        // A count's spread grows with the root of its mean, never below what it was.
        let root = factor.sqrt().max(1.0);
        let extra = normal_quantile(1.0 - before.level.tail()) * scaling.spread;
        let below = (root * (median - before.lower[index])).hypot(extra);
        let above = (root * (before.upper[index] - median)).hypot(extra);
        after.lower[index] = (new.median[index] - below).max(0.0);
        after.upper[index] = new.median[index] + above;
    }
}
