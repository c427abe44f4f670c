//! What weekdays look like and where days are missing explain each other: found by turns, from several starts.

use super::days::{FEATURES, Features};
use super::lattice::{Grid, Path, Weekdays};

/// Rounds of the search from one start; it stops sooner when nothing changes.
const ROUNDS: usize = 8;

/// Weeks that a start learns its weekdays from, and the most of such stretches.
const START_WEEKS: usize = 5;
const STARTS: usize = 8;

/// How fast a day's weight in the slow level falls with its distance, in weeks.
const LEVEL_WEEKS: f64 = 2.0;

/// The least standard deviation of a feature: half a percent.
const LEAST_SD: f64 = 0.005;

/// A residual counts as no more than so many standard deviations in means and levels.
const CLIP_SDS: f64 = 3.0;

/// The most likely places of the days, and the weekdays that go with them.
#[derive(Clone, Debug)]
pub(super) struct Alignment {
    pub(super) path: Path,
    pub(super) weekdays: Weekdays,
}

/// Searches from the first weeks, and from stretches all over the series whose phase is then tried out.
pub(super) fn search(features: &Features, grid: &Grid) -> Option<Alignment> {
    let length = (START_WEEKS * grid.week).min(features.len());
    let stretches = STARTS.min(features.len() / length.max(1)).max(1);
    let mut best: Option<Alignment> = None;
    for stretch in 0..stretches {
        let from = stretch * (features.len() - length) / stretches.max(2).saturating_sub(1);
        let phases = if stretch == 0 { 1 } else { grid.week };
        for phase in 0..phases {
            let labels = (from..from + length).map(|day| (day, grid.weekday(day, phase)));
            let first = Weekdays::learn(features, grid.week, None, labels);
            let found = improve(features, grid, first);
            if best.as_ref().is_none_or(|best| found.path.score > best.path.score) {
                best = Some(found);
            }
        }
    }
    best
}

/// Places and weekdays by turns, until they agree.
pub(super) fn improve(features: &Features, grid: &Grid, mut weekdays: Weekdays) -> Alignment {
    let mut path = grid.best(features, &weekdays);
    for _ in 0..ROUNDS {
        let labels = path.shifts.iter().enumerate();
        let labels = labels.map(|(day, &shift)| (day, grid.weekday(day, shift)));
        let next = Weekdays::learn(features, grid.week, Some(&weekdays), labels);
        let found = grid.best(features, &next);
        let is_settled = found.shifts == path.shifts;
        (path, weekdays) = (found, next);
        if is_settled {
            break;
        }
    }
    Alignment { path, weekdays }
}

impl Weekdays {
    /// Learns from labeled days, taking outliers by what was known before.
    fn learn(
        features: &Features,
        week: usize,
        known: Option<&Self>,
        labels: impl Iterator<Item = (usize, usize)>,
    ) -> Self {
        let labels: Vec<(usize, usize)> = labels.collect();
        let mut learned = known.cloned().unwrap_or_else(|| Self::unknown(features, week));
        for _ in 0..3 {
            learned.learn_means(features, &labels);
            learned.learn_levels(features, &labels, week);
            learned.learn_sds(features, &labels);
        }
        learned
    }

    /// Weekdays all alike, the level a mean over a week.
    fn unknown(features: &Features, week: usize) -> Self {
        let levels = (0..features.len()).map(|day| week_mean(features, day, week)).collect();
        Self { means: vec![[0.0; FEATURES]; week], sds: [1.0; FEATURES], levels }
    }

    fn learn_means(&mut self, features: &Features, labels: &[(usize, usize)]) {
        for which in 0..FEATURES {
            let limit = CLIP_SDS * self.sds[which];
            let mut sums = vec![(0.0, 0.0); self.means.len()];
            for &(day, weekday) in labels {
                let Some(found) = &features[day] else { continue };
                let residual = found[which] - self.levels[day][which];
                let mean = self.means[weekday][which];
                sums[weekday].0 += mean + (residual - mean).clamp(-limit, limit);
                sums[weekday].1 += 1.0;
            }
            for (mean, (sum, n)) in self.means.iter_mut().zip(sums) {
                mean[which] = if n > 0.0 { sum / n } else { 0.0 };
            }
            let center = self.means.iter().map(|mean| mean[which]).sum::<f64>();
            let center = center / self.means.len() as f64;
            for mean in &mut self.means {
                mean[which] -= center;
            }
        }
    }

    /// The level around each labeled day; elsewhere it stays.
    fn learn_levels(&mut self, features: &Features, labels: &[(usize, usize)], week: usize) {
        let reach = LEVEL_WEEKS * week as f64;
        for which in 0..FEATURES {
            let limit = CLIP_SDS * self.sds[which];
            let residual = |&(day, weekday): &(usize, usize)| {
                let found = features[day].as_ref()?[which] - self.means[weekday][which];
                let level = self.levels[day][which];
                Some((day, level + (found - level).clamp(-limit, limit)))
            };
            let residuals: Vec<(usize, f64)> = labels.iter().filter_map(residual).collect();
            let smooth = |day: usize| {
                let (mut sum, mut weight) = (0.0, 0.0);
                let near = residuals.partition_point(|it| it.0 + 6 * (2 * week) < day);
                for &(other, value) in &residuals[near..] {
                    if other > day + 6 * (2 * week) {
                        break;
                    }
                    let it = (-(day.abs_diff(other) as f64) / reach).exp();
                    sum += it * value;
                    weight += it;
                }
                (weight > 0.0).then(|| sum / weight)
            };
            let levels: Vec<Option<f64>> = labels.iter().map(|&(day, _)| smooth(day)).collect();
            for (&(day, _), level) in labels.iter().zip(levels) {
                if let Some(level) = level {
                    self.levels[day][which] = level;
                }
            }
        }
    }

    fn learn_sds(&mut self, features: &Features, labels: &[(usize, usize)]) {
        for which in 0..FEATURES {
            let residual = |&(day, weekday): &(usize, usize)| {
                let found = features[day].as_ref()?[which];
                Some((found - self.levels[day][which] - self.means[weekday][which]).abs())
            };
            let mut residuals: Vec<f64> = labels.iter().filter_map(residual).collect();
            residuals.sort_by(f64::total_cmp);
            // The median of absolute residuals, on the scale of a normal standard deviation.
            let median = residuals.get(residuals.len() / 2).copied().unwrap_or(1.0);
            self.sds[which] = (1.4826 * median).max(LEAST_SD);
        }
    }
}

/// The mean of the features over the week around a day.
fn week_mean(features: &Features, day: usize, week: usize) -> [f64; FEATURES] {
    let from = day.saturating_sub(week / 2).min(features.len().saturating_sub(week));
    let to = (from + week).min(features.len());
    let mut sum = [0.0; FEATURES];
    let mut n = 0.0;
    for found in features[from..to].iter().flatten() {
        for which in 0..FEATURES {
            sum[which] += found[which];
        }
        n += 1.0;
    }
    sum.map(|it| if n > 0.0 { it / n } else { 0.0 })
}
