//! The calendar model on histories whose right forecast is known.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc, Weekday};
use proptest::prelude::*;
use ringback_calllog::Zone;
use ringback_features::{Event, Events, IntervalLength, Series};
use ringback_forecast::{
    CalendarVolume, DayGroup, DayKinds, Error, Level, Regressors, VolumeForecast, VolumeModel,
    WeekendOnly,
};

const MONDAY: (i32, u32, u32) = (2026, 1, 5);

fn date((year, month, day): (i32, u32, u32)) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn start() -> DateTime<Utc> {
    date(MONDAY).and_time(chrono::NaiveTime::MIN).and_utc()
}

/// `days` days of hours in UTC from a Monday on.
fn hours(days: usize, calls: impl Fn(NaiveDate, usize) -> Option<f64>) -> Series {
    let value = |at: usize| {
        let day = date(MONDAY) + TimeDelta::days(i64::try_from(at / 24).unwrap());
        calls(day, at % 24)
    };
    Series::new(start(), IntervalLength::HOUR, (0..24 * days).map(value).collect()).unwrap()
}

/// Open 8 to 18, weekends a quarter of Mondays to Fridays.
#[expect(clippy::unnecessary_wraps, reason = "a history's value may be missing")]
fn office(day: NaiveDate, hour: usize) -> Option<f64> {
    let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    Some(match (weekend, (8..18).contains(&hour)) {
        (_, false) => 0.0,
        (false, true) => 40.0,
        (true, true) => 10.0,
    })
}

/// A number in `0.0..1.0` that looks random and is the same on every run.
fn uniform(seed: u64) -> f64 {
    let mixed = (seed ^ 0x5851_f42d).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed >> 40) as f64 / f64::from(1_u32 << 24)
}

/// About normal: the sum of twelve uniform numbers, less 6.
fn normal(seed: u64) -> f64 {
    (0..12).map(|it| uniform(seed * 12 + it)).sum::<f64>() - 6.0
}

fn seed(day: NaiveDate, hour: usize) -> u64 {
    u64::try_from(day.num_days_from_ce()).unwrap() * 24 + hour as u64
}

/// Counts with the office's mean, a day effect of 8 % and counting noise.
fn noisy(day: NaiveDate, hour: usize) -> Option<f64> {
    let mean = office(day, hour)? * (0.08 * normal(seed(day, 0) + 7)).exp();
    Some((mean + mean.sqrt() * normal(seed(day, hour) + 900_000)).round().max(0.0))
}

fn levels() -> [Level; 2] {
    [Level::new(0.8).unwrap(), Level::new(0.95).unwrap()]
}

fn model() -> CalendarVolume {
    CalendarVolume::new(Zone::UTC)
}

fn forecast(model: &CalendarVolume, series: &Series, horizon: usize) -> VolumeForecast {
    model.fit(series).unwrap().forecast(horizon, &levels()).unwrap()
}

#[track_caller]
fn near(actual: f64, expected: f64, share: f64) {
    assert!((actual - expected).abs() <= share * expected, "{actual}, expected {expected}");
}

#[derive(Debug, Default)]
struct Days(BTreeMap<NaiveDate, DayGroup>);

impl DayKinds for Days {
    fn group(&self, date: NaiveDate) -> DayGroup {
        let ordinary = || WeekendOnly::default().group(date);
        self.0.get(&date).copied().unwrap_or_else(ordinary)
    }
}

fn calendar(days: &[((i32, u32, u32), DayGroup)]) -> Arc<dyn DayKinds> {
    Arc::new(Days(days.iter().map(|&(day, group)| (date(day), group)).collect()))
}

#[test]
fn a_week_that_repeats_is_forecast_within_a_percent() {
    let forecast = forecast(&model(), &hours(56, office), 7 * 24);
    for hour in 0..7 * 24 {
        let place = forecast.interval.civil_slot(forecast.at(hour), Zone::UTC);
        near(forecast.mean[hour], office(place.date, place.slot).unwrap(), 0.01);
    }
}

#[test]
fn zeros_are_forecast_as_zero_and_a_constant_as_itself() {
    let zeros = forecast(&model(), &hours(30, |_, _| Some(0.0)), 48);
    assert!(zeros.mean.iter().all(|&it| it == 0.0));
    assert!(zeros.intervals.iter().all(|it| it.upper.iter().all(|&it| it == 0.0)));
    let constant = forecast(&model(), &hours(30, |_, _| Some(12.0)), 48);
    for at in 0..48 {
        near(constant.mean[at], 12.0, 0.01);
    }
}

#[test]
fn less_than_two_weeks_no_horizon_and_negative_volumes_are_errors() {
    let error = model().fit(&hours(13, office)).unwrap_err();
    assert_eq!(error, Error::SeriesTooShort { got: 13 * 24, needed: 14 * 24 });
    let silent = hours(20, |day, hour| if day.day() % 2 == 0 { None } else { office(day, hour) });
    let error = model().fit(&silent).unwrap_err();
    assert_eq!(error, Error::TooFewDays { got: 10, needed: 14 });
    assert!(model().fit(&hours(14, office)).is_ok());
    let fitted = model().fit(&hours(30, office)).unwrap();
    assert_eq!(fitted.forecast(0, &[]).unwrap_err(), Error::Zero { what: "horizon" });
    let negative = hours(30, |day, hour| office(day, hour).map(|calls| calls - 1.0));
    let error = model().fit(&negative).unwrap_err();
    assert_eq!(error, Error::NegativeVolume { at: start(), value: -1.0 });
}

#[test]
fn a_level_that_rises_is_followed() {
    let grown = |day: NaiveDate| 1.0 + (day - date(MONDAY)).num_days() as f64 / 84.0;
    let series = hours(84, |day, hour| office(day, hour).map(|calls| calls * grown(day)));
    near(forecast(&model(), &series, 24).mean[12], 80.0, 0.04);
}

#[test]
fn a_month_edge_is_learnt_from_past_months() {
    let busy = |day: NaiveDate| if day.day() <= 3 { 1.5 } else { 1.0 };
    let series = hours(176, |day, hour| noisy(day, hour).map(|calls| calls * busy(day)));
    assert_eq!(series.end().date_naive(), date((2026, 6, 30)));
    let forecast = forecast(&model(), &series, 48);
    // Tuesday 30 June, then Wednesday 1 July.
    let total = |day: usize| forecast.mean[day * 24..(day + 1) * 24].iter().sum::<f64>();
    near(total(1) / total(0), 1.5, 0.15);
}

#[test]
fn a_day_without_calls_in_the_feed_is_no_quiet_day() {
    let gap = date(MONDAY) + TimeDelta::days(57);
    let gappy = hours(58, |day, hour| if day == gap { None } else { office(day, hour) });
    let quiet = hours(58, |day, hour| if day == gap { Some(0.0) } else { office(day, hour) });
    near(forecast(&model(), &gappy, 24).mean[12], 40.0, 0.01);
    let quiet = model().fit_calendar(&quiet).unwrap().report();
    assert_eq!(quiet.odd_days.len(), 1);
    assert!(quiet.odd_days[0].date == gap && quiet.odd_days[0].surprise_sd < -4.0);
    assert_eq!(model().fit_calendar(&gappy).unwrap().report().odd_days, []);
    assert_eq!(model().fit_calendar(&gappy).unwrap().report().missing_days, 1);
}

#[test]
fn a_burst_is_cut_down_and_reported() {
    let burst = date(MONDAY) + TimeDelta::days(50);
    let with = hours(
        56,
        |day, hour| {
            if day == burst && hour == 11 { Some(4_000.0) } else { noisy(day, hour) }
        },
    );
    let expected = forecast(&model(), &hours(56, noisy), 7 * 24);
    let actual = forecast(&model(), &with, 7 * 24);
    for (actual, expected) in actual.mean.iter().zip(&expected.mean) {
        assert!((actual - expected).abs() <= 0.08 * expected + 0.1, "{actual} {expected}");
    }
    let report = model().fit_calendar(&with).unwrap().report();
    let found = report.bursts.iter().find(|it| it.date == burst).unwrap();
    assert_eq!((found.slot, found.volume), (11, 4_000.0));
    assert!((40.0..120.0).contains(&found.used), "{}", found.used);
    assert!(report.bursts.len() <= 2, "{:?}", report.bursts);
}

#[test]
fn a_holiday_is_taken_for_a_weekend_until_one_was_seen() {
    let days = [((2026, 2, 10), DayGroup::Holiday), ((2026, 3, 4), DayGroup::Holiday)];
    let unseen = model().calendar(calendar(&days[1..]));
    let total = |forecast: &VolumeForecast| forecast.mean[24..].iter().sum::<f64>();
    let guess = forecast(&unseen, &hours(57, office), 48);
    near(total(&guess), 100.0, 0.02);
    let width = |forecast: &VolumeForecast, at: usize| {
        forecast.intervals[0].upper[at] - forecast.intervals[0].lower[at]
    };
    assert!(width(&guess, 24 + 12) > 5.0 * width(&guess, 12));

    // 10 February had 4 calls an hour from 10 to 15: half-way there after one holiday, by the prior.
    let seen = model().calendar(calendar(&days));
    let history = hours(57, |day, hour| {
        if day == date((2026, 2, 10)) {
            Some(if (10..15).contains(&hour) { 4.0 } else { 0.0 })
        } else {
            office(day, hour)
        }
    });
    let learnt = forecast(&seen, &history, 48);
    assert!(total(&learnt) < 40.0, "{}", total(&learnt));
    assert_eq!((learnt.mean[24 + 9], learnt.mean[24 + 15]), (0.0, 0.0));
    near(forecast(&seen, &history, 24).mean[12], 40.0, 0.02);
}

#[test]
fn what_came_this_morning_moves_the_afternoon_but_no_further_than_noise_allows() {
    let busy = date(MONDAY) + TimeDelta::days(56);
    let series = hours(57, |day, hour| {
        noisy(day, hour).map(|calls| if day == busy { calls * 1.5 } else { calls })
    });
    let morning = series.until(start() + TimeDelta::days(56) + TimeDelta::hours(13));
    let before = series.until(start() + TimeDelta::days(56));
    let usual: f64 = forecast(&model(), &before, 24).mean[13..18].iter().sum();
    let updated: f64 = forecast(&model(), &morning, 11).mean[..5].iter().sum();
    assert!((1.05..1.5).contains(&(updated / usual)), "{}", updated / usual);
}

fn event(from: NaiveDate, days: i64, label: &str) -> Event {
    let at = |day: NaiveDate| day.and_time(chrono::NaiveTime::MIN).and_utc();
    Event::new(label, at(from), at(from + TimeDelta::days(days))).unwrap().label(label)
}

#[test]
fn a_campaign_seen_before_multiplies_the_volume_and_an_unknown_one_widens_the_interval() {
    let past = [20, 34, 48].map(|day| date(MONDAY) + TimeDelta::days(day));
    let next = date(MONDAY) + TimeDelta::days(57);
    let series = hours(57, |day, hour| {
        noisy(day, hour)
            .map(|calls| if past.contains(&day) { (2.0 * calls).round() } else { calls })
    });
    let plain = forecast(&model(), &series, 48);
    let campaign = past.iter().chain([&next]).map(|&day| event(day, 1, "mailing"));
    let known = model().events(campaign.collect());
    let with = forecast(&known, &series, 48);
    near(with.mean[12] / plain.mean[12], 2.0, 0.15);
    near(with.mean[24 + 12], plain.mean[24 + 12], 0.06);
    let effect = known.fit_calendar(&series).unwrap().report().events["mailing"];
    assert_eq!(effect.seen, 3);
    near(effect.factor, 2.0, 0.1);

    let unknown =
        forecast(&model().events(Events::from_iter([event(next, 1, "strike")])), &series, 24);
    let bounds = |forecast: &VolumeForecast| {
        forecast.intervals[0].upper[12] - forecast.intervals[0].lower[12]
    };
    assert_eq!(unknown.mean, plain.mean[..24]);
    assert!(bounds(&unknown) > 1.5 * bounds(&plain));
    let late = event(next, 1, "strike").known_at(series.end() + TimeDelta::hours(1));
    assert_eq!(forecast(&model().events(Events::from_iter([late])), &series, 48), plain);
}

/// Rain of one standard deviation brings 20 % more.
#[test]
fn a_regressor_is_learnt_and_must_cover_the_horizon() {
    let rain = |day: NaiveDate| normal(seed(day, 0) + 4_000_000);
    let series = hours(120, |day, hour| noisy(day, hour).map(|it| it * (0.2 * rain(day)).exp()));
    let column: Vec<f64> =
        (0..122 * 24).map(|at| rain(date(MONDAY) + TimeDelta::days(i64::from(at / 24)))).collect();
    let regressors = |values: &[f64]| {
        let regressors = Regressors::new(start(), IntervalLength::HOUR);
        Arc::new(regressors.column("rain", values.to_vec()).unwrap())
    };
    let with = model().regressors(regressors(&column));
    let fitted = with.fit_calendar(&series).unwrap();
    let effect = fitted.report().regressors["rain"];
    assert!((0.14..0.22).contains(&effect), "{effect}");
    let short = model().regressors(regressors(&column[..121 * 24]));
    let error = short.fit(&series).unwrap().forecast(25, &[]).unwrap_err();
    let at = start() + TimeDelta::days(121);
    assert_eq!(error, Error::RegressorMissing { name: "rain".to_owned(), at });
    assert_eq!(
        error.to_string(),
        "the regressor \"rain\" has no value at 2026-05-06 00:00:00 UTC, expected one for every interval of the horizon"
    );
}

#[test]
fn regressors_off_the_grid_and_named_twice_are_errors() {
    let off = Regressors::new(start(), IntervalLength::HALF_HOUR);
    let error = model().regressors(Arc::new(off)).fit(&hours(30, office)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "regressors from 2026-01-05 00:00:00 UTC every 30m, expected the series' grid: from 2026-01-05 00:00:00 UTC every 1h"
    );
    let shifted = Regressors::new(start() + TimeDelta::minutes(10), IntervalLength::HOUR);
    assert!(model().regressors(Arc::new(shifted)).fit(&hours(30, office)).is_err());
    let twice = Regressors::new(start(), IntervalLength::HOUR).column("rain", vec![1.0]).unwrap();
    let error = twice.column("rain", vec![2.0]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the regressor \"rain\" stands twice, expected one column a name"
    );
}

/// 40 forecasts of a day each, of which 400 open hours count: the standard error of a coverage of 80 % is 2 points, more
/// as the hours of a day share its level.
#[test]
fn intervals_hold_the_share_that_they_promise() {
    let series = hours(180, noisy);
    let (mut inside, mut open) = ([0.0; 2], 0.0);
    for day in 140..180 {
        let forecast = forecast(&model(), &series.until(start() + TimeDelta::days(day)), 24);
        for hour in 8..18 {
            let came = series.value(series.index_of(forecast.at(hour)).unwrap()).unwrap();
            open += 1.0;
            for (inside, it) in inside.iter_mut().zip(&forecast.intervals) {
                *inside += f64::from(u8::from(it.lower[hour] <= came && came <= it.upper[hour]));
            }
        }
    }
    let coverage = inside.map(|it| it / open);
    assert!((0.73..=0.87).contains(&coverage[0]), "{coverage:?}");
    assert!((0.91..=0.985).contains(&coverage[1]), "{coverage:?}");
}

#[test]
fn intervals_widen_with_the_days_ahead() {
    let forecast = forecast(&model(), &hours(84, noisy), 29 * 24);
    let width = |day: usize| {
        let at = day * 24 + 12;
        (forecast.intervals[0].upper[at] - forecast.intervals[0].lower[at]) / forecast.mean[at]
    };
    assert!(width(28) > width(0), "{} {}", width(0), width(28));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn bounds_are_ordered_and_nothing_is_negative_or_infinite(
        calls in prop::collection::vec(prop::option::weighted(0.9, 0_u32..30), 7 * 24 * 6),
        cut in 0_usize..24,
        scale in prop::sample::select(vec![0.01, 1.0, 1e6]),
    ) {
        let calls: Vec<Option<f64>> =
            calls.into_iter().map(|calls| calls.map(|it| f64::from(it) * scale)).collect();
        let series = Series::new(start(), IntervalLength::HOUR, calls[cut..].to_vec()).unwrap();
        let model = model().calendar(calendar(&[
            ((2026, 1, 6), DayGroup::Holiday),
            ((2026, 1, 7), DayGroup::AfterHoliday),
            ((2026, 2, 17), DayGroup::Holiday),
            ((2026, 2, 18), DayGroup::AfterHoliday),
        ]));
        let forecast = forecast(&model, &series, 20 * 24);
        prop_assert_eq!(forecast.at(0), series.end());
        let [narrow, wide] = &forecast.intervals[..] else { panic!("two levels") };
        for hour in 0..forecast.len() {
            let path = [
                0.0, wide.lower[hour], narrow.lower[hour], forecast.median[hour],
                narrow.upper[hour], wide.upper[hour], f64::MAX,
            ];
            prop_assert!(path.is_sorted(), "{:?}", path);
            prop_assert!((0.0..f64::MAX).contains(&forecast.mean[hour]));
        }
    }
}
