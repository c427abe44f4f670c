//! When customers are reached: a probability for each attempt after a time, and how good such probabilities are.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use clap::{ArgGroup, Parser, ValueEnum};
use flate2::read::MultiGzDecoder;
use ringback::calllog::{Pseudonymizer, RejectedRow, Zone};
use ringback::learn::EventScores;
use ringback::reach::{
    AttemptLog, AttemptTable, Backtest, BaselineKind, ContactKpis, FittedReach, ModelChoice,
    ReachBacktest, ReachLearning, ReachModel, TimeEffect, TimeEffectTest,
};
use ringback_examples::{
    CsvFile, Failure, LogFolder, Moment, Reporting, Step, pseudonym_key, run, write_json,
};
use serde_json::{Value, json};

/// What stands below the flags in `--help`.
const EXAMPLES: &str = r#"Examples, on the shipped made-up attempts, and on a folder "log" that ingest has written:

  reach --attempts fixtures/contact_attempts/simulated_1.csv.gz \
      --train-until 2024-05-15T00:00:00Z --out reach.csv
  reach --calls log --train-until 2026-05-05 --out reach.csv"#;

/// Tells for each attempt to reach a customer how probable it was that a person would answer, from what was known before.
///
/// Learns from the attempts before a time, then walks through those after it: each is told a probability before its outcome is
/// seen. Writes a row for each, and scores.json beside it with the scores against the rate of all attempts, of the hour of the
/// week, and of segment and time of the week; whether the time of an attempt matters at all in this log; and how many attempts
/// a contact takes.
#[derive(Parser)]
#[command(version, after_long_help = EXAMPLES)]
#[command(group(ArgGroup::new("input").required(true).args(["attempts", "calls"])))]
struct Flags {
    /// Attempts as CSV (or .gz): `customer`, `attempted_at` (RFC 3339, or seconds since 1970), `reached` (0 or 1), perhaps
    /// `outcome`, `time_zone`, `segment`, `kind`, `ring_secs`, `propensity`; every other column of numbers is a feature, but for
    /// those whose names begin with `true_`.
    #[arg(long, value_name = "FILE.csv")]
    attempts: Option<PathBuf>,
    /// A folder that ingest has written: its outbound calls are the attempts, its inbound calls tell when customers were free to
    /// talk.
    #[arg(long, value_name = "DIR")]
    calls: Option<PathBuf>,
    /// The end of the training: RFC 3339, or a date or date and time in the log's zone.
    #[arg(long, value_name = "TIME")]
    train_until: Moment,
    /// What learns; auto takes the one that foretells the last part of the training best.
    #[arg(long, default_value = "auto")]
    model: Model,
    /// The zone of customers without one of their own; UTC for --attempts and the log's own for --calls if left out.
    #[arg(long, value_name = "IANA")]
    time_zone: Option<Zone>,
    /// Columns of --attempts that are no features, such as what was not known when the customer was called.
    #[arg(long, value_name = "COL", requires = "attempts")]
    ignore: Vec<String>,
    /// The key of the pseudonyms of --attempts; without it the user's own, made on first use.
    #[arg(long, value_name = "FILE", requires = "attempts")]
    key_file: Option<PathBuf>,
    /// Whose customers these are.
    #[arg(long, default_value = "default", requires = "attempts")]
    tenant: String,
    /// The file to write; scores.json is written beside it.
    #[arg(long, value_name = "FILE.csv")]
    out: PathBuf,
    #[command(flatten)]
    reporting: Reporting,
}

#[derive(Clone, Copy, ValueEnum)]
enum Model {
    Auto,
    /// The rate table: segment and time of the week, moved by the customer's own history.
    Rate,
    Logistic,
    Tree,
    Forest,
    Boosting,
    Net,
}

/// The attempts, and what was not usable.
struct Input {
    log: AttemptLog,
    /// The row of each attempt in its source, from 0, the header not counted.
    rows: Vec<u64>,
    rejected: Vec<RejectedRow>,
    notes: Vec<String>,
}

/// What becomes of the work.
struct Answer {
    model: FittedReach,
    backtest: Backtest,
    time_effect: TimeEffect,
    contact: ContactKpis,
}

/// Attempts further apart than this are not one effort to reach somebody.
const PAUSE_DAYS: i64 = 14;

fn main() -> ExitCode {
    let flags = Flags::parse();
    run(|| reach(&flags))
}

fn reach(flags: &Flags) -> Result<(), Failure> {
    let reading = Step::new(flags.reporting.quiet, "reading the attempts");
    let input = read(flags)?;
    drop(reading);
    let train_until = flags.train_until.in_zone(input.log.zone());
    let answer = work(flags, &input, train_until)?;
    let mut file = CsvFile::create(&flags.out, ["row", "probability"])?;
    for it in &answer.backtest.rows {
        let Some(row) = input.rows.get(it.attempt) else { continue };
        file.row([row.to_string(), it.probability.to_string()])?;
    }
    file.finish()?;
    let scores = scores(&input, &answer, train_until)?;
    write_json(&flags.out.with_file_name("scores.json"), &scores)?;
    print(flags, &input, &answer, &scores)
}

fn read(flags: &Flags) -> Result<Input, Failure> {
    match (&flags.attempts, &flags.calls) {
        (Some(path), _) => read_table(flags, path),
        (None, Some(folder)) => read_calls(flags, folder),
        (None, None) => Err(Failure::new("expected --attempts or --calls")),
    }
}

fn read_table(flags: &Flags, path: &Path) -> Result<Input, Failure> {
    let pseudonymizer =
        Pseudonymizer::new(&pseudonym_key(flags.key_file.as_deref())?, &flags.tenant);
    let file = BufReader::new(File::open(path).map_err(|it| Failure::at(path, &it))?);
    let is_packed = path.extension().is_some_and(|it| it.eq_ignore_ascii_case("gz"));
    let file: Box<dyn Read> =
        if is_packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
    let mut table = AttemptTable::new(flags.time_zone.unwrap_or(Zone::UTC));
    for column in &flags.ignore {
        table = table.ignore(column);
    }
    let read = table.read(&path.display().to_string(), file, &pseudonymizer)?;
    let notes = read.notes.iter().map(ToString::to_string).collect();
    let rows = read.rows.iter().map(|it| it - 1).collect();
    Ok(Input { log: read.log, rows, rejected: read.rejected, notes })
}

fn read_calls(flags: &Flags, folder: &Path) -> Result<Input, Failure> {
    let read = LogFolder::read(folder)?;
    let zone = flags.time_zone.unwrap_or(read.log.observed.zone);
    let of_calls = AttemptLog::from_calls(&read.log.calls, zone)?;
    let counts = of_calls.counts;
    let notes = vec![format!(
        "of {} calls, {} outbound, {} inbound, {} without a customer, {} within the center or of unknown direction",
        counts.calls,
        counts.outbound,
        counts.inbound,
        counts.without_customer,
        counts.other_direction
    )];
    if of_calls.log.attempts().is_empty() {
        return Err(Failure::new(format!(
            "{}: no outbound calls to a known customer, expected some; {}",
            folder.display(),
            notes.join("")
        )));
    }
    let rows = (0..).take(of_calls.log.attempts().len()).collect();
    Ok(Input { log: of_calls.log, rows, rejected: Vec::new(), notes })
}

fn work(flags: &Flags, input: &Input, train_until: DateTime<Utc>) -> Result<Answer, Failure> {
    let log = &input.log;
    let choice = match flags.model {
        Model::Auto => ModelChoice::Auto,
        Model::Rate => ModelChoice::Rate,
        Model::Logistic => ModelChoice::Logistic,
        Model::Tree => ModelChoice::Tree,
        Model::Forest => ModelChoice::Forest,
        Model::Boosting => ModelChoice::Boosting,
        Model::Net => ModelChoice::Net,
    };
    let failed = |error: ringback::reach::Error| {
        let span = match (log.attempts().first(), log.attempts().last()) {
            (Some(first), Some(last)) => format!(
                "the attempts are from {} to {}",
                instant(first.attempted_at),
                instant(last.attempted_at)
            ),
            _ => "there are no attempts".to_owned(),
        };
        Failure::new(format!("training until {}: {error}; {span}", instant(train_until)))
    };
    let backtest = ReachBacktest::new(train_until);
    let learning = Step::new(flags.reporting.quiet, "learning");
    let training = backtest.training(log);
    let mut model = ReachLearning::new().model(choice).fit(&training).map_err(failed)?;
    drop(learning);
    let testing = Step::new(flags.reporting.quiet, "asking for what came");
    let backtest = backtest.walk(log, &mut model).map_err(failed)?;
    drop(testing);
    let _looking = Step::new(flags.reporting.quiet, "looking for an effect of time");
    let time_effect = TimeEffectTest::new().run(log)?;
    let contact = ContactKpis::of(log, TimeDelta::days(PAUSE_DAYS));
    Ok(Answer { model, backtest, time_effect, contact })
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// Log loss, Brier score, AUC and calibration error of the model and of the baselines, on the same attempts.
fn scores(input: &Input, answer: &Answer, train_until: DateTime<Utc>) -> Result<Value, Failure> {
    let told: Vec<_> =
        answer.backtest.rows.iter().filter_map(|it| Some((it, it.is_reached?))).collect();
    let outcomes: Vec<f64> = told.iter().map(|it| f64::from(u8::from(it.1))).collect();
    let score = |probabilities: Vec<f64>| -> Result<Value, Failure> {
        let scores = EventScores::new(&probabilities, &outcomes)?;
        let calibration = scores.calibration_error(15)?;
        Ok(json!({
            "log_loss": scores.log_loss(),
            "brier": scores.brier(),
            "auc": scores.auc(),
            "ece": calibration.error,
            "ece_noise_floor": calibration.noise_floor,
        }))
    };
    let mut baselines = BTreeMap::new();
    for (place, kind) in BaselineKind::ALL.iter().enumerate() {
        let of = |it: &(&ringback::reach::BacktestRow, bool)| it.0.baselines[place];
        baselines.insert(kind.as_str(), score(told.iter().map(of).collect())?);
    }
    Ok(json!({
        "train_until": instant(train_until),
        "attempts": input.log.attempts().len(),
        "rejected": input.rejected.len(),
        "tested": answer.backtest.rows.len(),
        "tested_with_outcome": told.len(),
        "model_name": answer.model.name(),
        "model": score(told.iter().map(|it| it.0.probability).collect())?,
        "baselines": baselines,
        "evaluation": answer.backtest.evaluation,
        "chosen_among": answer.model.trials(),
        "time_effect": answer.time_effect,
        "time_effect_shown": answer.time_effect.is_shown(),
        "contact": answer.contact,
        "notes": notes(input, answer),
    }))
}

fn notes(input: &Input, answer: &Answer) -> Vec<String> {
    let rejected = input.rejected.iter().take(20).map(ToString::to_string);
    input
        .notes
        .iter()
        .cloned()
        .chain(answer.model.notes().iter().cloned())
        .chain(rejected)
        .collect()
}

#[expect(clippy::print_stdout, reason = "the program's answer")]
fn print(flags: &Flags, input: &Input, answer: &Answer, scores: &Value) -> Result<(), Failure> {
    if flags.reporting.json {
        println!("{}", serde_json::to_string(scores)?);
        return Ok(());
    }
    println!(
        "{} attempts, {} rejected, {} after the training; model: {}",
        input.log.attempts().len(),
        input.rejected.len(),
        answer.backtest.rows.len(),
        answer.model.name()
    );
    println!("{:<26}{:>10}{:>10}{:>10}{:>10}", "", "log loss", "Brier", "AUC", "ECE");
    let line = |name: &str, it: &Value| {
        let number =
            |key: &str| it[key].as_f64().map_or_else(|| "-".to_owned(), |it| format!("{it:.4}"));
        let (loss, brier) = (number("log_loss"), number("brier"));
        println!("{name:<26}{loss:>10}{brier:>10}{:>10}{:>10}", number("auc"), number("ece"));
    };
    line("model", &scores["model"]);
    for kind in BaselineKind::ALL {
        line(kind.as_str(), &scores["baselines"][kind.as_str()]);
    }
    println!("{}", answer.time_effect);
    for note in notes(input, answer) {
        println!("note: {note}");
    }
    println!("written to {}", flags.out.display());
    Ok(())
}
