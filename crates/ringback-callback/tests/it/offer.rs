//! Whether a callback is offered.
#![expect(clippy::float_cmp, reason = "numbers that pass through unchanged")]

use proptest::prelude::*;
use ringback_callback::{
    CallbackCost, Error, Forbidden, KeepReason, Obstacle, OfferCase, OfferGate, OfferRule,
    OfferVerdict, RequestId, Urgency, WaitEstimate, WaitQuantile,
};
use ringback_forecast::{Quantile, WaitForecast, WaitMethod};

fn announced(wait_secs: f64) -> WaitEstimate {
    WaitEstimate::announced(wait_secs).unwrap()
}

/// The gate after a row of waits, and what was said to each caller.
fn run(rule: OfferRule, waits: &[f64]) -> Vec<bool> {
    let mut gate = OfferGate::CLOSED;
    let mut offered = Vec::new();
    for &wait_secs in waits {
        let wait = announced(wait_secs);
        let (verdict, next) = rule.decide(&OfferCase::new(&wait), gate);
        gate = next;
        offered.push(verdict == OfferVerdict::Offer);
    }
    offered
}

#[test]
fn offers_begin_above_three_minutes_and_end_below_two() {
    let waits = [60.0, 119.9, 180.0, 180.1, 150.0, 120.0, 119.9, 179.0, 200.0];
    let expected = [false, false, false, true, true, true, false, false, true];
    assert_eq!(run(OfferRule::default(), &waits), expected);
}

#[test]
fn the_upper_quantile_decides_and_not_the_mean() {
    let quantile = |level, wait_secs| WaitQuantile { level, wait_secs };
    let spread = WaitEstimate::new(100.0, vec![quantile(0.5, 70.0), quantile(0.9, 240.0)]).unwrap();
    let tight = WaitEstimate::new(170.0, vec![quantile(0.5, 169.0), quantile(0.9, 175.0)]).unwrap();
    let rule = OfferRule::default();
    let verdict = |wait, rule: OfferRule| rule.decide(&OfferCase::new(wait), OfferGate::CLOSED).0;
    assert_eq!(verdict(&spread, rule), OfferVerdict::Offer);
    assert_eq!(
        verdict(&tight, rule),
        OfferVerdict::KeepWaiting(KeepReason::ShortWait {
            wait_secs: 175.0,
            threshold_secs: 180.0
        })
    );
    let median = OfferRule { quantile: 0.5, ..rule };
    assert_ne!(verdict(&spread, median), OfferVerdict::Offer);
}

#[test]
fn urgent_callers_go_through_and_still_move_the_gate() {
    let wait = announced(900.0);
    let case = OfferCase { urgency: Urgency::Urgent, ..OfferCase::new(&wait) };
    let (verdict, gate) = OfferRule::default().decide(&case, OfferGate::CLOSED);
    assert_eq!(verdict, OfferVerdict::KeepWaiting(KeepReason::Urgent));
    assert_eq!(gate, OfferGate::OPEN);
}

#[test]
fn obstacles_keep_the_ordinary_queue_each_with_its_reason() {
    let cap = Forbidden::Cap { calls: 3, allowed: 3, hours: 24 };
    for (obstacle, text) in [
        (Obstacle::OptedOut, "the customer does not want to be called back"),
        (Obstacle::NotCallable, "there is no number to call"),
        (
            Obstacle::OpenRequest(RequestId::new("r1")),
            "the customer is to be called back already (r1)",
        ),
        (Obstacle::Rule(cap), "3 calls in 24 hours, 3 allowed"),
    ] {
        let wait = announced(900.0);
        let case = OfferCase { obstacles: vec![obstacle.clone()], ..OfferCase::new(&wait) };
        let (verdict, _) = OfferRule::default().decide(&case, OfferGate::OPEN);
        let reason = KeepReason::Obstacle(obstacle);
        assert_eq!(reason.to_string(), text);
        assert_eq!(verdict, OfferVerdict::KeepWaiting(reason));
    }
}

#[test]
fn nothing_is_offered_in_the_last_two_minutes_before_closing() {
    let wait = announced(900.0);
    let verdict = |secs_to_close| {
        let case = OfferCase { secs_to_close, ..OfferCase::new(&wait) };
        OfferRule::default().decide(&case, OfferGate::CLOSED).0
    };
    assert_eq!(
        verdict(Some(119.0)),
        OfferVerdict::KeepWaiting(KeepReason::NearClose { secs_to_close: 119.0 })
    );
    assert_eq!(verdict(Some(120.0)), OfferVerdict::Offer);
    assert_eq!(verdict(None), OfferVerdict::Offer);
}

#[test]
fn costs_give_the_line_of_p_over_h() {
    let rule =
        OfferRule::of_costs(CallbackCost { per_callback: 6.0, per_waiting_minute: 1.5 }).unwrap();
    assert_eq!((rule.offer_above_secs, rule.stop_below_secs), (240.0, 160.0));
    let free = OfferRule::of_costs(CallbackCost { per_callback: 6.0, per_waiting_minute: 0.0 });
    assert_eq!(
        free.unwrap_err().to_string(),
        "per_waiting_minute is 0, expected a finite number above 0"
    );
}

#[test]
fn a_rule_that_ends_offers_above_where_they_begin_is_refused() {
    let rule = OfferRule { stop_below_secs: 200.0, ..OfferRule::default() };
    assert_eq!(
        rule.checked().unwrap_err().to_string(),
        "contradictory rules: stop_below_secs is 200 and offer_above_secs 180, expected the first to be no more"
    );
    let rule = OfferRule { quantile: 1.0, ..OfferRule::default() };
    let expected = "above 0 and below 1";
    assert_eq!(rule.checked(), Err(Error::Setting { name: "quantile", value: 1.0, expected }));
}

#[test]
fn a_prediction_keeps_its_mean_and_quantiles() {
    let forecast = WaitForecast {
        method: WaitMethod::Learned,
        mean_secs: 70.0,
        lower_90_secs: 5.0,
        upper_90_secs: 140.0,
        p05_secs: 10.0,
        p10_secs: 20.0,
        p25_secs: 30.0,
        p50_secs: 60.0,
        p75_secs: 90.0,
        p90_secs: 120.0,
        p95_secs: 150.0,
    };
    let wait = WaitEstimate::from(&forecast);
    assert_eq!(wait.mean_secs(), 70.0);
    for level in [0.05, 0.1, 0.25, 0.4, 0.5, 0.8, 0.9, 0.93, 0.95] {
        let (got, expected) = (wait.at(level), forecast.at(Quantile::new(level).unwrap()));
        assert!((got - expected).abs() < 1e-12, "{level}: {got}, expected {expected}");
    }
}

#[test]
fn estimates_whose_quantiles_do_not_rise_are_refused() {
    let quantile = |level, wait_secs| WaitQuantile { level, wait_secs };
    let message = |mean_secs, quantiles| {
        WaitEstimate::new(mean_secs, quantiles).map(|_| ()).unwrap_err().to_string()
    };
    assert_eq!(
        message(1.0, vec![quantile(0.5, 9.0), quantile(0.9, 8.0)]),
        "wait_secs is 8, expected a wait of at least that of the level below"
    );
    assert_eq!(
        message(1.0, vec![quantile(0.9, 9.0), quantile(0.5, 9.0)]),
        "level is 0.5, expected levels between 0 and 1, each above the last"
    );
    assert_eq!(message(1.0, vec![]), "the number of quantiles is 0, expected at least 1");
    assert_eq!(
        message(f64::NAN, vec![quantile(0.5, 9.0)]),
        "mean_secs is NaN, expected a finite number of at least 0"
    );
    let saved = r#"{"mean_secs":-1.0,"quantiles":[{"level":0.5,"wait_secs":1.0}]}"#;
    assert!(serde_json::from_str::<WaitEstimate>(saved).is_err());
}

proptest! {
    /// Whatever the waits: below the lower threshold nothing is offered, above the upper one always, and between them the
    /// answer is that of the caller before.
    #[test]
    fn inside_the_band_nothing_changes(waits in prop::collection::vec(0.0..400.0_f64, 1..60)) {
        let offered = run(OfferRule::default(), &waits);
        let mut before = false;
        for (&wait_secs, &is_offered) in waits.iter().zip(&offered) {
            let expected = match wait_secs {
                it if it < 120.0 => false,
                it if it > 180.0 => true,
                _ => before,
            };
            prop_assert_eq!(is_offered, expected, "wait {}", wait_secs);
            before = is_offered;
        }
    }

    /// Neither urgent callers nor those who opted out are ever offered anything.
    #[test]
    fn urgent_and_opted_out_are_never_offered(
        wait_secs in 0.0..7_200.0_f64,
        is_open in any::<bool>(),
        is_urgent in any::<bool>(),
    ) {
        let wait = announced(wait_secs);
        let mut case = OfferCase::new(&wait);
        if is_urgent {
            case.urgency = Urgency::Urgent;
        } else {
            case.obstacles = vec![Obstacle::OptedOut];
        }
        let (verdict, _) = OfferRule::default().decide(&case, OfferGate { is_open });
        prop_assert_ne!(verdict, OfferVerdict::Offer);
    }
}
