//! Wait predictions replayed over a log without looking ahead, and their scores.

mod scores;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use ringback_calllog::{Call, Zone};

pub use self::scores::{WaitReport, WaitScores};
use crate::announce::{AnnounceBoard, Announcement};
use crate::center::{Center, PriorityCredits};
use crate::replay::{Arrival, Replay, Step};
use crate::wait::{
    ENOUGH, Engine, Learned, Rows, ServiceTimes, WaitForecast, WaitLearning, known_wait,
};
use crate::{CallerType, Error};

/// Answered callers without whom there is nothing to predict from.
const LEAST: usize = 30;

/// Days after which a daily update grows all trees anew.
const TREES_LAST: TimeDelta = TimeDelta::weeks(4);

/// When a model learns anew during a backtest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Update {
    /// Never: its trees know what was known when the training ended. The margins of its intervals adapt to every wait that
    /// ends, as they would in a live system.
    #[default]
    Never,
    /// At the start of each civil day: trees are added that correct the errors of the last four weeks, every fourth week all
    /// are grown anew; and the first model is learned on the first day on which there are callers enough.
    Daily(Zone),
}

/// A replay of wait predictions: each caller who entered a queue is predicted from what was known at that moment.
///
/// By a [`WaitModel`](crate::WaitModel) that learns from the calls before a moment, or, where fewer than 500 callers had been
/// answered by then, by queueing theory: [`WaitForecast::method`](crate::WaitForecast::method) says which.
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
    learning: WaitLearning,
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
    pub announced_secs: [Option<f64>; Announcement::ALL.len()],
}

impl WaitBacktest {
    /// A replay that learns from what was known by `train_until` and predicts every caller from then on.
    pub fn new(train_until: DateTime<Utc>) -> Self {
        let learning = WaitLearning::new(Zone::UTC);
        Self { train_until, update: Update::Never, learning }
    }

    /// When the model learns anew. Default: [`Update::Never`].
    #[must_use]
    pub fn update(self, update: Update) -> Self {
        Self { update, ..self }
    }

    /// How the model is learned, and in which zone's hours and weekdays. Default: [`WaitLearning::new`] in UTC.
    #[must_use]
    pub fn learning(self, learning: WaitLearning) -> Self {
        Self { learning, ..self }
    }

    /// Replays a log. A call that queues more than once is predicted when it first does.
    ///
    /// # Errors
    ///
    /// [`Error::TooFewAnswers`] if fewer than 30 callers had been answered from a queue by the end of the training,
    /// [`Error::NoServices`] if nobody's service had ended, [`Error::TooManyCalls`] as [`replay`](crate::replay).
    pub fn run(&self, calls: &[Call]) -> Result<WaitReport, Error> {
        let mut run = Run::new(self, calls)?;
        for step in Replay::new(calls)? {
            run.step(&step)?;
        }
        WaitReport::of(calls, run.predictions)
    }
}

/// A replay on its way.
struct Run<'a> {
    settings: &'a WaitBacktest,
    calls: &'a [Call],
    classes: Vec<CallerType>,
    engine: Engine,
    board: AnnounceBoard,
    services: ServiceTimes<'a>,
    rows: Rows,
    has_begun: bool,
    /// The last day on which it learned.
    learned_on: Option<NaiveDate>,
    predictions: Vec<WaitPrediction>,
}

impl<'a> Run<'a> {
    fn new(settings: &'a WaitBacktest, calls: &'a [Call]) -> Result<Self, Error> {
        let until = settings.train_until;
        let replay = Replay::new(calls)?;
        let credits = PriorityCredits::learn(calls, until);
        let engine = Engine::new(Center::new(settings.learning.zone(), credits));
        let services = ServiceTimes::of(calls, until);
        let run = Self {
            settings,
            calls,
            classes: replay.classes(),
            engine,
            board: AnnounceBoard::default(),
            services,
            rows: Rows::default(),
            has_begun: false,
            learned_on: None,
            predictions: Vec::new(),
        };
        run.check(replay)?;
        Ok(run)
    }

    /// Checks that there is anything to predict from.
    fn check(&self, replay: Replay<'_>) -> Result<(), Error> {
        let until = self.settings.train_until;
        let known =
            |it: &Step| it.arrival.is_some_and(|it| known_wait(self.calls, &it, until).is_some());
        let got = replay.filter(known).take(LEAST).count();
        if got < LEAST {
            return Err(Error::TooFewAnswers { got, needed: LEAST });
        }
        self.services.mean_of_all().map(|_| ()).ok_or(Error::NoServices { until })
    }

    fn step(&mut self, step: &Step) -> Result<(), Error> {
        let at = step.tick.at;
        if let Some(arrival) = step.arrival {
            self.learn(arrival.queued_at)?;
            let asker = step.tick.asker();
            let features = self.engine.center.features(at, asker);
            if arrival.is_first(self.calls) {
                self.rows.push(arrival, asker, &features);
                if self.has_begun
                    && let Some(forecast) = self.engine.enter(&step.tick, &features)
                {
                    let mut inputs =
                        self.board.inputs(&step.tick, arrival.seen, &self.engine.center, &features);
                    inputs.service_secs_mean =
                        self.services.mean_or_of_all(arrival.queue(self.calls));
                    self.predictions.push(WaitPrediction {
                        arrival,
                        wait_secs: self.calls[arrival.call].wait().map(TimeDelta::as_seconds_f64),
                        forecast,
                        announced_secs: Announcement::ALL.map(|it| it.wait_secs(&inputs)),
                    });
                }
            }
        }
        self.board.apply(&step.tick);
        self.engine.apply(&step.tick);
        Ok(())
    }

    /// Learns, if it is time to.
    fn learn(&mut self, now: DateTime<Utc>) -> Result<(), Error> {
        let until = self.settings.train_until;
        if now < until {
            return Ok(());
        }
        if !self.has_begun {
            self.has_begun = true;
            self.fit(until)?;
        }
        let Update::Daily(zone) = self.settings.update else { return Ok(()) };
        let today = zone.date(now);
        let begins = zone.start_of_day(today);
        if self.learned_on == Some(today) || begins <= until {
            return Ok(());
        }
        self.learned_on = Some(today);
        match self.engine.model() {
            Some(model) if begins - model.until() < TREES_LAST => {
                let correction = self.learned().correct(model, begins)?;
                self.engine.set_correction(correction);
                Ok(())
            }
            _ => self.fit(begins),
        }
    }

    /// Fits all trees, if there are callers enough.
    fn fit(&mut self, until: DateTime<Utc>) -> Result<(), Error> {
        match self.learned().fit(until, &self.engine.credits()) {
            Ok(model) => self.engine.set_model(model, &self.classes),
            Err(Error::TooFewAnswers { needed: ENOUGH, .. }) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    fn learned(&self) -> Learned<'_> {
        let Self { settings, calls, rows, classes, .. } = self;
        Learned { learning: settings.learning, calls, rows, classes }
    }
}
