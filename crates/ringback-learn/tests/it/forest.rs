//! Forests.

use ringback_learn::{FittedForest, Forest, Matrix, Model, Saved};

use crate::drawn::Draws;

const SEED: u64 = 23;

/// Two columns that the chance of an event depends on and three that it does not; the chances stand beside.
fn table(rows: usize) -> (Matrix, Vec<f64>, Vec<f64>) {
    let mut draw = Draws::new(SEED);
    let columns: Vec<Vec<f64>> = (0..5).map(|_| (0..rows).map(|_| draw.unit()).collect()).collect();
    let chance = |row: usize| 0.15 + 0.6 * columns[0][row] * f64::from(columns[1][row] > 0.4);
    let chances: Vec<f64> = (0..rows).map(chance).collect();
    let events = chances.iter().map(|it| f64::from(draw.unit() < *it)).collect();
    let named = columns.into_iter().enumerate().map(|(at, it)| (format!("x{at}"), it));
    (Matrix::new(named.collect()).unwrap(), events, chances)
}

fn forest() -> Forest {
    Forest::probability().trees(60).leaves(64).min_leaf_rows(40).feature_share(0.7).seed(SEED)
}

#[test]
fn planted_chances_are_found() {
    let (matrix, events, chances) = table(6_000);
    let rows: Vec<usize> = (0..5_000).collect();
    let settings = forest().feature_share(1.0).min_leaf_rows(100);
    let fitted = settings.fit(&matrix.select(&rows), &events[..5_000]).unwrap();
    let predicted = fitted.predict(&matrix).unwrap();
    let error = |it: usize| (predicted[it] - chances[it]).abs();
    let mean = (5_000..6_000).map(error).sum::<f64>() / 1_000.0;
    assert!(mean < 0.05, "mean error {mean}");
    assert!(predicted.iter().all(|it| (0.0..=1.0).contains(it)));
}

#[test]
fn a_forest_of_whole_trees_gives_back_a_noiseless_mean() {
    let (matrix, _, chances) = table(2_000);
    let settings = Forest::mean().trees(80).leaves(1_000).min_leaf_rows(1).feature_share(1.0);
    let fitted = settings.fit(&matrix, &chances).unwrap();
    let predicted = fitted.predict(&matrix).unwrap();
    let error = predicted.iter().zip(&chances).map(|(a, b)| (a - b).abs()).sum::<f64>() / 2_000.0;
    assert!(error < 0.005, "{error}");
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let (matrix, events, _) = table(3_000);
    let fit = |threads, seed| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let fitted = pool.install(|| forest().trees(10).seed(seed).fit(&matrix, &events)).unwrap();
        serde_json::to_string(&Saved(fitted)).unwrap()
    };
    let one = fit(1, 1);
    assert_eq!(fit(2, 1), one);
    assert_eq!(fit(8, 1), one);
    assert_ne!(fit(1, 2), one);
    let Saved(back): Saved<FittedForest> = serde_json::from_str(&one).unwrap();
    assert_eq!(serde_json::to_string(&Saved(back)).unwrap(), one);
    let damaged = one.replacen("\"feature\":", "\"feature\":9", 1);
    assert!(serde_json::from_str::<Saved<FittedForest>>(&damaged).is_err());
}

#[test]
fn an_explanation_adds_up_to_the_prediction() {
    let (matrix, events, _) = table(1_000);
    let fitted = forest().fit(&matrix, &events).unwrap();
    let mut row = [0.0; 5];
    for at in 0..20 {
        matrix.copy_row(at, &mut row);
        let explanation = fitted.explain_row(&row);
        assert!((explanation.score() - fitted.predict_row(&row)).abs() < 1e-9);
        assert!(explanation.parts[0].abs() > explanation.parts[4].abs() / 10.0);
    }
}

#[test]
fn settings_out_of_range_are_errors() {
    let (matrix, events, _) = table(100);
    let check = |settings: Forest, expected: &str| {
        assert_eq!(settings.fit(&matrix, &events).unwrap_err().to_string(), expected);
    };
    check(forest().trees(0), "trees is 0, expected a number from 1 to 100,000");
    check(
        forest().feature_share(1.2),
        "feature_share is 1.2, expected a number above 0 and at most 1",
    );
    check(forest().min_leaf_rows(0), "min_leaf_rows is 0, expected at least 1");
    check(forest().max_depth(0), "max_depth is 0, expected at least 1");
}
