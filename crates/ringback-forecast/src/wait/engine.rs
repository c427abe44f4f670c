//! A center with its model: what the backtest replays and what a live feed drives.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::calibration::{Bounds, Calibration};
use super::model::{Correction, WaitModel};
use super::{WaitForecast, theory};
use crate::center::{Asker, Center, Features, PriorityCredits, Tick, secs};
use crate::queue_state::QueueEventKind;
use crate::{CallerType, Error};

/// A caller who was given a forecast and still waits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Pending {
    code: Option<usize>,
    bounds: Bounds,
}

/// A center and, once there is one, its model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Engine {
    pub(crate) center: Center,
    model: Option<Box<WaitModel>>,
    /// The model's, as it has adapted since.
    calibration: Option<Calibration>,
    /// The place of each class among the model's types.
    codes: Vec<Option<usize>>,
    pending: BTreeMap<u32, Pending>,
}

impl Engine {
    pub(crate) fn new(center: Center) -> Self {
        let (codes, pending) = (Vec::new(), BTreeMap::new());
        Self { center, model: None, calibration: None, codes, pending }
    }

    /// Takes a model. The first one brings its margins; later ones go on with those that have adapted, unless their types
    /// differ.
    pub(crate) fn set_model(&mut self, model: WaitModel, classes: &[CallerType]) {
        self.codes = super::learning::codes(&model.types, classes);
        let goes_on = self.model.as_ref().is_some_and(|it| it.types == model.types);
        if !goes_on {
            self.calibration = Some(model.calibration.clone());
            self.pending.clear();
        }
        self.model = Some(Box::new(model));
    }

    /// Checks an engine that was saved against the number of its types.
    pub(crate) fn check(&self, classes: usize) -> Result<(), Error> {
        self.center.check(classes)?;
        let types = self.model.as_ref().map_or(0, |it| it.types.len());
        let is_type = |it: &Option<usize>| it.is_none_or(|it| it < types);
        let of_waiting = self.pending.values().map(|it| &it.code);
        if self.codes.len() != classes || !self.codes.iter().chain(of_waiting).all(is_type) {
            let got = self.codes.len();
            return Err(Error::Saved(format!(
                "{got} types of a model, expected {classes} below {types}"
            )));
        }
        if self.model.is_some() != self.calibration.is_some() {
            return Err(Error::Saved("a model and margins of it, expected both or neither".into()));
        }
        Ok(())
    }

    pub(crate) fn model(&self) -> Option<&WaitModel> {
        self.model.as_deref()
    }

    pub(crate) fn set_correction(&mut self, correction: Option<Correction>) {
        if let Some(model) = &mut self.model {
            model.correction = correction;
        }
    }

    /// A class that was not seen before has the next number.
    pub(crate) fn add_class(&mut self, class: &CallerType) {
        self.codes.push(self.model.as_ref().and_then(|it| it.code(class)));
    }

    pub(crate) fn credits(&self) -> PriorityCredits {
        self.center.credits().clone()
    }

    /// Takes an event; learns from an answer to a caller who had been given a forecast.
    pub(crate) fn apply(&mut self, tick: &Tick) {
        if let QueueEventKind::Leaves { answered } | QueueEventKind::LeavesAtOnce { answered } =
            tick.kind
            && let Some(pending) = self.pending.remove(&tick.open)
            && let Some(calibration) = &mut self.calibration
            && answered
            && tick.at > tick.since
        {
            calibration.observe(pending.code, &pending.bounds, secs(tick.at - tick.since));
        }
        self.center.apply(tick);
    }

    /// Forgets a caller whose end was lost.
    pub(crate) fn forget(&mut self, open: u32) {
        self.pending.remove(&open);
    }

    fn code(&self, asker: Asker) -> Option<usize> {
        self.codes.get(asker.class as usize).copied().flatten()
    }

    /// The forecast of a caller who enters, and remembers it to learn from.
    pub(crate) fn enter(&mut self, tick: &Tick, features: &Features) -> Option<WaitForecast> {
        let asker = tick.asker();
        let code = self.code(asker);
        let (Some(model), Some(calibration)) = (&self.model, &self.calibration) else {
            return theory::forecast(features);
        };
        let (forecast, bounds) = model.forecast(features, asker, code, calibration);
        self.pending.insert(tick.open, Pending { code, bounds });
        Some(forecast)
    }

    /// The forecast of a caller who would enter. Does not allocate.
    pub(crate) fn estimate(&self, asker: Asker, features: &Features) -> Option<WaitForecast> {
        let (Some(model), Some(calibration)) = (&self.model, &self.calibration) else {
            return theory::forecast(features);
        };
        Some(model.forecast(features, asker, self.code(asker), calibration).0)
    }
}
