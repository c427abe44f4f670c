//! Scores against scikit-learn, naive twins and closed forms.

use ringback_learn::{Error, EventScores, ValueScores, crps};

use crate::drawn::{Draws, reference};

fn said() -> (Vec<f64>, Vec<f64>, Vec<f64>) {
    let mut draws = Draws::new(21);
    let said: Vec<f64> = (0..120)
        .map(|_| (((0.01 + 0.98 * draws.unit()) * 50.0).round() / 50.0).clamp(0.02, 0.98))
        .collect();
    let outcomes = said.iter().map(|it| draws.event(it * it / (it * it + (1.0 - it)))).collect();
    (said, outcomes, reference().weights)
}

/// Source: `benches/side_by_side/learners.py`, scikit-learn 1.9.1.
#[test]
fn scores_are_those_of_scikit_learn() {
    let (said, outcomes, weights) = said();
    let check = |scores: EventScores<'_>, expected: [f64; 3]| {
        let got = [scores.auc().unwrap(), scores.log_loss(), scores.brier()];
        for (got, expected) in got.into_iter().zip(expected) {
            assert!((got - expected).abs() < 1e-13, "{got}, expected {expected}");
        }
    };
    let scores = EventScores::new(&said, &outcomes).unwrap();
    check(scores.clone(), [0.898_281_25, 0.461_707_465_071_025_1, 0.14986]);
    let weighted = scores.weights(&weights).unwrap();
    check(weighted, [0.899_495_366_302_267_6, 0.462_089_727_101_928_8, 0.150_822_715_703_732_9]);
    let rows = reference();
    let predicted: Vec<f64> = rows.matrix.column(0).unwrap().iter().map(|it| 3.0 * it).collect();
    let pinball = ValueScores::new(&predicted, &rows.targets).unwrap().pinball(0.9).unwrap();
    assert!((pinball - 0.979_507_416_861_440_3).abs() < 1e-14, "{pinball}");
}

/// Every event against every other row.
#[test]
fn the_area_under_the_curve_is_the_share_of_pairs_in_order() {
    let (said, outcomes, weights) = said();
    let (mut won, mut pairs) = (0.0, 0.0);
    for event in (0..120).filter(|row| outcomes[*row] > 0.5) {
        for other in (0..120).filter(|row| outcomes[*row] < 0.5) {
            let weight = weights[event] * weights[other];
            pairs += weight;
            won +=
                weight * (0.5 + 0.5 * f64::from((said[event] - said[other]).total_cmp(&0.0) as i8));
        }
    }
    let auc = EventScores::new(&said, &outcomes).unwrap().weights(&weights).unwrap().auc();
    assert!((auc.unwrap() - won / pairs).abs() < 1e-13);
    assert_eq!(EventScores::new(&[0.1, 0.2], &[1.0, 1.0]).unwrap().auc(), None);
    assert_eq!(EventScores::new(&[0.3; 4], &[1.0, 0.0, 1.0, 1.0]).unwrap().auc(), Some(0.5));
}

#[test]
fn a_row_of_weight_0_counts_nowhere() {
    let scores = EventScores::new(&[0.9, 0.2, 0.0], &[1.0, 0.0, 1.0]).unwrap();
    let scores = scores.weights(&[2.0, 1.0, 0.0]).unwrap();
    assert_eq!(scores.auc(), Some(1.0));
    assert!((scores.brier() - (2.0 * 0.01 + 0.04) / 3.0).abs() < 1e-15);
    assert_eq!(scores.reliability(1).unwrap()[0].rows, 2);
}

#[test]
fn certain_and_wrong_costs_the_stated_limit() {
    let scores = EventScores::new(&[0.0, 1.0], &[1.0, 1.0]).unwrap();
    assert!((scores.log_loss() - 34.538_776_394_910_684 / 2.0).abs() < 1e-9);
}

#[test]
fn bins_hold_equal_weight_and_equal_probabilities_stay_together() {
    let said: Vec<f64> = (0..100).map(|it| f64::from(it) / 100.0).collect();
    let outcomes: Vec<f64> = (0..100).map(|it| f64::from(it % 2)).collect();
    let table = EventScores::new(&said, &outcomes).unwrap().reliability(4).unwrap();
    assert_eq!(table.iter().map(|it| it.rows).collect::<Vec<_>>(), [25; 4]);
    assert_eq!((table[1].lowest, table[1].highest), (0.25, 0.49));
    assert!((table[1].probability_mean - 0.37).abs() < 1e-14);
    assert!((table[1].rate - 0.52).abs() < 1e-14 && (table[1].share - 0.25).abs() < 1e-14);
    let same = [vec![0.2; 90], vec![0.7; 10]].concat();
    let table = EventScores::new(&same, &outcomes).unwrap().reliability(10).unwrap();
    assert_eq!(table.iter().map(|it| it.rows).collect::<Vec<_>>(), [90, 10]);
}

/// Probabilities that are right: the mean error of 400 drawn sets lies at the floor, which is at most a little above as bins hold
/// unlike probabilities. Probabilities that are off by 0.2 lie far above.
#[test]
fn the_noise_floor_is_the_error_of_probabilities_that_are_right() {
    let mut draws = Draws::new(50);
    let (mut error, mut floor) = (0.0, 0.0);
    for _ in 0..400 {
        let said: Vec<f64> = (0..300).map(|_| 0.3 * draws.unit()).collect();
        let outcomes: Vec<f64> = said.iter().map(|it| draws.event(*it)).collect();
        let found = EventScores::new(&said, &outcomes).unwrap().calibration_error(10).unwrap();
        error += found.error / 400.0;
        floor += found.noise_floor / 400.0;
    }
    assert!((error / floor - 1.0).abs() < 0.05, "{error} {floor}");
    let said: Vec<f64> = (0..300).map(|_| 0.2 + 0.6 * draws.unit()).collect();
    let outcomes: Vec<f64> = said.iter().map(|it| draws.event(it - 0.2)).collect();
    let found = EventScores::new(&said, &outcomes).unwrap().calibration_error(5).unwrap();
    assert!(found.error > 3.0 * found.noise_floor, "{found:?}");
}

/// A uniform forecast on 0 to 1 of an outcome y: CRPS = ⅓ − y + y². A thousand levels are right to about 1e-6.
#[test]
fn the_ranked_probability_score_of_a_uniform_forecast_is_its_closed_form() {
    let levels: Vec<f64> = (0..1000).map(|it| (f64::from(it) + 0.5) / 1000.0).collect();
    let quantiles: Vec<Vec<f64>> = levels.iter().map(|it| vec![*it]).collect();
    for y in [0.0, 0.2, 0.5, 0.9, 1.0] {
        let got = crps(&levels, &quantiles, &[y]).unwrap();
        let expected = 1.0 / 3.0 - y + y * y;
        assert!((got - expected).abs() < 1e-6, "{y}: {got}, expected {expected}");
    }
    // Uneven levels: 0.1 stands for 0 to 0.3, 0.5 for 0.3 to 0.7, 0.9 for the rest.
    let got = crps(&[0.1, 0.5, 0.9], &[vec![0.0], vec![1.0], vec![4.0]], &[2.0]).unwrap();
    let expected = 2.0 * (0.3 * 0.1 * 2.0 + 0.4 * 0.5 * 1.0 + 0.3 * 0.1 * 2.0);
    assert!((got - expected).abs() < 1e-14);
}

#[test]
fn bad_rows_are_errors() {
    let check = |error: Error, expected: &str| assert_eq!(error.to_string(), expected);
    check(EventScores::new(&[], &[]).unwrap_err(), "need at least 1 rows, got 0");
    check(EventScores::new(&[0.1], &[]).unwrap_err(), "0 outcomes stand against 1");
    let error = EventScores::new(&[f64::NAN], &[0.0]).unwrap_err();
    check(error, "probability of row 0 is NaN, expected a number from 0 to 1");
    let scores = EventScores::new(&[0.1], &[0.0]).unwrap();
    check(scores.reliability(0).unwrap_err(), "bins is 0, expected at least 1");
    check(scores.weights(&[0.0]).unwrap_err(), "need at least 1 rows, got 0");
    let error = ValueScores::new(&[f64::INFINITY], &[0.0]).unwrap_err();
    check(error, "prediction of row 0 is inf, expected a finite number");
    let values = ValueScores::new(&[0.0], &[0.0]).unwrap();
    assert!(values.pinball(1.0).is_err());
    let falling = crps(&[0.5, 0.4], &[vec![0.0], vec![0.0]], &[0.0]).unwrap_err();
    check(falling, "level is 0.4, expected a number above the level before");
    assert!(crps(&[], &[], &[0.0]).is_err() && crps(&[0.5], &[], &[0.0]).is_err());
}
