//! Margins from past errors: split conformal, and conformalized quantile regression, for all rows and by group.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Interval, Tails, check_finite, check_level, conformal_rank};
use crate::Error;

/// What is put around a model's bounds to make an interval of a stated level.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedMargins")]
pub struct Margins {
    rows: usize,
    below: Option<f64>,
    above: Option<f64>,
}

impl Margins {
    /// The rows that they were taken from.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How far the lower bound goes down, in the outcome's unit; below 0 it goes up. `None` if there were too few rows for the
    /// level.
    pub fn below(&self) -> Option<f64> {
        self.below
    }

    /// How far the upper bound goes up, in the outcome's unit; below 0 it goes down. `None` if there were too few rows for the
    /// level.
    pub fn above(&self) -> Option<f64> {
        self.above
    }

    /// The interval from a model's lower and upper bound (the same number twice for a point prediction). `None` if there were
    /// too few rows for the level: nothing narrower than all numbers keeps it.
    ///
    /// Bounds that cross, as quantiles far too wide make them, both become the middle between them.
    pub fn interval(&self, lower: f64, upper: f64) -> Option<Interval> {
        Some(Interval::new(lower - self.below?, upper + self.above?))
    }
}

/// Split conformal intervals around point predictions, from the sizes of past errors.
///
/// The interval holds the next outcome with at least the level's probability if it comes from the same source as the past
/// ones, in any order: not when things drift, for which there is [`AdaptiveConformal`](super::AdaptiveConformal).
/// All intervals are of one width; where some rows are harder than others take [`Cqr`].
///
/// # Source
///
/// Section 2 of \[`Lei2018`\].
///
/// # Example
///
/// ```
/// use ringback_learn::SplitConformal;
///
/// let waits = [12.0, 31.0, 48.0, 75.0];
/// let predicted = [10.0, 30.0, 50.0, 70.0]; // errors of 2, 1, 2 and 5 s
/// let margins = SplitConformal::new(0.8)?.fit(&predicted, &waits)?;
/// assert_eq!(margins.interval(40.0, 40.0).map(|it| (it.lower, it.upper)), Some((35.0, 45.0)));
/// let margins = SplitConformal::new(0.9)?.fit(&predicted, &waits)?;
/// assert_eq!(margins.interval(40.0, 40.0), None); // four errors cannot tell the largest of ten
/// # Ok::<(), ringback_learn::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SplitConformal {
    level: f64,
}

impl SplitConformal {
    /// Intervals of a level, between 0 and 1.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a level outside this range.
    pub fn new(level: f64) -> Result<Self, Error> {
        check_level(level)?;
        Ok(Self { level })
    }

    /// The margins from predictions of rows that the model was not fitted on, and their outcomes.
    ///
    /// # Errors
    ///
    /// [`Error::LengthMismatch`] for different numbers of them, [`Error::Value`] for one that is not finite. No rows are no
    /// error: the intervals have no bounds.
    pub fn fit(&self, predicted: &[f64], outcomes: &[f64]) -> Result<Margins, Error> {
        Cqr { level: self.level, tails: Tails::Together }.fit(predicted, predicted, outcomes)
    }
}

/// Conformalized quantile regression: a model's own bounds, moved as far as past outcomes ask for.
///
/// The bounds are best the quantiles of the level's tails, 0.05 and 0.95 for 0.9; any will do. Too wide ones come closer.
/// The promise is that of [`SplitConformal`]; the width follows the model's bounds.
///
/// # Source
///
/// \[`Romano2019`\]: Romano, Patterson and Candès, "Conformalized Quantile Regression"; theorem 1 for [`Tails::Together`],
/// theorem 2 for [`Tails::Each`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cqr {
    level: f64,
    tails: Tails,
}

impl Cqr {
    /// Intervals of a level, between 0 and 1, whose bounds move together.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a level outside this range.
    pub fn new(level: f64) -> Result<Self, Error> {
        check_level(level)?;
        Ok(Self { level, tails: Tails::Together })
    }

    /// What the level is promised for.
    #[must_use]
    pub fn tails(mut self, tails: Tails) -> Self {
        self.tails = tails;
        self
    }

    /// The margins from the bounds of rows that the model was not fitted on, and their outcomes.
    ///
    /// # Errors
    ///
    /// As [`SplitConformal::fit`].
    pub fn fit(&self, lower: &[f64], upper: &[f64], outcomes: &[f64]) -> Result<Margins, Error> {
        check(lower, upper, outcomes)?;
        Ok(self.margins(lower, upper, outcomes, 0..outcomes.len()))
    }

    /// Margins for each group of rows, so that the level holds in each of them, and those of all rows together for groups that
    /// are small or new.
    ///
    /// A group has margins of its own from `least_rows` rows on, and only if these are enough for the level. A hundred is a
    /// fair least: the share of outcomes that margins from n rows will hold varies by about √(level · (1 − level) / n), three
    /// points of a hundred at 0.9.
    ///
    /// # Errors
    ///
    /// As [`SplitConformal::fit`], and [`Error::LengthMismatch`] for another number of groups than rows.
    pub fn fit_by_group<G: Ord + Clone>(
        &self,
        (lower, upper): (&[f64], &[f64]),
        outcomes: &[f64],
        groups: &[G],
        least_rows: usize,
    ) -> Result<GroupMargins<G>, Error> {
        let all = self.fit(lower, upper, outcomes)?;
        if groups.len() != outcomes.len() {
            let (got, expected) = (groups.len(), outcomes.len());
            return Err(Error::LengthMismatch { what: "groups", got, expected });
        }
        let mut rows: BTreeMap<&G, Vec<usize>> = BTreeMap::new();
        for (row, group) in groups.iter().enumerate() {
            rows.entry(group).or_default().push(row);
        }
        let mut own = Vec::new();
        for (group, rows) in rows {
            let margins = self.margins(lower, upper, outcomes, rows.iter().copied());
            let enough = rows.len() >= least_rows.max(1);
            if enough && margins.below.is_some() && margins.above.is_some() {
                own.push((group.clone(), margins));
            }
        }
        Ok(GroupMargins { all, own })
    }

    fn margins(
        &self,
        lower: &[f64],
        upper: &[f64],
        outcomes: &[f64],
        rows: impl Iterator<Item = usize> + Clone,
    ) -> Margins {
        let below = rows.clone().map(|row| lower[row] - outcomes[row]);
        let above = rows.clone().map(|row| outcomes[row] - upper[row]);
        let count = rows.count();
        match self.tails {
            Tails::Together => {
                let margin = ranked(below.zip(above).map(|(a, b)| a.max(b)).collect(), self.level);
                Margins { rows: count, below: margin, above: margin }
            }
            Tails::Each => {
                let level = f64::midpoint(1.0, self.level);
                let (below, above) = (below.collect(), above.collect());
                Margins { rows: count, below: ranked(below, level), above: ranked(above, level) }
            }
        }
    }
}

/// Margins by group, and those of all rows for the others: Mondrian conformal prediction.
///
/// # Source
///
/// Section 4.5 of \[`Vovk2005`\]: Vovk, Gammerman and Shafer, "Algorithmic Learning in a Random World".
///
/// # Example
///
/// ```
/// use ringback_learn::Cqr;
///
/// let bounds = vec![30.0; 40];
/// let queues: Vec<&str> = (0..40).map(|it| if it < 20 { "sales" } else { "support" }).collect();
/// let waits: Vec<f64> = (0..40).map(|it| if it < 20 { 33.0 } else { 90.0 }).collect();
/// let margins = Cqr::new(0.9)?.fit_by_group((&bounds, &bounds), &waits, &queues, 20)?;
/// assert_eq!(margins.of(&"sales").above(), Some(3.0));
/// assert_eq!(margins.of(&"support").above(), Some(60.0));
/// assert_eq!(margins.of(&"other").above(), Some(60.0)); // as for all 40
/// # Ok::<(), ringback_learn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "G: Ord + Deserialize<'de>"), try_from = "SavedGroups<G>")]
pub struct GroupMargins<G> {
    all: Margins,
    /// In the groups' order.
    own: Vec<(G, Margins)>,
}

impl<G: Ord> GroupMargins<G> {
    /// The margins of a group: its own, or those of all rows.
    pub fn of(&self, group: &G) -> &Margins {
        match self.own.binary_search_by(|it| it.0.cmp(group)) {
            Ok(place) => &self.own[place].1,
            Err(_) => &self.all,
        }
    }

    /// The margins of all rows.
    pub fn all(&self) -> &Margins {
        &self.all
    }

    /// The groups that have margins of their own, in their order.
    pub fn groups(&self) -> impl Iterator<Item = &G> {
        self.own.iter().map(|it| &it.0)
    }
}

fn check(lower: &[f64], upper: &[f64], outcomes: &[f64]) -> Result<(), Error> {
    check_finite("outcomes", outcomes, outcomes.len())?;
    check_finite("lower bounds", lower, outcomes.len())?;
    check_finite("upper bounds", upper, outcomes.len())
}

fn ranked(mut scores: Vec<f64>, level: f64) -> Option<f64> {
    let rank = conformal_rank(scores.len(), level)?;
    let place = rank.checked_sub(1)?;
    Some(*scores.select_nth_unstable_by(place, f64::total_cmp).1)
}

/// Margins as saved, before they are checked.
#[derive(Deserialize)]
struct SavedMargins {
    rows: usize,
    below: Option<f64>,
    above: Option<f64>,
}

impl TryFrom<SavedMargins> for Margins {
    type Error = Error;

    fn try_from(SavedMargins { rows, below, above }: SavedMargins) -> Result<Self, Error> {
        if below.iter().chain(&above).any(|it| !it.is_finite()) {
            return Err(Error::Saved("a margin is damaged".into()));
        }
        Ok(Self { rows, below, above })
    }
}

/// Margins by group as saved, before they are checked.
#[derive(Deserialize)]
struct SavedGroups<G> {
    all: Margins,
    own: Vec<(G, Margins)>,
}

impl<G: Ord> TryFrom<SavedGroups<G>> for GroupMargins<G> {
    type Error = Error;

    fn try_from(SavedGroups { all, own }: SavedGroups<G>) -> Result<Self, Error> {
        if !own.is_sorted_by(|a, b| a.0 < b.0) {
            return Err(Error::Saved("the groups of margins are out of order".into()));
        }
        Ok(Self { all, own })
    }
}
