//! Calls as cases.

use ringback_calllog::{
    Call, CallId, Direction, Outcome, Precision, SourceId, Stage, StageEnd, StageKind,
};
use ringback_eventlog::CallJourneys;

fn at(secs: i64) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp(secs, 0).unwrap()
}

fn stage(kind: StageKind, from: i64, to: Option<i64>, end: StageEnd) -> Stage {
    let agent = (kind == StageKind::Talk).then(|| "anna".into());
    let queue = (kind == StageKind::Queue).then(|| "sales".into());
    Stage { kind, queue, agent, entered_at: at(from), left_at: to.map(at), end }
}

fn call(id: &str, stages: Vec<Stage>) -> Call {
    Call {
        call_id: CallId::new(id),
        source: SourceId::new("shop"),
        direction: Direction::Inbound,
        customer: None,
        queue: Some("sales".into()),
        intent: None,
        priority: Some(2),
        arrived_at: at(0),
        ended_at: None,
        outcome: Outcome::Answered,
        stages,
        legs: 1,
        is_complete: true,
        precision: Precision::new(1.0).unwrap(),
    }
}

#[test]
fn a_stage_is_an_activity_with_start_end_agent_and_queue() {
    let stages = vec![
        stage(StageKind::Ivr, 0, Some(10), StageEnd::Completed),
        stage(StageKind::Queue, 10, Some(70), StageEnd::Answered),
        stage(StageKind::Talk, 70, Some(200), StageEnd::Transferred),
        stage(StageKind::WrapUp, 200, None, StageEnd::Open),
    ];
    let journeys = CallJourneys::of(&[call("1", stages), call("2", vec![])]);
    let log = &journeys.log;
    assert_eq!((log.cases(), log.events(), journeys.without_stages), (1, 4, 1));
    assert_eq!(journeys.open_stages, 1);
    assert_eq!(log.case_name(0), Some("shop:1"));
    let secs = |micros: &[i64]| micros.iter().map(|it| it / 1_000_000).collect::<Vec<_>>();
    assert_eq!(secs(log.start_micros().unwrap()), [0, 10, 70, 200]);
    assert_eq!(secs(log.at_micros()), [10, 70, 200, 200]);
    assert_eq!(log.column("org:resource").unwrap().text(2), Some("anna"));
    assert_eq!(log.column("queue").unwrap().text(1), Some("sales"));
    assert_eq!(log.column("end").unwrap().text(2), Some("transferred"));
    assert_eq!(log.case_column("priority").unwrap().text(0), Some("2"));
    assert_eq!(log.case_column("outcome").unwrap().text(0), Some("answered"));
}
