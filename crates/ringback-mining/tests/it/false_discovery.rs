//! Tails, intervals and the false discovery rate against closed forms and published values.

use ringback_mining::{benjamini_hochberg, binomial_above, wilson};

/// Count, n, share and scipy's tail.
const SCIPY_TAILS: [(usize, usize, f64, f64); 6] = [
    (100, 1000, 0.01, 8.274_776_878_913_566e-65),
    (30, 2000, 0.01, 0.021_256_171_404_065_31),
    (21, 2000, 0.01, 0.440_906_668_001_351_1),
    (575, 7554, 0.07, 0.020_597_590_397_938_79),
    (5, 7554, 0.01, 1.0),
    (900_000, 1_000_000, 0.899_5, 0.048_246_737_948_985_01),
];

#[track_caller]
fn is_near(found: f64, expected: f64, relative: f64) {
    assert!((found - expected).abs() <= relative * expected.abs(), "{found} is not {expected}");
}

#[test]
fn the_binomial_tail_is_the_sum_of_its_terms() {
    // A second way: the terms from Pascal's triangle, each exact in a float up to n of 50.
    for n in [1_usize, 7, 20, 50] {
        let mut ways = vec![1.0];
        for _ in 0..n {
            let next = (0..=ways.len()).map(|k| {
                let left = if k > 0 { ways[k - 1] } else { 0.0 };
                left + ways.get(k).copied().unwrap_or(0.0)
            });
            ways = next.collect();
        }
        for share in [0.01, 0.3, 0.5, 0.9] {
            for count in 0..=n {
                let (p, q) = (share, 1.0_f64 - share);
                let term = |k: usize| ways[k] * f64::powf(p, k as f64) * q.powf((n - k) as f64);
                let expected: f64 = (count..=n).rev().map(term).sum();
                is_near(binomial_above(count, n, share), expected, 1e-11);
            }
        }
    }
}

#[test]
fn the_binomial_tail_agrees_with_scipy_far_out() {
    // scipy.stats.binom.sf(k - 1, n, p), scipy 1.17.1; logarithms of factorials of a million keep nine digits of their difference.
    for (count, n, share, expected) in SCIPY_TAILS {
        is_near(binomial_above(count, n, share), expected, 1e-8);
    }
}

#[test]
#[expect(clippy::float_cmp, reason = "the ends are exact")]
fn a_binomial_tail_has_its_ends() {
    assert_eq!(binomial_above(0, 10, 0.3), 1.0);
    assert_eq!(binomial_above(11, 10, 0.3), 0.0);
    assert_eq!(binomial_above(3, 10, 0.0), 0.0);
    assert_eq!(binomial_above(3, 10, 1.0), 1.0);
}

#[test]
fn wilsons_interval_is_its_closed_form() {
    // 1.959963984540054 is the 97.5 % point of the normal distribution.
    let (n, share, z) = (200.0, 0.05, 1.959_963_984_540_054_f64);
    let center = (share + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let spread =
        z / (1.0 + z * z / n) * f64::sqrt(share * (1.0 - share) / n + z * z / (4.0 * n * n));
    let found = wilson(10, 200, 0.95);
    is_near(found.lower, center - spread, 1e-12);
    is_near(found.upper, center + spread, 1e-12);
    let none = wilson(0, 0, 0.95);
    assert_eq!((none.lower, none.upper), (0.0, 1.0));
}

#[test]
fn q_values_are_those_of_the_step_up_procedure() {
    // The fifteen p-values of [BenjaminiHochberg1995], section 3.2: at 0.05 the first four are rejected.
    let p = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
        0.5719, 0.6528, 0.7590, 1.0,
    ];
    let q = benjamini_hochberg(&p);
    assert_eq!(q.iter().filter(|it| **it <= 0.05).count(), 4);
    is_near(q[0], 0.0015, 1e-12);
    is_near(q[3], 0.0095 * 15.0 / 4.0, 1e-12);
    // 0.0344 x 15 / 8 is below 0.0298 x 15 / 7 and 0.0278 x 15 / 6.
    is_near(q[5], 0.0298 * 15.0 / 7.0, 1e-12);
    assert!(q.is_sorted());
}

#[test]
fn a_p_value_that_is_no_number_counts_as_one() {
    assert_eq!(benjamini_hochberg(&[f64::NAN, 0.01]), [1.0, 0.02]);
    assert!(benjamini_hochberg(&[]).is_empty());
}
