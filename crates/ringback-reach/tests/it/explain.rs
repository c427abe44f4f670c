//! Reasons that add up, for every kind of model.

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::Zone;
use ringback_reach::{
    Ask, Attempt, AttemptKind, AttemptLog, ContactOutcome, FittedReach, ModelChoice, ReachLearning,
    ReachModel,
};

use crate::simulator::{Simulator, customer};

fn monday(hour: i64) -> DateTime<Utc> {
    "2026-06-08T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::hours(hour)
}

/// A log in which a signal tells of every second answer.
fn log() -> AttemptLog {
    let simulated = Simulator { customers: 300, attempts: 2_500, ..Simulator::new(31) }.run();
    let mut attempts: Vec<Attempt> = simulated.log.attempts().to_vec();
    for (number, attempt) in attempts.iter_mut().enumerate() {
        let is_reached = attempt.outcome == ContactOutcome::Reached;
        attempt.signals = vec![if is_reached && number % 2 == 0 { 1.0 } else { 0.0 }];
    }
    AttemptLog::with_signals(attempts, vec!["site_visits".into()], Zone::UTC).unwrap()
}

#[track_caller]
fn check(model: &FittedReach, ask: &Ask<'_>) {
    let (said, reason) = (model.reachability(ask).probability, model.explain(ask));
    let sum = reason.probability();
    assert!((said - sum).abs() < 1e-9, "{}: {said} against {sum}: {reason:?}", model.name());
    assert!(!reason.parts.is_empty() && reason.parts.iter().all(|it| !it.reason.is_empty()));
}

#[test]
fn the_parts_of_every_kind_of_model_add_up_to_its_score() {
    let log = log();
    for choice in ModelChoice::KINDS {
        let model = ReachLearning::new().model(choice).fit(&log).unwrap();
        assert_eq!(model.chosen(), choice, "{:?}", model.notes());
        for who in [0, 7, 120, 90_000] {
            check(&model, &Ask::new(customer(who), monday(10)));
            let signals = [1.0];
            let kind = AttemptKind::RequestedCallback;
            check(&model, &Ask { kind, signals: &signals, ..Ask::new(customer(who), monday(18)) });
        }
        if choice != ModelChoice::Rate {
            let said = |signals: &[f64]| {
                model
                    .reachability(&Ask { signals, ..Ask::new(customer(7), monday(10)) })
                    .probability
            };
            assert!(said(&[1.0]) > said(&[0.0]) + 0.2, "{choice:?}");
        }
    }
}

#[test]
fn the_baseline_is_the_rate_of_all() {
    let simulated = Simulator { customers: 300, attempts: 2_500, ..Simulator::new(31) }.run();
    let model = ReachLearning::new().model(ModelChoice::Rate).fit(&simulated.log).unwrap();
    let reason = model.explain(&Ask::new(customer(3), monday(10)));
    // The outcomes are drawn by the truths: the two means differ by chance, four standard errors at most.
    assert!((reason.baseline - simulated.rate()).abs() < 4.0 * 0.5 / 50.0, "{reason:?}");
}

#[test]
fn a_reason_counts_the_calls_that_it_rests_on() {
    let mut model = ReachLearning::new().model(ModelChoice::Rate).fit(&log()).unwrap();
    let who = customer(90_001);
    let outcomes = [(15, true), (16, true), (16, false), (15, true), (9, false), (10, false)];
    for (day, (hour, is_reached)) in outcomes.into_iter().enumerate() {
        let outcome = if is_reached { ContactOutcome::Reached } else { ContactOutcome::NoAnswer };
        let at = monday(24 * i64::try_from(day).unwrap() + hour);
        model.observe(&Attempt { signals: vec![0.0], ..Attempt::new(who, at, outcome) });
    }
    let reason = model.explain(&Ask::new(who, monday(24 * 7 + 15)));
    let find = |text: &str| reason.parts.iter().find(|it| it.reason.contains(text));
    let near = find("answered 3 of 4 calls between 14:00 and 17:00").unwrap();
    assert!(near.effect > 0.0);
    let others = find("answered 0 of 2 calls at other hours").unwrap();
    assert!(others.effect < 0.0);
    assert!(find("missed 2 times in a row").is_some(), "{reason:?}");
    assert!(find("on Mondays at 15:00").is_some(), "{reason:?}");
}
