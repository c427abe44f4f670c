//! The backtest that chooses a learner: fitted to what came before, scored on what came after.

use ringback_learn::{Calibration, Calibrator, EventScores, Matrix};
use serde::{Deserialize, Serialize};

use super::{Learner, ModelChoice};
use crate::Error;
use crate::features::Table;

/// How much smaller a loss must be for a less simple model to be chosen. Unit: nats.
const CLEAR_GAIN: f64 = 3e-4;

/// How one kind of model did in the backtest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrialResult {
    /// The kind of model.
    pub model: ModelChoice,
    /// Its mean logarithmic loss on the last quarter of the attempts; absent if it could not be fitted. Unit: nats.
    pub log_loss: Option<f64>,
    /// Why it could not be fitted.
    pub failure: Option<String>,
}

/// What a backtest has found.
pub(crate) struct Trial {
    pub(crate) results: Vec<TrialResult>,
    pub(crate) chosen: ModelChoice,
    /// Of the chosen model, where one is of use.
    pub(crate) calibrator: Option<Calibrator>,
}

/// Fits each kind to the rows before a place, and scores it on the others.
pub(crate) fn run(
    table: &Table,
    split: usize,
    kinds: &[ModelChoice],
    seed: u64,
) -> Result<Trial, Error> {
    let rows = table.outcomes.len();
    let before: Vec<usize> = (0..split).collect();
    let after: Vec<usize> = (split..rows).collect();
    let (training, test) = (table.matrix.select(&before), table.matrix.select(&after));
    let (known, outcomes) = table.outcomes.split_at(split);
    let mut results = Vec::new();
    let mut best: Option<(f64, ModelChoice, Vec<f64>)> = None;
    for &kind in kinds {
        let said = said(kind, (&training, known), &test, seed);
        let scored = said.and_then(|it| Ok((EventScores::new(&it, outcomes)?.log_loss(), it)));
        match scored {
            Ok((loss, said)) => {
                results.push(TrialResult { model: kind, log_loss: Some(loss), failure: None });
                if best.as_ref().is_none_or(|it| loss < it.0 - CLEAR_GAIN) {
                    best = Some((loss, kind, said));
                }
            }
            Err(error) => {
                let failure = Some(error.to_string());
                results.push(TrialResult { model: kind, log_loss: None, failure });
            }
        }
    }
    let chosen = best.as_ref().map_or(ModelChoice::Rate, |it| it.1);
    let calibrator = match &best {
        Some((_, _, said)) => useful_calibrator(said, outcomes)?,
        None => None,
    };
    Ok(Trial { results, chosen, calibrator })
}

/// What a kind of model, fitted to the training rows, says of the test rows.
fn said(
    kind: ModelChoice,
    (training, known): (&Matrix, &[f64]),
    test: &Matrix,
    seed: u64,
) -> Result<Vec<f64>, Error> {
    match Learner::fit(kind, training, known, seed)? {
        Some(learner) => learner.predict(test),
        // The first feature is the rate table's answer, as log-odds.
        None => Ok(test
            .column(0)
            .unwrap_or_default()
            .iter()
            .map(|it| 1.0 / (1.0 + (-it).exp()))
            .collect()),
    }
}

/// A calibration of probabilities in the order of time, if one that is fitted to the first half is better on the second.
///
/// # Source
///
/// The kinds by number of rows after a comparison on simulated attempts: none below 200, Platt's below 1,000, beta from there.
fn useful_calibrator(said: &[f64], outcomes: &[f64]) -> Result<Option<Calibrator>, Error> {
    let rows = said.len();
    if rows < 200 {
        return Ok(None);
    }
    let kind = if rows < 1_000 { Calibration::Platt } else { Calibration::Beta };
    let (first, second) = (said.split_at(rows / 2), outcomes.split_at(rows / 2));
    let tried = Calibrator::fit(kind, first.0, second.0, None)?;
    let calibrated: Vec<f64> = first.1.iter().map(|it| tried.calibrate(*it)).collect();
    let with = EventScores::new(&calibrated, second.1)?.log_loss();
    let without = EventScores::new(first.1, second.1)?.log_loss();
    if with < without - CLEAR_GAIN {
        return Ok(Some(Calibrator::fit(kind, said, outcomes, None)?));
    }
    Ok(None)
}
