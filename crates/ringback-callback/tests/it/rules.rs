//! Hours, holidays, zones, consent and contradictions.

use chrono::{DateTime, TimeDelta, Utc};
use ringback_callback::{
    BasisRules, CallBasis, CallRules, CallbackRequest, CallingHours, CallingRules, Cap,
    ContactHistory, CountryRules, CustomerRules, Error, Forbidden, OptOuts, RequestId, RuleStatus,
    Spacing,
};
use ringback_calllog::{Customer, PseudonymKey, Pseudonymizer, Zone};
use ringback_features::Country;
use ringback_reach::{AttemptKind, Window};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn window(from: &str, to: &str) -> Window {
    Window::new(at(from), at(to)).unwrap()
}

fn hours(text: &str) -> CallingHours {
    text.parse().unwrap()
}

fn customer(name: &str) -> Customer {
    Pseudonymizer::new(&PseudonymKey::from_bytes([7; 32]), "acme").customer(name)
}

/// A request from long before, without a deadline.
fn request(zone: Option<&str>, country: Option<Country>, basis: CallBasis) -> CallbackRequest {
    let mut request =
        CallbackRequest::new(RequestId::new("a"), customer("4711"), at("2020-01-01T00:00:00Z"));
    request.zone = zone.map(|it| it.parse().unwrap());
    request.country = country;
    request.basis = basis;
    request
}

fn table() -> CallingRules {
    CallingRules::builder().consents([customer("4711")]).build().unwrap()
}

/// Rules under which calls that answer a customer's own are allowed at these hours in Denmark and elsewhere.
fn service_at(text: &str) -> CallingRules {
    let rules = || BasisRules::new(hours(text));
    let [denmark, elsewhere] = [CountryRules::of(Country::Denmark), CountryRules::elsewhere()];
    CallingRules::builder()
        .country(denmark.replace(CallBasis::Service, rules()))
        .country(elsewhere.replace(CallBasis::Service, rules()))
        .build()
        .unwrap()
}

#[track_caller]
fn check(
    rules: &CallingRules,
    request: &CallbackRequest,
    asked: [&str; 2],
    expected: Result<[&str; 2], Forbidden>,
) {
    let found = rules.permit(request, window(asked[0], asked[1]), at(asked[0]));
    assert_eq!(found, expected.map(|[from, to]| window(from, to)));
}

fn outside(local: &str) -> Result<[&'static str; 2], Forbidden> {
    Err(Forbidden::OutsideHours { local: local.to_owned() })
}

#[test]
fn the_break_of_france_is_kept_and_holds_for_marketing_alone() {
    let rules = table();
    let marketing = request(None, Some(Country::France), CallBasis::Marketing);
    // Summer: Paris is two hours ahead. 12:30 to 14:30, and the hour of the break.
    let [noon, end] = ["2026-06-03T10:30:00Z", "2026-06-03T12:30:00Z"];
    check(&rules, &marketing, [noon, end], Ok([noon, "2026-06-03T11:00:00Z"]));
    let hour = ["2026-06-03T11:00:00Z", "2026-06-03T12:00:00Z"];
    check(&rules, &marketing, hour, outside("13:00 in Europe/Paris"));
    let requested = request(None, Some(Country::France), CallBasis::Requested);
    check(&rules, &requested, hour, Ok(hour));
    let sunday = ["2026-06-07T09:00:00Z", "2026-06-07T10:00:00Z"];
    let reason = Forbidden::Weekday { weekday: "Sunday".to_owned() };
    check(&rules, &marketing, sunday, Err(reason));
    let monday_of_pentecost = ["2026-05-25T09:00:00Z", "2026-05-25T10:00:00Z"];
    let reason = Forbidden::Holiday { name: "Pentecost Monday".to_owned() };
    check(&rules, &marketing, monday_of_pentecost, Err(reason));
}

#[test]
fn italys_eves_of_holidays_have_the_hours_of_a_saturday() {
    let rules = table();
    let request = request(None, Some(Country::Italy), CallBasis::Marketing);
    // Winter: Rome is an hour ahead. Christmas Eve 2026 is a Thursday; the day before is as usual.
    let eve = ["2026-12-24T17:30:00Z", "2026-12-24T19:00:00Z"];
    check(&rules, &request, eve, Ok([eve[0], "2026-12-24T18:00:00Z"]));
    let day_before = ["2026-12-23T17:30:00Z", "2026-12-23T20:00:00Z"];
    check(&rules, &request, day_before, Ok([day_before[0], "2026-12-23T19:00:00Z"]));
    // Easter Sunday is the eve of Easter Monday and closed all the same.
    let reason = Forbidden::Holiday { name: "Easter Sunday".to_owned() };
    check(&rules, &request, ["2026-04-05T10:00:00Z", "2026-04-05T11:00:00Z"], Err(reason));
}

#[test]
fn an_hour_that_the_clock_skips_is_not_called_in() {
    let copenhagen = request(Some("Europe/Copenhagen"), None, CallBasis::Service);
    // 29 March 2026: 02:00 becomes 03:00 at 01:00Z.
    let night = ["2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z"];
    let rules = service_at("Mon-Sun 02:15-02:45; holidays as usual");
    check(&rules, &copenhagen, night, outside("01:30 in Europe/Copenhagen"));
    // Opening in the gap: from the jump on. Closing in it: until the jump.
    let rules = service_at("Mon-Sun 02:30-04:00; holidays as usual");
    check(&rules, &copenhagen, night, Ok(["2026-03-29T01:00:00Z", night[1]]));
    let rules = service_at("Mon-Sun 01:45-02:30; holidays as usual");
    check(&rules, &copenhagen, night, Ok(["2026-03-29T00:45:00Z", "2026-03-29T01:00:00Z"]));
    // Over the jump in one stretch.
    let rules = service_at("Mon-Sun 01:00-04:00; holidays as usual");
    check(&rules, &copenhagen, night, Ok(night));
}

#[test]
fn an_hour_that_the_clock_shows_twice_may_be_called_in_twice() {
    let copenhagen = request(Some("Europe/Copenhagen"), None, CallBasis::Service);
    // 25 October 2026: 03:00 becomes 02:00 at 01:00Z.
    let rules = service_at("Mon-Sun 02:30-03:00; holidays as usual");
    let night = ["2026-10-25T00:00:00Z", "2026-10-25T03:00:00Z"];
    check(&rules, &copenhagen, night, Ok(["2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z"]));
    let second = ["2026-10-25T01:00:00Z", "2026-10-25T03:00:00Z"];
    check(&rules, &copenhagen, second, Ok(["2026-10-25T01:30:00Z", "2026-10-25T02:00:00Z"]));
    let between = ["2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z"];
    check(&rules, &copenhagen, between, outside("02:00 in Europe/Copenhagen"));
}

#[test]
fn far_and_odd_zones_keep_their_own_clock() {
    let rules = service_at("Mon-Fri 00:00-24:00; holidays as usual");
    let weekend = |day: &str| Err(Forbidden::Weekday { weekday: day.to_owned() });
    // Friday 5 June 2026, 10:30Z: Saturday 00:30 at +14, Thursday 23:30 at -11 an hour earlier.
    let kiritimati = request(Some("Pacific/Kiritimati"), None, CallBasis::Service);
    check(
        &rules,
        &kiritimati,
        ["2026-06-05T10:30:00Z", "2026-06-05T11:00:00Z"],
        weekend("Saturday"),
    );
    check(
        &rules,
        &kiritimati,
        ["2026-06-05T09:30:00Z", "2026-06-05T11:00:00Z"],
        Ok(["2026-06-05T09:30:00Z", "2026-06-05T10:00:00Z"]),
    );
    let pago_pago = request(Some("Pacific/Pago_Pago"), None, CallBasis::Service);
    let until = ["2026-06-06T10:30:00Z", "2026-06-06T12:00:00Z"];
    check(&rules, &pago_pago, until, Ok([until[0], "2026-06-06T11:00:00Z"]));
    // Kathmandu is 5:45 ahead, Lord Howe's summer time half an hour: 11:00 ahead from 4 October 2026.
    let rules = service_at("Mon-Sun 09:00-10:00; holidays as usual");
    let kathmandu = request(Some("Asia/Kathmandu"), None, CallBasis::Service);
    let day = ["2026-06-05T00:00:00Z", "2026-06-05T12:00:00Z"];
    check(&rules, &kathmandu, day, Ok(["2026-06-05T03:15:00Z", "2026-06-05T04:15:00Z"]));
    let lord_howe = request(Some("Australia/Lord_Howe"), None, CallBasis::Service);
    let winter = ["2026-10-02T12:00:00Z", "2026-10-03T12:00:00Z"];
    check(&rules, &lord_howe, winter, Ok(["2026-10-02T22:30:00Z", "2026-10-02T23:30:00Z"]));
    let summer = ["2026-10-04T12:00:00Z", "2026-10-05T12:00:00Z"];
    check(&rules, &lord_howe, summer, Ok(["2026-10-04T22:00:00Z", "2026-10-04T23:00:00Z"]));
}

#[test]
fn a_day_without_a_midnight_begins_when_its_clock_does() {
    // Santiago, 6 September 2026: 00:00 becomes 01:00 at 04:00Z; the zone is then three hours behind.
    let santiago = request(Some("America/Santiago"), None, CallBasis::Service);
    let rules = service_at("Sun 00:00-02:00; holidays as usual");
    let night = ["2026-09-06T00:00:00Z", "2026-09-06T12:00:00Z"];
    check(&rules, &santiago, night, Ok(["2026-09-06T04:00:00Z", "2026-09-06T05:00:00Z"]));
}

#[test]
fn a_stretch_goes_on_over_midnight_and_over_months() {
    let rules = service_at("Mon-Sun 00:00-24:00; holidays as usual");
    let copenhagen = request(Some("Europe/Copenhagen"), None, CallBasis::Service);
    let quarter = ["2026-01-01T05:00:00Z", "2026-04-20T17:30:00Z"];
    check(&rules, &copenhagen, quarter, Ok(quarter));
}

#[test]
fn without_a_zone_every_zone_of_the_country_must_allow_it() {
    let rules = table();
    let american = request(None, Some(Country::UnitedStates), CallBasis::Requested);
    // 8 o'clock in Honolulu is 18:00Z, 21 o'clock in New York 02:00Z in winter.
    let day = ["2026-01-14T08:00:00Z", "2026-01-15T08:00:00Z"];
    check(&rules, &american, day, Ok(["2026-01-14T18:00:00Z", "2026-01-15T02:00:00Z"]));
    let early = ["2026-01-14T14:00:00Z", "2026-01-14T15:00:00Z"];
    check(&rules, &american, early, outside("07:00 in America/Denver"));
    let known =
        request(Some("America/New_York"), Some(Country::UnitedStates), CallBasis::Requested);
    check(&rules, &known, early, Ok(early));
    // The Canaries are an hour behind Madrid: 9 o'clock there, 21 o'clock in Madrid.
    let spanish = request(None, Some(Country::Spain), CallBasis::Marketing);
    let day = ["2026-01-14T00:00:00Z", "2026-01-15T00:00:00Z"];
    check(&rules, &spanish, day, Ok(["2026-01-14T09:00:00Z", "2026-01-14T20:00:00Z"]));
}

#[test]
fn a_customer_of_whom_nothing_is_known_is_not_called_unless_a_zone_is_assumed() {
    let nowhere = request(None, None, CallBasis::Requested);
    let noon = ["2026-06-03T10:00:00Z", "2026-06-03T11:00:00Z"];
    check(&table(), &nowhere, noon, Err(Forbidden::UnknownZone));
    let oslo: Zone = "Europe/Oslo".parse().unwrap();
    let assumed = CallingRules::builder().default_zone(oslo).build().unwrap();
    check(&assumed, &nowhere, noon, Ok(noon));
    let assumed = CallingRules::builder().default_country(Country::Norway).build().unwrap();
    check(&assumed, &nowhere, noon, Ok(noon));
    // The assumption of a zone brings its country's holidays: 17 May.
    let reason = Forbidden::Holiday { name: "Constitution Day".to_owned() };
    let day = ["2027-05-17T10:00:00Z", "2027-05-17T11:00:00Z"];
    check(&assumed, &nowhere, day, Err(reason));
}

#[test]
fn the_country_gives_the_rules_and_the_zone_the_clock() {
    // A Norwegian number in New York: Norway's hours for marketing by the clock of New York.
    let abroad = request(Some("America/New_York"), Some(Country::Norway), CallBasis::Marketing);
    let day = ["2026-06-03T08:00:00Z", "2026-06-04T08:00:00Z"];
    let expected = ["2026-06-03T13:00:00Z", "2026-06-04T01:00:00Z"];
    check(&table(), &abroad, day, Ok(expected));
}

#[test]
fn marketing_needs_consent_where_the_law_asks_for_it() {
    let rules = CallingRules::builder().build().unwrap();
    let noon = ["2026-06-03T10:00:00Z", "2026-06-03T11:00:00Z"];
    for country in [Country::Denmark, Country::Germany, Country::France, Country::Spain] {
        let marketing = request(None, Some(country), CallBasis::Marketing);
        check(&rules, &marketing, noon, Err(Forbidden::NoConsent));
        let requested = request(None, Some(country), CallBasis::Requested);
        check(&rules, &requested, noon, Ok(noon));
        let consented = CallingRules::builder().consents([marketing.customer]).build().unwrap();
        check(&consented, &marketing, noon, Ok(noon));
    }
    let norwegian = request(None, Some(Country::Norway), CallBasis::Marketing);
    check(&rules, &norwegian, noon, Ok(noon));
}

#[test]
fn who_opted_out_is_called_only_when_they_ask_for_it_again() {
    let mut request = request(None, Some(Country::Denmark), CallBasis::Requested);
    let mut opt_outs = OptOuts::new();
    opt_outs.add(request.customer, at("2026-06-01T00:00:00Z"));
    let rules = CallingRules::builder().opt_outs(opt_outs).build().unwrap();
    let noon = ["2026-06-03T10:00:00Z", "2026-06-03T11:00:00Z"];
    check(&rules, &request, noon, Err(Forbidden::OptedOut));
    request.requested_at = at("2026-06-02T00:00:00Z");
    check(&rules, &request, noon, Ok(noon));
    request.basis = CallBasis::Service;
    check(&rules, &request, noon, Err(Forbidden::OptedOut));
}

#[test]
fn a_call_may_begin_at_the_deadline_and_not_after_it() {
    let rules = table();
    let mut request = request(None, Some(Country::Denmark), CallBasis::Requested);
    let noon = ["2026-06-03T10:00:00Z", "2026-06-03T11:00:00Z"];
    request.due_by = Some(at("2026-06-03T10:20:00Z"));
    check(&rules, &request, noon, Ok([noon[0], "2026-06-03T10:20:00Z"]));
    request.due_by = Some(at(noon[0]));
    check(&rules, &request, noon, Ok([noon[0], "2026-06-03T10:00:00.000000001Z"]));
    request.due_by = Some(at(noon[0]) - TimeDelta::nanoseconds(1));
    check(&rules, &request, noon, Err(Forbidden::AfterDeadline));
}

#[test]
fn a_window_is_over_before_now_and_before_the_request() {
    let rules = table();
    let mut request = request(None, Some(Country::Denmark), CallBasis::Requested);
    let noon = window("2026-06-03T10:00:00Z", "2026-06-03T11:00:00Z");
    assert_eq!(rules.permit(&request, noon, noon.ends_at()), Err(Forbidden::Past));
    let half = at("2026-06-03T10:30:00Z");
    let rest = Window::new(half, noon.ends_at()).unwrap();
    assert_eq!(rules.permit(&request, noon, half), Ok(rest));
    request.requested_at = noon.ends_at();
    assert_eq!(rules.permit(&request, noon, noon.starts_at()), Err(Forbidden::Past));
    // And an expiry counts from the request where there is no deadline.
    let rules = CallingRules::builder().expiry(TimeDelta::hours(2)).build().unwrap();
    request.requested_at = at("2026-06-03T08:10:00Z");
    let end = Window::new(noon.starts_at(), at("2026-06-03T10:10:00Z")).unwrap();
    assert_eq!(rules.permit(&request, noon, noon.starts_at()), Ok(end));
}

#[test]
fn hours_that_ask_for_holidays_are_closed_where_those_are_not_known() {
    let rules = table();
    let danish = request(None, Some(Country::Denmark), CallBasis::Requested);
    let reason = Forbidden::HolidaysUnknown { country: "DK".to_owned(), year: 2036 };
    check(&rules, &danish, ["2036-06-03T10:00:00Z", "2036-06-03T11:00:00Z"], Err(reason));
    // The statute of the United States does not ask for them.
    let american = request(Some("America/New_York"), None, CallBasis::Requested);
    let day = ["2036-06-03T15:00:00Z", "2036-06-03T16:00:00Z"];
    check(&rules, &american, day, Ok(day));
    // As long as it can be represented, time has an answer.
    let ages = Window::new(DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC).unwrap();
    assert!(rules.permit(&danish, ages, DateTime::<Utc>::MIN_UTC).is_ok());
    let end = DateTime::<Utc>::MAX_UTC - TimeDelta::days(1);
    let end = Window::new(end, DateTime::<Utc>::MAX_UTC).unwrap();
    assert!(rules.permit(&danish, end, end.starts_at()).is_err());
}

#[test]
fn a_customers_own_hours_narrow_those_of_the_rules() {
    let danish = request(None, Some(Country::Denmark), CallBasis::Requested);
    let own = CustomerRules::new().hours(hours("Mon-Sun 19:00-23:00; holidays as usual"));
    let rules = CallingRules::builder().customer(danish.customer, own).build().unwrap();
    let day = ["2026-06-03T06:00:00Z", "2026-06-03T22:00:00Z"];
    check(&rules, &danish, day, Ok(["2026-06-03T17:00:00Z", "2026-06-03T19:00:00Z"]));
    let mut other = danish;
    other.customer = customer("4712");
    check(&rules, &other, day, Ok(["2026-06-03T06:00:00Z", "2026-06-03T19:00:00Z"]));
}

/// Every entry of the table says something: an unreadable text would allow nothing.
#[test]
fn the_table_has_hours_and_zones_for_every_country_and_basis() {
    let zones: Vec<usize> =
        Country::ALL.into_iter().map(|it| CountryRules::of(it).all_zones().len()).collect();
    assert_eq!(zones, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 8, 1, 1, 2, 1]);
    for country in Country::ALL {
        for basis in CallBasis::ALL {
            let rules = CountryRules::of(country).on(*basis).clone();
            assert!(rules.hours.to_string().len() > "holidays as usual".len(), "{country} {basis}");
            assert_eq!(rules.hours.to_string().parse(), Ok(rules.hours));
            assert!(rules.status != RuleStatus::Statute || !rules.source.is_empty());
        }
    }
    let on = |country, basis| CountryRules::of(country).on(basis).clone();
    let italy = on(Country::Italy, CallBasis::Marketing);
    let text = "Mon-Fri 09:00-20:00; Sat 10:00-19:00; eves 10:00-19:00; holidays closed";
    assert_eq!(italy.hours.to_string(), text);
    assert_eq!(italy.status, RuleStatus::CodeOfConduct);
    let debt = on(Country::UnitedStates, CallBasis::DebtCollection);
    assert_eq!((debt.caps.as_slice(), debt.talk_pause_days), (&[Cap::per_week(7)][..], Some(7)));
    let france = on(Country::France, CallBasis::Marketing);
    let expected = (&[Cap::per_month(4)][..], Some(60));
    assert_eq!((france.caps.as_slice(), france.refusal_pause_days), expected);
}

#[test]
fn kinds_of_attempts_have_a_basis() {
    assert_eq!(CallBasis::of(AttemptKind::RequestedCallback), CallBasis::Requested);
    assert_eq!(CallBasis::of(AttemptKind::AbandonedReturn), CallBasis::Service);
    assert_eq!(CallBasis::of(AttemptKind::Unknown), CallBasis::Marketing);
    assert_eq!("debt_collection".parse(), Ok(CallBasis::DebtCollection));
}

#[track_caller]
fn contradicts(error: &Error, parts: [&str; 2]) {
    let Error::Contradiction(text) = error else { panic!("{error}") };
    for part in parts {
        assert!(text.contains(part), "{text:?} does not name {part:?}");
    }
}

#[test]
fn rules_that_contradict_each_other_are_an_error_that_names_both() {
    let error = "Mon-Fri 21:00-08:00".parse::<CallingHours>().unwrap_err();
    contradicts(&error, ["open at 21:00", "close at 08:00"]);
    let error = "Sat 09:00-12:00; eves 19:00-10:00".parse::<CallingHours>().unwrap_err();
    contradicts(&error, ["eves of holidays open at 19:00", "close at 10:00"]);

    let build = CallingRules::builder;
    let error = build().caps([Cap::per_day(0)]).build().unwrap_err();
    contradicts(&error, ["0 calls in 24 hours", "calling hours"]);
    let error = build().caps([Cap { allowed: 9, hours: 1000 }]).build().unwrap_err();
    contradicts(&error, ["9 calls in 1000 hours", "744 hours"]);
    let spacing = Spacing { minutes: 180, busy_minutes: 10 };
    let error = build().spacing(spacing).expiry(TimeDelta::hours(3)).build().unwrap_err();
    contradicts(&error, ["180 minutes", "expiry"]);
    let spacing = Spacing { minutes: 10, busy_minutes: 30 };
    contradicts(&build().spacing(spacing).build().unwrap_err(), ["30 minutes", "10 minutes"]);
    let own = CustomerRules::new().spacing_minutes(600);
    let error =
        build().customer(customer("1"), own).expiry(TimeDelta::hours(3)).build().unwrap_err();
    contradicts(&error, ["600 minutes", "180 minutes"]);

    let never = CountryRules::of(Country::Norway)
        .replace(CallBasis::Service, BasisRules::new(CallingHours::never()));
    contradicts(&build().country(never).build().unwrap_err(), ["NO", "no hour of the week"]);
    let short = BasisRules::new(hours("Mon-Fri 09:00-12:00; holidays as usual"));
    let american = CountryRules::of(Country::UnitedStates).replace(CallBasis::Service, short);
    contradicts(
        &build().country(american).build().unwrap_err(),
        ["all 8 zones of US", "09:00-12:00"],
    );
    let own = CustomerRules::new().hours(hours("Mon-Sun 22:00-24:00; holidays as usual"));
    let error = build().customer(customer("1"), own).build().unwrap_err();
    contradicts(&error, ["22:00-24:00", "every country"]);
}

#[test]
fn settings_outside_their_range_are_errors_that_name_the_range() {
    let error = ContactHistory::new().horizon_days(0).unwrap_err();
    let text = "horizon of the contact history is 0, expected 1 to 3660 days";
    assert_eq!(error.to_string(), text);
    let error = CallingRules::builder().expiry(TimeDelta::zero()).build().unwrap_err();
    assert_eq!(error.to_string(), "expiry of requests is 0, expected seconds above 0");
    let error = CallingRules::builder().caps([Cap::per_day(513)]).build().unwrap_err();
    assert!(error.to_string().contains("513"), "{error}");
    let error = "Mon 8-12".parse::<CallingHours>().unwrap_err();
    assert!(error.to_string().starts_with("calling hours: "), "{error}");
    let error = "Mon 08:00-12:00; eves 1".parse::<CallingHours>().unwrap_err();
    assert!(error.to_string().starts_with("calling hours: "), "{error}");
}

#[test]
fn hours_are_saved_as_their_text() {
    let text = "\"Mon-Fri 09:00-20:00; eves closed; holidays 10:00-12:00\"";
    let read: CallingHours = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), text);
    assert!(serde_json::from_str::<CallingHours>("\"Mon 22:00-02:00\"").is_err());
    // A request that was saved before it had a basis was asked for.
    let request = request(None, None, CallBasis::Requested);
    let mut json: serde_json::Value = serde_json::to_value(&request).unwrap();
    json.as_object_mut().unwrap().retain(|key, _| key != "basis" && key != "country");
    assert_eq!(serde_json::from_value::<CallbackRequest>(json).unwrap(), request);
}
