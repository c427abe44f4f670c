//! Rolling-origin backtests: where they look, what they score, and that they never look ahead.

use std::sync::Mutex;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use ringback_calllog::Zone;
use ringback_features::{IntervalLength, Series};
use ringback_forecast::{
    Backtest, Error, FittedVolume, Level, PastWeeks, VolumeForecast, VolumeModel, WeekdayProfile,
};

fn start() -> DateTime<Utc> {
    "2026-01-05T00:00:00Z".parse().unwrap()
}

fn series(interval: IntervalLength, values: Vec<Option<f64>>) -> Series {
    Series::new(start(), interval, values).unwrap()
}

/// Says the number of intervals that it was shown, and writes it down.
#[derive(Debug, Default)]
struct Counter(Mutex<Vec<usize>>);

#[derive(Debug)]
struct Counted {
    start: DateTime<Utc>,
    interval: IntervalLength,
    known: f64,
}

impl VolumeModel for Counter {
    fn name(&self) -> String {
        "counter".to_owned()
    }

    fn fit(&self, history: &Series) -> Result<Box<dyn FittedVolume>, Error> {
        self.0.lock().unwrap().push(history.len());
        let known = history.len() as f64;
        Ok(Box::new(Counted { start: history.end(), interval: history.interval(), known }))
    }
}

impl FittedVolume for Counted {
    fn forecast(&self, horizon: usize, _: &[Level]) -> Result<VolumeForecast, Error> {
        let mean = vec![self.known; horizon];
        let (start, interval) = (self.start, self.interval);
        Ok(VolumeForecast { start, interval, median: mean.clone(), mean, intervals: Vec::new() })
    }
}

#[test]
fn origins_are_a_step_apart_and_the_last_horizon_ends_with_the_series() {
    let series = series(IntervalLength::DAY, vec![Some(0.0); 30]);
    let counter = Counter::default();
    let report = Backtest::new(3, 5, 7).unwrap().run(&series, &[&counter]).unwrap();
    assert_eq!(*counter.0.lock().unwrap(), [13, 18, 23]);
    let origins: Vec<_> = [13, 18, 23].map(|day| start() + TimeDelta::days(day)).into();
    assert_eq!(report.origins, origins);
    assert_eq!(report.models[0].forecasts.len(), 3);
}

/// The counter says 4 and 6 of values that are their own index: errors by hand.
#[test]
fn scores_are_kept_overall_and_by_day_ahead() {
    let values = (0_u32..8).map(|n| (n != 5).then_some(f64::from(n))).collect();
    let series = series("12h".parse().unwrap(), values);
    let report = Backtest::new(2, 2, 2).unwrap().run(&series, &[&Counter::default()]).unwrap();
    let overall = &report.models[0].overall;
    // From 4: 4 scored, 5 missing. From 6: 6 and 7.
    assert_eq!((overall.scored, overall.missing), (3, 1));
    assert_eq!(overall.mae, Some(1.0 / 3.0));
    assert_eq!(overall.bias, Some(-1.0 / 3.0));
    assert_eq!(overall.median_pinball, Some(1.0 / 6.0));
    assert_eq!(report.models[0].by_day.len(), 1);
    assert_eq!((report.naive_scale, overall.mase), (None, None));

    let longer = Backtest::new(1, 1, 4).unwrap().run(&series, &[&Counter::default()]).unwrap();
    let by_day: Vec<_> = longer.models[0].by_day.iter().map(|day| (day.scored, day.mae)).collect();
    assert_eq!(by_day, [(1, Some(0.0)), (2, Some(2.5))]);
}

#[test]
fn only_intervals_that_count_are_scored() {
    let series = series(IntervalLength::HOUR, vec![Some(1.0); 24 * 30]);
    let naive = PastWeeks::naive(Zone::UTC);
    let open = |at: DateTime<Utc>| at.time() >= chrono::NaiveTime::from_hms_opt(7, 0, 0).unwrap();
    let backtest = Backtest::new(3, 24, 24).unwrap();
    let report = backtest.run_where(&series, &[&naive], open).unwrap();
    assert_eq!(report.models[0].overall.scored, 3 * 17);
}

/// Open hours grow by one call a week, closed ones stay at zero: over open hours the naive forecast is off by one, on
/// the history as on what comes.
#[test]
fn the_scale_is_taken_from_intervals_that_count() {
    let calls = |hour: u32| if hour % 24 >= 7 { f64::from(hour / (7 * 24)) } else { 0.0 };
    let series = series(IntervalLength::HOUR, (0..24 * 70).map(|hour| Some(calls(hour))).collect());
    let naive = PastWeeks::naive(Zone::UTC);
    let open = |at: DateTime<Utc>| at.time() >= chrono::NaiveTime::from_hms_opt(7, 0, 0).unwrap();
    let backtest = Backtest::new(3, 24, 24).unwrap();
    let report = backtest.run_where(&series, &[&naive], open).unwrap();
    assert_eq!((report.naive_scale, report.models[0].overall.mase), (Some(1.0), Some(1.0)));
}

#[test]
fn a_backtest_that_does_not_fit_says_how_much_it_needs() {
    let series = series(IntervalLength::DAY, vec![Some(0.0); 20]);
    let error = Backtest::new(3, 5, 10).unwrap().run(&series, &[]).unwrap_err();
    assert_eq!(error, Error::SeriesTooShort { got: 20, needed: 21 });
    let error = Backtest::new(3, 0, 10).unwrap_err();
    assert_eq!(error.to_string(), "step is 0, expected at least 1");
    let error = Backtest::new(usize::MAX, 2, 1).unwrap().run(&series, &[]).unwrap_err();
    assert_eq!(error, Error::SeriesTooShort { got: 20, needed: usize::MAX });
}

/// Calls by the hour with a weekly rhythm and a scatter that is the same on every run.
fn calls(hours: usize) -> Vec<Option<f64>> {
    let mut state = 1_u64;
    let mut scatter = || {
        state = state.wrapping_mul(48_271) % 2_147_483_647;
        state as f64 / 2_147_483_647.0
    };
    (0..hours)
        .map(|hour| {
            let busy = if hour / 24 % 7 < 5 { 30.0 } else { 8.0 };
            let calls = (busy * (0.5 + scatter())).round();
            (scatter() > 0.02).then_some(calls)
        })
        .collect()
}

#[test]
fn a_report_is_the_same_on_every_run_and_prints_as_json() {
    let series = series(IntervalLength::HOUR, calls(24 * 50));
    let (naive, profile) = (PastWeeks::naive(Zone::UTC), WeekdayProfile::new(Zone::UTC));
    let backtest = Backtest::new(4, 24, 48).unwrap().levels([Level::new(0.8).unwrap()]);
    let run = || backtest.run(&series, &[&naive, &profile]).unwrap();
    let report = run();
    assert_eq!(report, run());
    let json: serde_json::Value = serde_json::to_value(&report).unwrap();
    assert_eq!(json["models"][1]["name"], "weekday profile");
    assert_eq!(json["models"][0]["overall"]["intervals"][0]["level"], 0.8);
    assert_eq!(json["models"][0]["by_day"].as_array().unwrap().len(), 2);
    let [naive, profile] = &report.models[..] else { panic!("two models") };
    assert!(profile.overall.mae < naive.overall.mae);
    assert_eq!(naive.overall.mase, naive.overall.mae.map(|mae| mae / report.naive_scale.unwrap()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// What comes after an origin, be it other values, gaps or nothing at all, changes no forecast made at it.
    #[test]
    fn the_future_changes_no_forecast(
        origin in 24_usize * 30..24 * 40,
        future in prop::collection::vec(prop::option::of((0_u32..500).prop_map(f64::from)), 24 * 7),
    ) {
        let past = calls(24 * 40)[..origin].to_vec();
        let truth = calls(24 * 48)[origin..origin + 24 * 7].to_vec();
        let with = |future: &[Option<f64>]| series(IntervalLength::HOUR, [&past[..], future].concat());
        let zone: Zone = "Europe/Copenhagen".parse().unwrap();
        let (naive, profile) = (PastWeeks::naive(zone), WeekdayProfile::new(zone));
        let backtest = Backtest::new(1, 1, 24 * 7).unwrap().levels([Level::new(0.8).unwrap()]);
        let forecasts = |future: &[Option<f64>]| {
            let report = backtest.run(&with(future), &[&naive, &profile]).unwrap();
            report.models.into_iter().map(|model| model.forecasts).collect::<Vec<_>>()
        };
        let expected = forecasts(&truth);
        prop_assert_eq!(&forecasts(&future), &expected);
        prop_assert_eq!(&forecasts(&[None; 24 * 7]), &expected);
        let alone = with(&[]);
        let alone = [&naive as &dyn VolumeModel, &profile].map(|model| {
            vec![model.fit(&alone).unwrap().forecast(24 * 7, &[Level::new(0.8).unwrap()]).unwrap()]
        });
        prop_assert_eq!(&alone[..], &expected[..]);
    }
}
