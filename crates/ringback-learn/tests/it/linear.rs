//! Ridge regression against scikit-learn, linfa and closed forms.

use linfa::Dataset;
use linfa::traits::Fit;
use linfa_elasticnet::ElasticNet;
use ndarray::{Array1, Array2};
use ringback_learn::{Error, FittedRidge, Matrix, Model, Ridge, Saved};

use crate::drawn::{Draws, check_close, check_parts, matrix, reference};

fn intercept_and_coefficients(model: &FittedRidge) -> Vec<f64> {
    [vec![model.intercept()], model.coefficients()].concat()
}

/// The penalty, whether rows have weights, and the intercept with the coefficients, to twelve digits.
///
/// Source: `benches/side_by_side/learners.py`, scikit-learn 1.9.1.
const SCIKIT_LEARN: [(f64, bool, [f64; 4]); 6] = [
    (0.01, false, [3.362_304_897_72, 1.979_640_793_12, -0.003_851_480_598_93, 0.102_022_555_532]),
    (1.0, false, [3.325_859_286_1, 1.393_196_813_22, -0.003_817_915_524_36, 0.671_942_425_379]),
    (100.0, false, [2.702_715_571_37, 0.662_812_438_865, -0.001_902_173_563_11, 0.630_269_868_207]),
    (0.01, true, [3.356_317_339_47, 1.594_373_066_54, -0.003_860_183_111_33, 0.495_110_035_452]),
    (1.0, true, [3.330_194_106_61, 1.254_368_440_74, -0.003_826_113_351_88, 0.819_805_621_344]),
    (100.0, true, [2.683_598_276_75, 0.671_640_084_834, -0.001_914_050_992_07, 0.635_741_255_879]),
];

#[test]
fn coefficients_are_those_of_scikit_learn() {
    let rows = reference();
    for (alpha, weighted, expected) in SCIKIT_LEARN {
        let ridge = Ridge::new().alpha(alpha);
        let model = if weighted {
            ridge.fit_weighted(&rows.matrix, &rows.targets, &rows.weights).unwrap()
        } else {
            ridge.fit(&rows.matrix, &rows.targets).unwrap()
        };
        check_close(&intercept_and_coefficients(&model), &expected, 1e-10);
    }
}

/// Columns of mean 0 and variance 1 that are correlated by `shared`, and targets.
fn correlated(shared: f64) -> (Array2<f64>, Array1<f64>) {
    let (rows, mut draws) = (400, Draws::new(7));
    let mut records = Array2::zeros((rows, 6));
    let mut targets = Array1::zeros(rows);
    for row in 0..rows {
        let common = draws.normal();
        for column in 0..6 {
            records[[row, column]] =
                shared.sqrt() * common + (1.0 - shared).sqrt() * draws.normal();
        }
        targets[row] = records[[row, 0]] - 0.5 * records[[row, 1]] + common + draws.normal();
    }
    for mut column in records.columns_mut() {
        let mean = column.mean().unwrap();
        column -= mean;
        let deviation = (column.dot(&column) / rows as f64).sqrt();
        column /= deviation;
    }
    (records, targets)
}

/// The largest difference from linfa's coefficients, as a share of the largest of ours.
fn off_linfa(shared: f64, alpha: f64) -> f64 {
    let (records, targets) = correlated(shared);
    let columns = records.columns().into_iter().enumerate();
    let columns = columns.map(|(place, it)| (format!("c{place}"), it.to_vec())).collect();
    let ours = Ridge::new().alpha(alpha);
    let ours = ours.fit(&Matrix::new(columns).unwrap(), &targets.to_vec()).unwrap().coefficients();
    let penalty = alpha / targets.len() as f64;
    let settings = ElasticNet::params().l1_ratio(0.0).penalty(penalty).tolerance(1e-10);
    let theirs = settings.max_iterations(2_000).fit(&Dataset::new(records, targets)).unwrap();
    let largest = ours.iter().fold(0.0_f64, |it, value| it.max(value.abs()));
    let off = ours.iter().zip(theirs.hyperplane()).map(|(a, b)| (a - b).abs());
    off.fold(0.0, f64::max) / largest
}

/// Coordinate descent without an L1 part runs to its last step, as its duality gap never closes: right where columns are
/// unlike each other, far off where they are not. This is why linfa is not underneath.
#[test]
fn linfas_elastic_net_agrees_where_columns_are_unlike_and_only_there() {
    assert!(off_linfa(0.0, 1.0) < 1e-12);
    assert!(off_linfa(0.5, 1.0) < 1e-12);
    let off = off_linfa(0.9999, 1e-3);
    assert!(off > 0.1, "{off}: linfa has become right, use it");
}

/// Normal equations of one feature by hand: slope Σ(x − x̄)(y − ȳ) / (Σ(x − x̄)² + alpha · variance).
#[test]
fn one_feature_is_shrunk_as_the_closed_form_says() {
    let (x, y) = ([1.0, 2.0, 4.0, 9.0], [3.0, 1.0, 8.0, 20.0]);
    let (squares, products) = (38.0, 89.0);
    for alpha in [0.0, 0.5, 10.0] {
        let model = Ridge::new().alpha(alpha).fit(&matrix(&[("x", x.to_vec())]), &y).unwrap();
        let slope = products / (squares + alpha * squares / 4.0);
        check_close(&intercept_and_coefficients(&model), &[8.0 - 4.0 * slope, slope], 1e-13);
    }
}

#[test]
fn parts_add_up_to_the_prediction_to_the_last_bit() {
    let rows = reference();
    let model = Ridge::new().fit(&rows.matrix, &rows.targets).unwrap();
    check_parts(&model, &rows.matrix, |score| score);
    let row = [0.3, f64::NAN, 0.9];
    assert_eq!(model.explain_row(&row).score().to_bits(), model.predict_row(&row).to_bits());
    let mean = rows.targets.iter().sum::<f64>() / rows.targets.len() as f64;
    assert!((model.explain_row(&row).baseline - mean).abs() < 1e-13);
    assert!(model.explain_row(&row).parts[1].abs() < f64::MIN_POSITIVE);
}

#[test]
fn a_missing_value_and_a_row_too_short_count_as_the_mean() {
    let column = vec![1.0, f64::NAN, 5.0, 3.0];
    let model = Ridge::new().fit(&matrix(&[("x", column)]), &[1.0, 2.0, 3.0, 2.0]).unwrap();
    let at_mean = model.predict_row(&[3.0]).to_bits();
    assert_eq!(model.predict_row(&[f64::NAN]).to_bits(), at_mean);
    assert_eq!(model.predict_row(&[]).to_bits(), at_mean);
    assert_eq!(model.predict_row(&[3.0, 8.0]).to_bits(), at_mean);
}

#[test]
fn a_column_that_is_a_mix_of_others_is_named_without_a_penalty_and_shared_with_one() {
    let a: Vec<f64> = (0..20).map(f64::from).collect();
    let b: Vec<f64> = a.iter().map(|it| (it * 0.7).sin()).collect();
    let mix: Vec<f64> = a.iter().zip(&b).map(|(a, b)| 2.0 * a - b).collect();
    let columns = matrix(&[("a", a.clone()), ("b", b), ("mix", mix)]);
    let error = Ridge::new().alpha(0.0).fit(&columns, &a).unwrap_err();
    assert_eq!(error, Error::Collinear { column: "mix".into() });
    let twice = matrix(&[("a", a.clone()), ("again", a.clone())]);
    let model = Ridge::new().alpha(1e-3).fit(&twice, &a).unwrap();
    let coefficients = model.coefficients();
    assert!((coefficients[0] - coefficients[1]).abs() < 1e-9, "{coefficients:?}");
    assert!((coefficients[0] + coefficients[1] - 1.0).abs() < 1e-4, "{coefficients:?}");
}

#[test]
fn more_columns_than_rows_need_a_penalty() {
    let columns = matrix(&[("a", vec![1.0, 2.0]), ("b", vec![5.0, 1.0])]);
    assert!(matches!(
        Ridge::new().alpha(0.0).fit(&columns, &[1.0, 2.0]),
        Err(Error::Collinear { .. })
    ));
    let model = Ridge::new().fit(&columns, &[1.0, 2.0]).unwrap();
    assert!(model.predict_row(&[1.0, 5.0]) < model.predict_row(&[2.0, 1.0]));
}

#[test]
fn a_column_that_says_nothing_gets_coefficient_0() {
    let constant = vec![0.1 + 0.2; 4];
    let absent = vec![f64::NAN; 4];
    let columns = matrix(&[("x", vec![0.0, 1.0, 2.0, 3.0]), ("c", constant), ("n", absent)]);
    let model = Ridge::new().alpha(0.0).fit(&columns, &[1.0, 3.0, 5.0, 7.0]).unwrap();
    check_close(&model.coefficients()[..1], &[2.0], 1e-14);
    assert_eq!(model.coefficients()[1..], [0.0, 0.0]);
    let alone = matrix(&[("c", vec![4.0; 4])]);
    let model = Ridge::new().alpha(0.0).fit(&alone, &[1.0, 3.0, 5.0, 7.0]).unwrap();
    assert!((model.predict_row(&[9.0]) - 4.0).abs() < 1e-15);
}

/// A coefficient of 2 for one deviation, whatever the unit and however far from 0.
#[test]
fn units_do_not_matter() {
    let steps: Vec<f64> = (0..50).map(|it| f64::from(it * 7 % 50) - 24.5).collect();
    let targets: Vec<f64> = steps.iter().map(|it| 3.0 + 2.0 * it).collect();
    for (size, from) in [(1e90, 0.0), (1e-90, 0.0), (1.0, 1e9)] {
        let column: Vec<f64> = steps.iter().map(|it| from + size * it).collect();
        let model = Ridge::new().alpha(0.0).fit(&matrix(&[("x", column)]), &targets).unwrap();
        let got = model.predict_row(&[from + 10.0 * size]);
        assert!((got - 23.0).abs() < 1e-9, "{size} {from}: {got}");
    }
    let far = matrix(&[("x", vec![f64::MAX, -f64::MAX, f64::MAX, 0.0])]);
    let model = Ridge::new().fit(&far, &[1.0, -1.0, 1.0, 0.0]).unwrap();
    assert!(model.predict_row(&[f64::MAX]) > 0.5);
}

#[test]
fn a_weight_of_two_is_the_row_twice_and_of_0_none() {
    let rows = reference();
    let weights: Vec<f64> = (0..120).map(|row| f64::from(row % 3)).collect();
    let repeated: Vec<usize> = (0..120).flat_map(|row| vec![row; row % 3]).collect();
    let targets: Vec<f64> = repeated.iter().map(|row| rows.targets[*row]).collect();
    // The penalty stands against weights of mean 1: of 80 rows, where the repeated ones are 120.
    let by_weight = Ridge::new().alpha(2.0).fit_weighted(&rows.matrix, &rows.targets, &weights);
    let by_row = Ridge::new().alpha(3.0).fit(&rows.matrix.select(&repeated), &targets).unwrap();
    check_close(
        &intercept_and_coefficients(&by_weight.unwrap()),
        &intercept_and_coefficients(&by_row),
        1e-11,
    );
}

#[test]
fn what_cannot_be_fitted_is_an_error() {
    let columns = matrix(&[("x", vec![1.0, 2.0])]);
    let check = |targets: &[f64], expected: &str| {
        let error = Ridge::new().fit(&columns, targets).unwrap_err();
        assert_eq!(error.to_string(), expected);
    };
    check(&[1.0], "1 targets stand against 2");
    check(&[1.0, f64::NAN], "target of row 1 is NaN, expected a number from -1e100 to 1e100");
    let error = Ridge::new().alpha(-1.0).fit(&columns, &[1.0, 2.0]).unwrap_err();
    assert_eq!(error.to_string(), "alpha is -1, expected a finite number of at least 0");
    let none = matrix(&[("x", vec![])]);
    let error = Ridge::new().fit(&none, &[]).unwrap_err();
    assert_eq!(error, Error::TooFewRows { got: 0, needed: 1 });
    let error = Ridge::new().fit_weighted(&columns, &[1.0, 2.0], &[0.0, 0.0]).unwrap_err();
    assert_eq!(error, Error::TooFewRows { got: 0, needed: 1 });
    let error = Ridge::new()
        .alpha(0.0)
        .fit(&matrix(&[("a", vec![1.0, 2.0]), ("b", vec![2.0, 4.0])]), &[1.0, 2.0]);
    let expected =
        "column \"b\" is a linear mix of others, expected a penalty above 0 or other columns";
    assert_eq!(error.unwrap_err().to_string(), expected);
}

#[test]
fn a_saved_model_gives_the_same_bits_and_a_damaged_one_is_refused() {
    let rows = reference();
    let model = Ridge::new().fit(&rows.matrix, &rows.targets).unwrap();
    let text = serde_json::to_string(&Saved(model.clone())).unwrap();
    let Saved(loaded): Saved<FittedRidge> = serde_json::from_str(&text).unwrap();
    assert_eq!(loaded, model);
    let damaged = text.replacen("\"features\":[\"a\",", "\"features\":[", 1);
    let error = serde_json::from_str::<Saved<FittedRidge>>(&damaged).unwrap_err().to_string();
    assert!(error.contains("features, scales and slopes differ in number"), "{error}");
}
