//! Exports of a Contact Center Express, written by the tests.

use ringback_calllog::{
    AgentId, Call, CdrFormat, Direction, FileStart, Intent, LogReader, Outcome, PseudonymKey,
    Pseudonymizer, QueueId, ReadLog, Site,
};
use ringback_cisco::Uccx;

pub(crate) const CALLS: &str = "sessionID,sessionSeqNum,nodeID,profileID,contactType,\
    contactDisposition,originatorType,originatorID,originatorDN,destinationType,destinationDN,\
    startDateTime,endDateTime,applicationName,connectTime,transfer,redirect,flowout,contactid\n";
pub(crate) const QUEUES: &str = "sessionID,sessionSeqNum,nodeID,profileID,targetID,targetType,\
    qIndex,queueOrder,disposition,queueTime,startDateTime,endDateTime,contactid\n";
pub(crate) const AGENTS: &str = "sessionID,sessionSeqNum,nodeID,profileID,resourceID,\
    startDateTime,endDateTime,qIndex,ringTime,talkTime,holdTime,workTime,rna,csqrecordid,\
    consultsessionid,contactid\n";
pub(crate) const ROUTINGS: &str = "sessionID,sessionSeqNum,nodeID,profileID,origPriority,\
    finalPriority,queueTime,startDateTime\n";
pub(crate) const CSQS: &str = "contactServiceQueueID,recordID,profileID,CSQName\n";
pub(crate) const RESOURCES: &str = "resourceID,profileID,resourceLoginID,resourceName,extension\n";
pub(crate) const REPORT: &str = "Node ID - Session ID - Sequence No,Call Start Time,\
    Call End Time,Contact Disposition,Originator DN (Calling Number),Destination DN,Called Number,\
    Application Name,CSQ Names,Queue Time,Agent Name,Ring Time,Talk Time,Hold Time,Work Time\n";

pub(crate) fn site() -> Site {
    let key = PseudonymKey::from_bytes([7; 32]);
    Site::new(Pseudonymizer::new(&key, "acme")).region("US".parse().unwrap())
}

pub(crate) fn local_site() -> Site {
    site().zone("Europe/Copenhagen".parse().unwrap())
}

#[track_caller]
pub(crate) fn read_as(format: &mut dyn CdrFormat, log: &str) -> ReadLog {
    let read = LogReader::new().read_bytes("export.csv", log.as_bytes(), format).unwrap();
    let audit = &read.audit;
    assert_eq!(audit.rows_read, audit.rows_used + audit.rows_skipped + audit.rows_rejected);
    read
}

/// Reads tables, one after another in one file.
#[track_caller]
pub(crate) fn read(log: &str) -> ReadLog {
    read_as(&mut Uccx::new(site()), log)
}

/// The only call of a log.
#[track_caller]
pub(crate) fn only(read: &ReadLog) -> &Call {
    assert_eq!(read.log.calls.len(), 1, "{:?} {:?}", read.audit, read.rejected);
    &read.log.calls[0]
}

/// The stages, with seconds after the call's start.
pub(crate) fn stages(call: &Call) -> Vec<String> {
    let secs = |at: chrono::DateTime<chrono::Utc>| (at - call.arrived_at).as_seconds_f64();
    let line = |it: &ringback_calllog::Stage| {
        let left = it.left_at.map_or("?".to_owned(), |at| secs(at).to_string());
        let queue = it.queue.as_ref().map_or("-", |it| it.as_str());
        let agent = it.agent.as_ref().map_or("-", |it| it.as_str());
        format!("{} {queue} {agent} {}..{left} {}", it.kind, secs(it.entered_at), it.end)
    };
    call.stages.iter().map(line).collect()
}

#[track_caller]
pub(crate) fn check_stages(call: &Call, expected: &[&str]) {
    assert_eq!(stages(call), expected);
}

pub(crate) fn secs(delta: Option<chrono::TimeDelta>) -> Option<i64> {
    delta.map(|it| it.num_seconds())
}

/// A row of `ContactCallDetail` from a caller outside, from 07:15:00 on for some seconds.
pub(crate) fn inbound(session: u32, seq: u32, disposition: u32, lasts: i64) -> String {
    let end = chrono::DateTime::parse_from_rfc3339("2026-05-04T07:15:00Z").unwrap()
        + chrono::TimeDelta::seconds(lasts);
    let end = end.format("%Y-%m-%d %H:%M:%S%.3f");
    format!(
        "{session},{seq},1,1,1,{disposition},3,,+12025550123,2,6001,2026-05-04 07:15:00.000,{end},\
         Support,,f,f,f,\n"
    )
}

/// An answered call: 5 s of script, 37 s of waiting, the last 6 of them with a telephone ringing, 120 s of talk.
pub(crate) fn answered() -> String {
    [
        CALLS,
        &inbound(100, 0, 2, 162),
        QUEUES,
        "100,0,1,1,12,0,1,1,2,37,2026-05-04 07:15:05.000,2026-05-04 07:15:42.000,\n",
        AGENTS,
        "100,0,1,1,4,2026-05-04 07:15:36.000,2026-05-04 07:17:42.000,1,6,110,10,20,f,12,,\n",
        ROUTINGS,
        "100,0,1,1,1,3,37,2026-05-04 07:15:05.000\n",
        CSQS,
        "7,12,1,Support\n",
        RESOURCES,
        "4,1,agent4,Agent 4,2004\n",
    ]
    .concat()
}

#[test]
fn an_answered_call_has_all_its_stages() {
    let read = read(&answered());
    let call = only(&read);
    assert_eq!(call.call_id.as_str(), "1-100-0");
    assert_eq!((call.direction, call.outcome), (Direction::Inbound, Outcome::Answered));
    assert!(call.customer.is_some());
    assert_eq!(call.queue.as_ref().map(QueueId::as_str), Some("Support"));
    assert_eq!(call.intent.as_ref().map(Intent::as_str), Some("Support"));
    assert_eq!((call.priority, secs(call.wait())), (Some(3), Some(37)));
    check_stages(
        call,
        &[
            "ivr - - 0..5 completed",
            "queue Support - 5..42 answered",
            "ring Support agent4 36..42 answered",
            "talk Support agent4 42..152 completed",
            "hold Support agent4 152..162 completed",
            "wrap_up Support agent4 162..182 completed",
        ],
    );
    assert_eq!((read.audit.rows_used, read.audit.rows_skipped), (4, 2));
    let detail = &read.details[0];
    assert_eq!(
        (detail.table, &detail.values[..]),
        ("routing", &["37", "1", "3"].map(str::to_owned)[..])
    );
    let observed = read.audit.observed;
    assert!(observed.abandons && observed.waits && observed.agents && observed.customers);
}

#[test]
fn tables_come_in_any_order_of_files_rows_and_columns() {
    let log = answered();
    let expected = read(&log).log.calls;
    let lines: Vec<&str> = log.lines().collect();
    let mut tables: Vec<&[&str]> = lines.chunks(2).collect();
    for _ in 0..tables.len() {
        tables.rotate_left(1);
        let text =
            tables.iter().flat_map(|it| it.iter()).fold(String::new(), |all, it| all + it + "\r\n");
        assert_eq!(read(&text).log.calls, expected);
    }
    let turned: String = lines
        .iter()
        .map(|line| {
            // Rows must not begin with what could be a header.
            let mut fields: Vec<String> = line.split(',').map(|it| format!("\"{it}\"")).collect();
            fields[1..].reverse();
            fields.join("\t").to_uppercase() + "\n"
        })
        .collect();
    let calls = read(&turned).log.calls;
    assert_eq!(calls[0].stages.len(), expected[0].stages.len());
    assert_eq!(calls[0].wait(), expected[0].wait());
}

#[test]
fn old_releases_give_stays_in_queues_no_stamps() {
    let log = [
        CALLS,
        &inbound(100, 0, 2, 162),
        "sessionID,sessionSeqNum,nodeID,profileID,targetID,targetType,disposition,queueTime\n",
        "100,0,1,1,12,0,2,37\n",
        "sessionID,sessionSeqNum,nodeID,profileID,resourceID,startDateTime,ringTime,talkTime\n",
        "100,0,1,1,4,2026-05-04 07:15:36.000,6,120\n",
    ]
    .concat();
    let with_total = [&log, ROUTINGS, "100,0,1,1,1,1,37,2026-05-04 07:15:04.500\n"].concat();
    let from_answer = read(&log);
    assert_eq!(stages(only(&from_answer))[1], "queue 12 - 5..42 answered");
    let from_total = read(&with_total);
    assert_eq!(stages(only(&from_total))[1], "queue 12 - 4.5..41.5 answered");
    assert_eq!(secs(only(&from_total).wait()), Some(37));
    let remarks =
        from_total.audit.warnings.iter().filter(|it| it.contains("look-up table")).count();
    assert_eq!(remarks, 2, "{:?}", from_total.audit.warnings);
}

#[test]
fn a_call_placed_by_an_agent_is_outbound_and_its_customer_the_one_called() {
    let log = [
        CALLS,
        "300,0,1,1,2,2,1,4,2004,3,+12025550144,2026-05-04 07:15:00.000,2026-05-04 07:16:00.000,,45,f,f,f,\n",
        "301,0,1,1,2,1,1,4,2004,3,+12025550145,2026-05-04 07:25:00.000,2026-05-04 07:25:20.000,,0,f,f,f,\n",
        "302,0,1,1,3,2,1,4,2004,1,2005,2026-05-04 07:35:00.000,2026-05-04 07:35:20.000,,15,f,f,f,\n",
        "303,0,1,1,8,3,2,,6001,3,+12025550146,2026-05-04 07:45:00.000,2026-05-04 07:45:50.000,,20,f,f,f,\n",
        AGENTS,
        "303,0,1,1,4,2026-05-04 07:45:10.000,2026-05-04 07:45:50.000,0,5,35,0,0,f,-1,,\n",
    ]
    .concat();
    let read = read(&log);
    let shape: Vec<_> =
        read.log.calls.iter().map(|it| (it.direction, it.outcome, it.customer.is_some())).collect();
    assert_eq!(
        shape,
        [
            (Direction::Outbound, Outcome::Answered, true),
            (Direction::Outbound, Outcome::Other, true),
            (Direction::Internal, Outcome::Answered, false),
            (Direction::Outbound, Outcome::Answered, true),
        ]
    );
    check_stages(&read.log.calls[3], &["ring - 4 10..15 answered", "talk - 4 15..50 completed"]);
}

#[test]
fn a_redirect_is_no_transfer_and_one_out_of_the_center_is_an_overflow() {
    let log = [
        CALLS,
        &inbound(100, 0, 2, 20).replace(",f,f,f,", ",f,t,f,"),
        "100,1,1,1,4,1,3,,+12025550123,2,6002,2026-05-04 07:15:20.000,2026-05-04 07:15:50.000,Sales,,f,f,f,\n",
        &inbound(200, 0, 2, 20).replace(",f,f,f,", ",f,t,f,"),
    ]
    .concat();
    let read = read(&log);
    assert_eq!(read.log.calls.len(), 2);
    let [one, two] = &read.log.calls[..] else { panic!("two calls") };
    assert_eq!((one.outcome, one.transfers()), (Outcome::Abandoned, 0));
    check_stages(one, &["ivr - - 0..20 overflowed", "ivr - - 20..50 abandoned"]);
    assert_eq!(two.outcome, Outcome::Overflowed);
}

#[test]
fn rows_of_no_leg_and_rows_that_came_twice_are_accounted_for() {
    let queue = "900,0,1,1,12,0,1,1,2,37,2026-05-04 07:15:05.000,2026-05-04 07:15:42.000,\n";
    let undated = "901,0,1,1,12,0,1,1,2,37,,,\n";
    let log = [
        &answered(),
        QUEUES,
        queue,
        undated,
        CALLS,
        &inbound(100, 0, 2, 162),
        &inbound(100, 0, 2, 163),
    ]
    .concat();
    let read = read(&log);
    assert_eq!(read.audit.calls, 1);
    let skipped: Vec<_> = read.audit.skipped.iter().map(|(rule, n)| (rule.as_str(), *n)).collect();
    assert_eq!(
        skipped,
        [
            ("duplicate of an earlier row", 1),
            ("key of an earlier row with other content", 1),
            ("no row of ContactCallDetail for its session", 2),
            ("row of the look-up table of agents", 1),
            ("row of the look-up table of queues", 1),
        ]
    );
}

#[test]
fn bad_rows_are_rejected_by_field() {
    #[track_caller]
    fn check(log: &str, expected: &str) {
        let log = [&answered(), log].concat();
        let read = read(&log);
        let rejected: Vec<String> = read
            .rejected
            .iter()
            .map(|it| {
                let line = it.to_string();
                line.split_once(": ").map_or(line.clone(), |it| it.1.to_owned())
            })
            .collect();
        assert_eq!(rejected, [expected]);
    }
    let row = inbound(101, 0, 2, 10);
    check(
        &format!("{CALLS}{}", row.replace("2026-05-04 07:15:10", "05/04/2026 07:15:10")),
        "endDateTime: \"05/04/2026 07:15:10.000\", expected a stamp such as 2026-05-04 09:15:00, \
         or one of the layout's time_format",
    );
    check(
        &format!("{CALLS}{}", row.replace("07:15:10", "07:14:10")),
        "endDateTime: row from 2026-05-04 07:15:00 to 2026-05-04 07:14:10 contradicts the row's \
         other stamps",
    );
    check(&format!("{CALLS}1,2,3\n"), "3 fields, expected 19");
    check(
        &format!("{CALLS}{}", row.replace("101,0,1,1,1,", "101,0,1,,1,")),
        "profileID: no value, expected a whole number",
    );
    check(
        &format!("{AGENTS}100,0,1,1,4,2026-05-04 07:15:36,,1,6,,10,20,f,12,,\n"),
        "talkTime: no value, expected seconds",
    );
    check(
        "sessionID,sessionSeqNum,profileID,contactType,contactDisposition,startDateTime,endDateTime\n\
         101,0,1,1,2,2026-05-04 07:15:00,2026-05-04 07:15:10\n",
        "nodeID: no such column, the header is \"sessionID,sessionSeqNum,profileID,contactType,\
         contactDisposi…\"",
    );
}

#[test]
fn a_layout_names_queues_and_agents() {
    let layout = "agents_by = \"extension\"\nqueues_by = \"id\"\nqueues = { 7 = \"Help\" }\n\
                  agents = { 2004 = \"Agent 4\" }";
    let mut format = Uccx::new(site()).layout(layout, "x.toml").unwrap();
    let read = read_as(&mut format, &answered());
    assert_eq!(stages(only(&read))[3], "talk Help Agent 4 42..152 completed");

    let mut format = Uccx::new(site()).layout("not_people = [\"agent4\"]", "x.toml").unwrap();
    let read = read_as(&mut format, &answered());
    assert_eq!(only(&read).outcome, Outcome::Other);

    let mut format =
        Uccx::new(site()).layout("time_format = \"%m/%d/%Y %H:%M:%S\"", "x.toml").unwrap();
    let log = answered().replace("2026-05-04 07:15:00.000", "05/04/2026 07:15:00");
    assert_eq!(
        only(&read_as(&mut format, &log)).arrived_at.to_rfc3339(),
        "2026-05-04T07:15:00+00:00"
    );
}

#[test]
fn a_bad_layout_says_what_was_expected() {
    #[track_caller]
    fn check(layout: &str, expected: &str) {
        let error = Uccx::new(site()).layout(layout, "x.toml").unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    check("queue_by = \"id\"", "x.toml:1: unknown field `queue_by`, expected one of `time_format`");
    check(
        "\nqueues_by = \"record\"",
        "x.toml:2: unknown variant `record`, expected `name` or `id`",
    );
    check(
        "time_format = \"%H:%M\"",
        "x.toml: time_format: \"%H:%M\" is no pattern of a local stamp",
    );
}

#[test]
fn files_are_told_by_their_columns() {
    #[track_caller]
    fn check(bytes: &str, expected: bool) {
        let file = FileStart { name: "x.csv", bytes: bytes.as_bytes() };
        assert_eq!(Uccx::new(site()).recognizes(&file), expected, "{bytes}");
    }
    for header in [CALLS, QUEUES, AGENTS, ROUTINGS, CSQS, RESOURCES, REPORT] {
        check(header, true);
        check(&header.to_uppercase().replace(',', ";"), true);
    }
    check(&format!("Detailed Call CSQ Agent Report\n\n{REPORT}"), true);
    check("100,0,1,1,1,2\n", false);
    check("RouterCallKeyDay,RouterCallKey,CallDisposition,TalkTime\n", false);
    check("SurrogateID,CallGuid,CallStartDate,ANI,NbrAttempts,EventTypeID,CauseID\n", false);
    check("\"cdrRecordType\",\"globalCallID_callManagerId\",\"globalCallID_callId\"\n", false);
}

/// A line of the report, in local time.
pub(crate) fn line(fields: &str) -> String {
    format!("{REPORT}{fields}\n")
}

#[test]
fn the_report_gives_a_call_from_its_end_backwards() {
    let mut format = Uccx::new(local_site());
    let read = read_as(
        &mut format,
        &line(
            "1-100-0,2026-05-04 09:15:00,2026-05-04 09:17:42,2,+12025550123,6001,6001,Support,\
             \"Sales,Support*\",00:00:37,Agent 4,00:00:06,00:01:50,1899-12-31 00:00:10,00:00:20",
        ),
    );
    let call = only(&read);
    assert_eq!(call.arrived_at.to_rfc3339(), "2026-05-04T07:15:00+00:00");
    assert_eq!((call.call_id.as_str(), call.outcome), ("1-100-0", Outcome::Answered));
    check_stages(
        call,
        &[
            "ivr - - 0..5 completed",
            "queue Support - 5..42 answered",
            "ring Support Agent 4 36..42 answered",
            "talk Support Agent 4 42..152 completed",
            "hold Support Agent 4 152..162 completed",
            "wrap_up Support Agent 4 162..182 completed",
        ],
    );
}

#[test]
fn the_report_has_a_line_for_each_agent_of_a_leg() {
    let rows = "1-100-0,2026-05-04 09:15:00,2026-05-04 09:17:42,2,+12025550123,,,Support,Support,\
                00:00:37,Agent 3,00:00:12,00:00:00,00:00:00,00:00:00\n\
                1-100-0,2026-05-04 09:15:00,2026-05-04 09:17:42,2,+12025550123,,,Support,Support,\
                00:00:37,Agent 4,00:00:06,00:01:50,00:00:10,00:00:20";
    let mut format = Uccx::new(local_site());
    let read = read_as(&mut format, &line(rows));
    let call = only(&read);
    assert_eq!((call.agent().map(AgentId::as_str), secs(call.wait())), (Some("Agent 4"), Some(37)));
    assert_eq!(read.details.len(), 1);
    assert_eq!(read.details[0].values, ["Agent 3", "12", "0", "0", "0"]);

    // Two who talked: who came first is not said, so the wait is not known; it is not zero.
    let both = rows.replace("00:00:12,00:00:00", "00:00:12,00:00:30");
    let read = read_as(&mut Uccx::new(local_site()), &line(&both));
    let call = only(&read);
    assert_eq!((call.outcome, call.wait(), call.agent()), (Outcome::Answered, None, None));
    assert_eq!((call.queued_at().is_some(), read.details.len()), (true, 2));
}

#[test]
fn the_report_knows_callers_who_hung_up() {
    let rows = "1-100-0,2026-05-04 09:15:00,2026-05-04 09:16:00,1,+12025550123,,,Support,\
                \"Sales,Support\",00:00:45,,,,,\n\
                1-101-0,2026-05-04 09:25:00,2026-05-04 09:25:30,Abandoned,+12025550124,,,Support,\
                ,00:00:00,,,,,\n\
                1-102-0,2026-05-04 09:35:00,2026-05-04 09:35:30,2,+12025550125,,,Support,,,,,,,";
    let read = read_as(&mut Uccx::new(local_site()), &line(rows));
    let calls = &read.log.calls;
    check_stages(
        &calls[0],
        &[
            "ivr - - 0..15 completed",
            "queue Sales - 15..60 abandoned",
            "queue Support - 15..60 abandoned",
        ],
    );
    assert_eq!((calls[0].outcome, secs(calls[0].wait())), (Outcome::Abandoned, Some(45)));
    check_stages(&calls[1], &["ivr - - 0..30 abandoned"]);
    assert_eq!((calls[1].outcome, calls[2].outcome), (Outcome::Abandoned, Outcome::Other));
}

#[test]
fn the_report_is_read_as_people_leave_it() {
    #[track_caller]
    fn check(start: &str, expected: Option<&str>) {
        let row =
            format!("\"\"\"1-100-0\"\"\",{start},\"2026-05-04 23:59:59\",1,,,,Support,,,,,,,");
        let read =
            LogReader::new().read_bytes("x", line(&row).as_bytes(), &mut Uccx::new(local_site()));
        let at = read.ok().map(|it| it.log.calls[0].arrived_at.to_rfc3339());
        assert_eq!(at.as_deref(), expected, "{start}");
    }
    let same = Some("2026-05-04T07:15:00+00:00");
    check("2026-05-04 09:15:00", same);
    check("2026-05-04T09:15:00.000", same);
    check("2026/05/04 09:15:00", same);
    check("04.05.2026 09:15:00", same);
    check("04 May 2026 09:15:00", same);
    check("04-May-2026 09:15:00", same);
    check("\"May 04, 2026 09:15:00\"", same);
    check("\"May 04, 2026 09:15:00 AM\"", same);
    check("05/04/2026 09:15:00", None);
    check("", None);
    check("2026-03-29 02:30:00", None);
}

#[test]
fn a_call_of_the_report_and_of_the_tables_counts_once() {
    let report = line(
        "1-100-0,2026-05-04 09:15:00,2026-05-04 09:17:42,2,+12025550123,,,Support,Support,00:00:37,\
         Agent 4,00:00:06,00:02:00,00:00:00,00:00:00",
    );
    let read = read_as(&mut Uccx::new(local_site()), &[report, answered()].concat());
    assert_eq!(only(&read).stages.len(), 6);
    assert!(read.audit.warnings.iter().any(|it| it.contains("told twice under one id")));
}

#[test]
fn the_sample_is_read_whole() {
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/vendors/cisco");
    let tables = [
        "AgentConnectionDetail",
        "ContactCallDetail",
        "ContactQueueDetail",
        "ContactRoutingDetail",
        "ContactServiceQueue",
        "Resource",
    ];
    let files: Vec<_> = tables.iter().map(|it| folder.join(format!("uccx_{it}.csv"))).collect();
    let read = LogReader::new().read(&files, &mut Uccx::new(local_site())).unwrap();
    let count = |outcome| read.log.calls.iter().filter(|it| it.outcome == outcome).count();
    let audit = &read.audit;
    assert_eq!((audit.rows_rejected, audit.rows_skipped), (0, 6));
    assert_eq!(audit.calls, read.log.calls.len() as u64);
    let outcomes = [Outcome::Answered, Outcome::Abandoned, Outcome::Other].map(count);
    let transfers: u32 = read.log.calls.iter().map(Call::transfers).sum();
    assert_eq!((outcomes, transfers), ([41, 6, 2], 5), "{:?}", audit.warnings);
}
