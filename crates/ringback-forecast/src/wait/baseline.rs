//! A linear model beneath the trees: it goes on where they have seen nothing.

use std::f64::consts::PI;

use ringback_learn::{FittedRidge, Matrix, Model, Ridge};
use serde::{Deserialize, Serialize};

use super::rows::{Known, Rows};
use crate::Error;
use crate::center::{FEATURES, Features, place};

const HOUR: usize = place("hour_of_day");
const WEEKDAY: usize = place("weekday");

/// Turns of the day's wave: 24, 12 and 8 hours.
const WAVES: usize = 3;

/// Types with a level of their own.
const TYPES: usize = 8;

/// Two columns a feature, but for hour and weekday; a sine and a cosine for each wave; weekdays and types.
const COLUMNS: usize = (FEATURES.len() - 2) * 2 + WAVES * 2 + 7 + TYPES;

/// Rows that are enough for so few coefficients; of more, evenly spread ones are taken.
const ROWS: usize = 40_000;

/// As so many rows that say 0 of every standardized column.
const PENALTY: f64 = 300.0;

/// Ridge regression of the root of the wait, on roots and logarithms of the features.
///
/// Trees answer a state beyond what they were fitted on with the last leaf; months that are busier than all before are then
/// told too little. Roots of waits are nearly as far above as below their mean, so this one is near the median.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedBaseline")]
pub(super) struct Baseline {
    line: FittedRidge,
    /// The places of the types with most callers.
    own: Vec<usize>,
    /// The root of the longest wait that was learned from: nothing longer is predicted.
    longest_root: f64,
}

/// A baseline as saved, before it is checked.
#[derive(Deserialize)]
struct SavedBaseline {
    line: FittedRidge,
    own: Vec<usize>,
    longest_root: f64,
}

impl TryFrom<SavedBaseline> for Baseline {
    type Error = Error;

    fn try_from(SavedBaseline { line, own, longest_root }: SavedBaseline) -> Result<Self, Error> {
        if line.features() != names() {
            let got = line.features().len();
            return Err(Error::Saved(format!(
                "other columns of a line: {got}, expected {COLUMNS}"
            )));
        }
        if own.len() > TYPES || !(longest_root >= 0.0 && longest_root.is_finite()) {
            return Err(Error::Saved("a line's types or longest wait are out of range".into()));
        }
        Ok(Self { line, own, longest_root })
    }
}

fn names() -> Vec<String> {
    let of_state = FEATURES.iter().enumerate().filter(|it| it.0 != HOUR && it.0 != WEEKDAY);
    let mut names: Vec<String> =
        of_state.flat_map(|(_, it)| [format!("log_{it}"), format!("root_{it}")]).collect();
    names.extend((1..=WAVES).flat_map(|it| [format!("sine_{it}"), format!("cosine_{it}")]));
    names.extend((0..7).map(|it| format!("weekday_{it}")));
    names.extend((0..TYPES).map(|it| format!("type_{it}")));
    names
}

impl Baseline {
    /// From callers whose wait was known.
    pub(super) fn learn(
        rows: &Rows,
        known: &[Known],
        codes: &[Option<usize>],
    ) -> Result<Self, Error> {
        let code = |it: &Known| codes.get(rows.asker(it.row).class as usize).copied().flatten();
        let own = most_frequent(known.iter().filter_map(code));
        let taken: Vec<&Known> = known.iter().step_by(known.len().div_ceil(ROWS).max(1)).collect();
        let mut columns = vec![Vec::new(); COLUMNS];
        for it in &taken {
            let row = basis(&rows.features(it.row), code(it), &own);
            for (column, value) in columns.iter_mut().zip(row) {
                column.push(value);
            }
        }
        let matrix = Matrix::new(names().into_iter().zip(columns).collect())?;
        let roots: Vec<f64> = taken.iter().map(|it| it.wait_secs.sqrt()).collect();
        let longest = known.iter().map(|it| it.wait_secs).fold(0.0, f64::max);
        let line = Ridge::new().alpha(PENALTY).fit(&matrix, &roots)?;
        Ok(Self { line, own, longest_root: longest.sqrt() })
    }

    /// The root of the wait in seconds, at least 0. Does not allocate.
    pub(super) fn root(&self, features: &Features, code: Option<usize>) -> f64 {
        let root = self.line.predict_row(&basis(features, code, &self.own));
        root.clamp(0.0, self.longest_root)
    }
}

/// The places of the types with most callers, the first of those with as many.
fn most_frequent(codes: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut counts: Vec<usize> = Vec::new();
    for code in codes {
        if code >= counts.len() {
            counts.resize(code + 1, 0);
        }
        counts[code] += 1;
    }
    let mut order: Vec<usize> = (0..counts.len()).collect();
    order.sort_by_key(|it| (std::cmp::Reverse(counts[*it]), *it));
    order.truncate(TYPES);
    order
}

/// What the line is linear in.
fn basis(features: &Features, code: Option<usize>, own: &[usize]) -> [f64; COLUMNS] {
    let mut basis = [0.0; COLUMNS];
    let mut at = 0;
    let mut put = |value: f64| {
        basis[at] = value;
        at += 1;
    };
    for (place, value) in features.iter().enumerate() {
        if place != HOUR && place != WEEKDAY {
            put(value.abs().ln_1p().copysign(*value));
            put(value.abs().sqrt().copysign(*value));
        }
    }
    let angle = features[HOUR] * PI / 12.0;
    for wave in 1..=WAVES {
        let (sine, cosine) = (angle * wave as f64).sin_cos();
        put(sine);
        put(cosine);
    }
    let is = |it: bool| if it { 1.0 } else { 0.0 };
    for day in 0..7 {
        put(is((features[WEEKDAY] - f64::from(day)).abs() < 0.5));
    }
    for place in 0..TYPES {
        put(is(code.is_some() && own.get(place).copied() == code));
    }
    basis
}
