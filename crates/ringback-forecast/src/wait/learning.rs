//! Learning a wait model from a log.

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{Call, Zone};
use ringback_learn::{BinnedMatrix, Boosting, FittedBoosting, Loss, Matrix};

use super::baseline::Baseline;
use super::calibration::Calibration;
use super::model::{Correction, Raw, Trees, WaitModel, quantiles};
use super::no_wait::NoWaits;
use super::offered::Patience;
use super::rows::{Known, Rows};
use crate::center::{Center, PriorityCredits};
use crate::replay::Replay;
use crate::{CallerType, Error};

/// Answered callers from whom a model can be learned.
pub(crate) const ENOUGH: usize = 500;

/// Callers of a type before their patience is their own.
const OWN_PATIENCE: usize = 500;

/// Answered callers before their errors are learned from.
const ENOUGH_ERRORS: usize = 500;

/// How a wait model is learned.
///
/// # Example
///
/// ```
/// use ringback_forecast::{Error, WaitLearning};
///
/// let learning = WaitLearning::new("Asia/Jerusalem".parse()?);
/// let nothing = learning.fit(&[], "1999-06-01T00:00:00+03:00".parse()?);
/// assert!(matches!(nothing, Err(Error::TooFewAnswers { got: 0, needed: 500 })));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitLearning {
    pub(super) zone: Zone,
    seed: u64,
}

impl WaitLearning {
    /// Hours and weekdays are those of a zone.
    pub fn new(zone: Zone) -> Self {
        Self { zone, seed: 1 }
    }

    pub(crate) fn zone(&self) -> Zone {
        self.zone
    }

    /// The seed of the samples of rows and features that trees are grown on. Default: 1.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Learns from what was known before `until`. A call that queues more than once is learned when it first does.
    ///
    /// # Errors
    ///
    /// [`Error::TooFewAnswers`] if fewer than 500 callers had been answered from a queue after a wait;
    /// [`Error::TooManyCalls`] as [`replay`](crate::replay).
    pub fn fit(&self, calls: &[Call], until: DateTime<Utc>) -> Result<WaitModel, Error> {
        let replay = Replay::new(calls)?;
        let classes = replay.classes();
        let credits = PriorityCredits::learn(calls, until);
        let mut center = Center::new(self.zone, credits.clone());
        let mut rows = Rows::default();
        for step in replay {
            if step.tick.at >= until.timestamp_micros() {
                break;
            }
            if let Some(arrival) = step.arrival {
                let asker = step.tick.asker();
                rows.push(arrival, asker, &center.features(step.tick.at, asker));
            }
            center.apply(&step.tick);
        }
        Learned { learning: *self, calls, rows: &rows, classes: &classes }.fit(until, &credits)
    }
}

/// What a model is learned from.
pub(crate) struct Learned<'a> {
    pub(crate) learning: WaitLearning,
    pub(crate) calls: &'a [Call],
    pub(crate) rows: &'a Rows,
    pub(crate) classes: &'a [CallerType],
}

/// The rows of a fit.
struct Table<'a> {
    matrix: &'a Matrix,
    binned: BinnedMatrix,
    /// The roots of what the line says.
    roots: Vec<f64>,
    waits: Vec<f64>,
    seed: u64,
}

impl Learned<'_> {
    pub(crate) fn fit(
        &self,
        until: DateTime<Utc>,
        credits: &PriorityCredits,
    ) -> Result<WaitModel, Error> {
        let mut known = self.rows.known(self.calls, until);
        let answered = known.len();
        let mut no_waits = NoWaits::default();
        for it in &known {
            no_waits.learn(&self.rows.features(it.row), it.wait_secs);
        }
        let types = self.rows.types(&known, self.classes);
        let codes = codes(&types, self.classes);
        known.retain(|it| it.wait_secs > 0.0);
        if known.len() < ENOUGH {
            return Err(Error::TooFewAnswers { got: known.len(), needed: ENOUGH });
        }
        let baseline = Baseline::learn(self.rows, &known, &codes)?;
        let roots = self.roots(&baseline, &known, &codes);
        let matrix = self.rows.matrix(&known, &codes, &roots)?;
        let table = Table {
            matrix: &matrix,
            binned: BinnedMatrix::new(&matrix)?,
            roots,
            waits: known.iter().map(|it| it.wait_secs).collect(),
            seed: self.learning.seed,
        };
        let calibration = self.calibrate(&table, &known, &codes, types.len())?;
        Ok(WaitModel {
            zone: self.learning.zone,
            credits: credits.clone(),
            no_waits,
            baseline,
            trees: table.trees()?,
            correction: None,
            calibration,
            patience: self.patience(until, &types),
            types,
            answered,
            until,
        })
    }

    fn roots(&self, line: &Baseline, known: &[Known], codes: &[Option<usize>]) -> Vec<f64> {
        let root = |it: &Known| {
            let code = codes.get(self.rows.asker(it.row).class as usize).copied().flatten();
            line.root(&self.rows.features(it.row), code)
        };
        known.iter().map(root).collect()
    }

    /// Margins from the last fifth of the callers, of trees that have not seen them.
    fn calibrate(
        &self,
        table: &Table<'_>,
        known: &[Known],
        codes: &[Option<usize>],
        types: usize,
    ) -> Result<Calibration, Error> {
        let seen = known.len() - known.len() / 5;
        let weights: Vec<f64> =
            (0..known.len()).map(|it| if it < seen { 1.0 } else { 0.0 }).collect();
        let trees = table.quantiles(Some(&weights))?;
        let mut calibration = Calibration::new(types)?;
        let mut row = vec![0.0; table.matrix.columns()];
        for (at, it) in known.iter().enumerate().skip(seen) {
            table.matrix.copy_row(at, &mut row);
            let quantiles = quantiles(&trees, &row, table.roots[at]);
            let raw = Raw { mean: 0.0, median: 0.0, quantiles };
            let code = codes.get(self.rows.asker(it.row).class as usize).copied().flatten();
            calibration.warm_up(code, &raw.bounds(), it.wait_secs)?;
        }
        Ok(calibration)
    }

    fn patience(&self, until: DateTime<Utc>, types: &[CallerType]) -> Vec<Patience> {
        let waits = self.rows.patience(self.calls, until);
        let of = |keep: &dyn Fn(u32) -> bool| -> Vec<(f64, bool)> {
            waits.iter().filter(|it| keep(it.0)).map(|it| (it.1, it.2)).collect()
        };
        let all = Patience::learn(of(&|_| true));
        let mut patience = vec![all.clone()];
        for one in types {
            let own = of(&|class| self.classes.get(class as usize) == Some(one));
            patience.push(if own.len() < OWN_PATIENCE {
                all.clone()
            } else {
                Patience::learn(own)
            });
        }
        patience
    }

    /// Trees that are added to a model's mean and median, from its errors of the four weeks before `until` on callers whom it
    /// was not fitted on; `None` if those were fewer than 500.
    pub(crate) fn correct(
        &self,
        model: &WaitModel,
        until: DateTime<Utc>,
    ) -> Result<Option<Correction>, Error> {
        let from = model.until.max(until - TimeDelta::weeks(4));
        let mut known = self.rows.known(self.calls, until);
        known.retain(|it| self.rows.queued_at(it.row) >= from && it.wait_secs > 0.0);
        if known.len() < ENOUGH_ERRORS {
            return Ok(None);
        }
        let codes = codes(&model.types, self.classes);
        let base = WaitModel { correction: None, ..model.clone() };
        let (mut means, mut medians) = (Vec::new(), Vec::new());
        for it in &known {
            let asker = self.rows.asker(it.row);
            let code = codes.get(asker.class as usize).copied().flatten();
            let raw = base.raw(&self.rows.features(it.row), asker, code);
            means.push(it.wait_secs - raw.mean);
            medians.push(it.wait_secs - raw.median);
        }
        let roots = self.roots(&model.baseline, &known, &codes);
        let binned = BinnedMatrix::new(&self.rows.matrix(&known, &codes, &roots)?)?;
        let settings = |loss| {
            Boosting::new(loss)
                .trees(20)
                .leaves(8)
                .learning_rate(0.05)
                .min_leaf_rows(100)
                .feature_share(0.3)
                .seed(self.learning.seed)
        };
        let mean = settings(Loss::Squared).fit_binned(&binned, &means, None)?;
        let median = settings(Loss::Absolute).fit_binned(&binned, &medians, None)?;
        Ok(Some(Correction { mean, median }))
    }
}

/// The place of each class among the types.
pub(super) fn codes(types: &[CallerType], classes: &[CallerType]) -> Vec<Option<usize>> {
    classes.iter().map(|class| types.iter().position(|it| it == class)).collect()
}

impl Table<'_> {
    fn settings(&self, loss: Loss) -> Boosting {
        Boosting::new(loss).min_leaf_rows(50).feature_share(0.3).row_share(0.7).seed(self.seed)
    }

    fn trees(&self) -> Result<Trees, Error> {
        let mean = self.settings(Loss::Squared).trees(200).leaves(15).learning_rate(0.06);
        let median = self.settings(Loss::Absolute).trees(300).leaves(31).learning_rate(0.04);
        let over: Vec<f64> =
            self.waits.iter().zip(&self.roots).map(|it| it.0 - it.1 * it.1).collect();
        Ok(Trees {
            // A mean needs fewer leaves: the line has the large part of it.
            mean: mean.fit_binned(&self.binned, &over, None)?,
            median: median.fit_binned(&self.binned, &over, None)?,
            quantiles: self.quantiles(None)?,
        })
    }

    fn quantiles(&self, weights: Option<&[f64]>) -> Result<Vec<FittedBoosting>, Error> {
        let over: Vec<f64> =
            self.waits.iter().zip(&self.roots).map(|it| it.0.sqrt() - it.1).collect();
        let fit = |level: f64| {
            let settings = self.settings(Loss::Quantile(level)).learning_rate(0.15);
            // The quarters bound no interval; small trees are enough for them.
            let is_quarter = (0.2..=0.8).contains(&level);
            let settings = if is_quarter {
                settings.trees(40).leaves(15)
            } else {
                settings.trees(50).leaves(31)
            };
            Ok(settings.fit_binned(&self.binned, &over, weights)?)
        };
        Trees::LEVELS.into_iter().map(fit).collect()
    }
}
