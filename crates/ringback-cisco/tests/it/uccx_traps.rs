//! The traps of contact-center records, on Contact Center Express: each test is one.

use ringback_calllog::{AgentId, CdrFormat, FileStart, Outcome, QueueId};
use ringback_cisco::Uccx;

use crate::uccx::{
    AGENTS, CALLS, CSQS, QUEUES, ROUTINGS, check_stages, inbound, line, local_site, only, read,
    read_as, secs, site, stages,
};

#[test]
fn trap_15a_an_aborted_contact_is_not_abandoned() {
    let queue = "100,0,1,1,12,0,1,1,1,40,2026-05-04 07:15:05.000,2026-05-04 07:15:45.000,\n";
    let log = |disposition| [CALLS, &inbound(100, 0, disposition, 45), QUEUES, queue].concat();
    let aborted = read(&log(4));
    assert_eq!(only(&aborted).outcome, Outcome::Failed);
    assert_eq!(stages(only(&aborted))[1], "queue 12 - 5..45 failed");
    let abandoned = read(&log(1));
    assert_eq!(only(&abandoned).outcome, Outcome::Abandoned);
    assert_eq!(secs(only(&abandoned).wait()), Some(40));
    assert!(only(&abandoned).is_abandoned_in_queue());
}

#[test]
fn trap_15a_handled_by_another_queue_is_an_overflow() {
    let log = [
        CALLS,
        &inbound(100, 0, 2, 162),
        QUEUES,
        "100,0,1,1,12,0,1,1,5,37,2026-05-04 07:15:05.000,2026-05-04 07:15:42.000,\n",
        "100,0,1,1,13,0,1,2,2,37,2026-05-04 07:15:05.000,2026-05-04 07:15:42.000,\n",
        AGENTS,
        "100,0,1,1,4,2026-05-04 07:15:36.000,2026-05-04 07:17:42.000,1,6,120,0,0,f,13,,\n",
    ]
    .concat();
    let read = read(&log);
    let call = only(&read);
    assert_eq!(
        (call.outcome, call.queue.as_ref().map(QueueId::as_str)),
        (Outcome::Answered, Some("13"))
    );
    assert!(stages(call).contains(&"queue 12 - 5..42 overflowed".to_owned()));
    assert!(stages(call).contains(&"queue 13 - 5..42 answered".to_owned()));
}

#[test]
fn trap_15a_two_queues_are_one_offered_call_with_the_handling_queues_wait() {
    let log = [
        CALLS,
        &inbound(100, 0, 2, 162),
        QUEUES,
        "100,0,1,1,12,0,1,1,5,67,2026-05-04 07:15:05.000,2026-05-04 07:16:12.000,\n",
        "100,0,1,1,13,0,1,2,2,40,2026-05-04 07:15:32.000,2026-05-04 07:16:12.000,\n",
        AGENTS,
        "100,0,1,1,4,2026-05-04 07:16:06.000,2026-05-04 07:17:42.000,1,6,90,0,0,f,13,,\n",
        ROUTINGS,
        "100,0,1,1,1,1,67,2026-05-04 07:15:05.000\n",
    ]
    .concat();
    let read = read(&log);
    let call = only(&read);
    assert_eq!(secs(call.wait()), Some(40));
    let told: Vec<(&str, &str)> = read
        .details
        .iter()
        .map(|it| (it.table, it.values[it.values.len().min(4) - 1].as_str()))
        .collect();
    assert_eq!(told, [("routing", "1"), ("queue_visit", "67"), ("queue_visit", "40")]);
    assert_eq!(read.details[0].values[0], "67", "the total over both queues");
}

#[test]
fn trap_15b_a_queue_that_was_changed_is_one_queue() {
    let log = [
        CALLS,
        &inbound(100, 0, 1, 40),
        &inbound(200, 0, 1, 40),
        QUEUES,
        "100,0,1,1,12,0,1,1,1,30,2026-05-04 07:15:10.000,2026-05-04 07:15:40.000,\n",
        "200,0,1,1,31,0,1,1,1,30,2026-05-04 07:15:10.000,2026-05-04 07:15:40.000,\n",
        CSQS,
        "7,12,1,Support\n",
        "7,31,1,Customer Support\n",
        "12,7,1,Sales\n",
    ]
    .concat();
    let queues = |read: &ringback_calllog::ReadLog| -> Vec<String> {
        read.log.calls.iter().filter_map(|it| it.queue.as_ref().map(ToString::to_string)).collect()
    };
    assert_eq!(queues(&read(&log)), ["Customer Support", "Customer Support"]);
    let mut by_id = Uccx::new(site()).layout("queues_by = \"id\"", "x.toml").unwrap();
    assert_eq!(queues(&read_as(&mut by_id, &log)), ["7", "7"]);
}

#[test]
fn trap_15c_ringing_without_talk_is_no_answer() {
    let log = [
        CALLS,
        &inbound(100, 0, 2, 162),
        QUEUES,
        "100,0,1,1,12,0,1,1,2,52,2026-05-04 07:15:05.000,2026-05-04 07:15:57.000,\n",
        AGENTS,
        "100,0,1,1,3,2026-05-04 07:15:36.000,2026-05-04 07:15:48.000,1,12,0,0,0,t,12,,\n",
        "100,0,1,1,4,2026-05-04 07:15:50.000,2026-05-04 07:17:42.000,1,7,105,0,0,f,12,,\n",
    ]
    .concat();
    let answered = read(&log);
    let call = only(&answered);
    check_stages(
        call,
        &[
            "ivr - - 0..5 completed",
            "queue 12 - 5..57 answered",
            "ring 12 3 36..48 unanswered",
            "ring 12 4 50..57 answered",
            "talk 12 4 57..162 completed",
        ],
    );
    assert_eq!(call.agent().map(AgentId::as_str), Some("4"));

    let log = [
        CALLS,
        &inbound(100, 0, 1, 60),
        AGENTS,
        "100,0,1,1,3,2026-05-04 07:15:36.000,2026-05-04 07:15:48.000,1,12,0,0,0,,12,,\n",
    ]
    .concat();
    assert_eq!(only(&read(&log)).outcome, Outcome::Abandoned);
}

#[test]
fn trap_15d_tables_are_utc_and_the_report_is_local() {
    let report = line("1-100-0,2026-05-04 09:15:00,2026-05-04 09:17:42,1,,,,Support,,,,,,,");
    let file = FileStart { name: "report.csv", bytes: report.as_bytes() };
    let refused = Uccx::new(site()).begin_file(&file).unwrap_err();
    assert_eq!(refused.as_str(), "its stamps are local: give the zone of the system's clock");
    let local = read_as(&mut Uccx::new(local_site()), &report);
    let table = [CALLS, &inbound(100, 0, 1, 162)].concat();
    let utc = read_as(&mut Uccx::new(local_site()), &table);
    assert_eq!(only(&local).arrived_at, only(&utc).arrived_at);
}

#[test]
fn a_caller_who_hangs_up_in_the_script_is_abandoned_before_any_queue() {
    let log = [CALLS, &inbound(100, 0, 1, 21)].concat();
    let read = read(&log);
    check_stages(only(&read), &["ivr - - 0..21 abandoned"]);
    assert!(!only(&read).is_abandoned_in_queue());
}

#[test]
fn a_consult_transfer_is_one_call_with_a_consult_stage() {
    let log = [
        CALLS,
        &inbound(100, 0, 2, 120).replace(",f,f,f,", ",t,f,f,"),
        "101,0,1,1,3,2,1,4,2004,1,2005,2026-05-04 07:16:20.000,2026-05-04 07:17:00.000,,30,f,f,f,\n",
        "100,1,1,1,5,2,3,,+12025550123,1,2005,2026-05-04 07:17:00.000,2026-05-04 07:18:00.000,,60,f,f,f,\n",
        QUEUES,
        "100,0,1,1,12,0,1,1,2,10,2026-05-04 07:15:05.000,2026-05-04 07:15:15.000,\n",
        AGENTS,
        "100,0,1,1,4,2026-05-04 07:15:10.000,2026-05-04 07:17:00.000,1,5,65,40,15,f,12,101,\n",
        "101,0,1,1,5,2026-05-04 07:16:20.000,2026-05-04 07:17:00.000,0,10,30,0,0,f,-1,,\n",
        "100,1,1,1,5,2026-05-04 07:17:00.000,2026-05-04 07:18:00.000,0,0,60,0,0,f,-1,,\n",
    ]
    .concat();
    let read = read(&log);
    let call = only(&read);
    assert_eq!((call.transfers(), secs(call.wait())), (1, Some(10)));
    check_stages(
        call,
        &[
            "ivr - - 0..5 completed",
            "queue 12 - 5..15 answered",
            "ring 12 4 10..15 answered",
            "talk 12 4 15..80 transferred",
            "hold 12 4 80..120 completed",
            "consult - 4 80..120 completed",
            "wrap_up 12 4 120..135 completed",
            "talk - 5 120..180 completed",
        ],
    );
}

#[test]
fn a_blind_transfer_and_a_conference_differ() {
    let rows = |flags: &str, second: &str| {
        [
            CALLS,
            &inbound(100, 0, 2, 162).replace(",f,f,f,", flags),
            AGENTS,
            "100,0,1,1,4,2026-05-04 07:15:36.000,2026-05-04 07:16:42.000,1,6,60,0,0,f,12,,\n",
            second,
        ]
        .concat()
    };
    let next = "100,0,1,1,5,2026-05-04 07:16:42.000,2026-05-04 07:17:42.000,0,5,55,0,0,f,-1,,\n";
    let blind = read(&rows(",t,f,f,", next));
    assert_eq!(only(&blind).transfers(), 1);
    assert!(stages(only(&blind)).contains(&"talk 12 4 42..102 transferred".to_owned()));
    let beside = "100,0,1,1,5,2026-05-04 07:16:00.000,2026-05-04 07:17:42.000,0,5,97,0,0,f,-1,,\n";
    let conference = read(&rows(",f,f,f,", beside));
    assert_eq!(only(&conference).transfers(), 0);
}

#[test]
fn sessions_of_a_contact_are_one_call() {
    let row = inbound(100, 0, 2, 60).replace(",f,f,f,\n", ",t,f,f,C-1\n");
    let next = "205,0,1,1,5,1,3,,+12025550123,2,6002,2026-05-04 07:16:00.000,2026-05-04 07:17:00.000,Sales,,f,f,f,C-1\n";
    let log = [CALLS, &row, next, &inbound(300, 0, 1, 5)].concat();
    let read = read(&log);
    assert_eq!(read.log.calls.len(), 2);
    assert_eq!(
        secs(read.log.calls[0].ended_at.map(|it| it - read.log.calls[0].arrived_at)),
        Some(120)
    );
}
