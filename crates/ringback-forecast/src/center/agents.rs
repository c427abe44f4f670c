//! Who is at work, and whom they serve: as their names in the log show.

use serde::{Deserialize, Serialize};

use super::recent::blend;
use super::{NO_AGENT, SECOND, Tick, secs};
use crate::Error;

/// What is known of one agent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Agent {
    last_seen: i64,
    /// Services in progress.
    open: u32,
    /// Services by type.
    served: Vec<(u32, u32)>,
    total: u32,
    /// A slow mean of their service times, in seconds.
    talk_secs: Option<f64>,
    /// A slow mean of their breaks between services, in seconds.
    gap_secs: Option<f64>,
    /// The same, of breaks that began while callers waited.
    busy_gap_secs: Option<f64>,
    /// Whether callers waited when their last service ended.
    left_waiting: bool,
}

/// Services of an agent after which the older ones weigh half.
const MEMORY: u32 = 400;

/// An agent serves a type if it is so large a part of their services: one in fifty.
const PART: u32 = 50;

impl Agent {
    fn begin(&mut self, class: u32) {
        match self.served.iter_mut().find(|it| it.0 == class) {
            Some(served) => served.1 = served.1.saturating_add(1),
            None => self.served.push((class, 1)),
        }
        self.total = self.total.saturating_add(1);
        if self.total > MEMORY {
            self.served.iter_mut().for_each(|it| it.1 /= 2);
            self.served.retain(|it| it.1 > 0);
            self.total = self.served.iter().map(|it| it.1).sum();
        }
    }

    fn serves(&self, class: u32) -> bool {
        self.served.iter().any(|it| it.0 == class && it.1 * PART >= self.total)
    }
}

/// The agents whom the log names.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Agents {
    all: Vec<Agent>,
    pub(super) talk_secs: Option<f64>,
    pub(super) gap_secs: Option<f64>,
    busy_gap_secs: Option<f64>,
    /// Of the services of type `row`, the share by agents who also serve type `column`.
    overlap: Vec<Vec<f64>>,
    related_in_hour: Option<i64>,
}

/// Agents at work in the last minutes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Active {
    pub(super) in_3_min: f64,
    pub(super) in_10_min: f64,
    pub(super) in_30_min: f64,
    pub(super) skilled_3_min: f64,
    pub(super) skilled_10_min: f64,
    pub(super) skilled_30_min: f64,
    /// Seen in the last three minutes, and not in a service.
    pub(super) idle: f64,
    pub(super) skilled_idle: f64,
    /// Services per second of the skilled ones of the last ten minutes, at their own mean service time and break.
    pub(super) skilled_rate: f64,
    /// How long the skilled idle ones have been idle, in seconds, added up.
    pub(super) skilled_idle_secs: f64,
    /// As `skilled_rate`, with their breaks while callers wait.
    pub(super) skilled_busy_rate: f64,
    /// Skilled ones who come back from a break, per second.
    pub(super) skilled_back_rate: f64,
}

/// A break for longer is none between services.
const LONGEST_GAP: i64 = 600 * SECOND;

/// The weight of the latest service or break in an agent's means.
const SLOW: f64 = 0.05;

impl Agents {
    pub(super) fn begin(&mut self, tick: &Tick) {
        if tick.agent == NO_AGENT {
            return;
        }
        let place = tick.agent as usize;
        if place >= self.all.len() {
            self.all.resize_with(place + 1, || Agent { last_seen: i64::MIN, ..Agent::default() });
        }
        let agent = &mut self.all[place];
        let gap = tick.at.saturating_sub(agent.last_seen);
        if agent.open == 0 && gap <= LONGEST_GAP {
            blend(&mut agent.gap_secs, secs(gap), SLOW);
            blend(&mut self.gap_secs, secs(gap), SLOW / 10.0);
            if agent.left_waiting {
                blend(&mut agent.busy_gap_secs, secs(gap), SLOW);
                blend(&mut self.busy_gap_secs, secs(gap), SLOW / 10.0);
            }
        }
        agent.last_seen = tick.at;
        agent.open = agent.open.saturating_add(1);
        agent.begin(tick.class);
    }

    pub(super) fn end(&mut self, tick: &Tick, left_waiting: bool) {
        if let Some(agent) = self.all.get_mut(tick.agent as usize) {
            agent.last_seen = tick.at;
            agent.left_waiting = left_waiting;
            agent.open = agent.open.saturating_sub(1);
            blend(&mut agent.talk_secs, secs(tick.at - tick.since), SLOW);
            blend(&mut self.talk_secs, secs(tick.at - tick.since), SLOW / 10.0);
        }
    }

    pub(super) fn lost(&mut self, agent: u32) {
        if let Some(agent) = self.all.get_mut(agent as usize) {
            agent.open = agent.open.saturating_sub(1);
        }
    }

    /// Checks agents that were saved: services by type add up.
    pub(super) fn check(&self) -> Result<(), Error> {
        let sum = |it: &Agent| it.served.iter().map(|it| u64::from(it.1)).sum::<u64>();
        match self.all.iter().find(|it| sum(it) != u64::from(it.total) || it.total > MEMORY) {
            None => Ok(()),
            Some(it) => {
                let (got, sum) = (it.total, sum(it));
                Err(Error::Saved(format!(
                    "{got} services of an agent, expected {sum}, at most {MEMORY}"
                )))
            }
        }
    }

    /// The types of all services, each once an agent.
    pub(super) fn classes(&self) -> impl Iterator<Item = u32> + '_ {
        self.all.iter().flat_map(|it| &it.served).map(|it| it.0)
    }

    /// Whether any agent was ever named.
    pub(super) fn are_known(&self) -> bool {
        !self.all.is_empty()
    }

    /// Whether an agent serves a type; true where the source does not name them.
    pub(super) fn serves(&self, agent: u32, class: u32) -> bool {
        self.all.get(agent as usize).is_none_or(|it| it.serves(class))
    }

    pub(super) fn active(&self, at: i64, class: u32) -> Active {
        let mut active = Active::default();
        for agent in &self.all {
            let unseen_for = at.saturating_sub(agent.last_seen);
            if agent.open == 0 && unseen_for > 1800 * SECOND {
                continue;
            }
            let unseen_for = if agent.open > 0 { 0 } else { unseen_for };
            let skilled = if agent.serves(class) { 1.0 } else { 0.0 };
            active.in_30_min += 1.0;
            active.skilled_30_min += skilled;
            if unseen_for <= 600 * SECOND {
                active.in_10_min += 1.0;
                active.skilled_10_min += skilled;
                active.skilled_rate += skilled * self.rate(agent);
                active.skilled_busy_rate += skilled * self.busy_rate(agent);
                if agent.open == 0 {
                    // The longer a break has gone on, the longer it will.
                    let gap = agent.busy_gap_secs.or(self.busy_gap_secs).unwrap_or(30.0);
                    active.skilled_back_rate += skilled / (gap + secs(unseen_for)).max(5.0);
                }
            }
            if unseen_for <= 180 * SECOND {
                active.in_3_min += 1.0;
                active.skilled_3_min += skilled;
                if agent.open == 0 {
                    active.idle += 1.0;
                    active.skilled_idle += skilled;
                    active.skilled_idle_secs += skilled * secs(unseen_for);
                }
            }
        }
        active
    }

    /// Services per second of an agent while callers wait.
    fn busy_rate(&self, agent: &Agent) -> f64 {
        let talk = agent.talk_secs.or(self.talk_secs).unwrap_or(180.0);
        let gap = agent.busy_gap_secs.or(self.busy_gap_secs).unwrap_or(0.0);
        1.0 / (talk + gap).max(1.0)
    }

    /// Services per second of an agent who is at work without an end.
    fn rate(&self, agent: &Agent) -> f64 {
        let talk = agent.talk_secs.or(self.talk_secs).unwrap_or(180.0);
        let gap = agent.gap_secs.or(self.gap_secs).unwrap_or(0.0);
        1.0 / (talk + gap).max(1.0)
    }

    /// Of the services of a type, the share by agents who also serve another; 1 while nothing is known.
    pub(super) fn overlap(&self, class: u32, other: u32) -> f64 {
        self.overlap
            .get(class as usize)
            .and_then(|it| it.get(other as usize))
            .copied()
            .unwrap_or(1.0)
    }

    /// Relates the types to each other anew, once an hour of the log.
    pub(super) fn relate(&mut self, at: i64) {
        let hour = at.div_euclid(3600 * SECOND);
        if self.related_in_hour == Some(hour) {
            return;
        }
        self.related_in_hour = Some(hour);
        let classes = self.classes().max().map_or(0, |it| it as usize + 1);
        let mut shared = vec![vec![0.0; classes]; classes];
        let mut total = vec![0.0; classes];
        for agent in &self.all {
            for &(class, count) in &agent.served {
                total[class as usize] += f64::from(count);
                for &(other, of_other) in &agent.served {
                    if of_other * PART >= agent.total {
                        shared[class as usize][other as usize] += f64::from(count);
                    }
                }
            }
        }
        for (row, total) in shared.iter_mut().zip(&total) {
            // A type that few were served of shares all agents, until more is known.
            for share in row {
                *share = (*share + 5.0) / (total + 5.0);
            }
        }
        self.overlap = shared;
    }
}
