//! When customers pick up, and when to offer callbacks: of made-up attempts and calls in which the answer is planted.

use std::fmt::Write as _;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Timelike, Utc, Weekday};
use ringback_calllog::{
    Audit, CallLog, Customer, Delimited, LogReader, PseudonymKey, Pseudonymizer, Zone,
};
use ringback_features::{AcceptableWait, Calendar};
use ringback_reach::{Attempt, AttemptLog, ContactOutcome, Segment};
use ringback_report::{
    AttemptsFrom, CallbackWindows, Error, KpiOptions, Kpis, Page, ReachKpis, SegmentHours,
    overview_page,
};

/// Monday, 2 March 2026, midnight UTC.
fn monday() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 2).unwrap()
}

fn customer(number: usize) -> Customer {
    let pseudonymizer = Pseudonymizer::new(&PseudonymKey::from_bytes([7; 32]), "shop");
    pseudonymizer.customer(&format!("c{number}"))
}

/// Numbers that look drawn, the same each time.
fn drawn(number: usize) -> f64 {
    let mut mixed = (number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// Attempts at 200 customers between 9 and 18 o'clock over eight weeks, answered as `chance` says of the segment and the
/// hour; segments take turns.
fn attempts(names: [&str; 2], chance: impl Fn(usize, u32) -> f64) -> Vec<Attempt> {
    let mut attempts = Vec::new();
    for number in 0..4_000_usize {
        let day = TimeDelta::days((number / 500 * 7 + number % 5).try_into().unwrap());
        let hour = 9 + u32::try_from(number / 5 % 9).unwrap();
        let minute = u32::try_from(number % 60).unwrap();
        let at = (monday() + day).and_hms_opt(hour, minute, 0).unwrap().and_utc();
        // A step that shares no divisor with the pattern of days and hours.
        let who = number * 77 % 200;
        let is_reached = drawn(number) < chance(who % 2, hour);
        let outcome = if is_reached { ContactOutcome::Reached } else { ContactOutcome::NoAnswer };
        let segment = Some(Segment::new(names[who % 2]));
        attempts.push(Attempt { segment, ..Attempt::new(customer(who), at, outcome) });
    }
    attempts
}

fn reach(attempts: Vec<Attempt>) -> ReachKpis {
    let log = AttemptLog::new(attempts, Zone::UTC).unwrap();
    ReachKpis::of(&log, AttemptsFrom::Table("dialer.csv".to_owned())).unwrap()
}

/// The shop answers early, consumers answer late.
fn planted(segment: usize, hour: u32) -> f64 {
    match (segment, hour) {
        (0, 16..) | (1, ..11) => 0.7,
        _ => 0.2,
    }
}

#[test]
fn the_maps_show_each_segments_own_hours() {
    let reach = reach(attempts(["consumer", "shop"], planted));
    assert!(reach.time_effect.is_shown(), "{}", reach.time_effect);
    let segments = reach.segments.as_ref().unwrap();
    let names: Vec<&str> = segments.iter().map(SegmentHours::name).collect();
    assert_eq!(names, ["consumer", "shop"]);
    for (place, segment) in segments.iter().enumerate() {
        assert_eq!((segment.customers, segment.attempts, segment.zone), (100, 2_000, Zone::UTC));
        let mut cells = 0;
        for (day, hour, told) in segment.cells() {
            assert!(day < 5 && (9..18).contains(&hour), "nobody called on day {day} at {hour}");
            let right = planted(place, u32::try_from(hour).unwrap());
            // The table smooths the hours a little, and its customers' preferences are one stretch of the day.
            let is_as_planted = if right > 0.5 { told > 0.5 } else { told < 0.4 };
            assert!(is_as_planted, "{} at {hour}: {told}, planted {right}", segment.name());
            cells += 1;
        }
        assert_eq!(cells, 5 * 9);
    }
    let scores = reach.scores.as_ref().unwrap();
    let all = &scores.evaluation.all;
    assert_eq!(scores.trained + all.rows, 4_000);
    assert!(scores.train_until.time().num_seconds_from_midnight() == 0);
    let global = &all.against[0];
    assert!(global.gain > 3.0 * global.gain_standard_error.unwrap(), "{global:?}");
    assert!(scores.reliability.bins_held() + 2 >= scores.reliability.bins.len(), "{scores:?}");
}

/// Attempts from 9 to 18 o'clock UTC are from 14:30 on in India.
#[test]
fn hours_are_those_of_the_segments_own_zone() {
    let india: Zone = "Asia/Kolkata".parse().unwrap();
    let late = |_, hour| if hour >= 16 { 0.7 } else { 0.2 };
    let mut attempts = attempts(["consumer", "shop"], late);
    for attempt in &mut attempts {
        attempt.zone = Some(india);
    }
    let reach = reach(attempts);
    for segment in reach.segments.as_ref().unwrap() {
        assert_eq!(segment.zone, india);
        for (_, hour, told) in segment.cells() {
            assert!((14..24).contains(&hour), "{hour}");
            // 16:00 UTC is 21:30: at 21 o'clock both kinds of minutes were called.
            assert!(hour == 21 || (told > 0.45) == (hour > 21), "{hour}: {told}");
        }
    }
}

#[test]
fn where_the_time_does_not_matter_the_page_says_so_and_draws_no_map() {
    let reach = reach(attempts(["consumer", "shop"], |_, _| 0.4));
    assert!(!reach.time_effect.is_shown());
    let page = page_of(Ok(reach));
    assert!(page.contains("No time is better than another"), "the statement");
    assert!(!page.contains("When customers of segment"), "no map");
    assert!(page.contains("Do told probabilities come true?"));
}

#[test]
fn segments_of_few_customers_are_not_shown() {
    let mut attempts = attempts(["consumer", "shop"], planted);
    for attempt in &mut attempts {
        let is_few = [0, 2, 4, 6].map(customer).contains(&attempt.customer);
        if is_few {
            attempt.segment = Some(Segment::new("board"));
        }
    }
    let reach = reach(attempts);
    assert!(reach.segments.as_ref().unwrap().iter().all(|it| it.name() != "board"));
    let scored = &reach.scores.as_ref().unwrap().evaluation.by_segment;
    assert_eq!(scored.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["consumer", "shop"]);
    assert!(!page_of(Ok(reach)).contains("board"));
}

/// By hand: the effort of one customer that begins in March and ends in April counts in March, its answer in April.
#[test]
fn months_are_those_by_hand() {
    let at = |text: &str| -> DateTime<Utc> { text.parse().unwrap() };
    let (yes, no) = (ContactOutcome::Reached, ContactOutcome::NoAnswer);
    let reach = reach(vec![
        Attempt::new(customer(1), at("2026-03-30T10:00:00Z"), no),
        Attempt::new(customer(1), at("2026-04-01T10:00:00Z"), yes),
        Attempt::new(customer(2), at("2026-03-10T10:00:00Z"), yes),
        Attempt::new(customer(3), at("2026-03-11T10:00:00Z"), no),
        Attempt::new(customer(4), at("2026-04-02T10:00:00Z"), no),
        Attempt::new(customer(4), at("2026-04-02T16:00:00Z"), yes),
    ]);
    let told: Vec<_> = reach
        .months
        .iter()
        .map(|it| (it.starts_on.month(), it.efforts, it.attempts, it.reached))
        .collect();
    assert_eq!(told, [(3, 3, 3, 1), (4, 1, 3, 2)]);
    let [march, april] = &reach.months[..] else { panic!("two months") };
    assert_eq!(
        (march.first_attempt_reached, april.first_attempt_reached),
        (Some(1.0 / 3.0), Some(0.0))
    );
    assert_eq!((march.attempts_per_reached, april.attempts_per_reached), (Some(3.0), Some(1.5)));
    assert_eq!(march.hours_to_contact_mean, Some(0.0));
    assert_eq!(april.hours_to_contact_mean, Some(27.0)); // 48 h and 6 h
    assert_eq!(reach.contact.first_attempt_reached, Some(0.25));
    // Too few to learn from: said, not made up.
    assert!(matches!(reach.scores, Err(Error::Reach(_))), "{:?}", reach.scores);
    let page = page_of(Ok(reach));
    assert!(page.contains("Not observable in this source: whether the time of a call matters"));
    assert!(page.contains("How well an answer can be told is not observable in this source"));
}

#[test]
fn attempts_of_which_all_were_answered_are_not_taken_for_good() {
    let reach = reach(attempts(["consumer", "shop"], |_, _| 1.0));
    let page = page_of(Ok(reach));
    assert!(page.contains(
        "100.0 % of the attempts were answered: those that nobody answered are not written"
    ));
    assert!(!page.contains("When customers of segment"), "no map");
}

#[test]
fn a_log_without_outbound_calls_says_that_it_cannot_tell() {
    let (log, _) = center(2);
    let error = ReachKpis::of_calls(&log).unwrap_err();
    assert!(matches!(error, Error::NoAttempts), "{error}");
    let page = page_of(Err(error));
    assert!(page.contains(
        "When customers pick up: not observable in this source: it has no outbound calls"
    ));
}

const MAPPING: &str = r#"
    source = "shop"
    zone = "UTC"
    key = ["id"]
    time = { format = "%Y-%m-%d %H:%M:%S" }
    outcome = { column = "result", values = { ok = "answered", gone = "abandoned" } }
    stage = [
        { kind = "queue", start = "in", end = "out" },
        { kind = "talk", start = "out", end = "done", agent = "agent" },
    ]
"#;

/// A center with five agents, Monday to Friday from 8 to 18 o'clock: a call every minute in the morning, one every five minutes
/// in the afternoon, each of three minutes.
fn center(weeks: i64) -> (CallLog, Audit) {
    let calls = (0..600).filter(|it| *it < 240 || it % 5 == 0).map(|minute| (minute * 60, 5));
    center_of(weeks, 5, &calls.collect::<Vec<_>>())
}

/// A center with so many agents who take turns; on each day from Monday to Friday the same calls come, so many seconds after
/// 8 o'clock, wait so many seconds, and take three minutes.
fn center_of(weeks: i64, agents: usize, calls: &[(i64, i64)]) -> (CallLog, Audit) {
    let mut text = "id,in,out,done,agent,result\n".to_owned();
    let mut number = 0;
    for day in (0..weeks * 7).filter(|it| it % 7 < 5) {
        let opens = (monday() + TimeDelta::days(day)).and_hms_opt(8, 0, 0).unwrap();
        for (came, wait) in calls {
            let came = opens + TimeDelta::seconds(*came);
            let out = came + TimeDelta::seconds(*wait);
            let done = out + TimeDelta::seconds(180);
            writeln!(text, "{number},{came},{out},{done},a{},ok", number % agents).unwrap();
            number += 1;
        }
    }
    let pseudonyms = Pseudonymizer::new(&PseudonymKey::from_bytes([7; 32]), "shop");
    let mut format = Delimited::new(MAPPING, "shop.toml", pseudonyms).unwrap();
    let read = LogReader::new().read_bytes("shop.csv", text.as_bytes(), &mut format).unwrap();
    (read.log, read.audit)
}

fn options() -> KpiOptions {
    KpiOptions::new(Calendar::plain(Zone::UTC), AcceptableWait::TWENTY_SECS)
}

/// The overview of a small center, with these attempts.
fn page_of(reach: Result<ReachKpis, Error>) -> String {
    let (log, audit) = center(1);
    let kpis = Kpis { reach, ..Kpis::of(&log, &audit, &options(), |_| ()) };
    let page: Page = overview_page(&log, &audit, &kpis);
    page.to_html()
}

fn hours(it: &CallbackWindows) -> Vec<(Weekday, Vec<u32>)> {
    let days = it.days.iter().map(|day| {
        let hours = day.windows.iter().map(|it| it.window.starts_at().hour()).collect();
        (day.date.weekday(), hours)
    });
    days.collect()
}

#[test]
fn callbacks_are_offered_when_agents_are_free() {
    let (log, audit) = center(6);
    let kpis = Kpis::of(&log, &audit, &options(), |_| ());
    let it = kpis.callback_windows.as_ref().unwrap();
    assert!(it.by_load_alone && !it.is_short_of_agents());
    assert_eq!((it.agents_most, it.handle_secs, it.answered_share), (5, 180.0, 0.8));
    assert_eq!(it.days.len(), 7);
    for (day, hours) in hours(it) {
        if matches!(day, Weekday::Sat | Weekday::Sun) {
            assert!(hours.is_empty(), "{day}");
            continue;
        }
        // Of twelve calls an hour the load is 0.6: two agents do, three are free.
        assert!(hours[0] >= 12, "{day}: {hours:?}");
    }
    let weekend = it.days.iter().find(|it| it.date.weekday() == Weekday::Sun).unwrap();
    assert_eq!(weekend.why_none.as_deref(), Some("closed"));
    let monday = &it.days[it.days.iter().position(|it| it.date.weekday() == Weekday::Mon).unwrap()];
    // Three of five agents free, a tenth kept: 3 x 0.9 x 3,600 s of 180 s each.
    assert_eq!(monday.slots[14], Some(54));
    // 60 calls an hour are a load of 3, for which 80 % in 20 s take all five.
    assert_eq!((monday.slots[9], monday.slots[7]), (Some(0), None));
    assert!((monday.windows[0].free_share - 0.54).abs() < 1e-9, "{:?}", monday.windows[0]);
    assert_eq!(monday.windows[0].probability, None);
    let page = overview_page(&log, &audit, &kpis).to_html();
    assert!(page.contains("Windows are chosen by load alone"));
}

#[test]
fn of_free_hours_those_come_first_at_which_customers_answer() {
    let (log, audit) = center(6);
    let late = |_, hour| if hour >= 16 { 0.8 } else { 0.2 };
    let attempts = AttemptLog::new(attempts(["consumer", "shop"], late), Zone::UTC).unwrap();
    let own = AttemptsFrom::Table("dialer.csv".to_owned());
    let kpis = Kpis::of(&log, &audit, &options().attempts(attempts.clone(), own), |_| ());
    let it = kpis.callback_windows.as_ref().unwrap();
    assert!(!it.by_load_alone);
    for day in it.days.iter().filter(|it| !it.windows.is_empty()) {
        let best = day.windows[0];
        assert_eq!(best.window.starts_at().hour(), 16, "{day:?}");
        assert!(best.probability.is_some_and(|it| it > 0.6), "{best:?}");
    }
    // Made-up attempts move no window of real callers.
    let made_up = AttemptsFrom::MadeUp("made_up.csv".to_owned());
    let kpis = Kpis::of(&log, &audit, &options().attempts(attempts, made_up), |_| ());
    assert!(kpis.callback_windows.as_ref().unwrap().by_load_alone);
    let page = overview_page(&log, &audit, &kpis).to_html();
    assert!(page.contains("Everything in this section stands on made-up attempts (made_up.csv)"));
    assert!(page.contains("This log has no outbound calls to customers whom it names"));
}

/// 2.4 erlangs at four agents: 80 % in 20 s take five of them by Erlang C (four answer 76 %, three 40 %).
#[test]
fn a_center_short_of_agents_is_told_so() {
    let calls = |late: i64| {
        let calls = (0..480).map(|it| (it * 75, if it % 10 < late { 60 } else { 5 }));
        calls.collect::<Vec<_>>()
    };
    let (log, audit) = center_of(6, 4, &calls(7));
    let kpis = Kpis::of(&log, &audit, &options(), |_| ());
    let it = kpis.callback_windows.as_ref().unwrap();
    assert!(it.is_short_of_agents());
    // As it was: three of ten within 20 s, which three agents keep up, so that the fourth is free.
    assert!((it.answered_share - 0.3).abs() < 1e-9, "{}", it.answered_share);
    let monday = it.days.iter().find(|it| it.date.weekday() == Weekday::Mon).unwrap();
    assert_eq!(monday.slots[12], Some(18)); // 0.9 x 3,600 s of 180 s each
    let page = overview_page(&log, &audit, &kpis).to_html();
    assert!(page.contains("There are too few agents to answer 80 % of callers within 20 s"));

    // Where callers are served well in spite of it, nothing is given away.
    let (log, audit) = center_of(6, 4, &calls(0));
    let kpis = Kpis::of(&log, &audit, &options(), |_| ());
    let it = kpis.callback_windows.as_ref().unwrap();
    assert!(!it.is_short_of_agents());
    let monday = it.days.iter().find(|it| it.date.weekday() == Weekday::Mon).unwrap();
    assert_eq!(monday.why_none.as_deref(), Some("the expected calls leave no agent free"));
}
