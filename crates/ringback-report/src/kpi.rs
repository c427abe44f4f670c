//! Key performance indicators of a call log: everything that the overview shows, worked out once.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc, Weekday};
use ringback_calllog::{Audit, CallLog, FeedGap, Zone};
use ringback_features::{
    AcceptableWait, Calendar, HourOfWeekLoad, HourWaits, IntervalError, IntervalLength,
    IntervalTable, Intervals, ServiceMeasures, ServiceSummary, WeekSummary, load_by_hour_of_week,
    service_by_week, waits_by_hour,
};
use ringback_forecast::{
    Backtest, BacktestReport, CalendarVolume, Level, PastWeeks, VolumeForecast, VolumeModel,
    WaitBacktest, WaitLearning, WaitReport, WeekdayProfile,
};
use ringback_reach::AttemptLog;

use crate::Error;
use crate::reach::{AttemptsFrom, CallbackWindows, ReachKpis, WindowInputs};
use crate::sources::{SourceKpis, source_kpis};

/// The length of the intervals that volume is counted and forecast in.
const INTERVAL_MINUTES: u32 = 30;

/// The share of the calls, in percent, that wait predictions learn from before they are scored on the rest.
const TRAIN_PERCENT: usize = 70;

/// Weeks over which forecasts of a week are scored, each made at its start.
const BACKTEST_WEEKS: usize = 8;

/// What the overview works with.
#[derive(Clone, Debug)]
pub struct KpiOptions {
    calendar: Calendar,
    acceptable_wait: AcceptableWait,
    attempts: Option<(AttemptLog, AttemptsFrom)>,
}

impl KpiOptions {
    /// Options with a calendar: its holidays and weekend shape the forecast, its weekend ends the week.
    pub fn new(calendar: Calendar, acceptable_wait: AcceptableWait) -> Self {
        Self { calendar, acceptable_wait, attempts: None }
    }

    /// Attempts to reach customers, and where they come from. Default: the outbound calls of the log.
    #[must_use]
    pub fn attempts(self, log: AttemptLog, from: AttemptsFrom) -> Self {
        Self { attempts: Some((log, from)), ..self }
    }
}

/// The key performance indicators of a call log.
///
/// A part that the log does not allow is an error beside the others, in words: a source without waits still has
/// volumes.
#[derive(Debug)]
pub struct Kpis {
    /// Over the whole log.
    pub service: ServiceSummary,
    /// By source.
    pub sources: Vec<SourceKpis>,
    /// By civil week.
    pub weeks: Vec<WeekSummary>,
    /// Calls by interval of 30 minutes.
    pub volume: Result<IntervalTable, Error>,
    /// Mean calls offered by weekday and hour.
    pub load: Result<HourOfWeekLoad, Error>,
    /// Waits by hour of the day.
    pub waits: Result<Vec<HourWaits>, Error>,
    /// The week after the log's last day.
    pub forecast: Result<VolumeForecast, Error>,
    /// Forecasts of the last eight weeks, each made at its start, scored over the opening hours where they are known.
    pub backtest: Result<BacktestReport, Error>,
    /// The moment up to which wait predictions learned.
    pub train_until: DateTime<Utc>,
    /// Wait predictions from then on.
    pub wait_predictions: Result<WaitReport, Error>,
    /// What attempts to reach customers tell.
    pub reach: Result<ReachKpis, Error>,
    /// The windows to offer callbacks in, next week.
    pub callback_windows: Result<CallbackWindows, Error>,
}

impl Kpis {
    /// Works out the indicators of a log. `step` is told what is being worked on.
    pub fn of(
        log: &CallLog,
        audit: &Audit,
        options: &KpiOptions,
        mut step: impl FnMut(&'static str),
    ) -> Self {
        let observed = &log.observed;
        step("measuring service");
        let measures = ServiceMeasures::new(options.acceptable_wait);
        let service = measures.summary(&log.calls, observed);
        let sources = source_kpis(log, audit, options.acceptable_wait);
        let week_starts_on = first_working_day(&options.calendar);
        let weeks = service_by_week(&log.calls, observed, measures, week_starts_on);
        let waits = waits_by_hour(&log.calls, observed).map_err(Error::from);
        step("counting calls by interval");
        let volume = volume(log, audit, &options.calendar);
        let load = part(&volume, |table| Ok(load_by_hour_of_week(table)?));
        step("forecasting next week");
        let levels = levels();
        let forecast = part(&volume, |table| forecast(table, &options.calendar, &levels));
        step("testing forecasts on the last weeks");
        let backtest = part(&volume, |table| backtest(table, &options.calendar, &levels));
        step("replaying wait predictions");
        let train_until = train_until(log);
        let wait_predictions = if observed.waits {
            let learning = WaitLearning::new(observed.zone);
            let backtest = WaitBacktest::new(train_until).learning(learning);
            backtest.run(&log.calls).map_err(Error::from)
        } else {
            Err(ringback_features::NotObservable::Waits.into())
        };
        step("learning when customers pick up");
        let reach = match &options.attempts {
            Some((attempts, from)) => ReachKpis::of(attempts, from.clone()),
            None => ReachKpis::of_calls(log),
        };
        step("choosing callback windows");
        let callback_windows = part(&volume, |table| {
            let forecast = forecast.as_ref();
            let forecast = forecast.map_err(|it| Error::NeedsForecast { why: it.to_string() })?;
            let inputs = WindowInputs {
                log,
                table,
                forecast,
                calendar: &options.calendar,
                service: &service,
                reach: reach.as_ref().ok(),
            };
            CallbackWindows::of(&inputs)
        });
        Self {
            service,
            sources,
            weeks,
            volume,
            load,
            waits,
            forecast,
            backtest,
            train_until,
            wait_predictions,
            reach,
            callback_windows,
        }
    }
}

/// A part that builds on the volumes.
fn part<T>(
    volume: &Result<IntervalTable, Error>,
    work: impl FnOnce(&IntervalTable) -> Result<T, Error>,
) -> Result<T, Error> {
    match volume {
        Ok(table) => work(table),
        Err(error) => Err(Error::NeedsVolume { why: error.to_string() }),
    }
}

/// The first day after the weekend: Monday in most countries, Sunday in Israel.
fn first_working_day(calendar: &Calendar) -> Weekday {
    let weekend = calendar.weekend();
    weekend.iter().map(Weekday::succ).find(|it| !weekend.contains(it)).unwrap_or(Weekday::Mon)
}

fn levels() -> Vec<Level> {
    [0.8, 0.95].into_iter().filter_map(|it| Level::new(it).ok()).collect()
}

/// Calls by interval, to the end of the last civil day, so that the forecast begins with a day; without opening hours
/// where the log is too short to find them.
///
/// What comes after the last call is missing, not zero: the log may end in the middle of the day, which would look
/// quiet.
fn volume(log: &CallLog, audit: &Audit, calendar: &Calendar) -> Result<IntervalTable, Error> {
    let length = IntervalLength::from_minutes(INTERVAL_MINUTES)?;
    let mut gaps = audit.gaps.clone();
    let mut intervals = Intervals::new(length);
    if let (Some(first), Some(last)) = (audit.first, audit.last) {
        let zone = log.observed.zone;
        let next_day = zone.date(last).succ_opt().unwrap_or(NaiveDate::MAX);
        let end = zone.start_of_day(next_day);
        gaps.push(FeedGap { from: last, to: end, calls_expected: 0.0, stray_calls: 0 });
        intervals = intervals.span(zone.start_of_day(zone.date(first)), end);
    }
    let intervals = intervals.gaps(&gaps);
    match intervals.clone().find_opening_hours(calendar).build(&log.calls, &log.observed) {
        Err(IntervalError::Hours(_)) => Ok(intervals.build(&log.calls, &log.observed)?),
        table => Ok(table?),
    }
}

fn model(zone: Zone, calendar: &Calendar) -> CalendarVolume {
    let events = calendar.all_events().clone();
    CalendarVolume::new(zone).calendar(Arc::new(calendar.clone())).events(events)
}

fn forecast(
    table: &IntervalTable,
    calendar: &Calendar,
    levels: &[Level],
) -> Result<VolumeForecast, Error> {
    let series = table.series(|row| Some(f64::from(row.calls_offered)))?;
    let week = 7 * series.interval().slots_a_day();
    Ok(model(table.zone, calendar).fit(&series)?.forecast(week, levels)?)
}

/// Scores the opening hours where they are known: closed ones are foretold without effort.
fn backtest(
    table: &IntervalTable,
    calendar: &Calendar,
    levels: &[Level],
) -> Result<BacktestReport, Error> {
    let series = table.series(|row| Some(f64::from(row.calls_offered)))?;
    let week = 7 * series.interval().slots_a_day();
    let naive = PastWeeks::naive(table.zone);
    let mean = PastWeeks::mean(table.zone, 4)?;
    let profile = WeekdayProfile::new(table.zone).calendar(Arc::new(calendar.clone()));
    let model = model(table.zone, calendar);
    let models: [&dyn VolumeModel; 4] = [&model, &profile, &naive, &mean];
    let backtest = Backtest::new(BACKTEST_WEEKS, week, week)?.levels(levels.iter().copied());
    let is_open = |at| table.hours.as_ref().is_none_or(|it| it.is_open_at(at, calendar));
    Ok(backtest.run_where(&series, &models, is_open)?)
}

/// The start of the civil day on which the first 70 % of the calls have come: of the calls, not of the span, which one
/// stray stamp stretches by years.
fn train_until(log: &CallLog) -> DateTime<Utc> {
    let learned = log.calls.len() * TRAIN_PERCENT / 100;
    let zone = log.observed.zone;
    log.calls
        .get(learned)
        .map_or(DateTime::UNIX_EPOCH, |it| zone.start_of_day(zone.date(it.arrived_at)))
}
