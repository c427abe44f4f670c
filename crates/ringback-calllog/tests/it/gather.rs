//! Gathering pieces by their keys, held against a plain way to do the same.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use ringback_calllog::{Completeness, Gatherer, Leg, Outcome, Piece, Precision, RowIds, Stitcher};

const WINDOW_SECS: i64 = 60;

#[derive(Clone, Debug)]
struct Row {
    id: u32,
    keys: Vec<&'static str>,
    secs: i64,
}

impl Piece for Row {
    type Key = &'static str;

    fn keys(&self, keys: &mut Vec<&'static str>) {
        keys.extend(&self.keys);
    }

    fn span(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        (at(self.secs), at(self.secs))
    }
}

fn at(secs: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_000_000 + secs, 0).expect("an instant")
}

fn row(id: u32, keys: &[&'static str], secs: i64) -> Row {
    Row { id, keys: keys.to_vec(), secs }
}

fn gatherer() -> Gatherer<Row> {
    Gatherer::new(TimeDelta::seconds(WINDOW_SECS))
}

fn settled(gatherer: &mut Gatherer<Row>, until: Option<i64>) -> BTreeSet<Vec<u32>> {
    let mut groups = BTreeSet::new();
    gatherer.settle(until.map(at), |rows| {
        let mut ids: Vec<u32> = rows.iter().map(|it| it.id).collect();
        ids.sort_unstable();
        groups.insert(ids);
    });
    groups
}

#[test]
fn the_keys_of_a_piece_that_was_replaced_go_with_it() {
    let mut gatherer = gatherer();
    let place = gatherer.push(row(1, &["a"], 0));
    gatherer.replace(place, row(1, &["b"], 10));
    assert_eq!(settled(&mut gatherer, Some(10)), BTreeSet::from([vec![1]]));
    assert_eq!(gatherer.push(row(2, &["zz"], 20)), place);
    gatherer.push(row(3, &["a"], 20));
    assert_eq!(settled(&mut gatherer, None), BTreeSet::from([vec![2], vec![3]]));
}

#[test]
fn a_key_of_a_piece_that_was_replaced_still_unites() {
    let mut gatherer = gatherer();
    let place = gatherer.push(row(1, &["a"], 0));
    gatherer.replace(place, row(1, &["b"], 10));
    gatherer.push(row(2, &["a"], 20));
    assert_eq!(settled(&mut gatherer, Some(20)), BTreeSet::from([vec![1, 2]]));
}

#[test]
fn nothing_is_kept_of_what_was_given_out() {
    let mut gatherer = gatherer();
    let place = gatherer.push(row(1, &["a"], 0));
    for (keys, secs) in [(&["b"], 10), (&["a"], 20), (&["c"], 30)] {
        gatherer.replace(place, row(1, keys, secs));
    }
    assert_eq!(format!("{gatherer:?}"), "Gatherer(1 pieces, 3 keys)");
    settled(&mut gatherer, Some(30));
    assert_eq!(format!("{gatherer:?}"), "Gatherer(0 pieces, 0 keys)");
}

#[test]
fn a_completed_leg_leaves_no_key_to_the_next_in_its_place() {
    let leg = |id: &str, key: &str, secs: i64, completeness| Leg {
        call_keys: vec![key.into()],
        completeness,
        ended_at: Some(at(secs)),
        ..Leg::whole(id.into(), at(secs), Outcome::Answered)
    };
    let mut stitcher = Stitcher::new()
        .window(TimeDelta::seconds(WINDOW_SECS))
        .timeout(TimeDelta::seconds(WINDOW_SECS));
    stitcher.begin("switch".into(), Precision::SECOND);
    stitcher.push(leg("1", "a", 0, Completeness::Open));
    stitcher.push(leg("1", "b", 5, Completeness::Part));
    assert_eq!(stitcher.flush(at(5 + WINDOW_SECS)).len(), 1);
    stitcher.push(leg("2", "zz", 30, Completeness::Part));
    stitcher.push(leg("3", "a", 30, Completeness::Part));
    let legs: Vec<u32> = stitcher.finish().iter().map(|it| it.legs).collect();
    assert_eq!(legs, [1, 1]);
}

#[test]
fn what_waits_is_not_shown() {
    let mut gatherer = gatherer();
    gatherer.push(row(1, &["+12025550123"], 0));
    assert_eq!(format!("{gatherer:?}"), "Gatherer(1 pieces, 1 keys)");
    let mut ids = RowIds::default();
    ids.is_new("+12025550123", at(0));
    assert_eq!(format!("{ids:?}"), "RowIds(1 ids)");
}

/// What can be done with a gatherer.
#[derive(Clone, Debug)]
enum Step {
    Push(Vec<&'static str>, i64),
    Replace(usize, Vec<&'static str>, i64),
    Settle(i64),
}

fn any_step() -> impl Strategy<Value = Step> {
    let keys = || prop::sample::subsequence(vec!["a", "b", "c", "d", "e"], 0..=2);
    prop_oneof![
        5 => (keys(), 0..600_i64).prop_map(|(keys, secs)| Step::Push(keys, secs)),
        3 => (0..8_usize, keys(), 0..600_i64)
            .prop_map(|(nth, keys, secs)| Step::Replace(nth, keys, secs)),
        2 => (0..600_i64).prop_map(Step::Settle),
    ]
}

/// Pieces that wait, looked through anew each time.
#[derive(Default)]
struct Plain(BTreeMap<u32, Waiting>);

struct Waiting {
    place: usize,
    secs: i64,
    /// Keys of the piece and of those before it in its place, with their time.
    uses: Vec<(&'static str, i64)>,
}

impl Plain {
    fn note(&mut self, id: u32, place: usize, keys: &[&'static str], secs: i64) {
        let waiting = self.0.entry(id).or_insert(Waiting { place, secs, uses: Vec::new() });
        waiting.secs = secs;
        waiting.uses.extend(keys.iter().map(|key| (*key, secs)));
    }

    /// Everything that is linked with a piece, itself among it.
    fn group(&self, id: u32) -> Vec<u32> {
        let near = |one: &Waiting, two: &Waiting| {
            one.uses.iter().any(|one| {
                two.uses.iter().any(|two| one.0 == two.0 && (one.1 - two.1).abs() <= WINDOW_SECS)
            })
        };
        let mut group = BTreeSet::from([id]);
        loop {
            let linked = |it: &u32| group.iter().any(|member| near(&self.0[member], &self.0[it]));
            let more: Vec<u32> =
                self.0.keys().copied().filter(|it| !group.contains(it) && linked(it)).collect();
            if more.is_empty() {
                return group.into_iter().collect();
            }
            group.extend(more);
        }
    }

    fn settled(&mut self, until: i64) -> BTreeSet<Vec<u32>> {
        let groups: BTreeSet<Vec<u32>> = self.0.keys().map(|it| self.group(*it)).collect();
        let is_due = |group: &Vec<u32>| group.iter().all(|it| self.0[it].secs <= until);
        let due: BTreeSet<Vec<u32>> = groups.into_iter().filter(is_due).collect();
        for id in due.iter().flatten() {
            self.0.remove(id);
        }
        due
    }
}

proptest! {
    #[test]
    fn pieces_are_gathered_as_the_plain_way_gathers_them(steps in prop::collection::vec(any_step(), 0..40)) {
        let (mut gatherer, mut plain) = (gatherer(), Plain::default());
        for (id, step) in (0..).zip(steps) {
            match step {
                Step::Push(keys, secs) => {
                    let place = gatherer.push(row(id, &keys, secs));
                    plain.note(id, place, &keys, secs);
                }
                Step::Replace(nth, keys, secs) => {
                    let Some((&id, waiting)) = plain.0.iter().nth(nth) else { continue };
                    let place = waiting.place;
                    gatherer.replace(place, row(id, &keys, secs));
                    plain.note(id, place, &keys, secs);
                }
                Step::Settle(until) => {
                    prop_assert_eq!(settled(&mut gatherer, Some(until)), plain.settled(until));
                }
            }
        }
        prop_assert_eq!(settled(&mut gatherer, None), plain.settled(i64::MAX));
    }
}
