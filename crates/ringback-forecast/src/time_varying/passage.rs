//! What becomes of a caller who joins behind others: the line ahead only ever gets shorter.

use crate::erlang::gamma::poisson_term;

/// So many agents for so long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    pub(super) agents: u32,
    pub(super) secs: f64,
}

/// By the number of callers whom the tagged one meets in the center.
#[derive(Clone, Debug)]
pub(super) struct Tagged {
    /// The chance that no agent is free for them in time, if they do not hang up.
    pub(super) late: Vec<f64>,
    /// The chance that they are answered in time.
    pub(super) in_time: Vec<f64>,
}

impl Tagged {
    /// How many numbers of callers are known.
    pub(super) fn states(&self) -> usize {
        self.late.len()
    }
}

/// Follows a caller through the stretches that make up the acceptable wait, from its end back to the arrival.
///
/// Behind `n` others and with `c` agents, `n >= c`, the line ahead gets shorter at a rate of c services and n − c hang-ups;
/// a caller with fewer than `c` ahead is served. By uniformization, as [`Population`](super::Population).
pub(super) fn passage(
    (service, patience): (f64, f64),
    stretches: &[Stretch],
    states: usize,
) -> Tagged {
    let mut late = vec![1.0; states];
    let mut in_time = vec![0.0; states];
    for stretch in stretches.iter().rev() {
        let free = usize::try_from(stretch.agents).unwrap_or(usize::MAX).min(states);
        late[..free].fill(0.0);
        in_time[..free].fill(1.0);
        let agents = f64::from(stretch.agents);
        let ahead = |n: usize| agents * service + (n as f64 - agents) * patience;
        let rate = ahead(states) + patience;
        let looks = rate * stretch.secs;
        if free == states || looks <= 0.0 {
            continue;
        }
        let shorter: Vec<f64> = (free..states).map(|n| ahead(n) / rate).collect();
        // No agent will come: the line may get shorter, but nobody is served.
        follow(&mut late, &shorter, 0.0, (looks, free));
        follow(&mut in_time, &shorter, patience / rate, (looks, free));
    }
    Tagged { late, in_time }
}

/// Mixes the values after 0, 1, 2, … looks by their Poisson weights.
fn follow(values: &mut [f64], shorter: &[f64], hang_up: f64, (looks, free): (f64, usize)) {
    // In front of the states stands the one that stays as it is: served, or nobody ahead and no agents.
    let mut now = vec![free.checked_sub(1).map_or(0.0, |it| values[it])];
    now.extend_from_slice(&values[free..]);
    let mut next = now.clone();
    let keep: Vec<f64> = shorter.iter().map(|it| 1.0 - it - hang_up).collect();
    let mut mixed = vec![0.0; values.len() - free];
    let start = (looks - 8.5 * looks.sqrt() - 12.0).floor().max(0.0);
    let mut weight = poisson_term(start, looks);
    let (mut look, mut total) = (0.0, 0.0);
    loop {
        if look >= start {
            total += weight;
            for (sum, value) in mixed.iter_mut().zip(&now[1..]) {
                *sum += weight * value;
            }
            weight *= looks / (look + 1.0);
        }
        look += 1.0;
        // Past the mode weights fall faster than by this ratio.
        if look > looks && weight <= 1e-14 * (1.0 - looks / (look + 1.0)) {
            break;
        }
        let inner = now[..now.len() - 1].iter().zip(&now[1..]).zip(shorter.iter().zip(&keep));
        for (next, ((below, here), (chance, keep))) in next[1..].iter_mut().zip(inner) {
            *next = chance * below + keep * here;
        }
        std::mem::swap(&mut now, &mut next);
    }
    for (value, sum) in values[free..].iter_mut().zip(&mixed) {
        *value = sum / total;
    }
}
