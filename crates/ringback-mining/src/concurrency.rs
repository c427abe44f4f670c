//! Which activities run side by side: they follow each other in either order.

use std::collections::BTreeMap;

/// Which activities run side by side rather than one because of the other.
///
/// Two activities do if each directly follows the other somewhere in the log, about equally often, and not as a loop of
/// the two. With `|a>b|` the number of times that `b` comes directly after `a`, and `|aba|` that of `a`, `b`, `a`:
///
/// - dependency `(|a>b| − |b>a|) / (|a>b| + |b>a| + 1)` has a magnitude below the threshold;
/// - length-two loop `(|aba| + |bab|) / (|aba| + |bab| + 1)` is below it; it is 0 where one of the two often follows
///   itself, `|a>a| / (|a>a| + 1)` at or above the threshold.
///
/// # Source
///
/// The dependency measures of \[`Weijters2006`\]; their use as an oracle of enablement in \[`Lashkevich2023`\], whose
/// threshold is 0.9.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Concurrency {
    /// For each activity those that run beside it, in order.
    beside: BTreeMap<u32, Vec<u32>>,
}

impl Concurrency {
    /// Nothing runs beside anything else.
    pub fn none() -> Self {
        Self::default()
    }

    /// What runs side by side in these sequences of activities. The threshold's range is `0.0..=1.0`.
    ///
    /// # Example
    ///
    /// ```
    /// use ringback_mining::Concurrency;
    ///
    /// let cases = [[0, 1, 2, 3], [0, 2, 1, 3]];
    /// let relation = Concurrency::heuristic(cases.iter().map(|it| it.as_slice()), 0.9);
    /// assert!(relation.is_concurrent(1, 2));
    /// assert!(!relation.is_concurrent(0, 1));
    /// ```
    pub fn heuristic<'a>(sequences: impl Iterator<Item = &'a [u32]>, threshold: f64) -> Self {
        let mut follows: BTreeMap<(u32, u32), u64> = BTreeMap::new();
        let mut returns: BTreeMap<(u32, u32), u64> = BTreeMap::new();
        for sequence in sequences {
            for pair in sequence.windows(2) {
                if let [a, b] = *pair {
                    *follows.entry((a, b)).or_default() += 1;
                }
            }
            for three in sequence.windows(3) {
                if let [a, b, c] = *three
                    && a == c
                    && a != b
                {
                    *returns.entry((a, b)).or_default() += 1;
                }
            }
        }
        let of = |counts: &BTreeMap<(u32, u32), u64>, a, b| {
            counts.get(&(a, b)).map_or(0.0, |it| *it as f64)
        };
        let is_loop = |a| {
            let own = of(&follows, a, a);
            own / (own + 1.0) >= threshold
        };
        let mut beside: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (a, b) in follows.keys().copied().filter(|(a, b)| a < b) {
            let (there, back) = (of(&follows, a, b), of(&follows, b, a));
            if back == 0.0 {
                continue;
            }
            let dependency = (there - back) / (there + back + 1.0);
            let both = of(&returns, a, b) + of(&returns, b, a);
            let of_two = if is_loop(a) || is_loop(b) { 0.0 } else { both / (both + 1.0) };
            if of_two < threshold && dependency.abs() < threshold {
                beside.entry(a).or_default().push(b);
                beside.entry(b).or_default().push(a);
            }
        }
        for others in beside.values_mut() {
            others.sort_unstable();
        }
        Self { beside }
    }

    /// Whether two activities run side by side.
    pub fn is_concurrent(&self, a: u32, b: u32) -> bool {
        self.beside.get(&a).is_some_and(|it| it.binary_search(&b).is_ok())
    }

    /// The activities that run beside one, by their numbers.
    pub fn beside(&self, activity: u32) -> &[u32] {
        self.beside.get(&activity).map_or(&[], Vec::as_slice)
    }
}
