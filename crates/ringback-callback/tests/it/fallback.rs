//! The conventional rules, and when they take over.

use chrono::{DateTime, TimeDelta, Utc};
use ringback_callback::{ConventionalReach, Error, FallbackReason, Freshness, Guarded};
use ringback_calllog::{PseudonymKey, Pseudonymizer, Zone};
use ringback_reach::{
    Ask, AttemptKind, Evidence, Method, ReachModel, ReachPart, ReachReason, Reachability,
};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A model that answers what it is told to.
#[derive(Clone, Debug)]
struct Says {
    known_until: Option<DateTime<Utc>>,
    /// Lower end, probability, upper end.
    answer: [f64; 3],
}

impl ReachModel for Says {
    fn name(&self) -> &'static str {
        "says"
    }

    fn known_until(&self) -> Option<DateTime<Utc>> {
        self.known_until
    }

    fn reachability(&self, _: &Ask<'_>) -> Reachability {
        let [lower, probability, upper] = self.answer;
        let evidence = Evidence { method: Method::Model, attempts: 9, reached: 3, inbound: 1 };
        Reachability { probability, lower, upper, evidence }
    }

    fn explain(&self, _: &Ask<'_>) -> ReachReason {
        let part = ReachPart { reason: "said so".to_owned(), effect: self.answer[1] };
        ReachReason { baseline: 0.0, parts: vec![part] }
    }
}

fn ask(when: &str, kind: AttemptKind) -> Ask<'static> {
    let key = PseudonymKey::from_bytes([7; 32]);
    let customer = Pseudonymizer::new(&key, "acme").customer("4711");
    Ask { kind, ..Ask::new(customer, at(when)) }
}

/// Whether two probabilities are the same but for rounding.
#[track_caller]
fn same(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-15, "{found}, expected {expected}");
}

const NOW: &str = "2026-05-04T12:00:00Z";

/// A model whose data ended some hours ago.
fn fresh(hours: i64, answer: [f64; 3]) -> Says {
    Says { known_until: Some(at(NOW) - TimeDelta::hours(hours)), answer }
}

fn guard(model: &Says) -> Guarded<'_> {
    let rules = ConventionalReach::new(Zone::UTC);
    Guarded::new(Some(model), rules, Freshness::default(), at(NOW))
}

#[test]
fn a_fresh_model_answers_itself() {
    let model = fresh(168, [0.2, 0.4, 0.6]);
    let guarded = guard(&model);
    let ask = ask(NOW, AttemptKind::RequestedCallback);
    assert_eq!(guarded.reachability(&ask), model.reachability(&ask));
    assert_eq!(guarded.explain(&ask), model.explain(&ask));
    assert_eq!((guarded.name(), guarded.fallback_reason()), ("says", None));
}

#[track_caller]
fn check_stale(known_until: Option<DateTime<Utc>>, expected: FallbackReason) {
    let model = Says { known_until, answer: [0.2, 0.4, 0.6] };
    let guarded = guard(&model);
    let ask = ask(NOW, AttemptKind::KnownContact);
    let answer = guarded.reachability(&ask);
    same(answer.probability, 0.53);
    assert_eq!(answer.evidence.method, Method::Rules);
    same(guarded.explain(&ask).baseline, 0.53);
    assert_eq!(guarded.name(), "conventional rules");
    assert_eq!(guarded.fallback_reason(), Some(expected));
}

#[test]
fn stale_missing_and_future_data_hand_over_to_the_rules_at_once() {
    let known_until = at(NOW) - TimeDelta::hours(168) - TimeDelta::seconds(1);
    let reason = FallbackReason::TooOld { known_until, max_age_hours: 168 };
    let text = "the model's data ends at 2026-04-27 11:59:59 UTC, expected at most 168 hours ago";
    assert_eq!(reason.to_string(), text);
    check_stale(Some(known_until), reason);
    check_stale(None, FallbackReason::NoData);
    let known_until = at(NOW) + TimeDelta::seconds(1);
    check_stale(Some(known_until), FallbackReason::FromTheFuture { known_until, as_of: at(NOW) });
    let none = Guarded::new(None, ConventionalReach::new(Zone::UTC), Freshness::default(), at(NOW));
    assert_eq!(none.fallback_reason(), Some(FallbackReason::NoModel));
    let answer = none.reachability(&ask(NOW, AttemptKind::RequestedCallback));
    same(answer.probability, 0.93);
}

#[test]
fn an_answer_that_is_no_probability_is_replaced_and_counted() {
    let bad = [
        [f64::NAN, f64::NAN, f64::NAN],
        [0.1, f64::NAN, 0.9],
        [0.2, 1.2, 1.5],
        [-0.1, 0.4, 0.6],
        [0.5, 0.4, 0.6],
        [0.1, f64::INFINITY, f64::INFINITY],
    ];
    for answer in bad {
        let model = fresh(0, answer);
        let guarded = guard(&model);
        assert_eq!(guarded.fallback_reason(), None);
        let ask = ask(NOW, AttemptKind::UnknownNumber);
        same(guarded.reachability(&ask).probability, 0.24);
        same(guarded.explain(&ask).probability(), 0.24);
        guarded.reachability(&ask);
        assert_eq!(guarded.fallback_reason(), Some(FallbackReason::BadAnswers { count: 2 }));
    }
}

#[test]
fn conventions_have_an_interval_around_them_and_an_explanation_that_adds_up() {
    let rules = ConventionalReach::new("Europe/Copenhagen".parse().unwrap());
    for kind in AttemptKind::ALL {
        // A Monday's noon and evening, and a Saturday.
        for when in ["2026-05-04T10:00:00Z", "2026-05-04T17:00:00Z", "2026-05-09T10:00:00Z"] {
            let ask = ask(when, *kind);
            let answer = rules.reachability(&ask);
            assert!(0.0 < answer.lower && answer.lower < answer.probability, "{answer:?}");
            assert!(answer.probability < answer.upper && answer.upper < 1.0, "{answer:?}");
            let said = rules.explain(&ask).probability();
            assert!((said - answer.probability).abs() < 1e-12, "{said}");
        }
    }
}

#[test]
fn evenings_and_weekends_have_more_than_the_odds_of_a_days_noon_unless_the_call_is_awaited() {
    let rules = ConventionalReach::new("Europe/Copenhagen".parse().unwrap());
    let p = |when, kind| rules.reachability(&ask(when, kind)).probability;
    let odds = |p: f64| p / (1.0 - p);
    let [noon, evening, saturday] =
        ["2026-05-04T10:00:00Z", "2026-05-04T16:00:00Z", "2026-05-09T10:00:00Z"];
    for better in [evening, saturday] {
        let ratio =
            odds(p(better, AttemptKind::UnknownNumber)) / odds(p(noon, AttemptKind::UnknownNumber));
        assert!((ratio - 1.2).abs() < 1e-12, "{ratio}");
        let awaited = AttemptKind::RequestedCallback;
        same(p(better, awaited), p(noon, awaited));
    }
    // By the customer's own clock: 18 in Copenhagen is noon in New York.
    let mut ask = ask(evening, AttemptKind::UnknownNumber);
    ask.zone = Some("America/New_York".parse().unwrap());
    same(rules.reachability(&ask).probability, 0.24);
}

#[test]
fn an_age_of_nothing_is_refused() {
    let error = Freshness { max_age_hours: 0 }.check().unwrap_err();
    assert!(matches!(error, Error::Setting { .. }));
    assert_eq!(error.to_string(), "age of a model's data is 0, expected 1 to 87600 hours");
}
