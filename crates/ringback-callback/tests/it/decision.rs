//! From a waiting caller to a record of the decision.

use ringback_callback::{
    CallRules, CallbackBook, CallbackRequest, ChooseContext, Decision, Done, DropReason, Forbidden,
    FreeTime, KeepReason, Known, Obstacle, OfferDesk, OfferGate, OfferGates, OfferMoment,
    OfferVerdict, OptOuts, Policy, Rollout, WaitEstimate, WindowOutcome,
};
use ringback_calllog::{Intent, QueueId, Zone};
use ringback_features::Calendar;

use crate::planted::{Anytime, ByHour, Never, at, customer, flat_time, request};

/// Monday, 11 in the morning in Copenhagen.
const MONDAY: &str = "2026-05-04T09:00:00Z";

const POLICY: &str = r#"
    zone = "Europe/Copenhagen"
    opening = "Mon-Fri 08:00-18:00"
    rollout.queues.cards = { phase = "full" }
    rollout.queues.loans = { phase = "soft_launch", offer_above_secs = 600.0 }
    choice.exploration = { method = "never" }
    announcements.clock = "12"
    intents.lost_card = { urgency = "urgent" }
"#;

struct Center {
    desk: OfferDesk,
    gates: OfferGates,
    rules: Box<dyn CallRules>,
    free: FreeTime,
    opt_outs: OptOuts,
}

impl Center {
    fn new() -> Self {
        let desk = Policy::read(POLICY, "policy.toml").unwrap().desk().unwrap();
        let (gates, free) = (OfferGates::default(), flat_time(7, 12));
        Self { desk, gates, rules: Box::new(Anytime), free, opt_outs: OptOuts::new() }
    }

    fn decide(&mut self, request: &CallbackRequest, wait_secs: f64, moment: &str) -> Decision {
        let known = Known {
            wait_method: Some("announced".to_owned()),
            queue_length: Some(7),
            wait_known_until: Some(at(moment) - chrono::TimeDelta::seconds(40)),
            ..Known::new(WaitEstimate::announced(wait_secs).unwrap())
        };
        let (at, obstacles) = (at(moment), Vec::new());
        let opt_outs = self.opt_outs.clone();
        let opt_outs = Some(&opt_outs);
        self.decide_at(OfferMoment { at, request, known, opt_outs, obstacles, extra_windows: 0 })
    }

    fn decide_at(&mut self, moment: OfferMoment<'_>) -> Decision {
        let calendar = Calendar::plain("Europe/Copenhagen".parse().unwrap());
        let model = ByHour(|hour| 0.9 - f64::from(hour) / 100.0);
        let context = ChooseContext {
            rules: self.rules.as_ref(),
            model: &model,
            free: &self.free,
            preferences: None,
            calendar: &calendar,
        };
        self.desk.decide(&mut self.gates, &context, moment)
    }
}

fn in_queue(queue: &str) -> CallbackRequest {
    CallbackRequest { queue: Some(QueueId::new(queue)), ..request("r1", 1) }
}

#[test]
fn a_long_wait_in_a_full_queue_is_read_out() {
    let decision = Center::new().decide(&in_queue("cards"), 400.0, MONDAY);
    assert_eq!((&decision.verdict, decision.done), (&OfferVerdict::Offer, Done::ReadOut));
    let said: Vec<&str> = decision.to_read_out().iter().map(|it| it.text.as_str()).collect();
    let expected = [
        "tomorrow between 8 and 10 in the morning",
        "Wednesday between 8 and 10 in the morning",
        "today between noon and 2 in the afternoon",
    ];
    assert_eq!(said, expected);
    assert!(
        decision.announcement.starts_with("We can call you back. For tomorrow between 8 and 10")
    );
    assert_eq!(decision.known.reach_model, "planted");
    // Seven hours are left until 18:00 in Copenhagen.
    assert_eq!(decision.known.secs_to_close, Some(7.0 * 3_600.0));
}

#[test]
fn shadow_decides_and_says_nothing() {
    let mut center = Center::new();
    let decision = center.decide(&in_queue("other"), 400.0, MONDAY);
    assert_eq!((&decision.verdict, decision.done), (&OfferVerdict::Offer, Done::Shadowed));
    assert_eq!(decision.rollout, Rollout::Shadow);
    assert!(decision.to_read_out().is_empty() && decision.announcement.is_empty());
    assert_eq!(decision.windows.len(), 3);
    assert_eq!(center.gates.of(Some(&QueueId::new("other"))), OfferGate::OPEN);
    assert_eq!(center.gates.of(Some(&QueueId::new("cards"))), OfferGate::CLOSED);
}

#[test]
fn shadow_never_acts_whatever_the_wait() {
    let mut center = Center::new();
    for wait_secs in [0.0, 130.0, 200.0, 700.0, 7_200.0, 150.0, 90.0] {
        let decision = center.decide(&in_queue("other"), wait_secs, MONDAY);
        assert!(decision.done != Done::ReadOut && decision.announcement.is_empty());
    }
}

#[test]
fn a_soft_launch_waits_for_ten_minutes() {
    let mut center = Center::new();
    let keep = |wait_secs, threshold_secs| {
        OfferVerdict::KeepWaiting(KeepReason::ShortWait { wait_secs, threshold_secs })
    };
    let mut verdict = |wait_secs| center.decide(&in_queue("loans"), wait_secs, MONDAY).verdict;
    assert_eq!(verdict(599.0), keep(599.0, 600.0));
    assert_eq!(verdict(601.0), OfferVerdict::Offer);
    assert_eq!(verdict(401.0), OfferVerdict::Offer);
    assert_eq!(verdict(399.0), keep(399.0, 400.0));
}

#[test]
fn urgent_intents_go_through() {
    let request = CallbackRequest { intent: Some(Intent::new("lost_card")), ..in_queue("cards") };
    let decision = Center::new().decide(&request, 900.0, MONDAY);
    assert_eq!(decision.verdict, OfferVerdict::KeepWaiting(KeepReason::Urgent));
    assert!(decision.windows.is_empty());
    assert!(decision.explain().contains("the intent is urgent and never put off"));
}

#[test]
fn without_a_window_nothing_is_offered_and_a_wish_not_to_be_called_is_told_apart() {
    let mut center = Center::new();
    center.free = FreeTime::default();
    let decision = center.decide(&in_queue("cards"), 900.0, MONDAY);
    assert_eq!(decision.verdict, OfferVerdict::KeepWaiting(KeepReason::NoWindow));
    center.rules = Box::new(Never(Forbidden::OptedOut));
    let decision = center.decide(&in_queue("cards"), 900.0, MONDAY);
    let opted_out = KeepReason::Obstacle(Obstacle::OptedOut);
    assert_eq!(decision.verdict, OfferVerdict::KeepWaiting(opted_out));
}

#[test]
fn just_before_closing_nothing_is_offered_unless_the_queue_stays_open() {
    let mut center = Center::new();
    let decision = center.decide(&in_queue("cards"), 900.0, "2026-05-04T15:59:00Z");
    let near = KeepReason::NearClose { secs_to_close: 60.0 };
    assert_eq!(decision.verdict, OfferVerdict::KeepWaiting(near));
    let request = in_queue("cards");
    let known = Known {
        secs_to_close: Some(7_200.0),
        ..Known::new(WaitEstimate::announced(900.0).unwrap())
    };
    let moment = OfferMoment {
        at: at("2026-05-04T15:59:00Z"),
        request: &request,
        known,
        opt_outs: None,
        obstacles: Vec::new(),
        extra_windows: 0,
    };
    assert_eq!(center.decide_at(moment).verdict, OfferVerdict::Offer);
}

#[test]
fn a_customer_whose_callback_was_missed_hears_more_windows() {
    let request = in_queue("cards");
    let moment = |extra_windows| OfferMoment {
        at: at(MONDAY),
        request: &request,
        known: Known::new(WaitEstimate::announced(900.0).unwrap()),
        opt_outs: None,
        obstacles: Vec::new(),
        extra_windows,
    };
    let mut center = Center::new();
    assert_eq!(center.decide_at(moment(0)).windows.len(), 3);
    assert_eq!(center.decide_at(moment(1)).windows.len(), 4);
    assert_eq!(center.decide_at(moment(9)).windows.len(), 5);
}

#[test]
fn windows_are_said_by_the_customers_clock() {
    let zone: Option<Zone> = Some("Europe/London".parse().unwrap());
    let request = CallbackRequest { zone, ..in_queue("cards") };
    let decision = Center::new().decide(&request, 900.0, MONDAY);
    assert_eq!(decision.to_read_out()[0].text, "tomorrow between 7 and 9 in the morning");
}

#[test]
fn a_decision_is_one_line_that_can_be_read_again() {
    let decision = Center::new().decide(&in_queue("cards"), 400.0, MONDAY);
    let line = serde_json::to_string(&decision).unwrap();
    assert!(!line.contains('\n'));
    assert_eq!(serde_json::from_str::<Decision>(&line).unwrap(), decision);
    assert!(line.contains(&customer(1).to_string()) && !line.contains("+45"));
    let newer = line.replace("\"schema\":1", "\"schema\":2");
    let error = serde_json::from_str::<Decision>(&newer).unwrap_err().to_string();
    assert!(error.starts_with("schema is 2, expected 1"), "{error}");
}

#[test]
fn a_decision_explains_itself() {
    let decision = Center::new().decide(&in_queue("cards"), 400.0, MONDAY);
    let text = decision.explain();
    let mut lines = text.lines();
    assert_eq!(
        lines.next(),
        Some(
            "At 2026-05-04 09:00:00 UTC a caller in queue cards was expected to wait 400 s, and with 90 % probability \
             no longer than 400 s, announced. The estimate knew of calls until 40 s before. 7 callers waited before them."
        )
    );
    assert_eq!(
        lines.next(),
        Some(
            "Callbacks were not being offered; in phase \"full\" offers begin above 180 s and end below 120 s. \
             A callback was to be offered."
        )
    );
    assert_eq!(lines.next(), Some("The caller was read out:"));
    assert_eq!(
        lines.next(),
        Some(
            "1. tomorrow between 8 and 10 in the morning (a person answers 84 % of such calls (74 to 94 %, 4 attempts \
             known), 24 more fit and agents are 100 % free; the hour from 7; to be read out with probability 100.0 %)."
        )
    );
    let short = Center::new().decide(&in_queue("cards"), 100.0, MONDAY).explain();
    assert!(
        short.ends_with("No callback was offered: a wait of 100 s is not above 180 s."),
        "{short}"
    );
}

#[test]
fn a_choice_tells_what_was_chosen_and_what_was_passed_over() {
    let mut center = Center::new();
    let decision = center.decide(&in_queue("cards"), 400.0, MONDAY);
    let chosen = decision.windows[1].offer.window;
    let seen = decision.windows_seen(chosen, at(MONDAY));
    let outcomes: Vec<_> = seen.iter().map(|it| it.outcome).collect();
    let passed = WindowOutcome::PassedOver;
    assert_eq!(outcomes, [passed, WindowOutcome::Chosen, passed]);
    assert!(seen.iter().all(|it| it.zone.name() == "Europe/Copenhagen"));
    let shadow = center.decide(&in_queue("other"), 400.0, MONDAY);
    assert_eq!(shadow.windows_seen(chosen, at(MONDAY)), []);
}

#[test]
fn what_was_promised_is_not_offered_again() {
    let mut center = Center::new();
    let first = center.decide(&in_queue("cards"), 400.0, MONDAY).windows[0].offer.clone();
    // 24 calls fit into the window; as many are promised.
    let mut book = CallbackBook::new();
    for number in 0..first.slots {
        let chosen = vec![first.window];
        book.open(CallbackRequest { chosen, ..request(&format!("p{number}"), 10 + number) });
    }
    let mut free = center.free.clone();
    center.desk.take_promised(&mut free, &book);
    center.free = free;
    let again = center.decide(&in_queue("cards"), 400.0, MONDAY);
    assert!(again.windows.iter().all(|it| it.offer.window != first.window));
    let why = again.dropped.iter().find(|it| it.window == first.window).map(|it| it.why.clone());
    assert_eq!(why, Some(DropReason::NoAgents));
}

#[test]
fn a_customer_abroad_lives_by_the_clock_of_their_country() {
    let country = Some("GB".parse().unwrap());
    let request = CallbackRequest { country, ..in_queue("cards") };
    let decision = Center::new().decide(&request, 900.0, MONDAY);
    assert_eq!(decision.zone.name(), "Europe/London");
    assert_eq!(decision.to_read_out()[0].text, "tomorrow between 7 and 9 in the morning");
}

/// The rules that the policy itself builds: Danish law allows calls that were asked for, and not to who opted out.
#[test]
fn the_rules_of_the_policy_hold_for_its_offers() {
    let text = format!("country = \"DK\"\n{POLICY}");
    let builder = || Policy::read(&text, "policy.toml").unwrap().calling_rules().unwrap();
    let mut center = Center::new();
    center.rules = Box::new(builder().build().unwrap());
    let decision = center.decide(&in_queue("cards"), 400.0, MONDAY);
    assert_eq!((decision.done, decision.windows.len()), (Done::ReadOut, 3));
    // The rules let a request through that is newer than the opt-out; the desk does not offer one.
    center.opt_outs.add(customer(1), at("2026-05-01T00:00:00Z"));
    let rules = builder().opt_outs(center.opt_outs.clone()).build().unwrap();
    center.rules = Box::new(rules);
    let decision = center.decide(&in_queue("cards"), 400.0, MONDAY);
    let opted_out = KeepReason::Obstacle(Obstacle::OptedOut);
    assert_eq!(decision.verdict, OfferVerdict::KeepWaiting(opted_out));
}

#[test]
fn gates_are_saved_and_read_again() {
    let mut center = Center::new();
    center.decide(&in_queue("cards"), 400.0, MONDAY);
    center.decide(&request("r2", 2), 400.0, MONDAY);
    let saved = serde_json::to_string(&center.gates).unwrap();
    let read: OfferGates = serde_json::from_str(&saved).unwrap();
    assert_eq!(read, center.gates);
    assert_eq!(
        (read.of(Some(&QueueId::new("cards"))), read.of(None)),
        (OfferGate::OPEN, OfferGate::OPEN)
    );
}
