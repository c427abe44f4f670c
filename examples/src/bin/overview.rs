//! The main job: a folder of log files, or the shipped calls, to one report.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use flate2::read::MultiGzDecoder;
use ringback::calllog::{
    Audit, CallLog, Customer, Error, LogReader, PseudonymKey, Pseudonymizer, ReadObserver, Zone,
};
use ringback::features::{AcceptableWait, Calendar, Country, Measure};
use ringback::formats::{FormatName, Layout};
use ringback::reach::{AttemptLog, AttemptTable, CustomerText};
use ringback::report::{
    AttemptsFrom, KpiOptions, Kpis, ReachKpis, SourceKpis, overview_page, source_kpis,
    sources_section,
};
use ringback_examples::{
    Failure, LogSite, ReadProgress, Reporting, SiteFlags, Step, pseudonym_key, run, summary,
    write_json, write_log, write_text,
};
use serde_json::{Value, json};

/// What stands below the flags in `--help`.
const EXAMPLES: &str = r"Examples:

  overview
  overview fixtures/vendors
  overview --mapping shop.toml --country DK --out shop-report logs/
  overview --attempts dialer.csv --out report logs/

A folder may hold logs of several systems: each file's format is found by its content, and a call that two feeds of one
system tell of counts once. What the logs do not say (the zone of local stamps, a customized layout) stands in a site.toml
beside them; see fixtures/vendors/site.toml.";

/// Reads phone-system logs and writes one report: what the log says, service by week, when calls come, how long
/// callers wait, next week's volume, how well a wait can be told on arrival, when customers pick up, and when to offer
/// callbacks.
///
/// Without PATH it reads the shipped calls: seven months of a bank's call center, 1999; as they have no outbound calls that
/// nobody answered, made-up attempts show what is told of those. Writes report.html (one file, opens from disk), summary.json, and the call log as
/// ingest does.
#[derive(Parser)]
#[command(version, after_long_help = EXAMPLES)]
struct Flags {
    /// The folder to write to.
    #[arg(long, value_name = "DIR", default_value = "ringback-out")]
    out: PathBuf,
    /// The mapping of the files' columns (see docs/formats/delimited.md), for logs of a system without an adapter.
    #[arg(long, value_name = "FILE.toml", requires = "paths")]
    mapping: Option<PathBuf>,
    /// The country whose holidays and weekend count; Israel for the shipped calls.
    #[arg(long, value_name = "CC", requires = "paths")]
    country: Option<Country>,
    /// The wait within which a call should be answered, in seconds.
    #[arg(long, value_name = "SECS", default_value = "20", value_parser = acceptable_wait)]
    acceptable_wait: AcceptableWait,
    /// Attempts to reach customers as CSV (or .gz), as the program reach takes them; without it, the outbound calls of the logs.
    #[arg(long, value_name = "FILE.csv")]
    attempts: Option<PathBuf>,
    #[command(flatten)]
    site: SiteFlags,
    #[command(flatten)]
    reporting: Reporting,
    /// Files and folders; .gz and .zip are read as they are.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
}

const MONTHS: [&str; 7] = ["january", "february", "march", "april", "may", "june", "july"];

fn acceptable_wait(text: &str) -> Result<AcceptableWait, String> {
    let secs = text.parse().map_err(|_| format!("{text:?} is no whole number of seconds"))?;
    AcceptableWait::from_secs(secs).map_err(|it| it.to_string())
}

/// Attempts, the rows of their file that cannot be used, and where they come from.
type Attempts = (AttemptLog, usize, AttemptsFrom);

/// What was read, and whose holidays count.
struct Read {
    log: CallLog,
    audit: Audit,
    country: Option<Country>,
}

fn main() -> ExitCode {
    let flags = Flags::parse();
    run(|| overview(&flags))
}

fn overview(flags: &Flags) -> Result<(), Failure> {
    let Read { log, audit, country } = read(flags)?;
    let zone = log.observed.zone;
    let calendar = country.map_or_else(|| Calendar::plain(zone), |it| Calendar::new(it, zone));
    let attempts = attempts(flags, zone)?;
    let mut options = KpiOptions::new(calendar, flags.acceptable_wait);
    let mut rejected = None;
    if let Some((attempts, count, from)) = attempts {
        rejected = Some(count);
        options = options.attempts(attempts, from);
    }
    let mut step = None;
    let kpis = Kpis::of(&log, &audit, &options, |doing| {
        step = Some(Step::new(flags.reporting.quiet, doing));
    });
    drop(step);
    let writing = Step::new(flags.reporting.quiet, "writing");
    write_log(&log, &audit, &flags.out)?;
    let mut page = overview_page(&log, &audit, &kpis);
    let mut summary = summary(&audit, &kpis);
    summary["reachability"] = reachability(&kpis, rejected);
    summary["callback_windows"] = match &kpis.callback_windows {
        Ok(windows) => json!(windows),
        Err(error) => json!({ "error": error.to_string() }),
    };
    if flags.paths.is_empty() {
        let vendors = vendors(flags)?;
        let text = "Small made-up logs of each vendor that has an adapter, read as one folder: overview fixtures/vendors.";
        page = page.section(sources_section("Other formats", text, &vendors));
        summary["vendors"] = json!(vendors);
    }
    write_text(&flags.out.join("report.html"), &page.to_html())?;
    write_json(&flags.out.join("summary.json"), &summary)?;
    drop(writing);
    print(flags, &audit, &kpis, &summary)
}

fn read(flags: &Flags) -> Result<Read, Failure> {
    let mut progress = ReadProgress::new(flags.reporting.quiet, &flags.out)?;
    let read = read_paths(flags, &mut progress);
    progress.finish()?;
    read
}

fn read_paths(flags: &Flags, progress: &mut ReadProgress) -> Result<Read, Failure> {
    let site = LogSite::read(&flags.site, &flags.paths)?;
    let country = flags.country.or(site.country);
    let reader = LogReader::new();
    let (mapping, paths, country) = match &flags.mapping {
        _ if flags.paths.is_empty() => {
            let folder = shipped("anonymous_bank")?;
            let months = MONTHS.map(|it| folder.join(format!("{it}.txt.gz")));
            (folder.join("mapping.toml"), months.to_vec(), Some(Country::Israel))
        }
        Some(mapping) => (mapping.clone(), flags.paths.clone(), country),
        None => {
            let mut formats = site.formats.open_all(|it| site.layout(it))?;
            let read = reader.read_mixed(&flags.paths, &mut formats, progress);
            let (log, audit) = read.map_err(|error| match error {
                Error::NothingUsable { .. } => Failure::new(format!(
                    "{error}; the log of a system without an adapter needs --mapping"
                )),
                other => other.into(),
            })?;
            return Ok(Read { log, audit, country });
        }
    };
    let text = std::fs::read_to_string(&mapping).map_err(|it| Failure::at(&mapping, &it))?;
    let layout = Layout { text: &text, file: &mapping.display().to_string() };
    let mut format = site.formats.open(FormatName::Delimited, Some(layout))?;
    let (log, audit) = reader.read_with(&paths, &mut *format, progress)?;
    Ok(Read { log, audit, country })
}

/// The attempts that the flags name; without calls of one's own, the shipped made-up ones.
fn attempts(flags: &Flags, zone: Zone) -> Result<Option<Attempts>, Failure> {
    let (path, zone, from) = match &flags.attempts {
        Some(path) => (path.clone(), zone, AttemptsFrom::Table(path.display().to_string())),
        None if flags.paths.is_empty() => {
            let name = "contact_attempts/simulated_1.csv.gz";
            let path = shipped("contact_attempts")?.join("simulated_1.csv.gz");
            (path, Zone::UTC, AttemptsFrom::MadeUp(format!("a third of fixtures/{name}")))
        }
        None => return Ok(None),
    };
    // Ids that nobody bears need no secret, and with the same key the report is the same everywhere.
    let key = match from {
        AttemptsFrom::MadeUp(_) => PseudonymKey::from_bytes([0; 32]),
        _ => pseudonym_key(flags.site.key_file.as_deref())?,
    };
    let customers = flags.site.region.map_or_else(CustomerText::default, CustomerText::Numbers);
    let mut file = BufReader::new(File::open(&path).map_err(|it| Failure::at(&path, &it))?);
    let is_packed = path.extension().is_some_and(|it| it.eq_ignore_ascii_case("gz"));
    let mut bytes = Vec::new();
    let read = if is_packed {
        MultiGzDecoder::new(file).read_to_end(&mut bytes)
    } else {
        file.read_to_end(&mut bytes)
    };
    read.map_err(|it| Failure::at(&path, &it))?;
    let table = AttemptTable::new(zone).customers(customers);
    let pseudonymizer = Pseudonymizer::new(&key, &flags.site.tenant);
    let read = table.read(&path.display().to_string(), &bytes[..], &pseudonymizer)?;
    if let ([], Some(first)) = (read.log.attempts(), read.rejected.first()) {
        return Err(Failure::new(format!("no attempt can be used; {first}")));
    }
    let log = match from {
        AttemptsFrom::MadeUp(_) => some(&read.log)?,
        _ => read.log,
    };
    Ok(Some((log, read.rejected.len(), from)))
}

/// The attempts at a third of the customers, which are enough to show what can be told.
fn some(log: &AttemptLog) -> Result<AttemptLog, Failure> {
    let all: BTreeSet<Customer> = log.attempts().iter().map(|it| it.customer).collect();
    let chosen: BTreeSet<Customer> = all.iter().copied().take(all.len() / 3).collect();
    let attempts = log.attempts().iter().filter(|it| chosen.contains(&it.customer)).cloned();
    let names = log.signal_names().to_vec();
    Ok(AttemptLog::with_signals(attempts.collect(), names, log.zone())?)
}

/// What attempts to reach customers tell.
fn reachability(kpis: &Kpis, rejected: Option<usize>) -> Value {
    let it = match &kpis.reach {
        Ok(it) => it,
        Err(error) => return json!({ "error": error.to_string() }),
    };
    let ReachKpis { from, attempts, customers, contact, months, time_effect, .. } = it;
    let scores = match &it.scores {
        Ok(scores) => json!(scores),
        Err(error) => json!({ "error": error.to_string() }),
    };
    let segments = match &it.segments {
        Ok(segments) => json!(segments),
        Err(error) => json!({ "error": error.to_string() }),
    };
    json!({
        "attempts_from": from,
        "attempts": attempts,
        "attempts_rejected": rejected,
        "customers": customers,
        "contact": contact,
        "months": months,
        "time_effect": time_effect,
        "time_effect_shown": time_effect.is_shown(),
        "scores": scores,
        "segments": segments,
    })
}

/// The shipped logs of each vendor, by source.
fn vendors(flags: &Flags) -> Result<Vec<SourceKpis>, Failure> {
    let paths = [shipped("vendors")?];
    let site = LogSite::read(&flags.site, &paths)?;
    let mut formats = site.formats.open_all(|it| site.layout(it))?;
    let (log, audit) = LogReader::new().read_mixed(&paths, &mut formats, &mut Unseen)?;
    Ok(source_kpis(&log, &audit, flags.acceptable_wait))
}

/// Is told, and shows nothing.
struct Unseen;

impl ReadObserver for Unseen {}

/// A shipped folder: below the folder that the program is run in, or below the project that it was built from.
fn shipped(name: &str) -> Result<PathBuf, Failure> {
    let here = Path::new("fixtures").join(name);
    let there = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures").join(name);
    [here, there].into_iter().find(|it| it.is_dir()).ok_or_else(|| {
        Failure::new(format!(
            "fixtures/{name} is not here, expected to be run in the project's folder, or with PATH"
        ))
    })
}

/// A measure with its unit, or why there is none.
fn shown(measure: &Measure, scale: f64, unit: &str) -> String {
    measure.value().map_or_else(|| measure.to_string(), |it| format!("{:.1} {unit}", it * scale))
}

/// What it took to reach customers, in a line.
fn told(reach: &ReachKpis) -> String {
    let it = &reach.contact;
    let number = |it: Option<f64>| it.map_or_else(|| "-".to_owned(), |it| format!("{it:.1}"));
    let figures = format!(
        "{} % of customers reached at the first attempt, {} attempts for each contact, {} h to the first contact",
        number(it.first_attempt_reached.map(|it| it * 100.0)),
        number(it.attempts_per_reached),
        number(it.hours_to_contact_mean)
    );
    match &reach.from {
        AttemptsFrom::MadeUp(name) => format!("made-up attempts ({name}): {figures}"),
        _ => figures,
    }
}

#[expect(clippy::print_stdout, reason = "the program's answer")]
fn print(flags: &Flags, audit: &Audit, kpis: &Kpis, summary: &Value) -> Result<(), Failure> {
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
    match &kpis.reach {
        Ok(reach) => println!("{}", told(reach)),
        Err(error) => println!("when customers pick up: {error}"),
    }
    println!("open {}", flags.out.join("report.html").display());
    Ok(())
}
