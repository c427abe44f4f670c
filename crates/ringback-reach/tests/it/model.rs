//! The fitted model through its public API.

use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::Zone;
use ringback_learn::Saved;
use ringback_reach::{
    Ask, Attempt, AttemptLog, ContactOutcome, Error, FittedReach, Method, ModelChoice,
    ReachLearning, ReachModel, Segment, Window,
};

use crate::simulator::{Simulated, Simulator, customer};

static SIMULATED: LazyLock<Simulated> =
    LazyLock::new(|| Simulator { customers: 900, attempts: 8_000, ..Simulator::new(21) }.run());

static LOGISTIC: LazyLock<FittedReach> = LazyLock::new(|| {
    ReachLearning::new().model(ModelChoice::Logistic).fit(&SIMULATED.log).unwrap()
});

fn monday(hour: i64) -> DateTime<Utc> {
    "2026-06-08T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::hours(hour)
}

fn hours(from: i64, to: i64) -> Window {
    Window::new(monday(from), monday(to)).unwrap()
}

#[test]
fn a_saved_model_answers_as_before() {
    let text = serde_json::to_string(&Saved(LOGISTIC.clone())).unwrap();
    let Saved(read): Saved<FittedReach> = serde_json::from_str(&text).unwrap();
    assert_eq!(read, *LOGISTIC);
    let ask = Ask::new(customer(3), monday(10));
    assert_eq!(read.reachability(&ask), LOGISTIC.reachability(&ask));
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let log = &Simulator { customers: 300, attempts: 2_500, ..Simulator::new(22) }.run().log;
    let fit = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| ReachLearning::new().model(ModelChoice::Logistic).fit(log).unwrap())
    };
    assert_eq!(fit(1), fit(3));
}

#[test]
fn many_windows_at_once_say_the_same_as_one_by_one() {
    let segment = Segment::from("business");
    let windows =
        [hours(8, 9), hours(9, 11), hours(16, 20), hours(24 + 9, 24 + 10), hours(130, 131)];
    let asks: Vec<Ask<'_>> = (0..40)
        .chain([90_000])
        .map(|it| Ask { segment: Some(&segment), ..Ask::new(customer(it), monday(0)) })
        .collect();
    let all = LOGISTIC.window_probabilities(&asks, &windows);
    assert_eq!(all.len(), asks.len() * windows.len());
    for (ask, row) in asks.iter().zip(all.chunks_exact(windows.len())) {
        for (window, said) in windows.iter().zip(row) {
            let one = LOGISTIC.window_probability(ask, *window).probability;
            assert!((one - said).abs() < 1e-3, "{ask:?} {window}: {one} and {said}");
        }
    }
}

#[test]
fn a_window_is_the_mean_of_its_hours_and_the_best_come_first() {
    let ask = Ask::new(customer(5), monday(0));
    let whole = LOGISTIC.window_probability(&ask, hours(9, 12));
    let at = |minutes: i64| {
        LOGISTIC
            .reachability(&Ask { at: monday(9) + TimeDelta::minutes(minutes), ..ask })
            .probability
    };
    let mean = (at(30) + at(90) + at(150)) / 3.0;
    assert!((whole.probability - mean).abs() < 1e-12);
    let windows = [hours(9, 10), hours(13, 14), hours(18, 19), hours(18, 19)];
    let best = LOGISTIC.best_windows(&ask, &windows);
    assert_eq!(best.len(), 4);
    assert!(best.is_sorted_by(|a, b| a.reachability.probability >= b.reachability.probability));
}

/// What the best of twelve hours promises and delivers, for customers with about so many attempts.
fn promised_and_delivered(
    model: &FittedReach,
    simulated: &Simulated,
    people: &[usize],
) -> (f64, f64) {
    let windows: Vec<Window> = (8..20).map(|it| hours(it, it + 1)).collect();
    let (mut promised, mut delivered) = (0.0, 0.0);
    for who in people {
        let ask = Ask::new(customer(*who), monday(0));
        let best = model.best_windows(&ask, &windows)[0];
        promised += best.reachability.probability;
        delivered += simulated.truth(*who, best.window.middle());
    }
    (promised / people.len() as f64, delivered / people.len() as f64)
}

#[test]
fn the_best_hour_delivers_what_it_promises_after_few_attempts_and_many() {
    let simulated = Simulator { customers: 2_400, attempts: 20_000, ..Simulator::new(23) }.run();
    let model = ReachLearning::new().model(ModelChoice::Rate).fit(&simulated.log).unwrap();
    let mut counts = vec![0_u32; 2_400];
    for (number, count) in counts.iter_mut().enumerate() {
        *count = model.reachability(&Ask::new(customer(number), monday(0))).evidence.attempts;
    }
    for (least, most) in [(1, 2), (3, 4), (5, 7), (8, 14), (20, 200)] {
        let people: Vec<usize> =
            (0..2_400).filter(|it| (least..=most).contains(&counts[*it])).collect();
        let (promised, delivered) = promised_and_delivered(&model, &simulated, &people);
        let gap = promised - delivered;
        // Three points, and chance: the truth spreads by about 0.25 among so many.
        let most_gap = 0.03 + 2.0 * 0.25 / (people.len() as f64).sqrt();
        assert!(gap.abs() < most_gap, "{least} to {most}: {promised} against {delivered}");
    }
}

#[test]
fn four_of_five_intervals_hold_the_customers_own_probability() {
    let (mut held, mut asked) = (0, 0);
    for number in 0..900 {
        for hour in [9, 11, 14, 18] {
            let said = LOGISTIC.reachability(&Ask::new(customer(number), monday(hour)));
            let truth = SIMULATED.truth(number, monday(hour));
            held += u32::from(said.lower <= truth && truth <= said.upper);
            asked += 1;
        }
    }
    let share = f64::from(held) / f64::from(asked);
    assert!((0.72..=0.88).contains(&share), "{share}");
}

#[test]
fn what_comes_later_changes_nothing_that_was_said_before() {
    let split = SIMULATED.split(0.75);
    let training = SIMULATED.log.before(split);
    let model = ReachLearning::new().model(ModelChoice::Rate).fit(&training).unwrap();
    let place = training.attempts().len();
    let rest = &SIMULATED.log.attempts()[place..place + 400];
    let walk = |flips_from: usize| {
        let mut model = model.clone();
        let mut said = Vec::new();
        for (at, attempt) in rest.iter().enumerate() {
            let ask = Ask {
                segment: attempt.segment.as_ref(),
                ..Ask::new(attempt.customer, attempt.attempted_at)
            };
            said.push(model.reachability(&ask).probability);
            let flipped = Attempt { outcome: ContactOutcome::Reached, ..attempt.clone() };
            model.observe(if at < flips_from { attempt } else { &flipped });
        }
        said
    };
    let (as_it_was, flipped) = (walk(400), walk(200));
    assert_eq!(as_it_was[..=200], flipped[..=200]);
    assert_ne!(as_it_was[201..], flipped[201..]);
}

#[test]
fn a_short_log_leaves_the_rate_table_and_says_so() {
    let attempts = SIMULATED.log.attempts()[..600].to_vec();
    let log = AttemptLog::new(attempts, Zone::UTC).unwrap();
    let model = ReachLearning::new().model(ModelChoice::Boosting).fit(&log).unwrap();
    assert_eq!(model.chosen(), ModelChoice::Rate);
    let said = model.reachability(&Ask::new(customer(1), monday(9)));
    assert_eq!(said.evidence.method, Method::RateTable);
    assert!(model.notes()[0].contains("600 attempts"), "{:?}", model.notes());
}

#[test]
fn a_ring_time_that_is_none_is_an_error() {
    let fitted = ReachLearning::new().least_ring_secs(-1.0).fit(&SIMULATED.log);
    let (name, expected) = ("least ring time", "seconds from 0");
    assert_eq!(fitted, Err(Error::Setting { name, value: -1.0, expected }));
}
