//! Wait predictions replayed over a log without looking ahead, and their scores.

use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{Call, Outcome, QueueId, Zone};
use serde::Serialize;

use crate::announce::Announcement;
use crate::concordance::{WaitSeen, concordance};
use crate::replay::{Arrival, replay};
use crate::wait::{WaitForecast, WaitProfile};
use crate::{Error, IntervalScores, PointScores};

/// When a model learns anew during a backtest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Update {
    /// Never: it knows what was known when the training ended.
    #[default]
    Never,
    /// At the start of each civil day, from everything known by then.
    Daily(Zone),
}

/// A replay of wait predictions: each caller who entered a queue is predicted from what was known at that moment.
///
/// # Example
///
/// ```
/// use ringback_forecast::{Error, WaitBacktest};
///
/// let nothing = WaitBacktest::new("1999-06-01T00:00:00Z".parse()?).run(&[]);
/// assert!(matches!(nothing, Err(Error::TooFewAnswers { got: 0, .. })));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitBacktest {
    train_until: DateTime<Utc>,
    update: Update,
}

/// One caller's prediction, and how it turned out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WaitPrediction {
    /// The state that the caller met.
    pub arrival: Arrival,
    /// How long they waited, in seconds; a lower bound for one who hung up, absent where the log does not say.
    pub wait_secs: Option<f64>,
    /// The prediction.
    pub forecast: WaitForecast,
    /// What each of [`Announcement::ALL`] would have said, in that order, in seconds.
    pub announced_secs: [Option<f64>; 4],
}

/// Scores of one way to predict waits, on answered calls.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WaitScores {
    /// Answered calls scored: those with a prediction.
    pub calls: usize,
    /// Mean absolute error in seconds: of the median, where there is one.
    pub mae_secs: Option<f64>,
    /// Root mean squared error in seconds: of the mean, where there is one.
    pub rmse_secs: Option<f64>,
    /// The root mean squared error over the mean wait.
    pub rmse_over_mean: Option<f64>,
    /// Mean of prediction less wait, in seconds: of the mean, where there is one.
    pub bias_secs: Option<f64>,
    /// The share of waits from the 10 % to the 90 % quantile; 0.8 is right. Absent for a single number.
    pub coverage_p10_p90: Option<f64>,
    /// Whether those who were told to wait longer did: [`concordance`] over all callers with a known wait, those who
    /// hung up as censored.
    pub concordance: Option<f64>,
}

/// What a replay of predictions found.
#[derive(Clone, Debug, PartialEq)]
pub struct WaitReport {
    /// Every caller who entered a queue at or after the end of the training, in order, each once.
    pub predictions: Vec<WaitPrediction>,
    /// Callers among them who were answered after a known wait.
    pub answered: usize,
    /// Their mean wait in seconds.
    pub mean_wait_secs: Option<f64>,
    /// The model's scores.
    pub model: WaitScores,
    /// The scores of each of [`Announcement::ALL`], in that order.
    pub announcements: Vec<(Announcement, WaitScores)>,
}

impl WaitBacktest {
    /// A replay that learns from what was known by `train_until` and predicts every caller from then on.
    pub fn new(train_until: DateTime<Utc>) -> Self {
        Self { train_until, update: Update::Never }
    }

    /// When the model learns anew. Default: [`Update::Never`].
    #[must_use]
    pub fn update(self, update: Update) -> Self {
        Self { update, ..self }
    }

    /// Replays a log. A call that queues more than once is predicted when it first does.
    ///
    /// # Errors
    ///
    /// [`Error::TooFewAnswers`] and [`Error::NoServices`] as [`WaitProfile::fit`], [`Error::TooManyCalls`] as
    /// [`replay`].
    pub fn run(&self, calls: &[Call]) -> Result<WaitReport, Error> {
        let arrivals = replay(calls)?;
        let mut model = WaitProfile::fit(calls, &arrivals, self.train_until)?;
        let mut learned_on = None;
        let mut predictions = Vec::new();
        for arrival in arrivals.iter().filter(|it| it.queued_at >= self.train_until) {
            if !arrival.is_first(calls) {
                continue;
            }
            if let Update::Daily(zone) = self.update {
                let today = zone.date(arrival.queued_at);
                let begins = zone.start_of_day(today);
                if learned_on != Some(today) && begins > self.train_until {
                    model = WaitProfile::fit(calls, &arrivals, begins)?;
                    learned_on = Some(today);
                }
            }
            predictions.push(predict(&model, calls, arrival));
        }
        WaitReport::of(calls, predictions)
    }
}

fn predict(model: &WaitProfile, calls: &[Call], arrival: &Arrival) -> WaitPrediction {
    let queue: Option<&QueueId> = arrival.queue(calls);
    let service_secs = model.service_secs_mean(queue);
    WaitPrediction {
        arrival: *arrival,
        wait_secs: calls[arrival.call].wait().map(TimeDelta::as_seconds_f64),
        forecast: model.predict(queue, &arrival.seen),
        announced_secs: Announcement::ALL.map(|it| it.wait_secs(&arrival.seen, Some(service_secs))),
    }
}

impl WaitReport {
    fn of(calls: &[Call], predictions: Vec<WaitPrediction>) -> Result<Self, Error> {
        let scored = Scored { calls, predictions: &predictions };
        let waits: Vec<f64> = scored.answered().filter_map(|it| it.wait_secs).collect();
        let mean_wait_secs =
            (!waits.is_empty()).then(|| waits.iter().sum::<f64>() / waits.len() as f64);
        let mut model =
            scored.scores(|it| Some(it.forecast.mean_secs), |it| Some(it.forecast.p50_secs))?;
        model.coverage_p10_p90 = scored.coverage()?;
        let mut announcements = Vec::new();
        for (at, announcement) in Announcement::ALL.into_iter().enumerate() {
            let said = |it: &WaitPrediction| it.announced_secs[at];
            announcements.push((announcement, scored.scores(said, said)?));
        }
        let answered = waits.len();
        Ok(Self { predictions, answered, mean_wait_secs, model, announcements })
    }
}

/// Predictions that are being scored.
struct Scored<'a> {
    calls: &'a [Call],
    predictions: &'a [WaitPrediction],
}

impl<'a> Scored<'a> {
    fn is_answered(&self, prediction: &WaitPrediction) -> bool {
        self.calls[prediction.arrival.call].outcome == Outcome::Answered
    }

    /// Those who were answered after a known wait.
    fn answered(&self) -> impl Iterator<Item = &'a WaitPrediction> + '_ {
        self.predictions.iter().filter(|it| it.wait_secs.is_some() && self.is_answered(it))
    }

    fn scores(
        &self,
        mean: impl Fn(&WaitPrediction) -> Option<f64>,
        median: impl Fn(&WaitPrediction) -> Option<f64>,
    ) -> Result<WaitScores, Error> {
        let (mut waits, mut means, mut medians) = (Vec::new(), Vec::new(), Vec::new());
        for prediction in self.answered() {
            if let (Some(mean), Some(median)) = (mean(prediction), median(prediction)) {
                waits.push(prediction.wait_secs);
                means.push(mean);
                medians.push(median);
            }
        }
        let by_mean = PointScores::new(&waits, &means)?;
        let by_median = PointScores::new(&waits, &medians)?;
        let mean_wait = waits.iter().flatten().sum::<f64>() / waits.len() as f64;
        let seen: Vec<WaitSeen> = self
            .predictions
            .iter()
            .filter_map(|it| {
                let (wait_secs, predicted_secs) = (it.wait_secs?, mean(it)?);
                Some(WaitSeen { wait_secs, answered: self.is_answered(it), predicted_secs })
            })
            .collect();
        Ok(WaitScores {
            calls: by_mean.scored(),
            mae_secs: by_median.mae(),
            rmse_secs: by_mean.rmse(),
            rmse_over_mean: by_mean.rmse().map(|it| it / mean_wait).filter(|it| it.is_finite()),
            bias_secs: by_mean.bias(),
            coverage_p10_p90: None,
            concordance: concordance(&seen),
        })
    }

    fn coverage(&self) -> Result<Option<f64>, Error> {
        let waits: Vec<_> = self.answered().map(|it| it.wait_secs).collect();
        let lower: Vec<_> = self.answered().map(|it| it.forecast.p10_secs).collect();
        let upper: Vec<_> = self.answered().map(|it| it.forecast.p90_secs).collect();
        Ok(IntervalScores::new(&waits, &lower, &upper)?.coverage())
    }
}
