//! The calendar-aware model: the day's total by a Kalman filter, the day's shape by a mix of memories.

mod burst;
mod design;
mod effects;
mod engine;
mod filter;
mod fitted;
mod grid;
mod influence;
mod reach;
mod replay;
mod shape;
mod stack;

use std::sync::Arc;

use ringback_calllog::Zone;
use ringback_features::{Events, Series};

use self::effects::{Effects, Occurrence, kind};
use self::engine::{Engine, REPLAYED_DAYS, REPLAYED_DAYS_LONG};
use self::grid::Grid;
use self::influence::{Influence, SlotNoise};
use self::replay::Replayed;
use super::day_kinds::DayKinds;
use super::days::DayTable;
use super::regressors::Regressors;
use super::{FittedVolume, VolumeModel};
use crate::error::Error;

pub(super) use self::reach::Reach;
pub use burst::Burst;
pub use effects::EventEffect;
pub use fitted::{CalendarReport, FittedCalendarVolume, OddDay};

/// Days with data that a fit needs.
const NEEDED_DAYS: usize = 14;

/// Events that cover more than this share of the known intervals are the rule, not the exception.
const MOST_EVENTS: f64 = 0.5;

/// Call volume as the day's total × the day's shape, aware of holidays, month edges, events and regressors.
///
/// - The **day's total** is followed by a Kalman filter on its logarithm: a level that drifts, a deviation that fades
///   from day to day, and effects with priors for the weekday, holidays (on working days and on weekends), bridge
///   days, days after and before a holiday, the edges and waves of the month and, from one and a half years on, of the
///   year. How fast the level drifts, how long deviations last and how strong the month may be is chosen from a
///   small grid by the likelihood of the last 400 days. A total that surprises by more than three standard deviations
///   counts as three.
/// - The **day's shape** is learnt with four memories (half-lives of 4, 21, 56 and 250 days) side by side, weekdays that
///   look alike lending each other what they know, and smoothed over neighboring slots. These four and the mean of the
///   last four weeks are mixed by how well each forecast the last four months a day ahead.
/// - A **holiday** has the shape of past holidays, or of the weekend; its effect starts from the weekend's total.
/// - **Events** of a kind (their label, or else their name) seen before multiply the volume of their intervals by what such events did, drawn to 1
///   while few are known; during other events the mean stays and the interval is wide. Past events' intervals
///   teach nothing else. Events not known at the end of the history are not used.
/// - **Regressors** explain, by ridge regression, what the calendar leaves over.
/// - **Missing** intervals are left out everywhere, never read as zero. **Bursts** are cut down before they teach and
///   are reported.
/// - On the **last day**, if it is partly known, the rest is scaled by what came so far, as far as the total is uncertain.
/// - **Intervals** are cut from the errors of one-day-ahead forecasts of the last 120 days (split conformal order
///   statistics), measured in a standard deviation that grows with the volume, with the days ahead and with what is not
///   known of a holiday or event. Where they are cut follows how often the intervals of these days held (adaptive
///   conformal inference), so that calm weeks after wild ones have narrow intervals.
///
/// A slot that never had a call on its weekday is closed: mean and bounds are 0. Of a history of zeros the forecast is
/// 0 throughout, of a constant history that constant, within a percent.
///
/// # Source
///
/// The dynamic linear model: West & Harrison, *Bayesian Forecasting and Dynamic Models*, 2nd ed. (1997), chapters 4 and
/// 11. Day total and shape: Shen & Huang, *M&SOM* 10 (2008), 391–410. Mixing by past errors: Bates & Granger, *Operational
/// Research Quarterly* 20 (1969), 451–468. The estimators are this crate's own.
///
/// # Example
///
/// ```
/// use ringback_features::{IntervalLength, Series};
/// use ringback_forecast::{CalendarVolume, Level, VolumeModel};
///
/// let day = |calls: f64| (0..24).map(move |hour| Some(if (8..18).contains(&hour) { calls } else { 0.0 }));
/// let weeks: Vec<_> = (0..42).flat_map(|n| day(if n % 7 < 5 { 30.0 } else { 6.0 })).collect();
/// let series = Series::new("2026-03-02T00:00:00Z".parse()?, IntervalLength::HOUR, weeks)?;
/// let forecast =
///     CalendarVolume::new("UTC".parse()?).fit(&series)?.forecast(24, &[Level::new(0.8)?])?;
/// assert!((forecast.mean[12] - 30.0).abs() < 0.5); // Monday noon
/// assert_eq!(forecast.mean[3], 0.0); // closed
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct CalendarVolume {
    zone: Zone,
    calendar: Arc<dyn DayKinds>,
    events: Events,
    regressors: Option<Arc<Regressors>>,
}

impl CalendarVolume {
    /// A model that knows no holidays and no events and whose weekend is Saturday and Sunday, on the wall clock of
    /// `zone`.
    pub fn new(zone: Zone) -> Self {
        Self {
            zone,
            calendar: Arc::new(super::WeekendOnly::default()),
            events: Events::default(),
            regressors: None,
        }
    }

    /// Takes holidays and weekends from a calendar. The default knows no holidays.
    #[must_use]
    pub fn calendar(self, calendar: Arc<dyn DayKinds>) -> Self {
        Self { calendar, ..self }
    }

    /// Uses these events, each from when it was known. Default: none.
    #[must_use]
    pub fn events(self, events: Events) -> Self {
        Self { events, ..self }
    }

    /// Uses these regressors, which must reach over every horizon that is asked for. Default: none.
    #[must_use]
    pub fn regressors(self, regressors: Arc<Regressors>) -> Self {
        Self { regressors: Some(regressors), ..self }
    }

    /// As [`VolumeModel::fit`], with the fitted model's own type.
    ///
    /// # Errors
    ///
    /// [`Error::SeriesTooShort`] and [`Error::TooFewDays`] for less than 14 days (with data);
    /// [`Error::NegativeVolume`]; [`Error::RegressorGrid`].
    pub fn fit_calendar(&self, history: &Series) -> Result<FittedCalendarVolume, Error> {
        let needed = NEEDED_DAYS * history.interval().slots_a_day();
        if history.len() < needed {
            return Err(Error::SeriesTooShort { got: history.len(), needed });
        }
        let table = DayTable::new(history, self.zone)?;
        let known = (0..table.len()).filter(|&day| table.has_data(day)).count();
        if known < NEEDED_DAYS {
            return Err(Error::TooFewDays { got: known, needed: NEEDED_DAYS });
        }
        let mut grid = Grid::new(table);
        let bursts = burst::winsorize(&mut grid);
        let mut effects = Effects::known(&self.events, history.end());
        let masked = self.mask(history, &mut grid, &effects);
        let influence = self.regress(history, &mut grid)?;
        let engine = Engine::fit(grid, &*self.calendar, REPLAYED_DAYS);
        effects.learn(&occurrences(&masked, &engine), engine.dispersion());
        Ok(FittedCalendarVolume {
            start: history.end(),
            interval: history.interval(),
            zone: self.zone,
            calendar: Arc::clone(&self.calendar),
            engine,
            effects,
            influence,
            bursts,
        })
    }

    /// Takes the intervals of past events out of the grid and hands them over, one list an event of a kind. Where
    /// events cover most of the history they are its normal state, and nothing is taken out.
    fn mask(&self, history: &Series, grid: &mut Grid, effects: &Effects) -> Vec<Masked> {
        let mut masked: Vec<Masked> = Vec::new();
        if effects.is_empty() {
            return masked;
        }
        let mut covered = vec![false; history.len()];
        for event in effects.iter() {
            let mut slots = Vec::new();
            for at in Effects::slots_of(event, history) {
                let place = history.interval().civil_slot(history.at(at), self.zone);
                let Some(day) = grid.index(place.date) else { continue };
                let value = grid.row(day)[place.slot];
                if !value.is_nan() {
                    covered[at] = true;
                    slots.push((day, place.slot, value));
                }
            }
            masked.push(Masked { kind: kind(event).to_owned(), slots });
        }
        let known = history.len() - history.missing();
        let events = covered.iter().filter(|&&it| it).count();
        if events as f64 > MOST_EVENTS * known as f64 {
            return Vec::new();
        }
        for &(day, slot, _) in masked.iter().flat_map(|it| &it.slots) {
            grid.row_mut(day)[slot] = f64::NAN;
        }
        masked
    }

    /// Learns what regressors do from a first fit, and takes it out of the grid.
    fn regress(&self, history: &Series, grid: &mut Grid) -> Result<Option<Weather>, Error> {
        let Some(regressors) = &self.regressors else { return Ok(None) };
        let offset = regressors.offset(history)?;
        let slots = grid.slots();
        let mut rows: Vec<i64> = vec![-1; grid.len() * slots];
        for (place, row) in history.civil(self.zone).zip(offset..) {
            if let Some(day) = grid.index(place.date)
                && let Some(found) = rows.get_mut(day * slots + place.slot)
            {
                *found = row;
            }
        }
        let first = Engine::fit(grid.clone(), &*self.calendar, REPLAYED_DAYS_LONG);
        let noise = SlotNoise { dispersion: first.dispersion(), slots: slots as f64 };
        let row = |it: &Replayed| rows[it.day * slots + it.slot];
        let influence = Influence::learn(first.replayed(), regressors, row, noise);
        for day in 0..grid.len() {
            for (slot, value) in grid.row_mut(day).iter_mut().enumerate() {
                if let Some(values) = regressors.row(rows[day * slots + slot]) {
                    *value /= influence.factor(&values);
                }
            }
        }
        let first_row = i64::try_from(history.len()).map_or(i64::MAX, |len| offset + len);
        let regressors = Arc::clone(regressors);
        Ok(Some(Weather { regressors, influence, first_row }))
    }
}

/// The known intervals of a past event: day, slot, volume.
#[derive(Clone, Debug)]
struct Masked {
    kind: String,
    slots: Vec<(usize, usize, f64)>,
}

/// Regressors and what they do.
#[derive(Clone, Debug)]
struct Weather {
    regressors: Arc<Regressors>,
    influence: Influence,
    /// The row of the first interval after the history.
    first_row: i64,
}

/// What came during each past event of a kind, beside what the model expects without it.
fn occurrences(masked: &[Masked], engine: &Engine) -> Vec<(String, Occurrence)> {
    let mut found = Vec::new();
    for event in masked {
        let mut seen = Occurrence::default();
        let mut today = None;
        for &(day, slot, came) in &event.slots {
            let outlook = match today.take() {
                Some((known, outlook)) if known == day => outlook,
                _ => engine.look_back(day),
            };
            seen.came += came;
            seen.expected += outlook.expected[slot];
            seen.variance = outlook.variance.max(seen.variance);
            today = Some((day, outlook));
        }
        found.push((event.kind.clone(), seen));
    }
    found
}

impl VolumeModel for CalendarVolume {
    fn name(&self) -> String {
        "calendar".to_owned()
    }

    fn fit(&self, history: &Series) -> Result<Box<dyn FittedVolume>, Error> {
        Ok(Box::new(self.fit_calendar(history)?))
    }
}
