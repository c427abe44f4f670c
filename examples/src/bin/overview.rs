//! The main job: a folder of log files, or the shipped calls, to one report.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use ringback::calllog::{Audit, CallLog, Delimited, LogReader, Pseudonymizer, Zone};
use ringback::features::{AcceptableWait, Calendar, Country, Measure};
use ringback::report::{KpiOptions, Kpis, overview_page};
use ringback_examples::{
    CsvFile, Failure, ReadProgress, Reporting, Step, pseudonym_key, run, summary, write_json,
    write_log, write_text,
};

/// What stands below the flags in `--help`.
const EXAMPLES: &str = r"Examples:

  overview
  overview --mapping shop.toml --country DK --out shop-report logs/";

/// Reads phone-system logs and writes one report: what the log says, service by week, when calls come, how long
/// callers wait, next week's volume, and how well a wait can be told on arrival.
///
/// Without PATH it reads the shipped calls: seven months of a bank's call center, 1999. Writes report.html (one file,
/// opens from disk), summary.json, and the call log as ingest does.
#[derive(Parser)]
#[command(version, after_long_help = EXAMPLES)]
struct Flags {
    /// The folder to write to.
    #[arg(long, value_name = "DIR", default_value = "ringback-out")]
    out: PathBuf,
    /// The mapping of the files' columns (see docs/formats/delimited.md); needed with PATH.
    #[arg(long, value_name = "FILE.toml", requires = "paths")]
    mapping: Option<PathBuf>,
    /// The country whose holidays and weekend count; Israel for the shipped calls.
    #[arg(long, value_name = "CC", requires = "paths")]
    country: Option<Country>,
    /// The zone of the log's wall clock; takes the place of the mapping's.
    #[arg(long, value_name = "IANA", requires = "paths")]
    time_zone: Option<Zone>,
    /// The wait within which a call should be answered, in seconds.
    #[arg(long, value_name = "SECS", default_value = "20", value_parser = acceptable_wait)]
    acceptable_wait: AcceptableWait,
    /// The key of the pseudonyms; without it the user's own, made on first use.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    #[command(flatten)]
    reporting: Reporting,
    /// Files and folders; .gz and .zip are read as they are.
    #[arg(value_name = "PATH", requires = "mapping")]
    paths: Vec<PathBuf>,
}

const MONTHS: [&str; 7] = ["january", "february", "march", "april", "may", "june", "july"];

fn acceptable_wait(text: &str) -> Result<AcceptableWait, String> {
    let secs = text.parse().map_err(|_| format!("{text:?} is no whole number of seconds"))?;
    AcceptableWait::from_secs(secs).map_err(|it| it.to_string())
}

fn main() -> ExitCode {
    let flags = Flags::parse();
    run(|| overview(&flags))
}

fn overview(flags: &Flags) -> Result<(), Failure> {
    let (log, audit) = read(flags)?;
    let zone = log.observed.zone;
    let country = if flags.paths.is_empty() { Some(Country::Israel) } else { flags.country };
    let calendar = country.map_or_else(|| Calendar::plain(zone), |it| Calendar::new(it, zone));
    let mut step = None;
    let kpis = Kpis::of(&log, &audit, &KpiOptions::new(calendar, flags.acceptable_wait), |doing| {
        step = Some(Step::new(flags.reporting.quiet, doing));
    });
    drop(step);
    let writing = Step::new(flags.reporting.quiet, "writing");
    write_log(&log, &audit, &flags.out)?;
    let page = overview_page(&log, &audit, &kpis).to_html();
    write_text(&flags.out.join("report.html"), &page)?;
    let summary = summary(&audit, &kpis);
    write_json(&flags.out.join("summary.json"), &summary)?;
    drop(writing);
    print(flags, &audit, &kpis, &summary)
}

fn read(flags: &Flags) -> Result<(CallLog, Audit), Failure> {
    let (mapping, paths) = if let Some(mapping) = &flags.mapping {
        (mapping.clone(), flags.paths.clone())
    } else {
        let folder = shipped()?;
        let months = MONTHS.map(|it| folder.join(format!("{it}.txt.gz")));
        (folder.join("mapping.toml"), months.to_vec())
    };
    let text = std::fs::read_to_string(&mapping).map_err(|it| Failure::at(&mapping, &it))?;
    let pseudonymizer = Pseudonymizer::new(&pseudonym_key(flags.key_file.as_deref())?, "default");
    let file = mapping.display().to_string();
    let mut format = Delimited::in_zone(&text, &file, pseudonymizer, flags.time_zone, None)?;
    let rejected =
        CsvFile::create(&flags.out.join("rejected.csv"), ["file", "line", "field", "reason"])?;
    let mut progress = ReadProgress::new(flags.reporting.quiet, rejected);
    let read = LogReader::new().read_with(&paths, &mut format, &mut progress);
    progress.finish()?;
    Ok(read?)
}

/// The shipped calls: below the folder that the program is run in, or below the project that it was built from.
fn shipped() -> Result<PathBuf, Failure> {
    let here = Path::new("fixtures/anonymous_bank");
    let there = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/anonymous_bank");
    [here.to_owned(), there].into_iter().find(|it| it.is_dir()).ok_or_else(|| {
        Failure::new("fixtures/anonymous_bank is not here, expected to be run in the project's folder, or with PATH")
    })
}

/// A measure with its unit, or why there is none.
fn shown(measure: &Measure, scale: f64, unit: &str) -> String {
    measure.value().map_or_else(|| measure.to_string(), |it| format!("{:.1} {unit}", it * scale))
}

#[expect(clippy::print_stdout, reason = "the program's answer")]
fn print(
    flags: &Flags,
    audit: &Audit,
    kpis: &Kpis,
    summary: &serde_json::Value,
) -> Result<(), Failure> {
    if flags.reporting.json {
        println!("{}", serde_json::to_string(summary)?);
        return Ok(());
    }
    println!(
        "{} rows read: {} used, {} skipped, {} rejected; {} calls",
        audit.rows_read, audit.rows_used, audit.rows_skipped, audit.rows_rejected, audit.calls
    );
    let it = &kpis.service;
    let awt = it.acceptable_wait_secs;
    println!("service level (answered within {awt} s): {}", shown(&it.service_level, 100.0, "%"));
    println!("average speed of answer: {}", shown(&it.speed_of_answer_secs, 1.0, "s"));
    println!("abandonment: {}", shown(&it.abandonment, 100.0, "%"));
    match &kpis.forecast {
        Ok(forecast) => {
            println!("next week: {:.0} calls expected", forecast.mean.iter().sum::<f64>());
        }
        Err(error) => println!("next week: {error}"),
    }
    match &kpis.wait_predictions {
        Ok(report) => {
            let secs = |it: Option<f64>| it.map_or_else(|| "-".to_owned(), |it| format!("{it:.1}"));
            let best = report.announcements.iter().filter_map(|it| it.1.mae_secs).reduce(f64::min);
            println!(
                "waits told on arrival were off by {} s on average; the best announcement by {} s",
                secs(report.model.mae_secs),
                secs(best)
            );
        }
        Err(error) => println!("waits told on arrival: {error}"),
    }
    println!("open {}", flags.out.join("report.html").display());
    Ok(())
}
