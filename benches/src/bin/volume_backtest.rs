//! Forecasts each day of a span from the midnight before, with every volume model, and prints how they scored: one side of
//! the comparison in `side_by_side/volume.py`.
//!
//! ```text
//! volume_backtest FILE.csv TIME VALUE MINUTES FIRST_DAY LAST_DAY [COUNTRY] [MODEL,MODEL…] [STEP_DAYS]
//! ```
//!
//! FILE has a header; TIME and VALUE name the columns of the stamp (`2026-05-04 14:30:00`, on a clock that is never
//! changed) and of the count; counts are added up to intervals of MINUTES. COUNTRY is a code such as `US`, or `-`.

use std::collections::BTreeMap;
use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use ringback::calllog::Zone;
use ringback::features::{Calendar, Country, IntervalLength, Series};
use ringback::forecast::{
    AutoVolume, Backtest, CalendarVolume, DayKinds, ExponentialSmoothing, Level, Mstl, PastWeeks,
    VolumeModel, WeekdayProfile,
};

#[expect(clippy::print_stderr, reason = "a program for a script")]
fn main() -> ExitCode {
    let flags: Vec<String> = std::env::args().skip(1).collect();
    match run(&flags) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "a program for a script")]
fn run(flags: &[String]) -> Result<(), Box<dyn Error>> {
    let flag = |at: usize| flags.get(at).map_or("", String::as_str);
    if flags.len() < 6 {
        return Err("expected FILE TIME VALUE MINUTES FIRST_DAY LAST_DAY [COUNTRY] [MODELS]".into());
    }
    let interval = IntervalLength::from_minutes(flag(3).parse()?)?;
    let series = read(flag(0), flag(1), flag(2), interval)?;
    let (first, last): (NaiveDate, NaiveDate) = (flag(4).parse()?, flag(5).parse()?);
    let end = last.and_time(chrono::NaiveTime::MIN).and_utc() + TimeDelta::days(1);
    let calendar = match flag(6) {
        "" | "-" => Calendar::plain(Zone::UTC),
        code => Calendar::new(code.parse::<Country>()?, Zone::UTC),
    };
    let step: usize = if flag(8).is_empty() { 1 } else { flag(8).parse()? };
    let days = usize::try_from((last - first).num_days())? / step + 1;
    let day = interval.slots_a_day();
    let levels = [Level::new(0.8)?, Level::new(0.95)?];
    let backtest = Backtest::new(days, step * day, day)?.levels(levels);
    println!(
        "model,scored,wape,mae,rmse,bias,coverage_80,coverage_95,width_80,width_95,secs_a_day"
    );
    let calendar: Arc<dyn DayKinds> = Arc::new(calendar);
    for model in models(flag(7), &calendar)? {
        let begun = Instant::now();
        let report = backtest.run(&series.until(end), &[&*model])?;
        let secs = begun.elapsed().as_secs_f64() / days as f64;
        for result in &report.models {
            let it = &result.overall;
            let number =
                |value: Option<f64>| value.map_or_else(String::new, |it| format!("{it:.4}"));
            let interval = |at: usize| it.intervals.get(at);
            println!(
                "{},{},{},{},{},{},{},{},{},{},{secs:.5}",
                result.name,
                it.scored,
                number(it.wape),
                number(it.mae),
                number(it.rmse),
                number(it.bias),
                number(interval(0).and_then(|it| it.coverage)),
                number(interval(1).and_then(|it| it.coverage)),
                number(interval(0).and_then(|it| it.mean_width)),
                number(interval(1).and_then(|it| it.mean_width)),
            );
        }
    }
    Ok(())
}

/// The models named, or all but the slow ones.
fn models(
    names: &str,
    calendar: &Arc<dyn DayKinds>,
) -> Result<Vec<Box<dyn VolumeModel>>, Box<dyn Error>> {
    let names =
        if names.is_empty() { "calendar,profile,smoothing,naive,mean4,mean" } else { names };
    let zone = Zone::UTC;
    let model = |name: &str| -> Result<Box<dyn VolumeModel>, Box<dyn Error>> {
        let calendar = Arc::clone(calendar);
        Ok(match name {
            "calendar" => Box::new(CalendarVolume::new(zone).calendar(calendar)),
            "profile" => Box::new(WeekdayProfile::new(zone).calendar(calendar)),
            "auto" => Box::new(AutoVolume::with_calendar(zone, calendar)),
            "smoothing" => Box::new(ExponentialSmoothing::default()),
            "mstl" => Box::new(Mstl::default()),
            "naive" => Box::new(PastWeeks::naive(zone)),
            "mean4" => Box::new(PastWeeks::mean(zone, 4)?),
            "mean" => Box::new(PastWeeks::mean(zone, 10_000)?),
            other => return Err(format!("no model {other:?}").into()),
        })
    };
    names.split(',').map(model).collect()
}

/// Two columns of a plain CSV file (no quotes), added up to intervals. An interval without a row is missing.
fn read(
    path: &str,
    time: &str,
    value: &str,
    interval: IntervalLength,
) -> Result<Series, Box<dyn Error>> {
    let text = std::fs::read_to_string(path)?;
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let column = |name: &str| {
        header.iter().position(|it| *it == name).ok_or_else(|| format!("no column {name:?}"))
    };
    let (time, value) = (column(time)?, column(value)?);
    let mut sums: BTreeMap<DateTime<Utc>, f64> = BTreeMap::new();
    let secs = i64::from(interval.secs());
    for line in lines.filter(|line| !line.trim().is_empty()) {
        let fields: Vec<&str> = line.split(',').collect();
        let field = |at: usize| fields.get(at).copied().unwrap_or_default();
        let at = NaiveDateTime::parse_from_str(field(time), "%Y-%m-%d %H:%M:%S")?.and_utc();
        let start = at - TimeDelta::seconds(at.timestamp().rem_euclid(secs));
        *sums.entry(start).or_insert(0.0) += field(value).parse::<f64>()?;
    }
    Ok(Series::from_rows(interval, sums.into_iter().map(|(at, sum)| (at, Some(sum))))?)
}
