//! Updates during the day: what they are worth on simulated days and on the bank's half-hours.

use chrono::{DateTime, NaiveTime, Utc};
use ringback_calllog::Zone;
use ringback_features::{IntervalLength, Series};
use ringback_forecast::{
    DayLevel, Intraday, Level, PastWeeks, PredictionInterval, VolumeForecast, WeekdayProfile,
    day_ahead,
};

use crate::surge::Random;

fn forecast(mean: Vec<f64>) -> VolumeForecast {
    let level = Level::new(0.8).unwrap();
    let bound = |by: f64| mean.iter().map(|mean| (mean + by).max(0.0)).collect();
    let intervals = vec![PredictionInterval { level, lower: bound(-10.0), upper: bound(10.0) }];
    let start: DateTime<Utc> = "2026-03-02T08:00:00Z".parse().unwrap();
    VolumeForecast {
        start,
        interval: IntervalLength::HALF_HOUR,
        median: mean.clone(),
        mean,
        intervals,
    }
}

/// Without drift the filter is the conjugate normal posterior: the ratio so far, drawn to 1 by the noise over the day's
/// variance.
#[test]
fn a_day_effect_alone_is_the_conjugate_posterior() {
    let level = DayLevel {
        day_sd: 0.1,
        drift_sd: 0.0,
        drift_half_life_mins: 60.0,
        slot_sd: 0.0,
        dispersion: 1e-9,
    };
    let level = DayLevel { slot_sd: 0.2, ..level };
    let intraday = Intraday::new(Zone::UTC, level).unwrap();
    let rest = intraday.update(&forecast(vec![100.0; 6]), &[Some(110.0), Some(110.0)]).unwrap();
    // The noise of a slot is taken at the level known before it: 0.2 · 1, then 0.2 · (1 + 0.2 · 0.1).
    let first = 0.1 * 0.01 / (0.01 + 0.04);
    let variance = 1.0 / (1.0 / 0.01 + 1.0 / 0.04);
    let noise = 0.04 * (1.0_f64 + first).powi(2);
    let second = first + (0.1 - first) * variance / (variance + noise);
    assert_eq!(rest.len(), 4);
    for mean in &rest.mean {
        assert!(
            (mean - 100.0 * (1.0 + second)).abs() < 1e-6,
            "{mean}, expected {}",
            100.0 * (1.0 + second)
        );
    }
    let width = rest.intervals[0].upper[0] - rest.intervals[0].lower[0];
    assert!(width < 20.0, "{width}");
}

#[test]
fn days_like_their_forecast_teach_no_update() {
    let mut random = Random(4);
    let values = (0..100 * 24).map(|_| Some(random.count(60.0, 1.0))).collect();
    let series =
        Series::new("2026-01-05T00:00:00Z".parse().unwrap(), IntervalLength::HOUR, values).unwrap();
    let model = PastWeeks::mean(Zone::UTC, 8).unwrap();
    let days = day_ahead(&model, &series, Zone::UTC, "2026-03-09".parse().unwrap(), &[]).unwrap();
    let (past, test) = days.split_at(days.len() - 7);
    let intraday = Intraday::learn(Zone::UTC, past).unwrap();
    assert!(intraday.level().day_sd < 0.02, "{:?}", intraday.level());
    for day in test {
        let rest = intraday.update(&day.forecast, &day.actual[..12]).unwrap();
        for (updated, before) in rest.mean.iter().zip(&day.forecast.mean[12..]) {
            assert!((updated / before - 1.0).abs() < 0.02, "{updated} {before}");
        }
    }
}

#[test]
fn more_actuals_than_forecasts_are_an_error() {
    let level = DayLevel {
        day_sd: 0.1,
        drift_sd: 0.1,
        drift_half_life_mins: 60.0,
        slot_sd: 0.0,
        dispersion: 1.0,
    };
    let intraday = Intraday::new(Zone::UTC, level).unwrap();
    let error = intraday.update(&forecast(vec![1.0]), &[None, None]).unwrap_err();
    assert_eq!(error.to_string(), "2 actual values stand against 1 predictions");
}

#[test]
fn a_forecast_made_by_hand_with_lists_of_other_lengths_is_an_error() {
    let level = DayLevel {
        day_sd: 0.1,
        drift_sd: 0.1,
        drift_half_life_mins: 60.0,
        slot_sd: 0.0,
        dispersion: 1.0,
    };
    let intraday = Intraday::new(Zone::UTC, level).unwrap();
    let mut short = forecast(vec![1.0, 2.0]);
    short.median.pop();
    let error = intraday.update(&short, &[Some(1.0)]).unwrap_err();
    assert_eq!(error.to_string(), "1 medians stand against 2 intervals, expected one each");
    let mut short = forecast(vec![1.0, 2.0]);
    short.intervals[0].upper.clear();
    let error = intraday.update(&short, &[]).unwrap_err();
    assert_eq!(error.to_string(), "0 upper bounds stand against 2 intervals, expected one each");
}

#[test]
fn a_level_out_of_its_range_is_an_error() {
    let level = DayLevel {
        day_sd: 0.1,
        drift_sd: 0.1,
        drift_half_life_mins: 60.0,
        slot_sd: 0.0,
        dispersion: 1.0,
    };
    let bad = [
        (DayLevel { dispersion: 0.0, ..level }, "dispersion is 0"),
        (DayLevel { dispersion: f64::NAN, ..level }, "dispersion is NaN"),
        (DayLevel { drift_half_life_mins: 0.0, ..level }, "half-life of the drift in minutes is 0"),
        (DayLevel { day_sd: -0.1, ..level }, "standard deviation of days is -0.1"),
        (DayLevel { drift_sd: f64::INFINITY, ..level }, "standard deviation of the drift is inf"),
        (DayLevel { slot_sd: f64::NAN, ..level }, "standard deviation of slots is NaN"),
    ];
    for (level, says) in bad {
        let error = Intraday::new(Zone::UTC, level).unwrap_err();
        assert!(error.to_string().starts_with(says), "{error}");
    }
}

/// The shipped months: on May to July the update never hurts, at any hour, helps from ten on by 4 % or more, and the
/// intervals keep their level.
#[test]
fn on_the_bank_updates_never_hurt_and_help_by_ten() {
    let series = crate::pooled::bank_series(None);
    let zone: Zone = "Asia/Jerusalem".parse().unwrap();
    let level = Level::new(0.8).unwrap();
    let from = "1999-02-07".parse().unwrap();
    let days = day_ahead(&WeekdayProfile::new(zone), &series, zone, from, &[level]).unwrap();
    let (past, test) = days.split_at(days.len() - 80);
    let intraday = Intraday::learn(zone, past).unwrap();
    let times: Vec<NaiveTime> =
        (7..23).map(|hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap()).collect();
    for row in intraday.backtest(test, &times).unwrap().rows {
        let (before, after) = (row.mae_day_ahead.unwrap(), row.mae_updated.unwrap());
        let coverage = row.levels[0].coverage_updated.unwrap();
        println!("{} {before:.2} -> {after:.2}, {:.3} covered", row.at, coverage);
        assert!(after <= 1.002 * before, "{}: {before} -> {after}", row.at);
        if (10..20).contains(&chrono::Timelike::hour(&row.at)) {
            assert!(after <= 0.96 * before, "{}: {before} -> {after}", row.at);
        }
        assert!((0.74..0.92).contains(&coverage), "{}: {coverage}", row.at);
    }
}
