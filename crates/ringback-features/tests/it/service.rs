//! Service measures: closed forms, what is not observable, a second implementation.

use chrono::{NaiveDate, TimeDelta, Weekday};
use ringback_calllog::{Call, Direction, Outcome, Precision, StageEnd, StageKind};
use ringback_features::{
    AcceptableWait, HourWaits, IntervalLength, Intervals, Measure, NotObservable, Ratio,
    ServiceMeasures, ServiceSummary, load_by_hour_of_week, service_by_week, waits_by_hour,
};

use crate::hand_made::{
    abandoned, answered, at, call, drawn_calls, gap, says_all, stamp, talks, then, works,
};

const AWT: AcceptableWait = AcceptableWait::TWENTY_SECS;

#[track_caller]
fn check(measure: Measure, numerator: f64, denominator: f64, left_out: u64) {
    assert_eq!(measure, Measure::Ratio(Ratio { numerator, denominator, left_out }));
}

/// Eight calls that came to the center, one by each fate; seven were offered.
fn one_of_each() -> Vec<Call> {
    let overflowed =
        then(call(at("09:50:00"), Outcome::Overflowed), StageKind::Queue, 3, StageEnd::Overflowed);
    vec![
        answered(at("09:00:00"), 20),
        answered(at("09:10:00"), 21),
        call(at("09:20:00"), Outcome::Answered),
        abandoned(at("09:30:00"), 5),
        abandoned(at("09:40:00"), 20),
        abandoned(at("09:45:00"), 100),
        overflowed,
        call(at("09:55:00"), Outcome::Abandoned),
    ]
}

#[test]
fn each_measure_has_its_own_numerator_and_denominator() {
    let service = ServiceSummary::of(&one_of_each(), &says_all(), AWT);
    let counts = (service.calls_arrived, service.calls_offered, service.calls_answered);
    assert_eq!(counts, (8, 7, 3));
    assert_eq!((service.calls_abandoned, service.calls_abandoned_in_menu), (Some(3), Some(1)));
    // In time: 20 s and the direct answer. Abandoned within 20 s: two.
    check(service.service_level, 2.0, 5.0, 0);
    check(service.service_level_of_offered, 2.0, 7.0, 0);
    check(service.service_level_of_answered, 2.0, 3.0, 0);
    check(service.speed_of_answer_secs, 41.0, 3.0, 0);
    // The overflowed call queued, and nobody knows how long it would have waited.
    check(service.wait_secs_mean, 166.0, 5.0, 1);
    check(service.abandonment, 3.0, 7.0, 0);
    check(service.abandonment_without_short, 2.0, 6.0, 0);
    check(service.handle_secs_mean, 0.0, 0.0, 3);
    check(service.occupancy, 0.0, 0.0, 0);
    assert_eq!(service.service_level.value(), Some(0.4));
    assert_eq!(service.occupancy.to_string(), "no calls to measure");
}

#[test]
fn no_calls_is_not_the_same_as_not_observable() {
    let service = ServiceSummary::of(&[], &says_all(), AWT);
    check(service.abandonment, 0.0, 0.0, 0);
    assert_eq!((service.abandonment.value(), service.abandonment.not_observable()), (None, None));
}

#[test]
fn what_the_source_does_not_write_is_not_observable() {
    #[track_caller]
    fn check(
        change: impl Fn(&mut ringback_calllog::Observed),
        expected: [Option<NotObservable>; 9],
    ) {
        let mut observed = says_all();
        change(&mut observed);
        let it = ServiceSummary::of(&one_of_each(), &observed, AWT);
        let measures = [
            it.service_level,
            it.service_level_of_offered,
            it.service_level_of_answered,
            it.speed_of_answer_secs,
            it.wait_secs_mean,
            it.abandonment,
            it.abandonment_without_short,
            it.handle_secs_mean,
            it.occupancy,
        ];
        assert_eq!(measures.map(|measure| measure.not_observable()), expected);
        assert_eq!(it.calls_abandoned.is_some(), observed.abandons);
    }
    let (a, w) = (Some(NotObservable::Abandons), Some(NotObservable::Waits));
    let (g, s) = (Some(NotObservable::Agents), Some(NotObservable::FineStamps));
    check(|_| (), [None; 9]);
    check(|it| it.abandons = false, [a, a, None, None, a, a, a, None, None]);
    check(|it| it.waits = false, [w, w, w, w, w, None, w, None, None]);
    check(|it| it.agents = false, [None, None, None, None, None, None, None, None, g]);
    check(|it| it.precision = Precision::MINUTE, [s, s, s, None, None, None, s, None, None]);
    let ten = Precision::new(10.0).unwrap();
    check(move |it| it.precision = ten, [None, None, None, None, None, None, s, None, None]);
}

#[test]
fn calls_of_which_the_log_does_not_say_are_left_out_and_counted() {
    let mut answered_when = answered(at("09:00:00"), 10);
    answered_when.stages[0].left_at = None;
    let mut abandoned_when = abandoned(at("09:01:00"), 10);
    abandoned_when.stages[0].left_at = None;
    let mut waiting = call(at("09:02:00"), Outcome::Other);
    waiting = then(waiting, StageKind::Queue, 10, StageEnd::Open);
    waiting.is_complete = false;
    let unknown =
        then(call(at("09:03:00"), Outcome::Unknown), StageKind::Queue, 10, StageEnd::Unknown);
    let calls = [answered_when, abandoned_when, waiting, unknown, answered(at("09:04:00"), 10)];
    let service = ServiceSummary::of(&calls, &says_all(), AWT);
    check(service.service_level, 1.0, 1.0, 4);
    check(service.service_level_of_offered, 1.0, 2.0, 3);
    check(service.service_level_of_answered, 1.0, 1.0, 1);
    check(service.speed_of_answer_secs, 10.0, 1.0, 1);
    check(service.wait_secs_mean, 10.0, 1.0, 4);
    check(service.abandonment, 1.0, 3.0, 2);
    check(service.abandonment_without_short, 0.0, 2.0, 3);
}

#[test]
fn a_wait_below_zero_is_zero_within_the_precision_and_else_unknown() {
    let calls = [answered(at("09:00:00"), -1), answered(at("09:01:00"), -2)];
    let service = ServiceSummary::of(&calls, &says_all(), AWT);
    check(service.speed_of_answer_secs, 0.0, 1.0, 1);
}

#[test]
fn handle_time_is_over_answered_calls_whose_talk_is_known() {
    let mut no_end = talks(answered(at("09:00:00"), 10), "ann", 100);
    no_end.stages[1].left_at = None;
    let full = works(talks(answered(at("10:00:00"), 10), "ann", 100), StageKind::WrapUp, "ann", 20);
    let calls = [no_end, full, talks(answered(at("11:00:00"), 10), "bob", 60)];
    let service = ServiceSummary::of(&calls, &says_all(), AWT);
    check(service.handle_secs_mean, 180.0, 2.0, 1);
    assert_eq!(service.handle_secs_mean.value(), Some(90.0));
}

/// Two contacts of ann's 30 minutes apart, another 30 minutes and a second later, one of bob's.
fn a_morning() -> Vec<Call> {
    let talk = |time, agent| talks(call(at(time), Outcome::Answered), agent, 600);
    vec![
        talk("09:00:00", "ann"),
        talk("09:40:00", "ann"),
        talk("10:20:01", "ann"),
        talk("09:05:00", "bob"),
    ]
}

#[test]
fn agents_count_as_present_from_the_first_to_the_last_contact_of_a_run() {
    let measures = ServiceMeasures::new(AWT);
    let calls = a_morning();
    let occupancy = |it: ServiceMeasures| it.summary(&calls, &says_all()).occupancy;
    check(occupancy(measures), 2_400.0, 3_000.0 + 600.0 + 600.0, 0);
    check(occupancy(measures.idle_max(TimeDelta::seconds(1_801))), 2_400.0, 5_401.0 + 600.0, 0);
    check(occupancy(measures.idle_max(TimeDelta::zero())), 2_400.0, 2_400.0, 0);
    check(occupancy(measures.staffed(TimeDelta::hours(2))), 2_400.0, 7_200.0, 0);
}

#[test]
fn work_without_a_name_needs_a_staffed_time() {
    let unnamed =
        then(call(at("09:00:00"), Outcome::Answered), StageKind::Talk, 300, StageEnd::Completed);
    let calls =
        [unnamed.clone(), unnamed, talks(call(at("09:00:00"), Outcome::Answered), "ann", 60)];
    check(ServiceSummary::of(&calls, &says_all(), AWT).occupancy, 60.0, 60.0, 2);
    let mut observed = says_all();
    observed.agents = false;
    let given = ServiceMeasures::new(AWT).staffed(TimeDelta::hours(1));
    check(given.summary(&calls, &observed).occupancy, 660.0, 3_600.0, 0);
}

#[test]
fn the_short_abandon_and_the_acceptable_wait_can_be_set() {
    let calls = one_of_each();
    let lenient = ServiceMeasures::new(AcceptableWait::from_secs(21).unwrap());
    let service = lenient.short_abandon(TimeDelta::seconds(20)).summary(&calls, &says_all());
    check(service.service_level, 3.0, 5.0, 0);
    check(service.abandonment_without_short, 1.0, 5.0, 0);
    assert_eq!((service.acceptable_wait_secs, service.short_abandon_secs), (21, 20.0));
}

#[test]
fn an_acceptable_wait_is_1_to_86400_seconds() {
    for secs in [1, 20, 86_400] {
        assert_eq!(AcceptableWait::from_secs(secs).unwrap().secs(), secs);
    }
    for secs in [0, 86_401] {
        let error = AcceptableWait::from_secs(secs).unwrap_err().to_string();
        assert_eq!(error, format!("an acceptable wait of {secs} s, expected 1 to 86400 s"));
    }
}

#[test]
fn a_measure_in_json_says_what_it_was_divided_by_or_why_it_is_not_there() {
    let mut observed = says_all();
    observed.agents = false;
    let service = ServiceSummary::of(&one_of_each(), &observed, AWT);
    let json = serde_json::to_value(&service).unwrap();
    assert_eq!(
        json["service_level"].to_string(),
        r#"{"denominator":5.0,"left_out":0,"numerator":2.0,"value":0.4}"#
    );
    assert_eq!(
        json["handle_secs_mean"].to_string(),
        r#"{"denominator":0.0,"left_out":3,"numerator":0.0,"value":null}"#
    );
    assert_eq!(json["occupancy"].to_string(), r#"{"not_observable":"agents","value":null}"#);
    assert_eq!(json["calls_abandoned"], 3);
}

#[test]
fn a_measure_in_words_is_its_value_or_what_the_source_lacks() {
    #[track_caller]
    fn check(lacks: NotObservable, expected: &str) {
        assert_eq!(lacks.to_string(), format!("not observable in this source: {expected}"));
        assert_eq!(Measure::NotObservable(lacks).to_string(), lacks.to_string());
    }
    check(NotObservable::Abandons, "it does not write abandoned calls");
    check(NotObservable::Waits, "it does not write waits");
    check(NotObservable::Agents, "it does not name agents");
    check(NotObservable::FineStamps, "its stamps are coarser than the limit");
    let half = Measure::Ratio(Ratio { numerator: 1.0, denominator: 2.0, left_out: 0 });
    assert_eq!((half.to_string(), format!("{half:.2}")), ("0.5".to_owned(), "0.50".to_owned()));
}

#[test]
fn the_order_of_the_calls_does_not_matter() {
    let mut calls = drawn_calls(11, 400);
    let service = ServiceSummary::of(&calls, &says_all(), AWT);
    calls.reverse();
    assert_eq!(ServiceSummary::of(&calls, &says_all(), AWT), service);
}

#[test]
fn a_second_implementation_agrees() {
    let calls = drawn_calls(5, 800);
    let queued = |it: &Call| it.stages.iter().any(|stage| stage.kind == StageKind::Queue);
    let secs = |it: &Call, kind: StageKind| -> i64 {
        let stages = it.stages.iter().filter(|stage| stage.kind == kind);
        stages.map(|stage| stage.duration().unwrap().num_seconds()).sum()
    };
    let wait = |it: &Call| secs(it, StageKind::Queue);
    let counted: Vec<&Call> = calls
        .iter()
        .filter(|it| match it.direction {
            Direction::Internal => false,
            Direction::Outbound => queued(it),
            _ => true,
        })
        .collect();
    let is = |it: &Call, outcome| it.outcome == outcome;
    let n = |keep: &dyn Fn(&Call) -> bool| counted.iter().filter(|it| keep(it)).count() as f64;
    let total = |keep: &dyn Fn(&Call) -> bool, of: &dyn Fn(&Call) -> i64| -> f64 {
        counted.iter().filter(|it| keep(it)).map(|it| of(it) as f64).sum()
    };
    let told = |it: &Call| is(it, Outcome::Answered) || (queued(it) && !is(it, Outcome::Unknown));
    let in_time = n(&|it| is(it, Outcome::Answered) && wait(it) <= 20);
    let gone = |it: &Call| is(it, Outcome::Abandoned) && queued(it);
    let done = |it: &Call| is(it, Outcome::Answered);

    let service = ServiceSummary::of(&calls, &says_all(), AWT);
    let pairs = |it: Measure| it.counts().map(|it| (it.numerator, it.denominator)).unwrap();
    let gone_early = n(&|it| gone(it) && wait(it) <= 20);
    assert_eq!(pairs(service.service_level), (in_time, n(&told) - gone_early));
    assert_eq!(pairs(service.service_level_of_offered), (in_time, n(&told)));
    assert_eq!(pairs(service.speed_of_answer_secs), (total(&done, &wait), n(&done)));
    let waited = |it: &Call| queued(it) && (done(it) || gone(it));
    assert_eq!(pairs(service.wait_secs_mean), (total(&waited, &wait), n(&waited)));
    assert_eq!(pairs(service.abandonment), (n(&gone), n(&told)));
    let short = n(&|it| gone(it) && wait(it) <= 5);
    assert_eq!(pairs(service.abandonment_without_short), (n(&gone) - short, n(&told) - short));
    let handle = |it: &Call| secs(it, StageKind::Talk) + secs(it, StageKind::WrapUp);
    assert_eq!(pairs(service.handle_secs_mean), (total(&done, &handle), n(&done)));
    assert!(in_time > 50.0 && gone_early > 5.0 && short > 1.0, "too few calls to tell");
}

#[test]
fn weeks_are_civil_weeks_that_begin_on_the_day_asked_for() {
    #[track_caller]
    fn check(starts_on: Weekday, expected: &[(u32, u64)]) {
        let mut observed = says_all();
        observed.zone = "Asia/Jerusalem".parse().unwrap();
        // Saturday 23:30 and Sunday 00:30 in Jerusalem, then Sunday and Monday 12:00.
        let calls = [
            answered(stamp("2026-05-09T20:30:00Z"), 10),
            abandoned(stamp("2026-05-09T21:30:00Z"), 10),
            answered(stamp("2026-05-10T09:00:00Z"), 30),
            answered(stamp("2026-05-11T09:00:00Z"), 30),
        ];
        let weeks = service_by_week(&calls, &observed, ServiceMeasures::new(AWT), starts_on);
        let actual: Vec<_> =
            weeks.iter().map(|it| (it.starts_on, it.service.calls_offered)).collect();
        let may = |day| NaiveDate::from_ymd_opt(2026, 5, day).unwrap();
        let expected: Vec<_> = expected.iter().map(|&(day, calls)| (may(day), calls)).collect();
        assert_eq!(actual, expected, "{starts_on}");
    }
    check(Weekday::Mon, &[(4, 3), (11, 1)]);
    check(Weekday::Sun, &[(3, 1), (10, 3)]);
}

#[test]
fn load_is_per_hour_observed_and_missing_hours_do_not_count() {
    // Three Mondays at 9: two calls, a gap, four calls; closed or silent hours count as 0.
    let mut calls = Vec::new();
    for (day, n) in [("2026-05-04", 2), ("2026-05-11", 7), ("2026-05-18", 4)] {
        for minute in 0..n {
            calls.push(answered(stamp(&format!("{day}T09:{:02}:00Z", minute * 8)), 1));
        }
    }
    calls.push(answered(stamp("2026-05-18T10:29:00Z"), 1));
    let (from, to) = (stamp("2026-05-11T08:59:00Z"), stamp("2026-05-11T10:00:00Z"));
    let gaps = [gap(from, to)];
    let table = Intervals::new(IntervalLength::QUARTER_HOUR)
        .gaps(&gaps)
        .build(&calls, &says_all())
        .unwrap();
    let load = load_by_hour_of_week(&table).unwrap();
    let of = |weekday: usize, hour: usize| {
        (load.calls_offered_mean[weekday][hour], load.hours_observed[weekday][hour])
    };
    assert_eq!(of(0, 9), (Some(3.0), 2));
    assert_eq!(of(0, 8), (Some(0.0), 2), "the gap reaches into the hour before");
    assert_eq!(of(0, 10), (Some(0.0), 2), "the table ends in the middle of the last hour");
    assert_eq!(of(6, 9), (Some(0.0), 2));

    let one_day = Intervals::new(IntervalLength::HOUR).build(&calls[..1], &says_all()).unwrap();
    assert_eq!(load_by_hour_of_week(&one_day).unwrap().calls_offered_mean[1][9], None);
    let by_day = Intervals::new(IntervalLength::DAY).build(&calls, &says_all()).unwrap();
    let error = load_by_hour_of_week(&by_day).unwrap_err().to_string();
    assert_eq!(error, "intervals of 1d do not divide an hour, expected 1m to 1h such as 15m");
}

#[test]
fn the_hour_that_autumn_repeats_counts_as_two_hours() {
    let mut observed = says_all();
    observed.zone = "Europe/Copenhagen".parse().unwrap();
    let calls = [
        answered(stamp("2026-10-25T00:10:00Z"), 1),
        answered(stamp("2026-10-25T01:10:00Z"), 1),
        answered(stamp("2026-10-25T01:20:00Z"), 1),
        answered(stamp("2026-10-25T22:59:00Z"), 1),
    ];
    let table = Intervals::new(IntervalLength::HALF_HOUR).build(&calls, &observed).unwrap();
    let load = load_by_hour_of_week(&table).unwrap();
    assert_eq!((load.calls_offered_mean[6][2], load.hours_observed[6][2]), (Some(1.5), 2));
}

#[test]
fn waits_by_hour_are_those_of_answered_calls() {
    let mut calls: Vec<Call> =
        (0..11).map(|n| answered(at("09:00:00") + TimeDelta::minutes(n), n * 10)).collect();
    calls.push(abandoned(at("09:30:00"), 1_000));
    calls.push(call(at("10:30:00"), Outcome::Answered));
    let hours = waits_by_hour(&calls, &says_all()).unwrap();
    let waits = |it: &HourWaits| (it.calls, it.wait_secs_mean, it.wait_secs_p50, it.wait_secs_p90);
    assert_eq!(hours.len(), 24);
    assert_eq!(waits(&hours[9]), (11, Some(50.0), Some(50.0), Some(90.0)));
    assert_eq!(waits(&hours[10]), (1, Some(0.0), Some(0.0), Some(0.0)));
    assert_eq!(waits(&hours[11]), (0, None, None, None));
    assert_eq!(hours[11].hour, 11);

    let two = [answered(at("09:00:00"), 10), answered(at("09:01:00"), 20)];
    let hours = waits_by_hour(&two, &says_all()).unwrap();
    assert_eq!((hours[9].wait_secs_p50, hours[9].wait_secs_p90), (Some(15.0), Some(19.0)));

    let mut observed = says_all();
    observed.waits = false;
    assert_eq!(waits_by_hour(&two, &observed), Err(NotObservable::Waits));
}
