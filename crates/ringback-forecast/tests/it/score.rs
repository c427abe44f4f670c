//! Scores against closed forms.

use proptest::prelude::*;
use ringback_forecast::{
    Error, IntervalScores, Level, PointScores, Quantile, seasonal_naive_scale,
};

#[track_caller]
fn close(actual: Option<f64>, expected: f64) {
    let actual = actual.unwrap();
    assert!((actual - expected).abs() < 1e-12, "{actual}, expected {expected}");
}

/// Errors −1, +2, 0 and −5 by hand; the second actual value is missing.
#[test]
fn point_scores_match_the_closed_forms() {
    let actual = [Some(10.0), None, Some(20.0), Some(0.0), Some(5.0)];
    let scores = PointScores::new(&actual, &[9.0, 1e6, 22.0, 0.0, 0.0]).unwrap();
    assert_eq!((scores.scored(), scores.missing()), (4, 1));
    close(scores.mae(), 8.0 / 4.0);
    close(scores.rmse(), (30.0_f64 / 4.0).sqrt());
    close(scores.bias(), -4.0 / 4.0);
    close(scores.wape(), 8.0 / 35.0);
    close(scores.mase(4.0), 0.5);
    close(scores.pinball(Quantile::MEDIAN), 1.0);
    // 0.9 · (1 + 5) for what came above, 0.1 · 2 for what came below.
    close(scores.pinball(Quantile::new(0.9).unwrap()), (5.4 + 0.2) / 4.0);
}

#[test]
fn nothing_to_score_is_no_score() {
    let scores = PointScores::new(&[None, None], &[1.0, 2.0]).unwrap();
    assert_eq!((scores.scored(), scores.missing()), (0, 2));
    assert_eq!((scores.mae(), scores.rmse(), scores.bias()), (None, None, None));
    assert_eq!((scores.wape(), scores.mase(1.0)), (None, None));
    assert_eq!(scores.pinball(Quantile::MEDIAN), None);
    let intervals = IntervalScores::new(&[None], &[1.0], &[2.0]).unwrap();
    assert_eq!((intervals.coverage(), intervals.mean_width()), (None, None));
    assert_eq!((intervals.scored(), intervals.missing()), (0, 1));
}

#[test]
fn a_ratio_over_zero_is_no_score() {
    let scores = PointScores::new(&[Some(0.0)], &[3.0]).unwrap();
    assert_eq!((scores.wape(), scores.mase(0.0)), (None, None));
    close(scores.mae(), 3.0);
}

#[test]
fn bounds_belong_to_their_interval() {
    let actual = [Some(1.0), Some(3.0), Some(3.1), None, Some(0.9)];
    let scores = IntervalScores::new(&actual, &[1.0; 5], &[3.0, 3.0, 3.0, 3.0, 5.0]).unwrap();
    assert_eq!((scores.scored(), scores.missing()), (4, 1));
    close(scores.coverage(), 0.5);
    close(scores.mean_width(), (2.0 + 2.0 + 2.0 + 4.0) / 4.0);
}

#[test]
fn the_naive_scale_leaves_pairs_with_a_gap_out() {
    let history = [Some(1.0), Some(2.0), Some(4.0), None, Some(7.0), Some(5.0)];
    close(seasonal_naive_scale(&history, 2), 3.0); // 4 − 1 and 7 − 4
    close(seasonal_naive_scale(&history, 1), (1.0 + 2.0 + 2.0) / 3.0);
    assert_eq!(seasonal_naive_scale(&history, 6), None);
    assert_eq!(seasonal_naive_scale(&history, 0), None);
    assert_eq!(seasonal_naive_scale(&[], 1), None);
}

#[test]
fn pairs_that_cannot_be_scored_are_refused_by_name() {
    #[track_caller]
    fn check(actual: &[Option<f64>], lower: &[f64], upper: &[f64], expected: &str) {
        let error = IntervalScores::new(actual, lower, upper).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    let two = [Some(1.0), None];
    check(&two, &[1.0], &[1.0, 2.0], "2 actual values stand against 1 predictions");
    check(&two, &[1.0, 2.0], &[1.0], "2 actual values stand against 1 predictions");
    check(&two, &[1.0, 2.0], &[1.0, 1.5], "interval 1 goes from 2 to 1.5, expected lower <= upper");
    check(&two, &[1.0, f64::NAN], &[1.0, 2.0], "value 1 is NaN, expected a finite number");
    let error = PointScores::new(&[Some(f64::INFINITY)], &[1.0]).unwrap_err();
    assert_eq!(error, Error::NotFinite { index: 0, value: f64::INFINITY });
}

#[test]
fn a_level_and_a_quantile_lie_strictly_between_0_and_1() {
    for invalid in [0.0, 1.0, -0.1, 1.1, f64::NAN, f64::INFINITY] {
        assert!(Level::new(invalid).is_err(), "{invalid}");
        assert!(Quantile::new(invalid).is_err(), "{invalid}");
    }
    let level = Level::new(0.8).unwrap();
    close(Some(level.tail()), 0.1);
    close(Some(level.lower_quantile().get()), 0.1);
    close(Some(level.upper_quantile().get()), 0.9);
    let error = Level::new(80.0).unwrap_err().to_string();
    assert_eq!(error, "80 is no interval level, expected a number strictly between 0 and 1");
}

#[test]
fn a_level_is_a_checked_number_in_json() {
    assert_eq!(serde_json::to_string(&Level::new(0.8).unwrap()).unwrap(), "0.8");
    assert!(serde_json::from_str::<Level>("0.95").is_ok());
    assert!(serde_json::from_str::<Level>("1.5").is_err());
    assert!(serde_json::from_str::<Quantile>("0").is_err());
}

proptest! {
    #[test]
    fn the_mean_error_is_at_most_the_root_mean_square(
        pairs in prop::collection::vec((0.0..50.0, 0.0..50.0), 1..40),
    ) {
        let (actual, predicted): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
        let actual: Vec<Option<f64>> = actual.into_iter().map(Some).collect();
        let scores = PointScores::new(&actual, &predicted).unwrap();
        let (mae, rmse) = (scores.mae().unwrap(), scores.rmse().unwrap());
        prop_assert!(scores.bias().unwrap().abs() <= mae + 1e-12);
        prop_assert!(mae <= rmse + 1e-12);
        let half = scores.pinball(Quantile::MEDIAN).unwrap();
        prop_assert!((half - mae / 2.0).abs() < 1e-12);
    }
}
