//! A change taken apart, with nothing left over.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::Error;

/// What one kind of case adds to the change of the mean.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KindChange {
    /// The kind.
    pub kind: String,
    /// Its share of cases before. Range: 0 to 1.
    pub share_before: f64,
    /// Its share of cases after. Range: 0 to 1.
    pub share_after: f64,
    /// Its mean before, or that after where it had no cases. Unit: that of the figures.
    pub mean_before: f64,
    /// Its mean after, or that before where it has no cases.
    pub mean_after: f64,
    /// What its share adds: more cases of a kind that takes longer than the others. Unit: that of the figures.
    pub mix: f64,
    /// What its own mean adds: the kind itself became slower or faster.
    pub within: f64,
}

/// A change of a mean between two periods, taken apart by kind: mix and within add up to it exactly, but for rounding.
///
/// # Source
///
/// The weights are the means of both periods (\[`MarshallEdgeworth1887`\]), which is Shapley's value for two factors: no
/// order of the two is favored. Mix is measured against the mean of all kinds over both periods, so that a kind adds
/// by growing only if it is slower than the others; over all kinds that changes nothing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Decomposition {
    /// The mean before.
    pub mean_before: f64,
    /// The mean after.
    pub mean_after: f64,
    /// The part of the difference that is mix.
    pub mix: f64,
    /// The part of the difference that is within kinds: the change at the same mix.
    pub within: f64,
    /// The kinds, the largest change of either sign first.
    pub kinds: Vec<KindChange>,
}

impl Decomposition {
    /// Takes apart; the maps hold the number of cases of each kind and their mean. Absent where a period has no cases.
    ///
    /// # Example
    ///
    /// ```
    /// use std::collections::BTreeMap;
    /// use ringback_mining::Decomposition;
    ///
    /// let period = |easy, hard| {
    ///     BTreeMap::from([("easy".to_owned(), (easy, 1.0)), ("hard".to_owned(), (hard, 5.0))])
    /// };
    /// // Neither kind became slower; there are more hard cases.
    /// let change = Decomposition::of(&period(75, 25), &period(50, 50)).unwrap();
    /// assert_eq!((change.mean_before, change.mean_after), (2.0, 3.0));
    /// assert_eq!((change.mix, change.within), (1.0, 0.0));
    /// ```
    pub fn of(
        before: &BTreeMap<String, (usize, f64)>,
        after: &BTreeMap<String, (usize, f64)>,
    ) -> Option<Self> {
        let total =
            |it: &BTreeMap<String, (usize, f64)>| it.values().map(|it| it.0).sum::<usize>() as f64;
        let (n_before, n_after) = (total(before), total(after));
        if n_before == 0.0 || n_after == 0.0 {
            return None;
        }
        let mean = |it: &BTreeMap<String, (usize, f64)>, n: f64| {
            it.values().map(|(count, mean)| *count as f64 * mean).sum::<f64>() / n
        };
        let (mean_before, mean_after) = (mean(before, n_before), mean(after, n_after));
        let center = f64::midpoint(mean_before, mean_after);
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let kind = |name: &String| {
            let (old, new) = (before.get(name), after.get(name));
            let share_before = old.map_or(0.0, |it| it.0 as f64 / n_before);
            let share_after = new.map_or(0.0, |it| it.0 as f64 / n_after);
            let mean_before = old.or(new).map_or(0.0, |it| it.1);
            let mean_after = new.or(old).map_or(0.0, |it| it.1);
            KindChange {
                kind: name.clone(),
                share_before,
                share_after,
                mean_before,
                mean_after,
                mix: (share_after - share_before)
                    * (f64::midpoint(mean_before, mean_after) - center),
                within: f64::midpoint(share_before, share_after) * (mean_after - mean_before),
            }
        };
        let mut kinds: Vec<KindChange> = names.into_iter().map(kind).collect();
        let size = |it: &KindChange| (it.mix + it.within).abs();
        kinds.sort_by(|a, b| size(b).total_cmp(&size(a)).then_with(|| a.kind.cmp(&b.kind)));
        let mix = kinds.iter().map(|it| it.mix).sum();
        let within = kinds.iter().map(|it| it.within).sum();
        Some(Self { mean_before, mean_after, mix, within, kinds })
    }
}

/// The most factors that are taken apart.
const MOST_FACTORS: usize = 6;

/// What each of several factors adds to a change: the mean over all orders in which they may change one after another.
///
/// `value` gives the figure when the factors that are true have their new value and all others the old one. The parts
/// add up to `value(all true) - value(all false)`.
///
/// # Errors
///
/// [`Error::Setting`] for more than six factors.
///
/// # Source
///
/// \[`Shapley1953`\], exact, by sets of factors.
pub fn shapley(factors: usize, value: impl Fn(&[bool]) -> f64) -> Result<Vec<f64>, Error> {
    if factors > MOST_FACTORS {
        return Err(Error::Setting {
            setting: "factors",
            found: factors.to_string(),
            expected: "at most 6",
        });
    }
    let is_new = |set: usize, factor: usize| set >> factor & 1 == 1;
    let values: Vec<f64> = (0..1_usize << factors)
        .map(|set| value(&(0..factors).map(|it| is_new(set, it)).collect::<Vec<_>>()))
        .collect();
    let factorial = |n: usize| (1..=n).product::<usize>() as f64;
    let part = |factor: usize| {
        let sets = (0..values.len()).filter(|it| !is_new(*it, factor));
        sets.filter_map(|set| {
            let size = (0..factors).filter(|it| is_new(set, *it)).count();
            let weight = factorial(size) * factorial(factors - size - 1) / factorial(factors);
            Some(weight * (values.get(set | 1 << factor)? - values.get(set)?))
        })
        .sum()
    };
    Ok((0..factors).map(part).collect())
}
