//! Per-caller wait prediction, replayed over a call log without looking ahead.

use std::path::PathBuf;
use std::process::ExitCode;

use chrono::{DateTime, SecondsFormat, Utc};
use clap::{Parser, ValueEnum};
use ringback::calllog::{Audit, CallLog, Zone};
use ringback::forecast::{
    Announcement, Update, WaitBacktest, WaitLearning, WaitPrediction, WaitReport, WaitScores,
};
use ringback_examples::{
    CsvFile, Failure, LogFolder, Moment, Reporting, Step, run, wait_scores, write_json,
};
use serde_json::Value;

/// What stands below the flags in `--help`.
const EXAMPLES: &str = r#"Example, after ingest has written the folder "log":

  waits --calls log --train-until 1999-06-01T00:00:00+03:00 --out waits.csv"#;

/// Predicts the wait of every caller who entered a queue from what was known at that moment.
///
/// Learns from what was known before a time, then writes a row for every caller from then on, with the prediction and
/// what two of the usual announcements would have said; scores.json beside the file compares the model with the formulas
/// that phone systems announce by, on answered calls. Waits are seconds. The intervals adapt to every wait that ends.
#[derive(Parser)]
#[command(version, after_long_help = EXAMPLES)]
struct Flags {
    /// A folder that ingest has written.
    #[arg(long, value_name = "DIR")]
    calls: PathBuf,
    /// The end of the training: RFC 3339, or a date or date and time in the log's zone.
    #[arg(long, value_name = "TIME")]
    train_until: Moment,
    /// When the model learns anew.
    #[arg(long, default_value = "none")]
    update: Learning,
    /// The file to write; scores.json is written beside it.
    #[arg(long, value_name = "FILE.csv")]
    out: PathBuf,
    #[command(flatten)]
    reporting: Reporting,
}

#[derive(Clone, Copy, ValueEnum)]
enum Learning {
    /// Never after the training; intervals still adapt to every wait that ends.
    None,
    /// At the start of each day from the errors of four weeks, and wholly every fourth week.
    Daily,
}

const HEADER: [&str; 19] = [
    "call_id",
    "queued_at",
    "queue",
    "outcome",
    "wait_secs",
    "mean_secs",
    "p10_secs",
    "p50_secs",
    "p90_secs",
    "les_secs",
    "queue_length_secs",
    "lower_90_secs",
    "upper_90_secs",
    "p05_secs",
    "p25_secs",
    "p75_secs",
    "p95_secs",
    "intent",
    "method",
];

fn main() -> ExitCode {
    let flags = Flags::parse();
    run(|| waits(&flags))
}

fn waits(flags: &Flags) -> Result<(), Failure> {
    let reading = Step::new(flags.reporting.quiet, "reading the call log");
    let folder = LogFolder::read(&flags.calls)?;
    drop(reading);
    let observed = folder.log.observed;
    if !observed.waits {
        let calls = flags.calls.display();
        return Err(Failure::new(format!("{calls}: waits are not observable in this source")));
    }
    let train_until = flags.train_until.in_zone(observed.zone);
    let replaying = Step::new(flags.reporting.quiet, "replaying the queues");
    let backtest = WaitBacktest::new(train_until)
        .learning(WaitLearning::new(observed.zone))
        .update(update(flags.update, observed.zone));
    let report = backtest.run(&folder.log.calls).map_err(|it| {
        let (until, span) = (instant(train_until), span(&folder.audit));
        Failure::new(format!("training until {until}: {it}; {span}"))
    })?;
    drop(replaying);
    let mut file = CsvFile::create(&flags.out, HEADER)?;
    for prediction in &report.predictions {
        file.row(row(&folder.log, prediction))?;
    }
    file.finish()?;
    let scores = wait_scores(&report, train_until);
    write_json(&flags.out.with_file_name("scores.json"), &scores)?;
    print(flags, &report, &scores)
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

fn span(audit: &Audit) -> String {
    match (audit.first, audit.last) {
        (Some(first), Some(last)) => {
            format!("the log's calls are from {} to {}", instant(first), instant(last))
        }
        _ => "the log has no calls".to_owned(),
    }
}

fn update(learning: Learning, zone: Zone) -> Update {
    match learning {
        Learning::None => Update::Never,
        Learning::Daily => Update::Daily(zone),
    }
}

fn row(log: &CallLog, prediction: &WaitPrediction) -> [String; 19] {
    let arrival = &prediction.arrival;
    let call = &log.calls[arrival.call];
    // To the microsecond, as stamps are.
    let secs = |secs: Option<f64>| {
        secs.map_or_else(String::new, |it| format!("{}", (it * 1e6).round() / 1e6))
    };
    let said = |announcement: Announcement| {
        let at = Announcement::ALL.iter().position(|it| *it == announcement);
        secs(at.and_then(|at| prediction.announced_secs[at]))
    };
    let forecast = prediction.forecast;
    [
        call.call_id.to_string(),
        instant(arrival.queued_at),
        arrival.queue(&log.calls).map_or_else(String::new, ToString::to_string),
        call.outcome.to_string(),
        secs(prediction.wait_secs),
        secs(Some(forecast.mean_secs)),
        secs(Some(forecast.p10_secs)),
        secs(Some(forecast.p50_secs)),
        secs(Some(forecast.p90_secs)),
        said(Announcement::LastToEnterService),
        said(Announcement::QueueLength),
        secs(Some(forecast.lower_90_secs)),
        secs(Some(forecast.upper_90_secs)),
        secs(Some(forecast.p05_secs)),
        secs(Some(forecast.p25_secs)),
        secs(Some(forecast.p75_secs)),
        secs(Some(forecast.p95_secs)),
        call.intent.as_ref().map_or_else(String::new, ToString::to_string),
        forecast.method.as_str().to_owned(),
    ]
}

#[expect(clippy::print_stdout, reason = "the program's answer")]
fn print(flags: &Flags, report: &WaitReport, scores: &Value) -> Result<(), Failure> {
    if flags.reporting.json {
        println!("{}", serde_json::to_string(scores)?);
        return Ok(());
    }
    let after =
        report.mean_wait_secs.map_or_else(String::new, |it| format!(" after {it:.1} s on average"));
    println!("{} callers, {} answered{after}", report.predictions.len(), report.answered);
    println!("{:<26}{:>10}{:>10}{:>12}{:>12}", "", "MAE s", "RMSE s", "p10-p90", "concordance");
    let number = |it: Option<f64>, digits: usize| {
        it.map_or_else(|| "-".to_owned(), |it| format!("{it:.digits$}"))
    };
    let line = |name: &str, it: &WaitScores| {
        println!(
            "{name:<26}{:>10}{:>10}{:>12}{:>12}",
            number(it.mae_secs, 1),
            number(it.rmse_secs, 1),
            number(it.coverage_p10_p90, 3),
            number(it.concordance, 3)
        );
    };
    line("model", &report.model);
    for (name, scores) in &report.announcements {
        line(name.as_str(), scores);
    }
    println!("written to {}", flags.out.display());
    Ok(())
}
