//! The traps of contact-center records, on Contact Center Enterprise: each test is one.

use ringback_calllog::{Outcome, StageKind};
use ringback_cisco::UcceTcd;

use crate::ucce::{AGENT, CALLBACKS, EVENTS, GUID, MENU, TestLeg, leg, log, read};
use crate::uccx::{check_stages, only, read_as, secs, site};

#[test]
fn trap_15e_rows_of_a_key_are_one_call() {
    let other_day = leg(&AGENT).replace(",155701,", ",155702,").replace("2026-05-04", "2026-05-05");
    let other_day = other_day.replace("7000201001", "7000301001");
    let legs = log(&[TestLeg { talk: 36, ..MENU }, AGENT, TestLeg { key: 202, ..AGENT }]);
    let read = read(&[legs, other_day].concat());
    let ids: Vec<&str> = read.log.calls.iter().map(|it| it.call_id.as_str()).collect();
    assert_eq!(ids, ["155701-201", "155701-202", "155702-201"]);
}

#[test]
fn trap_15e_dispositions() {
    #[track_caller]
    fn check(legs: &[TestLeg], outcome: Outcome, wait: Option<i64>) {
        let read = read(&log(legs));
        let call = only(&read);
        assert_eq!((call.outcome, secs(call.wait())), (outcome, wait), "{:?}", call.stages);
    }
    let queued = TestLeg { queue: 40, talk: 5, to_abandon: 45, ..MENU };
    check(&[TestLeg { disposition: 2, ..queued }], Outcome::Abandoned, Some(40));
    let ringing = TestLeg { disposition: 3, talk: 0, ring: 9, ..AGENT };
    check(&[TestLeg { queue: 31, talk: 5, ..MENU }, ringing], Outcome::Abandoned, Some(40));
    for disposition in [13, 14, 28, 29, 30] {
        check(&[TestLeg { disposition, ..AGENT }], Outcome::Answered, Some(6));
        check(&[TestLeg { disposition, talk: 0, ..AGENT }], Outcome::Answered, Some(6));
    }
    let unanswered = TestLeg { disposition: 19, talk: 0, ring: 12, ..AGENT };
    let second = TestLeg { seq: 2, start: 50, agent: Some(1005), ..AGENT };
    check(&[unanswered, second], Outcome::Answered, Some(18));
    check(&[TestLeg { talk: 20, ..MENU }], Outcome::Unknown, None);
    check(&[TestLeg { disposition: 4, talk: 20, ..MENU }], Outcome::Abandoned, None);
    check(&[TestLeg { disposition: 9, ..MENU }], Outcome::Busy, None);
    check(&[TestLeg { disposition: 27, ..MENU }], Outcome::Failed, None);
    check(&[TestLeg { disposition: 18, ..MENU }], Outcome::Overflowed, None);
}

#[test]
fn trap_15e_a_short_call_is_neither_offered_nor_abandoned() {
    let short = log(&[TestLeg { disposition: 7, queue: 3, ..MENU }]);
    let read_short = read(&short);
    let call = only(&read_short);
    assert_eq!((call.outcome, call.queued_at(), &call.queue), (Outcome::Other, None, &None));
    let mut format = UcceTcd::new(site()).layout("short_calls = \"skip\"", "x.toml").unwrap();
    let read = read_as(&mut format, &[short, leg(&TestLeg { key: 300, ..AGENT })].concat());
    assert_eq!((read.audit.calls, read.audit.rows_skipped), (1, 1));
}

#[test]
fn trap_15e_legs_with_key_0_are_never_merged() {
    let out = TestLeg { key: 0, kind: 9, ..AGENT };
    let legs = [out, TestLeg { seq: 2, ..out }, TestLeg { seq: 3, guid: GUID, ..out }];
    let text = log(&[legs[0], legs[1], legs[2], TestLeg { seq: 4, guid: GUID, ..out }]);
    assert_eq!(read(&text).log.calls.len(), 4);
    // Without a RecoveryKey too, and where the peripheral's key came round again.
    let text = text.replace("RecoveryKey", "Unused").replace(",5000,1,", ",5000,2,");
    let read = read(&text);
    assert_eq!((read.log.calls.len(), read.audit.rows_used), (4, 4));
}

#[test]
fn trap_15e_a_duration_is_the_sum_of_its_parts() {
    let good = log(&[TestLeg { delay: 2, queue: 3, hold: 4, work: 5, ..AGENT }]);
    let remark = "legs whose Duration is not the sum of its parts: 1";
    assert!(!read(&good).audit.warnings.iter().any(|it| it == remark));
    let bad = good.replace(".000,140,", ".000,141,");
    assert_ne!(good, bad);
    let read = read(&bad);
    assert!(read.audit.warnings.iter().any(|it| it == remark), "{:?}", read.audit.warnings);
    assert_eq!(only(&read).outcome, Outcome::Answered);
}

/// A call that queued from 07:15:05 on, whose caller hung up at 07:16 to be called back at 07:25.
fn called_back(cause: &str, events: &str) -> String {
    let queued = TestLeg { queue: 600, talk: 5, guid: GUID, ..MENU };
    let out = TestLeg {
        key: 250,
        kind: 9,
        start: 590,
        ring: 10,
        talk: 130,
        agent: None,
        guid: GUID,
        ..AGENT
    };
    let agent = TestLeg { start: 605, guid: GUID, ..AGENT };
    let callback = format!("41,{},05/04/2026,+12025550123,1,7,{cause}\n", GUID.to_lowercase());
    [&log(&[queued, out, agent]), CALLBACKS, &callback, EVENTS, events].concat()
}

#[test]
fn trap_15f_a_callback_is_one_contact_that_waits_until_it_is_connected() {
    let events = "41,2026-05-04,2026-05-04 07:16:00.000,NULL,2026-05-04 07:16:00.000,1\n\
                  41,2026-05-04,2026-05-04 07:25:00.000,4,2026-05-04 07:25:00.000,7\n";
    let with_events = read(&called_back("4", events));
    let call = only(&with_events);
    assert_eq!((call.outcome, call.wait()), (Outcome::Callback, None));
    let waited = |kind| secs(call.time_in(kind));
    assert_eq!((waited(StageKind::Queue), waited(StageKind::CallbackWait)), (Some(55), Some(540)));
    check_stages(
        call,
        &[
            "ivr - - 0..5 completed",
            "queue call_type/5001 - 5..60 completed",
            "callback_wait call_type/5001 - 60..600 answered",
            "ring call_type/5001 1004 605..611 answered",
            "talk call_type/5001 1004 611..731 completed",
        ],
    );
    assert_eq!(
        with_events.details[0].values,
        ["connected", "connected", "1", "2026-05-04T07:16:00.000Z", "2026-05-04T07:25:00.000Z"]
    );
    assert_eq!((with_events.audit.rows_used, with_events.audit.rows_skipped), (6, 0));

    // Events are kept for a week only: without them the wait ends where the agent has the caller.
    let without = read(&called_back("4", ""));
    let stages = crate::uccx::stages(only(&without));
    assert_eq!(stages[1], "callback_wait call_type/5001 - 5..611 answered");
    assert_eq!(stages[2], "queue call_type/5001 - 5..? completed");
}

#[test]
fn trap_15f_a_callback_that_nobody_answers_has_failed_and_one_may_be_canceled() {
    #[track_caller]
    fn check(cause: &str, end: &str, state: &str) {
        let text =
            called_back(cause, &format!("41,2026-05-04,2026-05-04 07:25:00.000,{cause},,7\n"));
        let text = text
            .lines()
            .filter(|it| !it.contains(",1004,"))
            .fold(String::new(), |all, it| all + it + "\n");
        let read = read(&text);
        let call = only(&read);
        assert_eq!(call.outcome, Outcome::Callback);
        let wait = call.stages.iter().find(|it| it.kind == StageKind::CallbackWait).unwrap();
        assert_eq!((wait.end.as_str(), read.details[0].values[0].as_str()), (end, state));
        assert_eq!(
            wait.left_at.map(|it| it.to_rfc3339()).as_deref(),
            Some("2026-05-04T07:25:00+00:00")
        );
    }
    check("1", "failed", "failed");
    check("5", "abandoned", "canceled");
}
