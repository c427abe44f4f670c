//! What runs side by side.

use ringback_mining::Concurrency;

fn relation(cases: &[&[u32]]) -> Concurrency {
    Concurrency::heuristic(cases.iter().copied(), 0.9)
}

#[test]
fn activities_in_either_order_run_side_by_side() {
    let relation = relation(&[&[0, 1, 2], &[0, 2, 1]]);
    assert!(relation.is_concurrent(1, 2) && relation.is_concurrent(2, 1));
    assert!(!relation.is_concurrent(0, 1) && !relation.is_concurrent(1, 1));
    assert_eq!(relation.beside(1), [2]);
}

/// With n cases one way and one the other the dependency is (n − 1) / (n + 2): 27/30 = 0.9 at n = 28.
#[test]
fn a_rare_order_is_an_exception_from_a_dependency_of_the_threshold_on() {
    let cases = |often: usize| {
        let mut cases: Vec<&[u32]> = vec![&[0, 1]; often];
        cases.push(&[1, 0]);
        cases
    };
    assert!(relation(&cases(27)).is_concurrent(0, 1));
    assert!(!relation(&cases(28)).is_concurrent(0, 1));
}

/// With n returns of two activities the loop is n / (n + 1): 0.9 at n = 9.
#[test]
fn a_loop_of_two_runs_one_after_the_other_unless_one_repeats_itself() {
    let pairs = |times: usize| [0, 1].repeat(times);
    // 0 1 0 1 … of 2n activities has 2n − 2 returns.
    assert!(relation(&[&pairs(5)]).is_concurrent(0, 1), "8 returns");
    assert!(!relation(&[&pairs(6)]).is_concurrent(0, 1), "10 returns");
    let again = [0; 10];
    assert!(relation(&[&pairs(6), &again]).is_concurrent(0, 1), "0 follows itself 9 times");
}

#[test]
fn at_a_threshold_of_zero_nothing_runs_side_by_side() {
    let cases: [&[u32]; 2] = [&[0, 1], &[1, 0]];
    assert_eq!(Concurrency::heuristic(cases.into_iter(), 0.0), Concurrency::none());
}
