//! The ways that cases take, and how many of them it takes to tell of most cases.

use ringback_eventlog::EventLog;
use rustc_hash::FxHashMap;

use crate::Interval;
use crate::wilson;

/// The ways that cases take: cases with the same activities in the same order are one variant.
///
/// Sequences are compared whole, not by a hash of them.
///
/// # Example
///
/// ```
/// use ringback_eventlog::EventLogBuilder;
/// use ringback_mining::Variants;
///
/// let mut log = EventLogBuilder::default();
/// for (name, activities) in [("T-1", "ab"), ("T-2", "ac"), ("T-3", "ab")] {
///     let case = log.case(name);
///     for (at, activity) in (0..).zip(activities.chars()) {
///         log.event(case, &activity.to_string(), at);
///     }
/// }
/// let log = log.build();
/// let variants = Variants::of(&log);
/// assert_eq!(variants.all()[0].activities, [0, 1]);
/// assert_eq!((variants.all()[0].count, variants.covering(0.8)), (2, 2));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Variants {
    all: Vec<Variant>,
    of_case: Vec<u32>,
}

/// One way that cases take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variant {
    /// The activities in order, as numbers of [`EventLog::activities`].
    pub activities: Vec<u32>,
    /// How many cases take it.
    pub count: u64,
    /// The first case that does.
    pub first_case: usize,
}

impl Variants {
    /// The variants of a log, the most frequent first, and of equally frequent ones the one whose first case stands first.
    pub fn of(log: &EventLog) -> Self {
        let mut known: FxHashMap<&[u32], u32> = FxHashMap::default();
        let mut found: Vec<(&[u32], u64, usize)> = Vec::new();
        let mut of_case = Vec::with_capacity(log.cases());
        for case in 0..log.cases() {
            let activities = log.activity().get(log.case_events(case)).unwrap_or_default();
            of_case.push(enter(&mut known, &mut found, activities, case));
        }
        Self::sorted(&found, &of_case)
    }

    /// The variants of a log in which an activity that follows itself counts once.
    pub fn without_self_loops(log: &EventLog) -> Self {
        let mut collapsed = Vec::with_capacity(log.events());
        let mut bounds = vec![0];
        for case in 0..log.cases() {
            let activities = log.activity().get(log.case_events(case)).unwrap_or_default();
            let from = collapsed.len();
            for activity in activities {
                if collapsed.len() == from || collapsed.last() != Some(activity) {
                    collapsed.push(*activity);
                }
            }
            bounds.push(collapsed.len());
        }
        let mut known: FxHashMap<&[u32], u32> = FxHashMap::default();
        let mut found: Vec<(&[u32], u64, usize)> = Vec::new();
        let mut of_case = Vec::with_capacity(log.cases());
        for (case, bound) in bounds.windows(2).enumerate() {
            let [start, end] = *bound else { continue };
            of_case.push(enter(&mut known, &mut found, &collapsed[start..end], case));
        }
        Self::sorted(&found, &of_case)
    }

    fn sorted(found: &[(&[u32], u64, usize)], of_case: &[u32]) -> Self {
        let mut order: Vec<usize> = (0..found.len()).collect();
        order.sort_by_key(|it| (std::cmp::Reverse(found[*it].1), found[*it].2));
        let mut rank = vec![0_u32; found.len()];
        for (place, it) in (0_u32..).zip(&order) {
            rank[*it] = place;
        }
        let variant = |it: &usize| {
            let (activities, count, first_case) = found[*it];
            Variant { activities: activities.to_vec(), count, first_case }
        };
        Self {
            all: order.iter().map(variant).collect(),
            of_case: of_case.iter().map(|it| rank[*it as usize]).collect(),
        }
    }

    /// All of them, the most frequent first.
    pub fn all(&self) -> &[Variant] {
        &self.all
    }

    /// The variant of each case, as its place in [`Variants::all`].
    pub fn of_case(&self) -> &[u32] {
        &self.of_case
    }

    /// The share of cases that take a variant. Range: 0 to 1.
    pub fn share(&self, variant: &Variant) -> f64 {
        variant.count as f64 / self.of_case.len().max(1) as f64
    }

    /// The share of the most frequent variant with its 95 % interval, as "51.7 % of cases go the same way"; none of a log
    /// without cases.
    ///
    /// # Source
    ///
    /// The score interval \[`Wilson1927`\].
    pub fn top_share(&self) -> Option<(f64, Interval)> {
        let top = self.all.first()?;
        let count = usize::try_from(top.count).unwrap_or(usize::MAX);
        Some((self.share(top), wilson(count, self.of_case.len(), 0.95)))
    }

    /// How many variants, the most frequent first, it takes to tell of a share of the cases.
    pub fn covering(&self, share: f64) -> usize {
        // A share that is reached but for rounding is reached: 0.07 of 100 cases are 7.
        let needed = share * self.of_case.len() as f64 * (1.0 - 1e-12);
        let mut covered = 0.0;
        for (place, variant) in self.all.iter().enumerate() {
            if covered >= needed {
                return place;
            }
            covered += variant.count as f64;
        }
        self.all.len()
    }

    /// Variants that one case takes.
    pub fn singletons(&self) -> usize {
        self.all.iter().filter(|it| it.count == 1).count()
    }

    /// How unevenly cases spread over the variants: 0 where all are equally frequent, near 1 where few are taken by almost
    /// all.
    ///
    /// # Source
    ///
    /// The coefficient of \[`Gini1912`\].
    pub fn gini(&self) -> f64 {
        let (n, total) = (self.all.len() as f64, self.of_case.len() as f64);
        if total == 0.0 {
            return 0.0;
        }
        let rising = self.all.iter().rev();
        let weighted: f64 =
            (1..).zip(rising).map(|(rank, it)| f64::from(rank) * it.count as f64).sum();
        2.0 * weighted / (n * total) - (n + 1.0) / n
    }
}

/// The number of a sequence, counted once more.
fn enter<'a>(
    known: &mut FxHashMap<&'a [u32], u32>,
    found: &mut Vec<(&'a [u32], u64, usize)>,
    activities: &'a [u32],
    case: usize,
) -> u32 {
    let next = u32::try_from(found.len()).unwrap_or(u32::MAX);
    let number = *known.entry(activities).or_insert(next);
    match found.get_mut(number as usize) {
        Some(it) => it.1 += 1,
        None => found.push((activities, 1, case)),
    }
    number
}
