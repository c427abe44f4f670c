//! As-of features: by hand, across a change of clocks, and that nothing looks ahead.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use ringback_calllog::Zone;
use ringback_features::{
    AsOfError, AsOfFeatures, Calendar, Country, Event, Events, FeatureMatrix, IntervalLength,
    InvalidFeatureMatrix, Series, Target,
};

use crate::hand_made::stamp;

fn target(as_of: &str, interval_start: &str) -> Target {
    Target { as_of: stamp(as_of), interval_start: stamp(interval_start) }
}

/// Hours from Monday 2 March 2026, 00:00 UTC, each with its number as value.
fn numbered(hours: u32) -> Series {
    let values = (0..hours).map(|hour| Some(f64::from(hour))).collect();
    Series::new(stamp("2026-03-02T00:00:00Z"), IntervalLength::HOUR, values).unwrap()
}

fn plain() -> Calendar {
    Calendar::plain(Zone::UTC)
}

#[track_caller]
fn check_row(features: &AsOfFeatures<'_>, target: Target, expected: &[Option<f64>]) {
    let matrix = features.matrix(&[target]).unwrap();
    let actual: Vec<Option<f64>> =
        matrix.values().iter().map(|&value| (!value.is_nan()).then_some(value)).collect();
    assert_eq!(actual, expected, "{target:?}");
}

#[test]
fn a_lag_counts_back_from_the_last_interval_that_had_ended() {
    let (series, calendar) = (numbered(10), plain());
    let features = AsOfFeatures::new(&series, &calendar).lag(1).lag(3).mean_of_last(3);
    let start = "2026-03-02T09:00:00Z";
    check_row(&features, target("2026-03-02T06:00:00Z", start), &[5.0, 3.0, 4.0].map(Some));
    check_row(&features, target("2026-03-02T06:59:59Z", start), &[5.0, 3.0, 4.0].map(Some));
    check_row(&features, target("2026-03-02T02:00:00Z", start), &[Some(1.0), None, Some(0.5)]);
    // Two hours after the end of the series, of which nothing is known.
    let late = target("2026-03-02T12:00:00Z", "2026-03-02T12:00:00Z");
    check_row(&features, late, &[None, Some(9.0), Some(9.0)]);
}

#[test]
fn a_value_that_settles_later_is_known_later() {
    let (series, calendar) = (numbered(10), plain());
    let settled = AsOfFeatures::new(&series, &calendar).known_after(TimeDelta::minutes(30)).lag(1);
    let start = "2026-03-02T09:00:00Z";
    check_row(&settled, target("2026-03-02T06:29:59Z", start), &[Some(4.0)]);
    check_row(&settled, target("2026-03-02T06:30:00Z", start), &[Some(5.0)]);
}

#[test]
fn the_same_slot_of_other_weeks_is_used_only_once_it_has_ended() {
    const WEEK: f64 = 168.0;
    let (series, calendar) = (numbered(4 * 168), plain());
    let features = AsOfFeatures::new(&series, &calendar)
        .same_slot_weeks_ago(1)
        .same_slot_weeks_ago(2)
        .mean_same_slot(3);
    let start = "2026-03-30T09:00:00Z"; // the Monday after the series, hour 4 × 168 + 9
    let one = 3.0 * WEEK + 9.0;
    check_row(
        &features,
        target("2026-03-30T00:00:00Z", start),
        &[one, one - WEEK, one - WEEK].map(Some),
    );
    // As of a moment before the hour one week ago had ended.
    check_row(
        &features,
        target("2026-03-23T09:59:59Z", start),
        &[None, Some(one - WEEK), Some(one - 1.5 * WEEK)],
    );
    // One series-week in: nothing of the same slot is known.
    check_row(&features, target("2026-03-02T05:00:00Z", "2026-03-02T09:00:00Z"), &[None; 3]);
}

#[test]
fn the_same_slot_is_on_the_wall_clock() {
    #[track_caller]
    fn check(features: &AsOfFeatures<'_>, series: &Series, start: &str, week_ago: Option<&str>) {
        let expected = week_ago.and_then(|at| series.value(series.index_of(stamp(at))?));
        assert_eq!(expected.is_some(), week_ago.is_some());
        check_row(features, target(start, start), &[expected]);
    }
    let copenhagen: Zone = "Europe/Copenhagen".parse().unwrap();
    let calendar = Calendar::plain(copenhagen);
    let start = copenhagen.start_of_day(stamp("2026-03-16T12:00:00Z").date_naive());
    let values = (0_u32..600).map(|hour| Some(f64::from(hour))).collect();
    let series = Series::new(start, IntervalLength::HOUR, values).unwrap();
    let features = AsOfFeatures::new(&series, &calendar).same_slot_weeks_ago(1);
    // Monday 09:00 after the clock was put forward on Sunday 29 March.
    check(&features, &series, "2026-03-30T07:00:00Z", Some("2026-03-23T08:00:00Z"));
    // Sunday 5 April 02:00: the clock skipped that time a week ago; 03:00 it did not.
    check(&features, &series, "2026-04-05T00:00:00Z", None);
    check(&features, &series, "2026-04-05T01:00:00Z", Some("2026-03-29T01:00:00Z"));
}

#[test]
fn missing_intervals_are_absent_and_take_no_part_in_means() {
    let start = stamp("2026-03-02T00:00:00Z");
    let values = vec![Some(1.0), None, Some(4.0), None];
    let series = Series::new(start, IntervalLength::HOUR, values).unwrap();
    let calendar = plain();
    let features =
        AsOfFeatures::new(&series, &calendar).lag(1).lag(2).mean_of_last(1).mean_of_last(4);
    let now = "2026-03-02T04:00:00Z";
    check_row(&features, target(now, now), &[None, Some(4.0), None, Some(2.5)]);
}

#[test]
fn the_calendar_speaks_of_the_target_not_of_the_instant() {
    let series = numbered(10);
    let calendar = Calendar::new(Country::Denmark, "Europe/Copenhagen".parse().unwrap());
    let features = AsOfFeatures::new(&series, &calendar).calendar();
    let names = [
        "horizon",
        "slot",
        "weekday",
        "day_of_month",
        "month",
        "is_holiday",
        "is_weekend",
        "is_bridge_day",
        "is_day_after_holiday",
        "is_day_before_holiday",
    ];
    assert_eq!(features.names(), names);
    // Ascension Day 2026 is Thursday 14 May; 22:00 UTC is midnight in Copenhagen.
    let as_of = "2026-05-13T21:30:00Z";
    let expect = |values: [f64; 10]| values.map(Some);
    check_row(
        &features,
        target(as_of, "2026-05-13T22:00:00Z"),
        &expect([0.5, 0.0, 3.0, 14.0, 5.0, 1.0, 0.0, 0.0, 0.0, 0.0]),
    );
    check_row(
        &features,
        target(as_of, "2026-05-15T07:00:00Z"),
        &expect([33.5, 9.0, 4.0, 15.0, 5.0, 0.0, 0.0, 1.0, 1.0, 0.0]),
    );
    check_row(
        &features,
        target("2026-05-13T09:00:00Z", "2026-05-13T09:00:00Z"),
        &expect([0.0, 11.0, 2.0, 13.0, 5.0, 0.0, 0.0, 0.0, 0.0, 1.0]),
    );
}

#[test]
fn events_count_where_they_overlap_the_target_and_were_known() {
    let event = |from: &str, to: &str, known_at: &str, label: &str| {
        let event = Event::new("e", stamp(from), stamp(to)).unwrap();
        event.known_at(stamp(known_at)).label(label)
    };
    let events: Events = [
        event("2026-03-02T08:30:00Z", "2026-03-02T09:00:01Z", "2026-03-01T00:00:00Z", "mailing"),
        event("2026-03-02T09:59:59Z", "2026-03-02T12:00:00Z", "2026-03-02T07:00:00Z", "outage"),
        event("2026-03-02T07:00:00Z", "2026-03-02T09:00:00Z", "2026-03-01T00:00:00Z", "mailing"),
        event("2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z", "2026-03-01T00:00:00Z", "mailing"),
    ]
    .into_iter()
    .collect();
    let (series, calendar) = (numbered(10), plain());
    let features = AsOfFeatures::new(&series, &calendar)
        .events(&events)
        .events_of_kind(&events, "outage")
        .events_of_kind(&events, "strike");
    assert_eq!(features.names(), ["events", "events_outage", "events_strike"]);
    let start = "2026-03-02T09:00:00Z";
    check_row(&features, target("2026-03-02T06:59:59Z", start), &[1.0, 0.0, 0.0].map(Some));
    check_row(&features, target("2026-03-02T07:00:00Z", start), &[2.0, 1.0, 0.0].map(Some));
}

#[test]
fn a_target_that_cannot_be_told_is_an_error() {
    #[track_caller]
    fn check(as_of: &str, start: &str, expected: &str) {
        let (series, calendar) = (numbered(10), plain());
        let features = AsOfFeatures::new(&series, &calendar).lag(1);
        let error = features.matrix(&[target(as_of, start)]).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    check(
        "2026-03-01T00:00:00Z",
        "2026-03-01T09:00:00Z",
        "target at 2026-03-01 09:00:00 UTC is before the series, expected 2026-03-02 00:00:00 UTC or later",
    );
    check(
        "2026-03-02T02:00:00Z",
        "2026-03-02T09:30:00Z",
        "target at 2026-03-02 09:30:00 UTC is off the grid, expected 2026-03-02 00:00:00 UTC plus a multiple of 1h",
    );
    check(
        "2026-03-02T09:00:01Z",
        "2026-03-02T09:00:00Z",
        "target at 2026-03-02 09:00:00 UTC is predicted as of 2026-03-02 09:00:01 UTC, expected its start or earlier",
    );
    check(
        "2026-03-02T00:59:59Z",
        "2026-03-02T09:00:00Z",
        "no interval was known as of 2026-03-02 00:59:59 UTC, expected at least one of 1h from 2026-03-02 00:00:00 UTC on",
    );
}

#[test]
fn features_that_make_no_matrix_are_an_error() {
    #[track_caller]
    fn check(build: impl Fn(AsOfFeatures<'_>) -> AsOfFeatures<'_>, expected: &str) {
        let (series, calendar) = (numbered(10), plain());
        let error = build(AsOfFeatures::new(&series, &calendar)).matrix(&[]).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    let zero = "a feature counts back 0 intervals or weeks, expected at least 1";
    check(|it| it, "no feature, expected at least one");
    check(|it| it.lag(0), zero);
    check(|it| it.same_slot_weeks_ago(0), zero);
    check(|it| it.mean_of_last(0), zero);
    check(|it| it.mean_same_slot(0), zero);
    check(|it| it.lag(2).lag(2), "feature \"lag_2\" was asked for twice, expected each once");
    check(
        |it| it.known_after(TimeDelta::seconds(-5)).lag(1),
        "values known -5 s after their interval, expected at least 0 s",
    );
}

#[test]
fn a_mean_over_any_number_of_weeks_or_intervals_ends_at_the_start_of_the_series() {
    let (series, calendar) = (numbered(3), plain());
    let features =
        AsOfFeatures::new(&series, &calendar).mean_of_last(usize::MAX).mean_same_slot(usize::MAX);
    let now = "2026-03-09T01:00:00Z";
    check_row(&features, target(now, now), &[Some(1.0), Some(1.0)]);
}

#[test]
fn a_matrix_has_a_row_a_target() {
    let (series, calendar) = (numbered(10), plain());
    let features = AsOfFeatures::new(&series, &calendar).lag(1).lag(2);
    let targets = [5, 7].map(|hour| {
        let at = series.at(hour);
        Target { as_of: at, interval_start: at }
    });
    let matrix = features.matrix(&targets).unwrap();
    assert_eq!((matrix.rows(), matrix.columns()), (2, 2));
    assert_eq!(matrix.row(1), Some(&[6.0, 5.0][..]));
    assert_eq!(matrix.row(2), None);
    assert_eq!(matrix.column("lag_2"), Some(vec![3.0, 5.0]));
    assert_eq!(matrix.column("lag_9"), None);
    assert_eq!(features.matrix(&[]).unwrap().rows(), 0);
}

#[test]
fn a_matrix_is_checked_and_absent_equals_absent() {
    let new = |names: [&str; 2], rows, values: &[f64]| {
        FeatureMatrix::new(names.map(str::to_owned).to_vec(), rows, values.to_vec())
    };
    let error = |made: Result<FeatureMatrix, InvalidFeatureMatrix>| made.unwrap_err().to_string();
    assert_eq!(error(new(["a", "b"], 2, &[1.0; 3])), "3 values, expected 2 rows of 2");
    assert_eq!(
        error(new(["a", "a"], 1, &[1.0; 2])),
        "feature \"a\" stands twice, expected each name once"
    );
    let absent = new(["a", "b"], 1, &[1.0, f64::NAN]).unwrap();
    assert_eq!(absent, absent.clone());
    assert_ne!(absent, new(["a", "b"], 1, &[1.0, 0.0]).unwrap());
}

const HOURS: usize = 24 * 30;

fn everything<'a>(
    series: &'a Series,
    calendar: &'a Calendar,
    events: &'a Events,
    known_after_mins: i64,
) -> AsOfFeatures<'a> {
    AsOfFeatures::new(series, calendar)
        .known_after(TimeDelta::minutes(known_after_mins))
        .lag(1)
        .lag(24)
        .same_slot_weeks_ago(1)
        .same_slot_weeks_ago(2)
        .mean_of_last(5)
        .mean_same_slot(4)
        .calendar()
        .events(events)
        .events_of_kind(events, "mailing")
}

/// The series as far as it had ended at `as_of`, and then something else.
fn changed_after(series: &Series, as_of: DateTime<Utc>, then: &[Option<f64>]) -> Series {
    let mut values = series.until(as_of).values().to_vec();
    values.extend_from_slice(then);
    Series::new(series.start(), series.interval(), values).unwrap()
}

fn event_of((start, length, known): (i64, i64, i64)) -> Event {
    let begin = stamp("2026-03-16T00:00:00Z");
    let from = begin + TimeDelta::minutes(start);
    let event = Event::new("e", from, from + TimeDelta::minutes(length)).unwrap().label("mailing");
    event.known_at(begin + TimeDelta::minutes(known))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_after_as_of_changes_a_feature(
        values in prop::collection::vec(prop::option::weighted(0.9, 0.0..100.0), HOURS),
        then in prop::collection::vec(prop::option::of(0.0..1e6), 0..200),
        as_of_mins in 120_i64..43_200,
        ahead_hours in 0..400_usize,
        known_after_mins in 0..60_i64,
        events in prop::collection::vec((0_i64..43_200, 1_i64..5_000, 0_i64..43_200), 0..20),
        later in prop::collection::vec((0_i64..43_200, 1_i64..5_000, 1_i64..9_999), 0..5),
    ) {
        // Across the change of clocks on 29 March.
        let copenhagen: Zone = "Europe/Copenhagen".parse().unwrap();
        let calendar = Calendar::new(Country::Denmark, copenhagen);
        let start = stamp("2026-03-15T23:00:00Z");
        let series = Series::new(start, IntervalLength::HOUR, values).unwrap();
        let as_of = start + TimeDelta::minutes(as_of_mins);
        let first = usize::try_from(as_of_mins).unwrap().div_ceil(60);
        let target = Target { as_of, interval_start: series.at(first + ahead_hours) };
        let known: Events = events.iter().map(|&it| event_of(it)).collect();
        // The same events as of then, and others that become known afterwards.
        let known_then = events.iter().map(|&it| event_of(it)).filter(|it| it.is_known_as_of(as_of));
        let unknown = later.iter().map(|&(from, length, after)| {
            event_of((from, length, 0)).known_at(as_of + TimeDelta::minutes(after))
        });
        let other: Events = known_then.chain(unknown).collect();

        let expected =
            everything(&series, &calendar, &known, known_after_mins).matrix(&[target]).unwrap();
        for changed in [changed_after(&series, as_of, &then), series.until(as_of)] {
            let features = everything(&changed, &calendar, &other, known_after_mins);
            prop_assert_eq!(&features.matrix(&[target]).unwrap(), &expected);
        }
    }
}

#[test]
fn a_change_before_as_of_changes_a_feature() {
    let (series, calendar) = (numbered(48), plain());
    let now = "2026-03-03T00:00:00Z";
    let mut values = series.values().to_vec();
    values[23] = Some(-1.0);
    let changed = Series::new(series.start(), series.interval(), values).unwrap();
    let of = |series: &Series| {
        AsOfFeatures::new(series, &calendar).mean_of_last(5).matrix(&[target(now, now)]).unwrap()
    };
    assert_ne!(of(&series), of(&changed));
    assert_eq!(AsOfFeatures::new(&series, &calendar).matrix(&[]), Err(AsOfError::NoFeatures));
}
