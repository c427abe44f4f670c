//! Told probabilities beside what came: bins and intervals.

use ringback_reach::{Error, Reliability};

use crate::policy_value::Random;

/// So many told alike, of whom so many were reached.
fn alike(rows: usize, reached: usize, told: f64) -> Vec<(f64, bool)> {
    (0..rows).map(|it| (told, it < reached)).collect()
}

/// Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table I, method 3,
/// to the four digits printed there.
#[test]
fn intervals_are_the_published_ones() {
    for (reached, rows, lower, upper) in [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ] {
        let bin = Reliability::of(&alike(rows, reached, 0.3), 1).unwrap().bins[0];
        assert!((bin.lower - lower).abs() < 5e-5, "{reached} of {rows}: {bin:?}");
        assert!((bin.upper - upper).abs() < 5e-5, "{reached} of {rows}: {bin:?}");
    }
}

/// The definition of a score interval: at its ends the share that came is 1.96 standard deviations away.
#[test]
fn at_the_ends_of_an_interval_the_share_is_as_far_as_the_level_says() {
    for (reached, rows) in [(1, 7), (3, 4), (50, 100), (999, 1_000)] {
        let bin = Reliability::of(&alike(rows, reached, 0.5), 1).unwrap().bins[0];
        for end in [bin.lower, bin.upper] {
            let deviation = (end * (1.0 - end) / rows as f64).sqrt();
            let away = (bin.reached - end).abs() / deviation;
            assert!((away - 1.959_963_984_540_054).abs() < 1e-9, "{reached} of {rows}: {away}");
        }
    }
    let all = Reliability::of(&alike(12, 12, 0.5), 1).unwrap().bins[0];
    assert_eq!((all.reached, all.upper), (1.0, 1.0));
}

#[test]
fn bins_have_as_many_rows_and_do_not_depend_on_the_order() {
    let mut random = Random::new(5);
    let mut told: Vec<(f64, bool)> = (0..1_000)
        .map(|_| {
            let probability = random.unit();
            (probability, random.is(probability))
        })
        .collect();
    let reliability = Reliability::of(&told, 8).unwrap();
    assert_eq!(reliability.bins.iter().map(|it| it.rows).collect::<Vec<_>>(), [125; 8]);
    let ends: Vec<(f64, f64)> = reliability.bins.iter().map(|it| (it.lowest, it.highest)).collect();
    assert!(ends.windows(2).all(|it| it[0].1 < it[1].0), "{ends:?}");
    // Rows of one bin add up in another order, in the last bits.
    told.reverse();
    let turned = Reliability::of(&told, 8).unwrap();
    for (a, b) in reliability.bins.iter().zip(&turned.bins) {
        assert_eq!((a.rows, a.lowest, a.highest), (b.rows, b.lowest, b.highest));
        assert!((a.reached - b.reached).abs() < 1e-12);
    }
    // Equal probabilities stay in one bin, however many.
    let tied: Vec<(f64, bool)> = [alike(90, 40, 0.4), alike(10, 9, 0.9)].concat();
    let tied = Reliability::of(&tied, 5).unwrap();
    assert_eq!(tied.bins.iter().map(|it| it.rows).collect::<Vec<_>>(), [90, 10]);
}

/// Of probabilities that are right, an interval holds the mean told in 95 of 100 bins; of ones that are 10 points too high, in
/// far fewer.
#[test]
fn intervals_hold_what_was_told_if_it_is_right() {
    let held = |too_high: f64| {
        let (mut held, mut bins) = (0, 0);
        for seed in 0..100 {
            let mut random = Random::new(seed);
            let told: Vec<(f64, bool)> = (0..2_000)
                .map(|_| {
                    let right = 0.1 + 0.7 * random.unit();
                    (right + too_high, random.is(right))
                })
                .collect();
            let reliability = Reliability::of(&told, 10).unwrap();
            held += reliability.bins_held();
            bins += reliability.bins.len();
        }
        held as f64 / bins as f64
    };
    let (right, wrong) = (held(0.0), held(0.1));
    // 1,000 bins: 0.95 to three standard errors, 0.021.
    assert!((right - 0.95).abs() < 0.021, "{right}");
    assert!(wrong < 0.4, "{wrong}");
}

#[test]
fn what_is_no_probability_is_refused() {
    assert!(matches!(Reliability::of(&[], 5), Err(Error::Learn(_))));
    assert!(matches!(Reliability::of(&[(1.5, true)], 5), Err(Error::Learn(_))));
    assert!(matches!(Reliability::of(&[(0.5, true)], 0), Err(Error::Learn(_))));
}
