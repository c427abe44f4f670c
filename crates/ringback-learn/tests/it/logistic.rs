//! Logistic regression against scikit-learn and planted probabilities.

use ringback_learn::{Error, FittedLogistic, Logistic, Matrix, Model, Saved};

use crate::drawn::{Draws, check_close, check_parts, matrix, reference, sigmoid};

fn intercept_and_coefficients(model: &FittedLogistic) -> Vec<f64> {
    [vec![model.intercept()], model.coefficients()].concat()
}

/// The penalty, whether rows have weights, and the intercept with the coefficients, to twelve digits.
///
/// Source: `benches/side_by_side/learners.py`, scikit-learn 1.9.1.
const SCIKIT_LEARN: [(f64, bool, [f64; 4]); 6] = [
    (0.01, false, [-1.396_731_018_01, -3.541_298_987_23, -0.003_173_451_304_42, 7.586_010_056_14]),
    (1.0, false, [-1.187_870_953_78, 1.408_940_255_56, -0.002_894_382_138_48, 2.432_246_508_39]),
    (
        100.0,
        false,
        [-0.878_774_509_099, 0.513_913_837_935, -0.000_395_283_572_366, 0.519_783_683_843],
    ),
    (0.01, true, [-1.387_124_662_35, -1.930_874_926_47, -0.002_948_179_158_52, 5.973_192_240_21]),
    (1.0, true, [-1.252_646_323_86, 1.579_713_876_49, -0.002_675_834_953_39, 2.269_757_013_8]),
    (
        100.0,
        true,
        [-0.927_145_882_343, 0.528_069_557_914, -0.000_356_895_500_863, 0.527_059_753_019],
    ),
];

#[test]
fn coefficients_are_those_of_scikit_learn() {
    let rows = reference();
    for (alpha, weighted, expected) in SCIKIT_LEARN {
        let logistic = Logistic::new().alpha(alpha);
        let model = if weighted {
            logistic.fit_weighted(&rows.matrix, &rows.outcomes, &rows.weights).unwrap()
        } else {
            logistic.fit(&rows.matrix, &rows.outcomes).unwrap()
        };
        check_close(&intercept_and_coefficients(&model), &expected, 1e-8);
    }
}

/// Events of a planted probability.
fn planted(rows: usize, shift: f64) -> (Matrix, Vec<f64>) {
    let mut draws = Draws::new(3);
    let x: Vec<f64> = (0..rows).map(|_| draws.normal()).collect();
    let outcomes = x.iter().map(|it| draws.event(sigmoid(shift + 1.5 * it))).collect();
    (matrix(&[("x", x)]), outcomes)
}

/// linfa answers about the more frequent outcome; the planted one is rare, then frequent. At 20,000 rows the shift is found to
/// within five standard errors of about 0.04.
#[test]
fn the_probability_is_of_outcome_1_whichever_is_more_frequent() {
    for shift in [-3.0, 3.0] {
        let (columns, outcomes) = planted(20_000, shift);
        let model = Logistic::new().fit(&columns, &outcomes).unwrap();
        let found = intercept_and_coefficients(&model);
        assert!((found[0] - shift).abs() < 0.2 && (found[1] - 1.5).abs() < 0.2, "{found:?}");
        let flipped: Vec<f64> = outcomes.iter().map(|it| 1.0 - it).collect();
        let other = Logistic::new().fit(&columns, &flipped).unwrap();
        for x in [-2.0, 0.0, 2.0] {
            let sum = model.predict_row(&[x]) + other.predict_row(&[x]);
            assert!((sum - 1.0).abs() < 1e-10, "{sum}");
        }
        let mean = model.predict(&columns).unwrap().iter().sum::<f64>() / 20_000.0;
        let share = outcomes.iter().sum::<f64>() / 20_000.0;
        assert!((mean - share).abs() < 1e-10, "an intercept without penalty makes these equal");
    }
}

/// One feature that separates: the penalized optimum by bisection on its derivative, symmetric about 0.
#[test]
fn outcomes_that_are_separated_give_finite_coefficients() {
    let columns = matrix(&[("x", vec![-1.0, -1.0, 1.0, 1.0])]);
    for alpha in [1.0, 1e-3, 1e-9] {
        let model = Logistic::new().alpha(alpha).fit(&columns, &[0.0, 0.0, 1.0, 1.0]).unwrap();
        let (mut low, mut high) = (0.0, 100.0);
        for _ in 0..200 {
            let slope = f64::midpoint(low, high);
            // 4 · log(1 + e^−b) + alpha / 2 · b² falls while 4 · sigmoid(−b) > alpha · b.
            if 4.0 * sigmoid(-slope) > alpha * slope { low = slope } else { high = slope }
        }
        check_close(&model.coefficients(), &[low], 1e-6);
        assert!(model.intercept().abs() < 1e-6);
    }
}

#[test]
fn outcomes_that_are_all_the_same_give_a_shrunk_constant() {
    let columns = matrix(&[("x", vec![1.0, 2.0, 3.0])]);
    let model = Logistic::new().fit(&columns, &[0.0; 3]).unwrap();
    assert!((model.predict_row(&[2.0]) - 0.125).abs() < 1e-15); // ½ of 4
    let model = Logistic::new().fit(&columns, &[1.0; 3]).unwrap();
    assert!((model.predict_row(&[9.0]) - 0.875).abs() < 1e-15);
    assert_eq!(model.coefficients(), [0.0]);
}

#[test]
fn parts_add_up_to_the_log_odds() {
    let rows = reference();
    let model = Logistic::new().fit(&rows.matrix, &rows.outcomes).unwrap();
    check_parts(&model, &rows.matrix, sigmoid);
}

/// The unweighted fit begins at linfa's coefficients, the weighted one at a constant.
#[test]
fn a_weight_of_two_is_the_row_twice_from_either_start() {
    let rows = reference();
    let weights: Vec<f64> = (0..120).map(|row| f64::from(row % 3)).collect();
    let repeated: Vec<usize> = (0..120).flat_map(|row| vec![row; row % 3]).collect();
    let outcomes: Vec<f64> = repeated.iter().map(|row| rows.outcomes[*row]).collect();
    // The penalty stands against weights of mean 1: of 80 rows, where the repeated ones are 120.
    let by_weight = Logistic::new().alpha(2.0);
    let by_weight = by_weight.fit_weighted(&rows.matrix, &rows.outcomes, &weights).unwrap();
    let by_row = Logistic::new().alpha(3.0).fit(&rows.matrix.select(&repeated), &outcomes).unwrap();
    let (by_weight, by_row) =
        (intercept_and_coefficients(&by_weight), intercept_and_coefficients(&by_row));
    check_close(&by_weight, &by_row, 1e-10);
}

#[test]
fn columns_that_are_the_same_share_their_coefficient() {
    let (columns, outcomes) = planted(500, 0.0);
    let x = columns.column(0).unwrap().to_vec();
    let twice = matrix(&[("x", x.clone()), ("again", x), ("constant", vec![7.0; 500])]);
    let found = Logistic::new().fit(&twice, &outcomes).unwrap().coefficients();
    assert!((found[0] - found[1]).abs() < 1e-10, "{found:?}");
    assert!(found[2].abs() < f64::MIN_POSITIVE);
}

#[test]
fn what_cannot_be_fitted_is_an_error() {
    let columns = matrix(&[("x", vec![1.0, 2.0])]);
    let check = |alpha: f64, outcomes: &[f64], expected: &str| {
        let error = Logistic::new().alpha(alpha).fit(&columns, outcomes).unwrap_err();
        assert_eq!(error.to_string(), expected);
    };
    check(0.0, &[0.0, 1.0], "alpha is 0, expected a finite number above 0");
    check(1.0, &[0.0], "1 targets stand against 2");
    check(1.0, &[0.0, 0.5], "outcome of row 1 is 0.5, expected 0 or 1");
    check(1.0, &[f64::NAN, 0.0], "target of row 0 is NaN, expected a number from 0 to 1");
    let none = Logistic::new().fit(&matrix(&[("x", vec![])]), &[]);
    assert_eq!(none.unwrap_err(), Error::TooFewRows { got: 0, needed: 1 });
}

#[test]
fn a_saved_model_gives_the_same_bits_and_a_damaged_one_is_refused() {
    let rows = reference();
    let model = Logistic::new().fit(&rows.matrix, &rows.outcomes).unwrap();
    let text = serde_json::to_string(&Saved(model.clone())).unwrap();
    let Saved(loaded): Saved<FittedLogistic> = serde_json::from_str(&text).unwrap();
    assert_eq!(loaded, model);
    let damaged = text.replacen("\"inverses\":[", "\"inverses\":[-1.0,", 1);
    let error = serde_json::from_str::<Saved<FittedLogistic>>(&damaged).unwrap_err().to_string();
    assert!(error.contains("a column's mean or deviation is damaged"), "{error}");
}
