//! Whether a policy's gain may be called one, and how many attempts a trial needs.

mod normal;
mod trial;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use trial::UpliftTrial;

use crate::{Estimate, PolicyEstimates, TimeEffect};

/// Effective attempts below which no uplift is told.
const LEAST_EFFECTIVE_ROWS: f64 = 400.0;
/// The share of the weights that may be cut away.
const MOST_CLIPPED_WEIGHT: f64 = 0.05;
/// How far the mean weight may lie from 1: this, or three standard errors.
const MOST_WEIGHT_GAP: f64 = 0.1;

/// Where the chances come from with which the log's times were chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PropensityOrigin {
    /// Whoever chose the time drew it by these chances, and wrote them down.
    Logged,
    /// They were estimated afterwards from what was chosen: what else the choice followed, such as an agent's hunch, stays
    /// in the difference.
    Estimated,
}

/// The difference that a policy makes, as far as a log can tell.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Uplift {
    /// The policy reaches more (or fewer) customers, and the log can carry that.
    Measured(Difference),
    /// The log could carry a difference, and shows none.
    NotShown(Difference),
    /// The log cannot carry a difference.
    Refused(RefusedUplift),
}

/// A policy's reached share less the log's own.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// The difference. Unit: probability, so that 0.05 is five percentage points.
    pub value: f64,
    /// The lower end of its interval.
    pub lower: f64,
    /// The upper end.
    pub upper: f64,
}

/// Why no uplift is told.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusedUplift {
    /// No attempt says with which chance its time was chosen.
    NoPropensities,
    /// The chances were estimated: what is left is an adjusted association, not the effect of a policy.
    AdjustedAssociation(Difference),
    /// Too few attempts are like those that the policy would make.
    TooFewEffectiveRows {
        /// Effective attempts.
        got: f64,
        /// Those that are needed.
        needed: f64,
    },
    /// The policy chooses what the log has hardly tried.
    NoOverlap {
        /// The mean weight, 1 if the log tried all that the policy would choose.
        weight_mean: f64,
        /// The share of the weights that was cut away.
        clipped_weight: f64,
    },
    /// The time of a call makes no difference that this log can show, so no choice of times can.
    NoTimeEffect {
        /// The p-value of the test of the times; absent where they could not be tested.
        p_value: Option<f64>,
    },
}

impl Uplift {
    /// Judges what a policy adds, from its estimates, the test of whether times matter at all, and where the propensities come
    /// from. The policy must not have been made from the attempts that it is judged by.
    ///
    /// An uplift is measured only if the propensities were logged, at least 400 attempts are effective, the policy's
    /// choices were tried (at most 5 % of the weights cut away, and their mean within 0.1 or three standard errors of 1),
    /// times matter in this log, and the interval of the difference leaves out 0.
    pub fn judge(
        estimates: Option<&PolicyEstimates>,
        times: &TimeEffect,
        origin: PropensityOrigin,
    ) -> Self {
        let Some(estimates) = estimates.filter(|it| it.rows > 0) else {
            return Self::Refused(RefusedUplift::NoPropensities);
        };
        let difference = Difference::from(estimates.gain);
        if origin == PropensityOrigin::Estimated {
            return Self::Refused(RefusedUplift::AdjustedAssociation(difference));
        }
        if estimates.effective_rows < LEAST_EFFECTIVE_ROWS {
            let (got, needed) = (estimates.effective_rows, LEAST_EFFECTIVE_ROWS);
            return Self::Refused(RefusedUplift::TooFewEffectiveRows { got, needed });
        }
        let Estimate { value: weight_mean, standard_error, .. } = estimates.weight_mean;
        let gap = MOST_WEIGHT_GAP.max(3.0 * standard_error);
        let clipped_weight = estimates.clipped_weight;
        if (weight_mean - 1.0).abs() > gap || clipped_weight > MOST_CLIPPED_WEIGHT {
            return Self::Refused(RefusedUplift::NoOverlap { weight_mean, clipped_weight });
        }
        if !times.is_shown() {
            return Self::Refused(RefusedUplift::NoTimeEffect { p_value: times.p_value });
        }
        if difference.lower > 0.0 || difference.upper < 0.0 {
            Self::Measured(difference)
        } else {
            Self::NotShown(difference)
        }
    }

    /// The difference, only where the log can carry it and it is not 0.
    pub fn measured(&self) -> Option<Difference> {
        match self {
            Self::Measured(it) => Some(*it),
            _ => None,
        }
    }
}

impl From<Estimate> for Difference {
    fn from(it: Estimate) -> Self {
        Self { value: it.value, lower: it.lower, upper: it.upper }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let points = [self.value, self.lower, self.upper].map(|it| 100.0 * it);
        write!(f, "{:+.1} points ({:+.1} to {:+.1})", points[0], points[1], points[2])
    }
}

impl fmt::Display for Uplift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Measured(it) => write!(f, "uplift {it}"),
            Self::NotShown(it) => write!(f, "no difference shown: {it}"),
            Self::Refused(it) => write!(f, "no uplift told: {it}"),
        }
    }
}

impl fmt::Display for RefusedUplift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPropensities => {
                f.write_str("no attempt says with which chance its time was chosen")
            }
            Self::AdjustedAssociation(it) => {
                write!(f, "adjusted association {it}, as the propensities were estimated")
            }
            Self::TooFewEffectiveRows { got, needed } => {
                write!(f, "{got:.0} effective attempts, at least {needed:.0} are needed")
            }
            Self::NoOverlap { weight_mean, clipped_weight } => write!(
                f,
                "the log has hardly tried what the policy chooses (mean weight {weight_mean:.2}, {:.1} % of it cut)",
                100.0 * clipped_weight
            ),
            Self::NoTimeEffect { p_value: Some(p_value) } => {
                write!(f, "no effect of the time is shown (p = {p_value:.3})")
            }
            Self::NoTimeEffect { p_value: None } => {
                f.write_str("whether the time has an effect could not be tested")
            }
        }
    }
}
