//! Next week's callback windows, on the page.

use chrono::{Datelike, NaiveDate};
use ringback_calllog::Zone;

use super::{CallbackDay, CallbackWindow, CallbackWindows};
use crate::overview::{WEEKDAYS, grouped, missing};
use crate::{Align, Error, HeatMap, Section, Table};

/// The section.
pub(crate) fn windows_section(windows: &Result<CallbackWindows, Error>, zone: Zone) -> Section {
    let section = Section::new("When to offer callbacks next week").id("callback-windows");
    let it = match windows {
        Ok(it) => it,
        Err(error) => return section.warning(&format!("No callback windows: {error}.")),
    };
    let total: u64 =
        it.days.iter().flat_map(|it| it.slots.iter().flatten()).map(|it| u64::from(*it)).sum();
    let by = if it.by_load_alone {
        "Windows are chosen by load alone: this log does not tell when its customers pick up."
    } else {
        "Windows are chosen by agents' free time and by when customers pick up."
    };
    let section = section.text(&format!(
        "About {} callbacks of {:.0} s fit into what the expected calls leave of the agents' time. {by}",
        grouped(total),
        it.handle_secs
    ));
    let (share, wait) = (it.answered_share * 100.0, it.acceptable_wait_secs);
    let section = if it.is_short_of_agents() {
        section.warning(&format!(
            "There are too few agents to answer 80 % of callers within {wait} s: that would leave none free at any hour of the \
             week. These windows keep only the service that callers have now, {share:.0} % within {wait} s."
        ))
    } else {
        section
    };
    section.chart(map(it)).table(table(it, zone)).note(&format!(
        "The agents (up to {}) are those who were usually there in the last eight weeks, from their first to their last contact; \
         who sat idle before or after is not seen, so there is rather more time than this. {share:.0} % of callers are still \
         answered within {wait} s, and a tenth of the free time is kept in reserve.",
        it.agents_most
    ))
}

fn day_name(date: NaiveDate) -> String {
    let day = WEEKDAYS.get(date.weekday().num_days_from_monday() as usize);
    format!("{} {}", day.copied().unwrap_or_default(), date.format("%-d %b"))
}

fn map(it: &CallbackWindows) -> HeatMap {
    let staffed = |day: &CallbackDay| {
        let first = day.slots.iter().position(Option::is_some);
        first.zip(day.slots.iter().rposition(Option::is_some))
    };
    let from = it.days.iter().filter_map(|it| staffed(it).map(|it| it.0)).min().unwrap_or(0);
    let to = it.days.iter().filter_map(|it| staffed(it).map(|it| it.1)).max().unwrap_or(23);
    let hours = (from..=to).map(|it| format!("{it:02}"));
    let days = it.days.iter().map(|it| day_name(it.date));
    let mut map = HeatMap::new("Callbacks that fit, next week", days, hours)
        .description(
            "Dark hours have agents to spare; in pale ones callers who wait need all of them. In hatched hours nobody is there, or no \
             calls are allowed.",
        )
        .x_label("Hour of the day, local time")
        .y_label("Day")
        .unit("callbacks an hour");
    for day in &it.days {
        let cells = day.slots.iter().skip(from).take(to + 1 - from);
        map = map.row(cells.map(|it| it.map(f64::from)));
    }
    map
}

fn table(it: &CallbackWindows, zone: Zone) -> Table {
    let mut table = Table::new(["Day", "First choice", "Second choice", "Third choice"])
        .align([Align::Left; 4])
        .caption(
            "The windows to offer, best first; in brackets how many callbacks fit, how much of the agents' time is free, and, where it is \
             known, how many customers answer.",
        );
    for day in &it.days {
        let cell = |place: usize| day.windows.get(place).map(|it| told(it, zone));
        let first = cell(0).or_else(|| day.why_none.clone());
        table = table.row([
            day_name(day.date),
            first.unwrap_or_else(missing),
            cell(1).unwrap_or_else(missing),
            cell(2).unwrap_or_else(missing),
        ]);
    }
    table
}

fn told(it: &CallbackWindow, zone: Zone) -> String {
    let time = |at| zone.local(at).format("%H:%M").to_string();
    let answers = it.probability.map_or_else(String::new, |it| format!(", {:.0} %", it * 100.0));
    format!(
        "{}–{} ({}, {:.0} %{answers})",
        time(it.window.starts_at()),
        time(it.window.ends_at()),
        it.slots,
        it.free_share * 100.0,
    )
}
