//! The learned wait prediction.

use chrono::{DateTime, Utc};
use ringback_calllog::Zone;
use ringback_learn::{FittedBoosting, Model};
use serde::{Deserialize, Serialize};

use super::baseline::Baseline;
use super::calibration::{Bounds, Calibration};
use super::no_wait::NoWaits;
use super::offered::Patience;
use super::{OfferedWait, WaitForecast, WaitMethod};
use crate::center::{Asker, FEATURES, Features, PriorityCredits};
use crate::{CallerType, Error};

/// Predicts waits from the state of a center: boosted trees for the mean and for each quantile, margins that make intervals
/// hold for each type of caller, and the patience of each type.
///
/// [`WaitLearning`](crate::WaitLearning) learns one, [`LiveWaits`](crate::LiveWaits) asks it. Saved with serde inside
/// [`Saved`](ringback_learn::Saved), it gives the same answers to the last bit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WaitModel {
    pub(super) zone: Zone,
    pub(super) credits: PriorityCredits,
    /// From the shortest mean wait to the longest.
    pub(super) types: Vec<CallerType>,
    pub(super) no_waits: NoWaits,
    pub(super) baseline: Baseline,
    pub(super) trees: Trees,
    /// Trees fitted to the errors of the last weeks.
    pub(super) correction: Option<Correction>,
    pub(super) calibration: Calibration,
    /// All, then by type.
    pub(super) patience: Vec<Patience>,
    pub(super) answered: usize,
    pub(super) until: DateTime<Utc>,
}

/// The boosted models: of what is left of the wait over the line, in seconds for mean and median, in roots for quantiles.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedTrees")]
pub(super) struct Trees {
    pub(super) mean: FittedBoosting,
    pub(super) median: FittedBoosting,
    /// At the levels of [`Trees::LEVELS`].
    pub(super) quantiles: Vec<FittedBoosting>,
}

impl Trees {
    /// The quantiles but for the median.
    pub(super) const LEVELS: [f64; 6] = [0.05, 0.1, 0.25, 0.75, 0.9, 0.95];
}

/// What is added to mean and median.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedCorrection")]
pub(crate) struct Correction {
    pub(super) mean: FittedBoosting,
    pub(super) median: FittedBoosting,
}

/// Boosted models as saved, before they are checked.
#[derive(Deserialize)]
struct SavedTrees {
    mean: FittedBoosting,
    median: FittedBoosting,
    quantiles: Vec<FittedBoosting>,
}

impl TryFrom<SavedTrees> for Trees {
    type Error = Error;

    fn try_from(SavedTrees { mean, median, quantiles }: SavedTrees) -> Result<Self, Error> {
        if quantiles.len() != Self::LEVELS.len() {
            let (got, expected) = (quantiles.len(), Self::LEVELS.len());
            return Err(Error::Saved(format!("{got} quantiles, expected {expected}")));
        }
        quantiles.iter().chain([&mean, &median]).try_for_each(expect_features)?;
        Ok(Self { mean, median, quantiles })
    }
}

/// A correction as saved, before it is checked.
#[derive(Deserialize)]
struct SavedCorrection {
    mean: FittedBoosting,
    median: FittedBoosting,
}

impl TryFrom<SavedCorrection> for Correction {
    type Error = Error;

    fn try_from(SavedCorrection { mean, median }: SavedCorrection) -> Result<Self, Error> {
        [&mean, &median].into_iter().try_for_each(expect_features)?;
        Ok(Self { mean, median })
    }
}

/// The columns that follow [`FEATURES`] in what trees learn from: the place of the caller's type, the priority, and what the
/// line says.
pub(super) const OF_CALLER: [&str; 3] = ["type_order", "priority", "line_secs"];

/// Checks that saved trees ask about what this version knows of a caller, in the same order.
fn expect_features(trees: &FittedBoosting) -> Result<(), Error> {
    let expected = || FEATURES.iter().chain(&OF_CALLER);
    let got = trees.features();
    if got.len() != expected().count() {
        let expected = expected().count();
        return Err(Error::Saved(format!("{} features, expected {expected}", got.len())));
    }
    match got.iter().zip(expected()).find(|it| it.0 != it.1) {
        None => Ok(()),
        Some((got, expected)) => {
            Err(Error::Saved(format!("feature {got:?} in the place of {expected:?}")))
        }
    }
}

/// A row of the matrix that the trees were fitted on.
type Input = [f64; FEATURES.len() + OF_CALLER.len()];

/// The features with the caller's type and priority, and the root of what the line says.
fn input(features: &Features, code: Option<usize>, priority: i32, root: f64) -> Input {
    let mut input = [f64::NAN; FEATURES.len() + OF_CALLER.len()];
    input[..FEATURES.len()].copy_from_slice(features);
    input[FEATURES.len()] = code.map_or(f64::NAN, |it| it as f64);
    input[FEATURES.len() + 1] = f64::from(priority);
    input[FEATURES.len() + 2] = root * root;
    input
}

/// The quantiles of a row in seconds, from the root of what the line says.
pub(super) fn quantiles(trees: &[FittedBoosting], row: &[f64], root: f64) -> [f64; 6] {
    let mut quantiles = [0.0; 6];
    for (quantile, trees) in quantiles.iter_mut().zip(trees) {
        *quantile = (root + trees.predict_row(row)).max(0.0).powi(2);
    }
    quantiles
}

/// How far the short interval's lower bound is below the 5 % quantile, in parts of the way from there to the 10 % quantile.
const SHORT_BELOW: f64 = 0.4;

/// Where the short interval's upper bound is, in parts of the way from the 90 % to the 95 % quantile.
const SHORT_ABOVE: f64 = 0.6;

/// A prediction before calibration.
pub(super) struct Raw {
    pub(super) mean: f64,
    pub(super) median: f64,
    pub(super) quantiles: [f64; 6],
}

impl Raw {
    /// The outer quantiles.
    pub(super) fn bounds(&self) -> Bounds {
        let [p05, p10, _, _, p90, p95] = self.quantiles;
        let ordered = |low: f64, high: f64| (low.min(high).max(0.0), high.max(low).max(0.0));
        let (eighty, ninety) = (ordered(p10, p90), ordered(p05, p95));
        // About the levels of 3 % and 93 %: a wait's density is high near 0 and low in the long tail.
        let lower = (ninety.0 - SHORT_BELOW * (eighty.0 - ninety.0)).max(0.0);
        let upper = eighty.1 + SHORT_ABOVE * (ninety.1 - eighty.1);
        Bounds { eighty, ninety, short: ordered(lower, upper) }
    }
}

impl WaitModel {
    /// The place of a type; `None` for one that too few callers had to be learned.
    pub(crate) fn code(&self, of: &CallerType) -> Option<usize> {
        self.types.iter().position(|it| it == of)
    }

    pub(super) fn raw(&self, features: &Features, asker: Asker, code: Option<usize>) -> Raw {
        let root = self.baseline.root(features, code);
        let row = &input(features, code, asker.priority, root);
        let added = |of: fn(&Correction) -> &FittedBoosting| {
            self.correction.as_ref().map_or(0.0, |it| of(it).predict_row(row))
        };
        Raw {
            mean: root * root + self.trees.mean.predict_row(row) + added(|it| &it.mean),
            median: root * root + self.trees.median.predict_row(row) + added(|it| &it.median),
            quantiles: quantiles(&self.trees.quantiles, row, root),
        }
    }

    /// The forecast, and the bounds that it was made from.
    pub(super) fn forecast(
        &self,
        features: &Features,
        asker: Asker,
        code: Option<usize>,
        calibration: &Calibration,
    ) -> (WaitForecast, Bounds) {
        let raw = self.raw(features, asker, code);
        let bounds = raw.bounds();
        let held = calibration.bounds(code, &bounds);
        let [_, _, p25, p75, _, _] = raw.quantiles;
        // The median and the quarters stay within the calibrated bounds, and these in each other.
        let (p05, p95) = held.ninety;
        let p10 = held.eighty.0.max(p05);
        let p90 = held.eighty.1.min(p95).max(p10);
        let within = |it: f64| it.clamp(p10, p90);
        let quantiles = [p05, p10, within(p25), within(raw.median), within(p75), p90, p95];
        let (lower, upper) = held.short;
        let forecast =
            WaitForecast::new(WaitMethod::Learned, raw.mean, quantiles).with_interval(lower, upper);
        (forecast.or_no_wait(self.no_waits.probability(features)), bounds)
    }

    /// What a caller of a type would wait if they never hung up, and the chance that they stay so long: the forecast is of
    /// callers who are answered, who are the patient ones.
    ///
    /// Where the wait of the answered has the density f, that of all callers has f / S, S being the share of the type's callers
    /// who have not hung up by then; callers who hung up or were answered before are counted as far as they are known.
    ///
    /// # Source
    ///
    /// \[`KaplanMeier1958`\] for S. That a wait and the patience for it are independent, given the type, is assumed.
    pub fn offered(&self, of: &CallerType, forecast: &WaitForecast) -> OfferedWait {
        let own = self.code(of).and_then(|it| self.patience.get(it + 1));
        match own.or(self.patience.first()) {
            Some(patience) => patience.offered(forecast),
            None => Patience::learn(Vec::new()).offered(forecast),
        }
    }

    /// The head starts of priorities that it learned.
    pub fn credits(&self) -> &PriorityCredits {
        &self.credits
    }

    /// The zone of its hours and weekdays.
    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// The types that it tells apart, from the shortest mean wait to the longest.
    pub fn types(&self) -> &[CallerType] {
        &self.types
    }

    /// The answered callers that it learned from.
    pub fn answered(&self) -> usize {
        self.answered
    }

    /// The end of what it learned from.
    pub fn until(&self) -> DateTime<Utc> {
        self.until
    }
}
