use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use ringback_calllog::{
    Call, Completeness, Direction, Intent, Leg, Outcome, Precision, Pushed, QueueId, Stage,
    StageEnd, StageKind, Stitcher,
};

fn at(secs: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_000_000 + secs, 0).expect("an instant")
}

/// A leg from one second to another.
fn leg(id: &str, keys: &[&str], from: i64, to: i64) -> Leg {
    Leg {
        call_keys: keys.iter().map(|it| (*it).into()).collect(),
        completeness: Completeness::Part,
        ended_at: Some(at(to)),
        stages: vec![stage(StageKind::Queue, from, to)],
        ..Leg::whole(id.into(), at(from), Outcome::Other)
    }
}

fn stage(kind: StageKind, from: i64, to: i64) -> Stage {
    let (entered_at, left_at) = (at(from), Some(at(to)));
    Stage { kind, queue: None, agent: None, entered_at, left_at, end: StageEnd::Completed }
}

fn stitcher() -> Stitcher {
    let mut stitcher =
        Stitcher::new().window(TimeDelta::seconds(60)).timeout(TimeDelta::seconds(300));
    stitcher.begin("switch".into(), Precision::SECOND);
    stitcher
}

fn stitched(legs: impl IntoIterator<Item = Leg>) -> Vec<Call> {
    let mut stitcher = stitcher();
    for leg in legs {
        stitcher.push(leg);
    }
    stitcher.finish()
}

#[track_caller]
fn check(legs: &[Leg], expected: &[(&str, u32)]) {
    let calls = stitched(legs.iter().cloned());
    let got: Vec<(&str, u32)> = calls.iter().map(|it| (it.call_id.as_str(), it.legs)).collect();
    assert_eq!(got, expected);
}

#[test]
fn legs_that_share_a_key_are_one_call_in_any_order() {
    check(&[leg("a", &["k"], 0, 10), leg("b", &["k"], 20, 30)], &[("k~a", 2)]);
    check(&[leg("b", &["k"], 20, 30), leg("a", &["k"], 0, 10)], &[("k~a", 2)]);
    check(&[leg("a", &["k"], 0, 10), leg("b", &["other"], 0, 10)], &[("k~a", 1), ("other~b", 1)]);
}

#[test]
fn a_key_that_comes_round_after_the_window_is_another_call() {
    check(&[leg("a", &["k"], 0, 10), leg("b", &["k"], 70, 80)], &[("k~a", 2)]);
    check(&[leg("a", &["k"], 0, 10), leg("b", &["k"], 71, 80)], &[("k~a", 1), ("k~b", 1)]);
    check(&[leg("b", &["k"], 71, 80), leg("a", &["k"], 0, 10)], &[("k~a", 1), ("k~b", 1)]);
}

#[test]
fn a_leg_between_two_calls_makes_one_of_them() {
    let legs = [leg("a", &["k"], 0, 10), leg("c", &["k"], 100, 110), leg("b", &["k"], 50, 60)];
    check(&legs, &[("k~a", 3)]);
}

#[test]
fn legs_linked_through_others_are_one_call() {
    let legs = [
        leg("a", &["k"], 0, 10),
        leg("c", &["m"], 30, 40),
        leg("b", &["k", "m"], 20, 30),
        leg("d", &["n"], 0, 1),
    ];
    check(&legs, &[("k~a", 3), ("n~d", 1)]);
}

#[test]
fn a_leg_without_a_key_is_a_call_of_its_own() {
    check(&[leg("a", &[], 0, 10), leg("b", &[], 0, 10)], &[("a", 1), ("b", 1)]);
}

#[test]
fn a_call_knows_what_any_of_its_legs_knows() {
    let mut first = leg("a", &["k"], 0, 10);
    first.outcome = Outcome::Failed;
    let mut second = leg("b", &["k"], 10, 30);
    second.outcome = Outcome::Answered;
    second.direction = Direction::Inbound;
    second.queue = Some("sales".into());
    second.intent = Some("buy".into());
    second.priority = Some(3);
    let mut third = leg("c", &["k"], 30, 50);
    third.outcome = Outcome::Other;
    third.queue = Some("support".into());
    let call = &stitched([third, first, second])[0];
    assert_eq!((call.outcome, call.direction), (Outcome::Answered, Direction::Inbound));
    assert_eq!(call.queue.as_ref().map(QueueId::as_str), Some("sales"));
    assert_eq!(call.intent.as_ref().map(Intent::as_str), Some("buy"));
    assert_eq!((call.priority, call.legs), (Some(3), 3));
    assert_eq!((call.arrived_at, call.ended_at), (at(0), Some(at(50))));
    assert_eq!((call.source.as_str(), call.precision), ("switch", Precision::SECOND));
}

#[test]
fn stages_are_ordered_and_told_once() {
    let mut one = leg("a", &["k"], 0, 30);
    one.stages = vec![stage(StageKind::Talk, 20, 30), stage(StageKind::Queue, 0, 20)];
    let mut two = leg("b", &["k"], 0, 40);
    two.stages = vec![
        stage(StageKind::Queue, 0, 20),
        Stage { left_at: None, ..stage(StageKind::Ring, 20, 0) },
        stage(StageKind::Consult, 20, 30),
    ];
    let call = &stitched([one, two])[0];
    let kinds: Vec<StageKind> = call.stages.iter().map(|it| it.kind).collect();
    let expected = [StageKind::Queue, StageKind::Talk, StageKind::Consult, StageKind::Ring];
    assert_eq!(kinds, expected);
}

#[test]
fn a_leg_delivered_twice_is_a_duplicate_and_one_with_other_content_a_conflict() {
    let mut stitcher = stitcher();
    let part = leg("a", &["k"], 0, 10);
    let whole = Leg::whole("w".into(), at(0), Outcome::Answered);
    for leg in [&part, &whole] {
        assert_eq!(stitcher.push(leg.clone()), Pushed::New);
        assert_eq!(stitcher.push(leg.clone()), Pushed::Duplicate);
        let other = Leg { outcome: Outcome::Busy, ..leg.clone() };
        assert_eq!(stitcher.push(other), Pushed::Conflict);
    }
    let calls = stitcher.finish();
    assert_eq!(calls.len(), 2);
    assert!(calls.iter().all(|it| it.outcome != Outcome::Busy && it.legs == 1));
}

#[test]
fn a_whole_call_that_was_given_out_is_known_until_the_time_out() {
    let mut stitcher = stitcher();
    let whole = Leg::whole("w".into(), at(0), Outcome::Answered);
    stitcher.push(whole.clone());
    assert_eq!(stitcher.flush(at(10)).len(), 1);
    assert_eq!(stitcher.push(whole.clone()), Pushed::Duplicate);
    let other = Leg { priority: Some(1), ..whole.clone() };
    assert_eq!(stitcher.push(other), Pushed::Conflict);
    assert_eq!(stitcher.flush(at(300)), []);
    assert_eq!(stitcher.push(whole), Pushed::New);
}

#[test]
fn the_end_of_an_open_leg_takes_its_place() {
    let open = Leg {
        completeness: Completeness::Open,
        ended_at: None,
        stages: Vec::new(),
        ..leg("a", &["k"], 0, 0)
    };
    let mut stitcher = stitcher();
    assert_eq!(stitcher.push(open.clone()), Pushed::New);
    assert_eq!(stitcher.push(open.clone()), Pushed::Duplicate);
    assert_eq!(stitcher.push(leg("a", &["k"], 0, 90)), Pushed::Completed);
    assert_eq!(stitcher.push(open), Pushed::Duplicate);
    assert_eq!(stitcher.push(leg("b", &["k"], 120, 130)), Pushed::New);
    let calls = stitcher.finish();
    assert_eq!(calls.len(), 1);
    assert_eq!((calls[0].legs, calls[0].is_complete, calls[0].ended_at), (2, true, Some(at(130))));
}

#[test]
fn a_call_that_stays_open_is_let_go_after_the_time_out_and_marked() {
    let open = Leg { completeness: Completeness::Open, ended_at: None, ..leg("a", &["k"], 0, 10) };
    let mut stitcher = stitcher();
    stitcher.push(open);
    assert_eq!(stitcher.pending(), 1);
    assert_eq!(stitcher.flush(at(309)), []);
    let calls = stitcher.flush(at(310));
    assert_eq!((calls.len(), calls[0].is_complete, calls[0].ended_at), (1, false, None));
    assert_eq!(stitcher.pending(), 0);
}

#[test]
fn a_leg_that_comes_after_its_call_was_given_out_is_a_call_of_its_own() {
    let mut stitcher = stitcher();
    stitcher.push(leg("a", &["k"], 0, 10));
    assert_eq!(stitcher.flush(at(310)).len(), 1);
    assert_eq!(stitcher.push(leg("b", &["k"], 20, 30)), Pushed::New);
    let calls = stitcher.finish();
    assert_eq!((calls.len(), calls[0].call_id.as_str()), (1, "k~b"));
}

#[test]
fn a_leg_is_known_as_long_as_its_call_waits() {
    let mut stitcher = stitcher();
    stitcher.push(leg("a", &["k"], 0, 10));
    stitcher.push(leg("b", &["k"], 60, 300));
    // Nothing of leg a has happened for the time-out, but its call goes on.
    assert_eq!(stitcher.flush(at(400)), []);
    assert_eq!(stitcher.push(leg("a", &["k"], 0, 10)), Pushed::Duplicate);
    assert_eq!(stitcher.finish()[0].legs, 2);
}

#[test]
fn a_constant_key_does_not_make_stitching_slow() {
    let n = 40_000;
    // Far apart: a call each. Close together: one call. Quadratic work would take minutes.
    let apart = (0..n).rev().map(|it| leg(&it.to_string(), &["k"], it * 100, it * 100 + 1));
    assert_eq!(stitched(apart).len(), 40_000);
    let close = (0..n).map(|it| {
        let own = format!("own {it}");
        leg(&it.to_string(), &["k", &own], it, it + 1)
    });
    assert_eq!(stitched(close)[0].legs, 40_000);
}

fn any_leg() -> impl Strategy<Value = (i64, i64, Vec<u8>, bool)> {
    (0_i64..1500, 0_i64..60, prop::collection::vec(0_u8..8, 0..3), any::<bool>())
}

fn legs_of(parts: Vec<(i64, i64, Vec<u8>, bool)>) -> Vec<Leg> {
    let legs = parts.into_iter().enumerate().map(|(id, (from, secs, keys, is_open))| {
        let keys: Vec<String> = keys.iter().map(u8::to_string).collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let mut leg = leg(&id.to_string(), &keys, from, from + secs);
        if is_open && id % 5 == 0 {
            leg.completeness = Completeness::Open;
        }
        if keys.is_empty() && id % 2 == 0 {
            leg.completeness = Completeness::Whole;
        }
        leg
    });
    legs.collect()
}

/// Groups of leg ids by the definition: legs that share a key and are at most the window apart are of one call.
fn naive_groups(legs: &[Leg]) -> Vec<usize> {
    let mut group: Vec<usize> = (0..legs.len()).collect();
    for (i, a) in legs.iter().enumerate() {
        for (j, b) in legs.iter().enumerate() {
            let shares = a.call_keys.iter().any(|it| b.call_keys.contains(it));
            let gap = (a.started_at - b.ended_at.expect("an end"))
                .max(b.started_at - a.ended_at.expect("an end"));
            if shares && gap <= TimeDelta::seconds(60) {
                let (from, to) = (group[i].max(group[j]), group[i].min(group[j]));
                group.iter_mut().filter(|it| **it == from).for_each(|it| *it = to);
            }
        }
    }
    let mut sizes: Vec<usize> = (0..legs.len())
        .map(|root| group.iter().filter(|it| **it == root).count())
        .filter(|it| *it > 0)
        .collect();
    sizes.sort_unstable();
    sizes
}

proptest! {
    #[test]
    fn any_order_of_arrival_gives_the_same_calls(
        (legs, shuffled) in prop::collection::vec(any_leg(), 1..40).prop_map(legs_of)
            .prop_flat_map(|legs| (Just(legs.clone()), Just(legs).prop_shuffle())),
    ) {
        let calls = stitched(legs.clone());
        prop_assert_eq!(&stitched(shuffled), &calls);
        let mut sizes: Vec<usize> = calls.iter().map(|it| it.legs as usize).collect();
        sizes.sort_unstable();
        prop_assert_eq!(sizes, naive_groups(&legs));
    }

    #[test]
    fn streaming_gives_what_a_batch_gives_if_nothing_is_later_than_the_time_out(
        legs in prop::collection::vec(any_leg(), 1..40).prop_map(legs_of),
        every in 1_usize..6,
    ) {
        let mut legs = legs;
        // A log is written when legs end.
        legs.sort_by_key(|it| it.ended_at);
        let mut stitcher = stitcher();
        let mut calls = Vec::new();
        for (at, leg) in legs.iter().enumerate() {
            stitcher.push(leg.clone());
            if at % every == 0 {
                calls.extend(stitcher.flush(leg.ended_at.expect("an end")));
            }
        }
        calls.extend(stitcher.finish());
        calls.sort_by(|a, b| (a.arrived_at, &a.call_id).cmp(&(b.arrived_at, &b.call_id)));
        prop_assert_eq!(calls, stitched(legs));
    }
}
