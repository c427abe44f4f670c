//! Vendor files to a call log: Parquet, rejected rows, and an audit that accounts for every row; tickets to an event log.

mod tickets;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use clap::builder::PossibleValue;
use ringback::calllog::{Audit, BadRows, LogReader};
use ringback::formats::{FormatName, Layout};
use ringback::tickets::TicketSystem;
use ringback_examples::{Failure, LogSite, ReadProgress, Reporting, SiteFlags, run, write_log};

/// What stands below the flags in `--help`.
const EXAMPLES: &str = r"Examples, on the shipped logs:

  ingest --format delimited --mapping fixtures/anonymous_bank/mapping.toml \
      --out log fixtures/anonymous_bank/*.gz
  ingest --format cucm-cdr --region DK --out log fixtures/vendors/cisco/cdr_* fixtures/vendors/cisco/cmr_*
  ingest --format ticket-zendesk --out tickets fixtures/golden/tickets/zendesk/*.json*
  ingest --format avaya-ipoffice --time-zone Europe/Copenhagen --out log fixtures/vendors/avaya/smdr_*

A layout says what a format's files cannot: which fields a customized layout has, which devices are no persons. The
documents of each format list its keys.";

/// Reads a phone system's log files and writes a call log.
///
/// Writes calls.parquet (a row a contact), stages.parquet (a row a stretch of one), rejected.csv (file, line, field and
/// reason of every row that could not be understood) and audit.json; what a format says beyond that (sound quality) goes
/// to a CSV file of its own. Customers are written as keyed pseudonyms only.
///
/// Of a ticket system's export (ticket-*) it writes an event log in place of the call log: events.xes, with rejected.csv and
/// audit.json (see docs/formats/tickets.md).
#[derive(Parser)]
#[command(version, after_long_help = EXAMPLES)]
struct Flags {
    /// The files' format.
    #[arg(long, value_name = "FORMAT", value_parser = format_names())]
    format: String,
    /// The mapping of a delimited file's columns (see docs/formats/delimited.md, or docs/formats/tickets.md for ticket-mapped).
    #[arg(
        long,
        value_name = "FILE.toml",
        required_if_eq_any([("format", "delimited"), ("format", "ticket-mapped")])
    )]
    mapping: Option<PathBuf>,
    /// The layout of a vendor's format.
    #[arg(long, value_name = "FILE.toml", conflicts_with = "mapping")]
    layout: Option<PathBuf>,
    /// A mail domain of the desk's own, such as example.com: what it sends are answers.
    #[arg(long, value_name = "DOMAIN", required_if_eq("format", "ticket-mail"))]
    own_domain: Vec<String>,
    /// What a ticket system's customers are known by: their phone numbers join tickets with calls, their mail addresses with mail.
    #[arg(long, value_name = "WHAT", default_value = "id", value_parser = ["id", "mail", "phone"])]
    customer_by: String,
    /// How a ticket system's stamps without an offset are written, such as "%d/%m/%Y %H:%M".
    #[arg(long, value_name = "PATTERN")]
    stamp_pattern: Option<String>,
    #[command(flatten)]
    site: SiteFlags,
    /// Stop at the first row that cannot be understood.
    #[arg(long)]
    strict: bool,
    /// The folder to write to.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    reporting: Reporting,
    /// Files and folders; .gz and .zip are read as they are.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

/// The formats that `--format` takes.
fn format_names() -> Vec<PossibleValue> {
    let calls = FormatName::ALL.iter().map(|it| it.as_str());
    let tickets = TicketSystem::ALL.iter().map(|it| it.as_str());
    calls.chain(tickets).map(PossibleValue::new).collect()
}

fn main() -> ExitCode {
    let flags = Flags::parse();
    run(|| ingest(&flags))
}

fn ingest(flags: &Flags) -> Result<(), Failure> {
    if let Ok(system) = flags.format.parse::<TicketSystem>() {
        return tickets::ingest(flags, system);
    }
    let name: FormatName = flags.format.parse()?;
    let site = LogSite::read(&flags.site, &flags.paths)?;
    let layout = match flags.mapping.as_ref().or(flags.layout.as_ref()) {
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|it| Failure::at(path, &it))?;
            Some((text, path.display().to_string()))
        }
        None => None,
    };
    let layout = layout.as_ref().map(|(text, file)| Layout { text, file });
    let mut format = site.formats.open(name, layout.or_else(|| site.layout(name)))?;
    let bad_rows = if flags.strict { BadRows::Stop } else { BadRows::Collect };
    let mut progress = ReadProgress::new(flags.reporting.quiet, &flags.out)?;
    let read =
        LogReader::new().bad_rows(bad_rows).read_with(&flags.paths, &mut *format, &mut progress);
    let details = progress.finish()?;
    let (log, audit) = read?;
    write_log(&log, &audit, &flags.out)?;
    report(flags, &audit, &details)
}

#[expect(clippy::print_stdout, reason = "the program's answer")]
fn report(flags: &Flags, audit: &Audit, details: &[&str]) -> Result<(), Failure> {
    if flags.reporting.json {
        println!("{}", serde_json::to_string(audit)?);
        return Ok(());
    }
    println!(
        "{} rows read: {} used, {} skipped, {} rejected",
        audit.rows_read, audit.rows_used, audit.rows_skipped, audit.rows_rejected
    );
    for (what, counts) in [("skipped", &audit.skipped), ("rejected", &audit.rejected)] {
        for (reason, count) in counts {
            println!("  {what}: {reason}: {count}");
        }
    }
    if let (Some(first), Some(last)) = (audit.first, audit.last) {
        let zone = audit.observed.zone;
        println!(
            "{} calls from {} to {} ({zone})",
            audit.calls,
            zone.local(first),
            zone.local(last)
        );
    }
    println!("{}", audit.sufficiency.allows);
    for warning in &audit.warnings {
        println!("note: {warning}");
    }
    for table in details {
        println!("also written: {table}.csv");
    }
    println!("written to {}", flags.out.display());
    Ok(())
}
