//! Conformal intervals: ranks, coverage, groups, and the adaptive ones against a naive twin.

use ringback_learn::{
    AdaptiveConformal, Cqr, Error, GroupMargins, Interval, Margins, Saved, SplitConformal, Tails,
    conformal_rank,
};

use crate::drawn::Draws;

#[test]
fn a_rank_is_the_smallest_with_enough_below() {
    for (scores, level, expected) in [
        (0, 0.5, None),
        (1, 0.5, Some(1)),
        (8, 0.9, None),
        (9, 0.9, Some(9)),
        (10, 0.9, Some(10)),
        (19, 0.95, Some(19)),
        (18, 0.95, None),
        (99, 0.07, Some(7)), // 100 · 0.07 is 7.000000000000001 in floating point
        (99, 0.99, Some(99)),
        (99, 1.0, None),
        (5, 0.0, Some(0)),
        (5, -0.1, Some(0)),
    ] {
        assert_eq!(conformal_rank(scores, level), expected, "{scores} {level}");
    }
}

/// With errors in any order, the next one is within the margin for exactly ⌈(n + 1) · level⌉ of its n + 1 places.
#[test]
fn split_conformal_covers_as_its_rank_says_whichever_error_comes_next() {
    let errors: Vec<f64> = (1..=20).map(|it| f64::from(it * 7 % 20)).collect();
    for level in [0.5, 0.8, 0.9, 0.95] {
        let mut covered = 0_u32;
        for next in 0..errors.len() {
            let mut past = errors.clone();
            let outcome = past.remove(next);
            let margins = SplitConformal::new(level).unwrap().fit(&[0.0; 19], &past).unwrap();
            let interval = margins.interval(0.0, 0.0);
            covered += u32::from(interval.is_none_or(|it| it.contains(outcome)));
        }
        assert!((f64::from(covered) - (20.0 * level).ceil()).abs() < 0.5, "{level}");
    }
}

/// Pareto outcomes lean far to one side. 4,000 rows each to learn and to test leave a share within five of its standard
/// deviations of 0.0067.
#[test]
fn quantile_bounds_are_moved_to_hold_their_level_and_each_tail_its_half() {
    let mut draws = Draws::new(11);
    let mut rows = |count: usize| -> (Vec<f64>, Vec<f64>, Vec<f64>) {
        let size: Vec<f64> = (0..count).map(|_| 1.0 + 9.0 * draws.unit()).collect();
        let outcomes = size.iter().map(|it| it * (1.0 - draws.unit()).powf(-0.4)).collect();
        let lower = size.iter().map(|it| it * 1.2).collect();
        (lower, size.iter().map(|it| it * 1.9).collect(), outcomes)
    };
    let (past, next) = (rows(4_000), rows(4_000));
    for tails in [Tails::Together, Tails::Each] {
        let cqr = Cqr::new(0.9).unwrap().tails(tails);
        let margins = cqr.fit(&past.0, &past.1, &past.2).unwrap();
        let (mut below, mut above) = (0.0, 0.0);
        for row in 0..4_000 {
            let interval = margins.interval(next.0[row], next.1[row]).unwrap();
            below += f64::from(u8::from(next.2[row] < interval.lower)) / 4_000.0;
            above += f64::from(u8::from(next.2[row] > interval.upper)) / 4_000.0;
        }
        assert!((below + above - 0.1).abs() < 0.033, "{tails:?} {below} {above}");
        if tails == Tails::Each {
            assert!(
                (below - 0.05).abs() < 0.025 && (above - 0.05).abs() < 0.025,
                "{below} {above}"
            );
        } else {
            assert_eq!(margins.below(), margins.above());
        }
    }
}

/// Theorem 2 of the paper, by sorting.
#[test]
fn each_tail_has_the_rank_of_its_own_level() {
    let outcomes: Vec<f64> = (0..39).map(|it| f64::from(it * 5 % 39) - 10.0).collect();
    let bounds = vec![0.0; 39];
    let cqr = Cqr::new(0.9).unwrap().tails(Tails::Each);
    let margins = cqr.fit(&bounds, &bounds, &outcomes).unwrap();
    // ⌈40 · 0.95⌉ is the 38th of 39: outcomes run from −10 to 28.
    assert_eq!((margins.below(), margins.above()), (Some(9.0), Some(27.0)));
    assert_eq!(margins.rows(), 39);
    let fewer = cqr.fit(&bounds[..18], &bounds[..18], &outcomes[..18]).unwrap();
    assert_eq!((fewer.below(), fewer.interval(0.0, 0.0)), (None, None));
}

#[test]
fn bounds_far_too_wide_come_closer_and_crossed_ones_meet_in_the_middle() {
    let outcomes = [4.0, 5.0, 6.0, 5.0, 4.5, 5.5, 5.0, 4.8, 5.2];
    let (lower, upper) = ([0.0; 9], [10.0; 9]);
    let margins = Cqr::new(0.9).unwrap().fit(&lower, &upper, &outcomes).unwrap();
    assert_eq!((margins.below(), margins.above()), (Some(-4.0), Some(-4.0)));
    assert_eq!(margins.interval(0.0, 10.0), Some(Interval { lower: 4.0, upper: 6.0 }));
    assert_eq!(margins.interval(0.0, 2.0), Some(Interval { lower: 1.0, upper: 1.0 }));
}

/// Two groups whose errors differ by ten times: margins of all rows hold the one always and the other less than asked for.
#[test]
fn the_level_holds_in_each_group_that_is_large_enough() {
    let mut draws = Draws::new(12);
    let mut rows = |count: usize| -> (Vec<u8>, Vec<f64>) {
        let groups: Vec<u8> = (0..count).map(|it| u8::from(it % 4 == 0)).collect();
        let size = |group: &u8| if *group == 1 { 10.0 } else { 1.0 };
        let outcomes = groups.iter().map(|it| size(it) * draws.normal()).collect();
        (groups, outcomes)
    };
    let ((groups, past), (next_groups, next)) = (rows(4_000), rows(4_000));
    let bounds = vec![0.0; 4_000];
    let cqr = Cqr::new(0.9).unwrap();
    let margins = cqr.fit_by_group((&bounds, &bounds), &past, &groups, 100).unwrap();
    let share = |of: &dyn Fn(&u8) -> Margins, group: u8| {
        let rows = next_groups.iter().zip(&next).filter(|it| *it.0 == group);
        let held = rows.clone().filter(|(group, outcome)| {
            of(group).interval(0.0, 0.0).is_some_and(|it| it.contains(**outcome))
        });
        held.count() as f64 / rows.count() as f64
    };
    for group in [0, 1] {
        let own = share(&|it| *margins.of(it), group);
        assert!((own - 0.9).abs() < 0.05, "{group}: {own}");
    }
    assert!(share(&|_| *margins.all(), 1) < 0.75);
    assert_eq!(margins.groups().collect::<Vec<_>>(), [&0, &1]);
    assert_eq!(margins.of(&7), margins.all());
    let few = cqr.fit_by_group((&bounds, &bounds), &past, &groups, 1_500).unwrap();
    assert_eq!(few.groups().collect::<Vec<_>>(), [&0]);
    // Enough by count, not for the level.
    let five = (&bounds[..5], &bounds[..5]);
    let few = cqr.fit_by_group(five, &past[..5], &groups[..5], 1).unwrap();
    assert_eq!((few.groups().count(), few.of(&0).interval(0.0, 0.0)), (0, None));
}

#[test]
fn bad_rows_and_levels_are_errors() {
    for level in [0.0, 1.0, f64::NAN] {
        assert!(matches!(Cqr::new(level), Err(Error::Setting { name: "level", .. })));
        assert!(AdaptiveConformal::new(level).is_err() && SplitConformal::new(level).is_err());
    }
    let cqr = Cqr::new(0.9).unwrap();
    let error = cqr.fit(&[0.0], &[0.0, 1.0], &[0.0]).unwrap_err().to_string();
    assert_eq!(error, "2 upper bounds stand against 1");
    let error = cqr.fit(&[0.0], &[1.0], &[f64::NAN]).unwrap_err().to_string();
    assert_eq!(error, "outcomes of row 0 is NaN, expected a finite number");
    let error = cqr.fit_by_group((&[0.0], &[0.0]), &[1.0], &[1, 2], 1).unwrap_err().to_string();
    assert_eq!(error, "2 groups stand against 1");
    assert_eq!(cqr.fit(&[], &[], &[]).unwrap().interval(0.0, 1.0), None);
}

/// A twin that sorts the window anew for each interval.
struct Naive {
    alphas: [f64; 2],
    scores: Vec<[f64; 2]>,
}

impl Naive {
    fn margin(&self, side: usize, window: usize) -> f64 {
        let mut last: Vec<f64> = self.scores.iter().rev().take(window).map(|it| it[side]).collect();
        last.sort_by(f64::total_cmp);
        let rank = ((last.len() as f64 + 1.0) * (1.0 - self.alphas[side]) - 1e-9).ceil();
        if self.alphas[side] < 0.0 || rank > last.len() as f64 {
            return f64::INFINITY;
        }
        let mut places = (1..=last.len()).rev();
        places.find(|it| *it as f64 <= rank).map_or(f64::NEG_INFINITY, |it| last[it - 1])
    }
}

#[test]
fn adaptive_intervals_are_those_of_a_naive_twin() {
    for (level, gamma, window) in [(0.9, 0.01, 50), (0.6, 0.3, 7), (0.95, 0.0, 200)] {
        let new = AdaptiveConformal::new(level).unwrap().gamma(gamma).unwrap();
        let mut intervals = new.window(window).unwrap().tails(Tails::Each);
        let tail = (1.0 - level) / 2.0;
        let mut naive = Naive { alphas: [tail; 2], scores: Vec::new() };
        let mut draws = Draws::new(30);
        for step in 0..1_000 {
            let (lower, upper) = (draws.unit(), 1.0 + draws.unit());
            let outcome = (1.0 + f64::from(step / 300)) * 2.0 * draws.normal();
            let given = intervals.interval(lower, upper);
            let margins = [naive.margin(0, window), naive.margin(1, window)];
            let middle = lower / 2.0 + upper / 2.0;
            let low = if margins[0] == f64::NEG_INFINITY { middle } else { lower - margins[0] };
            let high = if margins[1] == f64::NEG_INFINITY { middle } else { upper + margins[1] };
            match given {
                None => assert!(margins[0] == f64::INFINITY && margins[1] == f64::INFINITY),
                Some(it) if low <= high => assert_eq!((it.lower, it.upper), (low, high), "{step}"),
                Some(it) => assert!(it.width() == 0.0, "{step}"),
            }
            intervals.observe(lower, upper, given, outcome).unwrap();
            let misses = given.map_or([false; 2], |it| [outcome < it.lower, outcome > it.upper]);
            for (alpha, miss) in naive.alphas.iter_mut().zip(misses) {
                let miss = f64::from(u8::from(miss));
                *alpha = (*alpha + gamma * (tail - miss)).clamp(-gamma, 1.0 + gamma);
            }
            naive.scores.push([lower - outcome, outcome - upper]);
        }
    }
}

/// Errors that double every thousand rows: margins that stay miss more and more, adaptive ones keep within
/// (max(α, 1 − α) + γ) / (γ n) of the level, as proposition 4.1 of the source says for every sequence.
#[test]
fn the_level_holds_while_errors_grow() {
    let (rows, gamma) = (6_000, 0.02);
    let mut draws = Draws::new(31);
    let outcomes: Vec<f64> =
        (0..rows).map(|row| 2.0_f64.powf(f64::from(row) / 1_000.0) * draws.normal()).collect();
    let still = SplitConformal::new(0.9).unwrap().fit(&[0.0; 500], &outcomes[..500]).unwrap();
    let mut intervals = AdaptiveConformal::new(0.9).unwrap().gamma(gamma).unwrap();
    for outcome in &outcomes[..500] {
        intervals.warm_up(0.0, 0.0, *outcome).unwrap();
    }
    assert_eq!((intervals.observed(), intervals.current_level()), (500, 0.9));
    let (mut missed, mut missed_still) = (0.0, 0.0);
    for outcome in &outcomes[500..] {
        let given = intervals.interval(0.0, 0.0);
        let misses =
            |it: Option<Interval>| f64::from(u8::from(it.is_some_and(|it| !it.contains(*outcome))));
        missed += misses(given) / 5_500.0;
        missed_still += misses(still.interval(0.0, 0.0)) / 5_500.0;
        intervals.observe(0.0, 0.0, given, *outcome).unwrap();
    }
    let bound = (0.9 + gamma) / (gamma * 5_500.0);
    assert!((missed - 0.1).abs() <= bound, "{missed}, bound {bound}");
    assert!(missed_still > 0.5, "{missed_still}");
}

#[test]
fn a_stream_saved_halfway_goes_on_the_same() {
    for tails in [Tails::Together, Tails::Each] {
        let mut one = AdaptiveConformal::new(0.8).unwrap().window(40).unwrap().tails(tails);
        let mut draws = Draws::new(33);
        let mut step = |intervals: &mut AdaptiveConformal| {
            let given = intervals.interval(-0.5, 0.5);
            intervals.observe(-0.5, 0.5, given, draws.normal()).unwrap();
        };
        (0..100).for_each(|_| step(&mut one));
        let text = serde_json::to_string(&Saved(one.clone())).unwrap();
        let Saved(mut two): Saved<AdaptiveConformal> = serde_json::from_str(&text).unwrap();
        for at in 0..100 {
            let outcome = 3.0 * (f64::from(at) * 2.4).sin();
            for intervals in [&mut one, &mut two] {
                let given = intervals.interval(-0.5, 0.5);
                intervals.observe(-0.5, 0.5, given, outcome).unwrap();
            }
            assert_eq!(one.interval(0.0, 1.0), two.interval(0.0, 1.0), "{at}");
        }
    }
}

#[test]
fn what_is_not_finite_is_refused_and_changes_nothing() {
    let mut intervals = AdaptiveConformal::new(0.9).unwrap();
    let before = intervals.clone();
    let error = intervals.observe(0.0, 1.0, None, f64::NAN).unwrap_err();
    assert_eq!(error.to_string(), "outcome of row 0 is NaN, expected a finite number");
    assert!(intervals.observe(-f64::MAX, 1.0, None, f64::MAX).is_err());
    assert_eq!(intervals, before);
    assert!(AdaptiveConformal::new(0.9).unwrap().gamma(1.0).is_err());
    assert!(AdaptiveConformal::new(0.9).unwrap().window(0).is_err());
}

#[test]
fn saved_margins_come_back_and_damaged_ones_are_refused() {
    let groups: Vec<String> = (0..40).map(|it| format!("q{}", it % 2)).collect();
    let outcomes: Vec<f64> = (0..40).map(f64::from).collect();
    let bounds = vec![10.0; 40];
    let cqr = Cqr::new(0.8).unwrap();
    let margins = cqr.fit_by_group((&bounds, &bounds), &outcomes, &groups, 10).unwrap();
    let text = serde_json::to_string(&Saved(margins.clone())).unwrap();
    let Saved(loaded): Saved<GroupMargins<String>> = serde_json::from_str(&text).unwrap();
    assert_eq!(loaded, margins);
    let swapped = text.replace("q0", "q2");
    let error = serde_json::from_str::<Saved<GroupMargins<String>>>(&swapped).unwrap_err();
    assert!(error.to_string().contains("the groups of margins are out of order"), "{error}");
    let adaptive = serde_json::to_string(&AdaptiveConformal::new(0.9).unwrap()).unwrap();
    let damaged = adaptive.replace("\"capacity\":3000", "\"capacity\":0");
    assert!(damaged != adaptive && serde_json::from_str::<AdaptiveConformal>(&damaged).is_err());
    let damaged = adaptive.replace("\"alpha\":0.09999999999999998", "\"alpha\":7.0");
    assert!(damaged != adaptive && serde_json::from_str::<AdaptiveConformal>(&damaged).is_err());
}

#[test]
fn the_widest_interval_is_that_of_the_largest_error() {
    let mut intervals = AdaptiveConformal::new(0.8).unwrap().gamma(0.2).unwrap();
    assert_eq!(intervals.widest(30.0, 50.0), None);
    for wait in [12.0, 31.0, 48.0, 75.0, 20.0] {
        intervals.warm_up(30.0, 50.0, wait).unwrap();
    }
    // Two misses bring the level above 1: no bounds, but for those of the largest error, 60.
    for wait in [105.0, 110.0] {
        let given = intervals.interval(30.0, 50.0);
        intervals.observe(30.0, 50.0, given, wait).unwrap();
    }
    assert_eq!(intervals.interval(30.0, 50.0), None);
    let widest = intervals.widest(30.0, 50.0).unwrap();
    assert_eq!((widest.lower, widest.upper), (-30.0, 110.0));
}
