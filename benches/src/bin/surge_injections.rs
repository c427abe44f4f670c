//! Finds injected surges in a series of counts: how many, how soon, at how many false alarms.
//!
//! `surge_injections COUNTS.csv [option value]…`; the file, or what `gzip` unpacks of it, has a header and rows `stamp,count` on the wall
//! clock. See
//! `Options` for the options. Every day is forecast from the days before it; detectors are calibrated on the days before
//! the test days; each test injects one hour of extra Poisson calls into one test day and asks whether, and when, an
//! alarm is raised within the hour.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Arc;

use chrono::{
    DateTime, Datelike as _, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc, Weekday,
};
use ringback::calllog::Zone;
use ringback::features::{Calendar, Country, IntervalLength, Series};
use ringback::forecast::{
    CalendarAudit, CalendarVolume, DayKinds as _, LiveSlot, PastWeeks, SurgeDetector, SurgeKind,
    SurgeSettings, VolumeModel, WeekdayProfile, day_ahead,
};

/// The open minutes of a surge.
const SURGE_MINS: u32 = 60;

/// The sizes of the injected surges.
const RATIOS: [f64; 3] = [1.3, 1.5, 2.0];

fn main() -> ExitCode {
    match Options::parse(std::env::args().skip(1)).and_then(|options| run(&options)) {
        Ok(report) => print_out(&report),
        Err(error) => print_error(&*error),
    }
}

#[expect(clippy::print_stdout, reason = "a program's result")]
fn print_out(report: &str) -> ExitCode {
    println!("{report}");
    ExitCode::SUCCESS
}

#[expect(clippy::print_stderr, reason = "a program's complaint")]
fn print_error(error: &dyn Error) -> ExitCode {
    eprintln!("error: {error}");
    ExitCode::FAILURE
}

/// What to run, by name on the command line.
struct Options {
    counts: PathBuf,
    /// `--model`: `mean4` (the mean of the last four weeks), `profile` (the weekday profile) or `calendar`.
    model: String,
    /// `--injections`: how many of each size.
    injections: usize,
    /// `--test-days`: the last open days, which are tested; those before calibrate.
    test_days: usize,
    /// `--warm-up`: days before the first that is forecast.
    warm_up: u64,
    /// `--open-days`: open days per false alarm that are asked for.
    open_days: f64,
    /// `--largest-step`.
    largest_step: f64,
    /// `--lag`: minutes.
    lag: u32,
    /// `--seed`.
    seed: u64,
    /// `--from` and `--to`: the minutes of the day that count as open, where the file has closed ones.
    from: u32,
    to: u32,
    /// `--weekdays`: those that are scored, such as `Sun,Mon`; all by default.
    weekdays: Vec<Weekday>,
    /// `--slots`: the file has no stamps but one count a row, and so many intervals a day. The calendar audit then finds
    /// the dates, from `--start`; `--opens` and `--interval` say when a day begins and how long an interval is.
    slots: Option<usize>,
    start: Option<NaiveDate>,
    opens: NaiveTime,
    interval: IntervalLength,
    /// `--country`: the country whose special days are left out, such as `IL`, and known to the weekday profile.
    country: Option<Country>,
}

impl Options {
    fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, Box<dyn Error>> {
        let usage = "usage: surge_injections COUNTS.csv [--model mean4|profile|calendar] [--injections N] [--test-days N] [--warm-up DAYS] [--open-days DAYS] [--largest-step SHARE] [--lag MINUTES] [--from MINUTE] [--to MINUTE] [--weekdays DAY,...] [--country CODE] [--seed N] [--slots N --start DATE --opens HH:MM --interval 5m]";
        let mut options = Self {
            counts: words.next().ok_or(usage)?.into(),
            model: "profile".to_owned(),
            injections: 1_000,
            test_days: 64,
            warm_up: 29,
            open_days: 5.0,
            largest_step: 1.0,
            lag: 30,
            seed: 1,
            from: 0,
            to: 1_440,
            weekdays: Vec::new(),
            country: None,
            slots: None,
            start: None,
            opens: NaiveTime::from_hms_opt(7, 0, 0).unwrap_or_default(),
            interval: IntervalLength::from_minutes(5)?,
        };
        while let Some(name) = words.next() {
            let value = words.next().ok_or(usage)?;
            match name.as_str() {
                "--model" => options.model = value,
                "--injections" => options.injections = value.parse()?,
                "--test-days" => options.test_days = value.parse()?,
                "--warm-up" => options.warm_up = value.parse()?,
                "--open-days" => options.open_days = value.parse()?,
                "--largest-step" => options.largest_step = value.parse()?,
                "--lag" => options.lag = value.parse()?,
                "--from" => options.from = value.parse()?,
                "--to" => options.to = value.parse()?,
                "--weekdays" => {
                    let weekdays = value.split(',').map(str::parse);
                    let weekdays: Result<_, _> = weekdays.collect();
                    options.weekdays = weekdays.map_err(|_| usage)?;
                }
                "--slots" => options.slots = Some(value.parse()?),
                "--start" => options.start = Some(value.parse()?),
                "--opens" => options.opens = NaiveTime::parse_from_str(&value, "%H:%M")?,
                "--interval" => options.interval = value.parse()?,
                "--country" => options.country = Some(value.parse()?),
                "--seed" => options.seed = value.parse()?,
                _ => return Err(usage.into()),
            }
        }
        Ok(options)
    }

    /// The counts on their dates.
    fn series(&self, report: &mut String) -> Result<Series, Box<dyn Error>> {
        let Some(slots) = self.slots else { return read(&self.counts) };
        let text = unpacked(&self.counts)?;
        let rows = text.lines().skip(1).filter(|line| !line.trim().is_empty());
        let counts: Vec<Option<f64>> = rows.map(|row| row.trim().parse().ok()).collect();
        let start = self.start.ok_or("--slots needs --start")?;
        let found = CalendarAudit::new(slots).run(start, &counts)?;
        writeln!(report, "{found}")?;
        Ok(found.series(Zone::UTC, self.opens, self.interval)?)
    }
}

fn run(options: &Options) -> Result<String, Box<dyn Error>> {
    let mut report = String::new();
    let series = options.series(&mut report)?;
    let days = forecast_days(&series, options)?;
    let split = days.len().checked_sub(options.test_days).ok_or("too few open days")?;
    let (past, test) = days.split_at(split);
    let interval = series.interval();
    let settings = SurgeSettings::new(Zone::UTC, interval)
        .open_days_per_false_surge(options.open_days)
        .largest_step(options.largest_step)
        .lag_mins(options.lag);
    report += &describe(past, test, &series);
    let mut detectors: Vec<(String, Box<dyn Watch>)> = Vec::new();
    let adapted = SurgeDetector::calibrate(settings, &past.concat())?;
    writeln!(report, "{:?}", adapted.calibration())?;
    detectors.push(("quasi-Poisson CUSUM, level divided out".to_owned(), Box::new(Ours(adapted))));
    for (name, rule) in
        [("Shewhart", Rule::Shewhart), ("CUSUM, plain", Rule::Cusum), ("EWMA 0.3", Rule::Ewma)]
    {
        let chart = Baseline::calibrate(rule, past, options.open_days);
        detectors.push((name.to_owned(), Box::new(chart)));
    }
    let injections = draw(test, interval, options);
    report += "detector                                 false/5 days  ";
    for ratio in RATIOS {
        write!(report, "| x{ratio}: found  median delay ")?;
    }
    report += "\n";
    for (name, detector) in &detectors {
        report += &score(name, &**detector, test, &injections, interval)?;
    }
    let (bound, n) = bound(past, test, &injections, interval, options)?;
    write!(report, "with the rates known and Poisson counts ({n} simulated days):\n{bound}")?;
    Ok(report)
}

/// The open intervals of each open day, with what was forecast for them the evening before.
fn forecast_days(series: &Series, options: &Options) -> Result<Vec<Vec<LiveSlot>>, Box<dyn Error>> {
    let zone = Zone::UTC;
    let calendar = options.country.map(|country| Calendar::new(country, zone));
    let model: Box<dyn VolumeModel> = match options.model.as_str() {
        "mean4" => Box::new(PastWeeks::mean(zone, 4)?),
        "profile" => match calendar.clone() {
            Some(calendar) => Box::new(WeekdayProfile::new(zone).calendar(Arc::new(calendar))),
            None => Box::new(WeekdayProfile::new(zone)),
        },
        "calendar" => match calendar.clone() {
            Some(calendar) => Box::new(CalendarVolume::new(zone).calendar(Arc::new(calendar))),
            None => Box::new(CalendarVolume::new(zone)),
        },
        other => {
            return Err(format!("model is {other:?}, expected mean4, profile or calendar").into());
        }
    };
    let first = zone.date(series.start()) + chrono::Days::new(options.warm_up);
    let minute = |at: DateTime<Utc>| u32::try_from(at.timestamp().rem_euclid(86_400) / 60);
    let mut days: Vec<Vec<LiveSlot>> = Vec::new();
    for day in day_ahead(&*model, series, zone, first, &[])? {
        let is_ordinary = |calendar: &Calendar| calendar.group(day.date).is_ordinary();
        let is_scored =
            options.weekdays.is_empty() || options.weekdays.contains(&day.date.weekday());
        if !is_scored || !calendar.as_ref().is_none_or(is_ordinary) {
            continue;
        }
        let is_open = |slot: &LiveSlot| {
            minute(slot.at).is_ok_and(|it| options.from <= it && it < options.to)
                && slot.expected > 0.0
                && slot.actual.is_some()
        };
        let slots: Vec<LiveSlot> = day.slots().filter(is_open).collect();
        if slots.iter().filter_map(|slot| slot.actual).sum::<f64>() > 0.0 {
            days.push(slots);
        }
    }
    Ok(days)
}

fn describe(past: &[Vec<LiveSlot>], test: &[Vec<LiveSlot>], series: &Series) -> String {
    let slots = test.iter().flatten();
    let (mut error, mut calls, mut n) = (0.0, 0.0, 0.0);
    for slot in slots {
        if let Some(actual) = slot.actual {
            error += (actual - slot.expected).abs();
            calls += actual;
            n += 1.0;
        }
    }
    format!(
        "{} intervals of {}; {} days calibrate, {} are tested; {:.1} calls an interval, MAE {:.2}\n",
        series.len(),
        series.interval(),
        past.len(),
        test.len(),
        calls / n,
        error / n
    )
}

/// The text of a file; one that ends in `.gz` is unpacked by the `gzip` program.
fn unpacked(path: &Path) -> Result<String, Box<dyn Error>> {
    if path.extension().is_none_or(|it| it != "gz") {
        return Ok(std::fs::read_to_string(path)?);
    }
    let done = Command::new("gzip").arg("-dc").arg(path).output()?;
    if !done.status.success() {
        return Err(format!("gzip: {}", String::from_utf8_lossy(&done.stderr).trim()).into());
    }
    Ok(String::from_utf8(done.stdout)?)
}

/// Reads `stamp,count` rows; the interval is the shortest step between stamps, and stamps count as universal time.
fn read(path: &Path) -> Result<Series, Box<dyn Error>> {
    let text = unpacked(path)?;
    let mut rows: BTreeMap<DateTime<Utc>, f64> = BTreeMap::new();
    for line in text.lines().skip(1).filter(|line| !line.trim().is_empty()) {
        let (stamp, count) = line.split_once(',').ok_or_else(|| format!("no comma: {line:?}"))?;
        let at = NaiveDateTime::parse_from_str(stamp, "%Y-%m-%d %H:%M:%S")?.and_utc();
        let count = count.split(',').next().unwrap_or(count);
        rows.insert(at, count.parse()?);
    }
    let stamps: Vec<DateTime<Utc>> = rows.keys().copied().collect();
    let step = stamps.windows(2).map(|it| it[1] - it[0]).min().ok_or("fewer than two rows")?;
    let interval = IntervalLength::from_minutes(u32::try_from(step.num_minutes())?)?;
    // A day starts at midnight, and intervals that no row has count as closed if no day has them.
    let midnight = stamps[0].date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
    let last = stamps[stamps.len() - 1].date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
    let n =
        usize::try_from((last + TimeDelta::days(1) - midnight).num_minutes() / step.num_minutes())?;
    let mut seen: BTreeMap<i64, bool> = BTreeMap::new();
    for at in &stamps {
        seen.insert(at.timestamp().rem_euclid(86_400), true);
    }
    let days: BTreeMap<NaiveDate, bool> = stamps.iter().map(|at| (at.date_naive(), true)).collect();
    let values = (0..n).map(|index| {
        let at = midnight + step * i32::try_from(index).unwrap_or(i32::MAX);
        let closed = !seen.contains_key(&at.timestamp().rem_euclid(86_400));
        let known = rows.get(&at).copied();
        known.or_else(|| (closed && days.contains_key(&at.date_naive())).then_some(0.0))
    });
    Ok(Series::new(midnight, interval, values.collect())?)
}

/// A detector as the experiment sees it.
trait Watch {
    /// Whether each interval of a day raises an alarm for a surge.
    fn alarms(&self, day: &[LiveSlot]) -> Vec<bool>;
}

struct Ours(SurgeDetector);

impl Watch for Ours {
    fn alarms(&self, day: &[LiveSlot]) -> Vec<bool> {
        let mut detector = self.0.clone();
        let mut alarm = |slot: &LiveSlot| {
            let state = detector.observe(slot.at, slot.expected, slot.actual);
            state.is_ok_and(|it| it.alarm.is_some_and(|it| it.kind == SurgeKind::Surge))
        };
        day.iter().map(&mut alarm).collect()
    }
}

#[derive(Clone, Copy)]
enum Rule {
    Shewhart,
    Cusum,
    Ewma,
}

/// A chart on the day-ahead forecast as it is, restarted after each alarm.
struct Baseline {
    rule: Rule,
    threshold: f64,
}

impl Baseline {
    /// The lowest threshold with at most one alarm in so many days on the past.
    fn calibrate(rule: Rule, past: &[Vec<LiveSlot>], open_days: f64) -> Self {
        let mut chart = Self { rule, threshold: 1_000.0 };
        loop {
            let lower = Self { rule, threshold: chart.threshold / 1.02 };
            let alarms: usize = past.iter().map(|day| count(&lower.alarms(day))).sum();
            if alarms as f64 * open_days > past.len() as f64 || lower.threshold < 0.01 {
                return chart;
            }
            chart = lower;
        }
    }
}

fn count(alarms: &[bool]) -> usize {
    alarms.iter().filter(|&&alarm| alarm).count()
}

impl Watch for Baseline {
    fn alarms(&self, day: &[LiveSlot]) -> Vec<bool> {
        let mut statistic = 0.0_f64;
        let mut alarm = |slot: &LiveSlot| {
            let Some(actual) = slot.actual else { return false };
            let z = (actual - slot.expected) / slot.expected.max(0.25).sqrt();
            statistic = match self.rule {
                Rule::Shewhart => z,
                Rule::Cusum => (statistic + actual * 1.5_f64.ln() - 0.5 * slot.expected).max(0.0),
                Rule::Ewma => 0.7 * statistic + 0.3 * z,
            };
            let is_alarm = statistic >= self.threshold;
            if is_alarm {
                statistic = 0.0;
            }
            is_alarm
        };
        day.iter().map(&mut alarm).collect()
    }
}

/// An hour of extra calls: a day, its first interval, and the extra calls of each interval by size.
struct Injection {
    day: usize,
    first: usize,
    extra: [Vec<f64>; 3],
}

/// Draws the injections. The calls of a smaller surge are a binomial thinning of those of the largest, so that sizes
/// differ in nothing else; the mean is a share of what the day expects at its own level.
fn draw(test: &[Vec<LiveSlot>], interval: IntervalLength, options: &Options) -> Vec<Injection> {
    let slots = (SURGE_MINS.div_ceil(interval.minutes())) as usize;
    let mut random = Random(options.seed);
    let mut injections = Vec::new();
    while injections.len() < options.injections {
        let day = random.below(test.len());
        let Some(starts) = test[day].len().checked_sub(slots) else { continue };
        let first = random.below(starts + 1);
        let hour = &test[day][first..first + slots];
        if hour[slots - 1].at - hour[0].at > TimeDelta::minutes(i64::from(SURGE_MINS)) {
            continue;
        }
        let sum = |of: fn(&LiveSlot) -> f64| test[day].iter().map(of).sum::<f64>();
        let level = sum(|it| it.actual.unwrap_or(0.0)) / sum(|it| it.expected);
        let largest: Vec<u64> = hour
            .iter()
            .map(|slot| random.poisson(slot.expected * level * (RATIOS[2] - 1.0)))
            .collect();
        let extra = RATIOS.map(|ratio| {
            let share = (ratio - 1.0) / (RATIOS[2] - 1.0);
            let thin = |&n: &u64| (0..n).filter(|_| random.unit() < share).count() as f64;
            largest.iter().map(thin).collect()
        });
        injections.push(Injection { day, first, extra });
    }
    injections
}

fn score(
    name: &str,
    detector: &dyn Watch,
    test: &[Vec<LiveSlot>],
    injections: &[Injection],
    interval: IntervalLength,
) -> Result<String, std::fmt::Error> {
    let alarms: usize = test.iter().map(|day| count(&detector.alarms(day))).sum();
    let mut line = format!("{name:<42} {:>10.2}  ", 5.0 * alarms as f64 / test.len() as f64);
    for which in 0..RATIOS.len() {
        let mut delays = Vec::new();
        for injection in injections {
            let mut day = test[injection.day].clone();
            let extra = &injection.extra[which];
            for (slot, extra) in day[injection.first..].iter_mut().zip(extra) {
                slot.actual = slot.actual.map(|actual| actual + extra);
            }
            let hour = injection.first..injection.first + extra.len();
            let found = detector.alarms(&day)[hour].iter().position(|&alarm| alarm);
            delays.extend(found.map(|it| (it + 1) * interval.minutes() as usize));
        }
        delays.sort_unstable();
        let found = 100.0 * delays.len() as f64 / injections.len() as f64;
        let median = delays.get(delays.len() / 2).map_or("-".to_owned(), usize::to_string);
        write!(line, "|      {found:>5.1} % {median:>6} min     ")?;
    }
    line += "\n";
    Ok(line)
}

/// What a CUSUM can reach on these hours where every rate is known and counts are Poisson: simulated days with the
/// test days' own expected volumes.
fn bound(
    past: &[Vec<LiveSlot>],
    test: &[Vec<LiveSlot>],
    injections: &[Injection],
    interval: IntervalLength,
    options: &Options,
) -> Result<(String, usize), Box<dyn Error>> {
    let mut random = Random(options.seed ^ 0x5eed);
    let mut simulated = |days: &[Vec<LiveSlot>]| -> Vec<Vec<LiveSlot>> {
        let redraw = |slot: &LiveSlot, random: &mut Random| LiveSlot {
            actual: Some(random.poisson(slot.expected) as f64),
            ..*slot
        };
        days.iter().map(|day| day.iter().map(|it| redraw(it, &mut random)).collect()).collect()
    };
    let mut calm = Vec::new();
    while calm.len() < 1_000 {
        calm.extend(simulated(past));
    }
    let tested = simulated(test);
    let chart = Baseline::calibrate(Rule::Cusum, &calm, options.open_days);
    Ok((score("CUSUM", &chart, &tested, injections, interval)?, calm.len()))
}

/// `SplitMix64` and what is drawn with it.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// At least 0 and less than 1.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % (n.max(1) as u64)).unwrap_or(0)
    }

    /// By counting the events of a unit rate process, in pieces that keep the product away from 0.
    fn poisson(&mut self, mean: f64) -> u64 {
        let mut left = mean;
        let mut n = 0;
        while left > 0.0 {
            let piece = left.min(30.0);
            let limit = (-piece).exp();
            let mut product = self.unit();
            while product > limit {
                n += 1;
                product *= self.unit();
            }
            left -= piece;
        }
        n
    }
}
