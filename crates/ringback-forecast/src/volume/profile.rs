//! The calendar-aware model: weekday profiles × level, with rules for holidays and the days around them.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use ringback_calllog::Zone;
use ringback_features::{IntervalLength, Series};

use super::day_kinds::{DayGroup, DayKinds};
use super::days::DayTable;
use super::level::{Baseline, UseAs};
use super::special::{SpecialDays, Treatment};
use super::spread::{Errors, Spread, poisson_unit, spreads};
use super::{FittedVolume, Outlook, VolumeForecast, VolumeModel, assemble, check_horizon, grid_at};
use crate::error::Error;
use crate::score::Level;

/// The weeks that weekday profiles are learnt from, unless told otherwise.
const WEEKS: usize = 12;

/// Days with data that a fit needs: three weeks to learn from, one to measure errors on.
const NEEDED_DAYS: usize = 28;

/// Days with data before the first day that errors are measured on.
const LEARNING_DAYS: usize = 21;

/// Errors are measured by forecasting from each of this many last days.
const ERROR_ORIGINS: usize = 56;

/// The last day ahead of each class of horizons: tomorrow, two days, the rest of the week, the week after (and beyond).
const CLASS_ENDS: [usize; 4] = [1, 3, 7, 14];

/// Call volume as the weekday's profile × the level of recent weeks, aware of holidays.
///
/// - The **profile** of a weekday is the mean volume of each slot of the wall clock over the ordinary days (no holiday,
///   bridge or day after a holiday) of the last 12 weeks, each measured against its level, smoothed over neighboring
///   slots by a window of about half an hour. A slot that had no call in all those weeks is closed and gets 0.
/// - The **level** is the volume of the last weeks over what the profiles expect, near days weighing more (half after
///   five weeks); on top, the deviation of the last days, in so far as such deviations were seen to last in the
///   history (a regression for each number of days ahead; nothing after 14 days).
/// - **Holidays** and days around them follow [`DayRule`].
/// - **Missing** intervals are left out everywhere, never read as zero; a day of which less than half is known, by
///   usual volume, has no part in the level.
/// - **Intervals** are cut from errors that the model made on the last 8 weeks when forecasting them from each day before,
///   knowing nothing later (split conformal order statistics, by days ahead and by expected volume).
///
/// # Source
///
/// The split of a day's total and its profile within the day, with an autocorrelated day effect: Shen & Huang,
/// "Interday forecasting and intraday updating of call center arrivals", *M&SOM* 10 (2008), 391–410; Weinberg, Brown &
/// Stroud, *JASA* 102 (2007), 1185–1198. The estimators are this crate's own.
///
/// # Example
///
/// ```
/// use ringback_features::{IntervalLength, Series};
/// use ringback_forecast::{Level, VolumeModel, WeekdayProfile};
///
/// let day = |calls: f64| (0..24).map(move |hour| Some(if (8..18).contains(&hour) { calls } else { 0.0 }));
/// let weeks: Vec<_> = (0..42).flat_map(|n| day(if n % 7 < 5 { 30.0 } else { 6.0 })).collect();
/// let series = Series::new("2026-03-02T00:00:00Z".parse()?, IntervalLength::HOUR, weeks)?;
/// let forecast =
///     WeekdayProfile::new("UTC".parse()?).fit(&series)?.forecast(24, &[Level::new(0.8)?])?;
/// assert!((forecast.mean[12] - 30.0).abs() < 1e-9); // Monday noon
/// assert_eq!(forecast.mean[3], 0.0); // closed
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct WeekdayProfile {
    zone: Zone,
    calendar: Arc<dyn DayKinds>,
    weeks: usize,
}

impl WeekdayProfile {
    /// A model that knows no holidays and whose weekend is Saturday and Sunday, on the wall clock of `zone`.
    pub fn new(zone: Zone) -> Self {
        Self { zone, calendar: Arc::new(super::WeekendOnly::default()), weeks: WEEKS }
    }

    /// Takes holidays and weekends from a calendar. The default knows no holidays.
    #[must_use]
    pub fn calendar(self, calendar: Arc<dyn DayKinds>) -> Self {
        Self { calendar, ..self }
    }

    /// Learns profiles from the last `weeks` weeks, at least 3. The default is 12: on three public series (a bank, a
    /// county's emergency calls, a city's fire calls) 6 and 8 were worse, a day and a week ahead.
    #[must_use]
    pub fn weeks(self, weeks: usize) -> Self {
        Self { weeks: weeks.max(LEARNING_DAYS / 7), ..self }
    }

    /// As [`VolumeModel::fit`], with the fitted model's own type.
    ///
    /// # Errors
    ///
    /// [`Error::SeriesTooShort`] and [`Error::TooFewDays`] for less than 28 days (with data);
    /// [`Error::NegativeVolume`].
    pub fn fit_profile(&self, history: &Series) -> Result<FittedWeekdayProfile, Error> {
        self.fit_with(history, ERROR_ORIGINS)
    }

    /// Fits, and measures errors from each of so many last days.
    fn fit_with(&self, history: &Series, origins: usize) -> Result<FittedWeekdayProfile, Error> {
        let needed = NEEDED_DAYS * history.interval().slots_a_day();
        if history.len() < needed {
            return Err(Error::SeriesTooShort { got: history.len(), needed });
        }
        let table = DayTable::new(history, self.zone)?;
        let known: Vec<usize> = (0..table.len()).filter(|&day| table.has_data(day)).collect();
        if known.len() < NEEDED_DAYS {
            return Err(Error::TooFewDays { got: known.len(), needed: NEEDED_DAYS });
        }
        let interval = history.interval();
        let first_origin = known[LEARNING_DAYS].max(table.len().saturating_sub(origins));
        let mut errors = vec![Errors::default(); CLASS_ENDS.len()];
        for origin in first_origin..table.len() {
            let past = Outline::fit(table.before(origin), self, interval);
            past.measure(&table, origin, &mut errors);
        }
        Ok(FittedWeekdayProfile {
            start: history.end(),
            interval,
            zone: self.zone,
            spreads: spreads(&errors),
            outline: Outline::fit(table, self, interval),
        })
    }
}

impl VolumeModel for WeekdayProfile {
    fn name(&self) -> String {
        "weekday profile".to_owned()
    }

    fn fit(&self, history: &Series) -> Result<Box<dyn FittedVolume>, Error> {
        Ok(Box::new(self.fit_profile(history)?))
    }

    fn fit_means(&self, history: &Series) -> Result<Box<dyn FittedVolume>, Error> {
        Ok(Box::new(self.fit_with(history, 0)?))
    }
}

/// How a day is forecast; the first that applies, from the top.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DayRule {
    /// An ordinary day, and a holiday that falls on a weekend: the weekday's profile.
    SameWeekday,
    /// A holiday, where at least two past ones on working weekdays are known: their mean profile, scaled by level.
    PastHolidays,
    /// A holiday with fewer than two known past ones: the mean profile of the weekend's weekdays. A guess, with a
    /// wide interval.
    WeekendForHoliday,
    /// A holiday where neither two past ones nor a weekend are known: the weekday's profile. A guess, with a wide
    /// interval.
    WeekdayForHoliday,
    /// A bridge day or day after a holiday, where at least two past ones are known: the weekday's profile × their
    /// mean ratio to their weekdays, drawn halfway to 1 for two and less for more.
    PastRatio,
    /// A bridge day or day after a holiday with fewer than two known past ones: the weekday's profile. A guess, with a
    /// wide interval.
    WeekdayForSpecial,
}

/// What a fit found in its history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FitReport {
    /// Days like their weekday that the level uses.
    pub ordinary_days: usize,
    /// Holidays, bridge days and days after a holiday that are known well enough, by group. Holidays on a weekend
    /// are not counted.
    pub special_days: BTreeMap<DayGroup, usize>,
    /// Days of which less than half is known: left out.
    pub incomplete_days: usize,
    /// Weekday slots that are missing on every day; they are forecast as closed.
    pub slots_without_history: usize,
}

/// The point forecast's part: what is known of ordinary and of special days.
#[derive(Clone, Debug)]
struct Outline {
    table: DayTable,
    calendar: Arc<dyn DayKinds>,
    baseline: Baseline,
    special: SpecialDays,
    /// The smoothed profiles, Monday first.
    profiles: Vec<Vec<f64>>,
}

impl Outline {
    fn fit(table: DayTable, model: &WeekdayProfile, interval: IntervalLength) -> Self {
        let calendar = Arc::clone(&model.calendar);
        let baseline = Baseline::fit(&table, &*calendar, model.weeks);
        let passes = smoothing_passes(interval);
        let special = SpecialDays::learn(&table, &*calendar, &baseline, passes);
        let profiles = (0..7).map(|weekday| smoothed(baseline.profile(weekday), passes)).collect();
        Self { table, calendar, baseline, special, profiles }
    }

    /// How a day, which may lie after the history, is forecast.
    fn treatment(&self, day: usize) -> Treatment<'_> {
        let group = self.calendar.group(self.table.date(day));
        self.special.treatment(group, self.table.weekday(day), &self.baseline)
    }

    /// The volume to expect in each slot of a day after the history.
    fn expected(&self, day: usize, treatment: &Treatment<'_>) -> Vec<f64> {
        let level = self.baseline.level_on(day) * treatment.factor;
        let profile = treatment.profile.unwrap_or(&self.profiles[self.table.weekday(day)]);
        profile.iter().map(|volume| volume * level).collect()
    }

    /// Adds the errors of forecasting the ordinary days from `origin` on.
    fn measure(&self, outcome: &DayTable, origin: usize, errors: &mut [Errors]) {
        let last = CLASS_ENDS.last().copied().unwrap_or(1);
        for day in origin..(origin + last).min(outcome.len()) {
            let treatment = self.treatment(day);
            if treatment.extra_sd > 0.0 {
                continue;
            }
            let errors = &mut errors[class(day - origin)];
            for (expected, actual) in self.expected(day, &treatment).iter().zip(outcome.row(day)) {
                if let Some(actual) = actual {
                    errors.push(*expected, *actual);
                }
            }
        }
    }
}

/// The class of horizons of a day so many whole days after the first one that is forecast.
fn class(days_ahead: usize) -> usize {
    CLASS_ENDS.iter().position(|&end| days_ahead < end).unwrap_or(CLASS_ENDS.len() - 1)
}

/// [`WeekdayProfile`] with a history.
#[derive(Clone, Debug)]
pub struct FittedWeekdayProfile {
    start: DateTime<Utc>,
    interval: IntervalLength,
    zone: Zone,
    spreads: Vec<Spread>,
    outline: Outline,
}

impl FittedWeekdayProfile {
    /// What the fit found in its history.
    pub fn report(&self) -> FitReport {
        let baseline = &self.outline.baseline;
        let mut report = FitReport {
            slots_without_history: baseline.slots_without_history,
            special_days: self.outline.special.known(),
            ..FitReport::default()
        };
        for day in 0..self.outline.table.len() {
            match baseline.use_as(day) {
                UseAs::Ordinary => report.ordinary_days += 1,
                UseAs::Incomplete => report.incomplete_days += 1,
                UseAs::Special => {}
            }
        }
        report
    }

    /// How a civil day after the history would be forecast.
    pub fn rule(&self, date: NaiveDate) -> DayRule {
        let day = self.outline.table.index(date).unwrap_or(0);
        self.outline.treatment(day).rule
    }

    /// How many civil days of the next `horizon` intervals fall to each rule.
    pub fn rules(&self, horizon: usize) -> BTreeMap<DayRule, usize> {
        let mut rules = BTreeMap::new();
        let mut previous = None;
        for ahead in 0..horizon {
            let at = grid_at(self.start, self.interval, ahead);
            let date = self.interval.civil_slot(at, self.zone).date;
            if previous != Some(date) {
                previous = Some(date);
                *rules.entry(self.rule(date)).or_insert(0) += 1;
            }
        }
        rules
    }
}

impl FittedVolume for FittedWeekdayProfile {
    fn forecast(&self, horizon: usize, levels: &[Level]) -> Result<VolumeForecast, Error> {
        check_horizon(horizon)?;
        let mut today: Option<(usize, f64, Vec<f64>)> = None;
        let mut outlooks = Vec::with_capacity(horizon);
        for ahead in 0..horizon {
            let at = grid_at(self.start, self.interval, ahead);
            let place = self.interval.civil_slot(at, self.zone);
            let day = self.outline.table.index(place.date).unwrap_or(0);
            let (_, extra_sd, expected) = match today.take() {
                Some(known) if known.0 == day => today.insert(known),
                _ => {
                    let treatment = self.outline.treatment(day);
                    let expected = self.outline.expected(day, &treatment);
                    today.insert((day, treatment.extra_sd, expected))
                }
            };
            let days_ahead = ahead / self.interval.slots_a_day();
            outlooks.push(Outlook {
                reach: None,
                expected: expected[place.slot],
                spread: &self.spreads[class(days_ahead)],
                unit: poisson_unit(expected[place.slot]),
                extra_sd: *extra_sd,
            });
        }
        Ok(assemble(self.start, self.interval, &outlooks, levels))
    }
}

/// How often a profile is smoothed: each pass adds half a squared slot of variance, and a window with a standard
/// deviation of half an hour did best on public series. None for intervals over an hour, at least one below.
fn smoothing_passes(interval: IntervalLength) -> u32 {
    let slots_in_half_hour = 30.0 / f64::from(interval.minutes());
    let passes = (2.0 * slots_in_half_hour * slots_in_half_hour).round();
    if interval > IntervalLength::HOUR {
        return 0;
    }
    (1..=MOST_PASSES).find(|&pass| f64::from(pass) >= passes).unwrap_or(MOST_PASSES)
}

/// Passes for intervals of three minutes; finer ones are smoothed no more.
const MOST_PASSES: u32 = 200;

/// Averages each slot with its neighbors (1, 2, 1), so often, and scales the sum back to what it was. Closed slots
/// stay closed and are no neighbors: opening time stays a step.
pub(super) fn smoothed(profile: &[f64], passes: u32) -> Vec<f64> {
    let mut smooth = profile.to_vec();
    for _ in 0..passes {
        let before = smooth.clone();
        for slot in (0..profile.len()).filter(|&slot| profile[slot] > 0.0) {
            let (mut sum, mut weight) = (2.0 * before[slot], 2.0);
            for neighbor in [slot.checked_sub(1), Some(slot + 1)].into_iter().flatten() {
                if profile.get(neighbor).is_some_and(|&volume| volume > 0.0) {
                    sum += before[neighbor];
                    weight += 1.0;
                }
            }
            smooth[slot] = sum / weight;
        }
    }
    let total: f64 = smooth.iter().sum();
    if total > 0.0 {
        let back = profile.iter().sum::<f64>() / total;
        for volume in &mut smooth {
            *volume *= back;
        }
    }
    smooth
}
