//! Rows drawn from a seed: the same here and in `benches/side_by_side/learners.py`.

use ringback_learn::{Matrix, Model};

/// `SplitMix64`.
pub(crate) struct Draws(u64);

impl Draws {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// 1 with this probability, else 0.
    pub(crate) fn event(&mut self, probability: f64) -> f64 {
        if self.unit() < probability { 1.0 } else { 0.0 }
    }
}

pub(crate) fn sigmoid(score: f64) -> f64 {
    1.0 / (1.0 + (-score).exp())
}

pub(crate) fn matrix(columns: &[(&str, Vec<f64>)]) -> Matrix {
    Matrix::new(columns.iter().map(|it| (it.0.to_owned(), it.1.clone())).collect()).unwrap()
}

/// The rows that scikit-learn was given.
pub(crate) struct Reference {
    pub(crate) matrix: Matrix,
    pub(crate) targets: Vec<f64>,
    pub(crate) outcomes: Vec<f64>,
    pub(crate) weights: Vec<f64>,
}

pub(crate) fn reference() -> Reference {
    let mut draws = Draws::new(20);
    let mut columns = vec![Vec::new(); 6];
    for row in 0..120 {
        let [a, b, c, noise, event, weight] = std::array::from_fn(|_| draws.unit());
        let happened = event < sigmoid(4.0 * a - 3.0 * b - 1.0);
        let missing = row % 7 == 3;
        let values = [
            a,
            if missing { f64::NAN } else { 1000.0 * b },
            a + 0.1 * c,
            3.0 + 2.0 * a - 4.0 * b + noise,
            f64::from(u8::from(happened)),
            0.5 + weight,
        ];
        columns.iter_mut().zip(values).for_each(|(column, value)| column.push(value));
    }
    let [a, b, near, targets, outcomes, weights] = columns.try_into().unwrap();
    let matrix = matrix(&[("a", a), ("b", b), ("near", near)]);
    Reference { matrix, targets, outcomes, weights }
}

#[track_caller]
pub(crate) fn check_close(got: &[f64], expected: &[f64], relative: f64) {
    assert_eq!(got.len(), expected.len());
    for (got_one, expected_one) in got.iter().zip(expected) {
        let off = (got_one - expected_one).abs();
        assert!(off <= relative * expected_one.abs().max(1e-300), "{got:?}, expected {expected:?}");
    }
}

/// Checks that the parts of every row add up to the score that belongs to its prediction.
#[track_caller]
pub(crate) fn check_parts(model: &dyn Model, matrix: &Matrix, prediction: impl Fn(f64) -> f64) {
    let mut row = vec![f64::NAN; matrix.columns()];
    for at in 0..matrix.rows() {
        matrix.copy_row(at, &mut row);
        let (explained, predicted) = (model.explain_row(&row), model.predict_row(&row));
        assert_eq!(explained.parts.len(), matrix.columns());
        let off = (prediction(explained.score()) - predicted).abs();
        assert!(off <= 1e-9 * (1.0 + predicted.abs()), "row {at}: {explained:?} {predicted}");
    }
}
