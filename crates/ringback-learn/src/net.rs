//! A small neural net: one or two hidden layers between features and a score.

mod layers;
mod train;

use serde::{Deserialize, Serialize};

use crate::loss::Loss;
use crate::standardize::{Rows, Scaling, check_setting};
use crate::{Error, Explanation, Matrix, Model};
use layers::Layers;

/// The most units of a hidden layer: what a prediction holds on the stack.
pub(crate) const MOST_UNITS: usize = 256;

/// What a unit makes of the sum of its inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Activation {
    /// The hyperbolic tangent: smooth, from −1 to 1.
    Tanh,
    /// The sum where it is above 0, else 0.
    Relu,
}

/// A neural net of one or two hidden layers, for the comparison that the field expects.
///
/// - Features come in at mean 0 and variance 1. A missing value counts as its column's mean, and a column that has missing
///   values among the rows that are learned from gets a second input, which says whether the value is there. In a column that
///   had none then, a missing value is the mean and nothing else.
/// - Weights begin as in \[`Glorot2010`\] and are moved by Adam \[`Kingma2015`\] over small batches of rows. The order of the
///   rows is drawn anew in each epoch, from the seed.
/// - The last rows (a tenth, unless set otherwise) are not learned from: when the loss on them has not fallen for
///   some epochs it stops, and the weights of the best epoch stay. Give rows in the order of time. Without these rows it
///   runs all epochs and keeps the last weights.
/// - Losses are those of [`Loss`]. Where it is not a probability or a rate, the target too is brought to mean 0 and
///   variance 1, and [`Loss::Huber`]'s distance with it.
///
/// One thread works, so that the same seed gives the same bytes.
///
/// # Example
///
/// ```
/// use ringback_learn::{Loss, Matrix, Model, Net};
///
/// let hours: Vec<f64> = (0..400).map(|it| f64::from(it % 24)).collect();
/// let calls: Vec<f64> = hours.iter().map(|it| 50.0 - (it - 12.0).powi(2) / 4.0).collect();
/// let matrix = Matrix::new(vec![("hour".into(), hours)])?;
/// let model = Net::new(Loss::Squared).hidden(&[8]).epochs(200).seed(1).fit(&matrix, &calls)?;
/// assert!((model.predict_row(&[12.0]) - 50.0).abs() < 5.0);
/// assert!((model.predict_row(&[2.0]) - 25.0).abs() < 5.0);
/// # Ok::<(), ringback_learn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Net {
    loss: Loss,
    hidden: Vec<usize>,
    activation: Activation,
    learning_rate: f64,
    batch_rows: usize,
    epochs: usize,
    patience: usize,
    tail_share: f64,
    l2: f64,
    seed: u64,
}

impl Net {
    /// One hidden layer of 16 units with the hyperbolic tangent; learning rate 0.005, batches of 64 rows, at most 200 epochs;
    /// it stops after 10 epochs without a smaller loss on the last tenth of the rows; a penalty of 0.0001; seed 0.
    pub fn new(loss: Loss) -> Self {
        Self {
            loss,
            hidden: vec![16],
            activation: Activation::Tanh,
            learning_rate: 0.005,
            batch_rows: 64,
            epochs: 200,
            patience: 10,
            tail_share: 0.1,
            l2: 1e-4,
            seed: 0,
        }
    }

    /// The units of each hidden layer: one or two layers of 1 to 256 units.
    #[must_use]
    pub fn hidden(mut self, units: &[usize]) -> Self {
        self.hidden = units.to_vec();
        self
    }

    /// What a hidden unit makes of the sum of its inputs.
    #[must_use]
    pub fn activation(mut self, activation: Activation) -> Self {
        self.activation = activation;
        self
    }

    /// Adam's step: above 0, at most 1.
    #[must_use]
    pub fn learning_rate(mut self, learning_rate: f64) -> Self {
        self.learning_rate = learning_rate;
        self
    }

    /// The rows of a batch, at least 1.
    #[must_use]
    pub fn batch_rows(mut self, batch_rows: usize) -> Self {
        self.batch_rows = batch_rows;
        self
    }

    /// The most times that all rows are gone through, at least 1.
    #[must_use]
    pub fn epochs(mut self, epochs: usize) -> Self {
        self.epochs = epochs;
        self
    }

    /// The epochs without a smaller loss on the last rows after which it stops, at least 1.
    #[must_use]
    pub fn patience(mut self, patience: usize) -> Self {
        self.patience = patience;
        self
    }

    /// The share of the rows, the last ones, that are kept to see when to stop: from 0 to below 1. At 0 it never stops early.
    #[must_use]
    pub fn tail_share(mut self, tail_share: f64) -> Self {
        self.tail_share = tail_share;
        self
    }

    /// The penalty on half the sum of the squared weights, beside the mean loss of a row; at least 0.
    #[must_use]
    pub fn l2(mut self, l2: f64) -> Self {
        self.l2 = l2;
        self
    }

    /// The seed of the first weights and of the order of rows.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Fits to one target for each row of a matrix, rows in the order of time.
    ///
    /// # Errors
    ///
    /// [`Error::Setting`] for a setting outside its range, [`Error::LengthMismatch`] for another number of targets than rows,
    /// [`Error::TooFewRows`] without a row to learn from beside the last ones, [`Error::Value`] for a target that the loss is
    /// not defined for, [`Error::NoConvergence`] if the weights leave the range of numbers.
    pub fn fit(&self, matrix: &Matrix, targets: &[f64]) -> Result<FittedNet, Error> {
        self.fit_rows(&Rows::new(matrix, targets, None, self.loss)?)
    }

    /// Fits with a weight for each row. Only the weights' ratios count; a row of weight 0 is left out altogether.
    ///
    /// # Errors
    ///
    /// As [`Net::fit`], and [`Error::LengthMismatch`] or [`Error::Value`] for weights that are too few, too many or below 0.
    pub fn fit_weighted(
        &self,
        matrix: &Matrix,
        targets: &[f64],
        weights: &[f64],
    ) -> Result<FittedNet, Error> {
        self.fit_rows(&Rows::new(matrix, targets, Some(weights), self.loss)?)
    }

    fn fit_rows(&self, rows: &Rows<'_>) -> Result<FittedNet, Error> {
        self.check()?;
        let learned = self.learned_rows(rows.targets.len())?;
        let weights = rows.weights.as_deref();
        let inputs = Inputs::new(&rows.matrix, learned, weights);
        let output = Output::new(self.loss, &rows.targets[..learned], weights);
        let layers = train::train(self, &inputs, &output, rows)?;
        FittedNet::new(rows.matrix.names().to_vec(), inputs, layers, output)
    }

    /// The number of rows that are learned from, the first ones.
    fn learned_rows(&self, rows: usize) -> Result<usize, Error> {
        if self.tail_share == 0.0 {
            return Ok(rows);
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of the rows, of at least 0"
        )]
        let tail = ((rows as f64 * self.tail_share).round() as usize).max(1);
        if tail >= rows {
            return Err(Error::TooFewRows { got: rows, needed: tail + 1 });
        }
        Ok(rows - tail)
    }

    fn check(&self) -> Result<(), Error> {
        self.loss.check()?;
        let count = |it: usize| it as f64;
        let layers = self.hidden.len();
        check_setting((1..=2).contains(&layers), "hidden layers", count(layers), "1 or 2")?;
        for units in &self.hidden {
            let fits = (1..=MOST_UNITS).contains(units);
            check_setting(fits, "hidden units", count(*units), "a number from 1 to 256")?;
        }
        let rate = self.learning_rate;
        let fits = 0.0 < rate && rate <= 1.0;
        check_setting(fits, "learning_rate", rate, "a number above 0 and at most 1")?;
        let fits = self.l2 >= 0.0 && self.l2.is_finite();
        check_setting(fits, "l2", self.l2, "a finite number of at least 0")?;
        let fits = (0.0..1.0).contains(&self.tail_share);
        check_setting(fits, "tail_share", self.tail_share, "a number from 0 to below 1")?;
        let at_least_1 =
            |name, value: usize| check_setting(value >= 1, name, count(value), "at least 1");
        at_least_1("batch_rows", self.batch_rows)?;
        at_least_1("epochs", self.epochs)?;
        at_least_1("patience", self.patience)
    }
}

/// What the first layer sees: features at mean 0 and variance 1, then for some of them whether they are missing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Inputs {
    scaling: Scaling,
    /// The places of the features that have an input of their own for missing values.
    flagged: Vec<usize>,
    flags: Scaling,
}

impl Inputs {
    fn new(matrix: &Matrix, learned: usize, weights: Option<&[f64]>) -> Self {
        let mut inputs =
            Self { scaling: Scaling::default(), flagged: Vec::new(), flags: Scaling::default() };
        for place in 0..matrix.columns() {
            let column = &matrix.column(place).unwrap_or_default()[..learned];
            inputs.scaling.push(column, weights);
            let missing: Vec<f64> = column.iter().copied().map(flag).collect();
            if missing.iter().any(|it| *it > 0.0) && missing.iter().any(|it| *it < 1.0) {
                inputs.flagged.push(place);
                inputs.flags.push(&missing, weights);
            }
        }
        inputs
    }

    pub(crate) fn len(&self) -> usize {
        self.scaling.columns() + self.flagged.len()
    }

    /// The inputs for a row.
    pub(crate) fn of_row<'a>(&'a self, row: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
        let value = |place: usize| row.get(place).copied().unwrap_or(f64::NAN);
        let features =
            (0..self.scaling.columns()).map(move |place| self.scaling.value(place, value(place)));
        let flags = self.flagged.iter().enumerate();
        features.chain(flags.map(move |(at, place)| self.flags.value(at, flag(value(*place)))))
    }
}

/// 1 for a missing value, else 0.
fn flag(value: f64) -> f64 {
    if value.is_finite() { 0.0 } else { 1.0 }
}

/// How the net's last sum becomes a score: `center + scale · sum`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Output {
    loss: Loss,
    center: f64,
    scale: f64,
}

impl Output {
    fn new(loss: Loss, targets: &[f64], weights: Option<&[f64]>) -> Self {
        if matches!(loss, Loss::Log | Loss::Poisson) {
            return Self { loss, center: loss.constant(targets, weights), scale: 1.0 };
        }
        let mut scaling = Scaling::default();
        scaling.push(targets, weights);
        let inverse = scaling.inverse(0);
        let scale = if inverse > 0.0 { 1.0 / inverse } else { 0.0 };
        Self { loss, center: scaling.mean(0), scale }
    }

    pub(crate) fn score(&self, sum: f64) -> f64 {
        self.center + self.scale * sum
    }

    /// The loss of a sum in the net's own unit, and its derivative by the sum.
    pub(crate) fn loss_and_slope(&self, target: f64, sum: f64) -> (f64, f64) {
        if self.scale == 0.0 {
            return (0.0, 0.0);
        }
        if matches!(self.loss, Loss::Log | Loss::Poisson) {
            let score = self.score(sum);
            return (self.loss.value(target, score), self.loss.derivatives(target, score).0);
        }
        let loss = match self.loss {
            Loss::Huber(reach) => Loss::Huber(reach / self.scale),
            other => other,
        };
        let target = (target - self.center) / self.scale;
        (loss.value(target, sum), loss.derivatives(target, sum).0)
    }
}

/// A fitted [`Net`]: predicts what its loss asks for, a mean, a quantile, a probability or a rate.
///
/// # Explanations
///
/// The baseline is the score of a row in which every feature is at its mean. Each unit passes on the difference that a row
/// makes to its output in proportion to the differences in its inputs (the rescale rule of \[`Shrikumar2017`\]), from the score
/// back to the features, so the parts add up to the score without a remainder. With one hidden layer they are the
/// integrated gradients of \[`Sundararajan2017`\], without the error of a numerical integral; with two they are not,
/// and a different rule would share the same total differently. A feature's part includes that of its missing-value input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedNet")]
pub struct FittedNet {
    features: Vec<String>,
    inputs: Inputs,
    layers: Layers,
    output: Output,
}

impl FittedNet {
    fn new(
        features: Vec<String>,
        inputs: Inputs,
        layers: Layers,
        output: Output,
    ) -> Result<Self, Error> {
        let damaged = |what: &str| Error::Saved(format!("the net's {what}"));
        if inputs.scaling.columns() != features.len()
            || inputs.flags.columns() != inputs.flagged.len()
            || inputs.flagged.iter().any(|it| *it >= features.len())
        {
            return Err(damaged("inputs do not fit its features"));
        }
        if !layers.fit_together(inputs.len()) {
            return Err(damaged("layers do not fit together"));
        }
        if !output.center.is_finite() || !output.scale.is_finite() || output.loss.check().is_err() {
            return Err(damaged("output is damaged"));
        }
        Ok(Self { features, inputs, layers, output })
    }
}

impl Model for FittedNet {
    fn features(&self) -> &[String] {
        &self.features
    }

    fn predict_row(&self, row: &[f64]) -> f64 {
        let sum = self.layers.sum(self.inputs.of_row(row));
        self.output.loss.prediction(self.output.score(sum))
    }

    fn explain_row(&self, row: &[f64]) -> Explanation {
        let inputs: Vec<f64> = self.inputs.of_row(row).collect();
        let (base, shares) = self.layers.shares(&inputs);
        let mut parts: Vec<f64> = shares.iter().map(|it| it * self.output.scale).collect();
        let flags = parts.split_off(self.features.len());
        for (place, part) in self.inputs.flagged.iter().zip(flags) {
            parts[*place] += part;
        }
        Explanation { baseline: self.output.score(base), parts }
    }
}

/// A net as saved, before it is checked.
#[derive(Deserialize)]
struct SavedNet {
    features: Vec<String>,
    inputs: Inputs,
    layers: Layers,
    output: Output,
}

impl TryFrom<SavedNet> for FittedNet {
    type Error = Error;

    fn try_from(saved: SavedNet) -> Result<Self, Error> {
        Self::new(saved.features, saved.inputs, saved.layers, saved.output)
    }
}
