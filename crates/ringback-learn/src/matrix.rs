//! Rows of features by column.

use serde::{Deserialize, Serialize};

use crate::Error;

/// Features by column: `rows` values each, NaN where a value is missing. Infinite values are refused.
///
/// # Example
///
/// ```
/// use ringback_learn::Matrix;
///
/// let matrix = Matrix::new(vec![
///     ("callers_ahead".into(), vec![0.0, 3.0, 9.0]),
///     ("last_wait_secs".into(), vec![f64::NAN, 20.0, 80.0]),
/// ])?;
/// assert_eq!((matrix.rows(), matrix.columns()), (3, 2));
/// assert_eq!(matrix.column(1).map(|it| it[2]), Some(80.0));
/// # Ok::<(), ringback_learn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Matrix {
    names: Vec<String>,
    rows: usize,
    /// Column after column.
    values: Vec<f64>,
}

impl Matrix {
    /// A matrix of named columns of one length.
    ///
    /// # Errors
    ///
    /// [`Error::LengthMismatch`] for columns of different lengths, [`Error::DuplicateColumn`] for a name that stands twice,
    /// [`Error::Value`] for an infinite value.
    pub fn new(columns: Vec<(String, Vec<f64>)>) -> Result<Self, Error> {
        let rows = columns.first().map_or(0, |it| it.1.len());
        let mut names = Vec::with_capacity(columns.len());
        let mut values = Vec::with_capacity(columns.len() * rows);
        for (name, column) in columns {
            if column.len() != rows {
                return Err(Error::LengthMismatch {
                    what: "rows",
                    got: column.len(),
                    expected: rows,
                });
            }
            if names.contains(&name) {
                return Err(Error::DuplicateColumn { name });
            }
            if let Some(row) = column.iter().position(|it| it.is_infinite()) {
                let (what, value) = (name, column[row]);
                return Err(Error::Value { what, row, value, expected: "a finite number or NaN" });
            }
            names.push(name);
            values.extend(column);
        }
        Ok(Self { names, rows, values })
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns.
    pub fn columns(&self) -> usize {
        self.names.len()
    }

    /// The columns' names, in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// A column by its place; `None` beyond the last.
    pub fn column(&self, place: usize) -> Option<&[f64]> {
        let from = place.checked_mul(self.rows)?;
        (place < self.columns()).then(|| &self.values[from..from + self.rows])
    }

    /// Copies a row into `into`, which must have a place for every column; a row beyond the last leaves it as it is.
    pub fn copy_row(&self, row: usize, into: &mut [f64]) {
        if row < self.rows {
            for (place, value) in into.iter_mut().take(self.columns()).enumerate() {
                *value = self.values[place * self.rows + row];
            }
        }
    }

    /// The rows with these places, in that order; places beyond the last are left out.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        let rows: Vec<usize> = rows.iter().copied().filter(|it| *it < self.rows).collect();
        let mut values = Vec::with_capacity(rows.len() * self.columns());
        for column in 0..self.columns() {
            values.extend(rows.iter().map(|row| self.values[column * self.rows + row]));
        }
        Self { names: self.names.clone(), rows: rows.len(), values }
    }

    /// Checks that the columns are those a model was fitted on.
    pub(crate) fn expect_columns(&self, fitted: &[String]) -> Result<(), Error> {
        if self.columns() != fitted.len() {
            let (got, expected) = (self.columns(), fitted.len());
            return Err(Error::LengthMismatch { what: "columns", got, expected });
        }
        match self.names.iter().zip(fitted).position(|(got, expected)| got != expected) {
            None => Ok(()),
            Some(place) => {
                let (got, expected) = (self.names[place].clone(), fitted[place].clone());
                Err(Error::OtherColumn { place, got, expected })
            }
        }
    }
}
