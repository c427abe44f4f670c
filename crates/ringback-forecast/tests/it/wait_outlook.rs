//! Waits by interval from a volume forecast.

use ringback_features::IntervalLength;
use ringback_forecast::{
    Error, Level, PredictionInterval, QueueSlot, Span, TimeVaryingQueue, VolumeForecast,
    WaitOutlook,
};

fn level(level: f64) -> Level {
    Level::new(level).unwrap()
}

/// A day with a peak, closed at the end, with two levels.
fn forecast() -> VolumeForecast {
    let median = vec![60.0, 150.0, 90.0, 60.0, 0.0];
    let by = |factor: f64| median.iter().map(|it| it * factor).collect::<Vec<f64>>();
    let bounds = |at, lower, upper| PredictionInterval {
        level: level(at),
        lower: by(lower),
        upper: by(upper),
    };
    VolumeForecast {
        start: "2026-05-04T07:00:00Z".parse().unwrap(),
        interval: IntervalLength::HOUR,
        mean: by(1.02),
        intervals: vec![bounds(0.5, 0.93, 1.08), bounds(0.8, 0.85, 1.2)],
        median,
    }
}

const AGENTS: [u32; 5] = [8, 12, 8, 6, 0];

fn queue() -> TimeVaryingQueue {
    TimeVaryingQueue::new(300.0, 240.0).unwrap()
}

fn run_at(factor: f64) -> Vec<ringback_forecast::SlotOutlook> {
    let slot = |(calls, agents): (&f64, u32)| QueueSlot {
        length_secs: 3_600.0,
        calls: calls * factor,
        agents,
    };
    let slots: Vec<QueueSlot> = forecast().median.iter().zip(AGENTS).map(slot).collect();
    queue().run(&slots).unwrap()
}

#[test]
fn bounds_are_the_days_of_the_levels_bounds() {
    let hours = WaitOutlook::new(queue()).run(&forecast(), &AGENTS, level(0.8)).unwrap();
    let (quiet, busy) = (run_at(0.85), run_at(1.2));
    assert_eq!(hours.len(), 5);
    for (index, hour) in hours.iter().enumerate() {
        assert_eq!((hour.at, hour.agents), (forecast().at(index), AGENTS[index]));
        assert_eq!(Some(hour.wait_probability.lower), Some(quiet[index].wait_probability));
        assert_eq!(Some(hour.wait_probability.upper), Some(busy[index].wait_probability));
        assert_eq!(Some(hour.service_level.upper), Some(busy[index].service_level));
    }
    let inner = WaitOutlook::new(queue()).run(&forecast(), &AGENTS, level(0.5)).unwrap();
    for (hour, inner) in hours.iter().zip(&inner).take(4) {
        let (outer, inner) = (hour.wait_secs_mean.unwrap(), inner.wait_secs_mean.unwrap());
        assert!(outer.lower < inner.lower && inner.upper < outer.upper);
        assert!(inner.lower < inner.expected && inner.expected < inner.upper);
        assert_eq!(Some(outer.expected), Some(inner.expected));
    }
    assert_eq!((hours[4].abandon_probability, hours[4].wait_secs_mean), (None, None));
}

/// Shares of outcomes 10, 25, 50, 75, 90 %: cells of 0.175, 0.2, 0.25, 0.2, 0.175.
#[test]
fn the_expected_wait_weighs_the_days_by_their_share_and_calls() {
    let hours = WaitOutlook::new(queue()).run(&forecast(), &AGENTS, level(0.8)).unwrap();
    let days = [(0.175, 0.85), (0.2, 0.93), (0.25, 1.0), (0.2, 1.08), (0.175, 1.2)];
    let (mut waited, mut calls) = (0.0, 0.0);
    for (share, factor) in days {
        waited += share * factor * run_at(factor)[1].wait_secs_mean.unwrap();
        calls += share * factor;
    }
    let expected = hours[1].wait_secs_mean.unwrap().expected;
    assert!((expected - waited / calls).abs() < 1e-9, "{expected}, {}", waited / calls);
    assert!((hours[1].calls.expected - 150.0 * calls).abs() < 1e-9);
    // Waits grow faster than calls.
    assert!(expected > run_at(1.0)[1].wait_secs_mean.unwrap());
}

#[test]
fn a_forecast_without_intervals_has_no_range() {
    let bare = VolumeForecast { intervals: Vec::new(), ..forecast() };
    let hours = WaitOutlook::new(queue()).run(&bare, &AGENTS, level(0.8)).unwrap();
    let Span { lower, expected, upper } = hours[1].wait_secs_mean.unwrap();
    assert_eq!(Some(lower), Some(upper));
    assert!((expected - lower).abs() < 1e-9 * lower);
}

#[test]
fn what_does_not_fit_is_an_error() {
    let outlook = WaitOutlook::new(queue());
    assert_eq!(
        outlook.run(&forecast(), &[3; 4], level(0.8)).unwrap_err().to_string(),
        "4 numbers of agents stand against 5 intervals, expected one each"
    );
    assert_eq!(
        outlook.run(&forecast(), &AGENTS, level(0.95)).unwrap_err().to_string(),
        "the forecast has no interval of level 0.95"
    );
    let mut short = forecast();
    short.intervals[0].upper.pop();
    assert!(matches!(
        outlook.run(&short, &AGENTS, level(0.8)),
        Err(Error::IntervalsDiffer { what: "upper bounds", got: 4, expected: 5 })
    ));
    let empty = VolumeForecast { mean: vec![], median: vec![], intervals: vec![], ..forecast() };
    assert_eq!(outlook.run(&empty, &[], level(0.8)), Err(Error::Zero { what: "slots" }));
    let mut bad = forecast();
    bad.median[2] = f64::NAN;
    assert!(matches!(
        outlook.run(&bad, &AGENTS, level(0.8)),
        Err(Error::Setting { what: "calls", .. })
    ));
}
