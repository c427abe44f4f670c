//! The charts and tables of the bottleneck page.

use ringback_mining::{
    Effort, Finding, Ledger, LedgerPart, Pattern, Place, WaitCause, human_hours, human_secs,
};

use super::{Bottlenecks, NamedWait};
use crate::chart::{MapChart, SpectrumChart};
use crate::overview::{grouped, share_in_percent};
use crate::{Align, BarChart, BarLayout, BarSeries, Direction, Section, Table};

/// Rows of tables and bars of charts.
const FINDINGS: usize = 12;
const STEPS: usize = 12;
const WAYS: usize = 10;
const BARS: usize = 10;
const MICROS_AN_HOUR: f64 = 3.6e9;

pub(super) fn map_chart(it: &Bottlenecks) -> MapChart {
    MapChart::new("What follows what", it.map.clone(), it.small_map.clone())
}

pub(super) fn spectrum_chart(it: &Bottlenecks) -> Option<SpectrumChart> {
    let title = "The steps with the most excess time";
    (!it.spectrum.is_empty()).then(|| SpectrumChart::new(title, it.spectrum.clone()))
}

/// A pattern's name in words.
pub(super) fn pattern_name(pattern: Pattern) -> String {
    let name = pattern.to_string();
    let mut letters = name.chars();
    let first = letters.next().map(|it| it.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

pub(super) fn place_name(place: &Place) -> String {
    match &place.values[..] {
        [] => "all cases".to_owned(),
        values => values.join(" · "),
    }
}

/// One line on a finding.
pub(super) fn finding_in_words(it: &Finding) -> String {
    format!(
        "{} ({}), {} of excess in {} cases",
        pattern_name(it.pattern).to_lowercase(),
        place_name(&it.place),
        human_hours(it.excess_hours * 3600.0),
        grouped(it.cases as u64)
    )
}

pub(super) fn findings_table(it: &Bottlenecks) -> Option<Table> {
    let findings = &it.findings.findings;
    let first = findings.first()?;
    let mut table = Table::new(["Pattern", "Where", "Cases", "Share", "Excess", "Interval"])
        .align([Align::Left, Align::Left, Align::Right, Align::Right, Align::Right, Align::Right])
        .caption(&format!(
            "The {} costliest of {} patterns: cases that have it and their share in %, the time that need not have \
             been, and its {:.0} % interval",
            findings.len().min(FINDINGS),
            findings.len(),
            first.excess_interval.level * 100.0
        ));
    for finding in findings.iter().take(FINDINGS) {
        let interval = finding.excess_interval;
        let ends = [interval.lower, interval.upper].map(|it| human_hours(it.max(0.0) * 3600.0));
        table = table.row([
            pattern_name(finding.pattern),
            place_name(&finding.place),
            grouped(finding.cases as u64),
            share_in_percent(finding.share),
            human_hours(finding.excess_hours * 3600.0),
            ends.join(" to "),
        ]);
    }
    Some(table)
}

/// How many things to do, and root causes, are shown.
const IMPROVEMENTS: usize = 6;

/// The things to do that gain most for their effort.
pub(super) fn quick_wins_table(it: &Bottlenecks) -> Option<Table> {
    let wins = &it.improvements.quick_wins;
    wins.iter().find(|it| it.gain_hours > 0.0)?;
    let mut table = Table::new(["Against", "What to do", "Effort", "Gains at least"])
        .align([Align::Left, Align::Left, Align::Left, Align::Right])
        .caption("What gains most for its effort. Gains overlap: they do not add up.");
    for win in wins.iter().filter(|it| it.gain_hours > 0.0).take(IMPROVEMENTS) {
        let Some(finding) = it.findings.findings.get(win.finding) else { continue };
        let effort = match win.effort {
            Effort::Small => "days",
            Effort::Medium => "weeks",
            Effort::Large => "months",
        };
        table = table.row([
            format!("{} ({})", pattern_name(win.pattern), place_name(&finding.place)),
            win.measure.to_owned(),
            effort.to_owned(),
            human_hours(win.gain_hours * 3600.0),
        ]);
    }
    Some(table)
}

/// What must be true for each of the things to do that are shown.
pub(super) fn conditions(it: &Bottlenecks) -> Vec<String> {
    let wins = it.improvements.quick_wins.iter().filter(|it| it.gain_hours > 0.0);
    let mut told = Vec::new();
    for win in wins.take(IMPROVEMENTS) {
        let text = format!("To {} gains only if {}.", win.measure, win.must_be_true.join(", and "));
        if !told.contains(&text) {
            told.push(text);
        }
    }
    told
}

/// The attributes that go with long cases.
pub(super) fn root_causes_table(it: &Bottlenecks) -> Option<Table> {
    let causes = &it.improvements.root_causes;
    let first = causes.first()?;
    let mut table = Table::new(["Attribute", "Value", "Cases", "Goes with", "Interval"])
        .align([Align::Left, Align::Left, Align::Right, Align::Right, Align::Right])
        .caption(&format!(
            "Values that go with longer cases, other attributes held equal: hours more over all cases, and their \
             {:.0} % interval",
            first.interval.level * 100.0
        ));
    for cause in causes.iter().take(IMPROVEMENTS) {
        let ends = [cause.interval.lower, cause.interval.upper];
        table = table.row([
            cause.column.clone(),
            cause.value.clone(),
            grouped(cause.cases as u64),
            human_hours(cause.hours * 3600.0),
            ends.map(|it| human_hours(it * 3600.0)).join(" to "),
        ]);
    }
    Some(table)
}

/// The parts of the ledger as bars, those that are smaller than the last together.
pub(super) fn ledger_chart(it: &Bottlenecks) -> Option<BarChart> {
    shares_chart("The time of all cases by activity or state", &it.ledger)
        .map(|it| it.description("Shares of the time from each case's first stamp to its last; they add up to all of it."))
}

fn shares_chart(title: &str, ledger: &Ledger) -> Option<BarChart> {
    let total = ledger.throughput_micros();
    if total <= 0 {
        return None;
    }
    let percent = |micros: i64| Some(micros as f64 / total as f64 * 100.0);
    let parts: Vec<&LedgerPart> = ledger.parts().iter().filter(|it| it.micros > 0).collect();
    let (shown, rest) = parts.split_at(parts.len().min(BARS));
    let mut names: Vec<String> = shown.iter().map(|it| it.name.clone()).collect();
    let mut values: Vec<Option<f64>> = shown.iter().map(|it| percent(it.micros)).collect();
    if !rest.is_empty() {
        names.push(format!("{} others", rest.len()));
        values.push(percent(rest.iter().map(|it| it.micros).sum()));
    }
    let y_label = format!("Share of {} in %", human_hours(total as f64 / 1e6));
    let chart = BarChart::new(title, names).direction(Direction::Horizontal).unit("%");
    Some(chart.y_label(&y_label).series(BarSeries::new("share", values)))
}

/// The longest waits in all, each split by its causes.
pub(super) fn causes_chart(it: &Bottlenecks) -> Option<BarChart> {
    let waits: Vec<&NamedWait> =
        it.waits.iter().filter(|it| it.parts.total_micros() > 0).take(BARS).collect();
    if waits.is_empty() {
        return None;
    }
    let name = |it: &&NamedWait| format!("{} → {}", it.from.as_deref().unwrap_or("start"), it.to);
    let mut chart = BarChart::new("Why work waits", waits.iter().map(name))
        .description(
            "Each bar is one step's waits of all cases. Declared: the state names the reason. Batching: piled up to be \
             done in one go. Contention: the resource does what came before. Prioritization: it does what came later. \
             Unavailability: outside its working hours. Extraneous: none of these.",
        )
        .direction(Direction::Horizontal)
        .layout(BarLayout::Stacked)
        .y_label("Waits of all cases in hours")
        .unit("h");
    let hours = |micros: i64| Some(micros as f64 / MICROS_AN_HOUR);
    let declared = waits.iter().map(|it| it.parts.declared_total_micros()).collect::<Vec<_>>();
    if declared.iter().any(|it| *it > 0) {
        chart = chart.series(BarSeries::new("declared", declared.into_iter().map(hours)));
    }
    for cause in WaitCause::FIVE {
        let micros: Vec<i64> = waits.iter().map(|it| it.parts.micros(cause)).collect();
        if micros.iter().any(|it| *it > 0) {
            chart = chart.series(BarSeries::new(cause.as_str(), micros.into_iter().map(hours)));
        }
    }
    Some(chart)
}

pub(super) fn arcs_table(it: &Bottlenecks) -> Table {
    let mut arcs: Vec<_> = it.times.graph().arcs().iter().zip(it.times.arc_excess_secs()).collect();
    arcs.sort_by(|a, b| b.1.total_cmp(a.1).then((a.0.from, a.0.to).cmp(&(b.0.from, b.0.to))));
    let mut table = Table::new(["Step", "Times", "Median", "Mean", "9 in 10", "Excess"])
        .align([Align::Left].into_iter().chain([Align::Right; 5]))
        .caption(
            "The steps that cost most: half and nine in ten took at most so long; excess is what lies beyond the median, \
             over all times",
        );
    for (arc, excess_secs) in arcs.into_iter().take(STEPS) {
        let (median, p90) =
            arc.quantiles.map_or((f64::NAN, f64::NAN), |it| (it.median_secs, it.p90_secs));
        table = table.row([
            breakable(&format!("{} → {}", it.name(arc.from), it.name(arc.to))),
            grouped(arc.count),
            human_secs(median),
            human_secs(arc.mean_secs()),
            human_secs(p90),
            human_hours(*excess_secs),
        ]);
    }
    table
}

pub(super) fn variants_table(it: &Bottlenecks) -> Table {
    let mut table = Table::new(["Way", "Cases", "Share", "So far"])
        .align([Align::Left, Align::Right, Align::Right, Align::Right])
        .caption(
            "The most common ways, with their share of the cases and that of all ways so far, in %",
        );
    let mut so_far = 0;
    let share = |count: u64| share_in_percent(count as f64 / it.cases.max(1) as f64);
    for variant in it.variants.all().iter().take(WAYS) {
        so_far += variant.count;
        let names = in_short(variant.activities.iter().map(|at| it.name(*at)));
        table = table.row([names, grouped(variant.count), share(variant.count), share(so_far)]);
    }
    table
}

/// A name that may be broken after its joints.
fn breakable(name: &str) -> String {
    name.replace('+', "+\u{200b}").replace('_', "_\u{200b}")
}

/// Activities joined; those that repeat themselves with how often.
fn in_short(names: impl Iterator<Item = String>) -> String {
    let mut runs: Vec<(String, usize)> = Vec::new();
    for name in names {
        match runs.last_mut() {
            Some((last, times)) if *last == name => *times += 1,
            _ => runs.push((name, 1)),
        }
    }
    let runs = runs.into_iter().map(|(name, times)| match times {
        1 => name,
        _ => format!("{name} ×\u{a0}{times}"),
    });
    runs.collect::<Vec<_>>().join(" > ")
}

impl Bottlenecks {
    /// The name of an activity.
    fn name(&self, activity: u32) -> String {
        self.activities.get(activity as usize).cloned().unwrap_or_default()
    }
}

pub(super) fn definitions() -> Section {
    Section::new("What the words mean").id("terms").definitions([
        ("Case, event, activity", "A ticket or a call; a stamp in its log; what happened then."),
        ("Step, arc", "One activity directly after another in a case."),
        ("Time of a case", "From its first stamp to its last. A case that was still open has taken longer."),
        ("Excess", "Of a step or an activity: what lies beyond its own median, over all times it was taken. Of a pattern: as its definition says."),
        ("Way", "The sequence of a case's activities. Events with equal stamps stand in the order of the source."),
        ("Median, 90th percentile", "Half, and nine in ten, took at most so long (type 7)."),
    ])
}
