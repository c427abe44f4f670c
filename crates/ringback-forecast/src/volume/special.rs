//! Holidays, bridge days and days after a holiday: what past ones say of the next.

use std::collections::BTreeMap;

use super::day_kinds::{DayGroup, DayKinds};
use super::days::DayTable;
use super::level::{Baseline, UseAs};
use super::profile::{DayRule, smoothed};

/// Past days of a group that must be known before they are believed.
const ENOUGH_DAYS: usize = 2;

/// The ratio of a group to its weekdays is drawn to 1 as if this many days had shown 1.
const PRIOR_DAYS: f64 = 2.0;

/// The standard deviation, as a share of the forecast, of a day that is forecast without knowing one like it.
const GUESS_SD: f64 = 0.5;

/// The least standard deviation of a special day's total: a few past ones that happen to agree prove little.
const LEAST_SD: f64 = 0.15;

/// How a day is forecast.
#[derive(Clone, Debug)]
pub(super) struct Treatment<'a> {
    pub(super) rule: DayRule,
    /// The profile at level 1, where it is not the weekday's.
    pub(super) profile: Option<&'a [f64]>,
    /// What the profile is multiplied by.
    pub(super) factor: f64,
    /// The standard deviation that comes on top, as a share of the forecast.
    pub(super) extra_sd: f64,
}

impl Treatment<'_> {
    fn weekday(rule: DayRule, extra_sd: f64) -> Self {
        Self { rule, profile: None, factor: 1.0, extra_sd }
    }
}

/// What the history says of special days.
#[derive(Clone, Debug)]
pub(super) struct SpecialDays {
    /// The ratios of past days to their weekday and level.
    ratios: BTreeMap<DayGroup, Vec<f64>>,
    /// The profile of past holidays at level 1, and the standard deviation of their totals.
    holiday: Option<(Vec<f64>, f64)>,
    /// The mean profile of the weekend's weekdays.
    weekend: Option<Vec<f64>>,
}

impl SpecialDays {
    pub(super) fn learn(
        table: &DayTable,
        calendar: &dyn DayKinds,
        baseline: &Baseline,
        passes: u32,
    ) -> Self {
        let mut ratios: BTreeMap<DayGroup, Vec<f64>> = BTreeMap::new();
        let mut holidays = Vec::new();
        for day in (0..table.len()).filter(|&day| baseline.use_as(day) == UseAs::Special) {
            let group = calendar.group(table.date(day));
            if baseline.is_weekend(table.weekday(day)) {
                continue;
            }
            if group == DayGroup::Holiday {
                holidays.push(day);
            }
            ratios.entry(group).or_default().extend(baseline.ratio(day));
        }
        let holiday = (holidays.len() >= ENOUGH_DAYS).then(|| {
            let profile = mean_profile(table, baseline, &holidays);
            let sd = spread_of_totals(table, baseline, &holidays, &profile);
            (smoothed(&profile, passes), sd)
        });
        let weekend_days: Vec<usize> = (0..7).filter(|&day| baseline.is_weekend(day)).collect();
        let weekend = (!weekend_days.is_empty()).then(|| {
            let mean = |slot: usize| {
                let sum: f64 = weekend_days.iter().map(|&day| baseline.profile(day)[slot]).sum();
                sum / weekend_days.len() as f64
            };
            smoothed(&(0..table.slots()).map(mean).collect::<Vec<f64>>(), passes)
        });
        Self { ratios, holiday, weekend }
    }

    /// How many special days are known, by group.
    pub(super) fn known(&self) -> BTreeMap<DayGroup, usize> {
        self.ratios.iter().map(|(&group, ratios)| (group, ratios.len())).collect()
    }

    /// How a day of a group is forecast, by the order of [`DayRule`].
    pub(super) fn treatment(
        &self,
        group: DayGroup,
        weekday: usize,
        baseline: &Baseline,
    ) -> Treatment<'_> {
        match group {
            DayGroup::Working | DayGroup::Weekend => Treatment::weekday(DayRule::SameWeekday, 0.0),
            _ if baseline.is_weekend(weekday) => Treatment::weekday(DayRule::SameWeekday, 0.0),
            DayGroup::Holiday => self.holiday(),
            DayGroup::Bridge | DayGroup::AfterHoliday => self.by_ratio(group),
        }
    }

    fn holiday(&self) -> Treatment<'_> {
        let (rule, profile, extra_sd) = match (&self.holiday, &self.weekend) {
            (Some((profile, sd)), _) => (DayRule::PastHolidays, profile, *sd),
            (None, Some(weekend)) => (DayRule::WeekendForHoliday, weekend, GUESS_SD),
            (None, None) => return Treatment::weekday(DayRule::WeekdayForHoliday, GUESS_SD),
        };
        Treatment { rule, profile: Some(profile), factor: 1.0, extra_sd }
    }

    fn by_ratio(&self, group: DayGroup) -> Treatment<'_> {
        let ratios = self.ratios.get(&group).map_or(&[][..], Vec::as_slice);
        if ratios.len() < ENOUGH_DAYS {
            return Treatment::weekday(DayRule::WeekdayForSpecial, GUESS_SD);
        }
        let days = ratios.len() as f64;
        let factor = (ratios.iter().sum::<f64>() + PRIOR_DAYS) / (days + PRIOR_DAYS);
        let rule = DayRule::PastRatio;
        Treatment { rule, profile: None, factor, extra_sd: predictive_sd(ratios) }
    }
}

/// The mean volume of each slot over some days, at level 1; 0 for a slot that none of them knows.
fn mean_profile(table: &DayTable, baseline: &Baseline, days: &[usize]) -> Vec<f64> {
    let mut sums = vec![(0.0, 0.0); table.slots()];
    for &day in days {
        let level = baseline.level_at(day);
        for (sum, value) in sums.iter_mut().zip(table.row(day)) {
            if let Some(value) = value {
                sum.0 += value;
                sum.1 += level;
            }
        }
    }
    sums.into_iter().map(|(volume, level)| if level > 0.0 { volume / level } else { 0.0 }).collect()
}

/// How far the totals of some days lie from their mean profile.
fn spread_of_totals(table: &DayTable, baseline: &Baseline, days: &[usize], profile: &[f64]) -> f64 {
    let ratio = |&day: &usize| {
        let (mut actual, mut expected) = (0.0, 0.0);
        for (value, slot) in table.row(day).iter().zip(profile) {
            if let Some(value) = value {
                actual += value;
                expected += slot * baseline.level_at(day);
            }
        }
        (expected > 0.0).then(|| actual / expected)
    };
    predictive_sd(&days.iter().filter_map(ratio).collect::<Vec<f64>>())
}

/// The standard deviation of the next ratio, given past ones: the sample's, widened by the uncertainty of its mean.
fn predictive_sd(ratios: &[f64]) -> f64 {
    if ratios.len() < ENOUGH_DAYS {
        return GUESS_SD;
    }
    let count = ratios.len() as f64;
    let mean = ratios.iter().sum::<f64>() / count;
    let squares: f64 = ratios.iter().map(|ratio| (ratio - mean).powi(2)).sum();
    (squares / (count - 1.0) * (1.0 + 1.0 / count)).sqrt().max(LEAST_SD)
}
