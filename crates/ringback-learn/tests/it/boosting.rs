//! Boosting against a naive twin, closed forms and brute force.

use std::collections::BTreeMap;

use ringback_learn::{
    BinnedMatrix, Boosting, Direction, EarlyStopping, Error, FittedBoosting, Loss, Matrix, Model,
    Saved,
};
use serde_json::Value;

use crate::drawn::Draws;

const SEED: u64 = 11;

/// Columns with few values, some missing, and a noisy target of 0 or more that depends on them.
fn table(rows: usize, columns: usize, seed: u64) -> (Matrix, Vec<f64>) {
    let mut draw = Draws::new(seed);
    let values: Vec<Vec<f64>> = (0..columns)
        .map(|_| {
            let value = |draw: &mut Draws| (draw.unit() * 30.0).floor() / 4.0;
            (0..rows).map(|_| if draw.unit() < 0.1 { f64::NAN } else { value(&mut draw) }).collect()
        })
        .collect();
    let target = |row: usize| {
        let known = |column: usize| match values[column % columns][row] {
            value if value.is_nan() => 2.0,
            value => value,
        };
        known(0) * known(1) / 4.0 + (known(2) - 3.0).abs() + 3.0 * draw.unit()
    };
    let targets = (0..rows).map(target).collect();
    let named = values.into_iter().enumerate().map(|(at, it)| (format!("x{at}"), it));
    (Matrix::new(named.collect()).unwrap(), targets)
}

fn rows_of(matrix: &Matrix) -> Vec<Vec<f64>> {
    let row = |at| {
        let mut row = vec![f64::NAN; matrix.columns()];
        matrix.copy_row(at, &mut row);
        row
    };
    (0..matrix.rows()).map(row).collect()
}

#[track_caller]
fn check_close(got: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(got.len(), expected.len());
    for (row, (got, expected)) in got.iter().zip(expected).enumerate() {
        let near = (got - expected).abs() <= tolerance * expected.abs().max(1.0);
        assert!(near, "row {row}: {got}, expected {expected}");
    }
}

/// First and second derivative, and a leaf's step, by a loss's textbook formulas.
struct Textbook {
    loss: Loss,
    baseline: fn(f64) -> f64,
    derivatives: fn(f64, f64) -> (f64, f64),
    step: fn(f64, f64) -> f64,
}

const SQUARED: Textbook = Textbook {
    loss: Loss::Squared,
    baseline: |mean| mean,
    derivatives: |y, f| (f - y, 1.0),
    step: |g, h| -g / h,
};
const LOG: Textbook = Textbook {
    loss: Loss::Log,
    baseline: |mean| (mean / (1.0 - mean)).ln(),
    derivatives: |y, f| {
        let p = 1.0 / (1.0 + (-f).exp());
        (p - y, p * (1.0 - p))
    },
    step: |g, h| -g / h,
};
const POISSON: Textbook = Textbook {
    loss: Loss::Poisson,
    baseline: f64::ln,
    derivatives: |y, f| (f.exp() - y, f.exp()),
    step: |g, h| if g < 0.0 { (1.0 - g / h).ln() } else { -g / h },
};

/// A split of a leaf's rows: the gain, and the rows of both sides.
type Division = (f64, Vec<usize>, Vec<usize>);

/// The best split of some rows by trying every threshold of every column with every sum taken anew.
fn divide(
    values: &[Vec<f64>],
    rows: &[usize],
    score: &dyn Fn(&[usize]) -> f64,
    min_rows: usize,
) -> Option<Division> {
    let mut best: Option<Division> = None;
    let value_of = |row: usize, column: usize| values[row][column];
    for column in 0..values[0].len() {
        let mut seen: Vec<f64> = rows.iter().map(|row| value_of(*row, column)).collect();
        let any_missing = seen.iter().any(|it| it.is_nan());
        seen.retain(|it| !it.is_nan());
        seen.sort_by(f64::total_cmp);
        seen.dedup();
        for nan_left in [false, true] {
            for threshold in &seen {
                let goes_left = |row: &&usize| {
                    let value = value_of(**row, column);
                    if value.is_nan() { nan_left } else { value <= *threshold }
                };
                if nan_left && !any_missing {
                    continue;
                }
                let left: Vec<usize> = rows.iter().filter(goes_left).copied().collect();
                let right: Vec<usize> = rows.iter().filter(|it| !goes_left(it)).copied().collect();
                if left.len() < min_rows || right.len() < min_rows {
                    continue;
                }
                let gain = score(&left) + score(&right) - score(rows);
                if gain > 1e-9 && best.as_ref().is_none_or(|it| gain > it.0 + 1e-9) {
                    best = Some((gain, left, right));
                }
            }
        }
    }
    best
}

/// Scores after boosting, by a naive second implementation.
fn naive(
    book: &Textbook,
    values: &[Vec<f64>],
    targets: &[f64],
    weights: &[f64],
    (trees, leaves, rate, l2): (usize, usize, f64, f64),
) -> Vec<f64> {
    let total: f64 = weights.iter().sum();
    let scale = weights.len() as f64 / total;
    let weights: Vec<f64> = weights.iter().map(|it| it * scale).collect();
    let mean = targets.iter().zip(&weights).map(|(a, b)| a * b).sum::<f64>() / weights.len() as f64;
    let mut scores = vec![(book.baseline)(mean); targets.len()];
    for _ in 0..trees {
        let derived: Vec<(f64, f64)> = (0..targets.len())
            .map(|row| {
                let (g, h) = (book.derivatives)(targets[row], scores[row]);
                (g * weights[row], h * weights[row])
            })
            .collect();
        let sums = |rows: &[usize]| {
            rows.iter().fold((0.0, 0.0), |sum, it| (sum.0 + derived[*it].0, sum.1 + derived[*it].1))
        };
        let score = |rows: &[usize]| {
            let (g, h) = sums(rows);
            g * g / (h + l2)
        };
        let all: Vec<usize> = (0..targets.len()).collect();
        let mut open = vec![(divide(values, &all, &score, 5), all)];
        while open.len() < leaves {
            let gain = |it: &(Option<Division>, Vec<usize>)| it.0.as_ref().map_or(0.0, |it| it.0);
            let best = (0..open.len()).max_by(|a, b| gain(&open[*a]).total_cmp(&gain(&open[*b])));
            let Some((_, left, right)) = open[best.unwrap()].0.take() else { break };
            open[best.unwrap()] = (divide(values, &left, &score, 5), left);
            open.push((divide(values, &right, &score, 5), right));
        }
        for (_, rows) in open {
            let (g, h) = sums(&rows);
            for row in rows {
                scores[row] += rate * (book.step)(g, h + l2);
            }
        }
    }
    scores
}

#[track_caller]
fn check_naive(book: &Textbook, targets: &[f64], matrix: &Matrix, weights: Option<&[f64]>) {
    let fitted = Boosting::new(book.loss)
        .trees(4)
        .leaves(6)
        .learning_rate(0.3)
        .min_leaf_rows(5)
        .l2(0.5)
        .fit_binned(&BinnedMatrix::new(matrix).unwrap(), targets, weights)
        .unwrap();
    let rows = rows_of(matrix);
    let ones = vec![1.0; targets.len()];
    let expected = naive(book, &rows, targets, weights.unwrap_or(&ones), (4, 6, 0.3, 0.5));
    let got: Vec<f64> = rows.iter().map(|row| fitted.score_row(row)).collect();
    check_close(&got, &expected, 1e-6);
}

#[test]
fn every_loss_with_a_textbook_step_agrees_with_a_naive_twin() {
    let (matrix, targets) = table(150, 3, SEED);
    let mut draw = Draws::new(SEED);
    let weights: Vec<f64> = targets.iter().map(|_| 0.2 + draw.unit()).collect();
    let events: Vec<f64> = targets.iter().map(|it| f64::from(*it > 5.0)).collect();
    let counts: Vec<f64> = targets.iter().map(|it| it.floor()).collect();
    check_naive(&SQUARED, &targets, &matrix, None);
    check_naive(&SQUARED, &targets, &matrix, Some(&weights));
    check_naive(&LOG, &events, &matrix, None);
    check_naive(&LOG, &events, &matrix, Some(&weights));
    check_naive(&POISSON, &counts, &matrix, None);
    check_naive(&POISSON, &counts, &matrix, Some(&weights));
}

#[test]
fn one_full_step_gives_each_group_its_own_mean_or_quantile() {
    let group: Vec<f64> = (0..40).map(|it| f64::from(it % 2)).collect();
    // The second group is 500 above the first.
    let targets: Vec<f64> = (0..40).map(|it| f64::from(it * it + it % 2 * 500)).collect();
    let matrix = Matrix::new(vec![("group".into(), group)]).unwrap();
    let fit = |loss| Boosting::new(loss).trees(1).learning_rate(1.0).fit(&matrix, &targets);
    let check = |loss, expected: fn(&[f64]) -> f64| {
        let fitted = fit(loss).unwrap();
        for group in [0.0, 1.0] {
            let odd = group > 0.5;
            let own: Vec<f64> = targets.iter().copied().skip(usize::from(odd)).step_by(2).collect();
            let (got, expected) = (fitted.predict_row(&[group]), expected(&own));
            assert!((got - expected).abs() < 1e-9, "{loss:?}: {got}, expected {expected}");
        }
    };
    check(Loss::Squared, |own| own.iter().sum::<f64>() / own.len() as f64);
    // 20 values each: the median is between the 10th and the 11th, the 0.87 quantile the 18th.
    check(Loss::Absolute, |own| f64::midpoint(own[9], own[10]));
    check(Loss::Quantile(0.87), |own| own[17]);
}

#[test]
fn about_a_share_of_targets_is_below_a_quantile() {
    let (matrix, targets) = table(4_000, 4, SEED);
    for level in [0.1, 0.5, 0.9] {
        let fitted = Boosting::new(Loss::Quantile(level)).fit(&matrix, &targets).unwrap();
        let predicted = fitted.predict(&matrix).unwrap();
        let below = targets.iter().zip(&predicted).filter(|(y, q)| y <= q).count();
        let share = below as f64 / targets.len() as f64;
        assert!((share - level).abs() < 0.04, "level {level}: {share}");
    }
}

#[test]
fn huber_with_a_wide_reach_is_squared_and_with_a_short_one_hardly_feels_an_outlier() {
    let (matrix, mut targets) = table(400, 3, SEED);
    let fit = |loss, targets: &[f64]| {
        let fitted = Boosting::new(loss).trees(200).fit(&matrix, targets).unwrap();
        fitted.predict(&matrix).unwrap()
    };
    // The two start from median and mean, and come together.
    check_close(&fit(Loss::Huber(1e6), &targets), &fit(Loss::Squared, &targets), 0.05);
    let before = fit(Loss::Huber(1.0), &targets);
    targets[7] = 1e6;
    let after = fit(Loss::Huber(1.0), &targets);
    check_close(&after[20..], &before[20..], 0.5);
    let squared = fit(Loss::Squared, &targets);
    assert!(squared.iter().copied().fold(0.0, f64::max) > 1e4);
}

#[test]
fn a_weight_of_two_is_a_row_that_stands_twice_and_of_zero_one_that_is_not_there() {
    let (matrix, targets) = table(300, 3, SEED);
    let weights: Vec<f64> = (0..300).map(|it| f64::from(it % 3)).collect();
    let repeated: Vec<usize> = (0..300).flat_map(|it| vec![it; it % 3]).collect();
    let again: Vec<f64> = repeated.iter().map(|it| targets[*it]).collect();
    let binned = BinnedMatrix::new(&matrix).unwrap();
    let there: Vec<usize> = (0..300).filter(|it| it % 3 > 0).collect();
    let there = matrix.select(&there);
    for loss in [Loss::Squared, Loss::Poisson] {
        let settings = Boosting::new(loss).trees(20).leaves(8).min_leaf_rows(1);
        let weighted = settings.fit_binned(&binned, &targets, Some(&weights)).unwrap();
        let repeated = settings.fit(&matrix.select(&repeated), &again).unwrap();
        let of = |it: &FittedBoosting| it.predict(&there).unwrap();
        check_close(&of(&weighted), &of(&repeated), 1e-6);
    }
}

#[test]
fn predictions_keep_to_a_direction() {
    let (matrix, targets) = table(2_000, 3, SEED);
    let targets: Vec<f64> = targets.iter().map(|it| it.floor()).collect();
    let rows = rows_of(&matrix);
    for loss in [Loss::Squared, Loss::Quantile(0.8), Loss::Poisson, Loss::Huber(1.0)] {
        let fitted = Boosting::new(loss)
            .monotone("x0", Direction::Increasing)
            .monotone("x2", Direction::Decreasing)
            .fit(&matrix, &targets)
            .unwrap();
        for (column, sign) in [(0, 1.0), (2, -1.0)] {
            for row in rows.iter().take(200) {
                let mut row = row.clone();
                let along: Vec<f64> = (0..31)
                    .map(|step| {
                        row[column] = f64::from(step) / 4.0;
                        sign * fitted.score_row(&row)
                    })
                    .collect();
                let falls = along.windows(2).any(|it| it[1] < it[0] - 1e-12);
                assert!(!falls, "{loss:?} along x{column}: {along:?}");
            }
        }
        let free = Boosting::new(loss).fit(&matrix, &targets).unwrap();
        assert_ne!(fitted, free);
    }
}

#[test]
fn trees_stop_where_the_tail_stops_to_gain_and_have_not_seen_it() {
    let (matrix, targets) = table(1_000, 3, SEED);
    let settings = Boosting::new(Loss::Squared).learning_rate(0.2);
    let stopping = EarlyStopping::new().tail_share(0.2).patience(10);
    let stopped = settings.clone().trees(500).early_stopping(stopping);
    let kept = stopped.fit(&matrix, &targets).unwrap();
    assert!((5..400).contains(&kept.trees()), "{} trees", kept.trees());

    let binned = BinnedMatrix::new(&matrix).unwrap();
    let head: Vec<f64> = (0..1_000).map(|it| f64::from(it < 800)).collect();
    let fixed = settings.clone().trees(kept.trees());
    let alone = fixed.fit_binned(&binned, &targets, Some(&head)).unwrap();
    let of = |it: &FittedBoosting| it.predict(&matrix).unwrap();
    check_close(&of(&kept), &of(&alone), 1e-9);

    let tail_loss = |it: &FittedBoosting| {
        let errors = of(it).into_iter().zip(&targets).skip(800);
        errors.map(|(got, y)| (got - y) * (got - y)).sum::<f64>()
    };
    for other in [kept.trees() - 1, kept.trees() + 1, kept.trees() + 5] {
        let other = settings.clone().trees(other).fit_binned(&binned, &targets, Some(&head));
        assert!(tail_loss(&kept) <= tail_loss(&other.unwrap()) + 1e-9);
    }

    let refit = settings.clone().trees(500).early_stopping(stopping.refit(true));
    let all = fixed.fit(&matrix, &targets).unwrap();
    assert_eq!(refit.fit(&matrix, &targets).unwrap(), all);
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let (matrix, targets) = table(20_000, 20, SEED);
    let fit = |threads, seed| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let settings = Boosting::new(Loss::Poisson)
            .trees(8)
            .feature_share(0.8)
            .row_share(0.7)
            .seed(seed)
            .monotone("x1", Direction::Increasing);
        let fitted = pool.install(|| settings.fit(&matrix, &targets)).unwrap();
        serde_json::to_string(&Saved(fitted)).unwrap()
    };
    let one = fit(1, 3);
    assert_eq!(fit(2, 3), one);
    assert_eq!(fit(8, 3), one);
    assert_ne!(fit(1, 4), one);
}

#[test]
fn a_saved_model_comes_back_to_the_last_bit_and_a_damaged_one_is_an_error() {
    let (matrix, targets) = table(500, 3, SEED);
    let fitted = Boosting::new(Loss::Squared).trees(5).leaves(4).fit(&matrix, &targets).unwrap();
    let text = serde_json::to_string(&Saved(fitted.clone())).unwrap();
    let Saved(back): Saved<FittedBoosting> = serde_json::from_str(&text).unwrap();
    assert_eq!(back, fitted);

    let check = |path: &str, value: Value| {
        let mut damaged: Value = serde_json::from_str(&text).unwrap();
        *damaged.pointer_mut(path).expect(path) = value;
        let read = serde_json::from_value::<Saved<FittedBoosting>>(damaged);
        assert!(read.is_err(), "{path}");
    };
    check("/version", 2.into());
    check("/model/loss", serde_json::json!({"Quantile": 1.5}));
    check("/model/baseline", Value::Null);
    check("/model/features", serde_json::json!(["x0"]));
    check("/model/trees/0/splits/0/feature", 3.into());
    check("/model/trees/0/splits/0/children/0", serde_json::json!({"Split": 0}));
    check("/model/trees/0/splits/1/children/0", serde_json::json!({"Leaf": 4}));
    check("/model/trees/0/splits/1/threshold", Value::Null);
    check("/model/trees/0/leaves/0/weight", 0.into());
    check("/model/trees/0/leaves", serde_json::json!([]));
}

fn place(value: &Value) -> Option<usize> {
    value.as_u64().and_then(|it| usize::try_from(it).ok())
}

/// A saved tree, read without the crate's own types.
struct Plain(Value);

impl Plain {
    fn trees(fitted: &impl serde::Serialize) -> Vec<Self> {
        let saved = serde_json::to_value(fitted).unwrap();
        saved["trees"].as_array().unwrap().iter().cloned().map(Self).collect()
    }

    /// The leaf's value, or the sides' with their weights where the feature is not among the known.
    fn value(&self, child: &Value, row: &[f64], known: &dyn Fn(usize) -> bool) -> f64 {
        if let Some(leaf) = place(&child["Leaf"]) {
            return self.0["leaves"][leaf]["value"].as_f64().unwrap();
        }
        let split = &self.0["splits"][place(&child["Split"]).unwrap()];
        let sides = [0, 1].map(|side| &split["children"][side]);
        let feature = place(&split["feature"]).unwrap();
        if known(feature) {
            let left = match row.get(feature) {
                Some(value) if !value.is_nan() => *value <= split["threshold"].as_f64().unwrap(),
                _ => split["nan_left"].as_bool().unwrap(),
            };
            return self.value(sides[usize::from(!left)], row, known);
        }
        let weights = sides.map(|it| self.weight(it));
        let values = sides.map(|it| self.value(it, row, known));
        (weights[0] * values[0] + weights[1] * values[1]) / (weights[0] + weights[1])
    }

    fn weight(&self, child: &Value) -> f64 {
        if let Some(leaf) = place(&child["Leaf"]) {
            return self.0["leaves"][leaf]["weight"].as_f64().unwrap();
        }
        let split = place(&child["Split"]).unwrap();
        let sides = [0, 1].map(|side| &self.0["splits"][split]["children"][side]);
        sides.iter().map(|it| self.weight(it)).sum()
    }

    fn root(&self) -> Value {
        let any = !self.0["splits"].as_array().unwrap().is_empty();
        if any { serde_json::json!({"Split": 0}) } else { serde_json::json!({"Leaf": 0}) }
    }
}

/// Shapley values by going through all subsets of features.
fn shapley(trees: &[Plain], row: &[f64], features: usize) -> Vec<f64> {
    let worth = |set: usize| -> f64 {
        let known = |feature: usize| set >> feature & 1 == 1;
        trees.iter().map(|it| it.value(&it.root(), row, &known)).sum()
    };
    let worths: Vec<f64> = (0..1 << features).map(worth).collect();
    let factorial = |n: usize| (1..=n).map(|it| it as f64).product::<f64>();
    let part = |feature: usize| {
        let without = (0..1_usize << features).filter(|set| set >> feature & 1 == 0);
        without
            .map(|set| {
                let size = set.count_ones() as usize;
                let share = factorial(size) * factorial(features - size - 1) / factorial(features);
                share * (worths[set | 1 << feature] - worths[set])
            })
            .sum()
    };
    (0..features).map(part).collect()
}

#[test]
fn explanations_are_the_shapley_values_of_all_subsets() {
    let (matrix, targets) = table(600, 6, SEED);
    for (loss, weights) in [(Loss::Squared, false), (Loss::Poisson, true)] {
        let weights: Option<Vec<f64>> =
            weights.then(|| (0..600).map(|it| 1.0 + f64::from(it % 4)).collect());
        let fitted = Boosting::new(loss)
            .trees(5)
            .leaves(20)
            .min_leaf_rows(3)
            .fit_binned(&BinnedMatrix::new(&matrix).unwrap(), &targets, weights.as_deref())
            .unwrap();
        let trees = Plain::trees(&fitted);
        for row in rows_of(&matrix).iter().take(25) {
            let explanation = fitted.explain_row(row);
            check_close(&explanation.parts, &shapley(&trees, row, 6), 1e-12);
            assert!((explanation.score() - fitted.score_row(row)).abs() < 1e-9);
        }
    }
}

#[test]
fn rows_are_asked_as_the_saved_trees_say() {
    for (columns, trees) in [(3, 40), (30, 25), (100, 30), (300, 30)] {
        let (matrix, targets) = table(600, columns, SEED);
        let settings =
            Boosting::new(Loss::Squared).trees(trees).min_leaf_rows(2).feature_share(0.5);
        let fitted = settings.fit(&matrix, &targets).unwrap();
        let plain = Plain::trees(&fitted);
        let saved = serde_json::to_value(&fitted).unwrap();
        let baseline = saved["baseline"].as_f64().unwrap();
        let mut rows = rows_of(&matrix);
        rows.truncate(20);
        rows.extend([vec![], vec![1.0], vec![f64::NAN; 400], vec![3.25; 400]]);
        for row in &rows {
            let sum: f64 = plain.iter().map(|it| it.value(&it.root(), row, &|_| true)).sum();
            let expected = baseline + sum;
            assert!((fitted.predict_row(row) - expected).abs() < 1e-9, "{columns} columns");
        }
        let all = fitted.predict(&matrix).unwrap();
        let last = rows_of(&matrix).pop().unwrap();
        assert_eq!(all.last(), Some(&fitted.predict_row(&last)));
    }
}

#[test]
fn columns_that_tell_nothing_apart_give_a_constant() {
    let columns = [("same", 4.0), ("missing", f64::NAN)];
    let columns = columns.map(|(name, value)| (name.to_owned(), vec![value; 30]));
    let matrix = Matrix::new(columns.to_vec()).unwrap();
    let targets: Vec<f64> = (0..30).map(f64::from).collect();
    let fitted = Boosting::new(Loss::Squared).fit(&matrix, &targets).unwrap();
    assert_eq!(fitted.trees(), 0);
    check_close(&fitted.predict(&matrix).unwrap(), &[14.5; 30], 1e-12);
    let never = Boosting::new(Loss::Poisson).fit(&matrix, &[0.0; 30]).unwrap();
    let always = Boosting::new(Loss::Log).fit(&matrix, &[1.0; 30]).unwrap();
    check_close(
        &[never.predict_row(&[]), always.predict_row(&[])],
        &[0.5 / 31.0, 30.5 / 31.0],
        1e-12,
    );
}

#[test]
fn missing_values_alone_tell_rows_apart() {
    let values = (0..100).map(|it| if it % 2 == 0 { 5.0 } else { f64::NAN }).collect();
    let matrix = Matrix::new(vec![("answered_before".into(), values)]).unwrap();
    let targets: Vec<f64> = (0..100).map(|it| f64::from(it % 2)).collect();
    let fitted = Boosting::new(Loss::Squared).learning_rate(1.0).fit(&matrix, &targets).unwrap();
    check_close(&[fitted.predict_row(&[5.0]), fitted.predict_row(&[])], &[0.0, 1.0], 1e-9);
}

#[test]
fn what_cannot_be_fitted_is_an_error_that_says_why() {
    let (matrix, targets) = table(30, 2, SEED);
    let binned = BinnedMatrix::new(&matrix).unwrap();
    let fit = |settings: Boosting, targets: &[f64], weights: Option<&[f64]>| {
        settings.fit_binned(&binned, targets, weights).unwrap_err().to_string()
    };
    let with = |value: f64| {
        let mut targets = vec![0.5; 30];
        targets[3] = value;
        targets
    };
    let squared = || Boosting::new(Loss::Squared);
    let range = "a number from -1e100 to 1e100";
    let texts: BTreeMap<String, String> = [
        (
            fit(squared(), &with(f64::NAN), None),
            format!("target of row 3 is NaN, expected {range}"),
        ),
        (
            fit(squared(), &with(f64::INFINITY), None),
            format!("target of row 3 is inf, expected {range}"),
        ),
        (
            fit(Boosting::new(Loss::Log), &with(1.5), None),
            "target of row 3 is 1.5, expected a number from 0 to 1".to_owned(),
        ),
        (
            fit(Boosting::new(Loss::Poisson), &with(-1.0), None),
            "target of row 3 is -1, expected a number from 0 to 1e100".to_owned(),
        ),
        (
            fit(squared(), &targets, Some(&with(-2.0))),
            "weight of row 3 is -2, expected a finite number of at least 0".to_owned(),
        ),
        (fit(squared(), &targets, Some(&[0.0; 30])), "need at least 1 rows, got 0".to_owned()),
        (fit(squared(), &targets[1..], None), "29 targets stand against 30".to_owned()),
        (fit(squared(), &targets, Some(&[1.0])), "1 weights stand against 30".to_owned()),
        (
            fit(squared().learning_rate(0.0), &targets, None),
            "learning_rate is 0, expected a number above 0 and at most 1".to_owned(),
        ),
        (
            fit(squared().leaves(1), &targets, None),
            "leaves is 1, expected a number from 2 to 65,536".to_owned(),
        ),
        (
            fit(Boosting::new(Loss::Quantile(1.0)), &targets, None),
            "quantile is 1, expected a number between 0 and 1, both excluded".to_owned(),
        ),
        (
            fit(squared().monotone("x9", Direction::Increasing), &targets, None),
            "no column \"x9\"".to_owned(),
        ),
    ]
    .into();
    for (got, expected) in texts {
        assert_eq!(got, expected);
    }
    let empty = Matrix::new(vec![("a".into(), vec![])]).unwrap();
    assert_eq!(BinnedMatrix::new(&empty), Err(Error::TooFewRows { got: 0, needed: 1 }));
}
