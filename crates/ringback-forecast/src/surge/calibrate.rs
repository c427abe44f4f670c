//! Thresholds from a replay of past days: as low as the allowed number of false alarms lets them be.

use ringback_features::IntervalLength;
use serde::{Deserialize, Serialize};

use super::day_ahead::plain;
use super::outage::find_outages;
use super::{LiveSlot, SurgeDetector, SurgeKind, SurgeSettings, Waiting};
use crate::error::Error;
use crate::intraday::DayLevel;

/// The thresholds that are tried, from the highest down: log likelihood ratios.
const HIGHEST: f64 = 200.0;
const LOWEST: f64 = 1.0;
const STEP: f64 = 1.04;

/// The standard normal quantile of 95 %: the allowed rate is kept with this confidence.
const CONFIDENCE: f64 = 1.6449;

/// Outages of the past are found with this dispersion, at this chance.
const OUTAGE_DISPERSION: f64 = 2.0;
const OUTAGE_CHANCE: f64 = 1e-4;

/// How long the surges are that are put into a replay, in minutes, and at every how many intervals.
const SURGE_MINS: u32 = 60;
const TRY_EVERY: usize = 5;

/// How many more of them may be missed, and the delay in minutes that is soon enough.
const FOUND_MARGIN: f64 = 0.005;
const DELAY_MINS: f64 = 10.0;

/// Only a threshold under which so many of them are found has something to give away.
const FOUND_ENOUGH: f64 = 0.9;

/// The share of delays that should be soon enough: somewhat more than half, since chance blurs real surges.
const SOON: f64 = 0.6;

/// The threshold is raised by so many steps at most: to four times its value.
const MOST_RAISES: usize = 35;

/// What past days taught a detector.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// How the site's counts scatter around their day-ahead forecast.
    pub level: DayLevel,
    /// The evidence that raises an alarm for a surge, a log likelihood ratio.
    pub surge_threshold: f64,
    /// The evidence that raises an alarm for a drop.
    pub drop_threshold: f64,
    /// Past days with at least one open interval whose count is known.
    pub open_days: usize,
    /// Intervals of these days that belong to outages, and count as missing.
    pub outage_intervals: usize,
    /// Alarms for a surge in a replay of these days.
    pub false_surges: usize,
    /// Alarms for a drop in a replay of these days.
    pub false_drops: usize,
    /// The share of surges of the ratio to find, of an hour, at any open time of these days, that are found within the
    /// hour; `None` where no day is open for an hour.
    pub found: Option<f64>,
    /// The median delay of those found, from their begin to the end of the interval that raises the alarm, in minutes.
    pub delay_mins_median: Option<f64>,
}

impl SurgeDetector {
    /// A detector whose thresholds keep to the allowed number of false alarms on past days, which count as free of
    /// surges: all that was alarming in them must not raise an alarm more often than that. Outages
    /// ([`find_outages`](crate::find_outages)) are left out.
    ///
    /// `past` is in order, with expectations that did not know the counts ([`day_ahead`](crate::day_ahead)). The
    /// thresholds are the lowest for which the upper 95 % confidence bound of the rate of alarms, with whole days as
    /// the units that chance draws, is within the allowed rate; so what is to be expected is well below it. That is a
    /// limit and no goal: in a replay with surges of the ratio to find put in, an hour long, the threshold for surges is
    /// raised as long as at most half a percent more of them are missed, and three in five of those found are found within
    /// ten minutes, or as soon as before. Where fewer than nine in ten are found, nothing is raised.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a setting out of its range; [`Error::TooFewDays`] where even without any alarm the past
    /// is too short to promise the rate; [`Error::OutOfOrder`], [`Error::NotAVolume`].
    pub fn calibrate(settings: SurgeSettings, past: &[LiveSlot]) -> Result<Self, Error> {
        let settings = settings.checked()?;
        let replay = Replay::new(settings, past)?;
        for days in [settings.open_days_per_false_surge, settings.open_days_per_false_drop] {
            let needed = ((1.0 + CONFIDENCE) * days).ceil();
            if (replay.open_days as f64) < needed {
                return Err(Error::TooFewDays { got: replay.open_days, needed: whole(needed) });
            }
        }
        let slots: Vec<_> = replay.slots.iter().map(|waiting| waiting.slot).collect();
        let mut calibration = Calibration {
            level: DayLevel::fit(&slots),
            surge_threshold: HIGHEST,
            drop_threshold: HIGHEST,
            open_days: replay.open_days,
            outage_intervals: replay.outage_intervals,
            false_surges: 0,
            false_drops: 0,
            found: None,
            delay_mins_median: None,
        };
        calibration.surge_threshold = replay.threshold(calibration, SurgeKind::Surge)?;
        calibration = replay.raised(calibration)?;
        calibration.drop_threshold = replay.threshold(calibration, SurgeKind::Drop)?;
        calibration.false_surges = replay.alarms(calibration, SurgeKind::Surge)?.iter().sum();
        calibration.false_drops = replay.alarms(calibration, SurgeKind::Drop)?.iter().sum();
        Self::new(settings, calibration)
    }
}

/// What came of surges that were put into a replay.
struct Found {
    /// The share found within the hour.
    share: Option<f64>,
    /// The median delay of those, in minutes.
    median: Option<f64>,
    /// The delay that three in five keep to.
    soon: Option<f64>,
}

/// Past days, to be replayed under one threshold after the other.
struct Replay {
    settings: SurgeSettings,
    slots: Vec<Waiting>,
    open_days: usize,
    outage_intervals: usize,
}

impl Replay {
    fn new(settings: SurgeSettings, past: &[LiveSlot]) -> Result<Self, Error> {
        let interval: IntervalLength = settings.interval;
        let mut slots: Vec<Waiting> = Vec::with_capacity(past.len());
        let mut open_days = 0;
        let mut last_open = None;
        for live in past {
            if let Some(last) = slots.last()
                && live.at.signed_duration_since(last.at) < interval.delta()
            {
                return Err(Error::OutOfOrder { at: live.at, before: last.at });
            }
            for (what, value) in [("expected", Some(live.expected)), ("actual", live.actual)] {
                if let Some(value) = value.filter(|value| !value.is_finite() || *value < 0.0) {
                    return Err(Error::NotAVolume { what, at: live.at, value });
                }
            }
            let slot = plain(live, settings.zone);
            if slot.expected > 0.0 && slot.actual.is_some() && last_open != Some(slot.day) {
                last_open = Some(slot.day);
                open_days += 1;
            }
            slots.push(Waiting { at: live.at, slot, is_barred: false });
        }
        // True outages are no false alarms, and the calls that come after one are no surge.
        let mut outage_intervals = 0;
        for outage in find_outages(past, OUTAGE_DISPERSION, OUTAGE_CHANCE)? {
            let from = slots.partition_point(|it| it.at < outage.from);
            for waiting in slots.iter_mut().skip(from).take(outage.intervals) {
                waiting.slot.actual = None;
                outage_intervals += 1;
            }
        }
        Ok(Self { settings, slots, open_days, outage_intervals })
    }

    /// The lowest threshold under which, and above which, alarms are rare enough.
    fn threshold(&self, mut calibration: Calibration, kind: SurgeKind) -> Result<f64, Error> {
        let allowed = match kind {
            SurgeKind::Surge => self.settings.open_days_per_false_surge,
            SurgeKind::Drop => self.settings.open_days_per_false_drop,
        };
        let mut lowest = HIGHEST;
        let mut threshold = HIGHEST;
        while threshold > LOWEST {
            match kind {
                SurgeKind::Surge => calibration.surge_threshold = threshold,
                SurgeKind::Drop => calibration.drop_threshold = threshold,
            }
            let alarms = self.alarms(calibration, kind)?;
            if upper_bound(&alarms) * allowed > 1.0 {
                break;
            }
            lowest = threshold;
            threshold /= STEP;
        }
        Ok(lowest)
    }

    /// The threshold raised as far as it costs next to nothing.
    fn raised(&self, mut calibration: Calibration) -> Result<Calibration, Error> {
        let base = self.found(calibration)?;
        (calibration.found, calibration.delay_mins_median) = (base.share, base.median);
        let (Some(found), Some(delay)) = (base.share, base.soon) else { return Ok(calibration) };
        if found < FOUND_ENOUGH {
            return Ok(calibration);
        }
        let mut best = calibration;
        for _ in 0..MOST_RAISES {
            calibration.surge_threshold *= STEP;
            let now = self.found(calibration)?;
            let (Some(now_found), Some(now_delay)) = (now.share, now.soon) else { break };
            if now_found < found - FOUND_MARGIN || now_delay > delay.max(DELAY_MINS) {
                break;
            }
            (calibration.found, calibration.delay_mins_median) = (now.share, now.median);
            best = calibration;
        }
        Ok(best)
    }

    /// The share of surges of an hour that are found, and the median delay: at every few open intervals of the past.
    fn found(&self, calibration: Calibration) -> Result<Found, Error> {
        let mut detector = SurgeDetector::new(self.settings, calibration)?;
        let interval = self.settings.interval.minutes();
        let slots = SURGE_MINS.div_ceil(interval) as usize;
        let (mut tried, mut delays) = (0.0, Vec::new());
        for (index, &waiting) in self.slots.iter().enumerate() {
            let hour = self.slots.get(index..index + slots).unwrap_or_default();
            let is_open = |it: &Waiting| {
                it.slot.expected > 0.0
                    && it.slot.actual.is_some()
                    && it.slot.day == waiting.slot.day
            };
            if index % TRY_EVERY == 0 && !hour.is_empty() && hour.iter().all(is_open) {
                tried += 1.0;
                delays.extend(self.delay(&detector, hour).map(|slots| slots * f64::from(interval)));
            }
            detector.step(waiting);
        }
        delays.sort_by(f64::total_cmp);
        let share = (tried > 0.0).then(|| delays.len() as f64 / tried);
        let soon = delays.iter().zip(1..).find(|it| f64::from(it.1) >= SOON * delays.len() as f64);
        let soon = soon.map(|it| *it.0);
        Ok(Found { share, median: delays.get(delays.len() / 2).copied(), soon })
    }

    /// The intervals until a surge over these raises an alarm.
    fn delay(&self, detector: &SurgeDetector, hour: &[Waiting]) -> Option<f64> {
        let mut detector = detector.clone();
        let alarm = hour.iter().position(|waiting| {
            let mut with = *waiting;
            let more = (self.settings.surge_ratio - 1.0) * with.slot.expected;
            with.slot.actual = with.slot.actual.map(|actual| actual + more);
            let state = detector.step(with);
            state.alarm.is_some_and(|alarm| alarm.kind == SurgeKind::Surge)
        });
        alarm.map(|index| index as f64 + 1.0)
    }

    /// The number of alarms on each open day.
    fn alarms(&self, calibration: Calibration, kind: SurgeKind) -> Result<Vec<usize>, Error> {
        let mut detector = SurgeDetector::new(self.settings, calibration)?;
        let mut alarms = vec![0; self.open_days];
        let mut day = None;
        let mut n_days = 0_usize;
        for &waiting in &self.slots {
            let state = detector.step(waiting);
            let is_open = waiting.slot.expected > 0.0 && waiting.slot.actual.is_some();
            if is_open && day != Some(waiting.slot.day) {
                day = Some(waiting.slot.day);
                n_days += 1;
            }
            if state.alarm.is_some_and(|alarm| alarm.kind == kind)
                && let Some(count) = alarms.get_mut(n_days.saturating_sub(1))
            {
                *count += 1;
            }
        }
        Ok(alarms)
    }
}

/// The upper confidence bound of the alarms a day: one more than were seen, and a normal reach with the variance of
/// a Poisson count, or with that between days where alarms come in clusters.
fn upper_bound(alarms: &[usize]) -> f64 {
    let days = alarms.len() as f64;
    let sum: f64 = alarms.iter().map(|&count| count as f64).sum();
    let mean = sum / days;
    let squares: f64 = alarms.iter().map(|&count| (count as f64 - mean).powi(2)).sum();
    let clustering = if mean > 0.0 { (squares / days / mean).max(1.0) } else { 1.0 };
    (sum + 1.0 + CONFIDENCE * (clustering * (sum + 1.0)).sqrt()) / days
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a positive whole number of days; one too large for usize saturates"
)]
fn whole(days: f64) -> usize {
    days as usize
}
