//! The rate table against planted truth.

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::Zone;
use ringback_reach::{
    Ask, Attempt, AttemptKind, AttemptLog, ContactOutcome, Error, InboundContact, RateTable,
    ReachModel, Segment,
};

use crate::simulator::{Simulator, customer};

fn monday(hour: i64) -> DateTime<Utc> {
    "2026-06-08T00:30:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::hours(hour)
}

fn small(seed: u64) -> Simulator {
    Simulator { customers: 700, attempts: 6_000, ..Simulator::new(seed) }
}

#[test]
fn where_customers_do_not_differ_everybody_has_the_segments_curve() {
    let alike = Simulator { level_spread: 0.0, preference: 0.0, fatigue: 0.0, ..small(11) };
    let simulated = alike.run();
    let table = RateTable::fit(&simulated.log).unwrap();
    let (mut apart, mut moved, mut asked) = (0.0, 0.0, 0.0);
    for number in 0..200 {
        let segment = simulated.log.attempts().iter().find(|it| it.customer == customer(number));
        let segment = segment.and_then(|it| it.segment.clone());
        for hour in 8..20 {
            let ask = Ask { segment: segment.as_ref(), ..Ask::new(customer(number), monday(hour)) };
            let known = table.reachability(&ask).probability;
            let stranger = Ask { customer: customer(90_000), ..ask };
            let fresh = table.reachability(&stranger).probability;
            if segment.is_some() {
                apart += (fresh - simulated.truth(number, monday(hour))).abs();
                moved += (known - fresh).abs();
                asked += 1.0;
            }
        }
    }
    let (apart, moved) = (apart / asked, moved / asked);
    assert!(apart < 0.035, "strangers are off by {apart} on average");
    assert!(moved < 0.035, "own history moves by {moved} on average where it says nothing");
}

#[test]
fn without_any_effect_of_time_no_hour_promises_much_more_than_another() {
    let flat = Simulator { preference: 0.0, time_effect: 0.0, ..small(12) };
    let simulated = flat.run();
    let table = RateTable::fit(&simulated.log).unwrap();
    let mut gain = 0.0;
    for number in 0..300 {
        let chances: Vec<f64> = (8..20)
            .map(|it| table.reachability(&Ask::new(customer(number), monday(it))).probability)
            .collect();
        let mean = chances.iter().sum::<f64>() / chances.len() as f64;
        gain += chances.iter().copied().fold(0.0, f64::max) - mean;
    }
    assert!(gain / 300.0 < 0.05, "the best hour promises {} more", gain / 300.0);
}

#[test]
fn what_is_forgotten_is_as_if_it_had_never_been_known() {
    let simulated = small(13).run();
    let mut table = RateTable::fit(&simulated.log).unwrap();
    let segment = Segment::from("consumer");
    let ask = |who| Ask { segment: Some(&segment), ..Ask::new(customer(who), monday(10)) };
    assert!(table.reachability(&ask(0)).evidence.attempts > 0);
    let before = table.customers();
    assert!(table.forget(&customer(0)));
    assert!(!table.forget(&customer(0)));
    assert_eq!(table.customers(), before - 1);
    assert_eq!(table.reachability(&ask(0)), table.reachability(&ask(90_000)));
    // The place is used again, and nothing is left in it.
    let attempt = Attempt {
        segment: Some(segment.clone()),
        ..Attempt::new(customer(90_001), monday(9), ContactOutcome::Reached)
    };
    table.observe(&attempt);
    assert_eq!(table.reachability(&ask(90_001)).evidence.attempts, 1);
}

#[test]
fn answers_raise_the_hour_and_a_call_too_short_to_hear_does_not_count() {
    let simulated = small(14).run();
    let mut table = RateTable::fit(&simulated.log).unwrap();
    let who = customer(80_000);
    let ask = Ask::new(who, monday(24 * 7 + 18));
    let fresh = table.reachability(&ask);
    let mut short = Attempt::new(who, monday(18), ContactOutcome::NoAnswer);
    short.ring_secs = Some(6.0);
    table.observe(&short);
    let unheard = table.reachability(&ask);
    assert_eq!(unheard.evidence.attempts, 0);
    for day in 1..5 {
        let at = monday(24 * day + 18);
        table.observe(&Attempt::new(who, at, ContactOutcome::Reached));
    }
    let known = table.reachability(&ask);
    assert!(known.probability > fresh.probability + 0.15, "{fresh:?} {known:?}");
    assert!(known.lower <= known.probability && known.probability <= known.upper);
    let morning = table.reachability(&Ask::new(who, monday(24 * 7 + 9)));
    assert!(known.probability > morning.probability);
}

#[test]
fn own_calls_point_to_the_hour_where_the_log_shows_that_they_do() {
    let simulated = small(15).run();
    // Calls at hours at which the customer would answer, whether or not anybody calls them then.
    let mut draws = crate::simulator::Draws::new(15);
    let mut calls = Vec::new();
    while calls.len() < 6_000 {
        let who = draws.below(700);
        let hours = i64::try_from(draws.below(150 * 24)).unwrap();
        let at = monday(hours - 150 * 24);
        if draws.unit() < simulated.truth(who, at) && (8..20).contains(&(hours % 24)) {
            calls.push(InboundContact { at, customer: customer(who) });
        }
    }
    let log = simulated.log.clone().inbound(calls);
    let mut table = RateTable::fit(&log).unwrap();
    let weight = table.inbound_weight();
    assert!((0.0..1.0).contains(&weight) && weight > 0.0, "weight {weight}");
    let who = customer(80_000);
    let chance = |table: &RateTable, hour: i64| {
        table.reachability(&Ask::new(who, monday(24 * 7 + hour))).probability
    };
    let before = chance(&table, 18) - chance(&table, 9);
    for day in 0..4 {
        table.observe_inbound(InboundContact { at: monday(24 * day + 18), customer: who });
    }
    assert!(chance(&table, 18) - chance(&table, 9) > before + 0.03);
    assert_eq!(table.reachability(&Ask::new(who, monday(200))).evidence.inbound, 4);
}

#[test]
fn too_few_attempts_are_an_error() {
    let attempts = (0..49)
        .map(|it| Attempt::new(customer(it), monday(9), ContactOutcome::Reached))
        .chain([Attempt::new(customer(50), monday(9), ContactOutcome::Failed)]);
    let log = AttemptLog::new(attempts.collect(), Zone::UTC).unwrap();
    assert_eq!(RateTable::fit(&log), Err(Error::TooFewAttempts { got: 49, needed: 50 }));
}

#[test]
fn a_requested_callback_is_answered_as_often_as_the_log_says() {
    let attempts = (0..3_000_usize).map(|it| {
        let kind =
            if it % 2 == 0 { AttemptKind::RequestedCallback } else { AttemptKind::UnknownNumber };
        let is_reached = if it % 2 == 0 { it % 20 != 0 } else { it % 5 == 0 };
        let outcome = if is_reached { ContactOutcome::Reached } else { ContactOutcome::NoAnswer };
        let at = monday(0) + TimeDelta::minutes(37 * i64::try_from(it).unwrap());
        Attempt { kind, ..Attempt::new(customer(it), at, outcome) }
    });
    let log = AttemptLog::new(attempts.collect(), Zone::UTC).unwrap();
    let table = RateTable::fit(&log).unwrap();
    let chance = |kind| {
        let ask = Ask { kind, ..Ask::new(customer(90_000), monday(24 * 90 + 10)) };
        table.reachability(&ask).probability
    };
    // Of the even ones 9 in 10 are reached, of the odd ones 1 in 5.
    assert!((chance(AttemptKind::RequestedCallback) - 0.9).abs() < 0.05);
    assert!((chance(AttemptKind::UnknownNumber) - 0.2).abs() < 0.05);
}
