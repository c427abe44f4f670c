//! How likely each number of callers in the center is, and how that moves: uniformization.
//!
//! A center that changes at rate at most R is one that is looked at by a Poisson process of rate R and changes, or does
//! not, at each look. So after `h` seconds its distribution is a mixture, with Poisson weights of mean R h, of the
//! distributions after 0, 1, 2, … looks: all terms positive, nothing cancels.

use super::Rates;
use crate::erlang::gamma::poisson_term;

/// States at an end that together weigh less than this are left out.
const NEGLIGIBLE: f64 = 1e-15;

/// The chance that the center passes the states that are kept.
const PASSED: f64 = 1e-14;

/// Looks in one go, at most; after so many the states that are kept are chosen anew.
const LOOKS: f64 = 4_000.0;

/// Probabilities of the numbers of callers in the center, or their mean over time.
#[derive(Clone, Debug)]
pub(super) struct Population {
    /// Indexed by callers.
    probabilities: Vec<f64>,
    /// The first that is not 0.
    first: usize,
}

/// The Poisson weights of a number of looks.
struct Weights {
    /// The first look that counts.
    first: usize,
    /// The weight of each from there.
    at: Vec<f64>,
    /// For each look, the chance of more.
    more: Vec<f64>,
}

/// The chain at the looks.
struct Steps {
    up: f64,
    down: Vec<f64>,
    stay: Vec<f64>,
}

impl Population {
    /// A center with so many callers.
    pub(super) fn new(callers: u32) -> Self {
        let first = usize::try_from(callers).unwrap_or(usize::MAX - 1);
        let mut probabilities = vec![0.0; first];
        probabilities.push(1.0);
        Self { probabilities, first }
    }

    /// One more than the largest number of callers that is likely.
    pub(super) fn end(&self) -> usize {
        self.probabilities.len()
    }

    /// Moves on by some seconds and returns the mean over them.
    pub(super) fn advance(&mut self, rates: &Rates, secs: f64) -> Self {
        let mut mean = Self { probabilities: Vec::new(), first: 0 };
        let mut left = secs;
        while left > 0.0 {
            self.trim();
            let mut step = left;
            let (rate, steps) = loop {
                let (rate, steps) = Steps::new(rates, self.states_needed(rates, step));
                if rate * step <= LOOKS {
                    break (rate, steps);
                }
                // A shorter time needs fewer states, and so fewer looks a second.
                step = (0.9 * LOOKS / rate).min(0.5 * step);
            };
            mean.add(&self.mix(&steps, rate * step), step / secs);
            left -= step;
        }
        if secs <= 0.0 {
            mean = self.clone();
        }
        mean
    }

    /// The mean of a function of the callers in the center.
    pub(super) fn expect(&self, values: &[f64]) -> f64 {
        let kept = self.first.min(self.probabilities.len());
        self.probabilities[kept..].iter().zip(values.iter().skip(kept)).map(|(p, v)| p * v).sum()
    }

    /// The chance that all agents are busy.
    pub(super) fn full(&self, agents: u32) -> f64 {
        let agents = usize::try_from(agents).unwrap_or(usize::MAX);
        self.probabilities.iter().skip(agents).sum::<f64>().min(1.0)
    }

    /// The mean number of callers beyond the agents.
    pub(super) fn waiting(&self, agents: u32) -> f64 {
        let agents = usize::try_from(agents).unwrap_or(usize::MAX);
        self.probabilities.iter().skip(agents).enumerate().map(|(n, p)| n as f64 * p).sum()
    }

    /// The mean number of callers.
    pub(super) fn callers(&self) -> f64 {
        self.waiting(0)
    }

    /// Multiplies every probability.
    pub(super) fn scale(&mut self, by: f64) {
        for p in &mut self.probabilities {
            *p *= by;
        }
    }

    /// Adds another, weighted.
    pub(super) fn add(&mut self, other: &Self, weight: f64) {
        if self.probabilities.len() < other.probabilities.len() {
            self.probabilities.resize(other.probabilities.len(), 0.0);
        }
        for (p, q) in self.probabilities.iter_mut().zip(&other.probabilities) {
            *p += weight * q;
        }
        self.first = self.first.min(other.first);
    }

    /// Leaves out the states at both ends that together weigh nothing, and makes the rest add up to 1.
    fn trim(&mut self) {
        let mut weight = 0.0;
        while let Some(&last) = self.probabilities.last()
            && self.probabilities.len() > self.first + 1
        {
            weight += last;
            if weight > NEGLIGIBLE {
                break;
            }
            self.probabilities.pop();
        }
        weight = 0.0;
        while self.first + 1 < self.probabilities.len() {
            weight += self.probabilities[self.first];
            if weight > NEGLIGIBLE {
                break;
            }
            self.probabilities[self.first] = 0.0;
            self.first += 1;
        }
        let total: f64 = self.probabilities.iter().sum();
        self.scale(1.0 / total);
    }

    /// How many states to keep so that the center does not pass them within `secs`: no more can come, or the way up against
    /// the departures is too long.
    fn states_needed(&self, rates: &Rates, secs: f64) -> usize {
        let expected = rates.arrivals * secs;
        let most = expected + 8.0 * expected.sqrt() + 30.0;
        let (mut more, mut chance) = (0.0, expected + 1.0);
        let mut states = self.probabilities.len();
        while more < most && chance > PASSED && expected > 0.0 {
            chance *= (rates.arrivals / rates.departures(states as f64)).min(1.0);
            states += 1;
            more += 1.0;
        }
        states
    }

    /// The distribution after a time in which `looks` looks are expected; returns the mean over that time.
    fn mix(&mut self, steps: &Steps, looks: f64) -> Self {
        let weights = Weights::new(looks);
        let states = steps.down.len();
        self.probabilities.resize(states, 0.0);
        let mut now = self.probabilities.clone();
        let mut next = vec![0.0; states];
        let mut end = vec![0.0; states];
        let mut mean = vec![0.0; states];
        let (mut low, mut high) = (self.first, states);
        while high > low + 1 && now[high - 1] <= 0.0 {
            high -= 1;
        }
        let mut first = low;
        for (look, more) in weights.more.iter().enumerate() {
            let share = more / looks;
            add_into(&mut mean[low..high], &now[low..high], share);
            if let Some(weight) = look.checked_sub(weights.first).and_then(|it| weights.at.get(it))
            {
                add_into(&mut end[low..high], &now[low..high], *weight);
            }
            low = low.saturating_sub(1);
            high = (high + 1).min(states);
            first = first.min(low);
            steps.apply(&now, &mut next, low, high);
            std::mem::swap(&mut now, &mut next);
            while high > low + 1 && now[high - 1] < 1e-22 {
                now[high - 1] = 0.0;
                next[high - 1] = 0.0;
                high -= 1;
            }
            while low + 1 < high && now[low] < 1e-22 {
                now[low] = 0.0;
                next[low] = 0.0;
                low += 1;
            }
        }
        *self = Self { probabilities: end, first };
        Self { probabilities: mean, first }
    }
}

/// Adds a weighted slice to another of the same length.
fn add_into(sum: &mut [f64], values: &[f64], weight: f64) {
    for (sum, value) in sum.iter_mut().zip(values) {
        *sum += weight * value;
    }
}

impl Steps {
    /// The rate of looks and the chain at them, for so many states; from the last of them nothing goes up.
    fn new(rates: &Rates, states: usize) -> (f64, Self) {
        let leaving: Vec<f64> = (0..states).map(|n| rates.departures(n as f64)).collect();
        let most = leaving.iter().copied().fold(0.0, f64::max);
        let rate = (rates.arrivals + most).max(f64::MIN_POSITIVE);
        let down: Vec<f64> = leaving.iter().map(|it| it / rate).collect();
        let up = rates.arrivals / rate;
        let mut stay: Vec<f64> = leaving.iter().map(|it| (most - it) / rate).collect();
        if let Some(last) = stay.last_mut() {
            *last += up;
        }
        (rate, Self { up, down, stay })
    }

    /// One look, for the states from `low` to before `high`.
    fn apply(&self, now: &[f64], next: &mut [f64], low: usize, high: usize) {
        let at = |n: usize| now.get(n).copied().unwrap_or(0.0);
        let stay = |n: usize| self.stay.get(n).copied().unwrap_or(0.0);
        let down = |n: usize| self.down.get(n).copied().unwrap_or(0.0);
        let edge = |n: usize| {
            let below = if n == 0 { 0.0 } else { self.up * at(n - 1) };
            stay(n) * at(n) + below + down(n + 1) * at(n + 1)
        };
        if high - low < 3 {
            for (next, n) in next[low..high].iter_mut().zip(low..) {
                *next = edge(n);
            }
            return;
        }
        next[low] = edge(low);
        next[high - 1] = edge(high - 1);
        let inner = next[low + 1..high - 1].iter_mut();
        let middle = now[low + 1..high - 1].iter().zip(&self.stay[low + 1..high - 1]);
        let above = now[low + 2..high].iter().zip(&self.down[low + 2..high]);
        for (((next, (here, stay)), (higher, down)), lower) in
            inner.zip(middle).zip(above).zip(&now[low..high - 2])
        {
            *next = here * stay + higher * down + lower * self.up;
        }
    }
}

impl Weights {
    /// The weights of a Poisson number of looks; what is left out on both sides weighs less than 1e-14.
    fn new(looks: f64) -> Self {
        let reach = 8.5 * looks.sqrt() + 12.0;
        let mut k = (looks - reach).floor().max(0.0);
        let mut before = 0;
        let mut skipped = 0.0;
        while skipped < k {
            skipped += 1.0;
            before += 1;
        }
        let last = looks + reach + 10.0;
        let mut at = vec![poisson_term(k, looks)];
        while k < last {
            k += 1.0;
            let next = at.last().copied().unwrap_or(0.0) * looks / k;
            at.push(next);
        }
        let total: f64 = at.iter().sum();
        for weight in &mut at {
            *weight /= total;
        }
        let mut more = vec![1.0; before];
        let mut tail: Vec<f64> = Vec::with_capacity(at.len());
        let mut sum = 0.0;
        for weight in at.iter().rev() {
            tail.push(sum);
            sum += weight;
        }
        more.extend(tail.iter().rev());
        Self { first: before, at, more }
    }
}
