//! Erlang B, C and A against tables of 40 digits (`fixtures/reference/erlang`), closed forms and published values.

use std::collections::BTreeMap;
use std::path::Path;

use proptest::prelude::*;
use ringback_forecast::{
    ErlangA, ErlangB, ErlangC, Error, GeneralPatienceQueue, Load, PatienceCurve,
    garnett_wait_probability, halfin_whitt_wait_probability, square_root_agents,
};

/// A table of the fixtures: one map of column to number a row.
fn table(name: &str) -> Vec<BTreeMap<String, f64>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/reference/erlang");
    let text = std::fs::read_to_string(folder.join(name)).unwrap();
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let row = |line: &str| {
        let numbers = line.split(',').filter(|it| !it.is_empty()).map(|it| it.parse().unwrap());
        names.iter().map(ToString::to_string).zip(numbers).collect()
    };
    lines.map(row).collect()
}

/// A load in erlangs of services that take an hour: the unit of time of the tables.
fn load(erlangs: f64) -> Load {
    Load::new(erlangs, 3_600.0).unwrap()
}

fn agents(row: &BTreeMap<String, f64>) -> u32 {
    format!("{}", row["agents"]).parse().unwrap()
}

/// Within 1e-10 of the value; what is below 1e-290 may come out as 0.
#[track_caller]
fn check(what: &str, actual: f64, expected: f64) {
    let error = (actual - expected).abs();
    assert!(error <= 1e-10 * expected.abs() + 1e-290, "{what}: {actual:e}, expected {expected:e}");
}

#[test]
fn erlang_b_and_c_are_those_of_the_table_to_1e_10() {
    let rows = table("blocking.csv");
    assert_eq!(rows.len(), 84);
    for row in &rows {
        let (agents, load) = (agents(row), load(row["load"]));
        let what = format!("{agents} agents, {} erlangs", row["load"]);
        check(&what, ErlangB::new(load, agents).blocking_probability(), row["blocking"]);
        match row.get("delay") {
            Some(&delay) => {
                check(&what, ErlangC::new(load, agents).unwrap().wait_probability(), delay);
            }
            None => assert_eq!(
                ErlangC::new(load, agents).unwrap_err(),
                Error::Overload { load_erlangs: load.erlangs(), agents }
            ),
        }
    }
}

/// Shares of the answered within a time are differences of larger shares: to 1e-10 of their value or 1e-12.
#[test]
fn erlang_a_is_that_of_the_table_to_1e_10() {
    let rows = table("abandonment.csv");
    assert_eq!(rows.len(), 84);
    for row in &rows {
        let agents = agents(row);
        let hour = 3_600.0;
        let center = ErlangA::new(load(row["load"]), row["patience"] * hour, agents).unwrap();
        let name =
            format!("{agents} agents, {} erlangs, patience {}", row["load"], row["patience"]);
        let is = |what: &str, actual: f64| check(&format!("{name}: {what}"), actual, row[what]);
        is("wait_probability", center.wait_probability());
        is("abandon_probability", center.abandon_probability());
        is("wait_mean", center.wait_secs_mean() / hour);
        is("speed_of_answer", center.speed_of_answer_secs() / hour);
        is("hung_up_wait_mean", center.hung_up_wait_secs_mean() / hour);
        is("queue_length_mean", center.queue_length_mean());
        is("occupancy", center.occupancy());
        for (t, virtual_wait, answered) in [
            (0.05, "virtual_wait_exceeds_0.05", "answered_within_0.05"),
            (0.5, "virtual_wait_exceeds_0.5", "answered_within_0.5"),
        ] {
            is(virtual_wait, center.virtual_wait_exceeds(t * hour).unwrap());
            let (actual, expected) = (center.answered_within(t * hour).unwrap(), row[answered]);
            assert!(
                (actual - expected).abs() <= 1e-10 * expected + 1e-12,
                "{name}: {answered} is {actual:e}, expected {expected:e}"
            );
        }
    }
}

/// Values of ten digits, computed elsewhere from the definition.
#[test]
fn ten_digits_of_erlang_b_and_c_are_reproduced() {
    for (agents, erlangs, blocking) in [
        (1, 1.0, 0.5),
        (2, 1.0, 0.2),
        (10, 5.0, 0.018_384_570_34),
        (10, 8.0, 0.121_661_064_3),
        (17, 10.0, 0.012_948_875_22),
        (50, 45.0, 0.054_104_472_16),
        (100, 90.0, 0.026_957_380_46),
        (120, 100.0, 0.005_690_054_607),
        (1_000, 950.0, 0.003_649_293_689),
    ] {
        let ours = ErlangB::new(load(erlangs), agents).blocking_probability();
        assert!((ours / blocking - 1.0).abs() < 1e-9, "{agents}, {erlangs}: {ours}");
    }
    for (agents, erlangs, wait) in [
        (2, 1.0, 0.333_333_333_3),
        (10, 5.0, 0.036_105_359_16),
        (11, 10.0, 0.682_118_204_7),
        (13, 10.5, 0.368_845_636_2),
        (14, 10.0, 0.174_131_933_6),
        (15, 10.0, 0.102_042_367),
        (50, 45.0, 0.363_864_467_2),
        (100, 90.0, 0.216_940_480_9),
        (100, 95.0, 0.506_456_853_9),
        (1_000, 950.0, 0.068_253_415_38),
    ] {
        let ours = ErlangC::new(load(erlangs), agents).unwrap().wait_probability();
        assert!((ours / wait - 1.0).abs() < 1e-9, "{agents}, {erlangs}: {ours}");
    }
}

/// Arrivals, services and hang-ups in a unit of time, agents; here the unit is an hour.
#[test]
fn ten_digits_of_erlang_a_are_reproduced() {
    for ([arrivals, service, patience], agents, expected) in [
        (
            [10.0, 0.2, 0.5],
            50,
            [0.411_075_786_1, 0.068_935_439_12, 1.378_708_782, 0.931_064_560_9, 0.342_703_53],
        ),
        (
            [100.0, 1.0, 1.0],
            100,
            [0.513_298_798_3, 0.039_860_996_81, 3.986_099_681, 0.960_139_003_2, 0.171_057_67],
        ),
        (
            [100.0, 1.0, 0.25],
            100,
            [0.675_395_408_5, 0.026_585_228_35, 10.634_091_34, 0.973_414_771_7, 0.420_153_55],
        ),
        (
            [95.0, 1.0, 0.5],
            100,
            [0.364_474_464_8, 0.015_141_041_63, 2.876_797_909, 0.935_616_010_5, 0.124_363_27],
        ),
        (
            [120.0, 1.0, 0.5],
            100,
            [0.996_634_370_4, 0.166_790_631_0, 40.029_751_43, 0.999_851_242_9, 0.973_898_30],
        ),
        (
            [1_000.0, 1.0, 0.5],
            1_000,
            [0.589_260_087_4, 0.010_450_542_9, 20.901_085_79, 0.989_549_457_1, 0.015_873_341],
        ),
    ] {
        let load = Load::new(arrivals, 3_600.0 / service).unwrap();
        let center = ErlangA::new(load, 3_600.0 / patience, agents).unwrap();
        let ours = [
            center.wait_probability(),
            center.abandon_probability(),
            center.queue_length_mean(),
            center.occupancy(),
            center.virtual_wait_exceeds(360.0).unwrap(),
        ];
        for (ours, expected) in ours.into_iter().zip(expected) {
            assert!((ours / expected - 1.0).abs() < 5e-8, "{agents}: {ours}, expected {expected}");
        }
    }
}

/// A-Herzog's call center calculator, `ErlangCTest.java`: 3.5 calls a minute of 3 minutes.
#[test]
fn herzogs_waits_are_reproduced() {
    let load = Load::new(210.0, 180.0).unwrap();
    let delay = ErlangC::new(load, 13).unwrap();
    assert!((delay.wait_secs_mean() - 26.556_9).abs() < 5e-5);
    let with_patience = |agents| ErlangA::new(load, 300.0, agents).unwrap().wait_secs_mean();
    assert!((with_patience(13) - 9.912_8).abs() < 5e-5);
    assert!((with_patience(9) - 56.618).abs() < 5e-4);
}

/// pyworkforce 0.5.4, tests of `ErlangA`: what it calls average speed of answer is the mean wait of *all* callers.
#[test]
fn pyworkforces_speed_of_answer_is_the_wait_of_all_callers() {
    let load = Load::per_interval(100.0, 1_800.0, 180.0).unwrap();
    let center = ErlangA::new(load, 300.0, 14).unwrap();
    assert!((center.wait_probability() - 0.145_26).abs() < 5e-6);
    assert!((center.abandon_probability() - 0.013_984).abs() < 5e-7);
    assert!((center.occupancy() - 0.704_297).abs() < 5e-7);
    assert!((center.wait_secs_mean() / 60.0 - 0.069_919).abs() < 5e-7);
    // The answered wait less than all, those who hang up more than they.
    let all = center.wait_secs_mean();
    assert!(center.speed_of_answer_secs() < 0.97 * all && all < center.hung_up_wait_secs_mean());
}

/// The textbook's center: 48 calls a minute of one minute, 50 agents.
#[test]
fn the_textbook_case_is_reproduced() {
    let load = Load::new(2_880.0, 60.0).unwrap();
    let delay = ErlangC::new(load, 50).unwrap();
    assert!((delay.wait_secs_mean() - 20.8).abs() < 0.05);
    assert!((delay.wait_secs_quantile(0.9).unwrap() - 58.1).abs() < 0.05);
    let center = ErlangA::new(load, 120.0, 50).unwrap();
    let late = center.virtual_wait_secs_quantile(0.89).unwrap();
    assert!((center.virtual_wait_exceeds(late).unwrap() - 0.11).abs() < 1e-9);
    assert_eq!(center.virtual_wait_secs_quantile(0.1), Ok(0.0));
}

#[test]
fn endless_patience_is_erlang_c() {
    for (erlangs, agents) in [(8.0, 10), (95.0, 100), (960.0, 1_000)] {
        let delay = ErlangC::new(load(erlangs), agents).unwrap();
        let center = ErlangA::new(load(erlangs), 3.6e9, agents).unwrap();
        for (ours, expected) in [
            (center.wait_probability(), delay.wait_probability()),
            (center.wait_secs_mean(), delay.wait_secs_mean()),
            (center.speed_of_answer_secs(), delay.wait_secs_mean()),
            (center.answered_within(20.0).unwrap(), delay.answered_within(20.0).unwrap()),
        ] {
            assert!((ours / expected - 1.0).abs() < 1e-3, "{agents}: {ours}, {expected}");
        }
    }
}

/// Shares of callers add up to 1, whatever the moment.
#[test]
fn answered_hung_up_and_waiting_add_up() {
    for (erlangs, agents, patience) in [(8.0, 10, 0.5), (130.0, 100, 3.0), (2.0, 1, 0.01)] {
        let center = ErlangA::new(load(erlangs), patience * 3_600.0, agents).unwrap();
        for t in [0.0, 1.0, 20.0, 300.0, 5_000.0] {
            let answered = center.answered_within(t).unwrap();
            let hung_up = center.hung_up_within(t).unwrap();
            let waiting = center.wait_exceeds(t).unwrap();
            assert!((answered + hung_up + waiting - 1.0).abs() < 1e-12, "{agents} agents, {t} s");
        }
        let (answered, hung_up) = (center.answer_probability(), center.abandon_probability());
        assert!((answered + hung_up - 1.0).abs() < 1e-13);
        let waits =
            answered * center.speed_of_answer_secs() + hung_up * center.hung_up_wait_secs_mean();
        assert!((waits / center.wait_secs_mean() - 1.0).abs() < 1e-12);
    }
}

/// Exponential patience, in one piece or cut into many, is Erlang A.
#[test]
fn general_patience_that_is_exponential_is_erlang_a() {
    for (erlangs, agents, patience) in [
        (0.3, 1, 60.0),
        (9.0, 10, 200.0),
        (150.0, 100, 90.0),
        (600.0, 1_000, 180.0),
        (2_000.0, 1_500, 30.0),
    ] {
        let load = Load::new(erlangs * 20.0, 180.0).unwrap();
        let exact = ErlangA::new(load, patience, agents).unwrap();
        let cut: Vec<(f64, f64)> =
            (1..60).map(|n| (f64::from(n) * 7.0, (f64::from(n) * -7.0 / patience).exp())).collect();
        for curve in [
            PatienceCurve::exponential(patience).unwrap(),
            PatienceCurve::new(&cut, patience).unwrap(),
        ] {
            let center = GeneralPatienceQueue::new(load, curve, agents).unwrap();
            for (what, ours, expected) in [
                ("wait", center.wait_probability(), exact.wait_probability()),
                ("abandon", center.abandon_probability(), exact.abandon_probability()),
                ("mean wait", center.wait_secs_mean(), exact.wait_secs_mean()),
                ("answered", center.speed_of_answer_secs(), exact.speed_of_answer_secs()),
                (
                    "hung up",
                    center.hung_up_wait_secs_mean().unwrap(),
                    exact.hung_up_wait_secs_mean(),
                ),
                ("queue", center.queue_length_mean(), exact.queue_length_mean()),
                ("occupancy", center.occupancy(), exact.occupancy()),
                (
                    "late",
                    center.virtual_wait_exceeds(15.0).unwrap(),
                    exact.virtual_wait_exceeds(15.0).unwrap(),
                ),
                (
                    "in time",
                    center.answered_within(15.0).unwrap(),
                    exact.answered_within(15.0).unwrap(),
                ),
            ] {
                let error = (ours / expected - 1.0).abs();
                assert!(error < 1e-9, "{agents} agents, {what}: {ours:e}, expected {expected:e}");
            }
        }
    }
}

/// Half the callers give up within 20 s, the others are patient: against a seeded simulation of four million callers.
#[test]
fn general_patience_is_what_a_simulation_shows() {
    let load = Load::new(230.0, 180.0).unwrap(); // 11.5 erlangs
    let patience = PatienceCurve::new(&[(20.0, 0.5), (300.0, 0.4)], 1_000.0).unwrap();
    let center = GeneralPatienceQueue::new(load, patience, 10).unwrap();
    let mut state = 20_u64;
    let mut uniform = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 11) as f64 + 0.5) / 2.0_f64.powi(53)
    };
    let mut free_at = [0.0_f64; 10];
    let (mut now, mut n) = (0.0, 0.0);
    let (mut waited, mut hung_up, mut late, mut wait_sum) = (0.0, 0.0, 0.0, 0.0);
    for caller in 0..4_000_000 {
        now += -uniform().ln() * 3_600.0 / 230.0;
        let first = free_at.iter_mut().min_by(|a, b| a.total_cmp(b)).unwrap();
        let virtual_wait = (*first - now).max(0.0);
        // Patience by its inverse: three stretches of constant hazard.
        let u = uniform();
        let patience = if u > 0.5 {
            20.0 * u.ln() / 0.5_f64.ln()
        } else if u > 0.4 {
            20.0 + 280.0 * (u / 0.5).ln() / 0.8_f64.ln()
        } else {
            300.0 - 1_000.0 * (u / 0.4).ln()
        };
        let stays = patience > virtual_wait;
        if stays {
            *first = now + virtual_wait - uniform().ln() * 180.0;
        }
        if caller >= 10_000 {
            n += 1.0;
            waited += f64::from(u8::from(virtual_wait > 0.0));
            hung_up += f64::from(u8::from(!stays));
            late += f64::from(u8::from(virtual_wait > 60.0));
            wait_sum += virtual_wait.min(patience);
        }
    }
    for (what, ours, simulated) in [
        ("wait", center.wait_probability(), waited / n),
        ("hung up", center.abandon_probability(), hung_up / n),
        ("late", center.virtual_wait_exceeds(60.0).unwrap(), late / n),
        ("mean wait", center.wait_secs_mean(), wait_sum / n),
    ] {
        assert!((ours / simulated - 1.0).abs() < 0.01, "{what}: {ours}, simulated {simulated}");
    }
}

#[test]
fn callers_of_whom_too_many_never_hang_up_are_an_overload() {
    let curve = PatienceCurve::new(&[(30.0, 0.9)], f64::INFINITY).unwrap();
    let error = GeneralPatienceQueue::new(load(12.0), curve.clone(), 10).unwrap_err();
    assert!(matches!(error, Error::Overload { agents: 10, .. }), "{error}");
    let center = GeneralPatienceQueue::new(load(11.0), curve, 10).unwrap();
    assert!(center.wait_probability() > 0.9 && center.abandon_probability() < 0.1);
    let cut = PatienceCurve::new(&[(30.0, 0.0)], 1.0).unwrap(); // nobody waits longer than half a minute
    assert_eq!((cut.survival(29.0), cut.survival(30.0)), (1.0, 0.0));
    let center = GeneralPatienceQueue::new(load(40.0), cut, 10).unwrap();
    assert!((center.hung_up_wait_secs_mean().unwrap() - 30.0).abs() < 1e-9);
    assert!(PatienceCurve::new(&[(30.0, 0.5), (40.0, 0.6)], 1.0).is_err());
    assert!(PatienceCurve::new(&[(30.0, 0.5), (30.0, 0.4)], 1.0).is_err());
}

/// The rules of thumb near the exact values of a thousand agents.
#[test]
fn rules_of_thumb_are_near_at_a_thousand_erlangs() {
    let thousand = load(1_000.0);
    for beta in [0.2, 0.5, 1.0] {
        let agents = square_root_agents(thousand, beta, 1.0).unwrap();
        let beta = (f64::from(agents) - 1_000.0) / 1_000.0_f64.sqrt();
        let exact = ErlangC::new(thousand, agents).unwrap().wait_probability();
        let rule = halfin_whitt_wait_probability(beta).unwrap();
        assert!((rule - exact).abs() < 0.01, "{beta}: {rule}, exact {exact}");
        let exact = ErlangA::new(thousand, 1_800.0, agents).unwrap().wait_probability();
        let rule = garnett_wait_probability(thousand, 1_800.0, beta).unwrap();
        assert!((rule - exact).abs() < 0.01, "{beta}: {rule}, exact {exact}");
    }
    assert_eq!(square_root_agents(thousand, 0.0, 4.0).unwrap(), 1_000);
    assert!(halfin_whitt_wait_probability(0.0).is_err());
    assert!(garnett_wait_probability(thousand, 1_800.0, f64::NAN).is_err());
}

#[test]
fn bad_input_is_an_error_that_says_what() {
    assert_eq!(ErlangC::new(load(1.0), 0), Err(Error::Zero { what: "agents" }));
    assert_eq!(ErlangA::new(load(1.0), 60.0, 0), Err(Error::Zero { what: "agents" }));
    let text = |error: Error| error.to_string();
    assert_eq!(
        text(ErlangC::new(load(10.0), 10).unwrap_err()),
        "10 erlangs stand against 10 agents, expected less: nobody hangs up"
    );
    assert_eq!(
        text(Load::new(f64::NAN, 60.0).unwrap_err()),
        "calls_per_hour is NaN, expected a finite number of at least 0"
    );
    assert_eq!(
        text(Load::new(60.0, 0.0).unwrap_err()),
        "service_secs_mean is 0, expected a number of seconds from 1e-6 to 1e12"
    );
    assert_eq!(
        text(Load::new(1e12, 3_600.0).unwrap_err()),
        "the load in erlangs is 1000000000000, expected at most 1000000"
    );
    assert!(Load::per_interval(10.0, 0.0, 60.0).is_err());
    let center = ErlangA::new(load(1.0), 60.0, 2).unwrap();
    assert_eq!(
        text(center.virtual_wait_exceeds(-1.0).unwrap_err()),
        "wait_secs is -1, expected at least 0 s"
    );
    assert!(center.answered_within(f64::NAN).is_err());
    assert!(ErlangA::new(load(1.0), f64::NAN, 2).is_err());
    assert!(ErlangA::new(load(1.0), 0.0, 2).is_err());
}

#[test]
fn without_calls_nobody_waits() {
    let center = ErlangA::new(load(0.0), 60.0, 3).unwrap();
    assert_eq!((center.wait_probability(), center.abandon_probability()), (0.0, 0.0));
    assert_eq!((center.wait_secs_mean(), center.speed_of_answer_secs()), (0.0, 0.0));
    assert_eq!((center.occupancy(), center.queue_length_mean()), (0.0, 0.0));
    assert_eq!(center.answered_within(0.0), Ok(1.0));
    assert_eq!(center.virtual_wait_exceeds(10.0), Ok(0.0));
    // Whoever would find all three busy hangs up first with odds of 1 to 3 × 60: after 1 / (3/3600 + 1/60) s.
    assert!((center.hung_up_wait_secs_mean() - 1.0 / (3.0 / 3_600.0 + 1.0 / 60.0)).abs() < 1e-12);
    let delay = ErlangC::new(load(0.0), 1).unwrap();
    let loss = ErlangB::new(load(0.0), 1);
    assert_eq!((delay.wait_secs_mean(), loss.blocking_probability()), (0.0, 0.0));
}

/// Every measure, for the property below.
fn measures(center: &ErlangA) -> Vec<(&'static str, f64, bool)> {
    let mut all = vec![
        ("wait", center.wait_probability(), true),
        ("no wait", center.no_wait_probability(), true),
        ("abandon", center.abandon_probability(), true),
        ("answer", center.answer_probability(), true),
        ("occupancy", center.occupancy(), true),
        ("mean wait", center.wait_secs_mean(), false),
        ("speed of answer", center.speed_of_answer_secs(), false),
        ("hung up after", center.hung_up_wait_secs_mean(), false),
        ("queue", center.queue_length_mean(), false),
    ];
    for t in [0.0, 1.0, 100.0, 20_000.0, 1e9, f64::INFINITY] {
        all.push(("late", center.virtual_wait_exceeds(t).unwrap(), true));
        all.push(("waiting", center.wait_exceeds(t).unwrap(), true));
        all.push(("answered", center.answered_within(t).unwrap(), true));
        all.push(("hung up", center.hung_up_within(t).unwrap(), true));
    }
    all
}

/// No NaN, nothing out of range over a grid of 1 to 10,000 agents, all kinds of load and patience.
#[test]
fn every_measure_is_a_number_over_the_whole_grid() {
    for agents in [1, 2, 5, 20, 100, 700, 3_000, 10_000] {
        for ratio in [0.0, 1e-9, 0.01, 0.3, 0.8, 0.97, 1.0, 1.02, 1.3, 2.0, 20.0] {
            for patience in [1e-6, 1e-3, 0.01, 0.3, 1.0, 10.0, 100.0, 3e3] {
                let erlangs = f64::from(agents) * ratio;
                let center = ErlangA::new(load(erlangs), patience * 3_600.0, agents).unwrap();
                for (what, value, is_share) in measures(&center) {
                    let right =
                        value >= 0.0 && if is_share { value <= 1.0 } else { value.is_finite() };
                    assert!(
                        right,
                        "{agents} agents, {erlangs} erlangs, patience {patience}: {what} {value}"
                    );
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn any_center_has_measures_in_range_that_fall_with_agents(
        agents in 1_u32..3_000,
        ratio in 0.001_f64..3.0,
        patience in -4.0_f64..2.5,
        secs in 0.0_f64..1e4,
    ) {
        let load = load(f64::from(agents) * ratio);
        let patience = 10.0_f64.powf(patience) * 3_600.0;
        let center = ErlangA::new(load, patience, agents).unwrap();
        for (what, value, is_share) in measures(&center) {
            prop_assert!(value >= 0.0 && (!is_share || value <= 1.0) && value.is_finite(), "{what} {value}");
        }
        let more = ErlangA::new(load, patience, agents + 1).unwrap();
        let slack = 1.0 + 1e-11;
        prop_assert!(more.wait_probability() <= center.wait_probability() * slack);
        prop_assert!(more.abandon_probability() <= center.abandon_probability() * slack);
        prop_assert!(more.speed_of_answer_secs() <= center.speed_of_answer_secs() * slack);
        prop_assert!(more.occupancy() <= center.occupancy() * slack);
        let late = |it: &ErlangA| it.virtual_wait_exceeds(secs).unwrap();
        prop_assert!(late(&more) <= late(&center) * slack);
        let in_time = |it: &ErlangA| it.answered_within(secs).unwrap();
        prop_assert!(in_time(&more) * slack + 1e-12 >= in_time(&center));
    }
}

#[test]
fn a_patience_that_no_service_could_end_in_is_refused_at_once() {
    let load = Load::new(0.0, 1e12).unwrap();
    let curve = PatienceCurve::exponential(1e-6).unwrap();
    let error = GeneralPatienceQueue::new(load, curve, 1).unwrap_err();
    assert!(error.to_string().contains("hang-ups in a mean service time"), "{error}");
}
