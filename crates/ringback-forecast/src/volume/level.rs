//! The level of an ordinary day: how busy recent weeks are, and how long a deviation from that lasts.

use super::day_kinds::{DayGroup, DayKinds};
use super::days::DayTable;

/// How fast a day's weight in the slow level falls with its distance, a day. Half after five weeks.
const SLOW_DECAY: f64 = 0.02;

/// How fast a day's weight in the recent deviation falls with its age, a day. Half after a day and a half.
const FAST_DECAY: f64 = 0.5;

/// Days further away than this have no part in the slow level.
const REACH_DAYS: usize = 84;

/// A day's deviation counts as no more than double or half, so that one broken day does not carry the level off.
const DEVIATION_LIMIT: f64 = 2.0;

/// What persistence is shrunk by: as if this share of the evidence had shown none.
const PERSISTENCE_SHRINK: f64 = 0.2;

/// Persistence is measured on at least this many pairs of days.
const ENOUGH_PAIRS: usize = 21;

/// After this many days nothing of a deviation is left.
const PERSISTENCE_DAYS: usize = 14;

/// An ordinary day's volume: weekday profile × slow level × what is left of the recent deviation.
#[derive(Clone, Debug)]
pub(super) struct Baseline {
    /// The volume of each slot at level 1, by weekday (Monday first).
    profiles: Vec<Vec<f64>>,
    /// Which weekdays are the weekend.
    weekend: [bool; 7],
    /// Each day of the history.
    days: Vec<DayTotal>,
    /// The slow level after the last day.
    level: f64,
    /// The recent deviation from the slow level, as a share of it.
    deviation: f64,
    /// The last day that the deviation was read from.
    read_at: usize,
    /// What is left of a deviation after 1, 2, … days.
    persistence: Vec<f64>,
    /// Weekday slots without any history.
    pub(super) slots_without_history: usize,
}

/// A day's known volume beside what its weekday profile expects of the same slots.
#[derive(Clone, Copy, Debug)]
struct DayTotal {
    actual: f64,
    expected: f64,
    use_as: UseAs,
}

/// What a day of the history is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UseAs {
    /// A day like its weekday, known well enough.
    Ordinary,
    /// A holiday, bridge or day after a holiday, known well enough.
    Special,
    /// Less than half of the day's usual volume falls into slots that are known.
    Incomplete,
}

impl Baseline {
    /// Learns the profiles from the last `weeks` weeks of ordinary days.
    pub(super) fn fit(table: &DayTable, calendar: &dyn DayKinds, weeks: usize) -> Self {
        let groups: Vec<DayGroup> =
            (0..table.len()).map(|day| calendar.group(table.date(day))).collect();
        let from = table.len().saturating_sub(7 * weeks);
        let mut weekend = [false; 7];
        for day in 0..table.len() {
            weekend[table.weekday(day)] |= groups[day] == DayGroup::Weekend;
        }
        let mut baseline = Self {
            profiles: Vec::new(),
            weekend,
            days: Vec::new(),
            level: 1.0,
            deviation: 0.0,
            read_at: table.len().saturating_sub(1),
            persistence: Vec::new(),
            slots_without_history: 0,
        };
        let mut levels = vec![1.0; table.len()];
        // Profiles and levels explain each other; three rounds settle them to well below one percent.
        for _ in 0..3 {
            baseline.learn_profiles(table, &groups, from, &levels);
            baseline.learn_totals(table, &groups);
            for (day, level) in levels.iter_mut().enumerate().skip(from) {
                *level = baseline.level_at(day);
            }
        }
        baseline.level = baseline.level_at(table.len().saturating_sub(1));
        baseline.learn_persistence(from, &levels);
        baseline
    }

    /// The profile of each weekday: the slot's volume over ordinary days, over the sum of their levels. A slot that is
    /// missing on all of them is taken from the other days of its kind (weekend or not), then from all days; failing
    /// both it is closed, and counted.
    fn learn_profiles(
        &mut self,
        table: &DayTable,
        groups: &[DayGroup],
        from: usize,
        levels: &[f64],
    ) {
        let slots = table.slots();
        let mut sums = vec![vec![(0.0, 0.0); slots]; 7];
        for day in (from..table.len()).filter(|&day| groups[day].is_ordinary()) {
            let sums = &mut sums[table.weekday(day)];
            for (sum, value) in sums.iter_mut().zip(table.row(day)) {
                if let Some(value) = value {
                    sum.0 += value;
                    sum.1 += levels[day];
                }
            }
        }
        let weekend = self.weekend;
        let mean = |slot: usize, belongs: &dyn Fn(usize) -> bool| {
            let (mut volume, mut level) = (0.0, 0.0);
            for weekday in (0..7).filter(|&weekday| belongs(weekday)) {
                volume += sums[weekday][slot].0;
                level += sums[weekday][slot].1;
            }
            (level > 0.0).then(|| volume / level)
        };
        self.slots_without_history = 0;
        self.profiles = vec![vec![0.0; slots]; 7];
        for weekday in 0..7 {
            for slot in 0..slots {
                let own = mean(slot, &|other| other == weekday);
                let kind = || mean(slot, &|other| weekend[other] == weekend[weekday]);
                match own.or_else(kind).or_else(|| mean(slot, &|_| true)) {
                    Some(volume) => self.profiles[weekday][slot] = volume,
                    None => self.slots_without_history += 1,
                }
            }
        }
    }

    fn learn_totals(&mut self, table: &DayTable, groups: &[DayGroup]) {
        let total = |(day, group): (usize, &DayGroup)| {
            let profile = &self.profiles[table.weekday(day)];
            let (mut actual, mut expected, mut usual) = (0.0, 0.0, 0.0);
            for (value, slot) in table.row(day).iter().zip(profile) {
                usual += slot;
                if let Some(value) = value {
                    actual += value;
                    expected += slot;
                }
            }
            let use_as = if !table.has_data(day) || expected < 0.5 * usual {
                UseAs::Incomplete
            } else if group.is_ordinary() {
                UseAs::Ordinary
            } else {
                UseAs::Special
            };
            DayTotal { actual, expected, use_as }
        };
        self.days = groups.iter().enumerate().map(total).collect();
    }

    /// The slow level at a day: the volume of the ordinary days around it over what their profiles expect, near days
    /// weighing more.
    pub(super) fn level_at(&self, day: usize) -> f64 {
        let (mut actual, mut expected) = (0.0, 0.0);
        let to = (day + REACH_DAYS + 1).min(self.days.len());
        for near in day.saturating_sub(REACH_DAYS)..to {
            let total = self.days[near];
            if total.use_as == UseAs::Ordinary {
                let weight = (-SLOW_DECAY * near.abs_diff(day) as f64).exp();
                actual += weight * total.actual;
                expected += weight * total.expected;
            }
        }
        if actual > 0.0 && expected > 0.0 { actual / expected } else { 1.0 }
    }

    /// How recent days deviate from the slow level, and how much of such a deviation was left in later days.
    fn learn_persistence(&mut self, from: usize, levels: &[f64]) {
        let (mut weighted, mut weight) = (0.0, 0.0);
        // Day, its own deviation, the recent deviation after it, and the volume that says how much it counts.
        let mut path: Vec<(usize, f64, f64, f64)> = Vec::new();
        let fade = (-FAST_DECAY).exp();
        for (day, (total, level)) in self.days.iter().zip(levels).enumerate().skip(from) {
            weighted *= fade;
            weight *= fade;
            let expected = total.expected * level;
            if total.use_as != UseAs::Ordinary || expected <= 0.0 {
                continue;
            }
            let ratio = (total.actual / expected).clamp(1.0 / DEVIATION_LIMIT, DEVIATION_LIMIT);
            weighted += expected * (ratio - 1.0);
            weight += expected;
            path.push((day, ratio - 1.0, weighted / weight, expected));
        }
        if let Some(&(day, _, deviation, _)) = path.last() {
            self.deviation = deviation;
            self.read_at = day;
        }
        let mut left = 1.0_f64;
        for ahead in 1..=PERSISTENCE_DAYS {
            left = left.min(persistence(&path, ahead));
            self.persistence.push(left);
        }
    }

    /// The level to expect on a day after the history.
    pub(super) fn level_on(&self, day: usize) -> f64 {
        let ahead = day.saturating_sub(self.read_at).max(1);
        let left = self.persistence.get(ahead - 1).copied().unwrap_or(0.0);
        self.level * (1.0 + left * self.deviation)
    }

    /// The volume of each slot of a weekday (Monday 0) at level 1.
    pub(super) fn profile(&self, weekday: usize) -> &[f64] {
        &self.profiles[weekday]
    }

    /// Whether a weekday (Monday 0) belongs to the weekend.
    pub(super) fn is_weekend(&self, weekday: usize) -> bool {
        self.weekend[weekday]
    }

    /// What a day of the history is good for.
    pub(super) fn use_as(&self, day: usize) -> UseAs {
        self.days[day].use_as
    }

    /// A day's volume over what its weekday profile and the level expect of the slots that are known.
    pub(super) fn ratio(&self, day: usize) -> Option<f64> {
        let expected = self.days[day].expected * self.level_at(day);
        (expected > 0.0).then(|| self.days[day].actual / expected)
    }
}

/// The share of a deviation that is left after `ahead` days: the slope of the regression, through the origin, of a
/// day's deviation on the recent deviation `ahead` days earlier, shrunk and kept in `0..=1`.
fn persistence(path: &[(usize, f64, f64, f64)], ahead: usize) -> f64 {
    let (mut xy, mut xx, mut pairs) = (0.0, 0.0, 0);
    for &(day, deviation, _, weight) in path {
        let earlier = path.binary_search_by(|probe| (probe.0 + ahead).cmp(&day));
        let Ok(earlier) = earlier else { continue };
        let recent = path[earlier].2;
        xy += weight * recent * deviation;
        xx += weight * recent * recent;
        pairs += 1;
    }
    if pairs < ENOUGH_PAIRS || xx <= 0.0 {
        return 0.0;
    }
    (xy / (xx * (1.0 + PERSISTENCE_SHRINK))).clamp(0.0, 1.0)
}
