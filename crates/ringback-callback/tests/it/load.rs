//! Free time of agents.
#![expect(clippy::float_cmp, reason = "whole seconds, and shares that are exact")]

use ringback_callback::{Capacity, FreeTime, FreeTimeSettings, LoadRow, Skill};
use ringback_features::IntervalLength;
use ringback_forecast::{Level, PredictionInterval, ServiceTarget, VolumeForecast};
use ringback_reach::Window;

use crate::planted::{at, hours, window};

fn row(window: Window, calls: f64, agents: u32) -> LoadRow {
    LoadRow { window, calls, handle_secs: 180.0, agents, skill: None }
}

#[test]
fn agents_beyond_those_that_callers_need_are_free() {
    // An occupancy of at most one half: ten calls an hour of three minutes are half an erlang, one agent.
    let settings = FreeTimeSettings::default()
        .target(ServiceTarget::OccupancyAtMost { share: 0.5 })
        .reserve_share(0.0)
        .unwrap();
    let rows =
        [row(hours(9, 10), 10.0, 4), row(hours(10, 11), 40.0, 4), row(hours(11, 12), 90.0, 4)];
    let free = settings.free_time(&rows).unwrap();
    let secs = |from, to| free.within(hours(from, to), None).free_secs;
    assert_eq!([secs(9, 10), secs(10, 11), secs(11, 12)], [3.0 * 3_600.0, 0.0, 0.0]);
    assert_eq!(secs(9, 12), 10_800.0);
    let reserved = settings.clone().reserve_agents(1).reserve_share(0.25).unwrap();
    let free = reserved.free_time(&rows).unwrap();
    assert_eq!(free.within(hours(9, 10), None).free_secs, 2.0 * 3_600.0 * 0.75);
}

#[test]
fn a_window_takes_its_part_of_a_stretch_and_nothing_where_none_is_known() {
    let free =
        FreeTime::of_capacity(&[Capacity { window: hours(9, 11), slots: 8, skill: None }], 300.0);
    assert_eq!(free.within(hours(9, 11), None).slots(300.0), 8);
    assert_eq!(free.within(hours(10, 11), None).slots(300.0), 4);
    assert_eq!(free.within(hours(10, 13), None).slots(300.0), 4);
    assert_eq!(free.within(hours(12, 13), None).slots(300.0), 0);
    assert_eq!(free.within(hours(9, 11), None).slots(700.0), 3);
    assert_eq!(free.within(hours(9, 11), None).share(), 1.0);
    assert_eq!(free.known_until(), Some(hours(9, 11).ends_at()));
}

#[test]
fn agents_of_a_skill_serve_it_and_their_time_is_taken_first() {
    let loans = Skill::new("loans");
    let capacity = [
        Capacity { window: hours(9, 10), slots: 2, skill: Some(loans.clone()) },
        Capacity { window: hours(9, 10), slots: 3, skill: None },
    ];
    let mut free = FreeTime::of_capacity(&capacity, 600.0);
    let slots = |free: &FreeTime, skill| free.within(hours(9, 10), skill).slots(600.0);
    assert_eq!((slots(&free, Some(&loans)), slots(&free, None)), (5, 3));
    assert_eq!(free.promise(hours(9, 10), Some(&loans), 600.0), 0.0);
    assert_eq!((slots(&free, Some(&loans)), slots(&free, None)), (4, 3));
    free.promise(hours(9, 10), Some(&loans), 1_200.0);
    assert_eq!((slots(&free, Some(&loans)), slots(&free, None)), (2, 2));
    assert_eq!(free.promise(hours(9, 10), None, 1_800.0), 600.0);
    assert_eq!(free.capacity(&[hours(9, 10)], 600.0).iter().map(|it| it.slots).sum::<u32>(), 0);
}

#[test]
fn rows_of_a_forecast_take_the_mean_or_an_upper_bound() {
    let level = Level::new(0.8).unwrap();
    let intervals =
        vec![PredictionInterval { level, lower: vec![5.0, 6.0], upper: vec![30.0, 40.0] }];
    let forecast = VolumeForecast {
        start: at("2026-05-04T09:00:00Z"),
        interval: IntervalLength::from_minutes(30).unwrap(),
        mean: vec![10.0, 20.0],
        median: vec![10.0, 20.0],
        intervals,
    };
    let settings = FreeTimeSettings::default();
    let rows = settings.rows(&forecast, 180.0, &[4, 5, 6], None).unwrap();
    let half_hour = window("2026-05-04T09:30:00Z", "2026-05-04T10:00:00Z");
    assert_eq!(
        rows,
        [
            row(window("2026-05-04T09:00:00Z", "2026-05-04T09:30:00Z"), 10.0, 4),
            row(half_hour, 20.0, 5)
        ]
    );
    let upper = settings.clone().upper(level).rows(&forecast, 180.0, &[4, 5], None).unwrap();
    assert_eq!(upper[1].calls, 40.0);
    let missing = settings.upper(Level::new(0.95).unwrap()).rows(&forecast, 180.0, &[4], None);
    assert_eq!(
        missing.unwrap_err().to_string(),
        "no free time of this load: the forecast has no interval at level 0.95"
    );
}

#[test]
fn a_load_that_cannot_be_is_refused_with_its_interval() {
    let error = FreeTimeSettings::default().free_time(&[row(hours(9, 10), -1.0, 4)]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no free time of this load: interval at 2026-05-04 09:00:00 UTC: calls_per_hour is -1, expected a finite number of at least 0"
    );
}
