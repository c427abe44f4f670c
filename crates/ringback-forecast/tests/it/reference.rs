//! Scores and volume models against a second implementation in numpy: `fixtures/reference/scores/make.py`.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use chrono::{Datelike, NaiveDate, Weekday};
use ringback_calllog::Zone;
use ringback_features::{IntervalLength, Series};
use ringback_forecast::{
    DayGroup, DayKinds, IntervalScores, Level, PastWeeks, PointScores, Quantile, VolumeForecast,
    VolumeModel, WeekdayProfile, seasonal_naive_scale,
};
use serde_json::Value;

/// The expected values carry twelve digits; they are at most about a hundred.
const TOLERANCE: f64 = 1e-8;

fn expected() -> Value {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/reference/scores/expected.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn numbers(expected: &Value, name: &str) -> Vec<f64> {
    expected[name].as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn history(expected: &Value) -> Series {
    let start = expected["start"].as_str().unwrap().parse().unwrap();
    let values = expected["values"].as_array().unwrap().iter().map(Value::as_f64).collect();
    Series::new(start, IntervalLength::HOUR, values).unwrap()
}

fn zone(expected: &Value) -> Zone {
    expected["zone"].as_str().unwrap().parse().unwrap()
}

/// Nine days of the 24 hours that each of them has.
fn forecast(model: &dyn VolumeModel, expected: &Value) -> VolumeForecast {
    let levels = [Level::new(0.8).unwrap()];
    model.fit(&history(expected)).unwrap().forecast(9 * 24, &levels).unwrap()
}

#[track_caller]
fn check(actual: &[f64], expected: &[f64]) {
    check_within(TOLERANCE, actual, expected);
}

#[track_caller]
fn check_within(tolerance: f64, actual: &[f64], expected: &[f64]) {
    assert_eq!(actual.len(), expected.len());
    for (index, (actual, expected)) in actual.iter().zip(expected).enumerate() {
        assert!((actual - expected).abs() < tolerance, "{index}: {actual}, expected {expected}");
    }
}

#[derive(Debug)]
struct Holidays(BTreeSet<NaiveDate>);

impl DayKinds for Holidays {
    fn group(&self, date: NaiveDate) -> DayGroup {
        if self.0.contains(&date) {
            DayGroup::Holiday
        } else if matches!(date.weekday(), Weekday::Sat | Weekday::Sun) {
            DayGroup::Weekend
        } else {
            DayGroup::Working
        }
    }
}

#[test]
fn the_seasonal_naive_forecast_and_its_intervals_equal_the_reference() {
    let expected = expected();
    let forecast = forecast(&PastWeeks::naive(zone(&expected)), &expected);
    check(&forecast.mean, &numbers(&expected, "seasonal_naive"));
    check(&forecast.intervals[0].lower, &numbers(&expected, "seasonal_naive_lower_80"));
    check(&forecast.intervals[0].upper, &numbers(&expected, "seasonal_naive_upper_80"));
}

#[test]
fn the_mean_of_four_weeks_equals_the_reference() {
    let expected = expected();
    let forecast = forecast(&PastWeeks::mean(zone(&expected), 4).unwrap(), &expected);
    check(&forecast.mean, &numbers(&expected, "four_week_mean"));
}

#[test]
fn the_weekday_profile_equals_the_reference() {
    let expected = expected();
    let forecast = forecast(&WeekdayProfile::new(zone(&expected)), &expected);
    check(&forecast.mean, &numbers(&expected, "profile_without_holidays"));
}

#[test]
fn the_weekday_profile_with_holidays_equals_the_reference() {
    let expected = expected();
    let holidays = expected["holidays"].as_array().unwrap();
    let holidays = holidays.iter().map(|date| date.as_str().unwrap().parse().unwrap()).collect();
    let model = WeekdayProfile::new(zone(&expected)).calendar(Arc::new(Holidays(holidays)));
    let forecast = forecast(&model, &expected);
    check(&forecast.mean, &numbers(&expected, "profile_with_holidays"));
    // The fourth day ahead, 9 April, is a holiday: its bounds use a normal quantile good to 4.5e-4, times a standard
    // deviation of at most 10 calls.
    let bounds = &forecast.intervals[0];
    for (bounds, name) in [(&bounds.lower, "lower"), (&bounds.upper, "upper")] {
        let reference = numbers(&expected, &format!("profile_with_holidays_{name}_80"));
        check(&bounds[..3 * 24], &reference[..3 * 24]);
        check_within(5e-3, &bounds[3 * 24..4 * 24], &reference[3 * 24..4 * 24]);
        check(&bounds[4 * 24..], &reference[4 * 24..]);
    }
}

#[test]
fn the_scores_equal_the_reference() {
    let expected = expected();
    let history = history(&expected);
    let actual = &history.values()[history.len() - 9 * 24..];
    let quantile = Quantile::new(expected["quantile"].as_f64().unwrap()).unwrap();
    let scale = seasonal_naive_scale(history.values(), 7 * 24).unwrap();
    check(&[scale], &[expected["naive_scale"].as_f64().unwrap()]);

    let scores = PointScores::new(actual, &numbers(&expected, "four_week_mean")).unwrap();
    let reference = &expected["scores_of_four_week_mean"];
    for (name, score) in [
        ("scored", Some(scores.scored() as f64)),
        ("missing", Some(scores.missing() as f64)),
        ("mae", scores.mae()),
        ("rmse", scores.rmse()),
        ("bias", scores.bias()),
        ("wape", scores.wape()),
        ("mase", scores.mase(scale)),
        ("pinball", scores.pinball(quantile)),
    ] {
        check(&[score.unwrap()], &[reference[name].as_f64().unwrap()]);
    }

    let lower = numbers(&expected, "seasonal_naive_lower_80");
    let upper = numbers(&expected, "seasonal_naive_upper_80");
    let scores = IntervalScores::new(actual, &lower, &upper).unwrap();
    check(&[scores.coverage().unwrap()], &[expected["coverage_80"].as_f64().unwrap()]);
    check(&[scores.mean_width().unwrap()], &[expected["mean_width_80"].as_f64().unwrap()]);
}
