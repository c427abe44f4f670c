//! How much time agents have left for callbacks, from the load that is expected and the agents who are planned.

mod free;

use ringback_forecast::{Level, Load, ServiceTarget, Staffing, VolumeForecast};
use ringback_reach::Window;

pub use self::free::{FreeTime, Slack};
use crate::{Error, Skill};

/// One interval of the load: the calls that are expected and the agents who are there.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadRow {
    /// When.
    pub window: Window,
    /// Calls that are expected in it. At least 0.
    pub calls: f64,
    /// How long an agent is busy with one, talk, hold and wrap-up. Unit: seconds, above 0.
    pub handle_secs: f64,
    /// Agents who are there to take calls.
    pub agents: u32,
    /// What these agents can do; absent where they take every request.
    pub skill: Option<Skill>,
}

/// How much of agents' time is kept for callers who wait.
///
/// In each interval the fewest agents are found who keep the promise to callers ([`Staffing`]: Erlang C, or Erlang A with
/// a patience); what agents there are beyond those are free for callbacks, less a reserve. To keep a few agents back for
/// callers, rather than to plan everyone's time, is what the optimal policy does too.
///
/// # Source
///
/// \[`LegrosJouiniKoole2016`\] for the reserve.
///
/// # Example
///
/// ```
/// use ringback_callback::{FreeTimeSettings, LoadRow};
/// use ringback_reach::Window;
///
/// // 100 calls of three minutes in half an hour need 14 agents for 80 % in 20 s; 20 are there.
/// let window = Window::new("2026-05-04T12:00:00Z".parse()?, "2026-05-04T12:30:00Z".parse()?)?;
/// let row = LoadRow { window, calls: 100.0, handle_secs: 180.0, agents: 20, skill: None };
/// let free = FreeTimeSettings::default().reserve_share(0.25)?.free_time(&[row])?;
/// let slack = free.within(window, None);
/// assert_eq!(slack.free_secs, 6.0 * 1_800.0 * 0.75);
/// assert_eq!(slack.share(), 0.225); // of all agents' time
/// assert_eq!(slack.slots(300.0), 27);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct FreeTimeSettings {
    target: ServiceTarget,
    patience_secs_mean: Option<f64>,
    reserve_share: f64,
    reserve_agents: u32,
    upper: Option<Level>,
}

impl Default for FreeTimeSettings {
    fn default() -> Self {
        Self {
            target: ServiceTarget::AnsweredWithin { share: 0.8, wait_secs: 20.0 },
            patience_secs_mean: None,
            reserve_share: 0.1,
            reserve_agents: 0,
            upper: None,
        }
    }
}

impl FreeTimeSettings {
    /// Sets what callers are promised. Default: 80 % answered in 20 s.
    #[must_use]
    pub fn target(mut self, target: ServiceTarget) -> Self {
        self.target = target;
        self
    }

    /// Sets the mean patience of callers in seconds, and with it Erlang A. Default: endless, which asks for more agents.
    #[must_use]
    pub fn patience_secs_mean(mut self, patience_secs_mean: f64) -> Self {
        self.patience_secs_mean = Some(patience_secs_mean);
        self
    }

    /// Sets the share of free time that is not planned. Default: 0.1.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] unless it is at least 0 and at most 1.
    pub fn reserve_share(mut self, reserve_share: f64) -> Result<Self, Error> {
        if (0.0..=1.0).contains(&reserve_share) {
            self.reserve_share = reserve_share;
            return Ok(self);
        }
        let expected = "at least 0 and at most 1";
        Err(Error::Setting { name: "reserve_share", value: reserve_share, expected })
    }

    /// Sets how many agents are kept for callers in every interval, beyond those that the target asks for. Default: 0.
    #[must_use]
    pub fn reserve_agents(mut self, reserve_agents: u32) -> Self {
        self.reserve_agents = reserve_agents;
        self
    }

    /// Plans on the upper bound of a forecast's prediction interval in place of its mean. Default: the mean.
    #[must_use]
    pub fn upper(mut self, level: Level) -> Self {
        self.upper = Some(level);
        self
    }

    /// The time that agents have free in each interval.
    ///
    /// # Errors
    ///
    /// [`Error::Load`] for a row whose load or target cannot be: negative calls, no handling time.
    pub fn free_time(&self, rows: &[LoadRow]) -> Result<FreeTime, Error> {
        let mut free = FreeTime::default();
        for row in rows {
            let needed = self.agents_needed(row)?.saturating_add(self.reserve_agents);
            let spare = f64::from(row.agents.saturating_sub(needed));
            let secs = secs(row.window);
            let free_secs = spare * secs * (1.0 - self.reserve_share);
            free.add(row.window, row.skill.clone(), [free_secs, f64::from(row.agents) * secs]);
        }
        Ok(free)
    }

    /// The rows of a forecast: `agents` holds those of each interval, and the rows end with the shorter of the two.
    ///
    /// # Errors
    ///
    /// [`Error::Load`] if the forecast does not have the interval of the level that was set.
    pub fn rows(
        &self,
        forecast: &VolumeForecast,
        handle_secs: f64,
        agents: &[u32],
        skill: Option<&Skill>,
    ) -> Result<Vec<LoadRow>, Error> {
        let calls = match self.upper {
            None => &forecast.mean,
            Some(level) => {
                let found = forecast.intervals.iter().find(|it| it.level == level);
                let missing =
                    || Error::Load(format!("the forecast has no interval at level {level}"));
                &found.ok_or_else(missing)?.upper
            }
        };
        let step = forecast.interval.delta();
        let mut start = forecast.start;
        let mut rows = Vec::with_capacity(calls.len().min(agents.len()));
        for (&calls, &agents) in calls.iter().zip(agents) {
            let too_late = || {
                Error::Load(format!("the forecast ends after {start}, the last instant there is"))
            };
            let end = start.checked_add_signed(step).ok_or_else(too_late)?;
            let window = Window::new(start, end).map_err(|it| Error::Load(it.to_string()))?;
            rows.push(LoadRow { window, calls, handle_secs, agents, skill: skill.cloned() });
            start = window.ends_at();
        }
        Ok(rows)
    }

    fn agents_needed(&self, row: &LoadRow) -> Result<u32, Error> {
        let needed = || {
            let load = Load::per_interval(row.calls, secs(row.window), row.handle_secs)?;
            let mut staffing = Staffing::new(load);
            if let Some(patience_secs_mean) = self.patience_secs_mean {
                staffing = staffing.patience_secs_mean(patience_secs_mean)?;
            }
            staffing.agents_for(&[self.target])
        };
        let at = row.window.starts_at();
        needed().map(|it| it.agents).map_err(|it| Error::Load(format!("interval at {at}: {it}")))
    }
}

/// The length of a window in seconds.
pub(crate) fn secs(window: Window) -> f64 {
    window.length().as_seconds_f64()
}
