//! The files.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use ringback::mining::{DrawOptions, Ledger, WaitCause};
use ringback::report::{Bottlenecks, bottleneck_page};
use ringback_examples::{CsvFile, Failure, write_json, write_text};
use serde_json::{Value, json};

use super::read::Read;
use super::{Export, Flags};

/// What was found, as one JSON object.
pub(crate) fn summary(read: &Read, it: &Bottlenecks) -> Value {
    let (coverage, graph) = (it.map.coverage(), it.times.graph());
    let label_noise: BTreeMap<_, _> = it.findings.label_noise.iter().cloned().collect();
    json!({
        "cases": it.cases,
        "events": it.events,
        "activities": it.activities.len(),
        "variants": it.variants.all().len(),
        "arcs": graph.arcs().len(),
        "starts": graph.starts().len(),
        "ends": graph.ends().len(),
        "ties": it.ties,
        "throughput_mean_secs": it.throughput_mean_secs,
        "throughput_median_secs": it.throughput_median_secs,
        "events_read": read.events_in_source,
        "events_rejected": read.rejected.len(),
        "out_of_order": read.log.order().out_of_order,
        "source": read.notes,
        "map": {
            "activities": it.map.activities().len(),
            "arcs": it.map.arcs().len(),
            "steps_share": coverage.steps_share(),
            "excess_share": coverage.excess_share(),
            "cases_share": coverage.cases_share(),
        },
        "excess_secs": coverage.excess_secs,
        "first_contact": it.first_contact,
        "findings": {
            "found": it.findings.findings.len(),
            "tested": it.findings.tested,
            "false_discovery_rate": it.findings.false_discovery_rate,
            "roles": it.findings.roles,
            "not_looked_for": it.findings.not_looked_for,
            "slips": it.findings.slips,
            "label_noise": label_noise,
            "may_be_slips": it.findings.may_be_slips,
        },
    })
}

/// Writes all files.
pub(crate) fn write(
    flags: &Flags,
    read: &Read,
    it: &Bottlenecks,
    summary: &Value,
) -> Result<(), Failure> {
    let out = &flags.out;
    write_json(&out.join("summary.json"), summary)?;
    write_arcs(&out.join("dfg.csv"), it)?;
    write_variants(&out.join("variants.csv"), it)?;
    write_ledger(&out.join("ledger.csv"), &it.ledger)?;
    write_ledger(&out.join("ledger_causes.csv"), &it.causes)?;
    write_waits(&out.join("waiting_causes.csv"), it)?;
    write_json(&out.join("findings.json"), &it.findings.findings)?;
    write_json(&out.join("improvements.json"), &it.improvements)?;
    if let Some((change_at, compared)) = &it.comparison {
        let compared = json!({ "change_at": change_at, "compared": compared });
        write_json(&out.join("before_after.json"), &compared)?;
    }
    write_rejected(&out.join("rejected.csv"), read)?;
    let source = flags.source.log.as_ref().or(flags.source.calls.as_ref());
    let name = source.and_then(|it| it.file_name()).unwrap_or_default().to_string_lossy();
    let map = it.map.draw(&DrawOptions::file(&format!("Process map: {name}")));
    write_text(&out.join("map.svg"), map.svg())?;
    let page = bottleneck_page(&format!("Where time is lost: {name}"), it);
    write_text(&out.join("report.html"), &page.to_html())?;
    match flags.export {
        Some(Export::Xes) => export(&out.join("log.xes"), |file| read.log.write_xes(file)),
        Some(Export::Ocel) => {
            let path = out.join("log.ocel.json");
            let kind = if flags.source.calls.is_some() { "call" } else { "case" };
            let agents = [("org:resource", "resource")];
            let has_agents = read.log.column("org:resource").is_some();
            let columns = if has_agents { &agents[..] } else { &[] };
            let objects =
                read.log.to_objects(kind, columns).map_err(|it| Failure::at(&path, &it))?;
            export(&path, |file| objects.write_json(file))
        }
        None => Ok(()),
    }
}

fn export(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<()>,
) -> Result<(), Failure> {
    let failed = |it: std::io::Error| Failure::at(path, &it);
    let mut file = BufWriter::new(File::create(path).map_err(failed)?);
    write(&mut file).map_err(failed)?;
    file.flush().map_err(failed)
}

fn write_arcs(path: &Path, it: &Bottlenecks) -> Result<(), Failure> {
    let header =
        ["from", "to", "count", "sum_secs", "mean_secs", "median_secs", "p90_secs", "excess_secs"];
    let mut file = CsvFile::create(path, header)?;
    let name = |at: u32| it.activities.get(at as usize).cloned().unwrap_or_default();
    for (arc, excess_secs) in it.times.graph().arcs().iter().zip(it.times.arc_excess_secs()) {
        let quantiles = arc.quantiles.map(|it| [it.median_secs, it.p90_secs]);
        let quantiles =
            quantiles.map_or([const { String::new() }; 2], |it| it.map(|it| it.to_string()));
        let times = [arc.sum_secs().to_string(), arc.mean_secs().to_string()];
        let row = [name(arc.from), name(arc.to), arc.count.to_string()];
        let row = row.into_iter().chain(times).chain(quantiles);
        file.row(row.chain([excess_secs.to_string()]))?;
    }
    file.finish()
}

fn write_variants(path: &Path, it: &Bottlenecks) -> Result<(), Failure> {
    let mut file = CsvFile::create(path, ["count", "share", "activities"])?;
    for variant in it.variants.all() {
        let names = variant.activities.iter().filter_map(|at| it.activities.get(*at as usize));
        let names = names.map(String::as_str).collect::<Vec<_>>().join(" > ");
        let share = it.variants.share(variant);
        file.row([variant.count.to_string(), share.to_string(), names])?;
    }
    file.finish()
}

fn write_ledger(path: &Path, ledger: &Ledger) -> Result<(), Failure> {
    let mut file = CsvFile::create(path, ["part", "secs", "share"])?;
    for (at, part) in ledger.parts().iter().enumerate() {
        let share = ledger.share(at).map_or_else(String::new, |it| it.to_string());
        file.row([part.name.clone(), (part.micros as f64 / 1e6).to_string(), share])?;
    }
    file.finish()
}

fn write_waits(path: &Path, it: &Bottlenecks) -> Result<(), Failure> {
    let five = WaitCause::FIVE.map(|it| format!("{}_secs", it.as_str()));
    let header = ["from", "to", "count", "wait_secs"].into_iter();
    let header = header.chain(five.iter().map(String::as_str)).chain(["declared_secs"]);
    let mut file = CsvFile::create(path, header)?;
    let secs = |micros: i64| (micros as f64 / 1e6).to_string();
    for wait in &it.waits {
        let from = wait.from.clone().unwrap_or_default();
        let total = secs(wait.parts.total_micros());
        let parts = WaitCause::FIVE.map(|it| secs(wait.parts.micros(it)));
        let row = [from, wait.to.clone(), wait.count.to_string(), total];
        let declared = secs(wait.parts.declared_total_micros());
        file.row(row.into_iter().chain(parts).chain([declared]))?;
    }
    file.finish()
}

fn write_rejected(path: &Path, read: &Read) -> Result<(), Failure> {
    let mut file = CsvFile::create(path, ["line", "field", "reason"])?;
    for it in &read.rejected {
        file.row([it.line.to_string(), it.field.clone(), it.reason.clone()])?;
    }
    file.finish()
}
