//! Days as the audit compares them: how busy each was, and how its calls lay over the day.

/// Parts of a day, of about equal volume, whose shares describe its shape.
const PARTS: usize = 4;

/// A day of which less than this share of the usual volume falls into known intervals says nothing.
const LEAST_KNOWN: f64 = 0.5;

/// The features of a day: the logarithm of its total, and of the share of each part but the last.
pub(super) const FEATURES: usize = PARTS;

/// The features of each day; `None` for a day of which too little is known.
pub(super) type Features = Vec<Option<[f64; FEATURES]>>;

/// Computes the features of days of `slots` intervals each. A missing interval counts as in the mean day.
pub(super) fn features(counts: &[Option<f64>], slots: usize) -> Features {
    let mean = mean_day(counts, slots);
    let usual: f64 = mean.iter().sum();
    let part = parts(&mean);
    counts
        .chunks_exact(slots)
        .map(|day| {
            let (mut known, mut total) = (0.0, 0.0);
            for (value, usual) in day.iter().zip(&mean) {
                if let Some(value) = value {
                    total += value;
                    known += usual;
                }
            }
            if usual <= 0.0 || known < LEAST_KNOWN * usual {
                return None;
            }
            let level = total / known;
            let mut sums = [0.0; PARTS];
            let mut expected = [0.0; PARTS];
            for (slot, (value, usual)) in day.iter().zip(&mean).enumerate() {
                sums[part[slot]] += value.unwrap_or(usual * level);
                expected[part[slot]] += usual * level;
            }
            let mut found = [0.0; FEATURES];
            // One call more on both sides keeps empty days and parts finite.
            found[0] = (level * usual).ln_1p();
            for which in 1..FEATURES {
                found[which] = ((sums[which - 1] + 1.0) / (expected[which - 1] + 1.0)).ln();
            }
            Some(found)
        })
        .collect()
}

fn mean_day(counts: &[Option<f64>], slots: usize) -> Vec<f64> {
    let mut sums = vec![(0.0, 0.0); slots];
    for day in counts.chunks_exact(slots) {
        for (sum, value) in sums.iter_mut().zip(day) {
            if let Some(value) = value {
                sum.0 += value;
                sum.1 += 1.0;
            }
        }
    }
    sums.into_iter().map(|(sum, n)| if n > 0.0 { sum / n } else { 0.0 }).collect()
}

/// The part of the day that each slot belongs to.
fn parts(mean: &[f64]) -> Vec<usize> {
    let usual: f64 = mean.iter().sum();
    let mut before = 0.0;
    mean.iter()
        .map(|volume| {
            let middle = (before + 0.5 * volume) / usual.max(f64::MIN_POSITIVE);
            before += volume;
            (0..PARTS).rev().find(|&part| middle * PARTS as f64 >= part as f64).unwrap_or(0)
        })
        .collect()
}
