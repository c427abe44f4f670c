//! What events do to the volume: a factor for each kind that was seen before.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use ringback_features::{Event, Events, Series};

/// The prior standard deviation of an event's effect on the log volume.
const PRIOR_SD: f64 = 0.5;

/// The least standard deviation between events of one kind.
const LEAST_SD: f64 = 0.1;

/// The standard deviation, as a share of the forecast, during an event of a kind that was never seen.
const UNKNOWN_SD: f64 = 0.5;

/// The learnt effect of one kind of event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EventEffect {
    /// How many past events of the kind it was learnt from.
    pub seen: usize,
    /// What the volume is multiplied by during such an event.
    pub factor: f64,
    /// The standard deviation of the next event's log factor.
    pub sd: f64,
}

/// What an event is taken to be like: its label, or else its name.
pub(super) fn kind(event: &Event) -> &str {
    event.kind().unwrap_or(event.name())
}

/// The events of a calendar, and what their kinds do.
#[derive(Clone, Debug, Default)]
pub(super) struct Effects {
    events: Events,
    by_kind: BTreeMap<String, EventEffect>,
}

/// What came during a past event beside what was to be expected without it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Occurrence {
    pub(super) came: f64,
    pub(super) expected: f64,
    /// The variance of the days' log totals.
    pub(super) variance: f64,
}

impl Effects {
    /// The events of which one knew at `as_of`.
    pub(super) fn known(events: &Events, as_of: DateTime<Utc>) -> Self {
        Self { events: events.known_as_of(as_of).cloned().collect(), by_kind: BTreeMap::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Event> {
        self.events.iter()
    }

    /// The intervals of a series during which an event goes on, by their middle.
    pub(super) fn slots_of<'a>(
        event: &'a Event,
        series: &'a Series,
    ) -> impl Iterator<Item = usize> + 'a {
        let half = TimeDelta::seconds(i64::from(series.interval().secs()) / 2);
        let from = series.index_of(event.starts_at().max(series.start()));
        let from = from.unwrap_or(series.len());
        let is_before_end = move |&at: &usize| series.at(at) + half < event.ends_at();
        (from..series.len())
            .take_while(is_before_end)
            .filter(move |&at| event.is_active_at(series.at(at) + half))
    }

    /// Learns each kind's factor: the mean log ratio of what came to what was expected, each with its own variance,
    /// drawn to no effect by the prior.
    pub(super) fn learn(&mut self, seen: &[(String, Occurrence)], dispersion: f64) {
        let mut kinds: BTreeMap<&str, Vec<(f64, f64)>> = BTreeMap::new();
        for (kind, it) in seen.iter().filter(|(_, it)| it.expected > 0.0) {
            let ratio = ((it.came + 0.5) / (it.expected + 0.5)).ln();
            let variance = it.variance + dispersion / it.expected.max(1.0);
            kinds.entry(kind).or_default().push((ratio, variance));
        }
        for (kind, ratios) in kinds {
            let count = ratios.len() as f64;
            let mean = ratios.iter().map(|it| it.0).sum::<f64>() / count;
            let squares: f64 = ratios.iter().map(|it| (it.0 - mean).powi(2)).sum();
            let noise = ratios.iter().map(|it| it.1).sum::<f64>() / count;
            let between = if ratios.len() > 1 { squares / (count - 1.0) - noise } else { 0.0 };
            let between = between.max(LEAST_SD * LEAST_SD);
            let (mut weights, mut sum) = (1.0 / (PRIOR_SD * PRIOR_SD), 0.0);
            for (ratio, variance) in &ratios {
                weights += 1.0 / (variance + between);
                sum += ratio / (variance + between);
            }
            let effect = EventEffect {
                seen: ratios.len(),
                factor: (sum / weights).exp(),
                sd: (between + 1.0 / weights).sqrt(),
            };
            self.by_kind.insert(kind.to_owned(), effect);
        }
    }

    /// The factor at an instant and the standard deviation that comes on top, as a share of the forecast.
    pub(super) fn at(&self, middle: DateTime<Utc>) -> (f64, f64) {
        let (mut factor, mut variance) = (1.0, 0.0);
        for event in self.events.active_at(middle) {
            if let Some(effect) = self.by_kind.get(kind(event)) {
                factor *= effect.factor;
                variance += effect.sd * effect.sd;
            } else {
                variance += UNKNOWN_SD * UNKNOWN_SD;
            }
        }
        (factor, f64::sqrt(variance))
    }

    pub(super) fn by_kind(&self) -> &BTreeMap<String, EventEffect> {
        &self.by_kind
    }
}
