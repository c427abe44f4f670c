//! What customers like.
#![expect(clippy::float_cmp, reason = "bounds and counts that are exact")]

use proptest::prelude::*;
use ringback_callback::{DayPart, PreferenceSettings, Preferences, WindowOutcome, WindowSeen};
use ringback_calllog::Zone;
use ringback_reach::{Segment, Window};

use crate::planted::{at, customer, hours, window};

fn preferences() -> Preferences {
    Preferences::new(PreferenceSettings::default()).unwrap()
}

fn seen(number: u32, window: Window, outcome: WindowOutcome) -> WindowSeen {
    WindowSeen {
        at: window.ends_at(),
        customer: customer(number),
        segment: None,
        zone: Zone::UTC,
        window,
        outcome,
    }
}

fn weight(preferences: &Preferences, number: u32, window: Window) -> f64 {
    preferences.weight(customer(number), None, Zone::UTC, window)
}

#[test]
fn nothing_known_is_weight_one() {
    let preferences = preferences();
    for hour in [8, 10, 13, 16, 19] {
        assert_eq!(weight(&preferences, 1, hours(hour, hour + 1)), 1.0);
    }
}

/// The naive twin: all levels by hand for one customer and one segment, no decay.
#[test]
fn the_weight_is_the_shrunk_rate_over_the_mean_of_all_cells() {
    let mut preferences = preferences();
    let (morning, evening) = (hours(9, 11), hours(18, 20));
    let retail = Some(Segment::new("retail"));
    for (number, window, outcome) in [
        (1, evening, WindowOutcome::Chosen),
        (1, evening, WindowOutcome::Kept),
        (1, morning, WindowOutcome::PassedOver),
        (2, morning, WindowOutcome::Missed),
        (3, evening, WindowOutcome::Chosen),
    ] {
        let at = at("2026-05-04T22:00:00Z");
        let segment = if number < 3 { retail.clone() } else { None };
        preferences.see(&WindowSeen { at, segment, ..seen(number, window, outcome) });
    }
    let shrunk = |likes: f64, all: f64, prior: f64| (likes + 8.0 * prior) / (all + 8.0);
    let overall = 4.0 / 6.5;
    let all = |likes, n| shrunk(likes, n, overall);
    let (rest, evening_all, morning_all) = (all(0.0, 0.0), all(3.0, 3.0), all(0.0, 1.5));
    let evening_retail = shrunk(2.0, 2.0, evening_all);
    let morning_retail = shrunk(0.0, 1.5, morning_all);
    let evening_own = shrunk(2.0, 2.0, evening_retail);
    let morning_own = shrunk(0.0, 0.5, morning_retail);
    let mean = (8.0 * rest + evening_own + morning_own) / 10.0;
    let got = |it| preferences.weight(customer(1), retail.as_ref(), Zone::UTC, it);
    assert!((got(evening) - evening_own / mean).abs() < 1e-12);
    assert!((got(morning) - morning_own / mean).abs() < 1e-12);
    assert!((got(hours(13, 14)) - rest / mean).abs() < 1e-12);
    // Someone of whom nothing is known is as their segment is.
    let other = preferences.weight(customer(9), retail.as_ref(), Zone::UTC, evening);
    let mean = (8.0 * rest + evening_retail + morning_retail) / 10.0;
    assert!((other - evening_retail / mean).abs() < 1e-12);
}

#[test]
fn weights_stay_within_their_bounds() {
    let mut preferences = preferences();
    for _ in 0..500 {
        preferences.see(&seen(1, hours(18, 20), WindowOutcome::Kept));
        preferences.see(&seen(1, hours(9, 11), WindowOutcome::Missed));
    }
    assert_eq!(weight(&preferences, 1, hours(9, 11)), 1.0 / 3.0);
    let liked = weight(&preferences, 1, hours(18, 20));
    assert!(liked > 1.5 && liked <= 3.0, "{liked}");
}

#[test]
fn what_was_seen_a_half_life_ago_counts_half() {
    let mut preferences = preferences();
    let old = window("2026-05-04T18:00:00Z", "2026-05-04T20:00:00Z");
    let recent = window("2026-10-31T18:00:00Z", "2026-10-31T20:00:00Z");
    preferences.see(&seen(1, old, WindowOutcome::Chosen));
    preferences.see(&seen(1, recent, WindowOutcome::Missed));
    // 180 days lie between them; the first was a Monday, the second a Saturday.
    let [likes, dislikes] = preferences.own_counts(customer(1), Zone::UTC, old);
    assert!((likes - 0.5).abs() < 1e-12 && dislikes == 0.0);
    assert_eq!(preferences.own_counts(customer(1), Zone::UTC, recent), [0.0, 1.0]);
}

#[test]
fn the_part_of_the_day_is_that_of_the_customers_clock() {
    let tokyo: Zone = "Asia/Tokyo".parse().unwrap();
    assert_eq!(Preferences::day_part(Zone::UTC, hours(8, 11)), DayPart::Morning);
    assert_eq!(Preferences::day_part(tokyo, hours(8, 11)), DayPart::Evening);
    assert_eq!("midday".parse(), Ok(DayPart::Midday));
}

#[test]
fn forgetting_a_customer_leaves_what_the_others_have_taught() {
    let mut with = preferences();
    let mut without = preferences();
    let segment = Some(Segment::new("retail"));
    for (number, outcome) in
        [(1, WindowOutcome::Missed), (2, WindowOutcome::Kept), (1, WindowOutcome::Chosen)]
    {
        let it = WindowSeen { segment: segment.clone(), ..seen(number, hours(15, 17), outcome) };
        with.see(&it);
        if number != 1 {
            without.see(&it);
        }
    }
    assert!(with.forget(customer(1)) && !with.forget(customer(1)));
    assert_eq!(with.customers(), 1);
    let saved = serde_json::to_string(&with).unwrap();
    assert!(!saved.contains(&customer(1).to_string()));
    for window in [hours(15, 17), hours(9, 11)] {
        for number in [1, 2] {
            let got = with.weight(customer(number), segment.as_ref(), Zone::UTC, window);
            let expected = without.weight(customer(number), segment.as_ref(), Zone::UTC, window);
            assert!((got - expected).abs() < 1e-12, "{got}, expected {expected}");
        }
    }
}

#[test]
fn settings_outside_their_ranges_are_refused() {
    let message = |settings| Preferences::new(settings).unwrap_err().to_string();
    let settings = PreferenceSettings::default();
    assert_eq!(
        message(PreferenceSettings { half_life_days: 0.0, ..settings }),
        "half_life_days is 0, expected a finite number above 0"
    );
    assert_eq!(
        message(PreferenceSettings { weight_most: 0.5, ..settings }),
        "weight_most is 0.5, expected a finite number of at least 1"
    );
}

proptest! {
    /// The order in which things are seen changes nothing, and what is saved is read again.
    #[test]
    fn order_does_not_matter(
        things in prop::collection::vec((1_u32..4, 6_u32..22, 0_i64..400, 0_usize..4), 1..20),
    ) {
        let outcomes = [
            WindowOutcome::Chosen, WindowOutcome::PassedOver, WindowOutcome::Kept, WindowOutcome::Missed,
        ];
        let things: Vec<WindowSeen> = things.into_iter().map(|(number, hour, days, outcome)| {
            let day = hours(hour, hour + 2);
            let later = chrono::TimeDelta::days(days);
            let window = Window::new(day.starts_at() + later, day.ends_at() + later).unwrap();
            seen(number, window, outcomes[outcome])
        }).collect();
        let (mut one, mut other) = (preferences(), preferences());
        for (first, last) in things.iter().zip(things.iter().rev()) {
            one.see(first);
            other.see(last);
        }
        let saved: Preferences =
            serde_json::from_str(&serde_json::to_string(&one).unwrap()).unwrap();
        prop_assert_eq!(&saved, &one);
        for number in 1..4 {
            for hour in [7, 10, 13, 16, 19] {
                let (a, b) = (weight(&one, number, hours(hour, hour + 1)), weight(&other, number, hours(hour, hour + 1)));
                prop_assert!((a - b).abs() < 1e-9, "{} and {}", a, b);
                prop_assert!((1.0 / 3.0..=3.0).contains(&a));
            }
        }
    }
}
