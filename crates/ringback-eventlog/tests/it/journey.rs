//! Calls as cases.

use ringback_calllog::{
    Call, CallId, Customer, Direction, Outcome, Precision, SourceId, Stage, StageEnd, StageKind,
};
use ringback_eventlog::{CallJourneys, EventLog, EventLogBuilder, JoinJourneys, ValueKind};

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

#[test]
fn menu_queue_ring_talk_hold_and_transfer_follow_each_other_without_a_gap() {
    use StageKind::{Hold, Ivr, Queue, Ring, Talk};
    let parts = [
        (Ivr, 20, StageEnd::Completed),
        (Queue, 60, StageEnd::Answered),
        (Ring, 5, StageEnd::Answered),
        (Talk, 100, StageEnd::Completed),
        (Hold, 30, StageEnd::Completed),
        (Talk, 10, StageEnd::Transferred),
        (Queue, 40, StageEnd::Answered),
        (Talk, 70, StageEnd::Completed),
    ];
    let mut at = 0;
    let stages = parts.map(|(kind, secs, end)| {
        at += secs;
        stage(kind, at - secs, Some(at), end)
    });
    let log = CallJourneys::of(&[call("1", stages.to_vec())]).log;
    let names = |log: &EventLog| -> Vec<String> {
        let name = |it: &u32| log.activities().get(*it).unwrap().to_owned();
        log.activity().iter().map(name).collect()
    };
    let kinds = ["ivr", "queue", "ring", "talk", "hold", "talk", "queue", "talk"];
    assert_eq!(names(&log), kinds);
    let (starts, ends) = (log.start_micros().unwrap(), log.at_micros());
    assert!(starts[1..].iter().eq(&ends[..7]));
    let secs: Vec<i64> =
        starts.iter().zip(ends).map(|(from, to)| (to - from) / 1_000_000).collect();
    assert_eq!(secs, parts.map(|it| it.1));
    // How a stage ended can be a part of its name: then a transfer is an activity.
    let by_end = log.classified(&["concept:name", "end"]).unwrap();
    assert_eq!(names(&by_end)[5], "talk+transferred");
}

#[test]
fn a_call_and_the_ticket_that_it_led_to_are_one_journey() {
    let customer: Customer = format!("01234567:{}", "ab".repeat(16)).parse().unwrap();
    let mut about = call("1", vec![stage(StageKind::Talk, 0, Some(300), StageEnd::Completed)]);
    about.customer = Some(customer);
    let calls = CallJourneys::of(&[about]).log;
    let mut tickets = EventLogBuilder::default();
    let of = tickets.case_column("customer", ValueKind::Text);
    let ticket = tickets.case("T-1");
    tickets.set_case(ticket, of, &customer.to_string());
    for (activity, secs) in [("opened", 290), ("solved", 4000)] {
        tickets.event(ticket, activity, secs * 1_000_000);
    }
    let tickets = tickets.build();
    let joined = JoinJourneys::new(chrono::TimeDelta::hours(1))
        .log("phone", &calls, "customer")
        .log("desk", &tickets, "customer")
        .join()
        .unwrap();
    let log = joined.log;
    let names: Vec<_> =
        log.activity().iter().map(|it| log.activities().get(*it).unwrap()).collect();
    assert_eq!((log.cases(), names), (1, vec!["opened", "talk", "solved"]));
    assert_eq!(log.column("phone:outcome").unwrap().text(1), Some("answered"));
}
