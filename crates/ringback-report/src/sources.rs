//! The sources of a log, side by side: what each can say, and the service that it tells of.

use ringback_calllog::{Audit, CallLog, Observed};
use ringback_features::{AcceptableWait, Measure, ServiceMeasures, ServiceSummary};
use serde::Serialize;

use crate::overview::{grouped, one_digit, share_in_percent, shown};
use crate::{Align, Section, Table};

/// One source of a log: a system, by any of its formats.
#[derive(Clone, Debug, Serialize)]
pub struct SourceKpis {
    /// The system that wrote it.
    pub source: String,
    /// The formats that it was read by.
    pub formats: Vec<String>,
    /// Calls that count.
    pub calls: u64,
    /// Calls that a better feed of the same system tells of, and that count there.
    pub calls_in_other_feeds: u64,
    /// What it can say by all of its formats.
    pub observed: Observed,
    /// The service over its calls.
    pub service: ServiceSummary,
}

/// The sources of a log, in the order of their reading.
pub fn source_kpis(
    log: &CallLog,
    audit: &Audit,
    acceptable_wait: AcceptableWait,
) -> Vec<SourceKpis> {
    let measures = ServiceMeasures::new(acceptable_wait);
    let mut sources: Vec<SourceKpis> = Vec::new();
    for part in &audit.sources {
        let known = sources.iter_mut().find(|it| it.source == part.source);
        if let Some(known) = known {
            known.formats.push(part.format.clone());
            known.calls += part.calls;
            known.calls_in_other_feeds += part.calls_in_other_feeds;
            known.observed = known.observed.and(part.observed);
        } else {
            sources.push(SourceKpis {
                source: part.source.clone(),
                formats: vec![part.format.clone()],
                calls: part.calls,
                calls_in_other_feeds: part.calls_in_other_feeds,
                observed: part.observed,
                service: measures.summary(&[], &part.observed),
            });
        }
    }
    for it in &mut sources {
        let calls = log.calls.iter().filter(|call| call.source.as_str() == it.source);
        it.service = measures.summary(calls, &it.observed);
    }
    sources
}

/// The sources as a section of a page, under a title, after a text.
pub fn sources_section(title: &str, text: &str, sources: &[SourceKpis]) -> Section {
    let mut table = Table::new([
        "Source",
        "Calls",
        "Told twice",
        "Answered",
        "Aban\u{ad}doned",
        "Answer speed",
        "Stamps",
        "Not observable",
    ])
    .align([Align::Left].into_iter().chain([Align::Right; 6]).chain([Align::Left]))
    .caption(
        "Calls by source: answered in calls; abandoned in % of calls offered; average speed of answer in seconds; stamps: \
         how exact. Told twice: calls that a better feed of the same system tells of too; they count there, once.",
    );
    for it in sources {
        table = table.row([
            it.source.clone(),
            grouped(it.calls),
            grouped(it.calls_in_other_feeds),
            grouped(it.service.calls_answered),
            share(&it.service.abandonment),
            shown(&it.service.speed_of_answer_secs, one_digit),
            it.observed.precision.to_string(),
            not_observable(&it.observed),
        ]);
    }
    let formats = sources.iter().filter(|it| it.formats[..] != [it.source.as_str()]);
    let formats: Vec<String> =
        formats.map(|it| format!("{} by {}", it.source, it.formats.join(", "))).collect();
    let text = match &formats[..] {
        [] => text.to_owned(),
        formats => format!("{text} Read by format: {}.", formats.join("; ")),
    };
    Section::new(title).id("sources").text(&text).table(table)
}

fn share(measure: &Measure) -> String {
    shown(measure, share_in_percent)
}

/// What a source cannot say, in words.
fn not_observable(observed: &Observed) -> String {
    let facts = [
        (observed.abandons, "abandons"),
        (observed.waits, "waits"),
        (observed.agents, "agents"),
        (observed.customers, "customers"),
    ];
    let missing: Vec<&str> = facts.iter().filter(|it| !it.0).map(|it| it.1).collect();
    if missing.is_empty() { "–".to_owned() } else { missing.join(", ") }
}
