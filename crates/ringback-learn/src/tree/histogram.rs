//! Sums of derivatives by bin, in whole numbers: the same in any order of adding, and exact when one is taken from another.

use rayon::prelude::*;

use crate::bins::{BinnedMatrix, WIDTH};

/// What is summed: with one lane the first derivative above the count of rows, for losses whose second derivative is 1; with
/// two lanes the first derivative, and the second one above the count.
pub(crate) type Entry<const LANES: usize> = [i64; LANES];

/// The bins of [`WIDTH`] columns.
pub(crate) type Block<const LANES: usize> = [[Entry<LANES>; 256]; WIDTH];

/// The most rows for which one lane leaves enough digits to the derivative.
pub(crate) const MOST_ROWS_OF_ONE_LANE: usize = 1 << 22;

/// The updates of a histogram below which it is not worth spreading over threads.
const FEW_UPDATES: usize = 200_000;

/// Derivatives by row as whole numbers of a unit that is a power of two, chosen so that no sum of them overflows.
#[derive(Debug)]
pub(crate) struct Derivatives<const LANES: usize> {
    entries: Vec<Entry<LANES>>,
    scale: Scale,
}

/// How entries turn back into numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    count_bits: u32,
    first: f64,
    second: f64,
}

/// What the rows of a node or bin sum up to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sums {
    /// The sum of first derivatives.
    pub(crate) first: f64,
    /// The sum of second derivatives.
    pub(crate) second: f64,
    /// The number of rows.
    pub(crate) rows: i64,
}

impl Scale {
    #[inline]
    pub(crate) fn sums<const LANES: usize>(&self, entry: Entry<LANES>) -> Sums {
        let last = entry[LANES - 1];
        let rows = last & ((1 << self.count_bits) - 1);
        let above = (last >> self.count_bits) as f64;
        if LANES == 1 {
            Sums { first: above * self.first, second: rows as f64, rows }
        } else {
            Sums { first: entry[0] as f64 * self.first, second: above * self.second, rows }
        }
    }
}

impl<const LANES: usize> Derivatives<LANES> {
    /// Turns derivatives into whole numbers, for sums of at most `most_rows` of them. `second` is left aside with one lane.
    pub(crate) fn new(first: &[f64], second: &[f64], most_rows: usize) -> Self {
        let count_bits = usize::BITS - most_rows.leading_zeros();
        let beside_count = 50.min(62 - 2 * count_bits);
        let digits = if LANES == 1 { beside_count } else { 50.min(62 - count_bits) };
        let (to_first, first_unit) = units(largest(first), digits);
        let (to_second, second_unit) = units(largest(second), beside_count);
        let entries = if LANES == 1 {
            let entry = |it: &f64| [(whole(it * to_first) << count_bits) | 1; LANES];
            first.iter().map(entry).collect()
        } else {
            let entry = |(first, second): (&f64, &f64)| {
                let mut entry = [whole(first * to_first); LANES];
                entry[LANES - 1] = (whole(second * to_second) << count_bits) | 1;
                entry
            };
            first.iter().zip(second).map(entry).collect()
        };
        Self { entries, scale: Scale { count_bits, first: first_unit, second: second_unit } }
    }

    pub(crate) fn scale(&self) -> Scale {
        self.scale
    }
}

/// The power of two that brings numbers up to `largest` to at most `digits` binary digits, and its inverse.
fn units(largest: f64, digits: u32) -> (f64, f64) {
    if largest < f64::MIN_POSITIVE {
        return (1.0, 1.0);
    }
    // The exponent of the next power of two above, so that the largest stays below 2^digits.
    let exponent = i32::try_from(largest.to_bits() >> 52).unwrap_or(0) - 1022;
    let up = (i32::try_from(digits).unwrap_or(0) - exponent).clamp(-1000, 1000);
    (2.0_f64.powi(up), 2.0_f64.powi(-up))
}

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |largest, it| largest.max(it.abs()))
}

/// The nearest whole number, for numbers below 2^51: adding 1.5 · 2^52 leaves it in the last digits.
fn whole(value: f64) -> i64 {
    const SHIFT: f64 = 6_755_399_441_055_744.0;
    (value + SHIFT).to_bits().cast_signed() - SHIFT.to_bits().cast_signed()
}

#[inline]
pub(crate) fn added<const LANES: usize>(mut to: Entry<LANES>, by: Entry<LANES>) -> Entry<LANES> {
    for (to, by) in to.iter_mut().zip(by) {
        *to += by;
    }
    to
}

#[inline]
pub(crate) fn taken<const LANES: usize>(mut from: Entry<LANES>, by: Entry<LANES>) -> Entry<LANES> {
    for (from, by) in from.iter_mut().zip(by) {
        *from -= by;
    }
    from
}

/// Sums by bin of every column.
#[derive(Clone, Debug, Default)]
pub(crate) struct Histogram<const LANES: usize> {
    blocks: Vec<Block<LANES>>,
}

impl<const LANES: usize> Histogram<LANES> {
    pub(crate) fn new(binned: &BinnedMatrix) -> Self {
        Self { blocks: vec![[[[0; LANES]; 256]; WIDTH]; binned.blocks().len()] }
    }

    /// Sums anew over these rows. `gathered` is room to work in.
    pub(crate) fn fill(
        &mut self,
        binned: &BinnedMatrix,
        of: &Derivatives<LANES>,
        rows: &[u32],
        gathered: &mut Vec<Entry<LANES>>,
    ) {
        gathered.clear();
        gathered.extend(rows.iter().map(|it| of.entries[*it as usize]));
        let fill = |(block, bins): (&mut Block<LANES>, &Vec<[u8; WIDTH]>)| {
            block.as_flattened_mut().fill([0; LANES]);
            fill_block(block, bins, rows, gathered);
        };
        let few = rows.len() * binned.columns().len() < FEW_UPDATES;
        if few || rayon::current_num_threads() == 1 {
            self.blocks.iter_mut().zip(binned.blocks()).for_each(fill);
        } else {
            self.blocks.par_iter_mut().zip(binned.blocks()).for_each(fill);
        }
    }

    /// The sum over all rows.
    pub(crate) fn total(&self) -> Entry<LANES> {
        let column = self.blocks.first().map_or(&[][..], |it| &it[0]);
        column.iter().fold([0; LANES], |sum, it| added(sum, *it))
    }

    /// Takes away the sums of some of the rows, which leaves those of the others.
    pub(crate) fn take(&mut self, part: &Self) {
        for (block, part) in self.blocks.iter_mut().zip(&part.blocks) {
            for (entry, part) in block.as_flattened_mut().iter_mut().zip(part.as_flattened()) {
                *entry = taken(*entry, *part);
            }
        }
    }

    /// The sums by bin of a column.
    pub(crate) fn column(&self, place: usize) -> &[Entry<LANES>; 256] {
        &self.blocks[place / WIDTH][place % WIDTH]
    }
}

/// The rows whose bins are fetched before they are counted, so that the fetches overlap.
const ROWS_AHEAD: usize = 64;

/// Eight columns at once keep both their bins' sums and the row's bins near; an index of one byte needs no check.
fn fill_block<const LANES: usize>(
    block: &mut Block<LANES>,
    bins: &[[u8; WIDTH]],
    rows: &[u32],
    gathered: &[Entry<LANES>],
) {
    let mut ahead = [[0; WIDTH]; ROWS_AHEAD];
    for (rows, entries) in rows.chunks(ROWS_AHEAD).zip(gathered.chunks(ROWS_AHEAD)) {
        for (ahead, row) in ahead.iter_mut().zip(rows) {
            *ahead = bins[*row as usize];
        }
        for (bins, entry) in ahead.iter().zip(entries) {
            for (sums, bin) in block.iter_mut().zip(*bins) {
                let sum = &mut sums[usize::from(bin)];
                *sum = added(*sum, *entry);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum<const LANES: usize>(of: &Derivatives<LANES>, rows: &[u32]) -> Sums {
        let add = |sum, row: &u32| added(sum, of.entries[*row as usize]);
        of.scale().sums(rows.iter().fold([0; LANES], add))
    }

    #[test]
    fn sums_come_back_to_the_last_digits() {
        let first: Vec<f64> = (0..1000).map(|it| (f64::from(it) * 0.37).sin() * 1e5).collect();
        let second: Vec<f64> = (0..1000).map(|it| (f64::from(it) * 0.11).cos().abs()).collect();
        let rows: Vec<u32> = (0..1000).collect();
        let one = Derivatives::<1>::new(&first, &[], 1000);
        let two = Derivatives::<2>::new(&first, &second, 1000);
        let (one, two) = (sum(&one, &rows), sum(&two, &rows));
        let expected: f64 = first.iter().sum();
        assert!((one.first - expected).abs() < 1e-4, "{} {expected}", one.first);
        assert!((two.first - expected).abs() < 1e-6, "{} {expected}", two.first);
        assert!((two.second - second.iter().sum::<f64>()).abs() < 1e-6);
        assert!((one.second - 1000.0).abs() < 1e-12);
        assert_eq!((one.rows, two.rows), (1000, 1000));
    }

    #[test]
    fn the_largest_number_of_rows_does_not_overflow() {
        let rows = vec![0_u32; MOST_ROWS_OF_ONE_LANE];
        let derivatives = Derivatives::<1>::new(&[-1.0], &[], rows.len());
        let sums = sum(&derivatives, &rows);
        assert!((sums.first + rows.len() as f64).abs() < 1e-6, "{sums:?}");
        assert_eq!(usize::try_from(sums.rows), Ok(rows.len()));
    }
}
