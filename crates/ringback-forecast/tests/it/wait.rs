//! Wait profiles and their backtest: what may be learned by when, and calls that queue twice or oddly.

use chrono::{DateTime, Utc};
use ringback_calllog::{
    Call, Leg, LegId, Outcome, Precision, Stage, StageEnd, StageKind, Stitcher,
};
use ringback_forecast::{Error, WaitBacktest, WaitProfile, replay};

fn at(secs: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_000_000 + secs, 0).unwrap()
}

fn stage(kind: StageKind, queue: Option<&str>, from: i64, to: i64, end: StageEnd) -> Stage {
    let (entered_at, left_at) = (at(from), Some(at(to)));
    Stage { kind, queue: queue.map(Into::into), agent: None, entered_at, left_at, end }
}

/// Waits `wait` seconds in a queue, then talks for `talk` seconds.
fn served(queue: Option<&str>, from: i64, wait: i64, talk: i64) -> Vec<Stage> {
    let answered_at = from + wait;
    vec![
        stage(StageKind::Queue, queue, from, answered_at, StageEnd::Answered),
        stage(StageKind::Talk, queue, answered_at, answered_at + talk, StageEnd::Completed),
    ]
}

fn log(calls: impl IntoIterator<Item = Vec<Stage>>) -> Vec<Call> {
    let mut stitcher = Stitcher::new();
    stitcher.begin("test".into(), Precision::SECOND);
    for (n, stages) in calls.into_iter().enumerate() {
        let came_at = stages[0].entered_at;
        let id = LegId::new(format!("{n:04}"));
        stitcher.push(Leg { stages, ..Leg::whole(id, came_at, Outcome::Answered) });
    }
    stitcher.finish()
}

/// Forty callers, a minute apart, who wait 10 s and talk for 30 s.
fn steady(queue: Option<&str>) -> Vec<Vec<Stage>> {
    (0..40).map(|n| served(queue, n * 60, 10, 30)).collect()
}

/// Their end.
const TRAINED: i64 = 40 * 60;

#[test]
fn talk_behind_no_queue_does_not_set_the_service_time_of_all_queues() {
    let mut calls = steady(Some("sales"));
    // Twenty calls that nobody queued for, such as those that the center placed.
    calls
        .extend((0..20).map(|n| {
            vec![stage(StageKind::Talk, None, n * 60, n * 60 + 300, StageEnd::Completed)]
        }));
    let calls = log(calls);
    let model = WaitProfile::fit(&calls, &replay(&calls).unwrap(), at(TRAINED)).unwrap();
    let means = ["sales", "new"].map(|queue| model.service_secs_mean(Some(&queue.into())));
    // Of a queue that was not learned, all talk: 40 × 30 s and 20 × 300 s.
    assert_eq!(means.map(Some), [Some(30.0), Some(7200.0 / 60.0)]);
}

#[test]
fn a_call_that_enters_two_queues_at_one_stamp_is_predicted_once() {
    let mut calls = steady(Some("sales"));
    let mut full = vec![stage(
        StageKind::Queue,
        Some("gold"),
        TRAINED + 60,
        TRAINED + 60,
        StageEnd::Overflowed,
    )];
    full.extend(served(Some("sales"), TRAINED + 60, 20, 30));
    calls.push(full);
    let calls = log(calls);
    assert_eq!(replay(&calls).unwrap().len(), 42, "it enters both queues");
    let report = WaitBacktest::new(at(TRAINED)).run(&calls).unwrap();
    assert_eq!(report.predictions.len(), 1);
    assert_eq!(report.predictions[0].arrival.queue(&calls), Some(&"gold".into()));
    assert_eq!((report.answered, report.mean_wait_secs), (1, Some(20.0)));
}

#[test]
fn one_who_was_answered_before_they_queued_has_no_known_wait() {
    let mut calls = steady(None);
    // Answered at once, handed to a queue two minutes later, where they hang up.
    calls.push(vec![
        stage(StageKind::Talk, None, TRAINED + 60, TRAINED + 180, StageEnd::Transferred),
        stage(StageKind::Queue, None, TRAINED + 180, TRAINED + 240, StageEnd::Abandoned),
    ]);
    let report = WaitBacktest::new(at(TRAINED)).run(&log(calls)).unwrap();
    assert_eq!(report.predictions.len(), 1);
    assert_eq!((report.predictions[0].wait_secs, report.answered), (None, 0));
}

/// At the stamp that ends the training, whoever enters a queue is predicted, and so must not be learned from.
#[test]
fn a_caller_answered_at_once_is_not_learned_from_at_that_stamp() {
    let mut calls = steady(None);
    let model = |calls: Vec<Vec<Stage>>| {
        let calls = log(calls);
        WaitProfile::fit(&calls, &replay(&calls).unwrap(), at(TRAINED)).unwrap()
    };
    let before = model(calls.clone());
    calls.extend((0..50).map(|_| served(None, TRAINED, 0, 0)));
    assert_eq!(model(calls), before);
}

#[test]
fn a_log_without_talk_says_that_talk_is_what_it_lacks() {
    let calls = log(steady(None).into_iter().map(|it| it[..1].to_vec()));
    let error = WaitBacktest::new(at(TRAINED)).run(&calls).unwrap_err();
    assert_eq!(error, Error::NoServices { until: at(TRAINED) });
    let few = log(steady(None).into_iter().take(29));
    let error = WaitBacktest::new(at(TRAINED)).run(&few).unwrap_err();
    assert_eq!(error, Error::TooFewAnswers { got: 29, needed: 30 });
}
