//! The share of the week that each weekday has, and of the day that each slot has: a queue's own, drawn to the pool's.

use super::PROFILE_DAYS;
use super::week::Day;

/// Weekdays.
const WEEK: usize = 7;

/// No queue's shares count as known from fewer calls than this for the likeness of queues.
const LEAST_CALLS: f64 = 50.0;

/// The bounds of the concentration: how many calls the pool is worth.
const CONCENTRATION: (f64, f64) = (10.0, 1e7);

/// A queue's shares. A weekday of share 1 is an average day: the shares of a week sum to 7, those of a day's slots to 1.
#[derive(Clone, Debug)]
pub(super) struct Shares {
    weekdays: [f64; WEEK],
    /// By weekday, Monday first.
    profiles: Vec<Vec<f64>>,
    pub(super) own_weekdays: f64,
    pub(super) own_profile: f64,
    /// How many days of each weekday they are learnt from.
    days: [f64; WEEK],
}

impl Shares {
    /// How much wider errors are on days that the shares were not learnt from than on those that they were: a mean of
    /// `n` days errs by its own share of noise more, and as much less on the days themselves.
    pub(super) fn widening(&self, weekday: usize) -> f64 {
        let days = (self.days[weekday] / self.own_profile.max(0.1)).max(2.0);
        ((days + 1.0) / (days - 1.0)).sqrt()
    }

    /// The share of an average day's volume that a slot of a weekday has.
    pub(super) fn of(&self, weekday: usize, slot: usize) -> f64 {
        self.weekdays[weekday] * self.profiles[weekday].get(slot).copied().unwrap_or(0.0)
    }

    /// The share of an average day's volume that the known slots of a day have.
    pub(super) fn known_share(&self, day: &Day) -> f64 {
        let known = day.values.iter().enumerate().filter(|(_, value)| value.is_some());
        known.map(|(slot, _)| self.of(day.weekday(), slot)).sum()
    }

    /// The level of a day: its volume over the share of its known slots.
    pub(super) fn ratio(&self, day: &Day) -> Option<f64> {
        let share = self.known_share(day);
        let volume: f64 = day.values.iter().flatten().sum();
        (share > 0.0).then(|| volume / share)
    }
}

/// What a queue's ordinary days of late sum up to.
struct Sums {
    /// The mean volume of each slot, by weekday; `None` for a weekday without a day.
    days: Vec<Option<Vec<f64>>>,
    /// Calls over their dispersion: how much they say.
    calls: f64,
    /// The same for whole days, whose totals scatter more than their calls alone would.
    calls_of_days: f64,
    /// Days of each weekday.
    n_days: [f64; WEEK],
}

/// Learns every queue's shares.
pub(super) fn learn(tables: &[Vec<Day>], slots: usize) -> Vec<Shares> {
    let sums: Vec<Sums> = tables.iter().map(|days| Sums::new(days, slots)).collect();
    let weekdays: Vec<Vec<f64>> = sums.iter().map(Sums::weekdays).collect();
    let weekday_weights: Vec<f64> = sums.iter().map(|it| it.calls_of_days).collect();
    let week_kappa = concentration(&weekdays, &weekday_weights);
    let shapes = Shapes::learn(&sums, slots);
    (0..tables.len())
        .map(|queue| {
            let pool = pool(&weekdays, &weekday_weights, week_kappa, queue);
            let own_weekdays = own(weekday_weights[queue], week_kappa, pool.is_some());
            let pool = pool.unwrap_or_else(|| weekdays[queue].clone());
            let mut shares = [1.0; WEEK];
            for (weekday, share) in shares.iter_mut().enumerate() {
                let mixed =
                    own_weekdays * weekdays[queue][weekday] + (1.0 - own_weekdays) * pool[weekday];
                *share = WEEK as f64 * mixed;
            }
            let profiles = (0..WEEK).map(|weekday| shapes.profile(&sums, queue, weekday));
            Shares {
                weekdays: shares,
                profiles: profiles.collect(),
                own_weekdays,
                own_profile: shapes.own[queue],
                days: sums[queue].n_days,
            }
        })
        .collect()
}

/// How much a queue keeps of its own.
fn own(calls: f64, kappa: f64, has_pool: bool) -> f64 {
    if has_pool { calls / (calls + kappa) } else { 1.0 }
}

/// What the profiles of weekdays are drawn to: the pool's profile of the weekday, bent to the queue's own shape over
/// the whole week.
struct Shapes {
    /// How much of its own shape over the week each queue keeps.
    own: Vec<f64>,
    /// By queue and weekday; `None` where no other queue has such a day.
    targets: Vec<Vec<Option<Vec<f64>>>>,
    /// How many calls of a weekday its target is worth.
    kappa: f64,
}

impl Shapes {
    fn learn(sums: &[Sums], slots: usize) -> Self {
        let whole: Vec<Vec<f64>> = sums.iter().map(|it| it.profile(slots)).collect();
        let calls: Vec<f64> = sums.iter().map(|it| it.calls).collect();
        let kappa = concentration(&whole, &calls);
        let mut shapes = Self { own: Vec::new(), targets: Vec::new(), kappa };
        for queue in 0..sums.len() {
            let pooled = pool(&whole, &calls, kappa, queue);
            let own = own(calls[queue], kappa, pooled.is_some());
            let bends: Vec<f64> = match &pooled {
                Some(pooled) => whole[queue]
                    .iter()
                    .zip(pooled)
                    .map(|(mine, all)| if *all > 0.0 { own * mine / all + 1.0 - own } else { 1.0 })
                    .collect(),
                None => vec![1.0; slots],
            };
            let target = |weekday: usize| {
                let of_day =
                    |it: &Sums| it.days[weekday].as_deref().map_or_else(Vec::new, normalized);
                let others: Vec<Vec<f64>> = sums.iter().map(of_day).collect();
                let pooled = pool(&others, &calls, kappa, queue)?;
                let bent = pooled.iter().zip(&bends).map(|(share, bend)| share * bend);
                Some(normalized(&bent.collect::<Vec<f64>>()))
            };
            shapes.targets.push((0..WEEK).map(target).collect());
            shapes.own.push(own);
        }
        shapes.kappa = shapes.weekday_concentration(sums);
        shapes
    }

    /// The concentration of weekdays about their targets, over all queues.
    fn weekday_concentration(&self, sums: &[Sums]) -> f64 {
        let (mut sum, mut weight) = (0.0, 0.0);
        for (queue, targets) in sums.iter().zip(&self.targets) {
            for (weekday, target) in targets.iter().enumerate() {
                let calls = queue.calls_on(weekday);
                let (Some(target), Some(day)) = (target, &queue.days[weekday]) else { continue };
                if calls >= LEAST_CALLS {
                    let excess = excess(&normalized(day), target, calls);
                    sum += calls.sqrt() * excess.unwrap_or(0.0);
                    weight += calls.sqrt();
                }
            }
        }
        concentrated(sum, weight)
    }

    /// A weekday's profile: its own, drawn to its target.
    fn profile(&self, sums: &[Sums], queue: usize, weekday: usize) -> Vec<f64> {
        let day = sums[queue].days[weekday].as_deref().map(normalized);
        let mine = day.filter(|it| it.iter().sum::<f64>() > 0.0);
        match (mine, &self.targets[queue][weekday]) {
            (Some(mine), Some(target)) => {
                let calls = sums[queue].calls_on(weekday);
                let own = calls / (calls + self.kappa);
                let mixed = mine.iter().zip(target);
                mixed.map(|(mine, target)| own * mine + (1.0 - own) * target).collect()
            }
            (Some(mine), None) => mine,
            (None, Some(target)) => target.clone(),
            (None, None) => sums[queue].profile(target_slots(&sums[queue])),
        }
    }
}

/// The slots of the days of a queue.
fn target_slots(sums: &Sums) -> usize {
    sums.days.iter().flatten().map(Vec::len).next().unwrap_or(0)
}

/// The mean of the queues' shares by how much each keeps of its own, without one of them; a queue without shares is
/// passed over.
fn pool(shares: &[Vec<f64>], calls: &[f64], kappa: f64, without: usize) -> Option<Vec<f64>> {
    let longest = shares.iter().map(Vec::len).max()?;
    let mut pooled = vec![0.0; longest];
    let mut weight = 0.0;
    for (queue, own) in shares.iter().enumerate().filter(|(queue, _)| *queue != without) {
        if own.iter().sum::<f64>() <= 0.0 {
            continue;
        }
        let it = calls[queue] / (calls[queue] + kappa);
        weight += it;
        for (sum, share) in pooled.iter_mut().zip(own) {
            *sum += it * share;
        }
    }
    (weight > 0.0).then(|| pooled.into_iter().map(|sum| sum / weight).collect())
}

/// How many calls the pool is worth to a queue: one over the variance between queues, relative to the shares, that
/// their own noise does not explain. Larger for queues that are more alike.
fn concentration(shares: &[Vec<f64>], calls: &[f64]) -> f64 {
    let (mut sum, mut weight) = (0.0, 0.0);
    for (queue, own) in shares.iter().enumerate().filter(|(queue, _)| calls[*queue] >= LEAST_CALLS)
    {
        // Nearly equal weights: the concentration is what is sought.
        let Some(pool) = pool(shares, calls, LEAST_CALLS, queue) else { continue };
        if let Some(excess) = excess(own, &pool, calls[queue]) {
            // Large queues tell it well, small ones hardly.
            sum += calls[queue].sqrt() * excess;
            weight += calls[queue].sqrt();
        }
    }
    concentrated(sum, weight)
}

/// The variance of shares about others, relative to these, beyond that of so many calls.
fn excess(own: &[f64], others: &[f64], calls: f64) -> Option<f64> {
    let (mut distance, mut cells) = (0.0, -1.0);
    for (own, other) in own.iter().zip(others).filter(|(_, other)| **other > 0.0) {
        distance += (own - other).powi(2) / other;
        cells += 1.0;
    }
    (cells > 0.0).then(|| distance / cells - 1.0 / calls)
}

fn concentrated(sum: f64, weight: f64) -> f64 {
    if weight > 0.0 && sum > 0.0 {
        (weight / sum).clamp(CONCENTRATION.0, CONCENTRATION.1)
    } else if weight > 0.0 {
        CONCENTRATION.1
    } else {
        CONCENTRATION.0
    }
}

impl Sums {
    fn new(days: &[Day], slots: usize) -> Self {
        let last = days.last().map(|day| day.date);
        let is_recent = |day: &&Day| {
            day.is_ordinary()
                && last.is_some_and(|last| (last - day.date).num_days() < PROFILE_DAYS)
        };
        let recent: Vec<&Day> = days.iter().filter(is_recent).collect();
        let mut by_weekday: Vec<Vec<&Day>> = vec![Vec::new(); WEEK];
        for &day in &recent {
            by_weekday[day.weekday()].push(day);
        }
        let mean = |days: &Vec<&Day>| {
            let slot = |slot: usize| {
                let known: Vec<f64> = days.iter().filter_map(|day| day.values[slot]).collect();
                known.iter().sum::<f64>() / (known.len() as f64).max(1.0)
            };
            (!days.is_empty()).then(|| (0..slots).map(slot).collect::<Vec<f64>>())
        };
        let means: Vec<Option<Vec<f64>>> = by_weekday.iter().map(mean).collect();
        let calls: f64 = recent.iter().flat_map(|day| day.values.iter().flatten()).sum();
        let mut n_days = [0.0; WEEK];
        for (n, days) in n_days.iter_mut().zip(&by_weekday) {
            *n = days.len() as f64;
        }
        let mut sums = Self { days: means, calls, calls_of_days: calls, n_days };
        let (of_slots, of_days) = sums.dispersions(&recent);
        sums.calls /= of_slots;
        sums.calls_of_days /= of_days;
        sums
    }

    /// The variance over the mean, of slots about the day's own level and of days about their weekday; at least 1.
    fn dispersions(&self, days: &[&Day]) -> (f64, f64) {
        let (mut of_slots, mut slots) = (0.0, 0.0);
        let (mut of_days, mut n) = (0.0, 0.0);
        for day in days {
            let Some(mean) = &self.days[day.weekday()] else { continue };
            let known =
                || day.values.iter().zip(mean).filter_map(|(value, mean)| Some(((*value)?, *mean)));
            let (actual, expected) =
                known().fold((0.0, 0.0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
            if expected <= 0.0 {
                continue;
            }
            of_days += (actual - expected).powi(2) / expected;
            n += 1.0;
            for (value, mean) in known().filter(|it| it.1 > 0.0) {
                let mean = mean * actual / expected;
                of_slots += (value - mean).powi(2) / mean.max(0.25);
                slots += 1.0;
            }
        }
        // Each weekday's mean is fitted.
        let free = (n - WEEK as f64).max(1.0) / n.max(1.0);
        (
            (of_slots / f64::max(slots, 1.0) / free).max(1.0),
            (of_days / f64::max(n, 1.0) / free).max(1.0),
        )
    }

    /// The calls of a weekday, over their dispersion.
    fn calls_on(&self, weekday: usize) -> f64 {
        let calls = |weekday: usize| {
            self.days[weekday].as_ref().map_or(0.0, |it| it.iter().sum::<f64>())
                * self.n_days[weekday]
        };
        let all: f64 = (0..WEEK).map(calls).sum();
        if all > 0.0 { self.calls * calls(weekday) / all } else { 0.0 }
    }

    /// The share of the week that each weekday has; a weekday without a day has that of the mean of the others.
    fn weekdays(&self) -> Vec<f64> {
        let totals: Vec<Option<f64>> =
            self.days.iter().map(|day| day.as_ref().map(|it| it.iter().sum::<f64>())).collect();
        let known = totals.iter().flatten().count() as f64;
        let mean = totals.iter().flatten().sum::<f64>() / known.max(1.0);
        normalized(&totals.iter().map(|it| it.unwrap_or(mean)).collect::<Vec<f64>>())
    }

    /// The profile over all weekdays.
    fn profile(&self, slots: usize) -> Vec<f64> {
        let mut sum = vec![0.0; slots];
        for day in self.days.iter().flatten() {
            for (sum, volume) in sum.iter_mut().zip(day) {
                *sum += volume;
            }
        }
        normalized(&sum)
    }
}

/// Values that sum to 1; zeros stay zeros.
fn normalized(values: &[f64]) -> Vec<f64> {
    let sum: f64 = values.iter().sum();
    values.iter().map(|value| if sum > 0.0 { value / sum } else { 0.0 }).collect()
}
