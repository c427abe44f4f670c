//! The automatic choice: every candidate is tried on the end of the history, and the best is fitted to all of it.

use std::sync::Arc;

use ringback_calllog::Zone;
use ringback_features::{Events, Series};

use super::{
    CalendarVolume, DayKinds, ExponentialSmoothing, FittedVolume, PastWeeks, VolumeForecast,
    VolumeModel, WeekdayProfile,
};
use crate::backtest::Backtest;
use crate::error::Error;
use crate::score::Level;

/// Days that candidates are tried on, a day ahead.
const TRIED_DAYS: usize = 28;

/// A candidate of [`AutoVolume`].
pub type Candidate = Arc<dyn VolumeModel + Send + Sync>;

/// Chooses among models by a backtest inside the history: a day ahead from the same time of each of the last 28 days,
/// scored by the mean absolute error (on the same days, the order by percentage error is the same).
///
/// The candidate with the least error is fitted to the whole history; of equals, the first. A candidate that cannot be
/// fitted to what lies before the tried days is out. Where the history is too short to try any (less than a candidate
/// needs plus 28 days), the first candidate that can be fitted to all of it is taken, untried. Trials fit each candidate
/// 28 times, without what only its intervals need ([`VolumeModel::fit_means`]).
///
/// # Example
///
/// ```
/// use ringback_features::{IntervalLength, Series};
/// use ringback_forecast::{AutoVolume, VolumeModel};
///
/// let hours = (0..70 * 24).map(|hour| Some(f64::from(10 + hour % 24)));
/// let series = Series::new("2026-03-02T00:00:00Z".parse()?, IntervalLength::HOUR, hours.collect())?;
/// let fitted = AutoVolume::new("UTC".parse()?).fit_auto(&series)?;
/// let report = fitted.report();
/// assert_eq!(report.tried.len(), 5);
/// assert_eq!(report.tried[4].mae, Some(0.0)); // the seasonal naive forecast is exact here
/// assert!(report.tried.iter().any(|it| it.name == report.chosen));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct AutoVolume {
    candidates: Vec<Candidate>,
    tried_days: usize,
}

impl AutoVolume {
    /// Chooses among the calendar model, the weekday profile, exponential smoothing, the mean of four weeks and the
    /// seasonal naive forecast, none of which knows a holiday.
    pub fn new(zone: Zone) -> Self {
        Self::with_calendar(zone, Arc::new(super::WeekendOnly::default()))
    }

    /// The same candidates; those that can take holidays and weekends from a calendar.
    pub fn with_calendar(zone: Zone, calendar: Arc<dyn DayKinds>) -> Self {
        Self::with_events(zone, calendar, Events::default())
    }

    /// The same candidates; those that can take holidays and weekends from a calendar, and the calendar model also the
    /// events, each from when it was known. The others can do nothing with events: on days with many the choice falls
    /// on the calendar model by its scores.
    pub fn with_events(zone: Zone, calendar: Arc<dyn DayKinds>, events: Events) -> Self {
        let calendar_model =
            CalendarVolume::new(zone).calendar(Arc::clone(&calendar)).events(events);
        let mut candidates: Vec<Candidate> = vec![
            Arc::new(calendar_model),
            Arc::new(WeekdayProfile::new(zone).calendar(calendar)),
            Arc::new(ExponentialSmoothing::default()),
        ];
        candidates.extend(PastWeeks::mean(zone, 4).ok().map(|it| Arc::new(it) as Candidate));
        candidates.push(Arc::new(PastWeeks::naive(zone)));
        Self::among(candidates)
    }

    /// Chooses among these, of equals the first.
    pub fn among(candidates: Vec<Candidate>) -> Self {
        Self { candidates, tried_days: TRIED_DAYS }
    }

    /// Adds a candidate.
    #[must_use]
    pub fn candidate(mut self, candidate: Candidate) -> Self {
        self.candidates.push(candidate);
        self
    }

    /// Tries candidates on the last `days` days, at least 1. The default is 28.
    #[must_use]
    pub fn tried_days(self, days: usize) -> Self {
        Self { tried_days: days.max(1), ..self }
    }

    /// As [`VolumeModel::fit`], with the fitted model's own type.
    ///
    /// # Errors
    ///
    /// The first candidate's error where none can be fitted; [`Error::NoCandidate`] where there is none.
    pub fn fit_auto(&self, history: &Series) -> Result<FittedAutoVolume, Error> {
        let tried: Vec<Tried> =
            self.candidates.iter().map(|it| self.try_out(it, history)).collect();
        let mut order: Vec<usize> = (0..tried.len()).collect();
        // Stable: of equals the first; those without a score last.
        order.sort_by(|&a, &b| tried[a].rank().total_cmp(&tried[b].rank()));
        let mut first_error = None;
        for at in order {
            match self.candidates[at].fit(history) {
                Ok(fitted) => {
                    let chosen = tried[at].name.clone();
                    return Ok(FittedAutoVolume { report: AutoReport { chosen, tried }, fitted });
                }
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        Err(first_error.unwrap_or(Error::NoCandidate))
    }

    fn try_out(&self, candidate: &Candidate, history: &Series) -> Tried {
        let name = candidate.name();
        let day = history.interval().slots_a_day();
        let scores = Backtest::new(self.tried_days, day, day)
            .and_then(|backtest| backtest.run(history, &[&Means(&**candidate)]));
        match scores {
            Err(error) => Tried { name, mae: None, wape: None, error: Some(error) },
            Ok(report) => {
                let scores = report.models.first().map(|model| &model.overall);
                let mae = scores.and_then(|it| it.mae);
                Tried { name, mae, wape: scores.and_then(|it| it.wape), error: None }
            }
        }
    }
}

/// A candidate on trial: only its means are read, and learning what else it says would take most of the time.
#[derive(Debug)]
struct Means<'a>(&'a dyn VolumeModel);

impl VolumeModel for Means<'_> {
    fn name(&self) -> String {
        self.0.name()
    }

    fn fit(&self, history: &Series) -> Result<Box<dyn FittedVolume>, Error> {
        self.0.fit_means(history)
    }
}

impl VolumeModel for AutoVolume {
    fn name(&self) -> String {
        "automatic".to_owned()
    }

    fn fit(&self, history: &Series) -> Result<Box<dyn FittedVolume>, Error> {
        Ok(Box::new(self.fit_auto(history)?))
    }
}

/// What was chosen, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct AutoReport {
    /// The name of the candidate that forecasts.
    pub chosen: String,
    /// The candidates in the order given.
    pub tried: Vec<Tried>,
}

/// How a candidate did.
#[derive(Clone, Debug, PartialEq)]
pub struct Tried {
    /// Its name.
    pub name: String,
    /// Mean absolute error, in calls; `None` where it could not be tried.
    pub mae: Option<f64>,
    /// Weighted absolute percentage error, as a share; `None` where it could not be tried or no call came.
    pub wape: Option<f64>,
    /// Why it could not be tried.
    pub error: Option<Error>,
}

impl Tried {
    fn rank(&self) -> f64 {
        self.mae.unwrap_or(f64::INFINITY)
    }
}

/// [`AutoVolume`] with a history.
#[derive(Debug)]
pub struct FittedAutoVolume {
    report: AutoReport,
    fitted: Box<dyn FittedVolume>,
}

impl FittedAutoVolume {
    /// What was chosen, and why.
    pub fn report(&self) -> &AutoReport {
        &self.report
    }
}

impl FittedVolume for FittedAutoVolume {
    fn forecast(&self, horizon: usize, levels: &[Level]) -> Result<VolumeForecast, Error> {
        self.fitted.forecast(horizon, levels)
    }
}
