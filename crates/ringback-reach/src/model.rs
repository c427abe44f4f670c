//! The fitted model of reachability: the rate table, a learner over it, and how well each kind did.

use chrono::{DateTime, Utc};
use ringback_calllog::Customer;
use ringback_learn::Calibrator;
use serde::{Deserialize, Serialize};

use crate::explain::{Stage, stages};
use crate::features::{
    OWN_FEATURES, Seasons, Sight, Summary, fill, log_odds, names as feature_names, slot_rate,
};
use crate::history::People;
use crate::learning::{Learner, ModelChoice, TrialResult};
use crate::rate::{Case, Posterior, Prior, RateTable};
use crate::{
    Ask, Attempt, FollowingModel, InboundContact, Method, ReachModel, ReachReason, Reachability,
};

/// A fitted model of when customers are reached, that follows what happens after it was fitted.
///
/// What it learned of all stays as it was fitted; what it knows of each customer grows with every attempt. Saved with
/// [`Saved`](ringback_learn::Saved) it keeps both: a saved model holds personal data, until
/// [`forget`](FittedReach::forget) erases it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FittedReach {
    pub(crate) rate: RateTable,
    learner: Option<Learner>,
    calibrator: Option<Calibrator>,
    seasons: Seasons,
    signal_names: Vec<String>,
    trials: Vec<TrialResult>,
    notes: Vec<String>,
}

impl FittedReach {
    pub(crate) fn of_rate(rate: RateTable, seasons: Seasons, signal_names: &[String]) -> Self {
        let (signal_names, trials, notes) = (signal_names.to_vec(), Vec::new(), Vec::new());
        Self { rate, learner: None, calibrator: None, seasons, signal_names, trials, notes }
    }

    pub(crate) fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    pub(crate) fn set_learner(&mut self, learner: Option<Learner>) {
        self.learner = learner;
    }

    pub(crate) fn set_trial(&mut self, trials: Vec<TrialResult>, calibrator: Option<Calibrator>) {
        self.trials = trials;
        self.calibrator = calibrator;
    }

    pub(crate) fn prior(&self) -> &Prior {
        &self.rate.prior
    }

    pub(crate) fn seasons(&self) -> &Seasons {
        &self.seasons
    }

    /// The kind of model that answers.
    pub fn chosen(&self) -> ModelChoice {
        self.learner.as_ref().map_or(ModelChoice::Rate, Learner::choice)
    }

    /// How each kind of model did in the backtest, the simplest first; empty without a backtest.
    pub fn trials(&self) -> &[TrialResult] {
        &self.trials
    }

    /// What a reader of the answers should know: why the rate table answers in place of the model asked for, and the like.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The rate table under the model.
    pub fn rate_table(&self) -> &RateTable {
        &self.rate
    }

    /// Takes in an attempt, which is later than all before.
    pub fn observe(&mut self, attempt: &Attempt) {
        self.rate.observe(attempt);
    }

    /// Takes in a call of a customer, which is later than all before.
    pub fn observe_inbound(&mut self, contact: InboundContact) {
        self.rate.observe_inbound(contact);
    }

    /// Erases all that is known of a customer, and says whether there was anything.
    pub fn forget(&mut self, customer: &Customer) -> bool {
        self.rate.forget(customer)
    }

    /// The same model knowing nobody: what it learned of all, and nothing of a person.
    #[must_use]
    pub fn without_customers(&self) -> Self {
        let mut copy = self.clone();
        copy.rate.people = People::default();
        copy
    }

    /// What the learner sees of an ask, with the names of the features: the rate table's answer as log-odds first, then the
    /// segment's, then history, clock, season and kind, and the signals last. NaN is a missing value.
    pub fn features(&self, ask: &Ask<'_>) -> Vec<(String, f64)> {
        let prior = &self.rate.prior;
        let case = self.rate.case(ask);
        let posterior = self.rate.believed(&case);
        let summary = case.person.map(Summary::of);
        let sight = Sight {
            case,
            rate: posterior.probability(prior, case.moment, case.context),
            slot: slot_rate(prior, &Posterior::start(prior, case.segment), &case),
            seasons: Some(&self.seasons),
            signals: ask.signals,
        };
        let mut row = vec![f64::NAN; OWN_FEATURES + self.signal_names.len()];
        fill(&sight, summary.as_ref(), &mut row);
        feature_names(&self.signal_names).into_iter().zip(row).collect()
    }

    /// The probability, made of the rate table's and all else that is known.
    pub(crate) fn probability(
        &self,
        view: &View<'_>,
        (rate, slot): (f64, f64),
        row: &mut Vec<f64>,
    ) -> f64 {
        let said = match &self.learner {
            None => rate,
            Some(learner) => {
                row.resize(OWN_FEATURES + self.signal_names.len(), f64::NAN);
                let sight = Sight {
                    case: view.case,
                    rate,
                    slot,
                    seasons: view.knows_moment.then_some(&self.seasons),
                    signals: view.signals,
                };
                fill(&sight, view.summary, row);
                let said = learner.predict_row(row);
                if said.is_finite() { said.clamp(0.0, 1.0) } else { rate }
            }
        };
        self.calibrator.as_ref().map_or(said, |it| it.calibrate(said))
    }

    fn method(&self) -> Method {
        if self.learner.is_some() { Method::Model } else { Method::RateTable }
    }

    /// The answer for a case of which the belief is known.
    pub(crate) fn answer(
        &self,
        view: &View<'_>,
        posterior: &Posterior,
        slot: f64,
        row: &mut Vec<f64>,
    ) -> Reachability {
        let (prior, case) = (&self.rate.prior, view.case);
        let rate = posterior.probability(prior, case.moment, case.context);
        let probability = self.probability(view, (rate, slot), row);
        let shift = log_odds(probability) - log_odds(rate);
        let ends = posterior.quantiles(prior, case.moment, case.context, [0.1, 0.9]);
        // The learner moves the customer's own rate as much as its mean.
        let [lower, upper] = ends.map(|it| 1.0 / (1.0 + (-log_odds(it) - shift).exp()));
        Reachability {
            probability,
            lower: lower.min(probability),
            upper: upper.max(probability),
            evidence: case.evidence(self.method()),
        }
    }

    fn stage_probability(&self, stage: &Stage<'_>) -> f64 {
        let prior = &self.rate.prior;
        let (case, posterior) = (stage.case, &stage.posterior);
        let rate = posterior.probability(prior, case.moment, case.context);
        let slot = slot_rate(prior, &Posterior::start(prior, case.segment), &case);
        let summary = case.person.map(Summary::of);
        let view = View {
            case,
            summary: summary.as_ref(),
            knows_moment: stage.knows_moment,
            signals: stage.signals,
        };
        self.probability(&view, (rate, slot), &mut Vec::new())
    }
}

/// What is looked at to answer, beside the belief.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    pub(crate) case: Case<'a>,
    pub(crate) summary: Option<&'a Summary>,
    pub(crate) knows_moment: bool,
    pub(crate) signals: &'a [f64],
}

impl ReachModel for FittedReach {
    fn name(&self) -> &'static str {
        self.chosen().as_str()
    }

    fn known_until(&self) -> Option<DateTime<Utc>> {
        self.rate.known_until()
    }

    fn reachability(&self, ask: &Ask<'_>) -> Reachability {
        let prior = &self.rate.prior;
        let case = self.rate.case(ask);
        let posterior = self.rate.believed(&case);
        let mut row = Vec::new();
        let (mut summary, mut slot) = (None, 0.5);
        if self.learner.is_some() {
            summary = case.person.map(Summary::of);
            slot = slot_rate(prior, &Posterior::start(prior, case.segment), &case);
        }
        let view =
            View { case, summary: summary.as_ref(), knows_moment: true, signals: ask.signals };
        self.answer(&view, &posterior, slot, &mut row)
    }

    fn explain(&self, ask: &Ask<'_>) -> ReachReason {
        stages(&self.rate, ask, |stage| self.stage_probability(stage))
    }
}

impl FollowingModel for FittedReach {
    fn observe(&mut self, attempt: &Attempt) {
        self.rate.observe(attempt);
    }

    fn observe_inbound(&mut self, contact: InboundContact) {
        self.rate.observe_inbound(contact);
    }
}

impl FollowingModel for RateTable {
    fn observe(&mut self, attempt: &Attempt) {
        Self::observe(self, attempt);
    }

    fn observe_inbound(&mut self, contact: InboundContact) {
        Self::observe_inbound(self, contact);
    }
}
