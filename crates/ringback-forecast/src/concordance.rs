//! Concordance: whether those who were told to wait longer did, callers who hung up included.

/// A caller's wait as far as it is known, and what they were told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WaitSeen {
    /// How long they waited, in seconds.
    pub wait_secs: f64,
    /// Whether they were answered; one who hung up waited at least so long.
    pub answered: bool,
    /// What was predicted, in seconds.
    pub predicted_secs: f64,
}

/// Harrell's concordance index: the share of comparable pairs of callers in which the one who waited longer had been
/// told the longer wait; equal predictions count half.
///
/// A pair is comparable if the one who waited less was answered, or if both waited the same and one of them was
/// answered, the other not (who then waited longer). Range: `0.0..=1.0`, 0.5 is chance; `None` without a comparable
/// pair, or if a number is not finite. Takes O(n log n).
///
/// # Source
///
/// \[`Harrell1982`\].
///
/// # Example
///
/// ```
/// use ringback_forecast::{WaitSeen, concordance};
///
/// let seen = |wait_secs, answered, predicted_secs| WaitSeen { wait_secs, answered, predicted_secs };
/// let callers = [seen(10.0, true, 5.0), seen(20.0, false, 30.0), seen(30.0, true, 20.0)];
/// // The first against each of the others; the second hung up before anything is known against the third.
/// assert_eq!(concordance(&callers), Some(1.0));
/// ```
pub fn concordance(callers: &[WaitSeen]) -> Option<f64> {
    if callers.iter().any(|it| !it.wait_secs.is_finite() || !it.predicted_secs.is_finite()) {
        return None;
    }
    let mut predictions: Vec<f64> = callers.iter().map(|it| it.predicted_secs).collect();
    predictions.sort_by(f64::total_cmp);
    predictions.dedup();
    let mut order: Vec<&WaitSeen> = callers.iter().collect();
    order.sort_by(|a, b| b.wait_secs.total_cmp(&a.wait_secs).then(a.answered.cmp(&b.answered)));
    // From the longest wait down: `longer` holds what those were told who are known to have waited longer.
    let mut longer = Counts::new(predictions.len());
    let (mut halves, mut pairs) = (0_u64, 0_u64);
    let mut rest = order.as_slice();
    while let [first, ..] = rest {
        let is_alike = |it: &&&WaitSeen| {
            it.wait_secs.total_cmp(&first.wait_secs).is_eq() && it.answered == first.answered
        };
        let n = rest.iter().take_while(is_alike).count();
        let (same, others) = rest.split_at(n);
        for caller in same.iter().filter(|it| it.answered) {
            let place = predictions.partition_point(|it| *it < caller.predicted_secs);
            let (below, equal) = (longer.below(place), longer.at(place));
            halves += 2 * (longer.total - below - equal) + equal;
            pairs += longer.total;
        }
        for caller in same {
            longer.add(predictions.partition_point(|it| *it < caller.predicted_secs));
        }
        rest = others;
    }
    (pairs > 0).then(|| halves as f64 / 2.0 / pairs as f64)
}

/// Counts by place, with running sums: a Fenwick tree.
struct Counts {
    tree: Vec<u64>,
    single: Vec<u64>,
    total: u64,
}

impl Counts {
    fn new(places: usize) -> Self {
        Self { tree: vec![0; places + 1], single: vec![0; places], total: 0 }
    }

    fn add(&mut self, place: usize) {
        self.total += 1;
        self.single[place] += 1;
        let mut at = place + 1;
        while at < self.tree.len() {
            self.tree[at] += 1;
            at += at & at.wrapping_neg();
        }
    }

    fn at(&self, place: usize) -> u64 {
        self.single[place]
    }

    fn below(&self, place: usize) -> u64 {
        let (mut sum, mut at) = (0, place);
        while at > 0 {
            sum += self.tree[at];
            at &= at - 1;
        }
        sum
    }
}
