//! Symmetric linear equations by Cholesky's method.

/// Solves `matrix · x = right` for a symmetric positive matrix, of which the lower triangle counts (row by row in a square);
/// `right` becomes `x`, and `matrix` its factor.
///
/// Fails with the place of the first row that is a mix of those before it: its pivot is not above `least` of its diagonal.
pub(crate) fn solve(matrix: &mut [f64], right: &mut [f64], least: f64) -> Result<(), usize> {
    let size = right.len();
    for row in 0..size {
        for column in 0..=row {
            let (above, below) = matrix.split_at_mut(row * size);
            let own = &mut below[..size];
            let other = if column < row { &above[column * size..][..size] } else { &*own };
            let known: f64 = own[..column].iter().zip(&other[..column]).map(|(a, b)| a * b).sum();
            let rest = own[column] - known;
            if column < row {
                own[column] = rest / other[column];
            } else if rest > least * own[row] && rest.is_finite() {
                own[row] = rest.sqrt();
            } else {
                return Err(row);
            }
        }
    }
    for row in 0..size {
        let known: f64 = (0..row).map(|it| matrix[row * size + it] * right[it]).sum();
        right[row] = (right[row] - known) / matrix[row * size + row];
    }
    for row in (0..size).rev() {
        let known: f64 = (row + 1..size).map(|it| matrix[it * size + row] * right[it]).sum();
        right[row] = (right[row] - known) / matrix[row * size + row];
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::solve;

    #[test]
    fn a_small_system_is_solved_and_a_mix_of_rows_is_named() {
        let mut matrix = [4.0, 0.0, 0.0, 2.0, 5.0, 0.0, 1.0, 3.0, 6.0];
        let mut right = [11.0, 21.0, 25.0]; // of x = (1, 2, 3): 4+4+3, 2+10+9, 1+6+18
        solve(&mut matrix, &mut right, 1e-12).unwrap();
        for (got, expected) in right.iter().zip([1.0, 2.0, 3.0]) {
            assert!((got - expected).abs() < 1e-14, "{right:?}");
        }
        let mut mixed = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 2.0];
        assert_eq!(solve(&mut mixed, &mut [1.0, 1.0, 1.0], 1e-12), Err(2));
    }
}
