//! The search for missing days: each day of the series lies so many days further in the calendar than its number
//! says, and that many can only grow.

use super::days::{FEATURES, Features};

/// The log prior of a gap that no holiday explains, and of each further day of it.
const GAP: f64 = -5.5;
const LONGER_GAP: f64 = -3.5;

/// The log prior of a holiday that is left out of the series, and of one that is in it.
const HOLIDAY: f64 = -std::f64::consts::LN_2;

/// The share of days that are unlike their weekday for reasons that nobody knows, and of holidays that are.
const ODD: f64 = 0.02;
const ODD_HOLIDAY: f64 = 0.5;

/// How much wider unlike days scatter.
const ODD_SDS: f64 = 8.0;

/// The share of days after a gap that are like the first day of a week: they carry what was left undone.
const LIKE_FIRST: f64 = 0.5;

/// What weekdays look like.
#[derive(Clone, Debug)]
pub(super) struct Weekdays {
    /// The mean of each weekday's features, the level taken out.
    pub(super) means: Vec<[f64; FEATURES]>,
    /// The standard deviation of each feature about it.
    pub(super) sds: [f64; FEATURES],
    /// The slow level of each day's features.
    pub(super) levels: Vec<[f64; FEATURES]>,
}

/// The calendar beside which the series is laid.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    /// Days of the week that the series has.
    pub(super) week: usize,
    /// The place in the week of calendar day 0.
    pub(super) first: usize,
    /// The place in the week of the week's first working day.
    pub(super) week_begins: usize,
    /// Whether each calendar day is a holiday.
    pub(super) holidays: Vec<bool>,
    /// The most days that may be missing.
    pub(super) most: usize,
}

/// The most likely places of the days.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Path {
    /// Missing days before each day of the series.
    pub(super) shifts: Vec<usize>,
    /// Its log likelihood, the prior included.
    pub(super) score: f64,
}

impl Grid {
    pub(super) fn weekday(&self, day: usize, shift: usize) -> usize {
        (self.first + day + shift) % self.week
    }

    fn is_holiday(&self, day: usize, shift: usize) -> bool {
        self.holidays.get(day + shift).copied().unwrap_or(false)
    }

    /// The log prior of leaving out the calendar days between one day and the next.
    fn step(&self, day: usize, from: usize, to: usize) -> f64 {
        let mut prior = if self.is_holiday(day, to) { HOLIDAY } else { 0.0 };
        let mut is_gap = false;
        for shift in from..to {
            prior += match (self.is_holiday(day, shift), is_gap) {
                (true, _) => HOLIDAY,
                (false, false) => GAP,
                (false, true) => LONGER_GAP,
            };
            is_gap |= !self.is_holiday(day, shift);
        }
        prior
    }

    /// The log likelihoods of a day's features on a weekday: without and with days missing just before it.
    fn emission(
        &self,
        features: &[f64; FEATURES],
        level: &[f64; FEATURES],
        weekdays: &Weekdays,
        (weekday, odd): (usize, f64),
    ) -> (f64, f64) {
        let density = |weekday: usize, wider: f64| {
            let mut log = 0.0;
            for which in 0..FEATURES {
                let sd = weekdays.sds[which] * wider;
                let z = (features[which] - level[which] - weekdays.means[weekday][which]) / sd;
                log -= 0.5 * z * z + sd.ln();
            }
            log
        };
        let usual = density(weekday, 1.0);
        let broad = density(weekday, ODD_SDS) + odd.ln();
        let plain = log_sum(usual + (1.0 - odd).ln(), broad);
        let first = density(self.week_begins, 1.0) + LIKE_FIRST.ln();
        let mixed = log_sum(usual + (1.0 - LIKE_FIRST).ln(), first);
        (plain, log_sum(mixed + (1.0 - odd).ln(), broad))
    }

    /// Calls `with` for every step into a day: from and to how many missing days, and its log likelihood.
    fn steps(
        &self,
        features: &Features,
        weekdays: &Weekdays,
        day: usize,
        mut with: impl FnMut(usize, usize, f64),
    ) {
        let emissions: Vec<[(f64, f64); 2]> = (0..self.week)
            .map(|weekday| {
                let Some(found) = &features[day] else { return [(0.0, 0.0); 2] };
                let level = &weekdays.levels[day];
                [ODD, ODD_HOLIDAY].map(|odd| self.emission(found, level, weekdays, (weekday, odd)))
            })
            .collect();
        for to in 0..=self.most {
            let kind = usize::from(self.is_holiday(day, to));
            let (plain, after_gap) = emissions[self.weekday(day, to)][kind];
            for from in to.saturating_sub(self.week)..=to {
                let emission = if from == to { plain } else { after_gap };
                with(from, to, self.step(day, from, to) + emission);
            }
        }
    }

    /// The most likely places of all days (Viterbi). The first day lies where the series says.
    pub(super) fn best(&self, features: &Features, weekdays: &Weekdays) -> Path {
        let states = self.most + 1;
        let mut scores = start(states);
        let mut came_from: Vec<Vec<usize>> = Vec::with_capacity(features.len());
        for day in 0..features.len() {
            let mut next = vec![f64::NEG_INFINITY; states];
            let mut back: Vec<usize> = (0..states).collect();
            self.steps(features, weekdays, day, |from, to, gain| {
                // Nothing can be missing before the first day.
                if (day > 0 || from == to) && scores[from] + gain > next[to] {
                    next[to] = scores[from] + gain;
                    back[to] = from;
                }
            });
            scores = next;
            came_from.push(back);
        }
        let best = (0..states).max_by(|&a, &b| scores[a].total_cmp(&scores[b]).then(b.cmp(&a)));
        let mut shift = best.unwrap_or(0);
        let score = scores[shift];
        let mut shifts = vec![0; features.len()];
        for day in (0..features.len()).rev() {
            shifts[day] = shift;
            shift = came_from[day][shift];
        }
        Path { shifts, score }
    }

    /// For each day, how likely each number of missing days before it is (forward–backward).
    pub(super) fn posterior(&self, features: &Features, weekdays: &Weekdays) -> Vec<Vec<f64>> {
        let states = self.most + 1;
        let mut forward = vec![start(states)];
        for day in 0..features.len() {
            let mut next = vec![f64::NEG_INFINITY; states];
            let scores = &forward[day];
            self.steps(features, weekdays, day, |from, to, gain| {
                if day > 0 || from == to {
                    next[to] = log_sum(next[to], scores[from] + gain);
                }
            });
            forward.push(next);
        }
        let mut backward = vec![0.0; states];
        let mut posterior = vec![Vec::new(); features.len()];
        for day in (0..features.len()).rev() {
            let scores = forward[day + 1].iter().zip(&backward);
            let scores: Vec<f64> = scores.map(|(ahead, behind)| ahead + behind).collect();
            let sum = scores.iter().fold(f64::NEG_INFINITY, |sum, &it| log_sum(sum, it));
            posterior[day] = scores.iter().map(|it| (it - sum).exp()).collect();
            let mut before = vec![f64::NEG_INFINITY; states];
            self.steps(features, weekdays, day, |from, to, gain| {
                before[from] = log_sum(before[from], backward[to] + gain);
            });
            backward = before;
        }
        posterior
    }
}

/// Nothing is missing at the start.
fn start(states: usize) -> Vec<f64> {
    let mut scores = vec![f64::NEG_INFINITY; states];
    if let Some(first) = scores.first_mut() {
        *first = 0.0;
    }
    scores
}

fn log_sum(a: f64, b: f64) -> f64 {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    if high == f64::NEG_INFINITY { high } else { high + (low - high).exp().ln_1p() }
}
