//! A score that is linear in standardized features, under both linear models.

use serde::{Deserialize, Serialize};

use crate::standardize::Scaling;
use crate::{Error, Explanation};

/// A baseline, and a slope for each feature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedLine")]
pub(crate) struct Line {
    features: Vec<String>,
    scaling: Scaling,
    /// The score where every feature is at its mean.
    baseline: f64,
    /// What one standard deviation more of each feature adds.
    slopes: Vec<f64>,
}

impl Line {
    pub(crate) fn new(
        features: Vec<String>,
        scaling: Scaling,
        baseline: f64,
        slopes: Vec<f64>,
    ) -> Result<Self, Error> {
        if features.len() != scaling.columns() || features.len() != slopes.len() {
            return Err(Error::Saved("features, scales and slopes differ in number".into()));
        }
        let line = Self { features, scaling, baseline, slopes };
        let numbers = line.coefficients().into_iter().chain([line.intercept()]);
        if !numbers.chain(line.slopes.iter().copied()).all(f64::is_finite) {
            let problem = "a coefficient is beyond the range of numbers".to_owned();
            return Err(Error::NoConvergence { model: "linear model", problem });
        }
        Ok(line)
    }

    pub(crate) fn features(&self) -> &[String] {
        &self.features
    }

    pub(crate) fn coefficients(&self) -> Vec<f64> {
        let slopes = self.slopes.iter().enumerate();
        slopes.map(|(place, slope)| slope * self.scaling.inverse(place)).collect()
    }

    pub(crate) fn intercept(&self) -> f64 {
        let slopes = self.coefficients().into_iter().enumerate();
        self.baseline - slopes.map(|(place, it)| it * self.scaling.mean(place)).sum::<f64>()
    }

    pub(crate) fn score(&self, row: &[f64]) -> f64 {
        // The order of additions is that of `Explanation::score`, so that parts add up to the last bit.
        self.baseline + (0..self.slopes.len()).map(|place| self.part(place, row)).sum::<f64>()
    }

    pub(crate) fn explain(&self, row: &[f64]) -> Explanation {
        let parts = (0..self.slopes.len()).map(|place| self.part(place, row)).collect();
        Explanation { baseline: self.baseline, parts }
    }

    fn part(&self, place: usize, row: &[f64]) -> f64 {
        let value = row.get(place).copied().unwrap_or(f64::NAN);
        self.slopes[place] * self.scaling.value(place, value)
    }
}

/// A line as saved, before it is checked.
#[derive(Deserialize)]
struct SavedLine {
    features: Vec<String>,
    scaling: Scaling,
    baseline: f64,
    slopes: Vec<f64>,
}

impl TryFrom<SavedLine> for Line {
    type Error = Error;

    fn try_from(saved: SavedLine) -> Result<Self, Error> {
        Self::new(saved.features, saved.scaling, saved.baseline, saved.slopes)
    }
}
