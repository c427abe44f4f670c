//! The settings as a file.

use ringback_callback::{
    ClockStyle, Exploration, IntentRule, Language, OfferRule, Policy, RetryPolicy, Rollout, Skill,
    Urgency,
};
use ringback_calllog::{Intent, QueueId};
use ringback_features::Country;

#[track_caller]
fn check(text: &str, expected: &str) {
    let error = Policy::read(text, "policy.toml").unwrap_err().to_string();
    assert_eq!(error.lines().next(), Some(expected), "{text}");
}

#[test]
fn the_example_says_the_defaults() {
    let example = Policy::read(Policy::example(), "example.toml").unwrap();
    let empty = Policy::read("", "empty.toml").unwrap();
    assert_eq!(empty, Policy::default());
    assert_eq!(example.offer.rule(), Ok(OfferRule::default()));
    assert_eq!(empty.offer.rule(), Ok(OfferRule::default()));
    let without_offer = |it: Policy| Policy { offer: empty.offer, ..it };
    assert_eq!(without_offer(example), empty);
}

/// Every line of the example that is switched off is right too.
#[test]
fn what_is_commented_out_in_the_example_can_be_switched_on() {
    let is_setting = |line: &str| line.contains(" = ") || line.starts_with("[intents.");
    let mut on = String::new();
    for line in Policy::example().lines() {
        let setting =
            line.strip_prefix("# ").filter(|it| is_setting(it) && !it.starts_with("cost"));
        on.push_str(setting.unwrap_or(line));
        on.push('\n');
    }
    let policy = Policy::read(&on, "on.toml").unwrap();
    assert_eq!(policy.calendar().unwrap().country().map(Country::code), Some("DK"));
    let mortgage = &policy.intents[&Intent::new("mortgage")];
    assert_eq!(mortgage.skill, Some(Skill::new("loans")));
    assert_eq!((mortgage.handle_minutes, mortgage.handle_secs()), (30.0, 1_800.0));
    assert_eq!(policy.intents[&Intent::new("lost_card")].urgency, Urgency::Urgent);
    assert_eq!(policy.rollout.of(Some(&QueueId::new("cards"))), Rollout::Full);
    assert_eq!(policy.load.patience_secs, Some(300.0));
    assert_eq!(policy.calling.caps.len(), 2);
    assert!(policy.calling_rules().unwrap().build().is_ok());
    assert!(policy.desk().is_ok());
}

#[test]
fn settings_are_read() {
    let policy = Policy::read(
        r#"
        [offer]
        offer_above_secs = 300
        quantile = 0.5
        [choice]
        exploration = { method = "softmax", temperature = 0.5 }
        [announcements]
        language = "da"
        "#,
        "policy.toml",
    )
    .unwrap();
    let rule = policy.offer.rule().unwrap();
    assert_eq!((rule.offer_above_secs, rule.stop_below_secs, rule.quantile), (300.0, 200.0, 0.5));
    assert_eq!(policy.choice.exploration, Exploration::Softmax { temperature: 0.5 });
    assert_eq!(policy.announcements.language, Language::Danish);
    assert_eq!(policy.announcements.clock, ClockStyle::TwentyFour);
    let desk = policy.desk().unwrap();
    assert_eq!(desk.intent(None), &IntentRule::default());
    assert_eq!(policy.retries, RetryPolicy::default());
}

#[test]
fn costs_stand_in_place_of_thresholds() {
    let text = "[offer]\ncost = { per_callback = 6.0, per_waiting_minute = 2.0 }";
    let rule = Policy::read(text, "policy.toml").unwrap().offer.rule().unwrap();
    assert_eq!((rule.offer_above_secs, rule.stop_below_secs), (180.0, 120.0));
    check(
        "[offer]\ncost = { per_callback = 6.0, per_waiting_minute = 2.0 }\noffer_above_secs = 200.0",
        "policy.toml:1: offer: contradictory rules: offer.cost and a threshold are both given, expected one of them",
    );
}

#[test]
fn unknown_keys_are_errors_with_their_line() {
    check(
        "zone = \"UTC\"\n\n[offer]\noffer_abov_secs = 3.0",
        "policy.toml:4: unknown field `offer_abov_secs`, expected one of `offer_above_secs`, `stop_below_secs`, `quantile`, `quiet_before_close_secs`, `cost`",
    );
    let error = Policy::read("[ofer]\n", "policy.toml").unwrap_err().to_string();
    assert!(error.starts_with("policy.toml:1: unknown field `ofer`"), "{error}");
    let text = "[rollout.queues]\nloans = { phase = \"shadow\", offer_above_secs = 600.0 }";
    assert!(Policy::read(text, "policy.toml").is_ok_and(|it| !it.rollout.of(None).speaks()));
}

#[test]
fn values_outside_their_range_are_errors_with_their_line_and_key() {
    check(
        "[offer]\noffer_above_secs = 300.0\nquantile = 1.5",
        "policy.toml:3: offer.quantile is 1.5, expected above 0 and below 1",
    );
    check(
        "[rollout.queues]\ncards = { phase = \"full\" }\nloans = { phase = \"soft_launch\", offer_above_secs = 60.0 }",
        "policy.toml:3: rollout.queues.loans.offer_above_secs is 60, expected 480 to 600 in a soft launch",
    );
    check(
        "[choice]\nat_most = 3\n[choice.exploration]\nmethod = \"epsilon\"\nshare = 2.0",
        "policy.toml:5: choice.share is 2, expected 0 to 1",
    );
    check(
        "[intents.loans]\nurgency = \"high\"\nhandle_minutes = -3.0",
        "policy.toml:3: intents.loans.handle_minutes is -3, expected a finite number above 0",
    );
    check(
        "[windows]\nlength_minutes = 5",
        "policy.toml:2: windows.length_minutes is 5, expected 15 to 720",
    );
    check("[retries]\nattempts = 0", "policy.toml:2: retries.attempts is 0, expected 1 to 20");
    let known = Country::ALL.map(Country::code).join(", ");
    check(
        "\ncountry = \"XX\"",
        &format!(
            "policy.toml:2: country: contradictory rules: \"XX\" is no country, expected one of {known}"
        ),
    );
}

#[test]
fn texts_of_another_kind_are_errors_with_their_line() {
    let error = |text| Policy::read(text, "policy.toml").unwrap_err().to_string();
    assert!(
        error("[offer]\nquantile = \"high\"")
            .starts_with("policy.toml:2: invalid type: string \"high\"")
    );
    assert!(error("opening = \"Mon-Fri 8 to 6\"").starts_with("policy.toml:1: opening hours hold"));
    assert!(error("zone = \"Copenhagen\"").starts_with("policy.toml:1: "));
    assert!(
        error("[other_intents]\nurgency = \"asap\"")
            .starts_with("policy.toml:2: unknown variant `asap`")
    );
    assert!(error("[offer\n").starts_with("policy.toml:1: "));
}
