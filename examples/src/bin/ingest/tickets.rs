//! Tickets: an event log in place of a call log.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use ringback::calllog::{PhoneRegion, Pseudonymizer};
use ringback::tickets::{
    CustomerBy, CustomerName, ReadTickets, TicketMapping, TicketSettings, TicketSystem,
};
use ringback_examples::{CsvFile, Failure, Step, pseudonym_key, write_json};
use serde_json::{Value, json};

use super::Flags;

/// The event log of a ticket system, its rejected entries, and an account of all.
const LOG: &str = "events.xes";

/// Reads a ticket system's export and writes its event log.
pub(crate) fn ingest(flags: &Flags, system: TicketSystem) -> Result<(), Failure> {
    let mapping = match &flags.mapping {
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|it| Failure::at(path, &it))?;
            Some(TicketMapping::from_toml(&text, path)?)
        }
        None => None,
    };
    let settings = settings(flags)?;
    let reading = Step::new(flags.reporting.quiet, "reading tickets");
    let read = system.read(&flags.paths, settings, mapping)?;
    drop(reading);
    if let (true, Some(first)) = (flags.strict, read.events.rejected.first()) {
        return Err(Failure::new(format!(
            "line {}, {}: {}",
            first.line, first.field, first.reason
        )));
    }
    write(&flags.out, &read)?;
    report(flags, &read)
}

fn settings(flags: &Flags) -> Result<TicketSettings, Failure> {
    let site = &flags.site;
    let key = pseudonym_key(site.key_file.as_deref())?;
    let pseudonymizer = Pseudonymizer::new(&key, &site.tenant);
    let agents = Pseudonymizer::for_purpose(&key, &site.tenant, "agent");
    let customer_by = match flags.customer_by.as_str() {
        "mail" => CustomerBy::Mail,
        "phone" => CustomerBy::Phone,
        _ => CustomerBy::Id,
    };
    let region: Option<PhoneRegion> = site.region;
    let mut settings = TicketSettings::default().pseudonyms(move |name| {
        let customer = match (name, region) {
            (CustomerName::Phone(text), Some(region)) => pseudonymizer.phone(text, region).0,
            (CustomerName::Phone(text) | CustomerName::Id(text), _) => pseudonymizer.customer(text),
            (CustomerName::Mail(text), _) => pseudonymizer.customer(&text.to_lowercase()),
        };
        customer.to_string()
    });
    settings = settings.customer_by(customer_by).agents(move |id| agents.customer(id).to_string());
    if let Some(zone) = site.time_zone {
        settings = settings.zone(zone);
    }
    if let Some(fold) = site.fold {
        settings = settings.fold(fold);
    }
    if let Some(pattern) = &flags.stamp_pattern {
        settings = settings.stamp_pattern(pattern);
    }
    for domain in &flags.own_domain {
        settings = settings.own_domain(domain);
    }
    Ok(settings)
}

fn write(out: &Path, read: &ReadTickets) -> Result<(), Failure> {
    std::fs::create_dir_all(out).map_err(|it| Failure::at(out, &it))?;
    let path = out.join(LOG);
    let at = |it: &std::io::Error| Failure::at(&path, it);
    let mut file = BufWriter::new(File::create(&path).map_err(|it| at(&it))?);
    read.events.log.write_xes(&mut file).map_err(|it| at(&it))?;
    file.flush().map_err(|it| at(&it))?;
    let header = ["file", "line", "field", "reason"];
    let mut rejected = CsvFile::create(&out.join("rejected.csv"), header)?;
    for it in &read.events.rejected {
        let (reason, file) = it.reason.rsplit_once("; in ").unwrap_or((&it.reason, ""));
        rejected.row([file, &it.line.to_string(), &it.field, reason])?;
    }
    rejected.finish()?;
    write_json(&out.join("audit.json"), &audit(read))
}

/// What became of every entry: used, skipped and rejected ones add up to those read.
fn audit(read: &ReadTickets) -> Value {
    let log = &read.events.log;
    let stamps = log.at_micros();
    let instant = |it: Option<&i64>| {
        it.and_then(|it| chrono::DateTime::from_timestamp_micros(*it)).map(|it| it.to_rfc3339())
    };
    let entries = &read.entries;
    json!({
        "rows_read": entries.read,
        "rows_used": entries.used,
        "rows_skipped": entries.passed_over + entries.duplicates,
        "rows_rejected": read.events.rejected.len(),
        "duplicates": entries.duplicates,
        "tickets": log.cases(),
        "events": log.events(),
        "activities": log.activities().len(),
        "ties": log.order().ties,
        "first": instant(stamps.iter().min()),
        "last": instant(stamps.iter().max()),
        "warnings": read.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

#[expect(clippy::print_stdout, reason = "the program's answer")]
fn report(flags: &Flags, read: &ReadTickets) -> Result<(), Failure> {
    let audit = audit(read);
    if flags.reporting.json {
        println!("{}", serde_json::to_string(&audit)?);
        return Ok(());
    }
    println!(
        "{} entries read: {} used, {} skipped, {} rejected",
        audit["rows_read"], audit["rows_used"], audit["rows_skipped"], audit["rows_rejected"]
    );
    let log = &read.events.log;
    println!(
        "{} tickets, {} events, {} activities",
        log.cases(),
        log.events(),
        log.activities().len()
    );
    for it in read.events.rejected.iter().take(5) {
        println!("  rejected: line {}, {}: {}", it.line, it.field, it.reason);
    }
    for warning in &read.warnings {
        println!("note: {warning}");
    }
    println!(
        "written to {}; where the time goes: bottlenecks --log {}",
        flags.out.display(),
        flags.out.join(LOG).display()
    );
    Ok(())
}
