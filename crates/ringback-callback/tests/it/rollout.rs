//! Phases and what it takes to leave them.

use ringback_callback::{
    OfferRule, PhaseRecord, Promotion, PromotionVerdict, Rollout, Rollouts, Shortfall,
};
use ringback_calllog::QueueId;

use crate::planted::at;

#[test]
fn phases_begin_at_their_own_wait_and_end_at_the_rules_share_of_it() {
    let rule = OfferRule::default();
    let thresholds = |phase: Rollout| {
        let rule = phase.rule(rule);
        (rule.offer_above_secs, rule.stop_below_secs)
    };
    assert_eq!(thresholds(Rollout::Shadow), (180.0, 120.0));
    assert_eq!(thresholds(Rollout::SoftLaunch { offer_above_secs: 540.0 }), (540.0, 360.0));
    assert_eq!(thresholds(Rollout::Step { offer_above_secs: 240.0 }), (240.0, 160.0));
    assert_eq!(thresholds(Rollout::Full), (180.0, 120.0));
}

#[test]
fn a_phase_never_offers_earlier_than_the_rule() {
    let rule = OfferRule { offer_above_secs: 500.0, ..OfferRule::default() };
    assert_eq!(Rollout::Step { offer_above_secs: 240.0 }.rule(rule), rule);
}

#[test]
fn the_ladder_leads_from_shadow_to_full() {
    let mut phase = Rollout::Shadow;
    let mut seen = vec![phase.to_string()];
    while let Some(next) = phase.next() {
        phase = next;
        seen.push(phase.to_string());
    }
    let expected = [
        "shadow",
        "soft launch above 600 s",
        "soft launch above 480 s",
        "step above 360 s",
        "step above 300 s",
        "step above 240 s",
        "step above 180 s",
        "full",
    ];
    assert_eq!(seen, expected);
    let between = Rollout::Step { offer_above_secs: 270.0 }.next();
    assert_eq!(between, Some(Rollout::Step { offer_above_secs: 240.0 }));
    assert!(Rollout::LADDER.iter().all(|it| it.checked() == Ok(*it)));
}

#[test]
fn thresholds_outside_the_phases_range_are_refused() {
    let soft = Rollout::SoftLaunch { offer_above_secs: 300.0 }.checked();
    assert_eq!(
        soft.unwrap_err().to_string(),
        "offer_above_secs is 300, expected 480 to 600 in a soft launch"
    );
    assert!(Rollout::Step { offer_above_secs: f64::NAN }.checked().is_err());
}

#[test]
fn queues_that_are_not_named_are_in_the_default_phase() {
    let mut rollouts = Rollouts::default();
    rollouts.queues.insert(QueueId::new("cards"), Rollout::Full);
    assert_eq!(rollouts.of(Some(&QueueId::new("cards"))), Rollout::Full);
    assert_eq!(rollouts.of(Some(&QueueId::new("loans"))), Rollout::Shadow);
    assert_eq!(rollouts.of(None), Rollout::Shadow);
}

#[test]
fn a_phase_is_left_when_days_cases_and_shares_are_there() {
    let since = at("2026-05-01T00:00:00Z");
    let record = PhaseRecord { since, decisions: 500, due: 200, answered: 170, missed_by_us: 8 };
    let step = Rollout::Step { offer_above_secs: 240.0 };
    let promotion = Promotion::default();
    let ready = promotion.judge(step, &record, at("2026-05-15T00:00:00Z"));
    assert_eq!(ready, PromotionVerdict::Ready(Rollout::Step { offer_above_secs: 180.0 }));

    let poor = PhaseRecord { due: 80, answered: 60, missed_by_us: 8, ..record };
    let PromotionVerdict::Stay(short) = promotion.judge(step, &poor, at("2026-05-14T23:00:00Z"))
    else {
        panic!("a poor phase was promoted");
    };
    let text: Vec<String> = short.iter().map(Shortfall::to_string).collect();
    let expected = [
        "13 days, 14 asked for",
        "80 cases, 100 asked for",
        "75.0 % of callbacks answered, 80.0 % asked for",
        "10.0 % of callbacks not made in time, 5.0 % allowed",
    ];
    assert_eq!(text, expected);
}

#[test]
fn shadow_is_judged_by_its_decisions_alone() {
    let since = at("2026-05-01T00:00:00Z");
    let record = PhaseRecord { since, decisions: 100, due: 0, answered: 0, missed_by_us: 0 };
    let later = at("2026-06-01T00:00:00Z");
    let verdict = Promotion::default().judge(Rollout::Shadow, &record, later);
    assert_eq!(verdict, PromotionVerdict::Ready(Rollout::SoftLaunch { offer_above_secs: 600.0 }));
    let last = Promotion::default().judge(Rollout::Full, &record, later);
    assert_eq!(last, PromotionVerdict::Last);
}
