//! The survival curve against published values, closed forms and a truth that is known.

use proptest::prelude::*;
use ringback_eventlog::{EventLogBuilder, ValueKind};
use ringback_mining::{Detectors, Lifetime, SurvivalCurve, lifetimes, throughput};

use crate::journeys::Dice;

/// Weeks of remission of 21 patients with 6-MP, as Freireich and others gave them in 1963; open ones with false.
pub(crate) const REMISSION: [(i64, bool); 21] = [
    (6, true),
    (6, true),
    (6, true),
    (6, false),
    (7, true),
    (9, false),
    (10, true),
    (10, false),
    (11, false),
    (13, true),
    (16, true),
    (17, false),
    (19, false),
    (20, false),
    (22, true),
    (23, true),
    (25, false),
    (32, false),
    (32, false),
    (34, false),
    (35, false),
];

fn remission() -> SurvivalCurve {
    let lifetimes = REMISSION.map(|(micros, is_ended)| Lifetime { micros, is_ended });
    SurvivalCurve::of(&lifetimes)
}

#[test]
fn the_curve_of_the_remission_data_is_the_one_in_the_textbooks() {
    // R's survfit and all textbooks: 6 → 0.857, 7 → 0.807, 10 → 0.753, 13 → 0.690, 16 → 0.627, 22 → 0.538, 23 → 0.448.
    let curve = remission();
    for (week, expected) in [
        (5, 1.0),
        (6, 0.857),
        (7, 0.807),
        (10, 0.753),
        (13, 0.690),
        (16, 0.627),
        (22, 0.538),
        (23, 0.448),
        (40, 0.448),
    ] {
        let found = curve.open_share(week);
        assert!((found - expected).abs() < 5e-4, "{week}: {found}");
    }
    assert_eq!(curve.median_micros(), Some(23));
    assert_eq!((curve.cases(), curve.ended()), (21, 9));
    assert_eq!(curve.quantile_micros(0.6), None);
}

#[test]
fn greenwoods_variance_is_that_of_the_textbooks() {
    // The standard error at week 10 is 0.0963; log(-log) limits follow from it in closed form.
    let (open, error) = (0.752_941_176, 0.096_3);
    let spread = 1.959_964 * error / open / f64::ln(open).abs();
    let limit = |shift: f64| f64::exp(-f64::exp(f64::ln(-f64::ln(open)) + shift));
    let found = remission().open_share_interval(10, 0.95);
    assert!((found.lower - limit(spread)).abs() < 5e-4, "{found:?}");
    assert!((found.upper - limit(-spread)).abs() < 5e-4, "{found:?}");
}

#[test]
fn without_open_cases_the_curve_is_the_share_above() {
    let mut dice = Dice::new(1);
    let values: Vec<i64> = (0..501).map(|_| dice.stay(60.0)).collect();
    let all: Vec<Lifetime> =
        values.iter().map(|it| Lifetime { micros: *it, is_ended: true }).collect();
    let curve = SurvivalCurve::of(&all);
    for value in &values {
        let above = values.iter().filter(|it| *it > value).count() as f64 / 501.0;
        assert!((curve.open_share(*value) - above).abs() < 1e-12);
    }
    let mut sorted = values.clone();
    sorted.sort_unstable();
    assert_eq!(curve.median_micros(), Some(sorted[250]));
    // The area under the whole curve is the mean.
    let mean = values.iter().map(|it| *it as f64 / 1e6).sum::<f64>() / 501.0;
    assert!((curve.mean_up_to_secs(sorted[500]) - mean).abs() < 1e-9 * mean);
}

#[test]
fn no_cases_are_no_curve() {
    let curve = SurvivalCurve::of(&[]);
    assert_eq!((curve.median_micros(), curve.open_share(5), curve.cases()), (None, 1.0, 0));
}

#[test]
fn with_a_fifth_of_the_cases_open_the_median_is_off_by_at_most_three_percent() {
    // Cases start over thirty days and take four days in the median; the log ends when the last one starts.
    let (mut worst, mut naive_best) = (0.0_f64, f64::INFINITY);
    for seed in 1..=10 {
        let mut dice = Dice::new(seed);
        let mut log = EventLogBuilder::default();
        let state = log.column("status", ValueKind::Text);
        let horizon = 30 * 86_400_000_000_i64;
        let (mut truth, mut open) = (Vec::new(), 0);
        for number in 0..20_000 {
            let start = i64::try_from(dice.below(30 * 86_400)).unwrap() * 1_000_000;
            let takes = dice.stay(4.0 * 1440.0);
            truth.push(takes);
            let case = log.case(&format!("T-{number}"));
            log.event(case, "change", start);
            log.set(state, "In Progress");
            if start + takes <= horizon {
                log.event(case, "change", start + takes);
                log.set(state, "Closed");
            } else {
                open += 1;
            }
        }
        let as_of = chrono::DateTime::from_timestamp_micros(horizon).unwrap();
        let found = throughput(&log.build(), &Detectors::default().as_of(as_of)).unwrap();
        assert_eq!(found.open, open);
        let share = f64::from(u32::try_from(open).unwrap()) / 20_000.0;
        assert!((0.13..0.25).contains(&share), "{share}");
        truth.sort_unstable();
        let median = truth[10_000] as f64 / 1e6;
        let off = |it: f64| (it / median - 1.0).abs();
        worst = worst.max(off(found.median_secs.unwrap()));
        naive_best = naive_best.min(off(found.ended_median_secs.unwrap()));
        assert!(found.interval.lower <= found.median_secs.unwrap());
        assert!(found.interval.upper >= found.median_secs.unwrap());
    }
    println!(
        "open cases counted: off by at most {worst:.4}; left out: by at least {naive_best:.4}"
    );
    assert!(worst <= 0.03, "{worst}");
    assert!(naive_best > 0.03, "leaving open cases out should show: {naive_best}");
}

#[test]
fn a_case_ends_with_the_first_of_its_last_terminal_states() {
    let mut log = EventLogBuilder::default();
    let case = log.case("T-1");
    for (activity, at) in
        [("New", 0), ("Resolved", 10), ("In Progress", 20), ("Resolved", 50), ("Closed", 900)]
    {
        log.event(case, activity, at);
    }
    let open = log.case("T-2");
    log.event(open, "New", 100);
    let found = lifetimes(&log.build(), &Detectors::default()).unwrap();
    assert_eq!(
        found,
        [Lifetime { micros: 50, is_ended: true }, Lifetime { micros: 800, is_ended: false }]
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn curves_with_many_ties_are_the_product_over_ages(
        drawn in prop::collection::vec((0..7_i64, any::<bool>()), 0..25),
    ) {
        let lifetimes: Vec<Lifetime> =
            drawn.iter().map(|(micros, is_ended)| Lifetime { micros: *micros, is_ended: *is_ended }).collect();
        let curve = SurvivalCurve::of(&lifetimes);
        let open = |age: i64| -> f64 {
            let share = |at: i64| {
                let at_risk = drawn.iter().filter(|it| it.0 >= at).count();
                let ended = drawn.iter().filter(|it| it.0 == at && it.1).count();
                1.0 - ended as f64 / at_risk.max(1) as f64
            };
            (0..=age).map(share).product()
        };
        for age in 0..9 {
            prop_assert!((curve.open_share(age) - open(age)).abs() < 1e-12, "{age}");
            let interval = curve.open_share_interval(age, 0.95);
            prop_assert!(interval.lower <= open(age) + 1e-12 && open(age) <= interval.upper + 1e-12);
        }
        let median = (0..9).find(|it| open(*it) <= 0.5 + 1e-12);
        prop_assert_eq!(curve.median_micros(), median);
        let interval = curve.quantile_interval_secs(0.5, 0.95);
        let secs = median.map_or(f64::INFINITY, |it| it as f64 / 1e6);
        prop_assert!(interval.lower <= secs && secs <= interval.upper, "{interval:?} {secs}");
        let area: f64 = (0..8).map(|age| open(age) / 1e6).sum();
        prop_assert!((curve.mean_up_to_secs(8) - area).abs() < 1e-12);
    }
}
