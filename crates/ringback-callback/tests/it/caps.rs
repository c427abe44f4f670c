//! Caps, spacing and pauses.

use chrono::{DateTime, TimeDelta, Utc};
use ringback_callback::{
    BasisRules, CallBasis, CallRules, CallbackRequest, CallingRules, CallingRulesBuilder, Cap,
    ContactHistory, CountryRules, CustomerRules, Forbidden, RequestId,
};
use ringback_calllog::{Customer, PseudonymKey, Pseudonymizer};
use ringback_features::Country;
use ringback_reach::{Attempt, ContactOutcome, Window};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn customer() -> Customer {
    Pseudonymizer::new(&PseudonymKey::from_bytes([7; 32]), "acme").customer("4711")
}

fn request(basis: CallBasis) -> CallbackRequest {
    let asked = at("2026-05-01T00:00:00Z");
    let mut request = CallbackRequest::new(RequestId::new("a"), customer(), asked);
    request.country = Some(Country::France);
    request.basis = basis;
    request
}

fn called(times: &[&str]) -> ContactHistory {
    let attempts: Vec<Attempt> =
        times.iter().map(|it| Attempt::new(customer(), at(it), ContactOutcome::NoAnswer)).collect();
    ContactHistory::new().attempts(&attempts)
}

/// Calls at all hours of all days, with no cap of their own.
fn always() -> CallingRulesBuilder {
    let hours = "Mon-Sun 00:00-24:00; holidays as usual".parse().unwrap();
    let france =
        CountryRules::of(Country::France).replace(CallBasis::Requested, BasisRules::new(hours));
    CallingRules::builder().country(france)
}

#[track_caller]
fn check(
    rules: &CallingRules,
    request: &CallbackRequest,
    asked: [&str; 2],
    expected: Result<[&str; 2], Forbidden>,
) {
    let window = |[from, to]: [&str; 2]| Window::new(at(from), at(to)).unwrap();
    let found = rules.permit(request, window(asked), at(asked[0]));
    assert_eq!(found, expected.map(window));
}

#[test]
fn a_rolling_cap_counts_from_each_call_on() {
    let history = called(&["2026-06-01T10:00:00Z", "2026-06-01T20:00:00Z"]);
    let rules = always().caps([Cap::per_day(2)]).history(history).build().unwrap();
    let request = request(CallBasis::Requested);
    let reason = Forbidden::Cap { calls: 2, allowed: 2, hours: 24 };
    let night = ["2026-06-02T00:00:00Z", "2026-06-02T09:59:00Z"];
    check(&rules, &request, night, Err(reason));
    // The first call is a day old.
    let day = ["2026-06-02T09:00:00Z", "2026-06-02T12:00:00Z"];
    check(&rules, &request, day, Ok(["2026-06-02T10:00:00Z", day[1]]));
}

#[test]
fn frances_cap_for_marketing_is_four_calls_in_thirty_days() {
    let history = called(&[
        "2026-06-01T10:00:00Z",
        "2026-06-08T10:00:00Z",
        "2026-06-15T10:00:00Z",
        "2026-06-22T10:00:00Z",
    ]);
    let build = || CallingRules::builder().consents([customer()]).history(history.clone());
    let rules = build().build().unwrap();
    let marketing = request(CallBasis::Marketing);
    let reason = Forbidden::Cap { calls: 4, allowed: 4, hours: 720 };
    check(&rules, &marketing, ["2026-06-30T08:00:00Z", "2026-06-30T18:00:00Z"], Err(reason));
    let day = ["2026-07-01T08:00:00Z", "2026-07-01T11:00:00Z"];
    check(&rules, &marketing, day, Ok(["2026-07-01T10:00:00Z", day[1]]));
    // Who asked to be called is called.
    let requested = request(CallBasis::Requested);
    let day = ["2026-06-30T08:00:00Z", "2026-06-30T18:00:00Z"];
    check(&rules, &requested, day, Ok(day));
}

#[test]
fn a_call_for_another_request_and_the_requests_own_last_attempt_count() {
    let rules = always().history(called(&["2026-06-01T10:00:00Z"])).build().unwrap();
    let mut request = request(CallBasis::Requested);
    let hour = ["2026-06-01T10:05:00Z", "2026-06-01T11:00:00Z"];
    check(&rules, &request, hour, Ok(["2026-06-01T10:30:00Z", hour[1]]));
    request.last_attempt_at = Some(at("2026-06-01T10:20:00Z"));
    check(&rules, &request, hour, Ok(["2026-06-01T10:50:00Z", hour[1]]));
    let reason = Forbidden::TooSoon { not_before: at("2026-06-01T10:50:00Z") };
    check(&rules, &request, [hour[0], "2026-06-01T10:50:00Z"], Err(reason));
    // The same call in the history and in the request is one.
    let rules = always()
        .caps([Cap::per_day(2)])
        .history(called(&["2026-06-01T10:20:00Z"]))
        .build()
        .unwrap();
    check(&rules, &request, hour, Ok(["2026-06-01T10:50:00Z", hour[1]]));
}

#[test]
fn a_busy_line_is_left_alone_for_a_shorter_time() {
    let mut history = ContactHistory::new();
    history.record(customer(), at("2026-06-01T10:00:00Z"), ContactOutcome::Busy);
    let rules = always().history(history).build().unwrap();
    let request = request(CallBasis::Requested);
    let hour = ["2026-06-01T10:00:00Z", "2026-06-01T11:00:00Z"];
    check(&rules, &request, hour, Ok(["2026-06-01T10:10:00Z", hour[1]]));
    let own = CustomerRules::new().spacing_minutes(45);
    let mut history = ContactHistory::new();
    history.record(customer(), at("2026-06-01T10:00:00Z"), ContactOutcome::Busy);
    let rules = always().customer(customer(), own).history(history).build().unwrap();
    check(&rules, &request, hour, Ok(["2026-06-01T10:45:00Z", hour[1]]));
}

/// A call that is planned is in the history: nobody is called shortly before it either.
#[test]
fn a_planned_call_counts_before_and_after_it() {
    let mut rules = always().build().unwrap();
    rules.history_mut().record(customer(), at("2026-06-01T12:00:00Z"), ContactOutcome::Unknown);
    let request = request(CallBasis::Requested);
    let day = ["2026-06-01T10:00:00Z", "2026-06-01T14:00:00Z"];
    check(&rules, &request, day, Ok([day[0], "2026-06-01T11:30:00Z"]));
    let later = ["2026-06-01T11:45:00Z", "2026-06-01T14:00:00Z"];
    check(&rules, &request, later, Ok(["2026-06-01T12:30:00Z", later[1]]));
    // With a cap of one a day there is none within a day of it, on either side.
    let rules = always().caps([Cap::per_day(1)]).history(rules.history().clone()).build().unwrap();
    let reason = Forbidden::Cap { calls: 1, allowed: 1, hours: 24 };
    check(&rules, &request, day, Err(reason));
}

#[test]
fn a_refusal_and_a_talk_are_followed_by_a_pause() {
    let mut history = ContactHistory::new();
    history.refuse(customer(), at("2026-06-01T10:00:00Z"));
    let build = || CallingRules::builder().consents([customer()]).history(history.clone());
    let rules = build().build().unwrap();
    let marketing = request(CallBasis::Marketing);
    // Sixty days are over on 31 July at 10:00Z, a Friday.
    let day = ["2026-07-31T08:00:00Z", "2026-07-31T11:00:00Z"];
    check(&rules, &marketing, day, Ok(["2026-07-31T10:00:00Z", day[1]]));
    let not_before = at("2026-07-31T10:00:00Z");
    let before = ["2026-07-30T08:00:00Z", "2026-07-30T11:00:00Z"];
    check(&rules, &marketing, before, Err(Forbidden::Refused { not_before }));
    check(&rules, &request(CallBasis::Requested), before, Ok(before));

    let mut history = ContactHistory::new();
    history.record(customer(), at("2026-06-01T15:00:00Z"), ContactOutcome::Reached);
    let rules = CallingRules::builder().history(history).build().unwrap();
    let mut debt = request(CallBasis::DebtCollection);
    debt.country = Some(Country::UnitedStates);
    debt.zone = Some("America/New_York".parse().unwrap());
    let not_before = at("2026-06-08T15:00:00Z");
    let day = ["2026-06-08T13:00:00Z", "2026-06-08T15:00:00Z"];
    check(&rules, &debt, day, Err(Forbidden::TooSoon { not_before }));
}

#[test]
fn a_customers_own_cap_holds_beside_the_others() {
    let own = CustomerRules::new().caps([Cap::per_week(1)]);
    let rules = always()
        .customer(customer(), own)
        .history(called(&["2026-06-01T10:00:00Z"]))
        .build()
        .unwrap();
    let reason = Forbidden::Cap { calls: 1, allowed: 1, hours: 168 };
    let day = ["2026-06-05T10:00:00Z", "2026-06-05T14:00:00Z"];
    check(&rules, &request(CallBasis::Requested), day, Err(reason));
}

#[test]
fn the_memory_of_a_customer_is_bounded() {
    let mut history = ContactHistory::new().horizon_days(2).unwrap();
    let start = at("2026-06-01T00:00:00Z");
    for minute in 0..10_000 {
        let at = start + TimeDelta::minutes(minute);
        history.record(customer(), at, ContactOutcome::NoAnswer);
    }
    assert_eq!(history.calls_since(customer(), start), 512);
    history.record(customer(), start + TimeDelta::days(30), ContactOutcome::NoAnswer);
    assert_eq!(history.calls_since(customer(), start), 1);
    // One that is older than all that is kept is dropped at once, and the same twice is one.
    history.record(customer(), start, ContactOutcome::NoAnswer);
    history.record(customer(), start + TimeDelta::days(30), ContactOutcome::Busy);
    assert_eq!(history.calls_since(customer(), start), 1);
    history.forget_before(start + TimeDelta::days(31));
    assert_eq!(history, ContactHistory::new().horizon_days(2).unwrap());
}

#[test]
fn a_history_is_the_same_in_any_order() {
    let times = [
        "2026-06-01T10:00:00Z",
        "2026-05-02T10:00:00Z",
        "2026-06-03T10:00:00Z",
        "2026-05-01T10:00:00Z",
    ];
    let mut back = times;
    back.reverse();
    assert_eq!(called(&times), called(&back));
    assert_eq!(called(&times).calls_since(customer(), at("2026-01-01T00:00:00Z")), 2);
}
