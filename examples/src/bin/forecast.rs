//! Call volume by interval: what to expect after the end of a series, and how good such forecasts were.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use chrono::SecondsFormat;
use clap::{ArgGroup, Parser, ValueEnum};
use ringback::calllog::{QueueId, Zone};
use ringback::features::{Calendar, Country, Events, IntervalLength, Series};
use ringback::forecast::{
    AutoVolume, Backtest, BacktestReport, CalendarVolume, ExponentialSmoothing, FittedVolume,
    Level, Mstl, PastWeeks, VolumeForecast, VolumeModel, WeekdayProfile,
};
use ringback_examples::{
    CsvFile, Failure, LogFolder, ReadSeries, Reporting, Step, offered_series, read_series, run,
    write_json,
};
use serde::Serialize;

/// What stands below the flags in `--help`.
const EXAMPLES: &str = r#"Examples, on the shipped calls after ingest has written the folder "log":

  forecast --calls log --interval 30m --horizon 336 --country IL \
      --out forecast.csv
  forecast --calls log --interval 30m --horizon 336 --country IL \
      --backtest 8 --step 336 --out forecast.csv
  forecast --series counts.csv --time ts --value calls \
      --time-zone Asia/Jerusalem --horizon 240 --out forecast.csv"#;

/// Forecasts how many calls will come in each interval after the end of a series.
///
/// The series comes from a CSV file or from a call log (calls offered to a queue or to all). Intervals that the series
/// lacks are missing, not zero. The forecast has a mean, a median and a lower and an upper bound for each level.
#[derive(Parser)]
#[command(version, after_long_help = EXAMPLES)]
#[command(group(ArgGroup::new("input").required(true).args(["series", "calls"])))]
struct Flags {
    /// A CSV file with a header.
    #[arg(long, value_name = "FILE.csv", requires_all = ["time", "value"])]
    series: Option<PathBuf>,
    /// The column of the intervals' starts: RFC 3339, or wall-clock time (of --time-zone, or of a clock that is never
    /// changed).
    #[arg(long, value_name = "COL")]
    time: Option<String>,
    /// The column of the volumes; an empty field is missing.
    #[arg(long, value_name = "COL")]
    value: Option<String>,
    /// A folder that ingest has written.
    #[arg(long, value_name = "DIR")]
    calls: Option<PathBuf>,
    /// The queue of --calls; all of them without.
    #[arg(long, value_name = "Q", requires = "calls")]
    queue: Option<String>,
    /// The length of an interval, such as 5m, 30m, 1h or 1d; for --series, found from the file if left out.
    #[arg(long, required_unless_present = "series")]
    interval: Option<IntervalLength>,
    /// How many intervals to forecast.
    #[arg(long, value_name = "N")]
    horizon: NonZeroUsize,
    /// The zone of the series' days; for --calls, the log's own if left out.
    #[arg(long, value_name = "IANA")]
    time_zone: Option<Zone>,
    /// The country whose holidays and weekend count: DK, NO, SE, DE, AT, CH, FR, ES, IT, NL, GB, IE,
    /// US or IL.
    #[arg(long, value_name = "CC")]
    country: Option<Country>,
    /// Events and campaigns, with the columns `name`, `start`, `end` and perhaps `known_at`. The calendar model learns what
    /// events of a name did to the volume, from those in the series; one that it has not seen leaves the forecast as it is.
    #[arg(long, value_name = "FILE.csv")]
    events: Option<PathBuf>,
    /// How to forecast.
    #[arg(long, default_value = "calendar")]
    model: Method,
    /// The levels of the prediction intervals, between 0 and 1.
    #[arg(long, value_delimiter = ',', default_value = "0.8,0.95", value_parser = level)]
    level: Vec<Level>,
    /// Also score forecasts made at so many moments before the series' end; writes scores.json beside the file.
    #[arg(long, value_name = "ORIGINS")]
    backtest: Option<NonZeroUsize>,
    /// Intervals between those moments; a day's worth if left out.
    #[arg(long, value_name = "N", requires = "backtest")]
    step: Option<NonZeroUsize>,
    /// The file to write.
    #[arg(long, value_name = "FILE.csv")]
    out: PathBuf,
    #[command(flatten)]
    reporting: Reporting,
}

/// A way to forecast.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Method {
    /// The day's level times the shape of the day, with holidays, month edges, events and the year.
    Calendar,
    /// A profile of the weekday times the level of the last weeks.
    Profile,
    /// Exponential smoothing with the day's and the week's season.
    Smoothing,
    /// Seasons by MSTL, the rest by exponential smoothing (augurs). Slow.
    Mstl,
    /// Whichever of them did best on the last four weeks. Slow.
    Auto,
}

fn level(text: &str) -> Result<Level, String> {
    let number: f64 = text.trim().parse().map_err(|_| format!("{text:?} is no number"))?;
    Level::new(number).map_err(|it| it.to_string())
}

fn main() -> ExitCode {
    let flags = Flags::parse();
    run(|| forecast(&flags))
}

fn forecast(flags: &Flags) -> Result<(), Failure> {
    let (ReadSeries { series, rejected }, zone) = input(flags)?;
    let calendar = calendar(flags, zone)?;
    let mut notes = notes(flags.model, &calendar, &rejected);
    let fitting = Step::new(flags.reporting.quiet, "fitting");
    let forecast = if flags.model == Method::Auto {
        let fitted = auto(zone, &calendar).fit_auto(&series)?;
        notes.push(format!("chosen by the last four weeks: {}", fitted.report().chosen));
        fitted.forecast(flags.horizon.get(), &flags.level)?
    } else {
        let model = model(flags.model, zone, &calendar);
        model.fit(&series)?.forecast(flags.horizon.get(), &flags.level)?
    };
    drop(fitting);
    write_forecast(&flags.out, &forecast)?;
    let report = backtest(flags, &series, zone, &calendar)?;
    if let Some(report) = &report {
        write_json(&flags.out.with_file_name("scores.json"), report)?;
    }
    let report = Report { forecast, backtest: report, rejected, notes };
    print(flags, &report)
}

fn model(method: Method, zone: Zone, calendar: &Calendar) -> Box<dyn VolumeModel> {
    let kinds = Arc::new(calendar.clone());
    match method {
        Method::Calendar => {
            let events = calendar.all_events().clone();
            Box::new(CalendarVolume::new(zone).calendar(kinds).events(events))
        }
        Method::Profile => Box::new(WeekdayProfile::new(zone).calendar(kinds)),
        Method::Smoothing => Box::new(ExponentialSmoothing::default()),
        Method::Mstl => Box::new(Mstl::default()),
        Method::Auto => Box::new(auto(zone, calendar)),
    }
}

fn auto(zone: Zone, calendar: &Calendar) -> AutoVolume {
    let events = calendar.all_events().clone();
    AutoVolume::with_events(zone, Arc::new(calendar.clone()), events)
}

/// All that a run has to say.
#[derive(Serialize)]
struct Report {
    forecast: VolumeForecast,
    backtest: Option<BacktestReport>,
    rejected: Vec<String>,
    notes: Vec<String>,
}

/// What a reader of the forecast should know.
fn notes(method: Method, calendar: &Calendar, rejected: &[String]) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(first) = rejected.first() {
        let rows = rejected.len();
        notes.push(format!("{rows} row(s) rejected, their intervals are missing; first: {first}"));
    }
    let events = calendar.all_events().len();
    if events > 0 && !matches!(method, Method::Calendar | Method::Auto) {
        notes.push(format!("{events} event(s) read; of the models, only calendar uses them"));
    }
    notes
}

fn input(flags: &Flags) -> Result<(ReadSeries, Zone), Failure> {
    let reading = Step::new(flags.reporting.quiet, "reading");
    let read = match (&flags.series, &flags.calls) {
        (Some(file), _) => {
            let zone = flags.time_zone.unwrap_or(Zone::UTC);
            let column = |it: &Option<String>| it.clone().unwrap_or_default();
            let series = read_series(
                file,
                &column(&flags.time),
                &column(&flags.value),
                flags.time_zone,
                flags.interval,
            )?;
            (series, zone)
        }
        (None, Some(folder)) => {
            let folder = LogFolder::read(folder)?;
            let zone = flags.time_zone.unwrap_or(folder.log.observed.zone);
            let interval =
                flags.interval.ok_or_else(|| Failure::new("--calls needs --interval"))?;
            let queue = flags.queue.as_deref().map(QueueId::from);
            let series = offered_series(&folder, interval, queue.as_ref())?;
            (ReadSeries { series, rejected: Vec::new() }, zone)
        }
        (None, None) => return Err(Failure::new("expected --series or --calls")),
    };
    drop(reading);
    Ok(read)
}

fn calendar(flags: &Flags, zone: Zone) -> Result<Calendar, Failure> {
    let calendar =
        flags.country.map_or_else(|| Calendar::plain(zone), |it| Calendar::new(it, zone));
    match &flags.events {
        None => Ok(calendar),
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|it| Failure::at(path, &it))?;
            let events = Events::from_csv(&text, zone).map_err(|it| Failure::at(path, &it))?;
            Ok(calendar.events(events))
        }
    }
}

fn write_forecast(path: &Path, forecast: &VolumeForecast) -> Result<(), Failure> {
    // To a millionth of a level, so that 0.9991 and 0.9992 have columns of their own.
    let percent = |level: Level| format!("{}", (level.get() * 1e6).round() / 1e4);
    let mut header = vec!["time".to_owned(), "mean".to_owned(), "median".to_owned()];
    for interval in &forecast.intervals {
        header.extend(["lower", "upper"].map(|it| format!("{it}_{}", percent(interval.level))));
    }
    let mut file = CsvFile::create(path, header.iter().map(String::as_str))?;
    for at in 0..forecast.len() {
        let time = forecast.at(at).to_rfc3339_opts(SecondsFormat::Secs, true);
        // A millionth of a call is enough.
        let calls = |it: f64| ((it * 1e6).round() / 1e6).to_string();
        let mut row = vec![time, calls(forecast.mean[at]), calls(forecast.median[at])];
        for interval in &forecast.intervals {
            row.extend([calls(interval.lower[at]), calls(interval.upper[at])]);
        }
        file.row(row)?;
    }
    file.finish()
}

fn backtest(
    flags: &Flags,
    series: &Series,
    zone: Zone,
    calendar: &Calendar,
) -> Result<Option<BacktestReport>, Failure> {
    let Some(origins) = flags.backtest else { return Ok(None) };
    let step = flags.step.map_or_else(|| series.interval().slots_a_day(), NonZeroUsize::get);
    let _testing = Step::new(flags.reporting.quiet, "backtesting");
    let naive = PastWeeks::naive(zone);
    let mean = PastWeeks::mean(zone, 4)?;
    let model = model(flags.model, zone, calendar);
    let profile = WeekdayProfile::new(zone).calendar(Arc::new(calendar.clone()));
    let mut models: Vec<&dyn VolumeModel> = vec![&*model];
    if flags.model != Method::Profile {
        models.push(&profile);
    }
    models.extend([&naive as &dyn VolumeModel, &mean]);
    let backtest = Backtest::new(origins.get(), step, flags.horizon.get())?
        .levels(flags.level.iter().copied());
    Ok(Some(backtest.run(series, &models)?))
}

#[expect(clippy::print_stdout, reason = "the program's answer")]
fn print(flags: &Flags, report: &Report) -> Result<(), Failure> {
    if flags.reporting.json {
        println!("{}", serde_json::to_string(report)?);
        return Ok(());
    }
    let forecast = &report.forecast;
    let sum: f64 = forecast.mean.iter().sum();
    println!(
        "{} intervals of {} from {}: {sum:.0} expected in all",
        forecast.len(),
        forecast.interval,
        forecast.start.to_rfc3339_opts(SecondsFormat::Secs, true)
    );
    for note in &report.notes {
        println!("note: {note}");
    }
    if let Some(report) = &report.backtest {
        let number = |it: Option<f64>, digits: usize| {
            it.map_or_else(|| "-".to_owned(), |it| format!("{it:.digits$}"))
        };
        println!(
            "{:<28}{:>8}{:>8}{:>8}{:>8}{:>10}",
            "backtest", "MAE", "RMSE", "WAPE", "MASE", "coverage"
        );
        for model in &report.models {
            let it = &model.overall;
            let coverage: Vec<String> =
                it.intervals.iter().map(|it| number(it.coverage, 3)).collect();
            println!(
                "{:<28}{:>8}{:>8}{:>8}{:>8}  {}",
                model.name,
                number(it.mae, 2),
                number(it.rmse, 2),
                number(it.wape, 3),
                number(it.mase, 3),
                coverage.join(" ")
            );
        }
    }
    println!("written to {}", flags.out.display());
    Ok(())
}
