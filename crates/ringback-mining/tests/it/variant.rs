//! Variants against a naive count.

use std::collections::BTreeMap;

use proptest::prelude::*;
use ringback_mining::Variants;

use crate::graph::{log_of, public_log};

#[test]
fn the_top_variant_of_the_help_desk_has_its_share_with_an_interval() {
    let Some(log) = public_log("helpdesk.xes.gz") else { return };
    let (share, interval) = Variants::of(&log).top_share().unwrap();
    assert!((share - 2_366.0 / 4_580.0).abs() < 1e-12);
    assert!(
        interval.lower < share && share < interval.upper && interval.upper - interval.lower < 0.03
    );
}

#[test]
fn even_variants_have_no_gini_and_one_among_many_nearly_one() {
    let even = log_of(&[vec![(1, 0)], vec![(2, 0)], vec![(3, 0)]]);
    assert!(Variants::of(&even).gini().abs() < 1e-12);
    let mut cases = vec![vec![(0, 0)]; 9_000];
    cases.extend((1..100).map(|it| vec![(it, 0)]));
    assert!(Variants::of(&log_of(&cases)).gini() > 0.97);
}

#[test]
fn self_loops_collapse_to_one() {
    let log =
        log_of(&[vec![(1, 0), (1, 1), (2, 2)], vec![(1, 0), (2, 1), (2, 2)], vec![(2, 0), (1, 1)]]);
    assert_eq!(Variants::of(&log).all().len(), 3);
    let collapsed = Variants::without_self_loops(&log);
    assert_eq!(collapsed.of_case(), [0, 0, 1]);
    assert_eq!(collapsed.all()[0].activities, [0, 1]);
}

proptest! {
    #[test]
    fn variants_equal_a_naive_count(
        cases in prop::collection::vec(prop::collection::vec(0_u32..3, 1..4), 1..60),
    ) {
        let stamped: Vec<Vec<(u32, i64)>> =
            cases.iter().map(|it| it.iter().copied().zip(0..).collect()).collect();
        let log = log_of(&stamped);
        let variants = Variants::of(&log);
        let mut naive: BTreeMap<Vec<u32>, u64> = BTreeMap::new();
        for case in 0..log.cases() {
            *naive.entry(log.activity()[log.case_events(case)].to_vec()).or_default() += 1;
        }
        prop_assert_eq!(variants.all().len(), naive.len());
        for (case, number) in variants.of_case().iter().enumerate() {
            let variant = &variants.all()[*number as usize];
            prop_assert_eq!(&variant.activities[..], &log.activity()[log.case_events(case)]);
            prop_assert_eq!(variant.count, naive[&variant.activities]);
        }
        prop_assert!(variants.all().is_sorted_by(|a, b| a.count >= b.count));
        let covered: u64 = variants.all().iter().take(variants.covering(0.8)).map(|it| it.count).sum();
        prop_assert!(covered as f64 >= 0.8 * cases.len() as f64);
    }
}
