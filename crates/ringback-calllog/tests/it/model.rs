use chrono::{DateTime, TimeDelta, Utc};
use ringback_calllog::{
    AgentId, Call, Completeness, Direction, Leg, Observed, Outcome, Precision, Stage, StageEnd,
    StageKind, Stitcher, Zone,
};

fn at(secs: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(secs, 0).expect("an instant")
}

fn call(outcome: Outcome, stages: &[(StageKind, i64, Option<i64>, StageEnd)]) -> Call {
    let stages = stages.iter().map(|&(kind, from, to, end)| Stage {
        kind,
        queue: None,
        agent: (kind == StageKind::Talk).then(|| "Kim".into()),
        entered_at: at(from),
        left_at: to.map(at),
        end,
    });
    let mut stitcher = Stitcher::new();
    stitcher.push(Leg { stages: stages.collect(), ..Leg::whole("1".into(), at(0), outcome) });
    stitcher.finish().remove(0)
}

#[track_caller]
fn check(call: &Call, wait: Option<i64>, answered: Option<i64>) {
    assert_eq!(call.wait(), wait.map(TimeDelta::seconds));
    assert_eq!(call.answered_at(), answered.map(at));
}

#[test]
fn a_wait_goes_from_queue_entry_to_answer_or_hang_up() {
    use StageEnd::{Abandoned, Answered, Completed, Overflowed};
    use StageKind::{Queue, Ring, Talk};
    let answered = [(Queue, 5, Some(30), Answered), (Talk, 33, Some(90), Completed)];
    check(&call(Outcome::Answered, &answered), Some(25), Some(33));
    let abandoned = [(Queue, 5, Some(30), Overflowed), (Queue, 30, Some(50), Abandoned)];
    check(&call(Outcome::Abandoned, &abandoned), Some(45), None);
    check(&call(Outcome::Overflowed, &abandoned), None, None);
    check(&call(Outcome::Answered, &[(Ring, 0, Some(4), Answered)]), None, None);
    check(&call(Outcome::Answered, &[(Queue, 5, None, Answered)]), None, None);
    check(
        &call(Outcome::Answered, &[(Queue, 5, None, Completed), (Talk, 9, None, Completed)]),
        Some(4),
        Some(9),
    );
    check(&call(Outcome::Answered, &[(Queue, 5, Some(9), Answered)]), Some(4), Some(9));
    assert!(call(Outcome::Abandoned, &abandoned).is_abandoned_in_queue());
    assert!(!call(Outcome::Abandoned, &[]).is_abandoned_in_queue());
}

/// An agent whose clock runs a second ahead of the queue's, and one who had talked to the caller before they queued.
#[test]
fn a_wait_below_zero_is_zero_within_the_precision_and_none_beyond() {
    use StageEnd::{Completed, Transferred};
    use StageKind::{Queue, Talk};
    let queue = (Queue, 100, None, Completed);
    check(&call(Outcome::Answered, &[(Talk, 99, None, Completed), queue]), Some(0), Some(99));
    check(&call(Outcome::Answered, &[(Talk, 98, None, Completed), queue]), None, Some(98));
    let handed_on = [(Talk, 10, Some(100), Transferred), queue];
    check(&call(Outcome::Answered, &handed_on), None, Some(10));
}

#[test]
fn time_in_a_kind_of_stage_adds_up_or_is_not_known() {
    use StageEnd::{Completed, Transferred};
    use StageKind::{Hold, Talk};
    let twice = call(
        Outcome::Answered,
        &[(Talk, 0, Some(10), Transferred), (Talk, 20, Some(25), Completed)],
    );
    assert_eq!(twice.time_in(Talk), Some(TimeDelta::seconds(15)));
    assert_eq!((twice.time_in(Hold), twice.transfers()), (None, 1));
    assert_eq!(twice.agent().map(AgentId::as_str), Some("Kim"));
    let open =
        call(Outcome::Answered, &[(Talk, 0, Some(10), Completed), (Talk, 20, None, Completed)]);
    assert_eq!(open.time_in(Talk), None);
}

#[test]
fn terms_are_spelled_as_in_files() {
    for outcome in Outcome::ALL {
        assert_eq!(outcome.as_str().parse(), Ok(*outcome));
        let json = serde_json::to_string(outcome).expect("json");
        assert_eq!(json, format!("\"{outcome}\""));
    }
    let kinds: Vec<&str> = StageKind::ALL.iter().map(|it| it.as_str()).collect();
    assert_eq!(
        kinds,
        [
            "ivr",
            "queue",
            "ring",
            "talk",
            "hold",
            "consult",
            "wrap_up",
            "voicemail",
            "callback_wait"
        ]
    );
    assert_eq!(StageEnd::ALL.len(), 9);
    assert_eq!(Direction::ALL.len(), 4);
}

#[test]
fn two_sources_can_say_what_both_can() {
    let one = Observed {
        abandons: true,
        waits: true,
        agents: false,
        customers: true,
        zone: Zone::UTC,
        precision: Precision::SECOND,
    };
    let two = Observed { waits: false, precision: Precision::MINUTE, ..one };
    let both = Observed { waits: false, precision: Precision::MINUTE, ..one };
    assert_eq!(one.and(two), both);
    assert_eq!(two.and(one), both);
    assert!(Precision::MINUTE.can_tell_from_zero(TimeDelta::seconds(-60)));
    assert!(!Precision::MINUTE.can_tell_from_zero(TimeDelta::seconds(59)));
    assert_eq!(Precision::MILLISECOND.to_string(), "0.001 s");
}

#[test]
fn a_call_is_the_same_after_a_trip_through_json() {
    let call = call(Outcome::Answered, &[(StageKind::Talk, 0, Some(10), StageEnd::Completed)]);
    let json = serde_json::to_string(&call).expect("json");
    assert_eq!(serde_json::from_str::<Call>(&json).expect("a call"), call);
    assert_eq!(Leg::whole("1".into(), at(0), Outcome::Other).completeness, Completeness::Whole);
}
