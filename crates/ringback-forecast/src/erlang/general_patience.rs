//! Callers of any patience: M/M/c+GI, by a survival curve.

use serde::Serialize;

use super::blocking::inverse_blocking;
use super::quadrature::gauss_legendre;
use super::{Load, check, check_agents, check_duration, check_wait};
use crate::error::Error;

/// What of the integrals is left out beside their largest part: e^−45.
const NEGLIGIBLE_LOG: f64 = 45.0;

/// Which share of callers is still willing to wait after some time: between given points hang-ups come at a constant
/// rate.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PatienceCurve {
    pieces: Vec<Piece>,
}

/// A stretch of constant hazard.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
struct Piece {
    from_secs: f64,
    /// Of all callers, those willing to wait until here.
    survival: f64,
    /// Hang-ups a second of those who are left.
    hazard: f64,
    /// The integral of the survival up to here: the mean of patience cut off here.
    kept_secs: f64,
}

impl PatienceCurve {
    /// Exponential patience.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] unless the mean is finite and above 0.
    pub fn exponential(patience_secs_mean: f64) -> Result<Self, Error> {
        check_duration("patience_secs_mean", patience_secs_mean)?;
        Ok(Self { pieces: vec![Piece::new(0.0, 1.0, 1.0 / patience_secs_mean, 0.0)] })
    }

    /// A curve through points of time and the share of callers whose patience is longer; at 0 it is 1. After the last point
    /// callers hang up as if their patience began anew with mean `tail_secs_mean`, or never (infinity). A share of 0 ends
    /// the curve: all have hung up by then, those of the last stretch at its end.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] unless times rise from above 0, shares fall (or stay) from at most 1 to at least 0, and the tail's
    /// mean is above 0.
    pub fn new(points: &[(f64, f64)], tail_secs_mean: f64) -> Result<Self, Error> {
        check(
            "tail_secs_mean",
            tail_secs_mean,
            tail_secs_mean > 0.0,
            "a number of seconds above 0",
        )?;
        let mut pieces = Vec::with_capacity(points.len() + 1);
        let (mut before, mut survival, mut kept) = (0.0, 1.0, 0.0);
        for &(secs, share) in points {
            let rises = secs.is_finite() && secs > before;
            check("a time of the curve", secs, rises, "a finite number above the one before it")?;
            let falls = (0.0..=survival).contains(&share);
            check(
                "a share of the curve",
                share,
                falls,
                "at least 0 and at most the one before it",
            )?;
            let length: f64 = secs - before;
            let hazard = if share > 0.0 { (survival / share).ln() / length } else { 0.0 };
            let piece = Piece::new(before, survival, hazard, kept);
            kept = piece.kept_until(secs);
            pieces.push(piece);
            (before, survival) = (secs, share);
            if share <= 0.0 {
                break;
            }
        }
        pieces.push(Piece::new(before, survival, 1.0 / tail_secs_mean, kept));
        Ok(Self { pieces })
    }

    /// The share of callers whose patience is longer than `secs`.
    pub fn survival(&self, secs: f64) -> f64 {
        self.piece(secs).map_or(1.0, |it| it.survival_at(secs))
    }

    fn piece(&self, secs: f64) -> Option<&Piece> {
        let next = self.pieces.partition_point(|it| it.from_secs <= secs);
        next.checked_sub(1).and_then(|it| self.pieces.get(it))
    }
}

/// The least step of an integration, as a share of where it stands.
const LEAST_STEP: f64 = 1e-9;

impl Piece {
    fn new(from_secs: f64, survival: f64, hazard: f64, kept_secs: f64) -> Self {
        Self { from_secs, survival, hazard, kept_secs }
    }

    fn survival_at(&self, secs: f64) -> f64 {
        self.survival * (-self.hazard * (secs - self.from_secs)).exp()
    }

    /// One less the survival, exact where that is near 1.
    fn gone_at(&self, secs: f64) -> f64 {
        1.0 - self.survival - self.survival * (-self.hazard * (secs - self.from_secs)).exp_m1()
    }

    fn kept_until(&self, secs: f64) -> f64 {
        let length = secs - self.from_secs;
        let share = self.hazard * length;
        let mean = if share > 0.0 { -(-share).exp_m1() / share } else { 1.0 };
        self.kept_secs + self.survival * length * mean
    }
}

/// A center whose callers have any patience: M/M/c+GI.
///
/// First come first served, Poisson arrivals, exponential service; patience is independent of everything else and
/// described by a [`PatienceCurve`], such as the one that [`SurvivalCurve::patience`](crate::SurvivalCurve::patience)
/// makes of a log. With exponential patience it is [`ErlangA`](super::ErlangA).
///
/// Integrals are by Gauss's rule within pieces of the curve: measures are within 1e-9 of their value.
///
/// # Source
///
/// \[`BaccelliHebuterne1981`\], \[`ZeltynMandelbaum2005`\].
///
/// # Example
///
/// ```
/// use ringback_forecast::{GeneralPatienceQueue, Load, PatienceCurve};
///
/// // One caller in five hangs up within ten seconds, the others are patient.
/// let patience = PatienceCurve::new(&[(10.0, 0.8)], 900.0)?;
/// let center = GeneralPatienceQueue::new(Load::new(400.0, 180.0)?, patience, 20)?;
/// assert!(center.abandon_probability() > 0.04);
/// # Ok::<(), ringback_forecast::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GeneralPatienceQueue {
    load: Load,
    agents: u32,
    patience: PatienceCurve,
    #[serde(skip)]
    rule: Vec<(f64, f64)>,
    /// The largest exponent, taken out of every integral.
    #[serde(skip)]
    top: f64,
    wait_probability: f64,
    #[serde(skip)]
    from_start: Integrals,
}

/// Integrals of the unnormalized density of the virtual wait from some wait on.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Integrals {
    all: f64,
    answered: f64,
    waited: f64,
    answered_waited: f64,
    hung_up: f64,
    hung_up_waited: f64,
}

impl GeneralPatienceQueue {
    /// A center with a load, callers' patience, and agents.
    ///
    /// # Errors
    ///
    /// [`Error::Zero`] for no agents, [`Error::Overload`] where the callers who never hang up are alone as much load as
    /// there are agents.
    pub fn new(load: Load, patience: PatienceCurve, agents: u32) -> Result<Self, Error> {
        check_agents(agents)?;
        // Beyond this, all callers have left before any service could end, and no step of the integrals is small enough.
        let hazard = patience.pieces.iter().map(|it| it.hazard).fold(0.0, f64::max);
        check(
            "hang-ups in a mean service time",
            hazard * load.service_secs_mean,
            hazard * load.service_secs_mean <= 1e6,
            "at most 1000000 at the curve's steepest",
        )?;
        if let Some(last) = patience.pieces.last()
            && last.hazard <= 0.0
            && load.erlangs() * last.survival >= f64::from(agents)
        {
            let load_erlangs = load.erlangs() * last.survival;
            return Err(Error::Overload { load_erlangs, agents });
        }
        let mut center = Self {
            load,
            agents,
            patience,
            rule: gauss_legendre(16),
            top: 0.0,
            wait_probability: 0.0,
            from_start: Integrals::default(),
        };
        center.top = center.find_top();
        center.from_start = center.integrate(0.0);
        // Erlang B with one agent less, by its recursion.
        let idle = inverse_blocking(load.erlangs(), agents - 1) * (-center.top).exp();
        let full = center.arrivals() * center.from_start.all;
        center.wait_probability = if full > 0.0 { 1.0 / (1.0 + idle / full) } else { 0.0 };
        Ok(center)
    }

    /// The share of callers who wait at all.
    pub fn wait_probability(&self) -> f64 {
        self.wait_probability
    }

    /// The share of callers who hang up.
    pub fn abandon_probability(&self) -> f64 {
        self.mean(self.from_start.hung_up)
    }

    /// The mean wait of all callers in seconds.
    pub fn wait_secs_mean(&self) -> f64 {
        self.mean(self.from_start.waited)
    }

    /// The mean wait of answered callers in seconds: the average speed of answer.
    pub fn speed_of_answer_secs(&self) -> f64 {
        self.mean(self.from_start.answered_waited) / self.answer_probability()
    }

    /// The mean time in seconds after which those hang up who do; `None` where nobody does.
    pub fn hung_up_wait_secs_mean(&self) -> Option<f64> {
        let hung_up = self.from_start.hung_up;
        (hung_up > 0.0).then(|| self.from_start.hung_up_waited / hung_up)
    }

    /// The mean number of callers who wait.
    pub fn queue_length_mean(&self) -> f64 {
        self.wait_secs_mean() * self.arrivals()
    }

    /// The share of time that an agent is busy.
    pub fn occupancy(&self) -> f64 {
        (self.load.erlangs() * self.answer_probability() / f64::from(self.agents)).min(1.0)
    }

    /// The share of callers whose virtual wait is longer than `wait_secs`.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] unless `wait_secs` is at least 0.
    pub fn virtual_wait_exceeds(&self, wait_secs: f64) -> Result<f64, Error> {
        check_wait("wait_secs", wait_secs)?;
        Ok(self.mean(self.integrate(wait_secs).all).min(1.0))
    }

    /// The share of callers who are answered within `wait_secs`, hang-ups counted as missed.
    ///
    /// # Errors
    ///
    /// As [`GeneralPatienceQueue::virtual_wait_exceeds`].
    pub fn answered_within(&self, wait_secs: f64) -> Result<f64, Error> {
        check_wait("wait_secs", wait_secs)?;
        let later = self.mean(self.integrate(wait_secs).answered);
        Ok((self.answer_probability() - later).clamp(0.0, 1.0))
    }

    fn answer_probability(&self) -> f64 {
        1.0 - self.wait_probability + self.mean(self.from_start.answered)
    }

    /// An integral as a mean over all callers.
    fn mean(&self, integral: f64) -> f64 {
        let all = self.from_start.all;
        if all > 0.0 { self.wait_probability * (integral / all).min(f64::MAX) } else { 0.0 }
    }

    /// Arrivals a second.
    fn arrivals(&self) -> f64 {
        self.load.calls_per_hour() / 3_600.0
    }

    /// Services a second while all agents are busy.
    fn services(&self) -> f64 {
        f64::from(self.agents) / self.load.service_secs_mean()
    }

    /// The exponent of the density, arrivals × kept − services × wait, which rises to one top and falls from there.
    fn exponent(&self, piece: &Piece, secs: f64) -> f64 {
        self.arrivals() * piece.kept_until(secs) - self.services() * secs
    }

    /// The exponent at the wait at which no more callers stay than agents can serve.
    fn find_top(&self) -> f64 {
        let mut top = 0.0_f64;
        for (index, piece) in self.patience.pieces.iter().enumerate() {
            let end = self.end_of(index);
            let excess = self.arrivals() * piece.survival / self.services();
            if excess <= 1.0 {
                break;
            }
            let at = (piece.from_secs + excess.ln() / piece.hazard).min(end);
            top = top.max(if at.is_finite() { self.exponent(piece, at) } else { 0.0 });
        }
        top
    }

    fn end_of(&self, index: usize) -> f64 {
        self.patience.pieces.get(index + 1).map_or(f64::INFINITY, |it| it.from_secs)
    }

    /// The integrals from a wait on: in steps over which the exponent moves by 4 at most, so that the rule's sixteen points
    /// have all digits.
    fn integrate(&self, from_secs: f64) -> Integrals {
        let mut sums = Integrals::default();
        let mut highest = f64::NEG_INFINITY;
        for (index, piece) in self.patience.pieces.iter().enumerate() {
            let end = self.end_of(index);
            let mut at = piece.from_secs.max(from_secs);
            while at < end {
                let exponent = self.exponent(piece, at) - self.top;
                let slope = self.arrivals() * piece.survival_at(at) - self.services();
                highest = highest.max(exponent);
                if slope <= 0.0 && exponent < highest - NEGLIGIBLE_LOG {
                    return sums;
                }
                let bend = (self.arrivals() * piece.hazard * piece.survival_at(at)).sqrt();
                let step = (4.0 / slope.abs().max(bend)).min(1.0 / piece.hazard);
                // Never so small that it is lost beside `at`.
                let step = step.max(LEAST_STEP * at).min(end - at);
                self.add_panel(piece, at, step, &mut sums);
                at = if step < end - at { at + step } else { end };
            }
        }
        sums
    }

    fn add_panel(&self, piece: &Piece, at: f64, step: f64, sums: &mut Integrals) {
        for (point, weight) in &self.rule {
            let secs = at + point * step;
            let kept = piece.kept_until(secs);
            let survival = piece.survival_at(secs);
            let exponent = self.arrivals() * kept - self.services() * secs - self.top;
            let density = weight * step * exponent.exp();
            sums.all += density;
            sums.answered += density * survival;
            sums.waited += density * kept;
            sums.answered_waited += density * survival * secs;
            sums.hung_up += density * piece.gone_at(secs);
            sums.hung_up_waited += density * (kept - secs * survival).max(0.0);
        }
    }
}
