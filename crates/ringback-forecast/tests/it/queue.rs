//! Queue state: the replay of a whole log against the machine fed event by event, and against truncated logs.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use ringback_calllog::{
    AgentId, Call, Leg, LegId, Outcome, Precision, QueueId, Stage, StageEnd, StageKind, Stitcher,
};
use ringback_forecast::{
    Arrival, QueueBoard, QueueEvent, QueueEventKind, QueueState, queue_events, replay,
};

fn at(secs: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_000_000 + secs, 0).unwrap()
}

fn stage(kind: StageKind, from: i64, to: Option<i64>, end: StageEnd) -> Stage {
    let agent = (kind == StageKind::Talk).then(|| AgentId::new("ann"));
    Stage { kind, queue: None, agent, entered_at: at(from), left_at: to.map(at), end }
}

fn calls(legs: Vec<Leg>) -> Vec<Call> {
    let mut stitcher = Stitcher::new();
    stitcher.begin("test".into(), Precision::SECOND);
    for leg in legs {
        stitcher.push(leg);
    }
    stitcher.finish()
}

/// A caller who waits, and is then answered and served, or hangs up.
#[derive(Clone, Debug)]
struct Caller {
    queue: u8,
    from: i64,
    wait: Option<i64>,
    service: Option<i64>,
}

fn callers() -> impl Strategy<Value = Vec<Caller>> {
    // Short times on a coarse clock, so that stamps collide.
    let caller = (0..3_u8, 0..60_i64, prop::option::of(0..20_i64), prop::option::of(0..15_i64));
    prop::collection::vec(caller, 0..40).prop_map(|callers| {
        let of = |(queue, from, wait, service)| Caller { queue, from: from * 5, wait, service };
        callers.into_iter().map(of).collect()
    })
}

fn log(callers: &[Caller]) -> Vec<Call> {
    let mut legs = Vec::new();
    for (n, caller) in callers.iter().enumerate() {
        let mut stages = Vec::new();
        let served_at = caller.from + caller.wait.unwrap_or(0);
        let answered = caller.service.is_some();
        if let Some(wait) = caller.wait {
            let end = if answered { StageEnd::Answered } else { StageEnd::Abandoned };
            stages.push(stage(StageKind::Queue, caller.from, Some(caller.from + wait), end));
        }
        if let Some(service) = caller.service {
            stages.push(stage(
                StageKind::Talk,
                served_at,
                Some(served_at + service),
                StageEnd::Completed,
            ));
        }
        let outcome = if answered { Outcome::Answered } else { Outcome::Abandoned };
        // Ids that do not follow the order of the rows.
        let id = LegId::new(format!("{:03}", n * 37 % 101));
        let queue = (caller.queue > 0).then(|| QueueId::new(format!("queue {}", caller.queue)));
        legs.push(Leg { stages, queue, ..Leg::whole(id, at(caller.from), outcome) });
    }
    calls(legs)
}

/// The log as it stood at a moment: what began later is not there, what ended later is open.
fn truncated(log: &[Call], until: DateTime<Utc>) -> Vec<Call> {
    let mut known: Vec<Call> = log.iter().filter(|it| it.arrived_at <= until).cloned().collect();
    for call in &mut known {
        call.stages.retain(|it| it.entered_at <= until);
        for stage in &mut call.stages {
            if stage.left_at.is_none_or(|it| it > until) {
                (stage.left_at, stage.end) = (None, StageEnd::Open);
                (call.outcome, call.is_complete) = (Outcome::Unknown, false);
            }
        }
    }
    known
}

/// What a caller met, by the call's name, with the bits of every number.
fn bits(log: &[Call], arrivals: &[Arrival]) -> Vec<(String, usize, String)> {
    let seen = |it: &Arrival| {
        let numbers =
            [Some(it.seen.head_of_line_secs), it.seen.last_wait_secs, it.seen.recent_wait_secs];
        let numbers = numbers.map(|it| it.map(f64::to_bits));
        format!("{} {} {numbers:?}", it.seen.queue_length, it.seen.agents_busy)
    };
    arrivals.iter().map(|it| (log[it.call].call_id.to_string(), it.stage, seen(it))).collect()
}

fn streamed(log: &[Call]) -> Vec<Arrival> {
    let mut board = QueueBoard::new();
    let mut arrivals = Vec::new();
    for event in queue_events(log) {
        if let Some(seen) = board.apply(&event) {
            let call = log.iter().position(|it| it.call_id == event.call_id).unwrap();
            arrivals.push(Arrival { call, stage: event.stage as usize, queued_at: event.at, seen });
        }
    }
    arrivals
}

proptest! {
    #[test]
    fn replay_and_stream_agree_to_the_bit(callers in callers()) {
        let log = log(&callers);
        let replayed = replay(&log).unwrap();
        prop_assert_eq!(bits(&log, &replayed), bits(&log, &streamed(&log)));
    }

    #[test]
    fn cutting_the_log_off_changes_nothing_before(callers in callers(), until in 0..400_i64) {
        let log = log(&callers);
        let known = truncated(&log, at(until));
        let mut whole = replay(&log).unwrap();
        whole.retain(|it| it.queued_at <= at(until));
        prop_assert_eq!(bits(&known, &replay(&known).unwrap()), bits(&log, &whole));
    }

    #[test]
    fn the_order_of_the_rows_does_not_matter(callers in callers()) {
        let log = log(&callers);
        let mut backwards = log.clone();
        backwards.reverse();
        prop_assert_eq!(bits(&log, &replay(&log).unwrap()), bits(&backwards, &replay(&backwards).unwrap()));
    }
}

#[test]
fn a_caller_meets_those_before_and_not_themselves() {
    let queue = |from, to| stage(StageKind::Queue, from, Some(to), StageEnd::Answered);
    let talk = |from, to| stage(StageKind::Talk, from, Some(to), StageEnd::Completed);
    let leg = |id: &str, stages: Vec<Stage>| Leg {
        ended_at: stages.last().and_then(|it| it.left_at),
        ..Leg {
            stages: stages.clone(),
            ..Leg::whole(id.into(), stages[0].entered_at, Outcome::Answered)
        }
    };
    let log = calls(vec![
        leg("a", vec![queue(0, 10), talk(10, 100)]),
        leg("b", vec![queue(5, 40), talk(40, 50)]),
        leg("c", vec![queue(30, 50), talk(50, 60)]),
        // At the stamp at which b's service ends and c leaves the queue: both come first.
        leg("d", vec![queue(50, 50), talk(50, 50)]),
        leg("e", vec![queue(50, 70), talk(70, 80)]),
    ]);
    let seen: Vec<_> = replay(&log)
        .unwrap()
        .iter()
        .map(|it| {
            let seen = it.seen;
            (seen.queue_length, seen.head_of_line_secs, seen.last_wait_secs, seen.agents_busy)
        })
        .collect();
    let a = (0, 0.0, None, 0);
    let b = (1, 5.0, None, 0);
    let c = (1, 25.0, Some(10.0), 1);
    // The agents of a and c; that d is answered at once is not known yet.
    let d = (0, 0.0, Some(20.0), 2);
    let e = (1, 0.0, Some(20.0), 2);
    assert_eq!(seen, [a, b, c, d, e]);
}

#[test]
fn the_mean_of_recent_waits_looks_back_on_ten() {
    let mut queue = QueueState::new();
    for n in 1..=12 {
        let (at, since, call_id) = (at(n), at(0), format!("{n}").as_str().into());
        let kind = QueueEventKind::Leaves { answered: true };
        queue.apply(&QueueEvent {
            at,
            kind,
            since,
            call_id,
            stage: 0,
            queue: None,
            intent: None,
            priority: None,
            agent: None,
        });
    }
    let seen = queue.seen(at(20));
    assert_eq!(seen.recent_wait_secs, Some((3..=12).sum::<i64>() as f64 / 10.0));
    assert_eq!(seen.last_wait_secs, Some(12.0));
}

#[test]
fn a_caller_without_an_end_is_forgotten_after_a_day() {
    let open = |id: &str, from| {
        let stages = vec![stage(StageKind::Queue, from, None, StageEnd::Open)];
        Leg { stages, ..Leg::whole(id.into(), at(from), Outcome::Unknown) }
    };
    let day = TimeDelta::hours(24).num_seconds();
    let log = calls(vec![open("lost", 0), open("then", day), open("later", day + 1)]);
    let lengths: Vec<u32> = replay(&log).unwrap().iter().map(|it| it.seen.queue_length).collect();
    assert_eq!(lengths, [0, 1, 1]);
    assert_eq!(bits(&log, &replay(&log).unwrap()), bits(&log, &streamed(&log)));
}

/// The end of a stay or a service must not come before its beginning, or it stays open for a day.
#[test]
fn a_stage_that_ends_before_it_begins_ends_as_it_begins() {
    let leg = |id: &str, from: i64, end| {
        let queue = stage(StageKind::Queue, from, Some(end), StageEnd::Answered);
        let talk = stage(StageKind::Talk, from, Some(end), StageEnd::Completed);
        Leg { stages: vec![queue, talk], ..Leg::whole(id.into(), at(from), Outcome::Answered) }
    };
    let log = calls(vec![leg("a", 100, 40), leg("b", 200, 210)]);
    let arrivals = replay(&log).unwrap();
    let seen = arrivals[1].seen;
    assert_eq!((seen.queue_length, seen.agents_busy), (0, 0));
    assert_eq!(seen.last_wait_secs, Some(0.0));
    assert_eq!(arrivals[0].seen.last_wait_secs, None, "an answer is known when the caller queues");
    assert_eq!(bits(&log, &arrivals), bits(&log, &streamed(&log)));
}
