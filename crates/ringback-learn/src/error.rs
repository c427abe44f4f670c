//! Why a model cannot be fitted, loaded or asked.

/// Why a model cannot be fitted, loaded or asked.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There are no rows to learn from, or fewer than the model needs.
    #[error("need at least {needed} rows, got {got}")]
    TooFewRows {
        /// Rows given.
        got: usize,
        /// Rows that are needed.
        needed: usize,
    },
    /// Things that belong together row by row, or column by column, differ in number.
    #[error("{got} {what} stand against {expected}")]
    LengthMismatch {
        /// What differs, in the plural: "targets", "columns", …
        what: &'static str,
        /// How many there are.
        got: usize,
        /// How many there should be.
        expected: usize,
    },
    /// A value that cannot be used where it stands.
    #[error("{what} of row {row} is {value}, expected {expected}")]
    Value {
        /// What it is: "target", "weight", or the column's name.
        what: String,
        /// The row, from 0.
        row: usize,
        /// The value.
        value: f64,
        /// What was expected.
        expected: &'static str,
    },
    /// A setting outside its range.
    #[error("{name} is {value}, expected {expected}")]
    Setting {
        /// The setting's name.
        name: &'static str,
        /// Its value.
        value: f64,
        /// The range that it must lie in.
        expected: &'static str,
    },
    /// There are more rows than trees can be grown on.
    #[error("got {got} rows, expected fewer than 2^31")]
    TooManyRows {
        /// Rows given.
        got: usize,
    },
    /// A setting names a column that the matrix does not have.
    #[error("no column {name:?}")]
    UnknownColumn {
        /// The name.
        name: String,
    },
    /// Two columns of a matrix have the same name.
    #[error("column {name:?} stands twice")]
    DuplicateColumn {
        /// The name.
        name: String,
    },
    /// A model was learned from other columns than those it is asked with.
    #[error("column {place} is {got:?}, expected {expected:?}")]
    OtherColumn {
        /// The column's place, from 0.
        place: usize,
        /// The name in the matrix.
        got: String,
        /// The name when the model was fitted.
        expected: String,
    },
    /// A column that is a linear mix of others, in a fit without a penalty.
    #[error(
        "column {column:?} is a linear mix of others, expected a penalty above 0 or other columns"
    )]
    Collinear {
        /// The column's name.
        column: String,
    },
    /// An iterative fit did not settle.
    #[error("{model} did not converge: {problem}")]
    NoConvergence {
        /// The model.
        model: &'static str,
        /// What the solver says.
        problem: String,
    },
    /// A saved model is of another version or damaged.
    #[error("saved model: {0}")]
    Saved(String),
}
