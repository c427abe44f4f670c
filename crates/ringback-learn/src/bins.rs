//! Features in at most 255 bins each, and one for missing values: what trees are grown on.

use std::iter;

use rayon::prelude::*;

use crate::random::Random;
use crate::{Error, Matrix};

/// The columns that lie side by side in memory, so that a row's share of them is read at once.
pub(crate) const WIDTH: usize = 8;

/// The most bins that a column's values fall into; the bin of missing values comes on top.
const MOST_BINS: usize = 255;

/// The most values of a column that its bins are found from.
const MOST_SAMPLED: usize = 200_000;

/// The seed of the sample that bins are found from.
const SAMPLE_SEED: u64 = 0x5261_6E6B;

/// A [`Matrix`] cut into bins, for fitting several trees, forests or boosted models on one matrix.
///
/// A column with at most 255 different values has a bin for each; any other has 255 bins or fewer that hold about the
/// same number of rows, where a value that is more frequent than that has a bin of its own. NaN has its own bin. Beyond
/// 200,000 rows the bins are found from a seeded sample of as many. Targets play no part, so that the rows of a test
/// period may be there too.
///
/// # Example
///
/// ```
/// use ringback_learn::{BinnedMatrix, Boosting, Loss, Matrix, Model};
///
/// let ahead: Vec<f64> = (0..1000).map(|it| f64::from(it % 10)).collect();
/// let waits: Vec<f64> = (0..1000).map(|it| f64::from(30 * (it % 10) + it / 10 % 11)).collect();
/// let matrix = Matrix::new(vec![("callers_ahead".into(), ahead)])?;
///
/// let binned = BinnedMatrix::new(&matrix)?;
/// let mean = Boosting::new(Loss::Squared).fit_binned(&binned, &waits, None)?;
/// let upper = Boosting::new(Loss::Quantile(0.9)).fit_binned(&binned, &waits, None)?;
/// assert!((mean.predict_row(&[4.0]) - 125.0).abs() < 1.0);
/// assert!((upper.predict_row(&[4.0]) - 129.0).abs() < 2.0);
/// # Ok::<(), ringback_learn::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct BinnedMatrix {
    names: Vec<String>,
    rows: usize,
    columns: Vec<BinnedColumn>,
    blocks: Vec<Vec<[u8; WIDTH]>>,
}

/// The bins of a column in which there is something to tell apart.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct BinnedColumn {
    /// The column's place in the matrix.
    pub(crate) place: u32,
    /// The upper edge of every bin of values but the last: bin `b` holds what is at most edge `b` and above the one
    /// before. Missing values are in bin `edges.len() + 1`.
    pub(crate) edges: Vec<f64>,
}

impl BinnedColumn {
    /// The bin of missing values, which comes after those of values.
    pub(crate) fn nan_bin(&self) -> usize {
        self.edges.len() + 1
    }

    fn bin(&self, value: f64) -> u8 {
        let bin = if value.is_nan() {
            self.nan_bin()
        } else {
            self.edges.partition_point(|edge| *edge < value)
        };
        u8::try_from(bin).unwrap_or(u8::MAX)
    }
}

impl BinnedMatrix {
    /// Cuts the columns of a matrix into bins.
    ///
    /// # Errors
    ///
    /// [`Error::TooFewRows`] without rows, [`Error::TooManyRows`] beyond 2³¹.
    pub fn new(matrix: &Matrix) -> Result<Self, Error> {
        let rows = matrix.rows();
        if rows == 0 {
            return Err(Error::TooFewRows { got: 0, needed: 1 });
        }
        if i32::try_from(rows).is_err() {
            return Err(Error::TooManyRows { got: rows });
        }
        let find = |place: u32| {
            let values = matrix.column(usize::try_from(place).ok()?)?;
            let edges = edges(sample(values));
            let splits = !edges.is_empty() || mixes_missing(values);
            splits.then_some(BinnedColumn { place, edges })
        };
        let places = u32::try_from(matrix.columns()).unwrap_or(u32::MAX);
        let columns: Vec<BinnedColumn> = (0..places).into_par_iter().filter_map(find).collect();
        let blocks = columns.par_chunks(WIDTH).map(|it| block(matrix, it)).collect();
        Ok(Self { names: matrix.names().to_vec(), rows, columns, blocks })
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The names of the matrix's columns, in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The columns in which there is something to tell apart, in the matrix's order.
    pub(crate) fn columns(&self) -> &[BinnedColumn] {
        &self.columns
    }

    /// The bins of [`BinnedMatrix::columns`], [`WIDTH`] columns at a time, row by row.
    pub(crate) fn blocks(&self) -> &[Vec<[u8; WIDTH]>] {
        &self.blocks
    }

    /// A matrix with this share of the columns, drawn at random, at least one; `None` if that is all of them.
    pub(crate) fn draw_columns(&self, share: f64, random: &mut Random) -> Option<Self> {
        let columns = self.columns.len();
        let kept = (1..columns).find(|it| *it as f64 >= share * columns as f64)?;
        let mut places: Vec<usize> = (0..columns).collect();
        for at in 0..kept {
            places.swap(at, at + random.below(columns - at));
        }
        places.truncate(kept);
        places.sort_unstable();
        Some(self.of_columns(&places))
    }

    fn of_columns(&self, places: &[usize]) -> Self {
        let block = |places: &[usize]| {
            let mut block = vec![[0; WIDTH]; self.rows];
            for (slot, place) in places.iter().enumerate() {
                let from = &self.blocks[place / WIDTH];
                for (row, bins) in block.iter_mut().zip(from) {
                    row[slot] = bins[place % WIDTH];
                }
            }
            block
        };
        Self {
            names: self.names.clone(),
            rows: self.rows,
            columns: places.iter().map(|it| self.columns[*it].clone()).collect(),
            blocks: places.chunks(WIDTH).map(block).collect(),
        }
    }
}

/// The bins of up to [`WIDTH`] columns, row by row; the places of absent columns hold 0.
fn block(matrix: &Matrix, columns: &[BinnedColumn]) -> Vec<[u8; WIDTH]> {
    let mut block = vec![[0; WIDTH]; matrix.rows()];
    for (slot, column) in columns.iter().enumerate() {
        let values = usize::try_from(column.place).ok().and_then(|it| matrix.column(it));
        for (row, value) in block.iter_mut().zip(values.into_iter().flatten()) {
            row[slot] = column.bin(*value);
        }
    }
    block
}

fn mixes_missing(values: &[f64]) -> bool {
    let missing = values.iter().filter(|it| it.is_nan()).count();
    0 < missing && missing < values.len()
}

/// The values that bins are found from, without the missing ones, ascending.
fn sample(values: &[f64]) -> Vec<f64> {
    let mut random = Random::new(SAMPLE_SEED);
    let mut sample: Vec<f64> = if values.len() <= MOST_SAMPLED {
        values.to_vec()
    } else {
        iter::repeat_with(|| values[random.below(values.len())]).take(MOST_SAMPLED).collect()
    };
    sample.retain(|it| !it.is_nan());
    sample.sort_unstable_by(f64::total_cmp);
    sample
}

/// The upper edges of all bins but the last for ascending values, halfway between the neighbors on either side.
fn edges(sorted: Vec<f64>) -> Vec<f64> {
    let mut counted: Vec<(f64, usize)> = Vec::new();
    for value in sorted {
        match counted.last_mut() {
            Some(last) if last.0.total_cmp(&value).is_eq() || last.0 >= value => last.1 += 1,
            _ => counted.push((value, 1)),
        }
    }
    let ends = if counted.len() <= MOST_BINS {
        (1..counted.len()).collect()
    } else {
        equal_counts(&counted)
    };
    ends.into_iter().map(|end: usize| between(counted[end - 1].0, counted[end].0)).collect()
}

/// Where bins of about equal count begin, without the first, for different values with their counts.
fn equal_counts(counted: &[(f64, usize)]) -> Vec<usize> {
    let mut left: usize = counted.iter().map(|it| it.1).sum();
    let mut begins = Vec::with_capacity(MOST_BINS);
    let (mut held, mut target) = (0, left.div_ceil(MOST_BINS));
    for (at, (_, count)) in counted.iter().enumerate() {
        let bins_left = MOST_BINS - begins.len();
        // A bin is closed when full, or when it is fuller without the next value than it is overfull with it.
        let closes = held >= target || (held > 0 && held + count / 2 > target);
        if closes && bins_left > 1 {
            begins.push(at);
            left -= held;
            held = 0;
            target = left.div_ceil(bins_left - 1);
        }
        held += count;
    }
    begins
}

/// A number from `low` up to but not including `high`, halfway if there is one between them.
fn between(low: f64, high: f64) -> f64 {
    let middle = low / 2.0 + high / 2.0;
    if low < middle && middle < high { middle } else { low }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_values_have_a_bin_each_and_missing_ones_their_own() {
        let values = vec![3.0, f64::NAN, -0.0, 0.0, 1.0];
        let matrix = Matrix::new(vec![("a".into(), values), ("b".into(), vec![7.0; 5])]).unwrap();
        let binned = BinnedMatrix::new(&matrix).unwrap();
        let expected = BinnedColumn { place: 0, edges: vec![0.5, 2.0] };
        assert_eq!(binned.columns(), [expected]);
        let bins: Vec<u8> = binned.blocks()[0].iter().map(|it| it[0]).collect();
        assert_eq!(bins, [2, 3, 0, 0, 1]);
    }

    #[test]
    fn many_values_fall_into_255_bins_of_about_equal_count() {
        let mut values: Vec<f64> = (0..10_000).map(|it| f64::from(it).sqrt()).collect();
        values.extend(iter::repeat_n(17.5, 5_000));
        let matrix = Matrix::new(vec![("a".into(), values)]).unwrap();
        let binned = BinnedMatrix::new(&matrix).unwrap();
        let mut counts = [0; 256];
        for row in &binned.blocks()[0] {
            counts[usize::from(row[0])] += 1;
        }
        let used = counts.iter().filter(|it| **it > 0).count();
        assert!((250..=255).contains(&used), "{used} bins");
        let small = counts.iter().filter(|it| (25..=80).contains(*it)).count();
        assert!(small >= used - 3, "{counts:?}");
        assert!((5_000..5_060).contains(counts.iter().max().unwrap()), "{counts:?}");
    }

    #[test]
    fn an_edge_keeps_neighboring_numbers_apart() {
        let high = 1.0_f64.next_up();
        assert!((between(1.0, high) - 1.0).abs() < f64::MIN_POSITIVE);
        assert!(between(f64::MIN, f64::MAX).abs() < f64::MIN_POSITIVE);
    }
}
