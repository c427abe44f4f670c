//! The callback windows of next week: where the expected load leaves agents free, and customers pick up.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use ringback_callback::{
    CallRules as _, CallbackRequest, CallingRules, ChooseCase, ChooseContext, Chooser, DropReason,
    Exploration, FreeTime, FreeTimeSettings, IntentRule, LoadRow, RequestId, WindowGrid,
};
use ringback_calllog::{CallLog, PseudonymKey, Pseudonymizer};
use ringback_features::{Calendar, IntervalTable, NotObservable, ServiceSummary};
use ringback_forecast::{
    Level, ServiceTarget, VolumeForecast, exponential_patience, wait_observations,
};
use ringback_reach::{
    Ask, Evidence, Method, ReachModel, ReachReason, Reachability, Segment, Window,
};
use serde::Serialize;

use super::ReachKpis;
use super::staff::Staff;
use crate::Error;

/// The share of callers that is to be answered within the acceptable wait.
const ANSWERED_SHARE: f64 = 0.8;

/// What callback windows are worked out from.
#[derive(Debug)]
pub(crate) struct Inputs<'a> {
    pub(crate) log: &'a CallLog,
    pub(crate) table: &'a IntervalTable,
    pub(crate) forecast: &'a VolumeForecast,
    pub(crate) calendar: &'a Calendar,
    pub(crate) service: &'a ServiceSummary,
    pub(crate) reach: Option<&'a ReachKpis>,
}

/// The windows to offer callbacks in, next week.
///
/// The agents of an interval are those who were usually there in the last eight weeks; what the expected calls leave of
/// their time, with a tenth kept in reserve, is free. The calls need the agents with whom 80 % of callers are answered
/// within the acceptable wait; where that leaves nobody free in the whole week, those with whom callers are served as they
/// were in the log. Windows of two hours are chosen by the free share of agents' time, times the probability that a person
/// answers where outbound calls show one, among those in which the law of the country allows calls.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CallbackWindows {
    /// How long a callback is taken to be: as long as a call, on average. Unit: seconds.
    pub handle_secs: f64,
    /// The most agents who are usually there in any interval.
    pub agents_most: u32,
    /// The share of callers who are still answered within the acceptable wait. Range: above 0, to 0.8: less than 0.8 where
    /// that would leave nobody free.
    pub answered_share: f64,
    /// The acceptable wait. Unit: seconds.
    pub acceptable_wait_secs: u32,
    /// The mean patience of callers that was reckoned with, where the log tells. Unit: seconds.
    pub patience_secs: Option<f64>,
    /// Whether windows were chosen by load alone, as the log does not tell when its customers pick up.
    pub by_load_alone: bool,
    /// The days.
    pub days: Vec<CallbackDay>,
}

/// The callback windows of a day.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CallbackDay {
    /// The day, in the log's zone.
    pub date: NaiveDate,
    /// Callbacks that fit into agents' free time, by local hour; absent while nobody is there, and where calls may not begin in
    /// the whole of the hour.
    pub slots: Vec<Option<u32>>,
    /// The windows to offer, best first.
    pub windows: Vec<CallbackWindow>,
    /// Why there is none, where there is none.
    pub why_none: Option<String>,
}

/// A window to offer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CallbackWindow {
    /// The window.
    pub window: Window,
    /// Callbacks that fit into it.
    pub slots: u32,
    /// The free share of agents' time. Range: 0 to 1.
    pub free_share: f64,
    /// The probability that a customer of whom nothing else is known answers; absent where windows are chosen by load alone.
    pub probability: Option<f64>,
}

impl CallbackWindows {
    /// The windows.
    ///
    /// # Errors
    ///
    /// [`Error::NotObservable`] for a log that does not name agents or does not tell how long they talk,
    /// [`Error::NoOpeningHours`] for one without opening hours, [`Error::Callback`] for a load that cannot be.
    pub(crate) fn of(inputs: &Inputs<'_>) -> Result<Self, Error> {
        if !inputs.log.observed.agents {
            return Err(NotObservable::Agents.into());
        }
        let service = inputs.service;
        let handle_secs = service.handle_secs_mean.value().filter(|it| *it > 0.0);
        let handle_secs = handle_secs.ok_or(Error::NoTalk)?;
        let hours = inputs.table.hours.as_ref().ok_or(Error::NoOpeningHours)?;
        let staff = Staff::of(inputs.log, inputs.table, inputs.calendar);
        let rows = load(inputs, &staff, handle_secs)?;
        let patience_secs = patience_secs(inputs.log);
        let target = Target { wait_secs: service.acceptable_wait_secs, patience_secs };
        let (answered_share, free) = target.free_time(&rows, service)?;
        let start = inputs.forecast.start;
        let grid = WindowGrid { days: 7, lead_minutes: 0, ..WindowGrid::default() };
        let candidates = grid.candidates(hours, inputs.calendar, start);
        let desk = Desk::new(inputs, handle_secs)?;
        let zone = inputs.calendar.zone();
        let days = zone.date(start).iter_days().take(7).map(|date| {
            let own = candidates.iter().filter(|it| zone.date(it.starts_at()) == date);
            desk.day(&free, date, &own.copied().collect::<Vec<_>>())
        });
        Ok(Self {
            handle_secs,
            agents_most: staff.most(),
            answered_share,
            acceptable_wait_secs: service.acceptable_wait_secs,
            patience_secs,
            by_load_alone: desk.model.is_none(),
            days: days.collect(),
        })
    }

    /// Whether the usual service would leave nobody free in the whole week.
    pub fn is_short_of_agents(&self) -> bool {
        self.answered_share < ANSWERED_SHARE
    }
}

/// The expected calls beside the usual agents, while there are any.
fn load(inputs: &Inputs<'_>, staff: &Staff, handle_secs: f64) -> Result<Vec<LoadRow>, Error> {
    let forecast = inputs.forecast;
    let agents: Vec<u32> =
        (0..forecast.len()).map(|it| staff.at(inputs.table, forecast.at(it))).collect();
    let rows = FreeTimeSettings::default().rows(forecast, handle_secs, &agents, None)?;
    Ok(rows.into_iter().filter(|it| it.agents > 0).collect())
}

/// The mean patience of callers; absent where the log does not tell of anybody who hung up.
fn patience_secs(log: &CallLog) -> Option<f64> {
    let is_told = log.observed.abandons && log.observed.waits;
    let waits = is_told.then(|| wait_observations(&log.calls, None))?;
    let level = Level::new(0.95).ok()?;
    exponential_patience(&waits, level).ok().map(|it| it.mean_secs)
}

/// What callers are promised.
#[derive(Clone, Copy, Debug)]
struct Target {
    wait_secs: u32,
    patience_secs: Option<f64>,
}

impl Target {
    /// What the expected calls leave of agents' time, and the share of callers who are answered in time; as they were in the
    /// log where the usual share would leave nobody free.
    fn free_time(self, rows: &[LoadRow], was: &ServiceSummary) -> Result<(f64, FreeTime), Error> {
        let free = self.settings(ANSWERED_SHARE).free_time(rows)?;
        let now = was.service_level.value().filter(|it| (0.01..ANSWERED_SHARE).contains(it));
        let is_any = rows.iter().any(|it| free.within(it.window, None).free_secs > 0.0);
        match now {
            Some(share) if !is_any => Ok((share, self.settings(share).free_time(rows)?)),
            _ => Ok((ANSWERED_SHARE, free)),
        }
    }

    fn settings(self, share: f64) -> FreeTimeSettings {
        let wait_secs = f64::from(self.wait_secs);
        let target = ServiceTarget::AnsweredWithin { share, wait_secs };
        let settings = FreeTimeSettings::default().target(target);
        match self.patience_secs {
            Some(secs) => settings.patience_secs_mean(secs),
            None => settings,
        }
    }
}

/// Chooses the windows of a day for a customer of whom nothing is known.
struct Desk<'a> {
    rules: CallingRules,
    calendar: &'a Calendar,
    model: Option<&'a dyn ReachModel>,
    request: CallbackRequest,
    intent: IntentRule,
    as_of: DateTime<Utc>,
}

impl<'a> Desk<'a> {
    fn new(inputs: &Inputs<'a>, handle_secs: f64) -> Result<Self, Error> {
        let calendar = inputs.calendar;
        let mut rules = CallingRules::builder().default_zone(calendar.zone());
        if let Some(country) = calendar.country() {
            rules = rules.default_country(country).calendar(country, calendar.clone());
        }
        let as_of = inputs.forecast.start;
        let own = inputs.reach.and_then(ReachKpis::own_model);
        let segment = own.and_then(|it| it.1).cloned();
        Ok(Self {
            rules: rules.build()?,
            calendar,
            model: own.map(|it| it.0 as &dyn ReachModel),
            request: request(as_of, segment),
            intent: IntentRule { handle_minutes: handle_secs / 60.0, ..IntentRule::default() },
            as_of,
        })
    }

    fn day(&self, free: &FreeTime, date: NaiveDate, candidates: &[Window]) -> CallbackDay {
        let context = ChooseContext {
            rules: &self.rules,
            model: self.model.unwrap_or(&AlwaysAlike),
            free,
            preferences: None,
            calendar: self.calendar,
        };
        let case = ChooseCase {
            request: &self.request,
            intent: &self.intent,
            extra_windows: 0,
            as_of: self.as_of,
        };
        let chooser = Chooser { exploration: Exploration::Never, ..Chooser::default() };
        let choice = chooser.choose(&context, &case, candidates);
        let windows = choice.offered.iter().map(|it| CallbackWindow {
            window: it.window,
            slots: it.slots,
            free_share: it.slack_share,
            probability: self.model.map(|_| it.probability),
        });
        let why = choice.dropped.first().map_or("closed".to_owned(), |it| why(&it.why));
        CallbackDay {
            date,
            slots: self.slots(free, date),
            windows: windows.collect(),
            why_none: choice.offered.is_empty().then_some(why),
        }
    }

    /// Callbacks that fit, by the hours of the wall clock.
    fn slots(&self, free: &FreeTime, date: NaiveDate) -> Vec<Option<u32>> {
        let midnight = date.and_time(chrono::NaiveTime::MIN);
        let zone = self.calendar.zone();
        let starts = |hour: i64| zone.at_or_after(midnight + TimeDelta::hours(hour));
        let hour = |it| {
            let window = Window::new(starts(it), starts(it + 1)).ok()?;
            let allowed = self.rules.permit(&self.request, window, self.as_of).ok()?;
            let slack = free.within(window, None);
            let is_there = slack.staffed_secs > 0.0 && allowed == window;
            is_there.then(|| slack.slots(self.intent.handle_secs()))
        };
        (0..24).map(hour).collect()
    }
}

/// A request of a customer of whom nothing is known.
fn request(as_of: DateTime<Utc>, segment: Option<Segment>) -> CallbackRequest {
    let nobody = Pseudonymizer::new(&PseudonymKey::from_bytes([0; 32]), "nobody");
    let id = RequestId::new("plan");
    CallbackRequest { segment, ..CallbackRequest::new(id, nobody.customer("nobody"), as_of) }
}

/// Why a day's first window cannot be offered, in words.
fn why(reason: &DropReason) -> String {
    match reason {
        DropReason::Forbidden(why) => why.to_string(),
        DropReason::Part { .. } => "calls are allowed in a part of the window only".to_owned(),
        DropReason::NoAgents => "the expected calls leave no agent free".to_owned(),
        _ => "no window".to_owned(),
    }
}

/// Takes all hours for alike, so that windows are chosen by load alone.
#[derive(Debug)]
struct AlwaysAlike;

impl ReachModel for AlwaysAlike {
    fn name(&self) -> &'static str {
        "all hours alike"
    }

    fn known_until(&self) -> Option<DateTime<Utc>> {
        None
    }

    fn reachability(&self, _: &Ask<'_>) -> Reachability {
        let evidence = Evidence { method: Method::Rules, attempts: 0, reached: 0, inbound: 0 };
        Reachability { probability: 1.0, lower: 1.0, upper: 1.0, evidence }
    }

    fn explain(&self, _: &Ask<'_>) -> ReachReason {
        ReachReason { baseline: 1.0, parts: Vec::new() }
    }
}
