//! What another choice of times would have reached, told from a log of choices that were made.

mod bootstrap;
mod draws;
mod hours;
mod sums;

use ringback_calllog::Customer;
use serde::{Deserialize, Serialize};

pub(crate) use draws::Draws;
pub use hours::HourPolicy;

use bootstrap::intervals;
use sums::{ClusterSums, Estimator, by_cluster};

use crate::Error;

/// An attempt as the judge of a policy sees it: what was chosen and with which chance, what came of it, and what the policy
/// would have done.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoggedChoice {
    /// The customer: their attempts are not independent of each other.
    pub customer: Customer,
    /// What came of it. Range: 0 to 1; 1 if a person answered.
    pub reward: f64,
    /// The chance that the log's own rule gave to what was chosen, where it was written down. Range: above 0, to 1.
    pub propensity: Option<f64>,
    /// The chance that the policy gives to what was chosen. Range: 0 to 1.
    pub target: f64,
    /// What a model expects of what was chosen. Range: 0 to 1. The model must not have been fitted to this attempt.
    pub expected: f64,
    /// What the model expects of the policy: its expectations of all choices, by the policy's chances. Range: 0 to 1.
    pub expected_of_target: f64,
}

/// An estimate with its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// Its standard error, with customers as clusters; by linearization.
    pub standard_error: f64,
    /// The lower end of its interval.
    pub lower: f64,
    /// The upper end.
    pub upper: f64,
}

/// What a policy would have reached: the share of attempts that a person answers, by several estimators.
///
/// # Source
///
/// Inverse propensity score \[`HorvitzThompson1952`\], self-normalized \[`Swaminathan2015`\], doubly robust \[`Dudik2014`\].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PolicyEstimates {
    /// Attempts that count.
    pub rows: usize,
    /// Attempts left out, as nobody wrote down with which chance their time was chosen.
    pub rows_without_propensity: usize,
    /// Customers of the attempts that count.
    pub customers: usize,
    /// As many attempts, chosen by the policy itself, would tell as much: `(Σw)² / Σw²` of the weights as they were used.
    ///
    /// # Source
    ///
    /// \[`Kish1965`\].
    pub effective_rows: f64,
    /// The mean of the weights before they were cut; near 1 if the log has tried all that the policy would do.
    pub weight_mean: Estimate,
    /// The largest weight before it was cut.
    pub weight_max: f64,
    /// The share of attempts whose weight was cut.
    pub clipped_share: f64,
    /// The share of the weights' sum that was cut away: what of the policy the estimates leave out.
    pub clipped_weight: f64,
    /// The share that was reached, as it was.
    pub logged: Estimate,
    /// The model's own word (direct method): biased as far as the model is wrong.
    pub dm: Estimate,
    /// Inverse propensity score.
    pub ips: Estimate,
    /// Self-normalized inverse propensity score; 0 with zero width if the policy would have chosen nothing that was tried.
    pub snips: Estimate,
    /// Doubly robust: right if the propensities are or the model is.
    pub dr: Estimate,
    /// Doubly robust with self-normalized weights.
    pub sndr: Estimate,
    /// What the policy adds to what was reached: [`PolicyEstimates::dr`] less [`PolicyEstimates::logged`], attempt by attempt.
    pub gain: Estimate,
}

/// Judges policies by a log.
///
/// Weights are the policy's chance of what was chosen over the log's own, cut at [`PolicyValue::clip`]. Intervals are
/// studentized bootstrap intervals over customers.
///
/// # Example
///
/// ```
/// use ringback_calllog::{PseudonymKey, Pseudonymizer};
/// use ringback_reach::{LoggedChoice, PolicyValue};
///
/// // Two times, chosen by a fair coin; the policy always takes the first.
/// let pseudonymizer = Pseudonymizer::new(&PseudonymKey::from_bytes([7; 32]), "shop");
/// let choice = |name: &str, reward, target| LoggedChoice {
///     customer: pseudonymizer.customer(name),
///     reward,
///     propensity: Some(0.5),
///     target,
///     expected: 0.5,
///     expected_of_target: 0.5,
/// };
/// let log = [choice("a", 1.0, 1.0), choice("b", 1.0, 1.0), choice("c", 0.0, 1.0), choice("d", 0.0, 0.0)];
/// let value = PolicyValue::new().estimate(&log)?;
/// assert!((value.snips.value - 2.0 / 3.0).abs() < 1e-12);
/// assert!((value.logged.value - 0.5).abs() < 1e-12);
/// # Ok::<(), ringback_reach::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PolicyValue {
    clip: f64,
    replicates: usize,
    level: f64,
    seed: u64,
}

impl Default for PolicyValue {
    fn default() -> Self {
        Self { clip: 20.0, replicates: 500, level: 0.95, seed: 1 }
    }
}

impl PolicyValue {
    /// A judge with the defaults that stand at each setting.
    pub fn new() -> Self {
        Self::default()
    }

    /// The largest weight of an attempt. Range: at least 1; default: 20. What is cut is reported.
    #[must_use]
    pub fn clip(self, clip: f64) -> Self {
        Self { clip, ..self }
    }

    /// How often customers are drawn anew for the intervals. Range: 100 to 1,000,000; default: 500.
    #[must_use]
    pub fn replicates(self, replicates: usize) -> Self {
        Self { replicates, ..self }
    }

    /// The level of the intervals. Range: 0.5 to 0.999; default: 0.95.
    #[must_use]
    pub fn level(self, level: f64) -> Self {
        Self { level, ..self }
    }

    /// The seed of the draws. Default: 1.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// What a policy would have reached.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a setting outside its range, [`Error::Value`] for a value of a choice outside its range,
    /// [`Error::TooFewAttempts`] if the choices with a propensity are of fewer than two customers.
    pub fn estimate(&self, choices: &[LoggedChoice]) -> Result<PolicyEstimates, Error> {
        self.check()?;
        for (place, choice) in choices.iter().enumerate() {
            check(place, choice)?;
        }
        let clusters = by_cluster(choices, self.clip);
        if clusters.len() < 2 {
            return Err(Error::TooFewAttempts { got: clusters.len(), needed: 2 });
        }
        let all = ClusterSums::total(&clusters);
        let draws = Draws::of_part(self.seed, 0);
        let [weight_mean, logged, dm, ips, snips, dr, sndr, gain] =
            intervals(&clusters, Estimator::ALL, self.level, (self.replicates, draws));
        Ok(PolicyEstimates {
            rows: all.rows_count(),
            rows_without_propensity: choices.iter().filter(|it| it.propensity.is_none()).count(),
            customers: clusters.len(),
            effective_rows: if all.weight > 0.0 {
                all.weight.powi(2) / all.weight_squared
            } else {
                0.0
            },
            weight_mean,
            weight_max: clusters.iter().map(|it| it.weight_max).fold(0.0, f64::max),
            clipped_share: all.clipped / all.rows,
            clipped_weight: if all.weight_raw > 0.0 {
                1.0 - all.weight / all.weight_raw
            } else {
                0.0
            },
            logged,
            dm,
            ips,
            snips,
            dr,
            sndr,
            gain,
        })
    }

    fn check(&self) -> Result<(), Error> {
        let setting = |is_right: bool, name, value, expected| {
            if is_right { Ok(()) } else { Err(Error::Setting { name, value, expected }) }
        };
        let is_clip = self.clip >= 1.0 && self.clip.is_finite();
        setting(is_clip, "clip", self.clip, "a finite weight of at least 1")?;
        let is_count = (100..=1_000_000).contains(&self.replicates);
        setting(is_count, "replicates", self.replicates as f64, "from 100 to 1,000,000")?;
        let is_level = (0.5..=0.999).contains(&self.level);
        setting(is_level, "level", self.level, "from 0.5 to 0.999")
    }
}

fn check(attempt: usize, choice: &LoggedChoice) -> Result<(), Error> {
    let shares = [
        ("reward", choice.reward),
        ("target", choice.target),
        ("expected", choice.expected),
        ("expected of target", choice.expected_of_target),
    ];
    for (what, value) in shares {
        if !(0.0..=1.0).contains(&value) {
            return Err(Error::Value { what, attempt, value, expected: "from 0 to 1" });
        }
    }
    match choice.propensity {
        Some(value) if !(value > 0.0 && value <= 1.0) => {
            let expected = "above 0 and at most 1";
            Err(Error::Value { what: "propensity", attempt, value, expected })
        }
        _ => Ok(()),
    }
}
