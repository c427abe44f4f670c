//! A tree as sentences.

use std::fmt;

use super::branches::{Branches, Child};

/// What a tree says of the rows of one leaf.
///
/// As text: `callers_ahead > 2.5 and hour <= 16.5 (or missing): 84.2 (12 % of rows)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// What all hold for the leaf's rows, one for each feature asked about, the first question first.
    pub conditions: Vec<Condition>,
    /// The prediction: the mean target, or the probability.
    pub value: f64,
    /// The share of the rows that the tree was fitted on, by weight: above 0, at most 1.
    pub share: f64,
}

/// Where a feature lies.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The feature's name.
    pub feature: String,
    /// The value is above this one; above the greatest number if only rows without a value are here.
    pub above: Option<f64>,
    /// The value is at most this one.
    pub up_to: Option<f64>,
    /// Whether a row without a value is here too.
    pub or_missing: bool,
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.feature;
        match (self.above, self.up_to) {
            (Some(above), _) if above >= f64::MAX => return write!(f, "{name} missing"),
            (Some(above), Some(up_to)) => write!(f, "{above} < {name} <= {up_to}")?,
            (Some(above), None) => write!(f, "{name} > {above}")?,
            (None, Some(up_to)) => write!(f, "{name} <= {up_to}")?,
            (None, None) if self.or_missing => return write!(f, "any {name}"),
            (None, None) => return write!(f, "{name} known"),
        }
        if self.or_missing { f.write_str(" (or missing)") } else { Ok(()) }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.conditions.is_empty() {
            f.write_str("always")?;
        }
        for (at, condition) in self.conditions.iter().enumerate() {
            write!(f, "{}{condition}", if at == 0 { "" } else { " and " })?;
        }
        write!(f, ": {} ({:.0} % of rows)", self.value, 100.0 * self.share)
    }
}

/// The way down to a node.
#[derive(Clone, Debug, Default)]
struct Way(Vec<(u32, Condition)>);

impl Way {
    fn with(mut self, feature: u32, name: &str, change: impl FnOnce(&mut Condition)) -> Self {
        let at = self.0.iter().position(|it| it.0 == feature).unwrap_or_else(|| {
            let any =
                Condition { feature: name.to_owned(), above: None, up_to: None, or_missing: true };
            self.0.push((feature, any));
            self.0.len() - 1
        });
        change(&mut self.0[at].1);
        self
    }
}

pub(super) fn rules(tree: &Branches, features: &[String]) -> Vec<Rule> {
    let total: f64 = tree.leaves().iter().map(|it| it.weight).sum();
    let mut rules = Vec::with_capacity(tree.leaves().len());
    let mut waiting: Vec<(Child, Way)> = vec![(tree.root(), Way::default())];
    while let Some((child, way)) = waiting.pop() {
        let Some(split) = tree.split(child) else {
            let leaf = tree.leaf_behind(child);
            let conditions = way.0.into_iter().map(|it| it.1).collect();
            rules.push(Rule { conditions, value: leaf.value, share: leaf.weight / total });
            continue;
        };
        let name = features.get(split.feature as usize).map_or("", String::as_str);
        // The greatest number as threshold asks only whether there is a value.
        let threshold = (split.threshold < f64::MAX).then_some(split.threshold);
        let right = way.clone().with(split.feature, name, |it| {
            it.above = Some(split.threshold);
            it.or_missing &= !split.nan_left;
        });
        let left = way.with(split.feature, name, |it| {
            it.up_to = threshold.or(it.up_to);
            it.or_missing &= split.nan_left;
        });
        waiting.extend([(split.children[1], right), (split.children[0], left)]);
    }
    rules
}
