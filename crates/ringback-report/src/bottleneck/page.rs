//! The bottleneck page, and its short form for the overview.

use ringback_calllog::CallLog;
use ringback_eventlog::CallJourneys;
use ringback_mining::{CaseEnds, Detectors, InstanceOptions, Roles, human_secs};

use super::comparison::comparison_section;
use super::section::{
    arcs_table, causes_chart, conditions, definitions, findings_table, ledger_chart, map_chart,
    quick_wins_table, root_causes_table, spectrum_chart, variants_table,
};
use super::{BottleneckOptions, Bottlenecks};
use crate::overview::{grouped, share_in_percent};
use crate::{KeyFigure, Page, Section};

const CALLS_HEADING: &str = "Where calls lose time";

/// What every reader of findings must know.
const CAUTION: &str = "These figures say where time goes and what goes along with it, not what causes it. Cases of one \
                       group, product or hour may be harder than others. Before anything is changed, look at the cases \
                       that are named, and measure after.";

/// The page: where the cases of a log lose time.
pub fn bottleneck_page(title: &str, it: &Bottlenecks) -> Page {
    let found = it.findings.findings.len();
    let lede = match it.findings.findings.first() {
        Some(first) => format!(
            "{found} patterns stand out in {} cases. The costliest: {}.",
            grouped(it.cases as u64),
            super::section::finding_in_words(first)
        ),
        None => format!("No pattern stands out in {} cases.", grouped(it.cases as u64)),
    };
    let mut steps = Section::new("Steps over time").id("spectrum");
    if let Some(chart) = spectrum_chart(it) {
        steps = steps.chart(chart);
    }
    let mut ledger = Section::new("Where the time goes").id("ledger");
    if let Some(chart) = ledger_chart(it) {
        ledger = ledger.chart(chart);
    }
    if let Some(chart) = causes_chart(it) {
        ledger = ledger.chart(chart);
    }
    let mut page = Page::new(title).lede(&lede).section(key_figures(it));
    if let Some((change_at, compared)) = &it.comparison {
        page = page.section(comparison_section(*change_at, compared));
    }
    page.section(Section::new("The process").id("map").chart(map_chart(it)))
        .section(findings_section(it))
        .section(improvements_section(it))
        .section(ledger)
        .section(steps.table(arcs_table(it)))
        .section(Section::new("Ways through the process").id("variants").table(variants_table(it)))
        .section(definitions())
}

fn findings_section(it: &Bottlenecks) -> Section {
    let mut findings = Section::new("What stands out").id("findings");
    findings = match findings_table(it) {
        Some(table) => findings.table(table),
        None => findings.text("Nothing stood out against chance and slips of the log."),
    };
    if it.findings.slips > 0 {
        findings = findings.text(&format!(
            "{} labels stand where only a slip puts them, one each in a case that is ordinary otherwise; they were \
             read as what is usual there.",
            grouped(it.findings.slips as u64)
        ));
    }
    for (pattern, place) in &it.findings.may_be_slips {
        findings = findings.text(&format!(
            "{} ({}) may be wrong labels: the log is too small to tell.",
            super::section::pattern_name(*pattern),
            super::section::place_name(place)
        ));
    }
    for (pattern, lacks) in &it.findings.not_looked_for {
        let name = super::section::pattern_name(*pattern);
        findings =
            findings.text(&format!("{name} could not be looked for: the log has no {lacks}."));
    }
    findings.warning(CAUTION)
}

fn improvements_section(it: &Bottlenecks) -> Section {
    let mut improvements = Section::new("What to change first").id("improvements");
    if let Some(table) = quick_wins_table(it) {
        improvements = improvements.table(table);
    }
    for condition in conditions(it) {
        improvements = improvements.text(&condition);
    }
    if let Some(table) = root_causes_table(it) {
        improvements = improvements.table(table);
    }
    if it.improvements.quick_wins.is_empty() {
        improvements = improvements.text("Nothing was found that a change could gain from.");
    }
    for lacks in &it.improvements.lacking {
        improvements = improvements.text(&format!("Not looked for: {lacks}."));
    }
    improvements
}

/// The short form: the map, what stands out, and why work waits.
pub fn bottleneck_section(it: &Bottlenecks) -> Section {
    let mut section = Section::new(CALLS_HEADING).id("bottlenecks").chart(map_chart(it));
    if let Some(table) = findings_table(it) {
        section = section.table(table);
    }
    if let Some(chart) = causes_chart(it) {
        section = section.chart(chart);
    }
    section.warning(CAUTION)
}

/// The short form for the calls of a log: each call is a case, its stages are the activities.
pub(crate) fn calls_section(log: &CallLog) -> Section {
    let journeys = CallJourneys::of(&log.calls);
    let instances = InstanceOptions::default().roles(Roles::calls());
    let detectors = Detectors::default().case_ends(CaseEnds::WithLastEvent);
    let options = BottleneckOptions::default().instances(instances).detectors(detectors);
    match Bottlenecks::of(&journeys.log, &options, |_| ()) {
        Ok(it) if it.cases > 0 => bottleneck_section(&it),
        Ok(_) => empty_section("no call has a stage"),
        Err(error) => empty_section(&error.to_string()),
    }
}

fn empty_section(why: &str) -> Section {
    Section::new(CALLS_HEADING).id("bottlenecks").warning(&format!("Not found: {why}."))
}

fn key_figures(it: &Bottlenecks) -> Section {
    let secs = |secs: Option<f64>| secs.map_or_else(|| "–".to_owned(), human_secs);
    let top = it.variants.all().first().map_or(0, |it| it.count) as f64 / it.cases.max(1) as f64;
    let mut figures = vec![
        KeyFigure::new("Cases", &grouped(it.cases as u64))
            .note(&format!("{} events", grouped(it.events as u64))),
        KeyFigure::new("Median time of a case", &secs(it.throughput_median_secs))
            .note(&format!("mean {}", secs(it.throughput_mean_secs))),
        KeyFigure::new("Ways through the process", &grouped(it.variants.all().len() as u64))
            .note(&format!("the most common has {} % of the cases", share_in_percent(top))),
        KeyFigure::new("Activities", &grouped(it.activities.len() as u64)).note(&format!(
            "{} different steps between them",
            grouped(it.times.graph().arcs().len() as u64)
        )),
        KeyFigure::new("Patterns found", &grouped(it.findings.findings.len() as u64)).note(
            &format!(
                "of {} looked for; at most {} % of them by chance",
                grouped(it.findings.tested as u64),
                share_in_percent(it.findings.false_discovery_rate)
            ),
        ),
        KeyFigure::new("Events with equal stamps", &grouped(it.ties as u64))
            .note("neighbors of one case: the source's order decides"),
    ];
    figures.extend(first_contact_figure(it));
    Section::new("At a glance").id("glance").key_figures(figures)
}

fn first_contact_figure(it: &Bottlenecks) -> Option<KeyFigure> {
    let found = it.first_contact.as_ref()?;
    let [share, lower, upper] =
        [found.share?, found.interval.lower, found.interval.upper].map(share_in_percent);
    let callers = if found.knows_callers {
        ""
    } else {
        "; the most that it can be, as callers are not known"
    };
    let note = format!(
        "{lower} to {upper} % of {} cases: one group, one person, not reopened{callers}",
        grouped(found.cases as u64)
    );
    Some(KeyFigure::new("Solved at first contact", &format!("{share} %")).note(&note))
}
