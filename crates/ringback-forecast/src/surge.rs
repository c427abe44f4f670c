//! Surges: an hour in which calls explode, found while it lasts, and the forecast re-levelled until it is over.

mod calibrate;
mod chart;
mod day_ahead;
mod outage;
mod relevel;
mod settings;

use std::collections::VecDeque;

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::intraday::{LevelFilter, Slot};

use self::chart::{Chart, Run, Sample, log_ratio};

pub use calibrate::Calibration;
pub(crate) use day_ahead::plain;
pub use day_ahead::{DayAhead, LiveSlot, day_ahead};
pub use outage::{Outage, find_outages};
pub use settings::SurgeSettings;

/// The evidence that a surge is over: odds of 100 to 1, or the threshold that raised the alarm where that is less.
const END_EVIDENCE: f64 = 4.605;

/// The memory of the ratio of a surge that lasts, in minutes to a half.
const RATIO_HALF_LIFE_MINS: f64 = 30.0;

/// The declared half-life counts as much as so many surges that were seen to end.
const PRIOR_SURGES: f64 = 3.0;

/// Which way the calls go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SurgeKind {
    /// More calls than expected.
    Surge,
    /// Fewer calls than expected.
    Drop,
}

/// What a detector says after an interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SurgeState {
    /// The start of the interval.
    pub at: DateTime<Utc>,
    /// The day's level, a ratio to what was expected, from intervals at least the lag ago.
    pub level: f64,
    /// Where a surge or drop lasts, the ratio of the calls of late to what the day's level makes of their expectation;
    /// else 1.
    pub ratio: f64,
    /// Where a surge or drop lasts, the interval with which it seems to have begun.
    pub since: Option<DateTime<Utc>>,
    /// Where a surge or drop lasts, which of them.
    pub lasting: Option<SurgeKind>,
    /// The alarm, at the interval that raises it.
    pub alarm: Option<SurgeAlarm>,
    /// A surge or drop that this interval shows to be over, or that the end of its day has cut off.
    pub ended: Option<SurgeKind>,
    /// The evidence for a surge as a share of its threshold, at least 0; where one lasts, 1.
    pub evidence: f64,
}

/// An alarm.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SurgeAlarm {
    /// Surge or drop.
    pub kind: SurgeKind,
    /// The interval with which it seems to have begun.
    pub since: DateTime<Utc>,
    /// The ratio of the calls since then to what was expected of them.
    pub ratio: f64,
    /// The standard error of the ratio.
    pub ratio_se: f64,
    /// Whether no call at all has come since then: an outage of the line or of the feed, more likely than a lull.
    pub is_outage: bool,
}

/// A surge or drop that lasts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Lasting {
    kind: SurgeKind,
    since: DateTime<Utc>,
    /// The calls of late, older ones fading.
    run: Run,
    end_evidence: f64,
}

/// An interval whose turn to tell the day's level has not yet come.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Waiting {
    at: DateTime<Utc>,
    slot: Slot,
    /// Whether it belongs to a surge or drop, and so says nothing of the day's level.
    is_barred: bool,
}

/// Finds surges and drops in live counts, interval by interval.
///
/// Each interval comes with its day-ahead expectation. The day's level is divided out first: a filter that knows how
/// much days differ ([`DayLevel`](crate::DayLevel)), and that sees only intervals which began at least a lag ago and
/// belong to no surge. On what is left runs a CUSUM of the quasi-Poisson log likelihood ratio for the ratio to find,
/// with the dispersion of this site's counts and the uncertainty of the level in its variance. Its threshold comes from
/// a replay of past days ([`SurgeDetector::calibrate`]). A second one looks for drops.
///
/// A surge ends when a test of "as expected" against its ratio says so at odds of 100 to 1, and at the end of its civil
/// day. Intervals without a count are passed over. An observation allocates nothing.
///
/// # Source
///
/// CUSUM: Page, "Continuous inspection schemes", *Biometrika* 41 (1954), 100–115; of counts: Hawkins & Olwell (1998),
/// ch. 5. The lagged and shrunk level is this crate's own.
///
/// # Example
///
/// ```
/// use ringback_features::{IntervalLength, Series};
/// use ringback_forecast::{LiveSlot, SurgeDetector, SurgeKind, SurgeSettings};
///
/// // Sixty days of ten-minute intervals from 08:00 to 16:00, 40 calls each, more or less.
/// let at = |day: i64, slot: i64| {
///     chrono::DateTime::from_timestamp(1_772_611_200 + day * 86_400 + slot * 600, 0).unwrap()
/// };
/// let calls = |day: i64, slot: i64| 40.0 + f64::from(u32::try_from((day * 31 + slot * 17) % 23).unwrap()) - 11.0;
/// let slot = |day, slot| LiveSlot { at: at(day, slot), expected: 40.0, actual: Some(calls(day, slot)) };
/// let past: Vec<LiveSlot> = (0..60).flat_map(|day| (0..48).map(move |it| slot(day, it))).collect();
///
/// let settings = SurgeSettings::new("UTC".parse()?, IntervalLength::from_minutes(10)?);
/// let mut detector = SurgeDetector::calibrate(settings, &past)?;
/// for it in 0..20 {
///     assert_eq!(detector.observe(at(60, it), 40.0, Some(calls(60, it)))?.lasting, None);
/// }
/// let states = (20..24).map(|it| detector.observe(at(60, it), 40.0, Some(80.0)));
/// let found = states.collect::<Result<Vec<_>, _>>()?.into_iter().find_map(|state| state.alarm);
/// assert_eq!(found.map(|alarm| alarm.kind), Some(SurgeKind::Surge));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SurgeDetector {
    settings: SurgeSettings,
    calibration: Calibration,
    filter: LevelFilter,
    waiting: VecDeque<Waiting>,
    surge: Chart,
    drop: Chart,
    lasting: Option<Lasting>,
    last: Option<Waiting>,
    /// Surges seen to end, and how long they lasted together, in minutes.
    ended: (f64, f64),
}

impl SurgeDetector {
    /// A detector with thresholds from an earlier calibration.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a setting, a threshold or a parameter of the level out of its range.
    pub fn new(settings: SurgeSettings, calibration: Calibration) -> Result<Self, Error> {
        let settings = settings.checked()?;
        for (what, value) in [
            ("threshold for surges", calibration.surge_threshold),
            ("threshold for drops", calibration.drop_threshold),
        ] {
            if !(value > 0.0 && value.is_finite()) {
                return Err(Error::Setting { what, value, expected: "a finite number above 0" });
            }
        }
        let chart = |ratio, threshold| Chart::new(ratio, threshold, settings.largest_step);
        let slots = settings.lag_mins.div_ceil(settings.interval.minutes()) as usize + 2;
        Ok(Self {
            settings,
            calibration,
            filter: LevelFilter::new(calibration.level.checked()?),
            waiting: VecDeque::with_capacity(slots),
            surge: chart(settings.surge_ratio, calibration.surge_threshold),
            drop: chart(settings.drop_ratio, calibration.drop_threshold),
            lasting: None,
            last: None,
            ended: (0.0, 0.0),
        })
    }

    /// What past days taught.
    pub fn calibration(&self) -> &Calibration {
        &self.calibration
    }

    /// Takes in an interval: what was expected of it the evening before, and what came (`None` where nobody knows).
    ///
    /// # Errors
    ///
    /// [`Error::OutOfOrder`] for an interval that starts before the last one has ended; [`Error::NotAVolume`] for an
    /// expected or actual volume that is negative, infinite or not a number. The detector is as it was.
    pub fn observe(
        &mut self,
        at: DateTime<Utc>,
        expected: f64,
        actual: Option<f64>,
    ) -> Result<SurgeState, Error> {
        if let Some(last) = self.last
            && at.signed_duration_since(last.at) < self.settings.interval.delta()
        {
            return Err(Error::OutOfOrder { at, before: last.at });
        }
        for (what, value) in [("expected", Some(expected)), ("actual", actual)] {
            if let Some(value) = value.filter(|value| !value.is_finite() || *value < 0.0) {
                return Err(Error::NotAVolume { what, at, value });
            }
        }
        let slot = Slot {
            day: self.settings.zone.date(at).num_days_from_ce(),
            minute: at.timestamp().div_euclid(60),
            expected,
            actual,
        };
        Ok(self.step(Waiting { at, slot, is_barred: false }))
    }

    /// As [`SurgeDetector::observe`], with the day already looked up and everything checked.
    fn step(&mut self, now: Waiting) -> SurgeState {
        let new_day = self.last.is_none_or(|last| last.slot.day != now.slot.day);
        let mut ended = None;
        if new_day {
            ended = self.lasting.take().map(|lasting| lasting.kind);
            self.surge.reset();
            self.drop.reset();
        }
        self.last = Some(now);
        self.learn_level(now.at);
        let outlook = self.filter.outlook(now.slot.day, now.slot.minute);
        let expected = now.slot.expected * outlook.level;
        let mut state = SurgeState {
            at: now.at,
            level: outlook.level,
            ratio: 1.0,
            since: None,
            lasting: None,
            alarm: None,
            ended,
            evidence: 0.0,
        };
        if let Some(actual) = now.slot.actual.filter(|_| expected > 0.0) {
            let noise = self.calibration.level.noise(expected) / expected;
            let dispersion = noise + now.slot.expected * outlook.variance / outlook.level;
            let sample = Sample { at: now.at, actual, expected, dispersion };
            match self.lasting {
                None => state.alarm = self.watch(&sample),
                Some(lasting) => {
                    state.ended = self.follow(lasting, &sample).or(state.ended);
                    state.alarm = self.watch_other(lasting.kind, &sample);
                    if state.alarm.is_some() {
                        state.ended = Some(lasting.kind);
                    }
                }
            }
            self.waiting.push_back(Waiting { is_barred: self.lasting.is_some(), ..now });
        }
        self.describe(state)
    }

    fn describe(&self, mut state: SurgeState) -> SurgeState {
        state.evidence = (self.surge.evidence / self.surge.threshold).clamp(0.0, 1.0);
        if let Some(lasting) = self.lasting {
            state.ratio = ratio(&lasting.run);
            state.since = Some(lasting.since);
            state.lasting = Some(lasting.kind);
            state.evidence = f64::from(u8::from(lasting.kind == SurgeKind::Surge));
        }
        state
    }

    /// Lets the filter see the intervals that are a lag old by now.
    fn learn_level(&mut self, now: DateTime<Utc>) {
        while let Some(&old) = self.waiting.front() {
            if now.signed_duration_since(old.at) < self.settings.lag() {
                break;
            }
            self.waiting.pop_front();
            let is_barred =
                old.is_barred || self.surge.suspects(old.at) || self.drop.suspects(old.at);
            self.filter.advance(old.slot.day, old.slot.minute);
            if let Some(actual) = old.slot.actual.filter(|_| !is_barred) {
                self.filter.update(old.slot.expected, actual);
            }
        }
    }

    /// Looks for the begin of a surge or drop.
    fn watch(&mut self, sample: &Sample) -> Option<SurgeAlarm> {
        let is_surge = self.surge.observe(sample);
        let is_drop = self.drop.observe(sample);
        match (is_surge, is_drop) {
            (true, _) => Some(self.raise(SurgeKind::Surge, self.surge.run, sample)),
            (false, true) => Some(self.raise(SurgeKind::Drop, self.drop.run, sample)),
            (false, false) => None,
        }
    }

    /// Looks, while one kind lasts, for the begin of the other.
    fn watch_other(&mut self, lasting: SurgeKind, sample: &Sample) -> Option<SurgeAlarm> {
        let (kind, chart) = match lasting {
            SurgeKind::Surge => (SurgeKind::Drop, &mut self.drop),
            SurgeKind::Drop => (SurgeKind::Surge, &mut self.surge),
        };
        let is_other = chart.observe(sample);
        let run = chart.run;
        is_other.then(|| self.raise(kind, run, sample))
    }

    fn raise(&mut self, kind: SurgeKind, run: Run, sample: &Sample) -> SurgeAlarm {
        self.surge.reset();
        self.drop.reset();
        let since = run.since.unwrap_or(sample.at);
        for waiting in self.waiting.iter_mut().filter(|waiting| waiting.at >= since) {
            waiting.is_barred = true;
        }
        self.lasting = Some(Lasting { kind, since, run, end_evidence: 0.0 });
        SurgeAlarm {
            kind,
            since,
            ratio: ratio(&run),
            ratio_se: ratio_se(&run),
            is_outage: run.actual <= 0.0,
        }
    }

    /// Looks for the end of a surge or drop that lasts.
    fn follow(&mut self, mut lasting: Lasting, sample: &Sample) -> Option<SurgeKind> {
        let (tested, threshold) = match lasting.kind {
            SurgeKind::Surge => (self.settings.surge_ratio, self.surge.threshold),
            SurgeKind::Drop => (self.settings.drop_ratio, self.drop.threshold),
        };
        let fade = 0.5_f64.powf(f64::from(self.settings.interval.minutes()) / RATIO_HALF_LIFE_MINS);
        lasting.run.actual *= fade;
        lasting.run.expected *= fade;
        lasting.run.variance *= fade;
        lasting.run.push(sample);
        lasting.end_evidence = (lasting.end_evidence - log_ratio(tested, sample)).max(0.0);
        if lasting.end_evidence < END_EVIDENCE.min(threshold) {
            self.lasting = Some(lasting);
            return None;
        }
        self.lasting = None;
        self.ended.0 += 1.0;
        self.ended.1 += minutes(sample.at.signed_duration_since(lasting.since));
        Some(lasting.kind)
    }

    /// After so many minutes half of all surges are over: the declared half-life, drawn to what those that were seen to
    /// end within their day say (exponential durations).
    pub fn half_life_mins(&self) -> f64 {
        let declared = self.settings.half_life_mins / std::f64::consts::LN_2;
        let mean = (PRIOR_SURGES * declared + self.ended.1) / (PRIOR_SURGES + self.ended.0);
        mean * std::f64::consts::LN_2
    }
}

fn minutes(span: TimeDelta) -> f64 {
    span.num_seconds() as f64 / 60.0
}

/// The ratio of what came to what was expected.
fn ratio(run: &Run) -> f64 {
    if run.expected > 0.0 { run.actual / run.expected } else { 1.0 }
}

/// The standard error of that ratio, the dispersion as if things were as expected, scaled to the ratio.
fn ratio_se(run: &Run) -> f64 {
    if run.expected > 0.0 {
        (run.variance * ratio(run).max(1.0 / run.expected)).sqrt() / run.expected
    } else {
        0.0
    }
}
