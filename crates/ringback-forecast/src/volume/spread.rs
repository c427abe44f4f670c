//! How far outcomes lay from forecasts: past errors on a common scale, and the quantiles that intervals are cut from.

/// Past errors of one class of horizons are pooled with the next class below this number.
const ENOUGH: usize = 60;

/// Buckets of expected volume; errors are alike within one.
const BUCKETS: usize = 3;

/// One past error: what was expected, and how far away the outcome lay.
#[derive(Clone, Copy, Debug)]
struct PastError {
    expected: f64,
    scaled: f64,
}

/// Collects past errors.
#[derive(Clone, Debug, Default)]
pub(super) struct Errors(Vec<PastError>);

impl Errors {
    /// Adds an error, measured in the Poisson standard deviation.
    pub(super) fn push(&mut self, expected: f64, actual: f64) {
        self.push_in(expected, actual, poisson_unit(expected));
    }

    /// Adds an error, measured in a unit above zero.
    pub(super) fn push_in(&mut self, expected: f64, actual: f64, unit: f64) {
        self.0.push(PastError { expected, scaled: (actual - expected) / unit });
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn extend(&mut self, other: &Self) {
        self.0.extend_from_slice(&other.0);
    }

    /// Sorts the errors into buckets of rising expected volume.
    pub(super) fn spread(mut self) -> Spread {
        // Total order: by expected volume, then by error.
        self.0.sort_by(|a, b| {
            a.expected.total_cmp(&b.expected).then_with(|| a.scaled.total_cmp(&b.scaled))
        });
        let closed = self.0.partition_point(|error| error.expected <= 0.0);
        let open = self.0.split_off(closed);
        let mut buckets = vec![Bucket::new(f64::MIN_POSITIVE, &self.0)];
        let count = (open.len() / ENOUGH).clamp(1, BUCKETS);
        let mut from = 0;
        for bucket in 1..=count {
            // Errors of one expected volume stay together: cut apart, they would be the low ones and the high ones.
            let next =
                open.get(open.len() * bucket / count).map_or(f64::INFINITY, |it| it.expected);
            let to = open.partition_point(|error| error.expected < next);
            if to > from || bucket == count {
                buckets.push(Bucket::new(next, &open[from..to]));
                from = to;
            }
        }
        Spread { buckets }
    }
}

/// The errors of one bucket of expected volumes, sorted.
#[derive(Clone, Debug)]
struct Bucket {
    /// The bucket holds expected volumes below this one.
    below: f64,
    scaled: Vec<f64>,
}

impl Bucket {
    fn new(below: f64, errors: &[PastError]) -> Self {
        let mut scaled: Vec<f64> = errors.iter().map(|error| error.scaled).collect();
        scaled.sort_by(f64::total_cmp);
        Self { below, scaled }
    }
}

/// The quantiles of past errors by expected volume.
#[derive(Clone, Debug)]
pub(super) struct Spread {
    buckets: Vec<Bucket>,
}

impl Spread {
    /// The median of the outcomes where `expected` is forecast and errors are measured in `unit`.
    pub(super) fn median(&self, expected: f64, unit: f64) -> f64 {
        let errors = self.errors(expected);
        if errors.is_empty() {
            return expected;
        }
        let middle = errors.len() / 2;
        let error = if errors.len() % 2 == 1 {
            errors[middle]
        } else {
            f64::midpoint(errors[middle - 1], errors[middle])
        };
        (expected + error * unit).max(0.0)
    }

    /// The interval that a share `tail` of the outcomes should lie below, and as many above, where `expected` is forecast
    /// and errors are measured in `unit`.
    ///
    /// Its bounds are the order statistics that split conformal prediction takes, so that it errs on the wide side
    /// when errors are few: `⌊(n + 1)·tail⌋` from below and as many from above.
    pub(super) fn bounds(&self, expected: f64, unit: f64, tail: f64) -> (f64, f64) {
        let errors = self.errors(expected);
        if errors.is_empty() {
            return (expected, expected);
        }
        let outside = rank((errors.len() + 1) as f64 * tail).min(errors.len().div_ceil(2));
        let below = outside.max(1) - 1;
        let at = |error: f64| (expected + error * unit).max(0.0);
        (at(errors[below]), at(errors[errors.len() - 1 - below]))
    }

    fn errors(&self, expected: f64) -> &[f64] {
        let fits = self.buckets.iter().position(|bucket| expected < bucket.below);
        let found = fits.unwrap_or(self.buckets.len() - 1);
        &self.buckets[found].scaled
    }
}

/// The unit that errors are measured in: the Poisson standard deviation, which takes most of the volume's influence
/// out; at least that of one call.
pub(super) fn poisson_unit(expected: f64) -> f64 {
    expected.max(1.0).sqrt()
}

/// A rank that is not negative, rounded down.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rank lies between 0 and the number of errors"
)]
fn rank(rank: f64) -> usize {
    rank as usize
}

/// The spread of each class of horizons; a class with few errors borrows those of its neighbors.
pub(super) fn spreads(classes: &[Errors]) -> Vec<Spread> {
    let pooled = |class: usize| {
        let mut errors = classes[class].clone();
        for distance in 1..classes.len() {
            if errors.len() >= ENOUGH {
                break;
            }
            // The longer horizon first: its errors are the larger ones.
            for other in [Some(class + distance), class.checked_sub(distance)] {
                if let Some(other) = other.and_then(|other| classes.get(other)) {
                    errors.extend(other);
                }
            }
        }
        errors.spread()
    };
    (0..classes.len()).map(pooled).collect()
}

/// The quantile of the standard normal distribution for `0.5 <= share < 1`.
///
/// # Source
///
/// Abramowitz & Stegun, *Handbook of Mathematical Functions*, formula 26.2.23; absolute error below 4.5e-4.
pub(crate) fn normal_quantile(share: f64) -> f64 {
    let t = (-2.0 * (1.0 - share).max(f64::MIN_POSITIVE).ln()).sqrt();
    let numerator = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let denominator = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    (t - numerator / denominator).max(0.0)
}
