//! Interval series: the grid, gaps, no look-ahead, and the wall clock.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use proptest::prelude::*;
use ringback_calllog::Zone;
use ringback_features::{CivilSlot, IntervalLength, Series, SeriesError};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn half_hours(start: &str, values: &[Option<f64>]) -> Series {
    Series::new(at(start), IntervalLength::HALF_HOUR, values.to_vec()).unwrap()
}

#[test]
fn an_interval_length_is_whole_minutes_that_divide_a_day() {
    #[track_caller]
    fn check(text: &str, expected: Option<(u32, &str)>) {
        let parsed = text.parse::<IntervalLength>().ok();
        let actual = parsed.map(|length| (length.minutes(), length.to_string()));
        assert_eq!(
            actual,
            expected.map(|(minutes, shown)| (minutes, shown.to_owned())),
            "{text:?}"
        );
    }
    check("1m", Some((1, "1m")));
    check("5m", Some((5, "5m")));
    check("30min", Some((30, "30m")));
    check("60m", Some((60, "1h")));
    check("12h", Some((720, "12h")));
    check("1d", Some((1440, "1d")));
    for invalid in
        ["0m", "7m", "5h", "2d", "", "15", "m", "-5m", "1.5h", "5 m", "99999999999m", "4000000h"]
    {
        check(invalid, None);
    }
}

#[test]
fn a_wrong_length_is_named() {
    let error = "7m".parse::<IntervalLength>().unwrap_err().to_string();
    assert!(error.starts_with("\"7m\" is no interval length, expected"), "{error}");
    let error = IntervalLength::from_minutes(50).unwrap_err().to_string();
    assert!(error.starts_with("\"50m\""), "{error}");
}

#[test]
fn an_interval_length_is_text_in_json() {
    let json = serde_json::to_string(&IntervalLength::QUARTER_HOUR).unwrap();
    assert_eq!(json, "\"15m\"");
    assert_eq!(
        serde_json::from_str::<IntervalLength>(&json).unwrap(),
        IntervalLength::QUARTER_HOUR
    );
    assert!(serde_json::from_str::<IntervalLength>("\"7m\"").is_err());
}

#[test]
fn rows_that_are_not_there_are_missing_and_zero_stays_zero() {
    let rows = [
        (at("2026-03-02T10:30:00Z"), Some(4.0)),
        (at("2026-03-02T09:00:00Z"), Some(0.0)),
        (at("2026-03-02T10:00:00Z"), None),
    ];
    let series = Series::from_rows(IntervalLength::HALF_HOUR, rows).unwrap();
    assert_eq!(series.start(), at("2026-03-02T09:00:00Z"));
    assert_eq!(series.end(), at("2026-03-02T11:00:00Z"));
    assert_eq!(series.values(), [Some(0.0), None, None, Some(4.0)]);
    assert_eq!((series.len(), series.missing()), (4, 2));
}

#[test]
fn rows_that_make_no_grid_are_refused_by_name() {
    #[track_caller]
    fn check(stamps: &[&str], expected: &str) {
        let rows = stamps.iter().map(|stamp| (at(stamp), Some(1.0)));
        let error = Series::from_rows(IntervalLength::HALF_HOUR, rows).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    check(&[], "no rows, expected at least one to start the series");
    check(
        &["2026-03-02T09:00:00Z", "2026-03-02T09:40:00Z"],
        "2026-03-02 09:40:00 UTC is off the grid, expected 2026-03-02 09:00:00 UTC plus a multiple of 30m",
    );
    check(
        &["2026-03-02T09:00:00Z", "2026-03-02T09:30:00.000001Z"],
        "2026-03-02 09:30:00.000001 UTC is off the grid, expected 2026-03-02 09:00:00 UTC plus a multiple of 30m",
    );
    check(
        &["2026-03-02T09:30:00Z", "2026-03-02T09:00:00Z", "2026-03-02T09:30:00Z"],
        "2026-03-02 09:30:00 UTC stands twice, expected one row an interval",
    );
    check(
        &["0026-03-02T09:30:00Z", "2026-03-02T09:30:00Z"],
        "0026-03-02 09:30:00 UTC to 2026-03-02 09:30:00 UTC is more than 16777216 intervals of 30m",
    );
}

#[test]
fn a_value_that_is_no_number_is_refused() {
    let values = vec![Some(1.0), None, Some(f64::INFINITY)];
    let error = Series::new(at("2026-03-02T09:00:00Z"), IntervalLength::HOUR, values).unwrap_err();
    let expected = SeriesError::NotFinite { at: at("2026-03-02T11:00:00Z"), value: f64::INFINITY };
    assert_eq!(error, expected);
}

#[test]
fn an_instant_belongs_to_the_interval_that_starts_at_or_before_it() {
    let series = half_hours("2026-03-02T09:00:00Z", &[Some(1.0), None, Some(3.0)]);
    assert_eq!(series.index_of(at("2026-03-02T08:59:59.9Z")), None);
    assert_eq!(series.index_of(at("2026-03-02T09:00:00Z")), Some(0));
    assert_eq!(series.index_of(at("2026-03-02T09:29:59.9Z")), Some(0));
    assert_eq!(series.index_of(at("2026-03-02T10:29:59Z")), Some(2));
    assert_eq!(series.index_of(at("2026-03-02T10:30:00Z")), None);
    assert_eq!((series.value(0), series.value(1), series.value(3)), (Some(1.0), None, None));
}

#[test]
fn until_keeps_only_what_had_ended() {
    let series = half_hours("2026-03-02T09:00:00Z", &[Some(1.0), Some(2.0), Some(3.0)]);
    let known = |text: &str| series.until(at(text)).len();
    assert_eq!(known("2026-03-02T08:00:00Z"), 0);
    assert_eq!(known("2026-03-02T09:29:59Z"), 0);
    assert_eq!(known("2026-03-02T09:30:00Z"), 1);
    assert_eq!(known("2026-03-02T10:29:59Z"), 2);
    assert_eq!(known("2027-03-02T10:29:59Z"), 3);
}

#[test]
fn since_keeps_only_what_had_not_started() {
    let series = half_hours("2026-03-02T09:00:00Z", &[Some(1.0), Some(2.0), Some(3.0)]);
    let tail = series.since(at("2026-03-02T09:00:01Z"));
    assert_eq!(tail, half_hours("2026-03-02T09:30:00Z", &[Some(2.0), Some(3.0)]));
    assert_eq!(series.since(at("2026-03-02T09:00:00Z")), series);
    assert_eq!(series.since(at("2020-01-01T00:00:00Z")), series);
    assert!(series.since(at("2027-01-01T00:00:00Z")).is_empty());
}

#[test]
fn coarse_intervals_start_on_the_anchor_and_need_all_their_parts() {
    let values =
        [Some(9.0), Some(1.0), Some(2.0), Some(3.0), None, Some(5.0), Some(0.0), Some(7.0)];
    let series = half_hours("2026-03-02T09:30:00Z", &values);
    let hours = series.aggregate(IntervalLength::HOUR, at("2026-03-01T00:00:00Z")).unwrap();
    assert_eq!(hours.start(), at("2026-03-02T10:00:00Z"));
    assert_eq!(hours.values(), [Some(3.0), None, Some(5.0)]); // 09:30 and 13:00 stick out
}

#[test]
fn intervals_are_never_split() {
    let series = half_hours("2026-03-02T09:30:00Z", &[Some(1.0)]);
    let from = IntervalLength::HALF_HOUR;
    let to = IntervalLength::QUARTER_HOUR;
    let error = series.aggregate(to, series.start()).unwrap_err();
    assert_eq!(error, SeriesError::NotCoarser { from, to });
    let error = series.aggregate(IntervalLength::HOUR, at("2026-03-02T09:10:00Z")).unwrap_err();
    assert!(matches!(error, SeriesError::OffGrid { .. }), "{error}");
}

/// Copenhagen put the clock forward on 29 March 2026 at 02:00 and back on 25 October 2026 at 03:00.
#[test]
fn a_day_of_23_hours_skips_a_slot_and_one_of_25_repeats_it() {
    #[track_caller]
    fn check(date: (i32, u32, u32), hours: usize, expected: &[usize]) {
        let zone: Zone = "Europe/Copenhagen".parse().unwrap();
        let date = NaiveDate::from_ymd_opt(date.0, date.1, date.2).unwrap();
        let series =
            Series::new(zone.start_of_day(date), IntervalLength::HOUR, vec![None; hours]).unwrap();
        assert_eq!(zone.start_of_day(date.succ_opt().unwrap()), series.end());
        let places: Vec<CivilSlot> = series.civil(zone).collect();
        assert!(places.iter().all(|place| place.date == date), "{places:?}");
        let slots: Vec<usize> = places.iter().take(5).map(|place| place.slot).collect();
        assert_eq!(slots, expected);
        assert_eq!(places.last().unwrap().slot, 23);
    }
    check((2026, 3, 29), 23, &[0, 1, 3, 4, 5]);
    check((2026, 10, 25), 25, &[0, 1, 2, 2, 3]);
    check((2026, 6, 1), 24, &[0, 1, 2, 3, 4]);
}

#[test]
fn a_long_interval_counts_to_the_day_that_it_mostly_covers() {
    let zone: Zone = "Europe/Copenhagen".parse().unwrap();
    let date = |day| NaiveDate::from_ymd_opt(2026, 10, day).unwrap();
    // A grid of days laid on summer midnights starts at 23:00 of the day before from 26 October.
    let place =
        IntervalLength::DAY.civil_slot(zone.start_of_day(date(24)) + TimeDelta::days(3), zone);
    assert_eq!(place, CivilSlot { date: date(27), slot: 0 });
}

proptest! {
    #[test]
    fn rows_in_any_order_give_the_series_back(
        values in prop::collection::vec(prop::option::of(0.0..100.0), 1..60),
        rotate in 0_usize..60,
    ) {
        let series = half_hours("2026-03-28T20:00:00Z", &values);
        let mut rows: Vec<_> = series.iter().collect();
        rows.rotate_left(rotate % values.len());
        prop_assert_eq!(Series::from_rows(IntervalLength::HALF_HOUR, rows).unwrap(), series);
    }

    #[test]
    fn adding_up_keeps_the_total_of_whole_groups(
        values in prop::collection::vec((0_u32..50).prop_map(|calls| Some(f64::from(calls))), 0..60),
    ) {
        let series = half_hours("2026-03-28T20:00:00Z", &values);
        let coarse = series.aggregate("2h".parse().unwrap(), series.start()).unwrap();
        let whole = values.len() / 4 * 4;
        let expected: f64 = values[..whole].iter().flatten().sum();
        let total: f64 = coarse.values().iter().flatten().sum();
        prop_assert!((total - expected).abs() < 1e-9);
        prop_assert_eq!(coarse.len() * 4, whole);
    }

    #[test]
    fn every_interval_contains_its_own_start(index in 0_usize..10_000, minutes in prop::sample::select(vec![1_u32, 6, 15, 60, 1440])) {
        let length = IntervalLength::from_minutes(minutes).unwrap();
        let series = Series::new(at("2026-01-01T00:00:00Z"), length, vec![None; 10_000]).unwrap();
        prop_assert_eq!(series.index_of(series.at(index)), Some(index));
        let place = length.civil_slot(series.at(index), Zone::UTC);
        prop_assert_eq!(place.slot, index % length.slots_a_day());
    }
}
