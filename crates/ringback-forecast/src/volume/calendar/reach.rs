//! How far intervals must reach of late: after days that missed more often than they should tails are cut further out,
//! after days that missed less, further in.

use super::replay::Replayed;
use crate::score::Level;
use crate::volume::spread::Spread;

/// The levels whose coverage is followed; others lie between them.
const LEVELS: [f64; 5] = [0.5, 0.8, 0.9, 0.95, 0.99];

/// A day on which nothing is missed moves the logarithm of a tail by so much.
const STEP: f64 = 0.1;

/// A day on which more is missed than should be pays for it at most so many times as fast: days err as a whole.
const MOST_DEBT: f64 = 6.0;

/// Tails stay within this factor of their level's own, and below `LARGEST_TAIL`.
const MOST: f64 = 8.0;
const LARGEST_TAIL: f64 = 0.45;

/// Slots of which fewer calls are expected say nothing: an interval of so small counts holds more than its level.
const LEAST_EXPECTED: f64 = 0.3;

/// The tail at which each level is cut, as it has come to be.
///
/// # Source
///
/// Adaptive conformal inference \[`Gibbs2021`\]; here a day at a time, and on the logarithm of the tail.
#[derive(Clone, Debug)]
pub(in crate::volume) struct Reach {
    tails: [f64; LEVELS.len()],
}

impl Reach {
    /// Every level cut at its own tail.
    pub(super) fn nominal() -> Self {
        Self { tails: LEVELS.map(|level| 0.5 * (1.0 - level)) }
    }

    /// Follows the replayed slots, which are in the order of their days; `unit` is what a slot's error is measured in.
    pub(super) fn learn(
        replayed: &[Replayed],
        spread: &Spread,
        unit: impl Fn(&Replayed) -> f64,
    ) -> Self {
        let mut reach = Self::nominal();
        for day in replayed.chunk_by(|a, b| a.day == b.day) {
            let mut missed = [0.0; LEVELS.len()];
            let mut scored = 0.0;
            for it in day.iter().filter(|it| it.expected >= LEAST_EXPECTED) {
                scored += 1.0;
                let unit = unit(it);
                for (missed, &tail) in missed.iter_mut().zip(&reach.tails) {
                    let (lower, upper) = spread.bounds(it.expected, unit, tail);
                    *missed += f64::from(u8::from(it.came < lower || upper < it.came));
                }
            }
            if scored > 0.0 {
                reach.follow(missed.map(|missed| missed / scored));
            }
        }
        // A wider level is never cut at a larger tail.
        for at in 1..LEVELS.len() {
            reach.tails[at] = reach.tails[at].min(reach.tails[at - 1]);
        }
        reach
    }

    /// Takes in the share of a day's slots that each level missed.
    fn follow(&mut self, missed: [f64; LEVELS.len()]) {
        for ((tail, missed), level) in self.tails.iter_mut().zip(missed).zip(LEVELS) {
            let allowed = 1.0 - level;
            let own = 0.5 * allowed;
            let credit = ((allowed - missed) / allowed).max(-MOST_DEBT);
            let moved = *tail * (STEP * credit).exp();
            *tail = moved.clamp(own / MOST, (own * MOST).min(LARGEST_TAIL));
        }
    }

    /// The tail at which a level is cut: between the levels that are followed, on logarithmic scales; the middle is
    /// the middle, and beyond the widest level all tails are changed by its factor.
    pub(in crate::volume) fn tail(&self, level: Level) -> f64 {
        let own = level.tail().ln();
        let middle = 0.5_f64.ln();
        let mut before = (middle, middle);
        for (known, tail) in LEVELS.into_iter().zip(self.tails) {
            let here = ((0.5 * (1.0 - known)).ln(), tail.ln());
            if level.get() <= known {
                let share = (own - before.0) / (here.0 - before.0);
                return (before.1 + share * (here.1 - before.1)).exp();
            }
            before = here;
        }
        (own + before.1 - before.0).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::volume::spread::Errors;

    fn replayed(days: usize, error: impl Fn(usize, usize) -> f64) -> Vec<Replayed> {
        let slot = |day: usize, slot: usize| Replayed {
            day,
            slot,
            expected: 100.0,
            variance: 0.0,
            came: 100.0 + error(day, slot),
        };
        (0..days).flat_map(|day| (0..50).map(move |it| slot(day, it))).collect()
    }

    fn spread(replayed: &[Replayed]) -> Spread {
        let mut errors = Errors::default();
        for it in replayed {
            errors.push_in(it.expected, it.came, 1.0);
        }
        errors.spread()
    }

    #[test]
    fn where_errors_stay_as_they_are_tails_stay_near_their_own() {
        let replayed = replayed(120, |_, slot| slot as f64 - 24.5);
        let reach = Reach::learn(&replayed, &spread(&replayed), |_| 1.0);
        for level in [0.5, 0.8, 0.9] {
            let level = Level::new(level).unwrap();
            let ratio = reach.tail(level) / level.tail();
            assert!((0.8..=1.25).contains(&ratio), "{level}: {ratio}");
        }
    }

    #[test]
    fn days_that_have_become_calm_are_covered_as_often_as_said_not_more() {
        // Thirty wild days, then ninety of a quarter of their errors.
        let size = |day: usize| if day < 30 { 4.0 } else { 1.0 };
        let replayed = replayed(120, |day, slot| size(day) * (slot as f64 - 24.5));
        let spread = spread(&replayed);
        let reach = Reach::learn(&replayed, &spread, |_| 1.0);
        let level = Level::new(0.8).unwrap();
        let covered = |tail: f64| {
            let (lower, upper) = spread.bounds(100.0, 1.0, tail);
            let last = replayed.iter().filter(|it| it.day == 119);
            last.filter(|it| lower <= it.came && it.came <= upper).count() as f64 / 50.0
        };
        assert!((covered(level.tail()) - 1.0).abs() < 1e-12);
        assert!((covered(reach.tail(level)) - 0.8).abs() <= 0.08, "{}", reach.tail(level));
    }

    #[test]
    fn tails_fall_with_the_level_and_never_leave_zero_to_a_half() {
        let replayed = replayed(60, |day, slot| if day % 9 == 0 { 80.0 } else { slot as f64 });
        let reach = Reach::learn(&replayed, &spread(&replayed), |_| 1.0);
        let mut before = 0.5;
        for percent in 1..1000_u32 {
            let tail = reach.tail(Level::new(f64::from(percent) / 1000.0).unwrap());
            assert!(0.0 < tail && tail <= before, "{percent}: {tail} after {before}");
            before = tail;
        }
    }
}
