//! Vendor files to a call log: Parquet, rejected rows, and an audit that accounts for every row.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use ringback::calllog::{Audit, BadRows, Delimited, Fold, LogReader, Pseudonymizer, Zone};
use ringback_examples::{CsvFile, Failure, ReadProgress, Reporting, pseudonym_key, run, write_log};

/// What stands below the flags in `--help`.
const EXAMPLES: &str = r"Example, on the shipped months:

  ingest --format delimited --mapping fixtures/anonymous_bank/mapping.toml \
      --out log fixtures/anonymous_bank/*.gz";

/// Reads a phone system's log files and writes a call log.
///
/// Writes calls.parquet (a row a contact), stages.parquet (a row a stretch of one), rejected.csv (file, line, field and
/// reason of every row that could not be understood) and audit.json. Customers are written as keyed pseudonyms only.
#[derive(Parser)]
#[command(version, after_long_help = EXAMPLES)]
struct Flags {
    /// The files' format.
    #[arg(long)]
    format: Format,
    /// The zone of the log's wall clock, such as Europe/Copenhagen; takes the place of the mapping's.
    #[arg(long, value_name = "IANA")]
    time_zone: Option<Zone>,
    /// Which instant a wall-clock time means that comes twice in autumn: earlier, later or reject.
    #[arg(long)]
    fold: Option<Fold>,
    /// The mapping of a delimited file's columns (see docs/formats/delimited.md).
    #[arg(long, value_name = "FILE.toml", required_if_eq("format", "delimited"))]
    mapping: Option<PathBuf>,
    /// The key of the pseudonyms; without it the user's own, made on first use.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Whose customers these are: the same number has another pseudonym for another tenant.
    #[arg(long, default_value = "default")]
    tenant: String,
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

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// Any CSV or TSV, by a mapping file.
    Delimited,
}

fn main() -> ExitCode {
    let flags = Flags::parse();
    run(|| ingest(&flags))
}

fn ingest(flags: &Flags) -> Result<(), Failure> {
    let Format::Delimited = flags.format;
    let Some(path) = &flags.mapping else {
        return Err(Failure::new(
            "--format delimited needs --mapping FILE.toml, which says what the columns mean",
        ));
    };
    let mapping = std::fs::read_to_string(path).map_err(|it| Failure::at(path, &it))?;
    let pseudonymizer =
        Pseudonymizer::new(&pseudonym_key(flags.key_file.as_deref())?, &flags.tenant);
    let file = path.display().to_string();
    let mut format =
        Delimited::in_zone(&mapping, &file, pseudonymizer, flags.time_zone, flags.fold)?;
    let bad_rows = if flags.strict { BadRows::Stop } else { BadRows::Collect };
    let rejected =
        CsvFile::create(&flags.out.join("rejected.csv"), ["file", "line", "field", "reason"])?;
    let mut progress = ReadProgress::new(flags.reporting.quiet, rejected);
    let read =
        LogReader::new().bad_rows(bad_rows).read_with(&flags.paths, &mut format, &mut progress);
    progress.finish()?;
    let (log, audit) = read?;
    write_log(&log, &audit, &flags.out)?;
    report(flags, &audit)
}

#[expect(clippy::print_stdout, reason = "the program's answer")]
fn report(flags: &Flags, audit: &Audit) -> Result<(), Failure> {
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
    println!("written to {}", flags.out.display());
    Ok(())
}
