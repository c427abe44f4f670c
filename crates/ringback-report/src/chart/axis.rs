//! The value axis: ticks at round numbers.

use super::number;

/// The largest value that an axis shows: beyond it the arithmetic of ticks would overflow.
const LIMIT: f64 = 1e300;

/// Below it, every whole number is a double of its own (2^53): ticks that are closer would fall together.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Round numbers from at or below `lower` to at or above `upper`: multiples of 1, 2 or 5 times a power of ten, as close
/// together as `at_most` of them allow (at least 3: both ends, and 0 where it lies between).
///
/// Bounds that are not finite are read as 0, swapped bounds are swapped back, and equal ones are widened to include 0
/// (0 itself to `0..=1`).
///
/// # Source
///
/// The 1-2-5 rule of W. S. Cleveland, *The Elements of Graphing Data* (1985), and of Heckbert, "Nice numbers for graph
/// labels", *Graphics Gems* (1990).
///
/// # Example
///
/// ```
/// use ringback_report::nice_ticks;
///
/// assert_eq!(nice_ticks(0.0, 87.0, 6), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
/// assert_eq!(nice_ticks(0.0, 0.31, 5), [0.0, 0.1, 0.2, 0.3, 0.4]);
/// ```
pub fn nice_ticks(lower: f64, upper: f64, at_most: usize) -> Vec<f64> {
    Ticks::new((lower, upper), at_most, Step::Any).at
}

/// Which steps an axis may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Any round number.
    Any,
    /// 1 or more: the values are counts, and half a call is no place for a tick.
    Whole,
}

impl Step {
    /// [`Step::Whole`] where every value is a whole number.
    pub(super) fn of(values: &[f64]) -> Self {
        if values.iter().all(|it| it.fract() == 0.0) { Self::Whole } else { Self::Any }
    }
}

/// Round numbers, and the distance between them.
#[derive(Clone, Debug)]
pub(super) struct Ticks {
    /// In ascending order, at least two.
    pub(super) at: Vec<f64>,
    /// The distance.
    pub(super) step: f64,
}

impl Ticks {
    pub(super) fn new(range: (f64, f64), at_most: usize, rule: Step) -> Self {
        let (lower, upper) = widened(range);
        let at_most = at_most.max(3) as f64;
        let mut exponent = if rule == Step::Whole { 0 } else { below(upper - lower) - 3 };
        loop {
            for mantissa in [1.0, 2.0, 5.0] {
                let step = scaled(mantissa, exponent);
                let (first, last) = ((lower / step).floor(), (upper / step).ceil());
                let is_exact = first.abs().max(last.abs()) < EXACT;
                if is_exact && last - first + 1.0 <= at_most {
                    return Self { at: multiples(first, last, mantissa, exponent), step };
                }
            }
            exponent += 1;
        }
    }

    pub(super) fn labels(&self) -> Vec<String> {
        number::tick_labels(&self.at, self.step)
    }

    /// The first and the last tick.
    pub(super) fn range(&self) -> (f64, f64) {
        (self.at.first().copied().unwrap_or(0.0), self.at.last().copied().unwrap_or(1.0))
    }
}

/// Finite bounds, in order, apart.
fn widened((lower, upper): (f64, f64)) -> (f64, f64) {
    let clean = |it: f64| if it.is_finite() { it.clamp(-LIMIT, LIMIT) } else { 0.0 };
    let (lower, upper) = (clean(lower).min(clean(upper)), clean(lower).max(clean(upper)));
    if lower < upper {
        (lower, upper)
    } else if lower == 0.0 {
        (0.0, 1.0)
    } else {
        (lower.min(0.0), upper.max(0.0))
    }
}

/// The exponent of the largest power of ten at or below a positive value.
fn below(value: f64) -> i32 {
    let mut exponent = 0;
    while exponent > -300 && 10_f64.powi(exponent) > value {
        exponent -= 1;
    }
    while exponent < 300 && 10_f64.powi(exponent + 1) <= value {
        exponent += 1;
    }
    exponent
}

/// `mantissa` times ten to the `exponent`. Divides for negative exponents: `3.0 / 10.0` is the double nearest to 0.3,
/// and `3.0 * 0.1` is not.
fn scaled(mantissa: f64, exponent: i32) -> f64 {
    if exponent < 0 { mantissa / 10_f64.powi(-exponent) } else { mantissa * 10_f64.powi(exponent) }
}

fn multiples(first: f64, last: f64, mantissa: f64, exponent: i32) -> Vec<f64> {
    let mut at = Vec::new();
    let mut index = first;
    while index <= last {
        // Adding 0 turns -0 into 0.
        at.push(scaled(index * mantissa, exponent) + 0.0);
        index += 1.0;
    }
    at
}

/// A straight map from values to drawing units.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    pub(super) values: (f64, f64),
    pub(super) units: (f64, f64),
}

impl Scale {
    /// Where a value is drawn; a value outside the range is drawn at the nearer end.
    pub(super) fn at(self, value: f64) -> f64 {
        let (lower, upper) = self.values;
        let share = if upper > lower { (value - lower) / (upper - lower) } else { 0.5 };
        self.units.0 + share.clamp(0.0, 1.0) * (self.units.1 - self.units.0)
    }
}
