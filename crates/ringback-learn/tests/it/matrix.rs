//! The matrix refuses what no model could use.

use ringback_learn::{Error, Matrix};

#[test]
fn columns_have_one_length_one_name_and_no_infinity() {
    let check = |columns: Vec<(&str, Vec<f64>)>| {
        Matrix::new(columns.into_iter().map(|(name, it)| (name.to_owned(), it)).collect())
    };
    assert!(matches!(
        check(vec![("a", vec![1.0]), ("b", vec![])]),
        Err(Error::LengthMismatch { got: 0, expected: 1, .. })
    ));
    assert!(matches!(
        check(vec![("a", vec![1.0]), ("a", vec![2.0])]),
        Err(Error::DuplicateColumn { .. })
    ));
    assert!(matches!(
        check(vec![("a", vec![0.0, f64::INFINITY])]),
        Err(Error::Value { row: 1, .. })
    ));
    assert!(check(vec![("a", vec![f64::NAN])]).is_ok());
}

#[test]
fn selected_rows_keep_their_order() {
    let matrix = Matrix::new(vec![("a".into(), vec![1.0, 2.0, 3.0])]).unwrap();
    assert_eq!(matrix.select(&[2, 0, 9]).column(0), Some([3.0, 1.0].as_slice()));
}
