//! A matrix of features: a row a target, a column a feature.

/// Features of targets. Shape: `(rows, names.len())`, row-major. A value that is absent (missing in the feed, before
/// the series, or not known yet) is NaN.
///
/// Two matrices are equal where their names are and every value has the same bits, so that absent equals absent.
///
/// # Example
///
/// ```
/// use ringback_features::FeatureMatrix;
///
/// let names = vec!["lag_1".to_owned(), "weekday".to_owned()];
/// let matrix = FeatureMatrix::new(names, 2, vec![4.0, 0.0, f64::NAN, 1.0])?;
/// assert_eq!(matrix.row(0), Some(&[4.0, 0.0][..]));
/// assert_eq!(matrix.column("weekday"), Some(vec![0.0, 1.0]));
/// # Ok::<(), ringback_features::InvalidFeatureMatrix>(())
/// ```
#[derive(Clone, Debug)]
pub struct FeatureMatrix {
    names: Vec<String>,
    rows: usize,
    values: Vec<f64>,
}

impl FeatureMatrix {
    /// A matrix of `rows` rows; `values` row by row.
    ///
    /// # Errors
    ///
    /// [`InvalidFeatureMatrix`] unless there are `rows` times as many values as names, and every name differs.
    pub fn new(
        names: Vec<String>,
        rows: usize,
        values: Vec<f64>,
    ) -> Result<Self, InvalidFeatureMatrix> {
        let twice = names.iter().enumerate().find(|&(at, name)| names[..at].contains(name));
        if let Some((_, name)) = twice {
            return Err(InvalidFeatureMatrix::DuplicateName(name.clone()));
        }
        if rows.checked_mul(names.len()) != Some(values.len()) {
            let (columns, values) = (names.len(), values.len());
            return Err(InvalidFeatureMatrix::Shape { values, rows, columns });
        }
        Ok(Self { names, rows, values })
    }

    /// A matrix of values that fill the shape, under names that differ.
    pub(crate) fn filled(names: Vec<String>, rows: usize, values: Vec<f64>) -> Self {
        debug_assert_eq!(names.len() * rows, values.len());
        Self { names, rows, values }
    }

    /// The names of the columns.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many columns there are.
    pub fn columns(&self) -> usize {
        self.names.len()
    }

    /// All values, row by row.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The values of a row, one a column; `None` past the last row.
    pub fn row(&self, row: usize) -> Option<&[f64]> {
        let from = row.checked_mul(self.columns()).filter(|_| row < self.rows)?;
        self.values.get(from..from + self.columns())
    }

    /// The values of a column, one a row; `None` where no column has this name.
    pub fn column(&self, name: &str) -> Option<Vec<f64>> {
        let column = self.names.iter().position(|it| it == name)?;
        Some(self.values.iter().skip(column).step_by(self.columns()).copied().collect())
    }
}

impl PartialEq for FeatureMatrix {
    fn eq(&self, other: &Self) -> bool {
        let bits = |matrix: &Self| matrix.values.iter().map(|it| it.to_bits()).collect::<Vec<_>>();
        self.rows == other.rows && self.names == other.names && bits(self) == bits(other)
    }
}

impl Eq for FeatureMatrix {}

/// Names and values that are no feature matrix.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidFeatureMatrix {
    /// Two columns have one name.
    #[error("feature {0:?} stands twice, expected each name once")]
    DuplicateName(String),
    /// The values do not fill the shape.
    #[error("{values} values, expected {rows} rows of {columns}")]
    Shape {
        /// Values given.
        values: usize,
        /// Rows said.
        rows: usize,
        /// Names given.
        columns: usize,
    },
}
