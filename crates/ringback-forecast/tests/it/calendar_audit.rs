//! Calendar audits of simulated series from which days were cut out: business days, and whole weeks.

use chrono::{Datelike, Days, NaiveDate};
use ringback_features::Country;
use ringback_forecast::{CalendarAudit, CalendarFindings, MissingDays, NamedDay};

use crate::surge::{Random, SLOTS, day};

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Weekdays from 3 March 2003 without these days; the business day after a gap is like a Monday.
fn simulated(seed: u64, missing: &[NaiveDate], n: usize) -> Vec<Option<f64>> {
    let mut random = Random(seed);
    let mut counts = Vec::new();
    let (mut date, mut carries) = (date("2003-03-03"), false);
    while counts.len() < n * SLOTS {
        if missing.contains(&date) {
            carries = true;
        } else if date.weekday().num_days_from_monday() < 5 {
            let monday = date - Days::new(date.weekday().num_days_from_monday().into());
            let like = if carries { monday } else { date };
            counts.extend(day(&mut random, like, 1.0).into_iter().map(Some));
            carries = false;
        }
        date = date + Days::new(1);
    }
    counts
}

/// Four holidays, and two days of April that are none.
fn planted() -> Vec<NaiveDate> {
    ["2003-04-04", "2003-04-09", "2003-05-26", "2003-07-04", "2003-09-01", "2003-10-13"]
        .map(date)
        .into()
}

/// Whether a day lies in the stated range of some gap.
fn covers(found: &CalendarFindings, day: NaiveDate) -> bool {
    found.gaps.iter().any(|gap| (gap.earliest..=gap.latest).contains(&day))
}

#[test]
fn six_business_days_without_a_trace_are_found_counted_and_named() {
    let (mut exact, mut named) = (0, 0);
    for seed in 1..=5 {
        let counts = simulated(seed, &planted(), 164);
        let found = CalendarAudit::new(SLOTS).run(date("2003-03-03"), &counts).unwrap();
        let missing: usize = found.gaps.iter().map(|gap| gap.missing.len()).sum();
        assert_eq!(missing, 6, "seed {seed}: {found}");
        assert_eq!(found.country, Some(Country::UnitedStates), "seed {seed}: {found}");
        assert_eq!(found.weekdays.len(), 5, "seed {seed}");
        for day in &planted()[2..] {
            assert!(covers(&found, *day), "seed {seed}, {day}: {found}");
        }
        let days = found.gaps.iter().flat_map(|gap| &gap.missing);
        let hits = days.filter(|day| planted().contains(&day.date));
        let hits: Vec<_> = hits.collect();
        exact += hits.len();
        named += hits.iter().filter(|day| day.holiday.is_some()).count();
        // From the last gap on every date is right, whatever is unsure within a week of April.
        assert_eq!(*found.dates.last().unwrap(), date("2003-10-24"), "seed {seed}");
    }
    println!("{exact} of 30 days exact, {named} of 20 holidays named");
    assert!(named >= 19, "{named} of 20 holidays named");
}

#[test]
fn a_whole_series_is_left_whole() {
    for seed in 21..=24 {
        let counts = simulated(seed, &[], 120);
        let found = CalendarAudit::new(SLOTS).run(date("2003-03-03"), &counts).unwrap();
        assert!(found.gaps.is_empty(), "seed {seed}: {found}");
    }
}

#[test]
fn ignoring_the_missing_days_costs_and_the_text_says_so() {
    let counts = simulated(5, &planted(), 164);
    let found = CalendarAudit::new(SLOTS).run(date("2003-03-03"), &counts).unwrap();
    let cost = found.cost.unwrap();
    assert!(cost.total_sd_by_date < cost.total_sd_by_number, "{cost:?}");
    assert!(cost.mae_by_date < cost.mae_by_number, "{cost:?}");
    let text = found.to_string();
    for part in [
        "6 days are missing without a trace",
        "(Memorial Day)",
        "(Independence Day)",
        "The holidays are those of US",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

/// The series on its true dates: as many open days as there are, missing days missing, closed hours zero.
#[test]
fn the_counts_come_back_on_their_dates() {
    let counts = simulated(5, &planted(), 164);
    let found = CalendarAudit::new(SLOTS).run(date("2003-03-03"), &counts).unwrap();
    let interval = ringback_features::IntervalLength::from_minutes(5).unwrap();
    let opens = chrono::NaiveTime::from_hms_opt(7, 0, 0).unwrap();
    let series = found.series(ringback_calllog::Zone::UTC, opens, interval).unwrap();
    let sum: f64 = series.values().iter().flatten().sum();
    // Whole numbers add up without rounding.
    assert!((sum - counts.iter().flatten().sum::<f64>()).abs() < 0.5, "{sum}");
    let noon = |day: &str| series.index_of(format!("{day}T12:00:00Z").parse().unwrap());
    assert_eq!(series.value(noon("2003-05-26").unwrap()), None);
    assert_eq!(series.value(noon("2003-05-27").unwrap() - 12 * 11), Some(0.0));
}

/// Hourly counts with a week of seven days: a quiet weekend, and two days cut out.
#[test]
fn days_cut_out_of_a_seven_day_series_are_found() {
    let mut random = Random(9);
    let levels = [1.1, 1.0, 1.0, 0.98, 0.95, 0.6, 0.4];
    let cut = [40, 95];
    let mut counts = Vec::new();
    for day in (0..160).filter(|day| !cut.contains(day)) {
        let level = levels[day % 7] * (0.04 * random.normal()).exp();
        for hour in 0..24_i32 {
            let shape = f64::from(10 + 5 * (12 - (hour - 13).abs()));
            counts.push(Some(random.count(shape * level, 1.3)));
        }
    }
    // 5 January 2026 is a Monday.
    let start = date("2026-01-05");
    let found = CalendarAudit::new(24).countries([]).run(start, &counts).unwrap();
    assert_eq!(found.weekdays.len(), 7);
    let missing: Vec<NaiveDate> =
        found.gaps.iter().flat_map(|gap| gap.missing.iter().map(|day| day.date)).collect();
    assert_eq!(missing.len(), 2, "{found}");
    for day in cut {
        let day = start + Days::new(u64::try_from(day).unwrap());
        assert!(covers(&found, day), "{day}: {found}");
    }
}

#[test]
fn errors_say_what_is_wrong() {
    let monday = date("2003-03-03");
    let run = |audit: CalendarAudit, n: usize| {
        audit.run(monday, &vec![Some(1.0); n]).unwrap_err().to_string()
    };
    assert_eq!(run(CalendarAudit::new(0), 10), "slots a day is 0, expected at least 1");
    assert_eq!(run(CalendarAudit::new(2), 10), "need at least 30 days with data, got 5");
    assert_eq!(
        run(CalendarAudit::new(2).weekdays([chrono::Weekday::Sun]), 400),
        "the series starts on 2003-03-03, a Monday, expected one of the weekdays that it has"
    );
}

#[test]
fn days_that_may_be_missing_one_by_one_are_said_to_be() {
    let named = |text: &str| NamedDay { date: date(text), holiday: None };
    let gap = MissingDays {
        after_index: 66,
        missing: vec![named("1999-03-10"), named("1999-03-11")],
        earliest: date("1999-03-08"),
        latest: date("1999-03-11"),
        may_be_apart: true,
    };
    assert_eq!(
        gap.to_string(),
        "Missing: Wed 1999-03-10, Thu 1999-03-11, together or apart; somewhere from Mon 1999-03-08 to Thu 1999-03-11."
    );
}
