//! The day's total, followed by a Kalman filter: a level that drifts, calendar effects that are learnt, and a deviation
//! that fades.

use super::design::{Design, MonthSd};

/// Surprises larger than this many standard deviations count as this many.
const SURPRISE_LIMIT: f64 = 3.0;

/// Degrees of freedom of the Student t by which settings are compared: a wild day must not decide.
const T_DEGREES: f64 = 5.0;

/// Days before surprises count for the comparison.
const BURN_IN: usize = 14;

/// Settings are compared on this many last days.
const COMPARED_DAYS: usize = 400;

/// Days of a week.
pub(super) const WEEK: usize = 7;

/// A day teaches the level if this share of its usual volume is known.
const LEAST_SHARE: f64 = 0.1;

/// How a day's total moves, apart from its calendar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Motion {
    /// The standard deviation of a day's own noise, as a share of its total.
    pub(super) day_sd: f64,
    /// The standard deviation of the deviation that fades.
    pub(super) deviation_sd: f64,
    /// The share of the deviation that is left a day later.
    pub(super) fade: f64,
    /// The standard deviation of a day's step of the level.
    pub(super) drift_sd: f64,
    /// The prior of the season of the month.
    pub(super) month: MonthSd,
}

impl Motion {
    const START: Self =
        Self { day_sd: 0.06, deviation_sd: 0.08, fade: 0.5, drift_sd: 0.01, month: MonthSd(0.05) };
}

/// A day as the filter sees it.
#[derive(Clone, Debug)]
pub(super) struct SeenDay {
    /// The columns of the design that are not zero.
    pub(super) row: Vec<(usize, f64)>,
    /// The log total of a whole day and the variance of counting it; `None` where nothing is known.
    pub(super) total: Option<LogTotal>,
}

/// A day's total, brought up to a whole day.
#[derive(Clone, Copy, Debug)]
pub(super) struct LogTotal {
    log: f64,
    /// The share of the day's usual volume that is known.
    share: f64,
}

impl LogTotal {
    /// The total of the slots that are known, which usually hold `share` of the day's volume; `None` for too small a
    /// share. Half a call is added, so that a day without calls has a logarithm.
    pub(super) fn new(known: f64, share: f64) -> Option<Self> {
        (share >= LEAST_SHARE).then(|| Self { log: ((known + 0.5) / share).ln(), share })
    }
}

/// What the filter expected of a day, before it saw it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Expected {
    /// The log total.
    pub(super) log: f64,
    /// The variance of its mean.
    pub(super) variance: f64,
    /// The surprise in standard deviations; `None` where the day is not known.
    pub(super) surprise: Option<f64>,
    /// The log total and its variance as expected a week before; `None` of the first days.
    pub(super) week_before: Option<(f64, f64)>,
}

/// The filter's state after a day: means and covariance of the effects, the fading deviation last.
#[derive(Clone, Debug)]
pub(super) struct Filter {
    motion: Motion,
    /// Counting variance of one call: 1 for Poisson counts, more where they are over-dispersed.
    dispersion: f64,
    size: usize,
    mean: Vec<f64>,
    covariance: Vec<f64>,
    likelihood: f64,
}

impl Filter {
    fn new(design: &Design, days: &[SeenDay], motion: Motion, setting: Setting) -> Self {
        let size = design.len() + 1;
        let mut filter = Self {
            motion,
            dispersion: setting.dispersion,
            size,
            mean: vec![0.0; size],
            covariance: vec![0.0; size * size],
            likelihood: 0.0,
        };
        let prior = design.prior(motion.month, setting.holiday_guess);
        for (at, (mean, sd)) in prior.into_iter().enumerate() {
            filter.mean[at] = mean;
            filter.covariance[at * size + at] = sd * sd;
        }
        filter.mean[0] = first_log(days);
        let last = size - 1;
        filter.covariance[last * size + last] = motion.deviation_sd * motion.deviation_sd;
        filter
    }

    /// Lets a day pass: the level drifts, the deviation fades.
    fn pass_day(&mut self) {
        let (size, fade) = (self.size, self.motion.fade);
        let last = size - 1;
        self.mean[last] *= fade;
        for at in 0..size {
            self.covariance[last * size + at] *= fade;
            self.covariance[at * size + last] *= fade;
        }
        let kept = self.motion.deviation_sd * self.motion.deviation_sd * (1.0 - fade * fade);
        self.covariance[last * size + last] += kept;
        self.covariance[0] += self.motion.drift_sd * self.motion.drift_sd;
    }

    /// The log total expected of a day with this row, its variance, and the covariance of the effects with it.
    fn expect(&self, row: &[(usize, f64)]) -> (f64, f64, Vec<f64>) {
        let size = self.size;
        let entries = || row.iter().copied().chain([(size - 1, 1.0)]);
        let log = entries().map(|(at, value)| self.mean[at] * value).sum();
        let mut with = vec![0.0; size];
        for (at, value) in entries() {
            let line = &self.covariance[at * size..(at + 1) * size];
            for (sum, covariance) in with.iter_mut().zip(line) {
                *sum += value * covariance;
            }
        }
        let variance = entries().map(|(at, value)| with[at] * value).sum::<f64>().max(0.0);
        (log, variance, with)
    }

    /// Expects a day and learns from it.
    fn step(&mut self, day: &SeenDay) -> Expected {
        self.pass_day();
        let (log, variance, with) = self.expect(&day.row);
        let Some(total) = day.total else {
            return Expected { log, variance, ..Expected::default() };
        };
        let noise = self.day_variance() + self.dispersion / (log.exp() * total.share).max(1.0);
        let scale = (variance + noise).sqrt();
        let error = total.log - log;
        let limit = SURPRISE_LIMIT * scale;
        let step = error.clamp(-limit, limit) / (variance + noise);
        let size = self.size;
        for (mean, with) in self.mean.iter_mut().zip(&with) {
            *mean += step * with;
        }
        for (at, own) in with.iter().enumerate() {
            let shrink = own / (variance + noise);
            let line = &mut self.covariance[at * size..(at + 1) * size];
            for (covariance, with) in line.iter_mut().zip(&with) {
                *covariance -= shrink * with;
            }
        }
        let surprise = error / scale;
        let tail = 0.5 * (T_DEGREES + 1.0) * (surprise * surprise / T_DEGREES).ln_1p();
        self.likelihood -= scale.ln() + tail;
        Expected { log, variance, surprise: Some(surprise), week_before: None }
    }

    /// The variance of a day's own noise.
    pub(super) fn day_variance(&self) -> f64 {
        self.motion.day_sd * self.motion.day_sd
    }

    /// The mean and variance of the log total of a day `ahead` days after the last one seen, at least 1.
    pub(super) fn ahead(&self, row: &[(usize, f64)], ahead: usize) -> (f64, f64) {
        let size = self.size;
        let last = size - 1;
        let left = self.motion.fade.powi(i32::try_from(ahead).unwrap_or(i32::MAX));
        let entries = || row.iter().copied().chain([(last, left)]);
        let log = entries().map(|(at, value)| self.mean[at] * value).sum();
        let mut variance = 0.0;
        for (at, value) in entries() {
            for (other, factor) in entries() {
                variance += value * factor * self.covariance[at * size + other];
            }
        }
        let drift = self.motion.drift_sd * self.motion.drift_sd * ahead as f64;
        let deviation = self.motion.deviation_sd * self.motion.deviation_sd * (1.0 - left * left);
        (log, variance.max(0.0) + drift + deviation)
    }

    /// The settings that fitted best.
    pub(super) fn motion(&self) -> Motion {
        self.motion
    }
}

/// What a filter starts from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    /// The guess of a holiday's effect on the log total.
    pub(super) holiday_guess: f64,
    /// The counting variance of one call.
    pub(super) dispersion: f64,
}

/// The level to begin with: the median log total of the first two known weeks.
fn first_log(days: &[SeenDay]) -> f64 {
    let totals = days.iter().filter_map(|day| day.total).map(|total| total.log);
    let mut first: Vec<f64> = totals.take(BURN_IN).collect();
    first.sort_by(f64::total_cmp);
    first.get(first.len() / 2).copied().unwrap_or(0.0)
}

/// How likely the days are under a motion.
fn likelihood(design: &Design, days: &[SeenDay], motion: Motion, setting: Setting) -> f64 {
    let mut filter = Filter::new(design, days, motion, setting);
    for (at, day) in days.iter().enumerate() {
        if at == BURN_IN {
            filter.likelihood = 0.0;
        }
        filter.step(day);
    }
    filter.likelihood
}

/// Runs a filter over all days, and notes of each what it expected a week before.
fn run_ahead(
    design: &Design,
    days: &[SeenDay],
    motion: Motion,
    setting: Setting,
) -> (Filter, Vec<Expected>) {
    let mut filter = Filter::new(design, days, motion, setting);
    let mut expected: Vec<Expected> = Vec::with_capacity(days.len());
    let mut week_before = vec![None; days.len()];
    for (at, day) in days.iter().enumerate() {
        let seen = filter.step(day);
        expected.push(Expected { week_before: week_before[at], ..seen });
        if let Some(far) = days.get(at + WEEK) {
            week_before[at + WEEK] = Some(filter.ahead(&far.row, WEEK));
        }
    }
    (filter, expected)
}

/// Finds the motion under which the days surprised least, one setting after the other, and runs it over all days.
pub(super) fn fit(design: &Design, days: &[SeenDay], setting: Setting) -> (Filter, Vec<Expected>) {
    let recent = &days[days.len().saturating_sub(COMPARED_DAYS)..];
    let likelihood = |motion: Motion| likelihood(design, recent, motion, setting);
    let mut best = (Motion::START, likelihood(Motion::START));
    for change in CHANGES {
        let from = best.0;
        for &value in change.values {
            let mut motion = from;
            *(change.place)(&mut motion) = value;
            if motion != from {
                let found = likelihood(motion);
                if found > best.1 {
                    best = (motion, found);
                }
            }
        }
    }
    run_ahead(design, days, best.0, setting)
}

/// A setting that is varied.
struct Change {
    place: fn(&mut Motion) -> &mut f64,
    values: &'static [f64],
}

/// The grid, from the setting that matters most.
const CHANGES: [Change; 5] = [
    Change { place: |it| &mut it.day_sd, values: &[0.02, 0.04, 0.06, 0.1, 0.16, 0.25] },
    Change { place: |it| &mut it.deviation_sd, values: &[0.02, 0.05, 0.08, 0.12, 0.2] },
    Change { place: |it| &mut it.fade, values: &[0.3, 0.5, 0.7, 0.9] },
    Change { place: |it| &mut it.drift_sd, values: &[0.002, 0.005, 0.01, 0.02, 0.04] },
    Change { place: |it| &mut it.month.0, values: &[0.0, 0.05, 0.1] },
];
