//! Baselines: rates of everybody, of the hour of the week, of a segment at a time of the week.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Timelike, Utc};
use serde::{Deserialize, Serialize};

use super::FollowingModel;
use crate::{
    Ask, Attempt, AttemptLog, Evidence, InboundContact, Method, ReachModel, ReachPart, ReachReason,
    Reachability, Segment,
};

/// The strength of a prior that cells do not differ from.
const MOST_STRENGTH: f64 = 1e6;
/// The first hours of the parts of a day: night and morning, noon, afternoon, evening.
const PARTS_FROM: [u32; 4] = [0, 12, 14, 17];

/// By what a baseline tells attempts apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BaselineKind {
    /// By nothing: the rate of all attempts.
    GlobalRate,
    /// By the local hour of the week, of 168.
    HourOfWeek,
    /// By segment, by working days against weekends, and by part of the day: to 12, to 14, to 17 o'clock, and after.
    SegmentSlot,
}

/// A baseline: the rate of each cell, pulled towards the rate of all as strongly as the cells' own spread says.
///
/// A cell's rate is `(s + m p) / (n + m)` with `s` of its `n` attempts answered, `p` the rate of all, and `m` from the cells'
/// variance beyond chance at the time of fitting. Until there is an attempt, the rate is ½.
///
/// # Source
///
/// Moments of beta-binomial counts \[`Kleinman1973`\].
#[derive(Clone, Debug, PartialEq)]
pub struct RateBaseline {
    kind: BaselineKind,
    cells: BTreeMap<Cell, Counts>,
    all: Counts,
    /// Attempts that the rate of all weighs as much as.
    strength: f64,
    log_zone: ringback_calllog::Zone,
    known_until: Option<DateTime<Utc>>,
}

/// A segment and a place in the week.
type Cell = (Option<Segment>, u32);

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Counts {
    attempts: u32,
    reached: u32,
}

impl BaselineKind {
    /// Every kind, the simplest first.
    pub const ALL: [Self; 3] = [Self::GlobalRate, Self::HourOfWeek, Self::SegmentSlot];

    /// Its name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GlobalRate => "global rate",
            Self::HourOfWeek => "hour-of-week rate",
            Self::SegmentSlot => "segment and slot rate",
        }
    }
}

impl RateBaseline {
    /// A baseline of a log; of one without attempts it says ½ until it sees some.
    pub fn fit(kind: BaselineKind, log: &AttemptLog) -> Self {
        let mut fitted = Self {
            kind,
            cells: BTreeMap::new(),
            all: Counts::default(),
            strength: MOST_STRENGTH,
            log_zone: log.zone(),
            known_until: None,
        };
        for attempt in log.attempts() {
            fitted.observe(attempt);
        }
        fitted.strength = strength(&fitted.cells, fitted.all);
        fitted
    }

    fn cell(
        &self,
        segment: Option<&Segment>,
        zone: Option<ringback_calllog::Zone>,
        at: DateTime<Utc>,
    ) -> Cell {
        let local = zone.unwrap_or(self.log_zone).local(at);
        let day = local.weekday().num_days_from_monday();
        match self.kind {
            BaselineKind::GlobalRate => (None, 0),
            BaselineKind::HourOfWeek => (None, day * 24 + local.hour()),
            BaselineKind::SegmentSlot => {
                let parts = PARTS_FROM.iter().filter(|from| **from <= local.hour()).count();
                let week_part = 4 * u32::from(day >= 5);
                (segment.cloned(), week_part + u32::try_from(parts).unwrap_or(0))
            }
        }
    }

    fn rate(&self, cell: &Cell) -> f64 {
        let all = if self.all.attempts == 0 { 0.5 } else { self.all.rate() };
        if self.kind == BaselineKind::GlobalRate {
            // A log in which all or none were reached does not make the next certain.
            return (f64::from(self.all.reached) + all) / (f64::from(self.all.attempts) + 1.0);
        }
        let Counts { attempts, reached } = self.cells.get(cell).copied().unwrap_or_default();
        let rate =
            (f64::from(reached) + self.strength * all) / (f64::from(attempts) + self.strength);
        let least = 0.5 / (f64::from(self.all.attempts) + 1.0);
        rate.clamp(least, 1.0 - least)
    }
}

impl Counts {
    fn rate(self) -> f64 {
        f64::from(self.reached) / f64::from(self.attempts)
    }
}

/// As many attempts as the rate of all weighs, by the variance of the cells' rates beyond what chance gives.
fn strength(cells: &BTreeMap<Cell, Counts>, all: Counts) -> f64 {
    if all.attempts == 0 || cells.len() < 2 {
        return MOST_STRENGTH;
    }
    let (rate, total) = (all.rate(), f64::from(all.attempts));
    let variance = rate * (1.0 - rate);
    let (mut spread, mut squares) = (0.0, 0.0);
    for cell in cells.values() {
        let attempts = f64::from(cell.attempts);
        spread += attempts * (cell.rate() - rate).powi(2);
        squares += attempts * attempts;
    }
    let chance = (cells.len() - 1) as f64 * variance;
    let between = (spread - chance) / (total - squares / total);
    if between > 0.0 { (variance / between - 1.0).clamp(1.0, MOST_STRENGTH) } else { MOST_STRENGTH }
}

impl FollowingModel for RateBaseline {
    fn observe(&mut self, attempt: &Attempt) {
        self.known_until = self.known_until.max(Some(attempt.attempted_at));
        let Some(is_reached) = attempt.outcome.is_reached() else { return };
        let cell = self.cell(attempt.segment.as_ref(), attempt.zone, attempt.attempted_at);
        for counts in [&mut self.all, self.cells.entry(cell).or_default()] {
            counts.attempts += 1;
            counts.reached += u32::from(is_reached);
        }
    }

    fn observe_inbound(&mut self, contact: InboundContact) {
        self.known_until = self.known_until.max(Some(contact.at));
    }
}

impl ReachModel for RateBaseline {
    fn name(&self) -> &str {
        self.kind.as_str()
    }

    fn known_until(&self) -> Option<DateTime<Utc>> {
        self.known_until
    }

    /// The rate, without an interval: a baseline knows nothing of the customer.
    fn reachability(&self, ask: &Ask<'_>) -> Reachability {
        let probability = self.rate(&self.cell(ask.segment, ask.zone, ask.at));
        let evidence = Evidence { method: Method::RateTable, attempts: 0, reached: 0, inbound: 0 };
        Reachability { probability, lower: probability, upper: probability, evidence }
    }

    fn explain(&self, ask: &Ask<'_>) -> ReachReason {
        let baseline = if self.all.attempts == 0 { 0.5 } else { self.all.rate() };
        let effect = self.reachability(ask).probability - baseline;
        let reason = self.kind.as_str().to_owned();
        ReachReason { baseline, parts: vec![ReachPart { reason, effect }] }
    }
}
