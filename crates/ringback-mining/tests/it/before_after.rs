//! Two periods: what is taken apart adds up, and tests agree with scipy and published data.

use std::collections::BTreeMap;

use ringback_eventlog::EventLogBuilder;
use ringback_mining::{
    Comparison, Decomposition, Lifetime, Pattern, PeriodCase, before_after, brunner_munzel,
    log_rank, shapley,
};

use crate::journeys::{DRIFT_DAY, Dice, Journeys};
use crate::survival::REMISSION;

#[test]
fn mix_and_within_add_up_to_the_change() {
    for seed in 1..=200 {
        let mut dice = Dice::new(seed);
        let mut period = || -> BTreeMap<String, (usize, f64)> {
            let kinds = (0..=dice.below(8)).map(|_| {
                let count = usize::try_from(1 + dice.below(500)).unwrap();
                (format!("kind {}", dice.below(12)), (count, 1e6 * dice.unit()))
            });
            kinds.collect()
        };
        let (before, after) = (period(), period());
        let found = Decomposition::of(&before, &after).unwrap();
        let difference = found.mean_after - found.mean_before;
        assert!((found.mix + found.within - difference).abs() < 1e-6, "seed {seed}");
    }
}

#[test]
fn a_period_without_cases_is_not_taken_apart() {
    assert_eq!(Decomposition::of(&BTreeMap::new(), &BTreeMap::new()), None);
}

#[test]
fn shapleys_parts_are_the_mean_over_all_orders() {
    let value = |new: &[bool]| {
        let [volume, rework, minutes] = [(100.0, 130.0), (1.1, 1.3), (20.0, 17.0)];
        let pick = |at: usize, (old, new_value): (f64, f64)| if new[at] { new_value } else { old };
        pick(0, volume) * pick(1, rework) * pick(2, minutes)
    };
    let found = shapley(3, value).unwrap();
    let mut expected = [0.0; 3];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let mut new = [false; 3];
        for factor in order {
            let before = value(&new);
            new[factor] = true;
            expected[factor] += (value(&new) - before) / 6.0;
        }
    }
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-9);
    }
    let whole = value(&[true; 3]) - value(&[false; 3]);
    assert!((found.iter().sum::<f64>() - whole).abs() < 1e-9);
    let error = shapley(7, |_| 0.0).unwrap_err();
    assert_eq!(error.to_string(), "factors: found 7, expected at most 6");
}

#[test]
#[expect(clippy::float_cmp, reason = "the ends are exact")]
fn brunner_and_munzels_test_agrees_with_scipy() {
    // The pain scores of [BrunnerMunzel2000]; scipy.stats.brunnermunzel gives 0.0057862086661515377.
    let a = [1.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 4.0, 1.0, 1.0];
    let b = [3.0, 3.0, 4.0, 3.0, 1.0, 2.0, 3.0, 1.0, 1.0, 5.0, 4.0];
    let found = brunner_munzel(&a, &b);
    assert!((found - 0.005_786_208_666_151_538).abs() < 1e-12, "{found}");
    assert_eq!(brunner_munzel(&[1.0], &[2.0, 3.0]), 1.0);
    assert_eq!(brunner_munzel(&[1.0, 2.0], &[3.0, 4.0]), 0.0);
}

#[test]
fn the_log_rank_test_of_the_remission_data_is_the_published_one() {
    // Freireich and others, 1963: 21 patients with 6-MP, 21 without; R's survdiff gives a chi-square of 16.8, p 4.17e-5.
    let placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23];
    let treated = REMISSION.map(|(micros, is_ended)| Lifetime { micros, is_ended });
    let placebo = placebo.map(|micros| Lifetime { micros, is_ended: true });
    let p = log_rank(&placebo, &treated);
    assert!((p - 4.17e-5).abs() < 5e-8, "{p}");
}

fn cases(dice: &mut Dice, count: usize, minutes: f64) -> Vec<PeriodCase> {
    let one = |_| PeriodCase {
        lifetime: Lifetime { micros: dice.stay(minutes), is_ended: true },
        kind: "all".to_owned(),
    };
    (0..count).map(one).collect()
}

#[test]
fn the_interval_of_a_change_holds_the_truth_as_often_as_it_says() {
    let mut held = 0;
    for seed in 1..=200 {
        let mut dice = Dice::new(seed);
        let (before, after) = (cases(&mut dice, 150, 60.0), cases(&mut dice, 150, 45.0));
        let change = Comparison::of(&before, &after, 0.9, seed).unwrap().median.unwrap();
        held += i32::from(change.interval.lower <= -900.0 && -900.0 <= change.interval.upper);
    }
    // 180 of 200 expected; the 0.1 % points of that binomial are 165 and 192.
    assert!((165..=192).contains(&held), "{held} of 200");
}

#[test]
fn a_planted_slowdown_is_seen_and_laid_to_the_kinds_and_not_the_mix() {
    let journeys = Journeys { seed: 3, cases: 3000, planted: Some(Pattern::Drift), noise: 0.0 };
    let (log, _) = journeys.simulate();
    let change = chrono::DateTime::from_timestamp_micros(DRIFT_DAY * 86_400_000_000).unwrap();
    let settings = ringback_mining::Detectors::default();
    let found = before_after(&log, &settings, change).unwrap();
    assert!(found.p_value < 1e-6, "{}", found.p_value);
    assert!(found.median.unwrap().interval.lower > 0.0);
    let parts = found.decomposition.unwrap();
    assert!(parts.within > 10.0 * parts.mix.abs(), "{parts:?}");
    let shares = found.open_shares;
    assert_eq!((shares.len(), shares[0].age_secs, shares[0].before), (61, 0.0, 1.0));
    assert!(shares.is_sorted_by(|a, b| a.before >= b.before && a.after >= b.after));
    assert!(shares[20].after > shares[20].before + 0.02, "{:?}", shares[20]);
}

#[test]
fn a_case_that_was_open_at_the_change_is_known_up_to_it() {
    let mut log = EventLogBuilder::default();
    // Started and ended; the change is at 100.
    for (number, (start, end)) in
        [(0, 10), (20, 40), (60, 90), (90, 500), (100, 120), (200, 260), (300, 310)]
            .into_iter()
            .enumerate()
    {
        let case = log.case(&format!("T-{number}"));
        log.event(case, "New", start * 1_000_000);
        log.event(case, "Closed", end * 1_000_000);
    }
    let change = chrono::DateTime::from_timestamp_micros(100_000_000).unwrap();
    let settings = ringback_mining::Detectors::default();
    let found = before_after(&log.build(), &settings, change).unwrap();
    // Of the four before, one is open, ten seconds old; at 10 one of four ended, at 20 one of two, at 30 the last.
    assert_eq!((found.cases_before, found.cases_after), ((4, 1), (3, 0)));
    let median = found.median.unwrap();
    assert_eq!((median.before_secs, median.after_secs), (20.0, 20.0));
    assert_eq!(found.test, "log-rank");
}

#[test]
fn a_kind_is_not_said_to_take_longer_than_it_was_seen() {
    let hours = |hours: i64, is_ended| Lifetime { micros: hours * 3_600_000_000, is_ended };
    let case = |kind: &str, lifetime| PeriodCase { kind: kind.to_owned(), lifetime };
    let mut before = vec![case("y", hours(100, true)), case("z", hours(100, true))];
    before.extend((0..10).map(|_| case("x", hours(1, true))));
    // One of x is open, an hour old: whether it will take a hundred nobody knows.
    let after =
        [case("x", hours(1, false)), case("y", hours(100, true)), case("z", hours(100, true))];
    let found = Comparison::of(&before, &after, 0.95, 1).unwrap().decomposition.unwrap();
    let kinds: Vec<&str> = found.kinds.iter().map(|it| it.kind.as_str()).collect();
    assert_eq!(kinds, ["(other kinds)", "y"]);
    assert!((found.mix + found.within - (found.mean_after - found.mean_before)).abs() < 1e-6);
}
