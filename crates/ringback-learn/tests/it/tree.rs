//! A single tree and what it says of itself.

use ringback_learn::{BinnedMatrix, FittedTree, Matrix, Model, Saved, Tree};

/// Hours with a missing one in ten, and a queue of two kinds.
fn table() -> (Matrix, Vec<f64>) {
    let hour: Vec<f64> =
        (0..1_000).map(|it| if it % 10 == 0 { f64::NAN } else { f64::from(it % 24) }).collect();
    let queue: Vec<f64> = (0..1_000).map(|it| f64::from(it / 7 % 2)).collect();
    let wait = |(hour, queue): (&f64, &f64)| match (hour.is_nan(), *queue > 0.5) {
        (true, _) => 500.0,
        (false, true) => 100.0,
        (false, false) => f64::from(*hour > 11.5) * 30.0,
    };
    let waits = hour.iter().zip(&queue).map(wait).collect();
    (Matrix::new(vec![("hour".into(), hour), ("queue".into(), queue)]).unwrap(), waits)
}

#[test]
fn planted_rules_come_back_as_text() {
    let (matrix, waits) = table();
    let tree = Tree::mean().leaves(4).fit(&matrix, &waits).unwrap();
    let texts: Vec<String> = tree.rules().iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        [
            "hour <= 11.5 and queue <= 0.5: 0 (22 % of rows)",
            "hour > 11.5 and queue <= 0.5: 30 (22 % of rows)",
            "hour known and queue > 0.5 (or missing): 100 (45 % of rows)",
            "hour missing: 500 (10 % of rows)",
        ]
    );
    let shares: f64 = tree.rules().iter().map(|it| it.share).sum();
    assert!((shares - 1.0).abs() < 1e-12);
}

#[test]
fn a_leaf_says_the_weighted_mean_of_its_rows() {
    let (matrix, _) = table();
    let targets: Vec<f64> = (0..1_000).map(|it| f64::from(it * 7 % 13)).collect();
    let weights: Vec<f64> = (0..1_000).map(|it| f64::from(it % 5)).collect();
    let binned = BinnedMatrix::new(&matrix).unwrap();
    for weights in [None, Some(&weights)] {
        let settings = Tree::mean().leaves(8).min_leaf_rows(1);
        let tree = settings.fit_binned(&binned, &targets, weights.map(Vec::as_slice)).unwrap();
        let predicted = tree.predict(&matrix).unwrap();
        assert_eq!(tree.rules().len(), 8);
        for rule in tree.rules() {
            let here = |row: &usize| (predicted[*row] - rule.value).abs() < 1e-12;
            let weight = |row: usize| weights.map_or(1.0, |it| it[row]);
            let rows: Vec<usize> = (0..1_000).filter(here).collect();
            let total: f64 = rows.iter().map(|it| weight(*it)).sum();
            let mean = rows.iter().map(|it| weight(*it) * targets[*it]).sum::<f64>() / total;
            assert!((rule.value - mean).abs() < 1e-9, "{rule}: {mean}");
        }
    }
}

#[test]
fn probabilities_are_rates_and_never_labels() {
    let (matrix, waits) = table();
    let events: Vec<f64> = (0..1_000).map(|it| f64::from(it % 3 == 0)).collect();
    let tree = Tree::probability().fit(&matrix, &events).unwrap();
    let mean = tree.predict(&matrix).unwrap().iter().sum::<f64>() / 1_000.0;
    assert!((mean - 0.334).abs() < 1e-12, "{mean}");
    let error = Tree::probability().fit(&matrix, &waits).unwrap_err().to_string();
    assert_eq!(error, "target of row 0 is 500, expected a number from 0 to 1");
}

#[test]
fn an_explanation_adds_up_to_the_prediction() {
    let (matrix, waits) = table();
    let tree = Tree::mean().fit(&matrix, &waits).unwrap();
    for row in [[3.0, 0.0], [f64::NAN, 1.0], [20.0, 1.0]] {
        let explanation = tree.explain_row(&row);
        assert!((explanation.score() - tree.predict_row(&row)).abs() < 1e-9);
        let mean = waits.iter().sum::<f64>() / 1_000.0;
        assert!((explanation.baseline - mean).abs() < 1e-9);
    }
}

#[test]
fn a_saved_tree_comes_back_to_the_last_bit() {
    let (matrix, waits) = table();
    let tree = Tree::mean().fit(&matrix, &waits).unwrap();
    let text = serde_json::to_string(&Saved(tree.clone())).unwrap();
    let Saved(back): Saved<FittedTree> = serde_json::from_str(&text).unwrap();
    assert_eq!(back, tree);
    let other = text.replace(r#"["hour","queue"]"#, r#"["hour"]"#);
    assert!(serde_json::from_str::<Saved<FittedTree>>(&other).is_err());
}
