//! Exports of a Contact Center Enterprise, written by the tests.

use ringback_calllog::{CdrFormat, Direction, FileStart, LogReader, Outcome, QueueId, ReadLog};
use ringback_cisco::{CvpCallbackCause, UcceDisposition, UcceTcd};

use crate::uccx::{check_stages, local_site, only, read_as, secs, site, stages};

pub(crate) const LEGS: &str = "RecoveryKey,RouterCallKeyDay,RouterCallKey,\
    RouterCallKeySequenceNumber,PeripheralID,ICRCallKey,PeripheralCallType,CallDisposition,\
    StartDateTimeUTC,Duration,DelayTime,LocalQTime,RingTime,TalkTime,HoldTime,WorkTime,TimeToAband,\
    NetQTime,AgentSkillTargetID,SkillGroupSkillTargetID,PrecisionQueueID,CallTypeID,ANI,\
    DigitsDialed,CallGUID\n";
pub(crate) const ROUTES: &str = "RouterCallKeyDay,RouterCallKey,CallStartDateTimeUTC,\
    RouterQueueTime,RouterErrorCode,CallTypeID,ANI\n";
pub(crate) const CALLBACKS: &str =
    "SurrogateID,CallGuid,CallStartDate,ANI,NbrAttempts,EventTypeID,CauseID\n";
pub(crate) const EVENTS: &str =
    "SurrogateID,CallStartDate,EventDateTime,CauseId,DBDateTime,EventTypeId\n";
pub(crate) const GUID: &str = "0A1B2C3D4E5F60718293A4B5C6D7E8F9";

/// A leg, with what most tests do not care for.
#[derive(Clone, Copy)]
pub(crate) struct TestLeg {
    pub key: u32,
    pub seq: u32,
    pub kind: u32,
    pub disposition: u32,
    /// Seconds after 07:15:00.
    pub start: i64,
    pub delay: i64,
    pub queue: i64,
    pub ring: i64,
    pub talk: i64,
    pub hold: i64,
    pub work: i64,
    pub to_abandon: i64,
    pub agent: Option<u32>,
    pub guid: &'static str,
}

pub(crate) const MENU: TestLeg = TestLeg {
    key: 201,
    seq: 0,
    kind: 43,
    disposition: 13,
    start: 0,
    delay: 0,
    queue: 0,
    ring: 0,
    talk: 0,
    hold: 0,
    work: 0,
    to_abandon: 0,
    agent: None,
    guid: "",
};

pub(crate) const AGENT: TestLeg =
    TestLeg { kind: 2, agent: Some(1004), seq: 1, start: 36, ring: 6, talk: 120, ..MENU };

pub(crate) fn leg(leg: &TestLeg) -> String {
    let TestLeg { key, seq, kind, disposition, delay, queue, ring, talk, hold, work, .. } = *leg;
    let start = chrono::DateTime::from_timestamp(1_777_878_900 + leg.start, 0).unwrap();
    let start = start.format("%Y-%m-%d %H:%M:%S%.3f");
    let duration = delay + queue + ring + talk + hold + work;
    let recovery = u64::from(key) * 1000 + u64::from(seq) + 7_000_000_000;
    let agent = leg.agent.map_or("NULL".to_owned(), |it| it.to_string());
    let (to_abandon, guid) = (leg.to_abandon, leg.guid);
    format!(
        "{recovery}.0,155701,{key},{seq},5000,{},{kind},{disposition},{start},{duration},{delay},\
         {queue},{ring},{talk},{hold},{work},{to_abandon},0,{agent},6001,,5001,+12025550123,\
         912025550144,{guid}\n",
        key * 10 + seq
    )
}

pub(crate) fn log(legs: &[TestLeg]) -> String {
    LEGS.to_owned() + &legs.iter().map(leg).collect::<String>()
}

#[track_caller]
pub(crate) fn read(log: &str) -> ReadLog {
    read_as(&mut UcceTcd::new(site()), log)
}

#[test]
fn an_answered_call_has_all_its_stages() {
    let menu = TestLeg { queue: 31, talk: 5, ..MENU };
    let agent = TestLeg { hold: 10, work: 20, ..AGENT };
    let read = read(&log(&[agent, menu]));
    let call = only(&read);
    assert_eq!(call.call_id.as_str(), "155701-201");
    assert_eq!((call.direction, call.outcome), (Direction::Inbound, Outcome::Answered));
    assert!(call.customer.is_some());
    check_stages(
        call,
        &[
            "ivr - - 0..5 completed",
            "queue call_type/5001 - 5..42 answered",
            "ring call_type/5001 1004 36..42 answered",
            "talk call_type/5001 1004 42..162 completed",
            "hold call_type/5001 1004 162..172 completed",
            "wrap_up call_type/5001 1004 172..192 completed",
        ],
    );
    assert_eq!(secs(call.ended_at.map(|it| it - call.arrived_at)), Some(172));
}

#[test]
fn the_routers_queue_time_is_not_added_to_the_menus() {
    let legs = log(&[TestLeg { queue: 31, talk: 5, ..MENU }, AGENT]);
    let route = "155701,201,2026-05-04 07:15:00.000,30,0,5009,+12025550123\n";
    for text in [format!("{legs}{ROUTES}{route}"), format!("{ROUTES}{route}{legs}")] {
        let read = read(&text);
        let call = only(&read);
        assert_eq!(secs(call.wait()), Some(36), "30 s by the router and 6 s of ringing");
        assert_eq!(call.queue.as_ref().map(QueueId::as_str), Some("call_type/5009"));
        assert_eq!(read.audit.rows_used, 3);
    }
    // Elsewhere they differ by more than rounding does.
    let read = read(&format!("{legs}{ROUTES}{}", route.replace(",30,", ",20,")));
    assert!(
        read.audit.warnings.iter().any(|it| it == "calls whose queue times differ between rows: 1")
    );
}

#[test]
fn the_routers_errors_say_what_the_menus_leg_does_not() {
    #[track_caller]
    fn check(error: u32, expected: Outcome) {
        let legs = log(&[TestLeg { talk: 40, ..MENU }]);
        let route = format!("155701,201,2026-05-04 07:15:00.000,25,{error},5001,\n");
        let read = read(&[&legs, ROUTES, &route].concat());
        assert_eq!(only(&read).outcome, expected);
        assert_eq!(secs(only(&read).time_in(ringback_calllog::StageKind::Queue)), Some(25));
    }
    check(448, Outcome::Abandoned);
    check(499, Outcome::Overflowed);
    check(0, Outcome::Unknown);
}

#[test]
fn a_local_end_and_the_minutes_make_an_instant() {
    let header = "RouterCallKeyDay,RouterCallKey,PeripheralCallType,CallDisposition,DateTime,TimeZone,\
                  Duration,RingTime,TalkTime,AgentSkillTargetID,CallTypeID\n";
    let with_minutes = "155701,201,2,13,2026-05-04 09:17:06.000,-120,126,6,120,1004,5001\n";
    let text = format!("{header}{with_minutes}");
    let at = |read: &ReadLog| only(read).arrived_at.to_rfc3339();
    assert_eq!(at(&read(&text)), "2026-05-04T07:15:00+00:00");
    let without = text.replace("TimeZone,", "").replace(",-120,", ",");
    assert_eq!(
        at(&read_as(&mut UcceTcd::new(local_site()), &without)),
        "2026-05-04T07:15:00+00:00"
    );
    let file = FileStart { name: "tcd.csv", bytes: without.as_bytes() };
    let refused = UcceTcd::new(site()).begin_file(&file).unwrap_err();
    assert_eq!(refused.as_str(), "its stamps are local: give the zone of the system's clock");
}

#[test]
fn a_transfer_ends_the_first_talk_and_a_consultation_is_a_stage() {
    let consult =
        TestLeg { kind: 12, seq: 2, start: 100, ring: 4, talk: 20, agent: Some(1004), ..AGENT };
    let second =
        TestLeg { seq: 3, start: 162, ring: 0, talk: 60, agent: Some(1005), kind: 4, ..AGENT };
    let read = read(&log(&[AGENT, consult, second]
        .map(|it| TestLeg { disposition: if it.seq == 1 { 29 } else { 13 }, ..it })));
    let call = only(&read);
    assert_eq!(call.transfers(), 1);
    check_stages(
        call,
        &[
            "queue call_type/5001 - 0..6 answered",
            "ring call_type/5001 1004 0..6 answered",
            "talk call_type/5001 1004 6..126 transferred",
            "consult - 1004 64..88 completed",
            "talk call_type/5001 1005 126..186 completed",
        ],
    );
}

#[test]
fn calls_that_agents_place_are_outbound() {
    let out = TestLeg { key: 0, kind: 9, start: 0, ring: 10, talk: 30, ..AGENT };
    let inside = TestLeg { key: 0, seq: 2, kind: 10, start: 600, ring: 5, talk: 30, ..AGENT };
    let gone = TestLeg { key: 0, seq: 3, kind: 9, disposition: 3, start: 900, talk: 0, ..out };
    let read = read(&log(&[out, inside, gone]));
    let shape: Vec<_> =
        read.log.calls.iter().map(|it| (it.direction, it.outcome, it.customer.is_some())).collect();
    assert_eq!(
        shape,
        [
            (Direction::Outbound, Outcome::Answered, true),
            (Direction::Internal, Outcome::Answered, false),
            (Direction::Outbound, Outcome::Other, true),
        ]
    );
}

#[test]
fn rows_of_no_leg_and_rows_that_came_twice_are_accounted_for() {
    let other = TestLeg { talk: 60, ..AGENT };
    let text = [
        &log(&[AGENT, AGENT, other]),
        ROUTES,
        "155701,999,2026-05-04 07:15:00.000,30,0,5009,\n",
        CALLBACKS,
        "41,FFFF,2026-05-04,+12025550123,1,7,4\n",
        EVENTS,
        "41,2026-05-04,2026-05-04 07:16:00.000,4,2026-05-04 07:16:00.000,7\n",
    ]
    .concat();
    let read = read(&text);
    assert_eq!((read.audit.calls, read.audit.rows_used), (1, 1));
    let skipped: Vec<_> = read.audit.skipped.iter().map(|(rule, n)| (rule.as_str(), *n)).collect();
    assert_eq!(
        skipped,
        [
            ("callback without a row of Termination_Call_Detail for its CallGUID", 2),
            ("duplicate of an earlier row", 1),
            ("key of an earlier row with other content", 1),
            ("no row of Termination_Call_Detail for its call", 1),
        ]
    );
}

#[test]
fn a_file_without_what_rows_need_is_rejected_by_column() {
    #[track_caller]
    fn check(without: &str) {
        let text = log(&[AGENT]);
        let header = LEGS.replace(&format!("{without},"), "Unused,");
        let text = text.replace(LEGS, &header);
        let read =
            LogReader::new().read_bytes("tcd.csv", text.as_bytes(), &mut UcceTcd::new(site()));
        let error = read.unwrap_err().to_string();
        assert!(error.contains(&format!("tcd.csv:2: {without}: no such column")), "{error}");
    }
    check("StartDateTimeUTC");
    check("TalkTime");
    check("RingTime");
    check("AgentSkillTargetID");
}

#[test]
fn bad_rows_are_rejected_by_field() {
    #[track_caller]
    fn check(from: &str, to: &str, expected: &str) {
        let bad = leg(&TestLeg { key: 777, ..AGENT }).replace(from, to);
        let read = read(&[&log(&[AGENT]), bad.as_str()].concat());
        let rejected: Vec<String> = read.rejected.iter().map(ToString::to_string).collect();
        assert_eq!(rejected, [format!("export.csv:3: {expected}")]);
    }
    check(
        ",120,0,0,0,0,1004",
        ",-5,0,0,0,0,1004",
        "TalkTime: \"-5\", expected seconds from 0 to 100000000",
    );
    check(",120,0,0,0,0,1004", ",,0,0,0,0,1004", "TalkTime: no value, expected seconds");
    check(
        "2026-05-04 07:15:36.000",
        "soon",
        "StartDateTimeUTC: \"soon\", expected a stamp such as 2026-05-04 09:15:00, or one of the \
         layout's time_format",
    );
    check("2026-05-04 07:15:36.000", "", "StartDateTimeUTC: no value, expected a stamp");
    check("155701", "", "RouterCallKeyDay: no value, expected a whole number");
}

#[test]
fn a_layout_names_queues_and_agents() {
    let layout = "queues = { \"call_type/5001\" = \"Support\" }\nagents = { 1004 = \"Agent 4\" }";
    let mut format = UcceTcd::new(site()).layout(layout, "x.toml").unwrap();
    let read = read_as(&mut format, &log(&[AGENT]));
    assert_eq!(stages(only(&read))[2], "talk Support Agent 4 6..126 completed");
    let mut format = UcceTcd::new(site()).layout("queues_by = \"skill_group\"", "x.toml").unwrap();
    let read = read_as(&mut format, &log(&[AGENT]));
    assert_eq!(only(&read).queue.as_ref().map(QueueId::as_str), Some("skill_group/6001"));
    let mut format = UcceTcd::new(site()).layout("not_people = [\"1004\"]", "x.toml").unwrap();
    assert_eq!(only(&read_as(&mut format, &log(&[AGENT]))).outcome, Outcome::Unknown);
    let error = UcceTcd::new(site()).layout("short_calls = 7", "x.toml").unwrap_err();
    assert!(error.to_string().starts_with("x.toml:1: "), "{error}");
}

#[test]
fn files_are_told_by_their_columns() {
    #[track_caller]
    fn check(bytes: &str, expected: bool) {
        let file = FileStart { name: "x.csv", bytes: bytes.as_bytes() };
        assert_eq!(UcceTcd::new(site()).recognizes(&file), expected, "{bytes}");
    }
    for header in [LEGS, ROUTES, CALLBACKS, EVENTS] {
        check(header, true);
        check(&header.to_uppercase().replace(',', "\t"), true);
    }
    for header in [crate::uccx::CALLS, crate::uccx::QUEUES, crate::uccx::REPORT] {
        check(header, false);
    }
    check("201,155701,2,13\n", false);
}

#[test]
fn codes_keep_their_numbers() {
    for code in (1..=61).chain([999, u32::MAX]) {
        assert_eq!(UcceDisposition::from_code(code).code(), code);
    }
    assert_eq!(UcceDisposition::from_code(28), UcceDisposition::BlindTransfer);
    assert_eq!(UcceDisposition::from_code(77), UcceDisposition::Other(77));
    assert_eq!(CvpCallbackCause::from_code(5), CvpCallbackCause::CallerCanceled);
}

#[test]
fn the_sample_is_read_whole() {
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/vendors/cisco");
    let files = ["Route_Call_Detail", "Termination_Call_Detail"]
        .map(|it| folder.join(format!("ucce_{it}.csv")));
    let read = LogReader::new().read(&files, &mut UcceTcd::new(local_site())).unwrap();
    let count = |outcome| read.log.calls.iter().filter(|it| it.outcome == outcome).count();
    let audit = &read.audit;
    assert_eq!((audit.rows_rejected, audit.rows_skipped), (0, 0));
    let outcomes = [Outcome::Answered, Outcome::Abandoned, Outcome::Other].map(count);
    let transfers: u32 = read.log.calls.iter().map(ringback_calllog::Call::transfers).sum();
    assert_eq!((outcomes, transfers), ([40, 5, 3], 5), "{:?}", audit.warnings);
}
