//! How a model of reachability is fitted: the rate table, learners over it, and a backtest that chooses.

mod learner;
mod trial;

use ringback_calllog::Zone;
use ringback_features::Country;
use serde::{Deserialize, Serialize};

pub(crate) use learner::Learner;
pub use trial::TrialResult;

use crate::features::{self, Seasons};
use crate::rate::{RateLearning, RateTable, fit_prior};
use crate::{AttemptLog, Error, FittedReach};

/// Attempts below which no learner is tried over the rate table.
const LEARNER_ATTEMPTS: usize = 1_000;
/// The latest attempts that learners are fitted to, at most.
const MOST_ROWS: usize = 150_000;
/// Attempts that the backtest's rate table is fitted to, at most.
const TRIAL_ATTEMPTS: usize = 30_000;
/// The latest attempts that the backtest uses, at most.
const TRIAL_ROWS: usize = 60_000;
/// The part of these that the backtest fits to.
const TRIAL_SHARE: f64 = 0.75;

/// The kind of model.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum ModelChoice {
    /// The one that a backtest in the order of time finds best.
    #[default]
    Auto,
    /// The rate table alone.
    Rate,
    /// Logistic regression.
    Logistic,
    /// One small tree.
    Tree,
    /// A forest.
    Forest,
    /// Gradient boosting.
    Boosting,
    /// A small neural net.
    Net,
}

impl ModelChoice {
    /// Every kind of model that can be chosen, the simplest first.
    pub const KINDS: [Self; 6] =
        [Self::Rate, Self::Logistic, Self::Tree, Self::Boosting, Self::Forest, Self::Net];

    /// Its name in tables and on command lines.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Rate => "rate",
            Self::Logistic => "logistic",
            Self::Tree => "tree",
            Self::Forest => "forest",
            Self::Boosting => "boosting",
            Self::Net => "net",
        }
    }
}

/// Settings of fitting a model of reachability.
#[derive(Clone, Debug, PartialEq)]
pub struct ReachLearning {
    model: ModelChoice,
    least_ring_secs: f64,
    seed: u64,
    holidays: Vec<(Zone, Country)>,
}

impl Default for ReachLearning {
    fn default() -> Self {
        Self::new()
    }
}

impl ReachLearning {
    /// The model that a backtest finds best; an unanswered attempt that rang less than 15 seconds says nothing.
    pub fn new() -> Self {
        Self { model: ModelChoice::Auto, least_ring_secs: 15.0, seed: 0, holidays: Vec::new() }
    }

    /// The kind of model. [`ModelChoice::Auto`] tries all; any other is taken as it is, and its loss in the backtest reported
    /// beside that of the rate table.
    #[must_use]
    pub fn model(mut self, model: ModelChoice) -> Self {
        self.model = model;
        self
    }

    /// How long an unanswered attempt must have rung to count. Unit: seconds. An attempt without ring time counts.
    #[must_use]
    pub fn least_ring_secs(mut self, least_ring_secs: f64) -> Self {
        self.least_ring_secs = least_ring_secs;
        self
    }

    /// The seed of learners that draw random numbers.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The public holidays of customers in a zone; zones without have none.
    #[must_use]
    pub fn holidays(mut self, zone: Zone, country: Country) -> Self {
        self.holidays.push((zone, country));
        self
    }

    /// Fits a model to a log; it knows everything in it.
    ///
    /// The backtest fits the rate table and the learners anew to what was known before the last quarter of the attempts (of the
    /// last 60,000 if there are more), so nothing that it scores has been seen. A learner that fails, or a log with fewer than
    /// 1,000 attempts, leaves the rate table; [`FittedReach::notes`] says so.
    ///
    /// # Errors
    ///
    /// [`Error::TooFewAttempts`] with fewer than 50 attempts whose outcome tells, [`Error::Setting`] for a ring time that is no
    /// number of seconds from 0.
    pub fn fit(&self, log: &AttemptLog) -> Result<FittedReach, Error> {
        let rings = self.least_ring_secs;
        if !(rings >= 0.0 && rings.is_finite()) {
            let (name, expected) = ("least ring time", "seconds from 0");
            return Err(Error::Setting { name, value: rings, expected });
        }
        let settings = RateLearning { least_ring_secs: rings, ..RateLearning::default() };
        let table = RateTable::fit_with(log, &settings)?;
        let mut fitted = FittedReach::of_rate(table, self.seasons(log), log.signal_names());
        if self.model == ModelChoice::Rate {
            return Ok(fitted);
        }
        let width = Some(fitted.prior().types.width());
        let settings = RateLearning { width, most_attempts: TRIAL_ATTEMPTS, ..settings };
        if let Err(error) = self.add_learner(&mut fitted, log, &settings) {
            fitted.note(format!("the rate table answers, as the learner failed: {error}"));
        }
        Ok(fitted)
    }

    fn seasons(&self, log: &AttemptLog) -> Seasons {
        let ends = (log.attempts().first(), log.attempts().last());
        let mut seasons = Seasons::default();
        if let (Some(first), Some(last)) = ends {
            seasons.knows_seasons = (last.attempted_at - first.attempted_at).num_days() >= 365;
        }
        for (zone, country) in &self.holidays {
            seasons.add(*zone, *country);
        }
        seasons
    }

    fn add_learner(
        &self,
        fitted: &mut FittedReach,
        log: &AttemptLog,
        settings: &RateLearning,
    ) -> Result<(), Error> {
        let attempts = log.attempts();
        if attempts.len() < LEARNER_ATTEMPTS {
            fitted.note(format!(
                "the rate table answers: {} attempts, and learners need {LEARNER_ATTEMPTS}",
                attempts.len()
            ));
            return Ok(());
        }
        let rings = settings.least_ring_secs;
        let trial = self.trial(fitted.seasons(), log, settings)?;
        let chosen = match self.model {
            ModelChoice::Auto => trial.chosen,
            other => other,
        };
        let failed = trial.results.iter().find(|it| it.model == chosen);
        if let Some(failure) = failed.and_then(|it| it.failure.as_ref()) {
            fitted.note(format!("{} failed in the backtest: {failure}", chosen.as_str()));
        }
        if self.model != ModelChoice::Auto && trial.chosen == ModelChoice::Rate {
            fitted.note(format!(
                "the rate table did at least as well as {} in the backtest",
                chosen.as_str()
            ));
        }
        if chosen != ModelChoice::Rate {
            let all = features::table(log, fitted.prior(), fitted.seasons(), (rings, MOST_ROWS))?;
            let learner = Learner::fit(chosen, &all.matrix, &all.outcomes, self.seed)?;
            fitted.set_learner(learner);
        }
        let calibrates = chosen == trial.chosen;
        fitted.set_trial(trial.results, trial.calibrator.filter(|_| calibrates));
        Ok(())
    }

    /// Fits everything to the first part of a log, and scores it on the rest.
    fn trial(
        &self,
        seasons: &Seasons,
        log: &AttemptLog,
        settings: &RateLearning,
    ) -> Result<trial::Trial, Error> {
        let attempts = log.attempts();
        let used = attempts.len().min(TRIAL_ROWS);
        let place = attempts.len() - used + share_of(used, TRIAL_SHARE);
        let Some(first_after) = attempts.get(place) else {
            return Err(Error::TooFewAttempts { got: attempts.len(), needed: LEARNER_ATTEMPTS });
        };
        let before = log.before(first_after.attempted_at);
        let prior = fit_prior(&before, settings)?;
        let table = features::table(log, &prior, seasons, (settings.least_ring_secs, TRIAL_ROWS))?;
        let until = before.attempts().len();
        let split = table.rows.partition_point(|it| (*it as usize) < until);
        let kinds: Vec<ModelChoice> = match self.model {
            ModelChoice::Auto => ModelChoice::KINDS.to_vec(),
            one => vec![ModelChoice::Rate, one],
        };
        trial::run(&table, split, &kinds, self.seed)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a count is within the count"
)]
fn share_of(count: usize, share: f64) -> usize {
    (count as f64 * share) as usize
}
