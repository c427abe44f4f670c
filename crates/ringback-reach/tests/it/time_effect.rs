//! Whether the time of a call matters: the level on noise, and planted effects.

use chrono::DateTime;
use ringback_calllog::{Customer, Zone};
use ringback_reach::{
    Attempt, AttemptLog, Compared, ContactOutcome, Error, Segment, TimeEffectTest, TimeLook,
};

use crate::policy_value::{Random, customers};

const HOUR: i64 = 3600;
/// Monday, 2026-05-04 00:00 UTC.
const START: i64 = 1_777_852_800;

pub(crate) fn outcome(is_reached: bool) -> ContactOutcome {
    if is_reached { ContactOutcome::Reached } else { ContactOutcome::NoAnswer }
}

/// A made-up log: each of `names` is called now and then at an hour drawn for them; `rate` gives the chance of an answer by
/// the customer's place, their level (0 to 1), and the hour.
pub(crate) fn made_up(
    names: &[Customer],
    seed: u64,
    hour: impl Fn(usize, &mut Random) -> i64,
    rate: impl Fn(usize, f64, i64) -> f64,
) -> AttemptLog {
    let mut random = Random::new(seed);
    let mut attempts = Vec::new();
    for (place, customer) in names.iter().enumerate() {
        let level = random.unit();
        for _ in 0..2 + random.below(8) {
            let day = i64::try_from(random.below(84)).unwrap();
            let hour = hour(place, &mut random);
            let secs = START + day * 24 * HOUR + hour * HOUR;
            let is_reached = random.is(rate(place, level, hour));
            let at = DateTime::from_timestamp(secs, 0).unwrap();
            let mut attempt = Attempt::new(*customer, at, outcome(is_reached));
            attempt.segment =
                Some(Segment::new(if place.is_multiple_of(2) { "private" } else { "business" }));
            attempts.push(attempt);
        }
    }
    AttemptLog::new(attempts, Zone::UTC).unwrap()
}

pub(crate) fn any_hour(_: usize, random: &mut Random) -> i64 {
    8 + i64::try_from(random.below(12)).unwrap()
}

fn test() -> TimeEffectTest {
    TimeEffectTest::new().permutations(199)
}

fn claims(log: impl Fn(u64) -> AttemptLog) -> usize {
    (0..100).filter(|it| test().run(&log(*it)).unwrap().is_shown()).count()
}

#[test]
fn times_that_are_noise_are_called_so_in_95_of_100_logs() {
    let names = customers(150);
    let found = claims(|seed| made_up(&names, seed, any_hour, |_, level, _| 0.1 + 0.6 * level));
    println!("noise: {found} claims");
    assert!(found <= 5, "{found}");
}

/// Businesses are called in the morning and answer more: the segment, not the hour.
#[test]
fn a_segment_that_answers_more_and_is_called_earlier_is_no_effect_of_the_time() {
    let names = customers(150);
    let hour = |place: usize, random: &mut Random| {
        let from = if place.is_multiple_of(2) { 14 } else { 8 };
        from + i64::try_from(random.below(6)).unwrap()
    };
    let rate = |place: usize, level: f64, _| {
        if place.is_multiple_of(2) { 0.3 * level } else { 0.4 + 0.5 * level }
    };
    let found = claims(|seed| made_up(&names, seed, hour, rate));
    println!("segments: {found} claims");
    assert!(found <= 5, "{found}");
}

/// Up to four calls a day, half an hour or more apart, at customers who are away on half of the days.
#[test]
fn a_day_away_is_no_effect_of_the_weekday() {
    let names = customers(100);
    let log = |seed| {
        let mut random = Random::new(seed);
        let mut attempts = Vec::new();
        for customer in &names {
            for _ in 0..4 {
                let day = i64::try_from(random.below(84)).unwrap();
                let rate = if random.is(0.5) { 0.9 } else { 0.05 };
                for number in 0..=i64::try_from(random.below(4)).unwrap() {
                    let slot = 16 + 4 * number + i64::try_from(random.below(4)).unwrap();
                    let secs = START + day * 24 * HOUR + slot * HOUR / 2;
                    let at = DateTime::from_timestamp(secs, 0).unwrap();
                    attempts.push(Attempt::new(*customer, at, outcome(random.is(rate))));
                }
            }
        }
        AttemptLog::new(attempts, Zone::UTC).unwrap()
    };
    let found = claims(log);
    println!("days away: {found} claims");
    assert!(found <= 5, "{found}");
}

/// First attempts in the morning, later ones in the evening, until a person answers: within a customer the evening would
/// seem to work.
#[test]
fn calls_that_stop_once_answered_do_not_make_the_last_hour_the_best() {
    let names = customers(300);
    let log = |seed| {
        let mut random = Random::new(seed);
        let mut attempts = Vec::new();
        for customer in &names {
            let rate = 0.2 + 0.4 * random.unit();
            for number in 0..6 {
                let hour = 9 + 2 * number + i64::try_from(random.below(3)).unwrap();
                let at = DateTime::from_timestamp(START + (24 * number + hour) * HOUR, 0).unwrap();
                let is_reached = random.is(rate);
                attempts.push(Attempt::new(*customer, at, outcome(is_reached)));
                if is_reached {
                    break;
                }
            }
        }
        AttemptLog::new(attempts, Zone::UTC).unwrap()
    };
    assert_eq!(test().run(&log(0)).unwrap().compared, Compared::SameAttemptNumber);
    let found = claims(log);
    println!("stopping: {found} claims");
    assert!(found <= 5, "{found}");
}

#[test]
fn an_hour_that_works_for_all_is_found() {
    let names = customers(250);
    let rate = |_, level: f64, hour| 0.1 + 0.4 * level + if hour >= 17 { 0.2 } else { 0.0 };
    let found = claims(|seed| made_up(&names, seed, any_hour, rate));
    println!("evening: {found} found");
    assert!(found >= 95, "{found}");
    let effect = test().run(&made_up(&names, 1, any_hour, rate)).unwrap();
    let evening = effect.stretches.iter().find(|it| it.from_hour == 18).unwrap();
    assert!(evening.reached as f64 > evening.expected, "{evening:?}");
    assert!(effect.to_string().starts_with("the time of a call matters (p = 0.0"), "{effect}");
}

/// Half of the customers answer in the morning and half after noon: no hour is better than another for all.
#[test]
fn hours_that_work_each_for_some_are_found() {
    let names = customers(150);
    let rate = |place: usize, _, hour: i64| {
        let is_theirs = (hour < 14) == (place % 4 < 2);
        if is_theirs { 0.65 } else { 0.15 }
    };
    let log = made_up(&names, 1, any_hour, rate);
    let effect = test().run(&log).unwrap();
    assert!(effect.is_shown(), "{effect:?}");
    let of = |look| effect.looks.iter().find(|it| it.0 == look).unwrap().1;
    assert!(of(TimeLook::NearHours) <= 0.01, "{effect:?}");
    assert!(of(TimeLook::Hours) > 0.05, "{effect:?}");
}

/// Hours were planted in the shipped attempts, some for each customer.
#[test]
fn the_shipped_attempts_have_hours_that_matter() {
    let (_, read) = crate::evaluation::shipped();
    let effect = test().run(&read.log).unwrap();
    println!("{effect}: {:?}", effect.looks);
    assert!(effect.is_shown(), "{effect:?}");
}

#[test]
fn too_few_attempts_are_said_to_be_too_few() {
    let names = customers(3);
    let effect = test().run(&made_up(&names, 1, any_hour, |_, _, _| 0.5)).unwrap();
    assert_eq!(effect.p_value, None);
    assert!(effect.to_string().starts_with("whether the time of a call matters cannot be told"));
    let empty = test().run(&AttemptLog::new(Vec::new(), Zone::UTC).unwrap()).unwrap();
    assert_eq!((empty.p_value, empty.attempts), (None, 0));
    let error =
        TimeEffectTest::new().permutations(10).run(&made_up(&names, 1, any_hour, |_, _, _| 0.5));
    assert!(matches!(error, Err(Error::Setting { name: "permutations", .. })));
}

#[test]
fn the_p_value_is_the_same_on_any_number_of_threads() {
    let names = customers(40);
    let log = made_up(&names, 4, any_hour, |_, level, _| level);
    let of = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| test().run(&log).unwrap())
    };
    assert_eq!(of(1), of(2));
    assert_eq!(of(1), of(8));
}
