//! Whether a policy's gain may be called an uplift: on noise, on planted effects, and on logs that cannot carry it.

use chrono::DateTime;
use ringback_calllog::{Customer, Zone};
use ringback_reach::{
    Attempt, AttemptLog, BaselineKind, Error, HourPolicy, LoggedChoice, PolicyEstimates,
    PolicyValue, PropensityOrigin, RateBaseline, ReachBacktest, RefusedUplift, TimeEffect,
    TimeEffectTest, Uplift, UpliftTrial,
};

use crate::policy_value::{Random, customers};
use crate::time_effect::outcome;

const HOURS: [i64; 4] = [9, 12, 15, 18];

/// A time-ordered log of calls at one of four hours, drawn with known chances, at customers of whom each has a rate of
/// their own, to which `effect` of the hour's place is added.
fn log(
    names: &[Customer],
    seed: u64,
    attempts: usize,
    effect: impl Fn(usize) -> f64,
) -> Vec<(Attempt, usize)> {
    let mut random = Random::new(seed);
    let levels: Vec<f64> = names.iter().map(|_| random.unit()).collect();
    let mut made = Vec::new();
    for number in 0..attempts {
        let (place, slot) = (random.below(names.len()), random.below(4));
        let day = i64::try_from(number * 60 / attempts).unwrap();
        let secs = 1_777_852_800 + day * 86_400 + HOURS[slot] * 3600;
        let is_reached = random.is(0.1 + 0.4 * levels[place] + effect(slot));
        let at = DateTime::from_timestamp(secs, 0).unwrap();
        let attempt = Attempt {
            propensity: Some(0.25),
            ..Attempt::new(names[place], at, outcome(is_reached))
        };
        made.push((attempt, slot));
    }
    made
}

/// Learns the best hour in the first half of a log, and judges calling at it (mostly) by the second half.
fn judge(
    made: &[(Attempt, usize)],
    origin: PropensityOrigin,
) -> (Uplift, PolicyEstimates, TimeEffect) {
    let (first, second) = made.split_at(made.len() / 2);
    let is_reached = |it: &Attempt| f64::from(u8::from(it.outcome.is_reached() == Some(true)));
    let rate = |slot: usize| {
        let own: Vec<f64> =
            first.iter().filter(|it| it.1 == slot).map(|it| is_reached(&it.0)).collect();
        own.iter().sum::<f64>() / own.len() as f64
    };
    let rates = [0, 1, 2, 3].map(rate);
    let best = (0..4).max_by(|a, b| rates[*a].total_cmp(&rates[*b])).unwrap();
    let target = |slot| if slot == best { 0.85 } else { 0.05 };
    let choices: Vec<LoggedChoice> = second
        .iter()
        .map(|(attempt, slot)| LoggedChoice {
            customer: attempt.customer,
            reward: is_reached(attempt),
            propensity: attempt.propensity,
            target: target(*slot),
            expected: rates[*slot],
            expected_of_target: (0..4).map(|it| target(it) * rates[it]).sum(),
        })
        .collect();
    let value = PolicyValue::new().estimate(&choices).unwrap();
    let attempts = made.iter().map(|it| it.0.clone()).collect();
    let times = TimeEffectTest::new().permutations(199);
    let times = times.run(&AttemptLog::new(attempts, Zone::UTC).unwrap()).unwrap();
    (Uplift::judge(Some(&value), &times, origin), value, times)
}

#[test]
fn of_100_logs_of_noise_at_most_5_claim_an_uplift() {
    let names = customers(300);
    let (mut claimed, mut intervals, mut shown) = (0, 0, 0);
    for seed in 0..100 {
        let (uplift, value, times) =
            judge(&log(&names, seed, 3000, |_| 0.0), PropensityOrigin::Logged);
        claimed += usize::from(uplift.measured().is_some());
        intervals += usize::from(value.gain.lower > 0.0 || value.gain.upper < 0.0);
        shown += usize::from(times.is_shown());
        assert!(value.effective_rows >= 400.0, "{value:?}");
    }
    println!("noise: {claimed} uplifts; intervals without 0: {intervals}; time effects: {shown}");
    assert!(claimed <= 5, "{claimed}");
    assert!(shown <= 5, "{shown}");
    // The interval alone keeps its level too: of 100 it leaves 0 out in 5, more than 11 in one of a hundred such tests.
    assert!(intervals <= 11, "{intervals}");
}

#[test]
fn a_planted_uplift_is_measured_and_its_interval_holds_it() {
    let names = customers(300);
    let effect = |slot| if slot == 3 { 0.25 } else { 0.0 };
    // The policy calls at the good hour in 85 of 100, the log in 25.
    let truth = 0.25 * (0.85 - 0.25);
    let (mut found, mut held) = (0, 0);
    for seed in 0..40 {
        let (uplift, _, _) = judge(&log(&names, seed, 3000, effect), PropensityOrigin::Logged);
        let Some(it) = uplift.measured() else { continue };
        found += 1;
        held += usize::from(it.lower <= truth && truth <= it.upper);
    }
    println!("planted: {found} of 40 found, {held} hold the truth");
    assert!(found >= 38 && held + 5 >= found, "{found} {held}");
}

#[test]
fn propensities_that_were_estimated_give_an_association_only() {
    let made = log(&customers(300), 1, 3000, |slot| if slot == 3 { 0.25 } else { 0.0 });
    let (uplift, value, times) = judge(&made, PropensityOrigin::Estimated);
    let association = RefusedUplift::AdjustedAssociation(value.gain.into());
    assert_eq!(uplift, Uplift::Refused(association));
    assert!(uplift.to_string().starts_with("no uplift told: adjusted association +"), "{uplift}");
    let none = Uplift::judge(None, &times, PropensityOrigin::Logged);
    assert_eq!(none, Uplift::Refused(RefusedUplift::NoPropensities));
}

#[test]
fn a_small_log_and_a_policy_that_was_not_tried_are_refused() {
    let effect = |slot| if slot == 3 { 0.25 } else { 0.0 };
    let (uplift, ..) = judge(&log(&customers(300), 1, 600, effect), PropensityOrigin::Logged);
    assert!(
        matches!(uplift, Uplift::Refused(RefusedUplift::TooFewEffectiveRows { needed: 400.0, .. })),
        "{uplift}"
    );
    let (_, mut value, times) =
        judge(&log(&customers(300), 1, 3000, effect), PropensityOrigin::Logged);
    value.weight_mean.value = 0.5;
    let uplift = Uplift::judge(Some(&value), &times, PropensityOrigin::Logged);
    assert!(matches!(uplift, Uplift::Refused(RefusedUplift::NoOverlap { .. })), "{uplift}");
    value.weight_mean.value = 1.0;
    value.clipped_weight = 0.2;
    let uplift = Uplift::judge(Some(&value), &times, PropensityOrigin::Logged);
    assert!(matches!(uplift, Uplift::Refused(RefusedUplift::NoOverlap { .. })), "{uplift}");
}

/// Calls at an hour from 9 to 16 drawn by chance; after 14 o'clock one in four more is answered.
fn by_hours(names: &[Customer], seed: u64, effect: f64) -> AttemptLog {
    let mut random = Random::new(seed);
    let mut attempts = Vec::new();
    for number in 0..6_000 {
        let place = random.below(names.len());
        let hour = 9 + i64::try_from(random.below(8)).unwrap();
        let secs = 1_777_852_800 + number / 100 * 86_400 + hour * 3600;
        let rate = 0.2 + 0.3 * (place % 10) as f64 / 10.0 + if hour >= 14 { effect } else { 0.0 };
        let at = DateTime::from_timestamp(secs, 0).unwrap();
        let attempt = Attempt::new(names[place], at, outcome(random.is(rate)));
        attempts.push(Attempt { propensity: Some(1.0 / 8.0), ..attempt });
    }
    AttemptLog::new(attempts, Zone::UTC).unwrap()
}

/// A log with propensities, through the model's own choice of hours, to the verdict.
#[test]
fn the_gain_of_the_best_hour_is_told_from_a_log() {
    let names = customers(400);
    let policy = HourPolicy::new(9, 17).unwrap().explored(0.2).unwrap();
    let verdict = |log: &AttemptLog| {
        let backtest =
            ReachBacktest::new(DateTime::from_timestamp(1_777_852_800 + 30 * 86_400, 0).unwrap());
        let mut model = RateBaseline::fit(BaselineKind::HourOfWeek, &backtest.training(log));
        let choices = backtest.choices(log, &mut model, policy);
        assert_eq!(choices.len(), 3_000);
        let value = PolicyValue::new().estimate(&choices).unwrap();
        // Of weights 0.2 and 6.6, with a chance of one in eight for these.
        assert!((value.weight_mean.value - 1.0).abs() < 0.12, "{value:?}");
        let times = TimeEffectTest::new().run(log).unwrap();
        Uplift::judge(Some(&value), &times, PropensityOrigin::Logged)
    };
    let uplift = verdict(&by_hours(&names, 1, 0.25));
    println!("{uplift}");
    // At best every call is after 14 o'clock, but for the explored ones: 0.8 + 0.2 · 3/8 instead of 3/8 of all.
    let most = 0.25 * (0.8 + 0.2 * 3.0 / 8.0 - 3.0 / 8.0);
    let measured = uplift.measured().unwrap();
    assert!(measured.lower < most && measured.value > 0.6 * most, "{measured:?} {most}");
    let noise = verdict(&by_hours(&names, 2, 0.0));
    println!("{noise}");
    assert_eq!(noise.measured(), None);
}

#[test]
fn a_policy_of_no_hours_is_an_error() {
    assert!(matches!(HourPolicy::new(17, 17), Err(Error::Setting { name: "until hour", .. })));
    assert!(matches!(HourPolicy::new(9, 25), Err(Error::Setting { name: "until hour", .. })));
    let policy = HourPolicy::new(9, 17).unwrap();
    assert!(matches!(policy.explored(f64::NAN), Err(Error::Setting { name: "explored", .. })));
    // Outside its hours, and of an attempt that does not tell, there is no choice.
    let names = customers(1);
    let at = |hour: i64| DateTime::from_timestamp(1_777_852_800 + hour * 3600, 0).unwrap();
    let log = AttemptLog::new(Vec::new(), Zone::UTC).unwrap();
    let model = RateBaseline::fit(BaselineKind::GlobalRate, &log);
    let of = |hour, outcome| {
        policy.choice(&Attempt::new(names[0], at(hour), outcome), Zone::UTC, &model)
    };
    assert_eq!(of(18, outcome(true)), None);
    assert_eq!(of(10, ringback_reach::ContactOutcome::Failed), None);
    // Where all hours are alike it calls at the first.
    let (first, later) = (of(9, outcome(true)).unwrap(), of(10, outcome(true)).unwrap());
    assert!(
        (first.target - (0.9 + 0.1 / 8.0)).abs() < 1e-12
            && (later.target - 0.1 / 8.0).abs() < 1e-12
    );
    assert!((later.expected_of_target - 0.5).abs() < 1e-12);
}

/// The closed form, by hand for 30 → 33 %: (1.959964 √0.43155 + 0.841621 √0.4311)² / 0.0009 = 3762.3.
#[test]
fn a_trial_of_30_against_33_percent_needs_3763_attempts_an_arm() {
    let attempts = |from, to| UpliftTrial::new(from, to).attempts_per_arm().unwrap();
    assert_eq!(attempts(0.30, 0.33), 3763);
    assert_eq!(attempts(0.33, 0.30), 3763);
    assert_eq!(attempts(0.30, 0.36), 963);
    let trial = UpliftTrial::new(0.30, 0.33);
    assert_eq!(trial.design_effect(2.0).attempts_per_arm().unwrap(), 7525);
    assert!(trial.power(0.9).attempts_per_arm().unwrap() > 5000);
    let error = UpliftTrial::new(0.3, 0.3).attempts_per_arm();
    assert!(matches!(error, Err(Error::Setting { name: "rate to", .. })));
    let error = UpliftTrial::new(0.0, 0.3).attempts_per_arm();
    assert!(matches!(error, Err(Error::Setting { name: "rate from", .. })));
}
