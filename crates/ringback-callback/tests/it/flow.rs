//! Assignments against every other way to find them.

#![expect(
    clippy::float_cmp,
    reason = "sums of whole units are exact, and what was written down is the same number"
)]

use proptest::prelude::*;
use ringback_callback::{Assignment, AssignmentTable, Error};

const NO: f64 = f64::NAN;

/// Small whole numbers that look random.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let it = (self.0 ^ (self.0 >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        it ^ (it >> 29)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }
}

/// Values in whole numbers, so that sums are exact; `None` where not allowed.
type Row = Vec<Option<i32>>;

fn as_values(row: &[Option<i32>]) -> Vec<f64> {
    row.iter().map(|it| it.map_or(NO, f64::from)).collect()
}

fn solve(slots: &[u32], rows: &[Row]) -> Assignment {
    let mut table = AssignmentTable::new(slots).unwrap();
    for row in rows {
        table.push(&as_values(row), 0.0).unwrap();
    }
    Assignment::solve(table)
}

/// Checks that nobody is where they may not be, that no cell holds too many, and that the value is the sum, and the
/// bound no more; the value.
#[track_caller]
fn checked_value(assignment: &Assignment, slots: &[u32], rows: &[Option<Row>]) -> f64 {
    let mut load = vec![0; slots.len()];
    let mut sum = 0.0;
    for (request, row) in rows.iter().enumerate() {
        let Some(cell) = assignment.cell(request) else { continue };
        sum += f64::from(row.as_ref().unwrap()[cell].unwrap());
        load[cell] += 1;
    }
    for (cell, (&load, &slots)) in load.iter().zip(slots).enumerate() {
        assert!(load <= slots, "cell {cell} holds {load} of {slots}");
        assert_eq!(assignment.n_assigned(cell), usize::try_from(load).ok());
        let price = assignment.price(cell).unwrap();
        assert!(price >= 0.0 && (price == 0.0 || load == slots), "price {price} of {load}/{slots}");
    }
    let certificate = assignment.certificate();
    assert_eq!(certificate.value, sum);
    assert_eq!(certificate.gap, 0.0, "{certificate:?}");
    assert_eq!(certificate.bound, sum);
    sum
}

/// The best sum by trying everything.
fn by_brute_force(slots: &mut [u32], rows: &[Row]) -> i64 {
    let Some((row, rest)) = rows.split_first() else { return 0 };
    let mut best = by_brute_force(slots, rest);
    for cell in 0..slots.len() {
        if let Some(value) = row[cell].filter(|_| slots[cell] > 0) {
            slots[cell] -= 1;
            best = best.max(i64::from(value) + by_brute_force(slots, rest));
            slots[cell] += 1;
        }
    }
    best
}

/// The best sum by the Hungarian method with one column a slot, and one a request for leaving it out: shortest paths
/// over reduced costs, in O(n²·columns).
fn by_hungarian(slots: &[u32], rows: &[Row]) -> i64 {
    const FAR: i64 = i64::MAX / 4;
    const BARRED: i64 = 1 << 40;
    let columns: Vec<Option<usize>> = slots
        .iter()
        .enumerate()
        .flat_map(|(cell, &slots)| {
            (0..slots.min(u32::try_from(rows.len()).unwrap())).map(move |_| Some(cell))
        })
        .chain(rows.iter().map(|_| None))
        .collect();
    let cost = |row: usize, column: usize| match columns[column] {
        Some(cell) => rows[row][cell].map_or(BARRED, |it| -i64::from(it)),
        None => 0,
    };
    let (n, m) = (rows.len(), columns.len());
    let (mut u, mut v) = (vec![0_i64; n + 1], vec![0_i64; m + 1]);
    let mut row_of = vec![0_usize; m + 1];
    for row in 1..=n {
        let (mut least, mut before) = (vec![FAR; m + 1], vec![0; m + 1]);
        let mut used = vec![false; m + 1];
        row_of[0] = row;
        let mut column = 0;
        while row_of[column] != 0 {
            used[column] = true;
            let (from, mut delta, mut next) = (row_of[column], FAR, 0);
            for other in (1..=m).filter(|it| !used[*it]).collect::<Vec<_>>() {
                let reduced = cost(from - 1, other - 1) - u[from] - v[other];
                if reduced < least[other] {
                    (least[other], before[other]) = (reduced, column);
                }
                if least[other] < delta {
                    (delta, next) = (least[other], other);
                }
            }
            for other in 0..=m {
                if used[other] {
                    u[row_of[other]] += delta;
                    v[other] -= delta;
                } else {
                    least[other] -= delta;
                }
            }
            column = next;
        }
        while column != 0 {
            row_of[column] = row_of[before[column]];
            column = before[column];
        }
    }
    (1..=m).filter(|it| row_of[*it] != 0).map(|it| -cost(row_of[it] - 1, it - 1)).sum()
}

/// A problem of so many requests and cells, by a number that says which kind.
fn problem(seed: u64, requests_most: u64, cells_most: u64) -> (Vec<u32>, Vec<Row>) {
    let mut draws = Draws(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let n = draws.below(requests_most + 1);
    let m = 1 + draws.below(cells_most);
    // From nothing but ties to values of ten million; a third of the kinds have negative values.
    let range = [1, 2, 5, 100, 1_000_000, 10_000_000][(seed % 6) as usize];
    let least = if seed.is_multiple_of(3) { range / 2 } else { 0 };
    let barred_in_10 = [0, 0, 3, 8, 10][(seed / 6 % 5) as usize];
    let room = [1, 2, 4, n + 1][(seed / 30 % 4) as usize];
    let slots = (0..m).map(|_| u32::try_from(draws.below(room + 1)).unwrap()).collect();
    let mut value = || {
        let is_barred = draws.below(10) < barred_in_10;
        let value = i32::try_from(draws.below(range + 1)).unwrap() - i32::try_from(least).unwrap();
        (!is_barred).then_some(value)
    };
    let rows = (0..n).map(|_| (0..m).map(|_| value()).collect()).collect();
    (slots, rows)
}

#[test]
fn small_assignments_equal_brute_force() {
    for seed in 0..1_500 {
        let (mut slots, rows) = problem(seed, 7, 4);
        let assignment = solve(&slots, &rows);
        let all: Vec<Option<Row>> = rows.iter().cloned().map(Some).collect();
        let value = checked_value(&assignment, &slots, &all);
        assert_eq!(value, by_brute_force(&mut slots, &rows) as f64, "seed {seed}");
    }
}

#[test]
fn larger_assignments_equal_the_hungarian_method() {
    for seed in 0..360 {
        let (slots, rows) = problem(seed, 60, 12);
        let all: Vec<Option<Row>> = rows.iter().cloned().map(Some).collect();
        let value = checked_value(&solve(&slots, &rows), &slots, &all);
        assert_eq!(value, by_hungarian(&slots, &rows) as f64, "seed {seed}");
    }
}

#[test]
fn many_requests_start_from_the_prices_of_a_part_and_are_exact_all_the_same() {
    for (seed, slots_of_each) in [(1, 40), (2, 55), (3, 100), (4, 7)] {
        let mut draws = Draws(seed);
        let slots = vec![slots_of_each; 45];
        let rows: Vec<Row> = (0..2_500)
            .map(|_| {
                (0..45)
                    .map(|_| {
                        (draws.below(5) > 0).then(|| i32::try_from(draws.below(1_000)).unwrap())
                    })
                    .collect()
            })
            .collect();
        let at_once = solve(&slots, &rows);
        let mut one_by_one = Assignment::solve(AssignmentTable::new(&slots).unwrap());
        for row in &rows {
            one_by_one.add(&as_values(row), 0.0).unwrap();
        }
        let all: Vec<Option<Row>> = rows.iter().cloned().map(Some).collect();
        assert_eq!(
            checked_value(&at_once, &slots, &all),
            checked_value(&one_by_one, &slots, &all),
            "seed {seed}"
        );
    }
}

#[test]
fn alike_requests_spread_over_cells_in_their_order() {
    let rows: Vec<Row> = vec![vec![Some(3); 4]; 9];
    let assignment = solve(&[2; 4], &rows);
    let cells: Vec<Option<usize>> = (0..9).map(|it| assignment.cell(it)).collect();
    assert_eq!(cells[..3], [Some(0), Some(0), Some(1)]);
    assert_eq!(cells.iter().flatten().count(), 8);
    assert_eq!(assignment.certificate().value, 24.0);
    assert_eq!(assignment.price(0), Some(3.0));
}

#[test]
fn leaving_out_may_cost_something() {
    // Worth -2 in the cell: left out if that costs nothing, in it if it costs 3.
    for (left_out, cell, value) in [(0.0, None, 0.0), (-2.0, Some(0), -2.0), (-3.0, Some(0), -2.0)]
    {
        let mut table = AssignmentTable::new(&[1]).unwrap();
        table.push(&[-2.0], left_out).unwrap();
        let assignment = Assignment::solve(table);
        assert_eq!((assignment.cell(0), assignment.certificate().value), (cell, value));
    }
    // The one whom it harms more is in, though it is worth less.
    let mut table = AssignmentTable::new(&[1]).unwrap();
    table.push(&[5.0], 0.0).unwrap();
    table.push(&[4.0], -1.5).unwrap();
    let assignment = Assignment::solve(table);
    assert_eq!([assignment.cell(0), assignment.cell(1)], [None, Some(0)]);
    assert_eq!(assignment.certificate().bound, 4.0);
}

#[test]
fn a_number_that_cannot_be_computed_with_is_an_error_that_names_it() {
    let mut table = AssignmentTable::new(&[1, 1]).unwrap();
    table.push(&[1.0, 1e9], 0.0).unwrap();
    let text = |error: Error| error.to_string();
    let range = "expected one a cell, each absent or from -288230376151.71";
    for (values, left_out, fault) in [
        (vec![1.0, f64::INFINITY], 0.0, "value inf of request 1 in cell 1"),
        (vec![-1e16, 0.0], 0.0, "value -10000000000000000 of request 1 in cell 0"),
        (vec![1.0], 0.0, "value NaN of request 1 in cell 1"),
        (vec![1.0, 1.0], NO, "value NaN of request 1 in cell 2"),
    ] {
        let error = text(table.push(&values, left_out).unwrap_err());
        assert!(error.starts_with(fault), "{error}");
        assert!(error.contains(range), "{error}");
    }
    assert_eq!(table.n_requests(), 1);
    let mut assignment = Assignment::solve(table);
    assert_eq!(
        text(assignment.set_slots(2, 1).unwrap_err()),
        "cell is 2, expected the number of a cell"
    );
    assert!(assignment.add(&[f64::NEG_INFINITY, 0.0], 0.0).is_err());
    assert!(!assignment.remove(7));
    assert_eq!((assignment.price(2), assignment.cell(9)), (None, None));
    assert_eq!(
        text(AssignmentTable::new(&vec![1; 4_097]).unwrap_err()),
        "cells is 4097, expected at most 4,096"
    );
}

#[test]
fn the_same_calls_give_the_same_assignment() {
    let (slots, rows) = problem(64, 60, 12);
    let cells = |it: &Assignment| (0..rows.len()).map(|n| it.cell(n)).collect::<Vec<_>>();
    assert_eq!(cells(&solve(&slots, &rows)), cells(&solve(&slots, &rows)));
}

/// One change of an assignment.
#[derive(Clone, Debug)]
enum Change {
    Add(Row),
    Remove(usize),
    Slots(usize, u32),
}

fn changes(n_cells: usize) -> impl Strategy<Value = Vec<Change>> {
    let row = prop::collection::vec(prop::option::weighted(0.8, -3..12_i32), n_cells);
    let change = prop_oneof![
        5 => row.prop_map(Change::Add),
        2 => (0..30_usize).prop_map(Change::Remove),
        2 => (0..n_cells, 0..5_u32).prop_map(|(cell, slots)| Change::Slots(cell, slots)),
    ];
    prop::collection::vec(change, 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn after_every_change_it_is_what_it_would_be_from_scratch(changes in changes(4)) {
        let mut slots = vec![1, 2, 0, 3];
        let mut assignment = Assignment::solve(AssignmentTable::new(&slots).unwrap());
        let mut rows: Vec<Option<Row>> = Vec::new();
        for change in changes {
            match change {
                Change::Add(row) => {
                    let number = assignment.add(&as_values(&row), 0.0).unwrap();
                    if number == rows.len() {
                        rows.push(Some(row));
                    } else {
                        prop_assert!(rows[number].replace(row).is_none());
                    }
                }
                Change::Remove(number) => {
                    let was = rows.get_mut(number).and_then(Option::take);
                    prop_assert_eq!(assignment.remove(number), was.is_some());
                    prop_assert_eq!(assignment.cell(number), None);
                }
                Change::Slots(cell, n) => {
                    slots[cell] = n;
                    assignment.set_slots(cell, n).unwrap();
                }
            }
            let afresh: Vec<Row> = rows.iter().flatten().cloned().collect();
            let value = checked_value(&assignment, &slots, &rows);
            prop_assert_eq!(value, solve(&slots, &afresh).certificate().value);
            prop_assert_eq!(value, by_hungarian(&slots, &afresh) as f64);
        }
    }
}
