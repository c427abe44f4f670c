//! How good predicted probabilities are, by how much is known of the customer, beside baselines.

mod backtest;
mod baseline;

use std::collections::BTreeMap;

use ringback_calllog::Customer;
use ringback_learn::EventScores;
use serde::{Deserialize, Serialize};

pub use backtest::{Backtest, BacktestRow, FollowingModel, ReachBacktest};
pub use baseline::{BaselineKind, RateBaseline};

use crate::{Error, Segment};

/// Bins of a calibration error, in strata that have the rows for them.
const BINS: usize = 15;
/// Rows that a bin should have.
const ROWS_A_BIN: usize = 20;

/// A probability that was told before an attempt, and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    /// The customer: their attempts are not independent of each other.
    pub customer: Customer,
    /// Their segment, where known.
    pub segment: Option<Segment>,
    /// Attempts at this customer with a known outcome before this one.
    pub history: usize,
    /// Whether a person answered.
    pub is_reached: bool,
    /// The probability.
    pub probability: f64,
    /// What each baseline said, in the order of their names.
    pub baselines: Vec<f64>,
}

/// How much was known of the customer: earlier attempts with a known outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HistoryLength {
    /// None.
    None,
    /// 1 to 3.
    OneToThree,
    /// 4 to 10.
    FourToTen,
    /// 11 or more.
    ElevenOrMore,
}

impl HistoryLength {
    /// The stratum of so many earlier attempts.
    pub fn of(attempts: usize) -> Self {
        match attempts {
            0 => Self::None,
            1..=3 => Self::OneToThree,
            4..=10 => Self::FourToTen,
            _ => Self::ElevenOrMore,
        }
    }

    /// How it is written in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "0",
            Self::OneToThree => "1-3",
            Self::FourToTen => "4-10",
            Self::ElevenOrMore => "11+",
        }
    }
}

/// Scores of all rows and by strata.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// All rows.
    pub all: Stratum,
    /// By [`HistoryLength`], shortest first.
    pub by_history: Vec<Stratum>,
    /// By segment, in the order of names; rows without one are `(none)`.
    pub by_segment: Vec<Stratum>,
}

/// Rows that are scored together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stratum {
    /// What they have in common.
    pub name: String,
    /// Rows.
    pub rows: usize,
    /// Customers.
    pub customers: usize,
    /// The share that was reached.
    pub reached: f64,
    /// The mean probability.
    pub probability_mean: f64,
    /// The mean logarithmic loss. Unit: nats; lower is better.
    pub log_loss: f64,
    /// The mean squared distance of the probability from what came. Range: 0 to 1; lower is better.
    pub brier: f64,
    /// The probability that a reached attempt had the higher probability; absent if all came out alike.
    pub auc: Option<f64>,
    /// The expected calibration error over bins of equal weight: 15, or fewer where a bin would have less than 20 rows.
    pub calibration_error: f64,
    /// The calibration error to expect of probabilities that are right.
    pub calibration_noise: f64,
    /// Spiegelhalter's test of calibration: its z value, beyond ±1.96 in one of twenty calibrated models; absent if all
    /// probabilities are 0, ½ or 1.
    ///
    /// # Source
    ///
    /// \[`Spiegelhalter1986`\]. It takes rows for independent; attempts at one customer are not quite.
    pub calibration_z: Option<f64>,
    /// Beside each baseline.
    pub against: Vec<AgainstBaseline>,
}

/// A model beside a baseline, on the same rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AgainstBaseline {
    /// The baseline's name.
    pub baseline: String,
    /// Its log loss.
    pub log_loss: f64,
    /// Its Brier score.
    pub brier: f64,
    /// Its AUC.
    pub auc: Option<f64>,
    /// Its log loss less the model's: above 0 if the model is better. Unit: nats an attempt.
    pub gain: f64,
    /// The standard error of this gain, with customers as clusters; absent for a single customer.
    pub gain_standard_error: Option<f64>,
    /// The share of the baseline's log loss that the model saves; absent if the baseline's is 0.
    pub log_loss_skill: Option<f64>,
    /// The share of the baseline's Brier score that the model saves; absent if the baseline's is 0.
    pub brier_skill: Option<f64>,
}

impl Evaluation {
    /// Scores rows beside baselines of these names.
    ///
    /// # Errors
    ///
    /// [`Error::Learn`] without rows or for a probability outside 0 to 1, [`Error::Signals`] for a row with another number of
    /// baselines than names.
    pub fn of(rows: &[Scored], baselines: &[&str]) -> Result<Self, Error> {
        check_baselines(rows, baselines)?;
        let all = Stratum::of("all", &rows.iter().collect::<Vec<_>>(), baselines)?;
        let history = |it: &Scored| HistoryLength::of(it.history);
        let by_history = strata(rows, history, |it| it.as_str().to_owned(), baselines)?;
        let name =
            |it: &Option<Segment>| it.as_ref().map_or("(none)".to_owned(), Segment::to_string);
        let by_segment = strata(rows, |it| it.segment.clone(), name, baselines)?;
        Ok(Self { all, by_history, by_segment })
    }

    /// Scores the rows of each label, in the order of labels.
    ///
    /// # Errors
    ///
    /// As [`Evaluation::of`], but for no rows, which have no strata.
    pub fn by_label(
        rows: &[Scored],
        label: impl Fn(&Scored) -> String,
        baselines: &[&str],
    ) -> Result<Vec<Stratum>, Error> {
        check_baselines(rows, baselines)?;
        strata(rows, label, String::clone, baselines)
    }
}

fn check_baselines(rows: &[Scored], baselines: &[&str]) -> Result<(), Error> {
    let wrong = rows.iter().position(|it| it.baselines.len() != baselines.len());
    let Some(attempt) = wrong else { return Ok(()) };
    let got = rows.get(attempt).map_or(0, |it| it.baselines.len());
    Err(Error::Signals { attempt, got, expected: baselines.len() })
}

/// A stratum for each value of a key, in its order.
fn strata<K: Ord>(
    rows: &[Scored],
    key: impl Fn(&Scored) -> K,
    name: impl Fn(&K) -> String,
    baselines: &[&str],
) -> Result<Vec<Stratum>, Error> {
    let mut parts: BTreeMap<K, Vec<&Scored>> = BTreeMap::new();
    for row in rows {
        parts.entry(key(row)).or_default().push(row);
    }
    parts.iter().map(|(key, rows)| Stratum::of(&name(key), rows, baselines)).collect()
}

impl Stratum {
    /// Scores rows that belong together.
    fn of(name: &str, rows: &[&Scored], baselines: &[&str]) -> Result<Self, Error> {
        let outcomes: Vec<f64> = rows.iter().map(|it| f64::from(u8::from(it.is_reached))).collect();
        let probabilities: Vec<f64> = rows.iter().map(|it| it.probability).collect();
        let scores = EventScores::new(&probabilities, &outcomes)?;
        let bins = (rows.len() / ROWS_A_BIN).clamp(1, BINS);
        let calibration = scores.calibration_error(bins)?;
        let mut against = Vec::with_capacity(baselines.len());
        for (place, baseline) in baselines.iter().enumerate() {
            let own: Vec<f64> =
                rows.iter().filter_map(|it| it.baselines.get(place).copied()).collect();
            let other = EventScores::new(&own, &outcomes)?;
            against.push(beside(baseline, rows, &scores, (&own, &other)));
        }
        let mut customers: Vec<Customer> = rows.iter().map(|it| it.customer).collect();
        customers.sort_unstable();
        customers.dedup();
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        Ok(Self {
            name: name.to_owned(),
            rows: rows.len(),
            customers: customers.len(),
            reached: mean(&outcomes),
            probability_mean: mean(&probabilities),
            log_loss: scores.log_loss(),
            brier: scores.brier(),
            auc: scores.auc(),
            calibration_error: calibration.error,
            calibration_noise: calibration.noise_floor,
            calibration_z: calibration_z(&probabilities, &outcomes),
            against,
        })
    }
}

fn beside(
    baseline: &str,
    rows: &[&Scored],
    scores: &EventScores<'_>,
    (own, other): (&[f64], &EventScores<'_>),
) -> AgainstBaseline {
    let skill = |model: f64, baseline: f64| (baseline > 0.0).then(|| 1.0 - model / baseline);
    let (log_loss, brier) = (other.log_loss(), other.brier());
    let gain = log_loss - scores.log_loss();
    AgainstBaseline {
        baseline: baseline.to_owned(),
        log_loss,
        brier,
        auc: other.auc(),
        gain,
        gain_standard_error: gain_standard_error(rows, own, gain),
        log_loss_skill: skill(scores.log_loss(), log_loss),
        brier_skill: skill(scores.brier(), brier),
    }
}

/// The standard error of the mean gain, over customers.
fn gain_standard_error(rows: &[&Scored], baseline: &[f64], gain: f64) -> Option<f64> {
    let mut sums: BTreeMap<Customer, f64> = BTreeMap::new();
    for (row, other) in rows.iter().zip(baseline) {
        let own = loss(*other, row.is_reached) - loss(row.probability, row.is_reached);
        *sums.entry(row.customer).or_default() += own - gain;
    }
    let clusters = sums.len() as f64;
    let squares: f64 = sums.values().map(|it| it * it).sum();
    let error = (squares * clusters / (clusters - 1.0)).sqrt() / rows.len() as f64;
    (sums.len() > 1).then_some(error)
}

/// The logarithmic loss of one probability, cut as in [`EventScores::log_loss`].
fn loss(probability: f64, is_reached: bool) -> f64 {
    let probability = probability.clamp(1e-15, 1.0 - 1e-15);
    if is_reached { -probability.ln() } else { -(-probability).ln_1p() }
}

fn calibration_z(probabilities: &[f64], outcomes: &[f64]) -> Option<f64> {
    let (mut sum, mut variance) = (0.0, 0.0);
    for (probability, outcome) in probabilities.iter().zip(outcomes) {
        let slope = 1.0 - 2.0 * probability;
        sum += (outcome - probability) * slope;
        variance += slope * slope * probability * (1.0 - probability);
    }
    (variance > 0.0).then(|| sum / variance.sqrt())
}
