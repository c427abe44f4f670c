//! A measure with its numerator and denominator, or why there is none.

use std::fmt;

use serde::ser::{Serialize, SerializeStruct, Serializer};

/// A numerator over a denominator, or that the source cannot say.
///
/// Three answers are kept apart: a value; no value because no call counts (a denominator of 0); and a quantity that is
/// not observable in this source, which must never be shown as 0.
///
/// In JSON it has `value`, `numerator`, `denominator` and `left_out`, or a `value` of null and `not_observable` with
/// what the source lacks.
///
/// # Example
///
/// ```
/// use ringback_features::{Measure, NotObservable, Ratio};
///
/// let rate = Measure::Ratio(Ratio { numerator: 3.0, denominator: 12.0, left_out: 0 });
/// assert_eq!(rate.value(), Some(0.25));
/// let lacks = Measure::NotObservable(NotObservable::Abandons);
/// assert_eq!(lacks.to_string(), "not observable in this source: it does not write abandoned calls");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Measure {
    /// The source can say, of the calls that count.
    Ratio(Ratio),
    /// The source cannot say.
    NotObservable(NotObservable),
}

/// A numerator over a denominator.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ratio {
    /// Calls, or seconds, as the measure says.
    pub numerator: f64,
    /// Calls, or seconds, as the measure says; 0 where nothing counts.
    pub denominator: f64,
    /// How many calls would count but for something that the log does not say of them.
    pub left_out: u64,
}

/// What a source does not say, so that a measure is not observable.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NotObservable {
    /// Whether callers hung up before an answer.
    Abandons,
    /// How long calls waited.
    Waits,
    /// Who answered.
    Agents,
    /// Stamps are too coarse to be compared with the limit.
    FineStamps,
}

impl NotObservable {
    fn because(self) -> &'static str {
        match self {
            Self::Abandons => "it does not write abandoned calls",
            Self::Waits => "it does not write waits",
            Self::Agents => "it does not name agents",
            Self::FineStamps => "its stamps are coarser than the limit",
        }
    }
}

impl fmt::Display for NotObservable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not observable in this source: {}", self.because())
    }
}

impl Ratio {
    /// Numerator ÷ denominator; `None` unless the denominator is positive.
    pub fn value(&self) -> Option<f64> {
        (self.denominator > 0.0).then(|| self.numerator / self.denominator)
    }
}

impl Measure {
    pub(super) fn ratio(numerator: f64, denominator: f64, left_out: u64) -> Self {
        Self::Ratio(Ratio { numerator, denominator, left_out })
    }

    /// Numerator ÷ denominator; `None` where no call counts or the source cannot say.
    pub fn value(&self) -> Option<f64> {
        self.counts().and_then(|ratio| ratio.value())
    }

    /// Numerator, denominator and calls left out; `None` where the source cannot say.
    pub fn counts(&self) -> Option<Ratio> {
        match self {
            Self::Ratio(ratio) => Some(*ratio),
            Self::NotObservable(_) => None,
        }
    }

    /// What the source lacks; `None` where it lacks nothing, be there calls or not.
    pub fn not_observable(&self) -> Option<NotObservable> {
        match self {
            Self::Ratio(_) => None,
            Self::NotObservable(missing) => Some(*missing),
        }
    }
}

/// The value with its full precision, or in words why there is none.
impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotObservable(missing) => missing.fmt(f),
            Self::Ratio(ratio) => match ratio.value() {
                Some(value) => value.fmt(f),
                None => f.write_str("no calls to measure"),
            },
        }
    }
}

impl Serialize for Measure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Ratio(ratio) => {
                let mut fields = serializer.serialize_struct("Measure", 4)?;
                fields.serialize_field("value", &ratio.value())?;
                fields.serialize_field("numerator", &ratio.numerator)?;
                fields.serialize_field("denominator", &ratio.denominator)?;
                fields.serialize_field("left_out", &ratio.left_out)?;
                fields.end()
            }
            Self::NotObservable(missing) => {
                let mut fields = serializer.serialize_struct("Measure", 2)?;
                fields.serialize_field("value", &None::<f64>)?;
                fields.serialize_field("not_observable", missing)?;
                fields.end()
            }
        }
    }
}
