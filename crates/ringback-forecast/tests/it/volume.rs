//! Volume models on histories whose right forecast is known.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Datelike, NaiveDate, TimeDelta, Weekday};
use proptest::prelude::*;
use ringback_calllog::Zone;
use ringback_features::{IntervalLength, Series};
use ringback_forecast::{
    DayGroup, DayKinds, DayRule, Error, Level, PastWeeks, VolumeForecast, VolumeModel,
    WeekdayProfile, WeekendOnly,
};

const MONDAY: (i32, u32, u32) = (2026, 1, 5);

fn date((year, month, day): (i32, u32, u32)) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn copenhagen() -> Zone {
    "Europe/Copenhagen".parse().unwrap()
}

/// `days` civil days of hours in Copenhagen from a Monday on, each hour's calls by its civil date and hour.
fn hours(days: i64, calls: impl Fn(NaiveDate, usize) -> Option<f64>) -> Series {
    let zone = copenhagen();
    let start = zone.start_of_day(date(MONDAY));
    let end = zone.start_of_day(date(MONDAY) + TimeDelta::days(days));
    let count = usize::try_from((end - start).num_hours()).unwrap();
    let grid = Series::new(start, IntervalLength::HOUR, vec![None; count]).unwrap();
    let values = grid.civil(zone).map(|place| calls(place.date, place.slot)).collect();
    Series::new(start, IntervalLength::HOUR, values).unwrap()
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

/// A rough but repeatable scatter in `-1.0..1.0`.
fn scatter(day: NaiveDate, hour: usize) -> f64 {
    let seed = u64::try_from(day.num_days_from_ce()).unwrap() * 24 + hour as u64;
    let mixed = (seed ^ 0x5851_f42d).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 40;
    mixed as f64 / f64::from(1_u32 << 23) - 1.0
}

fn levels() -> [Level; 2] {
    [Level::new(0.95).unwrap(), Level::new(0.8).unwrap()]
}

fn forecast(model: &dyn VolumeModel, series: &Series, horizon: usize) -> VolumeForecast {
    model.fit(series).unwrap().forecast(horizon, &levels()).unwrap()
}

#[track_caller]
fn close(actual: f64, expected: f64) {
    assert!((actual - expected).abs() < 1e-9, "{actual}, expected {expected}");
}

/// A calendar of days that are not ordinary; Saturday and Sunday are the weekend.
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
fn a_series_that_repeats_is_forecast_exactly() {
    let series = hours(56, office);
    let naive = PastWeeks::naive(copenhagen());
    let mean = PastWeeks::mean(copenhagen(), 4).unwrap();
    let profile = WeekdayProfile::new(copenhagen());
    for model in [&naive as &dyn VolumeModel, &mean, &profile] {
        let forecast = forecast(model, &series, 7 * 24);
        for hour in 0..7 * 24 {
            let place = forecast.interval.civil_slot(forecast.at(hour), copenhagen());
            close(forecast.mean[hour], office(place.date, place.slot).unwrap());
        }
    }
}

/// Copenhagen put the clock forward on 29 March 2026: a grid of hours in UTC would put noon an hour late.
#[test]
fn opening_hours_stay_on_the_wall_clock_when_the_clock_changes() {
    let series = hours(83, office); // to the end of Saturday 28 March
    assert_eq!(copenhagen().date(series.end()), date((2026, 3, 29)));
    let naive = PastWeeks::naive(copenhagen());
    let profile = WeekdayProfile::new(copenhagen());
    for model in [&naive as &dyn VolumeModel, &profile] {
        let forecast = forecast(model, &series, 23 + 24);
        let open = |hour: &usize| forecast.mean[*hour] > 0.0;
        let open: Vec<usize> = (0..23 + 24).filter(open).collect();
        let expected: Vec<usize> = (7..17).chain(23 + 8..23 + 18).collect();
        assert_eq!(open, expected);
    }
}

#[test]
fn the_naive_forecast_takes_the_week_before_where_last_week_is_missing() {
    let week = |day: NaiveDate| (day - date(MONDAY)).num_days() / 7;
    let series = hours(21, |day, hour| {
        let missing = week(day) == 2 && hour == 9;
        (!missing).then(|| 10.0 * (week(day) + 1) as f64)
    });
    let forecast = forecast(&PastWeeks::naive(copenhagen()), &series, 24);
    assert_eq!((forecast.mean[8], forecast.mean[9]), (30.0, 20.0));
}

#[test]
fn two_weeks_ahead_the_naive_forecast_still_uses_the_last_known_week() {
    let week = |day: NaiveDate| (day - date(MONDAY)).num_days() / 7;
    let series = hours(28, |day, _| Some(10.0 * (week(day) + 1) as f64));
    let forecast = forecast(&PastWeeks::naive(copenhagen()), &series, 15 * 24);
    assert_eq!((forecast.mean[0], forecast.mean[14 * 24]), (40.0, 40.0));
    // The volume grew by 10 a week, so past errors are 10 one week ahead and 30 three weeks ahead, in units of √volume.
    assert!(forecast.median[0] < forecast.median[14 * 24]);
}

#[test]
fn a_feed_gap_moves_no_forecast() {
    let gap = date(MONDAY) + TimeDelta::days(50);
    let whole = hours(70, office);
    let gappy = hours(70, |day, hour| {
        let silent = day == gap || (day == gap + TimeDelta::days(3) && hour < 12);
        if silent { None } else { office(day, hour) }
    });
    let model = WeekdayProfile::new(copenhagen());
    let (expected, actual) = (forecast(&model, &whole, 24 * 7), forecast(&model, &gappy, 24 * 7));
    for (actual, expected) in actual.mean.iter().zip(&expected.mean) {
        close(*actual, *expected);
    }
    let report = model.fit_profile(&gappy).unwrap().report();
    assert_eq!((report.ordinary_days, report.incomplete_days), (69, 1));
}

#[test]
fn the_forecast_follows_a_level_that_rises() {
    let series = hours(84, |day, hour| {
        let grown = 1.0 + (day - date(MONDAY)).num_days() as f64 / 84.0;
        office(day, hour).map(|calls| calls * grown)
    });
    let profile = forecast(&WeekdayProfile::new(copenhagen()), &series, 24).mean[12];
    let mean = forecast(&PastWeeks::mean(copenhagen(), 12).unwrap(), &series, 24).mean[12];
    assert!((profile - 80.0).abs() < 6.0, "{profile}");
    assert!((mean - 60.0).abs() < 3.0, "{mean}");
}

#[test]
fn a_slot_closed_in_all_weeks_gets_zero_and_no_interval() {
    let series = hours(56, |day, hour| {
        office(day, hour).map(|calls| (calls * (1.0 + 0.4 * scatter(day, hour))).round())
    });
    let forecast = forecast(&WeekdayProfile::new(copenhagen()), &series, 24);
    for closed in (0..8).chain(18..24) {
        assert_eq!((forecast.mean[closed], forecast.median[closed]), (0.0, 0.0));
        assert_eq!(
            (forecast.intervals[1].lower[closed], forecast.intervals[1].upper[closed]),
            (0.0, 0.0)
        );
    }
    assert!(forecast.intervals[1].upper[12] > forecast.intervals[0].upper[12]);
}

#[test]
fn intervals_hold_about_the_share_that_they_promise() {
    let noisy = |day: NaiveDate, hour: usize| {
        office(day, hour).map(|calls| (calls * (1.0 + 0.4 * scatter(day, hour))).round())
    };
    let series = hours(84, noisy);
    let forecast = forecast(&WeekdayProfile::new(copenhagen()), &series, 14 * 24);
    close(forecast.intervals[0].level.get(), 0.8);
    let (mut inside, mut open) = (0.0, 0.0);
    for hour in 0..forecast.len() {
        let place = forecast.interval.civil_slot(forecast.at(hour), copenhagen());
        let calls = noisy(place.date, place.slot).unwrap();
        if forecast.mean[hour] > 0.0 {
            open += 1.0;
            let bounds = &forecast.intervals[0];
            inside +=
                f64::from(u8::from(bounds.lower[hour] <= calls && calls <= bounds.upper[hour]));
        }
    }
    // 140 open hours: the standard error is 3.4 points.
    let coverage: f64 = inside / open;
    assert!((coverage - 0.8).abs() < 0.1, "{coverage}");
}

const HOLIDAYS: [((i32, u32, u32), DayGroup); 4] = [
    ((2026, 1, 20), DayGroup::Holiday),
    ((2026, 2, 12), DayGroup::Holiday),
    ((2026, 2, 28), DayGroup::Holiday), // a Saturday
    ((2026, 3, 4), DayGroup::Holiday),
];

/// 20 January and 12 February had 5 calls an hour from 10 to 14.
fn office_with_holidays(day: NaiveDate, hour: usize) -> Option<f64> {
    if [date((2026, 1, 20)), date((2026, 2, 12))].contains(&day) {
        return Some(if (10..14).contains(&hour) { 5.0 } else { 0.0 });
    }
    office(day, hour)
}

#[test]
fn a_holiday_is_forecast_from_past_holidays() {
    let series = hours(57, office_with_holidays); // to the end of Monday 2 March
    let model = WeekdayProfile::new(copenhagen()).calendar(calendar(&HOLIDAYS));
    let forecast = forecast(&model, &series, 48);
    close(forecast.mean[12], 40.0);
    let tomorrow: f64 = forecast.mean[24..].iter().sum();
    close(tomorrow, 20.0);
    assert_eq!((forecast.mean[24 + 9], forecast.mean[24 + 14]), (0.0, 0.0));
    // Both past holidays had the same total, yet 15 % of it is the least that the next may be off.
    let upper = forecast.intervals[0].upper[24 + 12];
    assert!((upper - 5.0 * (1.0 + 1.2816 * 0.15)).abs() < 1e-3, "{upper}");
    let fitted = model.fit_profile(&series).unwrap();
    assert_eq!(fitted.rules(48), [(DayRule::SameWeekday, 1), (DayRule::PastHolidays, 1)].into());
    let report = fitted.report();
    assert_eq!(report.special_days, [(DayGroup::Holiday, 2)].into());
    assert_eq!(report.ordinary_days, 54); // the Saturday is neither ordinary nor a holiday on a working weekday
}

#[test]
fn a_holiday_spoils_no_weekday() {
    let series = hours(57, office_with_holidays);
    let model = WeekdayProfile::new(copenhagen());
    let unaware = forecast(&model, &series, 24 * 7);
    let aware = forecast(&model.calendar(calendar(&HOLIDAYS[..2])), &series, 24 * 7);
    // The first day after the series is Tuesday 3 March; Thursday is the third.
    close(aware.mean[2 * 24 + 12], 40.0);
    assert!(unaware.mean[2 * 24 + 12] < 37.0);
}

#[test]
fn without_past_holidays_the_weekend_stands_in_and_the_interval_is_wide() {
    let series = hours(57, office);
    let model = WeekdayProfile::new(copenhagen()).calendar(calendar(&HOLIDAYS[3..]));
    let forecast = forecast(&model, &series, 48);
    close(forecast.mean[24 + 12], 10.0);
    let fitted = model.fit_profile(&series).unwrap();
    assert_eq!(fitted.rule(date((2026, 3, 4))), DayRule::WeekendForHoliday);
    // Half of 10, times the normal quantile 1.2816, to four digits of that.
    let upper = forecast.intervals[0].upper[24 + 12];
    assert!((upper - (10.0 + 1.2816 * 5.0)).abs() < 5e-3, "{upper}");
}

#[test]
fn without_past_holidays_and_without_a_weekend_the_weekday_stands_in() {
    #[derive(Debug)]
    struct NoWeekend;
    impl DayKinds for NoWeekend {
        fn group(&self, day: NaiveDate) -> DayGroup {
            if day == date((2026, 3, 4)) { DayGroup::Holiday } else { DayGroup::Working }
        }
    }
    let model = WeekdayProfile::new(copenhagen()).calendar(Arc::new(NoWeekend));
    let fitted = model.fit_profile(&hours(57, office)).unwrap();
    assert_eq!(fitted.rule(date((2026, 3, 4))), DayRule::WeekdayForHoliday);
}

#[test]
fn a_holiday_on_a_weekend_is_a_weekend() {
    let series = hours(53, office_with_holidays); // to the end of Thursday 26 February
    let model = WeekdayProfile::new(copenhagen()).calendar(calendar(&HOLIDAYS));
    let fitted = model.fit_profile(&series).unwrap();
    assert_eq!(fitted.rule(date((2026, 2, 28))), DayRule::SameWeekday);
}

/// After a holiday the office gets half as much again; two such days draw the ratio halfway from 1 to 1.5.
#[test]
fn the_day_after_a_holiday_carries_what_was_left_undone() {
    let days = [
        ((2026, 1, 20), DayGroup::Holiday),
        ((2026, 1, 21), DayGroup::AfterHoliday),
        ((2026, 2, 12), DayGroup::Holiday),
        ((2026, 2, 13), DayGroup::AfterHoliday),
        ((2026, 3, 3), DayGroup::AfterHoliday),
    ];
    let series = hours(57, |day, hour| {
        let calls = office_with_holidays(day, hour)?;
        let after = [date((2026, 1, 21)), date((2026, 2, 13))].contains(&day);
        Some(if after { calls * 1.5 } else { calls })
    });
    let model = WeekdayProfile::new(copenhagen()).calendar(calendar(&days));
    let fitted = model.fit_profile(&series).unwrap();
    assert_eq!(fitted.rule(date((2026, 3, 3))), DayRule::PastRatio);
    close(forecast(&model, &series, 24).mean[12], 40.0 * 1.25);

    let model = model.calendar(calendar(&days[2..]));
    let fitted = model.fit_profile(&series).unwrap();
    assert_eq!(fitted.rule(date((2026, 3, 3))), DayRule::WeekdayForSpecial);
    close(forecast(&model, &series, 24).mean[0], 0.0);
}

#[test]
fn too_little_history_says_how_much_is_needed() {
    let naive = PastWeeks::naive(copenhagen());
    let error = naive.fit(&hours(13, office)).unwrap_err();
    assert_eq!(error.to_string(), "need at least 336 intervals, got 312");
    let profile = WeekdayProfile::new(copenhagen());
    let error = profile.fit(&hours(27, office)).unwrap_err();
    assert_eq!(error, Error::SeriesTooShort { got: 27 * 24, needed: 28 * 24 });
    let silent = hours(40, |day, hour| if day.day() % 2 == 0 { None } else { office(day, hour) });
    let error = profile.fit(&silent).unwrap_err();
    assert_eq!(error.to_string(), "need at least 28 days with data, got 21");
    let error = naive.fit(&hours(20, |_, _| None)).unwrap_err();
    assert_eq!(error, Error::TooFewDays { got: 0, needed: 14 });
}

#[test]
fn a_negative_volume_is_refused() {
    let series = hours(40, |day, hour| office(day, hour).map(|calls| calls - 1.0));
    let error = WeekdayProfile::new(copenhagen()).fit(&series).unwrap_err();
    assert_eq!(error, Error::NegativeVolume { at: series.start(), value: -1.0 });
}

#[test]
fn a_forecast_of_nothing_is_refused() {
    let fitted = PastWeeks::naive(copenhagen()).fit(&hours(30, office)).unwrap();
    assert_eq!(fitted.forecast(0, &[]).unwrap_err(), Error::Zero { what: "horizon" });
    let error = fitted.forecast(usize::MAX, &[]).unwrap_err().to_string();
    assert!(error.ends_with("expected at most 1,000,000 intervals"), "{error}");
    assert!(PastWeeks::mean(copenhagen(), 0).is_err());
}

#[test]
fn a_slot_that_was_never_seen_is_closed_and_counted() {
    let series = hours(40, |day, hour| if hour < 6 { None } else { office(day, hour) });
    let model = WeekdayProfile::new(copenhagen());
    assert_eq!(model.fit_profile(&series).unwrap().report().slots_without_history, 7 * 6);
    close(forecast(&model, &series, 24).mean[3], 0.0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn bounds_are_ordered_and_never_negative(
        calls in prop::collection::vec(prop::option::weighted(0.9, 0_u32..30), 7 * 24 * 6),
        cut in 0_usize..24,
    ) {
        let calls: Vec<Option<f64>> = calls.into_iter().map(|calls| calls.map(f64::from)).collect();
        let start = copenhagen().start_of_day(date(MONDAY));
        let series = Series::new(start, IntervalLength::HOUR, calls[cut..].to_vec()).unwrap();
        let naive = PastWeeks::naive(copenhagen());
        let profile = WeekdayProfile::new(copenhagen()).calendar(calendar(&[
            ((2026, 1, 6), DayGroup::Holiday),
            ((2026, 1, 7), DayGroup::AfterHoliday),
            ((2026, 2, 17), DayGroup::Holiday),
            ((2026, 2, 18), DayGroup::AfterHoliday),
        ]));
        for model in [&naive as &dyn VolumeModel, &profile] {
            let forecast = forecast(model, &series, 20 * 24);
            prop_assert_eq!(forecast.at(0), series.end());
            let [narrow, wide] = &forecast.intervals[..] else { panic!("two levels") };
            for hour in 0..forecast.len() {
                prop_assert!(forecast.mean[hour] >= 0.0);
                let path = [
                    0.0, wide.lower[hour], narrow.lower[hour], forecast.median[hour],
                    narrow.upper[hour], wide.upper[hour],
                ];
                prop_assert!(path.is_sorted(), "{:?}", path);
            }
        }
    }
}
