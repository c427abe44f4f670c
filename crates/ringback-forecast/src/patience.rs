//! How long callers are willing to wait, from calls of which most were answered before their patience ended.
//!
//! Who is answered after 40 seconds has shown a patience of *at least* 40: the mean wait of those who hung up says little.
//! The curve of Kaplan and Meier takes both kinds for what they are. Turned around, with hang-ups as what hides the
//! answer, it gives the virtual wait: how long callers would have waited for an answer.

use ringback_calllog::{Call, Outcome, QueueId};
use serde::Serialize;

use crate::Level;
use crate::erlang::gamma::normal_quantile;
use crate::erlang::{PatienceCurve, check, check_duration};
use crate::error::Error;

/// A caller who waited, and which of two ended the wait.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct WaitObservation {
    /// How long. Unit: seconds, at least 0.
    pub wait_secs: f64,
    /// Whether the caller hung up; if not, an agent answered.
    pub hung_up: bool,
}

/// Which end of a wait is asked for; the other one hides it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum WaitEnd {
    /// The hang-up: the curve is that of patience.
    HangUp,
    /// The answer: the curve is that of the virtual wait.
    Answer,
}

/// The waits of calls that queued and were answered or abandoned, in the order of the calls; of one queue if it is named.
/// Calls without a known wait (and those that left in another way) are left out.
pub fn wait_observations(calls: &[Call], queue: Option<&QueueId>) -> Vec<WaitObservation> {
    let is_here = |call: &&Call| queue.is_none() || call.queue.as_ref() == queue;
    let observe = |call: &Call| {
        let hung_up = match call.outcome {
            Outcome::Answered => false,
            Outcome::Abandoned => true,
            _ => return None,
        };
        Some(WaitObservation { wait_secs: call.wait()?.as_seconds_f64(), hung_up })
    };
    calls.iter().filter(is_here).filter_map(observe).collect()
}

/// One step of a survival curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SurvivalStep {
    /// When. Unit: seconds.
    pub secs: f64,
    /// Callers who had waited so long, before this step's ends.
    pub at_risk: u64,
    /// How many waits ended here in the way that is asked for.
    pub ended: u64,
    /// The share that goes on after it.
    pub survival: f64,
    /// The variance of ln survival: Greenwood's sum.
    pub log_variance: f64,
}

/// A survival curve by Kaplan and Meier.
///
/// Of ends at the same second, those asked for come before those that hide them. The curve assumes that patience and answer
/// are independent; callers who hang up *because* they hear of a long wait make it too pessimistic elsewhere.
///
/// # Source
///
/// \[`KaplanMeier1958`\]; variance: \[Greenwood1926\]; its use for calls: \[Brown2005\].
///
/// # Example
///
/// ```
/// use ringback_forecast::{SurvivalCurve, WaitEnd, WaitObservation};
///
/// let wait = |wait_secs, hung_up| WaitObservation { wait_secs, hung_up };
/// let waits = [wait(10.0, true), wait(20.0, false), wait(30.0, true), wait(40.0, false)];
/// let patience = SurvivalCurve::fit(&waits, WaitEnd::HangUp)?;
/// assert_eq!(patience.survival(15.0), 0.75); // one of four
/// assert_eq!(patience.survival(30.0), 0.375); // then one of two
/// # Ok::<(), ringback_forecast::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SurvivalCurve {
    steps: Vec<SurvivalStep>,
    observed: u64,
    ended: u64,
    total_secs: f64,
    last_secs: f64,
}

/// Hang-ups (or answers) in a stretch of waiting.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct HazardInterval {
    /// Where it begins: waits of exactly so long belong to the stretch before. Unit: seconds.
    pub from_secs: f64,
    /// Where it ends, included. Unit: seconds.
    pub to_secs: f64,
    /// Waits that ended here in the way that is asked for.
    pub ended: u64,
    /// Seconds that callers waited in the stretch, added up.
    pub exposure_secs: f64,
    /// Ends over exposure, per minute; `None` where nobody waited.
    pub per_minute: Option<f64>,
}

/// Exponential patience by maximum likelihood.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ExponentialPatience {
    /// All waits added up over hang-ups. Unit: seconds.
    pub mean_secs: f64,
    /// Hang-ups.
    pub hung_up: u64,
    /// The bounds of the mean at the level asked for, by the normal distribution of its logarithm. Unit: seconds.
    pub bounds_secs: (f64, f64),
}

impl SurvivalCurve {
    /// Fits the curve. Waits of 0 that end in the other way say nothing and change nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a wait that is not 0 to 1e9 seconds, [`Error::TooFewObservations`] if no wait ended in the
    /// way that is asked for.
    pub fn fit(waits: &[WaitObservation], end: WaitEnd) -> Result<Self, Error> {
        let sorted = sorted(waits, end)?;
        let mut steps: Vec<SurvivalStep> = Vec::new();
        let (mut survival, mut log_variance) = (1.0, 0.0);
        let mut at_risk = sorted.len();
        for same in sorted.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
            let ended = same.iter().filter(|it| it.1).count();
            if ended > 0 {
                let (n, d) = (at_risk as f64, ended as f64);
                survival *= (n - d) / n;
                log_variance += if d < n { d / (n * (n - d)) } else { f64::INFINITY };
                let secs = same.first().map_or(0.0, |it| it.0);
                let (at_risk, ended) = (at_risk as u64, ended as u64);
                steps.push(SurvivalStep { secs, at_risk, ended, survival, log_variance });
            }
            at_risk -= same.len();
        }
        Ok(Self {
            ended: steps.iter().map(|it| it.ended).sum(),
            steps,
            observed: sorted.len() as u64,
            total_secs: sorted.iter().map(|it| it.0).sum(),
            last_secs: sorted.last().map_or(0.0, |it| it.0),
        })
    }

    /// The steps, by rising time: one for each second at which a wait ended in the way that is asked for.
    pub fn steps(&self) -> &[SurvivalStep] {
        &self.steps
    }

    /// How many waits were observed.
    pub fn observed(&self) -> u64 {
        self.observed
    }

    /// How many ended in the way that is asked for.
    pub fn ended(&self) -> u64 {
        self.ended
    }

    /// The longest wait that was observed: beyond it the curve says nothing. Unit: seconds.
    pub fn last_secs(&self) -> f64 {
        self.last_secs
    }

    /// The share that goes on for longer than `secs`.
    pub fn survival(&self, secs: f64) -> f64 {
        self.step(secs).map_or(1.0, |it| it.survival)
    }

    /// The bounds of the share that goes on for longer than `secs`, from Greenwood's variance on the scale of
    /// ln(−ln survival), so that they stay within 0 to 1.
    ///
    /// # Source
    ///
    /// \[Greenwood1926\], \[`KalbfleischPrentice2002`\].
    pub fn survival_bounds(&self, secs: f64, level: Level) -> (f64, f64) {
        let Some(step) = self.step(secs) else { return (1.0, 1.0) };
        if step.survival <= 0.0 {
            return (0.0, 0.0);
        }
        let log = step.survival.ln();
        let reach = normal_quantile(1.0 - level.tail()) * step.log_variance.sqrt() / log.abs();
        ((log * reach.exp()).exp(), (log * (-reach).exp()).exp())
    }

    /// The first time by which at least a share has ended; `None` where the curve does not come so far down.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] unless `0 < share < 1`.
    pub fn quantile_secs(&self, share: f64) -> Result<Option<f64>, Error> {
        check("share", share, 0.0 < share && share < 1.0, "above 0 and below 1")?;
        let found = self.steps.iter().find(|it| it.survival <= (1.0 - share) * (1.0 + 1e-12));
        Ok(found.map(|it| it.secs))
    }

    /// The mean of the time cut off at `until_secs`: the area under the curve. Unit: seconds.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] unless `until_secs` is finite and above 0.
    pub fn restricted_mean_secs(&self, until_secs: f64) -> Result<f64, Error> {
        check_duration("until_secs", until_secs)?;
        let (mut area, mut from, mut survival) = (0.0, 0.0, 1.0);
        for step in self.steps.iter().take_while(|it| it.secs < until_secs) {
            area += survival * (step.secs - from);
            (from, survival) = (step.secs, step.survival);
        }
        Ok(area + survival * (until_secs - from))
    }

    /// The hazard at a wait, per minute, smoothed by Epanechnikov's kernel over `bandwidth_secs` to each side: the steps of the
    /// cumulative hazard, weighted. Near 0 and near the longest wait the kernel is cut off there and made up for.
    /// `None` beyond the longest wait.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] unless `bandwidth_secs` is finite and above 0, and `secs` at least 0.
    ///
    /// # Source
    ///
    /// \[`RamlauHansen1983`\].
    pub fn hazard_per_minute(&self, secs: f64, bandwidth_secs: f64) -> Result<Option<f64>, Error> {
        check_duration("bandwidth_secs", bandwidth_secs)?;
        check("secs", secs, secs >= 0.0, "at least 0")?;
        if secs > self.last_secs {
            return Ok(None);
        }
        // The kernel's mass up to u, from −1 to 1.
        let mass = |u: f64| {
            let u = u.clamp(-1.0, 1.0);
            0.75 * (u - u * u * u / 3.0) + 0.5
        };
        let inside = mass((self.last_secs - secs) / bandwidth_secs) - mass(-secs / bandwidth_secs);
        let weighted = |step: &SurvivalStep| {
            let u = (step.secs - secs) / bandwidth_secs;
            let kernel = 0.75 * (1.0 - u * u).max(0.0) / bandwidth_secs;
            kernel * step.ended as f64 / step.at_risk as f64
        };
        let from = self.steps.partition_point(|it| it.secs <= secs - bandwidth_secs);
        let near = self.steps.iter().skip(from).take_while(|it| it.secs < secs + bandwidth_secs);
        let sum: f64 = near.map(weighted).sum();
        Ok((inside > 0.0).then(|| 60.0 * sum / inside))
    }

    /// The curve for a queue of callers with this patience. Between steps it falls at a constant hazard; beyond the last one
    /// callers hang up at the mean hazard of all (hang-ups over waits). Ends at 0 seconds count as patience that ends at a
    /// thousandth of a second.
    ///
    /// # Errors
    ///
    /// None in fact: a fitted curve is one that [`PatienceCurve::new`] takes.
    pub fn patience(&self) -> Result<PatienceCurve, Error> {
        let points: Vec<(f64, f64)> =
            self.steps.iter().map(|it| (it.secs.max(1e-3), it.survival)).collect();
        let tail = self.total_secs.max(1e-3) / self.ended as f64;
        PatienceCurve::new(&points, tail)
    }

    fn step(&self, secs: f64) -> Option<&SurvivalStep> {
        let next = self.steps.partition_point(|it| it.secs <= secs);
        next.checked_sub(1).and_then(|it| self.steps.get(it))
    }
}

/// The longest wait that is taken for one: 31 years, in seconds.
const LONGEST_SECS: f64 = 1e9;

/// The waits by rising time, with whether they ended in the way that is asked for.
fn sorted(waits: &[WaitObservation], end: WaitEnd) -> Result<Vec<(f64, bool)>, Error> {
    let mut sorted = Vec::with_capacity(waits.len());
    for wait in waits {
        let secs = wait.wait_secs;
        check("wait_secs", secs, (0.0..=LONGEST_SECS).contains(&secs), "0 to 1e9 seconds")?;
        sorted.push((secs, wait.hung_up == (end == WaitEnd::HangUp)));
    }
    if !sorted.iter().any(|it| it.1) {
        let what = match end {
            WaitEnd::HangUp => "caller who hung up",
            WaitEnd::Answer => "caller who was answered",
        };
        return Err(Error::TooFewObservations { what, needed: 1 });
    }
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    Ok(sorted)
}

/// The hazard in stretches between given waits: where callers lose patience.
///
/// # Errors
///
/// As [`SurvivalCurve::fit`], and [`Error::Setting`] unless `edges_secs` are finite, at least 0 and rise.
///
/// # Example
///
/// ```
/// use ringback_forecast::{WaitEnd, WaitObservation, hazard_by_wait};
///
/// let wait = |wait_secs, hung_up| WaitObservation { wait_secs, hung_up };
/// let waits = [wait(30.0, true), wait(60.0, false), wait(90.0, true)];
/// let hazard = hazard_by_wait(&waits, WaitEnd::HangUp, &[0.0, 60.0, 120.0])?;
/// assert_eq!(hazard[0].per_minute, Some(0.4)); // one in 30 + 60 + 60 seconds
/// assert_eq!(hazard[1].per_minute, Some(2.0)); // one in 30 seconds
/// # Ok::<(), ringback_forecast::Error>(())
/// ```
pub fn hazard_by_wait(
    waits: &[WaitObservation],
    end: WaitEnd,
    edges_secs: &[f64],
) -> Result<Vec<HazardInterval>, Error> {
    let sorted = sorted(waits, end)?;
    let mut before = -1.0;
    for &edge in edges_secs {
        let is_right = edge.is_finite() && edge >= 0.0 && edge > before;
        check("an edge", edge, is_right, "a finite number of at least 0, above the one before it")?;
        before = edge;
    }
    let interval = |pair: &[f64]| {
        let (from_secs, to_secs) = (pair[0], pair[1]);
        let longer = sorted.partition_point(|it| it.0 <= from_secs);
        let waited = |it: &(f64, bool)| it.0.min(to_secs) - from_secs;
        let exposure_secs: f64 = sorted[longer..].iter().map(waited).sum();
        let within = sorted[longer..].iter().take_while(|it| it.0 <= to_secs);
        let ended = within.filter(|it| it.1).count() as u64;
        let per_minute = (exposure_secs > 0.0).then(|| 60.0 * ended as f64 / exposure_secs);
        HazardInterval { from_secs, to_secs, ended, exposure_secs, per_minute }
    };
    Ok(edges_secs.windows(2).map(interval).collect())
}

/// Fits exponential patience: the one number that Erlang A takes.
///
/// Real hazards are no constant (callers hang up most in their first minute), so that this mean is no mean of patience; it is
/// the rate at which callers in queue hang up, and gives Erlang A the right number of hang-ups at waits like those
/// observed.
///
/// # Errors
///
/// As [`SurvivalCurve::fit`]; [`Error::Setting`] if all waits are 0.
///
/// # Source
///
/// \[Brown2005\], section on patience; \[`MandelbaumZeltyn2007`\].
pub fn exponential_patience(
    waits: &[WaitObservation],
    level: Level,
) -> Result<ExponentialPatience, Error> {
    let sorted = sorted(waits, WaitEnd::HangUp)?;
    let hung_up = sorted.iter().filter(|it| it.1).count();
    let total: f64 = sorted.iter().map(|it| it.0).sum();
    check_duration("the sum of all waits", total)?;
    let mean_secs = total / hung_up as f64;
    let reach = (normal_quantile(1.0 - level.tail()) / (hung_up as f64).sqrt()).exp();
    let bounds_secs = (mean_secs / reach, mean_secs * reach);
    Ok(ExponentialPatience { mean_secs, hung_up: hung_up as u64, bounds_secs })
}
