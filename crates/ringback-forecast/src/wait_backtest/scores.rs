//! How good the predictions were.

use ringback_calllog::{Call, Outcome};
use serde::Serialize;

use super::WaitPrediction;
use crate::announce::Announcement;
use crate::concordance::{WaitSeen, concordance};
use crate::{Error, IntervalScores, PointScores, WaitForecast};

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
    /// The share of waits in the 90 % interval; 0.9 is right. Absent for a single number.
    pub coverage_90: Option<f64>,
    /// The mean width of the 90 % interval in seconds. Absent for a single number.
    pub width_90_secs: Option<f64>,
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

impl WaitReport {
    pub(super) fn of(calls: &[Call], predictions: Vec<WaitPrediction>) -> Result<Self, Error> {
        let scored = Scored { calls, predictions: &predictions };
        let waits: Vec<f64> = scored.answered().filter_map(|it| it.wait_secs).collect();
        let mean_wait_secs =
            (!waits.is_empty()).then(|| waits.iter().sum::<f64>() / waits.len() as f64);
        let mut model =
            scored.scores(|it| Some(it.forecast.mean_secs), |it| Some(it.forecast.p50_secs))?;
        model.coverage_p10_p90 = scored.interval(|it| (it.p10_secs, it.p90_secs))?.0;
        (model.coverage_90, model.width_90_secs) =
            scored.interval(|it| (it.lower_90_secs, it.upper_90_secs))?;
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
            coverage_90: None,
            width_90_secs: None,
            concordance: concordance(&seen),
        })
    }

    /// How often waits were within bounds, and how far apart these were on average.
    fn interval(
        &self,
        of: fn(&WaitForecast) -> (f64, f64),
    ) -> Result<(Option<f64>, Option<f64>), Error> {
        let waits: Vec<_> = self.answered().map(|it| it.wait_secs).collect();
        let (lower, upper): (Vec<_>, Vec<_>) = self.answered().map(|it| of(&it.forecast)).unzip();
        let scores = IntervalScores::new(&waits, &lower, &upper)?;
        Ok((scores.coverage(), scores.mean_width()))
    }
}
