//! The queue of a whole day whose load and agents change: exact, where stationary formulas are wrong most.

mod approximation;
mod passage;
mod population;

use serde::Serialize;

use self::passage::{Stretch, Tagged, passage};
use self::population::Population;
use crate::erlang::quadrature::gauss_legendre;
use crate::erlang::{Load, check, check_duration, check_patience, check_wait};
use crate::error::Error;

pub use approximation::SlotApproximation;

/// A stretch of the day in which calls come at one rate and one number of agents is there.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct QueueSlot {
    /// How long it is. Unit: seconds, above 0.
    pub length_secs: f64,
    /// How many calls are expected in it, at least 0: 0 where the center is closed.
    pub calls: f64,
    /// The agents, 0 where nobody answers: callers then wait until they hang up or agents come.
    pub agents: u32,
}

/// What the callers of a slot meet.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct SlotOutlook {
    /// The share of the slot's time, and of its callers, in which every agent is busy.
    pub wait_probability: f64,
    /// The share of the slot's callers whose virtual wait is longer than the acceptable one, if it takes no hang-up.
    pub late_probability: f64,
    /// The share of the slot's callers who are answered within the acceptable wait: the service level, hang-ups counted as
    /// missed.
    pub service_level: f64,
    /// Hang-ups in the slot over calls that come in it: may pass 1 where a line is left from before. `None` where no call
    /// is expected.
    pub abandon_probability: Option<f64>,
    /// Seconds that callers wait in the slot, over calls that come in it: the mean wait, where waits end within the slot or
    /// as much is handed over as taken on. `None` where no call is expected.
    pub wait_secs_mean: Option<f64>,
    /// The mean number of callers who wait.
    pub queue_length_mean: f64,
    /// The mean number of agents who are busy.
    pub agents_busy_mean: f64,
    /// The mean number of callers who wait or are served at the slot's end.
    pub in_center_at_end: f64,
}

/// An Erlang-A queue over a day in slots: calls come by a Poisson process whose rate may change from slot to slot, and so
/// may the agents.
///
/// Solves the equations of how the number of callers in the center moves (Kolmogorov's forward equations), instead of
/// taking every slot for settled as staffing tables do (SIPP, [`stationary`](Self::stationary)). After a peak the
/// difference is a factor: the line that is left over is not in the stationary formula at all.
///
/// **Agents who leave.** Where a slot has fewer agents than callers in service, the calls beyond go back to the head of
/// the line, and their callers may hang up there: the usual reading of these equations, in which the number in the
/// center is the whole state. Agents who finish their call first serve a little more than this says.
///
/// **Accuracy.** Probabilities that a slot's callers wait or hang up, queue lengths and busy agents are exact to 1e-10 (the
/// states and terms that are left out weigh less than 1e-12). `late_probability` and `service_level` are as exact
/// where agents do not change within the acceptable wait, and to 1e-8 in slots where they do.
///
/// # Source
///
/// Uniformization: \[Jensen1953\]. What a stationary formula misses: \[`GreenKolesarWhitt2007`\].
///
/// # Example
///
/// ```
/// use ringback_forecast::{QueueSlot, TimeVaryingQueue};
///
/// let queue = TimeVaryingQueue::new(300.0, 300.0)?; // five minutes of service and of patience
/// let slot = |calls, agents| QueueSlot { length_secs: 1_800.0, calls, agents };
/// let day = [slot(30.0, 10), slot(150.0, 18), slot(30.0, 10)];
/// let exact = queue.run(&day)?;
/// let settled = queue.stationary(&day)?;
/// // After the peak over ten times as many hang up as the table says.
/// assert!(exact[2].abandon_probability > Some(0.05));
/// assert!(settled[2].abandon_probability < 0.005);
/// # Ok::<(), ringback_forecast::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TimeVaryingQueue {
    service_secs_mean: f64,
    patience_secs_mean: f64,
    acceptable_wait_secs: f64,
    calls_at_start: u32,
}

impl TimeVaryingQueue {
    /// A queue with a mean service time and a mean patience.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] unless both are finite and above 0, and the patience a millionth to a million times the service.
    pub fn new(service_secs_mean: f64, patience_secs_mean: f64) -> Result<Self, Error> {
        check_patience(Load::new(0.0, service_secs_mean)?, patience_secs_mean)?;
        Ok(Self {
            service_secs_mean,
            patience_secs_mean,
            acceptable_wait_secs: 20.0,
            calls_at_start: 0,
        })
    }

    /// Sets the acceptable wait of service level and late callers. Default: 20 s.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] unless it is finite and at least 0.
    pub fn acceptable_wait_secs(self, acceptable_wait_secs: f64) -> Result<Self, Error> {
        check_wait("acceptable_wait_secs", acceptable_wait_secs)?;
        check_duration("acceptable_wait_secs", acceptable_wait_secs + 1.0)?;
        Ok(Self { acceptable_wait_secs, ..self })
    }

    /// Sets how many callers wait or are served when the first slot begins. Default: none.
    #[must_use]
    pub fn calls_at_start(self, calls_at_start: u32) -> Self {
        Self { calls_at_start, ..self }
    }

    /// The mean service time in seconds.
    pub fn service_secs_mean(&self) -> f64 {
        self.service_secs_mean
    }

    /// The mean patience in seconds.
    pub fn patience_secs_mean(&self) -> f64 {
        self.patience_secs_mean
    }

    /// Solves the day, slot by slot. The agents of the last slot are taken to stay on after it.
    ///
    /// # Errors
    ///
    /// [`Error::Zero`] for no slots, [`Error::Setting`] for a slot whose length is not finite and above 0, whose calls are
    /// not finite and at least 0, or whose load is above a million erlangs.
    pub fn run(&self, slots: &[QueueSlot]) -> Result<Vec<SlotOutlook>, Error> {
        self.check(slots)?;
        let mut population = Population::new(self.calls_at_start);
        let mut known: Option<(u32, Tagged)> = None;
        let mut outlooks = Vec::with_capacity(slots.len());
        for index in 0..slots.len() {
            outlooks.push(self.solve(&slots[index..], &mut population, &mut known));
        }
        Ok(outlooks)
    }

    /// Checks every slot before any is solved.
    fn check(&self, slots: &[QueueSlot]) -> Result<(), Error> {
        if slots.is_empty() {
            return Err(Error::Zero { what: "slots" });
        }
        let at_start = f64::from(self.calls_at_start);
        check("calls_at_start", at_start, at_start <= 1e6, "at most 1000000")?;
        for slot in slots {
            check_duration("length_secs", slot.length_secs)?;
            let is_right = slot.calls.is_finite() && slot.calls >= 0.0;
            check("calls", slot.calls, is_right, "a finite number of at least 0")?;
            Load::per_interval(slot.calls, slot.length_secs, self.service_secs_mean)?;
            let rates = slot.length_secs * self.rate_max(slot);
            check("events in a slot", rates, rates <= 1e9, "at most 1000000000")?;
        }
        Ok(())
    }

    /// Arrivals and services a second, at most.
    fn rate_max(&self, slot: &QueueSlot) -> f64 {
        slot.calls / slot.length_secs + f64::from(slot.agents) / self.service_secs_mean
    }

    /// Solves the first slot of the rest of the day and leaves the population as it is at its end.
    fn solve(
        &self,
        rest: &[QueueSlot],
        population: &mut Population,
        known: &mut Option<(u32, Tagged)>,
    ) -> SlotOutlook {
        let slot = rest[0];
        let rates = self.rates(&slot);
        let crossing = self.crossing_secs(rest);
        let mut mean = population.advance(&rates, slot.length_secs - crossing);
        mean.scale(1.0 - crossing / slot.length_secs);
        let (mut late, mut in_time) = (0.0, 0.0);
        if crossing < slot.length_secs {
            let states = mean.end();
            if known
                .as_ref()
                .is_none_or(|(agents, tagged)| *agents != slot.agents || tagged.states() < states)
            {
                let stay = [Stretch { agents: slot.agents, secs: self.acceptable_wait_secs }];
                *known = Some((slot.agents, passage(self.per_sec(), &stay, states + states / 4)));
            }
            if let Some((_, tagged)) = known {
                (late, in_time) = (mean.expect(&tagged.late), mean.expect(&tagged.in_time));
            }
        }
        let mut done = 0.0;
        for (point, weight) in if crossing > 0.0 { self.rule(rest, crossing) } else { Vec::new() } {
            let gap = point * crossing - done;
            mean.add(&population.advance(&rates, gap), gap / slot.length_secs);
            done += gap;
            let ahead = self.stretches(rest, slot.length_secs - crossing + done);
            let tagged = passage(self.per_sec(), &ahead, population.end());
            let share = weight * crossing / slot.length_secs;
            late += share * population.expect(&tagged.late);
            in_time += share * population.expect(&tagged.in_time);
        }
        if crossing > done {
            let gap = crossing - done;
            mean.add(&population.advance(&rates, gap), gap / slot.length_secs);
        }
        self.outlook(&slot, &mean, population, (late, in_time))
    }

    fn outlook(
        &self,
        slot: &QueueSlot,
        mean: &Population,
        end: &Population,
        (late, in_time): (f64, f64),
    ) -> SlotOutlook {
        let queue_length_mean = mean.waiting(slot.agents);
        let waited_secs = queue_length_mean * slot.length_secs;
        let per_call = |total: f64| (slot.calls > 0.0).then(|| total / slot.calls);
        SlotOutlook {
            wait_probability: mean.full(slot.agents),
            late_probability: late.clamp(0.0, 1.0),
            service_level: in_time.clamp(0.0, 1.0),
            abandon_probability: per_call(waited_secs / self.patience_secs_mean),
            wait_secs_mean: per_call(waited_secs),
            queue_length_mean,
            agents_busy_mean: (mean.callers() - queue_length_mean).max(0.0),
            in_center_at_end: end.callers(),
        }
    }

    /// How long before the slot's end a caller's acceptable wait reaches into slots with other agents.
    fn crossing_secs(&self, rest: &[QueueSlot]) -> f64 {
        let mut reach = 0.0;
        for slot in &rest[1..] {
            if slot.agents != rest[0].agents {
                let crossing = self.acceptable_wait_secs - reach;
                return crossing.clamp(0.0, rest[0].length_secs);
            }
            reach += slot.length_secs;
        }
        0.0
    }

    /// The agents whom a caller meets within the acceptable wait who comes `from_secs` after the start of the first slot.
    fn stretches(&self, rest: &[QueueSlot], from_secs: f64) -> Vec<Stretch> {
        let mut stretches: Vec<Stretch> = Vec::new();
        let (mut left, mut skip) = (self.acceptable_wait_secs, from_secs);
        for (index, slot) in rest.iter().enumerate() {
            let is_last = index + 1 == rest.len();
            let secs = if is_last { left } else { (slot.length_secs - skip).clamp(0.0, left) };
            stretches.push(Stretch { agents: slot.agents, secs });
            left -= secs;
            skip = 0.0;
            if left <= 0.0 {
                break;
            }
        }
        stretches
    }

    /// Points of time in a crossing and their weights, as shares of it: between every two moments from which the
    /// acceptable wait ends with a slot (the service level jumps there), and more of them the more happens.
    fn rule(&self, rest: &[QueueSlot], crossing_secs: f64) -> Vec<(f64, f64)> {
        let mut cuts = vec![0.0, crossing_secs];
        let mut reach = 0.0;
        for slot in &rest[1..] {
            let before_end = self.acceptable_wait_secs - reach;
            if before_end <= 0.0 {
                break;
            }
            if before_end < crossing_secs {
                cuts.push(crossing_secs - before_end);
            }
            reach += slot.length_secs;
        }
        cuts.sort_by(f64::total_cmp);
        let points = gauss_legendre(10);
        let mut rule = Vec::new();
        for pair in cuts.windows(2) {
            let secs = pair[1] - pair[0];
            let panels = (self.rate_max(&rest[0]) * secs / 20.0).ceil().max(1.0);
            let width = secs / panels / crossing_secs;
            let mut panel = 0.0;
            while panel < panels {
                let from = pair[0] / crossing_secs + panel * width;
                rule.extend(points.iter().map(|(at, weight)| (from + at * width, weight * width)));
                panel += 1.0;
            }
        }
        rule
    }

    fn rates(&self, slot: &QueueSlot) -> Rates {
        let (service, patience) = self.per_sec();
        Rates {
            arrivals: slot.calls / slot.length_secs,
            service,
            patience,
            agents: f64::from(slot.agents),
        }
    }

    /// Services and hang-ups a second, of one agent and one caller.
    fn per_sec(&self) -> (f64, f64) {
        (1.0 / self.service_secs_mean, 1.0 / self.patience_secs_mean)
    }
}

/// How fast the number of callers in the center moves, per second.
#[derive(Clone, Copy, Debug)]
struct Rates {
    arrivals: f64,
    service: f64,
    patience: f64,
    agents: f64,
}

impl Rates {
    /// Departures a second out of a center of `callers`.
    fn departures(&self, callers: f64) -> f64 {
        callers.min(self.agents) * self.service + (callers - self.agents).max(0.0) * self.patience
    }
}
