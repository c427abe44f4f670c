//! When customers pick up, on the page.

use ringback_calllog::{CallLog, Zone};
use ringback_reach::{Attempt, AttemptKind, AttemptLog, ContactKpis, ReliabilityBin, Stratum};

use super::{AttemptsFrom, ContactMonth, ReachKpis, ReachScores, SegmentHours};
use crate::overview::{WEEKDAYS, grouped, missing, number, one_digit, percent, share_in_percent};
use crate::{Align, Error, HeatMap, KeyFigure, LineChart, Section, Series, Stroke, Table};

/// Segments of which a map is drawn.
const MAPS: usize = 4;

/// From this share of answered attempts on, calls that nobody answered are taken to be missing.
const NEARLY_ALL: f64 = 0.99;

/// The section.
pub(crate) fn reach_section(reach: &Result<ReachKpis, Error>, log: &CallLog) -> Section {
    let zone = log.observed.zone;
    let section = Section::new("When customers pick up").id("reachability");
    let it = match reach {
        Ok(it) => it,
        Err(error) => return section.warning(&format!("When customers pick up: {error}.")),
    };
    let section = match &it.from {
        AttemptsFrom::MadeUp(name) => section.warning(&made_up(name, log)),
        AttemptsFrom::Table(name) => section.text(&format!("Attempts from {name}.")),
        AttemptsFrom::OutboundCalls => section,
    };
    let section = section
        .text(&format!(
            "{} attempts to reach {} customers, {} to {}.",
            grouped(it.attempts as u64),
            grouped(it.customers as u64),
            zone.date(it.first),
            zone.date(it.last)
        ))
        .key_figures(key_figures(it));
    let section = match it.contact.attempt_reached {
        Some(share) if share >= NEARLY_ALL => section.warning(&format!(
            "{} of the attempts were answered: those that nobody answered are not written, it seems. Then these figures are too \
             good, and when customers pick up is not observable in this source.",
            percent(share)
        )),
        _ => section,
    };
    let section = maps(section, it);
    let section = match &it.scores {
        Ok(scores) => score_blocks(section, scores, zone),
        Err(error) => section.note(&format!(
            "How well an answer can be told is not observable in this source: {error}."
        )),
    };
    month_table(section, &it.months)
}

/// What made-up attempts stand in for.
fn made_up(name: &str, log: &CallLog) -> String {
    let own = AttemptLog::from_calls(&log.calls, log.observed.zone).map(|it| it.log);
    let outcomes: Vec<bool> =
        own.iter().flat_map(AttemptLog::attempts).filter_map(reached).collect();
    let answered = outcomes.iter().filter(|it| **it).count() as f64 / outcomes.len() as f64;
    let own = match outcomes.len() {
        0 => "This log has no outbound calls to customers whom it names: when its own customers pick up is not observable in \
              this source."
            .to_owned(),
        calls if answered >= NEARLY_ALL => format!(
            "Of this log's own {} outbound calls to customers whom it names, {} were answered: those that nobody answered are \
             not written, it seems. When its own customers pick up is not observable in this source.",
            grouped(calls as u64),
            percent(answered)
        ),
        calls => format!(
            "It does not look at this log's own {} outbound calls to customers whom it names.",
            grouped(calls as u64)
        ),
    };
    format!(
        "Everything in this section stands on made-up attempts ({name}), to show what can be told. {own}"
    )
}

fn reached(attempt: &Attempt) -> Option<bool> {
    attempt.outcome.is_reached()
}

/// What the field reports, from the attempts.
fn key_figures(it: &ReachKpis) -> [KeyFigure; 4] {
    let contact = &it.contact;
    let figure = |label: &str, value: Option<f64>, show: fn(f64) -> String| {
        KeyFigure::new(label, &value.map_or_else(missing, show))
    };
    let first = format!("of {} efforts to reach a customer", grouped(contact.episodes as u64));
    let until = number(contact.attempts_until_reached, 1);
    let (hours, since) = time_to_contact(contact);
    [
        figure("Reached at first attempt", contact.first_attempt_reached, percent).note(&first),
        figure("Attempts per contact", contact.attempts_per_reached, one_digit)
            .note(&format!("those in vain too; {until} where the customer was reached")),
        figure("Time to first contact", hours, one_digit).unit("h").note(&since),
        figure("Answered", contact.attempt_reached, percent).note("of all attempts"),
    ]
}

/// From the customer's call to the answer where customers called, else from the first attempt. Unit: hours.
fn time_to_contact(contact: &ContactKpis) -> (Option<f64>, String) {
    let median = |hours: Option<f64>| match hours {
        Some(hours) if hours <= 0.0 => "most answer at the first attempt".to_owned(),
        hours => format!("median {} h", number(hours, 1)),
    };
    if contact.hours_from_call_mean.is_some() {
        let since = format!(
            "mean from the customer's call to the answer, {} contacts; {}",
            grouped(contact.reached_after_call as u64),
            median(contact.hours_from_call_median)
        );
        return (contact.hours_from_call_mean, since);
    }
    let since = format!(
        "mean from the first attempt to the answer, of those reached; {}",
        median(contact.hours_to_contact_median)
    );
    (contact.hours_to_contact_mean, since)
}

fn month_table(section: Section, months: &[ContactMonth]) -> Section {
    if months.len() < 2 {
        return section;
    }
    let mut table = Table::new([
        "Month",
        "Efforts",
        "Reached at first attempt",
        "Attempts",
        "Attempts per contact",
        "Time to contact",
    ])
    .align([Align::Left].into_iter().chain([Align::Right; 5]))
    .caption(
        "Contact by month: reached at the first attempt in % of the efforts that began in the month; time from the first attempt \
         to the answer in hours, mean over the answers of the month. The first and the last month may be cut short.",
    );
    for month in months {
        table = table.row([
            month.starts_on.format("%Y-%m").to_string(),
            grouped(month.efforts as u64),
            month.first_attempt_reached.map_or_else(missing, share_in_percent),
            grouped(month.attempts as u64),
            number(month.attempts_per_reached, 2),
            number(month.hours_to_contact_mean, 1),
        ]);
    }
    section.table(table)
}

/// Whether the hour matters, and if so, which hours are good ones.
fn maps(section: Section, it: &ReachKpis) -> Section {
    let effect = &it.time_effect;
    if effect.p_value.is_none() {
        return section.note(&format!("Not observable in this source: {effect}."));
    }
    if !effect.is_shown() {
        return section.note(&format!(
            "No time is better than another: {effect}. A map of hours would show chance, so there is none."
        ));
    }
    let segments = match &it.segments {
        Ok(segments) => segments,
        Err(error) => {
            return section
                .note(&format!("When whom to call is not observable in this source: {error}."));
        }
    };
    let mut section = section.text(&format!("{}.", capitalized(&effect.to_string())));
    let hours = hours_called(segments.iter().take(MAPS));
    for segment in segments.iter().take(MAPS) {
        section = section.chart(map(segment, hours));
    }
    let left: Vec<&str> = segments.iter().skip(MAPS).map(SegmentHours::name).collect();
    if left.is_empty() {
        return section;
    }
    section.text(&format!(
        "The {MAPS} segments with most attempts are drawn; in the summary file are {} too.",
        left.join(", ")
    ))
}

/// The first hour of which anything is shown, and the one after the last.
fn hours_called<'a>(segments: impl Iterator<Item = &'a SegmentHours>) -> (usize, usize) {
    let hours: Vec<usize> = segments.flat_map(|it| it.cells().map(|it| it.1)).collect();
    match (hours.iter().min(), hours.iter().max()) {
        (Some(first), Some(last)) => (*first, last + 1),
        _ => (0, 24),
    }
}

fn map(segment: &SegmentHours, (from, to): (usize, usize)) -> HeatMap {
    let title = format!("When {} pick up", subject(segment));
    let best = segment.cells().reduce(|a, b| if b.2 > a.2 { b } else { a });
    let worst = segment.cells().reduce(|a, b| if b.2 < a.2 { b } else { a });
    let cell = |(day, hour, share): (usize, usize, f64)| {
        let day = WEEKDAYS.get(day).copied().unwrap_or_default();
        format!("{day} {hour:02}–{:02} ({:.0} %)", hour + 1, share * 100.0)
    };
    let ends = match (best, worst) {
        (Some(best), Some(worst)) => format!("Best {}, worst {}. ", cell(best), cell(worst)),
        _ => String::new(),
    };
    let about = format!(
        "{ends}The share of calls that a person answers, for a customer of whom nothing else is known{}; from {} attempts at {} \
         customers. Hours with fewer than five attempts are left open.",
        kind(segment.kind),
        grouped(segment.attempts as u64),
        grouped(segment.customers as u64),
    );
    let hours = (from..to).map(|it| format!("{it:02}"));
    let mut map = HeatMap::new(&title, WEEKDAYS, hours)
        .description(&about)
        .x_label(&format!("Hour of the day, local time ({})", segment.zone))
        .y_label("Day of the week")
        .unit("% answered");
    for day in &segment.probability {
        map = map.row(day.iter().skip(from).take(to - from).map(|it| it.map(|it| it * 100.0)));
    }
    map
}

fn subject(segment: &SegmentHours) -> String {
    match &segment.segment {
        Some(name) => format!("customers of segment “{name}”"),
        None => "customers".to_owned(),
    }
}

fn kind(kind: AttemptKind) -> &'static str {
    match kind {
        AttemptKind::RequestedCallback => ", who asked to be called back",
        AttemptKind::AbandonedReturn => ", called after hanging up in a queue",
        AttemptKind::KnownContact => ", who knows the caller",
        AttemptKind::UnknownNumber => ", called from a number that they do not know",
        AttemptKind::Unknown => "",
    }
}

fn score_blocks(section: Section, scores: &ReachScores, zone: Zone) -> Section {
    let all = &scores.evaluation.all;
    let bins = &scores.reliability.bins;
    let held = scores.reliability.bins_held();
    let order = all.auc.map_or_else(String::new, |auc| {
        format!(
            " Of an attempt that was answered and one that was not, the answered one had the higher probability in {} of cases; \
             50 % is chance.",
            percent(auc)
        )
    });
    section
        .text(&format!(
            "How well an answer can be told: learned from the {} attempts before {}, then told of each of {} from then on, before \
             its outcome was seen.{order} In {held} of {} groups of like probability, what was told lies within what chance allows \
             of what came.",
            grouped(scores.trained as u64),
            zone.date(scores.train_until),
            grouped(all.rows as u64),
            bins.len(),
        ))
        .chart(reliability_chart(bins))
        .table(score_table(all))
}

/// What was told beside what came, with intervals.
fn reliability_chart(bins: &[ReliabilityBin]) -> LineChart {
    let percent = |it: f64| it * 100.0;
    let came = bins.iter().map(|it| (percent(it.probability_mean), Some(percent(it.reached))));
    // A gap after each group keeps the intervals of neighbors apart.
    let ranges = bins.iter().flat_map(|it| {
        let at = percent(it.probability_mean);
        [(at, Some((percent(it.lower), percent(it.upper)))), (at, None)]
    });
    let highest = bins.iter().map(|it| it.probability_mean.max(it.upper)).fold(0.0, f64::max);
    let right = [0.0, percent(highest)].map(|it| (it, Some(it)));
    LineChart::new("Do told probabilities come true?")
        .description(
            "Attempts in groups of like probability. Points on the dotted line are right; bars hold what chance allows (95 %).",
        )
        .x_label("Told probability of an answer in %")
        .y_label("Answered in %")
        .unit("%")
        .series(
            Series::new("as it turned out", came)
                .stroke(Stroke::None)
                .band("95 % interval", ranges),
        )
        .series(Series::new("as told", right).stroke(Stroke::Dotted))
}

fn score_table(all: &Stratum) -> Table {
    let mut table = Table::new(["Told by", "Log loss", "Brier score", "AUC", "Loss saved by Ringback"])
        .align([Align::Left].into_iter().chain([Align::Right; 4]))
        .caption(&format!(
            "Scores on the same attempts: of log loss and Brier score less is better, of AUC more. Ringback's calibration error is \
             {}, where right probabilities would show {} by chance.",
            share_of_points(all.calibration_error),
            share_of_points(all.calibration_noise),
        ));
    table = table.row([
        "Ringback".to_owned(),
        number(Some(all.log_loss), 4),
        number(Some(all.brier), 4),
        number(all.auc, 3),
        missing(),
    ]);
    for it in &all.against {
        table = table.row([
            capitalized(&it.baseline),
            number(Some(it.log_loss), 4),
            number(Some(it.brier), 4),
            number(it.auc, 3),
            it.log_loss_skill.map_or_else(missing, percent),
        ]);
    }
    table
}

fn share_of_points(error: f64) -> String {
    format!("{:.1} points", error * 100.0)
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|it| it.to_uppercase().to_string()).unwrap_or_default();
    first + chars.as_str()
}
