//! MSTL with automatic exponential smoothing, by the augurs crates.

use augurs_core::{Fit, Predict};
use augurs_ets::AutoETS;
use augurs_mstl::{FittedMSTLModel, MSTLModel};
use chrono::{DateTime, Utc};
use ringback_features::{IntervalLength, Series};

use super::{
    FittedVolume, PredictionInterval, VolumeForecast, VolumeModel, check_horizon, ordered,
};
use crate::error::Error;
use crate::score::Level;

/// Days that a fit needs: more than two weeks, so that the weekly season repeats.
const NEEDED_DAYS: usize = 15;

/// Decomposition into trend, daily and weekly season by repeated loess (MSTL); what is left without the seasons is
/// forecast by the best non-seasonal exponential smoothing.
///
/// The decomposition and the smoothing are those of the crates augurs-mstl and augurs-ets with their defaults. Missing
/// intervals are filled before the fit with the last known value of the same slot of the week, or 0. It lies on the grid
/// of UTC and knows neither holidays nor changes of the clock. Forecasts are cut at 0. Its intervals are those of the
/// smoothing, in which the seasons count as certain: their coverage is uneven. Slow: seconds for tens of thousands of
/// intervals.
///
/// # Source
///
/// Bandara, Hyndman & Bergmeir, "MSTL: a seasonal-trend decomposition algorithm for time series with multiple seasonal
/// patterns", arXiv:2107.13462 (2021).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mstl {
    _private: (),
}

impl VolumeModel for Mstl {
    fn name(&self) -> String {
        "MSTL".to_owned()
    }

    fn fit(&self, history: &Series) -> Result<Box<dyn FittedVolume>, Error> {
        let day = history.interval().slots_a_day();
        let needed = NEEDED_DAYS * day;
        if history.len() < needed {
            return Err(Error::SeriesTooShort { got: history.len(), needed });
        }
        super::check_volumes(history)?;
        let values = filled(history.values(), 7 * day);
        let periods = if day > 1 { vec![day, 7 * day] } else { vec![7] };
        let trend = AutoETS::non_seasonal().into_trend_model();
        let model = MSTLModel::new(periods, trend).fit(&values).map_err(|it| not_fitted(&it))?;
        Ok(Box::new(FittedMstl { start: history.end(), interval: history.interval(), model }))
    }
}

fn not_fitted(error: &augurs_mstl::Error) -> Error {
    Error::NotFitted { model: "MSTL", why: error.to_string() }
}

/// The values with each missing one replaced by the last known one of the same slot of the week, or 0.
fn filled(values: &[Option<f64>], week: usize) -> Vec<f64> {
    let mut filled: Vec<f64> = Vec::with_capacity(values.len());
    for (at, value) in values.iter().enumerate() {
        let earlier = at.checked_sub(week).map_or(0.0, |earlier| filled[earlier]);
        filled.push(value.unwrap_or(earlier));
    }
    filled
}

/// [`Mstl`] with a history.
#[derive(Debug)]
struct FittedMstl {
    start: DateTime<Utc>,
    interval: IntervalLength,
    model: FittedMSTLModel,
}

impl FittedVolume for FittedMstl {
    fn forecast(&self, horizon: usize, levels: &[Level]) -> Result<VolumeForecast, Error> {
        check_horizon(horizon)?;
        let cut = |values: &[f64]| -> Vec<f64> {
            values.iter().map(|it| if it.is_finite() { it.max(0.0) } else { 0.0 }).collect()
        };
        let predict = |level: Option<Level>| {
            self.model.predict(horizon, level.map(Level::get)).map_err(|it| not_fitted(&it))
        };
        let mean = cut(&predict(None)?.point);
        let mut intervals = Vec::new();
        for level in ordered(levels) {
            let bounds = predict(Some(level))?.intervals;
            let bound = |values: Option<&[f64]>| values.map_or_else(|| mean.clone(), cut);
            let lower = bound(bounds.as_ref().map(|it| &it.lower[..]));
            let upper = bound(bounds.as_ref().map(|it| &it.upper[..]));
            intervals.push(PredictionInterval { level, lower, upper });
        }
        let (start, interval) = (self.start, self.interval);
        Ok(VolumeForecast { start, interval, median: mean.clone(), mean, intervals })
    }
}
