//! What follows a call that was not answered.

use chrono::{DateTime, Utc};
use ringback_callback::{
    CallbackRequest, DayPart, Error, GiveUpReason, MissedBy, Next, RequestId, RetryPolicy,
    TryResult, Urgency,
};
use ringback_calllog::{PseudonymKey, Pseudonymizer, Zone};
use ringback_features::{Calendar, Country};
use ringback_reach::ContactOutcome;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Of Monday, 4 May 2026, in Denmark.
fn request() -> CallbackRequest {
    let key = PseudonymKey::from_bytes([7; 32]);
    let customer = Pseudonymizer::new(&key, "acme").customer("4711");
    CallbackRequest::new(RequestId::new("a"), customer, at("2026-05-04T08:00:00Z"))
}

fn denmark() -> Calendar {
    Calendar::new(Country::Denmark, "Europe/Copenhagen".parse().unwrap())
}

fn next(request: &CallbackRequest, result: TryResult, called: &str) -> Next {
    RetryPolicy::default().next(request, result, at(called), &denmark())
}

fn again(not_before: &str) -> Next {
    Next::Again {
        not_before: at(not_before),
        due_by: at("2026-05-06T21:59:59Z"),
        avoid: Some(DayPart::Morning),
        urgency: Urgency::Normal,
        attempts: 1,
        widen: true,
    }
}

#[track_caller]
fn changed(expected: Next, found: &Next, change: impl Fn(&mut Next)) {
    let mut expected = expected;
    change(&mut expected);
    assert_eq!(*found, expected);
}

#[test]
fn a_voicemail_is_no_answer_and_the_next_call_goes_to_another_part_of_the_day() {
    let called = "2026-05-04T09:00:00Z";
    for result in [TryResult::Voicemail, TryResult::NoAnswer] {
        assert_eq!(next(&request(), result, called), again("2026-05-04T09:30:00Z"));
    }
    assert_eq!(next(&request(), TryResult::Reached, called), Next::Done);
}

#[test]
fn a_busy_line_is_tried_again_soon_and_in_the_same_part_of_the_day() {
    let found = next(&request(), TryResult::Busy, "2026-05-04T09:00:00Z");
    changed(again("2026-05-04T09:10:00Z"), &found, |it| {
        let Next::Again { avoid, .. } = it else { unreachable!() };
        *avoid = None;
    });
}

#[test]
fn a_call_that_we_missed_costs_no_attempt_and_raises_the_urgency() {
    let mut late = request();
    late.attempts = 2;
    let found = next(&late, TryResult::NotCalled, "2026-05-04T09:00:00Z");
    changed(again("2026-05-04T09:00:00Z"), &found, |it| {
        let Next::Again { avoid, urgency, attempts, widen, .. } = it else { unreachable!() };
        (*avoid, *urgency, *attempts, *widen) = (None, Urgency::High, 2, false);
    });
    assert_eq!(TryResult::NotCalled.missed_by(), Some(MissedBy::Us));
    assert_eq!(TryResult::Voicemail.missed_by(), Some(MissedBy::Customer));
}

#[test]
fn a_call_that_could_not_be_set_up_is_an_attempt_of_which_the_customer_knows_nothing() {
    let found = next(&request(), TryResult::Failed, "2026-05-04T09:00:00Z");
    changed(again("2026-05-04T09:30:00Z"), &found, |it| {
        let Next::Again { avoid, urgency, widen, .. } = it else { unreachable!() };
        (*avoid, *urgency, *widen) = (None, Urgency::High, false);
    });
}

#[test]
fn the_last_attempt_a_dead_number_and_a_refusal_end_it() {
    let called = "2026-05-04T09:00:00Z";
    let mut tried = request();
    tried.attempts = 2;
    let give_up = |reason| Next::GiveUp { reason };
    let used_up = GiveUpReason::Attempts { made: 3, allowed: 3 };
    assert_eq!(next(&tried, TryResult::Busy, called), give_up(used_up));
    let dead = next(&request(), TryResult::InvalidNumber, called);
    assert_eq!(dead, give_up(GiveUpReason::InvalidNumber));
    let refused = next(&request(), TryResult::Refused, called);
    assert_eq!(refused, give_up(GiveUpReason::Refused));
}

#[test]
fn a_request_expires_after_two_working_days_or_at_its_deadline() {
    let policy = RetryPolicy::default();
    // Copenhagen is two hours ahead in May. Wednesday the 13th: Ascension Day and the weekend are no working days.
    let due = |asked: &str| {
        let request = CallbackRequest { requested_at: at(asked), ..request() };
        policy.due_by(&request, &denmark())
    };
    assert_eq!(due("2026-05-04T08:00:00Z"), at("2026-05-06T21:59:59Z"));
    assert_eq!(due("2026-05-13T08:00:00Z"), at("2026-05-18T21:59:59Z"));
    // Near midnight the local date counts: 22:30Z is the next day.
    assert_eq!(due("2026-05-04T22:30:00Z"), at("2026-05-07T21:59:59Z"));
    let called = at("2026-05-06T21:45:00Z");
    let expired = GiveUpReason::Expired {
        not_before: at("2026-05-06T22:15:00Z"),
        due_by: at("2026-05-06T21:59:59Z"),
    };
    let found = policy.next(&request(), TryResult::NoAnswer, called, &denmark());
    assert_eq!(found, Next::GiveUp { reason: expired });
    let due_by = at("2026-05-04T09:10:00Z");
    let request = CallbackRequest { due_by: Some(due_by), ..request() };
    let found = next(&request, TryResult::NoAnswer, "2026-05-04T09:00:00Z");
    let not_before = at("2026-05-04T09:30:00Z");
    let reason = GiveUpReason::Expired { not_before, due_by };
    assert_eq!(
        reason.to_string(),
        "not again before 2026-05-04 09:30:00 UTC, due by 2026-05-04 09:10:00 UTC"
    );
    assert_eq!(found, Next::GiveUp { reason });
}

#[test]
fn the_part_of_the_day_is_by_the_customers_clock() {
    let mut request = request();
    request.zone = Some("Asia/Tokyo".parse::<Zone>().unwrap());
    // 18:00 in Tokyo.
    let Next::Again { avoid, .. } = next(&request, TryResult::NoAnswer, "2026-05-04T09:00:00Z")
    else {
        panic!("expected another attempt")
    };
    assert_eq!(avoid, Some(DayPart::Evening));
}

#[test]
fn a_model_may_call_in_the_same_part_of_the_day_if_it_gains_enough() {
    let policy = RetryPolicy::default();
    let avoid = Some(DayPart::Evening);
    assert!(!policy.may_use(DayPart::Evening, avoid, 0.55, 0.5));
    assert!(policy.may_use(DayPart::Evening, avoid, 0.65, 0.5));
    assert!(policy.may_use(DayPart::Morning, avoid, 0.1, 0.5));
    assert!(policy.may_use(DayPart::Evening, None, 0.1, 0.5));
    // A model that answers no number moves nothing.
    assert!(!policy.may_use(DayPart::Evening, avoid, f64::NAN, 0.5));
}

#[test]
fn outcomes_of_attempts_are_results() {
    for outcome in ContactOutcome::ALL {
        assert_eq!(TryResult::from(*outcome).as_str(), outcome.as_str());
    }
}

#[test]
fn settings_are_checked_alone_and_together() {
    let base = RetryPolicy::default();
    assert_eq!(base.check(), Ok(()));
    let setting = |policy: RetryPolicy| matches!(policy.check(), Err(Error::Setting { .. }));
    assert!(setting(RetryPolicy { attempts: 0, ..base }));
    assert!(setting(RetryPolicy { spacing_minutes: 0, ..base }));
    assert!(setting(RetryPolicy { same_part_gain: f64::NAN, ..base }));
    assert!(setting(RetryPolicy { working_days: 61, ..base }));
    let error = RetryPolicy { busy_minutes: 60, ..base }.check().unwrap_err();
    assert!(error.to_string().contains("60 minutes after a busy line and 30 minutes"), "{error}");
    let error = RetryPolicy { working_days: 0, spacing_minutes: 720, ..base }.check().unwrap_err();
    assert_eq!(
        error.to_string(),
        "contradictory rules: 3 attempts 720 minutes apart and an expiry after 0 working days: the last would come too late"
    );
}
