//! The fewest agents that meet a service target.

use serde::Serialize;

use crate::erlang::{ErlangA, ErlangC, Load, check, check_duration, check_patience, check_wait};
use crate::error::Error;

/// What callers or agents are promised.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub enum ServiceTarget {
    /// A share of all callers is answered within a wait: the service level, 80 % in 20 s in many places.
    AnsweredWithin {
        /// The share, above 0 and below 1.
        share: f64,
        /// The wait in seconds, at least 0.
        wait_secs: f64,
    },
    /// No more than a share of callers hangs up. Met by any agents who can do the load if no patience is set: then nobody
    /// hangs up.
    AbandonmentAtMost {
        /// The share, above 0 and below 1.
        share: f64,
    },
    /// Answered callers wait no longer in the mean: average speed of answer.
    SpeedOfAnswerAtMost {
        /// The mean wait in seconds, above 0.
        secs: f64,
    },
    /// Agents are busy for no more than a share of their time.
    OccupancyAtMost {
        /// The share, above 0 and at most 1.
        share: f64,
    },
}

/// Agents for a load: with Erlang C, or Erlang A if a patience is set.
///
/// # Example
///
/// ```
/// use ringback_forecast::{Load, ServiceTarget, Staffing};
///
/// // 100 calls in half an hour of three minutes each; 80 % in 20 s; 30 % of paid time is breaks, training, illness.
/// let load = Load::per_interval(100.0, 1_800.0, 180.0)?;
/// let target = ServiceTarget::AnsweredWithin { share: 0.8, wait_secs: 20.0 };
/// let need = Staffing::new(load).shrinkage(0.3)?.agents_for(&[target])?;
/// assert_eq!((need.agents, need.agents_scheduled), (14, 20));
/// assert!((need.service_level.unwrap() - 0.888).abs() < 5e-4);
/// // Callers who hang up after five minutes in the mean leave the line shorter.
/// let need = Staffing::new(load).patience_secs_mean(300.0)?.agents_for(&[target])?;
/// assert_eq!(need.agents, 13);
/// # Ok::<(), ringback_forecast::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Staffing {
    load: Load,
    patience_secs_mean: Option<f64>,
    shrinkage: f64,
}

/// The fewest agents and what they bring about.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct StaffingNeed {
    /// Agents on the telephone; 0 without load.
    pub agents: u32,
    /// Agents to schedule so that so many are on the telephone: agents ÷ (1 − shrinkage), rounded up.
    pub agents_scheduled: u32,
    /// The share of callers who wait at all.
    pub wait_probability: f64,
    /// The share of callers who hang up; 0 where no patience is set.
    pub abandon_probability: f64,
    /// The mean wait of answered callers in seconds.
    pub speed_of_answer_secs: f64,
    /// The share of time that an agent is busy.
    pub occupancy: f64,
    /// The share of callers answered within the wait of the first such target; `None` if there is none.
    pub service_level: Option<f64>,
}

/// Either model of the center.
enum Center {
    Delay(ErlangC),
    Abandonment(ErlangA),
}

impl Staffing {
    /// Staffing for a load whose callers never hang up (Erlang C), without shrinkage.
    pub fn new(load: Load) -> Self {
        Self { load, patience_secs_mean: None, shrinkage: 0.0 }
    }

    /// Sets the mean patience, and with it Erlang A. Default: endless.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] unless it is a millionth to a million times the mean service time.
    pub fn patience_secs_mean(self, patience_secs_mean: f64) -> Result<Self, Error> {
        check_patience(self.load, patience_secs_mean)?;
        Ok(Self { patience_secs_mean: Some(patience_secs_mean), ..self })
    }

    /// Sets the share of paid time in which agents are not on the telephone. Default: 0.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] unless `0 <= shrinkage < 1`.
    pub fn shrinkage(self, shrinkage: f64) -> Result<Self, Error> {
        check("shrinkage", shrinkage, (0.0..1.0).contains(&shrinkage), "at least 0 and below 1")?;
        Ok(Self { shrinkage, ..self })
    }

    /// The fewest agents who meet every target: found by doubling and bisection, since more agents never make a measure
    /// worse.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a target out of its range, or one that would need over two billion agents.
    pub fn agents_for(&self, targets: &[ServiceTarget]) -> Result<StaffingNeed, Error> {
        for target in targets {
            target.check()?;
        }
        if self.load.calls_per_hour() <= 0.0 {
            return Ok(self.need(0, None, targets));
        }
        let (mut low, mut high) = (0_u32, 1_u32);
        while !self.is_met(high, targets)? {
            low = high;
            high = high.checked_mul(2).filter(|it| *it <= 1 << 31).ok_or(Error::Setting {
                what: "the target",
                value: f64::from(high),
                expected: "one that two billion agents meet",
            })?;
        }
        while high - low > 1 {
            let middle = u32::midpoint(low, high);
            *(if self.is_met(middle, targets)? { &mut high } else { &mut low }) = middle;
        }
        Ok(self.need(high, self.center(high)?, targets))
    }

    /// The model with so many agents; none where the line would grow without end.
    fn center(&self, agents: u32) -> Result<Option<Center>, Error> {
        if let Some(patience) = self.patience_secs_mean {
            return Ok(Some(Center::Abandonment(ErlangA::new(self.load, patience, agents)?)));
        }
        match ErlangC::new(self.load, agents) {
            Ok(center) => Ok(Some(Center::Delay(center))),
            Err(Error::Overload { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn is_met(&self, agents: u32, targets: &[ServiceTarget]) -> Result<bool, Error> {
        let Some(center) = self.center(agents)? else { return Ok(false) };
        for target in targets {
            if !target.is_met(&center)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn need(&self, agents: u32, center: Option<Center>, targets: &[ServiceTarget]) -> StaffingNeed {
        let acceptable = targets.iter().find_map(|target| match target {
            ServiceTarget::AnsweredWithin { wait_secs, .. } => Some(*wait_secs),
            _ => None,
        });
        // Without load there is no center to ask: nobody waits.
        let (wait, hang_up, answer, busy, level) = center.map_or((0.0, 0.0, 0.0, 0.0, 1.0), |it| {
            let level = acceptable.and_then(|secs| it.answered_within(secs).ok()).unwrap_or(1.0);
            match it {
                Center::Delay(it) => {
                    (it.wait_probability(), 0.0, it.wait_secs_mean(), it.occupancy(), level)
                }
                Center::Abandonment(it) => (
                    it.wait_probability(),
                    it.abandon_probability(),
                    it.speed_of_answer_secs(),
                    it.occupancy(),
                    level,
                ),
            }
        });
        StaffingNeed {
            agents,
            agents_scheduled: scheduled(agents, self.shrinkage),
            wait_probability: wait,
            abandon_probability: hang_up,
            speed_of_answer_secs: answer,
            occupancy: busy,
            service_level: acceptable.map(|_| level),
        }
    }
}

/// Agents ÷ (1 − shrinkage), rounded up; the last bits of the division do not make one more.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast of a float saturates, and the value is a whole number of at least 0"
)]
fn scheduled(agents: u32, shrinkage: f64) -> u32 {
    let exact = f64::from(agents) / (1.0 - shrinkage);
    (exact * (1.0 - 1e-12)).ceil() as u32
}

impl Center {
    fn answered_within(&self, wait_secs: f64) -> Result<f64, Error> {
        match self {
            Self::Delay(it) => it.answered_within(wait_secs),
            Self::Abandonment(it) => it.answered_within(wait_secs),
        }
    }
}

impl ServiceTarget {
    fn check(&self) -> Result<(), Error> {
        let inside = |share: f64| 0.0 < share && share < 1.0;
        let expected = "above 0 and below 1";
        match *self {
            Self::AnsweredWithin { share, wait_secs } => {
                check("the share answered", share, inside(share), expected)?;
                check_wait("wait_secs", wait_secs)
            }
            Self::AbandonmentAtMost { share } => {
                check("the share that hangs up", share, inside(share), expected)
            }
            Self::SpeedOfAnswerAtMost { secs } => check_duration("the speed of answer", secs),
            Self::OccupancyAtMost { share } => {
                let is_right = 0.0 < share && share <= 1.0;
                check("occupancy", share, is_right, "above 0 and at most 1")
            }
        }
    }

    fn is_met(&self, center: &Center) -> Result<bool, Error> {
        let occupancy = |center: &Center| match center {
            Center::Delay(it) => it.occupancy(),
            Center::Abandonment(it) => it.occupancy(),
        };
        Ok(match (*self, center) {
            (Self::AnsweredWithin { share, wait_secs }, _) => {
                center.answered_within(wait_secs)? >= share
            }
            (Self::AbandonmentAtMost { .. }, Center::Delay(_)) => true,
            (Self::AbandonmentAtMost { share }, Center::Abandonment(it)) => {
                it.abandon_probability() <= share
            }
            (Self::SpeedOfAnswerAtMost { secs }, Center::Delay(it)) => it.wait_secs_mean() <= secs,
            (Self::SpeedOfAnswerAtMost { secs }, Center::Abandonment(it)) => {
                it.speed_of_answer_secs() <= secs
            }
            (Self::OccupancyAtMost { share }, center) => occupancy(center) <= share,
        })
    }
}
