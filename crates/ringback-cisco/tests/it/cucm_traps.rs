//! What other parsers of these files get wrong, one test each.

use ringback_calllog::{
    AgentId, CdrFormat, Direction, FileStart, LogReader, Outcome, QueueId, StageEnd, StageKind,
};
use ringback_cisco::{
    Cause, CauseClass, OnBehalfOf, PatternUsage, RedirectReason, VqMetrics, party_ip, signed_ip,
};

use crate::cucm::{
    CDR, NINE, Row, call_of, customer, file, format, header, plain_call, read, read_as, read_rows,
    read_with, remarked, stages,
};

/// The hunt call of the 123-column export: one header line, no quotes, pilot before its partition.
fn export_dialect(row: &Row) -> String {
    let without = [
        "IncomingICID",
        "IncomingOrigIOI",
        "IncomingTermIOI",
        "OutgoingICID",
        "OutgoingOrigIOI",
        "OutgoingTermIOI",
    ];
    let line = row.line(129, false);
    let values: Vec<&str> = line.trim_end().split(',').collect();
    let kept = CDR[..129].iter().zip(values).filter(|it| !without.contains(&it.0.0));
    let mut columns: Vec<(String, String)> =
        kept.map(|it| (it.0.0.to_owned(), it.1.to_owned())).collect();
    let at = columns.iter().position(|it| it.0 == "huntPilotPartition").unwrap();
    columns.swap(at, at + 1);
    for column in &mut columns {
        if column.0 == "callingPartyUnicodeLoginUserID" {
            column.1 = "\\ ".to_owned();
        }
        column.0 = column.0.replace("IncomingProtocol", "incomingProtocol");
    }
    let (names, values): (Vec<String>, Vec<String>) = columns.into_iter().unzip();
    format!("{}\n{}\n", names.join(","), values.join(","))
}

#[test]
fn trap_01_header_dialects() {
    let row = plain_call(23_018)
        .set("huntPilotDN", "42000")
        .set("huntPilotPartition", "8f3c5e8a-6b1e-4b6e-9b8e-1d2f3a4b5c6d")
        .set("calledPartyPatternUsage", 7);
    let expected = call_of(std::slice::from_ref(&row));
    assert_eq!(expected.queue.as_ref().map(QueueId::as_str), Some("42000"));
    let check = |text: &str| {
        let got = read(text);
        assert_eq!(got.rejected, []);
        assert_eq!(
            got.log.calls,
            std::slice::from_ref(&expected),
            "{}",
            text.get(..80).unwrap_or(text)
        );
        got
    };
    for width in [118, 129, 133] {
        for is_quoted in [true, false] {
            let (header, line) = (header(&CDR, width, is_quoted), row.line(width, is_quoted));
            check(&format!("{header}{line}"));
            check(&format!("{}{line}", header.to_uppercase()));
            // Without names, with a line of types, and with nothing before the row.
            check(&format!("{}\n{line}", header.lines().nth(1).unwrap()));
            check(&line);
        }
    }
    let export = export_dialect(&row);
    assert_eq!(export.lines().next().map(|it| it.split(',').count()), Some(123));
    check(&export);
    // A column of a release to come is passed over and remarked; a missing optional one is unknown.
    let stranger = header(&CDR, 133, true).replace("\ninteger", ",INTEGER");
    let stranger = stranger
        .replacen('\n', ",\"holoCodec\"\n", 1)
        .replace("VARCHAR(50)\n", "VARCHAR(50),INTEGER\n");
    let got = check(&format!("{stranger}{},9\n", row.line(133, true).trim_end()));
    assert_eq!(remarked(&got, "columns of no known name"), Some(1));
    let narrow = "cdrRecordType,globalCallID_callManagerId,globalCallID_callId,dateTimeOrigination,callingPartyNumber,\
        origCause_value,finalCalledPartyNumber,destCause_value,dateTimeConnect,dateTimeDisconnect\n\
        1,2,5,1777885200,+12025550123,16,2001,0,1777885208,1777885268\n";
    let got = read(narrow);
    let call = &got.log.calls[0];
    assert_eq!((call.queue.as_ref(), call.outcome), (None, Outcome::Answered));
    assert_eq!(call.call_id.as_str(), "2-5-1777885200");
}

#[test]
fn trap_02_type_row_is_not_data() {
    let (names, line) = (header(&CDR, 133, true), plain_call(1).line(133, true));
    let (names, types) = names.split_once('\n').unwrap();
    let strings = vec!["STRING"; 133].join(",");
    let check = |text: &str, rows: u64| {
        let got = read(text);
        assert_eq!((got.audit.rows_read, got.rejected.len()), (rows, 0));
        assert_eq!(got.log.calls.len(), 1);
    };
    check(&format!("{names}\n{types}{line}"), 1);
    check(&format!("{names}\n{strings}\n{line}"), 1);
    check(&format!("{types}{line}"), 1);
    check(&format!("{strings}\n{line}"), 1);
    check(&format!("{names}\n{line}"), 1);
    // Files that were put together: the second copy of the row is a duplicate.
    check(&format!("{names}\n{types}{line}{names}\n{types}{line}{types}"), 2);
}

#[test]
fn trap_03_quoted_commas() {
    let quoted =
        "MLQK=4.5000,MLQKav=4.4948,MLQKmn=4.2919,MLQKmx=4.5000,MLQKvr=0.95,CCR=0.0001,CS=4,SCS=0";
    let names = header(&crate::cucm::CMR, 19, false);
    let rows = format!(
        "{names}2,2,1203194,2,2001,2344533,1444386484,23249,3719840,23250,3999000,0,1,0,\
        5acf8717-5a9e-45ca-bea5-031d0f366f35,P,C,SEP1234567890,\"{quoted}\"\n"
    );
    let got = read_as(&mut ringback_cisco::CucmCmr::new(crate::cucm::site()), &rows);
    assert_eq!((got.rejected.len(), got.details.len()), (0, 1));
    let at = got.details[0].columns.iter().position(|it| *it == "mos_mean").unwrap();
    assert_eq!(got.details[0].values[at], "4.4948");
    let semicolons = quoted.replace(',', ";");
    assert_eq!(VqMetrics::parse(quoted), VqMetrics::parse(&semicolons));
    assert_eq!(VqMetrics::parse(quoted).len(), 8);
    assert_eq!(VqMetrics::parse("CCR=0.0000;ICR=0.0000;ICRmx=0.0000").mos_mean(), None);
    assert_eq!(VqMetrics::parse("MLQKav=0.0000").mos_mean(), None);
}

#[test]
fn trap_04_answered_test() {
    let short = plain_call(1).causes(0, 16).set("dateTimeConnect", NINE + 68).set("duration", 0);
    let call = call_of(&[short]);
    assert_eq!(call.outcome, Outcome::Answered);
    assert_eq!(call.time_in(StageKind::Talk).map(|it| it.num_seconds()), Some(0));
    let never = plain_call(1).set("dateTimeConnect", 0).set("duration", 0);
    assert_eq!(call_of(&[never.clone().causes(16, 0)]).outcome, Outcome::Abandoned);
    assert_eq!(call_of(&[never.clone().causes(0, 17)]).outcome, Outcome::Busy);
    let cause = Cause(1_459_617_833);
    assert_eq!((cause.sip_status(), cause.q850()), (Some(503), Some(41)));
    assert_eq!(call_of(&[never.causes(0, cause.0)]).outcome, Outcome::Failed);
}

#[test]
fn trap_05_epoch() {
    let row = plain_call(1)
        .set("dateTimeOrigination", 1_744_993_928)
        .set("dateTimeConnect", 0)
        .set("dateTimeDisconnect", 1_744_993_941)
        .set("duration", 0);
    let call = call_of(&[row]);
    assert_eq!(call.arrived_at.to_rfc3339(), "2025-04-18T16:32:08+00:00");
    assert_eq!(call.answered_at(), None);
    let read = read_rows(&[plain_call(1), plain_call(2).set("duration", 61)]);
    assert_eq!(remarked(&read, "duration is not from connect to disconnect"), Some(1));
    assert_eq!(read.log.calls.len(), 2);
}

#[test]
fn trap_06_causes_without_a_sign() {
    let cause = Cause(2_801_795_135);
    assert_eq!((cause.sip_status(), cause.class()), (Some(503), CauseClass::Failed));
    let unknown = Cause(1_090_519_163);
    assert_eq!((unknown.q850(), unknown.is_known()), (Some(123), false));
    assert_eq!(unknown.to_string(), "unknown code 1090519163, Q.850 class 123");
    let failed = |cause: &str| {
        let row = plain_call(1).set("destCause_value", cause).set("origCause_value", 0);
        read_rows(&[row.set("dateTimeConnect", 0).set("duration", 0)])
    };
    for cause in ["2801795135", "-1493172161", "4294967295"] {
        assert_eq!(failed(cause).log.calls[0].outcome, Outcome::Failed, "{cause}");
    }
    assert_eq!(remarked(&failed("2801795135"), "not documented"), None);
    assert_eq!(remarked(&failed("1090519163"), "not documented"), Some(1));
    assert_eq!((Cause::SPLIT.q850(), Cause::SPLIT.class()), (None, CauseClass::Split));
    assert_eq!(Cause::CONFERENCE_DROP.class(), CauseClass::ConferenceDrop);
}

#[test]
fn trap_07_addresses_are_signed_and_reversed() {
    let check = |number: i64, expected: Option<&str>| {
        assert_eq!(signed_ip(number).map(|it| it.to_string()).as_deref(), expected, "{number}");
    };
    check(-1_139_627_840, Some("192.168.18.188"));
    check(187_962_284, Some("172.19.52.11"));
    check(17_502_380, Some("172.16.11.1"));
    check(239_138_826, Some("10.248.64.14"));
    check(436_316_352, Some("192.168.1.26"));
    check(3_155_339_456, Some("192.168.18.188"));
    check(0, None);
    check(i64::MAX, None);
    let text = |text: &str, number| party_ip(text, number).map(|it| it.to_string());
    assert_eq!(text("10.0.0.9", 17_502_380).as_deref(), Some("10.0.0.9"));
    assert_eq!(text("2001:db8::7", 0).as_deref(), Some("2001:db8::7"));
    assert_eq!(text("", 0), None);
}

#[test]
fn trap_08_numbers_are_text() {
    let called_by = |number: &str| call_of(&[plain_call(1).from(number, "SIP-Trunk-PSTN")]);
    assert_eq!(called_by("0012025550123").customer, customer("0012025550123"));
    assert_ne!(called_by("0012025550123").customer, called_by("12025550123").customer);
    for number in ["+14085551234", "902087569174#", "bob@abc.com"] {
        assert_eq!(called_by(number).customer, customer(number), "{number}");
        assert!(called_by(number).customer.is_some());
    }
    assert_eq!((called_by("").customer, called_by("\\ ").customer), (None, None));
    assert_eq!(called_by("").direction, Direction::Inbound);
    let read = read_rows(&[plain_call(1).from("9.12678E+11", "SIP-Trunk-PSTN")]);
    assert_eq!((read.log.calls.len(), read.log.calls[0].customer), (1, None));
    assert_eq!(remarked(&read, "damaged by a spreadsheet"), Some(1));
    // A directory address leaves the number empty.
    let row = plain_call(1).from("", "SIP-Trunk-PSTN").set("callingPartyNumber_uri", "bob@abc.com");
    assert_eq!(call_of(&[row]).customer, customer("bob@abc.com"));
}

/// The transfer of the vendor's example: 2001 calls 3071111 for 120 s and hands the call to 2002, who has it for 360 s.
fn transfer(consult_secs: u32) -> [Row; 3] {
    let consult_end = 122 + consult_secs;
    [
        Row::cdr(1, (101, 102), Some(5), 125)
            .from("2001", "SEPA")
            .to("3071111", "10.0.0.1")
            .split_by(10),
        Row::cdr(2, (103, 104), Some(122), consult_end)
            .from("2001", "SEPA")
            .to("2002", "SEPB")
            .split_by(10),
        Row::cdr(1, (102, 104), Some(125), 485)
            .from("3071111", "10.0.0.1")
            .to("2002", "SEPB")
            .causes(16, 0)
            .set("lastRedirectDn", "2001")
            .set("joinOnBehalfOf", 10)
            .set("dateTimeOrigination", NINE + 125),
    ]
}

#[test]
fn trap_09_a_transfer_is_one_call() {
    for (consult_secs, kind) in [(0, "blind"), (3, "consult")] {
        let read = read_rows(&transfer(consult_secs));
        assert_eq!(read.log.calls.len(), 1);
        let call = &read.log.calls[0];
        assert_eq!(call.customer, customer("3071111"));
        assert_eq!((call.direction, call.outcome), (Direction::Outbound, Outcome::Answered));
        assert_eq!(call.time_in(StageKind::Talk).map(|it| it.num_seconds()), Some(120 + 360));
        assert_eq!((call.transfers(), call.agent().map(AgentId::as_str)), (1, Some("2001")));
        let talks: Vec<_> = call.stages.iter().filter(|it| it.kind == StageKind::Talk).collect();
        assert_eq!(
            talks.last().and_then(|it| it.agent.as_ref()).map(AgentId::as_str),
            Some("2002")
        );
        let consulted = call.stages.iter().any(|it| it.kind == StageKind::Consult);
        assert_eq!(consulted, consult_secs > 0);
        assert_eq!(read.details.len(), 1);
        assert_eq!(read.details[0].values[..3], [kind, "2001", "2002"]);
        assert_eq!(read.audit.rows_used, 3);
    }
}

#[test]
fn trap_10_the_call_counter_is_no_key() {
    // The counter has wrapped: a day later, with other legs. Another cluster, another node at the same time.
    let wrapped = plain_call(7)
        .later(86_400)
        .set("origLegCallIdentifier", 5000)
        .set("destLegIdentifier", 5001);
    let wrapped = wrapped.set("pkid", "00000007-1111-4000-8000-000000000001");
    let cluster = plain_call(7)
        .set("globalCallId_ClusterID", "Other")
        .set("pkid", "00000007-1111-4000-8000-000000000002");
    let node = plain_call(7)
        .set("globalCallID_callManagerId", 3)
        .set("pkid", "00000007-1111-4000-8000-000000000003");
    let node = node.set("origLegCallIdentifier", 6000).set("destLegIdentifier", 6001);
    let first = plain_call(7);
    let read = read_rows(&[first.clone(), wrapped, cluster, node]);
    assert_eq!(read.log.calls.len(), 4);
    // A file that was sent again, and a row with a known id that says something else.
    let again = file(std::slice::from_ref(&first));
    let other = file(&[first.clone().set("dateTimeDisconnect", NINE + 99)]);
    let unquoted = header(&CDR, 133, false) + &first.line(133, false);
    let read = read_with(&mut format(), &[&file(&[first]), &(again + "\n"), &unquoted, &other]);
    assert_eq!(read.log.calls.len(), 1);
    assert_eq!(read.audit.skipped.get("duplicate of an earlier row"), Some(&2));
    assert_eq!(read.audit.skipped.get("key of an earlier row with other content"), Some(&1));
}

#[test]
fn trap_11_recording_and_monitoring_are_no_calls() {
    let recorded = plain_call(25_447)
        .set("origLegCallIdentifier", 47_874_239)
        .set("destLegIdentifier", 47_874_240);
    let recorder = |call: u32, leg: u32, of: u32| {
        Row::cdr(call, (leg, leg + 1), None, 0)
            .from("b002179144511001", "SEP001122334455")
            .to("2999", "")
            .causes(0, 1_459_617_833)
            .set("origCalledPartyRedirectOnBehalfOf", 27)
            .set("lastRedirectRedirectOnBehalfOf", 27)
            .set("origCalledPartyRedirectReason", 354)
            .set("lastRedirectRedirectReason", 354)
            .set("joinOnBehalfOf", 27)
            .set("origConversationId", of)
            .later(8)
    };
    let monitor = Row::cdr(25_450, (47_874_252, 47_874_253), Some(20), 60)
        .from("2009", "SEPSUPERVISOR")
        .to("2001", "SEP001122334455")
        .set("lastRedirectRedirectReason", 370)
        .set("lastRedirectRedirectOnBehalfOf", 28)
        .set("destConversationId", 47_874_240);
    let rows = [
        recorder(25_449, 47_874_246, 47_874_239),
        recorder(25_448, 47_874_243, 47_874_240),
        recorded,
        monitor,
    ];
    let read = read_rows(&rows);
    assert_eq!((read.log.calls.len(), read.audit.rows_used), (1, 4));
    assert_eq!(
        stages(&read.log.calls[0]),
        ["ring 2001 at 0 for 8 answered", "talk 2001 at 8 for 60 completed"]
    );
    // The recorder's rows do not say whether abandoned calls are written.
    assert!(!read.log.observed.abandons);
    assert_eq!(remarked(&read, "zero duration"), None);
    // Without the recorded call they are passed over.
    let read = read_rows(&[rows[0].clone(), plain_call(1)]);
    let rule = "recording or monitoring of a call that is not in these files";
    assert_eq!((read.log.calls.len(), read.audit.skipped.get(rule)), (1, Some(&1)));
}

#[test]
fn trap_12_hunt_and_native_queue() {
    let hunted = Row::cdr(1, (1, 2), Some(12), 72)
        .from("+12025550123", "SIP-Trunk-PSTN")
        .causes(16, 0)
        .set("huntPilotDN", "3000")
        .set("calledPartyPatternUsage", 7);
    let member = call_of(&[hunted.clone().to("2001", "SEPA")]);
    let pilot = call_of(&[hunted.clone().to("3000", "SEPA")]);
    for (call, agent) in [(&member, "2001"), (&pilot, "SEPA")] {
        assert_eq!(call.queue.as_ref().map(QueueId::as_str), Some("3000"));
        assert_eq!(call.agent().map(AgentId::as_str), Some(agent));
        assert_eq!((call.outcome, call.wait()), (Outcome::Answered, None));
    }
    let unanswered = hunted
        .clone()
        .to("3000", "")
        .set("huntPilotDN", "")
        .set("dateTimeConnect", 0)
        .set("duration", 0);
    let call = call_of(std::slice::from_ref(&unanswered));
    assert_eq!(
        (call.queue.as_ref().map(QueueId::as_str), call.outcome),
        (Some("3000"), Outcome::Abandoned)
    );
    assert_eq!(call_of(&[unanswered.causes(0, 17)]).outcome, Outcome::Busy);
    // Thirty seconds in the native queue, then the second destination.
    let queued = hunted.clone().set("wasCallQueued", 1).set("totalWaitTimeInQueue", 30);
    let queued = queued
        .set("dateTimeConnect", NINE + 40)
        .set("dateTimeDisconnect", NINE + 100)
        .set("duration", 60);
    let overflowed =
        queued.clone().to("1003", "SEPC").set("huntPilotDN", "").set("lastRedirectDn", "3000");
    let overflowed =
        overflowed.set("lastRedirectRedirectReason", 850).set("calledPartyPatternUsage", 2);
    let read = read_rows(&[overflowed]);
    let expected = ["queue 3000 at 10 for 30 overflowed", "talk 1003 at 40 for 60 completed"];
    assert_eq!(stages(&read.log.calls[0]), expected);
    assert_eq!(remarked(&read, "after the longest wait"), Some(1));
    // Thirty seconds, then a member.
    let call = call_of(&[queued.to("2001", "SEPA")]);
    assert_eq!(
        stages(&call),
        ["queue 3000 at 10 for 30 answered", "talk 2001 at 40 for 60 completed"]
    );
    assert_eq!(call.wait().map(|it| it.num_seconds()), Some(30));
    // Nobody logged in: 41 s to the answer, and none of them in the queue.
    let bypass = hunted.to("41533", "SEPD").set("huntPilotDN", "").set("lastRedirectDn", "42000");
    let bypass = bypass
        .set("lastRedirectRedirectReason", 818)
        .set("dateTimeConnect", NINE + 41)
        .set("duration", 31);
    let read = read_rows(&[bypass]);
    let call = &read.log.calls[0];
    assert_eq!((call.queue.as_ref().map(QueueId::as_str), call.wait()), (Some("42000"), None));
    assert_eq!(
        stages(call),
        ["ring 41533 at 0 for 41 answered", "talk 41533 at 41 for 31 completed"]
    );
    assert_eq!(remarked(&read, "nobody was logged in"), Some(1));
    // A port of a contact center picks up: that is no agent.
    let port = call_of(&[plain_call(1).to("2900", "CTIP_UCCX_01")]);
    assert_eq!((port.outcome, port.agent()), (Outcome::Abandoned, None));
}

#[test]
fn trap_13_park_direction() {
    // 50001 answers the caller and parks them; somebody at 50002 fetches them: the fetching side is "calling".
    let parked = Row::cdr(1, (10, 11), Some(4), 34)
        .from("+12025550123", "Trunk")
        .to("50001", "SEPA")
        .split_by(3);
    let fetched = Row::cdr(1, (12, 10), Some(94), 154)
        .from("50002", "SEPB")
        .to("+12025550123", "Trunk")
        .causes(0, 16)
        .set("lastRedirectDn", "44444")
        .set("lastRedirectRedirectReason", 8)
        .set("lastRedirectRedirectOnBehalfOf", 3)
        .set("dateTimeOrigination", NINE + 90);
    let call = call_of(&[parked, fetched]);
    assert_eq!((call.direction, call.customer), (Direction::Inbound, customer("+12025550123")));
    let expected = [
        "ring 50001 at 0 for 4 answered",
        "talk 50001 at 4 for 30 completed",
        "hold - at 34 for 60 completed",
        "talk 50002 at 94 for 60 completed",
    ];
    assert_eq!(stages(&call), expected);
    // The vendor's example, inside: 50003 is the parked caller, 50001 has fetched them.
    let parked =
        Row::cdr(1, (10, 11), Some(4), 34).from("50003", "SEPC").to("50002", "SEPB").split_by(3);
    let fetched = Row::cdr(1, (12, 10), Some(94), 154)
        .from("50001", "SEPA")
        .to("50003", "SEPC")
        .causes(0, 16)
        .set("lastRedirectDn", "44444")
        .set("lastRedirectRedirectReason", 8);
    let call = call_of(&[parked, fetched]);
    let agents: Vec<_> =
        call.stages.iter().filter_map(|it| it.agent.as_ref()).map(AgentId::as_str).collect();
    assert_eq!(agents, ["50002", "50001"]);
    assert_eq!(call.time_in(StageKind::Hold).map(|it| it.num_seconds()), Some(60));
}

#[test]
fn trap_13_pickup_and_conference_direction() {
    // A conference of the caller and two agents; the controller drops the caller at its end.
    let into_bridge = |call: u32, leg: (u32, u32), number: &str, device: &str| {
        Row::cdr(call, leg, Some(100), 200)
            .from(number, device)
            .to("b0029901001", "")
            .causes(16, 458_752)
            .set("lastRedirectRedirectReason", 98)
            .set("lastRedirectRedirectOnBehalfOf", 4)
            .set("destConversationId", 16_777_220)
            .set("dateTimeOrigination", NINE + 100)
    };
    let rows = [
        Row::cdr(1, (20, 21), Some(5), 100)
            .from("+12025550123", "Trunk")
            .to("2001", "SEPA")
            .split_by(4),
        Row::cdr(2, (22, 23), Some(80), 100).from("2001", "SEPA").to("2002", "SEPB").split_by(4),
        into_bridge(1, (20, 30), "+12025550123", "Trunk"),
        into_bridge(1, (21, 31), "2001", "SEPA"),
        into_bridge(2, (23, 32), "2002", "SEPB"),
    ];
    let call = call_of(&rows);
    let expected = [
        "ring 2001 at 0 for 5 answered",
        "talk 2001 at 5 for 95 completed",
        "consult 2001 at 80 for 20 completed",
        "talk 2001 at 100 for 100 completed",
        "talk 2002 at 100 for 100 completed",
    ];
    assert_eq!(stages(&call), expected);
    assert_eq!((call.customer, call.transfers()), (customer("+12025550123"), 0));
    assert!(
        call.stages
            .iter()
            .all(|it| it.agent.as_ref().is_none_or(|it| !it.as_str().starts_with('b')))
    );
    // Pickup: one row, the second telephone has answered.
    let pickup = plain_call(1).to("2002", "SEPB").set("originalCalledPartyNumber", "2001");
    let call = call_of(&[pickup
        .set("lastRedirectRedirectReason", 5)
        .set("lastRedirectRedirectOnBehalfOf", 16)]);
    assert_eq!(call.agent().map(AgentId::as_str), Some("2002"));
    assert!(call.stages.iter().all(|it| it.end != StageEnd::Transferred));
}

#[test]
fn trap_14_calls_without_duration_are_not_logged() {
    let busy = plain_call(1).causes(0, 17).set("dateTimeConnect", 0).set("duration", 0);
    let given_up = plain_call(2).causes(16, 0).set("dateTimeConnect", 0).set("duration", 0);
    let read = read_rows(&[busy.clone(), plain_call(9)]);
    assert!(!read.log.observed.abandons);
    assert_eq!(remarked(&read, "none was given up"), Some(1));
    let read = read_rows(&[busy.clone(), given_up.clone(), plain_call(900_000)]);
    assert!(read.log.observed.abandons);
    assert_eq!(remarked(&read, "none was given up"), None);
    // What the people of the site say counts more.
    let mut format_with = format().layout("zero_duration_logged = true", "layout").unwrap();
    let read = read_as(&mut format_with, &file(std::slice::from_ref(&busy)));
    assert!(read.log.observed.abandons);
    assert_eq!(remarked(&read, "none was given up"), None);
    let mut format_without = format().layout("zero_duration_logged = false", "layout").unwrap();
    let read = read_as(&mut format_without, &file(&[busy, given_up]));
    assert!(!read.log.observed.abandons);
    assert_eq!(remarked(&read, "while the layout says"), Some(1));
    // A telephone lifted and put down is no call, and shows that such rows are written.
    let off_hook = Row::cdr(5, (50, 0), None, 4).from("2001", "SEPA").causes(16, 0);
    let read = read_rows(&[off_hook, plain_call(9)]);
    assert!(read.log.observed.abandons);
    let rule = "a telephone was lifted and nothing was dialed";
    assert_eq!((read.log.calls.len(), read.audit.skipped.get(rule)), (1, Some(&1)));
    // Gaps in the counter are no losses.
    assert_eq!(read_rows(&[plain_call(1), plain_call(1001)]).audit.gaps, []);
}

#[test]
fn trap_minor_unfinished_files_and_last_lines() {
    let start = FileStart { name: "_cdr_C_01_202605040900_1", bytes: b"" };
    assert!(format().begin_file(&start).is_err());
    let text = file(&[plain_call(1), plain_call(2)]);
    let read = read(text.trim_end());
    assert_eq!(read.log.calls.len(), 2);
    // A row that is cut off has too few fields.
    let cut = &text[..text.len() - 40];
    let read = LogReader::new().read_bytes("cdr", cut.as_bytes(), &mut format()).unwrap();
    assert_eq!((read.log.calls.len(), read.rejected.len()), (1, 1));
}

#[test]
fn trap_minor_legs_in_different_files_in_any_order() {
    let [original, consult, joined] = transfer(3);
    let files = [file(&[joined]), file(&[consult]), file(&[original])];
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let read = read_with(&mut format(), &files);
    assert_eq!((read.log.calls.len(), read.log.calls[0].transfers()), (1, 1));
}

#[test]
fn trap_minor_gateways_by_address_and_port() {
    for device in ["10.1.2.3", "S0/SU2/DS1-0@gateway1", "2001:db8::7"] {
        let call = call_of(&[plain_call(1).from("5551234", device)]);
        assert_eq!(
            (call.direction, call.customer),
            (Direction::Inbound, customer("5551234")),
            "{device}"
        );
    }
    // An integer column that holds none is not read, so it does not matter.
    call_of(&[plain_call(1).set("origDTMFMethod", "2:5:2")]);
}

#[test]
fn codes_keep_their_numbers() {
    for code in [0, 3, 4, 5, 10, 12, 16, 27, 28, 34, 35, 36, u32::MAX] {
        assert_eq!(OnBehalfOf::from_code(code).code(), code);
    }
    for code in [0, 1, 2, 5, 7, 8, 15, 98, 354, 370, 786, 802, 818, 834, 850, 851] {
        assert_eq!(RedirectReason::from_code(code).code(), code);
    }
    for code in 0..25 {
        assert_eq!(PatternUsage::from_code(code).code(), code);
    }
    assert_eq!(RedirectReason::from_code(999).to_string(), "unknown code 999");
    assert_eq!(Cause(17).to_string(), "user busy");
    assert_eq!(Cause(1_174_405_137).to_string(), "SIP 486");
    assert_eq!(Cause(700_000).to_string(), "unknown code 700000");
}
