//! Before and after a change, in words, a chart and tables.

use chrono::{DateTime, Utc};
use ringback_mining::{Change, Comparison, human_secs};

use crate::overview::{grouped, share_in_percent};
use crate::{Align, LineChart, Section, Series, Table};

/// Kinds of cases that are shown.
const KINDS: usize = 8;

/// The change of the median in a sentence; absent where fewer than half of the cases of a period have ended.
pub fn comparison_in_words(it: &Comparison) -> Option<String> {
    let median = it.median?;
    let interval = median.interval;
    let is_sure = interval.lower > 0.0 || interval.upper < 0.0;
    let verdict = match (is_sure, median.difference_secs > 0.0) {
        (false, _) => "the difference may be chance",
        (true, true) => "cases became slower",
        (true, false) => "cases became faster",
    };
    Some(format!(
        "Half of the cases took {} or less before and {} or less after; {:.0} % interval of the difference {} to {}: \
         {verdict}.",
        human_secs(median.before_secs),
        human_secs(median.after_secs),
        interval.level * 100.0,
        human_secs(interval.lower),
        human_secs(interval.upper)
    ))
}

pub(super) fn comparison_section(change_at: DateTime<Utc>, it: &Comparison) -> Section {
    let mut section = Section::new("Before and after").id("before-after").text(&format!(
        "Cases that started before {} UTC against those that started from then on. Cases that were open then count as old \
         as they were, and open.",
        change_at.format("%Y-%m-%d %H:%M")
    ));
    section = match comparison_in_words(it) {
        Some(words) => section.text(&words),
        None => section.text(
            "Fewer than half of the cases of a period have ended: the medians are not known.",
        ),
    };
    section = section.table(figures(it));
    if let Some(chart) = open_shares(it) {
        section = section.chart(chart);
    }
    if let Some(table) = kinds(it) {
        section = section.table(table);
    }
    section
        .text(&format!(
            "The mean counts cases older than {} as that old: so old are cases of both periods. It changes by mix where \
             there are more cases of a kind that takes long, and within kinds where cases of one kind take longer.",
            human_secs(it.up_to_secs)
        ))
        .warning(
        "Two periods differ in more than the change: in season, load and staff. Where some groups could be left as they \
         were, compare with those.",
    )
}

fn figures(it: &Comparison) -> Table {
    let (before, after) = (it.cases_before, it.cases_after);
    let counts = |name: &str, [a, b]: [usize; 2]| {
        [name.to_owned(), grouped(a as u64), grouped(b as u64), String::new(), String::new()]
    };
    let mut table = Table::new(["", "Before", "After", "Change", "Interval"])
        .align([Align::Left, Align::Right, Align::Right, Align::Right, Align::Right])
        .caption(&format!(
            "How long cases take; so large a difference by chance: {} ({} test)",
            probability(it.p_value),
            it.test
        ))
        .row(counts("Cases", [before.0, after.0]));
    if before.1 + after.1 > 0 {
        table = table.row(counts("of them open", [before.1, after.1]));
    }
    for (name, change) in [("Half end within", it.median), ("Nine of ten end within", it.p90)] {
        table = table.row(row(name, change));
    }
    let Some(parts) = &it.decomposition else { return table };
    let name = format!("Mean up to {}", human_secs(it.up_to_secs));
    let means = [parts.mean_before, parts.mean_after, parts.mean_after - parts.mean_before];
    let [before, after, difference] = means.map(human_secs);
    table
        .row([name, before, after, difference, String::new()])
        .row(of_mean("of it mix of kinds", parts.mix))
        .row(of_mean("of it within kinds", parts.within))
}

fn probability(p: f64) -> String {
    if p < 0.001 { "p below 0.001".to_owned() } else { format!("p = {p:.3}") }
}

fn row(name: &str, change: Option<Change>) -> [String; 5] {
    let unknown = || "not known".to_owned();
    let figure = |of: fn(Change) -> f64| change.map_or_else(unknown, |it| human_secs(of(it)));
    let ends = |it: Change| {
        format!("{} to {}", human_secs(it.interval.lower), human_secs(it.interval.upper))
    };
    [
        name.to_owned(),
        figure(|it| it.before_secs),
        figure(|it| it.after_secs),
        figure(|it| it.difference_secs),
        change.map_or_else(String::new, ends),
    ]
}

fn of_mean(name: &str, secs: f64) -> [String; 5] {
    [name.to_owned(), String::new(), String::new(), human_secs(secs), String::new()]
}

fn open_shares(it: &Comparison) -> Option<LineChart> {
    let last = it.open_shares.last()?.age_secs;
    let units = [(86_400.0, "days"), (3_600.0, "hours"), (60.0, "minutes")];
    let (unit, name) = units.into_iter().find(|it| last >= 2.0 * it.0).unwrap_or((1.0, "seconds"));
    let line = |of: fn(&ringback_mining::OpenShares) -> f64| {
        it.open_shares
            .iter()
            .map(move |at| (at.age_secs / unit, Some(100.0 * of(at))))
            .collect::<Vec<_>>()
    };
    let chart = LineChart::new("Cases that are still open, by age")
        .x_label(&format!("Age in {name}"))
        .y_label("Still open")
        .unit("%")
        .series(Series::new("before", line(|it| it.before)))
        .series(Series::new("after", line(|it| it.after)));
    Some(chart)
}

fn kinds(it: &Comparison) -> Option<Table> {
    let kinds = &it.decomposition.as_ref()?.kinds;
    if kinds.len() < 2 {
        return None;
    }
    let mut table = Table::new(["Kind", "% before", "% after", "Before", "After", "Mix", "Within"])
        .align([
            Align::Left,
            Align::Right,
            Align::Right,
            Align::Right,
            Align::Right,
            Align::Right,
            Align::Right,
        ])
        .caption(&format!(
            "The {} of {} kinds that add most to the change of the mean: their share of cases, their mean, and what each adds",
            kinds.len().min(KINDS),
            kinds.len()
        ));
    for kind in kinds.iter().take(KINDS) {
        table = table.row([
            kind.kind.clone(),
            share_in_percent(kind.share_before),
            share_in_percent(kind.share_after),
            human_secs(kind.mean_before),
            human_secs(kind.mean_after),
            human_secs(kind.mix),
            human_secs(kind.within),
        ]);
    }
    Some(table)
}
