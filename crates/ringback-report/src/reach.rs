//! When customers pick up: what attempts to reach them tell, worked out once.
//!
//! `segment` (when whom), `month` (contact by month), `section` (on the page); `staff`, `windows` and
//! `windows_section`: the callback windows of next week.

mod month;
mod section;
mod segment;
mod staff;
mod windows;
mod windows_section;

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::CallLog;
use ringback_reach::{
    AttemptLog, ContactKpis, Evaluation, FittedReach, ModelChoice, ReachBacktest, ReachLearning,
    Reliability, Segment, TimeEffect, TimeEffectTest,
};
use serde::Serialize;

pub use self::month::ContactMonth;
pub(crate) use self::section::reach_section;
pub use self::segment::SegmentHours;
pub(crate) use self::windows::Inputs as WindowInputs;
pub use self::windows::{CallbackDay, CallbackWindow, CallbackWindows};
pub(crate) use self::windows_section::windows_section;
use crate::Error;

/// The share of the attempts, in percent, that are learned from before the rest is told.
const TRAIN_PERCENT: usize = 75;

/// A longer pause ends an effort to reach somebody. Unit: days.
const PAUSE_DAYS: i64 = 14;

/// Groups of a reliability diagram, at most, and the attempts that each needs.
const MOST_BINS: usize = 10;
const ROWS_A_BIN: usize = 30;

/// Where attempts come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "source", content = "name", rename_all = "snake_case")]
#[non_exhaustive]
pub enum AttemptsFrom {
    /// From the outbound calls of the log.
    OutboundCalls,
    /// From a table of attempts at the same customers, by its name.
    Table(String),
    /// Made up, by their name: they show what the report can say, and say nothing of the log's customers.
    MadeUp(String),
}

/// What attempts to reach customers tell.
///
/// What is told of attempts is told by the rate table, which needs no trial of learners. Segments with fewer than five
/// customers are not shown.
#[derive(Debug)]
pub struct ReachKpis {
    /// Where the attempts come from.
    pub from: AttemptsFrom,
    /// Attempts.
    pub attempts: usize,
    /// Customers who were tried.
    pub customers: usize,
    /// The first attempt.
    pub first: DateTime<Utc>,
    /// The last.
    pub last: DateTime<Utc>,
    /// What it took to reach customers; a pause of more than 14 days ends an effort.
    pub contact: ContactKpis,
    /// The same by month, earliest first.
    pub months: Vec<ContactMonth>,
    /// Whether the time of an attempt matters at all.
    pub time_effect: TimeEffect,
    /// How good the probabilities were that a model, fitted to the first three quarters of the attempts, told of the rest.
    pub scores: Result<ReachScores, Error>,
    /// When customers of whom nothing else is known pick up, by segment, most attempts first; by a model of all attempts.
    pub segments: Result<Vec<SegmentHours>, Error>,
    model: Option<FittedReach>,
}

/// How good told probabilities were.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReachScores {
    /// Attempts before this instant were learned from.
    pub train_until: DateTime<Utc>,
    /// How many.
    pub trained: usize,
    /// Scores of the rest, beside baselines.
    pub evaluation: Evaluation,
    /// What was told beside what came.
    pub reliability: Reliability,
}

impl ReachKpis {
    /// What the outbound calls of a log tell.
    ///
    /// # Errors
    ///
    /// [`Error::NoAttempts`] if there are none to a customer whom the log names.
    pub fn of_calls(log: &CallLog) -> Result<Self, Error> {
        let attempts = AttemptLog::from_calls(&log.calls, log.observed.zone)?.log;
        Self::of(&attempts, AttemptsFrom::OutboundCalls)
    }

    /// What attempts tell.
    ///
    /// # Errors
    ///
    /// [`Error::NoAttempts`] if there are none.
    pub fn of(log: &AttemptLog, from: AttemptsFrom) -> Result<Self, Error> {
        let ends = (log.attempts().first(), log.attempts().last());
        let (Some(first), Some(last)) = ends else { return Err(Error::NoAttempts) };
        let customers: BTreeSet<_> = log.attempts().iter().map(|it| it.customer).collect();
        let pause = TimeDelta::days(PAUSE_DAYS);
        let learned = learning().fit(log);
        let segments = match &learned {
            Ok(model) => Ok(segment::by_segment(log, model)),
            Err(error) => Err(error.clone().into()),
        };
        Ok(Self {
            from,
            attempts: log.attempts().len(),
            customers: customers.len(),
            first: first.attempted_at,
            last: last.attempted_at,
            contact: ContactKpis::of(log, pause),
            months: month::by_month(log, pause),
            time_effect: TimeEffectTest::new().run(log)?,
            scores: scores(log),
            segments,
            model: learned.ok(),
        })
    }

    /// The model and the segment with most attempts, where the attempts are at the log's own customers and show that the
    /// time of a call matters.
    pub(crate) fn own_model(&self) -> Option<(&FittedReach, Option<&Segment>)> {
        let is_own = !matches!(self.from, AttemptsFrom::MadeUp(_)) && self.time_effect.is_shown();
        let model = self.model.as_ref().filter(|_| is_own)?;
        let first = self.segments.as_ref().ok().and_then(|it| it.first());
        Some((model, first.and_then(|it| it.segment.as_ref())))
    }
}

fn learning() -> ReachLearning {
    ReachLearning::new().model(ModelChoice::Rate)
}

/// Fits to the days of the first three quarters of the attempts, and tells the rest.
fn scores(log: &AttemptLog) -> Result<ReachScores, Error> {
    let zone = log.zone();
    let split = log.attempts().get(log.attempts().len() * TRAIN_PERCENT / 100);
    let at = split.map_or(DateTime::UNIX_EPOCH, |it| it.attempted_at);
    let train_until = zone.start_of_day(zone.date(at));
    let test = ReachBacktest::new(train_until);
    let training = test.training(log);
    let trained = training.attempts().len();
    let mut model = learning().fit(&training)?;
    let backtest = test.walk(log, &mut model)?;
    let bins = (backtest.evaluation.all.rows / ROWS_A_BIN).clamp(1, MOST_BINS);
    let reliability = backtest.reliability(bins)?;
    let mut evaluation = backtest.evaluation;
    evaluation.by_segment.retain(|it| it.customers >= segment::LEAST_CUSTOMERS);
    Ok(ReachScores { train_until, trained, evaluation, reliability })
}
