//! Fits a boosted model to a table and writes what it predicts: one side of a side-by-side timing.
//!
//! `fit_boosting TABLE PREDICTIONS loss=log [trees=100] [learning_rate=0.1] [leaves=31] [min_leaf_rows=20] [l2=0]
//! [feature_share=1] [row_share=1] [seed=0] [runs=1]`
//!
//! The table's columns are the features, then `train` (1 for rows to fit to, 0 for others), then `target`. The loss is
//! `squared`, `log`, `poisson`, `absolute` or a quantile such as `0.95`. Prints CPU seconds, the median of the runs: of binning
//! and fitting, of predicting all rows as one matrix, and of predicting one row.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Instant;
use std::{fs, io};

use ringback::learn::{BinnedMatrix, Boosting, FittedBoosting, Loss, Matrix, Model as _};

type Failure = Box<dyn std::error::Error>;

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for a script")]
fn main() -> ExitCode {
    match run() {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

struct Table {
    matrix: Matrix,
    train: Vec<usize>,
    targets: Vec<f64>,
}

fn run() -> Result<String, Failure> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [table, predictions, settings @ ..] = &args[..] else {
        return Err("expected TABLE PREDICTIONS SETTING=VALUE...".into());
    };
    let (boosting, runs) = read_settings(settings)?;
    let table = read_table(table)?;
    let train = table.matrix.select(&table.train);
    let targets: Vec<f64> = table.train.iter().map(|it| table.targets[*it]).collect();

    let mut fit_secs = Vec::new();
    let mut fitted = None;
    for _ in 0..runs {
        let before = cpu_secs();
        let binned = BinnedMatrix::new(&train)?;
        fitted = Some(boosting.fit_binned(&binned, &targets, None)?);
        fit_secs.push(cpu_secs() - before);
    }
    let fitted = fitted.ok_or("expected at least one run")?;

    let before = cpu_secs();
    let predicted = fitted.predict(&table.matrix)?;
    let predict_secs = cpu_secs() - before;
    let row_secs = row_secs(&fitted, &table.matrix);

    let mut out = io::BufWriter::new(fs::File::create(predictions)?);
    for value in predicted {
        writeln!(out, "{value}")?;
    }
    out.flush()?;
    let (fit_secs, trees) = (median(fit_secs), fitted.trees());
    Ok(format!(
        "fit_secs {fit_secs:.4} predict_secs {predict_secs:.4} row_micros {:.3} trees {trees}",
        row_secs * 1e6
    ))
}

/// CPU seconds of predicting one row, the mean over up to 20,000 of them.
fn row_secs(fitted: &FittedBoosting, matrix: &Matrix) -> f64 {
    let rows: Vec<Vec<f64>> = (0..matrix.rows().min(20_000))
        .map(|at| {
            let mut row = vec![f64::NAN; matrix.columns()];
            matrix.copy_row(at, &mut row);
            row
        })
        .collect();
    let before = cpu_secs();
    let sum: f64 = rows.iter().map(|row| fitted.predict_row(row)).sum();
    let secs = cpu_secs() - before;
    std::hint::black_box(sum);
    secs / rows.len() as f64
}

fn read_settings(settings: &[String]) -> Result<(Boosting, usize), Failure> {
    let (mut boosting, mut runs) = (Boosting::new(Loss::Squared), 1);
    for setting in settings {
        let (name, value) = setting.split_once('=').ok_or("expected SETTING=VALUE")?;
        // The loss stands first, as the others are settings of what it makes.
        boosting = match name {
            "loss" => Boosting::new(read_loss(value)?),
            "trees" => boosting.trees(value.parse()?),
            "learning_rate" => boosting.learning_rate(value.parse()?),
            "leaves" => boosting.leaves(value.parse()?),
            "min_leaf_rows" => boosting.min_leaf_rows(value.parse()?),
            "l2" => boosting.l2(value.parse()?),
            "feature_share" => boosting.feature_share(value.parse()?),
            "row_share" => boosting.row_share(value.parse()?),
            "seed" => boosting.seed(value.parse()?),
            "runs" => {
                runs = value.parse()?;
                boosting
            }
            _ => return Err(format!("no setting {name:?}").into()),
        };
    }
    Ok((boosting, runs))
}

fn read_loss(text: &str) -> Result<Loss, Failure> {
    Ok(match text {
        "squared" => Loss::Squared,
        "log" => Loss::Log,
        "poisson" => Loss::Poisson,
        "absolute" => Loss::Absolute,
        level => Loss::Quantile(level.parse()?),
    })
}

fn read_table(path: &str) -> Result<Table, Failure> {
    let text = fs::read_to_string(path)?;
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().ok_or("expected a header")?.split(',').collect();
    let mut columns = vec![Vec::new(); names.len()];
    for line in lines {
        for (column, field) in columns.iter_mut().zip(line.split(',')) {
            column.push(if field.is_empty() { f64::NAN } else { field.parse()? });
        }
    }
    let targets = columns.pop().ok_or("expected a column of targets")?;
    let train = columns.pop().ok_or("expected a column of training rows")?;
    let train = (0..train.len()).filter(|it| train[*it] > 0.5).collect();
    let named = names.iter().map(|it| (*it).to_owned()).zip(columns);
    Ok(Table { matrix: Matrix::new(named.collect())?, train, targets })
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// CPU seconds of all threads of this process; where the system does not tell, seconds by the wall's clock.
fn cpu_secs() -> f64 {
    thread_local! {
        static START: Instant = Instant::now();
    }
    let tasks = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let nanos: Vec<f64> = tasks
        .filter_map(|it| fs::read_to_string(it.path().join("schedstat")).ok())
        .filter_map(|it| it.split(' ').next()?.parse().ok())
        .collect();
    if nanos.is_empty() {
        return START.with(|it| it.elapsed().as_secs_f64());
    }
    nanos.iter().sum::<f64>() / 1e9
}
