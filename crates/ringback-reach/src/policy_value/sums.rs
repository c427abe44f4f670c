//! Estimators as ratios of sums over customers.

use std::collections::BTreeMap;

use ringback_calllog::Customer;

use super::LoggedChoice;

/// What the estimators need of one customer's choices: sums over them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ClusterSums {
    pub(super) rows: f64,
    /// Of weights before and after they were cut.
    pub(super) weight_raw: f64,
    pub(super) weight: f64,
    pub(super) weight_squared: f64,
    pub(super) weight_max: f64,
    pub(super) clipped: f64,
    reward: f64,
    weighted_reward: f64,
    expected_of_target: f64,
    /// Of weight times the reward less what was expected.
    weighted_rest: f64,
}

/// What is estimated: each is a ratio of two sums, or the sum of two such ratios.
#[derive(Clone, Copy, Debug)]
pub(super) enum Estimator {
    WeightMean,
    Logged,
    Dm,
    Ips,
    Snips,
    Dr,
    Sndr,
    Gain,
}

/// The sums of each customer's choices that have a propensity, in the order of customers.
pub(super) fn by_cluster(choices: &[LoggedChoice], clip: f64) -> Vec<ClusterSums> {
    let mut clusters: BTreeMap<Customer, ClusterSums> = BTreeMap::new();
    for choice in choices {
        let Some(propensity) = choice.propensity else { continue };
        let raw = choice.target / propensity;
        let weight = raw.min(clip);
        let sums = clusters.entry(choice.customer).or_default();
        sums.rows += 1.0;
        sums.weight_raw += raw;
        sums.weight += weight;
        sums.weight_squared += weight * weight;
        sums.weight_max = sums.weight_max.max(raw);
        sums.clipped += f64::from(u8::from(raw > clip));
        sums.reward += choice.reward;
        sums.weighted_reward += weight * choice.reward;
        sums.expected_of_target += choice.expected_of_target;
        sums.weighted_rest += weight * (choice.reward - choice.expected);
    }
    clusters.into_values().collect()
}

impl ClusterSums {
    pub(super) fn total(clusters: &[Self]) -> Self {
        let mut all = Self::default();
        for it in clusters {
            all.add(it);
        }
        all
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        self.weight_raw += other.weight_raw;
        self.weight += other.weight;
        self.weight_squared += other.weight_squared;
        self.weight_max = self.weight_max.max(other.weight_max);
        self.clipped += other.clipped;
        self.reward += other.reward;
        self.weighted_reward += other.weighted_reward;
        self.expected_of_target += other.expected_of_target;
        self.weighted_rest += other.weighted_rest;
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of rows")]
    pub(super) fn rows_count(&self) -> usize {
        self.rows as usize
    }
}

/// `Σ above / Σ below` over customers.
#[derive(Clone, Copy)]
pub(super) struct Part {
    pub(super) above: f64,
    pub(super) below: f64,
}

impl Estimator {
    pub(super) const ALL: [Self; 8] = [
        Self::WeightMean,
        Self::Logged,
        Self::Dm,
        Self::Ips,
        Self::Snips,
        Self::Dr,
        Self::Sndr,
        Self::Gain,
    ];

    /// The two ratios that add up to the estimate; the second is 0 over 1 where there is one alone.
    pub(super) fn parts(self, of: &ClusterSums) -> [Part; 2] {
        let part = |above, below| Part { above, below };
        let none = part(0.0, 0.0);
        match self {
            Self::WeightMean => [part(of.weight_raw, of.rows), none],
            Self::Logged => [part(of.reward, of.rows), none],
            Self::Dm => [part(of.expected_of_target, of.rows), none],
            Self::Ips => [part(of.weighted_reward, of.rows), none],
            Self::Snips => [part(of.weighted_reward, of.weight), none],
            Self::Dr => [part(of.expected_of_target + of.weighted_rest, of.rows), none],
            Self::Sndr => [part(of.expected_of_target, of.rows), part(of.weighted_rest, of.weight)],
            Self::Gain => {
                [part(of.expected_of_target + of.weighted_rest - of.reward, of.rows), none]
            }
        }
    }

    /// The estimate from the sums of all customers.
    pub(super) fn value(self, all: &ClusterSums) -> f64 {
        self.parts(all).iter().map(|it| it.ratio()).sum()
    }
}

impl Part {
    /// A ratio of nothing is 0.
    pub(super) fn ratio(self) -> f64 {
        if self.below > 0.0 { self.above / self.below } else { 0.0 }
    }
}
