//! The model at work: fits totals and shapes, and looks ahead.

use chrono::NaiveDate;

use super::design::{DayClass, Design};
use super::filter::{self, Expected, Filter, LogTotal, Motion, SeenDay, Setting, WEEK};
use super::grid::Grid;
use super::reach::Reach;
use super::replay::Replayed;
use super::shape::{MEMORIES, Shapes};
use crate::volume::day_kinds::{DayGroup, DayKinds};
use crate::volume::spread::{Errors, Spread};

/// The last days that are replayed to learn the mix and the errors.
pub(super) const REPLAYED_DAYS: usize = 120;

/// With regressors, which move slowly, more days are replayed.
pub(super) const REPLAYED_DAYS_LONG: usize = 400;

/// The prior weights of the mix: the memories from the shortest, then the mean of the last weeks.
pub(super) const PRIOR_WEIGHTS: [f64; 5] = [0.1, 0.25, 0.3, 0.15, 0.2];

/// The mean of this many last weeks, of no more than twice as many, is one of the forecasts mixed.
const MEAN_WEEKS: usize = 4;

/// Bounds of the counting variance of one call.
const DISPERSION: (f64, f64) = (1.0, 25.0);

/// A holiday's log effect is guessed from the weekend, within these bounds.
const HOLIDAY_GUESS: (f64, f64) = (-3.0, 0.0);

/// A fitted model.
#[derive(Clone, Debug)]
pub(super) struct Engine {
    pub(super) grid: Grid,
    weekend: [bool; 7],
    pub(super) classes: Vec<DayClass>,
    design: Design,
    pub(super) filter: Filter,
    /// What the filter expected of each day.
    pub(super) expected: Vec<Expected>,
    pub(super) shapes: Vec<Shapes>,
    pub(super) weights: Vec<f64>,
    /// The shape of past holidays, or of the weekend.
    pub(super) holiday: Option<Vec<f64>>,
    spread: Spread,
    reach: Reach,
    /// How much larger errors are a week ahead than a day ahead, each in its own unit.
    far: f64,
    /// The counting variance of one call within a day.
    dispersion: f64,
    replayed: Vec<Replayed>,
}

/// What to expect of a day.
#[derive(Clone, Debug)]
pub(super) struct DayOutlook {
    /// The volume of each slot.
    pub(super) expected: Vec<f64>,
    /// The variance of the day's log total around its expectation.
    pub(super) variance: f64,
}

impl Engine {
    pub(super) fn fit(grid: Grid, calendar: &dyn DayKinds, replayed_days: usize) -> Self {
        let weekend = weekend(&grid, calendar);
        let class = |day| DayClass::of(grid.date(day), calendar, weekend);
        let classes: Vec<DayClass> = (0..grid.len()).map(class).collect();
        let dispersion = dispersion(&grid, &classes);
        let design = Design::new(grid.len());
        let days: Vec<SeenDay> = (0..grid.len())
            .map(|day| SeenDay {
                row: design.row(grid.date(day), classes[day]),
                total: grid.total(day).and_then(|(known, share)| LogTotal::new(known, share)),
            })
            .collect();
        let setting = Setting { holiday_guess: holiday_guess(&grid, weekend), dispersion };
        let (filter, expected) = filter::fit(&design, &days, setting);
        let shapes = MEMORIES.iter().map(|&it| Shapes::new(it, &grid, dispersion)).collect();
        let mut engine = Self {
            holiday: holiday_shape(&grid, &classes, weekend),
            grid,
            weekend,
            classes,
            design,
            filter,
            expected,
            shapes,
            weights: PRIOR_WEIGHTS.to_vec(),
            spread: Errors::default().spread(),
            reach: Reach::nominal(),
            far: 1.0,
            dispersion,
            replayed: Vec::new(),
        };
        let replay = engine.replay(replayed_days);
        (engine.replayed, engine.weights) = (replay.slots, replay.weights);
        engine.far = replay.far;
        engine.calibrate();
        engine
    }

    /// What each forecast that is mixed says of a day with this total.
    pub(super) fn said(&self, day: usize, total: f64) -> Vec<Vec<f64>> {
        let weekday = self.grid.weekday(day);
        let slots = self.grid.slots();
        let mut said: Vec<Vec<f64>> = Vec::with_capacity(PRIOR_WEIGHTS.len());
        for shapes in &self.shapes {
            let shape = shapes.shape(weekday, day).unwrap_or_else(|| vec![0.0; slots]);
            said.push(shape.into_iter().map(|share| share * total).collect());
        }
        let mean = self.mean_of_weeks(day, &said[1]);
        said.push(mean);
        said
    }

    /// The mean of the last ordinary days of a weekday; where a slot is not known on them, what `otherwise` says.
    fn mean_of_weeks(&self, day: usize, otherwise: &[f64]) -> Vec<f64> {
        let past = (1..=2 * MEAN_WEEKS).map_while(|weeks| day.checked_sub(7 * weeks));
        let past = past.filter(|&it| it < self.grid.len());
        let past: Vec<usize> =
            past.filter(|&it| self.classes[it].has_weekday_profile()).take(MEAN_WEEKS).collect();
        let mean = |(slot, &otherwise): (usize, &f64)| {
            let (mut sum, mut count) = (0.0, 0.0);
            for &it in &past {
                let value = self.grid.row(it)[slot];
                if !value.is_nan() {
                    sum += value;
                    count += 1.0;
                }
            }
            if count > 0.0 { sum / count } else { otherwise }
        };
        otherwise.iter().enumerate().map(mean).collect()
    }

    pub(super) fn mix(&self, said: &[Vec<f64>]) -> Vec<f64> {
        let mut mixed = vec![0.0; self.grid.slots()];
        for (said, weight) in said.iter().zip(&self.weights) {
            for (mixed, said) in mixed.iter_mut().zip(said) {
                *mixed += weight * said;
            }
        }
        mixed
    }

    /// Learns how far outcomes lay from what was expected.
    fn calibrate(&mut self) {
        let replayed = &self.replayed;
        let (mut excess, mut volume) = (0.0, 0.0);
        for it in replayed {
            excess += (it.came - it.expected).powi(2) - it.expected.powi(2) * it.variance;
            volume += it.expected;
        }
        if volume > 0.0 {
            self.dispersion = (excess / volume).clamp(0.5, DISPERSION.1);
        }
        let mut errors = Errors::default();
        for it in &self.replayed {
            errors.push_in(it.expected, it.came, self.unit(it.expected, it.variance));
        }
        self.spread = errors.spread();
        let unit = |it: &Replayed| self.unit(it.expected, it.variance);
        self.reach = Reach::learn(&self.replayed, &self.spread, unit);
    }

    /// The standard deviation of a slot's volume around its expectation.
    pub(super) fn unit(&self, expected: f64, variance: f64) -> f64 {
        (self.dispersion * expected.max(0.25) + expected * expected * variance).sqrt()
    }

    /// What that standard deviation is multiplied by on a day after the history: from 1 tomorrow to what errors a week
    /// ahead were larger.
    pub(super) fn growth(&self, day: usize) -> f64 {
        let ahead = (day + 1).saturating_sub(self.grid.len()).clamp(1, WEEK);
        1.0 + (self.far - 1.0) * (ahead - 1) as f64 / (WEEK - 1) as f64
    }

    pub(super) fn spread(&self) -> &Spread {
        &self.spread
    }

    pub(super) fn reach(&self) -> &Reach {
        &self.reach
    }

    /// The number of a civil day.
    pub(super) fn day(&self, date: NaiveDate) -> usize {
        self.grid.index(date).unwrap_or(0)
    }

    /// What to expect of a day: of one after the history, or of what is left of its last day.
    pub(super) fn outlook(&self, day: usize, calendar: &dyn DayKinds) -> DayOutlook {
        let class = DayClass::of(self.grid.date(day), calendar, self.weekend);
        let row = self.design.row(self.grid.date(day), class);
        let last = self.grid.len() - 1;
        let (log, variance) = if day <= last {
            (self.expected[day].log, self.expected[day].variance)
        } else {
            self.filter.ahead(&row, day - last)
        };
        let total = log.exp();
        let expected = match (&self.holiday, class) {
            (Some(shape), DayClass::Holiday) => shape.iter().map(|share| share * total).collect(),
            _ => self.mix(&self.said(day, total)),
        };
        let mut outlook = DayOutlook { expected, variance: variance + self.filter.day_variance() };
        if day <= last {
            self.update_today(day, &mut outlook);
        }
        outlook
    }

    /// Scales what is left of a day by what came so far, as far as the day's total is uncertain.
    fn update_today(&self, day: usize, outlook: &mut DayOutlook) {
        let (mut came, mut expected) = (0.0, 0.0);
        for (value, said) in self.grid.row(day).iter().zip(&outlook.expected) {
            if !value.is_nan() {
                came += value;
                expected += said;
            }
        }
        let counting = self.dispersion / expected.max(1.0);
        let trust = outlook.variance / (outlook.variance + counting);
        let factor = (trust * ((came + 0.5) / (expected + 0.5)).ln()).exp();
        for expected in &mut outlook.expected {
            *expected *= factor;
        }
        outlook.variance *= 1.0 - trust;
    }

    /// What was expected of each slot of a past day, by today's shapes, and the variance of the day's log total.
    pub(super) fn look_back(&self, day: usize) -> DayOutlook {
        let Expected { log, variance, .. } = self.expected[day];
        let expected = self.mix(&self.said(day, log.exp()));
        DayOutlook { expected, variance: variance + self.filter.day_variance() }
    }

    /// The slots that were replayed.
    pub(super) fn replayed(&self) -> &[Replayed] {
        &self.replayed
    }

    pub(super) fn dispersion(&self) -> f64 {
        self.dispersion
    }

    pub(super) fn motion(&self) -> Motion {
        self.filter.motion()
    }

    pub(super) fn weights(&self) -> &[f64] {
        &self.weights
    }

    pub(super) fn grid(&self) -> &Grid {
        &self.grid
    }

    pub(super) fn classes(&self) -> &[DayClass] {
        &self.classes
    }

    /// The days whose total surprised by more than this many standard deviations, with the surprise.
    pub(super) fn surprises(&self, limit: f64) -> impl Iterator<Item = (NaiveDate, f64)> + '_ {
        let surprising = move |(day, it): (usize, &Expected)| {
            it.surprise.filter(|it| it.abs() > limit).map(|it| (self.grid.date(day), it))
        };
        self.expected.iter().enumerate().skip(14).filter_map(surprising)
    }
}

/// Which weekdays a calendar calls weekend.
fn weekend(grid: &Grid, calendar: &dyn DayKinds) -> [bool; 7] {
    let mut weekend = [false; 7];
    for day in 0..grid.len() {
        weekend[grid.weekday(day)] |= calendar.group(grid.date(day)) == DayGroup::Weekend;
    }
    weekend
}

/// The variance of counts within ordinary days over their mean, given the day's total and the weekday's usual shape.
fn dispersion(grid: &Grid, classes: &[DayClass]) -> f64 {
    let (mut squares, mut volume) = (0.0, 0.0);
    let from = grid.len().saturating_sub(REPLAYED_DAYS);
    for (day, class) in classes.iter().enumerate().skip(from) {
        let Some((known, share)) = grid.total(day) else { continue };
        let usual = grid.usual(grid.weekday(day));
        let usual_total: f64 = usual.iter().filter(|it| !it.is_nan()).sum();
        if !class.has_weekday_profile() || known <= 0.0 {
            continue;
        }
        let scale = known / (share * usual_total);
        for (value, usual) in grid.row(day).iter().zip(usual) {
            if !value.is_nan() && !usual.is_nan() {
                squares += (value - scale * usual).powi(2);
                volume += scale * usual;
            }
        }
    }
    if volume > 0.0 { (squares / volume).clamp(DISPERSION.0, DISPERSION.1) } else { 1.0 }
}

/// The log of the weekend's usual total over a working day's: what a holiday is taken for until one is seen.
fn holiday_guess(grid: &Grid, weekend: [bool; 7]) -> f64 {
    let mean = |is_weekend: bool| {
        let (mut sum, mut count) = (0.0, 0.0);
        for weekday in (0..7).filter(|&it| weekend[it] == is_weekend) {
            sum += grid.usual(weekday).iter().filter(|it| !it.is_nan()).sum::<f64>();
            count += 1.0;
        }
        sum / count
    };
    let (rest, work) = (mean(true), mean(false));
    if rest.is_nan() || work.is_nan() || work <= 0.0 {
        return 0.0;
    }
    (rest / work).ln().clamp(HOLIDAY_GUESS.0, HOLIDAY_GUESS.1)
}

/// The mean shape of past holidays on working weekdays; that of the weekend where none is known.
fn holiday_shape(grid: &Grid, classes: &[DayClass], weekend: [bool; 7]) -> Option<Vec<f64>> {
    let days = |wanted: &dyn Fn(usize) -> bool| {
        let mut sums = vec![0.0; grid.slots()];
        for day in (0..grid.len()).filter(|&day| wanted(day)) {
            for (sum, value) in sums.iter_mut().zip(grid.row(day)) {
                if !value.is_nan() {
                    *sum += value;
                }
            }
        }
        let total: f64 = sums.iter().sum();
        (total > 0.0).then(|| sums.into_iter().map(|sum| sum / total).collect())
    };
    days(&|day| classes[day] == DayClass::Holiday)
        .or_else(|| days(&|day| weekend[grid.weekday(day)]))
}
