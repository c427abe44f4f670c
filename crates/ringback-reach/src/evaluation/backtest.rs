//! Walking a log forward: each attempt is told a probability before its outcome is seen.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ringback_calllog::Customer;

use super::{BaselineKind, Evaluation, RateBaseline, Scored};
use crate::{
    Ask, Attempt, AttemptLog, Error, HourPolicy, InboundContact, LoggedChoice, ReachLearning,
    ReachModel,
};

/// A model that takes in what happens after it was fitted.
pub trait FollowingModel: ReachModel {
    /// Takes in an attempt, which is later than all before.
    fn observe(&mut self, attempt: &Attempt);

    /// Takes in a call of a customer, which is later than all before.
    fn observe_inbound(&mut self, contact: InboundContact);
}

/// Splits a log by time: models are fitted to what came before, and walk through the rest.
///
/// Attempts at one instant are asked for together, before the outcome of any is seen; calls of customers are seen once they are
/// earlier than the attempt. The baselines are fitted and walk along in the same way, so that they know as much as the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReachBacktest {
    train_until: DateTime<Utc>,
}

/// What a model said of each attempt that it walked through, and its scores.
#[derive(Clone, Debug, PartialEq)]
pub struct Backtest {
    /// The attempts at or after the split, earliest first.
    pub rows: Vec<BacktestRow>,
    /// Scores of those whose outcome tells.
    pub evaluation: Evaluation,
}

/// One attempt that a model walked through.
#[derive(Clone, Debug, PartialEq)]
pub struct BacktestRow {
    /// Its place in the log, from 0.
    pub attempt: usize,
    /// Attempts at this customer with a known outcome before it.
    pub history: usize,
    /// What the model said. Range: 0 to 1.
    pub probability: f64,
    /// What the baselines said, in the order of [`BaselineKind::ALL`].
    pub baselines: Vec<f64>,
    /// Whether a person answered; absent where the attempt does not tell.
    pub is_reached: Option<bool>,
}

impl ReachBacktest {
    /// A split at an instant: what is earlier is learned from.
    pub fn new(train_until: DateTime<Utc>) -> Self {
        Self { train_until }
    }

    /// What a model is to be fitted to.
    pub fn training(&self, log: &AttemptLog) -> AttemptLog {
        log.before(self.train_until)
    }

    /// Fits a model to what came before the split, and walks it through the rest.
    ///
    /// # Errors
    ///
    /// As [`ReachLearning::fit`] and [`ReachBacktest::walk`].
    pub fn run(&self, log: &AttemptLog, learning: &ReachLearning) -> Result<Backtest, Error> {
        let mut model = learning.fit(&self.training(log))?;
        self.walk(log, &mut model)
    }

    /// Walks a model, fitted to [`ReachBacktest::training`], through the rest of a log.
    ///
    /// # Errors
    ///
    /// [`Error::TooFewAttempts`] if no attempt at or after the split tells, [`Error::Learn`] for a model that says what is no
    /// probability.
    pub fn walk(
        &self,
        log: &AttemptLog,
        model: &mut dyn FollowingModel,
    ) -> Result<Backtest, Error> {
        let training = self.training(log);
        let mut baselines = BaselineKind::ALL.map(|it| RateBaseline::fit(it, &training));
        let mut history: BTreeMap<Customer, usize> = BTreeMap::new();
        for attempt in training.attempts() {
            remember(&mut history, attempt);
        }
        let mut rows = Vec::new();
        self.follow(
            log,
            model,
            |at| at,
            |model, start, together| {
                for (place, attempt) in together.iter().enumerate() {
                    let ask = ask(attempt);
                    let told = |it: &dyn ReachModel| it.reachability(&ask).probability;
                    rows.push(BacktestRow {
                        attempt: start + place,
                        history: history.get(&attempt.customer).copied().unwrap_or(0),
                        probability: told(model),
                        baselines: baselines.iter().map(|it| told(it)).collect(),
                        is_reached: attempt.outcome.is_reached(),
                    });
                }
                for attempt in together {
                    for baseline in &mut baselines {
                        baseline.observe(attempt);
                    }
                    remember(&mut history, attempt);
                }
            },
        );
        let evaluation = evaluate(log, &rows)?;
        Ok(Backtest { rows, evaluation })
    }

    /// What the rest of a log tells of a policy that follows a model, fitted to [`ReachBacktest::training`] and walking along.
    ///
    /// The policy chooses before each day, in the log's zone: the model sees what came of a day's attempts when the day is
    /// over. It would otherwise choose among hours of which some have passed, and know what came of them.
    pub fn choices(
        &self,
        log: &AttemptLog,
        model: &mut dyn FollowingModel,
        policy: HourPolicy,
    ) -> Vec<LoggedChoice> {
        let zone = log.zone();
        let day = |at: DateTime<Utc>| zone.start_of_day(zone.date(at));
        let mut choices = Vec::new();
        self.follow(log, model, day, |model, _, together| {
            let told = together.iter().filter_map(|it| policy.choice(it, zone, model));
            choices.extend(told);
        });
        choices
    }

    /// Visits the attempts of the rest of a log, those that are decided at one instant together, with the place of the
    /// first; afterwards the model sees them.
    fn follow(
        &self,
        log: &AttemptLog,
        model: &mut dyn FollowingModel,
        decided_at: impl Fn(DateTime<Utc>) -> DateTime<Utc>,
        mut visit: impl FnMut(&dyn FollowingModel, usize, &[Attempt]),
    ) {
        let mut place = log.attempts().partition_point(|it| it.attempted_at < self.train_until);
        let known = log.inbound_contacts().partition_point(|it| it.at < self.train_until);
        let mut inbound = log.inbound_contacts().iter().skip(known).peekable();
        let rest = log.attempts().get(place..).unwrap_or_default();
        let decided = |it: &Attempt| decided_at(it.attempted_at);
        for together in rest.chunk_by(|a, b| decided(a) == decided(b)) {
            let Some(at) = together.first().map(decided) else { continue };
            while let Some(contact) = inbound.next_if(|it| it.at < at) {
                model.observe_inbound(*contact);
            }
            visit(model, place, together);
            for attempt in together {
                model.observe(attempt);
            }
            place += together.len();
        }
    }
}

/// The question that an attempt was the answer to.
fn ask(attempt: &Attempt) -> Ask<'_> {
    Ask {
        kind: attempt.kind,
        segment: attempt.segment.as_ref(),
        zone: attempt.zone,
        signals: &attempt.signals,
        ..Ask::new(attempt.customer, attempt.attempted_at)
    }
}

fn remember(history: &mut BTreeMap<Customer, usize>, attempt: &Attempt) {
    if attempt.outcome.is_reached().is_some() {
        *history.entry(attempt.customer).or_default() += 1;
    }
}

fn evaluate(log: &AttemptLog, rows: &[BacktestRow]) -> Result<Evaluation, Error> {
    let scored = |it: &BacktestRow| {
        let attempt = log.attempts().get(it.attempt)?;
        Some(Scored {
            customer: attempt.customer,
            segment: attempt.segment.clone(),
            history: it.history,
            is_reached: it.is_reached?,
            probability: it.probability,
            baselines: it.baselines.clone(),
        })
    };
    let rows: Vec<Scored> = rows.iter().filter_map(scored).collect();
    if rows.is_empty() {
        return Err(Error::TooFewAttempts { got: 0, needed: 1 });
    }
    Evaluation::of(&rows, &BaselineKind::ALL.map(BaselineKind::as_str))
}
