//! The automatic choice and the named alternatives.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use ringback_calllog::Zone;
use ringback_features::{Event, Events, IntervalLength, Series};
use ringback_forecast::{
    AutoVolume, Backtest, CalendarVolume, Error, ExponentialSmoothing, FittedAutoVolume,
    FittedVolume, Level, Mstl, PastWeeks, VolumeForecast, VolumeModel, WeekdayProfile, WeekendOnly,
};

fn start() -> DateTime<Utc> {
    "2026-01-05T00:00:00Z".parse().unwrap()
}

fn hours(values: impl Iterator<Item = Option<f64>>) -> Series {
    Series::new(start(), IntervalLength::HOUR, values.collect()).unwrap()
}

/// A day's wave times a week's, plus a scatter that is the same on every run.
fn calls(hours: usize, scatter: f64) -> impl Iterator<Item = Option<f64>> {
    let mut state = 1_u64;
    (0..hours).map(move |hour| {
        state = state.wrapping_mul(48_271) % 2_147_483_647;
        let noise = scatter * (state as f64 / 2_147_483_647.0 - 0.5);
        let busy = if hour / 24 % 7 < 5 { 30.0 } else { 12.0 };
        let wave = (std::f64::consts::TAU * (hour % 24) as f64 / 24.0).sin();
        Some(busy * (1.5 + wave) * (1.0 + noise))
    })
}

fn forecast(model: &dyn VolumeModel, series: &Series, horizon: usize) -> VolumeForecast {
    let levels = [Level::new(0.95).unwrap(), Level::new(0.8).unwrap()];
    model.fit(series).unwrap().forecast(horizon, &levels).unwrap()
}

#[test]
fn smoothing_and_mstl_repeat_a_week_that_repeats() {
    let series = hours(calls(24 * 70, 0.0));
    let came: Vec<f64> = calls(24 * 77, 0.0).skip(24 * 70).flatten().collect();
    for (model, tolerance) in
        [(&ExponentialSmoothing::default() as &dyn VolumeModel, 1e-9), (&Mstl::default(), 0.5)]
    {
        let forecast = forecast(model, &series, 24 * 7);
        for (said, came) in forecast.mean.iter().zip(&came) {
            assert!((said - came).abs() <= tolerance, "{}: {said} {came}", model.name());
        }
    }
}

#[test]
fn alternatives_order_their_bounds_and_refuse_what_they_cannot_do() {
    let series = hours(calls(24 * 70, 0.4));
    for model in [&ExponentialSmoothing::default() as &dyn VolumeModel, &Mstl::default()] {
        let forecast = forecast(model, &series, 24 * 9);
        let [narrow, wide] = &forecast.intervals[..] else { panic!("two levels") };
        for hour in 0..24 * 9 {
            let path = [
                0.0,
                wide.lower[hour],
                narrow.lower[hour],
                forecast.median[hour],
                narrow.upper[hour],
                wide.upper[hour],
            ];
            assert!(path.is_sorted(), "{} {path:?}", model.name());
        }
        let fitted = model.fit(&series).unwrap();
        assert_eq!(fitted.forecast(0, &[]).unwrap_err(), Error::Zero { what: "horizon" });
        let short = hours(calls(24 * 14, 0.4));
        assert!(matches!(model.fit(&short).unwrap_err(), Error::SeriesTooShort { .. }));
        let negative = hours(calls(24 * 30, 0.0).map(|it| it.map(|it| it - 20.0)));
        assert!(matches!(model.fit(&negative).unwrap_err(), Error::NegativeVolume { .. }));
    }
}

/// The recursion of the doc, written once more for a tiny series: level, slot of day and slot of week by hand.
#[test]
fn smoothing_passes_over_what_is_missing() {
    let gap = 24 * 60..24 * 61;
    let values = calls(24 * 70, 0.0).enumerate();
    let gappy = hours(values.map(|(at, it)| if gap.contains(&at) { None } else { it }));
    let came: Vec<f64> = calls(24 * 71, 0.0).skip(24 * 70).flatten().collect();
    let forecast = forecast(&ExponentialSmoothing::default(), &gappy, 24);
    for (said, came) in forecast.mean.iter().zip(&came) {
        assert!((said - came).abs() < 1e-9, "{said} {came}");
    }
}

/// Says one number.
#[derive(Debug)]
struct Always(f64);

#[derive(Debug)]
struct Said(f64, DateTime<Utc>, IntervalLength);

impl VolumeModel for Always {
    fn name(&self) -> String {
        format!("always {}", self.0)
    }

    fn fit(&self, history: &Series) -> Result<Box<dyn FittedVolume>, Error> {
        Ok(Box::new(Said(self.0, history.end(), history.interval())))
    }
}

impl FittedVolume for Said {
    fn forecast(&self, horizon: usize, _: &[Level]) -> Result<VolumeForecast, Error> {
        let mean = vec![self.0; horizon];
        let (start, interval) = (self.1, self.2);
        Ok(VolumeForecast { start, interval, median: mean.clone(), mean, intervals: Vec::new() })
    }
}

#[test]
fn the_candidate_with_the_least_error_is_chosen_and_of_equals_the_first() {
    let series = hours((0..24 * 60).map(|_| Some(10.0)));
    let auto = AutoVolume::among(vec![
        Arc::new(Always(13.0)),
        Arc::new(Always(9.0)),
        Arc::new(Always(11.0)),
    ]);
    let fitted = auto.fit_auto(&series).unwrap();
    assert_eq!(fitted.report().chosen, "always 9");
    let errors: Vec<_> = fitted.report().tried.iter().map(|it| (it.mae, it.wape)).collect();
    let expected = [(3.0, 0.3), (1.0, 0.1), (1.0, 0.1)].map(|(mae, wape)| (Some(mae), Some(wape)));
    assert_eq!(errors, expected);
    assert_eq!(fitted.forecast(2, &[]).unwrap().mean, [9.0, 9.0]);
}

#[test]
fn candidates_that_cannot_be_tried_are_out_and_say_why() {
    let series = hours(calls(24 * 50, 0.2));
    let fitted = AutoVolume::new(Zone::UTC).fit_auto(&series).unwrap();
    let tried = &fitted.report().tried;
    let names: Vec<&str> = tried.iter().map(|it| it.name.as_str()).collect();
    let expected =
        ["calendar", "weekday profile", "exponential smoothing", "4-week mean", "seasonal naive"];
    assert_eq!(names, expected);
    // 22 days lie before the first of the 28: too few for the profile, enough for the others.
    assert_eq!(tried[1].error, Some(Error::SeriesTooShort { got: 22 * 24, needed: 28 * 24 }));
    assert!(tried.iter().filter(|it| it.error.is_none()).count() == 4);
}

#[test]
fn a_history_too_short_to_try_takes_the_first_that_fits_it() {
    let series = hours(calls(24 * 15, 0.2));
    let fitted = AutoVolume::new(Zone::UTC).fit_auto(&series).unwrap();
    assert_eq!(fitted.report().chosen, "calendar");
    assert!(fitted.report().tried.iter().all(|it| it.mae.is_none() && it.error.is_some()));
    let error = AutoVolume::new(Zone::UTC).fit_auto(&hours(calls(24 * 10, 0.2))).unwrap_err();
    assert_eq!(error, Error::SeriesTooShort { got: 240, needed: 336 });
    let error = AutoVolume::among(Vec::new()).fit_auto(&series).unwrap_err();
    assert_eq!(error.to_string(), "no candidate could be fitted, expected at least one");
}

#[test]
fn the_automatic_choice_is_no_worse_than_what_it_chose_among() {
    let series = hours(calls(24 * 100, 0.6));
    let auto = AutoVolume::new(Zone::UTC).candidate(Arc::new(Always(20.0)));
    let calendar = CalendarVolume::new(Zone::UTC);
    let naive = PastWeeks::naive(Zone::UTC);
    let backtest = Backtest::new(7, 24, 24).unwrap();
    let report = backtest.run(&series, &[&auto, &calendar, &naive]).unwrap();
    let wape: Vec<f64> = report.models.iter().map(|it| it.overall.wape.unwrap()).collect();
    assert!(wape[0] <= 1.02 * wape[1] && wape[0] < wape[2], "{wape:?}");
}

/// Every second Tuesday a mailing doubles the calls of its afternoon; only the calendar model can know, and is chosen.
#[test]
fn events_reach_the_candidate_that_can_take_them() {
    let is_mailing = |hour: usize| hour / 24 % 14 == 1 && (12..18).contains(&(hour % 24));
    let values = calls(24 * 112, 0.1).enumerate();
    let double = |(hour, value): (usize, Option<f64>)| {
        value.map(|it| if is_mailing(hour) { 2.0 * it } else { it })
    };
    let series = hours(values.map(double));
    let at = |day: i64, hour: i64| start() + chrono::TimeDelta::hours(24 * day + hour);
    let mailing = |day: i64| {
        Event::new("mailing", at(day, 12), at(day, 18)).unwrap().known_at(at(day - 7, 0))
    };
    let events: Events = (0..9).map(|week| mailing(14 * week + 1)).collect();
    let zone = Zone::UTC;
    let calendar: Arc<WeekendOnly> = Arc::default();
    let with = AutoVolume::with_events(zone, calendar.clone(), events).fit_auto(&series).unwrap();
    let without = AutoVolume::with_calendar(zone, calendar).fit_auto(&series).unwrap();
    let mae = |fitted: &FittedAutoVolume| fitted.report().tried[0].mae.unwrap();
    assert!(mae(&with) < 0.9 * mae(&without), "{} {}", mae(&with), mae(&without));
    assert_eq!(with.report().chosen, "calendar");
    let ahead = |fitted: &FittedAutoVolume| fitted.forecast(48, &[]).unwrap().mean[24 + 14];
    let usual = calls(24 * 114, 0.0).nth(24 * 113 + 14).flatten().unwrap();
    assert!((ahead(&with) / (2.0 * usual) - 1.0).abs() < 0.15, "{} {usual}", ahead(&with));
}

/// What is left out of a trial is only what intervals need: the scores are those of a backtest of the whole model.
#[test]
fn trials_score_as_a_full_backtest_does() {
    let series = hours(calls(24 * 70, 0.4));
    let fitted = AutoVolume::new(Zone::UTC).fit_auto(&series).unwrap();
    let profile = WeekdayProfile::new(Zone::UTC);
    let report = Backtest::new(28, 24, 24).unwrap().run(&series, &[&profile]).unwrap();
    assert_eq!(fitted.report().tried[1].mae, report.models[0].overall.mae);
}
