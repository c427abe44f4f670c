//! Exports of the management console.

use ringback_3cx::ConsoleReport;
use ringback_calllog::{CdrFormat, LogReader};

use crate::reading::{copenhagen, detail, one, read, rejected, site, told};

const INBOUND: &str = "\u{feff}Call Time,Caller ID,Destination,Trunk,Trunk number,Did,Status,Ringing,Talking,Total Duration,\
    Call Type,Sentiment,Summary,Transcription\n";

const CALL_LOG: &str = "StartTime,SourceDn,SourceCallerId,SourceType,DestinationDn,DestinationCallerId,DestinationType,Answered,\
    Status,Direction,RingingDuration,TalkingDuration,Reason,Indent,CdrId,CallHistoryId,MainCallHistoryId\n";

const OLD_CALL_LOG: &str = "StartTime,SourceDn,SourceCallerId,DestinationDn,Answered,Direction,RingingDuration,TalkingDuration,\
    Indent,CallId,SegmentId\n";

const ABANDONED: &str =
    "CallTime,CallHistoryId,CallerId,QueueDn,ExtensionDn,IsLoggedIn,PollingAttempts,WaitTime\n";

/// A line of the list of inbound calls: time of day, caller, destination, status, ringing, talking, all.
fn line(time: &str, caller: &str, to: &str, status: &str, secs: [u32; 3]) -> String {
    let [ringing, talking, all] = secs.map(|it| format!("0:{:02}:{:02}", it / 60, it % 60));
    format!(
        "2026-05-04T{time},{caller},{to},Trunk,10020,442079460100,{status},{ringing},{talking},{all},,,,\n"
    )
}

const CALLER: &str = "+442079460101";

#[track_caller]
fn check(lines: &[String], expected: &str) {
    let call = one(&mut ConsoleReport::new(copenhagen()), &(INBOUND.to_owned() + &lines.concat()));
    assert_eq!(told(&call), expected);
}

#[test]
fn trap_20_console_export() {
    let mut text = INBOUND.to_owned();
    text += &line("09:00:14", CALLER, "Support (804)", "Unanswered", [0, 35, 35]);
    text += &line("09:00:00", CALLER, "Welcome (801)", "Answered", [0, 14, 14]);
    text += "Totals,2,,,,,,0:00:00,0:00:49,0:00:49,,,,\n";
    let read = read(&mut ConsoleReport::new(copenhagen()), &text);
    assert_eq!(read.log.calls.len(), 1);
    assert_eq!(read.audit.rows_read, 2, "neither the mark nor the totals are rows");
    let call = &read.log.calls[0];
    assert_eq!(told(call), "inbound abandoned, ivr 0-14 completed, queue q804 14-49 abandoned");
    assert_eq!(call.arrived_at.to_rfc3339(), "2026-05-04T07:00:00+00:00");
}

#[test]
fn a_menu_that_picks_up_is_no_answer() {
    check(
        &[line("09:00:00", CALLER, "Welcome (801)", "Answered", [0, 10, 10])],
        "inbound unknown, ivr 0-10 unknown",
    );
}

#[test]
fn a_group_that_rings_an_agent_is_a_wait() {
    let lines = [
        line("09:10:32", CALLER, "Agent 4 (104)", "Answered", [6, 45, 51]),
        line("09:10:32", CALLER, "Support group (809)", "Redirected", [6, 0, 6]),
        line("09:10:19", CALLER, "Welcome (805)", "Answered", [0, 19, 19]),
    ];
    check(
        &lines,
        "inbound answered, ivr 0-13 completed, queue q809 13-19 answered, ring a104 13-19 answered, talk a104 19-64 completed",
    );
}

#[test]
fn a_telephone_that_rings_in_vain_leaves_the_end_unknown() {
    let vain = [line("09:00:00", CALLER, "Front desk (809)", "Unanswered", [21, 0, 21])];
    check(&vain, "inbound unknown, ring 0-21 unanswered");
    let mut typed = ConsoleReport::new(copenhagen())
        .layout("dn_types = { 809 = \"queue\" }", "l")
        .expect("a layout");
    let call = one(&mut typed, &(INBOUND.to_owned() + &vain[0]));
    assert_eq!(told(&call), "inbound abandoned, queue q809 0-21 abandoned");
}

#[test]
fn two_callers_and_two_calls_of_one_are_kept_apart() {
    let text = INBOUND.to_owned()
        + &line("09:00:00", CALLER, "Welcome (801)", "Answered", [0, 10, 10])
        + &line("09:00:10", "+442079460102", "Support (804)", "Unanswered", [0, 5, 5])
        + &line("09:00:18", CALLER, "Welcome (801)", "Answered", [0, 7, 7])
        + &line("09:00:25", "anonymous", "Support (804)", "Unanswered", [0, 5, 5])
        + &line("09:00:30", "anonymous", "Support (804)", "Unanswered", [0, 6, 6]);
    let read = read(&mut ConsoleReport::new(copenhagen()), &text);
    assert_eq!(read.log.calls.len(), 5);
}

#[test]
fn sub_rows_of_the_call_log_are_of_their_call() {
    let text = CALL_LOG.to_owned()
        + "2026-05-04T07:00:00Z,10020,+442079460101,line,801,,queue,true,Redirected,Inbound,PT12S,PT0S,,0,a,h1,h1\n\
           2026-05-04T07:00:05Z,10020,+442079460101,line,104,,extension,true,Answered,Inbound,PT7S,PT1M3S,,1,b,h1,h1\n\
           2026-05-04T07:00:03Z,10020,+442079460101,line,105,,extension,false,Unanswered,Inbound,PT2S,PT0S,,1,c,h1,h1\n\
           2026-05-04T07:10:00Z,104,,extension,10020,+442079460102,line,true,Answered,Outbound,PT8S,PT30S,,0,d,h2,h2\n";
    let read = read(&mut ConsoleReport::new(site()), &text);
    let calls: Vec<String> = read.log.calls.iter().map(told).collect();
    assert_eq!(
        calls,
        [
            "inbound answered, queue q801 0-12 answered, ring a105 3-5 unanswered, ring a104 5-12 answered, talk a104 12-75 completed",
            "outbound answered, ring 0-8 answered, talk a104 8-38 completed",
        ]
    );
}

#[test]
fn trap_20_old_and_new_call_logs_at_migration_count_once() {
    let new = CALL_LOG.to_owned()
        + "2026-05-04T07:00:00Z,10020,+442079460101,line,104,,extension,true,Answered,Inbound,0:00:07,0:01:00,,0,a,h1,h1\n";
    let old = OLD_CALL_LOG.to_owned()
        + "2026-05-04T07:00:00Z,10020,+442079460101,104,true,Inbound,0:00:07,0:01:00,0,77,1\n\
           2026-05-04T06:00:00Z,10020,+442079460101,104,true,Inbound,0:00:07,0:01:00,0,76,1\n";
    let folder = std::env::temp_dir().join(format!("ringback-3cx-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    for (name, text) in [("new.csv", &new), ("old.csv", &old)] {
        std::fs::write(folder.join(name), text).expect("a file");
    }
    let read =
        LogReader::new().read(std::slice::from_ref(&folder), &mut ConsoleReport::new(site()));
    std::fs::remove_dir_all(&folder).expect("to clean up");
    let read = read.expect("two calls");
    assert_eq!(read.log.calls.len(), 2);
    assert_eq!((read.audit.rows_used, read.audit.rows_skipped), (2, 1));
    assert_eq!(read.log.calls[1].call_id.to_string(), "h1", "the new log's call stays");
}

#[test]
fn abandoned_calls_have_a_line_for_each_agent_and_count_once() {
    let text = ABANDONED.to_owned()
        + "2026-05-04T09:00:00,h9,+442079460101,801,104,True,2,0:00:40\n\
           2026-05-04T09:00:00,h9,+442079460101,801,105,False,1,0:00:40\n\
           2026-05-04T09:05:00,h10,+442079460102,801,104,True,1,00:00:12\n";
    let mut format = ConsoleReport::new(copenhagen());
    let read = read(&mut format, &text);
    let calls: Vec<String> = read.log.calls.iter().map(told).collect();
    assert_eq!(
        calls,
        [
            "inbound abandoned, queue q801 0-40 abandoned",
            "inbound abandoned, queue q801 0-12 abandoned"
        ]
    );
    let details: Vec<String> = read.details.iter().map(detail).collect();
    assert_eq!(details, ["polls 104|801|2|true", "polls 105|801|1|false", "polls 104|801|1|true"]);
    assert!(!format.observed().agents, "nobody answered, so nobody is named");
}

#[test]
fn the_weakest_export_says_what_is_observed() {
    let mut format = ConsoleReport::new(copenhagen());
    let text =
        INBOUND.to_owned() + &line("09:00:00", CALLER, "Welcome (801)", "Answered", [0, 10, 10]);
    read(&mut format, &text);
    assert!(format.observed().agents);
    let lost =
        ABANDONED.to_owned() + "2026-05-04T09:00:00,h9,+442079460101,801,104,True,2,0:00:40\n";
    read(&mut format, &lost);
    assert!(!format.observed().agents);
}

#[test]
fn bad_lines_are_rejected_with_the_field() {
    #[track_caller]
    fn check(from: &str, to: &str, expected: &str) {
        let text = INBOUND.to_owned()
            + &line("09:00:00", CALLER, "Welcome (801)", "Answered", [0, 10, 10]).replace(from, to);
        let message = rejected(&mut ConsoleReport::new(copenhagen()), &text);
        assert!(message.contains(expected), "{message}");
    }
    check("2026-05-04T09:00:00", "yesterday", "call time: \"yesterday\", expected a stamp such as");
    check("2026-05-04T09", "2026-03-29T02", "does not exist in Europe/Copenhagen");
    check("0:00:10", "ten", "talking: \"ten\", expected a duration such as 0:01:23");
    check(",,,,", ",,,", "13 fields, expected 14");
    let other = rejected(&mut ConsoleReport::new(copenhagen()), "a,b\n1,2\n");
    assert!(other.contains("call time: no such column"), "{other}");
    let local =
        CALL_LOG.to_owned() + "2026-05-04T07:00:00,1,,,104,,,true,,Inbound,PT1S,PT1S,,0,a,h1,h1\n";
    let message = rejected(&mut ConsoleReport::new(site()), &local);
    assert!(message.contains("start time: its stamps are local"), "{message}");
}

#[test]
fn a_layout_that_cannot_be_used_says_why() {
    let error = ConsoleReport::new(site())
        .layout("dn_types = { 801 = \"house\" }", "l.toml")
        .expect_err("an error");
    assert_eq!(
        error.to_string(),
        "l.toml: dn_types: 801 is \"house\", expected a type such as extension, queue, ivr or voicemail"
    );
}
