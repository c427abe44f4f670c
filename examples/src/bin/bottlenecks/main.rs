//! Process mining: an event log or a call log in; a map, variants, causes of waiting and findings out.

mod read;
mod write;

use std::path::PathBuf;
use std::process::ExitCode;

use chrono::{DateTime, NaiveDate, Utc};
use clap::{Args, Parser, ValueEnum};
use ringback::calllog::Zone;
use ringback::mining::{
    CaseEnds, Detectors, InstanceOptions, Roles, WaitingOptions, WorkingCalendars, human_hours,
    human_secs,
};
use ringback::report::{BottleneckOptions, Bottlenecks, comparison_in_words};
use ringback_examples::{Failure, Reporting, Step, run};
use serde_json::Value;

use read::Read;

/// What stands below the flags in `--help`.
const EXAMPLES: &str = r#"Examples, the first after ingest has written the folder "log":

  bottlenecks --calls log --out calls
  bottlenecks --calls log --tickets desk/events.xes --within-days 3 --out journeys
  bottlenecks --log incidents.xes.gz --classifier concept:name,lifecycle:transition --out incidents
  bottlenecks --log incidents.xes.gz --working-time hours.toml --change 2026-05-04 --out incidents
  bottlenecks --log tickets.csv --case number --activity state --time at --out tickets

Durations are seconds. Findings are about groups, not persons: fewer than five people are never shown apart."#;

/// Finds where tickets or calls lose time.
///
/// Reads an event log (.xes, .csv, .parquet, OCEL 2.0 .json or .xml; .gz is unpacked) or a folder that ingest has
/// written, where a call is a case and its stages are the activities. Writes summary.json, dfg.csv (what directly
/// follows what), variants.csv, ledger.csv and ledger_causes.csv (where the time goes), waiting_causes.csv,
/// findings.json, improvements.json, with --change before_after.json, rejected.csv, map.svg and report.html, one file that opens from disk.
#[derive(Parser)]
#[expect(clippy::doc_markdown, reason = "it is the text of --help, which shows marks as they are")]
#[command(version, after_long_help = EXAMPLES)]
struct Flags {
    #[command(flatten)]
    source: Source,
    /// Tickets of the same customers, an event log that ingest has written with --customer-by phone: the calls and tickets
    /// of one customer that lie near each other become one case.
    #[arg(long, value_name = "FILE", requires = "calls")]
    tickets: Option<PathBuf>,
    /// How many days after the last of a customer's calls and tickets the next still belongs to them.
    #[arg(long, value_name = "DAYS", default_value_t = 7, requires = "tickets")]
    within_days: u16,
    #[command(flatten)]
    columns: Columns,
    /// The zone of stamps that name none, such as Europe/Copenhagen.
    #[arg(long, value_name = "IANA")]
    time_zone: Option<Zone>,
    /// Attributes that together name an activity, joined by +, such as concept:name,lifecycle:transition.
    #[arg(long, value_name = "COL", value_delimiter = ',', conflicts_with = "calls")]
    classifier: Vec<String>,
    /// The attribute that names the state a case is in until its next event; by default lifecycle:transition where it
    /// holds states of its own rather than start and complete.
    #[arg(long, value_name = "COL", conflicts_with = "calls")]
    states: Option<String>,
    /// When resources work (see docs/methods/mining.md); by default around the clock.
    #[arg(long, value_name = "FILE.toml")]
    working_time: Option<PathBuf>,
    /// When something was changed, such as 2026-05-04 or 2026-05-04T09:00:00Z: compares the cases that started before with
    /// those that started from then on, in before_after.json and on the page.
    #[arg(long, value_name = "WHEN")]
    change: Option<String>,
    /// Also write the log back into the folder.
    #[arg(long)]
    export: Option<Export>,
    /// The folder to write to.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    reporting: Reporting,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct Source {
    /// An event log.
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// A folder that ingest has written.
    #[arg(long, value_name = "DIR")]
    calls: Option<PathBuf>,
}

/// Where a table says what; names that are in use are found without.
#[derive(Args)]
#[group(conflicts_with = "calls", multiple = true)]
struct Columns {
    /// The column of a table that names the case.
    #[arg(long, value_name = "COL")]
    case: Option<String>,
    /// The column, or the key in XES, that names the activity.
    #[arg(long, value_name = "COL")]
    activity: Option<String>,
    /// The column of the stamp.
    #[arg(long, value_name = "COL")]
    time: Option<String>,
    /// The column of the start of an activity.
    #[arg(long, value_name = "COL")]
    start: Option<String>,
    /// The column, or the key in XES, that names who did it.
    #[arg(long, value_name = "COL")]
    resource: Option<String>,
    /// The column of the step in an activity's life.
    #[arg(long, value_name = "COL")]
    lifecycle: Option<String>,
    /// How a table's stamps are written, such as "%d-%m-%Y %H:%M:%S"; by default ISO 8601.
    #[arg(long, value_name = "PATTERN")]
    stamp_pattern: Option<String>,
    /// The kind of object that is a case, in an OCEL log of several.
    #[arg(long, value_name = "KIND")]
    object_type: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Export {
    /// As log.xes.
    Xes,
    /// As log.ocel.json, OCEL 2.0.
    Ocel,
}

fn main() -> ExitCode {
    let flags = Flags::parse();
    run(|| bottlenecks(&flags))
}

fn bottlenecks(flags: &Flags) -> Result<(), Failure> {
    let quiet = flags.reporting.quiet;
    let reading = Step::new(quiet, "reading the log");
    let read = read::read(flags)?;
    drop(reading);
    let options = options(flags, &read)?;
    let log = match &flags.classifier[..] {
        [] => None,
        attributes => Some(read::classified(&read.log, attributes)?),
    };
    let mut step = None;
    let found = Bottlenecks::of(log.as_ref().unwrap_or(&read.log), &options, |doing| {
        step = Some(Step::new(quiet, doing));
    })?;
    drop(step);
    check_periods(flags, &found)?;
    let writing = Step::new(quiet, "writing");
    let summary = write::summary(&read, &found);
    write::write(flags, &read, &found, &summary)?;
    drop(writing);
    print(flags, &found, &summary)
}

/// How this log is mined.
fn options(flags: &Flags, read: &Read) -> Result<BottleneckOptions, Failure> {
    let mut instances = InstanceOptions::default();
    if read.log.column("org:group").is_some() {
        instances = instances.group("org:group");
    }
    let mut options = BottleneckOptions::default();
    let states = flags.states.clone().or_else(|| read::states(&read.log).map(str::to_owned));
    if let Some(states) = &states {
        instances = instances.roles(Roles::tickets());
        options = options.states(states);
    } else if flags.source.calls.is_some() {
        instances = instances.roles(Roles::calls());
    }
    let mut waiting = WaitingOptions::default();
    // A call has ended whatever came last; a ticket may be open.
    let ends = match (&flags.source.calls, &flags.tickets) {
        (Some(_), None) => CaseEnds::WithLastEvent,
        _ => CaseEnds::InTerminalState,
    };
    let mut detectors = Detectors::default().case_ends(ends);
    if let Some(path) = &flags.working_time {
        let text = std::fs::read_to_string(path).map_err(|it| Failure::at(path, &it))?;
        let calendars = WorkingCalendars::read(&text, &path.display().to_string())?;
        let stamps = read.log.at_micros();
        let (first, last) = (stamps.iter().min().copied(), stamps.iter().max().copied());
        let (first, last) = (first.unwrap_or(0), last.unwrap_or(0));
        detectors = detectors.working_time(calendars.site().clone().compiled(first, last));
        waiting = waiting.calendars(calendars);
    }
    // A table's column is org:resource once it is read.
    if let Some(resource) =
        flags.columns.resource.as_deref().filter(|it| read.log.column(it).is_some())
    {
        instances = instances.resource(resource);
        detectors = detectors.resource(resource);
    }
    if let Some(text) = &flags.change {
        options = options.change(instant(text, flags.time_zone)?);
    }
    Ok(options.instances(instances).waiting(waiting).detectors(detectors))
}

/// Both periods must have cases.
fn check_periods(flags: &Flags, found: &Bottlenecks) -> Result<(), Failure> {
    let (Some(change), Some((_, it))) = (&flags.change, &found.comparison) else { return Ok(()) };
    let period = match (it.cases_before.0, it.cases_after.0) {
        (0, _) => "before then",
        (_, 0) => "from then on",
        _ => return Ok(()),
    };
    Err(Failure::new(format!("--change {change}: no case started {period}")))
}

/// The instant that `--change` names: a stamp with its offset, or the start of a day in the zone, else in UTC.
fn instant(text: &str, zone: Option<Zone>) -> Result<DateTime<Utc>, Failure> {
    let day = text.parse::<NaiveDate>().ok();
    let start = |day| zone.unwrap_or(Zone::UTC).start_of_day(day);
    let stamp = || Some(DateTime::parse_from_rfc3339(text).ok()?.to_utc());
    day.map(start).or_else(stamp).ok_or_else(|| {
        Failure::new(format!(
            "--change {text}: expected a day such as 2026-05-04 or a stamp with its offset such as \
             2026-05-04T09:00:00+02:00"
        ))
    })
}

#[expect(clippy::print_stdout, reason = "the program's answer")]
fn print(flags: &Flags, found: &Bottlenecks, summary: &Value) -> Result<(), Failure> {
    if flags.reporting.json {
        println!("{}", serde_json::to_string(summary)?);
        return Ok(());
    }
    let secs = |it: Option<f64>| it.map_or_else(|| "-".to_owned(), human_secs);
    println!(
        "{} cases, {} events, {} activities, {} ways through",
        found.cases,
        found.events,
        found.activities.len(),
        found.variants.all().len()
    );
    println!(
        "a case takes {} (median), {} (mean)",
        secs(found.throughput_median_secs),
        secs(found.throughput_mean_secs)
    );
    println!("map: {}", found.map.describe());
    println!("{} patterns stand out; the costliest:", found.findings.findings.len());
    for it in found.findings.findings.iter().take(5) {
        let place = match &it.place.values[..] {
            [] => String::new(),
            values => format!(" ({})", values.join(" · ")),
        };
        let excess = human_hours(it.excess_hours * 3600.0);
        println!("  {}{place}: {excess} of excess in {} cases", it.pattern, it.cases);
    }
    if let Some(line) = found.comparison.as_ref().and_then(|it| comparison_in_words(&it.1)) {
        println!("{line}");
    }
    println!("open {}", flags.out.join("report.html").display());
    Ok(())
}
