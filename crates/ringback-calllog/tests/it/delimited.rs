use chrono::TimeDelta;
use ringback_calllog::{
    AgentId, Call, Direction, Fold, Outcome, Precision, QueueId, ReadLog, StageEnd, StageKind,
};

use crate::shop::{at, format, pseudonymizer, read, read_rows, rejected};

/// A mapping with what is given between a smallest beginning and a time format.
fn mapping(more: &str) -> String {
    format!(
        r#"
        source = "test"
        zone = "Europe/Copenhagen"
        key = ["id"]
        {more}
        "#
    )
}

const TIME: &str = "time = { format = \"%Y-%m-%d %H:%M:%S\" }\n";
const OUTCOME: &str = "outcome = { value = \"answered\" }\n";

/// Reads one row under a header.
#[track_caller]
fn read_row(mapping: &str, header: &str, row: &str) -> ReadLog {
    read(mapping, format!("{header}\n{row}\n"))
}

#[track_caller]
fn call(mapping: &str, header: &str, row: &str) -> Call {
    let read = read_row(mapping, header, row);
    assert_eq!(rejected(&read), [""; 0]);
    read.log.calls[0].clone()
}

fn secs(call: &Call, kind: StageKind) -> Option<i64> {
    call.time_in(kind).map(|it| it.num_seconds())
}

#[test]
fn the_delimiter_is_found_or_given() {
    let any = mapping(&format!("started = \"at\"\n{OUTCOME}{TIME}"));
    for sign in ["\t", ";", ",", "|"] {
        let header = format!("id{sign}at");
        call(&any, &header, &format!("1{sign}2026-05-04 09:00:00"));
    }
    for (name, sign) in [("tab", "\t"), ("#", "#"), ("blanks", "  \t ")] {
        let mapping = mapping(&format!(
            "delimiter = \"{name}\"\nstarted = \"at\"\n{OUTCOME}time = {{ format = \"%Y-%m-%dT%H:%M\" }}"
        ));
        let read = call(&mapping, &format!("id{sign}at"), &format!("1{sign}2026-05-04T09:00"));
        assert_eq!(read.arrived_at, at("2026-05-04T07:00:00Z"));
    }
}

#[test]
fn quotes_are_signs_like_others_where_the_mapping_says_so() {
    let plain =
        mapping(&format!("quote = false\nstarted = \"at\"\nqueue = \"q\"\n{OUTCOME}{TIME}"));
    let read = call(&plain, "id,at,q", "1,2026-05-04 09:00:00,5\" disk");
    assert_eq!(read.queue.as_ref().map(QueueId::as_str), Some("5\" disk"));
}

#[test]
fn columns_may_be_named_by_the_mapping() {
    let mapping =
        mapping(&format!("columns = [\"id\", \"at\"]\nstarted = \"at\"\n{OUTCOME}{TIME}"));
    let read = read(&mapping, "1,2026-05-04 09:00:00\n2,2026-05-04 09:01:00\n");
    assert_eq!((read.audit.rows_read, read.log.calls.len()), (2, 2));
}

#[test]
fn a_column_that_the_header_lacks_is_said_for_every_row() {
    let mapping = mapping(&format!("started = \"when\"\n{OUTCOME}{TIME}"));
    let error = crate::shop::try_read(&mapping, "id,at\n1,x\n2,y\n").expect_err("no such column");
    let expected = "no row of 1 file(s) could be used (2 rows read); first: calls.csv:2: when: \
                    no such column, the header is \"id,at\"";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_zone_and_a_fold_rule_from_outside_take_the_place_of_the_mappings() {
    let text = mapping(&format!("fold = \"reject\"\nstarted = \"at\"\n{OUTCOME}{TIME}"));
    let log = b"id,at\n1,2026-10-25 02:30:00\n2,2026-10-25 12:00:00\n";
    let read_with = |zone: Option<&str>, fold| {
        let zone = zone.map(|it| it.parse().expect("a zone"));
        let mut format =
            ringback_calllog::Delimited::in_zone(&text, "x", pseudonymizer(), zone, fold)
                .expect("ok");
        ringback_calllog::LogReader::new().read_bytes("calls.csv", log, &mut format).expect("read")
    };
    let own = read_with(None, None);
    assert_eq!(
        rejected(&own),
        [
            "calls.csv:2: at: 2026-10-25 02:30:00 happened twice in Europe/Copenhagen, and the fold rule is reject"
        ]
    );
    let later = read_with(None, Some(Fold::Later));
    assert_eq!(later.log.calls[0].arrived_at, at("2026-10-25T01:30:00Z"));
    let other = read_with(Some("UTC"), None);
    assert_eq!(other.log.calls[0].arrived_at, at("2026-10-25T02:30:00Z"));
    assert_eq!(other.audit.observed.zone.name(), "UTC");
}

#[test]
fn stamps_are_read_by_any_pattern() {
    let check = |pattern: &str, stamp: &str, expected: &str| {
        let mapping = mapping(&format!(
            "delimiter = \";\"\nstarted = \"at\"\n{OUTCOME}time = {{ format = \"{pattern}\" }}"
        ));
        assert_eq!(call(&mapping, "id;at", &format!("1;{stamp}")).arrived_at, at(expected));
    };
    check("rfc3339", "2026-05-04T09:00:00.25+03:00", "2026-05-04T06:00:00.25Z");
    check("epoch", "1777878000", "2026-05-04T07:00:00Z");
    check("epoch", "1777878000.5", "2026-05-04T07:00:00.5Z");
    check("epoch", "-1.25", "1969-12-31T23:59:58.75Z");
    check("epoch_ms", "1777878000250", "2026-05-04T07:00:00.25Z");
    check("%d.%m.%Y %H:%M", "4.5.2026 9:00", "2026-05-04T07:00:00Z");
    check("%y%m%d", "260504", "2026-05-03T22:00:00Z");
    check("%m/%d/%Y %I:%M:%S %p", "5/4/2026 9:00:00 PM", "2026-05-04T19:00:00Z");
    check("%Y-%m-%d %H:%M:%S%.f", "2026-05-04 09:00:00.1234567", "2026-05-04T07:00:00.123456Z");
    check("%d %b %Y %H:%M %z", "4 May 2026 09:00 +0000", "2026-05-04T09:00:00Z");
    check("rfc3339", "2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999999Z");
}

#[test]
fn a_stamp_that_is_none_is_a_rejected_row() {
    for (pattern, stamp) in [
        ("%Y-%m-%d %H:%M:%S", "2026-05-04 24:00:00"),
        ("%Y-%m-%d %H:%M:%S", "2026-05-04 09:00:00x"),
        ("%Y-%m-%d %H:%M:%S", "2026-02-29 09:00:00"),
        ("epoch", "9223372036854775807"),
        ("epoch", "9223372036854.999999999999"),
        ("epoch", "1.x"),
        ("epoch_ms", "253402300800000"),
        ("%+", "+99999-01-01T00:00:00+00:00"),
    ] {
        let mapping =
            mapping(&format!("started = \"at\"\n{OUTCOME}time = {{ format = \"{pattern}\" }}"));
        let error = crate::shop::try_read(&mapping, format!("id,at\n1,{stamp}\n"));
        let text = error.expect_err(stamp).to_string();
        assert!(text.ends_with(&format!("expected a time such as {pattern}")), "{text}");
    }
}

/// Times of day with the date in a column of its own.
const DAYS: &str = r#"
    delimiter = ","
    outcome = { column = "how", values = { AGENT = "answered", HANG = "abandoned" } }
    time = { format = "%H:%M:%S", date = "date", date_format = "%y%m%d", absent = ["0:00:00"] }
    stage = [
        { kind = "ivr", start = "vru_in", end = "vru_out", contradiction = "drop" },
        { kind = "queue", start = "q_in", end = "q_out", seconds = "q_time" },
        { kind = "talk", start = "s_in", end = "s_out", contradiction = "drop" },
    ]
"#;
const DAYS_HEADER: &str = "id,date,vru_in,vru_out,q_in,q_out,q_time,s_in,s_out,how";

#[test]
fn a_time_much_earlier_than_the_first_is_of_the_next_day() {
    let row = "1,990215,23:59:50,23:59:58,23:59:58,0:00:30,32,0:00:30,0:01:00,AGENT";
    let call = call(&mapping(DAYS), DAYS_HEADER, row);
    assert_eq!(call.arrived_at, at("1999-02-15T22:59:50Z"));
    assert_eq!(call.wait().map(|it| it.num_seconds()), Some(32));
    assert_eq!(call.ended_at, Some(at("1999-02-16T00:01:00+01:00")));
    // Twelve hours are not past midnight: they are a stage before its call.
    let row = "1,990215,12:00:00,12:00:01,0:00:01,0:00:30,29,0:00:00,0:00:00,HANG";
    let error = crate::shop::try_read(&mapping(DAYS), format!("{DAYS_HEADER}\n{row}\n"));
    let text = error.expect_err("a stage before its call").to_string();
    assert!(
        text.contains("q_in: queue from 1999-02-15 00:00:01 to 1999-02-15 00:00:30 contradicts"),
        "{text}"
    );
}

#[test]
fn one_absent_stamp_beside_a_real_one_is_midnight() {
    let row = "1,990215,23:59:50,23:59:59,0:00:00,0:00:30,30,0:00:30,0:01:00,AGENT";
    let call = call(&mapping(DAYS), DAYS_HEADER, row);
    assert_eq!(call.queued_at(), Some(at("1999-02-16T00:00:00+01:00")));
    assert_eq!(secs(&call, StageKind::Queue), Some(30));
}

#[test]
fn an_absent_text_that_is_no_stamp_is_none_beside_a_real_one_too() {
    let nulls = DAYS.replace("absent = [\"0:00:00\"]", "absent = [\"NULL\"]");
    let row = "1,990215,9:00:00,9:00:05,9:00:05,NULL,25,NULL,NULL,HANG";
    let call = call(&mapping(&nulls), DAYS_HEADER, row);
    assert_eq!(secs(&call, StageKind::Queue), Some(25));
    assert_eq!(call.stages.len(), 2);
    let nulls = mapping(&format!(
        "started = \"at\"\nended = \"to\"\n{OUTCOME}time = {{ format = \"%Y-%m-%d\", absent = [\"-\"] }}"
    ));
    let read = read(&nulls, "id,at,to\n1,2026-05-04,-\n2,-,-\n");
    assert_eq!(read.log.calls[0].ended_at, None);
    assert_eq!(rejected(&read), ["calls.csv:3: at: no value, expected a stamp"]);
}

#[test]
fn a_stage_whose_stamps_cannot_be_true_is_dropped_or_rejects_its_row() {
    let row = "1,990215,9:00:10,9:00:05,9:00:06,9:00:20,14,8:00:00,8:01:00,AGENT";
    let read = read_row(&mapping(DAYS), DAYS_HEADER, row);
    let call = &read.log.calls[0];
    assert_eq!(call.stages.len(), 1);
    assert_eq!(call.arrived_at, at("1999-02-15T09:00:06+01:00"));
    let what = "stages dropped because their stamps contradict the row's others: 1";
    assert_eq!(read.audit.warnings[..2], [format!("ivr {what}"), format!("talk {what}")]);
    // A row that has nothing else keeps the end of what was dropped.
    let row = "1,990215,9:00:10,9:00:05,0:00:00,0:00:00,0,0:00:00,0:00:00,HANG";
    let read = read_row(&mapping(DAYS), DAYS_HEADER, row);
    assert_eq!(read.log.calls[0].arrived_at, at("1999-02-15T09:00:05+01:00"));
    let strict = mapping(&DAYS.replace(", contradiction = \"drop\"", ""));
    let error = crate::shop::try_read(&strict, format!("{DAYS_HEADER}\n{row}\n"));
    let text = error.expect_err("a contradiction").to_string();
    assert!(
        text.ends_with("vru_in: ivr from 1999-02-15 09:00:10 to 1999-02-15 09:00:05 contradicts the row's other stamps"),
        "{text}"
    );
}

#[test]
fn a_call_that_ends_before_it_begins_is_rejected() {
    let mapping = mapping(&format!("started = \"at\"\nended = \"to\"\n{OUTCOME}{TIME}"));
    let log = "id,at,to\n1,2026-05-04 09:00:00,2026-05-04 08:00:00\n2,2026-05-04 09:00:00,2026-05-04 09:00:01\n";
    let read = read(&mapping, log);
    assert_eq!(
        rejected(&read),
        [
            "calls.csv:2: to: call from 2026-05-04 09:00:00 to 2026-05-04 08:00:00 contradicts the row's other stamps"
        ]
    );
}

#[test]
fn stages_of_seconds_follow_each_other() {
    let mapping = mapping(&format!(
        "started = \"at\"\n{OUTCOME}{TIME}
        stage = [{{ kind = \"ring\", seconds = \"ring\" }}, {{ kind = \"hold\", seconds = \"hold\" }},
            {{ kind = \"talk\", seconds = \"talk\", agent = \"who\" }}, {{ kind = \"wrap_up\", seconds = \"acw\" }}]"
    ));
    let header = "id,at,ring,hold,talk,acw,who";
    let call = call(&mapping, header, "1,2026-05-04 09:00:00,4,0,60.5,,Kim");
    let stages: Vec<(StageKind, i64)> = call
        .stages
        .iter()
        .map(|it| (it.kind, (it.entered_at - call.arrived_at).num_milliseconds()))
        .collect();
    assert_eq!(stages, [(StageKind::Ring, 0), (StageKind::Talk, 4_000)]);
    assert_eq!(call.time_in(StageKind::Talk), Some(TimeDelta::milliseconds(60_500)));
    assert_eq!(call.ended_at, Some(at("2026-05-04T07:01:04.5Z")));
    assert_eq!(call.agent().map(AgentId::as_str), Some("Kim"));
    let read = read(
        &mapping,
        format!(
            "{header}\n2,2026-05-04 09:00:00,soon,,,,\n3,2026-05-04 09:00:00,-5,,,,\n4,2026-05-04 09:00:00,,,,,\n"
        ),
    );
    assert_eq!(rejected(&read), [
        "calls.csv:2: ring: \"soon\", expected seconds",
        "calls.csv:3: call from 2026-05-04 09:00:00 to 2026-05-04 08:59:55 contradicts the row's other stamps"
            .replace("call from", "ring from").as_str(),
    ]);
}

#[test]
fn a_stage_with_an_end_and_no_start_stamp_is_rejected() {
    let read =
        read_rows("2,,,2026-05-04 09:00:30,ok\n1,,2026-05-04 09:00:00,2026-05-04 09:00:30,ok\n");
    assert_eq!(rejected(&read), ["calls.csv:2: in: no value, expected a stamp"]);
}

#[test]
fn terms_and_names_are_mapped() {
    let mapping = mapping(&format!(
        r#"
        started = "at"
        queue = {{ column = "q", values = {{ S1 = "sales" }}, other = "rest", absent = ["-"] }}
        intent = {{ column = "i", values = {{ a = "buy" }}, absent = ["-"] }}
        priority = {{ column = "p", absent = ["-"] }}
        direction = {{ column = "d", values = {{ O = "outbound" }}, other = "inbound", absent = ["-"] }}
        outcome = {{ column = "o", values = {{ ok = "answered", vm = "voicemail" }}, absent = ["-"] }}
        {TIME}
        stage = [{{ kind = "queue", seconds = "s", queue = {{ value = "line" }}, ended = {{ column = "e", values = {{ x = "overflowed" }} }}, when = {{ column = "o", values = ["ok"] }} }}]
        "#
    ));
    let header = "id,at,q,i,p,d,o,s,e";
    let first = call(&mapping, header, "1,2026-05-04 09:00:00,S1,a,-3,O,ok,5,x");
    let names = |it: &Call| {
        let text = |it: Option<String>| it.unwrap_or_else(|| "-".to_owned());
        let queue = text(it.queue.as_ref().map(ToString::to_string));
        let intent = text(it.intent.as_ref().map(ToString::to_string));
        format!("{queue} {intent} {:?} {} {}", it.priority, it.direction, it.outcome)
    };
    assert_eq!(names(&first), "sales buy Some(-3) outbound answered");
    assert_eq!(first.stages[0].queue.as_ref().map(QueueId::as_str), Some("line"));
    assert_eq!(first.stages[0].end, StageEnd::Overflowed);
    let other = call(&mapping, header, "1,2026-05-04 09:00:00,S2,b,,I,vm,5,x");
    assert_eq!(names(&other), "rest b None inbound voicemail");
    assert_eq!(other.stages, []);
    let none = call(&mapping, header, "1,2026-05-04 09:00:00,-,-,-,-,-,5,x");
    assert_eq!(names(&none), "- - None unknown unknown");
    assert_eq!((none.direction, none.outcome), (Direction::Unknown, Outcome::Unknown));
    let good = "9,2026-05-04 09:00:00,-,-,-,-,-,5,x";
    let bad = "1,2026-05-04 09:00:00,-,-,-,-,gone,5,x\n2,2026-05-04 09:00:00,-,-,high,-,ok,5,x\n3,2026-05-04 09:00:00,-,-,-,-,ok,5,y";
    let read = read(&mapping, format!("{header}\n{good}\n{bad}\n"));
    assert_eq!(
        rejected(&read),
        [
            "calls.csv:3: o: \"gone\", expected one of ok, vm",
            "calls.csv:4: p: \"high\", expected a whole number below a million",
            "calls.csv:5: e: \"y\", expected one of x",
        ]
    );
}

#[test]
fn a_long_list_of_terms_is_cut_in_the_message() {
    let values: Vec<String> = (10..40).map(|it| format!("v{it} = \"other\"")).collect();
    let mapping = mapping(&format!(
        "started = \"at\"\noutcome = {{ column = \"o\", values = {{ {} }} }}\n{TIME}",
        values.join(", ")
    ));
    let read = read(&mapping, "id,at,o\n1,2026-05-04 09:00:00,v10\n2,2026-05-04 09:00:00,x\n");
    assert!(rejected(&read)[0].ends_with("v20, v21 and 18 more"), "{}", rejected(&read)[0]);
}

#[test]
fn rows_are_skipped_by_rule_with_their_reason() {
    let mapping = mapping(&format!(
        "started = \"at\"\n{OUTCOME}{TIME}
        skip = [{{ column = \"k\", values = [\"test\", \"probe\"] }}, {{ column = \"k\", values = [\"copy\"], reason = \"a copy\" }}]"
    ));
    let row = |id: u32, kind: &str| format!("{id},2026-05-04 09:00:00,{kind}\n");
    let rows =
        ["", "test", "test", "probe", "copy"].iter().zip(1..).map(|(kind, id)| row(id, kind));
    let read = read(&mapping, format!("id,at,k\n{}", rows.collect::<String>()));
    let skipped: Vec<(&str, u64)> =
        read.audit.skipped.iter().map(|(rule, n)| (rule.as_str(), *n)).collect();
    assert_eq!(skipped, [("a copy", 1), ("k is probe", 1), ("k is test", 2)]);
}

#[test]
fn rows_that_share_a_call_key_are_one_call() {
    let mapping = mapping(&format!(
        "call = [\"call\"]\nstarted = \"at\"\n{OUTCOME}{TIME}
        stage = [{{ kind = \"talk\", seconds = \"s\", agent = \"who\" }}]"
    ));
    let log = "id,call,at,s,who\n2,A,2026-05-04 09:01:00,30,Bo\n1,A,2026-05-04 09:00:00,60,Kim\n3,B,2026-05-04 09:00:00,5,Kim\n";
    let read = read(&mapping, log);
    let calls: Vec<(&str, u32, usize)> =
        read.log.calls.iter().map(|it| (it.call_id.as_str(), it.legs, it.stages.len())).collect();
    assert_eq!(calls, [("A~1", 2, 2), ("B~3", 1, 1)]);
    assert_eq!(read.log.calls[0].agent().map(AgentId::as_str), Some("Kim"));
}

#[test]
fn keys_of_several_columns_do_not_meet_by_chance() {
    let mapping = mapping(&format!("started = \"at\"\n{OUTCOME}{TIME}"))
        .replace("[\"id\"]", "[\"a\", \"b\"]");
    let row = |a: &str, b: &str| format!("{a},{b},2026-05-04 09:00:00\n");
    let read =
        read(&mapping, format!("a,b,at\n{}{}{}", row("x-y", "z"), row("x", "y-z"), row("x", "")));
    let ids: Vec<&str> = read.log.calls.iter().map(|it| it.call_id.as_str()).collect();
    assert_eq!(ids, ["x-y\\-z", "x\\-y-z"]);
    assert_eq!(rejected(&read), ["calls.csv:4: b: no value, expected a part of the row's key"]);
}

#[test]
fn what_a_source_can_say_follows_from_its_mapping_or_is_given() {
    let observed = |more: &str| {
        let text = mapping(&format!("started = \"at\"\n{more}{TIME}"));
        let read = crate::shop::read(&text, "id,at,o,who\n1,2026-05-04 09:00:00,ok,Kim\n");
        let it = read.audit.observed;
        (it.abandons, it.waits, it.agents, it.customers, it.precision)
    };
    assert_eq!(observed(OUTCOME), (false, false, false, false, Precision::SECOND));
    let full =
        "precision_secs = 60\ncustomer = { column = \"who\", kind = \"id\", absent = [\"0\"] }
        outcome = { column = \"o\", values = { ok = \"answered\", gone = \"abandoned\" } }
        stage = [{ kind = \"queue\", end = \"at\", agent = \"who\" }]\n";
    assert_eq!(observed(full), (true, true, true, true, Precision::MINUTE));
    let given = format!(
        "observed = {{ abandons = true, waits = true, agents = true, customers = true }}\n{OUTCOME}"
    );
    assert_eq!(observed(&given), (true, true, true, true, Precision::SECOND));
}

#[test]
fn a_customer_by_id_is_absent_where_the_mapping_says_so() {
    let mapping = mapping(&format!(
        "started = \"at\"\ncustomer = {{ column = \"who\", kind = \"id\", absent = [\"0\"] }}\n{OUTCOME}{TIME}"
    ));
    let read = read(
        &mapping,
        "id,at,who\n1,2026-05-04 09:00:00,42\n2,2026-05-04 09:00:00,0\n3,2026-05-04 09:00:00,\n",
    );
    let customers: Vec<_> = read.log.calls.iter().map(|it| it.customer).collect();
    assert_eq!(customers, [Some(pseudonymizer().customer("42")), None, None]);
}

#[test]
fn the_debug_form_of_a_format_shows_no_row() {
    let format = format(crate::shop::MAPPING).expect("a mapping");
    assert_eq!(format!("{format:?}"), "Delimited(shop)");
}
