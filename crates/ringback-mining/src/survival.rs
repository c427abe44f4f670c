//! How long cases take when some are still open: the survival curve.

use serde::Serialize;

use crate::Interval;
use crate::detect::Seen;
use crate::false_discovery::normal_quantile;
use crate::{CaseEnds, Detectors, Error};
use ringback_eventlog::EventLog;

/// How long a case took, or has taken so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    /// From its start to its end, or to the last time that it was known to be open. Unit: microseconds, of working time
    /// where the settings say so.
    pub micros: i64,
    /// Whether it has ended.
    pub is_ended: bool,
}

/// A step of the curve: at this age some cases end.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Drop {
    micros: i64,
    ended: usize,
    at_risk: usize,
    /// The share still open right after.
    open: f64,
    /// Greenwood's sum up to here.
    greenwood: f64,
}

/// The share of cases that are still open at each age, from ended and open cases together.
///
/// An open case counts among those at risk up to its age, and says nothing beyond. The curve is right where being open
/// has nothing to do with how long the case will take yet: where cases are open because the log ends. It is wrong where
/// cases are given up because they take long.
///
/// # Source
///
/// \[`KaplanMeier1958`\]; its variance by \[`Greenwood1926`\].
///
/// # Example
///
/// ```
/// use ringback_mining::{Lifetime, SurvivalCurve};
///
/// let lifetime = |hours: i64, is_ended| Lifetime { micros: hours * 3_600_000_000, is_ended };
/// let curve = SurvivalCurve::of(&[lifetime(1, true), lifetime(2, false), lifetime(3, true), lifetime(4, true)]);
/// assert_eq!(curve.open_share(3_600_000_000), 0.75);
/// assert_eq!(curve.median_micros(), Some(3 * 3_600_000_000));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SurvivalCurve {
    drops: Vec<Drop>,
    cases: usize,
    ended: usize,
    last_micros: i64,
}

impl SurvivalCurve {
    /// The curve of these cases. Lifetimes below 0 count as 0. At one age, cases end before others are censored.
    pub fn of(lifetimes: &[Lifetime]) -> Self {
        let mut order: Vec<(i64, bool)> =
            lifetimes.iter().map(|it| (it.micros.max(0), it.is_ended)).collect();
        order.sort_unstable();
        let (mut at_risk, mut open, mut greenwood) = (order.len(), 1.0, 0.0);
        let mut drops = Vec::new();
        for same in order.chunk_by(|a, b| a.0 == b.0) {
            let ended = same.iter().filter(|it| it.1).count();
            if let (true, Some((micros, _))) = (ended > 0, same.first()) {
                open *= 1.0 - ended as f64 / at_risk as f64;
                greenwood += ended as f64 / (at_risk as f64 * (at_risk - ended) as f64);
                drops.push(Drop { micros: *micros, ended, at_risk, open, greenwood });
            }
            at_risk -= same.len();
        }
        Self {
            drops,
            cases: order.len(),
            ended: order.iter().filter(|it| it.1).count(),
            last_micros: order.last().map_or(0, |it| it.0),
        }
    }

    /// How many cases.
    pub fn cases(&self) -> usize {
        self.cases
    }

    /// How many of them have ended.
    pub fn ended(&self) -> usize {
        self.ended
    }

    /// The share of cases still open right after an age. Range: 0 to 1.
    pub fn open_share(&self, micros: i64) -> f64 {
        self.last_drop(micros).map_or(1.0, |it| it.open)
    }

    /// The interval of [`SurvivalCurve::open_share`], by Greenwood's variance on the scale of log(-log).
    pub fn open_share_interval(&self, micros: i64, level: f64) -> Interval {
        let Some(drop) = self.last_drop(micros) else {
            return Interval { level, lower: 1.0, upper: 1.0 };
        };
        let Some((lower, upper)) = drop.bounds(normal_quantile(0.5 + level / 2.0)) else {
            return Interval { level, lower: 0.0, upper: 0.0 };
        };
        Interval { level, lower, upper }
    }

    fn last_drop(&self, micros: i64) -> Option<&Drop> {
        let after = self.drops.partition_point(|it| it.micros <= micros);
        self.drops.get(after.checked_sub(1)?)
    }

    /// The least age by which a share of the cases have ended. Unit: microseconds. Absent where fewer have ended.
    pub fn quantile_micros(&self, share: f64) -> Option<i64> {
        // A share that is reached but for rounding is reached.
        let reached = |it: &&Drop| it.open <= 1.0 - share + 1e-12;
        self.drops.iter().find(reached).map(|it| it.micros)
    }

    /// The age by which half of the cases have ended. Unit: microseconds.
    pub fn median_micros(&self) -> Option<i64> {
        self.quantile_micros(0.5)
    }

    /// The interval of a quantile: the ages at which the interval of the open share leaves it. Unit: seconds; the upper
    /// end is infinite where the curve does not go down so far.
    ///
    /// # Source
    ///
    /// \[`BrookmeyerCrowley1982`\], with the limits on the scale of log(-log).
    pub fn quantile_interval_secs(&self, share: f64, level: f64) -> Interval {
        let z = normal_quantile(0.5 + level / 2.0);
        let target = 1.0 - share;
        let age = |is_left: &dyn Fn((f64, f64)) -> bool| {
            let found = self.drops.iter().find(|it| is_left(it.bounds(z).unwrap_or((0.0, 0.0))));
            found.map_or(f64::INFINITY, |it| it.micros as f64 / 1e6)
        };
        Interval { level, lower: age(&|it| it.0 <= target), upper: age(&|it| it.1 < target) }
    }

    /// The mean time that a case takes up to an age, all older ones counting as that age: the area under the curve.
    /// Unit: seconds.
    pub fn mean_up_to_secs(&self, micros: i64) -> f64 {
        let (mut area, mut open, mut from) = (0.0, 1.0, 0);
        for drop in self.drops.iter().take_while(|it| it.micros <= micros) {
            area += open * (drop.micros - from) as f64;
            (open, from) = (drop.open, drop.micros);
        }
        (area + open * (micros - from).max(0) as f64) / 1e6
    }

    /// The greatest age that was seen. Unit: microseconds. Beyond it the curve says nothing.
    pub fn last_micros(&self) -> i64 {
        self.last_micros
    }
}

impl Drop {
    /// The limits of the open share; absent where none is open.
    fn bounds(&self, z: f64) -> Option<(f64, f64)> {
        if self.open <= 0.0 || self.open >= 1.0 {
            return None;
        }
        let log = self.open.ln();
        let spread = z * self.greenwood.sqrt() / log.abs();
        let at = |shift: f64| (-((-log).ln() + shift).exp()).exp();
        Some((at(spread), at(-spread)))
    }
}

/// Cases with and without an end, and how long they take.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Throughput {
    /// How many cases.
    pub cases: usize,
    /// How many of them are open.
    pub open: usize,
    /// The median of all cases, open ones as far as they are known. Unit: seconds. Absent where fewer than half ended.
    pub median_secs: Option<f64>,
    /// Its interval. Unit: seconds; an end that is not known is infinite, and `null` in JSON.
    pub interval: Interval,
    /// The median of the ended cases alone, which is too low where cases are open. Unit: seconds.
    pub ended_median_secs: Option<f64>,
}

/// The lifetimes of a log's cases: an open one lasts until `as_of` of the settings, or else the last event of the log.
///
/// A case has ended if its last event is a terminal state; it then took until the first of its last terminal states.
///
/// # Errors
///
/// As [`crate::detect`]; [`Error::Lacking`] if the log has no terminal state.
pub fn lifetimes(log: &EventLog, settings: &Detectors) -> Result<Vec<Lifetime>, Error> {
    let spans = Spans::of(log, settings)?;
    let lifetime = |case: usize| Some(spans.lifetime(case, None)?.1);
    Ok((0..log.cases()).filter_map(lifetime).collect())
}

/// When the cases of a log started and ended.
pub(crate) struct Spans<'a> {
    pub(crate) seen: Seen<'a>,
    as_of_micros: i64,
}

impl<'a> Spans<'a> {
    pub(crate) fn of(log: &'a EventLog, settings: &'a Detectors) -> Result<Self, Error> {
        settings.check()?;
        let seen = Seen::of(log, settings)?;
        if seen.roles.terminal.is_empty() && settings.case_ends == CaseEnds::InTerminalState {
            let lacks = "terminal state".to_owned();
            return Err(Error::Lacking { question: "lifetimes", lacks });
        }
        let last = log.at_micros().iter().max().copied().unwrap_or_default();
        let as_of_micros = settings.as_of.map_or(last, |it| it.timestamp_micros());
        Ok(Self { seen, as_of_micros })
    }

    /// When a case started, and how long it took. With `until`, a case that started before that instant is known up to
    /// it and no further.
    pub(crate) fn lifetime(&self, case: usize, until: Option<i64>) -> Option<(i64, Lifetime)> {
        let (start, end, is_open) = self.seen.span(case)?;
        let end = if is_open { self.as_of_micros.max(end) } else { end };
        let cut = until.filter(|it| start < *it && *it < end);
        let micros = self.seen.between(start, cut.unwrap_or(end));
        Some((start, Lifetime { micros, is_ended: !is_open && cut.is_none() }))
    }
}

/// How long the cases of a log take, open ones among them.
///
/// # Errors
///
/// As [`lifetimes`].
pub fn throughput(log: &EventLog, settings: &Detectors) -> Result<Throughput, Error> {
    let lifetimes = lifetimes(log, settings)?;
    let curve = SurvivalCurve::of(&lifetimes);
    let mut ended: Vec<i64> =
        lifetimes.iter().filter(|it| it.is_ended).map(|it| it.micros).collect();
    Ok(Throughput {
        cases: curve.cases(),
        open: curve.cases() - curve.ended(),
        median_secs: curve.median_micros().map(|it| it as f64 / 1e6),
        interval: curve.quantile_interval_secs(0.5, settings.level_of_intervals),
        ended_median_secs: crate::quantile::quantile(&mut ended, 0.5).map(|it| it / 1e6),
    })
}
