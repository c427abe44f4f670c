//! The overview: one page on a call log, from the audit of its rows to the accuracy of what is predicted from it.

use ringback_calllog::{Audit, CallLog};
use ringback_features::{HourWaits, Measure, WeekSummary};
use ringback_forecast::{
    Announcement, BacktestReport, VolumeForecast, WaitReport, WaitScores, quantile_shares,
};

use crate::kpi::Kpis;
use crate::reach::{reach_section, windows_section};
use crate::sources::sources_section;
use crate::{
    Align, BarChart, BarSeries, HeatMap, KeyFigure, LineChart, Page, Section, Series, Stroke, Table,
};

pub(crate) const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// The page.
pub fn overview_page(log: &CallLog, audit: &Audit, kpis: &Kpis) -> Page {
    let zone = log.observed.zone;
    let span = match (audit.first, audit.last) {
        (Some(first), Some(last)) => {
            format!("{} to {}", zone.date(first), zone.date(last))
        }
        _ => "no calls".to_owned(),
    };
    let source = match &kpis.sources[..] {
        [] => "an empty log".to_owned(),
        sources => sources.iter().map(|it| it.source.as_str()).collect::<Vec<_>>().join(", "),
    };
    let mut page = Page::new(&format!("Call overview: {source}"))
        .lede(&format!("{} calls, {span}. Times are local ({zone}).", grouped(audit.calls)))
        .section(key_figures(kpis));
    if kpis.sources.len() > 1 {
        let text =
            "Figures over the whole log are observable only where every source can say them.";
        page = page.section(sources_section("By source", text, &kpis.sources));
    }
    page.section(audit_section(audit))
        .section(weeks_section(&kpis.weeks))
        .section(load_section(kpis))
        .section(waits_section(kpis))
        .section(forecast_section(log, kpis))
        .section(wait_prediction_section(log, kpis))
        .section(reach_section(&kpis.reach, log))
        .section(windows_section(&kpis.callback_windows, zone))
        .section(crate::bottleneck::calls_section(log))
        .section(definitions())
}

fn key_figures(kpis: &Kpis) -> Section {
    let it = &kpis.service;
    let awt = it.acceptable_wait_secs;
    Section::new("At a glance").id("glance").key_figures([
        KeyFigure::new("Calls offered", &grouped(it.calls_offered))
            .note("entered a queue, or were answered at once"),
        figure("Service level", &it.service_level, percent)
            .note(&format!("answered within {awt} s; callers who left earlier are not counted")),
        figure("Average speed of answer", &it.speed_of_answer_secs, one_digit).unit("s"),
        figure("Abandonment", &it.abandonment, percent).note("of calls offered"),
        figure("Average handle time", &it.handle_secs_mean, one_digit).unit("s"),
        figure("Occupancy", &it.occupancy, percent).note("staffed time is inferred from contacts"),
    ])
}

fn figure(label: &str, measure: &Measure, show: fn(f64) -> String) -> KeyFigure {
    match measure.value() {
        Some(value) => KeyFigure::new(label, &show(value)),
        None => KeyFigure::new(label, "–").note(&measure.to_string()),
    }
}

fn audit_section(audit: &Audit) -> Section {
    let mut rows = Table::new(["Rows", "Count"])
        .align([Align::Left, Align::Right])
        .caption("What became of every row: used, skipped and rejected add up to the rows read.");
    rows = rows.row(["Read".to_owned(), grouped(audit.rows_read)]);
    rows = rows.row(["Used".to_owned(), grouped(audit.rows_used)]);
    rows = rows.row(["Skipped by rule".to_owned(), grouped(audit.rows_skipped)]);
    for (reason, count) in &audit.skipped {
        rows = rows.row([format!("\u{2003}{reason}"), grouped(*count)]);
    }
    rows = rows.row(["Rejected".to_owned(), grouped(audit.rows_rejected)]);
    for (reason, count) in &audit.rejected {
        rows = rows.row([format!("\u{2003}{reason}"), grouped(*count)]);
    }
    let observed = audit.observed;
    let lacks = match audit.sources.len() {
        0 | 1 => "not observable in this source",
        _ => "not observable in every source",
    };
    let can = |yes: bool| if yes { "observable" } else { lacks };
    let precision = observed.precision.to_string();
    let mut section = Section::new("What the log says, and what it does not")
        .id("audit")
        .text(&audit.sufficiency.allows)
        .table(rows)
        .definitions([
            ("Abandoned calls", can(observed.abandons)),
            ("Waits", can(observed.waits)),
            ("Agents", can(observed.agents)),
            ("Customers", can(observed.customers)),
            ("Precision of stamps", precision.as_str()),
            ("Zone", observed.zone.name()),
        ]);
    for warning in &audit.warnings {
        section = section.warning(warning);
    }
    section
}

fn weeks_section(weeks: &[WeekSummary]) -> Section {
    let calls = weeks.iter().map(|it| (it.starts_on, Some(it.service.calls_offered as f64)));
    let answered = weeks.iter().map(|it| (it.starts_on, Some(it.service.calls_answered as f64)));
    let share = |of: fn(&WeekSummary) -> &Measure| {
        weeks.iter().map(move |it| (it.starts_on, of(it).value().map(|it| it * 100.0)))
    };
    let volume = LineChart::new("Calls by week")
        .description("The first and the last week may be cut short by the log.")
        .x_label("Week, by its first day")
        .y_label("Calls a week")
        .unit("calls")
        .series(Series::new("offered", calls))
        .series(Series::new("answered", answered).stroke(Stroke::Dashed));
    let quality = LineChart::new("Service level and abandonment by week")
        .x_label("Week, by its first day")
        .y_label("Share of calls in %")
        .unit("%")
        .series(Series::new("service level", share(|it| &it.service.service_level)))
        .series(
            Series::new("abandonment", share(|it| &it.service.abandonment)).stroke(Stroke::Dashed),
        );
    let mut table = Table::new([
        "Week from",
        "Offered",
        "Answered",
        "Service level",
        "Answer speed",
        "Aban\u{ad}doned",
        "Handle time",
        "Occu\u{ad}pancy",
    ])
    .align([Align::Left].into_iter().chain([Align::Right; 7]))
    .caption(
        "Key figures by week: offered and answered in calls; service level, abandoned and occupancy in %; average \
         speed of answer and handle time in seconds",
    );
    for week in weeks {
        let it = &week.service;
        table = table.row([
            week.starts_on.to_string(),
            grouped(it.calls_offered),
            grouped(it.calls_answered),
            shown(&it.service_level, share_in_percent),
            shown(&it.speed_of_answer_secs, one_digit),
            shown(&it.abandonment, share_in_percent),
            shown(&it.handle_secs_mean, one_digit),
            shown(&it.occupancy, share_in_percent),
        ]);
    }
    Section::new("Week by week").id("weeks").chart(volume).chart(quality).table(table)
}

fn load_section(kpis: &Kpis) -> Section {
    let section = Section::new("When calls come").id("load");
    let load = match &kpis.load {
        Ok(load) => load,
        Err(error) => return section.warning(&error.to_string()),
    };
    let hours = (0..24).map(|it| format!("{it:02}"));
    let mut map = HeatMap::new("Load by weekday and hour", WEEKDAYS, hours)
        .description("Calls offered in an hour, on average over the hours that the feed covers.")
        .x_label("Hour of the day, local time")
        .y_label("Day of the week")
        .unit("calls per hour");
    for day in load.calls_offered_mean {
        map = map.row(day);
    }
    let section = section.chart(map);
    match kpis.volume.as_ref().ok().and_then(|it| it.hours.as_ref()) {
        Some(hours) => section.text(&format!("Opening hours found in the log: {hours}.")),
        None => section,
    }
}

fn waits_section(kpis: &Kpis) -> Section {
    let section = Section::new("How long callers wait").id("waits");
    let hours = match &kpis.waits {
        Ok(hours) => hours,
        Err(error) => return section.warning(&error.to_string()),
    };
    let of = |secs: fn(&HourWaits) -> Option<f64>| hours.iter().map(move |it| (it.hour, secs(it)));
    section.chart(
        LineChart::new("Waits by hour of the day")
            .description("Waits of answered calls; those answered without queueing waited 0 s.")
            .x_label("Hour of the day, local time")
            .y_label("Wait in seconds")
            .unit("s")
            .series(Series::new("90th percentile", of(|it| it.wait_secs_p90)))
            .series(Series::new("mean", of(|it| it.wait_secs_mean)).stroke(Stroke::Dashed))
            .series(Series::new("median", of(|it| it.wait_secs_p50)).stroke(Stroke::Dotted)),
    )
}

fn forecast_section(log: &CallLog, kpis: &Kpis) -> Section {
    let section = Section::new("Next week").id("forecast");
    let section = match &kpis.forecast {
        Ok(forecast) => section.chart(forecast_chart(log, kpis, forecast)),
        Err(error) => section.warning(&format!("No forecast: {error}.")),
    };
    match &kpis.backtest {
        Ok(report) => {
            section.chart(horizon_chart(report)).table(backtest_table(report, has_hours(kpis)))
        }
        Err(error) => section.warning(&format!("No backtest: {error}.")),
    }
}

/// The last week of the log and the week after it.
fn forecast_chart(log: &CallLog, kpis: &Kpis, forecast: &VolumeForecast) -> LineChart {
    let zone = log.observed.zone;
    let local = |at: usize| zone.local(forecast.at(at));
    let mut chart = LineChart::new("Calls offered per half hour: last week and next")
        .description("The shaded ranges should hold 80 and 95 % of what comes.")
        .x_label("Local time")
        .y_label("Calls offered per 30 minutes")
        .unit("calls")
        .marker(local(0), "forecast starts");
    if let Ok(table) = &kpis.volume {
        let week = 7 * table.interval.slots_a_day();
        let from = table.rows.len().saturating_sub(week);
        let past = (from..table.rows.len()).map(|at| {
            let calls = table.rows[at].as_ref().map(|it| f64::from(it.calls_offered));
            (zone.local(table.at(at)), calls)
        });
        chart = chart.series(Series::new("observed", past));
    }
    let mean = (0..forecast.len()).map(|at| (local(at), Some(forecast.mean[at])));
    let mut expected = Series::new("expected", mean).stroke(Stroke::Dashed);
    for interval in forecast.intervals.iter().rev() {
        let label = format!("{:.0} % interval", interval.level.get() * 100.0);
        let range = (0..forecast.len())
            .map(|at| (local(at), Some((interval.lower[at], interval.upper[at]))));
        expected = expected.band(&label, range);
    }
    chart.series(expected)
}

/// Whether opening hours were found in the log.
fn has_hours(kpis: &Kpis) -> bool {
    kpis.volume.as_ref().is_ok_and(|it| it.hours.is_some())
}

/// The error by how far ahead the forecast looked.
fn horizon_chart(report: &BacktestReport) -> LineChart {
    let mut chart = LineChart::new("Error of volume forecasts by days ahead")
        .description("Mean absolute error over the intervals of that day; less is better.")
        .x_label("Days ahead of the moment of the forecast")
        .y_label("Mean absolute error in calls per interval")
        .unit("calls");
    let strokes = [Stroke::Solid, Stroke::Dashed, Stroke::Dotted, Stroke::Dashed];
    for (at, (model, stroke)) in report.models.iter().zip(strokes.into_iter().cycle()).enumerate() {
        let errors = (1_u32..).zip(&model.by_day).map(|(day, it)| (f64::from(day), it.mae));
        let name = if at == 0 { format!("Ringback: {}", model.name) } else { model.name.clone() };
        chart = chart.series(Series::new(&name, errors).stroke(stroke));
    }
    chart
}

fn backtest_table(report: &BacktestReport, in_opening_hours: bool) -> Table {
    let scored = if in_opening_hours { "opening hours only" } else { "all hours of the day" };
    let mut table = Table::new(["Model", "MAE calls", "RMSE calls", "WAPE", "MASE", "In 80 %", "In 95 %"])
        .align([Align::Left].into_iter().chain([Align::Right; 6]))
        .caption(&format!(
            "Forecasts of {} past weeks by half hours, each made at the week's start from what was known then; scored \
             over {scored}",
            report.origins.len()
        ));
    for model in &report.models {
        let it = &model.overall;
        let coverage = |at: usize| it.intervals.get(at).and_then(|it| it.coverage);
        table = table.row([
            model.name.clone(),
            number(it.mae, 2),
            number(it.rmse, 2),
            it.wape.map_or_else(missing, percent),
            number(it.mase, 3),
            coverage(0).map_or_else(missing, percent),
            coverage(1).map_or_else(missing, percent),
        ]);
    }
    table
}

fn wait_prediction_section(log: &CallLog, kpis: &Kpis) -> Section {
    let section = Section::new("How well a wait can be told on arrival").id("wait-prediction");
    let report = match &kpis.wait_predictions {
        Ok(report) => report,
        Err(error) => return section.warning(&format!("No wait predictions: {error}.")),
    };
    let until = log.observed.zone.date(kpis.train_until);
    let mean = number(report.mean_wait_secs, 1);
    section
        .text(&format!(
            "Learned from the calls before {until}, then told to each of {} callers from then on, with nothing known \
             that came later. {} of them were answered, after {mean} s on average.",
            grouped(report.predictions.len() as u64),
            grouped(report.answered as u64)
        ))
        .chart(error_chart(report))
        .chart(reliability_chart(log, report))
        .table(error_table(report))
}

/// Predicted quantiles beside the share of waits that turned out at or below them.
fn reliability_chart(log: &CallLog, report: &WaitReport) -> LineChart {
    let shares = quantile_shares(report, &log.calls);
    let percent = |share: f64| share * 100.0;
    let told = shares.iter().map(|it| (percent(it.quantile.get()), Some(percent(it.share))));
    let right = [0.0, 100.0].map(|it| (it, Some(it)));
    LineChart::new("Are the predicted quantiles right?")
        .description(
            "Of the waits, so many percent should turn out at or below the quantile of that name.",
        )
        .x_label("Predicted quantile in %")
        .y_label("Waits at or below it in %")
        .unit("%")
        .series(Series::new("as it turned out", told))
        .series(Series::new("right", right).stroke(Stroke::Dotted))
}

/// The model, then the announcements that could be made, the best first.
fn methods(report: &WaitReport) -> impl Iterator<Item = (String, &WaitScores)> {
    let model = ("Ringback".to_owned(), &report.model);
    let name = |it: &str| {
        let mut words = it.replace('_', " ");
        if let Some(first) = words.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        words
    };
    let mut announced: Vec<&(Announcement, WaitScores)> =
        report.announcements.iter().filter(|it| it.1.mae_secs.is_some()).collect();
    let error = |it: &WaitScores| it.mae_secs.unwrap_or(f64::INFINITY);
    announced.sort_by(|a, b| error(&a.1).total_cmp(&error(&b.1)).then(a.0.cmp(&b.0)));
    let announced = announced.into_iter().map(move |(it, scores)| (name(it.as_str()), scores));
    std::iter::once(model).chain(announced)
}

/// Announcements that the chart shows beside the model; the table has all.
const CHARTED: usize = 12;

fn error_chart(report: &WaitReport) -> BarChart {
    let (names, scores): (Vec<_>, Vec<_>) = methods(report).take(1 + CHARTED).unzip();
    BarChart::new("Error of wait predictions by method", names)
        .description(
            "Mean absolute error over answered callers; less is better. The twelve best formulas that phone systems \
             announce by, as published and fed with what this log tells.",
        )
        .direction(crate::Direction::Horizontal)
        .y_label("Mean absolute error in seconds")
        .unit("s")
        .series(BarSeries::new("mean absolute error", scores.iter().map(|it| it.mae_secs)))
}

fn error_table(report: &WaitReport) -> Table {
    let mut table =
        Table::new(["Method", "MAE\u{a0}s", "RMSE\u{a0}s", "RMSE ÷ mean wait", "p10 to p90 holds", "90\u{a0}% holds", "Concordance"])
            .align([Align::Left].into_iter().chain([Align::Right; 6]))
            .caption(
                "Errors on answered calls; concordance over all callers, those who hung up as waits of unknown length",
            );
    for (name, it) in methods(report) {
        table = table.row([
            name,
            number(it.mae_secs, 1),
            number(it.rmse_secs, 1),
            number(it.rmse_over_mean, 3),
            it.coverage_p10_p90.map_or_else(missing, percent),
            it.coverage_90.map_or_else(missing, percent),
            number(it.concordance, 3),
        ]);
    }
    table
}

fn definitions() -> Section {
    Section::new("What the words mean").id("terms").definitions([
        ("Offered", "Calls that entered a queue or were answered by a person without queueing."),
        ("Service level", "Answered within the acceptable wait ÷ (offered − abandoned within it)."),
        ("Average speed of answer", "The waits of answered calls ÷ answered calls."),
        ("Abandonment", "Calls whose caller hung up in the queue ÷ calls offered."),
        ("Average handle time", "Talk, hold, consult and wrap-up ÷ answered calls, as far as the log writes them."),
        ("Occupancy", "The agents' busy time ÷ their staffed time."),
        ("MAE, RMSE", "Mean absolute error and root mean squared error: how far predictions were off."),
        ("WAPE", "The absolute errors added up ÷ the calls added up."),
        ("MASE", "MAE ÷ the MAE of taking the same interval of the week before, over the history."),
        (
            "Concordance",
            "The share of pairs of callers in which the one who waited longer had been told so; 0.5 is chance.",
        ),
        (
            "Effort",
            "Attempts to reach one customer, up to the one that a person answers, or to a pause of more than 14 days.",
        ),
        ("Log loss, Brier score", "How far told probabilities were from what came: the mean of −ln p, and of squared distances."),
        (
            "AUC",
            "The share of pairs of an answered and another attempt in which the answered one was told the higher probability.",
        ),
    ])
}

pub(crate) fn shown(measure: &Measure, show: fn(f64) -> String) -> String {
    measure.value().map_or_else(missing, show)
}

pub(crate) fn missing() -> String {
    "–".to_owned()
}

pub(crate) fn percent(share: f64) -> String {
    format!("{} %", share_in_percent(share))
}

/// A share in percent without the sign: the column's caption says the unit.
pub(crate) fn share_in_percent(share: f64) -> String {
    format!("{:.1}", share * 100.0)
}

pub(crate) fn one_digit(value: f64) -> String {
    format!("{value:.1}")
}

pub(crate) fn number(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(missing, |it| format!("{it:.digits$}"))
}

/// A whole number with thin spaces between groups of three digits.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}
