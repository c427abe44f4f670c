//! The neural net: what it learns, what its parts add up to, and that it does the same every time.

use ringback_learn::{
    Activation, Error, FittedNet, Logistic, Loss, Matrix, Model, Net, Ridge, Saved, ValueScores,
};

use crate::drawn::{Draws, check_parts, matrix, sigmoid};

/// Two features on −2 to 2, and a bent surface over them.
fn surface(rows: usize, seed: u64) -> (Matrix, Vec<f64>) {
    let mut draws = Draws::new(seed);
    let mut column = || -> Vec<f64> { (0..rows).map(|_| 4.0 * draws.unit() - 2.0).collect() };
    let (a, b) = (column(), column());
    let height = a.iter().zip(&b).map(|(a, b)| 100.0 + 20.0 * (1.5 * a).sin() + 5.0 * a * b);
    let heights = height.collect();
    (matrix(&[("a", a), ("b", b)]), heights)
}

fn rmse(model: &dyn Model, columns: &Matrix, targets: &[f64]) -> f64 {
    ValueScores::new(&model.predict(columns).unwrap(), targets).unwrap().rmse()
}

/// The surface's deviation is about 15; a plane leaves most of it, a net a tenth.
#[test]
fn a_bent_surface_is_learned_by_one_and_by_two_layers_of_either_kind() {
    let ((columns, targets), (new_columns, new_targets)) = (surface(3_000, 1), surface(500, 2));
    let plane = Ridge::new().fit(&columns, &targets).unwrap();
    let plane_rmse = rmse(&plane, &new_columns, &new_targets);
    for (activation, hidden) in [
        (Activation::Tanh, vec![16]),
        (Activation::Tanh, vec![12, 8]),
        (Activation::Relu, vec![32]),
        (Activation::Relu, vec![16, 16]),
    ] {
        let net = Net::new(Loss::Squared).hidden(&hidden).activation(activation).seed(4);
        let model = net.fit(&columns, &targets).unwrap();
        let net_rmse = rmse(&model, &new_columns, &new_targets);
        assert!(net_rmse < plane_rmse / 6.0, "{activation:?} {hidden:?}: {net_rmse} {plane_rmse}");
        check_parts(&model, &new_columns, |score| score);
    }
}

/// An exclusive or, which log-odds linear in its features cannot follow.
#[test]
fn log_loss_gives_probabilities() {
    let mut draws = Draws::new(5);
    let mut column = || -> Vec<f64> { (0..4_000).map(|_| 4.0 * draws.unit() - 2.0).collect() };
    let (a, b) = (column(), column());
    let truth: Vec<f64> = a.iter().zip(&b).map(|(a, b)| sigmoid(2.0 * a * b)).collect();
    let outcomes: Vec<f64> = truth.iter().map(|it| draws.event(*it)).collect();
    let columns = matrix(&[("a", a), ("b", b)]);
    let off = |model: &dyn Model| {
        ValueScores::new(&model.predict(&columns).unwrap(), &truth).unwrap().mae()
    };
    let net = Net::new(Loss::Log).hidden(&[8]).seed(1).fit(&columns, &outcomes).unwrap();
    let logistic = Logistic::new().fit(&columns, &outcomes).unwrap();
    assert!(off(&net) < 0.06 && off(&logistic) > 0.25, "{} {}", off(&net), off(&logistic));
    check_parts(&net, &columns, sigmoid);
}

#[test]
fn poisson_loss_gives_rates_and_pinball_loss_quantiles() {
    let mut draws = Draws::new(6);
    let x: Vec<f64> = (0..4_000).map(|_| 2.0 * draws.unit() - 1.0).collect();
    // A Poisson count by Knuth's product of uniform numbers.
    let mut count = |rate: f64| {
        let (mut count, mut left) = (0.0, draws.unit());
        while left > (-rate).exp() {
            left *= draws.unit();
            count += 1.0;
        }
        count
    };
    let rate = |x: f64| 8.0 * (-3.0 * x * x).exp() + 0.5;
    let counts: Vec<f64> = x.iter().map(|it| count(rate(*it))).collect();
    let columns = matrix(&[("x", x.clone())]);
    let model = Net::new(Loss::Poisson).hidden(&[8]).seed(2).fit(&columns, &counts).unwrap();
    for at in [-0.9, -0.5, 0.0, 0.4, 0.9] {
        let (got, expected) = (model.predict_row(&[at]), rate(at));
        assert!((got / expected - 1.0).abs() < 0.2, "{at}: {got}, expected {expected}");
    }
    check_parts(&model, &columns, f64::exp);
    let model = Net::new(Loss::Quantile(0.8)).hidden(&[8]).seed(2).fit(&columns, &counts).unwrap();
    let below = x.iter().zip(&counts).filter(|(x, count)| **count <= model.predict_row(&[**x]));
    let share = below.count() as f64 / 4_000.0;
    assert!((share - 0.8).abs() < 0.04, "{share}");
}

/// The integral of the gradient along the line from the mean row, in 2,000 steps by the midpoint rule with central differences.
#[test]
fn with_one_hidden_layer_parts_are_integrated_gradients() {
    let (columns, targets) = surface(400, 3);
    let model = Net::new(Loss::Squared).hidden(&[6]).epochs(30).fit(&columns, &targets).unwrap();
    let mean = |place: usize| columns.column(place).unwrap()[..360].iter().sum::<f64>() / 360.0;
    let (from, to) = ([mean(0), mean(1)], [1.7, -1.1]);
    let explained = model.explain_row(&to);
    assert!((explained.baseline - model.predict_row(&from)).abs() < 1e-9);
    for place in 0..2 {
        let steps = 2_000;
        let mut integral = 0.0;
        for step in 0..steps {
            let share = (f64::from(step) + 0.5) / f64::from(steps);
            let at: [f64; 2] = std::array::from_fn(|it| from[it] + share * (to[it] - from[it]));
            let moved = |by: f64| {
                let mut at = at;
                at[place] += by;
                model.predict_row(&at)
            };
            integral += (moved(1e-5) - moved(-1e-5)) / 2e-5 / f64::from(steps);
        }
        let expected = integral * (to[place] - from[place]);
        let got = explained.parts[place];
        assert!((got - expected).abs() < 1e-5 * (1.0 + got.abs()), "{got}, expected {expected}");
    }
}

/// The wait is 100 s where the queue length is not known and 10 s a caller where it is.
#[test]
fn that_a_value_is_missing_can_matter() {
    let known = |row: usize| !row.is_multiple_of(3);
    let length = |row: usize| (row * 7 % 10) as f64;
    let ahead = (0..900).map(|row| if known(row) { length(row) } else { f64::NAN }).collect();
    let waits: Vec<f64> =
        (0..900).map(|row| if known(row) { 10.0 * length(row) } else { 100.0 }).collect();
    let columns = matrix(&[("ahead", ahead)]);
    let model = Net::new(Loss::Squared).hidden(&[8]).seed(3).fit(&columns, &waits).unwrap();
    assert!((model.predict_row(&[f64::NAN]) - 100.0).abs() < 5.0);
    assert!((model.predict_row(&[]) - 100.0).abs() < 5.0);
    assert!((model.predict_row(&[4.0]) - 40.0).abs() < 5.0);
    check_parts(&model, &columns, |score| score);
}

/// Targets of pure noise: early stopping stays near the mean, all epochs learn the noise by heart.
#[test]
fn the_last_rows_stop_it_before_it_learns_noise() {
    let mut draws = Draws::new(9);
    let mut column = |rows: usize| -> Vec<f64> { (0..rows).map(|_| draws.normal()).collect() };
    let columns = matrix(&[("a", column(150)), ("b", column(150)), ("c", column(150))]);
    let new = matrix(&[("a", column(2_000)), ("b", column(2_000)), ("c", column(2_000))]);
    let (noise, new_noise) = (column(150), column(2_000));
    let net = Net::new(Loss::Squared).hidden(&[32, 32]).learning_rate(0.02).l2(0.0).epochs(400);
    let stopped = net.fit(&columns, &noise).unwrap();
    let all = net.clone().tail_share(0.0).fit(&columns, &noise).unwrap();
    assert!(rmse(&all, &columns, &noise) < 0.5);
    let (stopped, all) = (rmse(&stopped, &new, &new_noise), rmse(&all, &new, &new_noise));
    assert!(stopped < 1.15 && all > 1.4, "{stopped} {all}");
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_1_2_and_8_threads() {
    let (columns, targets) = surface(600, 8);
    let fit = |seed: u64| {
        let net = Net::new(Loss::Squared).hidden(&[8, 4]).epochs(10).seed(seed);
        serde_json::to_string(&net.fit(&columns, &targets).unwrap()).unwrap()
    };
    let events: Vec<f64> = targets.iter().map(|it| f64::from(u8::from(*it > 100.0))).collect();
    let linear = || {
        let ridge = Ridge::new().fit(&columns, &targets).unwrap();
        let logistic = Logistic::new().fit(&columns, &events).unwrap();
        (serde_json::to_string(&ridge).unwrap(), serde_json::to_string(&logistic).unwrap())
    };
    let (alone, alone_linear) = (fit(1), linear());
    for threads in [1, 2, 8] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert!(pool.install(|| fit(1)) == alone, "{threads} threads");
        assert!(pool.install(linear) == alone_linear, "{threads} threads");
    }
    assert!(fit(2) != alone);
}

#[test]
fn weights_pull_towards_their_rows() {
    let columns = matrix(&[("x", vec![1.0; 200])]);
    let targets: Vec<f64> = (0..200).map(|row| f64::from(row % 2)).collect();
    let weights: Vec<f64> = (0..200).map(|row| if row % 2 == 0 { 1.0 } else { 3.0 }).collect();
    let net = Net::new(Loss::Squared).hidden(&[2]);
    let model = net.fit_weighted(&columns, &targets, &weights).unwrap();
    assert!((model.predict_row(&[1.0]) - 0.75).abs() < 0.02);
}

#[test]
fn targets_that_are_all_the_same_give_a_constant() {
    let columns = matrix(&[("x", (0..50).map(f64::from).collect())]);
    let model = Net::new(Loss::Squared).fit(&columns, &[7.0; 50]).unwrap();
    assert!((model.predict_row(&[3.0]) - 7.0).abs() < 1e-15);
    let model = Net::new(Loss::Log).fit(&columns, &[0.0; 50]).unwrap();
    assert!((0.0..0.02).contains(&model.predict_row(&[3.0])));
}

#[test]
fn what_cannot_be_fitted_is_an_error() {
    let columns = matrix(&[("x", vec![1.0, 2.0, 3.0])]);
    let check = |net: Net, expected: &str| {
        let error = net.fit(&columns, &[1.0, 2.0, 3.0]).unwrap_err();
        assert_eq!(error.to_string(), expected);
    };
    let new = || Net::new(Loss::Squared);
    check(new().hidden(&[]), "hidden layers is 0, expected 1 or 2");
    check(new().hidden(&[257]), "hidden units is 257, expected a number from 1 to 256");
    check(new().learning_rate(0.0), "learning_rate is 0, expected a number above 0 and at most 1");
    check(new().l2(-1.0), "l2 is -1, expected a finite number of at least 0");
    check(new().tail_share(1.0), "tail_share is 1, expected a number from 0 to below 1");
    check(new().batch_rows(0), "batch_rows is 0, expected at least 1");
    check(new().epochs(0), "epochs is 0, expected at least 1");
    check(new().patience(0), "patience is 0, expected at least 1");
    check(
        Net::new(Loss::Quantile(2.0)),
        "quantile is 2, expected a number between 0 and 1, both excluded",
    );
    let error = Net::new(Loss::Poisson).fit(&columns, &[1.0, -1.0, 0.0]).unwrap_err();
    assert_eq!(error.to_string(), "target of row 1 is -1, expected a number from 0 to 1e100");
    let one = matrix(&[("x", vec![1.0])]);
    assert_eq!(new().fit(&one, &[1.0]).unwrap_err(), Error::TooFewRows { got: 1, needed: 2 });
}

#[test]
fn a_saved_net_gives_the_same_bits_and_a_damaged_one_is_refused() {
    let (columns, targets) = surface(200, 9);
    let model = Net::new(Loss::Huber(3.0)).epochs(3).fit(&columns, &targets).unwrap();
    let text = serde_json::to_string(&Saved(model.clone())).unwrap();
    let Saved(loaded): Saved<FittedNet> = serde_json::from_str(&text).unwrap();
    assert_eq!(loaded, model);
    let damaged = text.replacen("\"biases\":[", "\"biases\":[0.0,", 1);
    let error = serde_json::from_str::<Saved<FittedNet>>(&damaged).unwrap_err().to_string();
    assert!(error.contains("the net's layers do not fit together"), "{error}");
    let damaged = text.replacen("\"flagged\":[", "\"flagged\":[9", 1);
    let error = serde_json::from_str::<Saved<FittedNet>>(&damaged).unwrap_err().to_string();
    assert!(error.contains("the net's inputs do not fit its features"), "{error}");
}
