//! Calibration against scikit-learn, scipy and a naive twin.

use ringback_learn::{Beta, Calibration, Calibrator, Error, Isotonic, Platt, Saved};

use crate::drawn::{Draws, check_close, reference};

/// The probabilities and outcomes that scikit-learn was given, with the weights of the other reference.
fn said() -> (Vec<f64>, Vec<f64>, Vec<f64>) {
    let mut draws = Draws::new(21);
    let said: Vec<f64> = (0..120)
        .map(|_| (((0.01 + 0.98 * draws.unit()) * 50.0).round() / 50.0).clamp(0.02, 0.98))
        .collect();
    let outcomes = said.iter().map(|it| draws.event(it * it / (it * it + (1.0 - it)))).collect();
    (said, outcomes, reference().weights)
}

/// Source: `benches/side_by_side/learners.py`, scipy 1.17.1; its first Platt fit is also within 1e-7 of scikit-learn 1.9.1's
/// own.
#[test]
fn platt_and_beta_are_at_scipys_optimum() {
    let (said, outcomes, weights) = said();
    let check = |weights: Option<&[f64]>, platt: [f64; 2], beta: [f64; 3]| {
        let got = Platt::fit(&said, &outcomes, weights).unwrap();
        check_close(&[got.shift(), got.slope()], &platt, 1e-6);
        let (a, b, c) = Beta::fit(&said, &outcomes, weights).unwrap().parameters();
        check_close(&[c, a, b], &beta, 1e-6);
    };
    check(
        None,
        [-1.044_351_554_834_784_1, 1.384_989_654_936_424],
        [-1.914_346_358_079_064_5, 0.758_025_755_051_356_2, 1.869_581_926_865_701_7],
    );
    check(
        Some(&weights),
        [-1.128_670_672_160_415_2, 1.408_894_006_792_832_6],
        [-2.269_487_703_275_702, 0.589_539_100_649_807, 2.046_842_761_183_408_6],
    );
}

/// Source: `benches/side_by_side/learners.py`, scikit-learn 1.9.1.
#[test]
fn isotonic_is_scikit_learns() {
    let (said, outcomes, weights) = said();
    let check = |weights: Option<&[f64]>, expected: &[[f64; 7]; 3]| {
        let fitted = Isotonic::fit(&said, &outcomes, weights).unwrap().margin(0.0).unwrap();
        for (place, expected) in expected.iter().flatten().enumerate() {
            let got = fitted.calibrate(place as f64 / 20.0);
            assert!((got - expected).abs() < 1e-14, "{place}: {got}, expected {expected}");
        }
    };
    let (low, next, middle) = (1.0 / 31.0, 2.0 / 15.0, 11.0 / 19.0);
    check(
        None,
        &[
            [0.0, 0.0, low, low, low, low, low],
            [0.082_795_698_924_731_04, next, next, next, 0.2, middle, middle],
            [middle, 0.664_473_684_210_526_3, 0.75, 0.9, 0.9, 1.0, 1.0],
        ],
    );
    let (low, next) = (0.030_185_917_050_110_606, 0.130_082_134_636_483_71);
    let (middle, high) = (0.530_674_899_642_955_2, 0.929_405_943_339_710_7);
    check(
        Some(&weights),
        &[
            [0.0, 0.0, low, low, low, low, low],
            [0.080_134_025_843_297_03, next, next, next, 0.175_268_948_188_414_85, middle, middle],
            [middle, 0.676_839_431_497_632_1, 0.700_690_607_539_349_4, high, high, 1.0, 1.0],
        ],
    );
}

/// The isotonic fit at a point is the largest over starts at or below it of the smallest over ends at or above it of the mean
/// between.
#[test]
fn isotonic_is_the_largest_smallest_mean() {
    let (said, outcomes, _) = said();
    let fitted = Isotonic::fit(&said, &outcomes, None).unwrap().margin(0.0).unwrap();
    let mut points = said.clone();
    points.sort_by(f64::total_cmp);
    points.dedup();
    let mean = |from: f64, to: f64| {
        let inside = said.iter().zip(&outcomes).filter(|it| from <= *it.0 && *it.0 <= to);
        inside.clone().map(|it| it.1).sum::<f64>() / inside.count() as f64
    };
    for at in &points {
        let starts = points.iter().filter(|it| *it <= at);
        let naive = starts
            .map(|from| {
                let ends = points.iter().filter(|it| *it >= at);
                ends.map(|to| mean(*from, *to)).fold(f64::INFINITY, f64::min)
            })
            .fold(f64::NEG_INFINITY, f64::max);
        let got = fitted.calibrate(*at);
        assert!((got - naive).abs() < 1e-14, "{at}: {got}, naive {naive}");
    }
}

const ALL: [Calibration; 3] = [Calibration::Platt, Calibration::Beta, Calibration::Isotonic];

#[test]
fn what_comes_out_rises_and_is_never_0_or_1() {
    let mut draws = Draws::new(5);
    let outcomes: Vec<f64> = (0..60).map(|_| draws.event(0.4)).collect();
    let straight: Vec<f64> = outcomes.iter().map(|it| 0.25 + 0.5 * it).collect();
    let inverted: Vec<f64> = outcomes.iter().map(|it| 1.0 - it).collect();
    let random: Vec<f64> = (0..60).map(|_| draws.unit()).collect();
    for said in [&straight, &inverted, &outcomes, &random] {
        for of in [&outcomes, &vec![0.0; 60], &vec![1.0; 60]] {
            for calibration in ALL {
                let fitted = Calibrator::fit(calibration, said, of, None).unwrap();
                let curve: Vec<f64> =
                    (-1..=101).map(|it| fitted.calibrate(f64::from(it) / 100.0)).collect();
                assert!(curve.is_sorted(), "{calibration:?} {said:?} {curve:?}");
                assert!(curve.iter().all(|it| 0.0 < *it && *it < 1.0), "{calibration:?} {curve:?}");
                assert!(fitted.calibrate(f64::NAN).is_nan());
            }
        }
    }
}

/// A thousand rows of one outcome: Platt's 1 / (n + 2), and the same margin for the isotonic curve.
#[test]
fn outcomes_that_are_all_the_same_give_about_one_in_n() {
    let said: Vec<f64> = (0..1000).map(|it| f64::from(it % 10) / 10.0).collect();
    for calibration in ALL {
        let fitted = Calibrator::fit(calibration, &said, &vec![0.0; 1000], None).unwrap();
        let got = fitted.calibrate(0.5);
        assert!((got - 1.0 / 1002.0).abs() < 1e-6, "{calibration:?}: {got}");
    }
}

#[test]
fn one_probability_for_all_rows_becomes_the_rate() {
    let outcomes: Vec<f64> = (0..100).map(|it| f64::from(u8::from(it % 5 == 0))).collect();
    for calibration in ALL {
        let fitted = Calibrator::fit(calibration, &[0.7; 100], &outcomes, None).unwrap();
        let (got, smoothed) = (fitted.calibrate(0.7), 0.2 * 21.0 / 22.0 + 0.8 / 82.0);
        let expected = if calibration == Calibration::Isotonic { 0.2 } else { smoothed };
        assert!((got - expected).abs() < 1e-6, "{calibration:?}: {got}");
    }
    let platt = Platt::fit(&[0.7; 100], &outcomes, None).unwrap();
    assert!((platt.slope() - 1.0).abs() < 1e-5, "{platt:?}");
}

/// Probabilities that are right stay: 200,000 rows leave slopes within five standard errors of about 0.008.
#[test]
fn probabilities_that_are_right_stay_as_they_are() {
    let mut draws = Draws::new(8);
    let said: Vec<f64> = (0..200_000).map(|_| draws.unit()).collect();
    let outcomes: Vec<f64> = said.iter().map(|it| draws.event(*it)).collect();
    let (a, b, c) = Beta::fit(&said, &outcomes, None).unwrap().parameters();
    assert!((a - 1.0).abs() < 0.04 && (b - 1.0).abs() < 0.04 && c.abs() < 0.06, "{a} {b} {c}");
    for calibration in ALL {
        let fitted = Calibrator::fit(calibration, &said, &outcomes, None).unwrap();
        for at in [0.1, 0.5, 0.9] {
            let got = fitted.calibrate(at);
            assert!((got - at).abs() < 0.03, "{calibration:?} {at}: {got}");
        }
    }
}

/// The fit at a bound is the best one of a grid.
#[test]
fn a_beta_that_would_fall_ends_at_the_better_bound() {
    let said = [0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95];
    let said: Vec<f64> = said.iter().copied().cycle().take(80).collect();
    let truth = |it: f64| if it < 0.5 { 0.5 - 0.4 * it } else { 0.2 + 0.7 * it };
    let mut draws = Draws::new(40);
    let outcomes: Vec<f64> = said.iter().map(|it| draws.event(truth(*it))).collect();
    let fitted = Beta::fit(&said, &outcomes, None).unwrap();
    let (a, b, c) = fitted.parameters();
    assert!(a == 0.0 && b > 0.0, "{fitted:?}");
    let events = outcomes.iter().sum::<f64>();
    let (one, none) = ((events + 1.0) / (events + 2.0), 1.0 / (80.0 - events + 2.0));
    let loss = |a: f64, b: f64, c: f64| {
        let rows = said.iter().zip(&outcomes);
        let of = rows.map(|(p, outcome)| {
            let score = a * p.ln() - b * (1.0 - p).ln() + c;
            let target = if *outcome > 0.5 { one } else { none };
            score.exp().ln_1p() - target * score
        });
        of.sum::<f64>()
    };
    let best = loss(a, b, c);
    for step in 0..1_000 {
        let [da, db, dc] = std::array::from_fn(|_| (draws.unit() - 0.5) / 5.0);
        let other = loss(f64::max(a + da, 0.0), f64::max(b + db, 0.0), c + dc);
        assert!(other >= best - 1e-6, "step {step}: {other} below {best}");
    }
}

#[test]
fn what_cannot_be_calibrated_is_an_error() {
    for calibration in ALL {
        let check = |said: &[f64], outcomes: &[f64], weights: Option<&[f64]>, expected: &str| {
            let error = Calibrator::fit(calibration, said, outcomes, weights).unwrap_err();
            assert_eq!(error.to_string(), expected);
        };
        check(&[0.5], &[], None, "0 outcomes stand against 1");
        check(&[], &[], None, "need at least 1 rows, got 0");
        check(&[1.5], &[1.0], None, "probability of row 0 is 1.5, expected a number from 0 to 1");
        check(&[0.5], &[0.5], None, "outcome of row 0 is 0.5, expected 0 or 1");
        let least = "weight of row 0 is -1, expected a finite number of at least 0";
        check(&[0.5], &[1.0], Some(&[-1.0]), least);
    }
    let isotonic = Isotonic::fit(&[0.5], &[1.0], None).unwrap();
    assert!(matches!(isotonic.margin(0.5), Err(Error::Setting { name: "margin", .. })));
}

#[test]
fn a_saved_calibration_gives_the_same_bits_and_a_damaged_one_is_refused() {
    let (said, outcomes, weights) = said();
    for calibration in ALL {
        let fitted = Calibrator::fit(calibration, &said, &outcomes, Some(&weights)).unwrap();
        let text = serde_json::to_string(&Saved(fitted.clone())).unwrap();
        let Saved(loaded): Saved<Calibrator> = serde_json::from_str(&text).unwrap();
        assert_eq!(loaded, fitted);
    }
    for damaged in [
        r#"{"Platt":{"slope":-1.0,"shift":0.0}}"#,
        r#"{"Beta":{"a":1.0,"b":-1.0,"c":0.0}}"#,
        r#"{"Isotonic":{"from":[],"to":[],"margin":0.1}}"#,
        r#"{"Isotonic":{"from":[0.5,0.2],"to":[0.1,0.2],"margin":0.1}}"#,
        r#"{"Isotonic":{"from":[0.2,0.5],"to":[0.3,0.2],"margin":0.1}}"#,
    ] {
        let error = serde_json::from_str::<Calibrator>(damaged).unwrap_err().to_string();
        assert!(error.contains("a calibration is damaged"), "{error}");
    }
}
